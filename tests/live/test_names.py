"""Which cells a cell stands on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgtext.live.names import needed, uses_and_makes


@pytest.mark.parametrize(("code", "uses", "makes"), [
    ("x = 1", "", "x"),
    ("x = x + 1", "x", "x"),
    ("x += 1", "x", "x"),
    ("x: int = x + 1", "x", "x"),
    ("x: a[b] = c\ny: d", "a b c d", "x y"),
    ("(x := x + 1)", "x", "x"),
    ("x = 1\nx = x + y", "y", "x"),
    ("import numpy as np\nnp.sin(x)", "x", "np"),
    ("import os.path\nfrom a import b as c, d", "", "os c d"),
    ("print(len(x))", "x", ""),
    ("for k in range(n):\n    s = k", "n", "k s"),
    ("for x in x:\n    pass", "x", "x"),
    ("for k in ks:\n    pass\nelse:\n    a", "a ks", "k"),
    ("[a * k for k in ks if k > low]", "a ks low", ""),
    ("[x for x in x]", "x", ""),
    ("[lambda: a for k in ks]", "a ks", ""),
    ("{k: v for k, v in pairs}", "pairs", ""),
    ("def f(a, b=c, *d, e, **g):\n    h = a + k\n    return h + d + e + g", "c k", "f"),
    ("def f(*, a=b):\n    return a", "b", "f"),
    ("b = 1\n@c\ndef f(a, /, *, d=b):\n    return a + d", "c", "b f"),
    ("def f():\n    return later\n\nlater = 1", "", "f later"),
    ("def f():\n    def g():\n        return x\n    return g", "x", "f"),
    ("def f(a: b, *c: d, e: g = 1) -> h:\n    return a, c, e", "b d g h", "f"),
    ("async def f():\n    return a", "a", "f"),
    ("f = lambda a: a + b", "b", "f"),
    ("class A(B):\n    c = d\n    def e(self):\n        return c, f", "B c d f", "A"),
    ("class A(metaclass=b):\n    pass", "b", "A"),
    ("a, (b, *c) = d", "d", "a b c"),
    ("x.y = 1\nz[0] = 2", "x z", ""),
    ("with open(p) as f:\n    t = f.read()", "p", "f t"),
    ("if (n := g()) > 1:\n    n", "g", "n"),
    ("try:\n    a\nexcept ValueError as e:\n    b = e", "a", "e b"),
    ("x = ", "", ""),
    ("x = '\ud800'", "", ""),
    ("", "", ""),
])
def test_names_that_code_uses_and_makes(code, uses, makes):
    assert uses_and_makes(code) == (set(uses.split()), set(makes.split()))


CELLS = ["import numpy as np", "x = np.ones(3)", "y = 2", "x = x + y", "print(x)", "def f():\n    return y", "f()"]


@pytest.mark.parametrize(("cell", "fresh", "cells"), [
    (0, (), []), (1, (), [0]), (4, (), [0, 1, 2, 3]), (4, (1, 2), [3]), (4, (3,), []), (6, (), [2, 5]), (6, (5,), [])])
def test_a_cell_stands_on_the_nearest_cells_above_that_make_its_names(cell, fresh, cells):
    assert needed(cell, CELLS, [k in fresh for k in range(len(CELLS))]) == cells


statements = st.builds("{0} = {1}".format, *[st.sampled_from("abcd")] * 2) | st.builds(
    "{0} = 1".format, st.sampled_from("abcd"))


@given(st.lists(statements, min_size=1, max_size=7))
def test_what_is_needed_is_enough_where_the_whole_notebook_runs(cells):
    """Run with those alone that are needed, each cell makes what it makes when all cells run in order."""
    whole = {}
    for k, code in enumerate(cells):
        try:
            exec(code, whole)
        except NameError:
            return
        alone = {}
        for i in [*needed(k, cells, [False] * len(cells)), k]:
            exec(cells[i], alone)
        assert alone[code[0]] == whole[code[0]]
