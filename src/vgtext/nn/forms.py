"""Where an object takes the fast form of its class: the only word that the readable floor has of the fast one."""

#: {class of ``vgtext.nn``: its subclass in ``vgtext.nn.fast`` whose passes give the same}; ``vgtext.nn`` fills it in.
FAST = {}


def speed_up(block):
    """Give an object the fast form of its class, if there is one; a subclass of a reader's own stays what it is."""
    block.__class__ = FAST.get(type(block), type(block))
