"""The checker: right answers pass, each mistake meets its hint, nothing gives the solution away, nothing hangs."""

import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgtext.ask import Exercise, call, check


def matrix_and_depth(rng):
    return rng.normal(size=(2, 2)), int(rng.integers(2, 6))


POWER = Exercise(
    name="power",
    asks="W multiplied by itself L times, a 2 x 2 array",
    solution=np.linalg.matrix_power,
    inputs=matrix_and_depth,
    mistakes=((lambda W, L: W**L, "W**L raises each entry; a product of matrices is @."),
              (lambda W, L: L * W, "That adds W up L times."),
              (lambda W, L: L, "That is the exponent, a number.")),
)
NUMBER = Exercise("number", "0.2 to the power 10, a number", lambda: 0.2**10,
                  mistakes=((lambda: 2.0, "That multiplies."),), tolerance=0.01)


def test_right_answers_pass():
    assert check(POWER, np.linalg.matrix_power).right
    assert check(POWER, lambda W, L: (W @ np.linalg.matrix_power(W, L - 1)).tolist()).right
    assert check(NUMBER, 1.024e-7).right and check(NUMBER, np.float32(1.024e-7)).right


@pytest.mark.parametrize(("wrong", "hint"), POWER.mistakes)
def test_each_mistake_meets_its_hint(wrong, hint):
    verdict = check(POWER, wrong)
    assert not verdict.right and verdict.words == hint


def test_a_value_that_is_a_mistake_by_chance_gets_no_hint():
    """On the first input of a seed the answer is the mistake's value, on the others it is not."""
    double = Exercise("double", "twice x", lambda x: 2 * x, lambda rng: (rng.uniform(1, 2),),
                      mistakes=((lambda x: x**2, "That squares."),))
    (first,) = double.inputs(np.random.default_rng(0))
    assert check(double, lambda x: x**2, seed=0).words == "That squares."
    assert "That squares." not in check(double, lambda x: first**2, seed=0).words


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_wrong_numbers_fail_and_never_show_the_right_one(value):
    verdict = check(NUMBER, value)
    assert verdict.right == (abs(value - 0.2**10) <= 0.01 * 0.2**10)
    if not verdict.right:
        assert "1.024" not in verdict.words or "1.024" in f"{value:.6g}"


def forgets(W, L):
    np.linalg.matrix_power(W, L)


def endless(W, L):
    while True:
        pass


def divides(n):
    return n / 0


def asks_another(W, L):
    return divides(L)


def exits(W, L):
    raise SystemExit


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (3.0, "a function; this is 3"),
        (forgets, "does the function return its result"),
        (lambda W: W, "cannot take its arguments: .* It is called with 2 arguments"),
        (lambda W, L: 1 / 0, "raised ZeroDivisionError: division by zero, at the line: .*1 / 0"),
        (lambda W, L: "large", "got the text 'large'"),
        (lambda W, L: W[0], r"got an array of shape \(2,\).* Give an array of shape \(2, 2\)\."),
        (lambda W, L: W * np.nan, "Expected finite numbers"),
        (lambda W, L: W + np.inf, "Expected finite numbers"),
        (asks_another, "at the line: return n / 0$"),
        (max, "raised ValueError: The truth value"),
        (None, "there is no answer yet"),
        (lambda W, L: [[1, 2], [3]], "parts that differ in shape.* rows of an array have one length"),
        (lambda W, L: np.linalg.matrix_power(W, L) + 0j, "These are complex numbers"),
        (lambda W, L: "3", "text '3'.* without quotes"),
        (lambda W, L: np.sin, "the function sin.* Call it"),
        (lambda W, L: {1: 2}, "got {1: 2}"),
        (lambda W, L: (x for x in W), "an object of type generator"),
        (lambda W, L: np.linalg.matrix_power(W, L).T, "the right numbers in another order"),
        (lambda W, L: np.linalg.matrix_power(W, L) + np.diag([0, 1]), "3 of 4 entries are right"),
        (lambda W, L: np.linalg.matrix_power(W, L) + 1 - np.eye(2), "2 of 4 entries are right"),
        (lambda W, L: W[:, 0, 0], "raised IndexError: .* at the line: .*W, L: W"),
        (object, "cannot take its arguments"),
        (exits, "raised SystemExit, at the line: raise SystemExit"),
        (lambda W, L: -np.linalg.matrix_power(W, L), "wrong sign"),
        (lambda W, L: 100 * np.linalg.matrix_power(W, L), "too large"),
        (lambda W, L: -100 * abs(np.linalg.matrix_power(W, L)), "too small"),
        (lambda W, L: 1.01 * np.linalg.matrix_power(W, L), "close, but off"),
        (lambda W, L: np.roll(np.linalg.matrix_power(W, L), 1) * [1, -1], "of which 0 of 4 entries are right"),
        (lambda W, L: [7, 100, None, np.float64(0.123456)], r"got a list of 4, \[7, 100, None, 0\.123\]"),
    ],
)
def test_what_is_no_answer_is_told_in_kind(answer, words):
    verdict = check(POWER, answer, seed=0)
    assert not verdict.right
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(repr(verdict))


def test_what_is_computed_in_float32_is_right():
    for seed in range(20):
        verdict = check(POWER, lambda W, L: np.linalg.matrix_power(W.astype(np.float32), L), seed)
        assert verdict.right, verdict


def test_of_numbers_below_0_the_larger_is_nearer_to_0():
    rate = Exercise("rate", "a rate, a number", lambda: -0.9)
    assert "too large" in check(rate, -0.5).words and "too small" in check(rate, -2.0).words


def test_numbers_by_hand_are_right_each_by_itself():
    by_hand = Exercise("sizes", "three sizes, an array", lambda: np.array([1e-5, 0.1, 0.0]), tolerance=0.01)
    assert check(by_hand, [1.005e-5, 0.1, 0]).right
    for wrong in ([0, 0.1, 0], [1.05e-5, 0.1, 0], [1e-5, 0.1, 0.01], [1e-5, 0.11, 0]):
        assert not check(by_hand, wrong).right
    said = check(by_hand, [2e-5, 0.1, 0]).words
    assert "2 of 3" in said and "[2e-05, 0.1, 0]" in said


@pytest.mark.parametrize(
    ("answer", "words"),
    [("1.024e-7", "without quotes"), (print, "Call it"),
     ([1.024e-7], "0.2 to the power 10, a number; got a list of 1, [1.02e-07]. Give a single number."),
     (..., "got Ellipsis"), (1.024e-7 + 0j, "complex"), (1.1e-7, "too large"), (1.05e-7, "close, but off"),
     (-7.0, "-7, which is too small"), (np.int64(7), "got 7, which is too large")],
)
def test_what_is_no_number_is_told_in_kind(answer, words):
    verdict = check(NUMBER, answer)
    assert not verdict.right and words in verdict.words


def test_a_function_that_spoils_its_inputs_is_judged_by_the_true_ones():
    def spoils(W, L):
        W *= 0
        return W

    def raises_each(W, L):
        W **= L
        return W

    assert not check(POWER, spoils).right
    assert check(POWER, raises_each).words == POWER.mistakes[0][1]


def test_prints_of_one_call_are_shown(capsys):
    def tells(W, L):
        print("L is", L)
        return np.linalg.matrix_power(W, L)

    assert check(POWER, tells).right
    assert capsys.readouterr().out.startswith("L is")


def test_few_entries_of_an_answer_are_told_and_of_many_the_shape():
    for n, told in ((8, True), (9, False)):
        words = check(POWER, lambda W, L, n=n: np.zeros((1, n))).words
        assert ("[[0, 0, 0" in words) == told and f"(1, {n})" in words


def test_of_many_prints_the_last_are_shown(capsys):
    def counts(W, L):
        print(*range(3000))
        return np.linalg.matrix_power(W, L)

    assert check(POWER, counts).right
    shown = capsys.readouterr().out
    assert shown.startswith("[…]") and shown.endswith("2998 2999\n") and len(shown) < 2100


def test_where_there_are_no_threads_whoever_watches_the_code_goes_on_watching():
    """As a debugger does, or what counts the lines that ran."""
    def watches(frame, event, arg):
        return None

    before, seen = sys.gettrace(), []
    sys.settrace(watches)
    try:
        assert call.watched(lambda: seen.append(1), forgets)
        after = sys.gettrace()
    finally:
        sys.settrace(before)
    assert after is watches and seen == [1]


def test_a_slow_exercise_takes_fewer_trials():
    calls = []
    slow = replace(POWER, trials=2)
    assert "on 2 random inputs" in check(slow, lambda W, L: (calls.append(L), np.linalg.matrix_power(W, L))[1]).words
    assert len(calls) == 2


def test_a_function_is_tried_on_inputs_that_differ_and_with_a_seed_on_the_same_ones_again():
    calls = []
    for seed in (0, 0, None):
        check(POWER, lambda W, L: (calls.append(W.tobytes()), np.linalg.matrix_power(W, L))[1], seed=seed)
    assert len({*calls[:20]}) == 20 and calls[:20] == calls[20:40] and not {*calls[40:]} & {*calls[:20]}


def test_an_endless_loop_is_stopped(monkeypatch):
    monkeypatch.setattr(call, "TIME_LIMIT", 0.2)
    assert "Does its loop end?" in repr(check(POWER, endless))
    assert "It still runs" not in repr(check(POWER, endless))


@pytest.mark.parametrize(("change", "words"), [
    ({"solution": 0.125}, r"exercise 'power': solution is a function, such as lambda: 0.125; not 0.125"),
    ({"mistakes": {1.5: "You added."}}, "exercise 'power': mistakes are pairs of a function and a hint, such as"),
    ({"mistakes": ((1.5, "You added."),)}, "pairs of a function and a hint"),
    ({"mistakes": (lambda: 1.5, "You added.")}, "pairs of a function and a hint"),
    ({"mistakes": ((lambda: 1.5, None),)}, "pairs of a function and a hint"),
])
def test_an_exercise_that_nothing_can_be_judged_by_is_named_where_it_is_written(change, words):
    with pytest.raises(TypeError, match=words):
        replace(POWER, **change)


def test_a_function_has_the_time_that_is_said_and_no_reader_waits_long_for_one_that_never_ends(monkeypatch):
    assert 2 <= call.TIME_LIMIT <= 10, "seconds: a slow machine gets there, and a reader does not give up before"
    monkeypatch.setattr(call, "TIME_LIMIT", 1.0)
    assert call.call(lambda s: time.sleep(s) or "slept", (0.5,))[:2] == ("slept", None)
    begin = time.monotonic()
    assert "within 1 seconds" in call.call(endless, (1, 2))[1] and 1 <= time.monotonic() - begin < 4


def test_check_wants_an_exercise():
    with pytest.raises(TypeError, match="check takes an exercise"):
        check("power", 3)
