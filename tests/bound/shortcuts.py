"""What the figures of shortcuts show, computed again."""

from functools import cache
from math import comb

import autograd.numpy as anp
import numpy as np
from autograd import grad

from vgtext.chapters.shortcuts import noise as waves
from vgtext.chapters.shortcuts import normfree, runs, size
from vgtext.chapters.shortcuts import norms as places
from vgtext.chapters.shortcuts import shattered as torn
from vgtext.chapters.shortcuts import starts as ways
from vgtext.chapters.shortcuts.training import WORDS

from .ways import hashed


def training(depth, other):
    """Of the rate with the least last loss of training, as a mean of the seeds."""
    kept = runs.stored().mean(axis=3)  # kind, depth, rate, loss/training/test, epoch
    found = {}
    for kind in ("plain", other):
        each = kept[runs.KINDS.index(kind)]
        best = np.array([of_rate[of_rate[:, 0, -1].argmin(), 1] for of_rate in each])
        words = WORDS[kind].replace("b_f", "$b_f$")
        found |= {("curves", words): best[runs.DEPTHS.index(depth)], ("depths", words): best[:, -1]}
    for panel, title in (("curves", f"{depth} blocks"), ("depths", "after 10 epochs")):
        found[title] = [found[key] for key in found if key[0] == panel]
    lines, ends = [line for key, line in found.items() if len(key) == 2], []
    for kind in ("plain", other):
        each = kept[runs.KINDS.index(kind), runs.DEPTHS.index(depth)]
        ends += [*each[each[:, 0, -1].argmin(), 1:, -1]]
    name, count = hashed(WORDS[other])
    said = {"ReLU, width #, # blocks, He's weights, digits, best of three learning rates, mean of # seeds. After # "
            f"epochs, right in training and in the test: plain # and #; {name}: # and #.":
            [32, depth, 3, 10, *ends[:2], *count, *ends[2:]]}
    return {**found, "training accuracy": lines, "epoch": np.arange(1, 11), "number of blocks L": runs.DEPTHS,
            "mean of 3 seeds": lines, "best of three learning rates": lines,
            "caption": said}


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
    label, one = hashed(name)
    ends = [found["backward", kind][0] for kind in ("plain", name)]
    far, further = (" (beyond the panel)" * (not 1e-20 <= end <= 1e20) for end in ends)
    said = {f"ReLU, width #, # blocks, σ_w = #. The input gets the output's gradient times #{far} in the plain "
            f"network, times #{further} with a shortcut and {label}. Dashed: predicted.":
            [128, L, sigma_w, *ends, *one]}
    return {**found, "caption": said, "block l": [np.arange(L + 1), np.arange(0, L + 1, step)],
            "size of z[l], over the input's": found["forward", name],
            "size of δ[l], over δ[L]": [found["backward", kind] for kind in ("plain", name)]}


def paths(L, name):
    """The gradient with every branch times t is a polynomial in t: its coefficients, from values on a circle."""
    power, s, k = np.zeros(L + 1), L ** -size.SCALES[name], np.arange(L + 1)
    for seed in range(4):
        rng, t = np.random.default_rng(seed), np.exp(2j * np.pi * k / (L + 1))[:, None, None]
        W = np.sqrt(2 / 128) * rng.standard_normal((L, 128, 128))
        z = [rng.standard_normal((128, 4))]
        for w in W[:-1]:
            z.append(z[-1] + s * w @ np.maximum(z[-1], 0))
        d = np.ones_like(t) * rng.standard_normal((128, 4))
        for w, at in zip(W[::-1], z[::-1]):
            d = d + t * s * (at > 0) * (w.T @ d)
        power += (abs(np.fft.fft(d, axis=0)) ** 2).sum(axis=(1, 2))
    measured, all_paths, p = power / power.sum(), np.array([comb(L, i) for i in k], float), s**2 / (1 + s**2)
    label, one = hashed(name)
    said = {"# paths through # blocks; a path passes # branches on average. Weighted by the squared gradient that each "
            f"carries, the average is # for {label} (predicted #).":
            [sum(all_paths), L, L / 2, sum(k * measured), *one, L * p]}
    return {"caption": said, "branches on the path, k": k, "share": all_paths / 2**L, "of the squared gradient":
            lambda k: np.where(measured > 1e-20, measured, np.nan), "_": [all_paths * p**k * (1 - p) ** (L - k)]}


def followed(kind, L):
    """The law for two inputs' gradients from the variance and the covariance of z, block by block."""
    skip, q, c, product = kind.startswith("shortcut"), 1.0, 0.0, 1.0
    for l in range(L):
        angle, v = np.arccos(min(c / q, 1)), 1 + l * (1 - 1 / np.pi)
        if "norm" in kind:
            product *= (v + 0.5) / (v + 1) if skip else 0.5
            continue
        product *= (skip + 1 - angle / np.pi) / (skip + 1)
        both = q * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi
        q, c = skip * q + q, skip * c + both
    return product


@cache
def alike(kind, L):
    """The mean cosine of pairs of 60 inputs' gradients; of their mean vector's length."""
    skip, norm, found = kind.startswith("shortcut"), "norm" in kind, []
    for seed in range(4):
        rng, kept = np.random.default_rng([seed, L]), []
        z = rng.standard_normal((300, 60))
        for _ in range(L):
            W, u, spread = np.sqrt(2 / 300) * rng.standard_normal((300, 300)), z, np.ones((300, 1))
            if norm:
                middle = z.sum(axis=1, keepdims=True) / 60
                spread = np.sqrt(((z - middle) ** 2).sum(axis=1, keepdims=True) / 60)
                u = (z - middle) / spread
            kept.append((W, np.heaviside(u, 0) / spread))
            z = skip * z + W @ (u * (u > 0))
        d = np.ones((1, 60)) * rng.standard_normal((300, 1))
        for W, slope in kept[::-1]:
            d = skip * d + slope * (W.T @ d)
        mean = (d / np.sqrt((d**2).sum(axis=0))).sum(axis=1) / 60
        found.append((60 * mean @ mean - 1) / 59)
    return sum(found) / 4


def shattered(kind):
    laws = {"plain": lambda L: 2.0**-L, "plain + batch norm": lambda L: 2.0**-L, "shortcut": lambda L: 0.75**L,
            "shortcut + batch norm": lambda L: L**-0.5}
    cosines = np.array([alike(kind, L) for L in torn.DEPTHS])
    said = {f"{kind[1:]}, ReLU, width #, unrelated inputs, mean of # draws: two gradients have a correlation of # "
            "after one block and # after five; the published law says #, and following the inputs' correlation gives "
            "#.":
            [300, 4, alike(kind, 1), alike(kind, 5), laws[kind](5), followed(kind, 5)]}
    if kind == "plain + batch norm":
        said["gives #. At # blocks the mean is below 0, and no dot is drawn."] = [followed(kind, 5), 15]
    assert [*np.flatnonzero(cosines <= 0)] == [6] * (kind == "plain + batch norm")
    cosines = np.where(cosines > 0, cosines, np.nan)
    return {"published law": laws[kind], "correlation of two gradients": cosines, "measured": cosines,
            "number of blocks L": torn.DEPTHS, "inputs' correlation followed": [followed(kind, L) for L in torn.DEPTHS],
            "caption": said}


@cache
def noise_lines(kind, L):
    """The gradients of ten networks, one backward pass each, and their autocorrelation."""
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
    return rows[0], [np.mean([row[lag:] * row[: len(row) - lag] for row in rows]) for lag in waves.LAGS]


def noise(L, kind):
    of = {f"{name}, {blocks} block{'s' * (blocks > 1)}": noise_lines(name, blocks)
          for name, blocks in dict.fromkeys([("plain", 1), ("plain", 5), ("plain", 50), (kind, L)])}
    one, mean = of[f"{kind}, {L} block{'s' * (L > 1)}"]
    label, numbers = hashed(kind[1:])
    said = {f"{label}, ReLU, # block{'s' * (L > 1)} of #: gradients at inputs # apart have a correlation of # (mean of "
            "# networks); in a plain network of one block #.":
            [*numbers, L, 200, 16 * 4 / 255, mean[4], 10, of["plain, 1 block"][1][4]]}
    return {**{words: lines[1] for words, lines in of.items()}, "df/dx, over its rms": one, "mean of 10 networks": mean,
            "caption": said, "autocorrelation": mean, "input x": np.linspace(-2, 2, waves.POINTS),
            "distance of two inputs": waves.LAGS * 4 / (waves.POINTS - 1)}


@cache
def last_gradient(place, L, seed):
    """The gradient of the last block's second matrix, by autograd: a norm comes behind it in both kinds."""
    rng, unit = np.random.default_rng(seed), lambda z: (z - anp.mean(z, axis=0)) / anp.std(z, axis=0)
    z = rng.standard_normal((128, 16))
    for _ in range(L):
        W, V = rng.standard_normal((2, 128, 128)) / np.sqrt(128)
        before, a = z, np.maximum(W @ (z if place == "post" else unit(z)), 0)
        z = before + V @ a
        z = unit(z) if place == "post" else z
    out, y = rng.standard_normal((10, 128)) / np.sqrt(128), rng.integers(10, size=16)

    def loss(V):
        scores = out @ unit(before + V @ a)
        return anp.mean(anp.log(anp.sum(anp.exp(scores), axis=0)) - scores[y, np.arange(16)])

    return np.sqrt(np.sum(grad(loss)(V) ** 2))


def norms(place):
    each = np.array([[last_gradient(place, L, seed) for L in places.DEPTHS] for seed in range(8)])
    mean = np.prod(each, axis=0) ** (1 / 8)
    law = [mean[0] * np.sqrt(4 / (2 + np.array(places.DEPTHS)))] if place == "pre" else []
    x, y = np.log(places.DEPTHS), np.log(mean)
    slopes = [np.cov(x[k:], y[k:])[0, 1] / np.var(x[k:], ddof=1) for k in (0, 3)]
    said = {f"{place.title()}-norm, feed-forward blocks, width #, geometric mean of # seeds (gray), at the start: the "
            "last block's gradient goes as L to the power # from # to # blocks, # from # on.":
            [128, 8, slopes[0], 2, 64, slopes[1], 16]}
    return {"caption": said, "geometric mean of 8 seeds": mean, "number of blocks L": places.DEPTHS, "_": law,
            "gradient of the last block's W₂": [*each, mean]}


def rows_of(values, up):
    """Of each way the row of its mark, from the last way at the bottom, at the place of the mark only."""
    return [lambda x, at=at, row=row + up: np.where(np.isclose(x, at, rtol=5e-3), row, np.nan)
            for row, at in enumerate(values[::-1])]


def starts(L, rate):
    kept, at, found = ways.stored(), normfree.BLOCKS.index(L), {}
    sizes, right = 10 ** kept["size"][:, at], kept["right"][:, at, :, :, 0].mean(axis=2)  # way, rate
    chosen = right.max(axis=1) if rate == ways.BEST else right[:, normfree.RATES.index(rate)]
    for way, rights in zip(normfree.WAYS.values(), right):
        for one in rights:
            rates = ", ".join(f"{r:g}" for r, other in zip(normfree.RATES, rights) if other == one)
            found[f"{way}, η = {rates}"] = [one]
    names = [name for name, share in zip(normfree.WAYS.values(), chosen) if share > 0.9]
    label, ones = hashed("".join(": " * (not k) + "; " * (k > 0) + name for k, name in enumerate(names)))
    at, given = ("each at its best learning rate", []) if rate == ways.BEST else ("η = #", [rate])
    said = {f"# blocks of two ReLU layers, width #, # steps, {at}: # of # {'gets' if len(names) == 1 else 'get'} above "
            f"# in training{label}. Without any of them the stream grows to # times its size before training. "
            "Mean of # seeds.": [L, 32, 220, *given, len(names), 9, 0.9, *ones, sizes[0, 0], 2]}
    return {**found, "caption": said, "factor over all blocks, at the start": sizes.reshape(-1, 1), "activations":
            rows_of(sizes[:, 0], 0.12), "error signal": rows_of(sizes[:, 1], -0.12), "● error signal": None,
            f"{L} blocks, before training": sizes.reshape(-1, 1), "right in training": chosen[:, None],
            f"after {normfree.STEPS} steps": chosen[:, None],
            "what is done": [[i + up] for i in range(len(right)) for up in (0.12, -0.12)]}
