"""Training loss against depth, at an equal budget: plain, residual, scaled residual, highway."""

from functools import cache

from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, label_line

from .runs import DEPTHS, KINDS, RATES, stored

WORDS = {"plain": "plain", "residual": "shortcut, s = 1", "scaled": "shortcut, s = 1/√L",
         "highway": "highway, b_f = 2", "highway closed": "highway, b_f = 4"}
MARKS = {"plain": (COLORS["backward"], "o"), "residual": (COLORS["weight"], "v"), "scaled": (COLORS["gradient"], "s"),
         "highway": ("#56B4E9", "^"), "highway closed": (COLORS["forward"], "D")}


@cache
def best(kind, depth):
    """Loss, training and test accuracy per epoch, mean of the seeds, at the rate with the lowest last loss."""
    runs = stored()[KINDS.index(kind), DEPTHS.index(depth)].mean(axis=1)  # (rate, 3, epoch)
    return runs[runs[:, 0, -1].argmin()]


def best_rate(kind, depth):
    """The learning rate of :func:`best`."""
    return RATES[stored()[KINDS.index(kind), DEPTHS.index(depth)].mean(axis=1)[:, 0, -1].argmin()]


def draw_training(curves, depths, depth=40, other="scaled"):
    """Training accuracy per epoch at one depth, and after ten epochs against depth: plain and one other."""
    curves.set(xlim=(0.5, 10.5), ylim=(0, 1.12), xlabel="epoch", ylabel="training accuracy", title=f"{depth} blocks")
    depths.set(xlim=(0, 104), ylim=(0, 1.12), xlabel="number of blocks L", title="after 10 epochs",
               ylabel="training accuracy")
    for ax in (curves, depths):
        ax.axhline(0.1, **REFERENCE)
    depths.axvline(depth, **REFERENCE)
    handle(depths, lambda depth: (depth, None))
    for kind in ("plain", other):
        (color, mark), words = MARKS[kind], WORDS[kind].replace("b_f", "$b_f$")
        curves.plot(range(1, 11), best(kind, depth)[1], color=color, marker=mark, markersize=4, label=words)
        last = [best(kind, L)[1, -1] for L in DEPTHS]
        depths.plot(DEPTHS, last, color=color, marker=mark, markersize=4, label=words)
    depths.legend(loc="center right", fontsize=8)
    label_line(curves, 10.4, 0.1, "guessing", COLORS["reference"], ha="right", xytext=(0, -8))
    (train, test), (train_2, test_2) = best("plain", depth)[1:, -1], best(other, depth)[1:, -1]
    return (f"ReLU, width 32, {depth} blocks, He's weights, digits, best of three learning rates, mean of 3 seeds. "
            f"After 10 epochs, right in training and in the test: plain {train:.0%} and {test:.0%}; {WORDS[other]}: "
            f"{train_2:.0%} and {test_2:.0%}.")
