"""Files of odd sizes that the command wrote, as a client that is neither ours nor Java's reads them."""

import hashlib
import random

import hdfs_native
import pytest

import support

BLOCK = 1 << 20
PACKET = 126 * 512  # data in a packet of 64 KiB
SIZES = [0, 1, 511, 512, 513, PACKET - 1, PACKET, PACKET + 1, 3 * PACKET + 511, BLOCK - 1, BLOCK, BLOCK + 1,
         3 * BLOCK + 513]


@pytest.fixture(scope="module")
def cluster(start_cluster):
    return start_cluster(datanodes=3, conf={"dfs.blocksize": BLOCK})


def test_thirteen_odd_sizes_are_the_same_to_java_to_hdfs_native_and_to_us(cluster, tmp_path):
    env = {"HADOOP_CONF_DIR": str(cluster.conf_dir)}
    native = hdfs_native.Client(cluster.url.rstrip("/"))
    for size in SIZES:
        data = random.Random(size).randbytes(size)
        (tmp_path / "data").write_bytes(data)
        support.howdah("fs", "put", tmp_path / "data", f"/ours/{size}", env=env)
        found = cluster.oracle.cat(f"/ours/{size}")
        assert (found["length"], found["sha256"]) == (size, hashlib.sha256(data).hexdigest())
        with native.read(f"/ours/{size}") as file:
            assert file.read() == data
        cluster.oracle.put(f"/theirs/{size}", data)
        support.howdah("fs", "get", f"/theirs/{size}", tmp_path / f"back-{size}", env=env)
        assert (tmp_path / f"back-{size}").read_bytes() == data
