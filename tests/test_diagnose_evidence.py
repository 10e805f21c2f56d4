"""What a verdict may rest on: where the evidence fits several causes, none is named, and the advice says what tells."""

import numpy as np
import pytest

from vgtext.diagnose import UNDECIDED, Recording, diagnose, measure_symptoms, undecided
from vgtext.diagnose.figures import loss_drawer
from vgtext.diagnose.sizes import through_time
from vgtext.diagnose.table import BEFORE_A_STEP, GAP, SLOWS, STANDS

R, L = 5, 6
ORDER = {"gradient": np.ones((R, L)), "activation": np.ones((R, L)), "weight": np.ones((R, L)),
         "update_ratio": np.full((R, L), 2e-3), "input": np.ones(R)}  # signals and steps in order


def falls(start, end, entries=300, tau=30.0):
    return end + (start - end) * np.exp(-np.arange(entries) / tau)


def jitter(size, entries=300, seed=0):
    return np.exp(size * np.random.default_rng(seed).standard_normal(entries))


def found(**known):
    return diagnose(Recording(**{**ORDER, **known}))


@pytest.mark.parametrize("size", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(5))
def test_losses_of_single_examples_are_neither_waves_nor_a_divergence(size, seed):
    assert found(loss=falls(2.3, 1.5) * jitter(size, seed=seed)).cause == UNDECIDED


@pytest.mark.parametrize("known", [
    {"loss": falls(2.3, 0.02), "train_accuracy": [0.2, 0.98], "test_accuracy": [0.2, 0.97]},
    {"loss": falls(2.3, 1.4), "train_accuracy": [0.2, 0.55]},
    {"loss": np.linspace(2.3, 2.25, 300), "update_ratio": np.full((R, L), 1e-5), "train_accuracy": [0.1]},
])
def test_a_batch_that_was_nan_and_passed_changes_no_verdict(known):
    skipped = known["loss"].copy()
    skipped[[0, 40, 41, 150]] = np.nan, np.inf, np.nan, np.nan
    with_it, without = found(**{**known, "loss": skipped}), found(**known)
    assert with_it.cause == without.cause != UNDECIDED
    assert any("look at these batches: 4 of 300 entries" in sentence for sentence in with_it.evidence)


def test_a_figure_says_what_is_no_number_and_draws_the_largest_ones():
    import matplotlib.pyplot as plt

    said = [loss_drawer(Recording(loss=loss))(plt.figure().add_subplot()) for loss in
            ([2, np.nan, 1.5, 1], [2, np.nan, 1, np.inf, np.nan], np.geomspace(1, 1e308, 9))]
    plt.close("all")
    assert said[0].endswith("Entries on the way that are no number: 1.")
    assert said[1].endswith("Entries on the way that are no number: 1. From entry 4 on it is no number.")
    assert "no number" not in said[2]


@pytest.mark.parametrize("known", [{}, {"loss": [np.nan] * 9}, {"activation": [[1, 9, np.inf, np.nan]]}])
def test_what_breaks_before_the_first_step_is_not_blamed_on_steps(known):
    broken = diagnose(Recording(**{"loss": [np.inf, np.nan, np.nan], **known}))
    assert broken.cause == UNDECIDED and set(broken.candidates) <= set(BEFORE_A_STEP)
    assert "before any step" in broken.remedy
    assert diagnose(Recording(loss=[np.nan], activation=np.ones((1, 4)))).cause == "bad batch or operation"
    assert diagnose(Recording(loss=[np.nan], input=[np.nan])).cause == "bad batch or operation"


@pytest.mark.parametrize("start, end", [(10.8, 3.3), (0.25, 0.067), (6.2, 4.9), (1.0, 0.4)])
def test_a_loss_may_have_a_floor(start, end):
    """An entropy or a variance; only an accuracy below its target shows that something was not learned."""
    floor = found(loss=falls(start, end) * jitter(0.02))
    assert floor.cause == UNDECIDED and "floor" in floor.remedy and "label noise" in floor.candidates
    assert found(loss=falls(start, end) * jitter(0.02), train_accuracy=[0.1, 0.3, 0.4]).cause == "label noise"


@pytest.mark.parametrize("known", [
    {"loss": np.linspace(2.3, 1.5, 300) * jitter(0.01)},
    {"loss": np.linspace(2.3, 1.5, 300) * jitter(0.01), "train_accuracy": [0.2, 0.3, 0.35, 0.4]},
    {"loss": falls(2.3, 1.0, tau=120) * jitter(0.05), "train_accuracy": [0.1, 0.3, 0.5, 0.6]},
])
def test_what_still_falls_does_not_stand(known):
    assert found(**known).remedy.startswith("Train on")


@pytest.mark.parametrize("gap, stands", [(0.0, False), (0.9 * GAP, False), (1.2 * GAP, True), (3 * GAP, True)])
def test_a_loss_that_still_falls_somewhat_stands_unless_test_accuracy_is_as_good(gap, stands):
    last = 0.5 * (STANDS + SLOWS)  # of the third quarter's loss
    loss = np.r_[np.linspace(2.3, 1.5, 150), 1.4 * np.repeat([1, (1 + last) / 2, last], [75, 45, 30])]
    train = np.array([0.2, 0.5, 0.6, 0.6, 0.6])
    told = found(loss=loss, train_accuracy=train, test_accuracy=np.r_[train[:2], train[2:] - gap])
    assert (told.cause == "label noise") == stands and told.remedy.startswith("Train on") != stands


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95, 0.99])
@pytest.mark.parametrize("start", [0.7, 60.0])
def test_an_accuracy_that_never_moved_is_no_success_and_no_label_noise(share, start):
    constant = found(loss=falls(start, 0.2, tau=5), train_accuracy=[share] * 4, test_accuracy=[share] * 4)
    assert constant.cause == UNDECIDED and "most frequent class" in constant.remedy
    assert found(loss=falls(start, 0.1, tau=5), train_accuracy=[1.0] * 4, test_accuracy=[1.0] * 4).cause == "healthy"


def test_a_test_accuracy_counts_too():
    loss = falls(2.3, 0.9)
    assert found(loss=loss, test_accuracy=[0.1, 0.95]).cause == "healthy"
    assert found(loss=loss, train_accuracy=[0.1, 0.87], test_accuracy=[0.1, 0.92]).cause == "healthy"
    held_down = found(loss=loss, train_accuracy=[0.1, 0.6], test_accuracy=[0.1, 0.95])
    assert held_down.cause == UNDECIDED and "dropout" in held_down.remedy


@pytest.mark.parametrize("steep", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("ends", [(), (np.nan, np.nan)])
def test_a_loss_that_only_rises_by_short_steps_may_go_uphill(steep, ends):
    rises = found(loss=np.r_[2.3 * np.exp(steep * np.arange(100)), ends])
    assert rises.cause == UNDECIDED and "learning rate too large" in rises.candidates and "sign" in rises.remedy
    long = found(loss=np.r_[2.3 * np.exp(steep * np.arange(100)), ends], update_ratio=np.full((R, L), 0.3))
    assert long.cause == "learning rate too large"


def test_weights_of_exactly_0_are_drawn_too_small_but_a_head_may_start_at_0():
    dead = {"activation": np.tile([0.0] * L, (R, 1)), "gradient": np.zeros((R, L)), "dead": np.ones((R, L)),
            "update_ratio": np.zeros((R, L)), "loss": 2.3 * jitter(0.01)}
    assert found(**{**dead, "weight": np.zeros((R, L))}).cause == "vanishing by initialization"
    assert found(**dead).cause == "dead units"
    head = np.tile([1.0] * (L - 1) + [0.0], (R, 1))
    assert found(weight=head, loss=falls(2.3, 0.1), train_accuracy=[0.97], test_accuracy=[0.97]).cause == "healthy"


def test_weights_that_shrank_away_after_learning_are_no_divergence():
    loss = np.r_[falls(2.3, 0.3, 100, 10), np.linspace(0.3, 2.3, 200)]
    assert found(loss=loss, test_loss=[2.3, 0.3, 2.3]).cause == "late divergence"
    assert found(loss=loss, weight=np.geomspace(1, 1e-3, R)[:, None].repeat(L, 1)).cause == "weight decay too large"


def test_of_forty_time_steps_the_first_four_are_the_first():
    way = np.ones((1, 40))
    way[0, 0] = way[0, 4] = 1e-9
    assert through_time(way) == 1
    way[0, :4] = 1e-9
    assert through_time(way) == 1e-9


def test_a_gradient_that_grows_through_time_explodes():
    grows = {"gradient": np.ones((R, 2)), "activation": np.ones((R, 2)), "weight": np.ones((R, 2)),
             "update_ratio": np.full((R, 2), 5e-3), "loss": np.r_[falls(1.5, 1.4, 20), [np.nan] * 5]}
    assert found(**grows, time_gradient=np.geomspace(1e9, 1, 60)[None].repeat(R, 0)).cause == "exploding"
    assert found(**grows, time_gradient=np.ones((R, 60))).cause == "bad batch or operation"
    of_adam = {**grows, "loss": falls(1e18, 1e13), "constant_loss": 2.3, "train_accuracy": [0.1, 0.1]}  # short steps
    assert found(**of_adam, time_gradient=np.geomspace(1e9, 1, 60)[None].repeat(R, 0)).cause == "exploding"
    assert found(**of_adam, time_gradient=np.ones((R, 60))).cause != "exploding"
    read_off_at_the_first = {**grows, "loss": falls(1.5, 1.1), "train_accuracy": [0.5, 0.6]}
    fades_later = np.geomspace(1, 1e-9, 60)[None].repeat(R, 0)
    assert found(**read_off_at_the_first, time_gradient=fades_later).cause != "exploding"


def test_layers_with_a_rate_of_their_own_are_named_where_the_gradient_does_not_explain_it():
    slow = np.tile([1e-9, 1e-9, 2e-3, 2e-3, 2e-3, 2e-3], (R, 1))
    stuck = {"loss": falls(2.3, 1.5), "train_accuracy": [0.1, 0.4], "update_ratio": slow}
    named = found(**stuck)
    assert named.cause == "layers not trained" and "layers 1 and 2 move" in named.evidence[0]
    small = np.tile([1e-6, 1e-6, 1, 1, 1, 1.0], (R, 1))
    assert found(**{**stuck, "gradient": small}).cause != "layers not trained"


def test_in_normalized_branches_a_gradient_over_an_activation_is_no_error():
    """The stream that a norm takes in grows from block to block, and the gradients hardly do."""
    grows = np.tile(np.geomspace(1, 50, L), (R, 1))
    stream = {"activation": grows, "gradient": np.ones((R, L)) * np.geomspace(2, 1, L), "loss": falls(4.6, 2.6),
              "train_accuracy": [0.02, 0.3], "shortcuts": True, "normalized": True}
    assert found(**stream).cause != "exploding"
    error = {**stream, "error": grows[:, ::-1]}
    assert "exploding" not in found(**error).candidates  # small embeddings before a norm do no harm
    long = {**error, "update_ratio": np.full((R, L), 0.5)}
    assert "exploding" in found(**long).candidates and found(**long).cause == UNDECIDED  # it is seen where all is well
    assert found(**{**long, "loss": np.r_[falls(4.6, 2.6), np.nan]}).cause == "exploding"


def test_zeros_that_a_dropout_makes_are_no_dead_units():
    dead = {"dead": np.tile([0.2, 0.97, 0.0, 0.0, 0.0, 0.0], (R, 1)), "loss": falls(2.3, 2.2), "train_accuracy": [0.1]}
    assert found(**dead).cause == "dead units"
    assert "Drop less" in found(**dead, loop=["much dropout"]).remedy


def test_a_wide_gap_is_overfitting_before_the_target_is_reached():
    known = {"loss": falls(2.3, 0.6), "train_accuracy": [0.1, 0.86]}
    assert found(**known, test_accuracy=[0.1, 0.4]).cause == "overfitting"
    noisy = found(**known, test_accuracy=[0.1, 0.7])
    assert noisy.cause == "label noise" and "16 points above" in " ".join(noisy.evidence)


@pytest.mark.parametrize(("tested", "open_"), [(0.52, False), (0.75, True)])
def test_labels_are_not_blamed_where_test_data_do_far_better(tested, open_):
    """As with dropout; or with noise in the training labels alone."""
    known = found(loss=falls(2.3, 0.9), train_accuracy=np.linspace(0.1, 0.5, 8), test_accuracy=[0.1, tested])
    assert known.cause == ("undecided" if open_ else "label noise")
    assert ("without dropout" in known.remedy) == open_


@pytest.mark.parametrize("tau, shares, said", [
    (150.0, [0.1, 0.4], "undecided"), (150.0, [0.1, 0.2], "undecided"), (150.0, [0.2, 0.2], "label noise"),
    (30.0, [0.1, 0.4], "label noise")])
def test_of_two_evaluations_the_second_may_be_on_its_way(tau, shares, said):
    assert found(loss=falls(2.3, 1.4, tau=tau), train_accuracy=shares, test_accuracy=[0.1, 0.05]).cause == said


def test_what_was_seen_in_the_code_comes_before_what_may_be():
    first, twin = (found(loss=np.full(300, 80.0), loop=["above guessing"]).remedy.find(word) for word in (
        "take their mean", "twin of few layers"))
    assert 0 < first < twin


@pytest.mark.parametrize(("wrong", "words"), [
    ({"losses": [1.0]}, "a recording has no losses; it may hold steps, gradient"),
    ({"gradient": [1.0, 2.0]}, r"gradient must have the shape \(recorded steps, layers\).* give a list in a list"),
    ({"time_gradient": [1.0]}, r"time_gradient must have the shape \(recorded steps, time steps\)"),
    ({"input": [-1.0]}, "input must not be negative, got -1"),
    ({"loss": [10**400]}, "loss must hold numbers"),
    ({"gradient": [[np.inf, 1], [1, 1]]}, "leave out a row that was not recorded, or whose step a gradient scaler"),
    ({"gradient": [[np.nan, 1], [np.nan, 1]], "loss": [2, 1]}, "gradient has nan at layer 1 in every row"),
])
def test_a_recording_by_hand_is_told_what_is_wrong_with_it(wrong, words):
    with pytest.raises(ValueError, match=words):
        Recording(**wrong)


def test_nan_of_a_run_that_broke_is_no_missing_layer():
    broke = Recording(gradient=[[np.inf, 1], [np.nan, np.nan]], loss=[2, 1])
    assert "gradient sizes hold nan" in measure_symptoms(broke).broke
    with pytest.raises(TypeError):
        Recording([1.0, 2.0])  # which field?


def waves(entries, height=2.3, low=0.1, half=15):
    return np.where(np.arange(entries) // half % 2, low, height)


def test_a_single_entry_is_no_wave():
    """A batch's noise goes up and down by one entry; a class lasts longer."""
    lone = np.where(np.arange(400) % 9 == 0, 2.3, 0.1) + 0.4 * (np.arange(400) % 9 == 1)
    lone[:40], lone[40:80] = 2.3, np.linspace(2.3, 0.1, 40)
    assert measure_symptoms(Recording(loss=lone)).curve.waves == 0
    assert measure_symptoms(Recording(loss=waves(400))).curve.waves > 10


@pytest.mark.parametrize("loss, cause", [
    (waves(400), "data in order of class"),
    (np.r_[falls(1.0, 0.2, 150), np.linspace(0.2, 1.4, 200), np.full(100, 1.4)], "late divergence"),
    (np.r_[np.linspace(0.3, 0.25, 50), np.linspace(0.3, 0.9, 200), np.full(100, 0.9)], "learning rate too large"),
])
def test_targets_that_move_with_the_network_make_a_rise_that_is_no_fault(loss, cause):
    """A critic whose copy is renewed, a generator: no score is known, and steps are short."""
    moving = found(loss=loss)
    assert moving.cause == UNDECIDED and cause in moving.candidates and "move with the network" in moving.remedy
    assert found(loss=loss, test_loss=[2.0, 2.0]).cause == cause
    assert found(loss=loss, mixed=True).cause == cause or cause == "data in order of class"
    runs_away = np.r_[loss, 500 * loss[0] * np.ones(200)]
    assert found(loss=runs_away).cause in ("late divergence", "learning rate too large")


def test_beside_norms_and_shortcuts_a_faded_round_trip_is_no_vanishing_and_a_huge_first_step_no_explosion():
    """A mixer's branches, a transformer's small embeddings: the shortcut leads past what a branch loses."""
    down = np.geomspace(1, 0.1, L)[None].repeat(R, 0)
    fades = {"activation": down, "error": down[:, ::-1], "loss": falls(2.3, 1.5), "train_accuracy": [0.1, 0.4]}
    for both in (True, False):
        kind = {"shortcuts": both, "normalized": both}
        told = found(**fades, **kind)
        assert told.cause == ("label noise" if both else UNDECIDED)
        assert both or "vanishing by initialization" in told.candidates
    lost = {**fades, "activation": down**7}
    assert found(**lost, shortcuts=True, normalized=True).cause == "vanishing by initialization"
    grows = {name: value[:, ::-1] for name, value in fades.items() if name in ("activation", "error")}
    huge = {**grows, "update_ratio": np.full((R, L), 8.0), "loss": np.r_[2.3, 50, 1e9, np.nan]}
    assert found(**huge, shortcuts=True, normalized=True).cause == "learning rate too large"
    assert found(**huge).cause == "exploding"


def test_a_short_run_trains_on_before_it_is_given_a_twin():
    early = {"update_ratio": np.full((R, L), 1e-3), "train_accuracy": [0.2]}
    for loss in (np.linspace(2.3, 2.28, 25), 2.3 * jitter(0.01, 25)):
        assert found(**early, loss=loss).remedy.startswith(("Train on", "All steps together"))
    assert "twin" in found(**early, loss=2.3 * jitter(0.01, 600)).remedy


def test_an_entry_of_the_loss_may_stand_for_many_steps():
    """Means over an epoch: the recorded steps say how many were made."""
    means = {"loss": np.r_[np.linspace(2.3, 1.5, 10), np.full(15, 1.5)], "train_accuracy": [0.1, 0.4]}
    assert found(**means).cause == UNDECIDED
    assert found(**means, steps=[1, 2, 4, 1000, 5000]).cause == "label noise"


def test_a_loss_may_fall_far_by_a_constant_answer():
    """A dead layer, and an output bias that goes to the mean of the targets."""
    dead = np.tile([0, 1.0, 0, 0, 0, 0], (R, 1))
    known = {"gradient": np.zeros((R, L)), "activation": np.tile([1, 0, 1, 1, 1, 1.0], (R, 1)), "dead": dead,
             "update_ratio": np.zeros((R, L)), "loss": falls(9, 0.7), "test_loss": [9, 0.7]}
    assert found(**known).cause == "dead units"


@pytest.mark.parametrize("known", [{}, ORDER])
def test_losses_are_healthy_beside_that_of_a_constant_answer_alone(known):
    """The mean of targets far from 0 is learned in a few steps, on training and test data alike."""
    losses = {**known, "loss": falls(9, 0.7), "test_loss": [9, 0.7]}
    unknown = diagnose(Recording(**losses))
    assert unknown.cause == UNDECIDED and unknown.record_next[0] == "the loss of the best constant answer"
    mean, more = (diagnose(Recording(**losses, constant_loss=constant)) for constant in (0.71, 5.0))
    assert mean.cause == UNDECIDED and "best constant answer" in mean.remedy and more.cause == "healthy"
    assert diagnose(Recording(**losses, constant_loss=-1.0)).cause == UNDECIDED  # of a loss that may be negative


@pytest.mark.parametrize("test_loss, cause", [
    ([1.0, 0.8, 0.8], "overfitting"), ([1.0, 0.5, 0.15], "healthy"), ([1.0, 0.1, 0.16], "overfitting"),
    ([1.0, 0.02, 0.05], "healthy"), ([1.0, 0.5, 0.3, 0.6, 0.8], "overfitting"),
    ([1.0, 0.9, 0.4, 0.9, 0.4, 0.9, 0.4, 0.9], UNDECIDED)])
def test_a_test_loss_that_does_not_fall_as_the_training_loss_does_is_overfitting(test_loss, cause):
    assert found(loss=falls(1.0, 0.01), test_loss=test_loss, constant_loss=1.0).cause == cause


@pytest.mark.parametrize("second, cause", [(0.4, "overfitting"), (0.1, UNDECIDED)])
def test_the_mean_of_an_epoch_in_which_most_was_learned_is_no_start(second, cause):
    log = {"loss": np.r_[0.5, falls(second, 0.01, 29, 3)], "test_loss": np.full(30, 0.11)}
    assert diagnose(Recording(**log)).cause == cause


def test_a_gap_between_losses_is_one_of_means():
    """Rare classes: most batches have a small loss, and the few large ones are as large on test data."""
    rare = np.where(np.arange(300) % 5 == 0, 1.5, 0.01)
    assert found(loss=np.r_[0.9, rare], test_loss=[0.3, 0.3, 0.3], constant_loss=1.0).cause != "overfitting"


@pytest.mark.parametrize("more, cause", [
    ({"test_loss": [2, 2, 0.5, 2, 0.5]}, "data in order of class"), ({"test_loss": [1, 1, 1]}, UNDECIDED),
    ({"test_loss": [2, 1.5, 0.6, 0.5]}, UNDECIDED),
    ({"test_loss": [90, 90, 90]}, "overfitting"), ({}, UNDECIDED)])
def test_a_loss_in_waves_may_end_in_a_trough(more, cause):
    """Of what is sorted by its target; what is known by heart has ripples far below the test loss."""
    trough = found(loss=np.r_[waves(400), np.full(60, 0.1)], **more)
    assert trough.cause == cause
    if cause == UNDECIDED:
        assert "data in order of class" in trough.candidates and "huffle" in trough.remedy


def test_a_test_accuracy_below_the_target_is_no_success_whatever_the_loss_does():
    log = {"loss": falls(2.3, 0.01), "test_accuracy": [0.3, 0.7]}
    assert diagnose(Recording(**log, test_loss=[2.0, 0.9, 1.6])).cause == "overfitting"
    open_ = diagnose(Recording(**log))
    assert open_.cause == UNDECIDED and open_.record_next[0] == "the training accuracy"


@pytest.mark.parametrize("known", [{"loss": np.r_[falls(1.0, 0.2, 150), np.full(200, 0.9)]}, {"loss": waves(400)}])
def test_of_a_loss_alone_no_rise_is_a_fault(known):
    alone = diagnose(Recording(**known))
    assert alone.cause == UNDECIDED and "move with the network" in alone.remedy
    assert diagnose(Recording(**known, test_loss=[1.0, 1.0])).cause != UNDECIDED
    assert "move with" not in diagnose(Recording(loss=np.full(100, 2.3))).remedy


def test_what_learns_by_heart_misses_no_warm_up():
    """Wrong labels beside norms and shortcuts, whose first steps are long in runs that learn as well."""
    known = {"loss": falls(2.3, 1.5), "shortcuts": True, "normalized": True, "update_ratio": np.full((R, L), 0.06)}
    assert found(**known, train_accuracy=[0.3], test_accuracy=[0.28]).cause == "warm-up missing"
    assert found(**known, train_accuracy=[0.4], test_accuracy=[0.1]).cause == "label noise"


def test_weights_held_small_are_no_fault_where_nothing_says_that_it_failed():
    """The critic of a Wasserstein distance: its weights are clamped, its loss may be negative."""
    clamped = {"weight": np.geomspace(1, 0.1, R)[:, None].repeat(L, 1), "loss": -falls(0.1, 0.6)}
    assert found(**clamped).cause == UNDECIDED
    assert found(**clamped, train_accuracy=[0.2]).cause == "weight decay too large"


def test_a_slip_that_decides_nothing_leaves_the_advice_in_place():
    """An autoencoder's code of two numbers is meant."""
    alone, narrow = (found(loss=falls(1.0, 0.3), **loop) for loop in ({}, {"loop": ["narrow layer"]}))
    assert alone.cause == narrow.cause == UNDECIDED and alone.remedy in narrow.remedy
    assert "meant to be a code" in narrow.remedy
    assert alone.remedy not in found(loss=falls(1.0, 0.3), loop=["no layer seen"]).remedy


def test_a_recording_made_by_hand_as_keras_would_keep_it_goes_through(tmp_path):
    keras = Recording(**{**ORDER, "loss": np.float32(falls(2.3, 0.05)), "mixed": True, "optimizer": "Adam",
                         "steps": np.array([1, 2, 4, 8, 300], np.int64), "learning_rate": np.float32(1e-3),
                         "normalized": False, "shortcuts": False, "names": ["dense"] * L,
                         "train_accuracy": [0.97], "test_accuracy": [0.96]})
    keras.save(tmp_path / "run.npz")
    again = Recording.load(tmp_path / "run.npz")
    assert again.mixed is True and diagnose(again) == diagnose(keras) and diagnose(again).cause == "healthy"
    in_order = Recording(**{**keras.given(), "loss": waves(400), "train_accuracy": [0.3], "test_accuracy": [0.3]})
    assert diagnose(in_order).cause != "data in order of class"


CLASSES = {"loss": falls(2.3, 0.05), "constant_loss": 2.3}  # a cross-entropy that allows 7 % of wrong answers


@pytest.mark.parametrize("more", [{"input": np.full(R, 170.0)}, {"update_ratio": np.full((R, L), 0.3)}, {}])
def test_an_accuracy_far_below_what_its_loss_allows_was_measured_otherwise(more):
    """In inference mode batch norm may take averages that are not those of the batches."""
    known = {**CLASSES, **more, "train_accuracy": [0.2, 0.7], "test_accuracy": [0.2, 0.68]}
    otherwise = found(**known)
    assert otherwise.cause == UNDECIDED and "inference mode" in otherwise.remedy
    allowed = found(**{**known, "loss": falls(2.3, 0.4)})
    assert "inference mode" not in allowed.remedy and (not more or allowed.cause != UNDECIDED)


def test_an_accuracy_of_guesses_is_no_success():
    """A rare class: the loss is not below that of the best constant answer."""
    guesses = {"loss": falls(0.8, 0.3), "train_accuracy": [0.3, 0.7, 0.95], "test_accuracy": [0.3, 0.7, 0.95]}
    rare = found(**guesses, constant_loss=0.2)
    assert rare.cause == UNDECIDED and "best constant answer" in rare.remedy
    assert found(**guesses, constant_loss=0.69).cause == "healthy"


def test_an_accuracy_that_stays_is_no_constant_answer_where_the_loss_is_far_below_that():
    stays = {"loss": falls(2.4, 0.08), "train_accuracy": [0.96, 0.96, 0.96], "test_accuracy": [0.96]}
    assert found(**stays).cause == UNDECIDED and found(**stays, constant_loss=2.3).cause == "healthy"


def test_a_loss_that_starts_far_below_a_constant_answers_is_that_of_trained_weights():
    tuned = {"loss": 0.002 * jitter(0.1), "update_ratio": np.full((R, L), 1e-5), "test_loss": [0.003]}
    assert found(**tuned, constant_loss=2.3).cause == "healthy"
    alone = found(**tuned)
    assert alone.cause == UNDECIDED and "learned before" in alone.remedy
    assert "the loss of the best constant answer" in alone.record_next
    assert found(**tuned | {"loss": 1e3 * tuned["loss"]}).cause == "learning rate too small"


def test_a_loss_that_runs_off_below_0_is_not_for_long_steps_alone():
    away = np.r_[-0.1 * 1.2 ** np.arange(100), np.nan]
    long = {"update_ratio": np.full((R, L), 0.3), "train_accuracy": [0.1]}
    off = found(loss=away, **long)
    assert off.cause == UNDECIDED and "sign" in off.remedy and "learning rate too large" in off.candidates
    assert found(loss=-away, **long).cause == "learning rate too large"


def test_no_gradient_in_the_end_is_no_gradient_from_the_start_alone_where_layers_are_frozen():
    gone = np.r_[np.ones((1, L)), np.zeros((R - 1, L))]
    known = {"loss": np.r_[2.3, np.full(99, 400.0)], "error": np.ones((R, L)), "train_accuracy": [0.1]}
    thrown = found(**known, gradient=gone, update_ratio=np.full((R, L), 0.05), loop=["above guessing"])
    assert "two factors" not in thrown.remedy
    assert "two factors" in found(**known, gradient=0 * gone, loop=["above guessing"]).remedy


@pytest.mark.parametrize(("more", "blamed"), [({}, True), ({"loop": ["above guessing"]}, False),
                                              ({"time_gradient": np.geomspace(1e9, 1, 50)[None].repeat(R, 0)}, False)])
def test_a_huge_first_loss_of_classes_or_of_a_way_through_time_is_the_networks_own(more, blamed):
    known = {"loss": [2e5, 1e6, np.nan], "gradient": np.full((R, L), 1e5), "update_ratio": np.full((R, L), 7.0),
             "input": np.ones(R)}
    assert (diagnose(Recording(**known, **more)).cause == "scale of inputs or targets") == blamed


@pytest.mark.parametrize("candidates", [("label noise",), ("label noise", "learning rate too small")])
def test_several_causes_are_told_of_where_there_are_several(candidates, monkeypatch):
    monkeypatch.setattr(undecided, "missing", lambda *_: ())
    monkeypatch.setattr(undecided, "CASES", ())
    recording = Recording(loss=np.full(50, 2.3))
    remedy, possible, _ = undecided.advice(measure_symptoms(recording), recording, candidates, True)
    assert possible == candidates and ("several causes" in remedy) == (len(candidates) > 1)
