"""The real thing: the built book with Pyodide beside it, in a browser. Where VGTEXT_PYODIDE names Pyodide's files."""

import functools
import shutil
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from small_page import served
from test_bench_page import finish

from vgtext.live import assemble as module
from vgtext.live import bench_page

READY = 120_000  # milliseconds at most


@pytest.fixture
def tab(browser, folder):
    """A tab, and the address of the book; nothing may go wrong, and nothing may leave the book."""
    with served(folder) as (address, _):
        context, trouble = browser.new_context(viewport={"width": 1100, "height": 900}), []
        tab = context.new_page()
        tab.on("console", lambda message: (message.type == "error" or "from nothing" in message.text)
               and trouble.append(message.text))
        tab.on("pageerror", lambda error: trouble.append(str(error)))
        tab.on("request", lambda request: request.url.startswith((address, "data:", "blob:"))
               or trouble.append(request.url))
        tab.address = address
        yield tab
        context.close()
    assert trouble == []


def click(tab, slug):
    """Open a chapter and start Python."""
    tab.goto(f"{tab.address}/notebooks/{slug}.html")
    tab.get_by_role("button", name="Run and edit this page").click()
    tab.locator(".vg-live-bar").wait_for(timeout=READY)


def run(tab, number, code=None):
    """Run a cell, with other code if some is given; return what it shows."""
    tab.evaluate("""([k, code]) => {
      const cell = vgLive.page.cells[k];
      if (code) cell.editor.code = code;
      cell.go.click();
    }""", [number, code])
    tab.wait_for_function("(k) => ['fresh', 'failed', 'unmet'].includes(vgLive.page.cells[k].state)", arg=number,
                          timeout=READY)
    return tab.evaluate("(k) => vgLive.page.cells[k].output.textContent", number).strip()


def test_a_reader_changes_the_first_cell_breaks_one_and_solves_an_exercise(tab):
    click(tab, "two_by_two")
    codes = tab.evaluate("vgLive.page.cells.map((cell) => cell.code)")
    matrix = next(k for k, code in enumerate(codes) if "W = 0.2 * np.eye(2)" in code)
    assert "1.024e-07" in run(tab, matrix)
    assert "0.34867844" in run(tab, matrix, codes[matrix].replace("0.2", "0.9"))
    assert "Line 2:\n    W = nothing\nNameError" in run(tab, matrix, "import numpy as np\nW = nothing")
    run(tab, matrix, codes[matrix])
    assert "draw_three_fates" in codes[0]
    run(tab, 0)
    box = tab.locator("#three-fates .vg-exact")
    box.fill("0.73")
    box.press("Enter")
    tab.locator("#three-fates figcaption", has_text="size 0.73").wait_for(timeout=READY)
    exercise = next(k for k, code in enumerate(codes) if "depth = None" in code)
    assert "Not yet" in run(tab, exercise)
    solved = codes[exercise + 1].replace("# In code", "")
    assert "Right." in run(tab, exercise, solved)
    loop = "def loop(rho, sigma_1):\n    while True:\n        pass\n\ncheck(lab.EXERCISES['excess'], loop)"
    assert "did not return within 5 seconds" in run(tab, exercise, loop).replace("\n", " ")
    mine = """import numpy as np
def draw_mine(ax, a=1.0):
    ax.plot([0, 1], [0, a])
    ax.set(xlim=(0, 1), ylim=(0, 3))
    return f"a is {a:g}."

explore(draw_mine, a=(0.5, 3.0, 0.01))"""
    run(tab, exercise, mine)
    tab.locator("figcaption", has_text="a is 1.").wait_for(timeout=READY)  # it is drawn in the next frame
    assert "0.8413" in run(tab, exercise, "from vgtext import nn\nnn.get_activation('gelu')(1.0)"), "SciPy comes"


@pytest.mark.parametrize(("policy", "words"), [
    ("script-src 'self' 'unsafe-inline'", "forbids WebAssembly"), ("worker-src 'none'", "no worker")])
def test_under_a_strict_policy_one_sentence_says_why(browser, folder, policy, words):
    with served(folder, policy) as (address, _):
        tab = browser.new_page()
        tab.goto(f"{address}/notebooks/problem.html")
        tab.get_by_role("button", name="Run and edit this page").click()
        tab.locator(".vg-live [role=status]", has_text=words).wait_for(timeout=READY)
        assert tab.locator("textarea").count() == 0
        tab.close()


def test_a_file_that_was_changed_is_refused(browser, folder):
    wheel = next((folder / "_static/live").glob("numpy-*.whl"))
    right = wheel.read_bytes()
    wheel.write_bytes(right[:1000] + bytes([right[1000] ^ 1]) + right[1001:])
    try:
        with served(folder) as (address, _):
            tab = browser.new_page()
            tab.goto(f"{address}/notebooks/problem.html")
            tab.get_by_role("button", name="Run and edit this page").click()
            tab.locator(".vg-live [role=status]", has_text="not the one that belongs here").wait_for(timeout=READY)
            tab.close()
    finally:
        wheel.write_bytes(right)


def test_what_was_opened_since_the_start_is_there_without_a_network(browser, folder):
    context = browser.new_context()
    tab = context.new_page()
    with served(folder) as (tab.address, _):
        click(tab, "two_by_two")
        tab.locator(".vg-live-bar [role=status]", has_text="works offline").wait_for(timeout=READY)
        tab.goto(f"{tab.address}/notebooks/backprop.html")
        tab.wait_for_function("navigator.serviceWorker.controller")
        tab.wait_for_load_state("networkidle")
    context.set_offline(True)  # and the server has ended
    tab.goto(f"{tab.address}/notebooks/two_by_two.html")
    assert tab.evaluate("[...document.styleSheets].every((sheet) => sheet.cssRules.length)")
    click(tab, "backprop")
    assert run(tab, 0) is not None and tab.evaluate("vgLive.page.cells[0].error") is None
    assert tab.evaluate("[...document.styleSheets].every((sheet) => sheet.cssRules.length)")
    with pytest.raises(Exception, match="ERR_"):
        tab.goto(f"{tab.address}/notebooks/causes.html")
    context.close()


@contextmanager
def fake_host(files):
    """Serve Pyodide's files at another origin, as a public host does; yields its address and what was asked of it."""
    asked = []

    class Handler(SimpleHTTPRequestHandler):
        extensions_map: ClassVar = {**SimpleHTTPRequestHandler.extensions_map, ".wasm": "application/wasm"}

        def log_message(self, *words):
            asked.append(self.path.strip("/"))

        def end_headers(self):
            self.send_header("Access-Control-Allow-Origin", "*")
            super().end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=files)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


@pytest.fixture(scope="module")
def public(pyodide, folder, tmp_path_factory):
    """A book whose large files another host has: its folder, that host's folder and address, what is asked of it."""
    files, book = tmp_path_factory.mktemp("host") / "files", tmp_path_factory.mktemp("public") / "html"
    shutil.copytree(folder / "_static/live", files)
    shutil.copytree(folder, book, ignore=shutil.ignore_patterns("live", "_images", "_downloads"))
    with fake_host(files) as (host, asked), pytest.MonkeyPatch.context() as patch:
        made = {name: (files / name).read_bytes() for name in (module.AHEAD_ZIP, module.MEMORY)}
        patch.setattr(module, "made_ahead", lambda _: made)  # of the same Pyodide as those of the folder
        module.assemble(book, None if pyodide == "release" else pyodide, host)
        yield book, files, host, asked


@pytest.mark.parametrize("spoilt", [None, "pyodide.asm.wasm", "numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl"])
def test_files_at_a_public_address_are_asked_for_with_consent_and_checked(browser, public, spoilt):
    book, files, host, asked = public
    name = host.removeprefix("http://").strip("/")
    right = (files / spoilt).read_bytes() if spoilt else b""
    if spoilt:
        (files / spoilt).write_bytes(right[:1000] + bytes([right[1000] ^ 1]) + right[1001:])
    with served(book) as (address, _):
        tab = browser.new_page()
        asked.clear()
        tab.goto(f"{address}/notebooks/problem.html")
        tab.get_by_role("button", name="Run and edit this page").click()
        status = tab.locator(".vg-live [role=status]")
        status.filter(has_text=f"They come from {name}").wait_for()
        tab.wait_for_timeout(300)
        assert asked == []
        tab.get_by_role("button", name=f"Load from {name}").click()
        if spoilt:
            status.filter(has_text=f"not the one that belongs here: {spoilt}").wait_for(timeout=READY)
            (files / spoilt).write_bytes(right)
        else:
            tab.locator(".vg-live-bar").wait_for(timeout=READY)
            assert run(tab, 0) is not None and tab.evaluate("vgLive.page.cells[0].error") is None
            assert {"pyodide.asm.wasm", "python_stdlib.zip"} <= {*asked} and not [n for n in asked if n.endswith(".js")]
        tab.close()


def test_python_starts_from_nothing_where_the_memory_of_one_that_has_started_is_another(browser, folder):
    memory = folder / "_static/live/memory.gz"
    right = memory.read_bytes()
    memory.write_bytes(right[:1000] + bytes([right[1000] ^ 1]) + right[1001:])
    try:
        with served(folder) as (address, _):
            tab = browser.new_page()
            said = []
            tab.on("console", lambda message: said.append(message.text))
            tab.address = address
            click(tab, "two_by_two")
            assert any("starts from nothing" in text for text in said)
            assert run(tab, 0, "import os\nos.environ['VGTEXT_EXPLORE']") == "'page'"
            tab.close()
    finally:
        memory.write_bytes(right)


def test_a_network_trains_in_the_pages_own_python(browser, folder):
    page = folder / "book" / "training.html"
    page.write_text(
        '<!doctype html><html lang="en" data-content_root="../"><head><meta charset="utf-8"><title>bench</title>'
        f"</head><body><h1>Bench</h1>{bench_page.element()}</body></html>", "utf8")
    module.add_button(page, folder, "0")
    with served(folder) as (address, asked):
        tab = browser.new_page()
        tab.set_default_timeout(120_000)
        tab.goto(f"{address}/book/training.html#bench?activation=tanh&steps=100&depth=5&rate=0.1")
        before = len(asked)
        tab.get_by_role("button", name="Start the bench").click()
        tab.get_by_label("It learns").check()
        finish(tab)
        assert tab.locator(".bench-status").inner_text().startswith("Step 100 of 100: loss 0.")
        assert tab.locator(".bench-answer").inner_text().startswith("The run says: it learns. You predicted it.")
        assert "steps a second. A step costs" in tab.locator(".bench-price").inner_text()
        tab.locator(".bench-reset").click()
        tab.locator(".bench-step").click()
        tab.wait_for_function("document.querySelector('.bench-status').textContent.startsWith('Step 1 of 100')")
        assert not any("bench" in name or "worker" in name for name in asked[:before])  # none before the click
        tab.close()


def test_opened_as_a_file_the_page_says_where_to_open_it(browser, folder):
    tab = browser.new_page()
    tab.goto(f"{folder.as_uri()}/notebooks/problem.html")
    tab.get_by_role("button", name="Run and edit this page").click()
    tab.locator(".vg-live [role=status]", has_text="Opened as a file").wait_for()
    tab.close()


def test_pages_ask_for_nothing_of_it_before_a_click(browser, folder):
    with served(folder) as (address, asked):
        tab = browser.new_page()
        tab.goto(f"{address}/notebooks/problem.html")
        tab.wait_for_timeout(500)
        assert [path for path in asked if "/live/" in path] == ["/_static/live/run.js"]
        tab.close()
