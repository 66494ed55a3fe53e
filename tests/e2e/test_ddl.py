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


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize("partition", [[], ["--partition-by", "dt"]])
def test_duckdb_reads_text_by_what_its_ledger_says(landed, kind, partition):
    dataset = landed("--format", kind, *partition, keep="id,order,price,seen,dt")
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute(ddl(dataset, "duckdb"))
    rows = connection.execute(
        "select id, \"order\", price, epoch(seen), y, dt from churn order by id").fetchall()
    assert rows == [(i, None if i % 7 == 0 else f"o'{i}", decimal.Decimal(i) / 4, i, 2.0 * i + 1,
                     f"2026-11-{i % 3 + 1:02}") for i in range(ROWS)]


@pytest.mark.parametrize("flags, columns, stored", [
    (["--format", "json"], ["`id` BIGINT", "`price` DECIMAL(9, 2)", "`y` FLOAT"],
     "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.JsonSerDe'\nSTORED AS TEXTFILE\n"),
    (["--format", "csv", "--set", "output.csv.dialect=hive-text"],
     ["`id` BIGINT", "`price` DECIMAL(9, 2)", "`y` FLOAT"],
     "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001' ESCAPED BY '\\\\'\n"
     "  COLLECTION ITEMS TERMINATED BY '\\002' MAP KEYS TERMINATED BY '\\003'\n"
     "STORED AS TEXTFILE\n")])
def test_hive_is_told_how_text_was_written(landed, flags, columns, stored):
    dataset = landed(*flags, "--partition-by", "dt", keep="id,price,dt")
    head, tail = ddl(dataset, "hive").split("LOCATION ")
    assert head == ("CREATE EXTERNAL TABLE `churn` (\n  " + ",\n  ".join(columns) + "\n)\n"
                    "PARTITIONED BY (\n  `dt` STRING\n)\n" + stored)
    assert tail.endswith("/churn';\nMSCK REPAIR TABLE `churn`;\n")


SPARK = """
import sys
from pyspark.sql import SparkSession
folder, query, *statements = sys.argv[1:]
spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
         .config("spark.sql.session.timeZone", "UTC")
         .config("spark.sql.warehouse.dir", folder).getOrCreate())
for text in statements:
    for statement in text.split(";\\n"):
        if statement.strip():
            spark.sql(statement)
for row in spark.sql(query).collect():
    print(tuple(row))
"""


def spark(place, query, *statements):
    """The lines of the rows that Spark finds after it executed `statements`."""
    outcome = subprocess.run([sys.executable, "-c", SPARK, place / "warehouse", query, *statements],
                             capture_output=True, text=True, cwd=place,
                             env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}, timeout=300,
                             check=False)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout.splitlines()


def test_spark_reads_the_table_as_it_landed(landed, place):
    dataset = landed("--partition-by", "dt")
    query = "select id, `order`, price, y, size(tags), dt from churn order by id"
    assert spark(place, query, ddl(dataset, "spark")) == [
        str((i, None if i % 7 == 0 else f"o'{i}", decimal.Decimal(i) / 4 + decimal.Decimal("0.00"),
             2.0 * i + 1, i % 3, f"2026-11-{i % 3 + 1:02}")) for i in range(ROWS)]


@pytest.fixture
def partitioned(place, model):
    """A dataset with directories of dates, numbers, text that must be escaped, and nulls."""
    words = ["it's", "a/b=c", None]
    table = pa.table({
        "id": pa.array(range(ROWS), pa.int64()),
        "x": pa.array(np.arange(ROWS, dtype=np.float32)),
        "day": pa.array([20000 + i % 2 for i in range(ROWS)], pa.date32()),
        "n": pa.array([None if i % 5 == 0 else -i % 3 for i in range(ROWS)], pa.int32()),
        "word": [words[i % 3] for i in range(ROWS)]})
    support.write_rows(place / "in", table)
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output", place / "churn",
           "--keep", "id,day,n,word", "--partition-by", "day,n,word")
    return table, place / "churn"


def directories(dataset):
    return sorted({p.parent for p in dataset.glob("day=*/n=*/word=*/*.parquet")})


def test_spark_sees_the_partitions_that_it_is_told_of(partitioned, place):
    table, dataset = partitioned
    create = ddl(dataset, "spark").replace("MSCK REPAIR TABLE `churn`;\n", "")
    told = ddl(dataset, "spark", "--partitions")
    assert told.count("\n") == told.count("IF NOT EXISTS") == len(directories(dataset))
    query = "select id, string(day), n, word from churn order by id"
    # Twice: what is there already is no error.
    assert spark(place, query, create, told, told) == [
        str((row["id"], str(row["day"]), row["n"], row["word"])) for row in table.to_pylist()]


def test_partitions_are_told_once_each_where_their_files_are(partitioned):
    _, dataset = partitioned
    nulls = "__HIVE_DEFAULT_PARTITION__"
    whole = [d for d in directories(dataset) if nulls not in str(d)]
    lines = ddl(dataset, "hive", "--partitions").splitlines()
    assert lines.pop() == "MSCK REPAIR TABLE `churn`;"
    assert len(lines) == len(whole) > 3
    for line, directory in zip(lines, whole):
        location = str(directory).replace("'", "\\'")
        assert line.endswith(f"{location}';"), line
    assert all("(`day` = DATE '2024-10-0" in line for line in lines)
    assert ddl(dataset, "trino", "--partitions") == (
        "CALL system.sync_partition_metadata('default', 'churn', 'FULL');\n")
    assert ddl(dataset, "impala", "--partitions").count("IF NOT EXISTS") == len(
        directories(dataset))
    duckdb.connect().execute(ddl(dataset, "duckdb", "--partitions"))


def test_partitions_are_those_of_a_dataset(landed, place):
    assert ddl(landed(), "hive", "--partitions").startswith("-- The dataset is not partitioned")
    refused("ddl", place / "job.toml", "--dialect", "hive", "--partitions",
            words=["job.toml", "dataset"])


@pytest.mark.parametrize("kind", ["parquet", "csv", "json"])
def test_a_job_file_prints_what_its_dataset_does(landed, place, model, kind):
    keep = ["id", "order", "price", "seen", *(["tags"] if kind == "parquet" else []), "dt"]
    dataset = landed("--partition-by", "dt", "--format", kind, keep=",".join(keep))
    job = place / "job.toml"
    job.write_text(f"""[model]\npath = "{model('linear')}"\n[input]\npath = "{place}/in"\n
[output]\npath = "{dataset}"\nformat = "{kind}"\nkeep = {keep}
partition_by = ["dt"]\n""")
    # Impala's text tables know no quotes.
    for dialect in ("hive", "spark", "trino", "duckdb", *(["impala"] if kind != "csv" else [])):
        assert ddl(job, dialect) == ddl(dataset, dialect)


def test_the_table_is_named_as_asked(landed):
    dataset = landed()
    assert "CREATE EXTERNAL TABLE `ml`.`scores`" in ddl(dataset, "hive", "--table", "ml.scores")
    assert 'CREATE TABLE "churn"' in ddl(dataset, "trino")


def test_what_is_no_dataset_and_no_dialect_is_refused(landed, place):
    refused("ddl", place / "nowhere", "--dialect", "hive", words=["nowhere"], code=None)
    refused("ddl", landed(), "--dialect", "sparc", words=["sparc", "spark"])
