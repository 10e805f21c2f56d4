"""Every figure of the book: its size, the time a state takes to draw, and the time from a slider's move to its paint.

The budgets: 100 KB gzipped for 200 states, 60 ms a state, 25 ms from the move to the paint (95 of 100 moves), and
10 KB gzipped for the script that all figures share.
"""

import gzip
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from vgtext import explore
from vgtext.explore.figure import Explorable
from vgtext.explore.show import page_element
from vgtext.notebooks import figures, slugs

ROOT = Path(__file__).parents[1]
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
        style, script = explore.source("explore.css"), explore.source("explore.js")
        file.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{element}<script>{script}</script>")
        page = browser.new_page(viewport={"width": 900, "height": 900})
        page.goto(file.as_uri())
        page.locator("vg-explore svg").wait_for()
        times = page.locator("vg-explore").evaluate(MOVE, MOVES)
        page.close()
    return times


def measure(figure: Explorable, browser):
    """Return the row of one figure: states, bytes (also for 200 states), ms a state, ms to the paint."""
    start = time.perf_counter()
    element = page_element(figure)
    seconds = time.perf_counter() - start
    data = element.split('<script type="text/plain">')[1].split("</script>")[0]
    states = min(400, int(np.prod([len(c.values) for c in figure.controls], dtype=int)))
    times = paint_times(browser, element) if figure.controls else []
    p50, p95 = np.percentile(times, [50, 95]) if times else (np.nan, np.nan)
    return states, len(data) * 3 / 4e3, 1e3 * seconds / states, p50, p95


def main():
    """Print a row for each figure of each notebook."""
    sys.path.insert(0, str(ROOT / "tests"))
    from browser import open_browser

    script = len(gzip.compress(explore.source("explore.js").encode(), 9))
    print(f"script: {script / 1024:.1f} KB gzipped (budget 10)")
    print(f"{'figure':44}{'states':>7}{'KB':>7}{'KB/200':>8}{'ms/state':>10}{'paint p50':>11}{'p95 ms':>8}")
    with open_browser() as browser:
        for slug in slugs():
            for name, figure in figures(slug).items():
                states, size, cost, p50, p95 = measure(figure, browser)
                row = f"{slug}/{name}"
                per200 = size * 200 / max(states, 200)
                print(f"{row:44}{states:7}{size:7.1f}{per200:8.1f}{cost:10.1f}{p50:11.1f}{p95:8.1f}", flush=True)


if __name__ == "__main__":
    main()
