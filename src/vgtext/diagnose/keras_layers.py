"""What a recorder asks of a Keras model, its layers and their tensors, of any backend."""

import numpy as np

from . import tensors
from .logic import either
from .slips import DECAYS, DROPS


def leaves(model):
    """Return the layers of a model, those inside other layers too, each once."""
    found = []
    for layer in model.layers:
        inner = getattr(layer, "layers", None)
        found += leaves(layer) if inner else [layer]
    return list(dict.fromkeys(found))


def matrices(layer):
    """Return the variables of a layer that have two dimensions or more."""
    return [v for v in getattr(layer, "weights", ()) if len(v.shape) > 1]


def still(layer):
    """Is none of a layer's matrices to be trained?"""
    return not any(getattr(v, "trainable", True) for v in matrices(layer))


def numbers(x):
    """Return a tensor of any backend as a NumPy array; of rows and their places, as TensorFlow's, all rows."""
    if hasattr(x, "dense_shape"):
        full = np.zeros(numbers(x.dense_shape).tolist())
        np.add.at(full, numbers(x.indices), numbers(x.values))
        return full
    x = _primal(getattr(x, "value", x))
    x = x.detach().cpu() if hasattr(x, "detach") else x
    x = np.asarray(x.float() if "bfloat16" in str(getattr(x, "dtype", "")) and hasattr(x, "float") else x)
    return x.astype(np.float32) if x.dtype.name == "bfloat16" else x


def _primal(x):
    """Return what JAX carries through value_and_grad."""
    while hasattr(x, "primal"):
        x = x.primal
    return x


def size(x):
    """Return the root of the sum of squares of an array, in float64: in float32 squares of 1e-23 are 0."""
    return float(np.linalg.norm(x.astype(np.float64)))


def cosine(pairs):
    """Return the cosine between all updates and all gradients, given as pairs of arrays; nan where one is 0."""
    parts = [[np.ravel(x).astype(np.float64) for x in part] for part in zip(*pairs)]
    step, gradient = map(np.concatenate, parts) if parts else (np.zeros(1), np.zeros(1))
    whole = np.linalg.norm(step) * np.linalg.norm(gradient)
    return float(step @ gradient / whole) if whole and len(step) == len(gradient) else np.nan


def first(values):
    """Return the first tensor of what a layer is given or returns, as an array; None if there is none."""
    values = [values] if hasattr(values, "shape") else values.values() if hasattr(values, "values") else values
    return next((numbers(value) for value in values if hasattr(value, "shape")), None)


def is_empty(x):
    """Is it a tensor without numbers, such as one that only asks for a shape, or that a backend compiles with?"""
    return "meta" in str(getattr(x, "device", "")) or type(_primal(x)).__name__.endswith(("Tracer", "SymbolicTensor"))


def root_mean_square(x):
    """Return the root mean square of an array."""
    return float(np.sqrt(np.mean(np.square(x.astype(np.float64)))))


def typical(x):
    """Return the root mean square of an array without its zeros; 0 if it holds nothing else."""
    return root_mean_square(x[x != 0]) if x.any() else 0.0


def dead(left):
    """Return each layer's share of units that are 0 for all examples; None where no hidden layer has many zeros."""
    if any(x is None for x in left) or not any((x == 0).mean() > 0.05 for x in left[:-1]):
        return None
    return [float((x == 0).reshape(-1, x.shape[-1]).all(axis=0).mean()) for x in left]


def kinds(model):
    """Return whether a model has norms, recurrent layers and shortcuts, by field."""
    parts = leaves(model)
    return {"normalized": any("norm" in type(layer).__name__.lower() for layer in parts), "shortcuts": adds(model),
            "recurrent": any(hasattr(layer, "return_sequences") for layer in parts)}


def slips(model, optimizer, rows):
    """Return the slips of a model, and of its optimizer in a recorder's rows."""
    begun = ["units alike"] * any(row["uniform"] for row in rows[:1])
    return drops(model) + begun + decays(optimizer, [row["learning_rate"] for row in rows])


def uniform(layers, before):
    """Are all weights of two layers in a row one number, as they were ``before`` a step?"""
    return tensors.uniform(before[id(matrices(layer)[0])] for layer in layers)


def drops(model):
    """Return the slip of dropout layers that drop much, if there is one."""
    rates = [getattr(layer, "rate", 0.0) for layer in leaves(model) if "dropout" in type(layer).__name__.lower()]
    return ["much dropout"] if max(rates, default=0.0) >= DROPS else []


def decays(optimizer, rates):
    """Return the slip of a weight decay that takes much in a step, at the largest of the rates, if there is one.

    All optimizers of Keras take it off the weights.
    """
    takes = getattr(getattr(optimizer, "inner_optimizer", optimizer), "weight_decay", None) or 0.0
    return ["much decay"] if takes * max(rates, default=0.0) > DECAYS else []


def adds(model):
    """Does a model add what its layers give? None where only its code says."""
    steps = getattr(model, "operations", None) or (model.layers if type(model).__name__ == "Sequential" else None)
    if steps is None:
        return None
    return either(*(adds(step) if hasattr(step, "layers") else type(step).__name__ == "Add" for step in steps))
