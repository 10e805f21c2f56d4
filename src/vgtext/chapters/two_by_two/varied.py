"""A different matrix in every layer: order, chance, and the Lyapunov exponent."""

from functools import cache

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.nn.theory.products import (
    Scaled,
    full_product,
    gaussian_lyapunov_exponents,
    log10_norm,
    partial_products,
    spectral_radius,
)
from vgtext.palette import (
    COLORS,
    REFERENCE,
    SEED,
    THEORY,
    beyond,
    chosen,
    depth_axis,
    label_line,
    log_axis,
    number,
    positive,
)

from .repeated import DEPTH, SIGNAL, norms

ORDERS = ("A A A A", "A B A B", "random order")


def product_norms(W):
    """σ_1(W[l] … W[1]) for l = 0 … L of W (L, chains, n, n): (L+1, chains)."""
    return np.vstack([np.ones(W.shape[1]), 10.0 ** log10_norm(partial_products(W), 2)])


def ordered(order, eps=0.0, L=DEPTH, chains=12, seed=0):
    """L factors A = [[eps, 2], [0, eps]] or B = A^T in the given order: (L, chains, 2, 2), one chain if not random."""
    A = np.array([[eps, 2.0], [0.0, eps]])
    if order == ORDERS[2]:
        pick = np.random.default_rng(seed).integers(0, 2, size=(L, chains))
    else:
        pick = (np.arange(L) * (order == ORDERS[1]) % 2)[:, None]
    return np.stack([A, A.T])[pick]


def signal(P):
    """log10 ‖P x‖ for the input x = (1, 0, …, 0), the first column of each product P."""
    return log10_norm(Scaled(P.mantissa[..., :1], P.exponent))


@cache
def random_signals(n, L=100, chains=20, seed=0):
    """log10 ‖W[l] … W[1] x‖ for l = 1 … L, unit x, and N(0, 1/n) entries: (L, chains)."""
    W = np.random.default_rng(seed).normal(size=(L, chains, n, n)) / np.sqrt(n)
    return signal(partial_products(W))


@cache
def threshold(n, L=500, seed=0):
    """The measured weight scale σ_w = std √n at which products of Gaussian n x n matrices neither fade nor grow."""
    W = np.random.default_rng(seed).normal(size=(L, min(64, max(1, 4096 // n**2)), n, n))
    return float(np.sqrt(n) * 10.0 ** -(signal(full_product(W)).mean() / L))


@cache
def threshold_theory(n):
    """The same by theory, √n exp(-Λ_1) with Λ_1 of standard Gaussian matrices (Newman 1986)."""
    return float(np.sqrt(n) * np.exp(-gaussian_lyapunov_exponents(n)[0]))


def draw_order(ax, order="A B A B", eps=0.0):
    """Products of A = [[eps, 2], [0, eps]] and its transpose B, in three orders, against depth."""
    log_axis(ax, 1e-7, 1e7, "σ₁(W[L] … W[1])")
    depth_axis(ax, DEPTH)
    A = np.array([[eps, 2.0], [0.0, eps]])
    l, sizes = np.arange(DEPTH + 1), product_norms(ordered(order, eps))
    if eps > 0:
        ax.plot(l, eps**l, **{**THEORY, "linestyle": ":"}, label="spectral radius of each factor")
        ax.text(0.4, 2e6, "dotted: spectral radius of each factor", fontsize=9, va="center")
    else:
        ax.plot([0, 1, 2], [1, 2, 1e-7], **{**REFERENCE, "marker": "v"}, clip_on=False)
        label_line(ax, 2, 1e-7, "A A and B B are exactly 0", COLORS["reference"], xytext=(8, 9))
    if order == ORDERS[2]:
        dead = int((sizes[-1] == 0).sum())
        ax.plot(l, positive(sizes), **SEED)
        ax.plot(l, np.exp(np.log(positive(sizes)).mean(axis=1)), **SIGNAL)
        fate = f"{dead} of {sizes.shape[1]} products in random order are exactly 0"
        if not dead:
            mean = np.exp(np.log(sizes[-1]).mean())
            fate = f"{sizes.shape[1]} products in random order have a geometric mean norm of {number(mean)}"
    else:
        if order == ORDERS[1]:
            ax.plot(l, np.sqrt(spectral_radius(A.T @ A)) ** l, **THEORY, label="theory")
        ax.plot(l, positive(sizes), **SIGNAL)
        fate = f"{order} … has norm {number(sizes[10, 0], 4)} after ten factors, and {number(sizes[-1, 0], 3)}"
    return f"A and B each have spectral radius {eps:.1f} and norm {number(sizes[1, 0], 3)}; {fate} after {DEPTH}."


def draw_random_products(runs, edge, sigma_w=1.15, n=2):
    """Twenty random products with independent N(0, sigma_w²/n) entries, and the scale at which they keep a signal."""
    L = 100
    log10 = np.vstack([np.zeros(20), random_signals(n, L)]) + np.log10(sigma_w) * np.arange(L + 1)[:, None]
    l, typical = np.arange(L + 1), sigma_w / threshold_theory(n)
    log_axis(runs, 1e-20, 1e20, "‖W[L] … W[1] x‖")
    depth_axis(runs, L)
    runs.plot(l[::4], 10.0 ** log10[::4], **SEED)
    runs.plot(l, 10.0 ** log10.mean(axis=1), color=COLORS["forward"], label="geometric mean")
    runs.plot(l, typical**l, **THEORY, label="theory, typical")
    runs.plot(l, sigma_w**l, **{**THEORY, "linestyle": ":"}, label="theory, root mean square")
    for rate, words, up in ((sigma_w, "root mean square", 9), (typical, "typical", -9)):
        side = -up if rate > 1 else up
        label_line(runs, 50, rate**50.0, words, COLORS["theory"], xytext=(side, up), ha="right" if side < 0 else "left")
    widths = 2 ** np.arange(7)
    edge.set_xscale("log", base=2)
    edge.set(xlim=(0.8, 80), ylim=(0.75, 2), xlabel="width n", ylabel="threshold of $\\sigma_w$")
    edge.set_xticks(widths, [str(w) for w in widths])
    edge.plot(range(1, 65), [threshold_theory(w) for w in range(1, 65)], **THEORY)
    edge.plot(widths, [threshold(int(w)) for w in widths], **{**SIGNAL, "linestyle": "none"})
    edge.plot([n], [sigma_w], marker="x", markersize=9, markeredgewidth=2, color=COLORS["reference"])
    handle(edge, lambda n, sigma_w: (n, sigma_w))
    return (f"Width {n}, σ_w = {chosen(sigma_w, 2)}: after {L} layers the geometric mean of 20 runs is "
            f"{number(mean := 10.0 ** log10[-1].mean())}{beyond(runs, mean)}; the theory says {number(typical**L)}"
            f"{beyond(runs, typical**L)} for a typical run, and {number(sigma_w**L)}{beyond(runs, sigma_w**L)} for the "
            f"root mean square. The threshold for this width is σ_w = "
            f"{threshold(n):.3f} measured, {threshold_theory(n):.3f} predicted.")


# The thresholds that S3.9 expects are threshold_theory in closed form, for n = 2, and to second order in 1 / n, for 64:
# the ledger does not ask for SciPy when it is imported.
CLAIMS = (
    Claim(
        "P.1", "If every layer's spectral radius is below 1, the product shrinks.",
        "wrong", "Only if all layers share one matrix. A = [[0, 2], [0, 0]] and its transpose have spectral radius 0.",
        (
            Evidence("the norm of A B A B … after ten factors",
                     lambda: product_norms(ordered("A B A B"))[10, 0], 1024.0, 1e-6),
        ), "order?order=A B A B&eps=0.0",
        setting="2 × 2 matrices, no activation function.",
    ),
    Claim(
        "S3.9", "Weights below 1 make gradients vanish, weights above 1 make them explode.",
        "holds if", "W is a number. For random n × n matrices the threshold is on σ_w = std √n; it nears 1 as n grows.",
        (
            Evidence("growth per layer of the number 0.9", lambda: norms([[0.9]], 1000)[1000] ** 0.001, 0.9, 1e-9),
            Evidence("threshold of σ_w, Gaussian 2 × 2", lambda: threshold(2), np.exp(np.euler_gamma / 2), 0.02),
            Evidence("threshold of σ_w, Gaussian 64 × 64", lambda: threshold(64), np.exp(1 / 128), 0.01),
        ), "random-products",
        setting="Products of 500 random matrices, up to 64 chains; no activation function.",
    ),
)
