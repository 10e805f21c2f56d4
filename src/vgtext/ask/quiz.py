"""One question with its answers; every wrong answer says what it confuses.

Like a figure, a quiz shows itself as the environment variable ``VGTEXT_EXPLORE`` says: ``live``, a Jupyter widget;
``static`` and ``page``, an element of a page; ``text``, its words alone, without the answers.
"""

import json
import math
import random
import zlib
from html import escape
from numbers import Real

from vgtext.explore.show import current_mode
from vgtext.words import typeset, words


class QuizError(ValueError):
    """A quiz that makes no sense; the message names the question and what is wrong."""


def quiz(question, *, right=None, wrong=None, number=None, tolerance=None, unit="", mistakes=None, explain="", see=""):
    """Ask a reader one question.

    Parameters
    ----------
    question : str
        What is asked, in plain text.
    right, wrong : dict, optional
        Choices, {answer: why}. One right answer makes a single choice, several a multiple choice. Each wrong one says
        what it confuses. The order in which they are shown depends on the question alone.
    number, tolerance, unit : float, float, str, optional
        Instead of choices: the number that is asked for, how far off (relative) an answer may be, and its unit.
    mistakes : dict, optional
        With ``number``: wrong numbers that readers come to, {number: what it confuses}, met with the same tolerance; of
        several, the nearest.
    explain : str
        With ``number``: why it is right.
    see : str
        The state of a figure that answers the question, as its link says it: ``"unit-circle?depth=5"``.

    Raises
    ------
    QuizError
        If there are neither choices nor a number, or parts of both; if an answer lacks its why.
    """
    if not isinstance(question, str):
        raise QuizError(f"a quiz takes a question, in words; not {question!r}")
    where = f"quiz {question[:50]!r}"
    if not question.strip():
        raise QuizError("a quiz takes a question; this one is empty")
    if (number is None) == (right is None):
        raise QuizError(f"{where}: give either right and wrong choices, or a number with its tolerance")
    if wrong if right is None else (tolerance is not None or unit or mistakes or explain):
        raise QuizError(f"{where}: wrong goes with right; tolerance, unit, mistakes and explain go with a number")
    if number is None:
        answers = choices(where, question, right, wrong or {})
        kind = "many" if len(right) > 1 else "one"
    else:
        kind, answers = "number", numbers(where, number, tolerance, explain, mistakes or {})
    asked = Quiz(question, kind, answers, unit, see)
    mode = current_mode()
    return {"live": Live, "static": Static, "page": Static, "text": Shown}[mode](asked)


def choices(where, question, right, wrong):
    """Return [(answer, is right, why), ...] in an order that the question decides."""
    if not isinstance(right, dict) or not isinstance(wrong, dict):
        raise QuizError(f"{where}: right and wrong choices are a dict each, answer: why")
    if not right or not wrong:
        raise QuizError(f"{where}: a choice takes at least one right and one wrong answer")
    if set(right) & set(wrong):
        raise QuizError(f"{where}: {set(right) & set(wrong)} is both right and wrong")
    answers = [(str(a), True, why) for a, why in right.items()] + [(str(a), False, why) for a, why in wrong.items()]
    for answer, _, why in answers:
        if not str(why).strip():
            raise QuizError(f"{where}: the answer {answer!r} does not say why")
    random.Random(zlib.crc32(question.encode())).shuffle(answers)
    return answers


def numbers(where, number, tolerance, explain, mistakes):
    """Return [(number, is right, why), ...], the right one first; each has the relative tolerance appended."""
    if not (finite(number) and finite(tolerance) and 0 <= tolerance < 1):
        raise QuizError(
            f"{where}: a number takes a relative tolerance from 0 to 1, and is finite; not {number!r}, {tolerance!r}"
        )
    if not isinstance(mistakes, dict) or not all(str(why or "").strip() for why in (explain, *mistakes.values())):
        raise QuizError(f"{where}: explain why the number is right, and what each mistake confuses (a dict)")
    for mistake in mistakes:
        if not finite(mistake):
            raise QuizError(f"{where}: the mistake {mistake!r} is not a finite number")
        if math.isclose(mistake, number, rel_tol=tolerance):
            raise QuizError(f"{where}: the mistake {mistake} lies within the tolerance of the right number {number}")
    return [(number, True, explain, tolerance), *((m, False, why, tolerance) for m, why in mistakes.items())]


def finite(x):
    """Say whether x is a finite number."""
    return isinstance(x, Real) and math.isfinite(x)


class Quiz:
    """A question, its kind ("one", "many" or "number"), and its answers."""

    def __init__(self, question, kind, answers, unit, see):
        """Hold what was asked."""
        self.question, self.kind, self.answers, self.unit, self.see = question, kind, answers, unit, see
        self.id = f"quiz-{zlib.crc32(question.encode()):08x}"

    def text(self):
        """Return the question and its choices in words, without the answers."""
        number = words("quiz.hint_unit", unit=self.unit) if self.unit else words("quiz.hint_number")
        hint = {"one": "", "many": f" ({words('quiz.hint_all')})", "number": f" ({number})"}
        shown = [] if self.kind == "number" else [f"  ( ) {answer[0]}" for answer in self.answers]
        return "\n".join([f"[quiz] {self.question}{hint[self.kind]}", *shown])

    def solution(self):
        """Return the right answers with their reasons, one a line; a number with four digits."""
        unit = f" {self.unit}" if self.unit else ""
        shown = (lambda n: f"{float(f'{n:.4g}'):g}") if self.kind == "number" else str
        return [f"{shown(answer)}{unit}: {why}" for answer, right, why, *_ in self.answers if right]

    def fields(self):
        """Return the inputs of the form as HTML."""
        if self.kind == "number":
            unit = f" {escape(self.unit)}" if self.unit else ""
            box = '<input type="text" autocomplete="off" size="12">'
            return f"<label>{words('quiz.your_number')} {box}{unit}</label>"
        box = "radio" if self.kind == "one" else "checkbox"
        return "".join(
            f'<label><input type="{box}" name="{self.id}" value="{k}"> <span>{typeset(answer[0])}</span></label>'
            for k, answer in enumerate(self.answers)
        )

    def form(self):
        """Return the quiz as HTML: a form that the script brings to life; without it, the answer to unfold."""
        lead = f" {words('quiz.choose_all')}" if self.kind == "many" else ""
        data = escape(json.dumps({"kind": self.kind, "answers": self.answers, "unit": self.unit, "see": self.see}))
        answer = "".join(f"<p>{typeset(line)}</p>" for line in self.solution())
        return (
            f'<form class="vg-quiz" data-quiz="{data}" novalidate>'
            f"<fieldset><legend>{typeset(self.question)}{lead}</legend>"
            f'{self.fields()}</fieldset><div class="vg-verdict" role="status"></div>'
            f"<details><summary>{words('quiz.answer')}</summary>{answer}</details></form>"
        )


class Shown:
    """A quiz's words."""

    def __init__(self, asked):
        """Write the question."""
        self.quiz = asked
        self.mimebundle = {"text/plain": asked.text()}

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Offer the outputs."""
        return self.mimebundle


class Static(Shown):
    """A quiz's words and its page element."""

    def __init__(self, asked):
        """Write the element."""
        super().__init__(asked)
        self.mimebundle["text/html"] = f'<vg-quiz id="{asked.id}">{asked.form()}</vg-quiz>'


class Live(Shown):
    """A quiz's words and its widget."""

    def __init__(self, asked):
        """Make the widget."""
        from .widget import QuizWidget

        super().__init__(asked)
        self.widget = QuizWidget(form=asked.form())
        self.mimebundle = {**self.widget._repr_mimebundle_()[0], **self.mimebundle}
