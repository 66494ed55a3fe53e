"""`howdah fs` on the local disk; what coreutils and the operating system say is right."""

import os
import re
import signal
import socket
import stat
import subprocess
import threading

import pytest

import support


def fs(*arguments, code=0, **options):
    return support.howdah("fs", *arguments, code=code, **options)


def fails(*arguments, words=(), code=1, lines=1, **options):
    """Run it; it must print so many error lines, with all `words` in them."""
    outcome = fs(*arguments, code=code, **options)
    assert len(outcome.error_lines) == lines, outcome
    for word in words:
        assert str(word).lower() in outcome.stderr.lower(), f"{word!r} is not named\n{outcome}"
    return outcome


def piped(*arguments, data=b"", code=0):
    """Run it with `data` on stdin. \\return the bytes of stdout"""
    done = subprocess.run(support.command_line(["fs", *arguments]), input=data, timeout=60,
                          env=support.environment(), stdout=subprocess.PIPE)
    assert done.returncode == code
    return done.stdout


STRANGE = ["with space", "50%41", "ä€😀", "line\nbreak", "a:b", ".hidden", "-dash", "[x]", "{y}"]


@pytest.fixture
def files(place):
    """A tree with files of several sizes and strange names; name -> bytes of the top level."""
    folder = place / "files"
    (folder / "deep" / "deeper").mkdir(parents=True)
    contents = {name: os.urandom(100 * i) for i, name in enumerate(STRANGE)}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    (folder / "deep" / "deeper" / "end").write_bytes(b"end" * 700_000)
    return folder, contents


def same_tree(left, right):
    return subprocess.run(["diff", "-r", left, right]).returncode == 0


# ------------------------------------------------------------------------------------ listing


def test_ls_has_the_columns_of_hadoop(place):
    (place / "b").write_bytes(b"12345")
    (place / "a").mkdir()
    os.chmod(place / "a", 0o1777)
    os.chmod(place / "b", 0o640)
    os.utime(place / "b", (0, 86400))
    lines = fs("ls", place, env={"TZ": "UTC"}).stdout.splitlines()
    assert lines[0] == "Found 2 items"
    assert re.fullmatch(rf"drwxrwxrwt   - root root +0 [-\d]+ \d\d:\d\d {place}/a", lines[1])
    assert lines[2] == f"-rw-r-----   1 root root          5 1970-01-02 00:00 {place}/b"
    assert fs("ls", "-d", "-C", place).stdout == f"{place}\n"


def test_ls_orders_by_time_and_size(place):
    for name, size, time_ in (("a", 1, 300), ("b", 3, 100), ("c", 2, 200)):
        (place / name).write_bytes(b"x" * size)
        os.utime(place / name, (0, time_))

    def names(*flags):
        return "".join(line[-1] for line in fs("ls", "-C", *flags, place).stdout.splitlines())

    assert [names(), names("-r"), names("-t"), names("-S"), names("-Sr")] == \
        ["abc", "cba", "acb", "bca", "acb"]


def test_ls_shows_hidden_and_strange_names(files):
    folder, contents = files
    shown = fs("ls", "-C", folder).stdout
    assert shown == "".join(f"{folder}/{name}\n" for name in sorted([*contents, "deep"],
                                                                   key=os.fsencode))
    assert "line?break" in fs("ls", "-q", folder).stdout


def test_ls_goes_down_and_links_do_not_lead_round(place):
    (place / "d").mkdir()
    (place / "d" / "back").symlink_to(place)
    (place / "d" / "nowhere").symlink_to("gone")
    assert fs("ls", "-R", "-C", place).stdout.split() == \
        [f"{place}/d", f"{place}/d/back", f"{place}/d/nowhere"]


def test_relative_words_stay_relative(place):
    (place / "d").mkdir()
    (place / "d" / "f").touch()
    assert fs("ls", "-C", cwd=place).stdout == "d\n"
    assert fs("ls", "-C", "d/", cwd=place).stdout == "d/f\n"
    assert fs("ls", "-C", "*/f", cwd=place).stdout == "d/f\n"
    assert fs("ls", "-C", f"file:{place}/d").stdout == f"file:{place}/d/f\n"
    assert fs("ls", "-C", f"file://{place}/*/*").stdout == f"file://{place}/d/f\n"


@pytest.mark.parametrize("glob, found", [
    ("*", "ab abc b .x"), ("a?", "ab"), ("a*", "ab abc"), ("[a-b]", "b"), ("[^b]*", ".x ab abc"),
    ("{b,abc}", "abc b"), ("{b,gone}", "b"), (r"\a\b", "ab"), ("a{b,bc}", "ab abc")])
def test_globs(place, glob, found):
    for name in ("ab", "abc", "b", ".x"):
        (place / name).mkdir()
    shown = fs("ls", "-d", "-C", glob, cwd=place).stdout.split()
    assert shown == sorted(found.split())


def test_a_glob_without_a_match_is_an_error(place):
    fails("ls", f"{place}/no*", words=[f"{place}/no*: No such file or directory"])
    fails("ls", f"{place}/a[b", words=["not closed"])
    fails("ls", f"{place}/a{{b", words=["not closed"])


def test_stat_and_find_and_count(files):
    folder, contents = files
    state = os.stat(folder / "50%41")
    text = fs("stat", "%b %F %n %r %u %g %Y %a", folder / "50%41").stdout
    assert text == f"100 regular file 50%41 1 root root {state.st_mtime_ns // 10**6} 644\n"
    assert fs("stat", "%F", folder).stdout == "directory\n"
    found = fs("find", folder, "-name", "e*", "-print").stdout.split()
    assert found == [f"{folder}/deep/deeper/end"]
    assert fs("find", folder / "deep", "-iname", "D*").stdout.split() == \
        [f"{folder}/deep", f"{folder}/deep/deeper"]
    everything = subprocess.run(["find", folder, "-print0"], stdout=subprocess.PIPE).stdout
    assert sorted(fs("find", folder, "-print0").stdout.split("\0")) == \
        sorted(everything.decode().split("\0"))
    total = sum(map(len, contents.values())) + 2_100_000
    assert fs("count", folder).stdout.split() == \
        ["3", str(len(contents) + 1), str(total), str(folder)]
    assert fs("du", "-s", folder).stdout == f"{total}  {total}  {folder}\n"
    assert fs("du", "-h", folder / "deep").stdout == f"2.0 M  2.0 M  {folder}/deep/deeper\n"


def test_df_is_that_of_the_machine(place):
    head, line = fs("df", place).stdout.splitlines()
    assert head.split() == ["Filesystem", "Size", "Used", "Available", "Use%"]
    state = os.statvfs(place)
    assert line.split()[:2] == ["file://", str(state.f_blocks * state.f_frsize)]


# ------------------------------------------------------------------------------------ reading


def test_cat_head_tail(place):
    data = os.urandom(3_000_000)
    (place / "f").write_bytes(data)
    (place / "empty").touch()
    assert piped("cat", place / "f", place / "empty", place / "f") == data + data
    assert piped("head", place / "f") == data[:1024]
    assert piped("tail", place / "f") == data[-1024:]
    assert piped("tail", place / "empty") == b""
    fails("cat", place, words=["Is a directory"])


def test_cat_goes_on_with_the_others(place):
    (place / "f").write_text("text")
    outcome = fails("cat", place / "gone", place / "f", place / "lost", lines=2,
                    words=["gone: No such", "lost: No such"])
    assert outcome.stdout == "text"


def test_tail_follows_a_file(place):
    path = place / "log"
    path.write_text("one\n")
    process = support.start("fs", "tail", "-f", "-s", "10", path)
    assert process.stdout.readline() == "one\n"
    with open(path, "a") as file:
        file.write("two\n")
    assert process.stdout.readline() == "two\n"
    (place / "new").write_text("3\n")
    (place / "new").rename(path)
    assert process.stdout.readline() == "3\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode != 0


def test_a_reader_that_goes_away_ends_it(place):
    (place / "f").write_bytes(bytes(10_000_000))
    process = support.start("fs", "cat", place / "f")
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(30) == 1
    assert process.stderr.read().count("error: ") == 1


def test_checksum_is_the_crc32c_of_the_bytes(place):
    (place / "check").write_bytes(b"123456789")  # whose CRC32C every table of CRCs has
    assert fs("checksum", place / "check").stdout == \
        f"{place}/check\tCOMPOSITE-CRC32C\te3069283\n"


# ------------------------------------------------------------------------------------ copying


@pytest.mark.parametrize("verb", ["put", "get", "cp"])
def test_trees_are_copied(files, place, verb):
    folder, _ = files
    fs(verb, folder, place / "new" / "parents" / "copy")
    assert same_tree(folder, place / "new" / "parents" / "copy")
    (place / "there").mkdir()
    fs(verb, folder, place / "there")
    assert same_tree(folder, place / "there" / "files")
    assert not [path for path in place.rglob("*.pending")]


def test_many_files_are_copied_at_once(place):
    folder = place / "many"
    folder.mkdir()
    for i in range(3000):
        (folder / f"f{i}").write_bytes(b"%d" % i)
    fs("put", "-t", "8", folder, place / "copy")
    assert same_tree(folder, place / "copy")


def test_several_sources_go_into_a_directory(place):
    for name in "abc":
        (place / name).write_text(name)
    fs("put", place / "a", place / "b", place / "to")
    assert sorted(os.listdir(place / "to")) == ["a", "b"]
    fs("cp", f"{place}/{{a,b,c}}", place / "two/")
    assert sorted(os.listdir(place / "two")) == ["a", "b", "c"]
    fails("put", place / "a", place / "b", place / "c", words=["c: Is not a directory"])
    outcome = fails("put", place / "gone", place / "c", place / "to", words=["gone: No such file"])
    assert outcome.stdout == "" and (place / "to" / "c").exists()


def test_what_exists_is_kept_without_f(place):
    (place / "old").write_text("old")
    (place / "new").write_text("new")
    fails("cp", place / "new", place / "old", words=["old: File exists"])
    assert (place / "old").read_text() == "old"
    fs("cp", "-f", place / "new", place / "old")
    assert (place / "old").read_text() == "new"


def test_mode_and_times_are_kept_with_p(place):
    (place / "d").mkdir()
    (place / "d" / "f").write_text("x")
    os.chmod(place / "d" / "f", 0o741)
    os.chmod(place / "d", 0o750)
    for path in (place / "d" / "f", place / "d"):
        os.utime(path, ns=(1_600_000_000_000_000_000, 1_500_000_000_123_456_000))
    fs("cp", "-p", place / "d", place / "copy")
    for old, new in ((place / "d", place / "copy"), (place / "d/f", place / "copy/f")):
        assert os.stat(old).st_mode == os.stat(new).st_mode
        assert os.stat(old).st_mtime_ns == os.stat(new).st_mtime_ns


def test_stdin_and_stdout(place):
    data = os.urandom(2_500_000)
    piped("put", "-", place / "in" / "f", data=data)
    assert (place / "in" / "f").read_bytes() == data
    assert piped("get", place / "in" / "f", "-") == data


def test_odd_targets_are_refused(place):
    (place / "f").write_text("x")
    (place / "d" / "f").mkdir(parents=True)
    fails("cp", place / "f", place / "f", words=["are the same file"])
    fails("cp", "-f", place / "f", place / "f", words=["are the same file"])
    fails("cp", place / "f", place / "d", words=["d/f: Is a directory"])
    fails("cp", place / "d", place / "f", words=["expected a directory"])
    fails("cp", place / "d", place / "d" / "below", words=["into itself"])
    fails("cp", place / "f", f"{place}/f/", words=["Is not a directory"])
    fails("cp", place / "f", place / "f" / "x", words=["expected a directory"])
    fails("get", "-f", place / "f", "/dev/null", words=["not replaced"])
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert (place / "f").read_text() == "x"


def test_links_are_followed_but_not_in_circles(place):
    (place / "d").mkdir()
    (place / "d" / "f").write_text("x")
    (place / "d" / "link").symlink_to("f")
    (place / "d" / "round").symlink_to(".")
    fails("cp", place / "d", place / "copy", words=["leads back"])
    assert (place / "copy" / "link").read_text() == "x"
    assert not (place / "copy" / "link").is_symlink()


def test_files_that_cannot_be_read_do_not_stop_the_others(place):
    (place / "d").mkdir()
    for name in "abc":
        (place / "d" / name).write_text(name)
    os.chmod(place / "d" / "b", 0)
    fails("put", place / "d", place / "copy", words=["d/b", "denied"], unprivileged=True)
    assert sorted(os.listdir(place / "copy")) == ["a", "c"]


def test_an_interrupted_copy_leaves_no_half_file(place):
    os.mkfifo(place / "pipe")
    read_end, write_end = os.pipe()
    process = subprocess.Popen(support.command_line(["fs", "put", "-", str(place / "f")]),
                               env=support.environment(), stdin=read_end)
    os.write(write_end, b"half")
    assert support.wait_until(lambda: any(place.glob(".f.*.pending")), process)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    os.close(write_end)
    os.close(read_end)
    assert os.listdir(place) == ["pipe"]


def test_a_long_copy_shows_a_line_on_a_terminal(place):
    controller, terminal = os.openpty()
    process = subprocess.Popen(support.command_line(["fs", "put", "-", str(place / "f")]),
                               env=support.environment(), stdin=subprocess.PIPE, stderr=terminal)
    process.stdin.write(bytes(3 << 20))
    process.stdin.flush()
    shown = b""
    while b"MB/s" not in shown:
        shown += os.read(controller, 1000)
    process.stdin.close()
    assert process.wait(30) == 0
    assert b"0 files, 3 M, " in shown
    os.close(terminal)
    os.close(controller)


# -------------------------------------------------------------------------------------- names


def test_mv_and_mkdir(place):
    fails("mkdir", place / "a" / "b", words=["parent does not exist"])
    fs("mkdir", "-p", place / "a" / "b")
    fs("mkdir", "-p", place / "a" / "b")
    fails("mkdir", place / "a", words=["a: File exists"])
    (place / "f").write_text("f")
    fails("mkdir", "-p", place / "f" / "x", words=["expected a directory"])
    fs("mv", place / "f", place / "a" / "g")
    fs("mv", place / "a" / "g", place / "a" / "b")
    assert (place / "a" / "b" / "g").read_text() == "f"
    (place / "g").touch()
    fails("mv", place / "g", place / "a" / "b", words=["b/g: File exists"])
    fails("mv", place / "gone", place / "x", words=["gone: No such file"])
    fails("mv", place / "g", place / "x" / "y", words=["No such file"])
    fails("mv", place / "g", place / "a", place / "z", words=["z: No such file"])


def test_rm(place):
    (place / "d" / "e").mkdir(parents=True)
    (place / "d" / "link").symlink_to("/")
    (place / "f").touch()
    assert fs("rm", place / "f").stdout == f"Deleted {place}/f\n"
    fails("rm", place / "f", words=["f: No such file"])
    fs("rm", "-f", place / "f")
    fails("rm", place / "d", words=["Is a directory"])
    fs("rm", "-rf", "-skipTrash", place / "d")
    assert not os.listdir(place)
    fails("rm", "-r", "/", words=["root cannot be removed"])


def test_modes_and_owners(place):
    (place / "d").mkdir(0o755)
    (place / "d" / "f").touch()
    os.chmod(place / "d" / "f", 0o644)
    fs("chmod", "-R", "go=,u+X", place / "d")
    assert oct(os.stat(place / "d").st_mode)[-3:] == "700"
    assert oct(os.stat(place / "d" / "f").st_mode)[-3:] == "600"
    fs("chmod", "1777", place / "d")
    assert oct(os.stat(place / "d").st_mode)[-4:] == "1777"
    fs("chown", "-R", "daemon:12345", place / "d")
    assert (os.stat(place / "d" / "f").st_uid, os.stat(place / "d" / "f").st_gid) == (1, 12345)
    fs("chown", ":0", place / "d")
    assert (os.stat(place / "d").st_uid, os.stat(place / "d").st_gid) == (1, 0)
    fails("chown", "nobody-at-all", place / "d", words=["no user 'nobody-at-all'"])
    fails("chmod", "rwx", place / "d", code=2, words=["'rwx' is no mode"])
    fails("setrep", "2", place / "d" / "f", words=["no replication"])


def test_questions(place):
    (place / "f").write_text("x")
    (place / "empty").touch()
    answers = {"-e": (0, 0, 0, 1), "-d": (0, 1, 1, 1), "-f": (1, 0, 0, 1), "-s": (1, 0, 1, 1),
               "-z": (0, 1, 0, 1), "-r": (0, 0, 0, 1), "-w": (0, 0, 0, 1)}
    for flag, codes in answers.items():
        for name, code in zip((".", "f", "empty", "gone"), codes):
            outcome = fs("test", flag, place / name, code=code)
            assert outcome.stdout + outcome.stderr == ""
    os.chmod(place / "f", 0o200)
    fs("test", "-r", place / "f", code=1, unprivileged=True)
    fs("test", "-w", place / "f", unprivileged=True)
    fails("test", place / "f", code=2, words=["missing"])
    fails("test", "-e", "-d", place / "f", code=2, words=["one question"])


# ---------------------------------------------------------------------- words and configuration


@pytest.mark.parametrize("words, said", [
    ((), "no verb"), (("lz",), "did you mean 'ls'?"), (("ls", "-x"), "unknown flag '-x'"),
    (("cat",), "argument is missing"), (("tail", "a", "b"), "too many: 'b'"),
    (("cp", "-t", "0", "a", "b"), "1 to 64"), (("stat", "%q", "x"), "'%q'"),
    (("chown", ":", "x"), "neither OWNER"), (("setrep", "0", "x"), "no replication"),
    (("find", "x", "-name"), "needs a value"), (("find", "/", "-name", "[a"), "not closed")])
def test_wrong_words_are_exit_2(words, said):
    assert said in fails(*words, code=2).stderr


def test_help_is_printed():
    assert "checksum" in fs("--help").stdout
    assert "-skipTrash" in fs("rm", "--help").stdout
    assert re.search(r"fs +List", support.howdah("--help").stdout)


@pytest.mark.parametrize("url, said", [
    ("hdfs://nn:port/x", "not host:port"), ("hdfs://:8020/x", "names no host"),
    ("hdfs:///x", "names no NameNode"), ("s3://bucket/x", "no storage for the scheme 's3'"),
    ("file://host/x", "names a host"), ("", "empty")])
def test_malformed_urls_are_told(url, said):
    assert said in fails("ls", url).stderr


def write_site(folder, **settings):
    text = "".join(f"<property><name>{name}</name><value>{value}</value></property>"
                   for name, value in settings.items())
    (folder / "core-site.xml").write_text(f"<configuration>{text}</configuration>")
    return {"HADOOP_CONF_DIR": str(folder)}


QUICK = {"ipc.client.connect.max.retries": 1, "ipc.client.connect.retry.interval": 10,
         "ipc.client.connect.timeout": 2000}


def test_nobody_listening_is_one_sentence(place):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    outcome = fails("ls", f"hdfs://127.0.0.1:{port}/", env=write_site(place, **QUICK),
                    words=[f"127.0.0.1:{port}", "refused"])
    assert "\n" not in outcome.stderr.strip()


def test_a_web_server_is_told_from_a_namenode(place):
    def answer(server):
        while True:
            try:
                peer, _ = server.accept()
            except OSError:
                return
            with peer:
                peer.recv(100)
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, args=(server,), daemon=True).start()
        port = server.getsockname()[1]
        fails("ls", f"hdfs://127.0.0.1:{port}/", env=write_site(place, **QUICK), words=["HTTP"])


def test_conf_tells_what_is_honoured(place):
    env = write_site(place, **{"fs.defaultFS": "hdfs://nn:9000", "dfs.blocksize": "64m",
                               "dfs.checksum.type": "CRC32", "my.own": "1"})
    rows = {line.split()[1]: line.split() for line in fs("conf", env=env).stdout.splitlines()
            if not line.startswith("#")}
    assert rows["dfs.blocksize"][0] == "honoured" and rows["dfs.blocksize"][2] == "64m"
    assert rows["dfs.blocksize"][3].endswith("core-site.xml")
    assert rows["dfs.replication"] == ["honoured", "dfs.replication", "3", "default"]
    assert rows["my.own"][0] == "ignored"
    assert "# warning: dfs.checksum.type" in fs("conf", env=env).stdout
    assert len(fs("conf", "my.own", env=env).stdout.splitlines()) == 3
    fails("conf", "dfs.nothing", env=env, words=["dfs.nothing"])


def test_a_broken_configuration_is_told(place):
    (place / "core-site.xml").write_text("<configuration><property>")
    fails("ls", "/", env={"HADOOP_CONF_DIR": str(place)}, words=["core-site.xml"])
    fails("ls", "/", env={"HADOOP_CONF_DIR": str(place / "gone")}, words=["gone"])
    env = write_site(place, **{"fs.defaultFS": "viewfs://cluster"})
    fails("ls", "/", env=env, words=["viewfs://cluster"])
