"""Ends a cluster: its processes, its mounts, its folder. A process that outlives the harness.

The harness holds the other end of its standard input. When that closes, because the harness is done,
failed, or was killed, nothing of the cluster may remain. The daemons are known by a variable in their
environment, so none is missed that was started a moment ago.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

MARK = "HOWDAH_CLUSTER"  # in the environment of each process of a cluster: the cluster's folder


def processes(folder):
    """Ids of the running processes of the cluster in `folder`."""
    mark = f"{MARK}={folder}".encode()
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # ended meanwhile, or another user's
        if mark in variables:
            found.append(int(entry.name))
    return found


def mounts(folder):
    """Mount points below `folder`, the innermost first."""
    lines = pathlib.Path("/proc/self/mounts").read_text().splitlines()
    points = [line.split()[1] for line in lines]
    return [point for point in reversed(points) if point.startswith(f"{folder}/")]


def sweep(folder, keep_files):
    """End all that belongs to the cluster in `folder`, and remove that unless `keep_files`."""
    while running := processes(folder):
        for process in running:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)
    for point in mounts(folder):
        subprocess.run(["umount", "--lazy", point], check=True)
    if not keep_files:
        shutil.rmtree(folder)


class Guardian:
    """The harness's side: one for each cluster."""

    def __init__(self, folder, keep_files):
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(folder), str(int(keep_files))], start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/")

    def end(self):
        """Have all ended, and wait until it is."""
        self._process.stdin.close()
        said = self._process.stderr.read()
        if self._process.wait() != 0:
            raise RuntimeError(f"the cluster could not be ended:\n{said}")


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.read()
    sweep(sys.argv[1], sys.argv[2] == "1")
