"""A dense layer whose arrays are made once, and whose products take the form that is fastest for their shape."""

import numpy as np

from ..activations import ACTIVATIONS
from ..layers import Dense
from .matmul import fastest_product, fastest_product_with_transpose


class FastDense(Dense):
    """The passes of :class:`~vgtext.nn.layers.Dense`; a pass writes over the arrays of the one before."""

    _back = None

    def forward(self, a, training=True):
        """Return phi(norm(W a + b)), (n_out, examples)."""
        if self._back is None or self._back.shape[1] != a.shape[1]:
            self._allocate(a.shape[1])
        self.a_in, z = a, self.z  # (n_in, examples)
        self._times(self.W, a, out=z)  # (n_out, examples)
        z += self.b
        self.u = u = self.norm.forward(z, training) if self.norm else z
        if self._linear:
            self.a = u
        else:
            self.phi.value(u, out=self.a)
        return self.a

    def backward(self, d):
        """Take dL/d(output), (n_out, examples); return dL/d(input), (n_in, examples)."""
        if self._linear:
            self.delta = d if self.norm is None else self.norm.backward(d)  # dL/dz, (n_out, examples)
        else:
            self.phi.slope(self.u, self.a, out=self.delta)  # phi'(u)
            self.delta *= d  # dL/du
            if self.norm:
                self.norm.backward(self.delta, out=self.delta)  # dL/dz
        delta = self.delta
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
        self._b_gradient, self._linear = self.b_gradient[:, 0], self.phi is ACTIVATIONS["identity"]
