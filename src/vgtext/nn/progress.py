"""A progress bar on the terminal, for what takes more than two seconds."""

import sys


def tqdm(items, *given, **more):
    """Show tqdm's bar; it is imported where a bar is shown, since a page that runs Python has none."""
    from tqdm.auto import tqdm

    return tqdm(items, *given, **more)


def bar(items, progress, words, total=None):
    """Wrap ``items`` in a tqdm bar on stderr: always, never, or (None) on a terminal after two seconds."""
    show = sys.stderr.isatty() if progress is None else bool(progress)
    return tqdm(items, desc=words, total=total, delay=2 * (progress is None), leave=False) if show else items
