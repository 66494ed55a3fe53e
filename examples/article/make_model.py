#!/usr/bin/env python3
"""The article's setting: a small Keras model with two outputs, input for it, and its own answer.

Usage: make_model.py FOLDER    writes FOLDER/model, FOLDER/input.parquet and FOLDER/expected.npy
"""

import pathlib
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf

ROWS, FEATURES, SEED = 10_000, 4, 1


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    tf.keras.utils.set_random_seed(SEED)
    model = tf.keras.Sequential([tf.keras.Input((FEATURES,), name="features"),
                                 tf.keras.layers.Dense(8, activation="relu"),
                                 tf.keras.layers.Dense(2, activation="softmax", name="predictions")])
    model.export(folder / "model", verbose=False, input_signature=[
        tf.TensorSpec([None, FEATURES], tf.float32, name="features")])
    input_data = np.random.default_rng(SEED).normal(size=(ROWS, FEATURES)).astype(np.float32)
    column = pa.FixedSizeListArray.from_arrays(pa.array(input_data.ravel()), FEATURES)
    pq.write_table(pa.table({"features": column}), folder / "input.parquet")
    np.save(folder / "expected.npy", model.predict(input_data, verbose=0))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
