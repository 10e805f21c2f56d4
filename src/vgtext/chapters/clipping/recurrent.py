"""A recurrent net that needs clipping: its gradients over the steps, and what a budget buys at each longest step."""

import numpy as np

from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, SEED, THEORY, label_line, log_axis, number

from .runs import BLOCK, LIMITS, RATES, SEEDS, STEPS, SYMBOLS, stored

SOLVED, NONE = 0.9, 40.0  # the share of right answers that counts as solved; where "no clipping" stands on the axis


def cell(rate, c):
    """The indices of a learning rate and a threshold (None: no clipping) in the stored runs."""
    return RATES.index(rate), LIMITS.index(np.inf if c is None else c)


def solved(rate, c=None):
    """How many of the eight runs name at least 90% of the test symbols rightly."""
    return int((stored()["accuracy"][cell(rate, c)] >= SOLVED).sum())


def typical_loss(rate, c=None):
    """The median test loss of the eight runs."""
    return float(np.median(stored()["loss"][cell(rate, c)]))


def best_limit(rate):
    """The threshold with the lowest median test loss."""
    return min(LIMITS[:-1], key=lambda c: typical_loss(rate, c))


def shortest_way():
    """The least distance from its start at which a run that solves the task has ended."""
    runs = stored()
    return float(runs["way"][runs["accuracy"] >= SOLVED].min())


def reach():
    """The longest step ηC below which the budget cannot cover that way: N steps cover at most N ηC."""
    return shortest_way() / STEPS


def longest_steps(rate):
    """ηC for each threshold; NONE where nothing is clipped."""
    return np.array([rate * c if np.isfinite(c) else NONE for c in LIMITS])


def draw_recurrent(trace, budget, rate=0.1, c=1.0, seed=0):
    """The gradient's size over one run, clipped and not; and the test loss after 1000 steps at every longest step."""
    runs, steps = stored(), np.arange(BLOCK, STEPS + 1, BLOCK)
    trace.set(xlim=(0, 1.05 * STEPS), xlabel="step", xticks=[0, 500, 1000])
    log_axis(trace, 1e-3, 1e5, "gradient, before clipping")
    for limit, color, marker, words, y in ((None, COLORS["backward"], "s", "■ not clipped", 6e4),
                                           (c, COLORS["forward"], "o", f"● clipped at {c:g}", 1e4)):
        sizes = 10.0 ** runs["traces"][(*cell(rate, limit), seed)].astype(float)
        trace.plot(steps, sizes, color=color, linewidth=1.1, marker=marker, markersize=4, markevery=12)
        trace.text(20, y, words, color=color, fontsize=9, va="top")
    trace.axhline(c, **REFERENCE)
    handle(trace, lambda c: (None, c))
    budget.set(xscale="log", xlim=(2e-5, 80), xlabel="longest step allowed, ηC")
    budget.set_xticks([1e-4, 1e-3, 1e-2, 0.1, 1, NONE], ["10⁻⁴", "10⁻³", "0.01", "0.1", "1", "none"])
    budget.minorticks_off()
    log_axis(budget, 5e-4, 50, f"test loss after {STEPS:,} steps")
    budget.axhline(np.log(SYMBOLS), **REFERENCE)
    label_line(budget, 70, np.log(SYMBOLS), "guessing", COLORS["reference"], ha="right", va="bottom", xytext=(0, 9))
    budget.axvline(reach(), **THEORY)
    label_line(budget, reach(), 28, "← out of reach", COLORS["theory"])
    for other in RATES:
        if other != rate:
            budget.plot(longest_steps(other), np.median(runs["loss"][RATES.index(other)], axis=1), **SEED,
                        label=f"η = {other:g}, median")
    loss, places = runs["loss"][RATES.index(rate)], longest_steps(rate)
    for k in range(SEEDS):
        budget.plot(places, loss[:, k], linestyle="none", marker=".", markersize=5, color=SEED["color"],
                    label=f"η = {rate:g}, one run")
    budget.plot(places, np.median(loss, axis=1), color=COLORS["forward"], marker="o", markersize=5,
                label=f"η = {rate:g}, median")
    budget.plot([rate * c], [typical_loss(rate, c)], marker="o", markersize=9, color=COLORS["forward"])
    handle(budget, lambda c: (rate * c, typical_loss(rate, c)))
    does = "does" if solved(rate, c) == 1 else "do"
    return (f"The run shown has seed {seed}. η = {rate:g}: without clipping {solved(rate)} of {SEEDS} runs solve the "
            f"task (at least {SOLVED:.0%} of the test symbols); {solved(rate, c)} of {SEEDS} {does} at C = {c:g}. The "
            f"median test loss after {STEPS:,} steps is {number(typical_loss(rate))} without and "
            f"{number(typical_loss(rate, c))} with.")
