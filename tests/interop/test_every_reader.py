"""One job's predictions as Parquet, Avro, CSV and JSON lines are the same rows in every reader."""

import pathlib
import shutil
import tempfile

import pytest

import every_row
import readers
import support
import values
from every_row import LANDED, LISTS, PREDICTED
from readers import BENDS, CANNOT, KEEPS_BITS, READERS, Landed, reason
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
    """landed[format]: the same job, four times."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="howdah-every-"))
    support.write_rows(folder / "in", every_row.INPUT, files=3)
    for form in FORMATS:
        howdah("run", "--model", zoo_folder / "models" / "bits", "--input", folder / "in",
               "--output", folder / form, *flags_of(form))
        support.verify(folder / form, level=3)
    yield {form: Landed(support.data_files(folder / form), LANDED.select(columns_of(form)).schema,
                        set(PREDICTED)) for form in FORMATS}
    shutil.rmtree(folder)


@pytest.mark.parametrize("reader, form", [(r, form) for form in FORMATS for r in READERS[form]])
def test_the_rows_are_those_of_the_job(landed, reader, form):
    which, dataset = f"{form} by {reader}", landed[form]
    read = values.compared(dataset.schema, READERS[form][reader](dataset), form in KEEPS_BITS)
    names = readers.known_to(which, dataset.schema)
    if which == "json by pyarrow":  # a column is numbers or text, and a NaN among numbers is text
        names = [n for n in names if n not in PREDICTED]
    assert sorted(read) == sorted(names)
    wanted = values.compared(dataset.schema, values.of_arrow(LANDED.select(names)),
                             form in KEEPS_BITS)
    bent = {n: reason(BENDS, which, dataset.schema.field(n).type) for n in names}
    for name in names:
        assert bent[name] or read[name] == wanted[name], name
    # What a reader is said to bend it still does.
    shown = {bent[n] for n in names if read[n] != wanted[n]}
    assert shown == {why for _, why in BENDS.get(which, [])}
