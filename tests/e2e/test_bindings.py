"""TensorFlow's symbols and ours do not meet in the process that scores."""

import pathlib
import subprocess
import sys

import support

CHECK = pathlib.Path(__file__).parents[1] / "model" / "bindings_test.py"


def test_no_symbol_of_tensorflow_is_bound_to_another_library(linear):
    command = [sys.executable, CHECK, "--", support.HOWDAH, "run", *linear.flags]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    assert "none foreign" in result.stdout
