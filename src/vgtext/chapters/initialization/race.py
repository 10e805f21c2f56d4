"""He against Glorot in deep ReLU networks: sizes at the start, and who learns."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, SEED, THEORY, label_line, layer_axis, log_axis, number

from .runs import DEPTHS, EPOCHS, INITS, RATES, SEEDS, WIDTH, best, losses
from .scales import GUESSING

NAMES = {"he_normal": "He", "glorot_normal": "Glorot"}
MARKS = {"he_normal": ("o", "-"), "glorot_normal": ("s", (0, (6, 2)))}


#: Examples in the random networks, and what He's theory says of their weight gradients: ‖dW‖² = E‖delta‖² E‖a‖²/BATCH,
#: with ‖delta‖² = WIDTH/2 and ‖a‖² = WIDTH where input and output gradient are N(0, 1).
BATCH = 32
HE_LEVEL = float(WIDTH * np.sqrt(0.5 / BATCH))


@cache
def random_gradients(init, depth, seeds=5):
    """log10 of ‖dL/dW[l]‖ over HE_LEVEL in random networks of equal widths, mean over seeds: (L+1,), nan at 0."""
    first = 1000 * INITS.index(init)  # not the same random numbers for both
    runs = [nn.measure(depth, WIDTH, activation="relu", init=init, batch=BATCH, seed=first + seed).log10_gradient
            for seed in range(seeds)]
    return np.mean(runs, axis=0) - np.log10(HE_LEVEL)


def behind(depth):
    """The law: Glorot's weight gradients over He's, 2^(-(L-1)/2) in every layer of a network of equal widths.

    What W[l] gets is lost forward in the l - 1 layers below it and backward in the L - l layers above it.
    """
    return 2.0 ** (-(depth - 1) / 2)


def ratio(depth):
    """Measured: the geometric mean over the layers of Glorot's weight gradients over He's."""
    return float(10 ** np.nanmean(random_gradients("glorot_normal", depth) - random_gradients("he_normal", depth)))


def runs_of(init, depth, rate="best"):
    """The stored losses (seed, epoch), and the learning rate: a given one, or the best."""
    runs = losses()[1][INITS.index(init), DEPTHS.index(depth)]
    return best(runs) if rate == "best" else (runs[RATES.index(rate)], rate)


def final_loss(init, depth, rate="best"):
    """The median over seeds of the training loss in the last epoch."""
    return float(np.median(runs_of(init, depth, rate)[0][:, -1]))


def last_losses(depth=30):
    """Each seed's last loss at each scheme's best learning rate: He (SEEDS,), Glorot (SEEDS,)."""
    return tuple(runs_of(init, depth)[0][:, -1] for init in INITS)


def draw_he_xavier(sizes, curves, depth=30, rate="best"):
    """Weight gradients per layer before training, and the training loss, for He and for Glorot."""
    layer_axis(sizes, max(DEPTHS))
    log_axis(sizes, 1e-5, 1e1, "‖∂ℒ/∂W[l]‖, over He's level")
    curves.set(xlim=(0, EPOCHS), ylim=(0, 3.8), xlabel="epoch", ylabel="training loss")
    curves.axhline(GUESSING, **REFERENCE)
    label_line(curves, EPOCHS, GUESSING, "guessing: ln 10", COLORS["reference"], ha="right", xytext=(0, 14))
    handle(sizes, lambda depth: (depth, 1))
    l, t, told = np.arange(depth + 1), np.arange(1, EPOCHS + 1), []
    for init, color, law in zip(INITS, (COLORS["forward"], COLORS["backward"]), (1.0, behind(depth)), strict=True):
        g, (marker, line), (runs, used) = 10 ** random_gradients(init, depth), MARKS[init], runs_of(init, depth, rate)
        sizes.plot(l[[1, -1]], [law, law], **THEORY)
        sizes.plot(l[1:], g[1:], linestyle="none", marker=marker, markersize=4, color=color)
        label_line(sizes, 1, g[1], NAMES[init], color, xytext=(0, 13))
        shown = np.where(np.isfinite(runs), runs, np.nan)
        curves.plot(t, shown.T, **SEED, label=f"{NAMES[init]}, one seed")
        median = np.median(runs, axis=0)  # a run that breaks down has a loss of inf
        curves.plot(t, np.where(np.isfinite(median), median, np.nan), color=color, linestyle=line, linewidth=2,
                    label=f"{NAMES[init]}, median")
        end, solid = float(median[-1]), line == "-"
        curves.text(0.03, 0.98 if solid else 0.89, f"{'solid' if solid else 'dashed'}: {NAMES[init]}"
                    + ("" if np.isfinite(end) else ", breaks down"), color=color, fontsize=9, va="top",
                    transform=curves.transAxes)
        words = number(end) if end < 0.01 else f"{end:.2f}"
        told.append(f"{NAMES[init]} ends at {words}" if np.isfinite(end) else f"{NAMES[init]} breaks down")
        if rate == "best":
            told[-1] += f" (learning rate {used:g})"
    return (f"ReLU, {depth} layers of {WIDTH}: in random networks Glorot's weight gradients are, in the geometric mean "
            f"over layers, {number(ratio(depth))} of He's (the law: {number(behind(depth))}). "
            f"Trained for {EPOCHS} epochs, {' and '.join(told)}; median of {SEEDS} seeds.")


CLAIMS = (
    Claim(
        "R.6", "He and others 2015, figures 2 and 3: 22 layers learn with both initializations; 30 layers learn with "
        "He's and stall with Glorot's (Xavier's).",
        "holds if", f"An analogue: {WIDTH} ReLU units a layer, digits, {EPOCHS} epochs, median of {SEEDS} seeds, each "
        "at its best learning rate. At 22 layers Glorot's has left the plateau, and is far from done.",
        (
            Evidence("30 layers: He's loss", lambda: final_loss("he_normal", 30), 0.0, 0.2,
                     stored="initialization_runs"),
            Evidence("30 layers: Glorot's loss over that of guessing",
                     lambda: final_loss("glorot_normal", 30) / GUESSING,
                     1.0, 0.05, stored="initialization_runs"),
            Evidence("22 layers: Glorot's loss over that of guessing",
                     lambda: final_loss("glorot_normal", 22) / GUESSING,
                     0.6, 0.3, stored="initialization_runs"),
        ), "he-xavier?depth=30",
        setting="128 ReLU units, 30 epochs of plain SGD with batches of 64, five seeds.",
    ),
)
