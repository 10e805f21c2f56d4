"""Train every recipe and its mended twin, throw out those that do not deserve their label, write the stored file."""

import hashlib
import pickle
import sys
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


def main(workers=2, folder=None):
    """Write the file, and print what was thrown out; a folder keeps what is done, so that it can be stopped."""
    todo = recipes()
    with ProcessPoolExecutor(workers) as pool:
        done = list(pool.map(partial(run, folder=folder), todo))
    kept = []
    for i, ((cause, setup, _), result) in enumerate(zip(todo, done)):
        if deserved(cause, setup, *result):
            kept.append((i, cause, setup, *result))
        else:
            print(f"thrown out: {cause}: {setup} {np.round(result[1], 2)} {np.round(result[2], 2)}", flush=True)
    halves, seen = [], {}
    for _, cause, *_ in kept:
        seen[cause] = seen.get(cause, 0) + 1
        halves.append(torch_runs.HALVES[(seen[cause] - 1) % 2])
    words = [f"{cause}: {({**DEFAULT, **setup})['kind']}: {setup}" for _, cause, setup, *_ in kept]
    torch_runs.write(
        [recording for _, _, _, recording, _, _ in kept],
        halves,
        [cause for _, cause, *_ in kept],
        words,
        [ended for *_, ended, _ in kept],
        [mended for *_, mended in kept],
        torch.__version__,
    )
    print(f"{len(kept)} of {len(todo)} recipes kept", {cause: n for cause, n in seen.items()})


if __name__ == "__main__":
    main(int((sys.argv[1:] or [2])[0]), *sys.argv[2:3])
