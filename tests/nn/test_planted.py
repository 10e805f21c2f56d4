"""Small faults that change no picture much: each law below fails if one of them is planted."""

import numpy as np
import pytest

from vgtext import nn
from vgtext.nn.attention import entropy
from vgtext.nn.initializers import orthogonal
from vgtext.nn.linear_recurrence import LinearRecurrence
from vgtext.nn.losses import softmax_cross_entropy, z_loss
from vgtext.nn.optimizers import exponential_decay, get_optimizer, step_decay
from vgtext.nn.recurrent import Recurrent


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_running_averages_are_of_the_mean_and_of_the_unbiased_variance(fast, dtype):
    rng, norm = np.random.default_rng(0), nn.BatchNorm(3, momentum=0.3)
    network = nn.Network([norm], "mean_squared_error", dtype=dtype, fast=fast)
    mean, variance = np.zeros(3), np.ones(3)
    for B in (5, 5, 2, 9):
        z = rng.standard_normal((3, B)) + np.array([[1], [2], [3]])
        network.forward(z)
        mean, variance = 0.7 * mean + 0.3 * z.mean(axis=1), 0.7 * variance + 0.3 * z.var(axis=1, ddof=1)
    np.testing.assert_allclose(norm.running[..., 0], [mean, variance], rtol=1e-5)
    z = rng.standard_normal((3, 4))
    expected = (z - mean[:, None]) / np.sqrt(variance[:, None] + norm.eps)
    np.testing.assert_allclose(network.predict(z), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(norm.running[..., 0], [mean, variance], rtol=1e-5)  # inference leaves them alone


def test_one_example_has_no_variance():
    norm = nn.BatchNorm(2, momentum=0.25)
    network = nn.Network([norm], "mean_squared_error", dtype="float64")
    network.forward(np.array([[4.0], [8.0]]))
    np.testing.assert_allclose(norm.running[..., 0], [[1, 2], [0.75, 0.75]])


@pytest.mark.parametrize("n_out, n_in", [(3, 3), (4, 2), (2, 4)])
def test_orthogonal_matrices_are_uniform(n_out, n_in):
    """Haar's measure has no direction: every entry is symmetric about 0, with variance 1 / the longer side."""
    Q = np.array([orthogonal()(n_out, n_in, seed) for seed in range(2000)])
    sigma = max(n_out, n_in) ** -0.5
    assert np.abs(Q.mean(axis=0)).max() < 4.5 * sigma / 2000**0.5
    np.testing.assert_allclose(Q.std(axis=0), sigma, rtol=0.08)
    assert (np.sign(Q[:, 0, 0]) > 0).mean() == pytest.approx(0.5, abs=0.05)


class Watched(nn.Network):
    """A network that notes the batches which it is trained on."""

    def loss_and_gradient(self, x, y, measure=False):
        self.__dict__.setdefault("batches", []).append((x[0].astype(int).tolist(), y.tolist()))
        return super().loss_and_gradient(x, y, measure)


def epochs(seed, examples=12, size=4, count=6, batch_size=4):
    """The numbers of the examples in the order in which they came, one row an epoch."""
    x, network = np.arange(examples)[None], Watched([nn.Dense(1, examples)])
    nn.train(network, x, x[0], steps=count * examples // size, batch_size=batch_size, learning_rate=0.0, seed=seed)
    assert all(numbers == labels for numbers, labels in network.batches)
    return np.array([numbers for numbers, _ in network.batches]).reshape(count, examples)


def test_every_epoch_has_all_examples_in_an_order_of_its_own():
    orders = epochs(0)
    assert (np.sort(orders, axis=1) == np.arange(12)).all()
    assert len({tuple(order) for order in orders}) == 6
    assert (epochs(0) == orders).all() and (epochs(1) != orders).any()
    first = np.array([epochs(seed, count=4)[:, 0] for seed in range(60)])  # no example has a place of its own
    assert np.bincount(first.ravel(), minlength=12).min() > 5 and np.bincount(first.ravel()).max() < 45


def test_examples_that_fill_no_batch_are_left_for_the_next_epoch():
    x, network = np.arange(10)[None], Watched([nn.Dense(1, 10)])
    nn.train(network, x, x[0], steps=8, batch_size=4, learning_rate=0.0)
    seen = [numbers for numbers, _ in network.batches]
    assert all(len(set(seen[k] + seen[k + 1])) == 8 for k in range(0, 8, 2))
    assert set(np.ravel(seen)) == set(range(10))


def test_a_single_output_is_right_by_its_sign():
    """It is a logit: a probability of one half is 0."""
    a = np.array([[-2.0, -1e-6, 1e-6, 0.3, 0.7, 2.0]])
    assert nn.accuracy(a, [0, 0, 1, 1, 1, 1]) == 1
    assert nn.accuracy(a, [1, 1, 0, 0, 0, 0]) == 0
    assert nn.accuracy(a, [0, 0, 1, 0, 1, 1]) == pytest.approx(5 / 6)


def test_several_outputs_are_right_by_the_largest():
    a = np.array([[0.2, -3.0, 5.0], [0.1, -2.0, 5.5], [0.19, -9.0, 4.0]])
    assert nn.accuracy(a, [0, 1, 1]) == 1 and nn.accuracy(a, [0, 2, 1]) == pytest.approx(2 / 3)


def test_what_belongs_to_a_layer_has_its_number():
    """Statistics of every layer against the readable pass, layers numbered 0 to L."""
    rng, L, n = np.random.default_rng(3), 5, 7
    W = rng.standard_normal((L, n, n)) * np.array([0.3, 3.0, 0.6, 2.0, 1.0])[:, None, None] / np.sqrt(n)
    b = rng.standard_normal((L, n, 1)) * 0.2
    x, g = rng.standard_normal((2, n, 6))
    z, a = nn.forward([None, *W], [None, *b], x)
    gradient = nn.backward([None, *W], z, a, g)
    found = nn.propagate(W, b, x, g, statistics=True)
    assert found.layers.tolist() == [1, 2, 3, 4, 5]
    slopes = [None, *(np.abs(nn.ACTIVATIONS["tanh"].derivative(k)) < 0.01 for k in z[1:])]
    for l in range(L + 1):
        assert found.activation[l] == pytest.approx(np.linalg.norm(a[l]) / 6**0.5)
        assert (found.mean[l], found.variance[l]) == pytest.approx((a[l].mean(), a[l].var()))
        if l:
            assert found.error[l] == pytest.approx(np.linalg.norm(gradient.delta[l]) / 6**0.5)
            assert found.gradient[l] == pytest.approx(np.linalg.norm(gradient.dW[l]) / 6)
            assert found.saturation[l] == pytest.approx(slopes[l].mean())
    assert np.isnan([found.error[0], found.gradient[0], found.saturation[0], found.dead[0]]).all()


@pytest.mark.parametrize("moved", [1, 2, 3])
def test_a_history_has_a_column_for_each_layer(moved):
    """Only one layer moves: the optimizer is handed zeros for the others."""
    network = nn.mlp(4, 5, 3, 3, dtype="float64")

    class Frozen(nn.SGD):
        def step(self, theta, gradient, rate):
            gradient[[k for k in range(gradient.size) if not mine[k]]] = 0
            super().step(theta, gradient, rate)

    mine = np.zeros(network.theta.size, bool)
    mine[network.parameters[f"block{moved}.0.W"]] = True
    x, y = np.random.default_rng(0).standard_normal((4, 30)), np.arange(30) % 3
    before = [k.W.copy() for k in network.layers[1:]]
    run = nn.train(network, x, y, steps=1, record_every=1, optimizer=Frozen(), batch_size=None)
    assert run.update_ratio.shape == (1, 4) and np.isnan(run.update_ratio[0, 0])
    ratio = np.linalg.norm(network.layers[moved].W - before[moved - 1]) / np.linalg.norm(before[moved - 1])
    expected = [ratio if l == moved else 0 for l in (1, 2, 3)]
    assert run.update_ratio[0, 1:] == pytest.approx(expected) and ratio > 0


def test_a_look_at_a_run_does_not_change_it():
    """Accuracies are taken in inference mode, from the running averages, which they leave alone."""
    x, y = 3 + np.random.default_rng(0).standard_normal((4, 60)), np.arange(60) % 3
    runs = []
    for every in (0, 1):
        network = nn.mlp(4, 8, 3, 3, norm="batch", activation="relu")
        run = nn.train(network, x, y, steps=5, batch_size=20, record_every=every, evaluate_every=every,
                       test=(x, y) if every else None)
        runs.append((run.loss, network.theta, network.layers[1].norm.running, network.layers[2].norm.running))
    for without, with_them in zip(*runs, strict=True):
        np.testing.assert_array_equal(without, with_them)
    assert run.train_accuracy[-1] == run.test_accuracy[-1] == nn.accuracy(network.predict(x), y)
    assert run.test_loss[-1] == pytest.approx(network.loss(network.predict(x), y)[0])


@pytest.mark.parametrize("how", list(nn.CLIPPINGS))
def test_the_norm_of_a_history_is_that_before_clipping(how):
    x, y = np.random.default_rng(0).standard_normal((4, 30)), np.arange(30) % 3
    runs = [nn.train(nn.mlp(4, 5, 3, 3), x, y, steps=2, batch_size=None, clip=clip) for clip in (None, (how, 1e-3))]
    assert runs[0].gradient_norm[0] == runs[1].gradient_norm[0] > 0.1
    assert runs[0].gradient_norm[1] != runs[1].gradient_norm[1]  # the first step was another one


@pytest.mark.parametrize("network", [
    nn.mlp(32, 32, 32, 6, shortcut="residual", sigma_b=1.0), nn.mlp(32, 32, 32, 4, shortcut="highway"),
    nn.transformer(32, 32, 2, 32, 2), *(nn.Recurrent(cell, 32, 32, 32) for cell in ("rnn", "lstm", "gru")),
    LinearRecurrence(32, 32, 32)])
def test_every_weight_is_drawn_anew(network):
    """No matrix of a network, nor a gate's block of one, repeats or resembles another."""
    blocks = [network.theta[part].reshape(-1, 1024) for part in network.parameters.values()
              if part.stop - part.start >= 1024]
    blocks = [block for block in np.concatenate(blocks) if block.std() > 0]
    assert len(blocks) > 2 and np.abs(np.corrcoef(blocks) - np.eye(len(blocks))).max() < 5 / 32


@pytest.mark.parametrize(("cell", "gates"), [("rnn", 1), ("lstm", 4), ("gru", 3)])
def test_each_gate_is_drawn_as_a_layer_of_its_own(cell, gates):
    """From n inputs to n units, however many gates lie one above the other."""
    network = nn.Recurrent(cell, 50, 100, 20, dtype="float64", seed=3)
    assert network.U.shape == (gates * 100, 50) and network.U.var() == pytest.approx(2 / 150, rel=0.08)
    assert network.V.var() == pytest.approx(2 / 120, rel=0.12)
    for W in network.W.reshape(gates, 100, 100):
        np.testing.assert_allclose(W @ W.T, np.eye(100), atol=1e-12)


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_a_breakdown_names_its_layer(broken):
    network = nn.mlp(4, 5, 3, 3)
    network.layers[broken].W[0, 0] = np.nan
    x, y = np.random.default_rng(0).standard_normal((4, 30)), np.arange(30) % 3
    assert nn.train(network, x, y, steps=3).breakdown == (1, broken, "activation")


class Breaks(nn.Network):
    """A network in which, at the second step, nan begins in one array of one layer, and runs back from there."""

    steps, layer, where = 0, 0, ""

    def loss_and_gradient(self, x, y, measure=False):
        loss, self.steps = super().loss_and_gradient(x, y, measure), self.steps + 1
        if self.steps < 2:
            return loss
        if self.where == "error":
            for layer in self.layers[1 : self.layer + 1]:
                layer.delta[0, 0] = layer.W_gradient[0, 0] = np.nan
        if self.where == "gradient":
            self.layers[self.layer].W_gradient[0, 0] = np.inf
        return np.nan if self.where == "loss" else loss

    def step(self, theta, gradient, rate):
        """As an optimizer: move nothing, or one weight beyond all bounds."""
        if self.where == "weight" and self.steps == 2:
            self.layers[self.layer].W[0, 0] = np.inf


@pytest.mark.parametrize("record_every", [0, 1])
@pytest.mark.parametrize(("where", "layer"), [
    *((where, layer) for where in ("error", "gradient", "weight") for layer in (1, 2, 3)), ("loss", 3)])
def test_a_breakdown_names_its_step_its_layer_and_its_quantity(where, layer, record_every):
    network = Breaks([nn.Dense(4, 5, "tanh"), nn.Dense(5, 5, "tanh"), nn.Dense(5, 3)])
    network.where, network.layer = where, layer
    x, y = np.random.default_rng(0).standard_normal((4, 30)), np.arange(30) % 3
    run = nn.train(network, x, y, steps=4, optimizer=network, record_every=record_every)
    assert run.breakdown == (2, layer, where) and len(run.loss) == 2
    assert run.recorded.tolist() == [1] * record_every  # a step that broke is not recorded
    place = "loss" if where == "loss" else f"{where} of layer {layer}"
    assert str(run.breakdown) == f"step 2: nan or inf in the {place}"


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("shortcut", [None, "residual", "highway", "pre", "post"])
@pytest.mark.parametrize("norm", list(nn.NORMS))
def test_in_inference_an_answer_stands_on_no_other_example(norm, shortcut, fast):
    network = nn.mlp(3, 4, 2, 3, norm=norm, shortcut=shortcut, dtype="float64", fast=fast)
    x = np.random.default_rng(0).standard_normal((3, 5))
    network.loss_and_gradient(x, np.array([0, 1, 0, 1, 1]))
    np.testing.assert_allclose(network.predict(x)[:, :1], network.predict(x[:, :1]), rtol=1e-12)


@pytest.mark.parametrize("fast", [True, False])
def test_a_recurrent_unit_is_saturated_where_tanh_is_flat_and_dead_where_it_is_so_for_all(fast):
    network = Recurrent("rnn", 2, 5, 2, init=orthogonal(9.0), dtype="float64", fast=fast)
    x = 4 * np.random.default_rng(0).standard_normal((6, 2, 4))
    network.loss_and_gradient(x, np.array([0, 1, 0, 1]), measure=True)
    flat, signals = 1 - network.h**2 < 0.01, network.signals()
    assert 0.2 < flat.mean() < 0.9 and flat.all(axis=2).any() and flat.all(axis=1).any()
    np.testing.assert_allclose(signals.saturation, [step.mean() for step in flat])
    np.testing.assert_allclose(signals.dead, [np.mean([unit.all() for unit in step]) for step in flat])
    assert np.isnan(signals.gradient[:-1]).all() and signals.gradient[-1] == pytest.approx(
        np.linalg.norm(network.W_gradient)), "the weights that all steps share have one gradient"


def test_an_entropy_is_of_the_keys_however_small_a_share_is():
    assert entropy(np.full((4, 2), 0.25)) == pytest.approx(np.log(4))
    assert entropy(np.array([[1, 0.5], [0, 0.5]])) == pytest.approx(np.log(2) / 2)
    shares = np.array([1 - 3e-4, 2e-4, 1e-4])
    assert entropy(shares) == pytest.approx(-(shares * np.log(shares)).sum())


def test_what_is_left_out_is_as_in_the_sources():
    adam, adamw, muon, norm = nn.Adam(), nn.AdamW(), nn.Muon(), nn.BatchNorm(2)
    for optimizer in (adam, adamw):
        assert (optimizer.beta1, optimizer.beta2, optimizer.eps) == (0.9, 0.999, 1e-8)  # Kingma and Ba
    assert adamw.weight_decay == 0.01 and get_optimizer("momentum").momentum == 0.9  # PyTorch
    assert (muon.momentum, muon.steps, muon.adam.beta1, muon.adam.beta2) == (0.95, 5, 0.9, 0.95)  # Jordan et al.
    assert muon.others == pytest.approx(3e-4 / 0.02)
    assert (norm.momentum, norm.eps) == (0.1, 1e-5)  # PyTorch
    assert step_decay(1.0, 1)(2) == 0.1 and exponential_decay(1.0, 1)(2) == 0.5
    a, y = np.array([[3.0], [1.0]]), np.array([0])
    entropy_alone, loss = softmax_cross_entropy(a, y)[0], z_loss()(a, y)[0]
    assert loss - entropy_alone == pytest.approx(1e-4 * np.logaddexp(3, 1) ** 2)  # PaLM
