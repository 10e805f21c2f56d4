"""The factorial: every plan trained within the budget. Made once by

    python -m vgtext.chapters.rescue.runs

and kept in ``data/rescue_runs.npz``: losses in thousandths, counts of right answers, and what made them.
"""

from functools import cache

import numpy as np

from vgtext import results
from vgtext.nn.progress import tqdm

from .plans import ACTIVATIONS, INITS, RATES, STEPS, WAYS, accuracies, build, digits, plans, treat

EVERY, AGAIN = 10, 40  # losses are means of EVERY steps; AGAIN plans are trained once more with another seed
SHAPE = (len(ACTIVATIONS), len(INITS), len(WAYS), len(RATES))
TRAIN_BAR, TEST_BAR = 0.95, 0.9  # a network is rescued if it gets at least these shares right


def train(plan, seed=0):
    """Losses, means of EVERY steps in thousandths, (STEPS / EVERY,), and right answers in training and test, (2,).

    A run that breaks down (nan or inf) is given the loss of guessing from there on, and counts as guessing.
    """
    run = treat(build(plan, seed), plan.rate, seed)
    loss = np.full(STEPS, np.log(10))
    loss[: len(run.loss)] = run.loss
    loss = np.nan_to_num(loss, nan=np.log(10), posinf=30).clip(0, 30).reshape(-1, EVERY).mean(axis=1)
    right = np.array(accuracies(run)) * (digits().y.size, digits().y_test.size)
    return np.rint(1000 * loss).astype(np.int16), np.rint(right).astype(np.int16)


@cache
def stored():
    """Losses (activation, init, way, rate, STEPS / EVERY) and accuracies in training and test (…, rate, 2)."""
    file = results.load("rescue_runs")
    return file["losses"] / 1000, file["right"] / (digits().y.size, digits().y_test.size)


@cache
def again():
    """Plans that were trained once more with another seed, and both runs' accuracies: (AGAIN, 2), (AGAIN, 2)."""
    file = results.load("rescue_runs")
    several, right = [plans()[i] for i in file["chosen"]], file["again"] / (digits().y.size, digits().y_test.size)
    return several, np.array([stored()[1][plan.cell] for plan in several]), right


def accuracy(plan):
    """Training and test accuracy of a plan: (2,)."""
    return stored()[1][plan.cell]


def loss(plan):
    """The plan's losses, (STEPS / EVERY,): nan where it had broken down."""
    curve, right = stored()[0][plan.cell].copy(), accuracy(plan) * (digits().y.size, digits().y_test.size)
    if (np.rint(right) == np.rint([0.1 * digits().y.size, 0.1 * digits().y_test.size])).all():
        curve[np.flatnonzero(curve != curve[-1])[-1] + 1 :] = np.nan
    return curve


def rescued(plan):
    """Whether a plan reaches both bars within the budget."""
    return bool((accuracy(plan) >= (TRAIN_BAR, TEST_BAR)).all())


def make():
    """Train every plan, some of them twice, and write the file; about six minutes of a free core."""
    results = [train(plan) for plan in tqdm(plans(), desc="plans")]
    losses, right = (np.array(column).reshape(*SHAPE, -1) for column in zip(*results))
    chosen = np.sort(np.random.default_rng(0).choice(len(plans()), AGAIN, replace=False))
    second = np.array([train(plans()[i], seed=1)[1] for i in tqdm(chosen, desc="again")])
    results.save("rescue_runs", 2, losses=losses, right=right, chosen=chosen, again=second)


if __name__ == "__main__":
    make()
