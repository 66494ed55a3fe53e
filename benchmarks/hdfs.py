#!/usr/bin/env python3
"""What Howdah's HDFS client costs beside Java's, on a real cluster on this machine.

Both write and read the same file, in turn, in random order; DataNodes and file are on RAM disks and
warm. Java's client is one JVM that has done it before, with its best compiler; Howdah's is a new
process each time (`howdah fs put`, `howdah fs cat`), which verifies the file after the close. CPU
seconds of the client are what to quote: the daemons share the machine.

Usage: hdfs.py [--mib N] [--turns N] [--out FOLDER] [--howdah COMMAND]     needs root, for RAM disks
       writes FOLDER/hdfs.json and FOLDER/hdfs.md
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import pathlib
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import measure
from provenance import ROOT, provenance

sys.path.insert(0, str(ROOT))
from testing.cluster import conf, java  # noqa: E402
from testing.cluster.cluster import Cluster  # noqa: E402
from testing.cluster.oracle import Oracle  # noqa: E402

SEED = 1  # of the file and of the order of runs
TICKS = os.sysconf("SC_CLK_TCK")
BEST_COMPILER = ("-XX:TieredStopAtLevel=4",)
LISTINGS = 5


def cpu_of(pid):
    """CPU seconds of a process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def run(command, environment):
    """Measure a process whose output nobody wants. \\return its figures"""
    return measure.run(command, stdout=subprocess.DEVNULL, env=environment).figures


class Bench:
    def __init__(self, cluster, source, howdah):
        self.cluster, self.source, self.howdah = cluster, source, howdah
        self.java = Oracle(cluster.folder, cluster.folder / "clients.xml", BEST_COMPILER)
        for replication in (1, 3):
            conf.write_client_folder(cluster.folder / f"conf-{replication}",
                                     {**cluster.layout.client_settings(),
                                      "dfs.replication": replication})

    def environment(self, replication):
        return {**os.environ, "HADOOP_CONF_DIR": str(self.cluster.folder / f"conf-{replication}")}

    def daemons_cpu(self):
        return sum(cpu_of(node.pid) for node in self.cluster.nodes.values())

    def url(self, path):
        return self.cluster.url.rstrip("/") + path

    def with_howdah(self, operation, path, replication):
        if operation == "write":
            command = ["fs", "put", self.source, self.url(path)]
        else:
            command = ["fs", "cat", self.url(path)]
        return run([self.howdah, *map(str, command)], self.environment(replication))

    def with_java(self, operation, path, replication):
        cpu, start = cpu_of(self.java.pid), time.perf_counter()
        if operation == "write":
            self.java.put(path, source=str(self.source), replication=replication)
        else:
            self.java.read(path)
        return {"cpu_s": cpu_of(self.java.pid) - cpu, "wall_s": time.perf_counter() - start}

    def measure(self, client, operation, replication):
        path = f"/{client}-{replication}"
        daemons = self.daemons_cpu()
        figures = getattr(self, f"with_{client}")(operation, path, replication)
        figures["daemons_cpu_s"] = self.daemons_cpu() - daemons
        if operation == "read":
            self.cluster.oracle.delete(path)
        return {"client": client, "operation": operation, "replication": replication, **figures}

    def turn(self, order):
        """One file of each client at each replication, written and read back."""
        files = [(client, replication) for client in ("howdah", "java") for replication in (1, 3)]
        order.shuffle(files)
        return [self.measure(client, operation, replication) for client, replication in files
                for operation in ("write", "read")]

    def list_directory(self):
        """`fs ls` of a directory from start to end, ours and Java's FsShell."""
        site = self.cluster.folder / "clients.xml"
        shell = [str(java.jdk() / "bin" / "java"), "-cp", ":".join(map(str, java.classpath())),
                 "org.apache.hadoop.fs.FsShell", "-conf", str(site), "-ls", "/"]
        runs = []
        for _ in range(LISTINGS):
            runs.append({"client": "howdah", **run([self.howdah, "fs", "ls", self.url("/")],
                                                   self.environment(3))})
            runs.append({"client": "java", **run(shell, java.environment())})
        return runs


def receive_only(source, piece=1 << 20):
    """What no client can do without: the bytes of a file from a socket of this machine, dropped.
    Sent as a DataNode sends them, by sendfile. \\return CPU seconds of the receiver"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        sender = multiprocessing.get_context("fork").Process(target=send, args=(server, source))
        sender.start()
        with socket.create_connection(server.getsockname()) as connection:
            buffer = bytearray(piece)
            start = time.process_time()
            while connection.recv_into(buffer):
                pass
            seconds = time.process_time() - start
        sender.join()
    return seconds


def send(server, source):
    connection, _ = server.accept()
    with connection, open(source, "rb") as file:
        while os.sendfile(connection.fileno(), file.fileno(), None, 1 << 16):
            pass


def median(runs, figure, **which):
    return statistics.median(run[figure] for run in runs
                             if all(run[key] == value for key, value in which.items()))


def report(result):
    """\\return Markdown"""
    gib = result["mib"] / 1024
    lines = [f"Commit {result['commit'][:12]}, {result['when']}; medians of {result['turns']} runs of "
             f"{result['mib']} MiB, in random order.", "",
             "| | client CPU-s/GiB: howdah | Java, warm | Java / howdah | MB/s: howdah | Java, warm "
             "| daemons' CPU-s/GiB: howdah | Java |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for operation in ("write", "read"):
        for replication in (1, 3):
            which = {"operation": operation, "replication": replication}
            cpu, wall, daemons = (
                [median(result["runs"], figure, client=client, **which) / gib
                 for client in ("howdah", "java")]
                for figure in ("cpu_s", "wall_s", "daemons_cpu_s"))
            speed = [2**30 / 1e6 / seconds for seconds in wall]
            lines.append(
                f"| {operation}, replication {replication} | {cpu[0]:.2f} | {cpu[1]:.2f} "
                f"| {cpu[1] / cpu[0]:.1f} | {speed[0]:.0f} | {speed[1]:.0f} "
                f"| {daemons[0]:.1f} | {daemons[1]:.1f} |")
    floor = statistics.median(result["receive_only_cpu_s"]) / gib
    lines += ["", f"Of a read {floor:.2f} CPU-s/GiB are the kernel's: so much costs `recv` of the same "
              "bytes from a socket of this machine, with nothing done to them."]
    listing = {client: [median(result["listings"], figure, client=client)
                        for figure in ("wall_s", "cpu_s")] for client in ("howdah", "java")}
    ours, theirs = listing["howdah"], listing["java"]
    lines += ["", f"`howdah fs ls` takes {1000 * ours[0]:.0f} ms and {1000 * ours[1]:.0f} ms of CPU from "
              f"start to end, Java's `FsShell -ls` {1000 * theirs[0]:.0f} and {1000 * theirs[1]:.0f}: "
              f"{theirs[0] / ours[0]:.0f} and {theirs[1] / ours[1]:.0f} times as much.", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench-out")
    parser.add_argument("--howdah", default=ROOT / "build" / "bin" / "howdah")
    options = parser.parse_args()
    disk = (3 * options.mib + 512) << 20
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(Cluster(datanodes=3, jit="best", disk_bytes=disk))
        source = stack.enter_context(tempfile.NamedTemporaryFile(dir="/dev/shm"))
        data = random.Random(SEED)
        for _ in range(options.mib):
            source.write(data.randbytes(1 << 20))
        source.flush()
        cluster.oracle.mkdirs("/")  # its settings are there once it runs
        bench = Bench(cluster, pathlib.Path(source.name), options.howdah)
        stack.callback(bench.java.kill)
        order = random.Random(SEED)
        bench.turn(order)  # warms the daemons and Java's client
        runs = [figures for _ in range(options.turns) for figures in bench.turn(order)]
        result = {**provenance(), "mib": options.mib, "turns": options.turns, "runs": runs,
                  "receive_only_cpu_s": [receive_only(source.name) for _ in range(5)],
                  "listings": bench.list_directory()}
    options.out.mkdir(exist_ok=True)
    (options.out / "hdfs.json").write_text(json.dumps(result, indent=1))
    (options.out / "hdfs.md").write_text(report(result))
    print(report(result))


if __name__ == "__main__":
    main()
