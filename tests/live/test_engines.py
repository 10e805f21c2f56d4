"""Sliders, menus, handles, readings, quizzes, the game and the button that starts Python, in three browser engines."""

import json
import re
import time
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from firefox import open_firefox
from pypdf import PdfReader
from small_page import served, write
from webkit import open_webkit

from vgtext.ask import quiz
from vgtext.ask.page import source as quiz_source
from vgtext.carry import carry
from vgtext.carry import source as carry_source
from vgtext.explore import explore, handle
from vgtext.explore.page import script, source

BOOK = Path(__file__).parents[2] / "_build" / "html"
#: Leaves in ``acts`` what of it had its effect.
ACTS = """globalThis.acts = null, (async () => {
  const found = {}, wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const until = async (what) => { for (let k = 0; k < 150 && !what(); k++) await wait(50); return Boolean(what()); };
  const pick = (query, root = document) => root.querySelector(query);
  const figure = pick("vg-explore#reach"), caption = pick("figcaption", figure);
  figure.scrollIntoView({ block: "center" });
  found.opened = await until(() => pick(".vg-svg path", figure));
  const move = (input, value) => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  move(pick("input[type=range]", figure), 4);
  found.slider = await until(() => caption.textContent.includes("a is 5"));
  move(pick("select", figure), 1);
  found.menu = await until(() => caption.textContent.includes("of kind β"));
  found.width = document.documentElement.scrollWidth <= innerWidth;
  const grip = pick(".vg-handle", figure), box = grip.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const point = (kind, at, element = grip) => element.dispatchEvent(new PointerEvent(kind, {
    bubbles: true, pointerId: 1, pointerType: "mouse", clientX: at, clientY: y, button: 0, isPrimary: true }));
  grip.setPointerCapture = () => {}; // no finger is on the glass
  point("pointerdown", x);
  point("pointermove", pick("svg", figure).getBoundingClientRect().left);
  point("pointerup", 0);
  found.handle = await until(() => caption.textContent.includes("a is 1"));
  pick(".vg-svg", figure).focus();
  found.reading = await until(() => {
    pick(".vg-svg", figure).dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    return !pick(".vg-tip", figure).hidden && pick(".vg-tip", figure).textContent.includes("y: ");
  });
  const [one, number] = document.querySelectorAll("vg-quiz form");
  const right = JSON.parse(one.dataset.quiz).answers.findIndex(([, isRight]) => isRight);
  one.querySelectorAll("input")[right].click();
  pick("button", one).click();
  found.choice = pick(".vg-verdict", one).textContent.startsWith("Right.");
  pick("input", number).value = "2,5";
  pick("button", number).click();
  found.number = pick(".vg-verdict", number).textContent.startsWith("Right.");
  const game = pick("vg-carry"), words = pick("figcaption", game);
  found.game = await until(() => words.textContent.includes("vanishes"));
  move(pick("input[id$=scale]", game), 25);
  found.saved = await until(() => words.textContent.includes("It comes home."));
  pick(".vg-next button", game).click();
  found.next = await until(() => words.textContent.startsWith("100 layers, each of scale 0.30"));
  const lever = pick(".vg-lever", game), round = lever.getBoundingClientRect();
  lever.setPointerCapture = () => {};
  const pull = (kind, by) => lever.dispatchEvent(new PointerEvent(kind, { bubbles: true, pointerId: 1, button: 0,
    clientX: round.left + 22, clientY: round.top + 26 - by, isPrimary: true }));
  pull("pointerdown", 0);
  pull("pointermove", 23);
  pull("pointerup", 23);
  found.lever = await until(() => words.textContent.includes("It comes home."));
  move(pick("input[id$=layers]", game), 8);
  await until(() => words.textContent.startsWith("10 layers"));
  pick(".vg-gap", game).click();
  found.gap = await until(() => words.textContent.includes("1 × ReLU"));
  found.run = pick(".vg-live button")?.textContent === "Run and edit this page";
  return found;
})().then((found) => (globalThis.acts = found), (error) => (globalThis.acts = String(error))), 0"""


def draw_reach(ax, a=3, kind="α"):
    ax.plot([0, a], [0, 1], "o-")
    ax.set(xlim=(0, 6), ylim=(0, 2), xlabel="x", ylabel="y")
    handle(ax, lambda a: (a, 1))
    return f"Here a is {a}, of kind {kind}."


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The address of a page with one of each."""
    folder, patch = tmp_path_factory.mktemp("engines"), pytest.MonkeyPatch()
    path = folder / write(folder)
    patch.setenv("VGTEXT_EXPLORE", "static")
    shown = [explore(draw_reach, a=(1, 5), kind={"α": "α", "β" * 200: "β"}), carry(),
             quiz("Which?", right={"α": "It."}, wrong={"β": "No."}), quiz("How many?", number=2.5, tolerance=0,
                                                                          explain="So many.")]
    patch.undo()
    body = "".join(each.mimebundle["text/html"] for each in shown)
    files = (script("explore"), script("touch"), carry_source("js"), quiz_source("js"))
    head = "".join(f"<style>{text}</style>" for text in (source("css"), quiz_source("css"), carry_source("css")))
    button = '<script defer src="../_static/live/run.js"></script>'
    code = '<div class="cell"><div class="cell_input"><pre>1</pre></div></div>'
    path.with_name("all.html").write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{head}{button}</head><body><h1>All</h1>'
        + code + body + "".join(f"<script>{text}</script>" for text in files) + "</body></html>", "utf8")
    with served(folder) as (address, _):
        yield f"{address}/notebooks/all.html"


def all_works(tab, page):
    """Say that each act of a reader had its effect."""
    tab.goto(page)
    tab.evaluate(ACTS)
    end, found = time.monotonic() + 60, None
    while not found and time.monotonic() < end:
        time.sleep(0.1)
        found = tab.evaluate("acts")
    assert isinstance(found, dict), found
    assert [name for name, works in found.items() if not works] == [], json.dumps(found)
    assert len(found) == 14


def test_all_works_in_chromium(browser, page):
    tab = browser.new_page()
    all_works(tab, page)
    tab.close()


def test_all_works_in_firefox(firefox, page):
    with open_firefox() as tab:
        all_works(tab, page)


def test_all_works_in_webkit(webkit, page):
    with open_webkit() as tab:
        all_works(tab, page)


def test_webkit_has_every_picture_that_it_may_print(webkit):
    """Of figures that no reader came near, too: it prints no picture that is still to load."""
    chapter = next(path for path in sorted(BOOK.glob("notebooks/*.html")) if "<vg-explore" in path.read_text("utf8"))
    pictures = "[...document.querySelectorAll('img.vg-print')].map((each) => each.complete && each.naturalWidth > 0)"
    with served(BOOK) as (address, _), open_webkit() as tab:
        tab.goto(f"{address}/notebooks/{chapter.name}")
        found, end = [], time.monotonic() + 20
        while not (found and all(found)) and time.monotonic() < end:
            time.sleep(0.1)
            found = tab.evaluate(pictures)
    assert found and all(found)


def test_a_figure_that_was_broken_off_with_its_page_opens_when_the_page_is_shown_again(browser):
    """As WebKit does it, when a reader leaves a page that still loads and goes back; a slow network is played here."""
    chapter = next(path for path in sorted(BOOK.glob("notebooks/*.html")) if "data-src=" in path.read_text("utf8"))
    with served(BOOK) as (address, _):
        tab = browser.new_page()
        tab.route("**/figures/*.js*", lambda route: route.abort())
        tab.goto(f"{address}/notebooks/{chapter.name}")
        figure = tab.locator("vg-explore:has(script[data-src])").first
        figure.scroll_into_view_if_needed()
        notice = figure.get_by_role("alert")
        notice.wait_for()
        tab.unroute("**/figures/*.js*")
        tab.evaluate("""document.querySelector("h1").insertAdjacentHTML("beforeend",
          `<p class="vg-notice" role="status"><button type="button" onclick="this.remove()">Start</button></p>`)""")
        for again in ("false", "true"):
            assert notice.is_visible()
            tab.evaluate(f"dispatchEvent(new PageTransitionEvent('pageshow', {{ persisted: {again} }}))")
        figure.locator(".vg-svg path").first.wait_for()
        assert notice.count() == 0
        assert tab.locator(".vg-notice[role=status] button").count() == 1, "Python starts only where a reader asks"
        tab.close()


def test_what_firefox_prints_is_not_torn_from_what_it_announces(firefox):
    """It knows no break-after: book.css has another way for it, and for WebKit, whose driver does not print."""
    names = ("index", "checklist", "glossary")
    chapters = sorted(BOOK.glob("notebooks/*.html"))[:4]
    with open_firefox() as tab:
        for page in [*filter(Path.is_file, (BOOK / "book" / f"{name}.html" for name in names)), *chapters]:
            tab.goto(page.as_uri())
            article = BeautifulSoup(page.read_text("utf8"), "html.parser").select_one(".bd-article")
            printed = tab.send("browsingContext.print", context=tab.context, page={"width": 21, "height": 29.7})
            pages = PdfReader(BytesIO(b64decode(printed["data"]))).pages
            headings = article.select("h1, h2, h3, dt, .checklist-question")
            announced = {" ".join(each.get_text().removesuffix("#").split()) for each in headings}
            feet = [foot(each) for each in pages]
            assert all(feet) and len(feet) > 2 and len(announced) > 3
            assert [each for each in feet if re.sub(r"^\d+\. ", "", each) in announced] == [], page.name
            texts = [bare(each.extract_text()) for each in pages]
            for exercise in article.select(".exercise:has(+ .cell)"):
                title, code = bare(exercise.p.get_text().split("(")[0]), bare(exercise.find_next("pre").get_text())
                ends = [bare(exercise.get_text()).endswith(bare(each)) for each in feet]
                torn = [text for text, is_end in zip(texts, ends, strict=True) if is_end and title in text]
                assert all(code in text for text in torn), (page.name, title)


def bare(text):
    """A text without what a page's lines make of its spaces."""
    return "".join(text.split())


def foot(page):
    """What stands lowest on a printed page."""
    found = {}
    page.extract_text(visitor_text=lambda text, cm, tm, *font: text.strip() and found.setdefault(
        round(tm[5] * cm[3] + cm[5]), []).append(text.strip()))
    return " ".join(found[min(found)])
