"""“Of 105 gradients keep the first 100”: what leaving out some layers' gradients does, and what clipping does."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, layer_axis, log_axis, number

from .ways import angle, clipped, length, two_layers

LAYERS, WIDTH, LIMIT = 105, 64, 1.0
KEPT = [1, 20, 40, 60, 80, 90, 95, 100, 105]
ENDS = {"layers 1 to k": "input", "the k layers nearest the output": "output"}


@cache
def sizes(sigma_w):
    """The size of the weight gradient of each of 105 tanh layers of width 64, at initialization: (105,)."""
    return nn.measure(LAYERS, WIDTH, sigma_w, 0.0, "tanh", batch=16, seed=0, dtype="float64").gradient[1:]


def factor(sigma_w):
    """The factor per layer by which gradients grow on their way back, deep in a wide network: the root of chi_1."""
    return float(np.sqrt(nn.meanfield.chi("tanh", sigma_w)))


def predicted(sigma_w, k):
    """The norm of the k layers nearest the output over that of all, by the factor: the root of a geometric sum."""
    squares = np.cumsum(factor(sigma_w) ** (2.0 * np.arange(LAYERS)))
    return np.sqrt(squares[np.asarray(k) - 1] / squares[-1])


def kept(k, end="output"):
    """Which layers remain, as a mask: k of them, counted from the input or from the output."""
    layers = np.arange(1, LAYERS + 1)
    return layers <= k if end == "input" else layers > LAYERS - k


def left(sigma_w, k, end="output"):
    """The global norm when only k layers keep their gradient, relative to all of them."""
    g = sizes(sigma_w)
    return float(np.linalg.norm(g[kept(k, end)]) / np.linalg.norm(g))


def draw_count(layers, rest, k=100, end="output", sigma_w=1.5):
    """The gradients of 105 layers, which of them are kept; and the size of the whole, kept or clipped."""
    g, mask = sizes(sigma_w), kept(k, end)
    whole = np.linalg.norm(g)
    layer_axis(layers, LAYERS)
    log_axis(layers, 1e-8, 1e13, "size of the weight gradient")
    l = np.arange(1, LAYERS + 1)
    layers.plot(l[~mask], g[~mask], linestyle="none", marker="x", markersize=4, color=COLORS["backward"])
    layers.plot(l[mask], g[mask], linestyle="none", marker="o", markersize=3, color=COLORS["gradient"])
    layers.plot(l, g * min(1, LIMIT / whole), color=COLORS["forward"], linewidth=1.6)
    for y, words, color in ((0.98, "dots: kept", "gradient"), (0.90, "crosses: left out", "backward"),
                            (0.82, "line: all clipped together, C = 1", "forward")):
        layers.text(0.97, y, words, color=COLORS[color], ha="right", va="top", fontsize=9, transform=layers.transAxes)
    rest.set(xlim=(0, 107), xlabel="number of layers kept, k", xticks=[0, 20, 40, 60, 80, 100])
    log_axis(rest, 0.1, 1e9, "global norm")
    ks = np.arange(1, LAYERS + 1)
    rest.plot(ks, [whole * left(sigma_w, i, end) for i in ks], color=COLORS["gradient"])
    if end == "output":
        rest.plot(ks, whole * predicted(sigma_w, ks), **THEORY)
    rest.plot([k], [whole * left(sigma_w, k, end)], marker="o", markersize=8, color=COLORS["gradient"])
    handle(rest, lambda k: (k, whole * left(sigma_w, k, end)))
    rest.axhline(LIMIT, **REFERENCE)
    label_line(rest, 2, LIMIT, "clipped at C = 1", COLORS["reference"], va="top", xytext=(0, -4))
    now = whole * left(sigma_w, k, end)
    some = {("output", 1): "the layer nearest the output", ("input", 1): "layer 1"}.get(
        (end, k), next(words for words, name in ENDS.items() if name == end).replace("k", str(k), 1))
    return (f"105 tanh layers, σ_w = {sigma_w:g}: the gradient has a norm of {number(whole)}. Kept for {some}, it has "
            f"{number(now)}. Clipped by global norm, all 105 stay, and it has {number(min(LIMIT, whole))}.")


def clipped_whole(sigma_w=1.5):
    """Clip 105 layers' gradients together: (norm afterward, how many of them are still there)."""
    after = clipped([np.array([g]) for g in sizes(sigma_w)], "global_norm", LIMIT)
    return length(after), sum(bool(np.all(g > 0)) for g in after)


def turn_of(way, turn=20, c=1.0):
    """The angle by which a way turns the two-layer gradient of the figure."""
    before = two_layers(turn, 1.0)
    return angle(before, clipped(before, way, c))


CLAIMS = (
    Claim(
        "S2.4", "Clipping limits how many gradients are used: with a threshold of 100, the first 100 of 105.",
        "garbled", "Clipping limits the size of the gradient, never the count. By global norm all of it is scaled "
        "alike and keeps its direction; by value, or by norm of each array, it turns. Without 5 of the 105 layers it "
        "still explodes (the five nearest the input are a sixth of this draw's norm; of others up to two fifths).",
        (
            Evidence("105 tanh layers, σ_w = 1.5, without the last 5: share of the norm that is left",
                     lambda: left(1.5, 100, "input"), 1.0, 1e-6),
            Evidence("without the first 5: share of the norm that is left", lambda: left(1.5, 100, "output"),
                     float(predicted(1.5, 100)), 0.15),
            Evidence("clipped by global norm at 1: the norm", lambda: clipped_whole()[0], 1.0, 1e-6),
            Evidence("gradients that are still there", lambda: clipped_whole()[1], 105, 0, "of 105"),
            Evidence("two layers, clipped by global norm: the direction turns by", lambda: turn_of("global_norm"), 0.0,
                     1e-6, "degrees"),
            Evidence("by norm of each layer", lambda: turn_of("norm"), 26.6, 0.1, "degrees"),
            Evidence("by value", lambda: turn_of("value"), 27.0, 3, "degrees"),
        ), "step?way=by value",
        setting="105 tanh layers of 64 units, σ_w = 1.5, one seed, before the first step; and a gradient of two "
        "layers.",
    ),
)
