"""The ledger of claims: what the sources say, our verdict, and the number measured now.

A :class:`Claim` stands in its chapter's module, beside the experiment that measures it; each chapter has ``CLAIMS``, a
tuple of them, and :class:`Ledger` gathers and measures them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib import import_module
from math import isfinite
from pkgutil import iter_modules

from vgtext.palette import number

VERDICTS = ("holds", "holds if", "wrong", "outdated", "garbled")

#: The documents whose statements are checked, and how many statements each makes: four short texts, research papers,
#: and popular material.
SOURCES = {
    "S0": ("“Vanishing Gradients in ML”, a page of an online book on Python, automation and machine learning", 8),
    "S1": ("“Vanishing gradients”, an encyclopaedia article on problem, causes, signs and remedies", 15),
    "S2": ("“Vanishing & Exploding Gradients”, the transcript of a tutorial", 6),
    "S3": ("“Notes on Gradient Problems in Neural Networks”, lecture notes", 12),
    "R": ("research papers", 13),
    "P": ("tutorials, course notes and answers on the web", 4),
}
KNOWN = {f"{source}.{i}" for source, (_, count) in SOURCES.items() for i in range(1, count + 1)}


@dataclass(frozen=True)
class Evidence:
    """One number: what it is, how it is measured, and how far from the expected number it may lie."""

    what: str  # "the norm of W^10", in words
    measure: Callable[[], float]
    expected: float
    tolerance: float  # the largest distance |measured - expected| that still counts as agreement
    unit: str = ""

    def __post_init__(self):
        if not self.tolerance >= 0:
            raise ValueError(f"{self.what}: the tolerance must be 0 or more; got {self.tolerance}")


@dataclass(frozen=True)
class Claim:
    """A statement of a source in our own words, with a verdict, its condition, and the evidence."""

    id: str  # "S0.4": document S0, statement 4
    text: str
    verdict: str  # one of VERDICTS
    condition: str  # when it holds, or what is true instead
    evidence: tuple[Evidence, ...]
    figure: str  # the anchor of the figure that shows it, with its state: "unit-circle?depth=5"

    def __post_init__(self):
        if self.verdict not in VERDICTS:
            raise ValueError(f"claim {self.id}: verdict {self.verdict!r}; allowed are {', '.join(VERDICTS)}")
        if not self.evidence:
            raise ValueError(f"claim {self.id}: it needs at least one piece of evidence")


def gather():
    """All claims as ``{chapter slug: claims}``, in the order of the slugs.

    Raises ValueError if an id is unknown or stands twice.
    """
    found, seen = {}, {}
    for module in iter_modules(import_module("vgtext.chapters").__path__):
        claims = getattr(import_module(f"vgtext.chapters.{module.name}"), "CLAIMS", ())
        for claim in claims:
            if claim.id not in KNOWN:
                raise ValueError(f"chapter {module.name}: unknown claim {claim.id!r}")
            if claim.id in seen:
                raise ValueError(f"claim {claim.id} stands in {seen[claim.id]} and in {module.name}")
            seen[claim.id] = module.name
        if claims:
            found[module.name] = claims
    return found


def agrees(evidence: Evidence, measured):
    """Whether the measured number is finite and within the tolerance."""
    return isfinite(measured) and abs(measured - evidence.expected) <= evidence.tolerance


def measure(claim: Claim, evidence: Evidence):
    """The number measured now. Raises ValueError if it is out of tolerance."""
    measured = float(evidence.measure())
    if not agrees(evidence, measured):
        raise ValueError(f"claim {claim.id}, {evidence.what}: measured {measured!r}, expected {evidence.expected!r} "
                         f"within {evidence.tolerance!r}")
    return measured


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
        claims = gather() if claims is None else claims
        chosen = [(slug, claim) for slug, several in claims.items() for claim in several if claim.id.startswith(kind)]
        self.rows = [(slug, claim, [measure(claim, e) for e in claim.evidence])
                     for slug, claim in sorted(chosen, key=lambda row: place(row[1]))]

    def __repr__(self):
        return "\n".join(f"{claim.id} {claim.verdict}: {'; '.join(in_words(claim, xs))}" for _, claim, xs in self.rows)

    def _repr_html_(self):
        if not self.rows:
            return "<p>The chapters of this book have none.</p>"
        head = "".join(f'<th scope="col">{words}</th>' for words in ("Claim", "Verdict", "Measured at this build"))
        rows = "".join(row_html(*row) for row in self.rows)
        return f'<table class="table ledger"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def write(x):
    """A number of the ledger: a count whole, anything else to four digits."""
    return f"{x:,.0f}" if x == int(x) and abs(x) < 1e6 else number(x, 4)


def in_words(claim, measured):
    """Each piece of evidence with its number, and the expected one where it reads differently."""
    words = []
    for e, x in zip(claim.evidence, measured, strict=True):
        now, then = write(x), write(e.expected)
        words.append(f"{e.what}: {now}{' ' * bool(e.unit)}{e.unit}" + (f" (expected {then})" if now != then else ""))
    return words


def row_html(slug, claim, measured):
    """One row of the table, with a link to the figure that shows the claim."""
    numbers = "".join(f"<li>{escape(words)}</li>" for words in in_words(claim, measured))
    verdict = f'<strong class="verdict verdict-{VERDICTS.index(claim.verdict)}">{claim.verdict}</strong>'
    return (
        f'<tr id="claim-{claim.id.replace(".", "-").lower()}"><th scope="row">{claim.id}: {escape(claim.text)}</th>'
        f"<td>{verdict}{': ' * bool(claim.condition)}{escape(claim.condition)}</td>"
        f'<td><ul>{numbers}</ul><a href="../notebooks/{slug}.html#{escape(claim.figure)}">See it in the figure '
        f"“{claim.figure.partition('?')[0].replace('-', ' ')}”</a></td></tr>"
    )
