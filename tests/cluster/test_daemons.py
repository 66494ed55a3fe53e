"""What can be done to the daemons of a cluster, as Java's client sees it."""

import hashlib
import os

import pytest

from testing.cluster.node import wait_until
from testing.cluster.oracle import OracleError

MIB = 1 << 20


@pytest.fixture(scope="module")
def small(start_cluster):
    return start_cluster(datanodes=3, disk_bytes=64 * MIB, conf={"dfs.blocksize": MIB})


@pytest.fixture
def cluster(small):
    yield small
    small.mend()


def nodes_of(cluster, path):
    """The names of the nodes that have each block of a file."""
    blocks = cluster.oracle.health(path)[0]["blocks"]
    return [sorted(map(cluster.node_at, block["locations"])) for block in blocks]


def put(cluster, path, size=2 * MIB + 1, **options):
    """Put random bytes. \\return what `cat` must return"""
    data = os.urandom(size)
    assert cluster.oracle.put(path, data, overwrite=True, **options) == size
    return {"length": size, "sha256": hashlib.sha256(data).hexdigest()}


def test_a_file_is_read_from_the_replica_that_is_left(cluster):
    expected = put(cluster, "/kill", replication=2)
    first, second = nodes_of(cluster, "/kill")[0]
    cluster.kill(first)
    assert cluster.nodes[first].jmx("DataNode,name=DataNodeInfo") is None
    assert cluster.oracle.cat("/kill") == expected
    cluster.kill(second)
    expected = put(cluster, "/kill2", replication=2)
    assert set(sum(nodes_of(cluster, "/kill2"), [])).isdisjoint({first, second})


def test_a_killed_datanode_comes_back_with_its_address_and_its_blocks(cluster):
    expected = put(cluster, "/restart", replication=3)
    before = nodes_of(cluster, "/restart")
    pid = cluster.nodes["dn1"].pid
    cluster.restart("dn1")
    assert cluster.nodes["dn1"].pid != pid
    for other in ("dn2", "dn3"):
        cluster.kill(other)
    assert cluster.oracle.cat("/restart") == expected
    assert nodes_of(cluster, "/restart") == before


def test_a_namenode_comes_back_with_its_files(cluster):
    expected = put(cluster, "/namenode")
    cluster.restart("nn1")
    assert cluster.oracle.cat("/namenode") == expected


def test_the_namenode_gives_a_dead_datanode_up(cluster):
    cluster.kill("dn2")
    wait_until(lambda: cluster.live_datanodes() == ["dn1", "dn3"], "dn2 counts as dead")
    cluster.restart("dn2")
    assert cluster.live_datanodes() == ["dn1", "dn2", "dn3"]


def test_a_frozen_datanode_is_silent_until_it_goes_on(cluster):
    page = "DataNode,name=DataNodeInfo"
    cluster.stop("dn3")
    assert cluster.nodes["dn3"].jmx(page, timeout=1) is None
    assert cluster.nodes["dn3"].is_running()
    cluster.cont("dn3")
    assert cluster.nodes["dn3"].jmx(page) is not None


def test_a_full_disk_takes_no_blocks_and_an_emptied_one_does(cluster):
    cluster.fill_disk("dn1")
    expected = put(cluster, "/full", replication=3)
    assert nodes_of(cluster, "/full") == [["dn2", "dn3"]] * 3
    assert cluster.oracle.cat("/full") == expected
    cluster.free_disk("dn1")
    wait_until(lambda: nodes_of(cluster, "/full") == [["dn1", "dn2", "dn3"]] * 3,
               "the file has three replicas")


def test_disks_can_only_be_filled_where_there_are_any(hdfs):
    with pytest.raises(ValueError, match="disk_bytes"):
        hdfs.fill_disk("dn1")


def test_safe_mode_refuses_changes(cluster):
    cluster.safemode("enter")
    with pytest.raises(OracleError) as error:
        cluster.oracle.mkdirs("/refused")
    assert error.value.kind.endswith("SafeModeException")
    cluster.safemode("leave")
    assert cluster.oracle.mkdirs("/refused")


@pytest.fixture(scope="module")
def single(start_cluster):
    return start_cluster(datanodes=1,
                         node_conf={"nn1": {"dfs.namenode.fs-limits.max-component-length": 5}})


def test_a_new_datanode_takes_replicas(single):
    put(single, "/more")
    assert single.add_datanode() == "dn2"
    assert single.live_datanodes() == ["dn1", "dn2"]
    single.oracle.set_replication("/more", 2)
    wait_until(lambda: nodes_of(single, "/more") == [["dn1", "dn2"]], "the file has two replicas")


def test_one_daemon_may_have_settings_of_its_own(single):
    assert single.oracle.mkdirs("/short")
    with pytest.raises(OracleError, match="limit"):
        single.oracle.mkdirs("/longer")
