"""Runs the cells of a page, answers its figures, and calls what else a page asks for.

In a browser a worker hands messages on (``page/worker.js``); in a test anything may. What is told goes to ``tell``, a
function of one dict that JSON can hold: ``stream``, ``show`` and ``done`` of a cell, the ``scene`` of a figure,
``report`` and ``returned`` or ``failed`` of a call. A method that returns the name of a package could not do its work
without that package.
"""

import ast
import asyncio
import inspect
import json
import linecache
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module

import numpy as np

from vgtext.explore.show import PAGE_FIGURE

from . import names, outputs


class Runner:
    """The Python of one page: the names that its cells made, and its figures."""

    def __init__(self, tell, loadable=()):
        """Start empty. ``loadable``: packages that are not here, but can be loaded when a cell asks for them."""
        self.tell, self.loadable, self.halted = tell, set(loadable), set()
        self.space = {"__name__": "__main__", "display": self.display}
        self.figures, self.cell, self.out = {}, None, None

    def run(self, cell, code):
        """Run the code of a cell, and tell what it prints and shows; its last value is shown.

        Returns the name of a package, if the code stopped for want of it and it can be loaded: then nothing is told
        but ``clear``, and the cell is to be run again.
        """
        name = f"{outputs.CELL}{cell + 1}>"
        linecache.cache[name] = len(code), None, code.splitlines(keepends=True), name
        self.cell = cell
        self.figures = {key: figure for key, figure in self.figures.items() if key[0] != cell}
        self.out, err = (outputs.Stream(self.sender(kind)) for kind in ("stdout", "stderr"))
        error = None
        with redirect_stdout(self.out), redirect_stderr(err):
            try:
                self.execute(code, name)
                for plot in outputs.plots():
                    self.show(plot)
            except BaseException as problem:  # SystemExit, too, must not end the page's Python
                error = problem
        if (absent := self.absent(error)):
            self.tell({"tell": "clear", "cell": cell})
            return absent
        self.out.flush()
        err.flush()
        self.tell({"tell": "done", "cell": cell, "error": error and outputs.words(error)})

    def absent(self, error):
        """Return the name of the package for want of which something failed, if it can be loaded, once; else None."""
        name = outputs.absent_module(error)
        if name in self.loadable:
            self.loadable.remove(name)
            return name

    def offer(self, name):
        """Let a package be asked for again: it could not be loaded."""
        self.loadable.add(name)

    def execute(self, code, name):
        """Execute a cell's code; show the value of its last line."""
        tree = ast.parse(code, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), self.space)
        if last:
            value = eval(compile(ast.Expression(last.value), name, "eval"), self.space)
            if value is not None and not code.rstrip().endswith(";"):
                self.display(value)

    def sender(self, kind):
        """Return what tells a piece of a stream of the present cell."""
        return lambda text: self.tell({"tell": "stream", "cell": self.cell, "name": kind, "text": text})

    def display(self, *values):
        """Show values below the cell."""
        for value in values:
            data = outputs.bundle(value)
            if PAGE_FIGURE in data:
                key = self.cell, len(self.figures)
                self.figures[key] = value.figure
                data[PAGE_FIGURE] = data[PAGE_FIGURE] | {"key": key}
            self.show(data)

    def show(self, data):
        """Tell one output, after what was printed before it."""
        self.out.flush()
        self.tell({"tell": "show", "cell": self.cell, "data": data})

    def before(self, cell, codes, fresh):
        """Tell which cells must run before ``cell``, and what each cell uses and makes."""
        known = [[sorted(part) for part in names.uses_and_makes(code)] for code in codes]
        self.tell({"tell": "before", "cell": cell, "cells": names.needed(cell, codes, fresh), "names": known})

    def want(self, key, want):
        """Answer a figure's wish; see :meth:`Page.answer`. Returns the name of a package as :meth:`run` does."""
        figure = self.figures.get(tuple(key))
        if figure is None:  # its cell has run again meanwhile
            return None
        try:
            scene = figure.answer(want)
        except Exception as problem:
            if (absent := self.absent(problem)):
                return absent
            scene = {"error": str(problem)}
        self.tell({"tell": "scene", "key": key, "scene": {"turn": want["turn"], **scene}})

    async def call(self, id, module, name, given):
        """Call a function of a module; what a generator yields is reported, until the page halts it."""
        try:
            value = getattr(import_module(module), name)(**given)
            if inspect.isgenerator(value):
                value = await self.follow(id, value)
            self.tell({"tell": "returned", "id": id, "value": as_json(value)})
        except BaseException as problem:
            if (absent := self.absent(problem)):
                return absent
            self.tell({"tell": "failed", "id": id, "words": outputs.words(problem)})

    async def follow(self, number, steps):
        """Report what a generator yields, and return what it returns; None if it was halted."""
        while number not in self.halted:
            try:
                self.tell({"tell": "report", "id": number, "report": as_json(next(steps))})
            except StopIteration as end:
                return end.value
            await asyncio.sleep(0)  # the page's halt comes in here
        steps.close()

    def halt(self, id):
        """End a call at its next report."""
        self.halted.add(id)


def as_json(value):
    """Return a value as JSON can hold it: arrays as lists, and None for a number that is not finite."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        return as_json(value.tolist())
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


class Door:
    """A runner whose messages are texts, in JSON: what the worker's script holds."""

    def __init__(self, post, loadable):
        """Send what is told to ``post``."""
        self.runner = Runner(lambda message: post(json.dumps(message)), loadable)

    def __getattr__(self, name):
        """Return a method of the runner that takes its arguments as a text."""
        method = getattr(self.runner, name)
        return lambda given: method(**json.loads(given))


def start(post, loadable):
    """Return the :class:`Door` for a page; NumPy, matplotlib and figures are there from then on."""
    return Door(post, list(loadable))
