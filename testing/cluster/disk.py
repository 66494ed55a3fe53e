"""Disks of DataNodes that can be full: RAM disks. Needs root."""

import os
import subprocess

FILL = "fill"  # the file beside the blocks that takes what is left


def mount(folder, size_bytes):
    """Mount an empty disk on an empty folder. PermissionError: not allowed."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", folder],
                          stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise PermissionError(f"no disk could be mounted at {folder}: {done.stderr.strip()}")


def fill(folder):
    """Take all space that is left on a disk."""
    with open(folder / FILL, "ab") as file:
        while free := os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize:
            try:
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, free)
            except OSError:
                continue  # somebody took some of it meanwhile


def free(folder):
    """Give back what `fill` took."""
    (folder / FILL).unlink(missing_ok=True)
