"""Smoothness at 0: the slopes of ELU and of its relatives on the left and on the right of the origin."""

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import ACTIVATION_COLORS, COLORS, label_line

ALPHAS = [0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.67, 2.0]
STEP = 1e-6


def sides(phi, h=STEP):
    """The slopes of φ just left and just right of 0, by differences in float64."""
    phi = nn.get_activation(phi)
    at = np.array([-h, 0.0, h])
    left, right = np.diff(phi(at)) / h
    return float(left), float(right)


def jump(phi):
    """How much the slope of φ jumps at 0: right minus left."""
    left, right = sides(phi)
    return right - left


def draw_kink(value, slope, alpha=0.5, leaky=False):
    """ELU or leaky ReLU around 0, with a parameter: value with both tangents, and the slope with its jump."""
    name = "leaky_relu" if leaky else "elu"
    if leaky and alpha >= 1:
        phi, words = nn.get_activation("identity"), "straight (α = 1)"
    else:
        phi = nn.leaky_relu(alpha) if leaky else nn.elu(alpha)
        words = f"{'leaky ReLU' if leaky else 'ELU'}, α = {alpha:g}"
    (left, right), color, z = sides(phi), ACTIVATION_COLORS[name], np.linspace(-4, 2, 301)
    value.set(xlim=(-4, 2), ylim=(-2.2, 2.2), xlabel="pre-activation z", ylabel="value φ(z)")
    value.plot([-4, 2], [-4 * left, 2 * left], color=COLORS["reference"], linestyle=":", linewidth=1.2)
    value.plot(z, phi(z), color=color, linewidth=2.2)
    value.text(1.9, -0.85, words, color=color, fontsize=9, va="top", ha="right")
    value.text(1.9, -1.2, "dotted: tangent\nfrom the left", color=COLORS["reference"], fontsize=9, va="top", ha="right")
    slope.set(xlim=(-4, 2), ylim=(-0.1, 2.3), xlabel="pre-activation z", ylabel="slope φ′(z)")
    for side, where in ((z[z < 0], "left of 0"), (z[z > 0], "right of 0")):
        slope.plot(side, phi.derivative(side), color=color, linewidth=2.2, label=where)
    slope.plot([0, 0], [left, right], color=COLORS["reference"], linestyle=":", linewidth=1.5)
    slope.plot([0, 0], [left, right], "o", color=color, markersize=5, label="at 0, from both sides")
    handle(slope, lambda alpha: (0, min(alpha, 1.0) if leaky else alpha))  # the slope from the left
    label_line(slope, -3.8, 2.18, f"at 0: left {left:.2f}, right {right:.2f}", color, xytext=(0, 0))
    size = right - left
    kink = "no kink" if abs(size) < 1e-4 else f"a jump of {size:.2f}".replace("-", "−")
    if leaky and alpha > 1:
        words = f"Leaky ReLU has α below 1, not {alpha:g}; at its end, α = 1, it is a straight line"
    return (f"{words[0].upper()}{words[1:]}: the slope at 0 is {left:.2f} from the left and {right:.2f} from the "
            f"right, {kink}.")


CLAIMS = (
    Claim(
        "S1.13", "ELU is exponential for negative inputs and keeps a smooth gradient.",
        "holds if", "α = 1. For every other α the slope jumps at 0, from α to 1; SELU, with α = 1.67, has one too.",
        (
            Evidence("ELU, α = 1: jump of the slope at 0", lambda: jump(nn.elu(1.0)), 0.0, 1e-5),
            Evidence("ELU, α = 0.5: jump", lambda: jump(nn.elu(0.5)), 0.5, 1e-5),
            Evidence("ELU, α = 2: jump", lambda: jump(nn.elu(2.0)), -1.0, 1e-5),
            Evidence("SELU: jump", lambda: jump("selu"), 1.0507009873554805 * (1 - 1.6732632423543772), 1e-5),
            Evidence("ELU, α = 1: slope at z = −5", lambda: nn.elu(1.0).derivative(-5.0), np.exp(-5), 1e-9),
        ), "kink?alpha=0.50",
        setting="The function itself, slopes by differences with a step of 1e-6.",
    ),
)
