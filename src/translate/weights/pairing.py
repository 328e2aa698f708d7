"""Which parameter or buffer of a PyTorch model is which weight of its Keras translation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from translate.rules import RuleSet, load
from translate.weights import targets
from translate.weights.errors import WeightError
from translate.weights.mapping import Mapping
from translate.weights.walk import Walk


@dataclass(frozen=True)
class Pair:
    """One PyTorch tensor and the Keras weight that holds the same numbers."""

    path: str
    """Name in the PyTorch model, e.g. ``layer1.0.conv1.weight``."""
    source: Any
    """torch.nn.Parameter, or the tensor of a buffer."""
    target: Any
    """keras.Variable."""
    mapping: Mapping
    is_parameter: bool
    by_rule: bool
    """Found through a rule; else an attribute of the user's own class."""
    differs: str = ""
    """A difference in training that the rule declares."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the PyTorch tensor."""
        return tuple(self.source.shape)

    def to_target(self, array: Any) -> Any:
        """A NumPy array of the PyTorch tensor's shape, arranged as the Keras weight is."""
        return self.mapping.to_target(array, tuple(self.target.shape))

    def from_target(self, array: Any) -> Any:
        """A NumPy array of the Keras weight's shape, arranged as the PyTorch tensor is."""
        return self.mapping.from_target(array, self.shape)


@dataclass(frozen=True)
class Pairing:
    """All pairs of two models."""

    pairs: tuple[Pair, ...]
    unbuilt: tuple[str, ...] = field(default=())
    """PyTorch tensors whose Keras layer has no weights, because it was not called yet."""


def pair(source: Any, target: Any, *, rules: RuleSet | None = None, allow_unbuilt: bool = False) -> Pairing:
    """Pair every parameter and buffer of ``source`` (torch.nn.Module) with a weight of ``target`` (keras.Layer).

    ``target`` must be built: call it once before. Layers that this call did not reach are errors unless
    ``allow_unbuilt``. Buffers that PyTorch does not save (``persistent=False``) may be missing in the translation.
    Raises WeightError with everything that is missing, left over or of another shape.
    """
    unbuilt = [layer for layer in targets.inner_layers(target) if not layer.built]
    if unbuilt and not targets.weights(target) and any(True for _ in source.parameters()):
        raise WeightError(["the Keras model has no weights yet: call it once on an input before"])
    walk = Walk(load() if rules is None else rules)
    walk.module("", source, target)
    problems = list(walk.problems)
    if not allow_unbuilt:
        problems += [
            f"{path}: its Keras layer has no weights yet; call the model so that it is used" for path in walk.unbuilt
        ]

    pairs = [Pair(*found) for found in walk.found]
    problems += [_misfit(p) for p in pairs if not p.mapping.fits(p.shape, tuple(p.target.shape))]
    problems += _tied(pairs, lambda p: id(p.source), lambda p: id(p.target), "are one tensor in PyTorch, two in Keras")
    problems += _tied(pairs, lambda p: id(p.target), lambda p: id(p.source), "are one weight in Keras, two in PyTorch")
    problems += _left_over(source, target, pairs, walk)
    if problems:
        raise WeightError(problems)
    return Pairing(tuple(pairs), tuple(walk.unbuilt))


def _misfit(p: Pair) -> str:
    turned = p.mapping.turned(p.shape) if len(p.mapping.axes) in (0, len(p.shape)) else p.shape
    becomes = f"{p.path}: shape {_shape(p.shape)} becomes {_shape(turned)}"
    return f"{becomes}, but {p.target.path} has {_shape(p.target.shape)}"


def _shape(shape: Any) -> str:
    return "[" + ", ".join(str(s) for s in shape) + "]"


def _tied(pairs: list[Pair], one: Callable[[Pair], int], other: Callable[[Pair], int], what: str) -> list[str]:
    seen: dict[int, Pair] = {}
    problems: list[str] = []
    for p in pairs:
        first = seen.setdefault(one(p), p)
        if other(first) != other(p):
            problems.append(f"{first.path} and {p.path}: {what}")
    return problems


def _left_over(source: Any, target: Any, pairs: list[Pair], walk: Walk) -> list[str]:
    sources = {id(p.source) for p in pairs} | walk.ignored
    reported = tuple(walk.reported)
    named = [*source.named_parameters(remove_duplicate=False), *source.named_buffers(remove_duplicate=False)]
    problems = [
        f"{name}: missing in Keras"
        for name, tensor in named
        if id(tensor) not in sources and name not in walk.unbuilt and not _inside(name, reported)
    ]
    taken = {id(p.target) for p in pairs}
    return problems + [
        f"{weight.path}: left over in Keras, shape {_shape(weight.shape)}"
        for weight in targets.weights(target)
        if id(weight) not in taken
    ]


def _inside(name: str, paths: tuple[str, ...]) -> bool:
    return any(not path or name == path or name.startswith(f"{path}.") for path in paths)
