"""What users' data does to the tools they use today: right, or refused with its sentence, in every
format. The index says where each case is shown; those of this file are the ones that are shown
nowhere else."""

import re

import numpy as np
import pyarrow as pa
import pytest

import support
from support import REPOSITORY, finish, howdah, refused, start, wait_until
from test_avro import all_rows
from test_text import objects, records

UNITS = "src/schema/traps_test.cc"
E2E = "tests/e2e/test_traps.py"
ANSWERS, BAD, OUTPUTS = (f"tests/e2e/test_{name}.py"
                         for name in ("answers", "bad_input", "outputs"))
AVRO, TEXT, HERE, READERS = (f"tests/interop/test_{name}.py"
                             for name in ("avro", "text", "traps", "every_reader"))
EVERY_READER = (READERS, "test_the_rows_are_those_of_the_job")
EVERY_TYPE = (AVRO, "test_every_type_and_value_is_read_by_fastavro")

# Case -> the tests that show it.
INDEX = {
    "NaN score": [(E2E, "test_a_nan_score_is_a_nan_and_no_null"), EVERY_READER,
                  (TEXT, "test_traps_1_and_2_nan_and_infinities_have_one_spelling_in_csv"),
                  (TEXT, "test_traps_1_and_2_nan_in_json_is_refused_and_a_string_on_request")],
    "infinity": [EVERY_READER,
                 (TEXT, "test_traps_1_and_2_nan_and_infinities_have_one_spelling_in_csv"),
                 (TEXT, "test_traps_1_and_2_nan_in_json_is_refused_and_a_string_on_request")],
    "-0.0": [(UNITS, "Row3MinusZeroKeepsItsSign"), EVERY_READER,
             (TEXT, "test_trap_3_negative_zero_keeps_its_sign")],
    "float32 as text": [(TEXT, "test_trap_4_a_float_is_its_own_shortest_text"), EVERY_READER],
    "empty text, null and NaN": [(TEXT, "test_trap_5_empty_text_null_and_nan_differ_in_csv"),
                                 EVERY_READER],
    "output [N, 2, 3]": [(UNITS, "Row6ATensorOfRankThreeLandsFlatWithItsShapeOrNested"),
                         (AVRO, "test_lists_of_tensors_are_required_floats"),
                         (TEXT, "test_tensors_of_rank_three_are_nested_arrays_in_json")],
    "list cell in CSV": [(TEXT, "test_a_list_cell_in_csv_is_refused_with_the_ways_out")],
    "fixed shape tensor": [
        (E2E, "test_a_fixed_shape_tensor_lands_as_a_list_that_says_its_shape"),
        (HERE, "test_a_fixed_shape_tensor_is_an_array_or_refused")],
    "fixed size list": [EVERY_TYPE, EVERY_READER],
    "uint64 above 2^63": [(UNITS, "Row10Uint64AboveInt64IsRefusedInOutputsAndKeys"),
                          (ANSWERS, "test_an_unsigned_key_above_two_to_the_63_is_refused_not_bent"),
                          (HERE, "test_a_kept_value_that_would_be_bent_is_refused")],
    "uint32 max": [(UNITS, "Row11Uint32MaxIsALongAndNoInt"),
                   (E2E, "test_a_uint32_key_is_a_long_and_no_negative_int"), EVERY_TYPE,
                   (HERE, "test_unsigned_and_bool_outputs_are_what_they_were")],
    "int32 field, 2^31": [
        (UNITS, "Row12AnIntFieldRefuses2To31"),
        (OUTPUTS, "test_a_whole_number_too_large_for_the_declared_type_is_refused"),
        (HERE, "test_a_declared_type_that_would_bend_a_score_is_refused")],
    "integer column, 1.5": [(UNITS, "Row13AnIntegerColumnGiven1Point5IsRefused"),
                            (HERE, "test_a_declared_type_that_would_bend_a_score_is_refused")],
    "float field, 1e39": [(UNITS, "Row14AFloatFieldGiven1e39DoesNotBecomeInfinite"),
                          (OUTPUTS, "test_a_finite_double_that_would_become_infinite_is_refused"),
                          (HERE, "test_a_declared_type_that_would_bend_a_score_is_refused")],
    "another width": [(UNITS, "Row15DoubleForFloatAndIntForLongAndLongForInt"),
                      (OUTPUTS, "test_doubles_are_rounded_to_float_where_the_schema_asks_for_it")],
    "columns in another order": [(UNITS, "Row16ColumnsGoByNameWhateverTheirOrder"),
                                 (ANSWERS, "test_columns_in_another_order_are_matched_by_name")],
    "missing column, unexpected null": [(UNITS, "Row17AMissingColumnOrNullIsNamed"),
                                        (BAD, "test_a_kept_column_that_is_not_there"),
                                        (BAD, "test_a_null_for_a_numeric_tensor")],
    "model that drops a row": [(UNITS, "Row18AModelThatDropsARowIsRefused"),
                               (BAD, "test_a_model_that_drops_rows")],
    "int64 key with a null": [(UNITS, "Row19AnInt64KeyWithANullStaysExact"),
                              (E2E, "test_an_int64_key_with_a_null_stays_exact"), EVERY_READER,
                              (TEXT, "test_trap_19_a_large_key_with_nulls_keeps_every_digit")],
    "filtered rows": [
        ("tests/e2e/test_checks.py", "test_rows_with_nan_go_to_quarantine_and_the_others_land"),
        (ANSWERS, "test_many_runners_and_many_files_keep_the_order_of_the_input")],
    "bytes that are not UTF-8": [
        (UNITS, "Row21BytesThatAreNotUtf8AreRefusedAsTextAndLandAsBytes"), EVERY_READER,
        (ANSWERS, "test_bytes_that_are_not_utf8_are_refused_unless_asked_for"),
        (TEXT, "test_trap_21_bytes_that_are_not_text_are_base64")],
    "strings of rank 2": [(UNITS, "Row22AStringOutputOfRankTwoIsAListOfText"),
                          (HERE, "test_strings_of_rank_two_are_arrays_of_text_or_refused")],
    "bool output": [(UNITS, "Row23ABoolOutputIsBool"), EVERY_READER,
                    (HERE, "test_unsigned_and_bool_outputs_are_what_they_were")],
    "float16": [(UNITS, "Row24Float16LandsAsFloat"),
                (E2E, "test_half_and_brain_floats_land_as_floats"),
                (HERE, "test_half_and_brain_floats_are_floats")],
    "bfloat16": [(UNITS, "Row25Bfloat16LandsAsFloat"),
                 (E2E, "test_half_and_brain_floats_land_as_floats"),
                 (HERE, "test_half_and_brain_floats_are_floats")],
    "zero rows": [(UNITS, "Row26AnEmptyBatchHasTheTypesOfItsSiblings"),
                  (E2E, "test_no_rows_have_the_schema_of_rows"),
                  (AVRO, "test_files_of_no_row_and_of_one"),
                  (TEXT, "test_no_rows_are_a_header_or_nothing")],
    "timestamp of nanoseconds": [(UNITS, "Row27NanosecondsAreMicrosecondsOrRefused"),
                                 (E2E, "test_timestamps_land_in_what_spark_and_hive_read"),
                                 (ANSWERS, "test_nanoseconds_that_would_be_lost_are_refused"),
                                 (HERE, "test_a_kept_value_that_would_be_bent_is_refused")],
    "timestamp of microseconds": [(UNITS, "Row28MicrosecondsAndNaiveTimesKeepTheirTypes"),
                                  EVERY_READER],
    "time without a zone": [EVERY_TYPE, (TEXT, "test_every_type_reads_back_by_the_csv_module"),
                            (TEXT, "test_every_type_reads_back_by_the_json_module")],
    "newline in CSV": [(TEXT, "test_traps_30_to_32_line_breaks_and_quotes_in_a_value"),
                       EVERY_READER],
    "quote in CSV": [(TEXT, "test_traps_30_to_32_line_breaks_and_quotes_in_a_value"),
                     EVERY_READER],
    "lone CR in CSV": [(TEXT, "test_traps_30_to_32_line_breaks_and_quotes_in_a_value"),
                       EVERY_READER],
    "column named dense_1/out:0": [
        (UNITS, "Row33AColumnNamedLikeATensorGetsALegalName"),
        (AVRO, "test_the_schema_is_one_that_fastavro_accepts_and_says_where_columns_come_from"),
        (HERE, "test_names_that_hive_does_not_know_are_made_legal")],
    "columns X and x": [(UNITS, "Row34ColumnsThatDifferByCaseAloneAreRefused"),
                        (E2E, "test_kept_columns_that_differ_by_case_alone_are_refused"),
                        (BAD, "test_two_columns_of_one_name")],
    "codec that readers lack": [(E2E, "test_a_codec_that_readers_lack_is_refused_by_name"),
                                (HERE, "test_a_codec_that_readers_lack_is_refused_by_name")],
    "killed in mid-run": [
        ("tests/e2e/test_kill.py", "test_killed_at_random_moments_a_run_is_absent_or_complete"),
        (HERE, "test_a_killed_run_leaves_nothing_visible")],
}

FORMS = ["avro", "csv", "json"]


@pytest.mark.parametrize("case", INDEX)
def test_the_index_names_tests_that_are_there(case):
    for path, name in INDEX[case]:
        text = (REPOSITORY / path).read_text()
        pattern = rf"^TEST\(Traps, {name}\)" if path == UNITS else rf"^def {name}\("
        assert re.search(pattern, text, re.MULTILINE), f"{path} has no {name}"


@pytest.fixture
def job(place, model):
    """job(table, model, format, flags): the arguments of a run that keeps what is asked for."""

    def make(table, name, form, *more, keep=()):
        support.write_rows(place / "in", table)
        return ["run", "--model", model(name), "--input", place / "in", "--output", place / "out",
                "--format", form, *(["--keep", ",".join(keep)] if keep else []), *more]

    return make


def rows_of(dataset, form):
    """Rows of Python values; all are text or None where the format is CSV."""
    return {"avro": all_rows, "csv": records, "json": objects}[form](dataset)


def outputs(*names):
    return [word for n in names for word in ("--set", f"output.columns.{n}={n}")]


X = pa.array([1.0, 2.0, 3.0], pa.float32())


@pytest.mark.parametrize("form", FORMS)
def test_a_fixed_shape_tensor_is_an_array_or_refused(job, place, form):
    values = np.arange(18, dtype=np.float32).reshape(3, 2, 3)
    table = pa.table({"t": pa.FixedShapeTensorArray.from_numpy_ndarray(values), "x": X})
    run = job(table, "linear", form, keep=["t"])
    if form == "csv":
        refused(*run, words=["'t'", "expand"])
        return
    howdah(*run)
    expected = values if form == "json" else values.reshape(3, 6)
    assert [row["t"] for row in rows_of(place / "out", form)] == expected.tolist()


# A column, what stands in it, words of the refusal.
BENT = {
    "uint64": (pa.array([1, 2**63 - 1, 2**63], pa.uint64()), ["9223372036854775808", "row 2"]),
    "nanoseconds": (pa.array([0, 1000, 1001], pa.timestamp("ns")), ["1001 ns", "row 2"]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", BENT)
def test_a_kept_value_that_would_be_bent_is_refused(job, place, form, what):
    column, words = BENT[what]
    refused(*job(pa.table({"k": column, "x": X}), "linear", form, keep=["k"]), code=None,
            words=["'k'", *words])
    assert not (place / "out").exists()


@pytest.mark.parametrize("form", FORMS)
def test_unsigned_and_bool_outputs_are_what_they_were(job, place, form):
    table = pa.table({"u32": pa.array([2**32 - 1], pa.uint32()),
                      "u64": pa.array([2**63 - 1], pa.uint64()), "flag": [True], "i64": [-2**63],
                      **{n: pa.array([0], t) for n, t in (
                          ("i8", pa.int8()), ("i16", pa.int16()), ("i32", pa.int32()),
                          ("u8", pa.uint8()), ("u16", pa.uint16()))}})
    howdah(*job(table, "widths", form, *outputs("u32_out", "u64_out", "i64_out", "not_flag")))
    expected = {"u32_out": 2**32 - 1, "u64_out": 2**63 - 1, "i64_out": -2**63, "not_flag": False}
    if form == "csv":
        expected = {name: str(value).lower() for name, value in expected.items()}
    assert rows_of(place / "out", form) == [expected]


# A declared type, the model and its output, its input, words of the refusal.
DECLARED = {
    "2^31 for int": ("INT", "echo", "key_out", {"key": [1, 2**31]}, ["2147483648", "int"]),
    "a double for long": ("BIGINT", "floats", "double", {"h": [], "d": []}, ["digits behind"]),
    "1e39 for float": ("FLOAT", "floats", "double", {"h": [], "d": []}, ["double", "float"]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", DECLARED)
def test_a_declared_type_that_would_bend_a_score_is_refused(job, place, form, what):
    kind, name, output, columns, words = DECLARED[what]
    types = {"h": pa.float16(), "d": pa.float64(), "key": pa.int64()}
    table = pa.table({n: pa.array(v, types[n]) for n, v in columns.items()})
    refused(*job(table, name, form, "--set", f"output.schema={output} {kind} NOT NULL"), code=None,
            words=[output, *words])
    assert not (place / "out").exists()


@pytest.mark.parametrize("form", FORMS)
def test_strings_of_rank_two_are_arrays_of_text_or_refused(job, place, form):
    run = job(pa.table({"text": ["", "\u00e4\"\n"]}), "texts", form, *outputs("twice"))
    if form == "csv":
        refused(*run, words=["'twice'", "expand"])
        return
    howdah(*run)
    assert rows_of(place / "out", form) == [{"twice": ["", ""]},
                                            {"twice": ["\u00e4\"\n", "\u00e4\"\n" * 2]}]


@pytest.mark.parametrize("form", FORMS)
def test_half_and_brain_floats_are_floats(job, place, form):
    table = pa.table({"h": np.array([0.1, 65504], np.float16), "d": [0.5, 1 / 3]})
    howdah(*job(table, "floats", form, *outputs("brain"), keep=["h"]))
    read = [{name: float(np.float32(value)) for name, value in row.items()}
            for row in rows_of(place / "out", form)]
    # 0.1 as a half is 1638 / 2^14; 1/3 as a bfloat16 is 171 / 512.
    assert read == [{"h": 1638 / 2**14, "brain": 0.5}, {"h": 65504.0, "brain": 171 / 512}]


@pytest.mark.parametrize("form", FORMS)
def test_names_that_hive_does_not_know_are_made_legal(job, place, form):
    table = pa.table({"Amount": X, "Customer ID": [1, 2, 3]})
    howdah(*job(table, "named", form, keep=["Customer ID"]))
    names = list(rows_of(place / "out", form)[0])
    assert names[0] == "customer_id" and "dense_1_out_0" in names
    assert all(re.fullmatch("[a-z_][a-z0-9_]*", name) for name in names), names


@pytest.mark.parametrize("form", FORMS)
def test_a_codec_that_readers_lack_is_refused_by_name(job, form):
    refused(*job(pa.table({"x": X}), "linear", form, "--compression", "brotli"),
            words=["brotli", "none", form])


@pytest.mark.parametrize("form", FORMS)
def test_a_killed_run_leaves_nothing_visible(slow_job, place, form):
    job = slow_job()
    run = [form if word == "parquet" else word for word in job.run]
    process = start(*run)
    assert wait_until(lambda: support.done_splits(job.output), process)
    process.kill()
    finish(process)
    assert support.visible_state(job.output) == "absent"
    assert not list(place.glob("out/**")), "a reader sees something"
    done = len(support.done_splits(job.output))
    summary = howdah(*run).summary
    assert summary["splits"]["reused"] == done > 0
    read = sorted((int(row["n"]), int(row["hash"])) for row in rows_of(job.output, form))
    n = job.rows["n"].to_pylist()
    assert read == sorted(zip(n, support.slow_answer(job.rows).tolist()))
    assert howdah(*run).summary["outcome"] == "already_published"
