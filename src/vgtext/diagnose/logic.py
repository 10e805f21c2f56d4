"""Answers that may be unknown: True, False, or None (Kleene's three-valued logic)."""


def every(*answers):
    """And: False if one is False, else None if one is unknown, else True."""
    return False if False in answers else None if None in answers else True


def either(*answers):
    """Or: True if one is True, else None if one is unknown, else False."""
    return True if True in answers else None if None in answers else False


def invert(answer):
    """Not; what is unknown stays unknown."""
    return None if answer is None else not answer


def above(value, limit):
    """Is ``value`` above ``limit``? None if it is unknown."""
    return None if value is None else value > limit


def below(value, limit):
    """Is ``value`` below ``limit``? None if it is unknown."""
    return None if value is None else value < limit
