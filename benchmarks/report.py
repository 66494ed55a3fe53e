"""What the runs of one workload say: medians, limits, targets; as a dict and as Markdown."""

import statistics

TITLES = {"howdah": "howdah", "tuned_python": "tuned Python", "default_python": "default Python"}
LIMIT_TITLES = {"model": "L1 model alone", "decode": "L2 decode alone", "encode": "L3 encode alone",
                "write": "L5 write and fsync"}
LEAST_EFFICIENCY = 0.8
LEAST_STEADY_GAIN = 1.3  # x the CPU time of tuned Python's steady state
LEAST_WHOLE_GAIN = 2.0  # of its whole process
MOST_MEMORY_MB = 400
MOST_GROWTH = 1.1  # of memory, from the small size to the large


def medians(runs):
    """figure -> median, of the figures that are numbers."""
    return {figure: statistics.median(run[figure] for run in runs)
            for figure, value in runs[0].items() if isinstance(value, (int, float))}


def spread(runs, figure):
    """The least and the most of a figure."""
    values = [run[figure] for run in runs]
    return min(values), max(values)


def targets(name, contestants, efficiency, summaries):
    """What is asked of howdah: (what, target, measured, met)."""
    ours, peer = contestants["howdah"], contestants["tuned_python"]
    steady_gain = peer["steady"]["cpu_s"] / ours["steady"]["cpu_s"]
    rows = [("efficiency (ideal wall / steady wall)", f">= {LEAST_EFFICIENCY}",
             f"{efficiency['wall']:.2f}; of CPU {efficiency['cpu']:.2f}",
             efficiency["wall"] >= LEAST_EFFICIENCY),
            ("steady CPU, tuned Python / howdah", f">= {LEAST_STEADY_GAIN}",
             f"{steady_gain:.2f}", steady_gain >= LEAST_STEADY_GAIN)]
    if name == "w1":
        gain = peer["total"]["whole"]["cpu_s"] / ours["total"]["whole"]["cpu_s"]
        small, large = (ours["total"][role]["peak_rss_mb"] for role in ("whole", "steady"))
        rows += [("whole-process CPU, tuned Python / howdah", f">= {LEAST_WHOLE_GAIN}",
                  f"{gain:.2f}", gain >= LEAST_WHOLE_GAIN),
                 ("peak RSS of the whole process", f"<= {MOST_MEMORY_MB} MB", f"{small:.0f} MB",
                  small <= MOST_MEMORY_MB),
                 ("its growth to the larger size", f"<= {MOST_GROWTH} x", f"{large / small:.2f} x",
                  large <= MOST_GROWTH * small)]
    most = max(summaries, key=lambda memory: memory["peak_bytes"] / memory["budget_bytes"])
    rows.append(("output.memory: peak within budget", f"<= {most['budget_bytes'] >> 20} MB",
                 f"{most['peak_bytes'] / 2**20:.0f} MB",
                 most["peak_bytes"] <= most["budget_bytes"]))
    return [dict(zip(("what", "target", "measured", "met"), row)) for row in rows]


def judge(result):
    """Everything that follows from the runs."""
    contestants = {}
    for contestant in TITLES:
        total = {role: medians(runs[contestant]) for role, runs in result["runs"].items()}
        steady = {figure: total["steady"][figure] - total["start_up"][figure]
                  for figure in ("cpu_s", "wall_s")}
        contestants[contestant] = {"total": total, "steady": steady}
    limits = {limit: medians(runs) for limit, runs in result["limits"].items()}
    cpu = sum(limit["cpu_s"] for limit in limits.values())
    ideal = max(limits["write"]["wall_s"], cpu / result["machine"]["cores"])
    ours = contestants["howdah"]["steady"]
    efficiency = {"limits_cpu_s": cpu, "ideal_wall_s": ideal, "wall": ideal / ours["wall_s"],
                  "cpu": cpu / ours["cpu_s"]}
    summaries = [run["summary"]["output_memory"] for runs in result["runs"].values()
                 for run in runs["howdah"]]
    return {"contestants": contestants, "limits": limits, "efficiency": efficiency,
            "targets": targets(result["workload"], contestants, efficiency, summaries)}


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def contestants_table(result, role):
    rows = []
    for contestant, title in TITLES.items():
        runs = result["runs"][role][contestant]
        verdict = result["verdict"]["contestants"][contestant]
        figures, start_up = verdict["total"][role], verdict["total"]["start_up"]
        least, most = spread(runs, "cpu_s")
        rows.append([title, f"{figures['cpu_s']:.2f} ({least:.2f} to {most:.2f})",
                     f"{start_up['cpu_s']:.2f}", f"{figures['cpu_s'] - start_up['cpu_s']:.2f}",
                     f"{figures['wall_s']:.2f}", f"{figures['peak_rss_mb']:.0f}",
                     f"{figures['minor_faults']:,.0f}", f"{figures['output_bytes'] / 1e6:.1f}",
                     f"{figures['output_files']:.0f}"])
    return table(["", "CPU-s (least to most)", "of it start-up", "the rest", "wall, s",
                  "peak RSS, MB", "minor faults", "output, MB", "files"], rows)


def ratio(value):
    return f"{value:.2f}" + ("" if value >= 1 else " **losing**")


def ratios_table(result, role):
    contestants = result["verdict"]["contestants"]
    ours = contestants["howdah"]["total"]
    rows = []
    for contestant, title in list(TITLES.items())[1:]:
        peer = contestants[contestant]["total"]

        def rest(total, figure):
            return total[role][figure] - total["start_up"][figure]

        rows.append([f"{title} / howdah",
                     ratio(peer[role]["cpu_s"] / ours[role]["cpu_s"]),
                     ratio(rest(peer, "cpu_s") / rest(ours, "cpu_s")),
                     ratio(peer[role]["wall_s"] / ours[role]["wall_s"]),
                     ratio(rest(peer, "wall_s") / rest(ours, "wall_s")),
                     ratio(peer[role]["peak_rss_mb"] / ours[role]["peak_rss_mb"])])
    return table(["", "CPU", "CPU without start-up", "wall", "wall without start-up", "peak RSS"],
                 rows)


def limits_table(result):
    verdict = result["verdict"]
    rows = []
    for limit, title in LIMIT_TITLES.items():
        setting, figures = " ".join(result["settings"][limit]), verdict["limits"][limit]
        rows.append([title, f"`{setting}`" if setting else "", f"{figures['cpu_s']:.2f}",
                     f"{figures['wall_s']:.2f}"])
    efficiency, ours = verdict["efficiency"], verdict["contestants"]["howdah"]["steady"]
    rows += [["together; ideal wall", f"{result['machine']['cores']} cores",
              f"{efficiency['limits_cpu_s']:.2f}", f"{efficiency['ideal_wall_s']:.2f}"],
             ["howdah without start-up", "", f"{ours['cpu_s']:.2f}", f"{ours['wall_s']:.2f}"],
             ["efficiency of howdah", "", f"{efficiency['cpu']:.2f}", f"{efficiency['wall']:.2f}"]]
    return table(["limit", "best of its settings", "CPU-s", "wall, s"], rows)


def stages_table(result):
    """The stages of howdah's median run at the large size."""
    runs = sorted(result["runs"]["steady"]["howdah"], key=lambda run: run["cpu_s"])
    stages = runs[len(runs) // 2]["summary"]["stages"]
    return table(["stage", "threads", "busy, s", "starved, s", "blocked, s", "MB"],
                 [[stage["name"], stage["threads"], f"{stage['busy_seconds']:.2f}",
                   f"{stage['starved_seconds']:.2f}", f"{stage['blocked_seconds']:.2f}",
                   f"{stage['bytes'] / 1e6:.1f}"] for stage in stages])


def targets_table(result):
    return table(["target", "asked", "measured", ""],
                 [[target["what"], target["target"], target["measured"],
                   "met" if target["met"] else "**missed**"]
                  for target in result["verdict"]["targets"]])


def section(result):
    machine = result["machine"]
    largest = max(run["largest_difference"] for runs in result["runs"].values()
                  for contestant in runs.values() for run in contestant)
    turns = len(result["limits"]["model"])
    parts = [f"## {result['workload'].upper()}\n",
             f"Commit {result['commit'][:12]}"
             f"{' with uncommitted changes' if result['uncommitted_changes'] else ''}, "
             f"{result['when']}; {machine['cores']} cores of {machine['cpu']}, "
             f"load {result['load_average'][0]:.1f}; medians of {turns} runs, in random "
             f"order. Tuned Python ran with `{' '.join(result['settings']['tuned_python'])}`. "
             "All outputs were read back; the largest difference from NumPy's answer is "
             f"{largest:.1e}.\n",
             targets_table(result)]
    for role, rows in result["rows"].items():
        if role != "start_up":
            parts += [f"### {rows:,} rows\n", contestants_table(result, role),
                      ratios_table(result, role)]
    parts += [f"### Limits, {result['rows']['steady']:,} rows\n", limits_table(result),
              f"### Stages of howdah, {result['rows']['steady']:,} rows\n", stages_table(result)]
    return "\n".join(parts)


def markdown(results):
    return "\n".join(section(result) for result in results)
