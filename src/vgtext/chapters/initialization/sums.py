"""Step one: the mean square of a sum of n independent terms is n times that of one, whatever their distribution."""

from functools import cache

import numpy as np

from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, log_axis, number

#: Entries of mean 0 and variance 1, three ways.
DISTRIBUTIONS = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "uniform": lambda rng, shape: rng.uniform(-(3**0.5), 3**0.5, shape),
    "coin flips": lambda rng, shape: rng.choice([-1.0, 1.0], shape),
}
#: The standard deviation of an entry as a function of n, the number of inputs.
RULES = {"fixed: 0.1": lambda n: 0.1, "fixed: 0.01": lambda n: 0.01, "1/√n": lambda n: n**-0.5}
INPUTS = (1, 3, 10, 30, 100, 300, 1000, 3000)


@cache
def mean_square(distribution, n, repeats=2000, seed=0):
    """The mean square of z = sum_j w_j a_j over n terms, weights of variance 1, inputs N(0, 1), over many units."""
    rng = np.random.default_rng(seed)
    draw = DISTRIBUTIONS[distribution]
    repeats = max(200, min(repeats, 400_000 // n))
    return float(np.mean(np.sum(draw(rng, (repeats, n)) * rng.standard_normal((repeats, n)), axis=1) ** 2))


def draw_sum_of_terms(ax, distribution="normal", rule="fixed: 0.1"):
    """The mean square of one pre-activation against the number n of its inputs, measured and by the law."""
    n, std = np.unique(np.geomspace(1, 3000, 60).round()), RULES[rule]
    measured = [std(k) ** 2 * mean_square(distribution, k) for k in INPUTS]
    ax.set(xscale="log", xlim=(0.8, 4000), xlabel="number of inputs n")
    ax.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
    log_axis(ax, 1e-5, 1e3, "mean square of z, input has 1")
    ax.axhline(1, **REFERENCE)
    label_line(ax, 0.9, 1, "as large as the input", COLORS["reference"], xytext=(0, 12))
    ax.plot(n, [k * std(k) ** 2 for k in n], **THEORY)
    ax.plot(INPUTS, measured, linestyle="none", marker="o", markersize=5, color=COLORS["forward"])
    ax.text(0.97, 0.05, "dashed: n × variance of a weight", ha="right", fontsize=9, transform=ax.transAxes)
    return (f"Weights of standard deviation {rule.removeprefix('fixed: ')}, {distribution}: with 10 inputs z has a "
            f"mean square of {number(measured[2])}, with 1,000 inputs {number(measured[6])}. The law says "
            f"{number(10 * std(10) ** 2)} and {number(1000 * std(1000) ** 2)}.")
