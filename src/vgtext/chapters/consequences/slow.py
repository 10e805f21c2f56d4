"""What depth costs: epochs to a given accuracy, accuracy at an equal budget, and which kind of bad that is."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.palette import (
    ACTIVATION_COLORS,
    ACTIVATION_DASHES,
    ACTIVATION_NAMES,
    COLORS,
    REFERENCE,
    SEED,
    label_line,
    log_axis,
)

from .runs import ACTIVATIONS, DEPTHS, EPOCHS, FEW_FROZEN, FEW_STEPS, IMAGES, RATES, accuracies, digits, on_few

BEST = "best of five"


@cache
def epochs_needed(activation, goal=0.9, rate=BEST):
    """Epochs until the training accuracy first reaches ``goal``: (depth, seed); inf where it does not within 60.

    ``rate`` is one of RATES, or BEST: for each depth the one with the smallest median over the seeds.
    """
    reached = accuracies()[0][ACTIVATIONS.index(activation), ..., 0] >= goal  # (depth, rate, seed, epoch)
    epochs = np.where(reached.any(axis=-1), reached.argmax(axis=-1) + 1.0, np.inf)
    if rate != BEST:
        return epochs[:, RATES.index(rate)]
    best = np.median(epochs, axis=-1).argmin(axis=-1)
    return epochs[np.arange(len(DEPTHS)), best]


@cache
def at_budget(activation, epoch):
    """Training and test accuracy after ``epoch`` epochs, mean of the seeds, at each depth's best rate: (depth, 2)."""
    mean = accuracies()[0][ACTIVATIONS.index(activation), ..., epoch - 1, :].mean(axis=2)  # (depth, rate, 2)
    return mean[np.arange(len(DEPTHS)), mean[..., 0].argmax(axis=1)]


def few_images(frozen=0):
    """Training and test accuracy of 8 tanh layers with ``frozen`` of them frozen, mean of the seeds: (IMAGES, 2)."""
    return on_few()[:, FEW_FROZEN.index(frozen)].mean(axis=1)


@cache
def accuracy_with(optimizer, depth, steps=1000):
    """Training accuracy of a sigmoid network after ``steps`` mini-batches with "sgd" (rate 0.5) or "adam" (0.001)."""
    d, net = digits(), nn.mlp(64, 64, 10, depth=depth, activation="sigmoid")
    rate = {"sgd": 0.5, "adam": 0.001}[optimizer]
    history = nn.train(net, d.x, d.y, steps=steps, optimizer=optimizer, learning_rate=rate, evaluate_every=steps,
                       progress=False)
    return float(history.train_accuracy[-1])


def draw_epochs_needed(ax, goal=0.9, rate=BEST):
    """Epochs until a training accuracy is reached, against depth, for three activations."""
    log_axis(ax, 0.8, 200, "epochs needed")
    ax.set_yticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
    ax.set(xlim=(1, 35), xlabel="depth L", xticks=[2, 5, 10, 15, 20, 25, 30])
    ax.axhspan(62, 200, color=COLORS["reference"], alpha=0.15, linewidth=0)
    ax.text(1.5, 185, f"not within {EPOCHS} epochs", color=COLORS["reference"], fontsize=9, va="top")
    never = {}
    for activation, height in zip(ACTIVATIONS, (0.815, 0.847, 0.88), strict=True):
        epochs, color = epochs_needed(activation, goal, rate), ACTIVATION_COLORS[activation]
        middle = np.median(epochs, axis=1)
        ax.plot(DEPTHS, np.where(np.isfinite(epochs), epochs, np.nan), **SEED, marker=".", linestyle="none",
                label=f"{ACTIVATION_NAMES[activation]}, one seed")
        ax.plot(DEPTHS, np.where(np.isfinite(middle), middle, np.nan), color=color, marker="o", markersize=4,
                linestyle=ACTIVATION_DASHES[activation], label=ACTIVATION_NAMES[activation])
        lost = np.array(DEPTHS)[~np.isfinite(middle)]  # they have no number, and stand at heights of the panel
        ax.plot(lost, np.full(len(lost), height), "x", color=color, markersize=5, transform=ax.get_xaxis_transform())
        never[activation] = lost
        done = np.flatnonzero(np.isfinite(middle))
        if done.size:
            up, short = activation == "relu", DEPTHS[done[-1]] < 10
            aside = (22, 0) if up and short else (6, 8 if up else -6)  # right of the other lines, which rise
            label_line(ax, DEPTHS[done[-1]], middle[done[-1]], ACTIVATION_NAMES[activation], color, xytext=aside)
    words = "; ".join(f"{ACTIVATION_NAMES[a]} {depth_limit(never[a])}" for a in ACTIVATIONS)
    rate = "the best of five learning rates for each depth" if rate == BEST else f"learning rate {rate:g}"
    return f"{goal:.0%} of the training digits within {EPOCHS} epochs, {rate}, median of 3 seeds, width 64: {words}."


def depth_limit(lost):
    """Say at which of DEPTHS a goal was reached, where it was not at those ``lost``, the first or the last ones."""
    if len(lost) in (0, len(DEPTHS)):
        return "never" if len(lost) else f"at every depth up to {DEPTHS[-1]}"
    reached = [L for L in DEPTHS if L not in lost]
    return f"only from {reached[0]} layers on" if lost[0] == DEPTHS[0] else f"up to {reached[-1]} layers"


def draw_equal_budget(depths, plane, epoch=20, activation="sigmoid"):
    """Training and test accuracy against depth at an equal budget, and the two against each other."""
    color = ACTIVATION_COLORS[activation]
    depths.set(xlim=(1, 31), ylim=(0, 1.05), xlabel="depth L", ylabel="accuracy",
               title=f"{ACTIVATION_NAMES[activation]}, {epoch} epochs", xticks=[2, 5, 10, 15, 20, 25, 30])
    depths.axhline(0.1, **REFERENCE)
    label_line(depths, 31, 0.1, "guessing", COLORS["reference"], xytext=(0, 9), ha="right")
    budget = at_budget(activation, epoch)
    depths.plot(DEPTHS, budget[:, 0], color=color, marker="o", label="training")
    depths.plot(DEPTHS, budget[:, 1], color=color, marker="s", linestyle=":", label="test")
    depths.legend(loc="center right")
    plane.set_box_aspect(1)
    plane.set(xlim=(0, 1.05), ylim=(0, 1.05), xlabel="training accuracy", ylabel="test accuracy")
    plane.plot([0, 1], [0, 1], **REFERENCE)
    plane.plot(*budget.T, "o", color=color, label="each depth")
    few, frozen = few_images(), few_images(4)
    plane.plot(*few.T, "D", color=COLORS["reference"], markersize=5, label="few images")
    plane.plot(*frozen.T, "D", color=COLORS["reference"], markersize=5, markerfacecolor="none",
               label="few images, 4 layers frozen")
    label_line(plane, *few[0], f"{IMAGES[0]} images", COLORS["reference"], xytext=(-6, 0), ha="right")
    plane.text(0.16, 0.04, "underfitting", fontsize=9, color=COLORS["reference"])
    plane.text(0.62, 0.22, "overfitting", fontsize=9, color=COLORS["reference"])
    (train, test), at = budget[DEPTHS.index(8)], IMAGES.index(60)
    return (f"After {epoch} epochs, {ACTIVATION_NAMES[activation]} networks of 8 layers classify {train:.1%} of the "
            f"training digits correctly and {test:.1%} of the test digits (at the one of five rates that is best "
            f"in training). Gray: 8 tanh layers that learn from a few images in {FEW_STEPS:,} steps. With 60 images "
            f"they reach {few[at, 0]:.0%} on those and {few[at, 1]:.0%} on the test digits, with the first four layers "
            f"frozen (open) {frozen[at, 0]:.0%} and {frozen[at, 1]:.0%}. Means of 3 seeds.")


def gap(activation, depth, epoch=EPOCHS):
    """Training minus test accuracy at one depth."""
    train, test = at_budget(activation, epoch)[DEPTHS.index(depth)]
    return float(train - test)


def gap_with(count, frozen):
    """Training minus test accuracy of 8 tanh layers that learn from ``count`` images."""
    train, test = few_images(frozen)[IMAGES.index(count)]
    return float(train - test)


CLAIMS = (
    Claim(
        "S1.6", "Learning is slow or stops; training takes longer and costs more.", "holds",
        "Measured on sigmoid networks, the best of five learning rates for each depth.",
        (
            Evidence("epochs to 90% of the training digits, 2 sigmoid layers",
                     lambda: float(np.median(epochs_needed("sigmoid")[DEPTHS.index(2)])), 2, 0, "epochs",
                     stored="consequences_runs"),
            Evidence("the same with 5 sigmoid layers",
                     lambda: float(np.median(epochs_needed("sigmoid")[DEPTHS.index(5)])), 32, 0, "epochs",
                     stored="consequences_runs"),
            Evidence("runs of 6 sigmoid layers, of 15, that get there in 60 epochs",
                     lambda: (accuracies()[0][0, DEPTHS.index(6), ..., 0].max(axis=-1) >= 0.9).sum(), 0, 0, "runs",
                     stored="consequences_runs"),
        ), "epochs-needed",
        setting="64 units, plain SGD with batches of 64, up to 60 epochs, the best of five learning rates, median "
        "of three seeds.",
    ),
    Claim(
        "S1.7", "Accuracy and generalization suffer.", "holds if",
        "Measured at an equal budget. Networks that do not fit their training data lose on both, which is "
        "underfitting. Networks that fit it although their first layers do not move lose on new data only: there the "
        "gap widens.",
        (
            Evidence("test accuracy of 8 sigmoid layers after 60 epochs",
                     lambda: float(at_budget("sigmoid", EPOCHS)[DEPTHS.index(8), 1]), 0.1, 0.03,
                     stored="consequences_runs"),
            Evidence("test accuracy of 8 tanh layers after 60 epochs",
                     lambda: float(at_budget("tanh", EPOCHS)[DEPTHS.index(8), 1]), 0.98, 0.02,
                     stored="consequences_runs"),
            Evidence("training minus test accuracy, 8 sigmoid layers", lambda: gap("sigmoid", 8), 0.02, 0.02,
                     stored="consequences_runs"),
            Evidence("the same for 8 tanh layers that learn from 60 images", lambda: gap_with(60, 0), 0.24, 0.03,
                     stored="consequences_runs"),
            Evidence("the same with the first four layers frozen", lambda: gap_with(60, 4), 0.34, 0.04,
                     stored="consequences_runs"),
        ), "equal-budget?epoch=60",
        setting="64 units, plain SGD with batches of 64, 60 epochs, the best of five learning rates, mean of three "
        "seeds. With 60 images: learning rate 0.1, 1,500 steps.",
    ),
)
