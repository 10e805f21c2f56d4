"""Each sentence of the evidence beside numbers that were planted, and the report's table, lists and figures."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from bs4 import BeautifulSoup

from vgtext.diagnose import CAUSES, ROWS, UNDECIDED, Recording, measure_symptoms
from vgtext.diagnose.figures import LOOKS, layers_drawer, loss_drawer, steps_drawer
from vgtext.diagnose.pace import taken_away
from vgtext.diagnose.report import BOOK, Report
from vgtext.diagnose.sentences import evidence
from vgtext.diagnose.table import ALIVE, TOO_FAST, TOO_SLOW
from vgtext.palette import COLORS

L, R = 4, 5
ONES = np.ones((R, L))
STEPS = [1, 20, 30, 40, 50]


def column(layer, value, rest=1.0):
    """Rows in which one layer has a value of its own; layers count from 1."""
    rows = np.full((R, L), rest)
    rows[:, layer - 1] = value
    return rows


def rising(*medians):
    """Rows whose layers all have the same number."""
    return np.array(medians)[:, None].repeat(L, 1)


WAVES = np.tile(np.geomspace(2.3, 0.02, 40), 6)  # five jumps

#: A cause, what was recorded, and what its evidence says, computed by hand.
SAID = [
    ("learning rate too large", {"update_ratio": rising(1e-3, 5e-2, 0.75, 1e-3, 1e-3)},
     "The median layer's first update-to-weight ratio is 0.001, the largest 0.75 (guide, if narrow: 1e-3)."),
    ("learning rate too large", {"update_ratio": rising(1e-3, 19e-4, 1e-3, 1e-3, 1e-3)},
     "The median layer's first update-to-weight ratio is 0.001 (guide, if narrow: 1e-3)."),
    ("learning rate too large", {"update_ratio": rising(1e-3, 21e-4, 1e-3, 1e-3, 1e-3)},
     "The median layer's first update-to-weight ratio is 0.001, the largest 0.0021 (guide, if narrow: 1e-3)."),
    ("layers not trained", {"update": column(3, 0.0), "weight": ONES, "gradient": ONES},
     "The updates of layer 3 are exactly 0 in every record: frozen, or not in the optimizer."),
    ("layers not trained", {"gradient": column(3, 0.0)},
     "The gradient of layer 3 is exactly 0 in every record, that of the others is not."),
    ("layers not trained", {"gradient": ONES, "update": column(2, 1e-9, 1e-3), "weight": ONES},
     "With gradients as large, the weights of layer 2 move less than a ten-thousandth as far as the others: "
     "another learning rate?"),
    ("underflow in half precision", {"gradient": column(1, 0.0, 3e-5)},
     "The gradient of layer 1 is exactly 0; the smallest of the others is 3e-05."),
    ("flat output", {"gradient": 0 * ONES}, "The gradient of every layer is exactly 0."),
    ("scale of inputs or targets", {"loss": np.full(30, 7.0)}, "The first loss is 7."),
    ("data in order of class", {"loss": WAVES},
     "The loss fell to a quarter of its usual height and jumped up 5 times."),
    ("late divergence", {"loss": np.repeat([2.0, 0.5, 2.0], 60), "train_accuracy": [0.1, 0.9, 0.2]},
     "The loss had fallen to 0.25 of its first value. Training accuracy was 90% at best."),
    ("warm-up missing", {"gradient": rising(1.0, 0.5, 0.1, 0.02, 0.002)},
     "The median layer's gradient fell to 0.002 of its first size."),
    ("exploding", {"time_gradient": [[8.0] * 4 + [0.5] * 36] * R},
     "The first time steps get 16 times the gradient of the median step."),
    ("exploding", {"gradient": np.tile([8.0, 4.0, 2.0, 1.0], (R, 1)), "activation": np.tile([1.0, 3, 9, 27], (R, 1))},
     "Layer 1 gets 8 times the weight gradient of layer 4."),
    ("exploding", {"activation": np.tile([1.0, 5.0, 30.0, 7.0], (R, 1))},
     "From the first hidden layer to the last, activations change by the factor 30."),
    ("vanishing by depth", {"activation": ONES, "error": np.tile([1e-180, 1e-120, 1e-60, 1.0], (R, 1)),
                            "gradient": ONES},
     "At the first record nothing is left of a signal after the round trip through the hidden layers."),
    ("healthy", {"loss": np.repeat([8.0, 0.5], 150), "constant_loss": 2.0},
     "Of its start, or of the best constant answer's loss if less, 0.25 is left."),
    ("healthy", {"loss": np.full(30, 3.0), "train_accuracy": [0.3]},
     "The loss is 3 at every entry; training accuracy 30%."),
    ("healthy", {"loss": np.repeat([4.0, 1.0], 60)}, "The loss ends at 0.25 of its first value."),
    ("healthy", {"loss": [2.0, 1.0], "train_accuracy": [0.3]}, "Training accuracy is 30%."),
    ("healthy", {"loss": np.linspace(-1.0, 3.0, 60)}, "The loss rose."),
    ("healthy", {"loss": np.repeat([-1.0, -3.0], 60)}, "The loss moved by 1 of its range, downward."),
    ("overfitting", {"test_accuracy": [0.9, 0.7]}, "Test accuracy is 70%."),
    ("overfitting", {"loss": np.geomspace(4.0, 0.1, 60), "test_loss": [4.0, 0.5, 1.75], "constant_loss": 4.0},
     "The test loss ends at 3.5 times its smallest value."),
    ("label noise", {"loss": np.r_[np.full(150, 4.0), np.full(90, 2.0), np.full(60, 1.2)]},
     "Its last tenth is 0.60 of its third quarter."),
    ("bad batch or operation", {"input": [1.0, np.nan]}, "The inputs hold nan or inf at a record."),
    ("scale of inputs or targets", {"input": [0.0, 1.0]}, "The inputs are exactly 0: look at what loads them."),
]


@pytest.mark.parametrize("cause, recorded, said", SAID, ids=[said for *_, said in SAID])
def test_a_sentence_says_what_was_planted(cause, recorded, said):
    recording = Recording(**recorded)
    assert said in evidence(cause, measure_symptoms(recording), recording)


def test_the_record_that_a_round_trip_is_read_at_is_named():
    """A layer that was silent at first: the first record at which all are live counts, and its step is said."""
    activation = ONES.copy()
    activation[:2, 1] = 0.0
    silent, live = (Recording(gradient=ONES, error=ONES, activation=known, steps=STEPS) for known in (activation, ONES))
    [first], [later] = ([said for said in evidence("exploding", measure_symptoms(r), r) if "comes back" in said]
                        for r in (live, silent))
    assert first.startswith("At the first record a signal")
    assert later.startswith("At step 30, the first at which all layers are live, a signal")


@pytest.mark.parametrize("shares, taken", [
    (np.linspace(1, 0, 200), False), (0.5 + 0.5 * np.cos(np.linspace(0, np.pi, 200)), False),
    (np.geomspace(1, 1e-4, 200), False), (np.r_[np.ones(6), np.full(194, 1e-6)], True), (np.ones(200), False)])
def test_a_schedule_that_most_runs_have_takes_no_steps_away_and_one_that_ends_at_once_does(shares, taken):
    """Line, half cosine and decades leave a tenth of the steps' length or more; a cut after 3% of the run does not."""
    steps = np.arange(1, 201)
    known = {"update_ratio": 1e-2 * shares[:, None].repeat(L, 1), "steps": steps, "loss": np.full(200, 2.3)}
    assert bool(taken_away(measure_symptoms(Recording(learning_rate=0.1 * shares, **known)))) == taken
    assert not taken_away(measure_symptoms(Recording(learning_rate=np.ones(200), **known))), "the rate was kept"


def table(recording, **given):
    """The rows of a report's table, {head of a column: cell}."""
    soup = BeautifulSoup(re.sub(r"(?s)<script.*?</script>", "", Report(recording, **given).page()), "html.parser")
    heads = [head.text for head in soup.select("th")]
    return soup, [dict(zip(heads, row.select("td"), strict=True)) for row in soup.select("tbody tr")]


def test_a_cell_of_the_table_stands_below_its_head():
    _, rows = table(Recording(loss=np.full(30, 2.3), gradient=ONES))
    assert [row["cause"].text for row in rows] == list(CAUSES)
    for shown, row in zip(rows, ROWS, strict=True):
        assert shown["cause"].a["href"] == f"{BOOK}{row.page}"
        assert (shown["question"].text, shown["yes if"].text) == (row.question, row.limit)
        assert shown["answer"].text in ("yes", "no", "not known")
        assert shown["measured"].text == f"record: {row.record}" or "record:" not in shown["measured"].text


def test_the_target_is_the_one_that_was_given():
    run = Recording(loss=np.geomspace(2.3, 0.4, 300), train_accuracy=[0.2, 0.6], test_accuracy=[0.2, 0.6],
                    gradient=ONES, activation=ONES, update_ratio=2e-3 * ONES)
    for target, answer in ((0.5, "yes"), (0.9, "no")):
        soup, rows = table(run, target=target)
        assert rows[-1]["answer"].text == answer
        assert (soup.select_one(".verdict strong").text == "Healthy") == (answer == "yes")


def test_what_is_possible_and_what_to_record_stand_below_their_words():
    report = Report(Recording(loss=np.full(60, 2.3)))
    told = report.diagnosis
    assert told.cause == UNDECIDED and told.candidates and told.record_next
    soup = BeautifulSoup(re.sub(r"(?s)<script.*?</script>", "", report.page()), "html.parser")
    for head, words in (("Still possible:", told.candidates), ("Record next:", told.record_next)):
        [place] = [part for part in soup.select(".verdict p") if part.text == head]
        assert [item.text for item in place.find_next_sibling("ul").select("li")] == list(words)


@pytest.fixture
def ax():
    """An empty panel."""
    fig, panel = plt.subplots()
    yield panel
    plt.close(fig)


def test_an_entry_of_the_loss_is_drawn_over_its_number_and_an_accuracy_says_whose_it_is(ax):
    loss = np.linspace(3, 1, 40)
    loss_drawer(Recording(loss=loss, train_accuracy=[0.9], test_accuracy=[0.5]))(ax)
    x, y = ax.lines[0].get_data()
    assert np.array_equal(y, loss[x.astype(int) - 1]) and (x[0], x[-1]) == (1, 40)
    assert ax.get_yscale() == "linear"
    ax.clear()
    loss_drawer(Recording(loss=np.geomspace(2.0, 1e-3, 40)))(ax)
    assert ax.get_yscale() == "log", "a loss of a thousandth is told from one of a hundredth"


@pytest.mark.parametrize("size", [1e-12, 0.5, 1e9])
@pytest.mark.parametrize("look", LOOKS)
def test_all_that_a_look_draws_lies_in_its_panel_with_its_guide_lines_and_its_color_is_its_signals(look, size, ax):
    field, color, guides = LOOKS[look]
    values = np.linspace(0, 1, R * L).reshape(R, L) if look == "dead units" else size * np.geomspace(
        1, 1e6, R * L).reshape(R, L)
    known = {"update_ratio" if field == "ratio" else field: values}
    recording = Recording(**known, steps=STEPS)
    layers_drawer(recording, [look], STEPS)(ax)
    assert ax.lines[-1].get_color() == COLORS[color] and np.array_equal(ax.lines[-1].get_xdata(), 1 + np.arange(L))
    for draw in (layers_drawer(recording, [look], STEPS), steps_drawer(recording, [look])):
        ax.clear()
        draw(ax)
        (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
        x, y = (np.concatenate(all_of) for all_of in zip(*(
            line.get_data() for line in ax.lines if len(line.get_xdata()) > 2)))
        assert left <= x.min() and x.max() <= right
        assert low <= np.nanmin(y) and np.nanmax(y) <= high and all(low < guide < high for guide in guides)
    ax.clear()
    layers_drawer(recording, [look], STEPS)(ax)
    heights = {"too large": TOO_FAST, "too small": TOO_SLOW, "passes nothing on": ALIVE}
    assert [heights[text.get_text()] for text in ax.texts if text.get_text() in heights] == [*guides]
    assert all(heights[text.get_text()] == text.xy[1] for text in ax.texts if text.get_text() in heights)
