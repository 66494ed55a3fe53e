"""Runs one case of the matrix: a file is written, the fault strikes, Java's client tells what is there."""

import dataclasses
import functools
import hashlib
import random
import subprocess
import time

from matrix import EITHER, REFUSED, WHOLE
from moment import Moment
from testing.cluster import conf, programs
from testing.cluster.faults import DOWN, UP
from testing.cluster.node import wait_until
from testing.cluster.oracle import OracleError

BLOCK = 1 << 20
BLOCKS = 3
# What the harness has clients wait for, so that a case takes seconds. Java's limit for a pipeline of
# three is socket-timeout + 15 s.
IMPATIENT = {
    "dfs.client.socket-timeout": 5000,
    "howdah.datanode.suspect-after": "2s",
    "howdah.datanode.probe-timeout": "2s",
    "howdah.datanode.connect-timeout": "2s",
    "dfs.client-write-packet-size": 16 << 10,
    "dfs.client.failover.sleep.base.millis": 100,
    "dfs.client.failover.sleep.max.millis": 2000,
    "dfs.client.failover.max.attempts": 40,
    "ipc.client.connect.timeout": 2000,
}
SLOW_S = 6  # longer than it takes to find a node that has stopped
EVICTED = ("goes on without", "is abandoned")  # in the log


@dataclasses.dataclass
class Outcome:
    result: str  # WHOLE or REFUSED
    seconds: float
    log: str


class Bench:
    """A long-lived cluster and the folder that clients are configured by."""

    def __init__(self, cluster, folder):
        self.cluster, self.conf_dir = cluster, folder
        conf.write_changed_folder(folder, cluster.conf_dir, IMPATIENT)
        self._numbers = iter(range(1 << 30))

    def new_folder(self):
        path = f"/case-{next(self._numbers)}"
        self.cluster.oracle.mkdirs(path)
        return path

    def start(self, program, *arguments, **options):
        environment = {**programs.environment(self.cluster), "HADOOP_CONF_DIR": str(self.conf_dir)}
        return subprocess.Popen([programs.BIN / program, *arguments], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
                                **options)

    def mend(self):
        """All nodes serve, and each takes a block."""
        self.cluster.mend()
        wait_until(self._takes_blocks_everywhere, "each DataNode takes a block", 60)

    def check_all(self):
        """As fsck would: all files are closed, and each block gets back its replicas, none corrupt."""
        def is_healthy():
            files = self.cluster.oracle.health("/")
            blocks = [block for file in files for block in file["blocks"]]
            return (not any(file["under_construction"] for file in files) and
                    all(len(block["locations"]) >= 3 and not block["corrupt"] for block in blocks))
        self.mend()
        wait_until(is_healthy, "all files are healthy", 120)

    def _takes_blocks_everywhere(self):
        """One that was just restarted is live before it does, and one whose disk was full before it tells so."""
        count = len(self.cluster.layout.datanodes)
        try:
            self.cluster.oracle.put("/everywhere/x", b"x", replication=count, overwrite=True)
        except OracleError:
            return False
        (file,) = self.cluster.oracle.health("/everywhere")
        return len(file["blocks"][0]["locations"]) == count


class Fault:
    """One fault, for the nodes that a case names."""

    def __init__(self, bench, case, chance):
        self._cluster, self._case, self._chance = bench.cluster, case, chance
        self.nodes = ()

    def _first_to_stumble(self):
        """Which node of the pipeline breaks first, for a fault during the recovery from that."""
        return {"node 1": 1, "node 2": 2, "node 3": 0}.get(self._case.target, 0)

    def stumble(self, pipeline):
        self._cluster.proxies[pipeline[self._first_to_stumble()]].cut()

    def strike(self, pipeline):
        if self._case.target == "all three":
            self.nodes = tuple(pipeline)
        elif self._case.target == "two nodes":
            # During a recovery the one that is lost already is one of the two.
            second = self._chance.randint(1, 2)
            self.nodes = tuple(pipeline[i] for i in
                               ((0, second) if self._case.phase == "during recovery"
                                else self._chance.choice(((0, 1), (0, 2), (1, 2)))))
        else:
            self.nodes = (pipeline[int(self._case.target[-1]) - 1],)
        action = getattr(self, f"_{self._case.fault.replace(' ', '_')}")
        for node in self.nodes:
            action(node)
        if self._case.fault == "slow" and pipeline[0] in self.nodes:
            time.sleep(SLOW_S)  # what this is called from holds the first node's connection

    def _kill(self, node):
        self._cluster.kill(node)

    def _stop(self, node):
        self._cluster.stop(node)

    def _restart(self, node):
        self._cluster.restart(node, wait=False)

    def _refuse(self, node):
        self._cluster.proxies[node].refuse()
        self._cluster.proxies[node].cut()

    def _slow(self, node):
        """The node writes slowly, but new connections are answered: as with a busy disk."""
        held = []

        def hold_once(_):
            if held:
                return None
            held.append(True)
            return 0, functools.partial(time.sleep, SLOW_S)
        self._cluster.proxies[node].faults.watch(hold_once)

    def _disk_full(self, node):
        self._cluster.fill_disk(node)

    def _corrupt_ack(self, node):
        self._cluster.proxies[node].faults.corrupt(self._chance.randrange(7), DOWN)

    def _cut(self, node):
        """The connection ends within the packet that is next, or at once where there is none."""
        if self._case.phase in ("last packet", "after the last ack"):
            self._cluster.proxies[node].cut()
        else:
            self._cluster.proxies[node].faults.cut_after(self._chance.randrange(1, 4000), UP)


def run(bench, case, seed):
    """Run a case. \\return its Outcome; AssertionError: bytes are lost, wrong or half."""
    chance = random.Random(seed)
    cluster, folder = bench.cluster, bench.new_folder()
    data = chance.randbytes((BLOCKS - 1) * BLOCK + chance.randrange(BLOCK // 2, BLOCK))
    fault = Fault(bench, case, chance)
    block = BLOCKS - 1 if case.phase == "after the last ack" else chance.randrange(BLOCKS - 1)
    moment = Moment(cluster, case.phase, block,
                    BLOCK // 2 if case.phase == "mid-block" else chance.randrange(BLOCK // 2),
                    fault.strike, fault.stumble)
    begin = time.monotonic()
    process = bench.start("hdfs_stream", "write", f"{folder}/f")
    try:
        out, log = process.communicate(data, timeout=200)
    finally:
        process.kill()
        bench.mend()
    seconds, log = time.monotonic() - begin, log.decode()
    assert moment.struck, f"the moment never came:\n{log}"
    if process.returncode == 0:
        check_whole(cluster, folder, data, out.decode(), log)
        result = WHOLE
    else:
        check_refused(cluster, folder, process.returncode, log)
        result = REFUSED
    assert case.expected in (result, EITHER), f"{result}, expected {case.expected}:\n{log}"
    if case.fault == "slow":
        # Where a recovery is slow, the node that broke the pipeline before is dropped, and no other.
        broken = 1 if case.phase == "during recovery" else 0
        evictions = [line for line in log.splitlines() if any(word in line for word in EVICTED)]
        assert len(evictions) <= broken, f"a slow node was evicted:\n{log}"
    return Outcome(result, seconds, log)


def check_whole(cluster, folder, data, said, log):
    """The file is there once, with its content, for Java's client; what the writer said is so."""
    length, crc = said.split()
    found = cluster.oracle.cat(f"{folder}/f")
    assert found == {"length": len(data), "sha256": hashlib.sha256(data).hexdigest()}, log
    assert (int(length), crc) == (len(data),
                                  cluster.oracle.checksum(f"{folder}/f")["composite"]["bytes"])
    (file,) = cluster.oracle.health(folder)
    assert not file["under_construction"]
    assert len(file["blocks"]) == -(-len(data) // BLOCK)


def check_refused(cluster, folder, code, log):
    """One sentence, and no file: neither under its name nor under a hidden one."""
    assert code == 1, log
    kind, colon, sentence = log.strip().splitlines()[-1].partition(": ")
    assert colon and kind in ("Transient", "ResourceExhausted"), log
    assert f"{folder}/f" in sentence, log
    assert cluster.oracle.list(folder) == [], log
