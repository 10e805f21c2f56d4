"""The bench reports what nn.train records, at its own times, and answers predictions by the run."""

import json
import re
from itertools import count

import numpy as np
import pytest

from vgtext import nn
from vgtext.diagnose import Recording
from vgtext.live import bench as module
from vgtext.live.bench import EARLY, FLOOR, SIZES, TARGET, Bench, train, verdict
from vgtext.live.bench_page import runs
from vgtext.nn.training import Breakdown

QUICK = "depth=4&width=16&activation=tanh&steps=100"


def slow_clock(seconds):
    """Return a clock that goes on by so many seconds each time one looks at it."""
    ticks = count()
    return lambda: seconds * next(ticks)


def history_of(bench):
    """Return what nn.train says of the same recipe, recorded at every step."""
    data, recipe = nn.data.digits(), bench.recipe
    network = recipe.network()
    return network, nn.train(network, data.x, data.y, steps=recipe.steps, record_every=1, progress=False,
                             test=(data.x_test, data.y_test), **recipe.training())


@pytest.mark.parametrize("query", [QUICK, f"{QUICK}&norm=batch&shortcut=residual&optimizer=adam&rate=0.001",
                                   f"{QUICK}&activation=relu&init=he_normal&clip=0.5".replace("activation=tanh&", "")])
def test_reports_are_what_train_records(query):
    bench = Bench(query, slow_clock(0.03))
    reports = list(bench.reports())
    network, history = history_of(bench)
    assert np.array_equal(np.concatenate([report["losses"] for report in reports]), history.loss)
    units = np.array([len(layer.W) for layer in network.layers[1:]])
    for report in reports:
        for name, key in SIZES.items():
            wanted = getattr(history, key)[report["step"] - 1, 1:]
            wanted = np.log10(wanted) if name == "ratio" else wanted * np.log10(2)
            wanted = wanted - 0.5 * np.log10(units) if name == "activation" else wanted
            np.testing.assert_allclose(report["layers"][name], wanted, atol=6e-4)
    assert reports[-1]["accuracy"]["train"] == history.train_accuracy[-1]
    assert reports[-1]["accuracy"]["test"] == history.test_accuracy[-1]
    assert np.array_equal(bench.network.theta, network.theta)


def test_early_steps_are_reported_and_later_ones_by_the_clock():
    still = [report["step"] for report in Bench(QUICK, lambda: 0.0).reports()]
    assert still == [*EARLY, 100]
    busy = [report["step"] for report in Bench(QUICK, slow_clock(1.0)).reports()]
    assert busy == list(range(1, 101))


def test_reports_can_be_written_as_json_and_only_the_last_ends():
    reports = list(Bench(QUICK, slow_clock(0.03)).reports())
    json.dumps(reports, allow_nan=False)
    assert [report["end"] for report in reports] == [False] * (len(reports) - 1) + [True]
    assert "outcome" in reports[-1] and not any("outcome" in report for report in reports[:-1])
    *_, last = Bench(QUICK, lambda: 0.0).reports(1000)  # more steps than the recipe has
    assert last["step"] == 100 and last["outcome"] == reports[-1]["outcome"] and last["layers"] == reports[-1]["layers"]


def test_a_run_goes_on_where_it_was_left():
    whole = Bench(QUICK, lambda: 0.0)
    losses = [loss for report in whole.reports() for loss in report["losses"]]
    parts = Bench(QUICK, lambda: 0.0)
    found = [loss for report in parts.reports(1) for loss in report["losses"]]
    assert parts.step == 1
    halted = parts.reports()
    found += next(halted)["losses"]
    halted.close()  # as a page does that wants it to stop
    found += [loss for report in parts.reports() for loss in report["losses"]]
    assert found == losses and parts.ended and list(parts.reports()) == []


def test_the_page_can_go_on_begin_anew_and_change_the_recipe():
    assert [report["step"] for report in train(QUICK, steps=2)] == [1, 2]
    first = module._bench
    assert [report["step"] for report in train(QUICK, steps=1, anew=False)] == [3] and module._bench is first
    assert [report["step"] for report in train(QUICK, steps=1)] == [1] and module._bench is not first
    assert [report["step"] for report in train(f"{QUICK}&seed=1", steps=1, anew=False)] == [1]


def test_nan_ends_the_run_with_a_sentence():
    reports = list(Bench("depth=20&activation=relu&init=he_normal&gain=3").reports())
    last = reports[-1]
    assert last["end"] and last["layers"] is None and last["outcome"] == "explodes"
    assert re.fullmatch(r"The run broke at step 2: nan or inf in the activation of layer \d\.", last["broke"])
    assert module._broke(Breakdown(7, 20, "loss")) == "The run broke at step 7: nan or inf in the loss."
    assert last["verdict"]["cause"] == "exploding" and last["verdict"]["page"].startswith("notebooks/mitigation.html")


@pytest.mark.parametrize(("query", "outcome"), [
    ("", "vanishes"), ("activation=tanh", "learns"), ("depth=3&activation=tanh&rate=10&steps=100", "neither"),
    (runs.RECIPES["100 ReLU layers"].query(), "vanishes"),
    (runs.RECIPES["100 ReLU layers, shortcuts and layer norm"].query(), "learns"),
    (runs.RECIPES["100 plain tanh layers, orthogonal weights"].query(), "learns"),
])
def test_outcomes(query, outcome):
    last = list(Bench(query, lambda: 0.0).reports())[-1]
    assert last["outcome"] == outcome
    assert (last["accuracy"]["train"] >= TARGET) == (outcome == "learns")


def test_what_judges_a_whole_run_is_undecided_before_its_end():
    sizes = {name: np.ones((1, 5)) for name in ("gradient", "activation")}
    recording = Recording(loss=np.r_[np.linspace(2, 1, 50), np.ones(150)], train_accuracy=[0.6],
                          update_ratio=np.full((1, 5), 4e-3), **sizes)
    assert verdict(recording)["cause"] == "label noise"
    assert verdict(recording, ended=False)["cause"] == "undecided"


def test_exact_zeros_stand_on_the_floor():
    bench = Bench("depth=3&activation=relu&steps=100", lambda: 0.0)
    bench.network.layers[1].b[...] = -1000  # every unit is dead: no gradient goes to layer 1
    report = next(bench.reports())
    assert report["layers"]["activation"][0] == report["layers"]["gradient"][0] == report["layers"]["ratio"][0] == FLOOR
