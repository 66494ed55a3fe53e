#!/usr/bin/env python3
"""Java's Avro among the peers of encoders.py: answers lines as codec_peers.py does.

Each cell has a JVM of its own, that its compiler sees one schema only, and writes until it is warm.
What it costs is that process's, its compiler and collector included.
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import pyarrow as pa

import codec_peers
from provenance import ROOT

sys.path.insert(0, str(ROOT))
from testing.cluster import java  # noqa: E402

SOURCE = pathlib.Path(__file__).with_name("AvroWriter.java")
# It is warm after this many files and CPU seconds, or after the most seconds.
WARM_TURNS, WARM_SECONDS, MOST_SECONDS = 20, 2, 10


def compile_into(folder):
    subprocess.run([java.jdk() / "bin" / "javac", "-proc:none", "-d", folder, "-cp", java.AVRO_TOOLS,
                    SOURCE], check=True)


def save_columns(table, out):
    """The values of each column behind those of the one before. \\return how many each has in a row"""
    widths = []
    for column in table.columns:
        values = column.combine_chunks()
        values = values.flatten() if pa.types.is_list(values.type) else values
        out.write(values.to_numpy(zero_copy_only=True))
        widths.append(len(values) // table.num_rows)
    out.flush()
    return widths


class Jvm:
    """A warm JVM for one cell."""

    def __init__(self, ask, classes):
        table = codec_peers.rows_of(ask)
        with tempfile.NamedTemporaryFile(dir="/dev/shm") as columns:
            widths = save_columns(table, columns)
            self._process = subprocess.Popen(
                [java.jdk() / "bin" / "java", "-Xms2g", "-Xmx2g", *java.FLAGS, "-cp",
                 f"{java.AVRO_TOOLS}:{classes}", "AvroWriter", columns.name, ask["codec"],
                 json.dumps(codec_peers.avro_schema(table)), str(table.num_rows), *map(str, widths)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=java.environment())
            self.measured()
        turns, spent = 1, 0
        while spent < WARM_SECONDS or turns < WARM_TURNS and spent < MOST_SECONDS:
            spent += self.measured()["cpu_s"]
            turns += 1

    def _write(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the JVM has ended")
        return int(answer)

    def _spent(self):
        """(CPU seconds, time, minor faults) so far."""
        pid = self._process.pid
        # The clock of a process's CPU time in Linux, as clock_getcpuclockid(3) makes its number.
        cpu = time.clock_gettime((~pid << 3) | 2)
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return cpu, time.perf_counter(), int(fields[7])

    def measured(self):
        return codec_peers.cost(self._write, self._spent)

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def main():
    last, jvm = None, None
    with contextlib.ExitStack() as stack:
        classes = stack.enter_context(tempfile.TemporaryDirectory())
        compile_into(classes)
        for line in sys.stdin:
            ask = json.loads(line)
            if ask["format"] != "avro":
                print(json.dumps({"none": "not a format of it"}), flush=True)
                continue
            if line != last:
                if jvm:
                    jvm.close()
                last, jvm = line, Jvm(ask, classes)
            print(json.dumps(jvm.measured()), flush=True)
        if jvm:
            jvm.close()


if __name__ == "__main__":
    main()
