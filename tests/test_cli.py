"""The command line: what it lists and writes, what a fork leaves out, links, marks; mistakes get one clear line."""

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import nbformat
import pytest
import yaml

import vgtext
from vgtext.ask import grades, rerun
from vgtext.ask import handed_in as handed_in_module
from vgtext.explore.figure import Explorable
from vgtext.ledger import gather
from vgtext.tools import commands, fork, links, notebooks, origin, progress, slides, taken
from vgtext.tools.archive import write_archive
from vgtext.tools.cli import main, parser
from vgtext.tools.figures import find_figure, read_state, read_value

SLUG = "two_by_two"
EXERCISES = f"vgtext.chapters.{SLUG}.exercises"


def said(capsys, *arguments):
    status = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_list_shows_every_chapter_with_its_figures_and_claims(capsys):
    status, out, _ = said(capsys, "list")
    assert status == 0
    for slug in notebooks.slugs():
        assert f"\n{slug}: {notebooks.title(notebooks.read_notebook(slug))}\n" in out
    assert "figure   unit_circle(" in out and "claim    S0.5 (holds)" in out
    assert "mean forgotten ((BP2) φ′ taken at a[l]), activation tanh" in out  # a menu with a colon is whole


def test_list_shows_one_chapter_alone(capsys):
    status, out, _ = said(capsys, "list", SLUG)
    assert status == 0 and out.startswith(f"\n{SLUG}: ") and "\ncauses: " not in out


def test_slides_and_grades_say_how_far_they_are_where_no_terminal_is(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0)

    def draw(ax, slope=1):
        ax.plot([0, slope])
        ax.set(xlim=(0, 1), ylim=(0, 4))
        return f"The slope is {slope}."

    made = {name: Explorable(draw, {"slope": (1, 3)}, {}) for name in "ab"}
    monkeypatch.setattr(notebooks, "figures", lambda slug: SimpleNamespace(made=made))
    status, out, err = said(capsys, "slides", SLUG, "-o", tmp_path / "slides.html")
    assert status == 0 and out.startswith("Wrote ")
    assert err == "".join(f"drawing states of figures: {i} of 6\n" for i in range(1, 6))
    page = (tmp_path / "slides.html").read_text("utf8")
    assert page.count("<section>") == 3 and "<p>2 figures. " in page
    title = notebooks.title(notebooks.read_notebook(SLUG))
    assert f"<title>{title}</title>" in page and f"<h1>{title}</h1>" in page
    monkeypatch.setattr(slides, "page_element", lambda figure, drawn: f"figure {list(made.values()).index(figure)}")
    assert re.findall(r"<section>figure (\d)</section>", slides.slides(SLUG)) == ["0", "1"], "in the chapter's order"
    monkeypatch.undo()
    monkeypatch.setattr(progress, "EVERY", 0)
    monkeypatch.setattr(notebooks, "figures", lambda slug: SimpleNamespace(made=made))
    made.pop("b")
    assert "<p>1 figure. " in slides.slides(SLUG)
    path = handed_in(tmp_path / "one.ipynb", asks("rates", 1), outputs=["Right. Yes."])
    capsys.readouterr()
    assert said(capsys, "grades", path, path.parent)[2] == "reading notebooks: 1 of 2\n"
    monkeypatch.setattr(progress, "EVERY", 60)
    assert said(capsys, "grades", path)[2] == ""


def test_a_package_that_a_plain_installation_lacks_is_named(capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "vgtext.tools.pdf", None)
    with pytest.raises(ModuleNotFoundError):
        main(["pdf", "-o", str(tmp_path / "book.pdf")])
    monkeypatch.delitem(sys.modules, "vgtext.tools.pdf")
    monkeypatch.setitem(sys.modules, "bs4", None)
    status, _, err = said(capsys, "pdf", "-o", tmp_path / "book.pdf")
    assert status == 2 and "needs the package bs4" in err and err.count("\n") == 1


def test_a_reader_who_has_seen_enough_gets_no_traceback():
    vgtext = shlex.quote(str(Path(sys.executable).parent / "vgtext"))
    done = subprocess.run(f"{vgtext} list | head -n 2", shell=True, capture_output=True, text=True)
    assert "problem: " in done.stdout and "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr
    done = subprocess.run(f"{vgtext} links {SLUG} >&-", shell=True, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fork", "nothing", "new"), "unknown chapter 'nothing'; there are "),
        (("slides", "nothing"), "unknown chapter 'nothing'"),
        (("figure", "nothing", "-o", "x.svg"), "unknown figure 'nothing'; there are "),
        (("figure", "unit_circl", "-o", "x.svg"), "unknown figure 'unit_circl'; do you mean unit_circle?"),
        (("figure", "causes/unit_circle", "-o", "x.svg"), "do you mean two_by_two/unit_circle?"),
        (("figure", "unit_circle", "-o", "x.gif"), "ends in .svg or .png"),
        (("slides", SLUG, "-o", "x.pdf"), "x.pdf: the file's name ends in .html"),
        (("pdf", "-o", "x.html"), "ends in .pdf"),
        (("archive", "-o", "x.tar"), "ends in .zip"),
        (("diagnose", "x.npz", "-o", "x.pdf"), "ends in .html"),
        (("diagnose", "x.npz"), "x.npz: there is no such file"),
        (("list", "nothing"), "unknown chapter 'nothing'"),
        (("grades", "x.ipynb", "--seconds", "0"), "--seconds is a time above 0, not 0"),
        (("grades", "x.ipynb", "--run", "--seconds", "nan"), "--seconds is a time above 0, not nan"),
        (("grades", "x.ipynb", "--run", "--seconds", "inf"), "--seconds is a time above 0, not inf"),
        (("links", "--hub", ""), "not ''"),
        (("slides", SLUG, "-o", "nowhere/x.html"), "there is no folder nowhere"),
        (("fork", SLUG, "new", "--title", "A\x01"), "title is a line of text, not 'A\\x01'"),
        (("fork", SLUG, notebooks.root() / "book/_static/new"), "is a place in this book that a fork takes along"),
        (("fork", SLUG, "causes"), "causes is a chapter, and no folder's name: name a folder"),
        (("fork", "two_by_two", "/dev/null/new"), "Not a directory: '/dev/null/new"),
        (("figure", "unit_circle", "-o", "x.svg", "--state", "width=3"), "has no control 'width'; it has matrix"),
        (("figure", "unit_circle", "-o", "x.svg", "--state", "matrix=none"), "control matrix takes 0.2 times the "),
        (("figure", "wrong_gradient", "-o", "x.svg", "--state", "bug=new"), "(BP2) φ′ forgotten; (BP2) "),
        (("figure", "unit_circle", "-o", "x.svg", "--state", "depth=9.5"), "depth takes whole numbers, not '9.5'"),
        (("figure", "unit_circle", "-o", "x.svg", "--state", "depth=ten"), "depth takes whole numbers, not 'ten'"),
        (("figure", "recurrence/paths", "-o", "x.svg", "--state", "tied=2"), "tied takes on or off, not '2'"),
        (("figure", "map", "-o", "x.svg"), "several chapters have a figure 'map': say attention/map or mitigation/map"),
        (("figure", "unit_circle", "-o", "x.svg", "--state", "depth=-1"), "depth takes 0 to 20, not -1"),
        (("figure", "dying", "-o", "x.svg", "--state", "rate=0.02"), "rate takes 0.0003; 0.001; "),
        (("figure", "unit_circle", "-o", "x.svg", "--state", "depth=1", "--state", "depth=2"), "depth is given twice"),
    ],
)
def test_mistakes_get_one_line(capsys, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    status, _, err = said(capsys, *arguments)
    assert status == 2 and words in err and err.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("state", [("depth",), ("depth=5", "unit_circle")])
def test_a_state_that_is_no_assignment_is_named(capsys, state):
    with pytest.raises(SystemExit):
        main(["figure", "-o", "x.svg", "--state", *state])
    wanted = f"{state[-1]!r} is no CONTROL=VALUE, such as depth=5; a figure's name comes first"
    assert wanted in capsys.readouterr().err


def test_a_figure_is_written_at_the_state_that_was_asked_for(capsys, tmp_path):
    status, out, _ = said(capsys, "figure", "unit-circle", "--state", "depth=5", "-o", tmp_path / "circle.svg")
    assert status == 0 and "at depth 5" in out
    assert (tmp_path / "circle.svg").read_text().startswith("<?xml")
    draw = find_figure("recurrence/paths")
    assert read_state(draw, ["tied=off", "bias=1"]) == {"tied": False, "bias": 1.0}
    assert read_state(find_figure("float_depths"), ["loss_scale=32,768"]) == {"loss_scale": 32768}
    for written in ("ReLU", "relu"):  # as a menu says it, and as the code does
        assert read_state(find_figure("error_signal"), [f"activation={written}"]) == {"activation": "relu"}


@pytest.mark.parametrize(("text", "default", "value"), [
    ("on", False, True), ("Off", True, False), ("1", True, ...), ("none", 0.5, None), ("3", 0.5, 3.0), ("3", 5, 3),
    ("3.0", 5, ...), ("x", 0.5, ...), ("on", "off", "on")])
def test_a_value_is_read_as_the_kind_that_a_figure_takes(text, default, value):
    """Also where the book's files, and with them the names of its menus, are not here."""
    assert (read := read_value(text, default)) == value and type(read) is type(value)


@pytest.mark.parametrize(("given", "readme"), [
    ((), "says how to publish it"), (("--student",), "is for your students")])
def test_a_fork_says_what_comes_next(capsys, tmp_path, monkeypatch, given, readme):
    monkeypatch.setattr(fork, "fork", lambda *given: [])
    monkeypatch.setattr(taken, "remarks", lambda *given: ["A remark."])
    status, out, _ = said(capsys, "fork", SLUG, tmp_path / "new", *given)
    assert status == 0 and out.endswith(f", its README {readme}.\nA remark.\n")


def test_a_fork_that_fails_leaves_the_folder_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(fork, "write_pages", lambda *given: 1 / 0)
    (tmp_path / "new/.git").mkdir(parents=True)
    for target in (tmp_path / "new", tmp_path / "other"):
        with pytest.raises(ZeroDivisionError):
            fork.fork([SLUG], target)
    assert [path.name for path in tmp_path.rglob("*")] == ["new", ".git"]


def test_a_slug_that_is_not_the_same_everywhere_is_named(tmp_path, monkeypatch):
    """As after the notebook and its line in the contents, but not package and tests, were renamed."""
    (tmp_path / "_toc.yml").write_text("file: notebooks/norms\n")
    (tmp_path / "src/vgtext/chapters/normalization").mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/norms.ipynb").touch()
    for module in (notebooks, taken):
        monkeypatch.setattr(module, "root", lambda: tmp_path)
    with pytest.raises(notebooks.NoChapter, match=r"'normalization'; there are norms; src/vgtext/chapters/norm.*alike"):
        notebooks.read_notebook("normalization")
    with pytest.raises(fork.ForkError, match=r"^chapter 'norms' has no src/vgtext/chapters/norms, tests/.*alike, so"):
        fork.fork(["norms"], tmp_path / "new", student=True)
    with pytest.raises(fork.ForkError, match=r"this book has no Makefile, .*, which a fork takes along: fork from a"):
        taken.check_whole([])


def test_changes_that_are_in_no_commit_are_named(tmp_path, monkeypatch):
    def git(*command):
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@b.org", *command], cwd=tmp_path, check=True)

    git("init", "-q")
    for name in ("Makefile", "README.md", "src/vgtext/chapters/causes/runs.py", f"src/vgtext/chapters/{SLUG}/runs.py",
                 "notebooks/causes.ipynb", f"notebooks/{SLUG}.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    (tmp_path / "_toc.yml").write_text(f"file: notebooks/{SLUG}\n")
    (tmp_path / "fork.json").write_text('{"original": "https://o", "commit": "theirs"}')
    git("add", ".")
    git("commit", "-q", "-m", "A state")
    for module in (notebooks, origin, taken):
        monkeypatch.setattr(module, "root", lambda: tmp_path)
    git("mv", "README.md", "READ.md")
    assert origin.uncommitted(["READ.md", "README.md"]) == ["READ.md", "README.md"]
    git("mv", "READ.md", "README.md")
    monkeypatch.setattr(taken, "modules", lambda: {SLUG, "causes"})
    monkeypatch.setattr(origin, "setting", {"url": "https://me"}.get)
    assert [*taken.remarks([SLUG], False)] == []
    for path in [*tmp_path.glob("[RM]*"), *tmp_path.rglob("*.ipynb"), *tmp_path.rglob("*.py")]:
        path.write_text(f"{path.read_text()} ")
    (tmp_path / "src/vgtext/new.py").touch()
    [said] = taken.remarks([SLUG], False)
    assert f"no commit (Makefile, notebooks/{SLUG}.ipynb, src/vgtext/chapters/{SLUG}/runs.py and 1 more), and" in said
    monkeypatch.setattr(origin, "setting", {"url": "https://o"}.get)  # what is changed in such a fork is its own
    assert [*taken.remarks([SLUG], False)] == []
    monkeypatch.setattr(origin, "commit_of", lambda folder: None)
    (tmp_path / "fork.json").unlink()
    assert "which has no history" in next(taken.remarks([SLUG], False))


def test_what_python_keeps_beside_its_modules_is_not_taken_along(tmp_path, monkeypatch):
    kept = tmp_path / "book/src/vgtext/nn/__pycache__"
    kept.mkdir(parents=True), (tmp_path / "book/tests").mkdir()
    (kept / "a.pyc").touch(), (kept.parent / "a.py").touch()
    monkeypatch.setattr(taken, "root", lambda: tmp_path / "book")
    monkeypatch.setattr(taken, "FILES", ["src/vgtext", "tests"])
    taken.copy_files(tmp_path / "copy", set())
    assert [path.name for path in (tmp_path / "copy").rglob("*") if path.is_file()] == ["a.py"]


def test_a_title_is_text_and_no_markdown(tmp_path):
    fork.fork([SLUG], tmp_path / "new", "*Depth*\n <10> & $5 \\", "A")
    assert (tmp_path / "new/book/index.md").read_text().startswith("# \\*Depth\\* \\<10\\> \\& \\$5 \\\\\n")
    assert yaml.safe_load((tmp_path / "new/_config.yml").read_text())["title"] == "*Depth* <10> & $5 \\"


def test_a_fork_holds_its_chapter_and_no_other(capsys, tmp_path):
    target = tmp_path / "book of one"
    status, out, _ = said(capsys, "fork", SLUG, target, "--title", 'Products: a "course"', "--author", "A. Teacher")
    assert status == 0 and "make book" in out
    settings = yaml.safe_load((target / "_config.yml").read_text())
    assert (settings["title"], settings["author"]) == ('Products: a "course"', "A. Teacher")
    assert [path.stem for path in target.glob("notebooks/*.ipynb")] == [SLUG]
    others = [slug for slug in notebooks.slugs() if slug != SLUG]
    for slug in others:
        assert not list((target / "src/vgtext/chapters").glob(f"{slug}*"))
        assert not list((target / "src/vgtext/data").glob(f"{slug}*"))
    first_page = (target / "book/index.md").read_text()  # it asks the notebook for the title, which may change
    assert f"- [](../notebooks/{SLUG}.ipynb)\n" in first_page
    for text in (first_page, (target / "README.md").read_text()):
        assert "Vanishing and Exploding Gradients" in text and "CC BY 4.0" in text and "BSD 3-Clause" in text
    pages = yaml.safe_load((target / "_toc.yml").read_text())
    for entry in [pages["root"], *(page["file"] for part in pages["parts"] for page in part["chapters"])]:
        assert (target / f"{entry}.md").exists() or (target / f"{entry}.ipynb").exists(), entry
    texts = "".join(path.read_text() for path in [*target.glob("book/*.md"), *target.glob("notebooks/*.ipynb")])
    assert not any(f"{slug}.ipynb" in texts or f"{slug}.html" in texts for slug in others)


def test_a_fork_holds_the_references_that_it_cites(tmp_path):
    fork.fork([SLUG], tmp_path / "one")
    pages = [*(tmp_path / "one").glob("notebooks/*.ipynb"), *(tmp_path / "one").glob("book/*.md")]
    text = "".join(page.read_text("utf8") for page in pages)
    kept = set(re.findall(r"^@\w+\{([^,]+),", (tmp_path / "one/book/references.bib").read_text(), re.M))
    assert kept == {key for keys in re.findall(r"\{cite\}`([\w,]+)`", text) for key in keys.split(",")} and kept


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_the_ledger_of_a_fork_names_the_sources_of_its_claims_and_no_other(slug, tmp_path):
    page, claims = tmp_path / "book/claims.md", tmp_path / f"src/vgtext/chapters/{slug}"
    page.parent.mkdir()
    shutil.copytree(notebooks.root() / f"src/vgtext/chapters/{slug}", claims)
    shutil.copyfile(notebooks.root() / "book/claims.md", page)
    fork.shown_claims(tmp_path)
    text, sources = page.read_text("utf8"), {claim.id.split(".")[0] for claim in gather().get(slug, ())}
    assert set(re.findall(r"^Ledger\(\"(\w+)\"\)", text, re.M)) == sources
    assert {anchor.upper() for anchor in re.findall(r"^\(source-(\w+)\)=", text, re.M)} == sources
    assert "(stored-runs)=" in text and "</script>" in text and "four short texts" not in text
    assert "that the chapters check" in text.partition("There are five verdicts")[0]


def test_whose_file_is_whose():
    owns = partial(notebooks.owner, slugs=["rescue", "rescue_two", "causes"])
    assert owns("chapters/rescue_two/runs.py") == owns("data/rescue_two_runs.npz") == "rescue_two"
    assert owns("chapters/rescue/runs.py") == owns("chapters/rescue") == owns("data/rescue_runs.npz") == "rescue"
    assert owns("chapters/__init__.py") is owns("nn/layers.py") is owns("data/rescued.npz") is None


def test_links_of_a_fork_without_an_address_say_that_they_lead_to_the_original(tmp_path, capsys, monkeypatch):
    fork.fork([SLUG], tmp_path / "none")
    fork.fork([SLUG], tmp_path / "own", repository="https://example.org/me/book")
    assert "There are none now" in (tmp_path / "none/README.md").read_text()
    fork.fork([SLUG], tmp_path / "student", student=True)
    for name, told in (("none", 1), ("own", 0), ("student", 0)):
        monkeypatch.setattr(notebooks, "root", lambda name=name: tmp_path / name)
        status, out, err = said(capsys, "links", SLUG)
        assert err.count("These open the original: ") == told
        assert (status, out.startswith(f"{SLUG}: https://")) == ((2, False) if name == "student" else (0, True))
    assert "has no address yet: write it into _config.yml" in err and err.count("\n") == 1


def test_the_buttons_of_a_fork_lead_to_its_own_address_or_are_gone(tmp_path):
    fork.fork([SLUG], tmp_path / "none", student=True)
    fork.fork([SLUG], tmp_path / "own", repository="https://example.org/me/book")
    none, own = (yaml.safe_load((tmp_path / name / "_config.yml").read_text()) for name in ("none", "own"))
    assert "launch_buttons" not in none and not none["html"]["use_repository_button"]
    assert own["repository"]["url"] == "https://example.org/me/book" and "launch_buttons" in own
    none, own = ((tmp_path / name / f"notebooks/{SLUG}.ipynb").read_text() for name in ("none", "own"))
    assert "pip" not in none and "install -q git+https://example.org/me/book" in own
    assert "rocket" not in none and "(`make lab`)" in none and "rocket" in own
    readmes = [(tmp_path / name / "README.md").read_text() for name in ("none", "own")]
    assert ["vgtext update" in readme for readme in readmes] == [False, True]


@pytest.mark.parametrize(("given", "kept"), [
    ("https://github.com/me/book.git", "https://github.com/me/book"),
    ("https://git.example.org/a/b/c/", "https://git.example.org/a/b/c"),
    ("https://github.com/me/digit", "https://github.com/me/digit"),
    ("me/book", None), ("git@github.com:me/book.git", None), ("https://example.org", None)])
def test_a_repository_is_an_address(given, kept):
    if kept:
        assert fork.checked_address(given) == kept
    else:
        with pytest.raises(fork.ForkError, match="a repository is an address such as"):
            fork.checked_address(given)


@pytest.mark.parametrize(("url", "place"), [
    ("https://github.com/me/book", "gh/me/book"), ("https://gitlab.com/group/me/book", "gl/group%2Fme%2Fbook"),
    ("https://git.example.org/me/book", "git/https%3A%2F%2Fgit.example.org%2Fme%2Fbook"),
    ("https://github.com/me/book/", "gh/me/book")])
def test_binder_and_a_hub_find_a_repository_on_any_host(monkeypatch, url, place):
    """The three kinds of address that Binder documents; nbgitpuller clones into the folder that its end names."""
    monkeypatch.setattr(links, "setting", {"url": url, "branch": "main"}.get)
    assert links.binder_link(SLUG) == f"https://mybinder.org/v2/{place}/main?urlpath=lab/tree/notebooks/{SLUG}.ipynb"
    asked = parse_qs(urlsplit(links.hub_link(SLUG, "https://hub.example.edu")).query)
    assert asked["repo"] == [url.rstrip("/")] and asked["urlpath"] == [f"lab/tree/book/notebooks/{SLUG}.ipynb"]


def test_a_fork_writes_into_an_empty_folder_only(capsys, tmp_path):
    (tmp_path / "mine.txt").write_text("kept")
    status, _, err = said(capsys, "fork", SLUG, tmp_path)
    assert status == 2 and "exists and is no empty folder" in err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def cells(*sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source) for source in sources])


@pytest.mark.parametrize(("chosen", "missing"), [
    (["c"], ["a", "b"]), (["c", "d"], ["a", "b"]), (["c", "b"], ["a"]),
    (["c", "b", "a"], []), (["b"], ["a"]), (["a"], []), (["d"], [])])
def test_a_fork_names_the_chapters_that_its_own_need_and_it_has_not(capsys, monkeypatch, tmp_path, chosen, missing):
    texts = {"a": "First.", "b": "**What you need.** [a](a.ipynb).",
             "c": "**What you need.** [b](b.ipynb), [a](a.ipynb).", "d": "**What you need.** Nothing.\n\n[a](a.ipynb)."}
    monkeypatch.setattr(notebooks, "slugs", lambda: [*texts])
    monkeypatch.setattr(notebooks, "read_notebook", lambda slug: cells(f"# {slug}", texts[slug]))
    for name in ("check_whole", "copy_files", "write_notebook", "write_settings", "write_pages", "shown_claims",
                 "keep_cited"):
        monkeypatch.setattr(fork, name, lambda *given, **more: (tmp_path / "new").mkdir(exist_ok=True))
    monkeypatch.setattr(fork, "with_package", lambda book, address: book)
    monkeypatch.setattr(fork, "origin", lambda student: {})
    monkeypatch.setattr(taken, "remarks", lambda slugs, student: [])
    commands.run_fork(SimpleNamespace(chapters=chosen, folder=tmp_path / "new", title="T", author="A", student=False,
                                      repository=None))
    assert re.findall(r"build on (.*): name", capsys.readouterr().out) == [", ".join(missing)] * bool(missing)


def test_the_time_that_a_notebook_has_is_the_one_that_the_command_says(capsys):
    with pytest.raises(SystemExit):
        main(["grades", "--help"])
    assert re.search(r"limit\s+of\s+one\s+notebook\s+\(default:\s+(\d+)", capsys.readouterr().out)[1] == str(
        grades.TIME_LIMIT) and parser().parse_args(["grades", "a"]).seconds == grades.TIME_LIMIT >= 60


def test_links_to_absent_chapters_become_text():
    text = "See [the product](two_by_two.html#order), [it](../notebooks/two_by_two.ipynb) and [the web](https://x.org/a.html)."
    assert fork.unlink(text, {SLUG}) == text
    assert fork.unlink(text, set()) == "See the product, it and [the web](https://x.org/a.html)."


def test_needs_are_read_from_what_you_need():
    book = cells("# T", "**What you need.** Matrices, and [products](two_by_two.ipynb).\n\nMore [here](problem.ipynb).")
    assert fork.needs(book) == {"two_by_two"}


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_links_open_the_chapter_of_this_repository(capsys, slug):
    """The parts of the addresses are those that Binder and nbgitpuller document."""
    url = yaml.safe_load((notebooks.root() / "_config.yml").read_text())["repository"]["url"]
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
    page = (notebooks.root() / "book/instructors.md").read_text("utf8").split("## Lesson plans")[1]
    plans = re.findall(r"^### \[([^\]\n]+)\]\(\.\./notebooks/(\w+)\.ipynb\)$(.*?)(?=^### |\Z)", page, re.M | re.S)
    contents = yaml.safe_load((notebooks.root() / "_toc.yml").read_text("utf8"))
    topics = {entry["file"]: entry["title"] for part in contents["parts"] for entry in part["chapters"]}
    wanted = [(topics[f"notebooks/{slug}"], slug) for slug in notebooks.slugs()]
    found = [(title, slug) for title, slug, _ in plans]
    assert set(found) == set(wanted), "the plan of each chapter is under its title in _toc.yml"
    assert found == wanted, "plans are in the order of _toc.yml"
    for _, slug, plan in plans:
        minutes = re.findall(r"^\|[^|]+\| *(\d*) *\| *(\d*) *\|$", plan, re.M)
        lengths = [sum(int(cell or 0) for cell in column) for column in zip(*minutes, strict=True)]
        assert lengths == [50, 90], (slug, lengths)
        assert "**Needs**" in plan and "**What students get wrong.**" in plan
        assert plan.count(f"({'../notebooks/' + slug}.ipynb#") + plan.count(f"(<../notebooks/{slug}.ipynb#") >= 2


def handed_in(path, *codes, outputs=(), chapter=SLUG):
    """Write a notebook with a code cell each, and a solution that does not count; return its path."""
    setup = f"from vgtext.chapters import {chapter} as lab\nfrom vgtext.ask import check"
    shown = {i: nbformat.v4.new_output("execute_result", {"text/plain": text}) for i, text in enumerate(outputs)}
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(setup)])
    for i, code in enumerate(codes):
        book.cells.append(nbformat.v4.new_code_cell(code, outputs=[shown[i]] if i in shown else []))
    solution = nbformat.v4.new_code_cell('check(lab.EXERCISES["rates"], [1.1, 0.8, 0.9, 0.7])')
    fences = [nbformat.v4.new_markdown_cell(f"```{{solution-{end}}} x\n```") for end in ("start", "end")]
    book.cells += [fences[0], solution, fences[1]]
    nbformat.write(book, path)
    return path


def asks(name, answer):
    return f'check(lab.EXERCISES["{name}"], {answer})'


def rows(out):
    """The lines of the table as dicts."""
    return list(csv.DictReader(io.StringIO(out)))


def test_grades_are_the_verdicts_that_students_saved(capsys, tmp_path):
    one = handed_in(tmp_path / "one.ipynb", asks("rates", 1), "answer = (", outputs=["Right. Yes."])
    two = handed_in(tmp_path / "two.ipynb", asks("rates", 2), asks("for-good", 3), outputs=["Not yet. It", "Right. It"])
    three = handed_in(tmp_path / "three.ipynb", *(asks(name, k) for name in ("rates", "for-good") for k in (1, 2)),
                      outputs=["Not yet. It", "Right. It"] * 2)
    status, out, _ = said(capsys, "grades", one, two, three)
    assert status == 0
    assert out.splitlines() == ["notebook,rates,for-good,right,problem,reasons",
                                f"{one},1,,1,,for-good: not in this notebook",
                                f"{two},0,1,1,,rates: It (as last run and saved)", f"{three},1,1,2,,"]


@pytest.mark.parametrize("run", [(), ("--run",)])
@pytest.mark.parametrize("first", ["None", "[1.1, 0.8, 0.9, 0.7]"])
def test_a_right_answer_counts_whatever_else_is_left_of_its_exercise(capsys, tmp_path, first, run):
    """As where the cell that was handed out stands untouched below a copy of it, or above."""
    answers = sorted(["None", "[1.1, 0.8, 0.9, 0.7]"], key=lambda answer: answer != first)
    shown = ["Not yet. No" if answer == "None" else "Right. It" for answer in answers]
    path = handed_in(tmp_path / "twice.ipynb", *(asks("rates", answer) for answer in answers), outputs=shown)
    [row] = rows(said(capsys, "grades", *run, path)[1])
    assert (row["rates"], row["right"], row["reasons"]) == ("1", "1", "")


@pytest.mark.parametrize("run", [(), ("--run",)])
def test_an_answer_whose_cell_is_no_python_is_not_right_and_its_row_says_where(capsys, tmp_path, run):
    """The student has not left the exercise out."""
    broken = "def excess(rho):\n    return (1))\n\n\n" + asks("excess", "excess, seed=0")
    path = handed_in(tmp_path / "one.ipynb", asks("rates", "[1.1, 0.8, 0.9, 0.7]"), broken,
                     "print(" + asks("for-good", 3), outputs=["Right. It"])
    [row] = rows(said(capsys, "grades", *run, path)[1])
    assert (row["rates"], row["excess"], row["for-good"], row["right"]) == ("1", "0", "0", "1")
    assert "excess: its cell is no Python: unmatched ')', line 2; for-good: its cell is no Python: " in row["reasons"]


def test_a_chapter_needs_what_its_paragraph_names_and_not_all_that_it_links_to():
    texts = ("**What you need.** [b](b.ipynb), and [c](../notebooks/c.ipynb#d).\n\nMore: [e](e.ipynb).", "[f](f.ipynb)")
    assert fork.needs(nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_markdown_cell, texts)])) == {"b", "c"}


def test_a_fork_keeps_every_reference_that_it_cites(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book/references.bib").write_text("% head\n" + "".join(f"\n@book{{{key},\n}}\n" for key in "abcd"))
    (tmp_path / "book/page.md").write_text("{cite}`a,c` and {cite:t}`d`")
    fork.keep_cited(tmp_path)
    assert re.findall(r"@book\{(\w)", (tmp_path / "book/references.bib").read_text()) == ["a", "c", "d"]


def test_grades_of_a_folder_are_those_of_its_notebooks(capsys, tmp_path):
    one, two = (handed_in(tmp_path / f"{k}.ipynb", asks("rates", 1), outputs=["Right. Yes."]) for k in (1, 2))
    (tmp_path / "notes.txt").touch()
    assert said(capsys, "grades", tmp_path) == said(capsys, "grades", one, two)
    (tmp_path / "a").mkdir()
    (tmp_path / "b/.ipynb_checkpoints").mkdir(parents=True)
    (tmp_path / "_build").mkdir()
    for name in ("a/1.ipynb", "b/1.ipynb", "b/.ipynb_checkpoints/1.ipynb", "_build/1.ipynb"):  # as a course has them
        shutil.copy(one, tmp_path / name)
    out = said(capsys, "grades", tmp_path)[1]
    assert [Path(row["notebook"]).relative_to(tmp_path).as_posix() for row in rows(out)] == [
        "1.ipynb", "2.ipynb", "a/1.ipynb", "b/1.ipynb"]
    two.parent.joinpath("empty").mkdir()
    assert said(capsys, "grades", tmp_path / "empty")[::2] == (2, f"vgtext: no notebook is in {tmp_path / 'empty'}\n")


@pytest.mark.parametrize("run", [(), ("--run",)])
def test_an_exercise_of_another_chapter_is_not_missed(capsys, tmp_path, run):
    """Of a folder with notebooks of two chapters, each lacks only what others of its own chapter have."""
    made = {"a": ("two_by_two", "rates", "for-good"), "b": ("two_by_two", "rates"), "c": ("causes", "other")}
    for name, (slug, *exercises) in made.items():
        handed_in(tmp_path / f"{name}.ipynb", *(asks(exercise, 1) for exercise in exercises), chapter=slug,
                  outputs=["Not yet. No", "Not yet. No"])
    found = {Path(row["notebook"]).stem: row for row in rows(said(capsys, "grades", *run, tmp_path)[1])}
    missed = {name: re.findall(r"([\w-]+): not in this notebook", row["reasons"]) for name, row in found.items()}
    assert missed == {"a": [], "b": ["for-good"], "c": []} and found["c"]["rates"] == found["a"]["other"] == ""


def test_of_two_checks_in_a_cell_only_the_one_that_shows_its_verdict_counts(capsys, tmp_path):
    both = asks("rates", 1) + "\n" + asks("for-good", 2)
    path = handed_in(tmp_path / "both.ipynb", both, outputs=["Right. It"])
    assert rows(said(capsys, "grades", path)[1])[0] | {"notebook": ""} == {
        "notebook": "", "rates": "", "for-good": "1", "right": "1", "problem": "",
        "reasons": "rates: its cell does not show the verdict"}


@pytest.mark.parametrize("right", [("rates",), ("for-good",), ("rates", "for-good"), ()])
def test_of_two_verdicts_that_a_cell_prints_each_goes_to_its_own_check(capsys, tmp_path, right):
    names = "rates", "for-good"
    path = handed_in(tmp_path / "both.ipynb", "\n".join(f"print({asks(name, 1)})" for name in names))
    book = nbformat.read(path, as_version=4)
    said_of = "".join(f"{'Right.' if name in right else 'Not yet.'} It\n" for name in names)
    book.cells[1].outputs = [nbformat.v4.new_output("stream", text=said_of)]
    nbformat.write(book, path)
    [row] = rows(said(capsys, "grades", path)[1])
    assert [row[name] for name in names] == [str(int(name in right)) for name in names]


def test_a_table_in_a_file_opens_in_a_spreadsheet_and_computes_nothing(capsys, tmp_path, monkeypatch):
    """Names of any alphabet are read (a mark says that it is UTF-8), and a stranger's "=…" stays text."""
    monkeypatch.chdir(tmp_path)
    files = [Path("Übung Ångström (2).ipynb"), Path("=cmd|'calc'!A0.ipynb"), Path("+1.ipynb"), Path("\t=1.ipynb")]
    for path in files:
        handed_in(path, asks("rates", 1), 'check(lab.EXERCISES["=1+1"], 2)', outputs=["Right. It", "Not yet. -2"])
    status, out, _ = said(capsys, "grades", *files, "-o", "grades.csv")
    assert status == 0 and out == "Wrote grades.csv: 4 notebooks.\n"
    content = Path("grades.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and b"\r" not in content
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row[0] for row in table[1:]] == ["Übung Ångström (2).ipynb", "'=cmd|'calc'!A0.ipynb", "'+1.ipynb",
                                            "'\t=1.ipynb"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in table for cell in row)
    assert [grades.plain(f"{first}1") for first in "=+-@\t\r1"] == [*(f"'{first}1" for first in "=+-@\t\r"), "11"]
    assert said(capsys, "grades", files[0], "-o", "nowhere/grades.csv")[0] == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_notebook_that_an_editor_of_windows_saved_is_read(capsys, tmp_path, encoding):
    path = handed_in(tmp_path / "one.ipynb", asks("rates", 1), outputs=["Right. It"])
    path.write_text(path.read_text("utf8"), encoding)
    assert rows(said(capsys, "grades", path)[1])[0]["rates"] == "1"


def test_neither_two_cells_with_one_id_nor_a_kernel_say_a_word(tmp_path):
    path = handed_in(tmp_path / "one.ipynb", asks("rates", "[1.1, 0.8, 0.9, 0.7]"))
    book = json.loads(path.read_text("utf8"))
    book["cells"][1]["id"] = book["cells"][0]["id"]
    path.write_text(json.dumps(book))
    done = subprocess.run([sys.executable, "-m", "vgtext", "grades", "--run", path], capture_output=True, text=True)
    assert done.stderr == "" and rows(done.stdout)[0]["rates"] == "1"


@pytest.mark.parametrize("run", [(), ("--run",)])
@pytest.mark.parametrize("magic", ["%%time", "%%time\n", "%%capture out", "  %%prun -q"])
def test_a_check_below_a_magic_of_its_cell_counts(capsys, tmp_path, magic, run):
    right = asks("rates", "[1.1, 0.8, 0.9, 0.7]")
    path = handed_in(tmp_path / "magic.ipynb", f"{magic}\n{right}", outputs=["Right. It"])
    assert rows(said(capsys, "grades", *run, path)[1])[0]["rates"] == "1"


@pytest.mark.parametrize("magic", ["%timeit 1 + 1", "!echo", "%matplotlib inline"])
def test_a_check_beside_a_magic_line_counts(capsys, tmp_path, magic):
    path = handed_in(tmp_path / "magic.ipynb", f"{magic}\n{asks('rates', 1)}", outputs=["Right. It"])
    assert rows(said(capsys, "grades", path)[1])[0]["rates"] == "1"


@pytest.mark.parametrize("own", [
    "def check(*args):\n    return 'Right. Yes.'", "check = print", "from generous import check",
    "import generous as check", "from vgtext.ask import quiz as check", "async def check(*args):\n    pass",
    "for check in [print]:\n    pass", "import builtins as b, generous as check"])
def test_a_check_of_ones_own_earns_nothing(capsys, tmp_path, own):
    path = handed_in(tmp_path / "forged.ipynb", own, asks("rates", 1), outputs=["", "Right. It"])
    status, out, err = said(capsys, "grades", path)
    assert status == 1 and rows(out)[0]["rates"] == "0" and "a check of its own" in err


def test_what_a_cell_prints_is_no_verdict_of_its_check(capsys, tmp_path):
    """Whatever a reader prints beside a check, and whether the check is silenced."""
    printed, wrong = "print('Right. Yes.')\n", asks("rates", 1)
    for code, verdict, marks in ((f"{printed}{wrong}", "Not yet. No.", "0"), (f"{printed}{wrong};", None, "0"),
                                 (f"{printed}print({wrong})", "Not yet. No.", "0"),
                                 (f"print({wrong})", "Right. It", "1"), (f"x = 1\n{wrong}", "Right. It", "1")):
        path = handed_in(tmp_path / "prints.ipynb", code)
        book = nbformat.read(path, as_version=4)
        said_so = [nbformat.v4.new_output("stream", text="Right. Yes.\n")] if printed in code else []
        if verdict and f"print({wrong})" in code:
            said_so.append(nbformat.v4.new_output("stream", text=verdict))
        elif verdict:
            said_so.append(nbformat.v4.new_output("execute_result", {"text/plain": verdict}))
        book.cells[1].outputs = said_so
        nbformat.write(book, path)
        assert rows(said(capsys, "grades", path)[1])[0]["rates"] == marks, code


def test_a_function_that_prints_right_is_judged_by_what_it_returns(capsys, tmp_path):
    """It may even find the mark that stands before the verdict."""
    liar = ("import sys\ndef f(*inputs):\n    print('Right. ', end='')\n"
            "    for frame in sys._current_frames().values():\n        while frame:\n"
            "            print(frame.f_locals.get('mark'), 'Right. It is.')\n            frame = frame.f_back\n"
            "    return 0")
    path = handed_in(tmp_path / "liar.ipynb", f"{liar}\n{asks('growth', 'f')}")
    assert rows(said(capsys, "grades", "--run", path)[1])[0]["growth"] == "0"


def test_running_asks_the_books_own_check(capsys, tmp_path):
    right = "[1.1, 0.8, 0.9, 0.7]"
    path = handed_in(
        tmp_path / "run.ipynb", asks("rates", right), "raise ValueError", "def check(*args):\n    return 'Right. Yes.'",
        asks("for-good", 1), "import numpy as np\nimport math as m\nm.sqrt(", asks("growth", "lambda *a: m.sqrt('a')"),
        outputs=["Not yet. No."])
    row = rows(said(capsys, "grades", "--run", path)[1])[0]
    assert (row["rates"], row["for-good"], row["growth"], row["right"], row["problem"]) == ("1", "0", "0", "1", "")
    assert re.fullmatch(r"for-good: Both .*; growth: The function raised .*must be real number.*", row["reasons"])


def test_what_a_notebook_does_to_the_book_earns_nothing(capsys, tmp_path):
    """Whatever it makes of the check's module, an exercise, ``print`` and ``lab``; and forgetting all is no fault.

    Its exercises hold no solution, whatever way it reads them; and still its own cells get the genuine verdicts.
    """
    reads = (asks("growth", 'getattr(lab.EXERCISES["growth"], "sol" + "ution")'),
             "import dataclasses\n" + asks("starve", 'dataclasses.astuple(lab.EXERCISES["starve"])[2]'),
             f"b = (lambda rho, s: s - rho**2 / s) if {asks('for-good', 70)}.right else None", asks("excess", "b"))
    forgeries = ("import vgtext.ask.exercises as e\ne.judge = lambda *a: None",
                 "import sys\nfor m in [*sys.modules.values()]:\n    hasattr(m, 'judge') and vars(m).clear()",
                 "from vgtext.ask import Exercise\nlab.EXERCISES['rates'] = Exercise('rates', '', lambda: 1)",
                 "import sys\ndef print(mark, *words):\n    sys.stdout.write(f'{mark} Right. It is.')",
                 "from types import SimpleNamespace\nlab = SimpleNamespace(EXERCISES=lab.EXERCISES)")
    inline = "check({'coins': Exercise('coins', '', lambda: 1)}['coins'], 1)"
    own = "from vgtext.chapters import two_by_two as mine\ncheck(exercise=mine.EXERCISES['for-good'], answer=70)"
    path = handed_in(tmp_path / "forged.ipynb", *reads, *forgeries, asks("rates", 1), inline, "%reset -f", own)
    status, out, _ = said(capsys, "grades", "--run", path)
    row = rows(out)[0]
    assert (row["growth"], row["starve"], row["excess"]) == ("0", "0", "1")
    assert row["reasons"].count("raised LookupError: while a notebook is graded, its exercises hold no solutions") == 2
    assert status == 0 and (row["rates"], row["coins"], row["for-good"]) == ("0", "0", "1")
    assert "coins: it checks no exercise that its notebook imports from the book" in row["reasons"]


def test_what_a_notebook_gets_from_an_exercise_fits_the_book_that_it_imports():
    """As the recordings of strangers, which its ``diagnose`` takes: both are of the copies."""
    code = ("from vgtext.ask.apart import settle; settle('judge', ['vgtext.chapters.detection'])\n"
            "import vgtext.chapters.detection as lab; from vgtext.diagnose import Recording\n"
            "print({isinstance(recording, Recording) for recording in lab.strangers()}, lab.exercises.EXERCISES is "
            "lab.EXERCISES, hasattr(lab.exercises, 'named'), {e.mistakes for e in lab.EXERCISES.values()})")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "{True} True False {()}\n", done.stderr


@pytest.mark.parametrize(("code", "words"), [
    ("import numpy as n\nn.isclose = lambda *a, **k: n.array(True)", "it changes n.isclose"),
    ("import builtins\nsetattr(builtins, 'isinstance', None)", "it changes builtins"),
    (asks("growth", 'lab.EXERCISES["growth"].solution'), "it reads lab.EXERCISES['growth'].solution"),
    ("from vgtext.chapters.two_by_two.exercises import for_good as f", f"it imports {EXERCISES}.for_good"),
    (f"import {EXERCISES} as e", f"it imports {EXERCISES}")])
@pytest.mark.parametrize("run", [(), ("--run",)])
def test_a_notebook_that_changes_numpy_or_reads_a_solution_is_refused(capsys, tmp_path, code, words, run):
    path = handed_in(tmp_path / "forged.ipynb", asks("rates", "[1.1, 0.8, 0.9, 0.7]"), code, outputs=["Right. It"])
    status, out, err = said(capsys, "grades", *run, path)
    row = rows(out)[0]
    assert status == 1 and row["rates"] == "0" and row["problem"] == f"{words}: look at it yourself" in err
    assert f"rates: {words}" in row["reasons"]


def test_what_a_notebook_makes_of_its_own_is_no_meddling(capsys, tmp_path):
    own = f"from {EXERCISES} import EXERCISES\nimport numpy as np\n"
    own += "a = np.zeros(2)\na.shape = (2, 1)\nclass A:\n    b = 1\nA.b = 2"
    path = handed_in(tmp_path / "own.ipynb", own, asks("rates", 1), outputs=["", "Right. It"])
    assert rows(said(capsys, "grades", path)[1])[0]["rates"] == "1"


def test_a_file_whose_name_is_no_text_gets_its_row(capsys, tmp_path):
    path = os.fsdecode(os.fsencode(handed_in(tmp_path / "x.ipynb", asks("rates", 1))).replace(b"x.", b"\xff."))
    assert said(capsys, "grades", path, "-o", tmp_path / "grades.csv")[0] == 1
    assert "?.ipynb" in (tmp_path / "grades.csv").read_text("utf-8-sig")


def test_a_file_whose_name_is_no_text_is_read_and_written(capsys, tmp_path):
    """As names out of an archive that was packed with another encoding."""
    folder = tmp_path / os.fsdecode(b"B\xfcch")
    folder.mkdir()
    log, report, packed = (folder / os.fsdecode(name) for name in (b"l\xf6g.csv", b"l\xf6g.html", b"b\xfc.zip"))
    log.write_text("step,loss\n" + "".join(f"{step},2.3\n" for step in range(50)))
    assert said(capsys, "diagnose", log, "-o", report)[0] == 0
    assert "<h1>l\N{REPLACEMENT CHARACTER}g</h1>" in report.read_text("utf-8")
    (built := folder / "built").mkdir()
    (built / "index.html").write_text("")
    assert write_archive(packed, built) == 1
    with ZipFile(packed) as archive:
        assert archive.namelist() == ["b\N{REPLACEMENT CHARACTER}/index.html"]
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    assert Path(origin.git(folder, "rev-parse", "--show-toplevel")).samefile(folder)


def test_an_import_counts_though_its_cell_is_broken(capsys, tmp_path):
    path = handed_in(tmp_path / "broken.ipynb", "import json\nanswer = json.loads('[1.1, 0.8, 0.9, 0.7]'",
                     asks("rates", "json.loads('[1.1, 0.8, 0.9, 0.7]')"))
    assert rows(said(capsys, "grades", "--run", path)[1])[0]["rates"] == "1"


@pytest.mark.parametrize(("run", "codes", "outputs", "words"), [
    (False, [asks("rates", 1)], ["Not yet. Expected\nfour numbers."],
     "rates: Expected four numbers (as last run and saved)"),
    (False, [asks("rates", 1)], [], "rates: the check was not run"),
    (False, ["check = print", asks("rates", 1)], ["", "Right. It"], "rates: judged by a check of its own"),
    (False, ["print('Right. Yes.')\n" + f"print({asks('rates', 1)})"], ["Right. Yes.\nNot yet. No."],
     "rates: the cell prints a verdict of its own"),
    (True, [asks("rates", "unknown")], [], "rates: its cell ended in NameError: name 'unknown' is not defined"),
    (True, [f"import os, sys; sys.stdout = open(os.devnull, 'w')\n{asks('rates', 1)}"], [],
     "rates: its verdict could not be read"),
])
def test_beside_every_0_stands_the_reason(capsys, tmp_path, run, codes, outputs, words):
    path = handed_in(tmp_path / "zero.ipynb", *codes, outputs=[] if "prints" in words else outputs)
    book = nbformat.read(path, as_version=4)
    if "prints" in words:
        book.cells[1].outputs = [nbformat.v4.new_output("stream", text=outputs[0])]
    nbformat.write(book, path)
    row = rows(said(capsys, "grades", *["--run"] * run, path)[1])[0]
    assert row["rates"] == "0" and row["reasons"] == words


def test_a_reason_that_is_cut_ends_in_an_ellipsis(capsys, tmp_path):
    long = "Expected four numbers; got " + "1.5, " * 60
    path = handed_in(tmp_path / "long.ipynb", asks("rates", 1), asks("excess", 1),
                     outputs=[f"Not yet. {long}", "Not yet. Expected\none."])
    cut, whole = rows(said(capsys, "grades", path)[1])[0]["reasons"].split("; excess: ")
    assert cut.endswith("…") and long.startswith(cut.removeprefix("rates: ")[:-1]) and len(cut) < 210
    assert whole == "Expected one (as last run and saved)"


def test_a_cell_that_was_changed_and_not_run_is_not_judged_by_what_it_was_handed_out_with(capsys, tmp_path):
    """Of what shows the same after another run nothing is said, nor of a cell as it was handed out."""
    book = notebooks.read_notebook(SLUG)
    cells = {cell.id: cell for cell in book.cells}
    number, function = cells["exercise-rates"], cells["exercise-growth"]
    number.source = number.source.replace("None", "[1.1, 0.8, 0.9, 0.7]")
    nbformat.write(book, tmp_path / "one.ipynb")
    status, out, err = said(capsys, "grades", tmp_path / "one.ipynb")
    row = rows(out)[0]
    problem = "cells that were changed show what they were handed out with: run it (--run)"
    assert status == 1 and row["rates"] == row["growth"] == "0" and row["problem"] == problem in err
    assert "rates: its cell was changed, and shows what it was handed out with" in row["reasons"]
    assert "growth: Expected the growth rate" in row["reasons"] and row["reasons"].endswith(" (as last run and saved)")
    number.execution_count = function.execution_count = 99
    function.source = function.source.replace("# your code", "Ws")
    nbformat.write(book, tmp_path / "one.ipynb")
    status, out, _ = said(capsys, "grades", tmp_path / "one.ipynb")
    assert status == 0 and "rates: Expected the long-run" in rows(out)[0]["reasons"]


@pytest.mark.parametrize("code", [asks("rates", 1), f"print({asks('rates', 1)})"])
def test_verdicts_in_other_words_are_not_taken_for_none(capsys, tmp_path, monkeypatch, code):
    """The instructor's copy speaks another language than the one that was handed out."""
    path = handed_in(tmp_path / "one.ipynb", code)
    book = nbformat.read(path, as_version=4)
    text = "Richtig. Das ist es."
    book.cells[1].outputs = [nbformat.v4.new_output("stream", text=text) if "print" in code else
                             nbformat.v4.new_output("execute_result", {"text/plain": text})]
    nbformat.write(book, path)
    status, out, err = said(capsys, "grades", path)
    problem = ("outputs are no verdicts in the words of this copy: grade with the copy that was handed out, or run it "
               "(--run)")
    assert status == 1 and rows(out)[0] | {"notebook": ""} == {
        "notebook": "", "rates": "0", "right": "0", "problem": problem,
        "reasons": "rates: its output is no verdict in the words of this copy"}
    assert f"{path}: {problem}" in err
    monkeypatch.setattr(grades, "words", {"check.right": "Richtig.", "check.not_yet": "Noch nicht."}.get)
    monkeypatch.setattr(handed_in_module, "words", grades.words)
    assert rows(said(capsys, "grades", path)[1])[0]["rates"] == "1"


def test_a_student_who_handed_in_no_notebook_has_a_row(capsys, tmp_path):
    """Beside folders that hold one, or named; what lies in a student's folder, or is hidden, is nobody's."""
    for name in ("ada/data", "ned", "bob/work", ".git"):
        (tmp_path / "in" / name).mkdir(parents=True)
    (tmp_path / "in/ned/answers.docx").touch()
    for name in ("ada/1.ipynb", "bob/work/1.ipynb"):
        handed_in(tmp_path / "in" / name, asks("rates", 1), outputs=["Right. It"])
    table = tmp_path / "grades.csv"
    status, out, err = said(capsys, "grades", tmp_path / "in", "-o", table)
    found = {row["notebook"]: row for row in rows(table.read_text("utf-8-sig"))}
    assert [Path(name).relative_to(tmp_path / "in").as_posix() for name in found] == ["ada/1.ipynb", "bob/work/1.ipynb",
                                                                                      "ned"]
    ned = found[str(tmp_path / "in/ned")]
    assert [*ned.values()][1:] == ["", "0", "no notebook is in this folder", ""]
    assert status == 1 and f"{tmp_path / 'in/ned'}: no notebook is in this folder\n" in err
    assert out == f"Wrote {table}: 2 notebooks.\n"
    assert said(capsys, "grades", *(tmp_path / "in" / name for name in ("ada", "ned")))[1].count("\n") == 3


def test_an_error_that_was_saved_is_the_reason(capsys, tmp_path):
    path = handed_in(tmp_path / "error.ipynb", asks("rates", "x"))
    book = nbformat.read(path, as_version=4)
    book.cells[1].outputs = [nbformat.v4.new_output("error", ename="NameError", evalue="no x", traceback=[])]
    nbformat.write(book, path)
    assert rows(said(capsys, "grades", path)[1])[0]["reasons"] == "rates: its cell ended in NameError: no x"


def test_after_its_time_a_notebook_gets_no_further_cell():
    with pytest.raises(TimeoutError):
        rerun.run_cell(None, "1 + 1", end=time.monotonic() - 1)


def test_a_cell_gets_what_is_left_of_the_time():
    client = SimpleNamespace(nb=nbformat.v4.new_notebook(), execute_cell=lambda cell, place: None)
    assert rerun.run_cell(client, "1 + 1", time.monotonic() + 1000) == ("", "") and not client.nb.cells
    assert 900 < client.timeout <= 1000


def test_one_bad_notebook_does_not_stop_the_others(capsys, tmp_path, monkeypatch):
    def hurried(notebook, cells, folder, seconds):
        """What never ends gets two seconds; the others have them all, if this machine is slow."""
        endless = any("while True" in cell.source for cell in notebook.cells)
        return rerun.executed(notebook, cells, folder, 2 if endless else seconds)

    monkeypatch.setattr(grades, "executed", hurried)
    monkeypatch.setattr("jupyter_client.connect.socket", None)  # no port, which another may take before the kernel
    right = asks("rates", "[1.1, 0.8, 0.9, 0.7]")
    (tmp_path / "essay.pdf").write_bytes(b"%PDF-1.4 \xff")
    (tmp_path / "empty.ipynb").write_text("")
    (tmp_path / "cut.ipynb").write_text('{"cells": [')
    (tmp_path / "list.ipynb").write_text("[1, 2]")
    other = nbformat.read(handed_in(tmp_path / "other.ipynb", right, outputs=["Right. It"]), as_version=4)
    other.metadata["kernelspec"] = {"name": "julia-1.9", "display_name": "Julia"}
    nbformat.write(other, tmp_path / "other.ipynb")
    handed_in(tmp_path / "dies.ipynb", right, "import os; os._exit(1)", asks("growth", 1))
    handed_in(tmp_path / "forever.ipynb", right, "while True: pass", asks("growth", 1))
    handed_in(tmp_path / "good.ipynb", right)
    names = ["essay.pdf", "empty.ipynb", "cut.ipynb", "list.ipynb", "absent.ipynb", "other.ipynb", "dies.ipynb",
             "forever.ipynb", "good.ipynb"]
    status, out, err = said(capsys, "grades", "--run", *(tmp_path / name for name in names))
    table = {Path(row["notebook"]).name: row for row in rows(out)}
    assert status == 1 and list(table) == names and "Traceback" not in out + err
    for name in names[:5]:
        assert table[name]["problem"].startswith("not a notebook") and table[name]["right"] == "0"
    assert table["dies.ipynb"]["problem"] == "its kernel died" and table["dies.ipynb"]["growth"] == "0"
    assert table["dies.ipynb"]["reasons"] == "growth: its kernel died"
    assert table["forever.ipynb"]["problem"] == "it ran for more than 2 seconds"
    assert table["good.ipynb"]["rates"] == table["other.ipynb"]["rates"] == "1"
    assert table["good.ipynb"]["problem"] == ""
    assert sum(not line.startswith("running notebooks: ") for line in err.splitlines()) == 7


def test_a_folder_that_has_the_name_of_what_is_to_be_written_is_named_before_any_work(tmp_path):
    (tmp_path / "a.svg").mkdir()
    with pytest.raises(notebooks.Mistake, match=r"a\.svg is a folder, and no file"):
        with commands.written(tmp_path / "a.svg", ".svg"):
            raise AssertionError("the work began")


def test_no_hub_and_no_folder_get_one_line(capsys, tmp_path):
    status, _, err = said(capsys, "links", "--hub", "my hub")
    assert status == 2 and "a hub is an address such as" in err and err.count("\n") == 1
    status, _, err = said(capsys, "figure", "unit_circle", "-o", tmp_path / "nowhere" / "circle.svg")
    assert status == 2 and "there is no folder" in err and err.count("\n") == 1


def test_a_chapters_file_that_is_no_notebook_is_named(tmp_path, monkeypatch):
    (tmp_path / f"{SLUG}.ipynb").write_text('<<<<<<< ours\n{"cells": []}')
    monkeypatch.setattr(notebooks, "notebook_path", lambda slug: tmp_path / f"{slug}.ipynb")
    with pytest.raises(notebooks.Mistake, match=f"notebooks/{SLUG}.ipynb is no notebook"):
        notebooks.read_notebook(SLUG)
    with pytest.raises(notebooks.Mistake, match="begins with its title"):
        notebooks.title(nbformat.v4.new_notebook())


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_command_that_is_stopped_leaves_what_was_there(capsys, tmp_path, monkeypatch, failure):
    def stopped(target):
        """Write half of it."""
        target.write_text("half")
        raise failure

    (tmp_path / "book.zip").write_text("before")
    monkeypatch.setattr("vgtext.tools.archive.write_archive", stopped)
    status, _, err = said(capsys, "archive", "-o", tmp_path / "book.zip")
    assert (status, err.strip()) == ((2, f"vgtext: {failure}") if str(failure) else (130, "vgtext: stopped"))
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_pipe_of_another_encoding_gets_every_line(encoding):
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-m", "vgtext", "list"], capture_output=True, env=environment)
    assert done.returncode == 0 and done.stderr == b"" and done.stdout.count(b"\n") > 100


def test_without_the_books_files_a_command_says_so_and_the_library_works(tmp_path):
    """As after pip install: the package is elsewhere, no notebooks are near, nor what builds a book."""
    copy = tmp_path / "mit Umlaut ä" / "vgtext"
    shutil.copytree(Path(vgtext.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PYTHONPATH": str(copy.parent)}
    (copy.parent / "yaml.py").write_text("raise ModuleNotFoundError(name=__name__)")

    def run(*arguments):
        return subprocess.run([sys.executable, "-m", "vgtext", *arguments], cwd=copy.parent, env=environment,
                              capture_output=True, text=True)

    for command in (["list"], ["slides", SLUG], ["links"], ["fork", SLUG, "new"], ["pdf", "-o", "b.pdf"],
                    ["archive", "-o", "b.zip"]):
        done = run(*command)
        assert done.returncode == 2 and "needs the book's files" in done.stderr and done.stderr.count("\n") == 1
    done = run("figure", "unit_circle", "--state", "depth=5", "-o", "circle.svg")
    assert done.returncode == 0, done.stderr
    assert (copy.parent / "circle.svg").stat().st_size > 1000 and "at depth 5" in done.stdout
