"""The fixtures that these tests share with all others that need a cluster."""

import subprocess

import pytest

import models
import support

pytest_plugins = ["testing.cluster.fixtures"]


@pytest.fixture(scope="session")
def zoo():
    """The folder of the models that end-to-end tests run."""
    models.make_zoo()
    return models.zoo_target()[1] / "models"


@pytest.fixture
def small(tmp_path):
    """A local file."""
    path = tmp_path / "small"
    path.write_bytes(b"some words")
    return path


class Client:
    """The command as users of a cluster run it."""

    def __init__(self, cluster, zoo, tmp_path):
        self.cluster = cluster
        self.env = {"HADOOP_CONF_DIR": str(cluster.conf_dir),
                    "HOWDAH_CACHE": str(tmp_path / "cache")}
        rows = support.linear_rows(100)
        self.input = support.write_rows(tmp_path / "in", rows, files=1)
        self.job = ["run", "--model", zoo / "linear", "--format", "parquet",
                    "--keep", rows.column_names[0]]

    def fs(self, *arguments, **options):
        return support.howdah("fs", *arguments, env=self.env, **options)

    def fs_fails(self, *arguments, words):
        return support.refused("fs", *arguments, words=words, code=1, env=self.env)

    def run_fails(self, output, words, code, input=None):
        return support.refused(*self.job, "--input", input or self.input, "--output", output,
                               words=words, code=code, env=self.env)

    def url(self, path):
        return self.cluster.url.rstrip("/") + path

    def writing(self, path):
        """`fs put - PATH`, and what goes into it is up to the test."""
        return subprocess.Popen(support.command_line(["fs", "put", "-", path]), text=False,
                                env=support.environment(self.env), stdin=subprocess.PIPE,
                                stderr=subprocess.PIPE)


@pytest.fixture
def new_client(zoo, tmp_path):
    """new_client(cluster): the command as users of that cluster run it."""
    return lambda cluster: Client(cluster, zoo, tmp_path)
