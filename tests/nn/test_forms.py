"""The fast form of every block gives what the readable one gives, to rounding; autograd judges both elsewhere."""

import numpy as np
import pytest
from gradients import LOSS, PHI, random_target, seeds, sizes, steady
from hypothesis import given, strategies

from vgtext import nn
from vgtext.nn import cells
from vgtext.nn.fast import cells as fast_cells
from vgtext.nn.forms import FAST

ROUNDING = {"float32": 2e-4, "float64": 1e-11}
dtypes = strategies.sampled_from(sorted(ROUNDING))


def assert_same(one, two, dtype):
    """Equal to rounding, relative to the largest entry."""
    np.testing.assert_allclose(one, two, rtol=0, atol=ROUNDING[dtype] * np.abs(two).max(initial=1e-30))


def both(make, x, y, **options):
    """Two passes of different data through both forms: outputs, gradients and signals of the second."""
    for fast in (True, False):
        network = make(fast=fast, **options)
        network.loss_and_gradient(x[..., ::-1] + 1, y)
        loss = network.loss_and_gradient(x, y, measure=True)
        yield network, [loss, network.gradient, *vars(network.signals()).values(), network.predict(x)]


@steady
@given(norm=strategies.sampled_from([None, "batch", "layer", "rms"]), activation=strategies.sampled_from(sorted(PHI)),
       shortcut=strategies.sampled_from([None, "residual", "highway", "pre", "post"]), n=sizes, seed=seeds,
       dtype=dtypes, examples=strategies.sampled_from([1, 7, 64]))
def test_networks(norm, activation, shortcut, dtype, n, seed, examples):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n + 1, examples)).astype(dtype), rng.integers(0, n, examples)
    norm = norm or ("rms" if shortcut in ("pre", "post") else None)

    def make(fast):
        return nn.mlp(n + 1, n, n, 3, activation=activation, norm=norm, shortcut=shortcut, sigma_b=0.3, seed=seed,
                      dtype=dtype, fast=fast)

    (fast, found), (readable, expected) = both(make, x, y)
    assert type(readable.layers[1]) is nn.Dense and type(fast.layers[1]) is FAST[nn.Dense]
    several = 3 if dtype == "float32" or examples == 1 else -2  # sizes that cancel to nearly 0 are known to few digits,
    for one, two in zip(found[:several], expected[:several]):  # and a threshold may be passed by rounding
        keep = np.isfinite(two)
        assert_same(np.asarray(one)[keep], np.asarray(two)[keep], dtype)


@pytest.mark.parametrize("width, examples", [(64, 64), (200, 100)])
def test_sizes_at_which_products_are_cut(width, examples):
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((width, examples)), rng.integers(0, 10, examples)
    (_, found), (_, expected) = both(lambda fast: nn.mlp(width, width, 10, 3, fast=fast, dtype="float64"), x, y)
    assert_same(found[1], expected[1], "float64")


@pytest.mark.parametrize("cell", sorted(nn.recurrent.CELLS))
@pytest.mark.parametrize("loss", sorted(LOSS))
@steady
@given(dtype=dtypes, T=strategies.sampled_from([1, 2, 9]), n=sizes, n_in=sizes, seed=seeds)
def test_recurrent_networks(cell, loss, dtype, T, n, n_in, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((T, n_in, 5)).astype(dtype), random_target(loss, 3, 5, rng)

    def make(fast):
        return nn.Recurrent(cell, n_in, n, 3, loss=loss, dtype=dtype, seed=seed, forget_bias=1.0, fast=fast)

    (fast, found), (readable, expected) = both(make, x, y)
    assert type(readable) is nn.Recurrent and type(readable.cell) is nn.recurrent.CELLS[cell]
    assert type(fast) is FAST[nn.Recurrent] and type(fast.cell) is fast_cells.FAST_CELLS[type(readable.cell)]
    for one, two in zip(found[:-2], expected[:-2]):
        keep = np.isfinite(two)
        assert_same(np.asarray(one)[keep], np.asarray(two)[keep], dtype)
    assert_same(fast.layers[1].a, readable.layers[1].a, dtype)


@pytest.mark.parametrize("cell", sorted(nn.recurrent.CELLS))
def test_a_readable_pass_of_a_thousand_steps_keeps_what_underflows(cell):
    x = np.random.default_rng(0).standard_normal((1000, 3, 4))
    log10 = []
    for dtype in ("float32", "float64"):
        network = nn.Recurrent(cell, 3, 12, 4, dtype=dtype, init=nn.initializers.orthogonal(0.5), forget_bias=-2.0,
                               update_bias=-2.0, fast=False)
        network.loss_and_gradient(x, np.arange(4))
        log10.append(network.signals().log10_error)
    assert log10[1][0] < -100 and np.abs(log10[0] - log10[1]).max() < 0.01


def test_a_class_of_a_readers_own_keeps_its_passes():
    class Doubled(nn.Dense):
        def forward(self, a, training=True):
            return 2 * super().forward(a, training)

    network = nn.Network([Doubled(3, 2)], "mean_squared_error")
    assert type(network.blocks[0]) is Doubled
    x = np.eye(3)
    np.testing.assert_allclose(network.forward(x), 2 * network.blocks[0].W @ x)


def test_every_readable_class_has_its_fast_form():
    assert set(FAST) == {nn.Dense, nn.BatchNorm, nn.LayerNorm, nn.RMSNorm, nn.Recurrent}
    assert set(fast_cells.FAST_CELLS) == {cells.Vanilla, cells.LSTM, cells.GRU}
    assert all(issubclass(fast, readable) for readable, fast in FAST.items())
