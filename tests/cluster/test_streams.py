"""Files written and read while DataNodes die, stop and come back; Java's client is the witness.

Faults happen at a byte of the file, which a seed decides. HOWDAH_STREAM_BYTES makes files larger,
HOWDAH_STREAM_WRITES makes more of them.
"""

import os
import random

import pytest

from streams import Write, read
from testing.cluster import conf
from testing.cluster.node import wait_until

BLOCK = 8 << 20
BYTES = int(os.environ.get("HOWDAH_STREAM_BYTES", 40_000_000))
WRITES = int(os.environ.get("HOWDAH_STREAM_WRITES", 6))
SEED = int(os.environ.get("HOWDAH_STREAM_SEED", random.SystemRandom().randrange(1 << 32)))


@pytest.fixture(scope="module")
def four(start_cluster):
    return start_cluster(datanodes=4, conf={"dfs.blocksize": BLOCK, "dfs.replication": 3})


@pytest.fixture
def cluster(four):
    wait_until(lambda: takes_blocks_everywhere(four), "each DataNode takes a block", 60)
    yield four
    four.mend()


def takes_blocks_everywhere(cluster):
    """Does each DataNode take a block? One that was just restarted is live before it does."""
    path = "/everywhere"
    cluster.oracle.put(path, b"x", replication=4, overwrite=True)
    blocks = next(file for file in cluster.oracle.health("/") if file["path"] == path)["blocks"]
    return len(blocks[0]["locations"]) == 4


def hit(cluster, fault, node):
    if fault == "restart":
        cluster.restart(node, wait=False)
    else:
        getattr(cluster, fault)(node)


@pytest.mark.parametrize("number", range(WRITES))
def test_a_write_outlives_a_datanode_that_is_killed_or_stopped_at_any_byte(cluster, number):
    chance = random.Random(SEED + number)
    print("seed", SEED + number)
    fault = ("kill", "stop", "restart")[number % 3]
    at, node = chance.randrange(BYTES), f"dn{chance.randint(1, 4)}"
    data = b"".join(chance.randbytes(min(1 << 20, BYTES - at)) for at in range(0, BYTES, 1 << 20))
    write = Write(cluster, f"/any-{number}")
    write.append(data[:at])
    hit(cluster, fault, node)
    write.append(data[at:])
    print(fault, node, "at", at, write.finish())


@pytest.mark.parametrize("fault", ["kill", "stop"])
@pytest.mark.parametrize("at", [0, BLOCK, 2 * BLOCK])
def test_a_write_outlives_a_datanode_that_is_lost_at_a_blocks_edge(cluster, fault, at):
    data = random.Random(at).randbytes(3 * BLOCK)
    write = Write(cluster, f"/edge-{fault}-{at}")
    write.append(data[:at])
    hit(cluster, fault, "dn2")
    write.append(data[at:])
    write.finish()


def test_a_write_outlives_two_datanodes(cluster):
    data = random.Random(2).randbytes(4 * BLOCK)
    write = Write(cluster, "/two")
    write.append(data[:BLOCK + 1000])
    cluster.kill("dn1")
    write.append(data[BLOCK + 1000:2 * BLOCK + 1000])
    cluster.kill("dn3")
    write.append(data[2 * BLOCK + 1000:])
    write.finish()


def test_a_read_outlives_datanodes_that_are_killed_and_stopped(cluster):
    data = random.Random(3).randbytes(4 * BLOCK)
    cluster.oracle.put("/read", data)
    cluster.kill("dn1")
    cluster.stop("dn2")
    assert read(cluster, "/read") == data


def test_sizes_near_every_edge_are_the_same_to_java_and_to_us(cluster):
    packet = 126 * 512
    sizes = [0, 1, 511, 512, 513, packet - 1, packet, packet + 1, 3 * packet + 511, BLOCK - 1, BLOCK,
             BLOCK + 1, 2 * BLOCK + 513]
    for size in sizes:
        data = random.Random(size).randbytes(size)
        write = Write(cluster, f"/ours-{size}")
        write.append(data)
        write.finish()
        cluster.oracle.put(f"/theirs-{size}", data)
        assert read(cluster, f"/theirs-{size}") == data


@pytest.mark.parametrize("at", [BLOCK // 2])
def test_a_write_outlives_a_datanode_that_is_upgraded(cluster, at):
    data = random.Random(at).randbytes(3 * BLOCK)
    write = Write(cluster, f"/upgrade-{at}")
    write.append(data[:at])
    cluster.shut_down_for_upgrade("dn2")
    cluster.restart("dn2", wait=False)
    write.append(data[at:])
    write.finish()


@pytest.fixture
def alone(cluster, tmp_path):
    """A folder for HADOOP_CONF_DIR with which files have one replica."""
    conf.write_changed_folder(tmp_path / "conf", cluster.conf_dir, {"dfs.replication": 1})
    return tmp_path / "conf"


def test_the_only_datanode_of_a_pipeline_is_waited_for_while_it_is_upgraded(cluster, alone):
    data = random.Random(4).randbytes(BLOCK)
    cluster.oracle.mkdirs("/alone")
    write = Write(cluster, "/alone/f", conf_dir=alone)
    write.append(data[:BLOCK // 2])
    wait_until(lambda: open_block(cluster, "/alone"), "there is a block")
    node = cluster.node_at(open_block(cluster, "/alone"))
    cluster.shut_down_for_upgrade(node)
    cluster.restart(node, wait=False)
    write.append(data[BLOCK // 2:])
    write.finish()
    (block,) = cluster.oracle.health("/alone")[0]["blocks"]
    assert [cluster.node_at(address) for address in block["locations"]] == [node]


def open_block(cluster, folder):
    """Where the first replica of the one open file's last block is; None: there is no block yet."""
    (file,) = cluster.oracle.health(folder)
    return file["blocks"][-1]["locations"][0] if file["blocks"] else None


def test_the_only_datanode_of_a_pipeline_that_stops_ends_the_file_soon(cluster, alone):
    cluster.oracle.mkdirs("/stopped")
    write = Write(cluster, "/stopped/f", conf_dir=alone)
    write.append(bytes(BLOCK // 2))
    wait_until(lambda: open_block(cluster, "/stopped"), "there is a block")
    node = open_block(cluster, "/stopped")
    cluster.stop(cluster.node_at(node))
    _, log = write.process.communicate(timeout=50)  # Java's client waits 65 s
    assert write.process.returncode == 1
    assert f"DataNode {node} does not answer any more" in log.decode()
    assert cluster.oracle.list("/stopped") == []


def test_datanodes_that_say_they_are_congested_are_written_to_all_the_same(start_cluster):
    """Their acknowledgements carry ECN flags: always, with such a ratio of load to cores."""
    cluster = start_cluster(datanodes=1, conf={"dfs.pipeline.ecn": "true",
                                               "dfs.pipeline.congestion.ratio": "0.0001"})
    data = random.Random(5).randbytes(100_000)
    write = Write(cluster, "/congested")
    write.append(data)
    write.finish()
