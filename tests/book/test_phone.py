"""What a phone waits for, in quantities that are the same each time: what is laid out, what blocks, what jumps."""

import re

import pytest
from built import BOOK, pages, serve, soup
from playwright.sync_api import expect

MOST_LAID_OUT = 2_500  # elements of the text, before a reader scrolls; all 10,000 of a chapter took 2 s
MOST_JUMP = 60  # pixels by which a figure's height may differ from the room that is kept for it
MOST_LINES = 12  # of a cell of a table
MOST_SCROLLED = 2  # lists of formulas of a page, one of which is wider than the column by itself
PHONE = {"viewport": {"width": 375, "height": 667}, "device_scale_factor": 1, "is_mobile": True}
LAID_OUT = """() => [...document.querySelectorAll('.bd-article *')]
    .filter((element) => element.checkVisibility({ contentVisibilityAuto: true })).length"""
JUMPS = """async () => {
  const found = [];
  for (const figure of document.querySelectorAll('vg-explore:not(.vg-open)')) {
    const height = () => figure.getBoundingClientRect().height, before = height();
    await figure.open();
    found.push([figure.id, Math.round(height() - before)]);
  }
  return found;
}"""

# What is wider than its place where letters have twice the size: the page, or a quiz. A word that is longer than its
# line, in a heading, a source or an answer, breaks. An open figure takes a frame to fit.
TOO_WIDE = """async () => {
  const twice = document.head.appendChild(document.createElement('style'));
  twice.textContent = 'html { font-size: 200% !important; }'
    + '.bd-article section { content-visibility: visible !important; }';
  for (const _ of 'ab') await new Promise((next) => { requestAnimationFrame(next); setTimeout(next, 100); });
  return [document.documentElement, ...document.querySelectorAll('.vg-quiz')]
    .filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.id || part.className);
}"""
# The parts of a page's end that reach beyond a width.
OUT = """(width) => [...document.querySelectorAll('.prev-next-footer *')]
    .filter((part) => part.getBoundingClientRect().right > width).map((part) => part.className)"""


# Words that their panel cuts, by more than a hair: [figure, words]. Letters are 0.73 sizes high, and reach 0.22 down.
CUT = """() => [...document.querySelectorAll('vg-explore g[clip-path] text:not([transform] text)')].filter((text) => {
  const clip = document.getElementById(text.closest('g[clip-path]').getAttribute('clip-path').slice(5, -1));
  const rect = clip.querySelector('rect')?.getBBox(), words = text.getBBox();
  const y = Number(text.getAttribute('y')), size = parseFloat(getComputedStyle(text).fontSize);
  const below = /[gjpqy,|()[\\]]/.test(text.textContent) ? 0.22 * size : 0;
  return rect && Math.max(rect.x - words.x, words.x + words.width - rect.x - rect.width,
    rect.y - y + 0.73 * size, y + below - rect.y - rect.height) > 1;
}).map((text) => [text.closest('vg-explore').id, text.textContent])"""
# Words that the ring of a chosen cell cuts; those in its middle are within it: [figure, words].
HIDDEN = """() => [...document.querySelectorAll('vg-explore .vg-spot:not([hidden])')].flatMap((spot) => {
  const ring = spot.getBoundingClientRect(), middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
  const apart = (box) => Math.hypot(...middle(box).map((at, way) => at - middle(ring)[way]));
  return [...spot.closest('vg-explore').querySelectorAll('svg text')].filter((text) => {
    const box = text.getBoundingClientRect();
    return Math.min(ring.right, box.right) - Math.max(ring.x, box.x) > 3
      && Math.min(ring.bottom, box.bottom) - Math.max(ring.y, box.y) > 4 && apart(box) > 4;
  }).map((text) => [spot.closest('vg-explore').id, text.textContent]);
})"""
# What scrolls and has no shade at its edges.
BARE = """() => [...document.querySelectorAll('.bd-article :is(div.math, pre) *, .bd-article pre')]
  .filter((part) => part.scrollWidth > part.clientWidth + 1 && part.closest('.katex-mathml, .pstrut') === null
    && getComputedStyle(part).overflowX === 'auto' && !getComputedStyle(part).backgroundImage.includes('gradient'))
  .map((part) => part.outerHTML.slice(0, 200))"""
# How many formulas leave their column though they have a gap, in which a list of them breaks.
LISTS = """() => {
  const gap = '.base > .mspace:is([style*="right:1em"], [style*="right:2em"])';
  return [...document.querySelectorAll('div.math .katex-html')]
    .filter((one) => one.querySelector(gap) && one.scrollWidth > one.clientWidth + 1).length;
}"""
# Names of formulas that lie on their formula.
LYING = """() => [...document.querySelectorAll('div.math .katex-html > .tag')].filter((tag) => {
  const right = (part) => part.getBoundingClientRect().right, name = tag.querySelector('.mord').getBoundingClientRect();
  return Math.max(...[...tag.parentElement.querySelectorAll(':scope > .base')].map(right)) > name.left;
}).map((tag) => tag.textContent)"""
# Cells of a wide table in more lines than a reader follows in a narrow column.
SQUEEZED = """(most) => [...document.querySelectorAll('.bd-article td')].filter((cell) => {
  const inside = document.createRange();
  inside.selectNodeContents(cell);
  return cell.parentElement.cells.length > 2
    && inside.getBoundingClientRect().height > most * parseFloat(getComputedStyle(cell).lineHeight);
}).map((cell) => cell.textContent)"""
# Of each figure, in pixels: how much of its picture is above its controls when 150 of it have come into the screen, and
# how far below the screen its controls end when the picture has come to the top.
CONTROLS = """() => {
  const all = document.head.appendChild(document.createElement('style'));  // laid out, or places are not true
  all.textContent = '.bd-article section { content-visibility: visible !important; }';
  const scroll = (top) => scrollBy({ top, behavior: 'instant' });
  const found = [...document.querySelectorAll('vg-explore')].map((figure) => {
    const [picture, controls] = ['.vg-picture', '.vg-controls'].map((part) => figure.querySelector(part));
    const top = () => picture.getBoundingClientRect().top, box = () => controls.getBoundingClientRect();
    scroll(top() - innerHeight + 150);
    const seen = box().top - Math.min(picture.getBoundingClientRect().bottom, top() + 0.4 * innerHeight);
    scroll(top() - 60);
    return [figure.id, Math.round(seen), Math.round(box().bottom - innerHeight)];
  });
  all.remove();
  return found;
}"""


@pytest.fixture(scope="module")
def phone(browser):
    """Give a tab as wide as a phone, and the book's address."""
    context = browser.new_context(**PHONE)
    with serve() as address:
        yield context.new_page(), address
    context.close()


@pytest.mark.parametrize("page", [page for page in pages() if page.startswith("notebooks/")])
def test_a_chapter_is_laid_out_as_it_is_read_and_figures_keep_their_room(phone, page):
    """And what it ends with is within the screen, also on narrower ones."""
    tab, address = phone
    tab.goto(f"{address}/{page}")
    assert 0 < tab.evaluate(LAID_OUT) <= MOST_LAID_OUT
    jumps = tab.evaluate(JUMPS)
    assert [jump for jump in jumps if abs(jump[1]) > MOST_JUMP] == []
    assert tab.evaluate(CUT) == [] == tab.evaluate(BARE)
    assert tab.evaluate(HIDDEN) == []
    assert tab.evaluate(LISTS) <= MOST_SCROLLED
    assert [place for place in tab.evaluate(CONTROLS) if place[1] < 0 or place[2] > 1] == []
    tab.emulate_media(media="print")
    assert tab.evaluate("[...document.querySelectorAll('.bd-article section')].every((section) => "
                        "getComputedStyle(section).contentVisibility === 'visible')")
    tab.emulate_media(media="screen")
    for width in (375, 320):
        tab.set_viewport_size({"width": width, "height": 667})
        assert tab.evaluate("innerWidth") == width and tab.evaluate(OUT, width) == []
        assert tab.evaluate(LYING) == [] == tab.evaluate(SQUEEZED, MOST_LINES)
    tab.set_viewport_size(PHONE["viewport"])
    assert tab.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("page", [page for page in pages() if page.startswith("book/")])
def test_the_pages_around_the_chapters_are_no_wider_than_a_narrow_phone(phone, page):
    tab, address = phone
    tab.set_viewport_size({"width": 320, "height": 667})
    tab.goto(f"{address}/{page}")
    assert tab.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [320, 320]
    assert tab.evaluate(SQUEEZED, MOST_LINES) == []
    tab.set_viewport_size(PHONE["viewport"])
    assert tab.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("page", [page for page in pages() if page.startswith("notebooks/")][:1])
def test_on_a_wide_screen_figures_keep_their_room_too(browser, page):
    """Where a browser keeps its place by itself nobody sees it; Safari does not, and links led beside their places."""
    with serve() as address:
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.goto(f"{address}/{page}")
        jumps = [abs(jump) for _, jump in tab.evaluate(JUMPS)]
        tab.close()
    assert max(jumps, default=0) <= 2 * MOST_JUMP and sum(jumps) <= MOST_JUMP / 2 * len(jumps)


def test_the_contents_over_a_page_close_where_a_link_leads(phone):
    tab, address = phone
    tab.goto(f"{address}/{next(page for page in pages() if page.startswith('notebooks/'))}")
    tab.locator(".secondary-toggle").click()
    link = tab.locator("#pst-secondary-sidebar-modal a[href^='#']").first
    place = link.get_attribute("href")
    link.click()
    expect(tab.locator("#pst-secondary-sidebar-modal")).not_to_be_visible()
    tab.wait_for_function("(id) => Math.abs(document.querySelector(id).getBoundingClientRect().top - 64) < 2",
                          arg=place)


def test_the_button_of_a_solution_is_named_by_its_title(phone):
    tab, address = phone
    tab.goto(f"{address}/{next(page for page in pages() if page.startswith('notebooks/'))}", wait_until="load")
    names = tab.locator(".toggle-button").evaluate_all("buttons => buttons.map((button) => button.ariaLabel)")
    titles = tab.locator(".solution > .admonition-title").all_text_contents()
    assert names == [title.strip() for title in titles] and len({*names}) == len(names)


@pytest.mark.parametrize("button", [".primary-toggle", ".secondary-toggle", ".pst-navbar-icon.search-button"])
def test_what_was_opened_by_a_key_gives_the_focus_back(phone, button):
    tab, address = phone
    tab.goto(f"{address}/{next(page for page in pages() if page.startswith('notebooks/'))}")
    opener = tab.locator(button).first
    opener.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("dialog[open]")).to_be_visible()
    expect(opener).not_to_be_focused()
    tab.keyboard.press("Escape")
    expect(opener).to_be_focused()
    opener.click()  # a finger's tap leaves no tooltip behind
    tab.keyboard.press("Escape")
    expect(opener).not_to_be_focused()


def test_a_link_to_a_state_leads_to_the_top_of_its_figure(phone):
    """Which is taller than the screen: in the middle of it, its title would be behind the head of the page."""
    tab, address = phone
    page = next(page for page in pages() if page.startswith("notebooks/"))
    figure = soup(page).select("vg-explore")[-1]["id"]
    tab.goto("about:blank")
    tab.goto(f"{address}/{page}#{figure}?")
    tab.wait_for_function("(id) => Math.abs(document.getElementById(id).getBoundingClientRect().top - 64) < 2",
                          arg=figure)


def test_a_link_into_a_page_leads_to_its_place(phone):
    tab, address = phone
    page = next(page for page in pages() if page.startswith("notebooks/"))
    last = soup(page).select(".bd-article > section > section")[-2]["id"]
    tab.goto(f"{address}/{page}#{last}")
    tab.wait_for_function("(id) => Math.abs(document.getElementById(id).getBoundingClientRect().top - 64) < 2",
                          arg=last)


def test_a_tap_anywhere_on_its_title_opens_a_solution(phone):
    tab, address = phone
    page = next((page for page in pages() if soup(page).select_one(".solution .admonition-title a")), None)
    if not page:
        return  # a student's copy has no solutions
    tab.goto(f"{address}/{page}")
    solution = tab.locator(".solution").first
    title = solution.locator(".admonition-title")
    title.click(position=title.evaluate("""(title) => {  // on the link's words, which take no taps themselves
        const link = title.querySelector("a").getClientRects()[0], box = title.getBoundingClientRect();
        return { x: link.x + 9 - box.x, y: link.y + 9 - box.y }; }"""))
    expect(solution).not_to_have_class(re.compile("toggle-hidden"))
    assert tab.url == f"{address}/{page}"
    below, button = title.bounding_box(), title.locator("button").bounding_box()
    assert button["y"] + button["height"] <= below["y"] + below["height"] + 4


@pytest.mark.parametrize("page", [page for page in pages() if page != "search.html"])
def test_no_script_of_the_head_holds_up_the_page(page):
    scripts = soup(page).head.select("script[src]")
    held = [tag["src"] for tag in scripts if not (tag.has_attr("defer") or tag.has_attr("async"))]
    assert held == [] and len(soup(page).head.select("link[rel=stylesheet]")) == 1
    assert (BOOK / page).stat().st_size < 400_000


@pytest.mark.parametrize("page", [page for page in pages() if page != "search.html"])
def test_no_text_names_a_panel_by_its_side(page):
    """On a phone the panels of a figure stand one below the other: the first, the second."""
    text = " ".join((soup(page).select_one("article") or soup(page).body).get_text().split())
    sides = r".{20}\b(?:left|right)(?:-hand)? panel\b.{20}|(?:^|[.:;(] )(?:Left|Right), .{30}|.{20} \((?:left|right)\)"
    assert re.findall(sides, text) == []
