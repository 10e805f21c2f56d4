"""Where the norm is: a map of learning rate and warm-up, from the stored runs of :mod:`.runs`."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.nn import language, optimizers
from vgtext.palette import COLORS, REFERENCE, label_line

from .collapse import streams, unlike
from .runs import (
    BATCH,
    BLOCKS,
    EVERY,
    PLACES,
    RATES,
    STEPS,
    TOKENS,
    WARMUPS,
    WIDTH,
    letters,
    network,
    stored,
)

LETTERS_ALONE = 2.88  # the loss of who knows how often each letter comes, and no more: see letters_alone


def last_loss(place):
    """Loss of the last 50 steps, mean of the seeds: (rate, warm-up)."""
    return stored()[list(PLACES).index(place), ..., -5:].mean(axis=(2, 3))


def letters_alone():
    """The entropy of the letters of the text, in nats: the loss of who looks at no letter before."""
    text = language.text()
    share = np.array([text.count(letter) for letter in language.LETTERS]) / len(text)
    return float(-np.sum(share * np.log(share)))


def learns(place, warmup, limit=2.4):
    """The largest rate of the stored ones at which, with this warm-up, the last loss is below ``limit``; 0 if none."""
    low = last_loss(place)[:, WARMUPS.index(warmup)] < limit
    return max([rate for rate, ok in zip(RATES, low) if ok], default=0.0)


@cache
def alike(warmup, place="post-norm", rate=0.01, seed=0):
    """The mean cosine between the tokens in the last block after training, as stored but for the network itself."""
    net = network(place, seed)
    nn.train(net, letters().x, letters().y, steps=STEPS, optimizer="adam", batch_size=BATCH, seed=seed,
             learning_rate=optimizers.warmup(rate, warmup), progress=False)
    *_, last = streams(net, letters().x[:, :64], BLOCKS)
    return 1 - unlike(last, TOKENS)


def gain(place, rate):
    """How much lower the last loss is with the longest warm-up than with none."""
    losses = last_loss(place)[RATES.index(rate)]
    return float(losses[0] - losses[-1])


def draw_map(mesh, curves, place="post-norm", rate=0.01):
    """The last loss for each learning rate and warm-up, and the losses of the runs at one rate."""
    losses = last_loss(place)
    mesh.pcolormesh(np.arange(len(RATES) + 1) - 0.5, np.arange(len(WARMUPS) + 1) - 0.5, losses.T, cmap="YlOrRd",
                    vmin=1.8, vmax=3.4)
    for i, j in np.ndindex(losses.shape):
        mesh.text(i, j, f"{losses[i, j]:.2f}", ha="center", va="center", fontsize=8, color="black")
    chosen = RATES.index(rate)
    mesh.plot([chosen - 0.5, chosen + 0.5, chosen + 0.5, chosen - 0.5, chosen - 0.5],
              [-0.5, -0.5, len(WARMUPS) - 0.5, len(WARMUPS) - 0.5, -0.5], color="black", linewidth=1.5)
    handle(mesh, lambda rate: (RATES.index(rate), -0.36), "cell")  # below the number of the lowest cell
    mesh.set(xlim=(-0.5, len(RATES) - 0.5), ylim=(-0.5, len(WARMUPS) - 0.5), xlabel="learning rate",
             ylabel="steps of warm-up", title="last loss")
    mesh.set_xticks(range(len(RATES)), [f"{r:g}" for r in RATES])
    mesh.set_yticks(range(len(WARMUPS)), ["none" if w == 1 else str(w) for w in WARMUPS])
    steps = (np.arange(STEPS // EVERY) + 0.5) * EVERY
    curves.set(xlim=(0, STEPS), ylim=(1.7, 4.2), xlabel="training step", ylabel="loss")
    curves.axhline(LETTERS_ALONE, **REFERENCE)
    label_line(curves, STEPS - 5, 3.0, "letters' frequencies alone", COLORS["reference"], xytext=(0, 0), ha="right")
    runs = stored()[list(PLACES).index(place), chosen].mean(axis=1)  # (warm-up, step)
    for values, style, words in zip(runs, (":", "--", "-"), WARMUPS):
        curves.plot(steps, values, color=COLORS["backward" if words == 1 else "forward"], linestyle=style,
                    linewidth=1.6, label="no warm-up" if words == 1 else f"{words} steps")
    curves.legend(loc="upper right", fontsize=8)
    return (f"{place[0].upper() + place[1:]}, {BLOCKS} blocks of width {WIDTH}, letters, Adam, {STEPS} steps, one "
            f"seed. At a learning rate of {rate:g} the last loss is {losses[chosen, 0]:.2f} without warm-up "
            f"and {losses[chosen, -1]:.2f} with {WARMUPS[-1]} steps of it; knowing the letters' frequencies alone "
            f"gives {LETTERS_ALONE:.2f}.")


def claims():
    """The chapter's claims on warm-up, with what the stored runs say."""
    def stored_evidence(what, measure, expected, tolerance, unit=""):
        return Evidence(what, measure, expected, tolerance, unit=unit, stored="attention_runs")

    setting = f"{BLOCKS} blocks of width {WIDTH}, 4 heads, letters, Adam, {STEPS} steps, one seed (0)."
    return (
        Claim(
            "R.32", "Xiong and others 2020: post-norm transformers need a warm-up of the learning rate; with pre-norm "
            "it can be left out.",
            "holds if", "The learning rate is high. At 0.001 post-norm learns without warm-up as well as with it; at "
            "0.01 it stays at the letters' frequencies without warm-up and learns with 200 steps of it. Pre-norm "
            "learns at both without; at 0.03 it also gains from a warm-up.",
            (
                stored_evidence("post-norm, 0.001: loss saved by 200 steps of warm-up",
                                lambda: gain("post-norm", 0.001), -0.11, 0.05),
                stored_evidence("post-norm, 0.01: loss saved", lambda: gain("post-norm", 0.01), 0.5, 0.15),
                stored_evidence("pre-norm, 0.01: loss saved", lambda: gain("pre-norm", 0.01), 0.0, 0.12),
                stored_evidence("pre-norm, 0.03: loss saved", lambda: gain("pre-norm", 0.03), 0.34, 0.15),
            ), "map?place=post-norm&rate=0.010", setting=setting,
        ),
        Claim(
            "R.33", "Kalra and Barkeshli 2024: the main benefit of warm-up is that a network tolerates higher learning "
            "rates.",
            "holds if", "The network needs a warm-up at all: post-norm takes a rate at least three times as high with "
            "it, of five rates about three apart. (At 0.003 without warm-up the last loss is 2.48, just above the "
            "limit.) That this is the main benefit, and how it comes about, is their finding and was not measured.",
            (
                stored_evidence("post-norm, none: largest rate with a last loss below 2.4",
                                lambda: learns("post-norm", 1), 0.001, 0.0005),
                stored_evidence("post-norm, none, at 0.003: last loss",
                                lambda: float(last_loss("post-norm")[RATES.index(0.003), 0]), 2.48, 0.05),
                stored_evidence("post-norm, 200 steps", lambda: learns("post-norm", 200), 0.01, 0.002),
            ), "map?place=post-norm&rate=0.010", setting=setting,
        ),
    )
