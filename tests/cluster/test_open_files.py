"""Files that Java's client is writing, as we read them: what it has flushed is there."""

import os
import subprocess

import pytest

import support
from testing.cluster import programs

BLOCK = 1 << 20


@pytest.fixture(scope="module")
def cluster(start_cluster):
    # Java's writer goes on with the DataNodes that are left: there is no other.
    policy = "dfs.client.block.write.replace-datanode-on-failure.policy"
    return start_cluster(datanodes=3, conf={"dfs.blocksize": BLOCK, policy: "NEVER"})


def read(cluster, *arguments):
    """What `howdah fs ARGUMENTS` prints."""
    return subprocess.run(support.command_line(["fs", *arguments]), check=True, timeout=120,
                          stdout=subprocess.PIPE,
                          env=support.environment({"HADOOP_CONF_DIR": str(cluster.conf_dir)})).stdout


@pytest.mark.parametrize("size", [1, 513, 70_001, BLOCK, BLOCK + 1, 2 * BLOCK + 70_001])
def test_what_was_flushed_is_read(cluster, tmp_path, size):
    oracle, path, data = cluster.oracle, f"/flushed-{size}", os.urandom(size)
    handle = oracle.create(path)
    oracle.write(handle, data)
    oracle.flush(handle)
    assert read(cluster, "cat", path) == data
    assert read(cluster, "tail", path) == data[-1024:]
    read(cluster, "get", path, tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == data
    # What is only written may be seen or not; it is no error.
    oracle.write(handle, b"more")
    assert read(cluster, "cat", path)[:size] == data
    oracle.flush(handle)
    assert read(cluster, "cat", path) == data + b"more"
    oracle.close(handle)
    assert read(cluster, "cat", path) == data + b"more"


def test_of_a_file_without_a_block_nothing_is_read(cluster):
    handle = cluster.oracle.create("/begun")
    assert read(cluster, "cat", "/begun") == b""
    cluster.oracle.write(handle, b"in the writer's memory")
    assert read(cluster, "cat", "/begun") == b""
    cluster.oracle.close(handle)


@pytest.mark.parametrize("fault", ["kill", "stop"])
def test_another_datanode_is_asked_where_one_is_lost(cluster, fault):
    oracle, path, data = cluster.oracle, f"/lost-{fault}", os.urandom(BLOCK + 70_001)
    handle = oracle.create(path)
    oracle.write(handle, data)
    oracle.flush(handle)
    first = cluster.node_at(oracle.health(path)[0]["blocks"][-1]["locations"][0])
    getattr(cluster, fault)(first)
    assert read(cluster, "cat", path) == data
    if fault == "stop":
        cluster.cont(first)  # else Java's writer waits a minute for it
    oracle.close(handle)
    cluster.mend()
    assert read(cluster, "cat", path) == data


def test_a_reader_stays_at_what_was_there_when_it_began(cluster):
    data = os.urandom(3 * BLOCK)
    handle = cluster.oracle.create("/growing")
    cluster.oracle.write(handle, data[:BLOCK + 1000])
    cluster.oracle.flush(handle)
    reader = subprocess.Popen([programs.BIN / "hdfs_stream", "read", "/growing"],
                              stdout=subprocess.PIPE, env=programs.environment(cluster))
    begun = reader.stdout.read(1)
    cluster.oracle.write(handle, data[BLOCK + 1000:])
    cluster.oracle.close(handle)
    rest = reader.stdout.read()
    assert reader.wait(60) == 0
    assert begun + rest == data[:BLOCK + 1000]
