"""Which pages a build has left that was stopped or warned: Sphinx takes them for done, and tells a warning once."""

import json
from pathlib import Path


def file(app):
    """Return the file with their names."""
    return Path(app.doctreedir) / "unfinished.json"


def left(app):
    """Return the names of the pages that the last build has left."""
    return json.loads(file(app).read_text("utf8")) if file(app).exists() else []


def begin(app, env, docnames):
    """Note the pages that this build reads."""
    file(app).write_text(json.dumps(docnames), "utf8")


def end(app, error):
    """Forget them if the build came to a good end."""
    if not error and not app._warncount:
        file(app).unlink(missing_ok=True)
