"""The laws behind the chapter, its figures over their grids, and the numbers in its prose."""

import itertools
import re
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from scipy.special import digamma

from figures import caption_of, check_figure, lines_of, told
from prose import check_prose, said
from vgtext.ask import check
from vgtext.chapters import two_by_two as lab
from vgtext.chapters.two_by_two.columns import draw_plane
from vgtext.chapters.two_by_two.exercises import SLOW, for_good
from vgtext.chapters.two_by_two.rules import rule_errors
from vgtext.nn.theory.floats import FORMATS, last_depth, round_to
from vgtext.nn.theory.products import spectral_radius
from vgtext.palette import COLORS, number
from vgtext.tools.notebooks import figures, read_notebook

FIGURES = figures("two_by_two")
caption = partial(caption_of, FIGURES)
unit = st.floats(0.01, 0.99)


@pytest.mark.parametrize("W", lab.MATRICES.values(), ids=lab.MATRICES)
def test_norms_lie_between_eigenvalues_and_singular_values(W):
    l, norms = np.arange(21), lab.norms(W)
    assert (spectral_radius(W) ** l <= norms * (1 + 1e-9)).all()
    assert (norms <= norms[1] ** l * (1 + 1e-9)).all()


def test_the_named_matrices_do_what_the_table_says():
    norms = {name: lab.norms(W) for name, W in lab.MATRICES.items()}
    get = lambda word: next(line for name, line in norms.items() if word in name)  # noqa: E731
    assert get("all entries") == pytest.approx(1.2 ** np.arange(21))
    assert get("rotation") == pytest.approx(np.ones(21))
    assert get("shear")[20] == pytest.approx(20, rel=0.01)
    assert get("nilpotent")[:4].tolist() == [1, 2, 0, 0]
    assert get("transient")[[1, 2, 3, 5]] == pytest.approx([10.0, 10.0, 7.5, 3.1], abs=0.05)
    assert get("transient")[20] == pytest.approx(4e-4, rel=0.05)
    below = np.flatnonzero(get("transient")[1:] < 1)[0] + 1
    assert said("two_by_two", "At which depth is it below 1 again? (#.)") == [below]


@given(st.just(0.0) | st.floats(0.1, 0.99), st.floats(-10, 10), st.integers(1, 20))
def test_power_of_a_jordan_block(eigenvalue, b, L):
    power = np.linalg.matrix_power([[eigenvalue, b], [0, eigenvalue]], L)
    said = [[eigenvalue**L, L * b * eigenvalue ** (L - 1)], [0, eigenvalue**L]]
    assert power == pytest.approx(np.array(said), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5, 32])
def test_mean_logarithm_of_a_chi_squared_number_is_the_digamma_formula(n):
    logs = np.log((np.random.default_rng(n).normal(size=(200_000, n)) ** 2).sum(axis=1))
    assert logs.mean() == pytest.approx(np.log(2) + digamma(n / 2), abs=5 * logs.std() / np.sqrt(logs.size))


@given(unit, unit, unit, unit)
def test_positive_entries_below_one_explode_exactly_if_the_determinant_says_so(a, b, c, d):
    gap = (1 - a) * (1 - d) - b * c
    if abs(gap) > 1e-9:
        assert (spectral_radius([[a, b], [c, d]]) > 1) == (gap < 0)


def test_four_plus_signs_make_most_inputs_thousands_of_times_longer_and_lose_one():
    angle = np.linspace(0, np.pi, 1001)
    inputs = np.array([np.cos(angle), np.sin(angle)])
    sizes = np.linalg.norm(np.linalg.matrix_power(np.full((2, 2), 0.6), 50) @ inputs, axis=0)
    assert 0.8 < (sizes > 2000).mean() < 1 and np.full(2, 0.6) @ [1, -1] == 0


def test_half_of_the_positive_matrices_explode():
    assert lab.share_that_explodes(400_000, seed=1) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(400_000))


@pytest.mark.parametrize("c", [0.3, 0.6, 0.9])
def test_the_lines_of_the_three_rules_lie_where_radius_and_norm_are_1(c):
    plane, fate = Figure().subplots(1, 2)
    lab.draw_three_rules(plane, fate, c=c)
    solid, dashed = [s for s in plane.collections if isinstance(s, ContourSet) and not s.filled]
    for lines, size in ((solid, spectral_radius), (dashed, lambda W: np.linalg.norm(W, 2))):
        ends = lines.get_paths()[0].vertices
        assert [size(np.array([[a, b], [c, a]])) for a, b in ends] == pytest.approx([1] * len(ends), abs=0.05)  # kinks
    assert [lines.get_linestyle()[0][1] is None for lines in (solid, dashed)] == [True, False]
    [shade] = (s for s in plane.collections if isinstance(s, ContourSet) and s.filled)
    assert shade.get_paths()[0].contains_points([(0.95, 0.95), (0, 0)]).tolist() == [True, False]  # only one explodes


@pytest.mark.parametrize("c", [-0.7, 0.0, 0.6])
def test_closed_forms_of_the_map_are_the_spectral_radius_and_the_norm(c):
    a, b, radius, norm = lab.three_rules(c, points=21)
    W = np.stack([a, b, np.full_like(a, c), a], axis=-1).reshape(21, 21, 2, 2)
    assert radius == pytest.approx(spectral_radius(W), abs=1e-7)
    assert norm == pytest.approx(np.linalg.norm(W, 2, axis=(-2, -1)))
    assert (norm >= radius - 1e-9).all()


@pytest.mark.parametrize("eps", [0.0, 0.3])
def test_alternating_factors_grow_as_the_root_of_their_pairs_radius(eps):
    A, B = lab.ordered("A B A B", eps)[:2, 0]
    assert spectral_radius(A) == spectral_radius(B) == eps
    sizes = lab.product_norms(lab.ordered("A B A B", eps))[:, 0]
    assert sizes[20] / sizes[18] == pytest.approx(spectral_radius(B @ A), rel=1e-6)
    assert eps or sizes[10] == pytest.approx(1024)


def test_random_orders_die_or_grow():
    last = {eps: lab.product_norms(lab.ordered("random order", eps))[-1] for eps in (0.0, 0.4)}
    assert (last[0.0] == 0).all()
    assert said("two_by_two", "most of the # random orders") == [last[0.4].size] and (last[0.4] > 1).mean() > 0.5
    rate = {eps: np.log(lab.product_norms(lab.ordered("random order", eps, L=400, chains=200))[-1]).mean() / 400
            for eps in (0.3, 0.4)}
    assert abs(rate[0.3]) < 0.02 < 0.1 < rate[0.4]  # "near 0.3 long products do neither"


@pytest.mark.parametrize(("a", "b", "c", "still"), [
    (0.8, 1.5, 0.02, True), (0.3, 1.5, 0.02, False), (1.1, 1, 1, False)])
def test_a_power_that_fades_only_later_than_it_is_shown_is_said_to_stretch(a, b, c, still):
    size = np.linalg.norm(np.linalg.matrix_power([[a, b], [c, a]], 20), 2)
    caption = lab.draw_three_rules(*Figure().subplots(1, 2), a, b, c)
    said = f"fades, though at depth 20 its largest stretch is still {size:.2g}" in caption
    assert said == still == (1 < size < 100)


def test_mean_square_of_a_random_signal_is_kept_while_the_typical_one_fades():
    log10 = lab.random_signals(2, L=5, chains=200_000)
    assert np.mean(100.0 ** log10[-1]) == pytest.approx(1, abs=0.1)  # σ_w = 1 keeps the mean square
    assert log10[-1].mean() / 5 == pytest.approx(-np.log10(lab.threshold_theory(2)), abs=0.003)


@pytest.mark.parametrize("n", [1, 2, 8, 64])
def test_measured_thresholds_meet_theory(n):
    assert lab.threshold(n) == pytest.approx(lab.threshold_theory(n), abs=0.02)


def test_thresholds_that_the_claim_expects_are_those_of_theory():
    claim = next(claim for claim in lab.CLAIMS if claim.id == "S3.9")
    expected = [evidence.expected for evidence in claim.evidence[1:]]
    assert expected == pytest.approx([lab.threshold_theory(n) for n in (2, 64)], rel=1e-4)


def loss(network, Ws, a, x):
    """The loss x · a[L] of the network, written once more and apart from the chapter's code."""
    signal, bias = x, x - a * x if "bias" in network else 0
    for W in Ws:
        signal = W @ signal + bias
        signal = 1 / (1 + np.exp(-signal)) if "sigmoid" in network else signal
    return x @ signal


@pytest.mark.parametrize("network", lab.NETWORKS)
@pytest.mark.parametrize("a", [0.4, 1.3])
def test_weight_gradients_against_differences(network, a, L=4, step=1e-6):
    x, Ws = np.array([0.6, 0.8]), np.stack([a * np.eye(2)] * L)
    gradient = np.zeros_like(Ws)
    for index in np.ndindex(Ws.shape):
        shift = np.zeros_like(Ws)
        shift[index] = step
        gradient[index] = (loss(network, Ws + shift, a, x) - loss(network, Ws - shift, a, x)) / (2 * step)
    assert lab.layer_sizes(network, a, L)[2] == pytest.approx(np.linalg.norm(gradient, axis=(1, 2)), rel=1e-6)


@given(st.floats(0.05, 2), st.integers(1, 30))
def test_in_the_pure_product_all_layers_get_the_same_gradient(a, L):
    signal, delta, gradient = lab.layer_sizes("the pure product", a, L)
    assert gradient == pytest.approx(np.full(L, a ** (L - 1)))
    assert gradient == pytest.approx(signal * delta)


def test_with_activations_kept_the_gradient_is_the_error_signal():
    signal, delta, gradient = lab.layer_sizes("with a bias that keeps activations", 0.2, 10)
    assert signal == pytest.approx(np.ones(10))
    assert gradient == pytest.approx(0.2 ** np.arange(9, -1, -1))
    assert gradient == pytest.approx(delta)


@pytest.mark.parametrize(("name", "given"), [("three_fates", {}), ("unit_circle", {"matrix": "nilpotent"})])
def test_what_is_exactly_0_is_drawn_where_no_readout_takes_it_for_a_number(name, given):
    """Its mark is tied to the edge of the panel."""
    for line in lines_of(FIGURES[name], **given):
        tied = all(line.get_transform().contains_branch_seperately(line.axes.transData))
        assert not (tied and line.axes.get_yscale() == "log" and line.axes.get_ylim()[0] in line.get_ydata())


@pytest.mark.parametrize(("size", "fates"), [(0.4, ["fades", "fades"]), (0.5, ["is kept", "fades"]),
                                             (0.6, ["explodes", "fades"]), (0.8, ["explodes", "explodes"])])
def test_what_becomes_of_the_four_signs_is_what_their_label_says(size, fates):
    ax = Figure().subplots()
    lab.draw_three_fates(ax, size)
    assert [text.get_text().split("  ")[1] for text in ax.texts] == [*fates, "is exactly 0"]


@pytest.mark.parametrize("size", [0.4, 0.5, 0.6, 0.75, 1.0])
def test_the_fate_of_the_steepest_line_stands_on_it_and_in_the_panel(size):
    ax = Figure().subplots()
    lab.draw_three_fates(ax, size)
    (l, height), name = ax.texts[0].xy, ax.texts[0].get_text().split("  ")[0]
    line = next(line for line in ax.lines if line.get_label() == name)
    assert height == line.get_ydata()[l] and ax.get_ylim()[0] < height < ax.get_ylim()[1]


@pytest.mark.parametrize("depth", [2, 9])
def test_the_frame_that_is_filled_is_the_one_whose_number_is_in_color(depth):
    strip, sizes = Figure().subplots(1, 2)
    lab.draw_unit_circle(strip, sizes, "nilpotent", depth)
    assert [text.get_text() for text in sizes.texts if "exactly" in text.get_text()] == ["exactly 0 from depth 2"]
    [number] = (text for text in strip.texts if text.get_color() == COLORS["forward"])
    assert number.get_text() == str(depth)
    middle = strip.patches[0].get_xy().mean(axis=0) - number.get_position()
    assert middle == pytest.approx([1.3, 0], abs=0.05)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


@pytest.mark.parametrize("network", lab.NETWORKS)
def test_the_caption_of_the_layers_gives_each_end_its_own(network):
    gradient = lab.layer_sizes(network, 0.7, 10)[2]
    first, last = number(gradient[0], 3), number(gradient[-1], 3)
    assert f"layer 1 gets a weight gradient of {first}, layer 10 one of {last};" in caption(
        "layer_gradients", a=0.7, network=network)


@pytest.mark.parametrize("start", range(20))
def test_no_way_of_a_column_runs_through_the_words_on_a_phone(start):
    """A letter is about 6 pixels wide and 10 high there, and a unit of the plane 60 pixels."""
    for first, second in list(itertools.product(lab.FIRST.values(), lab.SECOND.values()))[start::20]:
        W, ax = np.transpose([first, second]), Figure().subplots()
        draw_plane(ax, W)
        ways = [[np.zeros(2), *(np.linalg.matrix_power(W, l)[:, k] for l in range(1, 9))] for k in (0, 1)]
        runs = np.array([a + t * (b - a) for way in ways for a, b in itertools.pairwise(way)
                         for t in np.linspace(0, 1, 50)])
        for text in filter(lambda text: text.get_text(), ax.texts):
            middle, half = text.xy + np.array(text.xyann) / 60, np.array([3 * len(text.get_text()), 5]) / 60
            assert not (abs(runs - middle) < half).all(axis=1).any(), (first, second, text.get_text())
            assert (abs(middle) + half < 1.6).all(), "it is cut off"


@pytest.mark.parametrize(("first", "second", "radius", "fate"), [
    ((0.5, 0.5), (-1.0, 0.5), 0.75**0.5, "fades"), ((0.5, 0.5), (-1.0, 1.0), 1.0, "keeps its size"),
    ((0.5, 1.0), (-1.0, 1.0), 1.5**0.5, "explodes"), ((0.5, 0.5), (-0.5, -0.5), 0.0, "fades"),
    ((1.0, 0.0), (1.0, 1.0), 1.0, "grows, but only linearly")])
def test_dragged_columns_are_those_of_a_matrix_whose_power_does_what_is_said(first, second, radius, fate):
    assert {first, second} <= {*lab.FIRST.values(), *lab.SECOND.values()}
    W = np.array([first, second]).T
    assert (W @ [1, 0]).tolist() == list(first) and (W @ [0, 1]).tolist() == list(second)
    ways = {line.get_label(): line.get_xydata() for line in lines_of(FIGURES["columns"], first=first, second=second)}
    for name, column in (("first", first), ("second", second)):
        assert ways[name][:2] == pytest.approx(np.array([column, W @ column]))
    plane, sizes = Figure().subplots(1, 2)
    lab.draw_columns(plane, sizes, first, second)
    [image], t = plane.patches, np.linspace(0, 2 * np.pi, 41)
    assert image.get_xy()[:41] == pytest.approx((W @ [np.cos(t), np.sin(t)]).T)
    assert [text.get_text() for text in sizes.texts] == ["exactly 0 from depth 2"] * (radius == 0)
    said = caption("columns", first=first, second=second)
    assert f"radius is {radius:.2f}, and the power {fate}." in said
    largest = np.linalg.norm(np.linalg.matrix_power(W, 20), 2)
    assert (f"20 layers at most {number(largest, 3)}-fold" if largest else "20 layers make every input 0.") in said


def test_captions_tell_the_numbers_of_their_state():
    assert number(1.2**50, 3) in caption("three_fates", size=0.6)
    assert number((0.6 * 2**0.5) ** 50, 3) in caption("three_fates", size=0.6)
    assert number(1.5**7, 3) in caption("unit_circle", matrix="1.5 times the identity", depth=7)
    assert "1,024" in caption("order", order="A B A B", eps=0.0)
    assert number(lab.threshold_theory(8), 4) in caption("random_products", n=8)
    assert number(1.3**9, 3) in caption("layer_gradients", a=1.3)
    assert f"{last_depth(0.5, 'float16')[0]} (float16)" in caption("float_depths", a=0.5)
    scaled = caption("float_depths", a=0.2, loss_scale=1024.0)  # 1,024 is more than E4M3 can hold
    assert "is exactly 0" in scaled and scaled.endswith("E4M3 cannot hold this loss.")
    assert "sticks" in caption("float_depths", a=0.9)
    assert "E5M2 rounds this factor to 1" in caption("float_depths", a=1.1)
    assert "none of it explodes" in caption("three_rules", c=0.0)


def test_numbers_typed_into_the_prose():
    half = FORMATS["float16"]
    extra = [last_depth(0.2, "float16", scale)[0] for scale in (2.0**15, 1.0)]
    assert extra[1] == 11  # "from the eleventh layer on"
    assert said("two_by_two", "The float16 curve rises by only # layers") == [extra[0] - extra[1]]
    mean_over_typical = [lab.threshold_theory(n) ** 100 for n in (2, 32)]  # after 100 layers at σ_w = 1
    [within] = said("two_by_two", "Both predictions now agree within a factor of #")
    assert within - 1 < mean_over_typical[1] < within < mean_over_typical[0]
    assert last_depth(0.5, "float16")[0] == 25 and half.smallest == 2.0**-24
    assert last_depth(0.5, "float16", 1024.0)[0] == 35  # "adds ten"
    check_prose(
        "two_by_two",
        given={"0.01", "0.08", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.2", "1.5", "1.30", "1.35"},
        computed={
            r"1.024 \times 10^{-7}": 0.2**10, "1,024": 2**10, "32,768": 2**15,
            "0.5772": np.euler_gamma, "1.3346": lab.threshold_theory(2), "0.0052": 0.9**50,
            "0.1875": round_to(0.2, "E5M2"),
        },
    )
    assert 1.30 < lab.threshold_theory(2) < 1.35


def test_what_the_quizzes_say():
    transient = lab.norms(lab.MATRICES["transient"])
    assert transient[5] == pytest.approx(3, abs=0.2) and 0.5**5 == pytest.approx(0.03, abs=0.002)
    assert transient[1] == pytest.approx(10.02, abs=0.005) and transient[1] ** 5 == pytest.approx(1e5, rel=0.02)
    assert 0.4 < rule_errors(0.9)[0] < 0.5  # "nearly half of the square"
    assert spectral_radius([[9, 0], [0, 0.1]]) * 0.1 == pytest.approx(0.9)
    assert 1e-5 < (1.2 / lab.threshold_theory(2)) ** 100 < 1e-4  # "less than a ten-thousandth"
    assert [last_depth(0.5, "float16", scale)[0] for scale in (1.0, 1024.0)] == [25, 35]


def test_norms_of_the_exercise_rise_once_and_fall_once():
    sizes = lab.norms(SLOW, 200)
    assert (np.diff(np.sign(np.diff(sizes))) != 0).sum() == 1
    assert for_good() == np.flatnonzero((sizes[:-1] >= 1) & (sizes[1:] < 1))[-1] + 1


@given(st.floats(0.3, 0.95), st.floats(1, 10))
def test_a_matrix_to_order_has_its_radius_and_norm(radius, s):
    W = np.array([[radius, lab.EXERCISES["excess"].solution(radius, s)], [0, radius]])
    assert np.linalg.norm(W, 2) == pytest.approx(s)


def test_the_growth_rate_may_be_measured_in_any_norm():
    def growth(Ws):
        P, log = Ws[0], 0.0
        for W in Ws[1:]:
            P, log = W @ P / np.linalg.norm(P), log + np.log(np.linalg.norm(P))
        return (log + np.log(np.linalg.norm(P))) / len(Ws)

    assert check(lab.EXERCISES["growth"], growth, seed=0).right


def test_coin_flips_of_width_two_die_and_of_odd_width_live():
    signs = np.array(list(itertools.product([-1.0, 1.0], repeat=4))).reshape(16, 2, 2)
    assert (np.linalg.det(signs) == 0).mean() == 0.5
    assert not ((signs @ [1.0, 1.0]) != 0).any(axis=1).all()  # some of them send (1, 1) to 0
    odd = np.random.default_rng(0).choice([-1, 1], size=(50, 3, 3)) @ [1, 3, -5]
    assert (odd % 2 == 1).all()


def test_captions_put_each_number_where_it_belongs():
    first, second = (1.0, 0.5), (-0.5, 1.0)
    W = np.array([first, second]).T
    assert told(FIGURES, "columns", "one layer stretches at most #-fold", first=first, second=second) == pytest.approx(
        [np.linalg.norm(W, 2)], rel=0.005)
    plane, fate = Figure().subplots(1, 2)
    assert "inside the dashed line σ₁ is below 1" in lab.draw_three_rules(plane, fate)
    assert plane.get_title() == "solid: ρ = 1, dashed: σ₁ = 1"
    assert "all entries stay below 1 inside the dotted square" in caption_of(FIGURES, "three_rules")


def test_the_table_of_matrices_has_their_eigenvalues():
    """A row: (a, b), (c, d), and both eigenvalues."""
    text = "".join(cell.source for cell in read_notebook("two_by_two").cells)
    rows = re.findall(r"\| \$\(([\d., ]+)\)\$, \$\(([\d., ]+)\)\$ \| ([\d.]+), ([\d.]+) \|", text)
    assert len(rows) > 5
    for first, second, *both in rows:
        W = np.array([row.split(",") for row in (first, second)], float)
        assert sorted(np.linalg.eigvals(W)) == pytest.approx(sorted(map(float, both)), abs=1e-6)
    entering = next(line for line in lines_of(FIGURES["layer_gradients"]) if "a[l−1]" in line.get_label())
    assert entering.get_ydata()[0] == pytest.approx(1)  # at layer 1, the input
