"""Calls whose request or answer is lost, and NameNodes that change their roles: one effect each."""

import pytest

from testing.cluster.programs import HdfsError, call

# Few and quick tries, so that a cluster without any active NameNode is told of soon.
QUICK_TRIES = {"dfs.client.failover.sleep.base.millis": 20,
               "dfs.client.failover.sleep.max.millis": 200}


@pytest.fixture(scope="module")
def pair(start_cluster):
    return start_cluster(namenodes=2, datanodes=2, proxied=("nn1",),
                         conf={**QUICK_TRIES, "dfs.client.failover.random.order": "false"})


@pytest.fixture
def cluster(pair):
    yield pair
    pair.mend()
    pair.failover("nn1")


def lose(cluster, fault, method):
    getattr(cluster.proxies["nn1"].faults, fault)(method)


def tries_of(cluster, method, before):
    tries = [one for one in cluster.proxies["nn1"].faults.calls[before:] if one.method == method]
    return [(one.client_id, one.call_id) for one in tries], [one.retry_count for one in tries]


@pytest.mark.parametrize("fault", ["drop_reply", "drop_call"])
@pytest.mark.parametrize("method", ["create", "addBlock", "complete", "rename2"])
def test_a_file_whose_calls_are_lost_lands_once(cluster, fault, method):
    path = f"/{fault}-{method}"
    before = len(cluster.proxies["nn1"].faults.calls)
    lose(cluster, fault, method)
    call(cluster, "put", path, "once")
    assert cluster.proxies["nn1"].faults.pending() == 0
    identities, retries = tries_of(cluster, method, before)
    assert len(identities) == 2 and len(set(identities)) == 1
    assert retries[0] < retries[1]
    assert call(cluster, "cat", path) == "once"
    assert [name for name in call(cluster, "list", "/").split() if method in name
            and fault in name] == [path[1:]]


@pytest.mark.parametrize("fault", ["drop_reply", "drop_call"])
def test_a_rename_that_is_lost_happens_once(cluster, fault):
    call(cluster, "put", f"/from-{fault}", "x")
    lose(cluster, fault, "rename2")
    call(cluster, "rename", f"/from-{fault}", f"/to-{fault}")
    assert call(cluster, "cat", f"/to-{fault}") == "x"


@pytest.mark.parametrize("fault", ["drop_reply", "drop_call"])
def test_a_delete_that_is_lost_happens_once_and_succeeds(cluster, fault):
    call(cluster, "put", f"/gone-{fault}", "x")
    lose(cluster, fault, "delete")
    call(cluster, "rm", f"/gone-{fault}")
    with pytest.raises(HdfsError, match="NotFound"):
        call(cluster, "stat", f"/gone-{fault}")


@pytest.mark.parametrize("fault", ["drop_reply", "drop_call"])
def test_a_directory_whose_making_is_lost_is_made_once(cluster, fault):
    for method in ("mkdirs", "rename2"):
        lose(cluster, fault, method)
        call(cluster, "mkdir", f"/made-{fault}-{method}")
        assert call(cluster, "list", f"/made-{fault}-{method}") == ""


def test_after_a_failover_the_other_namenode_is_found(cluster):
    call(cluster, "put", "/before", "x")
    cluster.failover("nn2")
    assert call(cluster, "cat", "/before") == "x"
    call(cluster, "put", "/after", "y")
    cluster.failover("nn1")
    assert call(cluster, "cat", "/after") == "y"


def test_two_standbys_are_named(cluster):
    cluster.transition("nn1", "standby")
    with pytest.raises(HdfsError) as error:
        call(cluster, "put", "/standby", "x")
    assert error.value.kind == "Transient"
    assert error.value.message.count("it is a standby") == 2


def test_a_cluster_that_is_not_there_is_named(cluster):
    cluster.proxies["nn1"].refuse()
    cluster.kill("nn2")
    with pytest.raises(HdfsError) as error:
        call(cluster, "list", "/")
    assert error.value.kind == "Transient"
    assert "no NameNode of" in error.value.message
    assert error.value.message.count("Connection refused") == 2


@pytest.fixture(scope="module")
def lone(start_cluster):
    return start_cluster(datanodes=1, proxied=("nn1",),
                         conf={"ipc.client.connect.max.retries": 3,
                               "ipc.client.connect.retry.interval": 20})


@pytest.fixture
def single(lone):
    yield lone
    lone.mend()


def lose_for_good(cluster, fault, method):
    getattr(cluster.proxies["nn1"].faults, fault)(method, times=1000)


def test_a_file_whose_rename_is_never_answered_is_known_by_its_number(single):
    lose_for_good(single, "drop_reply", "rename2")
    call(single, "put", "/known", "x")
    single.proxies["nn1"].faults.heal()
    assert call(single, "cat", "/known") == "x"
    assert call(single, "list", "/").split() == ["known"]
    call(single, "rmtree", "/known")


def test_what_cannot_be_known_is_said_to_be_unknown(single):
    lose_for_good(single, "drop_call", "rename2")
    with pytest.raises(HdfsError, match="CommitStateUnknown"):
        call(single, "put", "/unknown", "x")
    single.proxies["nn1"].faults.heal()
    # Nothing was guessed: the file is whole under its hidden name.
    (hidden,) = call(single, "list", "/").split()
    assert hidden.startswith(".unknown.") and hidden.endswith(".pending")
    assert call(single, "cat", f"/{hidden}") == "x"
    call(single, "rmtree", f"/{hidden}")


def test_a_delete_that_is_never_answered_is_unknown(single):
    call(single, "put", "/f", "x")
    lose_for_good(single, "drop_reply", "delete")
    with pytest.raises(HdfsError, match="CommitStateUnknown"):
        call(single, "rm", "/f")
    single.proxies["nn1"].faults.heal()
    assert call(single, "list", "/") == ""


def test_looking_is_never_unknown(single):
    lose_for_good(single, "drop_reply", "getListing")
    with pytest.raises(HdfsError, match="Transient"):
        call(single, "list", "/")


def test_a_namenode_that_restarts_is_waited_for(single):
    call(single, "put", "/restart", "x")
    single.restart("nn1")
    assert call(single, "cat", "/restart") == "x"
