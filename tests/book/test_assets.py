"""The files of a page's figures, in a small book: one for each, and a word where two would have the same one."""

import base64
import gzip
import json
import math
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from built import build_small
from matplotlib import rc_context

from vgtext.explore.element import page_element
from vgtext.explore.figure import LOOK, Explorable

sys.path.append(str(Path(__file__).parents[2] / "book" / "_ext"))
import assets
import house
import room


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


def test_a_browser_asks_for_the_script_of_figures_again_where_any_part_of_it_is_another(monkeypatch, tmp_path):
    """That is, also where only what a reader's first touch loads is another: it is asked for by the same number."""
    def address(**scripts):
        monkeypatch.setattr(assets, "sources", lambda: {"explore.js": "a", "touch.js": "b", **scripts})
        context = {"body": "<vg-carry></vg-carry><vg-carry></vg-carry>", "pathto": lambda name, _: name}
        assets.move_figures(SimpleNamespace(outdir=tmp_path), "page", "", context, None)
        [found] = re.findall(r'<script src="_static/explore\.js\?v=(\w{8})"></script>', context["body"])
        return found

    others = [{}, {"explore.js": "c"}, {"touch.js": "c"}]
    assert len({address(**scripts) for scripts in others}) == 3 and address() == address(**{"quiz.js": "c"})


def test_pages_are_written_again_where_a_word_a_style_a_script_or_what_builds_them_is_another(monkeypatch, tmp_path):
    book, config = tmp_path / "book", SimpleNamespace()
    (book / "_static").mkdir(parents=True), (book / "_ext").mkdir()
    files = [tmp_path / "words.toml", book / "_static/book.css", book / "_ext/house.py"]
    for file in files:
        file.write_text("before", "utf8")
    texts = dict.fromkeys(assets.sources(), "before")
    monkeypatch.setattr(assets, "TABLE", files[0])
    monkeypatch.setattr(assets, "sources", lambda: texts)

    def noted():
        assets.note_assets(SimpleNamespace(srcdir=tmp_path), config)
        return config.vgtext_assets

    seen = [noted()]
    assert noted() == seen[0]
    for file in files:
        file.write_text("after", "utf8")
        seen.append(noted())
    for name in texts:
        texts[name] = f"{name} after"
        seen.append(noted())
    assert len({*seen}) == len(seen) == 1 + len(files) + len(texts)


def packed(*states, captions=("",)):
    """Pack states, each a list of panels, as a figure does."""
    parts = [panel for state in states for panel in state]
    numbers = iter(range(len(parts)))
    payload = {"parts": parts, "states": [[[next(numbers)] for _ in state] for state in states], "captions": captions}
    return base64.b64encode(gzip.compress(json.dumps(payload).encode())).decode()


def kept(*states, **captions):
    """Return what is kept for a figure: pixels and lines of its caption on a phone, and the same in a wide column."""
    return [int(number) for number in re.findall(r"\d+", room.room(packed(*states, **captions)))]


def test_a_figure_keeps_the_room_of_its_tallest_state_and_its_longest_caption():
    plain, titled = {"x": {}}, {"x": {"label": "step"}, "title": "One run"}
    high = kept([titled])[0]
    assert kept([plain])[0] < high == kept([plain], [titled])[0] == kept([titled], [plain])[0]
    assert kept([plain], captions=["x" * 100, "x" * 10]) == kept([plain], captions=["x" * 10, "x" * 100])
    assert kept([plain], captions=["x" * 100, "x" * 10])[1::2] == [math.ceil(100 / 46), math.ceil(100 / 92)]


def test_a_legend_keeps_rows_and_not_lines():
    """As many rows as its words fill: two short names stand side by side."""
    one, two, long = ({"x": {}, "legend": [[name, []] for name in names]} for names in ("a", "ab", ["w" * 30] * 2))
    assert kept([one]) == kept([two]) and kept([long])[0] > kept([two])[0] > kept([{"x": {}}])[0]


@pytest.mark.parametrize("shapes", [(1, 1), (1, 0.8), (0.7, 0.9)])
def test_panels_of_a_fixed_shape_share_a_row(shapes):
    """Of one height, and together as wide as the column less what stands left of each panel."""
    frames = [{"x": {}, "aspect": shape} for shape in shapes]
    high = room.wide(frames) - room.around(frames[0], room.WIDE)
    assert sum(high / shape for shape in shapes) == pytest.approx(room.WIDE - 2 * 66)


def test_of_panels_in_a_row_the_one_with_most_words_around_it_counts():
    plain, titled = {"x": {}}, {"x": {"label": "step"}, "title": "One run"}
    assert room.wide([plain, plain]) < room.wide([plain, titled]) == room.wide([titled, titled])


@pytest.mark.parametrize(("address", "provider"), [
    ("https://github.com/you/book", None), ("https://gitlab.example.org/a/b", None),
    ("https://Bitbucket.org/a/b/", None), ("https://codeberg.org/you/book", "gitlab"),
    ("https://git.example.org/github/gitlab-book", "gitlab"), ("", "gitlab"), (None, "gitlab")])
def test_a_host_of_code_that_the_theme_does_not_know_is_taken_for_a_gitlab(address, provider):
    """It is the host that counts: a user or a book may be called as they like."""
    options = {"repository_url": address}
    house.know_any_host(None, SimpleNamespace(html_theme_options=options))
    assert options.get("repository_provider") == provider
    house.know_any_host(None, SimpleNamespace(html_theme_options=(own := {**options, "repository_provider": "own"})))
    assert own["repository_provider"] == "own"
