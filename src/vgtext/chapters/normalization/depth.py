"""Depth: normalization heals the forward pass at any weight scale, and the backward pass it may make explode."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import (
    ACTIVATION_COLORS,
    COLORS,
    REFERENCE,
    THEORY,
    backward_arrow,
    beyond,
    label_line,
    layer_axis,
    log_axis,
    number,
)

from .theory import NAMES, NORM_NAMES, chi, residual_growth

SCALES = {"0.01": 0.01, "0.1": 0.1, "√2 (He)": round(2**0.5, 6), "10": 10.0, "100": 100.0}
NORMS = {"batch norm": "batch", "layer norm": "layer", "RMS norm": "rms", "no norm": None}
WIDTH = BATCH = 128
BETAS = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5)


def stack(norm, depth, activation="relu", sigma_w=2**0.5, width=WIDTH, beta=0.0, residual=False, seed=0, gamma=1.0,
          orthogonal=False, dtype="float32"):
    """A network of equal layers φ(norm(W a)) without biases; from layer 2 on with a shortcut if ``residual``."""
    init = nn.initializers.orthogonal() if orthogonal else nn.initializers.scaled_normal(sigma_w)
    layers = [nn.Dense(width, width, activation, norm, init) for _ in range(depth)]
    blocks = [layers[0], *(nn.Residual([k]) if residual else k for k in layers[1:])]
    net = nn.Network(blocks, seed=seed, dtype=dtype)
    for layer in layers:
        layer.norm.eps, layer.norm.gamma[...] = 0.0, gamma  # without ε: the pure normalization
        if layer.norm.center:
            layer.norm.beta[...] = beta
    return net


@cache
def sizes(norm, depth, sigma_w=2**0.5, activation="relu", width=WIDTH, batch=BATCH, beta=0.0, seed=0):
    """log10 of the size per unit of a[0] ... a[L], and of ‖δ[l]‖ / ‖δ[L]‖ (nan at 0): two arrays (L+1,).

    A normalized network in float64, since batch norm makes an error of rounding grow as it does the gradient.
    """
    if norm is None:
        run = nn.measure(depth, width, sigma_w, 0.0, activation, batch=batch, seed=seed)
    else:
        net = stack(norm, depth, activation, sigma_w, width, beta, seed=seed, dtype="float64")
        x, back = nn.sample_batch(width, batch, seed, "float64")
        net.forward(x)
        net.backward(back, measure=True)
        run = net.signals()
    return run.log10_activation - np.log10(width) / 2, run.log10_error - run.log10_error[-1]


@cache
def measured_chi(activation, norm, beta=0.0, width=256, depth=12):
    """The factor of ‖δ‖² per layer, a geometric mean over layers 4 ... L-1, away from both ends."""
    error = sizes(norm, depth, 1.0, activation, width, width, beta)[1]
    return float(10 ** (2 * (error[3] - error[-2]) / (depth - 4)))


@cache
def layer_factors(seed=0):
    """The factor of ‖δ‖² of each layer below the last of 20, at width 1000 and batch 512, the top one first."""
    error = sizes("batch", 20, 2**0.5, "relu", 1000, 512, 0.0, seed)[1]
    return 10.0 ** (2 * (error[-2:0:-1] - error[:1:-1]))


@cache
def growth(norm, depth, activation="relu", beta=0.0, residual=False, seeds=2, batch=BATCH, **how):
    """log10 of ‖dL/da[1]‖ / ‖dL/da[L]‖, what enters a block from above, mean over seeds; ``how`` goes to stack.

    In float64: through eighty layers in small batches an error of rounding grows as the gradient does.
    """
    logs = []
    for seed in range(seeds):
        net = stack(norm, depth, activation, 1.0, WIDTH, beta, residual, seed, dtype="float64", **how)
        x, d = nn.sample_batch(WIDTH, batch, seed, "float64")
        net.forward(x)
        first = np.linalg.norm(d)
        for block in net.blocks[:0:-1]:
            d = block.backward(d)
        logs.append(np.log10(np.linalg.norm(d) / first))
    return float(np.mean(logs))


def draw_healed(forward, backward, norm="batch", depth=40, sigma_w=SCALES["10"]):
    """Size of the activations and of the error signal in every layer of a ReLU network; gray without the norm."""
    activation, error = (10.0 ** np.clip(v, -300, 300) for v in sizes(norm, depth, sigma_w))
    l = np.arange(depth + 1)
    for ax, title in ((forward, "forward: activations"), (backward, "backward: error signal")):
        layer_axis(ax, 50, "layer l")
        ax.set_title(title)
        ax.axhline(1, **REFERENCE)
    log_axis(forward, 1e-6, 1e6, "size of a[l] per unit")
    log_axis(backward, 1e-6, 1e6, "‖δ[l]‖ / ‖δ[L]‖")
    forward.plot(l, activation, color=COLORS["forward"], marker="o", markersize=3)
    backward.plot(l[1:], error[1:], color=COLORS["backward"], marker="o", markersize=3)
    handle(forward, lambda depth: (depth, float(np.clip(10.0 ** sizes(norm, depth, sigma_w)[0][-1], 1e-6, 1e6))))
    if norm:
        for ax, bare in zip((forward, backward), sizes(None, depth, sigma_w)):
            shown = np.where(abs(bare) < 8, 10.0 ** np.clip(bare, -8, 8), np.nan)
            ax.plot(l[1:], shown[1:], color=COLORS["seed"], label="no norm")
        forward.text(0.97, 0.04, "gray: no norm", transform=forward.transAxes, ha="right", fontsize=9,
                     color=COLORS["reference"])
        backward_arrow(backward, up=0.94 if sigma_w < 1 else 0.06)  # clear of the gray line
        factor = chi("relu", norm)
        backward.plot(l[2:], factor ** ((depth - l[2:]) / 2), **THEORY)
        words = f"Theory (dashed): × {number(factor**0.5, 3)} per layer, back to layer 2"
    else:
        words = "Without normalization both depend on the weight scale"
    last, back = 10.0 ** sizes(norm, depth, sigma_w)[0][-1], 10.0 ** sizes(norm, depth, sigma_w)[1][1]
    return (f"ReLU, {NORM_NAMES[norm]}, σ_w = {sigma_w:.3g}, width {WIDTH}, {BATCH} examples: activations of layer "
            f"{depth} have size {number(last)} per unit{beyond(forward, last)}; the error signal of layer 1 is "
            f"{number(back)} times{beyond(backward, back)} that of layer {depth}. {words}.")


def draw_price(ax, activation="relu", norm="batch"):
    """The factor of ‖δ‖² per layer against the shift β before the activation, measured and predicted."""
    shifts = np.linspace(-1.2, 1.7, 59)
    ax.set(xlim=(-1.3, 1.8), ylim=(0, 2.6), xlabel="shift β before the activation",
           ylabel="factor of ‖δ‖² per layer", yticks=[0, 0.5, 1, 1.5, 2, 2.5])
    ax.axhline(1, **REFERENCE)
    label_line(ax, 1.8, 1, "kept", COLORS["reference"], xytext=(-3, -9), ha="right")
    ax.plot(shifts, [chi(activation, norm, beta=round(float(b), 3)) for b in shifts], **THEORY)
    dots = [measured_chi(activation, norm, b) for b in BETAS]
    ax.plot(BETAS, dots, "o", color=ACTIVATION_COLORS[activation], markersize=6)
    middle = dots[BETAS.index(0.0)]
    return (f"{NAMES[activation]} after {NORM_NAMES[norm]}, 12 layers of 256, 256 examples: with β = 0 a layer "
            f"multiplies ‖δ‖² by {middle:.2f} (dot), predicted {chi(activation, norm):.2f}; with β = 1 by "
            f"{dots[BETAS.index(1.0)]:.2f}, predicted {chi(activation, norm, beta=1.0):.2f}.")


def predicted_growth(activation, norm, depth, beta=0.0, residual=False):
    """log10 of the theory's ‖dL/da[1]‖ / ‖dL/da[L]‖."""
    if residual:
        return float(np.log10(residual_growth(activation, depth, norm)) / 2)
    return float((depth - 1) / 2 * np.log10(chi(activation, norm, beta=beta)))


def step_factors(net, x, y):
    """The factor of ‖δ‖² per layer of a network at hand, a geometric mean over its hidden layers from the third on."""
    net.loss_and_gradient(x, y, measure=True)
    error = net.signals().log10_error
    return float(10 ** (2 * (error[3] - error[-2]) / (len(error) - 5)))


CLAIMS = (
    Claim(
        "R.11", "Yang and others 2019: batch norm makes gradients explode with depth; with ReLU by π/(π−1) per layer "
        "in squared size.",
        "holds", "Width 1,000, 512 examples, 20 layers. The step into layer 1 has a factor of 0.50, as the input has "
        "variance 1; the mean over all steps includes it.",
        (
            Evidence("geometric mean of the factors of the top ten layers",
                     lambda: float(np.exp(np.mean(np.log(layer_factors()[:10])))),
                     np.pi / (np.pi - 1), 0.029),
            Evidence("geometric mean of all 19, the step into layer 1 with them",
                     lambda: float(np.exp(np.mean(np.log(layer_factors())))), 1.39, 0.03),
            Evidence("the step into layer 1 alone", lambda: float(layer_factors()[-1]), 0.5, 0.03),
        ), "healed?norm=batch norm&depth=40",
        setting="1,000 ReLU units, 512 examples, one seed, before the first step.",
    ),
    Claim(
        "S3.2", "The exploding gradient problem has been alleviated by weight initialization and batch normalization, "
        "while vanishing gradients remain a challenge.",
        "holds if", "The network is plain and not too deep, or has shortcuts. Initialization tames exploding "
        "gradients; so does batch normalization in some twenty ReLU layers with weights that are too large. But it "
        "brings a growth of its own, π/(π−1) = 1.467 per ReLU layer in squared size, whatever the weights' scale "
        "(ε = 0), which matters at eighty. Vanishing is no open problem: shortcuts with a normalization work.",
        (
            Evidence("20 ReLU layers, σ_w = 3, no normalization: powers of ten that ‖δ‖ grows",
                     lambda: float(sizes(None, 20, 3.0)[1][1]), 19 * float(np.log10(3 / np.sqrt(2))), 0.5),
            Evidence("20 ReLU layers, σ_w = 3, batch norm: powers of ten",
                     lambda: float(sizes("batch", 20, 3.0)[1][1]), 19 * float(np.log10(np.pi / (np.pi - 1))) / 2, 0.3),
            Evidence("80 ReLU layers, σ_w = 3, batch norm: powers of ten",
                     lambda: float(sizes("batch", 80, 3.0)[1][1]), 79 * float(np.log10(np.pi / (np.pi - 1))) / 2, 0.6),
            Evidence("ReLU with batch norm, width 1,000, 512 examples: factor of ‖δ‖² per layer, top ten of 20 layers",
                     lambda: float(np.exp(np.mean(np.log(layer_factors()[:10])))), np.pi / (np.pi - 1), 0.029),
            Evidence("powers of ten that 40 ReLU layers with batch norm add at σ_w = 0.1 over those at σ_w = 100",
                     lambda: float(sizes("batch", 40, 0.1)[1][1] / sizes("batch", 40, 100.0)[1][1]), 1.0, 0.01),
            Evidence("the same factor with layer norm, width 256", lambda: measured_chi("relu", "layer"), 1.0, 0.05),
            Evidence("powers of ten that 80 layers with batch norm and shortcuts add to ‖∂ℒ/∂a‖",
                     lambda: growth("batch", 80, "relu", residual=True),
                     predicted_growth("relu", "batch", 80, residual=True), 0.4),
        ), "healed?norm=batch norm&depth=40",
        setting="Widths and depths as named, before the first step; the last number: σ_w = 1, two seeds; "
        "width 128 where none is named.",
    ),
)
