"""Every figure of the book: its size, the time a state takes to draw, and the time from a slider's move to its paint.

The budgets: 100 KB gzipped for 200 states, 60 ms a state, 25 ms from the move to the paint (95 of 100 moves), and
12 KB gzipped for the script with which figures answer.
"""

import gzip
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vgtext import explore
from vgtext.explore.element import page_element
from vgtext.explore.page import script
from vgtext.tools.notebooks import figures, slugs

MOVES = 60
MOVE = """async (figure, moves) => {
  const inputs = [...figure.querySelectorAll("input[type=range]")], times = [];
  for (let k = 0; inputs.length && k < moves; k++) {
    const input = inputs[k % inputs.length], size = Number(input.max) + 1;
    await new Promise((done) => setTimeout(done, 5 + 25 * Math.random()));
    const start = performance.now();
    input.value = (Number(input.value) + 1 + Math.floor(Math.random() * (size - 1))) % size;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = done;
      painted.port2.postMessage(0);
    }));
    times.push(performance.now() - start);
  }
  return times;
}"""


def paint_times(browser, element):
    """Return the milliseconds from each of many slider moves to the paint that follows, for one page element."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figure.html"
        style, code = explore.source("css"), explore.source("js")
        file.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{element}<script>{code}</script>")
        page = browser.new_page(viewport={"width": 900, "height": 900})
        page.goto(file.as_uri())
        page.locator("vg-explore svg").wait_for()
        times = page.locator("vg-explore").evaluate(MOVE, MOVES)
        page.close()
    return times


@dataclass(frozen=True)
class Row:
    """What was measured of one figure: states, KB, milliseconds a state, and to the paint (median, 95 of 100)."""

    name: str
    states: int
    kilobytes: float
    state_ms: float
    paint_ms: tuple[float, float]

    @property
    def for_200(self):
        """Its size in KB, scaled to 200 states where it has more."""
        return self.kilobytes * 200 / max(self.states, 200)

    def misses(self, slack):
        """Say whether a budget is missed by more than ``slack`` times."""
        return self.for_200 > 100 * slack or self.state_ms > 60 * slack or self.paint_ms[1] > 25 * slack

    def __str__(self):
        """Write the row of the table."""
        paint = f"{self.paint_ms[0]:11.1f}{self.paint_ms[1]:8.1f}"
        return f"{self.name:40}{self.states:7}{self.kilobytes:7.1f}{self.for_200:8.1f}{self.state_ms:10.1f}{paint}"


def measure(slug, figure, browser):
    """Return the row of one figure."""
    start = time.perf_counter()
    element = page_element(figure)
    seconds = time.perf_counter() - start
    data = element.split('<script type="text/plain">')[1].split("</script>")[0]
    states = min(400, int(np.prod([len(c.values) for c in figure.controls], dtype=int)))
    times = (paint_times(browser, element) if figure.controls else []) or [0.0]
    paint = tuple(np.percentile(times, [50, 95]))
    return Row(f"{slug}/{figure.name}", states, len(data) * 3 / 4e3, 1e3 * seconds / states, paint)


def run(options):
    """Yield a row for each figure of each notebook; --only keeps those whose name contains it."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from vgtext.tools.browser import open_browser

    size = len(gzip.compress(script("explore").encode(), 9))
    print(f"figure script: {size:,} bytes gzipped (budget 12,288)")
    print(f"{'figure':40}{'states':>7}{'KB':>7}{'KB/200':>8}{'ms/state':>10}{'paint p50':>11}{'p95 ms':>8}")
    with open_browser() as browser:
        for slug in slugs():
            for figure in figures(slug).values():
                if options.only in f"{slug}/{figure.name}":
                    yield measure(slug, figure, browser)
