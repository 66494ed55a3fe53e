"""Publish modes append and overwrite: what lands, what is refused, and what is undone."""

import json
import signal

import duckdb
import pyarrow.parquet as pq
import pytest

import support
from support import finish, howdah, refused, start, wait_until


def visible_jobs(dataset):
    """The job that each row came from, by the ledgers."""
    return sorted(json.loads(path.read_text())["job_id"]
                  for path in dataset.rglob(support.LEDGER))


def run(job, mode, job_id, *more, **options):
    return howdah(*job.run, "--mode", mode, "--job-id", job_id, *more, **options)


def ids(dataset):
    found = duckdb.sql(f"SELECT id FROM read_parquet('{dataset}/**/*.parquet') ORDER BY id")
    return [row[0] for row in found.fetchall()]


@pytest.fixture
def other(linear, place):
    """The same job over other rows."""
    table = support.linear_rows(500, first=100_000)
    support.write_rows(place / "other-in", table, files=2)

    class Job:
        rows, output = table, linear.output
        run = [place / "other-in" if word == linear.input else word for word in linear.run]

    return Job


# ------------------------------------------------------------------------------------------ append


def test_runs_stand_side_by_side_and_each_lands_once(linear, other):
    assert run(linear, "append", "monday").summary["mode"] == "append"
    run(other, "append", "tues:day")
    again = run(linear, "append", "monday").summary
    assert again["outcome"] == "already_published"
    assert [p.name for p in sorted(linear.output.iterdir())] == [
        ".howdah-append", "run_id=monday", "run_id=tues%3Aday"]
    both = sorted(linear.rows.column("id").to_pylist() + other.rows.column("id").to_pylist())
    assert ids(linear.output) == both
    table = pq.read_table(linear.output)
    assert set(table.column("run_id").to_pylist()) == {"monday", "tues:day"}
    found = json.loads(support.verify(linear.output, level=3).stdout)
    assert found["rows"] == len(both) and [r["job_id"] for r in found["runs"]] == ["monday", "tues:day"]
    support.assert_no_payload(linear.output)


def test_append_wants_a_job_id(linear):
    refused(*linear.run, "--mode", "append", words=["job.id", "append"])


def test_append_is_only_for_datasets_that_began_so(linear, other):
    run(linear, "new", "first")
    refused(*other.run, "--mode", "append", "--job-id", "second", words=["append", "first"])
    assert visible_jobs(linear.output) == ["first"]


def test_new_and_overwrite_leave_runs_alone(linear, other):
    run(linear, "append", "monday")
    for mode in ("new", "overwrite"):
        refused(*other.run, "--mode", mode, "--job-id", "x", words=["mode append"])
    assert visible_jobs(linear.output) == ["monday"]


def test_runs_of_another_shape_are_refused(linear, other):
    run(linear, "append", "monday")
    avro = ["avro" if word == "parquet" else word for word in other.run]
    for command in (avro, [*other.run, "--partition-by", "id"]):
        refused(*command, "--mode", "append", "--job-id", "x", words=["another shape", "monday"])
    assert visible_jobs(linear.output) == ["monday"]


def test_a_run_whose_directory_was_removed_lands_again(linear):
    run(linear, "append", "monday")
    for path in (linear.output / "run_id=monday").iterdir():
        path.unlink()
    (linear.output / "run_id=monday").rmdir()
    assert run(linear, "append", "monday").summary["generation"] == 2
    assert ids(linear.output) == sorted(linear.rows.column("id").to_pylist())


def test_verify_tells_which_run_is_damaged_and_what_is_foreign(linear, other):
    run(linear, "append", "monday")
    run(other, "append", "tuesday")
    (linear.output / "stray.parquet").write_bytes(b"x")
    report = json.loads(support.verify(linear.output, code=6).stdout)
    assert [(f["defect"], f["path"]) for f in report["findings"]] == [("foreign", "stray.parquet")]
    (linear.output / "stray.parquet").unlink()
    victim = sorted((linear.output / "run_id=tuesday").glob("*.parquet"))[0]
    victim.unlink()
    report = json.loads(support.verify(linear.output, code=5).stdout)
    assert [f["path"] for f in report["findings"]] == [f"run_id=tuesday/{victim.name}"]


def test_partitions_of_runs_are_told_to_catalogs(linear, other):
    run(linear, "append", "monday")
    run(other, "append", "tuesday")
    ddl = howdah("ddl", linear.output, "--dialect", "hive", "--partitions").stdout
    assert ddl.count("ADD IF NOT EXISTS") == 2 and "`run_id` = 'monday'" in ddl
    table = howdah("ddl", linear.output, "--dialect", "duckdb", "--table", "t").stdout
    with duckdb.connect() as connection:
        connection.execute(table)
        found = connection.sql("SELECT run_id, count(*) FROM t GROUP BY 1 ORDER BY 1").fetchall()
    assert found == [("monday", 3000), ("tuesday", 500)]


# --------------------------------------------------------------------------------------- overwrite


def test_overwrite_takes_the_place_and_rollback_gives_it_back(linear, other):
    run(linear, "new", "first")
    assert run(other, "overwrite", "second").summary["mode"] == "overwrite"
    assert visible_jobs(linear.output) == ["second"]
    assert ids(linear.output) == sorted(other.rows.column("id").to_pylist())
    support.verify(linear.output, level=3)

    howdah("rollback", linear.output, "--to", "first")
    support.assert_linear(linear.output, linear.rows)
    howdah("rollback", linear.output, "--to", "first")  # is nothing more
    howdah("rollback", linear.output, "--to", "second")
    assert visible_jobs(linear.output) == ["second"]
    support.verify(linear.output, level=3)
    refused("rollback", linear.output, "--to", "third", words=["third", "first"])


def test_overwrite_of_nothing_is_a_first_dataset(linear):
    run(linear, "overwrite", "first")
    support.assert_linear(linear.output, linear.rows)
    support.assert_no_payload(linear.output)
    assert run(linear, "overwrite", "first").summary["outcome"] == "already_published"


def test_a_job_that_was_overwritten_does_not_come_back_unasked(linear, other):
    run(linear, "overwrite", "first")
    run(other, "overwrite", "second")
    refused(*linear.run, "--mode", "overwrite", "--job-id", "first",
            words=["first", "second", "--restart"])
    assert visible_jobs(linear.output) == ["second"]
    again = run(linear, "overwrite", "first", "--restart").summary
    assert again["generation"] == 2
    support.assert_linear(linear.output, linear.rows)


def test_files_of_others_are_never_overwritten(linear):
    linear.output.mkdir()
    (linear.output / "a.csv").write_text("1\n")
    refused(*linear.run, "--mode", "overwrite", "--job-id", "x", words=["a.csv"])
    assert (linear.output / "a.csv").read_text() == "1\n"


def test_inspect_tells_the_history_and_what_is_kept(linear, other):
    run(linear, "new", "first")
    run(other, "overwrite", "second")
    report = json.loads(howdah("inspect", linear.output, "--json").stdout)
    assert [(h["kind"], h["to"], h["from"]) for h in report["history"]] == [
        ("overwrite", "second", "first")]
    assert [(k["job_id"], k["rows"]) for k in report["kept"]] == [("first", 3000)]
    assert "rollback --to first" in howdah("inspect", linear.output).stdout


def test_gc_removes_what_was_replaced_when_its_time_is_over(linear, other):
    run(linear, "new", "first")
    run(other, "overwrite", "second")
    listed = howdah("gc", linear.output).stdout
    assert "replaced dataset" in listed and "0 of" in listed
    howdah("gc", linear.output, "--older-than", "0s", "--delete")
    refused("rollback", linear.output, "--to", "first", words=["first"])
    assert visible_jobs(linear.output) == ["second"]


def test_an_unfinished_job_is_told_before_there_is_a_dataset(slow_job):
    job = slow_job(job_id="night")
    process = start(*job.run)
    assert wait_until(lambda: support.done_splits(job.output), process)
    process.kill()
    finish(process)
    report = json.loads(howdah("inspect", job.output, "--json").stdout)
    assert [j["job_id"] for j in report["unfinished"]] == ["night"] and report["rows"] == 0


@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_killed_and_run_again_a_job_lands_once_in_every_mode(slow_job, mode):
    job = slow_job(job_id="night")
    command = [*job.run, "--mode", mode]
    for splits in (2, 5):
        process = start(*command)
        assert wait_until(lambda: len(support.done_splits(job.output)) >= splits, process)
        process.send_signal(signal.SIGKILL)
        finish(process)
        assert not list(job.output.rglob("*.parquet"))
    summary = howdah(*command).summary
    assert summary["splits"]["reused"] >= 5
    support.verify(job.output, level=3)
    assert pq.read_table(job.output).num_rows == job.rows.num_rows


@pytest.mark.parametrize("mode, words", [("new", ["nothing, then everything"]), ("append", ["run_id"]),
                                         ("overwrite", ["milliseconds nothing", "rollback"])])
def test_check_tells_what_readers_will_see(linear, mode, words):
    text = howdah("check", *linear.flags, "--mode", mode, "--job-id", "x").stdout
    assert all(word in text for word in words), text


def test_ways_that_are_not_atomic_are_refused_with_the_recipe(linear):
    for mode in ("merge", "overwrite_partitions"):
        refused(*linear.run, "--mode", mode, words=[mode, "table/dt="])
