#!/usr/bin/env python3
"""Limit L3: encoding alone, by Arrow's writer, of the rows that howdah landed, in files as it made
them: from memory to memory that is there already. Snappy; no dictionaries.

Usage: limit_encode.py NAME LANDED --slice ROWS    prints {"cpu_s", "wall_s"}
"""

import argparse
import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

from cpu import stopwatch
from workloads import WORKLOADS


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("landed", type=pathlib.Path)
    parser.add_argument("--slice", type=int, required=True, help="rows of one call and row group")
    arguments = parser.parse_args()
    tables = [pq.read_table(path) for path in sorted(arguments.landed.glob("*.parquet"))]
    room = pa.py_buffer(bytearray(2 * max(table.nbytes for table in tables) + (1 << 20)))

    def encode(table):
        with pq.ParquetWriter(pa.FixedSizeBufferWriter(room), table.schema, use_dictionary=False,
                              compression="snappy",
                              write_statistics=WORKLOADS[arguments.name].scalars) as writer:
            for row in range(0, table.num_rows, arguments.slice):
                writer.write_table(table.slice(row, arguments.slice))

    encode(tables[0])
    with stopwatch() as figures:
        for table in tables:
            encode(table)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
