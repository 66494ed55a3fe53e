"""`howdah ddl`: the statements of engines that are here are executed, the others read."""

import decimal
import os
import subprocess
import sys

import duckdb
import numpy as np
import pyarrow as pa
import pytest

import support
from support import howdah, refused

ROWS = 20


@pytest.fixture
def landed(place, model):
    """landed(*flags): rows with kept columns of many types, some with names that SQL reserves."""
    table = pa.table({
        "id": pa.array(range(ROWS), pa.int64()),
        "x": pa.array(np.arange(ROWS, dtype=np.float32)),
        "order": pa.array([None if i % 7 == 0 else f"o'{i}" for i in range(ROWS)]),
        "price": pa.array([decimal.Decimal(i) / 4 for i in range(ROWS)], pa.decimal128(9, 2)),
        "seen": pa.array([i * 10**6 for i in range(ROWS)], pa.timestamp("us", "UTC")),
        "tags": pa.array([[f"t{i}"] * (i % 3) for i in range(ROWS)], pa.list_(pa.string())),
        "dt": pa.array([f"2026-11-{i % 3 + 1:02}" for i in range(ROWS)]),
    })

    def land(*flags, keep="id,order,price,seen,tags,dt"):
        support.write_rows(place / "in", table)
        howdah("run", "--model", model("linear"), "--input", place / "in", "--output",
               place / "churn", "--keep", keep, *flags)
        return place / "churn"
    return land


def ddl(what, dialect, *flags):
    return howdah("ddl", what, "--dialect", dialect, *flags).stdout


@pytest.mark.parametrize("partition", [[], ["--partition-by", "dt"]])
def test_duckdb_reads_the_view_as_it_landed(landed, partition):
    dataset = landed(*partition)
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute(ddl(dataset, "duckdb"))
    rows = connection.execute(
        "select id, \"order\", price, y, tags, dt from churn order by id").fetchall()
    assert rows == [(i, None if i % 7 == 0 else f"o'{i}", decimal.Decimal(i) / 4, 2.0 * i + 1,
                     [f"t{i}"] * (i % 3), f"2026-11-{i % 3 + 1:02}") for i in range(ROWS)]


SPARK = """
import sys
from pyspark.sql import SparkSession
folder, *statements = sys.argv[1:]
spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
         .config("spark.sql.session.timeZone", "UTC")
         .config("spark.sql.warehouse.dir", folder).getOrCreate())
for text in statements:
    for statement in text.split(";\\n"):
        if statement.strip():
            spark.sql(statement)
for row in spark.sql("select id, `order`, price, y, size(tags), dt from churn order by id").collect():
    print(tuple(row))
"""


def test_spark_reads_the_table_as_it_landed(landed, place):
    dataset = landed("--partition-by", "dt")
    outcome = subprocess.run([sys.executable, "-c", SPARK, place / "warehouse",
                              ddl(dataset, "spark")], capture_output=True, text=True,
                             cwd=place, env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"},
                             timeout=300, check=False)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.splitlines() == [
        str((i, None if i % 7 == 0 else f"o'{i}", decimal.Decimal(i) / 4 + decimal.Decimal("0.00"),
             2.0 * i + 1, i % 3, f"2026-11-{i % 3 + 1:02}")) for i in range(ROWS)]


def test_a_job_file_prints_what_its_dataset_does(landed, place, model):
    dataset = landed("--partition-by", "dt")
    job = place / "job.toml"
    job.write_text(f"""[model]\npath = "{model('linear')}"\n[input]\npath = "{place}/in"\n
[output]\npath = "{dataset}"\nkeep = ["id", "order", "price", "seen", "tags", "dt"]
partition_by = ["dt"]\n""")
    for dialect in ("hive", "spark", "trino", "impala", "duckdb"):
        assert ddl(job, dialect) == ddl(dataset, dialect)


def test_the_table_is_named_as_asked(landed):
    dataset = landed()
    assert "CREATE EXTERNAL TABLE `ml`.`scores`" in ddl(dataset, "hive", "--table", "ml.scores")
    assert 'CREATE TABLE "churn"' in ddl(dataset, "trino")


def test_what_is_no_dataset_and_no_dialect_is_refused(landed, place):
    refused("ddl", place / "nowhere", "--dialect", "hive", words=["nowhere"], code=None)
    refused("ddl", landed(), "--dialect", "sparc", words=["sparc", "spark"])
