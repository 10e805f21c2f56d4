"""Steps that a recorder does not see, backward passes that do not reach the network, and layers that it never sees."""

import numpy as np
import pytest

from test_recorder import WIDTHS, data
from torch_like import SGD, Net
from vgtext.diagnose import UNDECIDED, Recorder, Recording, diagnose
from vgtext.diagnose.rules import UNSEEN
from vgtext.diagnose.slips import SLIPS
from vgtext.diagnose.table import LOOP

FLAT, FELL = np.full(100, 2.0), np.linspace(2.0, 0.5, 100)


def recorded(turn, steps=40, ask=True):
    """Recorded is a loop whose turn is ``turn(recorder, optimizer, backward)``; do weights ask for one?"""
    net, (x, y) = Net(WIDTHS), data()
    for weight in net.parameters():
        weight.requires_grad = ask
    optimizer = SGD(net.parameters())
    recorder = Recorder(net, optimizer)
    for _ in range(steps):
        optimizer.zero_grad()
        out = net(x)
        turn(recorder, optimizer, lambda out=out: net.backward(out, y))
    return recorder.recording()


def too_early(recorder, optimizer, backward):
    recorder.step(backward())
    optimizer.step()


def no_step(recorder, optimizer, backward):
    recorder.step(backward())


def no_way_back(recorder, optimizer, backward):
    recorder.step(2.0)


def test_a_recorder_that_is_told_before_the_step_keeps_its_first_record_and_says_so():
    """Each record was put in place of the one before, as where gradients are added up over batches."""
    made = recorded(too_early)
    assert made.steps.tolist() == [*range(1, 17), *range(32, 41)] and not made.update.any()
    found = diagnose(made)
    assert found.cause != "layers not trained" and found.evidence[-1] == UNSEEN


def test_an_optimizer_that_makes_no_step_is_told_where_it_belongs():
    made = recorded(no_step)
    found = diagnose(made)
    assert found.cause == "layers not trained" and UNSEEN not in found.evidence and made.steps.tolist() == [16, 40]
    assert "or it makes no step between the backward pass and recorder.step" in found.evidence[0]


def test_a_backward_pass_that_does_not_reach_the_network_is_named():
    """Its gradients of 0 were read as those of a flat output."""
    made = recorded(no_way_back)
    assert made.loop == ("no backward pass",) and diagnose(made).cause == LOOP
    assert recorded(no_step).loop is None
    assert recorded(no_way_back, ask=False).loop is None, "no weight asks for a gradient: its layers are frozen"


@pytest.mark.parametrize(("more", "unseen"), [
    ({"loss": FELL}, True), ({"loss": FLAT}, False), ({"loss": FLAT, "weight": [[1.0] * 4, [1.5] * 4]}, True),
    ({"loss": FELL, "update": [[0.0] * 4, [0.0, 1e-3, 0.0, 0.0]]}, False)])
@pytest.mark.parametrize("accuracy", [{}, {"train_accuracy": [0.5, 0.97], "test_accuracy": [0.5, 0.97]}])
def test_updates_of_0_say_nothing_where_the_weights_or_the_loss_moved(more, unseen, accuracy):
    rows = {name: np.ones((2, 4)) for name in ("gradient", "activation", "weight")} | {"update": np.zeros((2, 4))}
    found = diagnose(Recording(**rows | more | accuracy))
    assert (found.evidence[-1] == UNSEEN) == unseen == (found.cause != "layers not trained")
    assert not (unseen and accuracy) or found.cause == "healthy"


def test_a_network_all_of_whose_matrices_are_frozen_is_not_told_to_raise_the_rate():
    """Biases alone may be trained: of their steps nothing is recorded."""
    rows = {name: np.ones((2, 4)) for name in ("activation", "weight", "error")}
    rows |= {name: np.zeros((2, 4)) for name in ("gradient", "update")}
    found = diagnose(Recording(**rows, frozen=[True] * 4, loss=np.linspace(2.0, 1.9, 100), train_accuracy=[0.1, 0.4]))
    assert found.cause == UNDECIDED and "no layer's weights get a gradient" in found.remedy


@pytest.mark.parametrize("outputs", [0.0, 0.2])
def test_labels_are_not_blamed_where_some_outputs_are_always_0(outputs):
    """As where a ReLU ends the network: what these outputs stand for is never answered."""
    rows = {name: np.ones((2, 4)) for name in ("gradient", "activation", "weight")} | {"update": np.full((2, 4), 1e-2)}
    stands = np.r_[np.linspace(2, 1, 40), np.full(60, 1.0)]
    found = diagnose(Recording(**rows, loss=stands, train_accuracy=[0.1, 0.6], test_accuracy=[0.1, 0.6], input=[1, 1],
                               dead=[[0.0] * 3 + [outputs]] * 2))
    assert found.cause == (UNDECIDED if outputs else "label noise")
    assert ("Some outputs are 0" in found.remedy) == bool(outputs)


@pytest.mark.parametrize("accuracy", [0.99, 0.5])
def test_of_a_run_of_which_no_layer_was_seen_it_is_said_how_to_record_it(accuracy):
    found = diagnose(Recording(loss=FELL, train_accuracy=[0.1, accuracy], loop=["no layer seen"]))
    assert found.cause == UNDECIDED and SLIPS["no layer seen"].remedy in found.remedy
    assert ("it has learned" in found.remedy) == (accuracy == 0.99)
