"""One cluster for all cases of a process, and the table of what came of them."""

import collections
import itertools
import os
import pathlib

import pytest

import drive
import matrix
import schedules
from testing.cluster import Cluster
from testing.cluster.java import REPOSITORY


def pytest_collection_modifyitems(config, items):
    """The sample leaves out what takes long."""
    if matrix.LEVEL == "sample":
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def _cluster():
    names = ["nn1", "nn2", *(f"dn{i + 1}" for i in range(matrix.DATANODES))]
    with Cluster(namenodes=2, datanodes=matrix.DATANODES, proxied=tuple(names), disk_bytes=512 << 20,
                 conf={"dfs.blocksize": drive.BLOCK, "dfs.replication": 3,
                       "dfs.client.failover.random.order": "false"}) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def _bench(_cluster, tmp_path_factory):
    bench = drive.Bench(_cluster, tmp_path_factory.mktemp("faults") / "conf")
    yield bench
    bench.check_all()


@pytest.fixture
def bench(_bench):
    yield _bench
    _bench.mend()
    _bench.cluster.failover("nn1")


def _recorded(terminalreporter, kind):
    """(whether it passed, what it recorded) of all cases that ran."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name == kind and report.when == "call":
                    yield outcome == "passed", value


def _write(terminalreporter, name, lines):
    path = pathlib.Path(os.environ.get("HOWDAH_BUILD", REPOSITORY / "build"))
    path = path / f"{name}-{matrix.LEVEL}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines[1:]) + "\n")
    terminalreporter.write_line("\n".join(lines))
    terminalreporter.write_line(f"\nwritten to {path}")


def _landings(terminalreporter):
    """The lines of the table of landings: a row for each fault, and for each mode and storage how many runs."""
    runs, sums = collections.Counter(), collections.defaultdict(lambda: [0] * 7)
    for passed, (fault, mode, storage, account) in _recorded(terminalreporter, "landing"):
        runs[fault, mode, storage] += 1
        for i, count in enumerate([*(account or [0] * 6), not passed]):
            sums[fault][i] += count
    if not runs:
        return []
    kinds = list(itertools.product(schedules.MODES, schedules.STORAGES))
    lines = ["", f"| fault | {' | '.join(map(', '.join, kinds))} | rows lost | rows doubled | rows wrong | "
             "forbidden views | failed |", "|---" * (len(kinds) + 6) + "|"]

    def add(name, counts, bad):
        lines.append(f"| {' | '.join([name, *(str(count or '–') for count in counts), *map(str, bad)])} |")
    for fault in [fault for fault in schedules.FAULTS if fault in sums]:
        *bad, _, _, failed = sums[fault]
        add(fault, [runs[fault, *kind] for kind in kinds], [*bad, failed])
    *bad, looks, processes, failed = [sum(column) for column in zip(*sums.values())]
    add("all", [sum(runs[fault, *kind] for fault in sums) for kind in kinds], [*bad, failed])
    return [*lines, "", f"{runs.total()} landings, {processes} processes, {looks} looks."]


def pytest_terminal_summary(terminalreporter):
    """Print the tables: in each cell, how many runs came to what; and keep them in files."""
    tables = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))
    for passed, (part, row, column, result) in _recorded(terminalreporter, "case"):
        tables[part][row, column][result if passed else "FAILED"] += 1
    lines = []
    for part, cells in tables.items():
        columns = list(dict.fromkeys(column for _, column in cells))
        order = list(matrix.PHASES)
        columns.sort(key=lambda column: order.index(column) if column in order else 0)
        lines += ["", f"| {part} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
        for row in sorted({row for row, _ in cells}):
            texts = [", ".join(f"{count} {result}" for result, count in sorted(cells[row, column].items()))
                     for column in columns]
            lines.append(f"| {row} | {' | '.join(text or '–' for text in texts)} |")
    if lines:
        _write(terminalreporter, "faults", lines)
    if landings := _landings(terminalreporter):
        _write(terminalreporter, "faults-landing", landings)
