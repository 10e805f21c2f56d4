"""The table of questions as a page shows it: with limits for the chapter, with remedies for the checklist."""

import textwrap
from html import escape

from .table import ROWS

PARTS = ("question", "limit", "cause", "remedy")


class Checklist:
    """The questions in their order. ``parts`` are what each shows: of "question", "limit", "cause", "remedy"."""

    def __init__(self, *parts, root="../"):
        """Choose the parts, all four by default; ``root`` leads from the page to the book's folder.

        Raises ValueError for a part that is none.
        """
        unknown = [part for part in parts if part not in PARTS]
        if unknown:
            raise ValueError(f"parts must be of {', '.join(PARTS)}, got {unknown[0]!r}")
        self.parts, self.root = parts or PARTS, root

    def __repr__(self):
        """Write a line a question."""
        lines = (f"{i:2}. {row.cause}: if {row.limit}" for i, row in enumerate(ROWS, 1))
        return "\n".join(textwrap.fill(line, 80, subsequent_indent="    ") for line in lines)

    def _repr_html_(self):
        """Write a numbered list for a built page; in a kernel the lines of text serve."""
        from vgtext.explore.show import current_mode  # with matplotlib, which a diagnosis does without

        if current_mode() != "static":
            return None
        items = (f'<li id="question-{i}">{self._item(row)}</li>' for i, row in enumerate(ROWS, 1))
        return f'<ol class="checklist">{"".join(items)}</ol>'

    def _item(self, row):
        cause = "It is" if row.cause == "healthy" else "Likely cause:"
        written = {
            "question": f"<strong>{escape(row.question)}</strong>",
            "limit": f"Yes if {escape(row.limit)}.",
            "cause": f'{cause} <a href="{self.root}{row.page}">{escape(row.cause)}</a>.',
            "remedy": f"Do: {escape(row.remedy)}",
        }
        shown = [part for part in PARTS if part in self.parts]
        return "".join(f'<span class="checklist-{part}">{written[part]}</span> ' for part in shown)
