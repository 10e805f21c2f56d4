import gc
import weakref
from functools import partial

import autograd.numpy as anp
import numpy as np
import pytest
from gradients import (
    LOSS,
    PHI,
    SMOOTH,
    autograd_error,
    difference_error,
    normalized,
    parameter,
    random_target,
    seeds,
    sizes,
    steady,
)
from hypothesis import given, strategies

from vgtext import nn
from vgtext.nn.layers import Dense, Highway, Residual
from vgtext.nn.norms import Norm

norms = strategies.sampled_from([None, *nn.NORMS])
shortcuts = strategies.sampled_from([None, "residual", "highway", "pre", "post"])
losses = strategies.sampled_from(sorted(LOSS))
activations = strategies.sampled_from(sorted(PHI))


def reference(network, theta, x):
    """The output of ``network`` in autograd's terms, with its parameters taken from the flat vector ``theta``."""

    own = partial(parameter, network, theta)
    norm = partial(normalized, own)

    def run(block, a):
        if isinstance(block, Norm):
            return norm(block, a)
        if isinstance(block, Dense):
            z = anp.dot(own(block, "W"), a) + own(block, "b")
            return PHI[block.phi.name](norm(block.norm, z) if block.norm else z)
        if isinstance(block, Highway):
            T = run(block.gate, a)
            return T * run(block.transform, a) + (1 - T) * a
        pre = block.norm and block.place == "pre"
        f = norm(block.norm, a) if pre else a
        for layer in block.body:
            f = run(layer, f)
        out = a + block.scale * f
        return norm(block.norm, out) if block.norm and not pre else out

    for block in network.blocks:
        x = run(block, x)
    return x


def some_network(norm, shortcut, loss, activation, n, seed, **options):
    if shortcut in ("pre", "post") and norm is None:
        norm = "layer"
    rng = np.random.default_rng(seed)
    network = nn.mlp(n + 1, n, n, 4, activation=activation, norm=norm, shortcut=shortcut, loss=loss, sigma_b=0.3,
                     seed=seed, dtype="float64", **options)
    network.theta += 0.1 * rng.standard_normal(network.theta.shape)
    return network, rng.standard_normal((n + 1, 6)), random_target(loss, n, 6, rng), rng


@steady
@given(norm=norms, shortcut=shortcuts, loss=losses, activation=activations, n=sizes, seed=seeds,
       fast=strategies.booleans())
def test_every_block_against_autograd(norm, shortcut, loss, activation, n, seed, fast):
    network, x, y, _ = some_network(norm, shortcut, loss, activation, n, seed, fast=fast)
    value = network.loss_and_gradient(x, y)
    assert value == pytest.approx(float(LOSS[loss](reference(network, network.theta, x), y)), rel=1e-10)
    assert autograd_error(lambda t: LOSS[loss](reference(network, t, x), y), network.theta, network.gradient) < 1e-10


@pytest.mark.parametrize("norm", [None, *nn.NORMS])
@pytest.mark.parametrize("shortcut", [None, "residual", "highway", "pre", "post"])
def test_every_block_against_differences(norm, shortcut):
    for activation in SMOOTH:
        network, x, y, rng = some_network(norm, shortcut, "softmax_cross_entropy", activation, 4, 7)
        network.loss_and_gradient(x, y)
        gradient = network.gradient.copy()

        def loss(network=network, x=x, y=y):
            return network.loss(network.forward(x), y)[0]

        assert difference_error(loss, network.theta, gradient, rng) < 1e-7, activation


def test_the_gradient_of_the_input():
    network, x, y, rng = some_network("layer", "pre", "mean_squared_error", "gelu", 5, 3)
    _, dL_da = network.loss(network.forward(x), y)
    dL_dx = network.backward(dL_da)
    assert network.exponent == 0
    assert difference_error(lambda: network.loss(network.forward(x), y)[0], x, dL_dx, rng) < 1e-7


def test_a_residual_block_of_two_layers_with_a_scale():
    blocks = [Residual([Dense(4, 8, "silu"), Dense(8, 4)], "rms", "pre", scale=0.5), nn.BatchNorm(4), Dense(4, 3)]
    network = nn.Network(blocks, seed=1, dtype="float64")
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((4, 5)), rng.integers(0, 3, 5)
    network.loss_and_gradient(x, y)
    loss = LOSS["softmax_cross_entropy"]
    assert autograd_error(lambda t: loss(reference(network, t, x), y), network.theta, network.gradient) < 1e-10


@pytest.mark.parametrize("activation", SMOOTH)
@pytest.mark.parametrize("scale", [1.0, 0.3])
def test_a_shortcut_around_w_phi_against_differences(activation, scale):
    n, rng = 4, np.random.default_rng(3)
    blocks = [Residual([nn.Pointwise(n, activation), Dense(n, n)], scale=scale) for _ in range(3)]
    network = nn.Network([*blocks, Dense(n, n)], seed=1, dtype="float64")
    x, y = rng.standard_normal((n, 6)), rng.integers(0, n, 6)
    network.loss_and_gradient(x, y)
    gradient = network.gradient.copy()
    assert difference_error(lambda: network.loss(network.forward(x), y)[0], network.theta, gradient, rng) < 1e-5


def test_a_plain_network_is_the_readable_one():
    network, x, y, _ = some_network(None, None, "softmax_cross_entropy", "tanh", 5, 2)
    network.loss_and_gradient(x, y, measure=True)
    W, b = [None, *(k.W for k in network.layers[1:])], [None, *(k.b for k in network.layers[1:])]
    names = ["tanh"] * 3 + ["identity"]
    z, a = nn.forward(W, b, x, names)
    gradient = nn.backward(W, z, a, network.loss(a[-1], y)[1], names)
    signals = network.signals()
    for l in range(1, 5):
        np.testing.assert_allclose(network.layers[l].delta, gradient.delta[l], rtol=1e-12)
        np.testing.assert_allclose(network.layers[l].W_gradient, gradient.dW[l], rtol=1e-12)
        assert signals.gradient[l] == pytest.approx(np.linalg.norm(gradient.dW[l]))
        assert signals.error[l] == pytest.approx(np.linalg.norm(gradient.delta[l]) * np.sqrt(6))
    for l in range(5):
        assert (signals.mean[l], signals.variance[l]) == pytest.approx((a[l].mean(), a[l].var()))
        assert signals.activation[l] == pytest.approx(np.linalg.norm(a[l]) / np.sqrt(6))
    assert np.isnan([k[0] for k in (signals.error, signals.gradient, signals.saturation, signals.dead)]).all()


@pytest.mark.parametrize("norm", [None, "batch", "layer"])
def test_saturation_and_dead_units_of_a_pass(norm):
    network, x, y, _ = some_network(norm, None, "softmax_cross_entropy", "relu", 5, 4)
    network.loss_and_gradient(x, y, measure=True)
    signals = network.signals()
    for l in range(1, 4):
        off = network.layers[l].a == 0
        assert (signals.saturation[l], signals.dead[l]) == pytest.approx((off.mean(), off.all(axis=1).mean()))


def test_two_hundred_sigmoid_layers_in_float32():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((64, 32)), rng.integers(0, 10, 32)
    found = []
    for dtype in ("float32", "float64"):
        network = nn.mlp(64, 64, 10, 200, activation="sigmoid", dtype=dtype)
        network.loss_and_gradient(x, y, measure=True)
        found.append(network.signals())
    assert found[1].log10_gradient[1] < -100
    assert np.abs(found[0].log10_gradient - found[1].log10_gradient)[1:].max() < 0.01
    assert np.abs(found[0].log10_error - found[1].log10_error)[1:].max() < 0.01


def test_an_error_signal_that_dips_below_float32_on_its_way_is_not_lost():
    """Linear, 44 layers: half of them shrink the error signal, to 1e-66, the other half bring it back."""
    def gradient(dtype):
        blocks = [Dense(4, 4, init="orthogonal") for _ in range(44)]
        network = nn.Network(blocks, loss="mean_squared_error", dtype=dtype)
        for l, layer in enumerate(network.layers[1:], start=1):
            layer.W *= 1e3 if l <= 22 else 1e-3
        network.forward(1e-33 * np.eye(4))
        network.backward(np.ones((4, 4)))
        return network.gradient.reshape(44, 20)[:, :16].astype("float64") * 1e33  # of the weights

    np.testing.assert_allclose(gradient("float32"), gradient("float64"), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("axis, kind", [(1, nn.BatchNorm), (0, nn.LayerNorm)])
def test_norms_give_mean_0_and_variance_1(axis, kind):
    z = 3 + 2 * np.random.default_rng(0).standard_normal((8, 16))
    network = nn.Network([kind(8)], "mean_squared_error", dtype="float64")
    u = network.forward(z)
    np.testing.assert_allclose(u.mean(axis=axis), 0, atol=1e-12)
    np.testing.assert_allclose(u.var(axis=axis), 1, rtol=1e-4)


def test_rms_norm_gives_a_mean_square_of_1_and_ignores_scale():
    z = np.random.default_rng(0).standard_normal((8, 16))
    network = nn.Network([nn.RMSNorm(8, eps=0)], "mean_squared_error", dtype="float64")
    np.testing.assert_allclose((network.forward(z) ** 2).mean(axis=0), 1)
    np.testing.assert_allclose(network.forward(100 * z), network.forward(z))


def test_batch_norm_uses_running_statistics_in_inference():
    rng = np.random.default_rng(0)
    network = nn.Network([nn.BatchNorm(4)], "mean_squared_error", dtype="float64")
    for _ in range(200):
        network.forward(3 + 2 * rng.standard_normal((4, 64)))
    u = network.predict(np.array([[3.0], [5.0], [1.0], [3.0]]))
    np.testing.assert_allclose(u[:, 0], [0, 1, -1, 0], atol=0.15)
    assert np.array_equal(u, network.predict(np.array([[3.0], [5.0], [1.0], [3.0]])))


def test_inference_of_batch_norm_has_a_derivative_too():
    rng = np.random.default_rng(1)
    network = nn.Network([Dense(3, 4, "tanh", norm="batch"), Dense(4, 2)], "mean_squared_error", dtype="float64")
    network.forward(rng.standard_normal((3, 50)))
    x, y = rng.standard_normal((3, 5)), rng.standard_normal((2, 5))
    network.backward(network.loss(network.predict(x), y)[1])
    gradient = network.gradient.copy()
    assert difference_error(lambda: network.loss(network.predict(x), y)[0], network.theta, gradient, rng) < 1e-7


def test_batch_norm_makes_gradients_explode_by_pi_over_pi_minus_1():
    rng = np.random.default_rng(0)
    network = nn.mlp(500, 500, 500, 16, activation="relu", init="he_normal", norm="batch", loss="mean_squared_error")
    x = rng.standard_normal((500, 512)).astype("float32")
    out = network.forward(x)
    network.backward(rng.standard_normal(out.shape), measure=True)
    growth = np.exp2(2 * np.diff(network.signals().log2_error[4:15])).mean() ** -1
    assert growth == pytest.approx(np.pi / (np.pi - 1), rel=0.03)


def test_a_pass_leaves_the_results_of_earlier_passes_alone():
    network, x, y, _ = some_network("batch", "residual", "softmax_cross_entropy", "tanh", 4, 1)
    first = network.predict(x)
    kept = first.copy()
    network.predict(2 * x)
    network.loss_and_gradient(x, y)
    assert np.array_equal(first, kept)
    many = network.predict(np.tile(x, 3))  # another number of examples
    np.testing.assert_allclose(many[:, :6], network.predict(x))


def test_lsuv_gives_every_layer_variance_1():
    network = nn.mlp(20, 30, 30, 8, activation="relu", init="orthogonal")
    x = np.random.default_rng(0).standard_normal((20, 200)).astype("float32")
    nn.lsuv(network, x)
    network.forward(x)
    assert all(abs(layer.z.var() - 1) < 0.02 for layer in network.layers[1:])


@pytest.mark.parametrize("tolerance", [0.3, 0.03, 1e-4])
def test_lsuv_scales_until_the_variance_is_within_the_tolerance_and_no_further(tolerance):
    """A layer that begins within the tolerance stays as it is; one that begins outside of it ends inside."""
    network = nn.mlp(20, 30, 30, 8, activation="relu", init="orthogonal", dtype="float64")
    x = np.random.default_rng(0).standard_normal((20, 200))
    network.forward(x)
    for scale in (1 + 0.4 * tolerance, 1 + tolerance):  # variances of about 1 + 0.8 and 1 + 2 tolerances
        network.layers[1].W *= scale / network.layers[1].z.std()
        kept = network.layers[1].W.copy()
        nn.lsuv(network, x, tolerance)
        network.forward(x)
        assert np.array_equal(kept, network.layers[1].W) == (scale < 1 + tolerance)
        assert all(abs(layer.z.var() - 1) < tolerance for layer in network.layers[1:])


def test_biases_are_drawn_around_what_they_are_given():
    blocks = Dense(40, 900, bias=3.0, sigma_b=0.5), Highway(900, init="zeros", sigma_b=0.5)
    for block, means in zip(blocks, ([3], [0, -2])):
        network = nn.Network([block], "mean_squared_error")
        found = [network.theta[part] for name, part in network.parameters.items() if name.endswith(".b")]
        assert [b.mean() for b in found] == pytest.approx(means, abs=0.1)
        assert [b.std() for b in found] == pytest.approx([0.5, 0.0][: len(found)], abs=0.05)


def test_highway_starts_near_the_identity():
    a = np.random.default_rng(0).standard_normal((6, 5))
    network = nn.Network([Highway(6, gate_bias=-30.0)], "mean_squared_error", dtype="float64")
    np.testing.assert_allclose(network.forward(a), a, atol=1e-8)
    as_given = nn.Network([Highway(6)], "mean_squared_error", dtype="float64")
    assert np.linalg.norm(as_given.forward(a) - a) < 0.5 * np.linalg.norm(a)  # the gate lets through an eighth


@pytest.mark.parametrize("call, words", [
    (lambda: nn.mlp(3, 4, 2, 0), "depth must be at least 1, got 0"),
    (lambda: nn.mlp(3, 4, 2, 3, norm="group"), "norm must be one of batch, layer, rms; got 'group'"),
    (lambda: nn.mlp(3, 4, 2, 3, shortcut="dense"), "shortcut must be one of none, residual, .*got 'dense'"),
    (lambda: nn.mlp(3, 4, 2, 3, shortcut="pre"), "norm must be one of batch, layer, rms with shortcut 'pre', got None"),
    (lambda: nn.mlp(3, 4, 2, 3).forward(np.ones((4, 5))), r"x must have shape \(3, any\), got \(4, 5\)"),
    (lambda: nn.Network([]), "blocks must be a list of blocks, got an empty one"),
    (lambda: nn.Network([Dense(3, 4), Dense(5, 2)]), "blocks must fit: one with 4 outputs meets one with 5 inputs"),
    (lambda: Residual([]), "body must be a list of blocks, got an empty one"),
    (lambda: Residual([Dense(3, 4)]), "body must end with the units it began with, 3, got 4"),
    (lambda: nn.Pointwise(3, "step-like"), "activation must be one of .*; got 'step-like'"),
    (lambda: Dense(0, 4), "n_in must be at least 1, got 0"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_signals_before_a_pass():
    with pytest.raises(RuntimeError, match="signals needs a pass first"):
        nn.mlp(3, 4, 2, 3).signals()


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("make", [
    lambda fast: nn.mlp(8, 8, 8, 3, norm="batch", fast=fast),
    lambda fast: nn.Network([nn.Residual([nn.Dense(8, 8)]), nn.Highway(8)], fast=fast),
    lambda fast: nn.transformer(8, 8, 2, 8, 2, fast=fast),
], ids=["mlp", "shortcuts", "transformer"])
def test_a_network_that_nothing_holds_is_gone_at_once(make, fast):
    """No layer is held in a circle, which stays until a search for garbage: in a sweep these are gigabytes."""
    gc.disable()
    try:
        net = make(fast)
        x = np.zeros((8, 8), int if hasattr(net, "attentions") else np.float32)
        net.loss_and_gradient(x, x if hasattr(net, "attentions") else np.zeros(8, int))
        layers = [weakref.ref(each) for each in (*net.layers[1:], *net.blocks)]
        del net
        assert layers and not any(each() for each in layers)
    finally:
        gc.enable()


def test_a_norm_of_no_variance_and_no_eps_has_the_slope_of_a_std_of_1():
    norm, g = nn.norms.LayerNorm(4, eps=0), np.random.default_rng(0).normal(size=(4, 3))
    norm.gamma, norm.beta = np.ones((4, 1)), np.zeros((4, 1))
    norm.gamma_gradient, norm.beta_gradient = np.empty((4, 1)), np.empty((4, 1))
    assert (norm.forward(np.full((4, 3), 2.5)) == 0).all()
    assert norm.backward(g) == pytest.approx(g - g.mean(axis=0))
