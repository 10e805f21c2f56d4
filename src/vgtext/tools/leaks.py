"""A student's copy holds no solution: what is packed away in it, and the search for what was forgotten.

A solution is what stands between ``{solution-start}`` and ``{solution-end}`` in a notebook: prose, code, and what the
code printed. A check must know the right answer, and a chapter's tests compute it; their modules stay, packed, so that
no answer meets a reader's eye. Who unpacks one has decided to look.
"""

import ast
import base64
import json
import re
import textwrap
import zlib
from functools import cache

import nbformat
import numpy as np

from vgtext.tools.notebooks import Mistake, read_notebook, root, slugs

#: The modules that hold answers, as paths in a book, for a chapter.
PACKED = ("src/vgtext/chapters/{slug}/exercises.py", "tests/chapters/test_{slug}.py")
WORDS = 8  # so many words in a row that stand in a solution, and nowhere else in the book, are one
PACKAGE = """# ruff: noqa
{doc}
# Packed by 'vgtext fork --student': this file knows the answers.
{imports}
import base64, zlib

exec(compile(zlib.decompress(base64.b85decode({code})), "<packed>", "exec"))
"""


class Leak(Mistake):
    """A student's copy that would show a solution; the message says where."""


def without_solutions(cells):
    """Return the cells outside of solutions, whose fences go, too."""
    return [cell for cell, inside in marked(cells) if not inside]


def marked(cells):
    """Yield (cell, whether it belongs to a solution)."""
    inside = False
    for cell in cells:
        inside = inside or "{solution-start}" in cell.source
        yield cell, inside
        inside = inside and "{solution-end}" not in cell.source


def pack(path):
    """Pack the module at ``path``: its docstring and imports stay as they are, all else is no longer read by chance."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    imports = [ast.unparse(node) for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    code = base64.b85encode(zlib.compress(source.encode(), 9)).decode()
    lines = "\n".join(f"    {line!r}" for line in textwrap.wrap(code, 100, break_on_hyphens=False))
    doc = json.dumps(ast.get_docstring(tree) or "")
    text = PACKAGE.format(doc=doc, imports="\n".join(imports), code=f"\n{lines}\n")
    path.write_text(text, encoding="utf-8")


@cache
def runs(text):
    """Return all runs of :data:`WORDS` words in a text."""
    words = re.findall(r"\w+", text)
    return frozenset(zip(*(words[k:] for k in range(WORDS))))


def strings(value):
    """Yield every string in a structure as JSON has it, what a list of lines makes as one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(part, str) for part in value):
        yield "".join(value)
    elif isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def text_of(path):
    """Return the words that a file holds, those of a stored run too; "" for pictures and fonts."""
    if path.suffix == ".npz":
        with np.load(path) as stored:
            texts = [name for name in stored] + [str(a) for a in map(stored.get, stored) if a.dtype.kind == "U"]
        return "\n".join(texts)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
    return "\n".join(strings(json.loads(text))) if path.suffix in (".ipynb", ".json") else text


def secrets(chapters):
    """Return {run of words: chapter} of what only the solutions of ``chapters`` say, and no other part of the book."""
    told, found = set(), {}
    for slug in slugs():
        for cell, inside in marked(read_notebook(slug).cells):
            if not inside:
                told |= runs("\n".join(strings(cell)))
            elif slug in chapters and "{solution-" not in cell.source:
                found |= dict.fromkeys(runs("\n".join(strings(cell))), slug)
    apart = {root() / name.format(slug=slug) for name in PACKED for slug in slugs()}
    for path in {*root().glob("book/*.md"), *root().glob("src/vgtext/**/*.py")} - apart:
        told |= runs(path.read_text(encoding="utf-8"))
    return {run: slug for run, slug in found.items() if run not in told}


def leaks(folder, chapters):
    """Return (file, words) of every file below ``folder`` that tells a solution of one of ``chapters``."""
    hidden, found = secrets(chapters), []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts):
        name, shown = path.relative_to(folder).as_posix(), runs(text_of(path)) & hidden.keys()
        if shown:
            found.append((name, " ".join(min(shown))))
        if path.suffix == ".ipynb":
            found += [(name, f"the hidden cell {cell.id}") for cell in hidden_cells(path)]
    return found


def hidden_cells(path):
    """Return the cells of a notebook that are folded and no quiz: as a solution is."""
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.metadata.get("jupyter") and "quiz(" not in cell.source]


def check_leaks(folder, chapters):
    """Raise Leak, which names file and words, if a file below ``folder`` tells a solution."""
    found = [f"{name} (“{words}”)" for name, words in leaks(folder, chapters)]
    if found:
        raise Leak(f"a student's copy would show solutions: {', '.join(found)}")
