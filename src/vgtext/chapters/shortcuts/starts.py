"""Other ways to start a branch small, beside normalizations: sizes at the start, and what training makes of them."""

from functools import cache

from vgtext import results
from vgtext.claims import Claim, Evidence
from vgtext.palette import COLORS, REFERENCE, number

from .normfree import BLOCKS, DEEP_RATES, DEEP_WAYS, RATES, SEEDS, STEPS, WAYS, WIDTH

STORED = "shortcuts_normfree"
BEST = "the best"


@cache
def stored():
    """The file: right (way, L, rate, seed, training/test), size (way, L, forward/back, log10), deep (way, rate, …)."""
    return {k: v.astype(float) for k, v in results.load(STORED).items() if k != "made"}


def growth(way, L):
    """Before training, the factors by which L blocks multiply the stream, and the error signal on its way back."""
    return tuple(10 ** stored()["size"][list(WAYS).index(way), BLOCKS.index(L)])


def accuracy(way, L, rate=BEST):
    """Right answers in training, mean of the seeds, at one learning rate or at the best of all."""
    by_rate = stored()["right"][list(WAYS).index(way), BLOCKS.index(L), :, :, 0].mean(axis=1)
    return float(by_rate.max() if rate == BEST else by_rate[RATES.index(rate)])


def deep(way, rate=BEST):
    """Right answers in training with a thousand blocks, at one learning rate or at the better of two."""
    by_rate = stored()["deep"][DEEP_WAYS.index(way), :, 0]
    return float(by_rate.max() if rate == BEST else by_rate[DEEP_RATES.index(rate)])


def draw_starts(sizes, outcome, L=80, rate=BEST):
    """For each way: growth of both signals before training, and right answers after it."""
    names = list(WAYS)[::-1]
    sizes.set(xscale="log", xlim=(0.1, 1e13), ylim=(-1.1, len(names) - 0.4),
              xlabel="factor over all blocks, at the start", title=f"{L} blocks, before training",
              ylabel="what is done")
    sizes.set_xticks([1, 1e4, 1e8, 1e12], ["1", "$10^{4}$", "$10^{8}$", "$10^{12}$"])
    sizes.minorticks_off()
    outcome.set(xlim=(0, 1.05), ylim=(-1.1, len(names) - 0.4), yticks=[], xlabel="right in training",
                 title=f"after {STEPS} steps")
    outcome.set_xticks([0, 0.5, 1], ["0", "50%", "100%"])
    sizes.set_yticks(range(len(names)), [WAYS[name] for name in names])
    sizes.axvline(1, **REFERENCE)
    outcome.axvline(0.1, **REFERENCE)
    for i, name in enumerate(names):
        forward, back = growth(name, L)
        sizes.plot([forward], [i + 0.12], "s", color=COLORS["forward"], markersize=6, label="activations")
        sizes.plot([back], [i - 0.12], "o", color=COLORS["backward"], markersize=6, label="error signal")
        rights = [accuracy(name, L, r) for r in RATES]
        for right in dict.fromkeys(rights):
            words = ", ".join(f"{r:g}" for r, other in zip(RATES, rights) if other == right)
            outcome.plot([right], [i], "o", color=COLORS["seed"], markersize=4, label=f"{WAYS[name]}, η = {words}")
        outcome.text(0.28, i, WAYS[name], color=COLORS["reference"], fontsize=8, va="center")
        outcome.plot([accuracy(name, L, rate)], [i], "o", color=COLORS["gradient"], markersize=8, zorder=3)
    for y, words, color in ((0.2, "■ activations", "forward"), (0.12, "● error signal", "backward")):
        sizes.text(0.97, y, words, color=COLORS[color], ha="right", fontsize=9, transform=sizes.transAxes)
    outcome.text(0.55, -0.8, "gray: other rates", color=COLORS["reference"], fontsize=8)
    learn = [WAYS[name] for name in WAYS if accuracy(name, L, rate) > 0.9]
    verb = "gets" if len(learn) == 1 else "get"
    at = "each at its best learning rate" if rate == BEST else f"η = {rate:g}"
    return (f"{L} blocks of two ReLU layers, width {WIDTH}, {STEPS} steps, {at}: {len(learn)} of {len(WAYS)} {verb} "
            f"above 90% in training{': ' if learn else ''}{'; '.join(learn)}. Without any of them the stream grows to "
            f"{number(growth('none', L)[0], 1)} times its size before training. Mean of {SEEDS} seeds.")


SETTING = ("Blocks of two ReLU layers of 32 units, digits, plain descent in batches of 64, 220 steps, best of four "
           "learning rates, two seeds; with 1,000 blocks one seed and the better of two rates.")
CLAIMS = (
    Claim(
        "R.24", "Bachlechner and others 2021 (ReZero), Zhang, Dauphin and Ma 2019 (Fixup): residual networks train at "
        "10,000 layers without normalization.", "holds if",
        "Fully connected blocks, and a learning rate that falls with depth: both learn 80 blocks at 0.03 and fail at "
        "0.3, where pre-norm learns (at 0.1 ReZero does on one seed of two); with 1,000 blocks, 2,000 layers, ReZero "
        "learns at 0.01 and fails at 0.03.",
        (
            *(Evidence(f"{WAYS[way]}, 1,000 blocks of two layers: right in training", lambda w=way: deep(w), share,
                       0.04, stored=STORED) for way, share in (("rezero", 0.96), ("fixup", 0.9), ("pre", 0.97))),
            Evidence("ReZero, 80 blocks, η = 0.03", lambda: accuracy("rezero", 80, 0.03), 0.98, 0.03, stored=STORED),
            Evidence("the same at 0.1", lambda: accuracy("rezero", 80, 0.1), 0.82, 0.1, stored=STORED),
            Evidence("ReZero, 1,000 blocks, η = 0.03", lambda: deep("rezero", 0.03), 0.1, 0.05, stored=STORED),
            *(Evidence(f"{WAYS[way]}, 80 blocks, η = 0.3", lambda w=way: accuracy(w, 80, 0.3), share, 0.1,
                       stored=STORED) for way, share in (("rezero", 0.1), ("fixup", 0.1), ("pre", 0.98))),
        ), "starts?rate=0.3",
        setting=SETTING,
    ),
    Claim(
        "R.25", "Zhu and others 2025: transformers with a dynamic tanh, α = 0.5 at the start, in place of each "
        "normalization do as well or better.", "holds if",
        "The network is not too deep for it: it bounds what a branch reads, and not the stream, which grows with "
        "depth. Measured on blocks without attention. (In language models the authors' code starts α at 0.8 before "
        "attention and at 0.2 elsewhere for 7 billion parameters, and lower in larger models.)",
        (
            *(Evidence(f"{L} blocks: right in training less that of pre-norm, in points",
                       lambda L=L: 100 * (accuracy("dyt", L) - accuracy("pre", L)), gap, 3.0, stored=STORED)
              for L, gap in ((5, 0.0), (20, -0.5), (80, -9.0))),
            Evidence("80 blocks: growth of the stream at the start", lambda: growth("dyt", 80)[0], 6.6, 1.0,
                     stored=STORED),
        ), "starts?L=80",
        setting=SETTING,
    ),
    Claim(
        "R.26", "Wang and others 2024 (DeepNorm): with a shortcut times the fourth root of L, L counting branches, and "
        "smaller initial weights, post-norm trains at 1,000 layers.", "holds if",
        "The learning rate is at most 0.1: at 0.3 it fails at 80 blocks, as other starts do. Measured to 80 blocks "
        "without attention, where post-norm alone stays near guessing.",
        (
            Evidence("DeepNorm, 80 blocks: right in training", lambda: accuracy("deepnorm", 80), 0.96, 0.03,
                     stored=STORED),
            Evidence("the same at 0.3", lambda: accuracy("deepnorm", 80, 0.3), 0.1, 0.05, stored=STORED),
            Evidence("post-norm, 80 blocks", lambda: accuracy("post", 80), 0.18, 0.1, stored=STORED),
        ), "starts",
        setting=SETTING,
    ),
)
