"""Where a fork comes from: its record, ``fork.json``, and the commit that this names."""

import json
import os
import subprocess
from pathlib import Path

from vgtext.tools.links import setting
from vgtext.tools.notebooks import Mistake, root

RECORD = "fork.json"


class NoUpdate(Mistake):
    """A fork that cannot be brought up to date; the message says why."""


def git(folder, *command, hint=""):
    """Return what git prints, run in ``folder``, whoever owns that; NoUpdate, with its words and ``hint``, else."""
    trusted = ["-c", "safe.directory=*"]  # what is asked for is read and run in any case
    try:
        done = subprocess.run(["git", *trusted, "-C", str(folder), *command], capture_output=True)
    except FileNotFoundError:
        raise NoUpdate("an update needs git, which is not installed") from None
    if done.returncode:
        said = (os.fsdecode(done.stderr).strip() or "failed").splitlines()
        fatal = next((line for line in said if line.startswith("fatal: ")), said[-1])
        raise NoUpdate(f"git {command[0]}: {fatal.removeprefix('fatal: ')}{hint}")
    return os.fsdecode(done.stdout).strip()  # names of files, whatever their bytes


def commit_of(folder):
    """Return the commit that a folder is at; None where it has no history, or git is not there."""
    try:
        top = git(folder, "rev-parse", "--show-toplevel")
        return git(folder, "rev-parse", "HEAD") if Path(top).resolve() == Path(folder).resolve() else None
    except NoUpdate:
        return None


def uncommitted(paths):
    """Return the files of this book at or below ``paths`` that are not as its commit has them."""
    changed = git(root(), "diff", "--name-only", "--no-renames", "-z", "HEAD", "--", *paths)
    added = git(root(), "ls-files", "--others", "--exclude-standard", "-z", "--", *paths)
    return sorted(name for name in {*changed.split("\0"), *added.split("\0")} if name)


def record_of(folder):
    """Return what the fork in ``folder`` says of its origin; None if it is no fork, NoUpdate if it cannot be read."""
    path = folder / RECORD
    if not path.exists():
        return None
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError):
        raise NoUpdate(f"{folder} holds no {RECORD} that can be read: it was not made by 'vgtext fork'") from None


def read_record(folder):
    """Return what the fork in ``folder`` says of its origin; NoUpdate if it says nothing, or names no commit."""
    record = record_of(folder)
    if record is None:
        raise NoUpdate(f"{folder} holds no {RECORD}: it was not made by 'vgtext fork'")
    if not record.get("commit"):
        raise NoUpdate(f"{RECORD} names no commit: the original was a copy without a history; fork again from a clone")
    return record


def origin(student):
    """Return where a fork that is made here comes from, to be updated from there: {original, commit, student}.

    That is this book. A fork that has no address of its own, or no history, hands on its own origin: what was changed
    in it is then a change of the new fork's. A student's copy names no address, where the solutions are.
    """
    record, address, commit = record_of(root()) or {}, setting("url"), commit_of(root())
    if record and (not commit or (address == record.get("original") and not student)):
        address, commit, student = record.get("original"), record.get("commit"), student or record.get("student", False)
    return {"original": "" if student else address, "commit": commit, "student": student}
