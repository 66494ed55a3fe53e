#!/usr/bin/env python3
"""Howdah against tuned Python on W1: CPU time and peak memory, from process start to visible result.

Both run in turn, in random order, on the same machine in the same minutes; machines are noisy, so
ratios within a run are what to quote. Each output is read back and compared before its figures
count. What is measured is written as JSON with the commit and the commands.

Usage: run.py [--rows N] [--runs N] [--out FILE]
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import random
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import time

import numpy as np
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
FOLDER = ROOT / "bench-out"
TOLERANCE = 1e-5
START_UP = re.compile(r'^{"start_up_cpu_s": ([0-9.]+)}$', re.MULTILINE)  # tuned_python.py says it


def commands(workload):
    """name -> (command, what it writes)."""
    ours, theirs = FOLDER / "howdah", FOLDER / "tuned_python.parquet"
    return {
        "howdah": ([ROOT / "build/bin/howdah", "run", "--model", workload / "model",
                    "--input", workload / "input/*.parquet", "--output", ours,
                    "--format", "parquet", "--keep", "id",
                    "--set", "input.tensors.x=" + json.dumps([f"f{i:02d}" for i in range(32)])],
                   ours),
        "tuned_python": ([sys.executable, HERE / "tuned_python.py", workload, theirs], theirs),
    }


def remove(path):
    """Remove an output, and the staging that howdah keeps beside it."""
    for place in (path, path.parent / f".{path.name}.howdah"):
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)


def measure(command):
    """CPU seconds, wall seconds and peak RSS of one process and the children it waited for."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        sys.exit(f"bench: this failed: {shlex.join(map(str, command))}\n{output}")
    figures = {"cpu_s": usage.ru_utime + usage.ru_stime, "wall_s": wall,
               "peak_rss_mb": usage.ru_maxrss / 1024, "minor_faults": usage.ru_minflt}
    if match := START_UP.search(output):
        figures["start_up_cpu_s"] = float(match[1])
    return figures


def read_result(path):
    """keys, scores, labels of an output, by key."""
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    tables = [pq.read_table(file, columns=["id", "scores", "label"]) for file in files]
    keys, scores, labels = (
        np.concatenate([table[name].combine_chunks().flatten().to_numpy() if name == "scores"
                        else table[name].to_numpy() for table in tables])
        for name in ("id", "scores", "label"))
    order = np.argsort(keys)
    return keys[order], scores.reshape(len(keys), -1)[order], labels[order]


def compare(result, reference):
    """The largest difference of scores; exits if the results disagree."""
    (keys, scores, labels), (keys_2, scores_2, labels_2) = result, reference
    if not np.array_equal(keys, keys_2):
        sys.exit(f"bench: {len(keys)} keys landed, {len(keys_2)} expected, or other ones")
    difference = float(np.abs(scores - scores_2).max())
    # Where two scores are as good as equal, either label is right.
    best_two = np.sort(scores_2, axis=1)[:, -2:]
    wrong = (labels != labels_2) & (best_two[:, 1] - best_two[:, 0] > TOLERANCE)
    if difference > TOLERANCE or wrong.any():
        sys.exit(f"bench: scores differ by {difference}, {wrong.sum()} labels differ")
    return difference


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True,
                          text=True).stdout.strip()


def cpu_model():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path, default=FOLDER / "w1.json")
    arguments = parser.parse_args()

    workload = FOLDER / f"w1-{arguments.rows}"
    if not workload.exists():
        part = workload.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        subprocess.run([sys.executable, HERE / "w1.py", part, str(arguments.rows)], check=True)
        part.rename(workload)
    for path in workload.rglob("*"):  # the same cache state for all: warm
        if path.is_file():
            path.read_bytes()

    contestants = commands(workload)
    runs = {name: [] for name in contestants}
    reference, difference = None, 0.0
    for turn in range(arguments.runs):
        for name in random.sample(list(contestants), len(contestants)):
            command, output = contestants[name]
            remove(output)
            runs[name].append(measure(command))
            result = read_result(output)
            reference = reference or result
            if len(reference[0]) != arguments.rows:
                sys.exit(f"bench: {name} landed {len(reference[0])} rows of {arguments.rows}")
            difference = max(difference, compare(result, reference))
            print(f"run {turn + 1}: {name:13} {runs[name][-1]['cpu_s']:6.2f} CPU-s "
                  f"{runs[name][-1]['peak_rss_mb']:6.0f} MB", flush=True)

    def median(name, figure):
        return statistics.median(run[figure] for run in runs[name])

    ratios = {figure: median("tuned_python", figure) / median("howdah", figure)
              for figure in ("cpu_s", "wall_s", "peak_rss_mb")}
    report = {
        "workload": "W1", "rows": arguments.rows,
        "when": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "HEAD"), "uncommitted_changes": bool(git("status", "--porcelain")),
        "machine": {"cpu": cpu_model(), "cores": os.cpu_count(), "kernel": platform.release()},
        "cache": "warm: all inputs were read once before the first run",
        "commands": {name: shlex.join(map(str, command)).replace(f"{ROOT}/", "")
                     for name, (command, _) in contestants.items()},
        "runs": runs, "tuned_python_over_howdah": ratios, "largest_score_difference": difference,
        "not_the_same": "howdah also checksums, re-reads footers, fsyncs and publishes atomically",
    }
    arguments.out.write_text(json.dumps(report, indent=2) + "\n")

    print(f"\nW1, {arguments.rows} rows, median (least to most) of {arguments.runs} runs")
    print(f"{'':14}{'CPU-s':>22}{'peak RSS, MB':>22}")
    for name in contestants:
        cells = []
        for figure, digits in (("cpu_s", 2), ("peak_rss_mb", 0)):
            values = [run[figure] for run in runs[name]]
            cells.append(f"{median(name, figure):.{digits}f} "
                         f"({min(values):.{digits}f} to {max(values):.{digits}f})")
        print(f"{name:14}{cells[0]:>22}{cells[1]:>22}")
    print(f"tuned Python takes {ratios['cpu_s']:.1f} x the CPU time and "
          f"{ratios['peak_rss_mb']:.1f} x the memory")
    print(f"of tuned Python's CPU time, {median('tuned_python', 'start_up_cpu_s'):.2f} s are imports "
          "and loading, whatever the number of rows; howdah's start-up is in its figure too")
    print(f"outputs compared: same keys, scores within {difference:.1e}; figures in {arguments.out}")


if __name__ == "__main__":
    main()
