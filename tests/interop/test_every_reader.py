"""One job's predictions as Parquet, Avro, CSV and JSON lines are the same rows in every reader."""

import contextlib
import pathlib
import shutil
import tempfile

import duckdb
import fastavro
import fastavro._read
import fastparquet
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq
import pytest

import every_row
import support
from every_row import LANDED, LISTS, PREDICTED, kind_of
from spark_session import spark
from support import howdah

FORMATS = {"parquet": [], "avro": [], "csv": [], "json": ["--set", "checks.nan=string"]}


def columns_of(form):
    return [n for n in LANDED.column_names if form != "csv" or n not in LISTS]


def flags_of(form):
    """Of CSV, which has no lists, the tensor `pair` is the columns p_1 and p_2 alone."""
    kept = [n for n in columns_of(form) if n not in PREDICTED]
    columns = ["f_out=f_out", "d_out=d_out", 'p={from = "pair", as = "expand"}']
    columns += ["pair=pair"] * ("pair" in columns_of(form))
    return ["--format", form, "--keep", ",".join(kept), *FORMATS[form],
            *(word for column in columns for word in ("--set", f"output.columns.{column}"))]


@pytest.fixture(scope="module")
def landed(zoo_folder):
    """landed[format]: the data files of the same job, four times."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="howdah-every-"))
    support.write_rows(folder / "in", every_row.INPUT, files=3)
    for form in FORMATS:
        howdah("run", "--model", zoo_folder / "models" / "bits", "--input", folder / "in",
               "--output", folder / form, *flags_of(form))
        support.verify(folder / form, level=3)
    yield {form: support.data_files(folder / form) for form in FORMATS}
    shutil.rmtree(folder)


# --------------------------------------------------------------------------- readers of Parquet


def parquet_by_pyarrow(paths):
    return every_row.of_arrow(pa.concat_tables(pq.read_table(p, partitioning=None) for p in paths))


def parquet_by_duckdb(paths):
    return every_row.of_arrow(duckdb.sql("SELECT * FROM read_parquet($paths)",
                                         params={"paths": list(map(str, paths))}).to_arrow_table())


def parquet_by_polars(paths):
    return every_row.of_arrow(pl.read_parquet(paths).to_arrow())


def parquet_by_pandas(paths):
    frame = pd.concat(pd.read_parquet(p, dtype_backend="pyarrow") for p in paths)
    return every_row.of_arrow(pa.Table.from_pandas(frame, preserve_index=False))


def of_pandas(frame):
    """Where pandas has NaN for null, a column of floats has none that is null."""

    def value(name, cell):
        return cell if pa.types.is_floating(kind_of(name)) or isinstance(cell, list) or \
            not pd.isna(cell) else None

    return {name: [value(name, cell) for cell in frame[name]] for name in frame.columns}


def parquet_by_fastparquet(paths):
    return of_pandas(pd.concat(fastparquet.ParquetFile(str(p), pandas_nulls=True).to_pandas()
                               for p in paths))


def by_spark(read):
    return every_row.of_arrow(read.toArrow())


def parquet_by_spark(paths):
    return by_spark(spark().read.parquet(*map(str, paths)))


def parquet_by_hive(paths):
    spark().conf.set("spark.sql.hive.convertMetastoreParquet", "false")
    spark().sql("DROP TABLE IF EXISTS every")
    spark().sql(f"""CREATE EXTERNAL TABLE every (id BIGINT, `key` BIGINT, flag BOOLEAN, text STRING,
        raw BINARY, day DATE, money DECIMAL(10,2), f32 FLOAT, f64 DOUBLE, vector ARRAY<FLOAT>,
        f_out FLOAT, d_out DOUBLE, p_1 FLOAT, p_2 FLOAT, pair ARRAY<FLOAT>)
        STORED AS PARQUET LOCATION '{paths[0].parent}'""")
    return by_spark(spark().sql("SELECT * FROM every"))


# ----------------------------------------------------------------------------- readers of Avro
#
# DuckDB reads Avro by an extension that it fetches from the network: it is not asked.


@contextlib.contextmanager
def numbers_for_times():
    """Python has no year 12000: fastavro gives the number that stands in the file."""
    readers = fastavro._read.LOGICAL_READERS
    taken = {name: readers.pop(name) for name in ("int-date", "long-timestamp-micros")}
    try:
        yield
    finally:
        readers.update(taken)


def avro_by_fastavro(paths):
    rows = []
    for path in paths:
        with open(path, "rb") as file, numbers_for_times():
            rows += fastavro.reader(file)
    return {name: [row[name] for row in rows] for name in rows[0]}


def avro_by_polars(paths):
    return every_row.of_arrow(pl.concat(pl.read_avro(p) for p in paths).to_arrow())


def avro_by_spark(paths):
    return by_spark(spark().read.format("org.apache.spark.sql.avro.AvroFileFormat")
                    .load(list(map(str, paths))))


# ------------------------------------------------------------------------------ readers of CSV

# What text has no type for, or its readers no years for, is read as the text that stands there.
AS_TEXT = ["raw", "day", "money", "at"]


def text_type(name, text, otherwise):
    """A reader's type of a column: `text`, or that of the column's own type in `otherwise`."""
    return text if name in AS_TEXT else otherwise[str(kind_of(name))]


def csv_by_pyarrow(paths):
    convert = pyarrow.csv.ConvertOptions(
        column_types={n: pa.string() if n in ("raw", "day") else kind_of(n)
                      for n in columns_of("csv")},
        null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False)
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    return every_row.of_arrow(pa.concat_tables(
        pyarrow.csv.read_csv(p, convert_options=convert, parse_options=parse) for p in paths))


DUCKDB = {"int64": "BIGINT", "bool": "BOOLEAN", "string": "VARCHAR", "binary": "VARCHAR",
          "date32[day]": "VARCHAR", "timestamp[us, tz=UTC]": "TIMESTAMPTZ",
          "decimal128(10, 2)": "DECIMAL(10, 2)", "float": "FLOAT", "double": "DOUBLE"}


def duckdb_types(form):
    return {n: "FLOAT[]" if n in LISTS else DUCKDB[str(kind_of(n))] for n in columns_of(form)}


def csv_by_duckdb(paths):
    return every_row.of_arrow(duckdb.read_csv(
        list(map(str, paths)), header=True, sep=",", quotechar='"', escapechar='"',
        dtype=duckdb_types("csv"), allow_quoted_nulls=False).to_arrow_table())


POLARS = {"int64": pl.Int64, "bool": pl.Boolean, "string": pl.String, "float": pl.Float32,
          "double": pl.Float64}


def csv_by_polars(paths):
    types = {n: text_type(n, pl.String, POLARS) for n in columns_of("csv")}
    return pl.concat(pl.read_csv(p, schema_overrides=types) for p in paths).to_dict(as_series=False)


PANDAS = {"int64": "Int64", "bool": "boolean", "string": "str", "float": "float32",
          "double": "float64"}




def csv_by_pandas(paths):
    types = {n: text_type(n, "str", PANDAS) for n in columns_of("csv")}
    frame = pd.concat(pd.read_csv(
        p, dtype=types, keep_default_na=False, lineterminator="\n",
        na_values={n: ["NaN" if "float" in kind else ""] for n, kind in types.items()})
        for p in paths)
    return of_pandas(frame)


SPARK = {"int64": "BIGINT", "bool": "BOOLEAN", "string": "STRING", "binary": "STRING",
         "date32[day]": "DATE", "timestamp[us, tz=UTC]": "TIMESTAMP",
         "decimal128(10, 2)": "DECIMAL(10, 2)", "float": "FLOAT", "double": "DOUBLE"}


def spark_schema(form):
    return ", ".join(f"`{n}` {'ARRAY<FLOAT>' if n in LISTS else SPARK[str(kind_of(n))]}"
                     for n in columns_of(form))


def csv_by_spark(paths):
    # Without a nullValue of its own Spark takes "" for null.
    return by_spark(spark().read.schema(spark_schema("csv")).options(
        header=True, multiLine=True, escape='"', lineSep="\n", nullValue="\x01null",
        emptyValue="").csv(list(map(str, paths))))


# ------------------------------------------------------------------------ readers of JSON lines


def json_by_pyarrow(paths):
    schema = pa.schema([(n, pa.string() if n in AS_TEXT else kind_of(n))
                        for n in columns_of("json") if n not in PREDICTED])
    parse = pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    return every_row.of_arrow(pa.concat_tables(pyarrow.json.read_json(p, parse_options=parse)
                                               for p in paths))


def json_by_duckdb(paths):
    return every_row.of_arrow(duckdb.read_json(
        list(map(str, paths)), format="newline_delimited", columns=duckdb_types("json"))
        .to_arrow_table())


def json_by_polars(paths):
    types = {n: pl.List(pl.Float32) if n in LISTS else text_type(n, pl.String, POLARS)
             for n in columns_of("json")}
    types |= {n: pl.List(pl.String) if n in LISTS else pl.String for n in PREDICTED}
    return pl.concat(pl.read_ndjson(p, schema=types) for p in paths).to_dict(as_series=False)


def json_by_pandas(paths):
    return of_pandas(pd.concat(pd.read_json(p, lines=True, dtype=False) for p in paths))


def json_by_spark(paths):
    return by_spark(spark().read.schema(spark_schema("json")).json(list(map(str, paths))))


# ------------------------------------------------------------------------------------ the matrix

READERS = {
    "parquet": {"pyarrow": parquet_by_pyarrow, "duckdb": parquet_by_duckdb,
                "polars": parquet_by_polars, "pandas": parquet_by_pandas,
                "fastparquet": parquet_by_fastparquet, "spark": parquet_by_spark,
                "hive": parquet_by_hive},
    "avro": {"fastavro": avro_by_fastavro, "polars": avro_by_polars, "spark": avro_by_spark},
    "csv": {"pyarrow": csv_by_pyarrow, "duckdb": csv_by_duckdb, "polars": csv_by_polars,
            "pandas": csv_by_pandas, "spark": csv_by_spark},
    "json": {"pyarrow": json_by_pyarrow, "duckdb": json_by_duckdb, "polars": json_by_polars,
             "pandas": json_by_pandas, "spark": json_by_spark},
}

# What a reader bends, whoever wrote the file; each must still be so.
BENT = {
    "parquet by fastparquet": {
        "day": "days become nanoseconds, which wrap round before 1677 and after 2262",
        "money": "decimals become doubles"},
    "parquet by hive": {"day": "days before 1582-10-15 are taken for Julian ones"},
    "csv by pandas": dict.fromkeys(["text", "raw"], "an empty text and null are one"),
    "json by pandas": {
        "key": "a column of integers with a null becomes doubles",
        "f64": "digits are added up in a double, not rounded once",
        "d_out": "as f64"},
}

# What a reader cannot be asked for.
NOT_READ = {
    "parquet by hive": {"at": "its timestamps are INT96 only"},
    "json by pyarrow": dict.fromkeys(
        PREDICTED, "a column is numbers or text, and a NaN among numbers is text"),
}


@pytest.mark.parametrize("reader, form", [(r, form) for form in READERS for r in READERS[form]])
def test_the_rows_are_those_of_the_job(landed, reader, form):
    which, keeps_bits = f"{form} by {reader}", form in ("parquet", "avro")
    names = [n for n in columns_of(form) if n not in NOT_READ.get(which, {})]
    read = every_row.compared(READERS[form][reader](landed[form]), keeps_bits)
    assert sorted(read) == sorted(names)
    wanted = every_row.expected(names, keeps_bits)
    for name in names:
        bent = BENT.get(which, {}).get(name)
        assert (read[name] == wanted[name]) == (bent is None), (name, bent)
