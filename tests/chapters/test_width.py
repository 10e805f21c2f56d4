"""The laws behind the chapter, samples of its stored runs made again, its figures, and the numbers in its prose."""

from functools import partial

import numpy as np
import pytest
from matplotlib.figure import Figure

from figures import caption_of, check_figure, drawn, lines_of, told
from prose import check_prose, said
from vgtext import nn
from vgtext.chapters import width as lab
from vgtext.chapters.width import depth, muon, rates, runs, updates
from vgtext.nn.muon import NEWTON_SCHULZ, newton_schulz_on_values
from vgtext.nn.theory.width import GROWTH, RULES, log_variance, mup
from vgtext.palette import COLORS, number
from vgtext.tools.notebooks import figures

FIGURES = figures("width")
caption = partial(caption_of, FIGURES)


def figure_panels(name, **state):
    """The panels of a figure at a state."""
    panels = Figure().subplots(1, 2)
    FIGURES[name].draw(*panels, **state)
    return panels


# Width


def test_both_rules_agree_at_the_base_width():
    (one, _), (two, how) = (runs.network(rule, runs.BASE, "adam") for rule in RULES)
    np.testing.assert_array_equal(one.theta, two.theta)
    assert how.factors == {}
    for way in runs.WAYS:
        same = runs.stored(way)[:, runs.WIDTHS.index(runs.BASE)]
        np.testing.assert_allclose(same[0], same[1], rtol=1e-3)


@pytest.mark.parametrize("cell", [("Adam", "muP", 64, -8, 0), ("SGD", "standard", 32, -3, 2),
                                  ("SGD, squared error", "standard", 64, -3, 1)])
def test_stored_runs_come_out_again(cell):
    way, rule, n, k, seed = cell
    kept = runs.stored(way)[RULES.index(rule), runs.WIDTHS.index(n), runs.WAYS[way][2].index(k), seed]
    assert runs.train_width(*cell) == pytest.approx(kept, rel=0.05)


def test_a_stored_run_of_each_other_kind_comes_out_again():
    kept = runs.stored("muon")[1, 0, runs.MUON_RATES.index(-7), 1]
    assert runs.train_muon("muP", 32, -7, 1) == pytest.approx(kept, rel=0.05)
    for scale, k in (("s = 1/√L", -11), ("depth-μP", -11)):
        kept = runs.stored("depth")[runs.SCALES.index(scale), 1, runs.DEPTH_RATES.index(k), 0]
        assert runs.train_depth(scale, 8, k, 0) == pytest.approx(kept, rel=0.05)


def test_the_best_rate_falls_under_the_standard_rule_and_stays_under_mup():
    """What the text says of Adam: 16 times lower, against once by a factor of 2, from 32 to 64."""
    standard, mup = ([lab.best("Adam", rule, n) for n in lab.WIDTHS] for rule in RULES)
    assert standard == sorted(standard, reverse=True)
    words = "While the width grows by #, the best rate of the standard rule falls by #."
    assert said("width", words) == [lab.WIDTHS[-1] / lab.WIDTHS[0], 2 ** (standard[0] - standard[-1])]
    copied = lab.loss_at("Adam", "standard", 512, standard[0]) / lab.losses("Adam", "standard", 512).min()
    assert said("width", "width 512 ends at # times the loss that it could reach") == pytest.approx([copied], abs=0.5)
    assert mup[0] - mup[1] == 1 and len(set(mup[1:])) == 1
    for n in lab.WIDTHS[1:]:  # copied from width 32
        first = lab.best("Adam", "standard", 32)
        assert lab.loss_at("Adam", "standard", n, first) > 1.3 * lab.losses("Adam", "standard", n).min()


def test_what_the_text_says_of_gradient_descent():
    way = "SGD, squared error"
    broken, edge = {}, []
    for rule in RULES:
        copied = {n: lab.loss_at(way, rule, n, lab.best(way, rule, 32)) for n in lab.WIDTHS}
        broken[rule] = [n for n, loss in copied.items() if not np.isfinite(loss)]
    for n in lab.WIDTHS:
        alive = np.flatnonzero(np.isfinite(lab.losses(way, "standard", n)))
        if runs.WAYS[way][2][alive[-1]] == lab.best(way, "standard", n):  # the largest that survives
            edge.append(n)
    assert broken["standard"] == [128, 256, 512] and edge == list(lab.WIDTHS[1:])
    words = "best at width 32 breaks training from width # on. From width # on the best rate is the largest"
    assert said("width", words) == [broken["standard"][0], edge[0]]
    words = "under μP, too, the rate that is best at width 32 breaks training at widths # to #"
    assert said("width", words) == [broken["muP"][0], broken["muP"][-1]] and len(broken["muP"]) == 3
    assert -1 < lab.slope(way, "standard") < -0.4
    for rule in RULES:
        best = [lab.best("SGD", rule, n) for n in lab.WIDTHS]
        assert best == sorted(best)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("rule", RULES)
def test_the_first_update_follows_the_exponents_of_the_limit(optimizer, rule):
    for kind, expected in GROWTH[optimizer, rule].items():
        assert lab.growth(optimizer, rule, 1, kind, 1) == pytest.approx(expected, abs=0.3)
    if rule == "standard":
        assert lab.growth(optimizer, rule, 1, "hidden", 1) == pytest.approx(GROWTH[optimizer, rule]["hidden"], abs=0.05)


def test_the_pre_activations_move_less_than_the_bound_allows():
    """The change of z[1] is at most sigma_1 of the update times the size of the input, plus the bias."""
    net, how = runs.network("standard", 64, "adam")
    d, layer = runs.digits(), net.layers[1]
    x = d.x[:, :256]
    net.forward(x)
    z, W = layer.z.copy(), layer.W.copy()
    nn.train(net, d.x, d.y, steps=1, optimizer=how, learning_rate=2.0**-8)
    net.forward(x)
    bound = np.linalg.norm(layer.W - W, 2) * np.linalg.norm(x, axis=0) + 2.0**-8 * 64**0.5
    assert (np.linalg.norm(layer.z - z, axis=0) <= bound * (1 + 1e-5)).all()


def test_one_example_reaches_the_whole_factor():
    rng = np.random.default_rng(0)
    for n in (32, 512):
        signs = np.sign(rng.standard_normal((n, 1)) @ rng.standard_normal((1, n)))
        assert np.linalg.norm(signs, 2) == pytest.approx(n)


def output_layer(name, over, std, factor, decay, n=512):
    """Outputs W a / over after twenty steps of AdamW or gradient descent on W, at a rate of 0.01 times ``factor``."""
    rng = np.random.default_rng(0)
    W, a, y = std * rng.standard_normal((10, n)), rng.standard_normal((n, 20)), rng.standard_normal((10, 20))
    step = nn.AdamW(weight_decay=decay) if name == "adam" else nn.SGD()
    for _ in range(20):
        step.step(W.reshape(-1), 1e-2 * ((W @ a / over - y) @ a.T / over).reshape(-1), 0.01 * factor)
    return W @ a / over


@pytest.mark.parametrize("name", ["adam", "sgd"])
def test_dividing_the_output_is_another_form_of_the_same_rule(name, w=16, n=512):
    """As in the authors' code (MuReadout): W as large as at the base width, with Adam's rate and decay as they were."""
    std, sgd, adam = mup(n, n // w)["output"]
    divided = output_layer(name, w, (n / w) ** -0.5, {"adam": 1, "sgd": w}[name], 0.1)
    table, weaker = (output_layer(name, 1, std / n**0.5, {"adam": adam, "sgd": sgd}[name], k) for k in (0.1 * w, 0.1))
    np.testing.assert_allclose(table, divided, atol=1e-3)
    assert np.abs(table - output_layer(name, 1, std / n**0.5, 0, 0)).max() > 0.1  # it learned something
    assert np.allclose(table, weaker, atol=1e-3) == (name == "sgd")  # "their decay needs the factor, too"
    twice = output_layer(name, w, (n / w) ** -0.5, adam, 0.1)
    assert name == "sgd" or not np.allclose(twice, divided, atol=0.1)  # "divides twice"


# Depth


def test_depth():
    lost = [L for L in runs.DEPTHS if depth.best("s = 1", L)[1] > 1]
    assert lost == list(runs.DEPTHS[runs.DEPTHS.index(lost[0]) :])
    assert said("width", "from # blocks on no rate brings the loss below 1") == [lost[0]]
    falls = 2 ** (depth.best("s = 1/√L", 4)[0] - depth.best("s = 1/√L", 64)[0])
    assert said("width", "and the best rate falls by #, as") == [falls]
    assert all(abs(depth.best("depth-μP", L)[0] + 7) <= 1 for L in runs.DEPTHS)
    at_smallest = [depth.losses("depth-μP", L)[0] for L in runs.DEPTHS]
    assert all(0.85 < loss < 1 for loss in at_smallest)  # "stays near 0.9"


@pytest.mark.parametrize("n", [32, 64])
def test_plain_networks_scatter_as_depth_over_width_and_residual_ones_do_not(n):
    for L in (8, 16, 32):
        error = log_variance(L, n) * 4 * np.sqrt(2 / depth.NETWORKS)
        assert depth.spread("plain", n, L) == pytest.approx(log_variance(L, n), abs=error + 0.3 * log_variance(L, n))
    residual = [depth.spread("residual", n, L) for L in depth.LAYERS]
    assert max(residual) < 2 * min(residual) and 3 < np.mean(residual) * n < 7  # of order 1/n


def test_the_passes_of_the_spread_are_those_of_a_network():
    """The same draw, backward by the engine: z <- z + W relu(z) / sqrt(L) is a residual block."""
    n, L = 16, 4
    rng = np.random.default_rng([0, n, L])
    W = np.float32((2 / n) ** 0.5) * rng.standard_normal((L, depth.NETWORKS, n, n), dtype=np.float32)
    z = rng.standard_normal((depth.NETWORKS, n, 1), dtype=np.float32)
    delta = rng.standard_normal(z.shape, dtype=np.float32)
    blocks = [nn.Residual([nn.Pointwise(n, "relu"), nn.Dense(n, n)], scale=L**-0.5) for _ in range(L)]
    net = nn.Network(blocks, "mean_squared_error")
    for network in (0, 7):
        for l, layer in enumerate(net.layers[1:]):
            layer.W[...] = W[l, network]
        net.forward(z[network])
        back = net.backward(delta[network]) * 2.0**net.exponent
        found = np.log(np.sum(back**2) / np.sum(delta[network] ** 2))
        assert depth.log_sizes(n, L)["residual"][network] == pytest.approx(found, abs=1e-4)


# Muon


def test_what_five_steps_reach():
    for shape in lab.SHAPES:
        before, after = lab.values("random", shape, 5)
        wide = before >= 0.0015
        assert (np.sort(after)[::-1][wide] > 0.679).all() and after.max() < 1.203
    reached = newton_schulz_on_values(np.geomspace(0.002, 1, 100_000))
    assert (reached.min(), reached.max()) == pytest.approx((muon.FLOOR, muon.CEILING), abs=1e-4)
    assert lab.values("random", "256 × 256", 5)[1].min() < 0.1
    assert lab.values("random", "256 × 256", 8)[1].min() > 0.68  # "raise the steps to 8"
    before, after = lab.values("gradient", "256 × 256", 5)
    falls = [2.0 ** (lab.muons_best("standard", 32)[0] - lab.muons_best("standard", 256)[0]),
             2.0 ** (lab.best("Adam", "standard", 32) - lab.best("Adam", "standard", 256))]
    words = "From width # to # Muon's best rate falls by a factor of #, where Adam's falls by # under the standard rule"
    assert said("width", words) == [32, 256, *falls]
    rank = (before > 1e-6).sum()
    assert said("width", "Of # digits, it has rank # at most") == [rank, rank]
    assert rank == 64 and after[:rank].min() > 0.679 and after[rank:].max() < 1e-3


# Figures and prose


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


def test_captions_tell_the_numbers_of_their_state():
    assert "2⁻¹⁰" in caption("best_rate") and "breaks down" in caption("best_rate", way="SGD, squared error")
    assert number(log_variance(64, 64)) in caption("spread", n=64)
    assert number(lab.values("random", "64 × 96", 5)[1].min()) in caption("newton_schulz", shape="64 × 96")
    assert "none of the 10 rates" in caption("depth_rate", scale="s = 1", L=64)
    assert "factor of 15" in caption("coordinate_check")


@pytest.mark.parametrize("source", lab.SOURCES)
@pytest.mark.parametrize("shape", lab.SHAPES)
def test_every_singular_value_that_is_told_is_in_its_panel_beside_its_name(shape, source):
    for steps in (0, 1, 8):
        spectrum, polynomial = figure_panels("newton_schulz", shape=shape, source=source, steps=steps)
        low, high = spectrum.get_ylim()
        told = muon.values(source, shape, steps)
        for values in told:
            assert low < values[told[0] > 1e-6].min() <= values.max() < high
        assert polynomial.get_xlim()[0] < polynomial.lines[-1].get_xdata().min()
        assert all(low < name.xy[1] < high for name in spectrum.texts)
        dots = {line.get_label(): line.get_data() for line in spectrum.lines}
        for name in spectrum.texts:  # it begins in the panel, and has room there
            assert name.xy[1] == pytest.approx(np.interp(name.xy[0], *dots[name.get_text()])) and name.xy[0] < 0.7


@pytest.mark.parametrize("name", ["best_rate", "depth_rate"])
def test_of_several_dashed_lines_the_law_is_the_thin_one(name):
    dashed = [line for line in lines_of(FIGURES[name]) if line.is_dashed() and line.get_linestyle() != ":"]
    law = [line for line in dashed if line.get_color() == COLORS["theory"]]
    assert len(law) == 1 < len(dashed) and "Thin dashes: a rate that falls as 1/" in caption(name)
    assert law[0].get_linewidth() < 0.8 * min(line.get_linewidth() for line in dashed if line is not law[0])


def test_the_dashed_line_is_the_law():
    dashed = [line for line in lines_of(FIGURES["spread"], n=64) if line.get_linestyle() == "--"]
    np.testing.assert_allclose(dashed[0].get_ydata(), [5 * L / 64 for L in depth.LAYERS])


def test_numbers_typed_into_the_prose():
    z, s = (updates.moved("adam", "standard", 1)["hidden"][:, which] for which in (0, 1))
    assert 4.5 < z[-1] / z[0] < 5.5 and 14.5 < s[-1] / s[0] < 15.5  # "about 5 where it grows by 15"
    fell = [(z := updates.moved("sgd", "muP", 1)[kind][:, 0])[-1] / z[0] for kind in updates.KINDS]
    assert all(0.4 < each < 0.6 for each in fell)  # "by a factor of about 2"
    level = [line / line[0] for each in updates.moved("adam", "muP", 1).values() for line in each.T]
    assert np.max(level) / np.min(level) < 2  # "stay level, to within a factor of 2"
    rise = updates.moved("adam", "standard", 10)
    assert all((rise[kind][-1] > 2 * rise[kind][0]).all() for kind in ("hidden", "output"))
    inside = [lab.values("random", "256 × 256", steps)[1].min() >= muon.FLOOR for steps in (6, 7)]
    assert inside == [False, True]  # "raise the steps to 7"
    least = [lab.values("random", "256 × 256", 5, seed)[1].min() for seed in range(12)]
    standard, mup = (lab.losses("Adam", rule, 512).min() for rule in RULES)
    squared = {rule: lab.losses("SGD, squared error", rule, 512).min() for rule in RULES}
    smallest, matrix = [depth.losses("s = 1/√L", L)[0] for L in (4, 64)], lab.values("random", "256 × 256", 5)[1]
    check_prose(
        "width",
        given={"0.0001", "0.001", "0.1", "0.9", "1,000", "1000", "1,024", "2.13", "3.15", "4,096"},
        computed={
            "0.0098": standard, "0.016": mup, "0.20": squared["standard"], "0.12": squared["muP"],
            "0.95": smallest[0], "0.35": smallest[1],
            "0.0071": lab.muons_best("standard", 256)[1], "0.011": lab.losses("Adam", "standard", 256).min(),
            "0.042": lab.copied("standard", 256), "0.026": lab.copied("muP", 256),
            "0.68": muon.FLOOR, "1.20": muon.CEILING, "1.2": muon.CEILING, "0.08": matrix.min(),
            "0.01": min(least), "0.14": max(least),
            "0.0015": next(s for s in np.linspace(1e-3, 1e-2, 9001) if newton_schulz_on_values(s) > muon.FLOOR),
            "0.58": 1e-4 * NEWTON_SCHULZ[0] ** 7, "0.55": newton_schulz_on_values(1e-4, 7),
            "3.4445": NEWTON_SCHULZ[0], "4.775": -NEWTON_SCHULZ[1], "2.0315": NEWTON_SCHULZ[2],
            "0.9999": 1 - 0.001 * 0.1, "1.6": np.exp(0.5),  # one standard deviation of ln |delta| at variance 1
        },
    )


def test_captions_put_each_number_where_it_belongs():
    words = ("training ends at #. With the rate that is best at width 32, 2⁻⁶, it ends at #. Thin dashes: a rate that "
             "falls as 1/n.")
    best = [rates.loss_at("Adam", "standard", 512, rates.best("Adam", "standard", n)) for n in (512, 32)]
    assert told(FIGURES, "best_rate", words, n=512) == pytest.approx(best, rel=0.05) and best[0] < best[1]
    lines = lines_of(FIGURES["best_rate"])
    theory = next(line.get_ydata() for line in lines if line.get_color() == COLORS["theory"])
    [guide] = (line for line in lines if line.get_linestyle() == ":")  # "best at 32"
    assert guide.get_xdata()[0] == 2.0 ** rates.best("Adam", "standard", 32)
    assert theory[0] / theory[-1] == pytest.approx(512 / 32)
    plain = depth.spread("plain", 32, 64)
    assert told(FIGURES, "spread", "ln ‖δ‖² has a variance of # (5 L/n = #)", n=32) == pytest.approx(
        [plain, 10], rel=0.05)
    copied = depth.losses("s = 1/√L", 64)[depth.DEPTH_RATES.index(depth.best("s = 1/√L", 4)[0])]
    assert told(FIGURES, "depth_rate", "the rate that is best for 4 blocks, 2⁻⁷, it ends at #", L=64) == pytest.approx(
        [copied], rel=0.05)
    alone = muon.adam_losses("Adam", "standard", 256).min()
    assert told(FIGURES, "muon", "(Adam alone, at its best: #)", n=256) == pytest.approx([alone], rel=0.05)
    assert [ax.get_xlabel() for ax in drawn(FIGURES["newton_schulz"])][1] == "singular value before, over ‖G‖"
    after = muon.values("random", "256 × 256", 5)[1]
    inside = 100 * np.mean((after > muon.FLOOR) & (after < muon.CEILING))
    shown = told(FIGURES, "newton_schulz", "go from # to #, #% of them in the gray band from # to #")
    assert shown[1:3] == pytest.approx([after.max(), inside], rel=0.05) and shown[3:] == [0.68, 1.2]
    before, after = muon.values("gradient", "256 × 256", 5)
    inside = 100 * np.mean((after > muon.FLOOR)[before > 1e-6])
    assert told(FIGURES, "newton_schulz", "#% of them", source="gradient") == pytest.approx([inside], abs=0.6)
    assert inside > 100 * np.mean(after > muon.FLOOR) + 10  # those that are 0 are not counted
    s = updates.moved("adam", "standard", 1)["hidden"][:, 1]
    assert told(FIGURES, "coordinate_check", "changes by a factor of # (thin dashes, first step in the limit: #)"
                ) == pytest.approx([s[-1] / s[0], 16], rel=0.05)


@pytest.mark.parametrize(("optimizer", "rule"), [("Adam", "standard"), ("SGD", "muP")])
def test_the_coordinate_check_tells_how_its_lines_change_from_the_narrowest_to_the_widest(optimizer, rule):
    given = {"optimizer": optimizer, "rule": rule}
    change, norm = (line.get_ydata() for line in lines_of(FIGURES["coordinate_check"], **given)
                    if line.get_label() == "hidden")
    words = "changes by a factor of # (thin dashes, first step in the limit: #), and the change of z by #."
    theory = {("Adam", "standard"): 16, ("SGD", "muP"): 1}[optimizer, rule]
    assert told(FIGURES, "coordinate_check", words, **given) == pytest.approx(
        [norm[-1] / norm[0], theory, change[-1] / change[0]], rel=0.06)
