"""The equations of ``vgtext.nn`` at speed, in arrays that are used again: only here may a line be hard to read.

``forms`` gives an object of ``vgtext.nn`` its fast form: ``dense``, ``norms``, ``recurrent`` with its ``cells``.
``stacked`` and its ``memory`` follow signals through networks of equal widths, ``sweeps`` through many of them;
``matmul`` picks the fastest form of a product. Tests say that both forms agree (``tests/nn/test_forms.py``,
``test_signals.py``, ``test_matmul.py``), and ``python -m benchmarks forms`` what the fast one gains.
"""
