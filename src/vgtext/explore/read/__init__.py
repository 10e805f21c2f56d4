"""From a drawn matplotlib figure to the marks that the page draws, and the errors for what makes no figure."""


class FigureError(ValueError):
    """A figure that cannot be made; the message names the figure, the control or state, and the cause."""

    @classmethod
    def when(cls, wrong, words):
        """Raise this error with ``words`` if something is ``wrong``."""
        if wrong:
            raise cls(words)


class Unreadable(FigureError):
    """An artist, or a setting of one, that the page cannot draw; the message says what to do instead."""
