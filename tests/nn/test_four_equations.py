import autograd.numpy as anp
import numpy as np
import pytest
from gradients import LOSS, PHI, SMOOTH, autograd_error, difference_error, random_target, seeds, sizes, steady
from hypothesis import given, strategies

from vgtext.nn import LOSSES, backward, forward, get_loss, numerical_gradient, random_network


def network(widths, seed):
    rng = np.random.default_rng(seed)
    W, b = random_network(widths, "lecun_normal", sigma_b=0.3, seed=seed)
    return W, b, rng.standard_normal((widths[0], 4)), rng


@steady
@given(widths=strategies.lists(sizes, min_size=2, max_size=5), seed=seeds, names=strategies.permutations(sorted(PHI)))
def test_the_four_equations_against_autograd(widths, seed, names):
    W, b, x, _ = network(widths, seed)
    names = list(names[: len(W) - 1])
    z, a = forward(W, b, x, names)
    gradient = backward(W, z, a, (a[-1] - 1) / 4, names)
    for l in range(1, len(W)):

        def loss(new, l=l, bias=False):
            out = x
            for k in range(1, len(W)):
                weight, shift = (new if k == l and not bias else W[k]), (new if k == l and bias else b[k])
                out = PHI[names[k - 1]](anp.dot(weight, out) + shift)
            return LOSS["mean_squared_error"](out, 1.0)

        if np.abs(gradient.dW[l]).max() > 1e-12:  # a dead layer has no direction to compare
            assert autograd_error(loss, W[l], gradient.dW[l]) < 1e-10
            assert autograd_error(lambda new, l=l, f=loss: f(new, l, bias=True), b[l], gradient.db[l]) < 1e-10


@steady
@given(widths=strategies.lists(sizes, min_size=2, max_size=5), seed=seeds, name=strategies.sampled_from(SMOOTH))
def test_the_four_equations_against_differences(widths, seed, name):
    W, b, x, rng = network(widths, seed)
    z, a = forward(W, b, x, name)
    gradient = backward(W, z, a, a[-1] / 4, name)

    def loss():
        return LOSS["mean_squared_error"](forward(W, b, x, name)[1][-1], 0.0)

    for parameter, found in ((W, gradient.dW), (b, gradient.db)):
        for l in range(1, len(W)):
            assert difference_error(loss, parameter[l], found[l], rng) < 1e-7


@steady
@given(n=sizes, examples=sizes, seed=seeds, name=strategies.sampled_from(sorted(LOSSES)))
def test_losses(n, examples, seed, name):
    rng = np.random.default_rng(seed)
    a, y = 3 * rng.standard_normal((n, examples)), random_target(name, n, examples, rng)
    value, gradient = get_loss(name)(a, y)
    assert value == pytest.approx(float(LOSS[name](a, y)), rel=1e-12)
    assert gradient.shape == a.shape
    assert autograd_error(lambda a: LOSS[name](a, y), a, gradient) < 1e-10
    assert difference_error(lambda: get_loss(name)(a, y)[0], a, gradient, rng) < 1e-7


@pytest.mark.parametrize("name", sorted(LOSSES))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_losses_are_stable_and_keep_the_type(name, dtype):
    a = np.array([[300.0, -300.0], [-300.0, 0.0]], dtype)
    y = np.array([1, 0]) if name == "softmax_cross_entropy" else np.array([[0, 1], [1, 0]], dtype)
    value, gradient = get_loss(name)(a, y)
    assert np.isfinite(value) and np.isfinite(gradient).all() and gradient.dtype == dtype


def test_numerical_gradient_is_the_gradient():
    W, b, x, _ = network([3, 4, 2], 5)
    z, a = forward(W, b, x)
    found = backward(W, z, a, a[-1] / 4).dW[1]
    numerical = numerical_gradient(lambda: LOSS["mean_squared_error"](forward(W, b, x)[1][-1], 0.0), W[1])
    np.testing.assert_allclose(numerical, found, atol=1e-9)


def test_layers_are_never_renumbered():
    W, b, x, _ = network([3, 4, 2], 0)
    z, a = forward(W, b, x)
    assert W[0] is None and b[0] is None and z[0] is None and a[0] is x
    assert [w.shape for w in W[1:]] == [(4, 3), (2, 4)]
    gradient = backward(W, z, a, a[-1])
    assert gradient.delta[0] is gradient.dW[0] is None
    assert [g.shape for g in gradient.delta[1:]] == [(4, 4), (2, 4)]


@pytest.mark.parametrize("call, words", [
    (lambda W, b, x: forward(W, b, x[:2]), r"W\[1\] must have 2 columns.*got \(4, 3\)"),
    (lambda W, b, x: forward(W, b, x * np.nan), r"x must be finite, got 12 values"),
    (lambda W, b, x: forward(W, [None, b[1][:2], b[2]], x), r"b\[1\] must have shape \(4, 1\), got \(2, 1\)"),
    (lambda W, b, x: forward(W, b, x, ["tanh"]), r"activation must be one name or one for each of 2 layers, got 1"),
    (lambda W, b, x: forward(W, b, x, "swish"), r"activation must be one of .*got 'swish'"),
    (lambda W, b, x: backward(W, *forward(W, b, x), x), r"dL_da must have shape \(2, 4\), got \(3, 4\)"),
    (lambda W, b, x: backward([None, W[1][:, :2], W[2]], *forward(W, b, x), x[:2]),
     r"W\[1\] must have 3 columns.*got \(4, 2\)"),
    (lambda W, b, x: random_network([3]), r"sizes must name the input and at least one layer, got \[3\]"),
    (lambda W, b, x: random_network([3, 0]), r"sizes must be at least 1, got 0"),
    (lambda W, b, x: random_network([3, 2], init="he"), r"init must be one of glorot_normal, .*got 'he'"),
    (lambda W, b, x: random_network([3, 2], dtype="float16"), r"dtype must be one of float32, float64; got 'float16'"),
    (lambda W, b, x: get_loss("mse"), r"loss must be one of mean_squared_error, .*got 'mse'"),
    (lambda W, b, x: get_loss("softmax_cross_entropy")(x, [0, 1, 2, 3]), r"y must lie in 0\.\.2, got"),
    (lambda W, b, x: get_loss("softmax_cross_entropy")(x, [0.0] * 4), r"y must be 4 whole numbers, got .*float64"),
    (lambda W, b, x: get_loss("logistic_cross_entropy")(x, x * 0 + 2), r"y must lie in \[0, 1\], got values from 2"),
    (lambda W, b, x: get_loss("mean_squared_error")(x, x[0]), r"y must have shape \(3, 4\), got \(4,\)"),
])
def test_bad_input_is_named(call, words):
    W, b, x, _ = network([3, 4, 2], 0)
    with pytest.raises(ValueError, match=words):
        call(W, b, x)
