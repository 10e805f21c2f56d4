"""Corrections of the original come into a fork; what was changed there stays; what both changed is named."""

import json
import re
import shutil
import subprocess

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgtext.tools import merge, notebooks, origin, taken, update
from vgtext.tools.cli import main

SLUG = "two_by_two"
NAMES = list("abcdefgh")


def git(folder, *command):
    name = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    return subprocess.run(["git", *name, *command], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """This book as it is now, with a history of one commit."""
    folder = tmp_path_factory.mktemp("original") / "book"
    left_out = shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(notebooks.root(), folder, ignore=left_out)
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    return folder


def commit(folder):
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "-m", "A state")


def change(path, old, new):
    text = path.read_text("utf8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf8")


def change_cell(folder, name, source):
    path = folder / f"notebooks/{SLUG}.ipynb"
    book = nbformat.read(path, as_version=4)
    next(cell for cell in book.cells if cell.id == name)["source"] = source
    nbformat.write(book, path)


def cell(folder, name):
    book = nbformat.read(folder / f"notebooks/{SLUG}.ipynb", as_version=4)
    return next((cell.source for cell in book.cells if cell.id == name), None)


def test_a_round_trip(original, tmp_path, capsys, monkeypatch):
    """Fork, change the fork, correct the original, update twice; then a conflict in each kind of file."""
    fork = tmp_path / "fork"
    monkeypatch.chdir(original)
    notebooks.root.cache_clear()
    (original / "src/vgtext/words.py").chmod(0o444)  # as in a copy that all students of a course share
    assert main(["fork", SLUG, str(fork), "--title", "Mine", "--student"]) == 0
    assert (fork / "src/vgtext/words.py").stat().st_mode & 0o200
    record = json.loads((fork / "fork.json").read_text())
    assert record["commit"] == git(original, "rev-parse", "HEAD").strip() and record["student"]
    monkeypatch.chdir(fork)
    notebooks.root.cache_clear()
    assert main(["update"]) == 2 and "--from" in capsys.readouterr().err
    beside = f"../{original.parent.name}/{original.name}"  # as the fork's README says it
    (tmp_path / original.parent.name).symlink_to(original.parent)
    for source in (str(original), beside):
        assert main(["update", "--from", source]) == 0
        assert capsys.readouterr().out.startswith("Now as at commit")

    change_cell(fork, "hook", "My own hook.")
    change(fork / "_config.yml", "title: \"Mine\"", "title: \"Mine, second edition\"")
    (fork / "notebooks/extra.md").write_text("mine")
    (fork / "book/glossary.md").unlink()
    change_cell(original, "predict", "A better question.")
    change(original / f"src/vgtext/chapters/{SLUG}/repeated.py", '"""', '"""Corrected. ')
    change(original / "_config.yml", "timeout: 300", "timeout: 400")
    for name in ("new", "brief"):
        (original / f"src/vgtext/nn/{name}.py").write_text('"""New."""\n')
    (original / ".ci/more").write_text("#!/bin/sh\n")
    (original / ".ci/more").chmod(0o755)
    commit(original)
    status = main(["update", "--from", str(original)])
    out, err = capsys.readouterr()
    assert status == 0 and err == "", err
    assert cell(fork, "hook") == "My own hook." and cell(fork, "predict") == "A better question."
    settings = (fork / "_config.yml").read_text()
    assert "second edition" in settings and "timeout: 400" in settings
    assert (fork / f"src/vgtext/chapters/{SLUG}/repeated.py").read_text().startswith('"""Corrected. ')
    assert (fork / "src/vgtext/nn/new.py").exists() and (fork / "notebooks/extra.md").read_text() == "mine"
    assert (fork / ".ci/more").stat().st_mode & 0o100 and (fork / "src/vgtext/nn/brief.py").exists()
    assert not (fork / "book/glossary.md").exists() and f"notebooks/{SLUG}.ipynb\n" in out
    assert "solution-start" not in (fork / f"notebooks/{SLUG}.ipynb").read_text()
    assert json.loads((fork / "fork.json").read_text())["commit"] == git(original, "rev-parse", "HEAD").strip()

    change_cell(fork, "predict", "My own question.")
    change_cell(original, "predict", "Their best question.")
    change(fork / "book/notation.md", "# ", "# Our ")
    change(original / "book/notation.md", "# ", "# The ")
    (original / "book/glossary.md").write_text("# Glossary\n\nAll new.\n")
    for name in ("new", "brief"):
        (original / f"src/vgtext/nn/{name}.py").unlink()
    change(fork / "src/vgtext/nn/new.py", "New", "Newer")
    (fork / "book/_static/favicon.svg").write_bytes(b"\xff mine")
    (original / "book/_static/favicon.svg").write_bytes(b"\xff theirs")
    commit(original)
    status = main(["update", "--from", str(original)])
    _, err = capsys.readouterr()
    assert status == 1
    for name in (f"notebooks/{SLUG}.ipynb, cell predict", "book/notation.md", "book/glossary.md: you deleted it",
                 "nn/new.py: the original deleted it", "favicon.svg: both"):
        assert name in err, err
    assert "My own question." in cell(fork, "predict") and "Their best question." in cell(fork, "predict")
    assert "# Our " in (fork / "book/notation.md").read_text() and "# The " in (fork / "book/notation.md").read_text()
    assert (fork / "src/vgtext/nn/new.py").read_text() == '"""Newer."""\n'
    assert not (fork / "src/vgtext/nn/brief.py").exists(), "which the fork has not changed"
    assert (fork / "book/_static/favicon.svg").read_bytes() == b"\xff mine"
    assert (fork / "book/_static/favicon.svg.original").read_bytes() == b"\xff theirs"
    notebooks.root.cache_clear()


def test_a_chapter_that_the_original_renames_keeps_what_was_changed_in_it_and_one_that_it_takes_out_stays(
        original, tmp_path, capsys, monkeypatch):
    edition, fork, gone = tmp_path / "edition", tmp_path / "fork", "clipping"
    git(tmp_path, "clone", "-q", str(original), str(edition))
    monkeypatch.chdir(edition)
    notebooks.root.cache_clear()
    assert main(["fork", SLUG, gone, str(fork)]) == 0
    change_cell(fork, "predict", "My own question.")
    change(fork / f"src/vgtext/chapters/{SLUG}/rules.py", '"""', '"""Mine. ')
    for name in taken.OWN:
        git(edition, "mv", name.format(slug=SLUG), name.format(slug="products"))
    change(edition / "_toc.yml", f"notebooks/{SLUG}", "notebooks/products")
    change(edition / "src/vgtext/chapters/products/varied.py", '"""', '"""Theirs. ')
    commit(edition)
    monkeypatch.chdir(fork)
    notebooks.root.cache_clear()
    capsys.readouterr()
    assert main(["update", "--from", str(edition)]) == 0
    assert f"Chapter {SLUG} is called products now, and so are its files here.\n" in capsys.readouterr().out
    assert not [name for name in taken.OWN if (fork / name.format(slug=SLUG)).exists()]
    assert "My own question." in (fork / "notebooks/products.ipynb").read_text("utf8")
    assert '"""Mine. ' in (fork / "src/vgtext/chapters/products/rules.py").read_text("utf8")
    assert '"""Theirs. ' in (fork / "src/vgtext/chapters/products/varied.py").read_text("utf8")
    assert json.loads((fork / "fork.json").read_text())["chapters"] == ["products", gone]

    git(edition, "rm", "-qr", *(name.format(slug=gone) for name in taken.OWN))
    toc = (edition / "_toc.yml").read_text("utf8")
    (edition / "_toc.yml").write_text(re.sub(rf"      - file: notebooks/{gone}\n        title: .*\n", "", toc), "utf8")
    commit(edition)
    assert main(["update", "--from", str(edition)]) == 2
    assert f'has no chapter {gone} any more: take it out of "chapters" in fork.json' in capsys.readouterr().err
    change(fork / "fork.json", f',\n  "{gone}"', "")
    assert main(["update", "--from", str(edition)]) == 0
    assert all((fork / name.format(slug=gone)).exists() for name in taken.OWN)
    assert f"notebooks/{gone}\n" in (fork / "_toc.yml").read_text("utf8")
    assert json.loads((fork / "fork.json").read_text())["commit"] == git(edition, "rev-parse", "HEAD").strip()
    notebooks.root.cache_clear()


@pytest.mark.parametrize(("record", "words"), [
    (None, "holds no fork.json"), ("{", "holds no fork.json"), ('{"commit": null}', "names no commit")])
def test_what_is_no_fork_says_so(tmp_path, record, words):
    if record is not None:
        (tmp_path / "fork.json").write_text(record)
    with pytest.raises(update.NoUpdate, match=words):
        update.update(tmp_path, "anywhere")


def test_an_original_that_is_not_there_gets_one_line(tmp_path):
    (tmp_path / "fork.json").write_text(json.dumps({"commit": "0" * 40, "original": ""}))
    with pytest.raises(update.NoUpdate, match=r"git clone: .*nowhere.*; name a clone .*: --from FOLDER"):
        update.update(tmp_path, str(tmp_path / "nowhere"))
    with pytest.raises(update.NoUpdate, match="name the original"):
        update.update(tmp_path)


@pytest.mark.parametrize(("said", "words"), [
    (b"Permission denied (publickey).\nfatal: Could not read from repository.\n\nPlease make sure it exists.\n",
     "git clone: Could not read from repository."),
    (b"a hint\nerror: no\n", "git clone: error: no"), (b"", "git clone: failed")])
def test_of_what_git_says_the_reason_is_told(tmp_path, monkeypatch, said, words):
    done = subprocess.CompletedProcess([], 128, b"", said)
    monkeypatch.setattr(origin.subprocess, "run", lambda *given, **more: done)
    with pytest.raises(update.NoUpdate, match=f"^{re.escape(words)}; name a clone$"):
        origin.git(tmp_path, "clone", hint="; name a clone")


@pytest.mark.parametrize(("student", "address", "commit", "record", "wanted"), [
    (False, "https://o", "own", None, ("https://o", "own", False)),
    (True, "https://o", "own", None, ("", "own", True)),
    (False, "https://o", "own", ("https://o", "theirs", False), ("https://o", "theirs", False)),
    (False, "https://me", "own", ("https://o", "theirs", False), ("https://me", "own", False)),
    (False, "https://me", None, ("https://o", "theirs", False), ("https://o", "theirs", False)),
    (True, "https://o", "own", ("https://o", "theirs", False), ("", "own", True)),
    (True, "https://o", None, ("https://o", "theirs", False), ("", "theirs", True)),
    (False, "", "own", ("", "theirs", True), ("", "theirs", True))])
def test_a_fork_of_a_fork_knows_where_its_commit_is(tmp_path, monkeypatch, student, address, commit, record, wanted):
    """That commit is in the history of the address beside it; without an address, of what it was forked from."""
    for name, value in (("root", tmp_path), ("setting", address), ("commit_of", commit)):
        monkeypatch.setattr(origin, name, lambda *_, value=value: value)
    if record:
        (tmp_path / "fork.json").write_text(json.dumps(dict(zip(("original", "commit", "student"), record))))
    assert tuple(origin.origin(student).values()) == wanted


def test_an_update_that_is_stopped_can_go_on(tmp_path, monkeypatch):
    """It is done where the record says so, which is written last."""
    folders = [tmp_path / name for name in ("fork", "before", "now")]
    for folder in folders:
        folder.mkdir()
        for name in ("a", "fork.json", "z"):
            (folder / name).write_text("new" if folder.name == "now" else "old")

    def stopped(path, text, model):
        if path.name == "z":
            raise KeyboardInterrupt
        path.write_bytes(text)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(update, "put", stopped)
        update.merge_folders(*folders, update.Update("commit"))
    assert [(folders[0] / name).read_text() for name in ("a", "fork.json", "z")] == ["new", "old", "old"]
    update.merge_folders(*folders, done := update.Update("commit"))
    assert update.files(folders[0]) == update.files(folders[2]) and done.changed == ["z", "fork.json"]


def test_what_the_original_says_is_read_in_any_encoding(original, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    record = {"chapters": ["brücke"], "title": "", "author": "", "repository": "", "student": False}
    with pytest.raises(update.NoUpdate, match="unknown chapter 'brücke'"):
        update.forked(original, "HEAD", record, tmp_path / "now")


def test_an_original_without_the_commit_of_the_fork_is_named(tmp_path):
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "A state")
    update.check_known(tmp_path, {"commit": git(tmp_path, "rev-parse", "HEAD").strip()}, "beside")
    record = {"commit": "4f310557" * 5, "original": "https://example.org/a/book"}
    words = r"names commit 4f3105574f, which beside does not have: .* such as one of https://example.org/a/book: --from"
    with pytest.raises(update.NoUpdate, match=words):
        update.check_known(tmp_path, record, "beside")


def book(sources):
    """A notebook of Markdown cells {id: source}."""
    cells = [nbformat.v4.new_markdown_cell(text, id=name) for name, text in sources.items()]
    return nbformat.v4.new_notebook(cells=cells)


@st.composite
def edited(draw):
    """A notebook {id: source} of eight cells, and two edits of it that never touch the same cell."""
    before = {name: f"text {name}\n" for name in NAMES}
    sides = [dict(before), dict(before)]
    for name in NAMES:
        side, what = draw(st.integers(0, 1)), draw(st.sampled_from(["keep", "keep", "change", "delete"]))
        if what == "change":
            sides[side][name] = f"new {name}\n"
        elif what == "delete":
            del sides[side][name]
    for side, added in zip(sides, ("mine", "theirs")):
        if draw(st.booleans()):
            items = list(side.items())
            items.insert(draw(st.integers(0, len(items))), (added, f"{added}\n"))
            side.clear()
            side.update(items)
    return before, *sides


@given(edited())
def test_edits_of_different_cells_are_all_there_and_nothing_else(texts):
    before, mine, theirs = texts
    merged, clashes = merge.merge_notebooks(*map(book, (mine, before, theirs)))
    got = {cell.id: cell.source for cell in merged.cells}
    gone = {name for name in NAMES if name not in mine or name not in theirs}
    want = {name: text for name, text in before.items() if name not in gone}
    for side in (mine, theirs):
        want |= {name: text for name, text in side.items() if before.get(name) != text}
    assert clashes == {} and got == want and len(merged.cells) == len(got)
    kept = [name for name in got if name in before]
    assert kept == [name for name in NAMES if name in kept], "the order of the cells that stayed"


@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.integers(0, 4), st.booleans())
def test_a_new_text_joins_a_translated_table_and_a_changed_one_is_shown_to_its_translator(places, changed, changes):
    """Words of two sections have one name; every text is translated, and the original adds some anywhere."""
    def table(words, added=()):
        lines = [line for k in range(5) for line in
                 [*[f'new_{k}_{n} = "added"' for n in range([*added].count(k))], f'text_{k} = "{words[k]}"']]
        return "\n".join(f"[{section}] # words\n" + "\n".join(lines) + "\n" for section in ("one", "two"))

    english, german = [f"word {k}" for k in range(5)], [f"Wort {k}" for k in range(5)]
    other = ["other" if changes and k == changed else word for k, word in enumerate(english)]
    text, clash = update.merged(update.TABLE, *(
        each.encode() for each in (table(german), table(english), table(other, places))))
    if not changes:
        assert (text.decode(), clash) == (table(german, places), [])
    else:
        assert clash and all(f'= "{word}"' in text.decode() for word in [*german, "other", "added"])


def test_an_editor_that_renames_all_cells_loses_nothing():
    """As Colab does: cells are then told apart by what they say."""
    before = {name: f"text {name}" for name in NAMES}
    mine = {f"x{name}": text for name, text in before.items()} | {"xc": "my c"}
    merged, clashes = merge.merge_notebooks(book(mine), book(before), book(before | {"f": "their f"}))
    assert [cell.source for cell in merged.cells] == list((before | {"c": "my c", "f": "their f"}).values())
    assert clashes == {}


def test_a_cell_that_you_deleted_stays_out_and_one_that_you_changed_stays_where_it_stands():
    before = {"a": "1", "b": "2", "c": "3"}
    less, more = {"a": "1", "c": "3"}, before | {"b": "new " * 20}
    merged, said = merge.merge_notebooks(book(less), book(before), book(more))
    assert [cell.id for cell in merged.cells] == ["a", "c"]
    [words] = said.items()
    assert words[0] == "b" and re.fullmatch(r" \((new ){10}…\): you deleted it, .* changed it: it stays out", words[1])
    merged, said = merge.merge_notebooks(book(more), book(before), book(less))
    assert [cell.id for cell in merged.cells] == ["a", "b", "c"]
    assert said["b"].endswith("): the original deleted it, and you changed it: yours stays")
    for ours, theirs, order in ((more | {"mine": "4"}, less, "abc"), (less | {"mine": "4"}, more, "ac")):
        changed = book(theirs | {"new": "5"})
        assert [cell.id for cell in merge.merge_notebooks(book(ours), book(before), changed)[0].cells] == [
            *order, "mine", "new"]


@pytest.mark.parametrize(("mine", "theirs", "want"), [("x", "y", "y"), ("y", "x", "y"), ("y", "z", "y")])
def test_tags_of_a_cell_that_both_changed_are_those_that_were_changed_and_yours_before_others(mine, theirs, want):
    sides = [nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text, id="a", metadata={"tags": [tag]})])
             for text, tag in (("new\n\n\nb\n", mine), ("a\n\n\nb\n", "x"), ("a\n\n\nother\n", theirs))]
    [cell] = merge.merge_notebooks(*sides)[0].cells
    assert (cell.source, cell.metadata.tags) == ("new\n\n\nother\n", [want])


@pytest.mark.parametrize("mine", [True, False])
def test_the_kind_of_a_cell_and_the_settings_of_a_notebook_are_those_of_the_side_that_changed_them(mine):
    same, changed = book({"a": "text"}), book({"a": "text"})
    changed.cells[0], changed.metadata["kernelspec"] = nbformat.v4.new_code_cell("text", id="a"), {"name": "python3"}
    merged, said = merge.merge_notebooks(*((changed, same, same) if mine else (same, same, changed)))
    assert (merged.cells[0].cell_type, merged.metadata, said) == ("code", changed.metadata, {})


def test_outputs_go_with_the_cell_that_made_them():
    def ran(source, printed):
        output = nbformat.v4.new_output("stream", text=printed)
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id="a", outputs=[output])])

    for mine, theirs, want in ((("x", "1"), ("y", "2"), "2"), (("z", "3"), ("x", "1"), "3"),
                               (("x", "4"), ("x", "1"), "4"), (("x", "1"), ("x", "5"), "5")):
        merged, _ = merge.merge_notebooks(ran(*mine), ran("x", "1"), ran(*theirs))
        assert merged.cells[0].outputs[0].text == want, (mine, theirs)
