"""Where the fast form of a class is chosen."""

#: {class of ``vgtext.nn``: the subclass here whose passes give the same}; ``vgtext.nn.__init__`` fills it in.
FAST = {}


def speed_up(block):
    """Give an object the fast form of its class, if there is one; a subclass of a reader's own stays what it is."""
    block.__class__ = FAST.get(type(block), type(block))
