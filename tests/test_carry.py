"""Carry it home: the page's numbers are NumPy's, the first touch saves the error, and all of it works by keys."""

import json
from itertools import pairwise

import numpy as np
import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import expect

from vgtext.carry import Recipe, carry, error_sizes, rules
from vgtext.carry.page import HERE, ROOMS, source
from vgtext.carry.show import page_element, picture
from vgtext.explore import source as explore_source

PAGE = ("<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<title>Carry</title><style>{} body {{ font-family: 'DejaVu Sans'; max-width: 690px; margin: 0 }}</style><main>"
        "<h1>Carry</h1>{}<p style='height: 900px'></p></main><script>{}</script>")
PLAIN = Recipe()


def recipe(rng):
    """A random recipe, any depth, of one kind or of all."""
    L = int(rng.integers(2, 101))
    kinds = list(rules.KINDS) if rng.random() < 0.5 else [rng.choice(list(rules.KINDS))]
    scales = np.exp(rng.uniform(np.log(rules.LEAST), np.log(rules.MOST), L)).round(2)
    return Recipe(tuple(scales.tolist()), tuple(rng.choice(kinds, L - 1).tolist()))


def alike(scale, kind, L):
    return Recipe((scale,) * L, (kind,) * (L - 1))


# ---- the rules ----


def test_the_matrix_alone_neither_grows_nor_fades():
    assert np.linalg.det(rules.W) == pytest.approx(1)
    assert abs(np.linalg.eigvals(rules.W)) == pytest.approx([1, 1])


@pytest.mark.parametrize("seed", range(8))
def test_the_error_is_the_derivative(seed):
    """Of the loss u · a[L], summed over the points, by z[1], along random directions."""
    rng = np.random.default_rng(seed)
    made = recipe(rng)._replace(scales=(0.9,) * 6, between=tuple(rng.choice(list(rules.KINDS), 5).tolist()))
    zs, activations = rules.forward(made)

    def loss(z):
        a = rules.after(made.between[0], z, activations[0])
        for scale, kind in zip(made.scales[1:], (*made.between[1:], "none")):
            a = rules.after(kind, scale * rules.W @ a, a)
        return (rules.circle() * a).sum(axis=0)

    h, squares = 1e-6, np.zeros(rules.POINTS)
    for axis in np.eye(2)[..., None]:
        squares += ((loss(zs[0] + h * axis) - loss(zs[0] - h * axis)) / (2 * h)) ** 2
    assert error_sizes(made)[0] == pytest.approx(np.sqrt(squares.mean()), rel=1e-5)


def home(*args):
    return error_sizes(alike(*args))[0]


def test_what_the_text_says_of_scales():
    vanished, exploded = rules.VANISHED, rules.EXPLODED
    assert error_sizes(PLAIN)[0] < vanished  # the opening
    assert home(1.0, "none", 10) == pytest.approx(1, rel=0.2) and home(1.0, "none", 100) == pytest.approx(1, rel=0.2)
    assert home(0.95, "none", 100) < vanished and home(1.05, "none", 100) > exploded  # "little room"
    assert vanished < home(0.8, "none", 10) and home(1.25, "none", 10) < exploded
    for L in (10, 100):
        assert home(1.0, "relu", L) < vanished < home(1.7, "relu", L)
    assert vanished < home(0.3, "shortcut", 10) < exploded < home(0.3, "shortcut", 100)
    assert vanished < home(rules.LEAST, "shortcut", 100) < exploded
    sizes = [home(scale, "norm", L) for scale in (rules.LEAST, 1.0, rules.MOST) for L in (10, 100)]
    assert sizes == pytest.approx(sizes[:2] * 3) and min(sizes) > vanished and max(sizes) < exploded


@pytest.mark.parametrize("kind", rules.KINDS)
def test_a_sentence_says_what_arrives(kind):
    words = rules.sentence(alike(1.2, kind, 12))
    assert words.startswith("12 layers, each of scale 1.20, ") and words.endswith((" home.", " on the way."))
    assert ("nothing between" in words) == (kind == "none")
    assert rules.sentence(Recipe((0.5, 1.0, 2.0), ("relu", "norm"))).startswith(
        "3 layers, of scales from 0.50 to 2.00, 1 × ReLU, 1 × norm: of an error of size 1 at layer 3, ")


def test_lives(monkeypatch):
    for mode, kinds in (("text", {"text/plain"}), ("static", {"text/plain", "text/html"}),
                        ("live", {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"})):
        monkeypatch.setenv("VGTEXT_EXPLORE", mode)
        bundle = carry()._repr_mimebundle_()
        assert set(bundle) == kinds and bundle["text/plain"] == f"[carry] {rules.sentence(PLAIN)}"
    for made in (PLAIN, alike(rules.LEAST, "relu", 100), alike(rules.MOST, "shortcut", 100), alike(1.0, "norm", 2)):
        assert picture(made, "svg").startswith(b"<?xml")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_short_and_says_what_it_is_for(room):
    lines = (HERE / f"{room}.js").read_text("utf8").splitlines()
    assert lines[0].startswith("// ") and len(lines) < 200 and max(map(len, lines)) < 100
    assert {path.stem for path in HERE.glob("*.js")} == set(ROOMS)


# ---- in a page ----


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("carry") / "index.html"
    styles, scripts = ("".join(part(kind) for part in (explore_source, source)) for kind in ("css", "js"))
    path.write_text(PAGE.format(styles, page_element(PLAIN), scripts), "utf8")
    return path


def opened(browser, file, width=700, height=800, hash="", **options):
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    tab = context.new_page()
    tab.trouble = []
    tab.on("pageerror", lambda error: tab.trouble.append(str(error)))
    tab.on("console", lambda message: message.type in ("error", "warning") and tab.trouble.append(message.text))
    tab.goto(f"{file.as_uri()}{hash}")
    tab.locator(".vg-lever").wait_for()
    return tab


@pytest.fixture
def tab(browser, file):
    made = opened(browser, file, reduced_motion="reduce")
    yield made
    made.context.close()
    assert made.trouble == []


def caption(tab):
    return tab.locator("figcaption")


def spot(tab, selector, k=0):
    box = tab.locator(selector).nth(k).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(tab, start, by):
    tab.mouse.move(*start)
    tab.mouse.down()
    tab.mouse.move(start[0], start[1] + by, steps=6)
    tab.mouse.up()


def test_the_page_computes_what_numpy_does(tab):
    rng = np.random.default_rng(0)
    made = [PLAIN, *(recipe(rng) for _ in range(200)), *(alike(s, k, 100) for k in rules.KINDS for s in (0.03, 1, 3))]
    found = tab.evaluate("""all => JSON.stringify(all.map(([scales, between]) => {
      const recipe = { scales, between }, { sizes, shapes } = vgCarry.run(recipe);
      return [sizes, shapes, vgCarry.sentence(recipe, sizes[0])];
    }))""", [[*map(list, each)] for each in made])  # millions of numbers: as one text, not one by one
    for each, (sizes, shapes, words) in zip(made, json.loads(found), strict=True):
        np.testing.assert_allclose(np.array(sizes, float), error_sizes(each), rtol=1e-12, atol=0)
        wanted = rules.forward(each)[1]
        np.testing.assert_allclose(np.array(shapes, float).transpose(0, 2, 1), wanted, rtol=1e-12, atol=0)
        assert words == rules.sentence(each)


def test_an_address_carries_every_recipe(tab):
    rng = np.random.default_rng(1)
    made = [{"scales": [*each.scales], "between": [*each.between]} for each in (recipe(rng) for _ in range(100))]
    back = tab.evaluate("all => all.map(each => vgCarry.readRecipe(vgCarry.written(each)))", made)
    assert back == made


def test_it_opens_on_a_lost_error_and_the_first_touch_saves_it(browser, file):
    for options in ({}, {"reduced_motion": "reduce"}, {"has_touch": True, "width": 375, "height": 667}):
        for way in ("tap", "drag"):
            tab = opened(browser, file, **options)
            expect(caption(tab)).to_have_text(rules.sentence(PLAIN).replace(" × ", "\u00a0×\u00a0"))
            assert "vanishes" in caption(tab).inner_text()
            lever = spot(tab, ".vg-lever span")
            if way == "drag":
                drag(tab, lever, -22)
            else:
                (tab.touchscreen.tap if "has_touch" in options else tab.mouse.click)(*lever)
            expect(caption(tab)).to_contain_text("It comes home.")
            expect(tab.locator(".vg-house.vg-home")).to_have_count(1)
            assert tab.locator(".vg-fresh").count() == 0 and tab.trouble == []
            tab.context.close()


def test_a_hand_that_goes_on_does_not_overshoot_home(tab):
    """For 32 pixels the lever rests where the error arrives at its size; then it goes on, without a jump."""
    x, y = spot(tab, ".vg-lever")
    tab.mouse.move(x, y)
    tab.mouse.down()
    found = []
    for by in range(0, 72, 2):
        tab.mouse.move(x, y - by)
        tab.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
        found.append(float(tab.locator(".vg-layer").first.get_attribute("aria-valuenow")))
    tab.mouse.up()
    assert found == sorted(found) and found[0] == 0.3 and found[-1] > 1.7
    assert 16 <= found.count(1.0) <= 18
    assert max(b / a for a, b in pairwise(found)) < 1.4


def test_words_say_what_the_circles_are_for(tab):
    hint = tab.locator(".vg-scene")
    expect(hint).to_contain_text("+ ReLU, norm or shortcut")
    expect(hint).to_contain_text("lost")
    tab.mouse.click(*spot(tab, ".vg-gap", 4))
    expect(hint).to_contain_text("R ReLU")
    expect(hint).not_to_contain_text("+ ReLU")
    tab.mouse.click(*spot(tab, ".vg-lever"))
    expect(hint).not_to_contain_text("lost")


def test_too_far_it_explodes_and_back_it_vanishes(tab):
    drag(tab, spot(tab, ".vg-lever"), -70)
    expect(caption(tab)).to_contain_text("It explodes on the way.")
    drag(tab, spot(tab, ".vg-lever"), 90)
    expect(caption(tab)).to_contain_text("It vanishes on the way.")
    tab.get_by_role("button", name="Reset").click()
    expect(caption(tab)).to_contain_text("each of scale 0.30, nothing between them")


def test_a_layer_is_dragged_and_a_gap_clicked(tab):
    drag(tab, spot(tab, ".vg-layer", 3), -30)
    expect(caption(tab)).to_contain_text("of scales from 0.30 to ")
    for words in ("1 × ReLU", "1 × norm", "1 × shortcut", "nothing between"):
        tab.mouse.click(*spot(tab, ".vg-gap", 4))
        expect(caption(tab)).to_contain_text(words)


def test_everything_works_by_keys(tab):
    tab.get_by_label("scale of all").focus()
    for _ in range(14):
        tab.keyboard.press("ArrowRight")
    expect(caption(tab)).to_contain_text("each of scale 1.00")
    tab.get_by_label("layers", exact=True).press("ArrowRight")
    expect(caption(tab)).to_contain_text("11 layers")
    tab.get_by_label("after each layer").select_option("norm")
    expect(caption(tab)).to_contain_text("a norm after each but the last")
    expect(tab.get_by_label("after each layer")).to_have_value("2")
    row = tab.locator(".vg-parts [tabindex='0']")
    assert row.count() == 1
    row.focus()
    tab.keyboard.press("ArrowUp")
    expect(row).to_have_attribute("aria-valuetext", "1.05")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')") == "After layer 1: norm"
    tab.keyboard.press("Enter")
    expect(caption(tab)).to_contain_text("9 × norm, 1 × shortcut")
    expect(tab.get_by_label("after each layer")).to_have_value("4")  # a mix
    tab.keyboard.press("End")
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')") == "Scale of layer 11"
    assert tab.locator(".vg-parts [tabindex='0']").count() == 1
    tab.wait_for_function("document.querySelector('.vg-carry [aria-live]').textContent.startsWith('11 layers')")


def test_a_link_opens_its_state(tab, file):
    tab.goto("about:blank")
    tab.goto(f"{file.as_uri()}#carry-it-home?scale=0.3*3,1.2&between=relu,none,shortcut")
    expect(caption(tab)).to_contain_text("4 layers, of scales from 0.30 to 1.20, 1 × ReLU, 1 × shortcut")
    tab.get_by_role("button", name="Link to this state").click()
    tab.wait_for_function("location.hash === '#carry-it-home?scale=0.3*3,1.2&between=relu,none,shortcut'")


@pytest.mark.parametrize("hash", ["%", "carry-it-home?", "carry-it-home?scale=x&between=y", "carry-it-home?scale=1*1e9",
                                  "carry-it-home?scale=9*3&between=none*99", "carry-it-home?scale=-1,Infinity*4",
                                  "carry-it-home?scale=1*0", "carry-it-home?%zz"])
def test_a_malformed_address_does_no_harm(browser, file, hash):
    tab = opened(browser, file, hash=f"#{hash}")
    expect(caption(tab)).to_contain_text("arrives at layer 1.")
    assert tab.trouble == []
    tab.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_all_of_it_is_in_view_and_within_reach(browser, file, scheme):
    tab = opened(browser, file, 375, 667, has_touch=True, color_scheme=scheme)
    tab.evaluate("scheme => (document.documentElement.dataset.theme = scheme)", scheme)
    tab.evaluate(AXE_FILE_PATH.read_text("utf8"))
    if scheme == "dark":
        tab.evaluate("document.body.style.cssText = 'background: #15181c; color: #eee'")
    for hash, layers in (("scale=0.3*10", 10), ("scale=0.5*4,2*3&between=relu,none,shortcut*3,norm", 7),
                         ("scale=1*100&between=shortcut*99", 100)):
        tab.evaluate("hash => (location.hash = hash)", f"carry-it-home?{hash}")
        expect(caption(tab)).to_contain_text(f"{layers} layers")
        assert tab.locator("vg-carry figure").bounding_box()["height"] <= 667
        assert tab.evaluate("document.documentElement.scrollWidth") <= 375
        for target in tab.locator(".vg-layer, .vg-gap, .vg-lever").all():
            box = target.bounding_box()
            assert box is None or min(box["width"], box["height"]) >= 24
        found = tab.evaluate("axe.run({ rules: { 'target-size': { enabled: true } } })")["violations"]
        assert [(rule["id"], node["html"][:200]) for rule in found for node in rule["nodes"]] == [], json.dumps(hash)
    assert tab.trouble == []
    tab.context.close()


def test_nothing_moves_by_itself_for_readers_who_ask_for_less_motion(browser, file):
    for motion, moves in (("reduce", False), ("no-preference", True)):
        tab = opened(browser, file, reduced_motion=motion)
        running = tab.evaluate("document.getAnimations().map((a) => a.animationName)")
        assert ("vg-flow" in running) == moves and ("vg-beckon-up" in running) == moves
        tab.context.close()


def test_without_scripts_picture_and_sentence_are_there(browser, file):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(file.as_uri())
    assert tab.locator("vg-carry img").is_visible()
    assert tab.locator("vg-carry img").get_attribute("alt") == caption(tab).inner_text() == rules.sentence(PLAIN)
    context.close()
