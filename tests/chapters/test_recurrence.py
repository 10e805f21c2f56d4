"""The laws behind the chapter, a sample of its stored runs made again, its figures, and the numbers in its prose."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures import caption_of, check_figure
from prose import check_prose
from vgtext import nn
from vgtext.chapters import recurrence as lab
from vgtext.chapters.recurrence import equal, gates, learning, passes, runs, sums, through_time
from vgtext.notebooks import figures
from vgtext.style import number

FIGURES = figures("recurrence")
caption = partial(caption_of, FIGURES)
CELLS = ("rnn", "lstm", "gru")
biases, scales = st.floats(-3, 6), st.floats(0.1, 1.9)


# One pass, step by step


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("inputs", ["copy", "noise", "silence"])
def test_the_steps_are_those_of_the_engine(cell, inputs):
    net, (x, y) = lab.network(cell, 0.7), lab.sequences(12, inputs)
    kept = lab.follow(net, x, y)
    net.loss_and_gradient(x, y)
    sizes = np.log2(np.linalg.norm(kept.dh, axis=(1, 2))) + 0.5 * np.log2(passes.BATCH)
    assert sizes == pytest.approx(net.log2_hidden, abs=1e-9)
    whole = sum(kept.dz[t][net.rows_h] @ kept.h[t - 1].T for t in range(1, 13))
    assert whole == pytest.approx(net.W_gradient, abs=1e-12)


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
        symbols = each[:, :, passes.UNITS : passes.UNITS + passes.SYMBOLS]
        assert (symbols[1:] == 0).all() and np.abs(symbols[0]).max() > 0
        assert lab.contributions(kind, 20)[1] == pytest.approx(np.linalg.norm(each.sum(axis=0)))


# The sum


def test_what_the_text_says_of_the_sum():
    sizes, whole = zip(*[lab.contributions("LSTM, b = 0", T) for T in (10, 20, 200)])
    assert whole[1:] == pytest.approx([whole[0]] * 2, rel=0.01)  # "stays where it is, to two digits"
    assert np.log10(sizes[0][0] / sizes[-1][0]) > 20  # "more than twenty powers of ten"
    plain, total = lab.contributions("RNN", 200)
    assert 1e-4 < plain[0] / total < 1e-3  # "a few parts in ten thousand"
    kept, total = lab.contributions("LSTM, b = 3", 200)
    assert total > 10 * lab.contributions("LSTM, b = 3", 20)[1]
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
    net = nn.Recurrent("lstm", 9, 64, 8, init=default[0], forget_bias=default[1], seed=seed, dtype="float64")
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
    placed = through_time.apart([0.0, 0.1, -0.1])
    assert np.diff(sorted(placed)) == pytest.approx([1.9, 1.9], abs=0.01) and np.argsort(placed).tolist() == [2, 0, 1]


# The runs


SAMPLE = [("RNN, orthogonal", 20, 0.001, 0), ("LSTM, b = 2", 20, 0.003, 1), ("GRU, chrono", 20, 0.003, 2),
          ("LSTM, chrono", 10, 0.003, 3), ("LSTM, b = 0", 30, 0.001, 4)]


@pytest.mark.parametrize("name, T, rate, seed", SAMPLE)
def test_a_stored_run_comes_out_again(name, T, rate, seed):
    """To within what rounding does to a run on another machine."""
    steps, right = runs.train(name, T, rate, seed)
    kept, accuracy = (k[seed] for k in lab.runs(name, T, rate))
    assert (steps > 0) == (kept > 0)
    assert steps == pytest.approx(kept, abs=0 if kept < 0 else max(100, 0.4 * kept))
    assert right == pytest.approx(accuracy, abs=0.1)


def test_stored_runs_are_whole():
    kept, shape = runs.stored(), (len(runs.NETWORKS), len(runs.LENGTHS), len(runs.RATES), runs.SEEDS)
    assert kept["solved"].shape == kept["accuracy"].shape == shape
    assert ((kept["solved"] == -1) | ((kept["solved"] >= runs.EVERY) & (kept["solved"] <= runs.STEPS))).all()
    assert ((kept["accuracy"] >= runs.SOLVED) == (kept["solved"] > 0)).all()
    assert "python -m vgtext.chapters.recurrence.runs" in str(kept["made"])
