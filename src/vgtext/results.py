"""Stored results of long experiments: arrays in small files that a command made once, with what made them.

``data/<chapter>_<module>.npz`` is made by ``python -m vgtext.chapters.<chapter>.<module>``. The chapter's tests make a
sample of it again.
"""

import platform
from datetime import date
from functools import cache
from importlib.resources import files

import numpy as np


def path(name):
    """Return where the file of that name is, ``data/<name>.npz``."""
    return files("vgtext") / "data" / f"{name}.npz"


def command(name):
    """Return the command that makes the file."""
    return "python -m vgtext.chapters.{}.{}".format(*name.rsplit("_", 1))


def save(name, seeds=None, made_by=None, **arrays):
    """Write the arrays, and ``made``: the command (the module's own if left out), seeds (how many, from 0), date,
    versions."""
    drawn = "" if seeds is None else ", seed 0" if seeds == 1 else f", seeds 0 to {seeds - 1}"
    made_by = made_by or command(name)
    made = f"{made_by}{drawn}, {date.today()}, Python {platform.python_version()}, NumPy {np.__version__}"
    np.savez_compressed(path(name), **arrays, made=made)
    load.cache_clear()


@cache
def load(name):
    """Return the arrays of a file by name, read-only; raise FileNotFoundError that names the command."""
    if not path(name).is_file():
        raise FileNotFoundError(f"{path(name)} is not there; {command(name)} makes it")
    with np.load(path(name)) as file:
        arrays = dict(file)
    for array in arrays.values():
        array.flags.writeable = False
    return arrays
