"""What happens on the way: points of a circle forward through the layers, an error back from each of them.

Layer l is z[l] = s_l W a[l-1], with a scale s_l of its own. What comes after it makes a[l] of z[l]:

========  =========================  ==============================================
nothing   a[l] = z[l]
relu      a[l] = max(z[l], 0)        each entry
norm      a[l] = z[l] / ‖z[l]‖       each point keeps its direction; 0 stays 0
shortcut  a[l] = z[l] + a[l-1]       the way around layer l
========  =========================  ==============================================

W has determinant 1 and complex eigenvalues of size 1, so that its powers neither grow nor fade.

Sums and products are written out, entry by entry, in the order in which the page's script has them: where an error is
all but canceled, as a norm does it, another order would leave other digits.
"""

from typing import NamedTuple

import numpy as np

from vgtext.palette import number
from vgtext.words import words

W = np.array([[1.0, -0.5], [0.8, 0.6]])
POINTS = 48
# cosine and sine of half a step around the circle, and of a step
FIRST, TURN = (0.9978589232386035, 0.06540312923014306), (0.9914448613738104, 0.13052619222005157)
KINDS = ("none", "relu", "norm", "shortcut")
LEAST, MOST = 0.03, 3.0  # scales
VANISHED, EXPLODED = 10**-1.2, 10**1.5  # the limits at which the book says so of one network


class Recipe(NamedTuple):
    """A network: the scale of each of L layers, and what stands after each but the last."""

    scales: tuple = (0.3,) * 10
    between: tuple = ("none",) * 9


def circle():
    """Return the points on which the network starts: (2, POINTS)."""
    points, (c, s) = [FIRST], TURN
    for _ in range(POINTS - 1):
        x, y = points[-1]
        points.append((c * x - s * y, s * x + c * y))
    return np.array(points).T


def forward(recipe):
    """Return z[1] … z[L] and a[0] … a[L], arrays (L, 2, POINTS) and (L+1, 2, POINTS)."""
    zs, activations = [], [circle()]
    for scale, kind in zip(recipe.scales, (*recipe.between, "none"), strict=True):
        zs.append(scale * times(W, activations[-1]))
        activations.append(after(kind, zs[-1], activations[-1]))
    return np.array(zs), np.array(activations)


def times(matrix, points):
    """Return ``matrix @ points``, (2, 2) and (2, POINTS)."""
    ((a, b), (c, d)), (x, y) = matrix, points
    return np.array([a * x + b * y, c * x + d * y])


def length(points):
    """Return the length of each point, also where its square underflows: (POINTS,)."""
    x, y = points
    most = np.maximum(abs(x), abs(y))
    safe = np.where(most > 0, most, 1)
    return most * np.sqrt((x / safe) * (x / safe) + (y / safe) * (y / safe))


def after(kind, z, before):
    """Return a[l] from z[l] and a[l-1]."""
    if kind == "relu":
        return np.maximum(z, 0)
    if kind == "norm":
        size = length(z)
        return z / np.where(size > 0, size, 1)
    return z + before if kind == "shortcut" else z


def through(kind, z, g):
    """Return dL/dz from g = dL/da after a layer: its transposed Jacobian times g, point by point."""
    if kind == "relu":
        return g * (z > 0)
    if kind == "norm":
        size = length(z)
        safe = np.where(size > 0, size, 1)
        x, y = z / safe  # what is left of g runs across the point: along (-y, x)
        across = np.where(size > 0, (x * g[1] - y * g[0]) / safe, 0)
        return np.array([-y * across, x * across])
    return g


def root_mean_square(lengths):
    """Return the root mean square of lengths, also where their squares underflow."""
    most = lengths.max()
    return float(most * np.sqrt(((lengths / most) ** 2).mean())) if most > 0 else 0.0


def error_sizes(recipe):
    """Return the size of the error signal at each layer, sqrt(mean ‖δ[l]‖²) over the points, for l = 1 … L: (L,).

    At layer L each point has an error of size 1, in another direction for each: that of the point on the circle.
    """
    zs, _ = forward(recipe)
    g, sizes = circle(), []
    for scale, kind, z in zip(recipe.scales[::-1], ("none", *recipe.between[::-1]), zs[::-1], strict=True):
        delta = through(kind, z, g)
        sizes.append(root_mean_square(length(delta)))
        g = scale * times(W.T, delta) + (g if kind == "shortcut" else 0)
    return np.array(sizes[::-1])


def sentence(recipe):
    """Return what a recipe's figure shows, in words."""
    scales, kinds, L = recipe.scales, [kind for kind in recipe.between if kind != "none"], len(recipe.scales)
    low, high = min(scales), max(scales)
    sizes = (words("carry.each_scale", scale=f"{low:.2f}") if low == high
             else words("carry.scales", low=f"{low:.2f}", high=f"{high:.2f}"))
    if not kinds:
        extras = words("carry.nothing_between")
    elif len(set(kinds)) == 1 and len(kinds) == L - 1:
        extras = words("carry.all_between", kind=words(f"carry.{kinds[0]}"))
    else:
        extras = ", ".join(words("carry.some_between", n=kinds.count(kind), kind=words(f"carry.{kind}"))
                           for kind in KINDS if kind in kinds)
    home = error_sizes(recipe)[0]
    fate = ("lost" if home == 0 else "vanishes" if home < VANISHED else "explodes" if home > EXPLODED else "home")
    return words("carry.sentence", n=L, scales=sizes, between=extras, size=number(home), fate=words(f"carry.{fate}"))
