"""The sizes of the workloads, the same for every library. Imports NumPy only."""

import numpy as np

SIGNALS = (32, 64, 128, 256)
DEPTH, BATCH = 30, 64
TRAIN = {"depth": 30, "width": 64, "batch": 64, "steps": 50}
RECURRENT = {"T": 1000, "width": 64, "n_in": 8, "batch": 64}
TRANSFORMER = {"vocabulary": 64, "width": 64, "heads": 4, "T": 32, "depth": 6, "batch": 16}
SWEEP = {
    "depth": 20, "sigma_w": np.linspace(0.5, 2.5, 32), "sigma_b": [0.0, 0.2], "activation": ["tanh", "relu"],
    "seeds": 8, "width": 32, "batch": 32,
}
NETWORKS = 32 * 2 * 2 * 8


def signal_arrays(n):
    """Weights, biases, input and output gradient of the signal workload, float32."""
    rng = np.random.default_rng(0)
    W = rng.standard_normal((DEPTH, n, n)) * 1.3 / np.sqrt(n)
    b = 0.2 * rng.standard_normal((DEPTH, n, 1))
    x, g = rng.standard_normal((2, n, BATCH))
    return tuple(k.astype(np.float32) for k in (W, b, x, g))
