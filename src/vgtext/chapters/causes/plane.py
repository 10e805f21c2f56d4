"""All causes on one map: depth and weight scale in a plane, for each activation, with the theory's boundary on it."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.explore import handle
from vgtext.nn.theory.roots import root_of
from vgtext.nn.theory.signal_propagation import backward_sizes
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, log_axis

from .slopes import NAMES
from .theory import SIGMA_B, mf

DEPTHS = [2, 5, 10, 15, 20, 30, 40, 50, 70, 100]
SCALES = np.geomspace(0.4, 16, 25).round(4).tolist()
BIASES = {"none": 0.0, "σ_b = 0.224": SIGMA_B, "σ_b = 1": 1.0}
LIMIT = 6  # colors end at 10^±6


@cache
def first_over_last(activation, sigma_b=0.0, seeds=2, width=64):
    """log10 of ‖delta[1]‖/‖delta[L]‖, mean over seeds: measured (depths, scales), on DEPTHS and SCALES."""
    sweep = nn.sweep(DEPTHS, SCALES, sigma_b, activation, seeds=seeds, width=width, batch=8)
    log10 = sweep.signals.log10_error[:, :, 0, 0]  # (depth, sigma_w, seed, layer)
    last = np.array([log10[i, :, :, L] for i, L in enumerate(DEPTHS)])
    return (log10[..., 1] - last).mean(axis=-1)


@cache
def predicted(activation, sigma_b=0.0):
    """The same in a network of infinite width."""
    full = np.array([backward_sizes(activation, s, sigma_b, DEPTHS[-1]) for s in SCALES])  # relative to layer 100
    return np.array([full[:, 1] - full[:, L] for L in DEPTHS])


@cache
def boundary(activation, sigma_b=0.0):
    """The σ_w at which chi_1 = 1: below it gradients vanish with depth, above it they explode."""
    return root_of(lambda sigma_w: mf.chi(activation, sigma_w, sigma_b) - 1, 0.4, 16, 1e-6)


def scale_axis(ax):
    """Put the weight scale on a log axis."""
    ax.set_xscale("log")
    ax.set_xlim(0.4, 16)
    ax.set_xticks([0.5, 1, 2, 4, 8, 16], ["0.5", "1", "2", "4", "8", "16"])
    ax.minorticks_off()
    ax.set_xlabel("weight scale $\\sigma_w$")


def draw_plane(plane, cut, activation="tanh", sigma_b=0.0, depth=50):
    """‖delta[1]‖/‖delta[L]‖ over the plane of weight scale and depth, and along the line of one depth."""
    measured, theory = first_over_last(activation, sigma_b), predicted(activation, sigma_b)
    edge = boundary(activation, sigma_b)
    scale_axis(plane)
    plane.set(ylim=(2, 100), ylabel="depth L")
    mesh = plane.pcolormesh(SCALES, DEPTHS, measured.clip(-LIMIT, LIMIT), cmap="RdBu_r", vmin=-LIMIT, vmax=LIMIT,
                            shading="nearest")
    plane.contour(SCALES, DEPTHS, theory, [-3, 3], colors=["black"], linestyles="--", linewidths=1.1)
    plane.axvline(edge, color="black", linewidth=1.1, linestyle=":")
    plane.axhline(depth, color="black", linewidth=0.8)
    handle(plane, lambda depth: (None, depth))
    for words, x in (("vanishes", np.sqrt(0.38 * edge)), ("explodes", np.sqrt(edge * 16)))[: 2 if edge < 8 else 1]:
        plane.text(x, 91, words, fontsize=8, ha="center", va="center", bbox={"facecolor": "white", "linewidth": 0})
    bar = plane.figure.colorbar(mesh, ax=plane, label="log₁₀ ‖δ[1]‖ / ‖δ[L]‖")
    bar.set_ticks([-LIMIT, -3, 0, 3, LIMIT], labels=[f"≤ −{LIMIT}", "−3", "0", "3", f"≥ {LIMIT}"])
    i = DEPTHS.index(depth)
    scale_axis(cut)
    log_axis(cut, 1e-20, 1e20, f"‖δ[1]‖ / ‖δ[L]‖ at L = {depth}")
    cut.axhline(1, **REFERENCE)
    cut.axvline(edge, color=COLORS["reference"], linewidth=1.1, linestyle=":")
    cut.plot(SCALES, 10 ** measured[i], linestyle="none", marker="o", markersize=3.5, color=COLORS["backward"])
    cut.plot(SCALES, 10 ** theory[i], **THEORY)
    where, side = (1e19, "right") if edge > 4 else (1e-19, "left")
    label_line(cut, edge, where, f"χ₁ = 1 at {edge:.2f}", COLORS["reference"], ha=side,
               va="top" if edge > 4 else "bottom", xytext=(-5 if edge > 4 else 5, 0))
    rising = np.maximum.accumulate(measured[i])
    low, high = (f"{scale:.2f}" for scale in np.exp(np.interp([-1, 1], rising, np.log(SCALES))))
    strip = {(True, True): f"only where σ_w lies between {low} and {high}",
             (True, False): f"only where σ_w is above {low}, to the map's end",
             (False, True): f"only where σ_w is below {high}, from the map's start",
             (False, False): "at every σ_w of the map"}[bool(rising[0] < -1), bool(rising[-1] > 1)]
    return (f"{NAMES[activation]}, {depth} layers of width 64, σ_b = {sigma_b:.3g}, geometric mean of two seeds: layer "
            f"1 gets between a tenth and ten times the error signal of layer {depth} {strip}. The "
            f"boundary χ₁ = 1 is at {edge:.2f}.")
