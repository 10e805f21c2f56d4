"""Accuracies of single batches, as many loops print them beside the loss: the best and the last of them are chance."""

import numpy as np
import pytest

from vgtext.diagnose import UNDECIDED, Recording, diagnose, measure_symptoms

N = 300
LEARNS = 1 - np.exp(-np.arange(N) / 60)


def accuracies(end, size, seed):
    """The share of right answers in batches of ``size``, of a network that comes to get ``end`` of them right."""
    return np.random.default_rng(seed).binomial(size, 0.1 + (end - 0.1) * LEARNS) / size


@pytest.mark.parametrize("end, size", [(0.6, 8), (0.7, 4), (0.9, 8), (0.95, 16)])
@pytest.mark.parametrize("last", [None, 0.25, 1.0])
def test_the_accuracy_of_batches_is_their_mean_at_the_end(end, size, last):
    """Of 60 runs that got to 60 %, in batches of 8, 39 were said to have lost what they had learned."""
    for seed in range(10):
        shares = accuracies(end, size, seed)
        shares[-1:] = shares[-1:] if last is None else last
        rng = np.random.default_rng(seed)
        loss = np.abs(2.3 - (0.5 + end) * LEARNS + 0.3 * rng.standard_normal(N))
        recording = Recording(loss=loss, train_accuracy=shares, test_accuracy=[0.2, end - 0.05, end])
        s = measure_symptoms(recording)
        assert abs(s.accuracy - end) < 0.2 and abs(s.gap) < 0.2 and s.best < end + 0.2
        assert end >= 0.9 or diagnose(recording).cause == UNDECIDED


@pytest.mark.parametrize("shares", [
    np.linspace(0.1, 0.9, 40), np.r_[np.linspace(0.1, 0.9, 30), np.full(20, 0.1)], np.full(50, 1.0), [0.1, 0.9, 0.2],
    np.r_[np.linspace(0.1, 0.9, 40), 0.9, 0.1, 0.1, 0.1]])
def test_accuracies_that_go_on_from_one_to_the_next_stay_as_they_are(shares):
    s = measure_symptoms(Recording(train_accuracy=shares))
    assert (s.accuracy, s.best) == (shares[-1], max(shares))


def test_test_accuracies_of_batches_are_their_mean_as_well():
    shares = accuracies(0.8, 4, 0)
    shares[-1] = 0.0
    assert abs(measure_symptoms(Recording(test_accuracy=shares)).tested - 0.8) < 0.2
