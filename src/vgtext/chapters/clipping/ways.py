"""The picture of the step: what clipping by value, by norm and by global norm do to the gradient of two layers."""

import numpy as np

from vgtext import nn
from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, number

WAYS = {"by value": "value", "by norm, each layer": "norm", "by global norm": "global_norm"}
SECOND = np.array([np.cos(np.radians(60)), np.sin(np.radians(60))])  # the direction of layer 2's gradient


def clipped(gradients, way, c):
    """Copies of the arrays, clipped at c in one of the engine's ways ("value", "norm", "global_norm")."""
    copies = [np.array(g, float) for g in gradients]
    nn.CLIPPINGS[way](copies, c)
    return copies


def angle(one, two):
    """The angle in degrees between two lists of arrays, each read as one long vector."""
    a, b = (np.concatenate([np.ravel(g) for g in gs]).astype(float) for gs in (one, two))
    with np.errstate(invalid="ignore"):
        a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))))


def two_layers(turn, second):
    """Gradients of two layers of two weights: layer 1 of length 3 at ``turn`` degrees, layer 2 of length ``second``."""
    return [3 * np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))]), second * SECOND]


def outline(way, share, c):
    """The border of what one layer's gradient may be: a square, a circle, or its share of a common circle."""
    if way == "value":
        return c * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]).T
    t = np.linspace(0, 2 * np.pi, 61)
    return (c if way == "norm" else c * share) * np.array([np.cos(t), np.sin(t)])


def draw_step(first, last, way="value", turn=20, c=1.0):
    """The gradients of two layers before (thin) and after clipping (thick); dashed is what clipping allows."""
    before = two_layers(turn, 1.0)
    after = clipped(before, way, c)
    for ax, words, g, cut in zip((first, last), ("layer 1", "layer 2"), before, after, strict=True):
        ax.set(xlim=(-1.3, 3.3), ylim=(-1.3, 3.3), aspect="equal", title=words, xlabel="gradient of weight 1",
               ylabel="gradient of weight 2")
        border = outline(way, np.linalg.norm(g) / length(before), c)
        ax.plot(*border, color=COLORS["reference"], linewidth=1.2, linestyle="--")
        ax.axhline(0, **REFERENCE)
        ax.axvline(0, **REFERENCE)
        for v, color, width in ((g, COLORS["seed"], 1.6), (cut, COLORS["gradient"], 2.6)):
            ax.annotate("", xy=tuple(v), xytext=(0, 0),
                        arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": width})
            ax.plot(*v, marker="o", markersize=3, color=color)
    handle(first, lambda turn: tuple(two_layers(turn, 1.0)[0]))
    share = 1 if way != "global_norm" else np.linalg.norm(before[1]) / length(before)
    handle(last, lambda c: (min(c * share, 3.3), 0))  # the limit, where it crosses the axis
    turned = angle(before, after)
    ratios = [np.linalg.norm(v[0]) / np.linalg.norm(v[1]) for v in (before, after)]
    words = next(words for words, name in WAYS.items() if name == way).capitalize()
    long, now = number(length(before)), number(length(after))
    change = f"stays {long}" if long == now else f"goes from {long} to {now}"
    off = ", beyond the panels" if way == "value" and c > first.get_xlim()[1] else ""
    return (f"{words}, C = {c:g}: the length {change}, and the "
            f"direction turns by {turned:.0f}°. Layer 1's gradient was {number(ratios[0])} times as long as layer 2's; "
            f"now it is {number(ratios[1])} times. Thin: raw; thick: clipped; dashed: the limit{off}.")


def length(gradients):
    """The global norm of a list of arrays."""
    return float(np.sqrt(sum(np.vdot(g, g) for g in gradients)))
