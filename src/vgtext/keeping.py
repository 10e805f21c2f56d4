"""What takes long to make is kept while a book is built, and found again as long as nothing changes that it stands on.

A build says by ``VGTEXT_KEPT`` what may be kept: ``{name: path}`` as JSON, the path another one as soon as a file
changes that what is made under this name depends on. Everywhere else nothing is kept.
"""

import hashlib
import json
import os
from pathlib import Path

KEPT = "VGTEXT_KEPT"


def kept_or_made(name, given, make):
    """Return ``make()``, which JSON can hold; in a book's build, what it was when it was made of the same before.

    ``given`` is what it is made of besides the files that ``name`` stands for; its ``repr`` tells one from another.
    """
    start = json.loads(os.environ.get(KEPT, "{}")).get(name)
    if start is None:
        return make()
    file = Path(f"{start}-{hashlib.sha256(repr(given).encode()).hexdigest()[:16]}.json")
    if file.exists():
        file.touch()  # what was used longest ago goes first
        return json.loads(file.read_text("utf8"))
    made = make()
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(f".{os.getpid()}")  # a build that is stopped here, or two pages at once, break no file
    half.write_text(json.dumps(made), "utf8")
    half.replace(file)
    return made
