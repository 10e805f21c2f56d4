"""The problem: its experiments obey their laws, its claims agree, its figures draw and tell the truth."""

import re
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from figures import caption_of, check_figure, drawn, told
from prose import check_prose, has_solutions, said
from vgtext import nn
from vgtext.chapters import problem as lab
from vgtext.chapters.problem import rounding, yardsticks
from vgtext.chapters.problem.exercises import (
    EXERCISES,
    geometric,
    layer_arrays,
    means,
    unmoved,
    weights_and_steps,
)
from vgtext.chapters.problem.layers import digits
from vgtext.chapters.problem.rounding import lowest, sigmoid_network, store
from vgtext.nn.initializers import scaled_normal
from vgtext.nn.theory.floats import FORMATS
from vgtext.nn.theory.products import gaussian_lyapunov_exponents
from vgtext.palette import number
from vgtext.tools import notebooks

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "problem.ipynb"
PROSE = "\n".join(cell.source for cell in nbformat.read(NOTEBOOK, 4).cells if cell.cell_type == "markdown")
FIGURES = notebooks.figures("problem")
caption = partial(caption_of, FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


# one network, one change at a time

@pytest.mark.parametrize("change", lab.NETWORKS)
def test_networks_are_made_of_the_same_random_numbers(change):
    scale = lab.NETWORKS[change][1]
    ours, plain = (lab.network(name, 10).layers[4].W for name in (change, "as it is"))
    assert np.allclose(ours, scale * plain)


def test_unknown_network_is_refused():
    with pytest.raises(KeyError, match="golden"):
        lab.network("golden", 5)


def test_weight_gradient_is_at_most_error_times_activation():
    for change in lab.NETWORKS:
        s = lab.layer_sizes(change, 20)
        assert np.all(s.gradient[1:] <= s.error[1:] * s.activation[:-1] * (1 + 1e-9))


def test_gradients_agree_with_finite_differences():
    net, (x, y) = lab.network("as it is", 3), digits()
    W, slope = net.layers[1].W, net.layers[1].W_gradient.copy()
    way = np.random.default_rng(0).standard_normal(W.shape)
    start, losses = W.copy(), []
    for h in (1e-5, -1e-5):
        W[:] = start + h * way
        losses.append(net.loss_and_gradient(x, y))
    W[:] = start
    assert np.isclose((losses[0] - losses[1]) / 2e-5, np.sum(slope * way), rtol=1e-6)


def test_first_figure_tells_what_is_measured():
    for L in (2, 30, 50):
        fade, blow = (lab.layer_sizes(name, L).gradient for name in ("sigmoid units", "weights × 4"))
        words = caption("first_layers", L=L)
        assert f"gets {number(fade[1] / fade[L])} of" in words and f"gets {number(blow[1] / blow[L])} times" in words
    shallow = [lab.layer_sizes(name, 2).gradient for name in lab.NETWORKS]
    most = max(max(g[1] / g[2], g[2] / g[1]) for g in shallow)
    assert said("problem", "differ by a factor of about # at most") == [round(most)]


def test_every_ten_layers_lower_the_first_gradient_alike():
    ends = [lab.layer_sizes("sigmoid units", L).log10_gradient[1] for L in (10, 20, 30, 40, 50)]
    assert np.allclose(np.diff(ends), 10 * np.log10(lab.factor(1.0)), atol=0.5)


def test_with_small_weights_all_layers_starve_alike():
    s = lab.layer_sizes("weights × ½", 50)
    assert s.gradient[1:].max() < 3 * s.gradient[1:].min() < 1e-13
    assert s.error[1] < 1e-13 * s.error[50] and s.activation[49] < 1e-13 * s.activation[0]


# the definition

def test_round_trip_falls_grows_or_follows_a_power_of_depth():
    R = {name: [lab.round_trip(name, L) for L in (10, 20, 30, 40, 50)] for name in lab.NETWORKS}
    steps = {name: np.diff(np.log10(sizes)) for name, sizes in R.items()}
    for name in ("sigmoid units", "weights × ½"):
        assert np.allclose(steps[name], steps[name].mean(), atol=0.3) and steps[name].mean() < -6, "exponentially"
    assert np.allclose(steps["weights × 4"], 1.85, atol=0.2)
    as_it_is = np.array(R["as it is"])
    power = np.polyfit(np.log([10, 20, 30, 40, 50]), np.log(as_it_is), 1)[0]
    assert -1.3 < power < -1, "a little faster than 1/L"
    between = said("problem", "crosses the lower limit between # and # layers on average")
    below = np.flatnonzero(as_it_is < 10**-1.2)[0]
    assert between == [10 * below, 10 * below + 10]


@pytest.mark.parametrize("activation, sigma_w, per_layer", [("tanh", 1.0, -1), ("relu", 2**0.5, -5 / 2)])
def test_at_a_fixed_width_critical_recipes_fall_exponentially_in_the_end(activation, sigma_w, per_layer, n=32):
    """Layers 150 to 350 of 400, forward and back; deep in tanh layers at σ_w = 1 units are linear, as in a product."""
    falls = []
    for seed in range(12):
        net = nn.mlp(64, n, 10, 400, activation=activation, init=scaled_normal(sigma_w), seed=seed, dtype="float64")
        x, y = digits()
        net.loss_and_gradient(x[:, :10], y[:10], measure=True)
        s = net.signals()
        ways = s.log10_activation[350] - s.log10_activation[150] + s.log10_error[150] - s.log10_error[350]
        falls.append(ways * np.log(10) / 200)
    assert np.mean(falls) == pytest.approx(per_layer / n, rel=0.3)
    assert 2 * gaussian_lyapunov_exponents(n)[0] - np.log(n) == pytest.approx(-1 / n, rel=0.03)
    words = " ".join(PROSE.split())
    assert "$e^{-1/n}$ per layer" in words and "$e^{-5/(2n)}$" in words


def test_the_mean_square_of_he_draws_is_kept_while_a_typical_one_falls(n=32, L=20):
    """"The mean square of the error signal over all draws is the same at every depth", the typical one e^(-5/2n)."""
    logs = []
    for seed in range(300):
        net = nn.mlp(64, n, 10, L, activation="relu", init="he_normal", seed=seed, dtype="float64")
        net.loss_and_gradient(*(part[..., :1] for part in digits()), measure=True)
        logs.append(2 * (net.signals().log10_error[1] - net.signals().log10_error[L - 1]))
    mean, typical = np.mean(10 ** np.array(logs)), 10 ** np.mean(logs)
    assert mean == pytest.approx(1, abs=0.35) and typical < 0.45


def test_a_single_draw_crosses_the_limit_sooner_or_later():
    def R(L, seed):
        s = lab.layer_sizes("as it is", L, seed)
        return 10 ** (s.log10_activation[L - 1] - s.log10_activation[1] + s.log10_error[2] - s.log10_error[L])
    assert R(20, 7) < 10**-1.2 < R(30, 8)


@pytest.mark.parametrize("up, down, factor", [
    (4, 8, 1), (3, 9, 1), (2, 8, 0.1), (8, 2, 10), (1, 2, 0.1), (1, 6, 0.01), (1, 9, 0.01), (1, 10, 0.1), (4, 10, 10),
    (2, 10, 1)])
def test_scale_moved_between_relu_layers_3_to_9_of_10_leaves_function_and_round_trip(up, down, factor):
    """With layer 1, 2 or 10 as one of the two, the round trip can change by a factor of 10 or 100."""
    W, b = nn.random_network([16] * 11, init=scaled_normal(2**0.5), seed=0)
    moved = [w if w is None else w * {up: 10.0, down: 0.1}.get(l, 1.0) for l, w in enumerate(W)]
    x, runs = np.random.default_rng(1).normal(size=(16, 5)), []
    for weights in (W, moved):
        z, a = nn.forward(weights, b, x, ["relu"] * 9 + ["identity"])
        delta = nn.backward(weights, z, a, np.ones_like(a[10]), ["relu"] * 9 + ["identity"]).delta
        size = np.linalg.norm
        runs.append((a[10], size(a[5]), size(delta[5]), size(a[9]) / size(a[1]) * size(delta[2]) / size(delta[10])))
    (y, active, error, R), (y_moved, active_moved, error_moved, R_moved) = runs
    there = {True: 10, False: 1}[up <= 5 < down] * {True: 0.1, False: 1}[down <= 5 < up]  # at layer 5
    assert np.allclose(y, y_moved) and active_moved == pytest.approx(there * active)
    assert error_moved == pytest.approx(error / there)
    assert R_moved == pytest.approx(factor * R)
    assert said("problem", "(With layer #, # or $L$ as one of the two, $R$ can change by a factor of # or #. That") == [
        1, 2, 10, 100]


def test_a_gradient_over_its_activation_shows_the_error_up_to_a_factor_that_layers_share():
    for change in lab.NETWORKS:
        s = lab.layer_sizes(change, 30)
        share = s.log10_gradient[1:] - s.log10_error[1:] - s.log10_activation[:-1]
        assert np.ptp(share) < np.log10(2.5), change


# many factors, one product

@given(st.lists(st.fractions(min_value=Fraction(1, 1000), max_value=1000), min_size=1, max_size=6), st.integers(0, 20))
def test_products_grow_by_one_factor_at_a_time(factors, count):
    products = lab.multiply(factors, count)
    assert products[0] == 1 and len(products) == count + 1
    assert all(b == a * factors[i % len(factors)] for i, (a, b) in enumerate(pairwise(products)))


def test_the_two_lists():
    assert lab.multiply(lab.SHRINKING, 4)[-1] == Fraction(1, 10**5) and lab.multiply(lab.SHRINKING, 8)[-1] == lab.FADED
    assert lab.multiply(lab.GROWING, 5)[-1] == 7_500_000
    assert lab.multiply(lab.GROWING, 22)[-1] < lab.BLOWN_UP <= lab.multiply(lab.GROWING, 23)[-1]
    assert (lab.factors_to_reach(lab.SHRINKING, lab.FADED), lab.factors_to_reach(lab.GROWING, lab.BLOWN_UP)) == (8, 23)
    assert said("problem", "at which float32 overflows. (#.)") == [
        lab.factors_to_reach(lab.GROWING, FORMATS["float32"].largest)]
    with pytest.raises(ValueError, match="1000 factors do not reach"):
        lab.factors_to_reach([Fraction(1)], lab.FADED)


@given(st.floats(0.5, 1.5), st.floats(0.0, 0.8))
def test_typical_product_follows_the_geometric_mean(c, spread):
    L, seeds = 40, 2000
    logs = np.log(lab.random_products(c, spread, L, seeds)[-1]) / L
    assert abs(logs.mean() - np.log(c * np.sqrt(1 - spread**2))) < 4 * np.arctanh(spread) / np.sqrt(L * seeds) + 1e-9


def test_a_coin_that_averages_one_shrinks_like_a_constant_factor():
    assert "geometric mean is 0.800" in caption("growth", c=1.0, spread=0.6)
    end = [re.search(r"falls by .*", caption("growth", c=c, spread=s))[0] for c, s in ((1.0, 0.6), (0.8, 0.0))]
    assert end[0] == end[1]


# small compared with what

def test_only_absolute_size_depends_on_the_unit_of_the_loss():
    mean, total = lab.three_yardsticks("as it is"), lab.three_yardsticks("as it is", eta=0.001, loss_unit=100.0)
    assert np.allclose(total[0], 100 * mean[0])
    assert np.allclose(total[1], mean[1]) and np.allclose(total[2], mean[2])
    lost = lab.unmoved("weights × ½", eta=0.1)
    assert lost == lab.unmoved("weights × ½", eta=0.001, loss_unit=100.0) < lab.unmoved("weights × ½", eta=0.001)


def test_yardsticks_tell_starving_from_healthy():
    _, share, ratio = lab.three_yardsticks("weights × ½")
    assert share.min() > 0.5 and ratio.max() < 2.0**-25 and 0.99 < lab.unmoved("weights × ½") < 1
    _, share, ratio = lab.three_yardsticks("as it is")
    assert 1e-3 < ratio.min() and ratio.max() < 1e-2 and lab.unmoved("as it is") == 0


def test_no_learning_rate_saves_the_first_sigmoid_layer():
    _, _, ratio = lab.three_yardsticks("sigmoid units", eta=1.0)
    assert said("problem", "the step would still be $10^{#}$ times too small") == [np.log10(1e-3 / ratio[0]) // 1]
    assert ratio[-1] > 0.1 > ratio[-2]  # "the last layer"


def test_unknown_state_is_refused():
    with pytest.raises(ValueError, match="allowed are as it is"):
        lab.draw_yardsticks(None, None, change="golden")


# what a float can hold

@pytest.mark.parametrize("L", [100, 200])
def test_float32_gives_out_where_a_framework_in_float32_does(L):
    W, _, dL_da = sigmoid_network(1.0, L)
    W = [None, *(w.astype(np.float32) for w in W[1:])]
    b = [None, *(np.zeros((64, 1), np.float32) for _ in range(L))]
    z, a = nn.forward(W, b, digits()[0][:, :10].astype(np.float32), "sigmoid")
    gradient = nn.backward(W, z, a, dL_da.astype(np.float32), "sigmoid")
    assert sum(not delta.any() for delta in gradient.delta[1:]) == lab.layers_at_zero("float32", L=L) == L - 72


def test_zeros_come_first_and_wider_formats_have_fewer():
    zeros = [lab.error_sizes(1.0, 200, name) == 0 for name in ("float16", "float32", "float64")]
    assert all(np.all(np.diff(z.astype(int)) <= 0) for z in zeros)
    assert zeros[0].sum() > zeros[1].sum() > zeros[2].sum() == 0


def test_flushed_subnormals_end_a_format_at_its_smallest_normal_number():
    assert [lowest(name, False) for name in ("float16", "float32", "float64")] == [
        float(np.finfo(name).smallest_normal) for name in ("float16", "float32", "float64")]
    x = 2.0 ** np.array([-130.0, -126.0, -125.0])
    assert store(x, "float32", False).tolist() == [0, *x[1:]] and store(x, "float32").tolist() == x.tolist()
    kept, flushed = (200 - lab.layers_at_zero("float32", L=200, subnormals=way) for way in (True, False))
    assert said("problem", "(The same number, #.") == [kept]
    assert said("problem", "(#: flushing costs # layers.)") == [flushed, kept - flushed]


def test_a_start_of_a_tenth_costs_a_format_one_or_two_layers():
    _, _, dL_da = sigmoid_network(1.0, 200)
    sizes = np.linalg.norm(dL_da, axis=0)
    assert said("problem", "a random gradient of size # for each") == [round(sizes.mean())]
    assert sizes == pytest.approx(8, abs=2)
    assert 1 < np.log(0.1) / np.log(lab.factor(1.0)) < 2


def test_layers_until_a_factor_of_a_fifth_leaves_nothing():
    left = np.cumprod(np.full(100, 0.2))
    found = [np.count_nonzero(store(left, "float32", subnormals)) + 1 for subnormals in (True, False)]
    assert said("problem", "exactly 0 in float32 after # layers, and after # if subnormals are flushed") == found


@pytest.mark.parametrize("sigma_w", [1.0, 2.0, 3.0, 4.0])
def test_error_shrinks_as_theory_says(sigma_w):
    sizes = lab.error_sizes(sigma_w, 200, "float64")
    assert (sizes[1] / sizes[-1]) ** (1 / 198) == pytest.approx(lab.factor(sigma_w), rel=0.04)
    assert lab.factor(sigma_w) < sigma_w / 4


# the quizzes, the exercises, the prose

def test_what_the_quizzes_say():
    assert 1e-4 < 0.8**40 < 2e-4 and 0.5 < 0.4**40 / 1e-16 < 2 and 0.5 < 1.6**40 / 1e8 < 2
    assert lab.layers_at_zero("float32", L=150) == 78 and lab.layers_at_zero("float32", L=100) == 28


@given(st.floats(0.2, 3), st.integers(2, 60))
def test_a_constant_factor_is_found_by_ends_and_by_fit(c, L):
    error = c ** np.arange(L, 0.0, -1)
    right, *wrong = (EXERCISES["factor"].solution, *(mistake for mistake, _ in EXERCISES["factor"].mistakes))
    assert right(error) == pytest.approx(c) and wrong[-1](error) == pytest.approx(c)


@given(st.floats(1e-3, 1e3))
def test_the_yardstick_has_no_unit(unit):
    W, dW, eta = layer_arrays(np.random.default_rng(0))
    ratio = EXERCISES["yardstick"].solution
    assert ratio([unit * w for w in W], [unit * g for g in dW], eta) == pytest.approx(ratio(W, dW, eta))


def test_steps_of_the_exercise_are_partly_lost():
    for seed in range(20):
        assert 0.05 < unmoved(*weights_and_steps(np.random.default_rng(seed))) < 0.95


def test_scales_that_keep_the_error_signal():
    """What the open exercise says: tanh between 1 and 1.2, ReLU between 1.4 and 1.5, sigmoid nowhere up to 4."""
    def c(activation, sigma_w, quantity="error", L=50):
        net = nn.mlp(64, 64, 10, L, activation=activation, init=scaled_normal(sigma_w), seed=0, dtype="float64")
        net.loss_and_gradient(*digits(), measure=True)
        log = getattr(net.signals(), f"log10_{quantity}")
        return 10 ** ((log[2] - log[L - 1]) / (L - 3))

    assert c("tanh", 1.0) < 1 < c("tanh", 1.2) and c("relu", 1.4) < 1 < c("relu", 1.5) and c("sigmoid", 4.0) < 0.7
    assert all(abs(c("relu", sigma_w, "gradient") - 1) < 0.04 for sigma_w in (0.7, 4.0))


def test_numbers_of_the_prose():
    words = " ".join(PROSE.split())
    sigmoid, large = (lab.back_per_layer(change) for change in ("sigmoid units", "weights × 4"))
    for written, told_as, true in (
        ("about 0.24 per layer", 0.24, sigmoid),
        ("about 1.5 with weights × 4", 1.5, large),
        (r"2^{-20} \approx 9.5 \times 10^{-7}", 9.5e-7, 2.0**-20),
        (r"\ln 10^{-6} / \ln 0.5 = 19.9", 19.9, np.log(1e-6) / np.log(0.5)),
        (r"\sqrt{0.9} \approx 0.95", 0.95, 0.9**0.5),
        (r"2^{-24} \approx 6.0 \times 10^{-8}", 6.0e-8, FORMATS["float16"].smallest),
        (r"2^{-149} \approx 1.4 \times 10^{-45}", 1.4e-45, FORMATS["float32"].smallest),
        ("About one seventieth, and about 45", 1 / 70, 0.9**40),
        ("About one seventieth, and about 45", 45, 1.1**40),
        (r"2^{-126} \approx 1.2 \times 10^{-38}", 1.2e-38, 2.0**-126),
        (r"2^{-14} \approx 6.1 \times 10^{-5}", 6.1e-5, 2.0**-14),
        (r"\sqrt{0.4 \times 1.6} = 0.8", 0.8, (0.4 * 1.6) ** 0.5),
    ):
        assert written in words or not has_solutions("problem"), written
        assert told_as == pytest.approx(true, rel=0.04), written


def round_trip_of_five_sigmoid_layers():
    """R at the start of the five sigmoid layers of "consequences", the geometric mean of five seeds."""
    logs = []
    for seed in range(5):
        net = nn.mlp(64, 64, 10, 5, activation="sigmoid", init="glorot_normal", dtype="float64", seed=seed)
        net.loss_and_gradient(*lab.layers.digits(), measure=True)
        s = net.signals()
        logs.append(s.log10_activation[4] - s.log10_activation[1] + s.log10_error[2] - s.log10_error[5])
    return 10 ** np.mean(logs)


def test_every_number_of_the_prose_is_given_or_computed():
    threshold = {c: np.log(1e-6) / np.log(c) for c in (0.5, 0.9, 0.99)}
    typical, average = means(geometric), means(np.mean)
    check_prose(
        "problem",
        given={"0.001", "0.1", "0.2", "0.3", "0.4", "0.5", "0.9", "0.99", "1.1", "1.2", "1.4", "1.5",
               "1.6", "1074"},  # settings, factors, an exponent; 0.24 and 1.5 per layer are measured above
        computed={"0.24": lab.back_per_layer("sigmoid units"), "0.8": 0.64**0.5,
                  "7.5": np.prod([10, 20, 25, 30, 50]) / 1e6, "19.9": threshold[0.5],
                  "131.1": threshold[0.9], "1374.6": threshold[0.99],
                  "0.95": typical[0], "0.76": typical[1], "1.65": average[0], "1.15": average[1], "1.17": average[2],
                  r"9.5 \times 10^{-7}": 2.0**-20, r"6.0 \times 10^{-8}": FORMATS["float16"].smallest,
                  r"1.4 \times 10^{-45}": FORMATS["float32"].smallest,
                  r"1.2 \times 10^{-38}": 2.0**-126, r"6.1 \times 10^{-5}": 2.0**-14,
                  "0.02": round_trip_of_five_sigmoid_layers(),
                  "10.15": nn.meanfield.critical_sigma_w("sigmoid")},
    )
    assert typical[2] == pytest.approx(1)


def test_captions_put_each_number_where_it_belongs():
    sizes = lab.layer_sizes("sigmoid units", 20)
    words = ("from layer # back to layer 1 the error signal changes by a factor of #, "
             "the weight gradient by a factor of #")
    assert told(FIGURES, "quantities", words, change="sigmoid units", L=20) == pytest.approx(
        [20, *(10 ** (line[1] - line[20]) for line in (sizes.log10_error, sizes.log10_gradient))], rel=0.05)
    assert told(FIGURES, "growth", "falls by a power of ten every # factors", c=1.0, spread=0.6) == pytest.approx(
        [np.log(10) / -np.log(0.8)], abs=0.05)
    assert told(FIGURES, "two_lists", "The first # factors multiply to # and to #", count=5) == pytest.approx(
        [5, 0.5 * 0.2 * 0.1 * 0.001 * 0.5, 10 * 20 * 25 * 30 * 50], rel=0.005)
    size = rounding.error_sizes(1.0, 50, "float64")
    assert told(FIGURES, "float_range", "by a factor of # per layer", L=50) == pytest.approx(
        [np.exp(np.log(size[1] / size[-1]) / 48)], abs=0.0006)
    for eta in (0.1, 1.0):
        change = {"change": "weights × ½", "eta": eta}
        assert told(FIGURES, "yardsticks", "float32 leaves #%", **change) == pytest.approx(
            [100 * yardsticks.unmoved(**change)], abs=0.006)


def test_a_step_in_the_shade_is_lost_whatever_the_weight_and_a_longer_one_is_not():
    [shade] = drawn(FIGURES["yardsticks"])[1].patches
    top, w = shade.get_y() + shade.get_height(), np.geomspace(0.5, 2, 200, dtype=np.float32)
    assert (w - np.float32(0.99 * top) * w == w).all() and np.float32(1) - np.float32(1.01 * top) < 1


@pytest.mark.parametrize("subnormals", [True, False])
def test_a_format_s_shade_ends_at_its_smallest_number_and_has_its_name(subnormals):
    ax = Figure().subplots()
    said = lab.draw_float_range(ax, subnormals=subnormals)
    shades = {patch.get_y() + patch.get_height(): patch.get_y() for patch in ax.patches}
    tops = {text.get_text(): np.log2([top for top, foot in shades.items() if foot <= text.get_position()[1] < top])
            for text in ax.texts if text.get_text().startswith("0 in ")}
    smallest = {"float32": -149, "float16": -24} if subnormals else {"float32": -126, "float16": -14}
    assert tops == {f"0 in {name}": pytest.approx([power]) for name, power in smallest.items()}
    assert len(shades) == 2
    assert f"subnormal numbers {'kept' if subnormals else 'flushed to 0'}:" in said


@pytest.mark.parametrize("L, fades, blows", [(2, False, False), (5, True, False), (30, True, True)])
def test_a_label_says_that_a_gradient_fades_or_blows_up_where_it_does(L, fades, blows):
    ax = Figure().subplots()
    lab.draw_first_layers(ax, L)
    words = " ".join(text.get_text() for text in ax.texts)
    assert ("it fades" in words, "it blows up" in words) == (fades, blows)


def test_a_product_that_leaves_its_panel_is_said_to():
    assert caption("growth", c=0.5, spread=0.8).endswith("(beyond the panel).")
    assert "beyond" not in caption("growth")
