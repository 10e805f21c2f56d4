"""A small page as the book's are, whose worker is played by this machine's Python; and a server for it."""

import functools
import json
import os
import re
import threading
from contextlib import contextmanager
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from vgtext.ask import quiz
from vgtext.ask.page import source as quiz_source
from vgtext.explore import explore
from vgtext.explore.page import script, source
from vgtext.live import assemble
from vgtext.live.runner import Runner

DRAW = """from vgtext.explore import explore

def draw_line(ax, a=0.2, n=2):
    ax.plot([0, a], [0, n])
    ax.set(xlim=(0, 3), ylim=(0, 9))
    return f"a is {a:g}, n is {n}."

explore(draw_line, a=(0.2, 2.0, 0.3), n=(1, 4))"""
EXERCISE = """from vgtext.ask import Exercise, check
double = Exercise("double", "twice a number", lambda: 2 * a, mistakes=((lambda: a, "That is once."),))

answer = None
check(double, answer)"""
CELLS = [DRAW, "a = 3\nprint('a is', a)", "b = a + 1\nb", EXERCISE, "1 / a", 'print("<b>&amp;</b>")']
#: In the place of the browser's worker.
STAND_IN = """
globalThis.Worker = class {
  constructor(url) { this.url = url; this.number = globalThis.workers = (globalThis.workers || 0) + 1; }
  async postMessage(data) {
    const texts = JSON.parse(await nativePython(JSON.stringify([this.number, data])));
    for (const text of texts) this.onmessage?.({ data: text });
  }
  terminate() { this.onmessage = null; }
};
"""


class Worker:
    """What the worker's script does, for the newest of a page's workers."""

    def __init__(self, tab):
        """Play the worker of a tab."""
        self.told, self.numbers, self.fails = [], {}, None
        tab.add_init_script(STAND_IN)
        tab.expose_function("nativePython", self.answer)

    def answer(self, text):
        """Return the texts that the worker posts for a message; none for code that never ends."""
        number, message = json.loads(text)
        act, posted = message.pop("act"), []
        if act == "start":
            self.numbers[number] = Runner(lambda told: self.told.append(json.dumps(told)), ["scipy"])
            if self.fails:
                return json.dumps([json.dumps({"tell": "failed", "of": "start", "words": self.fails})])
            return json.dumps([json.dumps(told) for told in (
                {"tell": "stage", "got": 3_000_000, "total": 26_000_000}, {"tell": "ready", "version": "3.12.7"})])
        if "while True" not in message.get("code", ""):
            os.environ["VGTEXT_EXPLORE"] = "page"
            try:
                getattr(self.numbers[number], act)(**message)
            finally:
                del os.environ["VGTEXT_EXPLORE"]
        posted, self.told = self.told, []
        return json.dumps(posted)


def write(folder, elsewhere=None):
    """Write the page and what it loads, of which ``elsewhere`` has a part; returns the page's name."""
    space = {}
    os.environ["VGTEXT_EXPLORE"] = "static"
    try:
        exec(DRAW[: DRAW.rindex("explore(")], space)
        figure = explore(space["draw_line"], a=(0.2, 2.0, 0.3), n=(1, 4)).mimebundle["text/html"]
        asked = quiz("How many?", number=2, tolerance=0, explain="So many.").mimebundle["text/html"]
    finally:
        del os.environ["VGTEXT_EXPLORE"]
    outputs = [f'<div class="output text_html">{figure}</div>', *["<div><pre>as printed</pre></div>"] * 5]
    cells = "".join(
        f'<div class="cell docutils"><div class="cell_input docutils"><div class="highlight"><pre><span></span>'
        f'{escape(code)}\n</pre></div></div><div class="cell_output docutils container">{shown}</div></div>'
        for code, shown in zip(CELLS, outputs))
    cells += f'<div class="cell"><div class="cell_output">{asked}</div></div>'
    body = f'<main class="bd-article"><h1>A page</h1>{cells}</main>'
    live = folder / "_static" / "live"
    live.mkdir(parents=True)
    given = {"total": 26_000_000, "elsewhere": elsewhere, "integrity": ""}
    for name, text in assemble.scripts(b"", given).items():
        (live / name).write_text(text, "utf8")
    (live / "offline.js").rename(folder / "offline.js")
    for name in ("explore", "touch"):
        (folder / "_static" / f"{name}.js").write_text(script(name), "utf8")
    (folder / "_static" / "quiz.js").write_text(quiz_source("js"), "utf8")
    head = ('<meta charset="utf-8"><title>A page</title><meta name="viewport" content="width=device-width">'
            '<link rel="icon" href="data:,">'
            f"<style>{source('css')}{quiz_source('css')}</style>"
            '<script defer src="../_static/explore.js"></script><script defer src="../_static/quiz.js"></script>')
    notebook = {"cells": [{"cell_type": "code", "source": code, "outputs": [1], "metadata": {}} for code in CELLS],
                "nbformat": 4}
    for path, text in {"_sources/notebooks/page.ipynb": json.dumps(notebook),
                       "notebooks/page.html": f'<html lang="en"><head>{head}</head><body>{body}</body></html>'}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf8")
    assemble.add_button(folder / "notebooks/page.html", folder, "0")
    return "notebooks/page.html"


@contextmanager
def served(folder, policy=None):
    """Serve a folder on loopback, with a content policy if one is given; yields the address and what was asked for."""
    asked = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *words):
            asked.append(re.sub(r"\?.*", "", self.path))

        def end_headers(self):
            if policy:
                self.send_header("Content-Security-Policy", policy)
            super().end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()
