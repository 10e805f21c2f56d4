"""Labeled runs that this book's engine did not make: PyTorch networks of many kinds, each with one planted fault.

    python -m benchmarks.strangers          # needs torch; half an hour on two cores; writes the stored file again
    python -m benchmarks.strangers 2 runs "data in order of class"   # two processes, a folder to keep, one cause
    python -m benchmarks.strangers.fresh    # a third set, made after the rules had been fixed

``models`` builds the networks, ``train`` trains them with a ``Recorder`` attached, ``recipes`` says what was planted.
"""
