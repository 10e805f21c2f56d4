"""Runs of networks that practitioners bring: what is right there and looks ill, and what the words must not claim."""

import numpy as np
import pytest

from test_diagnose_steps import FALLS, FLAT, ROWS, STEPS, fading, ratios
from test_recorder_loop import Node
from torch_like import tensor
from vgtext.diagnose import UNDECIDED, Recording, diagnose, measure_symptoms
from vgtext.diagnose.modules import has_shortcut
from vgtext.diagnose.targets import Targets
from vgtext.diagnose.tensors import measure, typical

FLOOR = np.r_[np.linspace(1, 0.4, 30), np.full(170, 0.4)]


def ill(layers=4, trip=0.0, loss=FLAT, **more):
    return diagnose(Recording(**{"update_ratio": ratios(layers, 2e-3), "loss": loss, **fading(layers, trip), **more}))


@pytest.mark.parametrize(("share", "cause"), [(0.6, "label noise"), (0.3, UNDECIDED), (0.1, "weight decay too large")])
def test_where_weights_have_wasted_away_labels_are_not_blamed(share, cause):
    weight = np.linspace(1, share, ROWS)[:, None] * np.ones(4)
    known = {"loss": FLOOR, "update_ratio": ratios(4, 1e-2), "train_accuracy": [0.4], "test_accuracy": [0.4]}
    found = ill(weight=weight, **known)
    assert found.cause == cause and ("Divide the decay by ten" in found.remedy) == (cause == UNDECIDED)
    assert ("weights end at" in " ".join(found.evidence)) == (share < 0.5)


@pytest.mark.parametrize(("size", "cause"), [(0.0, "scale of inputs or targets"), (1.0, "layers not trained")])
def test_where_nothing_enters_the_first_layer_it_is_not_called_frozen(size, cause):
    gradient = np.tile([0, 1.0, 1, 1], (ROWS, 1))
    found = ill(gradient=gradient, input=np.full(ROWS, size), train_accuracy=[0.1])
    assert found.cause == cause and ("exactly 0: look" in " ".join(found.evidence)) == (size == 0)


def test_what_was_seen_to_move_is_not_called_frozen_though_no_gradient_was_recorded():
    moved = {"loss": FLAT, "train_accuracy": [0.1]}
    assert "layers not trained" in diagnose(Recording(**moved)).candidates
    assert "layers not trained" not in diagnose(Recording(**moved, update_ratio=ratios(4, 2e-3))).candidates


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
    assert ill(loss=waves, update_ratio=ratios(4, 5.0, *[0.01] * (ROWS - 1))).cause == "learning rate too large"


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


@pytest.mark.parametrize(("end", "cause"), [(0.9, "warm-up missing"), (0.6, UNDECIDED)])
@pytest.mark.parametrize("more", [{}, {"train_accuracy": [0.3]}])
def test_a_text_whose_loss_alone_is_known_and_fell_to_its_floor_lacks_no_warm_up(end, cause, more):
    loss = 10 * np.r_[np.linspace(1, end, 30), np.full(170, end)]
    known = {"update_ratio": ratios(8, 0.06, *[0.01] * (ROWS - 1)), "shortcuts": True, "normalized": True, **more}
    found = ill(8, loss=loss, **known)
    assert found.cause == ("warm-up missing" if more else cause)
    of_classes = ill(8, loss=loss, constant_loss=8.0, **known)
    assert of_classes.cause == (UNDECIDED if end == 0.6 else "warm-up missing")
    assert ("try a warm-up" in of_classes.remedy) == (end == 0.6)


@pytest.mark.parametrize(("normalized", "cause"), [(None, UNDECIDED), (False, "exploding")])
@pytest.mark.parametrize("jump", [True, False])
def test_one_jump_of_sizes_may_be_that_of_a_norm_after_small_embeddings(jump, normalized, cause):
    a = np.r_[0.003, np.ones(7)] if jump else 0.003 ** np.linspace(1, 0, 8)
    found = diagnose(Recording(loss=FLAT, gradient=np.ones((ROWS, 8)), update_ratio=ratios(8, 1e-3),
                               error=np.ones((ROWS, 8)), activation=np.tile(a, (ROWS, 1)), normalized=normalized))
    assert found.cause == (cause if jump else "exploding")
    assert any("normalization layers" in wish for wish in found.record_next) == (found.cause == UNDECIDED)


@pytest.mark.parametrize(("size", "more", "cause"), [
    (0.5, {}, "vanishing by activation"), (0.06, {}, UNDECIDED), (1.0, {}, UNDECIDED),
    (0.06, {"dead": np.full((ROWS, 12), 0.3)}, "vanishing by initialization"),
    (0.06, {"saturation": np.zeros((ROWS, 12))}, "vanishing by activation")])
def test_where_the_error_alone_fades_weights_and_slopes_may_do_it_but_sigmoids_have_a_size(size, more, cause):
    """Biases keep the activations of small weights up: PyTorch's own draw does both."""
    gradient = np.tile(0.4 ** np.arange(12.0)[::-1], (ROWS, 1))
    found = diagnose(Recording(loss=FLAT, gradient=gradient, activation=np.full((ROWS, 12), size),
                               update_ratio=ratios(12, 1e-3), train_accuracy=[0.1], **more))
    assert found.cause == cause
    if cause == UNDECIDED:
        assert "draw larger" in found.remedy and "share of dead units" in found.record_next[0]


@pytest.mark.parametrize(("up", "cause"), [(0.1, UNDECIDED), (0.0, "learning rate too small"),
                                           (2.0, "learning rate too small")])
def test_steps_as_short_as_these_do_not_raise_a_loss(up, cause):
    """Up by little is uphill, as with ``maximize=True``; what rises by far without steps has targets that move."""
    loss = 2.3 + 2.3 * up * np.linspace(0, 1, 300) + 0.1 * np.random.default_rng(0).standard_normal(300)
    found = ill(loss=loss, update_ratio=ratios(4, 5e-5), train_accuracy=[0.1])
    words = "the loss creeps up", "sign of the loss"
    assert found.cause == cause and [word in found.remedy for word in words] == [cause == UNDECIDED] * 2


@pytest.mark.parametrize(("loss", "cause"), [
    (np.r_[np.full(50, 2.3), np.geomspace(2.3, 9, 50)], "learning rate too large"), (FLAT, "dead units")])
def test_units_that_died_while_the_loss_rose_died_of_the_steps(loss, cause):
    dead = np.full((ROWS, 4), 0.1)
    dead[-1] = 1
    assert ill(loss=loss, dead=dead, update_ratio=ratios(4, 0.05), train_accuracy=[0.1]).cause == cause


def test_labels_are_not_to_blame_for_a_loss_of_unscaled_targets():
    loss = np.r_[np.geomspace(1, 0.25, 100), np.full(100, 0.25)]
    known = {"update_ratio": ratios(4, 0.01), "train_accuracy": [0.1, 0.2, 0.3], "test_accuracy": [0.3]}
    named = [ill(loss=scale * loss, **known) for scale in (2.3, 2e9)]
    assert [found.cause for found in named] == ["label noise", UNDECIDED]
    assert named[1].candidates[0] == "scale of inputs or targets"


@pytest.mark.parametrize(("precision", "said"), [("bfloat16", "1/256"), ("float16", "1/2048"), ("float32", "")])
def test_of_weights_of_16_bits_rounding_may_take_the_steps(precision, said):
    words = " ".join(ill(update_ratio=ratios(4, 1e-5), precision=precision).evidence)
    assert ("rounded away" in words) == bool(said) and said in words


def test_a_loss_that_fell_far_beside_an_accuracy_of_another_mode_asks_for_both():
    loss = 2.3 * np.maximum(np.exp(-np.arange(200) / 10), 0.01)
    found = ill(loss=loss, update_ratio=ratios(4, 0.01), constant_loss=2.3,
                train_accuracy=[0.3, 0.7, 0.88], test_accuracy=[0.85], weight=np.ones((ROWS, 4)), input=np.ones(ROWS))
    assert found.cause == UNDECIDED and "training mode" in found.remedy


@pytest.mark.parametrize(("last", "cause"), [(1e3, "late divergence"), (1.0, "learning rate too large")])
def test_a_run_that_had_learned_and_broke_within_three_steps_is_told_so(last, cause):
    """The median of its last tenth is still low: only the last entries tell."""
    loss = np.r_[2.3 * np.maximum(np.exp(-np.arange(150) / 20), 0.02), 0.3, 0.9, last, np.nan, np.nan]
    assert ill(loss=loss, update_ratio=ratios(4, 0.02), train_accuracy=[0.9, 0.95]).cause == cause


@pytest.mark.parametrize(("size", "normalized", "cause"), [
    (1e-5, True, UNDECIDED), (0.3, True, "exploding"), (1e-5, False, "exploding")])
def test_a_norm_of_examples_that_do_not_differ_makes_gradients_large_and_nothing_explodes(size, normalized, cause):
    activation = np.tile([size] * 5 + [0.07], (ROWS, 1))
    error = np.tile(10.0 ** (2 * np.arange(6.0)[::-1]), (ROWS, 1))
    made = {"activation": activation, "error": error, "normalized": normalized, "shortcuts": False}
    found = ill(6, loss=FLAT, gradient=error * size, train_accuracy=[0.1], **made)
    assert found.cause == cause and ("hardly differ" in found.remedy) == (cause == UNDECIDED)
    blank = ill(6, gradient=error * size, train_accuracy=[0.1], **made, input=np.zeros(ROWS),
                update=np.tile([0.0, 0, 0, 0, 0, 1], (ROWS, 1)), update_ratio=None, weight=np.ones((ROWS, 6)))
    assert (blank.cause == "scale of inputs or targets") is (cause == UNDECIDED)


@pytest.mark.parametrize(("accuracies", "rare"), [
    ([0.3, 0.7, 0.93], False), ([0.02, 0.92, 0.93], True), ([0.93], True)])
def test_the_variance_of_targets_is_not_taken_for_an_entropy_where_accuracies_were_below_the_most_frequent_class(
        accuracies, rare):
    """0.09 is the variance of one of ten classes, and the entropy of a class that 98% of the examples have."""
    loss = 0.1 * np.r_[np.linspace(1, 0.33, 100), np.full(100, 0.33)]
    made = Recording(loss=loss, constant_loss=0.09, train_accuracy=accuracies, test_accuracy=[0.92],
                     update_ratio=ratios(4, 2e-3), **fading(4, 0.0))
    assert (measure_symptoms(made).common is not None) is rare
    assert diagnose(made).cause == (UNDECIDED if rare else "healthy")
