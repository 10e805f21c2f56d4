"""Every chapter's exercises and quizzes: solutions pass, mistakes meet their hints, nothing else passes."""

import re
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from inspect import signature
from itertools import product

import numpy as np
import pytest

from vgtext.ask import check
from vgtext.ask.describe import same
from vgtext.ask.exercises import CONFIRMED
from vgtext.nn.theory import meanfield
from vgtext.nn.theory.width import mup
from vgtext.tools import notebooks
from vgtext.tools.leaks import marked
from vgtext.tools.origin import RECORD
from vgtext.words import raw, words


def exercises_of(slug):
    """A chapter's exercises by name; none where it has none yet, or is not there: ``test_house.py`` says so."""
    if not find_spec(f"vgtext.chapters.{slug}"):
        return {}
    return getattr(import_module(f"vgtext.chapters.{slug}"), "EXERCISES", {})


EXERCISES = [(slug, name) for slug in notebooks.slugs() for name in exercises_of(slug)]
#: How many wrong answers are tried: of each exercise, another each.
WRONG = 100
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


def lines(code):
    """The lines of a function's own code, but for the first."""
    return {line for *_, line in code.co_lines() if line and line > code.co_firstlineno}


@pytest.mark.parametrize(("slug", "name"), [pair for pair in EXERCISES if exercises_of(pair[0])[pair[1]].inputs])
def test_what_a_solution_tells_apart_is_met_by_the_inputs(slug, name):
    """Else an answer passes that treats one of its cases wrongly."""
    exercise, called, met = exercises_of(slug)[name], set(), set()

    def look(frame, event, arg):
        if not frame.f_code.co_filename.endswith(f"{slug}/exercises.py"):
            return None
        called.add(frame.f_code)
        met.add((frame.f_code, frame.f_lineno))
        return look

    for seed in range(3):
        rng = np.random.default_rng(seed)
        for _ in range(exercise.trials):
            inputs, before = exercise.inputs(rng), sys.gettrace()
            sys.settrace(look)
            try:
                exercise.solution(*inputs)
            finally:
                sys.settrace(before)
    assert not {(code.co_name, line) for code in called for line in lines(code)} - {(c.co_name, n) for c, n in met}


@pytest.mark.parametrize(("slug", "name"), EXERCISES)
def test_each_mistake_meets_its_hint(slug, name):
    exercise = exercises_of(slug)[name]
    for (wrong, hint), seed in product(exercise.mistakes, range(5)):
        verdict = check(exercise, answer(exercise, wrong), seed)
        assert not verdict.right, f"this mistake is right: {hint}"
        assert verdict.words == hint


@pytest.mark.parametrize(("slug", "name"), [pair for pair in EXERCISES if exercises_of(pair[0])[pair[1]].inputs])
def test_few_mistakes_pass_or_are_taken_for_others(slug, name):
    """On fresh inputs, which may agree with several: fewer than one check in a hundred."""
    exercise, rng = exercises_of(slug)[name], np.random.default_rng(0)
    inputs = [exercise.inputs(rng) for _ in range(60)]
    right = [np.asarray(exercise.solution(*each), float) for each in inputs]
    with np.errstate(all="ignore"):
        made = [(hint, [np.asarray(wrong(*each), float) for each in inputs]) for wrong, hint in exercise.mistakes]

    def equal(values, others):
        return np.array([same(*pair, exercise.tolerance) for pair in zip(values, others, strict=True)])

    for k, (hint, values) in enumerate(made):
        fails = ~equal(values, right)
        assert (1 - fails.mean()) ** exercise.trials < 0.01, f"passes too often: {hint}"
        for other, others in made[:k]:
            if other != hint:
                alike = equal(values, others)
                assert alike[fails].mean() * alike.mean() ** CONFIRMED < 0.01, f"{hint} is told: {other}"


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
    r"^Zero is the share": lambda right, wrong: wrong == 0,
    r"^This is the share for a step away from 0\.": lambda right, wrong: wrong > right,
    r"^This is the term of the last step\.":
        lambda right, wrong: np.linalg.matrix_rank(wrong) == 1 < np.linalg.matrix_rank(right),
    r"^The sign:|The signs of all|^The size is right": lambda right, wrong: np.allclose(wrong, -right),
    r"^Upside down(\.|: (compare|this|what is left|a smaller|φ′|the square of the sum))":
        lambda right, wrong: np.allclose(wrong * right, 1),
}


@pytest.mark.parametrize("said", SAID)
def test_a_mistake_is_what_its_hint_says(said):
    hinted = [(slug, name, *mistake) for slug, name in EXERCISES for mistake in exercises_of(slug)[name].mistakes]
    hinted = [(slug, name, wrong) for slug, name, wrong, hint in hinted if re.search(said, hint)]
    assert hinted or (notebooks.root() / RECORD).exists()  # a fork has some chapters
    for slug, name, wrong in hinted:
        exercise = exercises_of(slug)[name]
        inputs = exercise.inputs(np.random.default_rng(0)) if exercise.inputs else ()
        right, given = (np.asarray(answer(*inputs), float) for answer in (exercise.solution, wrong))
        assert SAID[said](right, given), (slug, name)


SPELLED = {word: n for n, word in enumerate("seven eight nine ten".split(), 7)}
#: So many factors there are, and so many a mistake takes.
STEPS = re.compile(r"here are (\w+) steps\b[^.:]*, not (\w+)")


def test_there_are_as_many_steps_as_hints_say():
    hinted = [(e.solution(), wrong(), hint) for slug, name in EXERCISES for e in [exercises_of(slug)[name]]
              if not e.inputs for wrong, hint in e.mistakes]
    hinted += [(asked["number"], wrong, hint) for slug in notebooks.slugs() for asked in quizzes(slug).values()
               for wrong, hint in (asked.get("mistakes") or {}).items()]
    found = [(right, wrong, said) for right, wrong, hint in hinted if (said := STEPS.search(hint))]
    assert found or (notebooks.root() / RECORD).exists()  # a fork has some chapters
    for right, wrong, said in found:
        there, taken = (SPELLED.get(n) or int(n) for n in said.groups())
        assert np.isclose(np.log(right) / np.log(wrong), there / taken), said[0]


#: What some hints say that a mistake leaves out: an input of the exercise, by its name, that does not enter.
WITHOUT = {
    r"^The biases are missing": {"b", "sigma_b"}, r"^(The|Every unit's) slopes? (are|is) missing": {"slope", "z"},
    r"^The running mean is missing": {"mean"}, r"^The division by σ_z is missing": {"sigma"},
    r"^(α is missing|This is the mean of ReLU)": {"alpha"},
    r"^This is the scale at q = 1|take.* standard normal": {"q"},
    r"^These are the slopes alone. The weights": {"sigma_w"}, r"^This is the product of the weights alone": {"slopes"},
    r"^(The gradient is not the step)": {"eta"}, r"^This is the size of the step alone": {"W"},
    r"^This is the error signal alone": {"x"}, r"^The branch is multiplied by s": {"s"},
    r"^The input gate is open": {"input_bias"}, r"^This is the direct path": {"input_bias", "scale"},
}


@pytest.mark.parametrize("said", WITHOUT)
def test_what_a_hint_says_is_left_out_does_not_enter(said):
    hinted = [(exercises_of(slug)[name], *mistake) for slug, name in EXERCISES
              for mistake in exercises_of(slug)[name].mistakes if exercises_of(slug)[name].inputs]
    hinted = [(exercise, wrong) for exercise, wrong, hint in hinted if re.search(said, hint)]
    assert hinted or (notebooks.root() / RECORD).exists()  # a fork has some chapters
    for exercise, wrong in hinted:
        names, matters = [*signature(exercise.solution).parameters], False
        for seed in range(5):
            given = exercise.inputs(np.random.default_rng(seed))
            other = [shrunk(value) if name in WITHOUT[said] else value for name, value in zip(names, given)]
            np.testing.assert_allclose(wrong(*other), wrong(*given), err_msg=exercise.name)
            matters = matters or not np.allclose(exercise.solution(*other), exercise.solution(*given))
        assert matters, exercise.name


def shrunk(value):
    """A hundredth of a number, of an array, or of each one of a list, whose index 0 may be None."""
    return [k if k is None else k / 100 for k in value] if isinstance(value, list) else np.asarray(value) / 100


@pytest.mark.parametrize(("slug", "name"), EXERCISES)
def test_most_of_the_way_from_a_mistake_is_no_right_answer(slug, name):
    """A tolerance that takes it takes mistakes of others, too; near ones say that they are."""
    exercise = exercises_of(slug)[name]
    inputs = exercise.inputs(np.random.default_rng(0)) if exercise.inputs else ()
    shape = np.shape(exercise.solution(*inputs))
    for wrong, hint in exercise.mistakes:
        def near(*given, wrong=wrong):
            return 0.6 * np.asarray(exercise.solution(*given), float) + 0.4 * np.asarray(wrong(*given), float)

        if not hint.startswith("Nearly") and np.shape(wrong(*inputs)) in ((), shape):
            assert not check(exercise, answer(exercise, near), seed=0).right, hint


@pytest.mark.parametrize(("slug", "name"), [pair for pair in EXERCISES if exercises_of(pair[0])[pair[1]].inputs])
def test_what_is_right_for_some_inputs_is_not_right_for_all(slug, name):
    exercise = exercises_of(slug)[name]
    for seed in range(3):
        known = exercise.solution(*exercise.inputs(np.random.default_rng(seed)))
        assert not check(exercise, lambda *inputs, known=known: known, seed=7).right


def on_a_grid(alpha):
    """E φ'² / Var φ of leaky ReLU, as sums over a grid that has a point at the kink."""
    u = np.linspace(-8, 8, 2001)
    weight, phi, slope = np.exp(-u**2 / 2), np.where(u > 0, u, alpha * u), np.where(u > 0, 1.0, alpha)
    mean, square = (np.average(phi**k, weights=weight) for k in (1, 2))
    return np.average(slope**2, weights=weight) / (square - mean**2)


def in_float32(slug, name):
    """The solution, from inputs in float32."""
    solution = exercises_of(slug)[name].solution
    return lambda *inputs: solution(*(np.asarray(each, np.float32) for each in inputs))


@pytest.mark.parametrize(("slug", "name", "given"), [
    ("normalization", "leaky", on_a_grid), ("attention", "back", in_float32), ("normalization", "fold", in_float32),
    ("recurrence", "sum", in_float32), ("clipping", "together", in_float32)])
def test_a_right_answer_of_another_make_passes(slug, name, given):
    exercises = exercises_of(slug)  # a fork has some chapters
    for seed in range(20 if exercises else 0):
        verdict = check(exercises[name], in_float32(slug, name) if given is in_float32 else given, seed)
        assert verdict.right, verdict


@pytest.mark.parametrize(("slug", "name", "given", "words"), [
    ("width", "spectral-size", lambda W: np.linalg.norm(W, 2) * np.sqrt(max(W.shape) / min(W.shape)), "too large"),
    ("problem", "depths", [19.93, 131.1, 1374.6], "Layers come whole"),
    ("problem", "unmoved", lambda w, step: np.mean(np.abs(step) < np.spacing(np.abs(w)) / 2), "direction counts"),
    ("problem", "depths", [20, 132, 1374], "2 of 3"), ("causes", "reach", [22.9, 7.6, 2.6], "Down or up?")])
def test_a_wrong_answer_of_another_make_fails_and_is_told_why(slug, name, given, words):
    exercises = exercises_of(slug)
    verdict = check(exercises[name], given, seed=0) if exercises else None
    assert not verdict or (not verdict.right and words in verdict.words), verdict


#: Exercises of which two mistakes have one hint.
ONE_HINT = {"for-good", "moved", "trips", "afford", "safe", ("causes", "alike")}


@pytest.mark.parametrize(("slug", "name"), EXERCISES)
def test_each_mistake_has_a_hint_of_its_own(slug, name):
    hints = [hint for _, hint in exercises_of(slug)[name].mistakes]
    assert len({*hints}) == len(hints) or ONE_HINT & {name, (slug, name)}


#: What quizzes ask for as a number that their explanation does not spell out, computed from it.
ASKED = {
    "Layers are 2 × 2 and Gaussian": 1.2 / np.exp(np.euler_gamma / 2), "An error signal starts with size 1": 25 + 10,
    "A linear layer has 300 inputs": 300 * 2 / 400, "All weights before a batch norm": 10**2,
    "Leaky ReLU with α = 0.5": 0.5 * 0.399, "2, 5, 11 and 32 epochs": 32 * 16, "A layer has 100 inputs": 4**0.5,
    "A network has ten layers with 100,000": (10 + 9) / 10, "A wide tanh network without": (25 / 100) ** 0.5,
    "A wide ReLU network has σ_w = 1": 0.5 ** (20 / 2), "At the first step activations change": 0.25**8,
    "A gradient is (10, 1)": 45 - 5.7, "A residual network without normalization has branches": 1.1**100,
    "A residual network has 64 blocks": 64**-0.5,
}


def numbers_in(words):
    """The numbers and fractions that words spell out."""
    found = re.findall(r"(?<![\d.])(\d[\d,]*(?:\.\d+)?)(?:/(\d+)(?!\.?\d))?", words.replace("−", "-"))
    return [float(over.replace(",", "")) / float(under or 1) for over, under in found]


@cache
def quizzes(slug):
    """What the quizzes of a chapter are called with: {question: answers}."""
    asked, room = {}, {"np": np, "lab": import_module(f"vgtext.chapters.{slug}")}
    room["quiz"] = lambda question, **answers: asked.update({question: answers})
    for cell in notebooks.read_notebook(slug).cells:
        if cell.cell_type == "code" and "quiz(" in cell.source:
            exec(cell.source[cell.source.index("quiz("):], room)
    assert asked
    return asked


#: What some hints say that a wrong number is, of the right one.
NUMBER_IS = {
    r"^Upside down(?!: sharper)|^Right size, wrong direction": lambda right: 1 / right,
    r"^This is the (factor of the squared size|ratio|variance|factor of the (square|mean square))\.":
        lambda right: right**2,
    r"^This is the factor of the error signal itself": lambda right: right**0.5,
    r"^This is the logarithm of the factor, log₁₀": np.log10,
}


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_a_wrong_number_of_a_quiz_is_what_its_hint_says(slug):
    for question, answers in quizzes(slug).items():
        for wrong, hint in (answers.get("mistakes") or {}).items():
            for said, of in NUMBER_IS.items():
                if re.search(said, hint):
                    assert np.isclose(wrong, of(answers["number"]), rtol=0.05), (question, wrong, hint)


#: Numbers that hints of quizzes tell, computed from the wrong answer.
HINTED = {("consequences", r"adds (\d+) epochs for every layer"): lambda wrong: (wrong - 32) / 3,
          ("causes", r"what reaches layer 1 of (\d+) layers"): lambda wrong: wrong**-2}


@pytest.mark.parametrize(("slug", "hinted"), HINTED)
def test_a_hint_tells_the_numbers_that_lead_to_its_wrong_answer(slug, hinted):
    told = [(wrong, float(found[1])) for answers in (quizzes(slug).values() if slug in notebooks.slugs() else ())
            for wrong, hint in (answers.get("mistakes") or {}).items() if (found := re.search(hinted, hint))]
    assert told or (notebooks.root() / RECORD).exists()  # a fork has some chapters
    assert [number for _, number in told] == pytest.approx([HINTED[slug, hinted](wrong) for wrong, _ in told])


def written(words):
    """The first number in words, spelled out or in digits."""
    spelled = {"same": 1, "an eighth": 1 / 8, "eight times": 8, "a 64th": 1 / 64, "a half": 1 / 2, "all": 1,
               "a twentieth": 1 / 20, "a thirtieth": 1 / 30, "three times": 3, "a thousandth": 1e-3}
    named = [n for name, n in spelled.items() if name in words.lower()]
    return [*named, *numbers_in(re.sub(r"(?<=\d),(?=\d{3})", "", words))][0]


def scales(words):
    """The scales that an answer names, "weights of scale 1, no biases": of weights and of biases."""
    return (*numbers_in(words), 0.0)[:2]


def two_by_two(answer):
    W = np.array([[0.5, 10], [0, 0.5]])
    return np.isclose(written(answer), np.linalg.norm(np.linalg.matrix_power(W, 5), 2), rtol=0.2)


#: Which choices of a quiz are right, computed: its chapter, how its question begins, and whether an answer is so.
IS_RIGHT = {
    ("problem", "A signal is multiplied by 0.4"): lambda a: abs(np.log10(0.64**20 / written(a))) < 0.2,
    ("backprop", "The loss of the little"): lambda a: "10.2" in a and "rises" in a,  # 102 η, more than the loss has
    ("two_by_two", "W has the rows"): two_by_two,
    ("causes", "The slope of a sigmoid"):
        lambda a: bool(numbers_in(a)) and np.isclose(written(a), meanfield.critical_sigma_w("sigmoid"), rtol=0.1),
    ("causes", "In which of these wide random tanh"): lambda a: meanfield.chi("tanh", *scales(a)) < 1 - 1e-9,
    ("initialization", "A plain ReLU network of 40"):
        lambda a: "scale" in a and np.isclose(meanfield.chi("relu", written(a)), 1, rtol=0.02),
    ("shortcuts", "One block of a trained"): lambda a: written(a) == 0.5,
    ("clipping", "Adam (β₁ = 0.9"): lambda a: np.isclose(
        written(a), module("clipping.spikes").strides("adam", 1000, 10_000)[10_000 + 99], rtol=0.1),
    ("width", "You tuned Adam"): lambda a: written(a) == mup(1024, 128)["hidden"].adam,
    ("width", "Under μP, in the form of this chapter's table"):
    lambda a: mup(1024, 128)[a.split()[0].lower().replace("biases", "bias")].adam < 1,
    ("width", "Gradient descent, standard"): lambda a: module("width.rates").slope(
        {"Cross-entropy": "SGD", "Squared error": "SGD, squared error", "Both alike": "SGD"}[a], "standard") < -0.3,
    ("mitigation", "The diagnosis is 'vanishing by depth'"): lambda a: REMEDY[a] in of_80_percent(),
}
REMEDY = {"Shortcuts.": "residual", "Orthogonal weights.": "orthogonal init", "Gradient clipping.": "clipping",
          "Batch norm.": "batch norm", "Weights of tanh's own scale, 1.19.": "matched init",
          "A larger learning rate.": "learning rate"}


def module(name):
    """A module of a chapter."""
    return import_module(f"vgtext.chapters.{name}")


def of_80_percent():
    """The remedies with which the stored network that vanishes by depth gets that many of the test digits right."""
    cures = module("mitigation.cures")
    right = cures.counts()[[*cures.CASES].index("vanishing by depth")].mean(axis=1) / 359
    return [remedy for remedy, share in zip(cures.REMEDIES, right[1:]) if share >= 0.8]


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_the_choices_that_are_called_right_are(slug):
    for begins, is_right in [(begins, is_right) for (of, begins), is_right in IS_RIGHT.items() if of == slug]:
        found = [answers for question, answers in quizzes(slug).items() if question.startswith(begins)]
        assert len(found) == 1, (f"{slug}: {len(found)} quizzes begin “{begins}”, one of IS_RIGHT of this file: reword "
                                 "that line, or take it out")
        for kind in ("right", "wrong"):
            for answer in found[0][kind]:
                assert bool(is_right(answer)) == (kind == "right"), f"{slug}: “{answer}” is {kind}, not by IS_RIGHT"


#: An equation of numbers in words: σ(3) = 0.953, 1,024 = 2¹⁰.
SIDE = r"(?:σ\(|ln\(|log₁₀|√|\(|[\d−])[\d.,()/×·+−√²³¹⁰⁴⁵⁶⁷⁸⁹⁻lnσ ]*"
EQUATION = re.compile(rf"(?:^|[,.;:(=] ?|[a-z]{{2,}} )({SIDE}) ?= ?({SIDE})")
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def value(side):
    """The number that a side of an equation is; None where it is none."""
    text = re.sub(r"[ .,]+$", "", re.sub(r"(?<=\d),(?=\d{3})", "", side.strip()))
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda m: f"**({m[0].translate(RAISED)})", text)
    text = re.sub(r"√(\d+(?:\.\d+)?)", r"(\1)**.5", text)
    for sign, code in (("√", "np.sqrt"), ("σ", "sigmoid"), ("ln", "np.log"), ("×", "*"), ("·", "*"), ("−", "-")):
        text = text.replace(sign, code)
    try:
        return float(eval(text, {"np": np, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}))
    except (SyntaxError, TypeError):
        return None


def equations(words):
    """Yield the equations that words hold, as (both sides in words, the value of each)."""
    for found in EQUATION.finditer(words):
        sides = [value(side) for side in found.groups()]
        if None not in sides:
            yield found[0], sides


def reasons(slug):
    """Everything that the quizzes of a chapter say of answers."""
    for answers in quizzes(slug).values():
        given = [answers.get(kind) or {} for kind in ("right", "wrong", "mistakes")]
        yield from filter(None, [answers.get("explain"), *(why for each in given for why in each.values())])


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_what_is_said_of_an_answer_is_whole_sentences(slug):
    """It stands by itself, or behind the answer in quotes; it may begin with a symbol, α or n."""
    assert [why for why in reasons(slug) if re.match("[a-z]{2}", why) or not re.search(r"[.)!?]$", why)] == []


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_equations_in_quizzes_and_hints_hold(slug):
    for why in [*reasons(slug), *(hint for asked in exercises_of(slug).values() for _, hint in asked.mistakes)]:
        for said, (left, right) in equations(why):
            assert np.isclose(left, right, rtol=0.006), f"“{said}” in “{why}”: {left}"


def test_an_equation_is_read_and_a_wrong_one_is_seen():
    right = "σ(3) = 0.9526, and ln(1/2) / ln(0.953) = 14.4. Now 1,024 = 2¹⁰, and s = 1/√64 = 1/8; but x = 3 is none."
    found = [sides for _, sides in equations(right)]
    assert [round(left, 2) for left, _ in found] == [0.95, 14.4, 1024, 0.12]
    np.testing.assert_allclose(*np.transpose(found), rtol=0.006)
    (said, (left, right)), = equations("Its half is σ(3) = 0.935.")
    assert not np.isclose(left, right, rtol=0.006) and "0.935" in said


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_the_number_that_a_quiz_asks_for_is_in_its_explanation_or_follows_from_it(slug):
    for question, answers in quizzes(slug).items():
        if "number" in answers:
            known = [value for words, value in ASKED.items() if question.startswith(words)]
            known = known or numbers_in(answers["explain"])
            said = np.isclose(known, answers["number"], rtol=max(0.02, answers["tolerance"])).any()
            assert said, (f"{question} explain does not say {answers['number']}; if it follows from what explain says, "
                          "say in ASKED of tests/test_chapter_exercises.py how")
            for over, under in re.findall(r"(?<![\d.])(\d+)/(\d+)(?![\d.])", answers["explain"]):
                is_asked = np.isclose(float(over) / float(under), answers["number"])
                assert not is_asked or {float(over), float(under)} & {*numbers_in(question)}, question
            divided = r"([\d.]+) over ([\d.]+) is (?:about )?(\d+(?:\.\d+)?)"
            for over, under, told in re.findall(divided, answers["explain"]):
                assert np.isclose(float(over) / float(under), float(told), rtol=0.1), question


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
def test_random_wrong_answers_fail(slug, name):
    exercise = exercises_of(slug)[name]
    for seed in range(WRONG):
        def wrong(*inputs, rng=np.random.default_rng(seed)):  # noqa: B008
            return spoil(exercise.solution(*inputs), exercise.tolerance, rng)

        verdict = check(exercise, answer(exercise, wrong), seed)
        assert not verdict.right and verdict.words, (seed, verdict)


@pytest.mark.parametrize("slug", WITH_EXERCISES)
def test_stubs_wait_for_the_reader_and_solutions_are_right(slug):
    right, not_yet, empty = words("check.right"), words("check.not_yet"), raw("check.no_answer").rpartition("}")[2]
    said, inside = {not_yet: [], right: []}, False
    for cell in notebooks.read_notebook(slug).cells:
        inside = (inside or "{solution-start}" in cell.source) and "{solution-end}" not in cell.source
        if cell.cell_type == "code" and "check(" in cell.source:
            verdict = " ".join(cell.outputs[-1]["data"]["text/plain"].split())
            assert verdict.startswith(f"{right if inside else not_yet} "), cell.source
            same = inside or "seed=0" in cell.source or empty in verdict
            assert same, f"not the same twice, use check(…, seed=0): {cell.source}"
            assert not inside or cell.source.startswith("# "), "JupyterLab shows the first line of a folded cell"
            said[right if inside else not_yet].append(cell.source)
    for name in exercises_of(slug):
        tried = {verdict: sum(f'EXERCISES["{name}"]' in source for source in said[verdict]) for verdict in said}
        assert tried == {not_yet: 1, right: 1 if said[right] else 0}, (
            f"{slug}: exercise {name} of EXERCISES is to have one stub and one solution in the notebook: {tried}")


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_running_all_cells_opens_no_worded_solution(slug):
    """JupyterLab shows a Markdown cell that is run, whatever it has hidden; a fold in its text stays shut."""
    for cell, inside in marked(notebooks.read_notebook(slug).cells):
        if inside and cell.cell_type == "markdown" and "{solution-" not in cell.source:
            assert re.match(r"<details><summary>.+</summary>\n\n", cell.source), cell.source
            assert cell.source.endswith("\n\n</details>"), cell.source


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_a_chapter_checks_its_readers_work(slug):
    """At least one question and one exercise that is checked; in the book itself the questions are few."""
    book = notebooks.read_notebook(slug)
    asked = sum("quiz(" in cell.source for cell in book.cells if cell.cell_type == "code")
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    titles = re.findall(r"\{exercise\} (.*)", text)
    assert titles and exercises_of(slug), f"{slug} has no exercise with a check"
    most = 6 if not (notebooks.root() / RECORD).exists() else asked  # a fork may ask more
    assert 1 <= asked <= most, f"a chapter has one to six quizzes; {slug} has {asked}"


@pytest.mark.parametrize("slug", notebooks.slugs())
def test_the_answers_to_quizzes_are_not_on_view_in_a_notebook(slug):
    for cell in notebooks.read_notebook(slug).cells:
        if cell.cell_type == "code" and "quiz(" in cell.source:
            folded = cell.metadata.get("jupyter") == {"source_hidden": True} and "remove-input" in cell.metadata.tags
            assert folded, f"the cell {cell.id} has the tag remove-input, and jupyter: {{source_hidden: true}}"
