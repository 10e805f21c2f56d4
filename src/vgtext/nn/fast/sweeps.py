"""Sweeps: the signals of every combination of depth, sigma_w, sigma_b, activation and seed, in one call.

All scales of one seed share one sample of weights and run together as groups of the stacked arrays, which is what
makes a sweep several times faster than a loop over networks, and its curves smooth in sigma_w.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from .. import checks
from ..activations import get_activation
from ..progress import bar
from ..signals import Signals, sample_batch, sample_weights
from .signals import propagate

_GROUP_BYTES = 2**20  # one layer of all groups in one run stays within the processor's cache


@dataclass(frozen=True)
class Sweep:
    """The axes, and the :class:`~vgtext.nn.signals.Signals` of all combinations.

    Arrays are (depth, sigma_w, sigma_b, activation, seed, layer). The last axis is the layer, 0 to the largest depth;
    nan beyond a network's own depth.
    """

    depth: np.ndarray
    sigma_w: np.ndarray
    sigma_b: np.ndarray
    activation: list
    seed: np.ndarray
    signals: Signals

    def at(self, **values):
        """Return the Signals at given values of some axes, such as ``at(depth=20, activation="tanh", sigma_w=1.5)``.

        Axes given disappear, the others stay in order. Raises TypeError or ValueError for what is not in the sweep.
        """
        axes = ["depth", "sigma_w", "sigma_b", "activation", "seed"]
        for name in values:
            checks.choice("axis", name, axes)
        index = tuple(self._index(name, values[name]) if name in values else slice(None) for name in axes)
        return Signals(**{k: v if v is None else v[index] for k, v in vars(self.signals).items()})

    def _index(self, name, value):
        axis = list(getattr(self, name))
        if name == "activation":
            return axis.index(checks.choice(name, value, axis))
        nearest = int(np.argmin(np.abs(np.asarray(axis, float) - checks.number(name, value))))
        if not np.isclose(axis[nearest], value):
            raise ValueError(f"{name} must be one of {', '.join(map(str, axis))}; got {value}")
        return nearest


def sweep(depth=(50,), sigma_w=(1.0,), sigma_b=(0.0,), activation=("tanh",), seeds=3, *, width=64, batch=32, init=None,
          dtype="float32", statistics=False, processes=1, progress=None):
    """Return the :class:`Sweep` over all combinations; each argument is one value or a sequence.

    ``seeds`` is a number of seeds, or a sequence. Networks are those of :func:`vgtext.nn.measure`. ``processes`` share
    out (activation, seed, depth); results do not depend on their number. ``progress`` as for :func:`vgtext.nn.train`.
    Raises as :func:`vgtext.nn.measure` does, and ValueError for an empty axis.
    """
    axes = _axes(depth, sigma_w, sigma_b, activation, seeds)
    depths, ws, bs, phis, seeds = axes
    checks.whole("width", width), checks.whole("batch", batch), checks.float_type(dtype)
    gains = np.array(list(product(ws, bs)))  # (groups, 2)
    checks.whole("processes", processes, most=1024)
    fixed = width, batch, init, dtype, statistics
    jobs = [(gains, *job, *fixed) for job in product(depths, phis, seeds)]
    shape = (len(depths), len(phis), len(seeds), len(ws), len(bs), max(depths) + 1)
    out = {}
    for i, result in enumerate(bar(_run(jobs, processes), progress, "sweep", len(jobs))):
        for name, values in result.items():
            array = out.setdefault(name, np.full((len(jobs), *shape[3:]), np.nan))
            array[i, ..., : values.shape[-1]] = values.reshape(*shape[3:5], -1)
    arrays = {k: v.reshape(shape).transpose(0, 3, 4, 1, 2, 5) for k, v in out.items()}
    return Sweep(np.array(depths), np.array(ws), np.array(bs), list(phis), np.array(seeds), Signals(**arrays))


def _axes(depth, sigma_w, sigma_b, activation, seeds):
    def many(value):
        return list(value) if hasattr(value, "__iter__") and not isinstance(value, str) else [value]

    seeds = seeds if hasattr(seeds, "__iter__") else range(checks.whole("seeds", seeds))
    axes = (
        [checks.whole("depth", d) for d in many(depth)],
        [checks.number("sigma_w", s, least=0) for s in many(sigma_w)],
        [checks.number("sigma_b", s, least=0) for s in many(sigma_b)],
        [get_activation(phi).name for phi in many(activation)],
        [checks.whole("seeds", s, 0, None) for s in seeds],
    )
    for name, axis in zip(("depth", "sigma_w", "sigma_b", "activation", "seeds"), axes):
        if not axis:
            raise ValueError(f"{name} must hold at least one value, got none")
    return axes


def _run(jobs, processes):
    if processes == 1:
        yield from map(_measure, jobs)
    else:
        from concurrent.futures import ProcessPoolExecutor  # not in a browser, where there are no processes
        from multiprocessing import get_context

        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            yield from pool.map(_measure, jobs)


def _measure(job):
    """Follow all scales of one (depth, activation, seed), a cacheful of groups at a time: name -> (groups, layers)."""
    gains, depth, phi, seed, width, batch, init, dtype, statistics = job
    W, b = sample_weights(depth, width, seed, init=init, bias=bool(gains[:, 1].any()), dtype=dtype)
    x, g = sample_batch(width, batch, seed, dtype)
    size = max(1, _GROUP_BYTES // (width * batch * W.itemsize))
    parts = [propagate(W, b, x, g, phi, sigma_w=part[:, 0], sigma_b=part[:, 1], statistics=statistics)
             for part in np.split(gains, range(size, len(gains), size))]
    return {k: np.concatenate([vars(p)[k] for p in parts]) for k, v in vars(parts[0]).items() if v is not None}
