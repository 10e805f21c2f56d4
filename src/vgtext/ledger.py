"""The ledger of claims (:mod:`vgtext.claims`): those of all chapters, gathered, measured and shown in one page."""

from html import escape
from importlib import import_module
from pkgutil import iter_modules

from vgtext import results
from vgtext.claims import VERDICTS, Claim, Evidence
from vgtext.keeping import kept_or_made
from vgtext.palette import number
from vgtext.words import typeset

#: The documents whose statements are checked, and how many statements each makes: four short texts, research papers,
#: and popular material.
SOURCES = {
    "S0": ("“Vanishing Gradients in ML”, a page of an online book on Python, automation and machine learning", 8),
    "S1": ("“What Is The Problem of Vanishing Gradients”, a blog post", 15),
    "S2": ("“Vanishing & Exploding Gradients”, a blog post: the transcript of a video lesson", 7),
    "S3": ("“P5: Notes on Gradient Problems in Neural Networks”, lecture notes", 14),
    "R": ("research papers", 45),
    "P": ("tutorials, course notes and answers on the web", 4),
}
KNOWN = {f"{source}.{i}" for source, (_, count) in SOURCES.items() for i in range(1, count + 1)}


def gather():
    """All claims as ``{chapter slug: claims}``, in the order of the slugs.

    Raises ValueError if an id is unknown or stands twice.
    """
    found, seen = {}, {}
    for module in iter_modules(import_module("vgtext.chapters").__path__):
        claims = getattr(import_module(f"vgtext.chapters.{module.name}"), "CLAIMS", ())
        for claim in claims:
            if claim.id not in KNOWN:
                raise ValueError(f"chapter {module.name}: unknown claim {claim.id!r}; SOURCES of vgtext.ledger counts "
                                 "the statements of each source")
            if claim.id in seen:
                raise ValueError(f"claim {claim.id} stands in {seen[claim.id]} and in {module.name}")
            seen[claim.id] = module.name
        if claims:
            found[module.name] = claims
    return found


def agrees(evidence: Evidence, measured):
    """Whether the measured number is within the tolerance, which is finite: nan and inf are not."""
    return abs(measured - evidence.expected) <= evidence.tolerance


def measure(claim: Claim, evidence: Evidence):
    """The number measured now. Raises ValueError if it is out of tolerance."""
    measured = float(evidence.measure())
    if not agrees(evidence, measured):
        raise ValueError(f"claim {claim.id}, {evidence.what}: measured {measured!r}, expected {evidence.expected!r} "
                         f"within {evidence.tolerance!r}")
    return measured


def measure_all(slug, claims):
    """The numbers of claims of one chapter, a list for each; kept in a book's build (:mod:`vgtext.keeping`)."""
    return kept_or_made(f"vgtext.chapters.{slug}.CLAIMS", [claim.id for claim in claims],
                        lambda: [[measure(claim, e) for e in claim.evidence] for claim in claims])


def place(claim):
    """Where a claim stands in the ledger: its source's place, and its number."""
    source, number = claim.id.split(".")
    return list(SOURCES).index(source), int(number)


class Ledger:
    """Claims, measured when it is made: a table in a page, a list in a terminal."""

    def __init__(self, kind="S", claims=None):
        """Measure the claims of the sources whose name begins with ``kind``, of ``{slug: claims}``, by default all.

        Raises ValueError where a number is out of tolerance.
        """
        rows = []
        for slug, several in (gather() if claims is None else claims).items():
            chosen = [claim for claim in several if claim.id.startswith(kind)]
            rows += [(slug, claim, xs) for claim, xs in zip(chosen, measure_all(slug, chosen), strict=True)]
        self.rows = sorted(rows, key=lambda row: place(row[1]))

    def __repr__(self):
        return "\n".join(f"{claim.id} {claim.verdict}: "
                         + "; ".join(f"{e.what}: {in_words(e, x)}" for e, x in zip(claim.evidence, xs, strict=True))
                         for _, claim, xs in self.rows)

    def _repr_html_(self):
        return "".join(claim_html(*row) for row in self.rows) or "<p>The chapters of this book have none.</p>"


def overview():
    """How many claims of each source have which verdict, of the sources that have any: an HTML table."""
    verdicts = [(claim.id.split(".")[0], claim.verdict) for several in gather().values() for claim in several]
    sources = {source for source, _ in verdicts}
    rows = "".join(
        f'<tr><th scope="row"><a href="#source-{source.lower()}">{source}</a></th>'
        + "".join(f"<td>{verdicts.count((source, v)) or '–'}</td>" for v in VERDICTS) + "</tr>"
        for source in SOURCES if source in sources)
    head = "".join(f'<th scope="col">{verdict_html(verdict)}</th>' for verdict in VERDICTS)
    return f'<table class="table ledger-counts"><tr><th scope="col">source</th>{head}</tr>{rows}</table>'


def stored_results():
    """The stored results that the ledger's numbers are read from: a list of names, in order."""
    return sorted({e.stored for several in gather().values() for claim in several for e in claim.evidence if e.stored})


def write(x):
    """A number of the ledger: a count whole, anything else to four digits."""
    return f"{x:,.0f}".replace("-", "−") if x == int(x) and abs(x) < 1e6 else number(x, 4)


def with_unit(text, unit):
    """A written number with its unit: "50%", "1 step", "2 steps", "3 of 5"."""
    if unit.startswith("%"):
        return text + unit
    return f"{text} {unit.removesuffix('s') if text == '1' else unit}".rstrip()


def in_words(evidence, measured):
    """One number with its unit, and the expected one with it where it reads differently."""
    now, then = (with_unit(write(x), evidence.unit) for x in (measured, evidence.expected))
    return now + (f" (expected {then})" if now != then else "")


def anchor(claim):
    """The address of a claim on its page."""
    return f"claim-{claim.id.replace('.', '-').lower()}"


def verdict_html(verdict):
    """A verdict as a mark with its own color."""
    return f'<strong class="verdict verdict-{VERDICTS.index(verdict)}">{verdict}</strong>'


def number_html(evidence, measured):
    """One piece of evidence: what it is, the number, and a mark if it is stored."""
    how = results.command(evidence.stored) if evidence.stored else ""
    mark = f' <a class="stored" href="#stored-runs" title="{how}">stored run</a>' if how else ""
    return f"<li><span>{typeset(evidence.what)}{mark}</span> <b>{escape(in_words(evidence, measured))}</b></li>"


def claim_html(slug, claim, measured):
    """One claim: its words, the verdict with its condition, the numbers and their setting, a link to the figure."""
    numbers = "".join(map(number_html, claim.evidence, measured))
    figure = claim.figure.partition("?")[0].replace("-", " ")
    setting = f'<p class="setting">{typeset(claim.setting)}</p>' if claim.setting else ""
    return (
        f'<details class="claim" id="{anchor(claim)}"><summary><b>{claim.id}</b> {verdict_html(claim.verdict)} '
        f"{typeset(claim.text)}</summary><p>{typeset(claim.condition)}</p><ul>{numbers}</ul>{setting}"
        f'<p class="see"><a href="../notebooks/{slug}.html#{escape(claim.figure)}">Figure “{figure}”</a></p></details>'
    )
