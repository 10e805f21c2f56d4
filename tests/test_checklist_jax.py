"""What the checklist tells a user of JAX to record is run as printed: autograd stands in for JAX, which is not here."""

import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from autograd.misc import flatten

from vgtext import nn
from vgtext.diagnose import Recording, diagnose
from vgtext.diagnose.outcomes import ALONG

PAGE = Path(__file__).parents[1] / "book" / "checklist.md"
NAMES = "Dense_0", "Dense_1", "Dense_2"


def value_and_grad(loss_of, has_aux):
    """As JAX's: of a function that returns its value and what else is wanted, (value, else) and the gradient."""
    def both(params, *data):
        gradient = autograd.grad(lambda p: loss_of(p, *data)[0])(params)
        return loss_of(params, *data), gradient
    return both


def cross_entropy(logits, y):
    """The cross-entropy of each row of logits, (N,)."""
    logits = logits - logits.max(axis=1, keepdims=True)
    return anp.log(anp.exp(logits).sum(axis=1)) - logits[anp.arange(len(y)), y]


def apply(variables, x):
    """A Flax model's logits, and the output of each activation function with the logits at the end."""
    left = []
    for name in NAMES:
        layer = variables["params"][name]
        x = anp.dot(x, layer["kernel"]) + layer["bias"]
        x = x if name == NAMES[-1] else anp.tanh(x)
        left.append(x)
    return x, left


def updates(sign, rate=0.3):
    """An Optax transformation: plain descent, or with ``sign`` 1 a step up the loss."""
    def update(gradient, state, params):
        return {name: {key: sign * rate * g for key, g in layer.items()} for name, layer in gradient.items()}, state
    return SimpleNamespace(update=update)


def moved(params, update):
    """The parameters after an update, as Optax's ``apply_updates`` makes them."""
    return {name: {key: p + update[name][key] for key, p in layer.items()} for name, layer in params.items()}


@pytest.fixture
def stand_in(monkeypatch):
    """The modules that the block imports, with what it uses of them."""
    made = {name: ModuleType(name) for name in ("jax", "optax", "jax.flatten_util")}
    vars(made["jax"]).update(jit=lambda f: f, value_and_grad=value_and_grad, flatten_util=made["jax.flatten_util"])
    vars(made["jax.flatten_util"]).update(ravel_pytree=flatten)
    vars(made["optax"]).update(softmax_cross_entropy_with_integer_labels=cross_entropy, apply_updates=moved)
    for name, module in made.items():
        monkeypatch.setitem(sys.modules, name, module)


@pytest.mark.parametrize("sign, cause", [(-1, "healthy"), (1, "fault in the training loop")])
def test_what_is_recorded_by_hand_is_right_and_tells_a_step_down_from_one_up(stand_in, sign, cause):
    (block,) = [b for b in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf8"), re.S) if "import jax" in b]
    data, rng = nn.data.digits("float64"), np.random.default_rng(0)
    sizes = [64, 32, 32, 10]
    params = {name: {"kernel": rng.standard_normal((n, m)) / n**0.5, "bias": np.zeros(m)}
              for name, n, m in zip(NAMES, sizes, sizes[1:])}
    batches = [(data.x[:, k].T, data.y[k]) for k in rng.integers(0, data.x.shape[1], (600, 64))]
    found = {"model": SimpleNamespace(apply=apply), "params": params, "batches": batches, "state": None,
             "optimizer": updates(sign), "train_accuracies": None, "test_accuracies": None}
    exec(compile(block.replace('optimizer="adam"', 'optimizer="sgd"'), str(PAGE), "exec"), found)
    right = [np.mean(apply({"params": found["params"]}, x.T)[0].argmax(axis=1) == y)
             for x, y in ((data.x, data.y), (data.x_test, data.y_test))]
    recording = Recording(loss=found["losses"], steps=found["steps"], **found["rows"], optimizer="sgd", shortcuts=False,
                          normalized=False, recurrent=False, train_accuracy=right[0], test_accuracy=right[1])
    assert np.asarray(found["steps"])[:4].tolist() == [1, 2, 4, 8]
    assert recording.cosine == pytest.approx(sign)
    first = apply({"params": params}, batches[0][0])[1]
    assert recording.activation[0] == pytest.approx([np.sqrt((a**2).mean()) for a in first])
    assert recording.weight[0] == pytest.approx([np.linalg.norm(params[name]["kernel"]) for name in NAMES])
    assert recording.update / recording.gradient == pytest.approx(0.3)
    assert diagnose(recording).cause == cause


def test_the_page_names_the_limit_of_the_cosine():
    text = " ".join(PAGE.read_text("utf8").split())
    assert f"If it is above {ALONG:g} in all records and the loss does not fall" in text
