"""`howdah fs` against a real HDFS; Java's client says what is there, and its shell how it looks."""

import hashlib
import os
import re
import subprocess

import pytest

import support
from testing.cluster import conf, java


@pytest.fixture
def fs(hdfs):
    """fs("ls", ...): run the command with the cluster's configuration."""
    def run(*arguments, code=0, user=None, **options):
        env = {"HADOOP_CONF_DIR": str(hdfs.conf_dir), "TZ": "UTC"}
        if user:
            env["HADOOP_USER_NAME"] = user
        return support.howdah("fs", *arguments, code=code, env=env, **options)
    return run


@pytest.fixture
def fails(fs):
    """Run it; it must exit 1 with one error line that has all `words`."""
    def run(*arguments, words=(), **options):
        outcome = fs(*arguments, code=1, **options)
        assert len(outcome.error_lines) == 1, outcome
        for word in words:
            assert str(word).lower() in outcome.stderr.lower(), f"{word!r} is not named\n{outcome}"
        return outcome
    return run


def hadoop_shell(hdfs, *arguments):
    """What `hdfs dfs ARGUMENTS` prints: a JVM for each call."""
    site = hdfs.conf_dir / "core-site.xml"
    command = [java.jdk() / "bin" / "java", *java.FLAGS, *java.JIT["quick"], "-cp",
               ":".join(map(str, java.classpath())), "org.apache.hadoop.fs.FsShell", "-conf", site,
               *arguments]
    done = subprocess.run(command, env=java.environment(TZ="UTC"), stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0
    return done.stdout


SIZES = [0, 1, 511, 512, 513, 65_023, 65_024, 65_025, 1_000_003]


@pytest.fixture
def tree(hdfs, hdfs_folder, tmp_path):
    """A local tree of odd sizes and strange names. \\return its path"""
    folder = tmp_path / "tree"
    (folder / "sub" / "leer").mkdir(parents=True)
    for size in SIZES:
        (folder / f"{size}").write_bytes(os.urandom(size))
    for name in ("with space", "50%41", "ä€😀", "line\nbreak", "[x]{y}", ".hidden"):
        (folder / "sub" / name).write_bytes(name.encode())
    return folder


def same_tree(left, right):
    return subprocess.run(["diff", "-r", left, right]).returncode == 0


def test_what_is_put_java_reads_and_get_brings_back(hdfs, hdfs_folder, fs, tree, tmp_path):
    fs("put", tree, f"{hdfs_folder}/new/parents/copy")
    for path in tree.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            there = hdfs.oracle.cat(f"{hdfs_folder}/new/parents/copy/{path.relative_to(tree)}")
            assert there == {"length": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    fs("get", f"{hdfs_folder}/new/parents/copy", tmp_path / "back")
    assert same_tree(tree, tmp_path / "back")
    fs("cp", f"{hdfs_folder}/new/parents", f"{hdfs.url}{hdfs_folder[1:]}/cp")
    fs("get", f"{hdfs_folder}/cp/copy", tmp_path / "again")
    assert same_tree(tree, tmp_path / "again")
    names = fs("find", hdfs_folder, "-name", "*pending*").stdout
    assert names == ""


def test_what_java_wrote_is_read(hdfs, hdfs_folder, fs):
    data = bytes(range(256)) * 5000
    hdfs.oracle.put(f"{hdfs_folder}/f", data, block_size=1 << 20)
    done = subprocess.run(support.command_line(["fs", "cat", f"{hdfs.url}{hdfs_folder[1:]}/f"]),
                          env=support.environment(), stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (0, data)
    checksum = hdfs.oracle.checksum(f"{hdfs_folder}/f")["composite"]
    assert fs("checksum", f"{hdfs_folder}/f").stdout == \
        f"{hdfs_folder}/f\t{checksum['algorithm']}\t{checksum['bytes']}\n"


@pytest.mark.parametrize("arguments", [
    ["-ls"], ["-ls", "-R", "-h"], ["-ls", "-S"], ["-ls", "-d"], ["-du"], ["-du", "-s", "-h"],
    ["-count", "-q", "-v"], ["-stat", "%a %b %F %g %n %o %r %u %y %Y"], ["-find"]],
    ids=lambda arguments: " ".join(arguments))
def test_it_looks_like_hadoops_shell(hdfs, hdfs_folder, fs, arguments):
    oracle = hdfs.oracle
    oracle.put(f"{hdfs_folder}/big", bytes(3_000_000), replication=2)
    oracle.put(f"{hdfs_folder}/sub/small: ä %".replace(":", ""), b"x", replication=1)
    oracle.put(f"{hdfs_folder}/.hidden", b"")
    oracle.chmod(f"{hdfs_folder}/sub", "1777")
    oracle.chown(f"{hdfs_folder}/big", owner="somebody-with-a-name", group="g")
    oracle.set_quota(hdfs_folder, names=100)
    verb, *flags = arguments
    assert fs(verb[1:], *flags, hdfs_folder).stdout == \
        hadoop_shell(hdfs, verb, *flags, hdfs_folder)


def test_globs_match_as_in_hadoops_shell(hdfs, hdfs_folder, fs):
    for name in ("a1", "a2", "b1", ".x", "c*d", "sub/a1", "sub/a2"):
        hdfs.oracle.put(f"{hdfs_folder}/{name}", b"")

    def names(glob):
        shown = fs("ls", "-d", "-C", f"{hdfs_folder}/{glob}").stdout.split()
        return [path[len(hdfs_folder) + 1:] for path in shown]

    assert names("*") == [".x", "a1", "a2", "b1", "c*d", "sub"]
    assert names("[^a]?") == [".x", "b1"]
    assert names("{a1,sub/a*,gone}") == ["a1", "sub/a1", "sub/a2"]
    assert names(r"c\*d") == ["c*d"]
    assert names("*/a2") == ["sub/a2"]
    assert fs("ls", "-C", f"{hdfs.url}{hdfs_folder[1:]}/a*").stdout.split() == \
        [f"{hdfs.url}{hdfs_folder[1:]}/{name}" for name in ("a1", "a2")]


def test_long_listings_come_in_pages(hdfs, hdfs_folder, fs):
    calls = [hdfs.oracle.begin("mkdirs", path=f"{hdfs_folder}/d{i:04}") for i in range(2500)]
    for call in calls:
        call.result(120)
    lines = fs("ls", hdfs_folder).stdout.splitlines()
    assert lines[0] == "Found 2500 items"
    assert [line.split("/")[-1] for line in lines[1:]] == [f"d{i:04}" for i in range(2500)]
    assert len(fs("ls", "-t", hdfs_folder).stdout.splitlines()) == 2501
    assert fs("count", hdfs_folder).stdout.split()[:2] == ["2501", "0"]


def test_modes_owners_and_replication(hdfs, hdfs_folder, fs):
    path = f"{hdfs_folder}/d/f"
    hdfs.oracle.put(path, b"x" * 100, replication=3)
    fs("chmod", "-R", "go=,u+X", f"{hdfs_folder}/d")
    assert hdfs.oracle.stat(path)["mode"] == "0600"
    assert hdfs.oracle.stat(f"{hdfs_folder}/d")["mode"] == "0700"
    fs("chown", "-R", "alice:staff", f"{hdfs_folder}/d")
    assert [hdfs.oracle.stat(path)[key] for key in ("owner", "group")] == ["alice", "staff"]
    outcome = fs("setrep", "-w", "2", f"{hdfs_folder}/d")
    assert outcome.stdout.startswith(f"Replication 2 set: {path}\nWaiting for {path} ...")
    assert outcome.stdout.endswith(" done\n")
    assert hdfs.oracle.stat(path)["replication"] == 2


def test_mode_and_times_are_kept_with_p(hdfs, hdfs_folder, fs, tmp_path):
    source = tmp_path / "f"
    source.write_bytes(b"x")
    os.chmod(source, 0o640)
    os.utime(source, ns=(1_600_000_000_000_000_000, 1_500_000_000_123_000_000))
    fs("put", "-p", source, hdfs_folder)
    state = hdfs.oracle.stat(f"{hdfs_folder}/f")
    assert (state["mode"], state["modified_ms"], state["owner"]) == ("0640", 1_500_000_000_123, "root")
    fs("get", "-p", f"{hdfs_folder}/f", tmp_path / "g")
    assert os.stat(tmp_path / "g").st_mtime_ns == os.stat(source).st_mtime_ns


def test_names_are_made_moved_and_removed(hdfs, hdfs_folder, fs, fails):
    fails("mkdir", f"{hdfs_folder}/a/b", words=["parent does not exist"])
    fs("mkdir", "-p", f"{hdfs_folder}/a/b")
    fs("mkdir", "-p", f"{hdfs_folder}/a/b")
    fails("mkdir", f"{hdfs_folder}/a", words=["File exists"])
    hdfs.oracle.put(f"{hdfs_folder}/f", b"f")
    fails("mkdir", "-p", f"{hdfs_folder}/f/x", words=["expected a directory"])
    fs("mv", f"{hdfs_folder}/f", f"{hdfs_folder}/a/b")
    assert hdfs.oracle.exists(f"{hdfs_folder}/a/b/f")
    fails("rm", f"{hdfs_folder}/a", words=["Is a directory"])
    assert fs("rm", "-r", f"{hdfs_folder}/a").stdout == f"Deleted {hdfs_folder}/a\n"
    assert not hdfs.oracle.exists(f"{hdfs_folder}/a")
    fails("mv", f"{hdfs_folder}/gone", f"{hdfs_folder}/x", words=["gone: No such file"])


def test_rm_uses_the_trash_where_there_is_one(hdfs, hdfs_folder, fs, tmp_path):
    conf.write_changed_folder(tmp_path / "conf", hdfs.conf_dir, {"fs.trash.interval": 60})
    env = {"HADOOP_CONF_DIR": str(tmp_path / "conf"), "HADOOP_USER_NAME": "root"}
    trash = "/user/root/.Trash"
    try:
        for _ in range(2):
            hdfs.oracle.put(f"{hdfs_folder}/f", b"f")
            said = support.howdah("fs", "rm", f"{hdfs_folder}/f", env=env).stdout
            assert said.startswith(f"Moved {hdfs_folder}/f to trash at {trash}/Current{hdfs_folder}/f")
        assert len(hdfs.oracle.list(f"{trash}/Current{hdfs_folder}")) == 2
        hdfs.oracle.put(f"{hdfs_folder}/f", b"f")
        said = support.howdah("fs", "rm", "-skipTrash", f"{hdfs_folder}/f", env=env).stdout
        assert said == f"Deleted {hdfs_folder}/f\n"
        assert "Deleted" in support.howdah("fs", "rm", "-r", trash, env=env).stdout
    finally:
        hdfs.oracle.delete("/user/root")


def test_relative_paths_begin_at_home(hdfs, hdfs_folder, fs):
    try:
        fs("mkdir", "-p", "made/here", user="root")
        assert hdfs.oracle.exists("/user/root/made/here")
        assert fs("ls", "-C", user="root").stdout == "made\n"
        assert fs("ls", "-C", "ma*", user="root").stdout == "made/here\n"
    finally:
        hdfs.oracle.delete("/user/root")


def test_tail_follows_a_file_that_is_appended_to(hdfs, hdfs_folder):
    path = f"{hdfs_folder}/log"
    hdfs.oracle.put(path, b"one\n")
    process = support.start("fs", "tail", "-f", "-s", "50", path,
                            env={"HADOOP_CONF_DIR": str(hdfs.conf_dir)})
    assert process.stdout.readline() == "one\n"
    handle = hdfs.oracle.append(path)
    hdfs.oracle.write(handle, b"two\n")
    hdfs.oracle.close(handle)
    assert process.stdout.readline() == "two\n"
    process.terminate()
    process.communicate(timeout=30)


def test_bad_words_are_one_sentence_each(hdfs, hdfs_folder, fs, fails, tmp_path):
    (tmp_path / "f").write_text("x")
    (tmp_path / "a:b").write_text("x")
    hdfs.oracle.put(f"{hdfs_folder}/f", b"old")
    fails("ls", f"{hdfs_folder}/gone", words=["gone: No such file or directory"])
    fails("ls", f"{hdfs_folder}/no*", words=["no*: No such file or directory"])
    fails("cat", hdfs_folder, words=["Is a directory"])
    fails("put", tmp_path / "f", hdfs_folder, words=["f: File exists"])
    fails("put", tmp_path / "f", f"{hdfs_folder}/f/x", words=["expected a directory"])
    fails("put", tmp_path, f"{hdfs_folder}/f", words=["expected a directory"])
    fails("put", tmp_path / "a:b", hdfs_folder, words=["':'"])
    fails("get", f"{hdfs_folder}/gone", tmp_path, words=["No such file"])
    fails("cp", hdfs_folder, f"{hdfs_folder}/below", words=["into itself"])
    fails("mv", f"{hdfs_folder}/f", f"file://{tmp_path}/x", words=["another"])
    fails("chmod", "4755", f"{hdfs_folder}/f", words=["setuid"])
    assert hdfs.oracle.cat(f"{hdfs_folder}/f")["length"] == 3
    fs("put", "-f", tmp_path / "f", hdfs_folder)
    assert hdfs.oracle.cat(f"{hdfs_folder}/f")["length"] == 1


def test_what_is_not_permitted_is_told(hdfs, hdfs_folder, fs, fails, tmp_path):
    (tmp_path / "f").write_text("x")
    hdfs.oracle.mkdirs(f"{hdfs_folder}/mine")
    hdfs.oracle.chmod(f"{hdfs_folder}/mine", "0700")
    for arguments in (["ls", f"{hdfs_folder}/mine"], ["put", tmp_path / "f", f"{hdfs_folder}/g"],
                      ["mkdir", f"{hdfs_folder}/x"], ["rm", "-r", f"{hdfs_folder}/mine"],
                      ["chown", "alice", hdfs_folder]):
        fails(*arguments, user="alice", words=["ermission denied"])
    fs("test", "-r", hdfs_folder, user="alice")
    fs("test", "-w", hdfs_folder, user="alice", code=1)
    fs("test", "-e", hdfs_folder, user="alice")


def test_an_interrupted_put_leaves_nothing(hdfs, hdfs_folder):
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        support.command_line(["fs", "put", "-", f"{hdfs.url}{hdfs_folder[1:]}/f"]),
        env=support.environment({"HADOOP_CONF_DIR": str(hdfs.conf_dir)}), stdin=read_end)
    os.write(write_end, b"half")
    assert support.wait_until(lambda: hdfs.oracle.list(hdfs_folder), process)
    process.terminate()
    assert process.wait(60) == 130
    os.close(write_end)
    os.close(read_end)
    assert hdfs.oracle.list(hdfs_folder) == []


def test_df_knows_the_cluster(hdfs, fs):
    line = fs("df").stdout.splitlines()[1]
    assert line.startswith(hdfs.url.rstrip("/"))
    assert re.fullmatch(r"\S+ +\d+ +\d+ +\d+ +\d+%", line)
