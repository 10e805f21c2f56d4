"""Formulas as one line of text, for excerpts of a page: a fraction keeps its bar, a root its sign, a power its place.
"""

import re
from html import escape
from xml.etree import ElementTree

#: What KaTeX writes of a formula: MathML, which is read aloud; what is seen comes after it, in spans within spans.
MATH = re.compile(r'<span class="katex-mathml">(<math.*?</math>)</span>', re.S)
SPAN = re.compile(r"<(/?)span\b[^>]*>")
RAISED = str.maketrans("0123456789+−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")
AS_THEY_ARE = {*"′∗"}  # raised signs
ONE = re.compile(r"[√∂−±]*([\d.,]+|[^\W\d]\w*)?(\[.*\])?[′̂̄]*|∥[^∥]*∥|∣[^∣]*∣")  # what needs no parentheses
APART = re.compile(r"[-+−±=≠≈<>≤≥∝∼→←⋅×⊙/,.;:)\]}]")  # a sign after which a fraction ends without parentheses


def in_lines(page):
    """Return a page's HTML with every formula as one line of text."""
    parts, last = [], 0
    for start, end, text in found_in(page):
        parts, last = [*parts, page[last:start], escape(text)], end
    return "".join([*parts, page[last:]])


def found_in(page):
    """Yield (start, end, text) of each formula in a page's HTML: where it is, and its line."""
    for formula in MATH.finditer(page):
        depth = 0
        for span in SPAN.finditer(page, formula.end()):
            depth += -1 if span[1] else 1
            if not depth:
                yield formula.start(), span.end(), line(ElementTree.fromstring(formula[1]))
                break


def kind(element):
    """Return the name of a MathML element."""
    return element.tag.rpartition("}")[2]


def line(element):
    """Return a MathML element as one line of text: (a + b)/c, √(a + b), xⁿ, x^(a/b), x_(a + b); other indices as xi."""
    parts = [line(part) for part in element]
    match kind(element):
        case "annotation":
            return ""
        case "mspace":
            return " "
        case "mfrac":
            return "/".join(map(together, parts))
        case "msqrt":
            return f"√{together(''.join(parts))}"
        case "mroot":
            return f"{raised(parts[1])}√{together(parts[0])}"
        case "msup":
            return parts[0] + ("ᵀ" if parts[1] == "T" else raised(parts[1]))
        case "msub" | "munder":
            return lowered(*parts)
        case "msubsup" | "munderover":
            return lowered(*parts[:2]) + raised(parts[2])
        case "mtr" | "mtable":
            return " ".join(parts)
    return "".join(map(beside, element, parts, [*element[1:], None])) or signs(element.text or "")


def beside(element, text, after):
    """Return the text of a part of a row; a fraction stands in parentheses where something is multiplied by it."""
    while len(element) == 1:
        element = element[0]
    multiplied = after is not None and not APART.match("".join(after.itertext()))
    return f"({text})" if kind(element) == "mfrac" and multiplied else text


def signs(text):
    """Return the letters of a formula; between a function and its argument, unless that is in parentheses, a space."""
    return text.translate({0x200B: "", 0x2061: " ", 0x2063: ""})


def together(text):
    """Return a text that stays one part beside a bar or a root."""
    return text if ONE.fullmatch(text) else f"({text})"


def lowered(text, index):
    """Return a text with an index behind it; a brace is none."""
    behind = index if ONE.fullmatch(index) else "" if index == "⏟" else f"_({index})"
    return text.rstrip() + behind + text[len(text.rstrip()):]


def raised(text):
    """Return an exponent; what stands in brackets, the number of a layer or a step, stays as it is."""
    small = text.strip().translate(RAISED)
    return text if text.startswith("[") else f"^{together(text)}" if set(small) & set(text) - AS_THEY_ARE else small
