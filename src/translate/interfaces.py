"""What the translated classes and functions take and give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import libcst as cst

from translate.infer import values
from translate.infer.facts import Facts
from translate.infer.program import ClassInfo
from translate.rules import Dialect
from translate.rules.dialect import to_last


@dataclass(frozen=True)
class Tensor:
    """One input or output of a unit: axes in the source and in the translation, e.g. NCHW and NHWC ('' : not known)."""

    name: str
    source: str = ""
    target: str = ""


@dataclass(frozen=True)
class Unit:
    """A translated class or function."""

    name: str
    kind: Literal["model", "layer", "function"]
    line: int
    arguments: tuple[str, ...] = ()
    """Of the constructor, or of the function."""
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()


_AXES = {3: "NCL", 4: "NCHW", 5: "NCDHW"}


def units(facts: Facts, dialect: Dialect, line_of: Callable[[cst.CSTNode], int]) -> Iterator[Unit]:
    """The modules of the file, and the functions that compute on tensors. ``line_of`` tells where each is defined."""
    families = {info for info in facts.classes if any(m.inside for m in {*info.lineage(), *info.subclasses})}
    for info in facts.classes:
        if info.node not in facts.modules:
            continue
        constructor = info.method("__init__")
        arguments = tuple(p.name.value for p in constructor.parameters[1:]) if constructor else ()
        inputs, outputs = _interface(facts, dialect, info)
        kind: Literal["layer", "model"] = "layer" if info in families else "model"
        yield Unit(info.name, kind, line_of(info.node), arguments, inputs, outputs)
    for (function, owner), (inputs, result) in facts.interfaces.items():
        if owner is None and isinstance(function.node, cst.FunctionDef) and function.owner is None:
            names = tuple(p.name.value for p in function.parameters)
            yield Unit(
                function.name,
                "function",
                line_of(function.node),
                names,
                _inputs(dialect, inputs),
                _outputs(dialect, result),
            )


def _interface(facts: Facts, dialect: Dialect, info: ClassInfo) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    forward = info.method(dialect.forward)
    for owner in (info, *info.subclasses):
        found = facts.interfaces.get((forward, owner))
        if found is not None:
            return _inputs(dialect, found[0]), _outputs(dialect, found[1])
    return (), ()


def _inputs(dialect: Dialect, found: dict[str, values.Value]) -> tuple[Tensor, ...]:
    parts = [(name, p) for name, v in found.items() for p in (v.items if isinstance(v, values.Sequence) else [v])]
    return tuple(_tensor(dialect, name, value) for name, value in parts if _is_tensor(value))


def _outputs(dialect: Dialect, value: values.Value) -> tuple[Tensor, ...]:
    if isinstance(value, values.Sequence):
        return tuple(_tensor(dialect, str(i), item) for i, item in enumerate(value.items))
    return (_tensor(dialect, "", value),) if _is_tensor(value) else ()


def _is_tensor(value: values.Value) -> bool:
    return any(isinstance(o, values.Tensor) for o in values.options(value))


def _tensor(dialect: Dialect, name: str, value: values.Value) -> Tensor:
    found = [o for o in values.options(value) if isinstance(o, values.Tensor)]
    if len(found) != 1 or found[0].rank is None:
        return Tensor(name)
    rank = found[0].rank
    first = _AXES.get(rank, "")
    last = "".join(first[i] for i in to_last(rank)) if first else ""
    source, target = (first, last) if dialect.last else (last, first)
    return Tensor(name, source, target if found[0].is_image else source)
