"""Training with each place of the norm, learning rate and warm-up, made once, kept in ``data/attention_runs.npz``.

Remade in some three minutes by

    python -m vgtext.chapters.attention.runs
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.nn import language, optimizers
from vgtext.nn.progress import tqdm

WIDTH, HEADS, TOKENS, BLOCKS, STEPS, EVERY, BATCH, SEEDS = 32, 4, 16, 6, 300, 10, 16, 1
RATES, WARMUPS = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1), (1, 60, 200)
#: Words -> (where the norm is, the power of the number of branches in s)
PLACES = {"pre-norm": ("pre", 0.0), "post-norm": ("post", 0.0), "sandwich norm": ("sandwich", 0.0),
          "post-norm, s = 1/√(2L)": ("post", 0.5)}

letters = cache(lambda: language.letters(TOKENS, 4000))


def network(place, seed=0):
    """A transformer of six blocks, twelve branches, on letters."""
    where, power = PLACES[place]
    return nn.transformer(30, WIDTH, HEADS, TOKENS, BLOCKS, place=where, scale=(2 * BLOCKS) ** -power, seed=seed,
                          activation="gelu_tanh")


def train(place, rate, warmup, seed):
    """Mean loss of every ten steps, (STEPS / EVERY,), of Adam with a warm-up; ln 30 from a breakdown on."""
    data, net = letters(), network(place, seed)
    history = nn.train(net, data.x, data.y, steps=STEPS, optimizer="adam", batch_size=BATCH, seed=seed,
                       learning_rate=optimizers.warmup(rate, warmup), progress=False)
    loss = np.full(STEPS, np.log(30))
    loss[: len(history.loss)] = history.loss
    return np.nan_to_num(loss, nan=np.log(30), posinf=np.log(30)).reshape(-1, EVERY).mean(axis=1)


@cache
def stored():
    """The runs: (place, rate, warm-up, seed, step / EVERY)."""
    return results.load("attention_runs")["runs"].astype(float)


def make():
    """Run everything and write the file."""
    runs = np.zeros((len(PLACES), len(RATES), len(WARMUPS), SEEDS, STEPS // EVERY), np.float32)
    for i, j, k, seed in tqdm(np.ndindex(runs.shape[:4]), total=runs[..., 0].size):
        runs[i, j, k, seed] = train(list(PLACES)[i], RATES[j], WARMUPS[k], seed)
    results.save("attention_runs", SEEDS, runs=runs)


if __name__ == "__main__":
    make()
