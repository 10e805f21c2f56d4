"""What tests of the page share: a page of figures, a tab that opens it, and a reader's hands and eyes."""

from contextlib import contextmanager
from datetime import datetime

import pytest

from vgtext.explore import source
from vgtext.explore.element import page_element

WINDOW = {"width": 700, "height": 900}
STYLE = "<style>{} body {{ font-family: 'DejaVu Sans'; max-width: 640px; margin: 0 }}</style>"


def elements(figures, between=""):
    """Return figures as elements of a page, with empty pictures for print: those take longest, and nobody prints."""
    nothing = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vgtext.explore.element.picture_file", lambda figure, kind: (nothing, figure.opening[1]))
        return between.join(map(page_element, figures))


def write_page(folder, body):
    """Write a page with elements of figures and all scripts in it; return its path."""
    path = folder / "index.html"
    style, code = STYLE.format(source("css")), f"<script>{source('js')}</script>"
    head = "<!doctype html><html lang=en><meta charset=utf-8><title>Figures</title>"
    path.write_text(f"{head}{style}{body}{code}", "utf8")
    return path


def payload_of(figure, state):
    """What a page draws for one state of a figure."""
    return figure.answer({"state": state})["payload"]


@contextmanager
def reader(browser, file):
    """Open a page in a new tab; at its end nothing may have gone wrong."""
    opened = browser.new_page(viewport=WINDOW)
    with reading(opened, file):
        yield opened
    opened.close()


@contextmanager
def reading(tab, file):
    """Open a page in a tab that may have been used, as in a new one; at its end nothing may have gone wrong."""
    trouble = []

    def hear(told):
        if getattr(told, "type", "error") in ("error", "warning"):
            trouble.append(getattr(told, "text", str(told)))

    for event in ("pageerror", "console"):
        tab.on(event, hear)
    tab.set_viewport_size(WINDOW)
    tab.mouse.move(0, 0)
    tab.goto(file.as_uri())
    yield tab
    tab.evaluate("localStorage.clear(), sessionStorage.clear()")
    tab.goto("about:blank")
    for event in ("pageerror", "console"):
        tab.remove_listener(event, hear)
    assert trouble == []


def stop_time(tab):
    """Load a tab's page again, whose time from now on passes as the test says: ``tab.clock.run_for(milliseconds)``."""
    tab.clock.install(time=datetime(2024, 1, 1))
    tab.reload()
    tab.clock.pause_at(datetime(2024, 1, 1, 1))
    tab.clock.run_for(1000)


# Whether a figure and all that are opened beside it are drawn, and it has stood where it stands for some frames.
AT_REST = """(figure) => {
  const { x, y, width, height } = figure.querySelector("svg").getBoundingClientRect();
  const now = [x, y, width, height].join(), all = [...document.querySelectorAll("vg-explore")];
  const drawn = all.every((each) => !each.opened || each.querySelector("svg, .vg-notice"));
  figure.frames = drawn && figure.stood === now ? figure.frames + 1 : 0;
  figure.stood = now;
  return figure.frames >= 3;
}"""


def figure_in(tab, name):
    """Scroll to a figure and wait until it is drawn, and until what is drawn around it moves it no more."""
    found = tab.locator(f"vg-explore#{name}")
    found.scroll_into_view_if_needed()
    found.locator("svg").wait_for()
    tab.wait_for_function(AT_REST, arg=found.element_handle())
    return found


def place(found, x, y):
    """The point of the screen at fractions of a figure's panel, from the left and from the bottom."""
    left, top, wide, high = found.locator("clipPath rect").first.evaluate(
        "r => ['x', 'y', 'width', 'height'].map(k => +r.getAttribute(k))")
    box = found.locator("svg").bounding_box()
    return box["x"] + left + x * wide, box["y"] + top + (1 - y) * high


def read(found, x, y):
    """Point at fractions of a panel; return what the tip says."""
    found.page.mouse.move(*place(found, x, y))
    found.page.mouse.move(*place(found, x + 0.002, y))
    tip = found.locator(".vg-tip")
    return tip.inner_text().split("\n") if tip.is_visible() else []


def await_cells(found, x, y):
    """Wait until a picture is decoded: then the tip says row, column and value of its cell at fractions of a panel."""
    for _ in range(50):
        if len(read(found, x, y)) == 3:
            return
        found.page.wait_for_timeout(100)
    raise AssertionError(f"no cell is read at {x}, {y}: {read(found, x, y)}")


def walk(found, *keys):
    """Press keys on a picture; return what the tip says."""
    found.locator(".vg-svg").focus()
    for key in keys:
        found.page.keyboard.press(key)
    return found.locator(".vg-tip").inner_text().split("\n")
