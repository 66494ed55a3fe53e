"""Class data sharing: an archive of the classes that daemons load, made once for each machine.

With it a daemon starts with less than half of the CPU time. The archive fits one JDK and jars with the
very times and sizes it was made from, so these are in its name.
"""

import fcntl
import functools
import hashlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from . import java
from .node import wait_until


def _target():
    facts = [(java.jdk() / "release").read_text()]
    for jar in java.classpath():
        state = jar.stat()
        facts.append(f"{jar} {state.st_size} {state.st_mtime_ns}")
    return java.HOME / f"classes-{hashlib.sha256(repr(facts).encode()).hexdigest()[:12]}.jsa"


@functools.cache
def flags(start_cluster):
    """The JVM's flags to use the archive, which the first caller on a machine makes.

    start_cluster: the class Cluster. \\return no flags, after saying why, when it cannot be made.
    """
    target = _target()
    with open(java.HOME / "classes.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            try:
                print("cluster: making an archive of Java's classes, once for this machine",
                      file=sys.stderr, flush=True)
                _make(target, start_cluster)
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                print(f"cluster: it could not be made, so daemons start slowly: {error}",
                      file=sys.stderr, flush=True)
                return ()
    return (f"-XX:SharedArchiveFile={target}", "-Xshare:auto")


def _make(target, start_cluster):
    with tempfile.TemporaryDirectory(dir=java.HOME, prefix="making-") as folder:
        lists = pathlib.Path(folder)
        _record(lists, start_cluster)
        merged = lists / "all"
        merged.write_text(_merge(sorted(lists.glob("*.classes"))))
        made = lists / target.name
        # Of all collectors G1 alone archives objects too; others can use them.
        dump = subprocess.run(
            [java.jdk() / "bin" / "java", "-XX:+UseG1GC", "-Xmx512m", "-Xshare:dump",
             f"-XX:SharedClassListFile={merged}", f"-XX:SharedArchiveFile={made}",
             "-cp", ":".join(map(str, java.classpath()))],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=java.environment())
        if dump.returncode != 0 or not made.exists():
            raise RuntimeError(f"java -Xshare:dump failed:\n{dump.stdout[-2000:]}")
        for old in java.HOME.glob("classes-*.jsa"):
            old.unlink()
        made.rename(target)


def _record(lists, start_cluster):
    """Run a cluster for a moment and have each JVM list what it loads."""
    with start_cluster(namenodes=2, datanodes=1, journalnodes=1, shared_classes=False,
                       flags=(f"-XX:DumpLoadedClassList={lists}/{{name}}.classes",)) as cluster:
        oracle = cluster.oracle
        oracle.put("/a/file", os.urandom(100_000), block_size=65536)
        oracle.cat("/a/file")
        oracle.checksum("/a/file")
        oracle.rename("/a/file", "/a/other")
        oracle.health()
        cluster.failover("nn2")
        for node in cluster.nodes.values():  # SIGKILL would cut the lists off
            os.kill(node.pid, signal.SIGTERM)
            wait_until(lambda node=node: not node.is_running(), f"{node} ends")


def _merge(files):
    """One list without repetitions, nor classes of other loaders, which no other list knows by id."""
    lines = {}
    for file in files:
        for line in file.read_text().splitlines():
            if line and not line.startswith("#") and " source: " not in line:
                lines[line if line.startswith("@") else line.split(" ")[0]] = None
    return "\n".join([*lines, ""])
