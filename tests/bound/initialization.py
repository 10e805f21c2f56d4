"""What the figures of initialization show, computed again."""

import numpy as np

from vgtext import nn, results
from vgtext.chapters.initialization import defaults as default
from vgtext.chapters.initialization import half, race, runs, shapes, singular, sums
from vgtext.chapters.initialization import lsuv as fit

DIGITS = nn.data.digits()


def passes(net, examples):
    """Mean squares of z[l] and a[l], and of every unit's error signal, by a plain pass in float64."""
    x, y = DIGITS.x[:, examples].astype(float), DIGITS.y[examples]
    a, z, layers = [x], [None], net.layers
    for layer in layers[1:]:
        z.append(layer.W.astype(float) @ a[-1] + layer.b.astype(float).reshape(-1, 1))
        a.append(layer.phi(z[-1]))
    p = np.exp(z[-1] - z[-1].max(axis=0))
    p /= p.sum(axis=0)
    p[y, np.arange(y.size)] -= 1
    d = [p]
    for l in range(len(layers) - 2, 0, -1):
        d.insert(0, layers[l].phi.derivative(z[l]) * (layers[l + 1].W.astype(float).T @ d[0]))
    return z, a, [None, *d]


def by_layer(line):
    """A line over layers from their values, layer 0 first; nothing where float32 might end."""
    line = np.array([np.nan if v is None else v for v in line], float)
    line = np.where((line > 1e-25) & (line < 1e25), line, np.nan)
    return lambda l: line[np.asarray(l, int).clip(0, len(line) - 1)]


def scale(activation, sigma_w):
    sizes = []
    for seed in range(3):
        net = nn.mlp(64, 64, 10, depth=30, activation=activation, init=nn.initializers.scaled_normal(sigma_w),
                     seed=seed)
        _, a, d = passes(net, slice(0, 128))
        sizes.append([[np.sqrt((v[l] ** 2).mean()) for l in range(1, 30)] for v in (a, d)])
    forth, back = np.prod(sizes, axis=0) ** (1 / 3)
    kept = results.load("initialization_runs")["by_scale"].astype(float)[runs.ACTIVATIONS.index(activation)]
    rate = np.median(kept[..., -1], axis=2).argmin(axis=1)
    ends = np.array([one[k, :, -1] for one, k in zip(kept, rate)])
    shown = np.where(np.isfinite(ends), ends, np.nan)
    middle = np.sort(ends, axis=1)[:, 1]
    middle = np.where(np.isfinite(middle), middle, np.nan)
    return {"size": None, "theory, activations": None, "theory, error": None, "no scale here learns well": None,
            "■ activations a[l]": by_layer([None, *forth, None]),
            "● error δ[l], over the last": by_layer([None, *back / back[-1], None]),
            "training loss after 20 epochs": [middle, *shown.T], "median": middle, "one seed": shown.T,
            "median of three seeds": middle, "shaded: loss below half of guessing": None}


def sum_of_terms(distribution, rule):
    found = []
    for n in sums.INPUTS:
        rng, repeats = np.random.default_rng(0), max(200, min(2000, 400_000 // n))
        w = sums.DISTRIBUTIONS[distribution](rng, (repeats, n)) * sums.RULES[rule](n)
        found.append(np.mean([(row @ a) ** 2 for row, a in zip(w, rng.standard_normal((repeats, n)))]))
    law = {"fixed: 0.1": lambda n: n * 0.1**2, "fixed: 0.01": lambda n: n * 0.01**2, "1/√n": np.ones_like}[rule]
    return {"mean square of z, input has 1": found, "dashed: n × variance of a weight": law}


def rectangles(scheme, r):
    found = {"forward": [], "backward": []}
    init, n = nn.get_initializer(shapes.SCHEMES[scheme]), [64 * (r if l % 2 else 1) for l in range(21)]
    for seed in range(6):
        rng = np.random.default_rng(seed)
        W = [init(n[l], n[l - 1], rng) for l in range(1, 21)]
        a, d = [rng.standard_normal((n[0], 16))], [rng.standard_normal((n[20], 16))]
        for up, down in zip(W, W[::-1]):
            a.append(up @ a[-1]), d.append(down.T @ d[-1])
        for panel, line in (("forward", a), ("backward", d)):
            sizes = [np.sqrt(np.mean(v**2)) for v in line]
            found[panel].append(np.array(sizes) / sizes[0])
    mean = {panel: np.prod(lines, axis=0) ** (1 / 6) for panel, lines in found.items()}
    return {"size of a component of a[l]": mean["forward"], "size of a component of ∂ℒ/∂a[l]": mean["backward"][::-1],
            "geometric mean of six networks": [*mean.values()][:1]}


def two_needs(q):
    z = np.sqrt(q) * np.random.default_rng(0).standard_normal(100_000)
    need = {"forward": [], "backward": []}
    for name in half.SHOWN:
        phi = nn.get_activation(name)
        need["forward"].append([np.sqrt(np.sum(z**2) / np.sum(phi(z) ** 2))])
        need["backward"].append([np.mean(phi.derivative(z) ** 2) ** -0.5])
    return {"weight scale $\\sigma_w$ that is needed": need["forward"] + need["backward"]}


def he_xavier(depth, rate):
    found, sizes = {}, []
    for k, init in enumerate(runs.INITS):
        kept = results.load("initialization_runs")["by_depth"].astype(float)[k, runs.DEPTHS.index(depth)]
        best = np.median(kept[..., -1], axis=1).argmin()
        each = kept[best if rate == "best" else runs.RATES.index(rate)]
        each = np.where(np.isfinite(each), each, np.nan)
        found |= {f"{race.NAMES[init]}, one seed": each, f"{race.NAMES[init]}, median": np.sort(each, axis=0)[2]}
        nets = [nn.measure(depth, 128, activation="relu", init=init, batch=32, seed=1000 * k + seed) for seed in
                range(5)]
        level = 128 * np.sqrt(0.5 / 32)  # ‖∂ℒ/∂W‖² = (width / 2) width / batch
        sizes.append(np.exp(np.mean([np.log(net.gradient[1:]) for net in nets], axis=0)) / level)
    return {**found, "epoch": np.arange(1, 31), "training loss": [*found.values()][1], "‖∂ℒ/∂W[l]‖, over He's level":
            sizes, "median of 5 seeds": found["He, median"]}


def spectrum(L, units):
    found = {}
    for init in ("Gaussian", "orthogonal"):
        (activation, gain), rng = singular.UNITS[units], np.random.default_rng(0)
        phi, x = nn.get_activation(activation), singular.INPUT.get(units, 1.0) * rng.standard_normal(128)
        W = [gain * singular.INITS[init](128, 128, rng) for _ in range(L)]
        z, J = [W[0] @ x], np.eye(128)
        for w in W[1:]:
            z.append(w @ phi(z[-1]))
        for w, at in zip(W[::-1], z[::-1]):
            J = J @ (phi.derivative(at)[:, None] * w)
        s = np.linalg.svd(J, compute_uv=False)
        found[init] = lambda share, s=s: np.where(s > 1e-5 * s[0], s, np.nan)
    most = np.sqrt((L + 1) ** (L + 1) / L**L)
    words = f"singular values of {L} layers" if L > 1 else "singular values of 1 layer"
    return {**found, words: None, "share of directions, the most stretched first": (np.arange(128) + 0.5) / 128,
            "the law for the largest": [most, most]}


def lsuv(activation, start):
    net, d = nn.mlp(64, 64, 10, depth=30, activation=activation, init=fit.STARTS[start], seed=0), DIGITS
    found, second = {}, slice(128, 256)
    for words in ("before", "after"):
        z, _, back = passes(net, second)
        sizes = np.array([np.nan, *(np.linalg.norm(v) for v in back[1:])])
        found |= {("forward", words): by_layer([None, *(v.var() for v in z[1:])]),
                  ("backward", words): by_layer(sizes / sizes[29])}
        nn.lsuv(net, d.x[:, :128])
    return {**found, "variance of z[l]": None, "‖δ[l]‖ / ‖δ[29]‖": None, "rings: before, dots: after": None}


def defaults(activation):
    found = {}
    for name, (init, bias, _) in default.DEFAULTS.items():
        logs, phi = [], nn.get_activation(activation)
        for seed in range(3):
            rng = np.random.default_rng(seed)
            W = np.stack([init(128, 128, rng) for _ in range(30)])
            b = rng.uniform(-1, 1, (30, 128, 1)) * bias / np.sqrt(128)
            a, d = rng.standard_normal((2, 128, 32))
            z = []
            for w, c in zip(W, b):
                z.append(w @ a + c)
                a = phi(z[-1])
            back = [phi.derivative(z[-1]) * d]
            for w, at in zip(W[:0:-1], z[-2::-1]):
                back.append(phi.derivative(at) * (w.T @ back[-1]))
            sizes = [np.linalg.norm(v) for v in back[::-1]]
            logs.append(np.log(sizes) - np.log(sizes[-1]))
        found |= {name: np.exp(np.mean(logs, axis=0)), f"theory, {name}": None}
    return {**found, "‖δ[l]‖ / ‖δ[30]‖": None, "geometric mean of 3 seeds": found["He"]}
