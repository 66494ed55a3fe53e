"""CSV and JSON lines that the command landed, read by programs of others: equal, bit for bit."""

import base64
import csv
import datetime
import decimal
import gzip
import io
import json
import math
import re

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pytest

import support
from spark_session import spark
from support import howdah, refused

TEXTS = ["plain", "", "a,b", 'say "x"', "two\nlines", "cr\rlf\r\n", " spaces ", "\\N", "\\n",
         "é\u2028\U0001f600", "NULL", "NaN", "\x01\x02\x03", "tab\t", "'single'", "#x"]
ROWS = 400
QUOTED = re.compile('"(?:[^"]|"")*"')


def random_floats(seed, rows=ROWS):
    """Finite floats of all sizes, -0.0 and the ends of the range among them."""
    bits = np.random.default_rng(seed).integers(0, 1 << 32, size=rows, dtype=np.uint32)
    values = bits.view(np.float32)
    values[~np.isfinite(values)] = 0.1
    values[:6] = [-0.0, 0.1, 3.4028235e38, 1e-45, 7.0385306918512091e-26, 16777216]
    return values


def scalars(rows=ROWS):
    """A column of each type that a cell can hold, each with nulls but the first."""
    rng = np.random.default_rng(7)
    null = rng.random(rows) < 0.2
    big = rng.integers(-(1 << 63), (1 << 63) - 1, size=rows, dtype=np.int64)
    stamps = rng.integers(-(1 << 55), 1 << 55, size=rows)
    days = rng.integers(-700_000, 2_900_000, size=rows).astype(np.int32)
    column = lambda values, kind: pa.array(values, kind, mask=null)  # noqa: E731
    return pa.table({
        "id": pa.array((np.int64(1) << 53) + 1 + np.arange(rows)),
        "i8": column(big.astype(np.int8), pa.int8()),
        "i16": column(big.astype(np.int16), pa.int16()),
        "i32": column(big.astype(np.int32), pa.int32()),
        "i64": column(big, pa.int64()),
        "f32": column(random_floats(1, rows), pa.float32()),
        "f64": column(rng.normal(size=rows) * 1e5, pa.float64()),
        "ok": column(rng.random(rows) < 0.5, pa.bool_()),
        "s": pa.array([None if n else TEXTS[i % len(TEXTS)] for i, n in enumerate(null)]),
        "b": pa.array([None if n else bytes([i % 256, 0xff, 0]) for i, n in enumerate(null)]),
        "d": pa.array(days, pa.date32(), mask=null),
        "utc": pa.array(stamps, pa.timestamp("us", "UTC"), mask=null),
        "naive": pa.array(stamps // 1000, pa.timestamp("ms"), mask=null),
        "dec": pa.array([None if n else decimal.Decimal(int(v)).scaleb(-4)
                         for n, v in zip(null, big)], pa.decimal128(24, 4)),
    })


@pytest.fixture
def land(place, model):
    """land(table, format): the dataset of the model `linear` with all of `table` kept."""

    def run(table, form, *more, x=None, name="linear", out="out", code=0):
        rows = table.num_rows
        x = pa.array(np.linspace(-1, 1, rows, dtype=np.float32) if x is None else x, pa.float32())
        support.write_rows(place / f"in-{out}", table.append_column("x", x), files=2)
        return howdah("run", "--model", model(name), "--input", place / f"in-{out}", "--output",
                      place / out, "--format", form, "--keep", ",".join(table.column_names),
                      *more, code=code)

    return run


def files(dataset, suffix):
    found = sorted(dataset.rglob(f"part-*{suffix}"))
    assert found, list(dataset.rglob("*"))
    return found


def text_of(path):
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


def records(dataset, suffix=".csv"):
    """All rows as dictionaries of text by the csv module; None where the cell is null."""
    rows = []
    for path in files(dataset, suffix):
        text = text_of(path)
        cells = list(csv.reader(io.StringIO(text, newline="")))
        # The module does not say whether an empty cell had quotes.
        quoted = QUOTED.sub('"', text).split("\n")
        assert quoted.pop() == "" and len(quoted) == len(cells)
        for row, marks in zip(cells[1:], quoted[1:], strict=True):
            rows.append({name: None if mark == "" else cell for name, cell, mark in
                         zip(cells[0], row, marks.split(","), strict=True)})
    return rows


def objects(dataset, suffix=".json"):
    rows = []
    for path in files(dataset, suffix):
        text = text_of(path)
        assert text == "" or text.endswith("\n")
        rows += [json.loads(line) for line in text.split("\n")[:-1]]
    return rows


def bits(values):
    return np.asarray(values, np.float32).view(np.uint32).tolist()


def same_floats(got, want):
    """Equal by bits, None for null; NaNs are alike."""
    assert [g is None for g in got] == [w is None for w in want]
    assert (bits([0 if g is None else g for g in got])
            == bits([0 if w is None else w for w in want]))


def stamp(text):
    if text is None:
        return None
    form = "%Y-%m-%dT%H:%M:%S.%f" + ("Z" if text.endswith("Z") else "")
    return datetime.datetime.strptime(text, form)


def check_rows(rows, table, parse):
    """`rows` against `table`, with `parse(type, value)` for what the format has as text."""
    assert len(rows) == table.num_rows
    for name, column in zip(table.column_names, table.columns):
        got = [None if row[name] is None else parse(column.type, row[name]) for row in rows]
        want = column.to_pylist()
        if pa.types.is_float32(column.type):
            same_floats(got, want)
        elif pa.types.is_timestamp(column.type):
            assert got == [w and w.replace(tzinfo=None) for w in want], name
        else:
            assert got == want, name


def parse_csv(kind, text):
    if pa.types.is_integer(kind):
        return int(text)
    if pa.types.is_floating(kind):
        return float(text)
    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}[text]
    if pa.types.is_string(kind):
        return text
    return parse_json(kind, text)


def parse_json(kind, value):
    if pa.types.is_binary(kind):
        return base64.b64decode(value, validate=True)
    if pa.types.is_date(kind):
        return datetime.date.fromisoformat(value)
    if pa.types.is_timestamp(kind):
        return stamp(value)
    if pa.types.is_decimal(kind):
        return decimal.Decimal(value)
    return value


# ------------------------------------------------------------------------------ all types


@pytest.mark.parametrize("compression, suffix", [("none", ".csv"), ("gzip", ".csv.gz")])
def test_every_type_reads_back_by_the_csv_module(land, place, compression, suffix):
    table = scalars()
    land(table, "csv", "--compression", compression)
    rows = records(place / "out", suffix)
    check_rows(rows, table, parse_csv)
    same_floats([float(row["y"]) for row in rows],
                (np.linspace(-1, 1, ROWS, dtype=np.float32) * 2 + 1).tolist())
    support.verify(place / "out", level=3)


@pytest.mark.parametrize("compression, suffix", [("none", ".json"), ("gzip", ".json.gz")])
def test_every_type_reads_back_by_the_json_module(land, place, compression, suffix):
    table = scalars()
    land(table, "json", "--compression", compression)
    check_rows(objects(place / "out", suffix), table, parse_json)
    support.verify(place / "out", level=3)


def test_jsonl_is_another_name_of_json(land, place):
    land(scalars(20), "jsonl")
    assert len(objects(place / "out")) == 20


def test_csv_reads_back_by_pyarrow(land, place):
    table = scalars()
    land(table, "csv")
    convert = pyarrow.csv.ConvertOptions(
        column_types={n: t for n, t in zip(table.column_names, table.schema.types)
                      if n not in ("b",)},
        null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False)
    read = pa.concat_tables(
        pyarrow.csv.read_csv(path, convert_options=convert,
                             parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True))
        for path in files(place / "out", ".csv"))
    for name in set(table.column_names) - {"b"}:
        assert read[name].combine_chunks().equals(table[name].combine_chunks()), name


def test_csv_reads_back_by_pandas_polars_and_duckdb(land, place):
    table = scalars()
    land(table, "csv")
    names = [n for n in table.column_names if n not in ("b", "d", "utc", "naive", "dec", "ok")]
    read = pd.concat(pd.read_csv(path, usecols=names, dtype=str, keep_default_na=False,
                                 lineterminator="\n") for path in files(place / "out", ".csv"))
    assert read["id"].astype(np.int64).tolist() == table["id"].to_pylist()
    floats = read["f32"][read["f32"] != ""].astype(np.float32)
    same_floats(floats.tolist(), [v for v in table["f32"].to_pylist() if v is not None])

    read = pl.concat(pl.read_csv(path, schema_overrides={
        "id": pl.Int64, "i64": pl.Int64, "f32": pl.Float32, "s": pl.String, "i8": pl.Int8,
        "utc": pl.String, "naive": pl.String, "dec": pl.String, "d": pl.Date,
        "f64": pl.Float64}) for path in files(place / "out", ".csv"))
    same_floats(read["f32"].to_list(), table["f32"].to_pylist())
    for name in ("id", "i64", "i8", "f64", "ok", "d"):
        assert read[name].to_list() == table[name].to_pylist(), name

    glob = str(place / "out" / "part-*.csv")
    kinds = {"id": "BIGINT", "i8": "TINYINT", "i16": "SMALLINT", "i32": "INTEGER",
             "i64": "BIGINT", "f32": "FLOAT", "f64": "DOUBLE", "ok": "BOOLEAN", "s": "VARCHAR",
             "b": "VARCHAR", "d": "DATE", "utc": "TIMESTAMPTZ", "naive": "TIMESTAMP",
             "dec": "DECIMAL(24,4)", "y": "FLOAT"}
    columns = ", ".join(f"'{n}': '{k}'" for n, k in kinds.items())
    query = (f"SELECT * REPLACE (epoch_us(utc) AS utc) FROM read_csv('{glob}', header=true, "
             f"delim=',', quote='\"', escape='\"', columns={{{columns}}})")
    read = duckdb.sql(query).to_arrow_table()
    for name in ("id", "i8", "i16", "i32", "i64", "f64", "ok", "d"):
        assert read[name].to_pylist() == table[name].to_pylist(), name
    same_floats(read["f32"].to_pylist(), table["f32"].to_pylist())
    assert read["utc"].to_pylist() == table["utc"].cast(pa.int64()).to_pylist()


def test_json_reads_back_by_pyarrow_polars_and_duckdb(land, place):
    table = scalars()
    land(table, "json")
    schema = pa.schema([f for f in table.schema if f.name not in ("b", "d", "dec", "utc", "naive")])
    read = pa.concat_tables(
        pyarrow.json.read_json(path, parse_options=pyarrow.json.ParseOptions(
            explicit_schema=schema, unexpected_field_behavior="ignore"))
        for path in files(place / "out", ".json"))
    for name in schema.names:
        assert read[name].combine_chunks().equals(table[name].combine_chunks()), name

    read = pl.concat(pl.read_ndjson(path, infer_schema_length=None)
                     for path in files(place / "out", ".json"))
    assert read["id"].to_list() == table["id"].to_pylist()
    assert read["s"].to_list() == table["s"].to_pylist()
    same_floats(read["f32"].to_list(), table["f32"].to_pylist())

    glob = str(place / "out" / "part-*.json")
    read = duckdb.sql(f"SELECT * FROM read_json('{glob}', format='newline_delimited', columns="
                      "{id: 'BIGINT', f32: 'FLOAT', s: 'VARCHAR', ok: 'BOOLEAN', d: 'DATE'})")
    read = read.to_arrow_table()
    same_floats(read["f32"].to_pylist(), table["f32"].to_pylist())
    for name in ("id", "s", "ok", "d"):
        assert read[name].to_pylist() == table[name].to_pylist(), name


def test_csv_and_json_read_back_by_spark(land, place):
    table = scalars()
    land(table, "csv", out="csv")
    land(table, "json", out="json")
    ddl = "id BIGINT, i64 BIGINT, f32 FLOAT, f64 DOUBLE, ok BOOLEAN, s STRING, b STRING"
    every = ("id BIGINT, i8 TINYINT, i16 SMALLINT, i32 INT, i64 BIGINT, f32 FLOAT, f64 DOUBLE, "
             "ok BOOLEAN, s STRING, b STRING, d DATE, utc TIMESTAMP, naive STRING, "
             "dec DECIMAL(24,4), y FLOAT")
    by_csv = (spark().read.schema(every).option("header", True).option("multiLine", True)
              .option("escape", '"').option("lineSep", "\n")
              .csv(str(place / "csv")).toArrow().sort_by("id"))
    by_json = spark().read.schema(ddl).json(str(place / "json")).toArrow().sort_by("id")
    for read in by_csv, by_json:
        same_floats(read["f32"].to_pylist(), table["f32"].to_pylist())
        for name in ("id", "i64", "f64", "ok"):
            assert read[name].to_pylist() == table[name].to_pylist(), name
    assert by_json["s"].to_pylist() == table["s"].to_pylist()
    # Without a nullValue of its own Spark takes an empty text for null.
    assert [s or "" for s in by_csv["s"].to_pylist()] == [s or "" for s in table["s"].to_pylist()]
    assert by_csv["d"].to_pylist() == table["d"].to_pylist()
    assert by_csv["dec"].to_pylist() == table["dec"].to_pylist()


def test_hive_text_reads_back_by_hives_serde(land, place):
    table = scalars()
    lists = pa.array([[0.5, None, float(i)] if i % 3 else [] for i in range(ROWS)],
                     pa.list_(pa.float32()))
    maps = pa.array([[("k", "v\x03,\\"), ("l", None)] if i % 2 else [] for i in range(ROWS)],
                    pa.map_(pa.string(), pa.string()))
    structs = pa.array([{"a": i, "b": ["x\x02y", "\n"]} for i in range(ROWS)],
                       pa.struct([("a", pa.int32()), ("b", pa.list_(pa.string()))]))
    table = (table.append_column("l", lists).append_column("m", maps)
             .append_column("r", structs))
    land(table, "csv", "--set", "output.csv.dialect=hive-text")
    support.verify(place / "out", level=3)
    spark().sql("DROP TABLE IF EXISTS landed")
    spark().sql(f"""
        CREATE EXTERNAL TABLE landed (id BIGINT, i8 TINYINT, i16 SMALLINT, i32 INT, i64 BIGINT,
            f32 FLOAT, f64 DOUBLE, ok BOOLEAN, s STRING, b BINARY, d DATE, utc TIMESTAMP,
            naive TIMESTAMP, `dec` DECIMAL(24,4), l ARRAY<FLOAT>, m MAP<STRING, STRING>,
            r STRUCT<a: INT, b: ARRAY<STRING>>, y FLOAT)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001' ESCAPED BY '\\\\'
            COLLECTION ITEMS TERMINATED BY '\\002' MAP KEYS TERMINATED BY '\\003'
        STORED AS TEXTFILE LOCATION '{place / "out"}'""")
    read = spark().sql("SELECT * FROM landed").toArrow().sort_by("id")
    same_floats(read["f32"].to_pylist(), table["f32"].to_pylist())
    for name in ("id", "i8", "i16", "i32", "i64", "f64", "ok", "s", "b", "d", "dec", "l", "m",
                 "r"):
        assert read[name].to_pylist() == table[name].to_pylist(), name


# ------------------------------------------------------------------------- tensors and lists


def test_tensors_of_rank_three_are_nested_arrays_in_json(place, model):
    images = np.arange(24, dtype=np.float32).reshape(4, 2, 3)
    support.write_rows(place / "in", pa.table({
        "id": range(4), "image": pa.array(images.tolist(),
                                          pa.list_(pa.list_(pa.float32())))}))
    howdah("run", "--model", model("images"), "--input", place / "in", "--output", place / "out",
           "--format", "json", "--keep", "id")
    rows = objects(place / "out")
    assert [row["swapped"] for row in rows] == images.transpose(0, 2, 1).tolist()
    assert [row["pairs"] for row in rows] == np.stack([images, -images], 1).tolist()
    support.verify(place / "out", level=3)


def test_a_list_cell_in_csv_is_refused_with_the_ways_out(place, model):  # traps 7
    table = pa.table({"id": range(3), "t": [[1.0], [2.0], []], "x": pa.array([1, 2, 3], pa.float32())})
    support.write_rows(place / "in", table)
    refused("run", "--model", model("linear"), "--input", place / "in", "--output",
            place / "out", "--format", "csv", "--keep", "id,t",
            words=["column 't'", "expand", "hive-text"])


# -------------------------------------------------------------------------------- traps.md


def test_traps_1_and_2_nan_and_infinities_have_one_spelling_in_csv(land, place):
    x = [math.nan, math.inf, -math.inf, 0.0]
    land(pa.table({"id": range(4)}), "csv", x=x)
    assert [row["y"] for row in records(place / "out")] == ["NaN", "Infinity", "-Infinity", "1.0"]
    support.verify(place / "out", level=3)


def test_traps_1_and_2_nan_in_json_is_refused_and_a_string_on_request(land, place):
    table = pa.table({"id": range(3)})
    outcome = land(table, "json", x=[0, 1, math.nan], code=None)
    assert outcome.code != 0 and not (place / "out").exists()
    for word in ("'y'", "row 2", "NaN", "null", "string"):
        assert word in outcome.error, outcome
    land(table, "json", "--set", "checks.nan=string", x=[math.inf, 1, math.nan], out="text")
    assert [row["y"] for row in objects(place / "text")] == ["Infinity", 3.0, "NaN"]
    support.verify(place / "text", level=3)


def test_a_nan_policy_that_only_json_has_is_refused_elsewhere(land):
    outcome = land(pa.table({"id": range(3)}), "csv", "--set", "checks.nan=string", code=2)
    assert "JSON" in outcome.error


def test_trap_3_negative_zero_keeps_its_sign(land, place):
    table = pa.table({"f": pa.array([-0.0, 0.0], pa.float32())})
    land(table, "csv", out="csv")
    land(table, "json", out="json")
    assert [row["f"] for row in records(place / "csv")] == ["-0.0", "0.0"]
    same_floats([row["f"] for row in objects(place / "json")], [-0.0, 0.0])


def test_trap_4_a_float_is_its_own_shortest_text(land, place):
    table = pa.table({"f": pa.array([0.1, 0.3, 1 / 3], pa.float32())})
    land(table, "csv", out="csv")
    land(table, "json", out="json")
    assert [row["f"] for row in records(place / "csv")] == ["0.1", "0.3", "0.33333334"]
    assert '"f":0.1,' in text_of(files(place / "json", ".json")[0])


def test_trap_5_empty_text_null_and_nan_differ_in_csv(land, place):
    table = pa.table({"s": ["", None, "NaN"], "f": pa.array([math.nan, None, 1], pa.float32())})
    land(table, "csv")
    assert [(r["s"], r["f"]) for r in records(place / "out")] == [("", "NaN"), (None, None),
                                                                  ("NaN", "1.0")]
    support.verify(place / "out", level=3)


def test_trap_19_a_large_key_with_nulls_keeps_every_digit(land, place):
    keys = [(1 << 53) + 1, None, -(1 << 63)]
    table = pa.table({"k": pa.array(keys, pa.int64())})
    land(table, "csv", out="csv")
    land(table, "json", out="json")
    assert [r["k"] and int(r["k"]) for r in records(place / "csv")] == keys
    assert [r["k"] for r in objects(place / "json")] == keys


def test_trap_21_bytes_that_are_not_text_are_base64(land, place):
    values = [b"\xff\xfe", b"", None]
    table = pa.table({"b": pa.array(values, pa.binary())})
    land(table, "csv", out="csv")
    land(table, "json", out="json")
    assert [r["b"] for r in records(place / "csv")] == ["//4=", "", None]
    assert [r["b"] for r in objects(place / "json")] == ["//4=", "", None]


def test_traps_30_to_32_line_breaks_and_quotes_in_a_value(land, place):
    values = ["a\nb", 'q"q', "lone\rcr", "crlf\r\n"]
    table = pa.table({"id": range(4), "s": values})
    land(table, "csv")
    assert [r["s"] for r in records(place / "out")] == values
    text = text_of(files(place / "out", ".csv")[0])
    assert '"q""q"' in text and '"lone\rcr"' in text
    read = duckdb.sql(f"SELECT s FROM read_csv('{place}/out/part-*.csv', header=true, "
                      "quote='\"', escape='\"', delim=',')").fetchall()
    assert sorted(s for (s,) in read)[0] == "a\nb"


# ------------------------------------------------------------------- options, empty, verify


def test_dialect_options_are_what_they_say(land, place):
    table = pa.table({"id": [1, 2], "s": [None, "NULL"]})
    land(table, "csv", "--set", "output.csv.header=false", "--set", "output.csv.null=NULL",
         "--set", "output.csv.decimals=2", x=[0.123, 1])
    assert text_of(files(place / "out", ".csv")[0]) == '1,NULL,1.25\n2,"NULL",3.00\n'
    support.verify(place / "out", level=3)


@pytest.mark.parametrize("form, text", [("csv", "id,y\n"), ("json", "")])
def test_no_rows_are_a_header_or_nothing(land, place, form, text):
    land(pa.table({"id": pa.array([], pa.int64())}), form)
    assert [text_of(p) for p in files(place / "out", f".{form}")] == [text]
    support.verify(place / "out", level=3)


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_files_roll_by_size_and_partitions_verify(land, place, form, compression):
    rows = 30_000
    table = pa.table({"id": np.arange(rows), "day": [f"d{i % 3}" for i in range(rows)]})
    land(table, form, "--partition-by", "day", "--compression", compression, "--set",
         "output.file_size=64KiB")
    suffix = f".{form}" + (".gz" if compression == "gzip" else "")
    found = files(place / "out", suffix)
    assert {p.parent.name for p in found} == {"day=d0", "day=d1", "day=d2"}
    assert len(found) > 3
    read = records(place / "out", suffix) if form == "csv" else objects(place / "out", suffix)
    assert sorted(int(r["id"]) for r in read) == list(range(rows))
    support.verify(place / "out", level=3)


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("before, after", [(b"9007199254740993", b"9007199254740994"),
                                           (b"-0.0", b"0.00"), (b"plain", b"pl4in")])
def test_verify_sees_one_changed_value(land, place, form, before, after):
    land(scalars(), form)
    for path in files(place / "out", f".{form}"):
        data = path.read_bytes()
        if before in data:
            path.write_bytes(data.replace(before, after, 1))
            break
    outcome = support.verify(place / "out", level=3, code=5)
    assert any(f["defect"] == "values" for f in outcome.summary["findings"]), outcome


def test_our_own_readers_read_what_was_landed(land, place, model):
    """The columns that inputs of text can have come through a second run unchanged."""
    names = ["id", "i64", "f64", "ok", "s"]
    table = scalars().select(names)
    for form, reader in (("csv", records), ("json", objects)):
        land(table, form, out=form)
        howdah("run", "--model", model("linear"), "--input", place / form, "--output",
               place / f"{form}2", "--format", form, "--keep", ",".join(names),
               "--set", 'input.tensors.x=["y"]')
        strip = lambda rows: [{n: r[n] for n in names} for r in rows]  # noqa: E731
        assert strip(reader(place / f"{form}2")) == strip(reader(place / form))
