"""Kept experiments: what is written is read again, and every file says which command makes it."""

from pathlib import Path

import numpy as np
import pytest

import vgtext
from vgtext import results
from vgtext.chapters.detection import torch_runs

FILES = sorted(file.stem for file in results.path("x").parent.glob("*.npz"))


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """Keep the files of a test out of the package."""
    monkeypatch.setattr(results, "path", lambda name: tmp_path / f"{name}.npz")
    yield
    results.load.cache_clear()


def test_what_is_written_is_read_again(elsewhere):
    losses = np.random.default_rng(0).standard_normal((2, 3)).astype("float32")
    for factor in (1, 2):  # a file that is written anew is read anew
        results.save("problem_runs", 5, losses=factor * losses, right=[1, 2])
        found = results.load("problem_runs")
        assert found["losses"].dtype == np.float32 and np.array_equal(found["losses"], factor * losses)
        assert list(found["right"]) == [1, 2]
    assert str(found["made"]).startswith("python -m vgtext.chapters.problem.runs, seeds 0 to 4, 20")
    with pytest.raises(ValueError, match="read-only"):
        found["losses"][0] = 0
    for seeds, said in ((None, ""), (1, ", seed 0")):
        results.save("problem_runs", seeds)
        assert str(results.load("problem_runs")["made"]).startswith(f"python -m vgtext.chapters.problem.runs{said}, 20")


def test_a_chapter_of_several_words_is_one_in_its_command():
    assert results.command("two_by_two_runs") == "python -m vgtext.chapters.two_by_two.runs"


def test_a_file_that_is_not_there_is_named_with_its_command(elsewhere):
    with pytest.raises(FileNotFoundError, match="is not there; python -m vgtext"):
        results.load("problem_runs")


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_how_it_was_made(name):
    """By a module that is there."""
    command = str(results.load(name)["made"]).split(",")[0]
    assert command in (results.command(name), *torch_runs.COMMANDS.values())
    folders = {"vgtext": Path(vgtext.__file__).parents[1], "benchmarks": Path(__file__).parents[1]}
    module = command.removeprefix("python -m ")
    path = folders[module.split(".")[0]].joinpath(*module.split("."))
    assert path.is_dir() or path.with_suffix(".py").is_file()
