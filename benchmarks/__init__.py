"""Benchmarks: ``python -m benchmarks [name ...]``. Every module ``bench_<name>.py`` here is one; see ``protocol.py``."""
