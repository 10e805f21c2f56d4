"""The whole book as one PDF: a title page, contents with page numbers, every page of the book, bookmarks.

The articles of the built pages become one document, which an installed Chromium prints: once to see on which page each
of them begins, and again with these numbers in the contents. A figure is the picture of its opening state, and its
caption.
"""

import logging
import re
from html import escape
from urllib.parse import unquote

import yaml
from bs4 import BeautifulSoup

from vgtext.tools import notebooks
from vgtext.tools.notebooks import Mistake

STYLE = """
@page { size: A4; margin: 20mm 20mm 22mm; @bottom-center { content: counter(page); font: 9pt serif; } }
@page :first { @bottom-center { content: none; } }
body { margin: 0; }
article.bd-article { padding: 0 !important; }
article.bd-article > section { break-before: page; }
.title-page { display: grid; align-content: center; height: 220mm; text-align: center; font-family: var(--book-serif); }
.title-page h1 { font-size: 30pt; }
.contents { break-before: page; font: 11pt/1.55 var(--book-serif); }
.contents :is(h2, ol) { margin: 0 0 0.5em; }
.contents ol { list-style: none; padding: 0; }
.contents .part { margin-top: 0.9em; font-weight: 600; }
.contents a { display: flex; gap: 0.5em; color: inherit; text-decoration: none; }
.contents a::before { content: ""; order: 1; flex: 1; border-bottom: 1px dotted; margin-bottom: 0.4em; }
.contents b { order: 2; font-weight: 400; }
.vg-picture img { width: 100%; height: auto; }
.bd-article div.math .katex-html { overflow: visible; }
.bd-article details:not([open]), .bd-article .solution, .vg-controls { display: none; }
"""
PAGE = """<!doctype html><html lang="en" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><title>{title}</title><link rel="stylesheet" href="{sheet}"><style>{style}</style></head>
<body><div class="title-page"><div><h1>{title}</h1><p>{author}</p></div></div>
<nav class="contents"><h2>Contents</h2><ol>{contents}</ol></nav>{articles}</body></html>"""
PRINTS = 4  # at most: until the numbers in the contents are those of the pages, as a rule after two
GONE = "script, .headerlink, .toggle-button, button, .vg-controls, noscript, details.hide, .solution"


def parts():
    """Return [(caption, [(page, title)])] of the contents, as ``_toc.yml`` says them, the front page first."""
    toc = yaml.safe_load((notebooks.root() / "_toc.yml").read_text(encoding="utf-8"))
    found = [("", [(toc["root"], None)])]
    for part in toc["parts"]:
        found.append((part.get("caption", ""), [(page["file"], page.get("title")) for page in part["chapters"]]))
    return found


def article(built, page, pages):
    """Return (title, article) of a built page, its names made its own, its links led to their places in the whole."""
    file = built / f"{page}.html"
    if not file.is_file():
        raise Mistake(f"{file} is not there: run make book first")
    whole = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser", multi_valued_attributes=None)
    found = whole.select_one("article.bd-article")
    for element in found.select(GONE):
        element.decompose()
    for claim in found.select("details.claim"):
        claim["open"] = ""
    title = re.sub(r"\s+", " ", found.h1.get_text()).strip()
    for tag in found.find_all(True):
        for name in ("id", "for", "aria-labelledby", "aria-describedby", "name"):
            if tag.get(name):
                tag[name] = " ".join(f"{page}--{each}" for each in tag[name].split())
        if tag.get("src"):
            tag["src"] = (file.parent / unquote(tag["src"].split("?")[0])).resolve().as_uri()
            tag.attrs.pop("loading", None)
        if tag.get("href"):
            tag["href"] = moved(tag["href"], built, page, pages)
    return title, found


def moved(link, built, page, pages):
    """Return where a link of ``page`` leads in the document; a link that leaves the book stays as it is."""
    if re.match(r"\w+:", link):
        return link
    path, _, anchor = link.partition("#")
    target = (built / page).parent / unquote(path) if path else built / page
    name = target.resolve().relative_to(built.resolve()).with_suffix("").as_posix() if path else page
    anchor = unquote(anchor).split("?")[0]
    return f"#{name}--{anchor}" if anchor and name in pages else f"#{name}" if name in pages else "#"


def document(built, title, author, numbers=None):
    """Return the document as HTML, with the page ``numbers``, {page: number}, in its contents."""
    listed = parts()
    pages = [page for _, entries in listed for page, _ in entries]
    contents, articles = [], []
    for caption, entries in listed:
        contents += [f'<li class="part">{escape(caption)}</li>'] if caption else []
        for page, topic in entries:
            heading, text = article(built, page, pages)
            number = (numbers or {}).get(page, "000")
            contents.append(f'<li><a href="#{page}">{escape(topic or heading)}<b>{number}</b></a></li>')
            text["id"] = page
            articles.append(str(text))
    sheet = (built / "_static/all.css").as_uri()
    return PAGE.format(title=escape(title), author=escape(author), sheet=sheet, style=STYLE, contents="".join(contents),
                       articles="".join(articles))


def write_pdf(target, built=None):
    """Print the built book into the PDF ``target``; return the number of its pages. Mistake if something is missing."""
    from vgtext.tools.browser import find_browser, open_browser

    if not find_browser():
        raise Mistake("a browser prints the book, and no Chromium or Chrome was found: install one (Debian: apt "
                      "install chromium) or name one in VGTEXT_BROWSER")
    built = built or notebooks.root() / "_build" / "html"
    settings = yaml.safe_load((notebooks.root() / "_config.yml").read_text(encoding="utf-8"))
    source, numbers = built / "_print.html", None
    with open_browser() as browser:
        tab = browser.new_page()
        try:
            for _ in range(PRINTS):
                before = numbers
                source.write_text(document(built, settings["title"], settings["author"], before), encoding="utf-8")
                tab.goto(source.as_uri(), wait_until="load", timeout=120_000)
                tab.evaluate("document.fonts.ready.then(() => 0)")
                tab.pdf(path=target, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
                numbers, count = first_pages(target)
                if numbers == before:
                    break
            name_bookmarks(target, tab.locator("h1, h2, h3, h4").all_text_contents())
        finally:
            source.unlink(missing_ok=True)
    return count


def name_bookmarks(file, headings):
    """Give the bookmarks the words of their headings: the browser joins words where a line of a heading ends.

    It also says a heading twice that it has tried to set on the page before.
    """
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it counts the browser's objects otherwise than the browser
    writer, titles = PdfWriter(clone_from=file), {letters(words): " ".join(words.split()) for words in headings}
    for mark in bookmarks(writer.root_object["/Outlines"]):
        told = letters(mark["/Title"])
        title = titles.get(told) or titles.get(told[: len(told) // 2], mark["/Title"])
        mark[NameObject("/Title")] = TextStringObject(title)
    writer.write(file)


def letters(words):
    """Return a text without its spaces."""
    return re.sub(r"\s", "", words)


def bookmarks(mark):
    """Yield every bookmark below ``mark``."""
    child = mark.get("/First")
    while child:
        child = child.get_object()
        yield child
        yield from bookmarks(child)
        child = child.get("/Next")


def first_pages(file):
    """Return ({page of the book: number of the page it begins on}, number of pages) of a printed book."""
    from pypdf import PdfReader

    reader = PdfReader(file)
    names = {page for _, entries in parts() for page, _ in entries}
    found = {name.lstrip("/"): reader.get_destination_page_number(place) + 1
             for name, place in reader.named_destinations.items()}
    return {name: number for name, number in found.items() if name in names}, len(reader.pages)
