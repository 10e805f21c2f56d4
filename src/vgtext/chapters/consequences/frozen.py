"""Early layers that stay where they began: how far each layer has moved from its initial weights, epoch by epoch."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import (
    ACTIVATION_COLORS,
    ACTIVATION_DASHES,
    COLORS,
    MEASURED,
    REFERENCE,
    SEED,
    label_line,
    layer_axis,
    log_axis,
    number,
)

from .probes import probe, rest
from .runs import FREEZING, STEPS, accuracies, digits

GUESSING = np.log(10)  # the loss of ten equally likely answers

#: Networks that train on the digits: activation, depth, initial weights, learning rate.
NETWORKS = {
    "sigmoid, 3 layers": ("sigmoid", 3, "glorot_normal", 0.5),
    "sigmoid, 5 layers": ("sigmoid", 5, "glorot_normal", 0.5),
    "sigmoid, 8 layers": ("sigmoid", 8, "glorot_normal", 0.5),
    "tanh, 8 layers": ("tanh", 8, "glorot_normal", 0.1),
    "tanh, 8 layers, small weights": ("tanh", 8, nn.initializers.scaled_normal(0.5), 0.1),
}


@cache
def movement(network, epochs=40, seed=0):
    """Train one of NETWORKS: (moved, loss), moved[t, l] = |W_t[l] - W_0[l]| / |W_0[l]| after t epochs.

    ``moved`` is (epochs + 1, L), layers 1 to L; ``loss`` (epochs + 1,), each epoch's mean, first the initial loss.
    """
    activation, depth, init, rate = NETWORKS[network]
    d, net = digits(), nn.mlp(64, 64, 10, depth=depth, activation=activation, init=init, seed=seed)
    start = [layer.W.copy() for layer in net.layers[1:]]
    moved, loss = [np.zeros(depth)], [net.loss_and_gradient(d.x, d.y)]
    for epoch in range(epochs):
        history = nn.train(net, d.x, d.y, steps=STEPS, learning_rate=rate, seed=1000 * seed + epoch, progress=False)
        loss.append(history.loss.mean())
        moved.append([np.linalg.norm(k.W - W) / np.linalg.norm(W) for k, W in zip(net.layers[1:], start, strict=True)])
    return np.array(moved), np.array(loss)


def draw_frozen_layers(layers, loss, epoch=40, network="sigmoid, 8 layers"):
    """How far each layer has moved from its initial weights, beside the loss, at one epoch of training."""
    moved, losses = movement(network)
    depth = moved.shape[1]
    log_axis(layers, 1e-5, 10, "movement d[l] since step 0")
    layer_axis(layers, 8)
    layers.set_title(f"after epoch {epoch}")
    for t in range(5, epoch, 5):
        layers.plot(range(1, depth + 1), moved[t], **SEED, label=f"epoch {t}")
    layers.plot(range(1, depth + 1), moved[epoch], color=COLORS["weight"], **MEASURED, label=f"epoch {epoch}")
    t = np.arange(len(losses))
    loss.set(xlim=(0, t[-1]), ylim=(0, 2.6), xlabel="epoch", ylabel="training loss", title="loss")
    loss.axhline(GUESSING, **REFERENCE)
    label_line(loss, 20, GUESSING, "guessing: ln 10", COLORS["reference"], xytext=(0, 13), ha="center")
    loss.plot(t, losses, **SEED)
    loss.plot(t[: epoch + 1], losses[: epoch + 1], color=COLORS["forward"])
    loss.plot([epoch], [losses[epoch]], "o", color=COLORS["forward"])
    handle(loss, lambda epoch: (epoch, losses[epoch]))
    first, last, end = moved[epoch, 0], moved[epoch, -2], losses[epoch]
    told = number(end) if end < 0.01 else f"{end:.2f}"
    return (f"{network}, after {epoch} epochs: layer 1 has moved by {number(100 * first)}% of its initial size, the "
            f"last hidden layer by {number(100 * last)}%. The mean loss of this epoch is {told}; guessing has 2.30.")


def draw_freezing(ax, epoch=20):
    """Test accuracy when the first k layers keep their random initial weights, against k."""
    ax.set(xlim=(-0.2, 9.8), ylim=(0, 1), xlabel="number k of frozen layers, from the input",
           ylabel="test accuracy", xticks=range(8))
    ax.axhline(0.1, **REFERENCE)
    label_line(ax, 0, 0.1, "guessing", COLORS["reference"], xytext=(0, -9))
    heights = {"sigmoid, 4 layers": 0.18, "sigmoid, 8 layers": 0.18, "ReLU, 8 layers": 0.31, "tanh, 8 layers": 0.44}
    for (name, (activation, depth, _)), runs in zip(FREEZING.items(), accuracies()[1], strict=True):
        k, runs = np.arange(depth), runs[:depth, :, epoch - 1, 1]  # (depth, seeds)
        ax.plot(k, runs, **SEED, label=f"{name}, one seed")
        ax.plot(k, runs.mean(axis=1), color=ACTIVATION_COLORS[activation], linestyle=ACTIVATION_DASHES[activation],
                marker="o", markersize=4, label=name)
        label_line(ax, k[-1], max(runs[-1].mean(), heights[name]), name.replace(", ", ",\n"),
                   ACTIVATION_COLORS[activation])
    cost = {name: frozen_cost(name, FREEZING[name][1] // 2, epoch) for name in FREEZING}
    return (f"After {epoch} epochs, freezing the first half of the layers costs the network of 8 tanh layers "
            f"{number(100 * cost['tanh, 8 layers'])} points of test accuracy, 8 ReLU layers "
            f"{number(100 * cost['ReLU, 8 layers'])}, 4 sigmoid layers {number(100 * cost['sigmoid, 4 layers'])}, and "
            f"8 sigmoid layers {number(100 * cost['sigmoid, 8 layers'])}. Mean of 3 seeds (gray), width 64.")


def frozen_cost(name, k, epoch=20):
    """The test accuracy that freezing the first k layers costs: mean over the seeds, after ``epoch`` epochs."""
    runs = accuracies()[1][list(FREEZING).index(name), :, :, epoch - 1, 1].mean(axis=1)
    return float(runs[0] - runs[k])


def first_to_last(network):
    """How far layer 1 has moved over how far the last hidden layer has, at the end of training."""
    moved = movement(network)[0][-1]
    return float(moved[0] / moved[-2])


CLAIMS = (
    Claim(
        "S0.2", "Early layers are updated very little, and may not learn useful representations.", "holds if",
        "In these networks they lag where activations keep their size while the error signal fades. What that costs "
        "depends on what the random first layers lose, and on whether the others can use what they pass on: behind two "
        "of 4 sigmoid layers a linear classifier finds the digits, and plain SGD hardly does.",
        (
            Evidence("movement of layer 1 over that of the last hidden layer, 8 sigmoid layers",
                     lambda: first_to_last("sigmoid, 8 layers"), 0.004, 0.003),
            Evidence("the same, 8 tanh layers", lambda: first_to_last("tanh, 8 layers"), 0.95, 0.2),
            Evidence("the same, 8 tanh layers with small weights, where activations shrink too",
                     lambda: first_to_last("tanh, 8 layers, small weights"), 1.4, 0.4),
            Evidence("test accuracy that freezing half of 4 sigmoid layers costs after 20 epochs",
                     lambda: frozen_cost("sigmoid, 4 layers", 2), 0.65, 0.02, stored="consequences_runs"),
            Evidence("test digits that a linear probe reads from these layers, standardized",
                     lambda: probe("sigmoid, 4 layers", 2), 0.946, 0.02),
            Evidence("test accuracy of the others, trained on these layers' outputs, standardized",
                     lambda: rest("sigmoid, 4 layers", 2), 0.96, 0.02),
            Evidence("cost of freezing half of 8 tanh layers", lambda: frozen_cost("tanh, 8 layers", 4), 0.037, 0.01,
                     stored="consequences_runs"),
            Evidence("the same for half of 8 sigmoid layers", lambda: frozen_cost("sigmoid, 8 layers", 4), 0.0, 0.01,
                     stored="consequences_runs"),
        ), "frozen-layers",
        setting="64 units, plain SGD with batches of 64. Movement: one seed, 40 epochs. Freezing: mean of 3 seeds "
        "after 20 epochs.",
    ),
)
