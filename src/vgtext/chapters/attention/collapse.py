"""Rank collapse: attention makes tokens alike, and then the gradients of queries and keys die while values live."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.nn.attention import Attention
from vgtext.palette import COLORS, THEORY, label_line, layer_axis, log_axis, number

WIDTH, HEADS, TOKENS, EXAMPLES = 64, 4, 32, 4
#: Words -> (shortcut, hidden units of the MLP over the width, where the norm is, power of L in s, weight scale sigma_w)
KINDS = {
    "attention alone": (False, 0, "none", 0.0, 1.0),
    "attention and MLP": (False, 4, "none", 0.0, 1.0),
    "shortcut, s = 1": (True, 0, "none", 0.0, 1.0),
    "shortcut, s = 1/√L": (True, 0, "none", 0.5, 1.0),
    "transformer, pre-norm": (True, 4, "pre", 0.0, 1.0),
    "transformer, post-norm": (True, 4, "post", 0.0, 1.0),
    "transformer, post-norm, s = 1/√L": (True, 4, "post", 0.5, 1.0),
    "transformer, post-norm, σ_w = 0.55": (True, 4, "post", 0.0, 0.55),
}


def network(kind, L, seed=0, causal=False):
    """A transformer of that kind with its tokens and targets; ``causal``: with the mask that hides later tokens."""
    skip, mlp, place, power, sigma_w = KINDS[kind]
    init = nn.initializers.scaled_normal(sigma_w)
    net = nn.transformer(2 * TOKENS, WIDTH, HEADS, TOKENS, L, place=place, skip=skip, mlp=mlp, scale=L**-power,
                         causal=causal, init=init, seed=seed, dtype="float64", activation="gelu_tanh")
    rng = np.random.default_rng(seed)
    x = np.stack([rng.permutation(2 * TOKENS)[:TOKENS] for _ in range(EXAMPLES)], axis=1)  # all tokens differ
    return net, x, rng.integers(0, 2 * TOKENS, x.shape)


def unlike(a, tokens=TOKENS):
    """1 - the mean cosine between the tokens of an example, a (n, B T): precise where the cosine is nearly 1."""
    X = a.reshape(len(a), -1, tokens)  # (n, B, T)
    X = X / np.linalg.norm(X, axis=0)
    away = X - X.mean(axis=2, keepdims=True)
    return float(np.square(away).sum(axis=(0, 2)).mean() / (tokens - 1))


def streams(net, x, L):
    """Yield the stream before the first block and after each of the L blocks, (n, B T)."""
    a = net.blocks[0].forward(net._input(x))
    yield a
    each = (len(net.blocks) - 2) // L  # a norm at the end is left over
    for k in range(L):
        for block in net.blocks[1 + k * each : 1 + (k + 1) * each]:
            a = block.forward(a)
        yield a


@cache
def measured(kind, L, seed=0, causal=False):
    """1 - cosine, (L + 1,); variance of the stream, (L + 1,); gradients of W_Q, W_K, W_V, (3, L)."""
    net, x, y = network(kind, L, seed, causal)
    found = np.array([(unlike(a), np.mean(a**2)) for a in streams(net, x, L)]).T
    net.loss_and_gradient(x, y)
    gradients = [[np.linalg.norm(getattr(block, name).W_gradient) for block in net.attentions] for name in "QKV"]
    return found[0], found[1], np.array(gradients)


def predicted(L, s, tokens=TOKENS):
    """The cosine by block, (L + 1,), of attention that is a plain mean, with a shortcut and no norm.

    The mean of the tokens has the squared size mu = (1 + s^2)^l / T; every token gains as much, and its distance from
    the others stays: cos = (mu - 1/T) / (1 + mu - 1/T).
    """
    mu = (1 + s * s) ** np.arange(L + 1) / tokens
    return (mu - 1 / tokens) / (1 + mu - 1 / tokens)


def draw_collapse(likeness, gradients, kind="attention alone", L=12):
    """How alike tokens are, and the gradients of the weights of queries, keys and values, block by block."""
    far, _, sizes = measured(kind, L)
    skip, mlp, _, power, sigma_w = KINDS[kind]
    likeness.set_xticks(range(0, L + 1, max(1, L // 4)))
    likeness.set(xlim=(0, L), xlabel="after block l", ylim=(-0.03, 1.08), ylabel="cosine between tokens")
    likeness.plot(range(L + 1), 1 - far, "o-", color=COLORS["forward"], markersize=4)
    if skip and not mlp:
        likeness.plot(range(L + 1), predicted(L, L**-power), **THEORY)
    layer_axis(gradients, L, "block l")
    log_axis(gradients, 1e-20, 1e5, "weight gradient, over the last $W_V$'s")
    l, last = np.arange(1, L + 1), sizes[2, -1]
    for values, mark, name in zip(sizes, ("s", "^", "o"), ("queries W_Q", "keys W_K", "values W_V")):
        color = COLORS["gradient"] if name == "values W_V" else COLORS["backward"]
        gradients.plot(l, np.where(values / last > 1e-20, values / last, np.nan), marker=mark, color=color,
                       markersize=4, linestyle="--" if name == "keys W_K" else "-", label=name)
    label_line(gradients, 1, 3e2, "values $W_V$", COLORS["gradient"], xytext=(0, 0))
    label_line(gradients, 0.42 * L, 1e-10, "queries $W_Q$,", COLORS["backward"], xytext=(12, 0))
    label_line(gradients, 0.42 * L, 2e-12, "keys $W_K$ (dashed)", COLORS["backward"], xytext=(12, 0))
    ratio, scale = sizes[0, -1] / sizes[2, -1], "" if "σ_w" in kind else f", σ_w = {sigma_w:g}"
    left = f"{number(ratio)} times that of W_V" if ratio > 1e-15 else "less than 10⁻¹⁵ times that of W_V: rounding"
    first, end = (f"{c:.4f}" if c > 0.99 else number(c) for c in (1 - far[1], 1 - far[-1]))
    return (f"{kind[0].upper() + kind[1:]}, {L} blocks, width {WIDTH}{scale}, {TOKENS} tokens, before training, "
            f"one seed: the cosine between tokens is {first} after one block and {end} after the last; there "
            f"the gradient of W_Q is {left}.")


def collapse_power(causal=False, distances=(1e-1, 1e-2, 1e-3), seeds=5):
    """The power with which the distance between tokens after one attention layer follows that before it.

    Tokens are one common vector and small differences; the distance is the root of 1 - cosine.
    """
    powers = []
    for seed in range(seeds):
        rng, block = np.random.default_rng(seed), Attention(WIDTH, HEADS, TOKENS, causal=causal, init="lecun_normal")
        net = nn.Network([block], "mean_squared_error", seed, "float64")
        common, own = rng.standard_normal((WIDTH, 1)), rng.standard_normal((WIDTH, TOKENS))
        after = [unlike(net.forward(common + e * own)) ** 0.5 for e in distances]
        powers.append(np.polyfit(np.log(distances), np.log(after), 1)[0])
    return float(np.mean(powers))


def sharper(times, L=12):
    """Attention alone with W_Q and W_K ``times`` as large: the cosine by block, (L + 1,), mean of three seeds."""
    found = []
    for seed in range(3):
        net, x, _ = network("attention alone", L, seed)
        for layer in (layer for block in net.attentions for layer in (block.Q, block.K)):
            layer.W *= times
        found.append([1 - unlike(a) for a in streams(net, x, L)])
    return np.mean(found, axis=0)


def ratio(kind, L, l):
    """Gradient of W_Q over that of W_V in block l, geometric mean of three seeds."""
    pairs = [measured(kind, L, seed)[2] for seed in range(3)]
    return float(np.exp(np.mean([np.log(g[0, l - 1] / g[2, l - 1]) for g in pairs])))


def entropy(kind, L):
    """Entropy of the last block's attention, mean of three seeds, in nats."""
    nets = [network(kind, L, seed) for seed in range(3)]
    for net, x, _ in nets:
        net.forward(x)
    return float(np.mean([nn.attention.entropy(net.attentions[-1].A) for net, *_ in nets]))


def cosine(kind, L, l, causal=False):
    """The cosine between tokens after block l, mean of three seeds."""
    return float(np.mean([1 - measured(kind, L, seed, causal)[0][l] for seed in range(3)]))


CLAIMS = (
    Claim(
        "R.29", "Dong, Cordonnier and Loukas 2021: without shortcuts and MLPs, the output of self-attention converges "
        "doubly exponentially with depth to a matrix of rank 1: the distance between tokens goes with its cube from "
        "layer to layer.",
        "holds if", "There is no shortcut and no mask, and tokens are close: then the distance goes with its cube, in "
        "one layer as in a stack. With a causal mask its power is 1, and the collapse only exponential. With LeCun's "
        "weights unrelated tokens are alike after two layers, with queries and keys three times as large after eight. "
        "A bare shortcut slows it, and a scaled one keeps tokens apart. An MLP without a shortcut (GELU, LeCun's "
        "weights) does not help; their statement on MLPs is a bound that contains the MLP's steepness.",
        (
            Evidence("one layer: the power of the distance before it", collapse_power, 3.0, 0.15),
            Evidence("the same, with a causal mask", lambda: collapse_power(causal=True), 1.0, 0.05),
            Evidence("attention alone: cosine after two layers", lambda: cosine("attention alone", 12, 2), 1.0, 0.003),
            Evidence("the same, W_Q and W_K three times as large", lambda: float(sharper(3)[2]), 0.16, 0.05),
            Evidence("with a causal mask", lambda: cosine("attention alone", 12, 2, causal=True), 0.89, 0.03),
            Evidence("with an MLP after each layer", lambda: cosine("attention and MLP", 12, 2), 1.0, 0.003),
            Evidence("shortcut, s = 1/√12: cosine after twelve", lambda: cosine("shortcut, s = 1/√L", 12, 12),
                     float(predicted(12, 12**-0.5)[-1]), 0.02),
        ), "collapse?kind=attention alone&L=12",
        setting="Width 64, 4 heads, 32 tokens, LeCun's weights, no mask unless named, before training, three seeds.",
    ),
    Claim(
        "R.30", "Noci and others 2022: where tokens have become alike, the gradients of queries and keys vanish and "
        "those of the values do not; branches scaled by 1/√L keep tokens apart.",
        "holds if", "There is no shortcut, or a norm after each sum and weights of scale 1: post-norm with s = 1 has "
        "then collapsed after a dozen blocks; with s = 1/√L, or with weights of scale 0.55, it has not. A bare "
        "shortcut is another case: the stream grows, and the logits with it, so that attention is sharp where tokens "
        "are alike, and W_Q's share differs from draw to draw. Before training, without a mask.",
        (
            Evidence("post-norm, 12 blocks: cosine at the end", lambda: cosine("transformer, post-norm", 12, 12), 0.99,
                     0.02),
            Evidence("the gradient of the last W_Q over that of W_V", lambda: ratio("transformer, post-norm", 12, 12),
                     0.0024, 0.001),
            Evidence("post-norm, s = 1/√12: cosine at the end",
                     lambda: cosine("transformer, post-norm, s = 1/√L", 12, 12), 0.12, 0.05),
            Evidence("the gradient of the last W_Q over that of W_V",
                     lambda: ratio("transformer, post-norm, s = 1/√L", 12, 12), 0.54, 0.1),
            Evidence("post-norm, σ_w = 0.55: cosine at the end",
                     lambda: cosine("transformer, post-norm, σ_w = 0.55", 12, 12), 0.09, 0.05),
            Evidence("the gradient of the last W_Q over that of W_V",
                     lambda: ratio("transformer, post-norm, σ_w = 0.55", 12, 12), 0.19, 0.06),
            Evidence("shortcut, s = 1, 16 blocks: cosine at the end", lambda: cosine("shortcut, s = 1", 16, 16), 0.99,
                     0.02),
            Evidence("the gradient of the last W_Q over that of W_V", lambda: ratio("shortcut, s = 1", 16, 16), 0.41,
                     0.15),
            Evidence(f"entropy of the last attention, of at most {np.log(TOKENS):.2f}",
                     lambda: entropy("shortcut, s = 1", 16), 0.03, 0.05, "nats"),
        ), "collapse?kind=transformer, post-norm&L=12",
        setting="Width 64, 4 heads, 32 tokens, MLP of 256 (none beside a bare shortcut), σ_w = 1 if none is named, 12 "
        "or 16 blocks, three seeds, before training.",
    ),
)
