"""Small compared with what? Three yardsticks for a weight gradient, and the weights that float32 cannot move."""

from functools import cache

import numpy as np

from vgtext.palette import COLORS, MEASURED, REFERENCE, label_line, layer_axis, log_axis, number

from .layers import NETWORKS, described, network

DEPTH = 30
ROUNDED_OFF = 2.0**-25  # a smaller relative step is lost in float32, whatever the weight


@cache
def gradients_and_weights(change, L=DEPTH):
    """Return the gradients ∂ℒ/∂W[l] and the weights W[l] of the network, l = 1 … L, as two tuples of matrices."""
    return tuple(zip(*((layer.W_gradient, layer.W) for layer in network(change, L).layers[1:]), strict=True))


def three_yardsticks(change, eta=0.1, loss_unit=1.0):
    """Return, per layer: the size of its gradient; over the largest layer's; of its update over that of its weights."""
    size, weight = (np.array([np.linalg.norm(m) for m in group]) for group in gradients_and_weights(change))
    size = loss_unit * size
    return size, size / size.max(), eta * size / weight


def unmoved(change, layer=1, eta=0.1, loss_unit=1.0):
    """Return the share of the weights of a layer that w - η ∂ℒ/∂w leaves exactly as they were, in float32."""
    gradients, weights = gradients_and_weights(change)
    w = weights[layer - 1].astype(np.float32)
    step = (eta * loss_unit * gradients[layer - 1]).astype(np.float32)
    return float(np.mean(w - step == w))


def draw_yardsticks(gradient, update, change="weights × ½", loss_unit=1.0, eta=0.1):
    """The weight gradients of 30 layers by three yardsticks, and the region in which float32 rounds updates off.

    Raises ValueError for a network that is not in NETWORKS.
    """
    if change not in NETWORKS:
        raise ValueError(f"unknown network {change!r}; allowed are {', '.join(NETWORKS)}")
    l, (size, share, ratio) = np.arange(1, DEPTH + 1), three_yardsticks(change, eta, loss_unit)
    for ax, title, guide in ((gradient, "gradient", 1), (update, "update over weights", 1e-3)):
        log_axis(ax, 1e-28, 1e8, "")
        layer_axis(ax, DEPTH, "layer l")
        ax.set_title(title)
        ax.axhline(guide, **REFERENCE)
    for ax, values, marker, line, words in ((gradient, size, "D", "-", "its size"),
                                            (gradient, share, "s", "-.", "over the largest layer's"),
                                            (update, ratio, "D", "-", "")):
        look = {**MEASURED, "marker": marker, "markevery": [0, DEPTH - 1], "linestyle": line}
        ax.plot(l, values, color=COLORS["gradient"], label=words, **look)
    gradient.legend(loc="lower right")
    update.axhspan(1e-28, ROUNDED_OFF, color="#999999", alpha=0.25, linewidth=0, zorder=0)
    update.text(0.05, 1e-27, "lost in float32", transform=update.get_yaxis_transform(), va="bottom", fontsize=8,
                color=COLORS["reference"])
    label_line(update, 1, 1e-3, "guide $10^{-3}$", COLORS["reference"], xytext=(5, -10 if ratio[0] > 1e-3 else 10))
    return (f"{described(change)}, {DEPTH} layers. The gradient of layer 1 has size {number(size[0])}, "
            f"{number(share[0])} of the largest layer's. A step with η = {eta:g} changes its weights by "
            f"{number(ratio[0])} times their size; float32 leaves "
            f"{round(100 * unmoved(change, 1, eta, loss_unit), 2):g}% of them exactly as they were.")
