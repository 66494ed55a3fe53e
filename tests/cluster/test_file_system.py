"""Our file system on HDFS, as Java's client sees what it did; and one clear sentence for each refusal."""

import pytest

from testing.cluster.programs import HdfsError, call


def refused(cluster, *arguments, **options):
    with pytest.raises(HdfsError) as error:
        call(cluster, *arguments, **options)
    return error.value


def test_what_we_write_java_reads_and_the_reverse(hdfs, hdfs_folder):
    call(hdfs, "put", f"{hdfs_folder}/ours", "from us")
    assert hdfs.oracle.cat(f"{hdfs_folder}/ours")["length"] == len("from us")
    hdfs.oracle.put(f"{hdfs_folder}/theirs", b"from Java")
    assert call(hdfs, "cat", f"{hdfs_folder}/theirs") == "from Java"
    assert call(hdfs, "list", hdfs_folder).split() == ["ours", "theirs"]


def test_attributes_are_set_as_java_shows_them(hdfs, hdfs_folder):
    path = f"{hdfs_folder}/f"
    call(hdfs, "put", path, "12345")
    call(hdfs, "chmod", path, "640")
    call(hdfs, "chown", path, "bob", "staff")
    call(hdfs, "touch", path, 1_700_000_000_000)
    call(hdfs, "setrep", path, 2)
    assert call(hdfs, "stat", path).split() == [
        "file", "5", "640", "bob", "staff", "2", "1700000000000"]
    assert call(hdfs, "summary", hdfs_folder).split() == ["1", "1", "5", "10"]
    status = hdfs.oracle.stat(path)
    assert (status["length"], status["owner"], status["replication"]) == (5, "bob", 2)


def test_a_user_without_rights_is_told_so(hdfs, hdfs_folder):
    for arguments in (["put", f"{hdfs_folder}/x", "y"], ["mkdir", f"{hdfs_folder}/d"],
                      ["writable", hdfs_folder], ["chmod", hdfs_folder, "777"]):
        error = refused(hdfs, *arguments, user="mallory")
        assert error.kind == "PermissionDenied"
        assert "mallory" in error.message
    assert call(hdfs, "list", hdfs_folder) == ""


def test_names_that_hdfs_would_bend_or_refuse(hdfs, hdfs_folder):
    error = refused(hdfs, "put", f"{hdfs_folder}/a:b", "x")
    assert error.kind == "InvalidInput" and "no ':'" in error.message
    assert refused(hdfs, "stat", "/.reserved/raw").kind == "InvalidInput"
    for name in ("a b", "50%", "größe-数据", "%20", "a+b"):
        call(hdfs, "put", f"{hdfs_folder}/{name}", name)
        assert hdfs.oracle.stat(f"{hdfs_folder}/{name}")["length"] == len(name.encode())


def test_quotas_name_what_is_used_up(hdfs, hdfs_folder):
    hdfs.oracle.set_quota(hdfs_folder, names=2)
    call(hdfs, "put", f"{hdfs_folder}/one", "x")
    error = refused(hdfs, "put", f"{hdfs_folder}/two", "x")
    assert error.kind == "ResourceExhausted" and "quota of names" in error.message
    assert call(hdfs, "list", hdfs_folder).split() == ["one"]


def test_a_snapshot_is_read_and_not_changed(hdfs, hdfs_folder):
    call(hdfs, "put", f"{hdfs_folder}/f", "old")
    hdfs.oracle.allow_snapshot(hdfs_folder)
    hdfs.oracle.create_snapshot(hdfs_folder, "s")
    try:
        call(hdfs, "put", f"{hdfs_folder}/f", "new", "replace")
        snapshot = f"{hdfs_folder}/.snapshot/s"
        assert call(hdfs, "cat", f"{snapshot}/f") == "old"
        assert refused(hdfs, "rm", f"{snapshot}/f").kind == "PermissionDenied"
        assert refused(hdfs, "put", f"{snapshot}/g", "x").kind == "PermissionDenied"
    finally:
        hdfs.oracle.delete_snapshot(hdfs_folder, "s")


def test_safe_mode_is_named_and_reading_goes_on(hdfs, hdfs_folder):
    call(hdfs, "put", f"{hdfs_folder}/f", "text")
    hdfs.safemode("enter")
    error = refused(hdfs, "put", f"{hdfs_folder}/g", "x")
    assert error.kind == "Transient" and "safe mode" in error.message
    assert call(hdfs, "cat", f"{hdfs_folder}/f") == "text"
    hdfs.safemode("leave")
    call(hdfs, "put", f"{hdfs_folder}/g", "x")


def test_a_block_size_below_the_minimum_is_refused_by_its_key(start_cluster):
    cluster = start_cluster(datanodes=1, conf={"dfs.namenode.fs-limits.min-block-size": 1 << 20,
                                               "dfs.blocksize": 512})
    error = refused(cluster, "put", "/small", "x")
    assert error.kind == "InvalidInput"
    assert "min-block-size" in error.message
