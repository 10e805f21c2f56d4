"""Every word of the interface stands in one table, and a book with another table shows that one."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from explore.reader import await_cells
from vgtext import words as table_of
from vgtext.ask import Exercise, check, quiz
from vgtext.ask.grades import verdicts
from vgtext.ask.page import source as quiz_source
from vgtext.carry import carry
from vgtext.carry import source as carry_source
from vgtext.explore import explore
from vgtext.explore import source as figure_source
from vgtext.explore.page import HERE as PAGE
from vgtext.live import assemble, bench_page
from vgtext.live.bench import Bench
from vgtext.live.recipe import PARTS
from vgtext.words import typeset

HOME = PAGE.parents[1]
SCRIPTS = sorted(HOME.rglob("*.js"))
#: Python that speaks to readers; what it raises is for authors.
SPEAKS = sorted([*(HOME / "carry").glob("*.py"), HOME / "live/bench.py", HOME / "live/bench_page/__init__.py",
                 *((HOME / "ask") / f"{name}.py" for name in ("call", "describe", "exercises", "quiz"))])
KEYS = {"Enter", "Escape", "Tab", "Shift", "Home", "End", "Error"}  # of the keyboard, and names of errors
#: What scripts and modules tell one another, and what they ask the page for.
NOT_SHOWN = {"no worker", "no worker: ", "missing file", "use strict", "Date", "label noise",
             "/* colors of the palette */",
             "Recipe", ".cell_input pre", "cell_output docutils container", "div.cell .cell_input pre"}
TEXTS = table_of.table(table_of.TABLE)


def literals(code):
    """Return the texts that a script holds, without their tags; of its tags, the labels."""
    code = re.sub(r"(^| )//.*$", "", code, flags=re.M)
    found = re.findall(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`', code)
    for text in map("".join, found):
        text = re.sub(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", "", text)
        yield from re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]+)"', text)
        yield re.sub(r"<[^>]*>?", "", text)


def is_said(text):
    """Whether a text has the look of words for a reader: a capitalized word, or two words that are no classes."""
    if text in NOT_SHOWN | KEYS or re.search(r"[=;(){}]|vg-|::|--", text):
        return False
    return bool(re.search(r"(^|\s)[A-Z][a-z]+(\s|[.:?!]|$)|[a-z]{2,} [a-z]{2,}", text)) and "font" not in text


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_no_script_has_words_of_its_own(path):
    if path.name in ("editor.js", "worker.js"):  # Python's keywords; messages that words.js tells apart
        return
    assert [text for text in literals(path.read_text("utf8")) if is_said(text)] == []


@pytest.mark.parametrize("planted", ['add("Try again");', "box.title = 'Move it';", "say(`${n} more answers hold`)",
                                     '`<b aria-label="Close">`', "'<p>Not there</p>'"])
def test_a_word_in_a_script_is_seen(planted):
    assert any(map(is_said, literals(planted)))


def spoken(path):
    """Return the texts of a module that are neither documentation nor part of an error."""
    tree = ast.parse(path.read_text("utf8"))
    raised = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    silent = {id(leaf) for node in raised for leaf in ast.walk(node)}
    silent |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node.value for node in ast.walk(tree)
             if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent]
    return [re.sub(r'<[^>]*>?|^[^<]*">|\w+="[^"]*"', "", text) for text in texts]


@pytest.mark.parametrize("path", SPEAKS, ids=lambda path: path.name)
def test_no_module_that_speaks_to_readers_has_words_of_its_own(path):
    assert [text for text in spoken(path) if is_said(text)] == []


def test_every_text_is_used_and_fills_its_places():
    users = [*HOME.rglob("*.py"), *HOME.rglob("*.js"), *Path("book").glob("_templates/**/*.html"),
             *Path("book/_ext").glob("*.py")]
    used = {pair for path in users for pair in re.findall(r"(?=\b([a-z]\w*\.\w+))", path.read_text("utf8"))}
    by_name = {f"carry.{name}" for name in ("none", "relu", "norm", "shortcut", "lost", "vanishes", "explodes", "home")}
    by_name |= {f"bench.{name}" for name in (*bench_page.GROUPS, *bench_page.LINES, *bench_page.RUN, "weight",
                                             "column_layer", *(f"guess_{name}" for name in bench_page.PREDICTIONS))}
    by_name |= {f"recipe.{name}" for name in PARTS}
    by_name |= {f"recipe.{name}_{choice}" for name, part in PARTS.items() for choice in part.choices or ()}
    assert TEXTS.keys() - used - by_name == set()
    for key, text in TEXTS.items():
        assert text == text.strip() and not set('<>&"') & set(text), key
        assert re.sub(r"\{\w+\}", "", text).count("{") == 0, key


def test_a_key_that_is_not_there_is_named():
    with pytest.raises(KeyError, match=r"figure\.nothing"):
        table_of.in_script("say(WORDS.figure.nothing)")


@pytest.fixture
def marked(tmp_path, monkeypatch):
    """Another language: every text stands in marks."""
    sections = {}
    for key, text in TEXTS.items():
        section, name = key.split(".")
        sections.setdefault(section, []).append(f'{name} = "⟦{text}⟧"')
    path = tmp_path / "words.toml"
    path.write_text("\n".join(f"[{name}]\n" + "\n".join(lines) for name, lines in sections.items()), "utf8")
    monkeypatch.setattr(table_of, "TABLE", path)
    return path


def unmarked(text):
    """Return what of a text stands outside of the marks."""
    before = None
    while before != text:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", "", text)
    return text.strip()


def draw_plain(ax, at=2, kind="α"):
    ax.plot([0, 1], [0, at])
    ax.bar([0.5], [1])
    ax.set(xlim=(0, 1), ylim=(0, 9))
    return f"{at} 0.5"


def draw_cells(ax):
    ax.figure.colorbar(ax.imshow([[0, 1], [2, 3]], aspect="auto"), ax=ax)
    return "0.5"


SEEN = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode())
    if (!walk.currentNode.parentElement.closest("script, style")) found.push(walk.currentNode.data);
  for (const element of document.body.querySelectorAll("*"))
    for (const name of ["aria-label", "title", "aria-valuetext", "alt", "placeholder"])
      if (element.hasAttribute(name)) found.push(element.getAttribute(name));
  return found;
}"""


def test_figures_quizzes_and_the_game_speak_the_other_language(marked, browser, monkeypatch):
    monkeypatch.setenv("VGTEXT_EXPLORE", "static")
    shown = [explore(draw_plain, at=(1, 3), kind=["α", "β"], labels={"at": "α", "kind": "β"}),
             explore(draw_cells), carry(),
             quiz("?", right={"α": "α", "γ": "γ"}, wrong={"β": "β"}), quiz("?", number=2, tolerance=0, explain="α")]
    body = "".join(each.mimebundle["text/html"] for each in shown)
    sources = (figure_source("js"), carry_source("js"), quiz_source("js"))
    tab = browser.new_page(viewport={"width": 900, "height": 900})
    tab.set_content(f"<style>{figure_source('css')}</style>{body}"
                    + "".join(f"<script>{text}</script>" for text in sources))
    for figure in tab.locator("vg-explore").all():
        figure.scroll_into_view_if_needed()
        figure.locator("svg").wait_for()
    tab.locator("vg-explore input").fill("2")
    for form in tab.locator("form").all():  # nothing chosen; a wrong answer
        form.locator("button").click()
        form.locator("input").first.evaluate("box => box.type === 'text' ? (box.value = '5') : (box.checked = true)")
        form.locator("button").click()
    for picture in tab.locator("vg-explore .vg-svg").all():
        picture.press("ArrowRight")
    await_cells(tab.locator("vg-explore#cells"), 0.2, 0.2)
    seen = tab.evaluate(SEEN)
    assert [text for text in seen if re.search(r"[A-Za-z]{2,}", unmarked(text).replace("plain", ""))] == []
    assert sum("⟦" in text for text in seen) > 40
    tab.close()


def test_exercises_answer_in_the_other_language_and_grades_read_it(marked):
    asked = Exercise("α", "α", lambda x: 2 * x, inputs=lambda rng: (rng.normal(size=3),))
    for answer in (None, 3, lambda x: 2 * x, lambda: 0, lambda x: 1 / 0, lambda x: "2", lambda x: None,
                   lambda x: -2 * x, lambda x: x[:1], lambda x: [[1], [1, 2]], lambda x: x * 1j, lambda x: print,
                   lambda x: x / 0.0001):
        said = repr(check(asked, answer, seed=0))
        assert not re.search(r"[a-z]{3,}", re.sub("ZeroDivisionError: division by zero|lambda.*|missing.*|takes.*", "",
                                                  unmarked(said))), said
    output = nbformat.v4.new_output("stream", text=repr(check(asked, lambda x: 2 * x)) + "\n")
    assert verdicts([output])[0][0] is True
    assert verdicts([nbformat.v4.new_output("stream", text=repr(check(asked, None)))])[0][0] is False


def test_the_page_that_runs_python_speaks_the_other_language(marked):
    texts = assemble.scripts(b"", {"total": 26_000_000, "integrity": "", "elsewhere": None})
    for key in (key for key in TEXTS if key.startswith("live.")):
        first = TEXTS[key].split("{")[0]
        assert f"⟦{first}" in texts["page.js"] + texts["run.js"], key


@pytest.mark.parametrize("text", [
    "σ_w = 1.41, σ_b and ‖δ[l]‖ / ‖δ[L]‖", "∂ℒ/∂W[1] of a[l−1]", "n_in, d_head, b_f = 2; x_1², σ_w²",
    "snake_case, a_ b, list[3], f[t]", "a < b & \"c\" > 'd'", "σ₁(W)ᴸ, 3 × 10⁻⁷, ½σ_w",
    "W_long_name, é_x, 2_x, x_12, z[l-1], q[10]",
    "[[0.5, 10], [0, 0.5]]"])
def test_words_are_typeset_in_a_page_as_they_are_without_a_script(browser, text):
    tab = browser.new_page()
    tab.add_script_tag(content=figure_source("js"))
    seen = tab.evaluate("""([text, ours]) => ["page", "ours"].map((kind) => {
        const box = document.createElement("p");
        box.innerHTML = kind === "page" ? vgExplore.typeset(text) : ours;
        return box.innerHTML;
    })""", [text, typeset(text)])
    tab.close()
    assert seen[0] == seen[1]


def test_a_caption_is_typeset_before_any_script_runs(monkeypatch):
    def draw_it(ax, a=1):
        ax.plot([0, a])
        ax.set(xlim=(0, 1), ylim=(0, 2))
        return f"σ_w = {a}, a[l] < 2."

    monkeypatch.setenv("VGTEXT_EXPLORE", "static")
    caption = "σ<sub>w</sub> = 1, a<sup>[l]</sup> &lt; 2."
    assert f"<figcaption>{caption}</figcaption>" in explore(draw_it, a=(1, 2)).mimebundle["text/html"]
    asked = quiz("Which σ_w?", right={"σ_w": "σ_b"}, wrong={"a[l]": "no"}).mimebundle["text/html"]
    assert asked.count("σ<sub>w</sub>") == 3 and "<span>a<sup>[l]</sup></span>" in asked


def test_the_bench_speaks_the_other_language(marked, browser):
    """Its form, its runs, what is wrong with a recipe; only what diagnose says is in the language of its own table."""
    queries = ("", "activation=relu&init=he_normal&gain=3")
    reports = {query: list(Bench(query, lambda: 0.0).reports()) for query in queries}
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    html = f"<style>{bench_page.style()}</style>{bench_page.element()}<script>{bench_page.script()}</script>"
    tab.route("http://bench.test/*", lambda route: route.fulfill(body=html, content_type="text/html;charset=utf-8"))
    tab.goto("http://bench.test/")
    tab.evaluate("""reports => {
      const call = (module, name, { recipe }, hear) => {
        const done = Promise.resolve().then(() => { for (const one of reports[recipe]) hear(one); });
        return { done, halt() {} };
      };
      globalThis.bench = vgBench.start(document.querySelector("#bench"), { ready: Promise.resolve(), call });
    }""", reports)
    seen = []

    def look():  # a text around another element is one text
        around = tab.locator(".bench-still, .bench-heading")
        around.evaluate_all("several => several.forEach(one => (one.textContent = one.textContent))")
        seen.extend(tab.evaluate(SEEN))

    look()
    tab.locator(".bench-run").click()  # nothing predicted
    look()
    for query in reports:
        tab.evaluate("query => { location.hash = '#bench?' + query; }", query)
        tab.locator(".bench-status", has_text=table_of.words("bench.from_link")).wait_for()
        tab.locator("[name=prediction]").first.check()
        tab.locator(".bench-run").click()
        tab.locator(".bench-answer", has_text=table_of.words("bench.score", right="0", made="1")[:6]).wait_for()
        tab.locator("details").evaluate("details => (details.open = true)")
        tab.locator(".bench-layers tbody tr").first.wait_for()
        told = tab.locator(".bench-verdict p, .bench-runs td:nth-child(4)")  # by diagnose
        told.evaluate_all("several => several.forEach(one => one.remove())")
        look()
    for query in ("shortcut=pre", "depth=1&depht=3&rate=x&gain=%zz&width=3"):
        tab.evaluate("query => { location.hash = '#bench?' + query; }", query)
        tab.locator(".bench-fault", has_text="⟦").wait_for()
        look()
    names = {*PARTS, *(str(choice) for part in PARTS.values() for choice in part.choices or ()), "vgtext", "diagnose",
             "depht", "gain", "zz"}
    left = {word for text in seen for word in re.findall(r"[A-Za-z_]{2,}", unmarked(text))}
    assert left - names == set()
    assert len({text for text in seen if "⟦" in text}) > 100
    tab.close()
