"""Steps that lead up the loss: told from steps that are too long where the angle or the loss tells, else left open."""

import numpy as np
import pytest

from test_diagnose_own import ill
from test_diagnose_steps import FALLS, FLAT, ROWS, STEPS, ratios
from test_recorder_loop import Hooks, Module, Node, Watch
from torch_like import tensor
from vgtext.diagnose import UNDECIDED, Recording, diagnose
from vgtext.diagnose.targets import is_away

LOOP, TOO_LARGE = "fault in the training loop", "learning rate too large"
CLIMBS = 2.3 * np.exp(np.linspace(0, 9, 100))
JUMPS = np.r_[2.3, 30.0, 2000.0, 5 + np.random.default_rng(0).random(97)]  # one long step, and no way back
FAILED = {"train_accuracy": [0.1, 0.1]}


def along(value):
    return {"cosine": np.full(ROWS, value)}


@pytest.mark.parametrize("ratio", [1e-3, 0.02, 0.3])
@pytest.mark.parametrize("loss", [CLIMBS, np.r_[CLIMBS, np.nan], FLAT, -FALLS])
def test_steps_along_the_gradient_are_a_fault_of_the_loop_whatever_their_length(ratio, loss):
    found = ill(loss=loss, update_ratio=ratios(4, ratio), **FAILED, **along(0.4))
    assert found.cause == LOOP and "along the gradient" in found.evidence[0] and "maximize" in found.remedy
    assert ill(loss=loss, update_ratio=ratios(4, ratio), **FAILED, **along(-0.4)).cause != LOOP


def test_steps_that_fall_or_learn_do_not_lead_uphill_whatever_a_penalty_adds_to_them():
    assert ill(loss=FALLS, **FAILED, **along(0.9)).cause != LOOP
    assert ill(loss=CLIMBS, train_accuracy=[0.2, 0.97], test_accuracy=[0.97], **along(0.9)).cause == "healthy"


@pytest.mark.parametrize(("value", "cause"), [(0.14, LOOP), (0.07, TOO_LARGE)])
def test_the_limit_of_the_angle_has_its_two_sides(value, cause):
    assert ill(loss=JUMPS, update_ratio=ratios(4, 0.3), **FAILED, **along(value)).cause == cause


def test_one_step_down_the_loss_is_enough_and_what_broke_has_no_angle():
    known = {"loss": JUMPS, "update_ratio": ratios(4, 0.3), **FAILED}
    assert ill(**known, cosine=[-0.2, *[0.5] * (ROWS - 1)]).cause == TOO_LARGE
    assert ill(**known, cosine=[0.5, *[np.nan] * (ROWS - 1)]).cause == LOOP
    assert ill(**known, cosine=[np.nan] * ROWS).cause == TOO_LARGE


@pytest.mark.parametrize(("known", "words"), [
    ({"cosine": [0.5, -1.2]}, "cosine must lie between -1 and 1, got -1.2"),
    ({"cosine": [0.5], "steps": [1, 2], "gradient": [[1.0], [1.0]]}, "cosine must have 2 entries, one for each row")])
def test_an_angle_is_checked(known, words):
    with pytest.raises(ValueError, match=words):
        Recording(**known)


@pytest.mark.parametrize(("loss", "peak", "cause"), [
    (CLIMBS, 0.02, UNDECIDED), (CLIMBS, 0.15, UNDECIDED), (JUMPS, 0.15, TOO_LARGE), (CLIMBS[:20], 0.15, TOO_LARGE),
    (np.r_[CLIMBS[:30], np.nan], 0.15, UNDECIDED), (CLIMBS, 0.3, TOO_LARGE)])
def test_without_an_angle_a_loss_that_climbs_entry_by_entry_is_left_open(loss, peak, cause):
    """Of runs with steps too long none did so: their losses jump. Twenty entries are too few to tell."""
    found = ill(loss=loss, update_ratio=ratios(4, peak), **FAILED)
    assert found.cause == cause and ("sign" in found.remedy) == (cause == UNDECIDED)


@pytest.mark.parametrize(("first", "cause"), [(0.02, UNDECIDED), (0.05, TOO_LARGE)])
def test_a_loss_that_only_rises_is_left_open_where_steps_became_long_with_it(first, cause):
    rises = np.r_[2.3, 2.9, 40.0, 1e3 + 100 * np.random.default_rng(0).random(40)]
    assert ill(loss=rises, update_ratio=ratios(4, first, *[0.5] * (ROWS - 1)), **FAILED).cause == cause


@pytest.mark.parametrize(("loss", "uphill"), [(CLIMBS, True), (JUMPS, False), (FLAT, False), (CLIMBS[:20], False)])
def test_a_log_of_a_loss_that_climbs_entry_by_entry_asks_for_the_sign(loss, uphill):
    found = diagnose(Recording(loss=loss, **FAILED))
    assert found.cause == UNDECIDED and ("lead uphill" in found.remedy) is uphill and TOO_LARGE in found.candidates


def test_a_loss_below_0_that_falls_all_the_way_has_steps_as_they_were_to_be():
    sinks = {"update_ratio": ratios(4, 0.3), **FAILED}
    assert ill(loss=-CLIMBS, **sinks).cause == UNDECIDED and "sign" in ill(loss=-CLIMBS, **sinks).remedy
    assert ill(loss=np.r_[-FALLS, FALLS], **sinks).cause == TOO_LARGE


def told(sign, reported, classes, steps=4, seed=0, size=1.0):
    """The slips that are seen where the error is that of the cross-entropy times ``sign``."""
    rng, watch, n = np.random.default_rng(seed), Watch(Module(), Hooks()), 60
    for _ in range(steps):
        watch.forget()
        targets, z = rng.integers(max(classes, 2), size=n), size * rng.standard_normal((n, classes))
        logits = z if classes > 1 else np.hstack([0 * z, z])
        p = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
        error = (p - np.eye(p.shape[1])[targets])[:, -classes:]
        out = tensor(z, True)
        watch.leaves(out, [tensor(1.0, True)])
        out.hooks[0](tensor(sign * error / n))
        names = ("NllLoss", "LogSoftmax") if classes > 1 else ("BinaryCrossEntropyWithLogits",)
        loss = -np.log(p[np.arange(n), targets]).mean()
        watch.steps(Node(*names, "Addmm"), reported * loss, True, True)
    return watch.words().get("loop", [])


@pytest.mark.parametrize("classes", [1, 2, 5])
@pytest.mark.parametrize("size", [1.0, 60.0])
def test_a_loss_with_the_wrong_sign_is_seen_whichever_sign_is_reported(classes, size):
    for reported in (-1, 1):
        assert "loss negated" in told(-1, reported, classes, size=size)
    assert "loss negated" not in told(1, 1, classes, size=size)
    assert "loss negated" not in told(-1, 1.2, classes, size=size), "another loss"
    assert "loss negated" not in told(-1, 1, classes, steps=1, size=size)


def test_an_answer_that_costs_as_much_for_either_class_tells_nothing():
    assert is_away(np.zeros((8, 2)), np.tile([0.5, -0.5], (8, 1)), np.log(2)) is None


def test_recorded_steps_and_their_words_reach_a_report_and_a_file(tmp_path):
    made = Recording(loss=CLIMBS, update_ratio=ratios(4, 0.3), steps=STEPS, **FAILED, **along(1.0))
    made.save(tmp_path / "run.npz")
    again = Recording.load(tmp_path / "run.npz")
    assert diagnose(again).cause == LOOP and again.cosine.tolist() == [1.0] * ROWS
