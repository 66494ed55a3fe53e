#!/usr/bin/env python3
"""Make a workload's folder: its rows, its model, what is expected of them. Parts that exist stay.

Usage: make_workload.py NAME ROWS FOLDER
       writes FOLDER/input/*.parquet, FOLDER/model and FOLDER/expected.npy
"""

import os
import pathlib
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from workloads import FIRST_KEY, WORKLOADS

FILES = 4
ROW_GROUP_ROWS = 131072
EXPECT_ROWS = 65536  # that NumPy has in hand at once


def write_input(workload, rows, folder):
    random = np.random.default_rng(7)
    names = workload.features
    schema = pa.schema([pa.field("id", pa.int64(), False),
                        *(pa.field(name, pa.float32(), False) for name in names)])
    folder.mkdir()
    bounds = [rows * i // FILES for i in range(FILES + 1)]
    for number, (begin, end) in enumerate(zip(bounds, bounds[1:])):
        path = folder / f"part-{number}.parquet"
        with pq.ParquetWriter(path, schema, compression="snappy", use_dictionary=False) as writer:
            for first in range(begin, end, ROW_GROUP_ROWS):
                count = min(ROW_GROUP_ROWS, end - first)
                keys = np.arange(first, first + count, dtype=np.int64) + FIRST_KEY
                values = random.standard_normal((len(names), count), dtype=np.float32)
                writer.write_table(pa.table([keys, *values], schema=schema))


def write_model(workload, folder):
    import tensorflow as tf

    module = tf.Module()
    module.layers = [(tf.Variable(matrix), tf.Variable(bias))
                     for matrix, bias in workload.weights()]

    features = tf.TensorSpec([None, workload.widths[0]], tf.float32, name="x")

    @tf.function(input_signature=[features])
    def serve(x):
        *hidden, (matrix, bias) = module.layers
        for hidden_matrix, hidden_bias in hidden:
            x = tf.nn.relu(x @ hidden_matrix + hidden_bias)
        if not workload.has_label:
            return {workload.vector: tf.tanh(x @ matrix + bias)}
        values = tf.nn.softmax(x @ matrix + bias)
        return {workload.vector: values, "label": tf.argmax(values, axis=1)}

    tf.saved_model.save(module, str(folder), signatures={"serving_default": serve})


def write_expected(workload, rows, inputs, path):
    expected = np.lib.format.open_memmap(path, "w+", np.float32, (rows, workload.widths[-1]))
    done = 0
    for part in sorted(inputs.glob("*.parquet")):
        for batch in pq.ParquetFile(part).iter_batches(EXPECT_ROWS, columns=workload.features):
            features = np.stack([column.to_numpy() for column in batch.columns], axis=1)
            expected[done:done + batch.num_rows] = workload.expect(features)
            done += batch.num_rows
    expected.flush()


def main():
    workload, rows, folder = WORKLOADS[sys.argv[1]], int(sys.argv[2]), pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in (
            ("input", lambda path: write_input(workload, rows, path)),
            ("model", lambda path: write_model(workload, path)),
            ("expected.npy",
             lambda path: write_expected(workload, rows, folder / "input", path))):
        if (folder / name).exists():
            continue
        part = folder / f"{name}.part"
        if part.is_dir():
            shutil.rmtree(part)
        write(part)
        part.rename(folder / name)


if __name__ == "__main__":
    main()
