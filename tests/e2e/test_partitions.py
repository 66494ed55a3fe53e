"""Many partitions: how many files, how much memory and disk, and what is refused."""

import os

import duckdb
import numpy as np
import pyarrow as pa
import pytest

import support
from support import howdah, refused

ROWS = 400_000
PARTITIONS = 2000
BUDGET = 64 << 20


@pytest.fixture
def scattered(place, model):
    """scattered(rows, partitions): rows whose partition is made by chance, and `run`."""

    def make(rows, partitions, text=""):
        rng = np.random.default_rng(5)
        x = rng.random(rows, dtype=np.float32)
        table = pa.table({"id": np.arange(rows), "x": x,
                          "k": rng.permutation(np.arange(rows) % partitions),
                          "few": np.arange(rows) % 8,
                          "note": [f"{text}{i * 7919}" for i in range(rows)]})
        support.write_rows(place / "in", table, row_group=20_000)
        (place / "tmp").mkdir(exist_ok=True)
        flags = ["--model", model("linear"), "--input", place / "in", "--keep", "id,k,few,note",
                 "--set", "input.split_size=1GiB"]
        env = {"TMPDIR": str(place / "tmp")}
        return table, flags, env

    return make


def test_2000_partitions_land_within_their_budget(scattered, place):
    given, flags, env = scattered(ROWS, PARTITIONS, text="a text of some hundred bytes " * 4)
    budget = ["--set", f"output.memory={BUDGET}"]
    summary = howdah("run", *flags, *budget, "--partition-by", "k", "--output", place / "out",
                     env=env).summary
    assert summary["rows"]["written"] == ROWS
    assert summary["files"] == PARTITIONS  # one split: one file each
    memory = summary["output_memory"]
    assert memory["budget_bytes"] == BUDGET
    assert BUDGET // 8 < memory["peak_bytes"] <= BUDGET
    assert len(list((place / "out").glob("k=*/*.parquet"))) == PARTITIONS
    assert list((place / "tmp").iterdir()) == []

    landed = (f"read_parquet('{place}/out/*/*.parquet', hive_partitioning=true, filename=true,"
              " file_row_number=true)")
    assert duckdb.sql(f"""
        select count(*) from (select k, id, y, note from {landed}) landed
        join given using (k, id) where landed.note = given.note
             and abs(landed.y - (2 * given.x + 1)) < 1e-5""").fetchall() == [(ROWS,)]
    # Rows of a partition are in the input's order, which is that of `id`.
    assert duckdb.sql(f"""
        select count(*) from (select id, lag(id) over (partition by filename
                                                       order by file_row_number) as before
                              from {landed}) where id < before""").fetchall() == [(0,)]
    support.verify(place / "out", level=3)

    # The process as a whole needs about as much as for 8 partitions, whose rows never wait.
    few = howdah("run", *flags, *budget, "--partition-by", "few", "--output", place / "few",
                 env=env).summary
    assert few["files"] == 8
    assert summary["peak_rss_bytes"] <= few["peak_rss_bytes"] + BUDGET


def test_rows_wait_in_a_file_without_a_name_that_a_killed_run_does_not_leave(scattered, place):
    _, flags, env = scattered(200_000, 300)
    command = ["run", *flags, "--set", "output.memory=16MiB", "--partition-by", "k", "--output",
               place / "out"]
    process = support.start(*command, env=env)

    def waits_on_disk():
        folder = f"/proc/{process.pid}/fd"
        links = []
        for name in os.listdir(folder):
            try:
                links.append(os.readlink(f"{folder}/{name}"))
            except FileNotFoundError:
                pass  # closed in this moment
        return any(link.startswith(env["TMPDIR"]) for link in links)

    assert support.wait_until(waits_on_disk, process)
    process.kill()
    support.finish(process)
    assert list((place / "tmp").iterdir()) == []
    assert howdah(*command, env=env).summary["files"] == 300
    support.verify(place / "out", level=3)


def test_a_full_temporary_disk_is_one_sentence_and_the_same_command_goes_on(scattered, place,
                                                                             small_disk):
    _, flags, env = scattered(100_000, 300)
    disk = small_disk("200k")
    command = ["run", *flags, "--set", "output.memory=16MiB", "--partition-by", "k", "--output",
               place / "out"]
    refused(*command, code=1, words=["TMPDIR", disk, "No space left", "partitions"],
            env={"TMPDIR": str(disk)})
    assert support.visible_state(place / "out") == "absent"
    assert howdah(*command, env=env).summary["files"] == 300


# ------------------------------------------------------------------------------- too many files


def test_more_partitions_than_files_are_allowed_end_the_run(scattered, place):
    _, flags, env = scattered(3000, 200)
    command = ["run", *flags, "--partition-by", "k", "--output", place / "out"]
    limit = ["--set", "checks.max_files=150"]
    refused(*command, *limit, code=1, env=env, words=["150", "'k'", "checks.max_files"])
    assert support.visible_state(place / "out") == "absent"
    summary = howdah(*command, env=env).summary  # the limit is no part of the job
    assert summary["files"] == 200 and summary["splits"]["reused"] == 0


def test_files_are_counted_over_all_splits_also_those_of_an_earlier_run(scattered, place):
    _, flags, env = scattered(40_000, 60)
    splits = ["--set", "input.split_size=1"]  # each row group
    command = ["run", *flags, *splits, "--partition-by", "k", "--output", place / "out"]
    for _ in range(2):
        refused(*command, "--set", "checks.max_files=100", code=1, env=env,
                words=["120 files", "100", "checks.max_files", "input.split_size"])
        assert support.visible_state(place / "out") == "absent"
    summary = howdah(*command, "--set", "checks.max_files=120", env=env).summary
    assert summary["files"] == 120 and summary["splits"]["reused"] == 2


def test_more_splits_than_files_are_refused_before_anything_is_written(scattered, place):
    _, flags, env = scattered(100_000, 10)
    command = ["run", *flags, "--set", "input.split_size=1", "--output", place / "out"]
    refused(*command, "--set", "checks.max_files=4", env=env,
            words=["5 files", "4", "input.split_size", "checks.max_files"])
    assert not support.staging_of(place / "out").exists()
    assert howdah(*command, "--set", "checks.max_files=5", env=env).summary["files"] == 5


def day_directories(place, days):
    for day in range(days):
        support.write_rows(place / "days" / f"day={day}", support.linear_rows(10))
    return ["--input", place / "days", "--keep", "id,day", "--partition-by", "day"]


def test_directories_of_the_input_are_counted_when_the_job_is_planned(place, model):
    flags = ["--model", model("linear"), *day_directories(place, 120), "--output", place / "out"]
    refused("check", *flags, "--set", "checks.max_files=119", words=["120 files", "119", "'day'"])
    planned = howdah("check", *flags, "--json").summary["warnings"]
    assert len(planned) == 1 and "120 files" in planned[0] and "'day'" in planned[0]
    outcome = howdah("run", *flags)
    assert len(outcome.summary["warnings"]) == 1
    assert "far below output.file_size (256.0 MiB)" in outcome.summary["warnings"][0]
    assert outcome.summary["warnings"][0] in outcome.stderr
    assert howdah("check", *flags, "--json").summary["warnings"] == outcome.summary["warnings"]
    assert "warning" in howdah("check", *flags).stdout


def test_few_small_files_are_no_reason_to_warn(place, model):
    flags = ["--model", model("linear"), *day_directories(place, 20), "--output", place / "out"]
    assert howdah("run", *flags).summary["warnings"] == []


@pytest.mark.parametrize("value", ["0", "1048577"])
def test_a_directory_of_hdfs_bounds_the_number_of_files(linear, value):
    refused("check", *linear.flags, "--set", f"checks.max_files={value}",
            words=["checks.max_files", "1048576", value])


# ------------------------------------------------------------------------------- sizes and names


def test_the_size_of_files_is_told_and_no_part_of_the_job_unless_it_is_given(linear):
    check = howdah("check", *linear.flags, "--json").summary
    assert check["file_size"] == 256 << 20
    assert "256.0 MiB" in howdah("check", *linear.flags).stdout
    given = howdah("check", *linear.flags, "--set", "output.file_size=256MiB", "--json").summary
    assert given["file_size"] == 256 << 20 and given["job_id"] != check["job_id"]
    assert howdah(*linear.run).summary["file_size"] == 256 << 20


def test_an_output_without_room_for_the_name_of_its_staging_is_refused(place, model, linear):
    flags = linear.flags[:4]
    refused("check", *flags, "--output", place / ("o" * 248), words=["247", "248", "staging"])
    howdah("run", *flags, "--keep", "id", "--output", place / ("o" * 247))
    # Elsewhere that name also tells datasets apart.
    elsewhere = [*flags, "--keep", "id", "--set", f"output.staging={place}/staging"]
    refused("check", *elsewhere, "--output", place / ("e" * 231), words=["230", "231", "staging"])
    howdah("run", *elsewhere, "--output", place / ("e" * 230))
