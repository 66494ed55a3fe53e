"""Tables made by chance, from a seed: columns of every type that lands, with the values that readers
stumble over among others that nobody thought of."""

import os

import numpy as np
import pyarrow as pa

SEED = int(os.environ.get("HOWDAH_INTEROP_SEED", "20261123"))
CASES = int(os.environ.get("HOWDAH_INTEROP_CASES", "2"))
SETTINGS = f"HOWDAH_INTEROP_SEED={SEED} HOWDAH_INTEROP_CASES={CASES}"

ALPHABET = list('ab,"\n\r\\ \t{}[]:\0\x01\x02\x03N\'#;=') + ["é", "\u2028", "\U0001f600", "\ufeff"]
TEXTS = ["", "plain", "a\0b", 'say "x"', "two\nlines", "cr\rlf\r\n", "a,b", " spaces ",
         "\U0001f600 e\u0301", "NULL", "NaN", "null", "\\N", "#x", "'", "0012", '\\"', "tab\t",
         "1e5", "true", "-", "2026-11-23", "x" * 3000]
BLOBS = [b"", b"\xff\xfe", b"\0", b"\r\n,\"", b"Obj\x01", b"PAR1"]
# The Gregorian calendar began on 1582-10-15; 2932896 is 9999-12-31.
DAYS = [-719162, -141438, -141428, -141427, -1, 0, 2932896]
# In Hive's text 1582-10-05 to 1582-10-14 are no days: it moves them on by ten.
NEAR_DAYS = [day for day in DAYS if not -141437 <= day <= -141428]
FAR_DAYS = [-719163, -1_000_000, 2932897, 3663441]
MICROS = [-62135596800000000, 253402300799999999, -1, 0, -12219292800000000, 1763900000123456]


def rng_of(*numbers):
    return np.random.default_rng([SEED, *numbers])


def mixed(rng, n, special, made):
    """n values: of `special` here and there, else of `made`."""
    return [special[rng.integers(len(special))] if rng.random() < 0.3 else value
            for value, _ in zip(made, range(n), strict=True)]


def integers(rng, kind, n):
    info = np.iinfo(kind)
    special = [info.min, info.max, 0, *(v for v in (-1, 2**31, 2**53 + 1, -2**53 - 1)
                                        if info.min <= v <= info.max)]
    made = rng.integers(info.min, info.max, size=n, dtype=kind, endpoint=True)
    return np.array(mixed(rng, n, special, made.tolist()), kind)


def floats(rng, kind, n, finite=False):
    """Floats of random bits. No NaN is a signalling one: Python itself cannot hold those."""
    kind = np.dtype(kind)
    word = np.dtype(f"u{kind.itemsize}")
    info = np.finfo(kind)
    bits = rng.integers(0, np.iinfo(word).max, size=n, dtype=word, endpoint=True)
    special = np.array([-0.0, 0.1, info.max, info.smallest_subnormal, info.tiny, 1, 2049, np.nan,
                        np.inf, -np.inf], kind)
    chosen = rng.random(n) < 0.3
    bits[chosen] = special[rng.integers(len(special), size=n)][chosen].view(word)
    nan = np.isnan(bits.view(kind))
    bits[nan] |= word.type(1 << (info.nmant - 1))
    values = bits.view(kind)
    if finite:
        values[~np.isfinite(values)] = 0.25
    return values


def texts(rng, n):
    return mixed(rng, n, TEXTS, ("".join(rng.choice(ALPHABET, size=rng.integers(0, 7)))
                                 for _ in range(n)))


def decimals(rng, kind, n):
    top = 10 ** kind.precision - 1
    made = mixed(rng, n, [0, 1, -1, top, -top], (int(rng.integers(-2**62, 2**62)) * int(
        rng.integers(1, 2**62)) % top * (-1) ** int(rng.integers(2)) for _ in range(n)))
    words = np.array([[v & (1 << 64) - 1, v >> 64 & (1 << 64) - 1] for v in made], np.uint64)
    return pa.Array.from_buffers(kind, n, [None, pa.py_buffer(words.tobytes())])


class Tables:
    """What columns of one table may hold.

    finite: no NaN, no infinity. near: days of the years 1 to 9999 only. whole: no null and no
    empty text inside of others.
    """

    def __init__(self, rng, finite=False, near=False, whole=False):
        self.rng, self.finite, self.near, self.whole = rng, finite, near, whole

    def scalar(self, kind, n, inside=False):
        rng = self.rng
        if pa.types.is_integer(kind):
            return pa.array(integers(rng, kind.to_pandas_dtype(), n), kind)
        if pa.types.is_floating(kind):
            return pa.array(floats(rng, kind.to_pandas_dtype(), n, self.finite), kind)
        if pa.types.is_boolean(kind):
            return pa.array(rng.integers(0, 2, size=n).astype(bool))
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            made = texts(rng, n)
            return pa.array([t or "t" for t in made] if inside and self.whole else made, kind)
        if pa.types.is_binary(kind):
            made = mixed(rng, n, BLOBS, (rng.bytes(int(rng.integers(0, 9))) for _ in range(n)))
            return pa.array([b or b"b" for b in made] if inside and self.whole else made, kind)
        if pa.types.is_fixed_size_binary(kind):
            return pa.array([rng.bytes(kind.byte_width) for _ in range(n)], kind)
        if pa.types.is_date(kind):
            days = rng.integers(-719162, 2932896, size=n).tolist()
            return pa.array(mixed(rng, n, NEAR_DAYS if self.near else DAYS + FAR_DAYS, days),
                            pa.int32()).cast(kind)
        if pa.types.is_timestamp(kind):
            per = {"ms": 1000, "us": 1}[kind.unit]
            made = mixed(rng, n, MICROS, rng.integers(MICROS[0], MICROS[1], size=n).tolist())
            return pa.array([v // per for v in made], pa.int64()).cast(kind)
        if pa.types.is_time(kind):
            word, per = {"ms": (pa.int32(), 1000), "us": (pa.int64(), 1)}[kind.unit]
            last = 86_400_000_000 // per - 1
            made = mixed(rng, n, [0, last], rng.integers(0, last, size=n).tolist())
            return pa.array(made, word).cast(kind)
        return decimals(rng, kind, n)

    def column(self, kind, n, inside=False):
        """n values of any type, some of them null."""
        rng = self.rng
        if pa.types.is_list(kind):
            lengths = rng.integers(1 if inside and self.whole else 0, 5, size=n)
            offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
            made = pa.ListArray.from_arrays(offsets, self.column(kind.value_type,
                                                                 int(lengths.sum()), True))
        elif pa.types.is_struct(kind):
            made = pa.StructArray.from_arrays([self.column(f.type, n, True) for f in kind],
                                              fields=list(kind))
        elif pa.types.is_map(kind):
            lengths = rng.integers(1 if inside and self.whole else 0, 4, size=n)
            offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
            keys = pa.array([f"{'' if i == 0 and not self.whole else 'key'}{i or ''}"
                             for length in lengths for i in range(length)], pa.string())
            made = pa.MapArray.from_arrays(offsets, keys,
                                           self.column(kind.item_type, len(keys), True))
        else:
            made = self.scalar(kind, n, inside)
        if inside and self.whole or rng.random() < 0.3:
            return made
        null = rng.random(n) < 0.15
        return made.take(pa.array(np.arange(n), mask=null))


SCALARS = [pa.bool_(), pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(),
           pa.uint32(), pa.float32(), pa.float64(), pa.string(), pa.large_string(), pa.binary(),
           pa.date32(), pa.timestamp("us", "UTC"), pa.timestamp("ms", "UTC"), pa.timestamp("us"),
           pa.decimal128(9, 2), pa.decimal128(18, 4), pa.decimal128(38, 10)]


def nested(rng, maps, depth=2):
    """A list, record or, where wanted, map of scalars and, where `depth` is left, of such again."""
    def part():
        if depth > 1 and rng.random() < 0.3:
            return nested(rng, maps, depth - 1)
        return SCALARS[rng.integers(len(SCALARS))]

    what = rng.integers(4)
    if what == 0:
        return pa.struct([(f"f{i}", part()) for i in range(rng.integers(1, 4))])
    if what == 1 and maps:
        return pa.map_(pa.string(), part())
    return pa.list_(part())
