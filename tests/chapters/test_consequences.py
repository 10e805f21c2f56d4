"""The laws behind the chapter, samples of its stored runs made again, its figures, and the numbers in its prose."""

import itertools
import re
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from figures import caption_of, check_figure, drawn, in_panel, lines_of, told, words_at
from prose import check_prose, prose, said
from vgtext import nn, results
from vgtext.chapters import consequences as lab
from vgtext.chapters.consequences import (
    curvature,
    edge,
    explosion,
    flat,
    frozen,
    probes,
    rates,
    rounding,
    runs,
    scaling,
    slow,
)
from vgtext.chapters.consequences.exercises import DIGITS, RATE, WEIGHT, curved, smallest, spectrum
from vgtext.nn.theory.floats import FORMATS, round_to
from vgtext.palette import COLORS, number
from vgtext.tools.notebooks import figures

FIGURES = figures("consequences")
WIDE = [name for name in FORMATS if not name.startswith("E")]  # weights of size 1e-3 are in their range
caption = partial(caption_of, FIGURES)


# Stored runs


@pytest.mark.parametrize("activation, depth, rate, seed", [("sigmoid", 4, 1.0, 1), ("tanh", 8, 0.1, 0),
                                                           ("relu", 5, 0.3, 2), ("relu", 6, 1.0, 1)])
def test_stored_accuracies_come_out_again(activation, depth, rate, seed, epochs=4):
    cell = runs.ACTIVATIONS.index(activation), runs.DEPTHS.index(depth), runs.RATES.index(rate), seed
    stored = results.load("consequences_runs")["by_depth"][cell]
    again = runs.train(activation, depth, rate, seed, epochs)
    assert np.abs(again - stored[:epochs])[:2].max() <= 15  # of 1438 and 359 answers; rounding differs between machines
    assert np.abs(again - stored[:epochs]).max() <= 75


@pytest.mark.parametrize("name, k", [("tanh, 8 layers", 4), ("sigmoid, 4 layers", 2)])
def test_stored_frozen_runs_come_out_again(name, k, epochs=3):
    stored = results.load("consequences_runs")["by_frozen"][list(runs.FREEZING).index(name), k, 0, :epochs]
    assert np.abs(runs.train(*runs.FREEZING[name], 0, epochs, frozen=k) - stored).max() <= 40


@pytest.mark.parametrize("frozen", runs.FEW_FROZEN)
def test_stored_runs_on_few_images_come_out_again(frozen):
    stored = results.load("consequences_runs")["by_images"][1, runs.FEW_FROZEN.index(frozen), 0]
    again = runs.train_on_few(runs.IMAGES[1], frozen, 0)
    assert again[0] == stored[0] == runs.IMAGES[1] and abs(int(again[1]) - int(stored[1])) <= 12


def test_stored_counts_are_whole_and_possible():
    counts = results.load("consequences_runs")
    assert counts["by_depth"].shape == (3, len(runs.DEPTHS), len(runs.RATES), runs.SEEDS, runs.EPOCHS, 2)
    assert (counts["by_depth"] >= 0).all() and (counts["by_depth"] <= [1438, 359]).all()
    lost = counts["by_frozen"][list(runs.FREEZING).index("sigmoid, 4 layers"), 4:]
    assert (lost == -1).all() and np.isnan(runs.accuracies()[1]).sum() == lost.size


def test_an_epoch_has_as_many_steps_as_the_text_says():
    assert said("consequences", "after $t$ steps (# to an epoch)") == [runs.digits().y.size // 64] == [runs.STEPS]


def test_frozen_parameters_do_not_move():
    net = nn.mlp(4, 5, 3, depth=3)
    cut = sum(layer.W.size + layer.b.size for layer in net.layers[1:3])
    before = net.theta.copy()
    net.gradient[...] = 1
    runs.FrozenSGD(cut).step(net.theta, net.gradient, 0.1)
    assert (net.theta[:cut] == before[:cut]).all()
    assert net.theta[cut:] == pytest.approx(before[cut:] - 0.1, abs=1e-6)
    assert (net.layers[3].W != before[cut : cut + 15].reshape(3, 5)).all()


# Layers that stay, and what depth costs


def test_the_first_layer_lags_only_where_activations_keep_their_size():
    lag = {name: frozen.first_to_last(name) for name in lab.NETWORKS}
    assert lag["sigmoid, 8 layers"] < 0.01
    assert all(lag[name] > 0.5 for name in lab.NETWORKS if name != "sigmoid, 8 layers")
    moved, loss = lab.movement("sigmoid, 8 layers")
    assert moved.shape == (41, 8) and (moved[0] == 0).all() and loss[-1] == pytest.approx(np.log(10), abs=0.03)


def test_plateaus_end_where_the_text_says():
    loss = lab.movement("sigmoid, 5 layers")[1]
    [epoch] = said("consequences", "watch it come alive around epoch #.")
    assert np.diff(loss).argmin() == pytest.approx(epoch, abs=3) and loss[15] > 2.25 and loss[25] < 1.6
    loss = lab.movement("tanh, 8 layers, small weights")[1]
    assert loss[5] == pytest.approx(np.log(10), abs=0.01) and loss[40] < 0.5  # "stays at guessing"


def test_freezing_costs_what_the_text_says():
    depths = {name: depth for name, (_, depth, _) in runs.FREEZING.items()}
    cost = {name: [frozen.frozen_cost(name, k) for k in range(1, depth)] for name, depth in depths.items()}
    assert 0.01 < cost["tanh, 8 layers"][3] < 0.05 < cost["ReLU, 8 layers"][3]
    assert cost["sigmoid, 4 layers"][1] > 0.5
    assert np.abs(cost["sigmoid, 8 layers"]).max() < 0.02
    for name in ("tanh, 8 layers", "ReLU, 8 layers"):
        assert frozen.frozen_cost(name, 4, 1) > frozen.frozen_cost(name, 4, 30)
    one, two = (frozen.frozen_cost("sigmoid, 4 layers", k) for k in (1, 2))
    assert one < frozen.frozen_cost("sigmoid, 4 layers", 1, 10) and two > frozen.frozen_cost("sigmoid, 4 layers", 2, 10)


@pytest.mark.parametrize("name, k", [("sigmoid, 4 layers", 2), ("ReLU, 8 layers", 4)])
def test_the_layers_above_frozen_ones_learn_as_they_do_in_the_whole_network(name, k):
    again = np.mean([probes.train_rest(name, k, "as they are", 20, seed) for seed in range(runs.SEEDS)])
    assert again == pytest.approx(lab.rest(name, k, "as they are"), abs=0.04)


def test_a_probe_is_least_squares_on_standardized_outputs():
    d, W = nn.data.digits("float64"), nn.mlp(64, 64, 10, depth=4, activation="sigmoid", dtype="float64", seed=1).layers
    pre = [(W[2].W @ (1 / (1 + np.exp(-W[1].W @ x))), y) for x, y in ((d.x, d.y), (d.x_test, d.y_test))]
    (a, y), (b, y_test) = ((1 / (1 + np.exp(-z)), y) for z, y in pre)
    a, b = ((c - a.mean(axis=1)[:, None]) / a.std(axis=1)[:, None] for c in (a, b))
    for ours, own in zip(probes.outputs("sigmoid, 4 layers", 2, seed=1), (a, b), strict=True):
        assert ours == pytest.approx(own)
    one = np.ones(a.shape[1])
    A = np.vstack([a, one])
    weights = np.linalg.solve(A @ A.T, A @ (y == np.arange(10)[:, None]).T)  # the normal equations
    right = np.mean(np.argmax(weights[:-1].T @ b + weights[-1][:, None], axis=0) == y_test)
    assert right == pytest.approx(0.947, abs=0.003)
    assert lab.probe("sigmoid, 4 layers", 2) == pytest.approx(right, abs=0.01)


def test_frozen_sigmoid_layers_pass_on_the_digits_in_small_differences():
    name = "sigmoid, 4 layers"
    mean, differs = probes.spread(name, 2)
    words = "it reads #% of the test digits from their outputs, and #% from the pixels"
    assert said("consequences", words) == [round(100 * lab.probe(name, k)) for k in (2, 0)]
    assert f"an output differs by about {differs:.2f}, around a mean near {mean:.1f}" in " ".join(
        prose("consequences").split())
    assert said("consequences", "at the same learning rate, learn #%.") == [round(100 * lab.rest(name, 2))]
    assert lab.rest(name, 2, "as they are") < lab.rest(name, 2, "centered") < 0.4, "“taking the mean off is not enough”"
    assert said("consequences", "at least for a linear classifier: it reads #%") == [
        round(100 * lab.probe("ReLU, 8 layers", 4))]
    assert all(lab.rest("ReLU, 8 layers", 4, way) < 0.88 for way in lab.WAYS_IN), "“do not get much further”"


def test_epochs_multiply_with_each_sigmoid_layer():
    epochs = np.median(lab.epochs_needed("sigmoid"), axis=1)
    assert epochs[:4].tolist() == [2, 5, 11, 32] and np.isinf(epochs[4:]).all()
    ratio, trained = epochs[1:4] / epochs[:3], np.array(runs.DEPTHS)[np.isfinite(epochs)]
    assert said("consequences", "networks of # to # layers by # to #") == [
        *trained[[0, -1]], np.floor(ratio.min()), np.ceil(ratio.max())]
    assert said("consequences", "# sigmoid layers reach 90% of the training digits after # epochs") == [
        trained[0], epochs[0]]
    assert np.median(lab.epochs_needed("tanh"), axis=1)[-1] <= 10
    assert np.isinf(np.median(lab.epochs_needed("relu", rate=0.1), axis=1)[-1])
    assert np.isfinite(np.median(lab.epochs_needed("relu"), axis=1)[-1])
    assert np.isinf(np.median(lab.epochs_needed("sigmoid", goal=0.5), axis=1)[4:]).all()


@pytest.mark.parametrize("activation", runs.ACTIVATIONS)
def test_a_budget_is_what_the_runs_had_after_so_many_epochs(activation):
    for epoch, stored in ((1, 0), (runs.EPOCHS, -1)):
        runs_then = runs.accuracies()[0][runs.ACTIVATIONS.index(activation), ..., stored, :]  # (depth, rate, seed, 2)
        for of_rates, (train, test) in zip(runs_then.mean(axis=2), slow.at_budget(activation, epoch), strict=True):
            assert train == of_rates[:, 0].max() and test in of_rates[of_rates[:, 0] == train, 1]


@pytest.mark.parametrize("activation", runs.ACTIVATIONS)
def test_a_higher_goal_takes_no_fewer_epochs(activation):
    epochs = [np.median(lab.epochs_needed(activation, goal), axis=1) for goal in (0.5, 0.7, 0.9, 0.99)]
    assert all((a <= b).all() for a, b in itertools.pairwise(epochs))


def test_vanishing_underfits_and_few_images_overfit():
    assert all(abs(slow.gap("sigmoid", depth)) < 0.03 for depth in runs.DEPTHS)
    gaps = [slow.gap_with(count, 0) for count in runs.IMAGES]
    assert min(gaps[:2]) > 0.15 and gaps == sorted(gaps, reverse=True) and gaps[-1] > 0
    relu = slow.at_budget("relu", 20)
    assert relu[:, 0].argmin() == len(runs.DEPTHS) - 1 and relu[-1, 0] - relu[-1, 1] < 0.05


def test_frozen_early_layers_widen_the_gap():
    """"Their later layers still fit every training image, or all but one, yet their test accuracy is lower"."""
    for count, all_trained, half in zip(runs.IMAGES, slow.few_images(), slow.few_images(4), strict=True):
        assert all_trained[0] == 1 and half[0] > 1 - 1 / count
        assert half[1] < all_trained[1] - 0.03


def test_adam_buys_layers_but_no_cure():
    assert lab.accuracy_with("adam", 8) > lab.accuracy_with("sgd", 8) + 0.3
    assert lab.accuracy_with("adam", 12) < 0.5


# Curvature


def full_hessian(net, x, y):
    return np.array([lab.hessian_times(net, e, x, y) for e in np.eye(net.theta.size)])


@pytest.fixture(scope="module")
def small():
    d = nn.data.digits(dtype="float64")
    net = nn.mlp(64, 3, 10, depth=3, activation="sigmoid", dtype="float64", seed=3)
    x, y = d.x[:, :20], d.y[:20]
    return net, x, y, full_hessian(net, x, y)


def test_hessian_products_make_a_symmetric_matrix(small):
    net, x, y, H = small
    assert pytest.approx(H.T, abs=1e-7) == H
    v = np.random.default_rng(1).standard_normal(net.theta.size)
    assert lab.hessian_times(net, v, x, y) == pytest.approx(H @ v, abs=1e-6)


def test_hessian_product_leaves_the_network_as_it_was(small):
    net, x, y, _ = small
    before = net.theta.copy()
    lab.hessian_times(net, np.ones(net.theta.size), x, y)
    assert (net.theta == before).all()


def test_sharpness_is_the_largest_eigenvalue(small):
    net, x, y, H = small
    value, v = lab.sharpness(net, x, y)
    assert value == pytest.approx(np.linalg.eigvalsh(H)[-1], rel=1e-3)
    assert H @ v == pytest.approx(value * v, abs=0.05 * value)


@given(st.floats(0.01, 3.0), st.integers(1, 30))
def test_a_parabola_multiplies_by_one_factor(ratio, steps):
    w = lab.quadratic(ratio, steps)
    assert w[1:] == pytest.approx((1 - ratio) * w[:-1], rel=1e-12, abs=1e-300)
    if 0.05 < ratio < 0.95 or 2.05 < ratio:
        assert (abs(w[-1]) < 1) == (ratio < 2)


@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.5, 1.9, 2.1])
def test_a_pushed_network_follows_the_parabola(ratio):
    path, parabola = lab.displaced(ratio), lab.quadratic(ratio, 20)
    assert path[:11] == pytest.approx(parabola[:11], abs=0.03 * max(1, np.abs(parabola[:11]).max()))
    assert (abs(path[-1]) < 1) == (ratio < 2)


def test_far_out_the_network_falls_behind_the_parabola():
    path, parabola = lab.displaced(2.4), lab.quadratic(2.4, 20)
    assert path[10] == pytest.approx(parabola[10], rel=0.02) and abs(path[15]) < 0.9 * abs(parabola[15])


def test_first_steps_lead_to_flatter_places():
    loss, ratio = lab.first_steps(3.5).T
    assert ratio[0] == pytest.approx(3.5) and ratio[-1] < 2 and loss[-1] < loss[0] and (np.diff(loss) > 0).any()


def test_relu_allows_other_rates_than_its_curvature_says():
    limit, largest = rates.largest_settled_rate("relu", 2, 1.4)
    assert largest > 1.5 * limit


def test_larger_weights_and_more_layers_are_sharper():
    limits = {start: rates.largest_first_rate(*start)[0] for start in rates.STARTS}
    for depth in (2, 3, 5, 10):
        row = [limits["tanh", depth, s] for s in (1.0, 1.5, 2.0)]
        assert row == sorted(row, reverse=True)
    for s in (1.5, 2.0):
        column = [limits["tanh", depth, s] for depth in (2, 3, 5, 10)]
        assert column == sorted(column, reverse=True)
    assert limits["tanh", 5, 1.0] > limits["tanh", 2, 1.0], "not at 1: the prose says from where on"


# The edge of stability


@pytest.mark.parametrize("name, rate", [("sgd", 0.2), ("adam", 0.01)])
def test_stored_sharpness_comes_out_again(name, rate, steps=200):
    again = edge.run(name, rate, steps)
    rates = edge.DESCENT if name == "sgd" else edge.ADAM
    stored = edge.stored(name)[rates.index(rate), : len(again)]
    assert again[:3] == pytest.approx(stored[:3], rel=0.02) and again[-1, 0] == pytest.approx(stored[-1, 0], rel=0.3)


def test_descent_meets_its_limit_and_small_rates_do_not():
    assert [edge.hovers("sgd", rate) for rate in edge.DESCENT[3:]] == pytest.approx([1] * 4, abs=0.01)
    assert all(edge.hovers("sgd", rate) < 0.85 for rate in edge.DESCENT[:3])
    assert all(0.9 < edge.hovers("adam", rate) < 1.01 for rate in edge.ADAM[1:]) and edge.hovers("adam", 0.0001) < 0.5
    sharpness, loss = (edge.stored("sgd")[edge.DESCENT.index(0.1), :, k] for k in (1, 0))
    assert 2.9 < 2 / sharpness[0] < 3.5 and (np.diff(loss) > 0).any()  # "triples", "if not at every step"
    late = np.arange(sharpness.size) * edge.EVERY >= 1000  # "by a quarter, swings around it, and from step 1,000 on"
    assert sharpness.max() / 2 == pytest.approx(1.25, abs=0.02) and sharpness[sharpness.argmax() :].min() / 2 < 0.85
    assert abs(sharpness[late] / 2 - 1).max() < 0.01 < abs(sharpness[~late] / 2 - 1).max()


@given(st.floats(0.0, 0.99))
def test_momentum_moves_the_limit_as_published(beta1):
    limit = (2 + 2 * beta1) / (1 - beta1)
    assert edge.momentum_factor(0.999 * limit, beta1) < 1 < edge.momentum_factor(1.001 * limit, beta1)


def test_the_sharpness_of_a_divided_network_is_an_eigenvalue(small):
    net, x, y, H = small
    P = np.random.default_rng(2).uniform(0.5, 2, net.theta.size)
    value = np.linalg.eigvalsh(H / np.sqrt(np.outer(P, P)))[-1]
    held, edge.batch = edge.batch, lambda: (x, y)
    try:
        found = edge.sharpest(net, np.random.default_rng(0).standard_normal(P.size), P, 100)[0]
    finally:
        edge.batch = held
    assert found == pytest.approx(value, rel=1e-3)


def test_adams_divisor_is_what_its_step_was_divided_by():
    rule, theta = nn.Adam(), np.zeros(3)
    for g in (np.array([1.0, -2.0, 0.1]), np.array([0.5, 1.0, 3.0])):
        rule.step(theta, g, 0.0)
    second = (0.001 * g**2 + 0.999 * 0.001 * np.array([1.0, -2.0, 0.1]) ** 2) / (1 - 0.999**2)
    assert edge.preconditioner(rule, 3) == pytest.approx(np.sqrt(second) + 1e-8)
    assert (edge.preconditioner(nn.SGD(), 3) == 1).all()


# A tiny gradient is not a minimum


def test_the_plateau_has_the_smaller_gradient_and_ways_down():
    high, low = flat.surroundings(6, 300), flat.surroundings(3, 3000)
    assert high[1] < low[1] and 350 < high[0] / low[0] < 420  # "almost four hundred times"
    s = np.arange(31.0)
    assert min(flat.along(6, 300, d, s).min() for d in high[3][:2]) < high[0] - 0.1
    sizes = [flat.surroundings(6, step)[1] for step in (300, 1000, 3000)]
    assert sizes == sorted(sizes)


def test_close_by_the_loss_is_its_taylor_series():
    loss, size, value, ways = flat.surroundings(6, 300)
    s = np.array([0.02, 0.05, 0.1])
    slope = -size * (ways[0] @ ways[1])
    assert flat.along(6, 300, ways[1], s) - loss == pytest.approx(slope * s + value * s**2 / 2, rel=0.02)
    assert np.linalg.norm(ways, axis=1) == pytest.approx(np.ones(3))
    net, (x, y) = flat.network(6), flat.batch()
    net.theta[...] = flat.descent(6)[2][300]
    assert lab.hessian_times(net, ways[1], x, y) == pytest.approx(value * ways[1], abs=0.02 * abs(value))


def test_a_push_downhill_shortens_the_plateau():
    steps = {way: lab.escape(6, 300, way, 5) for way in lab.WAYS}
    assert steps["downhill"] < steps["most curved downward"] < steps["random"]


# Rounding


@pytest.mark.parametrize("name", WIDE)
def test_the_share_that_moves_grows_from_none_to_all_over_one_power_of_two(name):
    """log2(|w|) is nearly uniform between two powers, so the share is 1 + p + log2(ratio), held between 0 and 1."""
    p = FORMATS[name].p
    for power in (-1.2, -0.8, -0.5, -0.2, 0.2):
        share = rounding.share_measured(2.0 ** (power - p), name)
        assert share == pytest.approx(np.clip(1 + power, 0, 1), abs=0.05)


@given(st.floats(1e-3, 1e3), st.sampled_from(WIDE))
def test_a_gap_is_the_way_to_the_next_float(w, name):
    w = float(round_to(w, name))
    gap = rounding.gap(w, name)
    assert round_to(w + gap, name) == w + gap and round_to(w + 0.49 * gap, name) == w
    assert name != "float32" or gap == np.spacing(np.float32(w))


def test_half_of_the_first_layer_is_at_the_edge():
    assert rounding.in_gaps(10, 0.1, "float32")[0] == pytest.approx(0.5, abs=0.05)
    assert rounding.layer_moves(10, 0.1, "float32")[1][0] == pytest.approx(0.5, abs=0.05)


@given(st.floats(1e-3, 1e3), st.floats(-30, -20))
def test_an_update_moves_a_float32_weight_as_numpy_says(w, power):
    w, update = np.float32(w), np.float32(w * 2.0**power)
    assert bool(lab.moved(float(w), float(update), "float32")) == (w - update != w)
    tiny = 2.0**-140
    assert round_to(tiny * (1 - 2.0**-12), "float32") == tiny, "a subnormal weight stays at larger relative updates"


def test_an_update_moves_a_weight_if_it_exceeds_half_the_last_digit():
    for name in WIDE:
        form = FORMATS[name]
        for m in (1.25, 1.5, 1.75):
            edge = 2.0**-form.p / m
            assert not lab.moved(m, 0.9 * edge * m, name) and lab.moved(m, 1.1 * edge * m, name)


@pytest.mark.parametrize("depth", [5, 20])
def test_finer_formats_move_more_weights(depth):
    shares = [rounding.layer_moves(depth, 0.1, name)[1].sum() for name in ("bfloat16", "float16", "float32", "float64")]
    assert shares == sorted(shares)
    ratio, share = rounding.layer_moves(depth, 0.1, "float64")
    assert share.min() > 0.5 and (np.diff(np.log(ratio)) > 0).all()
    assert round_to(0.1, "float32") == np.float32(0.1)


def test_bfloat16_rounds_away_what_float32_keeps():
    """The numbers beside the reader's second try: a fifth of layer 1 at a rate of 1, under 1% at 0.01."""
    one, hundredth = (rounding.layer_moves(5, rate, "bfloat16")[1][0] for rate in (1.0, 0.01))
    assert one == pytest.approx(0.2, abs=0.05) and hundredth < 0.01
    assert all(rounding.layer_moves(5, rate, "float32")[1].min() > 0.98 for rate in (1.0, 0.1, 0.01))


@pytest.mark.parametrize("name", scaling.NAMES)
def test_scaling_by_a_power_of_two_moves_the_window_and_nothing_else(name):
    form, sizes = FORMATS[name], np.abs(scaling.gradients())
    for power in (0, 10, 20, 30):
        zero, inf = scaling.lost(name, power)
        assert zero == pytest.approx(np.mean(sizes * 2.0**power <= form.smallest / 2), abs=1e-4)
        edge = form.largest + 2.0 ** (form.emax - form.p)  # half a gap above the largest
        assert inf == pytest.approx(np.mean(sizes * 2.0**power >= edge), abs=1e-4)
        assert scaling.lost(name, power, flushed=True)[0] >= zero


@pytest.mark.parametrize(("name", "power", "flushed"), [("E4M3", 0, False), ("E4M3", 32, False), ("float16", 8, True)])
def test_bars_of_what_a_format_holds_add_up_to_what_it_does_not_lose(name, power, flushed):
    figure = Figure()
    sizes, shares = figure.subplots(1, 2)
    lab.draw_loss_scaling(sizes, shares, name, power, flushed)
    found = {bars.get_label(): sum(np.ptp(bar.vertices[:, 1]) for bar in bars.get_paths())
             for bars in sizes.collections}
    zero, inf = scaling.lost(name, power, flushed)
    assert found == pytest.approx({"held": 1 - zero - inf, "held as 0": zero, "too large": inf})
    tops = {}
    for bar in (path.vertices for bars in sizes.collections for path in bars.get_paths()):
        assert bar[:, 1].min() == tops.get(bar[0, 0], 0), "a bar stands on the one of the same sizes before it"
        tops[bar[0, 0]] = bar[:, 1].max()


def test_what_has_no_number_is_not_told_as_one():
    crosses = [line for line in lines_of(FIGURES["epochs_needed"]) if line.get_marker() == "x"]
    assert len(crosses) == 3 and all(map(in_panel, crosses))
    broken = next(line for line in lines_of(FIGURES["explosion"]) if line.get_marker() == "v")
    assert words_at(broken.axes.yaxis)[broken.get_ydata()[0]] == "inf, nan"


@pytest.mark.parametrize("name", ["float16", "E5M2"])
def test_bars_of_gradients_that_are_held_stand_beside_the_gray_band(name):
    sizes, shares = Figure().subplots(1, 2)
    lab.draw_loss_scaling(sizes, shares, name)
    held, lost, *_ = ([bar.vertices[:, 0].min() for bar in bars.get_paths()] for bars in sizes.collections)
    edge = min(patch.get_x() + patch.get_width() for patch in sizes.patches if patch.get_x() == 2.0**-44)
    assert min(held) > edge > max(lost)
    assert edge == FORMATS[name].smallest / 2  # half of the smallest number rounds to 0


def test_what_the_text_says_of_loss_scaling():
    span = np.ptp(np.log2(np.abs(scaling.gradients())))
    width = np.log2(FORMATS["E4M3"].largest / FORMATS["E4M3"].smallest)
    assert said("consequences", "# powers of two wide, and these gradients span more than #") == [
        round(width), span // 10 * 10]
    assert scaling.lost("float16", 0)[0] == pytest.approx(0.39, abs=0.005) and sum(scaling.lost("float16", 18)) < 0.001
    assert sum(scaling.lost("E4M3", scaling.best_power("E4M3"))) == pytest.approx(1 / 3, abs=0.02)
    assert sum(scaling.lost("bfloat16", 0)) == 0


# Runs that break


def test_troubles_come_in_order_and_only_at_large_rates():
    for sigma_w, rate in itertools.product(lab.SCALES, lab.RATES):
        run = explosion.run(explosion.ACTIVATION, sigma_w, rate)
        begun = [step for step in (run.rises, run.diverges, run.overflows) if step]
        assert begun == sorted(begun)
        assert run.rises is None or rate > 2 / explosion.curvature(sigma_w)
        assert run.overflows is None or (run.diverges and run.where and len(run.loss) == run.overflows)


def test_the_text_on_breaking_is_right():
    found = {rate: explosion.run("tanh", 1.0, rate) for rate in (0.05, 0.2, 0.5)}
    assert found[0.05].rises is None and found[0.2].rises and not found[0.2].diverges
    assert found[0.5].overflows - found[0.5].rises == 22
    assert explosion.curvature(2.0) > 10 * explosion.curvature(1.0)
    loss = found[0.5].loss[12:-1]
    assert (np.diff(loss) > 0).all()
    first = {sigma_w: next(rate for rate in lab.RATES if explosion.run("tanh", sigma_w, rate).rises)
             for sigma_w in (1.0, 2.0)}
    assert 1 < first[1.0] / first[2.0] <= 10 < explosion.curvature(2.0) / explosion.curvature(1.0)  # "not as far"


def test_a_loss_grows_by_a_constant_factor_where_tanh_saturates_and_faster_with_relu():
    broken = [run for sigma_w, rate in itertools.product(lab.SCALES, lab.RATES)
              if (run := explosion.run("tanh", sigma_w, rate)).overflows]
    assert len(broken) > 10
    for run in broken:
        loss = run.loss[np.isfinite(run.loss)].astype(float)
        assert np.ptp(np.log(loss[-4:] / loss[-5:-1])) < 1e-3
    loss = explosion.run("relu", 2**0.5, 0.5).loss
    assert loss[1] / loss[0] > 1e6 and np.isnan(loss[2])  # "from a high loss to nan in a step or two"


def test_the_median_tells_a_broken_run_from_a_healthy_one_and_the_first_rise_does_not():
    healthy, broken = lab.mini_batches(0.1), lab.mini_batches(1.0)
    rises = [np.flatnonzero(np.diff(loss[:200]) > 0) for loss in (healthy, broken)]
    assert all(r[0] < 10 and 70 < r.size < 130 for r in rises)  # "and many more"
    assert lab.alarm(healthy) is None and 5 < lab.alarm(broken) < 40
    assert healthy[-20:].mean() < 0.1 < healthy[0] < 10 < broken[-20:].mean()


@given(st.floats(0.1, 10), st.integers(2, 90))
def test_the_alarm_knows_no_unit_and_ignores_one_bad_batch(scale, at):
    loss = scale * 0.99 ** np.arange(101.0)
    loss[at] *= 1000
    assert lab.alarm(loss) is None
    assert lab.alarm(np.append(loss, np.full(20, 4 * scale))) in range(104, 113)


def test_two_lists_of_factors_say_why_their_verdicts_differ():
    """The first goes on, and its four factors, taken twice, make what it says; the second ends."""
    goes_on, ends = (next(claim for claim in lab.CLAIMS if claim.id == id) for id in ("S2.2", "S2.3"))
    assert goes_on.verdict != ends.verdict and "S2.2" in ends.condition
    assert "“and so on”" in goes_on.condition and "eight of this size 1e-10" in goes_on.condition
    assert goes_on.evidence[0].expected ** 2 == pytest.approx(1e-10)


# Figures and prose


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


def test_runs_at_the_edge_end_below_those_that_stay_under_it():
    """So a loss that swings, and falls all the same, is no reason to halve the rate."""
    told = [re.search(r"sharpness is (\S+) times .* ends at ([\d.]*\d)", caption("sharpening", rate=rate)).groups()
            for rate in edge.DESCENT]
    sharpness, loss = np.array(told, float).T
    assert 0 < (sharpness < 0.9).sum() < len(loss) and loss[sharpness > 0.98].max() < loss[sharpness < 0.9].min()
    assert loss[edge.DESCENT.index(0.1)] < loss[edge.DESCENT.index(0.05)] / 2, "halved"


def test_regions_of_the_cost_of_depth_are_where_their_words_are_true():
    ax, (depths, plane) = Figure().subplots(), Figure().subplots(1, 2)
    lab.draw_epochs_needed(ax)
    [never] = ax.patches
    assert ax.texts[0].get_text() == f"not within {runs.EPOCHS} epochs"
    assert runs.EPOCHS <= never.get_y() <= 1.1 * runs.EPOCHS
    lab.draw_equal_budget(depths, plane)
    at = {text.get_text(): text.get_position() for text in plane.texts}
    (low, _), (high, test) = at["underfitting"], at["overfitting"]
    assert low < 0.5 < high and test < high - 0.2


def test_captions_tell_the_numbers_of_their_state():
    moved, loss = lab.movement("tanh, 8 layers")
    assert f"{number(100 * moved[20, 0])}%" in caption("frozen_layers", network="tanh, 8 layers", epoch=20)
    assert f"{loss[20]:.2f}" in caption("frozen_layers", network="tanh, 8 layers", epoch=20)
    assert "sigmoid up to 5 layers" in caption("epochs_needed")
    assert "sigmoid never" in caption("epochs_needed", rate=0.01)
    assert f"{slow.few_images(4)[runs.IMAGES.index(60), 1]:.0%}" in caption("equal_budget")
    assert number(100 * frozen.frozen_cost("ReLU, 8 layers", 4, 10)) in caption("freezing", epoch=10)
    assert number(flat.surroundings(3, 3000)[1]) in caption("stillness", depth=3, step=3000)
    assert number(2.0**-9) in caption("rounded_away", name="bfloat16", depth=5)
    assert number(1.1**10) in caption("step_size", ratio=2.1)
    assert "0.97 times 38/η" in caption("sharpening")
    assert f"{scaling.lost('E5M2', 4)[0]:.1%}" in caption("loss_scaling", name="E5M2", power=4)
    assert caption("explosion").endswith("inf or nan appears at step 24, in the loss.")
    assert "every point drawn on these lines is higher" in caption("stillness", depth=6, step=3000)
    assert "In every layer at least 1% move" in caption("rounded_away")
    few = sum(rounding.layer_moves(20, 0.1, "float16")[1] < 0.01)
    assert f"In {few} of the layers fewer than 1%" in caption("rounded_away", name="float16", depth=20)
    assert "median of 3 seeds" in caption("epochs_needed") and "ten times its start at step" in caption("explosion")
    assert f"{rates.worst_settled():.1%}" in caption("largest_rate")
    assert said("consequences", "limit fits our trained smooth networks within # percent") == [
        np.ceil(100 * rates.worst_settled())]


def test_every_depth_is_where_the_caption_says_that_the_goal_was_reached():
    """Depths without a number are the first ones or the last, so that one limit says which they are."""
    goals, depths = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99), np.array(runs.DEPTHS)
    for goal, rate, activation in itertools.product(goals, (slow.BEST, *runs.RATES), runs.ACTIVATIONS):
        reached = np.isfinite(np.median(slow.epochs_needed(activation, goal, rate), axis=1))
        words = slow.depth_limit(depths[~reached])
        end = int((re.findall(r"\d+", words) or [0])[0])  # "never" has no depth
        assert (reached == (depths >= end if "from" in words else depths <= end)).all(), words


def test_numbers_typed_into_the_prose():
    rates_of = {activation: rate for activation, _, rate in runs.FREEZING.values()}
    words = "learning rate {sigmoid} for the sigmoids, {tanh} for tanh, {relu} for ReLU"
    assert words.format(**rates_of) in " ".join(prose("consequences").split())
    check_prose(
        "consequences",
        given={"0.2", "0.1", "0.03", "0.05", "0.01", "0.5", "0.001", "1.5", "1.9", "2.1", "1,000", "3.5",
               "0.7", "0.9", "0.0003", "3,000", "2,000", "2.13",
               "50%", "90%", "97%"},
        computed={
            "0.69": np.log(2), "2.30": np.log(10), "6.91": np.log(1000), r"1.2 \times 10^{-5}": smallest()[0],
            "0.098": smallest()[1], "0.78": smallest()[2],
            "0.0014": flat.surroundings(6, 300)[1], "0.0023": flat.surroundings(3, 3000)[1], "4.61": np.log(100),
            "0.04": probes.spread("sigmoid, 4 layers", 2)[1], "95%": lab.probe("sigmoid, 4 layers", 2),
            "94%": lab.probe("sigmoid, 4 layers", 0), "96%": lab.rest("sigmoid, 4 layers", 2),
            "82%": lab.probe("ReLU, 8 layers", 4),
        },
    )
    assert 2.0**-25 == pytest.approx(3e-8, rel=0.01)


def test_what_the_quizzes_say():
    cost = {name: 100 * frozen.frozen_cost(name, k, 20) for name, k in (
        ("tanh, 8 layers", 4), ("ReLU, 8 layers", 4), ("sigmoid, 4 layers", 2), ("sigmoid, 8 layers", 4))}
    assert list(cost.values()) == pytest.approx([3.7, 18, 65, 0], abs=0.5)
    epochs = np.median(lab.epochs_needed("sigmoid", goal=0.9), axis=1)[:4]
    assert epochs.tolist() == [2, 5, 11, 32] and 32 * epochs[3] / epochs[0] == pytest.approx(500, rel=0.05)
    assert flat.surroundings(3, 3000)[0] < 0.0065 and flat.surroundings(6, 300)[0] > 2.2
    assert abs(1 - 0.05 * 40) == 1


@pytest.mark.parametrize("p, name", [(24, "float32"), (11, "float16"), (8, "bfloat16")])
def test_the_smallest_gradient_of_the_exercise_is_the_edge(p, name):
    limit = smallest()[DIGITS.tolist().index(p)] * RATE
    assert round_to(WEIGHT - 0.999 * limit, name) == WEIGHT != round_to(WEIGHT - 1.001 * limit, name)


def test_power_iteration_of_the_exercise_needs_fifty_rounds():
    for seed in range(20):
        times, n = curved(np.random.default_rng(seed))
        v = np.random.default_rng(1).standard_normal(n)
        for _ in range(50):
            v = times(v / np.linalg.norm(v))
        assert np.linalg.norm(times(v)) / np.linalg.norm(v) == pytest.approx(spectrum(times, n)[-1], rel=1e-3)


def test_captions_put_each_number_where_it_belongs():
    for ratio, fate in ((0.5, "creeps back from one side"), (1.5, "swings from side to side, and settles"),
                        (2.1, "swings further out at every step")):
        assert f"w {fate}." in caption_of(FIGURES, "step_size", ratio=ratio)
    words = "the push is multiplied by # on the parabola, by # in the network"
    assert told(FIGURES, "step_size", words, ratio=0.5) == pytest.approx(
        [0.5**10, curvature.displaced(0.5)[10]], rel=0.05)
    moved = frozen.movement("sigmoid, 8 layers")[0][40]
    words = "layer 1 has moved by #% of its initial size, the last hidden layer by #%"
    assert told(FIGURES, "frozen_layers", words, epoch=40) == pytest.approx([100 * moved[0], 100 * moved[6]], rel=0.05)
    names = ("tanh, 8 layers", "ReLU, 8 layers", "sigmoid, 4 layers", "sigmoid, 8 layers")
    words = "8 tanh layers # points of test accuracy, 8 ReLU layers #, 4 sigmoid layers #, and 8 sigmoid layers #"
    assert told(FIGURES, "freezing", words, epoch=20) == pytest.approx(
        [100 * frozen.frozen_cost(name, int(name[-8]) // 2) for name in names], rel=0.05, abs=0.01)
    _, share = rounding.layer_moves(10, 0.1, "float32")
    words = "moves #% of the weights of layer 1 and #% of those of layer 10"
    assert told(FIGURES, "rounded_away", words) == pytest.approx(100 * share[[0, -1]], rel=0.05)
    assert told(FIGURES, "rounded_away", "An update of at most # of its weight never moves it") == pytest.approx(
        [2.0**-25], rel=0.05)
    low, high = told(FIGURES, "loss_scaling", "It reaches from # to #", name="float16", flushed=False)
    assert (low, high) == pytest.approx((2.0**-24, 65504), rel=0.05)
    budget = slow.at_budget("tanh", 5)[slow.DEPTHS.index(8)]
    words = "classify #% of the training digits correctly and #% of the test digits"
    assert told(FIGURES, "equal_budget", words, activation="tanh", epoch=5) == pytest.approx(100 * budget, abs=0.06)
    assert "The smallest curvature is" in caption_of(FIGURES, "stillness", depth=6, step=300)


def test_guides_stand_where_their_names_say():
    for ax, (name, limit) in zip(drawn(FIGURES["sharpening"]), (("2/η", 2), ("38/η", 38))):
        assert ax.get_title().endswith(f"over {name}")
        assert edge.LIMITS["sgd" if limit == 2 else "adam"] == pytest.approx(limit)
        guide, words = ax.lines[0], next(text for text in ax.texts if text.get_text() == "the limit")
        assert guide.get_ydata()[0] == 1 and 1 < words.xy[1] < 1.5
    _, onset = drawn(FIGURES["explosion"])
    guide = next(line for line in onset.lines if line.get_color() == COLORS["theory"])
    assert guide.get_xdata()[0] == pytest.approx(2 / explosion.curvature(1.0))
    at, lines = explosion.RATES.index(0.5), [line for line in onset.lines if len(line.get_xdata()) > 2]
    runs = {line.get_label(): line.get_ydata()[at] for line in lines}
    found = explosion.run("tanh", 1.0, 0.5)
    assert (runs["rise"], runs["× 10"]) == (found.rises, found.diverges)
    places = {text.get_text(): text.xy[1] for text in drawn(FIGURES["stillness"])[0].texts if hasattr(text, "xy")}
    assert places["valleys"] < np.log(10) < places["plateaus"]
    plane = drawn(FIGURES["equal_budget"])[1]
    places = {text.get_text(): text.get_position() for text in plane.texts}
    assert sum(places["underfitting"]) < sum(places["overfitting"])
    fewest = next(text for text in plane.texts if text.get_text() == f"{slow.IMAGES[0]} images")
    assert fewest.xy == pytest.approx(slow.on_few()[0, slow.FEW_FROZEN.index(0)].mean(axis=0))
    lost, most = drawn(FIGURES["rounded_away"])[1].patches[0], "An update of at most # of its weight never moves it"
    assert [lost.get_y() + lost.get_height()] == pytest.approx(told(FIGURES, "rounded_away", most), rel=0.05)
    ax, = drawn(FIGURES["largest_rate"])
    rings = next(line for line in ax.lines if line.get_markerfacecolor() == "none")
    assert "at the first step (rings)" in {text.get_text() for text in ax.texts}
    assert len(rings.get_xdata()) == len(rates.STARTS)


@pytest.mark.parametrize(("update", "end"), [(2.0, -2.0), (-1.5, 1.5), (9.0, -3.4)])
def test_an_arrow_pushes_a_weight_against_its_gradient_as_far_as_the_ruler_goes(update, end):
    ax = Figure().subplots()
    rounding.draw_ruler(ax, 0.5, update, "layer 1")
    [arrow] = [text for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert arrow.xy[0] == pytest.approx(end) and arrow.xyann[0] == 0
