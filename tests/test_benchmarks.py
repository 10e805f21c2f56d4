"""Benchmarks: what they ask of the library is there, and their table says what was measured. No speed is tested."""

import ast
import io
import json
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))
protocol = import_module("benchmarks.protocol")


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").rglob("*.py")), ids=lambda path: path.stem)
def test_what_a_benchmark_asks_of_the_library_is_there(path):
    walk, names = [*ast.walk(ast.parse(path.read_text("utf8")))], {}
    for node in walk:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "vgtext":
            exec(ast.unparse(node), names)
    asked = [(node.value.id, node.attr) for node in walk
             if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names]
    assert [pair for pair in asked if not hasattr(names[pair[0]], pair[1])] == []


def test_our_worker_and_the_floors_have_every_workload_that_is_compared(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    worker, gates = import_module("benchmarks.numpy_worker"), import_module("benchmarks.bench_engine").GATES
    monkeypatch.setattr(worker, "serve", served := [].append)
    for option, wanted in (("", set(gates)), ("--floor", {name for name, (floor, _) in gates.items() if floor})):
        monkeypatch.setattr(sys, "argv", ["numpy_worker.py", option])
        worker.main()
        assert wanted <= served.__self__[-1].keys()


@pytest.mark.parametrize(("ratios", "gate", "verdict", "misses"), [
    ([1.0, 1.1, 1.2], ("<=", 1.1), "holds", False), ([1.1, 1.2, 1.3], ("<=", 1.1), "missed", True),
    ([5.0, 5.1, 5.2], (">=", 5.1), "holds", False), ([4.8, 4.9, 5.0], (">=", 5.1), "missed", False),
    ([1.0, 2.0, 3.0], ("<=", 1.1), "inconclusive", False), ([3.0, 9.0, 9.1, 9.2, 9.3, 20.0], (">=", 9), "holds", False),
])
def test_a_ratio_is_judged_by_its_median_where_its_middle_half_lies_close(ratios, gate, verdict, misses):
    row = protocol.Row("name", "a / b", np.array(ratios), gate)
    assert (row.verdict, row.misses(1.0)) == (verdict, misses)
    assert not row.misses(2.0) and f"{np.median(ratios):.2f} " in str(row) and verdict in str(row)


def test_libraries_take_turns_and_a_first_call_is_not_timed(monkeypatch, capsys):
    called = []
    workers = [SimpleNamespace(seconds=lambda name, k=k: called.append(k) or k) for k in (1, 2, 3)]
    assert protocol.rounds(workers, "x", 2).tolist() == [[1, 2, 3]] * 2 and called == [1, 2, 3] * 2
    called.clear()
    seconds = iter([100, *[2] * 6])  # of each call, the first of which warms up; three take 5 seconds at least
    monkeypatch.setattr(protocol.time, "process_time", lambda: sum(called))
    monkeypatch.setattr(sys, "stdin", io.StringIO("x\nx\n"))
    protocol.serve({"x": lambda: lambda: called.append(next(seconds))}, least=5)
    first, *told = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {"workloads": ["x"]} and told == [{"seconds": 2}] * 2 and not [*seconds]
