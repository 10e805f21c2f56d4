"""What a page's code depends on: the files it imports, and those that these import, read from their syntax trees.

A name that a package only passes on (``nn.mlp``, ``lab.draw_chain``) leads to the module that defines it, so that the
other modules of the package don't count. That is sound as long as importing a module changes no other: what an
``__init__`` calls as it is imported counts, and a test asks that no other module calls anything.
"""

import ast
import hashlib
import os
import platform
import re
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.resources import files
from pathlib import Path

from vgtext.tools.notebooks import owner

PACKAGE = Path(str(files("vgtext")))
#: What gathers the claims of every chapter, which it imports by name.
LEDGER = "vgtext.ledger"
#: The table of words, of which a page's code asks for some; the others are those of scripts and of the book's frame.
WORDS = "words.toml"


class Sources:
    """The modules and data below a package's folder, and the files that a piece of code depends on."""

    def __init__(self, package=PACKAGE):
        """Take the package in the folder ``package``."""
        self.package, self.root = package, package.parent
        self.data = sorted(path for path in (package / "data").glob("*") if path.is_file())
        slugs = {path.stem for path in (package / "chapters").glob("*") if path.stem[0] not in "_."}
        self.slugs = sorted(slugs)
        self.tree = cache(lambda path: ast.parse(path.read_text("utf8")))
        self.digest = cache(lambda path: hashlib.sha256(path.read_bytes()).hexdigest())
        self.imports_of = cache(lambda path: {local: rest for local, *rest in self.imports(self.tree(path), path)})
        self.constants = cache(lambda path: constants(self.tree(path)))
        self.next = cache(lambda path: self.uses(self.tree(path), path) | self.data_of(path))
        self.with_calls = cache(self.with_calls)

    def file(self, module):
        """Return the file of a module, or of a package's ``__init__``; None where there is none."""
        path = self.root.joinpath(*module.split("."))
        return next((p for p in (path / "__init__.py", path.with_suffix(".py")) if p.is_file()), None)

    def imports(self, tree, path=None):
        """Yield (local name, module, name in it) of what ``tree`` imports from this package."""
        here = path.relative_to(self.root).parent.parts if path else ()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found = [(alias.asname, *alias.name.rpartition(".")[::2]) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                above = here[: len(here) + 1 - node.level] if node.level else ()
                base = ".".join([*above, *([node.module] if node.module else ())])
                found = [(alias.asname or alias.name, base, alias.name) for alias in node.names]
            else:
                continue
            yield from (entry for entry in found if (entry[1] or entry[2]).split(".")[0] == self.package.name)

    def uses(self, tree, path=None):
        """Return the files that ``tree``, read from ``path``, depends on of itself, without what these depend on."""
        found = set()
        for local, module, name in self.imports(tree, path):
            whole = f"{module}.{name}".lstrip(".")
            if is_package(self.file(whole)):
                found |= self.through(tree, local, whole)
            else:
                found |= self.resolve(module, name)
        said = self.constants(path) if path else constants(tree)
        return found | {file for file in self.data if not said.isdisjoint(asked_as(file))}

    def through(self, tree, local, package):
        """Return the files behind ``local.attribute`` in ``tree``; all of the package if it is used in another way."""
        mentions = sum(isinstance(node, ast.Name) and node.id == local for node in ast.walk(tree))
        names = [node.attr for node in ast.walk(tree)
                 if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == local]
        if local is None or len(names) < mentions:
            return self.all_of(self.file(package))
        return set().union(*(self.resolve(package, name) for name in names))

    def resolve(self, module, name):
        """Return the files where ``name`` of ``module`` is made, with what its packages call as they are imported."""
        if module == LEDGER:
            chapters = [f"{self.package.name}.chapters.{slug}" for slug in self.slugs]
            chapters = [chapter for chapter in chapters if "CLAIMS" in self.file(chapter).read_text("utf8")]
            return {self.file(module)}.union(*(self.resolve(chapter, "CLAIMS") for chapter in chapters))
        inner, file = self.file(f"{module}.{name}"), self.file(module)
        if inner or not is_package(file):
            return self.all_of(inner or file)
        passed_on = self.imports_of(file)
        if name in passed_on:
            return self.resolve(*passed_on[name])
        for node in self.tree(file).body:
            if isinstance(node, ast.Assign) and name in set().union(*map(names_in, node.targets)):
                return set().union(*(self.resolve(*passed_on[leaf]) for leaf in names_in(node.value) & {*passed_on}))
        return self.all_of(file) if name == "*" else {file}

    def all_of(self, file):
        """Return every file of a package, or a module's file with what its packages call."""
        if is_package(file):
            return set(file.parent.rglob("*.py"))
        return self.with_calls(file) if file else set()

    def with_calls(self, path):
        """Return a file, and those of what the packages above it call as they are imported."""
        found = {path}
        for folder in path.relative_to(self.root).parents:
            above = self.root / folder / "__init__.py"
            calls = [node for node in self.tree(above).body if is_call(node)] if above.is_file() else []
            names = set().union(*map(names_in, calls))
            found |= {self.file(f"{module}.{name}") or self.file(module)
                      for local, (module, name) in self.imports_of(above).items() if local in names} if names else set()
        return found

    def data_of(self, path):
        """Return the stored data of the chapter that the module at ``path`` belongs to."""
        slug = owner(path.relative_to(self.package).as_posix().removesuffix(".py"), self.slugs)
        return {file for file in self.data if slug and owner(f"data/{file.name}", self.slugs) == slug}

    def closure(self, code):
        """Return all files that ``code`` depends on, sorted; every file of the package if it is not plain Python."""
        try:
            todo = self.uses(ast.parse(code))
        except SyntaxError:
            todo = set(self.package.rglob("*.py"))
        done = set()
        while todo:
            path = todo.pop()
            done.add(path)
            todo |= (self.next(path) if path.suffix == ".py" else set()) - done
        return sorted(done)

    def key(self, code, beside=()):
        """Return the digest of all that the outputs of ``code`` depend on; ``beside`` are files that it reads."""
        files = self.closure(code)
        named = set().union(*(self.constants(path) for path in files if path.suffix == ".py"))
        parts = [environment(), code]
        parts += [f"{path.name} {self.digest(path)}" for path in (*files, *beside) if path.name != WORDS]
        parts += [text for path in files if path.name == WORDS for text in texts(path, named)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def asked_as(file):
    """Return the strings by which code asks for a file of data; a stored result goes by its name without the kind."""
    return {file.name, file.stem} if file.suffix == ".npz" else {file.name}


def is_package(file):
    """Whether a module's file is a package's ``__init__``."""
    return file is not None and file.name == "__init__.py"


def is_call(node):
    """Whether a statement at the top of a module is a call, such as ``one_blas_thread()``."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def constants(tree):
    """Return the strings, numbers and other constants of a module."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}


toml = cache(tomllib.loads)


def texts(path, named):
    """Yield the words of a table whose keys are ``named``, or their section is, as in ``words(f"carry.{kind}")``."""
    for section, table in toml(path.read_text("utf8")).items():
        yield from (f"{section}.{name} {text}" for name, text in table.items()
                    if {f"{section}.", f"{section}.{name}"} & named)


def names_in(node):
    """Return the names that a piece of code uses."""
    return {leaf.id for leaf in ast.walk(node) if isinstance(leaf, ast.Name)}


@cache
def environment():
    """Return in words what runs the code: Python, the versions of the packages of this project, how figures show."""
    versions = [platform.python_version(), os.environ.get("VGTEXT_EXPLORE", "live")]
    for name in sorted({re.match(r"[\w.-]+", line)[0] for line in requires("vgtext") or ()}):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return "; ".join(versions)
