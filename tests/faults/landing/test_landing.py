"""Jobs land while their processes, and the servers that they need, are killed, paused, cut off and filled up.

HOWDAH_FAULTS is the level: "sample", "pairwise" or "full"; HOWDAH_FAULTS_SEED chooses all that is chance.
"""

import dataclasses

import pytest

import battle as battles
import course
import schedules


@pytest.mark.parametrize("schedule", schedules.schedules(), ids=str)
def test_a_landing_under_fire_ends_with_every_row_once(battle, schedule, record_property):
    one = battle(schedule)
    row = [schedule.fault, schedule.mode, schedule.storage, None]
    record_property("landing", row)
    account = battles.fight(one)
    row[-1] = [account.rows.lost, account.rows.doubled, account.rows.wrong,
               sum(len(views) for views in account.forbidden.values()), account.looks, account.processes]
    print(f"{account}\n{one.story}")
    assert dataclasses.astuple(account.rows) == (0, 0, 0), f"{account}\n{one.story}"
    assert not account.forbidden, f"{account}\n{one.story}"
    assert account.looks > 0


@pytest.mark.parametrize("storage", schedules.STORAGES)
@pytest.mark.parametrize("mode", schedules.MODES)
def test_an_undisturbed_run_passes_all_points(new_battle, mode, storage):
    one = new_battle(schedules.Schedule("killed at C8", mode, storage, 0))
    one.prepare()
    counts = one.take_census().counts
    assert set(counts) == {point for point in course.POINTS if point != "C8" or mode == "overwrite"}
