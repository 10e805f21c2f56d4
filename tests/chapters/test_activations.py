"""The laws behind the chapter, its stored runs, its figures over their grids, and the numbers in its prose."""

from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from figures import caption_of, check_figure, lines_of, told
from prose import check_prose, said
from vgtext import nn
from vgtext.ask import check
from vgtext.chapters import activations as lab
from vgtext.chapters.activations import chain, cost, dying, kinks, plasticity, runs, shapes, start
from vgtext.nn.theory import signal_propagation
from vgtext.palette import number
from vgtext.tools.notebooks import figures

FIGURES = figures("activations")
caption = partial(caption_of, FIGURES)
names = st.sampled_from(list(lab.NAMES))


@settings(max_examples=20, deadline=None)
@given(names, st.floats(0.1, 3.0))
def test_one_layer_keeps_the_error_signal_at_its_scale(activation, spread):
    """One wide layer, apart from the engine's passes: 1/√E φ'² is the scale that keeps ‖delta‖."""
    rng, n, B = np.random.default_rng(0), 600, 60
    W = lab.scale_to_keep(activation, spread**2) * rng.normal(size=(n, n)) / np.sqrt(n)
    z, above = spread * rng.normal(size=(n, B)), rng.normal(size=(n, B))
    below = nn.get_activation(activation).derivative(z) * (W.T @ above)
    assert np.linalg.norm(below) / np.linalg.norm(above) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("activation", lab.NAMES)
@pytest.mark.parametrize("sigma_w", [1.0, chain.SCALES["√2 for all"]])
def test_measured_signals_follow_the_theory(activation, sigma_w):
    forward, back = chain.signals(activation, sigma_w)
    # GELU leaves its unstable resting point sooner or later; all others stay within the luck of width 200.
    near = 2.0 if activation in ("gelu", "silu") else 0.4
    assert forward[1:] == pytest.approx(signal_propagation.forward_sizes(activation, sigma_w)[1:], abs=near)
    assert back[1:] == pytest.approx(signal_propagation.backward_sizes(activation, sigma_w)[1:], abs=near)


def test_each_at_its_own_scale_comes_through():
    for activation in lab.NAMES:
        own = lab.own_scale(activation)
        assert signal_propagation.backward_sizes(activation, own)[1] == pytest.approx(0, abs=0.02)
        assert abs(lab.reaches(activation)) < (3 if activation in ("gelu", "silu") else 0.4)
    assert 10 ** lab.reaches("gelu") == pytest.approx(7, abs=0.5)  # "7-fold"
    assert 10 ** lab.reaches("silu") == pytest.approx(75, abs=5)
    forward, back = chain.signals("silu")
    assert forward[49] - forward[1] + back[2] - back[50] > 1.5  # log10 R: above the limit for exploding
    assert 0 < lab.reaches("tanh", chain.SCALES["√2 for all"]) < 1  # "less than 10-fold"


def test_one_gelu_network_is_far_from_another():
    lost = [log[-1] - log[1] for log in (
        nn.measure(chain.DEPTH, 200, 2**0.5, 0.0, "gelu", batch=32, seed=seed).log10_error for seed in range(100, 112))]
    assert np.mean(lost) == pytest.approx(4, abs=1)
    assert said("activations", "(other draws: # to #)") == [round(min(lost)), round(max(lost))]


def test_a_few_inputs_carry_the_root_mean_square_where_q_is_unstable():
    """One input at a time loses what theory says at √2; at the function's own scale "some inputs fade, some grow"."""
    def lost(activation, sigma_w, networks=10):
        logs = (nn.measure(chain.DEPTH, 200, sigma_w, 0.0, activation, batch=1, seed=seed).log10_error
                for seed in range(networks))
        return np.array([log[-1] - log[1] for log in logs])
    theory = -signal_propagation.backward_sizes("gelu", 2**0.5)[1]
    assert np.median(lost("gelu", 2**0.5, 25)) == pytest.approx(theory, abs=0.4)
    for activation in ("gelu", "silu"):
        alone = lost(activation, lab.own_scale(activation))
        assert alone.min() < -0.5 and alone.max() > 1.5 and 0.2 < (alone > 0).mean() < 0.9


def kept(activation, seed, inputs=32):
    """What is left of the error signal of layer 50 in layer 1, of each input of a network at its own scale."""
    phi, W = nn.get_activation(activation), nn.signals.sample_weights(chain.DEPTH, 200, seed, dtype="float64")[0]
    W, rng, pre = lab.own_scale(activation) * W, np.random.default_rng(seed + 1000), []
    a = rng.standard_normal((200, inputs))
    for layer in W:
        pre.append(layer @ a)
        a = phi(pre[-1])
    delta = last = phi.derivative(pre[-1]) * rng.standard_normal((200, inputs))
    for layer, z in zip(W[:0:-1], pre[-2::-1], strict=True):
        delta = phi.derivative(z) * (layer.T @ delta)
    return np.linalg.norm(delta, axis=0) / np.linalg.norm(last, axis=0)


@cache
def share_lost(activation):
    """The share of inputs that keep less than a tenth, of 20 networks with 32 inputs each."""
    return np.mean([kept(activation, seed) < 0.1 for seed in range(20)])


def test_most_inputs_lose_the_error_signal_where_q_is_unstable_and_none_elsewhere():
    words = "most keep less than a tenth, #% of them with GELU and #% with SiLU (# draws of the weights, # inputs each)"
    assert said("activations", words) == [*(round(100 * share_lost(name)) for name in ("gelu", "silu")), 20, 32]
    for name in {*lab.NAMES} - {"gelu", "silu"}:
        assert np.mean([kept(name, seed) < 0.1 for seed in range(3)]) < 0.1


def test_what_theory_says_of_gelu_where_the_dots_disagree():
    """"At √2 theory says 5.6 powers of ten lost"; the scales of tanh for three questions."""
    assert signal_propagation.backward_sizes("gelu", 2**0.5)[1] == pytest.approx(-5.6, abs=0.05)
    assert lab.own_scale("tanh") == pytest.approx(1.19, abs=0.005)
    assert lab.scale_to_keep("tanh") == pytest.approx(1.47, abs=0.005)
    assert lab.scale_to_keep("tanh", 1e-9) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("activation", ["gelu", "silu"])
def test_a_resting_point_that_is_unstable(activation):
    """At its own scale q has a fixed point without biases; a little more grows, a little less fades."""
    sigma_w = lab.own_scale(activation)
    step = lambda q: nn.meanfield.variance_map(q, activation, sigma_w)  # noqa: E731
    q = np.linspace(0.5, 6, 400)
    grows = np.array([step(v) > v for v in q])
    edge = np.argmax(grows)
    assert 0 < edge and grows[edge:].all() and not grows[:edge].any()


@pytest.mark.parametrize("activation", ["gelu", "silu"])
def test_at_root_two_the_variance_never_settles(activation):
    q = np.logspace(-4, 3, 50)
    left = np.array([nn.meanfield.variance_map(v, activation, 2**0.5) / v for v in q])
    assert (np.diff(left) > 0).all() and left[-1] < 1  # "slowly while it is large"
    assert left[0] == pytest.approx(0.5, abs=0.001)  # "by half in each layer once it is small"
    assert 2**0.5 < lab.own_scale(activation) < 2


def test_what_arrives_at_one_scale_for_all():
    assert lab.reaches("relu", 1.0) == pytest.approx(-49 * np.log10(2) / 2, abs=0.4)
    assert said("activations", "Now ReLU loses # powers of ten") == [round(-lab.reaches("relu", 1.0))]
    assert said("activations", "and tanh only #. *Whether") == [round(-lab.reaches("tanh", 1.0))]
    root = chain.SCALES["√2 for all"]
    assert lab.reaches("sigmoid", root) == pytest.approx(-24.5, abs=0.6)
    gelu, silu = (-lab.reaches(name, root) for name in ("gelu", "silu"))
    assert said("activations", "GELU loses more than # powers of ten") == [gelu // 1]
    assert said("activations", "and SiLU between # and #") == [silu // 1, silu // 1 + 1]
    keep = [a for a in lab.NAMES if abs(lab.reaches(a, root)) < 0.5]
    assert keep == ["relu", "leaky_relu"]
    assert lab.reaches("selu", root) > 2


@given(st.floats(0.0, 0.95), st.floats(0.1, 20.0))
def test_the_mean_of_leaky_relu(alpha, q):
    assert shapes.leaky_mean(alpha, q) == pytest.approx((1 - alpha) * np.sqrt(q / (2 * np.pi)), rel=1e-9)


def test_selu_has_the_fixed_point_it_was_made_for():
    mean, square, _, _ = lab.moments("selu", 1.0)
    assert mean == pytest.approx(0, abs=1e-10) and square == pytest.approx(1, abs=1e-10)


@given(st.floats(0.05, 3.0))
def test_elu_jumps_by_one_minus_alpha(alpha):
    assert kinks.jump(nn.elu(alpha)) == pytest.approx(1 - alpha, abs=1e-5)


def test_the_other_smooth_ones_have_no_kink():
    for activation in ("sigmoid", "tanh", "gelu", "silu", "elu"):
        assert kinks.jump(activation) == pytest.approx(0, abs=1e-5)
    for activation, size in (("relu", 1.0), ("leaky_relu", 0.99), ("selu", -0.707)):
        assert kinks.jump(activation) == pytest.approx(size, abs=1e-3)
    assert max((abs(kinks.jump(a)), a) for a in lab.NAMES)[1] == "relu"  # "the largest kink of all"


def test_dead_units_at_the_start():
    """The lab's default start: about half in the last layers. Zero biases or He's weights: 12 to 17%."""
    default, he = start.STARTS.values()
    assert lab.dead_share(default, True, 9) == pytest.approx(0.5, abs=0.05)
    assert lab.dead_share(default, True) == pytest.approx(0.5, abs=0.05)
    for sigma_w, biases in ((default, False), (he, True), (he, False)):
        assert lab.dead_share(sigma_w, biases) == pytest.approx(0.145, abs=0.03)
    assert lab.dead_share(he, False, 50, deep=True) == pytest.approx(0.4, abs=0.1)
    seeds = start.measured(default, True)[0][:, 8]
    assert 0.01 < seeds.std() < 0.08 and seeds.max() > 0.5


def test_without_biases_relu_does_not_care_for_the_size_of_its_weights():
    default, he = start.STARTS.values()
    one, other = start.measured(default, False), start.measured(he, False)
    assert one[0] == pytest.approx(other[0], abs=0.02) and one[1] == pytest.approx(other[1], abs=1e-3)


@pytest.mark.parametrize("sigma_w", start.STARTS.values())
@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("deep", [True, False])
def test_images_grow_alike_as_the_correlation_map_says(sigma_w, biases, deep):
    measured = start.measured(sigma_w, biases, deep)[1].mean(axis=0)
    assert measured == pytest.approx(start.predicted_alignment(sigma_w, biases, deep), abs=0.06)
    assert (np.diff(measured) > -0.02).all()


def test_alignment_is_the_mean_cosine_of_pairs():
    z = np.random.default_rng(0).normal(size=(5, 7))
    unit = z / np.linalg.norm(z, axis=0)
    pairs = [unit[:, i] @ unit[:, j] for i in range(7) for j in range(7) if i != j]
    assert start.alignment(z) == pytest.approx(np.mean(pairs))


@pytest.mark.parametrize("cell", [("relu", "adam", 0.001, 0.0, 0), ("relu", "sgd", 0.1, -0.3, 1),
                                  ("leaky_relu", "adam", 0.03, 0.0, 2), ("relu", "adam", 0.1, 0.0, 1)])
def test_stored_runs_are_made_again(cell):
    """The first 60 steps of some stored runs, within what rounding may do to a chaotic run."""
    activation, optimizer, rate, bias, seed = cell
    again = runs.train(*cell, steps=60)[0].sum(axis=1) / runs.UNITS
    kept = runs.stored()[0][(*dying.cell(activation, optimizer, rate, bias), seed)][:4].sum(axis=1) / runs.UNITS
    assert again[0] == kept[0] or abs(again[0] - kept[0]) < 0.01
    assert again == pytest.approx(kept, abs=0.2 if rate == 0.1 and optimizer == "adam" else 0.05)


def test_what_the_stored_runs_show():
    at_end = lab.dead_at_end
    assert at_end("relu", "adam", 0.001) < 10 < 35 < at_end("relu", "adam", 0.03) < 90 < at_end("relu", "adam", 0.1)
    begin = dying.dead_over_steps("relu", "sgd", 0.1, 0.0)[:, 0].mean()
    assert at_end("relu", "sgd", 0.1) < begin  # "training heals"
    assert not dying.survived("relu", "sgd", 0.3)
    assert max(at_end("relu", "sgd", rate) for rate in runs.RATES[:-1]) < 10, "“from zero biases hardly any unit”"
    assert dying.dead_over_steps("relu", "sgd", 0.1, -0.3)[:, 0].mean() > begin
    assert lab.accuracy("relu", "sgd", 0.003, -0.3) < lab.accuracy("relu", "sgd", 0.003) - 0.3
    leaky = runs.stored()[0][runs.ACTIVATIONS.index("leaky_relu")]
    assert set(np.unique(leaky)) == {-1, 0}  # no leaky unit is ever dead
    assert lab.accuracy("leaky_relu", "adam", 0.03) < lab.accuracy("relu", "adam", 0.03)
    assert lab.accuracy("leaky_relu", "adam", 0.1) < 0.3 and lab.accuracy("relu", "adam", 0.1) < 0.4


def test_who_comes_back():
    """Under SGD no unit of the first hidden layer ever does; deeper ones do by the thousand."""
    back = runs.stored()[1][runs.ACTIVATIONS.index("relu"), runs.OPTIMIZERS.index("sgd")]
    assert back[back > 0].size and back[..., 0].max() == 0
    assert lab.comebacks(first_layer=True) == 2 and lab.comebacks() > 3000
    every = runs.stored()[1][runs.ACTIVATIONS.index("relu")]
    assert lab.comebacks() + 2 == every[every > 0].sum()


def test_times_are_relu_s_and_shares_of_all_test_digits(monkeypatch):
    right = runs.stored()[2][dying.cell("relu", "sgd", runs.RATES[0], 0.0)]
    assert lab.accuracy("relu", "sgd", runs.RATES[0]) == pytest.approx(right.mean() / runs.digits().y_test.size)
    seconds, timed = {name: 1 + k for k, name in enumerate(cost.NAMES)}, []
    monkeypatch.setattr(cost, "DEPTH", 2)
    monkeypatch.setattr(cost, "alone", lambda name, *_: timed.append(name) or seconds[name] + 9 * timed.count(name) - 9)
    monkeypatch.setattr(cost, "step", lambda net, *_: seconds[net.layers[1].phi.name] ** 2)
    ratio = np.array([*seconds.values()]) / seconds["relu"]
    np.testing.assert_allclose(cost.measure(2), np.round([ratio, ratio**2, ratio**2], 2))


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_a_dead_unit_gets_no_gradient(layer):
    assert lab.gradient_of_a_dead_unit(layer) == (0.0, False)


def test_the_cost_is_stored_for_all_with_where_it_comes_from():
    ratios = lab.cost_ratios()
    assert set(ratios) == set(cost.WORK.values()) and all(set(r) == set(lab.NAMES) for r in ratios.values())
    assert all(r["relu"] == 1 for r in ratios.values())
    assert all(max(r, key=r.get) == "gelu" for r in ratios.values())
    assert all(v < 1.2 for name, v in ratios["step 512"].items() if name != "gelu")
    assert ratios["alone"]["gelu"] > 10 > 3 > ratios["step 512"]["gelu"]


@pytest.mark.parametrize("way", ["plain", "decay"])
def test_stored_tasks_come_out_again(way):
    again = plasticity.run(way, 0.2, 0, tasks=2)
    stored = plasticity.stored()[list(plasticity.WAYS).index(way), plasticity.RATES.index(0.2), 0, :2]
    assert again[:, 0] / 359 == pytest.approx(stored[:, 0], abs=0.06) and again[0, 2] / 1000 == pytest.approx(
        stored[0, 2], rel=0.02)


def test_a_unit_that_is_drawn_anew_is_alive_and_changes_nothing_yet():
    net, x = plasticity.network("plain", 0), runs.digits().x
    for l in (1, 2):
        net.layers[l].b[:5] = -1e3
    before, gone = net.predict(x), plasticity.dead(net, x)
    assert gone[:2, :5].all()
    plasticity.revive(net, x, np.random.default_rng(0))
    assert net.predict(x) == pytest.approx(before, abs=1e-5) and plasticity.dead(net, x)[:2, :5].sum() <= 1


def test_what_the_text_says_of_plasticity():
    for rate, first, last in ((0.2, 0.95, 0.35), (0.1, 0.96, 0.91)):
        assert plasticity.over_tasks("plain", rate)[[0, -1]] == pytest.approx([first, last], abs=0.005)
        assert plasticity.over_tasks("fresh", rate)[-1] == pytest.approx(0.95, abs=0.01)
        assert plasticity.fall("decay", rate) > -0.5 and -2 < plasticity.fall("revive", rate) < -1
    assert 0.45 < plasticity.over_tasks("plain", 0.2, 1)[-1] < 0.6
    assert abs(plasticity.fall("leaky", 0.1) - plasticity.fall("plain", 0.1)) < 1
    assert said("activations", "though at 0.2 it loses only # points") == [round(-plasticity.fall("leaky", 0.2))]
    falls = [-plasticity.fall("revive", rate) for rate in plasticity.RATES]
    assert said("activations", "the dead units anew after each task # to #") == [
        np.floor(min(falls)), np.ceil(max(falls))]
    assert max(-plasticity.fall("decay", rate) for rate in plasticity.RATES) == pytest.approx(0.2, abs=0.05)
    assert 1.8 < plasticity.over_tasks("leaky", 0.1, 2)[-1] / plasticity.over_tasks("leaky", 0.1, 2)[0] < 2.2


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


@pytest.mark.parametrize(("optimizer", "rate"), [("adam", 0.03), ("adam", 0.1), ("sgd", 0.1)])
def test_dead_at_the_end_are_those_of_the_last_step(optimizer, rate):
    """The dot of a rate in the second panel is the mean of the ends of the lines in the first."""
    lines = [line for line in lines_of(FIGURES["dying"], optimizer=optimizer, rate=rate) if line.get_label() == "ReLU"]
    *over_steps, over_rates = lines
    ends = [line.get_ydata()[-1] for line in over_steps]
    assert len(ends) == 3 and over_rates.get_ydata()[list(runs.RATES).index(rate)] == pytest.approx(np.mean(ends))


def test_captions_tell_the_numbers_of_their_state():
    assert number(10 ** lab.reaches("silu", chain.SCALES["√2 for all"])) in caption("chain", activation="silu")
    assert "0.707" in number(-kinks.jump("selu"), 3) and "a jump of 0.50" in caption("kink", alpha=0.5)
    assert "no kink" in caption("kink", alpha=1.0)
    assert f"{100 * lab.dead_share(3**-0.5, True):.0f}%" in caption("start")
    assert f"{lab.dead_at_end('relu', 'adam', 0.1):.0f}%" in caption("dying", rate=0.1)
    assert "mean value 0," in caption("shape", activation="selu", spread=1.0)
    broken = caption("dying", optimizer="sgd", rate=0.3)  # a ReLU run of the stored three, and a leaky one
    assert "ReLU runs, and of three leaky ones, breaks down" in broken
    gone = runs.stored()[0][:, runs.OPTIMIZERS.index("sgd"), runs.RATES.index(0.3), runs.BIASES.index(0.0)] < 0
    assert gone.any(axis=(1, 2, 3)).all()
    assert f"{shapes.scale_to_keep('tanh', 4.0):.2f}" in caption("shape", activation="tanh", spread=2.0)


def test_numbers_typed_into_the_prose():
    for activation, scale in (("elu", 1.2), ("gelu", 1.5), ("silu", 1.6)):  # "about", in practice
        assert lab.own_scale(activation) == pytest.approx(scale, abs=0.05)
    assert 1 < lab.own_scale("tanh") < 1.2
    assert np.exp(-5) < 0.01
    shares = [lab.accuracy(name, "adam", 0.03, -0.3) for name in ("leaky_relu", "relu")]
    one_after_another = plasticity.over_tasks("plain", 0.1)
    cell = list(plasticity.WAYS).index("plain"), plasticity.RATES.index(0.2)
    by_seed = sorted(plasticity.stored()[cell][:, -10:, 0].mean(axis=1))
    assert 10 ** lab.reaches("tanh") < 10  # "less than 10-fold"
    assert shapes.scale_to_keep("gelu", 1e-6) == pytest.approx(2, abs=1e-3)
    assert 10 * lab.own_scale("tanh") > lab.own_scale("sigmoid") > 10  # "ten times Glorot's"
    check_prose(
        "activations",
        given={"0.003", "2,000", "0.01", "0.1", "0.2", "0.3", "0.9", "0.001", "0.03", "1.1", "1.2", "1.5", "1.6",
               "1%", "10%", "50%", "89%", "77%"},  # guesses, and the paper's
        computed={
            "0.359": shapes.leaky_mean(0.1), "0.399": lab.moments("relu")[0], "0.577": 3**-0.5,
            "0.41": 3**-0.5 / 2**0.5, "5.6": -signal_propagation.backward_sizes("gelu", 2**0.5)[1],
            "1.19": lab.own_scale("tanh"), "0.85": lab.own_scale("selu"), "1.47": lab.scale_to_keep("tanh"),
            "60%": share_lost("gelu"), "58%": share_lost("silu"),
            "0.707": -kinks.jump("selu"), "1.67": nn.activations.SELU_ALPHA,
            "7-fold": 10 ** lab.reaches("gelu"), "75-fold": 10 ** lab.reaches("silu"), "10-fold": 10,
            "15%": lab.dead_share(2**0.5, True), "40%": round(lab.dead_share(2**0.5, False, 50, deep=True), 1),
            **dict(zip(("55%", "48%"), shares, strict=True)), **dict(zip(("26%", "45%"), by_seed, strict=True)),
            "96%": one_after_another[0], "91%": one_after_another[-1], "95%": plasticity.over_tasks("fresh", 0.1)[-1],
        },
    )


def test_captions_put_each_number_where_it_belongs():
    said = told(FIGURES, "dying", "#% of the ReLU units are dead (test accuracy #%) and 0% of the leaky ones (#%)",
                optimizer="adam", rate=0.03)
    assert said[1:] == pytest.approx([100 * dying.accuracy(name, "adam", 0.03) for name in ("relu", "leaky_relu")],
                                     abs=0.51)
    assert told(FIGURES, "kink", "is # from the left and # from the right", alpha=0.5, leaky=False) == [0.5, 1]
    first, *_, last = plasticity.over_tasks("plain", 0.2)
    assert told(FIGURES, "plasticity", "#% over tasks 1 to 10, #% over the last 10", rate=0.2, way="plain"
                ) == pytest.approx([100 * first, 100 * last], abs=0.051) and first > last
    assert told(FIGURES, "shape", "root mean square slope #", activation="relu", spread=1.0) == pytest.approx(
        [0.5**0.5], abs=0.006)


@pytest.mark.parametrize("seed", range(10))
def test_a_unit_that_is_barely_awake_is_not_dead(seed):
    dead = lab.EXERCISES["dead"]
    assert check(dead, lambda W, b, X: float(((W @ X + b).max(axis=1) <= 0).mean()), seed).right
    for wrong in (lambda Z: (Z <= 1).all(axis=1), lambda Z: Z.mean(axis=1) < 0.1):
        assert not check(dead, lambda W, b, X, wrong=wrong: float(wrong(W @ X + b).mean()), seed).right


def test_a_sum_over_a_grid_whose_weights_do_not_sum_to_one_is_named():
    def weight_scale(slope, q):
        u = np.linspace(-8, 8, 2001)
        return 1 / np.sqrt(np.sum(np.exp(-u**2 / 2) * slope(np.sqrt(q) * u) ** 2) * (u[1] - u[0]))

    assert "The weights must sum to 1" in check(lab.EXERCISES["scale"], weight_scale, seed=0).words
