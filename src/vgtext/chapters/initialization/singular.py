"""Beyond the mean square: all singular values of a layer, and of a product of layers."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, log_axis, number

WIDTH = 128
DEPTHS = (1, 2, 5, 10, 20, 30)
INITS = {"Gaussian": nn.initializers.scaled_normal(1.0), "orthogonal": nn.initializers.orthogonal()}
#: Activation and the factor on the weights. At a small scale of the input tanh is nearly linear.
UNITS = {"linear": ("identity", 1.0), "tanh, small input": ("tanh", 1.0), "tanh": ("tanh", 1.0),
         "ReLU": ("relu", 2**0.5)}
INPUT = {"tanh, small input": 0.1}


def largest_law(L):
    """The largest squared singular value of a product of L wide Gaussian layers, (L+1)^(L+1)/L^L: about e (L + ½)."""
    return (L + 1) ** (L + 1) / L**L


@cache
def spectrum(init, units, L, n=WIDTH, seed=0):
    """The singular values of the Jacobian of L layers at one input, largest first: (n,)."""
    (activation, gain), rng = UNITS[units], np.random.default_rng(seed)
    phi, a, J = nn.get_activation(activation), INPUT.get(units, 1.0) * rng.standard_normal(n), np.eye(n)
    for _ in range(L):
        W = gain * INITS[init](n, n, rng)
        z = W @ a
        a, J = phi(z), phi.derivative(z)[:, None] * (W @ J)
    return np.linalg.svd(J, compute_uv=False)


@cache
def largest(L, n=600, seed=0):
    """Measured: the largest squared singular value of one product of Gaussian layers."""
    rng, J = np.random.default_rng(seed), np.eye(n)
    for _ in range(L):
        J = rng.standard_normal((n, n)) / np.sqrt(n) @ J
    return float(np.linalg.norm(J, 2) ** 2)


@cache
def mean_singular_values(init, n=1000, L=5, seed=0):
    """The mean singular value of each layer's Jacobian, tanh, N(0, 1) input: layers L-1 and L."""
    rng, found = np.random.default_rng(seed), []
    a = rng.standard_normal(n)
    for l in range(1, L + 1):
        W = nn.get_initializer(init)(n, n, rng)
        a = np.tanh(W @ a)
        if l >= L - 1:
            J = (1 - a * a)[:, None] * W
            found.append(float(np.sqrt(np.linalg.eigvalsh(J @ J.T).clip(0)).mean()))
    return tuple(found)


#: The mean singular value of a square Gaussian matrix with σ_w = 1: that of the quarter circle law.
QUARTER_CIRCLE = 8 / (3 * np.pi)


def draw_spectrum(ax, L=10, units="linear"):
    """The singular values of the Jacobian of L layers in order, for Gaussian and for orthogonal layers."""
    share = (np.arange(WIDTH) + 0.5) / WIDTH
    ax.set(xlim=(0, 1), xlabel="share of directions, the most stretched first")
    log_axis(ax, 1e-8, 1e2, f"singular values of {L} layers" if L > 1 else "singular values of 1 layer")
    ax.axhline(1, **REFERENCE)
    ends = {}
    for init, color, line in (("Gaussian", COLORS["weight"], "-"), ("orthogonal", COLORS["forward"], (0, (6, 2)))):
        s = spectrum(init, units, L)
        ax.plot(share, np.where(s > 1e-12, s, np.nan), color=color, linestyle=line, linewidth=2, label=init)
        ends[init] = s
    if units == "linear":
        ax.axhline(largest_law(L) ** 0.5, **THEORY)
        label_line(ax, 1, largest_law(L) ** 0.5, "the law for the largest", COLORS["theory"], ha="right",
                   xytext=(0, 10))
    x, y, ha = (0.04, 0.20, "left") if units == "linear" else (0.98, 0.95, "right")  # clear of the curves
    for row, words, color in ((0, "solid: Gaussian", "weight"), (1, "blue dashes: orthogonal", "forward")):
        ax.text(x, y - 0.08 * row, words, color=COLORS[color], fontsize=9, ha=ha, va="center", transform=ax.transAxes)
    law = f" (in very wide layers {number(largest_law(L) ** 0.5)})" if units == "linear" else ""
    quarter = {init: number(s[WIDTH // 4] if s[WIDTH // 4] > 1e-12 else 0, 1) for init, s in ends.items()}
    return (f"{units}, {L} layer{'s' * (L > 1)} of {WIDTH}: the most stretched direction is "
            f"multiplied by {number(ends['Gaussian'][0])} with Gaussian layers{law} and by "
            f"{number(ends['orthogonal'][0])} with orthogonal ones; a quarter of the way down the factors are "
            f"{quarter['Gaussian']} and {quarter['orthogonal']}.")


CLAIMS = (
    Claim(
        "R.2", "Glorot and Bengio 2010, section 4.2: the mean singular value of a layer's Jacobian is about 0.8 "
        "under the normalized initialization and 0.5 under the standard one.",
        "holds", "Five tanh layers of 1,000 units, uniform weights, N(0, 1) inputs.",
        (
            Evidence("normalized, layer 4", lambda: mean_singular_values("glorot_uniform")[0], 0.8, 0.06),
            Evidence("normalized, layer 5", lambda: mean_singular_values("glorot_uniform")[1], 0.8, 0.06),
            Evidence("standard, layer 5", lambda: mean_singular_values("standard_uniform")[1], 0.5, 0.06),
        ), "spectrum?L=1&units=tanh",
        setting="Five layers of 1,000 units, one seed.",
    ),
    Claim(
        "R.9", "Pennington, Schoenholz and Ganguli 2017: the largest squared singular value of L Gaussian layers is "
        "(L+1) (1 + 1/L)ᴸ; that of orthogonal layers is 1.",
        "holds if", "The width is much larger than the number of layers. At 20 layers of 600 units it falls short.",
        (
            Evidence("5 layers of 600: measured over the law", lambda: largest(5) / largest_law(5), 1.0, 0.1),
            Evidence("10 layers of 600: measured over the law", lambda: largest(10) / largest_law(10), 1.0, 0.1),
            Evidence("20 layers of 600: measured over the law", lambda: largest(20) / largest_law(20), 0.83, 0.09),
            Evidence("10 orthogonal layers", lambda: spectrum("orthogonal", "linear", 10)[0] ** 2, 1.0, 1e-9),
        ), "spectrum?L=10&units=linear",
        setting="600 linear units (orthogonal: 128), one draw.",
    ),
)
