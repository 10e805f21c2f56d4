"""What the figures of shortcuts show, computed again."""

from math import comb

import numpy as np

from vgtext.chapters.shortcuts import noise as waves
from vgtext.chapters.shortcuts import normfree, runs, size
from vgtext.chapters.shortcuts import norms as places
from vgtext.chapters.shortcuts import shattered as torn
from vgtext.chapters.shortcuts import starts as ways
from vgtext.chapters.shortcuts.training import WORDS


def training(depth, other):
    """Of the rate with the least last loss of training, as a mean of the seeds."""
    kept = runs.stored().mean(axis=3)  # kind, depth, rate, loss/training/test, epoch
    found = {}
    for kind in ("plain", other):
        each = kept[runs.KINDS.index(kind)]
        best = np.array([of_rate[of_rate[:, 0, -1].argmin(), 1] for of_rate in each])
        words = WORDS[kind].replace("b_f", "$b_f$")
        found |= {("curves", words): best[runs.DEPTHS.index(depth)], ("depths", words): best[:, -1]}
    return {**found, "training accuracy": [*found.values()], "epoch": np.arange(1, 11), "after 10 epochs":
            [line for (panel, _), line in found.items() if panel == "depths"], "mean of 3 seeds": [*found.values()],
            "best of three learning rates": [*found.values()]}


def sizes(L, sigma_w, name):
    rng, step, found = np.random.default_rng, max(1, L // 10), {}
    for kind in ("plain", name):
        draw, s = rng(0), 1 if kind == "plain" else L ** -size.SCALES[kind]
        W = sigma_w * draw.standard_normal((L, 128, 128)) / np.sqrt(128)
        z, skip = [draw.standard_normal((128, 8))], kind != "plain"
        for l in range(L):
            z.append(skip * z[-1] + s * W[l] @ np.maximum(z[-1], 0))
        d = [draw.standard_normal((128, 8))]
        for l in reversed(range(L)):
            d.append(skip * d[-1] + s * (z[l] > 0) * (W[l].T @ d[-1]))
        forth, back = (np.array([np.sqrt((v**2).mean()) for v in line]) for line in (z, d[::-1]))
        law = np.sqrt(sigma_w**2 / 2 if kind == "plain" else 1 + s**2 * sigma_w**2 / 2)
        found |= {("forward", kind): (forth / forth[0])[::step], ("backward", kind): (back / back[-1])[::step],
                  ("forward", f"theory, {kind}"): lambda l, law=law: law**l,
                  ("backward", f"theory, {kind}"): lambda l, law=law: law ** (L - l)}
    return {**found, "size of z[l], over the input's": found["forward", name], "size of δ[l], over δ[L]":
            [found["backward", kind] for kind in ("plain", name)]}


def paths(L, name):
    return {"branches on the path, k": None, "share": [comb(L, k) / 2**L for k in range(L + 1)],
            "of the squared gradient": size.path_shares(name, L)}


def shattered(kind):
    laws = {"plain": lambda L: 2.0**-L, "plain + batch norm": lambda L: 2.0**-L, "shortcut": lambda L: 0.75**L,
            "shortcut + batch norm": lambda L: L**-0.5}
    cosines = np.array([torn.correlation(kind, L) for L in torn.DEPTHS])
    return {"published law": laws[kind], "correlation of two gradients": np.where(cosines > 1e-4, cosines, np.nan),
            "measured": np.where(cosines > 1e-4, cosines, np.nan), "inputs' correlation followed": None}


def noise(L, kind):
    """The gradients of ten networks, one backward pass each."""
    skip, sigma_w, sigma_b = waves.LINES[kind]
    rows, x, n, s = [], np.linspace(-2, 2, waves.POINTS), waves.WIDTH, L**-0.5 if skip else 1.0
    for seed in range(10):
        rng, kept = np.random.default_rng([seed, L]), []
        w, b, v = rng.standard_normal((3, n, 1))
        z = w * x + b
        for _ in range(L):
            W = sigma_w / np.sqrt(n) * rng.standard_normal((n, n))
            kept.append((W, z > 0))
            z = skip * z + s * W @ np.maximum(z, 0) + sigma_b * rng.standard_normal((n, 1))
        d = np.repeat(v, len(x), axis=1)
        for W, on in kept[::-1]:
            d = skip * d + s * on * (W.T @ d)
        row = (w.T @ d)[0]
        rows.append(row / np.sqrt(np.mean(row**2)))
    mean = [np.mean([row[lag:] * row[: len(row) - lag] for row in rows]) for lag in waves.LAGS]
    return {"df/dx, over its rms": rows[0], "mean of 10 networks": mean, "autocorrelation": mean}


def norms(place):
    each = np.array([[places.gradients(place, L, seed)[-1] for L in places.DEPTHS] for seed in range(places.SEEDS)])
    return {"gradient of the last block's W₂": [*each, np.prod(each, axis=0) ** (1 / places.SEEDS)]}


def starts(L, rate):
    kept, at = ways.stored(), normfree.BLOCKS.index(L)
    sizes, right = 10 ** kept["size"][:, at], kept["right"][:, at, :, :, 0].mean(axis=2)  # way, rate
    chosen = right.max(axis=1) if rate == ways.BEST else right[:, normfree.RATES.index(rate)]
    return {"factor over all blocks, at the start": [sizes[:, :1], sizes[:, 1:]][0], "error signal": None,
            "● error signal": None, f"{L} blocks, before training": None, "right in training": chosen[:, None],
            f"after {normfree.STEPS} steps": None}
