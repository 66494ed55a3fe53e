"""Files that others wrote, read by `howdah run`: Avro by fastavro, polars and Spark's Avro class,
TFRecord by TensorFlow, gzip by Python."""

import datetime
import decimal
import gzip
import json
import uuid

import fastavro
import numpy as np
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
import zstandard

import support
from support import howdah, refused

UTC = datetime.timezone.utc

# ------------------------------------------------------------------------------------------- Avro


def logical(primitive, name, **more):
    return {"type": primitive, "logicalType": name, **more}


# Each column: its Avro type, three values as fastavro takes them, what lands (None: the same).
COLUMNS = {
    "flag": ("boolean", [True, False, True], None),
    "small": ("int", [0, -2**31, 2**31 - 1], None),
    "id": ("long", [2**53 + 1, -2**63, 2**63 - 1], None),
    "single": ("float", [0.5, -0.0, float("inf")], None),
    "ratio": ("double", [1 / 7, -1e308, 5e-324], None),
    "blob": ("bytes", [b"", b"\xff\x00", b"x" * 1000], None),
    "text": ("string", ["", "é\U0001f600", "y" * 1000], None),
    "null_first": (["null", "long"], [None, 1, -1], None),
    "null_last": (["string", "null"], ["a", None, ""], None),
    "null_float": (["null", "float"], [None, 1.5, None], None),
    "alone": (["double"], [1.0, 2.0, 3.0], None),
    "colour": ({"type": "enum", "name": "colour", "symbols": ["RED", "BLUE"]},
               ["BLUE", "RED", "BLUE"], None),
    "key": ({"type": "fixed", "name": "key", "size": 3}, [b"abc", b"\x00\x01\x02", b"zzz"], None),
    "key_again": ("key", [b"abd", b"abe", b"abf"], None),
    "list": ({"type": "array", "items": "float"}, [[], [1.5], [0.25] * 300], None),
    "longs": ({"type": "array", "items": ["null", "long"]}, [[1, None], [], [2**40]], None),
    "nested": ({"type": "array", "items": {"type": "array", "items": "double"}},
               [[[1.0], []], [], [[2.0, 3.0]]], None),
    "record": ({"type": "record", "name": "inner", "fields": [
        {"name": "a", "type": "int"}, {"name": "b", "type": ["null", "string"]}]},
        [{"a": 1, "b": None}, {"a": 2, "b": "x"}, {"a": 3, "b": ""}], None),
    "maybe": (["null", "inner"], [None, {"a": 7, "b": "q"}, None], None),
    "map": ({"type": "map", "values": "int"}, [{}, {"k": 1}, {"a": -1, "b": 5}],
            [[], [("k", 1)], [("a", -1), ("b", 5)]]),
    "day": (logical("int", "date"), [datetime.date(1969, 12, 31), datetime.date(2026, 11, 22),
                                     datetime.date(1, 1, 1)], None),
    "time_ms": (logical("int", "time-millis"),
                [datetime.time(0), datetime.time(23, 59, 59, 999000),
                 datetime.time(1, 2, 3)], None),
    "time_us": (logical("long", "time-micros"),
                [datetime.time(0), datetime.time(23, 59, 59, 999999),
                 datetime.time(1, 2, 3)], None),
    "at_ms": (logical("long", "timestamp-millis"),
              [datetime.datetime(1970, 1, 1, tzinfo=UTC),
               datetime.datetime(1969, 12, 31, 23, 59, 59, 999000, UTC),
               datetime.datetime(2026, 11, 22, 1, 2, 3, 4000, UTC)], None),
    "at_us": (logical("long", "timestamp-micros"),
              [datetime.datetime(1970, 1, 1, tzinfo=UTC),
               datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, UTC),
               datetime.datetime(2026, 11, 22, 1, 2, 3, 4, UTC)], None),
    "local_us": (logical("long", "local-timestamp-micros"),
                 [datetime.datetime(1970, 1, 1), datetime.datetime(2026, 11, 22, 1, 2, 3, 4),
                  datetime.datetime(1900, 1, 1)], None),
    "money": (logical("bytes", "decimal", precision=38, scale=2),
              [decimal.Decimal("0.00"), decimal.Decimal("-1.01"),
               decimal.Decimal("123456789012345678901234567890123456.78")], None),
    "price": ({"type": "fixed", "name": "price", "size": 5, "logicalType": "decimal",
               "precision": 10, "scale": 3},
              [decimal.Decimal("0.000"), decimal.Decimal("-1.001"), decimal.Decimal("1234567.890")],
              None),
    "uid": (logical("string", "uuid"),
            [uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)],
            [str(uuid.UUID(int=i)) for i in (1, 2, 3)]),
}
# What nobody asks for is passed over, whatever it is.
UNREAD = {
    "branches": (["null", "int", "string", {"type": "array", "items": "bytes"}],
                 [3, "three", [b"a", b"b"]]),
    "tree": (["null", "row"], [None, {"x": 1.0, "tree": None}, None]),
}


def schema_of(columns):
    return {"type": "record", "name": "row", "fields": [
        {"name": name, "type": column[0]} for name, column in columns.items()]}


def run_linear(place, model, *more, keep, **options):
    return howdah("run", "--model", model("linear"), "--input", place / "in", "--output",
                  place / "out", "--keep", ",".join(keep), *more, **options)


def write_avro(path, schema, rows, codec="null", **options):
    path.parent.mkdir(exist_ok=True)
    with open(path, "wb") as file:
        fastavro.writer(file, schema, rows, codec=codec, **options)


def number(value):
    """An Avro long."""
    bits, out = (value << 1) ^ (value >> 63), bytearray()
    while bits > 0x7F:
        out.append(bits & 0x7F | 0x80)
        bits >>= 7
    return bytes(out) + bytes([bits])


def write_zstandard(path, schema, rows, level, sync_interval):
    """What fastavro encodes, in blocks that the zstandard module compresses: fastavro's own codec
    needs a package that not every Python has."""
    write_avro(path, schema, rows, sync_interval=sync_interval)
    sync, blocks = b"0123456789abcdef", []
    with open(path, "rb") as file:
        for block in fastavro.block_reader(file):
            data = zstandard.ZstdCompressor(level).compress(block.bytes_.getvalue())
            blocks.append(number(block.num_records) + number(len(data)) + data + sync)
    entries = {"avro.codec": b"zstandard", "avro.schema": json.dumps(schema).encode()}
    header = b"".join(number(len(name)) + name.encode() + number(len(value)) + value
                      for name, value in entries.items())
    path.write_bytes(b"Obj\x01" + number(2) + header + number(0) + sync + b"".join(blocks))


@pytest.mark.parametrize("codec,level", [("null", None), ("deflate", None), ("deflate", 1),
                                         ("deflate", 9), ("snappy", None), ("zstandard", 1),
                                         ("zstandard", 19)])
def test_every_type_of_avro_lands_as_fastavro_wrote_it(place, model, codec, level):
    columns = {"x": ("float", [1.0, 2.0, 3.0], None), **COLUMNS}
    schema = schema_of(columns)
    rows = [{name: column[1][i % 3] for name, column in columns.items()} for i in range(300)]
    if codec == "zstandard":
        write_zstandard(place / "in" / "a.avro", schema, rows, level, 5000)
    else:
        write_avro(place / "in" / "a.avro", schema, rows, codec, codec_compression_level=level,
                   sync_interval=5000)
    run_linear(place, model, keep=[name for name in COLUMNS])
    landed = support.read(place / "out")
    for name, (_, values, lands) in COLUMNS.items():
        got = landed.column(name).to_pylist()
        assert got == [(lands or values)[i % 3] for i in range(300)], name
    assert np.array_equal(landed.column("y").to_numpy(),
                          support.linear_answer(pa.table({"x": pa.array(
                              [r["x"] for r in rows], pa.float32())})))


def test_what_nobody_asks_for_is_passed_over_and_refused_by_name_if_asked_for(place, model):
    columns = {"branches": UNREAD["branches"], "x": ("float", [1.0, 2.0, 3.0]),
               "id": ("long", [1, 2, 3])}
    schema = schema_of(columns)
    schema["fields"].append({"name": "tree", "type": ["null", "row"]})
    inner = {"branches": None, "x": 0.5, "id": 9, "tree": None}
    rows = [{name: column[1][i % 3] for name, column in columns.items()} |
            {"tree": inner if i % 2 else None} for i in range(100)]
    write_avro(place / "in" / "a.avro", schema, rows, "deflate")
    run_linear(place, model, keep=["id"])
    assert support.read(place / "out").column("id").to_pylist() == [r["id"] for r in rows]
    for name in ("branches", "tree"):
        error = refused("run", "--model", model("linear"), "--input", place / "in", "--output",
                        place / "other", "--keep", name).error
        assert f"field '{name}'" in error and "a.avro" in error, error


def test_files_whose_schemas_differ_are_read_in_the_type_that_holds_both(place, model):
    write_avro(place / "in" / "a.avro", schema_of({"x": ("float", []), "n": ("int", []),
                                                   "t": ("string", []), "r": ("float", [])}),
               [{"x": 1.0, "n": 1, "t": "a", "r": 0.1}])
    write_avro(place / "in" / "b.avro",
               {"type": "record", "name": "row", "fields": [
                   {"name": "r", "type": "double"}, {"name": "t", "type": ["bytes", "null"]},
                   {"name": "extra", "type": "string"}, {"name": "m", "type": "long",
                                                         "aliases": ["n"]},
                   {"name": "x", "type": "float"}]},
               [{"x": 2.0, "m": 2**40, "t": b"\xff", "r": 0.1, "extra": "e"}])
    run_linear(place, model, keep=["n", "t", "r"])
    landed = support.read(place / "out")
    assert landed.column("n").to_pylist() == [1, 2**40]
    assert landed.column("t").to_pylist() == [b"a", b"\xff"]
    assert landed.column("r").to_pylist() == [float(np.float32(0.1)), 0.1]


def test_codecs_that_are_not_there_are_refused_by_name(place, model):
    schema = schema_of({"x": ("float", [])})
    for codec in ("bzip2", "xz"):
        write_avro(place / codec / "a.avro", schema, [{"x": 1.0}], codec)
        error = refused("run", "--model", model("linear"), "--input", place / codec, "--output",
                        place / "out").error
        assert codec in error and "a.avro" in error, error


def test_many_blocks_are_many_splits(place, model):
    schema = schema_of({"x": ("float", []), "id": ("long", []), "pad": ("bytes", [])})
    count = 3000
    write_avro(place / "in" / "a.avro", schema,
               [{"x": float(i % 100), "id": i, "pad": b"p" * 12000} for i in range(count)])
    summary = run_linear(place, model, keep=["id"]).summary
    assert summary["splits"]["total"] >= 4
    assert support.read(place / "out").column("id").to_pylist() == list(range(count))
    support.verify(place / "out", level=3)


@pytest.mark.parametrize("compression", ["uncompressed", "snappy", "deflate"])
def test_avro_of_polars_is_read(place, model, compression):
    (place / "in").mkdir()
    frame = polars.DataFrame({
        "x": polars.Series([0.5, 1.5, 2.5], dtype=polars.Float32), "id": [1, None, 3],
        "text": ["a", None, "é"], "list": [[1.0], [], [2.0, 3.0]]})
    frame.write_avro(place / "in" / "a.avro", compression=compression)
    # All its columns can be null by its schema; those that feed a tensor have none.
    run_linear(place, model, keep=["id", "text", "list"])
    landed = support.read(place / "out")
    for name in ("id", "text", "list"):
        assert landed.column(name).to_pylist() == frame[name].to_list(), name


# ---------------------------------------------------------------------------------------- TFRecord


def feature(values):
    if isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def example(**features):
    return tf.train.Example(features=tf.train.Features(feature={
        name: feature(values) for name, values in features.items()})).SerializeToString()


def write_records(path, records, compression=""):
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression)) as writer:
        for record in records:
            writer.write(record)


@pytest.mark.parametrize("name,compression", [("a.tfrecord", ""), ("a.tfrecords.gz", "GZIP"),
                                              ("a.tfrecord", "GZIP")])
def test_features_of_examples_become_columns(place, model, name, compression):
    records = []
    for i in range(2000):
        more = {"some": [i]} if i % 3 else {}
        records.append(example(x=[float(i % 7)], id=[2**53 + i], name=[b"n%d" % i],
                               three=[1.0 * i, 2.0, 3.0], many=[i] * (1 + i % 4), **more))
    write_records(place / "in" / name, records, compression)
    summary = run_linear(place, model, keep=["id", "name", "three", "many", "some"]).summary
    assert summary["rows"]["written"] == 2000
    landed = support.read(place / "out")
    assert landed.column("id").to_pylist() == [2**53 + i for i in range(2000)]
    assert landed.column("name").to_pylist() == [b"n%d" % i for i in range(2000)]
    assert landed.column("three").to_pylist() == [[1.0 * i, 2.0, 3.0] for i in range(2000)]
    assert landed.column("many").to_pylist() == [[i] * (1 + i % 4) for i in range(2000)]
    assert landed.column("some").to_pylist() == [i if i % 3 else None for i in range(2000)]
    x = pa.table({"x": pa.array([i % 7 for i in range(2000)], pa.float32())})
    assert np.array_equal(landed.column("y").to_numpy(), support.linear_answer(x))


def parsed_by_tensorflow(n, v):
    return {"n": n, "total": [np.float32(a) + np.float32(b) for a, b in v]}


def test_whole_records_feed_a_model_that_parses_them(place, model):
    n, v = list(range(3000)), [(i + 0.5, 1.0) for i in range(3000)]
    write_records(place / "in" / "a.tfrecord",
                  [example(n=[a], v=list(b)) for a, b in zip(n, v)])
    howdah("run", "--model", model("examples"), "--input", place / "in", "--output",
           place / "out", "--set", "input.tensors.record=example")
    landed = support.read(place / "out")
    for name, values in parsed_by_tensorflow(n, v).items():
        assert landed.column(name).to_pylist() == values, name


def test_columns_feed_a_model_that_parses_examples(place, model):
    (place / "in").mkdir()
    n, v = list(range(3000)), [(i + 0.5, 1.0) for i in range(3000)]
    pq.write_table(pa.table({"n": n, "v": pa.array(v, pa.list_(pa.float32()))}),
                   place / "in" / "a.parquet")
    howdah("run", "--model", model("examples"), "--input", place / "in", "--output",
           place / "out", "--set",
           'input.tensors.record={from = ["n", "v"], as = "tf.Example"}')
    landed = support.read(place / "out")
    for name, values in parsed_by_tensorflow(n, v).items():
        assert landed.column(name).to_pylist() == values, name


# -------------------------------------------------------------------------------------------- gzip


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz"])
def test_a_gzip_file_is_one_split_and_check_says_so(place, model, name):
    (place / "in").mkdir()
    rows = [{"id": i, "x": i / 2} for i in range(20000)]
    if "csv" in name:
        text = "id,x\n" + "".join(f"{r['id']},{r['x']}\n" for r in rows)
    else:
        text = "".join(json.dumps(row) + "\n" for row in rows)
    with gzip.open(place / "in" / name, "wt") as file:
        file.write(text)
    flags = ["--model", model("linear"), "--input", place / "in", "--output", place / "out",
             "--keep", "id"]
    assert "one split, since gzip" in howdah("check", *flags).stdout
    assert howdah("run", *flags).summary["splits"]["total"] == 1
    assert support.read(place / "out").column("id").to_pylist() == list(range(20000))


def test_a_cut_gzip_file_is_refused_by_name_and_byte(place, model):
    (place / "in").mkdir()
    whole = gzip.compress(b"x\n" + b"1\n" * 10000)
    (place / "in" / "a.csv.gz").write_bytes(whole[:-9])
    error = refused("run", "--model", model("linear"), "--input", place / "in", "--output",
                    place / "out").error
    assert "a.csv.gz" in error and f"after {len(whole) - 9} bytes" in error, error
