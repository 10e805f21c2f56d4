"""The laws of the chapter, its stored runs, its figures, and the numbers in its prose."""

import re
from math import comb

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from figures import check_figure, drawn, lines_of, theory_of, told, words_at
from prose import check_prose, prose, said
from vgtext import nn
from vgtext.ask import check
from vgtext.chapters import shortcuts as lab
from vgtext.chapters.shortcuts import noise, normfree, norms, runs, shattered, size, starts, training
from vgtext.palette import COLORS
from vgtext.tools.notebooks import figures

FIGURES = figures("shortcuts")


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


@pytest.mark.parametrize("name", lab.SCALES)
@pytest.mark.parametrize("sigma_w", [0.5, 1.4, 2.0])
def test_sizes_grow_as_predicted(name, sigma_w):
    forward, backward = lab.sizes(name, 20, sigma_w)
    expected = np.log10(lab.growth(name, 20, sigma_w)) * 20
    assert np.log10(forward[-1]) == pytest.approx(expected, abs=0.2 + 0.1 * expected)
    assert np.log10(backward[0]) == pytest.approx(expected, abs=0.2 + 0.1 * expected)
    assert expected < np.log10(np.e) / 2 * max(1, sigma_w**2 / 2) + 0.01 or name == "s = 1"


@pytest.mark.parametrize("name", lab.SCALES)
def test_the_gradient_by_path_length_is_binomial(name):
    assert lab.path_shares(name, 20) == pytest.approx(lab.predicted_shares(name, 20), abs=0.06)


def test_the_curve_of_the_paths_stands_at_their_lengths():
    [theory] = theory_of(FIGURES["paths"], L=10, name="s = 1/√L")
    assert theory == pytest.approx({k: comb(10, k) * 0.1**k / 1.1**10 for k in range(11)})


@pytest.mark.parametrize("kind", lab.KINDS)
def test_row_15_one_block_is_as_published_and_more_as_corrected(kind):
    if kind != "shortcut + batch norm":
        assert lab.correlation(kind, 1) == pytest.approx(lab.published(kind, 1), abs=0.03)
    for L in (1, 2, 5, 10):
        assert lab.correlation(kind, L) == pytest.approx(lab.corrected(kind, L), abs=0.03)


def test_row_15_what_breaks_is_the_correlation_of_inputs():
    assert lab.correlation("plain", 5) > 2.5 * lab.published("plain", 5)
    assert lab.correlation("plain + batch norm", 5) == pytest.approx(lab.published("plain", 5), abs=0.012)
    product = [lab.corrected("plain", L) for L in (2000, 4000)]
    assert np.log2(product[0] / product[1]) == pytest.approx(3, abs=0.1)
    words = "The exponent tends to $-3$, and is about $-2$ near # layers and $-2.7$ near #."
    for L, exponent, rounded in zip(map(int, said("shortcuts", words)), (2, 2.7), (0.05, 0.05)):
        near = [lab.corrected("plain", L + k) for k in (-1, 1)]
        assert np.log(near[0] / near[1]) / np.log((L + 1) / (L - 1)) == pytest.approx(exponent, abs=rounded)
    with_norm = [lab.corrected("shortcut + batch norm", L) for L in (2000, 4000)]
    assert np.log2(with_norm[0] / with_norm[1]) == pytest.approx(np.pi / (2 * np.pi - 2), abs=0.01)


def test_random_biases_keep_gradients_alike():
    assert lab.correlation("plain", 5, sigma_b=1.0) > 1.5 * lab.correlation("plain", 5)


def test_row_17_the_last_gradient_of_post_and_pre_norm():
    assert lab.slope(lab.last_layer("post")) == pytest.approx(0, abs=0.12)
    assert 0 < lab.slope(lab.last_layer("post", 1)) < 0.015 < lab.slope(lab.last_layer("post"))
    assert lab.slope(lab.last_layer("pre")) == pytest.approx(-0.5, abs=0.12)
    assert lab.slope(lab.last_layer("pre")) == pytest.approx(lab.slope(norms.predicted()), abs=0.05)


def sample():
    """One cell of each kind of the stored runs, drawn at random where all seeds learn at a rate below the largest.

    Elsewhere chaos tells them apart.
    """
    rng, last = np.random.default_rng(17), runs.stored()[..., :-1, :, 1, -1]
    cells = [c for c in np.ndindex(last.shape) if 0.9 < last[c[:-1]].min() > last[c[:-1]].max() - 0.02
             and runs.DEPTHS[c[1]] <= 10]
    return [rng.choice([c for c in cells if c[0] == kind]).tolist() for kind in range(len(runs.KINDS))]


@pytest.mark.parametrize("kind, depth, rate, seed", sample())
def test_stored_runs_are_run_again(kind, depth, rate, seed):
    again = runs.train(runs.KINDS[kind], runs.DEPTHS[depth], runs.RATES[rate], seed)
    stored = runs.stored()[kind, depth, rate, seed]
    assert again[:, 0] == pytest.approx(stored[:, 0], abs=0.02)
    assert again[:, -1] == pytest.approx(stored[:, -1], abs=0.05)


@pytest.mark.parametrize("kind", runs.KINDS)
def test_a_kind_is_called_by_what_is_built(kind, L=16):
    block = runs.network(kind, L).blocks[1]
    words = {nn.Residual: lambda: {1: "shortcut, s = 1", L**-0.5: "shortcut, s = 1/√L"}[block.scale],
             nn.Highway: lambda: f"highway, b_f = {-block.gate.b.mean():g}"}.get(type(block), lambda: "plain")
    assert training.WORDS[kind] == words()


def test_a_block_that_is_missed_and_one_that_is_not():
    """Any block of a plain network; none of a residual one."""
    for seed in (1, 2):
        assert lab.taken_out("plain", seed=seed)[1].max() < 0.3
        whole, without = lab.taken_out("scaled", seed=seed)
        assert without.min() > whole - 0.15


def test_with_a_whole_branch_the_gradient_explodes_at_every_scale():
    growth = [size.sizes("s = 1", 100, sigma_w)[1, 0] for sigma_w in (0.5, 1.0, 2.0, 3.0)]
    assert growth == sorted(growth)  # "even at the smallest 400-fold"


def test_gradients_along_a_line_shatter_with_depth_unless_something_keeps_them():
    near = {(kind, L): lab.autocorrelation(kind, L)[1] for kind in lab.LINES for L in (1, 50)}
    assert near["plain", 1] > 0.95 and near["plain", 50] < 0.6
    assert near["shortcut, s = 1/√L", 50] > 0.95
    assert near["plain, PyTorch default", 50] > 0.85
    # "within three percent of the line most of the correlation is gone"
    assert lab.autocorrelation("plain", 50)[2] < 0.5
    drowned, five = lab.autocorrelation("plain, PyTorch default", 50), lab.autocorrelation("plain", 5)
    assert drowned == pytest.approx(five, abs=0.3) and np.all(drowned[:13] > five[:13] - 0.06)  # "about as much"


def test_the_gradient_along_a_line_is_that_of_differences():
    """Between kinks the output is a straight line, so the slope is the same at both ends of almost every step."""
    x, w = np.linspace(-2, 2, 256), lab.along_line("plain", 2, 3)
    assert np.mean(np.abs(np.diff(w)) < 1e-12) > 0.1 and x.size == w.size
    assert np.sqrt(np.mean(w**2)) == pytest.approx(1)


@pytest.mark.parametrize("way", normfree.WAYS)
def test_each_start_has_the_sizes_that_are_stored(way):
    again = np.mean([normfree.sizes(way, 5, seed) for seed in range(normfree.SEEDS)], axis=0)
    assert 10**again == pytest.approx(starts.growth(way, 5), rel=0.02)
    row = list(normfree.WAYS)[::-1].index(way)
    for label, color, factor in zip(("activations", "error signal"), ("forward", "backward"), 10**again):
        marks = [line for line in lines_of(FIGURES["starts"], L=5) if line.get_label() == label]
        assert marks[row].get_xdata() == pytest.approx([factor], rel=0.02) and marks[row].get_color() == COLORS[color]


@pytest.mark.parametrize("way", ["rezero", "fixup"])
def test_starts_that_begin_as_the_identity_do(way):
    net = normfree.network(way, 20)
    x = np.random.default_rng(0).standard_normal((64, 8)).astype("float32")
    first = net.blocks[0].forward(x).copy()
    a = first
    for block in net.blocks[1:21]:
        a = block.forward(a)
    assert (a == first).all()


def test_deepnorm_is_post_norm_with_a_larger_shortcut():
    """norm(α z + f) is norm(z + f/α): what the network computes, but for the ε under the root."""
    rng, L = np.random.default_rng(1), 16
    block = normfree.network("deepnorm", L).blocks[1]
    z = rng.standard_normal((normfree.WIDTH, 4)).astype("float32")
    f = block.body[1].forward(block.body[0].forward(z))
    whole = L**0.25 * z + f
    expected = (whole - whole.mean(axis=0)) / whole.std(axis=0)
    assert block.forward(z) == pytest.approx(expected, abs=1e-3)
    assert block.body[0].W.std() * normfree.WIDTH**0.5 == pytest.approx((4 * L) ** -0.25, rel=0.1)


@pytest.mark.parametrize("way, rate", [("pre", 0.1), ("fixup", 0.1), ("dyt", 0.03)])
def test_stored_starts_are_trained_again(way, rate):
    cell = list(normfree.WAYS).index(way), 0, normfree.RATES.index(rate), 0, 0
    assert normfree.train(way, 5, rate, 0)[0] == pytest.approx(starts.stored()["right"][cell], abs=0.03)


def test_what_the_prose_says_of_starts():
    assert 5e11 < starts.growth("none", 80)[0] < 1e12
    others = [way for way in normfree.WAYS if way not in ("none", "post")]
    assert all(starts.accuracy(way, L) > 0.9 for way in others for L in (20, 80))
    assert starts.accuracy("post", 80) < 0.25 and starts.growth("post", 80)[0] == pytest.approx(1, abs=0.05)
    assert min(others, key=lambda way: starts.accuracy(way, 80)) == "dyt"
    assert [way for way in normfree.WAYS if starts.accuracy(way, 80, 0.3) > 0.5] == ["pre"]
    assert normfree.DEEP_RATES == (0.01, 0.03)  # of which the better is shown
    assert starts.deep("rezero", 0.01) > 0.9 and starts.deep("rezero", 0.03) == pytest.approx(0.1, abs=0.01)
    assert all(starts.deep(way, rate) > 0.8 for way in ("pre", "fixup") for rate in normfree.DEEP_RATES)


def test_what_the_prose_says_of_training():
    assert lab.best("plain", 10)[1, -1] > 0.8 and lab.best("plain", 40)[1, -1] < 0.4
    assert lab.best("plain", 100)[1, -1] < 0.15
    right = runs.stored()[list(runs.KINDS).index("residual"), ..., 1, -1].max(axis=2)  # of the best seed: depth, rate
    first = next(depth for depth, each in zip(runs.DEPTHS, right, strict=True) if (each < 0.15).all())
    words = "from # blocks on it breaks down at each of # learning rates, where the plain network of # still learns"
    assert said("shortcuts", words) == [first, len(runs.RATES), first]
    assert (right[runs.DEPTHS.index(first) :] < 0.15).all()
    assert abs(lab.best("scaled", 100)[1, -1] - lab.best("scaled", 2)[1, -1]) < 0.005
    said("shortcuts", "a hundred blocks with scaled shortcuts come within half a point of two blocks on the training")
    assert lab.best("highway", 40)[1, -1] < 0.3 and lab.best("highway closed", 40)[1, -1] > 0.98
    cell = list(runs.KINDS).index("highway closed"), runs.DEPTHS.index(100), runs.RATES.index(0.3)
    seeds = runs.stored()[(*cell, slice(None), 1, -1)]
    words = "at a hundred # seed of # still fails at the best rate, 0.3."
    assert said("shortcuts", words) == [(seeds < 0.15).sum(), len(seeds)] and np.median(seeds) > 0.9


def test_the_table_of_starts_has_those_that_are_built():
    rows = {row.split()[0]: row for row in re.findall(r"^\| (.*) \|$", prose("shortcuts"), re.M)}
    layers = r"([\d.]+); \$10\^\{(-\d+)\}\$ above (\d+) layers, \$10\^\{(-\d+)\}\$ above (\d+)"
    first, second, deep, third, deeper = map(float, re.search(layers, rows["LayerScale"]).groups())
    starts = [normfree.layerscale_start(L) for L in (deep, deep + 1, deeper, deeper + 1)]
    assert starts == pytest.approx([first, 10**second, 10**second, 10**third])
    L, powers = 16, {way: [float(f"{sign}{1 / int(n)}") for sign, n in re.findall(r"L\)?\^\{(-?)1/(\d)\}", rows[way])]
                     for way in ("Fixup", "DeepNorm")}
    fixup, deepnorm = (normfree.network(way.lower(), L).blocks[1] for way in powers)
    he, drawn = (block.body[0].W.std() * (normfree.WIDTH / 2) ** 0.5 for block in (fixup, deepnorm))
    assert [he] == pytest.approx([L**power for power in powers["Fixup"]], rel=0.1)
    assert [1 / deepnorm.scale, 2**0.5 * drawn] == pytest.approx(
        [base**power for base, power in zip((L, 4 * L), powers["DeepNorm"], strict=True)], rel=0.1)
    assert rf"$\alpha = \frac1{1 / normfree.DynamicTanh(3).start:g}$" in rows["dynamic"]


@pytest.mark.parametrize("L", [5, 80])
def test_the_marks_of_a_way_stand_in_its_row(L):
    sizes, outcome = Figure().subplots(1, 2)
    lab.draw_starts(sizes, outcome, L)
    rows, ways = words_at(sizes.yaxis), {words: name for name, words in starts.WAYS.items()}
    for line in (line for line in sizes.lines if line.get_label()[0] != "_"):
        way = ways[rows[round(line.get_ydata()[0])]]
        assert line.get_xdata()[0] == starts.growth(way, L)[line.get_label() == "error signal"]
    assert all(text.get_text() == rows[text.get_position()[1]] for text in outcome.texts[:-1])


def test_numbers_typed_into_the_prose():
    rates, carried = {"0.01", "0.03", "0.1", "0.3"}, [1 / (1 + np.exp(-bias)) for bias in (2, 4)]
    check_prose("shortcuts", given=rates | {"0.5", "1,000", "2016", "2017", "2020", "1000", "10,000", "90%", "3,000"},
                computed={"0.73": np.pi / (2 * np.pi - 2), "0.92": 2.5 / np.e,
                          "2.7": np.log2(lab.corrected("plain", 60) / lab.corrected("plain", 120)),
                          "6.9": np.log(1000), "3%": 0.5**5,
                          "400-fold": round(size.sizes("s = 1", 100, 0.5)[1, 0], -2),
                          "88%": carried[0], "98%": carried[1]})


def test_captions_put_each_number_where_it_belongs():
    assert told(FIGURES, "noise", "in a plain network of one block #") == pytest.approx(
        [noise.autocorrelation("plain", 1)[4]], abs=0.006)
    grays = {line.get_label() for line in lines_of(FIGURES["noise"]) if line.get_color() == COLORS["seed"]}
    assert grays == {"plain, 1 block", "plain, 5 blocks", "plain, 50 blocks"}
    words = {text.get_text() for ax in drawn(FIGURES["noise"]) for text in ax.texts}
    assert "gray: plain, 1, 5 and 50 blocks" in words
    pre = norms.last_layer("pre")
    assert told(FIGURES, "norms", "to the power # from 2 to 64 blocks, # from 16 on", place="pre") == pytest.approx(
        [np.polyfit(np.log(norms.DEPTHS[k:]), np.log(pre[k:]), 1)[0] for k in (0, 3)], abs=0.006)
    words = "the published law says #, and following the inputs' correlation gives #"
    assert told(FIGURES, "shattered", words, kind="plain") == pytest.approx(
        [1 / 32, shattered.corrected("plain", 5)], abs=0.0006)
    words = "The input gets the output's gradient times # in the plain network, times # with a shortcut"
    shown = told(FIGURES, "sizes", words, sigma_w=1.0, L=20)
    assert np.log2(shown) == pytest.approx([-10, np.log2(size.sizes("s = 1/√L", 20, 1.0)[1, 0])], abs=1.5)
    assert told(FIGURES, "paths", "a path passes # branches on average", L=10) == [5]
    (before, after), (last, *_) = drawn(FIGURES["starts"]), drawn(FIGURES["paths"])
    assert "before training" in before.get_title() and "after 220 steps" in after.get_title()
    legend = last.get_legend()
    shares = {word.get_text(): mark for word, mark in zip(legend.get_texts(), legend.legend_handles)}
    assert to_hex(shares["of the squared gradient"].get_color()) == COLORS["backward"].lower()
    for rate in starts.RATES:
        good = [way for way in starts.WAYS if starts.accuracy(way, 20, rate) > 0.9]
        shown = told(FIGURES, "starts", "# of # get above 90% in training", L=20, rate=rate)
        assert shown == [len(good), len(starts.WAYS)]
    line, lags = drawn(FIGURES["noise"])
    x, away = line.lines[1].get_xdata(), lags.lines[-1].get_xdata()
    assert lags.get_xlabel() == "distance of two inputs" and away == pytest.approx(x[noise.LAGS] - x[0])
    (train, test), words = training.best("plain", 20)[1:, -1], "right in training and in the test: plain #% and #%"
    assert told(FIGURES, "training", words, depth=20) == pytest.approx([100 * train, 100 * test], abs=0.51)


@pytest.mark.parametrize("seed", range(5))
def test_another_right_way_passes(seed):
    def short(s, L):
        return sum(comb(L, k) * s ** (2 * k) for k in range(3)) / (1 + s * s) ** L
    assert check(lab.EXERCISES["short"], short, seed).right
