"""Fixtures of the end-to-end tests. They run the command as a user would, and nothing else."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

import models
import support


def pytest_sessionstart(session):
    """Once, before workers start and before any test's time runs."""
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    if not os.access(support.HOWDAH, os.X_OK):
        pytest.exit(f"{support.HOWDAH} is missing: build it first, or set HOWDAH_BIN", 3)
    models.make_zoo()


@pytest.fixture(scope="session")
def zoo_folder():
    return models.zoo_target()[1]


@pytest.fixture
def model(zoo_folder):
    """model("linear"): the path of a SavedModel; not to be written to."""
    return lambda name: zoo_folder / "models" / name


@pytest.fixture
def place():
    """A fresh folder that everybody may enter, on a short path, gone afterwards."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="howdah-e2e-"))
    folder.chmod(0o755)
    yield folder
    subprocess.run(["chmod", "-R", "u+rwx", str(folder)], check=False)
    shutil.rmtree(folder)


@pytest.fixture
def linear(place, model):
    """A small ready job: arguments of `run` or `check`, by name."""
    table = support.linear_rows(3000)
    support.write_rows(place / "in", table, files=3, row_group=500)

    class Job:
        rows = table
        output = place / "out"
        input = place / "in"
        flags = ["--model", model("linear"), "--input", place / "in", "--output", place / "out",
                 "--format", "parquet", "--keep", "id"]
        run = ["run", *flags]

    return Job


@pytest.fixture
def slow_job(place, model):
    """A job that takes a second or two and has many splits; slow_job(rows) makes it."""

    def make(rows=40_000, job_id=None, output="out", runners=None):
        table = support.slow_rows(rows)
        if not (place / "slow-in").exists():
            support.write_rows(place / "slow-in", table, files=4, row_group=1000)

        class Job:
            pass

        Job.rows = table
        Job.output = place / output
        Job.input = place / "slow-in"
        Job.run = ["run", "--model", model("slow"), "--input", place / "slow-in",
                   "--output", place / output, "--format", "parquet", "--keep", "n",
                   "--set", "output.file_size=8KiB", "--set", "model.batch_rows=200"]
        if job_id:
            Job.run += ["--job-id", job_id]
        if runners:
            Job.run += ["--set", f"model.runners={runners}"]
        return Job

    return make


@pytest.fixture
def small_disk(place):
    """small_disk(bytes): an empty tmpfs of that size; it can be made larger with resize."""
    mounted = []

    def mount(size):
        folder = place / f"disk{len(mounted)}"
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs",
                        str(folder)], check=True)
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
