"""What lands: options of output columns, declared schemas, partition directories, verify 3, gc."""

import datetime
import json
import os
import pathlib

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

import support
import zoo
from support import howdah, refused

ROWS = 3000


@pytest.fixture
def dense(place, model):
    """A job of the model `dense`: probs float32 [?, 5], label int64 [?], best float32 [?, 1]."""
    x = zoo.random(40).normal(size=(ROWS, 8)).astype(np.float32)
    table = pa.table({"id": np.arange(ROWS), "features": zoo.vectors(x)})
    support.write_rows(place / "in", table, files=2)
    return lambda *more, **options: howdah(
        "run", "--model", model("dense"), "--input", place / "in", "--output", place / "out",
        "--keep", "id", *more, **options)


def columns(text):
    return ["--set", f"output.columns.{text}"]


# ------------------------------------------------------------------------ argmax, top-k, expand


def test_argmax_topk_and_expand_are_what_numpy_says(dense, place):
    dense(*columns('label={from = "probs", as = "argmax"}'),
          *columns('top={from = "probs", as = "topk:3"}'),
          *columns('p={from = "probs", as = "expand"}'), *columns("probs=probs"))
    landed = support.read(place / "out")
    assert landed.column_names == ["id", "label", "top_values", "top_indices", "p_1", "p_2",
                                   "p_3", "p_4", "p_5", "probs"]
    probs = landed.column("probs").combine_chunks().flatten().to_numpy().reshape(ROWS, 5)
    assert landed.schema.field("label").type == pa.int64()
    assert np.array_equal(landed.column("label").to_numpy(), probs.argmax(1))
    order = np.argsort(-probs, axis=1, kind="stable")[:, :3]
    indices = landed.column("top_indices").combine_chunks().flatten().to_numpy()
    assert np.array_equal(indices.reshape(ROWS, 3), order)
    values = landed.column("top_values").combine_chunks().flatten().to_numpy()
    assert np.array_equal(values.reshape(ROWS, 3), np.take_along_axis(probs, order, 1))
    for k in range(5):
        assert np.array_equal(landed.column(f"p_{k + 1}").to_numpy(), probs[:, k])
    support.verify(place / "out", level=3)


@pytest.mark.parametrize("text, words", [
    ('x={from = "probs", as = "topk:6"}', ["topk", "5"]),
    ('x={from = "probs", as = "topk:0"}', ["topk"]),
    ('x={from = "probs", as = "topk:many"}', ["topk"]),
    ('x={from = "label", as = "argmax"}', ["argmax", "label"]),
    ('x={from = "label", as = "expand"}', ["expand", "label"]),
    ('x={from = "probs", as = "argmx"}', ["argmax"]),
    ('x={from = "probs", has = "argmax"}', ["has", "as"]),
    ('id={from = "probs", as = "argmax"}', ["id"]),
    ('x={from = "prob", as = "argmax"}', ["probs"]),
])
def test_options_that_do_not_fit_are_refused(dense, place, text, words):
    outcome = dense(*columns(text), code=2)
    for word in words:
        assert word in outcome.error
    assert sorted(p.name for p in place.iterdir()) == ["in"]


def test_ragged_outputs_land_as_lists(place, model):
    texts = ["a bc", "", "d", "é \U0001f600x"]
    support.write_rows(place / "in", pa.table({"text": texts}))
    howdah("run", "--model", model("words"), "--input", place / "in", "--output",
           place / "out", *columns("words=words"), *columns("letters=letters"),
           *columns('again={from = "flat", row_splits = "splits"}'))
    landed = support.read(place / "out")
    words = [t.split() for t in texts]
    assert landed.column("words").to_pylist() == words
    assert landed.column("again").to_pylist() == words
    assert landed.column("letters").to_pylist() == [[[ord(c) for c in w] for w in ws]
                                                    for ws in words]


# --------------------------------------------------------------------------- declared schemas


def avsc(place, *fields, name="prediction"):
    path = place / f"{name}.avsc"
    path.write_text(json.dumps({"type": "record", "name": name, "namespace": "example.ml",
                                "fields": [{"name": n, "type": t, **(more[0] if more else {})}
                                           for n, t, *more in fields]}))
    return ["--schema", path]


def test_a_declared_schema_orders_names_and_types_the_columns(dense, place):
    dense(*avsc(place, ("probabilities", {"type": "array", "items": "double"},
                        {"tensor.source": "probs", "doc": "softmax"}),
                ("label", "int"), ("id", ["null", "long"])))
    landed = support.read(place / "out")
    assert landed.column_names == ["probabilities", "label", "id"]
    assert landed.schema.field("probabilities").type.value_type == pa.float64()
    assert landed.schema.field("label").type == pa.int32()
    assert landed.schema.field("id").nullable
    assert landed.column("id").to_pylist() == list(range(ROWS))
    support.verify(place / "out", level=3)


def test_a_tensor_of_rank_three_lands_nested_where_the_schema_says_so(place, model):
    x = zoo.random(41).normal(size=(50, 2, 3)).astype(np.float32)
    flat = zoo.vectors(x.reshape(50, 6))
    support.write_rows(place / "in", pa.table({"image": flat}))
    floats = {"type": "array", "items": "float"}
    howdah("run", "--model", model("images"), "--input", place / "in", "--output",
           place / "out", *avsc(place, ("swapped", {"type": "array", "items": floats}),
                                ("pairs", floats)))
    landed = support.read(place / "out")
    assert np.array_equal(np.array(landed.column("swapped").to_pylist(), np.float32),
                          x.transpose(0, 2, 1))
    assert np.array_equal(np.array(landed.column("pairs").to_pylist(), np.float32),
                          np.stack([x, -x], 1).reshape(50, -1))


SCHEMA_REFUSALS = {
    "a check that the format cannot have": ([("double", "double", {"check.nan": "string"})], 2,
                                            ["string", "json"]),
    "a slip in a property": ([("double", "double", {"tensor.sorce": "double"})], 2,
                             ["tensor.sorce", "tensor.source"]),
    "double to float unasked": ([("double", "float")], 2, ["double", "float", "round"]),
    "a field that nothing gives": ([("probs", "float"), ("nothing", "int")], 2, ["nothing"]),
    "a type that does not cast": ([("double", "string")], 2, ["double", "string"]),
    "a union of two": ([("double", ["int", "string"])], 2, ["union"]),
    "an illegal name": ([("Double", "double")], 2, ["Double"]),
}


@pytest.mark.parametrize("what", SCHEMA_REFUSALS)
def test_a_schema_that_does_not_fit_is_refused(place, model, what):
    fields, code, words = SCHEMA_REFUSALS[what]
    support.write_rows(place / "in", pa.table({"h": np.ones(9, np.float16), "d": np.ones(9)}))
    refused("run", "--model", model("floats"), "--input", place / "in", "--output",
            place / "out", *avsc(place, *fields), code=code, words=words)


@pytest.mark.parametrize("text, words", [
    ("{", ["x.avsc"]), ('"int"', ["record"]), ("[]", ["x.avsc"]),
    ('{"type": "record", "name": "r", "fields": [{"name": "r", "type": "r"}]}', ["r"]),
    ('{"type": "record", "name": "r"}', ["fields"]),
])
def test_a_file_that_is_no_schema_is_refused(dense, place, text, words):
    (place / "x.avsc").write_text(text)
    outcome = dense("--schema", place / "x.avsc", code=2)
    for word in words:
        assert word in outcome.error


def field_ids(path):
    """By column, as pyarrow sees them; `pair` is a list, written by pages of our own."""
    return {field.name: int(field.metadata[b"PARQUET:field_id"])
            for field in pq.read_schema(path)
            if b"PARQUET:field_id" in (field.metadata or {})}


@pytest.fixture
def with_ids(place):
    """Input of the model `bits` whose columns have field ids."""
    def column(name, kind, number):
        return pa.field(name, kind, metadata={"PARQUET:field_id": str(number)})
    schema = pa.schema([column("id", pa.int64(), 7), column("f", pa.float32(), 8),
                        column("d", pa.float64(), 9)])
    table = pa.table({"id": [1, 2], "f": [0.5, 1.5], "d": [0.1, 0.2]}, schema=schema)
    support.write_rows(place / "in", table)
    assert field_ids(place / "in" / "in-000.parquet") == {"id": 7, "f": 8, "d": 9}


@pytest.mark.parametrize("declared", [False, True])
def test_field_ids_are_those_of_the_schema_else_of_the_kept_column(place, model, with_ids, declared):
    job = ["--model", model("bits"), "--input", place / "in", "--output", place / "out",
           "--keep", "id,d", "--format", "parquet"]
    expected = {"id": 7, "d": 9}
    if declared:
        (place / "s.avsc").write_text(json.dumps({"type": "record", "name": "r", "fields": [
            {"name": "id", "type": ["null", "long"]},
            {"name": "pair", "type": {"type": "array", "items": "float"}, "field-id": 12},
            {"name": "d", "type": ["null", "double"], "field-id": 2147483647},
            {"name": "f_out", "type": "float", "field-id": 0}, ]}))
        job += ["--schema", place / "s.avsc"]
        expected = {"id": 7, "pair": 12, "d": 2147483647, "f_out": 0}
    howdah("run", *job)
    (file,) = support.data_files(place / "out")
    assert field_ids(file) == expected
    assert pq.ParquetFile(file).schema.to_arrow_schema().names == pq.read_table(file).column_names
    printed = json.loads(howdah("check", *job, "--print-schema").stdout)
    assert {f["name"]: f["field-id"] for f in printed["fields"] if "field-id" in f} == expected
    support.verify(place / "out", level=3)


def test_two_columns_of_one_field_id_are_refused(place, model, with_ids):
    (place / "s.avsc").write_text(json.dumps({"type": "record", "name": "r", "fields": [
        {"name": "id", "type": ["null", "long"]},
        {"name": "f_out", "type": "float", "field-id": 7}]}))
    refused("run", "--model", model("bits"), "--input", place / "in", "--output", place / "out",
            "--keep", "id", "--schema", place / "s.avsc", words=["'id'", "'f_out'", "field id 7"])


def test_doubles_are_rounded_to_float_where_the_schema_asks_for_it(place, model):
    d = np.array([0.1, 1 / 3, np.nan, -0.0, np.inf])
    support.write_rows(place / "in", pa.table({"h": np.ones(5, np.float16), "d": d}))
    howdah("run", "--model", model("floats"), "--input", place / "in", "--output",
           place / "out", *avsc(place, ("double", "float", {"tensor.round": True})))
    landed = support.read(place / "out").column("double").to_numpy()
    assert np.array_equal(landed, (d / 3.0).astype(np.float32), equal_nan=True)


def test_a_finite_double_that_would_become_infinite_is_refused(place, model):
    support.write_rows(place / "in", pa.table({"h": np.ones(1, np.float16), "d": [1e300]}))
    refused("run", "--model", model("floats"), "--input", place / "in", "--output",
            place / "out", *avsc(place, ("double", "float", {"tensor.round": True})), code=1,
            words=["double"])


def test_a_whole_number_too_large_for_the_declared_type_is_refused(place, model):
    support.write_rows(place / "in", pa.table({"key": [1, 1 << 31]}))
    refused("run", "--model", model("echo"), "--input", place / "in", "--output",
            place / "out", *avsc(place, ("key_out", "int")), code=1,
            words=["key_out", 1 << 31])


def test_a_null_in_a_column_declared_without_nulls_is_refused(place, model):
    table = pa.table({"id": pa.array([1, None]), "x": pa.array([1.0, 2.0], pa.float32())})
    support.write_rows(place / "in", table)
    refused("run", "--model", model("linear"), "--input", place / "in", "--output",
            place / "out", "--keep", "id", *avsc(place, ("id", "long"), ("y", "float")),
            code=1, words=["id", "null"])


# ------------------------------------------------------------------------ partition directories


@pytest.fixture
def partitioned(place, model):
    days = ["2026-11-20", "2026-11-21", "a/b=c", None]
    table = support.linear_rows(ROWS)
    table = table.append_column("dt", pa.array([days[i // 1000] if i % 10 else days[i // 10 % 4]
                                                for i in range(ROWS)]))
    table = table.append_column("n", pa.array([i % 3 for i in range(ROWS)], pa.int16()))
    support.write_rows(place / "in", table, files=3)
    run = lambda *more, **options: howdah(  # noqa: E731
        "run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
        "--keep", "id,dt,n", "--partition-by", "dt,n", *more, **options)
    return run, table


def read_partitioned(dataset):
    """id -> (dt, n, y), by the directories' names."""
    import urllib.parse

    rows = {}
    for path in pathlib.Path(dataset).rglob("*.parquet"):
        dt, n = (part.split("=", 1)[1] for part in path.relative_to(dataset).parts[:2])
        dt = None if dt == "__HIVE_DEFAULT_PARTITION__" else urllib.parse.unquote(dt)
        table = pq.read_table(path, partitioning=None)
        assert table.column_names == ["id", "y"]
        for row in table.to_pylist():
            assert row["id"] not in rows, "a row twice"
            rows[row["id"]] = (dt, int(n), row["y"])
    return rows


def expected_rows(table):
    answers = support.linear_answer(table)
    return {row["id"]: (row["dt"], row["n"], float(y))
            for row, y in zip(table.to_pylist(), answers)}


def test_rows_land_in_the_directories_of_their_values(partitioned, place):
    run, table = partitioned
    summary = run().summary
    assert summary["partition_by"] == ["dt", "n"]
    assert read_partitioned(place / "out") == expected_rows(table)
    names = sorted(p.name for p in (place / "out").iterdir() if p.name[0] not in "._")
    assert names == ["dt=2026-11-20", "dt=2026-11-21", "dt=__HIVE_DEFAULT_PARTITION__",
                     "dt=a%2Fb%3Dc"]
    support.verify(place / "out", level=3)
    count = duckdb.sql(f"select count(*), count(dt) from read_parquet('{place}/out/**/*.parquet',"
                       " hive_partitioning=true, hive_types_autocast=false)").fetchall()[0]
    assert count[0] == ROWS
    arrow = pyarrow.dataset.dataset(place / "out", partitioning="hive")
    assert arrow.count_rows() == ROWS


def test_few_open_partitions_and_little_memory_land_the_same_rows(partitioned, place):
    run, table = partitioned
    summary = run("--set", "output.max_open_partitions=2", "--set", "output.memory=4MiB").summary
    assert read_partitioned(place / "out") == expected_rows(table)
    memory = summary["output_memory"]
    assert memory["budget_bytes"] == 4 << 20
    assert 0 < memory["peak_bytes"] <= 4 << 20


def test_a_partitioned_landing_can_be_scored_again(partitioned, place, model):
    run, table = partitioned
    run()
    howdah("run", "--model", model("linear"), "--input", place / "out", "--output",
           place / "again", "--set", "input.tensors.x=y", "--keep", "id,dt,n")
    again = support.read(place / "again")
    assert again.num_rows == ROWS
    by_id = {row["id"]: row for row in again.to_pylist()}
    for row, y in zip(table.to_pylist(), support.linear_answer(table)):
        assert by_id[row["id"]]["dt"] == row["dt"]
        assert by_id[row["id"]]["y"] == 2 * y + 1


@pytest.mark.parametrize("by, words", [
    ("dtt", ["dtt", "dt"]), ("y", ["y", "float"]), ("x", ["x"]), ("dt,dt", ["dt", "twice"]),
    ("id,dt,n,y", ["y"])])
def test_columns_that_cannot_name_directories_are_refused(partitioned, by, words):
    run, _ = partitioned
    outcome = run("--set", f"output.partition_by={by}", code=2)
    for word in words:
        assert word in outcome.error


def test_an_empty_string_cannot_name_a_directory(place, model):
    table = support.linear_rows(2).append_column("dt", pa.array(["a", ""]))
    support.write_rows(place / "in", table)
    refused("run", "--model", model("linear"), "--input", place / "in", "--output",
            place / "out", "--keep", "id,dt", "--partition-by", "dt", code=1, words=["dt", "null"])
    assert support.visible_state(place / "out") == "absent"


def test_a_partitioned_job_killed_in_between_resumes(slow_job, place):
    job = slow_job(rows=20_000)
    # `n` names no day, but its hash's sign is as good: partition by a kept column.
    command = [*job.run, "--set", "output.max_open_partitions=3"]
    process = support.start(*command)
    support.wait_until(lambda: len(support.done_splits(job.output)) >= 2, process)
    process.kill()
    support.finish(process)
    howdah(*command)
    support.verify(job.output, level=3)


# --------------------------------------------------------------------------------- verify level 3


def rewrite(path, change):
    """Another file under the same name, with rows changed; the ledger's length and checksum no
    longer hold either, but level 3 must say what it is about rows."""
    table = pq.read_table(path, partitioning=None)
    pq.write_table(change(table), path)


@pytest.mark.parametrize("what", ["doubled", "lost", "score", "key", "swapped"])
def test_level_three_sees_rows_that_are_not_those_that_landed(linear, what):
    howdah(*linear.run)
    path = support.data_files(linear.output)[0]

    def change(table):
        first, rest = table.slice(0, 1), table.slice(1)
        if what == "doubled":
            return pa.concat_tables([first, table])
        if what == "lost":
            return rest
        y, ids = table.column("y").to_pylist(), table.column("id").to_pylist()
        if what == "score":
            y[5] += 1
        if what == "key":
            ids[5] += 1_000_000
        if what == "swapped":
            y[1], y[2] = y[2], y[1]
        return pa.table([pa.array(ids, pa.int64()), pa.array(y, pa.float32())],
                        schema=table.schema)

    rewrite(path, change)
    outcome = support.verify(linear.output, level=3, code=5)
    findings = [f for f in outcome.summary["findings"] if f["defect"] == "values"]
    assert findings and all(path.name in f["path"] for f in findings)
    told = {"doubled": "1 more than", "lost": "1 of "}.get(what, "as many, but a value differs")
    assert any(told in f["detail"] for f in findings), findings
    keys = [f for f in findings if "keys" in f["detail"]]
    assert bool(keys) == (what in ("doubled", "lost", "key")), findings


def test_level_three_passes_and_says_that_keys_were_compared(linear):
    howdah(*linear.run)
    assert support.verify(linear.output, level=3).summary["keys"] == "compared"


def test_without_a_kept_column_level_three_says_that_keys_are_not_available(place, model):
    support.write_rows(place / "in", support.linear_rows(100))
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output", place / "out")
    outcome = howdah("verify", place / "out", "--level", "3")
    assert "keys not available" in outcome.stdout
    assert support.verify(place / "out", level=3).summary["keys"] == "not available"


@pytest.mark.parametrize("level", range(4))
def test_a_directory_in_place_of_a_file_hides_no_other_finding(linear, level):
    howdah(*linear.run, "--set", "output.file_size=4KiB")
    first, second, *_ = support.data_files(linear.output)
    first.unlink()
    first.mkdir()
    second.unlink()
    found = {f["path"] for f in support.verify(linear.output, level, code=5).summary["findings"]}
    assert {first.name, second.name} <= found


# ---------------------------------------------------------------------------------------------- gc


def age(folder, days):
    then = (datetime.datetime.now() - datetime.timedelta(days=days)).timestamp()
    for path in [*pathlib.Path(folder).rglob("*"), pathlib.Path(folder)]:
        os.utime(path, (then, then))


def test_gc_lists_first_and_removes_only_what_is_past_its_time(linear):
    howdah(*linear.run)
    staging = support.staging_of(linear.output)
    before = support.tree(staging)
    assert "--delete" not in howdah("gc", linear.output).stdout
    howdah("gc", linear.output, "--delete")
    assert support.tree(staging) == before, "nothing is old enough"
    assert "would be removed" in howdah("gc", linear.output, "--older-than", "0s").stdout
    assert support.tree(staging) == before, "listing removes nothing"
    howdah("gc", linear.output, "--older-than", "0s", "--delete")
    assert not list(staging.glob("jobs/*/FIN"))
    support.verify(linear.output, level=3)
    again = howdah(*linear.run).summary
    assert again["outcome"] == "already_published"


def test_gc_never_takes_an_unfinished_job_unless_told_to(slow_job):
    job = slow_job(job_id="nightly")
    process = support.start(*job.run)
    support.wait_until(lambda: len(support.done_splits(job.output)) >= 2, process)
    process.kill()
    support.finish(process)
    age(support.staging_of(job.output), days=30)
    outcome = howdah("gc", job.output, "--older-than", "1d", "--delete")
    assert "unfinished" in outcome.stdout
    assert len(support.done_splits(job.output)) >= 2
    howdah("gc", job.output, "--unfinished-older-than", "20d", "--delete")
    assert not support.done_splits(job.output)
    summary = howdah(*job.run).summary
    assert summary["splits"]["reused"] == 0
    support.assert_slow(job.output, job.rows)


@pytest.mark.parametrize("flags", [["--older-than", "soon"], ["--older-than", "7"]])
def test_gc_with_a_wrong_duration_is_refused(linear, flags):
    howdah(*linear.run)
    refused("gc", linear.output, *flags, words=["--older-than"])
