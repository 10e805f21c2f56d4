"""Every link to a state of a figure names one: in quizzes, in claims, in the chapters, on the page for instructors.

Figures and quizzes are read from the built pages, with the states that readers there can choose.
"""

import base64
import copy
import gzip
import json
import re
from functools import cache
from importlib import import_module
from urllib.parse import parse_qsl, unquote

import pytest
from built import figure_files, pages, soup

from figures import check_caption
from vgtext.tools import notebooks

# [words](chapter.ipynb#figure?state), or (<chapter.ipynb#figure?state>) where the state has spaces
LINK = re.compile(r"\]\((<)?(?:\.\./notebooks/)?(?:(\w+)\.ipynb)?#((?(1)[^>\n]*|[^)\s]*))(?(1)>)\)")


def packed(page):
    """Yield what a page's figures are packed as."""
    for file in figure_files(page):
        if file.suffix == ".js":
            text = re.search(r'= "([^"]*)";$', file.read_text("utf8"))[1]
            yield json.loads(gzip.decompress(base64.b64decode(text)))


@cache
def shown(slug):
    """What a chapter shows: the values of each control of its figures, by the names in their address; its quizzes."""
    page = f"notebooks/{slug}.html"
    figures = {game["id"]: {} for game in soup(page).select("vg-carry")}  # its states are recipes, for its own test
    for figure in packed(page):
        figures[figure["name"].replace("_", "-")] = {c["name"]: c["texts"] for c in figure["controls"]}
    return figures, [json.loads(form["data-quiz"]) for form in soup(page).select("form.vg-quiz")]


@cache
def asked_for():
    """Return (where, chapter, state) of all links, but for those of quizzes."""
    return [*asked_by_chapters(), *asked_by_pages()]


def asked_by_chapters():
    for slug in notebooks.slugs():
        text = "\n".join(cell.source for cell in notebooks.read_notebook(slug).cells if cell.cell_type == "markdown")
        yield from ((slug, there or slug, state) for _, there, state in LINK.findall(text))
        for claim in getattr(import_module(f"vgtext.chapters.{slug}"), "CLAIMS", ()):
            yield claim.id, slug, claim.figure


def asked_by_pages():
    for page in (notebooks.root() / "book").glob("*.md"):
        found = LINK.findall(page.read_text("utf8"))
        yield from ((page.name, there, state) for _, there, state in found if there)


@pytest.mark.parametrize("page", pages())
def test_no_link_is_left_as_it_was_written(page):
    """Markdown takes no link whose address has a space, unless it stands in <>: it shows brackets and all."""
    main = copy.copy(soup(page).select_one("main"))
    for code in main.select("pre, code, script, style"):
        code.decompose()
    assert re.findall(r"\[[^\]]*\]\([^)]*\)", main.get_text()) == []


def check_state(slug, state):
    """Assert that a chapter has the figure, and the figure the state, that ``state`` names as an address does."""
    name, _, query = unquote(state).replace("+", "%2B").partition("?")  # in a link of ours + is a plus, not a space
    figures, _ = shown(slug)
    assert name in figures, f"{state} names none of {', '.join(figures)}"
    for control, text in parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else ():
        texts = figures[name].get(control, ())
        assert text in texts, f"{state}: {control}={text} is none of {texts}"


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_links_to_states_of_a_chapters_figures_hold(slug):
    others = {section["id"] for section in soup(f"notebooks/{slug}.html").find_all("section", id=True)}
    links = [(where, state) for where, there, state in asked_for() if there == slug and not state.startswith("eq-")]
    for where, state in links:
        if state in others:
            continue
        try:
            check_state(slug, state)
        except AssertionError as error:
            raise AssertionError(f"{where}: {error}") from None


@pytest.mark.parametrize("page", pages())
def test_every_state_of_every_figure_says_what_it_shows(page):
    for figure in packed(page):
        for caption in figure["captions"]:
            check_caption(caption)


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_quizzes_point_to_states_of_figures_of_their_page(slug):
    written = sum("see=" in cell.source for cell in notebooks.read_notebook(slug).cells if cell.cell_type == "code")
    seen = [quiz["see"] for quiz in shown(slug)[1] if quiz["see"]]
    assert len(seen) == written, "a quiz is the last line of its cell"
    for state in seen:
        check_state(slug, state)
        name, _, query = state.partition("?")  # what it does not name stays as the reader has set it
        assert dict(parse_qsl(query)).keys() == shown(slug)[0][name].keys(), f"{state} leaves a control open"


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_a_reason_that_is_shown_alone_is_a_sentence(slug):
    for quiz in shown(slug)[1]:
        for answer, right, why, *_ in quiz["answers"] if quiz["kind"] == "one" else ():
            assert right or not re.match("[a-z]", why), f"{answer}: “Not yet. {why}” (a single choice shows no answer)"
