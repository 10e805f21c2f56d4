"""What the plus does to sizes: forward, backward, and by the length of the path that a gradient takes."""

from functools import cache

import numpy as np

from vgtext.palette import COLORS, REFERENCE, THEORY, beyond, layer_axis, log_axis, number

SCALES = {"s = 1": 0.0, "s = 1/√L": 0.5, "s = 1/L": 1.0}  # s = L^-power


def scale(name, L):
    """The factor s of the branch for a name in SCALES."""
    return L ** -SCALES[name]


@cache
def sizes(name, L, sigma_w=2**0.5, width=128, m=8, seed=0):
    """Root mean squares of z[l] and of its gradient, over input and output: (2, L+1). ``name`` may be "plain"."""
    rng, s, skip = np.random.default_rng(seed), 1 if name == "plain" else scale(name, L), name != "plain"
    W = sigma_w * rng.standard_normal((L, width, width)) / np.sqrt(width)
    z = [rng.standard_normal((width, m))]
    for l in range(L):
        z.append(skip * z[-1] + s * W[l] @ np.maximum(z[-1], 0))
    delta = [rng.standard_normal((width, m))]
    for l in range(L - 1, -1, -1):
        delta.insert(0, skip * delta[0] + s * (z[l] > 0) * (W[l].T @ delta[0]))
    rms = np.sqrt(np.mean(np.square([z, delta]), axis=(2, 3)))
    return rms / np.array([[rms[0, 0]], [rms[1, -1]]])


def growth(name, L, sigma_w=2**0.5):
    """Predicted factor of the size per block, √(1 + s² σ_w²/2), or σ_w/√2 in a plain network."""
    x = sigma_w**2 / 2
    return np.sqrt(x if name == "plain" else 1 + scale(name, L) ** 2 * x)


def draw_sizes(forward, backward, L=50, sigma_w=1.0, name="s = 1/√L"):
    """Sizes of z and of its gradient block by block: plain and with a shortcut, measured and predicted."""
    l, step, dots = np.arange(L + 1), max(1, L // 10), []
    for i, ax in enumerate((forward, backward)):
        layer_axis(ax, L, "block l")
        ax.set_xlim(-0.02 * L, 1.02 * L)
        log_axis(ax, 1e-20, 1e20, ("size of z[l], over the input's", "size of δ[l], over δ[L]")[i])
        ax.axhline(1, **REFERENCE)
        for kind, color, mark in (("plain", COLORS["seed"], "o"), (name, COLORS[("forward", "backward")[i]], "s")):
            dots += ax.plot(l[::step], sizes(kind, L, sigma_w)[i][::step], mark, color=color, markersize=4, label=kind)
            law = growth(kind, L, sigma_w) ** (l if i == 0 else L - l)
            ax.plot(l, law, **THEORY, label=f"theory, {kind}")
    forward.legend(handles=dots[:2], loc="upper left", fontsize=8)
    plain, other = sizes("plain", L, sigma_w)[1, 0], sizes(name, L, sigma_w)[1, 0]
    return (f"ReLU, width 128, {L} blocks, σ_w = {sigma_w:.1f}. The input gets the output's gradient times "
            f"{number(plain)}{beyond(backward, plain)} in the plain network, times {number(other)}"
            f"{beyond(backward, other)} with a shortcut and {name}. Dashed: predicted.")


@cache
def path_shares(name, L, width=128, m=4, seeds=4):
    """Share of the squared gradient at the input that came by k branches, k = 0 … L, cross terms left out: (L+1,)."""
    total = np.zeros(L + 1)
    for seed in range(seeds):
        rng, s = np.random.default_rng(seed), scale(name, L)
        W = np.sqrt(2 / width) * rng.standard_normal((L, width, width))
        z = [rng.standard_normal((width, m))]
        for l in range(L):
            z.append(z[-1] + s * W[l] @ np.maximum(z[-1], 0))
        g = np.zeros((L + 1, width, m))
        g[0] = rng.standard_normal((width, m))
        for l in range(L - 1, -1, -1):
            g[1:] += s * (z[l] > 0) * (W[l].T @ g[:-1])
        total += np.sum(g**2, axis=(1, 2))
    return total / total.sum()


def predicted_shares(name, L):
    """The same predicted: C(L, k) s^2k / (1 + s²)^L, a binomial distribution."""
    from scipy.stats import binom

    s = scale(name, L)
    return binom.pmf(np.arange(L + 1), L, s * s / (1 + s * s))


def draw_paths(ax, L=20, name="s = 1/√L"):
    """How many of the 2^L paths pass k branches, and which share of the squared gradient comes by them."""
    from scipy.stats import binom

    k, share = np.arange(L + 1), path_shares(name, L)
    ax.set(xlim=(-0.5, 30.5), ylim=(0, 1.0), xlabel="branches on the path, k", ylabel="share")
    ax.bar(k, binom.pmf(k, L, 0.5), color=COLORS["seed"], alpha=0.6, label="of the paths")
    ax.plot(k, share, "o", color=COLORS["backward"], markersize=4, label="of the squared gradient")
    ax.plot(k, predicted_shares(name, L), **THEORY)
    ax.legend(loc="upper right", fontsize=8)
    return (f"{2**L:,} paths through {L} blocks; a path passes {L / 2:g} branches on average. Weighted by the "
            f"squared gradient that each carries, the average is {number(k @ share)} for {name} (predicted "
            f"{number(k @ predicted_shares(name, L))}).")
