"""Train every recipe and its mended twin, throw out those that do not deserve their label, write the stored file."""

import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import torch

from benchmarks.strangers.recipes import recipes
from benchmarks.strangers.train import DEFAULT, train
from vgtext.chapters.detection import strangers


def run(recipe):
    """Return (recording, score of the run, score of its mended twin) of a recipe."""
    torch.set_num_threads(1)
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
    return not ended[0] >= min(0.75, mended[0] - 0.15) and trains


def main(workers=2):
    """Write the file, and print what was thrown out."""
    todo = recipes()
    with ProcessPoolExecutor(workers) as pool:
        done = list(pool.map(run, todo))
    kept = []
    for i, ((cause, setup, _), result) in enumerate(zip(todo, done)):
        if deserved(cause, setup, *result):
            kept.append((i, cause, setup, *result))
        else:
            print(f"thrown out: {cause}: {setup} {np.round(result[1], 2)} {np.round(result[2], 2)}", flush=True)
    halves, seen = [], {}
    for _, cause, *_ in kept:
        seen[cause] = seen.get(cause, 0) + 1
        halves.append(strangers.HALVES[(seen[cause] - 1) % 2])
    words = [f"{cause}: {({**DEFAULT, **setup})['kind']}: {setup}" for _, cause, setup, *_ in kept]
    strangers.write([recording for _, _, _, recording, _, _ in kept], halves, [cause for _, cause, *_ in kept], words,
                    [ended for *_, ended, _ in kept], [mended for *_, mended in kept], torch.__version__)
    print(f"{len(kept)} of {len(todo)} recipes kept", {cause: n for cause, n in seen.items()})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
