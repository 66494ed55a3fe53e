"""What NameNodes and DataNodes say, for seeds.py. Numbers of fields: Hadoop's .proto files."""

import random
import struct
import zlib

from wire import crc32c, delimited, message

BLOCK = message((1, b"BP-1"), (2, 1073741825), (3, 1001), (4, 100))
TOKEN = message((1, b"i"), (2, b"p"), (3, b"HDFS_BLOCK_TOKEN"), (4, b""))
NODE = message(
    (1, message((1, b"10.0.0.1"), (2, b"dn1"), (3, b"u1"), (4, 9866), (5, 9864), (6, 9867))),
    (2, 1000),
)
LOCATED = message(
    (1, BLOCK),
    (2, 0),
    (3, NODE),
    (3, NODE),
    (4, 0),
    (5, TOKEN),
    (7, b"\x01\x02"),
    (8, b"DS-1"),
    (8, b"DS-2"),
)
STATUS = message(
    (1, 2),
    (2, b"a"),
    (3, 100),
    (4, message((1, 0o644))),
    (5, b"bob"),
    (6, b"staff"),
    (7, 1700000000000),
    (8, 1700000000000),
    (10, 3),
    (11, 1 << 27),
    (13, 16385),
    (14, 0),
    (17, message((4, 1))),
    (18, 9),
)
LISTING = message((1, STATUS), (1, STATUS), (2, 12))
ANSWERS = [
    message(
        (
            1,
            message(
                (1, 100),
                (2, LOCATED),
                (3, 0),
                (4, LOCATED),
                (5, 1),
                (7, message((1, b"RS"), (4, 9))),
            ),
        )
    ),
    message((1, STATUS)),
    message((1, LISTING)),
    message((1, message((1, 1), (2, 2), (3, 3), (4, -1), (5, 5), (6, -1)))),
    message(
        (
            1,
            message(
                (1, 1 << 27), (2, 512), (3, 65536), (4, 3), (5, 4096), (6, 0), (7, 360), (8, 2)
            ),
        )
    ),
    message((1, 100), (2, 20), (3, 80), (4, 1), (5, 0), (6, 0)),
    message((1, 1)),
    message((1, STATUS)),
    message((1, LOCATED), (2, STATUS)),
    *[message((1, LOCATED))] * 3,
    message((1, 1)),
    message((1, 0)),
]


def reply(call_id, body, status=0):
    header = message((1, call_id), (2, status), (3, 9), (7, b"c" * 16), (8, -1))
    return delimited(header) + (delimited(body) if status == 0 else b"")


def failure(call_id, java_class, text, status=1):
    return delimited(message((1, call_id), (2, status), (3, 9), (4, java_class), (5, text), (6, 1)))


FAILURES = [
    (b"java.io.FileNotFoundException", b"File does not exist: /f\n\tat org.apache"),
    (b"org.apache.hadoop.ipc.StandbyException", b"READ is not supported in state standby"),
    (
        b"org.apache.hadoop.hdfs.server.namenode.NotReplicatedYetException",
        b"Not replicated yet: /f",
    ),
    (b"org.apache.hadoop.security.AccessControlException", b"Permission denied: user=x"),
]


def namenode_seeds():
    for call, answer in enumerate(ANSWERS):
        yield bytes([0, call]) + answer
        yield bytes([1, call]) + reply(7, answer)
    for call, (java_class, text) in enumerate(FAILURES):
        yield bytes([1, call * 3]) + failure(7, java_class, text)


def rpc_seeds():
    def frame(data):
        return struct.pack(">I", len(data)) + data

    good, late = frame(reply(7, message((1, 5)))), frame(reply(8, b""))
    yield good
    yield late + good
    yield good + late + good
    for java_class, text in FAILURES:
        yield frame(failure(7, java_class, text)) + late
    yield frame(failure(-1, b"org.apache.hadoop.ipc.RpcServerException", b"version", status=2))
    yield b"HTTP/1.1 404 Not Found\r\n"
    yield good + struct.pack(">I", 0xFFFFFFFF)


def transfer_seeds():
    def read_answer(kind, chunk, offset):
        return delimited(
            message((1, 0), (4, message((1, message((1, kind), (2, chunk))), (2, offset))))
        )

    def packet(sequence, offset, data, checksums, last):
        header = (
            b"\x09"
            + struct.pack("<q", offset)
            + b"\x11"
            + struct.pack("<q", sequence)
            + bytes([0x18, last, 0x25])
            + struct.pack("<i", len(data))
        )
        return (
            struct.pack(">IH", 4 + len(checksums) + len(data), len(header))
            + header
            + checksums
            + data
        )

    def packets(kind, chunk, crc, pieces):
        out, at = read_answer(kind, chunk, 0), 0
        for i, piece in enumerate([*pieces, b""]):
            sums = (
                b"".join(
                    struct.pack(">I", crc(piece[j : j + chunk]))
                    for j in range(0, len(piece), chunk)
                )
                if crc
                else b""
            )
            out += packet(i, at, piece, sums, not piece)
            at += len(piece)
        return out

    pieces = [b"a" * 16, b"b" * 16, b"c" * 8, b"d" * 4]
    for kind, crc in ((0, None), (1, zlib.crc32), (2, crc32c)):
        for offset, length, piece in ((0, 44, 44), (0, 44, 5), (3, 20, 20)):
            head = struct.pack("<BHHH", 0, offset, length, piece - 1)
            yield head + packets(kind, 8 if crc else 512, crc, pieces)
    yield struct.pack("<BHHH", 0, 0, 9, 9) + delimited(message((1, 5), (5, b"token expired")))
    chance = random.Random(5)
    for i in range(24):
        yield b"\x01" + struct.pack(
            "<HHHHHHBBHB",
            i % 3,
            i % 4,
            chance.randrange(20000),
            chance.randrange(9000),
            chance.randrange(9000),
            chance.randrange(4000),
            i > 11,
            i > 20,
            chance.randrange(60000),
            chance.randrange(256),
        ) + chance.randbytes(40)
    good = [delimited(message((1, i << 1), (2, b"\0"), (4, b"\0"))) for i in range(6)]
    yield b"\x02" + b"".join(good)
    yield b"\x02" + delimited(message((1, 0), (3, message((1, 2), (2, 512), (3, b"abcd"), (4, 2)))))
    yield b"\x02" + delimited(message((1, 1), (2, b"10.0.0.7:9866"), (5, b"no"))) * 2
    for nodes in range(3):
        acks = [
            delimited(message((1, i << 1), (2, bytes(nodes + 1)), (4, bytes(nodes + 1))))
            for i in range(6)
        ]
        yield b"\x03" + struct.pack("<HH", nodes, 5) + b"".join(acks)
        bad = delimited(message((1, 2), (2, b"\0" * nodes + b"\1"), (4, b"\0" * nodes + b"\1")))
        yield b"\x03" + struct.pack("<HH", nodes, 5) + acks[0] + bad
        heartbeat = delimited(message((1, 1), (2, bytes(nodes + 1)), (4, b"\x60" * (nodes + 1))))
        yield b"\x03" + struct.pack("<HH", nodes, 2) + heartbeat + b"".join(acks[:3])
