"""A writer that was paused while another took its file: whatever it does then, it cannot publish."""

import random
import re
import signal
import subprocess

import pytest

from testing.cluster import programs
from testing.cluster.node import wait_until

BLOCK = 1 << 20


@pytest.fixture(scope="module")
def cluster(start_cluster):
    return start_cluster(datanodes=3, conf={"dfs.blocksize": BLOCK})


@pytest.fixture(params=["in a block", "between blocks", "before the close"])
def paused(request, cluster, start_writer):
    """(process, the bytes that it has not got yet, the path of its hidden file): it is stopped."""
    data = random.Random(4).randbytes(2 * BLOCK)
    at = {"in a block": BLOCK // 2, "between blocks": BLOCK, "before the close": len(data)}[request.param]
    folder = "/" + re.sub(r"\W+", "-", request.node.name)
    cluster.oracle.mkdirs(folder)
    process = start_writer(f"{folder}/f")
    process.stdin.write(data[:at])
    process.stdin.flush()
    wait_until(lambda: has_got(cluster, folder, -(-at // BLOCK)), "the writer has blocks")
    process.send_signal(signal.SIGSTOP)
    (hidden,) = [entry["path"] for entry in cluster.oracle.list(folder)]
    return process, data[at:], hidden


def has_got(cluster, folder, blocks):
    files = cluster.oracle.health(folder)
    return bool(files) and len(files[0]["blocks"]) == blocks


@pytest.fixture
def start_writer(cluster):
    processes = []

    def start(path):
        processes.append(subprocess.Popen(
            [programs.BIN / "hdfs_stream", "write", path], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=programs.environment(cluster)))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def take_over(cluster, path):
    wait_until(lambda: cluster.oracle.recover_lease(path), "the file is closed")


def go_on(process, rest):
    """Let the writer go on to its end. \\return its last line"""
    process.send_signal(signal.SIGCONT)
    _, log = process.communicate(rest, timeout=120)
    assert process.returncode == 1, log.decode()
    return log.decode().strip().splitlines()[-1]


def test_a_paused_writer_whose_lease_is_taken_over_cannot_publish(cluster, paused):
    process, rest, hidden = paused
    take_over(cluster, hidden)
    sentence = go_on(process, rest)
    target = f"{hidden.rpartition('/')[0]}/f"
    assert sentence.startswith("CommitConflict: ") and target in sentence
    assert not cluster.oracle.exists(target)
    assert not [file for file in cluster.oracle.health("/") if file["under_construction"]]


def test_a_paused_writer_leaves_what_another_made_meanwhile(cluster, paused):
    process, rest, hidden = paused
    target = f"{hidden.rpartition('/')[0]}/f"
    take_over(cluster, hidden)
    cluster.oracle.delete(hidden)
    cluster.oracle.put(target, b"by who took over")
    before = cluster.oracle.stat(target)
    assert go_on(process, rest)
    assert cluster.oracle.stat(target) == before
    assert [entry["path"] for entry in cluster.oracle.list(hidden.rpartition("/")[0])] == [target]
