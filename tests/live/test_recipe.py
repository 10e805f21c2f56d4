"""A recipe is carried by a link and back, and says what is wrong with one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgtext import nn
from vgtext.live.recipe import PARTS, Recipe


def values(part):
    """Return what a part may be, as a strategy."""
    if part.choices:
        return st.sampled_from(list(part.choices))
    if part.whole:
        return st.integers(int(part.low), int(part.high))
    return st.floats(part.low, part.high).map(lambda x: min(max(float(f"{x:g}"), part.low), part.high))


def allowed(parts):
    return parts["shortcut"] not in ("pre", "post") or parts["norm"] != "none"


RECIPES = st.fixed_dictionaries({name: values(part) for name, part in PARTS.items()}).filter(allowed)


@given(RECIPES)
def test_a_query_brings_the_recipe_back(parts):
    recipe = Recipe(**parts)
    assert Recipe.parse(recipe.query()) == recipe
    assert Recipe.parse("&".join(f"{name}={value}" for name, value in parts.items())) == recipe


def test_the_opening_recipe_needs_no_query_and_is_the_default():
    assert Recipe().query() == "" and Recipe.parse("") == Recipe()
    assert Recipe(depth=100, rate=0.5).query() == "depth=100&rate=0.5"
    assert Recipe(gain=2, clip=1, steps=1000).query() == "gain=2&clip=1&steps=1000"  # as a form writes numbers


@pytest.mark.parametrize(("query", "words"), [
    ("depth=abc", "depth must be a whole number from 2 to 100, got 'abc'"),
    ("depth=101", "depth must be a whole number from 2 to 100, got '101'"),
    ("depth=2.5", "depth must be a whole number from 2 to 100, got '2.5'"),
    ("depth=", "depth must be a whole number from 2 to 100, got ''"),
    ("depth", "depth must have a value, as in depth=20; got none"),
    ("depth=3&depth=4", "depth must be given once, got '3' and '4'"),
    ("depht=3", r"got 'depht' \(did you mean depth\?\)"),
    ("width=33", "width must be one of 8, 16, 32, 64, 128; got '33'"),
    ("activation=cosine", "activation must be one of sigmoid, tanh, .*; got 'cosine'"),
    ("rate=nan", "rate must be a number from 1e-06 to 10, got 'nan'"),
    ("rate=inf", "rate must be a number from 1e-06 to 10, got 'inf'"),
    ("clip=-1", "clip must be a number from 0 to 1000, got '-1'"),
    ("shortcut=pre", "norm must be one of batch, layer, rms with shortcut 'pre', got 'none'"),
])
def test_a_fault_is_named_with_what_was_given_and_what_is_allowed(query, words):
    with pytest.raises(ValueError, match=words):
        Recipe.parse(query)


def test_a_number_is_no_truth_value():
    with pytest.raises(ValueError, match="depth must be a whole number from 2 to 100, got True"):
        Recipe(depth=True)


@pytest.mark.parametrize("name", [name for name in PARTS if name != "steps"])
def test_another_value_of_a_part_is_another_run(name):
    """In what the network answers before it is trained, or in how it is trained; in both, if it is the seed."""
    part, x = PARTS[name], np.random.default_rng(0).standard_normal((64, 3))
    values = part.choices or (part.low, (part.low + part.high) // 2, part.high)
    recipes = [Recipe(**{"norm": "layer" if name == "shortcut" else "none", name: value}) for value in values]
    answers = [recipe.network().forward(x).tobytes() for recipe in recipes]
    settings = [str(recipe.training()) for recipe in recipes]
    assert len({*zip(answers, settings)}) == len(recipes)
    if name == "seed":
        assert len({*answers}) == len({*settings}) == len(recipes)


@given(RECIPES)
def test_every_recipe_makes_its_network(parts):
    recipe = Recipe(**{**parts, "depth": min(parts["depth"], 6)})
    network = recipe.network()
    assert network.depth == recipe.depth
    assert [len(layer.W) for layer in network.layers[1:]] == [recipe.width] * (recipe.depth - 1) + [10]


def test_the_gain_multiplies_the_first_weights():
    one, two = (Recipe(depth=4, gain=gain).network().layers[2].W for gain in (1, 2))
    assert (two == 2 * one).all()


def test_a_clipped_gradient_is_shorter_and_keeps_its_direction():
    (way, limit), gradient = Recipe(clip=2).training()["clip"], np.array([3.0, 4.0])
    nn.CLIPPINGS[way]([gradient], limit)
    assert gradient == pytest.approx([1.2, 1.6]) and Recipe().training()["clip"] is None
