"""Which Pyodide the book runs on, and what of it: the version, and the sum of every file.

Pyodide is Python for the browser (https://pyodide.org). Its lock names each package with its sha256; the lock itself
and the core, which it does not name, are pinned here. A new version is a new VERSION with new sums in CORE.
"""

import hashlib
import json
import re
import urllib.request
from pathlib import Path

VERSION = "0.27.7"
#: Where the official files are.
RELEASE = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
CORE = {
    "pyodide-lock.json": "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c",
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
}
START, LATER = ("numpy", "matplotlib"), ("scipy",)  # packages that every page loads, and those that some ask for
#: What a page runs as a script, so that it comes from the book's own folder, always.
SCRIPTS = {"pyodide.js", "pyodide.asm.js"}
#: What the lock lists and figures do without: drawing in the page's own canvas, subsetting of fonts, time zones.
UNUSED = {"fonttools", "pytz", "matplotlib-pyodide"}
LICENSES = {
    "Pyodide": "MPL-2.0", "CPython": "PSF-2.0", "numpy": "BSD-3-Clause", "scipy": "BSD-3-Clause",
    "openblas": "BSD-3-Clause", "matplotlib": "Matplotlib license (PSF-based)", "contourpy": "BSD-3-Clause",
    "cycler": "BSD-3-Clause", "kiwisolver": "BSD-3-Clause", "packaging": "Apache-2.0 or BSD-2-Clause",
    "pillow": "MIT-CMU", "pyparsing": "MIT", "python-dateutil": "Apache-2.0 or BSD-3-Clause", "six": "MIT",
}


class FilesError(ValueError):
    """A file that is not there, or not the one that is pinned."""


def get(name, sha256, source=None):
    """Return a file of Pyodide as bytes, from the folder ``source``, else from RELEASE; FilesError if it is another."""
    try:
        if source:
            data = (Path(source) / name).read_bytes()
        else:
            with urllib.request.urlopen(RELEASE + name, timeout=120) as answer:
                data = answer.read()
    except OSError as error:
        raise FilesError(f"{name} of Pyodide {VERSION} could not be read from {source or RELEASE}: {error}") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise FilesError(f"{name} from {source or RELEASE} is not the one of Pyodide {VERSION}: its sha256 is another")
    return data


def normal(name):
    """Return a package's name as the lock writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def packages(lock, names=(*START, *LATER)):
    """Return {name: entry} of packages, those that the book uses, and what they depend on, out of the whole lock."""
    found, todo = {}, [*names]
    while todo:
        name = normal(todo.pop())
        if name not in found:
            entry = lock["packages"][name]
            depends = [each for each in map(normal, entry["depends"]) if each not in UNUSED]
            found[name] = {**entry, "depends": depends}
            todo += depends
    return found


def own_lock(lock, found):
    """Return the text of a lock that names these packages alone, so that a page loads a small one."""
    return json.dumps({"info": lock["info"], "packages": dict(sorted(found.items()))}, separators=(",", ":"))
