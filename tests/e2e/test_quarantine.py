"""Rows that cannot be scored or do not hold their checks: out one by one, with place and reason."""

import json
import os
import pathlib
import subprocess

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support import data_files, howdah, refused, staging_of, verify, write_rows

QUARANTINE = ["--bad-rows", "quarantine"]


def quarantined(dataset):
    """The rows of a dataset's quarantine, by input and position."""
    files = sorted((dataset / ".howdah-quarantine").rglob("*.quarantine"))
    rows = [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]
    return sorted(rows, key=lambda row: (row["input"], row["position"]))


def landed(dataset):
    return pa.concat_tables(pq.ParquetFile(file).read() for file in data_files(dataset))


def texts(count, bad):
    """Rows whose `text` is a number, but where it is not."""
    return pa.table({"id": np.arange(count),
                     "text": [f"x{i}" if i in bad else str(i / 2) for i in range(count)]})


@pytest.fixture
def numbers(place, model):
    """numbers(count, bad): a job whose model fails on the rows `bad`."""

    def make(count, bad, files=3, row_group=100):
        write_rows(place / "in", texts(count, bad), files=files, row_group=row_group)
        return ["run", "--model", model("numbers"), "--input", place / "in",
                "--keep", "id", "--format", "parquet", "--set", "model.batch_rows=64",
                "--output", place / "out"]

    return make


def test_exactly_the_rows_on_which_the_model_fails_are_out(place, numbers):
    bad = {0, 63, 64, 500, 501, 502, 1999}
    job = numbers(2000, bad)
    refused(*job, words=["split", "StringToNumber"], code=1)
    run = howdah(*job, *QUARANTINE)
    assert run.summary["rows"] == {"input": 2000, "written": 1993, "quarantined": 7}
    assert run.summary["quarantine"]["path"].startswith(".howdah-quarantine/")

    rows = landed(place / "out").sort_by("id")
    assert set(rows["id"].to_pylist()) == set(range(2000)) - bad
    np.testing.assert_array_equal(rows[1].to_numpy(), rows["id"].to_numpy() / 2)

    files = sorted(str(file) for file in (place / "in").iterdir())
    starts = np.cumsum([0, *(pq.ParquetFile(file).metadata.num_rows for file in files)])
    for row, expected in zip(quarantined(place / "out"), sorted(bad), strict=True):
        file = int(np.searchsorted(starts, expected, side="right")) - 1
        assert (row["input"], row["position"]) == (files[file], expected - starts[file])
        assert (row["stage"], row["code"], row["column"]) == ("model", "model", None)
        assert f"x{expected}" in row["message"]
        assert json.loads(row["row"]) == {"text": f"x{expected}", "id": expected}
    verify(place / "out", 3)


def test_the_same_command_again_says_the_same(place, numbers):
    job = numbers(300, {7})
    first = howdah(*job, *QUARANTINE).summary
    again = howdah(*job, *QUARANTINE).summary
    assert again["outcome"] == "already_published"
    assert (again["rows"], again["quarantine"]) == (first["rows"], first["quarantine"])


def test_without_bad_rows_there_is_no_quarantine(place, numbers):
    assert howdah(*numbers(300, set()), *QUARANTINE).summary["quarantine"] is None
    assert not (place / "out" / ".howdah-quarantine").exists()


def test_all_rows_may_be_bad(place, numbers):
    howdah(*numbers(100, set(range(100))), *QUARANTINE)
    assert landed(place / "out").num_rows == 0
    assert len(quarantined(place / "out")) == 100
    verify(place / "out", 3)


@pytest.mark.parametrize("ceiling, allowed", [("20", 20), ("0.9%", 18)])
def test_above_the_ceiling_nothing_lands_and_more_may_be_allowed_later(place, numbers, ceiling,
                                                                       allowed):
    bad = set(range(0, 2000, 2000 // (allowed + 1)))
    assert len(bad) > allowed
    job = [*numbers(2000, bad), *QUARANTINE]
    run = refused(*job, "--set", f"checks.max_bad_rows={ceiling}", code=3,
                  words=["max_bad_rows", ceiling, staging_of(place / "out")])
    assert not (place / "out").exists()
    shown = pathlib.Path(run.error.partition("are in '")[2].partition("'")[0])
    kept = pa.concat_tables(pq.ParquetFile(file).read() for file in shown.rglob("*.part"))
    assert 0 < kept.num_rows <= len(bad)
    assert {json.loads(row)["id"] for row in kept["row"].to_pylist()} <= bad

    howdah(*job, "--set", f"checks.max_bad_rows={len(bad)}")
    assert {json.loads(row["row"])["id"] for row in quarantined(place / "out")} == bad
    verify(place / "out", 3)


def test_a_value_that_makes_no_tensor_is_out_with_its_column(place, model):
    table = pa.table({"id": np.arange(200), "x": pa.array([None if i == 150 else i / 2
                                                           for i in range(200)], pa.float32())})
    write_rows(place / "in", table, files=1, row_group=50)
    howdah("run", "--model", model("column"), "--input", place / "in", "--output", place / "out",
           "--keep", "id", "--format", "parquet", *QUARANTINE)
    (row,) = quarantined(place / "out")
    assert (row["stage"], row["code"], row["column"], row["position"]) == ("input", "null", "x", 150)
    assert json.loads(row["row"]) == {"x": None, "id": 150}
    assert landed(place / "out").num_rows == 199


def test_an_output_that_is_no_text_is_out_and_its_bytes_are_kept(place, model):
    values = [b"\xff\xfe" if i == 3 else str(i).encode() for i in range(10)]
    table = pa.table({"id": np.arange(10), "text": pa.array(values, pa.binary())})
    write_rows(place / "in", table, files=1, row_group=10)
    howdah("run", "--model", model("texts"), "--input", place / "in", "--output",
           place / "out", "--keep", "id", "--format", "parquet", *QUARANTINE)
    (row,) = quarantined(place / "out")
    assert (row["stage"], row["code"], row["position"]) == ("output", "utf8", 3)
    assert json.loads(row["row"]) == {"text": {"base64": "//4="}, "id": 3}


def test_a_value_that_names_no_directory_is_out(place, model):
    table = pa.table({"x": np.arange(6, dtype=np.float32), "day": ["a", "", "b", "a", "", "c"]})
    write_rows(place / "in", table, files=1, row_group=6)
    howdah("run", "--model", model("column"), "--input", place / "in", "--output", place / "out",
           "--keep", "day", "--partition-by", "day", "--format", "parquet", *QUARANTINE)
    rows = quarantined(place / "out")
    assert [(row["stage"], row["code"], row["column"], row["position"]) for row in rows] == [
        ("partition", "partition", "day", 1), ("partition", "partition", "day", 4)]
    for row in rows:
        assert row["message"].startswith("the text '' cannot name a directory"), row["message"]
        assert "row " not in row["message"], "which row it is stands in `position`"
    verify(place / "out", 3)


def test_of_many_rows_the_thousandth_part_that_is_bad_is_out(place, model):
    """Ten million: HOWDAH_QUARANTINE_ROWS=10000000."""
    count, files = int(os.environ.get("HOWDAH_QUARANTINE_ROWS", 100_000)), 8
    ids = np.arange(count)
    rng = np.random.default_rng(11)
    bad = rng.choice(count, count // 1000, replace=False)
    text = (ids % 977 / 4).astype(str).astype(object)
    for chosen, value in zip(np.array_split(bad, 4), ("no number", None, "-1", "NaN")):
        text[chosen] = value
    reasons = {"no number": ("model", "model"), None: ("input", "null"), "-1": ("output", "range"),
               "NaN": ("output", "nan")}
    write_rows(place / "in", pa.table({"id": ids, "text": pa.array(text, pa.string())}), files=files,
               row_group=100_000)
    howdah("run", "--model", model("numbers"), "--input", place / "in", "--output", place / "out",
           "--keep", "id", "--format", "parquet", *QUARANTINE, "--set", "checks.max_bad_rows=0.1%",
           "--set", "checks.nan=quarantine", "--set", "checks.columns.number={min=0}")

    rows = landed(place / "out").sort_by("id")
    good = np.delete(ids, bad)
    np.testing.assert_array_equal(rows["id"].to_numpy(), good)
    np.testing.assert_array_equal(rows["number"].to_numpy(), good % 977 / 4)

    names = sorted(str(file) for file in (place / "in").iterdir())
    step = -(-count // files)
    expected = [(names[i // step], i % step, *reasons[text[i]], {"text": text[i], "id": i})
                for i in np.sort(bad).tolist()]
    assert [(row["input"], row["position"], row["stage"], row["code"], json.loads(row["row"]))
            for row in quarantined(place / "out")] == expected
    verify(place / "out", 3)


def test_a_quarantine_that_fills_the_disk(place, numbers, small_disk):
    """One sentence, nothing visible, and the same command lands when there is room."""
    disk = small_disk("200k")
    bad = set(range(0, 30_000, 2))
    job = numbers(30_000, bad, files=1, row_group=1000)
    job[job.index("--output") + 1] = disk / "out"
    job += [*QUARANTINE, "--set", "checks.max_bad_rows=100%", "--set", "output.compression=gzip"]
    refused(*job, code=1, words=["space", disk, "quarantine"])
    assert not (disk / "out").exists()
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
    run = howdah(*job).summary
    assert run["rows"] == {"input": 30_000, "written": 15_000, "quarantined": 15_000}
    assert [row["position"] for row in quarantined(disk / "out")] == sorted(bad)
    verify(disk / "out", 3)


def test_the_same_rows_are_out_however_many_runners_there_are(place, numbers):
    bad = {int(i) for i in np.random.default_rng(5).integers(0, 5000, 40)}
    job = [*numbers(5000, bad, files=7, row_group=37)[:-2], *QUARANTINE]
    seen = []
    for runners in (1, 4):
        out = place / f"out{runners}"
        howdah(*job, "--output", out, "--set", f"model.runners={runners}")
        seen.append([(row["input"], row["position"], row["row"]) for row in quarantined(out)])
    assert seen[0] == seen[1]
    assert {json.loads(row)["id"] for _, _, row in seen[0]} == bad


def test_verify_sees_a_quarantine_that_was_changed_or_lost(place, numbers):
    howdah(*numbers(300, {7}), *QUARANTINE)
    (file,) = (place / "out" / ".howdah-quarantine").rglob("*.quarantine")
    whole = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    verify(place / "out", 2, code=5)
    file.unlink()
    verify(place / "out", 0, code=5)
