"""What a page's code depends on: the definitions that it names, and those that these name, read from syntax trees.

Of a module count the definitions that are asked for, not the others, nor comments. A name that a package only passes on
(``nn.mlp``, ``lab.draw_chain``) leads to where it is defined. That is sound as long as importing a module changes no
other: what an ``__init__`` calls as it is imported counts, and what it changes of that which it passes on (``FAST`` of
``vgtext.nn``); a test asks that no other module calls or changes anything.
"""

import hashlib
import os
import platform
import re
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.resources import files
from pathlib import Path

from pieces import ALL, BESIDE, Module

from vgtext.tools.notebooks import owner

PACKAGE = Path(str(files("vgtext")))
#: What gathers the claims of every chapter, which it imports by name.
LEDGER = "vgtext.ledger"
#: The table of words, of which a page's code asks for some; the others are those of scripts and of the book's frame.
WORDS = "words.toml"
toml = cache(tomllib.loads)


class Sources:
    """The modules and data below a package's folder, and what a piece of code depends on: (file, definition) pairs."""

    def __init__(self, package=PACKAGE):
        """Take the package in the folder ``package``."""
        self.package, self.root = package, package.parent
        self.data = sorted(path for path in (package / "data").glob("*") if path.is_file())
        self.slugs = sorted({path.stem for path in (package / "chapters").glob("*") if path.stem[0] not in "_."})
        self.digest = cache(lambda path: hashlib.sha256(path.read_bytes()).hexdigest())
        self.module = cache(lambda path: Module(path.read_text("utf8"), path.relative_to(self.root).parent.parts, path))
        for name in ("file", "resolve", "next", "data_of"):
            setattr(self, name, cache(getattr(self, name)))

    def file(self, module):
        """Return the file of a module, or of a package's ``__init__``; None where there is none."""
        path = self.root.joinpath(*module.split("."))
        return next((p for p in (path / "__init__.py", path.with_suffix(".py")) if p.is_file()), None)

    def whole(self, file):
        """Return all definitions of a module's file, or of all files of a package."""
        return {(path, ALL) for path in (file.parent.rglob("*.py") if file.name == "__init__.py" else [file])}

    def resolve(self, module, name):
        """Return where ``name`` of ``module`` is defined; nothing if that is another package's."""
        if module == LEDGER:
            chapters = [f"{self.package.name}.chapters.{slug}" for slug in self.slugs]
            known = {chapter: self.module(self.file(chapter)) for chapter in chapters}
            claimed = [chapter for chapter in chapters if "CLAIMS" in known[chapter].pieces | known[chapter].imports]
            return self.whole(self.file(module)).union(*(self.resolve(chapter, "CLAIMS") for chapter in claimed))
        inner, file = self.file(f"{module}.{name}".lstrip(".")), self.file(module)
        if inner or file is None:
            return self.whole(inner) if inner else set()
        known = self.module(file)
        found = {(file, name)} if name in known.pieces else set()
        if name in known.imports:
            found |= self.resolve(*known.imports[name])
        return found or self.whole(file)

    def uses(self, piece, module):
        """Return what a piece of ``module`` depends on of itself, in other files, without what that depends on."""
        found = {(path, ALL) for path in self.data if not piece.constants.isdisjoint(asked_as(path))}
        for name in (piece.names | {"*"}) & module.imports.keys():
            target = ".".join(module.imports[name]).lstrip(".")
            if self.file(target) and name not in piece.bare:
                found |= set().union(*(self.resolve(target, asked) for asked in piece.attributes[name]))
            else:
                found |= self.resolve(*module.imports[name])
        return found

    def next(self, need):
        """Return what a definition depends on of itself, and what runs where its module is imported."""
        path, name = need
        if path.suffix != ".py":
            return set()
        module, found = self.module(path), {(path, BESIDE)}
        above = [folder / "__init__.py" for folder in path.parents if folder.is_relative_to(self.package)]
        for init in filter(Path.is_file, above):  # it runs first, and may change what it passes on
            found |= {(init, name)} if name in self.module(init).pieces else set()
        for piece in module.pieces_of(name):
            found |= self.uses(piece, module) | {(path, other) for other in piece.names & module.pieces.keys()}
        return found | self.data_of(owner(path.relative_to(self.package).as_posix().removesuffix(".py"), self.slugs))

    def data_of(self, slug):
        """Return the stored data of a chapter."""
        return {(file, ALL) for file in self.data if slug and owner(f"data/{file.name}", self.slugs) == slug}

    def closure(self, code):
        """Return all that ``code`` depends on, sorted; all of the package if it is not plain Python."""
        try:
            page = Module(code)
            todo = set().union(*(self.uses(piece, page) for piece in page.pieces_of(ALL)))
        except SyntaxError:
            todo = self.whole(self.package / "__init__.py")
        done = set()
        while todo:
            need = todo.pop()
            done.add(need)
            todo |= self.next(need) - done
        return sorted(done)

    def key(self, code, beside=()):
        """Return the digest of all that the outputs of ``code`` depend on; ``beside`` are files that it reads."""
        parts, needs, named = [environment(), code], self.closure(code), set()
        for path, name in needs:
            for piece in self.module(path).pieces_of(name) if path.suffix == ".py" else ():
                parts.append(f"{path.name} {piece.text}")
                named |= piece.constants
        read = {path: None for path, _ in needs if path.suffix != ".py"}
        parts += [f"{path.name} {self.digest(path)}" for path in (*read, *beside) if path.name != WORDS]
        parts += [text for path in read if path.name == WORDS for text in texts(path, named)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@cache
def asked_as(file):
    """Return the strings by which code asks for a file of data; a stored result goes by its name without the kind."""
    return {file.name, file.stem} if file.suffix == ".npz" else {file.name}


def texts(path, named):
    """Yield the words of a table whose keys are ``named``, or their section is, as in ``words(f"carry.{kind}")``."""
    for section, table in toml(path.read_text("utf8")).items():
        yield from (f"{section}.{name} {text}" for name, text in table.items()
                    if {f"{section}.", f"{section}.{name}"} & named)


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
