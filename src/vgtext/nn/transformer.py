"""A small transformer: token and position embedding, blocks of attention and MLP, and a readout at every token.

    a[0] = E[:, token] + P[:, position];    per block, twice, with f attention and then the MLP:
    "pre"       a + s f(norm(a))            (GPT-2; one more norm before the readout)
    "post"      norm(a + s f(a))            (Vaswani et al. 2017)
    "sandwich"  a + s norm(f(norm(a)))      (Ding et al. 2021; Gemma 2)
    "none"      a + s f(a)

A network as :class:`~vgtext.nn.network.Network` is, for :func:`~vgtext.nn.training.train`: x and y hold token numbers,
(T, examples), and y[t] is the answer asked for after tokens 0..t. Inside, columns are tokens, those of one example side
by side.
"""

import numpy as np

from . import checks
from .attention import Attention
from .initializers import scaled_by
from .layers import Dense, Residual
from .network import Network, inside
from .norms import get_norm

PLACES = ("pre", "post", "sandwich", "none")


class Embedding:
    """The first block: tokens (T, B), whole numbers, to a (n, B T) = E[:, token] + P[:, position].

    E (n, vocabulary) and P (n, T) start with the variance ``std``^2 / 2 each, so that a number in a has std^2. Raises
    TypeError or ValueError for sizes below 1, or std below 0.
    """

    def __init__(self, vocabulary, n, T, std=1.0):
        """Take the sizes, and the standard deviation of an entry of the sum."""
        self.n_in, self.n_out = checks.whole("vocabulary", vocabulary), checks.whole("n", n)
        self.T, self.std = checks.whole("T", T), checks.number("std", std, least=0)
        self.dense, self.shapes = [], {"E": (n, vocabulary), "P": (n, T)}

    def initialize(self, rng):
        """Draw E and P."""
        for array in (self.E, self.P):
            array[...] = self.std * 0.5**0.5 * rng.standard_normal(array.shape)

    def forward(self, tokens, training=True):
        """Return a, (n, B T)."""
        self.tokens = tokens.T  # (B, T)
        return (self.E[:, self.tokens] + self.P[:, None]).reshape(self.n_out, -1)

    def backward(self, d):
        """Take dL/da, (n, B T), and give it back: a token number has no gradient."""
        one_hot = self.tokens.ravel() == np.arange(self.n_in)[:, None]  # (vocabulary, B T)
        self.E_gradient[...] = d @ one_hot.T.astype(d.dtype)  # (n, vocabulary)
        self.P_gradient[...] = d.reshape(self.n_out, -1, self.T).sum(axis=1)  # (n, T)
        return d


class Transformer(Network):
    """Blocks between an embedding and a readout; ``forward`` takes tokens (T, B) and returns logits (vocabulary, T B).

    The columns of the logits are in the order of ``y.ravel()``. ``attentions`` lists the attention blocks in order.
    Raises as :class:`~vgtext.nn.network.Network` does, and TypeError if the first block is no Embedding.
    """

    def __init__(self, blocks, loss="softmax_cross_entropy", seed=0, dtype="float32", fast=True):
        """Join the blocks; the first is an Embedding."""
        super().__init__(blocks, loss, seed, dtype, fast)
        if not isinstance(self.blocks[0], Embedding):
            raise TypeError(f"blocks must begin with an Embedding, got {self.blocks[0]!r}")
        self.T, self.vocabulary, of_columns = self.blocks[0].T, self.blocks[0].n_in, self.loss
        self.loss = lambda a, y: of_columns(a, np.ravel(y))
        self.attentions = [part for block in self.blocks for part in inside(block) if isinstance(part, Attention)]

    def forward(self, x, training=True):
        """Return the logits, (vocabulary, T B), for tokens x (T, B)."""
        out = super().forward(x, training)
        return np.ascontiguousarray(out.reshape(len(out), -1, self.T).swapaxes(1, 2)).reshape(len(out), -1)

    def backward(self, dL_da, measure=False):
        """Backpropagate dL/d(logits), (vocabulary, T B): sets ``gradient``, returns dL/d(embedded tokens), (n, B T)."""
        d = checks.array("dL_da", dL_da, (None, None), self.dtype, finite=False)
        return super().backward(d.reshape(len(d), self.T, -1).swapaxes(1, 2).reshape(d.shape), measure)

    def _input(self, x):
        x = checks.reals("x", x)
        if x.ndim != 2 or x.shape[0] != self.T:
            raise ValueError(f"x must have shape ({self.T}, examples), got {x.shape}")
        x = checks.array("x", x)
        tokens = x.astype(np.int64)
        if (tokens != x).any() or tokens.min() < 0 or tokens.max() >= self.vocabulary:
            raise ValueError(f"x must hold whole numbers in 0..{self.vocabulary - 1}, got some from {x.min():g} to "
                             f"{x.max():g}")
        return tokens


def transformer(vocabulary, n, heads, T, depth, *, place="pre", norm="layer", scale=1.0, skip=True, mlp=4,
                activation="gelu", causal=True, attention_scale=None, qk_norm=False, cap=None, init="lecun_normal",
                gain=1.0, std=1.0, loss="softmax_cross_entropy", seed=0, dtype="float32", fast=True):
    """Return a transformer of ``depth`` blocks of n units: attention, and an MLP with ``mlp`` n hidden units (0: none).

    ``place``: see the module. ``scale``: s. ``skip`` False leaves the shortcuts out: f(norm(a)), norm(f(a)), ...
    ``attention_scale``, ``qk_norm``, ``cap``: as for :class:`Attention`. ``gain`` multiplies the last weights of
    both branches at the start (GPT-2: 1 / sqrt(2 depth)); ``std`` as for :class:`Embedding`. Raises TypeError or
    ValueError for sizes below 1, unknown names, and ``heads`` that do not divide n.
    """
    checks.whole("depth", depth), checks.whole("mlp", mlp, 0), checks.choice("place", place, PLACES)
    checks.choice("norm", norm, ("layer", "rms"))  # batch norm would let tokens see those to come
    blocks = [Embedding(vocabulary, n, T, std)]
    for _ in range(depth):
        blocks += _branch([Attention(n, heads, T, causal, attention_scale, qk_norm, cap, init, gain)],
                          place, norm, scale, skip)
        if mlp:
            last = Dense(mlp * n, n, init=scaled_by(gain, init))
            blocks += _branch([Dense(n, mlp * n, activation, init=init), last], place, norm, scale, skip)
    blocks += [get_norm(norm, n)] if place in ("pre", "sandwich") else []
    return Transformer([*blocks, Dense(n, vocabulary, init=init)], loss, seed, dtype, fast)


def _branch(body, place, norm, scale, skip):
    """The branch ``body`` with its norms, and the shortcut around it, as a list of blocks."""
    n = body[0].n_in
    body = [*body, get_norm(norm, n)] if place == "sandwich" else body
    if not skip:
        before, after = place in ("pre", "sandwich"), place == "post"
        return [*([get_norm(norm, n)] * before), *body, *([get_norm(norm, n)] * after)]
    return [Residual(body, None if place == "none" else norm, "post" if place == "post" else "pre", scale)]
