"""What explains what: steps out of range in few layers, time that grows, a schedule, weights that dip and come back."""

import numpy as np
import pytest

from vgtext.diagnose import UNDECIDED, Recording, diagnose, measure_symptoms

FLAT, FALLS = np.full(100, 2.3), 2.3 * np.exp(-np.arange(100) / 10)
STEPS = [1, 2, 4, 8, 16, 32, 64]
ROWS = len(STEPS)


def fading(layers, log10_trip, **more):
    """A run whose two signals fade alike, to a round trip of 10^log10_trip."""
    a = 10.0 ** (log10_trip / 2 * np.arange(layers) / (layers - 2))
    return {"activation": np.tile(a, (ROWS, 1)), "error": np.tile(a[::-1], (ROWS, 1)), "steps": STEPS,
            "gradient": np.ones((ROWS, layers)), "recurrent": False, **more}


def ratios(layers, *values):
    return np.tile(np.broadcast_to(values, ROWS)[:, None], (1, layers))


@pytest.mark.parametrize("layers", [3, 4])
@pytest.mark.parametrize("trip", [-1.3, -2.5])
@pytest.mark.parametrize(("ratio", "cause"), [(5.0, "learning rate too large"), (1e-5, "learning rate too small"),
                                              (2e-3, UNDECIDED)])
def test_few_layers_that_lose_a_little_are_not_to_blame_for_steps_out_of_range(layers, trip, ratio, cause):
    known = fading(layers, trip, update_ratio=ratios(layers, ratio), loss=FLAT, train_accuracy=[0.1])
    assert diagnose(Recording(**known)).cause == cause


@pytest.mark.parametrize("trip", [-4.0, -8.0])
def test_few_layers_that_lose_nearly_all_stay_under_suspicion(trip):
    known = fading(4, trip, update_ratio=ratios(4, 1e-5), loss=FLAT)
    assert "vanishing by initialization" in diagnose(Recording(**known)).candidates


@pytest.mark.parametrize(("layers", "trip", "loss", "blamed"), [
    (6, -2.0, FLAT, None), (6, -2.0, np.r_[FLAT[:60], np.full(40, np.nan)], False),
    (6, -5.0, np.r_[FLAT[:60], np.full(40, np.nan)], False),
    (6, -2.0, np.linspace(2.3, 1.4, 100), False), (6, -5.0, np.linspace(2.3, 1.4, 100), True),
    (6, -2.0, np.linspace(2.3, 2.1, 100), None),
    (6, -2.0, np.linspace(2.3, 5.5, 100), False), (12, -2.0, np.linspace(2.3, 5.5, 100), True)])
def test_a_loss_that_breaks_rises_or_falls_on_clears_a_signal_that_fades_somewhat(layers, trip, loss, blamed):
    """In fewer than ten layers: PyTorch's own weights let six lose 99%, and train. None: it is suspected, no more."""
    known = fading(layers, trip, update_ratio=ratios(layers, 1e-3), loss=loss, train_accuracy=[0.1, 0.2, 0.4, 0.6])
    found = diagnose(Recording(**known))
    assert (found.cause == "vanishing by initialization") is bool(blamed)
    assert blamed or ("vanishing by initialization" in found.candidates) is (blamed is None)


@pytest.mark.parametrize(("layers", "ratio", "blamed"), [(6, 1e-3, False), (6, 1e-2, False), (12, 1e-2, True)])
def test_weights_that_have_moved_were_not_held_by_a_signal_that_fades_somewhat(layers, ratio, blamed):
    found = diagnose(Recording(**fading(layers, -2.0, update_ratio=ratios(layers, ratio), loss=FLAT,
                                        train_accuracy=[0.1])))
    assert (found.cause == "vanishing by initialization") is blamed
    assert blamed or (found.cause == UNDECIDED and "vanishing by initialization" in found.candidates)


@pytest.mark.parametrize(("grows", "cause"), [(True, "exploding"), (False, "scale of inputs or targets")])
def test_a_first_loss_out_of_range_is_the_networks_own_where_the_way_through_time_explodes(grows, cause):
    time = 10.0 ** np.linspace(8 if grows else 0, 0, 50)[None]
    made = Recording(loss=[1e12, np.nan, np.nan], gradient=[[1e9, 1e9]], activation=[[1e6 if grows else 1, 1e6]],
                     update_ratio=[[1e6, 1e6]], input=[0.6], time_gradient=time)
    assert diagnose(made).cause == cause


def test_a_schedule_that_takes_all_steps_away_makes_the_rate_too_small():
    lost = ratios(5, *(3e-3 * 0.5 ** np.array(STEPS)))
    known = fading(5, 0.0, update_ratio=lost)
    assert diagnose(Recording(loss=FLAT, train_accuracy=[0.1], **known)).cause == "learning rate too small"
    assert diagnose(Recording(loss=FALLS, train_accuracy=[0.99], test_accuracy=[0.98], **known)).cause == "healthy"
    assert "the mean over the run" in " ".join(diagnose(Recording(loss=FLAT, **known)).evidence)


@pytest.mark.parametrize("value", [1e-5, 1e-3, 0.1])
def test_a_ratio_that_stays_is_its_own_mean(value):
    made = Recording(update_ratio=ratios(4, value), steps=STEPS, loss=np.ones(80))
    assert measure_symptoms(made).travel == pytest.approx(value)


def test_weights_that_shrank_and_came_back_a_little_were_shrunk():
    weight = np.tile(np.array([5, 4, 3, 2, 0.8, 1.0, 1.2])[:, None], (1, 5))
    accuracy = [0.6, 0.5, 0.4, 0.2]
    found = diagnose(Recording(loss=FLAT, weight=weight, train_accuracy=accuracy, **fading(5, 0.0)))
    assert found.cause == "weight decay too large"


def test_what_learned_without_test_data_is_told_that_nothing_needs_to_change():
    found = diagnose(Recording(loss=FALLS, update_ratio=ratios(5, 2e-3), **fading(5, 0.0)))
    assert found.candidates == ("overfitting", "healthy") and "nothing needs to change" in found.remedy


def test_a_loss_below_0_with_a_poor_accuracy_is_asked_for_its_sign():
    found = diagnose(Recording(loss=-np.arange(100.0), train_accuracy=[0.1], update_ratio=ratios(5, 2e-3),
                               **fading(5, 0.0)))
    assert found.cause == UNDECIDED and "sign" in found.remedy


@pytest.mark.parametrize(("accuracy", "noted"), [([0.95, 0.96, 0.96], True), ([0.5, 0.9, 0.96], False)])
def test_a_good_accuracy_that_never_moved_is_to_be_compared_with_the_most_frequent_class(accuracy, noted):
    found = diagnose(Recording(loss=FALLS, train_accuracy=accuracy, test_accuracy=accuracy))
    assert found.cause == "healthy" and ("most frequent class" in " ".join(found.evidence)) == noted


@pytest.mark.parametrize(("grows", "ratio", "first", "cause"), [
    (False, 1e-3, 0.0, "flat output"), (True, 1e-3, 0.0, "exploding"),
    (False, 1e-3, 1.0, "flat output"), (False, 50.0, 1.0, "learning rate too large")])
def test_an_output_without_a_gradient_may_have_been_thrown_there(grows, ratio, first, cause):
    gradient = np.zeros((ROWS, 6))
    gradient[0] = first
    a = 10.0 ** (np.arange(6) * grows)
    made = Recording(loss=FLAT, gradient=gradient, activation=np.tile(a, (ROWS, 1)), steps=STEPS,
                     update_ratio=ratios(6, ratio), train_accuracy=[0.1], recurrent=False)
    assert diagnose(made).cause == cause


@pytest.mark.parametrize(("ends", "ratio", "cause"), [
    ((1e-5, 2e-5), 0.02, UNDECIDED), ((1e-7, 1e-5), 0.02, "vanishing through time")])
def test_what_has_nothing_to_learn_forgets_as_well_where_rounding_takes_nothing(ends, ratio, cause):
    """Random labels leave a loss where it was, as a task does whose answers lie too far back."""
    assert in_time(ends, ratio, FLAT, cause)


@pytest.mark.parametrize(("ends", "ratio", "cause"), [
    ((1e-5, 1e-5), 2e-2, "vanishing through time"), ((1e-5, 1e-5), 5.0, "learning rate too large"),
    ((1e-5, 1e-5), 1e-5, "learning rate too small"), ((1e-5, 0.1), 5.0, "learning rate too large"),
    ((1e-7, 1e-7), 1e-5, "learning rate too small"),
    ((1e-5, 0.1), 2e-2, UNDECIDED), ((0.1, 1e-5), 2e-2, UNDECIDED), ((0.1, 0.1), 2e-2, "label noise")])
def test_an_untrained_network_forgets_and_is_not_to_blame_for_what_steps_and_labels_do(ends, ratio, cause):
    """A GRU of 16 steps begins at 0.0006, whatever its rate, and learns what lies near."""
    assert in_time(ends, ratio, FLAT if ratio == 1e-5 else np.r_[np.linspace(1.4, 0.8, 30), np.full(70, 0.8)], cause)


def in_time(ends, ratio, loss, cause):
    """Is it the cause of a run whose first time step gets these shares, at first and in the end?"""
    way = np.geomspace(*ends, ROWS)[:, None] ** np.linspace(1, 0, 16)
    ones = np.ones((ROWS, 2))
    found = diagnose(Recording(steps=STEPS, gradient=ones, activation=ones, update_ratio=ratios(2, ratio),
                               time_gradient=way, recurrent=True, loss=loss,
                               train_accuracy=[0.3, 0.4, 0.5, 0.5]))
    if cause == UNDECIDED:
        assert {"vanishing through time", "label noise"} <= {*found.candidates} and "last time steps" in found.remedy
    return found.cause == cause
