"""Parameters of a network: views into one flat vector, which an optimizer moves as a whole."""

import numpy as np


class Views:
    """A network whose parameters are views into ``theta``."""

    def __deepcopy__(self, memo):
        raise TypeError("a network must not be copied by copy.deepcopy, whose arrays are no views into theta: "
                        "make another one, and write new.theta[...] = old.theta")


def lay_out(network, owners):
    """Give ``network`` the flat vectors ``theta`` and ``gradient``, of its ``dtype``, filled with 0, and views of them.

    ``owners`` are triples (prefix, owner, {name: shape}): the array ``owner.<name>`` is part
    ``network.parameters[prefix + name]``, a slice, of theta, ``owner.<name>_gradient`` the same part of the gradient.
    """
    size = sum(int(np.prod(shape)) for _, _, shapes in owners for shape in shapes.values())
    network.theta, network.gradient = np.zeros((2, size), network.dtype)
    network.parameters, start = {}, 0
    for prefix, owner, shapes in owners:
        for name, shape in shapes.items():
            part = network.parameters[prefix + name] = slice(start, start + int(np.prod(shape)))
            setattr(owner, name, network.theta[part].reshape(shape))
            setattr(owner, f"{name}_gradient", network.gradient[part].reshape(shape))
            start = part.stop
