"""The blocks of a network: dense layers, and the two shortcuts around them, residual and highway.

Every block has ``forward(a, training)``, which gives its output, and ``backward(d)``, which takes dL/d(output), sets
the gradients of its own parameters and gives dL/d(input). Arrays are (units, examples). Parameters and gradients are
views into the network's two flat vectors, so that an optimizer needs one call for all of them.
"""

import numpy as np

from . import checks
from .activations import get_activation
from .fast.matmul import fastest_product, fastest_product_with_transpose
from .initializers import get_initializer
from .norms import get_norm


class Dense:
    """One layer: ``z = W a + b``, then a normalization if there is one, then ``phi``.

    W is (n_out, n_in), b (n_out, 1). After a pass it holds what the book looks at: ``z``, ``u`` (what phi is taken of),
    ``a`` (its output) and ``delta`` = dL/dz, all (n_out, examples), and ``a_in``.
    """

    def __init__(self, n_in, n_out, activation="identity", norm=None, init="glorot_normal", bias=0.0, sigma_b=0.0):
        """Take the sizes, phi, normalization and initializer by name; b starts as ``bias`` + N(0, sigma_b^2)."""
        self.n_in, self.n_out = checks.whole("n_in", n_in), checks.whole("n_out", n_out)
        self.phi, self.init = get_activation(activation), get_initializer(init)
        self.bias, self.sigma_b = checks.number("bias", bias), checks.number("sigma_b", sigma_b, least=0)
        self.norm = get_norm(norm, n_out)
        self.parts = [self.norm] if self.norm else []
        self.dense = [self]
        self.z = None

    @property
    def shapes(self):
        """The learned parameters and their shapes."""
        return {"W": (self.n_out, self.n_in), "b": (self.n_out, 1)}

    def initialize(self, rng):
        """Draw W by ``init``, b = bias + N(0, sigma_b^2)."""
        self.W[...] = self.init(self.n_out, self.n_in, rng)
        self.b[...] = self.bias + self.sigma_b * rng.standard_normal((self.n_out, 1))

    def forward(self, a, training=True):
        """Return phi(norm(W a + b)), (n_out, examples)."""
        if self.z is None or self.z.shape[1] != a.shape[1]:
            self._allocate(a.shape[1])
        self.a_in, z = a, self.z  # (n_in, examples)
        self._times(self.W, a, out=z)  # (n_out, examples)
        z += self.b
        self.u = u = self.norm.forward(z, training) if self.norm else z
        return self.phi.value(u, out=self.a)

    def backward(self, d):
        """Take dL/d(output), (n_out, examples); return dL/d(input), (n_in, examples)."""
        delta = self.phi.slope(self.u, self.a, out=self.delta)  # phi'(u), (n_out, examples)
        delta *= d  # dL/du
        if self.norm:
            self.norm.backward(delta, out=delta)  # dL/dz
        self._times_transpose(delta, self.a_in, out=self.W_gradient)  # delta a_in.T, (n_out, n_in)
        np.dot(delta, self._ones, out=self._b_gradient)  # (n_out,)
        return self._times_back(self.W.T, delta, out=self._back)

    def _allocate(self, examples):
        """Make the arrays that a pass writes to, once for each number of examples."""
        self.z, self.a, self.delta = np.empty((3, self.n_out, examples), self.W.dtype)
        self._back, self._ones = np.empty((self.n_in, examples), self.W.dtype), np.ones(examples, self.W.dtype)
        out, into, dtype = self.n_out, self.n_in, self.W.dtype
        self._times, self._times_back = fastest_product(out, into, examples), fastest_product(into, out, examples)
        self._times_transpose = fastest_product_with_transpose(out, examples, into, dtype)
        self._b_gradient = self.b_gradient[:, 0]


class Residual:
    """A shortcut around some layers: ``a + scale * f(a)`` (He et al. 2016).

    ``norm`` with ``place`` "pre": a + scale f(norm(a)); "post": norm(a + scale f(a)) (Xiong et al. 2020, figure 1).
    """

    def __init__(self, body, norm=None, place="pre", scale=1.0):
        """Take the layers to go around."""
        if body[0].n_in != body[-1].n_out:
            raise ValueError(f"body must end with the units it began with, {body[0].n_in}, got {body[-1].n_out}")
        self.n_in = self.n_out = body[0].n_in
        self.body, self.scale = list(body), checks.number("scale", scale)
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

    ``gate_bias``, the initial b_T, is negative so that the block starts near the identity (their section 4.1).
    """

    def __init__(self, n, activation="tanh", init="glorot_normal", gate_bias=-2.0, norm=None, sigma_b=0.0):
        """Make the two layers of n units, transform and gate."""
        self.n_in = self.n_out = n
        self.transform = Dense(n, n, activation, norm, init, sigma_b=sigma_b)
        self.gate = Dense(n, n, "sigmoid", init=init, bias=gate_bias)
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
