"""Links to figures, to their states and to pages left out, in a small book of two pages."""

import pkgutil
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from built import build_small

from vgtext import chapters

sys.path.append(str(Path(__file__).parents[2] / "book" / "_ext"))
CHAPTER = next(module.name for module in pkgutil.iter_modules(chapters.__path__))  # any fork has one
FIGURE = '```{raw} html\n<vg-explore id="unit-circle"></vg-explore>\n```\n'
CONTENTS = "```{toctree}\nother\n```\n"


@pytest.fixture
def build(tmp_path):
    """Build a book whose first page holds ``text``; returns its links, what is left as text, and the warnings."""
    def run(text):
        (tmp_path / "index.md").write_text(f"# One\n\n{text}\n\n{FIGURE}\n{CONTENTS}")
        (tmp_path / "other.md").write_text(f"# Two\n\n{FIGURE.replace('unit-', 'other-')}")
        (tmp_path / "aside.md").write_text("# Left out\n")
        out, warnings = build_small(tmp_path, extensions=["myst_parser", "links"], exclude_patterns=["aside.md"])
        words = BeautifulSoup((out / "index.html").read_text("utf8"), "html.parser").select_one("h1 ~ p")
        run.words = words
        return [a["href"] for a in words.find_all("a")], words.get_text(), warnings
    return run


@pytest.mark.parametrize(("written", "address"), [
    ("#unit-circle", "#unit-circle"),
    ("#unit-circle?a=0.9&L=12", "#unit-circle?a=0.9&L=12"),
    ("other.md#other-circle?a=-1", "other.html#other-circle?a=-1"),
    ("#unit-circle?a=1,024", "#unit-circle?a=1,024"),
    ("other.md", "other.html"),
])
def test_a_link_reaches_a_figure_and_its_state(build, written, address):
    links, said, warnings = build(f"See [*it*]({written}).")
    assert (links, said, warnings) == ([address], "See it.", "") and build.words.a.em, "its words are as written"


def test_a_figure_that_is_shown_as_text_has_links(build):
    links, _, warnings = build("See [it](#third-circle).\n\n```\n[figure] third_circle(a 0…1 (0)): A circle.\n```")
    assert (links, warnings) == (["#third-circle"], "")


@pytest.mark.parametrize("written", ["aside.md", f"{CHAPTER}.ipynb", f"{CHAPTER}.ipynb#unit-circle?a=1"])
def test_a_link_to_a_page_left_out_becomes_plain_text(build, written):
    assert build(f"See [it]({written}).") == ([], "See it.", "")


@pytest.mark.parametrize("written", ["#no-such-circle", "other.md#unit-circle", "no_such_chapter.ipynb"])
def test_a_link_to_nothing_is_a_warning(build, written):
    _, _, warnings = build(f"See [it]({written}).")
    assert "xref_missing" in warnings
