"""What a reader is asked: questions with answers to choose from, and exercises that are checked.

``quiz`` asks a question that works in a kernel, in a built page without one, and on paper; ``exercises`` checks a
number, an array or the reader's own function (``call`` runs it with a time limit, ``describe`` says what came out);
``grades`` reads the verdicts out of notebooks that were handed in.
"""

from .exercises import TRIALS, Exercise, Verdict, check
from .quiz import QuizError, quiz

__all__ = ["TRIALS", "Exercise", "QuizError", "Verdict", "check", "quiz"]
