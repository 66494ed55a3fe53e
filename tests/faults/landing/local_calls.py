"""Starts a command whose calls to the local file system a Gate can hold.

By user notifications of seccomp: the kernel has each of these calls wait until this process lets it go on, so a
process can be killed just before a rename, or just after it. Nothing is asked about other calls.
"""

import errno
import fcntl
import mmap
import os
import pathlib
import select
import socket
import struct
import subprocess
import sys
import threading

import stopping_calls as numbers
from calls import Operation

RECEIVE, SEND = 0xC0502100, 0xC0182101  # ioctls: SECCOMP_IOCTL_NOTIF_*
CONTINUE = 1
NOTIFICATION = struct.Struct("QIIiIQ6Q")  # id, thread, flags; number, architecture, address, arguments
HERE = -100  # AT_FDCWD

# By number: the method, and for each path which argument is its folder (None: there is none) and which is it.
SHAPES = {
    numbers.RENAME: ("rename", (None, 0), (None, 1)),
    numbers.RENAMEAT: ("rename", (0, 1), (2, 3)),
    numbers.RENAMEAT2: ("rename", (0, 1), (2, 3)),
    numbers.LINK: ("rename", (None, 0), (None, 1)),
    numbers.LINKAT: ("rename", (0, 1), (2, 3)),
    numbers.MKDIR: ("mkdir", (None, 0)),
    numbers.MKDIRAT: ("mkdir", (0, 1)),
    numbers.RMDIR: ("delete", (None, 0)),
    numbers.UNLINK: ("delete", (None, 0)),
    numbers.UNLINKAT: ("delete", (0, 1)),
    numbers.OPEN: ("create", (None, 0)),
    numbers.CREAT: ("create", (None, 0)),
    numbers.OPENAT: ("create", (0, 1)),
}


def _text(thread, address):
    """The string at an address of a thread; pages beyond its end may not exist."""
    with open(f"/proc/{thread}/mem", "rb", buffering=0) as memory:
        memory.seek(address)
        found = b""
        while b"\0" not in found:
            found += memory.read(mmap.PAGESIZE - (address + len(found)) % mmap.PAGESIZE)
    return os.fsdecode(found.split(b"\0", 1)[0])


def _signed(value):
    return struct.unpack("i", struct.pack("I", value & 0xFFFFFFFF))[0]


def decode(thread, number, arguments):
    """The Operation of a call; None: it syncs."""
    if number not in SHAPES:
        return None
    method, *places = SHAPES[number]
    paths = []
    for folder, at in places:
        path = _text(thread, arguments[at])
        if not path.startswith("/"):
            base = HERE if folder is None else _signed(arguments[folder])
            base = "cwd" if base == HERE else f"fd/{base}"
            path = os.path.join(os.readlink(f"/proc/{thread}/{base}"), path)
        paths.append(path)
    return Operation(method, tuple(paths))


class Supervisor:
    """Lets the calls of one process pass, but the one that its gate takes."""

    def __init__(self, listener, gate):
        self._listener, self._gate = listener, gate
        self._lock = threading.Lock()  # guards the descriptor against use after its end
        self._acted = None  # the thread whose call was taken and passed: its next one is held
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        while True:
            events = poll.poll()[0][1]
            if not events & select.POLLIN:
                break  # all of the process has ended
            notification = bytearray(NOTIFICATION.size)
            try:
                fcntl.ioctl(self._listener, RECEIVE, notification)
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.EINTR):
                    continue  # its thread is gone
                raise
            number, thread, _, call, _, _, *arguments = NOTIFICATION.unpack(notification)
            try:
                is_held = self._is_held(thread, call, arguments)
            except (FileNotFoundError, ProcessLookupError):
                is_held = False  # its thread is gone
            if is_held:
                threading.Thread(target=self._hold, args=(number,), daemon=True).start()
            else:
                self._let_go(number)
        with self._lock:
            os.close(self._listener)
            self._listener = None

    def _is_held(self, thread, call, arguments):
        if self._acted == thread:
            self._acted = None
            return True
        operation = decode(thread, call, arguments)
        if operation is None or not self._gate.take(operation):
            return False
        if self._gate.after:
            self._acted = thread
            return False
        return True

    def _hold(self, number):
        self._gate.hold()  # what shall not pass belongs to a process that has been killed
        self._let_go(number)

    def _let_go(self, number):
        with self._lock:
            if self._listener is None:
                return
            try:
                fcntl.ioctl(self._listener, SEND, struct.pack("QqiI", number, 0, 0, CONTINUE))
            except OSError as error:
                # Killed, or stopped: then it makes the same call again.
                if error.errno not in (errno.ENOENT, errno.EINPROGRESS):
                    raise


def start(command, gate, **options):
    """subprocess.Popen of a command whose calls `gate` sees."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        starter = pathlib.Path(numbers.__file__)
        process = subprocess.Popen([sys.executable, "-I", "-S", starter, str(theirs.fileno()), *command],
                                   pass_fds=[theirs.fileno()], **options)
        theirs.close()
        _, (listener,), _, _ = socket.recv_fds(ours, 1, 1)
    Supervisor(listener, gate)
    return process
