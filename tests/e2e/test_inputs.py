"""What `howdah run` reads: CSV, JSON lines, Arrow IPC, partition directories, many files."""

import json
import os
import struct

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

import support
from support import howdah, refused

ROWS = 5000


def rows(count=ROWS, first=0):
    """Input of `linear` with keys of several types, among them what CSV bends."""
    index = np.arange(first, first + count, dtype=np.int64)
    names = [["plain", 'quo"ted', "com,ma", "new\nline", "", "é\U0001f600", " blank "][i % 7]
             for i in index]
    return pa.table({"id": index + (1 << 53) + 1, "name": names,
                     "zip": [f"{i % 1000:05}" for i in index],
                     "ratio": index / 7.0, "flag": index % 2 == 0,
                     "x": (index % 1000).astype(np.float32)})


def write_csv(path, table, delimiter=","):
    """RFC 4180; text is quoted, so that "" is not null."""

    def cell(value):
        if isinstance(value, bool):
            return str(value).lower()
        return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else repr(value)

    with open(path, "w", newline="", encoding="utf-8") as file:
        file.write(delimiter.join(table.column_names) + "\n")
        for row in table.to_pylist():
            file.write(delimiter.join(map(cell, row.values())) + "\n")


def write_jsonl(path, table):
    with open(path, "w", encoding="utf-8") as file:
        for row in table.to_pylist():
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_ipc(path, table):
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=700)


def write_stream(path, table):
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=700)


def write_feather(path, table):
    pa.feather.write_feather(table, path, compression="zstd", chunksize=900)


WRITERS = {"csv": write_csv, "tsv": lambda p, t: write_csv(p, t, "\t"), "jsonl": write_jsonl,
           "ndjson": write_jsonl, "arrow": write_ipc, "arrows": write_stream,
           "feather": write_feather, "parquet": lambda p, t: pq.write_table(t, p)}


def run_linear(place, model, *more, keep="id,name,zip,ratio,flag", **options):
    return howdah("run", "--model", model("linear"), "--input", place / "in", "--output",
                  place / "out", "--keep", keep, *more, **options)


@pytest.mark.parametrize("extension", WRITERS)
def test_each_format_lands_what_the_same_rows_as_parquet_land(place, model, extension):
    (place / "in").mkdir()
    table = rows()
    for i in range(3):
        WRITERS[extension](place / "in" / f"part{i}.{extension}", table.slice(i * 1700, 1700))
    summary = run_linear(place, model).summary
    assert summary["rows"]["written"] == ROWS
    landed = support.read(place / "out")
    for name in ("id", "name", "zip", "ratio", "flag"):
        assert landed.column(name).to_pylist() == table.column(name).to_pylist(), name
    assert np.array_equal(landed.column("y").to_numpy(), support.linear_answer(table))
    support.verify(place / "out", level=3)


def test_types_that_only_arrow_has_land_in_those_that_parquet_has(place, model):
    (place / "in").mkdir()
    seconds = [0, 86_400, -1]
    table = pa.table({
        "s": pa.array(seconds, pa.timestamp("s", "UTC")), "d64": pa.array([0, 1, 2], pa.date32())
        .cast(pa.date64()), "t32": pa.array([0, 1, 2], pa.time32("s")),
        "view": pa.array(["a", None, "é" * 20], pa.string_view()),
        "lists": pa.array([[1], [], None], pa.list_view(pa.int16())),
        "x": pa.array([1, 2, 3], pa.float32())})
    write_ipc(place / "in" / "a.arrow", table)
    run_linear(place, model, keep="s,d64,t32,view,lists")
    landed = support.read(place / "out")
    assert landed.schema.field("s").type == pa.timestamp("us", "UTC")
    assert [v.timestamp() for v in landed.column("s").to_pylist()] == seconds
    assert landed.column("d64").type == pa.date32()
    assert landed.column("t32").type == pa.time32("ms")
    for name in ("d64", "t32", "view", "lists"):
        assert landed.column(name).to_pylist() == table.column(name).to_pylist(), name


def test_the_types_of_csv_columns_follow_the_whole_file(place, model):
    (place / "in").mkdir()
    lines = ["id,late,code,none,day,n,x"]
    for i in range(4000):
        late = i if i < 3990 else i + 0.5  # a fraction at the very end
        lines.append(f"{i},{late},{'7' if i else '007'},,2026-11-{i % 28 + 1:02},"
                     f"{'' if i % 3 else i},{i}")
    (place / "in" / "a.csv").write_text("\n".join(lines))
    run_linear(place, model, keep="id,late,code,none,day,n")
    landed = support.read(place / "out")
    assert landed.schema.field("id").type == pa.int64()
    assert landed.schema.field("late").type == pa.float64()
    assert landed.schema.field("code").type == pa.string()
    assert landed.column("code")[0].as_py() == "007"
    assert landed.schema.field("day").type == pa.date32()
    assert landed.column("n").null_count == 2666
    assert landed.column("n")[3].as_py() == 3
    assert landed.column("none").null_count == 4000


def test_a_text_tensor_gets_the_text_of_a_csv_column_whatever_it_looks_like(place, model):
    (place / "in").mkdir()
    texts = ["1", "1.10", "true", "2026-01-01", "NaN", "null", "007"]
    (place / "in" / "a.csv").write_text("text\n" + "\n".join(texts) + "\n")
    howdah("run", "--model", model("texts"), "--input", place / "in", "--output", place / "out",
           "--keep", "text")
    landed = support.read(place / "out")
    assert landed.column("text").to_pylist() == texts
    assert landed.column("upper").to_pylist() == [t.upper() for t in texts]


def test_numbers_of_text_are_rounded_to_the_tensor_as_python_rounds_them(place, model):
    (place / "in").mkdir()
    texts = ["0.1", "16777217", "3.4028235e38", "1e-46", "-0", "nan", "inf", "123456789.123"]
    (place / "in" / "a.csv").write_text("x\n" + "\n".join(texts) + "\n")
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output",
           place / "out", "--keep", "x")
    with np.errstate(over="ignore"):
        expected = np.float32(2) * np.array([np.float32(float(t)) for t in texts]) + np.float32(1)
    landed = support.read(place / "out").column("y").to_numpy()
    assert np.array_equal(landed, expected, equal_nan=True)


def test_a_number_of_text_that_is_too_large_for_the_tensor_is_refused(place, model):
    (place / "in").mkdir()
    (place / "in" / "a.csv").write_text("x\n1\n1e39\n")
    refused("run", "--model", model("linear"), "--input", place / "in", "--output",
            place / "out", code=1, words=["column 'x'", "1e+39"])


def test_json_numbers_keys_and_lists(place, model):
    (place / "in").mkdir()
    with open(place / "in" / "a.jsonl", "w") as file:
        for i in range(3000):
            row = {"id": (1 << 53) + 1 + i, "features": [i % 100 / 10 + j for j in range(8)],
                   "when": "2026-11-22", "note": None if i < 2990 else "late",
                   "deep": {"a": [i, i + 1], "b": str(i)}}
            file.write(json.dumps(row) + "\n" * (1 + i % 2))  # blank lines are no rows
    howdah("run", "--model", model("dense"), "--input", place / "in", "--output", place / "out",
           "--keep", "id,when,note,deep")
    landed = support.read(place / "out")
    assert landed.num_rows == 3000
    assert landed.column("id").to_pylist() == [(1 << 53) + 1 + i for i in range(3000)]
    assert landed.schema.field("when").type == pa.string()
    assert landed.column("note").null_count == 2990
    assert landed.column("deep")[7].as_py() == {"a": [7, 8], "b": "7"}
    assert len(landed.column("probs")[0]) == 5


def test_types_are_united_over_files(place, model):
    (place / "in").mkdir()
    (place / "in" / "a.jsonl").write_text('{"x": 1, "k": 1}\n{"x": 2, "k": 2}\n')
    (place / "in" / "b.jsonl").write_text('{"x": 0.5, "k": 2.5}\n{"x": 3}\n')
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output",
           place / "out", "--keep", "k")
    landed = support.read(place / "out")
    assert landed.column("k").to_pylist() == [1.0, 2.0, 2.5, None]
    assert landed.column("y").to_pylist() == [3.0, 5.0, 2.0, 7.0]


BAD_TEXT = {
    "a row too short": ("a.csv", "id,x\n1,2\n3\n", ["a.csv", "2"]),
    "an open quote": ("a.csv", 'id,x\n1,"2\n3,4\n', ["a.csv"]),
    "two columns of one name": ("a.csv", "x,x\n1,2\n", ["a.csv", "x"]),
    "no header": ("a.csv", "", ["a.csv"]),
    "no object": ("a.jsonl", '{"x": 1}\n[1]\n', ["a.jsonl", "2"]),
    "cut in the middle": ("a.jsonl", '{"x": 1}\n{"x": 2', ["a.jsonl", "2"]),
    "text for a number": ("a.jsonl", '{"x": 1}\n{"x": "two"}\n', ["a.jsonl", "x"]),
    "no IPC": ("a.arrow", "ARROW1 and no more", ["a.arrow"]),
}


@pytest.mark.parametrize("what", BAD_TEXT)
def test_broken_text_is_refused_with_its_place(place, model, what):
    name, text, words = BAD_TEXT[what]
    (place / "in").mkdir()
    (place / "in" / name).write_text(text)
    refused("run", "--model", model("linear"), "--input", place / "in", "--output",
            place / "out", words=words)
    assert sorted(p.name for p in place.iterdir()) == ["in"]


def test_bytes_that_are_not_utf8_in_text_are_refused(place, model):
    (place / "in").mkdir()
    (place / "in" / "a.csv").write_bytes(b"text\nfine\n\xff\xfe\n")
    outcome = howdah("run", "--model", model("texts"), "--input", place / "in", "--output",
                     place / "out", code=None)
    assert outcome.code in (1, 2) and "a.csv" in outcome.error and "UTF-8" in outcome.error


def test_a_text_file_that_grows_while_the_job_runs_is_refused(place, model):
    (place / "in").mkdir()
    path = place / "in" / "a.csv"
    with open(path, "w") as file:
        file.write("n\n" + "\n".join(map(str, range(400_000))) + "\n")
    command = ["run", "--model", model("slow"), "--input", place / "in", "--output",
               place / "out", "--set", "model.batch_rows=200"]
    process = support.start(*command)
    if support.wait_until(lambda: support.staging_of(place / "out").exists(), process):
        with open(path, "a") as file:
            file.write("1\n")
    outcome = support.finish(process)
    # Split by split the file is looked at; a single split that began before reads on.
    assert outcome.code in (0, 1), outcome
    if outcome.code == 1:
        assert "changed while the job ran" in outcome.error


# ------------------------------------------------------------------------- partition directories


def write_partitioned(place, values, count=100):
    for i, (folder, _) in enumerate(values):
        support.write_rows(place / "in" / folder, support.linear_rows(count, i * count))


def test_partition_directories_of_the_input_become_columns(place, model):
    values = [("dt=2026-11-01/n=7", ("2026-11-01", 7)),
              ("dt=2026-11-02/n=-3", ("2026-11-02", -3)),
              ("dt=a%2Fb%3A/n=__HIVE_DEFAULT_PARTITION__", ("a/b:", None))]
    write_partitioned(place, values)
    run_linear(place, model, keep="id,dt,n")
    landed = support.read(place / "out")
    assert landed.schema.field("dt").type == pa.string()
    assert landed.schema.field("n").type == pa.int64()
    for i, (_, (dt, n)) in enumerate(values):
        assert landed.column("dt")[i * 100].as_py() == dt
        assert landed.column("n")[i * 100 + 99].as_py() == n
    assert landed.column("id").to_pylist() == list(range(300))


def test_a_directory_above_the_input_gives_a_column_too(place, model):
    support.write_rows(place / "dt=2026-11-22" / "in", support.linear_rows(10))
    howdah("run", "--model", model("linear"), "--input", place / "dt=2026-11-22" / "in" / "*",
           "--output", place / "out", "--keep", "id,dt")
    assert set(support.read(place / "out").column("dt").to_pylist()) == {"2026-11-22"}


def test_numbers_with_leading_zeros_stay_text(place, model):
    write_partitioned(place, [("zip=00501", None), ("zip=7", None)])
    run_linear(place, model, keep="id,zip")
    assert set(support.read(place / "out").column("zip").to_pylist()) == {"00501", "7"}


def test_a_partition_column_can_feed_the_model(place, model):
    for n in (3, 4):
        table = pa.table({"id": [n * 10, n * 10 + 1]})
        support.write_rows(place / "in" / f"x={n}", table)
    run_linear(place, model, keep="id")
    assert support.read(place / "out").column("y").to_pylist() == [7.0, 7.0, 9.0, 9.0]


def test_a_directory_wins_over_a_column_of_its_name_with_a_warning(place, model):
    table = support.linear_rows(10).append_column("dt", pa.array(["inside"] * 10))
    support.write_rows(place / "in" / "dt=outside", table)
    summary = run_linear(place, model, keep="id,dt").summary
    assert set(support.read(place / "out").column("dt").to_pylist()) == {"outside"}
    assert any("'dt'" in warning for warning in summary["warnings"])


def test_ten_thousand_small_files_do_not_become_ten_thousand_outputs(place, model):
    (place / "in").mkdir()
    for i in range(10_000):
        (place / "in" / f"{i:05}.jsonl").write_text(json.dumps({"id": i, "x": i % 1000}) + "\n")
    summary = run_linear(place, model, keep="id").summary
    assert summary["input"]["files"] == 10_000
    assert summary["files"] == 1
    table = pa.table({"id": np.arange(10_000), "x": (np.arange(10_000) % 1000).astype("f4")})
    support.assert_linear(place / "out", table)


# -------------------------------------------------------------------------- tensors from columns


def ragged_rows():
    tokens = [[1, 2, 3], [4], [], [5, 6]]
    grid = [[[1.0, 2.0], [3.0]], [], [[4.0]], [[], [5.0, 6.0, 7.0]]]
    return pa.table({"tokens": pa.array(tokens, pa.list_(pa.int64())),
                     "grid": pa.array(grid, pa.list_(pa.list_(pa.float32())))})


def test_short_lists_are_padded_to_the_longest_of_their_batch(place, model):
    support.write_rows(place / "in", ragged_rows())
    howdah("run", "--model", model("unknown_inner"), "--input", place / "in", "--output",
           place / "out", "--set", 'input.tensors.tokens={from = "tokens", pad = -1}',
           "--set", "input.tensors.grid={pad = 0}")
    landed = support.read(place / "out")
    assert landed.column("tokens_out").to_pylist() == [[1, 2, 3], [4, -1, -1], [-1, -1, -1],
                                                       [5, 6, -1]]
    assert landed.column("total").to_pylist() == [6.0, 0.0, 4.0, 18.0]
    assert landed.column("length").to_pylist() == [3, 3, 3, 3]


def test_lists_of_different_lengths_without_a_policy_name_the_policy(place, model):
    support.write_rows(place / "in", ragged_rows())
    refused("run", "--model", model("unknown_inner"), "--input", place / "in", "--output",
            place / "out", code=1, words=["input.tensors.", "pad = 0"])


@pytest.mark.parametrize("pad", ['"many"', "0.5", '["1", "2"]'])
def test_a_pad_that_is_no_element_is_refused(place, model, pad):
    support.write_rows(place / "in", ragged_rows())
    refused("run", "--model", model("unknown_inner"), "--input", place / "in", "--output",
            place / "out", "--set", f"input.tensors.tokens={{pad = {pad}}}",
            words=["tokens", "pad"])


def test_serialized_examples_are_fed_as_they_are(place, model):
    def example(n, v):  # tf.train.Example by hand: features { feature { key, value } }
        def field(number, payload):
            return bytes([number << 3 | 2, len(payload)]) + payload

        ints = field(3, field(1, bytes([n])))
        floats = field(2, field(1, struct.pack("<2f", *v)))
        return field(1, field(1, field(1, b"n") + field(2, ints)) +
                     field(1, field(1, b"v") + field(2, floats)))

    records = [example(i % 100, (i, 0.5)) for i in range(500)]
    support.write_rows(place / "in", pa.table({"record": pa.array(records, pa.binary())}))
    howdah("run", "--model", model("examples"), "--input", place / "in", "--output",
           place / "out")
    landed = support.read(place / "out")
    assert landed.column("n").to_pylist() == [i % 100 for i in range(500)]
    assert landed.column("total").to_pylist() == [i + 0.5 for i in range(500)]


# --------------------------------------------------------------------- what must not be passed over


def test_two_stars_match_directories_of_any_depth(place, model):
    for i, folder in enumerate(["", "a", "a/b/c"]):
        support.write_rows(place / "in" / folder, support.linear_rows(10, i * 10))
    howdah("run", "--model", model("linear"), "--input", place / "in" / "**" / "*.parquet",
           "--output", place / "out", "--keep", "id")
    assert sorted(support.read(place / "out").column("id").to_pylist()) == list(range(30))


@pytest.mark.parametrize("thing", ["dangling", "pipe"])
def test_what_is_no_file_among_the_inputs_is_refused_by_name(linear, thing):
    path = linear.input / "x.parquet"
    path.symlink_to(linear.input / "gone") if thing == "dangling" else os.mkfifo(path)
    refused(*linear.run, words=["x.parquet"])


def test_an_output_inside_the_input_is_refused(linear, model):
    refused("run", "--model", model("linear"), "--input", linear.input, "--output",
            linear.input / "out", words=["inside the input"])


def test_extensions_are_known_in_capitals_too(place, model):
    (place / "in").mkdir()
    pq.write_table(support.linear_rows(5), place / "in" / "A.PARQUET")
    assert run_linear(place, model, keep="id").summary["rows"]["written"] == 5


def test_whole_numbers_that_64_bits_do_not_hold_are_refused(place, model):
    (place / "in").mkdir()
    (place / "in" / "a.jsonl").write_text('{"id": 18446744073709551617, "x": 1}\n')
    refused("run", "--model", model("linear"), "--input", place / "in", "--output",
            place / "out", "--keep", "id", words=["a.jsonl", "line 1", "'id'", "as a string"])


def test_a_csv_without_rows_lands_an_empty_file_with_the_schema(place, model):
    (place / "in").mkdir()
    (place / "in" / "a.csv").write_text("id,x\n")
    summary = run_linear(place, model, keep="id").summary
    assert summary["rows"]["written"] == 0 and summary["warnings"]
    assert support.read(place / "out").schema.field("y").type == pa.float32()


@pytest.mark.parametrize("model_type, column", [("float32", pa.float64()), ("bfloat16", pa.float32()),
                                                ("float16", pa.float32())])
def test_rounding_must_be_asked_for_and_is_that_of_tensorflow(place, model, model_type, column):
    values = [0.1, 1 / 3, -0.0, 65000.0, float("nan"), 1e-40]
    support.write_rows(place / "in", pa.table({"x": pa.array(values, column)}))
    run = ["run", "--model", model("narrow"), "--signature", model_type, "--input", place / "in"]
    refused(*run, "--output", place / "out", words=["x", "round = true"])
    howdah(*run, "--output", place / "out", "--set", "input.tensors.x={round = true}")
    landed = support.read(place / "out").column("y").to_numpy()
    given = np.array(values, np.float64 if column == pa.float64() else np.float32)
    if model_type == "bfloat16":
        bits = given.view(np.uint32).astype(np.uint64)
        rounded = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 << 16).astype(np.uint32)
        expected = np.where(np.isnan(given), given, rounded.view(np.float32))
    else:
        expected = given.astype(model_type).astype(np.float32)
    assert np.array_equal(landed, expected, equal_nan=True)
