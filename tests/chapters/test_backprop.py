"""The laws behind the chapter, its figures over their grids, and the numbers in its prose."""

import itertools
from functools import partial

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from figures import caption_of, check_figure, told
from prose import check_prose, said
from vgtext import nn
from vgtext.chapters import backprop as lab
from vgtext.chapters.backprop import bugs, by_hand, chain, checking, descent, error_signal
from vgtext.chapters.backprop.exercises import EXERCISES, tanh_pass
from vgtext.chapters.backprop.walkthrough import PLACES, plain, step_words
from vgtext.palette import COLORS, number
from vgtext.tools.notebooks import figures

FIGURES = figures("backprop")
caption = partial(caption_of, FIGURES)
SMOOTH = ["tanh", "sigmoid"]


def test_the_little_network_by_hand():
    first, after = by_hand.walk()
    assert first.z[1].ravel().tolist() == [2, -2] and first.a[1].ravel().tolist() == [2, -1]
    assert first.a[2].item() == 1 and first.loss == 2
    assert first.grad.delta[2].item() == -2 and first.grad.dW[2].tolist() == [[-4, 2]]
    assert first.grad.delta[1].ravel().tolist() == [-2, -3]
    assert first.grad.dW[1].tolist() == [[-2, -4], [-3, -6]] and first.grad.db[1].ravel().tolist() == [-2, -3]
    assert after.loss < first.loss


def little_loss(theta, alpha):
    """The loss of the little network, written once more, apart from the engine; theta: W[1], b[1], W[2], b[2]."""
    z = anp.dot(anp.reshape(theta[:4], (2, 2)), by_hand.X[:, 0]) + theta[4:6]
    return 0.5 * (anp.dot(theta[6:8], anp.where(z > 0, z, alpha * z)) + theta[8] - by_hand.Y[0, 0]) ** 2


@given(st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 10**6))
def test_backward_of_the_little_network_against_autograd(alpha, seed):
    theta = np.random.default_rng(seed).normal(size=9)
    W, b = [None, theta[:4].reshape(2, 2), theta[6:8].reshape(1, 2)], [None, theta[4:6, None], theta[8:, None]]
    g = by_hand.one_pass(W, b, alpha).grad
    ours = np.concatenate([p.ravel() for p in (g.dW[1], g.db[1], g.dW[2], g.db[2])])
    assert ours == pytest.approx(grad(little_loss)(theta, alpha), rel=1e-10, abs=1e-10)


def test_relu_switches_the_second_unit_off():
    g = by_hand.walk(alpha=0.0)[0].grad
    assert g.dW[1][1].tolist() == [0, 0] and g.db[1][1, 0] == 0 and g.dW[2][0, 1] == 0


def test_a_short_step_keeps_the_promise_and_a_long_one_breaks_it():
    assert [round(1 - descent.kept(eta), 3) for eta in (1e-5, 1e-4)] == pytest.approx([0, 0.001], abs=0.001)
    kept = [descent.kept(eta) for eta in lab.ETAS]
    assert kept == sorted(kept, reverse=True) and kept[-1] < 0
    assert round(kept[0], 2) == 0.99, "“99% of the promise”"
    assert descent.losses(0.001)[-1] > 0.5  # "twenty steps are not nearly enough"


def test_the_second_unit_changes_sides_at_the_largest_learning_rate():
    W, b = lab.network()
    signs = []
    for _ in range(5):
        now = lab.one_pass(W, b)
        signs.append(now.z[1][1, 0] > 0)
        W, b = lab.downhill(W, b, now.grad, 0.1)
    assert len(set(signs)) == 2


@given(st.sampled_from(lab.LAST_LAYERS), st.floats(-8, 8), st.floats(0.1, 1))
def test_chain_rule_against_differences(activation, w, a):
    assert chain.chain_rule(w, a, activation) == pytest.approx(chain.by_differences(w, a, activation), abs=1e-8)


def test_the_printed_formula_misses_saturation():
    assert abs(chain.chain_rule(-8.0, 0.5, "tanh")) < 1e-3 < 1 < abs(chain.as_printed(-8.0, 0.5, "tanh"))
    halved = [chain.chain_rule(0.0, a, "sigmoid") for a in (0.1, 0.2)]
    assert 2 * halved[0] == pytest.approx(halved[1])
    assert not np.isclose(*[chain.as_printed(0.0, a, "sigmoid") / chain.chain_rule(0.0, a, "sigmoid")
                            for a in (0.1, 0.2)])


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("sigma_w", [0.5, 1.5, 3.0])
def test_the_error_signal_is_the_product_of_jacobians(activation, sigma_w):
    J, delta = error_signal.jacobians(activation, sigma_w), error_signal.output_errors()
    product = np.linalg.multi_dot(J[:1:-1])
    sizes = error_signal.error_sizes(activation, sigma_w)
    assert np.linalg.norm(product.T @ delta, axis=0) == pytest.approx(sizes[0], rel=1e-9)
    typical, largest, bound = error_signal.theory_sizes(activation, sigma_w)
    assert (sizes <= largest[:, None] * (1 + 1e-9)).all()
    assert (typical <= largest * (1 + 1e-9)).all() and (largest <= bound * (1 + 1e-9)).all()
    assert 0.4 < np.sqrt((sizes**2).mean(axis=1) / typical**2).min() < 1.6


def typical_over_rms(activation, sigma_w):
    """The typical stretch of the figure's directions at layer 1, over the root mean square of the singular values."""
    sizes = error_signal.error_sizes(activation, sigma_w)[0]
    return np.exp(np.log(sizes).mean()) / error_signal.theory_sizes(activation, sigma_w)[0][0]


def least_typical_over_rms():
    """The least of these ratios over all states of the figure."""
    activation, sigma_w = FIGURES["error_signal"].controls
    return min(typical_over_rms(*state) for state in itertools.product(activation.values, sigma_w.values))


def test_a_typical_direction_is_stretched_by_less_by_nearly_half_where_one_singular_value_is_left():
    found = np.abs(np.random.default_rng(0).standard_normal(100_000))  # the share of one direction in a random one
    assert 0.5 < np.exp(np.log(found).mean()) / np.sqrt(np.mean(found**2)) < 0.55 < least_typical_over_rms()


def test_what_the_text_says_of_the_error_signal():
    first = lambda *state: np.exp(np.log(error_signal.error_sizes(*state)[0]).mean())  # noqa: E731
    assert error_signal.theory_sizes("tanh", 1.0)[2][0] > 1e4 and 0.05 < first("tanh", 1.0) < 0.2
    assert all(first("sigmoid", s / 4) < 1e-4 for s in range(2, 13))
    relu = {s / 4: abs(np.log(first("relu", s / 4))) for s in range(2, 13)}
    assert min(relu, key=relu.get) == 1.5


@pytest.mark.parametrize("dtype", lab.FORMATS)
@pytest.mark.parametrize("formula", lab.FORMULAS)
def test_the_best_step_is_where_theory_says(dtype, formula):
    mean = np.exp(np.log(checking.check_errors(dtype, formula) + 1e-17).mean(axis=1))
    h, error = checking.best_step(dtype, formula)
    assert abs(np.log10(checking.STEPS[mean.argmin()] / h)) < 0.8
    assert mean.min() < error  # theory's rounding is an upper estimate


def test_truncation_follows_theory_and_its_order():
    for formula, order in (("central", 2), ("one-sided", 1)):
        error = np.exp(np.log(checking.check_errors("float64", formula)).mean(axis=1))
        window = (checking.STEPS > 5e-5) & (checking.STEPS < 5e-3)
        assert np.polyfit(np.log(checking.STEPS[window]), np.log(error[window]), 1)[0] == pytest.approx(order, abs=0.02)
        assert error[window] == pytest.approx(checking.predicted("float64", formula)[0][window], rel=0.05)


def test_what_the_text_says_of_the_two_formats():
    (h64, best64), (h32, best32) = (checking.best_step(dtype, "central") for dtype in lab.FORMATS)
    assert 300 < h32 / h64 < 3000 and 1e5 < best32 / best64 < 1e7
    assert (checking.check_errors("float32", "central")[checking.STEPS < 2e-10] == 1).all()  # on any processor
    W, b, x, y = checking.setting("float32")
    moved = []
    for direction in checking.directions():  # "both losses are rounded to the same float", though weights have moved
        there, back = (checking.move(W, b, direction, h) for h in (1e-10, -1e-10))
        assert checking.loss_at(*there, x, y) == checking.loss_at(*back, x, y)
        moved.append(any((w != v).any() for w, v in zip(there[0][1:], W[1:])))
    assert any(moved)
    errors = checking.check_errors("float64", "central").mean(axis=1)
    assert errors[0] > 100 * errors[np.isclose(checking.STEPS, 1e-6)][0]


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
def test_without_a_bug_the_backward_pass_is_the_engines(activation):
    W, b = nn.random_network([6, 5, 5, 3], sigma_b=0.5, seed=3)
    names = [activation, activation, "identity"]
    z, a = nn.forward(W, b, np.random.default_rng(4).normal(size=(6, 7)), names)
    dL_da = np.random.default_rng(5).normal(size=(3, 7))
    dW, db = bugs.backward_with("none", W, z, a, dL_da, activation)
    engine = nn.backward(W, z, a, dL_da, names)
    for l in (1, 2, 3):
        assert np.array_equal(dW[l], engine.dW[l]) and np.array_equal(db[l], engine.db[l])


#: The arrays that each bug spoils: rows weights and biases, columns layers 1 to 4.
SPOILT = {
    "(BP2) φ′ forgotten": [[1, 1, 1, 0], [1, 1, 1, 0]], "(BP2) φ′ taken at a[l]": [[1, 1, 1, 0], [1, 1, 1, 0]],
    "(BP2) W not transposed": [[1, 1, 0, 0], [1, 1, 0, 0]], "(BP3) mean taken twice": [[0, 0, 0, 0], [1, 1, 1, 1]],
    "(BP4) a[l] for a[l−1]": [[0, 1, 1, 0], [0, 0, 0, 0]], "loss: mean forgotten": [[1, 1, 1, 1], [1, 1, 1, 1]],
    "none": [[0, 0, 0, 0], [0, 0, 0, 0]],
}


@pytest.mark.parametrize("bug", lab.BUGS)
@pytest.mark.parametrize("activation", SMOOTH)
def test_every_bug_leaves_its_fingerprint(bug, activation):
    assert ((lab.check(bug, activation) > bugs.WRONG) == np.array(SPOILT[bug], bool)).all()


def test_a_cross_of_the_fingerprints_is_in_the_column_of_the_array_that_is_wrong():
    ax = Figure().subplots()
    lab.draw_fingerprints(ax)
    columns = [label.get_text() for label in ax.get_xticklabels()]
    for row, name in enumerate(lab.BUGS):
        wrong = {columns[round(text.get_position()[0])] for text in ax.texts
                 if text.get_text() == "×" and text.get_position()[1] == row}
        assert wrong == {f"{'Wb'[k]}[{l + 1}]" for k, l in np.argwhere(SPOILT[name])}, name


def unseen(activation, examples=32, h=1e-6):
    return {bug for bug in lab.BUGS[1:] if lab.check(bug, activation, examples, h).max() < bugs.WRONG}


def test_what_a_check_cannot_see():
    assert unseen("tanh", 1) == {"(BP3) mean taken twice", "loss: mean forgotten"}
    assert unseen("identity") == {"(BP2) φ′ forgotten", "(BP2) φ′ taken at a[l]"}
    assert unseen("relu") == {"(BP2) φ′ taken at a[l]"}
    assert said("backprop", "Set the number of examples to 1. # bugs become invisible") == [len(unseen("tanh", 1))]
    assert said("backprop", "Choose *identity*. # other bugs disappear") == [len(unseen("identity"))]
    assert said("backprop", "Choose *ReLU*. # bug disappears") == [len(unseen("relu"))]
    errors = np.array([lab.check(bug, phi) for bug in lab.BUGS for phi in ("tanh", "relu", "sigmoid", "identity")])
    assert errors[errors > bugs.WRONG].min() > 0.05
    assert lab.check("none", "relu", 32, 1e-4).max() > bugs.WRONG > lab.check("none", "relu", 32, 1e-6).max()


def test_what_the_text_says_of_learning_with_a_bug():
    last = lambda bug, activation: bugs.learn(bug, activation)[-50:].mean()  # noqa: E731
    assert last("(BP2) φ′ taken at a[l]", "tanh") == pytest.approx(last("none", "tanh"), rel=0.15)
    assert last("(BP2) W not transposed", "tanh") < 0.5 < 2 < bugs.learn("none", "tanh")[0]
    assert last("none", "sigmoid") > 2 > 0.5 > last("loss: mean forgotten", "sigmoid")
    assert np.array_equal(bugs.learn("(BP2) φ′ taken at a[l]", "relu"), bugs.learn("none", "relu"))
    wrong = {bug: bugs.check(bug, "tanh") > bugs.WRONG for bug in ("(BP2) φ′ taken at a[l]", "(BP2) W not transposed")}
    hook, transposed = wrong.values()
    assert said("backprop", "for # of its # arrays of weights and biases") == [hook.sum(), hook.size]
    assert said("backprop", "Only the last # layers get a right gradient") == [(~transposed).all(axis=0).sum()]


def test_dots_beside_a_layer_are_read_by_it():
    axis = FIGURES["wrong_gradient"].opening[0][1].frame["x"]
    assert axis["kind"] == "category" and axis["texts"] == [f"layer {l}" for l in range(1, len(bugs.SIZES))]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


def test_captions_tell_the_numbers_of_their_state():
    assert number(0.02 * 102, 3) in caption("promise", eta=0.02)
    assert number(descent.losses(0.02)[1], 3) in caption("promise", eta=0.02)
    assert number(chain.by_differences(2.0, 0.3, "tanh"), 3) in caption("last_layer", activation="tanh", a=0.3)
    largest = error_signal.theory_sizes("relu", 2.0)[1][0]
    assert number(largest) in caption("error_signal", activation="relu", sigma_w=2.0)
    first = np.exp(np.log(error_signal.error_sizes("relu", 2.0)[0]).mean())
    assert f"layer 1 gets {number(first)} times" in caption("error_signal", activation="relu", sigma_w=2.0)
    assert number(checking.best_step("float32", "central")[0]) in caption("step_size", dtype="float32")
    assert number(lab.check(lab.BUGS[1], "sigmoid").max()) in caption(
        "wrong_gradient", bug=lab.BUGS[1], activation="sigmoid")
    assert "4 of 6" in caption("fingerprints", activation="identity")
    assert "a failure proves no bug" in caption("fingerprints", activation="identity", examples=1, h=1e-2)


def test_every_step_of_the_walk_has_its_numbers():
    assert "1·2 + 3·(−1) + 2 = 1" in caption("by_hand", step=3)
    assert "δ[1] = (−2, −3)" in caption("by_hand", step=9)
    assert "from 2 to 1.106" in caption("by_hand", step=12)
    assert len({caption("by_hand", step=step) for step in range(13)}) == 13


@pytest.mark.parametrize("step", range(13))
def test_the_walk_goes_forward_then_back_and_shows_what_it_has_come_to(step):
    FIGURES["by_hand"].scene({"alpha": 0.5, "step": step})
    [ax] = FIGURES["by_hand"].sheet.panels
    shown, title = [text.get_text() for text in ax.texts], ax.get_title()
    assert ("forward" in title) == (step in (1, 2, 3, 4, 12)) and ("loss" in title) == (step == 5)
    assert ("(BP" in title or "backward" in title) == (6 <= step <= 10) and ("downhill" in title) == (step == 11)
    back = step if step < 12 else 0
    for words, count in (("z = ", 2 * (step >= 1) + (step >= 3)), ("loss ", step >= 5),
                         ("δ = ", (back >= 6) + 2 * (back >= 9)), ("∂ℒ/∂a = ", 2 * (back == 8))):
        assert sum(text.startswith(words) for text in shown) == count, (words, shown)


@pytest.mark.parametrize("step", range(6, 13))
def test_every_edge_of_the_walk_has_its_own_weight_and_gradient(step):
    ax = Figure().subplots()
    lab.draw_by_hand(ax, 0.3, step)
    first, after = by_hand.walk(0.3)
    for l, source, target, i, j in ((1, "x1", "h1", 0, 0), (1, "x2", "h1", 0, 1), (1, "x1", "h2", 1, 0),
                                    (1, "x2", "h2", 1, 1), (2, "h1", "y", 0, 0), (2, "h2", "y", 0, 1)):
        start, end = (np.array(PLACES[name]) for name in (source, target))
        found = {key: [text.get_text() for text in ax.texts if text.get_color() == COLORS[key] and np.isclose(
            np.linalg.det([end - start, text.get_position() - start - [0, drop]]), 0, atol=1e-9)]
            for key, drop in (("weight", 0.1), ("gradient", -0.1))}
        assert found["weight"] == [plain((after if step >= 11 else first).W[l][i, j])]
        assert found["gradient"] == [plain(first.grad.dW[l][i, j])] * (step in range(10 if l == 1 else 7, 12))
    assert f"slopes {plain(1)} and {plain(0.3)} at z[1]" in step_words(9, first, after, 0.3)[1]


@pytest.mark.parametrize("formula", checking.FORMULAS)
def test_the_words_of_the_step_size_stand_where_they_are_true(formula):
    ax = Figure().subplots()
    checking.draw_step_size(ax, "float64", formula)
    parts = dict(zip(("truncation", "rounding"), checking.predicted("float64", formula)))
    words = {text.get_text(): text.xy[0] for text in ax.texts}
    for name, other, side in (("rounding", "truncation", "short"), ("truncation", "rounding", "long")):
        at = np.abs(np.log(checking.STEPS / words[f"{side}: {name}"])).argmin()
        assert parts[name][at] > parts[other][at]
    [guide] = (line for line in ax.lines if line.get_linestyle() == ":")
    assert guide.get_xdata()[0] == words["best h"] == checking.best_step("float64", formula)[0]


def test_numbers_typed_into_the_prose():
    ratio = chain.as_printed(2.0, 0.5, "sigmoid") / chain.by_differences(2.0, 0.5, "sigmoid")
    assert said("backprop", "it is off by a factor of #.") == [round(ratio)] and (chain.Y, chain.B) == (1.5, -1.0)
    assert bugs.BATCH == 32  # "32 times longer"
    check_prose(
        "backprop",
        given={"0.5", "0.001", "0.1", "1.5", "0.05"},
        computed={"5.8": descent.losses(0.1)[1], "36%": 1 - least_typical_over_rms(),
                  "99%": (2 - descent.losses(0.001)[1]) / (0.001 * 102)},
    )
    assert 2**19 == 524_288


def test_what_the_quizzes_say():
    assert "lowers the loss from 2 by 10.2" in caption("promise", eta=0.1) and descent.losses(0.1)[1] > 2
    sizes = [300] * 11  # ten layers
    assert np.divide(*EXERCISES["cost"].solution(sizes)[::-1]) == pytest.approx(1.9)
    said("backprop", "A backward pass takes two, one in (BP2) and one in (BP4)")
    few, many = (EXERCISES["cost"].solution(sizes) for sizes in ([784, 100, 10], [64, *[64] * 50, 10]))
    assert few[1] / few[0] < 1.1 and 1.9 < many[1] / many[0] < 2, "less than three times, forward included"
    wrong = {bug: bugs.check(bug, "tanh") > bugs.WRONG for bug in lab.BUGS}  # (weights and biases, layers 1 … 4)
    for bug in ("(BP2) φ′ forgotten", "(BP2) φ′ taken at a[l]"):
        assert wrong[bug][:, :3].all() and not wrong[bug][:, 3].any()
    assert wrong["(BP2) W not transposed"][:, :2].all() and not wrong["(BP2) W not transposed"][:, 2:].any()
    assert wrong["loss: mean forgotten"].all()
    assert not wrong["(BP4) a[l] for a[l−1]"][1].any() and not wrong["(BP3) mean taken twice"][0].any()


def test_the_exercise_chains_jacobians_as_the_engine_goes_back():
    W, z = error_signal.deep_pass("tanh", 1.0)
    slopes = [nn.get_activation("tanh").derivative(z[l]).ravel() for l in range(1, error_signal.L)]
    J = EXERCISES["jacobian"].solution(W[2:], slopes)
    assert np.linalg.norm(J.T @ error_signal.output_errors(), axis=0) == pytest.approx(
        error_signal.error_sizes("tanh", 1.0)[0])


@given(st.integers(0, 1000))
def test_the_exercise_repairs_to_the_engines_gradient(seed):
    W, z, a, dL_da = tanh_pass(np.random.default_rng(seed))
    engine = nn.backward(W, z, a, dL_da, "tanh").dW[1:]
    assert EXERCISES["repair"].solution(W, z, a, dL_da) == pytest.approx(np.array(engine))


def test_random_feedback_turns_the_weights_towards_it():
    data, rng, phi = nn.data.digits("float64"), np.random.default_rng(1), ["tanh"] * 3 + ["identity"]
    (W, b), (B, _) = (nn.random_network([64, 32, 32, 32, 10], "he_normal", seed=seed) for seed in (1, 2))
    cosines = []
    for _ in range(600):
        pick = rng.integers(data.x.shape[1], size=32)
        z, a = nn.forward(W, b, data.x[:, pick], phi)
        dL_da = nn.get_loss("softmax_cross_entropy")(a[4], data.y[pick])[1]
        right, wrong = (nn.backward(M, z, a, dL_da, phi) for M in (W, B))
        cosines.append([np.sum(r * g) / np.linalg.norm(r) / np.linalg.norm(g)
                        for r, g in zip(right.dW[1:], wrong.dW[1:], strict=True)])
        for l in range(1, 5):
            W[l], b[l] = W[l] - 0.1 * wrong.dW[l], b[l] - 0.1 * wrong.db[l]
    assert np.abs(np.mean(cosines[:10], axis=0)[:3]).max() < 0.2 and np.mean(cosines[-50:], axis=0)[:3].min() > 0.25


def test_a_run_that_blew_up_has_its_last_loss_at_the_step_that_is_named():
    bug = "loss: mean forgotten"
    [step] = told(FIGURES, "wrong_gradient", "it blew up at step #;", bug=bug, activation="relu")
    losses = bugs.learn(bug, "relu")
    assert np.isfinite(losses[: int(step)]).all() and np.isnan(losses[int(step) :]).all()
