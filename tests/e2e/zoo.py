"""The models that the end-to-end tests score, their inputs, and TensorFlow's own answers.

Run as a program: `python zoo.py FOLDER` makes everything below FOLDER. TensorFlow is imported
here only, once, and never by the tests themselves:

    FOLDER/models/<name>            a SavedModel
    FOLDER/<name>.json              its signatures, read by TensorFlow
    FOLDER/cases/<name>/input/      Parquet files
    FOLDER/cases/<name>/expected.parquet   what must land, in input order
    FOLDER/cases/<name>/case.json   arguments of `howdah run` that the case needs
"""

import dataclasses
import decimal
import functools
import json
import os
import pathlib
import shutil
import struct
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import generated

ROWS = 2500  # more than two batches of the default 1024, and not a multiple of it

# Rounds of the generator in the model `slow`; the tests recompute it by plain arithmetic.
SLOW_ROUNDS = 1_600
SLOW_MULTIPLIER = 6364136223846793005
SLOW_INCREMENT = 1442695040888963407

CASES = {}


@dataclasses.dataclass
class Case:
    """What one comparison with TensorFlow needs."""

    model: str  # folder below models/
    table: pa.Table  # the input
    feeds: dict  # tensor name -> ndarray: what TensorFlow is given, made without howdah
    keep: list = dataclasses.field(default_factory=lambda: ["id"])
    arguments: list = dataclasses.field(default_factory=list)
    signature: str = "serving_default"
    columns: dict = None  # landed column -> signature output; default: all, by name
    types: dict = dataclasses.field(default_factory=dict)  # landed column -> Arrow type
    kept_types: dict = dataclasses.field(default_factory=dict)  # where they change
    kept_names: dict = dataclasses.field(default_factory=dict)  # where they change
    shapes: dict = dataclasses.field(default_factory=dict)  # column -> "h,w" in the metadata
    defaults: dict = dataclasses.field(default_factory=dict)  # fed to TensorFlow only
    batch: int = 0  # rows per call of TensorFlow; 0: all at once
    files: int = 2


def case(function):
    CASES[function.__name__] = function
    return function


def ids(rows=ROWS):
    """Keys that no float64 can hold."""
    return pa.array(np.arange(rows, dtype=np.int64) + (1 << 53) + 1)


def random(seed=0):
    return np.random.default_rng(seed)


def vectors(values, value_type=None):
    """ndarray [n, k] -> fixed_size_list column."""
    return pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1), type=value_type),
                                             values.shape[1])


def lists(values):
    """ndarray [n, k] -> list column."""
    rows, k = values.shape
    offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * k)
    return pa.ListArray.from_arrays(offsets, pa.array(values.reshape(-1)))


def element(value_type):
    """The list type that a tensor output lands as."""
    return pa.list_(pa.field("element", value_type, nullable=False))


# ---------------------------------------------------------------------------------- the models


def make_models(tf, folder):
    """Every model, by name. Weights are seeded; answers are arithmetic where they can be."""

    def save(name, functions, module=None, **options):
        module = module or tf.Module()
        for i, function in enumerate(functions.values()):
            setattr(module, f"function_{i}", function)
        tf.saved_model.save(module, str(folder / name), signatures=functions, **options)

    def function(**inputs):
        specs = [tf.TensorSpec(shape, dtype, name=name) for name, (dtype, shape) in inputs.items()]
        return tf.function(input_signature=specs)

    N = None

    @function(x=(tf.float32, [N]))
    def linear(x):
        return {"y": 2.0 * x + 1.0}

    save("linear", {"serving_default": linear})

    @function(x=(tf.float32, [N, 1]))
    def column(x):
        return {"y": 0.5 * x - 3.0}

    save("column", {"serving_default": column})

    @function(n=(tf.int64, [N]))
    def slow(n):
        def body(i, value):
            for _ in range(8):
                value = value * SLOW_MULTIPLIER + SLOW_INCREMENT
            return i + 1, value

        _, value = tf.while_loop(lambda i, _: i < SLOW_ROUNDS // 8, body, [tf.constant(0), n])
        return {"hash": value}

    save("slow", {"serving_default": slow})

    @function(key=(tf.int64, [N]))
    def echo(key):
        return {"key_out": tf.identity(key)}

    save("echo", {"serving_default": echo})

    # A model that fails on some rows: text that is no number.
    @function(text=(tf.string, [N]))
    def numbers(text):
        return {"number": tf.strings.to_number(text, tf.float64)}

    save("numbers", {"serving_default": numbers})

    # The same, on a value of a numeric column.
    @function(n=(tf.int64, [N]))
    def aborts_late(n):
        check = tf.debugging.assert_less(n, tf.constant(2000, tf.int64), message="n is too big")
        with tf.control_dependencies([check]):
            return {"n_out": tf.identity(n)}

    save("aborts_late", {"serving_default": aborts_late})

    rng = random(1)
    dense = tf.Module()
    dense.w = tf.Variable(rng.normal(size=(8, 5)).astype(np.float32))
    dense.b = tf.Variable(rng.normal(size=5).astype(np.float32))

    @function(features=(tf.float32, [N, 8]))
    def classify(features):
        probs = tf.nn.softmax(tf.linalg.matmul(features, dense.w) + dense.b)
        return {"probs": probs, "label": tf.argmax(probs, axis=1),
                "best": tf.reduce_max(probs, axis=1, keepdims=True)}

    save("dense", {"serving_default": classify}, dense)

    @function(features=(tf.float32, [N, 3]))
    def packed(features):
        return {"total": tf.reduce_sum(features * [1.0, 10.0, 100.0], axis=1)}

    save("packed", {"serving_default": packed})

    @function(image=(tf.float32, [N, 2, 3]))
    def images(image):
        return {"swapped": tf.transpose(image, [0, 2, 1]), "total": tf.reduce_sum(image, [1, 2]),
                "pairs": tf.stack([image, -image], axis=1)}

    save("images", {"serving_default": images})

    @function(x=(tf.float32, [N]))
    def serving(x):
        return {"y": x + 1.0}

    @function(amount=(tf.int32, [N]), name=(tf.string, [N]))
    def describe(amount, name):
        return {"label": tf.strings.join([name, tf.strings.as_string(amount)], separator="=")}

    save("two_signatures", {"serving_default": serving, "describe": describe})
    save("odd_signature", {"score_me": serving})

    @function(text=(tf.string, [N]))
    def texts(text):
        return {"upper": tf.strings.upper(text, encoding="utf-8"),
                "length": tf.strings.length(text, unit="UTF8_CHAR"),
                "twice": tf.stack([text, tf.strings.join([text, text])], axis=1)}

    save("texts", {"serving_default": texts})

    # Each string becomes its SHA-like garbage: bytes that are no UTF-8.
    @function(text=(tf.string, [N]))
    def raw_bytes(text):
        return {"raw": tf.strings.join([tf.constant(b"\xff\xfe\x00"), text])}

    save("raw_bytes", {"serving_default": raw_bytes})

    @function(i8=(tf.int8, [N]), i16=(tf.int16, [N]), i32=(tf.int32, [N]), i64=(tf.int64, [N]),
              u8=(tf.uint8, [N]), u16=(tf.uint16, [N]), u32=(tf.uint32, [N]),
              u64=(tf.uint64, [N]), flag=(tf.bool, [N]))
    def widths(i8, i16, i32, i64, u8, u16, u32, u64, flag):
        same = dict(i8=i8, i16=i16, i32=i32, i64=i64, u8=u8, u16=u16, u32=u32, u64=u64)
        out = {name + "_out": tf.identity(value) for name, value in same.items()}
        out["not_flag"] = tf.logical_not(flag)
        out["next"] = i64 + 1
        out["flags"] = tf.stack([flag, tf.logical_not(flag), flag], axis=1)
        return out

    save("widths", {"serving_default": widths})

    @function(h=(tf.float16, [N]), d=(tf.float64, [N]))
    def floats(h, d):
        return {"half": h * tf.constant(2, tf.float16), "double": d / 3.0,
                "brain": tf.cast(d, tf.bfloat16), "halves": tf.stack([h, -h], axis=1)}

    save("floats", {"serving_default": floats})

    @function(f=(tf.float32, [N]), d=(tf.float64, [N]))
    def bits(f, d):
        return {"f_out": tf.identity(f), "d_out": tf.identity(d), "pair": tf.stack([f, f], axis=1)}

    save("bits", {"serving_default": bits})

    # The batch dimension is fixed. The answer depends on the row alone.
    @function(x=(tf.float32, [32, 4]))
    def fixed_batch(x):
        return {"total": tf.reduce_sum(x, axis=1), "x_out": tf.identity(x)}

    save("fixed_batch", {"serving_default": fixed_batch})

    vocabulary = folder / "vocabulary.txt"
    vocabulary.write_text("".join(f"word{i}\n" for i in range(100)))
    lookup = tf.Module()
    lookup.table = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(
            str(vocabulary), tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER), default_value=-1)

    @function(word=(tf.string, [N]))
    def look_up(word):
        return {"index": lookup.table.lookup(word)}

    save("lookup", {"serving_default": look_up}, lookup)
    vocabulary.unlink()  # the SavedModel has its own copy

    scaled = tf.Module()
    scaled.f = tf.function(
        lambda x, scale=tf.constant(3.0): {"y": x * scale},
        input_signature=[tf.TensorSpec([N], tf.float32, name="x"),
                         tf.TensorSpec([], tf.float32, name="scale")])
    tf.saved_model.save(scaled, str(folder / "with_default"),
                        signatures={"serving_default": scaled.f})

    @function(**{"Amount": (tf.float32, [N])})
    def named(Amount):
        return {"Dense-1.out/0": Amount * 2.0, "Über Score": Amount + 0.5, "2nd": -Amount}

    save("named", {"serving_default": named})

    @function(x=(tf.float32, [N]))
    def clash(x):
        return {"Score": x, "score": -x}

    save("clash", {"serving_default": clash})

    @function(x=(tf.float32, [N]))
    def fixed_output(x):
        return {"total": tf.reduce_sum(x)}

    save("fixed_output", {"serving_default": fixed_output})

    # Says it gives a row for each row, and does not.
    @function(x=(tf.float32, [N]))
    def drops_rows(x):
        return {"y": tf.boolean_mask(x, x > 0.0)}

    save("drops_rows", {"serving_default": drops_rows})

    @function(x=(tf.float32, N))
    def no_rank(x):
        return {"y": x * 2.0}

    save("unknown_rank", {"serving_default": no_rank})

    two_tags(folder / "two_tags", folder / "linear")
    for seed in generated.SEEDS:
        generated.Generated(seed).save(tf, folder)

    @function(tokens=(tf.int64, [N, None]), grid=(tf.float32, [N, None, None]))
    def unknown_inner(tokens, grid):
        return {"tokens_out": tf.identity(tokens), "total": tf.reduce_sum(grid, [1, 2]),
                "length": tf.fill([tf.shape(tokens)[0]], tf.shape(tokens)[1])}

    save("unknown_inner", {"serving_default": unknown_inner})

    @function(text=(tf.string, [N]))
    def words(text):
        split = tf.strings.split(text)
        return {"words": split, "letters": tf.strings.unicode_decode(split, "UTF-8"),
                "flat": split.values, "splits": split.row_splits}

    save("words", {"serving_default": words})

    @function(record=(tf.string, [N]))
    def examples(record):
        parsed = tf.io.parse_example(record, {
            "n": tf.io.FixedLenFeature([], tf.int64), "v": tf.io.FixedLenFeature([2], tf.float32)})
        return {"n": parsed["n"], "total": tf.reduce_sum(parsed["v"], 1)}

    save("examples", {"serving_default": examples})

    # Never answers when n[0] is negative.
    @function(n=(tf.int64, [N]))
    def endless(n):
        (last,) = tf.while_loop(lambda i: i[0] < 0, lambda i: [tf.identity(i)], [n])
        return {"last": last}

    save("endless", {"serving_default": endless})

    @function(x=(tf.float32, [N]))
    def prints(x):
        with tf.control_dependencies([tf.print("a word from the model:", x[0])]):
            return {"y": tf.identity(x)}

    save("prints", {"serving_default": prints})

    @function(x=(tf.float32, [N]))
    def prints_out(x):
        with tf.control_dependencies([tf.print("a word", output_stream=sys.stdout)]):
            return {"y": tf.identity(x)}

    save("prints_out", {"serving_default": prints_out})

    narrow = tf.Module()
    narrow.functions = {
        kind: tf.function(lambda x: {"y": tf.identity(x)}, input_signature=[
            tf.TensorSpec([N], tf.dtypes.as_dtype(kind), name="x")])
        for kind in ("float32", "bfloat16", "float16")}
    tf.saved_model.save(narrow, str(folder / "narrow"), signatures=dict(narrow.functions))

    import keras

    keras.utils.set_random_seed(7)
    mlp = keras.Sequential([keras.Input((6,), name="measurements"),
                            keras.layers.Dense(16, activation="relu"),
                            keras.layers.Dense(3, activation="softmax")])
    mlp.export(str(folder / "keras_mlp"), verbose=False)

    a, b = keras.Input((1,), name="a"), keras.Input((4,), name="b")
    joined = keras.layers.Concatenate()([a, b])
    two = keras.Model([a, b], {"score": keras.layers.Dense(1, activation="sigmoid")(joined),
                               "embedding": keras.layers.Dense(2)(joined)})
    two.export(str(folder / "keras_two_inputs"), verbose=False)


def two_tags(target, model):
    """`model` under other tags: a SavedModel for serving on a TPU."""
    from tensorflow.core.protobuf import saved_model_pb2

    (target / "variables").mkdir(parents=True)
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((model / "saved_model.pb").read_bytes())
    saved.meta_graphs[0].meta_info_def.tags[:] = ["serve", "tpu"]
    (target / "saved_model.pb").write_bytes(saved.SerializeToString())
    for file in (model / "variables").iterdir():
        (target / "variables" / file.name).write_bytes(file.read_bytes())


def describe(model):
    """What `howdah inspect --json` must say of the signatures, by TensorFlow's own parser."""
    from tensorflow.core.protobuf import saved_model_pb2
    import tensorflow as tf

    def tensor(name, info):
        shape = None if info.tensor_shape.unknown_rank else \
            [dim.size for dim in info.tensor_shape.dim]
        if info.WhichOneof("encoding") == "composite_tensor":  # ragged: values, row splits
            info, *splits = info.composite_tensor.components
            shape = [-1] * (len(splits) + 1) + [dim.size for dim in info.tensor_shape.dim[1:]]
        return {"name": name, "dtype": tf.dtypes.as_dtype(info.dtype).name, "shape": shape,
                "tensor": info.name}

    def tensors(infos):
        return [tensor(name, info) for name, info in sorted(infos.items())]

    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((model / "saved_model.pb").read_bytes())
    return [{"tags": list(graph.meta_info_def.tags),
             "tensorflow_version": graph.meta_info_def.tensorflow_version,
             "signatures": [{"key": key, "method_name": signature.method_name,
                             "inputs": tensors(signature.inputs),
                             "outputs": tensors(signature.outputs)}
                            for key, signature in sorted(graph.signature_def.items())
                            if key != "__saved_model_init_op"]}
            for graph in saved.meta_graphs]


# ----------------------------------------------------------------------------------- the cases


@case
def scalars_of_float():
    x = random(2).normal(size=ROWS).astype(np.float32)
    return Case("linear", pa.table({"id": ids(), "x": x}), {"x": x}, types={"y": pa.float32()})


@case
def a_scalar_column_feeds_a_tensor_of_rank_two():
    x = random(3).normal(size=ROWS).astype(np.float32)
    return Case("column", pa.table({"x": x, "id": ids()}), {"x": x[:, None]},
                types={"y": pa.float32()})


@case
def fixed_size_lists_through_variables():
    x = random(4).normal(size=(ROWS, 8)).astype(np.float32)
    return Case("dense", pa.table({"id": ids(), "features": vectors(x)}), {"features": x},
                types={"probs": element(pa.float32()), "label": pa.int64(),
                       "best": pa.float32()})


@case
def lists_through_variables():
    x = random(5).normal(size=(ROWS, 8)).astype(np.float32)
    return Case("dense", pa.table({"id": ids(), "features": lists(x)}), {"features": x},
                arguments=["--set", "model.batch_rows=100"],
                types={"probs": element(pa.float32()), "label": pa.int64(),
                       "best": pa.float32()})


@case
def large_lists_mapped_by_name():
    x = random(6).normal(size=(ROWS, 8)).astype(np.float32)
    column = lists(x).cast(pa.large_list(pa.float32()))
    return Case("dense", pa.table({"id": ids(), "my vector": column}), {"features": x},
                arguments=["--set", "input.tensors.features='my vector'"],
                types={"probs": element(pa.float32()), "label": pa.int64(),
                       "best": pa.float32()})


@case
def several_columns_packed_into_one_tensor():
    rng = random(7)
    f = rng.normal(size=(ROWS, 2)).astype(np.float32)
    n = rng.integers(-1000, 1000, size=ROWS).astype(np.int16)
    table = pa.table({"f1": f[:, 1], "f0": f[:, 0], "n": n, "id": ids()})
    return Case("packed", table, {"features": np.stack([f[:, 0], f[:, 1], n], axis=1)},
                arguments=["--set", 'input.tensors.features=["f0", "f1", "n"]'],
                types={"total": pa.float32()})


@case
def nested_lists_become_tensors_of_rank_three_and_back():
    x = random(8).normal(size=(ROWS, 2, 3)).astype(np.float32)
    inner = lists(x.reshape(-1, 3))
    column = pa.ListArray.from_arrays(pa.array(np.arange(ROWS + 1, dtype=np.int32) * 2), inner)
    return Case("images", pa.table({"id": ids(), "image": column}), {"image": x},
                types={"swapped": element(pa.float32()), "total": pa.float32(),
                       "pairs": element(pa.float32())},
                shapes={"swapped": "3,2", "pairs": "2,2,3"})


@case
def another_signature():
    n = random(9).integers(-5, 5, size=ROWS).astype(np.int32)
    names = [f"köln{i}" for i in range(ROWS)]
    return Case("two_signatures", pa.table({"name": names, "amount": n, "id": ids()}),
                {"amount": n, "name": np.array([s.encode() for s in names], object)},
                arguments=["--signature", "describe"], signature="describe",
                types={"label": pa.string()})


@case
def the_only_signature_needs_no_name():
    x = random(10).normal(size=ROWS).astype(np.float32)
    return Case("odd_signature", pa.table({"id": ids(), "x": x}), {"x": x}, signature="score_me",
                types={"y": pa.float32()})


@case
def strings_to_strings():
    rng = random(11)
    words = ["", "a", "straße", "ÅÄÖ", "日本語", "tab\tquote\"", "line\nbreak", "👩‍🔬",
             "x" * 300]
    texts = [words[i] + str(j) for j, i in enumerate(rng.integers(0, len(words), ROWS))]
    texts[:len(words)] = words
    return Case("texts", pa.table({"id": ids(), "text": texts}),
                {"text": np.array([t.encode() for t in texts], object)}, keep=["id", "text"],
                types={"upper": pa.string(), "length": pa.int32(), "twice": element(pa.string())})


@case
def large_strings_and_dictionaries_feed_string_tensors():
    texts = [f"word{i % 130}" for i in range(ROWS)]
    column = pa.array(texts).dictionary_encode()
    return Case("lookup", pa.table({"id": ids(), "w": column}),
                {"word": np.array([t.encode() for t in texts], object)},
                arguments=["--set", "input.tensors.word=w"], types={"index": pa.int64()})


@case
def a_lookup_table_from_an_asset():
    texts = [f"word{i % 130}" for i in range(ROWS)]
    return Case("lookup", pa.table({"id": ids(), "word": pa.array(texts, pa.large_string())}),
                {"word": np.array([t.encode() for t in texts], object)},
                types={"index": pa.int64()})


@case
def bytes_that_are_not_text():
    texts = [f"{i}" for i in range(ROWS)]
    return Case("raw_bytes", pa.table({"id": ids(), "text": pa.array(texts, pa.binary())}),
                {"text": np.array([t.encode() for t in texts], object)},
                arguments=["--set", "output.columns.raw={ from = 'raw', as = 'binary' }"],
                types={"raw": pa.binary()})


@case
def integers_of_every_width():
    rng = random(12)

    def full_range(dtype, low=None, high=None):
        info = np.iinfo(dtype)
        low, high = info.min if low is None else low, info.max if high is None else high
        values = rng.integers(low, high, size=ROWS, dtype=dtype, endpoint=True)
        values[:2] = [low, high]
        return values

    feeds = {"i8": full_range(np.int8), "i16": full_range(np.int16), "i32": full_range(np.int32),
             "i64": full_range(np.int64), "u8": full_range(np.uint8), "u16": full_range(np.uint16),
             "u32": full_range(np.uint32), "u64": full_range(np.uint64, 0, (1 << 63) - 1),
             "flag": rng.integers(0, 2, ROWS).astype(bool)}
    feeds["i64"][1] -= 1  # so that the model's i64 + 1 does not wrap
    types = {"i8_out": pa.int8(), "i16_out": pa.int16(), "i32_out": pa.int32(),
             "i64_out": pa.int64(), "u8_out": pa.uint8(), "u16_out": pa.uint16(),
             "u32_out": pa.int64(), "u64_out": pa.int64(), "not_flag": pa.bool_(),
             "next": pa.int64(), "flags": element(pa.bool_())}
    return Case("widths", pa.table({"id": ids(), **feeds}), feeds, types=types)


@case
def integers_feed_wider_tensors():
    rng = random(13)
    feeds = {name: rng.integers(0, 100, ROWS).astype(dtype) for name, dtype in [
        ("i8", np.int8), ("i16", np.int16), ("i32", np.int32), ("i64", np.int64),
        ("u8", np.uint8), ("u16", np.uint16), ("u32", np.uint32), ("u64", np.uint64)]}
    feeds["flag"] = rng.integers(0, 2, ROWS).astype(bool)
    columns = {name: pa.array(values.astype(np.int64)) for name, values in feeds.items()
               if name != "flag"}
    columns["i64"] = pa.array(feeds["i64"].astype(np.uint8))
    types = {"i8_out": pa.int8(), "i16_out": pa.int16(), "i32_out": pa.int32(),
             "i64_out": pa.int64(), "u8_out": pa.uint8(), "u16_out": pa.uint16(),
             "u32_out": pa.int64(), "u64_out": pa.int64(), "not_flag": pa.bool_(),
             "next": pa.int64(), "flags": element(pa.bool_())}
    return Case("widths", pa.table({"id": ids(), **columns, "flag": feeds["flag"]}), feeds,
                types=types)


@case
def keys_beyond_two_to_the_53():
    rng = random(14)
    keys = rng.integers(-(1 << 63), (1 << 63) - 1, ROWS)
    keys[:4] = [(1 << 53) + 1, -(1 << 53) - 1, (1 << 63) - 1, -(1 << 63)]
    return Case("echo", pa.table({"key": keys}), {"key": keys}, keep=["key"],
                types={"key_out": pa.int64()})


@case
def halves_doubles_and_brain_floats():
    rng = random(15)
    h = rng.normal(size=ROWS).astype(np.float16)
    d = rng.normal(size=ROWS) * 1e10
    return Case("floats", pa.table({"id": ids(), "h": h, "d": d}), {"h": h, "d": d},
                types={"half": pa.float32(), "double": pa.float64(), "brain": pa.float32(),
                       "halves": element(pa.float32())})


@case
def floats_keep_every_bit():
    f = np.zeros(ROWS, np.float32)
    d = np.zeros(ROWS, np.float64)
    words = [0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7FC12345, 0xFFC00001, 0x00000001,
             0x007FFFFF, 0x80000001, 0x00800000]
    f[:len(words)] = np.array(words, np.uint32).view(np.float32)
    longs = [1 << 63, 0x7FF0 << 48, 0xFFF0 << 48, 0x7FF8 << 48, 0x7FF8000000012345, 1,
             (1 << 52) - 1]
    d[:len(longs)] = np.array(longs, np.uint64).view(np.float64)
    f[100:], d[100:] = random(16).normal(size=ROWS - 100), random(17).normal(size=ROWS - 100)
    return Case("bits", pa.table({"f": f, "d": d}), {"f": f, "d": d}, keep=["f", "d"],
                types={"f_out": pa.float32(), "d_out": pa.float64(),
                       "pair": element(pa.float32())})


@case
def a_batch_dimension_fixed_by_the_model():
    x = random(18).normal(size=(ROWS, 4)).astype(np.float32)
    return Case("fixed_batch", pa.table({"id": ids(), "x": vectors(x)}), {"x": x}, batch=32,
                types={"total": pa.float32(), "x_out": element(pa.float32())})


@case
def an_input_with_a_default_needs_no_column():
    x = random(19).normal(size=ROWS).astype(np.float32)
    return Case("with_default", pa.table({"id": ids(), "x": x}), {"x": x},
                defaults={"scale": np.float32(3.0)}, types={"y": pa.float32()})


@case
def an_output_of_unknown_rank():
    x = random(24).normal(size=ROWS).astype(np.float32)
    return Case("unknown_rank", pa.table({"id": ids(), "x": x}), {"x": x},
                types={"y": element(pa.float32())})  # nobody knows beforehand: one list a row


@case
def names_become_legal_identifiers():
    x = random(20).normal(size=ROWS).astype(np.float32)
    table = pa.table({"Customer ID": ids(), "Amount": x, "größe": pa.array(["ä"] * ROWS)})
    return Case("named", table, {"Amount": x}, keep=["Customer ID", "größe"],
                kept_names={"Customer ID": "customer_id", "größe": "gr__e"},
                columns={"_2nd": "2nd", "dense_1_out_0": "Dense-1.out/0",
                         "_ber_score": "Über Score"},
                types={"dense_1_out_0": pa.float32(), "_ber_score": pa.float32(),
                       "_2nd": pa.float32()})


@case
def chosen_and_renamed_outputs():
    x = random(21).normal(size=(ROWS, 8)).astype(np.float32)
    return Case("dense", pa.table({"id": ids(), "features": vectors(x)}), {"features": x},
                arguments=["--set", "output.columns.class=label", "--set",
                           "output.columns.scores=probs"],
                columns={"class": "label", "scores": "probs"},
                types={"class": pa.int64(), "scores": element(pa.float32())})


@case
def a_keras_model():
    x = random(22).normal(size=(ROWS, 6)).astype(np.float32)
    return Case("keras_mlp", pa.table({"id": ids(), "measurements": vectors(x)}),
                {"measurements": x}, types={"output_0": element(pa.float32())})


@case
def a_keras_model_with_two_inputs():
    rng = random(23)
    a, b = rng.normal(size=ROWS).astype(np.float32), rng.normal(size=(ROWS, 4)).astype(np.float32)
    return Case("keras_two_inputs", pa.table({"id": ids(), "a": a, "b": lists(b)}),
                {"a": a[:, None], "b": b},
                types={"score": pa.float32(), "embedding": element(pa.float32())})


@case
def no_kept_column():
    x = random(2).normal(size=ROWS).astype(np.float32)
    return Case("linear", pa.table({"x": x}), {"x": x}, keep=[], types={"y": pa.float32()})


@case
def kept_columns_keep_their_exact_types():
    rng = random(25)
    x = rng.normal(size=ROWS).astype(np.float32)

    def with_nulls(values, arrow_type):
        return pa.array([None if i % 7 == 3 else v for i, v in enumerate(values)], arrow_type)

    n = range(ROWS)
    micros = 1_760_000_000_000_000
    nan_payload = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000ABCDEF))[0]
    odd = [np.nan, -0.0, np.inf, -np.inf, nan_payload, 5e-324, 0.1]
    doubles = np.array([odd[i % 7] for i in n])
    table = pa.table({
        "text": with_nulls([f"é{i}" if i % 5 else "" for i in n], pa.string()),
        "large_text": pa.array([f"L{i}" for i in n], pa.large_string()),
        "word": pa.array([f"w{i % 10}" for i in n]).dictionary_encode(),
        "blob": with_nulls([bytes([i % 256, 0xFF, 0]) for i in n], pa.binary()),
        "uuid": pa.array([i.to_bytes(16, "big") for i in n], pa.binary(16)),
        "ts_us_utc": with_nulls([micros + i for i in n], pa.timestamp("us", "UTC")),
        "ts_us_oslo": pa.array([micros + i for i in n], pa.timestamp("us", "Europe/Oslo")),
        "ts_ms_utc": pa.array([micros // 1000 + i for i in n], pa.timestamp("ms", "UTC")),
        "ts_naive": pa.array([micros + i for i in n], pa.timestamp("us")),
        "ts_old": pa.array([-micros * 20 - i for i in n], pa.timestamp("us")),
        "ts_ns": pa.array([(micros + i) * 1000 for i in n], pa.timestamp("ns")),
        "day": with_nulls([19000 - i * 20 for i in n], pa.date32()),
        "clock": pa.array([i * 1_000_003 for i in n], pa.time64("us")),
        "price": with_nulls([decimal.Decimal(i * 37 - 5000).scaleb(-4) for i in n],
                            pa.decimal128(20, 4)),
        "flag": with_nulls([i % 3 == 0 for i in n], pa.bool_()),
        "tiny": pa.array([i % 256 - 128 for i in n], pa.int8()),
        "u16": pa.array([i * 26 for i in n], pa.uint16()),
        "u32": pa.array([(1 << 32) - 1 - i for i in n], pa.uint32()),
        "u64": with_nulls([(1 << 63) - 1 - i for i in n], pa.uint64()),
        "big": with_nulls([(1 << 53) + 1 + i for i in n], pa.int64()),
        "double": pa.array(doubles),
        "maybe": with_nulls([float(i) for i in n], pa.float32()),
        "tags": pa.array([None if i % 11 == 5 else [f"t{j}" if j else None for j in range(i % 4)]
                          for i in n], pa.list_(pa.string())),
        "nested": pa.array([[[i], [], [i, i + 1]][:i % 4] for i in n],
                           pa.list_(pa.list_(pa.int32()))),
        "place": pa.array([{"lat": i / 7, "name": None if i % 2 else f"p{i}"} for i in n],
                          pa.struct([("lat", pa.float64()), ("name", pa.string())])),
        "clock_ms": pa.array([i * 1003 for i in n], pa.time32("ms")),
        "half": pa.array(np.arange(ROWS, dtype=np.float16)),
        "triple": pa.array([None if i % 13 == 1 else [i, -i, 0.5] for i in n],
                           pa.list_(pa.float32(), 3)),
        "counts": pa.array([[i, None, (1 << 32) - 1][:i % 4] for i in n], pa.list_(pa.uint32())),
        "bag": pa.array([[("k", i), ("é", None)][:i % 3] for i in n],
                        pa.map_(pa.string(), pa.int64())),
        "x": x,
    })
    return Case("linear", table, {"x": x}, keep=[c for c in table.column_names if c != "x"],
                types={"y": pa.float32()},
                kept_types={"word": pa.string(), "ts_ns": pa.timestamp("us"), "u32": pa.int64(),
                            "u64": pa.int64(), "half": pa.float32(),
                            "counts": pa.list_(pa.int64())})


for _generated in map(generated.Generated, generated.SEEDS):
    CASES[_generated.name] = functools.partial(_generated.case, Case, ROWS, ids())


# -------------------------------------------------------------------------------- the expected


def output_array(values, arrow_type):
    """What TensorFlow said, as the column that must land."""
    values = np.asarray(values)
    rows = values.shape[0]
    flat = values.reshape(-1)
    levels = []  # list types, outermost first
    value_type = arrow_type
    while pa.types.is_list(value_type):
        levels.append(value_type)
        value_type = value_type.value_type
    if flat.dtype == object:
        flat = pa.array(flat.tolist(), pa.binary()).cast(value_type)
    elif pa.types.is_floating(value_type):
        bits = pa.types.is_float64(value_type)
        flat = pa.array(flat.astype(np.float64 if bits else np.float32), value_type)
    else:
        flat = pa.array(flat).cast(value_type)
    if not levels:
        assert len(flat) == rows, "not one value a row"
    # One list a row, or a list for each dimension.
    counts = np.cumprod(values.shape[:len(levels)]) if len(levels) > 1 else [rows] * len(levels)
    for count, level in zip(reversed(counts), reversed(levels)):
        offsets = pa.array(np.arange(count + 1, dtype=np.int32) * (len(flat) // int(count)))
        flat = pa.ListArray.from_arrays(offsets, flat, type=level)
    return flat


def ask(model, made):
    """TensorFlow's answer for all rows, by output name."""
    import tensorflow as tf

    signature = model.signatures[made.signature]
    rows = made.table.num_rows
    step = made.batch or rows
    answers = []
    for first in range(0, rows, step):
        feeds = {name: values[first:first + step] for name, values in made.feeds.items()}
        fed = len(next(iter(feeds.values())))
        if made.batch and fed < step:
            feeds = {name: np.concatenate([v, np.zeros((step - fed, *v.shape[1:]), v.dtype)])
                     for name, v in feeds.items()}
        out = signature(**{name: tf.constant(v) for name, v in (feeds | made.defaults).items()})
        answers.append({name: value.numpy()[:fed] for name, value in out.items()})
    return {name: np.concatenate([a[name] for a in answers]) for name in answers[0]}


def make_case(name, made, model, folder):
    answers = ask(model, made)
    columns = made.columns or {output: output for output in sorted(answers)}
    expected = {}
    for kept in made.keep:
        values = made.table.column(kept).combine_chunks()
        landed = made.kept_types.get(kept, values.type)
        expected[made.kept_names.get(kept, kept)] = values.cast(landed)
    for column, output in columns.items():
        expected[column] = output_array(answers[output], made.types[column])

    (folder / "input").mkdir(parents=True)
    rows = made.table.num_rows
    step = -(-rows // made.files)
    for i in range(made.files):
        pq.write_table(made.table.slice(i * step, step), folder / "input" / f"in-{i}.parquet",
                       row_group_size=777)
    pq.write_table(pa.table(expected), folder / "expected.parquet")
    (folder / "case.json").write_text(json.dumps({
        "model": made.model, "keep": made.keep, "arguments": made.arguments,
        "outputs": list(columns), "shapes": made.shapes}))


BASIC_PITCH = pathlib.Path(__file__).parents[2] / ".cache" / "basic-pitch-0.4.0" / "model"
BASIC_PITCH_ROWS = 5


def ask_basic_pitch(folder):
    """Input and answers of a real model of rank 3, by TensorFlow's first loader: the second does
    not read it. The answers are of shape [rows, 172, 264] and the like."""
    import tensorflow as tf

    shutil.copytree(BASIC_PITCH, folder / "models" / "basic_pitch")
    audio = random(50).normal(size=(BASIC_PITCH_ROWS, 43844)).astype(np.float32) / 10
    case = folder / "cases" / "basic_pitch"
    (case / "input").mkdir(parents=True)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        graph = tf.compat.v1.saved_model.load(session, ["serve"], str(BASIC_PITCH))
        signature = graph.signature_def["serving_default"]
        (name, given), = signature.inputs.items()
        answers = session.run({key: info.name for key, info in signature.outputs.items()},
                              {given.name: audio[:, :, None]})
    pq.write_table(pa.table({"id": np.arange(BASIC_PITCH_ROWS), name: vectors(audio)}),
                   case / "input" / "in.parquet")
    np.savez(case / "expected.npz", **answers)


def main(folder):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    # As the command has it. TensorFlow's own default depends on the CPU, and last bits with it.
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    import tensorflow as tf

    models = folder / "models"
    models.mkdir(parents=True)
    make_models(tf, models)
    for model in list(models.iterdir()):
        (folder / f"{model.name}.json").write_text(json.dumps(describe(model)))
    ask_basic_pitch(folder)
    loaded = {}
    for name, function in CASES.items():
        made = function()
        if made.model not in loaded:
            loaded[made.model] = tf.saved_model.load(str(models / made.model))
        make_case(name, made, loaded[made.model], folder / "cases" / name)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
