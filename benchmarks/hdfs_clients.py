"""Those who write and read files in HDFS, each as its users run it. See hdfs.py.

A client has a name and the two methods

  write(paths, source, case): write the local file `source` to each path, all at the same time.
  read(paths, case): read the files, all at the same time, and drop what was read.

Both return {"cpu_s", "wall_s"}: of the client, with all its threads and processes.
"""

import concurrent.futures
import dataclasses
import os
import pathlib
import subprocess
import sys
import threading
import time

import measure
from testing.cluster import conf, java
from testing.cluster.oracle import Oracle

TICKS = os.sysconf("SC_CLK_TCK")
BEST_COMPILER = ("-XX:TieredStopAtLevel=4",)


@dataclasses.dataclass(frozen=True)
class Case:
    operation: str  # "write" or "read"
    replication: int
    packet: int  # bytes; of a read it is the DataNode's affair
    streams: int


def cpu_of(pid):
    """CPU seconds of a process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def side_by_side(function, items):
    """function(item) of each, all at once. \\return the results"""
    with concurrent.futures.ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(function, items))


class Commands:
    """A client that is a process for each file."""

    def __init__(self, cluster, commands):
        """commands(operation, path, source, case): the command, and what is added to the environment."""
        self._cluster, self._commands = cluster, commands

    def write(self, paths, source, case):
        return self._run(paths, source, case)

    def read(self, paths, case):
        return self._run(paths, None, case)

    def _run(self, paths, source, case):
        def one(path):
            command, environment = self._commands(case.operation, path, source, case)
            return measure.run([*map(str, command)], stdout=subprocess.DEVNULL,
                               env={**os.environ, **environment}).figures["cpu_s"]

        start = time.perf_counter()
        cpu = sum(side_by_side(one, paths))
        return {"cpu_s": cpu, "wall_s": time.perf_counter() - start}


def howdah(cluster, command):
    """`howdah fs put` and `howdah fs cat`."""
    def folder(case):
        path = cluster.folder / f"conf-{case.replication}-{case.packet}"
        if not path.exists():
            conf.write_client_folder(path, {**cluster.layout.client_settings(),
                                            "dfs.replication": case.replication,
                                            "dfs.client-write-packet-size": case.packet})
        return path

    def commands(operation, path, source, case):
        url = cluster.url.rstrip("/") + path
        verb = ["put", source, url] if operation == "write" else ["cat", url]
        return [command, "fs", *verb], {"HADOOP_CONF_DIR": str(folder(case))}

    return Commands(cluster, commands)


def shell(cluster):
    """What `hdfs dfs` starts."""
    def commands(operation, path, source, case):
        verb = ["-put", source, path] if operation == "write" else ["-cat", path]
        settings = [f"dfs.replication={case.replication}",
                    f"dfs.client-write-packet-size={case.packet}"]
        return [java.jdk() / "bin" / "java", "-cp", ":".join(map(str, java.classpath())),
                "org.apache.hadoop.fs.FsShell", "-conf", cluster.folder / "clients.xml",
                *(word for setting in settings for word in ("-D", setting)), *verb], java.environment()

    return Commands(cluster, commands)


def webhdfs(cluster):
    """curl; the DataNode writes on as a client of its own, which nobody counts here."""
    def commands(operation, path, source, case):
        url = f"http://{cluster.layout.http['nn1']}/webhdfs/v1{path}?user.name=root&op="
        verb = (["-T", source, f"{url}CREATE&replication={case.replication}"]
                if operation == "write" else [f"{url}OPEN"])
        return ["curl", "--silent", "--fail", "--location", *verb], {}

    return Commands(cluster, commands)


class Java:
    """Java's client in JVMs that have done it before: one for each size of packets."""

    def __init__(self, cluster, sizes):
        self._jvms = {}
        for size in sizes:
            site = cluster.folder / f"clients-{size}.xml"
            conf.write_site(site, {**cluster.layout.client_settings(),
                                   "dfs.client-write-packet-size": size})
            self._jvms[size] = Oracle(cluster.folder, site, BEST_COMPILER)

    def write(self, paths, source, case):
        return self._measure(case, [("put", {"path": path, "source": str(source),
                                             "replication": case.replication}) for path in paths])

    def read(self, paths, case):
        return self._measure(case, [("read", {"path": path}) for path in paths])

    def _measure(self, case, calls):
        jvm = self._jvms[case.packet]
        cpu, start = cpu_of(jvm.pid), time.perf_counter()
        for future in [jvm.begin(operation, **arguments) for operation, arguments in calls]:
            future.result(600)
        return {"cpu_s": cpu_of(jvm.pid) - cpu, "wall_s": time.perf_counter() - start}

    def close(self):
        for jvm in self._jvms.values():
            jvm.kill()


class HdfsNative:
    """hdfs-native, in Python as its users have it: a process that has done it before.

    It knows no setting for the size of its packets, which are 64 KiB.
    """

    def __init__(self, cluster):
        self._process = subprocess.Popen(
            [sys.executable, pathlib.Path(__file__).with_name("hdfs_native_client.py"), cluster.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)

    def write(self, paths, source, case):
        return self._ask("write", case.replication, source, *paths)

    def read(self, paths, case):
        return self._ask("read", "-", "-", *paths)

    def _ask(self, *words):
        print(*words, file=self._process.stdin, flush=True)
        cpu, wall = map(float, self._process.stdout.readline().split())
        return {"cpu_s": cpu, "wall_s": wall}

    def close(self):
        self._process.stdin.close()
        self._process.wait()


class Peak(threading.Thread):
    """The most memory that a process has had, in bytes, seen until it ends.

    Its ru_maxrss would not do: that counts who started it too.
    """

    def __init__(self, pid):
        super().__init__(daemon=True)
        self._status, self.bytes = pathlib.Path(f"/proc/{pid}/status"), 0
        self.start()

    def run(self):
        while True:
            try:
                lines = self._status.read_text().splitlines()
            except OSError:
                return
            high = [line for line in lines if line.startswith("VmHWM")]
            if not high:
                return  # it has ended
            self.bytes = int(high[0].split()[1]) << 10
            time.sleep(0.01)

