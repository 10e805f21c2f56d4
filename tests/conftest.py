"""Tests that take the fixture ``browser`` run where one is installed; elsewhere one line says what was left out."""

import gc
import os
from contextlib import closing

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from vgtext.tools.browser import (
    HOW_TO_GET_FIREFOX,
    HOW_TO_GET_ONE,
    HOW_TO_GET_WEBKIT,
    find_browser,
    find_firefox,
    find_webkit,
    open_browser,
)

settings.register_profile("book", deadline=None)  # speed is measured in benchmarks, never in a test
settings.load_profile("book")


def pytest_configure(config):
    """Where a browser is required (in CI), its absence is a failure."""
    config.option.loadscopereorder = False  # files are begun in our order, not the fullest first
    if os.environ.get("VGTEXT_REQUIRE_BROWSER") == "1" and not find_browser():
        raise pytest.UsageError(HOW_TO_GET_ONE)


HOW_TO_GET_PYODIDE = ("VGTEXT_PYODIDE names no folder with Pyodide's files, so no built page ran Python in a browser; "
                      "what runs their cells, and the page's part, were tested without")

#: The files that take longest, in the order in which they are begun: who is last should not have one of these to do.
LONGEST = ("test_notebooks.py", "test_pyodide.py", "test_fork_builds.py", "test_pages.py", "test_runner.py",
           "test_live.py", "tests/chapters/", "notebooks/", "test_cli.py", "test_carry.py", "test_ledger.py",
           "explore/test_page.py", "test_handles.py", "test_reading.py", "test_phone.py", "test_print.py")


class ByFile(LoadFileScheduling):
    """A file's tests stay together, but for the longest: pages go by what is asked of them, and builds of forks, and
    all notebooks where all are asked for, one by one. What needs the book with Python beside it shares that book."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        every = os.environ.get("VGTEXT_NOTEBOOKS") == "all"
        if "a_book_that_builds" in nodeid or (every and file.endswith("test_notebooks.py")):
            return nodeid
        if file.endswith(("test_notebooks.py", "test_pyodide.py")):
            return "tests/live with Pyodide"
        return nodeid.split("[")[0] if file.endswith("test_pages.py") else file


def turn(item):
    """Return when a test's turn is: the longest files first."""
    return next((place for place, part in enumerate(LONGEST) if part in item.nodeid), len(LONGEST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share out the tests among the processes of ``-n``."""
    return ByFile(config, log)


def absent():
    """Return {fixture: what to say} of what is not on this machine."""
    here = {"browser": (find_browser(), HOW_TO_GET_ONE), "firefox": (find_firefox(), HOW_TO_GET_FIREFOX),
            "webkit": (find_webkit(), HOW_TO_GET_WEBKIT),
            "pyodide": (os.environ.get("VGTEXT_PYODIDE"), HOW_TO_GET_PYODIDE)}
    return {name: words for name, (found, words) in here.items() if not found}


def pytest_collection_modifyitems(config, items):
    """Begin with the longest; leave out the tests that ask for what is not here."""
    items.sort(key=turn)
    missing = {*absent()}
    left_out = [item for item in items if missing & {*getattr(item, "fixturenames", ())}]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish():
    """What is there by now stays: left out of every later search for garbage, of which fewer are made."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="module", autouse=True)
def keep_what_stays():
    """What a file's tests leave behind stays, too: figures, parsed pages."""
    yield
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter):
    """Say in one line each, at the end where it is seen, what was not tested."""
    for words in absent().values():
        terminalreporter.write_line(f"NOTE: {words}", yellow=True)


@pytest.fixture(scope="session")
def browser():
    """One headless browser for all tests of a worker."""
    with open_browser() as running:
        yield running


@pytest.fixture(scope="module")
def one_tab(browser):
    """A tab that the tests of a file use, one after another: to open one takes longer than most of them."""
    with closing(browser.new_page()) as opened:
        yield opened


@pytest.fixture(scope="session")
def firefox():
    """The path of an installed Firefox."""
    return find_firefox()


@pytest.fixture(scope="session")
def webkit():
    """The command that starts WebKit's driver."""
    return find_webkit()


@pytest.fixture(scope="session")
def pyodide():
    """The folder with Pyodide's files, or "release": they come from the network."""
    return os.environ["VGTEXT_PYODIDE"]
