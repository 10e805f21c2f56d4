"""What the glossary and the notation page say is so in chapters and in code: formulas, numbers, names, shapes."""

import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import yaml

from prose import agrees
from vgtext import nn
from vgtext.chapters.clipping.adaptive import Z_MAX
from vgtext.diagnose.table import EXPLODES, GUIDE, VANISHES
from vgtext.nn.activations import SELU_LAMBDA
from vgtext.nn.initializers import scaled_normal
from vgtext.nn.theory import meanfield
from vgtext.nn.theory.floats import FORMATS
from vgtext.tools.notebooks import slugs

ROOT = Path(__file__).parents[1]
GLOSSARY, NOTATION = ((ROOT / f"book/{name}.md").read_text("utf8") for name in ("glossary", "notation"))
GLOSSARY_LINE = " ".join(GLOSSARY.split())
#: Definitions that no chapter writes in these letters.
OWN = {r"\ln\frac12 / \ln c", r"h[t] = \lambda h[t-1] + \dots", r"W v = \lambda v", r"\sigma_w^2/n_{l-1}",
       r"\sigma_w = 1/\sqrt3 \approx 0.577", r"\alpha \approx 1.67", r"\sigma_w = 1", "x = a^{[0]}",
       r"(z - \mu_z)/\sigma_z", r"\lVert \cdot \rVert", r"\sigma(z) = 1/(1 + e^{-z})", r"1/(1+e^{-z})",
       r"\partial \mathcal L / \partial \theta", r"\mathbb E\,x^2", r"(\mathbb E\,x)^2", r"c = \sqrt\chi", "z < 0",
       r"K^{\mathsf T} Q / \sqrt{d_{\text{head}}}", r"\partial^2 \mathcal L / \partial \theta^2"}
#: The numbers in the words of the glossary, where these have #, as they are computed, or in the paper that is cited.
TOLD = {
    "weights' size, often #.": [0.01],
    "A number format of # bits with the exponents of float32 and # binary digits": [16, FORMATS["bfloat16"].p],
    "counting false alarms and misses alike: # TP / (# TP + FP + FN)": [2, 2],
    "Numbers of # bits, with # exponent bits and # for the fraction, or # and #":
        [8, *(n for name in ("E4M3", "E5M2") for n in (8 - FORMATS[name].p, FORMATS[name].p - 1))],
    "ReLU keeps half of the second moment, and the # makes up for it": [2], "small at the start: # to": [0.1],
    "Training with numbers of # or # bits where they suffice": [16, 8],
    "with weights of scale # a fifth": [0.02 * 768**0.5], "times a constant, #.": [SELU_LAMBDA],
    "Its slope is never above #.": [0.25], "A customary guide is #;": [GUIDE],
    "far above a running mean of the norms: # standard deviations": [Z_MAX],
    "where its slope is below # of the steepest": [0.01],
}


def flat(formula):
    """A formula without what is not seen in it: spaces, braces, sizes; a fraction as what is over what."""
    formula = re.sub(r"\\(?:[,;! ]|q?quad|left|right|[bB]igg?[lr]?(?![a-z]))|\s+", "", formula)
    part = r"(?:\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}|(\w))"
    for _ in range(3):  # fractions in fractions
        formula = re.sub(rf"\\frac{part}{part}", lambda m: f"{m[1] or m[2]}/{m[3] or m[4]}", formula)
    return re.sub(r"[{}]", "", formula)


def relations(text):
    """The formulas in a text that say more than a name."""
    says = re.compile(r"[=<>/+*]|\^2|\\(?:sqrt|frac|l[en]|ge|approx|sum|cdot|odot)(?![a-z])")
    return [formula for formula in re.findall(r"\$([^$]+)\$", text) if len(flat(formula)) > 2 and says.search(formula)]


@cache
def chapter(slug):
    """A chapter's notebook as a text."""
    book = nbformat.read(ROOT / "notebooks" / f"{slug}.ipynb", as_version=4)
    return "\n".join(cell.source for cell in book.cells)


def entries():
    """Yield (first name, definition, the words and the address of the link at its end) of the glossary."""
    for block in GLOSSARY.partition("```{glossary}\n")[2].removesuffix("```\n").split("\n\n"):
        (name, *_), text = block.split("\n"), " ".join(re.findall(r"^  (.*)", block, re.M))
        yield name, text, *re.search(r"→ \[([^]]+)\]\(\.\./notebooks/(\w+)\.ipynb\)$", text).groups()


def rows():
    """Yield the cells of each row in the tables of notation: symbol, meaning, name in code, shape."""
    for row in re.findall(r"^\| (.*) \|$", NOTATION, re.M):
        symbol, meaning, code, *shape = row.split(" | ")
        if symbol != "symbol":
            yield symbol, meaning, code, *(shape or [""])


def test_a_formula_of_the_glossary_is_in_the_chapter_that_its_entry_names():
    strange = {(name, formula) for name, text, _, slug in entries() for formula in relations(text)
               if flat(formula) not in flat(chapter(slug)) and formula not in OWN}
    assert not strange


def test_a_formula_of_the_notation_is_in_a_chapter():
    chapters = flat("\n".join(map(chapter, slugs())))
    strange = {formula for symbol, meaning, *_ in rows() for formula in relations(symbol) + relations(meaning)
               if flat(formula) not in chapters and formula not in OWN}
    assert not strange


def test_what_no_chapter_writes_so_is_on_a_page():
    assert {*OWN} <= {*re.findall(r"\$([^$]+)\$", " ".join((GLOSSARY + NOTATION).split()))}


def test_numbers_of_the_glossary_are_those_that_are_computed():
    words = " ".join(re.sub(r"\$[^$]*\$|\{cite\}`[^`]*`|\[[^]]*\]\([^)]*\)", "", text) for _, text, *_ in entries())
    number = r"(?<![\w.^])(\d+(?:\.\d+)?%?|¼)(?![\w.]*\d)"
    told = []
    for said, values in TOLD.items():
        found = re.search(re.escape(said).replace(r"\#", number), GLOSSARY_LINE)
        assert found, said
        texts = [text.replace("¼", "0.25") for text in found.groups()]
        assert all(map(agrees, texts, values)), (said, values)
        told += found.groups()
    assert sorted(told) == sorted(n for n in re.findall(number, words) if n not in ("0", "1"))


def test_the_last_link_of_an_entry_has_the_title_of_where_it_leads():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text("utf8"))
    topics = {entry["file"]: entry["title"] for part in contents["parts"] for entry in part["chapters"]}
    wrong = [(name, words) for name, _, words, slug in entries() if not topics[f"notebooks/{slug}"].startswith(words)]
    assert not wrong


def test_limits_of_the_definitions_are_those_of_the_diagnosis():
    for said, limit in (("exploding gradient", EXPLODES), ("vanishing gradient", VANISHES)):
        [text] = [text for name, text, *_ in entries() if name == said]
        assert re.findall(r"\$10\^\{(-?[\d.]+)\}\$, the limit of this book's diagnosis", text) == [f"{limit:g}"]


def test_each_phase_is_called_by_what_it_does_to_inputs_and_gradients():
    [text] = [text for name, text, *_ in entries() if name == "ordered and chaotic phase"]
    told = re.findall(r"[Ii]n the (ordered|chaotic) phase (.*? gradients (?:vanish|explode))", text)
    assert len(told) == 2
    for name, words in told:
        sigma_w = {"ordered": 0.8, "chaotic": 2.0}[name]  # on either side of the critical line, 1 for tanh
        assert ("die out" in words) == (meanfield.correlation_fixed_point("tanh", sigma_w) == 1)
        assert ("gradients vanish" in words) == (meanfield.chi("tanh", sigma_w) < 1)


def test_the_weight_scale_is_measured_by_the_number_that_the_notation_names():
    [meaning] = [meaning for symbol, meaning, *_ in rows() if symbol == r"$\sigma_w$"]
    sizes = {"n_{l-1}": 400, "n_l": 50}
    n = sizes[re.search(r"a weight times \$\\sqrt\{(.*)\}\$", meaning)[1]]
    W = scaled_normal(1.5)(sizes["n_l"], sizes["n_{l-1}"], 0)
    assert abs(W.std() * n**0.5 - 1.5) < 0.05


def test_names_in_code_are_names_in_code():
    code = "\n".join([*map(chapter, slugs()), *(path.read_text("utf8") for path in ROOT.glob("src/vgtext/**/*.py"))])
    known = {*re.findall(r"[A-Za-z_]\w*", code)}
    named = [name for _, _, code, _ in rows() for text in re.findall(r"`([^`]+)`", code)
             for name in re.findall(r"[A-Za-z_]\w*", text)]
    assert len(named) > 60 and not {*named} - known


def test_shapes_are_those_of_a_network():
    l, m, n = 2, 7, {"n_0": 3, "n_{l-1}": 4, "n_l": 5, "n_L": 2}
    W, b = [None], [None]
    for into, out in zip([3, 4, 5], [4, 5, 2]):
        W, b = [*W, np.ones((out, into))], [*b, np.ones((out, 1))]
    z, a = nn.backprop.forward(W, b, np.ones((3, m)))
    found = nn.backprop.backward(W, z, a, np.ones((2, m)))
    arrays = {"x": a[0], "W[l]": W[l], "b[l]": b[l], "z[l]": z[l], "a[l]": a[l], "a[L]": a[-1], "y": a[-1],
              "delta[l]": found.delta[l], "dW[l]": found.dW[l], "J[l]": W[l]}
    for _, _, code, shape in rows():
        for name in arrays.keys() & {*re.findall(r"`([^`]+)`", code)} if shape.startswith(("$(n_", "as $W")) else ():
            sizes = re.findall(r"n_\{l-1\}|n_\w|\d+|m", shape.replace("as $W^{[l]}$", "$(n_l, n_{l-1})$"))
            assert arrays.pop(name).shape == tuple(n.get(each) or (m if each == "m" else int(each)) for each in sizes)
    assert not arrays
