"""Bring corrections of the original into a fork: three-way, so that nothing of what was changed in the fork is lost.

A fork knows the commit that it came from (``fork.json``). Made again at that commit it says what was there before; made
at the newest one, what the original says now.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from vgtext.tools.marks import CHOOSE, marked
from vgtext.tools.merge import BOTH, merge_lines, merge_notebooks, merge_tables
from vgtext.tools.origin import RECORD, NoUpdate, git, read_record
from vgtext.tools.taken import OWN

#: What a fork was made with, beside its chapters, by the names of the options of ``vgtext fork``.
OPTIONS = ("title", "author", "repository")
TABLE = "src/vgtext/data/words.toml"  # merged text by text


@dataclass
class Update:
    """What an update did: chapters renamed, {slug: its slug now}, files changed, and conflicts, each in words."""

    commit: str
    renamed: dict = field(default_factory=dict)
    changed: list = field(default_factory=list)
    conflicts: list = field(default_factory=list)


def update(folder, original=None, commit="HEAD"):
    """Merge what changed in the original, up to ``commit``, into the fork in ``folder``; return the :class:`Update`.

    ``original`` is a folder or an address that git can clone (default: the address in ``fork.json``). Files that the
    fork has not changed are replaced; the others are merged, notebooks cell by cell. A chapter that the original has
    renamed is renamed. Raises NoUpdate.
    """
    if left := marked(folder):
        raise NoUpdate(f"the last update has left marks in {', '.join(left)}: {CHOOSE}, then update again")
    record = read_record(folder)
    source = original or record.get("original")
    if not source:
        raise NoUpdate("name the original: --from FOLDER, a clone of it, or its address (a student's copy keeps none)")
    with tempfile.TemporaryDirectory() as scratch:
        clone = Path(scratch) / "clone"
        git(Path.cwd(), "clone", "--quiet", "--no-checkout", "--", str(source), str(clone),
            hint="; name a clone of the original, or its address: --from FOLDER")
        check_known(clone, record, source)
        now = git(clone, "rev-parse", f"{commit}^{{commit}}")
        done = Update(now, renamed(clone, record, now))
        called = {**record, "chapters": [done.renamed.get(slug, slug) for slug in record["chapters"]]}
        before = forked(clone, record["commit"], record, Path(scratch) / "before")
        after = forked(clone, now, called, Path(scratch) / "now")
        for book in (before, folder):
            rename(book, done.renamed)
        merge_folders(folder, before, after, done)
    return done


def check_known(clone, record, source):
    """Raise NoUpdate if ``clone``, that of ``source``, lacks the commit that a fork's ``record`` names."""
    commit, address = record["commit"], record.get("original")
    such = f", such as one of {address}" if address and address != source else ""
    try:
        git(clone, "cat-file", "-e", f"{commit}^{{commit}}")
    except NoUpdate:
        raise NoUpdate(f"{RECORD} names commit {commit[:10]}, which {source} does not have: name a clone with that "
                       f"commit in its history{such}: --from FOLDER") from None


def renamed(clone, record, now):
    """Return {slug: its slug ``now``} of a fork's chapters that were renamed since; NoUpdate if one was taken out."""
    moved = git(clone, "diff", "--find-renames", "--diff-filter=DR", "--name-status", record["commit"], now, "--",
                "notebooks")
    moves = [[Path(name).stem for name in line.split("\t")[1:]] for line in moved.splitlines()]
    names = {old: new for old, *new in moves if old in record["chapters"]}
    if gone := [slug for slug, new in names.items() if not new]:
        raise NoUpdate(f"the original has no chapter {', '.join(gone)} any more: take it out of \"chapters\" in "
                       f"{RECORD}, and update again; it stays here as it is")
    return {slug: new for slug, (new,) in names.items()}


def rename(folder, names):
    """Rename in ``folder`` what chapters have of their own; ``names`` is {slug: its slug now}."""
    for slug, new in names.items():
        for name in OWN:
            path, target = folder / name.format(slug=slug), folder / name.format(slug=new)
            if path.exists() and not target.exists():
                path.rename(target)


def forked(clone, commit, record, target):
    """Return ``target``, the fork that ``record`` describes, made by the original as it was at ``commit``."""
    work = target.with_name(f"{target.name}-original")
    git(clone, "worktree", "add", "--quiet", "--detach", str(work), commit)
    options = [word for name in OPTIONS if record[name] for word in (f"--{name}", record[name])]
    command = [sys.executable, "-m", "vgtext", "fork", *record["chapters"], str(target), *options]
    command += ["--student"] * record["student"]
    environment = {**os.environ, "PYTHONPATH": str(work / "src"), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, encoding="utf-8")
    if done.returncode:
        words = done.stderr.strip().splitlines()[-1:] or ["failed"]
        raise NoUpdate(f"the original at {commit[:10]} cannot be forked as this was: "
                       f"{words[0].removeprefix('vgtext: ')}")
    return target


def files(folder):
    """Return {path: bytes} of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def merge_folders(folder, before, now, done):
    """Merge the files of two forks, made before and now, into ``folder``; note down what was done."""
    old, new = files(before), files(now)
    for name in sorted(old.keys() | new.keys(), key=lambda name: (name == RECORD, name)):  # if stopped, it can go on
        path = folder / name
        mine = path.read_bytes() if path.is_file() else None
        if old.get(name) == new.get(name) or mine == new.get(name):
            continue
        if mine == old.get(name):
            put(path, new.get(name), now / name)
        elif mine is None or name not in new:
            done.conflicts.append(f"{name}: " + ("you deleted it, and the original changed it" if mine is None else
                                                 "the original deleted it, and you changed it: yours stays"))
            continue
        else:
            text, clashes = merged(name, mine, old.get(name), new[name])
            put(path if text is not None else path.with_name(f"{path.name}.original"), text or new[name], now / name)
            done.conflicts += [f"{name}{clash}" for clash in clashes]
        done.changed.append(name)


def put(path, text, model):
    """Write a file, with the rights of ``model``, or delete it where ``text`` is None."""
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    shutil.copymode(model, path)


def merged(name, mine, old, new):
    """Return (bytes, conflicts in words) of a file that both sides changed; None for bytes that are no text."""
    try:
        if name.endswith(".ipynb"):
            books = [nbformat.reads(text.decode(), as_version=4) for text in (mine, old or mine, new)]
            book, clashes = merge_notebooks(*books)
            words = [f", cell {cell}{said}" for cell, said in clashes.items()]
            return f"{nbformat.writes(book)}\n".encode(), words
        merge = merge_tables if name == TABLE else merge_lines
        text, clash = merge(mine.decode(), (old or b"").decode(), new.decode())
        return text.encode(), [f": {BOTH}"] * clash
    except (UnicodeDecodeError, nbformat.reader.NotJSONError, nbformat.ValidationError):
        return None, [": both changed it; yours stays, and the original's is beside it, .original"]
