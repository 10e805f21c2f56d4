"""Our side of every workload, or with ``--floor`` the floor: the bare matrix products and one pass over memory."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from protocol import serve
from sizes import DEPTH, NETWORKS, RECURRENT, SIGNALS, SWEEP, TRAIN, TRANSFORMER, signal_arrays
from vgtext import nn


def signals(n):
    """All per-layer norms of a forward and a backward pass through DEPTH layers."""
    W, b, x, g = signal_arrays(n)
    return lambda: nn.propagate(W, b, x, g, "tanh")


def signals_floor(n):
    """Three products a layer; the two stacked arrays are read and written once."""
    W, _, x, _ = signal_arrays(n)
    a_all, delta_all = np.zeros((2, DEPTH + 1, *x.shape), np.float32)
    dW = np.empty_like(W)
    W, a, delta = list(W), list(a_all), list(delta_all)
    W_back, a_back = [k.T for k in W], [k.T for k in a]

    def run():
        for l in range(DEPTH):
            np.dot(W[l], a[l], out=a[l + 1])
        for l in reversed(range(1, DEPTH)):  # dL/dx is not asked for
            np.dot(W_back[l], delta[l + 1], out=delta[l])
        for l in range(DEPTH):
            np.dot(delta[l + 1], a_back[l], out=dW[l])
        np.copyto(delta_all, a_all)

    return run


def sweep():
    """The sweep of NETWORKS networks in one call."""
    return lambda: nn.sweep(**SWEEP)


def train(kind):
    """One step of training on the digits."""
    d = nn.data.digits()
    options = {"activation": "tanh", "norm": "batch" if kind == "batch norm" else None}
    network = nn.mlp(64, TRAIN["width"], 10, TRAIN["depth"], **options)
    steps, optimizer = TRAIN["steps"], nn.optimizers.get_optimizer("adam" if kind == "adam" else "sgd")
    run = {"steps": steps, "batch_size": TRAIN["batch"], "learning_rate": 1e-3, "optimizer": optimizer}
    return lambda: nn.train(network, d.x, d.y, **run)


def train_floor(kind):
    """The products of the same steps; parameters and gradients are read and written once a step."""
    n, B, L = TRAIN["width"], TRAIN["batch"], TRAIN["depth"]
    W = [np.zeros((n, n), np.float32) for _ in range(L - 1)] + [np.zeros((10, n), np.float32)]
    a = [np.zeros((n, B), np.float32) for _ in range(L)] + [np.zeros((10, B), np.float32)]
    delta, dW = [np.zeros_like(k) for k in a], [np.zeros_like(k) for k in W]
    theta, gradient = np.zeros((2, sum(k.size + len(k) for k in W)), np.float32)

    def run():
        for _ in range(TRAIN["steps"]):
            for l in range(L):
                np.dot(W[l], a[l], out=a[l + 1])
            for l in reversed(range(L)):
                np.dot(delta[l + 1], a[l].T, out=dW[l])
                np.dot(W[l].T, delta[l + 1], out=delta[l])
            for one, two in zip(a, delta):
                np.copyto(two, one)
            np.copyto(theta, gradient)

    return run


def recurrent(cell):
    """Forward and backward through time, with the gradient with respect to every hidden state."""
    x = np.random.default_rng(0).standard_normal((RECURRENT["T"], RECURRENT["n_in"], RECURRENT["batch"]))
    x, y = x.astype(np.float32), np.arange(RECURRENT["batch"]) % 4
    network = nn.Recurrent(cell, RECURRENT["n_in"], RECURRENT["width"], 4)
    return lambda: network.loss_and_gradient(x, y)


def recurrent_floor(cell):
    """Five products a step (W and U, forward and gradient; W backward); one pass over z and h."""
    T, n, n_in, B = (RECURRENT[k] for k in ("T", "width", "n_in", "batch"))
    k = {"rnn": 1, "lstm": 4, "gru": 3}[cell]
    W, U = np.zeros((k * n, n), np.float32), np.zeros((k * n, n_in), np.float32)
    h, x, z = (np.zeros((T + 1, rows, B), np.float32) for rows in (n, n_in, k * n))
    dW, dU, dh, h_copy, z_copy = np.empty_like(W), np.empty_like(U), np.empty_like(h[0]), h.copy(), z.copy()

    def run():
        for t in range(1, T + 1):
            np.dot(U, x[t], out=z[t])
            np.dot(W, h[t - 1], out=z[t])
        for t in range(T, 0, -1):
            np.dot(z[t], h[t - 1].T, out=dW)
            np.dot(z[t], x[t].T, out=dU)
            np.dot(W.T, z[t], out=dh)
        np.copyto(h_copy, h)
        np.copyto(z_copy, z)

    return run


def transformer(activation):
    """Forward and backward of a small transformer."""
    size = TRANSFORMER
    network = nn.transformer(size["vocabulary"], size["width"], size["heads"], size["T"], size["depth"],
                             activation=activation)
    x, y = np.random.default_rng(0).integers(0, size["vocabulary"], (2, size["T"], size["batch"]))
    return lambda: network.loss_and_gradient(x, y)


def matrix_products(kind):
    """2x2 powers or products of every depth up to 10,000, in log scale."""
    W = np.random.default_rng(0).standard_normal((10_000, 2, 2))
    p = nn.products
    if kind == "powers":
        return lambda: p.log10_norm(p.powers(W[0], 10_000))
    return lambda: p.log10_norm(p.partial_products(W))


def main():
    """Serve ours or the floor."""
    floor = "--floor" in sys.argv
    work = {f"signals {n}": lambda n=n: (signals_floor if floor else signals)(n) for n in SIGNALS}
    work |= {f"train {k}": lambda k=k: (train_floor if floor else train)(k) for k in ("sgd", "adam", "batch norm")}
    work |= {k: lambda k=k: (recurrent_floor if floor else recurrent)(k) for k in ("rnn", "lstm", "gru")}
    if not floor:
        work |= {f"sweep {NETWORKS}": sweep}
        work |= {f"transformer {k}": lambda k=k: transformer(k) for k in ("relu", "gelu_tanh")}
        work |= {f"2x2 {k}": lambda k=k: matrix_products(k) for k in ("powers", "products")}
    serve(work)


if __name__ == "__main__":
    main()
