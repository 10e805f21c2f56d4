"""ReLU keeps half of the mean square, hence He's factor 2; and He's own arithmetic."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.nn.theory.signal_propagation import backward_sizes
from vgtext.palette import COLORS, REFERENCE

from .race import final_loss

#: Filters of the layers conv2 … conv10 of He's VGG-like network; each filter is 3 × 3.
FILTERS = (64, 128, 128, 256, 256, 512, 512, 512, 512)


def kept(activation, q=1.0):
    """The shares of the second moment: E φ(z)²/E z² on the way forward, E φ'(z)² on the way back; z ~ N(0, q)."""
    phi = nn.get_activation(activation)
    forward = nn.meanfield.variance_map(q, phi) / q
    return float(forward), float(nn.meanfield.chi(phi, q=q))


#: Activations of the figure, with their names in it.
SHOWN = {"identity": "linear", "relu": "ReLU", "leaky_relu": "leaky ReLU", "tanh": "tanh", "sigmoid": "sigmoid",
         "gelu": "GELU"}


@cache
def one_layer(activation, q=1.0, n=100_000, seed=0):
    """The same shares as :func:`kept`, measured on n units with z ~ N(0, q)."""
    phi, z = nn.get_activation(activation), np.sqrt(q) * np.random.default_rng(seed).standard_normal(n)
    return float(np.mean(phi(z) ** 2) / np.mean(z**2)), float(np.mean(phi.derivative(z) ** 2))


def draw_two_needs(ax, q=1.0):
    """The weight scale that keeps the forward signal, and the one that keeps the backward signal, per activation."""
    ax.set(xscale="log", xlim=(0.15, 16), ylim=(len(SHOWN) - 0.4, -1.3),
           xlabel="weight scale $\\sigma_w$ that is needed")
    ax.set_xticks([0.25, 0.5, 1, 2, 4, 8, 16], ["0.25", "0.5", "1", "2", "4", "8", "16"])
    ax.minorticks_off()
    ax.set_yticks(range(len(SHOWN)), SHOWN.values())
    for name, x in (("Glorot 1", 1.0), ("He √2", 2**0.5)):
        ax.axvline(x, **REFERENCE)
        ax.text(x, -0.75, name + " " if x == 1 else " " + name, fontsize=9, ha="right" if x == 1 else "left",
                color=COLORS["reference"])
    for y, activation in enumerate(SHOWN):
        needs, law = np.array(one_layer(activation, q)) ** -0.5, np.array(kept(activation, q)) ** -0.5
        ax.plot(law.clip(0.15, 16), [y, y], color=COLORS["theory"], linestyle="--", linewidth=1.1)
        ax.plot(needs[0], y, "s", markersize=8, color=COLORS["forward"], label="forward")
        ax.plot(needs[1], y, "o", markersize=6, color=COLORS["backward"], label="backward")
    ax.text(0.98, 0.79, "■ forward", color=COLORS["forward"], fontsize=9, ha="right", transform=ax.transAxes)
    ax.text(0.98, 0.72, "● backward", color=COLORS["backward"], fontsize=9, ha="right", transform=ax.transAxes)
    (f, b), (rf, rb) = (np.array(kept(name, q)) ** -0.5 for name in ("tanh", "relu"))
    return (f"Pre-activations with variance {q:g}: in theory ReLU keeps both signals at σ_w = {rf:.2f} (forward) and "
            f"{rb:.2f} (backward); tanh needs {f:.2f} forward and {b:.2f} backward. Marks: 100,000 units.")


def shrinking(std=0.01, digits=None):
    """The factor by which weights of that ``std`` shrink the gradient from conv10 to conv2, against He's.

    ``digits``: round He's standard deviations, sqrt(2 / (9 d)), to so many decimals first, as the paper prints them.
    """
    he = np.sqrt(2 / (9 * np.array(FILTERS)))
    return float(np.prod((he if digits is None else he.round(digits)) / std))


def factor(activation, init, depth=30, width=128, seeds=5):
    """Measured factor of ‖delta‖ a layer on the way back through a random network: a geometric mean."""
    runs = [nn.measure(depth, width, activation=activation, init=init, batch=32, seed=seed) for seed in range(seeds)]
    log10 = np.mean([(run.log10_error[1] - run.log10_error[depth]) / (depth - 1) for run in runs])
    return float(10**log10)


CLAIMS = (
    Claim(
        "R.5", "He and others 2015, section 2.2: weights of standard deviation 0.01 shrink the gradient of VGG's "
        "model B from conv10 to conv2 by a factor of 1.7 · 10⁴.",
        "holds", "",
        (
            Evidence("the product of He's standard deviations over 0.01", shrinking, 1.7e4, 400),
            Evidence("the same with the standard deviations rounded to three digits",
                     lambda: shrinking(digits=3), 1.7e4, 170),
        ), "two-needs",
        setting="Arithmetic with the filter counts of the paper; no network is run.",
    ),
    Claim(
        "S1.14", "Xavier (Glorot) initialization draws weights from a zero-mean normal distribution with a specific "
        "variance, so that gradients stay in range.",
        "holds if", "Units are linear or nearly so. The variance is 2/(n_in + n_out); a uniform distribution of that "
        "variance does as well. With ReLU the gradient loses a factor √2 a layer, about 23,000 in 30 layers.",
        (
            Evidence("linear, normal weights: factor per layer", lambda: factor("identity", "glorot_normal"), 1, 0.015),
            Evidence("linear, uniform weights: factor per layer", lambda: factor("identity", "glorot_uniform"), 1,
                     0.015),
            Evidence("ReLU, normal weights: factor per layer", lambda: factor("relu", "glorot_normal"), 0.5**0.5, 0.02),
            Evidence("ReLU, uniform weights: factor per layer", lambda: factor("relu", "glorot_uniform"), 0.5**0.5,
                     0.02),
        ), "he-xavier?depth=30",
        setting="30 layers of 128 units, five seeds, before the first step.",
    ),
    Claim(
        "S1.15", "He initialization takes the activation function into account and suits ReLU.",
        "holds", "The variance is 2/n_in: ReLU keeps half of the second moment.",
        (
            Evidence("ReLU: share of the second moment that is kept", lambda: kept("relu")[0], 0.5, 1e-9),
            Evidence("ReLU, He: factor per layer", lambda: factor("relu", "he_normal"), 1.0, 0.02),
            Evidence("tanh, He: factor per layer, too large", lambda: factor("tanh", "he_normal"),
                     10 ** (float(backward_sizes("tanh", 2**0.5, 0.0, 30)[1]) / 29), 0.02),
            Evidence("ReLU, 30 layers, 30 epochs: He's training loss over Glorot's",
                     lambda: final_loss("he_normal", 30) / final_loss("glorot_normal", 30), 0.0, 0.5,
                     stored="initialization_runs"),
        ), "he-xavier?depth=30",
        setting="30 layers of 128 units, five seeds. Factors before the first step; the loss after 30 epochs, each "
        "at its best of four learning rates.",
    ),
)
