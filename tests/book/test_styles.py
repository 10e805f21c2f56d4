"""The one style sheet: a rule that a page can match stays, one that nothing can match goes; pages name it alone."""

import re
import sys
from pathlib import Path

import pytest
import tinycss2
from built import BOOK, pages, soup
from fontTools.ttLib import TTFont

sys.path.append(str(Path(__file__).parents[2] / "book" / "_ext"))
import styles

PAGE = '<html data-theme="dark"><body><p id="one" class="a b">x</p><table><tr><td>1</td></tr></table></body></html>'
KNOWN = styles.names([PAGE], ['element.classList.add("late"); element.dataset.oneWay = "x"'])


def kept(css):
    return re.sub(r"\s+", "", styles.kept(tinycss2.parse_stylesheet(css, True, True), KNOWN))


@pytest.mark.parametrize("selector", [
    "p", "P", "*", ":root", ".a", ".a.b", "#one", "p > .a", "p::before", ".a:not(.never)", "[data-theme=dark] p",
    ".late", ".show", ":is(.never, .b)", "table :is(td, th)", "p:hover", "td:nth-child(2n+1)",
    "[data-one-way=x]::after", "html[data-theme=\"dark\"] .a::after"])
def test_what_a_page_or_its_scripts_can_match_stays(selector):
    assert kept(f"{selector} {{ color: red }}").endswith("{color:red}")
    assert kept(f"@media print {{ {selector} {{ color: red }} }}").startswith("@mediaprint{")


@pytest.mark.parametrize("selector", [
    ".never", "video", "#two", ".a.never", "p > .never", "[hidden] p", ":is(.never, .nor)", ".never::before",
    "p .never:hover"])
def test_what_nothing_can_match_goes(selector):
    assert kept(f"{selector} {{ color: red }}") == kept(f"@media print {{ {selector} {{ color: red }} }}") == ""


def test_of_a_list_of_selectors_those_stay_that_can_match():
    assert kept(".never, p, video { color: red }") == "p{color:red}"
    assert kept("@font-face { font-family: x }") == "@font-face{font-family:x}"


def test_properties_that_nothing_asks_for_go_and_those_that_only_they_asked_for():
    css = ":root{--a:1;--b:var(--c);--c:2;--d:3;--e: \"x;y\"}p{margin:var(--a)}"
    assert styles.without_unused(css, "getPropertyValue('--d')") == ":root{--a:1;--d:3;}p{margin:var(--a)}"


def test_sheets_that_are_imported_and_files_that_are_named_are_found(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/x.css").write_text('@import "../y.css";\np { src: url(f.woff2) }')
    (tmp_path / "y.css").write_text("td { color: red; background: url('g.png') }")
    css = re.sub(r"\s+", "", styles.join(tmp_path, ["sub/x.css"], [PAGE]))
    assert "url(sub/f.woff2)" in css and "td{color:red;background:url(g.png)}" in css and "@import" not in css


@pytest.mark.parametrize("page", pages())
def test_a_page_names_one_style_sheet(page):
    sheets = [tag["href"].split("?")[0].rsplit("/")[-1] for tag in soup(page).select("link[rel=stylesheet]")]
    assert sheets == [styles.SHEET]


@pytest.mark.parametrize("sheet", ["explore/page/style.css", "ask/quiz.css"])
def test_rules_for_what_a_script_says_of_an_element_are_in_the_sheet(sheet):
    """Else a line that is held looks like a point, and a verdict has no color."""
    css = (BOOK / "_static" / styles.SHEET).read_text("utf8")
    own = (Path(styles.__file__).parents[2] / "src/vgtext" / sheet).read_text("utf8")
    asked = re.findall(r"\[data-\w+=\"\w+\"\]", own)
    assert asked and all(part in css for part in asked)


def test_the_files_that_the_sheet_names_are_there():
    css = (BOOK / "_static" / styles.SHEET).read_text("utf8")
    named = {link for link in re.findall(r"url\(([^)\"'#]+)\)", css) if not link.startswith("data:")}
    assert named and all((BOOK / "_static" / link.split("?")[0]).is_file() for link in named)


def test_a_face_has_all_raised_digits_or_none():
    """Else 10⁻¹⁹ is set in two faces, its 9 smaller than its 1."""
    folder, raised = Path(styles.__file__).parents[1] / "_static", set(map(ord, "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    faces = [rule for rule in tinycss2.parse_stylesheet((folder / "book.css").read_text("utf8"), True, True)
             if rule.type == "at-rule" and rule.at_keyword == "font-face"]
    faces = [face for face in map(tinycss2.serialize, (rule.content for rule in faces)) if "url(" in face]
    assert len(faces) == 6
    for face in faces:
        spans = re.findall(r"U\+(\w+)(?:-(\w+))?", re.search(r"unicode-range:([^;]*)", face)[1])
        used = {k for first, last in spans for k in range(int(first, 16), int(last or first, 16) + 1)}
        has = TTFont(folder / re.search(r"url\(([^)]*)\)", face)[1]).getBestCmap().keys()
        assert raised & used & has in (set(), raised), face
