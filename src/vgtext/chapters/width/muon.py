"""Muon: what Newton-Schulz makes of singular values, where five steps do not reach, and its best rate against width."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.explore import handle
from vgtext.nn.muon import newton_schulz_on_values
from vgtext.nn.theory.width import RULES
from vgtext.palette import COLORS, THEORY, label_line, log_axis, number

from .rates import MARKS, WRITTEN, draw_curves, ended, power, rate_axis, size_axis
from .rates import losses as adam_losses
from .runs import MUON_RATES, MUON_WIDTHS, digits, stored

SHAPES = {"64 × 96": (64, 96), "256 × 256": (256, 256), "256 × 64": (256, 64)}
SOURCES = ("random", "gradient")
FLOOR, CEILING = 0.6818, 1.2024  # where five steps bring every singular value of 0.002 |G| or more


@cache
def matrix(source, shape, seed=0):
    """A random Gaussian matrix, or the first gradient of a hidden layer of that shape on a batch of 64 digits."""
    n_out, n_in = SHAPES[shape]
    if source == "random":
        return np.random.default_rng(seed).standard_normal((n_out, n_in))
    layers = [nn.Dense(64, n_in, "relu", init="he_normal"), nn.Dense(n_in, n_out, "relu", init="he_normal")]
    net, d = nn.Network([*layers, nn.Dense(n_out, 10)], seed=seed, dtype="float64"), digits()
    net.loss_and_gradient(d.x[:, :64], d.y[:64])
    return net.layers[2].W_gradient.copy()


@cache
def values(source, shape, steps, seed=0):
    """Singular values of G over |G|, and after so many steps, both falling: two arrays (min(n_out, n_in),)."""
    G = matrix(source, shape, seed)
    before = np.linalg.svd(G, compute_uv=False) / np.linalg.norm(G)
    return before, np.linalg.svd(nn.newton_schulz(G, steps), compute_uv=False)


def draw_newton_schulz(spectrum, polynomial, shape="256 × 256", source="random", steps=5):
    """Singular values before and after some steps of Newton-Schulz, and the map from the one to the other."""
    before, after = values(source, shape, steps)
    i = np.arange(1, len(before) + 1) / len(before)
    log_axis(spectrum, 1e-5, 3, "singular value")
    spectrum.set(xlim=(0, 1.02), xlabel="rank, as a share of their number", title=shape)
    spectrum.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    polynomial.set(xscale="log", xlim=(1e-5, 1), ylim=(0, 1.4), xlabel="singular value before, over ‖G‖",
                   ylabel="singular value after", title=f"after {steps} step{'s' * (steps != 1)}")
    polynomial.minorticks_off()
    for ax in (spectrum, polynomial):
        ax.axhspan(FLOOR, CEILING, color=COLORS["reference"], alpha=0.18, linewidth=0, zorder=0)
    alive = before > 1e-6
    at = 0.3 * alive.mean()
    spectrum.plot(i[alive], before[alive], ".", color=COLORS["seed"], markersize=3, label="before")
    if alive.mean() > 0.7:  # below the falling dots, else to the right of the last of them
        label_line(spectrum, at, np.interp(at, i, before), "before", COLORS["reference"], xytext=(0, -11), ha="right")
    else:
        label_line(spectrum, i[alive][-1], before[alive][-1], "before", COLORS["reference"], xytext=(6, 4))
    spectrum.plot(i[alive], after[alive], ".", color=COLORS["weight"], markersize=4, label="after")
    label_line(spectrum, at, np.interp(at, i, after), "after", COLORS["weight"], xytext=(0, 12))
    s = np.geomspace(1e-5, 1, 301)
    polynomial.plot(s, newton_schulz_on_values(s, steps), **THEORY)
    on_map = newton_schulz_on_values(before[alive], steps)
    polynomial.plot(before[alive], on_map, "o", color=COLORS["weight"], markersize=4)
    words = "" if alive.all() else f" ({int((~alive).sum())} more are 0 and stay 0)"
    inside = np.mean((after[alive] >= FLOOR) & (after[alive] <= CEILING))
    what = f"A random matrix of {shape}" if source == "random" else f"A layer's gradient, {shape}, batch of 64"
    return (f"{what}: after {steps} step{'s' * (steps != 1)} the singular values go from {number(after[alive].min())} "
            f"to {number(after[0])}, {inside:.0%} of them in the gray band from 0.68 to 1.20{words}. Before: "
            f"{number(before[alive].min())} to {number(before[0])}.")


def losses(rule, n):
    """Muon's final loss at each rate, the geometric mean of the seeds: (rates,). The rule is for the other arrays."""
    return np.exp(np.log(stored("muon")[RULES.index(rule), MUON_WIDTHS.index(n)]).mean(axis=-1))


def muons_best(rule, n):
    """log2 of Muon's best rate at width n, and its loss."""
    i = int(losses(rule, n).argmin())
    return MUON_RATES[i], losses(rule, n)[i]


def muons_slope(rule):
    """The exponent of a fit: Muon's best rate as a power of n."""
    return float(np.polyfit(np.log2(MUON_WIDTHS), [muons_best(rule, n)[0] for n in MUON_WIDTHS], 1)[0])


def copied(rule, n):
    """The loss at width n with the rate that is best at the smallest width."""
    return float(losses(rule, n)[MUON_RATES.index(muons_best(rule, MUON_WIDTHS[0])[0])])


def draw_muon(curves, widths, rest="standard", n=256):
    """Muon's training loss against the learning rate; its best rate against the width, with two rules for the rest."""
    draw_curves(curves, MUON_RATES, {m: losses(rest, m) for m in MUON_WIDTHS}, n, MARKS[rest])
    rate_axis(curves, -9, -3)
    curves.set_title(f"Muon, width {n}", color=MARKS[rest][0])
    size_axis(widths, MUON_WIDTHS, "width n")
    rate_axis(widths, -7, -4, "y")
    widths.set_title("best learning rate")
    for name, (shade, marker, dashes) in MARKS.items():
        y = [2.0 ** muons_best(name, m)[0] for m in MUON_WIDTHS]
        widths.plot(MUON_WIDTHS, y, color=shade, marker=marker, markersize=4, linestyle=dashes)
        label_line(widths, MUON_WIDTHS[1], y[1], f"the rest: {WRITTEN[name]}", shade,
                   xytext=(0, 20 if name == "standard" else -20))
    (k, loss), (first, _) = muons_best(rest, n), muons_best(rest, MUON_WIDTHS[0])
    widths.plot([n], [2.0**k], marker=MARKS[rest][1], markersize=9, color=MARKS[rest][0])
    handle(widths, lambda n: (n, 2.0 ** muons_best(rest, n)[0]))
    adam = number(adam_losses("Adam", rest, n).min())
    rule = {"standard": "the standard rule", "muP": "μP"}[rest]
    return (f"Muon for hidden matrices, Adam by {rule} for the rest: at width {n} the best rate is {power(k)}, and "
            f"training {ended(loss)} (Adam alone, at its best: {adam}). With the rate best at width "
            f"{MUON_WIDTHS[0]}, {power(first)}, it {ended(copied(rest, n))}.")
