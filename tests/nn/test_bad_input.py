"""Wrong calls: every public function says which argument, what was given and what is allowed, or has an answer."""

import copy
import re

import numpy as np
import pytest

from vgtext import nn
from vgtext.nn import data, initializers, language, losses, optimizers
from vgtext.nn.linear_recurrence import LinearRecurrence
from vgtext.nn.muon import newton_schulz_on_values
from vgtext.nn.theory import floats, jacobian, meanfield, products, signal_propagation, width

RNG = np.random.default_rng(0)
X, W, B = RNG.standard_normal((3, 5)), RNG.standard_normal((2, 3, 3)), RNG.standard_normal((2, 3, 1))
Y, LABELS = np.array([0, 1, 0, 1, 0]), [0, 1, 2, 0, 1]
LISTS = nn.random_network([3, 4, 2])
PASS = nn.forward(*LISTS, X)
SQUARE = [None, *W]


def train(**options):
    return nn.train(nn.mlp(3, 4, 2, 2), **{"x": X, "y": Y, "steps": 1, "batch_size": 2, **options})


#: Calls that are right, by name: a function and its arguments, each of which is then made wrong.
CALLS = {
    "Dense": (nn.Dense, {"n_in": 3, "n_out": 4, "activation": "tanh", "init": "he_normal", "bias": 0.0}),
    "Pointwise": (nn.Pointwise, {"n": 3, "activation": "relu"}),
    "Residual": (nn.Residual, {"body": [nn.Dense(3, 3)], "norm": "layer", "place": "pre", "scale": 1.0}),
    "Highway": (nn.Highway, {"n": 3, "activation": "tanh", "init": "he_normal", "gate_bias": -2.0, "sigma_b": 0.0}),
    "BatchNorm": (nn.BatchNorm, {"n": 3, "eps": 1e-5, "momentum": 0.1}),
    "Network": (nn.Network, {"blocks": [nn.Dense(3, 2)], "loss": "mean_squared_error", "seed": 0, "dtype": "float32"}),
    "mlp": (nn.mlp, {"n_in": 3, "width": 4, "n_out": 2, "depth": 3, "activation": "tanh", "init": "he_normal",
                     "norm": None, "shortcut": None, "sigma_b": 0.0, "output_init": "zeros", "seed": 0}),
    "Network.forward": (lambda x: nn.mlp(3, 4, 2, 2).forward(x), {"x": X}),
    "lsuv": (nn.lsuv, {"network": nn.mlp(3, 4, 2, 2), "x": X, "tolerance": 0.01, "iterations": 1}),
    "Attention": (nn.Attention, {"n": 4, "heads": 2, "T": 3, "scale": 0.5, "cap": 2.0, "init": "he_normal",
                                 "gain": 1.0}),
    "Embedding": (nn.Embedding, {"vocabulary": 3, "n": 4, "T": 5, "std": 1.0}),
    "transformer": (nn.transformer, {"vocabulary": 3, "n": 4, "heads": 2, "T": 3, "depth": 1, "place": "pre",
                                     "norm": "layer", "scale": 1.0, "mlp": 2, "activation": "gelu", "cap": 2.0,
                                     "init": "he_normal", "gain": 1.0, "std": 1.0, "seed": 0, "dtype": "float32"}),
    "Transformer.forward": (lambda x: nn.transformer(3, 4, 2, 2, 1).forward(x), {"x": [[0, 1], [2, 0]]}),
    "entropy": (nn.attention.entropy, {"A": X}),
    "Recurrent": (nn.Recurrent, {"cell": "gru", "n_in": 3, "n": 4, "n_out": 2, "activation": "tanh", "init": None,
                                 "forget_bias": 0.0, "update_bias": 0.0, "seed": 0, "dtype": "float32"}),
    "Recurrent.forward": (lambda x: nn.Recurrent("rnn", 3, 4, 2).forward(x), {"x": [X, X]}),
    "LinearRecurrence": (LinearRecurrence, {"n_in": 3, "n": 4, "n_out": 2, "least": 0.1, "most": 0.9, "most_phase": 1.0,
                                            "seed": 0, "dtype": "float32"}),
    "train": (train, {"x": X, "y": Y, "steps": 1, "optimizer": "sgd", "learning_rate": 0.1, "batch_size": 2,
                      "clip": None, "record_every": 1, "test": (X, Y), "evaluate_every": 1, "seed": 0}),
    "measure": (nn.measure, {"depth": 3, "width": 4, "sigma_w": 1.0, "sigma_b": 0.0, "activation": "tanh", "batch": 5,
                             "seed": 0, "init": None, "dtype": "float32", "x": None, "output_gradient": None}),
    "propagate": (nn.propagate, {"W": W, "b": B, "x": X, "output_gradient": X, "sigma_w": [1.0], "sigma_b": 1.0}),
    "sample_weights": (nn.sample_weights, {"depth": 2, "width": 3, "seed": 0, "init": None, "dtype": "float32"}),
    "sample_batch": (nn.sample_batch, {"width": 2, "batch": 3, "seed": 0, "dtype": "float32"}),
    "sweep": (nn.sweep, {"depth": 2, "sigma_w": 1.0, "sigma_b": 0.0, "activation": "tanh", "seeds": 1, "width": 4,
                         "batch": 3, "init": None, "dtype": "float32", "processes": 1}),
    "Sweep.at": (nn.sweep(1, seeds=1, width=2, batch=2).at, {"depth": 1, "sigma_w": 1.0, "activation": "tanh"}),
    "forward": (nn.forward, {"W": LISTS[0], "b": LISTS[1], "x": X, "activation": "tanh"}),
    "backward": (nn.backward, {"W": LISTS[0], "z": PASS[0], "a": PASS[1], "dL_da": PASS[1][-1], "activation": "tanh"}),
    "random_network": (nn.random_network, {"sizes": [3, 2], "init": "he_normal", "sigma_b": 0.0, "seed": 0}),
    "numerical_gradient": (nn.numerical_gradient, {"loss": lambda: 0.0, "parameter": np.ones(2), "step": 1e-5}),
    "leaky_relu": (nn.leaky_relu, {"alpha": 0.1}),
    "elu": (nn.elu, {"alpha": 1.0, "scale": 1.0}),
    "phi": (lambda z: nn.get_activation("gelu")(z), {"z": X}),
    "variance_scaling": (initializers.variance_scaling, {"scale": 1.0, "mode": "fan_in", "distribution": "normal"}),
    **{name: (init, {"n_out": 3, "n_in": 2, "rng": 0}) for name, init in initializers.INITIALIZERS.items()},
    "mean_squared_error": (losses.mean_squared_error, {"a": X, "y": X}),
    "softmax_cross_entropy": (losses.softmax_cross_entropy, {"a": X, "y": LABELS}),
    "z_loss": (losses.z_loss, {"weight": 1e-4}),
    "z_loss of": (losses.z_loss(), {"a": X, "y": LABELS}),
    "logistic_cross_entropy": (losses.logistic_cross_entropy, {"a": X, "y": np.ones((3, 5))}),
    "accuracy": (losses.accuracy, {"a": X, "y": LABELS}),
    "SGD": (nn.SGD, {"momentum": 0.5}),
    "AdamW": (nn.AdamW, {"weight_decay": 0.01, "beta1": 0.9, "beta2": 0.9, "eps": 1e-8}),
    "Muon": (nn.Muon, {"momentum": 0.9, "steps": 5, "others": 0.1, "beta1": 0.9, "beta2": 0.9, "eps": 1e-8}),
    "PerArray": (nn.PerArray, {"optimizer": "adam", "factors": {"W": 2.0}}),
    "newton_schulz": (nn.newton_schulz, {"G": X, "steps": 5}),
    "Adam": (nn.Adam, {"beta1": 0.9, "beta2": 0.9, "eps": 1e-8}),
    **{f"{name} step": (lambda name=name, **given: optimizers.get_optimizer(name).step(**given),
                        {"theta": np.ones(2), "gradient": np.ones(2), "rate": 0.1})
       for name in ("sgd", "adam", "adamw")},
    **{f"clip by {name}": (clip, {"gradients": [np.ones(2)], "limit": 1.0}) for name, clip in nn.CLIPPINGS.items()},
    "step_decay": (optimizers.step_decay, {"rate": 0.1, "every": 2, "factor": 0.1}),
    "cosine": (optimizers.cosine, {"rate": 0.1, "steps": 3}),
    "warmup": (optimizers.warmup, {"schedule": 0.1, "steps": 2}),
    "spirals": (data.spirals, {"examples": 30, "arms": 2, "turns": 1.0, "noise": 0.05, "seed": 0}),
    "adding_problem": (data.adding_problem, {"T": 4, "examples": 3, "seed": 0}),
    "delayed_copy": (data.delayed_copy, {"T": 4, "examples": 3, "symbols": 3, "seed": 0}),
    "letters": (language.letters, {"T": 4, "examples": 3, "seed": 0, "test_share": 0.1}),
    "induction": (language.induction, {"T": 4, "examples": 3, "symbols": 3, "seed": 0}),
    "round_to": (floats.round_to, {"x": 1.0, "name": "float16"}),
    "last_depth": (floats.last_depth, {"a": 0.5, "name": "float16", "start": 1.0, "most": 10}),
    "layer_jacobians": (jacobian.layer_jacobians, {"W": [None, W[0]], "z": [None, X[:, 0]], "activation": "tanh"}),
    "jacobian": (jacobian.jacobian, {"jacobians": SQUARE, "first": 1, "last": 2}),
    "log10_spectral_norm": (jacobian.log10_spectral_norm, {"jacobians": SQUARE}),
    "lyapunov_spectrum": (jacobian.lyapunov_spectrum, {"matrices": W}),
    "fixed_point": (meanfield.fixed_point, {"activation": "tanh", "sigma_w": 1.5, "sigma_b": 0.0, "q0": 1.0}),
    "chi": (meanfield.chi, {"activation": "tanh", "sigma_w": 1.0, "sigma_b": 0.0, "q": 1.0}),
    "correlation_map": (meanfield.correlation_map, {"c": 0.5, "activation": "tanh", "sigma_w": 1.0, "sigma_b": 0.1}),
    "powers": (products.powers, {"W": W, "L": 3}),
    "full_product": (products.full_product, {"W": W}),
    "scaled": (products.scaled, {"M": W, "exponent": 0}),
    "log10_norm": (products.log10_norm, {"P": products.scaled(W)}),
    "log10_singular_values": (products.log10_singular_values, {"P": products.scaled(W)}),
    "gaussian_lyapunov_exponents": (products.gaussian_lyapunov_exponents, {"n": 2, "sigma": 1.0}),
    "forward_sizes": (signal_propagation.forward_sizes, {"activation": "tanh", "sigma_w": 1.0, "sigma_b": 0.0, "L": 3}),
    "log2_norm": (nn.log2_norm, {"x": X}),
    "mup": (width.mup, {"n": 64, "base": 32}),
    "rate_factors": (width.rate_factors, {"network": nn.mlp(3, 4, 2, 3), "optimizer": "adam", "base": 32}),
    "spectral_scale": (width.spectral_scale, {"n_out": 2, "n_in": 3}),
    "log_variance": (width.log_variance, {"L": 2, "n": 3, "per_layer": 5}),
    "newton_schulz_on_values": (newton_schulz_on_values, {"s": [0.5], "steps": 5}),
}
WRONG = (None, "x", -1.5, 0, float("nan"), [], [[1, 2], [3]], np.zeros((3, 0)), 1j, object())


@pytest.mark.parametrize("call, argument", [(call, name) for call, (_, given) in CALLS.items() for name in given])
def test_an_argument_is_named_or_answered(call, argument):
    function, given = CALLS[call]
    function(**given)
    refused = 0
    for wrong in WRONG:
        try:
            function(**{**given, argument: wrong})
        except (TypeError, ValueError) as error:
            assert re.search(rf"\b{argument}\b", str(error)), f"{wrong!r}: {error}"
            assert re.search(r"must|needs", str(error)), f"{wrong!r}: {error}"
            refused += 1
    assert refused > 2


NUMBERS = [(call, name) for call, (_, given) in CALLS.items() for name, value in given.items()
           if isinstance(value, (int, float)) and name not in ("seed", "rng", "x", "exponent") and call != "propagate"]


@pytest.mark.parametrize("call, argument", NUMBERS)
def test_true_is_no_number(call, argument):
    function, given = CALLS[call]
    with pytest.raises((TypeError, ValueError), match=rf"\b{argument}\b.* True"):
        function(**{**given, argument: True})


def test_averages_that_forget_nothing_are_refused():
    """At a share of 1 they stay 0 for ever, and the first step divides by 0."""
    for optimizer, share in ((nn.SGD, "momentum"), (nn.Muon, "momentum"), (nn.Adam, "beta1"), (nn.Adam, "beta2")):
        with pytest.raises(ValueError, match=f"{share} must be below 1, got 1"):
            optimizer(**{share: 1.0})


def test_no_examples():
    for call in (lambda x: nn.mlp(3, 4, 2, 2).forward(x), lambda x: nn.forward(*LISTS, x),
                 lambda x: nn.propagate(W, None, x, x), lambda x: nn.measure(2, 3, x=x)):
        with pytest.raises(ValueError, match=r"x must hold at least one number, got shape \(3, 0\)"):
            call(np.zeros((3, 0)))


def test_lists_are_arrays():
    assert losses.mean_squared_error(X.tolist(), X.tolist())[0] == 0
    assert losses.softmax_cross_entropy(X.tolist(), LABELS)[0] == losses.softmax_cross_entropy(X, LABELS)[0]
    assert nn.accuracy(X.tolist(), LABELS) == nn.accuracy(X, LABELS)
    lists = ([None, *(k.tolist() for k in part[1:])] for part in LISTS)
    np.testing.assert_array_equal(nn.forward(*lists, X.tolist())[1][-1], PASS[1][-1])
    assert nn.log2_norm([[3.0, 4.0]]) == pytest.approx(np.log2(5))
    assert nn.propagate(W.tolist(), B.tolist(), X.tolist(), X.tolist()).log2_error.shape == (3,)


def test_a_seed_is_an_rng():
    for init in initializers.INITIALIZERS.values():
        np.testing.assert_array_equal(init(4, 3, 7), init(4, 3, np.random.default_rng(7)))


def test_one_scale_is_one_network():
    one, several = nn.propagate(W, B, X, X, sigma_w=1.5, sigma_b=0.2), nn.propagate(1.5 * W, 0.2 * B, X, X)
    np.testing.assert_allclose(one.log2_error[1:], several.log2_error[1:])
    for wrong in (-1.0, [1.0, -1.0]):
        with pytest.raises(ValueError, match=r"sigma_w must be at least 0, got -1\.0"):
            nn.propagate(W, B, X, X, sigma_w=wrong)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", sorted(nn.ACTIVATIONS))
def test_activations_of_huge_numbers(name, dtype):
    """On either side they come as near to a straight line or a constant as softsign does, and nothing is nan."""
    phi, z = nn.get_activation(name), np.array([-1e37, -1e30, -200, 200, 1e30, 1e37], dtype)
    lines = np.repeat(phi.large or (0.0, 0.0), 3).astype(dtype)
    assert (np.abs(phi.derivative(z) - lines) <= z.astype(float) ** -2.0).all(), f"large of {name}"
    assert phi.derivative(z).dtype == z.dtype and np.isfinite(phi(z)).all()
    np.testing.assert_allclose(phi.slope(z, phi.value(z)), phi.derivative(z), atol=1e-30)


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("kind", [nn.BatchNorm, nn.LayerNorm, nn.RMSNorm])
def test_a_norm_of_zeros_is_zero_and_its_std_counts_as_one(kind, fast):
    network, du = nn.Network([kind(4, eps=0)], "mean_squared_error", fast=fast), np.arange(12.0).reshape(4, 3) ** 2
    assert (network.forward(np.zeros((4, 3))) == 0).all()
    mean = du.mean(axis=kind.axis, keepdims=True) if kind.center else 0
    np.testing.assert_allclose(network.backward(du.copy()), du - mean, rtol=1e-5)


@pytest.mark.parametrize("fast", [True, False])
def test_backward_before_forward(fast):
    for network in (nn.mlp(3, 4, 2, 2, fast=fast), nn.Recurrent("lstm", 3, 4, 2, fast=fast)):
        with pytest.raises(RuntimeError, match="backward needs a forward pass first"):
            network.backward(np.ones((2, 5)))
        with pytest.raises(RuntimeError, match="signals needs a pass first"):
            network.signals()


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_recurrent_network_goes_back_once(cell, fast):
    """The fast form writes dL/dz over z, which a second way back would take for z."""
    network = nn.Recurrent(cell, 3, 4, 2, fast=fast)
    d = np.ones_like(network.forward(X[None]))
    network.backward(d)
    with pytest.raises(RuntimeError, match="backward needs a forward pass first"):
        network.backward(d)


@pytest.mark.parametrize("fast", [True, False])
def test_signals_are_those_of_one_pass(fast):
    """A forward pass writes over the activations, so that the errors of the pass before have none beside them."""
    for network, x in ((nn.mlp(3, 4, 2, 2, fast=fast), X), (nn.Recurrent("gru", 3, 4, 2, fast=fast), X[None])):
        network.loss_and_gradient(x, Y, measure=True)
        assert np.isfinite(network.signals().log2_error[-1])
        network.predict(x[..., :2])
        with pytest.raises(RuntimeError, match="signals needs a pass first"):
            network.signals()


def test_a_deep_copy_is_refused():
    """Its weights would be no views into its theta, which training moves."""
    for network in (nn.mlp(3, 4, 2, 2), nn.Recurrent("gru", 3, 4, 2), LinearRecurrence(3, 4, 2)):
        with pytest.raises(TypeError, match=r"network must not be copied .* new.theta\[...\] = old.theta"):
            copy.deepcopy(network)
