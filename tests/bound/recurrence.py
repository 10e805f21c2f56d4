"""What the figures of recurrence show, computed again."""

from functools import cache
from itertools import product

import numpy as np
from scipy.special import digamma

from vgtext.chapters.recurrence import adding as add
from vgtext.chapters.recurrence import gates, linear, passes, runs, sums

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

    lines = [line(cell) for cell in ("rnn", "lstm", "gru")]
    return {"time step t (symbol at 1, loss at 100)": np.arange(1, 101), "gradient ‖∂ℒ/∂h[t]‖ / ‖∂ℒ/∂h[T]‖": lines,
            "caption": {f"b = #; {matrix} W, σ_w = #, # units, # seeds, before training. The first of # steps gets # "
                        "times the gradient of the last one in the RNN, # times in the LSTM, # times in the GRU":
                        [bias, scale, 32, 3, 100, *(each[0] for each in lines)]}}


def contributions(kind, T):
    first, whole = [], []
    for length in sums.LENGTHS:
        each = sums.terms(kind, length)
        first.append(np.linalg.norm(each[0]))
        whole.append(np.linalg.norm(each.sum(axis=0)))
    each = sums.terms(kind, T)
    size = np.linalg.norm(each.sum(axis=0))
    return {"time step t": np.arange(1, T + 1), "size": [first, whole], "length T": sums.LENGTHS, "step 1": first,
            "dashed: step 1, which saw the symbol": first, "the whole gradient": whole,
            "term of step t / whole gradient": np.linalg.norm(each, axis=1) / size, "caption": {
                f"{kind}, # units, before training. Over # steps the whole gradient has the size #, and the step that "
                "saw the symbol gives # of it": [32, T, size, np.linalg.norm(each[0]) / size]}}


@cache
def last_terms(kind):
    """Of the last k of 100 terms, k = 1 … 100: length over that of all, and the angle to it as a function of k."""
    each, size, angle = sums.terms(kind, 100), [], []
    whole = each.sum(axis=0)
    for k in range(1, 101):
        part = each[100 - k :].sum(axis=0)
        size.append(np.linalg.norm(part) / np.linalg.norm(whole))
        angle.append(np.degrees(np.arccos(min(1, part @ whole / np.linalg.norm(part) / np.linalg.norm(whole)))))
    angle = np.where(np.array(angle) > 1e-3, angle, np.nan)  # below that an arc cosine rounds
    return size, lambda k: angle[np.asarray(k, int).clip(1, 100) - 1]


def truncated(kind, k):
    lines = {(panel, name): last_terms(name)[i] for i, panel in enumerate(("length", "angle")) for name in sums.KINDS}
    size, angle = lines["length", kind][k - 1], lines["angle", kind]([k])[0]
    turned = ("less than #°", 1) if k < 100 and not angle >= 0.5 else ("#°", 0 if k == 100 else angle)
    said = {f"a gradient of # times the length, turned by {turned[0]} from the whole": [size, turned[1]]}
    return {**lines, "steps kept, k": np.arange(1, 101), "length, truncated / whole": lines["length", kind],
            "angle to the whole, degrees": lines["angle", kind], "caption": said}


def sizes_behind(matrix, scale, n, fresh):
    """Sizes of a vector behind k = 0 … 100 matrices, from their product; orthogonal ones only scale it."""
    if matrix == "orthogonal":
        return np.tile(float(scale) ** np.arange(101), (20, 1))
    found = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        v, W = rng.standard_normal(n), scale / np.sqrt(n) * rng.standard_normal((n, n))
        product, line = W, [1.0]
        for k in range(100):
            line.append(np.sqrt(np.sum((product @ v) ** 2) / np.sum(v**2)))
            if k < 99:
                product = (scale / np.sqrt(n) * rng.standard_normal((n, n)) if fresh else W) @ product
        found.append(line)
    return np.array(found)


def same_or_fresh(matrix, scale, n):
    found = {}
    for words, fresh in (("the same W", False), ("a fresh W", True)):
        each = sizes_behind(matrix, scale, n, fresh)
        found[f"size, {words} at every step"] = [*each, np.prod(each, axis=0) ** (1 / 20)]
    ends = [np.array(each[:-1])[:, -1] for each in found.values()]
    drawn = [np.random.default_rng(seed).standard_normal(n + n * n)[n:].reshape(n, n) for seed in range(20)]
    radii = [scale / np.sqrt(n) * max(abs(np.linalg.eigvals(W))) for W in drawn]
    said = {"all have the size #": scale**100} if matrix == "orthogonal" else {
        "the largest is # times the smallest with one W throughout (spectral radii # to #), and # times with a fresh W":
        [max(ends[0]) / min(ends[0]), min(radii), max(radii), max(ends[1]) / min(ends[1])]}
    if min(map(min, ends)) < 1e-16 or max(map(max, ends)) > 1e12:
        said["every step. Some end beyond the panel."] = []
    chi = np.sqrt(2 / n) * np.exp(digamma(n / 2) / 2)  # exp of the mean log of the length of W v, v of length 1
    said[f"{matrix.capitalize()} W, n = #, σ_w = #, # draws. After # steps"] = [n, scale, 20, 100]
    mean = scale * (chi if matrix == "Gaussian" else 1)
    return {**found, "steps k": np.arange(101), "caption": said, "_": [lambda k: mean**k]}


@cache
def per_step(bias, tied, inputs):
    """Factors per step back by the direct path, over 100 steps, and by all paths, fitted from 20 to 100: two seeds."""
    found, k = [], np.arange(20, 101) - 60
    for seed in (0, 1):
        net = passes.network("lstm", bias, tied=tied, seed=seed)
        kept = passes.follow(net, *passes.sequences(gates.T, inputs, seed))
        whole = np.log(np.linalg.norm(kept.dc[gates.T - 20 : gates.T - 101 : -1].reshape(81, -1), axis=1))
        found.append((np.log(kept.f[-100:]).mean(), k @ whole / (k @ k)))
    return np.exp(np.mean(found, axis=0))


def paths(bias, tied, inputs):
    kept = passes.follow(passes.network("lstm", bias, tied=tied), *passes.sequences(gates.T, inputs))
    gate = np.exp(np.log(kept.f[1:]).mean(axis=(1, 2)))[::-1]  # of step T first
    near, far = np.cumprod([1, *gate[:-1]])[::6], back(passes.network("lstm", bias, tied=tied), gates.T, inputs,
                                                       of="dc")[::-6]
    open_at = lambda b: 1 / (1 + np.exp(-b))  # noqa: E731
    at_rest = lambda b: open_at(b) + (1 - open_at(b) if tied else 0.5) / 2  # noqa: E731
    biases, at = np.arange(13) / 2, per_step(bias, tied, inputs)
    direct, whole = np.transpose([per_step(b, tied, inputs) for b in biases])
    return {"steps back in time": np.arange(0, gates.T, 6), "gradient of the cell state": [near, far],
            ("path", "the direct path"): near, ("path", "all paths"): far,
            ("path", "the direct path, predicted"): lambda k: open_at(bias) ** k,
            ("path", "all paths, predicted"): lambda k: at_rest(bias) ** k,
            "forget bias b": biases, "factor per step back": [direct, whole],
            ("rate", "the direct path"): direct, ("rate", "all paths"): whole,
            ("rate", "the direct path, predicted"): open_at, ("rate", "all paths, predicted"): at_rest, "caption": {
                "input bias #, before training. At b = # the direct path keeps # per step, a half-life of # steps; all "
                "paths # (predicted at rest: #)": [-bias * tied, bias, at[0], np.log(0.5) / np.log(at[0]), at[1],
                                                   at_rest(bias)]}}


def learning(name, rate):
    kept, where = runs.stored()["solved"], list(runs.RATES).index(rate)
    counts = {other: (kept[k, :, where] > 0).sum(axis=1) for k, other in enumerate(runs.NETWORKS)}
    row = list(runs.NETWORKS).index(name) + np.array([0, 0, 1, 1, 0])  # the frame around the network that is chosen
    return {**counts, "_": [row], "runs that learn, of 5": [*counts.values()], "length T": None,
            "gradient of step 1 at the start": [at_start(other) for other in runs.NETWORKS]}


@cache
def at_start(name):
    """The gradient of h[1] over that of h[T], before training: geometric means of two networks, by length."""
    found = []
    for T, seed in product(runs.LENGTHS, (0, 1)):
        net, (x, y, _, _) = runs.start(name, T, seed), runs.data(T)
        net.loss_and_gradient(x[..., :16], y[:16])
        found.append(2.0 ** (net.log2_hidden[1] - net.log2_hidden[T]))
    return np.sqrt(np.prod(np.reshape(found, (-1, 2)), axis=1))


def waking(name, seed):
    kept = runs.stored()["traces"][list(runs.NETWORKS).index(name)].astype(float)
    seeds = {(panel, f"seed {seed}"): line for panel, both in (("loss", kept[:, 0]), ("reach", 10.0 ** kept[:, 1]))
             for seed, line in enumerate(both)}
    low = np.flatnonzero(kept[seed, 0] < np.log(8) / 2)
    said = ({"the loss comes below half of guessing's after # steps": 20 * low[0]} if len(low) else
            {"the loss is # after # steps; guessing has #": [kept[seed, 0, -1], 600, np.log(8)]})
    return {**seeds, "step of training": np.arange(0, 601, 20), "loss": kept[:, 0],
            "gradient, step 1 / last step": 10.0 ** kept[:, 1], "caption": said}


def adding(name):
    kept = add.stored()["error"].astype(float)
    medians = {f"{other}, median": np.median(kept[k], axis=0) for k, other in enumerate(add.NAMES)}
    return {**medians, f"{name}, one run": kept[add.NAMES.index(name)], "step of training": np.arange(100, 2001, 100),
            "test error, mean square": [*medians.values()]}


@cache
def unit(lam, kind):
    """Root mean squares over copies of a unit of h[t] and of its derivative, carried forward: t = 1 … T."""
    root = np.sqrt(1 - lam**2)
    gain, slope = (1, 0) if kind == "plain" else (root, -lam / root)  # γ and dγ/dλ
    h, dh, found = np.zeros(linear.UNITS), np.zeros(linear.UNITS), []
    for x in np.random.default_rng(0).standard_normal((round(linear.MEMORIES / (1 - lam)), linear.UNITS)):
        h, dh = lam * h + gain * x, h + lam * dh + slope * x
        found.append((np.sqrt(np.mean(h**2)), np.sqrt(np.mean(dh**2)) or np.nan))
    return np.array(found).T * [[1], [-lam * np.log(lam) if kind == "lru" else 1]]


def memory(lam, form):
    kind, lams = linear.FORMS[form], np.array(linear.LAMBDAS)
    t = np.unique(np.geomspace(1, round(linear.MEMORIES / (1 - lam)), 25).astype(int))
    course, limit = unit(lam, kind)[:, t - 1], np.transpose([unit(other, kind)[:, -1] for other in lams])

    def predicted(off, which):
        a = np.where(off > 0, off * (2 - off), np.nan)  # 1 - λ²
        state = a**-0.5 if kind == "plain" else np.ones_like(a)
        return state if which == "state" else {"plain": np.sqrt(2 - a) / a**1.5, "normalized": 1 / a,
                                               "lru": (off - 1) * np.log1p(-off.clip(0, 0.99)) / a}[kind]

    return {"time step t": t, "1 − λ": 1 - lams, "root mean square": [*course, *limit], "dashed: predicted": None,
            ("limit", "after a long time"): None, ("course", "state"): course[0], ("course", "derivative"): course[1],
            ("limit", "state"): limit[0], ("limit", "derivative"): limit[1],
            "state, predicted": lambda off: predicted(off, "state"),
            "derivative, predicted": lambda off: predicted(off, "derivative"), "caption": {
                "a memory of # steps, white noise, # units: the state has a root mean square of #, and its derivative "
                f"in {'ν' if kind == 'lru' else 'λ'} one of # (predicted #)":
                [1 / (1 - lam), 400, *unit(lam, kind)[:, -1], *predicted(np.array([1 - lam]), "derivative")]}}
