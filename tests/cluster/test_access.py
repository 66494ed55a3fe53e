"""Who may read what is published on HDFS: as the parent has it, told by Java's client."""

import pytest

import support


@pytest.fixture(scope="module")
def cluster(start_cluster):
    """Two users who are no superusers: bob is an analyst, eve is not."""
    return start_cluster(datanodes=1, conf={
        "hadoop.user.group.static.mapping.overrides": "bob=bob,analysts;eve=eve;dr.who="})


@pytest.fixture
def lake(cluster, new_client):
    """lake(mode, owner, group): the dataset's parent. lake.run(…): lands in /lake/out."""
    client = new_client(cluster)
    oracle = cluster.oracle
    oracle.mkdirs("/lake")
    oracle.mkdirs("/staging")
    oracle.chown("/staging", "root", "strangers")
    oracle.chmod("/staging", "777")

    class Lake:
        elsewhere = ["--set", f"output.staging={client.url('/staging')}"]

        def __call__(self, mode, owner="lord", group="analysts"):
            oracle.chown("/lake", owner, group)
            oracle.chmod("/lake", mode)

        def run(self, *more, user=None):
            as_user = {"HADOOP_USER_NAME": user} if user else {}
            return support.howdah(*client.job, "--input", client.input, "--output",
                                  client.url("/lake/out"), *more, env={**client.env, **as_user})

    yield Lake()
    oracle.delete("/lake")
    oracle.delete("/staging")


def tree(oracle, path):
    yield oracle.stat(path)
    if oracle.stat(path)["directory"]:
        for entry in oracle.list(path):
            yield from tree(oracle, entry["path"])


def landed(cluster, path="/lake/out"):
    """The kinds of directories and of files: {"owner:group mode", …}, {…}"""
    found = set(), set()
    for entry in tree(cluster.oracle, path):
        found[not entry["directory"]].add(f"{entry['owner']}:{entry['group']} {entry['mode']}")
    return found


@pytest.fixture(params=["beside", "elsewhere"])
def staging(request, lake):
    return lake.elsewhere if request.param == "elsewhere" else []


def test_a_superuser_gives_owner_group_and_mode(cluster, lake, staging):
    lake("770")
    lake.run(*staging)
    assert landed(cluster) == ({"lord:analysts 0770"}, {"lord:analysts 0660"})


def test_a_user_gives_group_and_mode(cluster, lake, staging):
    lake("775")
    outcome = lake.run(*staging, user="bob")
    assert "warning" not in outcome.stderr.lower()
    assert landed(cluster) == ({"bob:analysts 0775"}, {"bob:analysts 0664"})


def test_a_group_that_the_parent_does_not_name_gets_no_more_than_others(cluster, lake):
    lake("775")
    cluster.oracle.set_acl("/lake", "user::rwx,user:eve:rwx,group::rwx,other::r-x")
    outcome = lake.run(*lake.elsewhere, user="eve")
    assert outcome.stderr.count("does not get the group") == 1, outcome
    assert landed(cluster) == ({"eve:strangers 0755"}, {"eve:strangers 0644"})
    assert cluster.oracle.acl("/lake/out") == []


@pytest.mark.parametrize("user", [None, "bob"])
def test_a_default_list_is_inherited(cluster, lake, staging, user):
    lake("775")
    defaults = ["default:group::r-x", "default:mask::rwx", "default:other::---",
                "default:user::rwx", "default:user:eve:rwx"]
    cluster.oracle.set_acl("/lake", ",".join(["user::rwx", "group::rwx", "other::r-x", *defaults]))
    lake.run(*staging, user=user)
    owner = user or "lord"
    assert landed(cluster) == ({f"{owner}:analysts 0770"}, {f"{owner}:analysts 0660"})
    assert cluster.oracle.acl("/lake/out") == sorted([*defaults, "group::r-x", "user:eve:rwx"])
    for file in cluster.oracle.list("/lake/out"):
        assert cluster.oracle.acl(file["path"]) == ["group::r-x", "user:eve:rwx"]
    # The same that HDFS hands down.
    cluster.oracle.put("/lake/made", b"x")
    assert cluster.oracle.acl("/lake/made") == ["group::r-x", "user:eve:rwx"]


def test_a_list_of_the_staging_directory_stays_there(cluster, lake):
    lake("750")
    cluster.oracle.set_acl("/staging", "user::rwx,group::rwx,other::rwx,default:user::rwx,"
                           "default:user:eve:rwx,default:group::rwx,default:other::rwx")
    lake.run(*lake.elsewhere)
    assert landed(cluster) == ({"lord:analysts 0750"}, {"lord:analysts 0640"})
    for entry in tree(cluster.oracle, "/lake/out"):
        assert cluster.oracle.acl(entry["path"]) == []


def test_runs_have_what_their_dataset_has(cluster, lake, staging):
    lake("770")
    lake.run(*staging, "--mode", "append", "--job-id", "monday")
    assert landed(cluster) == ({"lord:analysts 0770"}, {"lord:analysts 0660"})
    cluster.oracle.chmod("/lake/out", "750")
    lake.run(*staging, "--mode", "append", "--job-id", "tuesday")
    assert landed(cluster, "/lake/out/run_id=tuesday") == (
        {"lord:analysts 0750"}, {"lord:analysts 0640"})


def test_in_a_directory_for_everybody_nothing_is_copied(cluster, lake):
    lake("1777")
    lake.run(user="bob")
    assert landed(cluster) == ({"bob:analysts 0755"}, {"bob:analysts 0644"})
