"""What the end-to-end tests share: running the command, looking at what landed."""

import hashlib
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import zoo

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
HOWDAH = os.environ.get("HOWDAH_BIN") or str(REPOSITORY / "build" / "bin" / "howdah")

# The capabilities by which root passes every permission check. Without them root is an ordinary
# user that owns its files, and programs in folders that only root may enter still start.
UNPRIVILEGED = ["setpriv", "--inh-caps=-all",
                "--bounding-set=-dac_override,-dac_read_search,-fowner", "--"]

LEDGER = ".howdah-ledger"
SUCCESS = "_SUCCESS"


# -------------------------------------------------------------------------- running the command


class Outcome:
    """What one run of the command left."""

    def __init__(self, command, code, stdout, stderr):
        self.command, self.code, self.stdout, self.stderr = command, code, stdout, stderr

    def __str__(self):
        return (f"$ {' '.join(map(str, self.command))}\nexit {self.code}\n"
                f"--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}")

    @property
    def summary(self):
        """The one JSON object on stdout."""
        assert self.stdout.endswith("}\n"), f"stdout is not one JSON object and a newline\n{self}"
        assert self.stdout.count("\n") == 1, f"stdout has more than one line\n{self}"
        return json.loads(self.stdout)

    @property
    def error_lines(self):
        return [line for line in self.stderr.splitlines() if line.startswith("error: ")]

    @property
    def error(self):
        """The one line that begins "error: ", without those words."""
        assert len(self.error_lines) == 1, f"expected exactly one error line\n{self}"
        assert self.stdout == "", f"a failed command wrote to stdout\n{self}"
        return self.error_lines[0][len("error: "):]


def environment(extra=None):
    """A bare one: nothing in it says where TensorFlow is."""
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", **(extra or {})}


def command_line(arguments, unprivileged=False):
    drop = UNPRIVILEGED if unprivileged and os.geteuid() == 0 else []
    return [*drop, HOWDAH, *map(str, arguments)]


def start(*arguments, env=None, cwd=None, unprivileged=False, umask=-1, stderr=subprocess.PIPE):
    """Start the command and do not wait for it."""
    return subprocess.Popen(command_line(arguments, unprivileged), env=environment(env), cwd=cwd,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr,
                            text=True, encoding="utf-8", umask=umask)


def finish(process, code=None, timeout=300):
    """Wait for a started command. `code`: the exit code that is right."""
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGCONT)
        process.kill()
        stdout, stderr = process.communicate()
        raise AssertionError(
            f"no end after {timeout} s\n"
            f"{Outcome(process.args, process.returncode, stdout, stderr)}") from None
    outcome = Outcome(process.args, process.returncode, stdout, stderr)
    assert code is None or outcome.code == code, f"expected exit {code}\n{outcome}"
    return outcome


def howdah(*arguments, code=0, timeout=300, **options):
    """Run the command to its end; `code` is the exit code that is right, None for any."""
    return finish(start(*arguments, **options), code, timeout)


def refused(*arguments, words=(), code=2, **options):
    """Run a command that must fail, with one error line that has all `words` (case ignored)."""
    outcome = howdah(*arguments, code=code, **options)
    error = outcome.error
    for word in words:
        assert str(word).lower() in error.lower(), f"the error does not name {word!r}\n{outcome}"
    assert len(error) < 1500, f"an error is a sentence, not a page\n{outcome}"
    return outcome


def verify(dataset, level=2, code=0):
    return howdah("verify", dataset, "--level", level, "--json", code=code)


def wait_until(condition, process, seconds=300):
    """Wait for something that the running process does; False if it ended before."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.002)
    raise AssertionError(f"not seen within {seconds} s")


# ---------------------------------------------------------------------------- looking at folders


def tree(folder):
    """Everything below `folder`: path -> what would differ if somebody had touched it."""
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        info = path.lstat()
        about = [stat.filemode(info.st_mode), info.st_ino, info.st_mtime_ns]
        if stat.S_ISREG(info.st_mode) and os.access(path, os.R_OK):
            about.append(hashlib.sha256(path.read_bytes()).hexdigest())
        found[str(path.relative_to(folder))] = tuple(about)
    return found


def staging_of(dataset):
    dataset = pathlib.Path(dataset)
    return dataset.parent / f".{dataset.name}.howdah"


def data_files(dataset):
    """The visible data files of a dataset, in the order of their names."""
    return sorted(p for p in pathlib.Path(dataset).iterdir() if p.name[0] not in "._")


def assert_layout(dataset):
    """What a published dataset looks like from outside."""
    names = sorted(p.name for p in pathlib.Path(dataset).iterdir())
    assert SUCCESS in names and LEDGER in names, names
    assert (pathlib.Path(dataset) / SUCCESS).read_bytes() == b""
    rest = [n for n in names if n not in (SUCCESS, LEDGER)]
    for name in rest:
        assert re.fullmatch(r"part-\d{5,}-\d+-[0-9a-f]{16}\.parquet", name), name
    assert rest, "no data file"


def assert_no_payload(dataset, staging=None):
    """The staging folder keeps names (FIN, sealed, …) so that zombies stumble, but no data."""
    staging = pathlib.Path(staging or staging_of(dataset))
    assert staging.is_dir(), f"{staging} is gone: its names must stay"
    left = [p for p in staging.rglob("*") if p.is_file()]
    payload = [p for p in left if p.read_bytes()[:4] == b"PAR1" or "att" in p.parts or
               p.parent.name == "tmp"]
    assert not payload, f"left in staging: {payload}"
    assert any(p.name == "FIN" for p in left), f"no FIN below {staging}: {left}"


def done_splits(dataset):
    """Committed splits of an unfinished job, by their manifests: name -> bytes."""
    found = {}
    for folder in ("done", "sealed"):
        for path in staging_of(dataset).glob(f"jobs/*/{folder}/*"):
            try:
                found[path.name] = path.read_bytes()
            except FileNotFoundError:
                pass  # renamed in this moment
    return found


def visible_state(dataset):
    """What a reader may see: "absent" or "complete". Anything else is a broken promise."""
    dataset = pathlib.Path(dataset)
    try:
        names = {p.name for p in dataset.iterdir()}
    except FileNotFoundError:
        return "absent"
    if SUCCESS in names and LEDGER in names:
        return "complete"
    return f"half: {sorted(names)}"


# --------------------------------------------------------------------------- reading what landed


def read(dataset):
    """All rows, in file-name order, as pyarrow reads them."""
    tables = [pq.read_table(path, partitioning=None) for path in data_files(dataset)]
    for table in tables[1:]:
        assert table.schema.equals(tables[0].schema, check_metadata=True), "files of two schemas"
    return pa.concat_tables(tables).combine_chunks()


def bits(array):
    """`array` with floats as the integers of the same bits, so that equality is of bits."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    kind = array.type
    if pa.types.is_floating(kind):
        integers = {16: pa.uint16(), 32: pa.uint32(), 64: pa.uint64()}[kind.bit_width]
        return array.view(integers)
    if pa.types.is_list(kind):
        return pa.ListArray.from_arrays(array.offsets, bits(array.values), mask=array.is_null()) \
            if array.null_count else pa.ListArray.from_arrays(array.offsets, bits(array.values))
    return array


def same_bits(left, right):
    """Nulls in the same places, and every value equal bit for bit."""
    left, right = bits(left), bits(right)
    if left.type != right.type or left.null_count != right.null_count:
        return False
    return left.to_pylist() == right.to_pylist()


def close(left, right):
    """Equal to 1e-6 where floating, else equal."""
    if isinstance(left, pa.ChunkedArray):
        left = left.combine_chunks()
    if isinstance(right, pa.ChunkedArray):
        right = right.combine_chunks()
    if pa.types.is_list(left.type) and pa.types.is_list(right.type):
        return left.value_lengths().equals(right.value_lengths()) and close(left.flatten(),
                                                                            right.flatten())
    if pa.types.is_floating(left.type):
        return np.allclose(left.to_numpy(zero_copy_only=False),
                           right.to_numpy(zero_copy_only=False), rtol=1e-6, atol=1e-6,
                           equal_nan=True)
    return left.to_pylist() == right.to_pylist()


# ---------------------------------------------------------------------------------- making input


def write_rows(folder, table, files=1, row_group=None):
    """`table` as Parquet files in-000.parquet, … below `folder`."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    step = max(1, -(-table.num_rows // files))
    for i in range(files):
        pq.write_table(table.slice(i * step, step), folder / f"in-{i:03}.parquet",
                       row_group_size=row_group or step)
    return folder


def linear_rows(rows, first=0):
    """Input of the model `linear`."""
    index = np.arange(first, first + rows, dtype=np.int64)
    return pa.table({"id": index, "x": (index % 1000).astype(np.float32)})


def linear_answer(table):
    """What `linear` makes of it: exact in float32."""
    return 2.0 * table.column("x").to_numpy() + np.float32(1.0)


def assert_linear(dataset, table):
    landed = read(dataset)
    assert landed.column_names == ["id", "y"]
    assert landed.column("id").equals(table.column("id")), "keys differ"
    assert np.array_equal(landed.column("y").to_numpy(), linear_answer(table)), "scores differ"


def slow_rows(rows):
    """Input of the model `slow`."""
    return pa.table({"n": np.arange(rows, dtype=np.int64) * 7 + (1 << 53)})


def slow_answer(table):
    """What `slow` makes of it, in arithmetic modulo 2^64.

    A round is v -> v * m + c; rounds compose, so all of them are one such step.
    """
    multiplier, increment = 1, 0
    for _ in range(zoo.SLOW_ROUNDS):
        multiplier = multiplier * zoo.SLOW_MULTIPLIER % (1 << 64)
        increment = (increment * zoo.SLOW_MULTIPLIER + zoo.SLOW_INCREMENT) % (1 << 64)
    n = table.column("n").to_numpy().view(np.uint64)
    with np.errstate(over="ignore"):
        return (n * np.uint64(multiplier) + np.uint64(increment)).view(np.int64)


def assert_slow(dataset, table):
    landed = read(dataset)
    assert landed.column_names == ["n", "hash"]
    assert landed.column("n").equals(table.column("n")), "keys differ"
    assert np.array_equal(landed.column("hash").to_numpy(), slow_answer(table)), "hashes differ"
