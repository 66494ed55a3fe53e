"""What Spark writes with `df.write`, as input: Parquet, its own Avro class, CSV, JSON."""

import datetime
import decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import support
from spark_session import spark
from support import howdah

ROWS = 300
DDL = ("id BIGINT, x FLOAT, text STRING, flag BOOLEAN, day DATE, ratio DOUBLE, small INT, "
       "price DECIMAL(10, 2), at TIMESTAMP, list ARRAY<FLOAT>, part STRUCT<a: INT, b: STRING>")


def row(i):
    """Every fifth row is null, but for what the model needs."""
    null = i % 5 == 0
    return (2**53 + 1 + i, float(i), None if null else f'é, "{i}"\n;', None if null else i % 2 == 0,
            None if null else datetime.date(2026, 1, 1) + datetime.timedelta(i),
            None if null else i / 7, None if null else -i,
            None if null else decimal.Decimal(i) / 4,
            None if null else datetime.datetime(2026, 1, 1, 0, 0, i % 60, i * 1000,
                                                tzinfo=datetime.timezone.utc),
            None if null else [i / 2, -0.0], None if null else (i, "b"))


NAMES = ["id", "x", "text", "flag", "day", "ratio", "small", "price", "at", "list", "part"]

WRITERS = {
    "parquet": lambda frame: frame.write.parquet,
    "parquet-int96": lambda frame: frame.write.parquet,
    "avro": lambda frame: frame.write.format("org.apache.spark.sql.avro.AvroFileFormat").save,
    "csv": lambda frame: frame.write.options(header=True, escape='"').csv,
    "csv-gzip": lambda frame: frame.write.options(header=True, escape='"', compression="gzip").csv,
    "json": lambda frame: frame.write.options(ignoreNullFields=False).json,
    "json-gzip": lambda frame: frame.write.options(compression="gzip").json,
}


def as_landed(writer, name, value):
    """`value` as a reader of the file can know it: text has no decimals and times are text in it,
    INT96 has no zone."""
    if value is None:
        return None
    text = writer.startswith(("csv", "json"))
    if name == "part":
        return {"a": value[0], "b": value[1]}
    if name == "day" and writer.startswith("json"):
        return value.isoformat()
    if name == "price" and text:
        return float(value)
    if name == "at" and text:
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if name == "at" and writer == "parquet-int96":
        return value.replace(tzinfo=None)
    return value


@pytest.mark.parametrize("writer", WRITERS)
def test_what_spark_writes_is_read(place, model, writer):
    form = writer.split("-")[0]
    rows = [dict(zip(NAMES, row(i), strict=True)) for i in range(ROWS)]
    keep = [name for name in NAMES if form != "csv" or name not in ("list", "part")]
    frame = spark().createDataFrame([row(i) for i in range(ROWS)], DDL).select(*keep)
    spark().conf.set("spark.sql.parquet.outputTimestampType",
                     "INT96" if writer == "parquet-int96" else "TIMESTAMP_MICROS")
    WRITERS[writer](frame.repartition(2))(str(place / "in"))
    kept = [name for name in keep if name != "x"]
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
           "--keep", ",".join(kept), "--format", "parquet",
           *(["--set", "input.format=jsonl"] if form == "json" else []))
    landed = pa.concat_tables(pq.read_table(f, partitioning=None)
                              for f in support.data_files(place / "out")).sort_by("id")
    assert landed.num_rows == ROWS
    for name in kept:
        values = [as_landed(writer, name, row[name]) for row in rows]
        assert landed[name].to_pylist() == values, name
    assert landed["y"].to_pylist() == [2.0 * x + 1 for x in (row["x"] for row in rows)]
    support.verify(place / "out", level=3)
