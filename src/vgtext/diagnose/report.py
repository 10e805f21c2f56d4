"""A report to look at: one page that holds what was recorded, every question with its answer, and the verdict.

    from vgtext.diagnose.report import Report
    Report(recording)                  # in a notebook
    Report(recording).save("report.html")

The page needs no network, and no knowledge of this book; its links lead into the book for those who want it.
"""

from html import escape
from pathlib import Path

from vgtext import explore
from vgtext.explore.element import page_element

from .figures import figures
from .numbers import measured
from .rules import diagnose, questions, unfrozen
from .symptoms import measure_symptoms
from .table import LOOP, ROWS, UNDECIDED

BOOK = "https://vgtext.github.io/vgtext/"  # where the book's pages are; "" where there are none to lead to
ANSWERS = {True: "yes", False: "no", None: "not known"}
STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; font: 1rem/1.5 system-ui, sans-serif;
  color: light-dark(#2b2f36, #d8dbe0); background: light-dark(#fff, #121417); }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
a { color: light-dark(#0b57a4, #7cc0ff); }
main .vg-explore { color-scheme: light dark; }
.verdict { border-left: .4rem solid light-dark(#0072B2, #56B4E9); padding: .2rem 1rem; }
.verdict strong { font-size: 1.2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; 
  border-bottom: 1px solid light-dark(#ddd, #3a3f46); }
tr.yes td { font-weight: 600; } tr.unknown td { color: light-dark(#5b616a, #a3a9b2); }
@media (max-width: 40rem) { body { padding: 1rem; } th:nth-child(4), td:nth-child(4) { display: none; }
  th, td { padding: .3rem; font-size: .85rem; overflow-wrap: break-word; hyphens: auto; } }
"""


class Report:
    """The page of a recording; raises what :func:`~vgtext.diagnose.diagnose` raises."""

    def __init__(self, recording, target=0.9, title="A training run"):
        """Diagnose ``recording``; ``title`` heads the page."""
        self.recording, self.target, self.title = recording, target, title
        self.diagnosis = diagnose(recording, target)

    def page(self):
        """Return the whole page as HTML."""
        order = ("The first yes is the diagnosis, unless something before it is not known."
                 if self.diagnosis.cause != LOOP else
                 "None of them decides: mend the loop, record again, and then read the answers.")
        script, style = map(explore.source, ("js", "css"))
        drawn = "".join(page_element(figure) for figure in figures(self.recording))
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(self.title)}: '
            f'{escape(self.diagnosis.cause)}</title><meta name="viewport" content="width=device-width">'
            f"<style>{STYLE}{style}</style></head><body><main><h1>{escape(self.title)}</h1>{self._what()}"
            f"{self._verdict()}<h2>What was recorded</h2>{drawn}<h2>The questions, in their order</h2>"
            f"<p>{escape(order)}</p>"
            f'<div class="scroll" tabindex="0" role="region" aria-label="The questions">{self._table()}</div></main>'
            f"<script>{script}</script></body></html>"
        )

    def save(self, path):
        """Write the page to a file."""
        Path(path).write_text(self.page(), encoding="utf-8")

    def _repr_html_(self):
        """Show the page inside a notebook."""
        return (f'<iframe title="{escape(self.title)}" style="width: 100%; height: 46rem; border: 0" '
                f'srcdoc="{escape(self.page())}"></iframe>')

    def _what(self):
        r, parts = self.recording, []
        if r.loss is not None:
            parts.append(f"{len(r.loss)} {'entry' if len(r.loss) == 1 else 'entries'} of the loss")
        s = measure_symptoms(r)
        if s.layers:
            parts.append(f"sizes of {s.layers} layer{'s' if s.layers > 1 else ''}")
        if r.optimizer:
            parts.append(f"optimizer {r.optimizer}")
        return f"<p>{escape(', '.join(parts))}.</p>" if parts else ""

    def _verdict(self):
        d = self.diagnosis
        page = next((row.page for row in ROWS if row.cause == d.cause), None)
        more = f" {_link(page, 'More in the book')}" if BOOK and page else ""
        asked = _list("Still possible", d.candidates) + _list("Record next", d.record_next)
        cause = "The evidence does not suffice" if d.cause == UNDECIDED else d.cause[0].upper() + d.cause[1:]
        return (f'<div class="verdict"><p><strong>{escape(cause)}</strong></p>{_items(d.evidence)}'
                f"<p>{escape(d.remedy)}{more}</p>{asked}</div>")

    def _table(self):
        kept = unfrozen(self.recording)
        s = measure_symptoms(kept)
        answers, rows = questions(s, kept, self.target), []
        for row in ROWS:
            answer = answers[row.cause]
            number = measured(row.cause, s) or (f"record: {row.record}" if answer is None else "")
            kind = {True: "yes", False: "no", None: "unknown"}[answer]
            rows.append(f'<tr class="{kind}"><td>{_link(row.page, row.cause)}</td>'
                        f"<td>{escape(row.question)}</td><td>{ANSWERS[answer]}</td><td>{escape(row.limit)}</td>"
                        f"<td>{escape(number)}</td></tr>")
        columns = ("cause", "question", "answer", "yes if", "measured")
        head = "".join(f'<th scope="col">{words}</th>' for words in columns)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _link(page, words):
    return f'<a href="{BOOK}{page}">{escape(words)}</a>' if BOOK else escape(words)


def _items(sentences):
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>" if sentences else ""


def _list(title, words):
    return f"<p>{title}:</p>{_items(words)}" if words else ""
