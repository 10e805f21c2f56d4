"""Which earlier cells a cell stands on, by the names that it uses."""

import ast
import builtins


class Names(ast.NodeVisitor):
    """Walks code in the order in which it runs; ``uses`` are names read before they are made, ``makes`` those made."""

    def __init__(self, makes=()):
        """Start with names that are there."""
        self.uses, self.makes, self.later = set(), set(makes), []

    def visit_Name(self, node):
        """Note a name that is read, or made."""
        if isinstance(node.ctx, ast.Store):
            self.makes.add(node.id)
        elif node.id not in self.makes:
            self.uses.add(node.id)

    def visit_Assign(self, node):
        """The value comes first: ``x = x + 1`` uses x, and so does ``x: int = x + 1``."""
        first, targets = [getattr(node, "annotation", None), node.value], getattr(node, "targets", None)
        self.visit_all([*filter(None, first), *(targets or [node.target])])

    visit_AnnAssign = visit_NamedExpr = visit_Assign

    def visit_AugAssign(self, node):
        """``x += 1`` uses x, and makes it."""
        if isinstance(node.target, ast.Name) and node.target.id not in self.makes:
            self.uses.add(node.target.id)
        self.visit_all([node.value, node.target])

    def visit_For(self, node):
        """What is looped over comes before the loop's own names."""
        self.visit_all([node.iter, node.target, *node.body, *node.orelse])

    def visit_ExceptHandler(self, node):
        """The error gets a name."""
        self.makes.update({node.name} - {None})
        self.generic_visit(node)

    def visit_Import(self, node):
        """An import makes names."""
        self.makes.update((alias.asname or alias.name).split(".")[0] for alias in node.names)

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node):
        """A function is made now, and reads when it is called, at the earliest after the cell's last line."""
        args = node.args
        taken = [arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg) if arg]
        types = [getattr(node, "returns", None), *(arg.annotation for arg in taken)]
        self.visit_all([*getattr(node, "decorator_list", []), *args.defaults, *filter(None, args.kw_defaults + types)])
        if not isinstance(node, ast.Lambda):
            self.makes.add(node.name)
        self.later.append((node.body if isinstance(node.body, list) else [node.body], [arg.arg for arg in taken]))

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef

    def visit_ListComp(self, node):
        """A comprehension has names of its own."""
        inner = Names(self.makes)
        inner.visit_all([part for g in node.generators for part in (g.iter, g.target, *g.ifs)])
        inner.visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self.uses |= inner.uses
        self.later += inner.later

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_ClassDef(self, node):
        """A class's body runs at once, in names of its own."""
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords])
        inner = Names(self.makes)
        inner.visit_all(node.body)
        self.uses |= inner.uses
        self.later += inner.later
        self.makes.add(node.name)

    def visit_all(self, nodes):
        """Walk through nodes, one after the other."""
        for node in nodes:
            self.visit(node)


def uses_and_makes(code):
    """Return (the names that a cell takes from elsewhere, those that it makes); of code that is no Python, neither."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return set(), set()
    names = Names()
    names.visit(tree)
    later = (called(body, own, names.makes) for body, own in names.later)
    return names.uses.union(*later) - set(dir(builtins)), names.makes


def called(body, own, makes):
    """Return the names that a function's body takes from outside; ``makes`` are the names of the cell."""
    inner = Names(makes | set(own))
    inner.visit_all(body)
    return inner.uses.union(*(called(body, own, inner.makes) for body, own in inner.later)) - inner.makes


def needed(cell, codes, fresh):
    """Return the numbers of the cells above ``cell`` that it stands on and that are not ``fresh``, in order.

    A name comes from the nearest cell above that makes it; that cell's own names from the nearest above it.
    """
    known, found, todo = [uses_and_makes(code) for code in codes], set(), [cell]
    while todo:
        here = todo.pop()
        for name in known[here][0]:
            maker = next((k for k in reversed(range(here)) if name in known[k][1]), None)
            if maker is not None and maker not in found and not fresh[maker]:
                found.add(maker)
                todo.append(maker)
    return sorted(found)
