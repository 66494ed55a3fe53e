"""What is asked of values: NaN policies, ranges, sums, shapes, by the job file and by schemas."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import support
from support import howdah, refused

NAN, INF = float("nan"), float("inf")


@pytest.fixture
def score(place, model):
    """score(x, *flags): y = 2x + 1 of the floats x, with the kept column `id`; -> outcome."""
    def run(x, *flags, verb="run", code=0, words=None, more=None):
        columns = {"id": pa.array(range(len(x)), pa.int64()), "x": pa.array(x, pa.float32())}
        support.write_rows(place / "in", pa.table({**columns, **(more or {})}))
        arguments = [verb, *flags, "--model", model("linear"), "--input", place / "in", "--output",
                     place / "out", "--keep", ",".join(["id", *(more or {})])]
        if words is not None:
            return refused(*arguments, words=words, code=code)
        return howdah(*arguments, code=code)
    return run


def checks(place, text):
    """Flags for a job file with `text` under [checks]."""
    (place / "job.toml").write_text(text)
    return [place / "job.toml"]


def test_nan_that_is_forbidden_fails_at_its_row(score, place):
    score([1, 2, NAN], "--set", "checks.nan=forbid", code=1, words=["'y'", "row 2", "NaN"])
    assert not (place / "out").exists()


def test_infinity_counts_as_nan_does(score):
    score([1, -INF], "--set", "checks.nan=forbid", code=1, words=["'y'", "row 1", "-Infinity"])


def test_nan_as_null_makes_the_column_nullable(score, place):
    score([1, NAN, INF], "--set", "checks.nan=null")
    landed = support.read(place / "out")
    assert landed.column("y").to_pylist() == [3.0, None, None]
    assert landed.schema.field("y").nullable
    support.verify(place / "out", level=3)


def test_a_column_has_a_policy_of_its_own(score, place):
    score([1, NAN], *checks(place, '[checks]\nnan = "forbid"\n[checks.columns]\n'
                                   'y = { nan = "null" }\n'))
    assert support.read(place / "out").column("y").to_pylist() == [3.0, None]


@pytest.mark.parametrize("check, words", [
    ("max = 6", ["'y'", "row 2", "7 is above max = 6"]),
    ("min = 4.5", ["'y'", "row 0", "3 is below min = 4.5"])])
def test_a_value_out_of_range_fails_the_run(score, place, check, words):
    score([1, 2, 3], *checks(place, f"[checks.columns]\ny = {{ {check} }}\n"), code=1,
          words=words)


def test_values_within_their_range_land(score, place):
    score([1, 2, 3], *checks(place, "[checks.columns]\ny = { min = 3, max = 7 }\n"
                                    "id = { min = 0 }\n"))
    assert support.read(place / "out").num_rows == 3


def test_a_list_must_have_the_declared_sum(score, place):
    lists = pa.array([[0.5, 0.5], [0.25, 0.25]], pa.list_(pa.float64()))
    score([1, 2], *checks(place, "[checks.columns]\np = { sum = 1 }\n"), more={"p": lists},
          code=1, words=["'p'", "row 1", "the sum is 0.5", "1 within 0.001"])


@pytest.mark.parametrize("text, words", [
    ('[checks]\nnan = "sometimes"\n', ["checks.nan", "line 2", "sometimes", "forbid"]),
    ("[checks.columns]\ny = { least = 0 }\n", ["checks.columns.y.least", "min"]),
    ('[checks.columns]\ny = { min = "low" }\n', ["checks.columns.y.min", "low"]),
    ("[checks.columns]\nz = { min = 0 }\n", ["'z'", "'y'"]),
    ("[checks.columns]\ny = { sum = 1 }\n", ["'y'", "sum is for lists"]),
    ('[checks.columns]\ny = { nan = "string" }\n', ["'y'", "json"]),
    ('[checks.columns]\nid = { nan = "null" }\n', ["'id'", "int64"])])
def test_checks_that_cannot_be_are_refused_before_the_first_row(score, place, text, words):
    score([1], *checks(place, text), verb="check", code=2, words=words)


def avsc(place, *fields):
    path = place / "x.avsc"
    path.write_text(json.dumps({"type": "record", "name": "r", "fields": fields}))
    return ["--schema", path]


def test_checks_of_a_schema_hold(score, place):
    fields = [{"name": "id", "type": "long"},
              {"name": "y", "type": ["null", "float"], "check.nan": "null", "check.max": 5}]
    score([1, NAN, 2], *avsc(place, *fields))
    assert support.read(place / "out").column("y").to_pylist() == [3.0, None, 5.0]


def test_a_schema_whose_check_is_broken_fails_the_run(score, place):
    fields = [{"name": "id", "type": "long", "check.max": 1}, {"name": "y", "type": "float"}]
    score([1, 2, 3], *avsc(place, *fields), code=1, words=["'id'", "row 2", "above max = 1"])


def test_an_unknown_property_names_the_nearest(score, place):
    fields = [{"name": "id", "type": "long"}, {"name": "y", "type": "float", "check.mean": 1}]
    score([1], *avsc(place, *fields), code=2, words=["'y'", "check.mean", "check.min"])


def test_checks_decide_what_job_it_is(score, place):
    ids = {score([1], *flags, "--json", verb="check").summary["job_id"]
           for flags in ([], ["--set", "checks.nan=null"],
                         checks(place, "[checks.columns]\ny = { min = 0 }\n"))}
    assert len(ids) == 3


DDL = "y DOUBLE NOT NULL COMMENT 'twice and one', id INT"


@pytest.mark.parametrize("form", ["text", "file"])
def test_spark_ddl_declares_a_schema(score, place, form):
    schema = DDL
    if form == "file":
        schema = place / "x.ddl"
        schema.write_text(DDL)
    score([1, 2], "--schema", schema)
    landed = pq.read_schema(support.data_files(place / "out")[0])
    assert landed.names == ["y", "id"]
    assert [landed.field(n).type for n in landed.names] == [pa.float64(), pa.int32()]
    assert [landed.field(n).nullable for n in landed.names] == [False, True]
    assert support.read(place / "out").column("y").to_pylist() == [3.0, 5.0]


def test_wrong_ddl_is_refused_where_it_is_wrong(score):
    score([1], "--schema", "y DUBLE, id INT", code=2, words=["character 3", "duble"])


def test_nan_in_a_tensor_of_lists_is_not_made_null(place, model):
    table = pa.table({"features": pa.FixedSizeListArray.from_arrays(
        pa.array(np.ones(16, np.float32)), 8)})
    support.write_rows(place / "in", table)
    refused("check", "--model", model("dense"), "--input", place / "in", "--output",
            place / "out", "--set", "checks.nan=null", words=["nulls inside lists", "Hive"])


QUARANTINE = ["--set", "checks.bad_rows=quarantine"]


def test_rows_with_nan_go_to_quarantine_and_the_others_land(score, place):
    outcome = score([1, NAN, 2, INF], *QUARANTINE, "--set", "checks.nan=quarantine")
    rows = outcome.summary["rows"]
    assert (rows["input"], rows["written"], rows["quarantined"]) == (4, 2, 2)
    landed = support.read(place / "out")
    assert landed.column("id").to_pylist() == [0, 2]
    assert landed.column("y").to_pylist() == [3.0, 5.0]
    support.verify(place / "out", level=3)


def test_rows_out_of_range_go_to_quarantine(score, place):
    flags = checks(place, '[checks]\nbad_rows = "quarantine"\n[checks.columns]\n'
                          'y = { max = 6 }\np = { sum = 1 }\n')
    lists = pa.array([[0.5, 0.5], [2.0], [1.0], None], pa.list_(pa.float64()))
    score([1, 1, 3, 2], *flags, more={"p": lists})
    assert support.read(place / "out").column("id").to_pylist() == [0, 3]
