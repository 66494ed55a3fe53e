"""With default time-outs: a DataNode that stops costs 15 s at most, one that is slow keeps its place."""

import datetime
import random
import threading
import time

import pytest

from streams import Write
from testing.cluster.transfer_frames import Packet, Write as BlockWrite

BLOCK = 1 << 20
PIPELINE = range(3)
MOST_S = 15  # Java's client takes 76 to 88 s
SLOW_S = 20  # longer than that


@pytest.fixture(scope="module")
def proxied(start_cluster):
    nodes = ("dn1", "dn2", "dn3", "dn4")
    return start_cluster(datanodes=4, proxied=nodes, conf={"dfs.blocksize": BLOCK})


@pytest.fixture
def cluster(proxied):
    yield proxied
    proxied.mend()


class Pipeline:
    """Learns the nodes of the first pipeline; calls `then(self)` when its half block passes."""

    def __init__(self, cluster, then):
        self.nodes, self._then, self._lock, self._done = None, then, threading.Lock(), False
        for name in cluster.layout.datanodes:
            cluster.proxies[name].faults.watch(
                lambda event, name=name: self._see(cluster, name, event))

    def _see(self, cluster, name, event):
        if isinstance(event, BlockWrite) and event.first and self.nodes is None:
            self.nodes = [name, *map(cluster.node_at, event.targets)]
        if not isinstance(event, Packet) or not event.write.first or event.offset < BLOCK // 2:
            return None
        with self._lock:
            before, self._done = self._done, True
        return None if before else (0, lambda: self._then(self))


def time_of(line):
    """The second at which a line was logged."""
    return datetime.datetime.fromisoformat(line.split()[0].replace("Z", "+00:00")).timestamp()


@pytest.mark.parametrize("place", PIPELINE)
def test_a_stalled_datanode_costs_15_s_at_most(cluster, place):
    stopped = []

    def stop(pipeline):
        cluster.stop(pipeline.nodes[place])
        stopped.append(time.time())

    Pipeline(cluster, stop)
    write = Write(cluster, f"/stalled-{place}")
    write.append(random.Random(place).randbytes(2 * BLOCK))
    log = write.finish()
    (dropped,) = [line for line in log.splitlines() if "goes on without" in line]
    assert "does not answer any more" in dropped
    cost = time_of(dropped) - stopped[0]
    print(f"node {place + 1} of the pipeline stopped: dropped after {cost:.1f} s")
    assert cost <= MOST_S


@pytest.mark.parametrize("place", PIPELINE)
def test_a_slow_datanode_keeps_its_place(cluster, place):
    """It takes nothing for SLOW_S from this writer, as one with a busy disk; others are answered."""
    held = threading.Event()

    def hold_once(event):
        if held.is_set():
            return None
        held.set()
        return 0, lambda: time.sleep(SLOW_S)

    def slow_down(pipeline):
        if place == 0:
            time.sleep(SLOW_S)
            held.set()
        else:
            cluster.proxies[pipeline.nodes[place]].faults.watch(hold_once)

    Pipeline(cluster, slow_down)
    begin = time.monotonic()
    write = Write(cluster, f"/slow-{place}")
    write.append(random.Random(place).randbytes(2 * BLOCK))
    log = write.finish()
    assert held.is_set() and time.monotonic() - begin >= SLOW_S
    assert "is slow" in log and "goes on without" not in log and "abandoned" not in log
    blocks = cluster.oracle.health("/")
    (file,) = [file for file in blocks if file["path"] == f"/slow-{place}"]
    assert all(len(block["locations"]) == 3 for block in file["blocks"])
