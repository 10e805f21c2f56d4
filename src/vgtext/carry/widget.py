"""The figure in a live kernel."""

import anywidget

from vgtext.explore import source as explore_source

from .page import source


class CarryWidget(anywidget.AnyWidget):
    """The figure in a notebook: it computes in the page there, too, so that it asks nothing of a kernel."""

    _esm = explore_source("js") + source("js") + "\nexport default { render: globalThis.vgCarry.live };\n"
    _css = explore_source("css") + source("css")
