#!/usr/bin/env python3
"""Limit L2: decoding alone, by Arrow's reader with its pool warm; what is read is dropped.

Usage: limit_decode.py NAME FOLDER --batch N [--threads] [--memory-map]
       prints {"cpu_s", "wall_s"}
"""

import argparse
import json
import pathlib

import pyarrow.parquet as pq

from cpu import stopwatch
from workloads import WORKLOADS


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--threads", action="store_true")
    parser.add_argument("--memory-map", action="store_true")
    arguments = parser.parse_args()
    columns = ["id", *WORKLOADS[arguments.name].features]

    def decode(paths):
        for path in paths:
            file = pq.ParquetFile(path, memory_map=arguments.memory_map)
            for _ in file.iter_batches(arguments.batch, columns=columns,
                                       use_threads=arguments.threads):
                pass

    paths = sorted(arguments.folder.glob("input/*.parquet"))
    decode(paths[:1])
    with stopwatch() as figures:
        decode(paths)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
