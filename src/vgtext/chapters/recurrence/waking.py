"""While a network learns the delayed copy: its loss, and how far its gradient reaches back."""

import numpy as np

from vgtext.palette import COLORS, REFERENCE, SEED, label_line, log_axis, number

from .runs import NETWORKS, SYMBOLS, TRACE_LENGTH, TRACE_SEEDS, TRACED, stored

TIMES = np.arange(0, TRACED + 1, 20)


def traced(name):
    """Loss and log10 of the reach of three runs: (seed, 2, time)."""
    return stored()["traces"][list(NETWORKS).index(name)].astype(float)


def wakes(name, seed):
    """The steps after which the reach is above a tenth for the first time, and the loss below half of guessing's.

    -1 where that does not happen.
    """
    loss, reach = traced(name)[seed]
    first = [TIMES[np.argmax(k)] if k.any() else -1 for k in (reach > -1, loss < np.log(SYMBOLS) / 2)]
    return tuple(int(t) for t in first)


def draw_waking(loss, reach, name="GRU, b = 0", seed=0):
    """Loss and reach while a network trains at T = 50; the other seeds in gray."""
    runs = traced(name)
    for ax, k in ((loss, 0), (reach, 1)):
        ax.set(xlim=(0, TRACED), xlabel="step of training", xticks=range(0, TRACED + 1, 200))
        for other in range(TRACE_SEEDS):
            line = runs[other, k] if k == 0 else 10.0 ** runs[other, k]
            look = {"color": COLORS["backward"] if k else COLORS["forward"], "linewidth": 2} if other == seed else SEED
            ax.plot(TIMES, line, **look, label=f"seed {other}")
    loss.set(ylim=(0, 3), ylabel="loss")
    loss.axhline(np.log(SYMBOLS), **REFERENCE)
    label_line(loss, TRACED, np.log(SYMBOLS), "guessing", COLORS["reference"], ha="right", xytext=(0, 8))
    log_axis(reach, 1e-22, 1e6, "gradient, step 1 / last step")
    reach.axhline(1, **REFERENCE)
    first, last = (number(10 ** runs[seed, 1, k], 1) for k in (0, -1))
    learned = wakes(name, seed)[1]
    fate = (f"the loss comes below half of guessing's after {learned} steps" if learned >= 0 else
            f"the loss is {runs[seed, 0, -1]:.1f} after {TRACED} steps; guessing has {np.log(SYMBOLS):.1f}")
    return (f"{name}, T = {TRACE_LENGTH}, Adam at η = 0.001, seed {seed}: the first step gets {first} times the "
            f"gradient of the last one before training, and {last} times at the end; {fate}. Gray: the other "
            "seeds.")
