"""Depth: the best rate of residual networks against the number of blocks, and how much chance 1/sqrt(L) leaves."""

from functools import cache

import numpy as np

from vgtext.explore import handle
from vgtext.nn.theory.width import log_variance
from vgtext.palette import COLORS, REFERENCE, THEORY, beyond, label_line, number

from .rates import draw_curves, ended, power, rate_axis, size_axis
from .runs import DEPTH_RATES, DEPTHS, SCALES, stored

MARKS = {"s = 1": (COLORS["backward"], "o", "-"), "s = 1/√L": (COLORS["weight"], "D", (0, (3, 1.5))),
         "depth-μP": (COLORS["gradient"], "s", (0, (6, 2)))}
NETWORKS, WIDTHS, LAYERS = 200, (16, 32, 64), (4, 8, 16, 32, 64)


def losses(scale, L):
    """The final loss at each rate, the geometric mean of the seeds: (rates,)."""
    return np.exp(np.log(stored("depth")[SCALES.index(scale), DEPTHS.index(L)]).mean(axis=-1))


def best(scale, L):
    """log2 of the rate with the lowest loss, and that loss."""
    i = int(losses(scale, L).argmin())
    return DEPTH_RATES[i], losses(scale, L)[i]


def slope(scale):
    """The exponent p of a fit: best rate proportional to L^p."""
    return float(np.polyfit(np.log2(DEPTHS), [best(scale, L)[0] for L in DEPTHS], 1)[0])


def shift(scale):
    """The loss at the smallest rate, the deepest network's over the shallowest's."""
    return float(losses(scale, DEPTHS[-1])[0] / losses(scale, DEPTHS[0])[0])


def draw_depth_rate(curves, depths, scale="s = 1/√L", L=64):
    """Training loss against the learning rate at five depths of a residual network; the best rate against the depth."""
    color = MARKS[scale][0]
    draw_curves(curves, DEPTH_RATES, {k: losses(scale, k) for k in DEPTHS}, L, MARKS[scale], "{} blocks")
    curves.axhline(np.log(10), **REFERENCE)
    rate_axis(curves, -13, -3)
    curves.set_title(f"{scale}, {L} blocks", color=color)
    size_axis(depths, DEPTHS, "number of blocks L")
    rate_axis(depths, -10, -5, "y")
    depths.set_title("best learning rate")
    for name, (shade, marker, dashes) in MARKS.items():
        learned = [k for k in DEPTHS if best(name, k)[1] < 1]
        y = [2.0 ** best(name, k)[0] for k in learned]
        depths.plot(learned, y, color=shade, marker=marker, linestyle=dashes, markersize=4)
        at = (0, 14) if name == "depth-μP" else (-14, -12)  # clear of the mark that is dragged
        label_line(depths, learned[-1], y[-1], name, shade, ha="right", xytext=at)
    start = 2.0 ** best("s = 1/√L", DEPTHS[0])[0]
    depths.plot(DEPTHS, [start * (DEPTHS[0] / k) ** 0.5 for k in DEPTHS], **THEORY)
    handle(depths, lambda L: (L, 2.0 ** best(scale, L)[0]))
    k, loss = best(scale, L)
    if loss > 1:
        if beyond(curves, loss):
            curves.text(0.5, 0.14, f"the line of {L} blocks\nlies above the panel", color=color, fontsize=9,
                        ha="center", va="center", transform=curves.transAxes)
        return (f"Adam, {scale}: with {L} blocks none of the {len(DEPTH_RATES)} rates brings the loss below 1; the "
                f"best ends at {number(loss)}{beyond(curves, loss)}. Thin dashes: a rate that falls as 1/√L.")
    depths.plot([L], [2.0**k], marker=MARKS[scale][1], markersize=9, color=color)
    first = best(scale, DEPTHS[0])[0]
    copied = ended(losses(scale, L)[DEPTH_RATES.index(first)])
    return (f"Adam, {scale}: with {L} blocks the best rate is {power(k)}, and training {ended(loss)}. With the rate "
            f"that is best for {DEPTHS[0]} blocks, {power(first)}, it {copied}. Thin dashes: a rate that falls as "
            "1/√L.")


@cache
def log_sizes(n, L, seed=0):
    """ln of |delta|^2 at the input over that at the output in random networks before training: {kind: (NETWORKS,)}.

    "plain": z <- W relu(z), or "residual": z <- z + W relu(z) / sqrt(L), L times, He's weights, one input.
    """
    rng = np.random.default_rng([seed, n, L])
    W = np.float32((2 / n) ** 0.5) * rng.standard_normal((L, NETWORKS, n, n), dtype=np.float32)
    first, last = rng.standard_normal((2, NETWORKS, n, 1), dtype=np.float32)
    found = {}
    for kind, skip, s in (("plain", 0, 1), ("residual", 1, np.float32(L**-0.5))):
        z, delta = [first], last
        for l in range(L):
            z.append(skip * z[-1] + s * (W[l] @ np.maximum(z[-1], 0)))
        for l in range(L - 1, -1, -1):
            delta = skip * delta + s * (z[l] > 0) * (W[l].transpose(0, 2, 1) @ delta)
        with np.errstate(divide="ignore"):
            found[kind] = np.log(np.sum(delta**2, axis=(1, 2)) / np.sum(last**2, axis=(1, 2)))
    return found


def spread(kind, n, L):
    """The variance of ln |delta|^2 over the networks in which some unit is on in every layer."""
    logs = log_sizes(n, L)[kind]
    return float(logs[np.isfinite(logs)].var())


def draw_spread(ax, n=32):
    """The variance of ln |delta|^2 over random networks, against the depth: plain and residual with s = 1/sqrt(L)."""
    size_axis(ax, LAYERS, "layers, or blocks, L")
    ax.set(yscale="log", ylim=(0.03, 60), ylabel="variance of ln ‖δ‖²")
    ax.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    ax.minorticks_off()
    for kind, color, marker, words in (("plain", COLORS["backward"], "o", "plain"),
                                       ("residual", COLORS["gradient"], "s", "residual, s = 1/√L")):
        y = [spread(kind, n, L) for L in LAYERS]
        ax.plot(LAYERS, y, color=color, marker=marker, markersize=4, label=words)
        label_line(ax, LAYERS[2], y[2], words, color, ha="right" if kind == "plain" else "center", xytext=(-8, 10))
    ax.plot(LAYERS, [log_variance(L, n) for L in LAYERS], **THEORY)
    label_line(ax, LAYERS[1], log_variance(LAYERS[1], n), "5 L/n", COLORS["theory"], xytext=(8, -8))
    handle(ax, lambda n: (LAYERS[-2], log_variance(LAYERS[-2], n)))
    plain, residual = spread("plain", n, 64), spread("residual", n, 64)
    return (f"{NETWORKS} random ReLU networks of width {n}, He's weights: through 64 plain layers ln ‖δ‖² has a "
            f"variance of {number(plain)} (5 L/n = {number(log_variance(64, n))}), through 64 residual blocks "
            f"{number(residual)}.")

