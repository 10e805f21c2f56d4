"""The equations of ``vgtext.nn`` for all layers at once, without underflow: only here may a line be hard to read.

Tests say that both forms agree (``tests/nn``), and the benchmarks what the fast one gains (``make bench``).
"""
