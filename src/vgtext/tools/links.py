"""Addresses that open a chapter in a running Jupyter: on Binder, or on an instructor's JupyterHub."""

import re
from urllib.parse import quote, urlencode

from vgtext.tools import notebooks
from vgtext.tools.notebooks import Mistake


class NoAddress(Mistake):
    """An address that cannot be made; the message says why."""


def setting(name):
    """Return the repository's ``url`` or ``branch``, as ``_config.yml`` says it; "" where it has none yet."""
    settings = (notebooks.root() / "_config.yml").read_text(encoding="utf-8")
    found = re.search(rf"^  {name}: *(\S*)", settings, flags=re.M)
    return found[1].strip("\"'") if found else ""


def repository():
    """Return (url, branch) of the book; NoAddress where it has none yet."""
    for name in ("url", "branch"):
        if not setting(name):
            raise NoAddress(f"this book has no address yet: write it into _config.yml (repository: {name})")
    return setting("url").rstrip("/"), setting("branch")


def binder_link(slug):
    """Return the address that opens a chapter on Binder; nothing needs to be installed, starting takes a minute.

    Raises NoChapter for an unknown chapter.
    """
    url, branch = repository()
    host, _, project = url.removeprefix("https://").partition("/")
    where = {"github.com": f"gh/{project}", "gitlab.com": f"gl/{quote(project, safe='')}"}.get(
        host, f"git/{quote(url, safe='')}")
    return f"https://mybinder.org/v2/{where}/{branch}?urlpath=lab/tree/{relative(slug)}"


def hub_link(slug, hub):
    """Return the address that pulls the book into a reader's home on the JupyterHub ``hub`` and opens a chapter there.

    The hub needs nbgitpuller; the link is of the form that nbgitpuller documents. Pulling again keeps what the reader
    has changed. Raises NoChapter for an unknown chapter, NoAddress if ``hub`` is no http address.
    """
    if not re.fullmatch(r"https?://[^/\s]\S*", hub):
        raise NoAddress(f"a hub is an address such as https://hub.example.edu, not {hub!r}")
    url, branch = repository()
    opened = f"lab/tree/{url.split('/')[-1]}/{relative(slug)}"
    query = urlencode({"repo": url, "branch": branch, "urlpath": opened}, quote_via=quote, safe="")
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{query}"


def relative(slug):
    """Return a chapter's notebook as a path in the repository."""
    return notebooks.notebook_path(slug).relative_to(notebooks.root()).as_posix()
