"""Train every recipe and its mended twin, throw out those that do not deserve their label, write the stored file."""

import hashlib
import pickle
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch

from benchmarks.strangers.recipes import recipes
from benchmarks.strangers.train import DEFAULT, train
from vgtext.chapters.detection import torch_runs


def run(recipe, folder=None):
    """Return (recording, score of the run, score of its twin) of a recipe; what the folder holds is not run again."""
    torch.set_num_threads(1)
    name = hashlib.sha256(repr(recipe).encode()).hexdigest()[:16]
    file = None if folder is None else Path(folder) / f"{name}.pickle"
    if file and file.exists():
        return pickle.loads(file.read_bytes())
    result = once(recipe)
    if file:
        file.write_bytes(pickle.dumps(result))
    return result


def kind(setup):
    """Return the kind of network of a setup."""
    return (DEFAULT | setup)["kind"]


def once(recipe):
    """Train a recipe and its mended twin."""
    cause, setup, mended = recipe
    recording, ended = train(setup)
    print(cause, *np.round(ended, 2), flush=True)
    return recording, ended, ended if mended == setup else train(mended)[1]


def deserved(cause, setup, recording, ended, mended):
    """Did the planted fault do what its label says, and does the mended twin train?"""
    learned, trains = ended[0] >= 0.9, mended[0] >= (0.8 if setup.get("loss") == "mse" else 0.85)
    if cause == "healthy":
        return learned and ended[1] > 0.8
    if cause == "overfitting":
        return learned and ended[0] - ended[1] > 0.1 and mended[1] - ended[1] > 0.05
    if cause == "layers not trained":
        return trains and bool((recording.update[0] == 0).any())
    if cause == "label noise":
        return ended[0] < 0.9 and trains
    later = cause in ("late divergence", "data in order of class", "bad batch or operation")
    best = 0 if later or recording.train_accuracy is None else recording.train_accuracy.max()
    return best < 0.9 and not ended[0] >= min(0.75, mended[0] - 0.15) and trains


def main(workers=2, folder=None, only=None):
    """Write the file, and print what was thrown out; a folder keeps what is done, so that it can be stopped.

    ``only`` names one cause or one kind of network: its runs are made again, and the others stay as they are stored.
    """
    todo = [recipe for recipe in recipes() if only in (None, recipe[0], kind(recipe[1]))]
    with ProcessPoolExecutor(workers) as pool:
        done = list(pool.map(partial(run, folder=folder), todo))
    stored = () if only is None else torch_runs.stored()
    kept = [run for run in stored if only not in (run.cause, run.setup.split(": ")[1])]
    seen = Counter(run.cause for run in kept)
    for (cause, setup, _), result in zip(todo, done):
        if deserved(cause, setup, *result):
            seen[cause] += 1
            words = f"{cause}: {kind(setup)}: {setup}"
            kept.append(torch_runs.Stranger(torch_runs.HALVES[(seen[cause] - 1) % 2], cause, words, *result))
        else:
            print(f"thrown out: {cause}: {setup} {np.round(result[1], 2)} {np.round(result[2], 2)}", flush=True)
    torch_runs.write(kept, torch.__version__)
    print(f"{len(kept) - len(stored)} runs more than before, of {len(todo)} recipes", dict(seen))


if __name__ == "__main__":
    main(int((sys.argv[1:] or [2])[0]), *sys.argv[2:4])
