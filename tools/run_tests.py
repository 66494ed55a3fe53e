#!/usr/bin/env python3
"""All tests, as `make test` and CI run them; the last line printed is "N passed, M failed".

Three builds are tested: the release build with everything; AddressSanitizer and UBSan with the
unit and conformance tests; ThreadSanitizer with the rooms that have threads and Arrow's Parquet
code has no part in. A build that fails, a suite that ends in an error, and a test that is skipped
each count as failed. Reports in JUnit's format are left in each build folder.
"""

import dataclasses
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
JOBS = str(os.cpu_count())


@dataclasses.dataclass
class Count:
    passed: int = 0
    failed: list = dataclasses.field(default_factory=list)  # names


def read_report(report):
    """What a JUnit report, of ctest or of pytest, counts."""
    count = Count()
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        marks = {child.tag for child in case} & {"failure", "error", "skipped"}
        if marks or case.get("status", "run") != "run":
            count.failed.append(".".join(filter(None, [case.get("classname"), case.get("name")])))
        else:
            count.passed += 1
    return count


def without_address_randomisation():
    """A prefix for commands, empty where it is not permitted.

    GCC 12's sanitizers do not start on kernels that spread addresses wider than they expect.
    """
    prefix = ["setarch", "--addr-no-randomize"]
    permitted = subprocess.run([*prefix, "true"], stderr=subprocess.DEVNULL).returncode == 0
    return prefix if permitted else []


def call(command, **environment):
    """Run a command, shown as a line that can be typed. \\return whether it succeeded."""
    settings = [f"{name}={value}" for name, value in environment.items()]
    print("+", shlex.join([*settings, *map(str, command)]), flush=True)
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}).returncode == 0


def build(preset, folder, targets, prefix=()):
    # Building runs the test programs too, to list their cases: hence the prefix.
    return (call([*prefix, "cmake", "--preset", preset, "--log-level=WARNING"]) and
            call([*prefix, "cmake", "--build", folder, "--target", *targets]))


def run_suite(name, command, report, **environment):
    report.unlink(missing_ok=True)
    succeeded = call(command, **environment)
    count = read_report(report) if report.exists() else Count()
    if not succeeded and not count.failed:
        count.failed.append(f"{name}: ended with an error")
    if not count.passed and not count.failed:
        count.failed.append(f"{name}: no tests")
    return count


def ctest(name, folder, selection=(), prefix=(), **environment):
    report = ROOT / folder / "ctest.xml"
    return run_suite(name, [*prefix, "ctest", "--test-dir", folder, "--parallel", JOBS,
                            "--output-on-failure", "--output-junit", report, *selection],
                     report, **environment)


def release():
    if not build("release", "build", ["all", "all_verify_interface_header_sets"]):
        return Count(failed=["release: build"])
    return ctest("release", "build")


def python_tests(suite, folder, *arguments, **environment):
    report = ROOT / "build" / f"pytest-{suite}.xml"
    return run_suite(suite, [sys.executable, "-m", "pytest", folder, "--numprocesses=2", "--quiet",
                             f"--junitxml={report}", *arguments],
                     report, PYTHONDONTWRITEBYTECODE="1", **environment)


def end_to_end():
    return python_tests("e2e", "tests/e2e")


def interop():
    return python_tests("interop", "tests/interop", "--dist=loadfile")


def cluster():
    return python_tests("cluster", "tests/cluster", "--dist=loadfile")


def faults():
    return python_tests("faults", "tests/faults", HOWDAH_FAULTS="sample", HOWDAH_FAULTS_SEED="7")


def address_sanitizer():
    prefix = without_address_randomisation()
    if not build("asan", "build-asan", ["test_programs"], prefix):
        return Count(failed=["asan: build"])
    # Arrow's default pool, mimalloc, would hide its memory from the sanitizer. What hostile
    # files claim to need is refused by malloc, and not the end of the program.
    return ctest("asan", "build-asan", ["--label-regex", "^(unit|conformance)$"], prefix,
                 ARROW_DEFAULT_MEMORY_POOL="system", UBSAN_OPTIONS="print_stacktrace=1",
                 ASAN_OPTIONS="allocator_may_return_null=1")


def thread_sanitizer():
    prefix = without_address_randomisation()
    if not build("tsan", "build-tsan", ["base_test", "commit_test", "hdfs_test"], prefix):
        return Count(failed=["tsan: build"])
    return ctest("tsan", "build-tsan", ["--tests-regex", r"^unit\.(base|commit|hdfs)_test\."], prefix,
                 ARROW_DEFAULT_MEMORY_POOL="system")


def hear_signals():
    """What `nohup`, or a shell's `&`, has children ignore, all commands here would rightly ignore too."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def main():
    hear_signals()
    suites = {"release": release, "e2e": end_to_end, "interop": interop, "cluster": cluster,
              "faults": faults, "asan": address_sanitizer, "tsan": thread_sanitizer}
    counts, lines = [], []
    for name, suite in suites.items():
        start = time.monotonic()
        count = suite()
        counts.append(count)
        lines.append(f"{name:8} {count.passed:6} passed {len(count.failed):4} failed "
                     f"{time.monotonic() - start:6.0f} s")
        lines += [f"  failed: {test}" for test in count.failed]
    failed = sum(len(count.failed) for count in counts)
    print("", *lines, f"{sum(count.passed for count in counts)} passed, {failed} failed", sep="\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
