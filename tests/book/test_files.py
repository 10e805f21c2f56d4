"""The built pages as files: links, formulas, addresses, weight. No browser needed."""

import copy
import re
import zlib

import pytest
import yaml
from built import BOOK, LANGUAGE, ROOT, anchors, figure_files, holds, pages, resolve, size, soup

from vgtext.words import words

ADDRESS = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))["repository"]["url"]
MOST_BYTES = 300_000  # a page before its figures, gzipped; a stock page of Jupyter Book takes 1,650,000
MOST_WITH_FIGURES = 1_000_000
PARTS = {"msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3, "mfrac": 2, "mroot": 2}
MOST_SEARCH = 400_000  # the search page, which holds the words of all sections


def test_the_book_is_built():
    assert pages(), f"no built book at {BOOK}: run make book first"


@pytest.mark.parametrize("page", pages())
def test_links_inside_the_book_resolve(page):
    broken = []
    for tag in soup(page).find_all(["a", "link", "script", "img"]):
        link = tag.get("href") or tag.get("src")
        target = resolve(page, link) if link else None
        if target is None:
            continue
        file, anchor = target
        if not file.is_file():
            broken.append(f"{link}: no such file")
        elif anchor and file.suffix == ".html" and anchor not in anchors(file.relative_to(BOOK).as_posix()):
            broken.append(f"{link}: no such anchor")
    assert not broken


@pytest.mark.parametrize("page", pages())
def test_page_loads_nothing_from_elsewhere(page):
    loads = [tag.get("src") or tag.get("href") for tag in soup(page).find_all(["script", "img", "link", "iframe"])]
    assert [link for link in loads if link and re.match(r"(https?:)?//", link)] == []


@pytest.mark.parametrize("page", pages())
def test_every_formula_is_typeset(page):
    text = (BOOK / page).read_text("utf8")
    assert "katex-error" not in text
    assert not soup(page).select("article annotation"), "the source of a formula, which has two forms of it beside it"
    for formula in soup(page).select(".math"):
        assert formula.select(".katex"), formula.get_text()[:80]


@pytest.mark.parametrize("page", pages())
def test_a_formula_that_is_read_aloud_has_its_parts(page):
    """An element of MathML with a part too many or too few is an error in Firefox."""
    for formula in soup(page).find_all(list(PARTS)):
        assert len(formula.find_all(True, recursive=False)) == PARTS[formula.name], formula.get_text()


@pytest.mark.parametrize("page", pages())
def test_page_says_what_it_is(page):
    html = soup(page)
    assert html.html["lang"] == LANGUAGE
    said = html.find("meta", {"name": "description"})["content"]
    assert 40 < len(said) < 300, f"a page's first paragraph describes it, in 41 to 299 letters: {said}"
    named = copy.copy(html.select_one("main h1"))
    for link in named.select(".headerlink"):
        link.decompose()
    title = " ".join(named.get_text().replace("\N{WORD JOINER}", "").split())
    assert named.find("math") or html.title.get_text().startswith(f"{title} — "), "a tab and a bookmark name the page"
    assert html.body["class"] == [f"of-{page.removesuffix('.html').partition('/')[0]}"], "rules of style ask for it"
    assert html.find("link", rel="icon") is not None
    assert len(html.select("main h1")) == 1
    assert html.select("footer a[href^='https://creativecommons.org/licenses/']"), "under which license it is"
    foot = html.select_one("footer p:has(a)").get_text()
    assert foot.index(words("book.text")) < foot.index("CC BY") < foot.index(words("book.code"))
    assert not ADDRESS or html.select(f"footer a[href='{ADDRESS}']"), "where its code is"
    names = [nav.get("aria-label") or nav.get("aria-labelledby") for nav in html.find_all("nav")]
    assert all(names) and len({*names}) == len(names), "each list of links has a name of its own"
    if page == "search.html":
        assert words("book.search_needs") in html.select_one("main noscript").get_text()


def test_no_two_pages_are_described_alike():
    said = [soup(page).find("meta", {"name": "description"})["content"] for page in pages() if page != "search.html"]
    assert len({*said}) == len(said)
    assert all(text[-1] in ".?!”" and "$" not in text and "\\" not in text for text in said)


def loaded(page):
    """Return the files that a page names, and the fonts and pictures that its style sheets name."""
    tags = soup(page).select("script[src], link[rel=stylesheet], main img")
    links = [tag.get("src") or tag.get("href") for tag in tags]
    files = {target[0] for link in links if link and not link.startswith("data:") and (target := resolve(page, link))}
    for sheet in [file for file in files if file.suffix == ".css"]:
        for link in re.findall(r"url\([\"']?([^)\"'#?]+)", sheet.read_text("utf8")):
            if not link.startswith("data:"):
                files.add((sheet.parent / link).resolve())
    return files


@pytest.mark.parametrize("page", pages())
def test_page_is_light(page):
    """Counts every font that a style sheet names, whether the page needs it or not, but KaTeX's, of which few load."""
    files = [file for file in loaded(page) if "katex/fonts" not in file.as_posix()]
    alone = sum(size(file, file.read_bytes()) for file in (BOOK / page, *files) if file.parent.name != "figures")
    figures = sum(size(file, file.read_bytes()) for file in figure_files(page))
    assert alone <= (MOST_SEARCH if page == "search.html" else MOST_BYTES)
    assert alone + figures <= MOST_WITH_FIGURES


@pytest.mark.parametrize("page", pages())
def test_every_figure_has_its_files_beside_the_page(page):
    figures = soup(page).find_all("vg-explore")
    assert len(figure_files(page)) == 2 * len(figures) and all(file.is_file() for file in figure_files(page))
    assert all(not figure.script.get_text() for figure in figures), "states that every reader of the page would load"
    assert all(figure.img["loading"] == "lazy" for figure in figures), "pictures of which a reader is far"


@pytest.mark.parametrize("page", pages())
def test_a_browser_asks_for_what_has_changed_since_it_kept_it(page):
    """The addresses of style sheet, pictures and states hold a sum of what lies there."""
    links = [tag.get("data-src") or tag.get("src") or tag["href"] for tag in soup(page).select(
        "link[rel=stylesheet], img[src*='_static/figures/'], script[data-src]")]
    files = [resolve(page, link)[0] for link in links]
    assert [link.partition("?v=")[2] for link in links] == [f"{zlib.crc32(file.read_bytes()):08x}" for file in files]


@pytest.mark.parametrize("page", [page for page in pages() if holds(page, "vg-carry")])
def test_who_asks_why_an_error_fades_is_led_to_the_chapter(page):
    [game] = soup(page).find_all("vg-carry")
    chapter = BOOK / "notebooks" / "problem.html"  # a fork may be without it
    assert not chapter.is_file() or resolve(page, game["data-why"])[0] == chapter.resolve()


def test_nothing_heavy_was_left_in_the_book():
    """The icon font keeps few icons; what no page loads is gone."""
    files = [path for path in BOOK.rglob("*") if path.is_file()]
    assert [path.name for path in files if "thebe" in path.name or path.suffix == ".map"] == []
    assert not (BOOK / "_static" / "scripts" / "fontawesome.js").exists()
    text = "".join((BOOK / page).read_text("utf8") for page in pages())
    assert [path.name for path in (BOOK / "_static" / "figures").iterdir() if path.name not in text] == []
    fonts = list((BOOK / "_static" / "vendor" / "fontawesome" / "webfonts").iterdir())
    assert sum(font.stat().st_size for font in fonts) < 20_000
