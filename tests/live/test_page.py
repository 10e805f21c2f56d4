"""The page after the click, in a browser; its worker is played by this machine's Python (small_page)."""

import json
import re
import shutil
from contextlib import closing

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import expect
from small_page import CELLS, Worker, served, write

from vgtext.explore.page import join
from vgtext.live import assemble, bench_page
from vgtext.live.assemble import add_button
from vgtext.words import words as word


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of a folder with the small page, and what was asked of it."""
    folder = tmp_path_factory.mktemp("site")
    write(folder)
    with served(folder) as (address, asked):
        yield f"{address}/notebooks/page.html", asked, folder / "notebooks/page.html"


@pytest.fixture
def tab(browser, site):
    """A tab on the page, before the click; nothing may go wrong in it."""
    context = browser.new_context(viewport={"width": 1000, "height": 900}, accept_downloads=True)
    tab, trouble = context.new_page(), []
    tab.on("console", lambda message: message.type in ("error", "warning") and trouble.append(message.text))
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    tab.set_default_timeout(20_000)
    tab.worker_in_python = Worker(tab)
    tab.goto(site[0])
    yield tab
    context.close()
    assert trouble == []


SHOWS = """import sys
import matplotlib
matplotlib.use("agg")
from matplotlib import pyplot
pyplot.figure(figsize=(0.1, 0.1))
print("a warning", file=sys.stderr)
for k in range(30):
    print("x" * 10_000, end="")"""


class Cell:
    """A cell of the page, as a reader sees it."""

    def __init__(self, tab, number):
        self.tab, self.box = tab, tab.locator("div.cell").nth(number)
        self.area, self.status = self.box.locator("textarea"), self.box.locator(".vg-bar [role=status]")

    def write(self, code):
        self.area.fill(code)

    def run(self, words="Done"):
        self.box.get_by_role("button", name=re.compile("^Run code")).click()
        return self.comes_to(words)

    def comes_to(self, words):
        self.box.locator(".vg-bar [role=status]", has_text=words).wait_for()
        return self.output()

    def output(self):
        return self.box.locator(".cell_output").inner_text().strip()

    def looks_old(self):
        return self.box.locator(".cell_output").evaluate("(shown) => getComputedStyle(shown).filter") == "grayscale(1)"

    def says(self):
        return self.status.inner_text()


def click(tab):
    """Press the page's button; return its cells."""
    tab.get_by_role("button", name="Run and edit this page").click()
    tab.get_by_role("group", name=word("live.buttons")).wait_for()
    return [Cell(tab, number) for number in range(len(CELLS))]


def caption(tab, words):
    """Wait until the figure's caption says these words."""
    tab.locator("vg-explore figcaption", has_text=words).wait_for()


def test_before_the_click_there_is_a_button_and_nothing_else(tab, site):
    asked = [path for path in site[1] if "live" in path]
    assert set(asked) == {"/_static/live/run.js"}
    assert tab.locator("textarea").count() == 0
    assert "26 MB, once" in tab.locator(".vg-live").inner_text()
    assert tab.locator(".vg-live button").evaluate("(b) => b.getBoundingClientRect().height") >= 24


def test_a_page_that_was_opened_as_a_file_says_what_python_needs(tab, site):
    tab.goto(site[2].as_uri())
    tab.get_by_role("button", name="Run and edit this page").click()
    assert tab.locator(".vg-live [role=status]").inner_text() == word("live.as_file")


def test_cells_run_alone_and_what_they_need_runs_first(tab):
    cells = click(tab)
    assert cells[2].run() == "4"
    assert cells[1].output() == "a is 3" and cells[1].says() == "Done", "b needs a"
    assert [cells[k].says() for k in (0, 3, 4)] == ["", "", ""], "the others were not run"
    assert cells[3].output() == "as printed"


def test_a_reader_sees_what_is_changed_and_what_is_out_of_date(tab):
    cells = click(tab)
    cells[2].run()
    cells[1].write("a = 5\nprint('a is', a)")
    assert cells[1].says().startswith("Changed") and cells[2].says().startswith("Out of date")
    assert cells[1].looks_old() and cells[2].looks_old() and not cells[5].looks_old()
    assert cells[1].run() == "a is 5"
    assert cells[2].says().startswith("Out of date") and cells[2].output() == "4"
    assert cells[2].looks_old() and not cells[1].looks_old()
    assert cells[2].run() == "6" and not cells[2].looks_old()
    undo = cells[1].box.get_by_role("button", name="Undo changes")
    undo.click()
    assert cells[1].area.input_value() == CELLS[1] and undo.count() == 0, "nothing is left to undo"
    assert cells[2].run() == "4"


def test_out_of_date_is_all_that_stands_on_a_change_and_nothing_else(tab):
    cells = click(tab)
    for number, code in ((3, "c = b"), (4, "a = 1"), (5, "a + 1")):
        cells[number].write(code)
    cells[3].run()
    assert cells[5].run() == "2"
    cells[1].write("a = 9")
    assert [cell.says() for cell in cells[2:]] == [*[word("live.stale")] * 2, *[word("live.done")] * 2]


def test_an_error_names_its_line_and_stops_what_needs_it(tab):
    cells = click(tab)
    cells[1].write("a = 3\nprint(c)")
    shown = cells[1].run("Ended with an error")
    assert shown == "Line 2:\n    print(c)\nNameError: name 'c' is not defined"
    cells[2].run("Not run: code 2, which it needs")
    assert cells[2].output() == "as printed"
    for code, says in (("a = 3", "Changed"), ("a = 3\nprint(c)", "Ended with an error")):
        cells[1].write(code)
        assert cells[1].says().startswith(says), "what was run is what it was"
    cells[1].write("a = ")
    assert "SyntaxError" in cells[1].run("Ended with an error")
    cells[1].write("a = 0")
    assert "ZeroDivisionError" in cells[4].run("Ended with an error")


def test_a_link_to_a_recipe_that_is_clicked_before_the_start_is_said_to_be_taken_up(browser, tmp_path):
    write(tmp_path)
    page = tmp_path / "notebooks/bench.html"
    page.write_text(f"<html><head></head><body>{bench_page.element()}{bench_page.links()}</body></html>", "utf8")
    add_button(page, tmp_path, "0")
    with served(tmp_path) as (address, _), closing(browser.new_page()) as tab:
        tab.goto(f"{address}/notebooks/bench.html")
        tab.locator(".bench-proposals a").nth(1).click()
        tab.locator(".vg-live [role=status]", has_text=word("bench.link")).wait_for()
        assert tab.evaluate("document.activeElement.textContent") == "Start the bench"
        said = tab.evaluate("""() => new Promise((done) => {
          const [button, words] = document.querySelector(".vg-live").children;
          [button.disabled, words.textContent] = [true, "loading"];
          addEventListener("hashchange", () => done(words.textContent));
          location.hash = "bench?depth=3";
        })""")
        assert said == "loading", "while Python comes, the line says how far it is"


def test_output_is_text_whatever_it_holds(tab):
    assert click(tab)[5].run() == "<b>&amp;</b>"


def test_what_a_cell_shows_looks_as_what_it_is(tab):
    """A print, a warning, a plot with words for who does not see it; and of a print without end the beginning."""
    cell = click(tab)[5]
    cell.write(SHOWS)
    cell.run()
    kinds, texts = zip(*cell.box.locator(".cell_output > .output").evaluate_all(
        "(all) => all.map((one) => [one.className.split(' ')[1], one.textContent])"))
    assert kinds == ("stream", "image_png", "stderr")
    assert texts[2] == "a warning\n"
    assert texts[0] == "x" * 200_000 + f"\n{word('live.long_output')}\n"
    assert cell.box.get_by_role("img", name=word("live.plot", n=6)).count() == 1


def test_an_exercise_is_checked_in_the_page(tab):
    cells = click(tab)
    assert cells[3].run().startswith("Not yet. Expected twice a number")
    for answer, verdict in (("3", "Not yet. That is once."), ("6", "Right. This is twice a number.")):
        cells[3].write(CELLS[3].replace("None", answer))
        assert cells[3].run() == verdict


def test_a_figure_wakes_and_answers_between_its_states(tab):
    figure = tab.locator("vg-explore")
    cells = click(tab)
    slider = figure.locator("input[type=range]").nth(1)
    figure.scroll_into_view_if_needed()
    slider.focus()
    slider.press("ArrowRight")
    caption(tab, "a is 0.2, n is 3.")
    cells[0].run()
    caption(tab, "a is 0.2, n is 3.")  # the control that was moved stays
    box = figure.get_by_label("a: any value")
    box.fill("0.73")
    box.press("Enter")
    caption(tab, "a is 0.73, n is 3.")
    figure.get_by_role("button", name="Link to this state").click()
    tab.wait_for_function("location.hash === '#line?a=0.73&n=3'")
    slider.press("ArrowLeft")
    caption(tab, "a is 0.73, n is 2.")
    box.fill("−0.73")  # with the sign of the values that are shown
    box.press("Enter")
    caption(tab, "a is -0.73, n is 2.")
    tab.evaluate("location.hash = '#line?a=1.1&n=4'")
    caption(tab, "a is 1.1, n is 4.")
    for n in (4, 2):  # the second time no control has moved
        box.fill("0.61")
        box.press("Enter")
        caption(tab, f"a is 0.61, n is {n}.")
        figure.get_by_role("button", name="Reset").click()
        caption(tab, "a is 0.2, n is 2.")
    tab.evaluate("location.hash = '#line?a=1.1&n=4&'")
    caption(tab, "a is 1.1, n is 4.")
    cells[0].write(CELLS[0].replace("a is", "A IS").replace("a=0.2", "a=0.5"))
    cells[0].run()
    caption(tab, "A IS 1.1, n is 4.")
    for typed, kept in (("2.5", "4"), ("many", "4"), ("3", "3")):  # it counts: no halves
        whole = figure.get_by_label("n: any value")
        whole.fill(typed)
        whole.press("Enter")
        assert whole.input_value() == kept
    caption(tab, "A IS 1.1, n is 3.")


def test_a_value_that_is_being_typed_outlives_an_answer(tab):
    cells = click(tab)
    cells[0].run()
    caption(tab, "a is 0.2, n is 2.")
    box = tab.get_by_label("a: any value")
    box.fill("0.73")
    tab.get_by_label("n", exact=True).evaluate(  # as by hand, but the box keeps the focus
        "(n) => { n.value = 3; n.dispatchEvent(new Event('input', { bubbles: true })); }")
    caption(tab, "a is 0.2, n is 4.")
    assert box.input_value() == "0.73"
    box.press("Enter")
    caption(tab, "a is 0.73, n is 4.")


def test_a_control_that_was_not_moved_opens_where_the_code_says(tab):
    cells = click(tab)
    cells[0].write(CELLS[0].replace("a=0.2", "a=0.8"))
    cells[0].run()
    caption(tab, "a is 0.8, n is 2.")


def test_a_new_figure_of_the_reader_is_answered(tab):
    cells = click(tab)
    held = "    handle(ax, lambda a: (a, 1))\n    return"
    cells[4].write(CELLS[0].replace("draw_line", "draw_mine").replace("explore\n", "explore, handle\n", 1)
                   .replace("    return", held))
    cells[4].run()
    tab.locator("#mine svg").wait_for()
    mine = tab.locator("#mine")
    mine.locator("input[type=range]").first.press("ArrowRight")
    expect(mine.locator("figcaption")).to_contain_text("a is 0.5")
    mine.get_by_label("a: any value").fill("0.73")
    mine.get_by_label("a: any value").press("Enter")
    expect(mine.locator("figcaption")).to_contain_text("a is 0.73")
    grip = mine.locator(".vg-handle")
    grip.hover()
    tab.mouse.down()
    tab.mouse.move(0, grip.bounding_box()["y"])
    tab.mouse.up()
    expect(mine.locator("figcaption")).to_contain_text("a is 0.2,")  # a value that was typed goes with the drag
    cells[4].write(CELLS[0].replace("draw_line", "draw_mine").replace("{n}", "{no}"))
    assert "NameError: name 'no' is not defined" in cells[4].run("Ended with an error")


def test_stop_ends_what_runs_and_figures_say_that_they_sleep(tab):
    cells = click(tab)
    cells[0].run()
    cells[4].write(CELLS[0].replace("draw_line", "draw_mine"))
    cells[4].run()
    stop = tab.get_by_role("button", name="Stop")
    assert stop.is_disabled()
    cells[1].write("while True:\n    pass")
    cells[5].box.get_by_role("button", name=re.compile("^Run code")).click()  # one that ends, and one that does not
    cells[1].run("Running")
    cells[2].run("Waiting")
    stop.click()
    cells[1].comes_to("Stopped")
    assert cells[2].says() == "Stopped" and cells[4].says().startswith("Changed")
    tab.get_by_text("Python is back").wait_for()
    slider = tab.locator("#line input[type=range]").nth(1)
    slider.press("ArrowRight")
    caption(tab, "a is 0.2, n is 3.")  # a computed state
    assert "stands still" in tab.locator("#mine .vg-sleeping").inner_text()
    tab.locator("#line .vg-sleeping").get_by_role("button", name="Wake").click()
    tab.locator("#line .vg-exact").first.fill("0.9")
    tab.locator("#line .vg-exact").first.press("Enter")
    caption(tab, "a is 0.9, n is 3.")
    assert tab.locator("#line .vg-sleeping").count() == 0
    cells[1].write("a = 8")
    assert cells[2].run() == "9"
    expect(stop).to_be_disabled()


def test_all_parts_of_a_cell_are_called_by_its_number(tab):
    for number, cell in enumerate(click(tab), 1):
        cell.run()
        labels = cell.box.locator("[aria-label]").evaluate_all("(all) => all.map((part) => part.ariaLabel)")
        parts = ("run_code", "restore_code", "editor", "output")
        assert {word(f"live.{part}", n=number) for part in parts} <= {*labels}


def test_all_cells_run_in_order(tab):
    """Those after an error, too: who runs all wants to see all. After a stop none runs on."""
    cells = click(tab)
    for code, said in ((CELLS[1], "Done"), (f"{CELLS[1]}\n1 / 0", "Ended with an error")):
        cells[1].write(code)
        tab.get_by_role("button", name="Run all").click()
        cells[5].comes_to("Done")
        assert [cell.says() for cell in cells] == ["Done", said, *["Done"] * 4]
    cells[1].write("while True:\n    pass")
    tab.get_by_role("button", name="Run all").click()
    cells[1].comes_to("Running")
    tab.get_by_role("button", name="Stop").click()
    tab.get_by_text("Python is back").wait_for()
    assert [cell.says() for cell in cells] == ["", *["Stopped"] * 5]


# What the places of a page that speak were given, in turn: what stands in one that is switched off is not heard.
HEARD = """(part) => {
  globalThis.heard = [];
  new MutationObserver((changes) => {
    const places = new Set(changes.map(({ target }) => target.closest?.("[aria-live], [role=status]")).filter(Boolean));
    for (const place of places)
      if (place.ariaLive !== "off" && place.textContent) heard.push(place.textContent.trim());
  }).observe(document.querySelector(part), { subtree: true, childList: true });
}"""


def test_a_reader_of_what_is_said_hears_the_verdict_and_not_the_states_of_all_cells(tab):
    cells = click(tab)
    tab.locator(".vg-live-bar [role=status]", has_text=word("live.offline")).wait_for()
    tab.evaluate(HEARD, "main")

    def heard(words):
        tab.wait_for_function("(words) => heard.at(-1)?.startsWith(words)", arg=words)
        return tab.evaluate("heard.splice(0)")

    cells[3].write(CELLS[3].replace("answer = None", "answer = a"))
    cells[3].run()  # "a" is of another cell, which runs first
    verdict = cells[3].output()
    assert "That is once." in verdict and heard("Done.") == ["Waiting", f"Done. {verdict}"]
    cells[1].write("1 / 0")
    cells[1].run("Ended with an error")
    assert "ZeroDivisionError: division by zero" in heard("Ended with an error.")[-1]
    cells[1].write(f"{CELLS[1]}\nprint('x' * 5000)")
    cells[1].run()
    assert heard("Done.") == ["Waiting", "Done."], "a long output is not read out"
    tab.get_by_role("button", name="Run all").click()
    assert heard("Done.") == ["Waiting", f"Done. {cells[5].output()}"], "the last of all cells speaks for them"


def test_how_far_python_has_come_is_heard_now_and_then(tab):
    click(tab)
    tab.locator(".vg-live-bar [role=status]", has_text=word("live.offline")).wait_for()
    tab.evaluate(HEARD, "main")
    tab.evaluate("""() => {
      for (let got = 0; got < 26; got++) vgLive.page.hear({ tell: "stage", got: got * 1e6, total: 26e6 });
    }""")
    assert tab.locator(".vg-live-bar [role=status]").inner_text() == word("live.progress", got="25", total="26")
    tab.evaluate("vgLive.page.hear({ tell: 'stage', unpacking: true })")
    assert tab.evaluate("heard") == [word("live.unpacking")]
    tab.evaluate("performance.now = () => 1e9")
    tab.evaluate("vgLive.page.hear({ tell: 'stage', got: 12e6, total: 26e6 })")
    assert tab.evaluate("heard.at(-1)") == word("live.progress", got="12", total="26")


def test_the_buttons_over_the_page_cover_nothing_that_the_keyboard_leads_to(tab):
    """Backwards, where what comes into view does so at the top; in a low window they do not stick to it."""
    cells = click(tab)
    tab.locator(".vg-live-bar [role=status]", has_text=word("live.offline")).wait_for()
    tab.set_viewport_size({"width": 1000, "height": 600})
    cells[-1].box.get_by_role("button", name=re.compile("^Run code")).focus()
    covered = []
    for _ in range(19):  # as many as there are
        tab.keyboard.press("Escape")  # leaves an editor
        tab.keyboard.press("Shift+Tab")
        covered += tab.evaluate("""() => {
          const { x, y, width, height } = document.activeElement.getBoundingClientRect();
          const bar = document.elementFromPoint(x + width / 2, y + height / 2)?.closest(".vg-live-bar");
          return bar && !bar.contains(document.activeElement) ? [document.activeElement.outerHTML] : [];
        }""")
    assert tab.locator(".vg-live-bar :focus").count() == 1 and covered == []
    tab.set_viewport_size({"width": 1000, "height": 450})
    assert tab.locator(".vg-live-bar").evaluate("(bar) => getComputedStyle(bar).position") == "static"


def test_keys_of_the_editor(tab):
    area = click(tab)[1].area
    area.focus()
    area.press("Control+a")
    area.press_sequentially("for k in x:\nif k:\nprint(k)\n")
    assert area.input_value() == "for k in x:\n    if k:\n        print(k)\n        "
    area.press("Shift+Tab")
    area.press_sequentially("y")
    assert area.input_value().endswith("print(k)\n    y")
    area.press("Control+a")
    area.press("Tab")
    assert area.input_value().startswith("    for k in x:\n        if k:")
    area.press("Control+z")
    assert area.input_value().startswith("for k in x:\n    if k:")
    area.fill("")
    area.press_sequentially("if k:  # why\nx = {1: 2}\ny")
    assert area.input_value() == "if k:  # why\n    x = {1: 2}\n    y"
    for a, held in enumerate(("Shift", "Control", "Meta")):
        area.fill(f"a = {a}\nprint('a is', a)")
        area.press(f"{held}+Enter")
        assert Cell(tab, 1).comes_to("Done") == f"a is {a}"
    area.press("Escape")
    area.press("y")
    area.press("Tab")
    assert area.input_value().endswith("y   "), "after a letter Tab is a key of the editor again"
    area.press("Escape")
    area.press("Shift+Tab")
    expect(area).not_to_be_focused()
    area.focus()
    area.press("Escape")
    area.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Run"


def test_changes_are_kept_for_the_next_visit_and_can_be_taken_away(tab):
    click(tab)[1].write("a = 7")
    tab.reload()
    cells = click(tab)
    assert cells[1].area.input_value() == "a = 7" and "from last time" in cells[1].says()
    assert cells[2].run() == "8"
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save as notebook").click()
    assert download.value.suggested_filename == "page.ipynb"
    saved = json.loads(download.value.path().read_text())
    assert [cell["source"] for cell in saved["cells"]] == [CELLS[0], "a = 7", *CELLS[2:]]
    assert saved["cells"][1]["outputs"] == [] and saved["cells"][2]["outputs"] == [1]
    tab.get_by_role("button", name="Undo all changes").click()
    tab.reload()
    cells = click(tab)
    assert cells[1].area.input_value() == CELLS[1]
    cells[4].write(CELLS[5])  # what another cell had
    cells[5].write("1")
    tab.reload()
    assert [cell.area.input_value() for cell in click(tab)[4:]] == [CELLS[5], "1"]


def test_changes_stay_with_their_page(tab, site):
    click(tab)[1].write("a = 7")
    other = shutil.copy(site[2], site[2].with_name("other.html"))
    tab.goto(site[0].replace("page.html", other.name))
    cells = click(tab)
    assert cells[1].area.input_value() == CELLS[1]
    cells[2].write("b = 1")
    tab.goto(site[0])
    assert [cell.area.input_value() for cell in click(tab)[1:3]] == ["a = 7", CELLS[2]]


ALIKE = """
const cell = (code) => ({ printed: "x", editor: { code }, status: {}, get code() { return this.editor.code; } });
const changed = ["y", "x", "z"].map(cell), fresh = ["x", "x", "x"].map(cell);
keepChanges(changed);
recallChanges(fresh);
const cells = changed.map(() => ({ cell_type: "code", source: "x" }));
const saved = JSON.parse(changedNotebook(JSON.stringify({ cells }), changed));
globalThis.told = [fresh.map(({ code }) => code), saved.cells.map(({ source }) => source)];"""


def test_of_cells_that_are_printed_alike_each_change_comes_back_once_and_is_saved_in_its_place(tab, tmp_path):
    (tmp_path / "alike.js").write_text(ALIKE)
    rooms = [assemble.PAGE / f"{name}.js" for name in ("words", "notebook", "changes")]
    tab.add_script_tag(content=join(*rooms, tmp_path / "alike.js"))
    assert tab.evaluate("told") == [["y", "z", "x"], ["y", "x", "z"]]


@pytest.mark.parametrize(("error", "words"), [
    ("WebAssembly is forbidden", "forbids WebAssembly"), ("no WebAssembly", "has no WebAssembly"),
    ("RangeError: Array buffer allocation failed", "not enough memory"),
    ("missing: numpy", "not the one that belongs here: numpy."), ("Failed to fetch", "Is the network there?"),
    ("something else", "Python could not go on: something else")])
def test_where_python_cannot_start_one_sentence_says_so_and_the_page_is_as_it_was(tab, error, words):
    tab.locator("vg-explore.vg-open").first.wait_for()  # from then on nothing changes of itself
    before = tab.locator("main").inner_html()
    tab.worker_in_python.fails = error
    tab.get_by_role("button", name="Run and edit this page").click()
    tab.locator(".vg-live [role=status]", has_text=words).wait_for()
    assert "The page is as it was." in tab.locator(".vg-live").inner_text()
    after = re.sub(r'<p class="vg-live">.*?</p>', "", tab.locator("main").inner_html())
    assert after == re.sub(r'<p class="vg-live">.*?</p>', "", before)
    tab.worker_in_python.fails = None
    assert click(tab)[2].run() == "4", "and it can be tried again"


def test_what_goes_wrong_after_the_start_is_said_where_it_is_and_python_can_start_again(tab):
    cells = click(tab)
    said = tab.locator(".vg-live-bar [role=status]")
    tab.evaluate("globalThis.fetch = async () => new Response('<p>Not found')")  # as some hosts answer
    tab.get_by_role("button", name="Save as notebook").click()
    expect(said).to_have_text(word("live.no_notebook"))
    cells[0].run()
    tab.evaluate("""() => {
      const { page } = vgLive, { turn } = page.figures.models.get("0,0").held.want;
      page.hear({ tell: "failed", of: "want", key: [0, 0], turn, words: "missing: scipy" });
    }""")
    expect(tab.locator("#line")).to_contain_text(word("live.missing", file="scipy"))
    tab.evaluate("vgLive.page.python.worker.onerror({ message: 'out of memory' })")
    expect(said).to_have_text(f"{word('live.no_memory')} {word('live.ended')}")
    tab.get_by_role("button", name=word("live.again")).click()
    assert cells[2].run() == "4"
    expect(tab.get_by_role("button", name=word("live.again"))).to_have_count(0)


def test_a_host_that_is_not_the_books_is_named_and_asked_for_consent(browser, tmp_path):
    """And a start that the network has failed is said, and may be tried again."""
    write(tmp_path, elsewhere={"base": "https://files.example/pyodide/", "sums": {}})
    with served(tmp_path) as (address, _), closing(browser.new_page()) as tab:
        Worker(tab)
        tab.add_init_script("navigator.serviceWorker.register = async () => (globalThis.isKept = true);")
        tab.goto(f"{address}/notebooks/page.html")
        row, button = tab.locator(".vg-live"), tab.get_by_role("button", name="Run and edit this page")
        tab.route("**/page.js*", lambda route: route.abort())
        button.click()
        expect(row.get_by_role("status")).to_have_text(word("live.not_loaded"))
        tab.unroute("**/page.js*")
        button.click()
        expect(row.get_by_role("status")).to_have_text(word("live.elsewhere", host="files.example", total="26"))
        assert tab.evaluate("globalThis.workers") is None, "no Python before the reader agrees"
        consent = tab.get_by_role("button", name=word("live.load_from", host="files.example"))
        expect(consent).to_be_focused()
        consent.press("Enter")
        tab.locator(".vg-live-bar").wait_for()
        expect(consent).to_have_count(0)
        assert tab.evaluate("globalThis.isKept") is None, "not offline: what another host has is not kept"


@pytest.mark.parametrize(("width", "scheme"), [(1000, "dark"), (375, "light")])
def test_editors_can_be_read_and_used_by_everyone(tab, width, scheme):
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme=scheme)
    cells = click(tab)
    cells[0].run()
    cells[1].write("b = " + "1 + " * 60 + "1")
    cells[1].run()
    tab.evaluate(AXE_FILE_PATH.read_text("utf8"))
    found = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(rule["id"], node["html"][:150], node["failureSummary"][:200])
            for rule in found for node in rule["nodes"]] == []
    wide, room = tab.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room
    pre, area = (tab.locator(f".vg-editor >> nth=1 >> {part}").bounding_box() for part in ("pre", "textarea"))
    assert pre == area, "letter lies on letter"
    kinds = json.dumps(["font", "padding", "letterSpacing", "tabSize", "borderWidth", "whiteSpace"])
    style = f"(e) => {kinds}.map((kind) => getComputedStyle(e)[kind])"
    assert tab.locator(".vg-editor pre").nth(1).evaluate(style) == tab.locator(".vg-code").nth(1).evaluate(style)
