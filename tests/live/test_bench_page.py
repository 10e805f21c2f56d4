"""The bench's page in Chromium, with a stand-in for the worker: its runs are the bench's own, made by this Python."""

import re
from dataclasses import asdict
from itertools import accumulate
from urllib.parse import quote

import numpy as np
import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from playwright.sync_api import expect

from figures import check_figure
from vgtext.diagnose.table import TOO_FAST, TOO_SLOW
from vgtext.explore.figure import Explorable
from vgtext.explore.page import HERE as SHARED
from vgtext.explore.page import join
from vgtext.live import bench_page
from vgtext.live.bench import TARGET, Bench
from vgtext.live.bench_page.runs import draw_runs
from vgtext.live.recipe import NEED_A_NORM
from vgtext.palette import COLORS
from vgtext.words import words as word

#: python.ready and python.call, as vgtext.live's page.js gives them; reports come from this process, one by one.
STAND_IN = """
globalThis.python = {
  ready: window.broken ? Promise.reject(new Error("RuntimeError: Python could not start.")) : Promise.resolve(),
  call(module, name, given, hear) {
    let halted = false;
    const run = async () => {
      const begun = await ask({ module, name, given });
      if (begun.error) throw new Error(begun.error);
      for (const [i, report] of begun.reports.entries()) {
        do await new Promise((go) => setTimeout(go, 10));
        while (!halted && i >= (window.gate ?? 100)); // no further than the gate
        hear(report); // one may come late
        if (halted) return null;
      }
    };
    return { done: run(), halt: () => (halted = true) };
  },
};
globalThis.bench = vgBench.start(document.querySelector("#bench"), python);
"""
DARK = 'html[data-theme="dark"] :is(body, a) { background: #15181c; color: #d9dce1 }'


class Answers:
    """Answers the page's calls, and keeps them."""

    def __init__(self):
        self.calls, self.reports = [], []

    def __call__(self, call):
        assert (call["module"], call["name"]) == ("vgtext.live.bench", "train")
        self.calls.append(call["given"])
        try:
            bench = Bench(call["given"]["recipe"], lambda: 0.0)
            reports = bench.reports(call["given"].get("steps"))
            self.reports = [report | {"ms": 12.0, "rate": 80.0} for report in reports]  # no time passes
            return {"reports": self.reports}
        except ValueError as error:
            return {"error": f"ValueError: {error}"}


@pytest.fixture
def open_bench(browser):
    """Open the bench alone on a page; returns the tab, whose ``answers`` keep what it asked, and its errors."""
    tabs = []

    def run(address="", before="", width=1280, theme="light"):
        tab = browser.new_page(viewport={"width": width, "height": 900})
        tabs.append(tab)
        tab.set_default_timeout(30_000)
        tab.answers, tab.errors = Answers(), []
        tab.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.on("console", lambda message: message.type == "error" and tab.errors.append(message.text))
        tab.expose_function("ask", tab.answers)
        html = (f'<!doctype html><html lang="en" data-theme="{theme}" data-content_root="./"><head><title>bench</title>'
                f"<style>{DARK}{bench_page.style()}</style></head>"
                f"<body><main><h1>Bench</h1>{bench_page.links()}{bench_page.element()}</main>"
                f"<script>{before};\n{bench_page.script()}\n{STAND_IN}</script></body></html>")
        tab.route("http://bench.test/*", lambda route: route.fulfill(body=html, content_type="text/html;charset=utf-8"))
        tab.goto(f"http://bench.test/{address}")
        return tab

    yield run
    for tab in tabs:
        assert tab.errors == []
        tab.close()


def finish(tab):
    """Press Run, and wait for the run's answer."""
    tab.locator(".bench-run").click()
    tab.wait_for_function("document.querySelector('.bench-answer').textContent.includes('The run says')")


def number(words):
    """Read 0.012, 1.2 × 10⁻⁷, 10⁻⁷ and 50%."""
    power = r"(.*?)(?: × )?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$"
    plain = re.sub(power, lambda m: f"{m[1] or 1}e{m[2].translate(LOWERED)}", words)
    return float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)


LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
#: The ticks of both axes, the names at the right and the upper edges of shades, [words, x, y]; and lines,
#: [classes, [[x, y], …]]; all in pixels.
PANEL = """(svg) => {
  const all = (kind, read) => [...svg.querySelectorAll(kind)].map(read);
  const at = (text) => [text.textContent, Number(text.getAttribute("x")), Number(text.getAttribute("y"))];
  const way = (path) => path.getAttribute("d").split(/[ML]/).slice(1).map((at) => at.split(" ").map(Number));
  const edge = (rect) => [rect.nextElementSibling.textContent, 0, Number(rect.getAttribute("y")) + 4];
  const names = [...all(".bench-name", at), ...all(".bench-shade", edge)];
  return [all(".bench-axis[d$=v4] + text", at), all("text[text-anchor=end]", at), names,
          all(".bench-line:not([d*=m])", (path) => [path.getAttribute("class"), way(path)])]; // without the arrow
}"""


#: The heights of the names at the right of a panel.
RIGHT = """(svg) => [...svg.querySelectorAll(".bench-name")].map((name) => ["x", "y"].map((k) => +name.getAttribute(k)))
  .filter(([x]) => x > svg.clientWidth / 2).map(([_, y]) => y)"""


def drawn(tab, panel, scale=np.log10):
    """Read a panel by its ticks: {classes of a line: its points}, {words at the right: their height}."""
    across, up, names, lines = tab.locator(f".bench-{panel} svg").evaluate(PANEL)
    x, y = (np.polynomial.Polynomial.fit(*each, 1) for each in (
        [[at for _, at, _ in across], [number(words) for words, *_ in across]],
        [[at - 4 for *_, at in up], [scale(number(words)) for words, *_ in up]]))  # letters stand on a line 4 below
    assert x.deriv()(0) > 0 > y.deriv()(0)  # to the right, and up: more
    return ({style.removeprefix("bench-line bench-").strip(): np.array([(x(a), y(b)) for a, b in way])
             for style, way in lines}, {words: y(at - 4) for words, _, at in names})


def test_what_is_drawn_and_told_is_what_was_reported(open_bench):
    tab = open_bench("#bench?steps=100&depth=8&activation=tanh&rate=0.1")
    tab.get_by_label("It learns").check()
    tab.evaluate("""() => {
      globalThis.spoken = 0;
      new MutationObserver(() => spoken++).observe(document.querySelector(".bench-spoken"), { childList: true });
    }""")
    finish(tab)
    expect(tab.locator(".bench-sizes svg")).to_have_attribute("aria-label", re.compile("at step 100:"))
    first, last = tab.answers.reports[0], tab.answers.reports[-1]
    layers, at = range(1, 9), {"abs": 0.02}
    for panel, keys in (("sizes", ("activation", "error", "gradient")), ("ratio", ("ratio",))):
        lines, names = drawn(tab, panel)
        for key in keys:
            for report, style in ((first, "bench-thin"), (last, "" if key == "ratio" else f"bench-dash-{key}")):
                points = lines[f"{key} {style}".strip()]
                assert points[:, 0] == pytest.approx(layers, **at), key
                assert points[:, 1] == pytest.approx(report["layers"][key], **at), key
    lost = {"": np.log10(2.0**-25)}  # a shade too low for words
    assert names == pytest.approx({"too large": np.log10(TOO_FAST), "too small": np.log10(TOO_SLOW), **lost}, **at)
    lines, names = drawn(tab, "loss")
    assert names["guessing"] == pytest.approx(np.log10(np.log(10)), **at)
    losses = [loss for report in tab.answers.reports for loss in report["losses"]]
    assert lines["ink bench-thin"][:, 1] == pytest.approx(np.log10(losses), **at)
    smooth = [*accumulate(losses, lambda mean, loss: mean + 0.1 * (loss - mean))]
    assert lines["ink"][:, 1] == pytest.approx(np.log10(smooth), **at)
    lines, _ = drawn(tab, "accuracy", float)
    low, _, high, *guides = tab.locator(".bench-accuracy :is(.bench-grid, .bench-guide)").evaluate_all(
        "(all) => all.map((line) => parseFloat(line.getAttribute('d').split(' ')[1]))")
    assert [(low - guide) / (low - high) for guide in guides] == pytest.approx([TARGET, 0.1], abs=0.001)
    told = {report["accuracy"]["step"]: report["accuracy"] for report in tab.answers.reports if "accuracy" in report}
    for key, style in (("train", "ink"), ("test", "ink bench-dash-test")):
        assert lines[style] == pytest.approx(np.array([(step, each[key]) for step, each in told.items()]), abs=0.4)
        assert lines[style][:, 1] == pytest.approx([each[key] for each in told.values()], abs=0.002)
    assert abs(last["accuracy"]["train"] - last["accuracy"]["test"]) > 0.005  # which tells them apart
    now = {"step": 100, "steps": 100, "loss": f"{losses[-1]:.3g}"}
    now |= {side: f"{100 * last['accuracy'][side]:.0f}%" for side in ("train", "test")}
    assert tab.locator(".bench-status").inner_text() == word("bench.status_learned", **now)
    assert tab.evaluate("spoken") < len(tab.answers.reports) / 2, "a screen reader is told now and then"
    costs = ", ".join(word("bench.other", n=n, ms=f"{1.5 * n:.0f}") for n in (20, 50, 100))
    price = f"{word('bench.speed', rate=80)} {word('bench.price', ms=12, layer='1.50', others=costs)}"
    assert tab.locator(".bench-price").inner_text() == price
    tab.locator("summary").click()
    expect(tab.locator(".bench-layers tbody tr")).to_have_count(8)
    head, *rows = tab.locator(".bench-layers tr").evaluate_all("(all) => all.map((row) => row.innerText.split('\\t'))")
    keys = [{word(f"bench.{key}"): key for key in last["layers"]}[name] for name in head[1:]]
    assert [float(row[0]) for row in rows] == [*layers]
    for key, column in zip(keys, list(zip(*rows))[1:]):
        assert [*map(number, column)] == pytest.approx(10 ** np.array(last["layers"][key]), rel=0.06), key
    ends = {key: word("bench.span", first=column[0], last=column[-1], depth=8)
            for key, column in zip(keys, list(zip(*rows))[1:])}
    edges = "; ".join(f"{word(f'bench.{key}')} {ends[key]}" for key in ("activation", "error", "gradient"))
    told = {"sizes": (edges, "sizes"), "ratio": (ends["ratio"], "ratios"), "loss": (now["loss"], "losses"),
            "accuracy": (word("bench.both", train=now["train"], test=now["test"]), "accuracies")}
    for panel, (values, what) in told.items():
        picture = tab.locator(f".bench-{panel}").get_by_role("img")
        label = word("bench.at", what=word(f"bench.{what}"), step=100, values=values)
        assert picture.get_attribute("aria-label") == label
        assert min(np.diff(sorted(picture.evaluate(RIGHT))), default=15) > 14, "no name lies on another"
    colors = {key: tab.locator(f".bench-dash-{key}").evaluate("(line) => getComputedStyle(line).stroke")
              for key in ("activation", "error", "gradient")}
    far = {key: {role: sum((255 * a - int(b)) ** 2 for a, b in zip(to_rgb(COLORS[role]), re.findall(r"\d+", seen)))
                 for role in ("forward", "backward", "gradient", "weight")} for key, seen in colors.items()}
    assert {key: min(each, key=each.get) for key, each in far.items()} == {
        "activation": "forward", "error": "backward", "gradient": "gradient"}
    tail, head, barb = tab.locator(".bench-sizes .bench-line[d*=m]").evaluate(
        "(arrow) => arrow.getAttribute('d').match(/M(\\S+) \\S+H([^m]+)m(\\S+)/).slice(1).map(Number)")
    assert head < tail and barb < (tail - head) / 2, "the backward pass goes to the left"


def test_a_size_is_written_with_two_digits_the_first_of_them_no_zero(one_tab):
    """Also 9.98 × 10⁻⁵, which is 1.0 × 10⁻⁴ then."""
    rooms = join(SHARED / "fill.js", bench_page.HERE / "words.js").replace("})();", "return size; })()")
    assert one_tab.evaluate(f"{rooms}(-99)") == "0"  # the floor
    logs = [exponent + float(np.log10(digits)) for exponent in range(-60, 61, 5) for digits in (1, 2.5, 9.94, 9.98)]
    for log10, text in zip(logs, one_tab.evaluate(f"(logs) => logs.map({rooms})", logs), strict=True):
        assert number(text) == pytest.approx(10**log10, rel=0.06) and not text.startswith("10.0"), (log10, text)


def test_predict_then_run(open_bench):
    tab = open_bench("#bench?steps=100")
    tab.locator(".bench-run").click()
    assert "What do you predict?" in tab.locator(".bench-status").inner_text() and tab.answers.calls == []
    tab.get_by_label("its gradients vanish").check()
    assert f"{TARGET:.0%}" in tab.locator("label", has_text="It learns").inner_text()
    finish(tab)
    assert tab.get_by_role("status").filter(has_text="You predicted it.").count() == 1
    last = tab.answers.reports[-1]
    assert tab.locator(".bench-verdict a").evaluate("(link) => link.href") == f"http://bench.test/{last['verdict']['page']}"
    head, row = tab.locator(".bench-runs tr").evaluate_all("(all) => all.map((row) => row.innerText.split('\t'))")
    assert dict(zip(head, row, strict=True)) == {
        word("bench.column_recipe"): "steps 100", word("bench.column_predicted"): "Its gradients vanish",
        word("bench.column_outcome"): "Its gradients vanish", "diagnose": last["verdict"]["cause"],
        word("bench.column_accuracy"): f"{100 * last['accuracy']['train']:.0f}%", word("bench.column_steps"): "100",
        word("bench.column_ms"): "12"}
    assert word("bench.other", n=20, ms=12) not in tab.locator(".bench-price").inner_text()  # its own depth
    assert tab.answers.calls == [{"recipe": "steps=100", "anew": True}]
    assert tab.locator(".bench-answer").inner_text() == (
        "The run says: its gradients vanish. You predicted it. Right so far: 1 of 1.")
    assert tab.locator(".bench-verdict b").inner_text() == "Vanishing by activation."
    assert tab.locator(".bench-status").inner_text().startswith("Step 100 of 100: loss 2.3")
    assert tab.locator(".bench-runs tbody tr").count() == 1
    sizes = re.compile(r"^Sizes in every layer at step 100: activation 0\..* × 10⁻")
    expect(tab.locator(".bench-sizes svg")).to_have_attribute("aria-label", sizes)
    tab.locator("summary").click()
    expect(tab.locator(".bench-layers tbody tr")).to_have_count(20)
    tab.get_by_label("It learns").check()
    tab.locator(".bench-run").click()
    expect(tab.locator(".bench-runs tbody tr")).to_have_count(2)
    expect(tab.locator(".bench-answer")).to_have_text(re.compile("You predicted: it learns. Right so far: 1 of 2.$"))
    assert [row.split("\t")[1] for row in tab.locator(".bench-runs tbody tr").all_inner_texts()] == [
        "It learns", "Its gradients vanish"]  # the newest first
    tab.get_by_label("steps").select_option("300")
    tab.locator(".bench-runs a").last.click()  # brings its recipe back
    expect(tab.get_by_label("steps")).to_have_value("100")
    assert tab.locator(".bench-runs a").first.get_attribute("href") == "#bench?steps=100"
    tab.locator(".bench-run").click()  # it asks once, and then runs without a prediction
    finish(tab)
    assert tab.locator(".bench-answer").inner_text() == word("bench.found", outcome=word("bench.vanishes"))
    assert tab.locator(".bench-runs tbody tr").first.inner_text().split("\t")[1] == "–"


def test_the_address_carries_the_recipe_and_brings_it_back(open_bench):
    tab = open_bench()
    tab.get_by_label("activation φ").select_option("tanh")
    tab.get_by_label("depth L").fill("57")
    tab.get_by_label("learning rate η").fill("0.5")
    tab.get_by_label("seed").click()
    address = tab.evaluate("location.hash")
    assert address == "#bench?depth=57&activation=tanh&rate=0.5"
    again = open_bench(address)
    assert again.get_by_label("depth L").input_value() == "57" and again.locator("output").inner_text() == "57"
    assert again.locator(".bench-fault").is_hidden()


def test_a_link_of_the_page_puts_its_recipe_into_the_form(open_bench):
    tab = open_bench()
    for (words, recipe), link in zip(bench_page.PROPOSALS.items(), tab.locator(".bench-proposals a").all()):
        assert link.inner_text() == words
        link.click()
        tab.wait_for_function("""(recipe) => {
            const given = new FormData(document.querySelector("form"));
            const as = (value) => (typeof value === "number" ? Number : String);
            return Object.entries(recipe).every(([name, value]) => as(value)(given.get(name)) === value);
        }""", arg=asdict(recipe))  # an address changes at once, the form when the page has heard of it
        assert tab.evaluate("location.hash") == f"#bench?{recipe.query()}"


@pytest.mark.parametrize(("query", "words"), [
    ("depth=abc", 'depth must be a whole number from 2 to 100, got "abc".'),
    ("depth=2.5", 'depth must be a whole number from 2 to 100, got "2.5".'),
    ("depth=1000", 'depth must be a whole number from 2 to 100, got "1000".'),
    ("width=33", 'width must be one of 8, 16, 32, 64, 128, got "33".'),
    ("rate=", 'rate must be a number from 1e-06 to 10, got "".'),
    ("rate=Infinity", 'rate must be a number from 1e-06 to 10, got "Infinity".'),
    ("depht=3", 'A recipe has no part "depht"; it has depth, width,'),
    ("gain=%zz", "The link has a % that stands for nothing, in gain=%zz."),
    (f"activation={quote('<b>')}", 'activation must be one of sigmoid, tanh, relu'),
])
def test_a_malformed_link_gets_a_sentence_and_the_opening_recipe(open_bench, query, words):
    tab = open_bench(f"#bench?steps=100&{query}")
    assert tab.get_by_role("alert").inner_text().endswith(f" {word('bench.rest')}")
    assert words in tab.locator(".bench-fault").inner_text()
    got = tab.evaluate("Object.fromEntries(new FormData(document.querySelector('form')))")
    assert (got["depth"], got["width"], got["rate"], got["gain"], got["activation"], got["steps"]) == (
        "20", "32", "0.03", "1", "sigmoid", "100")


@pytest.mark.parametrize("shortcut", NEED_A_NORM)
def test_a_shortcut_that_needs_a_norm_says_so_before_anything_runs(open_bench, shortcut):
    tab = open_bench(f"#bench?shortcut={shortcut}")
    fault = tab.locator(".bench-fault")
    told = f"“residual, {shortcut}-norm” needs a normalization, and none is chosen."
    expect(fault).to_have_text(told)
    tab.get_by_label("It learns").check()
    tab.locator(".bench-run").click()
    assert tab.answers.calls == [] and tab.locator(".bench-run").inner_text() == "Run"
    tab.get_by_label("normalization").select_option("rms")
    expect(fault).to_be_hidden()
    tab.get_by_label("normalization").select_option("none")
    expect(fault).to_have_text(told)


def test_pause_go_on_one_step_and_reset(open_bench):
    tab = open_bench("#bench?steps=100&depth=3", before="window.gate = 2")
    tab.get_by_label("It learns").check()
    tab.locator(".bench-run").click()
    tab.wait_for_function("document.querySelector('.bench-status').textContent.startsWith('Step 2')")
    expect(tab.locator(".bench-run")).to_have_text("Pause")
    expect(tab.locator(".bench-step")).to_be_disabled()
    tab.locator(".bench-run").click()
    expect(tab.locator(".bench-run")).to_have_text("Go on")
    tab.locator(".bench-step").click()
    tab.wait_for_function("document.querySelector('.bench-run').textContent === 'Go on'")
    assert tab.answers.calls[1:] == [{"recipe": "depth=3&steps=100", "anew": False, "steps": 1}]
    tab.locator(".bench-reset").click()
    expect(tab.locator(".bench-run")).to_have_text("Run")
    expect(tab.locator(".bench-sizes circle")).to_have_count(0)
    assert tab.locator(".bench-price").text_content() == tab.locator(".bench-answer").text_content() == ""
    tab.locator(".bench-step").click()
    tab.wait_for_function("document.querySelector('.bench-status').textContent.startsWith('Step 1')")
    assert tab.answers.calls[-1]["anew"] is True


def test_a_changed_recipe_ends_the_run_and_asks_anew(open_bench):
    tab = open_bench("#bench?steps=100", before="window.gate = 2")
    tab.get_by_label("It learns").check()
    tab.locator(".bench-run").click()
    tab.wait_for_function("document.querySelector('.bench-status').textContent.startsWith('Step 2')")
    tab.get_by_label("activation φ").select_option("tanh")
    tab.evaluate("window.gate = 100")
    assert tab.locator(".bench-run").inner_text() == "Run"
    assert tab.locator("input[name=prediction]:checked").count() == 0
    tab.wait_for_timeout(200)
    assert tab.locator(".bench-status").inner_text() == "This is a new recipe. What will it do?"


def test_a_run_that_breaks_says_where(open_bench):
    tab = open_bench("#bench?activation=relu&init=he_normal&gain=3&steps=100")
    tab.get_by_label("its gradients explode").check()
    finish(tab)
    assert tab.locator(".bench-status").inner_text().startswith("The run broke at step 2: nan or inf")
    assert "You predicted it." in tab.locator(".bench-answer").inner_text()
    expect(tab.locator(".bench-sizes text").get_by_text("10¹⁰", exact=True)).to_have_count(1)  # it is drawn
    ticks = tab.locator(".bench-sizes text").all_text_contents()
    assert "10¹⁰" in ticks and "10⁻⁵" in ticks and "10⁻¹⁰" not in ticks  # one end has moved, the other not


def test_where_python_cannot_start_the_page_says_why(open_bench):
    tab = open_bench(before="window.broken = true")
    tab.wait_for_function("!document.querySelector('.bench-fault').hidden")
    assert tab.locator(".bench-fault").inner_text() == "Python could not start."


@pytest.mark.parametrize(("width", "theme"), [(375, "dark"), (1280, "light")])
def test_rules_of_access_and_width(open_bench, theme, width):
    tab = open_bench("#bench?steps=100", width=width, theme=theme)
    tab.get_by_label("It learns").check()
    finish(tab)
    tab.locator("summary").click()
    expect(tab.locator(".bench-layers tbody tr")).to_have_count(20)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    short = "short_" * (width < 520)
    called = {"activation": "activation", "error": f"{short}error", "gradient": f"{short}gradient"}
    lines, names = drawn(tab, "sizes")
    assert sorted(called, key=lambda key: names[word(f"bench.{called[key]}")]) == sorted(
        called, key=lambda key: lines[f"{key} bench-dash-{key}"][-1, 1]), "names are in the order of their lines"
    tab.add_script_tag(path=AXE_FILE_PATH)
    found = tab.evaluate("axe.run()")["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_the_keyboard_reaches_everything_in_order(open_bench):
    tab = open_bench()
    tab.locator("#bench-depth").focus()
    seen = []
    for _ in range(17):
        seen.append(tab.evaluate("document.activeElement.name || document.activeElement.className"))
        tab.keyboard.press("Tab")
    assert seen[:14] == [*bench_page.PARTS, "prediction"] and seen[14:] == ["bench-run", "bench-step", "bench-reset"]
    tab.locator("#bench-depth").press("ArrowRight")
    value = tab.locator("output[for=bench-depth]")
    assert (value.inner_text(), value.get_attribute("aria-live")) == ("21", "off"), "the slider itself says its value"


def test_the_figure_of_runs_names_its_lines_and_the_step_that_it_shows():
    sizes, loss = Figure().subplots(2)
    draw_runs(sizes, loss, step=bench_page.STEPS[-2])
    looks = {line.get_color(): line.get_linestyle() for line in sizes.lines}
    named = {words: (text.get_color(), look) for text in sizes.texts
             for look, colon, words in [text.get_text().partition(": ")] if colon}
    assert {words: (color, {"solid": "-", "dashed": "--", "dotted": ":"}[look])
            for words, (color, look) in named.items()} == {
        words: (COLORS[role], looks[COLORS[role]]) for words, role in (
            ("activation", "forward"), ("error signal", "backward"), ("weight gradient", "gradient"))}
    ends = [(*line.get_xdata(), *line.get_ydata()) for line in loss.lines if len(line.get_xdata()) == 2]
    assert ends == [(bench_page.STEPS[-2],) * 2 + (0, 1), (0, 1) + (np.log(10),) * 2]


def test_the_figure_of_runs():
    check_figure(Explorable(draw_runs, {"recipe": list(bench_page.RECIPES), "step": bench_page.STEPS}, {}))
