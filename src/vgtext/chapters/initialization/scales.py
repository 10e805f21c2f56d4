"""One weight scale for a whole network: what it does to both signals at the start, and to training afterward."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.nn.theory.signal_propagation import backward_sizes, forward_sizes
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, layer_axis, log_axis, number

from .runs import ACTIVATIONS, RATES, SCALE_DEPTH, SCALE_EPOCHS, SCALE_WIDTH, SCALES, best, digits, losses
from .theory import NAMES

GUESSING = float(np.log(10))  # the loss of ten equally likely answers


@cache
def profile(activation, sigma_w, seeds=3):
    """log10 sizes before training, rms over 128 digits, of a[l] and of delta[l] over delta[L-1]: two (L+1,)."""
    d, sizes = digits(), []
    for seed in range(seeds):
        net = nn.mlp(64, SCALE_WIDTH, 10, depth=SCALE_DEPTH, activation=activation,
                     init=nn.initializers.scaled_normal(sigma_w), seed=seed)
        net.loss_and_gradient(d.x[:, :128], d.y[:128], measure=True)
        s = net.signals()
        forward, back = s.log10_activation - np.log10(SCALE_WIDTH) / 2, s.log10_error - s.log10_error[-2]
        forward[-1] = back[-1] = np.nan  # the output layer has no activation function
        sizes.append((forward, back))
    return tuple(np.mean(sizes, axis=0))


def trained(activation, sigma_w):
    """The stored losses (seed, epoch) at the best learning rate, and that rate."""
    return best(losses()[0][ACTIVATIONS.index(activation), SCALES.index(sigma_w)])


def draw_scale(sizes, outcome, activation="relu", sigma_w=0.577):
    """Both signals in every layer before training, and what training makes of each weight scale."""
    L, l = SCALE_DEPTH - 1, np.arange(SCALE_DEPTH + 1)
    forward, back = profile(activation, sigma_w)
    layer_axis(sizes, L)
    log_axis(sizes, 1e-47, 1e38, "size")
    sizes.axhline(1, **REFERENCE)
    for law, words in ((forward_sizes, "theory, activations"), (backward_sizes, "theory, error")):
        sizes.plot(l[1:-1], 10 ** law(activation, sigma_w, 0.0, L)[1:], **THEORY, label=words)
    sizes.plot(l, 10**forward, linestyle="none", marker="s", markersize=3.5, color=COLORS["forward"])
    sizes.plot(l, 10**back, linestyle="none", marker="o", markersize=3.5, color=COLORS["backward"])
    sizes.text(0.03, 0.97, "■ activations a[l]", color=COLORS["forward"], fontsize=9, va="top",
               transform=sizes.transAxes)
    sizes.text(0.03, 0.89, "● error δ[l], over the last", color=COLORS["backward"], fontsize=9, va="top",
               transform=sizes.transAxes)
    draw_outcomes(outcome, activation, sigma_w)
    runs, rate = trained(activation, sigma_w)
    end = float(np.median(runs[:, -1]))
    told = (f"The training loss ends at {end:.2f} (learning rate {rate:g}, the best of four; median of three seeds)"
            if np.isfinite(end) else "Training breaks down at all four learning rates")
    return (f"{NAMES[activation]}, 30 layers of {SCALE_WIDTH}, σ_w = {sigma_w:g}: before training, layer 1 gets "
            f"{power(back[1])} times the error signal of layer {L}. {told}; guessing has a loss of 2.30.")


def draw_outcomes(ax, activation, sigma_w):
    """The loss after training against σ_w: three seeds, their median, and the scales that learn, shaded."""
    ends = np.array([trained(activation, s)[0][:, -1] for s in SCALES])  # (scale, seed)
    middle, learns = np.median(ends, axis=1), np.median(ends, axis=1) < GUESSING / 2
    ax.set(xscale="log", xlim=(0.08, 13), ylim=(0, 3), xlabel="weight scale $\\sigma_w$",
           ylabel=f"training loss after {SCALE_EPOCHS} epochs")
    ax.set_xticks([0.1, 0.3, 1, 3, 10], ["0.1", "0.3", "1", "3", "10"])
    ax.minorticks_off()
    if learns.any():
        edges = np.sqrt(np.multiply(SCALES[1:], SCALES[:-1]))  # halfway to the next scale
        first, last = np.flatnonzero(learns)[[0, -1]]
        ax.axvspan(edges[first - 1], edges[last], color=COLORS["gradient"], alpha=0.15, linewidth=0)
    ax.set_title("shaded: loss below half of guessing" if learns.any() else "no scale here learns well")
    ax.axvline(sigma_w, color=COLORS["seed"], linewidth=4, alpha=0.4, zorder=0)
    handle(ax, lambda sigma_w: (sigma_w, None))
    ax.axhline(GUESSING, **REFERENCE)
    label_line(ax, 0.09, GUESSING, "guessing: ln 10", COLORS["reference"], xytext=(0, 9))
    shown = np.where(np.isfinite(ends), ends, np.nan)
    ax.plot(SCALES, shown, "o", markersize=3, color=COLORS["seed"], label="one seed")
    told = np.where(np.isfinite(middle), middle, np.nan)
    ax.plot(SCALES, told, color=COLORS["forward"], marker="o", markersize=4, label="median")
    if (broken := np.array(SCALES)[~np.isfinite(middle)]).size:
        at = ax.get_xaxis_transform()  # tied to the panel: such a loss has no place on its axis
        ax.plot(broken, np.full(broken.size, 0.95), "x", color=COLORS["forward"], markersize=6, transform=at)
        label_line(ax, broken[-1], 2.85, "breaks down", COLORS["forward"], ha="right", xytext=(3, -11))


def power(log10):
    """Write 10^log10 for a caption: a number where it is handy, else a whole power of ten."""
    return number(10**log10)


def left(activation, sigma_w):
    """Powers of ten by which the error signal of layer 1 lies over that of layer 29, digits, before training."""
    return float(profile(activation, sigma_w)[1][1])


CLAIMS = (
    Claim(
        "S3.10", "Initializing the weights with smaller values mitigates vanishing gradients.",
        "wrong", "Smaller weights make it worse. Where units are linear (ReLU without biases always, tanh near 0), "
        "each halving of σ_w costs a factor 2 in each layer; units that saturate lose less. The right size does it, "
        "and it depends on the activation function.",
        (
            *(Evidence(f"{NAMES[phi]}, σ_w = {s}: powers of ten at layer 1 over layer 29",
                       lambda p=phi, s=s: left(p, s),
                       float(backward_sizes(phi, s, 0.0, 29)[1]), 1.2)
              for phi in ("tanh", "relu") for s in (0.1, 0.3)),
            Evidence("tanh, σ_w = 1.2: the same", lambda: left("tanh", 1.2), 0.0, 1.0),
            Evidence("ReLU, σ_w = 1.414: the same", lambda: left("relu", 1.414), 0.0, 1.0),
            Evidence("tanh, σ_w = 0.3: training loss after 20 epochs",
                     lambda: float(np.median(trained("tanh", 0.3)[0][:, -1])), GUESSING, 0.02,
                     stored="initialization_runs"),
        ), "scale?activation=tanh&sigma_w=0.300",
        setting="30 layers of 64 units, three seeds, before the first step; the loss: 20 epochs, the median of the "
        "seeds at the best of four learning rates.",
    ),
    Claim(
        "S1.5", "If the weights are initialized too small, the gradients are small from the start.",
        "holds", "In each layer the factor of the error signal is proportional to σ_w: for ReLU, and for tanh "
        "as long as its units are nearly linear.",
        tuple(Evidence(f"{NAMES[phi]}, 30 layers: powers of ten that the first layer's error signal loses when σ_w "
                       "goes from 1 to 0.3, before the first step", lambda p=phi: left(p, 1.0) - left(p, 0.3),
                       float(backward_sizes(phi, 1.0, 0.0, 29)[1] - backward_sizes(phi, 0.3, 0.0, 29)[1]), 1.2)
              for phi in ("tanh", "relu")), "scale?activation=tanh&sigma_w=0.300",
        setting="64 units, 30 layers, three seeds, before the first step.",
    ),
)
__all__ = ["CLAIMS", "GUESSING", "RATES", "draw_scale", "left", "profile", "trained"]
