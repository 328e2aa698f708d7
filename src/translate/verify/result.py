"""What a verification was asked to do, and what it found."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["equal", "different", "failed"]
Backend = Literal["tensorflow", "jax", "torch"]


@dataclass(frozen=True)
class Options:
    """How thorough a verification is, and what it may take."""

    to: Literal["tf", "torch"] = "tf"
    """The framework of the translation: Keras 3, from PyTorch; or PyTorch, from Keras."""
    translated_model: str = ""
    """The expression that makes the translation, where it is another one than makes the source."""
    examples: int = 3
    """How many combinations of sizes are drawn, beside the first."""
    seed: int = 0
    time_limit: float = 600.0
    """Seconds for everything, with the import of both frameworks."""
    memory_limit: int = 16 * 2**30
    """Bytes of resident memory, of the worker and all processes that it starts."""
    training: bool = True
    """Also compare in training mode."""
    gradients: bool = True
    """Also compare gradients."""
    input_arrangements: tuple[tuple[str, str], ...] = ()
    """For each input the order of axes in the source and in the translation, e.g. ``("NCHW", "NHWC")``; empty strings
    where both are the same. Left out: found out by trial."""
    output_arrangements: tuple[tuple[str, str], ...] = ()
    """The same for the outputs, nested ones flattened in order."""
    weights: str = ""
    """An expression that gives the source's weights: a list as ``set_weights`` takes it, a ``state_dict``, or the name
    of a file of either framework. Without it they are random."""
    network: bool = False
    """Whether the models may reach other machines. Decided for a ``warm`` server as a whole."""
    weights_key: str = ""
    """Where in a file of PyTorch the state dict is, if it has several that fit."""
    translated_weights: str = ""
    """A file with the translation's weights. Without it they are the source's."""
    rules: tuple[str, ...] = ()
    """Folders of the user's own rules, for their ``weights``."""
    layers: bool = False
    """Also tell the error of each layer, which takes a pass more."""
    backend: Backend = "tensorflow"
    """What Keras 3 runs on. Keras 2, and code that imports TensorFlow itself, know nothing else than that one."""
    device: Literal["auto", "cpu", "cuda"] = "cpu"
    """Where both sides compute; ``auto``: on a GPU if both can."""


@dataclass(frozen=True)
class Comparison:
    """One tensor of the source beside the same one of the translation."""

    name: str
    """``output``, ``gradient of conv1.weight``, ``training output[0]``, ``buffer bn1.running_mean``, ..."""
    dtype: str
    """In which both sides computed: float64 or float32."""
    error: float
    """Largest absolute difference; infinite if shapes, kinds or the places of NaN differ."""
    scale: float
    """What the error is measured by: the largest absolute value, or a larger value where that one is only rounding."""
    equal: bool
    detail: str = ""
    """Why they cannot be compared by numbers."""
    where: str = ""
    """If they differ: the place of the largest difference, in the source's order of axes, and both values there."""

    @property
    def relative(self) -> float:
        if self.error == 0:
            return 0.0
        return self.error / self.scale if self.scale > 0 else math.inf


@dataclass(frozen=True)
class Place:
    """A submodule in one of the two programs."""

    path: str
    """What it is called there: ``blocks.2.conv``, in Keras ``blocks[2].conv``; empty: the model itself."""
    kind: str
    """Its class; empty: the program is a function."""
    made: str = ""
    """The line that makes it, ``model.py:12``; empty where it is not known."""
    called: str = ""
    """The line that calls it."""


@dataclass(frozen=True)
class Divergence:
    """The first place where two programs part: what it is given agrees, what it gives differs."""

    what: Literal["output", "gradient", "buffer", "parameter"]
    """What differs there. Of gradients it is the first in backward order."""
    path: str
    """Of the submodule in the PyTorch program; empty: the model itself."""
    source: Place
    translation: Place
    own_code: bool = False
    """The submodules inside of it agree: what differs is done between them."""
    after: str = ""
    """Then: the last of them, in forward order, before the place."""
    before: str = ""
    """And the first behind it."""
    beside: tuple[str, str] = ("", "")
    """The lines of that call, in the source and in the translation."""
    call: int = 0
    """Which call of the submodule, from 1; 0 where there is one only."""
    inputs: tuple[tuple[int, ...], ...] = ()
    """Shapes of what it is given, in the source."""
    error: float | None = None
    """Largest absolute difference of its results; of outputs only."""
    scale: float | None = None
    """The largest absolute value of its results."""

    def is_where(self, other: Divergence) -> bool:
        """Whether both are about the same place."""
        same = (self.path, self.what, self.own_code) == (other.path, other.what, other.own_code)
        return same and (self.after, self.before, self.call) == (other.after, other.before, other.call)

    def in_words(self) -> str:
        """One line: ``conv1 (Conv2d at net.py:9, Conv2D at net_tf.py:12): ...``."""
        sides = ", ".join(filter(None, (_made(self.source), _made(self.translation))))
        named = " ".join(filter(None, (self.path or self.source.path or "the model itself", sides and f"({sides})")))
        number = f", call {self.call}" if self.call else ""
        if self.own_code:
            between = " and ".join(filter(None, (self.after, self.before)))
            where = {(True, True): "between ", (True, False): "after ", (False, True): "before "}
            place = where.get((bool(self.after), bool(self.before)), "") + between
            lines = " and ".join(filter(None, self.beside))
            around = f", {place}" if place else ""
            return f"the code of {named}{number}{around}" + (f" (called at {lines})" if lines and place else "")
        if self.what in ("buffer", "parameter"):
            return named
        given = f", given {', '.join(str(list(shape)) for shape in self.inputs)}" if self.inputs else ""
        error = "" if self.error is None else f", differs by {self.error:.2g}"
        error += "" if not error or self.scale is None else f", where the largest value is {self.scale:.2g}"
        return f"{named}{number}{given}{error}"


@dataclass(frozen=True)
class Layer:
    """One call of a submodule in the source and of what it is in the translation."""

    source: Place
    translation: Place
    shape: tuple[int, ...]
    """Of the first tensor that it gives, in the source."""
    error: float | None
    """Largest absolute difference of what it gives; None: its shape is another one."""
    scale: float | None
    """The largest absolute value of it."""
    agrees: bool | None
    """None: nothing can be said."""
    number: int = 0
    """Which call of the submodule, from 1; 0 where there is one only."""


def _made(place: Place) -> str:
    return f"{place.kind} at {place.made}" if place.kind and place.made else place.kind


@dataclass(frozen=True)
class Verification:
    """Whether a translation computes what its source computes."""

    verdict: Verdict
    """``failed``: the two could not be compared, ``message`` says why."""
    message: str
    seed: int = 0
    examples: int = 0
    """How many combinations of sizes were compared."""
    sizes: tuple[dict[str, int], ...] = ()
    failing_sizes: dict[str, int] | None = None
    """The smallest that were found to differ."""
    failing_values: str = ""
    """The plainest numbers in the inputs with which they differ there: ``zeros``, ``ones``, or ``quarters``, which are
    random numbers rounded to quarters; empty: only random numbers were found to."""
    comparisons: tuple[Comparison, ...] = ()
    """The worst of each name, in the order of comparing."""
    divergence: Divergence | None = None
    """Where the two part, if they differ and it was found."""
    layers: tuple[Layer, ...] = ()
    """What the innermost submodules give, in the order of the source's calls, if it was asked for. On the inputs on
    which the two differ, else on the first ones."""
    reproduction: dict[str, Any] | None = None
    """What a script has to do that shows the first difference (``reproduction.py``), if they differ."""
    parameters: int = 0
    """Numbers that training changes, in the source."""
    arrangements: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """The order of axes in the translation that was used, by input and output."""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    passes: float = 0.0
    """Seconds of these in the forward and backward passes of both models."""
    backend: Backend = "tensorflow"
    """What Keras ran on."""
    device: Literal["cpu", "cuda"] = "cpu"
    output: str = ""
    """The end of what the models printed."""

    @property
    def largest_error(self) -> float:
        """Relative, over all comparisons in float64."""
        return max((c.relative for c in self.comparisons if c.dtype == "float64"), default=0.0)

    def to_json(self) -> dict[str, Any]:
        """Plain data. Infinite numbers become null."""
        data: dict[str, Any] = _finite(asdict(self))
        if self.divergence is not None:
            data["divergence"]["message"] = self.divergence.in_words()
        return {**data, "largest_error": _finite(self.largest_error)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Verification:
        """Read what ``to_json`` gave. Raises KeyError, TypeError or ValueError if it is something else."""
        fields = {k: v for k, v in data.items() if k != "largest_error"}
        read: list[dict[str, Any]] = fields.pop("comparisons")
        for one in read:
            one["error"] = math.inf if one["error"] is None else one["error"]
        comparisons = tuple(Comparison(**one) for one in read)
        for name in ("sizes", "notes"):
            fields[name] = tuple(fields[name])
        parting: dict[str, Any] | None = fields.get("divergence")
        if parting is not None:
            fields["divergence"] = _divergence(parting)
        layers: list[dict[str, Any]] = fields.pop("layers")
        return cls(comparisons=comparisons, layers=tuple(map(_layer, layers)), **fields)


def _layer(data: dict[str, Any]) -> Layer:
    fields: dict[str, Any] = {**data, "shape": tuple(data["shape"])}
    fields.update({name: Place(**data[name]) for name in ("source", "translation")})
    return Layer(**fields)


def _divergence(data: dict[str, Any]) -> Divergence:
    fields = {name: value for name, value in data.items() if name != "message"}
    for name in ("source", "translation"):
        fields[name] = Place(**data[name])
    shapes: list[list[int]] = data["inputs"]
    fields.update(beside=tuple(data["beside"]), inputs=tuple(tuple(s) for s in shapes))
    return Divergence(**fields)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
    return value
