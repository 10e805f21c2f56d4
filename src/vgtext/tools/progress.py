"""What a long command says while it works: a bar on a terminal, else a line on stderr every few seconds."""

import os
import sys
import time
from contextlib import contextmanager

EVERY = 5  # seconds between lines


@contextmanager
def progress(words, total):
    """Yield what is to be called after each of ``total`` parts of the work."""
    if sys.stderr.isatty() and os.get_terminal_size(sys.stderr.fileno()).columns:  # no bar fits into a width of 0
        from tqdm import tqdm

        with tqdm(total=total, desc=words, leave=False) as bar:
            yield bar.update
        return
    done, said = 0, time.monotonic()

    def update():
        nonlocal done, said
        done += 1
        if done < total and time.monotonic() - said >= EVERY:
            said = time.monotonic()
            print(f"{words}: {done} of {total}", file=sys.stderr, flush=True)

    yield update
