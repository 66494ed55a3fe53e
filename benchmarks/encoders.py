#!/usr/bin/env python3
"""What Howdah's encoders and readers cost beside those of other libraries, from memory to memory.

Every contestant is a process that stays, on one core or on two; in each turn each does a cell's work
once, one after the other. Quote ratios and CPU seconds of one run. docs/benchmarks.md says more.
To build before: ninja -C build encode_bench read_bench.

Usage: encoders.py [--turns N] [--scale F] [--only WORD]... [--out FOLDER]
       writes FOLDER/encoders.json and FOLDER/encoders.md
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import codec_report
import codec_workloads
from codec_peers import PEERS
from provenance import ROOT, provenance

READERS = ("pyarrow", "polars", "duckdb", "protobuf", "tf.io")
WRITERS = ("pyarrow", "pyarrow, defaults", "polars", "duckdb", "fastavro", "pandas")
CODECS = {"parquet": ("none", "snappy"), "avro": ("none", "snappy", "deflate", "zstandard"),
          "csv": ("none",), "json": ("none",)}
ON_TWO_CORES = ("wide", "list")


class Contestant:
    """A process pinned to `cores` cores that answers a line for each line."""

    def __init__(self, command, cores):
        chosen = sorted(os.sched_getaffinity(0))[-cores:]
        self.cores = len(chosen)
        environment = {**os.environ, "POLARS_MAX_THREADS": str(self.cores),
                       "OMP_NUM_THREADS": str(self.cores), "TF_CPP_MIN_LOG_LEVEL": "3"}
        self.process = subprocess.Popen(
            ["taskset", "-c", ",".join(map(str, chosen)), *map(str, command)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=environment)

    def turn(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"bench: {self.process.args} ended at: {line}")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def howdah_line(cell, cores):
    if cell["verb"] == "read":
        return f"{cell['path']} {cell['format']} {cores}"
    return f"{cell['path']} {cell['format']} {cell['codec']} {cores}"


def median(answers):
    """Of each figure; None where there is nothing."""
    if not answers or "none" in answers[0]:
        return None
    return {name: statistics.median(answer[name] for answer in answers) for name in answers[0]}


def contest(cell, contestants, turns):
    """Figures by contestant, of one cell."""
    found = {name: [] for name in contestants}
    for _ in range(turns):
        for name, contestant in contestants.items():
            if found[name] and "none" in found[name][0]:
                continue
            line = (howdah_line(cell, contestant.cores) if name == "howdah"
                    else json.dumps({**cell, "cores": contestant.cores}))
            found[name].append(contestant.turn(line))
    return {name: median(answers) for name, answers in found.items()}


def start(verb, cores):
    bench = "encode_bench" if verb == "write" else "read_bench"
    names = WRITERS if verb == "write" else READERS
    contestants = {"howdah": Contestant([ROOT / "build" / "bin" / bench], cores)}
    peers = pathlib.Path(__file__).with_name("codec_peers.py")
    for name in names:
        assert name in PEERS
        contestants[name] = Contestant([sys.executable, peers, name], cores)
    if verb == "write" and cores == 1:  # one thread writes a file of Java's
        contestants["java"] = Contestant([sys.executable, peers.with_name("codec_java.py")], cores)
    return contestants


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="of the rows")
    parser.add_argument("--only", action="append", default=[], help="cells of these words")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench-out")
    arguments = parser.parse_args()
    figures = []
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        cells = codec_workloads.cells(pathlib.Path(folder), arguments.scale, CODECS)
        cells = [cell for cell in cells if set(arguments.only) <= set(map(str, cell.values()))]
        for cores in (1, 2):
            for verb in ("write", "read"):
                chosen = [cell for cell in cells if cell["verb"] == verb and
                          (cores == 1 or cell["workload"] in ON_TWO_CORES)]
                contestants = start(verb, cores) if chosen else {}
                for cell in chosen:
                    found = contest(cell, contestants, arguments.turns)
                    figures.append({**cell, "cores": cores, "figures": found})
                    print(codec_report.line(figures[-1]), flush=True)
                for contestant in contestants.values():
                    contestant.close()
    arguments.out.mkdir(parents=True, exist_ok=True)
    report = {"provenance": provenance(), "load_average": os.getloadavg(),
              "turns": arguments.turns, "figures": figures}
    (arguments.out / "encoders.json").write_text(json.dumps(report, indent=1) + "\n")
    (arguments.out / "encoders.md").write_text(codec_report.markdown(report))
    print(f"\nfigures in {arguments.out}")


if __name__ == "__main__":
    sys.exit(main())
