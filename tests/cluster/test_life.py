"""A cluster's beginning and end: nothing of it remains, whatever ends it."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import xml.etree.ElementTree

import pytest

from testing.cluster import Cluster, archive, guardian, ports
from testing.cluster.java import REPOSITORY
from testing.cluster.node import wait_until


def remains(folder):
    return guardian.processes(folder) or guardian.mounts(folder) or pathlib.Path(folder).exists()


def test_nothing_remains_of_a_cluster_that_ends():
    with Cluster(datanodes=2, disk_bytes=1 << 24, proxied=("nn1", "dn1"),
                 conf={"dfs.blocksize": 1 << 20}) as cluster:
        cluster.oracle.put("/x", b"x")
        cluster.stop("dn1")
        folder = cluster.folder
        addresses = [cluster.layout.client_address(name) for name in ("nn1", "dn1", "dn2")]
        assert len(guardian.processes(folder)) == 4
        assert len(guardian.mounts(folder)) == 2
    assert not remains(folder)
    for address in addresses:
        host, _, port = address.partition(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)))


def test_nothing_remains_when_the_harness_is_killed():
    program = """if True:
        import signal, sys
        from testing.cluster import Cluster
        cluster = Cluster(datanodes=1, disk_bytes=1 << 24).start()
        cluster.oracle.mkdirs("/x")
        cluster.stop("dn1")
        print(cluster.folder, flush=True)
        signal.pause()
    """
    with subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY, stdout=subprocess.PIPE,
                          text=True) as harness:
        folder = harness.stdout.readline().strip()
        assert len(guardian.processes(folder)) == 3
        harness.kill()
    wait_until(lambda: not remains(folder), "all is gone", seconds=30)


def test_nothing_remains_of_a_cluster_that_does_not_start():
    cluster = Cluster(datanodes=1, conf={"dfs.namenode.rpc-bind-host": "203.0.113.1"})
    with pytest.raises(RuntimeError, match="nn1 ended"):
        cluster.start()
    assert not remains(cluster.folder)


def test_a_port_that_was_taken_meanwhile_is_replaced(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        choices = iter([taken])
        take = ports.Ports.take
        monkeypatch.setattr(ports.Ports, "take", lambda self: next(choices, None) or take(self))
        with Cluster(datanodes=1) as cluster:
            assert str(taken) not in cluster.url
            assert cluster.oracle.mkdirs("/x")


def test_a_machine_without_an_archive_of_classes_starts_clusters_all_the_same(monkeypatch, tmp_path, capsys):
    def fail(**_):
        raise RuntimeError("no such luck")

    monkeypatch.setattr(archive, "_target", lambda: tmp_path / "none.jsa")
    assert archive.flags(fail) == ()
    assert "no such luck" in capsys.readouterr().err


def run(*arguments):
    return subprocess.run([sys.executable, "-m", "testing.cluster", *map(str, arguments)],
                          cwd=REPOSITORY, capture_output=True, text=True, timeout=120)


def test_the_shell_starts_and_stops_a_cluster(tmp_path):
    folder = tmp_path / "cluster"
    started = run("start", "--datanodes=1", "--dir", folder)
    assert started.returncode == 0, started.stderr
    site = xml.etree.ElementTree.parse(folder / "conf" / "core-site.xml")
    settings = {entry.findtext("name"): entry.findtext("value") for entry in site.iter("property")}
    assert f"url   {settings['fs.defaultFS']}/\n" in started.stdout
    assert run("oracle", "mkdirs", "/x", "--dir", folder).stdout == "true\n"
    assert run("kill", "dn1", "--dir", folder).returncode == 0
    failed = run("oracle", "rename", "/no", "/x/y", "--dir", folder)
    assert failed.returncode != 0 and "FileNotFound" in failed.stderr
    assert run("start", "--dir", folder).returncode != 0
    assert run("stop", "--dir", folder).returncode == 0
    assert not remains(folder)
    assert "no cluster runs" in run("stop", "--dir", folder).stderr


def test_control_c_ends_a_cluster_that_is_played_with(tmp_path):
    folder = tmp_path / "cluster"
    with subprocess.Popen([sys.executable, "-m", "testing.cluster", "play", "--datanodes=1",
                           "--dir", folder], cwd=REPOSITORY, stdout=subprocess.PIPE,
                          text=True) as shell:
        assert shell.stdout.readline().startswith("url ")
        wait_until(lambda: "Ctrl-C" in shell.stdout.readline(), "it tells how to end it")
        os.kill(shell.pid, signal.SIGINT)
        assert shell.wait(60) == 0
    assert not remains(folder)
