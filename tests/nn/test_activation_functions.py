import numpy as np
import pytest
from autograd import elementwise_grad
from gradients import PHI
from hypothesis import given, settings, strategies
from hypothesis.extra.numpy import arrays

from vgtext.nn import ACTIVATIONS, elu, get_activation, leaky_relu

NAMES = sorted(ACTIVATIONS)
finite = {d: strategies.floats(-(2.0**e), 2.0**e, width=w) for d, e, w in (("float32", 30, 32), ("float64", 60, 64))}


def test_every_activation_has_a_reference():
    assert set(PHI) == set(ACTIVATIONS), "PHI of tests/nn/gradients.py and ACTIVATIONS differ"


@pytest.mark.parametrize("name", NAMES)
def test_value_and_derivative_agree_with_autograd(name):
    z = np.linspace(-6, 6, 241) + 0.01
    phi = ACTIVATIONS[name]
    np.testing.assert_allclose(phi(z), PHI[name](z), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(phi.derivative(z), elementwise_grad(PHI[name])(z), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(derandomize=True, deadline=None, max_examples=30)
@given(data=strategies.data())
def test_any_finite_input_gives_finite_output_of_the_same_type(name, dtype, data):
    z = data.draw(arrays(dtype, 7, elements=finite[dtype]))
    phi = ACTIVATIONS[name]
    with np.errstate(under="ignore"):
        for out in (phi(z), phi.derivative(z), phi.slope(z, phi(z))):
            assert out.dtype == dtype and out.shape == z.shape
            assert np.isfinite(out).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_slope_of_a_training_step_is_the_derivative_to_rounding(name, dtype):
    z = np.linspace(-30, 30, 1001).astype(dtype)
    phi, out = ACTIVATIONS[name], np.empty(1001, dtype)
    assert phi.slope(z, phi(z), out=out) is out
    np.testing.assert_allclose(out, phi.derivative(z), rtol=1e-6, atol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name", NAMES)
def test_value_and_slope_may_be_written_over_their_input(name):
    phi, z = ACTIVATIONS[name], np.linspace(-3, 3, 13)
    for operation in (lambda x: phi.value(x, out=x), lambda x: phi.slope(x, phi(x), out=x)):
        there = z.copy()
        operation(there)
        assert np.array_equal(there, phi(z)) or np.array_equal(there, phi.slope(z, phi(z)))


def test_whole_numbers_and_lists_lose_no_digits():
    for phi in ACTIVATIONS.values():
        for f in (phi, phi.derivative):
            assert f(2) == f(2.0) and np.array_equal(f([[1, -3]]), f(np.array([[1.0, -3.0]])))


def test_tails_keep_their_digits():
    z = np.array([-700.0, -40.0, 40.0, 300.0])
    np.testing.assert_allclose(ACTIVATIONS["sigmoid"].derivative(z), np.exp(-np.abs(z)), rtol=1e-14)
    np.testing.assert_allclose(ACTIVATIONS["tanh"].derivative(z[1:]), 4 * np.exp(-2 * np.abs(z[1:])), rtol=1e-13)
    np.testing.assert_allclose(ACTIVATIONS["sigmoid"](z[:2]), np.exp(z[:2]), rtol=1e-14)


def test_steepest_slopes():
    assert ACTIVATIONS["sigmoid"].steepest == 0.25
    assert ACTIVATIONS["tanh"].steepest == ACTIVATIONS["relu"].steepest == 1.0


@pytest.mark.parametrize("name", NAMES)
def test_straight_lines_far_from_one(name):
    phi, z = ACTIVATIONS[name], np.array([-1.0, 1.0])
    for size, lines in ((2.0**-40, phi.small), (2.0**40, phi.large)):
        if lines:
            np.testing.assert_allclose(phi(size * z), size * z * lines, atol=size * 1e-11)
            np.testing.assert_allclose(phi.derivative(size * z), lines, atol=1e-11)
        elif lines is None and size < 1:
            assert abs(phi(0.0)) > 0.1, f"{name} passes through 0: give its slopes there, small=(left, right)"
        else:
            assert np.abs(phi(size * z)).max() <= 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_at_a_kink_the_slope_is_that_of_the_left(name, dtype):
    """So a ReLU unit that stands at 0 is off, and a leaky one has the slope alpha."""
    phi, z = ACTIVATIONS[name], np.zeros(3, dtype)
    left = phi.small[0] if phi.small else phi.derivative(-1e-12)
    assert phi.derivative(z) == pytest.approx(left) and phi.slope(z, phi(z)) == pytest.approx(left)


def test_parameters_of_leaky_relu_and_elu():
    z = np.array([-2.0, 3.0])
    np.testing.assert_allclose(leaky_relu(0.3)(z), [-0.6, 3])
    np.testing.assert_allclose(leaky_relu(0.3).derivative(z), [0.3, 1])
    np.testing.assert_allclose(elu(2.0)(z), [2 * np.expm1(-2), 3])
    np.testing.assert_allclose(elu(2.0).derivative(z), [2 * np.exp(-2), 1])
    assert elu(2.0).derivative(np.array([-1e-9]))[0] == pytest.approx(2)  # the jump at 0: 2 on the left, 1 on the right


def test_unknown_activation_is_named_with_the_list():
    with pytest.raises(ValueError, match=r"activation must be one of sigmoid, tanh, .*got 'rely'"):
        get_activation("rely")
