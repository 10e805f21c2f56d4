"""The memory of the stacked passes: arrays that are used again from pass to pass, for fresh pages are the slow part."""

import threading
from math import prod

import numpy as np

from .matmul import fastest_product, fastest_product_with_transpose

_memory = threading.local()
_CACHE_BYTES = 2**20  # the backward pass goes a cacheful of layers at a time, while their arrays are at hand


class Arrays:
    """The arrays of a pass, and lists of their layers, cheap to index: (n, B) if ``plain``, else (G, n, B).

    ``joined``: ``A`` is there to hold [W b], and below every layer of ``a`` is a row of ``ones``, below z one of zeros:
    ``a_rows`` and ``z_rows`` are the arrays with these rows.
    """

    def __init__(self, L, G, n, B, dtype, plain, joined):
        """Take them from the arena."""
        layers, rows = (slice(None), 0) if plain else slice(None), n + joined
        self.a_rows, self.z_rows = (_arena(name, (L + 1, G, rows, B), dtype) for name in "az")
        self.a, self.z = self.a_rows[:, :, :n], self.z_rows[:, :, :n]  # (L + 1, G, n, B)
        self.ones = self.a_rows[:, 0, n] if joined else None  # (L + 1, B)
        self.a_rows_list, self.a_list, self.z_list = (list(k[layers]) for k in (self.a_rows, self.a, self.z))
        self.A = _arena("A", (L, n, n + 1), dtype) if joined else None
        self.A_list = list(self.A) if joined else None
        self.work = _arena("work", (G, n, B), dtype)
        layer_bytes = (2 * G * B * n + (G + 1) * n * n) * dtype.itemsize  # a, z, dW and W
        some = min(L, max(1, _CACHE_BYTES // layer_bytes))  # layers at a time
        self.dW = _arena("dW", (some, G, n, n), dtype)  # only its norms are kept
        self.times, self.times_back = fastest_product(n, n + joined, B, not plain), fastest_product(n, n, B, not plain)
        self.times_transpose = fastest_product_with_transpose(n, B, n, dtype, (some, G))


def arrays(*shape):
    """Return the arrays for a shape; those of this thread's last pass are used again."""
    if getattr(_memory, "shape", None) != shape:
        _memory.shape, _memory.arrays = shape, Arrays(*shape)
    return _memory.arrays


def _arena(name, shape, dtype):
    """Return an uninitialized array from a buffer of this thread that only grows."""
    size = prod(shape) * dtype.itemsize
    buffers = _memory.__dict__.setdefault("buffers", {})
    if name not in buffers or buffers[name].nbytes < size:
        buffers[name] = np.empty(size, np.uint8)
    return buffers[name][:size].view(dtype).reshape(shape)
