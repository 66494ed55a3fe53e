"""The article's three outputs, and JSON, each by one command: examples/article."""

import os
import subprocess

from support import REPOSITORY


def test_four_formats_hold_the_same_predictions(place):
    script = REPOSITORY / "examples" / "article" / "run.sh"
    run = subprocess.run([script], env={**os.environ, "LOCAL": "1", "ARTICLE_OUT": str(place / "out")},
                         text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    assert run.returncode == 0, run.stdout
    for name in ("parquet", "avro", "csv", "json"):
        assert f"{name:8} 10,000 rows, bit for bit those of parquet" in run.stdout, run.stdout
