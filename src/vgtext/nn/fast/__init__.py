"""The equations of ``vgtext.nn`` at speed, in arrays that are used again: only here may a line be hard to read.

``dense``, ``norms``, and ``recurrent`` with its ``cells`` are the fast forms of what ``vgtext.nn`` calls so.
``signals``, with ``stacked`` and its ``memory``, follows signals through networks of equal widths, ``sweeps`` through
many of them; ``matmul`` picks the fastest form of a product. ``vgtext.nn`` takes all this by ``vgtext.nn.forms``. Tests
say that both forms agree (``tests/nn/test_forms.py``, ``test_signals.py``, ``test_matmul.py``), and ``python -m
benchmarks forms`` what the fast one gains.
"""
