"""Proxies in front of a NameNode and a DataNode, and what Java's client makes of their faults."""

import hashlib
import os
import threading
import time

import pytest

from testing.cluster.faults import DOWN
from testing.cluster.oracle import OracleError
from testing.cluster.rpc_frames import Answers, Call, Requests
from testing.cluster.transfer_frames import Packet, Write, Writes

SIZE = 300_000


@pytest.fixture(scope="module")
def proxied(start_cluster):
    return start_cluster(datanodes=2, proxied=("nn1", "dn1", "dn2"),
                         conf={"dfs.client.socket-timeout": 2000})


@pytest.fixture
def cluster(proxied):
    yield proxied
    proxied.mend()


def put(cluster, path):
    """Put a file of SIZE bytes. \\return what `cat` must return"""
    data = os.urandom(SIZE)
    cluster.oracle.put(path, data)
    return {"length": SIZE, "sha256": hashlib.sha256(data).hexdigest()}


def nodes_of(cluster, path):
    (block,) = cluster.oracle.health(path)[0]["blocks"]
    return sorted(map(cluster.node_at, block["locations"]))


def test_clients_find_a_datanode_at_its_proxy(cluster):
    expected = put(cluster, "/plain")
    assert nodes_of(cluster, "/plain") == ["dn1", "dn2"]
    cluster.proxies["dn1"].faults.black_hole()
    cluster.kill("dn2")
    with pytest.raises((OracleError, TimeoutError)):
        cluster.oracle.call("cat", path="/plain", timeout=5)
    cluster.proxies["dn1"].mend()
    assert cluster.oracle.cat("/plain") == expected


@pytest.mark.parametrize("fault", ["corrupt", "cut_after"])
def test_a_write_survives_a_fault_at_a_byte(cluster, fault):
    faults = cluster.proxies["dn1"].faults
    getattr(faults, fault)(100_000)
    expected = put(cluster, f"/{fault}")
    assert faults.pending() == 0
    assert cluster.oracle.cat(f"/{fault}") == expected


def test_a_read_notices_a_corrupt_byte_and_goes_to_the_other_replica(cluster):
    expected = put(cluster, "/read")
    faults = cluster.proxies["dn1"].faults
    faults.corrupt(200_000, direction=DOWN)
    for _ in range(50):  # replicas at the same distance are tried in any order
        assert cluster.oracle.cat("/read") == expected
        if faults.pending() == 0:
            return
    pytest.fail("no read came by this proxy")


def test_a_write_goes_round_a_node_that_refuses_and_one_that_never_answers(cluster):
    proxy = cluster.proxies["dn1"]
    proxy.refuse()
    expected = put(cluster, "/refused")
    assert nodes_of(cluster, "/refused") == ["dn2"]
    assert cluster.oracle.cat("/refused") == expected
    proxy.mend()
    proxy.faults.black_hole()
    expected = put(cluster, "/silent")
    assert nodes_of(cluster, "/silent") == ["dn2"]


def test_a_cut_ends_connections_that_are_there(cluster):
    handle = cluster.oracle.create("/cut")
    cluster.oracle.write(handle, b"a")
    cluster.oracle.flush(handle)
    (before,) = cluster.oracle.health("/cut")[0]["blocks"]
    cluster.proxies["dn1"].cut()
    cluster.oracle.write(handle, b"b")
    cluster.oracle.close(handle)
    (after,) = cluster.oracle.health("/cut")[0]["blocks"]
    assert after["generation"] > before["generation"]
    assert cluster.oracle.cat("/cut")["length"] == 2


def test_delay_and_limit_make_a_read_take_at_least_so_long(cluster):
    put(cluster, "/slow")
    cluster.kill("dn2")
    faults = cluster.proxies["dn1"].faults
    faults.delay(0.5)
    start = time.monotonic()
    cluster.oracle.cat("/slow")
    assert time.monotonic() - start > 1  # the request and the answer
    faults.heal()
    faults.limit(SIZE)
    start = time.monotonic()
    cluster.oracle.cat("/slow")
    assert time.monotonic() - start > 1


@pytest.mark.parametrize("lose, acted", [("drop_reply", True), ("drop_call", False)])
def test_a_lost_reply_leaves_an_effect_and_a_lost_call_none(cluster, lose, acted):
    # Without HA Java's client does not repeat the call, so it is seen what the first try did.
    faults = cluster.proxies["nn1"].faults
    getattr(faults, lose)("mkdirs")
    with pytest.raises(OracleError, match="SocketException"):
        cluster.oracle.mkdirs(f"/{lose}")
    assert cluster.oracle.exists(f"/{lose}") is acted


@pytest.fixture
def mkdirs_of(cluster):
    """mkdirs_of(path, action, then): a Java client of its own begins to make a directory; then as `watch` says."""
    def begin(path, action=None, then=None):
        client = cluster.new_oracle()
        client.exists("/")
        cluster.proxies["nn1"].faults.watch(
            lambda call: (0, action, then) if call.method == "mkdirs" and call.paths == (path,) else None)
        return client, client.begin("mkdirs", path=path)
    return begin


def test_a_call_that_is_held_arrives_though_its_client_has_died(cluster, mkdirs_of):
    came, opened, answered = threading.Event(), threading.Event(), threading.Event()
    client, _ = mkdirs_of("/held", lambda: [came.set(), opened.wait()], answered.set)
    assert came.wait(60)
    client.kill()
    assert not cluster.oracle.exists("/held")
    opened.set()
    assert answered.wait(60)
    assert cluster.oracle.exists("/held")


@pytest.mark.parametrize("lost", ["the call", "its answer"])
def test_a_watcher_may_lose_a_call_or_its_answer(cluster, mkdirs_of, lost):
    path = f"/{lost.replace(' ', '-')}"
    hooks = {"action" if lost == "the call" else "then": lambda: False}
    _, call = mkdirs_of(path, **hooks)
    with pytest.raises(OracleError, match="SocketException"):
        call.result(60)
    assert cluster.oracle.exists(path) is (lost == "its answer")


def test_a_datanode_that_is_cut_off_from_its_namenode_is_still_a_datanode(cluster):
    cluster.proxies["dn1>nn1"].faults.black_hole()
    expected = put(cluster, "/cut-off")
    cluster.proxies["dn1>nn1"].mend()
    assert cluster.oracle.cat("/cut-off") == expected


def frame(*messages):
    body = b"".join(bytes([len(message)]) + message for message in messages)
    return len(body).to_bytes(4, "big") + body


def test_calls_are_known_however_the_stream_is_cut():
    # RpcRequestHeaderProto: kind 2, op 0, call id 3 (zigzag 6), client id, retry count 1 (zigzag 2).
    header = bytes([8, 2, 16, 0, 24, 6, 34, 2, 0xAB, 0xCD, 40, 2])
    method = b"\x0a\x06mkdirs\x12\x01P\x18\x01"
    ping = frame(bytes([8, 2, 16, 0, 24, 7, 34, 0]))  # call id -4
    stream = b"hrpc\x09\x00\x00" + ping + frame(header, method, field(1, b"/d") + field(3, 1)) + ping
    for size in (1, 2, 3, 7, 100):
        requests = Requests()
        found = [call for at in range(0, len(stream), size)
                 for call in requests.feed(stream[at:at + size])]
        assert found == [Call("mkdirs", 3, 1, "abcd", ("/d",))]


def test_answers_are_known_by_their_call_and_passed_on_unchanged():
    first, second = frame(b"\x08\x03\x10\x00", b"x"), frame(b"\x08\x04\x10\x00", b"")
    answers = Answers()
    assert list(answers.feed(first[:5])) == []
    assert list(answers.feed(first[5:] + second)) == [(3, first), (4, second)]


def test_what_is_not_hadoop_is_no_call():
    requests = Requests()
    assert list(requests.feed(b"GET / HTTP/1.1\r\n\r\n")) == []
    assert not requests.is_hadoop


def field(number, value):
    """A field of a protobuf message: bytes, or a number below 128."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def write_request(targets):
    block = field(1, b"BP-1") + field(2, 7) + field(3, 1)
    header = field(1, field(1, block)) + field(2, b"somebody")
    nodes = b"".join(field(2, field(1, field(1, b"10.0.0.1") + field(4, port))) for port in targets)
    message = field(1, header) + nodes + field(4, 6) + field(5, 3)
    return b"\x00\x1c\x50" + bytes([len(message)]) + message


def packet(sequence, data, last=0):
    header = (b"\x09" + bytes(8) + b"\x11" + sequence.to_bytes(8, "little") + field(3, last) +
              b"\x25" + len(data).to_bytes(4, "little"))
    return (len(data) + 4).to_bytes(4, "big") + len(header).to_bytes(2, "big") + header + data


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 1000])
def test_packets_are_known_however_the_stream_is_cut(size):
    request, first, last = write_request([40, 41]), packet(0, bytes(500)), packet(1, b"", last=1)
    stream = request + first + last
    writes = Writes()
    events = [(at + start, event) for at in range(0, len(stream), size)
              for start, event in writes.feed(stream[at:at + size])]
    write = Write("somebody", 7, 6, ("10.0.0.1:40", "10.0.0.1:41"), True)
    assert [event for _, event in events] == [write, Packet(write, 0, 0, False, False, len(first)),
                                              Packet(write, 0, 1, True, False, len(last))]
    if size == 1000:
        assert [at for at, _ in events] == [0, len(request), len(request) + len(first)]


def test_a_connection_that_reads_writes_nothing():
    assert list(Writes().feed(b"\x00\x1c\x51" + bytes(100))) == []
