"""Clipping noisy gradients: where descent settles when each example's, or each batch's, gradient is clipped first."""

from functools import cache

import numpy as np

from vgtext.explore import handle
from vgtext.nn.theory.roots import root_of
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, number

LIMITS, BATCHES, SKEWS = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0], [1, 8, 64], {"mild": 0.5, "strong": 1.0}
LINE = np.geomspace(0.08, 25, 30)


@cache
def data(skew, count=4000):
    """Numbers with a long tail to the right, log-normal with median 1: (count,), sorted at even quantiles."""
    from scipy.special import ndtri

    return np.exp(skew * ndtri((np.arange(count) + 0.5) / count))


@cache
def batch_means(skew, batch, count=20_000, seed=0):
    """Means of random batches, drawn with replacement: (count,); a batch of one is the data itself."""
    if batch == 1:
        return data(skew)
    return np.random.default_rng(seed).choice(data(skew), (count, batch)).mean(axis=1)


def rest_point(skew, batch, c):
    """Where the mean of clip(w - x, c) over batch means x is 0: between their median (c small) and mean (c large)."""
    x = batch_means(skew, batch)
    return root_of(lambda w: np.clip(w - x, -c, c).mean(), x.min(), x.max())


@cache
def rest_line(skew, batch):
    """The resting places at the thresholds of LINE."""
    return np.array([rest_point(skew, batch, c) for c in LINE])


@cache
def settle(skew, batch, c, rate=0.05, steps=1500, seed=1):
    """Descend on (w - x)²/2, a random batch a step, its mean gradient clipped at c: where w is, on average.

    Many runs from the data's mean; the average is over the second half of their steps.
    """
    rng, x, chains = np.random.default_rng(seed), data(skew), max(30, 400 // batch)
    w, places = np.full(chains, x.mean()), []
    for mean in x[rng.integers(len(x), size=(steps, batch, chains))].mean(axis=1):
        w = w - rate * np.clip(w - mean, -c, c)
        places.append(w)
    return float(np.mean(places[steps // 2:]))


def draw_bias(cloud, rest, c=0.2, batch=1, skew=1.0):
    """The data with their mean, median and where clipped descent settles; and that place against the threshold."""
    x, mean, median = data(skew), data(skew).mean(), np.median(data(skew))
    cloud.set(xlim=(0, 5), ylim=(0, 1.45), xlabel="data x, and the parameter w", yticks=[], title="the data")
    cloud.stairs(*np.histogram(x, np.linspace(0, 5, 51), density=True), fill=True, color=COLORS["seed"], alpha=0.5)
    here = settle(skew, batch, c)
    for place, words, color, y in ((median, "median", COLORS["reference"], 1.36),
                                   (mean, "mean", COLORS["theory"], 1.23),
                                   (here, "w settles", COLORS["forward"], 1.10)):
        cloud.plot([place, place], [0, y], color=color, linewidth=2 if words == "w settles" else 1.1)
        cloud.text(4.9, y - 0.02, f"{words} {place:.2f}", color=color, ha="right", fontsize=9)
    rest.set(xscale="log", xlim=(0.08, 25), ylim=(0.9, 1.8), xlabel="threshold C", ylabel="where w settles")
    rest.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    rest.minorticks_off()
    rest.axhline(mean, **REFERENCE)
    rest.axhline(median, **REFERENCE)
    label_line(rest, 0.09, mean, "mean: the least loss", COLORS["reference"], va="bottom", xytext=(0, 9))
    label_line(rest, 25, median, "median", COLORS["reference"], ha="right", va="top", xytext=(0, -3))
    rest.plot(LINE, rest_line(skew, batch), **THEORY)
    rest.plot(LIMITS, [settle(skew, batch, k) for k in LIMITS], linestyle="none", marker="o", markersize=5,
              color=COLORS["forward"])
    rest.plot([c], [here], marker="o", markersize=9, color=COLORS["forward"])
    handle(rest, lambda c: (c, settle(skew, batch, c)))
    share = np.mean(np.abs(here - batch_means(skew, batch)) > c)
    return (f"Batches of {batch}, C = {c:g}: {number(100 * share)}% of the gradients are clipped, and w settles at "
            f"{here:.2f}. The least loss is at the mean, {mean:.2f}; the median is {median:.2f}.")
