"""Schemas, rows and tensors made by chance, landed in every format: each reader sees what was there.

Expected values are the input's own: the models pass their tensors on.
"""

import pathlib
import shutil
import tempfile

import numpy as np
import pyarrow as pa
import pytest

import chance
import generated
import readers
import support
import values
from readers import BENDS, KEEPS_BITS, READERS, Landed, reason
from support import howdah

BY_CHANCE = True

LAKE = ["snappy", "none", "gzip", "zstd", "lz4"]
COMPACT = ["--profile", "compact"]
# Format -> the flags of its variants, which the cases take in turn.
VARIANTS = {
    "parquet": [*(["--compression", c] for c in LAKE), COMPACT],
    "avro": [["--compression", "snappy"], ["--compression", "deflate"], ["--compression", "none"],
             COMPACT],
    "csv": [[], ["--compression", "gzip"], ["--set", "output.csv.null=\\N"]],
    "hive-text": [[], ["--compression", "gzip"]],
    "json": [[], ["--compression", "gzip"]],
}
ALWAYS = {
    "parquet": ["--format", "parquet"],
    "avro": ["--format", "avro"],
    "csv": ["--format", "csv"],
    "hive-text": ["--format", "csv", "--set", "output.csv.dialect=hive-text"],
    "json": ["--format", "json", "--set", "checks.nan=string"],
}
NAMES = ["order", "select", "k", "table", "_x", "user", "timestamp", "a9", "end", "group"]
LANDED_TYPES = {"large_string": pa.string(), "uint32": pa.int64(), "uint64": pa.int64(),
                "halffloat": pa.float32()}


def variant_of(form, case):
    variants = VARIANTS[form]
    return variants[(chance.SEED + case) % len(variants)]


def has_maps(case):
    return case % 2 == 1


def is_asked(form, case, reader):
    if (form, reader) == ("avro", "polars") and has_maps(case):
        return False  # one stops it, whatever columns are asked for
    word, _ = readers.UNABLE.get(f"{form} by {reader}", (None, ""))
    return not word or not any(word in flag for flag in variant_of(form, case))


def as_landed(kind):
    return values.mapped(kind, lambda leaf: LANDED_TYPES.get(str(leaf), leaf))


def kept_columns(rng, form, rows, maps):
    """name -> column, of types that the format holds."""
    tables = chance.Tables(rng, near=form == "hive-text", whole=form == "hive-text")
    columns = {"id": pa.array(rng.permutation(rows) + (1 << 53) + 1)}
    for name in rng.permutation(NAMES)[:rng.integers(3, 9)].tolist():
        simple = form == "csv" or rng.random() < 0.6
        kind = chance.SCALARS[rng.integers(len(chance.SCALARS))] if simple else chance.nested(
            rng, maps)
        columns[name] = tables.column(kind, rows)
    return columns


def tensor_values(rng, source, rows):
    """What feeds an input of a generated model: like Input.values, with all bits that there are."""
    shape = (rows, *source.tail)
    count = int(np.prod(shape))
    if source.dtype == "string":
        return np.array([t.encode() for t in chance.texts(rng, count)] + [b""],
                        object)[:count].reshape(shape)
    if source.dtype == "bool":
        return rng.integers(0, 2, size=shape).astype(bool)
    kind = np.dtype(source.dtype)
    if kind.kind == "f":
        return chance.floats(rng, kind, count).reshape(shape)
    made = chance.integers(rng, kind, count)
    if source.dtype == "uint64":  # lands as int64
        made = made >> np.uint64(1)
    return made.reshape(shape)


def nested_rows(flat, shape):
    """A column of rows of arrays of `shape`, of their values one after the other."""
    for n in reversed(shape):
        flat = pa.FixedSizeListArray.from_arrays(flat, n)
    return flat


def passed_on(form, source, what, tensor):
    """(settings of the output column, the column that lands); None where the format holds none."""
    tail = list(source.tail)
    known = [None if i in source.unknown else n for i, n in enumerate(tail)]
    if what == "pair":
        tensor = np.stack([tensor, tensor], axis=1)
        tail, known = [2, *tail], [2, *known]
    flat = tensor.reshape(-1)
    if source.dtype == "string":
        flat = pa.array([v.decode() for v in flat], pa.string())
    else:
        flat = pa.array(flat.astype(np.float32) if flat.dtype == np.float16 else flat)
        flat = flat.cast(LANDED_TYPES.get(str(flat.type), flat.type))
    if not tail or known == [1]:
        return {}, flat
    if form == "csv":
        if len(known) > 1 or known == [None]:
            return None
        return {"as": "expand"}, nested_rows(flat, tail)
    if form == "json" or known.count(None) > 1:
        return {}, nested_rows(flat, tail)
    return {}, nested_rows(flat, [int(np.prod(tail))])


def outputs_of(form, rng, rows):
    """A generated model, the columns that feed it, its flags, and the columns that land."""
    while True:
        model = generated.Generated(int(rng.integers(len(generated.SEEDS))))
        tensors = {i.name: tensor_values(rng, i, rows) for i in model.inputs}
        feeds, flags, lands = {}, [], {}
        for source in model.inputs:
            columns = source.columns(tensors[source.name])
            feeds |= columns
            if list(columns) != [source.name]:
                quoted = ", ".join(f'"{name}"' for name in columns)
                flags += ["--set", f"input.tensors.{source.name}=[{quoted}]"]
        for output, (source, what) in model.outputs.items():
            made = what in ("same", "pair") and passed_on(form, source, what,
                                                          tensors[source.name])
            if not made:
                continue
            more, column = made
            name = f"t{len(lands)}"
            settings = "".join(f', {key} = "{value}"' for key, value in more.items())
            flags += ["--set", f'output.columns.{name}={{from = "{output}"{settings}}}']
            if more:
                k = column.type.list_size
                for i in range(k):
                    lands[f"{name}_{i + 1}"] = column.values.take(
                        pa.array(np.arange(rows) * k + i))
            else:
                lands[name] = column
        if lands:
            return model, feeds, flags, lands


class Job:
    """One case, landed."""

    def __init__(self, form, case, zoo, folder):
        rng = chance.rng_of(case, list(VARIANTS).index(form))
        rows = int(rng.integers(1, 400))
        kept = kept_columns(rng, form, rows, has_maps(case))
        model, feeds, flags, lands = outputs_of(form, rng, rows)
        support.write_rows(folder / "in", pa.table(kept | feeds), files=int(rng.integers(1, 4)))
        self.variant = variant_of(form, case)
        howdah("run", "--model", zoo / "models" / model.name, "--input", folder / "in",
               "--output", folder / "out", "--keep", ",".join(kept), *ALWAYS[form], *self.variant,
               *flags, "--set", f"model.batch_rows={rng.integers(1, 200)}",
               "--set", f"output.file_size={rng.integers(1, 64)}KiB")
        support.verify(folder / "out", level=3)
        columns = {n: c.cast(as_landed(c.type)) for n, c in (kept | lands).items()}
        self.expected = pa.table(columns)
        self.landed = Landed(support.data_files(folder / "out"), self.expected.schema,
                             {n for n, c in columns.items()
                              if values.has(c.type, pa.types.is_floating)},
                             "\\N" if "output.csv.null=\\N" in self.variant else "")


@pytest.fixture(scope="module")
def job(zoo_folder):
    """job(form, case): landed once for all its readers."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="howdah-chance-"))
    made = {}

    def get(form, case):
        if (form, case) not in made:
            made[form, case] = Job(form, case, zoo_folder, folder / f"{form}-{case}")
        return made[form, case]

    yield get
    shutil.rmtree(folder)


@pytest.mark.parametrize("case, form, reader", [
    (case, form, reader) for case in range(chance.CASES) for form in VARIANTS
    for reader in READERS[form] if is_asked(form, case, reader)])
def test_rows_made_by_chance_are_what_every_reader_sees(job, case, form, reader):
    made, which, exact = job(form, case), f"{form} by {reader}", form in KEEPS_BITS
    schema = made.landed.schema
    read = values.compared(schema, READERS[form][reader](made.landed), exact)
    names = [n for n in readers.known_to(which, schema)
             if not (which == "json by pyarrow" and n in made.landed.not_finite)]
    assert sorted(read) == sorted(names)
    wanted = values.compared(schema, values.of_arrow(made.expected.select(names)), exact)
    for name in names:
        kind = schema.field(name).type
        if which in readers.NULL_IS_NAN and pa.types.is_floating(kind):
            continue
        if not reason(BENDS, which, kind):
            assert read[name] == wanted[name], (name, kind, made.variant)
