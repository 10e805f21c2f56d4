"""One block out of a trained network: a plain one collapses, a residual one hardly notices (Veit et al. 2016)."""

from functools import cache

import numpy as np

from vgtext import nn

from .runs import EVERY, STEPS, digits, network


@cache
def taken_out(kind, depth=8, rate=0.1, seed=0):
    """Test accuracy of a trained network, and of the same with each one of its blocks left out: a number, (depth,)."""
    d, net = digits(), network(kind, depth, seed)
    nn.train(net, d.x, d.y, steps=STEPS, learning_rate=rate, seed=seed, progress=False, evaluate_every=EVERY * 10)
    whole, size = net.blocks, 1 if kind == "scaled" else 2  # blocks of the list that make up one layer
    shares = []
    for k in (None, *range(depth)):
        gone = () if k is None else range(1 + size * k, 1 + size * (k + 1))
        net.blocks = [block for i, block in enumerate(whole) if i not in gone]
        shares.append(float((net.predict(d.x_test).argmax(axis=0) == d.y_test).mean()))
    net.blocks = whole
    return shares[0], np.array(shares[1:])
