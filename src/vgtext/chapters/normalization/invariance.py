"""Scale invariance: before a normalization only the weights' direction counts, and the learning rate tunes itself."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.palette import COLORS, THEORY, log_axis, number

FACTORS, RATES, STEPS = [0.1, 0.3, 1.0, 3.0, 10.0], [0.01, 0.1, 1.0], 100


def network(factor=1.0, norm="batch", seed=0, dtype="float64"):
    """Three ReLU layers for the digits, the first weights ``factor`` times He's."""
    net = nn.mlp(64, 64, 10, depth=3, activation="relu", init="he_normal", norm=norm, seed=seed, dtype=dtype)
    net.layers[1].W *= factor
    for layer in net.layers[1:-1]:
        layer.norm.eps = 1e-12
    return net


def along_and_size(factor, norm="batch"):
    """The cosine between W[1] and its gradient, and the gradient's norm."""
    net, d = network(factor, norm), nn.data.digits("float64")
    net.loss_and_gradient(d.x[:, :64], d.y[:64])
    W, g = net.layers[1].W, net.layers[1].W_gradient
    size = np.linalg.norm(g)
    return float((W * g).sum() / (np.linalg.norm(W) * size)), float(size)


@cache
def growth(factor, rate, norm="batch"):
    """Train; return |W[1]|, its prediction by Pythagoras, and the angle turned in degrees, per step."""
    net, d, optimizer = network(factor, norm), nn.data.digits("float64"), nn.SGD()
    W, rng, norms, squares, angles = net.layers[1].W, np.random.default_rng(0), [], [], []
    norms.append(np.linalg.norm(W))
    squares.append(norms[0] ** 2)
    for _ in range(STEPS):
        part = rng.choice(d.y.size, 64, replace=False)
        net.loss_and_gradient(d.x[:, part], d.y[part])
        before = W.copy()
        squares.append(squares[-1] + rate**2 * np.sum(net.layers[1].W_gradient**2))
        optimizer.step(net.theta, net.gradient, rate)
        norms.append(np.linalg.norm(W))
        cosine = (W * before).sum() / (norms[-1] * norms[-2])
        angles.append(np.degrees(np.arccos(min(1.0, cosine))))
    return np.array(norms), np.sqrt(squares), np.array(angles)


def draw_tuning(weights, angle, factor=0.1, rate=0.1):
    """Size of the first layer's weights during training, and how far they turn in a step."""
    norms, predicted, angles = growth(factor, rate)
    steps = np.arange(STEPS + 1)
    log_axis(weights, 0.9, 15, "‖W[1]‖ / its first size")
    weights.set_yticks([1, 2, 5, 10], ["1", "2", "5", "10"])
    log_axis(angle, 1e-4, 200, "angle turned in a step, degrees")
    for ax in (weights, angle):
        ax.set(xlim=(0, STEPS), xlabel="step")
    weights.plot(steps[::4], norms[::4] / norms[0], "o", color=COLORS["weight"], markersize=3.5)
    weights.plot(steps, predicted / norms[0], **THEORY)
    angle.plot(steps[1:], angles, color=COLORS["weight"])
    grown = norms[-1] / norms[0]
    little = f"by {number(100 * (grown - 1))}%" if grown > 1.00001 else "by less than 0.001%"
    words = f"{number(grown)}-fold" if grown > 1.1 else little
    start = "He's weights" if factor == 1 else f"{factor:g} times He's weights"
    return (f"Batch norm, start at {start}, learning rate {rate:g}: in {STEPS} steps ‖W[1]‖ "
            f"grows {words}, as Pythagoras says (dashed); the first step turns W by "
            f"{number(angles[0])} degrees, each of the last ten on average by {number(angles[-10:].mean())}.")
