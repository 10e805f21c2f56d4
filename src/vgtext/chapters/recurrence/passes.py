"""One pass through a recurrent network, forward and back, with everything kept that the chapter looks at."""

from functools import cache
from types import SimpleNamespace

import numpy as np

from vgtext import nn

UNITS, SYMBOLS, BATCH = 32, 8, 16
#: How the recurrent matrix may be drawn, at the scale g: both keep a size on average when g is 1.
MATRICES = {"orthogonal": nn.initializers.orthogonal, "Gaussian": nn.initializers.scaled_normal}


def network(cell, bias=0.0, scale=1.0, matrix="orthogonal", tied=False, seed=0, dtype="float64"):
    """A network of 32 units; ``bias`` goes to the gate that keeps: an LSTM's forget gate, a GRU's update gate.

    ``scale`` multiplies a matrix that keeps a size on average; ``tied`` gives an LSTM's input gate minus the bias.
    """
    net = nn.Recurrent(cell, SYMBOLS + 1, UNITS, SYMBOLS, init=MATRICES[matrix](scale), forget_bias=bias,
                       update_bias=bias, seed=seed, dtype=dtype)
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
    net = network(cell, bias, scale, matrix, seed=seed)
    net.loss_and_gradient(*sequences(T, inputs, seed))
    log10 = net.log2_hidden * np.log10(2)
    return log10 - log10[-1]


def follow(net, x, y):
    """Forward, and back step by step: h, [h; x; 1] as ``s``, dh, dc (LSTM), dz and the forget gates ``f``, by step.

    dh[t] = dL/dh[t], dc[t] = dL/dc[t] and dz[t] = dL/dz[t] are (T + 1, units, examples). No power of two is taken out,
    so use float64.
    """
    T, n, lstm = len(x), net.n, isinstance(net.cell, nn.cells.LSTM)
    dL_da = net.loss(net.forward(x), y)[1]
    kept = SimpleNamespace(h=net.h.copy(), s=net.s.copy(), f=net.z[:, n : 2 * n].copy() if lstm else None)
    kept.dh, kept.dc, kept.dz = np.zeros_like(kept.h), np.zeros_like(kept.h), np.zeros_like(net.z)
    net.cell.start()
    dh = net.V.T @ dL_da
    for t in range(T, 0, -1):
        kept.dh[t] = dh
        if lstm:  # by the next state, and by the output h = o tanh(c)
            kept.dc[t] = net.cell.dc + dh * net.z[t, 2 * n : 3 * n] * (1 - net.cell.tanh_c[t] ** 2)
        net.cell.backward(t, dh)
        kept.dz[t] = net.z[t]
        dh = net.W.T @ net.z[t][net.rows_h]
        if net.cell.direct is not None:
            dh += net.cell.direct
    kept.dh[0] = dh
    return kept
