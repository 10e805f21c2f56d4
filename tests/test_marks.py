"""What a merge could not decide: files that hold its marks are named, in one line, and no update goes over them."""

from pathlib import Path

import nbformat
import pytest

from vgtext import ledger, words
from vgtext.tools import marks, update
from vgtext.tools.cli import main
from vgtext.tools.notebooks import root
from vgtext.tools.taken import FILES

LEFT = "<<<<<<< yours\n1\n=======\n2\n>>>>>>> original\n"


def test_the_files_of_a_book_in_which_an_update_has_left_marks_are_found(tmp_path):
    cell = nbformat.v4.new_markdown_cell(f"# Title\n\n{LEFT}")
    book = nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))
    for name, text in {
            "src/a.py": f"x = 1\n{LEFT}", "src/b.py": LEFT.replace("\n", "\r\n"), ".github/book.yml": LEFT,
            "notebooks/a.ipynb": book, "notebooks/b.ipynb": book.replace(LEFT[:13], "said"),
            "src/c.py": f"'{LEFT}'", "src/d.py": f'"{LEFT[:13]}\\n"',
            ".git/x": LEFT, "_build/x": LEFT, "env/pyvenv.cfg": "", "env/lib/x": LEFT}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, newline="")
    (tmp_path / "gone").symlink_to("nowhere")
    assert marks.marked(tmp_path) == [".github/book.yml", "notebooks/a.ipynb", "src/a.py", "src/b.py"]
    with pytest.raises(update.NoUpdate, match=r"has left marks in \.github/.*, src/b\.py: choose .* update again$"):
        update.update(tmp_path)


@pytest.mark.parametrize(("code", "told"), [
    (f"def f():\n{LEFT}", "line 2: a merge has left its marks: choose what stays of the lines between <<<<<<<"),
    (f"x = (\n\n{LEFT}", "line 3: a merge has left its marks"),
    ("x = 1\ny = )", "line 2 is no Python: unmatched ')'")])
def test_a_command_names_the_line_of_a_module_that_is_no_python(tmp_path, capsys, monkeypatch, code, told):
    path = tmp_path / "new.py"
    path.write_text(code)
    monkeypatch.setattr(ledger, "gather", lambda: compile(code, path, "exec"))
    assert main(["list"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"vgtext: {path}, {told}") and err.count("\n") == 1


def test_a_cell_with_marks_is_named():
    with pytest.raises(SyntaxError) as caught:
        compile(f"x = 1\n{LEFT}", "cell hook", "exec")
    assert marks.told(caught.value).startswith("cell hook, line 2: a merge has left its marks: ")


def test_a_mistake_is_told_though_the_module_of_figures_is_no_python(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("vgtext.tools.cli.import_module", lambda name: compile(LEFT, name, "exec"))
    assert main(["slides", "nothing"]) == 2
    assert capsys.readouterr().err.startswith("vgtext: unknown chapter 'nothing'")


@pytest.mark.parametrize(("text", "told"), [
    (f"[a]\nb = 'c'\n{LEFT}", "a merge has left its marks, the first in line 3: choose what stays"),
    ("[a]\nb\n", "no table of words: Expected .*line 2")])
def test_a_table_of_words_that_cannot_be_read_is_named(tmp_path, capsys, monkeypatch, text, told):
    path = tmp_path / "words.toml"
    path.write_text(text)
    with pytest.raises(words.BrokenTable, match=f"^{path}: {told}"):
        words.table(path)
    monkeypatch.setattr(ledger, "gather", lambda: words.table(path))
    assert main(["list"]) == 2 and capsys.readouterr().err.startswith(f"vgtext: {path}: ")


def test_every_folder_that_a_fork_takes_along_is_searched():
    folders = [Path(name).parts[0] for name in FILES if (root() / name).is_dir()]
    assert ".github" in folders and all(marks.is_of_the_book(root() / folder) for folder in folders)
