"""Python in the page: from the click to the first answer, cold and from the browser's cache, and a move of a slider.

The goals: 10 s cold, 4 s from the cache, 100 ms from the move to the new picture (95 of 100 moves), for figures of
theory. Needs a built book and VGTEXT_PYODIDE, a folder with Pyodide's files. In brackets are the processor seconds of
the browser, which do not grow while a busy machine lets it wait.
"""

import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .bench_page import descendants_seconds

ROOT = Path(__file__).parents[1]
SLUGS = ("backprop", "problem", "two_by_two")
MOVES = 40
MOVE = """async (figure, moves) => {
  const inputs = [...figure.querySelectorAll("input[type=range]")], times = [], { view } = figure;
  const frame = () => new Promise(requestAnimationFrame);
  for (let k = 0; inputs.length && k < moves; k++) {
    const input = inputs[k % inputs.length], size = Number(input.max) + 1, start = performance.now();
    input.value = (Number(input.value) + 1 + Math.floor(Math.random() * (size - 1))) % size;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    while (view.busy) await frame();
    times.push(performance.now() - start);
  }
  return times;
}"""
ANSWERED = "['fresh', 'failed'].includes(vgLive.page.cells[0].state)"


@dataclass(frozen=True)
class Row:
    """(Seconds, processor seconds) from the click to the first answer; milliseconds of a move (median, 95 of 100)."""

    name: str
    cold: tuple[float, float]
    cached: tuple[float, float]
    move: tuple[float, float]

    def misses(self, slack):
        """Say whether a goal is missed by more than ``slack`` times."""
        return self.cold[0] > 10 * slack or self.cached[0] > 4 * slack or self.move[1] > 100 * slack

    def __str__(self):
        """Write the row of the table."""
        waits = "".join(f"{clock:8.1f} ({used:4.1f})" for clock, used in (self.cold, self.cached))
        return f"{self.name:20}{waits}{self.move[0]:12.0f}{self.move[1]:8.0f}"


def first_answer(tab, address):
    """Open a chapter, click, run its first cell; return the seconds from the click, and those of the processor."""
    tab.goto(address)
    tab.wait_for_timeout(1000)
    start, used = time.perf_counter(), descendants_seconds()
    tab.get_by_role("button", name="Run and edit this page").click()
    tab.locator(".vg-live-bar").wait_for(timeout=120_000)
    tab.evaluate("vgLive.page.cells[0].go.click()")
    tab.wait_for_function(ANSWERED, timeout=120_000)
    return time.perf_counter() - start, descendants_seconds() - used


def measure(browser, address, slug):
    """Return the row of one chapter, in a browser that has seen nothing of the book."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    tab = context.new_page()
    cold, cached = (first_answer(tab, f"{address}/notebooks/{slug}.html") for _ in range(2))
    tab.wait_for_function("document.querySelector('vg-explore')?.view")
    times = tab.locator("vg-explore").first.evaluate(MOVE, MOVES) or [np.nan]  # no slider
    context.close()
    return Row(slug, cold, cached, tuple(np.percentile(times, [50, 95])))


def run(options):
    """Yield a row for each of a few chapters; --only takes those, of all, whose name contains it."""
    sys.path.insert(0, str(ROOT / "tests" / "live"))
    from small_page import served

    from vgtext.live.assemble import assemble
    from vgtext.tools.browser import open_browser

    source, book = os.environ.get("VGTEXT_PYODIDE"), ROOT / "_build" / "html"
    if not source or not book.exists():
        print("live: needs a built book (make book) and VGTEXT_PYODIDE=DIR; left out")
        return
    found = [path.stem for path in sorted(book.glob("notebooks/*.html")) if options.only and options.only in path.stem]
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        copy = shutil.copytree(book, Path(folder) / "html")
        total = assemble(copy, source)
        print(f"Python in the page: {total / 1e6:.1f} MB on the click; load of this machine {os.getloadavg()[0]:.1f}")
        print(f"{'chapter':20}{'cold s':>8}{'':7}{'cached s':>8}{'':7}{'move p50 ms':>12}{'p95':>8}")
        with served(copy) as (address, _):
            for slug in found or SLUGS:
                yield measure(browser, address, slug)
