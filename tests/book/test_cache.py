"""What is run again: the pages whose code imports what has changed, or loads it, and no other."""

import ast
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

sys.path.append(str(Path(__file__).parents[2] / "book" / "_ext"))
import depends
import execution

ROOT = Path(__file__).parents[2]

FILES = {
    "__init__.py": "",
    "ledger.py": "from vgtext.claims import Claim\ndef gather(): ...\nclass Ledger: ...",
    "claims.py": "class Claim: ...",
    "nn/__init__.py": "from . import threads\nfrom .layers import Dense\nfrom .cells import Cell\nthreads.one()",
    "nn/threads.py": "", "nn/layers.py": "from . import checks", "nn/cells.py": "from . import checks",
    "nn/checks.py": "",
    "explore/__init__.py": "from .show import explore", "explore/show.py": "", "explore/explore.css": "",
    "chapters/__init__.py": "",
    "chapters/one/__init__.py": "from . import theory\nfrom .theory import draw\nfrom .asked import E\n"
                                "from .plane import draw_plane\nCLAIMS = (*theory.CLAIMS,)",
    "chapters/one/plane.py": "from .theory import draw",
    "chapters/one/theory.py": "from vgtext import nn\nfrom vgtext.claims import Claim\nnn.Dense()\nCLAIMS = ()",
    "chapters/one/asked.py": "from vgtext.words import words\nwords('check.right')\nwords(f'carry.{1}')\n"
                                "text = 'text'",
    "chapters/one_more/__init__.py": "from .theory import draw",
    "chapters/one_more/theory.py": "from ..one.theory import draw\nlaw = 'shared_runs.npz'",
    "words.py": "'words.toml'",
    "data/words.toml": "[check]\nright = 'a'\n[figure]\nreset = 'b'\n[carry]\nmix = 'c'",
    "nn/language.py": "'text.txt'", "data/text.txt": "",
    "data/one_runs.npz": "", "data/one_more_runs.npz": "", "data/shared_runs.npz": "",
}
PAGES = {
    "one": "from vgtext.chapters import one as lab\nfrom vgtext.explore import explore\nexplore(lab.draw)\nlab.E",
    "one_more": "from vgtext.chapters import one_more as lab\nlab.draw()",
    "every": "from vgtext import nn\nprint(nn)",
    "text": "from vgtext.nn.language import text",
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


@pytest.mark.parametrize(("changed", "stale"), [
    ("chapters/one/theory.py", {"one", "one_more", "ledger"}),
    ("chapters/one/asked.py", {"one"}),
    ("chapters/one_more/theory.py", {"one_more"}),
    ("data/one_runs.npz", {"one", "one_more", "ledger"}),
    ("data/one_more_runs.npz", {"one_more"}),
    ("data/shared_runs.npz", {"one_more"}),
    ("data/text.txt", {"text", "every"}),
    ("nn/layers.py", {"one", "one_more", "ledger", "every"}),
    ("nn/checks.py", {"one", "one_more", "ledger", "every"}),
    ("nn/cells.py", {"every"}),
    ("nn/threads.py", {"one", "one_more", "ledger", "every", "text"}),
    ("explore/show.py", {"one"}),
    ("explore/explore.css", set()),
    ("claims.py", {"one", "one_more", "ledger"}),
    ("ledger.py", {"ledger"}),
])
def test_a_change_makes_stale_what_stands_on_it(package, changed, stale):
    before = keys(package)
    (package / changed).write_text(f"{FILES[changed]}\n")
    after = keys(package)
    code = set() if changed.endswith(".css") else {"broken"}
    assert {name for name in before if before[name] != after[name]} == stale | code
    (package / changed).write_text(FILES[changed])
    assert keys(package) == before, "a change undone is found again"


@pytest.mark.parametrize(("changed", "again"), [
    ("chapters/one/theory.py", {"one.CLAIMS", "one.plane.draw_plane", "one_more.CLAIMS"}),
    ("chapters/one/plane.py", {"one.plane.draw_plane"}),
    ("chapters/one_more/theory.py", {"one_more.CLAIMS"}),
    ("chapters/one/asked.py", set()),
    ("nn/layers.py", {"one.CLAIMS", "one.plane.draw_plane", "one_more.CLAIMS"}),
    ("data/one_more_runs.npz", {"one_more.CLAIMS"}),
    ("explore/show.py", {"one.plane.draw_plane"}),
    ("ledger.py", set()),
])
def test_a_change_lets_what_is_kept_be_made_again_that_stands_on_it(package, tmp_path, changed, again):
    before = execution.parts_of(depends.Sources(package), tmp_path)
    (package / changed).write_text(f"{FILES[changed]}\n")
    after = execution.parts_of(depends.Sources(package), tmp_path)
    assert {name for name in before if before[name] != after[name]} == {f"vgtext.chapters.{name}" for name in again}


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


def test_what_runs_the_code_is_said_in_one_order(monkeypatch):
    said = []
    for names in (["numpy", "scipy; extra", "numpy"], ["scipy>=1", "numpy"]):
        monkeypatch.setattr(depends, "requires", lambda package, names=names: names)
        said.append(depends.environment.__wrapped__())
    assert said[0] == said[1]


def test_a_line_that_is_printed_in_pieces_stays_one(tmp_path):
    pieces = 'import time\nprint("law 14.9, ", end="", flush=True)\ntime.sleep(0.5)\nprint("off by 3%")'
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(pieces)])
    app = SimpleNamespace(config=SimpleNamespace(nb_execution_timeout=60))
    done = execution.Execution.run(app, tmp_path / "page.ipynb", page)
    assert done.err is None
    assert [output.text for output in done.nb.cells[0].outputs] == ["law 14.9, off by 3%\n"]


def is_main(node):
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)


def test_importing_a_module_changes_no_other():
    """Only then may a name that a package passes on lead past the package's other modules.

    (A module that is packed in a student's copy runs its own text.)
    """
    found = []
    for path in (ROOT / "src" / "vgtext").rglob("*.py"):
        if path.name not in ("__init__.py", "__main__.py"):
            found += [f"{path}: {ast.unparse(node)}" for node in ast.parse(path.read_text("utf8")).body
                      if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not is_main(node)
                      and "'<packed>'" not in ast.unparse(node)
                      and any(depends.is_call(inner) for inner in ast.walk(node))]
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
