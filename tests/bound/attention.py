"""What the figures of attention show, computed again."""

from functools import cache

import numpy as np

from vgtext import results
from vgtext.chapters.attention import collapse as alike
from vgtext.chapters.attention import logits as large
from vgtext.chapters.attention import places
from vgtext.chapters.attention import precision as coarse
from vgtext.chapters.attention import saturation as flat
from vgtext.chapters.attention import stream as wide
from vgtext.nn import language
from vgtext.nn.attention import attend, attend_back

from .ways import hashed


def collapse(kind, L):
    """Cosines of all pairs of tokens; gradients of a pass of the whole network."""
    net, x, y = alike.network(kind, L)
    cosines = []
    for a in alike.streams(net, x, L):
        X = a.reshape(len(a), -1, 32)
        X = X / np.sqrt((X**2).sum(axis=0))
        pairs = np.einsum("nbi,nbj->bij", X, X)
        cosines.append((pairs.sum(axis=(1, 2)) - 32).mean() / (32 * 31))
    net.loss_and_gradient(x, y)
    found = {name: np.array([np.sqrt(np.sum(getattr(block, name).W_gradient ** 2)) for block in net.attentions])
             for name in "QKV"}
    lines = {name: np.where(line / found["V"][-1] > 1e-14, line / found["V"][-1], np.nan) for name, line in
             found.items()}
    near = {name: lambda l, line=line: line[l.astype(int) - 1] for name, line in lines.items()}
    (label, own), sigma_w, ratio = hashed(kind[1:]), alike.KINDS[kind][4], found["Q"][-1] / found["V"][-1]
    said = {f"{label}, # blocks, width #{'' if 'σ_w' in kind else ', σ_w = #'}, # tokens, before training, one seed: "
            "the cosine between tokens is # after one block and # after the last; there the gradient of W_Q is ":
            [*own, L, 64, *([] if "σ_w" in kind else [sigma_w]), 32, cosines[1], cosines[-1]]}
    said |= {"W_Q is # times that of W_V.": ratio} if ratio > 1e-15 else {
        "W_Q is less than 10⁻¹⁵ times that of W_V: rounding.": ()}
    return {"cosine between tokens": cosines, "queries W_Q": near["Q"], "keys W_K": near["K"], "values W_V": near["V"],
            "caption": said,
            "weight gradient, over the last $W_V$'s": near["V"], "after block l": np.arange(L + 1),
            "block l": np.arange(1, L + 1), "_": [mixed(L, kind)] if alike.KINDS[kind][:2] == (True, 0) else []}


def mixed(L, kind):
    """The cosine of 32 tokens, unlike at first, if every block adds s times a vector that all share, as large as
    their mean: products of all pairs."""
    s, products, line = L ** -alike.KINDS[kind][3], np.eye(32), []
    for _ in range(L + 1):
        line.append(products[0, 1] / products[0, 0])
        products = products + s * s * products.mean()
    return line


def saturation(scale, d, keys):
    means, medians = [], []
    for length in flat.LENGTHS:
        A = flat.weights(length, keys, scale)
        top = A.max(axis=0)
        slope = np.where(top > 0.9, np.nan, (A * (1 - A)).sum(axis=0))
        rest = np.sort(A, axis=0)[:-1]
        slope = np.where(np.isnan(slope), (rest * (1 - rest)).sum(axis=0) + rest.sum(axis=0) * (1 - rest.sum(axis=0)),
                         slope)
        means.append(slope.sum() / 2000), medians.append((np.sort(slope)[999] + np.sort(slope)[1000]) / 2)
        if length == d:
            typical = np.sort(A[:, np.argsort(slope)[1000]])[-16:][::-1]
            entropy = -np.sum(A * np.log(np.maximum(A, 1e-300))) / 2000
    assert np.isclose(flat.median_gap(keys), gap(keys), rtol=0.02)
    divisor, at = {"none": "nothing", "1/√d": "√d_head", "1/d": "d_head"}[scale], flat.LENGTHS.index(d)
    said = {f"# keys, d_head = #, # random queries, logits divided by {divisor}: the slope of softmax is # on average, "
            "its median #; the entropy of the weights is # nats of at most #.":
            [keys, d, 2000, means[at], medians[at], entropy, np.log(keys)]}
    return {"caption": said, "mean of the queries": means, "median": medians, "mean of the queries (dots)": means,
            "median (squares)": medians, "slope of softmax, Σ A (1 − A)": [means, medians],
            "length $d_\\mathrm{head}$ of queries and keys": flat.LENGTHS,
            "theory, mean": lambda x: flat.gap_density(keys) / np.sqrt(x),
            "theory, median": lambda x: 2 * np.exp(-np.sqrt(x) * flat.median_gap(keys)),
            f"a typical query, $d_\\mathrm{{head}}$ = {d}": typical, "attention weight": typical,
            f"spread evenly: 1/{keys}": [1 / keys] * 2,
            "key, the best match first": None}  # no line: bars, told by the ticks


@cache
def gap(keys):
    """The median difference of the two largest of ``keys`` normal numbers, by drawing them."""
    two = np.partition(np.random.default_rng(0).standard_normal((100_000, keys)), keys - 2, axis=1)[:, -2:]
    return np.median(two[:, 1] - two[:, 0])


def stream(kind, L):
    found = []
    for seed in range(6):
        net = wide.network(kind, L, seed)
        sizes = [np.mean(a.astype(float) ** 2) for a in wide.streams(net, wide.letters().x[:, :64], L)]
        found.append(np.array(sizes) / sizes[0])
    kept = results.load("attention_stream")["variances"][list(wide.KINDS).index(kind), wide.DEPTHS.index(L)]
    after = np.prod(kept[:, : L + 1], axis=0) ** (1 / len(kept))
    before, (label, own) = np.mean(found, axis=0), hashed(kind[1:])
    adds, share = ("which the norm holds", []) if kind == "post-norm" else (
        "of which a block of the second half adds # on average", [np.diff(before)[L // 2 :].mean() / before[-1]])
    said = {f"{label}, # blocks, width #, letters. Before training the variance at the end is # times that at the "
            f"start, {adds} (mean of # seeds). After # steps of Adam at # it is # times (geometric mean of #).":
            [*own, L, 32, before[-1], *share, len(found), 300, 0.003, after[-1], len(kept)]}
    theory = [grown(L, (2 * L) ** -(wide.KINDS[kind][1] + wide.KINDS[kind][2]))] if "pre" in wide.KINDS[kind] else []
    return {"_": theory, "after block l": np.arange(L + 1), "caption": said, "mean of 6 seeds": before,
            "stream variance, over its start": [np.mean(found, axis=0), after],
            "before (dots)": np.mean(found, axis=0), "after training (squares)": after}


def grown(L, power):
    """The stream's variance if attention takes the mean of the tokens so far, and the MLP is wide: branches have the
    variance ``power``. Of two tokens, u and another, the mean square and the mean product are followed."""
    x = wide.letters().x
    same = np.mean([x[i] == x[j] for i in range(16) for j in range(16) if i != j])
    u, weights = np.polynomial.hermite_e.hermegauss(100)  # sums for means over a normal number
    weights = weights / weights.sum()

    def gelu(z):
        return 0.5 * z * (1 + np.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z**3)))

    def product(rho):  # E gelu(u) gelu(v), v given u
        return float(weights * gelu(u) @ gelu(rho * u[:, None] + (1 - rho * rho) ** 0.5 * u) @ weights)

    size, both, line, own = 1.0, same / 2, [1.0], float(weights @ gelu(u) ** 2)
    for _ in range(L):
        alone = (1 - both / size) * sum(1 / t for t in range(1, 17)) / 16  # what is left in a mean of t tokens
        size, both = (one + power * (both / size + alone) for one in (size, both))
        size, both = size + power * own, both + power * product(both / size)
        line.append(size)
    return line


def map(place, rate):
    kept = results.load("attention_runs")["runs"].astype(float)[list(places.PLACES).index(place)]  # rate, warm-up, …
    ends = kept[..., -5:].mean(axis=(2, 3))
    chosen = places.RATES.index(rate)
    none, some, most = lines = kept[chosen].mean(axis=1)
    (label, own), text = hashed(place[1:]), language.text()
    shares = np.array([text.count(letter) for letter in sorted({*text})]) / len(text)
    said = {f"{label}, # blocks of width #, letters, Adam, # steps, one seed. At a learning rate of # the last loss is "
            "# without warm-up and # with # steps of it; knowing the letters' frequencies alone gives #.":
            [*own, 6, 32, 300, rate, none[-5:].mean(), most[-5:].mean(), 200, -shares @ np.log(shares)]}
    return {"last loss": [ends.T.ravel(), np.round(ends.ravel(), 2)], "loss": [*lines], "no warm-up": none,
            "caption": said, "60 steps": some, "200 steps": most, "training step": np.arange(5, 300, 10),
            "learning rate": chosen + np.array([-0.5, 0.5, 0.5, -0.5, -0.5]),  # the frame around the chosen cells
            "steps of warm-up": np.array([-0.5, -0.5, 2.5, 2.5, -0.5])}


def logits(rate, kind):
    kept, found = large.stored(), {"training step": np.arange(0, 300, 10), "entropy of attention, nats": []}
    where = {"sizes": "largest logit", "spread": "entropy", "losses": "loss"}
    for panel, what in where.items():
        for name in ("nothing", kind):
            each = kept[list(large.KINDS).index(name), large.RATES.index(rate), :, large.RECORDED.index(what)]
            found[panel, name] = each
    lines = {panel: [*found[panel, "nothing"], *found[panel, kind]] for panel in where}
    ends = kept[list(large.KINDS).index(kind), large.RATES.index(rate), :, :, -5:]  # seed, what, the last 50 steps
    loss, largest, spread, _, silent = ends.swapaxes(0, 1).reshape(5, 10)
    label, own = hashed({"nothing": "no remedy"}.get(kind, kind.replace("soft cap", "a soft cap of")))
    said = {f"Two blocks, width #, letters, Adam at #, # seeds, with {label}: over the last # of # steps the "
            "largest logit is #, the entropy # nats of at most #, the loss #; # of the queries get a gradient "
            "of exactly #.":
            [32, rate, 2, *own, 50, 300, np.prod(largest ** 0.1), spread.mean(),
             np.mean([np.log(t) for t in range(1, 33)]), loss.mean(), silent.mean(), 0]}
    return {**found, "caption": said, "largest logit": lines["sizes"], "entropy of attention, nats": lines["spread"],
            "training loss": lines["losses"]}


def bound(keys):
    rng, sigma = np.random.default_rng(0), np.linspace(0.1, 30, 120)
    S = rng.standard_normal((keys, 120))
    S = S - S.sum(axis=0) / keys
    S = sigma * S / np.sqrt((S**2).sum(axis=0))
    A = np.exp(S - S.max(axis=0))
    A /= A.sum(axis=0)
    spread = -(A * np.log(np.maximum(A, 1e-300))).sum(axis=0)

    def least(at):
        S = at * np.array([[np.sqrt((keys - 1) / keys)], *[[-1 / np.sqrt(keys * (keys - 1))]] * (keys - 1)])
        rest = np.exp(S[1:] - S[0])
        Z = 1 + rest.sum(axis=0)
        return np.log(Z) - (rest * (S[1:] - S[0])).sum(axis=0) / Z

    said = {"# keys: logits of norm # leave an entropy of # nats at least, those of norm # leave #":
            [keys, 10, *least(np.array([10.0])), 20, *least(np.array([20.0]))]}
    return {"caption": said, "entropy of one query, nats": spread, "random logits": spread, "at least": lambda at:
            np.where(least(at) > 1e-6, least(at), np.nan), "norm of the query's logits, less their mean": sigma}


def precision(name, size):
    found = {}
    for form in coarse.NAMES:
        errors = []
        for spread in coarse.SPREADS:
            each = []
            for seed in range(4):
                (Q, K, V), dout = coarse.inputs(spread, form, seed)
                dout = size * coarse.round_to(dout, form)
                exact = attend_back(dout, Q, K, V, *attend(Q, K, V, 32**-0.5)[1], 32**-0.5)[0]
                off = coarse.rounded(Q, K, V, coarse.round_to(dout, form), form) - exact
                each.extend(np.sqrt((off**2).sum(axis=0) / (exact**2).sum(axis=0)))
            errors.append((np.sort(each)[len(each) // 2 - 1] + np.sort(each)[len(each) // 2]) / 2)
        found[form] = errors
    slopes = []
    for spread in coarse.SPREADS:
        each = []
        for seed in range(4):
            Q, K, _ = np.random.default_rng(seed).standard_normal((3, 32, 64))
            A = np.exp(spread * (K.T @ Q - (K.T @ Q).max(axis=0)) / 32**0.5)
            A = A / A.sum(axis=0)
            each.extend((A * (1 - A)).sum(axis=0))
        slopes.append((np.sort(each)[127] + np.sort(each)[128]) / 2)
    label, own = hashed(name)
    said = {f"# keys, d_head = #, {label}, ∂ℒ/∂out of size #: the gradient of a typical query is off by # where the "
            "logits have a standard deviation of #, and by # where it is #.":
            [64, 32, *own, size, found[name][1], 1, found[name][4], 8]}
    digits = {"float32": 24, "float16": 11, "bfloat16": 8, "E4M3": 4, "E5M2": 3}
    return {**found, "_": [0.5 ** digits[name] / np.array(slopes)], "caption": said,
            "relative error of ∂ℒ/∂Q": [*found.values()],
            "standard deviation of the logits": coarse.SPREADS, "only error": np.ones(2)}
