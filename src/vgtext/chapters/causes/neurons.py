"""Does the number of units matter? The factor per layer, and its scatter, at several widths."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence


@cache
def logs(width, sigma_w=2**0.5, depth=20, seeds=60):
    """ln ‖delta[1]‖²/‖delta[L]‖² of ReLU networks without biases, one for each seed: (seeds,)."""
    runs = [nn.measure(depth, width, sigma_w, 0.0, "relu", batch=1, seed=seed).log10_error for seed in range(seeds)]
    return np.array([2 * np.log(10) * (run[1] - run[depth]) for run in runs])


def factor(width, sigma_w=2**0.5, depth=20):
    """The factor of the error signal's root mean square per layer on the way back."""
    return float(np.mean(np.exp(logs(width, sigma_w))) ** (1 / (2 * (depth - 1))))


CLAIMS = (
    Claim(
        "S3.14", "The more layers and the more neurons a network has, the more critical the problem.",
        "holds if", "For layers it holds. For neurons it holds if the standard deviation of a weight stays while the "
        "layers get wider, since σ_w = std √n grows then. With σ_w kept, the mean square changes by the same "
        "factor per layer at every width, and wider networks scatter less: the variance of ln ‖δ‖² is proportional to "
        "depth over width.",
        (
            Evidence("σ_w = √2, 50 units: factor per layer", lambda: factor(50), 1.0, 0.03),
            Evidence("σ_w = √2, 200 units: factor per layer", lambda: factor(200), 1.0, 0.03),
            Evidence("std 0.1, 50 units (σ_w = 0.71): factor per layer", lambda: factor(50, 0.1 * 50**0.5), 0.5, 0.03),
            Evidence("std 0.1, 200 units (σ_w = 1.41): factor per layer", lambda: factor(200, 0.1 * 200**0.5), 1.0,
                     0.03),
            Evidence("variance of ln ‖δ[1]‖² over that at a fourfold width, 50 and 200 units",
                     lambda: float(logs(50).var() / logs(200).var()), 4.0, 2.0),
        ), "depth-over-width",
        setting="20 ReLU layers, 60 seeds, one input, no biases, before the first step.",
    ),
)
