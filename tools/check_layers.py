#!/usr/bin/env python3
"""Compare every #include of the project with the rooms' declarations, and see that no two headers
give one name to two types: the linker keeps one destructor of both, and nothing says so.

The declarations are the add_room() calls; CMake writes them as a table, build/rooms.txt, with
lines "room: declared rooms | public headers". What is wrong is printed one line each, as
path:line: sentence, and makes the exit code 1.

Usage: check_layers.py ROOT TABLE
"""

import pathlib
import re
import sys

NAMESPACE = re.compile(r"^namespace ([a-z:_]+) \{")
# A definition at the left margin; a declaration ends in a semicolon.
TYPE = re.compile(r"^(?:class|struct|enum class) (\w+)(?: final)?(?: :.*)?(?: \{.*)?$")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')

# What public headers may name besides rooms and the standard library: the common tongue of all
# rooms, and the operating system. Any other library stays inside a room.
COMMON_LIBRARIES = {"arrow", "fmt", "sys", "linux"}
# Libraries whose headers have no folder of their own.
LIBRARY_HEADERS = {"xxhash.h", "zlib.h", "libdeflate.h"}


def read_table(path):
    """room -> (set of rooms it may include, set of its public headers)."""
    rooms = {}
    for line in path.read_text().splitlines():
        name, _, rest = line.partition(":")
        depends, _, headers = rest.partition("|")
        rooms[name.strip()] = (set(depends.split()), set(headers.split()))
    return rooms


def find_cycle(rooms):
    """The rooms of one cycle of declarations, in order, the first one again at the end; or []."""
    finished = set()

    def walk(room, path):
        if room in path:
            return path[path.index(room):] + [room]
        if room in finished or room not in rooms:
            return []
        for next_room in sorted(rooms[room][0]):
            cycle = walk(next_room, path + [room])
            if cycle:
                return cycle
        finished.add(room)
        return []

    return next((cycle for room in sorted(rooms) if (cycle := walk(room, []))), [])


def check_table(rooms):
    for room, (depends, _) in sorted(rooms.items()):
        for other in sorted(depends - rooms.keys()):
            yield f"room '{room}' declares '{other}', which is not a room"
    if cycle := find_cycle(rooms):
        yield f"rooms declare each other in a circle: {' -> '.join(cycle)}"


def includes(path):
    """(line number, '"' or '<', included path) of every #include."""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if match := INCLUDE.match(line):
            yield number, match[1], match[2]


def is_foreign(quote, target, rooms):
    top, slash, _ = target.partition("/")
    if quote == '"':
        return top not in rooms
    return target in LIBRARY_HEADERS or (bool(slash) and top not in COMMON_LIBRARIES)


def check_file(path, name, room, rooms):
    """`name` is the file's path below its room; `room` None: a program, which may use all rooms."""
    # x_test.cc, and what tests share: x_test_support.h, test_data.h
    stem = pathlib.PurePath(name).stem
    is_test = "_test" in stem or stem.startswith("test_")
    is_public = room is not None and name in rooms[room][1]
    for number, quote, target in includes(path):
        top, _, rest = target.partition("/")
        if quote == '"' and top == "testing":
            if not is_test:
                yield number, f'product code includes "{target}"'
        elif quote == '"' and top in rooms and top != room:
            if room is not None and top not in rooms[room][0]:
                yield number, f'"{target}": room \'{room}\' does not declare \'{top}\' in DEPENDS'
            elif rest not in rooms[top][1]:
                yield number, f'"{target}" is not among the public HEADERS of room \'{top}\''
        elif is_public and is_foreign(quote, target, rooms):
            yield number, f"public header names a foreign library: {target}"


def check_sources(root, rooms):
    for path in sorted([*root.glob("src/**/*"), *root.glob("apps/**/*")]):
        if path.suffix not in (".h", ".cc"):
            continue
        place = path.relative_to(root)
        folder, *below = place.parts
        if folder == "src" and len(below) == 1:
            continue  # src/precompiled.h and .cc belong to no room
        room = below[0] if folder == "src" else None
        if room is not None and room not in rooms:
            yield f"{place}: the folder 'src/{room}' is no room: it has no add_room()"
            continue
        for number, sentence in check_file(path, "/".join(below[1:]), room, rooms):
            yield f"{place}:{number}: {sentence}"


def types(path):
    """(line number, name with its namespace) of every class that a header defines."""
    namespace = ""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if match := NAMESPACE.match(line):
            namespace = match[1]
        elif match := TYPE.match(line):
            yield number, f"{namespace}::{match[1]}"


def check_names(root):
    first = {}
    for path in sorted([*root.glob("src/**/*.h"), *root.glob("apps/**/*.h")]):
        if "_test" in path.stem or path.stem.startswith("test_"):
            continue  # tests of two rooms are never one program
        place = path.relative_to(root)
        for number, name in types(path):
            if name in first:
                yield f"{place}:{number}: {name} is defined in {first[name]} too"
            first.setdefault(name, place)


def check(root, table):
    """Everything that is wrong, a list of sentences."""
    rooms = read_table(table)
    return [*check_table(rooms), *check_sources(root, rooms), *check_names(root)]


if __name__ == "__main__":
    root, table = map(pathlib.Path, sys.argv[1:])
    problems = check(root, table)
    print("\n".join(problems) or f"{len(read_table(table))} rooms, all includes as declared")
    sys.exit(1 if problems else 0)
