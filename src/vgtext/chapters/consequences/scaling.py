"""Loss scaling: which gradients a number format turns into 0 or inf, and a factor that moves them into its range."""

from functools import cache

import numpy as np
from matplotlib.collections import PolyCollection

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.nn.theory.floats import FORMATS, last_depth, round_to
from vgtext.palette import COLORS, REFERENCE, label_line, number

from .rounding import first_step

NAMES, DEPTH, POWERS = ("E4M3", "E5M2", "float16", "bfloat16", "float32"), 15, tuple(range(0, 37, 2))

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@cache
def gradients():
    """All weight gradients of fifteen sigmoid layers at the first step, in float64, but for exact zeros: (n,)."""
    g = np.concatenate([k.ravel() for k in first_step(DEPTH)[1]])
    return g[g != 0]


@cache
def exponents():
    """Their sizes, as powers of two."""
    return np.log2(np.abs(gradients()))


def held(name, power, flushed=False):
    """Which of the gradients, times 2^power, the format holds as 0, and which as inf: two (n,) of bool."""
    stored = np.abs(round_to(gradients() * 2.0**power, name))
    return stored < (FORMATS[name].normal if flushed else FORMATS[name].smallest), np.isinf(stored)


@cache
def lost(name, power, flushed=False):
    """The shares of the gradients, times 2^power, that the format holds as 0 and as inf."""
    zero, inf = held(name, power, flushed)
    return float(np.mean(zero)), float(np.mean(inf))


def best_power(name):
    """The least of POWERS at which fewest gradients are lost, either way."""
    return min(POWERS, key=lambda power: sum(lost(name, power)))


def percent(share):
    """Write a share for a sentence, with one decimal, or one digit where that would hide it."""
    return f"{share:.1%}" if share >= 0.001 else f"{number(100 * share, 1)}%"


def draw_loss_scaling(sizes, shares, name="float16", power=0, flushed=False):
    """The gradients against what a format holds, and how many it loses at every scale."""
    form, exponent = FORMATS[name], exponents() + power
    least = form.normal if flushed else form.smallest
    low, high = np.log2(least if flushed else least / 2), np.log2(form.largest)  # half of the smallest rounds to 0
    sizes.set_xscale("log", base=2)
    sizes.set(xlim=(2.0**-44, 2.0**36), ylim=(0, 0.06), yticks=[], xlabel="size of a gradient",
              title="gradients, scaled")
    sizes.set_xticks([2.0**-40, 2.0**-20, 1, 2.0**20], ["$2^{-40}$", "$2^{-20}$", "1", "$2^{20}$"])
    sizes.minorticks_off()
    zero, inf = held(name, power, flushed)
    bins, foot = np.arange(-60, 61), np.zeros(120)
    start, stop = 2.0 ** (bins[:-1] + 0.06), 2.0 ** (bins[1:] - 0.06)
    for part, words, color in ((~(zero | inf), "held", COLORS["gradient"]), (zero, "held as 0", COLORS["seed"]),
                               (inf, "too large", COLORS["seed"])):
        height = np.histogram(exponent[part], bins)[0] / exponent.size
        corners = np.array([[start, foot], [start, foot + height], [stop, foot + height], [stop, foot]])
        bars = corners[:, :, height > 0].transpose(2, 0, 1)  # (bars, corners, 2)
        sizes.add_collection(PolyCollection(bars, color=color, linewidth=0, label=words))
        foot += height
    for left, right, words, at in ((-44, low, "0", -43), (high, 36, "too large", 35)):
        if right > left:
            sizes.axvspan(2.0**left, 2.0**right, color=COLORS["reference"], alpha=0.2, linewidth=0)
            sizes.text(2.0**at, 0.056, words, color=COLORS["reference"], fontsize=9, ha="left" if at < 0 else "right")
    if not flushed:
        sizes.axvline(form.normal, **REFERENCE)
        label_line(sizes, form.normal, 0.051, "normal", COLORS["reference"])
    shares.set(xlim=(0, 36), ylim=(0, 1), xlabel="scale of the loss, a power of 2", title="gradients that are lost")
    shares.set_yticks([0, 0.5, 1], ["0", "50%", "100%"])
    for other in NAMES:
        color = COLORS["gradient"] if other == name else COLORS["seed"]
        gone = [sum(lost(other, k, flushed)) for k in POWERS]
        shares.plot(POWERS, gone, color=color, linewidth=2 if other == name else 0.9, zorder=3 if other == name else 2,
                    label=other)
    shares.plot([power], [sum(lost(name, power, flushed))], "o", color=COLORS["gradient"], markersize=7, zorder=4)
    handle(shares, lambda power: (power, sum(lost(name, power, flushed))))
    label_line(shares, 35, 0.93, name, COLORS["gradient"], ha="right", xytext=(0, 0))
    zero, inf = lost(name, power, flushed)
    rest = f"{percent(inf)} are too large" if inf else "none is too large"
    scale = f"loss times 2{str(power).translate(RAISED)}" if power else "loss not scaled"
    return (f"{DEPTH} sigmoid layers at the first step, {scale}: {name}"
            f"{' without subnormals' if flushed else ''} holds {percent(zero)} of the weight gradients as 0; {rest}. "
            f"It reaches from {number(least)} to {number(form.largest, 3)}.")


CLAIMS = (
    Claim(
        "R.17", "OCP's 8-bit specification, 2023: E4M3 reaches from 2⁻⁹ to 448, E5M2 from 2⁻¹⁶ to 57,344, both with "
        "subnormal numbers.", "holds",
        "Rounding to nearest, subnormals kept. Flushed to 0, E4M3 begins at 2⁻⁶ and E5M2 at 2⁻¹⁴.",
        (
            *(Evidence(f"{name}: the largest whole number that it holds exactly",
                       lambda n=name: max(k for k in np.arange(0, 60000, 16) if round_to(k, n) == k), top, 0)
              for name, top in (("E4M3", 448), ("E5M2", 57344))),
            *(Evidence(f"{name}: halvings of 1 that it survives", lambda n=name: last_depth(0.5, n)[0] - 1, count, 0)
              for name, count in (("E4M3", 9), ("E5M2", 16))),
        ), "loss-scaling?name=E4M3",
        setting="Numbers, one by one.",
    ),
    Claim(
        "R.18", "Micikevicius and others 2018: in float16 many gradients become 0; a loss that is multiplied by a "
        "constant brings them into its range.", "holds if",
        "The format can hold the powers of two that nearly all gradients span. One scale for all layers keeps all but "
        "0.03% of those of these fifteen sigmoid layers in float16, and no scale does so in E4M3.",
        (
            Evidence("float16, loss not scaled: share of weight gradients that become 0", lambda: lost("float16", 0)[0],
                     0.39, 0.05),
            Evidence("float16 at its best scale: share lost", lambda: sum(lost("float16", best_power("float16"))),
                     0.0003, 0.0002),
            Evidence("E4M3 at its best scale: share lost", lambda: sum(lost("E4M3", best_power("E4M3"))), 0.33, 0.05),
            Evidence("bfloat16, loss not scaled: share that become 0", lambda: lost("bfloat16", 0)[0], 0.0, 0.0),
        ), "loss-scaling?power=16",
        setting="15 sigmoid layers of 64 units, batch of 64 digits, first step, one seed; computed in float64 and then "
        "rounded.",
    ),
)
