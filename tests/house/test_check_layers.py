"""tools/check_layers.py finds what it is there to find: each test plants one violation."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import check_layers  # noqa: E402

TABLE = """\
base:  | status.h
storage: base | file_system.h
write: base storage | writer.h
"""
CLEAN = {
    "src/precompiled.h": "#include <arrow/array.h>\n",
    "src/base/status.h": "#include <arrow/status.h>\n#include <string>\n#include <sys/stat.h>\n",
    "src/base/detail.h": "#include <openssl/evp.h>\n",
    "src/base/status.cc": '#include "base/status.h"\n#include "base/detail.h"\n',
    "src/storage/file_system.h": '#include "base/status.h"\n',
    "src/storage/file_system.cc": '#include <isa-l/crc.h>\n#include "storage/file_system.h"\n',
    "src/storage/file_system_test.cc": '#include "testing/storage/faulty.h"\n',
    "src/write/writer.h": '#include "storage/file_system.h"\n',
    "apps/cli/run.cc": '#include "base/status.h"\n#include "write/writer.h"\n',
}


@pytest.fixture
def problems(tmp_path):
    """Write the clean tree with `changes` over it and return what is wrong with it."""

    def write_and_check(changes=None, table=TABLE):
        for name, text in {**CLEAN, **(changes or {})}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (tmp_path / "rooms.txt").write_text(table)
        return check_layers.check(tmp_path, tmp_path / "rooms.txt")

    return write_and_check


def test_a_tree_that_keeps_the_rules_has_no_problems(problems):
    assert problems() == []


def test_an_include_of_an_undeclared_room_is_found_with_its_line(problems):
    assert problems({"src/base/status.cc": '\n#include "storage/file_system.h"\n'}) == [
        "src/base/status.cc:2: \"storage/file_system.h\": "
        "room 'base' does not declare 'storage' in DEPENDS"]


def test_a_room_test_keeps_to_the_declared_rooms_too(problems):
    [problem] = problems({"src/storage/x_test.cc": '#include "write/writer.h"\n'})
    assert "room 'storage' does not declare 'write'" in problem


def test_an_include_with_unusual_spaces_is_seen(problems):
    assert len(problems({"src/base/x.cc": '  #  include   "write/writer.h"\n'})) == 1


def test_another_rooms_private_header_is_refused(problems):
    [problem] = problems({"src/storage/x.cc": '#include "base/detail.h"\n'})
    assert "not among the public HEADERS of room 'base'" in problem


def test_a_program_may_include_public_headers_only(problems):
    [problem] = problems({"apps/cli/x.cc": '#include "base/detail.h"\n'})
    assert problem.startswith("apps/cli/x.cc:1: ")


@pytest.mark.parametrize("place", ["src/storage/x.cc", "src/storage/x.h", "apps/cli/x.cc"])
def test_product_code_never_includes_testing(problems, place):
    assert problems({place: '#include "testing/storage/faulty.h"\n'}) == [
        f'{place}:1: product code includes "testing/storage/faulty.h"']


@pytest.mark.parametrize("include", ["<nlohmann/json.hpp>", "<xxhash.h>",
                                     '"tensorflow/c/c_api.h"', "<parquet/file_writer.h>"])
def test_a_foreign_library_in_a_public_header_is_found(problems, include):
    [problem] = problems({"src/write/writer.h": f"#include {include}\n"})
    assert problem == f"src/write/writer.h:1: public header names a foreign library: {include[1:-1]}"


def test_declarations_in_a_circle_are_found(problems):
    table = TABLE.replace("base:  |", "base: write |")
    assert problems(table=table) == [
        "rooms declare each other in a circle: base -> write -> base"]


def test_a_declared_room_that_does_not_exist_is_found(problems):
    assert problems(table=TABLE.replace("write: base", "write: bsae base")) == [
        "room 'write' declares 'bsae', which is not a room"]


def test_a_folder_that_is_no_room_is_found(problems):
    [problem] = problems({"src/extra/x.cc": ""})
    assert "'src/extra' is no room" in problem


def test_two_types_of_one_name_are_found(problems):
    twice = {"src/base/status.h": "namespace howdah {\nclass Job {\n};\n}\n",
             "src/write/writer.h": "namespace howdah {\nclass Writer;\nstruct Job final : X {\n};\n}\n"}
    assert problems(twice) == [
        "src/write/writer.h:3: howdah::Job is defined in src/base/status.h too"]
    apart = {**twice, "src/write/writer.h": twice["src/write/writer.h"].replace(
        "namespace howdah {", "namespace howdah::write {")}
    assert problems(apart) == []
