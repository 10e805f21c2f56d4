"""The laws behind the chapter, samples of its stored runs made again, its figures, and the numbers in its prose."""

import itertools
import re
from dataclasses import replace
from functools import partial
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from figures import caption_of, check_figure, lines_of, words_at
from prose import check_prose, prose, said
from vgtext import diagnose, nn
from vgtext.ask import check
from vgtext.chapters import mitigation as lab
from vgtext.chapters.mitigation import atlas, cures, hundred, layers, pairs, runs, theory
from vgtext.explore.handles import handles_of
from vgtext.nn.theory import residual
from vgtext.palette import COLORS
from vgtext.tools.notebooks import figures, read_notebook

FIGURES = figures("mitigation")
caption = partial(caption_of, FIGURES)
any_recipe = st.builds(lab.Recipe, st.sampled_from(lab.ACTIVATIONS), st.sampled_from(list(lab.INITS)),
                       st.sampled_from(list(lab.NORMS)), st.sampled_from(list(lab.SHORTCUTS)))


# The laws


@settings(max_examples=12, deadline=None)
@given(any_recipe, st.integers(0, 3))
def test_the_error_signal_of_a_wide_network_has_the_predicted_factors(recipe, seed):
    width = 32 if recipe.init == "Glorot" else 128  # Glorot's first layer depends on both of its sizes
    measured, predicted = lab.journey(recipe, 12, width, seed).backward[0], theory.backward(recipe, 12, width)[0]
    assert measured == pytest.approx(predicted, abs=0.9 if width == 32 else 0.45)


@pytest.mark.parametrize(("activation", "s", "low", "high"),
                         [("tanh", 0.1, 1, 3), ("relu", 0.1, 100, 1e5), ("relu", 0.01, 1, 3)])
def test_a_scaled_branch_of_relu_needs_one_over_the_depth(activation, s, low, high):
    """A hundred layers a + s φ(W a), followed apart from the engine: the squared error signal at their input."""
    said("mitigation", "bounded with $s = 1/\\sqrt L$ for tanh; bare ReLU needs $1/L$")
    phi, n, L, grown = nn.get_activation(activation), 64, 100, []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        a, z = rng.normal(size=(n, 10)), []
        W = rng.normal(size=(L, n, n)) * np.sqrt((2 if activation == "relu" else 1) / n)
        for l in range(L):
            z.append(W[l] @ a)
            a = a + s * phi(z[l])
        error = last = rng.normal(size=a.shape)
        for l in range(L - 1, -1, -1):
            error = error + s * W[l].T @ (phi.derivative(z[l]) * error)
        grown.append((error**2).sum() / (last**2).sum())
    assert low < np.median(grown) < high


def test_common_parts_make_relu_streams_grow_faster_than_the_factors_alone():
    recipe = lab.Recipe("relu", "He", "none", "residual")
    alone = lab.growth(recipe, 50).factor.prod() ** 0.5
    assert lab.journey(recipe, 50).backward[0] > np.log10(alone) + 2
    grown = lab.journey(recipe, 50).forward
    assert 2 * (grown[-1] - grown[0]) / (len(grown) - 1) > np.log10(2.4)  # "more than doubles at every layer"
    assert 0.5 * np.log10(lab.growth(recipe, 50).square) == pytest.approx(
        0.5 * np.log10(lab.growth(recipe, 50).square[0] * residual.relu_stream(48, 2**0.5)[0]), abs=1e-5)
    factor = 10 ** theory.backward(recipe, 50)[0] / alone
    assert "it ends 2,000 times too low" in prose("mitigation") and round(factor, -3) == 2000


@pytest.mark.parametrize("init", list(runs.INITS))
@pytest.mark.parametrize("depth", [20, 50, 100])
def test_bare_relu_shortcuts_have_the_predicted_error_signal(init, depth):
    """Four networks of width 32, to a hundred layers, where the factors alone are off by 10^5 to 10^7."""
    recipe = lab.Recipe("relu", init, "none", "residual")
    measured = np.mean([lab.journey(recipe, depth, seed=seed).backward for seed in range(4)], axis=0)
    assert measured == pytest.approx(theory.backward(recipe, depth), abs=0.3 + 0.002 * depth)
    first, ratio = said("mitigation", "right within a factor of #"), theory.backward(recipe, 100)[0]
    if init != "orthogonal":
        assert abs(lab.journey(recipe, 100).backward[0] - ratio) < np.log10(first[0])


def test_a_sigmoid_branch_has_a_mean_and_keeps_to_its_factors():
    """Its slope is even, so z φ'(z) is 0 on average, and nothing comes back along the stream."""
    for init, norm in itertools.product(lab.INITS, lab.NORMS):
        recipe = lab.Recipe("sigmoid", init, norm, "residual")
        assert lab.journey(recipe, 100).backward[0] == pytest.approx(theory.backward(recipe, 100)[0], abs=0.2)


def test_growth_of_bare_relu_streams_in_the_prose():
    """c_+ of three initializations beside √(1 + χ); of the way with branches divided by 100; of the quiz."""
    scales = [theory.SIGMA_W[init] for init in ("PyTorch default", "Glorot", "He")]
    text = " ".join(prose("mitigation").split())
    grows = [residual.relu_growth(scale) for scale in scales]
    assert "For PyTorch's, Glorot's and He's weights $c_+$ is {:.2f}, {:.2f} and {:.2f},".format(*grows) in text
    assert "has {:.2f}, {:.2f} and {:.2f}.".format(*((1 + scale**2 / 2) ** 0.5 for scale in scales)) in text
    assert f"takes $c_+$ from {grows[2]:.2f} to {residual.relu_growth(2**0.5, 0.01):.3f}" in text
    source = " ".join(cell.source for cell in read_notebook("mitigation").cells)
    assert f"the factor is {residual.relu_growth(0.2**0.5) ** 2:.2f} per layer" in source


def test_plain_factors_behind_a_norm():
    """ReLU: 1 with layer norm and π/(π−1) with batch norm (Yang et al. 2019); a sigmoid needs its mean taken off."""
    factor = {(a, n): lab.growth(lab.Recipe(a, "He", n), 5).factor[-1] for a in lab.ACTIVATIONS for n in lab.NORMS}
    assert factor["relu", "layer"] == pytest.approx(1, abs=1e-9)
    assert factor["relu", "batch"] == pytest.approx(np.pi / (np.pi - 1), abs=1e-6)
    assert factor["relu", "none"] == pytest.approx(1, abs=1e-9)
    assert factor["sigmoid", "layer"] < 0.2 and 1 < factor["sigmoid", "batch"] < 1.05
    assert all(factor[a, "batch"] >= 1 for a in lab.ACTIVATIONS)


@given(any_recipe.filter(lambda r: r.norm != "none"))
@settings(max_examples=20, deadline=None)
def test_a_norm_makes_the_weight_scale_drop_out(recipe):
    other = recipe._replace(init="He" if recipe.init != "He" else "PyTorch default")
    assert lab.growth(recipe, 20).factor == pytest.approx(lab.growth(other, 20).factor)


def test_residual_streams_explode_without_a_norm_and_follow_a_power_with_one():
    plain, normed = (np.log(lab.growth(lab.Recipe("tanh", "Glorot", norm, "residual"), 2000).factor)
                     for norm in ("none", "layer"))
    _, square, slope = theory.moments("tanh", 1.0)
    l = np.arange(1, len(normed) + 1)
    part = l > 200
    power = np.polyfit(np.log(l[part]), np.cumsum(normed)[part], 1)[0]
    assert power == pytest.approx(slope / square, rel=0.02)  # equation "power"
    he = np.log(lab.growth(lab.Recipe("relu", "He", "none", "residual"), 50).factor)
    assert he == pytest.approx(np.full(48, np.log(2)))
    assert plain[10] > normed[10]


def test_a_branch_of_mean_above_0_behind_a_layer_norm_keeps_the_product_bounded():
    """Its means add up, so the stream's square grows as l squared and the factor less 1 falls as fast."""
    recipe = lab.Recipe("relu", "He", "layer", "residual")
    l, factor = np.arange(1, 1999), lab.growth(recipe, 2000).factor
    assert np.polyfit(np.log(l[200:]), np.log(factor[200:] - 1), 1)[0] == pytest.approx(-2, abs=0.02)
    batch = recipe._replace(norm="batch")
    assert lab.journey(batch, 100).backward[0] > 1.2 > 0.6 > lab.journey(recipe, 100).backward[0]


def test_interaction_is_zero_where_remedies_add_up():
    for pair in lab.PAIRS:
        (neither, other), (one, both) = lab.square(pair, 20)
        assert lab.interaction(pair, 20) == pytest.approx((both - neither) - (one - neither) - (other - neither))


def test_the_journey_follows_the_network_of_the_engine():
    recipe = lab.Recipe("tanh", "Glorot", "layer", "residual")
    net, d = runs.build(recipe, 8), runs.digits()
    net.loss_and_gradient(d.x[:, :64], d.y[:64])
    trip = lab.journey(recipe, 8)
    stream = d.x[:, :64]
    for block in net.blocks[:-1]:
        stream = block.forward(stream, True)
    assert trip.forward[-1] == pytest.approx(np.log10(np.sqrt(np.mean(stream**2))), abs=1e-4)
    assert trip.backward[-1] == 0 and len(trip.backward) == 7


# Stored runs: random samples of them again


def clear_cells(count, seed, deepest=30):
    """Random cells of the factorial, not too deep, whose neighbors in learning rate have the same verdict."""
    rng, good = np.random.default_rng(seed), runs.counts()[..., 1] / 359
    while count:
        cell = tuple(int(rng.integers(n)) for n in runs.SHAPE[:6])
        near = good[cell[:5]][max(cell[5] - 1, 0) : cell[5] + 2]
        if runs.DEPTHS[cell[4]] <= deepest and ((near < 0.2).all() or (near > 0.9).all()):
            count -= 1
            yield cell


@pytest.mark.parametrize("cell", list(clear_cells(5, seed=1)), ids=str)
def test_random_cells_of_the_factorial_come_out_again(cell):
    recipe, depth, rate = runs.of_cell(cell)
    kept, fresh = runs.counts()[cell], runs.train(recipe, depth, rate, 0)
    assert (kept[1] > 0.9 * 359) == (fresh[1] > 0.8 * 359)  # rounding differs between machines
    assert abs(int(kept[1]) - fresh[1]) <= 30


@pytest.mark.parametrize("remedy", ["batch norm", "zero biases", "leaky ReLU"])
def test_a_remedy_comes_out_again(remedy):
    kept = cures.counts()[list(lab.CASES).index("dead units"), 1 + list(lab.SINGLE_REMEDIES).index(remedy), 0]
    fresh = cures.train(lab.SINGLE_REMEDIES[remedy](replace(lab.CASES["dead units"], rate=0.1)))
    assert (kept > 0.8 * 359) == (fresh > 0.7 * 359)


def test_what_is_told_of_a_hundred_layers_are_shares_of_the_test_digits():
    """Whole numbers of them, which those of the training digits are not."""
    count = runs.digits().y_test.size
    right = np.array([hundred.test_accuracy(way) for way in lab.WAYS]) * count
    assert count == 359 and np.abs(right - right.round()).max() < 1e-9


def test_a_hundred_layers_come_out_again():
    """The first steps only; the loss of a healthy run falls from the start."""
    way = "ReLU, He, residual + layer norm"
    losses, _, rates = hundred.stored()
    i = list(lab.WAYS).index(way)
    fresh, _ = hundred.train(way, rates[i], steps=40)
    assert fresh / 1000 == pytest.approx(losses[i, 0, :4], abs=0.25)


def test_stored_counts_are_whole_and_possible():
    kept = runs.counts()
    assert kept.shape == runs.SHAPE and kept.dtype == np.int16
    assert (kept >= 0).all() and (kept <= [1438, 359, runs.STEPS]).all()
    assert (kept[:, :, :, 0, 0] == kept[:, :, :, 1, 0]).all()  # two layers have no hidden layer to go around
    assert (cures.counts() <= 359).all() and cures.counts().shape == (7, 14, 2)


def test_steps_until_a_loss():
    assert runs.steps_until(np.full(50, 1.0)) == 0
    assert runs.steps_until(np.r_[np.full(20, 1.0), np.zeros(30)]) == 26
    assert runs.steps_until([0.1]) == 0


def test_every_network_has_what_the_diagnosis_says():
    for planted, case in lab.CASES.items():
        if case.depth < 50:
            assert lab.name_cause(case).cause == planted
    assert set(lab.CASES) < set(diagnose.CAUSES) - {"healthy", "overfitting", "label noise"}


# What the text says


def test_the_table_prescribes_what_cured():
    gain = dict(zip(["nothing", *lab.SINGLE_REMEDIES], lab.outcomes(), strict=True))
    column = {cause: i for i, cause in enumerate(lab.CASES)}
    for cause, remedies in {
        "vanishing by activation": ("residual", "leaky ReLU + He", "batch norm"),
        "vanishing by initialization": ("matched init", "LSUV", "batch norm"),
        "vanishing by depth": ("residual", "residual + layer norm", "orthogonal init"),
        "exploding": ("matched init", "LSUV", "batch norm", "residual + layer norm"),
        "dead units": ("zero biases", "batch norm", "layer norm"),
        "learning rate too small": ("learning rate",),
        "learning rate too large": ("learning rate", "batch norm"),
    }.items():
        assert all(gain[r][column[cause]] > 0.65 for r in remedies)
    for cause, remedies in {
        "vanishing by activation": ("layer norm", "matched init", "learning rate"),
        "vanishing by initialization": ("leaky ReLU", "learning rate"),
        "vanishing by depth": ("Adam", "clipping", "batch norm"),
        "exploding": ("residual", "clipping"),
        "dead units": ("leaky ReLU", "matched init"),
        "learning rate too small": ("Adam",),
        "learning rate too large": ("clipping", "leaky ReLU"),
    }.items():
        assert all(gain[r][column[cause]] < 0.6 for r in remedies)
    assert lab.cures_of("clipping") == lab.cures_of("Adam") == []
    assert "1 of 13 remedies brings it" in caption("cures", cause="learning rate too small")
    assert said("mitigation", "they cure # of the #.") == [0, len(lab.CASES)]
    cured = lab.cures_of("residual + layer norm")
    assert said("mitigation", "cure all # vanishing and exploding networks") == [len(cured)]
    assert all(cause.startswith(("vanishing", "exploding")) for cause in cured)
    assert 0.45 < gain["matched init"][column["vanishing by depth"]] < 0.6  # "half of the digits"
    for cause in ("vanishing by initialization", "exploding"):
        assert gain["matched init"][column[cause]] == pytest.approx(0.71, abs=0.005)
        assert gain["LSUV"][column[cause]] > 0.8


def test_batch_norm_helps_sigmoids_and_layer_norm_does_not():
    for init in lab.INITS:
        batch, layer = (lab.accuracy(lab.Recipe("sigmoid", init, norm)) for norm in ("batch", "layer"))
        assert batch[2] > 0.9 and batch[5] > 0.8 and layer[2] < 0.2
        assert (lab.accuracy(lab.Recipe("sigmoid", init))[1:] < 0.2).all()


def test_pairs_that_need_replace_and_spoil_each_other():
    assert lab.interaction("residual, and batch norm (ReLU)", 50) > 0.6
    assert lab.interaction("residual, and layer norm (tanh)", 20) < -0.6
    (_, orthogonal), (_, both) = lab.square("batch norm, and orthogonal (tanh)", 50)
    assert both < orthogonal - 0.15
    assert lab.interaction("ReLU, and He initialization", 10) > 0.15
    assert lab.interaction("ReLU, and He initialization", 2) == pytest.approx(0, abs=0.05)


def test_where_plain_networks_end():
    small, glorot, he = (lab.deepest(lab.Recipe("relu", init)) for init in ("PyTorch default", "Glorot", "He"))
    assert small == glorot and said("mitigation", "move the edge from # layers to #") == [small, he]
    words = "ReLU with He's weights trains to # layers and tanh with Glorot's to #."
    assert said("mitigation", words) == [he, lab.deepest(lab.Recipe("tanh", "Glorot"))]
    plain = {(a, i): lab.deepest(lab.Recipe(a, i)) for a in lab.ACTIVATIONS for i in lab.INITS}
    assert [key for key, depth in plain.items() if depth == 100] == [("tanh", "orthogonal")]
    assert lab.deepest(lab.Recipe("relu", "He", "none", "residual")) == 5


def test_how_deep_a_norm_reaches_with_and_without_shortcuts():
    """The list of remedies for an explosion."""
    def ends(activation, norm, shortcut):
        return [lab.deepest(lab.Recipe(activation, init, norm, shortcut)) for init in lab.INITS]

    batch, (*layer, orthogonal) = ends("relu", "batch", "plain"), ends("relu", "layer", "plain")
    assert list(lab.INITS)[-1] == "orthogonal" and len({*batch}) == len({*layer}) == 1
    words = "batch norm trains up to # plain ReLU layers, and layer norm up to # (# from an orthogonal start)"
    assert said("mitigation", words) == [batch[0], layer[0], orthogonal]
    sigmoid = sorted({*ends("sigmoid", "layer", "residual")})
    assert said("mitigation", "(for sigmoids, layer norm in the branch only up to # or #)") == sigmoid
    assert min(ends("sigmoid", "batch", "residual")) >= 50


def test_bare_shortcuts_fail_in_relu_networks_from_twenty_layers_on():
    for init in lab.INITS:
        bare = dict(zip(lab.DEPTHS, lab.accuracy(lab.Recipe("relu", init, "none", "residual"))))
        assert max(bare[L] for L in lab.DEPTHS if L >= 20) < 0.8 and bare[5] > 0.8
    bare, plain = said("mitigation", "bare shortcuts fail from # layers on, and every network without shortcuts from #")
    assert bare == 20 and plain == min(L for i, L in enumerate(lab.DEPTHS) if not atlas.trains()[
        lab.ACTIVATIONS.index("relu"), ..., list(lab.SHORTCUTS).index("plain"), i:].any())


def test_a_shortcut_with_a_norm_makes_the_initialization_indifferent():
    recipes = [r for r in lab.recipes() if r.activation != "sigmoid" and r.shortcut == "residual" and r.norm != "none"]
    assert len(recipes) == 16 and all(lab.deepest(r) == 100 for r in recipes)


def test_the_forecast_is_right_nine_times_in_ten():
    sizes, ok = lab.points()
    assert (lab.forecast(sizes) == ok).mean() > 0.85


@pytest.mark.parametrize("norm, shortcut", [*itertools.product(lab.NORMS, lab.SHORTCUTS)])
def test_the_forecast_tells_of_the_edge_of_the_picture_where_marks_are_there(norm, shortcut):
    sizes, _ = lab.points(norm, shortcut)
    told = "At the edge of the picture: " in caption_of(FIGURES, "forecast", norm=norm, shortcut=shortcut)
    assert told == (np.isnan(sizes) | (np.abs(sizes) >= layers.EDGE)).any()


def test_what_rounding_has_lost_stands_apart_from_what_is_tiny():
    sizes, _ = lab.points("none", "plain")
    lines = [line for line in lines_of(FIGURES["forecast"]) if line.get_label() in ("trains", "does not train")]
    assert lines[-1].get_label() == "does not train"  # a cross can be seen upon a circle, not below one
    places = np.concatenate([line.get_xdata() for line in lines])
    words = words_at(lines[0].axes.xaxis)
    told = [next((words[tick] for tick in words if np.isclose(place, tick, rtol=1e-9, atol=0)), "") for place in places]
    assert told.count("lost") == np.isnan(sizes[:, 0]).sum() > 0
    assert told.count("≤ 10⁻¹⁰") == (sizes[:, 0] <= -10).sum() > 0


def test_a_run_that_broke_has_no_loss_in_the_figure():
    way = "ReLU, He, residual"
    assert [name for name in lab.WAYS if hundred.broke(name).any()] == [way] and hundred.broke(way).all()
    lines = [line for line in lines_of(FIGURES["hundred"], against=way) if line.get_linestyle() == "--"]
    assert len(lines) == hundred.SEEDS and all(np.isnan(line.get_ydata()).all() for line in lines)
    assert "ReLU, He, residual (rate 0.003) breaks down" in caption("hundred", against=way)


@pytest.mark.parametrize("way", lab.WAYS)
def test_that_one_color_covers_the_other_is_told_where_both_are_seen_and_the_same(way):
    for against in (way, "tanh, orthogonal"):
        lines = [line.get_ydata() for line in lines_of(FIGURES["hundred"], way=way, against=against)]
        seen = [y for y in lines if len(y) > 2 and np.isfinite(y).any()]
        covered = any(np.array_equal(y, z, equal_nan=True) for k, y in enumerate(seen) for z in seen[:k])
        assert covered == ("The blue lines cover the orange ones." in caption("hundred", way=way, against=against))


@pytest.mark.parametrize("init", lab.INITS)
@pytest.mark.parametrize("row", ["residual, layer norm", "residual, batch norm"])
def test_a_hundred_tanh_layers_need_less_than_twice_the_steps_of_ten(init, row):
    needed = dict(zip(lab.DEPTHS, runs.best()[runs.Recipe("tanh", init, *lab.ROWS[row]).cell][:, 2], strict=True))
    assert needed[100] < 2 * needed[10]


def test_what_the_reader_is_told_to_expect():
    """The outcomes that stand beside each "Try this"."""
    gain = dict(zip(["nothing", *lab.SINGLE_REMEDIES], np.round(100 * lab.outcomes()), strict=True))
    assert min(gain["residual"][4], gain["layer norm"][4]) > 90
    sizes, ok = lab.points("layer", "residual")
    assert lab.forecast(sizes).all()
    assert said("mitigation", "all # marks lie in the box, and # are circles") == [len(ok), ok.sum()]
    sizes, ok = lab.points("none", "residual")
    above = sizes[:, 1] > layers.BACK
    assert above.mean() == pytest.approx(1 / 3, abs=0.05) and 0 < ok[above].sum() < 12
    assert lab.square("ReLU, and He initialization", 5)[1, 0] > 0.95
    assert said("mitigation", "# of the # ways train a hundred layers") == [len(lab.learned()), len(lab.WAYS)]


def test_another_seed_says_the_same():
    same, points = lab.repeated()
    assert same >= 0.85 and points < 3


# Figures and numbers


def test_a_cell_of_the_map_stands_in_its_row_and_column_and_a_good_one_is_blue():
    ax, maps = Figure().subplots(1, 2)
    atlas.draw_map(ax, maps, "relu", "He")
    depths, rows = (words_at(axis) for axis in (ax.xaxis, ax.yaxis))
    for cell, text in zip(ax.patches, ax.texts, strict=True):
        j, i = text.get_position()
        right = 100 * atlas.at(lab.Recipe("relu", "He", *atlas.ROWS[rows[i].replace("\n", " ")]), int(depths[j]))
        assert text.get_text() == f"{right:.0f}"
        assert to_hex(cell.get_facecolor()) == COLORS["forward" if right > 50 else "backward"].lower()
    [click] = handles_of(maps)
    at = click.place(activation="tanh", init="Glorot")
    assert [words_at(axis)[k] for axis, k in zip((maps.xaxis, maps.yaxis), at)] == ["tanh", "Glorot"]


@pytest.mark.parametrize("name", FIGURES)
def test_figures_draw_and_say_what_they_show(name):
    check_figure(FIGURES[name])


def test_the_small_map_counts_what_the_large_one_shows():
    for activation, init in itertools.product(lab.NAMES, lab.INITS):
        shown = atlas.table(activation, init)
        count = atlas.trained()[list(lab.INITS).index(init), list(lab.NAMES).index(activation)]
        assert count == (shown >= 80).sum()
        assert f"{count:.0f} of the {shown.size} networks train" in caption("map", activation=activation, init=init)


def test_captions_say_what_the_text_says():
    ways = {}, {"init": "He"}, {"residual": True}
    assert ["Gray" in caption("switches", **way) for way in ways] == [False, True, True]
    assert "× 10⁻" in caption("journey")
    assert not any("−0" in caption("pair", pair=pair, depth=L) for pair in lab.PAIRS for L in lab.DEPTHS)
    assert "none of the five" in caption("map", init="PyTorch default", activation="relu") or "residual" in caption(
        "map")
    assert layers.DEPTH == 50 and atlas.TRAINS == 0.8


def test_what_twice_the_depth_does():
    """Squares the factor of plain ReLU, and √n times that of a residual one; of a residual tanh less; in logarithms."""
    def log(activation, depth, shortcut="residual"):
        return 2 * np.log(10) * lab.backward(lab.Recipe(activation, "Glorot", "none", shortcut), depth)[0]

    for steps in (50, 100):
        assert log("relu", 2 * steps + 2, "plain") == pytest.approx(2 * log("relu", steps + 2, "plain"), rel=1e-6)
        more = log("relu", 2 * steps + 2) - 2 * log("relu", steps + 2)
        assert more == pytest.approx(np.log(32), abs=np.log(2.5))
    assert log("tanh", 100) < log("tanh", 200) < 1.6 * log("tanh", 100)


def test_numbers_in_the_prose():
    chi = {a + n: lab.growth(lab.Recipe(a, "He", n), 5).factor[-1] for a in lab.ACTIVATIONS for n in ("batch", "layer")}
    given = {"0.003", "0.02", "0.1", "0.5"}  # the learning rates, and a loss
    gain = dict(zip(["nothing", *lab.SINGLE_REMEDIES], lab.outcomes(), strict=True))
    both = [lab.square("ReLU, and He initialization", depth)[1, 1] for depth in (100, 20, 10)]
    right = [gain["matched init"][1], gain["matched init"][3], gain["residual + layer norm"][4]]
    assert {f"{share:.0%}" for share in right} == {"71%"}
    check_prose("mitigation", given=given | {"20%", "30%", "100%"}, computed={
        "10%": 1 / 10, "80%": atlas.TRAINS, "71%": right[0], "29%": gain["Adam"][1],
        "44%": gain["Adam"][2], "37%": gain["clipping"][2], **dict(zip(("16%", "60%", "95%"), both, strict=True)),
        "1.47": chi["relubatch"], "1.18": chi["tanhbatch"], "1.03": chi["sigmoidbatch"], "0.15": chi["sigmoidlayer"],
        "1.19": cures.MATCHED["tanh"], "1,202": 1202, "2,000": 2000,
        **{f"{residual.relu_growth(x):.2f}": residual.relu_growth(x) for x in (3**-0.5, 2**0.5)},
        **{f"{(1 + x / 2) ** 0.5:.2f}": (1 + x / 2) ** 0.5 for x in (1 / 3, 1, 2)},
        "1.006": residual.relu_growth(2**0.5, 0.01)})
    assert chi["tanhlayer"] == pytest.approx(chi["tanhbatch"])
    assert {0.003, 0.02, 0.1, 0.5} == set(lab.RATES)
    assert f"{np.prod(runs.SHAPE[:5])} networks" in " ".join(prose("mitigation").split())


def test_the_scale_of_tanh_is_the_one_that_activations_measures():
    if not find_spec("vgtext.chapters.activations"):  # a fork may be without
        return
    from vgtext.chapters import activations
    assert cures.MATCHED["tanh"] == pytest.approx(activations.own_scale("tanh"), abs=0.01)


@pytest.mark.parametrize("pair", pairs.PAIRS)
def test_a_share_stands_at_the_names_of_its_two_remedies(pair):
    """A name is the start or the function, or says whether there is a norm or a shortcut."""
    ax, curve = Figure().subplots(1, 2)
    pairs.draw_pair(ax, curve, pair, depth=10)
    rows, columns = words_at(ax.yaxis), words_at(ax.xaxis)
    recipes = {recipe for row in pairs.PAIRS[pair][2] for recipe in row}
    for text in ax.texts:
        column, row = text.get_position()
        named = {rows[row], columns[column]}
        [recipe] = [each for each in recipes if named <= {
            lab.NAMES[each.activation], each.init, each.shortcut, *(
                {f"{each.norm} norm"} if each.norm != "none" else {"no batch norm", "no layer norm"})}]
        assert int(text.get_text()) == round(100 * runs.accuracy(recipe)[runs.DEPTHS.index(10)])


@pytest.mark.parametrize("ok, depth", [("1111111", 100), ("0000000", 0), ("0111111", 0), ("1101111", 5)])
def test_the_depth_up_to_which_all_train_ends_at_the_first_that_does_not(ok, depth, monkeypatch):
    recipe = lab.Recipe("tanh", "He")
    monkeypatch.setattr(atlas, "trains", lambda: {recipe.cell: np.array([*map(int, ok)], bool)})
    assert lab.deepest(recipe) == depth


@pytest.mark.parametrize("depth", [2, 5, 30, 100])
def test_points_are_those_of_the_shares_that_are_told(depth):
    for pair in pairs.PAIRS:
        told = caption_of(FIGURES, "pair", pair=pair, depth=depth).replace("−", "-")
        neither, one, other, both = (int(share) for share in re.findall(r"(\d+)%", told))
        gain, alone = (int(points) for points in re.findall(r"add (-?\d+)", told))
        assert (gain, alone) == (both - neither, one + other - 2 * neither)


@pytest.mark.parametrize("seed", range(5))
def test_another_right_way_passes(seed):
    def apart(a):
        return np.sqrt(a.var(axis=1).sum() / (a * a).mean(axis=1).sum())
    assert check(lab.EXERCISES["apart"], apart, seed).right
