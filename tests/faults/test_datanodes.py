"""DataNodes that fail in any phase of a write: the file is whole, or refused in one sentence.

HOWDAH_FAULTS is the level: "sample", "pairwise" or "full"; HOWDAH_FAULTS_SEED chooses cases and bytes.
"""

import random

import pytest

import drive
import matrix


@pytest.mark.parametrize("case", matrix.cases(), ids=str)
def test_a_write_under_fire_ends_as_the_table_says(bench, case, record_property):
    seed = random.Random(f"{matrix.SEED} {case}").randrange(1 << 32)
    row = ["DataNodes", f"{case.fault}, {case.target}", case.phase, ""]
    record_property("case", row)
    outcome = drive.run(bench, case, seed)
    row[-1] = outcome.result
    print(f"{outcome.result} after {outcome.seconds:.1f} s, seed {seed}\n{outcome.log}")
