"""Readers of others, for each format that Howdah lands, and what each of them loses by itself.

A reader takes a `Landed` and gives the rows as columns: name -> list of values of any form that
values.plain knows. What text has no type for, or its readers no years for, is read as the text that
stands there.
"""

import contextlib
import csv
import dataclasses
import functools
import gzip
import io
import json
import math
import re

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

import java_avro
import values
import zstandard
from spark_session import spark
from values import has, is_list, mapped


@dataclasses.dataclass
class Landed:
    """The files of a dataset and the columns that are in them."""

    paths: list
    schema: pa.Schema
    # Columns of floats with NaN or infinity, which are texts among numbers in JSON lines.
    not_finite: set = dataclasses.field(default_factory=set)
    null: str = ""  # in CSV

    def names(self):
        return list(map(str, self.paths))

    def types(self, made):
        """name -> made(type)."""
        return {field.name: made(field.type) for field in self.schema}


def by_spark(read):
    return values.of_arrow(read.toArrow())


def of_pandas(landed, frame):
    """Where pandas has NaN for null, a column of floats has none that is null."""

    def value(kind, cell):
        return cell if pa.types.is_floating(kind) or isinstance(cell, (list, dict)) or \
            not pd.isna(cell) else None

    return {n: [value(landed.schema.field(n).type, cell) for cell in frame[n]]
            for n in frame.columns}


# ------------------------------------------------------------------------------------------ types

DUCKDB = {"int8": "TINYINT", "uint8": "UTINYINT", "int16": "SMALLINT", "uint16": "USMALLINT",
          "int32": "INTEGER", "int64": "BIGINT", "bool": "BOOLEAN", "float": "FLOAT",
          "double": "DOUBLE"}
POLARS = {"int8": pl.Int8, "uint8": pl.UInt8, "int16": pl.Int16, "uint16": pl.UInt16,
          "int32": pl.Int32, "int64": pl.Int64, "bool": pl.Boolean, "float": pl.Float32,
          "double": pl.Float64}
PANDAS = {"int8": "Int8", "uint8": "UInt8", "int16": "Int16", "uint16": "UInt16", "int32": "Int32",
          "int64": "Int64", "bool": "boolean", "float": "float32", "double": "float64"}
# Hive's names too. Spark and Hive have no unsigned numbers.
SPARK = {"int8": "TINYINT", "uint8": "SMALLINT", "int16": "SMALLINT", "uint16": "INT",
         "int32": "INT", "int64": "BIGINT", "bool": "BOOLEAN", "float": "FLOAT",
         "double": "DOUBLE", "date32[day]": "DATE"}


def duckdb_type(kind):
    if is_list(kind):
        return f"{duckdb_type(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        return f"STRUCT({', '.join(f'{f.name} {duckdb_type(f.type)}' for f in kind)})"
    if pa.types.is_map(kind):
        return f"MAP(VARCHAR, {duckdb_type(kind.item_type)})"
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision}, {kind.scale})"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMPTZ" if kind.tz else "TIMESTAMP"
    return DUCKDB.get(str(kind), "VARCHAR")


def polars_type(kind):
    if is_list(kind):
        return pl.List(polars_type(kind.value_type))
    if pa.types.is_struct(kind):
        return pl.Struct({f.name: polars_type(f.type) for f in kind})
    return POLARS.get(str(kind), pl.String)


def spark_type(kind, binary="STRING"):
    if is_list(kind):
        return f"ARRAY<{spark_type(kind.value_type, binary)}>"
    if pa.types.is_struct(kind):
        return f"STRUCT<{', '.join(f'{f.name}: {spark_type(f.type, binary)}' for f in kind)}>"
    if pa.types.is_map(kind):
        return f"MAP<STRING, {spark_type(kind.item_type, binary)}>"
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision}, {kind.scale})"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP" if kind.tz or binary == "BINARY" else "TIMESTAMP_NTZ"
    if pa.types.is_binary(kind):
        return binary
    return SPARK.get(str(kind), "STRING")


def spark_schema(landed):
    return ", ".join(f"`{n}` {t}" for n, t in landed.types(spark_type).items())


def as_text(kind):
    """A type of text for what pyarrow does not make of text, or not of all years."""
    known = (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))
    return kind if known else pa.string()


# ------------------------------------------------------------------------------------- of Parquet


def parquet_by_pyarrow(landed):
    return values.of_arrow(pa.concat_tables(pq.read_table(p, partitioning=None)
                                            for p in landed.paths))


def parquet_by_duckdb(landed):
    return values.of_arrow(duckdb.sql("SELECT * FROM read_parquet($paths)",
                                      params={"paths": landed.names()}).to_arrow_table())


def parquet_by_polars(landed):
    return values.of_arrow(pl.read_parquet(landed.paths).to_arrow())


def parquet_by_pandas(landed):
    frame = pd.concat(pd.read_parquet(p, dtype_backend="pyarrow") for p in landed.paths)
    return values.of_arrow(pa.Table.from_pandas(frame, preserve_index=False))


def parquet_by_fastparquet(landed):
    return of_pandas(landed, pd.concat(
        fastparquet.ParquetFile(p, pandas_nulls=True).to_pandas(columns=known_to(
            "parquet by fastparquet", landed.schema)) for p in landed.names()))


def parquet_by_spark(landed):
    return by_spark(spark().read.parquet(*landed.names()))


def hive_table(landed, stored):
    """The rows that Hive's own SerDe gives, of the columns that it can be asked for."""
    spark().conf.set("spark.sql.hive.convertMetastoreParquet", "false")
    which = f"{stored} by hive"
    names = known_to(which, landed.schema) if stored == "parquet" else landed.schema.names
    columns = ", ".join(f"`{n}` {spark_type(landed.schema.field(n).type, 'BINARY')}"
                        for n in names)
    form = "STORED AS PARQUET" if stored == "parquet" else HIVE_TEXT
    spark().sql("DROP TABLE IF EXISTS every")
    spark().sql(f"CREATE EXTERNAL TABLE every ({columns}) {form} "
                f"LOCATION '{landed.paths[0].parent}'")
    return by_spark(spark().sql("SELECT * FROM every"))


def parquet_by_hive(landed):
    return hive_table(landed, "parquet")


# ---------------------------------------------------------------------------------------- of Avro
#
# DuckDB reads Avro by an extension that it fetches from the network: it is not asked.


@contextlib.contextmanager
def numbers_for_times():
    """Python has no year 12000: fastavro gives the number that stands in the file."""
    readers = fastavro._read.LOGICAL_READERS
    names = ("int-date", "long-timestamp-micros", "long-local-timestamp-micros")
    taken = {name: readers.pop(name) for name in names}
    try:
        yield
    finally:
        readers.update(taken)


def read_zstandard(file):
    """A block; fastavro itself asks for a package of another name."""
    stored = file.read(fastavro._read.read_long(file))
    return io.BytesIO(zstandard.ZstdDecompressor().decompressobj().decompress(stored))


fastavro._read.BLOCK_READERS["zstandard"] = read_zstandard


def avro_by_fastavro(landed):
    rows = []
    for path in landed.paths:
        with open(path, "rb") as file, numbers_for_times():
            rows += fastavro.reader(file)
    return {name: [row[name] for row in rows] for name in landed.schema.names}


def avro_by_polars(landed):
    return values.of_arrow(pl.concat(pl.read_avro(p) for p in landed.paths).to_arrow())


def avro_by_spark(landed):
    return by_spark(spark().read.format("org.apache.spark.sql.avro.AvroFileFormat")
                    .load(landed.names()))


def avro_by_java(landed):
    rows = [row for path in landed.paths for row in java_avro.read(path)[1]]
    return {f.name: [java_avro.told(f.type, row[f.name]) for row in rows] for f in landed.schema}


# ----------------------------------------------------------------------------------------- of CSV


def text_of(path):
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


QUOTED = re.compile('"(?:[^"]|"")*"')


def csv_by_csv(landed):
    """Python's module, which does not say whether an empty cell had quotes: asked separately."""
    columns = {n: [] for n in landed.schema.names}
    for path in landed.paths:
        text = text_of(path)
        cells = list(csv.reader(io.StringIO(text, newline="")))
        marks = QUOTED.sub('"', text).split("\n")
        assert marks.pop() == "" and len(marks) == len(cells)
        for row, mark in zip(cells[1:], marks[1:], strict=True):
            for name, cell, quoted in zip(cells[0], row, mark.split(","), strict=True):
                columns[name].append(None if quoted == landed.null else cell)
    return columns


def csv_by_pyarrow(landed):
    kinds = landed.types(lambda kind: kind if pa.types.is_decimal(kind) or
                         pa.types.is_timestamp(kind) and kind.tz else as_text(kind))
    convert = pyarrow.csv.ConvertOptions(
        column_types=kinds, null_values=[landed.null], strings_can_be_null=True,
        quoted_strings_can_be_null=False)
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    return values.of_arrow(pa.concat_tables(
        pyarrow.csv.read_csv(p, convert_options=convert, parse_options=parse)
        for p in landed.paths))


def csv_by_duckdb(landed):
    return values.of_arrow(duckdb.read_csv(
        landed.names(), header=True, sep=",", quotechar='"', escapechar='"',
        dtype=landed.types(duckdb_type), allow_quoted_nulls=False,
        na_values=[landed.null]).to_arrow_table())


def csv_by_polars(landed):
    types = landed.types(polars_type)
    return pl.concat(pl.read_csv(p, schema_overrides=types)
                     for p in landed.paths).to_dict(as_series=False)


def csv_by_pandas(landed):
    types = landed.types(lambda kind: PANDAS.get(str(kind), "str"))
    frame = pd.concat(pd.read_csv(
        p, dtype=types, keep_default_na=False, lineterminator="\n",
        na_values={n: ["", "NaN"] if "float" in kind else [""] for n, kind in types.items()})
        for p in landed.paths)
    return of_pandas(landed, frame)


def csv_by_spark(landed):
    # Without a nullValue of its own Spark takes "" for null.
    return by_spark(spark().read.schema(spark_schema(landed)).options(
        header=True, multiLine=True, escape='"', lineSep="\n", nullValue="\x01null",
        emptyValue="").csv(landed.names()))


HIVE_TEXT = ("ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001' ESCAPED BY '\\\\' "
             "COLLECTION ITEMS TERMINATED BY '\\002' MAP KEYS TERMINATED BY '\\003' "
             "STORED AS TEXTFILE")


def hive_text_by_hive(landed):
    return hive_table(landed, "hive-text")


# ---------------------------------------------------------------------------------- of JSON lines


def json_by_json(landed):
    rows = [json.loads(line) for path in landed.paths for line in text_of(path).split("\n")[:-1]]
    assert all(list(row) == landed.schema.names for row in rows)
    return {n: [row[n] for row in rows] for n in landed.schema.names}


def json_by_pyarrow(landed):
    schema = pa.schema([(n, mapped(landed.schema.field(n).type, as_text))
                        for n in known_to("json by pyarrow", landed.schema)
                        if n not in landed.not_finite])
    parse = pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    return values.of_arrow(pa.concat_tables(pyarrow.json.read_json(p, parse_options=parse)
                                            for p in landed.paths))


def json_by_duckdb(landed):
    return values.of_arrow(duckdb.read_json(
        landed.names(), format="newline_delimited", columns=landed.types(duckdb_type))
        .to_arrow_table())


def json_by_polars(landed):
    def leaf(name, kind):
        if pa.types.is_integer(kind):
            return pa.int64()  # of JSON it knows no narrower ones
        return pa.string() if name in landed.not_finite else kind

    types = {n: polars_type(mapped(landed.schema.field(n).type, functools.partial(leaf, n)))
             for n in known_to("json by polars", landed.schema)}
    return pl.concat(pl.read_ndjson(p, schema=types)
                     for p in landed.paths).to_dict(as_series=False)


def json_by_pandas(landed):
    frame = pd.concat(pd.read_json(p, lines=True, dtype=False) for p in landed.paths)
    # A NaN that landed is text, so a NaN here is a null.
    return {n: [None if isinstance(cell, float) and math.isnan(cell) else cell
                for cell in frame[n]] for n in frame.columns}


def json_by_spark(landed):
    return by_spark(spark().read.schema(spark_schema(landed)).json(landed.names()))


# ------------------------------------------------------------------------------------- the matrix

READERS = {
    "parquet": {"pyarrow": parquet_by_pyarrow, "duckdb": parquet_by_duckdb,
                "polars": parquet_by_polars, "pandas": parquet_by_pandas,
                "fastparquet": parquet_by_fastparquet, "spark": parquet_by_spark,
                "hive": parquet_by_hive},
    "avro": {"fastavro": avro_by_fastavro, "polars": avro_by_polars, "spark": avro_by_spark,
             "java": avro_by_java},
    "csv": {"csv": csv_by_csv, "pyarrow": csv_by_pyarrow, "duckdb": csv_by_duckdb,
            "polars": csv_by_polars, "pandas": csv_by_pandas, "spark": csv_by_spark},
    "hive-text": {"hive": hive_text_by_hive},
    "json": {"json": json_by_json, "pyarrow": json_by_pyarrow, "duckdb": json_by_duckdb,
             "polars": json_by_polars, "pandas": json_by_pandas, "spark": json_by_spark},
}
KEEPS_BITS = {"parquet", "avro"}  # of NaNs too

# What a reader bends, whoever wrote the file: (which types, why).
BENDS = {
    "parquet by fastparquet": [
        (pa.types.is_date, "days become nanoseconds, which wrap round before 1677 and after 2262"),
        (pa.types.is_decimal, "decimals become doubles")],
    "parquet by hive": [(pa.types.is_date, "days before 1582-10-15 are taken for Julian ones")],
    "csv by pandas": [(lambda kind: str(kind) in ("string", "binary"),
                       "an empty text and null are one")],
    "json by pandas": [
        (pa.types.is_int64, "a column of integers with a null becomes doubles"),
        (pa.types.is_float64, "digits are added up in a double, not rounded once")],
}

# What a reader cannot be asked for.
CANNOT = {
    "parquet by hive": [(pa.types.is_timestamp, "its timestamps are INT96 only")],
    "parquet by fastparquet": [
        (lambda kind: any(values.parts(part) for part in values.parts(kind)) or
         pa.types.is_struct(kind) or pa.types.is_map(kind), "of nested columns it knows lists"),
        (lambda kind: any(pa.types.is_timestamp(part) for part in values.parts(kind)),
         "in lists it leaves numbers of any unit"),
        (lambda kind: any(str(part) in ("string", "binary") for part in values.parts(kind)),
         "lists of texts without a dictionary are null to it")],
    "json by pyarrow": [(pa.types.is_map, "it has no reader of maps")],
    "json by polars": [(pa.types.is_map, "it has no reader of maps")],
}


# Where a null among floats is a NaN.
NULL_IS_NAN = {"parquet by fastparquet", "csv by pandas"}

# Variants of a format that a reader does not read, by a word of the flags.
UNABLE = {
    "parquet by fastparquet": ("compact", "it does not know BYTE_STREAM_SPLIT"),
    "avro by polars": ("compact", "it does not know zstandard"),  # nor maps, see test_property
    **dict.fromkeys(["csv by polars", "csv by pandas", "csv by spark"],
                    ("csv.null", "what stands for null is null in quotes too")),
}


def reason(table, which, kind):
    """Why the reader bends, or cannot read, columns of `kind`; None if it does not."""
    return next((why for test, why in table.get(which, []) if has(kind, test)), None)


def known_to(which, schema):
    """The columns that a reader can be asked for."""
    return [field.name for field in schema if not reason(CANNOT, which, field.type)]
