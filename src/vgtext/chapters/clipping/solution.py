"""Is clipping the solution? What it does to a network that explodes at every step because its weights are too large."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence

from .count import LAYERS, LIMIT, factor, sizes
from .ways import clipped

DEPTH, WIDTH, STEPS, RATES = 20, 32, 300, (0.003, 0.02, 0.1, 0.5)


@cache
def accuracies(sigma_w, clip):
    """Test accuracy of 20 ReLU layers on the digits after STEPS steps, at each of RATES; nan after a breakdown."""
    found, d = [], nn.data.digits()
    for rate in RATES:
        init = nn.initializers.scaled_normal(sigma_w)
        net = nn.mlp(64, WIDTH, 10, depth=DEPTH, activation="relu", init=init, seed=0)
        run = nn.train(net, d.x, d.y, steps=STEPS, learning_rate=rate, clip=clip and ("global_norm", clip),
                       test=(d.x_test, d.y_test), seed=0, progress=False)
        found.append(np.nan if run.breakdown else run.test_accuracy[-1])
    return np.array(found)


def first_over_last(limit=None, sigma_w=1.5):
    """Layer 1's share of the gradient over layer 105's, in powers of ten, as it is or clipped by global norm."""
    g = [np.array([size]) for size in sizes(sigma_w)]
    g = clipped(g, "global_norm", limit) if limit else g
    return float(np.log10(g[0][0] / g[LAYERS - 1][0]))


CLAIMS = (
    Claim(
        "S2.7", "Clipping solves exploding gradients.",
        "holds if", "Only some steps are too long, as at the cliffs of a recurrent network. Where the weights are too "
        "large, every step is: clipping keeps the numbers finite, the layers' gradients stay as unequal as they were, "
        "and the network does not learn. There the weight scale has to change.",
        (
            Evidence("105 tanh layers: powers of ten by which layer 1's gradient exceeds layer 105's", first_over_last,
                     104 * float(np.log10(factor(1.5))), 0.5),
            Evidence("the same, clipped by global norm at 1", lambda: first_over_last(LIMIT), first_over_last(), 1e-9),
            Evidence("20 ReLU layers, σ_w = 3: learning rates of four that break training, without clipping",
                     lambda: int(np.isnan(accuracies(3.0, None)).sum()), 4, 0),
            Evidence("the same, clipped at 1", lambda: int(np.isnan(accuracies(3.0, 1.0)).sum()), 0, 0),
            Evidence("the best test accuracy, clipped at 1", lambda: float(np.nanmax(accuracies(3.0, 1.0))), 0.2, 0.1),
            Evidence("the best test accuracy with He's σ_w = √2, not clipped",
                     lambda: float(np.nanmax(accuracies(2**0.5, None))), 0.6, 0.15),
        ), "count",
        setting="105 tanh layers of 64 units, σ_w = 1.5, before the first step. Training: 20 layers of 32 units, 300 "
        "steps of plain SGD with batches of 64, the best of four learning rates, one seed.",
    ),
)
