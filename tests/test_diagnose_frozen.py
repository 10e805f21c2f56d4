"""Layers that stand still on purpose, layers that hardly move, decay that takes much, and losses that are sums."""

from types import SimpleNamespace

import numpy as np
import pytest

from torch_like import SGD, Module, Net, tensor
from vgtext.diagnose import UNDECIDED, Recorder, Recording, diagnose, loop
from vgtext.diagnose.graphs import is_sum
from vgtext.diagnose.hooks import Hooks
from vgtext.diagnose.keras_layers import still
from vgtext.diagnose.loop import Watch
from vgtext.diagnose.modules import sound
from vgtext.diagnose.report import Report
from vgtext.diagnose.slips import SLIPS, mend
from vgtext.diagnose.table import REMEDIES

FROZEN = [True, True, False, False, True, False, False]
FINE = {"gradient": np.ones((2, 3)), "activation": np.ones((2, 3)), "train_accuracy": [0.1], "loss": np.full(100, 2.0)}
STANDS = np.r_[np.linspace(2, 1, 40), np.full(60, 1.0)]


def known(ratio=1e-3, **more):
    """Recorded steps of seven layers, of which three are frozen; the others take steps of this ratio."""
    moves = np.tile(~np.array(FROZEN), (2, 1)).astype(float)
    return {"gradient": moves, "activation": np.ones((2, 7)), "weight": np.ones((2, 7)), "update": ratio * moves,
            "input": [1, 1], "loss": np.full(100, 2.0), "train_accuracy": [0.1, 0.1], "frozen": FROZEN, **more}


@pytest.mark.parametrize(("more", "cause"), [
    ({"ratio": 0.5}, "learning rate too large"), ({"ratio": 1e-5}, "learning rate too small"),
    ({"loss": np.r_[STANDS, [np.nan]]}, "bad batch or operation"),
    ({"input": [400, 400]}, "scale of inputs or targets"),
    ({"train_accuracy": [0.5, 0.95], "test_accuracy": [0.5, 0.95]}, "healthy"),
    ({"train_accuracy": [0.99], "test_accuracy": [0.5]}, "overfitting")])
def test_the_answer_is_that_of_the_layers_that_are_not_frozen(more, cause):
    found = diagnose(Recording(**known(**more)))
    assert found.cause == cause and found.evidence[-1] == (
        "Left out, and not counted, are layers 1, 2 and 5: frozen by requires_grad=False or trainable=False.")
    told = diagnose(Recording(**known(**more) | {"frozen": [False] * 7}))
    assert told.cause == "layers not trained" and f"of the others alone the answer is {cause}" in told.evidence[-1]


@pytest.mark.parametrize("loss", [STANDS, np.full(100, 2.0)])
def test_frozen_layers_may_be_what_holds_a_run_back_that_nothing_else_explains(loss):
    """As labels may, of which the others alone are told."""
    found = diagnose(Recording(**known(ratio=0.02, loss=loss)))
    assert found.cause == UNDECIDED and found.candidates[0] == "layers not trained"
    assert "label noise" in found.candidates and "let them train" in found.remedy


def test_what_is_frozen_and_moves_is_not_left_out():
    found = diagnose(Recording(**known(gradient=np.ones((2, 7)), update=np.full((2, 7), 0.5))))
    assert found.cause == "learning rate too large" and not any("Left out" in words for words in found.evidence)


@pytest.mark.parametrize("frozen", [[False] * 7, [True] * 7])
def test_where_no_layer_is_frozen_or_every_one_none_is_left_out(frozen):
    found = diagnose(Recording(**known(ratio=0 if all(frozen) else 1e-3, frozen=frozen)))
    assert not any("Left out" in words for words in found.evidence)


def test_a_report_asks_its_questions_of_the_layers_that_are_not_frozen():
    page = Report(Recording(**known(ratio=0.5))).page()
    assert "Left out, and not counted" in page and "<td>all move</td>" in page


def test_a_frozen_field_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="frozen must have 7 entries, one for each layer, got 2"):
        Recording(**known(frozen=[True, False]))
    with pytest.raises(ValueError, match="frozen must hold True or False for each layer, got"):
        Recording(**known(frozen=[1, 0, 0, 0, 0, 0, 0]))


@pytest.mark.parametrize("until", [99, 3])
def test_a_recorder_says_which_layers_ask_for_no_gradient_in_any_step(until):
    net = Net((4, 8, 8, 2))
    net.lines[1].weight.requires_grad = False
    optimizer = SGD([net.lines[0].weight, net.lines[2].weight])
    recorder, x = Recorder(net, optimizer), tensor(np.random.default_rng(0).standard_normal((8, 4)))
    for step in range(1, 5):
        net.lines[1].weight.requires_grad = step > until
        optimizer.zero_grad()
        loss = net.backward(net(x), np.zeros((8, 2)))
        optimizer.step()
        recorder.step(loss)
    assert recorder.recording().frozen.tolist() == [False, until == 99, False]


@pytest.mark.parametrize(("slowest", "is_open"), [(2e-4, True), (4e-4, False)])
def test_labels_are_not_blamed_where_steps_hardly_touch_a_layer(slowest, is_open):
    """So plain steps move an embedding, whose rows get a gradient only where their words come."""
    ratio = [[slowest, 0.02, 0.02], [1e-5, 0.02, 0.02]]
    found = diagnose(Recording(**FINE | {"loss": STANDS, "train_accuracy": [0.4]}, update_ratio=ratio))
    assert found.cause == (UNDECIDED if is_open else "label noise")
    if is_open:
        assert "in the slowest layer 0.0002 at most" in found.evidence[-1] and "an embedding" in found.remedy


@pytest.mark.parametrize(("kind", "rate", "decay", "seen"), [
    ("SGD", 0.1, 0.2, True), ("AdamW", 0.001, 20, True), ("AdamW", 0.001, 0.1, False), ("SGD", 0.1, 5e-4, False),
    ("Adam", 0.1, 1, False), ("SGD", 0.1, None, False), ("Adafactor", None, 0.1, False)])
def test_decay_that_takes_a_hundredth_of_the_weights_in_a_step_is_seen(kind, rate, decay, seen):
    """Of optimizers that take it off the weights; Adam adds it to a gradient that it makes as long as any other."""
    optimizer = type(kind, (), {"param_groups": [{"lr": 1.0}, {"lr": rate, "weight_decay": decay}]})()
    assert loop.decays(optimizer) == ({"much decay"} if seen else set())


def test_much_decay_is_blamed_for_weights_that_shrink_and_for_no_other_run():
    fields = {"update_ratio": [[0.3] * 3] * 2, **FINE}
    for end, loops, cause in ((0.4, ["much decay"], "weight decay too large"), (0.4, [], "learning rate too large"),
                              (1.5, ["much decay"], "learning rate too large")):
        found = diagnose(Recording(**fields, weight=[[1.0] * 3, [end] * 3], loop=loops))
        assert found.cause == cause and any("1% of the weights" in words for words in found.evidence) is bool(loops)


@pytest.mark.parametrize(("node", "answers", "seen"), [
    ({"name": "NllLoss", "_saved_reduction": 2}, (8, 3), True), ({"name": "Add"}, (8, 1), False),
    ({"name": "MseLoss", "_saved_reduction": 1}, (8, 1), False),
    ({"name": "Sum", "_saved_self_sym_sizes": (8, 1)}, (8, 1), True),
    ({"name": "Sum", "_saved_self_sym_sizes": (3,)}, (8, 1), False), ({"name": "Mean"}, (8, 3), False),
    ({"name": "NllLoss", "_saved_reduction": 2}, (1, 3), False), ({"name": "Sum"}, (8, 1), False)])
def test_a_loss_that_is_a_sum_over_a_batch_is_seen(node, answers, seen):
    words = f"{node.pop('name')}Backward0"
    made = type("Node", (), {"name": lambda self: words, "next_functions": [], **node})()
    assert is_sum(made, tensor(np.zeros(answers))) is seen
    assert not is_sum(None, tensor(np.zeros(answers))) and not is_sum(made, None)
    watch = Watch(Module(), Hooks())
    watch.leaves(tensor(np.zeros(answers)), ())
    watch.steps(made, 1.0, True, True)
    assert watch.found == ({"summed loss"} if seen else set())


def test_a_sum_is_said_beside_the_cause_and_leaves_it_standing():
    found = diagnose(Recording(update_ratio=[[0.5] * 3] * 2, **FINE, loop="summed loss"))
    assert found.cause == "learning rate too large" and "is a sum over a batch" in found.evidence[-1]
    assert found.remedy.startswith("Take the mean over the examples") and "Lower the learning rate" in found.remedy
    mended = {cause: mend(["summed loss"], cause) for cause in REMEDIES}
    first = {cause for cause, said in mended.items() if said == f"{SLIPS['summed loss'].remedy} {REMEDIES[cause]}"}
    assert first == {"late divergence", "learning rate too large"}
    assert all(mended[cause] == REMEDIES[cause] for cause in REMEDIES.keys() - first)
    other = diagnose(Recording(update_ratio=[[0.5] * 3] * 2, **FINE, loop="above guessing"))
    assert other.cause == UNDECIDED  # this may be what makes the steps long


@pytest.mark.parametrize(("trained", "is_still"), [
    ((True, True), False), ((True, False), False), ((False, False), True)])
def test_a_layer_of_keras_stands_still_of_which_no_matrix_is_trained(trained, is_still):
    matrices = [SimpleNamespace(shape=(2, 3), trainable=each) for each in trained]
    assert still(SimpleNamespace(weights=[*matrices, SimpleNamespace(shape=(3,), trainable=True)])) is is_still


@pytest.mark.parametrize(("reduction", "seen"), [(1, "above guessing"), (2, "summed loss")])
def test_a_sum_is_large_for_another_reason_than_its_logits(reduction, seen):
    softmax = type("Node", (), {"name": lambda self: "LogSoftmaxBackward0", "next_functions": (), "_saved_dim": 1})()
    loss = type("Node", (), {"name": lambda self: "NllLossBackward0", "next_functions": ((softmax, 0),),
                             "_saved_reduction": reduction})()
    watch = Watch(Module(), Hooks())
    watch.leaves(tensor(np.zeros((8, 3))), ())
    watch.steps(loss, 100.0, True, True)
    assert watch.found == {seen}


def test_signals_that_come_after_steps_which_rewrote_the_weights_are_not_called_exploding():
    """A factor that starts at 0 sends none at step 1."""
    way = 10.0 ** np.arange(6)
    late = {"activation": [way] * 2, "error": [np.r_[np.zeros(5), 1], np.ones(6)], "loss": np.full(100, 2.0)}
    for first, cause in ((2.0, "learning rate too large"), (0.01, "exploding")):
        assert diagnose(Recording(update_ratio=[[first] * 6] * 2, train_accuracy=[0.1], **late)).cause == cause


def test_what_a_recorder_cannot_measure_costs_no_row():
    """An adapter beside a frozen layer whose input asks for no gradient gets no error: that is nan, until it is 0."""
    rows = [{"gradient": [1.0, 1.0], "error": [np.nan, 1.0]}, {"gradient": [0.0, 1.0], "error": [0.0, 1.0]}]
    assert sound(rows, ("gradient", "error")) == rows
    skipped = [{"gradient": [np.nan, 1.0], "error": [np.nan, 1.0]}, *rows[1:]]
    assert sound(skipped, ("gradient", "error")) == rows[1:]


@pytest.mark.parametrize(("rates", "ratios", "cause"), [
    ([0.05, 0.02, 0.001, 1e-5], [1.5e-3, 7e-4, 4e-5, 4e-7], "learning rate too small"),
    ([0.05] * 4, [1.5e-3] * 4, UNDECIDED)])
def test_a_schedule_that_takes_the_rate_away_at_once_comes_before_a_signal_that_fades_somewhat(rates, ratios, cause):
    """As one that steps once a batch does, and is meant to step once an epoch."""
    way = 0.4 ** np.arange(3)
    signals = {"activation": [[*way, 0.1]] * 4, "error": [[*way[::-1], 1.0]] * 4, "optimizer": "SGD"}
    found = diagnose(Recording(**signals, learning_rate=rates, update_ratio=np.repeat(np.array(ratios)[:, None], 4, 1),
                               steps=[1, 2, 8, 16], loss=np.full(300, 2.0), train_accuracy=[0.1]))
    assert found.cause == cause and ("how often it steps" in found.remedy) is (cause != UNDECIDED)


def test_batches_whose_loss_is_no_number_are_told_to_be_looked_at():
    loss = np.r_[np.linspace(2, 0.1, 30), np.nan, np.inf, np.full(8, 0.1)]
    found = diagnose(Recording(loss=loss, train_accuracy=[0.99], test_accuracy=[0.99]))
    assert found.cause == "healthy" and "look at these batches: 2 of 40 entries" in found.evidence[0]
