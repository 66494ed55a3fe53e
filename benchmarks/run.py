#!/usr/bin/env python3
"""Howdah against tuned Python and against what the machine allows, on workloads W1 and W2.

All run in turn, in random order, on the same machine in the same minutes; machines are noisy, so
ratios within a run are what to quote. Each output is read back and compared before its figures
count. docs/benchmarks.md says what is measured and how.

Usage: run.py [--full | --smoke] [--turns N] [--out FOLDER] [--howdah COMMAND]
       writes FOLDER/w1.json, FOLDER/w2.json and FOLDER/report.md
"""

import argparse
import json
import os
import pathlib
import random
import shlex

import measure
import report
from contest import CONTESTANTS, GRIDS, LIMITS, Contest
from provenance import ROOT, provenance

SEED = 1  # of the order of runs
# Rows by workload and role: start-up is what a run takes with next to no rows, "whole" is judged
# from start to end, "steady" without its start-up.
SIZES = {
    "usual": {"w1": {"start_up": 1_000, "whole": 1_000_000, "steady": 4_000_000},
              "w2": {"start_up": 1_000, "steady": 200_000}},
    "full": {"w1": {"start_up": 1_000, "whole": 1_000_000, "steady": 10_000_000},
             "w2": {"start_up": 1_000, "steady": 500_000}},
    "smoke": {"w1": {"start_up": 1_000, "whole": 10_000, "steady": 20_000},
              "w2": {"start_up": 1_000, "steady": 10_000}},
}
TUNING_ROWS = {"w1": 1_000_000, "w2": 200_000}  # of tuned Python's runs that choose its setting


def limit_figures(contest, limit, setting):
    return json.loads(measure.run(contest.limit(limit, setting)).answer)


def tune(contest, trial, most):
    """Land what the limits work on, and choose each one's setting among the first `most`.

    \\return settings, and the CPU seconds of every one that was tried, start-up apart; by name.
    """
    contest.compete("howdah")
    contest.remove(contest.landed)
    contest.output("howdah").rename(contest.landed)
    settings, grids = {}, {}
    for name, grid in GRIDS.items():
        taken = {}
        for setting in grid[:most]:
            if name == "tuned_python":
                figures = trial.compete(name, setting)
                trial.remove(trial.output(name))
            else:
                figures = limit_figures(contest, name, setting)
            cpu = figures["cpu_s"] - figures.get("loading_cpu_s", 0)
            taken[shlex.join(setting)] = cpu
            print(f"{contest.name}: {name:12} {shlex.join(setting):34} {cpu:6.2f} CPU-s",
                  flush=True)
        best = min(taken, key=taken.get)
        settings[name], grids[name] = shlex.split(best), taken
    return settings, grids


def begin(name, origin, contests, trial, most):
    """The result of one workload, without any run yet; `contests` are by role."""
    settings, grids = tune(contests["steady"], trial, most)
    commands = {one: contests["steady"].command(one, settings.get(one, ())) for one in CONTESTANTS}
    return {
        "workload": name, "rows": {role: contest.rows for role, contest in contests.items()},
        **origin, "settings": settings, "grids_cpu_s": grids,
        "commands": {one: shlex.join(map(str, command)).replace(f"{ROOT}/", "")
                     for one, command in commands.items()},
        "runs": {role: {one: [] for one in CONTESTANTS} for role in contests},
        "limits": {one: [] for one in LIMITS},
    }


def take_turns(contests, results, turns):
    """Run everything once a turn, in random order, and note the figures in `results`."""
    jobs = [(name, role, one) for name, roles in contests.items() for role in roles
            for one in CONTESTANTS + (LIMITS if role == "steady" else ())]
    order = random.Random(SEED)
    for turn in range(turns):
        for name, role, one in order.sample(jobs, len(jobs)):
            contest, result = contests[name][role], results[name]
            setting = result["settings"].get(one, ())
            if one in LIMITS:
                figures = limit_figures(contest, one, setting)
                result["limits"][one].append(figures)
            else:
                figures = contest.compete(one, setting)
                contest.remove(contest.output(one))
                result["runs"][role][one].append(figures)
            print(f"turn {turn + 1}: {name} {contest.rows:>10,} rows {one:14} "
                  f"{figures['cpu_s']:6.2f} CPU-s", flush=True)


def main():
    parser = argparse.ArgumentParser()
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="10M rows of W1, 500K of W2")
    size.add_argument("--smoke", action="store_true", help="does all work? figures mean nothing")
    parser.add_argument("--turns", type=int)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--howdah", type=pathlib.Path, default=ROOT / "build/bin/howdah")
    arguments = parser.parse_args()
    kind = "full" if arguments.full else "smoke" if arguments.smoke else "usual"
    turns = arguments.turns or (1 if arguments.smoke else 5)
    folder = (arguments.out or ROOT / "bench-out" / ("smoke" if arguments.smoke else "")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    origin = provenance()

    def contest(name, rows):
        made = Contest(name, rows, folder, arguments.howdah.resolve())
        made.prepare()
        return made

    contests = {name: {role: contest(name, rows) for role, rows in roles.items()}
                for name, roles in SIZES[kind].items()}
    results = {}
    for name, roles in contests.items():
        trial = contest(name, min(TUNING_ROWS[name], roles["steady"].rows))
        results[name] = begin(name, origin, roles, trial, 1 if arguments.smoke else None)
    take_turns(contests, results, turns)

    for name, result in results.items():
        result["load_average"] = os.getloadavg()
        result["verdict"] = report.judge(result)
        (folder / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    text = report.markdown(list(results.values()))
    (folder / "report.md").write_text(text)
    print(f"\n{text}\nfigures in {folder}")


if __name__ == "__main__":
    main()
