"""Clusters that have no place for a file: one clear sentence, soon, and nothing is left of it."""

import random

import pytest

import support
from testing.cluster.node import wait_until

BLOCK = 1 << 20


def end_of(process):
    """End the input of a command, which must fail. \\return its one error line"""
    try:
        process.stdin.close()
    except BrokenPipeError:
        pass
    log = process.stderr.read().decode()
    assert process.wait(120) == 1, log
    (error,) = [line for line in log.splitlines() if line.startswith("error: ")]
    return error


def open_files(cluster):
    return [file["path"] for file in cluster.oracle.health("/") if file["under_construction"]]


def test_a_cluster_without_datanodes_takes_no_file(start_cluster, new_client, small):
    client = new_client(start_cluster(datanodes=0))
    client.fs_fails("put", small, "/a", words=["/a", "no DataNode is running"])
    assert client.cluster.oracle.list("/") == []
    client.run_fails(client.url("/out"), words=["out", "no DataNode is running"], code=1)
    assert not client.cluster.oracle.exists("/out")
    assert open_files(client.cluster) == []


@pytest.fixture(scope="module")
def pair(start_cluster):
    policy = "dfs.client.block.write.replace-datanode-on-failure.policy"
    return start_cluster(datanodes=2, conf={"dfs.replication": 3, "dfs.namenode.replication.min": 2,
                                            "dfs.blocksize": BLOCK, policy: "NEVER",
                                            "dfs.client.block.write.locateFollowingBlock.retries": 2})


@pytest.fixture
def least_two(pair, new_client):
    """A cluster of two DataNodes, where three replicas are asked for and two are the least."""
    pair.oracle.mkdirs("/d")
    yield new_client(pair)
    pair.mend()
    pair.oracle.delete("/d")


def test_fewer_datanodes_than_replicas_are_enough_for_the_cluster(least_two, small):
    least_two.fs("put", small, "/d/f")
    (file,) = least_two.cluster.oracle.health("/d")
    assert (file["replication"], len(file["blocks"][0]["locations"])) == (3, 2)


def test_a_block_that_gets_too_few_replicas_ends_the_file_in_bounded_time(least_two):
    process = least_two.writing("/d/f")
    process.stdin.write(random.Random(1).randbytes(BLOCK // 2))
    process.stdin.flush()
    assert support.wait_until(lambda: open_files(least_two.cluster), process)
    assert support.wait_until(lambda: least_two.cluster.oracle.health("/d")[0]["blocks"], process)
    least_two.cluster.kill("dn2")
    error = end_of(process)
    assert "/d/f " in error and "too few replicas" in error
    assert least_two.cluster.oracle.list("/d") == []


def test_datanodes_that_have_died_are_missed(least_two, small):
    def put_comes_to_say(*words):
        """Until then the NameNode takes the dead for living, and offers them."""
        def says():
            error = least_two.fs("put", small, "/d/f", code=1).error
            assert "/d/f: " in error
            return all(word in error for word in words)
        wait_until(says, f"put says {words}")

    cluster = least_two.cluster
    least_two.fs("put", small, "/d/old")
    cluster.kill("dn1")
    put_comes_to_say("too few DataNodes", "least replication")
    cluster.kill("dn2")
    put_comes_to_say("no DataNode is running")
    least_two.run_fails(least_two.url("/d/out"), words=["out", "no DataNode"], code=1)
    assert not cluster.oracle.exists("/d/out") and not cluster.oracle.exists("/d/f")
    assert open_files(cluster) == []
    least_two.fs_fails("cat", "/d/old", words=["/d/old", "no replica could be read"])


@pytest.fixture(scope="module")
def small_disks(start_cluster):
    return start_cluster(datanodes=2, disk_bytes=24 << 20, conf={"dfs.blocksize": 8 << 20})


def test_full_disks_are_named_and_freed_ones_used(small_disks, new_client, small):
    client = new_client(small_disks)
    process = client.writing("/f")
    process.stdin.write(bytes(BLOCK))
    process.stdin.flush()
    assert support.wait_until(lambda: open_files(small_disks), process)
    assert support.wait_until(lambda: small_disks.oracle.health("/")[0]["blocks"], process)
    for node in ("dn1", "dn2"):
        small_disks.fill_disk(node)
    try:
        process.stdin.write(bytes(12 << 20))
    except BrokenPipeError:
        pass
    assert "/f" in end_of(process)
    client.fs_fails("put", small, "/f", words=["/f", "full"])
    client.run_fails(client.url("/out"), words=["out", "full"], code=1)
    assert not small_disks.oracle.exists("/out")
    assert not small_disks.oracle.exists("/f")
    assert open_files(small_disks) == []
    small_disks.mend()
    wait_until(lambda: client.fs("put", small, "/f", code=None).code == 0, "there is room again")
    assert client.fs("cat", "/f").stdout == "some words"
