"""Which parameter or buffer of a PyTorch model is which weight of its Keras translation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from translate.rules import RuleSet, load
from translate.weights import by_order, keras_layers, torch_modules
from translate.weights.calls import Calls
from translate.weights.errors import WeightError
from translate.weights.mapping import Mapping
from translate.weights.walk import Walk


@dataclass(frozen=True)
class Pair:
    """One PyTorch tensor and the Keras weight that holds the same numbers."""

    path: str
    """Name in the PyTorch model, e.g. ``layer1.0.conv1.weight``."""
    torch: Any
    """torch.nn.Parameter, or the tensor of a buffer."""
    keras: Any
    """keras.Variable."""
    mapping: Mapping
    is_parameter: bool
    by_rule: bool
    """Found through a rule; else an attribute of the user's own class."""
    differs: str = ""
    """A difference in training that the rule declares."""
    owner: Any = None
    """The Keras layer."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the PyTorch tensor."""
        return tuple(self.torch.shape)

    def to_keras(self, array: Any) -> Any:
        """A NumPy array of the PyTorch tensor's shape, arranged as the Keras weight is."""
        return self.mapping.to_keras(array, tuple(self.keras.shape))

    def to_torch(self, array: Any) -> Any:
        """A NumPy array of the Keras weight's shape, arranged as the PyTorch tensor is."""
        return self.mapping.to_torch(array, self.shape)


@dataclass(frozen=True)
class Pairing:
    """All pairs of two models."""

    pairs: tuple[Pair, ...]
    unbuilt: tuple[str, ...] = field(default=())
    """PyTorch tensors whose Keras layer has no weights, or does not exist, because it was not called."""
    modules: tuple[tuple[str, Any, Any], ...] = ()
    """Paths, PyTorch modules, and what they are in Keras: a layer, or a container of layers."""
    notes: tuple[str, ...] = ()
    """What is to be told of how they were found."""


def pair(
    module: Any,
    layer: Any,
    *,
    rules: RuleSet | None = None,
    allow_unbuilt: bool = False,
    build: bool = False,
    calls: Calls | None = None,
    in_order: Sequence[Any] | None = None,
) -> Pairing:
    """Pair every parameter and buffer of ``module`` (torch.nn.Module) with a weight of ``layer`` (keras.Layer).

    It does not matter which one is the translation. ``layer`` must be built: call it once before. Layers that this
    call did not reach are errors unless ``allow_unbuilt``; with ``build`` they are given weights of the shapes that
    fit, as far as these tell. Buffers that PyTorch does not save (``persistent=False``)
    may be missing in Keras.

    Attributes of the same name hold the same weights. Functional and sequential Keras models have no attributes:
    there the k-th layer with weights, in the order of the calls that made the model, is the k-th module with weights
    in the order of ``calls`` (see ``recorded_calls``), or without them in the order of attributes. With ``in_order``,
    layers in the order of their calls, this is done with these, and names do not matter.

    Raises WeightError with everything that is missing, left over or of another shape.
    """
    unbuilt = [found for found in keras_layers.inner_layers(layer) if not found.built]
    if unbuilt and not build and not keras_layers.weights(layer) and any(True for _ in module.parameters()):
        raise WeightError(["the Keras model has no weights yet: call it once on an input before"], "all")
    lazy = torch_modules.lazy(module, calls)
    if lazy:
        problem = f"{lazy[0]}: the PyTorch model has no weights yet: call it once on an input before"
        raise WeightError([problem], lazy[0])
    walk = Walk(load() if rules is None else rules, calls, build=build)
    if in_order is None:
        walk.module("", module, layer)
    else:
        by_order.pair(walk, "", module, list(in_order))
    problems = list(walk.problems)
    if not allow_unbuilt:
        problems += [
            f"{path}: its Keras layer has no weights yet; call the model so that it is used" for path in walk.unbuilt
        ]

    pairs = [Pair(*found) for found in walk.found]
    problems += [_misfit(p) for p in pairs if not p.mapping.fits(p.shape, tuple(p.keras.shape))]
    problems += _tied(pairs, lambda p: id(p.torch), lambda p: id(p.keras), "are one tensor in PyTorch, two in Keras")
    whole = [p for p in pairs if not p.mapping.added]
    problems += _tied(whole, _place, lambda p: id(p.torch), "are one weight in Keras, two in PyTorch")
    problems += _left_over(module, layer, pairs, walk)
    if problems:
        raise WeightError(problems, "" if allow_unbuilt else next(iter(walk.unbuilt), ""))
    return Pairing(tuple(pairs), (*walk.unbuilt, *walk.unreached), tuple(walk.together))


def _place(p: Pair) -> tuple[int, int | None]:
    """A Keras weight, or a row of it."""
    return id(p.keras), p.mapping.row


def _misfit(p: Pair) -> str:
    turned = p.mapping.turned(p.shape) if len(p.mapping.axes) in (0, len(p.shape)) else p.shape
    becomes = f"{p.path}: shape {_shape(p.shape)} becomes {_shape(turned)}"
    return f"{becomes}, but {keras_layers.path(p.keras)} has {_shape(p.keras.shape)}"


def _shape(shape: Any) -> str:
    return "[" + ", ".join(str(s) for s in shape) + "]"


def _tied(pairs: list[Pair], one: Callable[[Pair], Any], other: Callable[[Pair], int], what: str) -> list[str]:
    seen: dict[Any, Pair] = {}
    problems: list[str] = []
    for p in pairs:
        first = seen.setdefault(one(p), p)
        if other(first) != other(p):
            problems.append(f"{first.path} and {p.path}: {what}")
    return problems


def _left_over(module: Any, layer: Any, pairs: list[Pair], walk: Walk) -> list[str]:
    paired = {id(p.torch) for p in pairs} | walk.ignored
    reported = tuple(walk.reported)
    named = [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]
    problems = [
        f"{name}: missing in Keras"
        for name, tensor in named
        if id(tensor) not in paired and name not in (*walk.unbuilt, *walk.unreached) and not _inside(name, reported)
    ]
    taken = walk.counters | {id(p.keras) for p in pairs}
    taken |= {id(w) for given in walk.given_up for w in keras_layers.weights(given)}
    return problems + [
        f"{keras_layers.path(weight)}: left over in Keras, shape {_shape(weight.shape)}"
        for weight in keras_layers.weights(layer)
        if id(weight) not in taken
    ]


def _inside(name: str, paths: tuple[str, ...]) -> bool:
    return any(not path or name == path or name.startswith(f"{path}.") for path in paths)
