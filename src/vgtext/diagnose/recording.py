"""What a reader has recorded of a training run, from any framework: sizes per layer over steps, losses, accuracies."""

import zipfile
import zlib
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from . import checks
from .checks import SHARES, SIZES


@dataclass(frozen=True, eq=False, kw_only=True)
class Recording:
    """Whatever was recorded; all fields may be left out. R recorded steps, L layers, layer 1 (next to the input) first.

    ========================  ======  ==========================================================================
    ``steps``                 (R,)    at which step each row below was recorded; 1, 2, 3, ... if left out
    ``gradient``              (R, L)  ‖∂L/∂W⁽ˡ⁾‖ of the mean loss, before clipping
    ``weight``, ``update``    (R, L)  ‖W⁽ˡ⁾‖ and ‖ΔW⁽ˡ⁾‖, what one step of the optimizer changed
    ``update_ratio``          (R, L)  ‖ΔW⁽ˡ⁾‖ / ‖W⁽ˡ⁾‖, instead of these two
    ``activation``            (R, L)  root mean square of a⁽ˡ⁾ over units and examples
    ``cosine``                (R,)    of the angle between all updates and all gradients; a step down is below 0
    ``error``                 (R, L)  ‖∂L/∂z⁽ˡ⁾‖; estimated from gradient and activation if left out
    ``activation_error``      (R, L)  ‖∂L/∂a⁽ˡ⁾‖, the error on the other side of the activation function
    ``saturation``            (R, L)  share of (unit, example) pairs with a slope below 1 % of the steepest
    ``dead``                  (R, L)  share of units that are 0 for every example of the batch (ReLU)
    ``input``                 (R,)    root mean square of what enters layer 1, of a sparse input without its zeros
    ``time_gradient``         (R, T)  recurrent networks: ‖∂L/∂x⟨ᵗ⟩‖ or ‖∂L/∂h⟨ᵗ⟩‖ of time steps 1 to T
    ``loss``                  (T,)    training loss, from the first step to the last
    ``test_loss``, ``train_accuracy``, ``test_accuracy``  (E,)  evaluations, from the first to the last
    ``constant_loss``         number  the loss of the best constant answer: of squared errors the targets' variance,
                                      of a cross-entropy the entropy of the classes; beside summed losses, summed
    ``learning_rate``         number or (R,), the rate of each recorded step
    ``optimizer``             word    such as "Adam"; left out, steps are taken to shrink with the gradient
    ``precision``             word    of the gradients: float16, bfloat16, float32 or float64
    ``shortcuts``             bool    does the network have residual connections?
    ``normalized``            bool    does it have normalization layers?
    ``recurrent``             bool    does a layer see one time step after another?
    ``frozen``                (L,)    is a layer kept as it is on purpose, by requires_grad=False or trainable=False?
    ``mixed``                 bool    does a batch hold examples of several classes, none of them most of it?
    ``many_answers``          bool    has an example many answers, as a text has one for each token?
    ``loop``                  words   slips in the code that were seen, out of ``SLIPS`` in ``slips``
    ``names``                 (L,)    the layers' names, for the report
    ========================  ======  ==========================================================================

    nan or inf means that the run had broken there: allowed in the last rows of a size, not before rows of numbers. In
    ``loss`` it may stand anywhere: before numbers it is a batch that the run got over; a ratio is inf where weights
    were 0. Norms are Frobenius norms. An accuracy may be one number. Raises ValueError for unknown fields, shapes that
    do not fit, negative sizes, shares and accuracies outside 0..1, and nan where it is not allowed.
    """

    steps: np.ndarray | None = None
    gradient: np.ndarray | None = None
    weight: np.ndarray | None = None
    update: np.ndarray | None = None
    update_ratio: np.ndarray | None = None
    activation: np.ndarray | None = None
    cosine: np.ndarray | None = None
    error: np.ndarray | None = None
    activation_error: np.ndarray | None = None
    saturation: np.ndarray | None = None
    dead: np.ndarray | None = None
    input: np.ndarray | None = None
    time_gradient: np.ndarray | None = None
    loss: np.ndarray | None = None
    test_loss: np.ndarray | None = None
    train_accuracy: np.ndarray | None = None
    test_accuracy: np.ndarray | None = None
    constant_loss: float | None = None
    learning_rate: np.ndarray | float | None = None
    optimizer: str | None = None
    precision: str | None = None
    shortcuts: bool | None = None
    normalized: bool | None = None
    recurrent: bool | None = None
    frozen: np.ndarray | None = None
    mixed: bool | None = None
    many_answers: bool | None = None
    loop: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None

    def __post_init__(self):
        if not self.given():
            raise ValueError("a recording must hold something, such as Recording(loss=[...])")
        for name, value in self.given().items():
            object.__setattr__(self, name, checks.read(name, value))
        self._check_shapes()
        for name in (*SIZES, *SHARES, "input", "time_gradient"):
            checks.check_rows(name, getattr(self, name))
        for name in SIZES:
            checks.check_columns(name, getattr(self, name), self.loss)
        for name in (*SHARES, "train_accuracy", "test_accuracy"):
            checks.check_share(name, getattr(self, name))

    def __new__(cls, **given):
        """Refuse fields that a recording does not have."""
        cls._check_names(given)
        return super().__new__(cls)

    @classmethod
    def _check_names(cls, names):
        known = [f.name for f in fields(cls)]
        unknown = [str(name) for name in names if name not in known]
        if unknown:
            raise ValueError(f"a recording has no {', '.join(unknown)}; it may hold {', '.join(known)}")

    @classmethod
    def of_history(cls, history, network, learning_rate=None):
        """Return what :func:`vgtext.nn.train` recorded of a network of dense layers, 1 to L.

        Sizes of layers are there if steps were recorded, ``activation`` per unit, ``dead`` for ReLU only. Raises
        TypeError for what is no history, ValueError if its columns are not the network's layers; those of a recurrent
        one are time steps.
        """
        if not hasattr(history, "log2_gradient") or not hasattr(network, "layers"):
            raise TypeError("of_history takes what nn.train returned, and the network that it trained; got "
                            f"{type(history).__name__} and {type(network).__name__}")
        names = ("loss", "test_loss", "train_accuracy", "test_accuracy")
        known = {name: getattr(history, name) for name in names if len(getattr(history, name))}
        if len(history.recorded):
            units, columns = [len(layer.W) for layer in network.layers[1:]], history.log2_activation.shape[1] - 1
            if len(units) != columns:
                raise ValueError(f"history must have one column for each of {len(units)} layers, got {columns}")
            with np.errstate(over="ignore", under="ignore"):
                known |= {"steps": history.recorded, "gradient": np.exp2(history.log2_gradient[:, 1:]),
                          "activation": np.exp2(history.log2_activation[:, 1:]) / np.sqrt(units),
                          "update_ratio": history.update_ratio[:, 1:], "saturation": history.saturation[:, 1:]}
            if network.layers[1].phi.name == "relu":
                known["dead"] = history.dead[:, 1:]
        return cls(**known, learning_rate=learning_rate)

    def given(self):
        """Return the fields that were recorded, by name."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def only(self, *names):
        """Return a recording with these fields alone, as if nothing else had been recorded.

        Raises ValueError for a name that no field has, or if none of them was recorded.
        """
        self._check_names(names)
        return Recording(**{name: value for name, value in self.given().items() if name in (*names, "steps")})

    def save(self, path):
        """Write the recording to one file, such as ``run.npz``; raise ValueError for another ending."""
        path = Path(path)
        if path.suffix != ".npz":
            raise ValueError(f"path must end in .npz, got {str(path)!r}")
        np.savez_compressed(path, **{name: np.asarray(value) for name, value in self.given().items()})

    @classmethod
    def load(cls, path):
        """Read a recording that :meth:`save`, or ``np.savez`` with these fields' names, wrote.

        Raises TypeError, FileNotFoundError, and ValueError if it is no such file or holds a field not listed above.
        """
        if checks.a_file(path).is_file() and not checks.holds_arrays(path):
            raise ValueError(f"path must name a file that np.savez wrote, and wrote to its end; {path} is none. A log "
                             "may be a table, run.csv, that read_log reads. Its loss alone is a recording, too: "
                             'np.savez("run.npz", loss=losses)')
        try:
            with np.load(path, allow_pickle=False) as file:
                values = {name: file[name] for name in file.files}
        except FileNotFoundError:
            raise
        except (ValueError, OSError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
            raise ValueError(f"path must name a file that np.savez wrote; {path} cannot be read: {error}") from error
        return cls(**values)

    @property
    def ratio(self):
        """The update-to-weight ratio ‖ΔW⁽ˡ⁾‖ / ‖W⁽ˡ⁾‖, (R, L), or None if it was not recorded; 0/0 is 0."""
        if self.update_ratio is not None or self.update is None or self.weight is None:
            return self.update_ratio
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.update == 0, 0.0, self.update / self.weight)

    def step(self, i):
        """The step at which row i was recorded."""
        return int(self.steps[i]) if self.steps is not None else i + 1

    def _check_shapes(self):
        given = self.given()
        shapes = {name: value.shape for name, value in given.items() if name in SIZES + SHARES}
        rows, layers = checks.one_shape(shapes, self.loss if self.steps is None else None)
        for name in ("steps", "input", "cosine", "time_gradient", "learning_rate"):
            if rows is not None and np.ndim(given.get(name)) and len(given[name]) != rows:
                raise ValueError(f"{name} must have {rows} entries, one for each row, got {len(given[name])}")
        for name in ("names", "frozen"):
            if layers is not None and name in given and len(given[name]) != layers:
                raise ValueError(f"{name} must have {layers} entries, one for each layer, got {len(given[name])}")
        if self.steps is not None and not (np.diff(self.steps) > 0).all():
            raise ValueError(f"steps must increase, got {self.steps.tolist()}"[:200])
