"""What the figures of normalization show, computed again."""

import numpy as np

from vgtext import nn
from vgtext.chapters.normalization import depth as deep
from vgtext.chapters.normalization import inference, invariance, learning, runs, selu, theory
from vgtext.chapters.normalization import rescue as out


def forth_and_back(norm, depth, sigma_w):
    """Sizes per unit of a[0 … L], and of δ[1 … L], from a pass in float64 whose error signals are kept."""
    net = deep.stack(norm, depth, "relu", sigma_w, dtype="float64")
    x, back = nn.sample_batch(128, 128, 0, "float64")
    a, d, found = [x], back, []
    for block in net.blocks:
        a.append(block.forward(a[-1], True))
    for block in net.blocks[::-1]:
        d = block.backward(d)
        found.append(d)
    return np.array([np.sqrt((v**2).mean()) for v in a]), found[::-1]


def healed(norm, depth, sigma_w):
    if norm is None or not 0.05 < sigma_w < 20:  # float32 and float64 differ, or a size leaves the panel
        return dict.fromkeys(("size of a[l] per unit", "‖δ[l]‖ / ‖δ[L]‖", "backward: error signal"))
    return {"size of a[l] per unit": forth_and_back(norm, depth, sigma_w)[0], "‖δ[l]‖ / ‖δ[L]‖": None,
            "backward: error signal": None}


def residual(batch, offset, slope):
    rng = np.random.default_rng(1)
    z = rng.normal(size=64)[:batch]
    z = (z - z.mean()) / z.std()
    d = offset + slope * z + 0.5 * rng.normal(size=64)[:batch]
    J = np.eye(batch) - 1 / batch - np.outer(z, z) / batch  # σ dẑ/dz
    return {"normalized value ẑ": z, "∂ℒ/∂ẑ of one example": d, "error signal that comes in": d,
            "what is passed on, times $\\sigma_z$": J @ d if batch > 2 else None}  # of two nothing is


def tuning(factor, rate):
    net, d = invariance.network(factor), nn.data.digits("float64")
    rng, W = np.random.default_rng(0), [net.layers[1].W.copy()]
    for _ in range(100):
        part = rng.choice(d.y.size, 64, replace=False)
        net.loss_and_gradient(d.x[:, part], d.y[part])
        net.theta -= rate * net.gradient
        W.append(net.layers[1].W.copy())
    size = np.array([np.linalg.norm(w) for w in W])
    turned = [2 * np.arcsin(np.linalg.norm(a / s - b / t) / 2) for a, b, s, t in zip(W, W[1:], size, size[1:])]
    turned = np.degrees(turned)
    return {("angle", "step"): np.arange(1, 101), "‖W[1]‖ / its first size": (size / size[0])[::4],
            "angle turned in a step, degrees": turned if turned.min() > 1e-2 else None}


def companions(image, one_class):
    each = [inference.among(image, size, one_class) for size in inference.SIZES]
    return {"median": [[(np.sort(k)[29] + np.sort(k)[30]) / 2] for k in each], "one batch": each,
            "probability of the right class": each, "inference mode": None, "test accuracy":
            [inference.accuracy(size, one_class) for size in inference.SIZES]}


def accuracy(activation, rate):
    kept, found = runs.accuracies(), {}
    for panel, grid, rates in (("depths", "by_depth", runs.RATES), ("scales", "by_scale", runs.SCALE_RATES)):
        for norm in learning.STYLES:
            at = kept[grid][runs.ACTIVATIONS.index(activation), runs.KINDS.index(norm), :, :, :, 0].mean(axis=2)
            found[panel, theory.NORM_NAMES[norm]] = (at.max(axis=1) if rate == learning.BEST else
                                                     at[:, rates.index(rate)])
    return {**found, "training accuracy": [*found.values()], "mean of 2 seeds": [*found.values()]}


def price(activation, norm):
    factors = []
    for beta in deep.BETAS:
        log10 = deep.sizes(norm, 12, 1.0, activation, 256, 256, beta)[1]
        factors.append(np.prod([10 ** (2 * (log10[l] - log10[l + 1])) for l in range(3, 11)]) ** (1 / 8))
    return {"factor of ‖δ‖² per layer": factors, "shift β before the activation": deep.BETAS}


def rescue(activation):
    found = {}
    for name, (norm, how, *_) in out.RESCUES.items():
        ratios = []
        for L in out.DEPTHS[:3]:
            for seed in (0, 1):
                net = deep.stack(norm, L, activation, 1.0, seed=seed, dtype="float64", **how)
                x, d = nn.sample_batch(128, 128, seed, "float64")
                net.forward(x)
                sizes = [np.linalg.norm(d)]
                for block in net.blocks[:0:-1]:
                    d = block.backward(d)
                    sizes.append(np.linalg.norm(d))
                ratios.append(sizes[-1] / sizes[0])
        means = dict(zip(out.DEPTHS, np.sqrt(np.prod(np.reshape(ratios, (3, 2)), axis=1))))
        found[name] = lambda L, means=means: np.array([means.get(one, np.nan) for one in L])
        found[f"theory, {name}"] = None
    return {**found, "‖∂ℒ/∂a[1]‖ / ‖∂ℒ/∂a[L]‖": None}


def self_normalizing(activation, gain):
    found, means, variances = {"step": None}, [], []
    for mean, variance in selu.STARTS:
        rng, phi = np.random.default_rng(0), nn.get_activation(activation)
        a = mean + np.sqrt(variance) * rng.standard_normal((300, 64))
        m, v = [a.mean()], [np.mean((a - a.mean()) ** 2)]
        for _ in range(30):
            a = phi(np.sqrt(gain / 300) * rng.standard_normal((300, 300)) @ a)
            m, v = [*m, a.mean()], [*v, np.mean((a - a.mean()) ** 2)]
        words = f"from mean {mean:g}, variance {variance:g}".replace("-", "−")
        found |= {("plane", words): np.clip(v, -9, 9), ("variance", words): np.clip(v, 0, 9)[::2],
                  f"theory, {words}": None}
        means.append(np.clip(m, -9, 9)), variances.append(np.clip(v, -9, 9))
    return {**found, "mean of a[l]": means, "variance of a[l]": variances, "mean 0, variance 1": [1.0]}
