"""What low precision does to the gradient of a query: rounding against the little slope that is left."""

from functools import cache

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.nn.attention import attend, attend_back
from vgtext.nn.theory.floats import FORMATS, round_to
from vgtext.palette import COLORS, REFERENCE, THEORY, apart, label_line, log_axis, number

LENGTH, KEYS, QUERIES = 32, 64, 64
SPREADS = (0.5, 1, 2, 4, 8, 16, 32)
NAMES = ("float32", "float16", "bfloat16", "E4M3", "E5M2")
MARKS = {"float32": ("#000000", "o"), "float16": (COLORS["forward"], "s"), "bfloat16": (COLORS["backward"], "^"),
         "E4M3": (COLORS["gradient"], "D"), "E5M2": (COLORS["weight"], "v")}


def inputs(spread, name, seed=0):
    """Q, K, V, dL/dout (d, T) in the format, logits with a standard deviation of ``spread``; dL/dout is N(0, 1)."""
    rng = np.random.default_rng(seed)
    Q, K, V = rng.standard_normal((3, LENGTH, KEYS))
    return [round_to(x, name) for x in (spread**0.5 * Q, spread**0.5 * K, V)], rng.standard_normal((LENGTH, QUERIES))


def rounded(Q, K, V, dout, name, fused=False):
    """dL/dQ with S, A, out, dA and dS rounded to the format; the products add up exactly, as on a chip with float32.

    The sum over A dA, which is dout . out, is taken from the rounded out, as flash attention does. ``fused``: as in its
    kernel S and dA never leave the chip, nor does the A that multiplies dA, so these three are not rounded.
    """
    def fit(x):
        return round_to(x, name)

    stored = (lambda x: x) if fused else fit
    S = stored(K.T @ Q / LENGTH**0.5)
    A = np.exp(S - S.max(axis=0))
    A = A / A.sum(axis=0)
    out = fit(V @ fit(A))
    dS = fit(stored(A) * (stored(V.T @ dout) - (dout * out).sum(axis=0)))
    return K @ dS / LENGTH**0.5


@cache
def error(spread, name, size=1.0, seeds=4, fused=False):
    """The relative error of dL/dQ, one for each query: (seeds QUERIES,); 1 where all of it is rounded to 0.

    ``size`` is that of dL/dout. What the format cannot hold of Q, K, V and dL/dout is not counted.
    """
    found = []
    for seed in range(seeds):
        (Q, K, V), dout = inputs(spread, name, seed)
        dout = size * round_to(dout, name)
        exact = attend_back(dout, Q, K, V, *attend(Q, K, V, LENGTH**-0.5)[1], LENGTH**-0.5)[0]
        given = round_to(dout, name)
        away = np.linalg.norm(rounded(Q, K, V, given, name, fused) - exact, axis=0)
        found.append(away / np.linalg.norm(exact, axis=0))
    return np.concatenate(found)


@cache
def left(spread, seeds=4):
    """The median over the queries of the slope of softmax, sum of A (1 - A), in float64."""
    A = [attend(*inputs(spread, "float64", seed)[0], LENGTH**-0.5)[1][1] for seed in range(seeds)]
    return float(np.median([np.sum(a * (1 - a), axis=0) for a in A]))


def reaches(name):
    """The lead of one logit at which its weight, 1 - exp(-lead) or more, is rounded to 1: ln(2) (p + 1) and less."""
    return (FORMATS[name].p + 1) * np.log(2)


def draw_precision(ax, name="bfloat16", size=1.0):
    """Median error of dL/dQ against the spread of the logits, in each format."""
    ax.set_xscale("log")
    log_axis(ax, 1e-8, 1e4, "relative error of ∂ℒ/∂Q")
    ax.set(xlim=(0.4, 300), xlabel="standard deviation of the logits")
    ax.set_xticks(SPREADS, [f"{s:g}" for s in SPREADS])
    ax.minorticks_off()
    ax.axhline(1, **REFERENCE)
    label_line(ax, 0.42, 2.5, "only error", COLORS["reference"], xytext=(0, 0))
    lines = [[np.median(error(s, other, size)) for s in SPREADS] for other in NAMES]
    heights = apart([np.log10(found[-1]) for found in lines], 0.8)  # those that round all to 0 end at one place
    for other, found, y in zip(NAMES, lines, heights):
        color, mark = MARKS[other]
        strong = other == name
        ax.plot(SPREADS, found, mark + "-", color=color, markersize=5 if strong else 3, linewidth=2 if strong else 0.9,
                alpha=1 if strong else 0.75, label=other)
        label_line(ax, SPREADS[-1], 10.0**y, other, color)
    ax.plot(SPREADS, [2.0 ** -FORMATS[name].p / left(s) for s in SPREADS], **THEORY)
    small, large = (float(np.median(error(s, name, size))) for s in (1, 8))
    return (f"{KEYS} keys, d_head = {LENGTH}, {name}, ∂ℒ/∂out of size {number(size, 1)}: the gradient of a typical "
            f"query is off by {number(100 * small)}% where the logits have a standard deviation of 1, and by "
            f"{number(100 * large)}% where it is 8.")


CLAIMS = (
    Claim(
        "R.39", "Qiu and Yao 2025: in bfloat16, flash attention's backward pass takes the sum over A dA from a rounded "
        "output, and this error can ruin training.",
        "holds if", "Attention is sharp. The error of a query's gradient is about half a unit in the last place, "
        "divided by the slope that softmax has left, within a factor of two up to a standard deviation of 16, in all "
        "five formats from float32 to E5M2: harmless while weights are spread, and larger than the gradient where "
        "they are nearly one-hot. With logits and ∂ℒ/∂A in float32, as in flash attention's kernel, it is about half "
        "as large. Whether it ruins training we did not measure.",
        (
            Evidence("bfloat16, logits of standard deviation 1: median error of ∂ℒ/∂Q",
                     lambda: 100 * float(np.median(error(1, "bfloat16"))), 0.35, 0.15, unit="%"),
            Evidence("the same in a fused kernel",
                     lambda: 100 * float(np.median(error(1, "bfloat16", fused=True))), 0.18, 0.08, unit="%"),
            Evidence("standard deviation 16", lambda: 100 * float(np.median(error(16, "bfloat16"))), 29, 10, unit="%"),
            Evidence("standard deviation 32", lambda: 100 * float(np.median(error(32, "bfloat16"))), 3000, 1500,
                     unit="%"),
        ), "precision?name=bfloat16&size=1",
        setting=f"One head, {KEYS} keys, d_head = {LENGTH}, {4 * QUERIES} random queries; products summed exactly.",
    ),
)
