"""What width asks: muP's table, and the exponents of the first update, measured in networks that show them."""

import numpy as np
import pytest

from vgtext import nn
from vgtext.nn.theory import width

WIDTHS = (64, 256, 1024)


def test_at_the_base_width_nothing_changes():
    assert all(k == (1, 1, 1) for k in width.mup(64, 64).values())
    assert width.rate_factors(nn.mlp(5, 64, 3, 4), "adam", 64) == {}


def test_the_table_of_tensor_programs_v():
    """Table 3, fan-in of hidden and output weights and fan-out of input weights and biases four times the base."""
    rules = width.mup(128, 32)
    assert rules["input"] == (1, 4, 1) and rules["hidden"] == (1, 1, 1 / 4)
    assert rules["output"] == (1 / 2, 1 / 4, 1 / 4) and rules["bias"] == (1, 4, 1)
    net = nn.mlp(5, 128, 3, 4)
    assert width.rate_factors(net, "adam", 32) == {"block2.0.W": 0.25, "block3.0.W": 0.25, "block4.0.W": 0.25}
    sgd = width.rate_factors(net, "sgd", 32)
    assert sgd == {"block4.0.W": 0.25, "block1.0.W": 4} | {f"block{l}.0.b": 4 for l in (1, 2, 3)}


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("rule", width.RULES)
def test_the_first_update_grows_with_the_width_as_said(optimizer, rule):
    """sigma_1 of the update over sqrt(n_out / n_in): one example, a fixed error at the output."""
    sizes, rng = [], np.random.default_rng(0)
    x, error = rng.standard_normal((16, 1)), rng.standard_normal((3, 1))
    for n in WIDTHS:
        std = width.mup(n, 64)["output"].std if rule == "muP" else 1.0
        net = nn.mlp(16, n, 3, 3, activation="relu", init="he_normal", dtype="float64",
                     output_init=nn.initializers.scaled_normal(std))
        factors = width.rate_factors(net, optimizer, 64) if rule == "muP" else {}
        how = nn.optimizers.get_optimizer(nn.PerArray(optimizer, factors), net)
        before = [layer.W.copy() for layer in net.layers[1:]]
        net.forward(x), net.backward(error)
        how.step(net.theta, net.gradient, 1e-3)
        sizes.append([np.linalg.norm(layer.W - W, 2) / width.spectral_scale(*W.shape)
                      for layer, W in zip(net.layers[1:], before)])
    for k, kind in enumerate(("input", "hidden", "output")):
        exponent = np.polyfit(np.log(WIDTHS), np.log(np.array(sizes)[:, k]), 1)[0]
        assert exponent == pytest.approx(width.GROWTH[optimizer, rule][kind], abs=0.15), kind


def test_a_gaussian_layer_meets_the_spectral_condition_at_any_width():
    """Std 1 / sqrt(n_in) for square layers: sigma_1 near 2, at every width."""
    for n in (100, 400):
        W = nn.initializers.normal(n**-0.5)(n, n, 0)
        assert np.linalg.norm(W, 2) / width.spectral_scale(n, n) == pytest.approx(2, rel=0.05)


def test_orthogonal_updates_have_the_size_asked_for():
    for n_out, n_in in ((48, 12), (12, 12)):
        G = np.random.default_rng(0).standard_normal((n_out, n_in))
        step = max(1, n_out / n_in) ** 0.5 * nn.newton_schulz(G)
        assert 0.65 < np.linalg.norm(step, 2) / width.spectral_scale(n_out, n_in) < 1.25


def test_depth_over_width():
    assert width.log_variance(20, 100) == 1 and width.log_variance(20, 100, per_layer=2) == 0.4
