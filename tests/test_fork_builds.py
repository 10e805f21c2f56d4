"""Each chapter can be taken away: forked alone into an empty folder, it builds with no warning and passes its tests.

The figures of the build are asked for as text: all their states are computed by the build of the book itself.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vgtext.tools import notebooks
from vgtext.tools.fork import fork


def run(folder, *command):
    """Run a command of this environment in a fork with its own package first on the path; fail with what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "VGTEXT_EXPLORE": "text"}
    command = [Path(sys.executable).parent / command[0], *command[1:]]
    done = subprocess.run(command, cwd=folder, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_a_chapter_alone_is_a_book_that_builds_and_passes_its_tests(slug, tmp_path):
    folder = tmp_path / "fork"
    fork([slug], folder)
    run(folder, "jupyter-book", "build", ".", "-W", "--keep-going")
    assert (folder / f"_build/html/notebooks/{slug}.html").exists()
    tests = ["tests/test_house.py", "tests/test_claims.py", f"tests/chapters/test_{slug}.py"]
    assert " passed" in run(folder, "pytest", "-p", "no:cacheprovider", *tests)
