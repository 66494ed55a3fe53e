#!/usr/bin/env python3
"""A run that is killed again and again, and what that costs.

python tests/faults/landing/ten_million.py: 10 M rows are scored once without trouble; then once more, by runs of
which each is killed (SIGKILL) when a number of splits, decided by chance, are done, and some time after. In the
end each row must be there once with its answer, no split may have been computed once it was committed, nor more
than once beyond how often it was interrupted. The table is printed and kept in build/killed.md. Exit 1 if anything
of that is not so.
"""

import argparse
import collections
import dataclasses
import os
import pathlib
import random
import select
import shutil
import sys
import tempfile
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests" / "e2e")]

import models  # noqa: E402
import support  # noqa: E402
from jobs import Rows  # noqa: E402

FILES = 20
GROUP_ROWS = 50_000


@dataclasses.dataclass(frozen=True)
class Big:
    """Input like that of the other jobs, but much of it."""

    count: int

    @property
    def rows(self):
        return pa.table({"n": np.arange(self.count, dtype=np.int64) * 7 + (1 << 53)})


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--dir", type=pathlib.Path, help="where input and output are, 40 bytes a row")
    return parser.parse_args()


class Runs:
    """Runs of one job, one after the other: what they cost, which attempts they made at which splits."""

    def __init__(self, arguments, output):
        self._arguments, self._work = arguments, support.staging_of(output) / "jobs" / "job.1"
        self.cpu = self.wall = 0.0
        self.attempts = collections.Counter()  # by split, of runs that were killed
        self.interrupted = collections.Counter()  # by split: attempts that such a run did not commit
        self._known, self.done, self.problems = set(), set(), []

    def _start(self):
        return time.monotonic(), support.start(*self._arguments)

    def _end(self, began, process):
        """\\return what it printed"""
        said = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu += usage.ru_utime + usage.ru_stime
        self.wall += time.monotonic() - began
        return support.Outcome(process.args, process.returncode, *said)

    def _names(self, folder):
        try:
            return set(os.listdir(self._work / folder))
        except FileNotFoundError:
            return set()  # the job is not set up yet

    def _splits_done(self):
        return {name.partition(".")[0] for name in self._names("done")}

    def kill(self, count, seconds):
        """A run that is killed when `count` splits are done, and some seconds after."""
        began, process = self._start()
        while len(self._splits_done()) < count:
            if process.stdout in self._readable(process):
                raise SystemExit(f"the run ended by itself: {self._end(began, process)}")
        self._readable(process, seconds)
        process.kill()
        self._end(began, process)
        before, self.done = self.done, self._splits_done()
        # A directory gets its name by a rename: before that it is no attempt yet.
        made = {name for name in self._names("att") if not name.startswith(".")} - self._known
        self._known |= made
        for split in (attempt.partition(".")[0] for attempt in made):
            self.attempts[split] += 1
            self.interrupted[split] += split not in self.done
            if split in before:
                self.problems.append(f"split {split} was committed, and computed again")
        if not before <= self.done:
            self.problems.append(f"splits {before - self.done} were committed, and are not any more")

    @staticmethod
    def _readable(process, seconds=0.002):
        return select.select([process.stdout], [], [], seconds)[0]

    def finish(self):
        """A run to the end. \\return its summary"""
        outcome = self._end(*self._start())
        if outcome.code != 0:
            raise SystemExit(str(outcome))
        summary = outcome.summary
        if summary["splits"]["reused"] != len(self.done):
            self.problems.append(f"{len(self.done)} splits were committed, {summary['splits']['reused']} reused")
        for split, attempts in self.attempts.items():
            attempts += split not in self.done  # the last run's, if it made one
            if attempts > 1 + self.interrupted[split]:
                self.problems.append(f"split {split}: {attempts} attempts, {self.interrupted[split]} interrupted")
        return summary


def write_input(folder, job):
    """The rows in some files of many row groups."""
    folder.mkdir()
    rows, step = job.rows, -(-job.count // FILES)
    for number in range(FILES):
        pq.write_table(rows.slice(number * step, step), folder / f"in-{number:03}.parquet",
                       row_group_size=GROUP_ROWS)


def arguments(model, source, output):
    return ["run", "--model", model, "--input", source, "--output", output, "--format", "parquet", "--keep", "n",
            "--job-id", "job", "--set", "output.file_size=1MiB"]


def main():
    options = parse()
    chance, job = random.Random(options.seed), Big(options.rows)
    models.make_zoo()
    model = models.zoo_target()[1] / "models" / "slow"
    folder = pathlib.Path(tempfile.mkdtemp(dir=options.dir, prefix="howdah-killed-"))
    try:
        write_input(folder / "in", job)
        plain = Runs(arguments(model, folder / "in", folder / "plain"), folder / "plain")
        total = plain.finish()["splits"]["total"]
        shutil.rmtree(folder / "plain")

        output = folder / "out"
        runs = Runs(arguments(model, folder / "in", output), output)
        for count in sorted(chance.randrange(total) for _ in range(options.kills)):
            # Some time after: until the workers are at any place of their next splits.
            runs.kill(count, chance.uniform(0, 2 * plain.wall / total))
        summary = runs.finish()
        rows = Rows.compare(support.data_files(output), [job])
        verified = support.howdah("verify", output, "--level", "3", "--json", code=None).code
    finally:
        shutil.rmtree(folder)

    wasted = sum(runs.interrupted.values())
    table = [("seed", options.seed), ("rows", f"{options.rows:,}"), ("splits", total), ("kills", options.kills),
             ("rows lost, doubled, wrong", f"{rows.lost}, {rows.doubled}, {rows.wrong}"),
             ("`verify --level 3`", f"exit {verified}"),
             ("attempts that a kill interrupted", wasted),
             ("splits computed once more than they were interrupted, at most", "yes" if not runs.problems else "NO"),
             ("splits that the last run reused", summary["splits"]["reused"]),
             ("CPU, s: undisturbed, killed", f"{plain.cpu:.1f}, {runs.cpu:.1f}"),
             ("wall, s: undisturbed, killed", f"{plain.wall:.1f}, {runs.wall:.1f}"),
             ("overhead of all kills: CPU, wall",
              f"{100 * (runs.cpu / plain.cpu - 1):.0f} %, {100 * (runs.wall / plain.wall - 1):.0f} %")]
    text = "\n".join(["| a run that is killed | |", "|---|---|", *(f"| {name} | {value} |" for name, value in table)])
    build = pathlib.Path(os.environ.get("HOWDAH_BUILD", REPOSITORY / "build"))
    (build / "killed.md").write_text(text + "\n")
    print(text, *(f"problem: {problem}" for problem in runs.problems), sep="\n")
    return 0 if rows == Rows(0, 0, 0) and verified == 0 and not runs.problems else 1


if __name__ == "__main__":
    sys.exit(main())
