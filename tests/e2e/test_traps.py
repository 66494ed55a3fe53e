"""What users' data does to the tools they use today, through the whole command: right, or refused
with its sentence. The rows that a room decides alone are in src/schema/traps_test.cc."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import support
from support import howdah, refused


def land(place, model, table, *more, keep=None, name="linear", **options):
    support.write_rows(place / "in", table)
    keep = ["--keep", keep] if keep else []
    return howdah("run", "--model", model(name), "--input", place / "in", "--output",
                  place / "out", *keep, *more, **options)


X = pa.array([1.0, 2.0, 3.0], pa.float32())


def test_a_nan_score_is_a_nan_and_no_null(place, model):
    land(place, model, pa.table({"x": pa.array([1.0, np.nan, -0.0], pa.float32())}))
    y = support.read(place / "out").column("y")
    assert y.null_count == 0 and np.isnan(y[1].as_py())


def test_a_fixed_shape_tensor_lands_as_a_list_that_says_its_shape(place, model):
    tensors = pa.FixedShapeTensorArray.from_numpy_ndarray(
        np.arange(18, dtype=np.float32).reshape(3, 2, 3))
    land(place, model, pa.table({"t": tensors, "x": X}), keep="t")
    field = pq.read_schema(support.data_files(place / "out")[0]).field("t")
    assert field.metadata[b"tensor.shape"] == b"2,3"
    values = support.read(place / "out").column("t").to_pylist()
    assert values[1] == [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]


def test_no_rows_have_the_schema_of_rows(place, model):
    table = pa.table({"id": pa.array([], pa.int64()),
                      "features": pa.array([], pa.list_(pa.float32(), 8))})
    land(place, model, table, keep="id", name="dense")
    empty = pq.read_schema(support.data_files(place / "out")[0])
    full = table.schema.empty_table()
    x = np.ones((2, 8), np.float32)
    full = pa.table({"id": [1, 2], "features": pa.FixedSizeListArray.from_arrays(
        pa.array(x.reshape(-1)), 8)})
    support.write_rows(place / "in2", full)
    howdah("run", "--model", model("dense"), "--input", place / "in2", "--output",
           place / "out2", "--keep", "id")
    assert pq.read_schema(support.data_files(place / "out2")[0]).equals(empty)


def test_an_int64_key_with_a_null_stays_exact(place, model):
    keys = pa.array([(1 << 53) + 1, None, -(1 << 63)])
    land(place, model, pa.table({"id": keys, "x": X}), keep="id")
    assert support.read(place / "out").column("id").to_pylist() == keys.to_pylist()


def test_kept_columns_that_differ_by_case_alone_are_refused(place, model):
    support.write_rows(place / "in", pa.table({"Key": [1, 2, 3], "key": [4, 5, 6], "x": X}))
    refused("run", "--model", model("linear"), "--input", place / "in", "--output",
            place / "out", "--keep", "Key,key", words=["'Key'", "'key'"])


def test_a_codec_that_readers_lack_is_refused_by_name(place, model):
    support.write_rows(place / "in", pa.table({"x": X}))
    refused("run", "--model", model("linear"), "--input", place / "in", "--output",
            place / "out", "--compression", "brotli", words=["brotli", "snappy", "zstd"])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_land_in_what_spark_and_hive_read(place, model, unit):
    stamps = pa.array([0, 1, -1], pa.timestamp("s")).cast(pa.timestamp(unit))
    land(place, model, pa.table({"t": stamps, "x": X}), keep="t")
    landed = support.read(place / "out").column("t")
    # Parquet has no seconds: pyarrow writes the input's as milliseconds.
    assert landed.type == pa.timestamp("ms" if unit in ("s", "ms") else "us")
    micros = landed.cast(pa.timestamp("us")).cast(pa.int64())
    assert micros.to_pylist() == [0, 1_000_000, -1_000_000]


def test_a_uint32_key_is_a_long_and_no_negative_int(place, model):
    land(place, model, pa.table({"id": pa.array([0, 1, (1 << 32) - 1], pa.uint32()), "x": X}),
         keep="id")
    landed = support.read(place / "out").column("id")
    assert landed.type == pa.int64() and landed[2].as_py() == (1 << 32) - 1


def test_half_and_brain_floats_land_as_floats(place, model):
    table = pa.table({"h": np.array([1, 2, 3], np.float16), "d": [0.5, 1.0, 1.5]})
    land(place, model, table, name="floats", keep="h")
    schema = support.read(place / "out").schema
    assert {schema.field(n).type for n in ("h", "half", "brain")} == {pa.float32()}
