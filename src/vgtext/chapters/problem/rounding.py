"""Small compared with what a float can hold: where the error signal is rounded to exactly 0."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.explore import handle
from vgtext.nn.initializers import scaled_normal
from vgtext.nn.theory.floats import FORMATS, round_to
from vgtext.palette import COLORS, THEORY, backward_arrow, label_line, layer_axis, log_axis, number

from .layers import digits

DEEPEST = 200


@cache
def sigmoid_network(sigma_w, L, seed=0):
    """Return weights, pre-activations and the gradient dL/da[L] of L sigmoid layers of 64 units on 10 digits."""
    W, b = nn.backprop.random_network([64] * (L + 1), init=scaled_normal(sigma_w), seed=seed)
    z, a = nn.backprop.forward(W, b, digits()[0][:, :10], "sigmoid")
    return W, z, np.random.default_rng(seed).standard_normal(a[L].shape)


def lowest(name, subnormals=True):
    """Return the smallest positive number of a format: 2^(emin - p + 1) with subnormals, 2^emin without."""
    return FORMATS[name].smallest if subnormals else 2.0 ** FORMATS[name].emin


def store(x, name, subnormals=True):
    """Round ``x`` to the format ``name``; without subnormals, what is below the smallest normal number becomes 0."""
    x = round_to(x, name)
    return x if subnormals else np.where(np.abs(x) < lowest(name, False), 0.0, x)


@cache
def error_sizes(sigma_w, L, name, subnormals=True):
    """Return ‖δ[l]‖ for l = 1 … L, root mean square over the examples, each δ[l] stored in the format ``name``.

    The products are computed in float64 and only their results are rounded: the kindest that a format can be.
    """
    W, z, dL_da = sigmoid_network(sigma_w, L)
    phi, delta, sizes = nn.get_activation("sigmoid"), None, []
    for l in range(L, 0, -1):
        back = dL_da if l == L else W[l + 1].T @ delta  # (64, examples)
        delta = store(back * phi.derivative(z[l]), name, subnormals)  # (64, examples)
        sizes.append(np.linalg.norm(delta) / np.sqrt(delta.shape[1]))
    return np.array(sizes[::-1])


def layers_at_zero(name, sigma_w=1.0, L=DEEPEST, subnormals=True):
    """Return how many of L layers have an error signal of exactly 0 in the format ``name``: all those first ones."""
    return int(np.sum(error_sizes(sigma_w, L, name, subnormals) == 0))


def factor(sigma_w):
    """Return the factor of ‖δ‖ per layer that theory predicts for wide sigmoid networks, at most σ_w / 4."""
    return float(np.sqrt(nn.meanfield.chi("sigmoid", sigma_w)))


def draw_float_range(ax, L=100, sigma_w=1.0, subnormals=True):
    """The error signal of a sigmoid network: true size, theory, and the layers at which two formats give out."""
    l, sizes = np.arange(1, L + 1), error_sizes(sigma_w, L, "float64")
    log_axis(ax, 1e-135, 1e10, "error signal ‖δ[l]‖")
    layer_axis(ax, DEEPEST)
    backward_arrow(ax)
    ax.plot(l, sizes, color=COLORS["backward"])
    handle(ax, lambda L: (L, error_sizes(sigma_w, L, "float64")[-1]))
    ax.plot(l, sizes[-1] * factor(sigma_w) ** (L - l), **THEORY)
    zeros = {name: layers_at_zero(name, sigma_w, L, subnormals) for name in ("float16", "float32", "float64")}
    edge = lowest("float32", subnormals)
    for name, bottom, alpha, y in (("float16", edge, 0.18, edge), ("float32", 1e-135, 0.34, 1e-75)):  # clear of crosses
        ax.axhspan(bottom, lowest(name, subnormals), color="#999999", alpha=alpha, linewidth=0, zorder=0)
        ax.text(0.98, y, f"0 in {name}", transform=ax.get_yaxis_transform(), ha="right", va="bottom", fontsize=8,
                color=COLORS["reference"])
        if lost := zeros[name]:
            look = {"marker": "x", "markersize": 8, "markeredgewidth": 2, "color": COLORS["reference"]}
            ax.plot([lost], [sizes[lost - 1]], **look, label=f"0 in {name}, from here back")
            where = {"xytext": (8, -8)} if lost < 150 else {"xytext": (-8, 8), "ha": "right"}
            label_line(ax, lost, sizes[lost - 1], name, COLORS["reference"], **where)
    counts = ", ".join(f"{count} in {name}" for name, count in zeros.items())
    return (f"{L} sigmoid layers, σ_w = {sigma_w:g}: the error signal shrinks to {number(sizes[0])} at layer 1, by a "
            f"factor of {(sizes[1] / sizes[-1]) ** (1 / max(1, L - 2)):.3f} per layer (theory, dashed: "
            f"{factor(sigma_w):.3f}). Layers with an error signal of exactly 0, subnormal numbers "
            f"{'kept' if subnormals else 'flushed to 0'}: {counts}.")
