"""Tests that take the fixture ``browser`` run where one is installed; elsewhere one line says what was left out."""

import os

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from browser import HOW_TO_GET_ONE, find_browser, open_browser

settings.register_profile("book", deadline=None)  # speed is measured in benchmarks, never in a test
settings.load_profile("book")


def pytest_configure(config):
    """Where a browser is required (in CI), its absence is a failure."""
    if os.environ.get("VGTEXT_REQUIRE_BROWSER") == "1" and not find_browser():
        raise pytest.UsageError(HOW_TO_GET_ONE)


class ByFile(LoadFileScheduling):
    """A file's tests stay together, but for the two longest: forks go one by one, pages by how they are reached."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        if file.endswith("test_fork_builds.py"):
            return nodeid
        return file + ("[http" if "[http" in nodeid else "") if file.endswith("test_pages.py") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share out the tests among the processes of ``-n``."""
    return ByFile(config, log)


def pytest_collection_modifyitems(config, items):
    """Without a browser, leave out the tests that ask for one."""
    if not find_browser():
        left_out = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter):
    """Say in one line, at the end where it is seen, that pages were not tested."""
    if not find_browser():
        terminalreporter.write_line(f"NOTE: {HOW_TO_GET_ONE}", yellow=True)


@pytest.fixture(scope="session")
def browser():
    """One headless browser for all tests of a worker."""
    with open_browser() as running:
        yield running
