"""The page's side of a figure in a kernel: one wish at a time, the last one counts, and no answer hides a newer one."""

import pytest
from playwright.sync_api import expect

from vgtext.explore import Play, explore, handle, source

from .reader import stop_time

#: A model whose kernel is the test: it sees what is wanted, and answers when it likes.
KERNEL = """traits => {
  const heard = {}, wants = [];
  let changed = {};
  const model = {
    get: (name) => traits[name],
    set: (name, value) => (changed[name] = traits[name] = value),
    save_changes: () => {
      if (changed.want) wants.push(structuredClone(changed.want));
      changed = {};
    },
    on: (event, hear) => (heard[event] = hear),
    off: (event) => delete heard[event],
  };
  const el = document.createElement("div");
  document.body.append(el);
  const end = vgExplore.live({ model, el });
  const answer = (name, value) => {
    traits[name] = value;
    heard[`change:${name}`]();
  };
  globalThis.kernel = { wants, heard, end, answer };
}"""
BUSY, GONE = "Python is busy.", "No answer from Python"


def draw_depth(ax, depth=2, kind="plain"):
    if depth == 5:
        raise ZeroDivisionError("no fifth layer")
    ax.plot([0, depth], [0, 1], "o-")
    ax.set(xlim=(0, 6), ylim=(0, 2))
    handle(ax, lambda depth: (depth, 1))
    return f"Depth {depth}, {kind}."


class Kernel:
    """A figure in a tab, and the widget that would answer it."""

    def __init__(self, tab, depth):
        self.tab, self.widget = tab, explore(draw_depth, depth=depth, kind=["plain", "fancy"]).widget
        tab.evaluate(KERNEL, {name: getattr(self.widget, name) for name in ("spec", "scene", "want", "seen", "room")})
        self.slider, self.caption = tab.locator("input"), tab.locator("figcaption")
        self.tab.clock.run_for(100)
        expect(self.caption).to_have_text("Depth 2, plain.")

    @property
    def wants(self):
        """What was asked so far."""
        return self.tab.evaluate("kernel.wants")

    def move(self, at):
        """Move the slider to its value number ``at``."""
        self.slider.evaluate("(i, v) => { i.value = v; i.dispatchEvent(new Event('input', { bubbles: true })); }", at)

    def answer(self, want):
        """Answer a wish."""
        self.tab.evaluate("scene => kernel.answer('scene', scene)", self.widget.answer(want))


@pytest.fixture
def kernel(browser, monkeypatch, request):
    """A figure that waits for answers; time passes as the test says."""
    monkeypatch.setenv("VGTEXT_EXPLORE", "live")
    tab, trouble = browser.new_page(), []
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    stop_time(tab)
    tab.set_content(f"<style>{source('css')}</style>")
    tab.add_script_tag(content=source("js"))
    yield Kernel(tab, getattr(request, "param", (1, 6)))
    tab.close()
    assert trouble == []


def test_one_wish_is_out_at_a_time_and_then_the_last_one(kernel):
    for at in (2, 3, 0):
        kernel.move(at)
    assert [want["state"] for want in kernel.wants] == [[2, 0]]
    kernel.answer(kernel.wants[0])
    assert [want["state"] for want in kernel.wants] == [[2, 0], [0, 0]]
    assert kernel.slider.input_value() == "0", "a control stays where the hand has it"
    assert kernel.slider.get_attribute("aria-valuetext") == "1"
    kernel.answer(kernel.wants[1])
    expect(kernel.caption).to_have_text("Depth 1, plain.")
    assert [want["turn"] for want in kernel.wants] == [1, 2] and kernel.slider.input_value() == "0"
    kernel.move(3)
    assert kernel.wants[-1] == {"state": [3, 0], "turn": 3}, "all is answered: a move is sent at once"


@pytest.mark.parametrize("kernel", [Play(1, 6, interval=50)], indirect=True)
def test_play_waits_for_the_answer_to_each_step(kernel):
    kernel.tab.get_by_role("button", name="Play").click()
    for step in (1, 2):
        kernel.tab.clock.run_for(500)
        assert kernel.slider.input_value() == str(step + 1) and len(kernel.wants) == step
        kernel.answer(kernel.wants[-1])
    kernel.tab.get_by_role("button", name="Pause").click()


def test_no_answer_hides_a_newer_one(kernel):
    kernel.move(2)
    kernel.answer(kernel.wants[0])
    kernel.move(3)
    kernel.answer(kernel.wants[1])
    expect(kernel.caption).to_have_text("Depth 4, plain.")
    kernel.answer(kernel.wants[0])
    assert kernel.caption.inner_text() == "Depth 4, plain." and kernel.slider.input_value() == "3"


def test_what_fails_is_told_and_the_next_answer_takes_it_away(kernel):
    kernel.move(4)
    kernel.answer(kernel.wants[0])
    error = kernel.tab.locator(".vg-error")
    assert "no fifth layer" in error.inner_text() and "no fifth layer" in kernel.tab.locator("[aria-live]").inner_text()
    kernel.move(2)
    kernel.answer(kernel.wants[1])
    assert error.is_hidden() and kernel.tab.locator(".vg-failed").count() == 0
    expect(kernel.caption).to_have_text("Depth 3, plain.")


def test_a_picture_that_is_old_says_so_until_its_answer_comes(kernel):
    error, clock = kernel.tab.locator(".vg-error"), kernel.tab.clock
    kernel.move(2)
    clock.run_for(900)
    assert error.is_hidden()
    clock.run_for(200)
    assert BUSY in error.inner_text() and kernel.caption.is_hidden(), "the caption is the earlier state's"
    clock.run_for(9000)
    assert GONE in error.inner_text()
    kernel.answer(kernel.wants[0])
    assert error.is_hidden() and kernel.caption.is_visible()
    clock.run_for(20_000)
    assert error.is_hidden(), "nothing is waited for"
    kernel.move(3)
    kernel.answer(kernel.wants[1])
    clock.run_for(20_000)
    assert error.is_hidden()


def test_a_drag_asks_for_a_place_and_controls_follow_the_answer(kernel):
    box = kernel.tab.locator(".vg-handle").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    kernel.tab.mouse.move(x, y)
    kernel.tab.mouse.down()
    kernel.tab.mouse.move(x + 150, y)
    want = kernel.wants[-1]
    assert want["state"] == [1, 0] and want["drag"][0] == 0
    kernel.answer(want)
    found = int(kernel.slider.input_value())
    assert found > 1 and kernel.caption.inner_text() == f"Depth {found + 1}, plain."
    kernel.tab.mouse.up()


def test_a_view_that_ends_hears_no_more(kernel):
    kernel.move(2)
    kernel.tab.evaluate("kernel.end()")
    assert kernel.tab.evaluate("Object.keys(kernel.heard)") == []
    kernel.tab.clock.run_for(20_000)
    assert kernel.tab.locator(".vg-error").is_hidden()
