"""The laws behind the chapter, a sample of its stored runs made again, its figures, and the numbers in its prose."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from figures import caption_of, check_figure, drawn, lines_of, told
from prose import check_prose, said
from vgtext import nn
from vgtext.chapters import recurrence as lab
from vgtext.chapters.recurrence import adding, equal, gates, linear, passes, runs, sums, through_time, waking
from vgtext.palette import COLORS, apart, number
from vgtext.tools.notebooks import figures

FIGURES = figures("recurrence")
caption = partial(caption_of, FIGURES)
CELLS = ("rnn", "lstm", "gru")
biases, scales = st.floats(-3, 6), st.floats(0.1, 1.9)


# One pass, step by step


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("inputs", ["copy", "noise", "silence"])
def test_the_steps_are_those_of_the_engine(cell, inputs):
    net, (x, y) = lab.network(cell, 0.7), lab.sequences(12, inputs)
    kept, engine = lab.follow(net, x, y), nn.Recurrent(cell, passes.SYMBOLS + 1, net.n, passes.SYMBOLS, dtype="float64")
    engine.theta[...] = net.theta
    engine.loss_and_gradient(x, y)
    sizes = np.log2(np.linalg.norm(kept.dh, axis=(1, 2))) + 0.5 * np.log2(passes.BATCH)
    assert sizes == pytest.approx(engine.log2_hidden, abs=1e-9)
    whole = sum(kept.dp[t] @ kept.h[t - 1].T for t in range(1, 13))
    assert whole == pytest.approx(engine.W_gradient, abs=1e-12)


def lstm_loss(net, x, y, at, nudge):
    """The loss of an LSTM, written once more, with ``nudge`` added to c[at]."""
    s, h, c = lambda z: 1 / (1 + np.exp(-z)), np.zeros((net.n, x.shape[2])), 0.0
    for t in range(1, len(x) + 1):
        i, f, o, g = (net.W @ h + net.U @ x[t - 1] + net.b).reshape(4, net.n, -1)
        c = s(f) * c + s(i) * np.tanh(g) + (nudge if t == at else 0)
        h = s(o) * np.tanh(c)
    return net.loss(net.V @ h + net.c, y)[0]


@pytest.mark.parametrize("at", [1, 4, 8])
def test_the_gradient_of_the_cell_is_what_differences_show(at):
    net, (x, y) = lab.network("lstm", 1.0), lab.sequences(8, "noise")
    kept, way = lab.follow(net, x, y), np.random.default_rng(0).standard_normal((net.n, passes.BATCH))
    step = 1e-5
    slope = (lstm_loss(net, x, y, at, step * way) - lstm_loss(net, x, y, at, -step * way)) / (2 * step)
    assert np.vdot(kept.dc[at], way) == pytest.approx(slope, rel=1e-6)


def test_nothing_is_known_of_the_symbol_but_at_the_first_step():
    for kind in lab.KINDS:
        each = lab.terms(kind, 20)
        net = lab.network(lab.KINDS[kind][0])
        U = each[:, net.parameters["U"]].reshape(20, -1, passes.SYMBOLS + 1)
        symbols = U[:, :, : passes.SYMBOLS]
        assert (symbols[1:] == 0).all() and np.abs(symbols[0]).max() > 0
        assert lab.contributions(kind, 20)[1] == pytest.approx(np.linalg.norm(each.sum(axis=0)))


# The sum


def test_what_the_text_says_of_the_sum():
    sizes, whole = zip(*[lab.contributions("LSTM, b = 0", T) for T in (10, 20, 200)])
    assert whole[2] == pytest.approx(whole[1], rel=0.01)  # "by less than one percent"
    assert np.log10(sizes[0][0] / sizes[-1][0]) > 20  # "more than twenty powers of ten"
    plain, total = lab.contributions("RNN", 200)
    assert 1e-4 < plain[0] / total < 1e-3  # "a few parts in ten thousand"
    kept, total = lab.contributions("LSTM, b = 3", 200)
    assert 25 < total / lab.contributions("LSTM, b = 3", 10)[1] < 40 and kept.max() < 30 * kept.min()
    assert kept[0] > 0.3 * np.median(kept)


def test_truncation():
    for kind in lab.KINDS:
        size, angle = lab.truncated(kind)
        assert size[-1] == pytest.approx(1) and angle[-1] == pytest.approx(0, abs=1e-4)
    size, angle = lab.truncated("LSTM, b = 0")
    assert abs(size[19] - 1) < 0.01 and angle[19] < 1  # "within a percent and a degree"
    angle = lab.truncated("LSTM, b = 1")[1]
    assert 20 < np.flatnonzero(angle < 5)[0] + 1 < 50  # "it is below 50"
    assert 75 < lab.truncated("LSTM, b = 3")[1][19] < 105  # "about a right angle"
    for ax in drawn(FIGURES["truncated"]):  # an angle of 0 has room for its ring
        assert all(ax.get_ylim()[0] < np.min(line.get_ydata()) - 0.03 * ax.get_ylim()[1] for line in ax.lines)


# One matrix, or many


def test_orthogonal_matrices_have_no_luck():
    for fresh in (False, True):
        sizes = equal.signals("orthogonal", 1.05, 16, fresh)
        assert sizes == pytest.approx(np.tile(1.05 ** np.arange(101), (20, 1)), rel=1e-9)
    assert 1.05**100 == pytest.approx(130, abs=2) and 0.95**100 == pytest.approx(1 / 170, rel=0.02)  # "about a hundred"


@pytest.mark.parametrize("n", lab.WIDTHS)
def test_fresh_matrices_follow_their_lyapunov_exponent_and_equal_ones_their_radius(n):
    fresh = np.log(equal.signals("Gaussian", 1.0, n, True)[:, -1]).mean() / 100
    assert fresh == pytest.approx(np.log(equal.growth("Gaussian", 1.0, n)), abs=0.06)
    same = equal.signals("Gaussian", 1.0, n, False)
    slopes = np.log(same[:, -1] / same[:, 50]) / 50
    assert slopes == pytest.approx(np.log(equal.radii("Gaussian", 1.0, n)), abs=0.05)


def test_what_the_text_says_of_luck():
    radii = equal.radii("Gaussian", 1.0, 16)
    assert [radii.min(), radii.max()] == pytest.approx([0.88, 1.24], abs=0.005)
    assert equal.spread(equal.signals("Gaussian", 1.0, 64, False)) == pytest.approx(1e10, rel=1.0)
    spreads = [[equal.spread(equal.signals("Gaussian", 1.0, n, fresh)) for n in lab.WIDTHS] for fresh in (False, True)]
    assert all(np.diff(line).max() < 0 for line in spreads) and (np.array(spreads[0]) > spreads[1]).all()


# Gates


@given(biases)
def test_half_lives(bias):
    assert gates.sigmoid(bias) ** lab.half_life(bias) == pytest.approx(0.5)


def test_row_9_half_lives_measured():
    for bias, steps in ((0.0, 1.0), (1.0, 2.21), (2.0, 5.46)):
        assert lab.half_life(bias) == pytest.approx(steps, abs=0.005)
        assert lab.measured_half_life(bias, "silence") == pytest.approx(steps, abs=0.005)
        assert lab.measured_half_life(bias, "copy") == pytest.approx(steps, rel=0.1)


@given(biases, scales)
def test_a_jacobian_at_rest(bias, scale):
    """dc[t]/dc[t-1] of the cell at zero, by differences, is sigmoid(b) I + W_g / 4."""
    net = lab.network("lstm", bias, scale)
    n, s, step = net.n, lambda z: 1 / (1 + np.exp(-z)), 1e-5

    def next_cell(c):
        i, f, _, g = (net.W @ (0.5 * np.tanh(c)) + net.b).reshape(4, n, -1)
        return s(f) * c + s(i) * np.tanh(g)

    c = step * np.random.default_rng(0).standard_normal((n, 1))
    expected = gates.sigmoid(bias) * c + net.W[3 * n :] @ c / 4
    assert next_cell(c) == pytest.approx(expected, abs=1e-3 * step)


@pytest.mark.parametrize("bias", [0.0, 1.0, 2.0, 3.0])
def test_factors_of_networks_at_rest(bias):
    for cell, tied in (("lstm", False), ("lstm", True), ("gru", False)):
        measured = lab.measured_factor(bias, tied, cell=cell)
        assert measured == pytest.approx(float(lab.factor(cell, bias, tied=tied)), rel=0.01)


@given(biases, scales)
def test_edges(bias, scale):
    assert lab.factor("lstm", lab.critical_bias(scale), scale) == pytest.approx(1)
    assert lab.factor("gru", bias, scale) < 1 and lab.factor("lstm", bias, scale, tied=True) < 1
    assert lab.factor("gru", bias, scale) == lab.factor("lstm", bias, scale, tied=True)


def start_factor(framework, seed):
    """The factor per step of an LSTM at rest that starts as a framework does, fitted as in the chapter."""
    default = {"PyTorch": ("standard_uniform", 0.0), "Keras": ("orthogonal", 1.0)}[framework]
    net = nn.Recurrent("lstm", 9, 64, 8, init=default[0], forget_bias=default[1], seed=seed, dtype="float64",
                       fast=False)
    if framework == "Keras":  # one orthogonal matrix for all gates
        net.W[...] = nn.initializers.orthogonal()(4 * net.n, net.n, np.random.default_rng(seed))
    whole = np.sqrt(np.square(lab.follow(net, *lab.sequences(120, "silence")).dc[1:]).sum(axis=(1, 2)))[::-1]
    k = np.arange(20, 101)
    return np.exp(np.polyfit(k, np.log(whole[k]), 1)[0])


@pytest.mark.parametrize("framework, bias, sigma_w", [("PyTorch", 0, 3**-0.5), ("Keras", 1, 0.5)])
def test_what_frameworks_start_with(framework, bias, sigma_w):
    measured = np.mean([start_factor(framework, seed) for seed in range(3)])
    assert measured == pytest.approx(float(lab.factor("lstm", bias, sigma_w)), rel=0.04)


@pytest.mark.parametrize("name", ["LSTM, chrono", "GRU, chrono"])
def test_chrono_biases(name):
    b, n = lab.start(name, 50, 0).b[:, 0], passes.UNITS
    assert b[n : 2 * n].min() >= 0 and b[n : 2 * n].max() <= np.log(49) and np.ptp(b[n : 2 * n]) > 1
    assert b[:n] == pytest.approx(-b[n : 2 * n] if name.startswith("LSTM") else np.zeros(n))


def test_what_the_text_says_of_the_first_figure():
    lost = {cell: through_time.reached(cell)[1] for cell in CELLS}
    assert lost["rnn"] == pytest.approx(-4, abs=0.5)
    assert lost["lstm"] == pytest.approx(-13, abs=0.5) and lost["gru"] == pytest.approx(-13, abs=0.5)
    assert lab.factor("lstm", 0.0) == lab.factor("gru", 0.0) == 0.75
    assert [through_time.reached("lstm", b)[1] > -1 for b in (1.0, 3.0)] == [False, True]


def test_labels_are_moved_apart():
    placed = apart([0.0, 0.1, -0.1], 3.0)
    assert np.diff(sorted(placed)) == pytest.approx([3.0, 3.0], abs=0.01) and np.argsort(placed).tolist() == [2, 0, 1]


# The runs


SAMPLE = [("RNN, orthogonal", 20, 0.001, 0), ("LSTM, b = 2", 20, 0.003, 1), ("GRU, chrono", 20, 0.003, 2),
          ("LSTM, chrono", 10, 0.003, 3), ("LSTM, b = 0", 30, 0.001, 4)]


@pytest.mark.parametrize("name, T, rate, seed", SAMPLE)
def test_a_stored_run_comes_out_again(name, T, rate, seed):
    """To within what rounding does to a run on another machine."""
    steps, right = runs.train(name, T, rate, seed)
    kept, accuracy = (k[seed] for k in lab.outcomes(name, T, rate))
    assert (steps > 0) == (kept > 0)
    assert steps == pytest.approx(kept, abs=0 if kept < 0 else max(100, 0.4 * kept))
    assert right == pytest.approx(accuracy, abs=0.1)


def test_stored_runs_are_whole():
    kept, shape = runs.stored(), (len(runs.NETWORKS), len(runs.LENGTHS), len(runs.RATES), runs.SEEDS)
    assert kept["solved"].shape == kept["accuracy"].shape == shape
    assert ((kept["solved"] == -1) | ((kept["solved"] >= runs.EVERY) & (kept["solved"] <= runs.STEPS))).all()
    assert ((kept["accuracy"] >= runs.SOLVED) == (kept["solved"] > 0)).all()


def test_what_the_text_says_of_the_runs():
    at_50 = {name: lab.solved(name, 50, 0.001) for name in lab.NETWORKS}
    assert [at_50[f"LSTM, b = {b}"] for b in (0, 1, 2)] == [0, 3, 5] and at_50["GRU, b = 0"] == 5
    assert all(lab.beats("LSTM, b = 1", "LSTM, b = 0", 50, rate) == 5 for rate in lab.RATES)
    found = said("recurrence", "an LSTM learns on no seed with a bias of 0, on # of # with 1, and on all with #.")
    assert found == [at_50["LSTM, b = 1"], runs.SEEDS, 2]
    assert said("recurrence", "at $T = 50$, 1 beats 0 on # of # seeds") == [5, runs.SEEDS]
    assert all(lab.solved("LSTM, chrono", T, rate) == 5 for T in lab.LENGTHS for rate in lab.RATES)
    assert lab.solved("RNN, orthogonal", 100, 0.001) == 5 and lab.solved("LSTM, b = 1", 100, 0.001) == 1
    assert all(lab.solved("GRU, b = 0", 100, rate) == 0 and lab.solved("LSTM, b = 2", 100, rate) >= 4
               for rate in lab.RATES)  # "it has turned round"
    assert lab.reach("RNN, identity", 10) == pytest.approx(lab.reach("RNN, orthogonal", 10), abs=0.3)
    assert lab.best("RNN, identity", 50) == 0
    assert lab.reach("GRU, b = 0", 50) < -6 and lab.reach("LSTM, b = 0", 50) < -6  # "less than a millionth"


def test_reach_before_training_tells_nearly_who_learns():
    cells = [(lab.reach(name, T), lab.solved(name, T, rate)) for name in lab.NETWORKS for T in lab.LENGTHS
             for rate in lab.RATES]
    far, near = ([count for reach, count in cells if low < reach < high] for low, high in ((-99, -10), (-2, 9)))
    assert max(far) == 0 and np.mean(np.array(near) >= 4) > 0.8

    def counts(lengths, low, high):  # at the smaller rate: runs that learn, and all of them
        found = [lab.solved(name, T, 0.001) for T in lengths for name in lab.NETWORKS
                 if low < lab.reach(name, T) < high]
        return [sum(found), runs.SEEDS * len(found)]

    words = "Over all lengths, # of # runs learn where more than a hundredth does, and # of # in between"
    assert said("recurrence", words) == counts(lab.LENGTHS, -2, 9) + counts(lab.LENGTHS, -10, -2)
    words = "it tells little: # of # runs learn above a hundredth, and # of # below"
    assert said("recurrence", words) == counts([50], -2, 9) + counts([50], -99, -2)


def test_clipping_makes_no_difference_here():
    for rate in lab.RATES:
        counts = [[lab.solved(name, T, rate) for T in lab.LENGTHS]
                  for name in ("RNN, orthogonal", "RNN, not clipped")]
        assert np.abs(np.diff(counts, axis=0)).max() <= 1


def test_every_run_that_learns_reaches_back_first():
    halved = 0
    for name in lab.NETWORKS:
        for seed in range(runs.TRACE_SEEDS):
            woke, learned = lab.wakes(name, seed)
            if learned >= 0:
                halved += 1
                assert 0 <= woke <= learned
    assert 20 < halved < 30
    assert said("recurrence", "Of the # runs of this figure") == [len(lab.NETWORKS) * runs.TRACE_SEEDS]


def test_most_runs_whose_reach_rises_past_a_tenth_halve_their_loss():
    rose = {(name, seed): lab.wakes(name, seed)[1] for name in lab.NETWORKS for seed in range(runs.TRACE_SEEDS)
            if lab.wakes(name, seed)[0] > 0}
    assert len(rose) == 19
    assert [run for run, learned in rose.items() if learned < 0] == [("LSTM, b = 1", 0)]


def test_what_the_text_says_of_waking():
    traced = {name: waking.traced(name) for name in lab.NETWORKS}
    loss, reach = traced["GRU, b = 0"][0]
    assert (loss[:11] > 1.9).all() and (loss[11:] < 1.9).all()
    rise = said("recurrence", "Meanwhile its reach rises by # powers of ten")
    assert rise == [round(reach[10] - reach[0])] and reach[10] == pytest.approx(-1, abs=0.2)
    said("recurrence", "only when it has come to a tenth does the loss fall")
    assert said("recurrence", "The GRU's loss stays at guessing for # steps") == [waking.TIMES[10]]
    assert said("recurrence", "Its reach does not rise; # steps change nothing") == [runs.TRACED]
    assert [line[1, -1] - line[1, 0] < 0.3 for line in traced["LSTM, b = 0"]] == [True] * 3
    assert sum(line[1, -1] < line[1, 0] - 0.4 for line in traced["LSTM, b = 0"]) == 2
    reach = traced["RNN, identity"][1, 1]
    assert 10 ** reach[0] == pytest.approx(0.02, abs=0.005) and reach[-1] < reach[0] - 17  # "a reach of 0.02"
    assert lab.wakes("LSTM, b = 2", 0)[1] < 200 < lab.wakes("GRU, b = 0", 0)[1]


@pytest.mark.parametrize("name, seed", [("GRU, b = 0", 0), ("LSTM, b = 2", 1), ("RNN, identity", 1)])
def test_a_stored_trace_begins_so_again(name, seed):
    loss, reach = runs.trace(name, seed, steps=60)
    kept = waking.traced(name)[seed]
    assert loss == pytest.approx(kept[0, :4], abs=0.1) and reach == pytest.approx(kept[1, :4], abs=0.5)


# The adding problem


@pytest.mark.parametrize("name", ["GRU, b = 0", "LSTM, chrono"])
def test_a_stored_run_of_the_adding_problem_begins_so_again(name):
    again = adding.train(name, 0, steps=300)
    assert np.log(again) == pytest.approx(np.log(adding.errors(name)[0, :3]), abs=0.3)


def test_what_the_text_says_of_the_adding_problem():
    gated = [name for name in lab.ADDING_NAMES if not name.startswith("RNN")]
    assert all(lab.learned(name) == 5 for name in gated) and len(gated) == 6
    assert said("recurrence", "does not reach an error of 0.02 on any seed within # steps") == [adding.STEPS]
    assert said("recurrence", "Thin lines are # runs, the thick one") == [adding.SEEDS]
    assert lab.learned("RNN, orthogonal") == lab.learned("RNN, Glorot") == 0
    order = [np.median(lab.arrivals(name)) for name in ("LSTM, b = 0", "LSTM, b = 1", "LSTM, chrono", "GRU, b = 0")]
    assert (np.diff(order) < 0).all()
    assert (lab.arrivals("LSTM, b = 1") < lab.arrivals("LSTM, b = 0")).all()
    orthogonal = np.median(adding.errors("RNN, orthogonal"), axis=0)
    assert 0.02 < orthogonal[-1] < 0.5 * orthogonal[0]
    _, _, x, y = adding.data()
    adding.draw_adding(ax := Figure().subplots())
    [answer] = [float(text.get_text().split()[1]) for text in ax.texts if "answering" in text.get_text()]
    assert np.mean((y - answer) ** 2) == pytest.approx(adding.GUESS, rel=0.1) and (x[:, 1].sum(axis=0) == 2).all()


# Linear recurrences


@given(st.floats(0.1, 0.9))
def test_the_predictions_are_the_sums_of_their_series(lam):
    k = np.arange(2000.0)
    h, slope = lam**k, k * lam ** (k - 1)  # the weights of past inputs in h and in dh/dλ
    gamma = np.sqrt(1 - lam**2)
    with_gamma = gamma * slope - lam / gamma * h
    assert np.sum(h**2) == pytest.approx(linear.state("plain", lam), rel=1e-9)
    assert np.sum(slope**2) == pytest.approx(linear.predicted("plain", lam), rel=1e-9)
    assert np.sum(with_gamma**2) == pytest.approx(linear.predicted("normalized", lam), rel=1e-9)
    assert np.sum((lam * np.log(lam) * with_gamma) ** 2) == pytest.approx(linear.predicted("lru", lam), rel=1e-9)


@pytest.mark.parametrize("form", linear.FORMS.values())
def test_measured_sensitivity_agrees_with_the_prediction(form):
    for lam in lab.LAMBDAS:
        square, slope = linear.measured(form, lam)
        assert square == pytest.approx(float(linear.state(form, np.float64(lam))), rel=0.2)
        assert slope == pytest.approx(linear.predicted(form, lam), rel=0.25)


def test_the_lru_stays_at_a_half_at_any_memory_and_its_phase_does_not():
    ends = [linear.predicted("lru", lam) ** 0.5 for lam in (0.9, 0.99, 0.999, 0.99999)]
    assert all(0.45 < end <= 0.5 for end in ends) and ends == sorted(ends)
    assert 20 < linear.state("plain", 0.999) ** 0.5 < 25
    for size in (0.9, 0.99):
        assert linear.by_phase(size) ** 0.5 == pytest.approx(linear.by_phase_predicted(size), rel=0.15)


def test_derivatives_of_the_unit_are_those_of_differences():
    T, lam, step = 50, 0.9, 1e-6
    x = linear.noise(T)
    ends = [linear.forward(np.full(linear.UNITS, k), x)[-1, :, 0] for k in (lam + step, lam - step)]
    by_lam = linear.backward(np.full(linear.UNITS, lam), linear.forward(np.full(linear.UNITS, lam), x),
                             np.ones((linear.UNITS, 1)))[0]
    assert by_lam == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-6)


# Figures and prose


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


@pytest.mark.parametrize("seed", range(runs.TRACE_SEEDS))
def test_the_run_in_color_is_the_one_that_was_chosen(seed):
    panels = Figure().subplots(1, 2)
    lab.draw_waking(*panels, seed=seed)
    for ax, color in zip(panels, ("forward", "backward")):
        [line] = (line for line in ax.lines if line.get_color() == COLORS[color])
        assert line.get_label() == f"seed {seed}"


def test_captions_tell_the_numbers_of_their_state():
    assert number(10 ** through_time.reached("gru", 3.0, 0.9)[1], 1) in caption("through_time", bias=3.0, scale=0.9)
    sizes, total = lab.contributions("GRU, b = 3", 50)
    assert number(sizes[0] / total, 1) in caption("contributions", kind="GRU, b = 3", T=50)
    assert f"turned by {lab.truncated('RNN')[1][49]:.0f}°" in caption("truncated", kind="RNN", k=50)
    assert "turned by less than 1° from" in caption("truncated", kind="LSTM, b = 0", k=99)  # 0° is that of all alone
    assert "turned by 0° from" in caption("truncated", kind="LSTM, b = 0", k=100)
    assert "it keeps all." in caption("truncated", k=100)
    assert number(equal.spread(equal.signals("Gaussian", 1.0, 4, True)), 1) in caption("same_or_fresh", n=4)
    assert f"half-life of {lab.half_life(2.0):.2f} steps" in caption("paths", bias=2.0, tied=True, inputs="silence")
    kept = gates.factors(True, "noise")[0][lab.BIASES.index(2.0)]
    assert kept < gates.sigmoid(2.0) - 0.01
    assert f"keeps {kept:.3f} per step" in caption("paths", bias=2.0, tied=True, inputs="noise")
    assert "5 of 5 runs" in caption("adding", name="LSTM, b = 0")
    assert "at T = 50, 3 do" in caption("learning", name="LSTM, b = 1")
    assert f"below half of guessing's after {lab.wakes('GRU, b = 0', 1)[1]} steps" in caption("waking", seed=1)


def test_numbers_typed_into_the_prose():
    assert said("recurrence", "For memories beyond # steps") == [max(lab.LENGTHS)]
    check_prose(
        "recurrence",
        given={"1.5", "1,000", "2,000", "1994", "1997", "0.75", "0.01", "1%", "0.02"},
        computed={
            "0.88": equal.radii("Gaussian", 1.0, 16).min(), "1.24": equal.radii("Gaussian", 1.0, 16).max(),
            "1.0986": lab.critical_bias(), "0.986": 0.5 ** (1 / 50), "16.0": np.log(0.01) / np.log(0.75),
            "0.577": 3**-0.5, "1.78": np.log(4 * 3**0.5 - 1),
        },
    )
    assert gates.sigmoid(1.0) == pytest.approx(0.73, abs=0.005)
    assert lab.factor("lstm", 1.0) == pytest.approx(0.98, abs=0.005)
    assert np.log10(gates.sigmoid(1.0) ** 100) == pytest.approx(-14, abs=0.5)
    assert 0.02 < lab.decay(1.0)[1, 100] < 0.07  # "a few hundredths"
    assert lab.factor("lstm", 1.5) > 1
    for inputs in ("copy", "noise"):
        assert all(lab.measured_factor(b, True, inputs, 2) < 1 for b in lab.BIASES)
    assert all(0.9 < lab.measured_factor(b, False, "copy", 2) < 1.05 for b in (1.5, 2.0, 3.0, 5.0))


def test_captions_put_each_number_where_it_belongs():
    size, turn = sums.truncated("RNN")[:, 1]
    assert told(FIGURES, "truncated", "a gradient of # times the length, turned by #° from", kind="RNN", k=2
                ) == pytest.approx([size, turn], abs=0.5) and abs(turn - sums.truncated("RNN")[1, 0]) > 1
    words = ("The first of 100 steps gets # times the gradient of the last one in the RNN, # times in the LSTM, "
             "# times in the GRU")
    said = told(FIGURES, "through_time", words, bias=1.0)
    reached = [10 ** through_time.reached(cell, 1.0)[1] for cell in ("rnn", "lstm", "gru")]
    assert np.log10(said) == pytest.approx(np.log10(reached), abs=0.2)
    ratio = {same: sizes[:, -1].max() / sizes[:, -1].min()
             for same, sizes in ((not fresh, equal.signals("Gaussian", 1.0, 16, fresh)) for fresh in (False, True))}
    said = told(FIGURES, "same_or_fresh", "the largest is # times the smallest with one W throughout")
    assert np.log10(said) == pytest.approx([np.log10(ratio[True])], abs=0.2)
    median = lines_of(FIGURES["same_or_fresh"])[21]
    assert np.log(median.get_ydata()[-1]) == pytest.approx(
        np.log(equal.signals("Gaussian", 1.0, 16, False)[:, -1]).mean())
    kept, half = told(FIGURES, "paths", "keeps # per step, a half-life of # steps", bias=2.0)
    assert kept**half == pytest.approx(0.5, abs=0.02) and kept == pytest.approx(1 / (1 + np.exp(-2)), abs=0.01)
    assert told(FIGURES, "memory", "a memory of # steps", lam=0.99) == [100]
    size = told(FIGURES, "memory", "the state has a root mean square of #", lam=0.99, form="λ, γ = 1")
    assert size == pytest.approx([(1 - 0.99**2) ** -0.5], rel=0.1)
    assert told(FIGURES, "truncated", "turned by #°", k=20) == pytest.approx(
        [sums.truncated("LSTM, b = 1")[1, 19]], abs=0.51)
    reach = waking.traced("GRU, b = 0")[0][1]
    words = "the first step gets # times the gradient of the last one before training, and # times at the end"
    said = told(FIGURES, "waking", words)
    assert np.log10(said) == pytest.approx([reach[0], reach[-1]], abs=0.2)
    guides = [line for line in lines_of(FIGURES["waking"]) if len(line.get_xdata()) == 2]
    assert guides[0].get_ydata()[0] == pytest.approx(np.log(8))
    assert drawn(FIGURES["learning"])[1].get_xlabel() == "gradient of step 1 at the start"


@pytest.mark.parametrize("name", ["GRU, chrono", "RNN, Glorot", "LSTM, b = 1"])
def test_the_longest_length_that_is_learned_is_the_last_of_the_fives_in_its_row(name):
    table = drawn(FIGURES["learning"])[0]
    row = [*lab.NETWORKS].index(name) + 0.5
    counts = {T: text.get_text() for T, text in zip(
        runs.LENGTHS, sorted((text for text in table.texts if text.get_position()[1] == row),
                             key=lambda text: text.get_position()[0]), strict=True)}
    assert told(FIGURES, "learning", "all 5 runs learn up to T = #", name=name) == [
        max(T for T, count in counts.items() if count == "5")]
