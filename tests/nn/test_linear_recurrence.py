"""The linear recurrence: its gradients against autograd and differences, and the size of its states."""

import autograd.numpy as anp
import numpy as np
import pytest
from gradients import LOSS, autograd_error, difference_error, random_target, seeds, sizes, steady
from hypothesis import given

from vgtext import nn
from vgtext.nn.linear_recurrence import LinearRecurrence, backward, forward


def output(net, theta, x):
    """The output in autograd's terms, with real and imaginary parts apart."""
    part = {k: theta[s].reshape(getattr(net, k).shape) for k, s in net.parameters.items()}
    size = anp.exp(-anp.exp(part["nu"]))
    re, im = size * anp.cos(part["phase"]), size * anp.sin(part["phase"])
    gamma = anp.sqrt(1 - size**2)
    h_re = h_im = anp.zeros((net.n, x.shape[2]))
    for x_t in x:
        in_re, in_im = (gamma[:, None] * anp.dot(U, x_t) for U in part["U"])
        h_re, h_im = (re[:, None] * h_re - im[:, None] * h_im + in_re, im[:, None] * h_re + re[:, None] * h_im + in_im)
    return anp.dot(part["V"][0], h_re) - anp.dot(part["V"][1], h_im) + part["c"]


@pytest.mark.parametrize("loss", sorted(LOSS))
@steady
@given(T=sizes, n=sizes, n_in=sizes, seed=seeds)
def test_gradients(loss, T, n, n_in, seed):
    rng = np.random.default_rng(seed)
    net = LinearRecurrence(n_in, n, 3, least=0.3, most=0.95, loss=loss, dtype="float64", seed=seed)
    net.theta += 0.1 * rng.standard_normal(net.theta.shape)
    x, y = rng.standard_normal((T, n_in, 4)), random_target(loss, 3, 4, rng)
    value = net.loss_and_gradient(x, y)
    reference = lambda theta: LOSS[loss](output(net, theta, x), y)  # noqa: E731
    assert value == pytest.approx(float(reference(net.theta)), rel=1e-10)
    assert autograd_error(reference, net.theta, net.gradient) < 1e-9
    gradient = net.gradient.copy()
    assert difference_error(lambda: net.loss(net.forward(x), y)[0], net.theta, gradient, rng) < 1e-7


def test_a_state_is_a_sum_of_powers():
    lam, x = np.array([0.9, 0.5j, -0.3 + 0.4j]), np.random.default_rng(0).standard_normal((7, 3, 2))
    h = forward(lam, x)
    powers = lam[:, None] ** np.arange(7)[::-1]  # (n, T)
    assert h[7] == pytest.approx(np.einsum("nt,tnb->nb", powers, x)) and (h[0] == 0).all()
    dlam, dx = backward(lam, h, np.ones((3, 2)))
    assert dx[0] == pytest.approx(np.conj(lam[:, None] ** 6) * np.ones((3, 2)))
    by_hand = np.einsum("nt,tnb->n", np.arange(6, -1, -1) * np.where(np.arange(7) < 6, lam[:, None] ** np.maximum(
        np.arange(5, -2, -1), 0), 0), x)
    assert dlam == pytest.approx(np.conj(by_hand))  # of L = Re(sum h[T])


def test_eigenvalues_are_drawn_uniformly_from_the_ring():
    net = LinearRecurrence(1, 20_000, 1, least=0.4, most=0.9, most_phase=0.5)
    net.forward(np.zeros((1, 1, 1)))
    areas, phases = (np.abs(net.lam) ** 2 - 0.4**2) / (0.9**2 - 0.4**2), np.angle(net.lam) / 0.5
    for shares in (areas, phases):
        np.testing.assert_allclose(np.sort(shares), np.linspace(0, 1, 20_000), atol=0.015)


def test_white_noise_gives_states_of_mean_square_one():
    net = LinearRecurrence(1, 300, 1, least=0.5, most=0.98, loss="mean_squared_error", dtype="float64")
    net.forward(np.random.default_rng(1).standard_normal((400, 1, 50)))
    assert np.mean(np.abs(net.h[-1]) ** 2) == pytest.approx(1, abs=0.08)


def test_it_learns_a_delayed_copy_that_a_plain_network_forgets():
    x, y = nn.data.delayed_copy(60, 600, 4, dtype="float32")
    net = LinearRecurrence(5, 24, 4, least=0.9, most=0.999)
    history = nn.train(net, x, y, steps=150, optimizer="adam", learning_rate=0.02, batch_size=32, progress=False)
    assert history.loss[-10:].mean() < 0.2 * np.log(4) and nn.accuracy(net.predict(x), y) > 0.95


def test_a_run_that_breaks_is_told():
    x, y = nn.data.adding_problem(10, 100)
    for rate, where in ((1e2, ("gradient", 1)), (1e30, ("activation", 2))):
        net = LinearRecurrence(2, 8, 1, loss="mean_squared_error")
        step, layer, what = nn.train(net, x, y, steps=9, learning_rate=rate, progress=False).breakdown
        assert step < 9 and (what, layer) == where


@pytest.mark.parametrize("call, words", [
    (lambda: LinearRecurrence(0, 2, 1), "n_in"), (lambda: LinearRecurrence(1, 2, 1, least=1.0), "least"),
    (lambda: LinearRecurrence(1, 2, 1, least=0.5, most=0.4), "most"),
    (lambda: LinearRecurrence(1, 2, 1).forward(np.ones((3, 2, 1))), "x must"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
