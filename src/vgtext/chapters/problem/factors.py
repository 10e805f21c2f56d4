"""Many factors, one product: why depth fades or blows up a signal, and how fast."""

from fractions import Fraction
from itertools import accumulate, cycle, islice
from operator import mul

import numpy as np

from vgtext.explore import handle
from vgtext.palette import (
    COLORS,
    REFERENCE,
    SEED,
    THEORY,
    beyond,
    chosen,
    depth_axis,
    float_limits,
    label_line,
    log_axis,
    number,
)

#: The factors of the tutorial S2, exactly.
SHRINKING = [Fraction(f) for f in ("0.5", "0.2", "0.1", "0.001")]
GROWING = [Fraction(f) for f in (10, 20, 25, 30, 50)]
FADED, BLOWN_UP = Fraction(1, 10**10), Fraction(10**30)  # what the tutorial says they come to
LONGEST = 40


def multiply(factors, count):
    """Return the products of the first 0, 1, …, ``count`` factors, exactly; the list is repeated as often as needed."""
    return list(accumulate(islice(cycle(factors), count), mul, initial=Fraction(1)))


def factors_to_reach(factors, goal, most=1000):
    """Return how many factors it takes until the product has passed ``goal``: below 1 from above, else from below.

    Raises ValueError if ``most`` factors do not get there.
    """
    for count, product in enumerate(multiply(factors, most)):
        if (product <= goal) if goal < 1 else (product >= goal):
            return count
    raise ValueError(f"{most} factors do not reach {float(goal):g}")


def random_products(c, spread, L=LONGEST, seeds=20):
    """Return products of k = 0 … L factors, each c (1 + spread) or c (1 - spread) by a coin's toss: (L+1, seeds)."""
    sign = np.random.default_rng(1).choice([-1, 1], size=(L, seeds))
    return np.vstack([np.ones(seeds), np.cumprod(c * (1 + spread * sign), axis=0)])


def draw_growth(ax, c=1.0, spread=0.6):
    """Products of two factors around c, drawn by a coin: single runs, their geometric mean, and both means' theory."""
    k, products, typical = np.arange(LONGEST + 1), random_products(c, spread), c * np.sqrt(1 - spread**2)
    log_axis(ax, 1e-12, 1e8, "product of k factors")
    depth_axis(ax, LONGEST, "number of factors k")
    if spread > 0:
        ax.plot(k, products, **SEED)
    ax.plot(k, np.exp(np.log(products).mean(axis=1)), color=COLORS["backward"], label="typical product")
    ax.plot(k, typical**k, **THEORY, label="theory of the typical product")
    handle(ax, lambda c: (10, (c * np.sqrt(1 - spread**2)) ** 10))
    inside = min(16, int(LONGEST if typical == 1 else 7 / abs(np.log10(typical))))
    where = {"xytext": (8, -26), "ha": "left"} if typical > 1 else {"xytext": (0, -34), "ha": "center"}
    label_line(ax, inside, typical**inside, "typical product", COLORS["backward"], **where)
    if spread > 0:
        ax.plot(k, c**k, **{**THEORY, "linestyle": ":"}, label="average factor, to the power k")
        at, shift = (16, (-4, 30)) if c > 1 else (22, (0, 32))
        label_line(ax, at, c**at, "average factor, to the power k", COLORS["theory"], ha="center", xytext=shift)
    fate = "falls" if typical < 1 - 1e-9 else "grows" if typical > 1 + 1e-9 else "keeps its size"
    rate = "" if fate == "keeps its size" else f" by a power of ten every {abs(1 / np.log10(typical)):.1f} factors"
    kind = (f"Every factor is {chosen(c, 1)}" if spread == 0 else
            f"Each factor is {c * (1 - spread):.2f} or {c * (1 + spread):.2f}, on average {chosen(c, 1)}, "
            f"but their geometric mean is {typical:.3f}")
    return (f"{kind}: the product {fate}{rate}, and after {LONGEST} factors it is typically "
            f"{number(typical**LONGEST)}{beyond(ax, typical**LONGEST)}.")


def draw_two_lists(ax, count=5):
    """The tutorial's two lists of factors, multiplied one by one and repeated, against the sizes that it names."""
    log_axis(ax, 1e-56, 1e56, "product of the first k factors")
    depth_axis(ax, LONGEST, "number of factors k")
    float_limits(ax)
    ends = []
    for factors, goal, marker, name, up in ((GROWING, BLOWN_UP, "^", "10, 20, 25,\n30, 50, …", 1),
                                            (SHRINKING, FADED, "v", "0.5, 0.2,\n0.1, 0.001, …", -1)):
        products = np.array(multiply(factors, LONGEST), dtype=float)
        reached = factors_to_reach(factors, goal)
        ax.plot(products, color=COLORS["backward"], linewidth=0.8)
        ax.plot(products[: count + 1], color=COLORS["backward"], marker=marker, markersize=4)
        ax.plot([0, reached, reached], [float(goal), float(goal), 1], **REFERENCE)
        exponent = round(np.log10(float(goal)))
        label_line(ax, reached, min(1, float(goal)), f"{reached} factors", COLORS["reference"], ha="center",
                   xytext=(0, -9 if up > 0 else -22))
        label_line(ax, 0, float(goal), f"$10^{{{exponent}}}$", COLORS["reference"], xytext=(5, 8 * up))
        label_line(ax, LONGEST, 10.0 ** (21 * up), name, COLORS["backward"], xytext=(0, 0), ha="right")
        ends.append(products[count])
    growing = multiply(GROWING, LONGEST)
    handle(ax, lambda count: (count, float(growing[count])))
    return (f"The first {count} factors multiply to {number(ends[1], 3)} and to {number(ends[0], 3)}. To reach 10⁻¹⁰ "
            f"takes {factors_to_reach(SHRINKING, FADED)} of the small ones, to pass 10³⁰ "
            f"{factors_to_reach(GROWING, BLOWN_UP)} of the large ones.")
