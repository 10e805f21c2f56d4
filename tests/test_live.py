"""A chapter in a live JupyterLab, as a student runs it: run all cells, move a slider, see the caption follow."""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from vgtext.explore import explore

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "two_by_two.ipynb"


@contextmanager
def jupyter_lab(folder):
    """Serve ``folder`` with JupyterLab on loopback, with settings of its own; yields the address."""
    home = folder / "home"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("VGTEXT_EXPLORE", "JUPYTER"))}
    environment |= {"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "OPENBLAS_NUM_THREADS": "1"}
    (home / "runtime").mkdir(parents=True)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0",
               "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True",
               "--LabApp.news_url=", "--LabApp.extension_manager=readonly",
               "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate"]
    with open(folder / "jupyter.log", "w") as log, subprocess.Popen(
            command, cwd=folder / "notebooks", env=environment, stdout=log, stderr=log) as server:
        try:
            record = home / "runtime" / f"jpserver-{server.pid}.json"
            for _ in range(600):
                if record.exists() or server.poll() is not None:
                    break
                time.sleep(0.1)
            assert record.exists(), (folder / "jupyter.log").read_text()
            time.sleep(0.5)
            yield json.loads(record.read_text())["url"]
        finally:
            server.kill()  # asked to end, it waits half a minute for answers of kernels; those end with it


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """A running JupyterLab: its folder of notebooks, its address, and a browser that has one memory for all tabs."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    with jupyter_lab(folder) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(90_000)
        yield folder / "notebooks", address, context
        context.close()


def test_a_slider_of_a_running_notebook_moves_its_figure(lab):
    notebooks, address, context = lab
    shutil.copy(NOTEBOOK, notebooks)
    tab = context.new_page()
    tab.goto(f"{address}lab/workspaces/running/tree/{NOTEBOOK.name}")
    tab.get_by_text("| Idle").wait_for()  # the kernel is there
    tab.locator(".lm-MenuBar-itemLabel", has_text="Run").click()
    tab.locator(".lm-Menu-itemLabel").get_by_text("Run All Cells", exact=True).click()
    figure = tab.locator(".vg-explore").first
    figure.scroll_into_view_if_needed()
    slider, caption = figure.locator("input[type=range]").first, figure.locator("figcaption")
    slider.wait_for()
    before = caption.text_content()
    tab.wait_for_function("caption => caption.style.minHeight", arg=caption.element_handle())  # for the longest one
    slider.focus()
    slider.press("ArrowRight")
    changed = "([figure, before]) => figure.textContent !== before"
    tab.wait_for_function(changed, arg=[caption.element_handle(), before])
    second = tab.locator(".vg-explore").nth(1)
    second.scroll_into_view_if_needed()
    second.locator("clipPath").first.wait_for(state="attached")
    ids = tab.evaluate("[...document.querySelectorAll('.vg-explore [id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids)), "two figures share an id: one is clipped, and labeled, by the other's"
    plane = tab.locator(".vg-explore", has=tab.get_by_label("entry a"))
    plane.scroll_into_view_if_needed()
    grip = plane.locator(".vg-handle")
    grip.hover()  # it has come to rest
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.down()
    tab.mouse.move(x - 9, y + 6, steps=3)
    tab.mouse.up()
    # (a caption is hidden while Python is busy with the other cells)
    between = "e => (a => a > 0.3 && a < 0.6)(parseFloat(e.textContent.match(/a[^0-9]+([0-9.]+)/)[1]))"
    tab.wait_for_function(between, arg=plane.locator("figcaption").element_handle())  # a value of no slider
    assert plane.get_by_label("entry a").get_attribute("aria-valuetext") not in ("0.3", "0.6")
    carry = tab.locator(".vg-carry")
    carry.locator(".vg-lever").scroll_into_view_if_needed()
    carry.locator(".vg-lever").click()
    carry.get_by_text("It comes home.").wait_for()
    end_kernels(tab, address)
    figure.scroll_into_view_if_needed()
    tab.clock.install()  # time goes on as before, until it is told to run ahead
    slider.press("ArrowRight")
    figure.get_by_text("Python is busy.").first.wait_for()
    assert figure.get_by_text("No answer from Python").count() == 0
    twins = "[...document.querySelectorAll('[class^=vg-twin] img')].map((e) => e.getBoundingClientRect().height)"
    assert set(tab.evaluate(twins)) <= {0}, "beside a living figure its picture is hidden"
    fold = tab.locator(".jp-RenderedMarkdown details", has_text="Solution in words").first
    fold.scroll_into_view_if_needed()
    assert fold.get_attribute("open") is None and not fold.locator("p").first.is_visible()
    tab.clock.fast_forward(10_000)
    figure.get_by_text("No answer from Python").first.wait_for(timeout=4_000)
    tab.close()


def end_kernels(tab, address):
    """Let every kernel end, as when its computer falls asleep."""
    for kernel in tab.request.get(f"{address}api/kernels").json():
        assert tab.request.delete(f"{address}api/kernels/{kernel['id']}").ok


def test_a_notebook_opened_without_its_kernel_shows_picture_and_caption(lab, monkeypatch):
    monkeypatch.setenv("VGTEXT_EXPLORE", "live")
    figure = explore(draw_halves, depth=(1, 5))
    outputs = [nbformat.v4.new_output("display_data", data=data) for data in (figure.mimebundle, figure.picture)]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("explore(draw_halves)", outputs=outputs)])
    notebooks, address, context = lab
    nbformat.write(book, notebooks / "saved.ipynb")
    tab = context.new_page()
    tab.goto(f"{address}lab/workspaces/saved/tree/saved.ipynb")
    tab.locator("[class^=vg-twin] img").wait_for()
    expect(tab.locator("[class^=vg-twin] figcaption")).to_contain_text("After 3 layers 0.125 is left.")
    tab.close()


def draw_halves(ax, depth=3):
    ax.plot(range(depth + 1), [0.5**k for k in range(depth + 1)])
    return f"After {depth} layers {0.5**depth} is left."
