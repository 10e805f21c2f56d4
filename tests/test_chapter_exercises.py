"""Every chapter's exercises and quizzes: solutions pass, mistakes meet their hints, nothing else passes."""

import re
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pytest

from vgtext.ask import check
from vgtext.tools import notebooks
from vgtext.tools.leaks import marked


def exercises_of(slug):
    """A chapter's exercises by name; none where it has none yet, or is not there: ``test_house.py`` says so."""
    if not find_spec(f"vgtext.chapters.{slug}"):
        return {}
    return getattr(import_module(f"vgtext.chapters.{slug}"), "EXERCISES", {})


EXERCISES = [(slug, name) for slug in notebooks.slugs() for name in exercises_of(slug)]
MISTAKES = [(*key, k) for key in EXERCISES for k in range(len(exercises_of(key[0])[key[1]].mistakes))]
WITH_EXERCISES = sorted({slug for slug, _ in EXERCISES})


def answer(exercise, function):
    """What a reader hands in: the function, or the number where no function is asked for."""
    return function if exercise.inputs else function()


@pytest.mark.parametrize(("slug", "name"), EXERCISES)
def test_the_solution_passes(slug, name):
    exercise = exercises_of(slug)[name]
    assert exercise.name == name
    for seed in range(5):
        verdict = check(exercise, answer(exercise, exercise.solution), seed)
        assert verdict.right, verdict


@pytest.mark.parametrize(("slug", "name", "k"), MISTAKES)
def test_each_mistake_meets_its_hint(slug, name, k):
    exercise = exercises_of(slug)[name]
    wrong, hint = exercise.mistakes[k]
    for seed in range(5):
        verdict = check(exercise, answer(exercise, wrong), seed)
        assert not verdict.right and verdict.words == hint


#: What some hints say that a mistake is, of the right answer.
SAID = {
    r"^(This is its logarithm|These are the logarithms|This is the logarithm of the factor|.* slope on the log axis)":
        lambda right, wrong: np.allclose(wrong, np.log(right)) or np.allclose(wrong, np.log10(right)),
    r"^(The right numbers|Gradient first|The forward pass comes first)":
        lambda right, wrong: np.allclose(np.sort(wrong.ravel()), np.sort(right.ravel())),
    r"^This is (σ_w²|s²|λ²|χ|its square|the square of|the factor of the (square\.|variance))|is left of the square":
        lambda right, wrong: np.allclose(wrong, right**2),
    r"^(This is its root|These are the factors of the size, not|This is the factor of the (size\.|error signal;))":
        lambda right, wrong: np.allclose(wrong**2, right),
    r"^This is the share (of the weights that do move|that is alive)|^Upside down: two equal":
        lambda right, wrong: np.allclose(right + wrong, 1),
    r"^The sign:|The signs of all|^The size is right": lambda right, wrong: np.allclose(wrong, -right),
    r"^Upside down(\.|: (compare|this|what is left|a smaller|φ′|the square of the sum))":
        lambda right, wrong: np.allclose(wrong * right, 1),
}


@pytest.mark.parametrize("said", SAID)
def test_a_mistake_is_what_its_hint_says(said):
    hinted = [(slug, name, *exercises_of(slug)[name].mistakes[k]) for slug, name, k in MISTAKES]
    hinted = [(slug, name, wrong) for slug, name, wrong, hint in hinted if re.search(said, hint)]
    assert hinted
    for slug, name, wrong in hinted:
        exercise = exercises_of(slug)[name]
        inputs = exercise.inputs(np.random.default_rng(0)) if exercise.inputs else ()
        right, given = (np.asarray(answer(*inputs), float) for answer in (exercise.solution, wrong))
        assert SAID[said](right, given), (slug, name)


def spoil(right, tolerance, rng):
    """A random wrong value in place of ``right``: off by more than the tolerance, or of another kind altogether."""
    right = np.asarray(right, dtype=float)
    size = np.max(np.abs(right)) or 1.0
    off = max(10 * tolerance, 0.01) * size
    kinds = (
        lambda: right + off * rng.choice([-1, 1], right.shape) * rng.uniform(1, 100, right.shape),
        lambda: right + off * rng.uniform(1, 1e6),
        lambda: right + off * (np.arange(right.size) == rng.integers(right.size)).reshape(right.shape),
        lambda: np.append(right, rng.normal()),
        lambda: np.full(right.shape, rng.choice([np.nan, np.inf, -np.inf])),
        lambda: rng.choice([None, "large", b"", {}, print, True]) if right.ndim else rng.choice([None, "large", {}]),
    )
    return kinds[rng.integers(len(kinds))]()


@pytest.mark.parametrize(("slug", "name"), EXERCISES)
def test_200_random_wrong_answers_fail(slug, name):
    exercise = exercises_of(slug)[name]
    for seed in range(200):
        def wrong(*inputs, rng=np.random.default_rng(seed)):  # noqa: B008
            return spoil(exercise.solution(*inputs), exercise.tolerance, rng)

        verdict = check(exercise, answer(exercise, wrong), seed)
        assert not verdict.right and verdict.words, (seed, verdict)


@pytest.mark.parametrize("slug", WITH_EXERCISES)
def test_stubs_wait_for_the_reader_and_solutions_are_right(slug):
    said, inside = {"Not yet.": [], "Right.": []}, False
    for cell in notebooks.read_notebook(slug).cells:
        inside = (inside or "{solution-start}" in cell.source) and "{solution-end}" not in cell.source
        if cell.cell_type == "code" and "check(" in cell.source:
            verdict = " ".join(cell.outputs[-1]["data"]["text/plain"].split())
            assert verdict.startswith("Right. " if inside else "Not yet. "), cell.source
            same = inside or "seed=0" in cell.source or "no answer yet" in verdict
            assert same, f"not the same twice, use check(…, seed=0): {cell.source}"
            assert not inside or cell.source.startswith("# "), "JupyterLab shows the first line of a folded cell"
            said["Right." if inside else "Not yet."].append(cell.source)
    for name in exercises_of(slug):
        tried = {verdict: sum(f'EXERCISES["{name}"]' in source for source in said[verdict]) for verdict in said}
        assert tried == {"Not yet.": 1, "Right.": 1 if said["Right."] else 0}, name


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_running_all_cells_opens_no_worded_solution(slug):
    """JupyterLab shows a Markdown cell that is run, whatever it has hidden; a fold in its text stays shut."""
    for cell, inside in marked(notebooks.read_notebook(slug).cells):
        if inside and cell.cell_type == "markdown" and "{solution-" not in cell.source:
            assert cell.source.startswith("<details><summary>Solution in words</summary>\n\n"), cell.source
            assert cell.source.endswith("\n\n</details>"), cell.source


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_a_chapter_checks_its_readers_work(slug):
    """At least one question and one exercise that is checked; the questions are few."""
    book = notebooks.read_notebook(slug)
    asked = sum("quiz(" in cell.source for cell in book.cells if cell.cell_type == "code")
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    titles = re.findall(r"\{exercise\} (.*)", text)
    assert 1 <= asked <= 6 and titles and exercises_of(slug), (asked, titles)


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_the_answers_to_quizzes_are_not_on_view_in_a_notebook(slug):
    for cell in notebooks.read_notebook(slug).cells:
        if cell.cell_type == "code" and "quiz(" in cell.source:
            assert cell.metadata.get("jupyter") == {"source_hidden": True} and "remove-input" in cell.metadata.tags
