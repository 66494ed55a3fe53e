"""The verbs beside `run`, the job file, and what goes to stdout, stderr and files."""

import calendar
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import time

import jsonschema
import pyarrow.parquet as pq
import pytest

import support
import zoo
from support import finish, howdah, refused, start, verify, wait_until

NO_TENSORFLOW = {"HOWDAH_TENSORFLOW": "/nonexistent"}  # where it would fail if it looked

COMMON = {"summary_version": {"const": 1}, "howdah": {"type": "string"}}
COUNT = {"type": "integer", "minimum": 0}
NUMBER = {"type": "number", "minimum": 0}
TEXT = {"type": "string", "minLength": 1}
COLUMNS = {"type": "array", "items": {"type": "object", "required": ["name", "type"],
                                      "properties": {"name": TEXT, "type": TEXT}}}


def record(**fields):
    """A JSON object in which every field must be there; more fields may be added later."""
    return {"type": "object", "properties": fields, "required": list(fields)}


# docs/summary.md, as a schema.
RUN = record(
    **COMMON, verb={"const": "run"}, outcome={"enum": ["published", "already_published"]},
    job_id=TEXT, generation={"type": "integer", "minimum": 1}, mode={"const": "new"},
    output=TEXT, format={"const": "parquet"},
    rows=record(input=COUNT, written=COUNT, quarantined=COUNT),
    input=record(files=COUNT, bytes=COUNT),
    splits=record(total=COUNT, scored=COUNT, reused=COUNT), files=COUNT, bytes=COUNT,
    columns=COLUMNS,
    model=record(path=TEXT, sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
                 signature=TEXT, tensorflow=TEXT, onednn={"type": "boolean"},
                 copies=record(zero_copy_inputs=COUNT, copied_inputs=COUNT,
                               zero_copy_outputs=COUNT, copied_outputs=COUNT)),
    seconds=record(total=NUMBER, prepare=NUMBER, score=NUMBER, publish=NUMBER),
    cpu_seconds=NUMBER, peak_rss_bytes=COUNT,
    stages={"type": "array", "items": record(threads=COUNT, batches=COUNT, bytes=COUNT,
                                             busy_seconds=NUMBER, starved_seconds=NUMBER,
                                             blocked_seconds=NUMBER)},
    bottleneck={"type": "string"}, warnings={"type": "array", "items": TEXT})

CHECK = record(
    **COMMON, verb={"const": "check"}, ok={"const": True}, job_id=TEXT,
    state={"enum": ["fresh", "resume", "published"]}, splits=record(total=COUNT, done=COUNT),
    rows=record(input=COUNT), input=record(files=COUNT, bytes=COUNT), output=TEXT,
    format={"const": "parquet"}, mode={"const": "new"}, columns=COLUMNS,
    model=record(path=TEXT, sha256=TEXT, signature=TEXT),
    feeds={"type": "array", "items": record(
        tensor=TEXT, type=TEXT, columns={"type": "array", "items": TEXT})},
    warnings={"type": "array"})

VERIFY = record(
    **COMMON, verb={"const": "verify"}, dataset=TEXT, level={"enum": [0, 1, 2]},
    ok={"type": "boolean"}, job_id=TEXT, generation=COUNT, files=COUNT, bytes=COUNT, rows=COUNT,
    findings={"type": "array", "items": record(
        defect={"enum": ["missing", "length", "checksum", "rows", "foreign"]}, path=TEXT,
        detail={"type": "string"})})


# --------------------------------------------------------------------------------------- inspect


@pytest.mark.parametrize("name", ["linear", "two_signatures", "widths", "images", "unknown_rank",
                                  "keras_mlp", "named", "two_tags", "with_default", "floats"])
def test_inspect_of_a_model_says_what_tensorflow_says(zoo_folder, model, name):
    summary = howdah("inspect", model(name), "--json", env=NO_TENSORFLOW).summary
    assert (summary["summary_version"], summary["verb"], summary["kind"]) == (1, "inspect", "model")
    assert summary["path"] == str(model(name))
    assert summary["bytes"] == sum(p.stat().st_size for p in model(name).rglob("*") if p.is_file())
    expected = json.loads((zoo_folder / f"{name}.json").read_text())
    seen = summary["meta_graphs"]
    assert len(seen) == len(expected)
    for graph, right in zip(seen, expected):
        assert sorted(graph["tags"]) == sorted(right["tags"])
        assert graph["tensorflow_version"] == right["tensorflow_version"]
        assert [s["key"] for s in graph["signatures"]] == [s["key"] for s in right["signatures"]]
        for signature, wanted in zip(graph["signatures"], right["signatures"]):
            assert signature["method_name"] == wanted["method_name"]
            for side in ("inputs", "outputs"):
                common = [{key: tensor[key] for key in ("name", "dtype", "shape", "tensor")}
                          for tensor in signature[side]]
                assert common == wanted[side]


def test_inspect_of_a_model_for_people(model):
    text = howdah("inspect", model("two_signatures"), env=NO_TENSORFLOW).stdout
    for word in ("serving_default", "describe", "amount", "int32", "name", "string", "label",
                 "float32", "[?]"):
        assert word in text, (word, text)


def test_inspect_of_a_parquet_file(linear):
    file = linear.input / "in-001.parquet"
    facts = pq.ParquetFile(file)
    summary = howdah("inspect", file, "--json", env=NO_TENSORFLOW).summary
    assert summary["kind"] == "file" and summary["format"] == "parquet"
    assert summary["path"] == str(file)
    assert summary["bytes"] == file.stat().st_size
    assert summary["rows"] == facts.metadata.num_rows
    assert summary["row_groups"] == facts.metadata.num_row_groups == 2
    assert summary["created_by"] == facts.metadata.created_by
    assert [c["name"] for c in summary["columns"]] == ["id", "x"]
    assert [c["nullable"] for c in summary["columns"]] == [True, True]
    for i, leaf in enumerate(summary["leaves"]):
        groups = [facts.metadata.row_group(g).column(i) for g in range(2)]
        assert leaf["name"] == groups[0].path_in_schema
        assert leaf["compressed_bytes"] == sum(g.total_compressed_size for g in groups)
        assert leaf["uncompressed_bytes"] == sum(g.total_uncompressed_size for g in groups)
    text = howdah("inspect", file, env=NO_TENSORFLOW).stdout
    assert "id" in text and "int64" in text and re.search(r"1,?000", text)


@pytest.mark.parametrize("name, text", [
    ("a.csv", "id,x,name\n1,0.5,\"a\"\n2,1,b\n"),
    ("a.jsonl", '{"id": 1, "x": 0.5, "name": "a"}\n{"id": 2, "x": 1, "name": "b"}\n')])
def test_inspect_of_a_text_file_tells_rows_and_types(place, name, text):
    (place / name).write_text(text)
    about = howdah("inspect", place / name, "--json").summary
    assert about["kind"] == "file" and about["rows"] == 2
    assert {c["name"]: c["type"] for c in about["columns"]} == {
        "id": "int64", "x": "double", "name": "string"}


def test_inspect_of_a_dataset(linear):
    run = howdah(*linear.run, "--job-id", "tonight").summary
    summary = howdah("inspect", linear.output, "--json", env=NO_TENSORFLOW).summary
    assert summary["kind"] == "dataset" and summary["path"] == str(linear.output)
    for field in ("job_id", "generation", "mode", "files", "bytes", "columns"):
        assert summary[field] == run[field], field
    assert summary["rows"] == 3000 and summary["howdah_version"] == run["howdah"]
    assert summary["model"]["sha256"] == run["model"]["sha256"]
    assert summary["unfinished"] == []
    published = time.strptime(summary["published"][:19], "%Y-%m-%dT%H:%M:%S")
    now = time.time()
    assert now - 600 < calendar.timegm(published) <= now + 1
    text = howdah("inspect", linear.output, env=NO_TENSORFLOW).stdout
    assert "tonight" in text and re.search(r"3,?000", text)


def test_inspect_of_a_dataset_lists_jobs_that_did_not_end(slow_job):
    late, quick = slow_job(rows=8000, job_id="late"), slow_job(rows=8000, job_id="quick")
    process = start(*late.run)
    assert wait_until(lambda: support.done_splits(late.output), process)
    process.kill()
    finish(process)
    done = len(support.done_splits(late.output))
    howdah(*quick.run)
    unfinished = howdah("inspect", quick.output, "--json").summary["unfinished"]
    assert [(j["job_id"], j["generation"], j["splits_done"], j["publishing"])
            for j in unfinished] == [("late", 1, done, False)]
    assert unfinished[0]["splits_total"] > 1


@pytest.mark.parametrize("thing", ["nowhere", "empty", "text.txt", "text.parquet"])
def test_inspect_of_what_is_nothing(place, thing):
    (place / "empty").mkdir()
    (place / "text.txt").write_text("hello")
    (place / "text.parquet").write_text("hello")
    refused("inspect", place / thing, words=[place / thing])


# ----------------------------------------------------------------------------------------- check


def test_check_tells_the_plan_and_writes_nothing(linear, place):
    before = support.tree(place)
    summary = howdah("check", *linear.flags, "--json").summary
    assert support.tree(place) == before
    jsonschema.validate(summary, CHECK)
    assert summary["state"] == "fresh"
    assert summary["rows"]["input"] == 3000
    assert summary["input"] == {"files": 3, "bytes": sum(p.stat().st_size
                                                         for p in linear.input.iterdir())}
    assert summary["feeds"] == [{"tensor": "x", "type": "float32", "columns": ["x"]}] or \
        summary["feeds"][0]["columns"] == ["x"]
    assert [c["name"] for c in summary["columns"]] == ["id", "y"]
    text = howdah("check", *linear.flags).stdout
    assert "id" in text and "y" in text
    assert support.tree(place) == before


def test_check_and_run_agree_on_the_job(linear, place):
    planned = howdah("check", *linear.flags, "--json").summary
    ran = howdah(*linear.run).summary
    assert planned["job_id"] == ran["job_id"]
    assert planned["columns"] == ran["columns"]
    assert planned["splits"]["total"] == ran["splits"]["total"]
    before = support.tree(place)
    assert howdah("check", *linear.flags, "--json").summary["state"] == "published"
    assert support.tree(place) == before


def test_check_sees_an_unfinished_job(slow_job, place):
    job = slow_job()
    process = start(*job.run)
    assert wait_until(lambda: support.done_splits(job.output), process)
    process.kill()
    finish(process)
    before = support.tree(place)
    summary = howdah("check", *job.run[1:], "--json").summary
    assert support.tree(place) == before
    assert summary["state"] == "resume"
    assert summary["splits"]["done"] == len(support.done_splits(job.output))


# ---------------------------------------------------------------------------------------- verify


@pytest.fixture
def dataset(linear):
    howdah(*linear.run, "--set", "output.file_size=8KiB")
    assert len(support.data_files(linear.output)) >= 2
    return linear.output


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_good_dataset_verifies(dataset, level):
    before = support.tree(dataset.parent)
    summary = howdah("verify", dataset, "--level", level, "--json", env=NO_TENSORFLOW).summary
    jsonschema.validate(summary, VERIFY)
    files = support.data_files(dataset)
    assert summary["ok"] and summary["findings"] == []
    assert (summary["rows"], summary["files"], summary["level"]) == (3000, len(files), level)
    assert summary["bytes"] == sum(p.stat().st_size for p in files)
    assert support.tree(dataset.parent) == before
    assert howdah("verify", dataset, "--level", level).stdout.strip()


def findings(dataset, level, code):
    outcome = howdah("verify", dataset, "--level", level, "--json", code=code)
    summary = outcome.summary
    jsonschema.validate(summary, VERIFY)
    assert not summary["ok"]
    plain = howdah("verify", dataset, "--level", level, code=code)
    for finding in summary["findings"]:
        assert finding["path"] in plain.stdout + plain.stderr, f"not told to people\n{plain}"
    return sorted((f["defect"], f["path"]) for f in summary["findings"])


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_deleted_file_is_missing(dataset, level):
    gone = support.data_files(dataset)[1]
    gone.unlink()
    assert findings(dataset, level, 5) == [("missing", gone.name)]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_cut_file_is_damaged(dataset, level):
    cut = support.data_files(dataset)[0]
    cut.write_bytes(cut.read_bytes()[:-1])
    assert ("length", cut.name) in findings(dataset, level, 5)


def test_a_flipped_bit_shows_at_level_two(dataset):
    bent = support.data_files(dataset)[0]
    content = bytearray(bent.read_bytes())
    content[len(content) // 3] ^= 1
    bent.write_bytes(content)
    howdah("verify", dataset, "--level", 0)
    assert findings(dataset, 2, 5) == [("checksum", bent.name)]


def test_a_file_whose_footer_tells_other_rows_shows_at_level_one(dataset):
    """The same length, a whole Parquet file, fewer rows."""
    bent = support.data_files(dataset)[0]
    size, table = bent.stat().st_size, pq.read_table(bent)
    fewer = bent.with_name("_fewer")

    def write(padding):
        with pq.ParquetWriter(fewer, table.schema) as writer:
            writer.write_table(table.slice(0, 1))
            writer.add_key_value_metadata({"padding": "x" * padding})
        return fewer.stat().st_size

    padding = 128
    for _ in range(5):  # the length's own length may change once
        padding += size - write(padding)
    assert write(padding) == size
    fewer.rename(bent)
    howdah("verify", dataset, "--level", 0)
    assert ("rows", bent.name) in findings(dataset, 1, 5)


@pytest.mark.parametrize("where", ["stray.parquet", "sub/stray.parquet", "notes.txt"])
def test_a_file_that_no_ledger_lists_is_foreign(dataset, where):
    (dataset / where).parent.mkdir(exist_ok=True)
    (dataset / where).write_bytes(b"hello")
    for level in (0, 1, 2):
        assert findings(dataset, level, 6) == [("foreign", where)]


def test_hidden_files_are_not_foreign(dataset):
    (dataset / "_metadata").write_bytes(b"hello")
    (dataset / ".part.crc").write_bytes(b"hello")
    (dataset / "_logs").mkdir()
    (dataset / "_logs" / "x.parquet").write_bytes(b"hello")
    assert verify(dataset).summary["ok"]


def test_damage_weighs_more_than_a_foreign_file(dataset):
    (dataset / "stray.parquet").write_bytes(b"hello")
    support.data_files(dataset)[0].unlink()
    assert [defect for defect, _ in findings(dataset, 0, 5)] == ["foreign", "missing"]


def test_verify_of_what_is_no_dataset(place):
    (place / "empty").mkdir()
    refused("verify", place / "nowhere", words=[place / "nowhere"])
    refused("verify", place / "empty", words=[place / "empty"])
    refused("verify", words=["DATASET"])
    refused("verify", place / "empty", "--level", "9", words=["level"])


@pytest.mark.parametrize("change", [lambda b: b[:len(b) // 2], lambda b: b"", lambda b: b"[]\n",
                                    lambda b: b.replace(b'"format_version"', b'"no_version"')],
                         ids=["cut", "empty", "list", "no version"])
def test_a_damaged_ledger_is_named(dataset, change):
    ledger = dataset / support.LEDGER
    ledger.write_bytes(change(ledger.read_bytes()))
    outcome = howdah("verify", dataset, code=None)
    assert outcome.code in (2, 5) and support.LEDGER in outcome.error, outcome
    assert howdah("inspect", dataset, code=None).code in (1, 2, 5)


def test_a_ledger_of_a_newer_engine_is_refused_by_name(dataset):
    ledger = dataset / support.LEDGER
    text = ledger.read_text()
    newer = re.sub(r'"format_version"\s*:\s*1\b', '"format_version": 99', text)
    assert newer != text
    ledger.write_text(newer)
    outcome = howdah("verify", dataset, code=None)
    assert outcome.code != 0 and "99" in outcome.error, outcome


# --------------------------------------------------------------------------------------- recover


def sealed_and_unpublished(job, parent):
    """Run `job` until its last rename fails, because its folder became read-only."""
    process = start(*job.run, unprivileged=True)
    assert wait_until(lambda: support.done_splits(job.output), process)
    process.send_signal(signal.SIGSTOP)
    mode = parent.stat().st_mode
    parent.chmod(0o555)
    process.send_signal(signal.SIGCONT)
    try:
        outcome = finish(process)
    finally:
        parent.chmod(mode)
    assert outcome.code in (1, 4) and outcome.error, outcome
    assert not job.output.exists()
    return outcome


def test_recover_publishes_what_a_dead_run_had_finished(slow_job, place):
    job = slow_job(rows=8000)
    sealed_and_unpublished(job, place)
    howdah("recover", job.output, env=NO_TENSORFLOW)
    support.assert_slow(job.output, job.rows)
    support.verify(job.output)
    support.assert_no_payload(job.output)
    before = support.tree(place)
    howdah("recover", job.output, env=NO_TENSORFLOW)
    assert support.tree(place) == before
    assert howdah(*job.run).summary["outcome"] == "already_published"


def test_the_same_command_publishes_what_a_dead_run_had_finished(slow_job, place):
    job = slow_job(rows=8000)
    sealed_and_unpublished(job, place)
    summary = howdah(*job.run).summary
    assert (summary["splits"]["scored"], summary["splits"]["reused"]) == (
        0, summary["splits"]["total"])
    support.assert_slow(job.output, job.rows)
    support.verify(job.output)


def test_recover_leaves_an_unfinished_job_to_its_command(slow_job, place):
    job = slow_job(rows=16_000, job_id="nightly")
    process = start(*job.run)
    assert wait_until(lambda: support.done_splits(job.output), process)
    process.kill()
    finish(process)
    before = support.done_splits(job.output)
    outcome = howdah("recover", job.output)
    assert "nightly" in outcome.stdout + outcome.stderr, outcome
    assert support.done_splits(job.output) == before and not job.output.exists()
    howdah(*job.run)
    support.assert_slow(job.output, job.rows)


def test_an_abandoned_job_begins_anew(slow_job):
    job = slow_job(rows=16_000, job_id="nightly")
    process = start(*job.run)
    assert wait_until(lambda: support.done_splits(job.output), process)
    process.kill()
    finish(process)
    refused("recover", job.output, "--abandon", "nigthly", words=["nigthly", "nightly"])
    howdah("recover", job.output, "--abandon", "nightly")
    assert not job.output.exists()
    summary = howdah(*job.run).summary
    assert (summary["generation"], summary["splits"]["reused"]) == (2, 0)
    support.assert_slow(job.output, job.rows)


# ------------------------------------------------------------------------------ version and help


def test_version_is_that_of_the_project():
    version = (support.REPOSITORY / "VERSION").read_text().strip()
    assert version in howdah("--version", env=NO_TENSORFLOW).stdout.split()


@pytest.mark.parametrize("verb, words", [
    (None, ["run", "check", "inspect", "verify", "recover"]),
    ("run", ["--model", "--input", "--output", "--keep", "--format", "--signature", "--set",
             "--job-id", "--restart", "--compression", "--mode", "--metrics", "--log-format"]),
    ("check", ["--model", "--json"]), ("inspect", ["--json"]), ("verify", ["--level", "--json"]),
    ("recover", ["--abandon"])])
def test_help_names_the_flags(verb, words):
    outcome = howdah(*([verb] if verb else []), "--help", env=NO_TENSORFLOW)
    for word in words:
        assert word in outcome.stdout, (word, outcome.stdout)
    assert outcome.stderr == ""


# -------------------------------------------------------------------------------------- job file


def test_a_job_file_says_the_same_as_flags(linear, model, place):
    (place / "job.toml").write_text(f"""
        [model]
        path = "{model('linear')}"
        batch_rows = 1024
        [input]
        path = ["{linear.input}"]
        [output]
        path = "{linear.output}"
        format = "parquet"
        keep = ["id"]
    """)
    howdah("run", place / "job.toml")
    support.assert_linear(linear.output, linear.rows)
    again = howdah(*linear.run)
    assert again.summary["outcome"] == "already_published", "another job to the engine"


def test_flags_override_the_job_file_and_the_rest_stands(linear, model, place):
    (place / "job.toml").write_text(f"""
        [job]
        id = "from-the-file"
        [model]
        path = "{place}/nowhere"
        [input]
        path = "{linear.input}"
        [input.tensors]
        x = "x"
        [output]
        path = "{linear.output}"
        keep = ["x"]
        compression = "zstd"
        file_size = "64MiB"
        memory = "256MiB"
        [output.columns]
        score = "y"
    """)
    summary = howdah("run", place / "job.toml", "--model", model("linear"), "--keep", "id",
                     "--set", "output.compression=none").summary
    assert summary["job_id"] == "from-the-file"
    assert [c["name"] for c in summary["columns"]] == ["id", "score"]
    group = pq.ParquetFile(support.data_files(linear.output)[0]).metadata.row_group(0)
    assert group.column(0).compression == "UNCOMPRESSED"


def test_environment_variables_are_expanded_in_paths_and_nowhere_else(linear, model, place):
    (place / "job.toml").write_text("""
        [job]
        id = "${DAY}"
        [model]
        path = "${MODELS}/linear"
        [input]
        path = "${PLACE}/in"
        [output]
        path = "${PLACE}/out-${DAY}"
        keep = ["id"]
    """)
    summary = howdah("run", place / "job.toml", env={
        "MODELS": str(model("linear").parent), "PLACE": str(place), "DAY": "2026-11-22"}).summary
    assert summary["output"] == str(place / "out-2026-11-22")
    assert summary["job_id"] == "${DAY}"
    support.assert_linear(place / "out-2026-11-22", linear.rows)


def test_ids_of_schedulers_are_good_job_ids(linear):
    job_id = "scheduled__2026-11-22T00:00:00+00:00/a b%41*é"
    assert howdah(*linear.run, "--job-id", job_id).summary["job_id"] == job_id
    assert howdah("inspect", linear.output, "--json").summary["job_id"] == job_id
    assert howdah(*linear.run, "--job-id", job_id).summary["outcome"] == "already_published"


# ---------------------------------------------------------------------- stdout, stderr and files


def test_the_summary_has_every_field_that_the_docs_promise(linear):
    summary = howdah(*linear.run).summary
    jsonschema.validate(summary, RUN)
    assert summary["output"] == str(linear.output)
    stages = {next(v for v in s.values() if isinstance(v, str)): s for s in summary["stages"]}
    assert sorted(stages) == ["model", "read", "write"]
    assert summary["bottleneck"] in stages
    assert summary["splits"]["total"] == summary["splits"]["scored"]
    assert summary["input"]["bytes"] == sum(p.stat().st_size for p in linear.input.iterdir())
    copies = summary["model"]["copies"]
    assert copies["zero_copy_outputs"] > 0, "float outputs need no copy"
    jsonschema.validate(howdah(*linear.run).summary, RUN)


def test_logs_as_json_are_json_line_by_line(linear, place):
    outcome = howdah(*linear.run, "--log-format", "json")
    lines = outcome.stderr.splitlines()
    assert lines, "nothing was logged"
    for line in lines:
        assert isinstance(json.loads(line), dict), line
    outcome = refused(*linear.run, "--log-format", "json", "--job-id", "other")
    for line in outcome.stderr.splitlines():
        assert line.startswith("error: ") or isinstance(json.loads(line), dict), line


def test_without_a_terminal_stderr_has_no_progress_line(slow_job):
    outcome = howdah(*slow_job(rows=16_000).run)
    assert "\r" not in outcome.stderr and "\x1b" not in outcome.stderr


def test_on_a_terminal_one_line_shows_the_progress(slow_job):
    job = slow_job()
    ours, theirs = pty.openpty()
    process = start(*job.run, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the last writer closed it
            break
        if not part:
            break
        shown += part
    os.close(ours)
    finish(process, code=0)
    text = shown.decode()
    assert "\r" in text and "%" in text and "rows" in text, text
    assert text.endswith("\n") or text.rstrip(" \x1b[K").endswith("\r"), "the cursor is left over"


def test_metrics_are_written_as_prometheus_text(linear, place):
    howdah(*linear.run, "--metrics", place / "metrics.prom")
    text = (place / "metrics.prom").read_text()
    assert text.endswith("\n")
    sample = re.compile(r'[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_]\w*="([^"\\\n]|\\.)*",?)*\})? '
                        r'(-?[0-9.]+([eE][+-]?[0-9]+)?|NaN|[+-]Inf)( [0-9]+)?')
    values = {}
    for line in text.splitlines():
        if line.startswith("#"):
            assert re.match(r"# (HELP|TYPE) \S+ .+", line), line
        else:
            assert sample.fullmatch(line), line
            name, value = line.rsplit(" ", 1)
            assert name not in values, f"{name} twice"
            values[name] = float(value)
    assert values and all(name.startswith("howdah_") for name in values)
    assert 3000.0 in [v for name, v in values.items() if "rows" in name], values


def test_a_metrics_file_that_cannot_be_written_is_said_before_the_first_row(linear, place):
    refused(*linear.run, "--metrics", place / "no" / "metrics.prom", words=["metrics"])
    assert not linear.output.exists()


def test_more_is_told_with_v_and_still_one_error_line(linear, place):
    shutil.rmtree(linear.input)
    refused(*linear.run, "-v", words=[linear.input])


def test_the_command_runs_from_anywhere_by_any_name(linear, place):
    """A symlink on PATH, another current folder, an empty environment."""
    (place / "bin").mkdir()
    (place / "bin" / "howdah").symlink_to(support.HOWDAH)
    done = subprocess.run(["howdah", *map(str, linear.run)], cwd="/", capture_output=True,
                          text=True, env={"PATH": f"{place}/bin"})
    assert done.returncode == 0, done.stderr
    support.assert_linear(linear.output, linear.rows)


def test_every_case_of_the_zoo_was_asked_of_tensorflow(zoo_folder):
    made = sorted(p.name for p in (zoo_folder / "cases").iterdir())
    assert made == sorted([*zoo.CASES, "basic_pitch"])
    scored = {json.loads((zoo_folder / "cases" / name / "case.json").read_text())["model"]
              for name in zoo.CASES}
    assert len(scored) >= 40, "too few different models are compared with TensorFlow"
