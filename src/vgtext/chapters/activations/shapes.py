"""Value and slope of each activation, and what a layer of Gaussian pre-activations makes of them."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import ACTIVATION_COLORS, COLORS, label_line, number

from .theory import NAMES, mf, moments

SPREADS = [0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0]


@cache
def scale_to_keep(activation, q=1.0):
    """The σ_w at which one layer keeps the error signal: chi = 1 where the pre-activations have variance q."""
    return float(1 / np.sqrt(moments(activation, q)[2]))


def dip(activation):
    """Where an activation is lowest and how low: z, φ(z), on a fine grid of [-6, 0]."""
    z = np.linspace(-6, 0, 600_001)
    value = nn.get_activation(activation)(z)
    return float(z[value.argmin()]), float(value.min())


def leaky_mean(alpha, q=1.0):
    """The mean of leaky ReLU over z ~ N(0, q), by quadrature; it should be (1 - alpha) √(q/2π)."""
    phi = nn.leaky_relu(alpha)
    return mf.gaussian_mean(lambda u: phi(np.sqrt(q) * u))


def draw_shape(shape, needed, activation="gelu", spread=1.0):
    """φ and φ' over the pre-activations of a layer; and the weight scale that keeps the error signal, at any spread."""
    phi, color, z = nn.get_activation(activation), ACTIVATION_COLORS[activation], np.linspace(-5, 5, 401)
    shape.set(xlim=(-5, 5), ylim=(-2, 5), xlabel="pre-activation z", ylabel="value φ(z), slope φ′(z)")
    shape.axhline(0, color=COLORS["reference"], linewidth=0.6)
    shape.fill_between(z, 0.8 * np.exp(-z * z / (2 * spread**2)), color=COLORS["forward"], alpha=0.2, linewidth=0)
    shape.plot(z, phi(z), color=color, linewidth=2, label="value")
    for side in (z[z < 0], np.append(1e-9, z[z > 0])):
        shape.plot(side, phi.derivative(side), color=color, linewidth=1.4, linestyle=(0, (4, 2)), label="slope")
    shape.text(-4.8, 4.7, f"full line: value of {NAMES[activation]}", color=color, fontsize=9, va="top")
    shape.text(-4.8, 4.15, "broken line: its slope", color=color, fontsize=9, va="top")
    shape.text(-4.8, 3.6, "shaded: where the units lie", color=COLORS["forward"], fontsize=9, va="top")
    some = np.geomspace(0.1, 5, 40)
    needed.set(xlim=(0, 4.5), ylim=(0, 9), xlabel="spread of the pre-activations √q",
               ylabel="$\\sigma_w$ that keeps the error signal")
    for name in NAMES:
        bold = name == activation
        needed.plot(some, [scale_to_keep(name, s * s) for s in some], color=color if bold else "#BBBBBB",
                    linewidth=2 if bold else 0.9, zorder=3 if bold else 1, label=NAMES[name])
    here = scale_to_keep(activation, spread**2)
    needed.plot([spread], [min(here, 9)], "o", markersize=8, color=color, zorder=4)
    handle(needed, lambda spread: (spread, min(scale_to_keep(activation, spread**2), 9)))
    label_line(needed, 0.2, 8.4, NAMES[activation], color)
    label_line(needed, 4.35, 0.35, "gray: the others", "#767676", ha="right", xytext=(0, 0))
    mean, square, slope, _ = moments(activation, spread**2)
    return (f"{NAMES[activation]}, pre-activations of standard deviation {spread:g}: mean value "
            f"{number(round(mean, 9))}, root mean square {number(np.sqrt(square))}; root mean square slope "
            f"{number(np.sqrt(slope))}, so σ_w = {number(here, 3)} keeps the error signal.")


CLAIMS = (
    Claim(
        "P.4", "Leaky ReLU has mean 0.",
        "wrong", "Its mean over z ~ N(0, q) is (1 − α) √(q/2π): 0 only for α = 1, where it is a straight line.",
        (
            Evidence("the mean for α = 0.1, q = 1", lambda: leaky_mean(0.1), 0.9 / np.sqrt(2 * np.pi), 1e-3),
        ), "shape?activation=leaky ReLU",
        setting="One Gaussian pre-activation, by quadrature.",
    ),
)
