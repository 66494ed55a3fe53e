"""Rows as any reader has them, in the one form in which they are compared."""

import base64
import datetime
import decimal
import math
import re

import numpy as np
import pyarrow as pa

import avro_rows

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
SECOND = 1_000_000  # in microseconds
DAY = 86_400 * SECOND


def is_list(kind):
    return (pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind)
            or pa.types.is_large_list(kind))


def parts(kind):
    """The types right inside of `kind`; none where it is a scalar."""
    if is_list(kind):
        return [kind.value_type]
    if pa.types.is_struct(kind):
        return [field.type for field in kind]
    return [kind.key_type, kind.item_type] if pa.types.is_map(kind) else []


def has(kind, test):
    """Whether `test` is true of `kind` or of a type inside it."""
    return test(kind) or any(has(part, test) for part in parts(kind))


def mapped(kind, leaf):
    """`kind` with leaf(type) for each scalar type in it."""
    if is_list(kind):
        return pa.list_(mapped(kind.value_type, leaf))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, mapped(field.type, leaf)) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(mapped(kind.key_type, leaf), mapped(kind.item_type, leaf))
    return leaf(kind)


def micros(kind):
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    return pa.time64("us") if pa.types.is_time(kind) else kind


def numbers(kind):
    if pa.types.is_timestamp(kind) or pa.types.is_time64(kind):
        return pa.int64()
    return pa.int32() if pa.types.is_date32(kind) else kind


def of_arrow(table):
    """name -> list of values, with days and microseconds as numbers: Python has no year 12000."""
    columns = {}
    for name, column in zip(table.column_names, table.columns):
        if has(column.type, pa.types.is_temporal):
            for leaf in micros, numbers:
                column = column.cast(mapped(column.type, leaf))
        columns[name] = column.to_pylist()
    return columns


def days_of(text):
    """-0001-12-31, 2026-11-23 and +12000-02-29, as days since 1970."""
    assert re.fullmatch(r"(\d{4}|\+\d{5,}|-\d{4,})-\d\d-\d\d", text), text
    return np.datetime64(text.lstrip("+"), "D").astype(int).item()


def clock_of(text):
    """22:59:01.000009 as microseconds since midnight."""
    found = re.fullmatch(r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?", text)
    assert found, text
    hours, minutes, seconds = map(int, found.groups()[:3])
    return (hours * 3600 + minutes * 60 + seconds) * SECOND + int((found[4] or "").ljust(6, "0"))


def micros_of(value):
    if isinstance(value, str):
        day, clock = re.split("[T ]", value.removesuffix("Z"))
        return days_of(day) * DAY + clock_of(clock)
    value = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
    return (value - EPOCH) // datetime.timedelta(microseconds=1)


def scalar(kind, value, keeps_bits):
    if pa.types.is_floating(kind):
        number = float(value)
        if math.isnan(number) and not keeps_bits:
            return "NaN"
        return (avro_rows.bits64 if kind == pa.float64() else avro_rows.bits32)(number)
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return base64.b64decode(value, validate=True) if isinstance(value, str) else bytes(value)
    if pa.types.is_date(kind):
        if isinstance(value, str):
            return days_of(value)
        if isinstance(value, datetime.datetime):
            return micros_of(value) // DAY
        return value if isinstance(value, (int, np.integer)) else (value - EPOCH.date()).days
    if pa.types.is_timestamp(kind):
        return value if isinstance(value, (int, np.integer)) else micros_of(value)
    if pa.types.is_time(kind):
        return value if isinstance(value, (int, np.integer)) else clock_of(str(value))
    if pa.types.is_decimal(kind):
        return decimal.Decimal(value) if isinstance(value, (str, decimal.Decimal)) else value
    if isinstance(value, str) and not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return {"true": True, "false": False}[value] if pa.types.is_boolean(kind) else int(value)
    return value


def plain(kind, value, keeps_bits):
    """`value`, as any reader has it, in the one form that is compared: floats as their bits (all
    NaNs alike where the format is text), days and microseconds since 1970, text as it stands in a
    file as what it means, maps as dictionaries."""
    if value is None:
        return None
    if is_list(kind):
        return [plain(kind.value_type, v, keeps_bits) for v in value]
    if pa.types.is_struct(kind):
        assert sorted(value) == sorted(field.name for field in kind), value
        return {field.name: plain(field.type, value[field.name], keeps_bits) for field in kind}
    if pa.types.is_map(kind):
        pairs = list(value.items() if isinstance(value, dict) else
                     (tuple(pair.values()) if isinstance(pair, dict) else pair for pair in value))
        assert len(dict(pairs)) == len(pairs), value
        return {plain(kind.key_type, k, keeps_bits): plain(kind.item_type, v, keeps_bits)
                for k, v in pairs}
    return scalar(kind, value, keeps_bits)


def compared(schema, columns, keeps_bits):
    """Columns of Python values, sorted by id, in the form that is compared."""
    made = {name: [plain(schema.field(name).type, v, keeps_bits) for v in values]
            for name, values in columns.items()}
    order = np.argsort(made["id"], kind="stable")
    return {name: [values[i] for i in order] for name, values in made.items()}
