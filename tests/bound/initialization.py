"""What the figures of initialization show, computed again."""

import numpy as np

from vgtext import nn, results
from vgtext.chapters.initialization import defaults as default
from vgtext.chapters.initialization import half, race, runs, shapes, singular, sums
from vgtext.chapters.initialization import lsuv as fit

from .ways import hashed

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


def called(activation):
    """The name of an activation in captions."""
    return {"relu": "ReLU", "identity": "linear"}.get(activation, activation)


def by_layer(line):
    """A line over layers from their values, layer 0 first; nothing where float32 might end."""
    line = np.array([np.nan if v is None else v for v in line], float)
    line = np.where((line > 1e-25) & (line < 1e25), line, np.nan)
    return lambda l: line[np.asarray(l, int).clip(0, len(line) - 1)]


def law(activation, weights, biases, depth):
    """Theory from both variances, by sums over a grid without 0: sizes of a[l] and of δ[l] over δ[L], at l."""
    phi, u = nn.get_activation(activation), np.linspace(-10, 10, 20_000)
    share, q, forth, slopes = np.exp(-(u**2) / 2) / np.exp(-(u**2) / 2).sum(), weights + biases, [1.0], []
    for _ in range(depth):
        forth.append(share @ phi(np.sqrt(q) * u) ** 2)
        slopes.append(weights * (share @ phi.derivative(np.sqrt(q) * u) ** 2))
        q = weights * forth[-1] + biases
    back = [np.sqrt(np.prod(slopes[max(l - 1, 0) : -1])) for l in range(depth + 1)]
    return [lambda l, line=line: np.array(line)[np.asarray(l, int).clip(0, depth)] for line in (np.sqrt(forth), back)]


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
    laws, layers = law(activation, sigma_w**2, 0, 29), np.arange(1, 30)
    end, used = ((v[runs.SCALES.index(sigma_w)]) for v in (middle, np.array([0.01, 0.03, 0.1, 0.3])[rate]))
    said = {f"{called(activation)}, # layers of #, σ_w = #: before training, layer # gets # times the error signal of "
            "layer #.": [30, 64, sigma_w, 1, back[0] / back[-1], 29], "; guessing has a loss of #.": np.log(10)}
    said |= {"The training loss ends at # (learning rate #, the best of four; median of three seeds)": [end, used]
             } if np.isfinite(end) else {"Training breaks down at all four learning rates": ()}
    title = "shaded: loss below half of guessing" if (middle < np.log(10) / 2).any() else "no scale here learns well"
    return {"size": [line(layers) for line in laws], "theory, activations": laws[0], "theory, error": laws[1],
            title: middle, "layer l (input at the left)": np.arange(31), "weight scale $\\sigma_w$": runs.SCALES,
            "■ activations a[l]": by_layer([None, *forth, None]),
            "● error δ[l], over the last": by_layer([None, *back / back[-1], None]),
            "training loss after 20 epochs": [middle, *shown.T], "median": middle, "one seed": shown.T,
            "median of three seeds": middle, "caption": said}


def sum_of_terms(distribution, rule):
    found = []
    for n in sums.INPUTS:
        rng, repeats = np.random.default_rng(0), max(200, min(2000, 400_000 // n))
        w = sums.DISTRIBUTIONS[distribution](rng, (repeats, n)) * sums.RULES[rule](n)
        found.append(np.mean([(row @ a) ** 2 for row, a in zip(w, rng.standard_normal((repeats, n)))]))
    laws = {"fixed: 0.1": lambda n: n * 0.1**2, "fixed: 0.01": lambda n: n * 0.01**2, "1/√n": np.ones_like}
    low, high = (sums.INPUTS.index(n) for n in (10, 1000))
    label, own = hashed(rule.removeprefix("fixed: "))
    said = (f"Weights of standard deviation {label}, {distribution}: with # inputs z has a "
            "mean square of #, with # inputs #. The law says # and #.")
    return {"mean square of z, input has 1": found, "dashed: n × variance of a weight": laws[rule],
            "number of inputs n": sums.INPUTS, "caption": {
                said: [*own, 10, found[low], 1000, found[high], *laws[rule](np.array([10.0, 1000.0]))]}}


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
    into, out = np.array(n[:-1]), np.array(n[1:])
    fan = {"1/n_in (LeCun)": into, "1/n_out": out, "Glorot": (into + out) / 2}[scheme]
    laws = [np.sqrt(np.cumprod([1, *factors])) for factors in (into / fan, (out / fan)[::-1])]
    said = (f"Linear, # layers, width{'s # and # in turn' if r > 1 else ' #'}, variance "
            f"{scheme.replace('1/n', '#/n')}, geometric mean of six networks: the signal arrives with # times its size "
            "(the law: #), the gradient with # (the law: #).")
    said = {said: [20, 64, *[64 * r] * (r > 1), *[1] * ("1/n" in scheme), mean["forward"][-1], laws[0][-1],
                   mean["backward"][-1], laws[1][-1]]}
    return {"size of a component of a[l]": [mean["forward"], laws[0]], "layer l": np.arange(21),
            "size of a component of ∂ℒ/∂a[l]": [mean["backward"][::-1], laws[1][::-1]],
            "geometric mean of six networks": [mean["forward"]], "caption": said}


def rows_of(values):
    """The row of a mark from its place: where the nearest value is; 99 if none is near."""
    def rows(x):
        at = abs(values[:, None] - x).argmin(axis=0)
        return np.where(np.isclose(values[at], x, rtol=5e-3), at, 99)
    return rows


def two_needs(q):
    z = np.sqrt(q) * np.random.default_rng(0).standard_normal(100_000)
    need = {"forward": [], "backward": []}
    for name in half.SHOWN:
        phi = nn.get_activation(name)
        need["forward"].append([np.sqrt(np.sum(z**2) / np.sum(phi(z) ** 2))])
        need["backward"].append([np.mean(phi.derivative(z) ** 2) ** -0.5])
    u = np.linspace(-10, 10, 20_000)
    a, share = np.tanh(np.sqrt(q) * u), np.exp(-(u**2) / 2) / np.exp(-(u**2) / 2).sum()
    said = ("Pre-activations with variance #: in theory ReLU keeps both signals at σ_w = # (forward) and # (backward); "
            "tanh needs # forward and # backward. Marks: # units.")
    said = {said: [q, 2**0.5, 2**0.5, np.sqrt(q / (share @ a**2)), (share @ (1 - a**2) ** 2) ** -0.5, z.size]}
    return {**{words: rows_of(np.ravel(at)) for words, at in need.items()}, "caption": said,
            "weight scale $\\sigma_w$ that is needed": need["forward"] + need["backward"]}


def he_xavier(depth, rate):
    found, sizes, said = {}, [], {}
    for k, init in enumerate(runs.INITS):
        kept = results.load("initialization_runs")["by_depth"].astype(float)[k, runs.DEPTHS.index(depth)]
        best = np.median(kept[..., -1], axis=1).argmin()
        each = kept[best if rate == "best" else runs.RATES.index(rate)]
        name, end = race.NAMES[init], np.sort(each[:, -1])[2]
        used = [(0.01, 0.03, 0.1, 0.3)[best]] if rate == "best" else []
        said |= {f"{name} ends at #" + " (learning rate #)" * (rate == "best"): [end, *used]} if np.isfinite(end) else {
            f"{name} breaks down": ()}
        each = np.where(np.isfinite(each), each, np.nan)
        found |= {f"{race.NAMES[init]}, one seed": each, f"{race.NAMES[init]}, median": np.sort(each, axis=0)[2]}
        nets = [nn.measure(depth, 128, activation="relu", init=init, batch=32, seed=1000 * k + seed) for seed in
                range(5)]
        level = 128 * np.sqrt(0.5 / 32)  # ‖∂ℒ/∂W‖² = (width / 2) width / batch
        sizes.append(np.exp(np.mean([np.log(net.gradient[1:]) for net in nets], axis=0)) / level)
    said |= {"ReLU, # layers of #: in random networks Glorot's weight gradients are, in the geometric mean over "
             "layers, # of He's (the law: #). Trained for # epochs, He": [
                 depth, 128, np.prod(sizes[1] / sizes[0]) ** (1 / depth), 0.5 ** ((depth - 1) / 2), 30],
             "; median of # seeds.": 5}
    found |= {"epoch": np.arange(1, 31), "layer l (input at the left)": np.arange(1, depth + 1), "caption": said}
    return {**found, "training loss": found["He, median"], "‖∂ℒ/∂W[l]‖, over He's level":
            sizes, "median of 5 seeds": found["He, median"]}


def spectrum(L, units):
    found, ends = {}, []
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
        ends.append((s[0], s[32]))  # 32.5 / 128 of the way down
        found[init] = lambda share, s=s: np.where(s > 1e-5 * s[0], s, np.nan)
    most = np.sqrt((L + 1) ** (L + 1) / L**L)
    words = f"singular values of {L} layers" if L > 1 else "singular values of 1 layer"
    (first, quarter), (other, beside) = ends
    said = {f"{units}, # layer{'s' * (L > 1)} of #: the most stretched direction is multiplied by # with Gaussian "
            f"layers {'(in very wide layers #) ' * (units == 'linear')}and by # with orthogonal ones; a quarter of the "
            "way down the factors are # and #.": [L, 128, first, *[most] * (units == "linear"), other, quarter, beside]}
    return {**found, words: None, "share of directions, the most stretched first": (np.arange(128) + 0.5) / 128,
            "caption": said, "the law for the largest": [most, most]}


def lsuv(activation, start):
    net, d = nn.mlp(64, 64, 10, depth=30, activation=activation, init=fit.STARTS[start], seed=0), DIGITS
    found, second, spread = {}, slice(128, 256), []
    for words in ("before", "after"):
        z, _, back = passes(net, second)
        spread.append(np.mean(z[29] ** 2) - np.mean(z[29]) ** 2)
        sizes = np.array([np.nan, *(np.linalg.norm(v) for v in back[1:])])
        found |= {("forward", words): by_layer([None, *(v.var() for v in z[1:])]),
                  ("backward", words): by_layer(sizes / sizes[29])}
        nn.lsuv(net, d.x[:, :128])
    unit, u = nn.get_activation(activation), np.linspace(-10, 10, 20_000)
    share = np.exp(-(u**2) / 2)
    factor = np.sqrt(share @ unit.derivative(u) ** 2 / (share @ unit(u) ** 2))
    said = (f"{called(activation)}, # layers of #, one network, start {start.replace('0.1', '#').replace('3', '#')}: "
            "before LSUV z has a variance of # in layer #, afterward #. Layer # then gets # times the error signal of "
            "layer # (the law: #).")
    said = {said: [30, 64, *([float(start.split()[-1])] if "=" in start else []), spread[0], 29, spread[1], 1,
                   sizes[1] / sizes[29], 29, factor**28]}
    return {**found, "variance of z[l]": found["forward", "after"], "caption": said,
            "‖δ[l]‖ / ‖δ[29]‖": lambda l: factor ** (29 - l), "layer l (input at the left)": np.arange(1, 31),
            "rings: before, dots: after": None}


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
        variance = {"PyTorch": 1 / 3, "Keras": 1.0, "Flax": 1.0, "He": 2.0}[name]
        found |= {name: np.exp(np.mean(logs, axis=0)),
                  f"theory, {name}": law(activation, variance, bias**2 / 3 / 128, 30)[1]}
    mean = [found[name] for name in default.DEFAULTS]
    said = (f"{called(activation)}, # layers of #, geometric mean of # seeds. The error signal of layer # over that of "
            "layer #, with each default and with He's rule: PyTorch #, Keras #, Flax #, He #.")
    return {**found, "caption": {said: [30, 128, 3, 1, 30, *(line[0] for line in mean)]},
             "‖δ[l]‖ / ‖δ[30]‖": mean, "geometric mean of 3 seeds": mean,
            "layer l (input at the left)": np.arange(1, 31)}
