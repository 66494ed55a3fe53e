#!/usr/bin/env python3
"""Make what fuzzing begins with: seeds.py FOLDER fills FOLDER/<fuzzer>/ with small inputs.

Mostly whole and right ones, so that mutations reach what lies behind the first checks; what
they need of Avro, TFRecord and protobuf is written here anew, by the specifications. The words of
a language go to FOLDER/<fuzzer>.dict. The same files are made each time.
"""

import gzip
import io
import json
import pathlib
import random
import struct
import sys
import zlib

import pyarrow as pa
import pyarrow.parquet

from seed_hdfs import namenode_seeds, rpc_seeds, transfer_seeds
from seed_texts import AVSC, CSV, DDL, JSONL, ROWS, WORDS, XML, record
from wire import crc32c, message, varint, zigzag

# -- Avro --------------------------------------------------------------------------------


def avro_bytes(data):
    return zigzag(len(data)) + data


def avro_file(schema, codec, blocks):
    """`blocks`: (number of rows, their bytes)."""
    compress = {
        "null": lambda data: data,
        "deflate": lambda data: zlib.compress(data, wbits=-15),
        "snappy": lambda data: pa.compress(data, codec="snappy", asbytes=True)
        + struct.pack(">I", zlib.crc32(data)),
        "zstandard": lambda data: pa.compress(data, codec="zstd", asbytes=True),
    }[codec]
    sync = bytes(range(16))
    out = b"Obj\x01" + zigzag(2)
    out += avro_bytes(b"avro.schema") + avro_bytes(json.dumps(schema).encode())
    out += avro_bytes(b"avro.codec") + avro_bytes(codec.encode()) + zigzag(0) + sync
    for rows, data in blocks:
        out += zigzag(rows) + avro_bytes(compress(data)) + sync
    return out


def avro_seeds():
    flat = record(
        "r",
        ("b", "boolean"),
        ("i", "int"),
        ("l", "long"),
        ("f", "float"),
        ("d", "double"),
        ("s", "string"),
        ("y", "bytes"),
    )
    row = (
        b"\x01"
        + zigzag(-5)
        + zigzag(1 << 40)
        + struct.pack("<fd", 0.1, -2.5)
        + avro_bytes("é".encode())
        + avro_bytes(b"\xff\x00")
    )
    nested = record(
        "r",
        ("u", ["null", "string"]),
        ("v", ["long", "null"]),
        ("e", {"type": "enum", "name": "e", "symbols": ["A", "B"]}),
        ("x", {"type": "fixed", "name": "x", "size": 3}),
        ("a", {"type": "array", "items": ["null", "int"]}),
        ("m", {"type": "map", "values": "double"}),
        ("n", record("q", ("p", {"type": "array", "items": "float"}))),
    )
    nested_row = (
        zigzag(1)
        + avro_bytes(b"t")
        + zigzag(1)
        + zigzag(1)
        + b"xyz"
        + zigzag(2)
        + zigzag(0)
        + zigzag(1)
        + zigzag(9)
        + zigzag(0)
        + zigzag(-1)
        + zigzag(9)
        + avro_bytes(b"k")
        + struct.pack("<d", 1)
        + zigzag(0)
        + zigzag(1)
        + struct.pack("<f", 7)
        + zigzag(0)
    )
    logical = record(
        "r",
        ("d", {"type": "int", "logicalType": "date"}),
        ("t", {"type": "long", "logicalType": "timestamp-micros"}),
        ("n", {"type": "long", "logicalType": "local-timestamp-nanos"}),
        ("m", {"type": "int", "logicalType": "time-millis"}),
        ("c", {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}),
        (
            "g",
            {
                "type": "fixed",
                "name": "g",
                "size": 5,
                "logicalType": "decimal",
                "precision": 10,
                "scale": 3,
            },
        ),
    )
    logical_row = (
        zigzag(20000)
        + zigzag(1 << 50)
        + zigzag(7)
        + zigzag(1000)
        + avro_bytes(b"\x01\x00")
        + b"\xff" * 5
    )
    recursive = record("r", ("id", "int"), ("next", ["null", "r"]))
    for codec in ("null", "deflate", "snappy", "zstandard"):
        yield avro_file(flat, codec, [(2, row * 2), (1, row)])
        yield avro_file(nested, codec, [(1, nested_row), (2, nested_row * 2)])
    yield avro_file(logical, "null", [(2, logical_row * 2)])
    yield avro_file(recursive, "null", [(1, zigzag(4) + zigzag(1) + zigzag(5) + zigzag(0))])
    yield avro_file(flat, "null", [])
    yield avro_file(record("r", ("i", "int")), "null", [(8, b"\x02" * 8)] * 5)
    yield avro_file(record("r", ("z", "null"), ("i", "int")), "deflate", [(3, b"\x02" * 3)])


# -- text --------------------------------------------------------------------------------


def text_seeds(texts):
    for text in texts:
        yield text.encode()
    for text in texts[:3]:
        yield gzip.compress(text.encode(), mtime=0)


def row_seeds():
    for (form, choices, more, *types), text in ROWS.items():
        head = struct.pack("<HBH", form, choices, more) + struct.pack(f"<{len(types)}H", *types)
        yield head + text.encode()
        yield (
            struct.pack("<HBH", form, choices | 1, more)
            + struct.pack(f"<{len(types)}H", *types)
            + gzip.compress(text.encode(), mtime=0)
        )


def random_seeds(count):
    chance = random.Random(7)
    for i in range(count):
        # Which format, and its choices, come first.
        yield bytes([i % 3, 0, chance.randrange(16) * 2]) + chance.randbytes(20 * (i % 10 + 1))


# -- columnar and record files -----------------------------------------------------------


def example_seeds():
    def feature(kind, *values):
        if kind == 1:
            return message((1, b"".join(message((1, v)) for v in values)))
        if kind == 2:
            return message((2, message((1, struct.pack(f"<{len(values)}f", *values)))))
        return message((3, message((1, b"".join(map(varint, values))))))

    def example(**features):
        return message(
            (
                1,
                b"".join(
                    message((1, message((1, k.encode()), (2, v)))) for k, v in features.items()
                ),
            )
        )

    one = example(id=feature(3, 7), x=feature(2, 0.5, 1.5), s=feature(1, b"abc"))
    two = example(id=feature(3, 8), x=feature(2, 2.5, 3.5), s=feature(1, b"d"))
    ragged = example(
        id=feature(3, 1, 2, 3), s=feature(1), unpacked=message((3, message((1, 5), (1, 6))))
    )
    yield one
    yield b"\xff".join([one, two])
    yield b"\xff".join([one, ragged, b"", two])
    records = tf_records([one, two, ragged])
    yield records
    yield gzip.compress(records, mtime=0)


def tf_records(records):
    def masked(data):
        crc = crc32c(data)
        return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)

    out = b""
    for data in records:
        length = struct.pack("<Q", len(data))
        out += length + masked(length) + data + masked(data)
    return out


def table():
    return pa.table(
        {
            "id": pa.array([1, 2, None]),
            "x": pa.array([0.5, 1.5, 2.5], pa.float32()),
            "s": ["a", "é", None],
            "l": pa.array([[1.0, 2.0], [], None], pa.list_(pa.float32())),
            "k": pa.array([[1, 2], [3, 4], [5, 6]], pa.list_(pa.int32(), 2)),
        }
    )


def parquet_seeds():
    for options in (
        {},
        {"compression": "none", "use_dictionary": False},
        {"compression": "zstd", "data_page_version": "2.0"},
        {"row_group_size": 1},
    ):
        sink = io.BytesIO()
        pyarrow.parquet.write_table(table().select(["id", "x", "s", "l"]), sink, **options)
        yield sink.getvalue()


def arrow_seeds():
    for make in (pa.ipc.new_stream, pa.ipc.new_file):
        for codec in (None, "zstd"):
            sink = io.BytesIO()
            with make(
                sink, table().schema, options=pa.ipc.IpcWriteOptions(compression=codec)
            ) as out:
                out.write_table(table(), max_chunksize=2)
            yield sink.getvalue()


SEEDS = {
    "arrow": arrow_seeds,
    "avro": avro_seeds,
    "avsc": lambda: (json.dumps(s).encode() for s in AVSC),
    "csv": lambda: text_seeds(CSV),
    "hadoop_config": lambda: (text.encode() for text in XML),
    "hdfs_messages": namenode_seeds,
    "hdfs_rpc": rpc_seeds,
    "hdfs_transfer": transfer_seeds,
    "jsonl": lambda: text_seeds(JSONL),
    "parquet": parquet_seeds,
    "spark_ddl": lambda: (text.encode() for text in DDL),
    "text_round_trip": lambda: random_seeds(90),
    "text_rows": row_seeds,
    "tfrecord": example_seeds,
}


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, seeds in SEEDS.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for i, seed in enumerate(seeds()):
            (folder / name / f"{i:03}").write_bytes(seed)
    for name, words in WORDS.items():
        (folder / f"{name}.dict").write_text("".join(f'"{word}"\n' for word in words))


if __name__ == "__main__":
    main()
