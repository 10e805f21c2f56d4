"""A tiny gradient is not a minimum: networks that hardly move, high on a plateau and low in a valley."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, SEED, THEORY, label_line, log_axis, number

from .curvature import gradient_at, hessian_times
from .frozen import GUESSING

DEPTHS, RATE, STEPS = (3, 4, 5, 6), 0.5, 3000
EVERY = (30, 100, 300, 1000, 3000)
WAYS = ("downhill", "most curved downward", "random")


@cache
def batch():
    """The first 200 training digits: x (64, 200), y (200,), float64."""
    d = nn.data.digits(dtype="float64")
    return d.x[:, :200], d.y[:200]


def network(depth):
    """A sigmoid network of width 16 for the digits, float64."""
    return nn.mlp(64, 16, 10, depth=depth, activation="sigmoid", dtype="float64")


@cache
def descent(depth):
    """Full-batch descent: (loss, |gradient|), each (STEPS,), and the parameters before the steps EVERY, as a dict."""
    net, (x, y), at = network(depth), batch(), {}
    loss, size, done = [], [], 0
    for stop in EVERY:
        if stop - 1 > done:
            part = nn.train(net, x, y, steps=stop - 1 - done, learning_rate=RATE, batch_size=None, progress=False)
            loss.append(part.loss), size.append(part.gradient_norm)
        at[stop], done = net.theta.copy(), stop - 1
    return np.concatenate(loss), np.concatenate(size), at


@cache
def surroundings(depth, step):
    """Around the network before ``step``: (loss, |g|, smallest curvature, one unit vector for each of WAYS)."""
    from scipy.sparse.linalg import LinearOperator, eigsh

    net, (x, y), theta = network(depth), batch(), descent(depth)[2][step]
    loss, g = gradient_at(net, theta, x, y)
    start = np.random.default_rng(0).standard_normal(theta.size)
    H = LinearOperator((theta.size,) * 2, matvec=lambda v: hessian_times(net, v.ravel(), x, y), dtype=float)
    value, v = eigsh(H, 1, which="SA", tol=1e-3, v0=start)
    v = v[:, 0] * -np.sign(v[:, 0] @ g)
    away = np.random.default_rng(1).standard_normal(theta.size)
    return loss, np.linalg.norm(g), value[0], np.array([-g / np.linalg.norm(g), v, away / np.linalg.norm(away)])


def along(depth, step, direction, distances):
    """The loss at the given distances from the network before ``step``, in a unit direction."""
    net, (x, y), theta = network(depth), batch(), descent(depth)[2][step]
    return np.array([gradient_at(net, theta + h * direction, x, y)[0] for h in distances])


@cache
def escape(depth, step, way, distance, goal=1.5, most=3000):
    """Move once by ``distance``, then descend as before: how many steps until the loss is below ``goal``."""
    net, (x, y) = network(depth), batch()
    net.theta[...] = descent(depth)[2][step] + distance * surroundings(depth, step)[3][WAYS.index(way)]
    for done in range(0, most, 100):
        loss = nn.train(net, x, y, steps=100, learning_rate=RATE, batch_size=None, progress=False).loss
        if (loss < goal).any():
            return done + int(np.argmax(loss < goal))
    return most


#: The steps whose losses and gradients are drawn, from 0; those that can be chosen are among them.
DRAWN = np.union1d(np.geomspace(1, 100, 20).astype(int), np.arange(100, STEPS, 20)) - 1


def draw_stillness(plane, nearby, depth=6, step=300):
    """Loss against gradient size along four descents, and what lies around the network at one step of one of them."""
    log_axis(plane, 1e-3, 20, "training loss")
    plane.set(xscale="log", xlim=(6e-4, 2), xlabel="size of the gradient ‖g‖")
    plane.axhline(GUESSING, **REFERENCE)
    for L in DEPTHS:
        loss, size, _ = descent(L)
        chosen = {"color": COLORS["gradient"], "linewidth": 1.1, "zorder": 3} if L == depth else SEED
        at = np.union1d(DRAWN, np.append(EVERY[:-1], STEPS - 1) - 1)
        plane.plot(size[at], loss[at], **chosen, label=f"{L} layers")
    loss, size, value, ways = surroundings(depth, step)
    plane.plot([size], [loss], "o", color=COLORS["gradient"], markersize=8, zorder=5)
    plane.set_title(f"{depth} layers, step {step:,}")
    handle(plane, lambda depth, step: tuple(line[min(step, STEPS - 1) - 1] for line in descent(depth)[1::-1]))
    label_line(plane, 7e-4, 8, "plateaus", COLORS["reference"], xytext=(0, 0))
    label_line(plane, 7e-4, 0.0018, "valleys", COLORS["reference"], xytext=(0, 0))
    nearby.set(xlim=(0, 30), ylim=(-1, 0.6), xlabel="distance h", ylabel="change of the loss")
    nearby.axhline(0, **REFERENCE)
    h = np.linspace(0, 30, 31)
    for direction, words, color, dash in zip(ways, WAYS, (COLORS["gradient"], COLORS["weight"], COLORS["seed"]),
                                             ("-", (0, (6, 2)), (0, (1, 1.5))), strict=True):
        change = along(depth, step, direction, h) - loss
        left = np.append(0, change[:-1]) > 0.6  # of what leaves the panel, the first point beyond it is kept
        nearby.plot(h, np.where(left & (change > 0.6), np.nan, change), color=color, linestyle=dash, label=words)
    slope = -size * (ways[0] @ ways[1])
    nearby.plot(h, np.clip(slope * h + value * h**2 / 2, -1.1, 0.65), **THEORY, label="most curved, predicted")
    nearby.legend(loc="upper left")
    drop = loss - min(along(depth, step, d, h).min() for d in ways[:2])
    falls = (f"the loss can fall by {number(drop)} along one of these lines" if drop > 0 else
             "every point drawn on these lines is higher")
    return (f"{depth} sigmoid layers, step {step:,}: gradient of size {number(size)}, loss {number(loss, 3)}. "
            f"The smallest curvature is {number(value)}; within 30 of here, {falls}.")
