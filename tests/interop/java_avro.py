"""Java's Avro, from avro-tools: one JVM for all files of a session."""

import base64
import decimal
import functools
import json
import pathlib
import struct
import subprocess

import pyarrow as pa

import values
from testing.cluster import java

JUDGE = pathlib.Path(__file__).with_name("AvroJudge.java")

WIDE = decimal.Context(prec=76)


@functools.cache
def judge():
    command = [java.jdk() / "bin" / "java", "-Xmx256m", *java.FLAGS, *java.JIT["quick"], "-cp",
               java.AVRO_TOOLS, JUDGE]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
                            env=java.environment())


def read(path):
    """(codec, rows) of a file: values as they stand in it, floats as signed numbers of their bits,
    bytes as base64. Raises ValueError where Java cannot read it."""
    process = judge()
    process.stdin.write(f"{path}\n")
    process.stdin.flush()
    lines = []
    while line := process.stdout.readline().rstrip("\n"):
        lines.append(line)
    if not lines or lines[-1].startswith("error "):
        raise ValueError(f"{path}: {lines[-1:] or 'the JVM has ended'}")
    return lines[0], [json.loads(line) for line in lines[1:]]


def told(kind, value, logical=True):
    """A value of the judge as Python has it; without `logical` types as it stands in the file."""
    if value is None:
        return None
    if values.is_list(kind):
        return [told(kind.value_type, v, logical) for v in value]
    if pa.types.is_struct(kind):
        return {f.name: told(f.type, value[f.name], logical) for f in kind}
    if pa.types.is_map(kind):
        return {k: told(kind.item_type, v, logical) for k, v in value.items()}
    if pa.types.is_float32(kind):
        return struct.unpack("<f", struct.pack("<i", value))[0]
    if pa.types.is_float64(kind):
        return struct.unpack("<d", struct.pack("<q", value))[0]
    if pa.types.is_decimal(kind):
        stored = base64.b64decode(value, validate=True)
        number = int.from_bytes(stored, "big", signed=True)
        return decimal.Decimal(number).scaleb(-kind.scale, WIDE) if logical else stored
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return base64.b64decode(value, validate=True)
    milliseconds = logical and pa.types.is_timestamp(kind) and kind.unit == "ms"
    return value * 1000 if milliseconds else value
