"""Streams to which bare ReLU branches add: theory against networks of several widths, depths and scales."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgtext.nn.theory import residual


def network(L, n, sigma_w, s, seed, errors=64):
    """Streams a[0] .. a[L] of one network, (L + 1, n), and error signals that start at random, (L + 1, n, errors)."""
    rng = np.random.default_rng([seed, L, n])
    W = sigma_w * rng.standard_normal((L, n, n)) / np.sqrt(n)
    a, delta = [np.maximum(rng.standard_normal(n), 0)], [rng.standard_normal((n, errors))]
    for l in range(L):
        a.append(a[-1] + s * np.maximum(W[l] @ a[-1], 0))
    for l in range(L - 1, -1, -1):
        delta.insert(0, delta[0] + s * W[l].T @ ((W[l] @ a[l] > 0)[:, None] * delta[0]))
    return np.array(a), np.array(delta)


def measured(L, n, sigma_w, s, seeds=16):
    """log10 of the sizes of streams over their first, and of error signals over their last: (2, L + 1)."""
    logs = []
    for seed in range(seeds):
        a, delta = network(L, n, sigma_w, s, seed)
        sizes = np.linalg.norm(a, axis=1), np.linalg.norm(delta, axis=(1, 2))
        logs.append([np.log10(sizes[0] / sizes[0][0]), np.log10(sizes[1] / sizes[1][-1])])
    return np.mean(logs, axis=0)


@pytest.mark.parametrize("n", [32, 128])
@pytest.mark.parametrize("sigma_w, s, L", [
    (3**-0.5, 1.0, 10), (3**-0.5, 1.0, 48), (1.0, 1.0, 20), (2**0.5, 1.0, 10), (2**0.5, 1.0, 48), (2**0.5, 0.1, 100),
    (2**0.5, 0.01, 100), (0.2**0.5, 1.0, 98), (2.0, 0.3, 40),
])
def test_streams_and_error_signals_have_the_predicted_sizes(sigma_w, s, L, n):
    """At every layer, within what the mean of sixteen networks leaves open; 1 + x/2 alone is off by up to 10^3."""
    forward, backward = measured(L, n, sigma_w, s)
    scatter = 0.1 + 0.06 * (s * sigma_w) ** 2 * L / n
    assert forward == pytest.approx(0.5 * np.log10(residual.relu_stream(L, sigma_w, s)[0]), abs=scatter)
    assert backward == pytest.approx(residual.relu_error_sizes(L, n, sigma_w, s), abs=scatter)


@given(st.floats(0.05, 3), st.floats(0.05, 1.5))
def test_the_growth_of_a_deep_stream_solves_its_equation(sigma_w, s):
    g, x = residual.relu_growth(sigma_w, s), (s * sigma_w) ** 2
    assert g**2 == pytest.approx(1 + x / 2 + x / (np.pi * (g - 1)), rel=1e-6)
    q = residual.relu_stream(4000, sigma_w, s)[0] if g < 1.05 else residual.relu_stream(200, sigma_w, s)[0]
    assert np.sqrt(q[-1] / q[-2]) == pytest.approx(g, rel=1e-3)
    assert residual.relu_growth(sigma_w, 0) == residual.relu_growth(0, s) == 1


def test_the_error_signal_along_the_stream_is_the_same_in_every_layer():
    """Euler: what follows a layer is homogeneous. So an error signal is at least c / |a|."""
    a, delta = network(30, 16, 1.3, 0.7, seed=0)
    along = np.einsum("ln,lnm->lm", a, delta)
    np.testing.assert_allclose(along, np.tile(along[-1], (31, 1)), rtol=1e-9)
    assert (np.linalg.norm(delta, axis=1) * np.linalg.norm(a, axis=1)[:, None] >= np.abs(along) * (1 - 1e-9)).all()


def test_at_infinite_width_the_factor_is_that_of_a_branch_of_mean_0():
    """And a finite width brings c_+^k / √n, within a factor of two, once the layers are many."""
    L, x = 20, 2.0
    assert residual.relu_error_sizes(L, 10**12, x**0.5)[0] == pytest.approx(L / 2 * np.log10(1 + x / 2), abs=1e-3)
    for sigma_w in (3**-0.5, 1, 2**0.5):
        for n in (32, 512):
            common = 98 * np.log10(residual.relu_growth(sigma_w)) - 0.5 * np.log10(n)
            assert residual.relu_error_sizes(98, n, sigma_w)[0] == pytest.approx(common, abs=np.log10(2))


@pytest.mark.parametrize("s, L", [(0.1, 100), (0.05, 400)])
def test_a_scale_of_one_over_the_root_of_the_depth_leaves_an_exponential_of_the_root(s, L):
    g = residual.relu_growth(2**0.5, s)
    assert L * np.log(g) == pytest.approx(np.sqrt(L / np.pi), rel=0.03)
    assert residual.relu_growth(2**0.5, 1 / L) ** L == pytest.approx(np.exp(np.pi**-0.5), rel=0.01)


@pytest.mark.parametrize("call, words", [
    (lambda: residual.relu_growth(-1.0), "sigma_w must be at least 0, got -1"),
    (lambda: residual.relu_stream(5, 1.0, s=-0.1), "s must be at least 0, got -0.1"),
    (lambda: residual.relu_stream(5, 1.0, mean=2), "mean must be at most 1, got 2"),
    (lambda: residual.relu_error_sizes(5, 0, 1.0), "n must be at least 1, got 0"),
    (lambda: residual.relu_stream(-1, 1.0), "L must be at least 0, got -1"),
])
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
