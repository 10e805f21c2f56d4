"""How long a step may be: the curvature of the loss, measured, and the learning rates that it allows."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claim import Claim, Evidence
from vgtext.style import COLORS, MEASURED, REFERENCE, THEORY, label_line, number

EXAMPLES, WIDTH = 200, 32
#: (activation, depth, weight scale) of networks that have settled, and of networks at their initial weights.
SETTLED = (("tanh", 2, 0.5), ("tanh", 2, 1.0), ("tanh", 3, 1.0), ("tanh", 5, 1.0), ("tanh", 3, 2.0), ("tanh", 5, 1.5),
           ("sigmoid", 2, 1.0), ("sigmoid", 2, 4.0))
STARTS = tuple(("tanh", depth, sigma_w) for depth in (2, 3, 5, 10) for sigma_w in (1.0, 1.5, 2.0))


@cache
def batch():
    """The first 200 training digits, one-hot targets: x (64, 200), y (10, 200), float64."""
    d = nn.data.digits(dtype="float64")
    return d.x[:, :EXAMPLES], np.eye(10)[:, d.y[:EXAMPLES]]


def network(activation="tanh", depth=3, sigma_w=1.0, dtype="float64"):
    """A network with W ~ N(0, sigma_w²/n) that learns one-hot targets by least squares."""
    return nn.mlp(64, WIDTH, 10, depth=depth, activation=activation, loss="mean_squared_error", dtype=dtype,
                  init=nn.initializers.scaled_normal(sigma_w))


def gradient_at(net, theta, x, y):
    """Put ``theta`` into ``net``; return the loss and a copy of dL/dtheta."""
    net.theta[...] = theta
    return net.loss_and_gradient(x, y), net.gradient.copy()


def hessian_times(net, v, x, y, step=1e-4):
    """The Hessian of the loss times v, by central differences of the gradient: (g(θ + hv) - g(θ - hv)) / 2h."""
    theta, h = net.theta.copy(), step / np.linalg.norm(v)
    above, below = (gradient_at(net, theta + s * h * v, x, y)[1] for s in (1, -1))
    net.theta[...] = theta
    return (above - below) / (2 * h)


def power_iteration(net, x, y, shift=0.0, iterations=200, tolerance=1e-4):
    """The eigenvalue of H - shift I of largest size, and its eigenvector: v ← (H - shift) v, scaled to length 1."""
    v, value = np.random.default_rng(0).standard_normal(net.theta.size), 0.0
    for _ in range(iterations):
        v /= np.linalg.norm(v)
        Hv = hessian_times(net, v, x, y) - shift * v
        value, before = v @ Hv, value
        if abs(value - before) <= tolerance * abs(value):
            break
        v = Hv
    return float(value), v / np.linalg.norm(v)


def sharpness(net, x, y):
    """The Hessian's largest eigenvalue λ and its eigenvector; where the one of largest size is negative, shifted."""
    value, v = power_iteration(net, x, y)
    if value < 0:
        above, v = power_iteration(net, x, y, shift=value)
        value += above
    return value, v


def quadratic(ratio, steps):
    """Gradient descent on λw²/2 from w = 1 with ηλ = ratio: w(t) = (1 - ηλ)^t for t = 0 … steps."""
    return (1.0 - ratio) ** np.arange(steps + 1)


@cache
def settled(activation="tanh", depth=3, sigma_w=1.0):
    """A network after 1000 steps of a quarter of what its curvature allows: (theta, sharpness λ, λ's eigenvector)."""
    net, (x, y) = network(activation, depth, sigma_w), batch()
    rate = 0.5 / sharpness(net, x, y)[0]
    nn.train(net, x, y, steps=1000, learning_rate=rate, batch_size=None, progress=False)
    return net.theta.copy(), *sharpness(net, x, y)


@cache
def displaced(ratio, start=("tanh", 3, 1.0), steps=20, distance=1e-3):
    """Push a settled network along its sharpest direction, then descend with η = ratio/λ: (steps + 1,) distances.

    It is compared with the same network that descends without the push; 1 is the push.
    """
    (theta, value, v), net, paths = settled(*start), network(*start), []
    for push in (distance, 0.0):
        net.theta[...], path = theta + push * v, [push]
        for _ in range(steps):
            net.theta -= ratio / value * gradient_at(net, net.theta, *batch())[1]
            path.append(v @ (net.theta - theta))
        paths.append(np.array(path))
    return (paths[0] - paths[1]) / distance


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
    return limit, 0.5 * limit * bisect(shrinks, 0.5, 8.0)


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


def draw_step_size(valley, push, ratio=1.5):
    """Descent in a parabola at ηλ = ratio, and a real network that was pushed along its sharpest direction."""
    w, t, path = np.linspace(-2.2, 2.2, 61), np.arange(21), quadratic(ratio, 20)
    valley.set(xlim=(-2.2, 2.2), ylim=(0, 2.5), xlabel="w", ylabel="loss λw²/2", yticks=[], title="a parabola")
    valley.plot(w, w**2 / 2, color=COLORS["seed"])
    seen = path[: int(np.argmax(np.abs(path) > 2.2)) or 21]
    valley.plot(seen, seen**2 / 2, color=COLORS["weight"], **{**MEASURED, "linewidth": 1})
    push.set(xlim=(0, 20), ylim=(-2.2, 2.2), xlabel="step t", ylabel="displacement", title="a network of 3 tanh layers",
             xticks=[0, 5, 10, 15, 20])
    push.axhline(0, **REFERENCE)
    measured = displaced(ratio)
    push.plot(t, np.clip(path, -3, 3), **THEORY)
    push.plot(t, np.clip(measured, -3, 3), color=COLORS["weight"], linestyle="none", marker="o", markersize=5)
    fate = ("creeps back from one side" if ratio < 1 - 1e-9 else "is back after one step" if ratio < 1 + 1e-9 else
            "swings from side to side, and settles" if ratio < 2 - 1e-9 else
            "swings for ever" if ratio < 2 + 1e-9 else "swings further out at every step")
    return (f"η = {ratio:.1f}/λ: w {fate}. After 10 steps the parabola has {number(path[10])} of the push left, the "
            f"network {number(measured[10])}. Its sharpness is λ = {settled()[1]:.1f}, so here η = "
            f"{number(ratio / settled()[1])}.")


def draw_largest_rate(ax):
    """The largest learning rate that works against 2/λ, for settled networks and for networks at their start."""
    ax.set(xscale="log", yscale="log", xlim=(0.003, 0.3), ylim=(0.01, 1), xlabel="2/λ, from the measured curvature",
           ylabel="largest learning rate")
    ax.set_xticks([0.01, 0.1], ["0.01", "0.1"])
    ax.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    ax.minorticks_off()
    ax.plot([0.003, 0.3], [0.003, 0.3], **THEORY)
    label_line(ax, 0.024, 0.024, "η = 2/λ", COLORS["theory"], xytext=(8, -8))
    first = np.array([largest_first_rate(*start) for start in STARTS])
    settled_ = np.array([largest_settled_rate(*start) for start in SETTLED])
    ax.plot(*first.T, linestyle="none", marker="o", markerfacecolor="none", color=COLORS["weight"])
    ax.plot(*settled_.T, linestyle="none", marker="o", color=COLORS["weight"])
    label_line(ax, *first[np.argmin(first[:, 0])], "at the first step", COLORS["weight"], xytext=(8, 8))
    label_line(ax, *settled_[np.argmax(settled_[:, 0])], "after training", COLORS["weight"], xytext=(4, -12))
    ratio, off = first[:, 1] / first[:, 0], np.abs(settled_[:, 1] / settled_[:, 0] - 1)
    return (f"{len(SETTLED)} trained networks: the largest learning rate at which a small push dies out is 2/λ within "
            f"{off.max():.1%}. {len(STARTS)} networks at their initial weights stand {ratio.min():.1f} to "
            f"{ratio.max():.0f} times as much, since the first steps carry them to flatter places. Least squares on "
            f"{EXAMPLES} digits, width {WIDTH}.")


def worst_settled():
    """The largest relative distance of a settled network's largest learning rate from 2/λ."""
    rates = np.array([largest_settled_rate(*start) for start in SETTLED])
    return float(np.abs(rates[:, 1] / rates[:, 0] - 1).max())


CLAIMS = (
    Claim(
        "S3.8", "Exploding gradients bring oscillation, instability and failure to converge.", "holds",
        "",
        (
            Evidence("largest distance between 2/λ and the largest learning rate that is stable, trained networks",
                     worst_settled, 0.0, 0.03),
            Evidence("a push left after 10 steps at η = 1.5/λ", lambda: float(displaced(1.5)[10]), 0.5**10, 2e-4),
            Evidence("the same at η = 2.1/λ", lambda: float(displaced(2.1)[10]), 1.1**10, 0.3),
        ), "step-size?ratio=2.1",
    ),
)
