"""A recipe: all that decides how a network trains on the digits, short enough to be carried by a link.

    Recipe(depth=100, activation="relu", init="he_normal").query()     # "depth=100&activation=relu&init=he_normal"
    Recipe.parse("depth=100&activation=relu&init=he_normal").network() # a Network, not yet trained
"""

from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import NamedTuple
from urllib.parse import unquote_plus, urlencode

from vgtext import nn


class Part(NamedTuple):
    """What a part of a recipe may be: one of ``choices``, or a number from ``low`` to ``high``."""

    choices: tuple | None = None
    low: float | None = None
    high: float | None = None
    whole: bool = False

    def read(self, name, value):
        """Return ``value`` as this part takes it, from a number or from its text; raise ValueError otherwise."""
        if self.choices:
            found = next((choice for choice in self.choices if str(choice) == str(value)), None)
            if found is None:
                raise ValueError(f"{name} must be one of {', '.join(map(str, self.choices))}; got {value!r}")
            return found
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = None
        if number is None or isinstance(value, bool) or not self.low <= number <= self.high or (
                self.whole and number != int(number)):
            kind = "a whole number" if self.whole else "a number"
            raise ValueError(f"{name} must be {kind} from {self.low:g} to {self.high:g}, got {value!r}")
        return int(number) if self.whole else number


#: The parts of a recipe by name, in the order in which a form asks for them; words.toml says what a form calls them.
PARTS = {
    "depth": Part(low=2, high=100, whole=True),
    "width": Part((8, 16, 32, 64, 128)),
    "activation": Part(("sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu_tanh", "silu", "softplus",
                        "identity")),
    "init": Part(("glorot_normal", "he_normal", "orthogonal", "standard_uniform")),
    "gain": Part(low=0.01, high=10),
    "norm": Part(("none", "batch", "layer", "rms")),
    "shortcut": Part(("none", "residual", "pre", "post", "highway")),
    "optimizer": Part(("sgd", "momentum", "adam", "adamw", "muon")),
    "rate": Part(low=1e-6, high=10),
    "clip": Part(low=0, high=1000),
    "batch": Part((16, 32, 64, 128, 256)),
    "steps": Part((100, 300, 500, 1000, 3000)),
    "seed": Part(low=0, high=999, whole=True),
}
NEED_A_NORM = ("pre", "post")  # shortcuts that say where the normalization goes


@dataclass(frozen=True)
class Recipe:
    """How a network is made and trained; the defaults are the recipe with which the bench opens.

    Each part is checked: ValueError says which it was, what was given and what is allowed (:data:`PARTS`). ``gain``
    multiplies the weights that ``init`` draws; ``clip`` is a limit of the whole gradient's norm, 0 for none.
    """

    depth: int = 20
    width: int = 32
    activation: str = "sigmoid"
    init: str = "glorot_normal"
    gain: float = 1.0
    norm: str = "none"
    shortcut: str = "none"
    optimizer: str = "sgd"
    rate: float = 0.03
    clip: float = 0.0
    batch: int = 64
    steps: int = 500
    seed: int = 0

    def __post_init__(self):
        for name, part in PARTS.items():
            object.__setattr__(self, name, part.read(name, getattr(self, name)))
        if self.shortcut in NEED_A_NORM and self.norm == "none":
            raise ValueError(f"norm must be one of batch, layer, rms with shortcut {self.shortcut!r}, got 'none'")

    @classmethod
    def parse(cls, query):
        """Return the recipe of ``depth=100&activation=tanh``; what it leaves out is as in the opening recipe."""
        given = {}
        for pair in filter(None, query.split("&")):
            name, equals, value = (unquote_plus(text) for text in pair.partition("="))
            if name not in PARTS:
                near = get_close_matches(name, PARTS, 1)
                guess = f" (did you mean {near[0]}?)" if near else ""
                raise ValueError(f"a recipe has the parts {', '.join(PARTS)}; got {name!r}{guess}")
            if name in given:
                raise ValueError(f"{name} must be given once, got {given[name]!r} and {value!r}")
            if not equals:
                raise ValueError(f"{name} must have a value, as in {name}={getattr(cls, name)}; got none")
            given[name] = value
        return cls(**given)

    def query(self):
        """Return what differs from the opening recipe, as the end of an address; "" if nothing does."""
        opening = Recipe()
        return urlencode({name: f"{value:g}" if isinstance(value, float) else value
                          for name, value in asdict(self).items() if value != getattr(opening, name)})

    def network(self):
        """Return the network, as drawn by ``init`` and ``seed``."""
        draw = nn.get_initializer(self.init)
        return nn.mlp(64, self.width, 10, self.depth, activation=self.activation, norm=_or_none(self.norm),
                      init=lambda n_out, n_in, rng: self.gain * draw(n_out, n_in, rng),
                      shortcut=_or_none(self.shortcut), seed=self.seed)

    def training(self):
        """Return the settings of :func:`vgtext.nn.train` that the recipe decides."""
        return {"optimizer": self.optimizer, "learning_rate": self.rate, "batch_size": self.batch, "seed": self.seed,
                "clip": ("global_norm", self.clip) if self.clip else None}


def _or_none(name):
    return None if name == "none" else name


assert [field.name for field in fields(Recipe)] == list(PARTS)
