"""A slider's move in the built book, in Chromium: the time to its paint, and what of it the main thread works.

A mouse holds the first slider of each figure of five chapters and goes from value to value, as a hand does: Chromium
gives such moves to a page as a frame begins, so that what is drawn in the next animation frame is painted in the same
frame, if the work fits. Measured is the time from the control's ``input`` event to the end of the frame (the first
task after it), by the clock, and the work of the main thread by its own clock, which a busy machine does not stretch:
all of it, and of that scripts, styles and layout. Another built book, in MOVES_BOOK, is measured in the same run,
figure by figure in turn.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.bench_phone import served
from vgtext.tools.browser import open_browser

BOOK = Path(__file__).parents[1] / "_build" / "html"
CHAPTERS = ("backprop", "two_by_two", "causes", "initialization", "recurrence")
MOVES, FRAME = 40, 1000 / 60
WORK = ("TaskDuration", "ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
#: Notes the time of each move; another(count) says whether there is one more than so many, or none in half a second.
LISTEN = """globalThis.painted = [], addEventListener("input", () => {
  const start = performance.now(), { port1, port2 } = new MessageChannel();
  port1.onmessage = () => painted.push(performance.now() - start);
  requestAnimationFrame(() => port2.postMessage(0));
}, true), globalThis.another = async (count) => {
  for (let k = 0; k < 50 && painted.length === count; k++) await new Promise((done) => setTimeout(done, 10));
  return painted.length > count;
}"""


@dataclass(frozen=True)
class Row:
    """What was measured of one figure: ms to the paint and ms of work, one a move; mean work of WORK's kinds."""

    name: str
    paint: list
    work: list
    kinds: list

    def misses(self, slack):
        """Say whether 95 of 100 moves are painted within ``slack`` frames."""
        return np.percentile(self.paint, 95) > slack * FRAME

    def __str__(self):
        """Write the row of the table."""
        both = [value for times in (self.paint, self.work) for value in np.percentile(times, [50, 95])]
        return f"{self.name:48}" + "".join(f"{value:8.1f}" for value in (*both, *self.kinds[1:]))


def seconds(session):
    """Return what the main thread has worked so far, by WORK's kinds."""
    found = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    return np.array([found[name] for name in WORK])


def measure(tab, session, figure, moves):
    """Drag the first slider of a figure to values drawn at random; return (ms to the paint, ms of work) of each move.

    The second has a column for each of WORK's kinds.
    """
    slider = figure.locator("input[type=range]").first
    box, last = None, int(slider.get_attribute("max"))
    while box != (box := slider.bounding_box()):  # sections that are laid out on the way move it
        slider.scroll_into_view_if_needed()
        tab.wait_for_timeout(200)
    places = box["x"] + 8 + np.arange(last + 1) / last * (box["width"] - 16)
    rng, at, work = np.random.default_rng(0), int(slider.input_value()), []
    tab.mouse.move(places[at], box["y"] + box["height"] / 2)
    tab.mouse.down()
    tab.evaluate("painted.length = 0")
    for _ in range(moves):
        at = int((at + rng.integers(1, last + 1)) % (last + 1))
        before, count = seconds(session), tab.evaluate("painted.length")
        tab.mouse.move(places[at], box["y"] + box["height"] / 2)
        if tab.evaluate("another", count):
            work.append(1000 * (seconds(session) - before))
    tab.mouse.up()
    return tab.evaluate("painted"), np.array(work)


def open_page(browser, address):
    """Return a tab with a page whose figures are all drawn, and its session with the browser."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(address)
    tab.evaluate("Promise.all([...document.querySelectorAll('vg-explore')].map((figure) => figure.open())), 0")
    tab.locator("vg-explore:not(.vg-open)").first.wait_for(state="detached")
    tab.evaluate(f"{LISTEN}, 0")
    return tab, session


def run(options):
    """Yield a row a figure and a row for all, of each book."""
    other = os.environ.get("MOVES_BOOK")
    print(f"{'ms':48}{'paint50':>8}{'p95':>8}{'work50':>8}{'p95':>8}{'script':>8}{'style':>8}{'layout':>8}")
    rows = {"": [], **({" (the other)": []} if other else {})}
    with open_browser() as browser, served(BOOK) as here, served(other or BOOK) as there:
        for chapter in CHAPTERS:
            tabs = [open_page(browser, f"{home}/notebooks/{chapter}.html") for home in (here, there)[: len(rows)]]
            for number, figure in enumerate(tabs[0][0].locator("vg-explore:has(input[type=range])").all()):
                name = f"{chapter}/{figure.get_attribute('id')}"
                if options.only not in name:
                    continue
                for which, (tab, session) in zip(rows, tabs):
                    figures = tab.locator("vg-explore:has(input[type=range])")
                    paint, work = measure(tab, session, figures.nth(number), MOVES)
                    rows[which].append(Row(name + which, paint, work[:, 0], work.mean(0)))
                    yield rows[which][-1]
            for tab, _ in tabs:
                tab.close()
    for which, found in rows.items():
        if found:
            paint, work = (np.concatenate([getattr(row, of) for row in found]) for of in ("paint", "work"))
            yield Row(f"all {len(found)} figures{which}", paint, work, np.mean([row.kinds for row in found], axis=0))
