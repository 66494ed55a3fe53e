"""As much of TensorFlow's C API as it takes to run a signature, by ctypes: no Python in its way."""

import contextlib
import ctypes
import importlib.util
import pathlib

FLOAT = 1  # TF_FLOAT
ADDRESS = ctypes.c_void_p


class Output(ctypes.Structure):  # TF_Output
    _fields_ = [("operation", ADDRESS), ("index", ctypes.c_int)]


def open_library():
    package = importlib.util.find_spec("tensorflow").submodule_search_locations[0]
    library = ctypes.CDLL(str(pathlib.Path(package) / "libtensorflow_cc.so.2"))
    for name in ("TF_NewStatus", "TF_NewGraph", "TF_NewSessionOptions", "TF_GraphOperationByName",
                 "TF_LoadSessionFromSavedModel", "TF_AllocateTensor", "TF_TensorData"):
        getattr(library, name).restype = ADDRESS
    library.TF_Message.restype = ctypes.c_char_p
    return library


def session_config(intra_op_threads):
    """A ConfigProto as howdah has it: runs are on the caller's thread, and nothing spins."""
    minus_one = b"\xff" * 9 + b"\x01"
    experimental = b"\x48\x01\x60\x01\x70\x01"
    return (b"\x10" + bytes([intra_op_threads]) + b"\x28" + minus_one +
            b"\x82\x01" + bytes([len(experimental)]) + experimental)


class Model:
    def __init__(self, folder, inputs, outputs, intra_op_threads):
        """`inputs` and `outputs` are names of tensors in the graph: "serving_default_x:0"."""
        self.library = open_library()
        self.graph = ADDRESS(self.library.TF_NewGraph())
        options = ADDRESS(self.library.TF_NewSessionOptions())
        config = session_config(intra_op_threads)
        with self.status() as status:
            self.library.TF_SetConfig(options, config, ctypes.c_size_t(len(config)), status)
        tags = (ctypes.c_char_p * 1)(b"serve")
        with self.status() as status:
            self.session = ADDRESS(self.library.TF_LoadSessionFromSavedModel(
                options, None, str(folder).encode(), tags, 1, self.graph, None, status))
        self.inputs, self.outputs = self.find(inputs), self.find(outputs)

    @contextlib.contextmanager
    def status(self):
        status = ADDRESS(self.library.TF_NewStatus())
        yield status
        failed, message = self.library.TF_GetCode(status), self.library.TF_Message(status)
        self.library.TF_DeleteStatus(status)
        if failed:
            raise RuntimeError(message.decode())

    def find(self, names):
        found = (Output * len(names))()
        for place, name in zip(found, names):
            operation, _, index = name.partition(":")
            place.operation = self.library.TF_GraphOperationByName(self.graph, operation.encode())
            place.index = int(index)
        return found

    def tensor(self, values):
        """A float32 tensor that holds a copy of a NumPy array."""
        shape = (ctypes.c_int64 * values.ndim)(*values.shape)
        tensor = ADDRESS(self.library.TF_AllocateTensor(
            FLOAT, shape, values.ndim, ctypes.c_size_t(values.nbytes)))
        ctypes.memmove(self.library.TF_TensorData(tensor), values.ctypes.data, values.nbytes)
        return tensor

    def run_and_drop(self, tensor):
        """Run on one input; the outputs are thrown away. Any thread may call this."""
        answers = (ADDRESS * len(self.outputs))()
        with self.status() as status:
            self.library.TF_SessionRun(
                self.session, None, self.inputs, (ADDRESS * 1)(tensor), 1, self.outputs, answers,
                len(self.outputs), None, 0, None, status)
        for answer in answers:
            self.library.TF_DeleteTensor(ADDRESS(answer))
