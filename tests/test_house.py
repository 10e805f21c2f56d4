"""The house stands as drawn: one slug everywhere, imports run down only, notebooks carry text, the lock is whole."""

import ast
import os
import pkgutil
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import yaml

from vgtext import chapters
from vgtext.ask import kernels

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src" / "vgtext").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# How JupyterLab folds answers away: a quiz, and a solution with what it prints.
HIDDEN = ({"source_hidden": True}, {"source_hidden": True, "outputs_hidden": True})
LONGEST = 200  # lines of a module, which is then read in one go
COLUMN = 85  # characters of code that fit the column of a page
ENGLISH = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))["sphinx"]["config"]["language"] == "en"
PARTS = ("**What you will learn.**", "**What you need.**", "**Time:**", "\n## Summary\n", "\n## Check yourself\n",
         "\n## Exercises\n", "\n## Sources\n")
#: The floors, the lowest first: a room imports rooms of lower floors only.
FLOORS = ({"words", "keeping"}, {"nn", "explore", "palette", "results"}, {"ask", "carry", "claims", "diagnose"},
          {"chapters"}, {"ledger"}, {"tools", "live"}, {"__main__"})
#: Inside a room, (the lower part, the upper): the door of a room, its ``__init__``, opens to both.
STAIRS = (("nn", "nn.fast"), ("nn", "nn.theory"), ("explore.read", "explore"))
#: What is in tests/bound beside the chapters.
NO_CHAPTERS = {"__init__", "drawn", "ways"}


def name(path):
    return path.relative_to(ROOT).as_posix()


def table_of_contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf8"))
    return [toc["root"], *(entry["file"] for part in toc["parts"] for entry in part["chapters"])]


def test_a_chapter_has_the_same_slug_everywhere():
    places = {
        "_toc.yml": {entry.removeprefix("notebooks/") for entry in table_of_contents() if "notebooks/" in entry},
        "notebooks/": {path.stem for path in NOTEBOOKS},
        "src/vgtext/chapters/": {module.name for module in pkgutil.iter_modules(chapters.__path__)},
        "tests/chapters/": {path.stem.removeprefix("test_") for path in (ROOT / "tests/chapters").glob("test_*.py")},
        "tests/bound/": {path.stem for path in (ROOT / "tests/bound").glob("*.py")} - NO_CHAPTERS,
    }
    every = set().union(*places.values())
    absent = {place: sorted(every - slugs) for place, slugs in places.items() if slugs != every}
    assert not absent, f"chapters that are not everywhere; absent from {absent}"


def test_every_page_of_the_book_is_listed_once():
    pages = [path.relative_to(ROOT).with_suffix("").as_posix() for path in (ROOT / "book").glob("*.md")]
    listed, there = Counter(table_of_contents()), Counter(pages + [f"notebooks/{path.stem}" for path in NOTEBOOKS])
    assert listed == there, f"_toc.yml lacks {[*(there - listed)]}, and has {[*(listed - there)]} too many"


def room(module):
    """Return the room of the house that a module of ours lives in: "nn", "chapters.two_by_two", "claims"."""
    parts = module.split(".")[1:]
    return ".".join(parts[:2] if parts[:1] == ["chapters"] else parts[:1])


def imports(path):
    """Return the modules of ours that a file imports, relative imports spelled out."""
    package = ["vgtext", *path.relative_to(ROOT / "src" / "vgtext").parent.parts]
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "vgtext")
        elif isinstance(node, ast.ImportFrom) and (node.level or node.module.split(".")[0] == "vgtext"):
            base = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join(base + ([node.module] if node.module else []))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def floor(room):
    """Return the number of the floor that a room is on, counted from the ground."""
    return next(number for number, rooms in enumerate(FLOORS) if room.split(".")[0] in rooms)


def test_imports_run_down_only():
    wrong = []
    for path in SOURCES:
        here = room(".".join(path.relative_to(ROOT / "src").with_suffix("").parts))
        if here not in ("__init__", "", "chapters.__init__"):
            used = {room(module) for module in imports(path)} - {here, ""}
            wrong += [f"{name(path)} imports {other}" for other in used if floor(other) >= floor(here)]
    assert wrong == []


def is_in(module, part):
    """Say whether a module of ours, such as "nn.fast.cells", is in a part of the house, such as "nn.fast"."""
    return f"{module}.".startswith(f"{part}.")


def climbs(lower, upper):
    """Return the imports from a lower part of a room into its upper part."""
    for path in SOURCES:
        here = ".".join(path.relative_to(ROOT / "src" / "vgtext").with_suffix("").parts).removesuffix(".__init__")
        is_upper = is_in(here, upper) and not is_in(lower, upper)
        if is_in(here, lower) and here != lower.partition(".")[0] and not is_upper:
            used = {module.removeprefix("vgtext.") for module in imports(path)}
            yield from (f"{name(path)} imports {other}" for other in sorted(used)
                        if is_in(other, upper) and not (is_in(lower, upper) and is_in(other, lower)))


@pytest.mark.parametrize(("lower", "upper"), STAIRS)
def test_imports_run_down_inside_a_room(lower, upper):
    assert [*climbs(lower, upper)] == []


def test_a_module_is_read_in_one_go():
    modules = [*SOURCES, *(ROOT / "book/_ext").glob("*.py"), *(ROOT / "src/vgtext").rglob("*.js")]
    lines = {name(path): len(path.read_text("utf8").splitlines()) for path in modules}
    long = {path: count for path, count in lines.items() if count > LONGEST}
    assert not long, f"modules of more than {LONGEST} lines, to be made two: {long}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_notebook_is_committed_executed_with_text_only(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec"}, "run make notebooks"
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "mystnb", "jupyter"}, "run make notebooks"
        assert cell.metadata.get("jupyter", HIDDEN[0]) in HIDDEN, "run make notebooks"
        if cell.cell_type != "code":
            continue
        assert cell.execution_count, f"not executed, run make notebooks: {cell.source}"
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        assert kinds <= {"text/plain", "text/markdown"}, f"{kinds} in the outputs, run make notebooks: {cell.source}"
        assert not any(output.output_type == "error" for output in cell.outputs)


def lines_shown(notebook):
    """Yield the lines of code that a page shows, and the lines printed; a figure's or quiz's text stands in for it."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if not {"remove-input", "remove-cell"} & {*cell.metadata.get("tags", ())}:
            yield from cell.source.splitlines()
        for output in cell.outputs:
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            if not text.startswith(("[figure]", "[quiz]", "[carry]")):
                yield from text.splitlines()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_code_and_printed_lines_fit_the_column(path):
    lines = list(lines_shown(nbformat.read(path, as_version=4)))
    assert lines
    assert [line for line in lines if len(line) > COLUMN] == []


@pytest.mark.skipif(not ENGLISH, reason="in another language, the parts have other names")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_chapter_has_all_its_parts_in_order(path):
    text = "".join(f"\n{cell.source}\n" for cell in nbformat.read(path, as_version=4).cells)
    assert [part for part in PARTS if text.count(part) != 1] == [], "parts that are missing, or there twice"
    assert sorted(PARTS, key=text.index) == [*PARTS]
    assert "quiz(" in text[text.index("\n## Check yourself"):text.index("\n## Exercises")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_of_a_figure_that_was_taken_out_nothing_is_left(path):
    shown = "".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    shown = set(re.findall(r"\bdraw_(\w+)", shown))
    chapter = (ROOT / f"src/vgtext/chapters/{path.stem}/__init__.py").read_text("utf8")
    again = re.sub(r"^from .*", "", (ROOT / f"tests/bound/{path.stem}.py").read_text("utf8"), flags=re.M)
    left = [f"draw_{figure} in its package" for figure in sorted({*re.findall(r"\bdraw_(\w+)", chapter)} - shown)]
    left += [f"{function} in tests/bound" for function in re.findall(r"^def (\w+)", again, re.M)
             if function not in shown and len(re.findall(rf"\b{function}\b", again)) == 1]
    assert not left, f"{name(path)} shows no figure for {', '.join(left)}"


def public(body):
    """The public functions, methods and constructors of a module or class, each with the docstrings that say it."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for method, words in public(node.body):
                yield method, f"{ast.get_docstring(node)} {words}"
        elif isinstance(node, ast.FunctionDef) and (node.name == "__init__" or not node.name.startswith("_")):
            yield node, ast.get_docstring(node)


@pytest.mark.parametrize("room", ["nn", "diagnose"])
def test_what_refuses_arguments_says_so(room):
    silent = []
    for path in sorted((ROOT / "src" / "vgtext" / room).rglob("*.py")):
        tree = ast.parse(path.read_text("utf8"))
        for function, words in public(tree.body):
            refuses = re.search(r"^ +(raise \w|.*\bchecks\.)", ast.unparse(function), re.M)
            said = f"{ast.get_docstring(tree)} {words}"
            if refuses and not re.search("[Rr]aise|[Rr]efuse|TypeError|ValueError", said):
                silent.append(f"{name(path)}: {function.name}")
    assert silent == []


def test_the_lock_pins_every_package_and_names_no_host():
    lines = (ROOT / "requirements.txt").read_text("utf8").splitlines()
    pinned = {line.split("==")[0].lower() for line in lines if re.match(r"[A-Za-z0-9._-]+==[\w.]+( ;|$)", line)}
    rest = [line for line in lines if not line.lstrip().startswith("#") and line.split("==")[0].lower() not in pinned]
    assert rest == []
    assert not re.search(r"https?://|file:|--index|--find-links", "\n".join(lines))
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]["dependencies"]
    wanted += [line.split("#")[0] for line in (ROOT / "requirements.in").read_text("utf8").splitlines()]
    wanted = {re.split(r"[<>=~;\[ ]", line.strip())[0].lower() for line in wanted} - {""}
    assert wanted <= pinned, f"run make lock: {sorted(wanted - pinned)} is not pinned"
    numbers = [line for line in lines if line.startswith("numpy==")]
    assert len(numbers) == 1, "one NumPy for every Python"


def test_a_notebook_under_test_takes_no_port_that_another_may_take_before_its_kernel(tmp_path):
    (tmp_path / "conftest.py").write_text((ROOT / "notebooks" / "conftest.py").read_text("utf8")
                                          + "\n\nimport jupyter_client.connect\njupyter_client.connect.socket = None\n")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]), tmp_path / "one.ipynb")
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    with tempfile.TemporaryDirectory() as short:  # a socket's path is a hundred letters at most
        done = subprocess.run([sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", "."],
                              cwd=tmp_path, env=surroundings | {"TMPDIR": short}, capture_output=True, text=True)
        assert "1 passed" in done.stdout, done.stdout
        assert list(Path(short).glob("kernel-*")) == [], "its sockets are left behind"


def test_kernels_take_ports_where_sockets_in_files_cannot_be_and_nowhere_else(monkeypatch):
    one, two = (kernels.over_files().KernelManager for _ in range(2))
    assert one.transport == two.transport == "ipc" and one.ip != two.ip
    for long in ("long" * 20, "ä" * 40):  # it is bytes that are counted
        monkeypatch.setattr(tempfile, "tempdir", f"/tmp/{long}")
        assert kernels.over_files().KernelManager == {}
    monkeypatch.setattr(tempfile, "tempdir", "short")
    monkeypatch.setattr(kernels, "os", SimpleNamespace(name="nt", fsencode=os.fsencode))
    assert kernels.over_files().KernelManager == {}


def test_a_notebook_runs_in_one_process_also_without_the_tests(tmp_path):
    """make everywhere runs notebooks alone: tests/conftest.py, which shares tests out by file, is not read there."""
    told = subprocess.run(["make", "-n", "-o", "book", "everywhere"], cwd=ROOT, capture_output=True, text=True).stdout
    options = re.search(r"bin/pytest (.*) notebooks ", told)[1].split()
    for file in ("test_a.py", "test_b.py"):
        (tmp_path / file).write_text("import pytest\nseen = []\n@pytest.mark.parametrize('n', range(8))\n"
                                     "def test_all_before_are_here(n):\n    assert seen == [*range(n)]\n"
                                     "    seen.append(n)\n")
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    done = subprocess.run([sys.executable, "-m", "pytest", *options, "-n2", "."], cwd=tmp_path, env=surroundings,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "16 passed" in done.stdout
