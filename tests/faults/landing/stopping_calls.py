"""Runs a command with a filter by which its calls that change names or sync them wait for a supervisor.

Usage: stopping_calls.py SOCKET COMMAND...; SOCKET is the number of a Unix socket, over which the filter's
descriptor is sent. See local_calls.py, which holds the other end.
"""

import ctypes
import os
import socket
import struct
import sys

# x86-64
OPEN, FSYNC, FDATASYNC, RENAME, MKDIR, RMDIR, CREAT, LINK, UNLINK = 2, 74, 75, 82, 83, 84, 85, 86, 87
OPENAT, MKDIRAT, UNLINKAT, RENAMEAT, LINKAT, RENAMEAT2 = 257, 258, 263, 264, 265, 316
ALWAYS = (FSYNC, FDATASYNC, RENAME, MKDIR, RMDIR, CREAT, LINK, UNLINK, MKDIRAT, UNLINKAT, RENAMEAT, LINKAT,
          RENAMEAT2)
FLAGS_AT = {OPEN: 16 + 8, OPENAT: 16 + 16}  # where struct seccomp_data has the flags: 64-bit arguments

LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06  # of classic BPF
ALLOW, NOTIFY = 0x7FFF0000, 0x7FC00000
SECCOMP, SET_MODE_FILTER, NEW_LISTENER = 317, 1, 1 << 3
PR_SET_NO_NEW_PRIVS = 38


def program():
    """Notify for the calls above, of open those that may create."""
    rules = [(LOAD, 0, 0, 0)]
    for number in ALWAYS:
        rules += [(EQUAL, 0, 1, number), (RETURN, 0, 0, NOTIFY)]
    for number, at in FLAGS_AT.items():
        rules += [(EQUAL, 0, 4, number), (LOAD, 0, 0, at), (ANY_BIT, 0, 1, os.O_CREAT),
                  (RETURN, 0, 0, NOTIFY), (RETURN, 0, 0, ALLOW)]
    rules.append((RETURN, 0, 0, ALLOW))
    return rules


def install():
    """\\return the descriptor on which the supervisor listens"""
    libc = ctypes.CDLL(None, use_errno=True)
    rules = program()
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
    filters = struct.pack("H6xP", len(rules), ctypes.addressof(code))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    listener = libc.syscall(SECCOMP, SET_MODE_FILTER, NEW_LISTENER, filters)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return listener


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as supervisor:
        socket.send_fds(supervisor, [b"x"], [install()])
    os.execvp(sys.argv[2], sys.argv[2:])
