"""A chapter is read in one sitting and takes the time that it states. Forks, with readers of their own, go without."""

import re

import pytest

from vgtext.tools.notebooks import read_notebook, slugs

LONGEST = 3000  # words before the exercises


@pytest.mark.parametrize("slug", slugs())
def test_a_chapter_takes_the_time_that_it_states(slug):
    """200 words a minute and two minutes a figure, within half of the five minutes to which times are rounded."""
    cells = read_notebook(slug).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown").partition("## Exercises\n")[0]
    words, code = len(text.split()), "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert words < LONGEST, f"{words} words before the exercises; {LONGEST - 1} at most"
    stated = int(re.search(r"\*\*Time:\*\* about\s(\d+)", text)[1])
    figures = len(re.findall(r"^(?:explore|carry)\(", code, re.M))
    takes = words / 200 + 2 * figures
    assert abs(stated - takes) <= 2.5, f"{words} words and {figures} figures take {takes:.0f} minutes, not {stated}"
