"""Softmax saturation: the slope of softmax against the length of queries and keys, its mean and its median."""

from functools import cache
from math import erfc

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.nn.attention import entropy, softmax
from vgtext.nn.theory.roots import root_of
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, log_axis, number

LENGTHS = (4, 8, 16, 32, 64, 128, 256, 512, 1024)
KEYS = (4, 16, 64, 256)
STEP = 1 / 32
X = np.arange(-12, 14, STEP)  # where the integrals below are summed; smooth and 0 at both ends, they lose nothing by it
SCALES = {"none": 0.0, "1/√d": 0.5, "1/d": 1.0}  # the power of d that the product is divided by


def weights(d, keys=64, scale="1/√d", queries=2000, seed=0):
    """What 2000 queries look at: A (keys, queries), for queries and keys of d numbers N(0, 1)."""
    rng = np.random.default_rng([seed, d, keys])
    q = rng.standard_normal((d, queries))
    # given a query, its products with independent keys are independent N(0, |q|^2)
    S = np.linalg.norm(q, axis=0) * rng.standard_normal((keys, queries)) / d ** SCALES[scale]
    return softmax(S)


def slope(A):
    """Trace of the Jacobian dA/dS of each query: the sum of A (1 - A), precise where one weight is nearly 1."""
    top = A.argmax(axis=0)
    rest = A.copy()
    rest[top, np.arange(A.shape[1])] = 0
    others = rest.sum(axis=0)  # 1 - A of the largest, without cancellation
    return others * (1 - others) + (rest * (1 - rest)).sum(axis=0)


@cache
def measured(d, keys=64, scale="1/√d"):
    """Mean and median of the slope over the queries, mean entropy, and the 16 largest weights of a typical query."""
    A = weights(d, keys, scale)
    slopes = slope(A)
    typical = A[:, np.argsort(slopes)[len(slopes) // 2]]
    return float(slopes.mean()), float(np.median(slopes)), entropy(A), np.sort(typical)[::-1][:16]


def log_below(x):
    """ln of the share of N(0, 1) numbers that are below each of ``x``."""
    return np.log([erfc(-k / 2**0.5) / 2 for k in x])


@cache
def gap_density(keys):
    """How likely it is that the two largest of ``keys`` N(0, 1) numbers are equal: their difference's density at 0."""
    both = np.exp(-X * X + (keys - 2) * log_below(X)) / (2 * np.pi)  # two of them at x, the others below
    return float(keys * (keys - 1) * both.sum() * STEP)


@cache
def median_gap(keys):
    """The median of the difference of the two largest of ``keys`` N(0, 1) numbers."""
    def beyond(gap):  # the largest at x, all others below x - gap
        density = keys * np.exp(-X * X / 2 + (keys - 1) * log_below(X - gap)) / np.sqrt(2 * np.pi)
        return density.sum() * STEP

    return root_of(lambda gap: beyond(gap) - 0.5, 0, 4)


def predicted(d, keys=64):
    """For unscaled logits and large d: the mean, density of the gap over root d, and the median, 2 exp(-root d gap)."""
    return gap_density(keys) / np.sqrt(d), 2 * np.exp(-np.sqrt(d) * median_gap(keys))


def draw_saturation(shares, slopes, scale="none", d=512, keys=64):
    """Weights of a typical query, largest first, and mean and median of the slope against d."""
    shares.set(xlim=(0, 17), ylim=(0, 1.05), xlabel="key, the best match first", ylabel="attention weight")
    shares.set_xticks([1, 4, 8, 12, 16])
    here = measured(d, keys, scale)
    typical = here[3]
    shares.bar(np.arange(1, len(typical) + 1), typical, color=COLORS["forward"])
    even = f"spread evenly: 1/{keys}"
    shares.axhline(1 / keys, **REFERENCE, label=even)
    label_line(shares, 17, 1 / keys, even, COLORS["reference"], ha="right", xytext=(0, 11))
    shares.set_title(rf"a typical query, $d_\mathrm{{head}}$ = {d}", fontsize=10)
    slopes.set_xscale("log")
    log_axis(slopes, 1e-9, 3, "slope of softmax, Σ A (1 − A)")
    slopes.set(xlim=(3.4, 1300), xlabel=r"length $d_\mathrm{head}$ of queries and keys")
    slopes.set_xticks([4, 16, 64, 256, 1024], ["4", "16", "64", "256", "1024"])
    slopes.minorticks_off()
    found = np.array([measured(k, keys, scale)[:2] for k in LENGTHS])
    for values, mark, color, words in zip(found.T, ("o", "s"), (COLORS["reference"], COLORS["backward"]),
                                          ("mean of the queries", "median")):
        slopes.plot(LENGTHS, values, marker=mark, color=color, markersize=4, label=words)
    if scale == "none":
        x = np.geomspace(16, 1024, 60)
        mean, median = predicted(x, keys)
        slopes.plot(x, mean, **THEORY, label="theory, mean")
        slopes.plot(x, median, **THEORY, label="theory, median")
    slopes.axvline(d, ymin=0.38, **REFERENCE)  # clear of the words below
    handle(slopes, lambda d: (d, None))
    label_line(slopes, 4, 1e-6, "mean of the queries (dots)", COLORS["reference"], xytext=(0, 0))
    label_line(slopes, 4, 1e-7, "median (squares)", COLORS["backward"], xytext=(0, 0))
    divided = "nothing" if scale == "none" else {"1/√d": "√d_head", "1/d": "d_head"}[scale]
    return (f"{keys} keys, d_head = {d}, 2,000 random queries, logits divided by {divided}: the slope of softmax is "
            f"{number(here[0])} on average, its median {number(here[1])}; the entropy of the weights is "
            f"{here[2]:.2f} nats of at most {np.log(keys):.2f}.")


def scaled_entropy(keys=64):
    """ln keys - 1/2, what independent logits N(0, 1) give for many keys."""
    return np.log(keys) - 0.5


def law(keys=64, first=64):
    """The power of d that the mean slope of unscaled logits follows, from d = ``first`` on."""
    d = np.array([k for k in LENGTHS if k >= first])
    return float(np.polyfit(np.log(d), np.log([measured(k, keys, "none")[0] for k in d]), 1)[0])


CLAIMS = (
    Claim(
        "R.28", "Vaswani and others 2017 suspect that for large d_head the products of queries and keys push softmax "
        "into regions of extremely small slope, and divide them by √d_head for that.",
        "holds", "Before training, for independent entries of variance 1. The typical (median) query loses its slope "
        "exponentially in √d_head; the mean falls only as 1/√d_head, because of the few queries whose two best "
        "keys are nearly tied.",
        (
            Evidence("unscaled, d = 512: median slope", lambda: 1e3 * measured(512, 64, "none")[1],
                     1e3 * predicted(512)[1], 1.0, unit="× 10⁻³"),
            Evidence("unscaled: the power of d of the mean slope", law, -0.5, 0.1),
            Evidence("divided by √d, d = 512: median slope, 1 − e/keys for many keys",
                     lambda: measured(512)[1], 1 - np.e / 64, 0.02),
            Evidence("divided by √d: mean entropy, ln keys − ½ for many keys", lambda: measured(512)[2],
                     scaled_entropy(), 0.06, unit="nats"),
            Evidence("not divided: mean entropy", lambda: measured(512, 64, "none")[2], 0.19, 0.03, unit="nats"),
        ), "saturation?scale=none&d=512&keys=64",
        setting="64 keys, 2,000 queries, entries N(0, 1), d_head up to 1,024.",
    ),
)
