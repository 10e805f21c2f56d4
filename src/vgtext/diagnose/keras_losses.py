"""What a recorder sees of the loss that a Keras model was compiled with, and of the targets it is given."""

import numpy as np

from .keras_layers import numbers
from .targets import Targets


class Watch:
    """Looks at the loss of a model in the steps that a recorder records."""

    def __init__(self, model):
        """Watch ``model``."""
        self.model, self.targets, self._is_sum = model, Targets(), None

    def see(self, y, predicted, loss):
        """Take the targets and the answers of a batch, and the loss of both."""
        classes = targets_of_keras(self.model, numbers(y))
        self.targets.add(classes, predicted.shape[-1])
        self.targets.shapes((), predicted.shape)
        if classes and predicted.ndim <= 2:
            self.targets.compare(numbers(predicted), classes, float(numbers(loss)))
        if self._is_sum is None and len(y) > 1:
            self._is_sum = is_sum(getattr(self.model, "loss", None), y, predicted)

    def words(self):
        """Return what is known of the targets as fields of a recording."""
        constant = self.targets.constant_loss()
        return self.targets.words() | ({} if constant is None else {"constant_loss": constant})

    def slips(self):
        """Return the slips that were seen."""
        return of_loss(self.model, bool(self._is_sum)) + ["one class a batch"] * self.targets.change()


def is_sum(loss, y, predicted):
    """Is a loss of one's own a sum: is its number for a batch that of one half and of the other, together?"""
    if not callable(loss):  # a name of one, or one for each output
        return False
    half = len(y) // 2
    try:
        whole, first, second = (numbers(loss(y[part], predicted[part])) for part in (
            slice(2 * half), slice(half), slice(half, 2 * half)))
    except Exception:  # whichever its backend raises: it takes whole batches only, so nothing is known
        return False
    both = first + second
    return not np.ndim(whole) and bool(both != 0 and abs(whole - both) < 1e-3 * abs(both))


def of_loss(model, is_sum=False):
    """Return the slips of the loss that a model was compiled with: it is a sum, or does not fit the last layer."""
    is_sum = is_sum or getattr(getattr(model, "loss", None), "reduction", None) == "sum"
    return ["summed loss"] * is_sum + _between(model)


def _between(model):
    last = model.layers[-1]  # it has an activation, or is one, as a layer Softmax
    given = getattr(getattr(last, "activation", None), "__name__", type(last).__name__.lower())
    if "crossentropy" not in _name(model):
        return []
    if getattr(model.loss, "from_logits", False):
        return ["activation twice"] if given in ("softmax", "sigmoid") else ["logits cut off"] * (given == "relu")
    return ["logits for probabilities"] if given in ("linear", "relu") else []


def targets_of_keras(model, y):
    """Return the classes of a batch's targets, given the loss that a model was compiled with; none if they are rows."""
    name = _name(model)
    y = y.argmax(1) if "categorical" in name and "sparse" not in name and y.ndim == 2 else y
    return y.ravel().tolist() if "crossentropy" in name and y.size == len(y) else []


def _name(model):
    loss = getattr(model, "loss", None)
    return (loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)).lower()
