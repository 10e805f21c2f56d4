"""Multi-head self-attention: every token takes a weighted mean of what the tokens say, the weights from their likeness.

    Q = W_Q x + b_Q,   K, V alike;      for each head, with its own d_head rows of Q, K and V:
    S = scale K.T Q,   A = softmax(S),  out = V A;      the heads one above the other go through W_O

Columns are tokens, the T tokens of one example side by side: x is (n, B T). S and A are (T, T), a column for each
token that asks (query), a row for each that answers (key); each column of A sums to 1. (Where tokens are rows, as in
most papers, A is the transpose of this.) Source: Vaswani et al. 2017, sections 3.2.1 and 3.2.2.
"""

import numpy as np

from . import checks
from .initializers import scaled_by
from .layers import Dense
from .norms import RMSNorm


def softmax(S):
    """Return exp(S) / sum(exp(S)) over the keys, axis -2, for S (..., keys, queries); -inf gives 0."""
    A = S - S.max(axis=-2, keepdims=True)
    np.exp(A, out=A)
    A /= A.sum(axis=-2, keepdims=True)
    return A


def softmax_back(A, dA):
    """Return dL/dS from dL/dA, both (..., keys, queries): A (dA - sum(A dA)), the sum over the keys."""
    return A * (dA - (A * dA).sum(axis=-2, keepdims=True))


def attend(Q, K, V, scale, mask=None, cap=None):
    """Return out = V A and (S, A) of one head, or of a stack of them: Q, K, V are (..., d_head, T).

    ``mask``: what is added to S, 0 where a query may look and -inf where not, (T, T). ``cap``: S is bent to
    cap tanh(S / cap) before that, so that no logit is beyond +-cap (Gemma 2, section 2).
    """
    S = K.mT @ Q  # (..., T, T)
    S *= S.dtype.type(scale)
    if cap is not None:
        S = S.dtype.type(cap) * np.tanh(S / S.dtype.type(cap))
    A = softmax(S if mask is None else S + mask)  # (..., T, T)
    return V @ A, (S, A)


def attend_back(dout, Q, K, V, S, A, scale, cap=None):
    """Return dL/dQ, dL/dK and dL/dV from dL/dout, all (..., d_head, T)."""
    dV = dout @ A.mT  # (..., d_head, T)
    dS = softmax_back(A, V.mT @ dout)  # (..., T, T)
    if cap is not None:
        dS *= 1 - np.square(S / S.dtype.type(cap))  # tanh' = 1 - tanh^2
    dS *= dS.dtype.type(scale)
    return K @ dS, Q @ dS.mT, dV  # (..., d_head, T)


class Attention:
    """Self-attention as a block, (n, B T) to (n, B T), for sequences of ``T`` tokens.

    ``causal``: a token sees itself and those before it. ``scale``: 1 / sqrt(d_head) unless given. ``qk_norm``: queries
    and keys of each head go through an RMS norm (Henry et al. 2020; Dehghani et al. 2023, section 2, with layer norm).
    After a pass it holds ``S``, the logits before the mask, and ``A``, both (heads, B, keys, queries). Raises TypeError
    or ValueError for sizes below 1, and if n cannot be cut into ``heads``.
    """

    def __init__(self, n, heads, T, causal=True, scale=None, qk_norm=False, cap=None, init="glorot_normal", gain=1.0):
        """Make four dense layers Q, K, V and O, drawn by ``init``; ``gain`` multiplies the first W_O."""
        self.n_in = self.n_out = checks.whole("n", n)
        self.heads, self.T = checks.whole("heads", heads), checks.whole("T", T)
        if n % heads:
            raise ValueError(f"heads must divide the number of units, {n}, got {heads}")
        self.d_head = n // heads
        self.scale = self.d_head**-0.5 if scale is None else checks.number("scale", scale)
        self.cap = None if cap is None else checks.number("cap", cap, above=0)
        self.mask = np.where(np.tri(T, dtype=bool).T, 0, -np.inf).astype("float32") if causal else None
        self.Q, self.K, self.V = (Dense(n, n, init=init) for _ in range(3))
        self.O = Dense(n, n, init=scaled_by(gain, init))
        self.norms = [RMSNorm(self.d_head), RMSNorm(self.d_head)] if qk_norm else []
        self.dense = [self.Q, self.K, self.V, self.O]
        self.parts, self.shapes = [*self.dense, *self.norms], {}

    def forward(self, x, training=True):
        """Return the block's output, (n, B T)."""
        if x.shape[1] % self.T:
            raise ValueError(f"x must have columns for whole sequences of {self.T} tokens, got {x.shape[1]}")
        q, k, v = (layer.forward(x, training) for layer in (self.Q, self.K, self.V))  # (n, B T)
        if self.norms:
            q, k = (self._normalized(norm, z) for norm, z in zip(self.norms, (q, k)))
        self.q, self.k, self.v = (self._split(z) for z in (q, k, v))  # (heads, B, d_head, T)
        out, (self.S, self.A) = attend(self.q, self.k, self.v, self.scale, self.mask, self.cap)
        return self.O.forward(self._join(out), training)

    def backward(self, d):
        """Take dL/d(output), return dL/dx, both (n, B T)."""
        dout = self._split(self.O.backward(d))  # (heads, B, d_head, T)
        dq, dk, dv = attend_back(dout, self.q, self.k, self.v, self.S, self.A, self.scale, self.cap)
        dq, dk, dv = (self._join(z) for z in (dq, dk, dv))  # (n, B T)
        if self.norms:
            dq, dk = (self._unnormalized(norm, z) for norm, z in zip(self.norms, (dq, dk)))
        return self.Q.backward(dq) + self.K.backward(dk) + self.V.backward(dv)

    def _split(self, z):
        """(n, B T) to (heads, B, d_head, T): a view."""
        return z.reshape(self.heads, self.d_head, -1, self.T).swapaxes(1, 2)

    def _join(self, z):
        """(heads, B, d_head, T) to (n, B T)."""
        return z.swapaxes(1, 2).reshape(self.n_in, -1)

    def _normalized(self, norm, z):
        return self._stacked(norm.forward(self._side_by_side(z)))

    def _unnormalized(self, norm, d):
        return self._stacked(norm.backward(self._side_by_side(d)))

    def _side_by_side(self, z):
        """(n, B T) to (d_head, heads B T): the heads side by side, which a norm takes for so many examples."""
        return z.reshape(self.heads, self.d_head, -1).swapaxes(0, 1).reshape(self.d_head, -1)

    def _stacked(self, z):
        """(d_head, heads B T) to (n, B T)."""
        return z.reshape(self.d_head, self.heads, -1).swapaxes(0, 1).reshape(self.n_in, -1)


def entropy(A):
    """Return the mean entropy, in nats, of the columns of A (..., keys, queries): ln(keys) if a query looks at all.

    -sum(A ln A) over the keys, 0 ln 0 = 0; (keys,) is one column. Raises TypeError or ValueError if A is no finite
    array.
    """
    A = checks.array("A", np.atleast_1d(checks.reals("A", A)))
    A = A if A.ndim > 1 else A[:, None]
    return float(-np.sum(A * np.log(np.where(A > 0, A, 1)), axis=-2).mean())
