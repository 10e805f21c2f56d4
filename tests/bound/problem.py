"""What the figures of problem show, computed again."""

from fractions import Fraction
from functools import cache

import numpy as np

from vgtext import nn
from vgtext.chapters.problem import rounding
from vgtext.chapters.problem.layers import NETWORKS, described

INPUT_LEFT = "layer l (input at the left)"


@cache
def passes(change, L):
    """Norms of a[l-1], δ[l] and ∂ℒ/∂W[l], of the mean loss of 100 digits, l = 1 … L: a plain pass."""
    activation, sigma_w = NETWORKS[change]
    data = nn.data.digits("float64")
    x, y = data.x[:, :100], data.y[:100]
    net = nn.mlp(64, 64, 10, L, activation=activation, init=nn.initializers.scaled_normal(sigma_w), seed=0,
                 dtype="float64")
    a, z = [x], [None]
    for layer in net.layers[1:]:
        z.append(layer.W @ a[-1] + layer.b.reshape(-1, 1))
        a.append(layer.phi(z[-1]))
    p = np.exp(z[-1] - z[-1].max(axis=0))
    p /= p.sum(axis=0)
    p[y, np.arange(100)] -= 1
    d = [p]
    for l in range(L - 1, 0, -1):
        d.insert(0, net.layers[l].phi.derivative(z[l]) * (net.layers[l + 1].W.T @ d[0]))
    rms = [[np.sqrt((v**2).sum() / 100) for v in line] for line in (a[:-1], d)]
    gradient = [np.linalg.norm(delta @ enters.T) / 100 for delta, enters in zip(d, a)]
    return *map(np.array, (*rms, gradient)), [layer.W for layer in net.layers[1:]]


def first_layers(L):
    lines = [passes(change, L)[2] for change in ("weights × 4", "as it is", "sigmoid units")]
    return {"weight gradient ‖∂ℒ/∂W[l]‖": lines, "sigmoid units: it fades": lines[2],
            "weights × 4: it blows up": lines[0], INPUT_LEFT: np.arange(1, L + 1)}


def quantities(change, L):
    enters, error, gradient, _ = passes(change, L)
    return {"size": [enters, error, gradient], INPUT_LEFT: np.arange(1, L + 1),
            "activation that enters, ‖a[l−1]‖": enters, "error signal, ‖δ[l]‖": error,
            "weight gradient, ‖∂ℒ/∂W[l]‖": gradient}


def yardsticks(change, loss_unit, eta):
    *_, gradient, W = passes(change, 30)
    size = loss_unit * gradient
    assert described(change)
    return {"its size": size, "over the largest layer's": size / max(size), "gradient": size,
            "update over weights": (ratio := eta * size / [np.sqrt(np.sum(w**2)) for w in W]),
            "layer l": np.arange(1, 31), "caption": {
                "# layers. The gradient of layer 1 has size #, # of the largest layer's. A step with η = # changes its "
                "weights by # times their size; float32 leaves": [30, size[0], size[0] / max(size), eta, ratio[0]]}}


def growth(c, spread):
    toss = np.random.default_rng(1).choice([-1, 1], size=(40, 20))
    runs = np.array([[np.prod(c * (1 + spread * column[:k])) for k in range(41)] for column in toss.T])
    mean, pair = np.prod(runs, axis=0) ** (1 / 20), [c * (1 - spread), c * (1 + spread)]
    typical = np.sqrt(np.prod(pair))
    fate = "falls" if typical < 1 - 1e-9 else "grows" if typical > 1 + 1e-9 else "keeps its size"
    every = {f": the product {fate} by a power of ten every # factors": 1 / abs(np.log10(typical))}
    said = {"Each factor is # or #, on average #, but their geometric mean is #:": [*pair, c, typical]}
    return {"caption": {**(said if spread else {"Every factor is #:": c}), **(every if fate[0] != "k" else {}),
                        f": the product {fate}": (), ", and after # factors it is typically #": [40, typical**40]},
            "product of k factors": [*(runs if spread else ()), mean], "typical product": mean,
            "number of factors k": np.arange(41),
            "theory of the typical product": lambda k: (c * c * (1 - spread**2)) ** (k / 2),
            "average factor, to the power k": lambda k: np.mean(pair) ** k}


def two_lists(count):
    """The products, and guides to where they pass 10⁻¹⁰ and 10³⁰."""
    lines, guides, places = [], [], []
    for factors, goal in ((("0.5", "0.2", "0.1", "0.001"), 1e-10), (("10", "20", "25", "30", "50"), 1e30)):
        line = [Fraction(1)]
        for k in range(40):
            line.append(line[-1] * Fraction(factors[k % len(factors)]))
        lines.append([float(v) for v in line])
        reached = int(np.argmax(abs(np.log(lines[-1])) >= abs(np.log(goal)) - 1e-9))
        guides.append([goal, goal, 1]), places.append([0, reached, reached])
    return {"product of the first k factors": [*lines, *(line[: count + 1] for line in lines), *guides],
            "number of factors k": [np.arange(41), np.arange(count + 1), *places], "caption": {
                "The first # factors multiply to # and to #.": [count, *(line[count] for line in lines)],
                "takes # of the small ones, to pass 10³⁰ # of the large ones": [at[1] for at in places]}}


def wide(sigma_w):
    """Theory's factor of the error signal per layer of a wide sigmoid network: an integral by a sum over z."""
    z, q = np.linspace(-9, 9, 20_001), 1.0
    weights = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
    for _ in range(200):
        a = 1 / (1 + np.exp(-np.sqrt(q) * z))
        q = sigma_w**2 * (weights @ a**2)
    return sigma_w * np.sqrt(weights @ (a * (1 - a)) ** 2)


def float_range(L, sigma_w, subnormals):
    W, z, back = rounding.sigmoid_network(sigma_w, L)
    slope = lambda at: np.exp(-at) / (1 + np.exp(-at)) ** 2  # noqa: E731

    def sizes(dtype):
        tiny, found, d = 0 if subnormals else np.finfo(dtype).tiny, [], back
        for l in range(L, 0, -1):
            d = (d * slope(z[l])).astype(dtype).astype(float)
            d[abs(d) < tiny] = 0
            found.insert(0, np.sqrt((d**2).sum() / d.shape[1]))
            d = W[l].T @ d
        return np.array(found)

    true, marks = sizes(float), {}
    for dtype in (np.float16, np.float32):
        if lost := np.count_nonzero(sizes(dtype) == 0):
            marks[f"0 in {np.dtype(dtype)}, from here back"] = [[true[lost - 1]]]
    theory = true[-1] * wide(sigma_w) ** np.arange(L - 1, -1, -1)
    per_layer = (true[1] / true[-1]) ** (1 / max(1, L - 2))
    lost = {f"# in {name}": np.count_nonzero(sizes(name) == 0) for name in ("float16", "float32")}
    said = {"# sigmoid layers, σ_w = #: the error signal shrinks to # at layer 1, by a factor of # per layer (theory, "
            "dashed: #)": [L, sigma_w, true[0], per_layer, wide(sigma_w)],
            f"subnormal numbers {'kept' if subnormals else 'flushed to 0'}:": ()}
    return {"error signal ‖δ[l]‖": [true, theory], INPUT_LEFT: np.arange(1, L + 1), **marks, "_": [true, theory],
            "caption": {**said, **lost}}
