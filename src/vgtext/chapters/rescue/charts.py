"""Charts: what was recorded of the patient before and after each repair, and of four other patients. Made once by

    python -m vgtext.chapters.rescue.charts

and kept in ``data/rescue_charts.npz``: sizes of all layers every 25 steps and the loss of every step, in float16 (sizes
and losses as log2, which rounds a loss by 0.2% at most, and a size by 1.1%, below 5e-20 by 2.2%, below 3e-39 by 4.4%),
and what made them.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.diagnose import Recording
from vgtext.nn.progress import tqdm
from vgtext.nn.theory.floats import round_to

from .plans import STAGES, WIDTH, accuracies, build, digits, treat

EVERY = 25
SIZES = ("activation", "error", "gradient", "asked", "got")  # kept as log2
FIELDS = (*SIZES, "flat", "saturation", "loss", "ended")


@dataclass(frozen=True, eq=False)
class Chart:
    """What was recorded. R steps, L layers; ``asked`` is η‖∂L/∂W‖ / ‖W‖, ``got`` the change of W that was made of it.

    In ``asked``, ‖W‖ is that of the first weights; in ``got``, of those at the step.
    ``activation`` and ``error`` are root mean squares per unit; ``flat`` is the share of units whose slope is nearly 0
    for every image of the batch; ``ended`` holds training and test accuracy.
    """

    relu: bool
    rate: float
    steps: np.ndarray  # (R,)
    activation: np.ndarray  # (R, L), as all down to saturation
    error: np.ndarray
    gradient: np.ndarray
    asked: np.ndarray
    got: np.ndarray
    flat: np.ndarray
    saturation: np.ndarray
    loss: np.ndarray  # (300,)
    ended: np.ndarray

    def recording(self):
        """Return it as ``vgtext.diagnose`` takes it."""
        dead = {"dead": self.flat} if self.relu else {}
        return Recording(steps=self.steps, gradient=self.gradient, activation=self.activation, update_ratio=self.got,
                         saturation=self.saturation, loss=self.loss, train_accuracy=self.ended[:1],
                         test_accuracy=self.ended[1:], learning_rate=self.rate, **dead)


class Coarse:
    """Gradient descent on weights that are kept in bfloat16, 8 binary digits: every step is rounded."""

    def step(self, theta, gradient, rate):
        """Move theta, in place, and round it."""
        theta[...] = round_to(theta - theta.dtype.type(rate) * gradient, "bfloat16")


def large_weights():
    """Thirty tanh layers with weights three times too large."""
    return nn.mlp(64, WIDTH, 10, depth=30, activation="tanh", init=nn.initializers.scaled_normal(3.0)), 0.02, {}


def one_dead_layer():
    """Ten healthy ReLU layers, but for the biases of layer 6."""
    net = nn.mlp(64, WIDTH, 10, depth=10, activation="relu", init="he_normal")
    net.layers[6].b[...] = -8
    return net, 0.02, {}


def coarse_weights():
    """The rescued network at the patient's rate, its weights kept in bfloat16."""
    net = build(STAGES["4: residual + layer norm"])
    net.theta[...] = round_to(net.theta, "bfloat16")
    return net, 0.001, {"optimizer": Coarse()}


def shuffled_labels():
    """Ten healthy tanh layers; the images were shuffled and the labels were not."""
    y = np.random.default_rng(0).permutation(digits().y)
    return nn.mlp(64, WIDTH, 10, depth=10, activation="tanh", init="glorot_normal"), 0.02, {"y": y}


CASES = {"A": large_weights, "B": one_dead_layer, "C": coarse_weights, "D": shuffled_labels}


def record(net, rate, y=None, **options):
    """Train a network and return its chart."""
    d, units = digits(), np.array([len(layer.W) for layer in net.layers[1:]])
    weights = [np.linalg.norm(layer.W) for layer in net.layers[1:]]
    if y is None:
        run = treat(net, rate, record_every=EVERY, **options)
    else:
        run = nn.train(net, d.x, y, steps=300, learning_rate=rate, record_every=EVERY, test=(d.x_test, d.y_test),
                       progress=False)
    per_unit = 0.5 * np.log2(units)
    with np.errstate(over="ignore", under="ignore"):
        sizes = [np.exp2(size) for size in (run.log2_activation[:, 1:] - per_unit, run.log2_error[:, 1:] - per_unit,
                                            run.log2_gradient[:, 1:])]
        asked = rate * sizes[-1] / weights
    return Chart(net.layers[1].phi.name == "relu", rate, run.recorded, *sizes, asked, run.update_ratio[:, 1:],
                 run.dead[:, 1:], run.saturation[:, 1:], run.loss, accuracies(run))


def make_chart(name):
    """Record the chart of a stage or a case."""
    if name in CASES:
        net, rate, options = CASES[name]()
        return record(net, rate, **options)
    return record(build(STAGES[name]), STAGES[name].rate)


@cache
def charts():
    """The stored charts by name: the stages, then the cases."""
    return {name: _unpack(results.load("rescue_charts"), i) for i, name in enumerate((*STAGES, *CASES))}


def _unpack(file, i):
    fields = {name: file[f"{i}_{name}"].astype(np.float64) for name in FIELDS}
    fields |= {name: np.exp2(fields[name]) for name in (*SIZES, "loss")}
    return Chart(bool(file["relu"][i]), float(file["rate"][i]), file[f"{i}_steps"], **fields)


def make():
    """Record all charts and write the file; about half a minute."""
    found = [make_chart(name) for name in tqdm((*STAGES, *CASES), desc="charts")]
    arrays = {}
    for i, chart in enumerate(found):
        arrays[f"{i}_steps"] = chart.steps.astype(np.int16)
        for name in FIELDS:
            values = getattr(chart, name)
            with np.errstate(divide="ignore"):
                values = np.log2(values) if name in (*SIZES, "loss") else np.asarray(values)
            arrays[f"{i}_{name}"] = values.astype(np.float16)
    results.save("rescue_charts", 1, relu=[c.relu for c in found], rate=[c.rate for c in found], **arrays)


if __name__ == "__main__":
    make()
