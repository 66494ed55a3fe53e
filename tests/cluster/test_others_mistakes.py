"""What other clients of HDFS get wrong and ours must not; docs/hdfs.md has the list, by test.

Here are those that need real daemons and have no other place.
"""

import concurrent.futures
import random
import re
import subprocess
import threading

import pytest

from streams import Write
from testing.cluster import programs
from testing.cluster.faults import DOWN
from testing.cluster.java import REPOSITORY
from testing.cluster.node import wait_until
from testing.cluster.programs import HdfsError, call
from testing.cluster.transfer_frames import Packet

BLOCK = 4 << 20
PACKET = 126 * 512


@pytest.fixture(scope="module")
def proxied(start_cluster):
    return start_cluster(datanodes=1, proxied=("nn1", "dn1"), conf={"dfs.blocksize": BLOCK})


@pytest.fixture
def cluster(proxied):
    yield proxied
    proxied.mend()


def test_the_last_packet_of_a_block_waits_for_all_acknowledgements(cluster):
    data = random.Random(1).randbytes(2_500_000)
    all_sent, last_sent, released = threading.Event(), threading.Event(), threading.Event()

    def watch(event):
        if isinstance(event, Packet) and event.last:
            last_sent.set()
        elif isinstance(event, Packet) and event.offset >= len(data) - PACKET:
            all_sent.set()

    faults = cluster.proxies["dn1"].faults
    faults.watch(watch)
    faults.hold_at(40, released.wait, DOWN)  # the answer to the set-up has passed, most acks have not
    write = Write(cluster, "/last")
    write.append(data)
    with concurrent.futures.ThreadPoolExecutor() as threads:
        end = threads.submit(write.finish)
        try:
            assert all_sent.wait(60)
            assert not last_sent.wait(0.5)
        finally:
            released.set()
        end.result()
    assert last_sent.is_set()


def test_a_block_is_asked_for_again_until_those_before_have_replicas(cluster):
    reports, calls = cluster.proxies["dn1>nn1"].faults, cluster.proxies["nn1"].faults.calls
    seen = len(calls)
    def asked():
        return [one for one in calls[seen:] if one.method == "addBlock"]

    reports.black_hole()  # so the NameNode does not learn that blocks are finished
    write = Write(cluster, "/again")
    with concurrent.futures.ThreadPoolExecutor() as pool:  # the writer may take no more meanwhile
        appended = pool.submit(write.append, random.Random(2).randbytes(3 * BLOCK - 1000))
        try:
            wait_until(lambda: len(asked()) >= 4, "the third block is asked for twice")
        finally:
            reports.heal()
        appended.result()
    write.finish()
    (file,) = [file for file in cluster.oracle.health("/") if file["path"] == "/again"]
    assert len(file["blocks"]) == 3


def test_no_packet_asks_for_fsync_unless_the_caller_did(cluster):
    packets = []
    cluster.proxies["dn1"].faults.watch(
        lambda event: packets.append(event) if isinstance(event, Packet) else None)
    write = Write(cluster, "/sync")
    write.append(bytes(2 * BLOCK))
    write.finish()
    assert sum(packet.last for packet in packets) == 2
    assert not any(packet.sync for packet in packets)


def test_a_file_is_replaced_by_one_call_and_kept_when_that_fails(cluster):
    call(cluster, "put", "/target", "old")
    call(cluster, "put", "/source", "new")
    calls = cluster.proxies["nn1"].faults.calls
    seen = len(calls)
    call(cluster, "rename", "/source", "/target", "replace")
    methods = [one.method for one in calls[seen:]]
    assert methods.count("rename2") == 1 and "delete" not in methods and "rename" not in methods
    assert call(cluster, "cat", "/target") == "new"
    with pytest.raises(HdfsError, match="NotFound"):
        call(cluster, "rename", "/source", "/target", "replace")
    assert call(cluster, "cat", "/target") == "new"


def test_checksums_are_those_of_isa_l():
    """It has the processor's own instruction for them."""
    symbols = subprocess.run(["nm", "--dynamic", "--undefined-only", programs.BIN / "hdfs_stream"],
                             capture_output=True, text=True, check=True).stdout
    assert "crc32_iscsi" in symbols


def test_each_mistake_in_the_documentation_names_tests_that_exist():
    text = (REPOSITORY / "docs" / "hdfs.md").read_text()
    section = text.split("## What other clients get wrong\n")[1].split("\n## ")[0]
    rows = [row.split("|") for row in section.splitlines() if row.startswith("| ")][1:]
    names = {mistake.strip(): re.findall(r"`([\w.]+)`", tests) for _, mistake, tests, _ in rows}
    assert len(names) > 20
    sources = [path.read_text() for folder in ("src", "testing", "tests")
               for pattern in ("*_test.cc", "*conformance*.cc", "test_*.py")
               for path in (REPOSITORY / folder).rglob(pattern)]
    known = set()
    for source in sources:
        known |= set(re.findall(r"^def (test_\w+)\(", source, re.MULTILINE))
        known |= {f"{suite}.{name}" for suite, name in
                  re.findall(r"^(?:TYPED_)?TEST(?:_[FP])?\((\w+),\s*(\w+)\)", source, re.MULTILINE)}
    for mistake, tests in names.items():
        assert tests, f"no test: {mistake}"
        assert set(tests) <= known, f"no such test: {set(tests) - known}"
