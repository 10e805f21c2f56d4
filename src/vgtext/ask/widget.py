"""The quiz in a live kernel."""

import anywidget
import traitlets

from .page import source


class QuizWidget(anywidget.AnyWidget):
    """The quiz in a notebook: the same form and the same script as in the built page."""

    _esm = source("js") + "\nexport default { render: globalThis.vgQuiz.live };\n"
    _css = source("css")
    form = traitlets.Unicode().tag(sync=True)
