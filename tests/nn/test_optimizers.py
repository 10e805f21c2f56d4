"""AdamW, Muon and rates per array: the laws that they are made for, and the equations of PyTorch's documentation."""

import numpy as np
import pytest
from gradients import seeds, steady
from hypothesis import given, strategies

from vgtext import nn
from vgtext.nn.muon import NEWTON_SCHULZ, newton_schulz_on_values

shapes = strategies.tuples(strategies.integers(1, 9), strategies.integers(1, 9))


def steps(optimizer, theta, gradients, rate=0.1):
    """Theta after one step a gradient."""
    theta = np.array(theta, float)
    for g in gradients:
        optimizer.step(theta, g, rate)
    return theta


def network(**options):
    return nn.mlp(5, 8, 3, 4, dtype="float64", **options)


@steady
@given(seed=seeds, decay=strategies.floats(0, 1))
def test_adamw_is_what_pytorchs_page_says(seed, decay):
    lr, b1, b2, eps = 0.1, 0.9, 0.99, 1e-8
    rng = np.random.default_rng(seed)
    theta, gradients = rng.standard_normal(4), rng.standard_normal((6, 4))
    found = steps(nn.AdamW(decay, b1, b2, eps), theta, gradients)
    m, v = np.zeros((2, 4))
    for t, g in enumerate(gradients, 1):
        theta = theta - lr * decay * theta
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        theta = theta - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
    np.testing.assert_allclose(found, theta, rtol=1e-10, atol=1e-12)


@steady
@given(seed=seeds, size=strategies.floats(-6, 6))
def test_the_decay_of_adamw_does_not_depend_on_the_gradient(seed, size):
    rate, decay = 0.1, 0.2
    rng = np.random.default_rng(seed)
    theta, gradients = rng.standard_normal(5), 10.0**size * rng.standard_normal((1, 5))
    with_decay, without = (steps(nn.AdamW(d, eps=1e-30), theta, gradients, rate) for d in (decay, 0.0))
    np.testing.assert_allclose(without, steps(nn.Adam(eps=1e-30), theta, gradients, rate))
    np.testing.assert_allclose(without - with_decay, rate * decay * theta, atol=1e-12)
    gradients = np.zeros((7, 5))
    np.testing.assert_allclose(steps(nn.AdamW(decay), theta, gradients, rate), theta * (1 - rate * decay) ** 7)


def test_the_decay_of_adamw_is_that_of_pytorch_unless_given():
    assert steps(nn.AdamW(), [2.0], np.zeros((1, 1)), rate=0.5) == pytest.approx(2 * (1 - 0.5 * 0.01))


@steady
@given(shape=shapes, seed=seeds, k=strategies.integers(0, 6), size=strategies.integers(-200, 200))
def test_newton_schulz_acts_on_singular_values_alone(shape, seed, k, size):
    G = np.random.default_rng(seed).standard_normal(shape)
    U, s, Vt = np.linalg.svd(G, full_matrices=False)
    expected = (U * newton_schulz_on_values(s / np.linalg.norm(s), k)) @ Vt
    np.testing.assert_allclose(nn.newton_schulz(10.0**size * G, k), expected, atol=1e-9)
    np.testing.assert_allclose(nn.newton_schulz(G.T, k), expected.T, atol=1e-9)


def test_where_five_steps_lead():
    s = np.geomspace(1e-6, 1, 100_001)
    after = newton_schulz_on_values(s)
    assert after[s >= 0.002].min() > 0.68 and after.max() < 1.21
    assert after[s >= 0.01].max() < 1.135
    gain = after / s
    assert gain.max() == pytest.approx(NEWTON_SCHULZ[0] ** 5, rel=1e-5) and (gain < 485).all()  # a^5, at 0
    assert (after[s < 5e-4] < 0.25).all()  # too small for five steps
    x = np.linspace(-1, 1, 7)
    a, b, c = NEWTON_SCHULZ
    np.testing.assert_allclose(newton_schulz_on_values(x, 1), a * x + b * x**3 + c * x**5)


def test_zeros_have_no_direction():
    assert (nn.newton_schulz(np.zeros((3, 2))) == 0).all()


@steady
@given(seed=seeds, size=strategies.integers(-12, 12))
def test_the_step_of_muon_does_not_depend_on_the_scale_of_the_gradient(seed, size):
    moved = []
    for factor in (1.0, 10.0**size):
        net = network(seed=seed)
        optimizer = nn.optimizers.get_optimizer(nn.Muon(eps=1e-40), net)
        rng = np.random.default_rng(seed)
        for _ in range(3):
            optimizer.step(net.theta, factor * rng.standard_normal(net.theta.size), 0.1)
        moved.append(net.theta.copy())
    np.testing.assert_allclose(*moved, rtol=1e-8, atol=1e-12)


def test_muon_orthogonalizes_hidden_matrices_and_leaves_the_rest_to_adam():
    net, rng = network(norm="layer"), np.random.default_rng(0)
    assert set(net.hidden) == {"block2.0.W", "block3.0.W"} and set(net.hidden.values()) == {(8, 8)}
    optimizer, before = nn.optimizers.get_optimizer("muon", net), net.theta.copy()
    g1, g2 = rng.standard_normal((2, net.theta.size))
    optimizer.step(net.theta, g1, 0.1), optimizer.step(net.theta, g2, 0.0)  # the second only to see its momentum
    update, others = before - net.theta, np.ones(net.theta.size, bool)
    for name in net.hidden:
        part = net.parameters[name]
        others[part] = False
        np.testing.assert_allclose(update[part].reshape(8, 8), 0.1 * nn.newton_schulz(g1[part].reshape(8, 8)))
    np.testing.assert_allclose(update[others], 0.1 * optimizer.others * np.sign(g1[others]), rtol=1e-6)
    before = net.theta.copy()
    optimizer.step(net.theta, g1, 1.0)
    m2 = 0.95 * g1 + g2
    u = g1 + 0.95 * (0.95 * m2 + g1)  # Nesterov's
    part = net.parameters["block2.0.W"]
    np.testing.assert_allclose((before - net.theta)[part], nn.newton_schulz(u[part].reshape(8, 8)).ravel())


@pytest.mark.parametrize(("n_out", "n_in"), [(12, 3), (3, 12)])
def test_a_tall_update_is_longer(n_out, n_in):
    """sqrt(n_out / n_in) for tall matrices: unit inputs make changes of size one in every output."""
    net = nn.Network([nn.Dense(2, n_in), nn.Dense(n_in, n_out), nn.Dense(n_out, 2)], dtype="float64")
    optimizer, before = nn.optimizers.get_optimizer("muon", net), net.theta.copy()
    g = np.random.default_rng(0).standard_normal(net.theta.size)
    optimizer.step(net.theta, g, 1.0)
    part = net.parameters["block2.0.W"]
    size = np.linalg.norm((net.theta - before)[part]) / np.linalg.norm(nn.newton_schulz(g[part].reshape(n_out, n_in)))
    assert size == pytest.approx(max(1, n_out / n_in) ** 0.5)


@pytest.mark.parametrize("name", list(nn.OPTIMIZERS))
def test_one_rate_for_each_array(name):
    rng, factors = np.random.default_rng(0), {"block2.0.W": 0.25, "block1.0.b": 0.0, "block4.0.W": 3.0}
    one, several = network(), network()
    wishes = ((name, one), (nn.PerArray(name, factors), several))
    optimizers = [nn.optimizers.get_optimizer(wish, net) for wish, net in wishes]
    start, g = one.theta.copy(), rng.standard_normal(one.theta.size)
    for optimizer, net in zip(optimizers, (one, several)):
        optimizer.step(net.theta, g, 0.1)
    for array, part in one.parameters.items():
        expected = factors.get(array, 1.0) * (one.theta - start)[part]
        np.testing.assert_allclose((several.theta - start)[part], expected, atol=1e-12)


def test_every_optimizer_trains_every_kind_of_network():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((5, 40)), rng.integers(0, 3, 40)
    for name in nn.OPTIMIZERS:
        for net, given_x in ((network(shortcut="pre", norm="layer"), x), (nn.mlp(5, 8, 3, 2), x),
                             (nn.Recurrent("lstm", 1, 6, 3), x[:, None])):
            h = nn.train(net, given_x, y, steps=30, optimizer=name, learning_rate=0.01, batch_size=None)
            assert h.loss[-1] < h.loss[0], (name, net)


def test_the_arrays_must_be_known():
    theta, gradient = np.ones(2), np.ones(2)
    with pytest.raises(RuntimeError, match="step needs to know the hidden matrices first: call bind"):
        nn.Muon().step(theta, gradient, 0.1)
    with pytest.raises(RuntimeError, match="step needs to know the arrays first: call bind"):
        nn.PerArray("sgd", {}).step(theta, gradient, 0.1)
    with pytest.raises(ValueError, match=r"factors must be one of block1\.0\.W, .*; got 'W'"):
        nn.train(network(), np.ones((5, 4)), [0, 1, 2, 0], steps=1, optimizer=nn.PerArray("sgd", {"W": 1.0}))
    with pytest.raises(ValueError, match=r"rate must have shape \(2\), got \(3,\)"):
        nn.SGD().step(theta, gradient, np.ones(3))
