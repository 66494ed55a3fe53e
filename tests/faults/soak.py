#!/usr/bin/env python3
"""Many writers on a cluster whose daemons are killed, restarted and failed over at random.

python tests/faults/soak.py --bytes 5G: one client process writes with 16 threads at replication 3, with
pauses, so that faults have time to happen. At the end each file is read by Java's client and compared, all
blocks have their replicas again, no file is open, no hidden file is left, and the client has no thread or
descriptor more than when it began. The table is printed and kept in build/soak.md. Exit 1 if anything of
that is not so.
"""

import argparse
import collections
import dataclasses
import hashlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from testing.cluster import Cluster, programs  # noqa: E402
from testing.cluster.node import wait_until  # noqa: E402

DATANODES = 5
FILE = 32 << 20
BLOCK = 8 << 20
SOURCE = (16 << 20) + 12_345
STEP = 4099  # hdfs_soak's


def size(text):
    units = {"K": 10, "M": 20, "G": 30}
    return int(text[:-1]) << units[text[-1]] if text[-1] in units else int(text)


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=size, default=size("1600M"), help="of all files (%(default)s)")
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=120,
                        help="of pauses of each writer (%(default)s)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--dir", type=pathlib.Path,
                        help="where the cluster keeps its data, three times the bytes")
    return parser.parse_args()


class Fire(threading.Thread):
    """Does something to a daemon every few seconds, until `end`. One DataNode at most is down."""

    def __init__(self, cluster, seed):
        super().__init__()
        self._cluster, self._chance = cluster, random.Random(seed)
        self._over = threading.Event()
        self.done, self.error = collections.Counter(), None

    def run(self):
        acts = [self._restart_datanode] * 4 + [self._freeze_datanode, self._fail_over,
                                               self._kill_namenode]
        try:
            while not self._over.wait(self._chance.uniform(0.5, 3)):
                act = self._chance.choice(acts)
                act()
                self.done[act.__doc__] += 1
        except Exception as error:  # it belongs to who joins
            self.error = error

    def end(self):
        self._over.set()
        self.join()
        if self.error is not None:
            raise self.error

    def _datanode(self):
        return self._chance.choice(self._cluster.layout.datanodes)

    def _restart_datanode(self):
        """DataNode killed and restarted"""
        node = self._datanode()
        self._cluster.kill(node)
        self._over.wait(self._chance.uniform(0, 3))
        self._cluster.restart(node)

    def _freeze_datanode(self):
        """DataNode stopped for some seconds"""
        node = self._datanode()
        self._cluster.stop(node)
        self._over.wait(self._chance.uniform(1, 10))
        self._cluster.cont(node)

    def _standby(self):
        return "nn2" if self._cluster.active() == "nn1" else "nn1"

    def _fail_over(self):
        """NameNode failed over"""
        self._cluster.failover(self._standby())

    def _kill_namenode(self):
        """active NameNode killed"""
        active, standby = self._cluster.active(), self._standby()
        self._cluster.kill(active)
        self._cluster.failover(standby)
        self._cluster.restart(active)


@dataclasses.dataclass
class Said:
    """What hdfs_soak printed."""

    files: dict  # by name: (bytes, CRC32C)
    errors: list
    states: dict  # by name: (threads, descriptors, peak KiB)

    @classmethod
    def parse(cls, text):
        said = cls({}, [], {})
        for line in text.splitlines():
            kind, name, rest = line.split(" ", 2)
            if kind == "file":
                length, crc = rest.split()
                said.files[name] = (int(length), crc)
            elif kind == "error":
                said.errors.append(f"{name}: {rest}")
            else:
                said.states[name] = tuple(map(int, rest.split()))
        return said


def expected_digest(source, number, length):
    """Of the bytes of a file: those of `source` from number * STEP on, round and round."""
    digest, at = hashlib.sha256(), number * STEP % len(source)
    while length:
        piece = source[at:at + length]
        digest.update(piece)
        length, at = length - len(piece), 0
    return digest.hexdigest()


def run_writers(cluster, options, source, files):
    """\\return what hdfs_soak said, the Fire that burned meanwhile, the seconds it took"""
    path = cluster.folder / "source"
    path.write_bytes(source)
    cluster.oracle.mkdirs("/soak")
    fire = Fire(cluster, options.seed)
    begin = time.monotonic()
    pause = 1000 * options.seconds / (files * FILE >> 20)
    with open(cluster.folder / "logs" / "soak.log", "wb") as log:
        process = subprocess.Popen(
            [programs.BIN / "hdfs_soak", path, "/soak", str(options.writers), str(files), str(FILE),
             str(round(pause))],
            stdout=subprocess.PIPE, stderr=log, env=programs.environment(cluster))
        fire.start()
        try:
            out, _ = process.communicate()
            seconds = time.monotonic() - begin
        finally:
            process.kill()
            fire.end()
    return Said.parse(out.decode()), fire, seconds


def problems_of(cluster, said, source, options, files):
    """All that is not as it should be."""
    problems = list(said.errors)
    names = [f"{writer}-{file}" for writer in range(options.writers) for file in range(files)]
    listed = sorted(entry["path"].rpartition("/")[2] for entry in cluster.oracle.list("/soak"))
    if listed != sorted(names):
        problems.append(f"other files than were written: {sorted(set(listed) ^ set(names))}")
    for number, name in enumerate(names):
        if name not in said.files:
            continue
        found = cluster.oracle.cat(f"/soak/{name}")
        if found != {"length": FILE, "sha256": expected_digest(source, number, FILE)}:
            problems.append(f"{name} is not what was written: {found}")

    def is_healthy():
        health = cluster.oracle.health("/soak")
        return all(not file["under_construction"] and
                   all(len(block["locations"]) >= 3 and not block["corrupt"]
                       for block in file["blocks"]) for file in health)
    try:
        wait_until(is_healthy, "all blocks have three replicas, and no file is open", 300)
    except TimeoutError as error:
        problems.append(str(error))
    begin, end = said.states["begin"], said.states["end"]
    if begin[:2] != end[:2]:
        problems.append(f"threads and descriptors: {begin[:2]} at the beginning, {end[:2]} at the end")
    return problems


def table(options, said, fire, seconds, problems):
    total = sum(length for length, _ in said.files.values())
    rows = [("seed", options.seed), ("writers, in one process", options.writers),
            ("files whole, by Java's read", len(said.files)),
            ("bytes, at replication 3", f"{total:,}"), ("seconds", f"{seconds:.0f}")]
    rows += sorted(fire.done.items())
    for name in ("begin", "open", "end"):
        threads, descriptors, peak = said.states[name]
        rows.append((f"threads, descriptors: {name}", f"{threads}, {descriptors}"))
    rows += [("most memory of the client", f"{said.states['end'][2] >> 10} MiB"),
             ("problems", len(problems))]
    return "\n".join(["| soak | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def main():
    options = parse()
    files = max(1, options.bytes // FILE // options.writers)
    source = random.Random(options.seed).randbytes(SOURCE)
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="howdah-soak-") as folder:
        with Cluster(namenodes=2, datanodes=DATANODES, folder=pathlib.Path(folder) / "cluster",
                     conf={"dfs.blocksize": BLOCK, "dfs.replication": 3}) as cluster:
            said, fire, seconds = run_writers(cluster, options, source, files)
            cluster.mend()
            problems = problems_of(cluster, said, source, options, files)
            if problems:
                print((cluster.folder / "logs" / "soak.log").read_text()[-20000:], file=sys.stderr)
    text = table(options, said, fire, seconds, problems)
    build = pathlib.Path(os.environ.get("HOWDAH_BUILD", REPOSITORY / "build"))
    (build / "soak.md").write_text(text + "\n")
    print(text, *(f"problem: {problem}" for problem in problems), sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
