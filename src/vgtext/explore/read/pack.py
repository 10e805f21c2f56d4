"""Pack the scenes of many states into one small payload (``FORMAT.md``): what repeats is kept once, by number."""

import base64
import gzip
import json

import numpy as np

from .units import UNIT

SHARED = ("x", "y", "commands", "shape")  # of a mark: kept once, also where the rest of the mark differs


class Packer:
    """Collects scenes; what they share is kept once. :meth:`payload` is what the page reads."""

    def __init__(self):
        """Start with nothing collected."""
        self.parts, self.states, self.captions, self.handles, self.places = {}, [], [], [], []

    def part(self, value):
        """Return the number under which ``value`` is kept."""
        return self.parts.setdefault(json.dumps(value), (len(self.parts), value))[0]

    def mark(self, mark):
        """Return the number of a mark; its points go over as a first value and steps, which pack better."""
        shared = {key: np.diff(mark[key], prepend=0).tolist() if key in "xy" else mark[key]
                  for key in SHARED if key in mark}
        return self.part({**mark, **{key: self.part(value) for key, value in shared.items()}})

    def add(self, scene, caption):
        """Add the scene of one state, with its caption; return the packer."""
        self.states.append([[self.part(panel.frame), *map(self.mark, panel.marks)] for panel in scene])
        self.captions.append(caption)
        self.handles = [{"panel": i, **handle} for i, panel in enumerate(scene) for handle in panel.handles]
        self.places.append([handle.pop("at") for handle in self.handles])
        return self

    def payload(self):
        """Return the collected states, ready for JSON."""
        held = {"handles": self.handles, "places": self.places} if self.handles else {}
        return {"unit": UNIT, "parts": [value for _, value in self.parts.values()], "states": self.states,
                "captions": self.captions, **held}


def pack(payload):
    """Return a payload as gzipped JSON in base64, for a page."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
