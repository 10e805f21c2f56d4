"""What a claim is: a statement from a source, our verdict on it, and the numbers that settle it.

A claim stands in its chapter's module, next to the experiment that measures it; ``vgtext.claims`` gathers them.
"""

from collections.abc import Callable
from dataclasses import dataclass

VERDICTS = ("holds", "holds if", "wrong", "outdated", "garbled")


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
