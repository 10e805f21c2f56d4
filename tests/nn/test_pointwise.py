"""The block phi(z), and a shortcut around W phi(z), against differences."""

import numpy as np
import pytest
from gradients import SMOOTH, difference_error

from vgtext import nn
from vgtext.nn.pointwise import Pointwise


@pytest.mark.parametrize("activation", SMOOTH)
@pytest.mark.parametrize("scale", [1.0, 0.3])
def test_a_shortcut_around_w_phi_against_differences(activation, scale):
    n, rng = 4, np.random.default_rng(3)
    blocks = [nn.Residual([Pointwise(n, activation), nn.Dense(n, n)], scale=scale) for _ in range(3)]
    network = nn.Network([*blocks, nn.Dense(n, n)], seed=1, dtype="float64")
    x, y = rng.standard_normal((n, 6)), rng.integers(0, n, 6)
    network.loss_and_gradient(x, y)
    gradient = network.gradient.copy()
    assert difference_error(lambda: network.loss(network.forward(x), y)[0], network.theta, gradient, rng) < 1e-5


def test_an_unknown_activation_is_named():
    with pytest.raises(ValueError, match="activation"):
        Pointwise(3, "step-like")
