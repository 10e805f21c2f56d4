"""The blocks that take a normalization's place: their gradients, and how they start."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st

from vgtext import nn
from vgtext.nn.branches import DynamicTanh, Scale
from vgtext.nn.network import inside

KINDS = {"scale": lambda n: Scale(n, 0.3), "shared scale": lambda n: Scale(n, 0.3, shared=True), "dyt": DynamicTanh}


def network(kind, n, seed):
    body = [KINDS[kind](n), nn.Dense(n, n, "tanh")] if kind == "dyt" else [nn.Dense(n, n, "tanh"), KINDS[kind](n)]
    net = nn.Network([nn.Dense(n + 1, n), nn.Residual(body), nn.Dense(n, 3)], "mean_squared_error", seed, "float64")
    rng = np.random.default_rng(seed)
    net.theta += 0.3 * rng.standard_normal(net.theta.shape)
    return net, rng.standard_normal((n + 1, 5)), rng.standard_normal((3, 5))


def written_again(net, kind, theta, x, y):
    """The loss, as a function of theta, for autograd: the blocks' parameters in their order."""
    parts = [theta[part].reshape(shape) for part, shape in zip(net.parameters.values(), shapes(net), strict=True)]
    W, b, *rest, V, c = parts
    z = W @ x + b
    if kind == "dyt":
        alpha, gamma, beta, U, d = rest
        out = z + anp.tanh(U @ (gamma * anp.tanh(alpha * z) + beta) + d)
    else:
        U, d, gamma = rest
        out = z + gamma * anp.tanh(U @ z + d)
    return 0.5 * anp.sum((V @ out + c - y) ** 2) / x.shape[1]


def shapes(net):
    return [shape for block in net.blocks for part in inside(block) for shape in part.shapes.values()]


@pytest.mark.parametrize("kind", KINDS)
@given(st.integers(1, 6), st.integers(0, 10**6))
def test_gradients_against_autograd_and_differences(kind, n, seed):
    net, x, y = network(kind, n, seed)
    loss = net.loss_and_gradient(x, y)
    assert loss == pytest.approx(float(written_again(net, kind, net.theta, x, y)), rel=1e-12)
    by_autograd = grad(lambda theta: written_again(net, kind, theta, x, y))(net.theta.copy())
    assert net.gradient == pytest.approx(by_autograd, rel=1e-9, abs=1e-10)
    v = np.random.default_rng(seed).standard_normal(net.theta.size)
    theta, g = net.theta.copy(), net.gradient.copy()
    values = []
    for s in (1e-6, -1e-6):
        net.theta[...] = theta + s * v
        values.append(net.loss(net.forward(x), y)[0])
    assert (values[0] - values[1]) / 2e-6 == pytest.approx(v @ g, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("shared, shape", [(True, (1, 1)), (False, (4, 1))])
def test_a_branch_that_starts_at_zero_is_the_identity_and_can_leave_it(shared, shape):
    body = [nn.Dense(4, 4, "relu"), Scale(4, shared=shared)]
    net = nn.Network([nn.Residual(body), nn.Dense(4, 2)], "mean_squared_error", dtype="float64")
    x = np.random.default_rng(0).standard_normal((4, 8))
    assert net.blocks[0].forward(x) == pytest.approx(x) and body[1].gamma.shape == shape
    net.loss_and_gradient(x, np.ones((2, 8)))
    assert (body[0].W_gradient == 0).all() and (body[1].gamma_gradient != 0).any()


def test_the_dynamic_tanh_starts_bounded_and_near_half_its_input():
    block = DynamicTanh(3)
    nn.Network([block, nn.Dense(3, 1)], "mean_squared_error", dtype="float64")
    z = np.array([[1e-3, 1e3, -1e3]] * 3)
    assert block.forward(z) == pytest.approx(np.array([[5e-4, 1, -1]] * 3), rel=1e-6)


@pytest.mark.parametrize("call, words", [(lambda: Scale(0), "n must be"), (lambda: Scale(3, np.nan), "start"),
                                         (lambda: DynamicTanh(2, "half"), "alpha")])
def test_bad_input_is_named(call, words):
    with pytest.raises((TypeError, ValueError), match=words):
        call()
