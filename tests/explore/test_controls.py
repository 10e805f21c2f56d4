"""Controls: abbreviations become values, nonsense is named, thinning keeps what a reader needs."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgtext.explore.controls import Control, FigureError, Play, make_control, write
from vgtext.explore.element import thin


@pytest.mark.parametrize(
    ("given", "default", "kind", "values"),
    [
        ((2, 5), 3, "slider", (2, 3, 4, 5)),
        ((0.0, 0.3), 0.1, "slider", (0.0, 0.1, 0.2, 0.3)),
        ((0.5, 1.0, 0.25), 1.0, "slider", (0.5, 0.75, 1.0)),
        (["tanh", "relu"], "relu", "choice", ("tanh", "relu")),
        ([1e-3, 1e-2, 1e-1, 1.0], 1e-2, "slider", (1e-3, 1e-2, 1e-1, 1.0)),
        ({"small": 1, "large": 9}, 9, "choice", (1, 9)),
        (True, False, "switch", (False, True)),
        (Play(0, 6, 2), 2, "slider", (0, 2, 4, 6)),
    ],
)
def test_abbreviations_of_interact(given, default, kind, values):
    control = make_control("f", "c", given, default)
    assert (control.kind, control.values) == (kind, values)
    assert control.values[control.start] == (True if given is True else default)
    assert len(set(control.texts)) == len(control.values)
    assert (control.interval > 0) == isinstance(given, Play)


@pytest.mark.parametrize(
    "given",
    [
        (5, 2),
        (1, 1),
        (0, 1, 0),
        (0, 1, -1),
        (0, 1, 5),
        (0, math.inf),
        (0, math.nan),
        ("a", "b"),
        (1,),
        [],
        [3],
        {},
        {"one": 1},
        "tanh",
        7,
        None,
        Play(0.5, 2),
        Play(0, 5, interval=0),
        Play(0, 5, interval=None),
        Play(0, 5, interval=math.nan),
        (0, 10**9),
        ["", "a"],
        [r"$\sigma_w$", "a"],
        (False, True),
    ],
)
def test_nonsense_is_named_with_what_is_allowed(given):
    with pytest.raises(FigureError, match=r"figure norms, control 'depth'"):
        make_control("norms", "depth", given, 1)


def test_a_default_off_the_grid_is_named():
    with pytest.raises(FigureError, match=r"opens at 4, .* not among its values 1, 3, 5"):
        make_control("f", "depth", (1, 9, 2), 4)


@pytest.mark.parametrize(
    ("given", "default", "start"),
    [(np.True_, True, 1), ([np.True_, np.False_], False, 1), ([np.str_("a"), "b"], "a", 0), ([None, "a"], None, 0),
     ([1.0, math.nan, 2.0], math.nan, 1), ([(1, (2, 3)), (4,)], (4,), 1), ([np.zeros(2), np.ones(2)], np.ones(2), 1),
     ([np.zeros(2), np.ones(3)], np.ones(3), 1),
     ((np.float32(0.1), np.float32(0.5), np.float32(0.1)), np.float32(0.1), 0)],
)
def test_values_of_every_kind_are_found(given, default, start):
    assert make_control("f", "c", given, default).start == start


def test_close_numbers_are_written_apart_and_float32_as_it_was_meant():
    assert make_control("f", "c", (1e5, 1e5 + 1, 0.1), 1e5).texts[:3] == ("100000", "100000.1", "100000.2")
    assert make_control("f", "c", (0, 1, 1 / 3), 0).texts == ("0.000000", "0.333333", "0.666667", "1.000000")
    assert make_control("f", "c", (0, 1, 1 / 3), 1 / 3).values[1] == 1 / 3
    assert make_control("f", "c", (np.float32(0.1), np.float32(0.5), np.float32(0.1)), 0.5).texts[2] == "0.3"


@pytest.mark.parametrize("label", [3, " ", r"$\sigma_w$"])
def test_a_label_is_words(label):
    with pytest.raises(FigureError, match="no words that a page prints"):
        make_control("f", "c", (1, 3), 1, label)


def test_true_is_not_one():
    with pytest.raises(FigureError):
        make_control("f", "k", [1, 2], True)


def test_values_written_alike_are_refused():
    with pytest.raises(FigureError, match="written alike"):
        make_control("f", "k", [1, "1"], 1)


@given(st.floats(-50, 50, allow_nan=False), st.integers(1, 300), st.sampled_from([0.01, 0.05, 0.1, 0.25, 1.0]))
def test_a_slider_reaches_every_step_without_drift(low, count, step):
    low = round(low, 2)
    control = make_control("f", "c", (low, low + count * step, step), low)
    assert len(control.values) == count + 1
    assert all(math.isclose(v, low + i * step, abs_tol=1e-9) for i, v in enumerate(control.values))
    assert all(math.isclose(float(t), v, abs_tol=1e-9) for t, v in zip(control.texts, control.values))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, unique=True))
def test_numbers_are_written_close_to_their_value(values):
    assert all(math.isclose(float(t), v, rel_tol=1e-5, abs_tol=1e-12) for t, v in zip(write(values), values))


def test_numbers_that_were_computed_are_written_without_their_rounding():
    assert write([0.1 * k for k in range(1, 4)]) == ("0.1", "0.2", "0.3")
    assert write([k / 3 for k in range(3)]) == ("0.000000", "0.333333", "0.666667")


def slider(size, start):
    return Control("c", "c", "slider", tuple(range(size)), tuple(map(str, range(size))), start)


def figure_of(controls):
    return SimpleNamespace(name="f", controls=controls)


@given(st.lists(st.tuples(st.integers(2, 200), st.floats(0, 1)), min_size=1, max_size=3))
def test_thinning_keeps_ends_and_opening_and_fits(sizes):
    before = [slider(n, round(at * (n - 1))) for n, at in sizes]
    after = thin(figure_of(before))
    assert math.prod(len(c.values) for c in after) <= 400
    for old, new in zip(before, after):
        assert {old.values[0], old.values[-1], old.values[old.start]} <= set(new.values) <= set(old.values)
        assert new.values[new.start] == old.values[old.start]
        assert list(new.values) == sorted(new.values)


def test_a_grid_that_fits_is_left_alone_and_one_that_cannot_is_named():
    assert thin(figure_of([slider(20, 3), slider(20, 4)])) == [slider(20, 3), slider(20, 4)]
    wide = [Control(n, n, "choice", tuple(range(30)), tuple(map(str, range(30))), 0) for n in "ab"]
    with pytest.raises(FigureError, match="30 a x 30 b states is over the budget of 400"):
        thin(figure_of(wide))


def test_of_four_rising_numbers_or_more_a_list_is_a_slider():
    kinds = [make_control("f", "k", given, given[0]).kind for given in ([1, 2, 3], [1, 2, 3, 4], [4, 3, 2, 1])]
    assert kinds == ["choice", "slider", "choice"]
