"""Avro files of one input whose schemas differ in a way that Avro resolves: written by fastavro,
read together by `howdah run`; and those that differ otherwise."""

import datetime
import decimal

import fastavro
import numpy as np
import pyarrow as pa
import pytest

import support
from support import howdah, refused

NOTHING = object()  # the field is not in the file's schema

P_OLD = {"type": "record", "name": "p", "fields": [{"name": "a", "type": "int"}]}
P_NEW = {"type": "record", "name": "p", "fields": [
    {"name": "b", "type": ["null", "string"], "default": None},
    {"name": "a", "type": "long"},
    {"name": "c", "type": "double", "default": 1.5}]}
ENUM = {"type": "enum", "name": "e", "symbols": ["A", "B"]}
ENUM_NEW = {"type": "enum", "name": "e", "symbols": ["C", "B", "A"]}
DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}
MILLIS = {"type": "long", "logicalType": "timestamp-millis"}


def field(kind, **more):
    return {"name": "k", "type": kind, **more}


# What of the column `k`: its field in each file, its value in each, what lands.
RESOLVED = {
    "a field that was added, with a default": (
        [None, field("string", default="de")], [NOTHING, "at"], ["de", "at"]),
    "and one that was removed later": (
        [field("long", default=-1), None], [7, NOTHING], [7, -1]),
    "the first file that has it decides": (
        [None, field("int", default=1), None, field("int", default=2)],
        [NOTHING, 5, NOTHING, 6], [1, 5, 1, 6]),
    "a default of null": (
        [field(["null", "double"], default=None), None], [0.5, NOTHING], [0.5, None]),
    "a default that the other type of the union has": (
        [field(["null", "int"], default=3), None], [None, NOTHING], [None, 3]),
    "a default of an enum": ([field(ENUM, default="B"), None], ["A", NOTHING], ["A", "B"]),
    "a default of bytes": (
        [field("bytes", default="a\u0000"), None], [b"\xff", NOTHING], [b"\xff", b"a\x00"]),
    "a default of a decimal": (
        [field(DECIMAL, default="\u0001\u0000"), None], [decimal.Decimal("1.23"), NOTHING],
        [decimal.Decimal("1.23"), decimal.Decimal("2.56")]),
    "a default of a time": (
        [field(MILLIS, default=1500), None],
        [datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc), NOTHING],
        [datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc),
         datetime.datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=datetime.timezone.utc)]),
    "a default of a list": (
        [field({"type": "array", "items": "int"}, default=[1, 2]), None], [[], NOTHING],
        [[], [1, 2]]),
    "a default of a map": (
        [field({"type": "map", "values": "int"}, default={"a": 1}), None], [{}, NOTHING],
        [[], [("a", 1)]]),
    "a default of a record": (
        [field(P_NEW, default={"a": 4}), None], [{"a": 1, "b": "x", "c": 0.0}, NOTHING],
        [{"b": "x", "a": 1, "c": 0.0}, {"b": None, "a": 4, "c": 1.5}]),
    "a default that is promoted": (
        [field("int", default=3), None, field("double")], [1, NOTHING, 0.5], [1.0, 3.0, 0.5]),
    "int to long": ([field("int"), field("long")], [-(2**31), 2**62], [-(2**31), 2**62]),
    "long, then int": ([field("long"), field("int")], [2**62, 5], [2**62, 5]),
    "int to float": ([field("float"), field("int")], [0.5, 2**31 - 1], [0.5, 2.0**31 - 1]),
    "long to double": ([field("double"), field("long")], [0.5, 2**53], [0.5, 2.0**53]),
    "float to double": ([field("float"), field("double")], [0.5, 1 / 3], [0.5, 1 / 3]),
    "string to bytes": ([field("string"), field("bytes")], ["é", b"\xff"], [b"\xc3\xa9", b"\xff"]),
    "a union in another order": (
        [field(["null", "long"]), field(["long", "null"]), field(["int"]), field("long")],
        [None, None, 3, 4], [None, None, 3, 4]),
    "symbols in another order": ([field(ENUM), field(ENUM_NEW)], ["B", "C"], ["B", "C"]),
    "an alias of the newer file": (
        [{"name": "old", "type": "int"}, field("int", aliases=["old"])], [1, 2], [1, 2]),
    "an alias of the first file": (
        [field("long", aliases=["older", "old"]), {"name": "old", "type": "int"}], [1, 2], [1, 2]),
    "a record with added fields": (
        [field(P_OLD), field(P_NEW)], [{"a": 1}, {"a": 2, "b": "x", "c": 0.25}],
        [{"a": 1, "b": None, "c": 1.5}, {"a": 2, "b": "x", "c": 0.25}]),
    "records in lists": (
        [field({"type": "array", "items": P_NEW}), field({"type": "array", "items": P_OLD})],
        [[{"a": 2, "b": "x", "c": 0.25}], [{"a": 1}, {"a": 3}]],
        [[{"b": "x", "a": 2, "c": 0.25}],
         [{"b": None, "a": 1, "c": 1.5}, {"b": None, "a": 3, "c": 1.5}]]),
}

# What does not resolve: the fields, and words of the sentence beside the file and the column.
REFUSED = {
    "missing without a default": ([field("int"), None], ["no column 'k'"]),
    "missing in the first file": ([None, field("int")], ["no column 'k'"]),
    "a default of more than 4 KiB": ([field("string", default="x" * 5000), None],
                                     ["no column 'k'"]),
    "text and number": ([field("string"), field("int")], ["int32", "string"]),
    "long and timestamp": ([field("long"), field(MILLIS)], ["int64", "timestamp"]),
    "a record without a default": (
        [field(P_OLD), field({"type": "record", "name": "p", "fields": [
            {"name": "a", "type": "int"}, {"name": "new", "type": "int"}]})], ["struct"]),
}
VALUES = {"int": 1, "string": "x", "long": 1}


def write(path, kept, value):
    """One row. The other field comes last in some files, and something nobody asks for first."""
    fields = [{"name": "x", "type": "float"}]
    row = {"x": 1.5, "unread": "?"}
    if kept is not None:
        fields.insert(0, kept)
        row[kept["name"]] = value
    if path.name.startswith("in-1"):
        fields = [{"name": "unread", "type": "string"}, *reversed(fields)]
    schema = {"type": "record", "name": "row", "fields": fields}
    path.parent.mkdir(exist_ok=True)
    with open(path, "wb") as file:
        fastavro.writer(file, fastavro.parse_schema(schema), [row], strict_allow_default=False)


def job(place, model):
    return ["run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
            "--keep", "k", "--format", "parquet"]


@pytest.mark.parametrize("case", RESOLVED)
def test_schemas_that_avro_resolves(place, model, case):
    fields, values, expected = RESOLVED[case]
    for i, (kept, value) in enumerate(zip(fields, values, strict=True)):
        write(place / "in" / f"in-{i}.avro", kept, value)
    howdah(*job(place, model))
    landed = support.read(place / "out")
    assert landed["k"].to_pylist() == expected
    np.testing.assert_array_equal(landed["y"].to_numpy(), np.full(len(fields), 4, np.float32))
    support.verify(place / "out", level=3)


@pytest.mark.parametrize("case", REFUSED)
def test_schemas_that_it_does_not_resolve(place, model, case):
    fields, words = REFUSED[case]
    for i, kept in enumerate(fields):
        value = None
        if kept is not None:
            kind = kept["type"]
            value = (datetime.datetime(2026, 1, 1) if kind is MILLIS else
                     VALUES[kind] if isinstance(kind, str) else {"a": 1, "new": 2})
        write(place / "in" / f"in-{i}.avro", kept, value)
    refused(*job(place, model), words=["in-0.avro", "in-1.avro", "'k'", *words])


def test_a_long_that_no_double_is_is_refused(place, model):
    write(place / "in" / "in-0.avro", field("double"), 0.5)
    write(place / "in" / "in-1.avro", field("long"), 2**53 + 1)
    refused(*job(place, model), code=1, words=["in-1.avro", "'k'", "no double is"])


def test_a_field_with_a_default_may_feed_the_model(place, model):
    """Rows of the file without it are scored on the default."""
    for name, fields, row in [
            ("a", [{"name": "id", "type": "long"}, {"name": "x", "type": "float", "default": 2.5}],
             {"id": 1, "x": 1.0}),
            ("b", [{"name": "id", "type": "long"}], {"id": 2})]:
        (place / "in").mkdir(exist_ok=True)
        with open(place / "in" / f"{name}.avro", "wb") as file:
            fastavro.writer(file, {"type": "record", "name": "r", "fields": fields}, [row] * 3)
    flags = ["run", "--model", model("linear"), "--input", place / "in", "--output",
             place / "out", "--keep", "id", "--format", "parquet"]
    howdah(*flags)
    landed = support.read(place / "out")
    assert landed.to_pylist() == [{"id": 1, "y": 3.0}] * 3 + [{"id": 2, "y": 6.0}] * 3
    assert landed.schema.field("id").type == pa.int64()
