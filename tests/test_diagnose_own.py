"""Runs of networks that practitioners bring: what is right there and looks ill, and what the words must not claim."""

import numpy as np
import pytest

from test_diagnose_steps import FALLS, FLAT, ROWS, STEPS, fading, ratios
from test_recorder_loop import Node
from torch_like import tensor
from vgtext.diagnose import UNDECIDED, Recording, diagnose
from vgtext.diagnose.modules import has_shortcut
from vgtext.diagnose.targets import Targets
from vgtext.diagnose.tensors import measure, typical

FLOOR = np.r_[np.linspace(1, 0.4, 30), np.full(170, 0.4)]


def ill(layers=4, trip=0.0, loss=FLAT, **more):
    return diagnose(Recording(**{"update_ratio": ratios(layers, 2e-3), "loss": loss, **fading(layers, trip), **more}))


@pytest.mark.parametrize(("size", "cause"), [(0.0, "scale of inputs or targets"), (1.0, "layers not trained")])
def test_where_nothing_enters_the_first_layer_it_is_not_called_frozen(size, cause):
    gradient = np.tile([0, 1.0, 1, 1], (ROWS, 1))
    found = ill(gradient=gradient, input=np.full(ROWS, size), train_accuracy=[0.1])
    assert found.cause == cause and ("exactly 0: look" in " ".join(found.evidence)) == (size == 0)


@pytest.mark.parametrize(("back", "cause"), [
    (0.5, UNDECIDED), (1e-4, "underflow in half precision"), (0.0, "flat output")])
def test_an_error_that_comes_back_clears_output_and_format(back, cause):
    found = ill(gradient=np.zeros((ROWS, 4)), error=np.full((ROWS, 4), back), train_accuracy=[0.1])
    assert found.cause == cause and ("no layer's weights get a gradient" in found.remedy) == (back == 0.5)


@pytest.mark.parametrize(("loss", "cause"), [(2e4 * FLOOR, UNDECIDED), (2e4 * FLAT, "scale of inputs or targets")])
@pytest.mark.parametrize("more", [{}, {"input": np.ones(ROWS)}])
def test_a_large_loss_that_halves_by_steps_in_range_may_be_a_sum(loss, cause, more):
    assert ill(loss=loss, **more).cause == cause


@pytest.mark.parametrize(("more", "cause"), [
    ({}, UNDECIDED), ({"train_accuracy": [0.3]}, "vanishing by initialization"),
    ({"loss": FLAT}, "vanishing by initialization")])
@pytest.mark.parametrize("layers", [7, 12])
def test_a_loss_alone_that_halved_may_have_come_to_its_floor_whatever_the_signals_do(layers, more, cause):
    found = ill(**{"layers": layers, "trip": -3.0, "loss": FLOOR, **more})
    assert found.cause == cause and ("twin of few layers" in found.remedy) == (cause == UNDECIDED)


def test_a_schedule_that_took_the_rate_away_is_not_ruled_out_by_a_loss_that_fell_and_stood():
    lost = ratios(4, *(3e-3 * 0.5 ** np.array(STEPS)))
    found = ill(update_ratio=lost, loss=np.r_[3.2, np.full(150, 2.3)], train_accuracy=[0.2, 0.2, 0.2])
    assert "learning rate too small" in found.candidates and "schedule" in found.remedy


@pytest.mark.parametrize(("layers", "loss", "cause"), [
    (1, FLOOR, UNDECIDED), (1, FLAT, "learning rate too large"), (2, FLOOR, "learning rate too large")])
def test_one_layer_has_none_behind_it_that_a_long_first_step_throws_off(layers, loss, cause):
    ones = np.ones((ROWS, layers))
    made = Recording(loss=loss, update_ratio=ratios(layers, 0.13, *[1e-3] * (ROWS - 1)), input=np.ones(ROWS),
                     gradient=ones, activation=ones, train_accuracy=[0.88], recurrent=False)
    found = diagnose(made)
    assert found.cause == cause and ("one layer" in found.remedy) == (cause == UNDECIDED)


def test_much_dropout_makes_signals_large_and_does_not_explode():
    a = 10.0 ** np.arange(7.0)
    known = {"activation": np.tile(a, (ROWS, 1)), "error": np.tile(a[::-1], (ROWS, 1)), "train_accuracy": [0.1]}
    assert ill(7, **known).cause == "exploding"
    assert ill(7, **known, loop=["much dropout"]).cause == UNDECIDED


def test_a_loss_in_waves_is_not_of_data_in_order_where_batches_were_seen_to_be_mixed():
    waves = np.tile(np.r_[np.linspace(4, 0.1, 30)], 10)
    assert ill(loss=waves, train_accuracy=[0.1]).cause == "data in order of class"
    assert ill(loss=waves, train_accuracy=[0.1], mixed=True).cause != "data in order of class"


@pytest.mark.parametrize(("batches", "mixed"), [
    ([np.arange(20) % 5] * 4, True), ([np.zeros(20)] * 4, None), ([np.arange(20) % 5] * 3, None)])
def test_batches_are_mixed_where_several_had_no_class_above_half(batches, mixed):
    targets = Targets()
    for batch in batches:
        targets.add(batch.tolist(), 5)
    assert targets.mixed() is mixed


@pytest.mark.parametrize(("more", "asks"), [({}, True), ({"train_accuracy": [0.2, 0.6, 0.99]}, False)])
def test_a_loss_alone_that_fell_far_is_compared_with_constant_answers(more, asks):
    found = ill(loss=FALLS, **more)
    assert found.cause == UNDECIDED and ("the loss of the best constant answer" in found.record_next) == asks


def test_who_recorded_all_that_is_asked_for_is_not_told_to_record_more():
    known = fading(4, -8.0, normalized=False, shortcuts=False, train_accuracy=[0.2], test_accuracy=[0.2])
    found = diagnose(Recording(loss=FLAT, update_ratio=ratios(4, 2e-3), dead=np.zeros((ROWS, 4)), input=np.ones(ROWS),
                               weight=np.ones((ROWS, 4)), precision="float32", **known))
    assert found.cause == UNDECIDED and not found.record_next and "was recorded" in found.remedy


@pytest.mark.parametrize("steps", [STEPS, [1, 100, 200, 300, 400, 500, 600]])
def test_early_steps_are_asked_for_where_they_were_not_recorded(steps):
    fades = np.ones((ROWS, 5)) * 10.0 ** -np.arange(ROWS)[:, None]
    found = ill(5, gradient=fades, steps=steps)
    assert any("steps 1, 2" in wish for wish in found.record_next) == (steps != STEPS)


@pytest.mark.parametrize("zeros", [0, 3, 4])
def test_a_sparse_input_is_measured_without_its_zeros(zeros):
    x = np.full((5, 4), 2.0)
    x[:, :zeros] = 0
    assert typical(measure(tensor(x), 1)) == (0 if zeros == 4 else 2)


@pytest.mark.parametrize("beside", [True, False])
def test_what_is_put_beside_what_was_made_of_it_has_a_shortcut(beside):
    end, before = Node("Sum", "Addmm", "Relu", "Cat"), Node("Addmm", "Relu", "Addmm")
    made, cat = Node("Relu", "Addmm"), end
    while cat.next_functions:
        cat = cat.next_functions[0][0]
    made.next_functions[0][0].next_functions = [(before, 0)] if beside else []
    cat.next_functions = [(before, 0), (made, 0)]
    assert has_shortcut(end) is beside


@pytest.mark.parametrize(("falls", "cause"), [
    (-np.exp(np.arange(60.0)), UNDECIDED), (FALLS - 1, "bad batch or operation")])
def test_a_loss_that_runs_off_below_0_broke_by_no_single_batch(falls, cause):
    found = ill(loss=np.r_[falls, np.nan, np.nan], train_accuracy=[0.1])
    assert found.cause == cause and ("sign" in found.remedy) == (cause == UNDECIDED)
