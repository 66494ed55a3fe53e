"""A proxy on loopback between clients and one daemon, with faults."""

import socket
import struct
import threading
import time

from .faults import DOWN, UP, Cut, Faults, Passage

PIECE = 1 << 16


def _address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def _reset(connection):
    """Close at once, so that the other side gets ECONNRESET and no orderly end."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)  # wakes who waits for data, and sends nothing
    except OSError:
        pass  # it is closed already
    connection.close()


class _Link:
    """One connection of a client and the one to the server that belongs to it."""

    def __init__(self, client, server, passage, faults):
        self._ends = {UP: (client, server), DOWN: (server, client)}
        self._passage, self._faults = passage, faults
        self._pumps, self._lock = 2, threading.Lock()
        self.closed = False
        for direction in (UP, DOWN):
            threading.Thread(target=self._pump, args=(direction,), daemon=True).start()

    def _pump(self, direction):
        source, sink = self._ends[direction]
        try:
            try:
                while data := source.recv(PIECE):
                    self._faults.pause(len(data), lambda: self.closed)
                    for piece in self._passage.through(direction, data):
                        sink.sendall(piece)
            finally:
                self._passage.end(direction)
            if not self.closed:
                sink.shutdown(socket.SHUT_WR)
        except Cut as cut:
            try:
                sink.sendall(cut.rest)
            except OSError:
                pass  # it goes down anyway
            self.cut()
        except OSError:
            self.cut()
        except BaseException:
            self.cut()
            raise
        self._end_pump()

    def _end_pump(self):
        with self._lock:
            self._pumps -= 1
            if self._pumps == 0 and not self.closed:
                self.closed = True
                for end in self._ends[UP]:
                    end.close()

    def cut(self):
        """Reset both connections."""
        with self._lock:
            if not self.closed:
                self.closed = True
                for end in self._ends[UP]:
                    _reset(end)


class Proxy:
    """Listens at one address and passes connections on to another. Thread-safe.

    listen, target: "host:port". source: the host to call from. is_rpc: it carries a NameNode's RPC, so
    calls are known by name. patient: connections wait for a server that is not there; else they are
    reset. `faults` says what happens to the bytes.
    """

    def __init__(self, listen, target, source=None, is_rpc=False, patient=False):
        self.faults = Faults()
        self._listen, self._target, self._source = listen, target, source
        self._is_rpc, self._patient = is_rpc, patient
        self._links, self._lock, self._listener = [], threading.Lock(), None
        self.accept()

    def accept(self):
        """Take connections, again if `refuse` was called. OSError: the address is taken."""
        if self._listener is None:
            self._listener = socket.create_server(_address(self._listen), backlog=128)
            threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def refuse(self):
        """Refuse new connections, as if nobody listened; those there are go on."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def mend(self):
        """No faults from now on."""
        self.faults.heal()
        self.accept()

    def cut(self):
        """Cut all connections there are now."""
        with self._lock:
            links, self._links = self._links, []
        for link in links:
            link.cut()

    def end(self):
        """Refuse, and cut all."""
        self.refuse()
        self.cut()

    def _serve(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._link, args=(client, listener), daemon=True).start()

    def _link(self, client, listener):
        while True:
            try:
                server = socket.create_connection(
                    _address(self._target), timeout=60,
                    source_address=(self._source, 0) if self._source else None)
                break
            except OSError:
                if not self._patient or listener.fileno() < 0:
                    _reset(client)
                    return
                time.sleep(0.05)
        for end in (client, server):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        passage = Passage(self.faults, self._is_rpc)
        with self._lock:
            self._links = [link for link in self._links if not link.closed]
            self._links.append(_Link(client, server, passage, self.faults))
