"""Notebooks run with live figures. The picture beside one is compared with nothing: no notebook stores one."""

import tempfile
import uuid
from pathlib import Path

import jupyter_client
import nbval.kernel


def begin_over_files(**traits):
    """Return a kernel's manager that speaks to it over sockets in files of its own.

    Free ports are found, and let go before the kernel takes them: whoever takes one in between leaves a kernel that
    never answers.
    """
    address = Path(tempfile.gettempdir()) / f"kernel-{uuid.uuid4().hex}"
    return jupyter_client.KernelManager(transport="ipc", ip=str(address), **traits)


def pytest_configure():
    """Give nbval's kernels their sockets."""
    nbval.kernel.KernelManager = begin_over_files


def pytest_collection_modifyitems(items):
    """Leave the picture, which is HTML, out of what is compared."""
    for notebook in {item.parent for item in items if hasattr(item.parent, "skip_compare")}:
        notebook.skip_compare += ("text/html",)
