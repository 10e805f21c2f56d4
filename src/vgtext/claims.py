"""A claim: what a source says, our verdict, and the numbers that decide.

It is written in its chapter's module, beside the experiment that measures it; each chapter has ``CLAIMS``, a tuple of
them. :mod:`vgtext.ledger` gathers and measures them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

VERDICTS = ("holds", "holds if", "wrong", "outdated", "garbled")
ROUNDING = 1e-6  # where a claim expects nothing but 0, no tolerance above this


@dataclass(frozen=True)
class Evidence:
    """One number: what it is, how it is measured, and how far from the expected number it may lie.

    ``stored`` names the stored result (:mod:`vgtext.results`) that the number is read from; "" if it is computed now.
    """

    what: str  # "the norm of W^10", in words
    measure: Callable[[], float]
    expected: float
    tolerance: float  # the largest distance |measured - expected| that still counts as agreement
    unit: str = ""
    stored: str = ""  # "activations_runs"

    def __post_init__(self):
        if not 0 <= self.tolerance < inf:
            raise ValueError(f"{self.what}: the tolerance must be 0 or more, and finite; got {self.tolerance}")


@dataclass(frozen=True)
class Claim:
    """A statement of a source in our own words, with a verdict, its condition, and the evidence.

    Raises ValueError for an unknown verdict, for no evidence, and for a tolerance so wide that the number could not
    contradict the claim: more than half of the largest number that the claim expects.
    """

    id: str  # "S0.4": document S0, statement 4
    text: str
    verdict: str  # one of VERDICTS
    condition: str  # when it holds, or what is true instead
    evidence: tuple[Evidence, ...]
    figure: str  # the anchor of the figure that shows it, with its state: "unit-circle?depth=5"
    setting: str = ""  # width, depth and budget of all numbers: "64 tanh units, 300 steps"

    def __post_init__(self):
        if self.verdict not in VERDICTS:
            raise ValueError(f"claim {self.id}: verdict {self.verdict!r}; allowed are {', '.join(VERDICTS)}")
        if not self.evidence:
            raise ValueError(f"claim {self.id}: it needs at least one piece of evidence")
        widest = max(max(abs(e.expected) for e in self.evidence) / 2, ROUNDING)
        for e in self.evidence:
            if e.tolerance > widest:
                raise ValueError(f"claim {self.id}, {e.what}: a tolerance of {e.tolerance:g} cannot fail where the "
                                 f"numbers are {2 * widest:g} or less; allowed is {widest:g}")
