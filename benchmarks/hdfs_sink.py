"""A DataNode that takes blocks and keeps nothing: what a client could send if DataNodes cost nothing.

Source of the protocol: datatransfer.proto, PacketReceiver.java.
"""

import socket
import struct
import threading

VERSION, WRITE_BLOCK = 28, 80
ACCEPTED = bytes([4, 0x08, 0, 0x12, 0])  # BlockOpResponseProto: status SUCCESS, firstBadLink ""


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


class Stream:
    """The bytes of a connection, without copying them one more time."""

    def __init__(self, connection):
        self._connection = connection
        self._buffer = memoryview(bytearray(4 << 20))
        self._begin = self._end = 0

    def take(self, count):
        """The next `count` bytes; valid until the next call."""
        if self._end - self._begin < count:
            rest = self._end - self._begin
            self._buffer[:rest] = bytes(self._buffer[self._begin:self._end])
            self._begin, self._end = 0, rest
        while self._end - self._begin < count:
            got = self._connection.recv_into(self._buffer[self._end:])
            if not got:
                raise EOFError
            self._end += got
        self._begin += count
        return self._buffer[self._begin - count:self._begin]

    def take_varint(self):
        number = shift = 0
        while True:
            byte = self.take(1)[0]
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7


class Sink:
    """Takes the place of a DataNode at host:port, in threads of its own, until `close`.

    done: set when the last packet of a block was there.
    """

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.done, self.data_bytes = threading.Event(), 0
        self._server = socket.create_server((host, int(port)))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._server.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        self._server.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            try:
                self._take_block(connection, Stream(connection))
            except (EOFError, OSError):
                pass  # the client has gone

    def _take_block(self, connection, stream):
        version, operation = struct.unpack(">HB", stream.take(3))
        if (version, operation) != (VERSION, WRITE_BLOCK):
            return
        stream.take(stream.take_varint())
        connection.sendall(ACCEPTED)
        while True:
            length, header_bytes = struct.unpack(">IH", stream.take(6))
            header = bytes(stream.take(header_bytes))
            stream.take(length - 4)
            # PacketHeaderProto's fields have fixed widths: offset, sequence, last, bytes of data.
            sequence, last, data_bytes = struct.unpack("<9xxqxBxI", header[:25])
            self.data_bytes += data_bytes
            ack = bytes([0x08, *varint(sequence << 1), 0x10, 0])  # PipelineAckProto: SUCCESS
            connection.sendall(varint(len(ack)) + ack)
            if last:
                self.done.set()
                return
