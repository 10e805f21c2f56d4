"""What is kept while a book is built: made once of the same, and made again of anything else."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import IPython
import pytest

from vgtext.explore import FigureError, explore
from vgtext.keeping import KEPT, kept_or_made

NAME = f"{__name__}.draw_counted"
drawn = []


def draw_counted(ax, a=1, word="left"):
    drawn.append(a)
    ax.plot([0, a])
    ax.set(xlim=(0, 1), ylim=(0, 9))
    return f"{word}: {a}" if a < 7 else ""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where the figure may be kept; a page's figures have all their states."""
    monkeypatch.setenv(KEPT, json.dumps({NAME: str(tmp_path / "kept" / "draw")}))
    monkeypatch.setenv("VGTEXT_EXPLORE", "static")
    drawn.clear()
    return tmp_path / "kept"


def made(**controls):
    return explore(draw_counted, **controls).mimebundle


def test_a_figure_that_is_kept_is_not_drawn(place):
    first, states = made(a=(1, 4)), [*drawn]
    assert states.count(3) == 1 and first["text/plain"].endswith("left: 1")
    [kept] = place.iterdir()
    os.utime(kept, (0, 0))
    assert made(a=(1, 4)) == first and drawn == states
    assert kept.stat().st_mtime > 1, "what was used last is the last to go"


@pytest.mark.parametrize("controls", [{"a": (1, 5)}, {"a": [1, 2, 3, 4]}, {"a": (1, 4), "labels": {"a": "size"}},
                                      {"a": (1, 4), "word": {"left": "left", "right": "up"}}, {}])
def test_a_figure_with_other_controls_is_another(place, controls):
    first = made(a=(1, 4), word={"left": "left", "right": "right"})
    other = made(**controls)
    assert other != first
    kept = [json.loads(path.read_text("utf8")) for path in place.iterdir()]
    assert len(kept) == 2 and first in kept and other in kept


def test_a_figure_is_drawn_again_where_another_cell_ran_before_it(place, monkeypatch):
    """A cell may have changed what is drawn with. Those after the figure don't count: they have not run."""
    shell = SimpleNamespace(user_ns={"In": ["", "explore(draw)"]})
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    made(a=(1, 4))
    made(a=(1, 4))
    assert drawn.count(3) == 1
    shell.user_ns["In"].insert(1, "lab.SCALE = 2")
    made(a=(1, 4))
    assert drawn.count(3) == 2


def test_a_figure_with_an_error_is_told_of_each_time(place):
    for _ in range(2):
        with pytest.raises(FigureError, match="a=7"):
            made(a=(1, 7))
    assert not place.exists()


def test_what_no_build_names_is_made_each_time(place, monkeypatch):
    made(a=(1, 4))
    monkeypatch.setenv(KEPT, json.dumps({"another": "x"}))
    made(a=(1, 4))
    monkeypatch.delenv(KEPT)
    made(a=(1, 4))
    assert drawn.count(3) == 3 and len([*place.iterdir()]) == 1


def test_two_pages_may_make_the_same_at_once(place, monkeypatch):
    """The one has written its file, but not yet put it into place, when the other one does all of it."""
    real, writing = Path.replace, []

    def replace(half, file):
        writing.append(half)
        if len(writing) == 1:
            with monkeypatch.context() as patch:
                patch.setattr("os.getpid", lambda: 1)
                assert kept_or_made(NAME, None, lambda: [1.5]) == [1.5]
        return real(half, file)

    monkeypatch.setattr(Path, "replace", replace)
    assert kept_or_made(NAME, None, lambda: [1.5]) == [1.5]
    assert len(writing) == 2 and [path.suffix for path in place.iterdir()] == [".json"]


def test_what_is_stopped_while_it_is_written_is_not_kept(place, monkeypatch):
    monkeypatch.setattr("pathlib.Path.replace", lambda self, other: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        kept_or_made(NAME, None, lambda: [1.5])
    monkeypatch.undo()
    monkeypatch.setenv(KEPT, json.dumps({NAME: str(place / "draw")}))
    assert kept_or_made(NAME, None, lambda: [2.5]) == [2.5]
    assert kept_or_made(NAME, None, lambda: [3.5]) == [2.5]
