import os
import subprocess
import sys

import numpy as np
import pytest
from gradients import seeds, steady
from hypothesis import given, strategies

from vgtext import nn
from vgtext.nn import optimizers
from vgtext.nn.fast.threads import NAMES


def small(**options):
    rng = np.random.default_rng(0)
    network = nn.mlp(5, 8, 3, 4, dtype="float64", **options)
    return network, rng.standard_normal((5, 40)), rng.integers(0, 3, 40)


def test_learning_the_digits():
    d = nn.data.digits()
    network = nn.mlp(64, 32, 10, 4, activation="relu", init="he_normal")
    h = nn.train(network, d.x, d.y, steps=300, optimizer="adam", learning_rate=2e-3, test=(d.x_test, d.y_test))
    assert h.test_accuracy[-1] > 0.93 and h.loss[-1] < 0.3 * h.loss[0]
    assert h.breakdown is None and np.array_equal(h.steps, np.arange(1, 301))


@pytest.mark.parametrize("optimizer", list(nn.OPTIMIZERS))
def test_the_same_seed_gives_the_same_run(optimizer):
    runs = []
    for seed in (0, 0, 1):
        network, x, y = small()
        h = nn.train(network, x, y, steps=12, optimizer=optimizer, batch_size=8, learning_rate=0.01, seed=seed)
        runs.append(h.loss)
    assert np.array_equal(runs[0], runs[1]) and not np.array_equal(runs[0], runs[2])


def test_what_is_recorded():
    network, x, y = small()
    h = nn.train(network, x, y, steps=7, record_every=3, evaluate_every=5, batch_size=None, test=(x, y))
    assert list(h.recorded) == [1, 4, 7] and list(h.evaluated) == [5, 7]
    assert h.log2_error.shape == h.update_ratio.shape == h.dead.shape == (3, 5)
    assert h.train_accuracy == pytest.approx(h.test_accuracy)
    network, x, y = small()
    network.loss_and_gradient(x, y, measure=True)
    signals = network.signals()
    np.testing.assert_allclose(h.log2_gradient[0], signals.log2_gradient)
    ratio = 0.1 * signals.gradient[1:] / [np.linalg.norm(k.W) for k in network.layers[1:]]
    np.testing.assert_allclose(h.update_ratio[0, 1:], ratio)  # plain gradient descent: rate |g| / |W|
    assert h.gradient_norm[0] == pytest.approx(np.linalg.norm(network.gradient))


def test_an_update_that_float32_rounds_away_has_ratio_0():
    d = nn.data.digits()
    network = nn.mlp(64, 32, 10, 30, activation="sigmoid")
    h = nn.train(network, d.x, d.y, steps=1, record_every=1)
    assert h.update_ratio[0, 1] == 0 and h.update_ratio[0, 30] > 1e-4 and h.log2_gradient[0, 1] > -np.inf


@steady
@given(theta=strategies.lists(strategies.floats(-3, 3), min_size=1, max_size=4), seed=seeds)
def test_optimizers_are_their_equations(theta, seed):
    gradients = np.random.default_rng(seed).standard_normal((5, len(theta)))
    sgd, momentum, adam = (np.array(theta) for _ in range(3))
    mine = [k.copy() for k in (sgd, momentum, adam)]
    states = [optimizers.SGD(), optimizers.SGD(momentum=0.9), optimizers.Adam()]
    v, m, s = 0, 0, 0
    for t, g in enumerate(gradients, 1):
        sgd -= 0.1 * g
        v = 0.9 * v + g
        momentum -= 0.1 * v
        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
        adam -= 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
        for state, k in zip(states, mine):
            state.step(k, g, 0.1)
    for found, true in zip(mine, (sgd, momentum, adam)):
        np.testing.assert_allclose(found, true, rtol=1e-11)


@steady
@given(seed=seeds, limit=strategies.floats(1e-3, 10), size=strategies.floats(-150, 150))
def test_clipping(seed, limit, size):
    rng = np.random.default_rng(seed)
    before = [10.0**size * rng.standard_normal(s) for s in ((3, 2), (4,), (1,))]
    norm = np.sqrt(sum(np.sum(np.square(g / 10.0**size)) for g in before)) * 10.0**size

    def after(clip):
        gradients = [g.copy() for g in before]
        changed = clip(gradients, limit)
        assert changed == any((a != b).any() for a, b in zip(gradients, before))
        return gradients

    flat = np.concatenate([g.ravel() for g in after(nn.clip_by_global_norm)])
    assert np.linalg.norm(flat) == pytest.approx(min(norm, limit), rel=1e-9)
    direction = np.concatenate([(g / 10.0**size).ravel() for g in before])
    np.testing.assert_allclose(flat / np.linalg.norm(flat), direction / np.linalg.norm(direction), rtol=1e-8)
    for g, b in zip(after(nn.clip_by_norm), before):
        assert np.linalg.norm(g) <= limit * (1 + 1e-9)
        np.testing.assert_allclose(g * np.abs(b).max(), b * np.abs(g).max(), rtol=1e-8)  # each keeps its direction
    for g, b in zip(after(nn.clip_by_value), before):
        assert np.array_equal(g, np.clip(b, -limit, limit))


def test_clipping_by_value_turns_the_gradient_and_by_norm_does_not():
    g = np.array([3.0, 0.1])
    assert nn.clip_by_value([g], 1.0) and np.array_equal(g, [1.0, 0.1])
    assert nn.clip_by_value([np.array([np.nan, 3.0])], 1.0)
    for clip in nn.CLIPPINGS.values():
        assert not clip([np.array([2.0, 0.0])], 2.0) and clip([np.array([2.1, 0.0])], 2.0)  # what is at the limit stays
    huge = np.array([3e30, 4e30], "float32")  # the square overflows float32
    nn.clip_by_global_norm([huge], 1.0)
    np.testing.assert_allclose(huge, [0.6, 0.8], rtol=1e-6)
    assert not nn.clip_by_global_norm([np.array([np.inf, 1.0])], 1.0)


@pytest.mark.parametrize("name", ["value", "norm", "global_norm"])
def test_training_with_clipping_bounds_the_step(name):
    network, x, y = small()
    before = network.theta.copy()
    nn.train(network, x, y, steps=1, learning_rate=1.0, clip=(name, 1e-3))
    step = np.abs(network.theta - before).max()
    assert 0 < step <= 1e-3 * (1 + 1e-9)


def test_explosion_stops_at_the_step_and_layer_where_it_began():
    d = nn.data.digits()
    network = nn.mlp(64, 64, 10, 30, activation="relu", init=nn.initializers.scaled_normal(3.0))
    h = nn.train(network, d.x, d.y, steps=50)
    assert len(h.loss) == h.breakdown.step < 50 and h.breakdown.where == "activation"
    first = network.layers[h.breakdown.layer]
    assert not np.isfinite(first.a).all() and np.isfinite(first.a_in).all()
    assert str(h.breakdown) == f"step {h.breakdown.step}: nan or inf in the activation of layer {h.breakdown.layer}"


def test_a_gradient_that_overflows_is_told_from_an_activation():
    network, x, _ = small(loss="mean_squared_error")
    network.layers[4].W[...] = 1e200
    h = nn.train(network, x, x[:3] * 0, steps=5)
    assert h.breakdown.step == 1 and h.breakdown.where in ("error", "gradient", "loss")


def test_schedules():
    assert [optimizers.step_decay(1.0, 2, 0.5)(t) for t in (1, 2, 3, 5)] == [1, 1, 0.5, 0.25]
    assert optimizers.exponential_decay(1.0, 10)(11) == 0.5
    cosine = optimizers.cosine(2.0, 10)
    assert cosine(1) == 2 and cosine(6) == pytest.approx(1) and cosine(11) == cosine(15) == pytest.approx(0)
    assert [optimizers.warmup(1.0, 4)(t) for t in (1, 2, 4, 9)] == [0.25, 0.5, 1, 1]
    network, x, y = small()
    h = nn.train(network, x, y, steps=3, learning_rate=optimizers.step_decay(1.0, 1, 0.5))
    assert list(h.rate) == [1, 0.5, 0.25]


def test_progress_writes_to_stderr_only_when_asked(capsys):
    network, x, y = small()
    nn.train(network, x, y, steps=3)
    assert capsys.readouterr() == ("", "")
    nn.train(network, x, y, steps=3, progress=True)
    out, err = capsys.readouterr()
    assert out == "" and "training" in err


def test_data():
    d = nn.data.digits()
    assert d.x.shape == (64, 1438) and d.x_test.shape == (64, 359) and d.x.dtype == np.float32
    assert d.x.mean() == pytest.approx(0, abs=1e-5) and d.x.std() == pytest.approx(1, rel=1e-5)
    assert np.array_equal(d.y, nn.data.digits().y) and set(d.y_test) == set(range(10))
    x, y = nn.data.spirals(90, arms=3)
    assert x.shape == (2, 90) and np.bincount(y).tolist() == [30, 30, 30]
    x, y = nn.data.adding_problem(20, 500)
    assert (x[:, 1].sum(axis=0) == 2).all() and (x[:10, 1].sum(axis=0) == 1).all()
    np.testing.assert_allclose(y[0], [x[:, 0, i][x[:, 1, i] == 1].sum() for i in range(500)], rtol=1e-6)
    x, y = nn.data.delayed_copy(9, 50, symbols=4)
    assert np.array_equal(x[0].argmax(axis=0), y) and (x[1:].argmax(axis=1) == 4).all() and (x.sum(axis=1) == 1).all()


@pytest.mark.parametrize("options, words", [
    ({"steps": 0}, "steps must be at least 1, got 0"),
    ({"learning_rate": -0.1}, "learning_rate must be at least 0, got -0.1"),
    ({"optimizer": "rmsprop"}, "optimizer must be one of sgd, momentum, adam, adamw, muon; got 'rmsprop'"),
    ({"clip": ("size", 1.0)}, "clip must be one of value, norm, global_norm; got 'size'"),
    ({"clip": ("value", 0.0)}, "clip limit must be above 0, got 0.0"),
    ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
    ({"x": np.full((5, 40), np.nan)}, "x must be finite, got 200 values that are nan or inf"),
    ({"y": np.zeros(7, int)}, r"y must have 40 examples on its last axis, as x has, got shape \(7,\)"),
])
def test_bad_input_is_named(options, words):
    network, x, y = small()
    options = {"steps": 2, "x": x, "y": y, **options}
    with pytest.raises(ValueError, match=words):
        nn.train(network, options.pop("x"), options.pop("y"), **options)


@pytest.mark.parametrize("call, words", [
    (lambda: nn.Recurrent("elman", 2, 3, 1), "cell must be one of rnn, lstm, gru; got 'elman'"),
    (lambda: nn.Recurrent("rnn", 2, 3, 1).forward(np.ones((4, 5, 6))), r"x must have shape \(any, 2, any\), got"),
    (lambda: nn.data.adding_problem(1, 5), "T must be at least 2, got 1"),
    (lambda: nn.data.delayed_copy(5, 5, symbols=1), "symbols must be at least 2, got 1"),
    (lambda: nn.data.digits(test_share=1.0), "test_share must be below 1, got 1.0"),
    (lambda: nn.data.digits(dtype="int8"), "dtype must be one of float32, float64; got 'int8'"),
    (lambda: nn.SGD(momentum=1.0), "momentum must be below 1, got 1.0"),
    (lambda: nn.Adam(eps=0), "eps must be above 0, got 0"),
    (lambda: nn.clip_by_value([np.ones(2)], -1), "limit must be above 0, got -1"),
    (lambda: quick(clip=1.0), r"clip must be None or a pair such as .*, got 1\.0"),
    (lambda: quick(clip="global_norm"), "clip must be None or a pair such as .*, got 'global_norm'"),
    (lambda: quick(y=3), r"y must have 5 examples on its last axis, as x has, got shape \(\)"),
    (lambda: quick(x=[]), r"x must hold at least one number, got shape \(0,\)"),
    (lambda: quick(learning_rate=lambda step: -1.0), r"learning_rate must be at least 0, got -1\.0"),
    (lambda: nn.lsuv(nn.mlp(3, 4, 2, 2), np.full((3, 5), np.nan)), "x must be finite, got 15 values"),
    (lambda: nn.mlp(3, 4, 2, 2, dtype="half a float"), "dtype must be one of float32, float64; got 'half a float'"),
])
def test_bad_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def quick(x=((1.0,) * 5,) * 3, y=(0, 1, 0, 1, 0), **options):
    return nn.train(nn.mlp(3, 4, 2, 2), x, y, **{"steps": 2, **options})


def test_a_step_that_leaves_the_floats_is_found_in_the_weights():
    assert quick(learning_rate=1e39, steps=5).breakdown == (1, 2, "weight")


def test_steps_and_train_are_the_same_run():
    x, y = np.ones((3, 5)), [0, 1, 0, 1, 0]
    whole, run = quick(x, y, steps=6), nn.train_steps(nn.mlp(3, 4, 2, 2), x, y, record=lambda step: step == 3,
                                                      evaluate=lambda step: step == 2)
    for step in range(1, 7):
        history = next(run)
        assert history.loss == whole.loss[:step].tolist()
    assert (history.recorded, history.evaluated) == ([3], [2])


def test_lists_are_data_too():
    assert np.isfinite(quick(np.eye(3).tolist(), [0, 1, 0]).loss).all()


def test_backward_needs_a_forward_pass_of_the_same_shape():
    network = nn.mlp(3, 4, 2, 2)
    with pytest.raises(RuntimeError, match="backward needs a forward pass first"):
        network.backward(np.ones((2, 5)))
    network.forward(np.ones((3, 5)))
    with pytest.raises(ValueError, match=r"dL_da must have shape \(2, 5\), got \(2, 4\)"):
        network.backward(np.ones((2, 4)))


@pytest.mark.parametrize("wish, threads", [(None, 1), ("2", 2)])
def test_one_blas_thread_unless_asked(wish, threads):
    environment = {k: v for k, v in os.environ.items() if k not in NAMES}
    environment |= {"OPENBLAS_NUM_THREADS": wish} if wish else {}
    code = "import vgtext.nn, threadpoolctl; print(max(p['num_threads'] for p in threadpoolctl.threadpool_info()))"
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert int(found.stdout) == min(threads, os.cpu_count())
