"""Fail when TensorFlow's symbols and anybody else's meet in one process.

usage: bindings_test.py -- COMMAND [ARGUMENT...]

Runs the command, which must succeed and open TensorFlow, with the dynamic linker telling every
binding. A reference of a libtensorflow_* library may be bound to itself, to the other one, or to
the C and C++ run-time; no other library's reference may be bound to TensorFlow.
"""

import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

RUN_TIME = re.compile(
    r"(ld-linux[-\w]*|libc|libm|libgcc_s|libstdc\+\+|libpthread|libdl|librt|libmvec)\.so(\.\d+)*$"
)
BINDING = re.compile(
    r"binding file (?P<user>.+?) \[\d+\] to (?P<owner>.+?) \[\d+\]: "
    r"\S+ symbol [`'](?P<symbol>[^']+)'"
)


def is_tensorflow(library):
    return library.startswith("libtensorflow")


def is_foreign(user, owner):
    """May the reference of `user` not be bound to `owner`? Both are file names."""
    if is_tensorflow(user):
        return not is_tensorflow(owner) and not RUN_TIME.match(owner)
    return is_tensorflow(owner)


def read_bindings(lines):
    """Count the bindings of TensorFlow in the linker's output; collect those that are foreign."""
    seen = 0
    foreign = collections.defaultdict(set)
    for line in lines:
        if "libtensorflow" not in line:
            continue
        match = BINDING.search(line)
        if match is None:
            continue
        user, owner = (os.path.basename(match[name]) for name in ("user", "owner"))
        if not is_tensorflow(user) and not is_tensorflow(owner):
            continue  # only a folder of that name
        seen += 1
        if is_foreign(user, owner):
            foreign[user, owner].add(match["symbol"])
    return seen, foreign


def main(arguments):
    if len(arguments) < 2 or arguments[0] != "--":
        sys.exit(__doc__)
    seen = 0
    foreign = collections.defaultdict(set)
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(
            os.environ, LD_DEBUG="bindings", LD_DEBUG_OUTPUT=os.path.join(folder, "linker")
        )
        result = subprocess.run(arguments[1:], env=environment)
        for file in sorted(pathlib.Path(folder).iterdir()):  # one for each process
            with file.open(errors="replace") as lines:
                count, found = read_bindings(lines)
            seen += count
            for pair, symbols in found.items():
                foreign[pair] |= symbols
    if result.returncode != 0:
        sys.exit(f"the command failed with code {result.returncode}")
    if seen < 1000:
        sys.exit(f"only {seen} bindings of TensorFlow were seen: did the command open it?")
    for (user, owner), symbols in sorted(foreign.items()):
        some = ", ".join(sorted(symbols)[:5])
        print(f"{user} -> {owner}: {len(symbols)} symbols, e.g. {some}")
    if foreign:
        sys.exit("TensorFlow and other libraries share symbols")
    print(f"{seen} bindings of TensorFlow, none foreign")


if __name__ == "__main__":
    main(sys.argv[1:])
