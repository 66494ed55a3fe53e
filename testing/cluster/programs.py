"""The programs of tests/cluster, as the build made them."""

import os
import pathlib
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("HOWDAH_BUILD", REPOSITORY / "build")) / "bin"


class HdfsError(Exception):
    """A call failed: `kind` is the ErrorKind's name."""

    def __init__(self, text):
        super().__init__(text)
        self.kind, _, self.message = text.partition(": ")


def environment(cluster, user=None):
    names = {"HADOOP_CONF_DIR": str(cluster.conf_dir)}
    return {**os.environ, **names, **({"HADOOP_USER_NAME": user} if user else {})}


def call(cluster, *arguments, user=None, timeout=120):
    """One call of hdfs_calls. \\return what it prints; HdfsError."""
    result = subprocess.run([BIN / "hdfs_calls", *map(str, arguments)], capture_output=True,
                            text=True, timeout=timeout, env=environment(cluster, user))
    if result.returncode == 0:
        return result.stdout
    assert result.returncode == 1, f"{arguments} ended with {result.returncode}: {result.stderr}"
    # Warnings of the log may stand before the error, which is the last line.
    raise HdfsError(result.stderr.strip().splitlines()[-1])
