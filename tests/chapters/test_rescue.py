"""The laws behind the chapter, samples of its stored runs made again, its examination, its figures, and its prose."""

from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from figures import caption_of, check_figure, theory_of
from prose import check_prose, prose, said
from vgtext import nn
from vgtext.ask import Verdict, check
from vgtext.chapters import rescue as lab
from vgtext.chapters.rescue import checked, instruments, runs
from vgtext.chapters.rescue.charts import make_chart
from vgtext.chapters.rescue.patient import LOST
from vgtext.diagnose import Recording, diagnose, measure_symptoms
from vgtext.tools.notebooks import figures

FIGURES = figures("rescue")
caption = partial(caption_of, FIGURES)
CHARTS = lab.charts()
STAGES = list(lab.STAGES)
any_plan = st.builds(lab.Plan, *(st.sampled_from(list(x)) for x in (lab.ACTIVATIONS, lab.INITS, lab.WAYS, lab.RATES)))


# Directions


@given(st.integers(1, 8), st.integers(0, 99))
def test_images_spread_alike_in_k_directions_count_k(k, seed):
    rng = np.random.default_rng(seed)
    c = np.linalg.qr(rng.normal(size=(40, k + 1)) - 0.0)[0][:, :k]  # orthonormal columns
    c = np.linalg.qr(c - c.mean(axis=0))[0]  # and without a mean over the images
    a = np.linalg.qr(rng.normal(size=(12, k)))[0] @ c.T + rng.normal(size=(12, 1))
    assert lab.directions(a) == pytest.approx(k)


@given(arrays(float, (6, 15), elements=st.floats(-5, 5)), st.integers(0, 99))
def test_directions_do_not_change_with_scale_shift_and_rotation(a, seed):
    d = lab.directions(a)
    rng = np.random.default_rng(seed)
    q = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    spread = np.abs(a - a.mean(axis=1, keepdims=True)).max()
    assert d == 0 if spread == 0 else 0 <= d <= 6 + 1e-9
    if spread > 1e-3:
        assert lab.directions(7 * q @ a + 3) == pytest.approx(d, rel=1e-6)
        assert lab.directions(1e-120 * a) == pytest.approx(d, rel=1e-6)


def test_directions_agree_with_the_equation():
    a = np.random.default_rng(0).normal(2, 1, (9, 30))
    s = np.linalg.svd(a - a.mean(axis=1, keepdims=True), compute_uv=False)
    assert lab.directions(a) == pytest.approx(np.sum(s**2) ** 2 / np.sum(s**4))
    assert lab.directions(np.full((3, 4), 0.7)) == 0


def test_wide_layers_follow_the_theory_of_directions_at_first_and_width_decides_how_long():
    x, theory = lab.digits().x[:, :256], lab.predicted_directions()
    a, found = x, []
    for block in lab.build(lab.Plan("ReLU", "He"), width=1024, depth=6).blocks[:4]:
        a = block.forward(a)
        found.append(lab.directions(a))
    assert found == pytest.approx(theory[:4], rel=0.15)
    at_20 = [np.mean([instruments.kept(lab.Plan("ReLU", "He"), n, seed)[19] for seed in range(3)]) for n in (16, 128)]
    assert at_20[0] < at_20[1] < theory[19]


def test_the_theory_of_directions_is_the_formula_of_pairs():
    """E relu(u) relu(v) of correlated Gaussians, drawn instead of computed."""
    rng, x = np.random.default_rng(1), lab.digits().x[:, :256].astype(float)
    z = rng.normal(size=(20_000, 64)) @ x * np.sqrt(2 / 64)
    assert lab.directions(np.maximum(z, 0)) == pytest.approx(lab.predicted_directions()[0], rel=0.02)


# Error signals


@pytest.mark.parametrize("activation", list(lab.ACTIVATIONS))
@pytest.mark.parametrize("init", list(lab.INITS))
@pytest.mark.parametrize("way", ["nothing", "layer norm"])
def test_error_signals_follow_the_theory(activation, init, way):
    plan = lab.Plan(activation, init, way)
    measured, theory = lab.start(plan).error, instruments.predicted_error(plan)
    assert measured[-1] == theory[-1] == 0
    assert np.abs(measured - theory).max() < 1.0 + 0.03 * np.abs(theory).max()  # width 64, one seed


def test_the_theory_is_that_of_the_error_at_the_outputs():
    """Of layer 1 that leaves out its own slopes, the smallest of a tanh network: with them it is 0.16 powers lower."""
    plan = lab.Plan("tanh", "Glorot")
    measured = np.mean([lab.start(plan, width=128, seed=seed).error[0] for seed in range(3)])
    assert measured == pytest.approx(instruments.predicted_error(plan)[0], abs=0.07)


def test_follow_measures_the_derivative_of_the_loss():
    d, plan = lab.digits(), lab.Plan("tanh", "Glorot", "residual + layer norm")
    net = lab.build(plan, depth=5, dtype="float64")
    x, y = d.x[:, :16].astype(float), d.y[:16]
    found = lab.follow(net, x, y)
    tail = nn.Network(net.blocks[1:], dtype="float64")  # what comes after layer 1, with the same weights
    full = lab.build(plan, depth=5, dtype="float64")
    a, da = full.blocks[0].forward(x), np.random.default_rng(0).normal(size=(64, 16))
    for own, other in zip(tail.layers[1:], full.layers[2:], strict=True):
        own.W[...], own.b[...] = other.W, other.b
    rise = (tail.loss(tail.forward(a + 1e-6 * da), y)[0] - tail.loss(tail.forward(a - 1e-6 * da), y)[0]) / 2e-6
    dL_da = tail.loss(tail.forward(a), y)[1]
    for block in reversed(tail.blocks):
        dL_da = block.backward(dL_da)
    assert np.vdot(dL_da, da) == pytest.approx(rise, rel=1e-5)
    last = full.loss(full.forward(x), y)[1]
    assert found.error[0] == pytest.approx(
        np.log10(np.linalg.norm(dL_da)) - np.log10(np.linalg.norm(full.blocks[-1].backward(last))), abs=1e-6)


@given(st.integers(3, 500), st.floats(0.01, 0.9))
def test_what_a_layer_can_afford_makes_the_round_trip(depth, limit):
    c = lab.affordable(depth, limit)
    assert c ** (2 * (depth - 2)) == pytest.approx(limit)


# Stored runs: samples of them again


def clear_plans(count, seed):
    """Random plans whose neighbors in learning rate have the same fate."""
    rng, several = np.random.default_rng(seed), lab.plans()
    while count:
        plan = several[rng.integers(len(several))]
        i = lab.RATES.index(plan.rate)
        near = [lab.accuracy(p)[1] for p in lab.rates_of(plan)[max(i - 1, 0) : i + 2]]
        if max(near) < 0.15 or min(near) > 0.92:
            count -= 1
            yield plan


@pytest.mark.parametrize("plan", list(clear_plans(4, seed=3)), ids=str)
def test_random_plans_come_out_again(plan):
    losses, right = runs.train(plan)
    kept = runs.stored()[0][plan.cell]
    assert losses[:3] / 1000 == pytest.approx(kept[:3], rel=0.1, abs=0.1)
    assert right[1] / lab.digits().y_test.size == pytest.approx(lab.accuracy(plan)[1], abs=0.06)


@pytest.mark.parametrize("name", ["as admitted", "1: ReLU", "2: He's weights", "B", "C"])
def test_charts_come_out_again(name):
    """The first record and the diagnosis do not hinge on rounding; the last accuracy may."""
    kept, fresh = CHARTS[name], make_chart(name)
    for field in ("activation", "error", "gradient", "got", "flat"):
        a, b = getattr(kept, field)[0], getattr(fresh, field)[0]
        assert np.where(b < 1e-20, 0, b) == pytest.approx(np.where(b < 1e-20, 0, a), rel=0.1, abs=1e-6), field
    assert fresh.loss[0] == pytest.approx(kept.loss[0], rel=0.01)
    assert diagnose(fresh.recording()).cause == diagnose(kept.recording()).cause


def test_a_chart_hands_over_which_share_is_of_training():
    last = "4: residual + layer norm"
    handed = CHARTS[last].recording()
    (train,), (test,) = handed.train_accuracy, handed.test_accuracy
    assert (train, test) == pytest.approx(runs.accuracy(lab.STAGES[last]), abs=0.03) and train > test


def test_a_loss_that_broke_down_is_told_up_to_the_last_that_was_a_number(monkeypatch):
    plan, sizes = lab.Plan(), np.array([1438, 359])
    kept = {plan.cell: np.append([2.5, 3.0, 9.0], np.full(27, 2.303))}
    monkeypatch.setattr(runs, "stored", lambda: (kept, {plan.cell: np.rint(0.1 * sizes) / sizes}))
    np.testing.assert_array_equal(runs.loss(plan), np.append([2.5, 3.0, 9.0], np.full(27, np.nan)))


def test_below_the_shade_no_float32_weight_moves_and_above_it_some_do():
    w = np.append(1, np.random.default_rng(0).uniform(1, 2, 10_000)).astype(np.float32)
    for share, moves in ((0.99, False), (1.01, True)):
        assert ((w - w.astype(float) * share * LOST).astype(np.float32) != w).any() == moves


def test_stored_runs_are_whole():
    losses, right = runs.stored()
    assert losses.shape == (3, 3, 6, 5, 30) and right.shape == (3, 3, 6, 5, 2)
    assert ((right >= 0) & (right <= 1)).all() and (losses >= 0).all()
    assert len(lab.plans()) == 270 and [plan.cell for plan in lab.plans()] == list(np.ndindex(3, 3, 6, 5))


def test_asked_and_got_agree_unless_weights_are_coarse():
    for name, chart in CHARTS.items():
        asked, got = chart.asked[0], chart.got[0]
        if name != "C":
            seen = asked > 1e-6
            assert got[seen] == pytest.approx(asked[seen], rel=0.05), name
    assert lab.share_kept("C") == pytest.approx(0.2, abs=0.05)


# What the text says


def test_four_mends_and_the_diagnosis_after_each():
    said = [diagnose(CHARTS[name].recording()).cause for name in STAGES]
    assert said == ["vanishing by activation", "vanishing by initialization", "learning rate too small", "label noise",
                    "healthy"]
    ends = [np.mean(CHARTS[name].loss[-10:]) for name in STAGES]
    assert abs(ends[1] - np.log(10)) < 0.01 and ends[2] < 2.0 < ends[3] and ends[4] < 0.1
    weight = CHARTS["1: ReLU"].gradient[0]
    assert weight[:-1].max() / weight[:-1].min() < 30 and weight.max() < 1e-15
    first = CHARTS["as admitted"]
    assert np.log10(first.error[0, -1] / first.error[0, 0]) > 40 and not first.flat.any()
    assert measure_symptoms(first.recording()).backward == pytest.approx(1 / 7, abs=0.01)
    assert CHARTS["2: He's weights"].got[0, :-1].max() < 3e-4


@pytest.mark.parametrize("missed", [{"factor": 31.0}, {"train": 0.94}, {"test": 0.89}])
def test_every_bar_has_to_be_reached(missed):
    reached = {"factor": 29.0, "train": 0.96, "test": 0.91}
    assert checked.Finding(seed=0, directions=9.0, recording=None, **reached).passes
    assert not checked.Finding(seed=0, directions=9.0, recording=None, **{**reached, **missed}).passes


def test_losses_are_drawn_as_they_are_and_left_out_above_5():
    plan = lab.Plan(way="residual")
    figure, (layers, losses) = plt.subplots(1, 2)
    lab.draw_operation(layers, losses, plan.activation, plan.init, plan.way)
    drawn = [line.get_ydata() for line in losses.lines[1:]]  # the first line is that of guessing
    plt.close(figure)
    expected = [np.where(runs.loss(each) < 5, runs.loss(each), np.nan) for each in lab.rates_of(plan)]
    assert len(drawn) == len(expected)
    assert all(any(np.array_equal(found, loss, equal_nan=True) for found in drawn) for loss in expected)
    assert any(np.isnan(found).any() and np.isfinite(found).any() for found in drawn)


def test_no_single_change_rescues_and_two_do():
    counts = [sum(map(lab.rescued, several)) for several in lab.by_changes().values()]
    assert counts == [0, 0, 7, 27, 27] and sum(counts) == 61
    assert said("rescue", "“No known solution”: # of # plans are solutions") == [sum(counts), len(lab.plans())]
    ones, twos = ([plan for plan in lab.plans() if len(plan.changes) == n] for n in (1, 2))
    poor = sum(lab.accuracy(plan)[1] < 0.2 for plan in ones)
    assert said("rescue", "# of the # leave the test accuracy below #%") == [poor, len(ones), 20]
    smallest = [plan for plan in twos if lab.rescued(plan)]
    neither = sum(not {"activation", "init"} & {*plan.changes} for plan in smallest)
    assert said("rescue", "# of the # smallest rescues touch neither") == [neither, len(smallest)]
    one = {plan: lab.accuracy(plan)[1] for plan in lab.by_changes()[1]}
    assert {plan.way for plan, test in one.items() if test >= 0.2} == {"batch norm", "residual + layer norm"}
    assert len(one) == 13
    least = lab.least_changes()
    assert sum(plan.changes == ("way", "rate") for plan in least) == 6
    assert [plan for plan in least if plan.activation == "tanh"] == [lab.Plan("tanh", way="residual")]
    assert set(lab.needed(lab.STAGES[STAGES[-1]])) == {"way", "rate"}
    assert {p.way for p in lab.plans() if lab.rescued(p) and len(p.changes) == 4} == {
        "residual", "residual / L", "residual + layer norm"}


def test_what_the_reader_is_told_to_expect():
    relu = [lab.Plan("ReLU", "He", way, rate) for way in ("residual", "residual / L") for rate in lab.RATES]
    assert not any(map(lab.rescued, relu[:5])) and any(map(lab.rescued, relu[5:]))
    assert max(lab.accuracy(p)[1] for p in relu[:5]) < 0.15
    plain = [p.rate for p in lab.rates_of(lab.Plan("tanh", "Glorot")) if lab.rescued(p)]
    assert plain == [0.02] and lab.start(lab.Plan("tanh", "Glorot")).directions[-1] < 2
    for seed, ends in ((1, 0.55), (2, 0.8)):  # 0.50 to 0.60, by the processor, and 0.80
        accuracy = runs.train(lab.Plan("tanh", "Glorot", rate=0.02), seed=seed)[1][1] / 359
        assert accuracy == pytest.approx(ends, abs=0.065)
    normed = [lab.accuracy(p)[1] for p in lab.rates_of(lab.Plan("tanh", way="layer norm"))]
    assert normed[0] > 0.8 and normed == sorted(normed, reverse=True)
    sigmoid = [lab.rescued(p) for p in lab.rates_of(lab.Plan(way="residual + layer norm"))]
    assert sigmoid == [False, True, True, True, True]


def test_the_forecast():
    says, came = lab.forecasts().T
    assert ((says == came).sum(), (says & ~came).sum(), (~says & came).sum()) == (48, 3, 3)
    hopeful = [p for p in lab.plans() if p.rate == 0.001 and instruments.promising(p)
               and not any(map(lab.rescued, lab.rates_of(p)))]
    assert sum((p.activation, p.way) == ("sigmoid", "residual") for p in hopeful) == 2
    for init, percent in (("Glorot", 1), ("He", 1), ("PyTorch default", 0.5)):
        a = lab.digits().x[:, :256]
        for block in lab.build(lab.Plan(init=init, way="residual")).blocks[:49]:
            a = block.forward(a)
        apart = np.linalg.norm(a - a.mean(axis=1, keepdims=True)) / np.linalg.norm(a)
        assert a.mean() == pytest.approx(24, abs=0.5) and 100 * apart == pytest.approx(percent, rel=0.21)
    said("rescue", "what tells them apart is about a percent of it. (From PyTorch's weights it is half a percent")
    assert [p.rate for p in lab.rates_of(lab.Plan(way="residual")) if lab.rescued(p)] == [0.5]  # "the rate 0.5"


def test_widths_and_ways_of_directions():
    last = {way: instruments.kept(lab.Plan("ReLU", "He", way))[-1] for way in lab.WAYS}
    assert last["nothing"] < 1.5 and last["residual"] < 1.1 and last["layer norm"] < 3
    assert last["batch norm"] > 6 and last["residual + layer norm"] > 10
    assert lab.predicted_directions().max() == pytest.approx(52, abs=0.5)
    assert lab.predicted_directions()[-1] == pytest.approx(13, abs=0.5)


def test_another_seed_gives_the_same_verdict_for_38_of_40():
    _, one, two = lab.again()
    bars = (lab.TRAIN_BAR, lab.TEST_BAR)
    assert sum((one >= bars).all(axis=1) == (two >= bars).all(axis=1)) == 38 and len(one) == 40
    assert said("rescue", "of our # plans were trained again: the verdict was the same for #.") == [270, 38]


def test_case_files():
    assert [lab.diagnosis(case).cause for case in lab.NAMES] == [
        "exploding", "dead units", "learning rate too small", "undecided"]
    a, b, d = (CHARTS[case] for case in "ABD")
    assert a.gradient[0, 0] > 1000 * a.gradient[0, -1] and a.got[0, 0] > 3 and a.got[-1, 0] == 0 and a.flat[-1, 0] > 0.7
    assert not b.gradient.any() and b.flat[0, 5] == 1 and (b.flat[0, :5] < 0.5).all()
    assert np.mean(CHARTS["C"].loss[-10:]) == pytest.approx(2.6, abs=0.1)
    assert runs.stored()[0][lab.Plan("ReLU", "He", "residual + layer norm").cell][-1] == pytest.approx(1.2, abs=0.1)
    assert d.error[0, -1] / d.error[0, 0] == pytest.approx(7, abs=1) and not d.flat.any()
    assert abs(np.mean(d.loss[-10:]) - np.log(10)) < 0.1


def test_monday_has_the_limits_of_this_chapter():
    page = prose("rescue").split("## Record a run of your own")[1].split("## In practice")[0]
    for words in (f"{lab.EVEN:.0f}-fold", f"fewer than {lab.ENOUGH:.0f}"):
        assert words in page, words
    assert ("../book/checklist.md" in page) == (Path(__file__).parents[2] / "book/checklist.md").exists()


def test_the_curve_of_infinite_width_stands_at_its_layers():
    [theory] = theory_of(FIGURES["directions"])
    assert theory == pytest.approx(dict(enumerate(instruments.predicted_directions(), 1)))


# The examination


def patient(seed, **changes):
    options = {"depth": 50, "activation": "sigmoid", "init": "standard_uniform", "seed": seed, **changes}
    return nn.mlp(64, options.pop("width", 64), options.pop("classes", 10), **options)


@pytest.mark.parametrize("make, words", [
    (partial(patient, depth=49), "this one has 49"),
    (partial(patient, width=32), "Layer 1 must have 64 units"),
    (partial(patient, classes=9), "Layer 50 must have 10 units"),
    (lambda seed: None, "got nothing"),
    (lambda seed: "patient", "the text 'patient'"),
    (lambda: patient(0), "cannot take its arguments"),
    (lambda seed: 1 / 0, "ZeroDivisionError"),
    (patient(0), "my_network and not my_network(0)"),
])
def test_what_is_not_allowed_is_named(make, words):
    verdict = lab.check_rescue(make)
    assert isinstance(verdict, Verdict) and not verdict.right and words in verdict.words


@pytest.mark.parametrize("training, words", [
    ({"learning_rate": 0}, "above 0"), ({"learning_rate": "fast"}, "the text 'fast'"),
    ({"learning_rate": True}, "above 0"), ({"learning_rate": np.nan}, "above 0"),
    ({"optimizer": "lion"}, "sgd, momentum, adam"),
])
def test_training_that_is_not_allowed_is_named(training, words):
    verdict = lab.check_rescue(patient, **training)
    assert not verdict.right and words in verdict.words


def test_weights_that_are_nan_are_refused():
    def broken(seed):
        net = patient(seed)
        net.layers[3].W[0, 0] = np.nan
        return net

    assert "nan" in lab.check_rescue(broken).words


def test_the_rescue_passes_and_the_patient_does_not(capsys):
    verdict = lab.check_rescue(patient, learning_rate=0.001)
    assert not verdict.right and "vanishing by activation" in verdict.words
    assert lab.check_rescue(partial(patient, norm="layer", shortcut="pre"), learning_rate=0.02).right
    shown = capsys.readouterr().out.splitlines()
    assert [line[:7] for line in shown] == ["seed 0:", "seed 0:", "seed 1:"] and max(map(len, shown)) <= 85


@pytest.mark.parametrize("changes, rate, words", [
    ({"activation": "relu", "init": "he_normal"}, 0.02, "directions reach the last hidden layer"),
    ({"activation": "relu", "init": "he_normal", "shortcut": "residual"}, 0.02, "The likely cause: exploding"),
    ({"norm": "layer", "shortcut": "pre"}, 0.0002, "learning rate too small"),
])
def test_a_hint_names_the_likely_cause(changes, rate, words):
    verdict = lab.check_rescue(partial(patient, **changes), learning_rate=rate, seeds=(0,))
    assert not verdict.right and words in verdict.words


def test_a_network_that_learns_but_not_enough_is_told_so():
    d = lab.digits()
    good = Recording(loss=np.linspace(2, 0.1, 50), train_accuracy=[0.96], test_accuracy=[0.88])
    finding = checked.Finding(0, 2.0, 9.0, 0.96, 0.88, good)
    assert not finding.passes and "test accuracy is 88%" in checked.hint(finding) and len(d.y) == 1438


# The Monday tool


def recorded(**options):
    rows, size = {"gradient": [], "weight": [], "update": [], "activation": []}, np.linalg.norm
    losses = []
    for loss, W, dW, W_new, a in lab.numpy_run(**options):
        losses.append(loss)
        rows["gradient"].append([size(g) for g in dW])
        rows["weight"].append([size(w) for w in W])
        rows["update"].append([size(new - w) for new, w in zip(W_new, W)])
        rows["activation"].append([np.sqrt(np.mean(x**2)) for x in a])
    return Recording(loss=losses, **rows)


def test_a_loop_in_plain_numpy_can_be_diagnosed():
    assert diagnose(recorded()).cause == "vanishing by initialization"
    assert diagnose(recorded(std=0.35, steps=1)).cause == "exploding"


def test_the_plain_loop_has_right_gradients():
    """Of the last layer and of the first: a small step along the gradient lowers the loss by its square."""
    first, second = (next(iter(lab.numpy_run(std=0.2, layers=3, units=8, seed=s))) for s in (0, 1))
    assert first[0] != second[0]
    steps = list(lab.numpy_run(std=0.2, layers=3, units=8, steps=2, rate=1e-5))
    fall = sum(np.sum(g**2) for g in steps[0][2]) * 1e-5
    assert steps[0][0] - steps[1][0] == pytest.approx(fall, rel=0.01)


# Figures and prose


@pytest.mark.parametrize("name", FIGURES)
def test_figures_draw_everywhere(name):
    check_figure(FIGURES[name])


def test_captions_say_what_is_seen():
    assert "Diagnosis: label noise" in caption("stages", stage="3: rate × 20")
    assert "Rescued at η = 0.005, 0.02, 0.1, 0.5" in caption("operation", activation="sigmoid", init="PyTorch default")
    assert "exactly 0 in all 10 layers" in caption("case", case="B")
    assert "At infinite width it would have 13" in caption("directions")


def test_a_rate_that_is_called_the_best_is_alone_and_one_whose_line_is_not_seen_is_called_above_it():
    alike, above = 0, 0
    for plan in (plan for plan in lab.plans() if plan.rate == lab.RATES[0]):
        panels = plt.figure().subplots(1, 2)
        words = lab.draw_operation(*panels, plan.activation, plan.init, plan.way)
        right = [lab.accuracy(lab.Plan(plan.activation, plan.init, plan.way, rate))[0] for rate in lab.RATES]
        if "breaks down" not in words:
            assert ("among the best in training" in words) == (right.count(max(right)) > 1), words
            alike += "among" in words
        for line in panels[1].lines:
            if line.get_label().startswith(("best", "patient's")):
                [sign] = (text.get_text() for text in panels[1].texts if line.get_label() in text.get_text())
                assert sign.endswith(", above 5") == (not np.isfinite(line.get_ydata()).any()), sign
                above += "above" in sign
        plt.close()
    assert (alike, above) == (10, 2)


def test_what_is_told_of_a_case_is_in_its_panel():
    for case in lab.CASES:
        for look in ("error signal", "weight gradient", "activation"):
            for step in (1, 26, 276):
                _, layers = plt.figure().subplots(1, 2)
                lab.draw_case(plt.gcf().axes[0], layers, case, look, step)
                low, high = layers.get_ylim()
                ends = layers.lines[0].get_ydata()[[0, -1]]
                assert all(low < end < high for end in ends if np.isfinite(end)), (case, look, step, ends)
                plt.close()


@settings(max_examples=20, deadline=None)
@given(any_plan)
def test_a_plan_knows_its_changes(plan):
    assert len(plan.changes) == sum(getattr(plan, n) != getattr(lab.PATIENT, n) for n in ("activation", "init", "way",
                                                                                          "rate"))
    assert lab.rescued(plan) == bool((lab.accuracy(plan) >= (0.95, 0.9)).all())


def test_mirrored_weights_carry_everything_through_fifty_relu_layers():
    net, rng = nn.mlp(64, 64, 10, depth=50, activation="relu", init="orthogonal", seed=0), np.random.default_rng(0)
    for l, layer in enumerate(net.layers[1:], 1):
        M = np.linalg.qr(rng.standard_normal((32, 32)))[0]
        if l == 1:
            M = np.linalg.qr(rng.standard_normal((64, 64)))[0][:32]
            layer.W[...] = np.vstack([M, -M])
        elif l < 50:
            layer.W[...] = np.block([[M, -M], [-M, M]])
    assert checked.examine(net, 0.02).passes


def test_the_numbers_in_the_prose():
    alone = {way: lab.accuracy(lab.Plan(way=way))[1] for way in ("batch norm", "residual + layer norm")}
    best = {init: max(lab.accuracy(p)[0] for p in lab.rates_of(lab.Plan(init=init, way="residual")))
            for init in ("Glorot", "He")}
    check_prose("rescue", given={"0.001", "0.05", "0.5", "1.2", "20%", "55%", "80%"}, computed={
        "82%": best["Glorot"], "94%": best["He"],
        "2.303": np.log(10), "48%": alone["batch norm"], "86%": alone["residual + layer norm"],
        "95%": runs.TRAIN_BAR, "90%": runs.TEST_BAR, "30-fold": checked.EVEN})


@pytest.mark.parametrize("seed", range(5))
def test_another_right_way_passes(seed):
    def by_traces(a):
        return np.trace(np.cov(a)) ** 2 / np.trace(np.cov(a) @ np.cov(a))
    assert check(lab.EXERCISES["directions"], by_traces, seed).right
