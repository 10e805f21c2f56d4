"""The stream's variance from block to block, by the place of the norm, before and after training.

What needs training was made once, is kept in ``data/attention_stream.npz``, and remade in some two minutes by

    python -m vgtext.chapters.attention.stream
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.claims import Claim, Evidence
from vgtext.nn import language, optimizers
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, number

from .collapse import streams

WIDTH, HEADS, TOKENS, EXAMPLES, STEPS, RATE = 32, 4, 16, 64, 300, 0.003
DEPTHS, SEEDS, TRAINED = (6, 12, 24), 6, 2  # seeds before training, and of the stored runs
#: Words -> (place of the norm, power of 1/√(2L) in s, in the first weights that end a branch)
KINDS = {"pre-norm": ("pre", 0, 0), "pre-norm, s = 1/√(2L)": ("pre", 1, 0), "pre-norm, GPT-2's start": ("pre", 0, 1),
         "sandwich norm": ("sandwich", 0, 0), "post-norm": ("post", 0, 0)}

letters = cache(lambda: language.letters(TOKENS, 2000))


def network(kind, L, seed):
    """A transformer of L blocks."""
    place, s, gain = KINDS[kind]
    return nn.transformer(30, WIDTH, HEADS, TOKENS, L, place=place, scale=(2 * L) ** (-0.5 * s), seed=seed,
                          gain=(2 * L) ** (-0.5 * gain), activation="gelu_tanh")


def variances(net, L):
    """Mean square of the stream before the first block and after each, (L + 1,), over that before the first."""
    found = np.array([np.mean(np.square(a, dtype=np.float64)) for a in streams(net, letters().x[:, :EXAMPLES], L)])
    return found / found[0]


def train(kind, L, seed):
    """The variances after training, (L + 1,), and the mean loss of the last 50 steps."""
    net = network(kind, L, seed)
    history = nn.train(net, letters().x, letters().y, steps=STEPS, optimizer="adam", batch_size=16, seed=seed,
                       learning_rate=optimizers.warmup(RATE, 60), progress=False)
    return variances(net, L), float(history.loss[-50:].mean())


@cache
def start(kind, L):
    """The variances before training, mean of six seeds."""
    return np.mean([variances(network(kind, L, seed), L) for seed in range(SEEDS)], axis=0)


def end(kind, L):
    """The variances after training, geometric mean of the stored seeds."""
    kept = results.load("attention_stream")["variances"][list(KINDS).index(kind), DEPTHS.index(L)]
    return np.exp(np.log(kept[:, : L + 1]).mean(axis=0))


def make():
    """Run everything and write the file."""
    variances, losses = np.ones((len(KINDS), len(DEPTHS), TRAINED, max(DEPTHS) + 1)), np.zeros((len(KINDS), 3, TRAINED))
    for i, j, seed in np.ndindex(losses.shape):
        variances[i, j, seed, : DEPTHS[j] + 1], losses[i, j, seed] = train(list(KINDS)[i], DEPTHS[j], seed)
    results.save("attention_stream", TRAINED, variances=variances, losses=losses)


@cache
def agreement(rho, order=60):
    """E gelu(u) gelu(u') of two standard Gaussian numbers of correlation ``rho``."""
    x, w = np.polynomial.hermite_e.hermegauss(order)
    w = w / w.sum()
    phi = nn.ACTIVATIONS["gelu_tanh"]
    other = rho * x[:, None] + np.sqrt(max(0.0, 1 - rho * rho)) * x
    return float(np.sum(w * phi(x) * (phi(other) @ w)))


def predicted(L, s=1.0, tokens=TOKENS):
    """Pre-norm before training, attention taken as a plain mean over the tokens so far: the variance, (L + 1,).

    q is the mean square of a token and r its mean product with another; rho = r / q. Attention adds the squared size
    of a mean of t normalized tokens, rho + (1 - rho) / t, to both; the MLP adds E gelu^2 and E gelu gelu'.
    """
    few = np.mean(1 / np.arange(1, tokens + 1))  # the mean of 1/t
    q, r, found = 1.0, _alike(tokens), [1.0]
    for _ in range(L):
        rho = r / q
        mean = s * s * (rho + (1 - rho) * few)
        q, r = q + mean, r + mean
        rho = r / q
        q, r = q + s * s * agreement(1.0), r + s * s * agreement(round(rho, 4))
        found.append(q)
    return np.array(found)


@cache
def _alike(tokens):
    """Half the chance that two letters of a window are the same: their embeddings agree, their positions do not."""
    x = letters().x
    same = np.mean(x[:, None] == x[None])
    return 0.5 * (same - 1 / tokens) / (1 - 1 / tokens)


def late(variances):
    """What a block of the second half adds to the variance, a mean, as a share of the variance at the end."""
    half = len(variances) // 2
    return float((variances[-1] - variances[-1 - half]) / (half * variances[-1]))


def draw_stream(ax, kind="pre-norm", L=12):
    """The variance of the stream after each block, before and after training."""
    l, before, after = np.arange(L + 1), start(kind, L), end(kind, L)
    ax.set(xlim=(0, L), ylim=(0, 10.5 * L), xlabel="after block l", ylabel="stream variance, over its start")
    ax.axhline(1, **REFERENCE)
    ax.plot(l, before, "o", color=COLORS["forward"], markersize=5)
    ax.plot(l, after, "s-", color=COLORS["weight"], markersize=4)
    if KINDS[kind][0] == "pre":
        ax.plot(l, predicted(L, (2 * L) ** (-0.5 * (KINDS[kind][1] + KINDS[kind][2]))), **THEORY)
    label_line(ax, 0.03 * L, 9.7 * L, "after training (squares)", COLORS["weight"], xytext=(0, 0))
    label_line(ax, 0.03 * L, 8.8 * L, "before (dots)", COLORS["forward"], xytext=(0, 0))
    share = ("which the norm holds" if KINDS[kind][0] == "post" else
             f"of which a block of the second half adds {100 * late(before):.0f}% on average")
    return (f"{kind[0].upper() + kind[1:]}, {L} blocks, width {WIDTH}, letters. Before training the variance at the "
            f"end is {number(before[-1])} times that at the start, {share} (mean of {SEEDS} seeds). "
            f"After {STEPS} steps of Adam at {RATE:g} it is {number(after[-1])} times (geometric mean of {TRAINED}).")


def power(values, first=4):
    """The power of l that fits the variances from block ``first`` on: 1 for a straight line."""
    l = np.arange(first, len(values))
    return float(np.polyfit(np.log(l), np.log(values[first:]), 1)[0])


CLAIMS = (
    Claim(
        "R.34", "Sun and others 2025, the curse of depth: in pre-norm language models the output's variance grows "
        "exponentially with depth, so that deep blocks are nearly identities.",
        "holds if", "The exponential is the upper bound of their theorem. Before training the growth is a straight "
        "line, here as in their lower bound; each block adds about as much, and so a share that falls as 1/l. After "
        "300 steps of training each block adds more, and later blocks more than early ones: a power of l between 1 "
        "and 2, no exponential in these 24 blocks.",
        (
            Evidence("before training, blocks 4 to 24: the power of l",
                     lambda: power(start("pre-norm", 24)), 1.0, 0.15),
            Evidence("before training, 12 blocks: variance at the end", lambda: start("pre-norm", 12)[-1],
                     float(predicted(12)[-1]), 2.0),
            Evidence("after training, blocks 4 to 24: the power of l", lambda: power(end("pre-norm", 24)), 1.4, 0.25,
                     stored="attention_stream"),
        ), "stream?kind=pre-norm&L=12",
        setting=f"Width {WIDTH}, 4 heads, MLP of {4 * WIDTH}, letters, LeCun's weights, six seeds; after training "
        f"two, their geometric mean: Adam at {RATE}, 60 steps of warm-up.",
    ),
    Claim(
        "R.35", "Radford and others 2019 (GPT-2): the weights that end a branch start scaled by 1/√N, N the number of "
        "branches, to account for the accumulation along the stream.",
        "holds", "It keeps the stream's variance within a factor of two before training, at any depth tried; s = 1/√N "
        "does the same, and stays in training.",
        (
            Evidence("12 blocks, as drawn: variance at the end", lambda: start("pre-norm", 12)[-1],
                     float(predicted(12)[-1]), 2.0),
            Evidence("12 blocks, GPT-2's start", lambda: start("pre-norm, GPT-2's start", 12)[-1], 1.4, 0.25),
            Evidence("24 blocks, GPT-2's start", lambda: start("pre-norm, GPT-2's start", 24)[-1], 1.4, 0.25),
        ), "stream?kind=pre-norm, GPT-2's start&L=12",
        setting=f"Width {WIDTH}, 4 heads, MLP of {4 * WIDTH}, letters, LeCun's weights, six seeds, before training.",
    ),
)

if __name__ == "__main__":
    make()
