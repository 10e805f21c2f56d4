"""The activation function and its slope: where the units of a layer lie, and what a layer does to the error signal."""

from functools import cache
from math import erfc

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.nn.theory.signal_propagation import variances
from vgtext.palette import ACTIVATION_COLORS, ACTIVATION_NAMES, COLORS, REFERENCE, THEORY, label_line, log_axis, number

from .theory import factor, mf

LAYER, DEPTH = 10, 20  # where the units are looked at, in a network how deep
SCALES = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0]
NAMES = {name: ACTIVATION_NAMES[name] for name in ("sigmoid", "tanh", "relu")}


@cache
def middle_layer(activation, sigma_w, sigma_b=0.0, width=300, seeds=2):
    """Measured deep in a network: the factor of ‖delta‖ per layer and the share of saturated units.

    A unit is saturated, for an example, if its slope is below 1 % of the steepest.
    """
    runs = [nn.measure(DEPTH, width, sigma_w, sigma_b, activation, batch=32, seed=seed, statistics=True)
            for seed in range(seeds)]
    back = np.mean([r.log10_error[LAYER - 2] - r.log10_error[LAYER + 2] for r in runs]) / 4
    return float(10**back), float(np.mean([r.saturation[LAYER] for r in runs]))


def rms_slope(activation, sigma_w):
    """The root mean square of φ'(z) over the units of layer 10, in theory."""
    return factor(activation, sigma_w, 0.0, LAYER) / sigma_w


def saturated_share(activation, sigma_w):
    """The share of saturated units in layer 10 in theory: how often √q |u| lies beyond where φ' falls below 1 %."""
    phi, z = nn.get_activation(activation), np.linspace(0, 20, 200_001)
    edge = z[np.argmax(phi.derivative(z) < 0.01 * phi.steepest)]
    return erfc(edge / np.sqrt(2 * variances(activation, sigma_w, 0.0, LAYER)[LAYER]))


def draw_slopes(slope, layer, activation="sigmoid", sigma_w=1.0):
    """The slope φ' and where the units lie on it; and what weights and slopes together do to the error signal."""
    phi, color = nn.get_activation(activation), ACTIVATION_COLORS[activation]
    q = variances(activation, sigma_w, 0.0, LAYER)[LAYER]
    z = np.sort(np.concatenate([np.linspace(-8, 8, 161), np.sqrt(q) * np.linspace(-3, 3, 61)]).clip(-8, 8))
    slope.set(xlim=(-8, 8), ylim=(0, 1.4), xlabel="pre-activation z", ylabel="slope φ′(z)")
    slope.fill_between(z, 0.5 * np.exp(-z * z / (2 * q)), color=COLORS["forward"], alpha=0.25, linewidth=0)
    slope.plot(z, phi.derivative(z), color=color)
    slope.text(-7.6, 1.36, f"line: slope of {NAMES[activation]}", color=color, fontsize=9, va="top")
    slope.text(-7.6, 1.24, "shaded: where the units lie", color=COLORS["forward"], fontsize=9, va="top")
    sigmas, measured = np.linspace(0.25, 12.5, 50), [middle_layer(activation, s)[0] for s in SCALES]
    layer.set(xlim=(0, 13), xlabel="weight scale $\\sigma_w$")
    log_axis(layer, 0.01, 30, "factor per layer")
    layer.axhline(1, **REFERENCE)
    layer.plot(sigmas, sigmas, color=COLORS["weight"], linestyle=":")
    layer.plot(sigmas, [rms_slope(activation, s) for s in sigmas], color=color, linestyle="-.", linewidth=1.2)
    layer.plot(sigmas, [factor(activation, s, 0.0, LAYER) for s in sigmas], **THEORY)
    layer.plot(SCALES, measured, linestyle="none", marker="o", markersize=4, color=COLORS["backward"])
    layer.plot([sigma_w], [middle_layer(activation, sigma_w)[0]], marker="o", markersize=9, color=COLORS["backward"])
    handle(layer, lambda sigma_w: (sigma_w, middle_layer(activation, sigma_w)[0]))
    label_line(layer, 12.7, 20, "the weights: × $\\sigma_w$", COLORS["weight"], ha="right", xytext=(0, 0))
    label_line(layer, 12.7, rms_slope(activation, 12.0), f"the slopes: × {number(rms_slope(activation, sigma_w))}",
               color, ha="right", xytext=(0, -11))
    (back, saturated), theory = middle_layer(activation, sigma_w), factor(activation, sigma_w, 0.0, LAYER)
    return (f"{NAMES[activation]}, σ_w = {sigma_w:g}: in theory the slopes of layer {LAYER} have a root mean square of "
            f"{number(rms_slope(activation, sigma_w))}. Measured, {saturated:.0%} of its units are saturated (a slope "
            f"below 1% of the steepest), and one layer multiplies the error signal by {number(back)} (predicted "
            f"{number(theory)}).")


def single_unit(w, a=1.0):
    """The factor w σ'(w a) that a chain of single sigmoid units puts on the gradient, at an input a."""
    return w * nn.get_activation("sigmoid").derivative(w * np.asarray(a, float))


def largest_factors(weights=(0.5, 1.0, 2.0, 3.9, 4.0, 8.0)):
    """Hochreiter and Schmidhuber 1997: the largest factor |w| σ'(z) over all z is |w|/4; {w: factor}."""
    z = np.linspace(-20, 20, 40_001)
    return {w: float((abs(w) * nn.get_activation("sigmoid").derivative(z)).max()) for w in weights}


CLAIMS = (
    Claim(
        "R.1", "Hochreiter and Schmidhuber 1997: a logistic unit puts a factor below 1 on the gradient if its weight "
        "is below 4.",
        "holds", "The largest factor over all inputs is |w|/4, since a sigmoid's slope is never above 1/4.",
        (
            Evidence("the largest factor for a weight of 3.9", lambda: largest_factors()[3.9], 0.975, 1e-6),
            Evidence("for a weight of 4", lambda: largest_factors()[4.0], 1.0, 1e-6),
        ), "slopes?activation=sigmoid",
        setting="One logistic unit, all inputs.",
    ),
    Claim(
        "S1.3", "Sigmoid and tanh squash their input into a narrow range, and gradients become tiny.",
        "holds if", "Inputs are large, or the weights do not make up for the slope. A sigmoid's slope is never above "
        "1/4; tanh has slope 1 at 0, and a wide tanh network on the critical line keeps its gradient.",
        (
            Evidence("the steepest slope of a sigmoid", lambda: nn.get_activation("sigmoid").steepest, 0.25, 1e-12),
            Evidence("the slope of tanh at 0", lambda: nn.get_activation("tanh").derivative(0.0), 1.0, 1e-12),
            Evidence("sigmoid, σ_w = 1: factor per layer", lambda: middle_layer("sigmoid", 1.0)[0],
                     factor("sigmoid", 1.0), 0.01),
            Evidence("tanh, σ_w = 1.327, σ_b = 0.224: factor per layer",
                     lambda: middle_layer("tanh", mf.critical_sigma_w("tanh", 0.05**0.5), 0.05**0.5)[0], 1.0, 0.02),
        ), "slopes",
        setting="300 units, layer 10 of 20, two seeds, before the first step.",
    ),
    Claim(
        "S3.7", "Very small weights saturate the response.",
        "garbled", "Small weights keep a unit in its linear range; large weights saturate it. One unit's gradient "
        "vanishes both ways. In a wide random tanh network large weights make up for the saturation, and more.",
        (
            Evidence("tanh, σ_w = 0.25: share of saturated units", lambda: middle_layer("tanh", 0.25)[1], 0.0, 1e-6),
            Evidence("tanh, σ_w = 5: share of saturated units", lambda: middle_layer("tanh", 5.0)[1],
                     saturated_share("tanh", 5.0), 0.03),
            Evidence("tanh, σ_w = 0.25: factor per layer", lambda: middle_layer("tanh", 0.25)[0], 0.25, 0.01),
            Evidence("tanh, σ_w = 5: factor per layer", lambda: middle_layer("tanh", 5.0)[0], factor("tanh", 5.0), 0.1),
            Evidence("one sigmoid unit, input 1, weight 0.1: factor", lambda: single_unit(0.1), 0.025, 0.001),
            Evidence("one sigmoid unit, input 1, weight 20: factor", lambda: single_unit(20), 20 * np.exp(-20), 1e-12),
        ), "slopes?activation=tanh&sigma_w=5.00",
        setting="300 tanh units, layer 10 of 20, two seeds, before the first step; saturated: a slope below 1% of "
        "the steepest. And one sigmoid unit.",
    ),
)
