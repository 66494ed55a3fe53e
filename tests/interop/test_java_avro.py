"""Java's Avro reads what lands: every type, every codec, in splits as Hadoop reads files."""

import fastavro
import numpy as np
import pyarrow as pa
import pytest

import avro_rows
import java_avro
import support
from support import howdah
from test_avro import CODECS, files_of


def land(place, model, table, keep, *flags):
    support.write_rows(place / "in", table)
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
           "--format", "avro", "--keep", ",".join(keep), *flags)
    return files_of(place / "out")


@pytest.mark.parametrize("codec", CODECS)
def test_every_type_and_value_is_read_by_java(place, model, codec):
    [path] = land(place, model, avro_rows.table(), [*avro_rows.COLUMNS, *avro_rows.FLOATS],
                  *CODECS[codec])
    found, rows = java_avro.read(path)
    assert found == codec
    for name, (column, expected) in avro_rows.COLUMNS.items():
        got = [java_avro.told(column.type, row[name], logical=False) for row in rows]
        assert got == expected, name
    for name, kind in ("f32", np.int32), ("f64", np.int64):
        assert [row[name] for row in rows] == avro_rows.FLOATS[name].to_numpy().view(kind).tolist()


@pytest.mark.parametrize("codec", CODECS)
def test_blocks_are_found_from_anywhere_in_a_file(place, model, codec):
    """Splits of 10 kB in files of many blocks: each row in one split."""
    count = 60_000
    table = support.linear_rows(count).append_column("key", pa.array(
        np.random.default_rng(5).integers(0, 1 << 62, size=count)))
    [path] = land(place, model, table, ["id", "key"], *CODECS[codec])
    assert path.stat().st_size > 50 * 10_000
    with open(path, "rb") as file:
        rows = [row for row in fastavro.reader(file)]
    _, read = java_avro.read(path)
    assert [row["id"] for row in read] == list(range(count))
    assert [row["key"] for row in read] == [row["key"] for row in rows]


def test_a_file_that_java_cannot_read_is_told(place):
    (place / "bad.avro").write_bytes(b"Obj\x01\x02")
    with pytest.raises(ValueError, match="bad.avro"):
        java_avro.read(place / "bad.avro")
