"""Write a zoo of small SavedModels whose answers are arithmetic.

usage: make_models.py OUTDIR

Each model is a folder OUTDIR/<name>; the docstring of its function below says what it computes.
A second run with an unchanged script finds the zoo complete and returns at once.
"""

import hashlib
import os
import pathlib
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

MODELS = []


def model(function):
    MODELS.append(function)
    return function


def spec(shape, dtype, name):
    import tensorflow as tf

    return tf.TensorSpec(shape, dtype, name=name)


def save(path, function, *specs):
    """Save `function` of `specs` as the signature serving_default."""
    import tensorflow as tf

    module = tf.Module()
    module.f = tf.function(function, input_signature=list(specs))
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.f})


def save_graph(path, signatures, tags=("serve",)):
    """Save the default graph of TensorFlow 1; signatures: key -> (inputs, outputs)."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with v1.Session() as session:
        builder = v1.saved_model.Builder(str(path))
        definitions = {
            key: v1.saved_model.build_signature_def(
                {name: info(t) for name, t in inputs.items()},
                {name: info(t) for name, t in outputs.items()},
                "tensorflow/serving/predict",
            )
            for key, (inputs, outputs) in signatures.items()
        }
        builder.add_meta_graph_and_variables(session, [tags[0]], definitions)
        for tag in tags[1:]:
            builder.add_meta_graph([tags[0], tag], definitions)
        builder.save()


def info(tensor):
    import tensorflow as tf

    return tf.compat.v1.saved_model.build_tensor_info(tensor)


@model
def linear(path):
    """x float32 [?] -> y = 2x + 1."""
    import tensorflow as tf

    save(path, lambda x: {"y": 2.0 * x + 1.0}, spec([None], tf.float32, "x"))


@model
def matrix(path):
    """features float32 [?, 3] -> total = f0 + 10 f1 + 100 f2, doubled = 2 features,
    largest = index of the largest feature, label = "class <largest>"."""
    import tensorflow as tf

    labels = tf.constant(["class 0", "class 1", "class 2"])

    def f(features):
        largest = tf.argmax(features, 1)
        return {
            "total": tf.reduce_sum(features * [1.0, 10.0, 100.0], 1),
            "doubled": 2.0 * features,
            "largest": largest,
            "label": tf.gather(labels, largest),
        }

    save(path, f, spec([None, 3], tf.float32, "features"))


@model
def dtypes(path):
    """One signature for each element type T, named after it: x T [?] -> y = x + x;
    bool: not x; string: x + x; and by_two = [x, y] of shape [?, 2]."""
    import tensorflow as tf

    def answer(x):
        if x.dtype == tf.bool:
            return tf.logical_not(x)
        if x.dtype == tf.string:
            return tf.strings.join([x, x])
        if x.dtype in (tf.uint16, tf.uint32, tf.int8, tf.int16, tf.uint8):
            return tf.cast(tf.cast(x, tf.int64) * 2, x.dtype)
        return x + x

    def f(x):
        y = answer(x)
        return {"y": y, "by_two": tf.stack([x, y], 1)}

    module = tf.Module()
    names = (
        "float32 float64 int32 uint8 int16 int8 string int64 bool bfloat16 uint16 float16 "
        "uint32 uint64"
    ).split()
    module.functions = {
        name: tf.function(
            lambda x: f(x), input_signature=[spec([None], tf.dtypes.as_dtype(name), "x")]
        )
        for name in names
    }
    tf.saved_model.save(module, str(path), signatures=dict(module.functions))


@model
def strings(path):
    """text string [?] -> framed = "<" + text + ">", bytes = its length (int64)."""
    import tensorflow as tf

    def f(text):
        return {
            "framed": tf.strings.join(["<", text, ">"]),
            "bytes": tf.cast(tf.strings.length(text), tf.int64),
        }

    save(path, f, spec([None], tf.string, "text"))


@model
def upper(path):
    """text string [?] -> upper, in upper case by an op that reads strings up to a NUL byte."""
    import tensorflow as tf

    save(
        path,
        lambda text: {"upper": tf.strings.upper(text, encoding="utf-8")},
        spec([None], tf.string, "text"),
    )


@model
def string_pairs(path):
    """words string [?, 2] -> swapped, the two words of each row exchanged."""
    import tensorflow as tf

    save(path, lambda words: {"swapped": words[:, ::-1]}, spec([None, 2], tf.string, "words"))


@model
def column(path):
    """x float32 [?, 1] -> y = 3x of shape [?, 1]."""
    import tensorflow as tf

    save(path, lambda x: {"y": 3.0 * x}, spec([None, 1], tf.float32, "x"))


@model
def rank3(path):
    """x float32 [?, 2, 3] -> y[n, i, j] = x[n, i, j] + 10 i + j, and its transpose [?, 3, 2]."""
    import tensorflow as tf

    def f(x):
        y = x + [[0.0, 1.0, 2.0], [10.0, 11.0, 12.0]]
        return {"y": y, "transposed": tf.transpose(y, [0, 2, 1])}

    save(path, f, spec([None, 2, 3], tf.float32, "x"))


@model
def two_inputs(path):
    """a float32 [?], b int64 [?] -> sum = a + b, product = a * b (float32)."""
    import tensorflow as tf

    def f(a, b):
        b = tf.cast(b, tf.float32)
        return {"sum": a + b, "product": a * b}

    save(path, f, spec([None], tf.float32, "a"), spec([None], tf.int64, "b"))


@model
def identity(path):
    """x float32 [?, 2] -> y = x."""
    import tensorflow as tf

    save(path, lambda x: {"y": tf.identity(x)}, spec([None, 2], tf.float32, "x"))


@model
def static_batch(path):
    """x float32 [4, 2] -> y = 2x, place = the row's position in its batch of four (int64),
    label = "r<place>"."""
    import tensorflow as tf

    def f(x):
        place = tf.range(4, dtype=tf.int64)
        label = tf.strings.join(["r", tf.as_string(place)])
        return {"y": 2.0 * x, "place": place, "label": label}

    save(path, f, spec([4, 2], tf.float32, "x"))


@model
def scalar(path):
    """a float32 [], b float32 [], v float32 [2] -> y = a b + 1 of shape [], w = a v of shape [2].
    There is no batch dimension."""
    import tensorflow as tf

    save(
        path,
        lambda a, b, v: {"y": a * b + 1.0, "w": a * v},
        spec([], tf.float32, "a"),
        spec([], tf.float32, "b"),
        spec([2], tf.float32, "v"),
    )


@model
def scale_and_batch(path):
    """x float32 [?, 2], scale float32 [] -> y = scale x."""
    import tensorflow as tf

    save(
        path,
        lambda x, scale: {"y": scale * x},
        spec([None, 2], tf.float32, "x"),
        spec([], tf.float32, "scale"),
    )


@model
def default_input(path):
    """x float32 [?], scale float32 [] with the default 2.5 -> y = scale x."""
    import tensorflow as tf
    from tensorflow.core.protobuf import saved_model_pb2

    def f(x, scale):
        return {"y": scale * x}

    save(path, f, spec([None], tf.float32, "x"), spec([], tf.float32, "scale"))
    file = path / "saved_model.pb"
    proto = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    signature = proto.meta_graphs[0].signature_def["serving_default"]
    signature.defaults["scale"].CopyFrom(tf.make_tensor_proto(2.5, tf.float32))
    file.write_bytes(proto.SerializeToString())


@model
def failing(path):
    """x float32 [?] -> y = x; fails with "planned failure" when an x is 100 or more."""
    import tensorflow as tf

    def f(x):
        check = tf.debugging.assert_less(x, 100.0, message="planned failure")
        with tf.control_dependencies([check] if check is not None else []):
            return {"y": tf.identity(x)}

    save(path, f, spec([None], tf.float32, "x"))


@model
def slow(path):
    """x float32 [?] -> y = 2x + 1, after some tenths of a second of other work in each run."""
    import tensorflow as tf

    def f(x):
        work = tf.while_loop(
            lambda i, m: i < 300,
            lambda i, m: (i + 1, tf.tanh(m @ m)),
            (tf.constant(0), tf.fill([256, 256], tf.reduce_sum(x) * 1e-9)),
        )[1]
        with tf.control_dependencies([tf.debugging.assert_less(work, 2.0)]):
            return {"y": 2.0 * x + 1.0}

    save(path, f, spec([None], tf.float32, "x"))


@model
def multi_signature(path):
    """Signatures serving_default: y = x, double: y = 2x, triple: y = 3x; x float32 [?]."""
    import tensorflow as tf

    module = tf.Module()
    x = spec([None], tf.float32, "x")
    module.functions = {
        key: tf.function(lambda x, k=k: {"y": k * x}, input_signature=[x])
        for key, k in (("serving_default", 1.0), ("double", 2.0), ("triple", 3.0))
    }
    tf.saved_model.save(module, str(path), signatures=dict(module.functions))


@model
def only_signature(path):
    """One signature, named score and not serving_default: x float32 [?] -> y = x + 5."""
    import tensorflow as tf

    module = tf.Module()
    module.f = tf.function(
        lambda x: {"y": x + 5.0}, input_signature=[spec([None], tf.float32, "x")]
    )
    tf.saved_model.save(module, str(path), signatures={"score": module.f})


@model
def two_tags(path):
    """Two MetaGraphs, {serve} and {serve, tpu}: x float32 [?] -> y = 4x."""
    import tensorflow as tf

    with tf.Graph().as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None], "x")
        save_graph(
            path, {"serving_default": ({"x": x}, {"y": 4.0 * x})}, tags=("serve", "tpu")
        )


@model
def shared_output(path):
    """x float32 [?] -> y = 6x under two names, y and again, that are one tensor of the graph."""
    import tensorflow as tf

    with tf.Graph().as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None], "x")
        y = 6.0 * x
        save_graph(path, {"serving_default": ({"x": x}, {"y": y, "again": y})})


@model
def pass_through(path):
    """x float32 [?] -> y = 2x, and echo, which is the input's own tensor."""
    import tensorflow as tf

    with tf.Graph().as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None], "x")
        save_graph(path, {"serving_default": ({"x": x}, {"y": 2.0 * x, "echo": x})})


@model
def sparse(path):
    """A sparse input: s float32 -> total, the sum of each row."""
    import tensorflow as tf

    with tf.Graph().as_default():
        s = tf.compat.v1.sparse_placeholder(tf.float32, [None, 3], "s")
        total = tf.compat.v1.sparse_reduce_sum(s, 1)
        save_graph(path, {"serving_default": ({"s": s}, {"total": total})})


@model
def unknown_rank(path):
    """x float32 of any rank -> y = 2x, of unknown rank."""
    import tensorflow as tf

    save(path, lambda x: {"y": 2.0 * x}, spec(None, tf.float32, "x"))


@model
def unknown_inner(path):
    """x float32 [?, ?] -> doubled = 2x, total = the sum of each row."""
    import tensorflow as tf

    save(
        path,
        lambda x: {"doubled": 2.0 * x, "total": tf.reduce_sum(x, 1)},
        spec([None, None], tf.float32, "x"),
    )


@model
def no_batch_output(path):
    """x float32 [?] -> y = 2x; total, the sum of all rows, of shape []; three = [1, 2, 3]."""
    import tensorflow as tf

    def f(x):
        return {"y": 2.0 * x, "total": tf.reduce_sum(x), "three": tf.constant([1.0, 2.0, 3.0])}

    save(path, f, spec([None], tf.float32, "x"))


@model
def dropped_rows(path):
    """x float32 [?] -> y, the values of x that are not negative: fewer rows than were fed."""
    import tensorflow as tf

    save(path, lambda x: {"y": tf.boolean_mask(x, x >= 0.0)}, spec([None], tf.float32, "x"))


@model
def no_inputs(path):
    """No input at all -> y = [1, 2, 3]."""
    import tensorflow as tf

    save(path, lambda: {"y": tf.constant([1.0, 2.0, 3.0])})


@model
def complex_output(path):
    """x float32 [?] -> y = 2x, z = complex64 x + ix."""
    import tensorflow as tf

    save(path, lambda x: {"y": 2.0 * x, "z": tf.complex(x, x)}, spec([None], tf.float32, "x"))


@model
def denormal(path):
    """x float32 [?] -> y = x / 2: denormal numbers must not become zero."""
    import tensorflow as tf

    save(path, lambda x: {"y": 0.5 * x}, spec([None], tf.float32, "x"))


@model
def ragged(path):
    """text string [?] -> words: the words of each text, ragged; letters: the code points of
    each word, ragged twice; pairs: [1, 2] for each word; n: the number of words. In
    batches of two: signature "two"."""
    import tensorflow as tf

    def f(text):
        words = tf.strings.split(text)
        ones = tf.fill([tf.size(words.values), 1], 1.0)
        return {
            "words": words,
            "letters": tf.strings.unicode_decode(words, "UTF-8"),
            "pairs": tf.RaggedTensor.from_row_splits(
                tf.concat([ones, 2 * ones], 1), tf.cast(words.row_splits, tf.int32)
            ),
            "n": words.row_lengths(),
        }

    module = tf.Module()
    module.any = tf.function(f, input_signature=[spec([None], tf.string, "text")])
    module.two = tf.function(
        lambda text: {"words": f(text)["words"]},
        input_signature=[spec([2], tf.string, "text")],
    )
    tf.saved_model.save(
        module, str(path), signatures={"serving_default": module.any, "two": module.two}
    )


@model
def endless(path):
    """x float32 [?] -> y: a loop that ends only when x[0] is below zero."""
    import tensorflow as tf

    def f(x):
        (y,) = tf.while_loop(lambda y: y[0] >= 0.0, lambda y: [y * 1.0], [x])
        return {"y": y}

    save(path, f, spec([None], tf.float32, "x"))


@model
def lookup(path):
    """word string [?] -> id int64: one 1, two 2, three 3, else -1. The table is an asset that
    the model's init op reads."""
    import tensorflow as tf

    words = path.parent / "lookup_words.txt"
    words.write_text("one\ntwo\nthree\n")
    module = tf.Module()
    module.table = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(
            str(words),
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
        ),
        -2,
    )
    module.f = tf.function(
        lambda word: {"id": module.table.lookup(word) + 1},
        input_signature=[spec([None], tf.string, "word")],
    )
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.f})
    words.unlink()


@model
def keras_dense(path):
    """Keras 3 export of one dense layer: [?, 3] -> f0 + 2 f1 + 3 f2 + 0.5 of shape [?, 1]."""
    import keras
    import numpy as np

    layer = keras.layers.Dense(1)
    network = keras.Sequential([keras.Input((3,)), layer])
    layer.set_weights([np.array([[1.0], [2.0], [3.0]], "f4"), np.array([0.5], "f4")])
    network.export(str(path), verbose=False)


def main(out):
    out = pathlib.Path(out).absolute()
    stamp = out / ".complete"
    version = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == version:
        return
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for make in MODELS:
        make(out / make.__name__)
    stamp.write_text(version)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
