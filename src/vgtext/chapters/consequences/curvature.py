"""How long a step may be: the curvature of the loss, measured, and the learning rates that it allows."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.explore import handle
from vgtext.palette import COLORS, MEASURED, REFERENCE, THEORY, beyond, chosen, number

EXAMPLES, WIDTH = 200, 32


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


def draw_step_size(valley, push, ratio=1.5):
    """Descent in a parabola at ηλ = ratio, and a real network that was pushed along its sharpest direction."""
    w, t, path = np.linspace(-2.2, 2.2, 61), np.arange(21), quadratic(ratio, 20)
    valley.set(xlim=(-2.2, 2.2), ylim=(-0.08, 2.5), xlabel="w", ylabel="loss λw²/2", yticks=[], title="a parabola")
    valley.plot(w, w**2 / 2, color=COLORS["seed"])
    seen = path[: int(np.argmax(np.abs(path) > 2.2) + 1) if np.abs(path).max() > 2.2 else 21]  # the last one beyond
    valley.plot(seen, seen**2 / 2, color=COLORS["weight"], **{**MEASURED, "linewidth": 1})
    handle(valley, lambda ratio: (w := quadratic(ratio, 1)[1], w**2 / 2))  # where the first step leads
    push.set(xlim=(-0.4, 20.4), ylim=(-2.2, 2.2), xlabel="step t", ylabel="displacement",
             title="a network of 3 tanh layers", xticks=[0, 5, 10, 15, 20])
    push.axhline(0, **REFERENCE)
    measured = displaced(ratio)
    push.plot(t, np.clip(path, -3, 3), **THEORY)
    push.plot(t, np.clip(measured, -3, 3), color=COLORS["weight"], linestyle="none", marker="o", markersize=5)
    fate = ("creeps back from one side" if ratio < 1 - 1e-9 else "is back after one step" if ratio < 1 + 1e-9 else
            "swings from side to side, and settles" if ratio < 2 - 1e-9 else
            "swings without end" if ratio < 2 + 1e-9 else "swings further out at every step")
    return (f"η = {chosen(ratio, 1)}/λ: w {fate}. In 10 steps the push is multiplied by {number(path[10])}"
            f"{beyond(push, path[10])} on the parabola, by {number(measured[10])}{beyond(push, measured[10])} in the "
            f"network. Its sharpness is λ = {settled()[1]:.1f}, so here η = {number(ratio / settled()[1])}.")
