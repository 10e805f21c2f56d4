"""Training that breaks: the steps at which the loss first rises, runs away, and leaves the range of float32.

The runs of the figure use the full batch, where a rise means that a step was too long. With mini-batches the loss rises
at nearly every second step, so :func:`alarm` looks at its running median.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import COLORS, THEORY, float_limits, label_line, log_axis, number

from .curvature import batch, network, sharpness
from .runs import digits

ACTIVATION, DEPTH, STEPS = "tanh", 10, 100
BROKEN = 1e40  # where inf and nan stand on the axis of the loss
SCALES = (1.0, 1.5, 2.0)
RATES = tuple(float(f"{m}e{e}") for e in range(-4, 1) for m in (1, 2, 5))


class Run(NamedTuple):
    """A run's losses, and the steps at which trouble begins (None: not within the budget)."""

    loss: np.ndarray
    rises: int | None  # the first step whose loss is above the one before
    diverges: int | None  # the first step whose loss is ten times the first
    overflows: int | None  # the first step with inf or nan
    where: str  # in words
    steepest: float  # the largest norm of the gradient


@cache
def run(activation, sigma_w, rate, depth=DEPTH, steps=STEPS):
    """Full-batch gradient descent in float32 at one learning rate."""
    net, (x, y) = network(activation, depth, sigma_w, dtype="float32"), batch()
    history = nn.train(net, x, y, steps=steps, learning_rate=rate, batch_size=None, progress=False)
    loss, end = history.loss, history.breakdown
    worse = np.flatnonzero(~(loss[1:] <= loss[:-1]))
    far = np.flatnonzero(~(loss < 10 * loss[0]))
    where = f"in the {end.where}" + f" of layer {end.layer}" * (end.where != "loss") if end else ""
    return Run(loss, int(worse[0]) + 2 if worse.size else None, int(far[0]) + 1 if far.size else None,
               end.step if end else None, where, max(history.gradient_norm))


@cache
def curvature(sigma_w):
    """The sharpness λ at the initial weights."""
    return sharpness(network(ACTIVATION, DEPTH, sigma_w), *batch())[0]


def alarm(loss, window=20, factor=3.0):
    """The first step (from 1) at which the median of the last ``window`` losses is above ``factor`` times its lowest
    value so far, or is no number; None if it never is.
    """
    median = np.array([np.median(loss[max(0, t - window) : t]) for t in range(1, len(loss) + 1)])
    high = np.flatnonzero(~(median <= factor * np.minimum.accumulate(median)))
    return int(high[0]) + 1 if high.size else None


@cache
def mini_batches(rate, steps=400):
    """The losses of 8 tanh layers, width 64, trained on mini-batches of 64 digits: (steps,)."""
    d, net = digits(), nn.mlp(64, 64, 10, depth=8, activation="tanh", seed=0)
    return nn.train(net, d.x, d.y, steps=steps, learning_rate=rate, progress=False).loss


#: What may begin, how it is marked, and the words for it.
TROUBLES = {"rises": ("o", "rise"), "diverges": ("s", "× 10"), "overflows": ("v", "inf or nan")}


def draw_explosion(curve, onset, rate=0.5, sigma_w=1.0):
    """The loss of one run with the steps at which trouble begins, and those steps at every learning rate."""
    found, color = run(ACTIVATION, sigma_w, rate), COLORS["forward"]
    curve.set(xscale="log", xlim=(0.9, 130), xlabel="step", title="full batch, one run")
    curve.set_xticks([1, 10, 100], ["1", "10", "100"])
    log_axis(curve, 1e-2, 1e48, "training loss")
    curve.set_yticks([1, 1e10, 1e20, 1e30, BROKEN], ["1", "10¹⁰", "10²⁰", "10³⁰", "inf, nan"])
    curve.minorticks_off()
    float_limits(curve)
    finite = np.where(np.isfinite(found.loss), found.loss, np.nan)
    curve.plot(range(1, len(finite) + 1), finite, color=color)
    for name, (marker, _) in TROUBLES.items():
        if step := getattr(found, name):
            height = finite[step - 1] if step <= len(finite) and np.isfinite(finite[step - 1]) else BROKEN
            curve.plot([step], [height], marker, color=color, markersize=7)
    onset.set(xscale="log", xlim=(7e-5, 8), xlabel="learning rate η", title="all learning rates")
    onset.set_xticks([1e-4, 1e-2, 1], ["0.0001", "0.01", "1"])
    log_axis(onset, 0.9, 130, "step of the first …")
    onset.set_yticks([1, 10, 100], ["1", "10", "100"])
    onset.minorticks_off()
    for name, (marker, words) in TROUBLES.items():
        steps = np.array([getattr(run(ACTIVATION, sigma_w, r), name) or np.nan for r in RATES], float)
        onset.plot(RATES, steps, color=color, marker=marker, markersize=5, linewidth=1, label=words)
    onset.axvline(2 / curvature(sigma_w), **THEORY)
    label_line(onset, 2 / curvature(sigma_w), 1.15, "2/λ", COLORS["theory"])
    onset.axvline(rate, color=COLORS["seed"], linewidth=4, alpha=0.4, zorder=0)
    handle(onset, lambda rate: (rate, None))
    onset.legend(loc="upper left")
    ratio = number(rate * curvature(sigma_w))
    return f"{DEPTH} tanh layers, σ_w = {sigma_w:.1f}, η = {rate:g} = {ratio}/λ: {story(found)}"


def story(found):
    """What happens in a run, in words."""
    first, last = number(found.loss[0]), number(found.loss[-1])
    if not found.rises:
        return f"the loss falls at every one of {STEPS} steps, from {first} to {last}."
    words = f"the loss first rises at step {found.rises}"
    if not found.diverges:
        return f"{words}, yet it ends at {last}, from {first}."
    words += f", is above ten times its start at step {found.diverges}"
    if not found.overflows:
        return f"{words}, and is {last} at the end."
    return f"{words}, and inf or nan appears at step {found.overflows}, {found.where}."


def failures_below():
    """How many runs of the figure, over all weight scales, end in inf or nan though η < 1/λ."""
    return sum(run(ACTIVATION, s, r).overflows is not None for s in SCALES for r in RATES if r < 1 / curvature(s))


def steepest():
    """The power of ten of the largest gradient in any run of the figure, up to the step with inf or nan."""
    return float(np.log10(max(run(ACTIVATION, s, r).steepest for s in SCALES for r in RATES)))


CLAIMS = (
    Claim(
        "S2.3", "Factors of 10, 20, 25, 30, 50 multiply to about 10³⁰, and steps overshoot the minimum.", "garbled",
        "Unlike the list of S2.2, which goes on, this one ends: its five factors make 7.5 million. Taken again and "
        "again, they pass 10³⁰ after 23. That steps overshoot is right where the learning rate exceeds 2/λ for long; "
        "such a run breaks long before a gradient of 10³⁰.",
        (
            Evidence("product of the five factors", lambda: float(np.prod([10, 20, 25, 30, 50])), 7.5e6, 0),
            Evidence("10 tanh layers at η = 0.5, step at which the loss first rises",
                     lambda: run(ACTIVATION, 1.0, 0.5).rises, 2, 0),
            Evidence("step at which it is ten times its start", lambda: run(ACTIVATION, 1.0, 0.5).diverges, 6, 2),
            Evidence("step at which inf or nan appears", lambda: run(ACTIVATION, 1.0, 0.5).overflows, 24, 3),
            Evidence("power of ten of the largest gradient in any run of the figure", steepest, 20.87, 0.5),
            Evidence("runs that fail at η below 1/λ, of all in the figure", failures_below, 0, 0, "runs"),
        ), "explosion?rate=0.5",
        setting="10 tanh layers of 32 units, σ_w = 1, full batch of 200 digits, float32, 100 steps, one seed.",
    ),
)
