"""Runs that this book's engine did not make: PyTorch networks with one planted fault each, as they stand in a file.

    python -m benchmarks.strangers        # in a checkout, with torch installed; writes data/detection_strangers.npz

Sizes and losses are kept as log2 in float16, exact to about 1 %.
"""

import json
from functools import cache
from typing import NamedTuple

import numpy as np

from vgtext import results
from vgtext.diagnose import Recording

HALVES = ("tuned", "held out")
LOGARITHMIC = ("gradient", "weight", "update", "activation", "error", "input", "time_gradient", "learning_rate")
PLAIN = ("steps", "dead", "loss", "train_accuracy", "test_accuracy")
COMMAND = "python -m benchmarks.strangers"


class Stranger(NamedTuple):
    """A run, what was planted in it, and the scores (training, test) that it and its mended twin ended with."""

    half: str
    cause: str
    setup: str
    recording: Recording
    ended: np.ndarray  # nan where the run broke
    mended: np.ndarray


def write(recordings, halves, causes, setups, ended, mended, torch):
    """Write the file from recordings and what is known of them."""
    arrays, words = {}, []
    for i, recording in enumerate(recordings):
        given = recording.given()
        for name in (*LOGARITHMIC, *PLAIN):
            if name in given:
                value = np.asarray(given[name])
                with np.errstate(divide="ignore"):
                    value = np.log2(value) if name in LOGARITHMIC else value
                kind = np.int32 if name == "steps" else np.float32 if name == "loss" else np.float16
                arrays[f"{i}_{name}"] = value.astype(kind)
        words.append({name: given[name] for name in ("optimizer", "precision", "shortcuts", "normalized", "names")
                      if name in given})
    results.save("detection_strangers", made_by=COMMAND, halves=halves, causes=causes, setups=setups, ended=ended,
                 mended=mended, words=json.dumps(words), torch=torch, **arrays)


@cache
def strangers(half):
    """Return the :class:`Stranger` runs of a half, "tuned" or "held out"."""
    file = results.load("detection_strangers")
    words, found = json.loads(str(file["words"])), []
    for i, own in enumerate(file["halves"]):
        if own != half:
            continue
        fields = dict(words[i])
        for name in (*LOGARITHMIC, *PLAIN):
            if f"{i}_{name}" in file:
                value = file[f"{i}_{name}"].astype(np.float64)
                fields[name] = np.exp2(value) if name in LOGARITHMIC else value
        found.append(Stranger(half, str(file["causes"][i]), str(file["setups"][i]), Recording(**fields),
                              file["ended"][i], file["mended"][i]))
    return tuple(found)
