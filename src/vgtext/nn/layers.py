"""The blocks of a network: dense layers, an activation by itself, and the two shortcuts, residual and highway.

A block is any object with

    n_in, n_out               how many units go in and come out
    forward(a, training)      its output, (n_out, examples), for a (n_in, examples); it keeps what ``backward`` needs
    backward(d)               dL/d(input) from d = dL/d(output), once after a forward pass; it sets the gradients of
                              its own parameters, called by their name and ``_gradient``
    shapes                    its own parameters, {name: shape}; the network makes each, and its gradient, a view into
                              two flat vectors, so that an optimizer needs one call for all of them
    initialize(rng)           draws these parameters; asked only of a block that has some
    parts                     the blocks inside it, which may have parameters of their own (may be left out)
    dense                     the dense layers inside it in order, whose signals the network reports

``training`` is False in inference, where batch norm uses its running averages. Arrays are (units, examples).
"""

from itertools import pairwise

from . import checks
from .activations import get_activation
from .initializers import get_initializer
from .norms import get_norm


class Dense:
    """One layer: ``z = W a + b``, then a normalization if there is one, then ``phi``.

    W is (n_out, n_in), b (n_out, 1). After a pass it holds what the book looks at: ``z``, ``u`` (what phi is taken of),
    ``a`` (its output) and ``delta`` = dL/dz, all (n_out, examples), and ``a_in``. Raises TypeError or ValueError for
    sizes below 1, unknown names, and a bias that is no finite number.
    """

    def __init__(self, n_in, n_out, activation="identity", norm=None, init="glorot_normal", bias=0.0, sigma_b=0.0):
        """Take the sizes, phi, normalization and initializer by name; b starts as ``bias`` + N(0, sigma_b^2)."""
        self.n_in, self.n_out = checks.whole("n_in", n_in), checks.whole("n_out", n_out)
        self.phi, self.init = get_activation(activation), get_initializer(init)
        self.bias, self.sigma_b = checks.number("bias", bias), checks.number("sigma_b", sigma_b, least=0)
        self.norm = get_norm(norm, n_out)
        self.parts = [self.norm] if self.norm else []

    @property
    def dense(self):
        """Itself; not kept, for a layer that held itself would outlive its network."""
        return [self]

    @property
    def shapes(self):
        """The learned parameters and their shapes."""
        return {"W": (self.n_out, self.n_in), "b": (self.n_out, 1)}

    def initialize(self, rng):
        """Draw W by ``init``, b = bias + N(0, sigma_b^2)."""
        self.W[...] = self.init(self.n_out, self.n_in, rng)
        self.b[...] = self.bias + self.sigma_b * rng.standard_normal((self.n_out, 1))

    def forward(self, a, training=True):
        """Return a = phi(norm(W a_in + b)), (n_out, examples)."""
        self.a_in = a  # (n_in, examples)
        self.z = self.W @ a + self.b  # (n_out, examples)
        self.u = self.norm.forward(self.z, training) if self.norm else self.z  # (n_out, examples)
        self.a = self.phi.value(self.u)  # (n_out, examples)
        return self.a

    def backward(self, d):
        """Take dL/d(output), (n_out, examples); return dL/d(input) = W.T delta, (n_in, examples)."""
        self.delta = d * self.phi.slope(self.u, self.a)  # dL/du, (n_out, examples)
        if self.norm:
            self.delta = self.norm.backward(self.delta)  # dL/dz, (n_out, examples)
        self.W_gradient[...] = self.delta @ self.a_in.T  # (n_out, n_in)
        self.b_gradient[...] = self.delta.sum(axis=1, keepdims=True)  # (n_out, 1)
        return self.W.T @ self.delta  # (n_in, examples)


class Pointwise:
    """An activation function as a block of its own: ``a = phi(z)``, (n, examples) to (n, examples), no parameters.

    A residual block that activates first, ``z + W phi(z) + b`` (He et al. 2016, Identity Mappings, figure 4e without
    normalization), is ``Residual([Pointwise(n, "relu"), Dense(n, n)])``. Raises ValueError for an unknown phi.
    """

    def __init__(self, n, activation):
        """Take the number of units and phi by name."""
        self.n_in = self.n_out = checks.whole("n", n)
        self.phi = get_activation(activation)
        self.dense, self.shapes = [], {}

    def forward(self, z, training=True):
        """Return phi(z), (n, examples)."""
        self.z, self.a = z, self.phi.value(z)
        return self.a

    def backward(self, d):
        """Take dL/da, return dL/dz = phi'(z) dL/da, (n, examples)."""
        return self.phi.slope(self.z, self.a) * d


class Residual:
    """A shortcut around some layers: ``a + scale * f(a)`` (He et al. 2016).

    ``norm`` with ``place`` "pre": a + scale f(norm(a)); "post": norm(a + scale f(a)) (Xiong et al. 2020, figure 1).
    """

    def __init__(self, body, norm=None, place="pre", scale=1.0):
        """Take the layers to go around; raise TypeError or ValueError if there are none, or if they do not fit."""
        body = joined("body", body)
        if body[0].n_in != body[-1].n_out:
            raise ValueError(f"body must end with the units it began with, {body[0].n_in}, got {body[-1].n_out}")
        self.n_in = self.n_out = body[0].n_in
        self.body, self.scale = body, checks.number("scale", scale)
        self.place = checks.choice("place", place, ("pre", "post"))
        self.norm = get_norm(norm, self.n_in)
        self.parts = [*self.body, *([self.norm] if self.norm else [])]
        self.dense = [layer for block in self.body for layer in block.dense]
        self.shapes = {}

    def forward(self, a, training=True):
        """Return the block's output, (n, examples)."""
        pre = self.norm is not None and self.place == "pre"
        f = self.norm.forward(a, training) if pre else a
        for block in self.body:
            f = block.forward(f, training)
        out = a + (f if self.scale == 1 else f * a.dtype.type(self.scale))  # (n, examples)
        return self.norm.forward(out, training) if self.norm and not pre else out

    def backward(self, d):
        """Take dL/d(output), return dL/d(input), both (n, examples)."""
        pre = self.norm is not None and self.place == "pre"
        if self.norm and not pre:
            d = self.norm.backward(d)
        df = d if self.scale == 1 else d * d.dtype.type(self.scale)
        for block in reversed(self.body):
            df = block.backward(df)
        return d + (self.norm.backward(df) if pre else df)


class Highway:
    """A gated shortcut: ``T * H + (1 - T) * a``, H = phi(W a + b), T = sigmoid(W_T a + b_T) (Srivastava et al. 2015).

    ``gate_bias``, the initial b_T, is negative so that the block starts near the identity (their section 2.2). Raises
    as :class:`Dense` does.
    """

    def __init__(self, n, activation="tanh", init="glorot_normal", gate_bias=-2.0, norm=None, sigma_b=0.0):
        """Make the two layers of n units, transform and gate."""
        self.n_in = self.n_out = checks.whole("n", n)
        self.transform = Dense(n, n, activation, norm, init, sigma_b=sigma_b)
        self.gate = Dense(n, n, "sigmoid", init=init, bias=checks.number("gate_bias", gate_bias))
        self.parts, self.dense, self.shapes = [self.transform, self.gate], [self.transform], {}

    def forward(self, a, training=True):
        """Return the block's output, (n, examples)."""
        self.a_in, self.H, self.T = a, self.transform.forward(a, training), self.gate.forward(a, training)
        return self.T * self.H + (1 - self.T) * a

    def backward(self, d):
        """Take dL/d(output), return dL/d(input), both (n, examples)."""
        through = self.transform.backward(d * self.T)  # (n, examples)
        through += self.gate.backward(d * (self.H - self.a_in))
        through += d * (1 - self.T)
        return through


def joined(name, blocks):
    """Return blocks as a list; raise TypeError or ValueError if there are none, or if one does not fit the next."""
    blocks = checks.sequence(name, blocks, "blocks")
    for block in blocks:
        if not (hasattr(block, "forward") and hasattr(block, "backward")):
            raise TypeError(f"{name} must hold blocks, such as Dense(64, 10), got {block!r}")
    for one, two in pairwise(blocks):
        if one.n_out != two.n_in:
            raise ValueError(f"{name} must fit: one with {one.n_out} outputs meets one with {two.n_in} inputs")
    return blocks
