"""What runs the cells of a page, with a list in the place of the browser."""

import asyncio
import base64
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import numpy as np
import pytest
from absent import ABSENT

from vgtext.live import outputs, runner
from vgtext.live.runner import Runner, as_json

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]


@pytest.fixture
def page(monkeypatch):
    """A runner, and the list of what it tells."""
    monkeypatch.setenv("VGTEXT_EXPLORE", "page")
    told = []
    made = Runner(lambda message: told.append(json.loads(json.dumps(message, allow_nan=False))), ["scipy", "nowhere"])
    made.told = told
    return made


def run(page, code, cell=0):
    """Run a cell; return what it told, and its error."""
    page.told.clear()
    page.run(cell, code)
    *shown, done = page.told
    assert done["tell"] == "done" and done["cell"] == cell
    return [message.get("text") or message["data"]["text/plain"] for message in shown], done["error"]


def test_a_cell_shows_what_a_notebook_shows(page):
    assert run(page, "print('a')\nprint('b')\n1 + 1") == (["a\nb\n", "2"], None)
    assert run(page, "x = 3") == ([], None)
    assert run(page, "x") == (["3"], None)
    assert run(page, "x;") == run(page, "x;\n") == ([], None)
    assert run(page, "from vgtext.ask import Verdict\nVerdict") == (["<class 'vgtext.ask.exercises.Verdict'>"], None)
    assert run(page, "display(x, 4)\nprint(5)\nNone") == (["3", "4", "5\n"], None)
    assert run(page, "import sys\nprint('no', file=sys.stderr)")[0] == ["no\n"]
    assert run(page, "for k in range(5000): print(k)")[0][-1].endswith("4999\n")
    assert len(run(page, "for k in range(5000): print(k)")[0]) > 3, "what a cell prints comes while it runs"


def test_a_few_long_pieces_are_handed_on_as_soon_as_many_short_ones():
    sent = []
    stream = outputs.Stream(sent.append, most=10)
    for text in ("12345", "67890", "1", "a longer piece", "end"):
        stream.write(text)
    assert sent == ["12345678901", "a longer piece"]
    stream.flush(), stream.flush()
    assert sent[2:] == ["end"]


@pytest.mark.parametrize(("code", "words"), [
    ("a = 1\nb = nothing", "Line 2:\n    b = nothing\nNameError: name 'nothing' is not defined"),
    ("def f(x):\n    return x / 0\n\nf(3)", "Line 4:\n    f(3)\nLine 2, in f:\n    return x / 0\nZeroDivisionError: "),
    ("def f(n):\n    if n:\n        return f(n - 1)\n    return 1 / 0\n\nf(9)",
     "Line 4, in f:\n    return 1 / 0\nZeroDivisionError: "),
    ("x = [1,\n", "Line 1:\n    x = [1,\n        ^\nSyntaxError: '[' was never closed"),
    ("if True:\nx = 1", "IndentationError"),
    ("import sys\nsys.exit(3)", "SystemExit: 3"),
    ("from vgtext import nn\nnn.mlp(4, 4, 2, 0)", "raised in"),
    ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt")])
def test_an_error_names_its_line(page, code, words):
    shown, error = run(page, code)
    assert words in error and not shown
    assert str(ROOT) not in error.replace("\n", "")[:40]
    assert run(page, "1")[0] == ["1"], "and Python goes on"


def test_a_package_that_can_be_loaded_is_asked_for_once(page):
    assert page.run(0, "import nowhere") == "nowhere"
    assert page.told == [{"tell": "clear", "cell": 0}]
    assert "No module named 'nowhere'" in run(page, "import nowhere")[1]
    page.offer("nowhere")  # it could not be loaded
    late = "try:\n    import nowhere.inner\nexcept ImportError as e:\n    raise ValueError from e"
    for code in (late, late.removesuffix(" from e")):
        assert page.run(0, code) == "nowhere"
        page.offer("nowhere")
    page.told.clear()
    assert wait(page.call(1, "importlib", "import_module", {"name": "nowhere"})) == "nowhere" and page.told == []
    run(page, "from vgtext.explore import explore\ndef draw(ax, n=1):\n    if n > 1:\n        import nowhere\n"
              "    ax.plot([0, n])\n    return f'{n}.'\nexplore(draw, n=(1, 2))")
    page.offer("nowhere")
    assert page.want([0, 0], {"state": [1], "turn": 1}) == "nowhere"


def test_a_figure_is_answered_at_any_value(page):
    code = """
def draw_line(ax, a=1.0, n=2):
    ax.plot([0, a], [0, n])
    ax.set(xlim=(0, 3), ylim=(0, 3))
    if n > 5:
        raise ValueError("too many")
    return f"a is {a:g}, n is {n}."

from vgtext.explore import explore
explore(draw_line, a=(0.5, 2.5, 0.5), n=(1, 9))
"""
    assert run(page, code) == (["[figure] line(a 0.5…2.5 (1.0), n 1…9 (2)): a is 1, n is 2."], None)
    figure = page.told[0]["data"]["application/vnd.vgtext.figure+json"]
    assert figure["id"] == "line" and figure["payload"]["captions"] == ["a is 1, n is 2."]

    def ask(**want):
        page.want(figure["key"], {"state": [1, 1], "turn": 7, **want})
        assert page.told[-1]["scene"]["turn"] == 7 and page.told[-1]["key"] == figure["key"]
        return page.told[-1]["scene"]

    assert ask(state=[4, 0])["payload"]["captions"] == ["a is 2.5, n is 1."]
    scene = ask(exact={"a": 0.73})
    assert scene["payload"]["captions"] == ["a is 0.73, n is 2."] and scene["texts"] == ["0.73", "2"]
    assert "too many" in ask(state=[1, 6])["error"]
    assert "payload" in ask(), "and goes on answering"
    run(page, "1", cell=1)
    assert "payload" in ask(), "also after another cell"
    run(page, "display(*[explore(draw_line, n=(n, n + 1)) for n in (2, 1)])", cell=1)
    for key, caption in zip([told["data"][runner.PAGE_FIGURE]["key"] for told in page.told[:2]], "32"):
        page.want(key, {"state": [1], "turn": 1})
        assert page.told[-1]["scene"]["payload"]["captions"] == [f"a is 1, n is {caption}."], "each for itself"
    count = len(page.told)
    run(page, "1")
    page.want(figure["key"], {"state": [1, 1], "turn": 8})
    assert len(page.told) < count and page.told[-1]["tell"] == "done", "a figure whose cell ran again is silent"


def test_a_plot_of_pyplot_becomes_a_picture(page):
    run(page, "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    picture = base64.b64decode(page.told[0]["data"]["image/png"])
    assert picture.startswith(b"\x89PNG") and int.from_bytes(picture[16:20]) > 500, "pixels from side to side"
    assert run(page, "plt.get_fignums()")[0] == ["[]"]


def test_html_comes_from_the_books_own_objects_alone(page):
    run(page, "class A:\n    def _repr_html_(self): return '<script>'\nA()")
    assert "text/html" not in page.told[0]["data"]
    run(page, "A.__module__ = 'vgtext_of_mine'\nA()")
    assert "text/html" not in page.told[0]["data"]
    run(page, "from vgtext.ask import quiz\nquiz('How many?', number=2, tolerance=0, explain='So many.')")
    assert page.told[0]["data"]["text/html"].startswith("<vg-quiz")
    run(page, "class B:\n    def _repr_mimebundle_(s): return {'text/html': '<script>', 'text/plain': 'b'}\nB()")
    assert page.told[0]["data"] == {"text/plain": "b"}
    run(page, "class C:\n    def _repr_mimebundle_(s): return {'text/html': '<script>'}\n"
              "    def __repr__(s): return 'c'\nC()")
    assert page.told[0]["data"] == {"text/plain": "c"}


def wait(coroutine):
    """Run it to its end in a thread of its own: in this one the tests' browser may have a loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def steps(count, fails=False):
    """A function that a page calls."""
    for k in range(count):
        yield {"step": k, "loss": np.float32(0.5) if k else np.nan, "layers": np.arange(2)}
    if fails:
        raise ValueError("no more")
    return {"accuracy": np.float64(0.25)}


def test_a_call_reports_and_returns(page):
    wait(page.call(3, __name__, "steps", {"count": 2}))
    assert page.told == [
        {"tell": "report", "id": 3, "report": {"step": 0, "loss": None, "layers": [0, 1]}},
        {"tell": "report", "id": 3, "report": {"step": 1, "loss": 0.5, "layers": [0, 1]}},
        {"tell": "returned", "id": 3, "value": {"accuracy": 0.25}}]
    page.told.clear()
    wait(page.call(4, __name__, "steps", {"count": 0, "fails": True}))
    assert page.told[-1]["tell"] == "failed" and page.told[-1]["words"].endswith("ValueError: no more")


def test_a_call_ends_at_the_pages_halt(page):
    async def go():
        call = asyncio.create_task(page.call(5, __name__, "steps", {"count": 10**6}))
        while len(page.told) < 3:
            await asyncio.sleep(0)
        page.halt(5)
        await call
    wait(go())
    assert 3 <= len(page.told) < 10 and page.told[-1] == {"tell": "returned", "id": 5, "value": None}


def test_what_json_cannot_hold_becomes_what_it_can():
    given = {"a": np.array([[1.5, np.inf]]), 2: (np.int64(3), "x"), "n": None, "b": True}
    assert as_json(given) == {"a": [[1.5, None]], "2": [3, "x"], "n": None, "b": True}


def test_the_workers_door_speaks_in_texts():
    texts = []
    door = runner.start(texts.append, ["scipy"])
    door.run(json.dumps({"cell": 2, "code": "6 * 7"}))
    door.before(json.dumps({"cell": 1, "codes": ["a = 1", "a"], "fresh": [False, False]}))
    told = [json.loads(text) for text in texts]
    assert [message["tell"] for message in told] == ["show", "done", "before"]
    assert told[0]["data"] == {"text/plain": "42"} and told[2]["cells"] == [0]
    assert told[2]["names"] == [[[], ["a"]], [["a"], []]]


def imports_late(slug):
    """Whether a function of a chapter imports what a browser lacks, which is seen only when it is called.

    What else a chapter imports, test_absent imports without that. (The real thing runs all notebooks: make everywhere.)
    """
    late = [module for path in (ROOT / "src/vgtext/chapters" / slug).glob("*.py")
            for module in re.findall(r"^ +(?:from|import) ([\w.]+)", path.read_text("utf8"), re.M)]
    return any(absent == module or absent.startswith(f"{module}.") for module in late for absent in ABSENT)


SLUGS = [slug for slug in sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")) if imports_late(slug)]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A folder with what each notebook has told, and what went wrong."""
    folder = tmp_path_factory.mktemp("told")
    code = f"import vgtext.ask, vgtext.explore, vgtext.ledger, acts\nacts.notebooks({SLUGS!r}, {str(folder)!r})"
    environment = os.environ | {"VGTEXT_EXPLORE": "page", "MPLBACKEND": "agg"}
    done = subprocess.run([sys.executable, HERE / "absent.py", code], capture_output=True, text=True, env=environment)
    return folder, done.stderr


@pytest.mark.parametrize("slug", SLUGS)
def test_a_notebook_runs_without_what_a_browser_lacks_and_prints_what_is_stored(slug, told):
    folder, errors = told
    assert (folder / f"{slug}.json").exists(), errors
    notebook = nbformat.read(ROOT / "notebooks" / f"{slug}.ipynb", as_version=4)
    stored = [stored_text(cell) for cell in notebook.cells if cell.cell_type == "code"]
    assert json.loads((folder / f"{slug}.json").read_text()) == [{"text": text, "error": None} for text in stored]


def stored_text(cell):
    """Return the text that a notebook's cell has shown."""
    return "".join(output["text"] if output.output_type == "stream" else output.data["text/plain"] + "\n"
                   for output in cell.outputs)
