"""Plumbing is folded, verdicts on stubs are left out, a comma stays with its formula or code, in a book of one page."""

import re
import sys
from io import StringIO
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from built import build_small
from IPython.lib.pretty import RepresentationPrinter

EXTENSIONS = Path(__file__).parents[2] / "book" / "_ext"
sys.path.insert(0, str(EXTENSIONS))

from typeset import is_plumbing, is_unanswered  # noqa: E402

from vgtext.ask import Exercise, check  # noqa: E402
from vgtext.words import words  # noqa: E402


@pytest.mark.parametrize(("code", "folded"), [
    ("explore(lab.draw_chain, depth=(2, 50))", True), ("import numpy as np\nfrom vgtext import nn", True),
    ("from vgtext.explore import explore\nexplore(draw)", True), ('quiz("Why?", right={}, wrong={})', True),
    ('from vgtext.carry import carry\ncarry()', True),
    ("x = explore(draw)", False), ("W = 0.2 * np.eye(2)\nexplore(draw)", False), ("check(1, 2)", False),
    ("%matplotlib inline", False), ("", False), ("'words'", False)])
def test_plumbing_is_what_a_reader_need_not_see(code, folded):
    assert is_plumbing(code) == folded


def test_a_page_folds_plumbing_and_keeps_commas_with_their_formulas(tmp_path):
    text = "Let $a$, and $b$; then $c$ follows (`d` or e) ($d$ or $e$). A 2 × 2 `3 × 3` by 1/√L."
    cells = [nbformat.v4.new_markdown_cell(f"# Title\n\n{text}"),
             nbformat.v4.new_code_cell("import numpy as np"), nbformat.v4.new_code_cell("W = 1")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "index.ipynb")
    options = {"extensions": ["myst_nb", "sphinx.ext.mathjax", "typeset"], "nb_execution_mode": "off",
               "myst_enable_extensions": ["dollarmath"], "nb_code_prompt_show": "Show the code",
               "suppress_warnings": ["mystnb.lexer"]}
    page = (build_small(tmp_path, **options)[0] / "index.html").read_text("utf8")
    assert page.count("<details") == 1 and "Show the code" in page and page.index("<details") < page.index("import")
    assert page.count('<span class="together">') == 5
    assert all(f"{mark}</span>" in page for mark in [",", ";", ")"]) and '<span class="together">(' in page
    assert re.search(r'follows <span class="together">\(<code.*?</code></span> or e\) <span', page)
    assert "by 1/\N{WORD JOINER}√L" in page
    assert "A 2\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}2" in page and page.count("\N{NO-BREAK SPACE}") == 2


@pytest.mark.parametrize(("text", "inside"), [
    ("($a$) b", "($)"), ("“$a$” b", "“$”"), ("‘$a$’ b", "‘$’"), ("It is $a$.", "$."), ("So $a$: b", "$:"),
    ("Is it $a$? No", "$?"), ("$a$…", "$…"), ("$a$), b", "$),"), ("$a$ ends (b", ""), ("$a$ ends: (", ""),
    ("`a`, b", "$,"), ("(`a.b()`) b", "($)"), ("(`from_logits`) b", "($)"),
    ("`a b`, c", ""), ("`update_ratio_peak`, b", "")])
def test_what_stands_at_a_formula_or_code_stays_with_it_and_once(tmp_path, text, inside):
    (tmp_path / "index.md").write_text(f"# Title\n\n{text}\n")
    options = {"extensions": ["myst_nb", "sphinx.ext.mathjax", "typeset"], "myst_enable_extensions": ["dollarmath"]}
    page = BeautifulSoup((build_small(tmp_path, **options)[0] / "index.html").read_text("utf8"), "html.parser")
    formula, line = page.select_one("h1 ~ p :is(.math, code)"), page.select_one("h1 ~ p")
    formula.string = "$"
    assert line.get_text() == re.sub(r"\$a\$|`.*?`", "$", text)
    assert "".join(part.get_text() for part in line.select(".together")) == inside


def test_prose_in_a_wide_table_is_given_room(tmp_path):
    long = "what the weights of a layer have to be, in words"
    text = f"| a | b | c |\n|---|---|---|\n| 1 | {long} | $\\text{{{long}}}$ |\n\n| a | b |\n|---|---|\n| 1 | {long} |"
    cell = nbformat.v4.new_markdown_cell(f"# Title\n\n{text}")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "index.ipynb")
    options = {"extensions": ["myst_nb", "sphinx.ext.mathjax", "typeset"], "nb_execution_mode": "off",
               "myst_enable_extensions": ["dollarmath"], "suppress_warnings": ["mystnb.lexer"]}
    page = (build_small(tmp_path, **options)[0] / "index.html").read_text("utf8")
    assert page.count(long) >= 2 and len(re.findall(r'<td class="[^"]*prose', page)) == 1


@pytest.mark.parametrize(("answer", "left_out"), [
    (None, True), (lambda x: None, True), (lambda x: x, False), (lambda x: 1 / 0, False), (3, False),
    (lambda x: 2 * x, False)])
def test_what_is_said_of_a_stub_is_left_out_and_all_other_verdicts_stay(answer, left_out):
    double = Exercise("double", "twice x, a number", lambda x: 2 * x, lambda rng: (rng.uniform(1, 2),))
    printed = RepresentationPrinter(said := StringIO())
    check(double, answer)._repr_pretty_(printed, False)
    printed.flush()
    assert is_unanswered(said.getvalue()) == left_out


def test_a_page_shows_no_verdict_on_a_stub(tmp_path):
    def cell(text):
        output = nbformat.v4.new_output("execute_result", {"text/plain": text}, execution_count=1)
        return nbformat.v4.new_code_cell(f"check(1, {len(text)})", outputs=[output])

    right, not_yet = words("check.right"), words("check.not_yet")
    stub = f"{not_yet} {words('check.no_answer', asks='a number')}"
    verdicts = ["\n".join(stub.rsplit(" ", 1)), f"{not_yet} More than one bug is left.", right]
    cells = [nbformat.v4.new_markdown_cell("# Title"), *map(cell, verdicts), cell(verdicts[0])]
    cells[-1].outputs.insert(0, nbformat.v4.new_output("stream", text="Six readings."))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "index.ipynb")
    options = {"extensions": ["myst_nb", "typeset"], "nb_execution_mode": "off", "suppress_warnings": ["mystnb.lexer"]}
    page = (build_small(tmp_path, **options)[0] / "index.html").read_text("utf8")
    assert page.count("cell_output") == 3 and "one bug" in page and "Six readings." in page
    assert right in page and "a number" not in page


def test_a_worded_solution_is_open_on_its_page_and_other_folds_stay(tmp_path):
    fold = "<details><summary>Solution in words</summary>\n\n**In words.** Multiply.\n\n</details>"
    other = '<details class="answer">\n<summary>Why?</summary>\n\nBecause.\n\n</details>'
    there = fold.replace("Solution in words", "Lösung in Worten")  # as a translator writes it
    cells = [nbformat.v4.new_markdown_cell(text) for text in ("# Title", other, fold, other, there)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "index.ipynb")
    options = {"extensions": ["myst_nb", "typeset"], "nb_execution_mode": "off", "nb_code_prompt_show": "Show the code"}
    page = (build_small(tmp_path, **options)[0] / "index.html").read_text("utf8")
    assert page.count("Multiply.") == 2 and "Solution in words" not in page and "Lösung" not in page
    assert page.count("<details") == page.count("</details>") == page.count("Because.") == 2
