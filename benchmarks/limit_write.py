#!/usr/bin/env python3
"""Limit L5: the bytes of the files that howdah landed, from memory to the same disk, with fsync.

Usage: limit_write.py LANDED FOLDER    prints {"cpu_s", "wall_s"}
"""

import json
import os
import pathlib
import shutil
import sys

from cpu import stopwatch

CHUNK = 1 << 20


def main():
    landed, folder = map(pathlib.Path, sys.argv[1:])
    contents = [memoryview(path.read_bytes()) for path in sorted(landed.glob("*.parquet"))]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with stopwatch() as figures:
        for number, content in enumerate(contents):
            with (folder / str(number)).open("wb", buffering=0) as file:
                for begin in range(0, len(content), CHUNK):
                    file.write(content[begin:begin + CHUNK])
                os.fsync(file.fileno())
    shutil.rmtree(folder)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
