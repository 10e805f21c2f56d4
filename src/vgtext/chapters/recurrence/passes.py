"""One pass through a recurrent network, forward and back, with everything kept that the chapter looks at."""

from functools import cache
from types import SimpleNamespace

import numpy as np

from vgtext import nn

UNITS, SYMBOLS, BATCH = 32, 8, 16
#: How the recurrent matrix may be drawn, at the scale g: both keep a size on average when g is 1.
MATRICES = {"orthogonal": nn.initializers.orthogonal, "Gaussian": nn.initializers.scaled_normal}


def network(cell, bias=0.0, scale=1.0, matrix="orthogonal", tied=False, seed=0, dtype="float64", fast=False):
    """A network of 32 units; ``bias`` goes to the gate that keeps: an LSTM's forget gate, a GRU's update gate.

    ``scale`` multiplies a matrix that keeps a size on average; ``tied`` gives an LSTM's input gate minus the bias.
    """
    net = nn.Recurrent(cell, SYMBOLS + 1, UNITS, SYMBOLS, init=MATRICES[matrix](scale), forget_bias=bias,
                       update_bias=bias, seed=seed, dtype=dtype, fast=fast)
    if tied:
        net.b[:UNITS] = -bias
    return net


def sequences(T, inputs="copy", seed=0):
    """``copy``: a symbol and T - 1 blanks, with the symbol to name; ``silence``: all inputs 0; ``noise``: N(0, 1)."""
    x, y = nn.data.delayed_copy(T, BATCH, SYMBOLS, seed=seed, dtype="float64")
    if inputs == "copy":
        return x, y
    return np.random.default_rng(seed).standard_normal(x.shape) * (inputs == "noise"), y


@cache
def sizes(cell, T=100, bias=0.0, scale=1.0, matrix="orthogonal", inputs="copy", seed=0):
    """log10 of the size of dL/dh[t] relative to that of dL/dh[T], t = 0 … T: (T + 1,)."""
    net = network(cell, bias, scale, matrix, seed=seed, fast=True)
    net.loss_and_gradient(*sequences(T, inputs, seed))
    log10 = net.log2_hidden * np.log10(2)
    return log10 - log10[-1]


def follow(net, x, y):
    """Forward, and back step by step: h, dh, dc (LSTM), dp, dq and the forget gates ``f``, by step.

    dh[t] = dL/dh[t], dc[t] = dL/dc[t], dp[t] = dL/d(W h[t-1]) and dq[t] = dL/d(U x[t] + b) are (T + 1, rows, examples),
    at t = 0 nan but for dh. Take float64, where nothing here leaves the range of floats.
    """
    net.loss_and_gradient(x, y)
    steps, gone = net.steps, [np.full_like(k, np.nan) for k in net.steps[1]]
    dh, dc, dp, dq = (np.stack([gone[k], *(step[k] for step in steps[1:])]) for k in range(4))
    dh[0], f = steps[0].dh, None
    if net.kind == "lstm":  # dL/dc[t] comes from the next state, and from the output h = o tanh(c)
        f, o, tanh_c = (np.stack([gone[0], *(kept[k] for kept in net.kept)]) for k in (1, 2, 5))
        dc += dh * o * (1 - tanh_c**2)
    return SimpleNamespace(h=net.h, dh=dh, dc=dc, dp=dp, dq=dq, f=f)
