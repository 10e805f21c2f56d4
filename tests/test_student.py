"""A student's copy: it shows no solution, wherever one might be forgotten, and no way to the original's."""

import json
import re
import shutil
import subprocess
import sys

import nbformat
import numpy as np
import pytest
import yaml

from vgtext.diagnose.report import BOOK
from vgtext.tools import cli, fork, leaks, notebooks
from vgtext.tools.alone import NAME
from vgtext.tools.leaks import Leak

SLUG = "two_by_two"
SECRET = "def answer(W): return the largest singular value of the matrix that W is"
WORDS = "Multiply all of the norms, then take one over the root of that."
PRINTED = "the printed answer is one of eight words or more"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A student's copy of one chapter, to look at."""
    folder = tmp_path_factory.mktemp("student") / "copy"
    fork.fork([SLUG], folder, student=True)
    return folder


def solution(*cells):
    """A notebook with a title, a solution made of ``cells``, and an end."""
    fences = [nbformat.v4.new_markdown_cell(f"```{{solution-{end}}} x\n```") for end in ("start", "end")]
    text = nbformat.v4.new_markdown_cell
    return nbformat.v4.new_notebook(cells=[
        text("# Title"), text("Work. The solutions are\nfolded away."), fences[0], *cells, fences[1], text("the end")])


def secret_cells():
    printed = nbformat.v4.new_output("stream", text=PRINTED)
    return nbformat.v4.new_markdown_cell(WORDS), nbformat.v4.new_code_cell(SECRET, outputs=[printed])


@pytest.mark.parametrize("student", [False, True])
def test_what_stands_between_the_fences_of_a_solution_goes(tmp_path, student):
    fork.write_notebook(tmp_path, "x", solution(*secret_cells()), {"x"}, student)
    text = (tmp_path / "notebooks/x.ipynb").read_text()
    for words in (WORDS, SECRET, PRINTED, "folded away", "solution-start"):
        assert (words in text) == (not student), words
    assert "# Title" in text and "the end" in text


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_a_students_copy_of_any_chapter_shows_no_solution(slug, tmp_path):
    """Its text is whole: cells outside of solutions have stayed, but for the one with the original's address; and its
    style is clean. The fork looks for leaks.
    """
    fork.fork([slug], tmp_path / "copy", student=True)
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=tmp_path / "copy",
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    kept = nbformat.read(tmp_path / f"copy/notebooks/{slug}.ipynb", as_version=4).cells
    cells = list(leaks.marked(notebooks.read_notebook(slug).cells))
    assert [cell.id for cell in kept] == [cell.id for cell, inside in cells if not inside and cell.id != NAME]
    assert any(inside for _, inside in cells)
    text = "".join(cell.source for cell in kept)
    assert not re.search(r"rocket|folded\s+away", text) and "(`make lab`)" in text, (
        f"{slug}: what stands under “## Exercises” is to be the paragraph of {SLUG}, which a student's copy rewords")


def test_a_students_readme_names_no_page_that_is_not_there_and_nothing_that_a_teacher_does(copy):
    text = (copy / "README.md").read_text()
    assert "make lab" in text and not re.search(r"instructor|update|publish|Pages|fork|hand out|_config", text)
    assert all((copy / name).exists() for name in re.findall(r"`(\w+/[\w./]*)`", text))


def test_that_quizzes_keep_their_answers_in_a_students_copy_is_said(copy, capsys):
    assert "right={" in (copy / f"notebooks/{SLUG}.ipynb").read_text()
    pages = [(notebooks.root() / name).read_text("utf8") for name in ("README.md", "book/instructors.md")]
    with pytest.raises(SystemExit):
        cli.main(["fork", "--help"])
    for text in (*pages, capsys.readouterr().out):
        assert re.search(r"quizzes\s+keep\s+their\s+answers", text)


@pytest.mark.parametrize("beyond", [-2, -1, 0, 1, 3])
def test_a_run_is_so_many_words_in_a_row(beyond):
    words = [f"w{k}" for k in range(leaks.WORDS + beyond)]
    found = leaks.runs(", ".join(words))
    assert found == {tuple(words[k : k + leaks.WORDS]) for k in range(beyond + 1)}


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_every_cell_of_every_solution_would_be_found(slug, tmp_path):
    """Written into a page of any name, whole, its code, its words and what it printed are each seen to be a leak."""
    page, hidden = tmp_path / "page.md", leaks.secrets({slug})
    for cell, inside in leaks.marked(notebooks.read_notebook(slug).cells):
        told = leaks.runs("\n".join(leaks.strings(cell)))
        if inside and len(told) > 20 and "{solution-" not in cell.source:
            page.write_text("\n".join(leaks.strings(cell)))
            assert leaks.runs(leaks.text_of(page)) & hidden.keys(), cell.source


@pytest.fixture
def book_of_one(monkeypatch):
    """The chapter's notebook is one with a solution in words, in code and in print, and nothing else."""
    book = solution(*secret_cells())
    monkeypatch.setattr(leaks, "slugs", lambda: [SLUG])
    monkeypatch.setattr(leaks, "read_notebook", lambda slug: book)
    return book


def plant_cell(folder, cell):
    path = folder / f"notebooks/{SLUG}.ipynb"
    book = nbformat.read(path, as_version=4)
    book.cells.append(cell)
    nbformat.write(book, path)


def append(path, text):
    path.write_text(path.read_text("utf8") + text, "utf8")


def plant(kind, folder):
    """Let a solution stand in a student's copy, in one of the places where one may be forgotten."""
    words, code = secret_cells()
    if kind == "code":
        plant_cell(folder, nbformat.v4.new_code_cell(SECRET))
    elif kind == "words":
        plant_cell(folder, words)
    elif kind == "output":
        plant_cell(folder, nbformat.v4.new_code_cell("run()", outputs=code.outputs))
    elif kind == "result":
        data = {"text/plain": [PRINTED[:20], PRINTED[20:]]}
        plant_cell(folder, nbformat.v4.new_code_cell("run()", outputs=[nbformat.v4.new_output("execute_result", data)]))
    elif kind == "metadata":
        plant_cell(folder, nbformat.v4.new_code_cell("run()", metadata={"answer": WORDS}))
    elif kind == "hidden cell":
        plant_cell(folder, nbformat.v4.new_markdown_cell("No.", metadata={"jupyter": {"source_hidden": True}}))
    elif kind == "test":
        append(folder / "tests/test_ledger.py", SECRET.replace(": ", ":\n    "))
    elif kind == "claim":
        (folder / f"src/vgtext/chapters/{SLUG}/claims.py").write_text(f"# {WORDS}\n")
    elif kind == "page":
        append(folder / "book/notation.md", WORDS.replace(" then ", "\nthen "))
    elif kind == "data":
        np.savez(folder / f"src/vgtext/data/{SLUG}_runs.npz", answer=np.array([WORDS]))
    elif kind == "json":
        (folder / "book/answers.json").write_text(json.dumps({"x": [SECRET]}))


PLACES = ["code", "words", "output", "result", "metadata", "hidden cell", "test", "claim", "page", "data", "json"]


@pytest.mark.parametrize("kind", PLACES)
def test_a_leak_that_is_planted_is_caught(kind, copy, tmp_path, book_of_one):
    folder = tmp_path / "copy"
    shutil.copytree(copy, folder)
    (folder / ".git").mkdir()
    (folder / ".git/COMMIT_EDITMSG").write_text(WORDS)  # its author's, and no part of what is handed out
    leaks.check_leaks(folder, {SLUG})
    plant(kind, folder)
    with pytest.raises(Leak, match="would show solutions: "):
        leaks.check_leaks(folder, {SLUG})


@pytest.mark.parametrize("forgotten", ["cells", "modules"])
def test_a_fork_that_forgets_is_refused(forgotten, tmp_path, monkeypatch):
    """Were solutions left in the notebook, or a chapter's answers unpacked, the command itself would say so."""
    if forgotten == "cells":
        monkeypatch.setattr(fork, "without_solutions", list)
    else:
        monkeypatch.setattr(fork, "pack", lambda path: None)
    with pytest.raises(Leak, match="notebooks/activations" if forgotten == "cells" else "exercises.py"):
        fork.fork(["activations"], tmp_path / "copy", student=True)


def test_the_answers_that_a_check_needs_are_packed_and_still_work(copy):
    """Nothing of the module can be read but its docstring and imports; a right answer is right, a wrong one wrong."""
    source = (copy / f"src/vgtext/chapters/{SLUG}/exercises.py").read_text()
    assert "def " not in source and "solution" not in source and "import" in source
    code = (f"from vgtext.chapters.{SLUG} import EXERCISES as E; from vgtext.ask import check\n"
            "print(check(E['rates'], [1.1, 0.8, 0.9, 0.7]).right, check(E['rates'], [1, 2, 3, 4]).right, len(E))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=copy,
                          env={"PYTHONPATH": str(copy / "src")})
    assert done.stdout.split()[:2] == ["True", "False"], done.stderr


def test_a_students_copy_never_leads_to_the_original(copy):
    """No file of it names the original's address, and its workflow builds and checks this book alone."""
    address = yaml.safe_load((notebooks.root() / "_config.yml").read_text())["repository"]["url"]
    texts = {path.name: leaks.text_of(path) for path in copy.rglob("*") if path.is_file()}
    assert [name for name, text in texts.items() if address in text or BOOK in text] == []
    code = "from vgtext.diagnose import Recording\nfrom vgtext.diagnose.report import Report\n"
    code += "print('<a ' in Report(Recording(loss=[2.0, 1.0])).page().split('<script')[0])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=copy,
                          env={"PYTHONPATH": str(copy / "src")})
    assert done.stdout == "False\n", done.stderr
    settings = yaml.safe_load((copy / "_config.yml").read_text())
    assert "launch_buttons" not in settings and settings["repository"]["url"] == ""
    workflow = yaml.safe_load((copy / ".github/workflows/book.yml").read_text())
    for step in (step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step):
        command = step.split("#")[0].split()
        if command[0] == "make":
            assert re.search(rf"^{command[1]}:", (copy / "Makefile").read_text(), re.M), step
        else:
            assert (copy / command[0]).is_file() and (copy / command[0]).stat().st_mode & 0o100, step
