"""The language of the figures: what each color means, and the few marks that every figure shares.

A color means one thing through the whole book (:data:`COLORS`, :data:`ACTIVATION_COLORS`); the palette is
Okabe and Ito's, safe for color-blind readers, and is never the only sign: each meaning has a line style or
a marker too. Layers run left to right; sizes stand on a log axis with limits that do not move.
"""

import numpy as np
from matplotlib.ticker import FixedLocator

#: What a color means. The forward signal, the backward signal, the weight gradient; theory and reference lines.
COLORS = {
    "forward": "#0072B2",  # activations a[l]
    "backward": "#D55E00",  # error signals delta[l]
    "gradient": "#009E73",  # weight gradients dL/dW[l]
    "weight": "#CC79A7",  # weights W[l], singular values of a layer
    "theory": "#000000",  # thin, dashed
    "reference": "#767676",  # thresholds, guide lines
    "seed": "#9A9A9A",  # one run out of several
}

#: How each activation is written.
ACTIVATION_NAMES = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU",
                    "selu": "SELU", "gelu": "GELU", "silu": "SiLU", "softplus": "softplus", "identity": "identity"}

#: One color for each normalization, and for none.
NORM_COLORS = {None: "#767676", "batch": "#5D3A9B", "layer": "#E69F00", "rms": "#56B4E9"}

#: One color and one line style for each activation, in the order in which the book meets them.
ACTIVATION_COLORS = {
    "sigmoid": "#D55E00",
    "tanh": "#0072B2",
    "relu": "#009E73",
    "leaky_relu": "#56B4E9",
    "elu": "#E69F00",
    "selu": "#CC79A7",
    "gelu": "#5D3A9B",
    "silu": "#8C6D31",
    "softplus": "#A0522D",
    "identity": "#767676",
}
ACTIVATION_DASHES = {
    "sigmoid": "-",
    "tanh": (0, (6, 2)),
    "relu": (0, (1, 1.5)),
    "leaky_relu": (0, (6, 2, 1, 2)),
    "elu": (0, (3, 1.5)),
    "selu": (0, (9, 3)),
    "gelu": (0, (4, 1, 1, 1)),
    "silu": (0, (2, 2)),
    "softplus": (0, (8, 2, 2, 2)),
    "identity": "-",
}

THEORY = {"color": COLORS["theory"], "linestyle": "--", "linewidth": 1.1, "zorder": 4}
REFERENCE = {"color": COLORS["reference"], "linestyle": ":", "linewidth": 1.1, "zorder": 1}
MEASURED = {"marker": "o", "markersize": 4, "linewidth": 1.8, "zorder": 3}
SEED = {"color": COLORS["seed"], "linewidth": 0.7, "zorder": 2}


def menu(*names):
    """Return {"ReLU": "relu", ...}: activation functions in the words of a menu."""
    return {ACTIVATION_NAMES[name]: name for name in names}


def number(x, digits=2):
    """Write a number for a sentence: ``0.25``, ``1,300``, and ``1.0 × 10⁻⁷`` where it is very small or large."""
    if x == 0 or not np.isfinite(x):
        return "0" if x == 0 else str(float(x))
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    if -4 < int(exponent) < 4:
        return f"{float(f'{x:.{digits}g}'):,.{max(0, digits - 1 - int(exponent))}f}".replace("-", "−")
    return f"{mantissa.replace('-', '−')} × 10{raised(int(exponent))}"


def chosen(x, decimals):
    """Write a slider's value with as many decimals as its steps have; one between two of them, as hands reach, in full.

    ``chosen(2, 1)`` is "2.0", and ``chosen(2.04, 1)`` is "2.04": rounded, it would be called by another one's name.
    """
    return (f"{x:.{decimals}f}" if round(x, decimals) == x else f"{x:g}").replace("-", "−")


def raised(power):
    """Write a whole number as an exponent: ``⁻⁷``."""
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def log_axis(ax, low, high, label):
    """Put sizes on a log y axis with fixed limits ``low`` to ``high``, labeled every few decades."""
    ax.set_yscale("log")
    ax.set_ylim(low, high)
    step = max(1, int(np.ceil(np.log10(high / low) / 7)))
    first = int(np.ceil(np.log10(low) / step)) * step
    ax.yaxis.set_major_locator(FixedLocator(10.0 ** np.arange(first, np.floor(np.log10(high)) + 1, step)))
    ax.minorticks_off()
    ax.set_ylabel(label)


def layer_axis(ax, depth, label="layer l (input at the left)"):
    """Run the layers 1 to ``depth`` left to right, with whole-number ticks."""
    ax.set_xlim(0.5, depth + 0.5)
    step = next(s for k in range(9) for s in (10**k, 2 * 10**k, 5 * 10**k) if depth <= 8 * s)
    ax.xaxis.set_major_locator(FixedLocator(sorted({1, *range(step, depth + 1, step)})))
    ax.set_xlabel(label)


def depth_axis(ax, depth, label="depth L"):
    """Run the depth from 0 to ``depth``, a multiple of 5, and mark the size 1 that neither fades nor grows."""
    ax.set_xlim(0, depth)
    ax.xaxis.set_major_locator(FixedLocator(range(0, depth + 1, max(5, depth // 5))))  # set_xticks makes artists
    ax.set_xlabel(label)
    ax.axhline(1, **REFERENCE)


def positive(sizes):
    """Return sizes for a log axis: nan, which is not drawn, instead of what is exactly 0."""
    return np.where(np.asarray(sizes) > 0, sizes, np.nan)


def float_limits(ax, dtype="float32"):
    """Shade where numbers of ``dtype`` underflow to 0 or overflow to inf, and name both regions in the figure."""
    info = np.finfo(dtype)
    low, high = ax.get_ylim()
    for edge, inside, words in (
        (float(info.smallest_subnormal), low, f"{dtype}: underflow to 0"),
        (float(info.max), high, f"{dtype}: overflow to inf"),
    ):
        if low < edge < high:
            ax.axhspan(min(edge, inside), max(edge, inside), color="#999999", alpha=0.25, linewidth=0, zorder=0)
            middle = np.sqrt(edge) * np.sqrt(inside)  # of a log axis
            ax.text(0.02, middle, words, transform=ax.get_yaxis_transform(), va="center", fontsize=8,
                    color=COLORS["reference"])


def running_mean(loss, window=15):
    """Return the mean of each ``window`` entries in a row, (n - window + 1,), so that batches do not hide the trend."""
    return np.convolve(loss, np.full(window, 1 / window), mode="valid")


def beyond(ax, *sizes):
    """Return what a caption adds to sizes of which one lies above or below its panel; nothing where all are seen."""
    low, high = ax.get_ylim()
    return "" if all(low <= size <= high for size in sizes) else " (beyond the panel)"


def label_line(ax, x, y, words, color, **options):
    """Write ``words`` beside a line at data point (x, y), in the line's own color: a label instead of a legend."""
    options = {"xytext": (5, 0), "textcoords": "offset points", "va": "center", "ha": "left", **options}
    ax.annotate(words, (x, y), color=color, fontsize=9, **options)


def apart(ys, least):
    """Move numbers apart, in order, so that labels at these heights do not cover each other."""
    order = sorted(range(len(ys)), key=lambda k: ys[k])
    placed = [ys[k] for k in order]
    for _ in range(50):
        for a, b in zip(range(len(placed)), range(1, len(placed))):
            gap = least - (placed[b] - placed[a])
            if gap > 0:
                placed[a], placed[b] = placed[a] - gap / 2, placed[b] + gap / 2
    return [y for _, y in sorted(zip(order, placed))]


def backward_arrow(ax, at=0.05, up=0.06):
    """Draw the arrow, right to left above the panel's lower edge, that says how a backward pass is read.

    ``at`` and ``up``, shares of the panel's width and height, are where its head is: clear of the lines.
    """
    ax.annotate(
        "",
        xy=(at, up),
        xytext=(at + 0.27, up),
        xycoords="axes fraction",
        arrowprops={"arrowstyle": "->", "color": COLORS["backward"]},
    )
    ax.text(at + 0.29, up, "backward pass", transform=ax.transAxes, va="center", ha="left", fontsize=8,
            color=COLORS["reference"])  # in the color of a line, they would name it
