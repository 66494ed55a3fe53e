#!/usr/bin/env python3
"""Make workload W1: Parquet rows of one int64 key and 32 float32, and a 32-64-64-10 softmax MLP.

Everything comes from fixed seeds: the same command makes the same bytes.

Usage: w1.py FOLDER ROWS   writes FOLDER/input/*.parquet and FOLDER/model
"""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf

FEATURES = [f"f{i:02d}" for i in range(32)]
ROW_GROUP_ROWS = 131072
FIRST_KEY = 2**53 + 1  # keys that a float64 cannot hold


def write_input(folder, rows, files=4):
    random = np.random.default_rng(7)
    schema = pa.schema([pa.field("id", pa.int64(), False),
                        *(pa.field(name, pa.float32(), False) for name in FEATURES)])
    folder.mkdir(parents=True)
    bounds = [rows * i // files for i in range(files + 1)]
    for number, (begin, end) in enumerate(zip(bounds, bounds[1:])):
        path = folder / f"part-{number}.parquet"
        with pq.ParquetWriter(path, schema, compression="snappy", use_dictionary=False) as writer:
            for first in range(begin, end, ROW_GROUP_ROWS):
                count = min(ROW_GROUP_ROWS, end - first)
                keys = np.arange(first, first + count, dtype=np.int64) + FIRST_KEY
                values = random.standard_normal((len(FEATURES), count), dtype=np.float32)
                writer.write_table(pa.table([keys, *values], schema=schema))


class Mlp(tf.Module):
    def __init__(self):
        random = np.random.default_rng(5)
        self.layers = [
            (tf.Variable(random.normal(0, inputs**-0.5, (inputs, outputs)).astype(np.float32)),
             tf.Variable(random.normal(0, 0.1, outputs).astype(np.float32)))
            for inputs, outputs in ((32, 64), (64, 64), (64, 10))]

    @tf.function(input_signature=[tf.TensorSpec([None, 32], tf.float32, name="x")])
    def serve(self, x):
        (w1, b1), (w2, b2), (w3, b3) = self.layers
        hidden = tf.nn.relu(tf.nn.relu(x @ w1 + b1) @ w2 + b2)
        scores = tf.nn.softmax(hidden @ w3 + b3)
        return {"scores": scores, "label": tf.argmax(scores, axis=1)}


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    write_input(folder / "input", int(sys.argv[2]))
    model = Mlp()
    tf.saved_model.save(model, str(folder / "model"), signatures={"serving_default": model.serve})
