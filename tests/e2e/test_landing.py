"""How a dataset becomes visible, and what the same command does the second time."""

import os
import pathlib
import shutil
import signal
import stat

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import support
from support import finish, howdah, refused, start, wait_until


# ------------------------------------------------------------------------------ what is published


def test_the_dataset_holds_data_files_a_ledger_and_a_success_mark(linear):
    howdah(*linear.run)
    support.assert_layout(linear.output)
    support.assert_no_payload(linear.output)
    support.assert_linear(linear.output, linear.rows)
    beside = sorted(p.name for p in linear.output.parent.iterdir())
    assert beside == [".out.howdah", "in", "out"]


def test_pyarrow_reads_the_folder_as_a_dataset(linear):
    howdah(*linear.run, "--set", "output.file_size=4KiB")
    table = pq.read_table(linear.output).sort_by("id")
    assert table.column("id").equals(linear.rows.column("id"))


def test_files_and_folders_obey_the_umask_where_everybody_has_their_own(linear, place):
    place.chmod(0o1777)  # elsewhere they have the parent's mode: test_access.py
    for umask, files, folders in ((0o022, 0o644, 0o755), (0o027, 0o640, 0o750),
                                  (0o077, 0o600, 0o700)):
        howdah(*linear.run, umask=umask)
        assert stat.S_IMODE(linear.output.stat().st_mode) == folders
        for path in linear.output.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == files, path
        shutil.rmtree(linear.output)


def test_the_work_folder_is_private_while_the_job_runs(slow_job):
    job = slow_job()
    process = start(*job.run)
    try:
        assert wait_until(lambda: support.done_splits(job.output), process)
        process.send_signal(signal.SIGSTOP)
        work = list(support.staging_of(job.output).glob("jobs/*"))
        assert [stat.S_IMODE(p.stat().st_mode) for p in work] == [0o700]
        staged = [p for p in work[0].rglob("*") if p.is_file()]
        assert not [p for p in staged if p.name.endswith((".parquet", ".parq"))], \
            "a glob of another tool would see a staged file"
    finally:
        process.send_signal(signal.SIGCONT)
    finish(process, code=0)
    support.assert_slow(job.output, job.rows)


def test_staging_can_lie_elsewhere_on_the_same_disk(linear, place):
    (place / "scratch").mkdir()
    staging = place / "scratch" / "st"
    howdah(*linear.run, "--set", f"output.staging={staging}")
    assert not support.staging_of(linear.output).exists()
    support.assert_no_payload(linear.output, staging)
    support.assert_linear(linear.output, linear.rows)
    again = howdah(*linear.run, "--set", f"output.staging={staging}")
    assert again.summary["outcome"] == "already_published"


def test_an_empty_output_folder_is_taken(linear):
    linear.output.mkdir()
    howdah(*linear.run)
    support.assert_linear(linear.output, linear.rows)


# --------------------------------------------------------------------------- the same job, twice


def test_the_same_command_again_changes_nothing(linear):
    first = howdah(*linear.run).summary
    before = support.tree(linear.output)
    second = howdah(*linear.run).summary
    assert support.tree(linear.output) == before
    assert first["outcome"] == "published"
    assert second["outcome"] == "already_published"
    for field in ("job_id", "generation", "rows", "files", "bytes", "columns", "output"):
        assert second[field] == first[field], field
    assert second["model"]["sha256"] == first["model"]["sha256"]
    assert second["stages"] == []


def test_settings_that_do_not_change_the_result_do_not_change_the_job(linear):
    first = howdah(*linear.run).summary
    again = howdah(*linear.run, "--set", "model.runners=1", "--set", "output.memory=512MiB",
                   "--log-format", "json").summary
    assert again["outcome"] == "already_published"
    assert again["job_id"] == first["job_id"]


def test_a_dataset_that_was_removed_is_made_again(linear):
    first = howdah(*linear.run).summary
    shutil.rmtree(linear.output)
    second = howdah(*linear.run).summary
    assert (first["generation"], second["generation"]) == (1, 2)
    assert second["outcome"] == "published"
    support.assert_linear(linear.output, linear.rows)
    support.verify(linear.output)


def test_another_job_on_the_same_output_is_refused(linear):
    howdah(*linear.run, "--job-id", "first")
    before = support.tree(linear.output)
    refused(*linear.run, "--job-id", "second", words=[linear.output, "first"])
    refused(*linear.run, "--compression", "zstd", words=[linear.output])
    assert support.tree(linear.output) == before


def test_restart_of_a_published_job_does_not_overwrite_another_jobs_dataset(linear):
    howdah(*linear.run, "--job-id", "first")
    before = support.tree(linear.output)
    refused(*linear.run, "--job-id", "second", "--restart", words=["first"])
    assert support.tree(linear.output) == before


def test_an_output_with_foreign_files_is_refused(linear):
    linear.output.mkdir()
    (linear.output / "mine.txt").write_text("precious")
    before = support.tree(linear.output.parent)
    refused(*linear.run, words=[linear.output, "empty"])
    assert support.tree(linear.output.parent) == before


def test_an_output_with_a_hidden_file_is_refused_too(linear):
    linear.output.mkdir()
    (linear.output / ".keep").write_text("")
    refused(*linear.run, words=[linear.output])
    assert os.listdir(linear.output) == [".keep"]


# --------------------------------------------------------------------------------- unfinished jobs


def interrupted(job):
    """Run `job` until some splits are done, and end it cleanly."""
    process = start(*job.run)
    assert wait_until(lambda: support.done_splits(job.output), process), "it was too quick"
    process.send_signal(signal.SIGTERM)
    finish(process, code=130)
    assert not job.output.exists()


def test_another_plan_under_the_id_of_an_unfinished_job_is_refused(slow_job):
    job = slow_job(job_id="nightly")
    interrupted(job)
    outcome = refused(*job.run, "--compression", "zstd",
                      words=["nightly", "--restart", "compression", "snappy", "zstd"])
    assert not job.output.exists(), outcome
    howdah(*job.run, "--compression", "zstd", "--restart")
    support.assert_slow(job.output, job.rows)
    used = pq.ParquetFile(support.data_files(job.output)[0]).metadata.row_group(0).column(0)
    assert used.compression == "ZSTD"
    support.assert_no_payload(job.output)


def test_an_input_that_changed_is_another_plan(slow_job):
    job = slow_job(job_id="nightly")
    interrupted(job)
    changed = sorted(job.input.iterdir())[-1]
    pq.write_table(support.slow_rows(10), changed)
    refused(*job.run, words=["nightly", "--restart", changed.name])
    summary = howdah(*job.run, "--restart").summary
    assert summary["generation"] == 2
    assert summary["splits"]["reused"] == 0
    assert support.read(job.output).num_rows == 30_010


def test_an_input_that_changes_under_the_run_is_refused(slow_job):
    job = slow_job(runners=1)
    # Queues that hold a few batches only: the last file is not read before the first is scored.
    process = start(*job.run, "--set", "output.memory=16KiB")
    assert wait_until(lambda: support.done_splits(job.output), process)
    process.send_signal(signal.SIGSTOP)
    last = sorted(job.input.iterdir())[-1]
    rewritten = pq.read_table(last)
    pq.write_table(rewritten, last.with_name("new"), row_group_size=500)
    last.with_name("new").rename(last)
    process.send_signal(signal.SIGCONT)
    outcome = finish(process, code=1)
    assert last.name in outcome.error, outcome
    assert not job.output.exists()


def test_restart_throws_away_what_was_done(slow_job):
    job = slow_job()
    interrupted(job)
    summary = howdah(*job.run, "--restart").summary
    assert summary["splits"]["reused"] == 0
    assert summary["generation"] == 2
    support.assert_slow(job.output, job.rows)


# --------------------------------------------------------------------------------- several drivers


def test_two_jobs_race_for_one_output_and_exactly_one_wins(slow_job):
    jobs = [slow_job(rows=8_000, job_id=name) for name in ("red", "blue")]
    processes = [start(*job.run) for job in jobs]
    outcomes = [finish(process) for process in processes]
    codes = sorted(outcome.code for outcome in outcomes)
    assert codes in ([0, 1], [0, 2]), "\n".join(map(str, outcomes))
    winner, loser = sorted(outcomes, key=lambda outcome: outcome.code)
    assert winner.summary["job_id"] in loser.error, "the loser does not say who was first"
    assert support.verify(jobs[0].output).summary["job_id"] == winner.summary["job_id"]
    support.assert_slow(jobs[0].output, jobs[0].rows)


def test_a_job_that_comes_second_at_the_publish_changes_nothing(slow_job):
    late, quick = slow_job(rows=8_000, job_id="late"), slow_job(rows=8_000, job_id="quick")
    process = start(*late.run)
    assert wait_until(lambda: support.done_splits(late.output), process)
    process.send_signal(signal.SIGSTOP)
    howdah(*quick.run)
    before = support.tree(quick.output)
    process.send_signal(signal.SIGCONT)
    outcome = finish(process, code=1)
    assert "quick" in outcome.error
    assert support.tree(quick.output) == before
    support.verify(quick.output)
    refused(*late.run, words=["quick"])


def test_two_drivers_of_one_job_land_it_once(slow_job):
    job = slow_job(rows=16_000)
    processes = [start(*job.run) for _ in range(2)]
    outcomes = [finish(process, code=0) for process in processes]
    said = {outcome.summary["outcome"] for outcome in outcomes}
    assert said <= {"published", "already_published"}, outcomes
    assert len({outcome.summary["job_id"] for outcome in outcomes}) == 1
    support.assert_slow(job.output, job.rows)
    support.verify(job.output)
    support.assert_no_payload(job.output)


# ------------------------------------------------------------------------------------- odd inputs


def test_no_rows_land_as_one_empty_file_with_the_schema_and_a_warning(place, model):
    empty = support.linear_rows(0)
    support.write_rows(place / "in", empty)
    run = howdah("run", "--model", model("linear"), "--input", place / "in", "--output",
                 place / "out", "--keep", "id", "--format", "parquet")
    assert run.summary["warnings"], "no warning in the summary"
    assert run.summary["rows"] == {"input": 0, "written": 0, "quarantined": 0}
    files = support.data_files(place / "out")
    assert len(files) == 1
    schema = pq.read_schema(files[0])
    assert (schema.names, schema.types) == (["id", "y"], [pa.int64(), pa.float32()])
    assert "warn" in run.stderr.lower()
    support.verify(place / "out")


def test_an_empty_file_among_others_is_no_matter(place, model):
    (place / "in").mkdir()
    pq.write_table(support.linear_rows(50), place / "in" / "a.parquet")
    pq.write_table(support.linear_rows(0), place / "in" / "b.parquet")
    pq.write_table(support.linear_rows(50, first=50), place / "in" / "c.parquet")
    run = howdah("run", "--model", model("linear"), "--input", place / "in", "--output",
                 place / "out", "--keep", "id", "--format", "parquet")
    support.assert_linear(place / "out", support.linear_rows(100))
    assert run.summary["input"]["files"] == 3


def test_many_small_files_do_not_become_many_small_files(place, model):
    table = support.linear_rows(3000)
    support.write_rows(place / "in", table, files=300)
    run = howdah("run", "--model", model("linear"), "--input", place / "in", "--output",
                 place / "out", "--keep", "id", "--format", "parquet")
    assert run.summary["input"]["files"] == 300
    assert len(support.data_files(place / "out")) == 1
    support.assert_linear(place / "out", table)


def test_one_file_of_many_row_groups_is_cut_into_many_splits(place, model):
    table = support.linear_rows(40_000)
    support.write_rows(place / "in", table, row_group=1000)
    run = howdah("run", "--model", model("linear"), "--input", place / "in", "--output",
                 place / "out", "--keep", "id", "--format", "parquet",
                 "--set", "output.file_size=32KiB")
    assert run.summary["splits"]["total"] >= 8
    assert len(support.data_files(place / "out")) >= 8
    support.assert_linear(place / "out", table)


@pytest.mark.parametrize("name", ["with space", "dt=2026-11-22", "100%25 done", "größe-日本語",
                                  "a'b\"c", "semi;colon&amp", "#hash&more", "-dash", "a,b"])
def test_paths_with_odd_characters(place, model, name):
    table = support.linear_rows(500)
    folder = place / name
    support.write_rows(folder / "in", table)
    shutil.copytree(model("linear"), folder / "model")
    flags = ["--model", folder / "model", "--input", folder / "in", "--output", folder / name,
             "--keep", "id", "--format", "parquet"]
    howdah("run", *flags)
    support.assert_linear(folder / name, table)
    support.verify(folder / name)
    assert howdah("run", *flags).summary["outcome"] == "already_published"
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        [f".{name}.howdah", "in", "model", name])


def test_relative_paths_mean_the_current_folder(place, model):
    table = support.linear_rows(500)
    support.write_rows(place / "in", table)
    shutil.copytree(model("linear"), place / "model")
    (place / "sub").mkdir()
    howdah("run", "--model", "model", "--input", "in", "--output", "sub/../out", "--keep", "id",
           "--format", "parquet", cwd=place)
    support.assert_linear(place / "out", table)
    howdah("verify", "./out/", cwd=place)
    again = howdah("run", "--model", "../model/", "--input", "../in/", "--output", "../out/",
                   "--keep", "id", "--format", "parquet", cwd=place / "sub")
    assert again.summary["outcome"] == "already_published"


def test_file_urls_are_local_paths(linear, model):
    howdah("run", "--model", f"file://{model('linear')}", "--input", f"file://{linear.input}",
           "--output", f"file://{linear.output}", "--keep", "id", "--format", "parquet")
    support.assert_linear(linear.output, linear.rows)
    again = howdah(*linear.run)
    assert again.summary["outcome"] == "already_published", "a URL and its path are one place"


@pytest.mark.parametrize("pattern", ["in/*.parquet", "in/in-00?.parquet", "in/in-00[0-2].parquet",
                                     "i*/in-*.parquet", "*/in-*"])
def test_globs_are_expanded_by_the_command(linear, pattern):
    howdah("run", "--model", linear.flags[1], "--input", pattern, "--output", "out",
           "--keep", "id", "--format", "parquet", cwd=linear.output.parent)
    support.assert_linear(linear.output, linear.rows)


def test_several_inputs_are_read_in_the_order_given(place, model):
    first, second = support.linear_rows(100), support.linear_rows(100, first=100)
    support.write_rows(place / "z", first)
    support.write_rows(place / "a", second)
    howdah("run", "--model", model("linear"), "--input", place / "z", "--input", place / "a",
           "--output", place / "out", "--keep", "id", "--format", "parquet")
    support.assert_linear(place / "out", pa.concat_tables([first, second]))


def test_a_file_named_twice_does_not_land_twice(linear):
    outcome = howdah(*linear.run, "--input", linear.input / "*.parquet", code=None)
    if outcome.code == 0:
        support.assert_linear(linear.output, linear.rows)
    else:
        assert outcome.code == 2 and "in-000.parquet" in outcome.error, outcome


def test_hidden_names_in_an_input_folder_are_skipped(linear):
    for name in ("_SUCCESS", ".howdah-ledger", "_temporary.parquet", ".part.parquet.crc"):
        (linear.input / name).write_text("no parquet at all")
    (linear.input / "_temporary").mkdir()
    shutil.copy(linear.input / "in-000.parquet", linear.input / "_temporary" / "x.parquet")
    howdah(*linear.run)
    support.assert_linear(linear.output, linear.rows)


def test_a_landed_dataset_can_be_scored_again(linear, model, place):
    howdah(*linear.run)
    howdah("run", "--model", model("linear"), "--input", linear.output, "--output",
           place / "second", "--keep", "id", "--format", "parquet",
           "--set", "input.tensors.x=y")
    landed = support.read(place / "second")
    assert landed.column("id").equals(linear.rows.column("id"))
    first = pa.table({"x": support.linear_answer(linear.rows)})
    assert landed.column("y").to_numpy().tolist() == support.linear_answer(first).tolist()


def test_a_symlink_to_the_input_is_followed_and_one_at_the_output_is_refused(linear, place):
    (place / "link").symlink_to(linear.input)
    (place / "elsewhere").mkdir()
    linear.output.symlink_to(place / "elsewhere")
    flags = [place / "link" if value == linear.input else value for value in linear.run]
    refused(*flags, words=[linear.output, "link"])
    linear.output.unlink()
    howdah(*flags)
    support.assert_linear(linear.output, linear.rows)


def test_a_deep_name_that_is_a_partition_of_a_hive_table(place, model):
    """The recipe for daily data: output.path = table/dt=…, mode new."""
    (place / "table").mkdir()
    for day in ("2026-11-21", "2026-11-22"):
        table = support.linear_rows(100)
        support.write_rows(place / f"in-{day}", table)
        howdah("run", "--model", model("linear"), "--input", place / f"in-{day}", "--output",
               place / "table" / f"dt={day}", "--keep", "id", "--format", "parquet")
    both = pq.read_table(place / "table")
    assert both.num_rows == 200
    assert sorted(set(both.column("dt").to_pylist())) == ["2026-11-21", "2026-11-22"]
    assert pathlib.Path(place / "table" / ".dt=2026-11-22.howdah").is_dir()
