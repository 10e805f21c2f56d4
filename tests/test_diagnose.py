"""The diagnosis: it names planted causes, never guesses, does not depend on units, and refuses what makes no sense."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from test_diagnose_kinds import KINDS
from vgtext import nn
from vgtext.diagnose import CAUSES, UNDECIDED, Recording, diagnose, measure_symptoms

L, R = 16, 6


def fields(forward=1.0, backward=1.0, ratio=2e-3, dead=0.1, loss_end=0.02, train=0.99, test=0.97, steep=None):
    """A made-up run of L layers: factors a layer, one update ratio, and where loss and accuracies end."""
    activation = np.tile(forward ** np.arange(L), (R, 1))
    blocked = dead == 1
    if blocked:
        activation[:, 5:-1] = 0.0
    error = (not blocked) * np.tile(backward ** np.arange(L)[::-1], (R, 1))
    return {
        "gradient": error * activation / forward,  # |delta[l]| |a[l-1]|
        "activation": activation,
        "update_ratio": np.full((R, L), ratio),
        "dead": None if dead is None else np.tile([*[dead] * (L - 1), 0.0], (R, 1)),  # no output is
        "saturation": None if steep is None else np.full((R, L), 1 - steep),
        "loss": 2.3 * np.maximum(loss_end, np.exp(-np.arange(200) / 10)),
        "train_accuracy": np.linspace(0.1, train, R),
        "test_accuracy": np.linspace(0.1, test, R),
    }


STUCK = {"loss_end": 1.0, "train": 0.1, "test": 0.1}
PLANTED = {
    "healthy": {},
    "vanishing by activation": {"backward": 0.25, "dead": None, "steep": 1.0, **STUCK},
    "vanishing by initialization": {"forward": 0.5, "backward": 0.5, **STUCK},
    "vanishing by depth": {"forward": 0.88, "backward": 0.88, **STUCK},
    "exploding": {"forward": 2.0, "backward": 2.0, **STUCK},
    "dead units": {"dead": 1.0, **STUCK},
    "learning rate too small": {"ratio": 1e-5, **STUCK},
    "learning rate too large": {"ratio": 0.5, **STUCK},
    "overfitting": {"test": 0.7},
    "label noise": {"loss_end": 0.5, "train": 0.6, "test": 0.55, "ratio": 4e-3},
}


def test_every_cause_has_an_example():
    assert set(PLANTED) | set(KINDS) == set(CAUSES)


@pytest.mark.parametrize("cause", PLANTED)
def test_planted_cause_is_named_with_numbers_and_a_remedy(cause):
    diagnosis = diagnose(Recording(**fields(**PLANTED[cause])))
    assert diagnosis.cause == cause
    assert any(character.isdigit() for character in "".join(diagnosis.evidence))
    assert diagnosis.remedy and not diagnosis.candidates
    assert str(diagnosis).startswith(f"cause: {cause}\n  - ")


@pytest.mark.parametrize(("ratios", "end", "cause", "among"), [
    ([2e-3] * R, (0.6, 0.41), UNDECIDED, ("vanishing by initialization", "label noise")),
    ([3.5e-5] * R, (0.6, 0.41), "learning rate too small", ()),
    ([1e-2, 3, 900, 1e5, 1e5, 1e5], (0.6, 0.41), "learning rate too large", ()),
    ([1e-2] * R, (0.95, 0.9), UNDECIDED, ("label noise",)),
    ([1e-2, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9], (0.6, 0.41), UNDECIDED,
     ("vanishing by initialization", "learning rate too small")),
])
def test_a_signal_that_fades_in_six_layers_is_not_blamed_for_what_steps_and_labels_do(ratios, end, cause, among):
    """As with PyTorch's own weights, by which six layers of ReLU keep 0.0036 of a signal, and learn all the same."""
    layers, ways = np.arange(6), np.array([(0.6, 0.41)] * (R - 1) + [end])
    activation, error = ways[:, :1] ** layers, ways[:, 1:] ** layers[::-1]
    run = fields(**STUCK) | {"activation": activation, "gradient": error * activation / ways[:, :1],
                             "update_ratio": np.repeat(np.array(ratios)[:, None], 6, axis=1),
                             "dead": np.full((R, 6), 0.4), "steps": np.array([1, 3, 20, 60, 120, 200])}
    found = diagnose(Recording(**run))
    assert found.cause == cause and {*among} <= {*found.candidates}, found


@pytest.mark.parametrize("forward", [1.0, 1.8, 30.0])
def test_gradients_of_nan_behind_a_loss_that_is_a_number_are_an_operations(forward):
    """As those of a root at 0. Where activations grow from layer to layer, the way back may have overflowed."""
    run = fields(forward=forward) | {"loss": np.r_[2.3, np.full(9, np.nan)], "steps": 2.0 ** np.arange(R)}
    run |= {"gradient": np.full((R, L), np.nan), "update_ratio": np.full((R, L), np.nan), "dead": None}
    run = {key: run[key] for key in ("loss", "steps", "gradient", "update_ratio", "activation")}
    found = diagnose(Recording(**run))
    assert (found.cause == "bad batch or operation") == (forward == 1.0)


@pytest.mark.parametrize("cause", PLANTED)
@given(data=st.data())
def test_less_evidence_gives_the_same_cause_or_none(cause, data):
    """Whatever is left out, the answer stays or becomes "undecided" with the true cause among the candidates."""
    whole = Recording(**fields(**PLANTED[cause]))
    names = [name for name in whole.given() if name not in ("train_accuracy", "loss")]
    kept = data.draw(st.sets(st.sampled_from(names)))
    diagnosis = diagnose(whole.only("loss", "train_accuracy", *kept))
    assert diagnosis.cause in (cause, UNDECIDED)
    if diagnosis.cause == UNDECIDED:
        assert cause in diagnosis.candidates
        assert diagnosis.record_next


@pytest.mark.parametrize("cause", PLANTED)
@given(gradient=st.floats(1e-9, 1e9), activation=st.floats(1e-9, 1e9), loss=st.floats(1e-3, 1e3))
def test_units_do_not_matter(cause, gradient, activation, loss):
    """Only ratios count: another unit of the loss, or of the inputs, changes nothing."""
    known = fields(**PLANTED[cause])
    known["gradient"] *= gradient
    known["activation"] *= activation
    known["loss"] *= loss
    assert diagnose(Recording(**known)).cause == cause


@given(st.floats(0.3, 3), st.floats(0.3, 3))
def test_round_trip_is_the_product_of_both_ways(forward, backward):
    symptoms = measure_symptoms(Recording(**fields(forward=forward, backward=backward)))
    assert symptoms.round_trip == pytest.approx((L - 2) * np.log10(forward * backward), abs=1e-9)
    assert (symptoms.forward, symptoms.backward) == (pytest.approx(forward), pytest.approx(backward))
    assert symptoms.profile == pytest.approx((L - 1) * np.log10(backward / forward), abs=1e-9)


def test_an_even_gradient_hides_a_lost_signal_until_activations_are_recorded():
    known = fields(**PLANTED["vanishing by initialization"])
    assert np.ptp(np.log10(known["gradient"][0])) < 1e-9
    blind = diagnose(Recording(**{k: v for k, v in known.items() if k not in ("activation", "dead")}))
    assert blind.cause == UNDECIDED
    assert "gradient and activation sizes of every layer at the first step" in blind.record_next


def test_a_broken_run_is_read_up_to_where_it_broke():
    known = fields(forward=2.0, backward=2.0, train=0.1, test=0.1)
    known["gradient"][3:] = np.nan
    known["loss"][40:] = np.inf
    diagnosis = diagnose(Recording(**known))
    assert diagnosis.cause == "exploding"
    assert "The run broke: the loss is nan or inf from its entry 41 on." in diagnosis.evidence
    even = {**fields(), "loss": known["loss"], "update_ratio": None}
    assert "learning rate too large" in diagnose(Recording(**even)).candidates
    only_sizes = Recording(gradient=known["gradient"], activation=known["activation"], steps=np.arange(1, 60, 10))
    assert measure_symptoms(only_sizes).broke == "the gradient sizes hold nan or inf from step 31 on"


def test_the_loss_alone_leaves_a_plateau_open():
    diagnosis = diagnose(Recording(loss=np.full(100, 2.3)))
    assert diagnosis.cause == UNDECIDED
    assert {*diagnosis.candidates} >= {*PLANTED} - {"overfitting", "healthy", "label noise"}
    assert len(diagnosis.record_next) == 4 and "gradient and activation sizes" in diagnosis.record_next[0]


def test_a_record_with_weights_that_start_at_0_counts_for_the_other_layers():
    """An infinite ratio is no nan: the record that holds one is the first, and its other layers are judged."""
    symptoms = measure_symptoms(Recording(update=[[1e-3, 2e-3, 4e-3], [5e-6] * 3], weight=[[0.0, 1, 1], [1, 1, 1]]))
    assert symptoms.ratio == symptoms.ratio_peak == pytest.approx(3e-3) and symptoms.ratio_before == pytest.approx(5e-6)
    given = measure_symptoms(Recording(update_ratio=[[np.inf, 2e-3, 4e-3], [5e-6] * 3]))
    assert (given.ratio, given.ratio_peak) == (symptoms.ratio, symptoms.ratio_peak)
    with pytest.raises(ValueError, match="update_ratio has nan or inf in row 0"):
        Recording(update_ratio=[[np.nan, 2e-3, 4e-3], [5e-6] * 3])


def test_a_run_that_is_not_finished_is_told_to_train_on():
    known = fields(loss_end=0.0, train=0.5, test=0.5)
    known["loss"] = 2.3 * np.exp(-np.arange(200) / 200)
    diagnosis = diagnose(Recording(**known))
    assert (diagnosis.cause, diagnosis.candidates) == (UNDECIDED, ())
    assert "Train on" in diagnosis.remedy


def test_a_run_of_a_few_steps_has_not_come_to_rest():
    """Two epochs: the noise of batches hides the fall."""
    begun = fields(loss_end=0.5, train=0.6, test=0.58, ratio=1e-3)
    diagnosis = diagnose(Recording(**begun))
    assert diagnosis.cause == UNDECIDED and "hardly begun" in diagnosis.remedy


def test_target_says_what_counts_as_learned():
    hard = fields(loss_end=0.5, train=0.6, test=0.58, ratio=4e-3)
    assert diagnose(Recording(**hard)).cause == "label noise"
    assert diagnose(Recording(**hard), target=0.55).cause == "healthy"


def test_weight_and_update_make_the_ratio():
    known = fields()
    weight = np.full((R, L), 4.0)
    recording = Recording(weight=weight, update=weight * known.pop("update_ratio"))
    assert np.allclose(recording.ratio, 2e-3)
    assert Recording(weight=weight).ratio is None


def test_test_loss_stands_in_for_test_accuracy():
    known = fields()
    del known["test_accuracy"]
    rising = {**known, "test_loss": [2.3, 0.8, 0.6, 0.9]}
    assert diagnose(Recording(**rising)).cause == "overfitting"
    assert diagnose(Recording(**{**known, "test_loss": [2.3, 0.8, 0.4]})).cause == "healthy"


def test_falling_gradients_alone_leave_the_weights_open_and_rising_ones_name_an_explosion():
    """Small weights let the error fade, and biases may keep the activations up."""
    gradient = np.tile(0.25 ** np.arange(L)[::-1], (R, 1))
    alone = diagnose(Recording(gradient=gradient))
    assert alone.cause == UNDECIDED and "gradient and activation sizes" in alone.record_next[0]
    assert {"vanishing by initialization", "vanishing by activation"} <= {*alone.candidates}
    rectified = Recording(gradient=gradient, dead=np.zeros((R, L)))
    assert diagnose(rectified).cause == "vanishing by initialization"
    assert diagnose(Recording(gradient=1 / gradient)).cause == "exploding"


def test_live_relu_units_clear_the_activation():
    """Biases may keep activations up where the weights are too small: then ReLU's slope of 1 tells the cause."""
    known = fields(**PLANTED["vanishing by activation"])
    known["dead"] = np.zeros((R, L))
    assert diagnose(Recording(**known)).cause == "vanishing by initialization"


@pytest.mark.parametrize(("wrong", "words"), [
    ({"gradient": [1.0, 2.0]}, r"gradient must have the shape \(recorded steps, layers\), got \(2,\)"),
    ({"gradient": [[1.0, 2.0], [1.0]]}, "gradient must hold numbers, every row as long as the others"),
    ({"loss": []}, r"loss must have the shape \(entries,\), got \(0,\)"),
    ({"gradient": np.ones((3, 4)), "activation": np.ones((3, 5))}, "sizes must have one shape"),
    ({"gradient": np.ones((3, 5)), "activation": np.ones((3, 4))}, "the activation of the last layer is the output"),
    ({"gradient": np.ones((4, 9)), "loss": np.ones(9)}, r"got 4 rows of 9 for 9 losses: give \.T of each"),
    ({"gradient": np.ones((3, 4)), "steps": [1, 2]}, "steps must have 3 entries, one for each row, got 2"),
    ({"gradient": np.ones((2, 4)), "steps": [5, 5]}, "steps must increase"),
    ({"gradient": [[1.0, -2.0, 1.0]]}, "gradient must not be negative, got -2.0"),
    ({"gradient": [[np.nan, 1.0], [1.0, 1.0]]}, "gradient has nan or inf in row 0 and numbers after it"),
    ({"dead": [[0.2, 1.5, 0.0]]}, "dead must lie between 0 and 1, got 0 to 1.5"),
    ({"train_accuracy": [0.2, 97.0]}, "train_accuracy must lie between 0 and 1, got 0.2 to 97; divide per cent by 100"),
    ({"train_accuracy": [0.2, np.nan]}, "train_accuracy must hold numbers, got nan"),
    ({"learning_rate": -1.0}, "learning_rate must be a number of 0 or more, or one for each row, got -1.0"),
    ({"precision": np.array("float8")}, "precision must be one of float16, .+, got 'float8'"),
    ({}, "a recording must hold something"),
])
def test_what_makes_no_sense_is_refused_by_name(wrong, words):
    with pytest.raises(ValueError, match=words):
        Recording(**wrong)


def test_as_many_layers_as_losses_are_taken_where_the_steps_are_named_or_no_row_can_be_a_layer():
    sizes, loss = np.ones((4, 9)), np.ones(9)
    assert len(Recording(gradient=sizes, loss=loss, steps=[1, 2, 4, 8]).gradient) == 4
    assert len(Recording(gradient=sizes[:1], loss=loss).gradient) == 1
    assert len(Recording(gradient=np.ones((9, 9)), loss=loss).gradient) == 9


ONE_OF_EACH = Recording(
    **fields(steep=1.0), steps=np.arange(R), weight=np.ones((R, L)), update=np.ones((R, L)), error=np.ones((R, L)),
    input=np.ones(R), time_gradient=np.ones((R, 3)), test_loss=[1.0], learning_rate=0.1,
    optimizer="Adam", precision="float32", shortcuts=False, normalized=True, names=[*"abcdefghijklmnop"])
NONSENSE = ("x", -1.5, 0, np.nan, [], [[1, 2], [3]], np.zeros((3, 0)), 1j, object(), -np.ones(R), -np.ones((R, L)))


def test_every_field_takes_what_it_can_mean_and_names_itself_otherwise():
    given = ONE_OF_EACH.given()
    for name in given.keys() - {"optimizer"}:  # any word will do
        refused = 0
        for wrong in NONSENSE:
            try:
                diagnose(Recording(**{**given, name: wrong}))
            except ValueError as error:
                assert name in str(error), f"{name} = {wrong!r}: {error}"
                refused += 1
        assert refused > 2, name


def test_one_accuracy_is_a_list_of_one():
    assert Recording(train_accuracy=0.3).train_accuracy.tolist() == [0.3]


def test_a_loss_that_hardly_moved_ends_near_its_first_value():
    assert "The loss ends near its first value." in str(diagnose(Recording(loss=np.linspace(2.3, 2.29, 32))))


def test_diagnose_refuses_what_is_no_recording_or_no_accuracy():
    with pytest.raises(TypeError, match=r"diagnose takes a Recording\(loss=..., ...\), such as .* got dict"):
        diagnose({"loss": [1.0]})
    with pytest.raises(ValueError, match="target must be an accuracy"):
        diagnose(Recording(loss=[1.0]), target=90)
    for wrong in ("0.9", None, True):
        with pytest.raises(TypeError, match="target must be an accuracy"):
            diagnose(Recording(loss=[1.0]), target=wrong)


def test_a_recording_cannot_be_changed_afterwards():
    recording = Recording(loss=[1.0, 0.5])
    with pytest.raises(ValueError, match="read-only"):
        recording.loss[0] = 2.0


def test_a_history_becomes_a_recording():
    d = nn.data.digits()
    net = nn.mlp(64, 16, 10, depth=3, activation="relu", init="he_normal")
    run = nn.train(net, d.x, d.y, steps=20, record_every=10, test=(d.x_test, d.y_test), progress=False)
    made = Recording.of_history(run, net, learning_rate=0.1)
    assert made.steps.tolist() == [1, 11] and made.gradient.shape == (2, 3) and made.learning_rate == 0.1
    assert np.array_equal(made.dead, run.dead[:, 1:]) and np.array_equal(made.test_accuracy, run.test_accuracy)
    units = np.sqrt([16, 16, 10])  # a root mean square over units and examples
    assert made.activation[0] == pytest.approx(np.exp2(run.log2_activation[0, 1:]) / units)
    tanh = nn.mlp(64, 16, 10, depth=3)
    assert Recording.of_history(nn.train(tanh, d.x, d.y, steps=2, record_every=1), tanh).dead is None
    x, y = nn.data.delayed_copy(6, 20)
    steps = nn.train(rnn := nn.Recurrent("rnn", 9, 4, 8), x, y, steps=2, record_every=1)
    with pytest.raises(ValueError, match="history must have one column for each of 2 layers, got 6"):
        Recording.of_history(steps, rnn)


@pytest.mark.parametrize("train, test, said", [(0.95, 0.75, "Training accuracy is 20 points above test accuracy."),
                                               (0.75, 0.8, "Test accuracy is 5 points above training accuracy."),
                                               (0.96, 0.95, "Training accuracy is 1 point above test accuracy."),
                                               (0.95, 0.965, "Test accuracy is 2 points above training accuracy.")])
def test_the_gap_is_worded_either_way(train, test, said):
    run = Recording(**{**fields(), "train_accuracy": [train], "test_accuracy": [test]})
    assert any(said in diagnose(run, target).evidence for target in (0.5, 0.9))


def made_up(cause, i=None, **more):
    return {**(fields(**PLANTED[cause]) if i is None else KINDS[cause][i]), **more}


#: A recording, and what is computed from it by hand.
SAID = [
    (made_up("vanishing by activation"), "A layer changes activations by the factor 1.00 and the error by 0.25."),
    (made_up("vanishing by activation"), f"Layer 1 gets {0.25**15:.2g} times the weight gradient of layer 16."),
    (made_up("learning rate too small"),
     "The median layer's first update-to-weight ratio is 1e-05 (guide, if narrow: 1e-3)."),
    (made_up("dead units"), "In layer 1, 100% of the units give 0 for every example, before any training."),
    (made_up("dead units", dead=np.tile([0.1, 0.96, 0.2] + [0.0] * (L - 3), (R, 1)) + 0.005 * np.arange(R)[:, None]),
     "In layer 2, 96% of the units give 0 for every example, before any training."),
    (made_up("dead units", dead=np.linspace(0.1, 1.0, R)[:, None].repeat(L, 1)),
     "By the last record 100% of the units of a hidden layer give 0 for every example."),
    (made_up("label noise"), "It stands still: its last tenth is 1.00 of its third quarter."),
    (made_up("overfitting", train_accuracy=None, test_accuracy=None, test_loss=[2.0, 0.5, 1.75]),
     "The test loss ends at 0.76 of the first training loss, 3.5 times its smallest value."),
    (made_up("vanishing by initialization", saturation=np.full((R, L), 0.4)),
     "40% of the hidden slopes are nearly 0."),
    (made_up("underflow in half precision", 0),
     "The gradient of layers 1 and 2 is exactly 0; the smallest of the others is 2e-07."),
    (made_up("late divergence", 0, loss=np.repeat([2.0, 0.1, 2.0], 60), test_loss=[2.0]),
     "The loss had fallen to 0.05 of its first value."),
    (made_up("weight decay too large", 0), f"The weights end at {5e-4 / 11:.2g} of their first size."),
    (made_up("vanishing through time", 0, time_gradient=[[1e-9] * 20 + [0.5] * 20] * 4),
     "The first time steps get 2e-09 times the gradient of the step that gets most."),
    (made_up("scale of inputs or targets", 2), "The inputs have a root mean square of 1.4e+02."),
]


@pytest.mark.parametrize("recorded, said", SAID, ids=[said for _, said in SAID])
def test_a_sentence_says_what_was_recorded(recorded, said):
    assert said in diagnose(Recording(**recorded)).evidence
