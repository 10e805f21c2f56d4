"""The real thing: the built book with Pyodide beside it, in a browser. Where VGTEXT_PYODIDE names Pyodide's files.

A sample of the notebooks runs to its end; VGTEXT_NOTEBOOKS=all takes all of them (a quarter of an hour).
"""

import os
import re
import shutil

import nbformat
import pytest
from small_page import served
from test_runner import ROOT, stored_text

from vgtext.live.assemble import assemble

BOOK = ROOT / "_build" / "html"
ALL = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
SLUGS = ALL if os.environ.get("VGTEXT_NOTEBOOKS") == "all" else ["backprop", "two_by_two"]
READY, DONE = 120_000, 600_000  # milliseconds at most
LAST_DIGITS = 3  # by how much of its last printed digit a number may differ
#: Cells that measure the rounding of their own sums, which another order of adding changes: their words are compared.
ROUNDING = {"step-size"}


@pytest.fixture(scope="module")
def folder(pyodide, tmp_path_factory):
    """A copy of the built book with Python beside it."""
    copy = tmp_path_factory.mktemp("live") / "html"
    shutil.copytree(BOOK, copy, copy_function=os.link, ignore=shutil.ignore_patterns("*.html", "live"))
    for page in BOOK.rglob("*.html"):
        shutil.copy(page, copy / page.relative_to(BOOK))
    assemble(copy, pyodide)
    return copy


@pytest.fixture
def tab(browser, folder):
    """A tab, and the address of the book; nothing may go wrong, and nothing may leave the book."""
    with served(folder) as (address, _):
        context, trouble = browser.new_context(viewport={"width": 1100, "height": 900}), []
        tab = context.new_page()
        tab.on("console", lambda message: message.type == "error" and trouble.append(message.text))
        tab.on("pageerror", lambda error: trouble.append(str(error)))
        tab.on("request", lambda request: request.url.startswith((address, "data:", "blob:"))
               or trouble.append(request.url))
        tab.address = address
        yield tab
        context.close()
    assert trouble == []


def click(tab, slug):
    """Open a chapter and start Python."""
    tab.goto(f"{tab.address}/notebooks/{slug}.html")
    tab.get_by_role("button", name="Run and edit this page").click()
    tab.locator(".vg-live-bar").wait_for(timeout=READY)


def run(tab, number, code=None):
    """Run a cell, with other code if some is given; return what it shows."""
    tab.evaluate("""([k, code]) => {
      const cell = vgLive.page.cells[k];
      if (code) cell.editor.code = code;
      cell.go.click();
    }""", [number, code])
    tab.wait_for_function("(k) => ['fresh', 'failed', 'unmet'].includes(vgLive.page.cells[k].state)", arg=number,
                          timeout=READY)
    return tab.evaluate("(k) => vgLive.page.cells[k].output.innerText", number).strip()


def test_a_reader_changes_the_first_cell_breaks_one_and_solves_an_exercise(tab):
    click(tab, "two_by_two")
    codes = tab.evaluate("vgLive.page.cells.map((cell) => cell.code)")
    matrix = next(k for k, code in enumerate(codes) if "W = 0.2 * np.eye(2)" in code)
    assert "1.024e-07" in run(tab, matrix)
    assert "0.34867844" in run(tab, matrix, codes[matrix].replace("0.2", "0.9"))
    assert "Line 2:\n    W = nothing\nNameError" in run(tab, matrix, "import numpy as np\nW = nothing")
    run(tab, matrix, codes[matrix])
    assert "draw_three_fates" in codes[0]
    run(tab, 0)
    box = tab.locator("#three-fates .vg-exact")
    box.fill("0.73")
    box.press("Enter")
    tab.locator("#three-fates figcaption", has_text="size 0.73").wait_for(timeout=READY)
    exercise = next(k for k, code in enumerate(codes) if "depth = None" in code)
    assert "Not yet" in run(tab, exercise)
    solved = codes[exercise + 1].replace("# In code", "")
    assert "Right." in run(tab, exercise, solved)
    loop = "def loop(rho, sigma_1):\n    while True:\n        pass\n\ncheck(lab.EXERCISES['excess'], loop)"
    assert "did not return within 5 seconds" in run(tab, exercise, loop).replace("\n", " ")
    mine = """import numpy as np
def draw_mine(ax, a=1.0):
    ax.plot([0, 1], [0, a])
    ax.set(xlim=(0, 1), ylim=(0, 3))
    return f"a is {a:g}."

explore(draw_mine, a=(0.5, 3.0, 0.01))"""
    assert "a is 1." in run(tab, exercise, mine)
    assert "0.8413" in run(tab, exercise, "from vgtext import nn\nnn.get_activation('gelu')(1.0)"), "SciPy comes"


@pytest.mark.parametrize("slug", SLUGS)
def test_a_notebook_runs_to_its_end_with_the_outputs_that_are_stored(tab, slug):
    click(tab, slug)
    tab.evaluate("""() => {
      const { page } = vgLive, hear = page.hear.bind(page);
      globalThis.told = page.cells.map(() => []);
      page.hear = (message) => { told[message.cell]?.push(message); hear(message); };
    }""")
    tab.get_by_role("button", name="Run all").click()
    tab.wait_for_function("vgLive.page.stopper.disabled", timeout=DONE)
    assert tab.evaluate("vgLive.page.cells.map((cell) => cell.error).filter(Boolean)") == []
    told = tab.evaluate("told.map((one) => one.map((m) => m.tell === 'stream' ? m.text "
                        ": m.tell === 'show' ? m.data['text/plain'] + '\\n' : '').join(''))")
    cells = [cell for cell in nbformat.read(ROOT / "notebooks" / f"{slug}.ipynb", as_version=4).cells
             if cell.cell_type == "code" and "remove-input" not in cell.metadata.get("tags", [])]
    codes = tab.evaluate("vgLive.page.cells.map((cell) => cell.code)")
    assert codes == [cell.source.rstrip() for cell in cells], "the page's cells are the notebook's"
    other = [(cell.id, text) for cell, text in zip(cells, told)
             if not alike(*(re.sub("[⁰¹²³⁴-⁹]", "", words) if cell.id in ROUNDING else words
                            for words in (text, stored_text(cell))))]
    assert other == []


def alike(text, stored):
    """Whether two outputs are the same but for some of a number's last digits, and the sign of a zero."""
    number = r"[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?"
    if re.split(number, text) != re.split(number, stored):
        return False
    pairs = zip(re.findall(number, text), re.findall(number, stored))
    return all(a == b or abs(float(a) - float(b)) <= LAST_DIGITS * 1.001 * last_digit(b) for a, b in pairs)


def last_digit(text):
    """Return what one more in a number's last digit is worth: 0.01 for "3.14", 1e-9 for "2.3e-08"."""
    digits, _, power = text.partition("e")
    return 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))


@pytest.mark.parametrize(("text", "stored", "same"), [
    ("a 1.23e-05", "a 1.24e-05", True), ("1.23", "1.27", False), ("-0. 1", "0. 1", True), ("1 2", "1 2 3", False),
    ("1.8e+308", "1.8e+308", True),
    ("layer 10", "layer 15", False), ("x 1", "y 1", False)])
def test_outputs_are_alike_where_last_digits_differ(text, stored, same):
    assert alike(text, stored) == same


@pytest.mark.parametrize(("policy", "words"), [
    ("script-src 'self' 'unsafe-inline'", "forbids WebAssembly"), ("worker-src 'none'", "no worker")])
def test_under_a_strict_policy_one_sentence_says_why(browser, folder, policy, words):
    with served(folder, policy) as (address, _):
        tab = browser.new_page()
        tab.goto(f"{address}/notebooks/problem.html")
        tab.get_by_role("button", name="Run and edit this page").click()
        tab.locator(".vg-live [role=status]", has_text=words).wait_for(timeout=READY)
        assert tab.locator("textarea").count() == 0
        tab.close()


def test_a_file_that_was_changed_is_refused(browser, folder):
    wheel = next((folder / "_static/live").glob("numpy-*.whl"))
    right = wheel.read_bytes()
    wheel.write_bytes(right[:1000] + bytes([right[1000] ^ 1]) + right[1001:])
    try:
        with served(folder) as (address, _):
            tab = browser.new_page()
            tab.goto(f"{address}/notebooks/problem.html")
            tab.get_by_role("button", name="Run and edit this page").click()
            tab.locator(".vg-live [role=status]", has_text="not the one that belongs here").wait_for(timeout=READY)
            tab.close()
    finally:
        wheel.write_bytes(right)


def test_opened_as_a_file_the_page_says_where_to_open_it(browser, folder):
    tab = browser.new_page()
    tab.goto(f"{folder.as_uri()}/notebooks/problem.html")
    tab.get_by_role("button", name="Run and edit this page").click()
    tab.locator(".vg-live [role=status]", has_text="Opened as a file").wait_for()
    tab.close()


def test_pages_ask_for_nothing_of_it_before_a_click(browser, folder):
    with served(folder) as (address, asked):
        tab = browser.new_page()
        tab.goto(f"{address}/notebooks/problem.html")
        tab.wait_for_timeout(500)
        assert [path for path in asked if "/live/" in path] == ["/_static/live/run.js"]
        tab.close()
