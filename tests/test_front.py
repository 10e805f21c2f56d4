"""Front and back matter: what the front page says of its figure holds in every state; references have an address."""

import re
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl

import numpy as np
from pybtex.database import parse_file

from figures import check_figure
from test_ledger import computes
from vgtext.chapters.problem import layer_sizes
from vgtext.claims import Claim, Evidence
from vgtext.explore.controls import make_control
from vgtext.explore.element import thin
from vgtext.explore.figure import Explorable
from vgtext.ledger import agrees

ROOT = Path(__file__).parents[1]


def test_what_the_front_page_says_of_its_figure_holds_at_every_depth():
    shares = {change: [] for change in ("sigmoid units", "weights × 4", "as it is")}
    for depth in range(2, 51):
        for change, found in shares.items():
            gradient = layer_sizes(change, depth).gradient
            found.append(gradient[1] / gradient[depth])
    fading = shares["sigmoid units"]
    assert fading[0] < 1 and all(np.diff(fading) < 0)
    assert min(shares["weights × 4"]) > 1
    assert 0.5 < min(shares["as it is"]) <= max(shares["as it is"]) < 2.5


def test_every_command_is_listed_in_help_and_told_to_contributors():
    text, lines = (ROOT / "Makefile").read_text("utf8"), (ROOT / "CONTRIBUTING.md").read_text("utf8").splitlines()
    [phony] = re.findall(r"^\.PHONY: (.*)$", text, re.M)
    cells = [line.split("|")[1] for line in lines if line.startswith("| `")]
    told = {name for cell in cells for name in re.findall(r"`make (\w+)`", cell)}
    assert told | {"help"} == {*phony.split()} == {*re.findall(r"^([a-z]+):", text, re.M)} == {
        *re.findall(r"^([a-z]+):.* ## \w", text, re.M)}


def test_every_reference_can_be_read_and_has_an_address():
    entries = parse_file(ROOT / "book" / "references.bib").entries  # raises for what is cut or stands twice
    assert entries and [key for key, entry in entries.items() if not {"doi", "url"} & set(entry.fields)] == []


def test_every_citation_is_in_the_references_and_every_reference_is_cited():
    known = set(re.findall(r"@\w+\{(\w+),", (ROOT / "book" / "references.bib").read_text("utf8")))
    cited = {key.strip(): page.name for page in [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("book/*.md")]
             for keys in re.findall(r"\{cite[^}]*\}`([^`]+)`", page.read_text("utf8")) for key in keys.split(",")}
    assert cited.keys() == known, (known - cited.keys(), {key: cited[key] for key in cited.keys() - known})


def test_the_claim_that_authors_are_shown_is_one_that_the_ledger_takes_and_their_figure_has_its_state():
    text = " ".join((ROOT / "CONTRIBUTING.md").read_text("utf8").split())
    names = {"Claim": Claim, "Evidence": Evidence, "np": np, "__name__": "vgtext.chapters.decay"}
    claim = eval(re.search(r"`(Claim\(.*?)`", text)[1], names)
    [evidence] = claim.evidence
    assert claim.setting.endswith(".") and computes(evidence.measure) and agrees(evidence, evidence.measure())
    given = eval(re.search(r"`explore\(lab.draw_decay, (.*?)\)`", text)[1].join(["dict(", ")"]))
    controls = [make_control("decay", name, each, {"factor": 0.5, "depth": 20}[name]) for name, each in given.items()]
    texts = {control.name: control.texts for control in thin(SimpleNamespace(name="decay", controls=controls))}
    assert all(value in texts[name] for name, value in parse_qsl(claim.figure.partition("?")[2]))


def test_the_figure_that_authors_are_shown_is_one_that_its_chapters_test_takes():
    text, names = (ROOT / "CONTRIBUTING.md").read_text("utf8"), {"__name__": "vgtext.chapters.decay"}
    exec(re.search(r"```python\n(.*?)```", text, re.S)[1], names)
    given = eval(re.search(r"`explore\(lab.draw_decay, (.*?)\)`", text)[1].join(["dict(", ")"]))
    check_figure(Explorable(names["draw_decay"], given, {}))
