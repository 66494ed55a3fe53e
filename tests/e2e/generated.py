"""Models made by chance from a seed, with their inputs: shapes, types and names in mixtures that
nobody would think of. Used by zoo.py, which asks TensorFlow for the answers."""

import numpy as np
import pyarrow as pa

SEEDS = range(32)

# What an input may be, and the Arrow type of its column.
INPUT_TYPES = {
    "float32": pa.float32(), "float64": pa.float64(), "float16": pa.float16(),
    "int8": pa.int8(), "int16": pa.int16(), "int32": pa.int32(), "int64": pa.int64(),
    "uint8": pa.uint8(), "uint16": pa.uint16(), "uint32": pa.uint32(), "uint64": pa.uint64(),
    "bool": pa.bool_(), "string": pa.string(),
}
# What lands for a tensor of each type.
LANDED_TYPES = INPUT_TYPES | {"float16": pa.float32(), "bfloat16": pa.float32(),
                              "uint32": pa.int64(), "uint64": pa.int64()}
ODD_NAMES = ["x", "Mixed Case", "ünïcode", "9lives", "a.b/c", "select", "very_" * 20, "_hidden"]


class Input:
    """One input of a generated model."""

    def __init__(self, rng, index, batch):
        self.name = f"in{index}"
        self.dtype = str(rng.choice(list(INPUT_TYPES)))
        rank = int(rng.integers(0, 4))
        self.tail = [int(n) for n in rng.integers(1, 5, size=rank)]
        if rank > 0 and rng.random() < 0.2:
            self.tail[-1] = 1
        # Unknown in the signature; in the data all rows have one length.
        self.unknown = {i for i in range(rank) if rng.random() < 0.25}
        self.batch = batch
        self.form = str(rng.choice(["fixed", "list", "large", "packed", "flat"]))

    def spec(self, tf):
        tail = [None if i in self.unknown else n for i, n in enumerate(self.tail)]
        return tf.TensorSpec([self.batch, *tail], tf.dtypes.as_dtype(self.dtype),
                             name=self.name)

    def values(self, rng, rows):
        shape = (rows, *self.tail)
        if self.dtype == "bool":
            return rng.integers(0, 2, size=shape).astype(bool)
        if self.dtype == "string":
            pool = np.array([b"", "é\x00\U0001f600".encode(), b"plain", b"a\nb\"c,d", b"x" * 99],
                            object)
            return pool[rng.integers(0, len(pool), size=shape)]
        kind = np.dtype(self.dtype)
        if kind.kind == "f":
            values = rng.normal(size=shape).astype(kind)
            values.reshape(-1)[:4] = [np.nan, -0.0, np.inf, np.finfo(kind).tiny / 2][
                :values.size]
            return values
        # uint64 lands as int64, so it stays below 2^63; halves, so that x + x fits.
        info = np.iinfo(kind)
        low, high = max(info.min, -(1 << 62)) // 2, min(info.max, (1 << 62)) // 2
        return rng.integers(low, high, size=shape, dtype=np.int64).astype(kind)

    def columns(self, values):
        """Column names, columns: what feeds the tensor."""
        arrow_type = INPUT_TYPES[self.dtype]

        def array(flat):
            if self.dtype == "string":
                return pa.array([v.decode() for v in flat], arrow_type)
            return pa.array(flat, arrow_type)

        def listed(inner, n, kind):
            if kind == "fixed":
                return pa.FixedSizeListArray.from_arrays(inner, n)
            count = len(inner) // n
            if kind == "large":
                return pa.LargeListArray.from_arrays(
                    pa.array(np.arange(count + 1, dtype=np.int64) * n), inner)
            return pa.ListArray.from_arrays(pa.array(np.arange(count + 1, dtype=np.int32) * n),
                                            inner)

        if not self.tail:
            return {self.name: array(values)}
        if self.form == "packed" and len(self.tail) == 1:
            return {f"{self.name} {i}": array(values[:, i]) for i in range(self.tail[0])}
        kind = self.form if self.form in ("fixed", "list", "large") else "list"
        column = array(values.reshape(-1))
        if self.form == "flat" and not self.unknown:
            return {self.name: listed(column, int(np.prod(self.tail)), kind)}
        for n in reversed(self.tail):
            column = listed(column, n, kind)
        return {self.name: column}


class Generated:
    """One generated model: `function(tf)`, and `case(Case, rows)`."""

    def __init__(self, seed):
        self.name = f"generated_{seed:02}"
        rng = np.random.default_rng(1000 + seed)
        batch = [None, None, None, 1, 7, 64][int(rng.integers(0, 6))]
        self.batch = batch
        self.inputs = [Input(rng, i, batch) for i in range(int(rng.integers(1, 5)))]
        self.outputs = {}  # name -> (input, what)
        names = list(ODD_NAMES)
        rng.shuffle(names)
        for source in self.inputs:
            for what in rng.choice(["same", "twice", "cast", "pair", "count"],
                                   size=int(rng.integers(1, 3)), replace=False):
                if names:
                    self.outputs[names.pop()] = (source, str(what))
        self.seed = seed

    def answer(self, tf, what, source, x):
        """The output `what` of the input tensor x."""
        if what == "pair":  # for some types TensorFlow has no kernel that could do it
            return tf.concat([tf.expand_dims(x, 1), tf.expand_dims(x, 1)], 1)
        if what == "count":
            return tf.fill([tf.shape(x)[0]], tf.constant(len(source.tail), tf.int64))
        if x.dtype == tf.bool:
            return tf.logical_not(x) if what == "twice" else tf.identity(x)
        if x.dtype == tf.string:
            return tf.strings.join([x, x]) if what == "twice" else tf.identity(x)
        if what == "twice" and x.dtype.is_floating:
            return x + x
        if what == "cast" and x.dtype == tf.float64:
            return tf.cast(x, tf.bfloat16)
        if what == "cast" and x.dtype in (tf.float32, tf.int8, tf.uint8):
            return tf.cast(x, tf.float16)
        return tf.identity(x)

    def landed_dtype(self, what, source):
        if what == "count":
            return "int64"
        if what == "cast":
            return {"float64": "bfloat16", "float32": "float16", "int8": "float16",
                    "uint8": "float16"}.get(source.dtype, source.dtype)
        return source.dtype

    def save(self, tf, folder):
        def f(*tensors):
            by_input = dict(zip((i.name for i in self.inputs), tensors))
            return {name: self.answer(tf, what, source, by_input[source.name])
                    for name, (source, what) in self.outputs.items()}

        module = tf.Module()
        module.f = tf.function(f, input_signature=[i.spec(tf) for i in self.inputs])
        tf.saved_model.save(module, str(folder / self.name),
                            signatures={"serving_default": module.f})

    def case(self, make_case, rows, keys):
        rng = np.random.default_rng(2000 + self.seed)
        feeds, table, arguments = {}, {"id": keys}, []
        for source in self.inputs:
            feeds[source.name] = source.values(rng, rows)
            columns = source.columns(feeds[source.name])
            table |= columns
            if list(columns) != [source.name]:
                quoted = ", ".join(f'"{name}"' for name in columns)
                arguments += ["--set", f"input.tensors.{source.name}=[{quoted}]"]
        types, columns, shapes = {}, {}, {}
        for output, (source, what) in self.outputs.items():
            column = legal(output)
            columns[column] = output
            landed = LANDED_TYPES[self.landed_dtype(what, source)]
            tail = [] if what == "count" else source.tail
            known = [None if i in source.unknown else n for i, n in enumerate(tail)]
            if what == "pair":
                tail, known = [2, *tail], [2, *known]
            scalar = not tail or known == [1]
            unknown = known.count(None)
            # A flat list could not tell two unknown dimensions apart.
            for _ in range(0 if scalar else len(tail) if unknown > 1 else 1):
                landed = pa.list_(pa.field("element", landed, nullable=False))
            types[column] = landed
            if len(known) > 1 and unknown <= 1:
                shapes[column] = ",".join("-1" if n is None else str(n) for n in known)
        return make_case(self.name, pa.table(table), feeds, arguments=arguments,
                         types=types, columns=dict(sorted(columns.items(),
                                                          key=lambda item: item[1])),
                         shapes=shapes, batch=self.batch or 0,
                         signature="serving_default")


def legal(name):
    """The name rule, written anew: one `_` for each character that may not stand."""
    text = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name.lower())
    return ("_" + text if text[0].isdigit() else text)[:128]
