"""Hadoop's RPC as a proxy sees it: which call a request is, which request an answer is for.

Source: RpcHeader.proto and ProtobufRpcEngine2.proto of Hadoop 3.5.0; frames are a length of 4 bytes and
then messages, each after its own length as a varint.
"""

import collections

PREAMBLE_BYTES = 7  # "hrpc", version, service class, authentication
PLAIN = 0  # authentication: none; all else wraps its frames

# paths: those that it changes, for the methods of PATHS.
Call = collections.namedtuple("Call", "method call_id retry_count client_id paths", defaults=[()])

# How many fields of a request, from the first one on, are paths. ClientNamenodeProtocol.proto
PATHS = {"mkdirs": 1, "create": 1, "addBlock": 1, "complete": 1, "delete": 1, "rename2": 2}


def varint(data, at):
    """\return the number at `at`, and where it ends"""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _message(data, at):
    """A message after its length. \\return its scalar and bytes fields by number; where it ends"""
    size, at = varint(data, at)
    end, fields = at + size, {}
    while at < end:
        tag, at = varint(data, at)
        if tag & 7 == 0:
            fields[tag >> 3], at = varint(data, at)
        elif tag & 7 == 2:
            length, at = varint(data, at)
            fields[tag >> 3] = data[at:at + length]
            at += length
        else:
            raise ValueError(f"wire type {tag & 7} is in no header of Hadoop's RPC")
    return fields, end


def _signed(value):
    """sint32"""
    return (value >> 1) ^ -(value & 1)


class _Frames:
    """Cuts a stream into frames."""

    def __init__(self):
        self._buffer = bytearray()

    def feed(self, data):
        """\\return the frames that are whole now, each with the length before it"""
        self._buffer += data
        while len(self._buffer) >= 4:
            end = 4 + int.from_bytes(self._buffer[:4], "big")
            if len(self._buffer) < end:
                return
            yield bytes(self._buffer[:end])
            del self._buffer[:end]


class Requests:
    """What a client sends on one connection."""

    def __init__(self):
        self._preamble, self._frames = bytearray(), _Frames()

    @property
    def is_hadoop(self):
        """Whether the client has said so; else it may speak HTTP, say."""
        return len(self._preamble) == PREAMBLE_BYTES and self._preamble.startswith(b"hrpc")

    def feed(self, data):
        """\\return the Calls that are whole now; none on a connection that wraps its frames"""
        missing = PREAMBLE_BYTES - len(self._preamble)
        self._preamble += data[:missing] if missing > 0 else b""
        if not self.is_hadoop or self._preamble[6] != PLAIN:
            return
        for frame in self._frames.feed(data[max(missing, 0):]):
            header, at = _message(frame, 4)
            call_id = _signed(header[3])
            if call_id >= 0:  # others set the connection up or keep it alive
                request, at = _message(frame, at)
                method = request[1].decode()
                body = _message(frame, at)[0] if method in PATHS else {}
                paths = tuple(body[i + 1].decode() for i in range(PATHS.get(method, 0)))
                yield Call(method, call_id, _signed(header.get(5, 1)), header[4].hex(), paths)


class Answers:
    """What a server sends on one connection."""

    def __init__(self):
        self._frames = _Frames()

    def feed(self, data):
        """\\return (call id, the frame) of the answers that are whole now"""
        for frame in self._frames.feed(data):
            header, _ = _message(frame, 4)
            yield header[1], frame
