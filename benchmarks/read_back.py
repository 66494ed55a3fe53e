#!/usr/bin/env python3
"""Read a landed output back and compare every row with what is expected; exit 1 if any differs.

Prints {"largest_difference": 1e-7}.

Usage: read_back.py NAME FOLDER OUTPUT
"""

import json
import pathlib
import sys

import numpy as np
import pyarrow.parquet as pq

from workloads import FIRST_KEY, TOLERANCE, WORKLOADS

ROWS = 65536  # in hand at once


def compare(workload, batch, expected):
    """The largest difference of a batch from the rows that are expected of its keys."""
    values = batch.column(workload.vector).flatten().to_numpy().reshape(expected.shape)
    difference = float(np.abs(values - expected).max())
    if not difference <= TOLERANCE:  # a NaN is wrong too
        sys.exit(f"{workload.vector} differs by {difference}")
    if workload.has_label:
        label = batch.column("label").to_numpy()[:, np.newaxis]
        # Where two values are as good as equal, either label is right.
        chosen = np.take_along_axis(expected, label, axis=1)[:, 0]
        if (expected.max(axis=1) - chosen > TOLERANCE).any():
            sys.exit("label is not the index of the largest value")
    return difference


def main():
    workload, folder, output = WORKLOADS[sys.argv[1]], *map(pathlib.Path, sys.argv[2:])
    expected = np.load(folder / "expected.npy", mmap_mode="r")
    times_landed = np.zeros(len(expected), np.int32)
    largest = 0.0
    for path in sorted(output.glob("*.parquet")) if output.is_dir() else [output]:
        for batch in pq.ParquetFile(path).iter_batches(ROWS):
            places = batch.column("id").to_numpy() - FIRST_KEY
            if places.min() < 0 or places.max() >= len(expected):
                sys.exit("a key landed that was not in the input")
            np.add.at(times_landed, places, 1)
            largest = max(largest, compare(workload, batch, expected[places]))
    if (times_landed != 1).any():
        sys.exit(f"{(times_landed == 0).sum()} rows are lost, {(times_landed > 1).sum()} doubled")
    print(json.dumps({"largest_difference": largest}))


if __name__ == "__main__":
    main()
