"""The workloads: what each is made of, and what is right. No TensorFlow here: it is slow to import.

All weights and rows come from fixed seeds: the same command makes the same bytes.
"""

import dataclasses

import numpy as np

FIRST_KEY = 2**53 + 1  # keys that a float64 cannot hold
TOLERANCE = 1e-5


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    title: str
    widths: tuple  # of the dense layers: features, hidden ..., outputs
    vector: str  # name of the output that is a list
    has_label: bool  # is the index of the largest value landed too?

    @property
    def features(self):
        """Names of the columns that are the model's input."""
        return [f"f{i:02d}" for i in range(self.widths[0])]

    @property
    def scalars(self):
        """Names of the landed columns that are numbers."""
        return ["id", "label"] if self.has_label else ["id"]

    def weights(self):
        """A matrix and a bias for each dense layer."""
        random = np.random.default_rng(5)
        return [(random.normal(0, inputs**-0.5, (inputs, outputs)).astype(np.float32),
                 random.normal(0, 0.1, outputs).astype(np.float32))
                for inputs, outputs in zip(self.widths, self.widths[1:])]

    def expect(self, rows):
        """The vector of each row, by NumPy."""
        *hidden, (matrix, bias) = self.weights()
        for hidden_matrix, hidden_bias in hidden:
            rows = np.maximum(rows @ hidden_matrix + hidden_bias, 0)
        values = rows @ matrix + bias
        if not self.has_label:
            return np.tanh(values)
        powers = np.exp(values - values.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


W1 = Workload("w1", "32 floats → MLP 64-64 → softmax of 10 and its argmax",
              (32, 64, 64, 10), "scores", True)
W2 = Workload("w2", "64 floats → embedding of 512 floats", (64, 512), "embedding", False)
WORKLOADS = {workload.name: workload for workload in (W1, W2)}
