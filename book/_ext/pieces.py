"""A module taken apart: the pieces of code that stand at its top, what each defines and what it names."""

import ast
from collections import Counter

#: In the place of a definition's name: all of its module; what stands beside the definitions there, and always runs.
ALL, BESIDE = "*", ""


class Piece:
    """A piece of code: its text, the names that it uses, {name: attributes of it}, its constants and its imports."""

    def __init__(self, node, text):
        """Read the syntax tree ``node`` of the code ``text``."""
        walk = list(ast.walk(node))
        based = [each for each in walk if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name)]
        names, bases = (Counter(each.id for each in found) for found in (
            (each for each in walk if isinstance(each, ast.Name)), (each.value for each in based)))
        self.text, self.names, self.bare = text, set(names), set(names - bases)
        self.attributes = {name: {each.attr for each in based if each.value.id == name} for name in bases}
        self.constants = {each.value for each in walk if isinstance(each, ast.Constant)}
        self.imports = [each for each in walk if isinstance(each, (ast.Import, ast.ImportFrom))]


class Module:
    """A module's pieces: {name: those that define it}, and {local name: (module, name in it)} that it imports."""

    def __init__(self, text, package=(), path="<page>"):
        """Read the module ``text`` in ``package``, the names of the folders that it lies in; errors name ``path``."""
        self.pieces, self.imports, lines = {BESIDE: []}, {}, text.split("\n")
        for node in ast.parse(text, str(path)).body:
            first = min(each.lineno for each in (node, *getattr(node, "decorator_list", ())))
            piece = Piece(node, "\n".join(lines[first - 1 : node.end_lineno]))
            for name in defined_by(node):
                self.pieces.setdefault(name, []).append(piece)
            for each in piece.imports:
                self.imports |= imported_by(each, package)

    def pieces_of(self, name):
        """Return the pieces that define ``name``, or ALL."""
        return [piece for pieces in self.pieces.values() for piece in pieces] if name == ALL else self.pieces[name]


def defined_by(node):
    """Return the names that a statement at the top of a module defines or changes; [BESIDE] if it does other things."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return {leaf.id for target in getattr(node, "targets", None) or [node.target]
                for leaf in ast.walk(target) if isinstance(leaf, ast.Name)}
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return ["__doc__"]
    return [] if isinstance(node, (ast.Import, ast.ImportFrom)) else [BESIDE]


def imported_by(node, package):
    """Return {local name: (module, name in it)} of an import in a module that lies in ``package``."""
    if isinstance(node, ast.Import):
        names = [(alias.asname, alias.name if alias.asname else alias.name.split(".")[0]) for alias in node.names]
        return {local or name: tuple(name.rpartition(".")[::2]) for local, name in names}
    above = package[: len(package) + 1 - node.level] if node.level else ()
    module = ".".join([*above, *([node.module] if node.module else ())])
    return {alias.asname or alias.name: (module, alias.name) for alias in node.names}
