"""Carry it home: the page's numbers are NumPy's, the first touch saves the error, and all of it works by keys."""

import json
from contextlib import closing
from itertools import pairwise

import numpy as np
import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from matplotlib.figure import Figure
from playwright.sync_api import expect

from explore.reader import reading, stop_time
from vgtext.carry import Recipe, carry, error_sizes, rules
from vgtext.carry.page import HERE, ROOMS, source
from vgtext.carry.show import draw, page_element, picture
from vgtext.explore import source as explore_source
from vgtext.palette import number
from vgtext.words import words as told

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
    for l, left in ((1, 2.0), (5, 1.0), (10, 0.5)):  # "the last scale over the first"
        scales = tuple(0.5 if k == l else 1.0 for k in range(1, 11))
        assert error_sizes(Recipe(scales, ("norm",) * 9))[0] == pytest.approx(left * sizes[0])


@pytest.mark.parametrize("kind", rules.KINDS)
def test_a_sentence_says_what_arrives(kind):
    words = rules.sentence(alike(1.2, kind, 12))
    assert words.startswith("12 layers, each of scale 1.20, ") and words.endswith((" home.", " on the way."))
    assert ("nothing between" in words) == (kind == "none")
    assert rules.sentence(Recipe((0.5, 1.0, 2.0), ("relu", "norm"))).startswith(
        "3 layers, of scales from 0.50 to 2.00, 1 × ReLU, 1 × norm: of an error of size 1 at layer 3, ")
    assert "1 × ReLU" in rules.sentence(Recipe((1.0, 1.0, 1.0), ("relu", "none")))


@pytest.mark.parametrize("scales, fate", [((0.02, 0.1, 0.3, 1.0), "too_little"), ((1.0, 1.0, 1.0, 1.0), ""),
                                          ((0.5, 9.0, 9.0, 9.0), "too_much")])
def test_the_printed_picture_shows_scales_ribbon_posts_and_what_arrives(scales, fate):
    made = Recipe(scales, ("none",) * 3)
    shapes, bars, ribbon = Figure().subplots(3)
    draw(shapes, bars, ribbon, made)
    assert [bar.get_y() + bar.get_height() for bar in bars.patches] == pytest.approx(scales)
    assert [*bars.get_yticks()] == [float(text.get_text()) for text in bars.get_yticklabels()]
    assert [*bars.lines[0].get_ydata()] == [1, 1]
    for tick, shape, points in zip(shapes.get_xticks(), shapes.patches, rules.forward(made)[1], strict=True):
        seen = shape.get_xy()[: rules.POINTS] - (tick, 0)  # around its layer's number, with up upwards
        for drawn, wanted in zip(seen.T, points, strict=True):
            assert np.allclose(drawn / abs(drawn).max(), wanted / abs(wanted).max())
    assert [shapes.get_title("left"), bars.get_title("left"), ribbon.get_title("right")] == [
        told(f"carry.{name}") for name in ("signal", "bars", "error")]
    area, *posts = ribbon.collections
    border, sizes = area.get_paths()[0].vertices, error_sizes(made)
    at_layers = [border[border[:, 0] == l, 1].max() for l in (1, 2, 3, 4)]
    assert at_layers == pytest.approx([min(max(1 + np.log10(size) / 4, 0), 1.75) for size in sizes])
    ends = [abs(post.get_segments()[0][:, 1]) for post in posts]
    assert np.allclose(ends, 1 + np.array([-1.2, 1.5]) / 4)  # a ribbon of just these sizes
    arrives, limits = (text.get_text() for text in ribbon.texts)
    assert number(sizes[0]) in arrives and arrives.endswith(told(f"carry.{fate}") if fate else number(sizes[0]))
    assert limits.index(number(rules.VANISHED)) < limits.index(number(rules.EXPLODED))


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
    tab.locator(".vg-scene svg").wait_for()  # drawn in the next frame: the lever then stands at its place
    return tab


@pytest.fixture(scope="module")
def one_tab(browser):
    """A tab that most tests use, one after another."""
    with closing(browser.new_page(reduced_motion="reduce")) as made:
        yield made


@pytest.fixture
def tab(one_tab, file):
    with reading(one_tab, file):
        one_tab.locator(".vg-scene svg").wait_for()
        yield one_tab


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
    odd = tab.evaluate("vgCarry.readRecipe('scale=0.1234,9,0*99,1.005*50&between=none*3,relu')")
    assert odd["scales"][:3] == [0.12, rules.MOST, rules.LEAST] and len(odd["scales"]) == 100
    assert {scale for scale in odd["scales"] if round(scale, 2) != scale} == set()
    assert odd["between"] == ["none"] * 3 + ["relu"] * 96  # what is missing repeats the last one


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


def held(tab, distances):
    """Hold the lever; return, for a finger at each of the distances above, all layers' scale, the lever's way, home."""
    x, y = spot(tab, ".vg-lever")
    tab.mouse.move(x, y)
    tab.mouse.down()
    found = []
    for by in distances:
        tab.mouse.move(x, y - by)
        tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        scale = float(tab.locator(".vg-value").nth(1).inner_text())
        found.append((scale, y - spot(tab, ".vg-lever")[1], tab.locator(".vg-house.vg-home").count()))
    tab.mouse.up()
    return zip(*found, strict=True)


@pytest.mark.parametrize(("layers", "least", "most"), [(10, 12, 24), (100, 3, 8)])
def test_the_lever_is_fine_near_home_and_stays_with_the_finger(tab, layers, least, most):
    """It rests for 3 pixels at most, is nowhere far from the finger, and home is narrower where the net is deep."""
    tab.evaluate("hash => (location.hash = hash)", f"carry-it-home?scale=0.3*{layers}")
    expect(caption(tab)).to_contain_text(f"{layers} layers, each of scale 0.30")
    scales, ways, homes = held(tab, range(41))
    assert list(scales) == sorted(scales) and scales[0] == 0.3 and scales[-1] > 1.7
    assert 1 <= scales.count(1.0) <= 3
    assert {0.98, 0.99} & set(scales) and {1.01, 1.02} & set(scales)
    assert max(b / a for a, b in pairwise(scales)) < 1.15
    assert max(abs(way - by) for by, way in enumerate(ways)) < 4.5
    assert least <= sum(homes) <= most


def test_only_the_first_tap_saves(tab):
    """Not one after another touch, and not one after a reset."""
    tab.mouse.click(*spot(tab, ".vg-gap", 4))
    expect(caption(tab)).to_contain_text("1 × ReLU")
    tab.mouse.click(*spot(tab, ".vg-lever"))
    tab.get_by_role("button", name="Reset").click()
    expect(caption(tab)).to_contain_text("nothing between")
    tab.mouse.click(*spot(tab, ".vg-lever"))
    tab.get_by_label("layers", exact=True).press("ArrowRight")  # a later act than the taps, which is seen
    expect(caption(tab)).to_contain_text("11 layers, each of scale 0.30")


def test_a_finger_drags_on_a_dot_alone_and_scrolls_elsewhere(tab):
    """By what the browser is told of the element below the finger: a bar or a gap captures no swipe."""
    x, y = spot(tab, ".vg-layer", 3)
    found = [tab.evaluate("""([x, y]) => {
      const at = document.elementFromPoint(x, y), ways = [];
      for (let each = at; each; each = each.parentElement) ways.push(getComputedStyle(each).touchAction);
      return ways.includes("none");
    }""", at) for at in ((x, y), spot(tab, ".vg-lever"), (x, y + 30), (x + 31, y - 25), spot(tab, ".vg-gap", 3))]
    assert found == [True, True, False, False, False]


FILLED = """() => {
  const svg = document.querySelector(".vg-scene svg"), ribbon = svg.querySelector(".vg-ribbon");
  const gate = svg.querySelector(".vg-gate"), to = gate.getCTM(), box = gate.getBBox();
  const [x, middle] = [to.e + 23, to.f], [outer, inner] = [-box.y, -box.y - box.height];
  const half = [...Array(400)].filter((_, k) => ribbon.isPointInFill(new DOMPoint(x, middle - k / 10))).length / 10;
  return [half, inner, outer];
}"""


@pytest.mark.parametrize(("scale", "fate"), [(0.71, "vanishes"), (0.76, ""), (1.42, ""), (1.52, "explodes")])
def test_posts_at_the_door_are_the_limits(tab, scale, fate):
    """Where the ribbon's edge runs between their ends the error is at home, by NumPy's numbers, and nowhere else."""
    size = home(scale, "none", 10)
    assert (rules.VANISHED <= size <= rules.EXPLODED) == (fate == "")
    tab.evaluate("hash => (location.hash = hash)", f"carry-it-home?scale={scale}*10")
    expect(caption(tab)).to_contain_text(f"each of scale {scale:.2f}")
    half, inner, outer = tab.evaluate(FILLED)
    assert (inner, outer) == pytest.approx([16 + 4 * np.log10(limit) for limit in (rules.VANISHED, rules.EXPLODED)],
                                           abs=0.06)
    assert abs(half - (outer if scale > 1 else inner)) < 1.2  # near the limit
    assert ("vanishes" if half < inner else "explodes" if half > outer else "") == fate
    assert tab.locator(".vg-house.vg-burst").count() == (fate == "explodes")
    words = tab.locator(".vg-scene .vg-word").text_content()
    assert words == f"layer 1 gets {number(size)}" + (f": {fate}" if fate else "")
    expect(tab.locator(".vg-scene")).to_contain_text(f"home: {number(rules.VANISHED)} to {number(rules.EXPLODED)}")


def test_layer_1_is_home_and_its_scale_is_not_on_the_way(tab):
    """The house stands below its bar, no ribbon does, and the figure says why nothing happens."""
    house, bar = spot(tab, ".vg-house path"), spot(tab, ".vg-bar")
    assert abs(house[0] - bar[0]) < 3
    tab.get_by_label("scale of all").fill("25")
    expect(caption(tab)).to_contain_text("It comes home.")
    assert tab.locator(".vg-ribbon").bounding_box()["x"] > bar[0] + 10
    gets = tab.locator(".vg-scene .vg-word").text_content()
    drag(tab, spot(tab, ".vg-layer", 0), 20)
    expect(caption(tab)).to_contain_text("of scales from 0.")
    expect(tab.locator(".vg-next")).to_contain_text("Layer 1 is home: the error does not pass its scale.")
    expect(tab.locator(".vg-scene .vg-word")).to_have_text(gets)
    drag(tab, spot(tab, ".vg-layer", 1), 20)
    expect(tab.locator(".vg-next")).not_to_contain_text("Layer 1")
    expect(tab.locator(".vg-scene .vg-word")).not_to_have_text(gets)
    tab.evaluate("location.hash = 'carry-it-home?scale=1*4&between=none,norm,none'")  # it feels each scale
    expect(caption(tab)).to_contain_text("4 layers")
    drag(tab, spot(tab, ".vg-layer", 0), 20)
    expect(caption(tab)).to_contain_text("of scales from 0.")
    expect(tab.locator(".vg-next")).not_to_contain_text("Layer 1")


def test_a_near_miss_is_told_what_counts(tab):
    """A ribbon between the posts looks as if it were home: its edges must be on them."""
    line = tab.locator(".vg-next")
    for scale, kind, words in ((0.3, "none", "Bring the error home"), (1, "relu", "Almost: its edges must end on"),
                               (1, "none", "Home!"), (1.5, "none", "Almost:"), (3, "none", "Bring the error home")):
        tab.evaluate("hash => (location.hash = hash)", f"carry-it-home?scale={scale}*10&between={kind}*9")
        expect(line).to_contain_text(words)


def test_in_forced_colors_the_knob_is_seen(tab):
    tab.emulate_media(forced_colors="active", color_scheme="dark")
    knob, ground = tab.evaluate("""() => {
      document.body.style.background = "Canvas";
      return [document.querySelector(".vg-lever span"), document.body].map((e) => getComputedStyle(e).backgroundColor);
    }""")
    tab.emulate_media(forced_colors="none", color_scheme="light")
    assert knob != ground


def test_who_is_home_is_asked_for_more(tab):
    """A hundred layers, ReLUs, a hundred shortcuts: each begins away from home, can be won, and is not asked again."""
    line, scale = tab.locator(".vg-next"), tab.get_by_label("scale of all")
    expect(line).to_contain_text("Bring the error home")
    height = tab.locator("vg-carry figure").bounding_box()["height"]
    tab.mouse.click(*spot(tab, ".vg-lever"))
    seen = []
    for name, begins, wins in (("100 layers", "vanishes", "1.00"), ("ReLUs", "vanishes", "1.70"),
                               ("100 shortcuts", "explodes", "0.03")):
        expect(line).to_contain_text("Home! Now with")
        seen.append(line.get_by_role("button").all_inner_texts())
        assert tab.locator("vg-carry figure").bounding_box()["height"] == height
        line.get_by_role("button", name=name).click()
        expect(caption(tab)).to_contain_text(f"It {begins} on the way.")
        expect(line.get_by_role("button")).to_have_count(0)
        expect(scale).to_be_focused()
        for _ in range(70):
            if tab.locator(".vg-value").nth(1).inner_text() == wins:
                break
            scale.press("ArrowRight" if float(wins) > 0.3 else "ArrowLeft")
            tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        expect(caption(tab)).to_contain_text("It comes home.")
    expect(line).to_contain_text("Home, each time.")
    assert seen == [["100 layers", "ReLUs"], ["ReLUs", "100 shortcuts"], ["100 shortcuts"]]
    expect(line.locator("a")).to_be_hidden()  # this page does not know where the reason stands
    tab.wait_for_function("document.querySelector('.vg-carry [aria-live]').textContent.includes('Home, each time.')")


def test_who_is_home_may_ask_why(browser, file, tmp_path):
    path = tmp_path / "index.html"
    path.write_text(file.read_text("utf8").replace("<vg-carry ", '<vg-carry data-why="problem.html" '), "utf8")
    tab = opened(browser, path, reduced_motion="reduce")
    why = tab.locator(".vg-next a")
    expect(why).to_be_hidden()
    tab.mouse.click(*spot(tab, ".vg-lever"))
    expect(why).to_be_visible()
    assert why.get_attribute("href") == "problem.html"
    tab.context.close()


def test_a_widget_is_the_same_figure(tab):
    """In a kernel's page: no address, no reason to be led to, all else as in the book's."""
    tab.evaluate("""() => {
      const el = document.createElement("div");
      document.querySelector("vg-carry").replaceWith(el);
      vgCarry.live({ el });
    }""")
    expect(caption(tab)).to_contain_text("It vanishes on the way.")
    tab.mouse.click(*spot(tab, ".vg-lever"))
    expect(caption(tab)).to_contain_text("It comes home.")
    expect(tab.locator(".vg-next").get_by_role("button", name="100 layers")).to_be_visible()
    expect(tab.locator(".vg-next a")).to_be_hidden()


OVERLAPS = """() => {
  const all = [...document.querySelectorAll(".vg-scene text")].map((text) => [text.textContent, text.getBBox()]);
  const ribbon = document.querySelector(".vg-ribbon"), found = [];
  const { width } = document.querySelector(".vg-scene svg").getBoundingClientRect();
  for (const shape of document.querySelectorAll(".vg-shape")) {
    const { y, height } = shape.getBBox();
    if (y < 15 || y + height > 77) found.push(["a shape", "another row"]);
  }
  const dots = [...document.querySelectorAll(".vg-small")].map((dot) => ["a dot", dot.getBBox()]);
  all.forEach(([words, a], i) => {
    if (a.x < -0.5 || a.x + a.width > width + 0.5) found.push([words, "outside"]);
    for (const [other, b] of [...all.slice(0, i), ...dots])
      if (a.x < b.x + b.width && b.x < a.x + a.width && a.y + 3 < b.y + b.height - 3 && b.y + 3 < a.y + a.height - 3)
        found.push([words, other]);
    const along = [...Array(21)].map((_, k) => new DOMPoint(a.x + (a.width * k) / 20, a.y + a.height / 2));
    if (along.some((point) => ribbon.isPointInFill(point))) found.push([words, "ribbon"]);
  });
  return found;
}"""


@pytest.mark.parametrize("width", [288, 343, 375, 690])
def test_no_words_of_the_picture_touch(browser, file, width):
    """Nor the ribbon, nor the edge: at any size that a number may have. Shapes stay in their row."""
    tab = opened(browser, file, width, reduced_motion="reduce")
    for hash, layers in (("scale=0.3*10", 10), ("scale=0.3*100", 100), ("scale=3*10&between=relu*9", 10),
                         ("scale=3*100", 100), ("scale=0.3*100&between=shortcut*99", 100),
                         ("scale=0.3,3,0.3*8", 10), ("scale=0.03,3,0.03*6", 8),
                         ("scale=1*4&between=relu,norm,shortcut", 4), ("scale=0.03*2", 2),
                         ("scale=3*8&between=norm*7", 8)):
        tab.evaluate("hash => (location.hash = hash)", f"carry-it-home?{hash}")
        expect(caption(tab)).to_contain_text(f"{layers} layers, ")
        assert tab.evaluate(OVERLAPS) == [], hash
    tab.context.close()


def test_numbers_say_which_layers_the_circles_are(tab):
    tab.set_viewport_size({"width": 375, "height": 667})
    numbers = tab.locator(".vg-shape + .vg-mark + text")
    expect(numbers).to_have_text(["input", "2", "4", "6", "8", "10"])
    shapes = [spot(tab, ".vg-scene circle.vg-ghost", k)[0] for k in range(6)]
    bars = [spot(tab, ".vg-bar", k)[0] for k in (1, 3, 5, 7, 9)]
    assert shapes[1:] == pytest.approx(bars, abs=0.2)
    assert [spot(tab, ".vg-shape + .vg-mark + text", k)[0] for k in range(6)] == pytest.approx(shapes, abs=0.5)


def test_a_shape_is_its_layers_points_with_up_upwards(tab):
    made = Recipe((1.0, 0.5, 2.0, 1.0), ("relu", "none", "shortcut"))
    tab.evaluate("location.hash = 'carry-it-home?scale=1,0.5,2,1&between=relu,none,shortcut'")
    expect(caption(tab)).to_contain_text("4 layers")
    drawn = tab.evaluate("""[...document.querySelectorAll(".vg-shape")].map((shape) => {
      const { cx, cy } = shape.previousElementSibling.attributes;
      return [[cx.value, cy.value], shape.getAttribute("d").match(/[-\\d.]+/g)].map((all) => all.map(Number));
    })""")
    for (middle, numbers), points in zip(drawn, rules.forward(made)[1], strict=True):
        seen, wanted = (np.reshape(numbers, (-1, 2)) - middle) * (1, -1), points.T
        size = (seen * wanted).sum() / (wanted * wanted).sum()
        assert np.abs(seen - size * wanted).max() < 0.11 and size * np.abs(wanted).max() > 8  # pixels


BESIDE = """() => {
  const all = (name) => [...document.querySelectorAll(name)];
  const at = (part) => new DOMMatrix(getComputedStyle(part).transform);
  const way = (part) => part.getAttribute("d").match(/[-\\d.]+/g);
  const kinds = ["valuemin", "valuenow", "valuemax", "valuetext", "orientation"];
  return {
    said: all(".vg-layer").map((part) => kinds.map((kind) => part.getAttribute(`aria-${kind}`))),
    hands: all(".vg-layer").map((part) => [at(part).e, at(part).f]),
    bars: all(".vg-bar").map((bar) => ["x", "y", "width"].map((kind) => Number(bar.getAttribute(kind)))),
    gaps: all(".vg-gap.vg-shortcut").map((part) => at(part).e),
    arcs: all(".vg-arc").map((arc) => [way(arc)[0], way(arc).at(-2)].map(Number)),
    one: Number(way(document.querySelector("path.vg-ghost"))[1]),
  };
}"""


def test_bars_hands_and_ways_around_are_at_their_layers_and_say_their_scales(tab):
    scales = (1.0, 0.5, 2.0, 1.25)
    tab.evaluate("location.hash = 'carry-it-home?scale=1,0.5,2,1.25&between=relu,shortcut,shortcut'")
    expect(caption(tab)).to_contain_text("4 layers")
    seen = tab.evaluate(BESIDE)
    least, most = f"{rules.LEAST:g}", f"{rules.MOST:g}"
    assert seen["said"] == [[least, f"{scale:g}", most, f"{scale:.2f}", "vertical"] for scale in scales]
    for (x, y), (left, top, width) in zip(seen["hands"], seen["bars"], strict=True):
        assert (x, y) == pytest.approx((left + width / 2, top), abs=0.2)  # a hand is on the end of its bar
    assert seen["one"] == pytest.approx(seen["hands"][0][1], abs=0.2)  # the line of scale 1
    pitch = seen["hands"][1][0] - seen["hands"][0][0]
    assert [pytest.approx((gap - pitch, gap), abs=0.2) for gap in seen["gaps"]] == [tuple(arc) for arc in seen["arcs"]]
    tab.get_by_label("layers", exact=True).press("ArrowRight")
    expect(caption(tab)).to_contain_text("3 × shortcut")
    assert tab.locator(".vg-layer").last.get_attribute("aria-valuetext") == "1.25"  # a new layer is as the last one


def test_where_dots_are_too_narrow_words_say_so(tab):
    expect(tab.locator(".vg-scene")).not_to_contain_text("choose below")
    tab.get_by_label("layers", exact=True).press("End")
    expect(tab.locator(".vg-scene")).to_contain_text("Too many to tap: choose below")
    expect(tab.locator(".vg-layer")).to_have_count(0)
    tab.evaluate("location.hash = 'carry-it-home?scale=1*100&between=none*3,relu,norm,shortcut,none*93'")
    expect(caption(tab)).to_contain_text("1 × shortcut")
    bars = tab.locator(".vg-bar").evaluate_all("all => all.map(bar => Number(bar.getAttribute('x')))")
    dots = tab.locator(".vg-small").evaluate_all(
        "all => all.map(dot => [dot.classList[1], Number(dot.getAttribute('cx'))])")
    assert [kind for kind, _ in dots] == ["vg-relu", "vg-norm", "vg-shortcut"]
    assert all(bars[l] < at < bars[l + 1] + 2 for l, (_, at) in enumerate(dots, 3))  # after layers 4, 5 and 6


def test_picture_and_sentence_agree_in_every_frame(browser, file):
    """While the first touch saves the error: the house is lit as long as the sentence says that it comes home."""
    tab = opened(browser, file)
    tab.evaluate("""() => {
      globalThis.frames_ = [];
      const look = () => {
        const lit = Boolean(document.querySelector(".vg-house.vg-home"));
        const said = document.querySelector("figcaption").textContent.includes("home.");
        const noted = !document.querySelector(".vg-scene .vg-word").textContent.includes(":");
        frames_.push([lit, said, noted]);
        requestAnimationFrame(look);
      };
      look();
    }""")
    tab.mouse.click(*spot(tab, ".vg-lever span"))
    expect(caption(tab)).to_contain_text("each of scale 1.00")
    found = tab.evaluate("frames_")
    assert [True] * 3 in found and [False] * 3 in found
    assert [frame for frame in found if len(set(frame)) > 1] == []
    tab.context.close()


def test_a_held_layer_shows_its_scale(tab):
    x, y = spot(tab, ".vg-layer", 3)
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x, y - 30, steps=3)
    expect(tab.locator(".vg-layer.vg-held")).not_to_have_attribute("aria-valuetext", "0.30")
    shown = tab.evaluate("getComputedStyle(document.querySelector('.vg-held'), '::before').content")
    assert shown == f'"{tab.locator(".vg-layer").nth(3).get_attribute("aria-valuetext")}"'
    tab.mouse.up()


def test_words_say_what_the_circles_are_for(tab):
    hint = tab.locator(".vg-scene")
    expect(hint).to_contain_text("+ ReLU, norm or shortcut")
    expect(hint).to_contain_text("lost")
    tab.mouse.click(*spot(tab, ".vg-gap", 4))
    expect(hint).to_contain_text("R ReLU: negative entries become 0")
    expect(hint).not_to_contain_text("+ ReLU")
    for words in ("N norm: each point gets length 1", "↷ shortcut: adds what came in"):
        tab.mouse.click(*spot(tab, ".vg-gap", 4))
        expect(hint).to_contain_text(words)
    tab.mouse.click(*spot(tab, ".vg-gap", 3))
    expect(hint).to_contain_text("R ReLU · ↷ shortcut")
    expect(hint).not_to_contain_text("become 0")  # what does what, where two are in use
    tab.get_by_label("scale of all").fill("30")
    expect(hint).not_to_contain_text("lost")


def test_too_far_it_explodes_and_back_it_vanishes(tab):
    for by, fate in ((-70, "explodes"), (90, "vanishes")):
        drag(tab, spot(tab, ".vg-lever"), by)
        expect(caption(tab)).to_contain_text(f"It {fate} on the way.")
        assert spot(tab, ".vg-level")[1] == pytest.approx(spot(tab, ".vg-lever")[1], abs=0.6)
    tab.get_by_role("button", name="Reset").click()
    expect(caption(tab)).to_contain_text("each of scale 0.30, nothing between them")


def test_a_layer_is_dragged_and_a_gap_clicked(tab):
    drag(tab, spot(tab, ".vg-layer", 3), -30)
    expect(caption(tab)).to_contain_text("of scales from 0.30 to ")
    for words in ("1 × ReLU", "1 × norm", "1 × shortcut", "nothing between"):
        tab.mouse.click(*spot(tab, ".vg-gap", 4))
        expect(caption(tab)).to_contain_text(words)


FOCUSED = """() => {
  const on = document.activeElement, { outlineStyle, outlineWidth } = getComputedStyle(on);
  return [on.getAttribute("aria-label"), parseFloat(outlineWidth) >= 2 && outlineStyle]; // and how its ring looks
}"""


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
    for key, scale in (("ArrowUp", "1.05"), ("PageUp", "1.30"), ("PageDown", "1.05"), ("ArrowDown", "1.00")):
        tab.keyboard.press(key)
        expect(row).to_have_attribute("aria-valuetext", scale)
    for key, name in (("End", "Scale of layer 11"), ("Home", "Scale of layer 1"), ("ArrowRight", "After layer 1: norm"),
                      ("ArrowRight", "Scale of layer 2"), ("ArrowLeft", "After layer 1: norm")):
        tab.keyboard.press(key)
        assert tab.evaluate(FOCUSED) == [name, "solid"]
    tab.keyboard.press("Enter")
    expect(caption(tab)).to_contain_text("9 × norm, 1 × shortcut")
    expect(tab.get_by_label("after each layer")).to_have_value("4")  # a mix
    assert tab.locator(".vg-parts [tabindex='0']").count() == 1
    tab.wait_for_function("document.querySelector('.vg-carry [aria-live]').textContent.startsWith('11 layers')")


def test_of_many_changes_the_last_alone_is_said(browser, file):
    tab = opened(browser, file, reduced_motion="reduce")
    stop_time(tab)
    said = tab.locator(".vg-carry [aria-live]")
    for layers in (11, 12):
        tab.get_by_label("layers", exact=True).press("ArrowRight")
        tab.clock.run_for(400)
        expect(caption(tab)).to_contain_text(f"{layers} layers")
    for _ in range(2):
        assert said.text_content() == ""
        tab.clock.run_for(200)
    tab.clock.run_for(200)
    assert said.text_content().startswith("12 layers")
    tab.context.close()


def test_a_link_opens_its_state(tab, file):
    tab.goto("about:blank")
    tab.goto(f"{file.as_uri()}#carry-it-home?scale=0.3*3,1.2&between=relu,none,shortcut")
    expect(caption(tab)).to_contain_text("4 layers, of scales from 0.30 to 1.20, 1 × ReLU, 1 × shortcut")
    tab.get_by_role("button", name="Link to this state").click()
    tab.wait_for_function("location.hash === '#carry-it-home?scale=0.3*3,1.2&between=relu,none,shortcut'")
    tab.evaluate("() => { scrollTo(0, 900); location.hash = 'carry-it-home?scale=1*9'; }")  # a link further down
    expect(caption(tab)).to_contain_text("9 layers")
    expect(tab.locator(".vg-scene")).to_be_in_viewport(ratio=1)
    for other in ("unit-circle?scale=1*5", "carry-it-home"):  # a link to another figure, or to this one as it is
        tab.evaluate("""(hash) => {
          location.hash = hash;
          return new Promise((done) => addEventListener("hashchange", () => {
            requestAnimationFrame(() => requestAnimationFrame(done));
          }, { once: true }));
        }""", other)
        expect(caption(tab)).to_contain_text("9 layers")


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
    for hash, layers in (("scale=0.3*10", 10), ("scale=1*10", 10),
                         ("scale=0.5*4,2*3&between=relu,none,shortcut*3,norm", 7),
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
        tab.evaluate("""() => {
          const caption = document.querySelector("figcaption"), seen = (globalThis.seen = new Set());
          new MutationObserver(() => seen.add(caption.textContent)).observe(caption, { childList: true });
        }""")
        tab.mouse.click(*spot(tab, ".vg-lever"))
        expect(caption(tab)).to_contain_text("each of scale 1.00")
        assert (tab.evaluate("seen.size") > 1) == moves  # the error is saved step by step, or at once
        tab.context.close()


def test_without_scripts_picture_and_sentence_are_there(browser, file):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(file.as_uri())
    assert tab.locator("vg-carry img").is_visible()
    assert tab.locator("vg-carry img").get_attribute("alt") == caption(tab).inner_text() == rules.sentence(PLAIN)
    context.close()
