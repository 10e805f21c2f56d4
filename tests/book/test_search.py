"""The search: the page that explains a thing comes first, whatever the thing is called."""

import re
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import built
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from test_pages import home, reader, web  # noqa: F401 (home and web are fixtures)

from vgtext.words import words

sys.path.append(str(Path(__file__).parents[2] / "book" / "_ext"))
import formulas
import search

#: The chapters that are here; what readers type is known in English alone.
HERE = {page.rsplit("/")[-1].removesuffix(".html") for page in built.pages() if built.LANGUAGE == "en"}
#: What readers type, and the pages of which one must come first.
QUERIES = {
    "vanishing": "problem", "exploding": "problem", "dead relu": "activations", "nan loss": "consequences",
    "learning rate": "consequences", "lstm": "recurrence", "gradient clipping": "clipping",
    "he initialization": "initialization", "batch norm": "normalization", "batchnorm": "normalization",
    "warm-up": "shortcuts|attention", "warmup": "shortcuts|attention", "mixed precision": "consequences",
    "learning rate warmup": "shortcuts|attention", "transformer": "attention", "loss scaling": "consequences",
    "attention": "attention", "rank collapse": "attention", "qk-norm": "attention",
    "forget gate bias": "recurrence", "bfloat16": "consequences|two_by_two", "critical line": "causes",
    "weight decay": "normalization|width", "adamw": "width", "muon": "width", "mup": "width",
    "gradient checking": "backprop", "monitoring gradients": "detection", "lyapunov exponent": "two_by_two",
    "orthogonal initialization": "initialization",
    "initialization": "initialization", "detection": "detection", "loss does not decrease": "consequences|checklist",
    "Xavier": "initialization", "leaky ReLU": "activations", "residual connection": "shortcuts", "clipping": "clipping",
    "loss stays at 2.30": "checklist", "why do LSTM gates help?": "recurrence", "bf16": "consequences",
    "what is the right init for GELU?": "activations|initialization", "edge of chaos": "causes", "ResNet": "shortcuts",
    "my transformer diverges at step 3k": "attention|checklist", "pre-LN": "shortcuts", "Adam's epsilon": "clipping",
    "initialisation": "initialization",
    "learning rate too high": "consequences|checklist", "is my learning rate too small?": "consequences|checklist",
}
FIRST = {query: names for query, names in QUERIES.items() if {*names.split("|")} <= HERE}  # a fork has some chapters
SECTIONS = [query for query, page in {"batch norm": "normalization", "weight scale": "causes"}.items() if page in HERE]


def find(tab, address, query):
    """Open the search page with a query, and wait for what it found."""
    tab.goto(f"{address}/search.html?q={query}")
    tab.locator("#search-results .search-summary").wait_for()


# What the search page does with another query, less the rest of a load: its script runs once more.
AGAIN = """(query) => {
  history.replaceState(null, "", `?q=${encodeURIComponent(query)}`);
  document.querySelector("ul.found").remove();
  document.querySelector(".search-summary").textContent = "";
  const script = document.createElement("script");
  script.src = document.querySelector("script[src*='/search.js']").src;
  document.head.append(script);
}"""


def test_the_page_that_explains_a_thing_comes_first(browser, home):  # noqa: F811
    """All of them over http; as files, every sixth: what differs there is how the index is loaded."""
    wrong, is_file = {}, home.startswith("file:")
    with reader(browser, home) as tab:
        find(tab, home, "vanishing")
        for query, pages in list(FIRST.items())[::6 if is_file else 1]:
            if is_file:  # there, a script cannot change the address
                find(tab, home, query)
            else:
                tab.evaluate(AGAIN, query)
                tab.locator("#search-results .search-summary").wait_for()
            links = tab.locator("ul.found > li > a")
            link = links.first.get_attribute("href") if links.count() else "nothing"
            if link.split("#")[0].removesuffix(".html").split("/")[-1] not in pages.split("|"):
                wrong[query] = link
            first = tab.locator("ul.found > li:first-child li:first-child > a").all_inner_texts()
            if re.match(r"sources|exercises|predict first|check yourself", "".join(first), re.I):
                wrong[query] = f"{link}, {first}"
            if any(len(text) > 190 for text in tab.locator("ul.found > li:first-child p").all_inner_texts()):
                wrong[query] = "an excerpt that is long"
    assert not wrong, wrong


@pytest.mark.parametrize("query", SECTIONS or ["gradient"])
def test_a_hit_leads_to_its_section_and_shows_a_formula_once(browser, home, query):  # noqa: F811
    with reader(browser, home) as tab:
        find(tab, home, query)
        text = tab.locator("#search-results").inner_text()
        assert "\\" not in text and "σwσw" not in text.replace(" ", "").replace("\u200b", "")
        link = tab.locator("#search-results a[href*='#']").first
        anchor = link.get_attribute("href").split("#")[1]
        link.click()
        tab.locator(f"[id='{anchor}']").wait_for(state="attached")


# The hits whose sections have the word, and whose excerpts do not mark it; and what is marked.
TOLD = """(word) => {
  const hits = [...document.querySelectorAll("ul.found > li > ul > li")].filter((hit) => hit.querySelector("a"));
  const texts = new Map(bookIndex.entries.map((entry) => [`${entry.page}.html#${entry.anchor}`, entry.text]));
  const unmarked = hits.filter((hit) =>
    texts.get(hit.querySelector("a").getAttribute("href"))?.toLowerCase().includes(word) && !hit.querySelector("mark"));
  return [hits.length, unmarked.map((hit) => hit.textContent),
          [...document.querySelectorAll("#search-results mark")].map((mark) => mark.textContent.toLowerCase())];
}"""


# Each hit: where its link leads, the heading that it shows, and its excerpt; and {address: heading, text} of the index.
SHOWN = """() => [
  [...document.querySelectorAll("ul.found > li > ul > li")].map((hit) => {
    const own = hit.querySelector("a"), link = own ?? hit.closest("ul.found > li").querySelector("a");
    return [link.getAttribute("href"), own?.textContent ?? "", hit.querySelector("p")?.textContent ?? ""];
  }),
  Object.fromEntries(bookIndex.entries.map(({ page, anchor, heading, text }) =>
    [`${page}.html${anchor ? `#${anchor}` : ""}`, [heading, text]])),
]"""


def test_what_was_asked_stands_in_the_field_is_counted_and_is_marked_in_what_is_found(browser, web):  # noqa: F811
    with reader(browser, web) as tab:
        find(tab, web, "gradient")
        fields = tab.locator("input[name=q]").evaluate_all("fields => fields.map((field) => field.value)")
        assert {*fields} == {"gradient"}
        pages = tab.locator("ul.found > li")
        summary = tab.locator(".search-summary").inner_text()
        assert "gradient" in summary and (pages.count() == 1 or re.findall(r"\d+", summary) == [str(pages.count())])
        sections = [page.locator("ul > li").count() for page in pages.all()]
        hits, unmarked, marked = tab.evaluate(TOLD, "gradient")
        assert hits and unmarked == [] and marked and all(word.startswith("gradient") for word in marked)
        found, entries = tab.evaluate(SHOWN)
        told = Counter(link.partition("#")[0] for link, told in entries.items() if "gradient" in " ".join(told).lower())
        assert max(sections) == min(3, max(told.values())), "at most three sections of a page"
        for link, heading, shown in found:
            title, text = entries[link]
            before, said, after = text.partition(shown.removeprefix("… ").removesuffix(" …"))
            assert heading in ("", title) and (said or shown == ""), link
            assert shown.startswith("… ") == bool(before) and shown.endswith(" …") == bool(after), shown
            assert before[-1:] in ("", " ") and after[:1] in ("", " "), f"a word is cut: {shown}"
        query = tab.evaluate("(bookIndex.entries = bookIndex.entries.slice(0, 1))[0].heading")
        tab.evaluate(AGAIN, query)
        assert tab.locator(".search-summary").inner_text() == words("book.found_one", query=query)


def test_formulas_stand_together_in_what_is_found():
    text = (built.BOOK / "_static" / "search-index.js").read_text("utf8")
    for formula in ("a[l]", "z[l]", "W[l]"):
        assert formula in text and formula.replace("[", " [ ") not in text
    assert re.findall(r".{20}\w [,.;:] ", text) == [], "no space before a comma, where an emphasis ends"


def math(kind, *parts):
    """Return MathML of a kind around parts; text stands as a letter, an operator or a number of its own."""
    kinds = {"mi": str.isalpha, "mn": str.isdigit, "mo": lambda part: True}
    inside = (next(f"<{tag}>{part}</{tag}>" for tag, fits in kinds.items() if fits(part))
              if isinstance(part, str) and not part.startswith("<") else part for part in parts)
    return f"<{kind}>{''.join(inside)}</{kind}>"


HALF, UNITS = math("mfrac", "1", "2"), math("mrow", math("msub", "n", "1"), "+", math("msub", "n", "2"))


@pytest.mark.parametrize(("parts", "said"), [
    ([math("mfrac", "2", UNITS)], "2/(n1+n2)"), ([math("mfrac", "1", math("msqrt", "n"))], "1/√n"),
    ([math("mfrac", math("mrow", "5", "k"), math("mrow", "2", "n"))], "(5k)/(2n)"),
    ([math("msqrt", UNITS)], "√(n1+n2)"), ([HALF, "n"], "(1/2)n"),
    ([math("mstyle", HALF), math("mspace"), "n"], "(1/2) n"),
    ([HALF, "=", "n"], "1/2=n"), (["z", "&lt;", HALF], "z&lt;1/2"),
    (["n", "+", HALF], "n+1/2"), ([math("msup", "2", math("mrow", "−", "24"))], "2⁻²⁴"),
    ([math("msup", "L", math("mrow", "−", HALF))], "L^(−1/2)"), ([math("msup", "W", "T")], "Wᵀ"),
    ([math("msup", "L", "k")], "L^k"), ([math("msup", "δ", math("mrow", "[", "l", "]"))], "δ[l]"),
    ([math("msubsup", "σ", "w", "2")], "σw²"), ([math("msub", "n", math("mrow", "l", "−", "1"))], "n_(l−1)"),
    ([math("munderover", "∑", math("mrow", "i", "=", "1"), "T")], "∑_(i=1)^T"), ([math("mroot", "x", "3")], "³√x"),
    ([math("munder", math("mrow", "max", "\u2061"), "i"), "n"], "maxi n"),
    ([math("munder", UNITS, "⏟"), "n", "<annotation>n_1</annotation>"], "n1+n2n"),
    ([math("mtable", math("mtr", math("mtd", "1"), math("mtd", "2")), math("mtr", math("mtd", "3")))], "1 2 3")])
def test_a_formula_in_a_line_says_what_it_says_on_its_page(parts, said):
    formula = f'<span class="katex-mathml">{math("math", math("mrow", *parts))}</span>'
    seen = '<span class="katex-html"><span>1</span><span><span>2</span></span></span>'
    page = formulas.in_lines(f"<p>of <span>{formula}{seen}</span>, and <b>{formula}{seen}</b></p>")
    assert page == f"<p>of <span>{said}</span>, and <b>{said}</b></p>"


def test_what_is_found_of_a_formula_has_all_its_letters_its_bars_and_its_roots():
    plain = {small: chr(big) for big, small in formulas.RAISED.items()} | {ord("ᵀ"): "T"}
    pages = [(built.BOOK / page).read_text("utf8") for page in built.pages()]
    said = {page[start:end]: text for page in pages for start, end, text in formulas.found_in(page)}
    assert said
    for formula, text in said.items():
        element = BeautifulSoup(formula, "html.parser")
        seen = Counter(filter(str.isalnum, element.select_one(".katex-html").get_text()))
        assert Counter(filter(str.isalnum, text.translate(plain))) == seen, text
        for sign, kinds in ("/", "mfrac"), ("√", "msqrt, mroot"):
            assert text.count(sign) >= len(element.select(kinds)), text


def test_a_page_is_found_by_its_keywords_and_a_section_by_its_own_words(tmp_path):
    (tmp_path / "a.html").write_text(
        '<meta name="keywords" content="fading"><article class="bd-article"><section id="top"><h1>Signals</h1>'
        '<section id="one"><h2>One<a class="headerlink">#</a></h2><p>A (<em>word</em>), “<em>as</em>”.</p>'
        '<pre>code</pre></section>'
        '<dl class="glossary"><dt>signal</dt><dt>message</dt><dd><p>See <a href="../b/x.html">x</a>, '
        '<a href="../b/y.html">y</a>.</p></dd></dl></section></article>')
    found = search.index(tmp_path, ["a"], {})
    shown = ("page", "topic", "anchor", "heading", "keywords")
    kept = [tuple(entry[key] for key in shown) for entry in found["entries"]]
    assert kept == [("a", "Signals", "", "Signals", "fading"), ("a", "Signals", "one", "One", "")]
    assert found["entries"][1]["text"] == "A (word), “as”."
    assert found["terms"] == [{"names": ["signal", "message"], "home": "b/y"}]


@pytest.mark.parametrize(("parts", "said"), [
    (["Why? ", "It  fades\n& “grows”. ", "x" * 80 + ". ", "No more."], f"Why? It fades & “grows”. {'x' * 80}."),
    (['A "b" < c. ', "It is ", nodes.math("", "d"), ". Not this."], 'A "b" < c.'),
    ([nodes.math("", "d"), " is here."], None)], ids=["long", "formula", "nothing"])
def test_a_page_is_described_by_its_first_sentences_up_to_a_formula_unless_it_describes_itself(parts, said):
    page, own = new_document("page"), '<meta name="description" content="its own">'
    page += nodes.section("", nodes.title("", "Title"), nodes.paragraph(
        "", "", *(nodes.Text(part) if isinstance(part, str) else part for part in parts)))
    app = SimpleNamespace(config=SimpleNamespace(root_doc="index"))
    for name, given in ("page", ""), ("page", own), ("index", ""):
        context = {"metatags": given}
        search.describe(app, name, "", context, page)
        found = BeautifulSoup(context["metatags"], "html.parser").select("meta[name=description]")
        expected = ["its own"] if given else [said] if said and name == "page" else []
        assert [tag["content"] for tag in found] == expected


def test_how_many_pages_were_found_is_read_aloud_and_not_all_of_them(browser, web):  # noqa: F811
    """Into a place that speaks before it is filled; what follows it is read where a reader goes there."""
    with reader(browser, web) as tab:
        find(tab, web, "gradient")
        [spoken] = tab.locator("main").locator("[aria-live], [role=status]").all_inner_texts()
        assert spoken == tab.locator(".search-summary").inner_text() != ""
        tab.goto(f"{web}/search.html")
        assert tab.locator("[role=status]").text_content() == ""


def test_words_that_mean_nothing_here_are_said_to_find_nothing(browser, home):  # noqa: F811
    with reader(browser, home) as tab:
        find(tab, home, "zzyzx")
        assert words("book.found_none", query="zzyzx") in tab.locator("#search-results").inner_text()


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_the_search_page_fits_and_its_icon_covers_no_word(browser, home, width):  # noqa: F811
    with reader(browser, home, width=width) as tab:
        find(tab, home, "batch norm")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        icon = tab.locator(".bd-search-container form.bd-search i").bounding_box()
        field = tab.locator(".bd-search-container input[name=q]")
        padding = field.evaluate("e => parseFloat(getComputedStyle(e).paddingLeft)")
        assert icon["x"] + icon["width"] <= field.bounding_box()["x"] + padding
