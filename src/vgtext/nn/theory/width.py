"""What width asks of a network: muP's rules for weights and rates, the spectral condition, depth over width.

A plain network of hidden width n is n / base times as wide as the one whose learning rate was tuned. Sources: Yang
et al. 2022 (Tensor Programs V), table 3; Yang, Simon and Bernstein 2023; Hanin and Nica 2020. All are statements
about the limit of large width; the first two also about a number of training steps that does not grow with it.
"""

from math import sqrt
from typing import NamedTuple

from .. import checks

RULES = ("standard", "muP")


#: Exponents p of the first update of input, hidden and output weights at one learning rate: sigma_1 over its
#: :func:`spectral_scale` grows as n^p. Gradient descent: an outer product of delta, whose norm is of order 1 in hidden
#: layers of standard networks, and a, of order sqrt(n). Adam: entries of one size, and the signs of that product.
GROWTH = {
    ("sgd", "standard"): {"input": -0.5, "hidden": 0.5, "output": 1.0},
    ("adam", "standard"): {"input": 0.0, "hidden": 1.0, "output": 1.0},
    ("sgd", "muP"): {"input": 0.0, "hidden": 0.0, "output": 0.0},
    ("adam", "muP"): {"input": 0.0, "hidden": 0.0, "output": 0.0},
}


class Scaling(NamedTuple):
    """Factors for one kind of array, over those of the base width: of its first standard deviation and of its rates."""

    std: float  # over the usual 1 / sqrt(n_in)
    sgd: float
    adam: float


def mup(n, base):
    """Return muP's :class:`Scaling` of "input", "hidden" and "output" weights and of the "bias" of hidden layers.

    With w = n / base: the rate of Adam falls as 1 / w where the number of inputs grows (hidden, output), that of plain
    gradient descent grows as w where only the number of outputs does (input, bias), and falls as 1 / w in the output
    layer, whose first weights are sqrt(w) times smaller. At n = base all are 1 (Yang et al. 2022, table 3). With an
    output that is divided by w in the forward pass, as in their code, the output layer has sqrt(w), w and 1 instead.
    Raises TypeError or ValueError for widths that are no whole numbers of 1 or more.
    """
    w = checks.whole("n", n) / checks.whole("base", base)
    return {"input": Scaling(1.0, w, 1.0), "hidden": Scaling(1.0, 1.0, 1 / w),
            "output": Scaling(1 / sqrt(w), 1 / w, 1 / w), "bias": Scaling(1.0, w, 1.0)}


def rate_factors(network, optimizer, base):
    """Return muP's factors of the learning rate for an :func:`~vgtext.nn.mlp`: numbers by the names of its arrays.

    ``nn.PerArray(optimizer, rate_factors(...))`` trains by them; ``optimizer`` is "sgd" or "adam". Arrays whose factor
    is 1 are left out, and so is the output layer's bias, whose size does not grow. Raises TypeError or ValueError.
    """
    checks.choice("optimizer", optimizer, ("sgd", "adam"))
    if not hasattr(network, "layers") or not hasattr(network, "parameters"):
        raise TypeError(f"network must be a network such as mlp(64, 128, 10, depth=4), got {network!r}")
    rules, factors = mup(network.layers[1].n_out, base), {}
    for l in range(1, network.depth + 1):
        kind = "input" if l == 1 else "hidden" if l < network.depth else "output"
        factors[f"block{l}.0.W"] = getattr(rules[kind], optimizer)
        if l < network.depth:
            factors[f"block{l}.0.b"] = getattr(rules["bias"], optimizer)
    return {name: factor for name, factor in factors.items() if factor != 1}


def spectral_scale(n_out, n_in):
    """Return sqrt(n_out / n_in), the order of sigma_1 that the spectral condition asks of W and of its updates.

    Yang, Simon and Bernstein 2023, condition 1. Raises TypeError or ValueError for sizes below 1.
    """
    return sqrt(checks.whole("n_out", n_out) / checks.whole("n_in", n_in))


def log_variance(L, n, per_layer=5):
    """Return the variance ``per_layer L / n`` of ln |delta|^2 over L layers of n units: 5 for He and ReLU, 2 if linear.

    For L and n both large in a fixed ratio (Hanin and Nica 2020). Raises TypeError or ValueError for L or n below 1.
    """
    return checks.number("per_layer", per_layer, least=0) * checks.whole("L", L) / checks.whole("n", n)
