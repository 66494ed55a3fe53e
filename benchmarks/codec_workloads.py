"""The tables of encoders.py, from a fixed seed, and the files that its readers read."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet

SEED = 7
EXAMPLES = """
import sys, pyarrow as pa, tensorflow as tf
rows = pa.ipc.open_file(sys.argv[1]).read_all()
with tf.io.TFRecordWriter(sys.argv[2]) as out:
    for key, p in zip(rows["key"].to_pylist(), rows["p"].to_pylist()):
        out.write(tf.train.Example(features=tf.train.Features(feature={
            "key": tf.train.Feature(int64_list=tf.train.Int64List(value=[key])),
            "p": tf.train.Feature(float_list=tf.train.FloatList(value=p))})).SerializeToString())
"""


def softmax(rows, classes, spread=2.0):
    values = np.random.default_rng(SEED).normal(0, spread, (rows, classes)).astype(np.float32)
    values = np.exp(values - values.max(1, keepdims=True))
    return values / values.sum(1, keepdims=True)


def lists(values):
    rows, width = values.shape
    element = pa.field("element", pa.float32(), nullable=False)
    return pa.ListArray.from_arrays(pa.array(np.arange(rows + 1, dtype=np.int32) * width),
                                    pa.array(values.reshape(-1)), type=pa.list_(element))


def table(columns):
    fields = [pa.field(name, column.type, nullable=False) for name, column in columns.items()]
    return pa.table(list(columns.values()), schema=pa.schema(fields))


def tables(scale):
    """By name."""
    random = np.random.default_rng(SEED)

    def key(rows):
        return pa.array(np.arange(rows, dtype=np.int64))

    rows = int(1_000_000 * scale)
    probs = softmax(rows, 10)
    wide = {f"p{i}": pa.array(np.ascontiguousarray(probs[:, i])) for i in range(10)}
    labels = pa.array(random.integers(0, 1000, rows, dtype=np.int32))
    small, few = int(100_000 * scale), int(12_000 * scale)
    embedding = random.standard_normal((small, 128), dtype=np.float32)
    logits = random.standard_normal((few, 1000), dtype=np.float32)
    return {"wide": table({"key": key(rows), **wide}),
            "list": table({"key": key(rows), "p": lists(probs)}),
            "embedding": table({"key": key(small), "v": lists(embedding)}),
            "logits": table({"key": key(few), "v": lists(logits)}),
            "label": table({"key": key(rows), "label": labels})}


def logical_bytes(rows):
    """Those of its values."""
    total = 0
    for column in rows.columns:
        values = column.combine_chunks()
        values = values.flatten() if pa.types.is_list(values.type) else values
        total += len(values) * values.type.bit_width // 8
    return total


def save(rows, path):
    with pa.OSFile(str(path), "wb") as out, pa.ipc.new_file(out, rows.schema) as writer:
        writer.write_table(rows)
    return str(path)


def cells(folder, scale, codecs):
    """What is measured, each a dict; the files that they name are made in `folder`."""
    made = []
    rows = tables(scale)
    for name, columns in rows.items():
        path = save(columns, folder / f"{name}.arrow")
        has_lists = any(pa.types.is_list(field.type) for field in columns.schema)
        for format_name, names in codecs.items():
            if format_name == "csv" and has_lists:
                continue  # a cell of CSV holds no list
            made += [{"verb": "write", "workload": name, "format": format_name, "codec": codec,
                      "path": path, "rows": columns.num_rows,
                      "logical_bytes": logical_bytes(columns)} for codec in names]
    for name in ("wide", "list"):
        for codec in ("none", "snappy"):
            path = str(folder / f"{name}-{codec}.parquet")
            pa.parquet.write_table(rows[name], path, compression=codec, use_dictionary=False,
                                   row_group_size=len(rows[name]) // 4)
            made.append({"verb": "read", "workload": name, "format": "parquet", "codec": codec,
                         "path": path, "rows": rows[name].num_rows,
                         "logical_bytes": logical_bytes(rows[name])})
    few = rows["list"].slice(0, rows["list"].num_rows // 10)
    path = str(folder / "list.tfrecord")
    subprocess.run([sys.executable, "-c", EXAMPLES, save(few, folder / "few.arrow"), path],
                   check=True, stderr=subprocess.DEVNULL)
    made.append({"verb": "read", "workload": "list", "format": "tfrecord", "codec": "none",
                 "path": path, "rows": few.num_rows, "logical_bytes": logical_bytes(few)})
    return made
