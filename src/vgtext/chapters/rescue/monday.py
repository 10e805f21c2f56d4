"""A training loop that knows nothing of this book, and what it hands over."""

import numpy as np


def numpy_run(std=0.05, layers=12, units=64, steps=60, rate=0.05, seed=0):
    """Train ReLU layers on random inputs in plain NumPy; yield (loss, W, dW, W_new, a) at every step.

    W, dW and W_new are lists of L matrices, layer 1 first, and a the list of the L layers' outputs: what any framework
    can hand over. The task: say on which side of a random plane an input lies.
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((units, 256))  # columns are examples
    y = np.sign(rng.standard_normal(units) @ x)
    W = [std * rng.standard_normal((units, units)) for _ in range(layers - 1)] + [std * rng.standard_normal((1, units))]
    for _ in range(steps):
        a = [x]
        for k, w in enumerate(W):
            z = w @ a[-1]
            a.append(np.maximum(z, 0) if k < layers - 1 else z)
        loss, delta, dW = np.mean((a[-1] - y) ** 2), 2 * (a[-1] - y) / y.size, []
        for k in reversed(range(layers)):
            dW.insert(0, delta @ a[k].T)
            delta = (W[k].T @ delta) * (a[k] > 0)
        W_new = [w - rate * g for w, g in zip(W, dW)]
        yield float(loss), W, dW, W_new, a[1:]
        W = W_new
