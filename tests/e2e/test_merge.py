"""output.merge_small_files: the job's own small files become fewer before it is published."""

import json
import pathlib
import signal

import duckdb
import fastavro
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import support
from support import howdah, refused

MERGE = ["--set", "output.merge_small_files=true"]
EACH_ROW_GROUP = ["--set", "input.split_size=1"]


def ledger_of(dataset):
    return json.loads((pathlib.Path(dataset) / ".howdah-ledger").read_text())


@pytest.fixture
def partitioned(place, model):
    """partitioned(rows, row_group): rows of five partitions in many splits, and flags for them."""

    def make(rows, row_group):
        table = pa.table({"id": np.arange(rows), "x": np.arange(rows, dtype=np.float32),
                          "k": [None if i % 5 == 4 else f"k {i % 5}/é" for i in range(rows)]})
        support.write_rows(place / "in", table, row_group=row_group)
        flags = ["--model", model("linear"), "--input", place / "in", "--keep", "id,k",
                 *EACH_ROW_GROUP, "--partition-by", "k"]
        return table, flags

    return make


# ------------------------------------------------------------------------- what lands is the same


@pytest.mark.parametrize("name", [
    "kept_columns_keep_their_exact_types", "strings_to_strings", "bytes_that_are_not_text",
    "nested_lists_become_tensors_of_rank_three_and_back", "floats_keep_every_bit",
    "integers_of_every_width", "no_kept_column", "names_become_legal_identifiers"])
def test_merged_parquet_is_what_one_file_would_have_been(name, zoo_folder, place):
    folder = zoo_folder / "cases" / name
    about = json.loads((folder / "case.json").read_text())
    keep = ["--keep", ",".join(about["keep"])] if about["keep"] else []
    run = ["run", "--model", zoo_folder / "models" / about["model"], "--input",
           folder / "input" / "*.parquet", "--format", "parquet", *keep, *about["arguments"],
           *EACH_ROW_GROUP]
    howdah(*run, "--output", place / "parts")
    summary = howdah(*run, *MERGE, "--output", place / "one").summary
    assert summary["files"] == 1 and len(support.data_files(place / "parts")) > 1
    parts, one = support.read(place / "parts"), support.read(place / "one")
    # The same columns, types, nullability and metadata, and every value to the bit.
    assert one.schema.equals(parts.schema, check_metadata=False)
    for field in parts.schema:
        assert one.schema.field(field.name).metadata == field.metadata
        assert support.same_bits(one.column(field.name), parts.column(field.name)), field.name
    support.verify(place / "one", level=3)


@pytest.mark.parametrize("extra", [["--compression", "deflate"], ["--compression", "none"], []])
def test_merged_avro_has_the_schema_and_the_rows_of_its_parts(extra, zoo_folder, place):
    folder = zoo_folder / "cases" / "kept_columns_keep_their_exact_types"
    about = json.loads((folder / "case.json").read_text())
    run = ["run", "--model", zoo_folder / "models" / about["model"], "--input",
           folder / "input" / "*.parquet", "--format", "avro", "--keep", ",".join(about["keep"]),
           *EACH_ROW_GROUP, *extra]
    howdah(*run, "--output", place / "parts")
    howdah(*run, *MERGE, "--output", place / "one")

    def read(dataset):
        records, schemas = [], []
        for path in support.data_files(dataset):
            with path.open("rb") as file:
                reader = fastavro.reader(file)
                schemas.append(reader.metadata["avro.schema"])
                records += map(repr, reader)
        return records, schemas

    (parts, part_schemas), (one, one_schemas) = read(place / "parts"), read(place / "one")
    assert len(part_schemas) > 1 and one_schemas == part_schemas[:1]
    assert one == parts
    support.verify(place / "one", level=3)


@pytest.mark.parametrize("flags, header", [
    (["--format", "csv"], True), (["--format", "csv", "--set", "output.csv.header=false"], False),
    (["--format", "csv", "--set", "output.csv.decimals=3", "--compression", "gzip"], True),
    (["--format", "csv", "--set", "output.csv.dialect=hive-text"], False),
    (["--format", "json"], False), (["--format", "json", "--compression", "gzip"], False)])
def test_merged_text_is_its_parts_one_after_the_other(flags, header, place, model):
    odd = ["a,b", 'say "x"', "", None, "two\nlines", "é\\", "\\N", "NULL", "-0", " "]
    table = pa.table({"note": [odd[i % len(odd)] for i in range(900)],
                      "x": (np.arange(900) / 7).astype(np.float32)})
    support.write_rows(place / "in", table, row_group=100)
    run = ["run", "--model", model("linear"), "--input", place / "in", "--keep", "note,x",
           *EACH_ROW_GROUP, *flags]
    howdah(*run, "--output", place / "parts")
    howdah(*run, *MERGE, "--output", place / "one")

    def lines(path):
        opened = pa.input_stream(str(path), compression="gzip" if path.suffix == ".gz" else None)
        text = opened.read().split(b"\n")
        return text[:1] if header else [], text[1:-1] if header else text[:-1]

    parts = [lines(p) for p in support.data_files(place / "parts")]
    (one,) = (lines(p) for p in support.data_files(place / "one"))
    assert len(parts) == 9
    assert one == (parts[0][0], [line for part in parts for line in part[1]])
    support.verify(place / "one", level=3)


def test_files_come_together_within_their_partition_up_to_the_file_size(partitioned, place):
    table, flags = partitioned(10_000, row_group=500)
    apart = howdah("run", *flags, "--output", place / "apart").summary
    assert apart["files"] == 20 * 5
    one = howdah("run", *flags, *MERGE, "--output", place / "one").summary
    assert one["files"] == 5 and one["splits"]["total"] == 20
    assert sorted(p.parent.name for p in (place / "one").glob("k=*/*")) == sorted(
        p.name for p in (place / "apart").glob("k=*"))
    sized = howdah("run", *flags, *MERGE, "--set", "output.file_size=8KiB", "--output",
                   place / "sized").summary
    sizes = [p.stat().st_size for p in (place / "sized").glob("k=*/*")]
    assert 5 < sized["files"] == len(sizes) < 60 and max(sizes) <= 8 << 10
    for dataset in ("one", "sized"):
        landed = f"read_parquet('{place}/{dataset}/*/*.parquet', hive_partitioning=false)"
        assert duckdb.sql(f"select count(*), count(distinct id) from {landed} join "
                          "(select id as i, x from \"table\") on id = i and y = 2 * x + 1"
                          ).fetchall() == [(10_000, 10_000)]
        support.verify(place / dataset, level=3)
    # Rows stay in the input's order.
    for path in (place / "one").glob("k=*/*.parquet"):
        ids = pq.read_table(path, partitioning=None).column("id").to_pylist()
        assert ids == sorted(ids)


def test_a_merge_keeps_to_the_memory_it_may_have(place, model):
    rows = 1_000_000
    rng = np.random.default_rng(3)
    words = pa.array(rng.integers(1 << 50, 1 << 60, rows)).cast(pa.string())
    table = pa.table({"id": np.arange(rows), "x": rng.random(rows, dtype=np.float32),
                      "note": pc.binary_join_element_wise(words, words, words, words, "-")})
    assert table.nbytes > 64 << 20
    support.write_rows(place / "in", table, row_group=50_000)
    summary = howdah("run", "--model", model("linear"), "--input", place / "in", "--keep",
                     "id,note", *EACH_ROW_GROUP, *MERGE, "--set", "output.memory=32MiB", "--output",
                     place / "out").summary
    assert summary["files"] == 1 and summary["splits"]["total"] == 20
    assert 1 << 20 < summary["output_memory"]["peak_bytes"] <= 32 << 20
    (file,) = support.data_files(place / "out")
    assert pq.ParquetFile(file).num_row_groups > 1  # larger ones would not have had room
    support.verify(place / "out", level=3)


def test_quarantined_rows_and_empty_splits_stay_what_they_are(place, model):
    table = pa.table({"id": np.arange(900), "x": [float("nan") if i % 10 == 3 else float(i)
                                                 for i in range(900)]},
                     schema=pa.schema([("id", pa.int64()), ("x", pa.float32())]))
    support.write_rows(place / "in", table, row_group=100)
    summary = howdah("run", "--model", model("linear"), "--input", place / "in", "--keep", "id",
                     *EACH_ROW_GROUP, *MERGE, "--set", "checks.nan=quarantine", "--set",
                     "checks.bad_rows=quarantine", "--output", place / "out").summary
    assert summary["rows"] == {"input": 900, "written": 810, "quarantined": 90}
    assert summary["files"] == 1
    assert summary["quarantine"]["files"] == 9
    support.verify(place / "out", level=3)

    support.write_rows(place / "none", table.slice(0, 0), files=1)
    support.write_rows(place / "none2", table.slice(0, 0), files=1)
    empty = howdah("run", "--model", model("linear"), "--input", place / "none", "--keep", "id",
                   *MERGE, "--output", place / "empty").summary
    assert empty["files"] == 1 and empty["rows"]["written"] == 0


# --------------------------------------------------------------------------------- and its proofs


def rewrite(path, change):
    """The file again with other rows, as somebody would do it."""
    table = pq.read_table(path, partitioning=None)
    pq.write_table(change(table), path)


@pytest.mark.parametrize("change, words", [
    (lambda t: pa.concat_tables([t.slice(0, 50), t.slice(49)]), ["1 more", "doubled"]),
    (lambda t: t.slice(1), ["1 of", "lost"]),
])
def test_verify_finds_a_doubled_and_a_lost_row_in_a_merged_file(partitioned, place, change, words):
    _, flags = partitioned(2000, row_group=200)
    howdah("run", *flags, *MERGE, "--output", place / "out")
    victim = sorted((place / "out").glob("k=*/*.parquet"))[1]
    rewrite(victim, change)
    outcome = support.verify(place / "out", level=3, code=5)
    for word in [victim.name, *words]:
        assert word in outcome.stdout, outcome


def test_the_ledger_says_which_files_were_merged(partitioned, place):
    _, flags = partitioned(2000, row_group=200)
    howdah("run", *flags, *MERGE, "--output", place / "out")
    ledger = ledger_of(place / "out")
    written = {f["path"]: f for task in ledger["tasks"] for f in task["files"]}
    assert len(written) == 50 and len(ledger["merges"]) == 5
    replaced = [source for merge in ledger["merges"] for source in merge["sources"]]
    assert sorted(replaced) == sorted(written)
    for merge in ledger["merges"]:
        sources = [written[path] for path in merge["sources"]]
        assert merge["file"]["rows"] == sum(f["rows"] for f in sources)
        total = sum(int(f["row_hash"], 16) for f in sources) % (1 << 64)
        assert int(merge["file"]["row_hash"], 16) == total
        assert (place / "out" / merge["file"]["path"]).stat().st_size == merge["file"]["bytes"]
    support.assert_no_payload(place / "out")


# ------------------------------------------------------------------------------------ what goes wrong


def test_a_run_that_is_killed_while_it_merges_goes_on_where_it_was(partitioned, place):
    table, flags = partitioned(60_000, row_group=1000)
    command = ["run", *flags, *MERGE, "--output", place / "out"]
    staging = support.staging_of(place / "out")

    def merges():
        names = {p.name for folder in ("done", "sealed")
                 for p in staging.glob(f"jobs/*/{folder}/*.json")}
        return {name for name in names if int(name[:5]) >= 60}

    done = set()
    for _ in range(3):
        process = support.start(*command)
        before = len(merges())
        support.wait_until(lambda: len(merges()) > before, process)
        process.kill()
        outcome = support.finish(process)
        assert merges() >= done
        done = merges()
        assert outcome.code in (0, -signal.SIGKILL)
        assert support.visible_state(place / "out") in ("absent", "complete")
    assert done
    summary = howdah(*command).summary
    if summary["outcome"] == "published":
        assert summary["splits"]["reused"] == 60
    assert support.verify(place / "out", level=3)
    landed = f"read_parquet('{place}/out/*/*.parquet', hive_partitioning=false)"
    assert duckdb.sql(f"select count(*), count(distinct id) from {landed}").fetchall() == [
        (60_000, 60_000)]
    assert ledger_of(place / "out")["merges"]


def test_a_file_that_was_changed_before_it_is_merged_is_named_and_nothing_lands(partitioned, place):
    _, flags = partitioned(2000, row_group=200)
    command = ["run", *flags, *MERGE, "--set", "output.file_size=3KiB", "--output", place / "out"]
    refused(*command, "--set", "checks.max_files=5", code=1, words=["files", "checks.max_files"])
    assert support.visible_state(place / "out") == "absent"
    # All is done but the merges, which the limit forbids.
    staging = support.staging_of(place / "out")
    assert len(list(staging.glob("jobs/*/done/*.json"))) == 10
    victim = sorted(staging.glob("jobs/*/att/00003.*/*"))[0]
    rewrite(victim, lambda t: t.slice(1))
    refused(*command, code=None, words=[victim.name, "--restart"])
    assert support.visible_state(place / "out") == "absent"
    assert howdah(*command, "--restart").summary["outcome"] == "published"
    support.verify(place / "out", level=3)


def test_the_limit_of_files_is_of_those_that_land(partitioned, place):
    _, flags = partitioned(2000, row_group=200)
    command = ["run", *flags, "--set", "checks.max_files=5", "--output", place / "out"]
    refused(*command, words=["checks.max_files", "output.merge_small_files"])
    assert howdah(*command, *MERGE).summary["files"] == 5


def test_it_is_part_of_the_job(partitioned, place):
    _, flags = partitioned(2000, row_group=200)
    command = ["run", *flags, "--job-id", "nightly", "--output", place / "out"]
    refused(*command, "--set", "checks.max_files=12", code=None, words=["checks.max_files"])
    refused(*command, *MERGE, words=["merge_small_files", "--restart"])


@pytest.mark.parametrize("value", ["maybe", "7", "[]"])
def test_another_value_than_true_or_false_is_refused(linear, value):
    refused(*linear.run, "--set", f"output.merge_small_files={value}",
            words=["output.merge_small_files", "true"])


@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_runs_of_other_modes_are_merged_too(partitioned, place, mode):
    _, flags = partitioned(2000, row_group=200)
    for job in ("one", "two"):
        howdah("run", *flags, *MERGE, "--set", f"output.mode={mode}", "--job-id", job, "--output",
               place / "out")
        support.verify(place / "out", level=3)
    files = list((place / "out").glob("**/part-*.parquet"))
    assert len(files) == (10 if mode == "append" else 5)
    ddl = howdah("ddl", place / "out", "--dialect", "hive", "--partitions").stdout
    assert ddl.count("ADD IF NOT EXISTS") == len(files) * 4 // 5  # that of null is found by Hive
