"""One matrix, repeated: y = W^L x. What sets the rate, its entries, its singular values, or its eigenvalues?"""


import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.nn.theory.products import log10_norm, powers, spectral_radius
from vgtext.palette import (
    COLORS,
    MEASURED,
    REFERENCE,
    THEORY,
    beyond,
    chosen,
    depth_axis,
    label_line,
    log_axis,
    number,
    positive,
)

DEPTH, FRAMES = 20, 7  # the deepest power; frames in a column of the strip
SIGNAL = {**MEASURED, "color": COLORS["forward"]}
CIRCLE = np.array([np.cos(t := np.linspace(0, 2 * np.pi, 121)), np.sin(t)])  # (2, 121)

_c, _s = np.cos(np.pi / 6), np.sin(np.pi / 6)

#: The matrices that the chapter calls by name.
MATRICES = {
    "0.2 times the identity": 0.2 * np.eye(2),
    "1.5 times the identity": 1.5 * np.eye(2),
    "two eigenvalues": np.array([[0.9, 0.6], [0.3, 0.6]]),
    "all entries 0.6": np.full((2, 2), 0.6),
    "rotation by 30°": np.array([[_c, -_s], [_s, _c]]),
    "shear": np.array([[1.0, 1.0], [0.0, 1.0]]),
    "repeated eigenvalue": np.array([[0.9, 1.0], [0.0, 0.9]]),
    "transient": np.array([[0.5, 10.0], [0.0, 0.5]]),
    "nilpotent": np.array([[0.0, 2.0], [0.0, 0.0]]),
}
#: Signs for the opening figure: the same four sizes, three fates.
SIGNS = {"+ + / + +": [[1, 1], [1, 1]], "+ + / − +": [[1, 1], [-1, 1]], "+ + / − −": [[1, 1], [-1, -1]]}


def norms(W, L=DEPTH):
    """The largest singular value σ_1(W^l), the most by which W^l stretches any input, for l = 0 … L: (L+1,)."""
    return 10.0 ** log10_norm(powers(W, L), 2)


def draw_three_fates(ax, size=0.6, L=50):
    """Three matrices whose entries differ in their signs only: one explodes, one fades, one dies."""
    log_axis(ax, 1e-8, 1e8, "largest stretch σ₁(Wᴸ)")
    depth_axis(ax, L)
    plus, mixed, dead = (norms(size * np.array(signs), L) for signs in SIGNS.values())
    for line, marker, words in zip((plus, mixed), "os", SIGNS, strict=False):
        ax.plot(line, **{**SIGNAL, "marker": marker, "markevery": 5}, label=words)
        fate, up = ("fades", -11) if line[-1] < 1 - 1e-9 else ("explodes" if line[-1] > 1 + 1e-9 else "is kept", 12)
        last = np.flatnonzero((line > 1e-7) & (line < 1e7))[-1]
        l = min(34, int((0.83 if up > 0 else 0.66) * last))
        height, where = line[l], {"xytext": (-4, up), "ha": "right"}
        if line is mixed and fate == "explodes":  # its label is below it: above there is the other line
            l, where = min(l, 28), {"xytext": (4, -11)}
            height = line[l] if line[l] > 20 else 1
        elif fate == "fades" and (line is plus or l < 25):  # where both fade, there is room to the right of either
            l = 15 if line is plus else int(1.2 * l)
            height, where = line[l], {"xytext": (5, 10), "ha": "left"}
        elif line is plus and l < 22:  # so steep that there is room at its upper end alone
            l, height, where = last, line[last], {"xytext": (-4, 6), "ha": "right"}
        label_line(ax, l, height, f"{words}  {fate}", COLORS["forward"], **where)
    handle(ax, lambda size: (10, (2 * size) ** 10))  # on the line of four plus signs
    look, name = {**SIGNAL, "marker": "v", "linestyle": ":"}, [*SIGNS][2]
    ax.plot([0, 1], [1, dead[1]], **look, label=name)
    low = np.log10(dead[1] / 1e-8) / 16  # of the panel's height: what is 0 has no place on its axis
    ax.plot([1, 2], [low, 0], **look, markevery=[1], transform=ax.get_xaxis_transform(), clip_on=False)
    label_line(ax, 2, 1e-8, f"{name}  is exactly 0", COLORS["forward"], xytext=(8, 8))
    return (f"Every entry has size {chosen(size, 2)}; only signs differ. After {L} layers an input is stretched at "
            f"most {number(plus[-1], 3)}-fold by four plus signs{beyond(ax, plus[-1])}, {number(mixed[-1], 3)}-fold "
            f"with one minus sign{beyond(ax, mixed[-1])}, and is exactly 0 from layer 2 on with two minus signs in one "
            "row.")


def draw_unit_circle(strip, sizes, matrix="transient", depth=10):
    """What W^L makes of the unit circle, a frame for each depth; beside it σ_1(W^L) against depth."""
    W, line = MATRICES[matrix], norms(MATRICES[matrix])
    draw_frames(strip, W, depth)
    radius, s, l = spectral_radius(W), line[1], np.arange(DEPTH + 1)
    low, high = (1e-15, 1e2) if line[-1] < 1e-9 and radius > 0 else (1e-5, 1e5)
    log_axis(sizes, low, high, "largest stretch σ₁(Wᴸ)")
    depth_axis(sizes, DEPTH)
    # above its line, or to the right of a steep one
    above, below = {"ha": "right", "xytext": (-4, 10)}, {"ha": "left", "xytext": (8, -6)}
    under = below if radius > 1 else {"ha": "right", "xytext": (-4, -19 if radius == 1 else -9)}  # there is the handle
    for rate, style, words, where in ((s, ":", "at most, σ₁(W)ᴸ", above if s < 1.5 else below),
                                      (radius, "--", "at least, ρ(W)ᴸ", under)):
        sizes.plot(l, positive(rate**l), **{**THEORY, "linestyle": style}, label=words)
        if rate > 0 and not np.isclose(s, radius):
            share = 0.55 if where is below and s < 1.5 else 0.7
            at = int(share * np.flatnonzero((rate**l > low * 50) & (rate**l < high / 50))[-1])
            label_line(sizes, at, rate**at, words, COLORS["theory"], **where)
    sizes.plot(l, positive(line), color=COLORS["forward"], linewidth=0.9)
    sizes.plot(l[: depth + 1], positive(line)[: depth + 1], **SIGNAL)
    sizes.axvline(depth, color=COLORS["reference"], linewidth=0.8)
    handle(sizes, lambda depth: (depth, None))
    if (zero := np.flatnonzero(line == 0)).size:
        sizes.plot(zero[:1], [0], **{**SIGNAL, "marker": "v"}, transform=sizes.get_xaxis_transform(), clip_on=False)
        label_line(sizes, zero[0], low, f"exactly 0 from depth {zero[0]}", COLORS["forward"], xytext=(8, 8))
    off = [beyond(sizes, rate**depth) if rate**depth else "" for rate in (radius, s)]
    return (f"{matrix[0].upper()}{matrix[1:]} at depth {depth}: the circle's longest radius is "
            f"{number(line[depth], 3)}. The eigenvalues say at least {number(radius**depth, 3)}{off[0]}, the largest "
            f"singular value allows up to {number(s**depth, 3)}{off[1]}.")


def frame_at(depth):
    """The middle of the frame of a depth, in a strip of three columns from left to right."""
    return 2.4 * (depth // FRAMES), -float(depth % FRAMES)


def draw_frames(ax, W, depth):
    """The unit circle (dotted) and its image under W^L, a frame for each L, as large as it holds the larger of both."""
    P, ring = powers(W, DEPTH), CIRCLE[:, ::2]
    ax.set(xlim=(-1.4, 5.8), ylim=(0.45 - FRAMES, 0.55), aspect="equal", xticks=[], yticks=[],
           title="the unit circle at depth L")
    ax.spines[["left", "bottom"]].set_visible(False)
    ghosts, images, gap = [], [], np.full((2, 1), np.nan)
    for L in range(DEPTH + 1):
        M, center = P.mantissa[L] * 2.0 ** P.exponent[L], np.array([frame_at(L)]).T
        scale = min((0.44, 0.85) / np.abs(M[::-1] @ ring).max(axis=1).clip(1))
        ghosts += [scale * ring + center, gap]
        images += [scale * M @ ring + center, gap]
        ax.text(center[0, 0] - 1.3, center[1, 0], f"{L}", fontsize=9, va="center",
                color=COLORS["forward" if L == depth else "reference"])
    ax.plot(*np.hstack(ghosts), **REFERENCE)
    ax.plot(*np.hstack(images[: 2 * depth + 1]), color=COLORS["forward"], linewidth=1.2)
    ax.plot(*np.hstack([gap, *images[2 * depth + 2 :]]), color=COLORS["forward"], linewidth=1, alpha=0.4)
    ax.fill(*images[2 * depth], color=COLORS["forward"], alpha=0.4, linewidth=0)
    ax.plot(*np.hstack([image[:, :1] for image in images[::2]]), marker="o", markersize=2.4, linestyle="none",
            color=COLORS["forward"])
    handle(ax, lambda depth: frame_at(depth), "cell")


def layer_by_layer_error(L=10, seed=0):
    """The relative difference between an input sent through L equal layers one by one and W^L x."""
    W, x = np.random.default_rng(seed).normal(size=(2, 2)), np.ones(2)
    y = x
    for _ in range(L):
        y = W @ y
    return float(np.linalg.norm(y - np.linalg.matrix_power(W, L) @ x) / np.linalg.norm(y))


CLAIMS = (
    Claim(
        "R.4", "Pascanu, Mikolov and Bengio 2013: gradients through time must vanish if the largest singular value "
        "of W is below 1/γ, γ being the steepest slope of the activation.",
        "holds", "The largest singular value bounds every step. The eigenvalues do not: with both at 0.5 the norm can "
        "first grow to 10.",
        (
            Evidence("the largest σ₁(W²⁰) over σ₁(W)²⁰ among the chapter's matrices",
                     lambda: max(norms(W, 20)[20] / np.linalg.norm(W, 2) ** 20 for W in MATRICES.values()), 1.0, 1e-9),
            Evidence("W = [[0.5, 10], [0, 0.5]]: σ₁(W)",
                     lambda: norms(MATRICES["transient"], 1)[1], 10.0,
                     0.1),
            Evidence("σ₁(W²⁰)", lambda: norms(MATRICES["transient"], 20)[20], 3.8e-4, 1e-5),
        ), "unit-circle?matrix=transient&depth=1",
        setting="2 × 2 matrices, no activation function.",
    ),
    Claim(
        "S0.5", "With W = a I, a = 0.2 and ten layers, the signal all but vanishes.", "holds", "",
        (Evidence("σ₁(W¹⁰), W = 0.2 I", lambda: norms(0.2 * np.eye(2))[10], 1.024e-7, 1e-20),),
        "unit-circle?matrix=0.2 times the identity&depth=10",
        setting="2 × 2 matrices, ten layers.",
    ),
    Claim(
        "S0.6", "If all layers have the same matrix, the network is a matrix power, y = Wᴸ x.", "holds", "",
        (Evidence("relative difference, ten layers", layer_by_layer_error, 0.0, 1e-13),), "unit-circle",
        setting="One random 2 × 2 matrix, ten layers.",
    ),
)
