"""The judge of bindings judges rightly."""

import subprocess
import sys

import bindings_test


def line(user, owner, symbol="f"):
    return f"   1234:\tbinding file {user} [0] to {owner} [0]: normal symbol `{symbol}' [V_1]\n"


CC = "/opt/tensorflow/libtensorflow_cc.so.2"
FRAMEWORK = "/opt/tensorflow/libtensorflow_framework.so.2"


def test_run_time_libraries_and_tensorflow_itself_are_allowed():
    owners = [CC, FRAMEWORK] + [
        f"/lib/x86_64-linux-gnu/{name}"
        for name in ("libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libdl.so.2")
    ]
    seen, foreign = bindings_test.read_bindings(
        [line(CC, owner) for owner in owners + ["/lib64/ld-linux-x86-64.so.2"]]
    )
    assert seen == 8
    assert not foreign


def test_another_library_is_foreign_in_either_direction():
    crypto = "/usr/lib/libcrypto.so.3"
    _, foreign = bindings_test.read_bindings(
        [line(CC, crypto, "SSL_new"), line(crypto, FRAMEWORK, "g"), line(crypto, crypto)]
    )
    assert dict(foreign) == {
        ("libtensorflow_cc.so.2", "libcrypto.so.3"): {"SSL_new"},
        ("libcrypto.so.3", "libtensorflow_framework.so.2"): {"g"},
    }


def test_names_that_only_begin_like_run_time_libraries_are_foreign():
    for name in ("libcrypto.so.3", "libcurl.so.4", "libmimalloc.so.2", "libc10.so", "howdah"):
        _, foreign = bindings_test.read_bindings([line(CC, "/x/" + name)])
        assert foreign, name


def test_a_folder_named_like_tensorflow_is_not_tensorflow():
    seen, foreign = bindings_test.read_bindings([line("/libtensorflow/a.so", "/b/c.so")])
    assert seen == 0
    assert not foreign


def run(*command):
    return subprocess.run(
        [sys.executable, bindings_test.__file__, "--", *command], capture_output=True, text=True
    )


def test_a_command_that_does_not_open_tensorflow_proves_nothing():
    result = run("true")
    assert result.returncode != 0
    assert "did the command open it" in result.stderr


def test_a_command_that_fails_proves_nothing():
    result = run("false")
    assert result.returncode != 0
    assert "failed with code 1" in result.stderr
