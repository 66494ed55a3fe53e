"""Texts that fuzzing begins with, and words of their languages, for seeds.py."""


def record(name, *fields):
    return {"type": "record", "name": name, "fields": [{"name": n, "type": t} for n, t in fields]}


CSV = [
    "a,b\n1,x\n2,y\n",
    'a,b\r\n1,"x""y"\r\n,""\r\n',
    "a\n1\n\n2",
    "a,b\r1,2\r3,4\r",
    "id,s,d,t\n1,true,2026-11-22,1.5\n2,false,2026-01-01,NaN\n3,,,-Infinity\n",
    'a,b\n"1\n2","x,y"\n"",3\n',
    "a,b\n9007199254740993,1\n00123,.5\n,1e-7\n",
    "\ufeffa,b\n1,2\n",
    "a,a\n1,2\n",
    "a\tb\n1\t2\n",
    "a,b\n1\n",
    'a,"b\n',
    "x\n18446744073709551615\n-9223372036854775808\n",
    'a,é\nü,"😀"\n',
    "a,b\n" + "".join(f"{i},{i / 7}\n" for i in range(30)),
]
JSONL = [
    '{"a":1,"b":"x"}\n{"a":2,"b":null}\n',
    '{"a":1.5}\n\n{"b":[1,2]}\n{"a":-0.0}',
    '{"a":{"b":[{"c":1},{}]}}\r\n{"a":null}\n',
    '{"a":true}\n{"a":false}\n',
    '{"a":"\\u00e9\\ud83d\\ude00\\n\\"\\\\"}\n',
    '{"a":18446744073709551615}\n{"a":1}\n',
    '{"a":[[1,2],[3]]}\n{"a":[]}\n',
    '{"a":9007199254740993}\n{"a":0.5}\n',
    '{"a":1,"a":2}\n',
    '{}\n{"a":1e400}\n',
    '{"":1}\n[1]\n',
    '{"a":"2026-11-22T00:00:00Z"}\n',
    '{"a":' + "[" * 99 + "]" * 99 + "}\n",
    '{"a":' + '{"b":' * 99 + "1" + "}" * 99 + "}\n",
    "".join(f'{{"i":{i},"f":{i / 7},"s":"{i}"}}\n' for i in range(30)),
]
AVSC = [
    record(
        "r", ("a", "int"), ("b", ["null", "string"]), ("c", {"type": "array", "items": "float"})
    ),
    {
        "type": "record",
        "name": "r",
        "namespace": "x.y",
        "doc": "d",
        "fields": [
            {
                "name": "score",
                "type": "double",
                "doc": "é",
                "tensor.source": "output_0",
                "check.min": 0,
                "check.max": "1.0",
                "check.nan": "quarantine",
                "default": 0,
            },
            {
                "name": "p",
                "type": {"type": "array", "items": "float"},
                "tensor.shape": [-1, 3],
                "tensor.round": True,
                "check.sum": 1,
                "check.sum_tolerance": 0.01,
            },
            {"name": "q", "type": {"type": "array", "items": "float"}, "tensor.shape": "2,3"},
        ],
    },
    record(
        "r",
        *(
            (name, {"type": kind, "logicalType": logical})
            for name, kind, logical in (
                ("a", "int", "date"),
                ("b", "int", "time-millis"),
                ("c", "long", "time-micros"),
                ("d", "long", "timestamp-millis"),
                ("e", "long", "timestamp-micros"),
                ("f", "long", "local-timestamp-micros"),
                ("g", "string", "uuid"),
            )
        ),
    ),
    record(
        "r",
        ("d", {"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 10}),
        (
            "f",
            {"type": "fixed", "name": "f", "size": 16, "logicalType": "decimal", "precision": 20},
        ),
        ("e", {"type": "enum", "name": "e", "symbols": ["A"], "default": "A"}),
        ("again", "e"),
        ("m", {"type": "map", "values": ["null", "f"]}),
    ),
    record(
        "r",
        ("a", record("s", ("b", record("t", ("c", {"type": "array", "items": "int"}))))),
        ("d", "t"),
        ("e", ["s", "null"]),
    ),
    record("r", ("next", ["null", "r"])),
    {"type": "enum", "name": "e", "symbols": []},
    "int",
    {
        "type": {
            "type": "record",
            "name": "r",
            "fields": [{"name": "x", "type": "int", "aliases": ["y"], "order": "ignore"}],
        }
    },
]
DDL = [
    "id BIGINT NOT NULL, score FLOAT COMMENT 'of the last layer', emb ARRAY<FLOAT>",
    "s STRUCT<a: INT, b: STRING NOT NULL COMMENT 'it''s'>, m MAP<STRING, ARRAY<STRUCT<`x y`: FLOAT>>>",
    "a tinyint,b smallint,c int,d byte,e short,f long,g real,h double,i decimal,j decimal(5),"
    "k dec(38,37),l numeric(10, 2)",
    "a varchar(10), b char(1), c binary, d date, e timestamp,"
    " f timestamp_ntz, g timestamp_ltz, h boolean",
    '`a` INT COMMENT "x\\"y\\\\"',
    "`a``b` int",
    "a interval",
    "a map<int,int>",
    "a int,A int",
    "a int,",
    "x array<" * 70,
]
XML = [
    "<configuration><property><name>fs.defaultFS</name><value>hdfs://ns</value></property>"
    "<property><name>dfs.nameservices</name><value>ns</value></property></configuration>\0"
    "<configuration><property><name>dfs.ha.namenodes.ns</name><value>nn1, nn2</value></property>"
    "<property><name>dfs.namenode.rpc-address.ns.nn1</name><value>${h}:8020</value></property>"
    "<property><name>dfs.namenode.rpc-address.ns.nn2</name><value>[::1]:0x1f54</value></property>"
    "<property name='h' value='a' final='true'/></configuration>",
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y "z">]><configuration '
    'xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="hdfs-site.xml"><xi:fallback>'
    "<property><name>a</name><value>${a}${env.X:-y}${user.name}</value></property></xi:fallback>"
    '</xi:include><xi:include href="none"/></configuration>',
    "<configuration><configuration><property><name>dfs.blocksize</name><value>128m</value><final>"
    "true</final></property></configuration><property><name>fs.permissions.umask-mode</name><value>"
    "u=rwx,g=rx,o=</value></property><property><name>dfs.client.socket-timeout</name><value>30s"
    "</value></property></configuration>",
    "<configuration><property><name>x</name><value><![CDATA["
    "&lt;]]>&amp;&#233;</value></property></configuration>",
    "128m",
    "u=rwx,g=rx,o=",
    "022",
    "250ms",
    "-0x8000000000000000",
    "9223372036854775807d",
    "<a/>",
    "<configuration>",
]
ROWS = {  # of text_rows: format, choices, number of columns - 1, types
    (0, 0, 1, 0, 5): 'a,b\n"x""y,\n",7\n,-9223372036854775808\n',
    (0, 0, 0, 7): "a\nNaN\n0.1\n3.4e38\n",
    (
        0,
        4,
        1,
        9,
        12,
    ): "a,b\n2026-11-22,2026-11-22T01:02:03.000004Z\nNULL,-0001-01-01T00:00:00.000000Z\n",
    (0, 2, 1, 1, 14): "YWJj,1.5000\n,-3\n",
    (0, 0, 1, 2, 3): "a,b\nYWJj,true\n",
    (0, 0, 0, 10): "a\n12:30:59\n",
    (1, 0, 1, 16, 20): "0.1\x020.2\x017\x02x\\\\\\n\n\\N\x01\\N\n",
    (1, 0, 1, 19, 17): "k\x031\x02l\x03\\N\x01a\x03b\x02c\n",
    (1, 0, 1, 18, 21): "1\x022\x011.5\x02\\N\n",
    (1, 0, 1, 13, 15): "1677-09-21 00:12:43.145224193\x011.0000000\n",
    (2, 0, 1, 16, 20): '{"a":[0.1,null],"b":{"x":1,"y":"é\\u0001"}}\n{"a":null,"b":null}\n',
    (2, 0, 1, 19, 17): '{"a":{"k":1,"l":null},"b":[["x"],[],null]}\n',
    (2, 0, 1, 7, 8): '{"a":1.5,"b":-0.0}\n{"a":"NaN","b":1e300}\n',
    (2, 0, 1, 18, 6): '{"a":[1,2],"b":18446744073709551615}\n',
    (2, 0, 1, 11, 3): '{"a":"00:00:00.000001","b":true}\n',
}
WORDS = {
    "avsc": [
        "type",
        "record",
        "name",
        "fields",
        "array",
        "items",
        "map",
        "values",
        "enum",
        "symbols",
        "fixed",
        "size",
        "logicalType",
        "decimal",
        "precision",
        "scale",
        "date",
        "timestamp-micros",
        "namespace",
        "null",
        "boolean",
        "int",
        "long",
        "float",
        "double",
        "bytes",
        "string",
        "doc",
        "tensor.source",
        "tensor.shape",
        "tensor.round",
        "check.nan",
        "check.min",
        "check.sum",
        "check.sum_tolerance",
    ],
    "spark_ddl": [
        "ARRAY<",
        "MAP<STRING,",
        "STRUCT<",
        " NOT NULL",
        " COMMENT '",
        "DECIMAL(",
        "BIGINT",
        "FLOAT",
        "STRING",
        "TIMESTAMP_NTZ",
        "VARCHAR(",
        "``",
        "\\\\'",
    ],
    "hadoop_config": [
        "<configuration>",
        "</configuration>",
        "<property>",
        "<name>",
        "<value>",
        "${",
        "${env.",
        ":-",
        "<xi:include href='",
        "<fallback>",
        "<final>true</final>",
        "fs.defaultFS",
        "dfs.nameservices",
        "dfs.ha.namenodes.",
        "dfs.namenode.rpc-address.",
        "hdfs://",
    ],
    "csv": [
        "\\x0d\\x0a",
        '\\"\\"',
        "NaN",
        "-Infinity",
        "2026-11-22",
        "true",
        "9007199254740993",
        "\\xef\\xbb\\xbf",
    ],
    "jsonl": [
        "null",
        "true",
        "\\\\ud83d",
        "1e400",
        "18446744073709551615",
        '{\\"',
        '\\":[',
        "\\x0d\\x0a",
    ],
    "text_rows": [
        "\\\\N",
        "NULL",
        "NaN",
        "-Infinity",
        "2026-11-22",
        "T01:02:03.000004Z",
        '\\"\\"',
        "1e-7",
        "null",
    ],
}
WORDS["avro"] = WORDS["avsc"] + ["avro.codec", "avro.schema", "deflate", "snappy", "zstandard"]
