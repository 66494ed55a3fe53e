"""The cases: which DataNodes meet which fault in which phase of a write, and how it must end."""

import dataclasses
import itertools
import os
import random

LEVEL = os.environ.get("HOWDAH_FAULTS", "sample")  # a key of LEVELS
SEED = int(os.environ.get("HOWDAH_FAULTS_SEED", "7"))  # chooses cases and bytes

TARGETS = ("node 1", "node 2", "node 3", "two nodes", "all three")  # of the pipeline
FAULTS = ("kill", "stop", "restart", "refuse", "slow", "disk full", "corrupt ack", "cut")
PHASES = ("set-up", "mid-packet", "mid-block", "block boundary", "last packet", "after the last ack",
          "during recovery")

WHOLE, REFUSED, EITHER = "whole", "refused", "whole or refused"

# With fewer nodes than replicas the namenode still gives what it has: 3 of 6 remain.
DATANODES = 6


@dataclasses.dataclass(frozen=True)
class Case:
    """One cell of the matrix."""

    target: str
    fault: str
    phase: str

    def __str__(self):
        return f"{self.fault}, {self.target}, {self.phase}"

    @property
    def expected(self):
        """WHOLE: Java reads what was written. REFUSED: one sentence, and nothing is left.

        EITHER: which of the two depends on what was under way elsewhere; bytes are never wrong.
        """
        if self.fault == "slow" or self.target != "all three":
            return WHOLE
        if self.phase == "set-up":
            return WHOLE  # nothing is with these nodes yet, and there are others
        if self.phase in ("block boundary", "after the last ack"):
            # What they have is acknowledged, but nobody can ask them for its checksum now.
            return EITHER
        if self.fault in ("kill", "stop", "refuse"):
            return REFUSED
        # A node may be back in time, one whose disk is full may still copy what it has to another,
        # and a byte of an answer that is damaged may not have mattered.
        return EITHER


def full():
    """All cases."""
    return [Case(*values) for values in itertools.product(TARGETS, FAULTS, PHASES)]


def pairwise(chance):
    """Cases that hold each pair of a target, a fault and a phase at least once; greedy."""
    def pairs(case):
        return set(itertools.combinations(dataclasses.astuple(case), 2))

    missing = set().union(*map(pairs, full()))
    cases = []
    while missing:
        candidates = full()
        chance.shuffle(candidates)  # among equals any
        best = max(candidates, key=lambda case: len(pairs(case) & missing))
        cases.append(best)
        missing -= pairs(best)
    return cases


def sample(chance):
    """Cases that hold each target, fault and phase at least once."""
    rows = max(len(TARGETS), len(FAULTS), len(PHASES))
    columns = []
    for values in (TARGETS, FAULTS, PHASES):
        column = [*values, *chance.choices(values, k=rows - len(values))]
        chance.shuffle(column)
        columns.append(column)
    return [Case(*values) for values in zip(*columns)]


LEVELS = {"sample": sample, "pairwise": pairwise, "full": lambda chance: full()}


def cases():
    """The cases of LEVEL."""
    chance = random.Random(SEED)
    chosen = LEVELS[LEVEL](chance)
    chance.shuffle(chosen)  # one that runs for minutes meets all kinds soon
    return chosen
