#!/usr/bin/env python3
"""clang-format and clang-tidy over the project's C++, as `make lint` runs them.

clang-tidy takes seconds a file, so a file is passed over when it passed before and neither it nor
any header nor the configuration has changed since.

Usage: lint.py           check; needs build-lint/ (cmake --preset lint)
       lint.py --format  rewrite files in the project's format instead
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-lint"
PASSED = BUILD / "lint-passed"  # one empty file for each digest that passed
TOOLS = ROOT / ".venv" / "bin"
FOLDERS = ["src", "apps", "testing", "tests", "fuzz"]


def project_files(*suffixes):
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*")
                  if path.suffix in suffixes)


def digest(*parts):
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def clang_format(*options):
    command = [TOOLS / "clang-format", *options, *project_files(".h", ".cc")]
    return subprocess.run(command).returncode == 0


def clang_tidy(source):
    """What clang-tidy finds in `source` and the headers it includes; empty if nothing."""
    result = subprocess.run([TOOLS / "clang-tidy", "--quiet", "-p", BUILD, source],
                            capture_output=True, text=True)
    if result.returncode == 0:
        return ""
    return result.stdout or result.stderr


def check_with_clang_tidy():
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    command_of = {entry["file"]: entry["command"] for entry in commands}
    sources = [path for path in project_files(".cc") if str(path) in command_of]
    surroundings = digest(*(path.read_bytes() for path in [
        ROOT / ".clang-tidy", ROOT / "requirements" / "lock.txt", *project_files(".h")]))
    digest_of = {source: digest(surroundings.encode(), source.read_bytes(),
                                command_of[str(source)].encode()) for source in sources}
    PASSED.mkdir(exist_ok=True)
    waiting = [source for source in sources if not (PASSED / digest_of[source]).exists()]
    print(f"clang-tidy: {len(waiting)} of {len(sources)} files to check", flush=True)

    clean = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(clang_tidy, source): source for source in waiting}
        for done in concurrent.futures.as_completed(running):
            source, findings = running[done], done.result()
            print(f"  {source.relative_to(ROOT)}", flush=True)
            if findings:
                print(findings, flush=True)
                clean = False
            else:
                (PASSED / digest_of[source]).touch()
    return clean


def main():
    if sys.argv[1:] == ["--format"]:
        return clang_format("-i")
    if not clang_format("--dry-run", "-Werror"):
        print("clang-format: `make format` mends the places above")
        return False
    return check_with_clang_tidy()


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
