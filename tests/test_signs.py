"""A figure whose signs are right passes; one fault in them is found."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

import signs
from figures import check_figure
from signs import check_numbers, check_signs, name_of
from signs.captions import misfits
from signs.keys import legends, read_out
from signs.numbers import drawn_numbers, is_told
from vgtext.explore import handle
from vgtext.explore.figure import Explorable
from vgtext.palette import COLORS, label_line, log_axis, number

RIGHT = {"color": "backward", "name": "error signal", "label": "error signal", "ink": "backward", "x": "layer l",
         "y": "error signal ‖δ[l]‖", "title": "dots: measured", "marker": "o", "second": "s", "at": -1,
         "hold": 1, "more": " The median is 0.25.", "guide": "median", "unit": "", "half": "50%",
         "second_shade": "gradient", "apart": 1, "height": 0.95}
FAULTS = [{"apart": 0.02}, {"height": 0.5}, {"unit": "%"}, {"half": "20%"}, {"half": "5"}, {"half": "10⁻¹"},
          {"half": "$2^{-2}$"},
          {"second_shade": "forward"}, {"color": "forward"}, {"color": "forward", "ink": "forward"}, {"ink": "weight"},
          {"label": "activation"}, {"x": "error signal ‖δ[l]‖", "y": "layer l"}, {"x": "test accuracy"},
          {"x": "step h"}, {"marker": "s"}, {"title": "dashed: theory"}, {"title": "beside"},
          {"second": "o"}, {"at": -2}, {"hold": 2},
          {"label": "■ error signal"},
          {"label": "error signal fades"}, {"label": "error signal, dashed"}, {"title": "gray: error signal"},
          {"y": "error signal ‖δ[l]‖ / ‖δ[L]‖"}, {"y": "‖∂ℒ/∂a[l]‖", "more": " It is the error signal."},
          {"y": "error signal, nats", "more": " These are bits."},
          {"more": " They lie between 3 and 2."}, {"more": " The size is 0.5 (predicted 8)."},
          {"more": " The last layer's is 512 times the first one's."},
          {"more": " The largest is 0.5 times the smallest."},
          {"more": " Layer 10 gets 0.00195, layer 5 gets 0.00195."},
          {"guide": "mean", "more": " The median is 0.25."}, {"more": " The median is 0.5."},
          {"name": "training loss", "label": "training loss", "more": " It is the test loss."},
          {"y": "test error", "more": " It is the training error."},
          {"y": "error after clipping", "more": " It is the one before clipping."},
         {"more": " This is l = 7."}, {"more": " It is 0.5 (beyond the panel)."}]


def figure_with(**signs):
    """A figure with two panels, that shows how an error signal fades."""
    given = {**RIGHT, **signs}

    def draw_fading(faded, beside, depth=10):
        l, sizes = np.arange(1, depth + 1), 0.5 ** np.arange(depth)
        log_axis(faded, 1e-6, 10, given["y"])
        faded.set(xlim=(0, 21), xlabel=given["x"], title=given["title"])
        faded.plot(l, sizes, color=COLORS[given["color"]], marker=given["marker"], label=given["name"])
        label_line(faded, depth, sizes[-1], given["label"], COLORS[given["ink"]])
        label_line(faded, 20, 0.25, given["guide"], COLORS["reference"])
        handle(faded, lambda depth: (depth, 0.5 ** (depth - given["hold"])))
        for row, (role, mark) in enumerate((("forward", "o"), ("gradient", given["second"]))):
            beside.plot([0, 1], [row, 1 - row], color=COLORS[role], marker=mark)
            beside.text(0.5, given["apart"] * row, f"run {'●■'[row]}", color=COLORS[role])
        beside.set_yticks([0, 0.5, 1], ["0", given["half"], "1"])
        beside.fill_between([0, 1], [0, 0.2], color=COLORS["gradient"])
        beside.text(0.4, given["height"], "shaded: low runs", color=COLORS[given["second_shade"]])
        return f"Layer {depth} gets {number(sizes[given['at']], 3)}{given['unit']}." + given["more"]

    figure = Explorable(draw_fading, {"depth": [10, 15, 20]}, {"depth": "layer l"})
    figure.scene({"depth": 10})
    return figure


def check(figure):
    """Check one state of a figure, then its numbers over two."""
    told = []
    for values in ({"depth": 10}, {"depth": 20}):
        told.append(check_signs(figure, values, figure.scene(values)[1]))
    check_numbers(figure, told)


@pytest.mark.parametrize("caption", [
    "Layer 1 gets 1.6 of the error signal.", "It leaves 1.2 × 10³ of a signal.", "‖W‖ grows 1.0-fold.",
    "1 of 9 get it.", "At T = 50, 1 do.", "0.0% are lost.", "The loss is 0.00.", "10⁻⁴% is passed on.",
    "It lies between 0.19 and 0.19.", "The length goes from 3.2 to 3.2.", "It fires at 1 steps.", "Of 20 layer it is.",
    "7 of 5 runs learn.", "5266% of its units are saturated."])
def test_words_that_do_not_fit_a_state_are_found(caption):
    assert [*misfits(caption)]


@pytest.mark.parametrize("caption", [
    "Layer 1 gets 0.6 of the error signal.", "It is 1.6 times the signal.", "‖W‖ grows 1.8-fold, by 0.02%.",
    "1 of 9 gets it, 2 get more.", "11 of 90 get it.", "100% of its weight moves.", "0% are lost.",
    "The loss is 0.002, not 10.0%.", "It swings from side to side, between 1 and 1.5, from 3.2 to 3.25.",
    "20-layer networks do not.", "It is 1 times as long as in 3.1 layers.",
    "5 of 5 runs learn at 100% of 7 rates, and move by 110% of its initial size."])
def test_words_that_fit_pass(caption):
    assert not [*misfits(caption)]


def test_signs_that_are_right_pass():
    check(figure_with())


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_in_the_signs_is_found(fault):
    with pytest.raises(AssertionError, match="fading"):
        check(figure_with(**fault))


def test_what_one_state_says_to_lie_beyond_the_panel_every_state_says():
    told = [(set(), [], {"it is ": (True, True)}), (set(), [], {"it is ": (False, True)})]
    check_numbers(figure_with(), told[:1])
    with pytest.raises(AssertionError, match="beyond"):
        check_numbers(figure_with(), told)


def test_numbers_that_are_not_drawn_are_counted_over_all_states(monkeypatch):
    told = [({"3"}, [("3", "it falls to ")], {}), ({"5"}, [("5", "it falls to ")], {}), ({"7"}, [("7", "after ")], {})]
    monkeypatch.setitem(signs.BESIDE, name_of(figure_with()), 1)
    check_numbers(figure_with(), told[:2])
    with pytest.raises(AssertionError, match="not drawn"):
        check_numbers(figure_with(), told)


def test_words_of_a_legend_beside_another_line_are_found():
    ax = Figure().subplots()
    bars = ax.bar([0], [1], color="red", label="b")
    lines = [*(ax.plot([0, 1], [k, 1], "os"[k] + "-", label=f"run {k}")[0] for k in range(2)), bars]
    ax.legend()
    assert not [*legends(ax)]
    ax.legend(lines, ["run 1", "run 0", "b"])
    assert len([*legends(ax)]) == 2
    ax.legend(lines, ["b", "run 1", "run 0"])
    assert len([*legends(ax)]) == 2
    lines[1].set_marker("o")
    ax.legend()
    assert [*legends(ax)] == ["in the legend only their color tells “run 0” from “run 1”"]


def test_bars_with_the_name_of_words_of_another_color_are_found():
    ax = Figure().subplots()
    for k, (word, color) in enumerate((("right", "red"), ("wrong", "blue"))):
        ax.barh([k], [1], color=color, alpha=0.6, label=word)
        ax.text(0, k, f"× {word}", color=color)
    assert not [*read_out([ax])]
    ax.containers[0].set_label("wrong")
    assert len([*read_out([ax])]) == 1


def test_numbers_of_a_panel_in_percent_are_shares():
    ax = Figure().subplots()
    ax.text(0, 0, "95"), ax.plot([0, 1], [40, 60])
    assert is_told("95", drawn_numbers([ax], [])) and not is_told("95%", drawn_numbers([ax], []))
    ax.set_title("test accuracy in %, 5 layers")
    assert is_told("95%", drawn_numbers([ax], [])) and is_told("60%", drawn_numbers([ax], []))


@pytest.mark.parametrize("said, wrong", [
    ({"Layer # gets #.": [10, 0.00195]}, ""), ({"gets #. The median is #": [0.00195, 0.25]}, ""),
    ({"Layer # gets #.": [10, 0.00391]}, "gets"), ({"The last layer gets #": 0.00195}, "not said")])
def test_words_of_a_caption_have_the_numbers_that_are_computed_again(monkeypatch, said, wrong):
    figure = figure_with()
    monkeypatch.setattr(signs.told, "given_of", lambda *state: {"caption": said})
    found = [*signs.told.belied(figure, {"depth": 10}, figure.scene({"depth": 10})[1])]
    assert len(found) == bool(wrong) and wrong in "".join(found)


def test_numbers_that_are_computed_again_are_known(monkeypatch):
    ax, words = Figure().subplots(), "It is 3 of 7."
    figure = SimpleNamespace(sheet=SimpleNamespace(panels=[ax]))
    for said, others in (({}, 2), ({"is # of": 3}, 1), ({"is # of #": [3, 7]}, 0)):
        monkeypatch.setattr(signs.told, "given_of", lambda *state, said=said: {"caption": said})
        assert len([*signs.told.missing(figure, {}, words)]) == others


def test_a_message_names_the_file_that_says_what_is_right_and_a_menu_the_words_that_it_is_to_show():
    figure = figure_with(marker="s")
    figure.draw.__module__ = "vgtext.chapters.slow"
    with pytest.raises(AssertionError, match=re.escape("tests/bound/slow.py")):
        check(figure)

    def draw_menu(ax, activation="relu"):
        return "One."

    with pytest.raises(AssertionError, match=re.escape("{'relu': 'ReLU'}")):
        check_figure(Explorable(draw_menu, {"activation": ["relu", "tanh"]}, {}))
