"""The quiz: its lives show the same words, nonsense is named, and it is answered by keyboard in a page from a file."""

import json

import pytest
from bs4 import BeautifulSoup

from vgtext.ask import QuizError, quiz
from vgtext.ask.page import source
from vgtext.words import words

ONE = {"question": "All entries are 0.6. What does the product do?",
       "right": {"It explodes.": "The eigenvalue is 1.2."},
       "wrong": {"It fades.": "That takes entries for eigenvalues.", "It stays.": "That takes the mean for the rate."}}
MANY = {"question": "Which of these keep every norm?",
        "right": {"rotation": "It is orthogonal.", "reflection": "It is orthogonal, too."},
        "wrong": {"shear.": "stretches: both eigenvalues are 1, but not the singular values."}}
NUMBER = {"question": "What is 0.2 to the power 10?", "number": 1.024e-7, "tolerance": 0.01,
          "mistakes": {0.02: "That multiplies instead of taking a power."}, "explain": "2^10 = 1024, times 10^-10."}


@pytest.fixture
def mode(monkeypatch):
    return lambda name: monkeypatch.setenv("VGTEXT_EXPLORE", name)


def test_who_may_choose_several_answers_is_told_so(mode):
    mode("static")
    told = [words("quiz.choose_all") in quiz(**asked).mimebundle["text/html"] for asked in (ONE, MANY, NUMBER)]
    assert told == [False, True, False]


@pytest.mark.parametrize("asked", [ONE, MANY, NUMBER])
def test_the_lives_show_the_same_words_and_the_text_gives_no_answer_away(mode, asked):
    texts = set()
    for name in ("live", "static", "text"):
        mode(name)
        texts.add(quiz(**asked).mimebundle["text/plain"])
    [text] = texts
    assert asked["question"] in text
    assert all(choice in text for choice in [*asked.get("right", ()), *asked.get("wrong", ())])
    assert not any(why in text for why in asked.get("right", {}).values())


@pytest.mark.parametrize("number, shown", [(39.28940686250036, "39.29 degrees: "), (1.1**100, "13780 degrees: "),
                                           (1.024e-7, "1.024e-07 degrees: "), (100, "100 degrees: ")])
def test_a_number_is_shown_with_the_digits_that_count(mode, number, shown):
    mode("text")
    [line] = quiz("How many?", number=number, tolerance=0.01, unit="degrees", explain="why").quiz.solution()
    assert line == shown + "why"


def test_the_right_answer_is_not_always_first(mode):
    mode("text")
    asked = [quiz(f"Question {k}?", right={"a": "why"}, wrong={"b": "why", "c": "why"}).quiz for k in range(30)]
    assert {each.answers.index(("a", True, "why")) for each in asked} == {0, 1, 2}
    assert len({each.id for each in asked}) == 30  # the choices of one quiz are not those of another


def test_what_an_author_writes_is_text_and_no_markup(mode):
    mode("static")
    odd = '<b title="c"> & \'d\''
    for asked in ({"right": {f"Yes {odd}": odd}, "wrong": {f"No {odd}": odd}},
                  {"number": 1, "tolerance": 0, "unit": odd, "explain": odd}):
        form = BeautifulSoup(quiz(f"Why {odd}?", **asked).mimebundle["text/html"], "html.parser")
        assert form.find("b") is None and f"Why {odd}?" in form.text
        assert form.text.count(odd) == 5 - ("unit" in asked)  # and choices or the unit, the answer with its reason
        assert odd in json.loads(form.form["data-quiz"])["answers"][0][2]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"question": " "}, "this one is empty"),
        ({"right": None}, "either right and wrong choices, or a number"),
        ({"number": 3}, "either right and wrong choices, or a number"),
        ({"wrong": None}, "at least one right and one wrong"),
        ({"wrong": {"It explodes.": "no"}}, "both right and wrong"),
        ({"wrong": {"It fades.": ""}}, "does not say why"),
        ({"question": None}, "takes a question, in words"),
        ({"wrong": ["It fades."]}, "choices are a dict"),
        ({"right": "It explodes."}, "choices are a dict"),
        ({"right": 1.2}, "choices are a dict"),
        ({"explain": "The eigenvalue is 1.2."}, "explain go with a number"),
    ],
)
def test_choices_that_make_no_sense_are_named(change, words):
    with pytest.raises(QuizError, match=words):
        quiz(**{**ONE, **change})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tolerance": None}, "relative tolerance"),
        ({"tolerance": -1}, "relative tolerance"),
        ({"tolerance": "1 %"}, "relative tolerance"),
        ({"number": float("nan")}, "is finite"),
        ({"explain": ""}, "explain why"),
        ({"explain": None}, "explain why"),
        ({"number": "many"}, "is finite"),
        ({"wrong": {"0.02": "That multiplies."}}, "wrong goes with right"),
        ({"mistakes": [0.02]}, "each mistake confuses"),
        ({"mistakes": {"0.02": "That multiplies."}}, "not a finite number"),
        ({"mistakes": {float("nan"): "That divides by 0."}}, "not a finite number"),
        ({"mistakes": {1.0241e-7: "close"}}, "within the tolerance of the right number"),
    ],
)
def test_numbers_that_make_no_sense_are_named(change, words):
    with pytest.raises(QuizError, match=words):
        quiz(**{**NUMBER, **change})


def test_a_number_may_be_asked_for_exactly():
    assert quiz(**{**NUMBER, "tolerance": 0}).quiz.answers[0][3] == 0


@pytest.fixture
def tab(one_tab):
    """A tab as a new one: a quiz keeps nothing."""
    yield one_tab
    one_tab.goto("about:blank")


@pytest.fixture
def page(tab, tmp_path, mode):
    mode("static")
    forms = "".join(quiz(**asked).mimebundle["text/html"] for asked in (ONE, MANY, NUMBER))
    file = tmp_path / "quiz.html"
    file.write_text(f"<!doctype html><meta charset=utf-8>{forms}<script>{source('js')}</script>")
    tab.goto(file.as_uri())
    return tab


def answer(page, k, keys):
    """Focus the first input of quiz ``k``, press ``keys``, send the form with Enter; return what is announced."""
    form = page.locator("form").nth(k)
    form.locator("input").first.focus()
    for key in keys:
        page.keyboard.press(key) if len(key) > 1 or key == " " else page.keyboard.type(key)
    form.locator("button").focus()
    page.keyboard.press("Enter")
    return form.locator("[role=status]").inner_text()


def test_every_choice_is_answered_by_keyboard_with_its_own_words(page):
    for k, (text, right, why) in enumerate(quiz(**ONE).quiz.answers):
        page.reload()
        said = answer(page, 0, [" ", *["ArrowDown"] * k])
        assert said == ("Right. " if right else "Not yet. ") + why, text
        assert page.locator("form").first.get_attribute("data-verdict") == ("right" if right else "wrong")


@pytest.mark.parametrize(("k", "first", "then"), [(0, " ", "ArrowDown"), (2, "7", "0")])
def test_a_verdict_goes_away_with_the_answer_that_it_judged(page, k, first, then):
    assert answer(page, k, first).startswith(("Right. ", "Not yet. "))
    form = page.locator("form").nth(k)
    form.locator("input:checked, [type=text]").press(then)
    assert form.locator("[role=status]").inner_text() == form.get_attribute("data-verdict") == ""


def test_a_multiple_choice_says_what_is_missing_and_what_is_wrong(page):
    answers = quiz(**MANY).quiz.answers
    right = [k for k, a in enumerate(answers) if a[1]]
    wrong = next(k for k, a in enumerate(answers) if not a[1])

    def keys(chosen):
        return [key for k in range(3) for key in ([" "] if k in chosen else []) + ["Tab"]]

    assert "1 more answer holds" in answer(page, 1, keys(right[:1]))
    page.reload()
    assert "Not yet. “shear”: stretches" in answer(page, 1, keys([*right, wrong]))
    page.reload()
    said = answer(page, 1, keys(right))
    assert said == "Right. " + " ".join(f"“{answers[k][0]}”: {answers[k][2]}" for k in right)


@pytest.mark.parametrize("written", ["1.024e-7", "1.024 × 10^-7", "1.024 x 10^-7", "0.0000001024", "1.02*10**-7",
                                     "1.024E−7", "1.024 × 10⁻⁷", "0.2^10", "0.2**10", "1/9,765,625", "0.00001024%",
                                     "1.024·10^(–7)", "≈ 1.02e-7", " 5^(-10) ", "0.00001024 %"])
def test_numbers_are_read_as_people_write_them(page, written):
    assert answer(page, 2, written) == "Right. 2^10 = 1024, times 10^-10."


def test_every_raised_digit_is_read_as_itself(tab, mode):
    mode("static")
    asked = [quiz("How many?", number=10.0**k, tolerance=0.01, explain="So many.") for k in (*range(10), 7)]
    tab.set_content(f"{''.join(each.mimebundle['text/html'] for each in asked)}<script>{source('js')}</script>")
    given = [answer(tab, k, f"10{power}") for k, power in enumerate([*"⁰¹²³⁴⁵⁶⁷⁸⁹", "⁺⁷"])]
    assert given == ["Right. So many."] * 11


def test_the_nearest_of_two_mistakes_is_met(tab, mode):
    mode("static")
    asked = quiz("How many?", number=500, tolerance=0.35, explain="Many.",
                 mistakes={62: "the few", 80: "the more", 900: "too many"})
    tab.set_content(f"{asked.mimebundle['text/html']}<script>{source('js')}</script>")
    said = [answer(tab, 0, [*["Delete"] * 3, "Home", *written, *["Delete"] * 3])
            for written in ("63", "79", "400", "720")]
    assert said == ["Not yet. the few", "Not yet. the more", *["Right. Many."] * 2]  # the last is nearer to 900


def test_a_verdict_has_the_symbols_of_the_text_and_no_tags_of_its_own(tab, mode):
    mode("static")
    asked = quiz("Which?", right={"a": "σ_w <b> 1."}, wrong={"b": "no"})
    tab.set_content(f"{asked.mimebundle['text/html']}<script>{source('js')}</script>")
    first = [right for _, right, *_ in asked.quiz.answers].index(True)
    assert answer(tab, 0, [" ", *["ArrowDown"] * first]) == "Right. σw <b> 1."
    assert tab.locator("[role=status] *").all_inner_texts() == ["w"]


def test_of_several_missing_answers_the_number_is_told(tab, mode):
    mode("static")
    asked = quiz("Which?", right={"a": "A.", "b": "B.", "c": "C."}, wrong={"d": "D."})
    tab.set_content(f"{asked.mimebundle['text/html']}<script>{source('js')}</script>")
    first = next(k for k, (_, right, *_) in enumerate(asked.quiz.answers) if right)
    assert "2 more answers hold" in answer(tab, 0, [*["Tab"] * first, " "])


def test_a_number_asked_for_in_percent_may_be_written_with_its_sign(tab, mode):
    mode("static")
    html = quiz("How much?", number=25, tolerance=0.01, unit="%", explain="A quarter.").mimebundle["text/html"]
    tab.set_content(f"{html}<script>{source('js')}</script>")
    assert [answer(tab, 0, written)[:7] for written in ("25", " %")] == ["Right. "] * 2


def test_a_number_may_be_written_with_its_unit(tab, mode):
    mode("static")
    html = quiz("How far?", number=39.3, tolerance=0.02, unit="degrees", explain="So.").mimebundle["text/html"]
    tab.set_content(f"{html}<script>{source('js')}</script>")
    for written, said in (("39", "Right."), ("39°", "Right."), ("39,3 degrees", "Right."), ("39 m", "Write a number")):
        tab.locator("input").fill(written)
        tab.locator("button").press("Enter")
        assert tab.locator("[role=status]").inner_text().startswith(said), written


@pytest.mark.parametrize(
    ("written", "said"),
    [("0.02", "Not yet. That multiplies"), ("2%", "Not yet. That multiplies"), ("7", "Not yet. Not this number"),
     ("0,02", "Not yet. That multiplies"), (",02", "Not yet. That multiplies"), ("2,0e-2", "Not yet. That multiplies"),
     ("10^-3", "Not yet. Not this number"), *((text, "Write a number") for text in ("many", "", "0,0,2", "3 m", "/2"))],
)
def test_wrong_numbers_meet_their_hint(page, written, said):
    assert answer(page, 2, written).startswith(said)


@pytest.mark.parametrize(
    ("written", "right"), [("0,125", True), ("1,125", False), ("125,0e-3", True), ("-0,125", False)]
)
def test_one_comma_is_a_decimal_comma_where_it_groups_no_thousands(tab, mode, written, right):
    mode("static")
    asked = quiz("How much?", number=0.125, tolerance=0.01, mistakes={1125: "Thousands."}, explain="An eighth.")
    tab.set_content(f"{asked.mimebundle['text/html']}<script>{source('js')}</script>")
    said = answer(tab, 0, written)
    assert said.startswith("Right. " if right else "Not yet. ") and (written != "1,125" or "Thousands" in said)


@pytest.mark.parametrize("k", range(3))
def test_what_is_revealed_are_the_right_answers_with_their_reasons_and_no_other(page, k):
    answers = quiz(**(ONE, MANY, NUMBER)[k]).quiz.answers
    answer(page, k, "7" if k == 2 else " ")
    form = page.locator("form").nth(k)
    form.locator("summary").press("Enter")
    assert form.locator("details p").all_inner_texts() == [f"{a[0]}: {a[2]}" for a in answers if a[1]]


def test_the_answer_is_revealed_after_a_try_and_not_before(page):
    form = page.locator("form").nth(2)
    assert not form.locator("summary").is_visible()
    assert answer(page, 2, "7").startswith("Not yet. ") and form.locator("summary").is_visible()
    form.locator("summary").press("Enter")
    assert "1.024e-07: 2^10 = 1024" in form.locator("details").inner_text()


def test_jupyterlab_leaves_the_keys_of_a_quiz_to_it(page):
    """As its shortcuts ask: else arrows move on from the cell, and letters are commands."""
    assert page.locator("form input").count() == page.locator("[data-lm-suppress-shortcuts=true]").count() == 7


def test_an_empty_answer_is_no_answer(page):
    assert page.locator("input[type=text]").evaluate("box => box.inputMode") == "", "keys for digits lack -, / and e"
    for k, said in enumerate(["Choose an answer first."] * 2 + ["Write a number"]):
        form = page.locator("form").nth(k)
        assert answer(page, k, []).startswith(said)
        assert form.get_attribute("data-verdict") == "" and not form.locator("summary").is_visible()


@pytest.mark.parametrize(
    ("figure", "said", "addresses"),
    [
        ('<p id="unit-circle"></p>', "See it in the figure", ["#unit-circle?matrix=shear [[1, 1], [0, 1]]&depth=5"]),
        ("", "See it in the figure unit circle, at matrix = shear [[1, 1], [0, 1]], depth = 5.", []),
    ],
)
def test_the_figure_that_answers_is_a_link_in_a_page_and_named_in_a_notebook(tab, mode, figure, said, addresses):
    mode("static")
    html = quiz(**ONE, see="unit-circle?matrix=shear [[1, 1], [0, 1]]&depth=5").mimebundle["text/html"]
    tab.set_content(f"{figure}{html}<script>{source('js')}</script>")
    assert answer(tab, 0, []) == "Choose an answer first."
    for k in range(3):  # after a right answer, too
        assert answer(tab, 0, [" ", *["ArrowDown"] * k]).endswith(said)
    assert [link.get_attribute("href") for link in tab.locator("[role=status] a").all()] == addresses
