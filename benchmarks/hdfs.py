#!/usr/bin/env python3
"""What Howdah's HDFS client costs beside others, on a real cluster on this machine.

All write and read the same bytes, in turn, in random order; DataNodes and source are on RAM disks and
warm. Java's client is a JVM that has done it before, with its best compiler, hdfs-native a process
that has; Howdah's is a new process for each file (`howdah fs put`, `howdah fs cat`), which verifies
what it wrote. CPU seconds of the client are what to quote: the daemons share the machine.

Usage: hdfs.py [--smoke | --mib N --turns N] [--out FOLDER] [--howdah COMMAND]     needs root, for RAM disks
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
import hdfs_clients  # noqa: E402
from hdfs_clients import Case  # noqa: E402
from hdfs_sink import Sink  # noqa: E402
from testing.cluster import java  # noqa: E402
from testing.cluster.cluster import Cluster  # noqa: E402

SEED = 1  # of the file and of the order of runs
SMALL, MIDDLE, BIG = 1 << 16, 1 << 18, 1 << 20  # packets: the default, Java's too, and larger ones
STREAMS = 8
LISTINGS = 5
# The cases of each client; the slow ones and those that know no other packet take part in fewer.
ALL = [Case(operation, replication, packet, streams)
       for replication in (1, 3) for packet in (SMALL, MIDDLE, BIG) for streams in (1, STREAMS)
       for operation in ("write", "read") if operation == "write" or packet == SMALL]
OF_ONE_PACKET = [case for case in ALL if case.packet == SMALL]
OF_ONE_STREAM = [case for case in OF_ONE_PACKET if case.streams == 1]
CASES = {"howdah": ALL, "java": ALL, "hdfs-native": OF_ONE_PACKET, "hdfs dfs": OF_ONE_STREAM,
         "WebHDFS": OF_ONE_STREAM}


def make_sources(stack, mib):
    """By number of streams, the files that they write: random bytes on the RAM disk."""
    folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm")))
    data, sources = random.Random(SEED), {}
    for streams in (1, STREAMS):
        sources[streams] = [folder / f"{streams}-{stream}" for stream in range(streams)]
        with open(sources[streams][0], "wb") as file:
            for _ in range(mib // streams):
                file.write(data.randbytes(1 << 20))
        for name in sources[streams][1:]:
            os.link(sources[streams][0], name)
    return sources


class Bench:
    def __init__(self, cluster, clients, sources):
        self.cluster, self.clients, self.sources = cluster, clients, sources

    def daemons_cpu(self):
        return sum(hdfs_clients.cpu_of(node.pid) for node in self.cluster.nodes.values())

    def measure(self, client, write):
        """A case of writing, and of reading what was written where the client has such a case."""
        folder = f"/{client.replace(' ', '-')}-{write.replication}-{write.packet}-{write.streams}"
        sources = self.sources[write.streams]
        self.cluster.oracle.mkdirs(folder)
        daemons = self.daemons_cpu()
        figures = self.clients[client].write(folder, sources, write)
        runs = [{**vars(write), **figures, "daemons_cpu_s": self.daemons_cpu() - daemons}]
        read = Case("read", write.replication, write.packet, write.streams)
        if read in CASES[client]:
            daemons = self.daemons_cpu()
            figures = self.clients[client].read([f"{folder}/{file.name}" for file in sources], read)
            runs.append({**vars(read), **figures, "daemons_cpu_s": self.daemons_cpu() - daemons})
        self.cluster.oracle.delete(folder)
        return [{"client": client, **run} for run in runs]

    def turn(self, order):
        cases = [(client, case) for client, cases in CASES.items() for case in cases
                 if case.operation == "write"]
        order.shuffle(cases)
        return [run for client, case in cases for run in self.measure(client, case)]


def list_directory(cluster, howdah):
    """`fs ls` of a directory from start to end, ours and Java's FsShell."""
    shell = [str(java.jdk() / "bin" / "java"), "-cp", ":".join(map(str, java.classpath())),
             "org.apache.hadoop.fs.FsShell", "-conf", str(cluster.folder / "clients.xml"), "-ls", "/"]
    ours = [howdah, "fs", "ls", cluster.url]
    ours_environment = {**os.environ, "HADOOP_CONF_DIR": str(cluster.conf_dir)}
    runs = []
    for _ in range(LISTINGS):
        for client, command, environment in (("howdah", ours, ours_environment),
                                             ("java", shell, java.environment())):
            runs.append({"client": client, **measure.run([*map(str, command)], env=environment,
                                                         stdout=subprocess.DEVNULL).figures})
    return runs


def memory_of_a_stream(cluster, sources, howdah):
    """By how much the peak of `howdah fs put` grows with each file that it writes at the same time."""
    peaks = {}
    for workers in (1, STREAMS):
        cluster.oracle.mkdirs("/streams")
        command = [howdah, "fs", "put", "-t", workers, *sources, f"{cluster.url.rstrip('/')}/streams"]
        with subprocess.Popen([*map(str, command)], stderr=subprocess.DEVNULL, env={
                **os.environ, "HADOOP_CONF_DIR": str(cluster.conf_dir)}) as process:
            peak = hdfs_clients.Peak(process.pid)
            if process.wait() != 0:
                sys.exit("bench: howdah fs put failed")
        peaks[workers] = peak.bytes
        cluster.oracle.delete("/streams")
    return (peaks[STREAMS] - peaks[1]) / (STREAMS - 1)


def write_to_sink(source, howdah):
    """The client's own ceiling: its one DataNode takes all and does nothing.

    \\return for howdah and java, CPU and wall seconds from the start to the last packet
    """
    size = source.stat().st_size
    # The file is one block, since a next one would wait for the DataNode's report of the first.
    block = {"dfs.blocksize": -(-size // (1 << 20) << 20)}
    runs = []
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(Cluster(datanodes=1, proxied=("dn1",), conf=block))
        oracle = cluster.oracle  # starts while the DataNode is itself
        cluster.proxies["dn1"].end()
        for client in ("java", "howdah", "java", "howdah", "java", "howdah"):
            sink = Sink(cluster.layout.client_address("dn1"))
            start, path = time.perf_counter(), f"/{client}{len(runs)}"
            if client == "howdah":
                process = subprocess.Popen(
                    [*map(str, [howdah, "fs", "put", source, cluster.url.rstrip("/") + path])],
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, "HADOOP_CONF_DIR": str(cluster.conf_dir)})
                pid, before = process.pid, 0
            else:
                pid, before = oracle.pid, hdfs_clients.cpu_of(oracle.pid)
                oracle.begin("put", path=path, source=str(source), replication=1)
            if not sink.done.wait(120):
                sys.exit("bench: the sink saw no last packet")
            runs.append({"client": client, "wall_s": time.perf_counter() - start,
                         "cpu_s": hdfs_clients.cpu_of(pid) - before})
            sink.close()
            if client == "howdah":
                process.kill()  # nobody will ever report the block
                process.wait()
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


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="does all work? figures mean nothing")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench-out")
    parser.add_argument("--howdah", default=ROOT / "build" / "bin" / "howdah")
    options = parser.parse_args()
    if options.smoke:
        options.mib, options.turns = 64, 1
    with contextlib.ExitStack() as stack:
        # A node takes blocks only where all that are being written may become full ones.
        disk = (3 * options.mib + 3072) << 20
        cluster = stack.enter_context(Cluster(datanodes=3, jit="best", disk_bytes=disk))
        sources = make_sources(stack, options.mib)
        cluster.oracle.mkdirs("/")  # its settings are there once it runs
        clients = {"howdah": hdfs_clients.Howdah(cluster, options.howdah),
                   "java": hdfs_clients.Java(cluster, (SMALL, MIDDLE, BIG)),
                   "hdfs-native": hdfs_clients.HdfsNative(cluster),
                   "hdfs dfs": hdfs_clients.shell(cluster), "WebHDFS": hdfs_clients.webhdfs(cluster)}
        stack.callback(clients["java"].close)
        stack.callback(clients["hdfs-native"].close)
        bench, order = Bench(cluster, clients, sources), random.Random(SEED)
        bench.turn(order)  # warms the daemons and those that stay
        runs = [run for _ in range(options.turns) for run in bench.turn(order)]
        result = {**provenance(), "mib": options.mib, "turns": options.turns, "runs": runs,
                  "stream_bytes": memory_of_a_stream(cluster, sources[STREAMS], options.howdah),
                  "receive_only_cpu_s": [receive_only(sources[1][0]) for _ in range(5)],
                  "listings": list_directory(cluster, options.howdah),
                  "sink": write_to_sink(sources[1][0], options.howdah)}
    options.out.mkdir(exist_ok=True)
    (options.out / "hdfs.json").write_text(json.dumps(result, indent=1))
    (options.out / "hdfs.md").write_text(report(result))
    print(report(result))


def report(result):
    """\\return Markdown"""
    gib = result["mib"] / 1024
    clients = list(CASES)

    def median(runs, figure, **which):
        values = [run[figure] for run in runs if all(run[key] == value for key, value in which.items())]
        return statistics.median(values) if values else None

    def cell(value, digits):
        return "–" if value is None else f"{value:.{digits}f}"

    def table(title, value, digits, more=()):
        lines = ["", title, "", f"| | {' | '.join([*clients, *(name for name, _ in more)])} |",
                 "| --- |" + " ---: |" * (len(clients) + len(more))]
        for case in ALL:
            values = {client: value(client, case) for client in clients}
            packet = "" if case.operation == "read" else f", {case.packet >> 10} KiB packets"
            name = f"{case.operation}, replication {case.replication}{packet}, " + (
                "1 stream" if case.streams == 1 else f"{case.streams} streams")
            cells = [cell(values[client], digits) for client in clients]
            cells += [cell(ratio(values), 1) for _, ratio in more]
            lines.append(f"| {name} | {' | '.join(cells)} |")
        return lines

    def over(peer):
        return lambda values: None if values[peer] is None else values[peer] / values["howdah"]

    def cpu(figure):
        return lambda client, case: (
            None if case not in CASES[client]
            else median(result["runs"], figure, client=client, **vars(case)) / gib)

    def speed(client, case):
        seconds = cpu("wall_s")(client, case)
        return None if seconds is None else 2**30 / 1e6 / seconds

    def below(peer):
        return lambda values: None if values[peer] is None else values["howdah"] / values[peer]

    lines = [f"Commit {result['commit'][:12]}, {result['when']}; medians of {result['turns']} runs of "
             f"{result['mib']} MiB, in random order."]
    lines += table("CPU seconds of the client for a GiB, and how many times Howdah's:", cpu("cpu_s"), 2,
                   [("java / howdah", over("java")), ("hdfs-native / howdah", over("hdfs-native"))])
    lines += table("MB/s, and how many times theirs:", speed, 0,
                   [("howdah / java", below("java")), ("howdah / hdfs-native", below("hdfs-native"))])
    lines += table("CPU seconds of the daemons for a GiB:", cpu("daemons_cpu_s"), 1)
    floor = statistics.median(result["receive_only_cpu_s"]) / gib
    sink = {client: [median(result["sink"], figure, client=client) / gib
                     for figure in ("cpu_s", "wall_s")] for client in ("howdah", "java")}
    lines += ["", f"Of a read {floor:.2f} CPU-s/GiB are the kernel's: so much costs `recv` of the same "
              "bytes from a socket of this machine, with nothing done to them.", "",
              "Into a DataNode that takes all and does nothing, one stream: "
              + "; ".join(f"{client} {figures[0]:.2f} CPU-s/GiB, {2**30 / 1e6 / figures[1]:.0f} MB/s "
                          f"({2**30 / 1e6 / figures[0]:.0f} for each core that it has)"
                          for client, figures in sink.items()) + ".", "",
              f"Each more file that `howdah fs put` writes at the same time costs "
              f"{result['stream_bytes'] / 2**20:.1f} MiB of memory."]
    listing = {client: [median(result["listings"], figure, client=client)
                        for figure in ("wall_s", "cpu_s")] for client in ("howdah", "java")}
    ours, theirs = listing["howdah"], listing["java"]
    lines += ["", f"`howdah fs ls` takes {1000 * ours[0]:.0f} ms and {1000 * ours[1]:.0f} ms of CPU from "
              f"start to end, Java's `FsShell -ls` {1000 * theirs[0]:.0f} and {1000 * theirs[1]:.0f}: "
              f"{theirs[0] / ours[0]:.0f} and {theirs[1] / ours[1]:.0f} times as much.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
