"""The laws behind the chapter, samples of its stored runs made again, its figures, and the numbers in its prose."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.figure import Figure

from figures import caption_of, check_figure, told
from prose import check_prose, has_solutions, said
from vgtext import nn
from vgtext.ask import check
from vgtext.chapters import clipping as lab
from vgtext.chapters.clipping import (
    adaptive,
    angles,
    bias,
    cliff,
    count,
    recurrent,
    runs,
    spikes,
    thresholds,
    valley,
    ways,
)
from vgtext.palette import number
from vgtext.tools.notebooks import figures

FIGURES = figures("clipping")
caption = partial(caption_of, FIGURES)
STARTS = [(w, b) for w in np.arange(4.0, 4.46, 0.05).round(2) for b in np.arange(-2.6, -1.99, 0.1).round(1)]
vectors = arrays(np.float64, st.integers(1, 6), elements=st.floats(-50, 50, allow_subnormal=False))
gradients = st.lists(vectors, min_size=1, max_size=4)
limits = st.floats(0.01, 100)


# The cliff


@given(st.floats(0.5, 6), st.floats(-4, 1))
def test_the_tiny_network_has_the_derivatives_that_differences_show(w, b):
    step = 1e-6
    _, dw, db = cliff.loss_and_gradient(w, b, steps=8)
    by_w = (cliff.loss_and_gradient(w + step, b, 8)[0] - cliff.loss_and_gradient(w - step, b, 8)[0]) / (2 * step)
    by_b = (cliff.loss_and_gradient(w, b + step, 8)[0] - cliff.loss_and_gradient(w, b - step, 8)[0]) / (2 * step)
    assert [dw, db] == pytest.approx([by_w, by_b], rel=1e-5, abs=1e-7)


@given(st.floats(-3.9, 3.9), st.floats(-6, 6))
def test_below_four_nothing_explodes(w, b):
    """Each factor is at most |w|/4 in size, so |dh/db| <= 1/4 / (1 - |w|/4), and |error| <= 1."""
    _, dw, db = cliff.loss_and_gradient(w, b)
    assert max(abs(dw), abs(db)) <= 2 * 0.25 / (1 - abs(w) / 4) * (1 + 1e-9)


def test_a_weight_below_minus_four_can_explode_as_well():
    """The condition is on the size of w: at -5 and the middle of the sigmoid each factor is -5/4."""
    assert np.abs(cliff.loss_and_gradient(-5.0, np.linspace(1, 4, 3001))[2]).max() > 100


@pytest.mark.parametrize(("w", "arrives"), [(4.1, True), (4.2, False), (4.3, False)])
def test_where_a_run_starts_decides_whether_it_is_thrown_off(w, arrives):
    _, losses, norms = lab.descend(0.2, None, (w, -2.6))
    held = lab.descend(0.2, 1.0, (w, -2.6))[1]
    assert (losses[-1] < 1e-5) == arrives and (norms.max() > 20) != arrives and held[-1] < 0.02
    assert (number(losses[-1]) in caption("start", w=w)) and (number(held[-1]) in caption("start", w=w))


def test_after_24_steps_some_clipped_runs_are_behind_and_after_60_none_is_lost():
    ends = {}
    for w, b in STARTS:
        free, held = (lab.descend(0.2, limit, (w, b), 60)[1] for limit in (None, 1.0))
        ends[w, b] = free[24], held[24], free[60], held[60]
    free, held, free_later, held_later = np.array([*ends.values()]).T
    assert ends[4.4, -2.4][1] > 100 * ends[4.4, -2.4][0]  # "the worse one after 24 steps"
    assert held_later.max() < 0.0021 and said(
        "clipping", "from all # starts, the clipped runs are near 0.002 or below, and # of the others are above") == [
        len(ends), (free_later > 0.01).sum()]
    losses = lab.descend(0.2, 1.0, (4.4, -2.4), 30)[1]
    assert losses[23] < 0.01 < 0.1 < losses[24] and losses[25] < 0.03  # "has just slipped over its edge"


def test_a_cliff_is_a_bounded_change_over_a_tiny_distance():
    heights, slopes = [], []
    for w in (3.5, 4.0, 4.2, 4.4):
        loss, dw, db = cliff.loss_and_gradient(w, np.linspace(-w / 2 - 0.3, -w / 2 + 0.4, 20_001))
        heights.append(loss[0] - loss[-1]), slopes.append(np.hypot(dw, db).max())
    assert max(heights) < 1.4 * min(heights) and slopes[-1] > 100 * slopes[0]


@pytest.mark.parametrize("rate", lab.CLIFF_RATES)
@pytest.mark.parametrize("c", lab.CLIFF_LIMITS)
def test_no_clipped_step_is_longer_than_rate_times_threshold(rate, c):
    steps = np.linalg.norm(np.diff(lab.descend(rate, c)[0], axis=0), axis=1)
    assert steps.max() <= rate * c * (1 + 1e-12)
    places, _, norms = lab.descend(rate, c)
    free = lab.descend(rate)[0]
    first = int(np.argmax(norms > c)) if (norms > c).any() else len(norms)
    assert (places[: first + 1] == free[: first + 1]).all()  # the same until something is clipped


def test_what_the_text_says_of_the_cliff():
    norms, losses = lab.descend(0.2)[2], lab.descend(0.2)[1]
    assert norms[14] / norms[13] > 200 and norms[14] == norms.max()
    assert losses[-1] == pytest.approx((1 - cliff.TARGET) ** 2, abs=0.001) and norms[-1] < 1e-3
    assert lab.descend(0.2, 1.0)[1][-1] < 0.001
    assert 2e4 < lab.longest(0.2)[1] / (0.2 * norms[-1]) < 2e5  # "tens of thousands of steps"
    thrown = [lab.longest(rate)[1] for rate in lab.CLIFF_RATES]
    assert thrown == sorted(thrown) and thrown[0] < 1 < thrown[1]
    assert lab.longest(0.2, 10.0)[1] == pytest.approx(2) and lab.descend(0.2, 10.0)[1][-1] > 0.08
    assert lab.descend(0.1, 0.1)[1].min() > 0.25  # "do not even reach the edge"


# Three ways


@given(gradients, limits)
def test_what_each_way_bounds_and_keeps(gradient, c):
    assume(lab.length(gradient) > 1e-3)
    value, norm, whole = (lab.clipped(gradient, way, c) for way in nn.CLIPPINGS)
    for cut in (value, norm, whole):
        assert lab.length(cut) <= lab.length(gradient) * (1 + 1e-9)
        assert lab.angle(gradient, cut) < 90
    assert max(np.abs(g).max() for g in value) <= c * (1 + 1e-9)
    assert max(np.linalg.norm(g) for g in norm) <= c * (1 + 1e-9)
    assert lab.length(whole) == pytest.approx(min(c, lab.length(gradient)))
    assert lab.angle(gradient, whole) < 1e-5
    for g, cut in zip(gradient, norm, strict=True):
        if np.linalg.norm(g) > 1e-3:
            assert lab.angle([g], [cut]) < 1e-5


def test_the_angle_is_an_angle():
    assert lab.angle([np.array([1.0, 0.0])], [np.array([0.0, 3.0])]) == pytest.approx(90)
    assert lab.angle([np.array([1.0]), np.array([1.0])], [np.array([2.0]), np.array([0.0])]) == pytest.approx(45)
    g = [np.array([100.0, 1.0]), np.array([0.3, 0.4])]
    assert lab.angle(g[:1], lab.clipped(g, "value", 1.0)[:1]) == pytest.approx(44.4, abs=0.05)


def test_by_value_many_gradients_become_one_step():
    corner = [lab.clipped(lab.two_layers(turn, 1.0), "value", 1.0)[0] for turn in range(25, 70, 5)]
    assert np.ptp(corner, axis=0) == pytest.approx([0, 0])


# Tens of thousands of dimensions


@pytest.mark.parametrize("way", angles.LINES)
def test_shortening_leaves_the_length_that_was_asked_for(way):
    g = lab.gradients("tanh, σ_w = 2")[0]
    for share in (0.6, 0.05):
        cut, c = lab.shorten(g, way, share)
        assert lab.length(cut) == pytest.approx(share * lab.length(g), rel=1e-3)
        assert lab.length(lab.clipped(g, way, c)) == pytest.approx(lab.length(cut))


def test_angles_rise_to_their_limits():
    for network in lab.NETWORKS:
        for way in ("value", "norm"):
            found = lab.turned(network, way).mean(axis=1)
            assert (np.diff(found) > -0.5).all() and found[0] < 0.01
            assert found[-1] <= angles.limit(network, way) + 0.1
            assert found[-1] > 0.85 * angles.limit(network, way)
        assert lab.turned(network, "global_norm").max() < 0.01


def test_by_value_the_limit_counts_the_entries_that_are_not_zero():
    said("clipping", "clipping by value leaves only the signs of the $N$ nonzero entries")
    for network in lab.NETWORKS:
        found = []
        for g in lab.gradients(network):
            entries = np.concatenate([part.ravel() for part in g]).astype(float)
            N = np.count_nonzero(entries)
            found.append(np.degrees(np.arccos(np.abs(entries).sum() / np.sqrt(N * (entries**2).sum()))))
        assert angles.limit(network, "value") == pytest.approx(np.mean(found), abs=0.01)


def test_gaussian_entries_give_the_angle_in_the_text():
    g = np.random.default_rng(0).standard_normal(100_000)
    assert np.cos(np.radians(lab.angle([g], [np.sign(g)]))) == pytest.approx((2 / np.pi) ** 0.5, abs=0.003)
    assert np.degrees(np.arccos((2 / np.pi) ** 0.5)) == pytest.approx(37, abs=0.2)


def test_what_the_text_says_of_the_networks():
    k = lab.SHARES.index(0.1)
    assert min(lab.turned("tanh, σ_w = 2", way).mean(axis=1)[k] for way in ("value", "norm")) > 40
    assert lab.turned("sigmoid, σ_w = 1", "value").mean(axis=1)[k] > 60
    assert said("clipping", "the gradient turns by more than # degrees, and both") == [40]
    assert said("clipping", "by value it turns by more than # degrees") == [60]
    most = max(lab.turned(n, w).mean(axis=1)[-1] for n in lab.NETWORKS for w in angles.LINES)
    assert most == pytest.approx(76, abs=1)
    raw, cut = lab.layer_sizes("sigmoid, σ_w = 1"), lab.layer_sizes("sigmoid, σ_w = 1", "norm", 0.1)
    assert cut[:4] == pytest.approx(raw[:4]) and cut[-1] < 0.2 * raw[-1]


# The count


def test_leaving_layers_out():
    assert lab.left(1.5, 105) == 1 and lab.left(1.5, 100, "input") == pytest.approx(1, abs=1e-6)
    everything = np.linalg.norm(count.sizes(1.5))
    assert 3e4 < everything * lab.left(1.5, 100) < 5e4  # "tens of thousands"
    assert 1 - lab.left(1.5, 100) == pytest.approx(1 / 6, abs=0.02)  # "by a sixth"
    assert np.linalg.norm(count.sizes(2.0)) * lab.left(2.0, 1) > 1  # "the last layer alone"
    for sigma_w in (1.0, 1.2, 1.5, 2.0):  # the dashed line, where nothing explodes as well
        off = [np.log(lab.left(sigma_w, k) / count.predicted(sigma_w, k)) for k in range(1, 106)]
        assert np.abs(off).max() < np.log(2.8)
    shares = [lab.left(1.5, k) for k in range(1, 106)]
    assert (np.diff(shares) > 0).all()


# Overshoot


@pytest.mark.parametrize("ratio", [r for r in lab.RATIOS if r > 2])
@pytest.mark.parametrize("c", lab.VALLEY_LIMITS)
def test_clipping_holds_a_swing_of_width_rate_times_threshold(ratio, c):
    width, mean = lab.swing(ratio, c)
    assert width == pytest.approx(ratio * c, rel=1e-6)
    assert mean >= lab.floor(ratio, c) * (1 - 1e-9)
    assert mean < 2 * lab.floor(ratio, c)


@pytest.mark.parametrize("ratio", lab.RATIOS)
def test_without_clipping_the_valley_is_a_pair_of_parabolas(ratio):
    places = lab.slide(ratio, None, 20)[0]
    assert places[:, 0] == pytest.approx(valley.START[0] * (1 - ratio) ** np.arange(21.0), rel=1e-9)
    assert places[:, 1] == pytest.approx(valley.START[1] * (1 - 0.02 * ratio) ** np.arange(21.0), rel=1e-9)


@pytest.mark.parametrize("ratio, c", [(0.5, 3), (1, 3), (1, 0.1), (1.5, 3), (2.5, 1), (4, 1), (2.5, 3)])
def test_the_caption_says_what_the_swing_does(ratio, c):
    x, said = valley.slide(ratio, c)[0][:, 0], valley.fate(ratio, c)
    assert ("no swing" in said, "swing" in said) == (x.min() > -1e-9, True)
    assert ("beyond the panel" in said) == (ratio > 2 and abs(valley.slide(ratio, c, 2000)[0][-2:, 0]).max() > 3)


def test_a_lower_rate_beats_a_threshold():
    assert lab.slide(1.5, 0.3)[1][-1] < 0.01 * lab.slide(2.5, 0.3)[1][-1]


# Noise


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(list(lab.SKEWS.values())), st.sampled_from([1, 8]), st.floats(0.05, 20))
def test_descent_rests_between_median_and_mean(skew, batch, c):
    x = bias.batch_means(skew, batch)
    rest = lab.rest_point(skew, batch, c)
    assert np.median(x) - 0.02 <= rest <= x.mean() + 1e-6
    assert rest <= lab.rest_point(skew, batch, 2 * c) + 1e-9


def test_extremes_are_the_median_and_the_mean():
    x = bias.data(1.0)
    assert lab.rest_point(1.0, 1, 0.001) == pytest.approx(np.median(x), abs=0.01)
    assert lab.rest_point(1.0, 1, 1e3) == pytest.approx(x.mean(), rel=1e-6)


@pytest.mark.parametrize("c", [0.2, 1.0, 5.0])
def test_clipped_descent_settles_where_theory_says(c):
    for batch in (1, 8):
        assert lab.settle(1.0, batch, c) == pytest.approx(lab.rest_point(1.0, batch, c), abs=0.03)


def test_the_wrong_sign_in_the_text():
    g = np.array([1.0] * 9 + [-10.0])
    assert g.mean() == pytest.approx(-0.1) and np.clip(g, -1, 1).mean() == pytest.approx(0.8)


# Spikes, inf and nan


@pytest.mark.parametrize("when", lab.TIMES)
@pytest.mark.parametrize("spike", lab.SPIKES)
def test_adam_follows_its_two_averages(spike, when):
    assert lab.strides("adam", spike, when) == pytest.approx(spikes.adam_theory(spike, when), rel=1e-6)


def test_a_threshold_is_read_off_the_first_steps():
    """At the rate that needs none, the median norm of the whole run would clip what the run learns from."""
    kept = runs.stored()
    i, none = list(lab.RATES).index(0.01), list(lab.LIMITS).index(np.inf)
    whole = np.median(kept["quantiles"][i, none, :, 1])
    first = np.median(10.0 ** kept["traces"][i, none, :, : 100 // runs.BLOCK].astype(float))  # the largest of every 5
    nearest = [min(lab.LIMITS, key=lambda c, n=norm: abs(np.log(c / n))) for norm in (whole, first)]
    assert nearest == [0.3, 3.0]
    clipped, kept_on = (lab.typical_loss(0.01, c) for c in nearest)
    assert clipped > 5 * kept_on and kept_on < 1.5 * lab.typical_loss(0.01)
    assert min(lab.LIMITS, key=lambda c: lab.typical_loss(0.03, c)) == 3.0


def test_a_low_threshold_does_not_shorten_the_steps_of_adam():
    x, y, *_ = runs.sequences()
    ways = []
    for limit in (1.0, 0.001):
        net = nn.Recurrent("rnn", runs.SYMBOLS + 1, runs.UNITS, runs.SYMBOLS, seed=0)
        start = net.theta.copy()
        nn.train(net, x, y, steps=60, learning_rate=0.003, batch_size=32, optimizer="adam",
                 clip=("global_norm", limit), seed=0, progress=False)
        ways.append(np.linalg.norm(net.theta - start))
    assert ways[1] > 0.9 * ways[0]


def asleep(spike):
    """For how many hundreds of steps Adam's are below half their length after a spike, by its average of squares."""
    return round(np.log(spike**2 * (1 - 0.999) / 3) / -np.log(0.999), -2)


def test_adam_sleeps_and_clipping_wakes_it():
    """Late in training; at step 100 the correction of the bias, 10.5, hides it."""
    late, early = lab.strides("adam", 1000, 10_000), lab.strides("adam", 1000, 100)
    assert late[9999] / spikes.BOUND == pytest.approx(1.01, abs=0.005)
    assert max(lab.strides("adam", spike, 10_000)[9999] for spike in (10, 90, 111, 130, 1000)) / spikes.BOUND == (
        pytest.approx(1.04, abs=0.002))  # "steady ones beside it add up to 4%": most at a spike of 111
    assert late[9999] == pytest.approx(3.19, abs=0.01) and late[10_099] == pytest.approx(1 / 30, rel=0.02)
    assert early[99] == pytest.approx(1, abs=0.05) and 1 / (1 - 0.999**100) == pytest.approx(10.5, abs=0.05)
    assert lab.after_spike(1000, 10_000) < 0.1 * 900 and lab.after_spike(10, 10_000) > 0.9 * 900
    assert lab.after_spike(1000, 10_000, 2.0) == pytest.approx(900, rel=0.01)
    ten, twenty = (lab.after_spike(1000, 10_000, steps=steps) for steps in (10, 20))
    assert ten > 2 * (twenty - ten)  # "about ten more steps"
    assert lab.strides("sgd", 1000, 10_000)[9999] == 1000


def test_the_bound_on_adams_step():
    """A gradient that stands alone, after many steps without any: the averages' shares of it."""
    rule, theta = nn.Adam(), np.zeros(1)
    for g in [0.0] * 20_000 + [5.0]:
        before = theta.copy()
        rule.step(theta, np.array([g]), 1.0)
    assert abs(theta - before)[0] == pytest.approx(spikes.BOUND, rel=1e-3)
    assert spikes.BOUND == pytest.approx(3.16, abs=0.005)


def test_frameworks_pass_on_what_is_broken():
    (cut,), norm = lab.framework_clip([np.array([1, np.inf, 2], np.float32)], 1.0)
    assert np.isinf(norm) and np.isnan(cut[1]) and (cut[[0, 2]] == 0).all()
    (cut,), _ = lab.framework_clip([np.array([1, np.nan, 2], np.float32)], 1.0)
    assert np.isnan(cut).all()
    large = [np.array([1e20, 1e20, 2], np.float32)]
    assert (lab.framework_clip(large, 1.0)[0][0] == 0).all()
    nn.clip_by_global_norm(large, 1.0)
    assert large[0] == pytest.approx([0.5**0.5, 0.5**0.5, 0], rel=1e-5)
    (cut,), norm = lab.framework_clip([np.array([3.0, 4.0])], 1.0)
    assert norm == 5 and cut == pytest.approx([0.6, 0.8], rel=1e-6)


def test_a_forward_overflow_leaves_nothing_to_clip():
    loss, gradient = lab.forward_overflow()
    assert np.isnan(loss) and np.isnan(gradient).all()


# The recurrent net


@pytest.mark.parametrize("rate, c, seed", [(0.03, 1.0, 0), (0.1, np.inf, 1), (0.3, 0.03, 2)])
def test_stored_gradients_come_out_again(rate, c, seed, steps=60):
    """The first steps only: later ones hang on the last bit of earlier ones, which differs between machines."""
    norms = runs.train(rate, c, seed, steps)[3].reshape(-1, runs.BLOCK).max(axis=1)
    kept = runs.stored()["traces"][runs.RATES.index(rate), runs.LIMITS.index(c), seed]
    assert np.log10(norms[:4]) == pytest.approx(kept[:4].astype(float), abs=0.02)
    assert np.log10(norms) == pytest.approx(kept[: len(norms)].astype(float), abs=1.0)


def test_a_stored_run_comes_out_again():
    """One that is clipped at nearly every step, which forgives rounding."""
    cell = runs.RATES.index(0.1), runs.LIMITS.index(0.1), 1
    loss, accuracy, way, _ = runs.train(0.1, 0.1, 1)
    kept = runs.stored()
    assert accuracy == pytest.approx(kept["accuracy"][cell], abs=0.1)
    assert way == pytest.approx(kept["way"][cell], rel=0.3)
    assert np.log(loss) == pytest.approx(np.log(kept["loss"][cell]), abs=1.5)


def test_stored_runs_are_whole():
    kept, shape = runs.stored(), (len(runs.RATES), len(runs.LIMITS), runs.SEEDS)
    assert kept["loss"].shape == kept["accuracy"].shape == kept["way"].shape == shape
    assert np.isfinite(kept["loss"]).all() and ((kept["accuracy"] >= 0) & (kept["accuracy"] <= 1)).all()


def test_where_all_is_clipped_only_the_product_counts():
    kept = runs.stored()["loss"]
    same = [kept[recurrent.cell(rate, c)] for rate, c in ((0.01, 0.3), (0.03, 0.1), (0.1, 0.03), (0.3, 0.01))]
    assert all(one == pytest.approx(same[0], rel=1e-3) for one in same)


def test_no_run_goes_further_than_its_steps():
    kept = runs.stored()
    for i, rate in enumerate(runs.RATES):
        for j, c in enumerate(runs.LIMITS):
            assert (kept["way"][i, j] <= runs.STEPS * rate * c * (1 + 1e-4)).all()
            if rate * c < lab.reach():
                assert (kept["accuracy"][i, j] < recurrent.SOLVED).all()
    trace, budget = Figure().subplots(1, 2)
    lab.draw_recurrent(trace, budget)
    [words] = (text for text in budget.texts if "reach" in text.get_text())
    assert words.get_text().startswith("←") and words.xy[0] == lab.reach()


def test_what_the_text_says_of_the_recurrent_net():
    assert lab.solved(0.1, 1.0) == 7 and 1.2 < lab.typical_loss(0.1) < np.log(8)
    sizes = 10.0 ** runs.stored()["traces"][recurrent.cell(0.1, None)].astype(float)  # of every BLOCK steps
    thrown = (runs.BLOCK * (1 + np.argmax(sizes > 5, axis=1))).max()
    [within] = said("clipping", "the three runs that can be shown are thrown off within the first # steps.")
    quiet, several = said("clipping", "For the next # steps their gradients show no cliff, and yet none of the # runs")
    assert len(sizes) == 3 and (sizes > 5).any(axis=1).all() and thrown <= within
    assert sizes[:, int(within) // runs.BLOCK + 1 : int(within + quiet) // runs.BLOCK].max() < 5
    assert several == runs.SEEDS and lab.solved(0.1) == 0
    best = [rate * lab.best_limit(rate) for rate in (0.01, 0.03, 0.1, 0.3)]
    assert best == pytest.approx([0.1] * 4, rel=0.15)  # "hardly moves: about 0.1"
    assert lab.best_limit(0.03) == 3 and lab.best_limit(0.3) == 0.3
    assert said("clipping", "At 0.01, # of # runs solve the task without clipping") == [lab.solved(0.01), runs.SEEDS]
    assert lab.typical_loss(0.01) > 25 * lab.typical_loss(0.3, 0.3)
    for rate in (0.003, 0.01):  # "a high threshold does no harm"
        assert lab.solved(rate, 30.0) >= lab.solved(rate)
    free, clipped = (10.0 ** runs.stored()["traces"][(*recurrent.cell(0.1, c), 0)].astype(float) for c in (None, 1.0))
    assert (clipped[6:20] > 2 * free[6:20]).all()  # "larger than the orange ones, for a hundred steps"
    assert free.max() < 1e3 and np.median(free) == pytest.approx(1, abs=0.5)  # "an ordinary gradient"


# Thresholds that adapt


@given(st.integers(1, 5), st.integers(1, 5), st.floats(0.01, 2), st.integers(0, 10**6))
def test_adaptive_clipping_bounds_each_unit_and_keeps_its_direction(rows, columns, limit, seed):
    W, g = np.random.default_rng(seed).standard_normal((2, rows, columns))
    before = g.copy()
    share = adaptive.clip_units(W, g, limit)
    size = np.linalg.norm(W, axis=1)
    assert (np.linalg.norm(g, axis=1) <= limit * np.maximum(size, 1e-3) * (1 + 1e-12)).all()
    longer = np.linalg.norm(before, axis=1) > limit * np.maximum(size, 1e-3)
    assert share == pytest.approx(longer.mean()) and (g[~longer] == before[~longer]).all()
    factor = g / before
    assert factor == pytest.approx(np.tile(factor[:, :1], columns))


def test_a_unit_at_zero_may_still_move():
    g = np.ones((1, 4))
    adaptive.clip_units(np.zeros((1, 4)), g, 0.01)
    assert np.linalg.norm(g) == pytest.approx(0.01 * 1e-3)


class Gradient:
    """What a rule sees of a network: its gradient."""

    def __init__(self, norm):
        self.gradient = np.array([0.6, 0.8]) * norm


def clipped_by(rule, norms):
    """The norms that a rule leaves, step by step."""
    left = []
    for t in range(len(norms)):
        net = Gradient(norms[t])
        fired = rule(net, norms[: t + 1])
        left.append(np.linalg.norm(net.gradient))
        if fired != (left[-1] < norms[t]):  # nothing but a rounding may hide that it fired, or look as if it had
            assert left[-1] == pytest.approx(norms[t], rel=1e-12)
    return np.array(left)


def test_zclip_leaves_steady_norms_and_cuts_a_spike_below_its_own_bound():
    rng = np.random.default_rng(0)
    norms = list(1 + 0.05 * rng.uniform(-1, 1, size=200))
    assert clipped_by(adaptive.z_score(), norms) == pytest.approx(norms)
    norms[150] = norms[152] = 100.0  # the second is cut alike: the first is no measure of what is usual
    left, spikes = clipped_by(adaptive.z_score(), norms), [150, 152]
    assert left[spikes] == pytest.approx(1, abs=0.02)
    assert np.delete(left, spikes) == pytest.approx(np.delete(norms, spikes))
    norms[10] = 1e6  # while it still learns what is usual
    assert clipped_by(adaptive.z_score(), norms)[10] == 1e6


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40), st.sampled_from([0.1, 0.5, 0.9]))
def test_a_percentile_rule_leaves_that_share_of_what_it_has_seen(norms, share):
    left = clipped_by(adaptive.percentile(share), norms)
    assert left[-1] <= np.quantile(norms, share) * (1 + 1e-12) and (left <= np.array(norms) * (1 + 1e-12)).all()


@pytest.mark.parametrize("rule, bad", [("global norm 1", True), ("ZClip", True), ("AGC, 0.01", False)])
def test_stored_runs_with_rules_come_out_again(rule, bad, steps=60):
    norms, fired, loud, _ = adaptive.run(rule, 0.1, bad, 0, steps)
    where = thresholds.cell(rule, 0.1, bad)
    assert 10.0 ** thresholds.stored()["norms"][where][:20].astype(float) == pytest.approx(norms[:20], rel=0.05)
    assert (thresholds.stored()["fired"][where][0][:20] == fired[:20]).all()
    assert (thresholds.stored()["loud"][int(bad)][0][:steps] == loud).all()


@pytest.mark.parametrize(("rule", "breaks"), [("none", 11), ("ZClip", 11), ("AGC, 0.1", None)])
def test_a_run_has_no_norms_once_it_has_broken_down(rule, breaks):
    shown = thresholds.norms_of(rule, 0.3, True)
    assert np.isnan(shown).sum() == (600 - breaks + 1 if breaks else 0)
    told = f"breaks down at step {breaks}, which counts as 10% right." if breaks else "has a median norm of "
    assert told in caption("thresholds", rule=rule, rate=0.3, bad=True)



def test_beside_each_rule_stands_how_often_it_fired_in_the_runs_that_are_chosen():
    trace, rules = Figure().subplots(1, 2)
    thresholds.draw_thresholds(trace, rules, rate=0.3, bad=False)
    fired = thresholds.stored()["fired"]
    shares = [fired[thresholds.cell(name, 0.3, False)].mean() for name in reversed(list(adaptive.RULES))]
    assert [text.get_text() for text in rules.texts] == [f"fires {share:.0%}" for share in shares]


def test_what_the_text_says_of_rules():
    assert thresholds.fires("global norm 1", 0.1, True) == pytest.approx(0.76, abs=0.005)
    for rule in ("percentile 90", "ZClip"):
        assert thresholds.fires(rule, 0.1, True) == pytest.approx(0.03, abs=0.005)
        assert 0.35 < thresholds.fires(rule, 0.1, True, among=True) < 0.6
        assert thresholds.accuracy(rule, 0.1, True) > 0.96
    for words, rule, rate in (("ZClip. # of # runs are lost", "ZClip", 0.3),
                              ("Without clipping, # of # runs are lost", "none", 0.1)):
        assert said("clipping", words) == [thresholds.lost_runs(rule, rate, True), 8]
    lost = thresholds.stored()["right"][thresholds.cell("ZClip", 0.3, True)] < 180
    early = thresholds.stored()["loud"][1][:, : adaptive.WARM].any(axis=1)
    assert early[lost].all()  # "each of the three met a bad batch among them"
    assert thresholds.fires("AGC, 0.01", 0.03, True) == 1
    assert thresholds.accuracy("AGC, 0.01", 0.03, True) < thresholds.accuracy("AGC, 0.1", 0.03, True) - 0.05


# Figures and prose


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


def test_captions_tell_the_numbers_of_their_state():
    assert number(lab.longest(0.3)[1]) in caption("cliff", rate=0.3)
    assert f"{count.turn_of('value'):.0f}°" in caption("step")
    assert "turns by 0°" in caption("step", way="global_norm", turn=70)
    k = lab.SHARES.index(0.01)
    assert f"{lab.turned('ReLU, σ_w = √2', 'norm').mean(axis=1)[k]:.0f}°" in caption(
        "angles", network="ReLU, σ_w = √2", share=0.01)
    assert number(np.linalg.norm(count.sizes(1.2)) * lab.left(1.2, 60)) in caption("count", k=60, sigma_w=1.2)
    assert number(lab.swing(3.0, 1.0)[1]) in caption("valley", ratio=3.0, c=1.0)
    assert "no swing" in caption("valley", ratio=0.5) and "dies out" in caption("valley", ratio=1.5)
    assert "600 steps at most: without clipping, " in caption("thresholds", rule="none")
    assert "instead" not in caption("spike", spike=1) and "1 step. " in caption("cliff", step=1)
    assert "instead" not in caption("spike", c=2.0)
    assert "C = 2 clips nothing" in caption("spike", spike=1, c=2.0) and "clipped at C = 2" in caption("spike", c=2.0)
    assert f"{lab.settle(0.5, 8, 0.5):.2f}" in caption("bias", skew=0.5, batch=8, c=0.5)
    assert number(lab.after_spike(100, 1000), 3) in caption("spike", spike=100, when=1000)
    assert number(lab.typical_loss(0.3, 0.1)) in caption("recurrent", rate=0.3, c=0.1)


def test_numbers_typed_into_the_prose():
    net = nn.mlp(64, 64, 10, depth=angles.DEPTH)
    way = lab.shortest_way()
    assert lab.factor(1.5) == pytest.approx(1.07, abs=0.005)  # "in theory by a factor of 1.07"
    if has_solutions("clipping"):
        after, = said("clipping", "nine tenths of it are reached after # steps")
        assert 1 - 0.9 ** (after - 1) < 0.9 < 1 - 0.9**after
    check_prose(
        "clipping",
        given={"0.01", "0.03", "0.1", "0.2", "4.1", "4.2", "4.3", "4.4", "0.3",
                   "0.7", "0.8", "0.9", "0.999", "1.5", "2.1", "2.4", "2.5", "2.6", "2.13", "3.15",
                   "2026", "1,500", "1,000",
               "1,024", "4%"},  # what steady ones add: the law of a spike has it
        computed={
            "38,090": net.theta.size, "0.798": (2 / np.pi) ** 0.5, "1.07": way, "0.00107": lab.reach(),
            "3%": np.mean([thresholds.fires(rule, 0.1, True) for rule in ("percentile 90", "ZClip")]),
            "3.16": spikes.BOUND, "0.050": lab.typical_loss(0.01),
            "0.0016": lab.typical_loss(0.3, 0.3),
            "0.002": max(lab.descend(0.2, 1.0, (w, b), 60)[1][-1] for w, b in STARTS),
            # Adam's average is 1 + 1000² (1 - β₂) β₂ᵗ, and 4 where its root halves the steps; to two digits
            "5,800": asleep(1000),
        },
    )
    assert ways.angle(*[[np.array(v)] for v in ([100.0, 1.0], [1.0, 1.0])]) == pytest.approx(44.4, abs=0.05)
    draws = [nn.measure(105, 64, 1.5, 0.0, "tanh", batch=16, seed=seed).gradient[1:] for seed in range(16)]
    less = [1 - np.linalg.norm(g[5:]) / np.linalg.norm(g) for g in draws]
    assert 1 - count.left(1.5, 100) == pytest.approx(1 / 6, abs=0.03)  # "a sixth (that of a typical draw by a quarter)"
    assert np.median(less) == pytest.approx(1 / 4, abs=0.03) and max(less) == pytest.approx(2 / 5, abs=0.03)


@pytest.mark.parametrize("seed", range(5))
def test_another_right_way_passes(seed):
    def safe(g, c):
        return np.zeros(5) if not np.isfinite(g).all() else g * min(1, c / math.hypot(*g))
    assert check(lab.EXERCISES["safe"], safe, seed).right


def test_a_run_that_breaks_down_has_no_norm_from_the_step_on_that_is_named():
    [step] = told(FIGURES, "thresholds", "breaks down at step #, which", rule="none", rate=0.3, bad=True)
    norms = lab.thresholds.norms_of("none", 0.3, True)
    assert np.isnan(norms[int(step) - 1 :]).all() and np.isfinite(norms[: int(step) - 1]).all()


@pytest.mark.parametrize("part", [0, 1])
def test_who_clips_one_array_alone_is_not_told_that_each_is_clipped(part):
    def one(dW, db, c):
        arrays = [dW, db]
        arrays[part] = arrays[part] * min(1.0, c / np.linalg.norm(arrays[part]))
        return np.concatenate([array.ravel() for array in arrays])

    verdicts = [check(lab.EXERCISES["together"], one, seed) for seed in range(10)]
    assert not any(verdict.right or "Each array" in verdict.words for verdict in verdicts)
