"""The gradient of shared weights is a sum over time: its size, its terms, and what truncation keeps of them."""

from functools import cache

import numpy as np

from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, label_line, log_axis, number

from .passes import follow, network, sequences

LENGTHS = (10, 20, 30, 50, 70, 100, 150, 200)
KINDS = {"RNN": ("rnn", 0.0), "LSTM, b = 0": ("lstm", 0.0), "LSTM, b = 1": ("lstm", 1.0), "LSTM, b = 3": ("lstm", 3.0),
         "GRU, b = 0": ("gru", 0.0), "GRU, b = 3": ("gru", 3.0)}
CUT = 100  # the length of the sequences that are truncated


def terms(kind, T, seed=0):
    """What step t gives to the gradient of W, U and b, flat: (T, parameters), t = 1 … T; their sum is the gradient."""
    cell, bias = KINDS[kind]
    net = network(cell, bias, seed=seed)
    x, y = sequences(T, seed=seed)
    kept = follow(net, x, y)
    W = kept.dp[1:] @ kept.h[:-1].mT  # (T, rows, units)
    U, b = kept.dq[1:] @ x.mT, kept.dq[1:].sum(axis=2)  # (T, rows, inputs), (T, rows)
    return np.concatenate([k.reshape(T, -1) for k in (W, U, b)], axis=1)


@cache
def contributions(kind, T, seed=0):
    """Sizes of the T terms, and of their sum: (T,), number."""
    each = terms(kind, T, seed)
    return np.linalg.norm(each, axis=1), float(np.linalg.norm(each.sum(axis=0)))


@cache
def truncated(kind, seed=0):
    """The sum of the last k of 100 terms against all: relative length and angle in degrees, k = 1 … 100: (2, 100)."""
    each = terms(kind, CUT, seed)
    last = np.cumsum(each[::-1], axis=0)  # (k, parameters)
    size = np.linalg.norm(last, axis=1)
    cosine = last @ last[-1] / (size * size[-1])
    return np.stack([size / size[-1], np.degrees(np.arccos(np.clip(cosine, -1, 1)))])


def draw_contributions(each, whole, kind="LSTM, b = 0", T=100):
    """What every step gives to the gradient, relative to their sum; the sum and the first term against T."""
    sizes, total = contributions(kind, T)
    each.set(xlim=(0, 205), xlabel="time step t", xticks=[1, 50, 100, 150, 200])
    log_axis(each, 1e-28, 1e5, "term of step t / whole gradient")
    each.plot(range(1, T + 1), sizes / total, color=COLORS["gradient"], marker="o", markersize=2.5, linewidth=1)
    each.axhline(1, **REFERENCE)
    each.plot([1], [sizes[0] / total], "s", color=COLORS["gradient"], markersize=8)
    whole.set(xscale="log", xlim=(8, 260), xlabel="length T")
    whole.set_xticks([10, 20, 50, 100, 200], ["10", "20", "50", "100", "200"])
    whole.minorticks_off()
    log_axis(whole, 1e-28, 1e5, "size")
    found = [contributions(kind, k) for k in LENGTHS]
    whole.plot(LENGTHS, [s for _, s in found], color=COLORS["gradient"], marker="o", markersize=4,
               label="the whole gradient")
    whole.plot(LENGTHS, [c[0] for c, _ in found], color=COLORS["gradient"], marker="s", markersize=4, linestyle="--",
               label="step 1")
    whole.plot([T], [total], "o", color=COLORS["gradient"], markersize=8)
    whole.plot([T], [sizes[0]], "s", color=COLORS["gradient"], markersize=8)
    handle(whole, lambda T: (T, contributions(kind, T)[1]))
    label_line(whole, 10, 2e3, "the whole gradient", COLORS["gradient"], xytext=(0, 0))
    label_line(whole, 10, 1e-25, "dashed: step 1,\nwhich saw the symbol", COLORS["gradient"], xytext=(0, 0))
    return (f"{kind}, 32 units, before training. Over {T} steps the whole gradient has the size {number(total)}, and "
            f"the step that saw the symbol gives {number(sizes[0] / total, 1)} of it.")


def draw_truncated(length, angle, kind="LSTM, b = 1", k=20):
    """The gradient truncated to the last k of 100 steps: its length and its angle to the whole gradient."""
    size, turn = truncated(kind)
    steps = np.arange(1, CUT + 1)
    for ax, other, line, words, top in ((length, 0, size, "length, truncated / whole", 1.2),
                                        (angle, 1, turn, "angle to the whole, degrees", 120)):
        ax.set(xlim=(0, 103), ylim=(-0.07 * top, top), xlabel="steps kept, k", ylabel=words,
               xticks=[1, 25, 50, 75, 100])
        for name in KINDS:
            if name != kind:
                ax.plot(steps, truncated(name)[other], color=COLORS["seed"], linewidth=0.7, label=name)
        ax.plot(steps, line, color=COLORS["gradient"], linewidth=2, label=kind)
        ax.plot([k], [line[k - 1]], "o", color=COLORS["gradient"], markersize=8)
    length.axhline(1, **REFERENCE)
    handle(length, lambda k: (k, size[k - 1]))
    handle(angle, lambda k: (k, turn[k - 1]))
    last = "one gives" if k == 1 else f"{k} of them give"
    turned = f"{turn[k - 1]:.0f}°" if turn[k - 1] >= 0.5 or k == CUT else "less than 1°"
    return (f"{kind}, {CUT} steps, before training. The last {last} a gradient of {size[k - 1]:.2f} times the length, "
            f"turned by {turned} from the whole. Of the gradient of the weights that read the symbol, it "
            f"keeps {'all' if k == CUT else 'nothing'}. Gray: the other networks.")
