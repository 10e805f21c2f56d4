"""The tab in which a file's figures are read: its fixture ``file`` is the page."""

import pytest

from .reader import reading


@pytest.fixture
def tab(one_tab, file):
    """A tab with the page."""
    with reading(one_tab, file):
        yield one_tab
