"""`howdah ddl`: the tables that its statements make have the rows that landed, under names that SQL
reserves. Spark, Hive's SerDes and DuckDB execute them; Trino's and Impala's are parsed."""

import pathlib
import shutil
import tempfile

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import sqlglot
import sqlglot.expressions

import every_row
import support
import values
from every_row import LANDED, LISTS, PREDICTED
from spark_session import spark
from support import howdah

RESERVED = {"flag": "order", "text": "select", "raw": "table", "f32": "group", "f64": "from",
            "money": "user", "day": "date", "at": "timestamp", "key": "end", "p_1": "by_1",
            "p_2": "by_2", "f_out": "where", "vector": "array"}
SPARK_AVRO = "org.apache.spark.sql.avro.AvroFileFormat"
LAST_DAY = 2932896  # 9999-12-31
FORMATS = {"parquet": [], "avro": [], "json": ["--set", "checks.nan=string"],
           "csv": [], "csv without line breaks": [], "csv with nil": ["--set", "output.csv.null=nil"],
           "hive-text": ["--set", "output.csv.dialect=hive-text"]}
# What Hive 2 has no reader of, or whose days and line breaks it bends: see readers.BENDS.
HIVE_LACKS = {"parquet": ["at", "day"], "avro": ["at", "day"],
              "csv without line breaks": ["at", "day", "raw"],
              "hive-text": ["at", "day"]}


def renamed(table):
    """The rows whose day DuckDB's readers of text know, under names that SQL reserves."""
    table = table.filter(pc.less_equal(table["day"].cast(pa.int32()), LAST_DAY))
    return table.rename_columns([RESERVED.get(n, n) for n in table.column_names])


def names_of(form):
    lacks = LISTS if form.startswith("csv") else []
    lacks = [*lacks, "text"] if "without" in form else lacks
    return [n for n in LANDED.column_names if n not in lacks]


@pytest.fixture(scope="module")
def landed(zoo_folder):
    """landed[format]: the dataset."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="howdah-tables-"))
    support.write_rows(folder / "in", renamed(every_row.INPUT), files=2)
    for form, flags in FORMATS.items():
        names = names_of(form)
        kept = [RESERVED.get(n, n) for n in names if n not in PREDICTED]
        columns = ["where=f_out", "d_out=d_out", 'by={from = "pair", as = "expand"}']
        columns += ["pair=pair"] * ("pair" in names)
        howdah("run", "--model", zoo_folder / "models" / "bits", "--input", folder / "in",
               "--output", folder / form.replace(" ", "-"), "--keep", ",".join(kept), *flags, "--format",
               form if form in ("parquet", "avro", "json") else "csv",
               *(word for c in columns for word in ("--set", f"output.columns.{c}")))
    yield {form: folder / form.replace(" ", "-") for form in FORMATS}
    shutil.rmtree(folder)


def ddl(dataset, dialect, name):
    text = howdah("ddl", dataset, "--dialect", dialect, "--table", name).stdout
    return [part for part in text.split(";\n") if part.strip()]


def same_rows(read, form, lacks=(), empty_is_null=False):
    """What a table gives, as of_arrow, against what landed."""
    names = [n for n in names_of(form) if n not in lacks]
    wanted = renamed(LANDED).select([RESERVED.get(n, n) for n in names])
    read = {n: read[n] for n in wanted.column_names}
    if empty_is_null:
        read = {n: [None if v == "" else v for v in column] for n, column in read.items()}
        texts = [n for n in wanted.column_names if wanted.schema.field(n).type == pa.string()]
        for n in texts:
            column = [None if v == "" else v for v in wanted[n].to_pylist()]
            wanted = wanted.set_column(wanted.column_names.index(n), n, pa.array(column))
    exact = form in ("parquet", "avro")
    got = values.compared(wanted.schema, read, exact)
    want = values.compared(wanted.schema, values.of_arrow(wanted), exact)
    for name in wanted.column_names:
        assert got[name] == want[name], name


def by_spark(dataset, dialect, name):
    spark().conf.set("spark.sql.hive.convertMetastoreParquet", "false")
    spark().sql(f"DROP TABLE IF EXISTS {name}")
    for statement in ddl(dataset, dialect, name):
        # Spark's Avro is asked for by its class: the name is that of a module beside it.
        spark().sql(statement.replace("USING avro", f"USING {SPARK_AVRO}"))
    return spark().table(name)


@pytest.mark.parametrize("form", FORMATS)
def test_the_table_of_spark_has_the_rows(landed, form):
    table = by_spark(landed[form], "spark", "landed_spark")
    lacks = ["day"] if form == "hive-text" else []  # by Hive's SerDe
    same_rows(values.of_arrow(table.toArrow()), form, lacks)


@pytest.mark.parametrize("form", HIVE_LACKS)
def test_the_table_of_hive_has_the_rows(landed, form):
    table = by_spark(landed[form], "hive", "landed_hive")
    if form.startswith("csv"):  # Spark reads Hive's table without regard to skip.header.line.count
        table = table.where("id <> 'id'")
    names = [RESERVED.get(n, n) for n in names_of(form) if n not in HIVE_LACKS[form]]
    read = table.selectExpr(*(f"`{n}`" for n in names)).toArrow()
    same_rows(values.of_arrow(read), form, HIVE_LACKS[form], empty_is_null=form.startswith("csv"))


@pytest.mark.parametrize("form", ["parquet", "csv", "csv with nil", "json"])
def test_the_view_of_duckdb_has_the_rows(landed, form):
    connection = duckdb.connect()
    connection.execute("SET timezone = 'UTC'")
    for statement in ddl(landed[form], "duckdb", "landed"):
        connection.execute(statement)
    table = connection.execute("SELECT * FROM landed").to_arrow_table()
    same_rows(values.of_arrow(table), form)


# sqlglot does not know Impala, whose statement is Hive's; nor is there a JsonSerDe in Spark's Hive.
@pytest.mark.parametrize("dialect, grammar, form", [
    ("trino", "trino", "parquet"), ("trino", "trino", "avro"), ("trino", "trino", "json"),
    ("trino", "trino", "csv"), ("trino", "trino", "hive-text"), ("impala", "hive", "parquet"),
    ("hive", "hive", "json")])
def test_the_statement_is_of_the_grammar(landed, dialect, grammar, form):
    [text] = ddl(landed[form], dialect, "landed")
    made = sqlglot.parse_one(text, read=grammar, error_level=sqlglot.ErrorLevel.RAISE)
    assert isinstance(made, sqlglot.expressions.Create), text
    columns = [c.name for c in made.this.expressions]
    assert columns == [RESERVED.get(n, n) for n in names_of(form)]
