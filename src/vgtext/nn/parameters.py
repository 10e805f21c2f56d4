"""Parameters of a network: views into one flat vector, which an optimizer moves as a whole."""

import numpy as np


class Views:
    """A network whose parameters are views into ``theta``."""

    def __deepcopy__(self, memo):
        raise TypeError("a network must not be copied by copy.deepcopy, whose arrays are no views into theta: "
                        "make another one, and write new.theta[...] = old.theta")


def lay_out(owner, shapes):
    """Give ``owner`` the flat vectors ``theta`` and ``gradient``, of its ``dtype``, filled with 0, and views into them.

    For each ``{name: shape}`` the array ``owner.<name>`` is part ``owner.parameters[name]``, a slice, of theta, and
    ``owner.<name>_gradient`` the same part of the gradient.
    """
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes.values()])
    owner.parameters = {name: slice(end - int(np.prod(s)), end) for (name, s), end in zip(shapes.items(), ends)}
    owner.theta, owner.gradient = np.zeros((2, ends[-1]), owner.dtype)
    for name, shape in shapes.items():
        setattr(owner, name, owner.theta[owner.parameters[name]].reshape(shape))
        setattr(owner, f"{name}_gradient", owner.gradient[owner.parameters[name]].reshape(shape))
