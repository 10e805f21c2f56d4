"""How fast a gradient fades or grows with depth: exponentially, or by a power law at σ_w = 1.

The profiles at width 1000 take about two minutes; they are stored. ``python -m vgtext.chapters.causes.depth`` makes
them again.
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.claims import Claim, Evidence
from vgtext.nn.theory.signal_propagation import backward_sizes
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, layer_axis, log_axis, number

from .theory import CRITICAL, SIGMA_B, factor

DEPTH, WIDTH, BATCH, SEEDS = 60, 1000, 16, 5
SCALES = [0.8, 0.9, 1.0, 1.1, 1.2, round(CRITICAL, 3), 1.5, 1.75, 2.0]
BIASES = {"none, σ_b = 0": 0.0, "σ_b = 0.224": round(SIGMA_B, 6)}


def measure_profiles(seeds=range(SEEDS), scales=SCALES, progress=None):
    """log10 ‖delta[l]‖ of tanh networks at full width: a Sweep over (σ_w, σ_b, seed)."""
    return nn.sweep(DEPTH, scales, [*BIASES.values()], "tanh", seeds=seeds, width=WIDTH, batch=BATCH, progress=progress)


@cache
def stored():
    """The stored profiles, log10 ‖delta[l]‖/‖delta[L]‖, mean over seeds: {(σ_w, σ_b): (DEPTH+1,)}."""
    log10 = results.load("causes_depth")["log10"]
    return {(s, b): log10[i, j] for i, s in enumerate(SCALES) for j, b in enumerate(BIASES.values())}


def exponential_rate(sigma_w, sigma_b=0.0, first=10, last=50):
    """The slope of ln ‖delta[l]‖² against L - l, fitted in the stored profile: to compare with ln chi_1."""
    l, log10 = np.arange(first, last + 1), stored()[sigma_w, sigma_b]
    return float(-2 * np.log(10) * np.polyfit(l, log10[first : last + 1], 1)[0])


def power(sigma_w=1.0, sigma_b=0.0, first=5, last=DEPTH):
    """The exponent p of ‖delta[l]‖ ~ l^p, fitted in the stored profile."""
    l = np.arange(first, last + 1)
    return float(np.polyfit(np.log10(l), stored()[sigma_w, sigma_b][first : last + 1], 1)[0])


def draw_rates(line, loglog, sigma_w=0.8, sigma_b=0.0):
    """The error signal of every layer of a tanh network, on a linear and on a logarithmic axis of layers."""
    sizes, theory = 10 ** stored()[sigma_w, sigma_b], 10 ** backward_sizes("tanh", sigma_w, sigma_b, DEPTH)
    l = np.arange(DEPTH + 1)
    layer_axis(line, DEPTH, "layer l (backward: right to left)")
    loglog.set_xscale("log")
    loglog.set(xlim=(0.9, 70), xlabel="layer l, on a log axis")
    for ax in (line, loglog):
        log_axis(ax, 1e-9, 1e6, "error signal ‖δ[l]‖ / ‖δ[L]‖")
        ax.axhline(1, **REFERENCE)
        some = np.unique(np.geomspace(1, DEPTH, 18).astype(int)) if ax is loglog else l[1::3]
        ax.plot(some, sizes[some], linestyle="none", marker="o", markersize=4, color=COLORS["backward"])
        ax.plot(l[1:], theory[1:], **THEORY)
    loglog.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
    loglog.minorticks_off()
    if (sigma_w, sigma_b) == (1.0, 0.0):
        loglog.plot(l[1:], np.sqrt(l[1:] / DEPTH), color=COLORS["reference"], linewidth=0.8)
        label_line(loglog, 7, 0.3, "slope 1/2", COLORS["reference"], xytext=(0, -14))
        words = f"by a power law, ‖δ[l]‖ grows as l to the power {power():.2f} (predicted 0.50)"
    else:
        rate, chi = exponential_rate(sigma_w, sigma_b), 2 * np.log(factor("tanh", sigma_w, sigma_b))
        words = (f"the fitted slope of ln ‖δ‖² is {number(rate, 3)} a layer on the way back; ln χ₁ is "
                 f"{number(chi, 3) if abs(chi) > 1e-3 else '0'}")
    return (f"tanh, σ_w = {sigma_w:g}, σ_b = {sigma_b:.3g}, width {WIDTH:,}, geometric mean of "
            f"{SEEDS} seeds: {words}. Layer 1 gets "
            f"{number(sizes[1])} times the error signal of layer {DEPTH}.")


@cache
def sigmoid_profile(L=20, sigma_w=1.0, seeds=3, quantity="gradient"):
    """log10 of a size per layer in sigmoid networks of width 100, mean over seeds: (L+1,)."""
    runs = [nn.measure(L, 100, sigma_w, 0.0, "sigmoid", batch=32, seed=seed) for seed in range(seeds)]
    return np.mean([getattr(run, f"log10_{quantity}") for run in runs], axis=0)


def lost_in_sigmoid(L):
    """By how many powers of ten the error signal of layer 1 lies below that of layer L in a sigmoid network."""
    size = sigmoid_profile(L, quantity="error")
    return float(size[L] - size[1])


def make():
    """Measure the profiles and write the file."""
    log10 = measure_profiles(progress=True).signals.log10_error[0, :, :, 0]  # (sigma_w, sigma_b, seed, layer)
    results.save("causes_depth", SEEDS, log10=(log10 - log10[..., -1:]).mean(axis=2))


def _rate_evidence(words, sigma_w, sigma_b):
    expected = 2 * np.log(factor("tanh", sigma_w, sigma_b))
    return Evidence(f"{words}: slope of ln ‖δ‖² per layer, against ln χ₁", lambda: exponential_rate(sigma_w, sigma_b),
                    float(expected), 0.05 * abs(float(expected)), stored="causes_depth")


CLAIMS = (
    Claim(
        "R.8", "Schoenholz and others 2017: a random tanh network keeps its gradient on a critical line of weight and "
        "bias variances; off the line its square changes exponentially with depth, by χ₁ per layer.",
        "holds", "",
        (
            *(Evidence(f"σ_b² = {b:g}: the critical σ_w²",
                       lambda b=b: nn.meanfield.critical_sigma_w("tanh", b**0.5) ** 2,
                       w, 0.001) for b, w in ((0.01, 1.424), (0.05, 1.761), (0.1, 1.986))),
            _rate_evidence("width 1,000, σ_w = 1, σ_b = 0.224", 1.0, BIASES["σ_b = 0.224"]),
        ), "rates",
        setting="The line: theory for infinite width. The slope: 1,000 units, 60 layers, five seeds.",
    ),
    Claim(
        "S1.1", "Vanishing gradients occur particularly in the deeper layers.",
        "garbled", "In deeper networks, yes; but in the layers nearest the input, where activations keep their size. "
        "In a pure product all layers suffer alike.",
        (
            Evidence("sigmoid, 20 layers: the layer with the smallest weight gradient",
                     lambda: int(np.nanargmin(sigmoid_profile(20))), 1, 0),
            Evidence("5 layers: powers of ten lost from layer 5 to 1", lambda: lost_in_sigmoid(5),
                     -4 * float(np.log10(factor("sigmoid", 1.0))), 0.1),
            Evidence("20 layers: powers of ten lost from layer 20 to 1", lambda: lost_in_sigmoid(20),
                     -19 * float(np.log10(factor("sigmoid", 1.0))), 0.3),
        ), "plane?activation=sigmoid",
        setting="100 sigmoid units a layer, σ_w = 1, three seeds, before the first step; theory: infinite width.",
    ),
    Claim(
        "S1.4", "Gradients fall exponentially with depth.",
        "holds if", "σ_w is below the critical line; above it they grow. On it a wide tanh network keeps its gradient, "
        "or, at the line's end (σ_w = 1, no biases), follows a power law: layer l gets √(l/L).",
        (
            _rate_evidence("tanh, σ_w = 0.8", 0.8, 0.0),
            _rate_evidence("tanh, σ_w = 1, σ_b = 0.224", 1.0, BIASES["σ_b = 0.224"]),
            _rate_evidence("tanh, σ_w = 2", 2.0, 0.0),
            Evidence("on the line, σ_w = 1.327, σ_b = 0.224: the same slope",
                     lambda: exponential_rate(SCALES[5], BIASES["σ_b = 0.224"]), 0.0, 0.005, stored="causes_depth"),
            Evidence("σ_w = 1, no biases: the power", power, 0.5, 0.04, stored="causes_depth"),
        ), "rates",
        setting="1,000 tanh units, 60 layers, mean of five seeds, before the first step; fitted from layer 10 to 50.",
    ),
    Claim(
        "S3.11", "The number of layers decides how strong the effect is.",
        "holds", "Depth multiplies the exponent; whether it fades or grows is decided by weights and activation.",
        (
            Evidence("sigmoid: powers of ten lost in 41 layers over those in 21",
                     lambda: lost_in_sigmoid(41) / lost_in_sigmoid(21), 2.0, 0.03),
        ), "plane?activation=sigmoid",
        setting="100 sigmoid units, σ_w = 1, three seeds, before the first step.",
    ),
)


if __name__ == "__main__":
    make()
