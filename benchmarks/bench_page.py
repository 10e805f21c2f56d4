"""The training bench in the page's own Python: what a step costs in Chromium, and how many a second take.

Needs a built book with Python beside it (``make live``). Processor seconds are those of the browser's processes: on a
busy machine they leave out the time spent waiting.
"""

import functools
import os
import threading
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BOOK = Path(__file__).parents[1] / "_build" / "html"
#: The first is the goal's: 60 steps a second on a quiet machine.
RECIPES = (
    "width=64&activation=tanh", "activation=tanh", "depth=50&activation=tanh", "depth=100&activation=tanh",
    "width=64&activation=tanh&norm=batch", "width=64&activation=tanh&norm=layer&shortcut=pre",
    "width=64&activation=tanh&optimizer=adam&rate=0.001&clip=1",
)
RUN = """async (recipe) => {
  const call = vgLive.page.python.call("vgtext.live.bench", "train", { recipe }, (report) => bench.hear(report));
  let last, reports = 0;
  globalThis.bench = { hear: (report) => { last = report; reports += 1; } };
  await call.done;
  return { ...last, reports };
}"""


@dataclass(frozen=True)
class Row:
    """What a recipe's run took: steps a second of the clock and of the processor, milliseconds a step, reports."""

    name: str
    clock: float
    processor: float
    ms: float
    reports: int

    def __str__(self):
        return (f"{self.name:58} {self.clock:6.0f} steps/s  {self.processor:6.0f} a processor second"
                f"  {self.ms:6.1f} ms a step  {self.reports} reports")

    def misses(self, slack):
        """No gate: the numbers are for the eye."""
        return False


def descendants_seconds():
    """Return the processor seconds that the processes below this one have used so far."""
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has ended
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        used[int(stat.parent.name)] = int(fields[11]) + int(fields[12])
    todo, total = [os.getpid()], 0
    while todo:
        below = parents.get(todo.pop(), [])
        total += sum(used[process] for process in below)
        todo += below
    return total / os.sysconf("SC_CLK_TCK")


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and keeps silent."""

    def log_message(self, *_):
        """Say nothing."""


def run(options):
    """Start Python in the bench's page, train each recipe, yield a row for each."""
    from vgtext.tools.browser import find_browser, open_browser

    if not find_browser() or not (BOOK / "_static" / "live" / "bench.js").exists():
        print("the bench's page needs Chromium and a book made with make live: left out")
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=BOOK))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open_browser() as browser:
        tab = browser.new_page()
        tab.set_default_timeout(600_000)
        tab.goto(f"http://127.0.0.1:{server.server_port}/book/bench.html")
        tab.get_by_role("button", name="Start the bench").click()
        tab.wait_for_function("globalThis.vgLive?.page?.isOpen")
        tab.evaluate(RUN, "steps=100")
        for recipe in RECIPES:
            if options.only in recipe:
                before = descendants_seconds()
                last = tab.evaluate(RUN, f"{recipe}&steps=300")
                seconds = descendants_seconds() - before
                yield Row(recipe, last["rate"], last["step"] / seconds, last["ms"], last["reports"])
    server.shutdown()
