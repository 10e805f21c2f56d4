"""The table of questions as a page shows it: with limits for the chapter, with remedies for the checklist."""

import os
from html import escape

from .table import ROWS

WORDS = {"question": "Ask", "limit": "Worry at", "cause": "Likely cause", "remedy": "Do"}


class Checklist:
    """The questions in their order. ``parts`` are the columns: of "question", "limit", "cause", "remedy"."""

    def __init__(self, *parts, root="../"):
        """Choose the columns, all four by default; ``root`` leads from the page to the book's folder."""
        unknown = [part for part in parts if part not in WORDS]
        if unknown:
            raise ValueError(f"parts must be of {', '.join(WORDS)}, got {unknown[0]!r}")
        self.parts, self.root = parts or tuple(WORDS), root

    def __repr__(self):
        """Write a line a question."""
        return "\n".join(f"{i:2}. {row.cause}: {row.limit}" for i, row in enumerate(ROWS, 1))

    def _repr_html_(self):
        """Write the table; nothing where figures, too, show their text alone (``VGTEXT_EXPLORE=text``)."""
        if os.environ.get("VGTEXT_EXPLORE") == "text":
            return None
        head = "".join(f'<th scope="col">{WORDS[part]}</th>' for part in self.parts)
        rows = "".join(f'<tr><td>{i}</td>{"".join(self._cell(row, part) for part in self.parts)}</tr>'
                       for i, row in enumerate(ROWS, 1))
        return (f'<div class="checklist" tabindex="0" role="region" aria-label="The questions in their order" '
                f'style="overflow-x: auto"><table class="table"><thead><tr><th scope="col">#</th>{head}</tr></thead>'
                f"<tbody>{rows}</tbody></table></div>")

    def _cell(self, row, part):
        words = escape(getattr(row, part))
        if part == "cause":
            words = f'<a href="{self.root}{row.page}">{words}</a>'
        return f"<td>{words}</td>"
