"""The largest learning rate that works, measured on networks after training and at their start, beside 2/λ."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.palette import COLORS, THEORY, label_line

from .curvature import EXAMPLES, WIDTH, batch, displaced, network, settled, sharpness

#: (activation, depth, weight scale) of networks that have settled, and of networks at their initial weights.
SETTLED = (("tanh", 2, 0.5), ("tanh", 2, 1.0), ("tanh", 3, 1.0), ("tanh", 5, 1.0), ("tanh", 3, 2.0), ("tanh", 5, 1.5),
           ("sigmoid", 2, 1.0), ("sigmoid", 2, 4.0))
STARTS = tuple(("tanh", depth, sigma_w) for depth in (2, 3, 5, 10) for sigma_w in (1.0, 1.5, 2.0))


def bisect(works, low, high, halvings=7):
    """Return the number between low > 0 and high at which ``works`` turns from True to False, on a log scale."""
    for _ in range(halvings):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if works(middle) else (low, middle)
    return float(np.sqrt(low * high))


@cache
def largest_settled_rate(activation, depth, sigma_w):
    """For a settled network: (2/λ, the largest learning rate at which a small push along λ's direction shrinks)."""
    limit = 2 / settled(activation, depth, sigma_w)[1]
    shrinks = lambda ratio: abs(displaced(ratio, (activation, depth, sigma_w))[-1]) < 1  # noqa: E731
    return limit, 0.5 * limit * bisect(shrinks, 0.5, 8.0, halvings=10)


@cache
def first_steps(ratio, steps=(0, 1, 2, 3, 5, 10, 20, 40)):
    """Descend from the initial weights with η = ratio/λ: the loss and ηλ after each of ``steps``, (n, 2)."""
    net, (x, y), done, met = network(), batch(), 0, []
    rate = ratio / sharpness(net, x, y)[0]
    for step in steps:
        if step > done:
            nn.train(net, x, y, steps=step - done, learning_rate=rate, batch_size=None, progress=False)
        met.append((net.loss_and_gradient(x, y), rate * sharpness(net, x, y)[0]))
        done = step
    return np.array(met)


def falls(net, theta, rate, steps=40):
    """Whether ``steps`` steps of full-batch descent from ``theta`` end with a lower loss than they began with."""
    net.theta[...] = theta
    history = nn.train(net, *batch(), steps=steps, learning_rate=rate, batch_size=None, progress=False)
    return history.breakdown is None and bool(history.loss[-10:].max() < history.loss[0])


@cache
def largest_first_rate(activation, depth, sigma_w):
    """For a network at its initial weights: (2/λ, the largest learning rate at which the loss falls)."""
    net = network(activation, depth, sigma_w)
    theta, limit = net.theta.copy(), 2 / sharpness(net, *batch())[0]
    return limit, bisect(lambda rate: falls(net, theta, rate), 0.1 * limit, 100 * limit)


def draw_largest_rate(ax):
    """The largest learning rate that works against 2/λ, for settled networks and for networks at their start."""
    ax.set(xscale="log", yscale="log", xlim=(0.003, 0.3), ylim=(0.02, 0.5), xlabel="2/λ, from the measured curvature",
           ylabel="largest learning rate")
    ax.set_xticks([0.003, 0.01, 0.03, 0.1, 0.3], ["0.003", "0.01", "0.03", "0.1", "0.3"])
    ax.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    ax.minorticks_off()
    ax.plot([0.003, 0.3], [0.003, 0.3], **THEORY)
    label_line(ax, 0.018, 0.018, "η = 2/λ", COLORS["theory"], xytext=(8, -8))
    first = np.array([largest_first_rate(*start) for start in STARTS])
    settled_ = np.array([largest_settled_rate(*start) for start in SETTLED])
    ax.plot(*first.T, linestyle="none", marker="o", markerfacecolor="none", color=COLORS["weight"])
    ax.plot(*settled_.T, linestyle="none", marker="o", color=COLORS["weight"])
    label_line(ax, 0.0035, 0.25, "at the first step (rings)", COLORS["weight"], xytext=(0, 0))
    label_line(ax, 0.28, 0.03, "after training (dots)", COLORS["weight"], xytext=(0, 0), ha="right")
    ratio, off = first[:, 1] / first[:, 0], np.abs(settled_[:, 1] / settled_[:, 0] - 1)
    return (f"{len(SETTLED)} trained networks: the largest learning rate at which a small push dies out is 2/λ within "
            f"{off.max():.1%}. {len(STARTS)} networks at their initial weights tolerate {ratio.min():.1f} to "
            f"{ratio.max():.0f} times as much. Least squares on "
            f"{EXAMPLES} digits, width {WIDTH}.")


def worst_settled():
    """The largest relative distance of a settled network's largest learning rate from 2/λ."""
    rates = np.array([largest_settled_rate(*start) for start in SETTLED])
    return float(np.abs(rates[:, 1] / rates[:, 0] - 1).max())


CLAIMS = (
    Claim(
        "S3.8", "Exploding gradients bring oscillation, instability and failure to converge.", "holds if",
        "The learning rate exceeds 2/λ for long, λ being the sharpness. Large gradients come with a large λ; a rate "
        "below 2/λ is stable all the same. In the first steps of these networks a few times 2/λ does no harm.",
        (
            Evidence("largest distance between 2/λ and the largest learning rate that is stable, trained networks",
                     worst_settled, 0.0, 0.03),
            Evidence("a push left after 10 steps at η = 1.5/λ", lambda: float(displaced(1.5)[10]), 0.5**10, 2e-4),
            Evidence("the same at η = 2.1/λ", lambda: float(displaced(2.1)[10]), 1.1**10, 0.3),
        ), "step-size?ratio=2.1",
        setting="tanh and sigmoid networks, 2 to 5 layers of 32 units, trained on a full batch of 200 digits, then "
        "pushed a little along the sharpest direction.",
    ),
)
