"""The oracle's operations, as far as other tests of the cluster do not use them."""

import hashlib

import pytest

from testing.cluster.oracle import OracleError


def kind_of(error):
    return error.value.kind.rpartition(".")[2]


def test_a_file_gets_the_layout_that_is_asked_for(hdfs, hdfs_folder, tmp_path):
    oracle, path = hdfs.oracle, f"{hdfs_folder}/file"
    data = bytes(range(256)) * 40
    oracle.put(path, data, replication=2, block_size=4096, bytes_per_checksum=1024)
    state = oracle.stat(path)
    assert (state["length"], state["replication"], state["block_size"]) == (10240, 2, 4096)
    (health,) = oracle.health(path)
    assert [block["length"] for block in health["blocks"]] == [4096, 4096, 2048]
    assert [len(block["locations"]) for block in health["blocks"]] == [2, 2, 2]
    assert not health["under_construction"]
    target = tmp_path / "copy"
    assert oracle.cat(path, target=str(target)) == {
        "length": 10240, "sha256": hashlib.sha256(data).hexdigest()}
    assert target.read_bytes() == data


def test_the_composite_checksum_is_that_of_the_content_and_md5_that_of_the_layout(hdfs, hdfs_folder):
    oracle = hdfs.oracle
    for name, data, block_size in (("check", b"123456789", 1024), ("one", b"ab" * 1000, 1024),
                                   ("other", b"ab" * 1000, 2048)):
        oracle.put(f"{hdfs_folder}/{name}", data, block_size=block_size)
    check, one, other = [oracle.checksum(f"{hdfs_folder}/{name}")
                         for name in ("check", "one", "other")]
    assert check["composite"] == {"algorithm": "COMPOSITE-CRC32C", "bytes": "e3069283"}
    assert one["composite"] == other["composite"]
    assert one["md5"] != other["md5"]


def test_a_lease_is_held_until_it_is_recovered(hdfs, hdfs_folder):
    path = f"{hdfs_folder}/held"
    holder = hdfs.new_oracle()
    handle = holder.create(path)
    holder.write(handle, b"half")
    holder.sync(handle)
    with pytest.raises(OracleError) as error:
        hdfs.oracle.append(path)
    assert kind_of(error) in ("AlreadyBeingCreatedException", "RecoveryInProgressException",
                              "RemoteException")
    holder.kill()
    assert hdfs.oracle.health(path)[0]["under_construction"]
    while not hdfs.oracle.recover_lease(path):
        pass
    assert hdfs.oracle.stat(path)["length"] == 4
    handle = hdfs.oracle.append(path)
    hdfs.oracle.write(handle, b"+rest")
    hdfs.oracle.close(handle)
    assert hdfs.oracle.stat(path)["length"] == 9


def test_calls_run_side_by_side_and_an_oracle_that_ends_answers_with_an_error(hdfs, hdfs_folder):
    oracle = hdfs.new_oracle()
    futures = [oracle.begin("mkdirs", path=f"{hdfs_folder}/{i}") for i in range(20)]
    assert [future.result(60) for future in futures] == [True] * 20
    assert len(oracle.list(hdfs_folder)) == 20
    oracle.kill()
    with pytest.raises((OracleError, BrokenPipeError, ValueError)):
        oracle.exists(hdfs_folder)


def test_rename_overwrites_only_when_told(hdfs, hdfs_folder):
    oracle = hdfs.oracle
    a, b = f"{hdfs_folder}/a", f"{hdfs_folder}/b ä %"
    oracle.put(a, b"a")
    oracle.put(b, b"bb")
    with pytest.raises(OracleError, match="exists"):
        oracle.rename(a, b)
    oracle.rename(a, b, overwrite=True)
    assert [entry["path"] for entry in oracle.list(hdfs_folder)] == [b]
    assert oracle.stat(b)["length"] == 1
    assert oracle.delete(b) and not oracle.delete(b) and not oracle.exists(b)


def test_who_acts_decides_what_is_permitted(hdfs, hdfs_folder):
    oracle = hdfs.oracle
    with pytest.raises(OracleError) as error:
        oracle.mkdirs(f"{hdfs_folder}/x", user="alice")
    assert kind_of(error) == "AccessControlException"
    oracle.chown(hdfs_folder, owner="alice", group="staff")
    oracle.chmod(hdfs_folder, "1700")
    assert oracle.mkdirs(f"{hdfs_folder}/x", user="alice")
    state = oracle.stat(hdfs_folder)
    assert (state["owner"], state["group"], state["mode"]) == ("alice", "staff", "1700")
    assert oracle.stat(f"{hdfs_folder}/x")["owner"] == "alice"


def test_quotas_and_snapshots(hdfs, hdfs_folder):
    oracle, place = hdfs.oracle, f"{hdfs_folder}/place"
    oracle.mkdirs(place)
    oracle.set_quota(place, names=2)
    oracle.mkdirs(f"{place}/one")
    with pytest.raises(OracleError) as error:
        oracle.mkdirs(f"{place}/two")
    assert kind_of(error) == "NSQuotaExceededException"
    assert oracle.summary(place)["quota_names"] == 2
    oracle.allow_snapshot(place)
    assert oracle.create_snapshot(place, "s") == f"{place}/.snapshot/s"
    oracle.delete(f"{place}/one")
    assert oracle.exists(f"{place}/.snapshot/s/one")
    oracle.delete_snapshot(place, "s")
    assert not oracle.exists(f"{place}/.snapshot/s")


def test_an_unknown_operation_is_told(hdfs):
    with pytest.raises(OracleError, match="no operation"):
        hdfs.oracle.call("fly")
