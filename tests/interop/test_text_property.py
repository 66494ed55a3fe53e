"""Tables made by chance, landed as text and read back: each value equal, floats by their bits."""

import base64
import datetime
import decimal
import json

import numpy as np
import pyarrow as pa
import pytest

import support
from support import howdah

SEEDS = range(6)
ROWS = 300
ALPHABET = list('ab,"\n\r\\ \t{}[]:\x01\x02\x03N') + ["é", "\u2028", "\U0001f600"]


def scalar(rng):
    """A type and what makes one value of it, as Python has it."""
    def integer(width):
        high = 1 << (width - 1)
        return lambda: int(rng.integers(-high, high - 1, endpoint=True))

    def single():
        value = rng.integers(0, 1 << 32, dtype=np.uint32).reshape(1).view(np.float32)[0]
        return float(value) if np.isfinite(value) else 0.25

    def text():
        return "".join(rng.choice(ALPHABET, size=rng.integers(0, 6)))

    day = datetime.date(1970, 1, 1)
    choices = [
        (pa.int8(), integer(8)), (pa.int32(), integer(32)), (pa.int64(), integer(64)),
        (pa.float32(), single), (pa.float64(), lambda: float(rng.normal() * 10.0 ** rng.integers(-30, 30))),
        (pa.bool_(), lambda: bool(rng.integers(2))), (pa.string(), text),
        (pa.binary(), lambda: rng.bytes(int(rng.integers(0, 5)))),
        (pa.date32(), lambda: day + datetime.timedelta(int(rng.integers(-700_000, 2_900_000)))),
        (pa.decimal128(20, 6), lambda: decimal.Decimal(int(rng.integers(-10**15, 10**15))).scaleb(-6)),
    ]
    return choices[rng.integers(len(choices))]


def column(rng, depth):
    """The same of a column that may be nested `depth` deep, with nulls."""
    kind = rng.integers(3) if depth > 0 else 2
    if kind == 0:
        inner, make = column(rng, depth - 1)
        return pa.list_(inner), lambda: [make() for _ in range(rng.integers(0, 4))]
    if kind == 1:
        parts = [(f"f{i}", *column(rng, depth - 1)) for i in range(rng.integers(1, 4))]
        return (pa.struct([(name, inner) for name, inner, _ in parts]),
                lambda: {name: make() for name, _, make in parts})
    inner, make = scalar(rng)
    return inner, lambda: None if rng.random() < 0.15 else make()


def plain(kind, value):
    """What the json module reads where `value` was written."""
    if value is None:
        return None
    if pa.types.is_list(kind):
        return [plain(kind.value_type, v) for v in value]
    if pa.types.is_struct(kind):
        return {f.name: plain(f.type, value[f.name]) for f in kind}
    if pa.types.is_float32(kind):
        return np.float32(value).view(np.uint32).item()
    if pa.types.is_binary(kind):
        return base64.b64encode(value).decode()
    if pa.types.is_date(kind):
        return value.isoformat()
    if pa.types.is_decimal(kind):
        return f"{value:.6f}"
    return value


def from_json(kind, value):
    if value is None:
        return None
    if pa.types.is_list(kind):
        return [from_json(kind.value_type, v) for v in value]
    if pa.types.is_struct(kind):
        return {f.name: from_json(f.type, value[f.name]) for f in kind}
    if pa.types.is_float32(kind):
        return np.float32(value).view(np.uint32).item()
    return value


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_table_made_by_chance_comes_back(place, model, seed, form):
    rng = np.random.default_rng([seed, 20261123])
    arrays, names = [pa.array(range(ROWS))], ["id"]
    for i in range(rng.integers(1, 6)):
        kind, make = column(rng, 0 if form == "csv" else 3)
        arrays.append(pa.array([make() for _ in range(ROWS)], kind))
        names.append(f"c{i}")
    table = pa.table(arrays, names)
    support.write_rows(place / "in", table.append_column(
        "x", pa.array(np.zeros(ROWS, np.float32))), files=2)
    howdah("run", "--model", model("linear"), "--input", place / "in", "--output", place / "out",
           "--format", form, "--keep", ",".join(names))
    support.verify(place / "out", level=3)
    if form != "json":
        return
    rows = [json.loads(line) for path in sorted((place / "out").glob("part-*.json"))
            for line in path.read_text().split("\n")[:-1]]
    for name in table.column_names:
        kind = table.schema.field(name).type
        assert ([from_json(kind, row[name]) for row in rows]
                == [plain(kind, value) for value in table[name].to_pylist()]), name
