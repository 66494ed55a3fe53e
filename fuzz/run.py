#!/usr/bin/env python3
"""Run the programs of build-fuzz/ one after the other; `make fuzz` calls it.

Each starts from the inputs of fuzz/seeds.py and those that earlier runs have left in
.cache/fuzz/corpus/. Logs, and an input for each finding, are put into .cache/fuzz/. The table that
is printed last is docs/fuzzing.md's. Exit code 1: there are findings.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".cache" / "fuzz"


def without_address_randomisation():
    """A prefix for commands: clang 14's sanitizers may not start on kernels that spread
    addresses wider than they expect."""
    prefix = ["setarch", "--addr-no-randomize"]
    permitted = subprocess.run([*prefix, "true"], stderr=subprocess.DEVNULL).returncode == 0
    return prefix if permitted else []


def run(program, seconds):
    """\\return the row of the table, and whether nothing was found."""
    name = program.name.removeprefix("fuzz_")
    seeds, words = FOLDER / "seeds" / name, FOLDER / "seeds" / f"{name}.dict"
    corpus, findings = FOLDER / "corpus" / name, FOLDER / "findings" / name
    for folder in (seeds, corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    before = set(findings.iterdir())
    log = FOLDER / f"{name}.log"
    print(f"== {name}: {seconds} s, log in {log}", flush=True)
    with open(log, "wb") as out:
        # Arrow's own pool would hide its memory from AddressSanitizer.
        code = subprocess.run(
            [
                *without_address_randomisation(),
                program,
                f"-max_total_time={seconds}",
                "-rss_limit_mb=4096",
                "-timeout=60",
                "-print_final_stats=1",
                f"-artifact_prefix={findings}/",
                *([f"-dict={words}"] if words.exists() else []),
                corpus,
                seeds,
            ],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={
                **os.environ,
                "ARROW_DEFAULT_MEMORY_POOL": "system",
                "ASAN_OPTIONS": "allocator_may_return_null=1",
                "UBSAN_OPTIONS": "print_stacktrace=1",
            },
        ).returncode
    text = log.read_text(errors="replace")
    coverage = re.findall(r" cov: (\d+) ", text)
    executions = re.findall(r"number_of_executed_units: (\d+)", text)
    found = [str(path.relative_to(ROOT)) for path in set(findings.iterdir()) - before]
    if code != 0:
        print(text[-4000:], *found, sep="\n", flush=True)
    row = [
        name,
        executions[-1] if executions else "?",
        coverage[-1] if coverage else "?",
        str(seconds),
        ", ".join(found) or ("none" if code == 0 else f"exit code {code}"),
    ]
    return row, code == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60, help="for each program")
    parser.add_argument("names", nargs="*", help="of programs, without fuzz_; all of them")
    options = parser.parse_args()
    subprocess.run([sys.executable, ROOT / "fuzz" / "seeds.py", FOLDER / "seeds"], check=True)
    programs = sorted((ROOT / "build-fuzz" / "bin").glob("fuzz_*"))
    if options.names:
        programs = [p for p in programs if p.name.removeprefix("fuzz_") in options.names]
    results = [run(program, options.seconds) for program in programs]
    print("| target | executions | coverage | seconds | findings |\n|---|---|---|---|---|")
    for row, _ in results:
        print("|", " | ".join(row), "|")
    sys.exit(0 if results and all(good for _, good in results) else 1)


if __name__ == "__main__":
    main()
