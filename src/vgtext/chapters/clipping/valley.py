"""Overshoot in a valley: clipping bounds the swing, and does not end it."""

from functools import cache

import numpy as np

from vgtext.palette import COLORS, THEORY, beyond, label_line, log_axis, number

from .cliff import clip

STEEP, FLAT, STEPS = 1.0, 0.02, 120  # curvatures across and along the valley
START = (0.6, 6.0)
RATIOS, LIMITS = [0.5, 1.0, 1.5, 1.9, 2.1, 2.5, 3.0, 4.0], [0.03, 0.1, 0.3, 1.0, 3.0]


@cache
def slide(ratio, c=None, steps=STEPS):
    """Descent on (λ x² + 0.02 λ y²)/2 with ηλ = ratio, λ = 1, clipped at c: places (steps + 1, 2) and losses."""
    theta, curvature, places = np.array(START), np.array([STEEP, FLAT]), []
    for _ in range(steps + 1):
        places.append(theta.copy())
        theta = theta - ratio / STEEP * clip(curvature * theta, c)
    places = np.array(places)
    return places, 0.5 * places**2 @ curvature


def floor(ratio, c):
    """The least mean loss of a swing whose two ends lie ηC apart: λ (ηC)²/8, with λ = 1."""
    return STEEP * (ratio / STEEP * c) ** 2 / 8


def swing(ratio, c, steps=2000):
    """The distance across the valley between the last two places, and the mean of their losses."""
    places, losses = slide(ratio, c, steps)
    return float(abs(places[-1, 0] - places[-2, 0])), float(losses[-2:].mean())


def fate(ratio, c):
    """What becomes of the clipped descent, in words."""
    if ratio < 2:
        across = "the swing dies out, and" if ratio > 1 else "there is no swing;"
        return f"{across} the loss after {STEPS} steps is {number(slide(ratio, c)[1][-1])}"
    width, mean = swing(ratio, c)
    off = ", beyond the panel" if width > 6 else ""
    return (f"it is held, and swings forever: in the end over a width of {number(width)} (ηC = {number(ratio * c)}"
            f"{off}), "
            f"at a mean loss of {number(mean)}")


def draw_valley(valley, loss, ratio=2.5, c=0.3):
    """Descent across a narrow valley, clipped and not, and the losses; dashed is the floor of the clipped one."""
    x, y = np.linspace(-3, 3, 41), np.linspace(-1, 7, 41)
    height = 0.5 * (STEEP * x[None] ** 2 + FLAT * y[:, None] ** 2)
    valley.set(xlim=(-3, 3), ylim=(-1, 7), xlabel="steep direction", ylabel="flat direction")
    valley.contour(x, y, height, [0.02, 0.1, 0.3, 1, 2, 4], colors=[COLORS["seed"]], linewidths=0.7)
    valley.plot(0, 0, "k*", markersize=9)
    loss.set(xlim=(0, STEPS), xlabel="step", xticks=[0, 30, 60, 90, 120])
    log_axis(loss, 1e-6, 1e8, "loss")
    for limit, color, marker in ((None, COLORS["backward"], "s"), (c, COLORS["forward"], "o")):
        places, losses = slide(ratio, limit)
        seen = places[: int(np.argmax(np.abs(places[:, 0]) > 3)) + 1 or None] if limit is None else places
        seen = seen if len(seen) > 1 else places
        valley.plot(*seen.T, color=color, marker=marker, markersize=3, linewidth=0.9)
        loss.plot(np.where(losses < 1e8, losses, np.nan), color=color, marker=marker, markersize=4, markevery=6)
    if ratio > 2:
        loss.axhline(floor(ratio, c), **THEORY)
        label_line(loss, STEPS, floor(ratio, c), "λ(ηC)²/8", COLORS["theory"], ha="right", va="top", xytext=(0, -8))
    loss.text(3, 2e-4, "■ not clipped", color=COLORS["backward"], va="top", fontsize=9)
    loss.text(3, 1.2e-5, "● clipped", color=COLORS["forward"], va="top", fontsize=9)
    end = slide(ratio)[1][-1]
    return (f"η = {ratio:g}/λ. Without clipping the loss after {STEPS} steps is {number(end)}{beyond(loss, end)}. "
            f"Clipped at C = {c:g}, {fate(ratio, c)}.")
