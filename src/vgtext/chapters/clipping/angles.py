"""How far clipping turns the gradient of a real network, in thousands of dimensions, at the same length of step."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.explore import handle
from vgtext.nn.theory.roots import root_of
from vgtext.palette import COLORS, THEORY, label_line, layer_axis, log_axis, number

from .ways import angle, clipped, length

#: (activation, weight scale), 10 layers of 64 units on the digits.
NETWORKS = {"tanh, σ_w = 1": ("tanh", 1.0), "tanh, σ_w = 2": ("tanh", 2.0), "sigmoid, σ_w = 1": ("sigmoid", 1.0),
            "ReLU, σ_w = √2": ("relu", 2**0.5)}
DEPTH, BATCHES = 10, 4
SHARES = (1.0, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05, 0.02, 0.01, 0.003, 0.001)  # length of the clipped gradient, of the raw
NAMES = {"value": "by value", "norm": "by norm, each array", "global_norm": "by global norm"}
LINES = {"value": (COLORS["backward"], "s"), "norm": (COLORS["weight"], "^"), "global_norm": (COLORS["gradient"], "o")}


@cache
def gradients(network):
    """The gradients on four mini-batches of 64 digits: lists of the arrays W[1], b[1], ..., b[10], float64."""
    activation, sigma_w = NETWORKS[network]
    d = nn.data.digits(dtype="float64")
    net = nn.mlp(64, 64, 10, depth=DEPTH, activation=activation, init=nn.initializers.scaled_normal(sigma_w),
                 dtype="float64")
    found = []
    for k in range(BATCHES):
        net.loss_and_gradient(d.x[:, 64 * k : 64 * (k + 1)], d.y[64 * k : 64 * (k + 1)])
        found.append([net.gradient[part].copy() for part in net.parameters.values()])
    return found


def shorten(arrays, way, share):
    """Clip so that the whole keeps ``share`` of its length: (clipped arrays, the threshold that does it).

    The length rises with the threshold, which is looked for on a log scale.
    """
    whole = length(arrays)
    excess = lambda log_c: length(clipped(arrays, way, np.exp(log_c))) / whole - share  # noqa: E731
    c = whole if share == 1 else float(np.exp(root_of(excess, np.log(1e-12 * whole), np.log(whole), 1e-11)))
    return clipped(arrays, way, c), c


@cache
def turned(network, way):
    """Angles in degrees between clipped and raw gradient: (shares, batches)."""
    return np.array([[angle(g, shorten(g, way, share)[0]) for g in gradients(network)] for share in SHARES])


@cache
def limit(network, way):
    """The angle that a threshold near 0 ends at, over the batches: what is left is the sign of every entry
    (by value), the direction of every array (by norm), or the gradient's own direction (by global norm).
    """
    angles = []
    for g in gradients(network):
        if way == "value":
            end = [np.sign(part) for part in g]
        else:
            end = [part / (np.linalg.norm(part) if way == "norm" else 1.0) for part in g]
        angles.append(angle(g, end))
    return float(np.mean(angles))


@cache
def layer_sizes(network, way=None, share=1.0):
    """The size of W[l]'s gradient on the first batch, l = 1 … 10, clipped to ``share`` of the whole length."""
    arrays = gradients(network)[0]
    if way:
        arrays = shorten(arrays, way, share)[0]
    return np.array([np.linalg.norm(g) for g in arrays[::2]])


def draw_angles(turn, sizes, network="tanh, σ_w = 2", share=0.1):
    """The angle by which each way turns the gradient against the length that is kept; and the layers' sizes."""
    turn.set(xscale="log", xlim=(1.25, 7e-4), ylim=(-4, 95), ylabel="turned by (degrees)",
             xlabel="length kept, clipped / raw", yticks=[0, 30, 60, 90])
    turn.set_xticks([1, 0.1, 0.01, 0.001], ["1", "0.1", "0.01", "0.001"])
    turn.minorticks_off()
    k = SHARES.index(share)
    layer_axis(sizes, DEPTH)
    log_axis(sizes, 1e-9, 1e3, "size of the weight gradient")
    sizes.plot(range(1, DEPTH + 1), layer_sizes(network), color=COLORS["seed"], linewidth=5, alpha=0.5,
               label="not clipped")
    for way, (color, marker) in LINES.items():
        angles = turned(network, way)
        turn.plot(SHARES, angles.mean(axis=1), color=color, marker=marker, markersize=4, label=NAMES[way])
        turn.plot([share], [angles.mean(axis=1)[k]], color=color, marker=marker, markersize=9)
        turn.plot(SHARES[-4:], [limit(network, way)] * 4, **THEORY, label=f"{NAMES[way]}, in the end")
        sizes.plot(range(1, DEPTH + 1), layer_sizes(network, way, share), color=color, marker=marker, markersize=4,
                   label=NAMES[way])
    value, norm, same = (turned(network, way).mean(axis=1)[k] for way in LINES)
    for way, y, sign in (("value", 24, "■"), ("norm", 17, "▲"), ("global_norm", 10, "●")):
        turn.text(8e-4, y, f"{sign} {NAMES[way]}", color=LINES[way][0], fontsize=9, va="center", ha="right")
    handle(turn, lambda share: (share, turned(network, "value").mean(axis=1)[SHARES.index(share)]))
    label_line(sizes, 1, 300, "thick gray: not clipped", COLORS["reference"], xytext=(0, 0))
    kept = "not clipped" if share == 1 else f"clipped to {number(share, 1)} of its length"
    return (f"{network}, {DEPTH} layers of 64 units, the gradient {kept}. By value it turns by {value:.0f}°, by "
            f"norm of each array by {norm:.0f}°, by global norm by {same:.0f}°.")
