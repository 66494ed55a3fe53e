"""Rows of every type that lands, and what a reader of Avro must say they are."""

import datetime
import decimal
import struct

import numpy as np
import pyarrow as pa

BILLION = 10 ** 9


def floats(*bits):
    return pa.array(np.array(bits, dtype=np.uint32).view(np.float32))


def doubles(*bits):
    return pa.array(np.array(bits, dtype=np.uint64).view(np.float64))


def days(*text):
    """Days since 1970 of proleptic Gregorian dates, of any year."""
    return pa.array(np.array(text, dtype="datetime64[D]").astype(np.int64).astype(np.int32),
                    type=pa.int32()).cast(pa.date32())


# Name -> (column of four rows, what it is in Avro without its logical types).
# float: a NaN with a payload, -0.0, the smallest denormal, infinity.
COLUMNS = {
    "flag": (pa.array([True, False, None, True]), [True, False, None, True]),
    "i8": (pa.array([-128, 127, None, 0], type=pa.int8()), [-128, 127, None, 0]),
    "u16": (pa.array([0, 65535, None, 1], type=pa.uint16()), [0, 65535, None, 1]),
    "i32": (pa.array([-2**31, 2**31 - 1, None, -1], type=pa.int32()),
            [-2**31, 2**31 - 1, None, -1]),
    "i64": (pa.array([-2**63, 2**63 - 1, 2**53 + 1, None]), [-2**63, 2**63 - 1, 2**53 + 1, None]),
    "u32": (pa.array([2**32 - 1, 0, None, 1], type=pa.uint32()), [2**32 - 1, 0, None, 1]),
    "text": (pa.array(["", None, "a\0b", "\U0001f600 e\u0301"]),
             ["", None, "a\0b", "\U0001f600 e\u0301"]),
    "large_text": (pa.array(["x" * 70_000, None, "", "y"], type=pa.large_string()),
                   ["x" * 70_000, None, "", "y"]),
    "raw": (pa.array([b"\xff\xfe", b"", None, b"\0"]), [b"\xff\xfe", b"", None, b"\0"]),
    "fixed": (pa.array([b"abc", None, b"\0\0\0", b"xyz"], type=pa.binary(3)),
              [b"abc", None, b"\0\0\0", b"xyz"]),
    # The last Julian day in Rome; 12000-02-29 is 5 * 146097 + 60 days after 9999-12-31.
    "day": (days("1582-10-04", "0001-01-01", "9999-12-31", "12000-02-29"),
            [-141438, -719162, 2932896, 3663441]),
    "at": (pa.array([-1, 0, None, 253402300799999999], type=pa.timestamp("us", "UTC")),
           [-1, 0, None, 253402300799999999]),
    "at_ms": (pa.array([-1, 0, None, 5], type=pa.timestamp("ms", "UTC")), [-1, 0, None, 5]),
    "naive": (pa.array([1, None, -1, 0], type=pa.timestamp("us")), [1, None, -1, 0]),
    "clock_ms": (pa.array([0, 86399999, None, 1], type=pa.time32("ms")), [0, 86399999, None, 1]),
    "clock_us": (pa.array([0, 86399999999, None, 1], type=pa.time64("us")),
                 [0, 86399999999, None, 1]),
    "money": (pa.array([decimal.Decimal("-0.01"), decimal.Decimal("1.28"), None,
                        decimal.Decimal("99999999.99")], type=pa.decimal128(10, 2)),
              [b"\xff", b"\x00\x80", None, (10 * BILLION - 1).to_bytes(5, "big")]),
    "numbers": (pa.array([[1, None], [], None, [3]], type=pa.list_(pa.int64())),
                [[1, None], [], None, [3]]),
    "nested": (pa.array([[["a"], []], [], None, [None]], type=pa.list_(pa.list_(pa.string()))),
               [[["a"], []], [], None, [None]]),
    "pair": (pa.array([[1.0, 2.0], None, [0.0, -1.0], [4.0, 4.0]], type=pa.list_(pa.float32(), 2)),
             [[1.0, 2.0], None, [0.0, -1.0], [4.0, 4.0]]),
    "place": (pa.array([{"lat": 1.5, "name": ""}, None, {"lat": None, "name": None},
                        {"lat": -0.5, "name": "x"}],
                       type=pa.struct([("lat", pa.float64()), ("name", pa.string())])),
              [{"lat": 1.5, "name": ""}, None, {"lat": None, "name": None},
               {"lat": -0.5, "name": "x"}]),
    "tags": (pa.array([[("k", 1), ("", None)], [], None, [("z", 2)]],
                      type=pa.map_(pa.string(), pa.int32())),
             [{"k": 1, "": None}, {}, None, {"z": 2}]),
}

FLOATS = {
    "f32": floats(0x7FC00123, 0x80000000, 1, 0x7F800000),
    "f64": doubles(0x7FF8000000000456, 0x8000000000000000, 1, 0xFFF0000000000000),
}

ROWS = 4
# What COLUMNS say with their logical types, where Python has a type for the value.
LOGICAL = {
    "at": [datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc),
           datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc), None,
           datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)],
    "clock_us": [datetime.time(0), datetime.time(23, 59, 59, 999999), None,
                 datetime.time(0, 0, 0, 1)],
    "money": [decimal.Decimal("-0.01"), decimal.Decimal("1.28"), None,
              decimal.Decimal("99999999.99")],
}


def table():
    columns = {"x": pa.array(np.arange(ROWS, dtype=np.float32))}
    columns |= {name: column for name, (column, _) in COLUMNS.items()}
    return pa.table(columns | FLOATS)


def bits32(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


def bits64(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]
