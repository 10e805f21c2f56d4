"""The built pages on a slow phone, with 4 x CPU and slow 4G, text gzipped: a line a page.

It says the time until the first figure answers (of a page without one, until its largest part is painted), and what the
page weighs: bytes of its text as they are sent, elements, those laid out before a reader scrolls, and how much jumps.
Slow 4G is 150 ms to and fro and 1.6 Mbit/s, as Lighthouse has it. Another built book, in PHONE_BOOK, is measured in the
same run, page by page in turn: compare the two, on a busy machine more so than either with its gate of 2 s.
"""

import functools
import gzip
import os
import threading
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

from benchmarks.protocol import Row
from vgtext.tools.browser import open_browser

BOOK = Path(__file__).parents[1] / "_build" / "html"
GATE, TIMES = 2.0, 3
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
ANSWERED = """(() => {
  globalThis.jumped = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((jump) => jumped += jump.value))
    .observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((paint) => globalThis.painted = paint.startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
  const look = () => {
    if (document.readyState === "complete" && globalThis.painted && !document.querySelector("vg-explore"))
      return globalThis.answered = painted;
    const figure = document.querySelector("vg-explore");
    const input = figure?.querySelector(".vg-control :is(input, select)");
    if (!input || !figure.querySelector(".vg-svg svg")) return setTimeout(look, 10);
    const caption = figure.querySelector("figcaption"), before = caption.innerText;
    const turn = () => {
      if (input.type === "checkbox") input.checked = !input.checked;
      else input.value = (Number(input.value) + 1) % (Number(input.max || input.options?.length - 1) + 1);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      requestAnimationFrame(() => requestAnimationFrame(() => {
        if (caption.innerText === before) turn();
        else globalThis.answered = performance.now();
      }));
    };
    turn();
  };
  look();
})()"""
WEIGHT = """() => [document.getElementsByTagName("*").length, [...document.querySelectorAll(".bd-article *")]
    .filter((element) => element.checkVisibility({ contentVisibilityAuto: true })).length, jumped]"""


class Gzipped(SimpleHTTPRequestHandler):
    """Serves a folder as a good server would: text gzipped."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        """Keep silent."""

    def do_GET(self):
        """Send one file."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return self.send_error(404)
        kind, body = self.guess_type(str(path)), packed(path)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if is_text(path):
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with suppress(ConnectionError):  # the reader has left
            self.wfile.write(body)


def is_text(path):
    """Whether a server would pack a file."""
    return path.suffix in {".html", ".css", ".js", ".svg", ".json", ".txt"}


@functools.cache
def packed(path):
    """Return the bytes that are sent for a file."""
    return gzip.compress(path.read_bytes(), mtime=0) if is_text(path) else path.read_bytes()


@contextmanager
def served(folder):
    """Serve a folder on loopback; yields its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Gzipped, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def measure(browser, address):
    """Return the seconds until the page at ``address`` has answered, with nothing cached, and its WEIGHT."""
    context = browser.new_context(viewport={"width": 375, "height": 667}, device_scale_factor=2, is_mobile=True)
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    tab.add_init_script(ANSWERED)
    tab.goto(address, wait_until="commit")
    tab.wait_for_function("globalThis.answered", timeout=60_000, polling=100)
    found = tab.evaluate("answered") / 1000, tab.evaluate(WEIGHT)
    context.close()
    return found


def run(options):
    """Yield a row a page: seconds, over the gate."""
    pages = sorted(file.relative_to(BOOK).as_posix() for file in BOOK.glob("*/*.html"))
    pages = [page for page in (*pages, "search.html") if options.only in page and not page.startswith("_")]
    other = os.environ.get("PHONE_BOOK")
    with open_browser() as browser, served(BOOK) as here, served(other or BOOK) as there:
        for page in pages:
            homes = [here, there] if other else [here]
            found = [[measure(browser, f"{home}/{page}") for home in homes] for _ in range(TIMES)]
            seconds = np.array([[time for time, _ in row] for row in found])
            notes = [in_words(np.median(seconds[:, k]), found[-1][k][1]) for k in range(len(homes))]
            sent = len(packed(BOOK / page)) / 1000
            yield Row(page, "s to the first answer", seconds[:, 0], ("<=", GATE),
                      f"{sent:.0f} KB, " + "; the other ".join(notes))


def in_words(seconds, weight):
    """Return what was measured of a page as a phrase."""
    return "{:.1f} s, {} elements, {} laid out, jumps {:.3f}".format(seconds, *weight)
