"""`howdah check --print-schema`: what lands, as a schema that lands the same when it is declared."""

import datetime
import decimal
import json

import numpy as np
import pyarrow as pa
import pytest

import support
from support import howdah, refused

ROWS = 12

# Where Avro has no such type, and what lands in its place.
WIDER = {pa.int8(): pa.int32(), pa.int16(): pa.int32(), pa.uint8(): pa.int32(),
         pa.uint16(): pa.int32(), pa.timestamp("ms"): pa.timestamp("us"),
         pa.large_string(): pa.string(),
         pa.large_list(pa.field("element", pa.int64())): pa.list_(pa.int64()),
         pa.list_(pa.field("element", pa.float32()), 2): pa.list_(pa.float32())}


@pytest.fixture
def round_trip(place, model):
    """round_trip(model's name, input, *flags): land, then land as was derived; -> the schema's
    fields and both tables."""
    def run(name, table, *flags):
        support.write_rows(place / "in", table)
        job = [*flags, "--model", model(name), "--input", place / "in"]
        derived = howdah("check", *job, "--output", place / "out", "--print-schema").stdout
        schema = place / "x.avsc"
        schema.write_text(derived)
        declared = [*job, "--output", place / "again", "--set", f"output.schema={schema}"]
        howdah("check", *declared)
        assert howdah("check", *declared, "--print-schema").stdout == derived
        howdah("run", *job, "--output", place / "out")
        howdah("run", *declared)
        support.verify(place / "again", level=3)
        fields = {field["name"]: field for field in json.loads(derived)["fields"]}
        return fields, support.read(place / "out"), support.read(place / "again")
    return run


def kept_columns():
    rows = range(ROWS)
    some = [None if i % 5 == 0 else i for i in rows]
    of = {
        "i8": pa.int8(), "i16": pa.int16(), "i32": pa.int32(), "i64": pa.int64(),
        "u8": pa.uint8(), "u16": pa.uint16(), "u32": pa.uint32(), "u64": pa.uint64(),
        "f32": pa.float32(), "f64": pa.float64(), "dec": pa.decimal128(20, 3),
        "flag": pa.bool_(), "day": pa.date32(), "ms": pa.timestamp("ms"),
        "us": pa.timestamp("us"), "utc": pa.timestamp("us", "UTC")}
    columns = {name: pa.array(some, pa.int64()).cast(kind) if name in ("flag", "us", "ms", "utc")
               else pa.array([None if v is None else decimal.Decimal(v) for v in some], kind)
               if name == "dec"
               else pa.array([None if v is None else datetime.date(2026, 1, 1 + v) for v in some])
               if name == "day" else pa.array(some, pa.int64()).cast(kind)
               for name, kind in of.items()}
    columns["text"] = pa.array([None if v is None else f"ä{v}" for v in some])
    columns["long_text"] = pa.array([f"b{v}" for v in rows], pa.large_string())
    columns["raw"] = pa.array([bytes([v, 255]) for v in rows], pa.binary())
    columns["fixed"] = pa.array([bytes([v, 1, 2]) for v in rows], pa.binary(3))
    columns["lists"] = pa.array([[v, None] * (v % 3) for v in rows], pa.large_list(pa.int64()))
    columns["pairs"] = pa.array([[v, 0.5] for v in rows], pa.list_(pa.float32(), 2))
    columns["deep"] = pa.array([[["x"], None, []]] * ROWS, pa.list_(pa.list_(pa.string())))
    columns["map"] = pa.array([[("k", v)] for v in rows], pa.map_(pa.string(), pa.int16()))
    columns["record"] = pa.array([None if v is None else {"a": v, "b": [str(v)]} for v in some],
                                 pa.struct([("a", pa.int8()), ("b", pa.list_(pa.string()))]))
    return columns


def test_kept_columns_of_all_types_land_as_derived(round_trip):
    kept = kept_columns()
    table = pa.table({"x": np.arange(ROWS, dtype=np.float32), **kept})
    fields, first, again = round_trip("linear", table, "--keep", ",".join(kept))
    assert list(fields) == [*kept, "y"] == again.column_names
    for name in first.column_names:
        assert again.column(name).to_pylist() == first.column(name).to_pylist(), name
        assert again.schema.field(name).nullable == first.schema.field(name).nullable, name
        landed = first.schema.field(name).type
        if name not in ("map", "record"):  # which have narrow numbers inside
            assert again.schema.field(name).type == WIDER.get(landed, landed), name
    assert fields["i8"]["type"] == ["null", "int"]
    assert fields["y"] == {"name": "y", "type": "float", "tensor.source": "y"}


def test_required_columns_stay_required(round_trip):
    schema = pa.schema([pa.field("Id", pa.int64(), nullable=False), pa.field("x", pa.float32())])
    table = pa.table({"Id": list(range(ROWS)), "x": [1.0] * ROWS}, schema)
    fields, first, again = round_trip("linear", table, "--keep", "Id")
    assert fields["id"] == {"name": "id", "type": "long", "doc": "Id"}
    assert again.schema.equals(first.schema)
    assert again.equals(first)


def test_tensors_keep_their_shapes(round_trip):
    image = pa.array([[[float(i), 1, 2], [3, 4, 5]] for i in range(ROWS)],
                     pa.list_(pa.list_(pa.float32())))
    fields, first, again = round_trip("images", pa.table({"image": image}))
    assert fields["swapped"]["tensor.shape"] == [3, 2]
    assert fields["pairs"]["tensor.shape"] == [2, 2, 3]
    assert again.equals(first)
    for name in first.column_names:
        assert again.schema.field(name).metadata == first.schema.field(name).metadata


def test_lists_of_a_model_with_variables(round_trip):
    features = pa.array(np.ones((ROWS, 8), np.float32).tolist(), pa.list_(pa.float32()))
    fields, first, again = round_trip(
        "dense", pa.table({"features": features}), "--set", "output.columns.class=label",
        "--set", "output.columns.top={ from = 'probs', as = 'topk:2' }")
    assert {name: field["tensor.source"] for name, field in fields.items()} == {
        "class": "label", "top_values": "probs", "top_indices": "probs"}
    assert again.schema.equals(first.schema)
    assert again.equals(first)


def test_names_that_are_not_legal_are_found_again(round_trip):
    table = pa.table({"Amount": np.arange(ROWS, dtype=np.float32), "größe": ["ä"] * ROWS})
    fields, first, again = round_trip("named", table, "--keep", "größe")
    assert fields["dense_1_out_0"]["tensor.source"] == "Dense-1.out/0"
    assert fields["gr__e"]["doc"] == "größe"
    assert again.equals(first)


def test_checks_of_the_job_are_properties_of_the_schema(round_trip, place):
    (place / "job.toml").write_text('[checks]\nnan = "null"\n[checks.columns]\n'
                                    'y = { min = 0, max = 1e3 }\n')
    table = pa.table({"x": pa.array([1, float("nan"), 2], pa.float32())})
    fields, first, again = round_trip("linear", table, place / "job.toml")
    assert fields["y"] == {"name": "y", "type": ["null", "float"], "default": None,
                           "tensor.source": "y", "check.nan": "null", "check.min": 0,
                           "check.max": 1000}
    assert first.column("y").to_pylist() == again.column("y").to_pylist() == [3.0, None, 5.0]


def test_what_no_schema_declares_is_refused_by_name(place, model):
    who = pa.array([{"First Name": "a"}])
    support.write_rows(place / "in", pa.table({"x": pa.array([1.0], pa.float32()), "who": who}))
    refused("check", "--model", model("linear"), "--input", place / "in", "--output",
            place / "out", "--keep", "who", "--print-schema", words=["'who'", "First Name"])
