"""The figure of the little network: thirteen steps forward, backward, and downhill, each with its numbers."""

import numpy as np

from vgtext import nn
from vgtext.palette import COLORS

from .by_hand import X, Y, activations, walk

LAST_STEP = 12
PLACES = {"x1": (1.0, 4.6), "x2": (1.0, 1.4), "h1": (5.0, 4.6), "h2": (5.0, 1.4), "y": (8.6, 3.0)}


def plain(x, digits=4):
    """Write a number as one does by hand: ``−2``, ``0.5``."""
    return f"{float(x):.{digits}g}".replace("-", "−") if abs(x) > 1e-12 else "0"


def factor(x):
    """Write a number that follows a sign or a dot: negative ones in parentheses."""
    return plain(x) if x >= 0 else f"({plain(x)})"


def dot(xs, ys, bias=None):
    """Write out a sum of products, and a bias: ``1·1 + 0.5·2 + 0``."""
    words = " + ".join(f"{factor(x) if i else plain(x)}·{factor(y)}" for i, (x, y) in enumerate(zip(xs, ys)))
    return words if bias is None else f"{words} + {factor(bias)}"


def step_words(step, p, after, alpha, eta=0.01):
    """What happens in ``step``: (title in the book's symbols, sentence with the numbers)."""
    (z1, z2), (a1, a2), (w1, w2) = p.z[1][:, 0], p.a[1][:, 0], p.W[2][0]
    (d1, d2), (s1, s2) = p.grad.delta[1][:, 0], nn.get_activation(activations(alpha)[0]).derivative(p.z[1])[:, 0]
    out, y, d = p.a[2][0, 0], Y[0, 0], p.grad.delta[2][0, 0]
    W1, b1 = p.W[1], p.b[1][:, 0]
    gradients = ", ".join(plain(g) for g in p.grad.dW[1].ravel())
    return [
        ("the network", f"Two inputs 1 and 2, two hidden units, one output. The target is y = {plain(y)}."),
        ("forward: z[1] = W[1] x + b[1]",
         f"z[1] = ({dot(W1[0], X[:, 0], b1[0])}, {dot(W1[1], X[:, 0], b1[1])}) = ({plain(z1)}, {plain(z2)})."),
        ("forward: a[1] = φ(z[1])",
         f"Unit 1 passes {plain(z1)} on as it is; unit 2 passes α times {plain(z2)}, that is {plain(a2)}."),
        ("forward: z[2] = W[2] a[1] + b[2]", f"z[2] = {dot((w1, w2), (a1, a2), 2)} = {plain(out)}."),
        ("forward: a[2] = z[2]", f"The output layer has no activation function: a[2] = z[2] = {plain(out)}."),
        ("the loss: ℒ = ½(a[2] − y)²",
         f"ℒ = ½({plain(out)} − {plain(y)})² = {plain(p.loss)}. Here the forward pass ends."),
        ("(BP1): δ[2] = ∂ℒ/∂a[2] · 1",
         f"δ[2] = {plain(out)} − {plain(y)} = {plain(d)}: raise the output by a little and the loss changes by "
         f"{'just as much' if d == 1 else f'{plain(d)} times as much'}."),
        ("(BP3), (BP4): ∂ℒ/∂W[2] = δ[2] a[1]ᵀ",
         f"δ[2] times what came in: ∂ℒ/∂W[2] = ({plain(d)}·{factor(a1)}, {plain(d)}·{factor(a2)}) = "
         f"({plain(d * a1)}, {plain(d * a2)}); the bias gets {plain(d)} itself."),
        ("backward: W[2]ᵀ δ[2]",
         f"Back through the same weights: ({plain(w1)}·{factor(d)}, {plain(w2)}·{factor(d)}) = "
         f"({plain(w1 * d)}, {plain(w2 * d)}), the derivatives of ℒ with respect to a[1]."),
        ("(BP2): δ[1] = W[2]ᵀ δ[2] ⊙ φ′(z[1])",
         f"Times the slopes {plain(s1)} and {plain(s2)} at z[1]: δ[1] = ({plain(d1)}, {plain(d2)})."),
        ("(BP3), (BP4): ∂ℒ/∂W[1] = δ[1] xᵀ",
         f"Each δ times each input: ∂ℒ/∂W[1] has the entries {gradients}. All 9 derivatives are known."),
        ("downhill: W ← W − η ∂ℒ/∂W",
         f"With η = {eta}, each weight moves by minus η times its derivative: W[2] becomes "
         f"({plain(after.W[2][0, 0])}, {plain(after.W[2][0, 1])})."),
        ("forward again", f"The output is now {plain(after.a[2][0, 0])} and the loss falls from {plain(p.loss)} to "
                          f"{plain(after.loss)}."),
    ][step]


def draw_by_hand(ax, alpha=0.5, step=10):
    """The little network with every number that is known after ``step`` steps: forward above, backward below."""
    first, after = walk(alpha)
    p = after if step == LAST_STEP else first
    ax.set(xlim=(0, 10), ylim=(-0.15, 6.1), xticks=[], yticks=[])
    ax.spines[["left", "bottom"]].set_visible(False)
    for l, ends in ((1, ("x1", "x2")), (2, ("h1", "h2"))):
        for j, source in enumerate(ends):
            for i, target in enumerate(("h1", "h2") if l == 1 else ("y",)):
                known = step in range(7 if l == 2 else 10, 12)
                W = after.W if step == LAST_STEP - 1 else p.W
                draw_edge(ax, source, target, W[l][i, j], p.grad.dW[l][i, j] if known else None)
    for name, value in zip(("x1", "x2"), X[:, 0]):
        draw_node(ax, name, plain(value))
    back = step if step < LAST_STEP else 0
    for i, name in enumerate(("h1", "h2")):
        z, a, delta = p.z[1][i, 0], p.a[1][i, 0], p.grad.delta[1][i, 0]
        carried = p.W[2][0, i] * p.grad.delta[2][0, 0]
        draw_node(ax, name, f"{plain(a)}" if step >= 2 else "", f"z = {plain(z)}" if step >= 1 else "",
                  f"δ = {plain(delta)}" if back >= 9 else f"∂ℒ/∂a = {plain(carried)}" if back == 8 else "")
    draw_node(ax, "y", plain(p.a[2][0, 0]) if step >= 4 else "", f"z = {plain(p.z[2][0, 0])}" if step >= 3 else "",
              f"δ = {plain(p.grad.delta[2][0, 0])}" if back >= 6 else "")
    if step >= 5:
        ax.text(8.6, 0.95, f"loss {plain(p.loss)}", ha="center", fontsize=10)
    for x, words in ((1.0, "input"), (5.0, "layer 1"), (8.6, "layer 2")):
        ax.text(x, -0.1, words, ha="center", va="bottom", fontsize=9, color=COLORS["reference"])
    title, sentence = step_words(step, first, after, alpha)
    ax.set_title(title)
    return f"Step {step} of {LAST_STEP}. {sentence}"


def draw_node(ax, name, value, above="", below=""):
    """A unit: its value inside, what came in above it, its error signal below."""
    x, y = PLACES[name]
    ax.plot([x], [y], marker="o", markersize=30, color="white", markeredgecolor=COLORS["forward"], zorder=3)
    ax.text(x, y, value, ha="center", va="center", fontsize=9, color=COLORS["forward"], zorder=4)
    ax.text(x, y + 0.62, above, ha="center", va="bottom", fontsize=9, color=COLORS["forward"])
    ax.text(x, y - 0.62, below, ha="center", va="top", fontsize=9, color=COLORS["backward"])


def draw_edge(ax, source, target, weight, gradient):
    """A weight on its line, and the loss's derivative with respect to it below."""
    (x0, y0), (x1, y1) = PLACES[source], PLACES[target]
    ax.plot([x0, x1], [y0, y1], color=COLORS["reference"], linewidth=0.8, zorder=1)
    t = 0.5 if target == "y" else 0.6 if y0 == y1 else 0.25
    x, y = x0 + t * (x1 - x0), y0 + t * (y1 - y0)
    above, below = {0: ("center", "center"), -1: ("left", "right"), 1: ("right", "left")}[int(np.sign(y1 - y0))]
    ax.text(x, y + 0.1, plain(weight), ha=above, va="bottom", fontsize=9, color=COLORS["weight"])
    if gradient is not None:
        ax.text(x, y - 0.1, plain(gradient), ha=below, va="top", fontsize=9, color=COLORS["gradient"])
