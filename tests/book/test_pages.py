"""The built pages in a browser: over http and from a file, wide and narrow, light and dark."""

import json
import re
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from built import BOOK, holds, pages, serve, soup
from docutils.nodes import make_id
from playwright.sync_api import expect

from vgtext.words import in_script, words

WIDTHS, SCHEMES = (1280, 375), ("light", "dark")
# Contrast, which takes longest, is looked at apart.
AXE = {"rules": {"label-content-name-mismatch": {"enabled": True}, "target-size": {"enabled": True},
                 "color-contrast": {"enabled": False}}, "resultTypes": ["violations"], "preload": False}
# The rules that a page of the book may keep in one width and one color scheme, and break in others.
OF_A_VIEW = {"runOnly": ["aria-hidden-focus", "link-in-text-block", "scrollable-region-focusable", "target-size"],
             "resultTypes": ["violations"], "preload": False}
# The picture of a formula is hidden from screen readers (its MathML is not); its color is looked at apart.
CHECKED = {"exclude": [[".katex-html"]]}
PLAIN, CONTRAST = ((Path(__file__).parent / f"{name}.js").read_text("utf8") for name in ("plain", "contrast"))
# What of a formula is not drawn as the text around it.
OTHERWISE_COLORED = """[...document.querySelectorAll(".katex, .katex *")].filter((part) => {
  const own = getComputedStyle(part), around = getComputedStyle(part.closest(".katex").parentElement);
  return own.color !== around.color || own.opacity < 1 || own.backgroundColor !== "rgba(0, 0, 0, 0)";
}).map((part) => part.outerHTML.slice(0, 200))"""
# Walks down the page, from figure to figure, and goes on when each is drawn: what waits to be seen is opened by it.
# A section that is laid out on the way may move the next figure off again, and a tab may get no frames.
SCROLL = """async () => {
  const missing = [];
  for (const figure of document.querySelectorAll("vg-explore")) {
    for (let turn = 0; turn < 300 && !figure.querySelector("svg"); turn++) {
      figure.scrollIntoView();
      await new Promise((next) => { requestAnimationFrame(next); setTimeout(next, 100); });
    }
    if (!figure.querySelector("svg")) missing.push(figure.id);
  }
  scrollTo(0, 0);
  return missing;
}"""
# Keeps what a reader sees of a figure; returns its caption. What is far away has no inner text.
SEE = """(figure) => {
  figure.seen = [figure.querySelector(".vg-svg").innerHTML, figure.querySelector("figcaption").textContent];
  return figure.seen[1];
}"""
CONTROLS = "[...figure.querySelectorAll('.vg-control :is(input, select)')]"
# Puts the focus on the button that goes back to the opening state; returns whether it is there.
TO_RESET = in_script("""(figure) => {
  const button = [...figure.querySelectorAll("button")].find((button) => button.textContent === WORDS.figure.reset);
  button?.focus();
  return document.activeElement === button;
}""")
# Whether within some frames picture and caption both become other than seen, or, if one is given, the caption that.
WAIT = """async (figure, [caption, frames]) => {
  for (let frame = 0; frame < frames; frame++) {
    const words = figure.querySelector("figcaption").textContent, [picture, before] = figure.seen;
    if (caption === null ? words !== before && figure.querySelector(".vg-svg").innerHTML !== picture
                         : words === caption) return true;
    await new Promise((next) => { requestAnimationFrame(next); setTimeout(next, 100); });
  }
  return false;
}"""
# The figures of which neither picture nor drawing is seen.
WITHOUT_PICTURE = """[...document.querySelectorAll("vg-explore")].filter((figure) =>
  ![...figure.querySelectorAll("img, svg")].some((part) => part.checkVisibility({ visibilityProperty: true })
                                                          && part.getBoundingClientRect().height))
  .map((figure) => figure.id)"""
# What of a figure is of no use on paper, and is seen.
ONLY_ON_SCREEN = """[...document.querySelectorAll(".vg-controls, .vg-notice, .vg-tip, .vg-handles")]
  .filter((part) => part.checkVisibility()).map((part) => part.outerHTML.slice(0, 100))"""
# What would be pale or dim on paper: links with a contrast below 4.5 to it, and pictures that a dark page dims.
PALE = """[...document.querySelectorAll(".bd-article :is(a, a *, img)")].filter((part) => {
  const { color, filter } = getComputedStyle(part);
  const [r, g, b] = color.match(/\\d+/g).map((channel) => (channel / 255) ** 2.2);
  return filter !== "none" || (part.textContent.trim() && 0.21 * r + 0.72 * g + 0.07 * b > 0.18);
}).map((part) => part.outerHTML.slice(0, 100))"""
# Some time after a load, a new size or a new picture the theme makes a stop for Tab of what scrolls. Returns when it
# has or, where something that hardly scrolls gets none, after twenty seconds; which needs one, axe knows.
AWAIT_STOPS = """async () => {
  const lacks = (part) => part.tabIndex !== 0
    && (part.scrollWidth > part.clientWidth + 13 || part.scrollHeight > part.clientHeight + 13);
  const parts = "pre, .cell_output > .output, .jp-RenderedHTMLCommon, .pst-scrollable-table-container";
  for (const end = performance.now() + 20000; performance.now() < end;) {
    if (![...document.querySelectorAll(parts)].some(lacks)) return;
    await new Promise((next) => setTimeout(next, 50));
  }
}"""
# What lies far from the view stands as it was laid out when it was last near, maybe in another width: lays it out anew.
# At its top, nothing of the page lies by chance under its head. Returns the code that is wider than its column.
LAID_OUT = """() => {
  const all = document.createElement("style");
  all.textContent = ".bd-article section { content-visibility: visible !important; }";
  document.head.append(all);
  scrollTo(0, document.body.offsetHeight);
  const wide = [...document.querySelectorAll(".bd-article pre")]
    .filter((code) => code.scrollWidth > code.clientWidth + 1).map((code) => code.textContent);
  all.remove();
  scrollTo(0, 0);
  return wide;
}"""
WITH_FIGURES = [page for page in pages() if holds(page, "vg-explore")]
FEW = [*pages()[:1], *WITH_FIGURES[-2:]]  # opened as files: what differs there, how scripts are loaded, is alike in all


@pytest.fixture(scope="module")
def web():
    """The book's address over http on loopback."""
    with serve() as address:
        yield address


@pytest.fixture(params=["http", "file"])
def home(request):
    """The book's address, over http and as files."""
    return BOOK.as_uri() if request.param == "file" else request.getfixturevalue("web")


@contextmanager
def reader(browser, home, width=1280, scheme="light", **options):
    """Open a tab as a reader would; at its end no request may have left the book, and nothing may have gone wrong."""
    trouble = []
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, **options)
    tab = context.new_page()
    tab.on("console", lambda message: message.type in ("error", "warning") and trouble.append(message.text))
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    # a request that the reader's own leaving cut off is no trouble
    tab.on("requestfailed", lambda request: request.failure == "net::ERR_ABORTED"
           or trouble.append(f"failed: {request.url}"))
    tab.on("request", lambda request: request.url.startswith((home, "data:", "blob:"))
           or trouble.append(f"leaves the book: {request.url}"))
    yield tab
    context.close()
    assert trouble == []


def open_figures(tab):
    """Scroll to every figure, if not all are drawn, until each is."""
    if not tab.evaluate("[...document.querySelectorAll('vg-explore')].every((f) => f.querySelector('svg'))"):
        assert tab.evaluate(SCROLL) == []


@pytest.fixture(scope="module")
def kinds():
    """How often each kind of text was seen so far, in each view."""
    return {view: {} for view in product(WIDTHS, SCHEMES)}


@pytest.mark.parametrize("page", pages())
def test_page_reads_well_and_answers(browser, web, kinds, page):
    """Opened once, and looked at wide and narrow, light and dark, and in print, its controls moved by the keyboard.

    A page is judged by all of axe's rules in one view, and in the other width and the other color scheme by those that
    a view can break. Which view comes first changes from page to page: what all pages have, such as the buttons of a
    phone, is judged by all rules in each.
    """
    turn = pages().index(page)
    widths, schemes = WIDTHS[:: (-1) ** turn], SCHEMES[:: (-1) ** (turn // 2)]
    with reader(browser, web, widths[0], reduced_motion="reduce") as tab:
        tab.goto(f"{web}/{page}")
        for scheme in reversed(schemes):
            look_around(tab, widths[0], scheme)
            assert tab.evaluate(OTHERWISE_COLORED) == []
        every_control_answers_the_keyboard(tab)
        tab.evaluate(PLAIN)
        tab.evaluate(AXE_FILE_PATH.read_text("utf8"))
        for *view, rules in zip(widths, schemes, (AXE, OF_A_VIEW), strict=True):
            look_around(tab, *view)
            found = tab.evaluate(f"axe.run({json.dumps(CHECKED)}, {json.dumps(rules)}).then((all) => all.violations)")
            contrast, kinds[*view] = tab.evaluate(CONTRAST, kinds[*view])
            assert [(view, rule["id"], node["html"][:200], node["failureSummary"][:300])
                    for rule in found + contrast for node in rule["nodes"]] == []
        tab.emulate_media(media="print", color_scheme="dark")
        tab.wait_for_function("document.documentElement.dataset.theme === 'dark'")
        assert tab.evaluate(PALE) == []
        assert not tab.locator(".bd-sidebar-primary").is_visible()
        assert tab.evaluate(ONLY_ON_SCREEN) == []
        assert tab.evaluate(WITHOUT_PICTURE) == []


@pytest.mark.parametrize("page", FEW)
def test_page_reads_well_as_a_file(browser, page):
    with reader(browser, BOOK.as_uri()) as tab:
        tab.goto(f"{BOOK.as_uri()}/{page}")
        look_around(tab, WIDTHS[0], "light")


def look_around(tab, width, scheme):
    """Give the tab a width and a color scheme, see every figure drawn, and that nothing scrolls sideways.

    Code may on a phone alone.
    """
    tab.set_viewport_size({"width": width, "height": 800})
    open_figures(tab)
    tab.emulate_media(color_scheme=scheme)
    tab.wait_for_function("(scheme) => document.documentElement.dataset.theme === scheme", arg=scheme)
    code = tab.evaluate(LAID_OUT)
    assert code == [] or width < WIDTHS[0]
    tab.evaluate(AWAIT_STOPS)
    tab.evaluate("""for (const animation of document.getAnimations())  // colors that fade over; a pulse has no end
        if (animation.effect.getComputedTiming().endTime < Infinity) animation.finish();""")
    for part in ("html", ".bd-article-container"):
        wide, room = tab.evaluate("(p) => [(p = document.querySelector(p)).scrollWidth, p.clientWidth]", part)
        assert wide <= room, f"{part} scrolls sideways at {width}"


def every_control_answers_the_keyboard(tab):
    """Move each control of each figure, and go back to the opening state."""
    for figure in tab.query_selector_all("vg-explore"):
        opening = figure.evaluate(SEE)
        for k, name in enumerate(figure.evaluate(f"(figure) => {CONTROLS}.map((c) => `${{figure.id}}: ${{c.id}}`)")):
            assert move(tab, figure, k), f"{name} moved, but picture and caption did not both change"
            assert figure.evaluate(TO_RESET)
            tab.keyboard.press("Enter")
            assert figure.evaluate(WAIT, [opening, 100]), f"{name}: Reset does not go back to the opening state"


def move(tab, figure, k):
    """Move a control by keyboard alone, step by step, until picture and caption both differ from before."""
    figure.evaluate(SEE)
    kind, at_end = figure.evaluate(f"""(figure, k) => {{
        const control = {CONTROLS}[k], values = control.options ?? [{{ value: control.max }}];
        control.focus();
        return [control.type, control.value === [...values].at(-1).value];
    }}""", k)
    on, back = {"checkbox": ("Space", "Space"), "range": ("ArrowRight", "ArrowLeft"),
                "select-one": ("ArrowDown", "ArrowUp")}[kind]
    keys = [back] * 6 if at_end else [on] * 3 + [back] * 6
    for key in keys:
        tab.keyboard.press(key)
        if figure.evaluate(WAIT, [None, 10]):
            return True
    return False


@pytest.fixture(scope="module")
def scriptless(browser, web):
    """A tab that runs no scripts of a page."""
    with reader(browser, web, java_script_enabled=False) as tab:
        yield tab


@pytest.mark.parametrize("page", WITH_FIGURES)
def test_page_without_scripts_shows_the_pictures(scriptless, web, page):
    scriptless.goto(f"{web}/{page}", wait_until="domcontentloaded")
    assert scriptless.evaluate(WITHOUT_PICTURE) == []
    assert scriptless.evaluate("document.documentElement.dataset.theme") == "light"  # the theme knows no other without
    assert scriptless.evaluate("""[...document.querySelectorAll("vg-explore")].filter((figure) =>
        !figure.querySelector("img").alt || !figure.querySelector("figcaption").textContent)
        .map((figure) => figure.id)""") == []


@pytest.mark.parametrize("page", [page for page in pages() if holds(page, "vg-carry")])
def test_the_first_touch_carries_the_error_home(browser, home, page):
    with reader(browser, home, WIDTHS[1], has_touch=True, reduced_motion="reduce") as tab:
        tab.goto(f"{home}/{page}")
        figure = tab.locator("vg-carry")
        figure.locator(".vg-lever").wait_for()
        assert words("carry.vanishes") in figure.locator("figcaption").text_content()
        figure.locator(".vg-lever").tap()
        figure.get_by_text(words("carry.home")).wait_for()
        assert figure.locator("figure").bounding_box()["height"] < 667
        why = figure.locator(".vg-next a")
        if "notebooks/problem.html" in pages():
            why.tap()
            tab.wait_for_url("**/notebooks/problem.html")
        else:  # a fork without that chapter
            expect(why).to_be_hidden()


def test_search_finds_a_page(browser, home):
    with reader(browser, home) as tab:
        tab.goto(f"{home}/search.html?q=gradient")
        tab.locator("#search-results li a").first.wait_for()


def test_search_opens_from_the_keyboard(browser, home):
    with reader(browser, home) as tab:
        tab.goto(f"{home}/{pages()[0]}")
        tab.keyboard.press("Control+k")
        tab.keyboard.type("gradient")
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/search.html?q=gradient*")


def test_theme_follows_the_reader(browser, home):
    with reader(browser, home) as tab:
        tab.goto(f"{home}/{pages()[0]}")
        themes = []
        for _ in range(3):
            tab.locator(".theme-switch-button").first.press("Enter")
            themes.append(tab.evaluate("document.documentElement.dataset.theme"))
        assert set(themes) == {"light", "dark"}


NOTED = {"text": f"#{words('quiz.predict')} > ol > li", "checkbox": ".checklist > li:has(.checklist-remedy)"}


def test_every_prediction_has_a_place_for_a_guess():
    """The section is found by its name, which a translated book translates; an address has it without accents."""
    titles = {page: {make_id(heading.text) for heading in soup(page).select("h2")} for page in pages()}
    asked = [page for page in pages() if words("quiz.predict") in titles[page]]
    assert [page for page in pages() if soup(page).select_one(NOTED["text"])] == asked


@pytest.mark.parametrize("kind", NOTED)
def test_what_a_reader_notes_is_kept_by_the_tab_alone(browser, web, kind):
    """A guess at a prediction, a tick in the checklist: there after a reload, for each question its own."""
    page = next((page for page in pages() if soup(page).select_one(NOTED[kind])), None)
    if page is None:  # a fork may be without
        return
    with reader(browser, web) as tab:
        tab.goto(f"{web}/{page}")
        notes = tab.locator(f"{NOTED[kind]} > label > input[type={kind}]")
        expect(notes).to_have_count(len(soup(page).select(NOTED[kind])))
        # a reader who comes to one by keys hears what it is about: for an answer of one name, by its question
        asked = [place.find(True, recursive=False).get_text() for place in soup(page).select(NOTED[kind])]
        expect(notes.nth(1)).to_have_accessible_description(re.compile(re.escape(asked[1][:30])))
        if kind == "text":
            notes.nth(1).fill("far below")
        else:
            notes.nth(1).check()
        tab.reload()
        if kind == "text":
            expect(notes.nth(1)).to_have_value("far below")
            expect(notes.first).to_have_value("")
        else:
            expect(notes.nth(1)).to_be_checked()
            expect(notes.first).not_to_be_checked()
            notes.nth(1).uncheck()
            tab.reload()
            expect(notes.nth(1)).not_to_be_checked()
        assert tab.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('vg-note'))") == []
        for other in [other for other in pages() if other != page and len(soup(other).select(NOTED[kind])) > 1][:1]:
            (notes.nth(1).fill("far below") if kind == "text" else notes.nth(1).check())
            tab.goto(f"{web}/{other}")
            (expect(notes.nth(1)).to_have_value("") if kind == "text" else expect(notes.nth(1)).not_to_be_checked())
