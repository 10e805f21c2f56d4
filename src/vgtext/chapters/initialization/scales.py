"""One weight scale for a whole network: what it does to both signals at the start, and to training afterwards."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.ledger import Claim, Evidence
from vgtext.nn.theory.signal_propagation import backward_sizes, forward_sizes
from vgtext.palette import COLORS, REFERENCE, SEED, THEORY, label_line, layer_axis, log_axis, number

from .runs import ACTIVATIONS, RATES, SCALE_DEPTH, SCALE_EPOCHS, SCALE_WIDTH, SCALES, best, digits, losses
from .theory import NAMES

GUESSING = float(np.log(10))  # the loss of ten equally likely answers


@cache
def profile(activation, sigma_w, seeds=3):
    """log10 sizes in the untrained network on the digits: rms of a[l], and ‖delta[l]‖/‖delta[L-1]‖: two (L+1,)."""
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


def draw_scale(sizes, curve, activation="relu", sigma_w=0.577):
    """Both signals in every layer before training, and the training loss, for one weight scale."""
    L, l = SCALE_DEPTH - 1, np.arange(SCALE_DEPTH + 1)
    forward, back = profile(activation, sigma_w)
    layer_axis(sizes, L)
    log_axis(sizes, 1e-32, 1e38, "size")
    sizes.axhline(1, **REFERENCE)
    sizes.plot(l[1:-1], 10 ** forward_sizes(activation, sigma_w, 0.0, L)[1:], **THEORY)
    sizes.plot(l[1:-1], 10 ** backward_sizes(activation, sigma_w, 0.0, L)[1:], **THEORY)
    sizes.plot(l, 10**forward, linestyle="none", marker="s", markersize=3.5, color=COLORS["forward"])
    sizes.plot(l, 10**back, linestyle="none", marker="o", markersize=3.5, color=COLORS["backward"])
    sizes.text(0.03, 0.97, "■ activations a[l]", color=COLORS["forward"], fontsize=9, va="top",
               transform=sizes.transAxes)
    sizes.text(0.03, 0.89, "● error δ[l], over the last", color=COLORS["backward"], fontsize=9, va="top",
               transform=sizes.transAxes)
    runs, rate = trained(activation, sigma_w)
    t = np.arange(1, SCALE_EPOCHS + 1)
    curve.set(xlim=(0, SCALE_EPOCHS), ylim=(0, 2.8), xlabel="epoch", ylabel="training loss")
    curve.axhline(GUESSING, **REFERENCE)
    label_line(curve, SCALE_EPOCHS, GUESSING, "guessing: ln 10", COLORS["reference"], ha="right", xytext=(0, 9))
    shown = np.where(np.isfinite(runs), runs, np.nan)
    curve.plot(t, shown.T, **SEED)
    curve.plot(t, np.median(shown, axis=0), color=COLORS["gradient"], linewidth=2)
    end = float(np.median(runs[:, -1]))
    if not np.isfinite(end):
        curve.text(0.5, 0.45, "breaks down\nat every learning rate", color=COLORS["gradient"], fontsize=9, ha="center",
                   transform=curve.transAxes)
    told = f"ends at {end:.2f} ({rate:g} was the best learning rate)" if np.isfinite(end) else (
        "breaks down at every learning rate that was tried")
    return (f"{NAMES[activation]}, 30 layers of {SCALE_WIDTH}, weight scale σ_w = {sigma_w:g}: before training, layer "
            f"1 gets {power(back[1])} times the error signal of layer {L}. The training loss {told}.")


def power(log10):
    """Write 10^log10 for a caption: a number where it is handy, else a whole power of ten."""
    return number(10**log10, 1)


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
        setting="30 layers of 64 units, three seeds, before the first step; the loss: 20 epochs, each seed at its "
        "best of four learning rates.",
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
