"""The two columns of a matrix, to be dragged: where one layer sends the circle, and what its powers do."""

from itertools import pairwise, product

import numpy as np

from vgtext.explore import handle
from vgtext.nn.theory.products import spectral_radius
from vgtext.palette import COLORS, REFERENCE, THEORY, beyond, depth_axis, label_line, log_axis, number, positive

from .repeated import CIRCLE, DEPTH, SIGNAL, norms

POINTS = 60  # of a page's picture, to a unit of the plane on a phone
HALVES = (-1.0, -0.5, 0.0, 0.5, 1.0)


def named(places):
    """Return {"(0.5, −1)": (0.5, −1.0), ...}, as a menu lists them."""
    return {f"({x:g}, {y:g})".replace("-", "−"): (x, y) for x, y in places}


#: The columns to choose from: at the corners of squares half a unit wide.
FIRST, SECOND = named(product(HALVES[2:], HALVES[1:])), named(product(HALVES, HALVES[1:]))


def outcome(rate, line):
    """What becomes of the stretches ``line`` of W^l, whose spectral radius is ``rate``, in a word or two."""
    if abs(rate - 1) > 1e-9:
        return "explodes" if rate > 1 else "fades"
    return "grows, but only linearly" if line[-1] > 1.5 * line[DEPTH // 2] else "keeps its size"


def draw_columns(plane, sizes, first=(0.5, 0.5), second=(-1.0, 0.5)):
    """The columns of W as arrows, what W makes of the circle, and of each column; beside it σ_1(W^L) by depth."""
    W = np.array([first, second]).T
    line, rate = norms(W), float(spectral_radius(W))
    draw_plane(plane, W)
    handle(plane, lambda first: first)
    handle(plane, lambda second: second)
    l = np.arange(DEPTH + 1)
    log_axis(sizes, 1e-5, 1e5, "largest stretch σ₁(Wᴸ)")
    depth_axis(sizes, DEPTH)
    sizes.plot(l, positive(line[1] ** l), **{**THEORY, "linestyle": ":"}, label="at most, σ₁(W)ᴸ")
    sizes.plot(l, positive(rate**l), **THEORY, label="at least, ρ(W)ᴸ")
    sizes.plot(l, positive(line), **SIGNAL)
    sizes.legend(loc="upper left")
    fate = outcome(rate, line)
    sizes.set_title(f"ρ(W) = {rate:.2f}: the power {fate}", color=COLORS["forward"])
    if (zero := np.flatnonzero(line == 0)).size:
        label_line(sizes, zero[0], 1e-5, f"exactly 0 from depth {zero[0]}", COLORS["forward"], xytext=(8, 8))
    far = f"at most {number(line[-1], 3)}-fold{beyond(sizes, line[-1])}" if line[-1] else "make every input 0"
    return (f"Columns ({first[0]:g}, {first[1]:g}) and ({second[0]:g}, {second[1]:g}): one layer stretches at most "
            f"{number(line[1], 3)}-fold, {DEPTH} layers {far}. "
            f"The spectral radius is {rate:.2f}, and the power {fate}.").replace("-0", "−0").replace("-1", "−1")


def draw_plane(ax, W, layers=8):
    """The circle and its image, the columns as arrows, and thin where the layers after the first send each column."""
    ax.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal", xticks=HALVES[::2], yticks=HALVES[::2],
           title="the columns of W", xlabel="first entry", ylabel="second entry")
    grid = 0.5 + np.array([*product(HALVES, HALVES)]).T / 3.2  # across the panel: it guides, and is no data
    ax.plot(*grid, ".", color=COLORS["reference"], markersize=1.5, transform=ax.transAxes)
    ax.plot(*CIRCLE[:, ::3], **REFERENCE)
    ax.fill(*W @ CIRCLE[:, ::3], color=COLORS["forward"], alpha=0.15, linewidth=0)
    same, taken = np.array_equal(W[:, 0], W[:, 1]), np.empty((2, 0))
    for k, (name, dash) in enumerate((("first", "-"), ("second", "--"))):
        path = np.array([np.linalg.matrix_power(W, l)[:, k] for l in range(1, layers + 1)]).T
        ax.plot(*path, dash, color=COLORS["forward"], linewidth=0.8, marker="o", markersize=2.5, label=name)
        if path[:, 0].any():
            ax.annotate("", xy=path[:, 0], xytext=(0, 0),
                        arrowprops={"arrowstyle": "-|>", "color": COLORS["forward"], "linewidth": 2})
        if k or not same:
            words = "first, second" if same else name
            label_line(ax, *path[:, 0], words, COLORS["forward"], xytext=(free := spot(W, k, len(words), taken)),
                       ha="center")
            taken = path[:, :1] + np.array(free)[:, None] / POINTS + np.linspace(-0.3, 0.3, 7) * [[1], [0]]


def spot(W, k, letters, taken):
    """Where words stand by the tip of column ``k``, in points: above, if nothing runs there, else where most is free.

    ``taken`` are places (2, n) of the words before.
    """
    line = [np.array([np.zeros(2), *(np.linalg.matrix_power(W, l)[:, j] for l in range(1, 9))]) for j in (0, 1)]
    runs = [a + t * (b - a) for each in line for a, b in pairwise(each) for t in np.linspace(0, 1, 40)]
    half, other = np.array([3.2 * letters, 7]) / POINTS, W[:, [1 - k]] + 0.12 * CIRCLE  # the ring of the other handle
    there = np.hstack([np.transpose(runs), other, taken])

    def room(at, there):
        middle = W[:, k] + np.array(at) / POINTS
        gaps = (abs(there - middle[:, None]) - half[:, None]).max(axis=0)
        return min(gaps.min(), (1.6 - abs(middle) - half).min(), 0.04)

    side = 3.2 * letters + 15
    up = 1 if W[1, k] > 0 or W[1, k] == k == 0 else -1
    return max([(0, 17 * up), (0, -17 * up), *((side * x, y) for y in (0, 10, -10, 17, -17, 28, -28)
                                               for x in (1, -1, 0.8, -0.8, 0.4, -0.4, 0))],
               key=lambda at: (room(at, there), room(at, CIRCLE)))  # of two as free, the one off the circle
