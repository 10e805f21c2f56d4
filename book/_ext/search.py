"""The search of the book: one entry for each section of each page, ranked in the browser (``_static/search.js``).

Sphinx's own index knows pages only. This one is read off the built pages: the topic that the contents show, the heading
of the section, its words, and what the glossary says: which names mean the same, and which chapter explains them.
"""

import json
import re
from html import escape
from itertools import takewhile
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, SoupStrainer
from docutils import nodes
from formulas import in_lines

from vgtext.words import raw

#: What is no prose: code and its output, buttons, folded solutions' code.
NO_PROSE = {"script", "style", "template", "svg", "button", "summary", "pre", "vg-quiz"}
NO_PROSE_CLASSES = {"cell_input", "headerlink"}
#: Much of a page, taken out before it is read: what only dresses letters and words.
NO_MATTER = re.compile(r"</?span\b[^>]*>")
SENTENCE = re.compile(r"\S.*?[.?!]”?(?= |$)")
ENOUGH = 80  # letters of what search engines show of a page; they cut at about twice as many


def words(element):
    """Return the text of an element without what is no prose, on one line."""
    text = re.sub(r"\s+", " ", element.get_text(" ").replace("\u200b", "")).strip()
    return re.sub(r" (?=[,.;:!?)’”])|(?<=[(‘“]) ", "", text)  # where an emphasis ends, or begins


def is_no_prose(element):
    """Say whether an element is none of what a reader searches."""
    return element.name in NO_PROSE or not NO_PROSE_CLASSES.isdisjoint(element.get("class", ()))


def sections(page):
    """Yield (anchor, heading, text) of each section of a page's article, the page itself first, with anchor ""."""
    article = page.find("article", "bd-article")
    for element in article.find_all(is_no_prose):
        element.decompose()
    for section in article.find_all("section"):
        heading = section.find(re.compile(r"^h[1-6]$"), recursive=False)
        if heading is None:  # the text of a solution
            continue
        parts = [words(part) for part in section.find_all(recursive=False)
                 if part.name != "section" and part is not heading]
        anchor = "" if heading.name == "h1" else section["id"]
        yield anchor, words(heading), " ".join(parts)


def terms(page):
    """Yield (names, home) of each entry of the glossary: its names, and the page to which its last link leads."""
    names = []
    for element in (entry for listed in page.find_all("dl", "glossary") for entry in listed.find_all(recursive=False)):
        if element.name == "dt":
            names.append(words(element))
            continue
        links = [link["href"] for link in element.select('a[href$=".html"]')]
        yield names, "/".join(Path(links[-1]).with_suffix("").parts[-2:]) if links else ""
        names = []


def topics(srcdir):
    """Return {page: topic}, the titles that ``_toc.yml`` gives; "" where it gives none."""
    contents = yaml.safe_load((Path(srcdir) / "_toc.yml").read_text("utf8"))
    entries = [{"file": contents["root"]}, *(entry for part in contents["parts"] for entry in part["chapters"])]
    return {entry["file"]: entry.get("title", "") for entry in entries}


def index(out, pages, names):
    """Return what the browser needs, from the built pages at ``out``: entries, and the glossary's terms."""
    entries, glossary = [], []
    for name in pages:
        text = NO_MATTER.sub("", in_lines((Path(out) / f"{name}.html").read_text("utf8")))
        page = BeautifulSoup(text, "html.parser", parse_only=SoupStrainer(["article", "meta"]))
        glossary += [{"names": given, "home": home} for given, home in terms(page)]
        keywords = page.find("meta", attrs={"name": "keywords"})
        found = list(sections(page))
        for anchor, heading, text in found:
            entries.append({"id": len(entries), "page": name, "topic": names.get(name) or found[0][1], "anchor": anchor,
                            "heading": heading, "text": text,
                            "keywords": keywords["content"] if keywords and not anchor else ""})
    said = {"none": raw("book.found_none"), "one": raw("book.found_one"), "many": raw("book.found")}
    return {"entries": entries, "terms": glossary, "words": said}


def write_index(app, exception):
    """Write the index beside the pages, as a script, so that it loads from file:// too; Sphinx's own search goes."""
    if exception is None and app.builder.format == "html":
        names = topics(app.srcdir)
        found = index(app.outdir, list(names), names)
        script = f"globalThis.bookIndex = {json.dumps(found, ensure_ascii=False, separators=(',', ':'))};\n"
        static = Path(app.outdir) / "_static"
        (static / "search-index.js").write_text(script, "utf8")
        for name in ("searchtools.js", "language_data.js"):  # Sphinx's own
            (static / name).unlink(missing_ok=True)


def describe(app, pagename, templatename, context, doctree):
    """Say in a page's head how it begins, which search engines show: whole sentences, up to the first formula."""
    if doctree is None or pagename == app.config.root_doc or 'name="description"' in context["metatags"]:
        return
    section = next(doctree.findall(nodes.section))
    paragraph = next((part for part in section if isinstance(part, nodes.paragraph)), ())
    start = "".join(part.astext() for part in takewhile(lambda part: not any(part.findall(nodes.math)), paragraph))
    said = ""
    for sentence in SENTENCE.findall(" ".join(start.split())):
        said = said if len(said) > ENOUGH else f"{said} {sentence}".strip()
    if said:
        context["metatags"] += f'<meta name="description" content="{escape(said)}">'


def setup(app):
    """Put this search in the place of Sphinx's, before the pages that are dropped or slimmed."""
    app.config.html_additional_pages = {**app.config.html_additional_pages, "search": "search.html"}
    app.connect("builder-inited", lambda app: setattr(app.builder, "search", False))
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_index, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
