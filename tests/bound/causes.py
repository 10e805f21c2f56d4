"""What the figures of causes show, computed again."""

from functools import cache
from itertools import pairwise

import numpy as np

from vgtext import nn, results
from vgtext.chapters.causes import circle as ring
from vgtext.chapters.causes import depth as profiles
from vgtext.chapters.causes import fluctuations as chance
from vgtext.chapters.causes import plane as grid
from vgtext.chapters.causes import slopes as bend
from vgtext.palette import ACTIVATION_NAMES, number

mf = nn.meanfield


@cache
def wide(activation, sigma_w, sigma_b, L):
    """Theory of a wide network, l = 1 … L: q[l], the mean and variance of a[l], the mean square slope; sums over z."""
    phi, z, q, found = nn.get_activation(activation), np.linspace(-9, 9, 20_000), sigma_w**2 + sigma_b**2, []
    weights = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
    for _ in range(L):
        a = phi(np.sqrt(q) * z)
        found.append((q, weights @ a, weights @ a**2 - (weights @ a) ** 2,
                      weights @ phi.derivative(np.sqrt(q) * z) ** 2))
        q = sigma_w**2 * (weights @ a**2) + sigma_b**2
    return np.array(found).T


def first_over_last(activation, sigma_w, sigma_b, L):
    """Theory of ‖δ[l]‖ / ‖δ[L]‖, l = 1 … L."""
    factors = sigma_w * np.sqrt(wide(activation, sigma_w, sigma_b, L)[3][:-1])
    return np.append(np.cumprod(factors[::-1])[::-1], 1)


def shadow(z, right):
    """The curve in its two widest directions, turned to lie as the circle did: heights at the places that it has."""
    t = np.linspace(0, 2 * np.pi, 481)
    u, s, v = np.linalg.svd(z - z.mean(axis=1, keepdims=True), full_matrices=False)
    flat = s[:2, None] * v[:2]
    x = flat @ np.cos(t), flat @ np.sin(t)
    u, _, v = np.linalg.svd(np.array(x))
    across, up = u @ v @ flat
    return lambda at: np.where(np.isclose(at, across + right) & (abs(up) > 1e-9), up, np.nan)


def circle(l):
    """How long the closed curve is, over the circle: its words have the number."""
    found, lengths = {"_": []}, []
    for right, sigma_w in zip((0, 2.7, 5.4), ring.SCALES.values()):
        found["_"] += [around(right), shadow(ring.circle(sigma_w)[l], right)]
        z = ring.circle(sigma_w)[[0, l]]
        first, now = np.sqrt(np.sum(np.diff(z, axis=2) ** 2, axis=1)).sum(axis=1)
        found[f"length × {number(now / first)}"] = None
        lengths.append(now / first)
    return {**found, "caption": {
        "shadow in layer # of three tanh networks, width #, on": [l, 300],
        "In all directions together its length has changed by factors of #, # and #": lengths}}


def around(right):
    """The circle that is sent."""
    t = np.linspace(0, 2 * np.pi, 481)
    return lambda at: np.where(np.isclose(at, right + np.cos(t)) & (abs(np.sin(t)) > 1e-9), np.sin(t), np.nan)


@cache
def factors(activation):
    """The factor of the error signal per layer, layers 12 to 8, at every scale: geometric means of two networks."""
    found = []
    for scale in bend.SCALES:
        runs = [nn.measure(20, 300, scale, 0.0, activation, batch=32, seed=seed) for seed in (0, 1)]
        found.append(np.prod([run.error[8] / run.error[12] for run in runs]) ** (1 / 8))
    return found


@cache
def saturated(activation, sigma_w):
    """The share of units of layer 10 whose slope is below a hundredth of the steepest: of two networks."""
    phi, shares = nn.get_activation(activation), []
    for seed in (0, 1):
        W, a = nn.sample_weights(20, 300, seed)[0], nn.sample_batch(300, 32, seed)[0]
        for l in range(10):
            z = np.float32(sigma_w) * W[l] @ a
            a = phi(z)
        shares.append(np.mean(phi.derivative(z) < max(phi.derivative(np.linspace(-5, 5, 1001))) / 100))
    return np.mean(shares)


def slopes(activation, sigma_w):
    phi, sigmas = nn.get_activation(activation), np.linspace(0.25, 12.5, 50)
    slope = lambda scale: np.sqrt(wide(activation, scale, 0.0, 10)[3][9])  # noqa: E731
    bends, q = np.array([*map(slope, sigmas)]), wide(activation, sigma_w, 0.0, 10)[0][9]
    lie = lambda z: np.where(z**2 < 16 * q, 0.5 * np.exp(-(z**2) / 2 / q), np.nan)  # noqa: E731
    back = factors(activation)[bend.SCALES.index(sigma_w)]
    said = {f"{ACTIVATION_NAMES[activation]}, σ_w = #: in theory the slopes of layer # have a root mean square of #. "
            "Measured, # of its units are saturated (a slope below # of the steepest), and one layer multiplies the "
            "error signal by # (predicted #)": [sigma_w, 10, slope(sigma_w), saturated(activation, sigma_w), 0.01, back,
                                          sigma_w * slope(sigma_w)]}
    return {"caption": said, "factor per layer": [factors(activation), sigmas * bends, sigmas, bends],
            "slope φ′(z)": phi.derivative, "pre-activation z": None, "_": [lie],
            "weight scale $\\sigma_w$": [sigmas, bend.SCALES], f"the slopes: × {number(slope(sigma_w))}": None}


def mean_and_variance(activation, sigma_w):
    found, middles, units = [], [], []
    for seed in range(3):
        W, x = nn.sample_weights(50, 200, seed), nn.sample_batch(200, 32, seed)[0].astype(float)
        a, phi, line = x, nn.get_activation(activation), []
        for l in range(50):
            a = phi(sigma_w * W[0][l].astype(float) @ a)
            line.append(np.mean((a - a.mean()) ** 2))
            units += [a] * (seed == 0)
            if l == 9:
                middles.append(a.mean())
        found.append(line)
    mean = np.append(np.nan, np.prod(found, axis=0) ** (1 / 3))
    theory = wide(activation, sigma_w, 0.0, 50)[2]
    off = " (beyond the panel)" * (not 1e-8 <= mean[50] <= 1e4)
    over = [l for l in (1, 10, 20, 30, 40, 50) if np.median(units[l - 1][units[l - 1] != 0]) > 3.6]
    said = {f"{ACTIVATION_NAMES[activation]}, σ_w = #, no biases, width #, geometric mean of # seeds: the variance of "
            f"the activations is # in layer #, # in layer # and #{off} in layer # (predicted #); in layer # the mean "
            "is # standard deviations from #": [sigma_w, 200, 3, mean[1], 1, mean[10], 10, mean[50], 50, theory[49], 10,
                                           abs(np.mean(middles)) / np.sqrt(mean[10]), 0]}
    return {"caption": said, "variance of a[l]": [mean[1::3], theory], "geometric mean of 3 seeds": mean[1::3],
            **{f"from layer {l} on, most are larger": None for l in over[:1] if activation == "relu"},
            ("units", "layer l"): None, ("variance", "layer l"): [np.arange(1, 51, 3), np.arange(1, 51)]}


def rates(sigma_w, sigma_b):
    kept = results.load("causes_depth")["log10"]
    line = 10.0 ** kept[profiles.SCALES.index(sigma_w), [*profiles.BIASES.values()].index(sigma_b)]
    assert np.isclose(line[60], 1)
    every = lambda l: line[l.astype(int)]  # noqa: E731
    theory = first_over_last("tanh", sigma_w, sigma_b, 60)
    fitted = lambda x, y: (x - x.mean()) @ (y - y.mean()) / ((x - x.mean()) @ (x - x.mean()))  # noqa: E731
    l, logs = np.arange(61.0), 2 * np.log(line)
    rate, chi = -fitted(l[10:51], logs[10:51]), sigma_w**2 * wide("tanh", sigma_w, sigma_b, 200)[3][-1]
    law = {"by a power law, ‖δ[l]‖ grows as l to the power # (predicted #)": [fitted(np.log(l[5:]), logs[5:]) / 2, 0.5]}
    slope = {"the fitted slope of ln ‖δ‖² is # a layer on the way back; ln χ₁ is #": [rate, np.log(chi)]}
    said = {**(law if (sigma_w, sigma_b) == (1, 0) else slope),
            "tanh, σ_w = #, σ_b = #, width #, geometric mean of # seeds: ": [sigma_w, sigma_b, 1000, 5],
            "Layer # gets # times the error signal of layer #": [1, line[1], 60]}
    return {"caption": said, "error signal ‖δ[l]‖ / ‖δ[L]‖": every,
            "layer l (backward: right to left)": [np.arange(1, 60, 3), np.arange(1, 61)],
            "layer l, on a log axis": np.arange(1, 61), "_": [theory, *([np.sqrt(np.arange(1, 61) / 60)] if (
                sigma_w, sigma_b) == (1, 0) else ())], "geometric mean of 5 seeds": every}


def depth_over_width(units, n, k):
    found, places, here = [], [], None
    for m in chance.WIDTHS:
        for depth in chance.DEPTHS:
            logs = chance.log_sizes(units, m)[:, depth]
            logs = logs[np.isfinite(logs)]
            found.append(np.mean((logs - logs.mean()) ** 2)), places.append(depth / m)
            here = found[-1] if (m, depth) == (n, k) else here
    v, logs = chance.UNITS[units][3], chance.log_sizes(units, n)[:, k]
    ends = v * k / n * -0.5 + np.sqrt(v * k / n) * np.linspace(-6, 6, 49)
    bars = [np.sum((low <= logs) & (logs < high)) / np.isfinite(logs).sum() for low, high in pairwise(ends)]
    kept = np.exp(np.interp(np.array([0.5, 0.1, 0.9]) * (np.isfinite(logs).sum() - 1), range(len(logs)), np.sort(
        np.where(np.isfinite(logs), logs, np.inf))) / 2)
    few = " (but for a few with a layer all off)" * (not np.isfinite(logs).all())
    said = {f"{units.replace('none', 'No activation')}, # networks of width #{few}: over # layers ln ‖δ‖² has a "
            "variance of # (# k/n = #)": [1000, n, k, here, v, v * k / n],
            "The median network keeps # of its error signal; one in ten keeps less than #, one in ten more than #":
            kept}
    bell = lambda at: np.exp(-((2 * np.log(at) + v * k / n / 2) ** 2) * n / (2 * v * k))  # noqa: E731
    return {"caption": said, "variance of ln ‖δ‖²": found, "layers passed over width, k/n": places,
            f"{v} k/n": lambda at: v * at,
            "error signal, ‖δ[L−k]‖ / ‖δ[L]‖": None, "_": [bell, np.array(bars) * 4 * np.sqrt(2 * np.pi)]}


@cache
def meets(activation, sigma_w, sigma_b, start):
    """Theory of two inputs in a wide network: their correlation, l = 0 … 30, and √(q (1 - c)), l = 1 … 30.

    A sum over the plane of the mean of both, and of half their difference, so that nothing is lost where c is near 1.
    """
    phi, u = nn.get_activation(activation), np.linspace(-7, 7, 281)
    w = np.exp(-u * u / 2) / np.exp(-u * u / 2).sum()
    apart, whole, found, sizes = sigma_w**2 * (1 - start), sigma_w**2 + sigma_b**2, [start], []
    for _ in range(30):
        found.append(1 - apart / whole)
        sizes.append(np.sqrt(apart))
        mean = np.sqrt(whole - apart / 2) * u[:, None]
        half = np.sqrt(apart / 2) * u
        x, y = phi(mean + half), phi(mean - half)
        apart, whole = (sigma_w**2 * (w @ v @ w) for v in ((x - y) ** 2 / 2, (x**2 + y**2) / 2))
        whole += sigma_b**2
    return np.round(found, 9), np.array(sizes)


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
    theory, apart_theory, last = {}, None, np.sqrt(sums[2, -1, 0] / 8)
    lost, off = last < 1e-14 * whole[-1, 0], " (beyond the panel)" * bool(last < 1e-10)
    said = {f"{ACTIVATION_NAMES[activation]}, σ_w = #, σ_b = #: in layer # two unrelated inputs have a correlation "
            "of #, two that began at # one of #. The whole signal has size #":
            [sigma_w, sigma_b, 30, cosine[-1, 0], 0.95, cosine[-1, 2], whole[-1, 0]],
            "; the difference of unrelated inputs" + (" is lost to rounding" if lost else f", over √2, has #{off}."): [
                last] * (not lost)}
    for start in found:
        c, size = meets(activation, sigma_w, sigma_b, start)
        theory[f"theory, began at {start:g}"] = c
        apart_theory = size if start == 0 else apart_theory
    return {"caption": said, **lines, **theory, "layer l": [np.arange(1, 31), np.arange(31)], "_": [apart_theory],
            "size of z[l], per unit": whole[1:, 0], "the whole signal": whole[1:, 0],
            "line: the whole signal": whole[1:, 0],
            "correlation of two inputs": None,
            "dots: what differs between two inputs": lambda l: apart[l.astype(int), 0]}


@cache
def boundary(activation, sigma_b):
    """Theory of the weight scale at which layers deep in the network keep the error signal: by halving the q there."""
    phi, z = nn.get_activation(activation), np.linspace(-9, 9, 20_000)
    weights, ends = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum(), np.log([max(1e-9, sigma_b**2), 1e6])
    for _ in range(40):
        q = np.exp(ends.mean())
        square = (q - sigma_b**2) / (weights @ phi(np.sqrt(q) * z) ** 2)  # σ_w² of the networks that settle at q
        ends[int(square * (weights @ phi.derivative(np.sqrt(q) * z) ** 2) > 1)] = ends.mean()
    return np.sqrt(square)


def edges(places):
    """Where the cells of a mesh at some places end: halfway to the next."""
    halves = [(one + other) / 2 for one, other in pairwise(places)]
    return [2 * places[0] - halves[0], *halves, 2 * places[-1] - halves[-1]]


def within(scales, line):
    """Where a line is between -1 and 1, in words, and the scales at which it comes to -1 and to 1, if it does."""
    line, places = [max(line[: i + 1]) for i in range(len(line))], []
    for goal in (-1, 1):
        i = sum(y < goal for y in line)
        between = [] if i in (0, len(line)) else [(goal - line[i - 1]) / (line[i] - line[i - 1])]
        places.append([np.exp(scales[i - 1] + share * (scales[i] - scales[i - 1])) for share in between])
    low, high = places
    return {(1, 1): "only where σ_w lies between # and #", (1, 0): "only where σ_w is above #, to the map's end",
            (0, 1): "only where σ_w is below #, from the map's start", (0, 0): "at every σ_w of the map"}[
                len(low), len(high)], [*low, *high]


def plane(activation, sigma_b, depth):
    def ratio(scale, L):
        runs = [nn.measure(L, 64, scale, sigma_b, activation, batch=8, seed=seed) for seed in (0, 1)]
        return np.mean([run.log10_error[1] - run.log10_error[L] for run in runs])

    some = {scale: ratio(scale, depth) for scale in grid.SCALES[:9:4]}  # above them rounding grows
    line = lambda at: np.array([10.0 ** some.get(float(s), np.nan) for s in at])  # noqa: E731
    whole, row = grid.first_over_last(activation, sigma_b), grid.DEPTHS.index(depth)
    strip, places = within(np.log(grid.SCALES), whole[row])
    whole = whole.clip(-6, 6)
    assert np.allclose(whole[row, :9:4], np.clip([*some.values()], -6, 6), rtol=5e-3)
    theory = [first_over_last(activation, scale, sigma_b, depth)[0] for scale in grid.SCALES]
    said = {f"{ACTIVATION_NAMES[activation]}, # layers of width #, σ_b = #, geometric mean of two seeds: layer # gets "
            f"between a tenth and ten times the error signal of layer # {strip}. The boundary χ₁ = # is at #":
            [depth, 64, sigma_b, 1, depth, *places, 1, boundary(activation, sigma_b)]}
    scale = "weight scale $\\sigma_w$"
    return {"caption": said, "depth L": edges(grid.DEPTHS), ("plane", scale): edges(grid.SCALES),
            ("cut", scale): grid.SCALES,
            "_": [theory, [-3, 3]], "log₁₀ ‖δ[1]‖ / ‖δ[L]‖": whole.ravel(), f"‖δ[1]‖ / ‖δ[L]‖ at L = {depth}": line,
            "geometric mean of two seeds": None}
