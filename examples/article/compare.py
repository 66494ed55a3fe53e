#!/usr/bin/env python3
"""Read the four outputs as the article's tools do, and compare them with model.predict.

Usage: compare.py FOLDER    with what run.sh left there
"""

import json
import pathlib
import sys

import fastavro
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

COLUMNS = ["prediction_1", "prediction_2"]


def of_records(records):
    return np.array([[record[column] for column in COLUMNS] for record in records], np.float32)


def read_parquet(file):
    return np.stack([pq.read_table(file)[column].to_numpy() for column in COLUMNS], axis=1)


def read_avro(file):
    with open(file, "rb") as stream:
        return of_records(fastavro.reader(stream))


def read_csv(file):
    return pd.read_csv(file, dtype=np.float32)[COLUMNS].to_numpy()


def read_json(file):
    return of_records(map(json.loads, file.read_text().splitlines()))


def main(folder):
    expected = np.load(folder / "expected.npy")
    landed = {}
    for name, read in {"parquet": read_parquet, "avro": read_avro, "csv": read_csv,
                       "json": read_json}.items():
        files = sorted((folder / f"predictions.{name}").glob(f"part-*.{name}"))
        landed[name] = np.concatenate([read(file) for file in files])
        np.testing.assert_allclose(landed[name], expected, rtol=1e-5, atol=1e-6)
        assert landed[name].tobytes() == landed["parquet"].tobytes(), name
        print(f"{name:8} {len(landed[name]):,} rows, bit for bit those of parquet")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
