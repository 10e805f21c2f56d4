"""Depth over width: how far one random network of finite width strays from the theory of infinitely wide ones.

Only one example is followed, so of each W[l] only W[l] a and W[l]^T delta are needed. They are drawn without drawing W:
given z = W a, what W does to directions at right angles to a is still Gaussian and independent of z. The result has
exactly the distribution of a forward and a backward pass (a test compares it with whole matrices), at n numbers a layer
instead of n².
"""

from functools import cache

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, number

WIDTHS, DEPTHS, NETWORKS = [16, 32, 64, 128, 256], [10, 20, 50, 100], 1000  # widths n, layers passed k
#: Activation: (φ, φ', σ_w, variance of ln ‖δ‖² per layer times the width n).
UNITS = {
    "ReLU, He": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(z.dtype), 2**0.5, 5),
    "none (linear)": (lambda z: z, np.ones_like, 1.0, 2),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2, 1.0, None),
}


def dot(x, y):
    """The scalar product of each network's two vectors: (networks, n), (networks, n) -> (networks, 1)."""
    return np.sum(x * y, axis=1, keepdims=True)


@cache
def log_sizes(units, n, networks=NETWORKS, L=101, seed=0):
    """ln(‖delta[L-k]‖² / ‖delta[L]‖²) for k = 0 … L-1, of independent networks of L layers of n units: (networks, L).

    Input and output error are N(0, 1). Where all units of a ReLU layer are off, the result is -inf.
    """
    phi, slope, sigma_w, _ = UNITS[units]
    rng, scale = np.random.default_rng([seed, n]), sigma_w / np.sqrt(n)
    a, z = [rng.standard_normal((networks, n), dtype=np.float32)], [None]
    for _ in range(L):
        z.append(scale * np.sqrt(dot(a[-1], a[-1])) * rng.standard_normal(a[0].shape, dtype=np.float32))
        a.append(phi(z[-1]))
    delta, logs = rng.standard_normal(a[0].shape, dtype=np.float32), []
    with np.errstate(divide="ignore", invalid="ignore"):
        for l in range(L, 0, -1):
            logs.append(np.log(dot(delta, delta)[:, 0]))
            fresh = scale * np.sqrt(dot(delta, delta)) * rng.standard_normal(a[0].shape, dtype=np.float32)
            along = (dot(delta, z[l]) - dot(a[l - 1], fresh)) / dot(a[l - 1], a[l - 1])
            back = fresh + along * a[l - 1]  # W[l]^T delta, (networks, n)
            delta = slope(z[l - 1]) * back if l > 1 else back
        logs = np.array(logs).T - logs[0][:, None]
    return np.where(np.isnan(logs), -np.inf, logs)


def alive(units, n, k):
    """The finite ln ‖delta‖² ratios over k layers: those of networks in which no ReLU layer is off as a whole."""
    logs = log_sizes(units, n)[:, k]
    return logs[np.isfinite(logs)]


def spread(units, n, k):
    """Mean and variance of ln(‖delta[L-k]‖² / ‖delta[L]‖²) over the networks: to compare with ∓v k/2n and v k/n."""
    logs = alive(units, n, k)
    return float(logs.mean()), float(logs.var())


def draw_depth_over_width(networks, law, units="ReLU, He", n=32, k=50):
    """The error signals of a thousand random networks of one recipe; and the variance of their logarithm by L/n."""
    v, logs = UNITS[units][3], alive(units, n, k)
    variance = spread(units, n, k)[1]
    networks.set(xscale="log", xlim=(1e-6, 1e3), ylim=(0, 1.3), yticks=[], xlabel="error signal, ‖δ[L−k]‖ / ‖δ[L]‖",
                 title=f"{NETWORKS:,} networks")
    networks.set_xticks([1e-6, 1e-4, 0.01, 1, 100], ["$10^{-6}$", "$10^{-4}$", "$10^{-2}$", "1", "100"])
    networks.minorticks_off()
    middle, width = -v * k / (2 * n) / np.log(100), np.sqrt(v * k / n) / np.log(100)  # of log10 ‖δ‖
    counts, edges = np.histogram(logs / np.log(100), middle + width * np.linspace(-6, 6, 49))
    peak = logs.size * 0.25 / np.sqrt(2 * np.pi)  # of a bell curve with bins of a quarter of its width
    networks.stairs(counts / peak, 10.0**edges, fill=True, color=COLORS["backward"], alpha=0.35, linewidth=0)
    x = middle + width * np.linspace(-4, 4, 97)
    networks.plot(10.0**x, np.exp(-0.5 * ((x - middle) / width) ** 2), **THEORY)
    networks.axvline(1, **REFERENCE)
    label_line(networks, 1, 1.22, "infinite width", COLORS["reference"])
    law.set(xscale="log", yscale="log", xlim=(0.03, 8), ylim=(0.04, 50), xlabel="layers passed over width, k/n",
            title="variance of ln ‖δ‖²")
    law.set_xticks([0.03, 0.1, 0.3, 1, 3], ["0.03", "0.1", "0.3", "1", "3"])
    law.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    law.minorticks_off()
    ratios = np.array([(depth / m, spread(units, m, depth)[1]) for m in WIDTHS for depth in DEPTHS])
    law.plot(*ratios.T, linestyle="none", marker="o", markersize=4, color=COLORS["backward"])
    law.plot([k / n], [variance], marker="o", markersize=9, color=COLORS["backward"])
    handle(law, lambda k: (k / n, spread(units, n, k)[1]))
    law.plot([0.03, 8], [0.03 * v, 8 * v], **THEORY)
    label_line(law, 1, v, f"{v} k/n", COLORS["theory"], xytext=(16, -16))
    kept = [number(np.exp(share / 2)) for share in np.quantile(logs, [0.1, 0.5, 0.9])]
    few = " (but for a few with a layer all off)" * (logs.size < NETWORKS)
    words = units.replace("none", "No activation")
    return (f"{words}, {NETWORKS:,} networks of width {n}{few}: over {k} layers ln ‖δ‖² has a variance of "
            f"{number(variance)} ({v} k/n = {number(v * k / n)}). The median network keeps {kept[1]} of its error "
            f"signal; one in ten keeps less than {kept[0]}, one in ten more than {kept[2]}.")


def _evidence(units, n, networks, v):
    return Evidence(f"{units}, {n} units, {networks:,} networks: variance of ln ‖δ‖² over 20 layers",
                    lambda: float(log_sizes(units, n, networks=networks, L=21)[:, 20].var()), v * 20 / n, 1.6 * v / n)


CLAIMS = (
    Claim(
        "R.14", "Hanin and Nica 2020: the size of the gradients of random ReLU networks is log-normal; over L layers "
        "of n units ln ‖δ‖² has the variance 5 L/n under He's initialization.",
        "holds", "Up to terms in 1/n². The mean square is kept, while a typical network's ln ‖δ‖² falls by half of the "
        "variance.",
        (
            _evidence("ReLU, He", 100, 4000, 5),
            Evidence("ReLU, He, 100 units: mean of ln ‖δ‖² over 20 layers",
                     lambda: float(log_sizes("ReLU, He", 100, networks=4000, L=21)[:, 20].mean()), -0.5, 0.06),
            _evidence("none (linear)", 100, 4000, 2),
        ), "depth-over-width?n=128&k=20",
        setting="20 layers, one input, no biases, before the first step.",
    ),
)
