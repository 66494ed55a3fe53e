"""Where the models of the end-to-end tests are; they are made once for each version of their maker."""

import fcntl
import hashlib
import importlib.metadata
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import support


def zoo_target():
    """Where the models are, named by what made them."""
    maker = pathlib.Path(support.__file__).resolve().with_name("zoo.py")
    version = importlib.metadata.version("tensorflow-cpu")
    sources = maker.read_bytes() + maker.with_name("generated.py").read_bytes()
    key = hashlib.sha256(sources + version.encode()).hexdigest()[:16]
    cache = os.environ.get("HOWDAH_E2E_CACHE") or support.REPOSITORY / ".cache" / "e2e"
    return maker, pathlib.Path(cache) / f"zoo-{key}"


def make_zoo():
    """Make the models and TensorFlow's answers, unless an earlier session did."""
    subprocess.run([support.REPOSITORY / "tools" / "setup", "test"], check=True)
    maker, target = zoo_target()
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target.parent / "zoo.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.exists():
            return
        for old in target.parent.glob("zoo-*"):
            shutil.rmtree(old)
        making = target.with_name("zoo-making")
        made = subprocess.run([sys.executable, str(maker), str(making)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if made.returncode != 0:
            pytest.exit(f"the models could not be made:\n{made.stdout}", 3)
        making.rename(target)
