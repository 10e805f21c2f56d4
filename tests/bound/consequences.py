"""What the figures of consequences show, computed again."""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.chapters.consequences import curvature as bend
from vgtext.chapters.consequences import edge, flat, frozen, rates, rounding, runs, scaling, slow
from vgtext.chapters.consequences import explosion as blast
from vgtext.palette import ACTIVATION_NAMES

DIGITS = nn.data.digits()


def shares(name, column):
    """The share of right answers in training (0) or in the test (1), from the stored counts; nan where none is."""
    counts = results.load("consequences_runs")[name][..., column].astype(float)
    return np.where(counts < 0, np.nan, counts / (DIGITS.y, DIGITS.y_test)[column].size)


@cache
def trained(network):
    """A run that is followed: how far layer by layer it is from its start, and its mean losses, by epoch."""
    activation, depth, init, rate = frozen.NETWORKS[network]
    net = nn.mlp(64, 64, 10, depth=depth, activation=activation, init=init, seed=0)
    first = [layer.W.copy() for layer in net.layers[1:]]
    moved, losses = [np.zeros(depth)], [net.loss_and_gradient(DIGITS.x, DIGITS.y)]
    for epoch in range(10):
        run = nn.train(net, DIGITS.x, DIGITS.y, steps=22, learning_rate=rate, seed=epoch, progress=False)
        losses.append(run.loss.sum() / 22)
        moved.append([np.sqrt(np.sum((layer.W - W) ** 2) / np.sum(W**2)) for layer, W in zip(net.layers[1:], first)])
    return np.array(moved), np.array(losses)


def frozen_layers(epoch, network="sigmoid, 8 layers"):
    moved, losses = trained(network)
    lines = {f"epoch {t}": moved[t] for t in {5, min(epoch, 10)} if t <= epoch}
    return {**{f"epoch {t}": None for t in range(1, 41)}, **lines, "movement d[l] since step 0": [*lines.values()],
            f"after epoch {epoch}": None, "epoch": np.arange(41),
            "training loss": lambda t: np.where(t < 11, losses[np.minimum(t, 10).astype(int)], np.nan),
            "loss": None}


def freezing(epoch):
    right, found = shares("by_frozen", 1), {}
    for i, (name, (_, depth, _)) in enumerate(runs.FREEZING.items()):
        each = right[i, :depth, :, epoch - 1]
        found |= {f"{name}, one seed": each.T, name: each.sum(axis=1) / 3}
    return {**found, "test accuracy": [found["tanh, 8 layers"]], "Mean of 3 seeds": [found["ReLU, 8 layers"]]}


def epochs_needed(goal, rate):
    right, found = shares("by_depth", 0), {}
    for i, activation in enumerate(runs.ACTIVATIONS):
        each = np.full(right.shape[1:4], np.inf)  # depth, rate, seed
        for at in np.ndindex(each.shape):
            reached = np.flatnonzero(right[i][at] >= goal)
            each[at] = reached[0] + 1 if reached.size else np.inf
        middle = np.sort(each, axis=2)[..., 1]
        k = middle.argmin(axis=1) if rate == slow.BEST else np.full(len(middle), runs.RATES.index(rate))
        lines = np.array([one[j] for one, j in zip(each, k)])
        found[ACTIVATION_NAMES[activation]] = (np.where(np.isinf(v), np.nan, v) for v in
                                               (lines.T, np.sort(lines, axis=1)[:, 1]))
    found = {name: [*both] for name, both in found.items()}
    medians = {name: middle for name, (_, middle) in found.items()}
    return {**medians, **{f"{name}, one seed": each for name, (each, _) in found.items()},
            "epochs needed": [*medians.values()], "median of 3 seeds": [*medians.values()],
            "best of five learning rates": [*medians.values()], "not within 60 epochs": None}


def equal_budget(activation, epoch):
    i = runs.ACTIVATIONS.index(activation)
    train, test = (shares("by_depth", column)[i, ..., epoch - 1].mean(axis=-1) for column in (0, 1))
    best = train.argmax(axis=1)
    train, test = (np.array([row[k] for row, k in zip(line, best)]) for line in (train, test))
    counts = results.load("consequences_runs")["by_images"].mean(axis=2)  # images, frozen, training/test
    few = [[counts[:, k, 0] / runs.IMAGES, counts[:, k, 1] / DIGITS.y_test.size] for k in (0, 1)]
    return {"training": train, "test": test, "accuracy": [train, test], "training accuracy": [train, few[0][0]],
            "test accuracy": [test, few[0][1], few[1][1]], "each depth": [train, test], "few images": few[0],
            "few images, 4 layers frozen": few[1], f"{ACTIVATION_NAMES[activation]}, {epoch} epochs": None,
            "Means of 3 seeds": [train, test]}


def stillness(depth, step):
    net, (x, y) = flat.network(depth), flat.batch()
    net.theta[...] = flat.descent(depth)[2][step]
    loss = net.loss_and_gradient(x, y)
    size, way = np.sqrt(np.sum(net.gradient**2)), -net.gradient.copy() / np.linalg.norm(net.gradient)
    start, change = net.theta.copy(), []
    for h in range(31):
        net.theta[...] = start + h * way
        change.append(net.loss_and_gradient(x, y) - loss)
    change[0] = 0.0
    seen = np.where(np.abs(change) < 0.65, change, np.nan)
    line = (lambda h: np.where(h > 0, seen[h.astype(int)], np.nan)) if np.isfinite(seen[1:]).any() else None
    return {"size of the gradient ‖g‖": [[size]], "training loss": [[loss]], f"{depth} layers, step {step}": None,
            "most curved downward": None, "change of the loss": line, "downhill": line}


def rounded_away(name, depth, rate):
    d = nn.data.digits("float64")
    net = nn.mlp(64, 64, 10, depth=depth, activation="sigmoid", seed=0, dtype="float64")
    net.loss_and_gradient(d.x[:, :64].astype("float32"), d.y[:64])
    ratios = [np.sort(np.abs(rate * k.W_gradient / k.W).ravel()) for k in net.layers[1:]]
    return {"median of |ηg| / |w|": [(r[(r.size - 1) // 2] + r[r.size // 2]) / 2 for r in ratios]}


def loss_scaling(name, power, flushed):
    g = np.abs(scaling.gradients())
    form, lost = rounding.FORMATS[name], []
    for k in scaling.POWERS:
        scaled = np.abs(rounding.round_to(g * 2.0**k, name))
        least = form.normal if flushed else form.smallest
        lost.append(np.count_nonzero((scaled < least) | ~np.isfinite(scaled)) / g.size)
    return {name: lost, "gradients that are lost": lost, "size of a gradient": None, "gradients, scaled": None,
            "scale of the loss, a power of 2": scaling.POWERS}


def step_size(ratio):
    """A network that was pushed along its sharpest direction, beside one that was not."""
    theta, sharp, v = bend.settled()
    net, (x, y), ends = bend.network(), bend.batch(), []
    for push in (1e-3, 0):
        net.theta[...] = theta + push * v
        line = [net.theta @ v]
        for _ in range(20):
            net.loss_and_gradient(x, y)
            net.theta -= ratio / sharp * net.gradient
            line.append(net.theta @ v)
        ends.append(np.array(line))
    moved = np.clip((ends[0] - ends[1]) / 1e-3, -3, 3)
    return {"step t": np.arange(21), "loss λw²/2": lambda w: w**2 / 2,
            "displacement": lambda t: np.where(np.abs(moved) > 0.05, moved, np.nan) if len(t) == 21 else t - np.inf}


def largest_rate():
    first, last = (np.array([f(*one) for one in some]).T for f, some in
                   ((rates.largest_first_rate, rates.STARTS), (rates.largest_settled_rate, rates.SETTLED)))
    assert np.allclose(last[0][:2], [2 / bend.settled(*one)[1] for one in rates.SETTLED[:2]])
    return {"2/λ, from the measured curvature": [first[0], last[0]], "largest learning rate": [first[1], last[1]],
            "at the first step (rings)": first[1], "after training (dots)": last[1]}


def sharpening(rate, adam_rate):
    found = {"step": np.arange(0, 3001, 25)}
    for panel, name, values, limit in (("descent", "sgd", edge.DESCENT, 2), ("adam", "adam", edge.ADAM, 38)):
        for k, eta in enumerate(values):
            found[panel, f"η = {eta:g}"] = results.load("consequences_edge")[name][k, :, 1] / limit
    return {**found, "gradient descent: λ over 2/η": None,
            "sharpness over its limit": [line for key, line in found.items() if key != "step"]}


def explosion(rate, sigma_w):
    losses = {}
    for eta in (rate, *blast.RATES):
        losses[eta] = blast.run("tanh", sigma_w, eta).loss.astype(float)
    rises, far = [], []
    for eta in blast.RATES:
        line = losses[eta]
        worse = [t + 1 for t in range(1, len(line)) if not line[t] <= line[t - 1]]
        high = [t + 1 for t in range(len(line)) if not line[t] < 10 * line[0]]
        rises.append(worse[0] if worse else np.nan), far.append(high[0] if high else np.nan)
    return {("curve", "step"): np.arange(1, len(losses[rate]) + 1), "rise": rises, "× 10": far,
            "training loss": losses[rate], "step of the first …": [rises, far]}
