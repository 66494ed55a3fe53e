"""Who may read what is published: as the parent of the dataset has it."""

import os
import stat
import struct
import subprocess

import pytest

import support

OURS, NOT_OURS = 54321, 54322  # groups, and users, of nobody
# Root without the right to give files away, and in one more group.
ORDINARY = ["setpriv", "--inh-caps=-all", "--bounding-set=-chown,-fsetid", f"--groups={OURS}", "--"]

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
TAGS = {"u": 1, "user": 2, "g": 4, "group": 8, "m": 16, "o": 32}


def acl_bytes(lines):
    """A list for the kernel: "u::7", "user:54321:7", "g::5", "group:…", "m::7", "o::0"."""
    entries = [line.split(":") for line in lines.split()]
    return struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", TAGS[tag], int(permissions), int(name) if name else 0xFFFFFFFF)
        for tag, name, permissions in entries)


def acl(path, attribute=ACCESS):
    """The lines of a list; "" if there is none."""
    if attribute not in os.listxattr(path):
        return ""
    data = os.getxattr(path, attribute)
    names = {number: tag for tag, number in TAGS.items()}
    entries = [struct.unpack_from("<HHI", data, at) for at in range(4, len(data), 8)]
    return " ".join(f"{names[tag]}:{'' if name == 0xFFFFFFFF else name}:{permissions}"
                    for tag, permissions, name in entries)


@pytest.fixture
def lake(place, linear):
    """lake(mode, group, owner): the dataset's parent. lake.run(…): lands in lake.output."""
    folder = place / "lake"
    folder.mkdir()
    linear.run[linear.run.index(linear.output)] = folder / "out"

    class Lake:
        output = folder / "out"
        elsewhere = ["--set", f"output.staging={place}/staging"]

        def __call__(self, mode, group=0, owner=0):
            os.chown(folder, owner, group)
            folder.chmod(mode)

        def run(self, *more, drop=(), umask=0o022):
            process = subprocess.run(
                [*drop, support.HOWDAH, *map(str, [*linear.run, *more])], umask=umask, text=True,
                env=support.environment(), capture_output=True)
            assert process.returncode == 0, process.stderr
            return process.stderr

    return Lake()


def landed(path):
    """The kinds of directories and of files below a dataset: {"owner:group mode", …}, {…}"""
    found = set(), set()
    for entry in [path, *path.rglob("*")]:
        info = entry.lstat()
        found[stat.S_ISREG(info.st_mode)].add(
            f"{info.st_uid}:{info.st_gid} {stat.S_IMODE(info.st_mode):o}")
    return found


@pytest.fixture(params=["beside", "elsewhere"])
def staging(request, lake):
    return lake.elsewhere if request.param == "elsewhere" else []


def test_owner_group_and_mode_are_the_parents(lake, staging):
    lake(0o2770, OURS, OURS)
    lake.run(*staging, umask=0o077)
    assert landed(lake.output) == ({"54321:54321 2770"}, {"54321:54321 660"})
    assert (lake.output / support.LEDGER).stat().st_gid == OURS
    support.verify(lake.output, level=2)


def test_a_user_gives_a_group_that_is_also_his(lake, staging):
    lake(0o2775, OURS)
    assert "warning" not in lake.run(*staging, drop=ORDINARY).lower()
    assert landed(lake.output) == ({"0:54321 2775"}, {"0:54321 664"})


def test_a_group_that_the_parent_does_not_name_gets_no_more_than_others(lake):
    lake(0o2775, NOT_OURS)
    stderr = lake.run(*lake.elsewhere, drop=ORDINARY)
    assert stderr.count("does not get the group") == 1 and "lake" in stderr
    assert landed(lake.output) == ({"0:0 755"}, {"0:0 644"})
    lake(0o2770, NOT_OURS)
    lake.run(*lake.elsewhere, "--mode", "overwrite", "--job-id", "again", drop=ORDINARY)
    assert landed(lake.output) == ({"0:0 700"}, {"0:0 600"})


def test_a_default_list_is_inherited(lake, staging):
    lake(0o2770, OURS)
    wish = f"u::7 user:{OURS}:7 g::5 m::7 o::0"
    os.setxattr(lake.output.parent, DEFAULT, acl_bytes(wish))
    lake.run(*staging, umask=0o077)
    assert acl(lake.output) == acl(lake.output, DEFAULT) == wish
    assert stat.S_IMODE(lake.output.stat().st_mode) == 0o2770
    for file in lake.output.iterdir():
        assert acl(file) == f"u::6 user:{OURS}:7 g::5 m::6 o::0"
        assert stat.S_IMODE(file.stat().st_mode) == 0o660
    # The same that the kernel hands down.
    (lake.output.parent / "made").write_text("x")
    assert acl(lake.output.parent / "made") == f"u::6 user:{OURS}:7 g::5 m::6 o::0"


def test_a_list_of_the_staging_directory_stays_there(lake, place):
    lake(0o750)
    (place / "staging").mkdir()
    os.setxattr(place / "staging", DEFAULT, acl_bytes(f"u::7 user:{OURS}:7 g::7 m::7 o::7"))
    lake.run(*lake.elsewhere)
    assert landed(lake.output) == ({"0:0 750"}, {"0:0 640"})
    for path in (lake.output, *lake.output.iterdir()):
        assert acl(path) == acl(path, DEFAULT) == ""


def test_runs_have_what_their_dataset_has(lake, staging):
    lake(0o2770, OURS)
    lake.run(*staging, "--mode", "append", "--job-id", "monday")
    assert landed(lake.output) == ({"0:54321 2770"}, {"0:54321 660"})
    os.chown(lake.output, -1, NOT_OURS)
    lake.output.chmod(0o2750)
    lake.run(*staging, "--mode", "append", "--job-id", "tuesday")
    assert landed(lake.output / "run_id=tuesday") == ({"0:54322 2750"}, {"0:54322 640"})
    assert landed(lake.output / "run_id=monday") == ({"0:54321 2770"}, {"0:54321 660"})


def test_what_replaces_a_dataset_has_what_the_parent_has_now(lake, staging):
    lake(0o755)
    lake.run(*staging)
    lake(0o2770, OURS)
    lake.run(*staging, "--mode", "overwrite", "--job-id", "again")
    assert landed(lake.output) == ({"0:54321 2770"}, {"0:54321 660"})


def test_in_a_directory_for_everybody_nothing_is_copied(lake, staging):
    lake(0o1777, OURS)
    lake.run(*staging)
    assert landed(lake.output) == ({"0:0 755"}, {"0:0 644"})


def test_a_sticky_directory_of_a_group_is_a_model_but_for_that_bit(lake, staging):
    lake(0o3770, OURS)
    lake.run(*staging, umask=0o077)
    assert landed(lake.output) == ({"0:54321 2770"}, {"0:54321 660"})
