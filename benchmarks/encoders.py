#!/usr/bin/env python3
"""What Howdah's Avro encoder costs beside fastavro and polars, on one core, to memory.

Each contestant is a process of its own that encodes the same rows again and again; the best turn counts.
Quote CPU seconds and ratios of one run. "Alone" is without the copy to where a file would be.
`encode_bench` must be built: ninja -C build encode_bench.

Usage: encoders.py [--turns N] [--out FOLDER] [--scale F]     writes FOLDER/encoders.json
"""

import argparse
import io
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import pyarrow as pa

from provenance import ROOT, provenance

BENCH = ROOT / "build" / "bin" / "encode_bench"
CODECS = {"null": "none", "snappy": "snappy", "deflate": "deflate", "zstandard": "zstandard"}
FASTAVRO_SHARE = 50  # of the rows: it is some hundred times slower
SEED = 7


def softmax(rows, classes, spread=2.0):
    values = np.random.default_rng(SEED).normal(0, spread, (rows, classes)).astype(np.float32)
    values = np.exp(values - values.max(1, keepdims=True))
    return values / values.sum(1, keepdims=True)


def lists(values):
    rows, width = values.shape
    element = pa.field("element", pa.float32(), nullable=False)
    return pa.ListArray.from_arrays(pa.array(np.arange(rows + 1, dtype=np.int32) * width),
                                    pa.array(values.reshape(-1)), type=pa.list_(element))


def table(columns):
    fields = [pa.field(name, column.type, nullable=False) for name, column in columns.items()]
    return pa.table(list(columns.values()), schema=pa.schema(fields))


def workloads(scale):
    """Name -> table; logical bytes are those of its values."""
    random = np.random.default_rng(SEED)

    def key(rows):
        return pa.array(np.arange(rows, dtype=np.int64))

    rows = int(1_000_000 * scale)
    probs = softmax(rows, 10)
    wide = {f"p{i}": pa.array(np.ascontiguousarray(probs[:, i])) for i in range(10)}
    labels = pa.array(random.integers(0, 1000, rows, dtype=np.int32))
    small, few = int(100_000 * scale), int(12_000 * scale)
    embedding = random.standard_normal((small, 128), dtype=np.float32)
    logits = random.standard_normal((few, 1000), dtype=np.float32)
    return {"wide": table({"key": key(rows), **wide}),
            "list": table({"key": key(rows), "p": lists(probs)}),
            "embedding": table({"key": key(small), "v": lists(embedding)}),
            "logits": table({"key": key(few), "v": lists(logits)}),
            "label": table({"key": key(rows), "label": labels})}


def logical_bytes(rows):
    total = 0
    for column in rows.columns:
        values = column.combine_chunks()
        values = values.flatten() if pa.types.is_list(values.type) else values
        total += len(values) * values.type.bit_width // 8
    return total


def timed(encode, turns):
    """Least CPU seconds and page faults of `encode`, which returns the bytes that it made."""
    encode()
    costs = []
    for _ in range(turns):
        before = resource.getrusage(resource.RUSAGE_SELF)
        size = encode()
        after = resource.getrusage(resource.RUSAGE_SELF)
        costs.append((after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime,
                      after.ru_minflt - before.ru_minflt))
    cpu, faults = min(costs)
    return {"cpu_s": cpu, "faults": faults, "bytes": size}


def by_howdah(path, codec, turns):
    command = [BENCH, path, "avro", CODECS[codec], str(turns)]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {"cpu_s": min(found["cpu_s"]), "faults": statistics.median(found["faults"]),
            "bytes": found["bytes"], "encode_s": min(found["encode_s"])}


def by_polars(rows, codec, turns):
    import polars
    frame = polars.from_arrow(rows)
    compression = {"null": "uncompressed", "zstandard": None}.get(codec, codec)
    if compression is None:
        return None

    def encode():
        out = io.BytesIO()
        frame.write_avro(out, compression=compression)
        return out.tell()

    return timed(encode, turns)


def by_fastavro(rows, codec, turns):
    """Of a part of the rows, as dicts that are there, scaled up to all."""
    import fastavro
    part = rows.slice(0, rows.num_rows // FASTAVRO_SHARE)
    kinds = {"int64": "long", "int32": "int", "float": "float"}
    fields = [{"name": f.name, "type": kinds.get(str(f.type), {"type": "array", "items": "float"})}
              for f in part.schema]
    schema = fastavro.parse_schema({"type": "record", "name": "row", "fields": fields})
    records = part.to_pylist()

    def encode():
        out = io.BytesIO()
        fastavro.writer(out, schema, records, codec=codec)
        return out.tell()

    figures = timed(encode, 1)
    share = rows.num_rows / part.num_rows
    return {name: value * share for name, value in figures.items()}


def child(path, contestant, codec, turns):
    with pa.memory_map(path) as source:
        rows = pa.ipc.open_file(source).read_all()
    make = {"polars": by_polars, "fastavro": by_fastavro}[contestant]
    try:
        print(json.dumps(make(rows, codec, turns)))
    except Exception as error:  # a codec that a library lacks is a finding, not an end
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))


def measure(path, contestant, codec, turns):
    if contestant == "howdah":
        return by_howdah(path, codec, turns)
    command = [sys.executable, __file__, "--child", path, contestant, codec, str(turns)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main():
    if sys.argv[1:2] == ["--child"]:
        return child(*sys.argv[2:5], int(sys.argv[5]))
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="of the rows")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench-out")
    arguments = parser.parse_args()
    figures = []
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        for name, rows in workloads(arguments.scale).items():
            path = str(pathlib.Path(folder) / f"{name}.arrow")
            with pa.OSFile(path, "wb") as out, pa.ipc.new_file(out, rows.schema) as writer:
                writer.write_table(rows)
            logical = logical_bytes(rows)
            for codec in CODECS:
                found = {who: measure(path, who, codec, arguments.turns)
                         for who in ("howdah", "polars", "fastavro")}
                figures.append({"workload": name, "codec": codec, "logical_bytes": logical,
                                **found})
                print(line(figures[-1]), flush=True)
    arguments.out.mkdir(parents=True, exist_ok=True)
    report = {"provenance": provenance(), "time": time.time(), "figures": figures}
    (arguments.out / "encoders.json").write_text(json.dumps(report, indent=1) + "\n")


def line(figure):
    def cell(who):
        found = figure[who]
        if not found or "error" in found:
            return f"{who} –"
        rate = figure["logical_bytes"] / found["cpu_s"] / 1e6
        ratio = found["cpu_s"] / figure["howdah"]["cpu_s"]
        return (f"{who} {found['cpu_s'] * 1e3:.1f} ms {rate:.0f} MB/s ×{ratio:.1f} "
                f"{found['bytes'] / 1e6:.1f} MB {found['faults']:.0f} faults")

    alone = figure["logical_bytes"] / figure["howdah"]["encode_s"] / 1e6
    head = f"{figure['workload']:9} {figure['codec']:9} | alone {alone:.0f} MB/s | "
    return head + " | ".join(cell(who) for who in ("howdah", "polars", "fastavro"))


if __name__ == "__main__":
    sys.exit(main())
