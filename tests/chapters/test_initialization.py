"""The laws behind the chapter, samples of its stored runs made again, its figures, and the numbers in its prose."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy.optimize import brentq

from figures import caption_of, check_figure, lines_of
from prose import check_prose, said
from vgtext import nn
from vgtext.chapters import initialization as lab
from vgtext.chapters.initialization import (
    convolutions,
    defaults,
    half,
    lsuv,
    race,
    runs,
    scales,
    shapes,
    singular,
    sums,
)
from vgtext.nn.theory import signal_propagation
from vgtext.palette import number
from vgtext.tools.notebooks import figures, read_notebook

FIGURES = figures("initialization")
caption = partial(caption_of, FIGURES)
GUESSING = np.log(10)


# The derivation


@pytest.mark.parametrize("distribution", lab.DISTRIBUTIONS)
def test_a_sum_of_n_terms_has_n_times_their_mean_square(distribution):
    for n in sums.INPUTS:
        error = 5 * np.sqrt(6 / max(200, min(2000, 400_000 // n)))  # five standard errors, more than enough
        assert lab.mean_square(distribution, n) / n == pytest.approx(1, abs=error)


@pytest.mark.parametrize("depth", [3, 30])
def test_the_factor_a_layer_is_the_same_at_any_depth(depth):
    """From layer L back to 1 it is L - 1 steps."""
    assert half.factor("relu", "glorot_normal", depth) == pytest.approx(0.5**0.5, abs=0.03)


@pytest.mark.parametrize("scheme", lab.SCHEMES)
@pytest.mark.parametrize("r", lab.RATIOS)
def test_rectangles_follow_the_law(scheme, r):
    for dots, dashes in zip(shapes.measured(scheme, r), shapes.predicted(scheme, r), strict=True):
        assert np.log(dots) == pytest.approx(np.log(dashes), abs=0.35)


@given(st.floats(0.1, 10))
def test_a_pair_of_layers_under_the_compromise_loses_in_both_directions(r):
    pair = 2 / (1 + r) * 2 * r / (1 + r)
    assert pair <= 1 + 1e-12 and pair == pytest.approx(4 * r / (1 + r) ** 2)


@pytest.mark.parametrize("r", lab.RATIOS)
def test_fan_in_and_fan_out_telescope(r):
    for scheme in list(lab.SCHEMES)[:2]:
        forward, backward = shapes.predicted(scheme, r)
        assert forward[-1] == pytest.approx(1) and backward[0] == pytest.approx(1)  # n_L = n_0
    forward, backward = shapes.predicted("Glorot", r)
    assert forward[-1] == backward[0] == pytest.approx((4 * r / (1 + r) ** 2) ** 5)  # the root of ten pairs
    if r == 8:
        pairs = np.log(0.1) / np.log(np.sqrt(4 * r / (1 + r) ** 2))
        assert said("initialization", "until a tenth of the size is left? (#: every pair") == [np.ceil(pairs)]


@pytest.mark.parametrize("q", [0.01, 1.0, 4.0])
def test_relu_keeps_half_both_ways_and_the_measured_shares_are_the_laws(q):
    assert lab.kept("relu", q) == pytest.approx((0.5, 0.5), abs=1e-9)
    for activation in ("relu", "leaky_relu", "tanh", "sigmoid", "gelu"):
        assert lab.one_layer(activation, q) == pytest.approx(lab.kept(activation, q), rel=0.03)
    assert 1 / 2 - 1 / (2 * np.pi) == pytest.approx(0.341, abs=0.001)  # the variance of ReLU: "about a third"


def test_tanh_needs_two_scales_once_it_bends():
    assert np.array(lab.kept("tanh", 0.01)) ** -0.5 == pytest.approx([1, 1], abs=0.02)
    forward, backward = np.array(lab.kept("tanh", 4.0)) ** -0.5
    assert forward > backward + 0.4
    forward, backward = np.array(lab.kept("sigmoid", 1.0)) ** -0.5
    assert forward < 2 < 4 < backward


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(["tanh", "relu", "sigmoid"]), st.floats(0.3, 3.0))
def test_predicted_sizes_are_those_of_wide_networks(activation, sigma_w):
    s = nn.measure(8, 500, sigma_w, activation=activation, batch=8)
    back = s.log10_error - s.log10_error[8]
    assert back[1:] == pytest.approx(signal_propagation.backward_sizes(activation, sigma_w, 0.0, 8)[1:], abs=0.2)
    forward = s.log10_activation - np.log10(500) / 2
    assert forward[1:] == pytest.approx(signal_propagation.forward_sizes(activation, sigma_w, 0.0, 8)[1:], abs=0.2)


# Published numbers


def test_row_1_mean_singular_values():
    assert lab.mean_singular_values("glorot_uniform") == pytest.approx((0.8, 0.8), abs=0.06)
    assert lab.mean_singular_values("standard_uniform") == pytest.approx((0.5, 0.5), abs=0.06)
    W = nn.initializers.scaled_normal(1.0)(400, 400, np.random.default_rng(0))
    s = np.linalg.svd(W, compute_uv=False)
    assert s.mean() == pytest.approx(lab.QUARTER_CIRCLE, abs=0.01) and np.mean(s**2) == pytest.approx(1, abs=0.02)


def test_row_4_vgg():
    assert lab.shrinking() == pytest.approx(1.7e4, rel=0.02)
    assert lab.shrinking(digits=3) == pytest.approx(1.7e4, rel=0.01)


@pytest.mark.parametrize("L", [5, 10])
def test_row_11_largest_singular_value(L):
    assert lab.largest(L) == pytest.approx(lab.largest_law(L), rel=0.1)


def test_row_11_at_twenty_layers_the_width_is_too_small():
    assert 0.75 < lab.largest(20) / lab.largest_law(20) < 0.92
    assert lab.largest_law(20) == pytest.approx(np.e * 20.5, rel=0.01)


@pytest.mark.parametrize("L", [1, 2, 3])
def test_the_moments_behind_the_law_are_fuss_catalan_numbers(L):
    """M = 1 + x M^(L+1) gives m_1 = 1, m_2 = L + 1, m_3 = (L + 1)(3L + 2)/2; its edge is the law."""
    rng, n = np.random.default_rng(0), 800
    J = np.eye(n)
    for _ in range(L):
        J = rng.standard_normal((n, n)) / np.sqrt(n) @ J
    squares = np.linalg.svd(J, compute_uv=False) ** 2
    for k, law in ((1, 1), (2, L + 1), (3, (L + 1) * (3 * L + 2) / 2)):
        assert np.mean(squares**k) == pytest.approx(law, rel=0.05)
    M = np.linspace(1, 3, 200_001)
    assert 1 / np.max((M - 1) / M ** (L + 1)) == pytest.approx(lab.largest_law(L), rel=1e-6)


@pytest.mark.parametrize("kind", ["Gaussian", "delta"])
def test_frequencies_have_the_singular_values_of_the_convolution(kind):
    W, n, c = convolutions.kernel(kind, np.random.default_rng(3)), convolutions.PIXELS, convolutions.CHANNELS
    whole = np.zeros((n, c, n, c))
    for pixel in range(n):
        for k in range(len(W)):
            whole[pixel, :, (pixel + k - len(W) // 2) % n] += W[k]
    by_matrix = np.linalg.svd(whole.reshape(n * c, n * c), compute_uv=False)
    by_frequency = np.sort(np.linalg.svd(convolutions.at_frequencies(W), compute_uv=False).ravel())[::-1]
    assert by_frequency == pytest.approx(by_matrix, abs=1e-10)
    assert np.mean(by_matrix**2) == pytest.approx(1, abs=0.05)


def test_delta_orthogonal_convolutions_keep_all_directions_and_gaussian_ones_lose_most():
    assert lab.conv_spread("delta", 200) == pytest.approx(np.ones(convolutions.PIXELS * convolutions.CHANNELS))
    medians = [np.median(lab.conv_spread("Gaussian", L)) for L in (1, 3, 10)]
    assert medians == sorted(medians, reverse=True) and medians[-1] < 0.1 * medians[0]


def test_orthogonal_layers_keep_all_directions():
    assert lab.spectrum("orthogonal", "linear", 30) == pytest.approx(np.ones(singular.WIDTH), abs=1e-9)
    gaussian = lab.spectrum("Gaussian", "linear", 30)
    assert np.median(gaussian) < 1e-3 < 1 < gaussian[0]
    isometric = lab.spectrum("orthogonal", "tanh, small input", 30)
    assert 0.5 < isometric.min() and isometric.max() <= 1
    for init in ("orthogonal", "Gaussian"):
        assert (lab.spectrum(init, "ReLU", 1) < 1e-10).mean() == pytest.approx(0.5, abs=0.1)
    bent = {init: lab.spectrum(init, "tanh", 30) for init in ("orthogonal", "Gaussian")}
    assert bent["orthogonal"].max() / np.median(bent["orthogonal"]) < 10
    assert bent["Gaussian"].max() / np.median(bent["Gaussian"]) > 1e4


# LSUV and the defaults


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("start", lab.STARTS)
def test_lsuv_keeps_the_forward_signal_and_the_law_tells_the_rest(activation, start):
    _, (variance, error) = lsuv.before_and_after(activation, start)
    assert variance[1 : lsuv.DEPTH] == pytest.approx(np.zeros(lsuv.DEPTH - 1), abs=0.12)  # log10; another batch
    assert error[1] == pytest.approx(28 * np.log10(lab.settled_factor(activation)), abs=0.6)


def test_unit_variance_serves_relu_only():
    assert lab.settled_factor("relu") == pytest.approx(1)
    assert 8 < lab.settled_factor("tanh") ** 28 < 12 and lab.settled_factor("sigmoid") ** 28 < 1e-10


def test_the_defaults_are_what_the_table_says():
    assert lab.kaiming_limit(128, 5**0.5) == pytest.approx(128**-0.5)
    assert lab.kaiming_limit(128, 0.0) == pytest.approx((6 / 128) ** 0.5)
    for name in lab.DEFAULTS:
        assert lab.default_scales(name)[0] == pytest.approx(lab.exact_scale(name), rel=0.02)
    assert lab.default_scales("PyTorch")[1] == pytest.approx(1 / np.sqrt(3 * 128))


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_what_the_defaults_leave_is_as_predicted(activation):
    for name, (_, bias, _) in lab.DEFAULTS.items():
        sigma_b = bias / np.sqrt(3 * defaults.WIDTH)
        law = signal_propagation.backward_sizes(activation, lab.exact_scale(name), sigma_b, 30)
        assert np.log10(lab.default_left(name, activation)) == pytest.approx(law[1], abs=0.6)
    assert lab.default_left("PyTorch", "relu") < 1e-10


# Training


@pytest.mark.parametrize("cell", [("glorot_normal", 30, 0.1, 1), ("he_normal", 14, 0.01, 3)])
def test_stored_races_come_out_again(cell, epochs=2):
    init, depth, rate, seed = cell
    kept = runs.losses()[1][runs.INITS.index(init), runs.DEPTHS.index(depth), runs.RATES.index(rate), seed]
    assert runs.train_depth(*cell, epochs) == pytest.approx(kept[:epochs], abs=0.15)


@pytest.mark.parametrize("cell", [("tanh", 1.0, 0.01, 0), ("relu", 0.3, 0.3, 2), ("sigmoid", 1.0, 0.1, 1)])
def test_stored_scales_come_out_again(cell, epochs=3):
    activation, scale, rate, seed = cell
    kept = runs.losses()[0][
        runs.ACTIVATIONS.index(activation), runs.SCALES.index(scale), runs.RATES.index(rate), seed]
    assert runs.train_scale(*cell, epochs) == pytest.approx(kept[:epochs], abs=0.15)


def test_stored_losses_are_whole():
    by_scale, by_depth = runs.losses()
    assert by_scale.shape == (3, len(runs.SCALES), 4, runs.SCALE_SEEDS, runs.SCALE_EPOCHS)
    assert by_depth.shape == (2, len(runs.DEPTHS), 4, runs.SEEDS, runs.EPOCHS)
    for losses in (by_scale, by_depth):
        assert (losses > 0).all()
        broken = np.isinf(losses)
        assert (broken[..., 1:] >= broken[..., :-1]).all()  # once broken, broken for good


def test_row_5_he_against_xavier():
    he, xavier = lab.last_losses(30)
    assert np.median(he) < np.median(xavier) / 2
    assert said("initialization", "after 30 epochs, in # seeds of #") == [(xavier > 2.2).sum(), xavier.size]
    losses = [lab.final_loss("glorot_normal", depth) for depth in lab.DEPTHS]
    assert losses == sorted(losses) and losses[1] < 0.5 < losses[2] < 1 < losses[3] < 1.7 < losses[4] < 2 < losses[5]
    assert all(lab.final_loss("he_normal", depth) < 0.1 for depth in lab.DEPTHS)
    stuck = {depth: (lab.runs_of("he_normal", depth)[0][:, -1] > 2).sum() for depth in lab.DEPTHS}
    assert [(26, 1)] == [(depth, count) for depth, count in stuck.items() if count]
    assert said("initialization", "At # layers # of the # seeds hardly learns even with it") == [26, 1, he.size]


def test_the_seed_that_hardly_learns_with_he_has_signals_and_learns_at_a_longer_step():
    (at_best, rate), by_rate = lab.runs_of("he_normal", 26), runs.losses()[1][0, lab.DEPTHS.index(26), ..., -1]
    lost, digits = at_best[:, -1].argmax(), nn.data.digits("float64")
    off = []  # how far each seed's log10 R is from 0
    for seed in range(runs.SEEDS):
        net = nn.mlp(64, runs.WIDTH, 10, 26, activation="relu", init="he_normal", seed=seed, dtype="float64")
        net.loss_and_gradient(digits.x[:, :256], digits.y[:256], measure=True)
        a, error = net.signals().log10_activation, net.signals().log10_error
        off.append(abs(a[-2] - a[1] + error[2] - error[-1]))
    farthest = np.argmax(off)
    assert off[lost] < 0.3 and off[farthest] > 2 * off[lost] and at_best[farthest, -1] < 0.1 < 2 < at_best[lost, -1]
    (times,) = said("initialization", "that learns. # times that rate trains it")
    assert by_rate[lab.RATES.index(round(times * rate, 6)), lost] < 0.1


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_at_large_scales_a_few_digits_dominate_the_error_of_tanh_and_sigmoid_units(activation):
    data, cross_entropy, shares = nn.data.digits("float64"), nn.get_loss("softmax_cross_entropy"), []
    for scale in (1.0, 10.0):
        W, b = nn.random_network([64] * 30 + [10], nn.initializers.scaled_normal(scale))
        phi = [activation] * 29 + ["identity"]
        z, a = nn.forward(W, b, data.x[:, :128], phi)
        delta = nn.backward(W, z, a, cross_entropy(a[30], data.y[:128])[1], phi).delta[1]
        of_each = np.sort((delta**2).sum(axis=0))[::-1]
        shares.append(of_each[:6].sum() / of_each.sum())
    if activation == "relu":  # without biases the scale changes all digits alike
        assert max(shares) < 0.4
    else:
        assert shares[0] < 0.2 and shares[1] > 0.4


def test_the_hook_says_what_the_runs_say():
    end = {(a, s): np.median(lab.trained(a, s)[0][:, -1]) for a in lab.ACTIVATIONS for s in lab.SCALES}
    assert end["relu", 0.577] == pytest.approx(GUESSING, abs=0.02) and end["relu", 1.7] == np.inf
    assert end["relu", 1.0] == pytest.approx(GUESSING, abs=0.02) and end["relu", 1.414] < 0.7
    assert min(end["tanh", 1.2], end["tanh", 1.414]) < end["tanh", 1.0] < end["tanh", 0.8]
    assert end["sigmoid", 10.0] < 2 and all(end["sigmoid", s] > 2.29 for s in lab.SCALES[:-1])
    assert -11.5 < lab.scale_left("relu", 0.577) < -10.5
    of_rates = runs.losses()[0][runs.ACTIVATIONS.index("relu"), runs.SCALES.index(1.7), ..., -1]  # (rates, seeds)
    assert said("initialization", "training breaks down at all # learning rates") == [
        np.isinf(of_rates).all(axis=1).sum()]
    saved = [lab.final_loss("glorot_normal", 30, rate) < 2.2 for rate in lab.RATES]
    assert said("initialization", "# of the # rescues Glorot") == [sum(saved), len(saved)]
    for rate, largest in ((0.01, 0.1), (0.03, 1.0), (0.1, 2.2), (0.3, np.inf)):
        assert lab.final_loss("he_normal", 30, rate) <= largest
        assert lab.final_loss("glorot_normal", 30, rate) > 2.2


@pytest.mark.parametrize("depth", [10, 30])
def test_all_layers_starve_alike(depth):
    assert np.log2(lab.ratio(depth)) == pytest.approx(-(depth - 1) / 2, abs=0.8)
    gap = race.random_gradients("glorot_normal", depth)[1:] - race.random_gradients("he_normal", depth)[1:]
    assert np.ptp(gap) < 0.6  # in powers of ten, where the law itself spans log10(behind) from end to end


def test_smaller_is_worse_without_exception():
    for activation in ("tanh", "relu", "sigmoid"):
        left = [lab.scale_left(activation, s) for s in lab.SCALES[:9]]
        assert left == sorted(left)
    assert np.median(lab.trained("relu", 1.414)[0][:, -1]) < 1 < np.median(lab.trained("relu", 1.0)[0][:, -1])
    factor = {a: 10 ** ((lab.scale_left(a, 2.0) - lab.scale_left(a, 1.0)) / 28) for a in ("tanh", "relu")}
    assert factor["tanh"] == pytest.approx(1.24, abs=0.005) and factor["relu"] == pytest.approx(2.0, abs=0.02)
    linear = 10 ** ((lab.scale_left("tanh", 0.577) - lab.scale_left("tanh", 0.3)) / 28)
    assert linear == pytest.approx(0.577 / 0.3, rel=0.02)  # "the full factor 2"
    for activation in ("tanh", "relu", "sigmoid"):
        assert lab.trained(activation, 0.3)[0][:, -1] == pytest.approx(GUESSING, abs=0.02)


# Figures and prose


def test_a_loss_that_breaks_down_is_drawn_where_no_readout_takes_it_for_a_number():
    """What is tied to the data are losses of the stored runs."""
    ends = {loss for sigma_w in scales.SCALES for loss in scales.trained("relu", sigma_w)[0][:, -1]}
    assert not np.isfinite([*ends]).all()
    for line in lines_of(FIGURES["scale"]):
        tied = all(line.get_transform().contains_branch_seperately(line.axes.transData))
        if tied and line.axes.get_ylabel().startswith("training loss"):
            assert {y for y in line.get_ydata() if np.isfinite(y)} <= ends


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


def test_captions_tell_the_numbers_of_their_state():
    assert number(lab.ratio(30)) in caption("he_xavier", depth=30)
    assert number(lab.settled_factor("tanh") ** 28) in caption("lsuv", activation="tanh")
    assert number(lab.default_left("PyTorch", "relu"), 1) in caption("defaults", activation="relu")
    assert number(lab.spectrum("Gaussian", "linear", 10)[0]) in caption("spectrum", L=10)
    assert f"{np.median(lab.trained('tanh', 0.3)[0][:, -1]):.2f}" in caption("scale", activation="tanh", sigma_w=0.3)
    assert number(shapes.predicted("1/n_out", 4)[0][-1]) in caption("rectangles", scheme="1/n_out")
    assert "1.41 (forward)" in caption("two_needs", q=2.0) and "1,000 inputs 11" in caption("sum_of_terms")
    assert scales.power(2.0) == "100"


def test_numbers_typed_into_the_prose():
    assert nn.initializers.TRUNCATED_STD**2 == pytest.approx(0.77, abs=0.005)  # "23% off the variance"
    assert nn.initializers.TRUNCATED_STD**-29 == pytest.approx(41, abs=0.5)  # "about 41"
    assert 2**14.5 > 20_000  # "twenty thousand times"
    kept = (4 * 8 / (1 + 8) ** 2) ** 0.5  # "every pair leaves" it, with widths in the ratio 8
    assert kept**5 < 0.1 < kept**4
    w = 0.02 * np.random.default_rng(0).standard_normal(1_000_000)
    cut = np.std(w[np.abs(w) < 0.04])  # BERT's: none beyond two standard deviations, and the rest not widened
    assert cut == pytest.approx(0.02 * nn.initializers.TRUNCATED_STD, rel=0.01)
    check_prose(
        "initialization",
        given={"0.01", "0.1225", "0.1", "0.0625", "0.3", "0.8", "0.5", "1,000", "1.414", "1.2", "0.300", "1.7", "2.2",
               "0.12", "2.13", "3.15", "2026", "10,000", "0.02", "4,096"},
        computed={
            "0.55": 0.02 * 768**0.5, "1.28": 0.02 * 4096**0.5, "2,500": 0.02**-2,
            "0.49": cut * 768**0.5,
            "63%": kept, "0.577": 3**-0.5, "0.707": 2**-0.5, "0.8796": nn.initializers.TRUNCATED_STD,
            "0.85": lab.QUARTER_CIRCLE,
            "14.5": (30 - 1) / 2,
            "8.5": lab.scale_left("relu", 2.0) - lab.scale_left("relu", 1.0), "2.0": 2.0,
            "2.6": lab.scale_left("tanh", 2.0) - lab.scale_left("tanh", 1.0), "1.24": 10 ** (2.63 / 28),
            "10.15": brentq(lambda s: nn.meanfield.chi("sigmoid", s) - 1, 4, 16),
        },
    )


def test_guides_and_shades_are_where_their_words_say():
    ax = Figure().subplots()
    lab.draw_two_needs(ax)
    assert {text.get_text().split()[0]: text.get_position()[0] for text in ax.texts[:2]} == {"Glorot": 1, "He": 2**0.5}
    for phi in ("relu", "tanh"):
        ax = Figure().subplots()
        scales.draw_outcomes(ax, phi, 1.0)
        ends = {s: np.median(lab.trained(phi, s)[0][:, -1]) for s in lab.SCALES}
        good = [s for s, end in ends.items() if end < np.log(10) / 2]
        low, high = ax.patches[0].get_x(), ax.patches[0].get_x() + ax.patches[0].get_width()
        assert good == [s for s in lab.SCALES if low < s < high]
    dots, curves = Figure().subplots(1, 2)
    lab.draw_he_xavier(dots, curves)
    assert {text.get_text(): text.xy[1] for text in dots.texts} == pytest.approx(
        {name: 10 ** race.random_gradients(init, 30)[1] for init, name in race.NAMES.items()})
    ax = Figure().subplots()
    lab.draw_sum_of_terms(ax)
    words = {text.get_text() for text in ax.texts}
    assert {"as large as the input", "dashed: n × variance of a weight"} <= words


def test_hes_scale_keeps_the_gradient_of_forty_layers_if_they_are_wide():
    """So the quiz says "40 wide layers": in a typical network of 16 units little is left.

    Of n units k are active, and a gradient of length 1 comes out as (2/n) chi-squared of k, in its square.
    """
    rng, median = np.random.default_rng(0), {}
    for n in (16, 512):
        squares = 2 / n * rng.chisquare(rng.binomial(n, 0.5, (200, 39)))
        median[n] = np.exp(np.median(np.log(squares).sum(axis=1)) / 2)
    assert median[16] < 0.1 and 0.7 < median[512] < 1.1
    assert any("40 wide layers" in cell.source for cell in read_notebook("initialization").cells)
