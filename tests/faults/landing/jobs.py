"""The jobs that land under fire: a second of work in several splits, of which each row's answer is known."""

import dataclasses
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import support

FILES, GROUPS, GROUP_ROWS = 4, 2, 600
ROWS = FILES * GROUPS * GROUP_ROWS  # of a job, each row group a split


@dataclasses.dataclass(frozen=True)
class Job:
    """One of some jobs that could land at one place."""

    number: int

    @property
    def id(self):
        return f"job-{self.number}"

    @property
    def rows(self):
        index = np.arange(ROWS, dtype=np.int64) + self.number * ROWS
        return pa.table({"n": index * 7 + (1 << 53)})

    def write_input(self, folder):
        """Its input, once for all tests below `folder`. \\return where it is"""
        place = pathlib.Path(folder) / self.id
        if not place.exists():
            support.write_rows(place, self.rows, files=FILES, row_group=GROUP_ROWS)
        return place


BASE, MAIN, OTHER = Job(0), Job(1), Job(2)  # what was there before, what is under fire, and one more


@dataclasses.dataclass
class Rows:
    """How the rows that landed differ from those that should have."""

    lost: int
    doubled: int
    wrong: int  # of a key that was in no input, or with another answer

    @classmethod
    def compare(cls, files, jobs):
        """files: paths of Parquet files; jobs: whose rows they should hold, each once."""
        tables = [pq.read_table(file, columns=["n", "hash"], partitioning=None) for file in files]
        keys = np.concatenate([np.zeros(0, np.int64), *(table.column("n").to_numpy() for table in tables)])
        answers = np.concatenate([np.zeros(0, np.int64),
                                  *(table.column("hash").to_numpy() for table in tables)])
        source = pa.concat_tables([job.rows for job in jobs])
        expected = source.column("n").to_numpy()
        found, counts = np.unique(keys, return_counts=True)
        wrong = ~np.isin(keys, expected) | (answers != support.slow_answer(pa.table({"n": keys})))
        return cls(lost=int(len(expected) - np.isin(expected, found).sum()),
                   doubled=int((counts - 1).sum()), wrong=int(wrong.sum()))
