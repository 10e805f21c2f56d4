"""What fades somewhat in few layers: the steps, the labels, or the signal? And what a text, and test data, tell."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from vgtext.diagnose import UNDECIDED, Recording, diagnose, losses, measure_symptoms
from vgtext.diagnose.targets import Targets

RNG = np.random.default_rng(0)
STEPS = [1, 2, 4, 8, 16, 32, 64, 100, 200]
FLAT, SLOW = 2.3 + 0.02 * RNG.normal(size=250), np.linspace(2.3, 2.2, 250) + 0.002 * RNG.normal(size=250)
FADES, TOO_SMALL, LABELS = "vanishing by initialization", "learning rate too small", "label noise"
BY_SLOPE = "vanishing by activation"


def run(layers, trip, ratio, fastest=None, way="both", loss=FLAT, **more):
    """A network whose round trip is 10^trip, lost on ``both`` ways alike or going back, by layers of these ratios."""
    far = np.arange(layers) / max(layers - 2, 1)
    forward, backward = (trip / 2, trip / 2) if way == "both" else (0.0, trip)
    activation, error = 10.0 ** (forward * far), 10.0 ** (backward * far[::-1])
    ratios = np.r_[np.full(layers - 1, ratio), ratio if fastest is None else fastest]
    sizes = {"activation": activation, "error": error, "gradient": error * activation, "update_ratio": ratios}
    more = {"train_accuracy": [0.1, 0.1, 0.1, 0.1], "recurrent": False, "optimizer": "SGD", **more}
    return diagnose(Recording(loss=loss, steps=STEPS, **{k: np.tile(v, (len(STEPS), 1)) for k, v in sizes.items()},
                              **more))


@pytest.mark.parametrize("layers", [5, 6, 8, 9])
@pytest.mark.parametrize("trip", [-1.3, -2.0, -2.8])
@pytest.mark.parametrize("way", ["both", "back"])
def test_steps_short_in_every_layer_are_the_rates_where_a_signal_fades_somewhat(layers, trip, way):
    """With a rate 100 times smaller than one that trains: every layer, the fastest too, hardly moves."""
    saturation = {"saturation": np.zeros((len(STEPS), layers))}
    for ratio in (1e-6, 1e-5, 1e-4, 2.5e-4):
        assert run(layers, trip, ratio, way=way, **saturation).cause == TOO_SMALL
    between = run(layers, trip, 1e-4, 8e-4, way, **saturation)
    assert between.cause == UNDECIDED and {FADES, "vanishing by activation"} & {*between.candidates}
    assert TOO_SMALL in between.candidates and "Raise the rate tenfold" in between.remedy
    proper = run(layers, trip, 1e-4, 1e-2, way, **saturation)
    assert proper.cause == (UNDECIDED if way == "both" else "vanishing by activation")


@pytest.mark.parametrize("layers, cause", [(9, UNDECIDED), (10, FADES), (12, FADES)])
def test_in_ten_layers_and_more_a_signal_that_fades_is_named_where_steps_would_be_short_as_well(layers, cause):
    assert run(layers, -3.5, 1e-6, 4e-4).cause == cause


@pytest.mark.parametrize("way", ["both", "back"])
@pytest.mark.parametrize(("trip", "ratio", "blamed"), [
    (-3.2, 1e-6, False), (-3.2, 4e-6, False), (-3.2, 2e-5, True), (-4.1, 1e-6, False), (-4.1, 8e-6, True),
    (-5.0, 1e-6, True)])
def test_steps_that_would_be_short_in_order_signals_too_leave_the_rate_open(trip, ratio, way, blamed):
    """Six layers of GELU with PyTorch's weights: at 0.3 they learn, at 0.001 He's weights alone help little."""
    found = run(6, trip, ratio, way=way, saturation=np.zeros((len(STEPS), 6)))
    named = FADES if way == "both" else BY_SLOPE
    assert found.cause == (named if blamed else UNDECIDED)
    assert blamed or ({named, TOO_SMALL} <= {*found.candidates} and "Raise the rate tenfold" in found.remedy)


@pytest.mark.parametrize("layers", [5, 8])
def test_short_steps_by_which_the_loss_falls_at_an_even_pace_are_the_rates(layers):
    assert run(layers, -1.6, 1.7e-4, 8e-4, loss=SLOW, train_accuracy=[0.1, 0.15, 0.2, 0.25]).cause == TOO_SMALL
    assert run(layers, -1.6, 1.7e-4, 8e-4, loss=FLAT).cause == UNDECIDED


@pytest.mark.parametrize("optimizer", ["Adam", "AdamW", "RMSprop", "SGD", None])
def test_steps_that_do_not_shrink_with_the_gradient_are_the_rates_where_more_is_lost(optimizer):
    """Adam divides the gradient by its own size: PyTorch's own nine layers keep 10^-4.3, and train at a good rate."""
    adaptive = optimizer not in ("SGD", None)
    known = {"optimizer": optimizer} if optimizer else {"optimizer": "sgd"}
    assert run(8, -4.0, 3e-5, **known).cause == (TOO_SMALL if adaptive else FADES)
    assert run(8, -4.0, 1e-3, **known).cause == (UNDECIDED if adaptive else FADES)
    for layers, trip in ((12, -4.0), (8, -7.9)):
        assert run(layers, trip, 3e-5, **known).cause == FADES


@pytest.mark.parametrize("layers", [5, 6, 7, 8, 9])
@pytest.mark.parametrize("ratio", [4e-4, 1e-3, 3e-3])
def test_random_labels_in_few_layers_are_suspected_beside_a_signal_that_fades_somewhat(layers, ratio):
    found = run(layers, -2.3, ratio)
    assert found.cause == UNDECIDED and {FADES, LABELS} <= {*found.candidates} and "labels" in found.remedy
    assert "twin with larger weights" in found.remedy and "the loss of a twin with larger weights" in found.record_next
    assert run(layers, -2.3, ratio, 1e-2, "back", saturation=np.zeros((len(STEPS), layers))).cause in (
        "vanishing by activation", UNDECIDED)
    assert run(layers, -3.4, ratio).cause == FADES, "past a thousandth the signal is to blame"


@pytest.mark.parametrize("tested", [0.6, 0.99])
def test_a_signal_is_not_blamed_where_the_network_does_well_on_test_data(tested):
    """Half of the training labels are random, those of the test data are not."""
    loss = np.r_[np.linspace(2.3, 1.7, 50), np.full(200, 1.7)] + 0.02 * RNG.normal(size=250)
    found = run(6, -2.0, 4e-3, loss=loss, train_accuracy=[0.3, 0.4, 0.45, 0.45], test_accuracy=[0.3, 0.5, 0.6, tested])
    assert not {FADES, "exploding"} & {found.cause, *found.candidates}
    assert LABELS in (found.cause, *found.candidates)


@pytest.mark.parametrize(("test", "heart"), [(0.1, True), (0.4, False)])
def test_who_learns_examples_one_by_one_is_not_told_to_train_on(test, heart):
    loss = np.linspace(2.3, 1.5, 250) + 0.01 * RNG.normal(size=250)
    found = run(8, 0.0, 3e-3, loss=loss, train_accuracy=[0.1, 0.2, 0.3, 0.43], test_accuracy=[0.1, 0.1, 0.1, test])
    assert found.cause == UNDECIDED and ("labels belong together" in found.remedy) is heart
    assert found.remedy.startswith("Train on") is not heart


@pytest.mark.parametrize("kept", [True, False])
def test_steps_that_shrank_at_a_rate_that_was_kept_were_not_too_short_for_it(kept):
    """Of random labels a network learns nothing, its answers become alike, and its gradients shrink."""
    ratio = np.tile((3e-3 * np.array(STEPS) ** -0.9)[:, None], (1, 6))
    ones, rate = np.ones((len(STEPS), 6)), np.full(len(STEPS), 0.02) if kept else 0.02 / np.array(STEPS)
    found = diagnose(Recording(loss=FLAT, steps=STEPS, update_ratio=ratio, gradient=ones, activation=ones,
                               learning_rate=rate, recurrent=False, train_accuracy=[0.1]))
    assert found.cause == (UNDECIDED if kept else TOO_SMALL)
    assert not kept or LABELS in found.candidates


@pytest.mark.parametrize("entropy", [0.9, 0.8, 0.6])
@pytest.mark.parametrize("accuracy", [{}, {"train_accuracy": [0.2, 0.25, 0.28, 0.3]},
                                      {"train_accuracy": [0.2, 0.25, 0.28, 0.3], "test_accuracy": [0.2, 0.24, 0.3]}])
def test_a_text_that_stands_on_its_way_has_no_noisy_labels(entropy, accuracy):
    """A quick fall to the entropy of the characters, and then a slow one."""
    loss = 4.5 * np.r_[np.linspace(1, entropy, 50), np.linspace(entropy, 0.97 * entropy, 200)]
    known = {"loss": loss, "train_accuracy": None, **accuracy}
    known = {name: value for name, value in known.items() if value is not None}
    ones = np.ones((len(STEPS), 4))
    base = {"steps": STEPS, "gradient": ones, "activation": ones, "update_ratio": 5e-3 * ones, "recurrent": False}
    found = diagnose(Recording(**base, **known, many_answers=True))
    assert found.cause == UNDECIDED and "table of pairs" in found.remedy and "train on" in found.remedy
    one = diagnose(Recording(**base, **known, many_answers=False))
    assert one.cause == (LABELS if accuracy else UNDECIDED) and "pairs" not in one.remedy


def test_a_loss_that_falls_to_a_constant_answers_names_no_noise_where_many_layers_may_mix_examples_up():
    """Weights that are large at first make it start far above; what it loses then tells no examples apart."""
    loss = np.r_[np.linspace(3.2, 2.3, 50), np.full(200, 2.3)]
    for layers, known, cause in ((12, {}, LABELS), (12, {"constant_loss": 2.3}, UNDECIDED),
                                 (12, {"constant_loss": 3.0}, LABELS), (5, {"constant_loss": 2.3}, LABELS)):
        assert run(layers, 0.0, 5e-3, loss=loss, train_accuracy=[0.1, 0.15, 0.2, 0.2], **known).cause == cause

def test_a_loss_that_falls_slowly_while_test_data_gain_has_no_noisy_labels():
    """What is learned by heart opens a gap; a slow network has none, and its loss still falls."""
    slow = 2.3 * np.r_[np.linspace(1, 0.6, 100), np.geomspace(0.6, 0.5, 150)]
    for tested, cause in ((0.59, UNDECIDED), (0.35, LABELS)):
        found = run(4, 0.0, 5e-3, loss=slow, train_accuracy=[0.4, 0.5, 0.55, 0.6], test_accuracy=[tested])
        assert found.cause == cause and (cause == LABELS or found.remedy.startswith("Train on"))


def test_steps_that_do_not_shrink_blame_no_slope_before_they_have_moved_the_weights():
    """Sigmoids with Adam at a tenth of a rate that trains them; at that rate random labels look the same."""
    for optimizer, cause in (("Adam", UNDECIDED), ("SGD", "vanishing by activation")):
        assert run(6, -3.4, 8e-4, way="back", saturation=np.zeros((len(STEPS), 6)), optimizer=optimizer).cause == cause
    falls = np.linspace(2.3, 1.9, 250)
    for trip, loss, cause in ((-3.4, FLAT, UNDECIDED), (-5.0, FLAT, BY_SLOPE), (-3.4, falls, BY_SLOPE),
                              (-3.4, FLAT * np.linspace(1, 3, 250), BY_SLOPE)):
        found = run(6, trip, 5e-3, loss=loss, way="back", saturation=np.zeros((len(STEPS), 6)), optimizer="Adam")
        assert found.cause == cause and (cause == BY_SLOPE or {BY_SLOPE, LABELS} <= {*found.candidates})


@pytest.mark.parametrize(("later", "loss", "cause"), [
    (1e-2, 0.6, UNDECIDED), (0.2, 0.6, "learning rate too large"), (1e-2, 1.0, "learning rate too large")])
def test_a_first_step_alone_that_is_long_is_not_blamed_for_what_fell_after_it(later, loss, cause):
    """As those of RMSprop and Adam in networks with batch norm, whose twin without noisy labels learns."""
    ratio = np.tile(np.r_[0.12, np.full(len(STEPS) - 1, later)][:, None], (1, 6))
    fell = 2.3 * np.r_[np.linspace(1, loss, 50), np.full(200, loss)] + 0.01 * RNG.normal(size=250)
    found = diagnose(Recording(loss=fell, steps=STEPS, update_ratio=ratio, gradient=np.ones_like(ratio),
                               activation=np.ones_like(ratio), recurrent=False, constant_loss=2.3,
                               train_accuracy=[0.2, 0.4, 0.5]))
    assert found.cause == cause and (cause != UNDECIDED or LABELS in found.candidates)


def test_an_accuracy_that_a_constant_answer_has_as_well_is_no_success():
    """One of 28 examples is of the rare class, whose labels are random."""
    known = {"loss": np.r_[0.6, np.full(99, 0.11)], "constant_loss": 0.156}
    for accuracy, healthy in ((0.955, False), (0.995, True)):
        found = diagnose(Recording(**known, train_accuracy=[0.9, 0.94, accuracy], test_accuracy=[accuracy]))
        assert (found.cause == "healthy") is healthy


@given(arrays(float, array_shapes(max_dims=1, min_side=2, max_side=12), elements=st.floats(1e-6, 1)))
def test_no_classes_have_a_rarer_most_frequent_one_than_their_entropy_says(weights):
    shares = weights / weights.sum()
    bound = losses.common(-(shares * np.log(shares)).sum())
    assert bound is None or bound <= shares.max() + 1e-3
    if len(shares) == 2 and 0.51 < shares.max() < 0.999:
        assert bound == pytest.approx(shares.max(), abs=1e-3)


def test_what_jitters_creeps_up_in_no_run_and_what_rises_by_its_jitter_in_every_one():
    """Chance passes four standard errors in one of thirty thousand."""
    noise = 2.3 + 0.1 * np.random.default_rng(0).standard_normal((100, 200))
    assert not any(losses.measure(loss).creeps_up for loss in noise)
    assert all(losses.measure(loss + np.linspace(0, 0.2, 200)).creeps_up for loss in noise)
    assert not any(losses.measure(loss - np.linspace(0, 0.2, 200)).creeps_up for loss in noise)


@pytest.mark.parametrize("share", [0.02, 0.3])
@pytest.mark.parametrize("classes", [2, 10])
def test_no_more_answers_are_wrong_than_their_loss_allows(share, classes):
    """The cheapest wrong answers are ties: each costs ln 2 of cross-entropy, or 1/2 of squared error, and no less."""
    for cost, constant in ((np.log(2), np.log(classes)), (0.5, 1 - 1 / classes)):
        loss = np.r_[constant, np.full(99, share * cost)]
        most = losses.shares(losses.measure(loss), loss, None, constant)["wrong"]
        assert share * (1 - 1e-9) <= most <= share * max(2 * cost / constant, cost / np.log(2)) * (1 + 1e-9)
        if constant > 2 * np.log(2):
            assert most == pytest.approx(share), "of many classes it is no more"


def test_where_no_class_need_be_more_frequent_the_entropy_says_none():
    assert [losses.common(entropy) for entropy in (None, 0.0, np.log(2), np.log(10))] == [None] * 4


def test_a_rate_that_was_taken_away_leaves_the_labels_open():
    ratio = np.tile((7e-2 * 0.7 ** np.array(STEPS))[:, None], (1, 6))
    stood = np.r_[np.linspace(2.3, 1.4, 10), np.full(240, 1.4)] + 0.01 * RNG.normal(size=250)
    found = diagnose(Recording(loss=stood, steps=STEPS, update_ratio=ratio, gradient=np.ones_like(ratio),
                               activation=np.ones_like(ratio), recurrent=False, train_accuracy=[0.6, 0.7, 0.8]))
    assert found.cause == UNDECIDED and "schedule" in found.remedy


@pytest.mark.parametrize(("given", "answers", "many"), [
    ((16, 32), (16, 32, 24), True), ((16, 32), (16, 24, 32), True), ((16, 32), (512, 24), True),
    ((16, 32, 24), (512, 24), True), ((16, 3, 8, 8), (16, 5, 8, 8), False), ((), (16, 32, 24), True),
    ((16, 64), (16, 10), False), ((16, 32, 8), (16, 10), False), ((16, 1, 8, 8), (16, 10), False),
    ((16, 1), (16, 1), False), ((16, 4), (16,), False), ((16, 3), (), None)])
def test_an_example_has_many_answers_where_their_shape_has_more_than_one_for_it(given, answers, many):
    targets = Targets()
    assert targets.words()["many_answers"] is None
    targets.shapes(given, answers)
    assert targets.words()["many_answers"] is many


def test_the_fastest_layer_is_that_of_any_record():
    made = Recording(update_ratio=[[1e-4, 2e-4, 3e-4], [1e-4, np.inf, 5e-4]], loss=FLAT)
    assert measure_symptoms(made).ratio_fastest == 5e-4


class Small:
    """A tensor of PyTorch's kind, whose norm is summed up in the precision of its numbers."""

    def __init__(self, numbers):
        self.numbers, self.weight, self.grad = numbers, self, self

    def double(self):
        return Small(self.numbers.astype(np.float64))

    def norm(self):
        return Small(np.sqrt((self.numbers**2).sum()))

    def item(self):
        return float(self.numbers)


@pytest.mark.parametrize("far", [-5, -12, -15, -18])
def test_what_is_measured_by_hand_is_measured_in_double_precision(far):
    """As on the page: 30 sigmoid layers leave errors whose squares are 0 in float32."""
    page = Path(__file__).parents[1] / "book" / "checklist.md"
    snippet = page.read_text("utf8").split("By hand, for")[1].split("```")[1]
    places = {"np": np, "learning_rate": 1.0, "model": [Small(np.full(9, 10.0 ** (2 * far), np.float32))] * 3,
              "z": [Small(np.full(9, 10.0**k, np.float32)) for k in (0, 2 * far, 0)],
              "a": [Small(np.full(9, 10.0**k, np.float32)) for k in (0, far)]}
    exec(snippet[snippet.index("def size"):], places)
    assert np.log10(places["R"]) == pytest.approx(3 * far, abs=0.01) and places["ratios"] == pytest.approx([1, 1])


@pytest.mark.parametrize(("optimizer", "last", "loss", "blamed"), [
    ("Adam", -0.6, 0.3, False), ("Adam", -0.6, 0.7, True), ("Adam", -4.4, 0.3, True), ("SGD", -0.6, 0.3, True)])
def test_a_slope_is_not_to_blame_where_signals_came_back_by_steps_that_do_not_shrink(optimizer, last, loss, blamed):
    """Six to eight sigmoids with Adam begin at 10^-3 to 10^-5 and learn, if slowly."""
    loss = 2.3 * (loss + (1 - loss) * np.exp(-np.arange(250) / 80))
    error = 10.0 ** (np.linspace(-5.1, last, len(STEPS))[:, None] * np.arange(8)[::-1] / 6)
    known = {"error": error, "gradient": error, "activation": np.full((len(STEPS), 8), 0.5), "steps": STEPS,
             "update_ratio": np.full((len(STEPS), 8), 5e-3), "train_accuracy": [0.1, 0.2, 0.4, 0.6]}
    found = diagnose(Recording(loss=loss, recurrent=False, optimizer=optimizer, **known))
    assert (found.cause == "vanishing by activation") is blamed


@pytest.mark.parametrize(("first", "last", "ratio", "loss", "cause"), [
    (-1.8, 0.2, 0.05, 0.6, UNDECIDED),
    (-1.8, 0.2, 0.11, 0.6, "learning rate too large"), (-1.8, 0.2, 0.05, 0.99, "learning rate too large"),
    (0.0, 0.2, 0.05, 0.6, "learning rate too large")])
def test_steps_that_were_long_for_small_weights_only_are_not_too_long(first, last, ratio, loss, cause):
    """Of a text with weights a third of their usual size: both signals faded, and came back as the weights grew."""
    trip = np.linspace(first, last, len(STEPS))[:, None] / 2
    a = 10.0 ** (trip * np.arange(4) / 2)
    ratios = np.linspace(0.13, ratio, len(STEPS))[:, None] * np.ones(4)
    made = Recording(loss=np.r_[np.linspace(3, 3 * loss, 100), np.full(100, 3 * loss)], error=a[:, ::-1],
                     gradient=np.ones_like(a), activation=a, update_ratio=ratios, steps=STEPS, constant_loss=2.95,
                     optimizer="Adam", many_answers=True, recurrent=True)
    found = diagnose(made)
    assert found.cause == cause and ("have grown" in found.remedy) == (cause == UNDECIDED)
