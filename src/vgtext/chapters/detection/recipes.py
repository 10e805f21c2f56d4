"""Runs whose trouble is known, because it was put there: nine causes and healthy, twelve recipes each, in two halves.

A run's label is the single change that mends it: every recipe names that change, and the mended run is trained too.
The rules of ``vgtext.diagnose`` were tuned on the half "tuned" alone; the half "held out" differs in data, width,
depth, activation, optimizer, learning rate, batch size and seed.
"""

from dataclasses import dataclass, replace

HALVES = ("tuned", "held out")

#: The initialization that keeps a signal's size, for each activation: a name, or the weight scale σ_w where χ₁ = 1.
MATCHED = {"relu": "he_normal", "leaky_relu": "he_normal", "tanh": "glorot_normal", "elu": 1.2,
           "gelu": 1.45, "silu": 1.45}


@dataclass(frozen=True)
class Setup:
    """All that defines a run. ``init`` is a name of ``vgtext.nn`` or a weight scale σ_w."""

    data: str = "digits"
    examples: int | None = None  # None: all
    noise: float = 0.0  # share of labels, in training and in test, drawn at random
    width: int = 64
    depth: int = 8
    activation: str = "relu"
    init: str | float = "he_normal"
    sigma_b: float = 0.0
    bias: float = 0.0  # added to the bias of every hidden unit,
    bias_layer: int | None = None  # or of this layer's only
    norm: str | None = None
    shortcut: str | None = None
    optimizer: str = "sgd"
    learning_rate: float = 0.05
    batch_size: int = 64
    steps: int = 300
    seed: int = 0


def _tuned():
    """Yield (cause, setup, mend): the half on which the rules were tuned."""
    tanh, sigmoid = {"activation": "tanh", "init": "glorot_normal"}, {"activation": "sigmoid", "init": "glorot_normal"}
    adam = {"optimizer": "adam", "learning_rate": 1e-3}
    yield from _group("healthy", {}, [
        {}, tanh, {"depth": 15, **adam}, {"width": 32, "steps": 600}, {"norm": "batch", "depth": 15},
        {"shortcut": "pre", "norm": "layer", "depth": 30, "learning_rate": 0.02},
    ])
    yield from _group("vanishing by activation", {"activation": "relu", "init": "he_normal", "sigma_b": 0.0}, [
        {**sigmoid, "depth": 6}, {**sigmoid, "depth": 10}, {"activation": "sigmoid", "depth": 8},
        {**sigmoid, "depth": 10, **adam}, {"activation": "sigmoid", "init": 3.0, "depth": 12},
        {**sigmoid, "width": 32, "depth": 12},
    ])
    yield from _group("vanishing by initialization", {"init": None}, [
        {"init": 0.7, "depth": 20}, {"init": "glorot_normal", "depth": 18}, {**tanh, "init": 0.5, "depth": 15},
        {**tanh, "init": 0.3, "depth": 10}, {"init": 0.5, "depth": 12, "width": 32},
        {"init": "standard_uniform", "sigma_b": 0.07, "depth": 12},
    ])
    yield from _group("vanishing by depth", {"depth": 6}, [
        {"depth": 100}, {"depth": 60, "width": 64}, {**tanh, "depth": 60}, {**tanh, "depth": 100, "width": 32},
        {"activation": "elu", "init": "lecun_normal", "depth": 100}, {"depth": 80, "width": 32},
    ])
    yield from _group("exploding", {"init": None}, [
        {"init": 2.5, "depth": 15}, {"init": 3.0, "depth": 10}, {"activation": "tanh", "init": 4.0, "depth": 20},
        {"activation": "tanh", "init": 3.0, "depth": 30}, {"init": 2.2, "depth": 20, **adam},
        {"activation": "elu", "init": 2.0, "depth": 25},
    ])
    yield from _group("dead units", {"bias": 0.0}, [
        {"bias": -3.0}, {"bias": -8.0, "bias_layer": 4}, {"bias": -1.0, "depth": 10},
        {"bias": -6.0, "bias_layer": 2, **adam},
        {"bias": -9.0, "bias_layer": 6, "width": 32}, {"bias": -2.0, "depth": 6, **adam},
    ])
    yield from _group("learning rate too small", {"learning_rate": 0.05, "optimizer": "sgd"}, [
        {"learning_rate": 1e-4}, {"learning_rate": 3e-4}, {"learning_rate": 1e-3, **tanh, "depth": 6},
        {"optimizer": "adam", "learning_rate": 3e-6}, {"learning_rate": 1e-4, "norm": "batch"},
        {"optimizer": "adam", "learning_rate": 1e-5, "width": 32},
    ])
    yield from _group("learning rate too large", {"learning_rate": 1e-3, "optimizer": "adam"}, [
        {"learning_rate": 1.0}, {"learning_rate": 5.0}, {"learning_rate": 3.0, **tanh},
        {"optimizer": "adam", "learning_rate": 0.1},
        {"optimizer": "adam", "learning_rate": 0.3, **tanh}, {"learning_rate": 20.0, "depth": 5, "width": 32},
    ])
    yield from _group("overfitting", {"examples": None}, [
        {"examples": 60}, {"examples": 100}, {"examples": 80, **tanh}, {"examples": 60, **adam},
        {"examples": 120, "norm": "batch"},
        {"examples": 50, "depth": 4, "width": 128},
    ])
    yield from _group("label noise", {"noise": 0.0}, [
        {"noise": 0.3}, {"noise": 0.5}, {"noise": 0.4, **tanh}, {"noise": 0.3, "width": 32, **adam},
        {"noise": 0.4, "norm": "batch"},
        {"noise": 0.6, "depth": 5},
    ])


def _held_out():
    """Yield (cause, setup, mend): the half that the rules had not seen."""
    tanh, sigmoid = {"activation": "tanh", "init": "lecun_normal"}, {"activation": "sigmoid", "init": "lecun_uniform"}
    adam, momentum = {"optimizer": "adam", "learning_rate": 2e-3}, {"optimizer": "momentum", "learning_rate": 0.01}
    tumours = {"data": "tumours", "width": 24}
    yield from _group("healthy", {}, [
        momentum, {**tumours, **tanh}, {"activation": "gelu", "depth": 6, **adam},
        {"activation": "leaky_relu", "depth": 12, **adam},
        {"shortcut": "residual", "norm": "batch", "depth": 24, "learning_rate": 0.03}, {**tumours, "steps": 800},
    ], held=True)
    yield from _group("vanishing by activation", {"activation": "relu", "init": "he_normal", "sigma_b": 0.0}, [
        {**sigmoid, "depth": 7}, {**sigmoid, "depth": 12, **momentum},
        {"activation": "sigmoid", "init": 2.0, "depth": 9},
        {**sigmoid, **tumours, "depth": 14}, {**sigmoid, "init": "orthogonal", "depth": 10},
        {**sigmoid, "depth": 9, "width": 96, **adam},
    ], held=True)
    yield from _group("vanishing by initialization", {"init": None}, [
        {"init": 0.8, "depth": 18}, {"activation": "gelu", "init": "lecun_normal", "depth": 16},
        {"activation": "leaky_relu", "init": 0.6, "depth": 18, **momentum},
        {"activation": "elu", "init": 0.5, "depth": 14, "width": 24},
        {**tumours, "init": "standard_uniform", "sigma_b": 0.1, "depth": 14},
        {"activation": "silu", "init": "glorot_uniform", "depth": 12},
    ], held=True)
    yield from _group("vanishing by depth", {"depth": 5}, [
        {"depth": 75}, {"depth": 110, "width": 64}, {**tanh, "depth": 85},
        {"activation": "leaky_relu", "depth": 90, **momentum},
        {"activation": "elu", "init": "glorot_uniform", "depth": 110},
        {"activation": "selu", "init": "lecun_normal", "depth": 100},
    ], held=True)
    yield from _group("exploding", {"init": None}, [
        {"init": 2.3, "depth": 18}, {"activation": "leaky_relu", "init": 2.6, "depth": 14, **momentum},
        {"activation": "tanh", "init": 3.5, "depth": 24}, {**tumours, "init": 2.8, "depth": 16},
        {"activation": "gelu", "init": 3.5, "depth": 12}, {"activation": "tanh", "init": 5.0, "depth": 16, **adam},
    ], held=True)
    yield from _group("dead units", {"bias": 0.0}, [
        {"bias": -2.5}, {"bias": -7.0, "bias_layer": 3, **momentum}, {"bias": -1.2, "depth": 12},
        {"bias": -6.0, "bias_layer": 5, "width": 96}, {**tumours, "bias": -3.0, "depth": 6},
        {"bias": -9.0, "bias_layer": 7, **adam},
    ], held=True)
    yield from _group("learning rate too small", {"learning_rate": 0.03, "optimizer": "sgd"}, [
        {"learning_rate": 2e-4}, {"learning_rate": 5e-5, "optimizer": "momentum"},
        {"learning_rate": 2e-4, "activation": "leaky_relu"},
        {"optimizer": "adam", "learning_rate": 5e-6, **tanh}, {**tumours, "learning_rate": 1e-4},
        {"learning_rate": 3e-4, "norm": "layer", "depth": 10},
    ], held=True)
    yield from _group("learning rate too large", {"learning_rate": 2e-3, "optimizer": "adam"}, [
        {"learning_rate": 2.0}, {"learning_rate": 0.5, "optimizer": "momentum"}, {"learning_rate": 4.0, **tanh},
        {"optimizer": "adam", "learning_rate": 0.2, "activation": "leaky_relu"}, {**tumours, "learning_rate": 5.0},
        {"optimizer": "adam", "learning_rate": 0.5, "activation": "gelu"},
    ], held=True)
    yield from _group("overfitting", {"examples": None}, [
        {"examples": 70}, {"examples": 90, **tanh, **momentum}, {"examples": 110, "activation": "gelu", **adam},
        {"examples": 50, "width": 96, "depth": 5}, {"examples": 75, "norm": "layer", "depth": 6},
        {"examples": 100, "activation": "elu", "init": "lecun_normal"},
    ], held=True)
    yield from _group("label noise", {"noise": 0.0}, [
        {"noise": 0.35}, {"noise": 0.45, **tanh}, {"noise": 0.55, "activation": "leaky_relu"},
        {"noise": 0.35, "width": 24, **adam},
        {**tumours, "noise": 0.6}, {"noise": 0.45, "norm": "layer", "depth": 6},
    ], held=True)


def _group(cause, mend, changes, held=False):
    other = {"width": 40, "depth": 10, "learning_rate": 0.03, "batch_size": 40, "steps": 400} if held else {}
    for i, change in enumerate(changes):
        setup = Setup(**{**other, "seed": 500 * held + i, **change})
        matched = {"init": MATCHED[setup.activation]} if "init" in mend and mend["init"] is None else {}
        yield cause, setup, replace(setup, **{**mend, **matched})


def recipes(half):
    """Return the list of (cause, setup, mended setup) of the half "tuned" or "held out"."""
    return list(_tuned() if half == HALVES[0] else _held_out())


#: The ten answers, in the order of the confusion matrix.
CAUSES = tuple(dict.fromkeys(cause for cause, _, _ in _tuned()))
