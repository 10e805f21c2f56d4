"""Mean-field theory, Jacobians and initializers: the laws that the book rests on."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import jacobian as autograd_jacobian
from gradients import seeds, steady
from hypothesis import given
from scipy import integrate, optimize, stats

from vgtext import nn
from vgtext.nn.theory import jacobian, products, signal_propagation
from vgtext.nn.theory import meanfield as mf
from vgtext.nn.theory.roots import root_of


@pytest.mark.parametrize("variance, critical", [(0.01, 1.424), (0.05, 1.761), (0.1, 1.986)])
def test_critical_line_of_tanh(variance, critical):
    sigma_b = variance**0.5
    sigma_w = mf.critical_sigma_w("tanh", sigma_b)
    assert sigma_w**2 == pytest.approx(critical, abs=0.001)
    assert mf.chi("tanh", sigma_w, sigma_b) == pytest.approx(1, abs=1e-8)
    assert mf.chi("tanh", sigma_w * 0.95, sigma_b) < 1 < mf.chi("tanh", sigma_w * 1.05, sigma_b)


@pytest.mark.parametrize("name, squared", [
    ("relu", 2.0), ("identity", 1.0), ("tanh", 1.0), ("leaky_relu", 2 / (1 + 1e-4)),
])
def test_critical_points_without_bias(name, squared):
    assert mf.critical_sigma_w(name) ** 2 == pytest.approx(squared)


def test_fixed_points():
    phi = nn.ACTIVATIONS["selu"]
    assert mf.gaussian_mean(phi) == pytest.approx(0, abs=1e-10)  # Klambauer et al. 2017: mean 0 and variance 1
    assert mf.gaussian_mean(lambda u: phi(u) ** 2) == pytest.approx(1, abs=1e-10)
    assert mf.variance_map(1.0, "selu") == pytest.approx(1, abs=1e-10)
    assert mf.fixed_point("tanh", 0.9) == 0 and mf.fixed_point("relu", 1.5) == np.inf
    assert mf.fixed_point("relu", 2**0.5, q0=3.0) == 3.0
    assert mf.fixed_point("relu", 2**0.5, 0.1) == mf.fixed_point("identity", 1.0, 0.1) == np.inf  # q = q + 0.01
    assert mf.fixed_point("relu", 1.0, 2.0) == pytest.approx(8)  # q = q / 2 + 4
    for name in ("tanh", "sigmoid", "elu", "gelu", "softplus"):
        q = mf.fixed_point(name, 1.2, 0.3)
        assert mf.variance_map(q, name, 1.2, 0.3) == pytest.approx(q, rel=1e-9)


def test_of_several_fixed_points_the_largest_stable_one_is_meant():
    """One step of a staircase holds small signals, the next one large ones."""
    stairs = nn.activations.Activation("stairs", lambda z: 0.02 * np.tanh(200 * z) + np.tanh(z**3), None, None)
    values = np.geomspace(1e-4, 100, 400)
    excess = np.array([mf.variance_map(q, stairs, 2.0) - q for q in values])
    stable = values[1:][(excess[:-1] > 0) & (excess[1:] < 0)]
    assert len(stable) == 2 and mf.fixed_point(stairs, 2.0) == pytest.approx(stable[-1], rel=0.05)


@pytest.mark.parametrize("name", sorted(nn.ACTIVATIONS))
def test_means_against_samples(name):
    phi, u = nn.ACTIVATIONS[name], np.random.default_rng(0).standard_normal((2, 400_000))
    assert mf.variance_map(2.0, name) == pytest.approx(np.mean(phi(2**0.5 * u[0]) ** 2), rel=0.01)
    assert mf.chi(name, q=2.0) == pytest.approx(np.mean(phi.derivative(2**0.5 * u[0]) ** 2), rel=0.01)
    v = 0.6 * u[0] + 0.8 * u[1]
    sampled = np.mean(phi(u[0]) * phi(v)) / np.mean(phi(u[0]) ** 2)
    assert mf.correlation_map(0.6, name, q=1.0) == pytest.approx(sampled, abs=0.01)


@pytest.mark.parametrize("c", [-0.9, 0.0, 0.5, 0.99, 1.0])
def test_correlation_map_of_relu_in_closed_form(c):
    angle = np.arccos(c)  # Cho and Saul 2009, equation 6
    exact = (np.sin(angle) + (np.pi - angle) * c) / np.pi
    assert mf.correlation_map(c, "relu", q=1.0) == pytest.approx(exact, abs=1e-10)


def test_two_phases():
    assert mf.correlation_fixed_point("tanh", 1.0, 0.2) == 1.0
    c = mf.correlation_fixed_point("tanh", 2.5, 0.2)
    assert 0 < c < 1 and mf.correlation_map(c, "tanh", 2.5, 0.2) == pytest.approx(c, abs=1e-8)
    assert mf.depth_scale("tanh", 1.0, 0.0) == np.inf
    assert mf.depth_scale("relu", 1.0) == pytest.approx(1 / np.log(2))
    assert mf.correlation_fixed_point("tanh", 2.0) == pytest.approx(0, abs=1e-9)  # tanh is odd


@pytest.mark.parametrize("sigma_w, sigma_b", [(1.0, 0.2), (2.5, 0.2), (2.0, 0.0)])
def test_near_its_fixed_point_a_correlation_comes_closer_by_a_factor_e_in_each_depth_scale(sigma_w, sigma_b):
    c = mf.correlation_fixed_point("tanh", sigma_w, sigma_b)
    left = c - mf.correlation_map(c - 1e-4, "tanh", sigma_w, sigma_b)
    assert left / 1e-4 == pytest.approx(np.exp(-1 / mf.correlation_depth_scale("tanh", sigma_w, sigma_b)), rel=1e-3)


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.3])
def test_the_gradient_slope_of_a_wide_network_is_ln_chi_1(scale):
    sigma_b = 0.05**0.5
    sigma_w = scale * mf.critical_sigma_w("tanh", sigma_b)
    s = nn.measure(40, 1000, sigma_w, sigma_b, batch=8)
    l = np.arange(8, 34)  # away from both ends: the forward signal has settled
    slope = -2 * np.polyfit(l, s.log2_error[l], 1)[0] * np.log(2)
    assert slope == pytest.approx(np.log(mf.chi("tanh", sigma_w, sigma_b)), rel=0.05, abs=0.005)


@pytest.mark.parametrize("name, init", [
    ("relu", "he_normal"), ("relu", "he_uniform"), ("identity", "glorot_normal"), ("identity", "glorot_uniform"),
])
def test_he_keeps_the_second_moment_of_relu_and_glorot_that_of_a_linear_network(name, init):
    """In expectation over the weights: 200 networks."""
    runs = [nn.measure(5, 100, activation=name, init=init, batch=4, seed=seed) for seed in range(200)]
    start = np.mean([s.activation[0] ** 2 for s in runs])
    for quantity in ("activation", "error"):
        squares = np.mean([getattr(s, quantity) ** 2 for s in runs], axis=0)
        scale = start if quantity == "activation" else squares[5]
        assert squares[1:] / scale == pytest.approx(np.ones(5), rel=0.12)


def test_orthogonal_keeps_norms():
    s = nn.measure(100, 32, activation="identity", init="orthogonal", dtype="float64")
    np.testing.assert_allclose(s.log2_activation, s.log2_activation[0], atol=1e-12)
    np.testing.assert_allclose(s.log2_error[1:], s.log2_error[100], atol=1e-12)


@pytest.mark.parametrize("name, variance", [
    ("glorot_normal", 2 / 700), ("glorot_uniform", 2 / 700), ("he_normal", 2 / 300), ("he_uniform", 2 / 300),
    ("lecun_normal", 1 / 300), ("lecun_uniform", 1 / 300), ("standard_uniform", 1 / 900), ("zeros", 0.0),
    (nn.initializers.scaled_normal(1.5), 2.25 / 300), (nn.initializers.normal(0.01), 1e-4),
    (nn.initializers.uniform(0.3), 0.03),
])
def test_variances_of_initializers(name, variance):
    W = nn.get_initializer(name)(400, 300, np.random.default_rng(0))
    assert W.shape == (400, 300)
    assert W.var() == pytest.approx(variance, rel=0.02) and abs(W.mean()) < 0.01
    if "uniform" in str(name):
        assert np.abs(W).max() <= (3 * variance) ** 0.5


def test_a_truncated_normal_has_the_variance_asked_for_and_no_tails():
    assert stats.truncnorm(-2, 2).std() == pytest.approx(nn.initializers.TRUNCATED_STD, rel=1e-12)
    W = nn.initializers.variance_scaling(2, "fan_in", "truncated_normal")(400, 300, np.random.default_rng(0))
    assert W.var() == pytest.approx(2 / 300, rel=0.01)
    edge = 2 / nn.initializers.TRUNCATED_STD * (2 / 300) ** 0.5
    assert 0.99 * edge < np.abs(W).max() <= edge


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7)])
def test_orthogonal_matrices(shape):
    W = nn.initializers.orthogonal(2.0)(*shape, np.random.default_rng(0))
    small = W @ W.T if shape[0] <= shape[1] else W.T @ W
    np.testing.assert_allclose(small, 4 * np.eye(min(shape)), atol=1e-12)
    assert (nn.initializers.constant(0.5)(*shape, None) == 0.5).all()


@steady
@given(seed=seeds)
def test_jacobian_is_autograds(seed):
    W, b = nn.random_network([4, 5, 3], "lecun_normal", 0.2, seed)
    x = np.random.default_rng(seed).standard_normal((4, 1))
    z, _ = nn.forward(W, b, x)

    def output(x):
        return anp.tanh(W[2] @ anp.tanh(W[1] @ x + b[1][:, 0]) + b[2][:, 0])

    J = jacobian.layer_jacobians(W, z)
    np.testing.assert_allclose(jacobian.jacobian(J), autograd_jacobian(output)(x[:, 0]), rtol=1e-11)
    assert jacobian.singular_values(J, 1, 1) == pytest.approx(np.linalg.svd(J[1], compute_uv=False))


def test_spectral_norm_of_a_deep_jacobian():
    W, b = nn.random_network([6] * 301, "lecun_normal", seed=1)
    z, _ = nn.forward(W, b, np.ones((6, 1)))
    J = jacobian.layer_jacobians(W, z)
    assert jacobian.log10_spectral_norm(J[:11]) == pytest.approx(np.log10(jacobian.singular_values(J, 1, 10)[0]))
    assert jacobian.log10_spectral_norm([None, *(J[1:] * 10)]) < -20


def test_lyapunov_spectrum():
    rng = np.random.default_rng(0)
    M = rng.standard_normal((4000, 3, 3))
    found = jacobian.lyapunov_spectrum(M)
    np.testing.assert_allclose(found, products.gaussian_lyapunov_exponents(3), atol=0.05)
    assert found.sum() == pytest.approx(np.mean(np.log(np.abs(np.linalg.det(M)))))  # volumes multiply
    np.testing.assert_allclose(jacobian.lyapunov_spectrum(np.tile(np.diag([0.5, 3.0]), (50, 1, 1))), np.log([3, 0.5]))


@pytest.mark.parametrize("call, words", [
    (lambda: mf.chi("tanh", -1.0), "sigma_w must be at least 0, got -1"),
    (lambda: mf.variance_map(-1.0), "q must be at least 0, got -1"),
    (lambda: mf.critical_sigma_w("relu", 0.1), "sigma_b must leave a critical point for relu; there is none at 0.1"),
    (lambda: mf.correlation_map(0.5, "tanh", 0.5), "q must be positive and finite for a correlation"),
    (lambda: nn.initializers.variance_scaling(1, "fan_on", "normal"), "mode must be one of fan_in, fan_out, fan_avg"),
    (lambda: nn.initializers.variance_scaling(1, "fan_in", "cauchy"), "distribution must be one of normal, uniform"),
    (lambda: nn.initializers.normal(-1), "std must be at least 0, got -1"),
    (lambda: jacobian.jacobian([None, np.eye(2)], 1, 2), "first and last must satisfy"),
    (lambda: jacobian.lyapunov_spectrum(np.ones((3, 2, 4))), "matrices must be square, got 2 x 4"),
    (lambda: signal_propagation.variances("tanh", 1.0, L=0), "L must be at least 1, got 0"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("name, sigma_w, sigma_b", [("tanh", 1.6, 0.2), ("sigmoid", 2.0, 0.1), ("tanh", 0.8, 0.0)])
def test_profiles_end_in_the_fixed_point_and_its_slope(name, sigma_w, sigma_b):
    laws = signal_propagation.variances, signal_propagation.backward_sizes
    q, back = (law(name, sigma_w, sigma_b, 80) for law in laws)
    assert q[-1] == pytest.approx(mf.fixed_point(name, sigma_w, sigma_b), abs=1e-6)
    assert 2 * (back[70] - back[71]) == pytest.approx(np.log10(mf.chi(name, sigma_w, sigma_b)), abs=1e-4)
    assert back[80] == 0 and np.isnan(back[0]) and len(back) == 81
    with pytest.raises(ValueError, match="read-only"):
        q[1] = 0


def test_he_keeps_both_signals_of_relu_at_every_layer():
    assert signal_propagation.forward_sizes("relu", 2**0.5)[1:] == pytest.approx(np.zeros(50), abs=1e-9)
    assert signal_propagation.backward_sizes("relu", 2**0.5)[1:] == pytest.approx(np.zeros(50), abs=1e-9)


@pytest.mark.parametrize("sigma_w, sigma_b", [(3.0, 0.5), (0.6, 0.0), (1.5, 1.0)])
@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu", "gelu"])
def test_each_layer_of_a_profile_follows_from_its_neighbor(name, sigma_w, sigma_b):
    """By an integral of SciPy's, from the first layer on, where no profile has settled."""
    phi, L = nn.get_activation(name), 6
    q, forward, back = (law(name, sigma_w, sigma_b, L) for law in (
        signal_propagation.variances, signal_propagation.forward_sizes, signal_propagation.backward_sizes))

    def mean_square(f, q):
        return sum(integrate.quad(lambda u: f(q**0.5 * u) ** 2 * stats.norm.pdf(u), *ends)[0]
                   for ends in ((-12, 0), (0, 12)))

    assert forward[0] == 0 and len(q) == len(forward) == len(back) == L + 1
    for l in range(L):
        assert q[l + 1] == pytest.approx(sigma_w**2 * 10 ** (2 * forward[l]) + sigma_b**2)
    for l in range(1, L + 1):
        assert 10 ** (2 * forward[l]) == pytest.approx(mean_square(phi, q[l]), rel=1e-6)
    for l in range(1, L):
        factor = sigma_w**2 * mean_square(phi.derivative, q[l])
        assert 10 ** (2 * (back[l] - back[l + 1])) == pytest.approx(factor, rel=1e-6)


@pytest.mark.parametrize("f, low, high", [
    (lambda x: x**3 - 2, 0, 2), (lambda x: np.exp(x) - 5, -10, 10), (np.cos, 1, 2), (lambda x: np.sign(x - 0.3), 0, 1),
    (lambda x: 1e-9 * np.arctan(x - 1), 99, -50), (lambda x: 1e-8 * x - 1e-12, 1e-12, 1), (lambda x: x - 2, 2, 5),
])
def test_roots_are_those_of_scipy_and_take_no_more_looks(f, low, high):
    looks = []
    root = root_of(lambda x: looks.append(x) or f(x), low, high)
    known = optimize.brentq(f, low, high, xtol=1e-26, rtol=1e-14, full_output=True)[1]
    assert root == pytest.approx(known.root, rel=2e-14)
    assert len(looks) <= known.function_calls + 2


def test_roots_are_precise_as_asked_and_need_a_change_of_sign():
    assert abs(root_of(np.cos, 0, 3, 0.01) - np.pi / 2) < 0.02
    assert abs(root_of(lambda x: x**9, -1, 1.5)) < 1e-12
    with pytest.raises(ValueError, match=r"signs at low = 0 and high = 1, got 1\.0 and 1\.5"):
        root_of(lambda x: 1 + x / 2, 0, 1)
    with pytest.raises(ValueError, match="got -1 and nan"):
        root_of(lambda x: x - 1, 0, np.nan)
