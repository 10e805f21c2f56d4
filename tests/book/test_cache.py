"""What is run again: the pages whose code imports what has changed, or loads it, and no other."""

import ast
import importlib
import os
import sys
from importlib.metadata import requires, version
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from sphinx.errors import ConfigError, ExtensionError

from vgtext.explore import explore
from vgtext.tools import notebooks

sys.path.append(str(Path(__file__).parents[2] / "book" / "_ext"))
import depends
import execution
import pieces
import unfinished

ROOT = Path(__file__).parents[2]

#: The files of a package, in each of which a definition ends in its own 0.
FILES = {
    "__init__.py": "",
    "ledger.py": "from vgtext.claims import Claim\ndef gather(): 0\nclass Ledger: 0",
    "claims.py": "class Claim: 0",
    "nn/__init__.py": "from . import threads\nfrom .layers import Dense\nfrom .cells import Cell, FastCell\n"
                      "from .forms import FAST\nthreads.one()\nFAST |= {Cell: FastCell}",
    "nn/threads.py": "def one(): 0",
    "nn/layers.py": "from . import checks\ndef Dense(): return checks, 0\ndef other(): 0",
    "nn/cells.py": "from .checks import check\nfrom .forms import FAST\n@check\ndef Cell(): return FAST, 0\n"
                   "def FastCell(): 0",
    "nn/checks.py": "def check(): 0", "nn/forms.py": "FAST = {}",
    "explore/__init__.py": "from .show import explore", "explore/show.py": "def explore(): 0",
    "explore/explore.css": "",
    "chapters/__init__.py": "",
    "chapters/one/__init__.py": "from . import theory\nfrom .theory import draw\nfrom .asked import E\n"
                                "from .plane import draw_plane\nCLAIMS = (*theory.CLAIMS,)",
    "chapters/one/plane.py": "from .theory import law\ndef draw_plane(): return law, 0",
    "chapters/one/theory.py": "from vgtext import nn\nfrom vgtext.claims import Claim\nRATE = 0\nlaw = 0\n"
                              "def draw(): return nn.Dense, RATE, 0\nCLAIMS = (Claim, law, 0)",
    "chapters/one/asked.py": "from vgtext.words import words\n"
                             "class E: words('check.right'), words(f'carry.{1}'), 'text', 0",
    "chapters/one_more/__init__.py": "from .theory import draw",
    "chapters/one_more/theory.py": "from ..one.theory import draw as first\ndef draw(): return first, law, 0\n"
                                   "law = 'shared_runs.npz'",
    "words.py": "def words(): 'words.toml'",
    "data/words.toml": "[check]\nright = 'a'\n[figure]\nreset = 'b'\n[carry]\nmix = 'c'",
    "nn/language.py": "text = 'text.txt'", "data/text.txt": "",
    "data/one_runs.npz": "", "data/one_more_runs.npz": "", "data/shared_runs.npz": "",
}
PAGES = {
    "one": "from vgtext.chapters import one as lab\nfrom vgtext.explore import explore\nexplore(lab.draw)\nlab.E",
    "one_more": "from vgtext.chapters import one_more as lab\nlab.draw()",
    "every": "from vgtext import nn\nprint(nn)",
    "cell": "import vgtext.nn as nn\nnn.Cell()",
    "text": "from vgtext.nn.language import *\ntext",
    "ledger": "from vgtext.ledger import Ledger\nLedger()",
    "broken": "%time import vgtext",
    "none": "print(1)",
}


def keys(package):
    sources = depends.Sources(package)
    return {name: sources.key(code) for name, code in PAGES.items()}


@pytest.fixture
def package(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "vgtext" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "vgtext"


def test_a_module_and_a_table_that_a_merge_has_marked_end_the_build_with_their_names(package, monkeypatch):
    (package / "nn/layers.py").write_text("def Dense():\n<<<<<<< yours\n")
    (package / "data/words.toml").write_text("<<<<<<< yours\n")
    run = execution.Execution()
    run.sources = depends.Sources(package)
    monkeypatch.setattr(run, "notebook", lambda *_: nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(PAGES["every"])]))
    with pytest.raises(ExtensionError, match=r"nn/layers.py, line 2: a merge has left its marks: choose"):
        run.key(SimpleNamespace(srcdir=package), "every")
    monkeypatch.setattr(execution, "TABLE", package / "data/words.toml")
    with pytest.raises(ConfigError, match=r"words.toml: a merge has left its marks, the first in line 1: choose"):
        execution.check_words(None, None)


@pytest.mark.parametrize(("code", "reads"), [("from vgtext.tools import notebooks", True), ("import vgtext.nn", False)])
def test_a_page_that_reads_the_book_is_stale_where_a_notebook_or_the_contents_are_others(tmp_path, code, reads):
    run, notebook = execution.Execution(), nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    run.notebook = lambda env, docname: notebook
    names, found = ("_config.yml", "_toc.yml", "notebooks/a.ipynb"), []
    (tmp_path / "notebooks").mkdir()
    for changed in (None, *names):
        for name in names:
            (tmp_path / name).write_text("changed" if name == changed else "as it was")
        run.sources = depends.Sources(tmp_path)
        found.append(run.key(SimpleNamespace(srcdir=tmp_path), "page"))
    assert len({*found}) == (4 if reads else 1)


def change(package, name, old, new):
    assert FILES[name].count(old) == 1 or not old
    (package / name).write_text(FILES[name].replace(old, new) if old else FILES[name] + new)


@pytest.mark.parametrize(("changed", "old", "new", "stale"), [
    ("chapters/one/theory.py", "law = 0", "law = 1", {"ledger"}),
    ("chapters/one/theory.py", "RATE = 0", "RATE = 1", {"one", "one_more"}),
    ("chapters/one/theory.py", "RATE, 0", "RATE, 1", {"one", "one_more"}),
    ("chapters/one/theory.py", "law, 0", "law, 1", {"ledger"}),
    ("chapters/one/theory.py", "", "\n# a remark\n\ndef unused(): 0", set()),
    ("chapters/one/theory.py", "", "\nRATE += 1", {"one", "one_more"}),
    ("chapters/one/theory.py", "", "\nif RATE: other = 1", {"one", "one_more", "ledger"}),
    ("chapters/one/asked.py", "'text', 0", "'text', 1", {"one"}),
    ("chapters/one_more/theory.py", "law, 0", "law, 1", {"one_more"}),
    ("data/one_runs.npz", "", "1", {"one", "one_more", "ledger"}),
    ("data/one_more_runs.npz", "", "1", {"one_more"}),
    ("data/shared_runs.npz", "", "1", {"one_more"}),
    ("data/text.txt", "", "1", {"text", "every"}),
    ("nn/layers.py", "checks, 0", "checks, 1", {"one", "one_more", "every"}),
    ("nn/layers.py", "other(): 0", "other(): 1", {"every"}),
    ("nn/cells.py", "FAST, 0", "FAST, 1", {"every", "cell"}),
    ("nn/cells.py", "@check", "@check()", {"every", "cell"}),
    ("nn/cells.py", "FastCell(): 0", "FastCell(): 1", {"every", "cell"}),
    ("nn/__init__.py", "{Cell: FastCell}", "{Cell: Cell}", {"every", "cell"}),
    ("nn/__init__.py", "threads.one()", "threads.one(1)", {"one", "one_more", "every", "cell", "text"}),
    ("nn/threads.py", "one(): 0", "one(): 1", {"one", "one_more", "every", "cell", "text"}),
    ("nn/forms.py", "{}", "{1: 1}", {"every", "cell"}),
    ("nn/checks.py", "check(): 0", "check(): 1", {"one", "one_more", "every", "cell"}),
    ("explore/show.py", "0", "1", {"one"}),
    ("explore/explore.css", "", "1", set()),
    ("claims.py", "0", "1", {"ledger"}),
    ("ledger.py", "gather(): 0", "gather(): 1", {"ledger"}),
])
def test_a_change_makes_stale_what_stands_on_it(package, changed, old, new, stale):
    before = keys(package)
    change(package, changed, old, new)
    after = keys(package)
    found = {name for name in before if before[name] != after[name]}
    assert found - {"broken"} == stale
    assert "broken" in found or not stale, "what cannot be read depends on everything"
    (package / changed).write_text(FILES[changed])
    assert keys(package) == before, "a change undone is found again"


@pytest.mark.parametrize(("changed", "old", "new", "again"), [
    ("chapters/one/theory.py", "law = 0", "law = 1", {"one.CLAIMS", "one.plane.draw_plane"}),
    ("chapters/one/theory.py", "RATE = 0", "RATE = 1", {"one_more.CLAIMS"}),
    ("chapters/one/plane.py", "law, 0", "law, 1", {"one.plane.draw_plane"}),
    ("chapters/one/asked.py", "'text', 0", "'text', 1", set()),
    ("nn/checks.py", "0", "1", {"one_more.CLAIMS"}),
    ("data/one_runs.npz", "", "1", {"one.CLAIMS", "one.plane.draw_plane", "one_more.CLAIMS"}),
    ("explore/show.py", "0", "1", {"one.plane.draw_plane"}),
    ("ledger.py", "gather(): 0", "gather(): 1", set()),
])
def test_a_change_lets_what_is_kept_be_made_again_that_stands_on_it(package, tmp_path, changed, old, new, again):
    before = execution.parts_of(depends.Sources(package), tmp_path)
    change(package, changed, old, new)
    after = execution.parts_of(depends.Sources(package), tmp_path)
    assert {name for name in before if before[name] != after[name]} == {f"vgtext.chapters.{name}" for name in again}


def called(function):
    """Return the definitions of this package, as (file, name), that run when ``function`` does."""
    codes = set()
    sys.setprofile(lambda frame, event, _: codes.add(frame.f_code) if event == "call" else None)
    try:
        function()
    finally:
        sys.setprofile(None)
    found = set()
    for path, line in {(code.co_filename, code.co_firstlineno) for code in codes if code.co_name != "<module>"}:
        if Path(path).is_relative_to(depends.PACKAGE):
            found |= {(Path(path), node.name) for node in ast.parse(Path(path).read_text("utf8")).body
                      if isinstance(node, (ast.FunctionDef, ast.ClassDef))
                      and node.lineno - len(node.decorator_list) <= line <= node.end_lineno}
    return found


#: Figures that use different rooms of the engine.
DRAWN = {"causes": "draw_plane", "recurrence": "draw_learning", "rescue": "draw_operation"}


@pytest.mark.parametrize("slug", [slug for slug in notebooks.slugs() if slug in DRAWN] or notebooks.slugs()[:1])
def test_what_runs_when_a_figure_is_drawn_is_what_it_depends_on(slug):
    lab = importlib.import_module(f"vgtext.chapters.{slug}")
    name = DRAWN.get(slug) or next(name for name in vars(lab) if name.startswith("draw_"))  # of a fork
    draw = getattr(lab, name)
    code = f"from {draw.__module__} import {name}\nfrom vgtext.explore import explore\nexplore({name})"
    known = set(depends.Sources().closure(code))
    ran = called(lambda: explore(draw))
    assert {path.name for path, _ in ran} >= {Path(draw.__code__.co_filename).name, "figure.py"}
    assert {(path, name) for path, name in ran if not {(path, name), (path, pieces.ALL)} & known} == set()


def test_of_what_is_kept_that_goes_which_was_used_longest_ago(tmp_path):
    for age, name in enumerate(["used last", "used before", "old", "older"]):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    for most, left in ((4, 4), (2, 2), (0, 0)):
        execution.drop_oldest(tmp_path, most)
        assert len([*tmp_path.iterdir()]) == left
        assert left != 2 or {path.name for path in tmp_path.iterdir()} == {"used last", "used before"}
    execution.drop_oldest(tmp_path / "nowhere", 0)


@pytest.mark.parametrize(("word", "stale"), [
    ("right", {"one", "broken"}),
    ("mix", {"one", "broken"}),
    ("reset", set()),
])
def test_a_word_makes_stale_the_pages_whose_code_asks_for_it(package, word, stale):
    before, table = keys(package), package / "data/words.toml"
    table.write_text(table.read_text().replace(f"{word} = '", f"{word} = 'other "))
    after = keys(package)
    assert {name for name in before if before[name] != after[name]} == stale


def test_other_code_that_stands_on_the_same_is_another_and_so_is_the_same_in_another_environment(package, monkeypatch):
    before = keys(package)
    assert depends.Sources(package).key("print(2)") != before["none"]
    monkeypatch.setattr(depends, "environment", lambda: "another Python")
    assert not set(before.values()) & set(keys(package).values())


def test_what_runs_the_code_is_said_in_one_order(monkeypatch):
    said = []
    for names in (["numpy", "scipy; extra", "numpy"], ["scipy>=1", "numpy"]):
        monkeypatch.setattr(depends, "requires", lambda package, names=names: names)
        said.append(depends.environment.__wrapped__())
    assert said[0] == said[1]


@pytest.mark.parametrize("change", [
    lambda patch: patch.setattr(depends, "version", lambda name: "0.0.1" if name == "numpy" else version(name)),
    lambda patch: patch.setattr(depends.platform, "python_version", lambda: "2.7.18"),
    lambda patch: patch.setenv("VGTEXT_EXPLORE", "page"),
    lambda patch: patch.setattr(depends, "requires", lambda package: [*requires(package), "pytest"])])
def test_another_python_package_or_way_to_show_figures_is_another_environment(monkeypatch, change):
    monkeypatch.setenv("VGTEXT_EXPLORE", "static")
    before = depends.environment.__wrapped__()
    change(monkeypatch)
    assert depends.environment.__wrapped__() != before


def test_a_line_that_is_printed_in_pieces_stays_one(tmp_path, monkeypatch):
    monkeypatch.setattr("jupyter_client.connect.socket", None)  # no port, which another may take before the kernel
    pieces = 'import time\nprint("law 14.9, ", end="", flush=True)\ntime.sleep(0.5)\nprint("off by 3%")'
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(pieces)])
    app = SimpleNamespace(config=SimpleNamespace(nb_execution_timeout=60))
    done = execution.Execution.run(app, tmp_path / "page.ipynb", page)
    assert done.err is None
    assert [output.text for output in done.nb.cells[0].outputs] == ["law 14.9, off by 3%\n"]


def test_pages_run_the_longest_first_and_a_new_one_before_and_what_has_run_does_not(tmp_path, monkeypatch):
    """What a run ended in is kept, but for one that failed."""
    ran, kept, said = [], [], []
    records = [SimpleNamespace(uri=name, data={"execution_seconds": int(name)}) for name in ("1", "3", "2", "9")]
    monkeypatch.setattr(execution, "get_cache", lambda path: SimpleNamespace(
        change_cache_limit=lambda most: None, list_cache_records=lambda: records,
        cache_notebook_bundle=lambda bundle, **how: kept.append((bundle.uri, bundle.data["execution_seconds"]))))
    monkeypatch.setattr(execution, "parts_of", lambda *given: {})
    monkeypatch.setattr(execution, "has_run", lambda cache, page: page == "page 9")
    monkeypatch.setattr(execution.os, "cpu_count", lambda: 1)
    monkeypatch.setattr(execution.logging, "getLogger", lambda name: SimpleNamespace(
        warning=lambda words, reason, location: said.append((reason, *location))))
    monkeypatch.setenv(execution.KEPT, "{}")
    run = execution.Execution()
    run.keys = dict.fromkeys(["1", "2", "3", "9", "new"], "digest") | {"text": None}
    run.notebook = lambda env, name: f"page {name}"
    run.run = lambda app, path, page: ran.append((path, page)) or SimpleNamespace(
        nb=nbformat.v4.new_notebook(), time=7, err=path == "2" or None, exc_string="ValueError: no")
    env = SimpleNamespace(doc2path=str, path2doc=str, found_docs=run.keys)
    run.run_ahead(SimpleNamespace(config=SimpleNamespace(nb_execution_cache_path=tmp_path)), env, [*run.keys])
    assert ran == [(name, f"page {name}") for name in ("new", "3", "2", "1")]
    assert kept == [(name, 7) for name in ("new", "3", "1")] and said == [("ValueError: no", "2", None)]


def is_call(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def changes(node, imported):
    """Whether a statement changes what is imported, as in ``nn.FAST |= {}`` or ``FAST[1] = 2``."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    return any(isinstance(leaf, ast.Name) and leaf.id in imported for target in targets for leaf in ast.walk(target))


def is_main(node):
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)


def test_importing_a_module_changes_no_other():
    """Only then may a name that a package passes on lead past the package's other modules.

    (A module that is packed in a student's copy runs its own text.)
    """
    found = []
    for path in (ROOT / "src" / "vgtext").rglob("*.py"):
        if path.name not in ("__init__.py", "__main__.py"):
            text = path.read_text("utf8")
            imported = pieces.Module(text).imports
            found += [f"{path}: {ast.unparse(node)}" for node in ast.parse(text).body
                      if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not is_main(node)
                      and "'<packed>'" not in ast.unparse(node)
                      and any(is_call(inner) or changes(inner, imported) for inner in ast.walk(node))]
    assert found == []


def test_modules_are_imported_by_name_in_the_ledger_alone():
    """The files that a page depends on are read from its imports, which cannot see such a one.

    (Python in the page calls what its reader asks for, grades what a notebook asks for; no page is built with these.)
    """
    by_name = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src" / "vgtext").rglob("*.py")
               if "import_module" in path.read_text("utf8") and path.parent.name != "tools"}
    assert by_name == {"vgtext/ledger.py", "vgtext/live/runner.py", "vgtext/ask/apart.py"}


@pytest.mark.parametrize("text", [
    '{"cells": [], "metadata": {"kernelspec": {"name": "python3"}}}', "---\nkernelspec:\n  name: python3\n---\n# Title",
])
def test_a_page_is_stamped_with_its_digest_in_its_kernelspec(text):
    stamped = execution.stamped(text, "0e12")
    assert "digest" in stamped and "0e12" in stamped and "python3" in stamped
    assert execution.stamped(text, None) == text


def test_a_cell_that_failed_is_told_by_its_error():
    """Without colors, code and places; what a message says on several lines stands in one."""
    traceback = ("\x1b[0;31mFigureError\x1b[0m    Traceback (most recent call last)\nCell 1\n----> 1 explore(f)\n\n"
                 "\x1b[0;31mFigureError\x1b[0m: figure decay at factor=0.5: draw returned no caption\nbut None\n")
    assert execution.reason(traceback) == "FigureError: figure decay at factor=0.5: draw returned no caption but None"
    traceback = "\x1b[0;36mCell \x1b[32mIn[5]\x1b[0m\x1b[32m, line 2\x1b[0m\n x\nSyntaxError: '(' was never closed"
    assert execution.reason(traceback) == "SyntaxError: '(' was never closed (code cell 5, line 2)"
    assert execution.reason("CellTimeoutError: a cell took long") == "CellTimeoutError: a cell took long"
    assert execution.reason("the kernel died") == "the kernel died"


def test_a_notebook_that_asks_for_the_kernel_of_one_machine_is_told():
    page = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "conda-env-x", "display_name": "X"}})
    app = SimpleNamespace(config=SimpleNamespace(nb_execution_timeout=60))
    with pytest.raises(ExtensionError, match=r"a\.ipynb asks for the kernel conda-env-x, .* write python3"):
        execution.Execution.run(app, "notebooks/a.ipynb", page)


def test_pages_of_a_build_that_was_stopped_or_warned_are_read_again_until_one_ends_well(tmp_path, monkeypatch):
    monkeypatch.setattr(execution.Execution, "key", lambda self, env, name: None)
    env = SimpleNamespace(found_docs=["a", "b"], metadata={})
    app = SimpleNamespace(doctreedir=tmp_path, _warncount=0)

    def stale():
        return execution.Execution().find_stale(app, env, set(), set(), set())

    assert stale() == []
    unfinished.begin(app, env, ["b"])
    assert stale() == ["b"]  # what was killed says nothing
    unfinished.end(app, ValueError())
    app._warncount = 1
    unfinished.end(app, None)
    assert stale() == ["b"]
    app._warncount = 0
    unfinished.end(app, None)
    assert stale() == []


def test_a_notebook_that_cannot_be_read_is_named_with_the_line(tmp_path):
    page = tmp_path / "a.ipynb"
    page.write_text('{\n "cells": [\n<<<<<<< HEAD\n', "utf8")
    env = SimpleNamespace(doc2path=lambda name: page, myst_config=None, mystnb_config=None)
    with pytest.raises(ExtensionError, match=r"a\.ipynb, line 3 is no notebook: "):
        execution.Execution().notebook(env, "a")
