"""One answer to a question: symbols are those of the notation page, and a term is defined once, in the glossary."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from prose import said
from vgtext.chapters import mitigation, rescue

ROOT = Path(__file__).parents[1]
SLUGS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
GREEK = ("alpha beta gamma delta epsilon varepsilon eta theta kappa lambda mu nu xi pi rho sigma tau varphi phi chi "
         "psi omega vartheta Delta Lambda Sigma Phi").split()
#: Letters that a chapter uses in a sense of its own; it says which, and the notation page names it.
OWN = {"two_by_two": {"a", "b", "c", "d", "A", "B", r"\psi", "E"}, "detection": {"F", "T", "P", "N"}}
#: Symbols of one subject: in no other chapter's equations.
ONLY = {
    "s": {"shortcuts", "mitigation", "normalization", "attention", "width"}, "C": {"clipping"},
    "R": {"problem", "detection", "rescue"},
    "D": {"rescue"}, r"\tau": {"recurrence", "normalization"}, r"\Lambda": {"two_by_two"},
    r"\psi": {"two_by_two"}, "U": {"recurrence"}, "V": {"recurrence", "attention"},
}


def symbols(latex):
    """Return the letters of a formula: Latin ones by themselves, Greek ones with a backslash; words are left out."""
    latex = re.sub(r"\\(?:text|operatorname|mathrm|label|tag|underbrace|begin|end|mathsf)\*?\{[^{}]*\}", " ", latex)
    latex = re.sub(r"_\{\\text[^}]*\}", " ", latex)
    found = {rf"\{name}" for name in re.findall(r"\\([A-Za-z]+)", latex) if name in GREEK}
    found |= {rf"\mathcal {letter}" for letter in re.findall(r"\\mathcal ?\{?([A-Z])", latex)}
    latex = re.sub(r"\\mathcal ?\{?[A-Z]\}?|\\mathbb ?\{?[A-Z]\}?|\\[A-Za-z]+", " ", latex)
    return found | set(re.findall(r"[A-Za-z]", latex))


def cells(slug):
    """Return the text cells of a chapter."""
    book = nbformat.read(ROOT / "notebooks" / f"{slug}.ipynb", as_version=4)
    return [cell.source for cell in book.cells if cell.cell_type == "markdown"]


def equations(slug):
    """Return the displayed formulas of a chapter."""
    return re.findall(r"\$\$(.*?)\$\$", "\n".join(cells(slug)), re.S)


def noted():
    """Return the symbols that the notation page explains: those of its tables, and of its last section."""
    page = (ROOT / "book" / "notation.md").read_text("utf8")
    rows = [row.split("|")[1] for row in page.splitlines() if row.startswith("| ") and "$" in row.split("|")[1]]
    return symbols(" ".join(re.findall(r"\$([^$]+)\$", " ".join(rows)))) | {"e", r"\pi"}


@pytest.mark.parametrize("latex, letters", [
    (r"\lVert \delta^{[l]} \rVert \approx c^{L-l}", {r"\delta", "l", "c", "L"}),
    (r"\frac{\partial \mathcal L}{\partial W} = \text{about } q", {r"\mathcal L", "W", "q"}),
    (r"\operatorname{Var}\varphi(u) + \mathbb E\,z", {r"\varphi", "u", "z"}),
])
def test_the_letters_of_a_formula_are_found(latex, letters):
    assert symbols(latex) == letters


@pytest.mark.parametrize("slug", SLUGS)
def test_symbols_of_displayed_equations_are_in_the_notation(slug):
    known = noted() | OWN.get(slug, set())
    strange = {letter: latex for latex in equations(slug) for letter in symbols(latex) - known}
    assert not strange
    elsewhere = {letter: latex for latex in equations(slug) for letter in symbols(latex)
                 if slug not in ONLY.get(letter, SLUGS)}
    assert not elsewhere


def entries():
    """Return {name: the names of its entry, first name first} and {first name: definition} of the glossary."""
    names, definitions, group = {}, {}, []
    for line in (ROOT / "book" / "glossary.md").read_text("utf8").partition("```{glossary}\n")[2].splitlines():
        if line.startswith("  "):
            definitions[group[0]] = definitions.get(group[0], "") + " " + line.strip()
            names |= {name: group for name in group}
        elif line.strip() not in ("", "```"):
            group = [*group, line] if group and group[0] not in definitions else [line]
    return names, definitions


def test_every_entry_of_the_glossary_names_the_chapter_that_explains_it_and_the_chapter_uses_it():
    names, definitions = entries()
    for first, text in definitions.items():
        home = re.search(r"→ \[[^\]]+\]\(\.\./notebooks/(\w+)\.ipynb\)$", text)
        assert home, first
        prose = " ".join(" ".join(cells(home[1])).lower().replace("-", " ").split())
        spoken = [re.findall(r"[a-z]{3,}", name.lower()) for name in names if names[name][0] == first]
        assert any(all(word.removesuffix("s") in prose for word in words) for words in spoken), (first, home[1])


def test_a_term_is_defined_once():
    names, definitions = entries()
    text = (ROOT / "book" / "glossary.md").read_text("utf8").partition("```{glossary}\n")[2]
    lines = [line for line in text.splitlines() if line.strip() not in ("", "```") and not line.startswith("  ")]
    assert len(definitions) > 80 and len(lines) == len({line.lower() for line in lines}) == len(names)
    assert [*definitions] == sorted(definitions, key=str.lower)


@pytest.mark.parametrize("page", sorted((ROOT / "book").glob("*.md")), ids=lambda path: path.stem)
def test_no_other_page_has_a_glossary(page):
    assert ("{glossary}" in page.read_text("utf8")) == (page.stem == "glossary")


@pytest.mark.parametrize("slug", SLUGS)
def test_the_definition_of_vanishing_is_in_one_chapter(slug):
    defined = re.search(r"^> .*\bvanish", "\n".join(cells(slug)), re.M | re.I)
    assert bool(defined) == (slug == "problem")


#: British spellings of words that this book uses; it is written in American English.
BRITISH = re.compile(r"\b(grey|colour|labelled|centred|neighbour|behaviour|favour|licence|maths\b|afterwards|towards|"
                     r"artefact|(?:normal|initial|optim|recogn|general|summar)is(?:e|ing|ation))\w*", re.I)


@pytest.mark.parametrize("place", ["book/*.md", "notebooks/*.ipynb", "*.md", "src/**/*.py", "src/**/*.js",
                                   "src/**/*.css"])
def test_american_spelling(place):
    found = {(path.name, word.group()) for path in sorted(ROOT.glob(place))
             for word in BRITISH.finditer(path.read_text("utf8")) if word.group() not in ("Greys", "labelledby")}
    assert not found


def test_what_causes_says_of_sigmoids_is_what_the_chapters_on_remedies_measured():
    said("causes", "fifty such layers train here")
    recipes = [mitigation.Recipe("sigmoid", init, "batch") for init in mitigation.INITS]
    assert all(mitigation.deepest(recipe) >= 50 for recipe in recipes)
    ways = [plan for plan in rescue.plans() if (plan.activation, plan.way) == ("sigmoid", "residual + layer norm")]
    assert all(any(rescue.rescued(plan) for plan in ways if plan.init == init) for init in rescue.INITS)


def test_above_how_many_layers_shortcuts_are_the_default_is_said_alike_and_measured():
    layers, *widths = said("shortcuts", "Use shortcuts above about # layers, at widths of # to #")
    answers = said("mitigation", "of this book, # to #, use them by default above about # layers")
    summary = said("mitigation", "At widths of # to #, within 300 steps, use shortcuts by default above about # layers")
    assert answers == summary == [*widths, layers]
    assert said("normalization", "[above # use shortcuts]") == [layers]
    assert said("normalization", "by default (widths # to #)") == widths
    assert mitigation.deepest(mitigation.Recipe("relu", "He")) == layers


@pytest.mark.parametrize("page", ["book/checklist.md", "notebooks/rescue.ipynb"])
def test_where_the_squares_of_float32_numbers_are_zero(page):
    [largest] = re.findall(r"squares (?:of )?numbers below (\S+)", (ROOT / page).read_text("utf8"))
    assert np.float32(largest) ** 2 == 0 < np.float32(10 * float(largest)) ** 2
