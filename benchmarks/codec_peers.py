#!/usr/bin/env python3
"""One of the libraries that encoders.py compares with, as a process that answers lines.

Each line of stdin is JSON: {"verb": "write" or "read", "path", "format", "codec", "cores"}; the answer
{"cpu_s", "wall_s", "faults", "bytes"}, or {"none": why} where the library has no such thing. The first
line of a kind warms up. Encoded bytes go to memory that has been touched; of DuckDB, which only knows
files, to /dev/shm.

Usage: codec_peers.py NAME        one of PEERS, at the end
"""

import io
import json
import pathlib
import resource
import sys
import time

import pyarrow as pa

DUCKDB_FILE = "/dev/shm/howdah-bench.out"


def flat_columns(table):
    return [field.name for field in table.schema if not pa.types.is_list(field.type)]


def has_lists(table):
    return len(flat_columns(table)) < table.num_columns


def memory_for(table):
    return pa.py_buffer(bytearray(b"\1" * (table.nbytes + (64 << 20))))


def to_memory(write, out):
    """A call of `write` with a file in memory, which stays from call to call."""
    def encode():
        out.seek(0)
        write(out)
        return out.tell()
    return encode


def by_pyarrow(table, ask, **options):
    import pyarrow.csv
    import pyarrow.parquet
    pa.set_cpu_count(ask["cores"])
    if ask["format"] == "csv" and not has_lists(table):
        return to_memory(lambda out: pa.csv.write_csv(table, out), io.BytesIO())
    if ask["format"] != "parquet":
        return None
    memory = memory_for(table)

    def encode():
        out = pa.FixedSizeBufferWriter(memory)
        pa.parquet.write_table(table, out, compression=ask["codec"], **options)
        return out.tell()
    return encode


def tuned_pyarrow(table, ask):
    """No dictionaries; statistics where Howdah has them."""
    if ask["verb"] == "read":
        import pyarrow.parquet
        threads = ask["cores"] > 1
        return lambda: pyarrow.parquet.read_table(ask["path"], use_threads=threads).num_rows
    return by_pyarrow(table, ask, use_dictionary=False, write_statistics=flat_columns(table))


def default_pyarrow(table, ask):
    if ask["verb"] == "read" or ask["format"] != "parquet":
        return None
    return by_pyarrow(table, ask)


def polars(table, ask):
    import polars
    if ask["verb"] == "read":
        return lambda: polars.read_parquet(ask["path"]).height
    frame, codec = polars.from_arrow(table), ask["codec"]
    codec = "uncompressed" if codec == "none" else codec
    lists = has_lists(table)
    writes = {
        "parquet": lambda out: frame.write_parquet(out, compression=codec, statistics=not lists),
        "avro": lambda out: frame.write_avro(out, compression=codec),
        "json": frame.write_ndjson,
        "csv": frame.write_csv,
    }
    if ask["format"] == "csv" and lists or ask["format"] == "avro" and codec == "zstandard":
        return None
    return to_memory(writes[ask["format"]], io.BytesIO())


def duckdb(table, ask):
    import duckdb
    database = duckdb.connect(config={"threads": ask["cores"]})
    if ask["verb"] == "read":
        return lambda: database.sql(f"from '{ask['path']}'").to_arrow_table().num_rows
    if ask["format"] == "avro" or ask["format"] == "csv" and has_lists(table):
        return None
    database.register("columns_of", table)
    database.execute("create table rows as from columns_of")
    codec = {"none": "uncompressed"}.get(ask["codec"], ask["codec"])
    options = {"parquet": f"format parquet, compression {codec}", "csv": "format csv, header",
               "json": "format json"}[ask["format"]]

    def encode():
        database.execute(f"copy rows to '{DUCKDB_FILE}' ({options})")
        return pathlib.Path(DUCKDB_FILE).stat().st_size
    return encode


def avro_schema(table):
    kinds = {"int64": "long", "int32": "int", "float": "float"}
    fields = [{"name": f.name, "type": kinds.get(str(f.type), {"type": "array", "items": "float"})}
              for f in table.schema]
    return {"type": "record", "name": "row", "fields": fields}


def fastavro(table, ask):
    """Of dicts that are there."""
    import fastavro
    if ask["format"] != "avro":
        return None
    schema = fastavro.parse_schema(avro_schema(table))
    records, codec = table.to_pylist(), {"none": "null"}.get(ask["codec"], ask["codec"])
    return to_memory(lambda out: fastavro.writer(out, schema, records, codec=codec), io.BytesIO())


def pandas(table, ask):
    if ask["format"] not in ("csv", "json") or has_lists(table):
        return None
    frame, text = table.to_pandas(), io.StringIO()
    if ask["format"] == "csv":
        return to_memory(lambda out: frame.to_csv(out, index=False), text)
    return to_memory(lambda out: frame.to_json(out, orient="records", lines=True), text)


def protobuf(_, ask):
    """Objects of tf.train.Example, as the language's own library makes them."""
    import numpy
    import tensorflow as tf
    if ask["format"] != "tfrecord":
        return None
    records = list(tf.data.TFRecordDataset(ask["path"]).as_numpy_iterator())

    def decode():
        values = [tf.train.Example.FromString(record).features.feature["p"].float_list.value
                  for record in records]
        return len(numpy.array(values, numpy.float32))
    return decode


def tensorflow(_, ask):
    """tf.io.parse_example of batches, in a graph."""
    import tensorflow as tf
    if ask["format"] != "tfrecord":
        return None
    tf.config.threading.set_intra_op_parallelism_threads(ask["cores"])
    features = {"key": tf.io.FixedLenFeature([], tf.int64),
                "p": tf.io.FixedLenFeature([10], tf.float32)}

    def decode():
        dataset = tf.data.TFRecordDataset(ask["path"]).batch(8192).map(
            lambda records: tf.io.parse_example(records, features),
            num_parallel_calls=ask["cores"])
        return sum(len(batch["key"]) for batch in dataset)
    return decode


PEERS = {"pyarrow": tuned_pyarrow, "pyarrow, defaults": default_pyarrow, "polars": polars,
         "duckdb": duckdb, "fastavro": fastavro, "pandas": pandas, "protobuf": protobuf,
         "tf.io": tensorflow}
# They take some ten or hundred times as long: a share of the rows, scaled up.
SHARES = {"fastavro": 50, "pandas": 10}


def rows_of(ask):
    with pa.memory_map(ask["path"]) as source:
        return pa.ipc.open_file(source).read_all()


def prepare(name, ask):
    """\\return a call that does the work once and says how many bytes or rows that were, or None."""
    table = None
    if ask["verb"] == "write":
        table = rows_of(ask)
        table = table.slice(0, table.num_rows // SHARES.get(name, 1))
    return PEERS[name](table, ask)


def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, time.perf_counter(), usage.ru_minflt


def cost(work, spent=spent, share=1):
    """\\return the answer for one call of `work`, by what spent() was before and after"""
    before = spent()
    size = work()
    cpu, wall, faults = (now - then for now, then in zip(spent(), before))
    return {"cpu_s": cpu * share, "wall_s": wall * share, "faults": faults, "bytes": size * share}


def main():
    name = sys.argv[1]
    last, work = None, None
    for line in sys.stdin:
        ask = json.loads(line)
        share = SHARES.get(name, 1) if ask["verb"] == "write" else 1
        try:
            if line != last:
                last, work = line, None
                work = prepare(name, ask)
                if work:
                    work()
            answer = cost(work, share=share) if work else {"none": "not a format of it"}
        except Exception as error:  # what a library lacks is a finding, not an end
            answer = {"none": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
