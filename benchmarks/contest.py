"""One workload at one size: its folder, the commands that compete on it, and its limits."""

import dataclasses
import functools
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys

import measure
from workloads import WORKLOADS

HERE = pathlib.Path(__file__).resolve().parent
CONTESTANTS = ("howdah", "tuned_python", "default_python")
LIMITS = ("model", "decode", "encode", "write")

# What each may choose from; the least CPU time in a short run before the contest decides.
GRIDS = {
    "tuned_python": [["--batch", str(batch), *onednn]
                     for batch, onednn in itertools.product((1024, 4096, 8192, 16384),
                                                            ([], ["--no-onednn"]))],
    "model": [["--intra", str(intra), "--batch", str(batch), *onednn]
              for intra, batch, onednn in itertools.product((1, 2), (1024, 8192),
                                                            ([], ["--onednn"]))],
    "decode": [["--batch", str(batch), *options]
               for batch, options in itertools.product((8192, 65536),
                                                       ([], ["--threads"], ["--memory-map"]))],
    "encode": [["--slice", str(rows)] for rows in (8192, 65536, 131072)],
    "write": [[]],
}


def script(name, *arguments):
    return [sys.executable, HERE / f"{name}.py", *map(str, arguments)]


@dataclasses.dataclass
class Contest:
    name: str  # of the workload
    rows: int
    folder: pathlib.Path  # holds folders of workloads and outputs
    howdah: pathlib.Path  # the command

    def __post_init__(self):
        self.workload = self.folder / f"{self.name}-{self.rows}"
        self.landed = self.folder / f"landed-{self.name}-{self.rows}"  # what limits encode, write

    def prepare(self):
        """Make what is missing, and read the input so that caches are warm."""
        subprocess.run(script("make_workload", self.name, self.rows, self.workload), check=True)
        for path in self.workload.rglob("*.parquet"):
            path.read_bytes()

    @functools.cached_property
    def signature(self):
        """Names of the graph's tensors, for the limit that runs the model alone."""
        answer = json.loads(measure.run([self.howdah, "inspect", "--json",
                                         self.workload / "model"]).answer)
        signature = answer["meta_graphs"][0]["signatures"][0]
        return {end: [tensor["tensor"] for tensor in signature[end]]
                for end in ("inputs", "outputs")}

    def output(self, contestant):
        return self.folder / f"{contestant}-{self.name}-{self.rows}"

    def command(self, contestant, setting=()):
        if contestant == "howdah":
            features = json.dumps(WORKLOADS[self.name].features)
            return [self.howdah, "run", "--model", self.workload / "model",
                    "--input", self.workload / "input/*.parquet",
                    "--output", self.output(contestant), "--keep", "id",
                    "--set", f"input.tensors.x={features}"]
        defaults = ["--defaults"] if contestant == "default_python" else []
        return script("tuned_python", self.name, self.workload, self.output(contestant),
                      *defaults, *setting)

    def limit(self, limit, setting):
        arguments = {
            "model": (self.name, self.rows, self.workload, json.dumps(self.signature)),
            "decode": (self.name, self.workload),
            "encode": (self.name, self.landed),
            "write": (self.landed, self.folder / "written"),
        }[limit]
        return script(f"limit_{limit}", *arguments, *setting)

    def remove(self, output):
        """Remove an output, and the staging that howdah keeps beside it."""
        for place in (output, output.parent / f".{output.name}.howdah"):
            shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)

    def compete(self, contestant, setting=()):
        """One run, read back and compared: its figures."""
        output = self.output(contestant)
        self.remove(output)
        os.sync()  # nobody waits for what another has written
        measured = measure.run(self.command(contestant, setting))
        difference = json.loads(measure.run(
            script("read_back", self.name, self.workload, output)).answer)
        files = sorted(output.glob("*.parquet")) if output.is_dir() else [output]
        figures = {**measured.figures, **difference,
                   "output_bytes": sum(path.stat().st_size for path in files),
                   "output_files": len(files)}
        if contestant == "howdah":
            return {**figures, "summary": json.loads(measured.answer)}
        return {**figures, **json.loads(measured.answer)}
