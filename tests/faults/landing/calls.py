"""Calls by which a process changes a file system, held one at a time: on local disk and at a NameNode."""

import collections
import threading
import time

# method: "mkdir", "create", "rename", "delete", or a NameNode's own name of another call; paths: those that it
# names, absolute, the target of a rename last.
Operation = collections.namedtuple("Operation", "method paths")


class Gate:
    """Holds the first call that `choose(operation)` takes the `nth` time, before it is carried out or after.

    `choose` is asked about each call of the process until one is held; so it can also only watch.
    """

    def __init__(self, choose, nth=1, after=False):
        self._choose, self._left, self.after = choose, nth, after
        self._lock, self._held, self._opened = threading.Lock(), threading.Event(), threading.Event()
        self._lost = False
        self.answered = threading.Event()  # at a NameNode: the call that was held has its answer
        self.operation = None  # the one that is held

    def take(self, operation):
        """Whether this call is the one. Asked by what sees the calls, in their order."""
        with self._lock:
            if self.operation is not None or not self._choose(operation):
                return False
            self._left -= 1
            if self._left > 0:
                return False
            self.operation = operation
            return True

    def hold(self):
        """Wait until the gate opens. \\return whether the call, or its answer, may pass"""
        self._held.set()
        self._opened.wait()
        return not self._lost

    def wait(self, process, seconds=120):
        """Until the call is held. \\return False: the process ended before"""
        deadline = time.monotonic() + seconds
        while not self._held.wait(0.005):
            if process.poll() is not None:
                return self._held.is_set()
            if time.monotonic() > deadline:
                raise TimeoutError("the process neither came to the call nor ended")
        return True

    def open(self):
        """Let the call, or its answer, pass."""
        self._opened.set()

    def lose(self):
        """Let the call never arrive; or its answer, if that is what is held."""
        self._lost = True
        self._opened.set()
