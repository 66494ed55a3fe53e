"""Data transfer as a proxy sees it: which block a connection writes, which packet begins.

Source: datatransfer.proto, hdfs.proto, PacketHeader.java and Sender.java of Hadoop 3.5.0. A request is a
version (2 bytes), an operation (1 byte) and a message after its length as a varint; a packet is its length
(4 bytes: itself, checksums, data), its header's length (2 bytes), header, checksums, data.
"""

import dataclasses
import struct

from .rpc_frames import varint

VERSION, WRITE_BLOCK = 28, 80
PIPELINE_SETUP_CREATE = 6  # of OpWriteBlockProto.BlockConstructionStage: a block begins


def _fields(data):
    """A message's fields: by number, the list of their values."""
    fields, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        elif tag & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            size = {1: 8, 5: 4}[tag & 7]
            value, at = int.from_bytes(data[at:at + size], "little", signed=True), at + size
        fields.setdefault(tag >> 3, []).append(value)
    return fields


@dataclasses.dataclass(frozen=True)
class Write:
    """A request to write a block. targets: "host:port" of the nodes behind the one that gets it."""

    client: str  # empty: a DataNode that copies a block by itself
    block: int
    stage: int
    targets: tuple
    first: bool  # it comes from the writer itself, so its receiver leads the pipeline

    @classmethod
    def parse(cls, message):
        request = _fields(message)
        header = _fields(request[1][0])
        block = _fields(_fields(header[1][0])[1][0])
        targets = []
        for target in request.get(2, []):
            node = _fields(_fields(target)[1][0])
            targets.append(f"{node[1][0].decode()}:{node[4][0]}")
        return cls(header[2][0].decode(), block[2][0], request[4][0], tuple(targets),
                   request[5][0] == len(targets) + 1)


@dataclasses.dataclass(frozen=True)
class Packet:
    """A packet of a Write that begins to pass."""

    write: Write
    offset: int  # in the block
    sequence: int
    last: bool  # the block's end
    sync: bool  # it asks for fsync
    size: int  # all its bytes, headers too


class Writes:
    """What goes to a DataNode on one connection."""

    def __init__(self):
        self._head, self._skip, self._write, self._other = bytearray(), 0, None, False

    def _missing(self):
        """How many bytes of a request, or of a packet's header, are to come before it can be read."""
        head = self._head
        if self._write is not None:
            return 6 - len(head) if len(head) < 6 else 6 + head[4] * 256 + head[5] - len(head)
        if len(head) < 3:
            return 3 - len(head)
        if (head[0] * 256 + head[1], head[2]) != (VERSION, WRITE_BLOCK):
            self._other = True
            return 0
        if len(head) == 3 or all(byte >= 0x80 for byte in head[3:]):
            return 1
        size, at = varint(head, 3)
        return at + size - len(head)

    def feed(self, data):
        """\\return pairs of a position in `data` and the Write or Packet that begins there, or, if it
        began before, at 0"""
        at = 0
        while not self._other:
            skipped = min(self._skip, len(data) - at)
            at += skipped
            self._skip -= skipped
            missing = 0 if self._skip else self._missing()
            if missing and at < len(data):
                self._head += data[at:at + missing]
                at += min(missing, len(data) - at)
            elif missing or self._skip or self._other:
                return
            else:
                yield max(at - len(self._head), 0), self._event()
                self._head.clear()

    def _event(self):
        if self._write is None:
            self._write = Write.parse(bytes(self._head[varint(self._head, 3)[1]:]))
            return self._write
        length, _ = struct.unpack_from(">IH", self._head)
        header = _fields(bytes(self._head[6:]))
        self._skip = length - 4
        return Packet(self._write, header[1][0], header[2][0], bool(header[3][0]),
                      bool(header.get(5, [0])[0]), len(self._head) + self._skip)
