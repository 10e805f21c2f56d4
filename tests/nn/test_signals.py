from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from gradients import seeds, sizes, steady
from hypothesis import given, strategies

from vgtext import nn
from vgtext.nn.fast.stacked import StackedPass
from vgtext.nn.scale import log2_norm, rescale
from vgtext.nn.theory import products

names = strategies.sampled_from(sorted(nn.ACTIVATIONS))


def readable(W, b, x, g, activation):
    """The same sizes by the readable forward and backward pass in float64."""
    W, b = [None, *W.astype(float)], [None, *(np.zeros((len(W), W.shape[1], 1)) if b is None else b.astype(float))]
    z, a = nn.forward(W, b, x.astype(float), activation)
    gradient, B = nn.backward(W, z, a, g.astype(float), activation), x.shape[1]
    return (
        np.array([np.linalg.norm(k) for k in a]) / np.sqrt(B),
        np.array([np.nan, *(np.linalg.norm(k) for k in gradient.delta[1:])]) / np.sqrt(B),
        np.array([np.nan, *(np.linalg.norm(k) for k in gradient.dW[1:])]) / B,
    )


@steady
@given(depth=sizes, width=sizes, sigma_w=strategies.floats(0.1, 3), bias=strategies.booleans(), name=names, seed=seeds)
def test_the_stacked_pass_is_the_readable_one(depth, width, sigma_w, bias, name, seed):
    W, b = nn.sample_weights(depth, width, seed, bias=bias, dtype="float64")
    x, g = nn.sample_batch(width, 4, seed, "float64")
    W *= sigma_w
    found = nn.propagate(W, b, x, g, name)
    for mine, theirs in zip((found.activation, found.error, found.gradient), readable(W, b, x, g, name)):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-300)


@steady
@given(name=names, seed=seeds, dtype=strategies.sampled_from(["float32", "float64"]), bias=strategies.booleans())
def test_groups_are_single_networks(name, seed, dtype, bias):
    W, b = nn.sample_weights(12, 5, seed, bias=bias, dtype=dtype)
    x, g = nn.sample_batch(5, 3, seed, dtype)
    sigma_w, sigma_b = np.array([1e-9, 0.3, 1.0, 2.0]), np.array([0.0, 0.1, 0.0, 1.0])
    groups = nn.propagate(W, b, x, g, name, sigma_w=sigma_w, sigma_b=sigma_b)
    for i in range(4):
        own = None if b is None else (b * sigma_b[i]).astype(dtype)
        one = nn.propagate((W * sigma_w[i]).astype(dtype), own, x, g, name)
        for quantity in ("log2_activation", "log2_error", "log2_gradient"):
            tolerance = 2e-4 if dtype == "float32" else 1e-11
            np.testing.assert_allclose(getattr(groups, quantity)[i], getattr(one, quantity), atol=tolerance, rtol=1e-6)


@pytest.mark.parametrize("k", [-60, 60])
@pytest.mark.parametrize("width", [4, 16])  # with 8 examples: biases joined to the weights, and added
def test_a_relu_network_scales_with_its_input_and_biases(width, k):
    (W, b), (x, g) = nn.sample_weights(20, width, 3, bias=True), nn.sample_batch(width, 8, 3)
    W *= np.float32(2**0.5)
    one, other = nn.propagate(W, b, x, g, "relu"), nn.propagate(W, np.ldexp(b, k), np.ldexp(x, k), g, "relu")
    np.testing.assert_allclose(other.log2_activation - k, one.log2_activation, atol=1e-4)
    np.testing.assert_allclose(other.log2_error, one.log2_error, atol=1e-4)
    np.testing.assert_allclose(other.log2_gradient - k, one.log2_gradient, atol=1e-4)


@pytest.mark.parametrize("name", sorted(nn.ACTIVATIONS))
@pytest.mark.parametrize("sigma_w", [0.05, 1.0, 2.0])
def test_float32_is_float64_through_100_layers(name, sigma_w):
    if name == "tanh" and sigma_w == 2.0:
        return chaos()
    found, true = (nn.measure(100, 32, sigma_w, activation=name, batch=16, dtype=d) for d in ("float32", "float64"))
    for quantity in ("log10_activation", "log10_error", "log10_gradient"):
        np.testing.assert_allclose(getattr(found, quantity), getattr(true, quantity), atol=0.01)


def chaos():
    """In tanh's chaotic phase rounding grows by chi_1 a layer: the two runs part, but their rates stay the same."""
    found, true = (nn.measure(100, 32, 2.0, activation="tanh", batch=16, dtype=d) for d in ("float32", "float64"))
    assert np.abs(found.log10_error - true.log10_error)[90:].max() < 0.1  # 0.03 to 0.05, by the processor
    assert found.log10_error[1] == pytest.approx(true.log10_error[1], rel=0.1)


def test_two_hundred_sigmoid_layers():
    found, true = (nn.measure(200, activation="sigmoid", dtype=d) for d in ("float32", "float64"))
    assert true.log10_gradient[1] < -100
    assert np.abs(found.log10_gradient - true.log10_gradient)[1:].max() < 0.01


@pytest.mark.parametrize("name, sigma_w", [
    ("identity", 0.1), ("identity", 9.0), ("relu", 0.2), ("tanh", 0.1), ("gelu", 5.0),
])
def test_a_thousand_layers_in_both_types(name, sigma_w):
    """Far beyond the range of float64, too: the first layers tell the rate, and the rate holds."""
    found, true = (nn.measure(1000, 16, sigma_w, activation=name, batch=8, dtype=d) for d in ("float32", "float64"))
    for quantity in ("log2_activation", "log2_error", "log2_gradient"):
        a, b = getattr(found, quantity), getattr(true, quantity)
        if np.isinf(b).any():  # every unit is dead from some layer on: then in both
            assert np.array_equal(np.isinf(a), np.isinf(b))
        np.testing.assert_allclose(a[np.isfinite(b)], b[np.isfinite(b)], atol=0.05)


def test_a_linear_network_is_a_product_of_its_matrices():
    W, _ = nn.sample_weights(400, 4, dtype="float64")
    W *= 0.01
    g = np.eye(4)
    found = nn.propagate(W, None, np.eye(4), g, "identity").log10_error
    exact = products.log10_norm(products.full_product(W[1:])) - 0.5 * np.log10(4)
    assert exact < -800
    assert found[1] == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("std", [1e-30, 1e-12, 1e12, 1e17])
def test_steep_weights_are_looked_at_in_every_layer(std):
    W, _ = nn.sample_weights(10, 8)
    x, g = nn.sample_batch(8, 4)
    small = nn.propagate((W * std).astype("float32"), None, x, g, "identity")
    plain = nn.propagate(W, None, x, g, "identity")
    layers = np.arange(10, -1, -1)[1:-1]
    np.testing.assert_allclose((small.log10_error - plain.log10_error)[1:10], layers * np.log10(std), atol=1e-4)


def test_overflow_within_a_layer_is_reported():
    W = np.full((3, 4, 4), 3e38, "float32")
    with pytest.raises(OverflowError, match="float32 within 1 layer"):
        nn.propagate(W, None, np.ones((4, 2)), np.ones((4, 2)), "identity")


def test_scales_beyond_the_type_are_named():
    with pytest.raises(OverflowError, match=r"sigma_w and sigma_b must leave weights within float32, got 1e\+39"):
        nn.measure(3, 4, 1e39)


def test_a_signal_beyond_the_range_of_floats_holds_no_arrays_of_slopes():
    W, _ = nn.sample_weights(300, 8)
    run = StackedPass(W * np.float32(0.1), None, nn.get_activation("tanh"), None, None, 4, every=8)
    run.forward(np.ones((8, 4), "float32"))
    assert len(run.kept) > 200 and sum(np.size(s) > 1 for k in run.kept.values() for s in k.values()) < 10


def test_dead_networks_have_a_gradient_of_zero():
    s = nn.propagate(-np.ones((3, 4, 4)), None, np.ones((4, 2)), np.ones((4, 2)), "relu", statistics=True)
    assert np.array_equal(s.gradient[1:], [0, 0, 0]) and np.array_equal(s.dead[1:], [1, 1, 1])


def test_statistics():
    W, b = nn.sample_weights(6, 20, bias=True, dtype="float64")
    x, g = nn.sample_batch(20, 50, dtype="float64")
    for name in ("tanh", "relu", "leaky_relu"):
        s, phi = nn.propagate(3 * W, b, x, g, name, statistics=True), nn.get_activation(name)
        z, a = nn.forward([None, *(3 * W)], [None, *b], x, name)
        for l in range(1, 7):
            flat = phi.derivative(z[l]) < 0.01 * phi.steepest
            found = s.mean[l], s.variance[l], s.saturation[l], s.dead[l]
            assert found == pytest.approx((a[l].mean(), a[l].var(), flat.mean(), flat.all(axis=1).mean()), abs=1e-12)
        assert (s.saturation[1:] == 0).all() == (name == "leaky_relu")


def test_the_first_layers_do_not_depend_on_depth_nor_the_sample_on_sigma_w():
    short, long = nn.measure(5, 16, 1.3), nn.measure(20, 16, 1.3)
    np.testing.assert_allclose(short.log2_activation, long.log2_activation[:6], atol=1e-5)
    one, two = nn.measure(1, 16, 1.0, activation="identity"), nn.measure(1, 16, 2.0, activation="identity")
    assert two.activation[1] == pytest.approx(2 * one.activation[1])
    assert nn.measure(5, 16, seed=1).error[1] != pytest.approx(nn.measure(5, 16, seed=2).error[1])


def test_cost_in_time_and_memory_is_a_line_in_depth():
    """Work per layer, counted in calls of the activation and in bytes held: 10 times deeper is 10 times more."""
    bytes_held = []
    for depth in (100, 1000):
        W, _ = nn.sample_weights(depth, 8)
        run = StackedPass(W, None, nn.get_activation("tanh"), None, None, 4)
        bytes_held.append(run.a.nbytes + run.z.nbytes)
    assert bytes_held[1] == pytest.approx(10 * bytes_held[0], rel=0.02)


def test_a_pass_may_be_a_little_larger_than_the_one_before():
    """Its arrays take the memory of that one, where it is large enough; in a thread that has none yet."""
    def grow():
        return [nn.measure(1, 1, batch=B).activation.size for B in range(1, 9)]

    with ThreadPoolExecutor(1) as fresh:
        assert fresh.submit(grow).result() == [2] * 8


def test_sweep_holds_the_networks_of_measure():
    sweep = nn.sweep([3, 6], [0.5, 1.5], [0.0, 0.3], ["tanh", "relu"], 2, width=7, batch=5, statistics=True)
    assert sweep.signals.log2_error.shape == (2, 2, 2, 2, 2, 7)
    some = [(3, 0.5, 0.0, "relu", 1), (6, 1.5, 0.3, "tanh", 0), (6, 0.5, 0.3, "relu", 1)]
    for depth, sigma_w, sigma_b, name, seed in some:
        one = nn.measure(depth, 7, sigma_w, sigma_b, name, batch=5, seed=seed, statistics=True)
        found = sweep.at(depth=depth, sigma_w=sigma_w, sigma_b=sigma_b, activation=name, seed=seed)
        for quantity, values in vars(one).items():
            np.testing.assert_allclose(getattr(found, quantity)[: depth + 1], values, atol=1e-4, rtol=1e-4)
        assert np.isnan(found.log2_error[depth + 1 :]).all()
    assert sweep.at(activation="tanh").log2_error.shape == (2, 2, 2, 2, 7)


def test_what_is_left_out_is_the_same_in_a_sweep_and_in_measure():
    one, found = nn.measure(3, 8, batch=4), nn.sweep(3, seeds=1, width=8, batch=4).signals
    np.testing.assert_allclose(found.log2_error[0, 0, 0, 0, 0, 1:], one.log2_error[1:], rtol=1e-4)


def test_processes_do_not_change_a_sweep():
    one, two = (nn.sweep(4, [0.5, 1.5], seeds=2, width=6, batch=3, processes=p) for p in (1, 2))
    np.testing.assert_array_equal(one.signals.log2_error, two.signals.log2_error)


@pytest.mark.parametrize("depth, exponent", [(0, 0), (3, 700), (5, -900)])
def test_log2_norm_and_rescale(depth, exponent):
    x = np.ldexp(np.random.default_rng(depth).standard_normal(20), exponent)
    kept = x.copy()
    assert log2_norm(x) == pytest.approx(np.log2(np.linalg.norm(np.ldexp(x, -exponent))) + exponent)
    e = rescale(x)
    assert 0.5 <= np.linalg.norm(x) <= 2 and np.array_equal(np.ldexp(x, e), kept)  # not one bit is lost
    assert log2_norm(np.zeros(3)) == -np.inf and rescale(np.zeros(3)) == 0


@pytest.mark.parametrize("call, words", [
    (lambda: nn.measure(0), "depth must be at least 1, got 0"),
    (lambda: nn.measure(3, 0), "width must be at least 1, got 0"),
    (lambda: nn.measure(3, sigma_w=-1), "sigma_w must be at least 0, got -1"),
    (lambda: nn.measure(3, sigma_b=np.nan), "sigma_b must be finite, got nan"),
    (lambda: nn.measure(3, sigma_b=10**400), "sigma_b must be finite, got 1000"),
    (lambda: nn.propagate(np.zeros((2, 3, 3)), np.zeros((2, 3, 1)), np.ones((3, 4)), np.ones((3, 4)), sigma_b=[1.0]),
     "sigma_b needs sigma_w beside it"),
    (lambda: nn.measure(3, activation="step"), "activation must be one of .*got 'step'"),
    (lambda: nn.measure(3, 4, x=np.ones((5, 2))), r"x must have shape \(4, any\), got \(5, 2\)"),
    (lambda: nn.measure(3, 4, x=np.full((4, 2), np.nan)), "x must be finite, got 8 values"),
    (lambda: nn.propagate(np.ones((2, 3, 4)), None, np.ones((3, 1)), np.ones(3)), r"W must have .*got \(2, 3, 4\)"),
    (lambda: nn.sweep([3, 0]), "depth must be at least 1, got 0"),
    (lambda: nn.sweep(3, []), "sigma_w must hold at least one value, got none"),
    (lambda: nn.sweep(3, 1.0, seeds=1).at(width=3), "axis must be one of depth, .*got 'width'"),
    (lambda: nn.sweep(3, 1.0, seeds=1).at(depth=4), "depth must be one of 3; got 4"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_wrong_types_are_named():
    with pytest.raises(TypeError, match=r"depth must be a whole number, got 2\.5"):
        nn.measure(2.5)
    with pytest.raises(TypeError, match="sigma_w must be a number, got '1'"):
        nn.measure(3, sigma_w="1")
    with pytest.raises(AttributeError, match="no attribute 'log3_error'"):
        _ = nn.measure(1, 2).log3_error
