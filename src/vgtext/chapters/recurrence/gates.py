"""How long a gate remembers: the direct path through the cell state, all paths together, and the bias it takes."""

from functools import cache, partial

import numpy as np

from vgtext.explore import handle
from vgtext.nn import ACTIVATIONS
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, log_axis, number

from .passes import follow, network, sequences, sizes

T = 120
BIASES = tuple(np.round(np.arange(0, 6.5, 0.5), 1).tolist())
sigmoid = ACTIVATIONS["sigmoid"]  # the opening of a gate whose pre-activation is given


def half_life(bias):
    """Steps in which the direct path loses half: ln(1/2) / ln sigmoid(b)."""
    return np.log(0.5) / np.log(sigmoid(bias))


def factor(cell, bias, scale=1.0, tied=False):
    """The factor per step of the gradient by all paths, of a network at rest: no input, all states 0.

    What enters is what the input gate of an LSTM lets in, or what the update gate of a GRU leaves; the other half is
    the output gate, or the reset gate.
    """
    keep = sigmoid(bias)
    enter = 1 - keep if tied or cell == "gru" else 0.5
    return keep + enter * 0.5 * scale


def critical_bias(scale=1.0):
    """The forget bias at which an LSTM at rest neither loses nor amplifies: sigmoid(b) + scale / 4 = 1."""
    return np.log(4 / scale - 1)


@cache
def decay(bias, tied=False, inputs="silence", seed=0):
    """An LSTM's direct path and all paths, k = 0 … T - 1 steps back from the end, relative to k = 0: (2, T).

    The direct path is the product of the forget gates, a geometric mean over units and examples; all paths: the size
    of dL/dc.
    """
    kept = follow(network("lstm", bias, tied=tied, seed=seed), *sequences(T, inputs, seed))
    logs = np.log(kept.f[1:]).mean(axis=(1, 2))[::-1]  # the gate of step T first
    direct = np.exp(np.concatenate([[0], np.cumsum(logs)[:-1]]))
    whole = np.sqrt(np.square(kept.dc[1:]).sum(axis=(1, 2)))[::-1]
    return np.stack([direct, whole / whole[0]])


def measured_half_life(bias, inputs="copy", seeds=3):
    """Steps in which the direct path of an LSTM at its start loses half, from its fall over ten steps."""
    falls = [np.log(decay(bias, inputs=inputs, seed=seed)[0, 10]) / 10 for seed in range(seeds)]
    return float(np.log(0.5) / np.mean(falls))


def measured_factor(bias, tied=False, inputs="silence", seeds=3, cell="lstm"):
    """The factor per step by all paths, fitted over the steps 20 to 100 before the end, a mean over seeds."""
    k = np.arange(20, 101)
    if cell == "lstm":
        found = [np.log(decay(bias, tied, inputs, seed)[1, k]) for seed in range(seeds)]
    else:
        found = [np.log(10) * sizes(cell, T, bias, inputs=inputs, seed=seed)[T - k] for seed in range(seeds)]
    return float(np.exp(np.mean([np.polyfit(k, line, 1)[0] for line in found])))


@cache
def factors(tied, inputs):
    """The measured factors per step at the biases of the figure, by the direct path and by all paths: (2, 13)."""
    direct = [np.exp(np.mean([np.log(decay(b, tied, inputs, seed)[0, 100]) / 100 for seed in (0, 1)])) for b in BIASES]
    return np.array([direct, [measured_factor(b, tied, inputs, seeds=2) for b in BIASES]])


def draw_paths(path, rate, bias=1.0, tied=False, inputs="silence"):
    """An LSTM before training: both kinds of path against the steps back; the factor per step against the bias."""
    k, (direct, whole) = np.arange(T), decay(bias, tied, inputs)
    some, whole_factor = slice(0, None, 6), partial(factor, "lstm", tied=tied)
    path.set(xlim=(0, T), xlabel="steps back in time", xticks=range(0, T + 1, 30))
    log_axis(path, 1e-40, 1e13, "gradient of the cell state")
    path.axhline(1, **REFERENCE)
    ways = ("the direct path", sigmoid, COLORS["forward"], "s"), ("all paths", whole_factor, COLORS["backward"], "o")
    for line, (words, law, color, mark) in zip((direct, whole), ways):
        path.plot(k[some], line[some], linestyle="none", marker=mark, color=color, markersize=4, label=words)
        path.plot(k, law(bias) ** k, **THEORY, label=f"{words}, predicted")
    b = np.linspace(0, 6, 121)
    rate.set(xlim=(-0.15, 6.15), ylim=(0.45, 1.3), xlabel="forget bias b", ylabel="factor per step back")
    rate.axhline(1, **REFERENCE)
    for line, (words, law, color, mark) in zip(factors(tied, inputs), ways):
        rate.plot(b, law(b), **THEORY, label=f"{words}, predicted")
        rate.plot(BIASES, line, linestyle="none", marker=mark, color=color, markersize=4, label=words)
    rate.plot([bias], [measured_factor(bias, tied, inputs, seeds=2)], "o", color=COLORS["backward"], markersize=9)
    handle(rate, lambda bias: (bias, factors(tied, inputs)[1][BIASES.index(bias)]))
    label_line(rate, 1.6, 0.72, "the direct path", COLORS["forward"], xytext=(0, 0))
    label_line(rate, 0.1, 1.22, "all paths", COLORS["backward"], xytext=(0, 0))
    kept = factors(tied, inputs)[0][BIASES.index(bias)]
    half, entering = np.log(0.5) / np.log(kept), f"{-bias if tied and bias else 0:g}".replace("-", "−")
    return (f"LSTM, orthogonal W, input bias {entering}, before training. At b = "
            f"{bias:g} the direct path keeps {kept:.3f} per step, a half-life of {number(half, 3)} steps; "
            f"all paths {measured_factor(bias, tied, inputs, seeds=2):.3f} (predicted at rest: "
            f"{factor('lstm', bias, tied=tied):.3f}).")
