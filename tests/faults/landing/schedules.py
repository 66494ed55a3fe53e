"""Which fault meets which landing: in which mode, on which storage, how often."""

import dataclasses
import itertools
import random

import matrix

MODES = ("new", "append", "overwrite")
STORAGES = ("local", "hdfs")
BOTH, HDFS = STORAGES, ("hdfs",)

# By fault, where it can happen. The numbers are those of course.POINTS.
FAULTS = {
    **{f"killed at {point}": BOTH for point in ("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C10")},
    "killed at random times": BOTH,
    "paused, and another lands": BOTH,
    "two at once": BOTH,
    "recovered by two": BOTH,
    "rival jobs": BOTH,
    "parent read-only": BOTH,
    "disk full": BOTH,
    "quota of names": BOTH,
    "quota of space": HDFS,
    "failover at a call": HDFS,
    "failover in a loop": HDFS,
    "NameNode killed": HDFS,
    "answer lost": HDFS,
    "DataNodes die": HDFS,
    "safe mode": HDFS,
}
RUNS = {"sample": None, "pairwise": 500, "full": 2000}  # None: each fault once on each storage


@dataclasses.dataclass(frozen=True)
class Schedule:
    """One landing under fire; all else about it is decided by chance from its seed."""

    fault: str
    mode: str
    storage: str
    number: int

    def __str__(self):
        return f"{self.fault}, {self.mode}, {self.storage}, {self.number}"

    @property
    def seed(self):
        return random.Random(f"{matrix.SEED} {self}").randrange(1 << 32)


def cells():
    """All (fault, mode, storage) that can be."""
    return [(fault, mode, storage) for fault, storages in FAULTS.items() for storage in storages
            for mode in MODES if fault != "killed at C8" or mode == "overwrite"]


def schedules():
    """Those of the level, in an order by chance."""
    chance, runs = random.Random(matrix.SEED), RUNS[matrix.LEVEL]
    if runs is None:
        pairs = itertools.groupby(sorted(cells(), key=lambda cell: (cell[0], cell[2])),
                                  lambda cell: (cell[0], cell[2]))
        chosen = [Schedule(*chance.choice(list(group)), 0) for _, group in pairs]
    else:
        rounds, rest = divmod(runs, len(cells()))
        chosen = [Schedule(*cell, number) for number in range(rounds) for cell in cells()]
        chosen += [Schedule(*cell, rounds) for cell in chance.sample(cells(), rest)]
    chance.shuffle(chosen)
    return chosen
