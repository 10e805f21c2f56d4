"""Laws of powers and products in log scale."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vgtext.nn.theory.products import (
    Scaled,
    full_product,
    gaussian_lyapunov_exponents,
    log10_norm,
    log10_singular_values,
    lyapunov_exponent,
    partial_products,
    power,
    powers,
    scaled,
    spectral_radius,
)

numbers = st.floats(-3, 3).map(lambda x: round(x, 3))
matrices = st.integers(1, 4).flatmap(lambda n: arrays(np.float64, (n, n), elements=numbers))
sequences = st.tuples(st.integers(1, 17), st.integers(1, 3), st.integers(1, 3)).flatmap(
    lambda s: arrays(np.float64, (s[0], s[1], s[2], s[2]), elements=numbers))


def value(P: Scaled):
    return np.ldexp(P.mantissa, P.exponent[..., None, None])


def loop(W):
    """The products one by one, and how large an intermediate sum can get (for the tolerance)."""
    P, A = [W[0]], [abs(W[0])]
    for w in W[1:]:
        P.append(w @ P[-1])
        A.append(abs(w) @ A[-1])
    return np.array(P), np.array(A)


@given(matrices)
def test_scaling_is_exact_and_normal(M):
    P = scaled(M)
    assert (value(P) == M).all()
    assert (M == 0).all() or 0.5 <= abs(P.mantissa).max() < 1


@given(matrices, st.integers(0, 20))
def test_power_equals_numpy_where_it_fits(W, L):
    bound = 1e-13 * np.linalg.matrix_power(abs(W), L).max() + 1e-300
    assert np.allclose(value(power(W, L)), np.linalg.matrix_power(W, L), rtol=0, atol=bound)
    assert np.allclose(value(powers(W, L)[L]), np.linalg.matrix_power(W, L), rtol=0, atol=bound)


@given(sequences)
def test_products_equal_the_loop_at_every_layer(W):
    direct, bound = loop(W)
    assert (abs(value(partial_products(W)) - direct) <= 1e-13 * bound.max(axis=(-2, -1), keepdims=True)).all()
    assert (abs(value(full_product(W)) - direct[-1]) <= 1e-13 * bound[-1].max(axis=(-2, -1), keepdims=True)).all()


@given(sequences)
def test_norm_of_a_product_is_at_most_the_product_of_norms(W):
    each = log10_norm(scaled(W), 2).cumsum(axis=0)
    assert (log10_norm(partial_products(W), 2) <= each + 1e-9).all()


@given(matrices)
def test_largest_singular_value_bounds_every_eigenvalue(W):
    largest = 10.0 ** log10_singular_values(scaled(W))[0]
    assert spectral_radius(W) <= largest * (1 + 1e-9) + 1e-12
    assert largest == pytest.approx(np.linalg.norm(W, 2), rel=1e-12, abs=1e-12)


@given(st.lists(st.floats(0.1, 3), min_size=2, max_size=4), st.integers(0, 99))
def test_for_a_symmetric_matrix_singular_values_are_sizes_of_eigenvalues(eigenvalues, seed):
    n = len(eigenvalues)
    Q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))
    measured = 10.0 ** log10_singular_values(scaled(Q * eigenvalues @ Q.T))
    assert measured == pytest.approx(sorted(eigenvalues, reverse=True), rel=1e-9)


@pytest.mark.parametrize("a", [0.01, 0.2, 0.999, 1.5, 40.0])
def test_depth_10000_is_exact_in_log_to_1e_11(a):
    W, L = a * np.eye(2), 10_000
    exact = L * np.log10(a) + 0.5 * np.log10(2)  # Frobenius norm of a^L I
    assert log10_norm(power(W, L)) == pytest.approx(exact, rel=0, abs=1e-11)
    assert log10_norm(powers(W, L))[L] == pytest.approx(exact, rel=0, abs=1e-11)
    assert log10_norm(partial_products(np.broadcast_to(W, (L, 2, 2))))[-1] == pytest.approx(exact, rel=0, abs=1e-11)


def exact_log10_norm(W):
    """log10 of the Frobenius norm of a product of integer matrices, in whole numbers of any size."""
    P = [[1, 0], [0, 1]]
    for (a, b), (c, d) in W.tolist():
        (p, q), (r, s) = P
        P = [[a * p + b * r, a * q + b * s], [c * p + d * r, c * q + d * s]]
    square = sum(entry * entry for row in P for entry in row)
    bits = max(square.bit_length() - 1000, 0)
    return 0.5 * (np.log10(float(Fraction(square, 1 << bits))) + bits * np.log10(2))


def test_random_product_of_depth_10000_against_exact_integers():
    W = np.random.default_rng(0).integers(-3, 4, size=(30_000, 2, 2))
    W = W[np.linalg.det(W).round() != 0][:10_000]  # with singular factors the product would be zero
    exact = exact_log10_norm(W)
    assert exact > 3000  # far beyond float64
    assert log10_norm(partial_products(W))[-1] == pytest.approx(exact, rel=0, abs=1e-11)
    assert log10_norm(full_product(W)) == pytest.approx(exact, rel=0, abs=1e-11)


def test_zero_product_is_minus_infinity_and_stays_zero():
    N = np.array([[0.0, 2.0], [0.0, 0.0]])
    assert log10_norm(powers(N, 3)).tolist()[2:] == [-np.inf, -np.inf]
    assert log10_singular_values(power(N, 2)).tolist() == [-np.inf, -np.inf]
    assert lyapunov_exponent(np.stack([N] * 50)) == -np.inf


@pytest.mark.parametrize("of", [
    spectral_radius, lambda W: log10_norm(power(W, 5), 2), lambda W: log10_singular_values(power(W, 5))])
@pytest.mark.parametrize("n", [2, 4])
def test_a_stack_is_its_matrices_one_by_one(of, n):
    W = np.random.default_rng(n).normal(size=(2, 3, n, n))
    each = np.array([[of(W[i, k]) for k in range(3)] for i in range(2)])
    np.testing.assert_allclose(of(W), each, rtol=1e-10, atol=1e-10)


def test_growth_rate_of_powers_is_the_spectral_radius():
    W = np.random.default_rng(1).normal(size=(6, 6))
    rate = np.diff(log10_norm(powers(W, 4000), 2)[[2000, 4000]])[0] / 2000
    assert 10.0**rate == pytest.approx(spectral_radius(W), rel=1e-3)


@pytest.mark.parametrize("n", [1, 2, 3, 8])
def test_lyapunov_exponent_of_gaussian_products(n):
    chains, L = 40, 1000
    W = np.random.default_rng(n).normal(size=(L, chains, n, n))
    measured = lyapunov_exponent(W)
    theory = gaussian_lyapunov_exponents(n)[0]
    assert abs(measured.mean() - theory) < 4 * measured.std() / np.sqrt(chains) + 1e-3


@pytest.mark.parametrize("L", [1, 2, 3, 1000])
def test_a_product_of_one_matrix_grows_by_its_factor_at_every_depth(L):
    assert lyapunov_exponent(np.tile(0.7 * np.eye(3), (L, 1, 1))) == pytest.approx(np.log(0.7))


@pytest.mark.parametrize("n", [1, 2, 5])
def test_exponents_add_up_to_the_mean_log_determinant(n):
    W = np.random.default_rng(n).normal(size=(200_000, n, n))
    mean, error = np.linalg.slogdet(W)[1].mean(), np.linalg.slogdet(W)[1].std() / np.sqrt(len(W))
    assert abs(gaussian_lyapunov_exponents(n).sum() - mean) < 4 * error


def test_sigma_shifts_every_exponent_by_its_logarithm():
    shift = gaussian_lyapunov_exponents(5, 0.3) - gaussian_lyapunov_exponents(5)
    assert shift == pytest.approx(np.full(5, np.log(0.3)))


@pytest.mark.parametrize("bad, words", [
    (lambda: power([[1.0, 2.0]], 3), "square"),
    (lambda: power([[np.nan]], 3), "finite"),
    (lambda: partial_products(np.eye(2)), "L, …"),
    (lambda: partial_products(np.empty((0, 2, 2))), "L >= 1"),
    (lambda: powers(np.eye(2), -1), "L must be at least 0, got -1"),
    (lambda: powers(np.eye(2), 2.5), "whole number"),
    (lambda: scaled([[np.inf]]), "finite"),
    (lambda: gaussian_lyapunov_exponents(2, 0), "sigma"),
])
def test_errors_say_what_is_wrong(bad, words):
    with pytest.raises((TypeError, ValueError), match=words):
        bad()


def test_a_zero_matrix_has_exponent_0_however_it_came_about():
    assert scaled(np.zeros((2, 2)), 7).exponent == power(np.array([[0.0, 3.0], [0.0, 0.0]]), 2).exponent == 0
