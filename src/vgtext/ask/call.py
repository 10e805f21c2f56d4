"""Run a reader's function: with a time limit, its prints caught, its errors told in a sentence."""

import ctypes
import inspect
import io
import sys
import threading
import time
import traceback
from contextlib import redirect_stdout

from vgtext.words import words

from .describe import cut, describe

TIME_LIMIT = 5.0  # seconds for one call of a reader's function
MOST_PRINTED = 2000  # characters


class Stopped(BaseException):
    """Raised inside a reader's function that runs too long."""


def call(function, inputs):
    """Return (value, None, what it printed); (None, words, …) where the call raised or ran into the time limit."""
    found, printed = {}, io.StringIO()

    def run():
        try:
            found["value"] = function(*inputs)
        except Stopped:
            pass
        except BaseException as error:  # SystemExit, too, is an answer that failed
            found["problem"] = raised(error, function, inputs)

    with redirect_stdout(printed):
        ended = watched(run, function) if sys.platform == "emscripten" else threaded(run)
    if not found:
        late = words("check.late", seconds=f"{TIME_LIMIT:.0f}")
        found["problem"] = late if ended else f"{late} {words('check.still_runs')}"
    return found.get("value"), found.get("problem"), printed.getvalue()


def threaded(run):
    """Run in a thread; after the time limit raise Stopped in it, and say whether that ended it within a second."""
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        thread.join(TIME_LIMIT)
    finally:
        if thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stopped))
            thread.join(1.0)
    return not thread.is_alive()


def watched(run, function):
    """Run here, in a browser without threads: look at the clock at each line of the reader's, and each call in Python.

    Raises Stopped in what runs after the time limit; True: nothing runs on.
    """
    home = getattr(getattr(function, "__code__", None), "co_filename", None)
    end, before = time.monotonic() + TIME_LIMIT, sys.gettrace()

    def look(frame, event, arg):
        if time.monotonic() > end:
            raise Stopped
        return look if frame.f_code.co_filename == home else None

    sys.settrace(look)
    try:
        run()
    except Stopped:
        pass
    finally:
        sys.settrace(before)
    return True


def raised(error, function, inputs):
    """Say what a function raised, where, and whether it can take its inputs at all."""
    try:
        inspect.signature(function).bind(*inputs)
    except TypeError:
        return words("check.arguments", error=error, n=len(inputs), inputs=", ".join(map(describe, inputs)))
    except ValueError:
        pass  # some built-in functions have no signature
    said = cut(f"{type(error).__name__}{f': {error}' if str(error) else ''}", 380)
    home = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.filename == home and frame.line]
    if lines:
        return words("check.raised_at", error=said, line=cut(lines[-1], 100))
    return words("check.raised", error=said)


def show_printed(text):
    """Print the end of what a reader's function printed."""
    if text:
        print(text if len(text) <= MOST_PRINTED else f"[…]{text[-MOST_PRINTED:]}", end="")
