"""What ``vgtext.nn.fast`` gains: the time of the passes that stand in ``vgtext.nn`` over that of the fast ones."""

import numpy as np

from benchmarks.bench_products import cpu_seconds
from benchmarks.protocol import Row
from benchmarks.sizes import TRAIN, signal_arrays
from vgtext import nn

STEPS = 100  # of a recurrent network


def run(options):
    """Yield the rows of the table: a training step of 30 layers, 100 time steps, the signals of 30 layers."""
    for norm in (None, "batch", "layer"):
        yield _compare(f"train step, norm {norm}", *(_train(norm, fast) for fast in (False, True)), options.rounds)
    for cell in nn.recurrent.CELLS:
        yield _compare(f"{cell}, {STEPS} steps", *(_recurrent(cell, fast) for fast in (False, True)), options.rounds)
    yield _compare("signals 64", *_signals(64), options.rounds)


def _compare(name, readable, fast, rounds):
    ratios = np.array([cpu_seconds(readable, 0.03) / cpu_seconds(fast, 0.03) for _ in range(rounds)])
    return Row(name, "readable / fast", ratios, (">=", 1.0))


def _train(norm, fast):
    d = nn.data.digits()
    x, y = d.x[:, : TRAIN["batch"]], d.y[: TRAIN["batch"]]
    network = nn.mlp(64, TRAIN["width"], 10, TRAIN["depth"], norm=norm, fast=fast)
    return lambda: network.loss_and_gradient(x, y)


def _recurrent(cell, fast):
    x = np.random.default_rng(0).standard_normal((STEPS, 8, 64)).astype(np.float32)
    network = nn.Recurrent(cell, 8, 64, 4, fast=fast)
    return lambda: network.loss_and_gradient(x, np.arange(64) % 4)


def _signals(n):
    """The four equations and the norms of all layers, and the same by ``nn.fast``, which loses none to underflow."""
    W, b, x, g = signal_arrays(n)
    lists = [None, *W], [None, *b]

    def readable():
        z, a = nn.forward(*lists, x)
        delta, dW, _ = nn.backward(lists[0], z, a, g)
        return [np.linalg.norm(k) for k in (*a[1:], *delta[1:], *dW[1:])]

    return readable, lambda: nn.propagate(W, b, x, g)
