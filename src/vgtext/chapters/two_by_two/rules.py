"""Three rules for a repeated matrix: by entries, norm, spectral radius. Which one errs over a square of matrices?"""

from functools import cache

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.nn.theory.products import spectral_radius
from vgtext.palette import COLORS, depth_axis, log_axis, number, positive

from .columns import outcome
from .repeated import DEPTH, MATRICES, SIGNAL, norms


def share_that_explodes(samples=1_000_000, seed=0):
    """The share of 2 x 2 matrices with independent entries, uniform between 0 and 1, whose powers explode."""
    W = np.random.default_rng(seed).uniform(size=(samples, 2, 2))
    a, b, c, d = W[:, 0, 0], W[:, 0, 1], W[:, 1, 0], W[:, 1, 1]
    return float(np.mean((a + d + np.sqrt((a - d) ** 2 + 4 * b * c)) / 2 > 1))  # the larger eigenvalue


def three_rules(c, points=201):
    """Spectral radius and norm of W = [[a, b], [c, a]] over the square |a|, |b| < 1.6: a, b, radius, norm."""
    side = np.linspace(-1.6, 1.6, points)
    a, b = np.meshgrid(side, side)
    radius = np.where(b * c > 0, abs(a) + np.sqrt(abs(b * c)), np.sqrt(abs(a * a - b * c)))  # a ± sqrt(bc)
    norm = (np.hypot(2 * a, b - c) + abs(b + c)) / 2
    return a, b, radius, norm


@cache
def rule_errors(c):
    """How often two rules err on W = [[a, b], [c, a]], |a|, |b| < 1: entries < 1 but exploding; fading but norm > 1.

    The first is a share of the square, the second a share of the matrices in it that fade.
    """
    a, b, radius, norm = three_rules(c, 801)
    square = (abs(a) < 1) & (abs(b) < 1)
    fades = square & (radius < 1)
    return float((radius > 1)[square].mean()), float((norm > 1)[fades].mean())


def draw_three_rules(plane, fate, a=0.6, b=0.6, c=0.6):
    """Where three rules promise that W = [[a, b], [c, a]] fades; and what one such matrix really does."""
    at_a, at_b, radius, norm = three_rules(c)
    wrong, refused = rule_errors(c)
    square = (abs(at_a) <= 1) & (abs(at_b) <= 1)
    plane.set_box_aspect(1)
    plane.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), xlabel="a, on the diagonal", ylabel="b, top right")
    wrongly = (square & (radius > 1)).astype(float)
    plane.contourf(at_a, at_b, wrongly, [0.5, 1.5], colors=[COLORS["backward"]], alpha=0.35)
    plane.plot([-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1], color=COLORS["reference"], linestyle=":")
    plane.contour(at_a, at_b, radius, [1.0], colors=[COLORS["forward"]])
    plane.contour(at_a, at_b, norm, [1.0], colors=[COLORS["weight"]], linestyles="--")
    plane.set_title("solid: ρ = 1, dashed: σ₁ = 1")
    plane.plot([a], [b], marker="o", markersize=8, color=COLORS["forward"], zorder=6)
    handle(plane, lambda a, b: (a, b))
    sizes = norms([[a, b], [c, a]], DEPTH)
    log_axis(fate, 1e-5, 1e5, "largest stretch σ₁(Wᴸ)")
    depth_axis(fate, DEPTH)
    fate.plot(positive(sizes), **SIGNAL)
    rate = float(spectral_radius(np.array([[a, b], [c, a]])))
    verdict = outcome(rate, sizes)
    fate.set_title(f"ρ = {rate:.2f}: the power {verdict}", color=COLORS["forward"])
    explodes = f"yet {wrong:.0%} of it (shaded)" if wrong else "and none of it"
    late = f", though at depth {DEPTH} its largest stretch is still {number(sizes[-1])}"
    verdict += late * bool(verdict == "fades" and sizes[-1] > 1)
    return (f"a = {a:g}, b = {b:g}, c = {c:g}: the spectral radius is {rate:.2f}, and the power {verdict}. With this c "
            f"all entries stay below 1 inside the dotted square, {explodes} explodes; inside the dashed line σ₁ is "
            f"below 1, a rule that never errs but misses {refused:.0%} of the matrices in the square that fade."
            ).replace("-", "−")


CLAIMS = (
    Claim(
        "S0.4", "If the entries of the 2 × 2 weight matrices are below 1, gradients shrink exponentially with depth.",
        "wrong", "Entries do not decide. For one repeated matrix the spectral radius does; a norm below 1 suffices.",
        (
            Evidence("σ₁(W¹⁰) of the matrix with all entries 0.6",
                     lambda: norms(MATRICES["all entries 0.6"])[10], 1.2**10, 1e-9),
            Evidence("share of matrices with entries uniform between 0 and 1 that explode",
                     share_that_explodes, 0.5, 0.002),
        ), "three-fates",
        setting="2 × 2 matrices, no activation function; ten equal layers.",
    ),
)
