"""The ledger: every claim known, once, and within its tolerance; and a ledger that can fail."""

from html.parser import HTMLParser

import numpy as np
import pytest

from vgtext.ledger import KNOWN, Claim, Evidence, Ledger, gather, measure

GATHERED = gather()
CLAIMS = [(slug, claim) for slug, claims in GATHERED.items() for claim in claims]
IDS = [claim.id for _, claim in CLAIMS]


def make(value, expected, tolerance, **changes):
    evidence = Evidence("a number", lambda: value, expected, tolerance)
    return Claim(**{"id": "S0.5", "text": "t", "verdict": "holds", "condition": "", "evidence": (evidence,),
                    "figure": "f", **changes})


@pytest.mark.parametrize("slug, claim", CLAIMS, ids=IDS)
def test_every_claim_is_within_its_tolerance(slug, claim):
    for evidence in claim.evidence:
        measure(claim, evidence)


def test_ids_are_known_and_unique():
    assert set(IDS) <= KNOWN
    assert len(IDS) == len(set(IDS))
    assert sum(id.startswith("S") for id in KNOWN) == 41


def test_what_does_not_simply_hold_says_why():
    assert all(claim.condition for _, claim in CLAIMS if claim.verdict != "holds")


class Tags(HTMLParser):
    """Counts tags, and checks that they nest."""

    def __init__(self):
        super().__init__()
        self.open, self.count = [], {}

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.count[tag] = self.count.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_ledger_has_a_row_for_each_claim_in_order():
    claims = {"one": (make(1.0, 1.0, 0, id="S3.10", text="a < b"),), "two": (make(2.0, 2.5, 1, id="S3.9"),)}
    claims["two"] += (make(1.0, 1.0, 0, id="R.2"),)
    ledger = Ledger(claims=claims)
    assert [claim.id for _, claim, _ in ledger.rows] == ["S3.9", "S3.10"]
    assert repr(ledger) == "S3.9 holds: a number: 2 (expected 2.500)\nS3.10 holds: a number: 1"
    html, tags = ledger._repr_html_(), Tags()
    tags.feed(html)
    assert tags.open == [] and tags.count["tr"] == 3
    assert 'href="../notebooks/two.html#f"' in html and "a &lt; b" in html
    assert repr(Ledger("R", claims)) == "R.2 holds: a number: 1"
    assert "have none" in Ledger("P", claims)._repr_html_()


@pytest.mark.parametrize("value", [1.2, np.nan, np.inf])
def test_a_number_out_of_tolerance_stops_the_ledger(value):
    with pytest.raises(ValueError, match=r"claim S0\.5, a number: measured"):
        Ledger(claims={"one": (make(value, 1.0, 0.1),)})


@pytest.mark.parametrize("changes, words", [
    ({"verdict": "maybe"}, "allowed are holds, holds if"),
    ({"evidence": ()}, "at least one piece of evidence"),
])
def test_a_claim_that_makes_no_sense_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        make(1.0, 1.0, 0.1, **changes)


def test_a_tolerance_must_not_be_negative():
    with pytest.raises(ValueError, match="0 or more"):
        make(1.0, 1.0, -1)
