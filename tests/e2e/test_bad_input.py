"""Everything a user can get wrong: the exit code, one sentence, and nothing left behind."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import support
from support import howdah


@contextlib.contextmanager
def nothing_written(folder):
    before = support.tree(folder)
    yield
    assert support.tree(folder) == before, "a refused job wrote something"


class Job:
    """A good job whose parts a test replaces by bad ones."""

    def __init__(self, place, model):
        self.place, self.models = place, model
        self.model, self.input, self.output = model("linear"), place / "in", place / "out"
        self.keep, self.more, self.options = "id", [], {}
        self.table(support.linear_rows(1000))

    def table(self, table, **options):
        shutil.rmtree(self.input, ignore_errors=True)
        support.write_rows(self.input, table, **options)

    def set(self, *settings):
        for setting in settings:
            self.more += ["--set", setting]

    @property
    def flags(self):
        given = [("--model", self.model), ("--input", self.input), ("--output", self.output),
                 ("--keep", self.keep), ("--format", "parquet")]
        return [part for flag, value in given if value is not None
                for part in (flag, value)] + self.more

    def refused(self, *words):
        """Before anything was written: exit 2, by `check` as well as by `run`."""
        with nothing_written(self.place):
            support.refused("check", *self.flags, words=words, **self.options)
            return support.refused("run", *self.flags, words=words, **self.options)

    def refused_by_run(self, *words):
        """Before anything was written, but only `run` looks there."""
        with nothing_written(self.place):
            return support.refused("run", *self.flags, words=words, **self.options)

    def fails(self, *words):
        """While running: exit 1; only the hidden staging folder is left, to resume from."""
        beside = {p.name for p in self.output.parent.iterdir()}
        outcome = support.refused("run", *self.flags, code=1, words=words, **self.options)
        assert not self.output.exists(), outcome
        new = {p.name for p in self.output.parent.iterdir()} - beside
        assert new <= {support.staging_of(self.output).name}, outcome
        return outcome


@pytest.fixture
def job(place, model):
    return Job(place, model)


def test_the_job_that_the_others_bend_is_good(job):
    howdah("check", *job.flags)
    howdah("run", *job.flags)
    support.assert_linear(job.output, support.linear_rows(1000))


# ---------------------------------------------------------------------------------------- models


def test_no_such_model(job):
    job.model = job.place / "nowhere"
    job.refused(job.model)


def test_a_model_that_is_a_file(job):
    job.model = job.place / "model.h5"
    job.model.write_bytes(b"\x89HDF\r\n\x1a\n")
    job.refused(job.model)


def test_an_empty_model_folder(job):
    job.model = job.place / "model"
    job.model.mkdir()
    job.refused(job.model, "saved_model.pb")


@pytest.mark.parametrize("damage", ["empty", "cut", "text", "zeros", "noise"])
def test_a_corrupt_model(job, damage):
    job.model = job.place / "model"
    shutil.copytree(job.models("dense"), job.model)
    file = job.model / "saved_model.pb"
    good = file.read_bytes()
    file.write_bytes({"empty": b"", "cut": good[:len(good) // 2], "text": b"hello, world\n" * 50,
                      "zeros": bytes(5000),
                      "noise": np.random.default_rng(5).bytes(5000)}[damage])
    job.refused("saved_model.pb")


@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_a_model_without_its_variables(job, damage):
    job.model = job.place / "model"
    shutil.copytree(job.models("dense"), job.model)
    rows = pa.table({"id": [1], "features": pa.array([[0.5] * 8], pa.list_(pa.float32()))})
    job.table(rows)
    data, = (job.model / "variables").glob("variables.data-*")
    if damage == "missing":
        shutil.rmtree(job.model / "variables")
    else:
        data.write_bytes(b"" if damage == "empty" else data.read_bytes()[:20])
    job.refused_by_run(job.model)


def test_what_feeds_the_model_and_what_lands_disagree_in_one_message(job):
    job.model = job.models("linear")
    job.table(pa.table({"id": [1], "z": ["a"]}))
    job.keep = "id,gone"
    job.set("output.columns.q=nothing")
    job.refused("tensor 'x'", "'gone'", "'nothing'", "besides")


def test_a_signature_that_is_not_there(job):
    job.model = job.models("two_signatures")
    job.more = ["--signature", "descripe"]
    job.refused("descripe", "describe", "serving_default")


def test_tags_that_are_not_there(job):
    job.model = job.models("two_tags")
    job.refused("serve", "tpu")
    job.set('model.tags=["serve", "gpu"]')
    job.refused("gpu", "tpu")


def test_tags_in_any_order(job):
    job.model = job.models("two_tags")
    job.set('model.tags=["tpu", "serve"]')
    howdah("run", *job.flags)
    support.assert_linear(job.output, support.linear_rows(1000))


def test_a_pinned_model_that_is_another(job):
    job.set(f"model.sha256={'0' * 64}")
    outcome = job.refused("sha256", "0" * 16)
    actual, = set(re.findall(r"\b[0-9a-f]{64}\b", outcome.error)) - {"0" * 64}
    job.more = []
    job.set(f"model.sha256={actual}")
    howdah("run", *job.flags)


def test_an_output_without_a_batch_dimension(job):
    job.model = job.models("fixed_output")
    job.refused("total")


def test_a_model_that_drops_rows(job):
    job.model = job.models("drops_rows")
    job.table(pa.table({"id": np.arange(10), "x": np.arange(10).astype(np.float32)}))
    job.fails("y", "10", "9")


def test_an_unreadable_model(job):
    job.model = job.place / "model"
    shutil.copytree(job.models("linear"), job.model)
    (job.model / "saved_model.pb").chmod(0)
    job.options = {"unprivileged": True}
    job.refused("saved_model.pb", "permission")


# -------------------------------------------------------------------------------------- mappings


def test_a_tensor_that_no_column_feeds(job):
    job.table(support.linear_rows(10).rename_columns(["id", "amount"]))
    job.refused("x", "amount")


def test_a_mapping_of_a_tensor_that_is_not_there(job):
    job.set("input.tensors.xx=x")
    job.refused("xx", "'x'")


def test_a_mapping_to_a_column_that_is_not_there(job):
    job.table(support.linear_rows(10).rename_columns(["id", "amount"]))
    job.set("input.tensors.x=amuont")
    job.refused("amuont", "'amount'")


def test_a_kept_column_that_is_not_there(job):
    job.table(support.linear_rows(10).rename_columns(["customer_id", "x"]))
    job.keep = "custmer_id"
    job.refused("custmer_id", "'customer_id'")


def test_an_output_that_is_not_there(job):
    job.set("output.columns.score=why")
    job.refused("why", "'y'")


@pytest.mark.parametrize("column", [
    pa.array(["1.5", "2.5"]), pa.array([1.0, 2.0], pa.float64()),
    pa.array([1, 2], pa.timestamp("us")), pa.array([b"1", b"2"])],
    ids=["string", "double", "timestamp", "binary"])
def test_a_column_of_another_type(job, column):
    job.table(pa.table({"id": [1, 2], "x": column}))
    job.refused("x", "float32", "float" if column.type == pa.float32() else str(column.type))


def test_numbers_for_a_string_tensor(job):
    job.model = job.models("texts")
    job.table(pa.table({"id": [1, 2], "text": [1, 2]}))
    job.refused("text", "int64", "string")


def test_floats_for_an_integer_tensor(job):
    job.model = job.models("echo")
    job.table(pa.table({"key": [1.0, 2.0]}))
    job.keep = "key"
    job.refused("key", "int64", "double")


def test_a_scalar_for_a_vector(job):
    job.model = job.models("dense")
    job.table(pa.table({"id": [1], "features": pa.array([1], pa.float32())}))
    job.refused("features", "8")


def test_a_vector_for_a_scalar(job):
    job.table(pa.table({"id": [1], "x": pa.array([[1, 2]], pa.list_(pa.float32(), 2))}))
    job.refused("x", "2")


def test_a_vector_of_another_length(job):
    job.model = job.models("dense")
    job.table(pa.table({"id": [1], "features": pa.array([[1, 2, 3]], pa.list_(pa.float32(), 3))}))
    job.refused("features", "8", "3")


def test_too_few_packed_columns(job):
    job.model = job.models("packed")
    job.table(pa.table({"id": [1], "a": pa.array([1], pa.float32()),
                        "b": pa.array([1], pa.float32())}))
    job.set('input.tensors.features=["a", "b"]')
    job.refused("features", "3", "2")


def test_all_disagreements_are_named_at_once(job):
    job.model = job.models("widths")
    job.table(pa.table({"id": [1], "i8": ["a"], "i16": ["b"]}))
    outcome = job.refused("i8", "i16", "flag")
    assert outcome.stderr.count("\n") < 10


@pytest.mark.parametrize("keep", ["id,id", "id,ID", "id,y", "id,größe,gr__e"])
def test_two_columns_of_one_name(job, keep):
    x = pa.array([1, 2], pa.float32())
    job.table(pa.table({"id": [1, 2], "ID": [1, 2], "y": [1, 2], "größe": [1, 2],
                        "gr__e": [1, 2], "x": x}))
    job.keep = keep
    job.refused(keep.split(",")[-1])


def test_two_outputs_of_one_name(job):
    job.model = job.models("clash")
    job.refused("Score", "score")


# ---------------------------------------------------------------------------------------- inputs


@pytest.mark.parametrize("inputs", ["nowhere", "nowhere/*.parquet", "empty", "hidden"])
def test_no_input_files(job, inputs):
    (job.place / "empty").mkdir()
    (job.place / "hidden").mkdir()
    (job.place / "hidden" / "_a.parquet").write_bytes(b"")
    (job.place / "hidden" / ".b.parquet").write_bytes(b"")
    job.input = job.place / inputs
    job.refused(job.input)


def damaged(folder, name, change):
    file = folder / name
    file.write_bytes(change(file.read_bytes()))
    return file


@pytest.mark.parametrize("change", [
    lambda b: b[:-1], lambda b: b[:len(b) // 2], lambda b: b[:7], lambda b: b"",
    lambda b: b[100:], lambda b: b[:-8] + b"\xff\xff\xff\x7f" + b[-4:],
    lambda b: b[:-8] + b"\xff\xff\xff\xff" + b[-4:],
], ids=["last byte", "half", "seven bytes", "nothing left", "without head",
        "footer length huge", "footer length negative"])
def test_a_cut_parquet_file(job, change):
    job.table(support.linear_rows(1000), files=3)
    file = damaged(job.input, "in-001.parquet", change)
    job.refused(file)


def test_text_named_parquet(job):
    (job.input / "notes.parquet").write_text("id,x\n1,2\n" * 100)
    job.refused(job.input / "notes.parquet", "parquet")


def test_a_page_damaged_in_the_middle_of_a_file(job):
    job.table(support.linear_rows(20_000), files=2)

    def zero_a_page(content):
        position = pq.ParquetFile(job.input / "in-001.parquet").metadata.row_group(0).column(1)
        start = position.data_page_offset
        return content[:start] + b"\xff" * 64 + content[start + 64:]

    file = damaged(job.input, "in-001.parquet", zero_a_page)
    job.fails(file)


def test_an_unreadable_input(job):
    file = job.input / "in-000.parquet"
    file.chmod(0)
    job.options = {"unprivileged": True}
    job.refused(file, "permission")


def test_an_unreadable_input_folder(job):
    job.input.chmod(0)
    job.options = {"unprivileged": True}
    try:
        support.refused("run", *job.flags, words=[job.input, "permission"], **job.options)
        assert not job.output.exists()
    finally:
        job.input.chmod(0o755)


def test_files_that_disagree_on_a_column(job):
    job.table(support.linear_rows(100), files=2)
    other = job.input / "in-002.parquet"
    pq.write_table(support.linear_rows(10).rename_columns(["id", "z"]), other)
    job.refused(other, "x")
    pq.write_table(pa.table({"id": ["a"], "x": pa.array([1], pa.float32())}), other)
    job.refused(other, "id", "string", "int64")


def test_a_null_for_a_numeric_tensor(job):
    job.table(pa.table({"id": np.arange(100),
                        "x": pa.array([None if i == 37 else i for i in range(100)],
                                      pa.float32())}))
    job.fails("x", "null", "37")


def test_a_null_for_a_string_tensor(job):
    job.model = job.models("texts")
    job.table(pa.table({"id": np.arange(100),
                        "text": pa.array([None if i == 37 else "a" for i in range(100)])}))
    job.fails("text", "null", "37")


def test_a_null_inside_a_vector(job):
    job.model = job.models("dense")
    job.table(pa.table({"id": [1, 2], "features": pa.array(
        [[0.5] * 8, [0.5] * 7 + [None]], pa.list_(pa.float32()))}))
    job.fails("features", "null")


def test_vectors_of_different_lengths(job):
    job.model = job.models("dense")
    job.table(pa.table({"id": [1, 2], "features": pa.array(
        [[0.5] * 8, [0.5] * 7], pa.list_(pa.float32()))}))
    job.fails("features", "8", "7")


def test_an_unknown_input_format(job):
    job.set("input.format=parquett")
    job.refused("parquett", "'parquet'")


# --------------------------------------------------------------------------------------- running


def test_an_op_that_fails_names_split_and_rows(job):
    job.model = job.models("aborts_late")
    job.table(pa.table({"n": np.arange(4000)}), row_group=1000)
    job.keep = "n"
    job.set("model.batch_rows=500", "model.runners=1")
    outcome = job.fails("split", "row", "n is too big")
    assert re.search(r"\b2,?000\b", outcome.error), f"which rows?\n{outcome}"


def test_text_that_is_no_number_names_the_text(job):
    job.model = job.models("numbers")
    texts = [str(i) for i in range(1000)]
    texts[777] = "seven"
    job.table(pa.table({"id": np.arange(1000), "text": texts}))
    job.fails("seven", "split")


def test_a_run_that_failed_resumes_when_its_cause_is_gone(job, small_disk):
    """A full disk: one sentence, nothing visible, and the same command goes on later."""
    disk = small_disk("200k")
    rng = np.random.default_rng(3)
    table = pa.table({"id": rng.integers(0, 1 << 62, 100_000),
                      "x": (np.arange(100_000) % 1000).astype(np.float32)})
    job.table(table, row_group=5000)
    job.output = disk / "out"
    job.set("output.file_size=40KiB", "model.runners=1")
    outcome = job.fails("space", disk)
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
    summary = howdah("run", *job.flags).summary
    assert summary["splits"]["reused"] > 0, outcome
    support.assert_linear(job.output, table)
    support.verify(job.output)


def test_a_disk_full_from_the_start(job, small_disk):
    disk = small_disk("16k")
    (disk / "ballast").write_bytes(b"")
    with contextlib.suppress(OSError), open(disk / "ballast", "wb", buffering=0) as ballast:
        while True:
            ballast.write(b"x" * 1024)
    job.output = disk / "out"
    outcome = support.refused("run", *job.flags, code=None, words=["space"])
    assert outcome.code in (1, 2), outcome
    assert not job.output.exists()


# --------------------------------------------------------------------------------------- outputs


def test_an_output_that_is_a_file(job):
    job.output.write_text("mine")
    job.refused(job.output)
    assert job.output.read_text() == "mine"


def test_an_output_that_is_not_empty(job):
    job.output.mkdir()
    (job.output / "mine.txt").write_text("precious")
    job.refused(job.output, "empty")


def test_an_output_that_is_the_input(job):
    job.output = job.input
    job.refused(job.output)


def test_an_output_that_is_a_mount_point(job, small_disk):
    job.output = small_disk("1m")
    job.refused(job.output, "mount")


def test_an_output_that_is_the_root(job):
    job.output = "/"
    support.refused("run", *job.flags)


def test_an_output_whose_parent_is_missing(job):
    job.output = job.place / "not" / "here"
    outcome = howdah("run", *job.flags, code=None)
    if outcome.code == 0:
        support.assert_linear(job.output, support.linear_rows(1000))
    else:
        assert outcome.code == 2 and str(job.place / "not") in outcome.error, outcome
        assert not (job.place / "not").exists()


def test_an_output_below_a_file(job):
    job.output = job.input / "in-000.parquet" / "out"
    job.refused(job.input / "in-000.parquet")


def test_a_parent_that_is_not_writable(job):
    parent = job.place / "lake"
    parent.mkdir()
    parent.chmod(0o555)
    job.output = parent / "out"
    job.options = {"unprivileged": True}
    job.refused(parent, "permission", "output.staging")
    assert os.listdir(parent) == []


def test_staging_inside_the_output(job):
    job.set(f"output.staging={job.output}/staging")
    job.refused("staging", job.output)


def test_staging_on_another_disk(job, small_disk):
    """One rename cannot cross disks; better said before the first row than after the last."""
    job.set(f"output.staging={small_disk('1m')}/staging")
    support.refused("run", *job.flags, words=["staging"])
    assert not job.output.exists()


def test_a_url_of_an_unknown_scheme(job):
    job.output = "s4://bucket/out"
    support.refused("run", *job.flags, words=["s4"])


# ------------------------------------------------------------------------------- flags and keys


@pytest.mark.parametrize("arguments, nearest", [
    (["--modell", "m"], "--model"), (["--signatur", "s"], "--signature"),
    (["--kep", "id"], "--keep"), (["--compresion", "zstd"], "--compression")])
def test_an_unknown_flag_names_the_nearest(job, arguments, nearest):
    job.more = arguments
    job.refused(arguments[0], nearest)


@pytest.mark.parametrize("key, nearest", [
    ("output.compresion", "output.compression"), ("model.batchrows", "model.batch_rows"),
    ("outptu.path", "output.path"), ("job.name", "job")])
def test_an_unknown_key_names_the_nearest(job, key, nearest):
    job.set(f"{key}=1")
    job.refused(key, nearest)


@pytest.mark.parametrize("setting, words", [
    ("output.compression=snapy", ["snapy", "snappy"]), ("output.format=parqet", ["parquet"]),
    ("output.mode=nwe", ["nwe", "new"]), ("output.file_size=64apples", ["64apples", "MiB"]),
    ("output.file_size=0", ["file_size"]), ("output.file_size=-1MiB", ["file_size"]),
    ("model.batch_rows=0", ["batch_rows"]), ("model.batch_rows=-1", ["batch_rows"]),
    ("model.batch_rows=many", ["batch_rows", "many"]), ("model.batch_rows=1.5", ["batch_rows"]),
    ("model.batch_rows=99999999999999999999", ["batch_rows"]),
    ("model.runners=-1", ["runners"]), ("output.memory=lots", ["memory", "lots"]),
    ("nonsense", ["nonsense"]), ("=1", ["="]), ("output=1", ["output"])])
def test_a_bad_value(job, setting, words):
    job.set(setting)
    job.refused(*words)


@pytest.mark.parametrize("missing", ["model", "input", "output"])
def test_a_missing_part(job, missing):
    setattr(job, missing, None)
    job.refused(missing)


def test_a_job_id_longer_than_a_file_name(job):
    job.more = ["--job-id", "x" * 400]
    job.refused("job")


def test_an_unknown_verb_names_the_nearest():
    for verb, nearest in (("rum", "run"), ("verfy", "verify"), ("inspekt", "inspect")):
        support.refused(verb, words=[verb, nearest])


def write_job(place, text):
    path = place / "job.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("text, line", [
    ("[model]\npath = \"m\"\nbatch_rows = = 5\n", 3), ("[model\n", 1),
    ("[model]\npath = \"unclosed\n", 2), ("a = 1\na = 2\n", 2),
    ("[output]\nkeep = [\"a\" \"b\"]\n", 2)])
def test_a_syntax_error_in_the_job_file_names_line_and_column(place, text, line):
    path = write_job(place, text)
    with nothing_written(place):
        outcome = support.refused("run", path, words=[path])
    assert re.search(rf"line {line}\b.*column \d+|:{line}:\d+", outcome.error), outcome


@pytest.mark.parametrize("text, words", [
    ("[model]\npth = \"m\"\n", ["model.pth", "model.path"]),
    ("[modl]\npath = \"m\"\n", ["modl", "model"]),
    ("[model]\npath = 5\n", ["model.path"]),
    ("[model]\nbatch_rows = \"many\"\n", ["model.batch_rows"]),
    ("[input]\npath = [1, 2]\n", ["input.path"]),
    ("[output]\nkeep = \"id\"\n[model]\ntags = 7\n", ["model.tags"]),
    ("model = 5\n", ["model"])])
def test_a_wrong_job_file(place, text, words):
    path = write_job(place, text)
    with nothing_written(place):
        support.refused("run", path, words=[path, *words])


def test_no_job_file(place):
    support.refused("run", place / "job.toml", words=[place / "job.toml"])
    support.refused("run", place, words=[place])
    support.refused("run")
    support.refused("check")


def test_a_job_file_that_is_no_text(place):
    (place / "job.toml").write_bytes(b"[model]\npath = \"\xff\xfe\x00\"\n")
    support.refused("run", place / "job.toml", words=[place / "job.toml"])


def test_an_environment_variable_that_is_not_set(job):
    job.model = "${HOWDAH_TEST_NOT_SET}/model"
    job.refused("HOWDAH_TEST_NOT_SET")


def test_what_later_versions_will_do_is_refused_by_name(job):
    for setting, word in (("output.profile=hive3", "hive3"), ("output.format=orc", "orc")):
        job.more = []
        job.set(setting)
        job.refused(word)


# ------------------------------------------------------------------------------------ TensorFlow


def test_a_wrong_place_of_tensorflow(job):
    job.options = {"env": {"HOWDAH_TENSORFLOW": str(job.place / "nowhere")}}
    job.refused("TensorFlow", "HOWDAH_TENSORFLOW", job.place / "nowhere")


def test_no_tensorflow_anywhere(job, place):
    """The command alone, moved to where nothing is beside it, on a machine without TensorFlow."""
    binary = pathlib.Path(support.HOWDAH).resolve()
    away = place / "away"
    for folder in ("bin", "lib"):
        (away / folder).mkdir(parents=True)
        for file in (binary.parents[1] / folder).iterdir():
            if file.is_file() and "howdah" in file.name and "tensorflow" not in file.name:
                shutil.copy2(file, away / folder)
    command = [away / "bin" / binary.name, "run", *job.flags]
    with nothing_written(place):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True,
                              env={"PATH": str(place / "in")})
    outcome = support.Outcome(command, done.returncode, done.stdout, done.stderr)
    assert outcome.code == 2, outcome
    assert "tensorflow" in outcome.error.lower() and "pip install" in outcome.error, outcome


def test_a_library_that_is_not_tensorflow(job):
    fake = job.place / "libtensorflow_cc.so.2"
    fake.write_bytes(b"\x7fELF no library at all")
    job.options = {"env": {"HOWDAH_TENSORFLOW": str(fake)}}
    job.refused_by_run("TensorFlow", fake)
