"""Notebooks run to their end in the page, in Chromium and in Firefox, with the outputs that are stored.

Where VGTEXT_PYODIDE names Pyodide's files. A sample of the notebooks; VGTEXT_NOTEBOOKS=all takes all (make everywhere).
"""

import os
import re

import nbformat
import pytest
from firefox import open_firefox
from small_page import served
from test_runner import ROOT, stored_text

ALL = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
IS_ALL = os.environ.get("VGTEXT_NOTEBOOKS") == "all"
CHROMIUM, FIREFOX = (ALL, ALL) if IS_ALL else (["backprop"], ["backprop"])
READY, DONE = 120_000, 900_000  # milliseconds at most
LAST_DIGITS = 3  # by how much of its last printed digit a number with a fraction may differ; others by 1
#: Cells that measure the rounding of their own sums, which another order of adding changes: their words are compared.
ROUNDING = {"step-size", "hook-figure"}
#: Cells that say where a training ended that makes such differences large: their words are compared, no numbers.
TRAINED = {"alarm", "normalization-20"}
#: Runs all cells, and keeps what each one tells.
RUN_ALL = """(() => {
  const { page } = vgLive, hear = page.hear.bind(page);
  globalThis.told = page.cells.map(() => "");
  page.hear = (message) => {
    const { tell, cell, text, data } = message;
    if (tell === "stream") told[cell] += text;
    if (tell === "show") told[cell] += `${data["text/plain"]}\\n`;
    if (tell === "clear") told[cell] = "";
    hear(message);
  };
  page.order.runAll();
})()"""
#: How printed outputs look: the styles of the text and of the two boxes around it, each kind once.
LOOKS = """[...new Set([...document.querySelectorAll('div.cell .cell_output pre')].map((pre) =>
  JSON.stringify([pre, pre.parentNode, pre.parentNode.parentNode].map((part) => {
    const { font, color, backgroundColor, border, padding, whiteSpace, overflowX } = getComputedStyle(part);
    return { font, color, backgroundColor, border, padding, whiteSpace, overflowX };
  }))))].sort()"""


@pytest.fixture(scope="module")
def address(folder):
    """The address of the book with Python beside it."""
    with served(folder) as (address, _):
        yield address


@pytest.fixture(scope="module")
def firefox_tab(firefox):
    """A tab of Firefox."""
    with open_firefox() as tab:
        yield tab


@pytest.fixture
def chromium_tab(browser):
    """A tab of Chromium, in which nothing may go wrong."""
    context, trouble = browser.new_context(), []
    tab = context.new_page()
    tab.on("console", lambda message: message.type == "error" and trouble.append(message.text))
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    yield tab
    context.close()
    assert trouble == []


@pytest.mark.parametrize("slug", CHROMIUM)
def test_a_notebook_runs_to_its_end_in_chromium(chromium_tab, address, slug):
    assert differences(chromium_tab, address, slug) == []


@pytest.mark.parametrize("slug", FIREFOX)
def test_a_notebook_runs_to_its_end_in_firefox(firefox_tab, address, slug):
    assert differences(firefox_tab, address, slug) == []


def differences(tab, address, slug):
    """Run all cells of a chapter's page; return what is not as its notebook has it, in sentences that name the cell."""
    tab.goto(f"{address}/notebooks/{slug}.html")
    printed = tab.evaluate(LOOKS)
    tab.evaluate("document.querySelector('.vg-live button').click()")
    tab.wait_for_function("document.querySelector('.vg-live-bar, .vg-live button:enabled')", timeout=READY)
    said = tab.evaluate("document.querySelector('[class^=vg-live] [role=status]').textContent")
    assert tab.evaluate("Boolean(vgLive.page.isOpen)"), said
    tab.evaluate(RUN_ALL)
    tab.wait_for_function("vgLive.page.stopper.disabled", timeout=DONE)
    assert tab.evaluate(LOOKS) == printed, "what Python prints looks otherwise than in the book"
    shown = tab.evaluate("vgLive.page.cells.map(({ code, error }, k) => [code, error, told[k]])")
    cells = [cell for cell in nbformat.read(ROOT / "notebooks" / f"{slug}.ipynb", as_version=4).cells
             if cell.cell_type == "code" and not {"remove-input", "remove-cell"} & {*cell.metadata.get("tags", ())}]
    assert [code for code, *_ in shown] == [cell.source.rstrip() for cell in cells], "other cells than the notebook"
    return [sentence for cell, (_, error, text) in zip(cells, shown)
            if (sentence := difference(cell.id, error, text, stored_text(cell)))]


def difference(name, error, text, stored):
    """Say what a cell shows otherwise than stored; "" where nothing is."""
    if error:
        return f"cell {name} ended with an error: {error}"
    if name in ROUNDING:
        text, stored = (re.sub(r"[\d.]+ × 10|[⁰¹²³⁴-⁹]", "", words) for words in (text, stored))
    if name in TRAINED:
        text, stored = (re.sub(r"\d+(\.\d+)?", "", words) for words in (text, stored))
    return "" if alike(text, stored) else f"cell {name} shows\n{text}\nwhere the notebook has\n{stored}"


def alike(text, stored):
    """Whether two outputs are the same but for some of a number's last digits, and the sign of a zero."""
    text, stored = (re.sub(" +", " ", words) for words in (text, stored))
    number = r"[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?"
    if re.split(number, text) != re.split(number, stored):
        return False
    pairs = zip(re.findall(number, text), re.findall(number, stored))
    return all(abs(float(a) - float(b)) <= 1.001 * room(b) for a, b in pairs if a != b)


def room(text):
    """Return how much a number may differ: 0.03 for "3.14", 3e-9 for "2.3e-08", 1 for a whole number, as in "90%"."""
    if not re.search("[.e]", text):
        return 1
    digits, _, power = text.partition("e")
    return LAST_DIGITS * 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))


@pytest.mark.parametrize(("text", "stored", "same"), [
    ("a 1.23e-05", "a 1.24e-05", True), ("1.23", "1.27", False), ("-0. 1", "0. 1", True), ("1 2", "1 2 3", False),
    ("1.8e+308", "1.8e+308", True), ("slope -0.00", "slope  0.00", True), ("slope -1", "slope  1", False),
    ("layer 10", "layer 12", False), ("90%", "91%", True), ("x 1", "y 1", False)])
def test_outputs_are_alike_where_last_digits_differ(text, stored, same):
    assert alike(text, stored) == same


def test_what_is_not_as_stored_names_its_cell():
    assert difference("rates", None, "1.23\n", "1.24\n") == ""
    assert difference("rates", None, "1.23\n", "1.27\n").startswith("cell rates shows\n1.23")
    assert difference("rates", "Line 1: NameError", "", "") == "cell rates ended with an error: Line 1: NameError"
