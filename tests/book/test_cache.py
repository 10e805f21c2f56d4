"""What is executed again: a chapter when its own code changes, everything when shared code does."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "book" / "_ext"))
import house


@pytest.mark.parametrize(("changed", "stale"), [
    ("chapters/one/theory.py", {"one", "index"}),
    ("chapters/one_more/theory.py", {"one_more", "index"}),
    ("data/one_runs.npz", {"one", "index"}),
    ("data/one_more_runs.npz", {"one_more", "index"}),
    ("nn/layers.py", {"one", "one_more", "index"}),
    ("chapters/__init__.py", {"one", "one_more", "index"}),
])
def test_a_change_makes_stale_what_stands_on_it(tmp_path, monkeypatch, changed, stale):
    for name in ("notebooks/one.ipynb", "notebooks/one_more.ipynb", "book/index.md", "pkg/chapters/__init__.py",
                 "pkg/chapters/one/theory.py", "pkg/chapters/one_more/theory.py", "pkg/data/one_runs.npz",
                 "pkg/data/one_more_runs.npz", "pkg/nn/layers.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(house, "PACKAGE", tmp_path / "pkg")
    before = house.digests(tmp_path)
    (tmp_path / "pkg" / changed).write_text("another")
    after = house.digests(tmp_path)
    assert {name for name in before if before[name] != after[name]} == stale
