"""What a cell shows: its prints, its values, its plots, and what went wrong, in words."""

import base64
import io
import sys
import traceback

PICTURE = "image/png"
CELL = "<cell "  # how the file name of a cell's code begins


class Stream(io.TextIOBase):
    """What a cell prints, handed on in pieces to ``send(text)``."""

    def __init__(self, send, most=2000):
        """Hand on at the latest after ``most`` characters."""
        self.send, self.most, self.parts, self.size = send, most, [], 0

    def write(self, text):
        """Take a piece."""
        self.parts.append(text)
        self.size += len(text)
        if self.size > self.most:
            self.flush()
        return len(text)

    def flush(self):
        """Hand on what is there."""
        if self.parts:
            self.send("".join(self.parts))
            self.parts, self.size = [], 0


class Printer:
    """As much of IPython's printer as ``_repr_pretty_`` of the book asks for."""

    def __init__(self):
        """Start empty."""
        self.parts = []

    def text(self, text):
        """Take a piece."""
        self.parts.append(text)


def bundle(value):
    """Return how a value shows itself, {kind: data}; HTML from the book's own objects alone."""
    own = type(value).__module__.startswith("vgtext.")
    if hasattr(value, "_repr_mimebundle_"):
        kinds = dict(value._repr_mimebundle_())
    else:
        kinds = {"text/plain": plain(value)}
        if hasattr(value, "_repr_html_"):
            kinds["text/html"] = value._repr_html_()
    return kinds if own else {kind: data for kind, data in kinds.items() if kind == "text/plain"} or {
        "text/plain": repr(value)}


def plain(value):
    """Return a value as text, as a notebook prints it."""
    if not hasattr(value, "_repr_pretty_") or isinstance(value, type):
        return repr(value)
    printer = Printer()
    value._repr_pretty_(printer, False)
    return "".join(printer.parts)


def plots():
    """Yield what was drawn with pyplot since the last cell, as pictures, and put it away."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        stream = io.BytesIO()
        pyplot.figure(number).savefig(stream, format="png", dpi=110, bbox_inches="tight")
        yield {PICTURE: base64.b64encode(stream.getvalue()).decode(), "text/plain": "A plot"}
    if pyplot:
        pyplot.close("all")


def words(error):
    """Say what went wrong: at which line of which cell, below it the line, and what Python calls it."""
    if isinstance(error, SyntaxError) and (error.filename or "").startswith(CELL):
        mark = " " * (max(error.offset or 1, 1) - 1) + "^"
        line = (error.text or "").rstrip()
        return f"Line {error.lineno}:\n    {line}\n    {mark}\n{type(error).__name__}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{place(frame)}:\n    {frame.line}\n" for frame in frames if frame.filename.startswith(CELL)]
    if frames and lines and not frames[-1].filename.startswith(CELL):
        last = frames[-1]
        lines.append(f"raised in {last.filename.split('site-packages/')[-1]}, line {last.lineno}\n")
    return "".join(lines[-4:]) + "".join(traceback.format_exception_only(error)).strip()


def place(frame):
    """Say where in a cell a frame stands: "Line 3", or "Line 3, in draw"."""
    return f"Line {frame.lineno}" + ("" if frame.name == "<module>" else f", in {frame.name}")


def absent_module(error):
    """Return the top name of the module that an error, or what it came from, found absent; "" if there is none."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            return error.name.split(".")[0]
        error = error.__cause__ or error.__context__
    return ""
