"""What a proxy does to the bytes that pass it."""

import dataclasses
import threading
import time

from .rpc_frames import Answers, Requests
from .transfer_frames import Writes

UP, DOWN = "up", "down"  # from client to server, and back


class Cut(Exception):
    """The connection ends here. `rest`: what still passes before that."""

    def __init__(self, rest=b""):
        super().__init__()
        self.rest = rest


@dataclasses.dataclass
class At:
    """Something that happens at a byte of a direction of a connection, `times` times in all."""

    action: object  # "cut", "corrupt", or what is called
    offset: int
    direction: str
    times: int
    bases: dict = dataclasses.field(default_factory=dict)  # by connection: where it counts from


@dataclasses.dataclass
class Lost:
    """Something that happens to calls of a method, `times` times in all."""

    method: str
    times: int
    acted: bool  # whether the server gets the call: then its answer is lost, else the call


class Faults:
    """The faults of one proxy, set by a test while connections run. Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self.calls = []  # every Call that came by, in order
        self._flowing = threading.Event()
        self.heal()

    def heal(self):
        """No faults from now on."""
        with self._lock:
            self._delay_s = self._bytes_per_s = 0
            self._at, self._lost = [], []
            self._watcher = None
        self._flowing.set()

    def watch(self, watcher):
        """Have `watcher(event)` called for each Call, Write or Packet that begins to pass, until `heal`.

        It returns None, or a pair: after how many bytes from the event's begin (of a Call: 0) the
        connection is held, and what is called meanwhile, in a thread of the proxy. Of a Call it may be three:
        the last is called when the answer has come, before that passes. Where the one for the call or for the
        answer returns False, that is lost and the connection cut.
        """
        self._watcher = watcher

    def see(self, event):
        """What the watcher returns."""
        watcher = self._watcher
        return watcher(event) if watcher is not None else None

    def delay(self, seconds):
        """Each piece, of at most 64 KiB, waits so long before it passes."""
        self._delay_s = seconds

    def limit(self, bytes_per_second):
        """Each direction of a connection passes no more than that."""
        self._bytes_per_s = bytes_per_second

    def black_hole(self):
        """Connections are accepted, and nothing passes any more, until `heal`."""
        self._flowing.clear()

    def cut_after(self, offset, direction=UP, times=1):
        """Cut a connection before byte `offset` passes, counted from now or from its beginning."""
        with self._lock:
            self._at.append(At("cut", offset, direction, times))

    def corrupt(self, offset, direction=UP, times=1):
        """Invert byte `offset` of a connection, counted from now or from its beginning."""
        with self._lock:
            self._at.append(At("corrupt", offset, direction, times))

    def hold_at(self, offset, action, direction=UP, times=1):
        """Hold a connection at byte `offset`, counted likewise, while `action()` runs."""
        with self._lock:
            self._at.append(At(action, offset, direction, times))

    def drop_reply(self, method, times=1):
        """NameNodes: let the server act on a call, swallow its answer, and cut the connection."""
        with self._lock:
            self._lost.append(Lost(method, times, acted=True))

    def drop_call(self, method, times=1):
        """NameNodes: cut the connection instead of letting a call pass."""
        with self._lock:
            self._lost.append(Lost(method, times, acted=False))

    def pending(self):
        """How many of the faults that happen at a byte or a call have not happened yet."""
        with self._lock:
            return sum(fault.times for fault in self._at + self._lost)

    def take_at(self, connection, direction, start, size):
        """What happens to the `size` bytes of a connection that follow its first `start`.

        \\return pairs of a position among those bytes and the action
        """
        happening = []
        with self._lock:
            for fault in self._at:
                if fault.direction == direction and fault.times > 0:
                    position = fault.bases.setdefault(connection, start) + fault.offset - start
                    if 0 <= position < size:
                        fault.times -= 1
                        happening.append((position, fault.action))
        return happening

    def take_lost(self, call):
        """The fault that happens to a call now; None: none does."""
        with self._lock:
            self.calls.append(call)
            for fault in self._lost:
                if fault.times > 0 and fault.method == call.method:
                    fault.times -= 1
                    return fault
        return None

    def pause(self, size, closed):
        """Wait as long as `size` bytes have to; `closed()` ends the wait of a black hole."""
        while not self._flowing.wait(0.05) and not closed():
            pass
        time.sleep(self._delay_s + (size / self._bytes_per_s if self._bytes_per_s else 0))


class Passage:
    """What passes on one connection: faults at bytes, calls of RPC or blocks that are written."""

    def __init__(self, faults, is_rpc):
        self._faults, self._passed = faults, {UP: 0, DOWN: 0}
        self._requests, self._answers = (Requests(), Answers()) if is_rpc else (None, None)
        self._writes = None if is_rpc else Writes()
        self._held = []  # pairs of a byte, counted from the connection's beginning, and what is called
        self._swallow = set()  # ids of calls whose answers are to be lost
        self._watched = {}  # by the call's id, what is called when its answer has come
        self._settled = threading.Condition()  # about `_watched`

    def through(self, direction, data):
        """Yields what passes of `data`; Cut: nor anything after that."""
        if self._requests is not None:
            data = self._calls(data) if direction == UP else self._replies(data)
        start = self._passed[direction]
        self._passed[direction] += len(data)
        happening = self._faults.take_at(self, direction, start, len(data))
        if direction == UP and self._writes is not None:
            happening += self._take_held(start, data)
        done = 0
        for at, action in sorted(happening, key=lambda one: one[0]):
            if action == "cut":
                raise Cut(data[done:at])
            if action == "corrupt":
                data = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1:]
            else:
                yield data[done:at]
                done = at
                action()
        yield data[done:]

    def _take_held(self, start, data):
        for position, event in self._writes.feed(data):
            answer = self._faults.see(event)
            if answer is not None:
                self._held.append((start + position + answer[0], answer[1]))
        end = start + len(data)
        due = [(at - start, action) for at, action in self._held if at < end]
        self._held = [one for one in self._held if one[0] >= end]
        return due

    def _calls(self, data):
        for call in self._requests.feed(data):
            answer = self._faults.see(call)
            if answer is not None:
                _, action, *then = answer
                if action is not None and action() is False:
                    raise Cut()
                if then and then[0] is not None:
                    with self._settled:
                        self._watched[call.call_id] = then[0]
            fault = self._faults.take_lost(call)
            if fault is not None and fault.acted:
                self._swallow.add(call.call_id)
            elif fault is not None:
                raise Cut()
        return data

    def _replies(self, data):
        """Whole answers only, so that one can be left out."""
        if not self._requests.is_hadoop:
            return data
        passing = b""
        for call_id, frame in self._answers.feed(data):
            passes = call_id not in self._swallow
            if call_id in self._watched:
                passes = self._watched[call_id]() is not False and passes
                self._forget([call_id])
            if not passes:
                raise Cut(passing)
            passing += frame
        return passing

    def _forget(self, calls):
        with self._settled:
            for call_id in calls:
                del self._watched[call_id]
            self._settled.notify_all()

    def end(self, direction):
        """A direction has ended. Of a client that is gone, wait for the answers that somebody watches: a
        NameNode drops what it has not done yet when it notices."""
        if direction == DOWN:
            self._forget(list(self._watched))
        else:
            with self._settled:
                self._settled.wait_for(lambda: not self._watched)
