"""Paths and clusters that are of no use to the command: one clear sentence, and nothing half done."""

import os


def test_a_cluster_with_kerberos_is_told_to_be_one(start_cluster, new_client, small):
    cluster = start_cluster(datanodes=0, kerberos=True)
    client = new_client(cluster)
    # Its configuration says so; with one that does not the NameNode does.
    words = ["kerberos", "hadoop.security.authentication"]
    client.fs_fails("put", small, "/f", words=words)
    client.run_fails(client.url("/out"), words=words, code=2)
    site = cluster.conf_dir / "core-site.xml"
    site.write_text(site.read_text().replace("kerberos", "simple"))
    words = ["Kerberos", "no credentials"]
    for arguments in (["put", small, "/f"], ["cat", "/f"], ["ls", "/"]):
        client.fs_fails(*arguments, words=[arguments[-1], *words])
    client.run_fails(client.url("/out"), words=["out", *words], code=2)


def check_refused(client, folder, words, small, tmp_path):
    """Neither reads nor writes go to `folder`, in which Java has made the file `theirs.csv`."""
    oracle = client.cluster.oracle
    oracle.put("/plain", b"plain", overwrite=True)
    before = oracle.list(folder)
    for arguments in (["put", small, f"{folder}/f"], ["put", "-f", small, f"{folder}/theirs.csv"],
                      ["cp", "/plain", f"{folder}/f"]):
        client.fs_fails(*arguments, words=[folder, *words])
    for arguments in (["cat", f"{folder}/theirs.csv"], ["tail", f"{folder}/theirs.csv"],
                      ["get", f"{folder}/theirs.csv", tmp_path / "got"], ["cp", f"{folder}/theirs.csv", "/x"],
                      ["checksum", f"{folder}/theirs.csv"]):
        client.fs_fails(*arguments, words=[f"{folder}/theirs.csv", *words])
    client.run_fails(client.url(f"{folder}/out"), words=[folder, *words], code=2)
    client.run_fails(tmp_path / "out", input=client.url(f"{folder}/theirs.csv"), code=2,
                     words=[f"{folder}/theirs.csv", *words])
    assert oracle.list(folder) == before
    assert not oracle.exists("/x")
    assert not (tmp_path / "got").exists() and not (tmp_path / "out").exists()


def test_an_encryption_zone_is_neither_read_nor_written(start_cluster, new_client, tmp_path, small):
    keys = f"jceks://file{tmp_path}/keys.jceks"
    cluster = start_cluster(datanodes=1, conf={"hadoop.security.key.provider.path": keys})
    cluster.oracle.create_key("key")
    cluster.restart("nn1")
    cluster.oracle.mkdirs("/zone")
    cluster.oracle.create_encryption_zone("/zone", "key")
    cluster.oracle.put("/zone/theirs.csv", b"secret words")
    client = new_client(cluster)
    check_refused(client, "/zone", ["encryption zone"], small, tmp_path)
    client.fs_fails("cat", "/.reserved/raw/zone/theirs.csv", words=["/.reserved"])
    client.fs_fails("mv", "/plain", "/zone/plain", words=["/plain", "into an encryption zone"])
    client.fs_fails("mv", "/zone/theirs.csv", "/theirs.csv", words=["/zone/theirs.csv", "from an encryption zone"])


def test_an_erasure_coded_directory_is_neither_read_nor_written(hdfs, hdfs_folder, new_client, tmp_path,
                                                                small):
    hdfs.oracle.set_erasure_coding(hdfs_folder, "XOR-2-1-1024k")
    hdfs.oracle.put(f"{hdfs_folder}/theirs.csv", os.urandom(3 << 20))
    client = new_client(hdfs)
    check_refused(client, hdfs_folder, ["erasure coded", "XOR-2-1-1024k"], small, tmp_path)
    client.fs_fails("setrep", "2", f"{hdfs_folder}/theirs.csv", words=["erasure coded"])


def test_a_snapshot_is_read_but_takes_nothing(hdfs, hdfs_folder, new_client, small):
    client = new_client(hdfs)
    client.fs("put", small, f"{hdfs_folder}/f")
    hdfs.oracle.allow_snapshot(hdfs_folder)
    snapshot = hdfs.oracle.create_snapshot(hdfs_folder, "s")
    try:
        hdfs.oracle.put(f"{hdfs_folder}/f", b"new", overwrite=True)
        assert client.fs("cat", f"{snapshot}/f").stdout == "some words"
        client.fs_fails("put", small, f"{snapshot}/g", words=[f"{snapshot}/g", "snapshot"])
        client.fs_fails("rm", f"{snapshot}/f", words=[f"{snapshot}/f", "snapshot"])
        client.run_fails(client.url(f"{snapshot}/out"), words=["snapshot"], code=2)
    finally:
        hdfs.oracle.delete_snapshot(hdfs_folder, "s")
