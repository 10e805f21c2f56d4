"""The report: one page that needs nothing else, says the verdict, and answers every question with its number."""

import ast
import re
from dataclasses import fields
from html import escape
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from vgtext.diagnose import ROWS, Checklist, Recording, diagnose, measure_symptoms
from vgtext.diagnose.figures import LOOKS, MOST_LAYERS, figures, layers_drawer
from vgtext.diagnose.numbers import layers_of, measured
from vgtext.diagnose.report import Report
from vgtext.diagnose.table import TOO_FAST, TOO_SLOW
from vgtext.palette import number
from vgtext.tools.cli import main
from vgtext.tools.notebooks import slugs
from vgtext.tools.slides import slides

L = 8
ILL = {"gradient": np.tile(np.geomspace(1e-6, 1, L), (4, 1)), "activation": np.full((4, L), 0.5),
       "loss": np.full(60, 2.3), "update_ratio": np.full((4, L), 2e-3), "steps": [1, 10, 20, 40]}


@pytest.fixture(scope="module")
def page():
    """The report on an ill network."""
    return Report(Recording(**ILL), title="Monday <1>").page()


def test_a_page_says_its_language_and_fits_a_phone(page, monkeypatch):
    monkeypatch.setattr("vgtext.tools.slides.page_element", lambda *_: "")  # drawn in all states, they take seconds
    for whole in (page, slides(slugs()[0])):
        soup = BeautifulSoup(re.sub(r"(?s)<script.*?</script>", "", whole), "html.parser")
        assert soup.html["lang"] and soup.title.text.strip()
        assert soup.find("meta", attrs={"name": "viewport"})["content"] == "width=device-width"


def test_a_page_needs_no_network_and_says_the_verdict(page):
    markup = re.sub(r"(?s)<script.*?</script>|<style.*?</style>", "", page)
    assert not re.search(r'(src|href)="(?!data:|https://vgtext|#)', markup) and "@import" not in page
    assert "Vanishing by activation" in page and "Monday &lt;1&gt;" in page and page.count("<vg-explore") == 3
    assert "<p>60 entries of the loss, sizes of 8 layers.</p>" in page
    for row in ROWS:
        assert f">{row.cause}</a>" in page
        assert (f'/{row.page}">More in the book</a>' in page) == (row.cause == "vanishing by activation")


def test_every_question_has_its_answer_and_its_number(page):
    rows = dict(re.findall(r'<tr class="(?:yes|no|unknown)"><td><a [^>]*>([^<]+)</a>(.*?)</tr>', page))
    assert "<td>yes</td>" in rows["vanishing by activation"] and "backward" in rows["vanishing by activation"]
    assert "R = 10^-" in rows["exploding"] and "<td>no</td>" in rows["exploding"]
    assert "<td>not known</td>" in rows["weight decay too large"] and "record: " in rows["weight decay too large"]


def test_a_row_looks_as_its_answer_says(page):
    rows = re.findall(r'<tr class="(\w+)"><td>.*?<td>(yes|no|not known)</td>', page)
    assert len(rows) == len(ROWS) and {*rows} == {("yes", "yes"), ("no", "no"), ("unknown", "not known")}


def test_what_was_recorded_is_not_asked_for():
    few = {name: np.asarray(ILL[name])[:, :4] for name in ("gradient", "activation", "update_ratio")}
    page = Report(Recording(loss=ILL["loss"], **few)).page()
    rows = dict(re.findall(r'<tr class="(?:yes|no|unknown)"><td><a [^>]*>([^<]+)</a>(.*?)</tr>', page))
    assert "<td>not known</td>" in (row := rows["vanishing by activation"]) and "R = 10^" in row and "record" not in row


def test_a_slip_in_the_loop_is_the_verdict_and_no_question_decides():
    page = Report(Recording(loop=["gradients kept"], **ILL)).page()
    assert "Fault in the training loop" in page and "zero_grad" in page and "None of them decides" in page


@pytest.mark.parametrize("known", [
    {"loss": [1.0, 2.0, np.nan]}, {"gradient": [[1.0]]}, {"train_accuracy": [0.5]}, {"loss": [-1.0, -2.0] * 9},
    {"gradient": np.zeros((2, 3)), "dead": np.ones((2, 3))}, {"gradient": [[1.0, 2.0], [np.nan, np.nan]]},
    {"gradient": [[1e-300, 1e300], [1e300, 5e-324]]},
])
def test_thin_recordings_have_a_page(known):
    report = Report(Recording(**known))
    page, told = report.page(), report.diagnosis
    assert "<h2>The questions, in their order</h2>" in page
    assert all(f"<li>{escape(words)}</li>" in page for words in (*told.evidence, *told.candidates, *told.record_next))


def test_a_report_counts_what_was_recorded_and_is_whole_in_a_notebook():
    report = Report(Recording(loss=[2.0], gradient=[[1.0]], optimizer="adam"))
    assert "<p>1 entry of the loss, sizes of 1 layer, optimizer adam.</p>" in report.page()
    assert BeautifulSoup(report._repr_html_(), "html.parser").iframe["srcdoc"] == report.page()


def test_of_many_layers_some_are_drawn_and_all_are_counted():
    gradient = np.ones((3, 2000))
    gradient[0, 1:4] = 0
    fig, ax = plt.subplots()
    caption = layers_drawer(Recording(gradient=gradient), ["weight gradient"], [1, 2, 3])(ax)
    plt.close(fig)
    assert "1.0 in layer 1 and in layer 2000" in caption and "exactly 0 in 3 of 2000 layers" in caption
    drawn = ax.lines[-1].get_xdata()
    assert (drawn[0], drawn[-1], len(drawn)) == (1, 2000, MOST_LAYERS)


def test_the_figures_of_a_report_name_what_they_draw():
    sizes = np.geomspace(1, 1e-5, 12).reshape(3, 4)
    sizes[1, :2] = 0
    recording = Recording(loss=[3.0, 2.0, np.nan, 1.0, np.nan, np.nan], update_ratio=sizes, steps=[1, 5, 9],
                          train_accuracy=[0.5, 0.75], test_accuracy=[0.5, 0.65])
    loss, layers, steps = figures(recording)
    assert "no number: 1. From entry 5 on it is no number." in loss.scene({})[1]
    assert [text.get_text() for text in loss.sheet.panels[0].texts] == [
        "train accuracy at the end 75%", "test accuracy at the end 65%"]
    assert "exactly 0 in 2 of 4 layers" in layers.scene({"step": 5})[1]
    assert "exactly" not in layers.scene({"step": 9})[1]
    words = {text.get_text(): text.xy[1] for text in layers.sheet.panels[0].texts}
    assert words == {"too large": TOO_FAST, "too small": TOO_SLOW}
    first, last = (number(np.median(row)) for row in sizes[[0, 2]])
    assert steps.scene({})[1].endswith(f"goes from {first} at step 1 to {last} at step 9.")
    [ax] = steps.sheet.panels
    lines = {line.get_color(): line.get_ydata() for line in ax.lines}
    for text in ax.texts:
        column = sizes[:, int(text.get_text().removeprefix("layer ")) - 1]
        assert np.allclose(lines[text.get_color()], np.where(column > 0, column, np.nan), equal_nan=True)


def test_the_error_signal_alone_is_read_from_right_to_left():
    _, layers, _ = figures(Recording(**{**ILL, "error": ILL["gradient"], "dead": np.zeros((4, L))}))
    for look in LOOKS.keys() - {"weight"}:
        layers.scene({"look": look, "step": 1})
        arrows = [text for text in layers.sheet.panels[0].texts if getattr(text, "arrow_patch", None)]
        assert len(arrows) == (look == "error signal") and all(arrow.xy[0] < arrow.xyann[0] for arrow in arrows)


def test_what_takes_the_focus_has_a_name(page):
    stops = BeautifulSoup(re.sub(r"(?s)<script.*?</script>", "", page), "html.parser").select("main > [tabindex]")
    assert stops and all(stop["role"] and stop["aria-label"] for stop in stops)


def test_an_item_of_the_checklist_has_the_number_of_its_question(monkeypatch):
    monkeypatch.setenv("VGTEXT_EXPLORE", "static")
    items = BeautifulSoup(Checklist()._repr_html_(), "html.parser").select("ol > li")
    for place, (item, row) in enumerate(zip(items, ROWS, strict=True), 1):
        assert item["id"] == f"question-{place}" and row.question in item.text
        assert (item.a.text, item.a["href"]) == (row.cause, f"../{row.page}")
        assert ("Likely cause:" in item.text) == (row.cause != "healthy")


def test_the_command_prints_and_writes(tmp_path, capsys):
    Recording(**ILL).save(tmp_path / "run.npz")
    assert main(["diagnose", str(tmp_path / "run.npz"), "-o", str(tmp_path / "report.html")]) == 0
    assert capsys.readouterr().out.startswith("cause: vanishing by activation")
    assert (tmp_path / "report.html").read_text("utf8").startswith("<!doctype html>")
    assert main(["diagnose", str(tmp_path / "none.npz")]) == 2 and "none.npz" in capsys.readouterr().err


def test_the_checklist_has_a_line_for_each_question(monkeypatch):
    assert Checklist()._repr_html_() is None, "in a kernel the text serves"
    monkeypatch.setenv("VGTEXT_EXPLORE", "static")
    html = Checklist()._repr_html_()
    assert html.count("<li id=") == len(ROWS) and all(f". {row.cause}: if" in repr(Checklist()) for row in ROWS)
    assert "../notebooks/initialization.html" in html
    with pytest.raises(ValueError, match="parts must be of question, limit, cause, remedy, got 'answer'"):
        Checklist("answer")


N = 60


@pytest.mark.parametrize("loss, said", [
    (np.linspace(2.3, 2.296, N), "60 entries: the first is 2.300, the last 2.296."),
    (np.linspace(-1, -1.001, N), "60 entries: the first is −1.000, the last −1.001."),
    (2.3 + 1e-15 * np.arange(N), "the first and the last are 2.3."), (np.zeros(N), "the first and the last are 0."),
    ([2.3], "The training loss, 1 entry: the first and the last are 2.3.")])
def test_of_a_loss_that_hardly_moves_the_report_tells_first_and_last_apart_or_says_that_they_are_the_same(loss, said):
    recording = Recording(loss=loss)
    assert said in figures(recording)[0].opening[1] and said in Report(recording).page()


def test_a_number_reads_otherwise_than_its_limit():
    L, rows = 12, np.ones((3, 12))
    recording = Recording(gradient=1e-2 * rows, activation=rows, update_ratio=rows * [[1e-3], [0.1002], [1e-3]],
                          weight=rows, update=rows * 1e-3, dead=0.953 * rows, loss=np.linspace(2.3, 2.29, N))
    s = measure_symptoms(recording)
    assert measured("learning rate too large", s) == "ratio 0.1002"
    assert measured("dead units", s) == "95.3% in layer 1"
    assert any("95.3% of the units" in sentence for sentence in diagnose(recording).evidence)
    fading = Recording(gradient=1e-2 * 0.003 ** np.arange(L)[::-1] * rows, activation=rows)
    assert "forward 1.00, backward 0.003" in measured("vanishing by depth", measure_symptoms(fading))
    assert "near its size." in str(diagnose(Recording(gradient=rows, activation=rows))).replace("\n    ", " ")


@given(st.sets(st.integers(1, 200), min_size=1))
def test_of_many_layers_few_numbers_are_named_and_no_other(numbers):
    said = layers_of(sorted(numbers))
    named, more = [int(n) for n in re.findall(r"\d+", said.partition(" more")[0])], "more" in said
    left = named.pop() if more else 0
    assert len(named) <= 6 and {*named} <= numbers and said.startswith("layers ") == (len(numbers) > 1)
    assert len(named) + left == len(numbers) or said == f"layers {min(numbers)} to {max(numbers)}"


@pytest.mark.parametrize("train, test, said, number", [
    (0.952, 0.95, "less than a point apart", "0.2 points"), (0.95, 0.95, "accuracy are the same", "0 points"),
    (0.997, 0.9, "accuracy 99.7%", "9.7 points"), (1.0, 0.95, "accuracy 100%", "5 points"),
    (0.95, 0.94, "accuracy is 1 point above", "1 point"), (0.94, 0.95, "accuracy is 1 point above", "-1 point")])
def test_accuracies_are_never_rounded_to_all_or_to_no_difference(train, test, said, number):
    recording = Recording(loss=np.linspace(2.3, 0.01, N), train_accuracy=train, test_accuracy=test)
    assert said in " ".join(str(diagnose(recording)).split())
    assert measured("overfitting", measure_symptoms(recording)) == number


def test_what_the_checklist_records_by_hand_has_the_names_of_a_recording():
    """JAX is not among the packages of this book: its block is read, not run."""
    page = (Path(__file__).parents[1] / "book" / "checklist.md").read_text(encoding="utf-8")
    blocks = [ast.parse(block) for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL)]
    calls = [node for block in blocks for node in ast.walk(block) if isinstance(node, ast.Call)]
    (made,) = [call for call in calls if getattr(call.func, "id", "") == "Recording"]
    nodes = (node for block in blocks for node in ast.walk(block))
    (rows,) = [node.generators[0].iter for node in nodes if isinstance(node, ast.DictComp)]
    names = {keyword.arg for keyword in made.keywords if keyword.arg} | {name.value for name in rows.elts}
    assert {"loss", "steps", "cosine", "optimizer", "activation"} <= names <= {f.name for f in fields(Recording)}
