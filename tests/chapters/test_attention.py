"""The laws of the chapter, its stored runs, its figures, and the numbers in its prose."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from figures import caption_of, check_figure, lines_of, theory_of, told, words_at
from prose import check_prose, said
from vgtext import nn, results
from vgtext.ask import check
from vgtext.chapters import attention as lab
from vgtext.chapters.attention import bound, collapse, logits, places, precision, runs, saturation, stream
from vgtext.tools.notebooks import figures, read_notebook

FIGURES = figures("attention")


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_and_says_what_it_shows(name):
    check_figure(FIGURES[name])


@pytest.mark.parametrize(("kind", "s"), [("shortcut, s = 1", 1), ("shortcut, s = 1/√L", 12**-0.5)])
def test_the_curve_of_the_collapse_stands_at_its_blocks(kind, s):
    [theory] = theory_of(FIGURES["collapse"], kind=kind)
    grown = [((1 + s * s) ** l - 1) / collapse.TOKENS for l in range(13)]
    assert theory == pytest.approx({l: more / (1 + more) for l, more in enumerate(grown)})
    assert not theory_of(FIGURES["collapse"], kind="transformer, pre-norm")  # it has norms and an MLP


@pytest.mark.parametrize(("values", "blocks"), [("random", 6), ("equal to the tokens", 3)])
def test_the_quiz_on_plain_means_says_what_the_values_are(values, blocks):
    """The cosine is a half after twice as many blocks if the mean gains an unrelated vector, not itself once more."""
    quiz = next(cell.source for cell in read_notebook("attention").cells if "takes plain means" in cell.source)
    assert "random values that keep the mean's size, 50 tokens with nothing in common" in quiz
    rng, cosines = np.random.default_rng(0), []
    tokens = rng.normal(size=(1024, 50))
    for _ in range(blocks):
        W_V = rng.normal(size=(1024, 1024)) / 32 if values == "random" else np.eye(1024)
        tokens = tokens + W_V @ tokens.mean(axis=1, keepdims=True)
        unit = tokens / np.linalg.norm(tokens, axis=0)
        cosines.append((np.sum(unit.T @ unit) - 50) / (50 * 49))
    assert cosines[-2] < 0.5 < cosines[-1] and f"{blocks}: " in quiz.replace("number=6,", "6: ")


def test_the_quiz_on_two_monitors_says_who_has_the_slope():
    quiz = next(cell.source for cell in read_notebook("attention").cells if "Two monitors" in cell.source)
    said = "a tenth of the queries have half of all the slope, and half of the queries have next to nothing"
    assert said in " ".join(quiz.replace('"', " ").split()) and "?scale=none&d=512&keys=64" in quiz
    slopes = np.sort(saturation.slope(saturation.weights(512, 64, "none")))
    few, half = slopes[-len(slopes) // 10 :].sum() / slopes.sum(), slopes[: len(slopes) // 2].sum() / slopes.sum()
    assert few == pytest.approx(0.5, abs=0.02) and half < 0.01


def test_curves_are_those_of_the_network_and_the_format_that_were_chosen():
    [theory] = theory_of(FIGURES["stream"], kind="pre-norm, GPT-2's start", L=12)
    assert list(theory.values()) == pytest.approx(stream.predicted(12, 24**-0.5))
    theory = theory_of(FIGURES["precision"], name="float16")[-1]
    assert theory[1] == pytest.approx(2.0**-11 / precision.left(1))
    sizes = collapse.measured("attention alone", 12)[2]
    ends = {line.get_label(): line.get_ydata()[1] for line in lines_of(FIGURES["collapse"])}
    names = ("queries W_Q", "keys W_K", "values W_V")
    assert [ends[name] for name in names] == pytest.approx(sizes[:, 1] / sizes[2, -1])


@pytest.mark.parametrize("keys", saturation.KEYS)
def test_the_mean_slope_is_a_power_and_the_median_an_exponential(keys):
    for d in (256, 512):
        mean, median = saturation.predicted(d, keys)
        found = saturation.measured(d, keys, "none")
        assert found[0] == pytest.approx(mean, rel=0.15)
        assert np.log(found[1]) == pytest.approx(np.log(median), abs=0.35)
    assert saturation.measured(512, keys, "none")[0] > 5 * saturation.measured(512, keys, "none")[1]


def test_the_slope_is_the_trace_of_the_jacobian_even_where_it_is_tiny():
    A = saturation.weights(16, 16, "none", queries=50)
    np.testing.assert_allclose(saturation.slope(A), np.sum(A * (1 - A), axis=0), rtol=1e-9)
    lead = np.array([[0.0], [-60.0]])
    assert saturation.slope(nn.attention.softmax(lead))[0] == pytest.approx(2 * np.exp(-60))


def test_gaps_of_two_gaussian_numbers():
    """Their difference is N(0, 2), so |N(0, 2)| has the density 1/sqrt(pi) at 0, and the median 0.6745 sqrt(2)."""
    assert saturation.gap_density(2) == pytest.approx(1 / np.sqrt(np.pi))
    assert saturation.median_gap(2) == pytest.approx(0.67449 * np.sqrt(2), abs=1e-4)
    drawn = np.sort(np.random.default_rng(0).standard_normal((64, 20_000)), axis=0)
    assert saturation.median_gap(64) == pytest.approx(np.median(drawn[-1] - drawn[-2]), rel=0.03)


@pytest.mark.parametrize("scale", ["1/√d", "1/d"])
def test_scaled_logits_keep_their_slope_at_any_length(scale):
    found = [saturation.measured(d, 64, scale)[1] for d in saturation.LENGTHS]
    assert min(found) > 0.95


def test_attention_cubes_a_small_difference():
    assert collapse.collapse_power() == pytest.approx(3, abs=0.02)
    assert collapse.collapse_power(causal=True) == pytest.approx(1, abs=0.02)


def test_a_causal_mask_makes_the_collapse_exponential():
    """Then 1 - cosine falls by a like factor at each layer; without a mask it is gone after three."""
    far = np.mean([collapse.measured("attention alone", 12, seed, causal=True)[0] for seed in range(3)], axis=0)
    falls = np.log(far[3:-1] / far[4:])
    assert 0.3 < falls.min() and falls.max() < 2
    assert collapse.measured("attention alone", 12)[0][3] < 1e-9


def test_likeness_is_the_mean_cosine():
    a = np.random.default_rng(0).standard_normal((8, 2 * 5))
    cosines = []
    for X in (a[:, :5], a[:, 5:]):
        G = (X / np.linalg.norm(X, axis=0)).T @ (X / np.linalg.norm(X, axis=0))
        cosines.append((G.sum() - 5) / 20)
    assert 1 - collapse.unlike(a, 5) == pytest.approx(np.mean(cosines))


@pytest.mark.parametrize("kind, power", [("shortcut, s = 1", 0.0), ("shortcut, s = 1/√L", 0.5)])
@pytest.mark.parametrize("L", [6, 12])
def test_the_cosine_with_a_shortcut_is_as_predicted(kind, power, L):
    for l in (L // 2, L):
        assert lab.cosine(kind, L, l) == pytest.approx(collapse.predicted(L, L**-power)[l], abs=0.08)


def test_a_scaled_shortcut_keeps_tokens_apart_at_any_depth():
    at_most = (np.e - 1) / collapse.TOKENS
    for L in (6, 24, 200):
        assert collapse.predicted(L, L**-0.5)[-1] < at_most


def test_what_collapses_and_whose_gradient_dies():
    for kind in ("attention alone", "attention and MLP"):
        assert lab.cosine(kind, 12, 2) > 0.999 and lab.ratio(kind, 12, 12) < 1e-15
    alike = 1 - collapse.measured("attention alone", 12)[0]
    same = next(l for l in range(1, 13) if round(alike[l], 3) == 1)
    assert said("attention", "After # layers all tokens are the same, to # digits") == [same, 3]
    said("attention", "From the fifth layer on, the gradient of $W_Q$ and $W_K$")
    for L, seed in [*((L, 0) for L in (8, 12, 16, 24)), *((12, seed) for seed in range(1, 12))]:
        queries, keys, values = collapse.measured("attention alone", L, seed)[2]
        small = np.maximum(queries, keys) < 1e-15 * values
        assert small[4:].all() and not small[:3].any()
    draws = [collapse.measured("transformer, post-norm", 12, seed) for seed in range(40)]
    ends = np.array([(1 - far[-1], sizes[0, -1] / sizes[2, -1]) for far, _, sizes in draws])
    assert said("attention", "after # blocks, typically, the cosine exceeds 0.99") == [12]
    beyond = np.mean((ends[:, 0] < 0.99) | (ends[:, 1] > 0.01))  # so "typically": not in each draw
    assert 0 < beyond < 1 / 4
    assert 0.4 < lab.cosine("transformer, pre-norm", 12, 12) < lab.cosine("transformer, pre-norm", 24, 24) < 0.8
    assert lab.cosine("transformer, post-norm, s = 1/√L", 12, 12) < 0.2
    assert all(lab.ratio("transformer, post-norm", L, L) < 0.01 for L in (12, 16, 24))  # "twelve blocks or more"
    assert lab.ratio("transformer, post-norm, σ_w = 0.55", 12, 12) == pytest.approx(1 / 5, abs=0.03)  # "a fifth"
    assert lab.cosine("attention and MLP", 12, 2) > lab.cosine("attention alone", 12, 2)  # "there is no sign of it"


def test_a_bare_shortcut_makes_tokens_alike_and_attention_sharp():
    """So that the share of W_Q goes with the draw: "in twelve draws ... from a third of W_V's gradient to none"."""
    words = "with a bare shortcut, after # blocks, tokens are alike *and* attention is sharp, and in # draws"
    assert said("attention", words) == [24, 12]
    pairs = [collapse.measured("shortcut, s = 1", 24, seed)[2][[0, 2], -1] for seed in range(12)]
    shares = [queries / values for queries, values in pairs]
    assert max(shares) == pytest.approx(1 / 3, abs=0.05) and min(shares) < 1e-15
    assert lab.cosine("shortcut, s = 1", 24, 24) > 0.99 and collapse.entropy("shortcut, s = 1", 24) < 0.1


def test_tokens_that_are_not_close_stay_apart_for_longer_if_attention_is_sharp():
    plain = collapse.measured("attention alone", 12)[0]
    assert plain[2] < 1e-3 and 1 - lab.sharper(1)[2] < 1e-3
    assert lab.sharper(3)[2] < 0.2 and lab.sharper(10)[4] < lab.sharper(3)[4] < 0.7 and lab.sharper(3)[8] > 0.999
    net, x, _ = collapse.network("attention alone", 12)
    for block in net.attentions:  # three times W_Q and W_K: nine times the logits, as by the factor before them
        block.scale *= 9
    assert 1 - collapse.unlike([*collapse.streams(net, x, 12)][2]) == pytest.approx(lab.sharper(3)[2], abs=0.05)


def test_the_stream_grows_nearly_along_a_line_and_as_predicted():
    assert stream.power(stream.start("pre-norm", 24)) == pytest.approx(1, abs=0.1)
    words = ("; of # blocks the first adds three quarters of the start's variance, one of the second half about #% of "
             "the end's")
    assert said("attention", words) == pytest.approx([24, 100 * stream.late(stream.start("pre-norm", 24))], abs=0.51)
    assert stream.start("pre-norm", 24)[1] - 1 == pytest.approx(0.75, abs=0.03)
    said("attention", "it grows nearly linearly**: an MLP adds a fixed amount, attention more as tokens become alike")
    first, second = np.diff(stream.start("pre-norm", 24)[[0, 12, 24]])
    assert 1.2 < second / first < 1.6
    for L in stream.DEPTHS:  # one block's share alone is off by a third in six seeds
        assert stream.late(stream.start("pre-norm", L)) == pytest.approx(stream.late(stream.predicted(L)), rel=0.15)
    for kind, s in (("pre-norm", 1.0), ("pre-norm, s = 1/√(2L)", 24**-0.5), ("pre-norm, GPT-2's start", 24**-0.5)):
        np.testing.assert_allclose(stream.start(kind, 12), stream.predicted(12, s), rtol=0.2)
    np.testing.assert_allclose(stream.start("post-norm", 12)[1:], stream.start("post-norm", 12)[1], rtol=0.01)
    assert "the norm holds" in caption_of(FIGURES, "stream", kind="post-norm")


def test_agreement_is_the_mean_of_two_gelus():
    u = np.random.default_rng(0).standard_normal((2, 400_000))
    phi = nn.ACTIVATIONS["gelu_tanh"]
    for rho in (0.0, 0.6, 1.0):
        other = rho * u[0] + np.sqrt(1 - rho**2) * u[1]
        assert stream.agreement(rho) == pytest.approx(np.mean(phi(u[0]) * phi(other)), abs=0.005)


def test_after_training_the_stream_still_grows_without_an_explosion():
    """It fits a power of l better than an exponential, and the power is between 1 and 2."""
    found = stream.end("pre-norm", 24)
    assert 1.1 < stream.power(found) < 1.9
    l, logs = np.arange(4, 25), np.log(found[4:])
    error = [np.std(logs - np.polyval(np.polyfit(x, logs, 1), x)) for x in (np.log(l), l)]
    assert error[0] < 0.5 * error[1]
    assert stream.end("pre-norm", 12)[-1] > 2 * stream.start("pre-norm", 12)[-1]


def test_after_training_each_seed_is_as_far_from_the_middle_that_is_drawn():
    for i, kind in enumerate(stream.KINDS):
        for j, L in enumerate(stream.DEPTHS):
            one, other = results.load("attention_stream")["variances"][i, j, :, 1 : L + 1]
            np.testing.assert_allclose(one / stream.end(kind, L)[1:], stream.end(kind, L)[1:] / other, rtol=1e-6)


def test_the_least_entropy_is_reached_and_never_passed():
    for keys in (4, 32, 128):
        for sigma in (1.0, 5.0, 12.0):
            assert bound.least_found(sigma, keys) == pytest.approx(bound.bound(sigma, keys), rel=1e-6)


def test_what_the_prose_says_of_logits():
    entropies, losses, silent = ({kind: logits.end(kind, 0.2, what) for kind in logits.KINDS}
                                 for what in ("entropy", "loss", "without gradient"))
    assert logits.end("nothing", 0.2, "largest logit") > 1e5 and entropies["nothing"] < 0.1
    assert silent["nothing"] > 0.5 and silent["QK-norm"] == pytest.approx(1 / 32, abs=0.01)
    assert 0.3 < silent["soft cap 50"] < 0.8 < silent["soft cap 10"] and entropies["soft cap 50"] > 1.4
    assert entropies["QK-norm"] > 1.4 and entropies["soft cap 10"] > 1.4 and entropies["z-loss"] < 0.1
    assert min(losses, key=losses.get) == "QK-norm"
    assert np.ptp([logits.end(kind, 0.01) for kind in logits.KINDS]) < 0.06
    assert logits.end("z-loss", 0.01, "ln Z") < 1 < 4 < logits.end("nothing", 0.01, "ln Z")


def test_a_lower_rate_does_not_free_saturated_attention():
    assert logits.after(0.01, first=0) < 2.4 and logits.after(0.2) > 2.5


def test_what_the_prose_says_of_warmup():
    post, pre = places.last_loss("post-norm"), places.last_loss("pre-norm")
    third = runs.RATES.index(0.01)
    assert post[third, 0] == pytest.approx(places.LETTERS_ALONE, abs=0.03) and post[third, -1] < 2.4
    assert np.ptp(pre[: third + 1], axis=1).max() < 0.15 and pre[third + 1, 0] > pre[third + 1, -1] + 0.2
    assert places.last_loss("post-norm, s = 1/√(2L)")[third, 0] < 2.2 < places.last_loss("post-norm, s = 1/√(2L)")[3, 0]
    assert places.alike(1) > 0.999 and places.alike(200) < 0.7
    assert places.letters_alone() == pytest.approx(places.LETTERS_ALONE, abs=0.01)


def test_a_cell_of_the_map_stands_at_its_rate_and_its_warm_up(place="pre-norm"):
    mesh, curves = Figure().subplots(1, 2)
    places.draw_map(mesh, curves, place)
    rates, warmups = map(words_at, (mesh.xaxis, mesh.yaxis))
    for text in mesh.texts:
        rate, warmup = (words[at] for words, at in zip((rates, warmups), text.get_position()))
        at = places.RATES.index(float(rate)), places.WARMUPS.index(int(warmup.replace("none", "1")))
        assert text.get_text() == f"{places.last_loss(place)[at]:.2f}"


@pytest.mark.parametrize("name", precision.NAMES)
def test_the_error_is_rounding_over_the_slope(name):
    for spread in (1, 2, 4, 8):
        law = 2.0 ** -precision.FORMATS[name].p / precision.left(spread)
        assert np.log10(np.median(precision.error(spread, name)) / law) == pytest.approx(0, abs=0.5)


def test_rounding_to_float64_changes_nothing():
    assert np.median(precision.error(4, "float64")) < 1e-14


def test_in_a_fused_kernel_the_errors_are_about_half_as_large():
    shares = [np.median(precision.error(s, "bfloat16", fused=True)) / np.median(precision.error(s, "bfloat16"))
              for s in precision.SPREADS[:-1]]
    assert np.exp(np.mean(np.log(shares))) == pytest.approx(0.5, abs=0.1) and min(shares) > 0.3 and max(shares) < 0.7


def test_what_is_recorded_of_attention_is_what_is_said():
    """A query without gradient is one of a head all of whose numbers are exactly 0."""
    net = nn.transformer(30, logits.WIDTH, logits.HEADS, logits.TOKENS, logits.BLOCKS, seed=1)
    net.loss_and_gradient(logits.letters().x[:, :4], logits.letters().y[:, :4])
    queries, each = logits.TOKENS * 4, logits.WIDTH // logits.HEADS
    for block in net.attentions:
        block.Q.delta = np.random.default_rng(0).normal(size=(logits.WIDTH, queries))
    net.attentions[0].Q.delta[: 2 * each, :3] = 0  # three tokens, in two heads
    net.attentions[1].Q.delta[1:each, 5] = 0  # some of the numbers of another, but not all
    found, A = logits.measure(net), np.array([block.A for block in net.attentions], float)
    Z = np.exp(net.layers[-1].a.astype(float)).sum(axis=0)
    assert found == pytest.approx((max(np.abs(block.S).max() for block in net.attentions), logits.entropy(A),
                                   np.mean(np.log(Z) ** 2) ** 0.5, 6 / (2 * logits.HEADS * queries)))


def test_every_kind_of_stored_run_begins_as_it_is_stored(monkeypatch, steps=30):
    """By then the rounding of another processor, which adds in another order, changes logits by up to 4 in 10,000."""
    for module in (runs, logits):
        monkeypatch.setattr(module, "STEPS", steps)
    rate, done = runs.RATES.index(0.01), steps // runs.EVERY
    for place, stored in zip(runs.PLACES, runs.stored()[:, rate, 0, 0], strict=True):
        assert runs.train(place, 0.01, 1, 0) == pytest.approx(stored[:done], rel=2e-4), place
    for kind, stored in zip(logits.KINDS, logits.stored()[:, logits.RATES.index(0.01), 0], strict=True):
        assert logits.train(kind, 0.01, 0) == pytest.approx(stored[:, :done], rel=2e-3), kind


def test_stored_runs_are_run_again():
    cell = list(runs.PLACES).index("post-norm"), runs.RATES.index(0.001), runs.WARMUPS.index(60)
    again = runs.train("post-norm", 0.001, 60, 0)
    assert again[-5:].mean() == pytest.approx(runs.stored()[cell][0, -5:].mean(), abs=0.05)
    again, kept = logits.train("nothing", 0.01, 0), logits.run("nothing", 0.01)
    assert again[0, -5:].mean() == pytest.approx(kept["loss"][0, -5:].mean(), abs=0.05)
    assert again[2, -5:].mean() == pytest.approx(kept["entropy"][0, -5:].mean(), abs=0.15)
    variances, loss = stream.train("pre-norm", 6, 0)
    kept = results.load("attention_stream")
    assert variances == pytest.approx(kept["variances"][0, 0, 0, :7], rel=0.25)
    assert loss == pytest.approx(kept["losses"][0, 0, 0], abs=0.05)


def test_numbers_typed_into_the_prose():
    start = stream.start("pre-norm", 24)
    check_prose("attention", given={"2021", "0.001", "0.01", "0.02", "0.03", "0.2", "0.3"},
                computed={"5%": stream.late(start), "0.55": 0.02 * 768**0.5,
                          "0.49": 0.02 * nn.initializers.TRUNCATED_STD * 768**0.5,
                          "0.09": lab.cosine("transformer, post-norm, σ_w = 0.55", 12, 12),
                          "0.19": lab.ratio("transformer, post-norm, σ_w = 0.55", 12, 12),
                          "0.99": lab.cosine("transformer, post-norm", 12, 12) - 0.005, "2.88": places.letters_alone(),
                          "2.73": logits.end("nothing", 0.2), "0.08": logits.end("nothing", 0.2, "entropy")})
    lowest = logits.run("nothing", 0.2)["loss"].min(axis=1).mean()  # the least of each run
    back = (logits.end("nothing", 0.2) - lowest) / (places.letters_alone() - lowest)
    assert back == pytest.approx(0.5, abs=0.1)
    said("attention", "the loss climbs back about halfway to what the letters' frequencies give")
    assert lab.ratio("transformer, post-norm, σ_w = 0.55", 24, 24) == pytest.approx(0.09, abs=0.005)
    assert logits.end("nothing", 0.3) == pytest.approx(places.letters_alone(), abs=0.02)  # "all the way"
    assert np.log(2.0**9 - 1) / saturation.median_gap(64) == pytest.approx(22, abs=0.5)  # a weight that is rounded to 1


def test_captions_put_each_number_where_it_belongs():
    assert told(FIGURES, "bound", "norm 10 leave an entropy of # nats at least, those of norm 20 leave #", keys=32
                ) == pytest.approx([bound.bound(10.0, 32), bound.bound(20.0, 32)], rel=0.05)
    for kind, L in (("shortcut, s = 1", 24), ("transformer, post-norm", 12)):
        far, _, sizes = collapse.measured(kind, L)
        parts = 1 - far[1], 1 - far[-1], sizes[0, -1] / sizes[2, -1]
        shown = told(FIGURES, "collapse", "the cosine between tokens is # after one block and # after the last; there "
                    "the gradient of W_Q is # times", kind=kind, L=L)
        assert shown == pytest.approx(parts, rel=0.05, abs=0.006)
    far, _, sizes = collapse.measured("attention alone", 12)
    assert sizes[0, -1] < 1e-15 * sizes[2, -1] and "W_Q is less than 10⁻¹⁵ times" in caption_of(FIGURES, "collapse")
    run = logits.run("nothing", 0.2)
    entropy, loss, lost = (run[what][:, -5:].mean() for what in ("entropy", "loss", "without gradient"))
    words = "the largest logit is #, the entropy # nats of at most #, the loss #; #% of the queries"
    assert told(FIGURES, "logits", words, rate=0.2, kind="nothing")[1:] == pytest.approx(
        [entropy, np.log(np.arange(1, 33)).mean(), loss, 100 * lost], abs=0.51)
    none, *_, most = places.last_loss("post-norm")[list(places.RATES).index(0.01)]
    words = "one seed. At a learning rate of # the last loss is # without warm-up and # with 200 steps of it"
    assert told(FIGURES, "map", words, place="post-norm", rate=0.01) == pytest.approx([0.01, none, most], abs=0.006)
    before = stream.start("pre-norm", 12)
    assert told(FIGURES, "stream", "of which a block of the second half adds #% on", kind="pre-norm", L=12
                ) == pytest.approx([100 * (before[12] - before[6]) / 6 / before[12]], abs=0.51)
    mean, median, entropy, _ = saturation.measured(512, 64, "none")
    words = "is # on average, its median #; the entropy of the weights is # nats of at most #"
    assert told(FIGURES, "saturation", words, d=512, keys=64, scale="none") == pytest.approx(
        [mean, median, entropy, np.log(64)], rel=0.05)
    words = "the gradient of a typical query is off by #% where the logits have a standard deviation of 1, and by #%"
    off = [100 * np.median(precision.error(spread, "float16")) for spread in (1, 8)]
    assert told(FIGURES, "precision", words, name="float16") == pytest.approx(off, rel=0.05)


@pytest.mark.parametrize("L", [2, 4, 24])
def test_blocks_are_counted_in_whole_numbers(L):
    ticks = lines_of(FIGURES["collapse"], L=L)[0].axes.get_xticks()
    assert all(tick % 1 == 0 for tick in ticks) and {0, L} <= {*ticks}


@pytest.mark.parametrize("seed", range(5))
def test_another_right_way_passes(seed):
    def back(A, dA):
        return np.stack([(np.diag(a) - np.outer(a, a)) @ d for a, d in zip(A.T, dA.T)], axis=1)
    assert check(lab.EXERCISES["back"], back, seed).right
