"""Those who write and read files in HDFS, each as its users run it. See hdfs.py.

A client has a name and the two methods

  write(folder, sources, case): copy local files into a directory, all at the same time.
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
# The best compiler; and memory for eight streams, of each of which Java keeps 80 packets of 1 MiB.
JAVA_FLAGS = ("-XX:TieredStopAtLevel=4", "-Xmx2g")


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
        """commands(path, source, case): the command, and what is added to the environment."""
        self._cluster, self._commands = cluster, commands

    def write(self, folder, sources, case):
        return self._run([(f"{folder}/{source.name}", source) for source in sources], case)

    def read(self, paths, case):
        return self._run([(path, None) for path in paths], case)

    def _run(self, files, case):
        def one(file):
            command, environment = self._commands(*file, case)
            return measure.run([*map(str, command)], stdout=subprocess.DEVNULL,
                               env={**os.environ, **environment}).figures["cpu_s"]

        start = time.perf_counter()
        cpu = sum(side_by_side(one, files))
        return {"cpu_s": cpu, "wall_s": time.perf_counter() - start}


class Howdah(Commands):
    """`howdah fs put` for all files together, and a `howdah fs cat` for each."""

    def __init__(self, cluster, command):
        super().__init__(cluster, self._cat)
        self._command = command

    def write(self, folder, sources, case):
        start = time.perf_counter()
        command = [self._command, "fs", "put", "-t", case.streams, *sources, self._url(folder)]
        figures = measure.run([*map(str, command)], stdout=subprocess.DEVNULL,
                              env={**os.environ, **self._environment(case)}).figures
        return {"cpu_s": figures["cpu_s"], "wall_s": time.perf_counter() - start}

    def _cat(self, path, source, case):
        return [self._command, "fs", "cat", self._url(path)], self._environment(case)

    def _url(self, path):
        return self._cluster.url.rstrip("/") + path

    def _environment(self, case):
        path = self._cluster.folder / f"conf-{case.replication}-{case.packet}"
        if not path.exists():
            conf.write_client_folder(path, {**self._cluster.layout.client_settings(),
                                            "dfs.replication": case.replication,
                                            "dfs.client-write-packet-size": case.packet})
        return {"HADOOP_CONF_DIR": str(path)}


def shell(cluster):
    """What `hdfs dfs` starts."""
    def commands(path, source, case):
        verb = ["-put", source, path] if source else ["-cat", path]
        settings = [f"dfs.replication={case.replication}",
                    f"dfs.client-write-packet-size={case.packet}"]
        return [java.jdk() / "bin" / "java", "-cp", ":".join(map(str, java.classpath())),
                "org.apache.hadoop.fs.FsShell", "-conf", cluster.folder / "clients.xml",
                *(word for setting in settings for word in ("-D", setting)), *verb], java.environment()

    return Commands(cluster, commands)


def webhdfs(cluster):
    """curl; the DataNode writes on as a client of its own, which nobody counts here."""
    def commands(path, source, case):
        url = f"http://{cluster.layout.http['nn1']}/webhdfs/v1{path}?user.name=root&op="
        verb = (["-T", source, f"{url}CREATE&replication={case.replication}"]
                if source else [f"{url}OPEN"])
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
            self._jvms[size] = Oracle(cluster.folder, site, JAVA_FLAGS)

    def write(self, folder, sources, case):
        return self._measure(case, [("put", {"path": f"{folder}/{source.name}", "source": str(source),
                                             "replication": case.replication}) for source in sources])

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

    def write(self, folder, sources, case):
        return self._ask("write", case.replication, folder, *sources)

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

