"""The laws behind the chapter, its stored profiles, its figures over their grids, and the numbers in its prose."""

import re
from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy.stats import ks_2samp

from figures import caption_of, check_figure, lines_of
from prose import check_prose, said
from vgtext import nn, results
from vgtext.chapters import causes as lab
from vgtext.chapters.causes import circle, depth, edges, fluctuations, inputs, plane, slopes, variance
from vgtext.chapters.causes.exercises import EXERCISES
from vgtext.nn.theory import roots, signal_propagation
from vgtext.palette import COLORS, number
from vgtext.tools.notebooks import figures

FIGURES = figures("causes")
caption = partial(caption_of, FIGURES)
scales, biases = st.floats(0.2, 3.0), st.floats(0.0, 1.0)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["sigmoid", "tanh", "relu"]), scales, biases)
def test_predicted_sizes_are_those_of_the_passes(activation, sigma_w, sigma_b):
    """A wide network, followed once more and apart from the engine's stacked passes."""
    rng, n, L, B = np.random.default_rng(0), 500, 4, 20
    phi, a, z = nn.get_activation(activation), rng.normal(size=(n, B)), [None]
    W = [None] + [sigma_w * rng.normal(size=(n, n)) / np.sqrt(n) for _ in range(L)]
    for l in range(1, L + 1):
        z.append(W[l] @ a + sigma_b * rng.normal(size=(n, 1)))
        a = phi(z[l])
    delta = [phi.derivative(z[L]) * rng.normal(size=(n, B))]
    for l in range(L - 1, 0, -1):
        delta.insert(0, phi.derivative(z[l]) * (W[l + 1].T @ delta[0]))
    q = signal_propagation.variances(activation, sigma_w, sigma_b, L)
    assert [np.mean(v**2) for v in z[1:]] == pytest.approx(q[1:], rel=0.35)
    sizes = np.log10([np.linalg.norm(d) for d in delta])
    predicted = signal_propagation.backward_sizes(activation, sigma_w, sigma_b, L)[1:]
    assert sizes - sizes[-1] == pytest.approx(predicted, abs=0.12)


@pytest.mark.parametrize("sigma_w", [0.5, 2.0, 3.9])
def test_a_sigmoid_below_four_is_sure_to_vanish(sigma_w):
    """chi <= sigma_w²/16, whatever the biases."""
    for sigma_b in (0.0, 0.5, 2.0):
        assert lab.factor("sigmoid", sigma_w, sigma_b) <= sigma_w / 4 < 1


def test_row_8_the_largest_factor_of_a_logistic_unit():
    for w, largest in lab.largest_factors().items():
        assert largest == pytest.approx(w / 4, abs=1e-12)


def test_no_weight_makes_up_for_the_slope_of_a_single_unit_with_input_1():
    """A wrong answer of a quiz is called true of it."""
    assert lab.single_unit(np.linspace(0, 50, 200_001)).max() < 0.225


@pytest.mark.parametrize("variance,critical", [(0.01, 1.424), (0.05, 1.761), (0.1, 1.986)])
def test_row_10_the_critical_line_of_tanh(variance, critical):
    sigma_w = nn.meanfield.critical_sigma_w("tanh", variance**0.5)
    assert sigma_w**2 == pytest.approx(critical, abs=0.001)
    assert lab.factor("tanh", sigma_w, variance**0.5) == pytest.approx(1, abs=1e-6)
    assert lab.boundary("tanh", variance**0.5) == pytest.approx(sigma_w, abs=1e-4)


def test_row_10_slopes_are_ln_chi_where_it_is_not_nearly_zero():
    """Within 5 % at width 1000 wherever |ln chi_1| > 0.05, which leaves room for the luck of five seeds."""
    compared = 0
    for sigma_w, sigma_b in depth.stored():
        chi = 2 * np.log(lab.factor("tanh", sigma_w, sigma_b))
        if abs(chi) > 0.05:
            assert lab.exponential_rate(sigma_w, sigma_b) == pytest.approx(chi, rel=0.05)
            compared += 1
        else:
            assert lab.exponential_rate(sigma_w, sigma_b) == pytest.approx(chi, abs=0.04)
    assert compared == 14


def test_row_2_the_backward_variance_of_five_layers():
    assert lab.ratios("standard_uniform")[:2] == pytest.approx([1 / 3, 1 / 3], abs=0.03)
    assert lab.ratios("standard_uniform") == pytest.approx([0.33, 0.32, 0.30, 0.22], abs=0.02)
    normalized = lab.ratios("glorot_uniform")
    assert normalized[0] == pytest.approx(0.78, abs=0.02) and normalized[-1] == pytest.approx(0.46, abs=0.02)


def test_stored_profiles_are_measured_again():
    """One seed of the stored five, in a few cells: it differs from their mean by no more than seeds do."""
    sweep = nn.sweep(depth.DEPTH, [0.8, 2.0], 0.0, "tanh", seeds=[0], width=depth.WIDTH, batch=4)
    log10 = sweep.signals.log10_error[0, :, 0, 0, 0]
    for sigma_w, profile in zip((0.8, 2.0), log10):
        again = profile[1:] - profile[-1]
        assert again == pytest.approx(depth.stored()[sigma_w, 0.0][1:], abs=0.35)


def test_tanh_under_xavier_does_not_settle():
    """Variance about 1/(2l), 0.052 in layer 10 and 0.010 in layer 50; measured within the luck of width 200."""
    predicted = variance.predicted_statistics("tanh", 1.0)[1]
    assert predicted[[10, 50]] == pytest.approx([0.052, 0.010], abs=0.0005)
    assert predicted[20:] == pytest.approx(1 / (2 * np.arange(20, 51)), rel=0.05)
    assert variance.activation_statistics("tanh", 1.0)[1][1:] == pytest.approx(predicted[1:], rel=0.25)


# depth over width

def whole_matrices(units, n, L, networks):
    """ln(‖delta[1]‖² / ‖delta[L]‖²) with every weight drawn, one example a network."""
    phi, slope, sigma_w, _ = fluctuations.UNITS[units]
    rng, logs = np.random.default_rng(1), []
    for _ in range(networks):
        a, W, z = rng.normal(size=n), sigma_w * rng.normal(size=(L, n, n)) / np.sqrt(n), []
        for w in W:
            z.append(w @ a)
            a = phi(z[-1])
        delta = start = rng.normal(size=n)
        for w, below in zip(W[:0:-1], z[-2::-1], strict=True):
            delta = slope(below) * (w.T @ delta)
        logs.append(2 * np.log(np.linalg.norm(delta) / np.linalg.norm(start)))
    return np.array(logs)


@pytest.mark.parametrize("units", fluctuations.UNITS)
def test_drawing_only_what_one_example_sees_has_the_distribution_of_whole_matrices(units):
    drawn = fluctuations.log_sizes(units, 24, networks=2000, L=9)[:, 8]
    assert ks_2samp(drawn, whole_matrices(units, 24, 9, 600)).pvalue > 0.01


@pytest.mark.parametrize("units", ["ReLU, He", "none (linear)"])
def test_variance_is_depth_over_width_and_a_typical_network_loses_half_of_it(units):
    """Hanin and Nica: N(-v k/2n, v k/n), v = 5 for ReLU, up to terms in 1/n² and the luck of a thousand networks."""
    v = fluctuations.UNITS[units][3]
    for n in (64, 128, 256):
        for k in fluctuations.DEPTHS:
            mean, variance = fluctuations.spread(units, n, k)
            assert variance * n / k == pytest.approx(v, rel=0.15)
            assert mean == pytest.approx(-v * k / (2 * n), abs=4 * np.sqrt(v * k / n / 1000) + 0.1 * v * k / (2 * n))


def test_hanins_number():
    logs = fluctuations.log_sizes("ReLU, He", n=100, networks=4000, L=21)[:, 20]
    assert logs.var() == pytest.approx(1, abs=0.08) and logs.mean() == pytest.approx(-0.5, abs=0.06)


def test_networks_of_sixteen_relu_units_lie_a_third_above_the_line():
    found = [fluctuations.spread("ReLU, He", 16, k)[1] * 16 / (5 * k) for k in fluctuations.DEPTHS]
    assert min(found) > 1.25 and max(found) < 1.45


def test_stored_edges_move_outward_with_width_but_not_at_forty_layers():
    share = edges.trained()
    L, fails, trains = said("causes", "# layers fail at width # and train at width #.")
    column, widths = share[:, edges.DEPTHS.index(L)], np.array(edges.WIDTHS)
    assert np.all(np.diff(column) > 0)
    assert [fails, trains] == [widths[column < 0.5].max(), widths[column > 0.95].min()]
    words = "# layers do not train in # steps even at width #, though # layers at width #, with a larger"
    deep, steps, wide, shallow, narrow = said("causes", words)
    at = lambda n, depth: share[edges.WIDTHS.index(n), edges.DEPTHS.index(depth)]  # noqa: E731
    assert at(wide, deep) < 0.5 and at(narrow, shallow) > 0.9 and wide == widths.max() and steps == edges.STEPS
    assert deep / wide < shallow / narrow


def test_a_stored_edge_is_trained_again():
    stored = results.load("causes_edges")["right"][0, 0, 1, 0]
    assert edges.train(16, 5, edges.RATES[1], 0) == pytest.approx(stored, abs=60)


def test_a_circle_shrinks_as_the_error_signal_does():
    for sigma_w in lab.CIRCLES.values():
        measured, predicted = lab.stretch(sigma_w)
        assert measured == pytest.approx(predicted, abs=0.02)


def test_the_shadow_of_the_circle_is_the_circle():
    for sigma_w in lab.CIRCLES.values():
        assert circle.shadow(sigma_w, 0) == pytest.approx(circle.RING, abs=0.005)
        widest = np.linalg.norm(circle.shadow(sigma_w, 10))
        flat = circle.circle(sigma_w)[10][:2]  # any other plane shows less
        assert np.linalg.norm(flat - flat.mean(axis=1, keepdims=True)) < widest


@cache
def read_out():
    """The test digits that a linear probe knows by their pixels, and by layer 30 of the drowned network, of 5 draws.

    It is fitted by least squares to units that were brought to mean 0 and variance 1.
    """
    digits = nn.data.digits("float64")

    def right(features):
        mean, spread = features[0].mean(1, keepdims=True), features[0].std(1, keepdims=True)
        train, test = (np.vstack([(x - mean) / np.where(spread, spread, 1), np.ones(x.shape[1])]) for x in features)
        readout = np.linalg.lstsq(train.T, np.eye(10)[digits.y], rcond=None)[0]
        return np.mean((test.T @ readout).argmax(axis=1) == digits.y_test)

    shares = [right((digits.x, digits.x_test))]
    for seed in range(5):
        rng, both = np.random.default_rng(seed), (digits.x, digits.x_test)
        for _ in range(30):
            W, b = 0.8 * rng.standard_normal((64, 64)) / 8, 0.1 * rng.standard_normal((64, 1))
            both = tuple(np.tanh(W @ a + b) for a in both)
        shares.append(right(both))
        assert np.corrcoef(both[1].T).min() > 0.999
    return shares


def test_drowned_is_not_destroyed():
    pixels, *deep = read_out()
    assert said("causes", "names #% to #% of the test images (# draws of the weights; from the pixels #%)") == [
        *(round(100 * share) for share in (min(deep), max(deep))), len(deep), round(100 * pixels)]


def test_size_and_difference_and_correlation_belong_together():
    c, total, apart = lab.pair_signals("tanh", 1.2, 0.1)
    assert apart**2 == pytest.approx(total**2 * (1 - c), rel=1e-6)


@pytest.mark.parametrize("activation,sigma_w,sigma_b", [("tanh", 0.8, 0.1), ("tanh", 2.5, 0.1), ("sigmoid", 1.0, 0.0)])
def test_correlations_follow_the_correlation_map(activation, sigma_w, sigma_b):
    measured, _, apart = lab.pair_signals(activation, sigma_w, sigma_b)
    for start, line in zip(inputs.START, measured, strict=True):
        predicted = inputs.predicted_correlation(activation, sigma_w, sigma_b, start)
        assert line == pytest.approx(predicted, abs=0.1)
    predicted = inputs.predicted_difference(activation, sigma_w, sigma_b)
    assert np.log10(apart[0, :20]) == pytest.approx(np.log10(predicted[:20]), abs=0.4)


def test_biases_drown_the_signal():
    _, total, apart = lab.pair_signals("tanh", 0.8, 0.1)
    assert total[0, 10:] == pytest.approx(np.full(21, total[0, 20]), rel=0.15)  # "flat", "from the tenth on"
    assert apart[0, 30] < apart[0, 10] / 50
    unbiased = lab.pair_signals("tanh", 0.8, 0.0)
    assert unbiased[1][0, 30] < 0.01 * unbiased[1][0, 1]
    assert unbiased[0][2, 30] == pytest.approx(0.95, abs=0.05)


def test_a_centered_sigmoid_has_its_boundary_at_four():
    """The answer to question 2: sigma(z) - 1/2 = tanh(z/2)/2."""
    sigmoid = nn.get_activation("sigmoid")
    value = lambda z, out=None: sigmoid.value(z) - 0.5  # noqa: E731
    centered = nn.Activation("centered", value, sigmoid.prime, sigmoid.slope, small=(0.25, 0.25))
    assert nn.meanfield.chi(centered, 4.0) == pytest.approx(1)
    assert nn.meanfield.chi(centered, 3.9) < 1 < nn.meanfield.chi(centered, 5.0)


@pytest.mark.parametrize("activation", lab.NAMES)
def test_the_map_has_its_boundary_where_the_theory_draws_it(activation):
    measured, predicted = plane.first_over_last(activation), plane.predicted(activation)
    near = abs(predicted) < 8
    assert near.sum() > 50
    assert np.sign(measured[abs(predicted) > 2]) == pytest.approx(np.sign(predicted[abs(predicted) > 2]))
    assert measured[near] == pytest.approx(predicted[near], abs=3)


def test_the_strip_where_gradients_survive_narrows_as_the_summary_says():
    """From a tenth to tenfold, in infinite width, without biases: for ReLU like 1/L, for tanh in the end like 1/√L,
    since above 1 the logarithm of its factor is a square."""
    most = {"relu": 2, "tanh": 4}

    def width(activation, L):
        def size(sigma_w):
            return signal_propagation.backward_sizes(activation, sigma_w, L=L)[1]

        low, high = (roots.root_of(lambda sigma_w, edge=edge: size(sigma_w) - edge, 0.7, most[activation], 1e-5)
                     for edge in (-1, 1))
        return high - low

    said("causes", "narrows: the logarithm of a layer's factor may differ from 0 by about $1/L$.")
    assert width("relu", 100) / width("relu", 400) == pytest.approx(4, rel=0.05)
    assert 2 < width("tanh", 100) / width("tanh", 400) < 2.5
    assert 2.5 < width("tanh", 10) / width("tanh", 100) < width("relu", 10) / width("relu", 100)


def test_the_ends_of_the_map_s_colors_say_that_they_stand_for_more():
    log10 = plane.first_over_last("tanh")
    assert log10.min() < -plane.LIMIT and log10.max() > plane.LIMIT
    texts = FIGURES["plane"].opening[0][0].frame["bar"]["texts"]
    assert (texts[0], texts[-1]) == (f"≤ −{plane.LIMIT}", f"≥ {plane.LIMIT}")


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


def test_words_in_the_figures_stand_where_they_are_true():
    ring, (first, cut), (slope, layer) = Figure().subplots(), Figure().subplots(1, 2), Figure().subplots(1, 2)
    circle.draw_circle(ring)
    told = sorted((text.get_position()[0], text.get_text()) for text in ring.texts if "length" in text.get_text())
    assert [words for _, words in told] == [f"length × {number(circle.lengths(s)[10])}" for s in circle.SCALES.values()]
    plane.draw_plane(first, cut)
    edge = plane.boundary("tanh")
    at = {text.get_text(): text.get_position()[0] for text in first.texts}
    assert at["vanishes"] < edge < at["explodes"]
    assert [(text.get_text(), text.xy[0]) for text in cut.texts] == [(f"χ₁ = 1 at {edge:.2f}", edge)]
    slopes.draw_slopes(slope, layer, "sigmoid", 2.0)
    assert f"the slopes: × {number(slopes.rms_slope('sigmoid', 2.0))}" in [text.get_text() for text in layer.texts]


def test_captions_tell_the_numbers_of_their_state():
    assert number(circle.lengths(2.0)[15]) in caption("circle", l=15)
    assert number(slopes.middle_layer("tanh", 5.0)[0]) in caption("slopes", activation="tanh", sigma_w=5.0)
    assert number(variance.activation_statistics("relu", 0.5)[1][10]) in caption(
        "mean_and_variance", activation="relu", sigma_w=0.5)
    assert number(fluctuations.spread("ReLU, He", 64, 20)[1]) in caption("depth_over_width", n=64, k=20)
    assert f"{lab.power():.2f}" in caption("rates", sigma_w=1.0)
    assert number(lab.exponential_rate(2.0), 3) in caption("rates", sigma_w=2.0)
    assert number(lab.pair_signals("tanh", 1.5, 0.5)[1][0, -1]) in caption("two_inputs", sigma_w=1.5, sigma_b=0.5)
    assert f"{lab.boundary('sigmoid'):.2f}" in caption("plane", activation="sigmoid", depth=100)
    assert "to the map's end" in caption("plane", activation="sigmoid", depth=10)
    below = float(re.search(r"below ([\d.]+), from", caption("plane", activation="relu", depth=2))[1])
    grows = plane.first_over_last("relu")[plane.DEPTHS.index(2)] > 1  # tenfold
    assert [scale > below for scale in plane.SCALES] == grows.tolist()
    assert "is lost to rounding" in caption("two_inputs", activation="sigmoid", sigma_w=0.5)


@pytest.mark.parametrize("sigma_w, sigma_b", [(0.8, 0.0), (1.0, 0.0), (2.0, 0.0), (2.0, depth.BIASES["σ_b = 0.224"])])
def test_the_curves_of_the_rates_stand_at_their_layers(sigma_w, sigma_b):
    theory = signal_propagation.backward_sizes("tanh", sigma_w, sigma_b, depth.DEPTH)
    measured, seen = depth.stored()[sigma_w, sigma_b], []
    for line in lines_of(FIGURES["rates"], sigma_w=sigma_w, sigma_b=sigma_b):
        right = {COLORS["theory"]: theory, COLORS["backward"]: measured}.get(line.get_color())
        if right is not None:
            l = line.get_xdata().astype(int)
            assert np.log10(line.get_ydata()) == pytest.approx(right[l]) and l.min() == 1 and l.max() >= 58
            seen.append(line.get_color())
    assert sorted(seen) == sorted([COLORS["theory"], COLORS["backward"]] * 2)
    assert f"Layer 1 gets {number(10 ** measured[1])} times" in caption("rates", sigma_w=sigma_w, sigma_b=sigma_b)


def test_numbers_typed_into_the_prose():
    assert lab.factor("sigmoid", 4.0) < 0.7 and lab.factor("sigmoid", 10.0) == pytest.approx(1, abs=0.01)
    assert 0.45 < slopes.middle_layer("tanh", 5.0)[1] < 0.55  # "half of the units are saturated"
    relative = variance.relative_mean(variance.activation_statistics("sigmoid", 1.0))
    assert relative[10:] == pytest.approx(np.full(41, 4.0), abs=0.5)  # "a mean four times as large as their spread"
    assert variance.predicted_statistics("tanh", 1.0)[1][2] == pytest.approx(0.25, abs=0.02)  # "passes there"
    assert 0.9**10 == pytest.approx(1 / 3, abs=0.02) and 2e-5 < 0.9**100 < 5e-5  # "a few parts in 10^5"
    alike = (lab.pair_signals("sigmoid", 1.0, 0.0)[0] > 0.999).all(axis=0)
    assert said("causes", "By layer # every pair has a correlation above 0.999") == [alike.argmax()]
    assert 1 / 3 < slopes.middle_layer("sigmoid", 10.0)[1] < 0.4  # "a third of the units saturated", in three chapters
    strip = re.search(r"between ([\d.]+) and", caption("plane", activation="sigmoid", depth=100)).group(1)
    assert float(strip) > lab.boundary("sigmoid")  # "lies past it"
    check_prose(
        "causes",
        given={"0.1", "0.6", "0.8", "0.9", "0.25", "0.95", "0.999", "0.01", "2.5", "1,000", "1%"},
        computed={
            "0.7": 0.7, "10.15": lab.boundary("sigmoid"),
            "0.577": 3**-0.5, "1.327": lab.CRITICAL,
            "70%": 10 ** depth.stored()[1.327, depth.BIASES["σ_b = 0.224"]][1],
            "0.236": lab.factor("sigmoid", 1.0), "21.9": np.log(0.1) / np.log(0.9),
            "6.6": np.log(0.1) / np.log(0.5**0.5),
            "1.6": np.log(0.1) / np.log(0.236), "1.26": 1.6**0.5,
            "94%": read_out()[0], "89%": min(read_out()), "96%": max(read_out()),
        },
    )


def test_what_the_quizzes_say():
    assert slopes.middle_layer("sigmoid", 10.0)[0] / 10 == pytest.approx(0.1, abs=0.01)  # root mean square slope
    found = [slopes.middle_layer("tanh", *scales) for scales in ((0.5, 0.0), (2.0, 3.0), (10.0, 0.0), (2.0, 0.0))]
    factors, saturated = zip(*found)
    assert factors[:2] == pytest.approx([0.5, 0.78], abs=0.01) and factors[3] > 1
    assert factors[2] == pytest.approx(2.4, abs=0.05) and saturated[:3] == pytest.approx([0, 0.38, 0.75], abs=0.01)
    correlation, size, differs = lab.pair_signals("tanh", 0.8, 0.1)
    assert correlation[0, 30] > 0.99 and size[0, 10:].min() > 0.1 and differs[0, 30] < 0.01 * size[0, 30]
    assert "between 1.01 and 1.47" in caption("plane", activation="tanh", depth=50)
    low, high = re.search(r"between ([\d.]+) and ([\d.]+)\.", caption("plane", activation="relu", depth=50)).groups()
    assert float(low) < 1.414 < float(high) and 2**24.5 == pytest.approx(24e6, rel=0.02)


def test_theory_of_the_exercises_is_that_of_the_chapter():
    tanh = nn.get_activation("tanh")
    q = EXERCISES["variances"].solution(np.tanh, 1.2, 0.3, 1.5, 8)
    assert q[1:] == pytest.approx([nn.meanfield.variance_map(v, "tanh", 1.2, 0.3) for v in q[:-1]])
    assert EXERCISES["factor"].solution(tanh.derivative, 1.2, q[4]) ** 2 == pytest.approx(
        nn.meanfield.chi("tanh", 1.2, 0.3, q=q[4]))


def test_a_wide_layer_of_any_function_loses_what_the_exercise_says():
    rng, slope, sigma_w, q, n = np.random.default_rng(0), lambda z: np.cosh(z) ** -2, 1.5, 2.0, 1500
    W, z, delta = rng.normal(size=(n, n)) / np.sqrt(n), np.sqrt(q) * rng.normal(size=n), rng.normal(size=n)
    measured = np.linalg.norm(slope(z) * (sigma_w * W.T @ delta)) / np.linalg.norm(delta)
    assert EXERCISES["factor"].solution(slope, sigma_w, q) == pytest.approx(measured, rel=0.05)


def test_a_variance_that_leaves_its_panel_is_said_to():
    told = partial(caption_of, FIGURES, "mean_and_variance")
    assert "(beyond the panel) in layer 50" in told(activation="relu", sigma_w=2.0)
    assert "beyond" not in told(activation="relu", sigma_w=1.5) + told(activation="tanh", sigma_w=1.0)
