"""The book's checks in modules of their own, for a kernel that goes on to run a stranger's notebook."""

import importlib
import re
import sys
from contextlib import suppress
from dataclasses import replace
from types import ModuleType

EXERCISES = r"vgtext\.chapters\.\w+\.exercises"


def settle(name, modules):
    """Let ``__import__(name)(mark, exercise, answer)`` print ``mark`` and the verdict on the answer to an exercise.

    ``modules`` names the chapters that it knows, an exercise is written as ``vgtext.chapters.causes.EXERCISES['x']``.
    The modules are then forgotten: what a notebook imports after this, and may change, are copies, and their exercises
    hold no answers.
    """
    check = importlib.import_module("vgtext.ask").check
    for module in modules:
        with suppress(ImportError):
            importlib.import_module(module)
    genuine = {module: sys.modules[module] for module in [*sys.modules] if module.partition(".")[0] == "vgtext"}
    names = {"vgtext": genuine["vgtext"]}
    for module in genuine:
        del sys.modules[module]
    hide_answers(genuine, check)

    def judge(mark, exercise, answer, say=print):
        """Print the verdict; the notebook may have made another ``print``."""
        say(mark, check(eval(exercise, names), answer))

    sys.modules[name] = judge  # no name of the notebook, which may forget all of these


def hide_answers(genuine, check):
    """Import the chapters again, and leave out of their exercises what tells an answer; ``check`` judges those, too.

    Of a chapter's module of exercises those stay, and what else the chapter hands on from it.
    """
    ask, known = importlib.import_module("vgtext.ask"), {}
    own = ask.check
    for name in [name for name in genuine if re.fullmatch(EXERCISES, name) and hasattr(genuine[name], "EXERCISES")]:
        chapter = importlib.import_module(name.rpartition(".")[0])
        handed_on = {id(value) for value in vars(chapter).values()}
        whole, left = sys.modules[name], ModuleType(name)
        vars(left).update({key: value for key, value in vars(whole).items() if id(value) in handed_on})
        chapter.exercises = sys.modules[name] = left
        chapter.EXERCISES = left.EXERCISES = {}
        for key, exercise in whole.EXERCISES.items():
            left.EXERCISES[key] = replace(exercise, solution=hidden, mistakes=())
            known[id(left.EXERCISES[key])] = (genuine[name].EXERCISES[key], left.EXERCISES[key])  # alive, as its id is

    def judged(exercise, answer, seed=None):
        """Return the verdict on an answer to one of the book's exercises, or to one of the notebook's own."""
        return check(known[id(exercise)][0], answer, seed) if id(exercise) in known else own(exercise, answer, seed)

    ask.check = ask.exercises.check = judged


def hidden(*inputs):
    """Stand where a solution was."""
    raise LookupError("while a notebook is graded, its exercises hold no solutions")
