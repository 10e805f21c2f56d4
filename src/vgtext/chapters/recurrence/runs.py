"""Recurrent networks that learn the delayed copy, or do not: made once, kept in ``data/recurrence_runs.npz``, remade by

    python -m vgtext.chapters.recurrence.runs

The file holds for each run the step at which the task was solved and the share of right answers then or at the end;
and, for runs at T = 50, the loss and how far the gradient reaches while they train.
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm

from .passes import SYMBOLS, UNITS

LENGTHS, RATES, SEEDS, STEPS, EVERY, BATCH = (10, 20, 30, 50, 100, 200), (0.001, 0.003), 5, 1000, 50, 32
TRACE_LENGTH, TRACE_SEEDS, TRACED = 50, 3, 600  # runs that are followed
SOLVED, CLIP = 0.9, ("global_norm", 1.0)


def identity(n_out, n_in, rng):
    """The initializer that draws nothing: W = I."""
    return np.eye(n_out, n_in)


#: The networks: a cell, how it starts, and the bias of the gate that keeps (None: none; "chrono": by the length T).
NETWORKS = {
    "RNN, Glorot": ("rnn", "glorot_normal", None), "RNN, orthogonal": ("rnn", "orthogonal", None),
    "RNN, not clipped": ("rnn", "orthogonal", None), "RNN, identity": ("rnn", identity, None),
    "LSTM, b = 0": ("lstm", "orthogonal", 0.0), "LSTM, b = 1": ("lstm", "orthogonal", 1.0),
    "LSTM, b = 2": ("lstm", "orthogonal", 2.0), "LSTM, chrono": ("lstm", "orthogonal", "chrono"),
    "GRU, b = 0": ("gru", "orthogonal", 0.0), "GRU, chrono": ("gru", "orthogonal", "chrono"),
}


def chrono(net, T, rng):
    """Set the gates' biases for memories of up to T steps: b = ln u, u uniform on (1, T - 1) (Tallec, Ollivier 2018).

    b goes to an LSTM's forget gate, and -b to its input gate; in a GRU it goes to the update gate.
    """
    n, b = net.n, np.log(rng.uniform(1, T - 1, (net.n, 1)))
    net.b[n : 2 * n] = b
    if net.kind == "lstm":
        net.b[:n] = -b


def start(name, T, seed):
    """The network before training, float32."""
    cell, init, bias = NETWORKS[name]
    plain = 0.0 if bias in (None, "chrono") else bias
    net = nn.Recurrent(cell, SYMBOLS + 1, UNITS, SYMBOLS, init=init, forget_bias=plain, update_bias=plain, seed=seed)
    if bias == "chrono":
        chrono(net, T, np.random.default_rng(seed))
    return net


@cache
def data(T):
    """Training and test sequences: x (T, 9, examples), y (examples,), twice."""
    return *nn.data.delayed_copy(T, 2000, SYMBOLS, seed=100), *nn.data.delayed_copy(T, 500, SYMBOLS, seed=101)


def train(name, T, rate, seed, steps=STEPS):
    """Train by Adam until 90 % of the test symbols are right, at most ``steps``: (steps taken or -1, that share)."""
    (x, y, x_test, y_test), net, adam = data(T), start(name, T, seed), nn.Adam()
    clip = None if name.endswith("not clipped") else CLIP
    for done in range(EVERY, steps + 1, EVERY):
        nn.train(net, x, y, steps=EVERY, optimizer=adam, learning_rate=rate, batch_size=BATCH, clip=clip,
                 seed=1000 * seed + done, progress=False)
        right = nn.accuracy(net.predict(x_test), y_test)
        if right >= SOLVED:
            return done, right
    return -1, right


def reach(net, T):
    """log10 of the gradient with respect to h[1] over that to h[T], after a pass."""
    return (net.log2_hidden[1] - net.log2_hidden[T]) * np.log10(2)


def trace(name, seed, steps=TRACED):
    """Train at T = 50 and the lower rate: the loss and the reach after 0, 20, 40, … steps: (2, steps / 20 + 1)."""
    T, (x, y, _, _), net, adam, found = TRACE_LENGTH, data(TRACE_LENGTH), start(name, TRACE_LENGTH, seed), nn.Adam(), []
    clip = None if name.endswith("not clipped") else CLIP
    for done in range(0, steps + 1, 20):
        if done:
            nn.train(net, x, y, steps=20, optimizer=adam, learning_rate=RATES[0], batch_size=BATCH, clip=clip,
                     seed=1000 * seed + done, progress=False)
        found.append((net.loss_and_gradient(x[..., :64], y[:64]), reach(net, T)))
    return np.array(found).T


def traces():
    """The traces of all networks and three seeds: (network, seed, loss or reach, time)."""
    return np.array([[trace(name, seed) for seed in range(TRACE_SEEDS)] for name in tqdm(NETWORKS)], np.float32)


def make():
    """Run everything and write the file; a quarter of an hour."""
    shape = len(NETWORKS), len(LENGTHS), len(RATES), SEEDS
    solved, accuracy = np.zeros(shape, np.int16), np.zeros(shape, np.float32)
    names = list(NETWORKS)
    for cell in tqdm(np.ndindex(shape), total=solved.size):
        i, j, k, seed = cell
        solved[cell], accuracy[cell] = train(names[i], LENGTHS[j], RATES[k], seed)
    results.save("recurrence_runs", SEEDS, solved=solved, accuracy=accuracy, traces=traces())


def stored():
    """The file as a dict of arrays: network, length, rate and seed first."""
    return results.load("recurrence_runs")


if __name__ == "__main__":
    make()
