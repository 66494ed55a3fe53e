"""`howdah inspect --profile`: what is inside of a profile, and how others' files are outside."""

import json

import fastavro
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import avro_rows
import support
from support import howdah, refused

OUTSIDE = 5


def lint(path, profile="lake", code=0):
    """The findings of the command, as {(place, rule)} of those that are outside."""
    summary = howdah("inspect", path, "--profile", profile, "--json", code=code).summary
    assert summary["inside"] == (code == 0)
    return {(f["place"], f["rule"]) for f in summary["findings"] if f["outside"]}


@pytest.mark.parametrize("profile", ["lake", "compact"])
@pytest.mark.parametrize("form", ["parquet", "avro"])
def test_what_lands_is_inside_its_profile(place, model, form, profile):
    support.write_rows(place / "in", avro_rows.table())
    names = ",".join([*avro_rows.COLUMNS, *avro_rows.FLOATS])
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
           "--format", form, "--profile", profile, "--keep", names)
    [path] = support.data_files(place / "out")
    assert lint(path, profile) == set()
    assert lint(path, "compact" if profile == "lake" else "lake", code=OUTSIDE)


def test_pyarrows_defaults_are_outside(place):
    path = place / "x.parquet"
    pq.write_table(pa.table({"score": pa.array([1.0, 1.0]), "p": pa.array([[1.0], [1.0]])}), path)
    assert lint(path, code=OUTSIDE) == {
        ("score", "dictionary"), ("p.list.element", "dictionary"),
        ("p.list.element", "statistics")}


def test_fastavros_unions_and_codecs_are_told(place):
    schema = {"type": "record", "name": "r", "fields": [
        {"name": "Id", "type": ["int", "string"]},
        {"name": "t", "type": {"type": "long", "logicalType": "timestamp-nanos"}}]}
    path = place / "x.avro"
    with open(path, "wb") as file:
        fastavro.writer(file, fastavro.parse_schema(schema), [{"Id": 1, "t": 2}], codec="bzip2")
    assert lint(path, code=OUTSIDE) == {
        ("Id", "union"), ("Id", "name"), ("t", "nanoseconds"), ("the file", "codec")}


def test_a_person_is_told_in_lines(place):
    path = place / "x.parquet"
    pq.write_table(pa.table({"x": pa.array([1.0])}), path)
    text = howdah("inspect", path, "--profile", "lake", code=OUTSIDE).stdout
    assert text.splitlines()[0] == f"parquet {path}: outside of the profile lake"
    assert "  x: dictionary: of floating point" in text
    assert "(allowed)" in text  # no CRC, for information


def test_what_has_no_profile_is_refused(place):
    (place / "x.avro").write_bytes(b"Obj\x01")
    refused("inspect", place / "x.avro", "--profile", "lake", words=["x.avro", "header"])
    refused("inspect", place, "--profile", "lake", words=["directory"])
    refused("inspect", place / "x.avro", "--profile", "hive", words=["hive", "lake"])


def test_footers_have_what_one_pass_readers_want(place, model):
    """Page index and CRC, size statistics, Arrow's schema: looked at by pyarrow."""
    table = support.linear_rows(5000).append_column("name", pa.array(["n"] * 5000))
    support.write_rows(place / "in", table)
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
           "--keep", "id,name")
    [path] = support.data_files(place / "out")
    footer = pq.read_metadata(path)
    assert b"ARROW:schema" in footer.metadata
    group = footer.row_group(0)
    for i, name in enumerate(["id", "name", "y"]):
        column = group.column(i)
        assert column.path_in_schema == name
        assert column.has_offset_index == (name != "y"), name
        assert column.has_column_index == (name != "y"), name
    landed = pq.read_table(path, page_checksum_verification=True)
    assert landed["id"].to_pylist() == table["id"].to_pylist()
    assert np.array_equal(landed["y"].to_numpy(), support.linear_answer(table))
    damaged = bytearray(path.read_bytes())
    damaged[group.column(2).data_page_offset + 60] ^= 1
    (place / "damaged.parquet").write_bytes(damaged)
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(place / "damaged.parquet", page_checksum_verification=True)
    assert json.loads(howdah("inspect", path, "--profile", "lake", "--json").stdout)["inside"]
