#!/usr/bin/env python3
"""Limit L1: the model alone. Inputs are tensors already, outputs are dropped, all cores are busy.

Usage: limit_model.py NAME ROWS FOLDER SIGNATURE --batch N --intra N [--onednn]
       SIGNATURE: {"inputs": [tensor], "outputs": [tensors]} in JSON; prints {"cpu_s", "wall_s"}
"""

import argparse
import concurrent.futures
import json
import os

import numpy as np

from cpu import stopwatch
from tensorflow_c import Model
from workloads import WORKLOADS

TENSORS = 8  # different ones, in turn


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("rows", type=int)
    parser.add_argument("folder")
    parser.add_argument("signature", type=json.loads)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--intra", type=int, required=True)
    parser.add_argument("--onednn", action="store_true")
    arguments = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = str(int(arguments.onednn))

    model = Model(f"{arguments.folder}/model", arguments.signature["inputs"],
                  arguments.signature["outputs"], arguments.intra)
    random = np.random.default_rng(7)
    shape = (arguments.batch, WORKLOADS[arguments.name].widths[0])
    tensors = [model.tensor(random.standard_normal(shape, dtype=np.float32))
               for _ in range(TENSORS)]
    runs = -(-arguments.rows // arguments.batch)
    threads = max(1, os.cpu_count() // arguments.intra)

    def run_share(share):
        for number in range(share, runs, threads):
            model.run_and_drop(tensors[number % TENSORS])

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for tensor in tensors:  # the first run of a model prepares it
            model.run_and_drop(tensor)
        with stopwatch() as figures:
            list(pool.map(run_share, range(threads)))
    figures = {name: value * arguments.rows / (runs * arguments.batch)
               for name, value in figures.items()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
