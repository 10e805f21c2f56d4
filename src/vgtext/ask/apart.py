"""The book's checks in modules of their own, for a kernel that goes on to run a stranger's notebook."""

import importlib
import sys
from contextlib import suppress


def settle(name, modules):
    """Let ``__import__(name)(mark, exercise, answer)`` print ``mark`` and the verdict on the answer to an exercise.

    ``modules`` names the chapters that it knows, an exercise is written as ``vgtext.chapters.causes.EXERCISES['x']``.
    The modules are then forgotten: what a notebook imports after this, and may change, are copies.
    """
    check = importlib.import_module("vgtext.ask").check
    for module in modules:
        with suppress(ImportError):
            importlib.import_module(module)
    names = {"vgtext": sys.modules["vgtext"]}
    for module in [module for module in sys.modules if module.partition(".")[0] == "vgtext"]:
        del sys.modules[module]

    def judge(mark, exercise, answer, say=print):
        """Print the verdict; the notebook may have made another ``print``."""
        say(mark, check(eval(exercise, names), answer))

    sys.modules[name] = judge  # no name of the notebook, which may forget all of these
