"""Run a command and account for it: the process and the children that it waited for.

Keep the process that imports this small: until its exec, a child counts its parent's memory as its
own peak.
"""

import dataclasses
import os
import shlex
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass(frozen=True)
class Measured:
    figures: dict
    answer: str  # the last line of its stdout; empty if there is none


def run(command, stdout=subprocess.PIPE, **options):
    """Measure a command; ends this program if it fails. options: of Popen."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(command, stdout=stdout, stderr=errors, text=True, **options) as process:
            output = process.stdout.read() if process.stdout else ""
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
        if status != 0:
            errors.seek(0)
            sys.exit(f"bench: this failed: {shlex.join(map(str, command))}\n"
                     f"{output}{errors.read()}")
    return Measured({"cpu_s": usage.ru_utime + usage.ru_stime, "wall_s": wall,
                     "peak_rss_mb": usage.ru_maxrss / 1024, "minor_faults": usage.ru_minflt},
                    output.strip().rpartition("\n")[2])
