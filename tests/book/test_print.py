"""The whole book as one document, and as an archive: every page is in it, every link and picture leads somewhere."""

import re
from contextlib import nullcontext
from unicodedata import normalize
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from built import BOOK, soup
from pypdf import PdfReader, PdfWriter

from vgtext.tools import archive, pdf
from vgtext.tools.notebooks import Mistake


@pytest.fixture(scope="module")
def html():
    """The document that is printed, as a text."""
    return pdf.document(BOOK, "A <title>", "An author", {"book/index": 7})


@pytest.fixture(scope="module")
def whole(html):
    """The document that is printed."""
    return BeautifulSoup(html, "html.parser")


def words(text):
    """Return a text's words alone: a font draws quotes and pictures, such as in a fork's title, as other signs."""
    return " ".join(re.findall("[^\\W\u02b0-\u02ff]+", normalize("NFKC", text)))


def listed():
    return [page for _, entries in pdf.parts() for page, _ in entries]


def test_every_page_is_in_it_once_in_order_and_in_the_contents(whole):
    assert [article["id"] for article in whole.select("article.bd-article")] == listed()
    assert [link["href"] for link in whole.select(".contents a")] == [f"#{page}" for page in listed()]
    assert whole.select_one(".contents b").get_text() == "7" and whole.title.get_text() == "A <title>"
    assert whole.select_one(".title-page p").get_text() == "An author"
    topics = [topic for _, entries in pdf.parts() for _, topic in entries]
    for topic, page, link in zip(topics, listed(), whole.select(".contents a"), strict=True):
        assert link.find(string=True) == topic or topic is None, page


def test_links_lead_to_names_of_the_document(whole):
    names = {tag["id"] for tag in whole.find_all(id=True)}
    inside = {link["href"] for link in whole.select("article a[href]") if link["href"].startswith("#")}
    assert inside - {"#"} <= {f"#{name}" for name in names}
    kinds = ("for", "aria-labelledby", "aria-describedby")
    named = [tag.get_attribute_list(kind) for kind in kinds for tag in whole.select(f"article [{kind}]")]
    assert names.issuperset(name for several in named for name in " ".join(several).split()), "labels, too"


@pytest.mark.parametrize(("link", "leads"), [
    ("#a?depth=5", "#one/page--a"), ("other.html", "#one/other"), ("../two/page.html#%C3%BC", "#two/page--ü"),
    ("../search.html?q=x", "#"), ("../search.html#top", "#"), ("https://a.org/b#c", "https://a.org/b#c")])
def test_a_link_leads_into_the_document_or_out_of_the_book_or_nowhere(tmp_path, link, leads):
    assert pdf.moved(link, tmp_path, "one/page", ["one/page", "one/other", "two/page"]) == leads


def test_each_figure_has_one_picture_and_its_caption_and_nothing_to_press(whole):
    figures = whole.select("vg-explore")
    assert len(figures) == sum((BOOK / f"{page}.html").read_text("utf8").count("<vg-explore ") for page in listed())
    for figure in figures:
        picture, caption = figure.select("img"), figure.figcaption.get_text().strip()
        path = BOOK / "_static/figures" / picture[0]["src"].rsplit("/")[-1]
        assert len(picture) == 1 and path.is_file() and "loading" not in picture[0].attrs and len(caption) > 20
    assert whole.select("script, button, .solution, .toggle-button") == []


@pytest.fixture(scope="module")
def exercises(whole):
    """The sections of exercises of the last six chapters."""
    return [part for part in whole.select("article > section section") if part.select_one(":scope > .exercise")][-6:]


@pytest.fixture(scope="module")
def pages(browser, html, exercises, tmp_path_factory):
    """The lines of each page of a printed document: contents of the whole book, four of its pages, and exercises; and
    {height: what stands there}."""
    folder = tmp_path_factory.mktemp("some")
    begin, *articles = re.split(r"(?=<article )", html.removesuffix("</body></html>"))
    names = {f"book/{name}" for name in ("index", "checklist", "claims", "glossary")} & {*listed()}  # a fork has three
    kept = [text for text in articles if re.match(rf'<article [^>]*id="({"|".join(names)})"', text)]
    assert len(kept) == len(names) >= 3
    kept += ['<article class="bd-article">', *map(str, exercises), "</article></body></html>"]
    (folder / "some.html").write_text(begin + "".join(kept), "utf8")
    tab = browser.new_page()
    tab.goto((folder / "some.html").as_uri())
    tab.evaluate("document.fonts.ready.then(() => 0)")
    tab.pdf(path=folder / "some.pdf", prefer_css_page_size=True)
    tab.close()
    return [read(page) for page in PdfReader(folder / "some.pdf").pages]


def read(page):
    """The lines of a page, and {height: what stands there}."""
    found = {}
    text = page.extract_text(visitor_text=lambda text, cm, tm, *font: found.setdefault(
        round(tm[5] * cm[3] + cm[5]), []).append(text))
    return [line for line in map(str.strip, text.splitlines()) if line and not line.isdigit()], found


@pytest.fixture(scope="module")
def some(pages):
    """The lines of each page."""
    return [lines for lines, _ in pages]


def foot(found):
    """What stands lowest on a page, but for its number."""
    lines = (words("".join(found[height])) for height in sorted(found))
    return next(line for line in lines if line and not line.isdigit())


def test_contents_take_one_page_and_no_page_is_empty(some):
    title = words(soup("book/index.html").h1.get_text())
    assert some[1][0] == "Contents" and title.startswith(words(some[2][0])) and all(some)


def test_no_heading_or_term_stands_at_the_foot_of_a_page_without_what_it_announces(some, whole):
    announced = {" ".join(each.get_text().split()) for each in whole.select("h1, h2, h3, dt, .checklist-question")}
    assert [lines[-1] for lines in some if lines[-1] in announced] == []


def test_no_exercise_stands_at_the_foot_of_a_page_without_its_cell(pages, exercises):
    texts = [words(each.get_text()) for part in exercises for each in part.select(".exercise:has(+ .cell)")]
    feet = [foot(found) for _, found in pages]
    assert texts
    assert [foot for foot in feet for text in texts if len(foot) > 10 and text.endswith(foot)] == []


def test_the_claims_are_in_print(some, whole):
    claims = whole.select("details.claim")
    told = re.sub(r"\s", "", normalize("NFKC", "".join(map("".join, some))))  # a font joins letters, as in "different"
    assert len(claims) == len(soup("book/claims.html").select("details.claim")) > 0
    for claim in claims:
        assert re.sub(r"\s", "", normalize("NFKC", claim.li.span.find(string=True))) in told, claim["id"]


def test_the_address_of_a_reference_is_printed_once(browser):
    tab = browser.new_page()
    tab.goto((BOOK / "book/references.html").as_uri())
    tab.emulate_media(media="print")
    said = tab.locator(".citation a.reference.external").evaluate_all(
        "links => links.map(link => getComputedStyle(link, '::after').content)")
    assert said and {*said} == {"none"}
    tab.close()


def test_code_has_no_shade_in_print(browser):
    """It breaks its lines there, and WebKit prints both layers of a shade."""
    tab = browser.new_page()
    page = next(path for path in sorted((BOOK / "notebooks").glob("*.html")) if '"cell_input' in path.read_text("utf8"))
    tab.goto(page.as_uri())
    for media, images in (("screen", True), ("print", False)):
        tab.emulate_media(media=media)
        drawn = tab.locator(".bd-article pre").evaluate_all(
            "all => all.map(each => getComputedStyle(each).backgroundImage.includes('gradient'))")
        assert drawn and {*drawn} == {images}
    tab.close()


def test_a_dark_page_prints_dark_words_on_white_and_nothing_to_press(browser):
    """A figure whose controls were used, formulas, code and pictures; the title stands over them."""
    chapters = sorted((BOOK / "notebooks").glob("*.html"))
    tab = browser.new_page()
    tab.goto(next(path for path in chapters if "<vg-explore " in path.read_text("utf8")).as_uri())
    tab.evaluate("document.documentElement.dataset.theme = 'dark'")
    tab.locator("vg-explore").first.scroll_into_view_if_needed()
    tab.locator("vg-explore.vg-open .vg-controls :is(input, select)").first.wait_for()
    press = """() => [...document.querySelectorAll("button, .headerlink, vg-explore :is(input, select)")]
        .filter((each) => each.checkVisibility()).map((each) => each.outerHTML.slice(0, 80))"""
    assert tab.evaluate(press)
    tab.emulate_media(media="print")
    assert tab.evaluate(press) == [] and tab.locator("h1").first.is_visible()
    light, dark, kept = tab.evaluate("""() => {
        const style = (name) => [...document.querySelectorAll(name)].map((each) => getComputedStyle(each));
        const sum = (color) => color.match(/[\\d.]+/g).slice(0, 3).reduce((all, part) => all + Number(part), 0);
        return [style("body").map(({ backgroundColor }) => sum(backgroundColor)),
            style(".bd-article :is(h1, h2, p, li, .katex, figcaption, .vg-ink)").map(({ color, fill }) =>
                Math.max(sum(color), fill.startsWith("rgb") ? sum(fill) : 0)),
            style(".bd-article img").map(({ filter }) => filter)];
    }""")
    assert {*light} == {3 * 255} and max(dark) < 3 * 128 and {*kept} <= {"none"}
    tab.close()


BOXES = ('<div class="vg-explore"><figure>{}</figure></div>', '<form class="vg-quiz">{}</form>', "<figure>{}</figure>",
         '<div class="exercise admonition">{}</div>', "<table><tbody><tr><td>{}</td></tr></tbody></table>")


@pytest.fixture(scope="module")
def sheets(browser, tmp_path_factory):
    """A function that prints what it is given below the book's style: the words of each sheet."""
    folder = tmp_path_factory.mktemp("sheets")

    def printed(body):
        text = pdf.PAGE.format(title="", author="", sheet=(BOOK / "_static/all.css").as_uri(), style="", contents="",
                               articles=f'<article class="bd-article">{body}</article>')
        (folder / "sheet.html").write_text(text, "utf8")
        tab = browser.new_page()
        tab.goto((folder / "sheet.html").as_uri())
        tab.pdf(path=folder / "sheet.pdf", prefer_css_page_size=True)
        tab.close()
        return [page.extract_text() for page in PdfReader(folder / "sheet.pdf").pages]

    return printed


@pytest.mark.parametrize("box", BOXES)
def test_what_fits_a_sheet_is_not_cut_and_what_is_longer_begins_where_it_stands(sheets, box):
    before, tall = '<div style="height: 190mm; break-before: page">Before</div>', '<p style="height: {}mm">{}</p>'
    pages = sheets(before + box.format(tall.format(60, "The head") + tall.format(60, "The foot")))
    [head] = [page for page in pages if "The head" in page]
    assert "The foot" in head and "Before" not in head


def test_a_table_goes_on_from_sheet_to_sheet_between_its_rows(sheets):
    rows = "".join(f'<tr style="height: 40mm"><td>Row {k}</td></tr>' for k in range(9))
    pages = sheets('<div style="height: 120mm; break-before: page">Before</div><div class="bd-main"><div '
                   f'class="bd-content"><table><tbody>{rows}</tbody></table></div></div>')
    [first] = [page for page in pages if "Before" in page]
    assert "Row 1" in first and "Row 8" not in first


def test_bookmarks_get_the_words_of_their_headings(tmp_path):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    mark = writer.add_outline_item(title="One fault,three fates", page_number=0)
    for title in ("Which helps?Which helps?", "Another"):
        writer.add_outline_item(title=title, page_number=0, parent=mark)
    writer.write(tmp_path / "book.pdf")
    pdf.name_bookmarks(tmp_path / "book.pdf", ["One fault,\n three fates", "Which helps?", "Unseen"])
    names = [mark.title for mark in flat(PdfReader(tmp_path / "book.pdf").outline)]
    assert names == ["One fault, three fates", "Which helps?", "Another"]


def test_contents_and_bookmarks_say_where_chapters_begin(browser, tmp_path, monkeypatch):
    """Of a book of three pages: found by their words, none blank, every figure drawn."""
    pages = ["book/references", "book/notation", "book/index"]  # any fork has them
    listed = [("", [(pages[0], None)]), ("A part", [(pages[1], "The symbols"), (pages[2], None)])]
    monkeypatch.setattr(pdf, "parts", lambda: listed)
    monkeypatch.setattr("vgtext.tools.browser.open_browser", lambda: nullcontext(browser))
    pdf.write_pdf(tmp_path / "book.pdf", BOOK)
    reader = PdfReader(tmp_path / "book.pdf")
    texts = [words(page.extract_text()) for page in reader.pages]
    assert all(len(text) > 20 for text in texts[1:]) and "Contents" in texts[1]  # a title may be short
    for page, topic in zip(pages, (None, "The symbols", None)):
        title = re.sub(r"\s+", " ", soup(f"{page}.html").h1.get_text().strip("#"))
        first = re.compile(rf"\d+ (\d+ )*{words(title)}\b")  # labels of references come first
        start = next(k for k, text in enumerate(texts[2:], 3) if first.match(text))
        assert f"{words(topic or title)} {start}" in texts[1]
        marks = [mark for mark in flat(reader.outline) if mark.title == title]
        numbers = [reader.get_destination_page_number(mark) + 1 for mark in marks]
        assert [number for number in numbers if number > 1] == [start]  # on the first page stands the book's title


def flat(outline):
    """Yield the bookmarks of all levels."""
    for mark in outline:
        if isinstance(mark, list):
            yield from flat(mark)
        else:
            yield mark


def test_the_archive_holds_what_the_pages_name(tmp_path):
    target = tmp_path / "handout.zip"
    count = archive.write_archive(target)
    with ZipFile(target) as packed:
        names = packed.namelist()
        assert packed.testzip() is None and len(names) == count == len(set(names))
        pages = [info for info in packed.infolist() if info.filename.endswith(".html")]
        assert sum(page.compress_size for page in pages) < 0.5 * sum(page.file_size for page in pages)
    assert {"handout/index.html", *(f"handout/{page}.html" for page in listed())} <= set(names)
    assert {f"handout/_static/figures/{path.name}" for path in (BOOK / "_static/figures").glob("*")} <= set(names)
    of_the_build = re.compile(r"_sources/|\.buildinfo|objects\.inv|\.nojekyll")
    all_names = {f"handout/{path.relative_to(BOOK).as_posix()}" for path in BOOK.rglob("*") if path.is_file()}
    assert {*names} == {name for name in all_names if not of_the_build.search(name)}


def test_without_a_built_book_both_say_what_to_do(tmp_path):
    with pytest.raises(Mistake, match="run make book first"):
        archive.write_archive(tmp_path / "x.zip", tmp_path)
    with pytest.raises(Mistake, match="run make book first"):
        pdf.document(tmp_path, "t", "a")


def test_an_archive_does_not_pack_itself(tmp_path):
    (tmp_path / "index.html").write_text("")
    with pytest.raises(Mistake, match="would lie in the book that it packs"):
        archive.write_archive(tmp_path / "x.zip", tmp_path)
