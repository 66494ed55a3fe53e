"""What `cmake --install` makes runs from anywhere: without its build tree, environment or cwd."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

BUILD = pathlib.Path(os.environ["HOWDAH_BUILD"])
SOURCE = pathlib.Path(__file__).parents[2]
# Belong to the system: glibc and GCC's runtime.
SYSTEM_LIBRARY = re.compile(
    r"(linux-vdso|ld-linux-x86-64|libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+)\.so\.\d+")

# One float column times two; as a program of its own, since TensorFlow is no guest in this process.
MAKE_MODEL = """
import sys
import tensorflow as tf

class Twice(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def serve(self, x):
        return {"y": x * 2.0}

module = Twice()
tf.saved_model.save(module, sys.argv[1], signatures={"serving_default": module.serve})
"""


@pytest.fixture(scope="module")
def tree():
    """The installed tree, moved once since it was installed."""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own would keep its 900 MB
        before = pathlib.Path(folder).resolve() / "before"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", before], check=True,
                       stdout=subprocess.DEVNULL)
        yield before.rename(before.parent / "a tree moved élsewhere")


def shared_libraries(tree):
    return [path for path in sorted((tree / "lib").rglob("*")) if ".so" in path.name]


def run(tree, *arguments, cwd):
    return subprocess.run([tree / "bin" / "howdah", *arguments], cwd=cwd, env={}, check=True,
                          capture_output=True, text=True).stdout


def test_the_program_says_the_version_of_the_project(tree, tmp_path):
    version = (SOURCE / "VERSION").read_text().strip()
    assert version in run(tree, "--version", cwd=tmp_path).split()


def test_a_model_scores_a_file(tree, tmp_path):
    subprocess.run([sys.executable, "-c", MAKE_MODEL, tmp_path / "model"], check=True,
                   env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"})
    pq.write_table(pa.table({"id": [7, 8, 9], "x": pa.array([1, 2, 3], pa.float32())}),
                   tmp_path / "in.parquet")
    assert "serving_default" in run(tree, "inspect", "model", cwd=tmp_path)

    run(tree, "run", "--model", "model", "--input", "in.parquet", "--output", "out",
        "--format", "parquet", "--keep", "id", cwd=tmp_path)
    [landed] = (tmp_path / "out").glob("*.parquet")
    assert pq.read_table(landed).to_pydict() == {"id": [7, 8, 9], "y": [2.0, 4.0, 6.0]}


def test_no_search_path_leads_out_of_the_tree(tree):
    for path in [tree / "bin" / "howdah", *shared_libraries(tree)]:
        dynamic = subprocess.run(["readelf", "--dynamic", path], check=True, capture_output=True,
                                 text=True).stdout
        for search_path in re.findall(r"\((?:RUNPATH|RPATH)\).*\[(.*)\]", dynamic):
            for entry in search_path.split(":"):
                place = os.path.normpath(entry.replace("$ORIGIN", str(path.parent)))
                assert place.startswith(str(tree)), f"{path.name} searches {entry}"


def test_every_library_but_the_systems_comes_from_the_tree(tree):
    engine = tree / "lib" / "libhowdah_engine.so"
    listing = subprocess.run(["ldd", engine], check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^\s*(\S+)(?: => (.*?))? \(0x", listing, flags=re.MULTILINE)
    assert len(found) == len(listing.splitlines()), listing
    for name, place in found:
        if not SYSTEM_LIBRARY.fullmatch(os.path.basename(name)):
            assert place.startswith(str(tree)), f"{name} comes from {place}"


def test_licences_travel_with_the_tree(tree):
    folder = tree / "share" / "doc" / "howdah"
    assert (folder / "LICENSE").read_text() == (SOURCE / "LICENSE").read_text()
    assert {"arrow", "tensorflow"} <= {path.name for path in (folder / "licenses").iterdir()}
