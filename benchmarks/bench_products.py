"""Matrix products in the form that ``vgtext.nn.fast.matmul`` picks against plain ``np.dot``, at the book's sizes."""

import time

import numpy as np

from benchmarks.protocol import Row
from vgtext.nn.fast.matmul import fastest_product, fastest_product_with_transpose

#: (rows, inner, columns): wide layers, an LSTM's step forward and back; transposed, a layer's weight gradient.
PLAIN = (64, 64, 64), (128, 128, 64), (256, 256, 64), (256, 73, 64), (64, 256, 64)
TRANSPOSED = (32, 64, 32), (64, 64, 64), (128, 64, 128), (256, 64, 73)


SETS = 30  # products of different arrays in turn, as in a network of that many layers


def run(options):
    """Yield the rows of the table; ours should not be slower anywhere."""
    for shape in PLAIN:
        yield _compare(f"A @ B {shape}", *shape, fastest_product(*shape), False, options.rounds)
    for shape in TRANSPOSED:
        multiply = fastest_product_with_transpose(*shape, "float32")
        yield _compare(f"A @ B.T {shape}", *shape, multiply, True, options.rounds)


def _compare(name, rows, inner, columns, multiply, transposed, rounds):
    rng = np.random.default_rng(0)
    B_shape = (columns, inner) if transposed else (inner, columns)
    A, B = (list(rng.standard_normal((SETS, *k)).astype(np.float32)) for k in ((rows, inner), B_shape))
    out = list(np.empty((SETS, rows, columns), np.float32))

    def plain():
        for a, b, c in zip(A, B, out):
            np.dot(a, b.T if transposed else b, out=c)

    def ours():
        for a, b, c in zip(A, B, out):
            multiply(a, b, out=c)

    ratios = np.array([cpu_seconds(plain) / cpu_seconds(ours) for _ in range(rounds)])
    return Row(name, "np.dot / ours", ratios, (">=", 0.95))


def cpu_seconds(call, least=0.01):
    call()
    start, calls = time.process_time(), 0
    while calls == 0 or time.process_time() - start < least:
        call()
        calls += 1
    return (time.process_time() - start) / calls
