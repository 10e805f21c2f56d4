"""Layers that are not square: one variance cannot keep the forward and the backward signal both."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, layer_axis, log_axis, number

DEPTH, WIDTH = 20, 64
#: Widths n, r n, n, r n, …: the ratio r.
RATIOS = (1, 2, 4, 8)
SCHEMES = {
    "1/n_in (LeCun)": "lecun_normal",
    "1/n_out": nn.initializers.variance_scaling(1, "fan_out", "normal"),
    "Glorot": "glorot_normal",
}
FANS = {
    "1/n_in (LeCun)": lambda n_in, n_out: n_in,
    "1/n_out": lambda n_in, n_out: n_out,
    "Glorot": lambda n_in, n_out: (n_in + n_out) / 2,
}


def widths(r, L=DEPTH, n=WIDTH):
    """The widths of layers 0 … L: every second layer is r times as wide."""
    return [n * (r if l % 2 else 1) for l in range(L + 1)]


def predicted(scheme, r, L=DEPTH):
    """The law for linear layers: root mean square of a component of a[l] over a[0] and delta[l] over delta[L].

    A layer multiplies the mean square by n_in var(W) forward and by n_out var(W) backward: two arrays (L+1,).
    """
    n = widths(r, L)
    var = [np.nan, *(1 / FANS[scheme](n[l - 1], n[l]) for l in range(1, L + 1))]
    forward = np.cumprod([1.0, *(n[l - 1] * var[l] for l in range(1, L + 1))])
    backward = np.cumprod([1.0, *(n[l] * var[l] for l in range(L, 0, -1))])[::-1]
    return np.sqrt(forward), np.sqrt(backward)


@cache
def measured(scheme, r, L=DEPTH, seeds=6, batch=16):
    """The same, measured in linear networks: geometric mean over seeds, two arrays (L+1,)."""
    init, n, logs = nn.get_initializer(SCHEMES[scheme]), widths(r, L), []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        W = [None, *(init(n[l], n[l - 1], rng) for l in range(1, L + 1))]
        a, d = [rng.standard_normal((n[0], batch))], [rng.standard_normal((n[L], batch))]
        for l in range(1, L + 1):
            a.append(W[l] @ a[-1])
            d.insert(0, W[L + 1 - l].T @ d[0])
        sizes = [[np.log(np.mean(v * v)) / 2 for v in s] for s in (a, d)]
        logs.append([np.array(sizes[0]) - sizes[0][0], np.array(sizes[1]) - sizes[1][-1]])
    return tuple(np.exp(np.mean(logs, axis=0)))


def draw_rectangles(forward, backward, scheme="Glorot", r=4):
    """Both signals through layers whose widths alternate, measured (dots) and by the law (dashed)."""
    l, both, law = np.arange(DEPTH + 1), measured(scheme, r), predicted(scheme, r)
    for ax, dots, dashes, color, words in zip(
        (forward, backward), both, law, (COLORS["forward"], COLORS["backward"]),
        ("size of a component of a[l]", "size of a component of ∂ℒ/∂a[l]"), strict=True,
    ):
        layer_axis(ax, DEPTH, "layer l")
        ax.set_xlim(-0.5, DEPTH + 0.5)
        log_axis(ax, 2e-3, 3, words)
        ax.axhline(1, **REFERENCE)
        ax.plot(l, dashes, **THEORY)
        ax.plot(l, dots, linestyle="none", marker="o", markersize=4, color=color)
    label_line(forward, 0, 3.5e-3, f"widths {WIDTH}, {r * WIDTH}, {WIDTH}, …", COLORS["reference"], xytext=(0, 0))
    widths = f"widths {WIDTH} and {r * WIDTH} in turn" if r > 1 else f"width {WIDTH}"
    return (f"Linear, {DEPTH} layers, {widths}, variance {scheme}, geometric mean of six "
            f"networks: the signal arrives with {number(both[0][-1])} times its size (the law: {number(law[0][-1])}), "
            f"the gradient with {number(both[1][0])} (the law: {number(law[1][0])}).")
