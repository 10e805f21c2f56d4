"""What the figures of causes show, computed again."""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.chapters.causes import circle as ring
from vgtext.chapters.causes import depth as profiles
from vgtext.chapters.causes import fluctuations as chance
from vgtext.chapters.causes import plane as grid
from vgtext.chapters.causes import slopes as bend
from vgtext.chapters.causes.theory import variances
from vgtext.palette import number

mf = nn.meanfield


def circle(l):
    """How long the closed curve is, over the circle: its words have the number."""
    found = {}
    for sigma_w in ring.SCALES.values():
        z = ring.circle(sigma_w)[[0, l]]
        first, now = np.sqrt(np.sum(np.diff(z, axis=2) ** 2, axis=1)).sum(axis=1)
        found[f"length × {number(now / first)}"] = None
    return found


@cache
def factors(activation):
    """The factor of the error signal per layer, layers 12 to 8, at every scale: geometric means of two networks."""
    found = []
    for scale in bend.SCALES:
        runs = [nn.measure(20, 300, scale, 0.0, activation, batch=32, seed=seed) for seed in (0, 1)]
        found.append(np.prod([run.error[8] / run.error[12] for run in runs]) ** (1 / 8))
    return found


def slopes(activation, sigma_w):
    phi, z = nn.get_activation(activation), np.linspace(-9, 9, 20_001)
    root = np.sqrt(variances(activation, sigma_w, 0.0, 10)[10])
    weights = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
    slope = np.sqrt(weights @ phi.derivative(root * z) ** 2)
    return {"factor per layer": factors(activation), "slope φ′(z)": phi.derivative,
            f"the slopes: × {number(slope)}": None}


def mean_and_variance(activation, sigma_w):
    found = []
    for seed in range(3):
        W, x = nn.sample_weights(50, 200, seed), nn.sample_batch(200, 32, seed)[0].astype(float)
        a, phi, line = x, nn.get_activation(activation), []
        for l in range(50):
            a = phi(sigma_w * W[0][l].astype(float) @ a)
            line.append(np.mean((a - a.mean()) ** 2))
        found.append(line)
    mean = np.append(np.nan, np.prod(found, axis=0) ** (1 / 3))
    return {"variance of a[l]": mean[1::3], "geometric mean of 3 seeds": mean[1::3]}


def rates(sigma_w, sigma_b):
    kept = results.load("causes_depth")["log10"]
    line = 10.0 ** kept[profiles.SCALES.index(sigma_w), [*profiles.BIASES.values()].index(sigma_b)]
    assert np.isclose(line[60], 1)
    every = lambda l: line[l.astype(int)]  # noqa: E731
    return {"error signal ‖δ[l]‖ / ‖δ[L]‖": every, "geometric mean of 5 seeds": every}


def depth_over_width(units, n, k):
    found, places = [], []
    for m in chance.WIDTHS:
        for depth in chance.DEPTHS:
            logs = chance.log_sizes(units, m)[:, depth]
            logs = logs[np.isfinite(logs)]
            found.append(np.mean((logs - logs.mean()) ** 2)), places.append(depth / m)
    v = chance.UNITS[units][3]
    return {"variance of ln ‖δ‖²": found, "layers passed over width, k/n": places,
            "error signal, ‖δ[L−k]‖ / ‖δ[L]‖": None, f"{v} k/n": lambda at: v * at}


def two_inputs(activation, sigma_w, sigma_b):
    """Pairs of inputs through four networks, one after the other."""
    phi, found = nn.get_activation(activation), {0.0: [], 0.6: [], 0.95: []}
    sums = np.zeros((4, 31, 3))  # |x|² + |y|², x y and |x - y|², per unit
    for seed in range(4):
        W, b = nn.sample_weights(30, 250, seed, bias=True)
        u, v = np.random.default_rng(seed).normal(size=(2, 250, 18))
        c = np.repeat([*found], 6)
        x, y = u, c * u + np.sqrt(1 - c**2) * v
        for l in range(31):
            if l:
                x, y = (sigma_w * W[l - 1] @ (phi(z) if l > 1 else z) + sigma_b * b[l - 1] for z in (x, y))
            for k, part in enumerate((x**2 + y**2, x * y, (x - y) ** 2)):
                sums[k, l] += part.mean(axis=0).reshape(3, 6).mean(axis=1)
    cosine, whole, apart = 2 * sums[1] / sums[0], np.sqrt(sums[0] / 8), np.sqrt(sums[2] / 8)
    apart = np.where(apart > 1e-6 * whole, apart, np.nan)
    lines = {f"began at {start:g}": lambda l, k=k: np.where(np.abs(cosine[l.astype(int), k]) > 0.05,
                                                           cosine[l.astype(int), k], np.nan)
             for k, start in enumerate(found)}
    return {**lines, "size of z[l], per unit": whole[1:, 0], "the whole signal": whole[1:, 0],
            "line: the whole signal": whole[1:, 0],
            "correlation of two inputs": None, **{f"theory, {words}": None for words in lines},
            "dots: what differs between two inputs": lambda l: apart[l.astype(int), 0]}


def plane(activation, sigma_b, depth):
    def ratio(scale, L):
        runs = [nn.measure(L, 64, scale, sigma_b, activation, batch=8, seed=seed) for seed in (0, 1)]
        return np.mean([run.log10_error[1] - run.log10_error[L] for run in runs])

    some = {scale: ratio(scale, depth) for scale in grid.SCALES[:9:4]}  # above them rounding grows
    line = lambda at: np.array([10.0 ** some.get(float(s), np.nan) for s in at])  # noqa: E731
    whole = grid.first_over_last(activation, sigma_b).clip(-6, 6).ravel()
    return {"log₁₀ ‖δ[1]‖ / ‖δ[L]‖": whole, f"‖δ[1]‖ / ‖δ[L]‖ at L = {depth}": line,
            "geometric mean of two seeds": None}
