"""The page's side of a quiz: its scripts, joined, and its style."""

from pathlib import Path

from vgtext.explore.page import HERE as SHARED
from vgtext.explore.page import join

HERE = Path(__file__).parent


def source(kind):
    """Return what a page needs for quizzes: their script ("js") or their style ("css")."""
    if kind == "css":
        return (HERE / "quiz.css").read_text("utf8")
    return join(SHARED / "fill.js", SHARED / "words.js", HERE / "quiz.js", HERE / "kept.js")
