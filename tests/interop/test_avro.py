"""What lands as Avro is what fastavro and polars read: every type, every value, every codec."""

import contextlib
import json

import fastavro
import fastavro._read
import numpy as np
import polars
import pyarrow as pa
import pytest

import avro_rows
import readers  # which teaches fastavro zstandard
import support
from support import howdah, refused, verify

CODECS = {"snappy": ["--compression", "snappy"], "deflate": ["--compression", "deflate"],
          "null": ["--compression", "none"], "zstandard": ["--profile", "compact"]}


@contextlib.contextmanager
def without_logical_types():
    """fastavro gives the numbers and bytes that stand in the file: Python has no year 12000."""
    readers = dict(fastavro._read.LOGICAL_READERS)
    fastavro._read.LOGICAL_READERS.clear()
    try:
        yield
    finally:
        fastavro._read.LOGICAL_READERS.update(readers)


def files_of(dataset):
    return [path for path in sorted(dataset.rglob("*.avro")) if path.name[0] not in "._"]


def rows_of(path):
    with open(path, "rb") as file:
        return list(fastavro.reader(file))


def header_of(path):
    with open(path, "rb") as file:
        return fastavro.reader(file).metadata


def all_rows(dataset):
    return [row for path in files_of(dataset) for row in rows_of(path)]


@pytest.fixture
def land(place, model):
    """land(table, flags): the dataset that `linear` makes of it, as Avro."""

    def run(table, *flags, keep=None, files=1):
        support.write_rows(place / "in", table, files=files)
        names = keep if keep is not None else [n for n in table.column_names if n != "x"]
        outcome = howdah("run", "--model", model("linear"), "--input", place / "in",
                         "--output", place / "out", "--format", "avro",
                         *(["--keep", ",".join(names)] if names else []), *flags)
        assert outcome.summary["rows"]["written"] == table.num_rows
        return place / "out"

    return run


@pytest.mark.parametrize("codec", CODECS)
def test_every_type_and_value_is_read_by_fastavro(land, codec):
    dataset = land(avro_rows.table(), *CODECS[codec])
    [path] = files_of(dataset)
    assert header_of(path)["avro.codec"] == codec
    with without_logical_types():
        rows = rows_of(path)
    for name, (_, expected) in avro_rows.COLUMNS.items():
        assert [row[name] for row in rows] == expected, name
    assert [row["y"] for row in rows] == [2.0 * x + 1.0 for x in range(avro_rows.ROWS)]
    for name, bits in (("f32", avro_rows.bits32), ("f64", avro_rows.bits64)):
        column = avro_rows.FLOATS[name].to_numpy()
        expected = column.view(np.uint32 if name == "f32" else np.uint64).tolist()
        assert [bits(row[name]) for row in rows] == expected, name
    assert verify(dataset).summary["rows"] == avro_rows.ROWS


def test_logical_types_are_what_they_say(land):
    columns = {name: avro_rows.COLUMNS[name][0] for name in avro_rows.LOGICAL}
    x = pa.array(np.zeros(avro_rows.ROWS, np.float32))
    rows = all_rows(land(pa.table({"x": x, **columns})))
    for name, expected in avro_rows.LOGICAL.items():
        assert [row[name] for row in rows] == expected, name


def test_the_schema_is_one_that_fastavro_accepts_and_says_where_columns_come_from(land):
    x = pa.array(np.zeros(3, np.float32))
    dataset = land(pa.table({"x": x, "Customer ID": pa.array([1, 2, 3])}))
    [path] = files_of(dataset)
    schema = json.loads(header_of(path)["avro.schema"])
    fastavro.parse_schema(schema)
    kept, y = schema["fields"]
    assert kept == {"name": "customer_id", "type": ["null", "long"], "default": None,
                    "doc": "Customer ID", "howdah.source": "Customer ID"}
    assert y == {"name": "y", "type": "float"}
    assert header_of(path)["howdah.job_id"]


def test_lists_of_tensors_are_required_floats(place, model):
    images = np.arange(60, dtype=np.float32).reshape(10, 2, 3)
    support.write_rows(place / "in", pa.table({
        "id": np.arange(10),
        "image": pa.FixedSizeListArray.from_arrays(pa.array(images.reshape(-1)), 6)}))
    howdah("run", "--model", model("images"), "--input", place / "in", "--output", place / "out",
           "--format", "avro", "--keep", "id")
    [path] = files_of(place / "out")
    fields = {f["name"]: f for f in json.loads(header_of(path)["avro.schema"])["fields"]}
    assert fields["swapped"] == {"name": "swapped", "type": {"type": "array", "items": "float"},
                                 "tensor.shape": [3, 2]}
    assert [row["swapped"] for row in rows_of(path)] == \
        images.transpose(0, 2, 1).reshape(10, 6).tolist()


@pytest.mark.parametrize("rows", [0, 1])
def test_files_of_no_row_and_of_one(land, rows):
    table = support.linear_rows(rows)
    dataset = land(table, keep=["id"])
    [path] = files_of(dataset)
    assert rows_of(path) == [{"id": i, "y": 2.0 * i + 1.0} for i in range(rows)]
    assert len(json.loads(header_of(path)["avro.schema"])["fields"]) == 2


def test_rows_of_many_blocks_and_rolled_files_come_in_their_order(land):
    table = support.linear_rows(200_000)
    dataset = land(table, "--set", "output.file_size=300KiB", "--compression", "none",
                   keep=["id"])
    assert len(files_of(dataset)) > 3
    rows = all_rows(dataset)
    assert [row["id"] for row in rows] == list(range(200_000))
    assert [row["y"] for row in rows] == support.linear_answer(table).tolist()
    assert verify(dataset).summary["rows"] == 200_000


def test_partition_columns_are_in_the_directories_only(land):
    table = support.linear_rows(1000).append_column(
        "dt", pa.array([f"2026-11-{1 + i % 3:02}" for i in range(1000)]))
    dataset = land(table, "--partition-by", "dt", keep=["id", "dt"])
    files = files_of(dataset)
    assert {path.parent.name for path in files} == {f"dt=2026-11-0{d}" for d in (1, 2, 3)}
    for path in files:
        day = int(path.parent.name[-2:])
        assert all(row["id"] % 3 == day - 1 for row in rows_of(path))
    assert sum(len(rows_of(path)) for path in files) == 1000


def test_polars_reads_the_same(land):
    table = support.linear_rows(50_000).append_column(
        "name", pa.array([None if i % 7 == 0 else f"n{i}" for i in range(50_000)]))
    dataset = land(table, "--compression", "deflate")
    frame = polars.concat([polars.read_avro(path) for path in files_of(dataset)])
    assert frame["id"].to_list() == table["id"].to_pylist()
    assert frame["name"].to_list() == table["name"].to_pylist()
    assert frame["y"].to_list() == support.linear_answer(table).tolist()


def test_what_avro_does_not_hold_is_refused_before_the_first_row(place, model):
    table = support.linear_rows(3).append_column(
        "m", pa.array([[(1, 2)], [], []], type=pa.map_(pa.int32(), pa.int32())))
    support.write_rows(place / "in", table)
    refused("run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
            "--format", "avro", "--keep", "m", words=["'m'", "map", "string"])


def test_a_compression_of_another_format_or_profile_is_refused(place, model):
    support.write_rows(place / "in", support.linear_rows(3))
    job = ["run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
           "--format", "avro"]
    refused(*job, "--compression", "gzip", words=["gzip", "snappy", "deflate"])
    refused(*job, "--compression", "snappy", "--profile", "compact", words=["zstandard"])
