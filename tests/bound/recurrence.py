"""What the figures of recurrence show, computed again."""

from functools import cache
from itertools import product

import numpy as np

from vgtext.chapters.recurrence import adding as add
from vgtext.chapters.recurrence import equal, gates, linear, passes, runs, sums

THREE = range(3)


def back(net, T, inputs="copy", seed=0, of="dh"):
    """The size of dL/dh[t], or dL/dc[t], over that at T, from a pass that keeps every step: t = 1 … T."""
    kept = getattr(passes.follow(net, *passes.sequences(T, inputs, seed)), of)
    sizes = np.linalg.norm(kept[1:].reshape(T, -1), axis=1)
    return sizes / sizes[-1]


def through_time(bias, scale, matrix):
    def line(cell):
        b = 0.0 if cell == "rnn" else bias
        every = [np.log(back(passes.network(cell, b, scale, matrix, seed=seed), 100, seed=seed)) for seed in THREE]
        return np.exp(np.mean(every, axis=0))

    return {"time step t (symbol at 1, loss at 100)": np.arange(1, 101),
            "gradient ‖∂ℒ/∂h[t]‖ / ‖∂ℒ/∂h[T]‖": [line(cell) for cell in ("rnn", "lstm", "gru")]}


def contributions(kind, T):
    first, whole = [], []
    for length in sums.LENGTHS:
        each = sums.terms(kind, length)
        first.append(np.linalg.norm(each[0]))
        whole.append(np.linalg.norm(each.sum(axis=0)))
    each = sums.terms(kind, T)
    return {"time step t": np.arange(1, T + 1), "size": None, "length T": sums.LENGTHS, "step 1": first,
            "dashed: step 1, which saw the symbol": first, "the whole gradient": whole,
            "term of step t / whole gradient": np.linalg.norm(each, axis=1) / np.linalg.norm(each.sum(axis=0))}


def truncated(kind):
    each, size, angle = sums.terms(kind, 100), [], []
    for k in range(1, 101):
        part, whole = each[100 - k :].sum(axis=0), each.sum(axis=0)
        size.append(np.linalg.norm(part) / np.linalg.norm(whole))
        angle.append(np.degrees(np.arccos(min(1, part @ whole / np.linalg.norm(part) / np.linalg.norm(whole)))))
    angle[-1] = np.nan  # of a vector with itself: rounding
    return {"steps kept, k": np.arange(1, 101), "length, truncated / whole": size,
            "angle to the whole, degrees": lambda k: np.where(k < 100, np.interp(k, range(1, 101), angle), np.nan)}


def same_or_fresh(matrix, scale, n):
    found = {}
    for words, fresh in (("the same W", False), ("a fresh W", True)):
        each = equal.signals(matrix, scale, n, fresh)
        found[f"size, {words} at every step"] = [*each, np.prod(each, axis=0) ** (1 / 20)]
    return {**found, "steps k": np.arange(101)}


def paths(bias, tied, inputs):
    kept = passes.follow(passes.network("lstm", bias, tied=tied), *passes.sequences(gates.T, inputs))
    gate = np.exp(np.log(kept.f[1:]).mean(axis=(1, 2)))[::-1]  # of step T first
    at_rest = gates.factor("lstm", bias, tied=tied)
    return {"steps back in time": np.arange(0, gates.T, 6), "gradient of the cell state": None,
            ("path", "the direct path"): np.cumprod([1, *gate[:-1]])[::6],
            ("path", "all paths"): back(passes.network("lstm", bias, tied=tied), gates.T, inputs, of="dc")[::-6],
            ("path", "the direct path, predicted"): lambda k: (1 / (1 + np.exp(-bias))) ** k,
            ("path", "all paths, predicted"): lambda k: at_rest**k,
            "factor per step back": None}


def learning(name, rate):
    kept, where = runs.stored()["solved"], list(runs.RATES).index(rate)
    counts = {other: (kept[k, :, where] > 0).sum(axis=1) for k, other in enumerate(runs.NETWORKS)}
    return {**counts, "runs that learn, of 5": [*counts.values()], "length T": None,
            "gradient of step 1 at the start": [at_start(name)]}


@cache
def at_start(name):
    """The gradient of h[1] over that of h[T], before training: geometric means of two networks, by length."""
    found = []
    for T, seed in product(runs.LENGTHS, (0, 1)):
        net, (x, y, _, _) = runs.start(name, T, seed), runs.data(T)
        net.loss_and_gradient(x[..., :16], y[:16])
        found.append(2.0 ** (net.log2_hidden[1] - net.log2_hidden[T]))
    return np.sqrt(np.prod(np.reshape(found, (-1, 2)), axis=1))


def waking(name):
    kept = runs.stored()["traces"][list(runs.NETWORKS).index(name)].astype(float)
    return {"step of training": np.arange(0, 601, 20), "loss": kept[:, 0],
            "gradient, step 1 / last step": 10.0 ** kept[:, 1]}


def adding(name):
    kept = add.stored()["error"].astype(float)
    medians = {f"{other}, median": np.median(kept[k], axis=0) for k, other in enumerate(add.NAMES)}
    return {**medians, f"{name}, one run": kept[add.NAMES.index(name)], "step of training": np.arange(100, 2001, 100),
            "test error, mean square": [*medians.values()]}


def memory(lam, form):
    kind = linear.FORMS[form]
    h, rng = np.zeros(linear.UNITS), linear.noise(round(linear.MEMORIES / (1 - lam)))
    for x in rng[:, :, 0]:
        h = lam * h + (1 if kind == "plain" else np.sqrt(1 - lam**2)) * x
    return {"time step t": None, "root mean square": np.sqrt(np.mean(h**2)), "dashed: predicted": None,
            "after a long time": None,
            "state, predicted": lambda off: (1 - (1 - off) ** 2) ** -0.5 if kind == "plain" else np.ones_like(off),
            "derivative, predicted": lambda off: np.sqrt(linear.predicted(kind, 1 - off))}
