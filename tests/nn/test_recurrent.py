import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from gradients import LOSS, autograd_error, difference_error, random_target, seeds, sizes, steady
from hypothesis import given, strategies

from vgtext import nn


def output(cell, network, theta, x, nudge):
    """The output and the hidden states of a recurrent network in autograd's terms; ``nudge[t]`` is added to h[t]."""
    n, part = network.n, network.parameters
    W, U = (theta[part[k]].reshape(getattr(network, k).shape) for k in "WU")
    b, V, c0 = theta[part["b"]][:, None], theta[part["V"]].reshape(network.V.shape), theta[part["c"]][:, None]
    s = lambda z: 0.5 * (1 + anp.tanh(z / 2))  # noqa: E731
    h, c = nudge[0], 0.0
    for t in range(1, len(x) + 1):
        p, q = anp.dot(W, h), anp.dot(U, x[t - 1]) + b
        p, q = ([v[k : k + n] for k in range(0, len(W), n)] for v in (p, q))
        if cell == "rnn":
            h = anp.tanh(p[0] + q[0])
        elif cell == "lstm":
            i, f, o, g = (j + k for j, k in zip(p, q))
            c = s(f) * c + s(i) * anp.tanh(g)
            h = s(o) * anp.tanh(c)
        else:
            r, u = s(p[1] + q[0]), s(p[2] + q[1])
            h = (1 - u) * anp.tanh(q[2] + r * p[0]) + u * h
        h = h + nudge[t]
    return anp.dot(V, h) + c0


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("loss", sorted(LOSS))
@steady
@given(T=sizes, n=sizes, n_in=sizes, seed=seeds, fast=strategies.booleans())
def test_backpropagation_through_time(cell, loss, T, n, n_in, seed, fast):
    rng = np.random.default_rng(seed)
    network = nn.Recurrent(cell, n_in, n, 3, loss=loss, dtype="float64", seed=seed, fast=fast)
    network.theta += 0.2 * rng.standard_normal(network.theta.shape)
    x, y, nudge = rng.standard_normal((T, n_in, 4)), random_target(loss, 3, 4, rng), np.zeros((T + 1, n, 4))
    value = network.loss_and_gradient(x, y)

    def reference(theta, nudge=nudge):
        return LOSS[loss](output(cell, network, theta, x, nudge), y)

    assert value == pytest.approx(float(reference(network.theta)), rel=1e-10)
    assert autograd_error(reference, network.theta, network.gradient) < 1e-10
    gradient = network.gradient.copy()
    assert difference_error(lambda: network.loss(network.forward(x), y)[0], network.theta, gradient, rng) < 1e-7
    hidden = grad(lambda nudge: reference(network.theta, nudge))(nudge)  # dL/dh[t], (T + 1, n, examples)
    np.testing.assert_allclose(np.exp2(network.log2_hidden), np.linalg.norm(hidden, axis=(1, 2)) * 2, rtol=1e-9)


@pytest.mark.parametrize("cell, bias", [("rnn", {}), ("lstm", {"forget_bias": -2.0}), ("gru", {"update_bias": -2.0})])
def test_a_thousand_steps_in_float32(cell, bias):
    x = np.random.default_rng(0).standard_normal((1000, 3, 4))
    found = []
    for dtype in ("float32", "float64"):
        network = nn.Recurrent(cell, 3, 12, 4, dtype=dtype, init=nn.initializers.orthogonal(0.5), **bias)
        network.loss_and_gradient(x, np.arange(4))
        found.append((network.signals().log10_error, network.gradient.copy()))
    assert found[1][0][0] < -100
    assert np.abs(found[0][0] - found[1][0]).max() < 0.01
    np.testing.assert_allclose(found[0][1], found[1][1], atol=1e-5)


def test_a_forget_gate_bias_keeps_the_gradient():
    x, y = nn.data.delayed_copy(50, 32)
    sizes = []
    for bias in (0.0, 1.0, 2.0):
        network = nn.Recurrent("lstm", 9, 16, 8, forget_bias=bias)
        network.loss_and_gradient(x, y)
        sizes.append(network.signals().log10_error[0])
    assert sizes[0] < sizes[1] < sizes[2]


@pytest.mark.parametrize("fast", [True, False])
def test_each_bias_belongs_to_the_gate_that_it_is_named_after(fast):
    x = np.random.default_rng(0).standard_normal((6, 3, 4))
    gru = nn.Recurrent("gru", 3, 5, 2, update_bias=60.0, fast=fast)
    gru.forward(x)
    assert np.abs(gru.h).max() < 1e-20, "a closed update gate keeps h[0]"
    lstm = nn.Recurrent("lstm", 3, 5, 2, forget_bias=-60.0, fast=fast)
    lstm.W[...] = 0
    outputs = [lstm.forward(x[-k:]).copy() for k in (1, 6)]
    assert np.abs(lstm.h[-1]).max() > 0.01, "a closed forget gate lets the newest in"
    np.testing.assert_allclose(*outputs, rtol=1e-5, err_msg="and nothing that was before")


def test_a_gru_learns_to_add():
    x, y = nn.data.adding_problem(12, 1000)
    network = nn.Recurrent("gru", 2, 24, 1, loss="mean_squared_error")
    options = {"optimizer": "adam", "learning_rate": 1e-2, "clip": ("global_norm", 1.0), "record_every": 100}
    h = nn.train(network, x, y, steps=400, **options)
    assert np.mean(h.loss[-20:]) < 0.01 < 1 / 12  # answering 1 always would give 1/12
    assert h.log2_error.shape == (4, 13)


def test_a_recurrent_explosion_is_reported():
    init = nn.initializers.constant(5.0)
    network = nn.Recurrent("rnn", 2, 8, 1, activation="relu", init=init, loss="mean_squared_error")
    x, y = nn.data.adding_problem(60, 10)
    assert nn.train(network, x, y, steps=5).breakdown.step == 1


def test_a_state_is_saturated_where_tanh_has_less_than_a_hundredth_of_its_slope():
    net = nn.Recurrent("rnn", 3, 40, 2, seed=0)
    net.U[...] *= 12
    rng = np.random.default_rng(0)
    net.loss_and_gradient(rng.normal(size=(5, 3, 20)), rng.integers(2, size=20))
    flat = (1 - net.h.astype(float) ** 2 < 0.01).mean(axis=(1, 2))
    assert net.signals().saturation == pytest.approx(flat, abs=0.01) and 0.1 < flat[1:].min() < flat.max() < 0.9
    assert (np.abs(net.h) > 0.95).mean() > flat.mean() + 0.05
