"""Two jobs that want one dataset at once."""

import json
import signal

from jobs import MAIN, OTHER, Rows

CODES = {"new": (0, 1, 2), "append": (0,), "overwrite": (0,)}  # of a run that is not killed


def meet(battle):
    """Both start at once; or both are held at a call, and one is killed perhaps; or one is paused until the other
    has ended."""
    fate = battle.chance.choice(["both start at once", "both are held", "one is paused"])
    battle.story.append(fate)
    ends = {"both start at once": _start, "both are held": _hold, "one is paused": _pause}[fate](battle)
    battle.mend()
    {"new": _one_wins, "append": _both_land, "overwrite": _one_after_the_other}[battle.mode](battle, ends)


def _start(battle):
    processes = {job: battle.start(*battle.run_arguments(job)) for job in (MAIN, OTHER)}
    return {job: battle.finish(process, CODES[battle.mode]) for job, process in processes.items()}


def _hold(battle):
    held = {MAIN: battle.start_until_any(after=battle.chance.random() < 0.5)}
    held[OTHER] = battle.start_until_any(job=OTHER, is_resumed=True)
    killed, ends = battle.chance.choice([None, MAIN, OTHER]), {}
    for job in battle.chance.sample(list(held), len(held)):
        process, gate = held[job]
        if job == killed:
            ends[job] = battle.kill(process, CODES[battle.mode])
            gate.lose()
        gate.open()
        battle.let_run(process, 1)
    for job, (process, _) in held.items():
        if job != killed:
            ends[job] = battle.finish(process, CODES[battle.mode])
    return ends


def _pause(battle):
    process, gate = battle.start_until_any()
    battle.pause(process)
    if battle.chance.random() < 0.5:
        battle.story.append("its call passes")
        gate.open()
    end = battle.call(*battle.run_arguments(OTHER), codes=CODES[battle.mode])
    process.send_signal(signal.SIGCONT)
    gate.open()
    return {MAIN: battle.finish(process, CODES[battle.mode]), OTHER: end}


def _one_wins(battle, ends):
    """The other one is told who was first, and nothing of it is seen."""
    again = {job: battle.call(*battle.run_arguments(job), codes=(0, 2)) for job in (MAIN, OTHER)}
    winners = [job for job, outcome in again.items() if outcome.code == 0]
    assert len(winners) == 1, battle.story
    for outcomes in (ends, again):
        for job, outcome in outcomes.items():
            if outcome.code == 0:
                assert job in winners, battle.story
            elif outcome.code > 0:
                assert f"job '{winners[0].id}'" in outcome.error, f"{outcome}\n{battle.story}"
    battle.jobs += winners
    battle.states.append(battle.visible())


def _both_land(battle, ends):
    for job in ends:
        battle.land(job)


def _one_after_the_other(battle, ends):
    """Each takes the place of what was there; what the second replaced is kept, and can be had back."""
    for job, outcome in ends.items():
        if outcome.code != 0:
            again = battle.call(*battle.run_arguments(job), codes=(0, 2))
            assert again.code == 0 or "--restart" in again.error, f"{again}\n{battle.story}"
    history = json.loads(battle.call("inspect", battle.place.url, "--json").stdout)["history"]
    landed = [swap["to"] for swap in history if swap["published"]]
    assert sorted(landed) == [MAIN.id, OTHER.id], f"{history}\n{battle.story}"
    first, second = (job for name in landed for job in (MAIN, OTHER) if job.id == name)
    assert battle.compare([second]) == Rows(0, 0, 0), battle.story
    then = battle.visible()
    battle.call("rollback", battle.place.url, "--to", first.id)
    battle.states += [battle.visible(), then, battle.visible()]
    battle.jobs.append(first)
