#!/usr/bin/env python3
"""Read source files that stand on this machine into Parquet: one row a file, path and body.

What is looked through comes with Debian's compilers and interpreters, so that every machine that
can build Howdah has enough of it. The order is that of the paths, each kind of file in turn, so
that the same machine gives the same files.

Usage: collect.py FOLDER
"""

import collections
import itertools
import os
import pathlib
import sys

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 6000
LEAST_ROWS = 5000
FILES = 6
SIZES = range(200, 64 * 1024)  # bytes: enough to tell a language by, and bounded

ROOTS = ["/usr/include", "/usr/lib", "/usr/share", "/usr/bin", "/etc", sys.prefix]
KINDS = {
    ".c", ".cc", ".cmake", ".cpp", ".cs", ".css", ".go", ".h", ".hpp", ".html", ".ini", ".java",
    ".js", ".json", ".lua", ".md", ".mk", ".php", ".pl", ".pm", ".ps1", ".py", ".rb", ".rs", ".rst",
    ".sh", ".sql", ".tcl", ".tex", ".toml", ".ts", ".vim", ".xml", ".yaml", ".yml"}


def kind_of(path):
    """The file's kind: its suffix, "script" for a program that begins with #!, or None."""
    if path.suffix in KINDS:
        return path.suffix
    if path.suffix or not os.access(path, os.X_OK):
        return None
    with path.open("rb") as file:
        return "script" if file.read(2) == b"#!" else None


def candidates():
    """kind -> paths, in order."""
    found = collections.defaultdict(list)
    for root in ROOTS:
        for folder, subfolders, names in os.walk(root):
            subfolders.sort()
            for path in (pathlib.Path(folder, name) for name in sorted(names)):
                if path.is_file() and not path.is_symlink() and path.stat().st_size in SIZES:
                    if kind := kind_of(path):
                        found[kind].append(path)
    return found


def in_turn(found):
    """One path of each kind, then the next of each, until all are through."""
    for round_of_paths in itertools.zip_longest(*(found[kind] for kind in sorted(found))):
        yield from filter(None, round_of_paths)


def read_texts(paths):
    """(path, body) of those that are UTF-8 text, each body once."""
    seen = set()
    for path in paths:
        try:
            body = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, PermissionError):
            continue
        if "\0" not in body and body not in seen:
            seen.add(body)
            yield str(path), body


def main(folder):
    rows = list(itertools.islice(read_texts(in_turn(candidates())), ROWS))
    if len(rows) < LEAST_ROWS:
        sys.exit(f"demo: only {len(rows)} source files found below {', '.join(ROOTS)}; "
                 f"the demo wants {LEAST_ROWS}")
    folder.mkdir(parents=True)
    schema = pa.schema([pa.field("path", pa.string(), False), pa.field("body", pa.string(), False)])
    for number in range(FILES):
        paths, bodies = zip(*rows[number::FILES])
        pq.write_table(pa.table([paths, bodies], schema=schema),
                       folder / f"sources-{number}.parquet", row_group_size=500)
    megabytes = sum(len(body.encode()) for _, body in rows) / 1e6
    print(f"{len(rows)} source files, {megabytes:.0f} MB of text, in {FILES} Parquet files")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
