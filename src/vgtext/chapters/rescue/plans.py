"""A plan: all that may be chosen in a network of fifty layers. The patient is a plan, and so is every rescue."""

from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np

from vgtext import nn

DEPTH, WIDTH, STEPS, BATCH = 50, 64, 300, 64  # the budget: 300 mini-batches of 64 digits, 13 epochs and a half

ACTIVATIONS = {"sigmoid": "sigmoid", "tanh": "tanh", "ReLU": "relu"}
INITS = {"PyTorch default": "standard_uniform", "Glorot": "glorot_normal", "He": "he_normal"}
#: What is in or around each layer, as ``vgtext.nn.mlp`` takes it: (normalization, shortcut, branch scale).
WAYS = {
    "nothing": (None, None, 1.0),
    "layer norm": ("layer", None, 1.0),
    "batch norm": ("batch", None, 1.0),
    "residual": (None, "residual", 1.0),
    "residual / L": (None, "residual", 1 / DEPTH),
    "residual + layer norm": ("layer", "pre", 1.0),
}
RATES = (0.001, 0.005, 0.02, 0.1, 0.5)

digits = cache(nn.data.digits)


@dataclass(frozen=True)
class Plan:
    """Four choices, in the words of the figures. The patient's are the defaults."""

    activation: str = "sigmoid"
    init: str = "PyTorch default"
    way: str = "nothing"
    rate: float = 0.001

    @property
    def changes(self):
        """The choices in which the plan differs from the patient's."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) != f.default)

    @property
    def cell(self):
        """Where the plan stands in the stored array."""
        return (list(ACTIVATIONS).index(self.activation), list(INITS).index(self.init), list(WAYS).index(self.way),
                RATES.index(self.rate))

    def __str__(self):
        return f"{self.activation}, {self.init} weights, {self.way}, rate {self.rate:g}"


PATIENT = Plan()

#: The operations, in the order in which the diagnoses ask for them.
MENDS = ({"activation": "ReLU"}, {"init": "He"}, {"rate": 0.02}, {"way": "residual + layer norm"})
STAGES = {"as admitted": PATIENT}
for _i, (_words, _mend) in enumerate(zip(("ReLU", "He's weights", "rate × 20", "residual + layer norm"), MENDS), 1):
    STAGES[f"{_i}: {_words}"] = replace([*STAGES.values()][-1], **_mend)


def plans():
    """All plans of the factorial, in the order of the stored array."""
    return [Plan(a, i, w, r) for a in ACTIVATIONS for i in INITS for w in WAYS for r in RATES]


def build(plan, seed=0, depth=DEPTH, width=WIDTH, dtype="float32"):
    """Return the untrained network of a plan."""
    norm, shortcut, scale = WAYS[plan.way]
    net = nn.mlp(64, width, 10, depth=depth, activation=ACTIVATIONS[plan.activation], init=INITS[plan.init],
                 norm=norm, shortcut=shortcut, seed=seed, dtype=dtype)
    for block in net.blocks:
        if isinstance(block, nn.Residual):
            block.scale = scale
    return net


def treat(net, rate, seed=0, steps=STEPS, **options):
    """Train a network on the digits within the budget, plain gradient descent; return its history."""
    d = digits()
    return nn.train(net, d.x, d.y, steps=steps, learning_rate=rate, batch_size=BATCH, test=(d.x_test, d.y_test),
                    seed=seed, **{"progress": False, **options})


def accuracies(history):
    """Return training and test accuracy at the end; a run that broke down counts as guessing."""
    if history.breakdown:
        return 0.1, 0.1
    return np.array([history.train_accuracy[-1], history.test_accuracy[-1]])
