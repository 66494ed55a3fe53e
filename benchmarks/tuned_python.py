#!/usr/bin/env python3
"""The opponent: what a careful engineer writes in Python today.

Streams batches, reads one batch ahead on a thread, calls the signature at a big batch, and writes
row groups of the size that howdah writes, without trying dictionaries. With --defaults, TensorFlow,
the reader and the writer choose by themselves. It publishes nothing atomically, cannot resume and
checks nothing: those things are in howdah's figures and not in these. Prints the CPU seconds that
imports and loading took, {"loading_cpu_s": 2.5}.

Usage: tuned_python.py NAME FOLDER OUTPUT_FILE [--batch N] [--no-onednn] [--defaults]
"""

import argparse
import json
import os
import pathlib
import queue
import threading
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from workloads import WORKLOADS

ROW_GROUP_ROWS = 131072  # those of howdah on these inputs
ROW_GROUP_BYTES = 128 << 20  # howdah's target


def read(folder, options, batches):
    for path in sorted(folder.glob("input/*.parquet")):
        for batch in pq.ParquetFile(path).iter_batches(**options):
            features = np.empty((batch.num_rows, batch.num_columns - 1), np.float32)
            for column in range(1, batch.num_columns):
                features[:, column - 1] = batch.column(column).to_numpy()
            batches.put((batch.column(0), features))
    batches.put(None)


def landed(workload, keys, answer, schema):
    """A record batch of keys and what the model said of them."""
    vectors = answer[workload.vector].numpy()
    offsets = np.arange(0, vectors.size + 1, vectors.shape[1], dtype=np.int32)
    labels = [pa.array(answer["label"].numpy())] if workload.has_label else []
    return pa.record_batch(
        [keys, *labels, pa.ListArray.from_arrays(offsets, vectors.reshape(-1))], schema=schema)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("output")
    parser.add_argument("--batch", type=int, default=8192)
    parser.add_argument("--no-onednn", action="store_true")
    parser.add_argument("--defaults", action="store_true")
    arguments = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if arguments.no_onednn:
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    import tensorflow as tf  # reads them

    workload = WORKLOADS[arguments.name]
    if arguments.defaults:
        read_options, write_options = {}, {}
    else:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        read_options = {"batch_size": arguments.batch, "use_threads": False}
        write_options = {"compression": "snappy", "use_dictionary": False,
                         "write_statistics": workload.scalars}

    model = tf.saved_model.load(arguments.folder / "model")
    predict = model.signatures["serving_default"]
    print(json.dumps({"loading_cpu_s": time.process_time()}))
    schema = pa.schema([*((name, pa.int64()) for name in workload.scalars),
                        (workload.vector, pa.list_(pa.float32()))])
    batches = queue.Queue(maxsize=2)
    threading.Thread(target=read, args=(arguments.folder, read_options, batches)).start()
    with pq.ParquetWriter(arguments.output, schema, **write_options) as writer:
        group, rows, size = [], 0, 0
        while (batch := batches.get()) is not None:
            keys, features = batch
            group.append(landed(workload, keys, predict(x=tf.constant(features)), schema))
            rows, size = rows + len(keys), size + group[-1].nbytes
            if arguments.defaults or rows >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
                writer.write_table(pa.Table.from_batches(group))
                group, rows, size = [], 0, 0
        if group:
            writer.write_table(pa.Table.from_batches(group))


if __name__ == "__main__":
    main()
