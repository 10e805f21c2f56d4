"""What the figures of normalization show, computed again."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.chapters.normalization import depth as deep
from vgtext.chapters.normalization import inference, invariance, learning, runs, selu, theory
from vgtext.chapters.normalization import rescue as out


def called(activation):
    """The name of an activation in captions."""
    return {"relu": "ReLU", "selu": "SELU", "gelu": "GELU"}.get(activation, activation)


def forth_and_back(norm, depth, sigma_w, activation="relu", n=128, beta=0.0):
    """Sizes per unit of a[0 … L], and of δ[1 … L] over δ[L], from what blocks pass on: Wᵀ δ[l]."""
    if norm is None:
        W = sigma_w * nn.sample_weights(depth, n, 0)[0].astype(float)
    else:
        net = deep.stack(norm, depth, activation, sigma_w, n, beta, dtype="float64")
        W = [block.W for block in net.blocks]
    x, d = nn.sample_batch(n, n, 0, "float64")
    a, back = [x], []
    for l in range(depth):
        a.append(net.blocks[l].forward(a[-1], True) if norm else np.maximum(W[l] @ a[-1], 0))
    for l in reversed(range(depth)):
        if norm:
            d = net.blocks[l].backward(d)
            back.append(np.linalg.solve(W[l].T, d))
        else:
            back.append((a[l + 1] > 0) * d)
            d = W[l].T @ back[-1]
    sizes = np.array([np.linalg.norm(v) for v in back[::-1]])
    return np.array([np.sqrt((v**2).mean()) for v in a]), sizes / sizes[-1]


def healed(norm, depth, sigma_w):
    (forth, back), bare = forth_and_back(norm, depth, sigma_w), forth_and_back(None, depth, sigma_w)
    found = {("forward", "no norm"): bare[0][1:], ("backward", "no norm"): bare[1]}
    shown = {key: np.where(abs(np.log10(line)) < 8, line, np.nan) for key, line in found.items()} if norm else {}
    law = factor("relu", norm) ** (np.arange(depth - 2, -1, -1) / 2) if norm else back
    beyond = [" (beyond the panel)" * (not 1e-6 <= size <= 1e6) for size in (forth[-1], back[0])]
    said = {f"ReLU, {name_of(norm)}, σ_w = #, width #, # examples: activations of layer # have size # per "
            f"unit{beyond[0]}; the error signal of layer # is # times{beyond[1]} that of layer #. ":
            [sigma_w, 128, 128, depth, forth[-1], 1, back[0], depth]}
    said |= {"Theory (dashed): × # per layer, back to layer #.": [factor("relu", norm) ** 0.5, 2]} if norm else {
        "Without normalization both depend on the weight scale.": ()}
    return {**shown, "size of a[l] per unit": forth, "‖δ[l]‖ / ‖δ[L]‖": [back, law],
            ("forward", "layer l"): [np.arange(depth + 1), *([np.arange(1, depth + 1)] if norm else [])],
            ("backward", "layer l"): [np.arange(1, depth + 1), *([np.arange(2, depth + 1)] if norm else [])],
            "forward: activations": forth, "backward: error signal": back, "caption": said}


def name_of(norm):
    """The name of a normalization in captions."""
    return {None: "no normalization", "rms": "RMS norm"}.get(norm, f"{norm} norm")


def sharing(norm, unit, example):
    """Where the cells stand, the dark one first, then the pale ones."""
    what = "mean square" if norm == "rms" else "mean and variance"
    along = ("row #: one unit, all # examples (pale). At test time these are replaced by running averages."
             if norm == "batch" else
             "column #: one example, all # units (pale). No other example is looked at, in training or at test time.")
    name = name_of(norm)
    cells = np.array([*np.ndindex(6, 8)]) + 1
    one = (cells == (unit, example)).all(axis=1)
    alike = cells[:, 0] == unit if norm == "batch" else cells[:, 1] == example
    units, examples = np.concatenate([cells[one], cells[alike & ~one], cells[~alike]]).T  # dark, pale, gray
    return {"example (a column each)": examples, "unit (a row each)": units,
            "caption": {f"{name[0].upper()}{name[1:]}: unit # of example # (dark) shares its {what} with {along}":
                        [unit, example, *([unit, 8] if norm == "batch" else [example, 6])]}}


def factor(activation, norm, beta=0.0):
    """Theory's factor of ‖δ‖² per layer, by sums over a grid without the kink."""
    u, phi = np.linspace(-10, 10, 20_000), nn.get_activation(activation)
    share = np.exp(-(u**2) / 2) / np.exp(-(u**2) / 2).sum()
    mean, square = share @ phi(u + beta), share @ phi(u + beta) ** 2
    return share @ phi.derivative(u + beta) ** 2 / (square - (mean**2 if norm == "batch" else 0))


def residual(batch, offset, slope):
    rng = np.random.default_rng(1)
    z = rng.normal(size=64)[:batch]
    z = (z - z.mean()) / z.std()
    d = offset + slope * z + 0.5 * rng.normal(size=64)[:batch]
    J = np.eye(batch) - 1 / batch - np.outer(z, z) / batch  # σ dẑ/dz
    mean, along, left = d.sum() / batch, z @ d / (z @ z), np.sum((J @ d) ** 2) / np.sum(d**2)
    said = {"A unit with # examples: the error signal that comes in has mean # and slope # along ẑ":
            [batch, mean, along]}
    said |= ({"; both are taken out, and nothing is passed on.": ()} if batch == 2 else
             {"; both are taken out, and # of its squared size is passed on.": left})
    return {"caption": said, "normalized value ẑ": z, "∂ℒ/∂ẑ of one example": d, "error signal that comes in": d,
            "what is passed on, times $\\sigma_z$": J @ d if batch > 2 else None}  # of two nothing is


def tuning(factor, rate):
    net, d = invariance.network(factor), nn.data.digits("float64")
    rng, W = np.random.default_rng(0), [net.layers[1].W.copy()]
    squares = [np.sum(W[0] ** 2)]
    for _ in range(100):
        part = rng.choice(d.y.size, 64, replace=False)
        net.loss_and_gradient(d.x[:, part], d.y[part])
        net.theta -= rate * net.gradient
        W.append(net.layers[1].W.copy())
        squares.append(squares[-1] + rate**2 * np.sum(net.layers[1].W_gradient ** 2))
    size = np.array([np.linalg.norm(w) for w in W])
    turned = [2 * np.arcsin(np.linalg.norm(a / s - b / t) / 2) for a, b, s, t in zip(W, W[1:], size, size[1:])]
    turned, grown = np.degrees(turned), size[-1] / size[0]
    words, more = ("#-fold", grown) if grown > 1.1 else ("by #", max(grown - 1, 1e-5))
    words = words if grown > 1.00001 else "by less than #"
    said = {f"Batch norm, start at {'# times ' * (factor != 1)}He's weights, learning rate #: in # steps ‖W[#]‖ "
            f"grows {words}, as Pythagoras says (dashed); the first step turns W by # degrees, each of the last ten on "
            "average by #.":
            [*[factor] * (factor != 1), rate, 100, 1, more, turned[0], sum(turned[90:]) / 10]}
    return {"caption": said, ("angle", "step"): np.arange(1, 101), "‖W[1]‖ / its first size":
            [(size / size[0])[::4], np.sqrt(squares) / size[0]], "angle turned in a step, degrees": turned}


def in_a_batch(x):
    """What six layers of ReLU units say of a batch, whose own means and variances they take."""
    *hidden, last = inference.trained().layers[1:]
    for layer in hidden:
        z = layer.W @ x + layer.b
        z = z - z.sum(axis=1, keepdims=True) / z.shape[1]
        variance = (z**2).sum(axis=1, keepdims=True) / z.shape[1]
        x = np.maximum(layer.norm.gamma * z / np.sqrt(variance + layer.norm.eps) + layer.norm.beta, 0)
    out = last.W @ x + last.b
    return 1 / np.exp(out[None] - out[:, None]).sum(axis=1)  # of each class


@cache
def with_others(image, size, one_class):
    """The probability of an image's class in 60 batches, and the share of right answers in batches of a size."""
    d, rng, found = nn.data.digits("float64"), np.random.default_rng(0), []
    y, count = d.y_test, d.y_test.size
    others = [i for i in range(count) if i != image and (y[i] == y[image] or not one_class)]
    for _ in range(60):
        batch = [image, *rng.choice(others, size - 1, size > len(others) + 1)]
        found.append(in_a_batch(d.x_test[:, batch])[y[image], 0])
    order, right = sorted(range(count), key=lambda i: y[i] if one_class else i), 0
    while order:
        batch = order[: size if len(order) - size != 1 else size + 1]
        order = order[len(batch) :]
        right += np.sum(in_a_batch(d.x_test[:, batch]).argmax(axis=0) == y[batch])
    return np.array(found), right / count


@cache
def alone():
    """The share of right answers with the averages that training left."""
    d, (*hidden, last) = nn.data.digits("float64"), inference.trained().layers[1:]
    x = d.x_test
    for layer in hidden:
        mean, variance = layer.norm.running[..., None] if layer.norm.running.ndim == 2 else layer.norm.running
        z = (layer.W @ x + layer.b - mean) / np.sqrt(variance + layer.norm.eps)
        x = np.maximum(layer.norm.gamma * z + layer.norm.beta, 0)
    return np.mean((last.W @ x + last.b).argmax(axis=0) == d.y_test)


def companions(image, one_class):
    each, shares = zip(*(with_others(image, size, one_class) for size in inference.SIZES))
    at, d = dict(zip(inference.SIZES, zip(each, shares))), nn.data.digits("float64")
    said = {f"One test image of the digit # in # batches of each size, companions "
            f"{'of its class, in # some twice' if one_class else 'mixed'} (median blue): at batch size # the right "
            "class gets less than half in # of them. Accuracy on all test digits, "
            f"{'sorted by class' if one_class else 'mixed'}: # in batches of #, # of #, # in inference mode.":
            [d.y_test[image], 60, *[64] * one_class, 8, sum(at[8][0] < 0.5) / 60, at[2][1], 2, at[64][1], 64, alone()]}
    around, sizes = np.arange(60) * 0.44 / 59 - 0.22, np.arange(len(each))
    return {"median": [[(np.sort(k)[29] + np.sort(k)[30]) / 2] for k in each], "one batch": [*each],
            "probability of the right class": [*each], "inference mode": None, ("all_", "batch size"): sizes,
            ("one", "batch size"): [*(k + around for k in sizes), *sizes[:, None]],
            "test accuracy": np.array(shares), "caption": said}


def accuracy(activation, rate):
    kept, found = runs.accuracies(), {}
    for panel, grid, rates in (("depths", "by_depth", runs.RATES), ("scales", "by_scale", runs.SCALE_RATES)):
        for norm in learning.STYLES:
            at = kept[grid][runs.ACTIVATIONS.index(activation), runs.KINDS.index(norm), :, :, :, 0].mean(axis=2)
            found[panel, theory.NORM_NAMES[norm]] = (at.max(axis=1) if rate == learning.BEST else
                                                     at[:, rates.index(rate)])
    words = "the best learning rate at each point" if rate == learning.BEST else "learning rate #"
    shown = [found["depths", name_of(norm)][-1] for norm in (None, "batch", "layer", "rms")]
    said = {f"{called(activation)}, width #, ten epochs, {words}, mean of # seeds. Training accuracy at # layers: no "
            "normalization #, batch norm #, layer norm #, RMS norm #.":
            [64, *([] if rate == learning.BEST else [rate]), 2, 40, *shown]}
    return {**found, ("depths", "fitting weights"): None, ("scales", f"{runs.SCALE_DEPTH} layers"): None,
            "caption": said, "depth L": runs.DEPTHS, "weights, times the fitting scale": runs.FACTORS,
            "training accuracy": [*found.values()], "mean of 2 seeds": [*found.values()]}


def price(activation, norm):
    factors, shifts = [], np.linspace(-1.2, 1.7, 59)
    for beta in deep.BETAS:
        back = forth_and_back(norm, 12, 1.0, activation, 256, beta)[1]  # of layer 1 first
        factors.append(np.prod([(back[l - 1] / back[l]) ** 2 for l in range(3, 11)]) ** (1 / 8))
    law = [factor(activation, norm, beta) for beta in shifts]
    said = {f"{called(activation)} after {norm} norm, # layers of #, # examples: with β = # a layer multiplies ‖δ‖² by "
            "# (dot), predicted #; with β = # by #, predicted #.":
            [12, 256, 256, 0, factors[2], factor(activation, norm), 1, factors[4], factor(activation, norm, 1)]}
    return {"factor of ‖δ‖² per layer": [factors, law], "caption": said,
            "shift β before the activation": [deep.BETAS, shifts]}


def rescue(activation):
    found, ends, depths = {}, [], (5, 20, 80)
    for name, (norm, how, *_) in out.RESCUES.items():
        ratios = []
        for L in depths:
            for seed in (0, 1):
                net = deep.stack(norm, L, activation, 1.0, seed=seed, dtype="float64", **how)
                x, d = nn.sample_batch(128, 128, seed, "float64")
                net.forward(x)
                sizes = [np.linalg.norm(d)]
                for block in net.blocks[:0:-1]:
                    d = block.backward(d)
                    sizes.append(np.linalg.norm(d))
                ratios.append(sizes[-1] / sizes[0])
        means = dict(zip(depths, np.sqrt(np.prod(np.reshape(ratios, (3, 2)), axis=1))))
        ends.append(means[80])
        found[name] = lambda L, means=means: np.array([means.get(one, np.nan) for one in L])
        chi = factor(activation, norm, how.get("beta", 0.0))
        found[f"theory, {name}"] = lambda L, chi=chi, plus="residual" in how: np.array([
            np.prod(1 + chi / np.arange(1, l)) if plus else chi ** (l - 1) for l in L]) ** 0.5
    said = {f"{called(activation)}, width #, # examples, # layers, geometric mean of # seeds: under batch norm the "
            "gradient at the layers' outputs, from the last to the first, changes by a factor of #; with a shift of # "
            "before the activation by #, with shortcuts by #, under layer norm by #.":
            [128, 128, 80, 2, ends[0], 1, *ends[1:]]}
    return {**found, "caption": said, "geometric mean of 2 seeds": [found[name] for name in out.RESCUES],
            "depth L, on a log axis": out.DEPTHS, "‖∂ℒ/∂a[1]‖ / ‖∂ℒ/∂a[L]‖": None}


def self_normalizing(activation, gain):
    found, means, variances, last, u = {}, [], [], [], np.linspace(-10, 10, 20_000)
    share = np.exp(-(u**2) / 2) / np.exp(-(u**2) / 2).sum()
    for mean, variance in selu.STARTS:
        rng, phi = np.random.default_rng(0), nn.get_activation(activation)
        a = mean + np.sqrt(variance) * rng.standard_normal((300, 64))
        m, v = [a.mean()], [np.mean((a - a.mean()) ** 2)]
        for _ in range(30):
            a = phi(np.sqrt(gain / 300) * rng.standard_normal((300, 300)) @ a)
            m, v = [*m, a.mean()], [*v, np.mean((a - a.mean()) ** 2)]
        law = [variance]
        center = mean
        for _ in range(30):
            value = phi(np.sqrt(gain * (law[-1] + center**2)) * u)
            center = share @ value
            law.append(share @ value**2 - center**2)
        words = f"from mean {mean:g}, variance {variance:g}".replace("-", "−")
        found |= {("plane", words): np.clip(v, -9, 9), ("variance", words): np.clip(v, 0, 9)[::2],
                  f"theory, {words}": np.clip(law, -9, 9)}
        means.append(np.clip(m, -9, 9)), variances.append(np.clip(v, -9, 9)), last.append(v[-1])
    beyond = " (beyond the panel)" * (not -0.08 <= min(last) <= 3.5)
    said = {f"{called(activation)}, n times the variance of a weight = #, width #, six starts (rings): in layer # the "
            f"variances lie between # and #{beyond}. Cross: mean #, variance #.":
            [gain, 300, 30, min(last), max(last), 0, 1]}
    return {**found, "caption": said, "start": [[variance] for _, variance in selu.STARTS],
            "layer l": [np.arange(0, 31, 2), np.arange(31)],
            "mean of a[l]": means, ("plane", "variance of a[l]"): variances, "mean 0, variance 1": [1.0],
            ("variance", "variance of a[l]"): [found[key] for key in found if key[0] == "variance"]}
