"""Thresholds that adapt: adaptive clipping, percentiles and z-scores beside a fixed global norm, with bad batches.

Each rule is a function of the network and the norms of all steps so far, the newest last; it clips the network's
gradient and says whether it did. The runs are kept in ``data/clipping_adaptive.npz``, remade in two minutes by

    python -m vgtext.chapters.clipping.adaptive
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm

STEPS, BATCH, DEPTH, WIDTH, SEEDS = 600, 32, 6, 64, 8
RATES, BAD, LOUD = (0.03, 0.1, 0.3), 0.02, 20.0  # one batch in fifty has pixels twenty times too large
ALPHA, Z_MAX, WARM = 0.97, 2.5, 25

digits = cache(nn.data.digits)


def shorten(net, norm, limit):
    """Scale the whole gradient down to ``limit``; return whether it was longer."""
    if norm <= limit:
        return False
    net.gradient *= net.gradient.dtype.type(limit / norm)
    return True


def fixed(limit):
    """The rule of one global norm for all steps; inf clips nothing."""
    return lambda net, norms: shorten(net, norms[-1], limit)


def percentile(share):
    """The rule whose threshold is a percentile of all norms so far (Seetharaman et al. 2020; they took the 10th)."""
    return lambda net, norms: shorten(net, norms[-1], np.quantile(norms, share))


def z_score():
    """ZClip (Kumar et al. 2025): beyond z = 2.5 standard deviations over the running mean, to mean + 2.5² std / z.

    Mean and variance of the norms run with a decay of 0.97, after 25 steps that are left alone; what is clipped enters
    them clipped.
    """
    state = {}

    def rule(net, norms):
        if len(norms) <= WARM:
            state["mean"], state["variance"] = np.mean(norms), np.var(norms)
            return False
        std = state["variance"] ** 0.5
        z = (norms[-1] - state["mean"]) / (std + 1e-6)
        limit = state["mean"] + Z_MAX**2 * std / z if z > Z_MAX else np.inf
        norm = min(norms[-1], limit)
        state["mean"] = ALPHA * state["mean"] + (1 - ALPHA) * norm
        state["variance"] = ALPHA * state["variance"] + (1 - ALPHA) * (norm - state["mean"]) ** 2
        return shorten(net, norms[-1], limit)

    return rule


def clip_units(W, g, limit, eps=1e-3):
    """Scale each row of g, in place, to at most ``limit`` times that row of W, at least ``eps`` (Brock et al. 2021).

    Returns the share of rows that were longer.
    """
    most = limit * np.maximum(np.linalg.norm(W, axis=1, keepdims=True), eps)
    size = np.linalg.norm(g, axis=1, keepdims=True)
    g *= np.minimum(1, most / np.maximum(size, np.finfo(g.dtype).tiny))
    return float(np.mean(size > most))


def adaptive(limit):
    """The rule of adaptive clipping (AGC), unit by unit, for all layers but the last, as published."""

    def rule(net, norms):
        rows = [clip_units(k.W, k.W_gradient, limit) + clip_units(k.b, k.b_gradient, limit) for k in net.layers[1:-1]]
        return max(rows) > 0

    return rule


#: The rules, in words: what makes each, for every run anew.
RULES = {"none": lambda: fixed(np.inf), "global norm 1": lambda: fixed(1.0), "percentile 10": lambda: percentile(0.1),
         "percentile 90": lambda: percentile(0.9), "ZClip": z_score, "AGC, 0.01": lambda: adaptive(0.01),
         "AGC, 0.1": lambda: adaptive(0.1)}


def run(rule, rate, bad, seed, steps=STEPS):
    """Train 6 ReLU layers: (norms before clipping, whether it fired, which batches were bad, test accuracy)."""
    d, rng, clip = digits(), np.random.default_rng(seed), RULES[rule]()
    net = nn.mlp(64, WIDTH, 10, depth=DEPTH, activation="relu", init="he_normal", seed=seed)
    norms, fired, loud = [], np.zeros(steps, bool), rng.random(STEPS)[:steps] < BAD * bad
    for step in range(steps):
        part = rng.integers(d.y.size, size=BATCH)
        net.loss_and_gradient(d.x[:, part] * np.float32(LOUD if loud[step] else 1), d.y[part])
        norms.append(float(np.linalg.norm(net.gradient)))
        if not np.isfinite(norms[-1]):
            return np.pad(norms, (0, steps - len(norms)), constant_values=np.inf), fired, loud, 0.1
        fired[step] = clip(net, norms)
        net.theta -= net.theta.dtype.type(rate) * net.gradient
    return np.array(norms), fired, loud, nn.accuracy(net.predict(d.x_test), d.y_test)


def make():
    """Run everything and write the file."""
    shape = len(RULES), len(RATES), 2, SEEDS
    fired, right = np.zeros((*shape, STEPS), bool), np.zeros(shape, np.int16)
    norms, loud = np.zeros((*shape[:3], STEPS), np.float16), np.zeros((2, SEEDS, STEPS), bool)
    for at in tqdm(np.ndindex(shape), total=right.size, desc="runs"):
        i, j, bad, seed = at
        size, fired[at], loud[bad, seed], share = run(list(RULES)[i], RATES[j], bool(bad), seed)
        right[at] = round(share * digits().y_test.size)
        if seed == 0:
            norms[at[:3]] = np.log10(np.minimum(size, 1e9))
    results.save("clipping_adaptive", SEEDS, fired=fired, loud=loud, right=right, norms=norms)


if __name__ == "__main__":
    make()
