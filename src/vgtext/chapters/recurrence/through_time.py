"""The opening figure: how much of the gradient reaches back through time, in the three cells at their start."""

import numpy as np

from vgtext.palette import COLORS, REFERENCE, apart, backward_arrow, label_line, log_axis, number

from .passes import sizes

T = 100
#: Each cell's color and line style in every figure of the chapter.
LOOKS = {"rnn": (COLORS["reference"], "-"), "lstm": (COLORS["backward"], "-"), "gru": (COLORS["weight"], (0, (6, 2)))}
NAMES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
SCALES = (0.5, 0.8, 0.9, 1.0, 1.1, 1.2)


def reached(cell, bias=0.0, scale=1.0, matrix="orthogonal", seeds=3):
    """log10 of |dL/dh[t]| / |dL/dh[T]|, t = 0 … 100, a mean over seeds: (101,)."""
    bias = 0.0 if cell == "rnn" else bias  # it has no gate
    return np.mean([sizes(cell, T, bias, scale, matrix, seed=seed) for seed in range(seeds)], axis=0)


def draw_through_time(ax, bias=0.0, scale=1.0, matrix="orthogonal"):
    """Sizes of dL/dh[t], t = 1 … 100, relative to the last one: RNN, LSTM and GRU before training."""
    ax.set(xlim=(-20, T + 2), xlabel="time step t (symbol at 1, loss at 100)")
    ax.set_xticks([1, 20, 40, 60, 80, 100])
    log_axis(ax, 1e-38, 1e6, "gradient ‖∂ℒ/∂h[t]‖ / ‖∂ℒ/∂h[T]‖")
    ax.axhline(1, **REFERENCE)
    steps = range(1, T + 1)
    found = {cell: reached(cell, bias, scale, matrix) for cell in LOOKS}
    heights = apart([max(found[cell][1], -32) for cell in LOOKS], 3)
    for cell, y in zip(LOOKS, heights):
        color, dashes = LOOKS[cell]
        ax.plot(steps, 10.0 ** found[cell][1:], color=color, linestyle=dashes, linewidth=2)
        label_line(ax, -0.5, 10.0**y, NAMES[cell], color, ha="right", xytext=(0, 0))
    backward_arrow(ax)
    one = {cell: number(10.0 ** found[cell][1], 1) for cell in LOOKS}
    return (f"Bias of the gate that keeps: b = {bias:g}; {matrix} W, σ_w = {scale:g}, 32 units, 3 seeds, before "
            f"training. The first of {T} steps gets {one['rnn']} times the gradient of the last one in the RNN, "
            f"{one['lstm']} times in the LSTM, {one['gru']} times in the GRU.")
