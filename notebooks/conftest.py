"""Notebooks run with live figures. The picture beside one is compared with nothing: no notebook stores one."""

import jupyter_client
import nbval.kernel

from vgtext.ask.kernels import over_files


def pytest_configure():
    """Give nbval's kernels their sockets."""
    nbval.kernel.KernelManager = lambda **traits: jupyter_client.KernelManager(config=over_files(), **traits)


def pytest_collection_modifyitems(items):
    """Leave the picture, which is HTML, out of what is compared."""
    for notebook in {item.parent for item in items if hasattr(item.parent, "skip_compare")}:
        notebook.skip_compare += ("text/html",)
