"""Command lines of JVMs that run Hadoop's jars."""

import functools
import hashlib
import io
import os
import pathlib
import subprocess
import zipfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
HADOOP = "3.5.0"  # the version that clusters have unless they ask for another


def home(hadoop=HADOOP):
    """Where a version's jars are, and what is made of them once for each machine."""
    return REPOSITORY / ".cache" / f"hadoop-{hadoop}"


HOME = home()

# Java's Avro with all that it needs; `tools/setup test` fetches it.
AVRO_TOOLS = REPOSITORY / ".cache" / "avro-tools-1.12.2" / "avro-tools-1.12.2.jar"

MAIN = {
    "namenode": "org.apache.hadoop.hdfs.server.namenode.NameNode",
    "datanode": "org.apache.hadoop.hdfs.server.datanode.DataNode",
    "journalnode": "org.apache.hadoop.hdfs.qjournal.server.JournalNode",
    "oracle": "Oracle",
}
HEAP = {"namenode": "192m", "datanode": "128m", "journalnode": "96m", "oracle": "256m"}

# "quick" starts with the least CPU time, "best" is the fastest once it is warm: for benchmarks.
JIT = {"quick": ["-XX:TieredStopAtLevel=1"], "best": []}
FLAGS = ["-XX:+UseSerialGC", "-Xss512k", "-XX:-UsePerfData", "-Djava.net.preferIPv4Stack=true"]

LOG4J = """\
log4j.rootLogger=INFO,A
log4j.appender.A=org.apache.log4j.ConsoleAppender
log4j.appender.A.target=System.err
log4j.appender.A.layout=org.apache.log4j.PatternLayout
log4j.appender.A.layout.ConversionPattern=%d{ISO8601} %p %c{2}: %m%n
"""


@functools.cache
def jdk():
    """The folder of the JDK 17 that Debian installs."""
    for javac in sorted(pathlib.Path("/usr/lib/jvm").glob("java-17-openjdk-*/bin/javac")):
        return javac.parents[1]
    raise FileNotFoundError("no JDK 17 in /usr/lib/jvm; `tools/setup cluster` installs it")


def environment(**more):
    """The environment of a JVM: nothing of the caller's that Hadoop or Java would heed."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("HADOOP_", "HDFS_", "JAVA", "JDK_", "_JAVA", "CLASSPATH"))}
    return {**kept, **more}


def put_in_place(path, content):
    """Make the file `path`, whole or not at all, also when two processes do so at once."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)


@functools.cache
def boot_jar():
    """A jar with what daemons miss in Maven's jars: webapps, an empty core-site.xml, log4j's settings.

    A jar and no folder: a folder on the class path would turn class data sharing off.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as jar:
        def add(name, text):
            jar.writestr(zipfile.ZipInfo(name), text)  # the same bytes each time
        add("core-site.xml", "<configuration/>\n")
        add("log4j.properties", LOG4J)
        for webapp in ("hdfs", "datanode", "journal", "static", "secondary"):
            add(f"webapps/{webapp}/", "")
    key = hashlib.sha256(content.getvalue()).hexdigest()[:12]
    path = HOME / f"boot-{key}.jar"
    if not path.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        put_in_place(path, content.getvalue())
    return path


@functools.cache
def classpath(hadoop=HADOOP):
    """All jars of the daemons, in an order that never changes; fetched if need be."""
    subprocess.run([REPOSITORY / "tools" / "setup", "cluster", hadoop], check=True)
    return [boot_jar(), *sorted((home(hadoop) / "jars").glob("*.jar"))]


def command(role, *arguments, jit="quick", flags=(), jars=(), hadoop=HADOOP):
    """argv of a JVM.

    role: a key of MAIN; jit: a key of JIT; flags: more for the JVM; jars: more for the end of the
    class path; hadoop: the version.
    """
    path = ":".join(map(str, [*classpath(hadoop), *jars]))
    return [str(jdk() / "bin" / "java"), f"-Xmx{HEAP[role]}", *FLAGS, *JIT[jit], *flags,
            "-cp", path, MAIN[role], *map(str, arguments)]
