"""A notebook that was handed in: which answers it gives to the book's checks, and what it earns."""

import ast
import re
from dataclasses import dataclass, field

from IPython.core.inputtransformer2 import TransformerManager

from vgtext.words import words

from .describe import cut

#: The magics of a cell that run its lines in the notebook itself.
WRAPS = r"\A\s*%%(?:time|timeit|capture|prun)\b.*\n"


@dataclass
class Grades:
    """What one notebook earns: ``right``, {exercise: True, False, or None where no verdict is shown}, and a problem."""

    right: dict = field(default_factory=dict)
    problem: str = ""  # why nothing, or not all, could be read
    reasons: dict = field(default_factory=dict)  # {exercise: why it is not right, or was not, the time before}
    note: str = ""  # what holds of all reasons
    chapters: frozenset = frozenset()  # of the book, that the notebook imports

    def mark(self, name, right, reason):
        """Note down the mark of an exercise, and why, unless it is right, here or in another cell."""
        if self.right.get(name):
            return
        self.right[name] = right
        if not right:
            self.reasons[name] = reason


@dataclass
class Check:
    """A call ``check(…EXERCISES["name"], answer)``, and whether its cell shows the verdict, and in which output."""

    name: str
    exercise: str  # the source of the dict in its first argument
    answer: str  # the source of its second argument
    shown: str  # "stream" if it is printed, "execute_result" if it is the cell's last line, else ""


def students_cells(notebook):
    """Yield the code cells outside of solutions."""
    inside = False
    for cell in notebook.cells:
        inside = (inside or "{solution-start}" in cell.source) and "{solution-end}" not in cell.source
        if cell.cell_type == "code" and not inside:
            yield cell


def verdict_words():
    """Return the pattern of the word that a verdict begins with."""
    return rf"({re.escape(words('check.right'))}|{re.escape(words('check.not_yet'))}) "


def python(source):
    """Return a cell's source as a syntax tree, lines of magic and of the shell translated; None if it is no Python.

    What stands below ``%%time`` and its like runs as it is.
    """
    try:
        return parsed(source)
    except SyntaxError:  # a reader's unfinished code: nothing in it can have been checked
        return None


def parsed(source):
    """Return what :func:`python` does; raise SyntaxError where that is None."""
    return ast.parse(TransformerManager().transform_cell(re.sub(WRAPS, "", source)))


def fault(source):
    """Say what keeps a cell from being Python, and where; "" if nothing does."""
    try:
        parsed(source)
    except SyntaxError as error:
        return f"{error.msg}, line {error.lineno}"
    return ""


def named(source):
    """Return the exercises that a cell of broken code checks, by their names."""
    return re.findall(r"""^\s*(?:print\()?check\(.*?\[["']([^"'\]]+)["']\]""", source, re.M)


def checks(tree):
    """Return the :class:`Check` of each call of ``check`` in a cell; shown is what is printed, and the last line."""
    found, body = [], tree.body if tree else []
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check":
                given = dict(zip(("exercise", "answer"), node.args)) | {k.arg: k.value for k in node.keywords}
                name = getattr(getattr(given.get("exercise"), "slice", None), "value", None)
                if isinstance(name, str) and "answer" in given:
                    value = statement.value if isinstance(statement, ast.Expr) else None
                    printed = isinstance(value, ast.Call) and getattr(value.func, "id", "") == "print"
                    last = statement is body[-1] and value is node
                    shown = "stream" if printed else "execute_result" if last else ""
                    found.append(Check(name, *map(ast.unparse, (given["exercise"].value, given["answer"])), shown))
    return found


def imports(source):
    """Return what a cell imports from the book, {name: what it is called in the book}, though its code may be broken.

    The name "*" stands for all names of a module.
    """
    tree, found = python(source), {}
    trees = [tree] if tree else filter(None, map(python, re.findall(r"^(?:import|from) .+$", source, re.M)))
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.ImportFrom):
            here = node.module or ""
            found |= {k.asname or k.name: here if k.name == "*" else f"{here}.{k.name}" for k in node.names}
        elif isinstance(node, ast.Import):
            found |= {k.asname or k.name: k.name for k in node.names}
    return {name: module for name, module in found.items() if module.partition(".")[0] == "vgtext"}


def chapters(cells):
    """Return the chapters of the book that a notebook's cells import."""
    modules = (module.split(".") for cell in cells for module in imports(cell.source).values())
    return frozenset(parts[2] for parts in modules if parts[1:2] == ["chapters"] and len(parts) > 2)


def books_name(source, names):
    """Return what ``source``, a name with dots, is called in the book by ``names`` (see imports); "" if it is not."""
    root, dot, rest = source.partition(".")
    home = "vgtext" if root == "vgtext" else names.get(root) or ("*" in names and f"{names['*']}.{root}")
    return f"{home}{dot}{rest}" if home and source.replace(".", "").isidentifier() else ""


def meddles(trees):
    """Say what a notebook does to be judged otherwise: it reads a solution, or changes NumPy or Python; "" if nothing.

    What it changes of the book does not count where it is run, and there its exercises hold no solutions (see
    apart.py). This finds what is written plainly.
    """
    nodes = [node for tree in trees if tree for node in ast.walk(tree)]
    watched = {"builtins", "numpy", "__builtins__"}
    for node in nodes:
        if isinstance(node, ast.Import):
            watched |= {k.asname for k in node.names if k.asname and k.name.partition(".")[0] in watched}
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr == "solution":
            return f"it reads {ast.unparse(node)}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            for found in [f"{node.module}.{k.name}" if hasattr(node, "module") else k.name for k in node.names]:
                if re.match(r"vgtext\.chapters\.\w+\.exercises\b(?!\.EXERCISES$)", found):
                    return f"it imports {found}"
        calls = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("setattr", "delattr")
        if calls or (isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)):
            changed = ast.unparse(node.args[:1] if calls else node)
            if changed.partition(".")[0] in watched:
                return f"it changes {changed}"
    return ""


def redefines_check(tree):
    """Say whether a cell makes a ``check`` of its own, or imports one that is not the book's."""
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == "check":
            return True
        if isinstance(node, ast.Name) and node.id == "check" and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.Import | ast.ImportFrom):
            books = getattr(node, "module", "") == "vgtext.ask"
            if any((k.asname or k.name) == "check" and not (books and k.name == "check") for k in node.names):
                return True
    return False


def line(words, most=200):
    """Return words on one line, cut to ``most`` characters."""
    return cut(" ".join(words.split()), most)
