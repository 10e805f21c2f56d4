"""How a page reads: code that only asks for a figure is folded, what ``check`` says of a stub is left out.

No line ends between a formula, or code, and its comma or bracket, in 2 × 2 or in 1/√L.
"""

import ast
import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from vgtext.words import raw, words

#: What stands around a worded solution, so that "Run all cells" does not open it; other folds have a class.
FOLD = (re.compile("<details><summary>.+</summary>"), re.compile("</details>"))
ASKS = {"explore", "quiz", "carry"}
LONG = 40  # characters of a cell; fewer may stand in a narrow column
MOST_LETTERS = 14  # of a word of code that is kept whole: on a phone, in letters of twice the size, more have no room
CODE = (nodes.literal, nodes.literal_block, nodes.math, nodes.raw)


def is_plumbing(code):
    """Say whether ``code`` does nothing but import, and ask for figures or quizzes."""
    try:
        lines = ast.parse(code).body
    except SyntaxError:
        return False
    calls = [line.value.func for line in lines if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call)]
    asks = [call for call in calls if isinstance(call, ast.Name) and call.id in ASKS]
    return len(asks) + sum(isinstance(line, (ast.Import, ast.ImportFrom)) for line in lines) == len(lines) > 0


def is_unanswered(output):
    """Say whether ``output`` is the verdict on an answer that nobody has begun."""
    said = " ".join(output.split())
    ends = raw("check.no_answer").rpartition("}")[2], words("check.nothing") + "."
    return said.startswith(words("check.not_yet")) and said.endswith(ends)


class FoldPlumbing(SphinxPostTransform):
    """Fold the code of cells that a reader has no need to see, as the tag ``hide-input`` does."""

    default_priority = 150  # before MyST-NB folds

    def run(self, **options):
        """Mark each such cell."""
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") == "cell_code" and not cell.get("hide_mode") and cell.children:
                source = cell.children[0]
                if source.get("nb_element") == "cell_code_source" and is_plumbing(source.astext()):
                    cell["hide_mode"] = "input"
                    cell["prompt_show"] = self.config.nb_code_prompt_show
                    cell["prompt_hide"] = self.config.nb_code_prompt_hide


class HideUnanswered(SphinxPostTransform):
    """Leave out what ``check`` says of a stub: a reader who runs nothing has given no answer yet."""

    default_priority = 150

    def run(self, **options):
        """Drop the output of each such cell."""
        for cell in list(self.document.findall(nodes.container)):
            if cell.get("nb_element") == "cell_code":
                for output in [part for part in cell.children if part.get("nb_element") == "cell_code_output"]:
                    for part in [part for part in output.children if is_unanswered(part.astext())]:
                        output.remove(part)
                    if not output.children:
                        cell.remove(output)


class OpenSolutions(SphinxPostTransform):
    """Take away the fold that keeps a worded solution shut in JupyterLab: here the whole solution is folded."""

    default_priority = 150

    def run(self, **options):
        """Drop the HTML of each fold, which does not nest."""
        inside = False
        for html in list(self.document.findall(nodes.raw)):
            text = html.astext().strip()
            if FOLD[inside].fullmatch(text):
                html.parent.remove(html)
                inside = not inside


class KeepTogether(SphinxPostTransform):
    """Wrap a formula, or a short word of code, with the punctuation around it, or a browser breaks a line between them.

    Longer code, and code of several words, is left as it is: a line may have to end within it.
    """

    default_priority = 150

    def run(self, **options):
        """Wrap each of them."""
        for formula in list(self.document.findall(lambda node: isinstance(node, nodes.math | nodes.literal))):
            code = isinstance(formula, nodes.literal)
            if code and (" " in formula.astext() or len(formula.astext()) > MOST_LETTERS):
                continue
            at, parent = formula.parent.index(formula), formula.parent
            before, after = parent[max(at - 1, 0)], parent[min(at + 1, len(parent) - 1)]
            opens = isinstance(before, nodes.Text) and re.search(r"[(‘“]+$", before)
            closes = isinstance(after, nodes.Text) and re.match(r"[,.;:!?)’”…]+", after)
            if opens or closes:
                together = nodes.inline("", "", classes=["together"])
                formula.replace_self(together)
                together += formula
                if opens:
                    parent[at - 1] = nodes.Text(before[:opens.start()])
                    together.insert(0, nodes.Text(opens[0]))
                if closes:
                    parent[at + 1] = nodes.Text(after[closes.end():])
                    together += nodes.Text(closes[0])


class KeepProducts(SphinxPostTransform):
    """Write 2 × 2 with spaces that break no line, and 1/√L with a stroke that breaks none."""

    default_priority = 150

    def run(self, **options):
        """Replace the spaces in each text, but for code."""
        for text in list(self.document.findall(nodes.Text)):
            kept = re.sub(r"(?<=\d) × (?=\d)", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}", text)
            kept = kept.replace("/√", "/\N{WORD JOINER}√")
            if kept != text and not isinstance(text.parent, CODE):
                text.parent.replace(text, nodes.Text(kept))


class WidenCells(SphinxPostTransform):
    """Mark the cells of prose in tables of three columns and more, which a phone would squeeze to a word a line."""

    default_priority = 150

    def run(self, **options):
        """Give each such cell the class ``prose``."""
        for row in self.document.findall(nodes.row):
            for cell in row.children if len(row) > 2 else ():
                said = [text for text in cell.findall(nodes.Text) if not isinstance(text.parent, nodes.math)]
                if sum(map(len, said)) >= LONG:
                    cell["classes"].append("prose")


def setup(app):
    """Register the transforms."""
    app.add_post_transform(FoldPlumbing)
    app.add_post_transform(HideUnanswered)
    app.add_post_transform(KeepTogether)
    app.add_post_transform(KeepProducts)
    app.add_post_transform(WidenCells)
    app.add_post_transform(OpenSolutions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
