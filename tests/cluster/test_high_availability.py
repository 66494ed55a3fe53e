"""Two NameNodes: failover, and calls whose answers are lost."""

import hashlib
import os

import pytest

from testing.cluster import conf


@pytest.fixture(scope="module")
def pair(start_cluster):
    return start_cluster(namenodes=2, datanodes=2, proxied=("nn1",))


@pytest.fixture
def cluster(pair):
    yield pair
    pair.mend()
    pair.failover("nn1")


def write_in_two_halves(cluster, path, between):
    """Write a file with something happening in between. \\return what `cat` must return"""
    halves = [os.urandom(100_000), os.urandom(100_000)]
    handle = cluster.oracle.create(path)
    cluster.oracle.write(handle, halves[0])
    cluster.oracle.flush(handle)
    between()
    cluster.oracle.write(handle, halves[1])
    cluster.oracle.close(handle)
    return {"length": 200_000, "sha256": hashlib.sha256(b"".join(halves)).hexdigest()}


def test_a_writer_goes_on_across_a_failover(cluster):
    assert cluster.active() == "nn1"
    expected = write_in_two_halves(cluster, "/failover", lambda: cluster.failover("nn2"))
    assert cluster.active() == "nn2"
    assert cluster.oracle.cat("/failover") == expected


def test_a_writer_goes_on_when_the_active_namenode_is_killed(cluster):
    def lose_nn1():
        cluster.kill("nn1")
        cluster.failover("nn2")

    expected = write_in_two_halves(cluster, "/killed", lose_nn1)
    assert cluster.oracle.cat("/killed") == expected
    cluster.restart("nn1")
    assert cluster.active() == "nn2"


def test_both_may_be_standby(cluster):
    cluster.transition("nn1", "standby")
    assert cluster.active() is None


def test_standbys_alone_are_said_to_be_that(cluster, new_client, small, tmp_path):
    client = new_client(cluster)
    conf.write_changed_folder(tmp_path / "conf", cluster.conf_dir,
                              {"dfs.client.failover.max.attempts": 2,
                               "dfs.client.failover.sleep.base.millis": 10,
                               "dfs.client.failover.sleep.max.millis": 10})
    client.env["HADOOP_CONF_DIR"] = str(tmp_path / "conf")
    cluster.transition("nn1", "standby")
    words = ["no NameNode of 'ha'", "nn1", "nn2", "standby"]
    for arguments in (["put", small, "/f"], ["cat", "/f"]):
        client.fs_fails(*arguments, words=["/f", *words])
    client.run_fails(client.url("/out"), words=["out", *words], code=1)


@pytest.mark.parametrize("lose", ["drop_reply", "drop_call"])
def test_a_call_that_is_lost_is_repeated_and_has_one_effect(cluster, lose):
    faults = cluster.proxies["nn1"].faults
    path = f"/{lose}"
    seen = len(faults.calls)
    getattr(faults, lose)("create")
    cluster.oracle.put(path, b"once")
    tries = [call for call in faults.calls[seen:] if call.method == "create"]
    assert faults.pending() == 0
    assert len(tries) == 2
    assert {(call.client_id, call.call_id) for call in tries} == {
        (tries[0].client_id, tries[0].call_id)}
    assert tries[0].retry_count < tries[1].retry_count
    assert cluster.oracle.stat(path)["length"] == 4


def test_journal_nodes_keep_the_edits(start_cluster):
    cluster = start_cluster(namenodes=2, datanodes=1, journalnodes=3)
    cluster.kill("jn2")
    expected = write_in_two_halves(cluster, "/journal", lambda: cluster.failover("nn2"))
    assert cluster.oracle.cat("/journal") == expected
