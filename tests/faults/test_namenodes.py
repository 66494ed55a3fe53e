"""NameNodes that fail just when a call arrives, or after they acted: each call has one effect."""

import concurrent.futures
import hashlib
import random
import threading

import pytest

import drive
from gates import Gates

METHODS = ("create", "addBlock", "complete", "rename2", "delete")
STANDBY_S = 20
DATA = random.Random(20).randbytes(2 * drive.BLOCK + 70_001)
OTHER = b"made by somebody else after the delete"


class Client:
    """A process that makes one call of interest: a write, or the removal of a file."""

    def __init__(self, bench, threads, method):
        self.bench, self.method, self.folder = bench, method, bench.new_folder()
        if method == "delete":
            bench.cluster.oracle.put(f"{self.folder}/f", DATA)
            self.process = bench.start("hdfs_calls", "rm", f"{self.folder}/f")
            self.end = threads.submit(self.process.communicate, timeout=200)
        else:
            self.process = bench.start("hdfs_stream", "write", f"{self.folder}/f")
            self.end = threads.submit(self.process.communicate, DATA, timeout=200)

    def check_done(self):
        """The call has had its effect, once."""
        said, log = (text.decode() for text in self.end.result())
        assert self.process.returncode == 0, log
        if self.method == "delete":
            assert self.bench.cluster.oracle.list(self.folder) == []
        else:
            drive.check_whole(self.bench.cluster, self.folder, DATA, said, log)
            assert len(self.bench.cluster.oracle.list(self.folder)) == 1

    def check_refused(self, words):
        """It has had none: a file that was to be written is not seen, one to be removed is there."""
        _, log = (text.decode() for text in self.end.result())
        assert self.process.returncode == 1, log
        kind, _, sentence = log.strip().splitlines()[-1].partition(": ")
        assert kind == "Transient" and words in sentence and self.folder in sentence, log
        names = [entry["path"].rpartition("/")[2]
                 for entry in self.bench.cluster.oracle.list(self.folder)]
        assert all(name.startswith(".f.") for name in names) or (
            self.method == "delete" and names == ["f"]), log
        self.bench.cluster.oracle.delete(self.folder)  # the hidden file could not be


@pytest.fixture
def threads():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        yield pool


@pytest.fixture
def held(bench, threads):
    """All methods' clients, each held at its call; (gates, clients)."""
    gates, clients = Gates(bench.cluster), []
    for method in METHODS:
        gates.expect(method)
        clients.append(Client(bench, threads, method))
        gates.wait(method)
    yield gates, clients
    for client in clients:
        client.process.kill()


def open_all(gates):
    for method in METHODS:
        gates.open(method)


@pytest.fixture
def record(record_property):
    """record(fault, result): a row of the table."""
    def row(fault, result, methods=METHODS):
        for method in methods:
            record_property("case", ["NameNodes", fault, method, result])
    return row


def test_calls_that_arrive_after_a_failover_have_one_effect(bench, held, record):
    record("failover", "one effect")
    gates, clients = held
    bench.cluster.failover("nn2")
    open_all(gates)
    for client in clients:
        client.check_done()


@pytest.mark.long
def test_calls_wait_while_all_namenodes_are_standby(bench, held, record):
    record(f"both standby for {STANDBY_S} s", "one effect")
    gates, clients = held
    bench.cluster.transition("nn1", "standby")
    open_all(gates)
    threading.Event().wait(STANDBY_S)
    assert not any(client.end.done() for client in clients)
    bench.cluster.failover("nn1")
    for client in clients:
        client.check_done()


@pytest.mark.long
def test_calls_wait_while_the_namenode_restarts(bench, held, record):
    record("restart", "one effect")
    gates, clients = held
    bench.cluster.kill("nn1")
    open_all(gates)
    bench.cluster.mend()
    for client in clients:
        client.check_done()


@pytest.mark.long
def test_calls_in_safe_mode_are_refused_in_one_sentence(bench, held, record):
    record("safe mode", "no effect, and refused")
    gates, clients = held
    bench.cluster.safemode("enter")
    open_all(gates)
    concurrent.futures.wait([client.end for client in clients])
    bench.cluster.safemode("leave")
    for client in clients:
        client.check_refused("safe mode")


@pytest.mark.parametrize("failover", [False, True], ids=["", "then failover"])
@pytest.mark.parametrize("method", METHODS)
def test_a_call_whose_answer_is_lost_has_one_effect(bench, threads, record, method, failover):
    record("reply lost" + (", then failover" if failover else ""), "one effect", [method])
    gates = Gates(bench.cluster)
    gates.expect(method, again=True)
    client = Client(bench, threads, method)
    gates.wait(method)
    faults = bench.cluster.proxies["nn1"].faults
    faults.drop_reply(method)
    gates.open(method)
    gates.wait_again(method)
    assert faults.pending() == 0
    if failover:
        bench.cluster.failover("nn2")
    if method == "delete":
        # A second deletion would not only be a second effect, but another's file.
        bench.cluster.oracle.put(f"{client.folder}/f", OTHER)
    gates.open_again(method)
    if method != "delete":
        client.check_done()
        return
    _, log = client.end.result()
    assert client.process.returncode == 0, log
    assert (bench.cluster.oracle.cat(f"{client.folder}/f")["sha256"] ==
            hashlib.sha256(OTHER).hexdigest())
