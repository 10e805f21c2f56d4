"""The files of a page's figures, in a small book: one for each, and a word where two would have the same one."""

import sys
from pathlib import Path

import pytest
from built import build_small
from matplotlib import rc_context

from vgtext.explore.element import page_element
from vgtext.explore.figure import LOOK, Explorable

sys.path.append(str(Path(__file__).parents[2] / "book" / "_ext"))


def element(name, caption):
    """Return the element of a figure called ``name``."""
    def draw(ax):
        ax.plot([0, 1])
        return caption

    draw.__name__ = name
    with rc_context(LOOK):
        return f"```{{raw}} html\n{page_element(Explorable(draw, {}, {}))}\n```\n\n"


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Build a book of two pages with figures of these names; returns the folder of figures' files, and the warnings."""
    def run(first, second):
        monkeypatch.setenv("VGTEXT_EXPLORE", "static")
        for page, names in ("index", first), ("other", second):
            text = "".join(element(name, f"Figure {k} of {page}.") for k, name in enumerate(names))
            (tmp_path / f"{page}.md").write_text(f"---\norphan: true\n---\n# {page}\n\n{text}", "utf8")
        out, warnings = build_small(tmp_path, extensions=["myst_parser", "assets"])
        return {path.name for path in (out / "_static/figures").iterdir()}, warnings
    return run


def test_every_figure_has_files_of_its_own(build):
    files, warnings = build(["rise", "fall"], ["rise"])
    assert (files, warnings) == ({f"{name}.{kind}" for name in ("index-rise", "index-fall", "other-rise")
                                  for kind in ("svg", "js")}, "")


def test_two_figures_of_one_name_on_a_page_are_told(build):
    _, warnings = build(["rise", "fall", "rise"], ["fall"])
    assert warnings.count("WARNING") == 1 and "index" in warnings and "named 'rise'" in warnings
