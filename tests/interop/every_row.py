"""The rows of one job that lands in four formats."""

import decimal

import numpy as np
import pyarrow as pa

import avro_rows

ROWS = 420


def cycle(values):
    return [values[i % len(values)] for i in range(ROWS)]


def numbers(*values):
    return pa.array(cycle(list(values)), pa.int64())


def floats(column):
    return column.take(pa.array(np.arange(ROWS) % len(column)))


TEXTS = ["", None, "plain", "a\0b", 'say "x"', "two\nlines", "cr\rlf\r\n", "a,b", " spaces ",
         "\U0001f600 e\u0301", "NULL", "NaN", "null", "\\N", "#x", "'", "0012", "\\\"", "tab\t"]
MONEY = ["-0.01", "1.28", None, "99999999.99", "0.00"]
# Each row's neighbours have other values in every column: the lengths have no common divisor.
KEPT = pa.table({
    "id": pa.array(np.arange(ROWS, dtype=np.int64) + (1 << 53) + 1),
    "key": numbers(-2**63, 2**63 - 1, 2**53 + 1, None, 0),
    "flag": pa.array(cycle([True, False, None])),
    "text": pa.array(cycle(TEXTS)),
    "raw": pa.array(cycle([b"\xff\xfe", b"", None, b"\0", b"\r\n,\"", b"abc", b"d"])),
    # 1582-10-04 was the last Julian day in Rome, and 1582-10-10 was none there.
    "day": floats(avro_rows.days("1582-10-04", "0001-01-01", "9999-12-31", "12000-02-29",
                                 "1582-10-10", "1969-12-31", "2026-11-23")),
    "at": pa.array(cycle([-1, 0, None, 253402300799999999, 1763900000123456]),
                   pa.timestamp("us", "UTC")),
    "money": pa.array([m and decimal.Decimal(m) for m in cycle(MONEY)], pa.decimal128(10, 2)),
    "f32": floats(avro_rows.floats(0x80000000, 1, 0x3DCCCCCD, 0x7F7FFFFF, 0x4B800000)),
    "f64": floats(avro_rows.doubles(0x8000000000000000, 1, 0x3FB999999999999A,
                                    0x7FEFFFFFFFFFFFFF, 0x4340000000000001)),
    "vector": pa.array(cycle([[0.5, -0.0], [], None, [1e-45], [3.4028235e38, 0.1, 2.0]]),
                       pa.list_(pa.float32())),
})
# What the model passes on: two NaNs with payloads, infinities, -0.0, the smallest denormal.
F = floats(avro_rows.floats(0x7FC00123, 0x7F800000, 0x80000000, 1, 0xFFC00001, 0xFF800000,
                            0x3DCCCCCD))
D = floats(avro_rows.doubles(0x7FF8000000000456, 0xFFF0000000000000, 0x8000000000000000, 1,
                             0x7FF0000000000000, 0xFFF8000000000001, 0x3FB999999999999A))
INPUT = KEPT.append_column("f", F).append_column("d", D)
LANDED = (KEPT.append_column("f_out", F).append_column("d_out", D)
          .append_column("p_1", F).append_column("p_2", F)
          .append_column("pair", pa.FixedSizeListArray.from_arrays(
              floats(F).take(pa.array(np.repeat(np.arange(ROWS), 2))), 2)))
PREDICTED = ["f_out", "d_out", "p_1", "p_2", "pair"]
LISTS = ["vector", "pair"]
