"""A page in a frame that may only run scripts: no storage, no forms, no fonts from files; it works all the same."""

import json
import sys
from pathlib import Path

import pytest
from built import holds, pages, serve, soup

sys.path.insert(0, str(Path(__file__).parents[2] / "book" / "_ext"))
from house import LABELS

from vgtext.words import words

WHOLE = [page for page in pages() if all(holds(page, kind) for kind in ("vg-explore", "vg-carry", "vg-quiz"))]


@pytest.fixture(scope="module", params=WHOLE[:1])
def framed(browser, request):
    """A page of the book with one of everything, in a frame; in the end no script may have failed."""
    tab, trouble = browser.new_page(viewport={"width": 1280, "height": 900}), []
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    with serve() as address:
        page = f"{address}/{request.param}"
        tab.set_content(f'<iframe sandbox="allow-scripts" width=1200 height=800 src="{page}"></iframe>')
        frame = tab.frames[1]
        frame.wait_for_url(page)
        frame.address = frame.url
        yield frame
        tab.close()
    assert trouble == []


@pytest.mark.parametrize("path", pages())
def test_labels_that_the_theme_has_in_english_alone_are_the_books(path):
    """So that a translated book reads aloud in one language; a theme that renames them is noticed here."""
    seen = {tag[name] for tag in soup(path).find_all(True) for name in ("aria-label", "title") if tag.has_attr(name)}
    assert not seen & {*LABELS} - {words(key) for key in LABELS.values()}
    assert {words("book.pages"), words("book.side")} <= seen
    contents = soup(path).select(".secondary-toggle")
    assert all(button["title"] == words("book.side_contents") for button in contents)
    links = soup(path).select("a.headerlink")
    assert {link["title"] for link in links} <= {words("book.place")}


def test_the_theme_can_be_switched(framed):
    themes = []
    for _ in range(3):
        framed.locator(".theme-switch-button").first.press("Enter")
        themes.append(framed.evaluate("document.documentElement.dataset.theme"))
    assert set(themes) == {"light", "dark"}


def test_icons_are_there(framed):
    faces = framed.evaluate("""document.fonts.load('900 16px "Font Awesome 6 Free"').then((found) =>
        found.map((face) => face.status))""")
    assert faces == ["loaded"]


def test_a_quiz_answers(framed):
    form = framed.locator("vg-quiz form", has=framed.locator("input[type=radio]")).first
    answers = json.loads(form.get_attribute("data-quiz"))["answers"]
    right = next(k for k, (_, is_right, *_) in enumerate(answers) if is_right)
    form.locator(f"input[value='{right}']").check()
    form.locator(f"input[value='{right}']").press("Enter")
    assert form.locator(".vg-verdict").inner_text().startswith(words("quiz.right"))


def test_figures_answer_and_show_their_link(framed):
    figure = framed.locator("vg-explore").first
    figure.scroll_into_view_if_needed()
    figure.locator(".vg-svg svg").wait_for()
    figure.get_by_role("button", name=words("figure.link")).click()
    link = figure.locator(".vg-link")
    link.wait_for()
    assert link.input_value().startswith(f"{framed.address}#{figure.get_attribute('id')}?")
    game = framed.locator("vg-carry")
    game.locator(".vg-lever").click()
    game.get_by_text(words("carry.home")).wait_for()
    game.get_by_role("button", name=words("figure.link")).click()
    game.locator(".vg-link").wait_for()
    assert game.locator(".vg-link").input_value().startswith(f"{framed.address}#{game.get_attribute('id')}?scale=")
