"""Benchmarks: ``python -m benchmarks [name ...]``. Each module ``bench_<name>.py`` is one; see ``protocol.py``."""
