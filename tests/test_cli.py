"""The command line: what it lists and writes, what a fork leaves out, links, marks; mistakes get one clear line."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
import yaml

from vgtext.tools import fork, notebooks
from vgtext.tools.cli import main

SLUG = "two_by_two"


def said(capsys, *arguments):
    status = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_list_shows_every_chapter_with_its_figures_and_claims(capsys):
    status, out, _ = said(capsys, "list")
    assert status == 0
    for slug in notebooks.slugs():
        assert f"\n{slug}: {notebooks.title(notebooks.read(slug))}\n" in out
    assert "figure   unit_circle(" in out and "claim    S0.5 (holds)" in out


def test_a_reader_who_has_seen_enough_gets_no_traceback():
    command = f"{Path(sys.executable).parent / 'vgtext'} list | head -n 2"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert "problem: " in done.stdout and "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fork", "nothing", "new"), "unknown chapter 'nothing'; there are "),
        (("slides", "nothing"), "unknown chapter 'nothing'"),
        (("figure", "nothing", "-o", "x.svg"), "unknown figure 'nothing'; there are "),
        (("figure", "unit_circle", "-o", "x.gif"), "ends in .svg or .png"),
        (("figure", "unit_circle", "-o", "x.svg", "--state", "width=3"), "has no control 'width'; it has matrix"),
        (("figure", "unit_circle", "-o", "x.svg", "--state", "depth=99"), "depth does not take '99'; it takes 0, 1,"),
    ],
)
def test_mistakes_get_one_line(capsys, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    status, _, err = said(capsys, *arguments)
    assert status == 2 and words in err and err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_figure_is_written_at_the_state_that_was_asked_for(capsys, tmp_path):
    status, out, _ = said(capsys, "figure", "unit-circle", "--state", "depth=5", "-o", tmp_path / "circle.svg")
    assert status == 0 and "at depth 5" in out
    assert (tmp_path / "circle.svg").read_text().startswith("<?xml")


def test_a_fork_holds_its_chapter_and_no_other(capsys, tmp_path):
    target = tmp_path / "book of one"
    status, out, _ = said(capsys, "fork", SLUG, target, "--title", 'Products: a "course"', "--author", "A. Teacher")
    assert status == 0 and "make book" in out
    settings = yaml.safe_load((target / "_config.yml").read_text())
    assert (settings["title"], settings["author"]) == ('Products: a "course"', "A. Teacher")
    assert [path.stem for path in (target / "notebooks").iterdir()] == [SLUG]
    others = [slug for slug in notebooks.slugs() if slug != SLUG]
    for slug in others:
        assert not list((target / "src/vgtext/chapters").glob(f"{slug}*"))
        assert not list((target / "src/vgtext/data").glob(f"{slug}*"))
    pages = yaml.safe_load((target / "_toc.yml").read_text())
    for entry in [pages["root"], *(page["file"] for part in pages["parts"] for page in part["chapters"])]:
        assert (target / f"{entry}.md").exists() or (target / f"{entry}.ipynb").exists(), entry
    texts = "".join(path.read_text() for path in [*target.glob("book/*.md"), *target.glob("notebooks/*.ipynb")])
    assert not any(f"{slug}.ipynb" in texts or f"{slug}.html" in texts for slug in others)


def test_a_fork_holds_the_references_that_it_cites(tmp_path):
    fork.fork([SLUG], tmp_path / "one")
    text = (tmp_path / f"one/notebooks/{SLUG}.ipynb").read_text()
    kept = set(re.findall(r"^@\w+\{([^,]+),", (tmp_path / "one/book/references.bib").read_text(), re.M))
    assert kept == set(re.findall(r"\{cite\}`(\w+)`", text)) and kept


def test_a_fork_writes_into_an_empty_folder_only(capsys, tmp_path):
    (tmp_path / "mine.txt").write_text("kept")
    status, _, err = said(capsys, "fork", SLUG, tmp_path)
    assert status == 2 and "exists and is not empty" in err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def cells(*sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source) for source in sources])


@pytest.mark.parametrize("student", [False, True])
def test_students_get_no_solutions(tmp_path, student):
    fence = "```{%s}\n```"
    lead = "Work. The solutions are\nfolded away."
    fences = [fence % name for name in ("exercise", "solution-start", "solution-end")]
    book = cells("# Title", lead, *fences[:2], "answer", fences[2], "end")
    fork.write_notebook(tmp_path, "x", book, {"x"}, student)
    text = (tmp_path / "notebooks/x.ipynb").read_text()
    assert ("answer" in text) == ("folded away" in text) == (not student) and "exercise" in text and "end" in text


def test_links_to_absent_chapters_become_text():
    text = "See [the product](two_by_two.ipynb#order), [it](../notebooks/two_by_two.ipynb) and [the web](https://x.org/a.html)."
    assert fork.unlink(text, {SLUG}) == text
    assert fork.unlink(text, set()) == "See the product, it and [the web](https://x.org/a.html)."


def test_needs_are_read_from_what_you_need():
    book = cells("# T", "**What you need.** Matrices, and [products](two_by_two.ipynb).\n\nMore [here](problem.ipynb).")
    assert fork.needs(book) == {"two_by_two"}


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_links_open_the_chapter_of_this_repository(capsys, slug):
    """The parts of the addresses are those that Binder and nbgitpuller document."""
    url = yaml.safe_load((notebooks.ROOT / "_config.yml").read_text())["repository"]["url"]
    assert said(capsys, "links", slug)[1].strip() == (
        f"{slug}: https://mybinder.org/v2/gh/{url.removeprefix('https://github.com/')}/main"
        f"?urlpath=lab/tree/notebooks/{slug}.ipynb")
    status, out, _ = said(capsys, "links", slug, "--hub", "https://hub.example.edu/")
    parts = urlsplit(out.strip().removeprefix(f"{slug}: "))
    assert status == 0 and parts.netloc == "hub.example.edu" and parts.path == "/hub/user-redirect/git-pull"
    folder = url.rsplit("/", 1)[1]
    opened = f"lab/tree/{folder}/notebooks/{slug}.ipynb"
    assert parse_qs(parts.query) == {"repo": [url], "branch": ["main"], "urlpath": [opened]}


def test_the_page_for_instructors_has_a_plan_for_every_chapter():
    """In reading order, each with two lessons of the promised length, and figures to point at."""
    page = (notebooks.ROOT / "book/instructors.md").read_text("utf8").split("## Lesson plans")[1]
    plans = re.findall(r"^### \[([^\]\n]+)\]\(\.\./notebooks/(\w+)\.ipynb\)$(.*?)(?=^### |\Z)", page, re.M | re.S)
    assert [(title, slug) for title, slug, _ in plans] == [
        (notebooks.title(notebooks.read(slug)), slug) for slug in notebooks.slugs()]
    for _, slug, plan in plans:
        minutes = re.findall(r"^\|[^|]+\| *(\d*) *\| *(\d*) *\|$", plan, re.M)
        lengths = [sum(int(cell or 0) for cell in column) for column in zip(*minutes, strict=True)]
        assert lengths == [50, 90], (slug, lengths)
        assert "**Needs**" in plan and "**What students get wrong.**" in plan
        assert plan.count(f"({'../notebooks/' + slug}.ipynb#") + plan.count(f"(<../notebooks/{slug}.ipynb#") >= 2


def handed_in(path, answers, outputs=True):
    """A notebook with one check a cell, and an answer in a solution that does not count."""
    setup = "from vgtext.chapters import two_by_two as lab\nfrom vgtext.ask import check"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(setup)])
    for name, (code, verdict) in answers.items():
        shown = [nbformat.v4.new_output("execute_result", {"text/plain": verdict}, execution_count=1)] * outputs
        code = f'{code}\ncheck(lab.EXERCISES["{name}"], answer)'
        book.cells.append(nbformat.v4.new_code_cell(code, outputs=shown))
    solution = nbformat.v4.new_code_cell('check(lab.EXERCISES["rates"], [1.1, 0.8, 0.9, 0.7])')
    fences = [nbformat.v4.new_markdown_cell(f"```{{solution-{end}}} x\n```") for end in ("start", "end")]
    book.cells += [fences[0], solution, fences[1]]
    nbformat.write(book, path)
    return path


def test_marks_are_the_verdicts_that_students_saved(capsys, tmp_path):
    one = handed_in(tmp_path / "one.ipynb", {"rates": ("answer = 1", "Right. Yes."), "growth": ("answer = (", "")})
    two = handed_in(tmp_path / "two.ipynb", {"rates": ("answer = 2", "Not yet."), "for-good": ("answer = 3", "Right.")})
    status, out, _ = said(capsys, "marks", one, two)
    assert status == 0
    assert out.splitlines() == ["notebook,rates,for-good,right", f"{one},1,,1", f"{two},0,1,1"]


def test_marks_can_be_made_again_by_running_what_was_handed_in(capsys, tmp_path):
    path = handed_in(tmp_path / "claims.ipynb", {
        "rates": ("answer = [1.1, 0.8, 0.9, 0.7]", "Not yet."),
        "for-good": ("answer = 1", "Right. I wrote this myself."),
        "excess": ("raise ValueError", "Right."),
    })
    assert said(capsys, "marks", path)[1].splitlines()[1] == f"{path},0,1,1,2"
    assert said(capsys, "marks", "--run", path)[1].splitlines()[1] == f"{path},1,0,0,1"


def test_what_is_no_notebook_gets_one_line(capsys, tmp_path):
    (tmp_path / "essay.txt").write_text("Dear teacher,")
    for name in ("essay.txt", "absent.ipynb"):
        status, _, err = said(capsys, "marks", tmp_path / name)
        assert status == 2 and f"{name}: not a notebook" in err and err.count("\n") == 1
    status, _, err = said(capsys, "links", "--hub", "my hub")
    assert status == 2 and "a hub is an address such as" in err and err.count("\n") == 1
