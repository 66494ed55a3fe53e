"""Files of others, cut off and with bits turned, as input: refused by name and place, or read as
another reader reads them; never a crash, and never fewer rows in silence."""

import csv
import gzip
import re

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

import chance
import readers  # which teaches fastavro zstandard
import support
from support import howdah
from test_readers import example, write_avro, write_records, write_zstandard

BY_CHANCE = True
ROWS = 600
IDS = list(range(1 << 40, (1 << 40) + ROWS))
SCHEMA = {"type": "record", "name": "row", "fields": [
    {"name": "x", "type": "float"}, {"name": "id", "type": "long"},
    {"name": "text", "type": ["null", "string"]}]}


def rows_of_avro():
    return [{"x": i % 7 / 2, "id": n, "text": None if i % 5 == 0 else f"row {i}"}
            for i, n in enumerate(IDS)]


def avro(codec):
    def write(path):
        if codec == "zstandard":
            write_zstandard(path, SCHEMA, rows_of_avro(), 3, 1000)
        else:
            write_avro(path, SCHEMA, rows_of_avro(), codec, sync_interval=1000)
    return write


def ids_by_fastavro(path):
    with open(path, "rb") as file:
        # Text that nobody keeps is not looked at.
        return [row["id"] for row in fastavro.reader(file, handle_unicode_errors="replace")]


def tfrecord(compression):
    return lambda path: write_records(path, [example(x=[i % 7 / 2], id=[n]) for i, n in
                                             enumerate(IDS)], compression)


def ids_by_tensorflow(path):
    with open(path, "rb") as file:
        compression = "GZIP" if file.read(2) == b"\x1f\x8b" else ""
    records = tf.data.TFRecordDataset(str(path), compression_type=compression)
    return [tf.train.Example.FromString(r.numpy()).features.feature["id"].int64_list.value[0]
            for r in records]


def write_csv(path):
    with gzip.open(path, "wt") as file:
        file.write("x,id,text\n" + "".join(
            f'{i % 7 / 2},{n},"two\nlines {i}"\n' for i, n in enumerate(IDS)))


def ids_by_csv(path):
    with gzip.open(path, "rt", newline="") as file:
        return [int(row["id"]) for row in csv.DictReader(file)]


def parquet(compression):
    def write(path):
        table = pa.table({"x": pa.array([i % 7 / 2 for i in range(ROWS)], pa.float32()), "id": IDS,
                          "text": [f"row {i % 40}" for i in range(ROWS)]})
        pq.write_table(table, path, compression=compression, row_group_size=200,
                       write_page_checksum=True)
    return write


def ids_by_pyarrow(path):
    return pq.read_table(path, partitioning=None, page_checksum_verification=True,
                         columns=["id", "x"])["id"].to_pylist()


# Name of the file -> (its writer, the reader that decides what is in a damaged one).
FILES = {
    **{f"{codec}.avro": (avro(codec), ids_by_fastavro)
       for codec in ("null", "deflate", "snappy", "zstandard")},
    "plain.tfrecord": (tfrecord(""), ids_by_tensorflow),
    "packed.tfrecord.gz": (tfrecord("GZIP"), ids_by_tensorflow),
    "packed.csv.gz": (write_csv, ids_by_csv),
    "snappy.parquet": (parquet("snappy"), ids_by_pyarrow),
    "none.parquet": (parquet("none"), ids_by_pyarrow),
}


def cut(rng, data):
    """Anywhere, or near an end, where headers and footers are."""
    near = [int(rng.integers(0, len(data))), int(rng.integers(0, 40)),
            len(data) - int(rng.integers(1, 20))]
    return data[:near[rng.integers(3)]]


def turned(rng, data):
    data = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        data[rng.integers(len(data))] ^= 1 << rng.integers(8)
    return bytes(data)


@pytest.mark.parametrize("damage", [cut, turned])
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("case", range(chance.CASES))
def test_a_damaged_file_is_refused_or_read_as_others_read_it(place, model, name, damage, case):
    write, read = FILES[name]
    (place / "in").mkdir()
    path = place / "in" / name
    write(path)
    assert read(path) == IDS
    rng = chance.rng_of(case, list(FILES).index(name), damage is cut)
    path.write_bytes(damage(rng, path.read_bytes()))
    outcome = howdah("run", "--model", model("linear"), "--input", path, "--output",
                     place / "out", "--keep", "id", code=None)
    if outcome.code != 0:
        assert outcome.code in (1, 2), outcome
        # A TFRecord file of no bytes is one of no records: it is their columns that are missed.
        of_no_records = name == "plain.tfrecord" and path.stat().st_size == 0
        assert name in outcome.error or of_no_records, outcome
        assert re.search(r"byte|block|record|row|column|footer|header|magic|schema|begin|end|empty",
                         outcome.error), outcome
        assert not (place / "out").exists()
        return
    assert support.read(place / "out")["id"].to_pylist() == read(path), outcome
