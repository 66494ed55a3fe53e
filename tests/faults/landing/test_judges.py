"""What judges the landings: it finds what is wrong, and nothing where nothing is."""

import pathlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import schedules
import support
import views
from calls import Operation
from course import Course
from jobs import Job, Rows

OLD, NEW, NEWER = frozenset("ab"), frozenset("cd"), frozenset("ef")
ONE = frozenset({"run_id=1/a", "run_id=1/b"})
TWO = ONE | {"run_id=2/c", "run_id=2/d"}


@pytest.mark.parametrize("mode, states, seen", [
    ("new", [None, NEW], [None, NEW]),
    ("new", [None, NEW], [None, frozenset(), NEW]),
    ("new", [None, NEW], [NEW]),
    ("overwrite", [OLD, NEW], [OLD, None, NEW]),
    ("overwrite", [OLD, NEW], [OLD, None, OLD, NEW]),
    ("overwrite", [OLD, NEW, NEWER], [OLD, None, NEW, None, NEWER]),
    ("overwrite", [None, NEW], [None, NEW]),
    ("append", [None, ONE, TWO], [None, ONE, TWO]),
    ("append", [None, ONE, TWO], [ONE]),
    ("append", [ONE, TWO], [None, TWO - ONE, TWO]),
])
def test_what_readers_may_see_is_allowed(mode, states, seen):
    assert views.forbidden(mode, seen, states) == []


@pytest.mark.parametrize("mode, states, seen, bad", [
    ("new", [None, NEW], [None, frozenset("c"), NEW], [frozenset("c")]),
    ("new", [None, NEW], [None, NEW, None, NEW], [None]),
    ("new", [None, NEW], [NEW, frozenset()], [frozenset()]),
    ("new", [None, NEW], [NEW | {"x"}], [NEW | {"x"}]),
    ("overwrite", [OLD, NEW], [OLD, NEW, OLD], [OLD]),
    ("overwrite", [OLD, NEW], [OLD, NEW, None], [None]),
    ("overwrite", [OLD, NEW], [OLD | NEW, NEW], [OLD | NEW]),
    ("overwrite", [OLD, NEW], [frozenset(), NEW], [frozenset()]),
    ("append", [ONE, TWO], [ONE, ONE | {"run_id=2/c"}, TWO], [ONE | {"run_id=2/c"}]),
    ("append", [ONE, TWO], [ONE, None, TWO], [None]),
    ("append", [ONE, TWO], [TWO, ONE], [ONE]),
])
def test_what_readers_may_not_see_is_found(mode, states, seen, bad):
    assert views.forbidden(mode, seen, states) == bad


def test_each_reader_passes_over_its_own_names():
    entries = {"a": False, "_SUCCESS": False, ".hidden": False, "b._COPYING_": False, "_x=1": True,
               "_x=1/c": False, "_dir": True, "_dir/d": False, ".staging": True, ".staging/e": False}
    assert {name: set(views.visible(entries, rule)) for name, rule in views.RULES.items()} == {
        "hive": {"a", "b._COPYING_"}, "spark": {"a", "_x=1/c"},
        "impala": {"a", "b._COPYING_", "_x=1/c", "_dir/d"}}


def test_a_reader_remembers_what_was_there_for_a_moment(tmp_path):
    sights = iter([None, [("part", False)], [("part", False), ("more", False)]])
    now, looked = [next(sights)], []

    def names(path):
        if path == "/table":
            looked.append(path)
            return [("out", True), (".out.howdah", True), ("stray", False)]
        return now[0]
    with views.Reader(names, "/table", "out") as reader:
        for sight in [None, *sights]:
            if sight is not None:
                now[0] = sight
            count = len(looked) + 2
            while len(looked) < count:
                pass
    assert reader.of("spark") == [None, frozenset({"part"}), frozenset({"part", "more"})]
    assert reader.beside == {"stray"}


def landed(folder, *tables):
    files = []
    for number, table in enumerate(tables):
        answers = pa.array(support.slow_answer(table))
        files.append(pathlib.Path(folder) / f"{number}.parquet")
        pq.write_table(table.append_column("hash", answers), files[-1])
    return files


def test_rows_are_counted(tmp_path):
    one, two = Job(1), Job(2)
    files = landed(tmp_path, one.rows, two.rows)
    assert Rows.compare(files, [one, two]) == Rows(0, 0, 0)
    assert Rows.compare(files[:1], [one, two]) == Rows(two.rows.num_rows, 0, 0)
    assert Rows.compare([*files, files[0]], [one, two]) == Rows(0, one.rows.num_rows, 0)
    assert Rows.compare(files, [one]) == Rows(0, 0, two.rows.num_rows)
    files = landed(tmp_path, one.rows.slice(1), one.rows.slice(5, 3))
    assert Rows.compare(files, [one]) == Rows(1, 3, 0)


def test_a_wrong_answer_is_found(tmp_path):
    rows = Job(1).rows
    wrong = rows.append_column("hash", pa.array(support.slow_answer(rows) + 1))
    pq.write_table(wrong, tmp_path / "f")
    assert Rows.compare([tmp_path / "f"], [Job(1)]) == Rows(0, 0, rows.num_rows)


def test_a_course_knows_where_a_run_is():
    work = "/p/.out.howdah/jobs/job.1"
    calls = [
        ("mkdir", "/p/.out.howdah"), ("create", "/p/.out.howdah/tmp/ab/plan.json"),
        ("rename", "/p/.out.howdah/tmp/ab", work), ("mkdir", f"{work}/att/00001.cd"),
        ("create", f"{work}/att/00001.cd/.0.part"), ("create", f"{work}/tmp/ef"),
        ("rename", f"{work}/tmp/ef", f"{work}/done/00001.json"), ("rename", f"{work}/done", f"{work}/sealed"),
        ("rename", f"{work}/att/00001.cd/0.part", f"{work}/data/part-00001"), ("create", f"{work}/tmp/01"),
        ("rename", f"{work}/tmp/01", f"{work}/data/.howdah-ledger"), ("rename", f"{work}/data", "/p/out"),
        ("create", f"{work}/tmp/23"), ("rename", f"{work}/tmp/23", f"{work}/FIN"), ("delete", f"{work}/att"),
        ("create", "/elsewhere/x"), ("mkdir", "/p"),
    ]
    course = Course("/p", "out")
    assert [course.point(Operation(method, paths)) for method, *paths in calls] == [
        "C1", "C1", "C1", "C2", "C2", "C3", "C3", "C4", "C6", "C6", "C6", "C7", "C10", "C10", "C10", None, None]


def test_a_swap_is_known():
    course = Course("/p", "out")
    assert course.point(Operation("rename", ("/p/out", "/p/.out.howdah/jobs/job.1/aside"))) == "C8"
    assert course.point(Operation("create", ("/p/.out.howdah/log/1.intent",))) == "C8"


def test_every_level_has_each_fault_on_each_storage():
    met = {(schedule.fault, schedule.storage) for schedule in schedules.schedules()}
    assert met == {(fault, storage) for fault, _, storage in schedules.cells()}
