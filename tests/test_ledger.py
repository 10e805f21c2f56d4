"""The ledger: every claim known, once, and within its tolerance; and a ledger that can fail."""

import dis
import gc
import inspect
import json
import re
from functools import cache, partial
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from prose import agrees as rounds_to
from vgtext import results
from vgtext.claims import VERDICTS, Claim, Evidence
from vgtext.keeping import KEPT
from vgtext.ledger import KNOWN, SOURCES, Ledger, agrees, gather, in_words, measure, overview, stored_results

GATHERED = gather()
CLAIMS = [(slug, claim) for slug, claims in GATHERED.items() for claim in claims]
IDS = [claim.id for _, claim in CLAIMS]
OF = {id.split(".")[0] for id in IDS}
IN_WORDS = "none one two three four five six seven eight nine ten eleven twelve".split()
#: Claims whose figure stands at one of many states that show it, which they do not name.
OF_MANY = {"S2.1", "P.3", "R.3", "R.4", "R.11", "R.12", "R.14", "R.18", "R.28", "R.33", "S3.3"}
EVIDENCE = [(claim, evidence) for _, claim in CLAIMS for evidence in claim.evidence]


def make(value, expected, tolerance, **changes):
    evidence = Evidence("a number", lambda: value, expected, tolerance)
    return Claim(**{"id": "S0.5", "text": "t", "verdict": "holds", "condition": "", "evidence": (evidence,),
                    "figure": "f", **changes})


@pytest.mark.parametrize("slug, claim", CLAIMS, ids=IDS)
def test_every_claim_is_within_its_tolerance(slug, claim, without_stored_results):
    """Measured without stored results, where that can be done; else from them."""
    for evidence in claim.evidence:
        found = without_stored_results[evidence]
        if isinstance(found, ValueError):
            raise found
        if isinstance(found, FileNotFoundError):
            measure(claim, evidence)


def test_ids_are_known_and_unique():
    assert set(IDS) <= KNOWN
    assert len(IDS) == len(set(IDS))
    assert sum(id.startswith("S") for id in KNOWN) == 44


@pytest.mark.parametrize("slug, claim", CLAIMS, ids=IDS)
def test_every_claim_says_its_setting_and_names_no_page_as_this_one(slug, claim):
    words = " ".join([claim.text, claim.condition, claim.setting, *(e.what for e in claim.evidence)])
    assert claim.setting.endswith("."), f"the setting of claim {claim.id} is a sentence, not {claim.setting!r}"
    assert "this chapter" not in words
    told = {*re.findall(r"\w[\w.-]*\w|\w", words.lower().replace(",000", "000"))}
    told |= {str(n) for n, word in enumerate(IN_WORDS) if word in told}
    for given in claim.figure.partition("?")[2].split("&") if claim.id not in OF_MANY else ():
        value = given.partition("=")[2].lower()
        named = {*re.split(r"[ ,=×]+", value), re.sub(r"(\.\d*?)0+$", r"\1", value).rstrip(".")}
        assert not given or named & told, f"{claim.id} is shown at {given}: name that in its setting"


#: Numbers in conditions that no evidence measures: given to start from, published, or of a function alone.
GIVEN = {"S1.13": "1.67", "S2.3": "7.5", "R.4": "0.5", "R.25": "0.8 0.2", "R.33": "0.003", "R.24": "0.01",
         "R.36": "0.2 0.01 0.03 0.1"}


@pytest.mark.parametrize("slug, claim", CLAIMS, ids=IDS)
def test_a_number_in_a_condition_is_in_the_claim_or_what_its_evidence_comes_to(slug, claim):
    number = re.compile(r"(?<![\w.])\d[\d,]*\.\d+%?|(?<![\w.])\d+%")
    words = [claim.text, claim.setting, claim.figure, GIVEN.get(claim.id, ""), *(e.what for e in claim.evidence)]
    come_to = [abs(e.expected) / (100 if e.unit.startswith("%") else 1) for e in claim.evidence]
    for text in number.findall(claim.condition):
        found = text in number.findall(" ".join(words)) or any(rounds_to(text, x) for x in come_to)
        assert found, f"claim {claim.id}: {text} is neither measured nor given"


#: Decimals in the words of evidence that are no constant of what measures it: derived, published, or bound elsewhere.
NOT_USED = {"S1.3": "1.327", "S2.1": "0.01", "S3.14": "0.1", "S1.8": "0.063", "R.10": "0.237", "R.30": "3.47"}


def constants(value, deep=True):
    """The numbers of a constant; of a function the numbers it is given, has written in it, or reads."""
    if isinstance(value, (int, float, np.number)):
        return {float(value)}
    if isinstance(value, np.ndarray):
        return {*value.ravel().tolist()} if value.size < 100 else set()
    if isinstance(value, str):
        return {float(n) for n in re.findall(r"\d+\.\d+", value)}
    if isinstance(value, dict):
        return constants([*value, *value.values()], deep)
    if isinstance(value, (tuple, list, set, frozenset)):
        return {n for each in value for n in constants(each, deep)}
    if isinstance(value, partial):
        return constants((value.args, value.keywords, value.func), deep)
    if inspect.iscode(value):
        return constants(value.co_consts, deep)
    value = inspect.unwrap(value) if callable(value) else value
    if not inspect.isfunction(value) or not value.__module__.startswith("vgtext.chapters"):
        return set()
    names = inspect.getclosurevars(value)
    read = [*names.globals.values(), *names.nonlocals.values()]
    read = read if deep else [each for each in read if not callable(each)]
    return constants((value.__code__, value.__defaults__ or (), read), deep=False)


@pytest.mark.parametrize("slug, claim", CLAIMS, ids=IDS)
def test_a_decimal_in_the_words_of_evidence_is_one_that_its_measurement_uses(slug, claim):
    for evidence in claim.evidence:
        used = constants(evidence.measure)
        for text in re.findall(r"(?<![\w.])\d+\.\d+", evidence.what):
            assert text in NOT_USED.get(claim.id, "").split() or any(rounds_to(text, x) for x in used), (
                f"claim {claim.id}, {evidence.what}: {text} is none of the numbers that measure it: {sorted(used)}")


def test_numbers_of_the_ledger_are_set_as_in_a_sentence():
    """With a true minus, one step in the singular, no space before a percent sign."""
    rows = [words for _, evidence in EVIDENCE for words in (evidence.what, in_words(evidence, evidence.expected))]
    misset = re.compile(r"(?<!\w)-\d|\d %|(?<![\w.])1 (steps|runs|layers|points|times)\b")
    assert not [row for row in rows if misset.search(row)]
    assert in_words(Evidence("a number", lambda: -1.0, 1.0, 9, unit="steps"), -1.0) == "−1 steps (expected 1 step)"


def computes(function, seen=()):
    """Whether a function, or one that it calls, takes part of an array or calls more than a conversion.

    One that only hands a number on, through whatever functions of a chapter, has measured nothing.
    """
    function = inspect.unwrap(getattr(function, "func", function))
    if function in (float, int, abs, round, *seen):
        return False
    if not inspect.isfunction(function):
        return callable(function) or inspect.ismodule(function)
    if not function.__module__.startswith(("vgtext.chapters", __name__)):
        return True
    code, names = function.__code__, inspect.getclosurevars(function)
    if any(i.opname.startswith(("BINARY_SUBSCR", "FOR_ITER")) for i in dis.get_instructions(code)):
        return True
    used = {**names.builtins, **names.globals, **names.nonlocals}.values()
    return any(computes(value, (*seen, function)) for value in used if callable(value) or inspect.ismodule(value))


def hands_on():
    return 0.5


def hands_on_again():
    return float(hands_on())


def test_every_number_is_computed():
    assert not any(map(computes, (lambda: 0.5, lambda: abs(-0.5), hands_on, hands_on_again, lambda: hands_on_again(),
                                  partial(hands_on), cache(hands_on), lambda: abs(-hands_on()))))
    assert all(map(computes, (lambda: np.sqrt(2), lambda: sum([1, 2]), partial(agrees, 1))))
    typed = [e.what for _, c in CLAIMS for e in c.evidence if not computes(e.measure)]
    assert not typed, f"these only hand a typed number on: measure with NumPy or vgtext.nn: {typed}"


def forget():
    """Let nothing be remembered that was computed before."""
    gc.unfreeze()  # what was there when the tests began would not be found
    for function in gc.get_objects():
        if type(function).__name__ == "_lru_cache_wrapper" and function.__module__.startswith("vgtext"):
            function.cache_clear()


@pytest.fixture(scope="module")
def without_stored_results(tmp_path_factory):
    """What each piece of evidence comes to where no stored result can be read: its number, or the error."""
    nowhere, found = tmp_path_factory.mktemp("nowhere"), {}
    forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "path", lambda name: nowhere / f"{name}.npz")
        for claim, evidence in EVIDENCE:
            try:
                found[evidence] = measure(claim, evidence)
            except (FileNotFoundError, ValueError) as error:
                found[evidence] = error
    forget()
    return found


def test_a_number_is_marked_as_stored_if_it_cannot_be_measured_without_the_file(without_stored_results):
    wrong = []
    for claim, evidence in EVIDENCE:
        error = without_stored_results[evidence]
        needs = re.search(r"(\w+)\.(npz|json)", str(error))[1] if isinstance(error, FileNotFoundError) else ""
        if needs != evidence.stored:
            wrong.append((claim.id, evidence.what, needs, evidence.stored))
    assert not wrong


def test_stored_results_are_there_and_each_names_its_command():
    for name in stored_results():
        assert results.command(name).startswith("python -m vgtext.chapters.")


#: Verdicts that were agreed on when the statements were read, apart from the claims: what is not listed holds.
READ = {
    "holds if": "S0.2 S0.8 S1.3 S1.4 S1.7 S1.8 S1.9 S1.10 S1.11 S1.13 S1.14 S2.2 S2.7 S3.2 S3.4 S3.8 S3.9 S3.12 S3.14 "
                "R.6 R.9 R.10 R.13 R.15 R.16 R.18 R.19 R.20 R.22 R.23 R.24 R.25 R.26 R.27 R.29 R.30 R.32 R.33 "
                "R.34 R.37 R.38 R.39 R.42 R.43 R.44 R.45",
    "wrong": "S0.4 S0.7 S3.5 S3.10 P.1 P.2 P.4",
    "outdated": "S2.5 S2.6",
    "garbled": "S0.3 S1.1 S2.3 S2.4 S3.3 S3.7 S3.13 P.3",
}


def test_what_does_not_simply_hold_says_why():
    assert all(claim.condition for _, claim in CLAIMS if claim.verdict != "holds")


def test_a_verdict_is_the_one_that_was_agreed_on():
    agreed = {id: verdict for verdict, ids in READ.items() for id in ids.split()}
    other = {c.id: c.verdict for _, c in CLAIMS if c.verdict != agreed.get(c.id, "holds")}
    assert not other, f"READ of this file says otherwise, or does not know them: {other}"


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


def test_the_ledger_has_an_entry_for_each_claim_in_order():
    claims = {"one": (make(1.0, 1.0, 0, id="S3.10", text="a < b"),), "two": (make(2.0, 2.5, 1, id="S3.9"),)}
    claims["two"] += (make(1.0, 1.0, 0, id="R.2"),)
    ledger = Ledger(claims=claims)
    assert [claim.id for _, claim, _ in ledger.rows] == ["S3.9", "S3.10"]
    assert repr(ledger) == "S3.9 holds: a number: 2 (expected 2.500)\nS3.10 holds: a number: 1"
    with_unit = Evidence("a number", lambda: 3.6, 3.4, 1.0, unit="× 10⁻³")
    assert in_words(with_unit, 3.6) == "3.600 × 10⁻³ (expected 3.400 × 10⁻³)"
    html, tags = ledger._repr_html_(), Tags()
    tags.feed(html)
    assert tags.open == [] and tags.count["details"] == tags.count["li"] == 2
    assert 'href="../notebooks/two.html#f"' in html and "a &lt; b" in html
    assert repr(Ledger("R", claims)) == "R.2 holds: a number: 1"
    assert "have none" in Ledger("P", claims)._repr_html_()


def test_numbers_that_are_kept_are_not_measured_again(tmp_path, monkeypatch):
    """Of each chapter and its claims apart; a number that is out of tolerance is told each time, and not kept."""
    monkeypatch.setenv(KEPT, json.dumps({"vgtext.chapters.one.CLAIMS": str(tmp_path / "kept" / "one")}))
    measured = []

    def counted(value, **changes):
        evidence = Evidence("a number", lambda: measured.append(value) or value, 1 / 3, 1e-6)
        return make(0, 0, 0, evidence=(evidence,), **changes)

    ledgers = [Ledger(claims={"one": (counted(1 / 3),), "two": (counted(1 / 3, id="S0.6"),)}) for _ in range(2)]
    assert repr(ledgers[0]) == repr(ledgers[1]) and ledgers[0].rows[0][2] == ledgers[1].rows[0][2] == [1 / 3]
    assert len(measured) == 3, "once in chapter one, twice in two"
    for _ in range(2):
        with pytest.raises(ValueError, match=r"claim S0\.7, a number: measured 2\.0"):
            Ledger(claims={"one": (counted(2.0, id="S0.7"),)})
    assert measured[3:] == [2.0, 2.0]


def test_every_source_of_a_claim_has_a_section_on_the_page():
    page = (Path(__file__).parents[1] / "book/claims.md").read_text("utf8")
    absent = [source for source in sorted(OF) if f'(source-{source.lower()})=' not in page
              or f'Ledger("{source}")' not in page]
    assert not absent, f"book/claims.md has no section (source-…)= with Ledger(…) for {absent}"


def test_a_stored_number_is_marked_with_the_command_that_makes_it():
    evidence = Evidence("a number", lambda: 1.0, 1.0, 0, stored="causes_depth")
    html = Ledger(claims={"one": (make(1.0, 1.0, 0, evidence=(evidence,)),)})._repr_html_()
    assert 'title="python -m vgtext.chapters.causes.depth">stored run</a>' in html
    assert "stored run" not in Ledger(claims={"one": (make(1.0, 1.0, 0),)})._repr_html_()


def test_the_overview_counts_each_sources_verdicts():
    for source in SOURCES:
        row = overview().partition(f">{source}</a></th>")[2].partition("</tr>")[0]
        counted = [0 if cell == "–" else int(cell) for cell in re.findall(r"<td>([^<]+)</td>", row)]
        wanted = [sum(c.verdict == v for _, c in CLAIMS if c.id.split(".")[0] == source) for v in VERDICTS]
        assert counted == (wanted if source in OF else [])


@pytest.mark.parametrize("expected, tolerance", [(1.0, 0.1), (-3.0, 0.5), (1e-7, 1e-9), (0.0, 1e-12), (5.0, 0.0)])
def test_the_limit_of_agreement_is_the_tolerance_and_nothing_more(expected, tolerance):
    e = Evidence("a number", lambda: 0.0, expected, tolerance)
    for sign in (-1, 1):
        assert agrees(e, expected + 0.999 * sign * tolerance)
        assert not agrees(e, expected + sign * (1.001 * tolerance + 1e-15 * (tolerance == 0)))


@pytest.mark.parametrize("value", [1.2, np.nan, np.inf])
def test_a_number_out_of_tolerance_stops_the_ledger(value):
    with pytest.raises(ValueError, match=r"claim S0\.5, a number: measured"):
        Ledger(claims={"one": (make(value, 1.0, 0.1),)})


@pytest.mark.parametrize("changes, words", [
    ({"verdict": "maybe"}, "allowed are holds, holds if"),
    ({"evidence": ()}, "at least one piece of evidence"),
    ({"evidence": (Evidence("a", lambda: 1.0, 1.0, 0.6),)}, "a tolerance of 0.6 cannot fail"),
    ({"evidence": (Evidence("a", lambda: 1.0, 0.0, 1e-3),)}, "allowed is 1e-06"),
])
def test_a_claim_that_makes_no_sense_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        make(1.0, 1.0, 0.1, **changes)


@pytest.mark.parametrize("tolerance", [-1, np.inf, np.nan])
def test_a_tolerance_is_a_number_of_0_or_more(tolerance):
    with pytest.raises(ValueError, match="0 or more"):
        make(1.0, 1.0, tolerance)
