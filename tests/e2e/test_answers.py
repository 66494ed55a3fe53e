"""What lands equals what TensorFlow says in Python, for models and inputs of many kinds."""

import json
import subprocess

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import support
import zoo
from support import howdah


class Landed:
    """One case, scored by the command."""

    def __init__(self, folder, models, output):
        self.about = json.loads((folder / "case.json").read_text())
        self.expected = pq.read_table(folder / "expected.parquet")
        self.output = output
        keep = ["--keep", ",".join(self.about["keep"])] if self.about["keep"] else []
        self.run = howdah("run", "--model", models / self.about["model"],
                          "--input", folder / "input" / "*.parquet", "--output", output,
                          "--format", "parquet", *keep, *self.about["arguments"])
        self.table = support.read(output)

    @property
    def keys(self):
        return self.expected.column_names[:len(self.about["keep"])]


@pytest.fixture
def landed(request, zoo_folder, place):
    folder = zoo_folder / "cases" / request.param
    return Landed(folder, zoo_folder / "models", place / "out")


every_case = pytest.mark.parametrize("landed", sorted(zoo.CASES), indirect=True)


@every_case
def test_lands_what_tensorflow_answers(landed):
    expected, table = landed.expected, landed.table
    assert table.column_names == expected.column_names
    assert table.num_rows == expected.num_rows == zoo.ROWS
    for name in landed.keys:
        assert table.schema.field(name).type == expected.schema.field(name).type, name
        assert support.same_bits(table.column(name), expected.column(name)), name
    for name in landed.about["outputs"]:
        field = table.schema.field(name)
        assert field.type == expected.schema.field(name).type, name
        assert not field.nullable, f"{name} comes from a tensor and cannot be null"
        assert support.close(table.column(name), expected.column(name)), name
    for name, shape in landed.about["shapes"].items():
        metadata = table.schema.field(name).metadata or {}
        assert metadata.get(b"tensor.shape") == shape.encode(), (name, metadata)
    assert_summary_counts(landed)
    assert_duckdb_reads_the_same(landed)
    support.verify(landed.output, level=2)


def assert_summary_counts(landed):
    summary = landed.run.summary
    files = support.data_files(landed.output)
    assert summary["outcome"] == "published"
    assert summary["rows"] == {"input": zoo.ROWS, "written": zoo.ROWS, "quarantined": 0}
    assert summary["files"] == len(files)
    assert summary["bytes"] == sum(p.stat().st_size for p in files)
    assert [c["name"] for c in summary["columns"]] == landed.expected.column_names
    assert summary["input"]["files"] == 2


def assert_duckdb_reads_the_same(landed):
    """A reader that shares no code with the writer sees the same rows in the same order."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    files = [str(p) for p in support.data_files(landed.output)]
    seen = connection.sql("SELECT * FROM read_parquet(?)", params=[files]).to_arrow_table()
    assert seen.column_names == landed.expected.column_names
    for name in seen.column_names:
        expected = landed.expected.column(name)
        column = seen.column(name)
        if pa.types.is_dictionary(expected.type):
            expected = expected.cast(expected.type.value_type)
        if pa.types.is_floating(expected.type) and name in landed.keys:
            assert support.same_bits(column, expected), name
        elif pa.types.is_floating(expected.type) or pa.types.is_list(expected.type):
            assert support.close(column, expected), name
        else:
            assert column.to_pylist() == expected.to_pylist(), name


def test_a_real_model_of_rank_three_lands_whole(zoo_folder, place):
    case = zoo_folder / "cases" / "basic_pitch"
    howdah("run", "--model", zoo_folder / "models" / "basic_pitch", "--input", case / "input",
           "--output", place / "out", "--keep", "id")
    landed = support.read(place / "out")
    assert landed.column("id").to_pylist() == list(range(zoo.BASIC_PITCH_ROWS))
    with np.load(case / "expected.npz") as expected:
        assert len(expected.files) == 3
        for name in expected.files:
            field, answer = landed.schema.field(name), expected[name]
            assert field.metadata[b"tensor.shape"] == ",".join(map(str, answer.shape[1:])).encode()
            values = landed.column(name).combine_chunks().flatten().to_numpy()
            # Convolutions are summed in an order that depends on the number of threads.
            assert np.allclose(values.reshape(answer.shape), answer, rtol=1e-4, atol=5e-5), name
    support.verify(place / "out", level=3)


def test_bits_of_floats_pass_through_a_model_untouched(zoo_folder, place):
    landed = Landed(zoo_folder / "cases" / "floats_keep_every_bit", zoo_folder / "models",
                    place / "out")
    for name in ("f", "d", "f_out", "d_out", "pair"):
        assert support.same_bits(landed.table.column(name), landed.expected.column(name)), name


@pytest.mark.parametrize("batch_rows", [1, 7, 499, 500, 5000])
def test_the_batch_size_does_not_change_the_rows(linear, batch_rows):
    howdah(*linear.run, "--set", f"model.batch_rows={batch_rows}")
    support.assert_linear(linear.output, linear.rows)


@pytest.mark.parametrize("runners", [1, 2, 5])
def test_many_runners_and_many_files_keep_the_order_of_the_input(place, model, runners):
    table = support.linear_rows(50_000)
    support.write_rows(place / "in", table, files=3, row_group=700)
    run = howdah("run", "--model", model("linear"), "--input", place / "in", "--output",
                 place / "out", "--keep", "id", "--format", "parquet",
                 "--set", "output.file_size=8KiB", "--set", "model.batch_rows=100",
                 "--set", f"model.runners={runners}")
    assert run.summary["splits"]["total"] > 10
    assert len(support.data_files(place / "out")) > 10
    support.assert_linear(place / "out", table)


@pytest.mark.parametrize("compression", ["snappy", "zstd", "none"])
def test_each_compression_lands_the_same_rows(linear, compression):
    howdah(*linear.run, "--compression", compression)
    support.assert_linear(linear.output, linear.rows)
    used = pq.ParquetFile(support.data_files(linear.output)[0]).metadata.row_group(0).column(0)
    expected = {"none": "UNCOMPRESSED"}.get(compression, compression.upper())
    assert used.compression == expected


def test_snappy_is_the_default_and_floats_use_no_dictionary(linear):
    howdah(*linear.run)
    group = pq.ParquetFile(support.data_files(linear.output)[0]).metadata.row_group(0)
    column = group.column(1)
    assert column.path_in_schema == "y" and column.compression == "SNAPPY"
    assert not any("DICTIONARY" in encoding for encoding in column.encodings)


def test_inputs_of_every_parquet_flavour_are_read(place, model):
    """Versions, codecs, encodings and page sizes as other writers choose them."""
    table = support.linear_rows(6000)
    (place / "in").mkdir()
    flavours = [dict(version="1.0", compression="none"), dict(version="2.6", compression="zstd"),
                dict(data_page_version="2.0", compression="gzip"),
                dict(use_dictionary=False, compression="lz4", column_encoding={
                    "id": "DELTA_BINARY_PACKED", "x": "BYTE_STREAM_SPLIT"}),
                dict(compression="brotli", data_page_size=100), dict(store_schema=False)]
    for i, flavour in enumerate(flavours):
        pq.write_table(table.slice(i * 1000, 1000), place / "in" / f"{i}.parquet", **flavour)
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
           "--keep", "id", "--format", "parquet")
    support.assert_linear(place / "out", table)


def test_duckdb_as_the_writer_of_the_input(place, model):
    (place / "in").mkdir()
    duckdb.execute(f"""COPY (SELECT i AS id, (i % 1000)::FLOAT AS x, 'ignored' AS other
                             FROM range(5000) r(i)) TO '{place}/in/a.parquet'""")
    howdah("run", "--model", model("linear"), "--input", place / "in" / "a.parquet", "--output",
           place / "out", "--keep", "id", "--format", "parquet")
    support.assert_linear(place / "out", support.linear_rows(5000))


def test_columns_in_another_order_are_matched_by_name(place, model):
    (place / "in").mkdir()
    first, second = support.linear_rows(100), support.linear_rows(100, first=100)
    pq.write_table(first, place / "in" / "a.parquet")
    pq.write_table(second.select(["x", "id"]), place / "in" / "b.parquet")
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
           "--keep", "id", "--format", "parquet")
    support.assert_linear(place / "out", pa.concat_tables([first, second]))


def test_integers_feed_a_float_tensor_while_each_is_held_exactly(place, model):
    table = pa.table({"id": np.arange(100), "x": np.arange(100, dtype=np.int32) * 1000})
    support.write_rows(place / "in", table)
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
           "--keep", "id", "--format", "parquet")
    landed = support.read(place / "out")
    assert landed.column("y").to_pylist() == [2000.0 * i + 1 for i in range(100)]


def test_an_integer_that_the_tensor_cannot_hold_is_refused(place, model):
    table = pa.table({"id": [1, 2], "x": pa.array([1, (1 << 24) + 1], pa.int64())})
    support.write_rows(place / "in", table)
    support.refused("run", "--model", model("linear"), "--input", place / "in", "--output",
                    place / "out", "--keep", "id", "--format", "parquet", code=1,
                    words=["x", "16777217"])
    assert not (place / "out").exists()


def test_an_unsigned_key_above_two_to_the_63_is_refused_not_bent(place, model):
    table = pa.table({"id": pa.array([1, (1 << 63) + 5], pa.uint64()),
                      "x": pa.array([1, 2], pa.float32())})
    support.write_rows(place / "in", table)
    support.refused("run", "--model", model("linear"), "--input", place / "in", "--output",
                    place / "out", "--keep", "id", "--format", "parquet", code=1,
                    words=["id", "9223372036854775813"])
    assert not (place / "out").exists()


def test_nanoseconds_that_would_be_lost_are_refused(place, model):
    table = pa.table({"at": pa.array([1_760_000_000_000_000_001], pa.timestamp("ns")),
                      "x": pa.array([1], pa.float32())})
    support.write_rows(place / "in", table)
    support.refused("run", "--model", model("linear"), "--input", place / "in", "--output",
                    place / "out", "--keep", "at", "--format", "parquet", code=1, words=["at"])
    assert not (place / "out").exists()


def test_bytes_that_are_not_utf8_are_refused_unless_asked_for(place, model):
    table = pa.table({"id": [1, 2], "text": ["a", "b"]})
    support.write_rows(place / "in", table)
    job = ["run", "--model", model("raw_bytes"), "--input", place / "in", "--output",
           place / "out", "--keep", "id", "--format", "parquet"]
    support.refused(*job, code=1, words=["raw", "UTF-8", "binary"])
    assert not (place / "out").exists()


def test_the_summary_says_which_model_scored_and_by_what(linear):
    """The digest is what sha256sum says, so that a result can be traced to its model."""
    about = howdah(*linear.run).summary["model"]
    assert about["tensorflow"].startswith("2.")
    assert about["signature"] == "serving_default"
    folder = linear.flags[1]
    listed = subprocess.run("find . -type f | sed 's,^./,,' | LC_ALL=C sort | xargs sha256sum",
                            shell=True, cwd=folder, capture_output=True, text=True, check=True)
    digest = subprocess.run(["sha256sum"], input=listed.stdout, capture_output=True, text=True,
                            check=True).stdout.split()[0]
    assert about["sha256"] == digest
