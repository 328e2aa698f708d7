"""Sizes that layers of the target must be told (``in_channels``), and layers of the source find out.

What a tensor's channels are is followed as an expression that holds where the layer is made: in the constructor of
its class. Where no such expression is known, the layer finds its size out by itself at its first call.
"""

from __future__ import annotations

import re
from dataclasses import replace
from math import prod

import libcst as cst

from translate.infer.binding import Bound, tensors_in
from translate.infer.dotted import names, walk
from translate.infer.program import ClassInfo
from translate.infer.state import Operand, State
from translate.infer.values import (
    Arrangement,
    Channels,
    Const,
    Container,
    Instance,
    Layer,
    Sequence,
    Tensor,
    Value,
    source,
)
from translate.rules import Rule
from translate.rules.condition import NotKnown

IN_CHANNELS = "in_channels"
"""What constructors of the translation call it."""
_EMPTY = cst.Module([])
_PARAMETER = "@"
"""Stands before the name of a parameter, in sizes that only the caller of a function knows."""
_SIMPLE = re.compile(r"[\w.]+")


def maker(state: State) -> ClassInfo | None:
    """The class whose constructor is being read."""
    frame = next((f for f in reversed(state.frames) if f.function is not None), None)
    if frame is None or frame.function is None or not isinstance(frame.instance, Instance):
        return None
    return frame.instance.info if frame.function.name == "__init__" else None


def is_shared(state: State) -> bool:
    """Whether what is being made is what a function gives to whoever calls it."""
    frame = next((f for f in reversed(state.frames) if f.function is not None), None)
    line = state.statements[-1] if state.statements else None
    returns = isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[0], cst.Return)
    return returns and frame is not None and not isinstance(frame.instance, Instance)


def channels_of(value: Value) -> Channels | None:
    if isinstance(value, Sequence):
        return None
    found = {t.channels for t in tensors_in(value)}
    return found.pop() if len(found) == 1 else None


def sized(value: Value, channels: Channels | None) -> Value:
    if not isinstance(value, Tensor) or value.channels == channels:
        return value
    return replace(value, channels=channels)


def of_shape(shape: Value) -> Tensor:
    """A tensor of which the shape is written down, without the axis of examples."""
    if not isinstance(shape, Sequence) or shape.rest is not None:
        return Tensor(Arrangement())
    last = shape.items[-1] if shape.items else None
    known = isinstance(last, Const) and isinstance(last.value, int)
    channels = Channels(str(last.value)) if known and isinstance(last, Const) else None
    return Tensor(Arrangement(), len(shape.items) + 1, channels=channels)


def entered(container: Container, value: Value) -> Value:
    """The input of a chain, with what the chain says of it."""
    said = container.entry
    if said is None or not isinstance(value, Tensor):
        return value
    rank = value.own_rank if value.rank is not None else said.rank
    return replace(value, own_rank=rank, channels=value.channels or said.channels)


def told(layer: Layer, operand: Operand) -> tuple[tuple[str, str], ...]:
    """What a layer is told of its input, for its construction."""
    channels = _by_argument(layer.bound[0]) or (None if layer.shared else channels_of(operand.value))
    channels = in_constructor(channels, layer.owner)
    return () if channels is None else ((IN_CHANNELS, channels.text),)


def in_constructor(channels: Channels | None, owner: ClassInfo | None) -> Channels | None:
    """As it can be written in the constructor of a class, if it can."""
    if channels is None or (channels.owner is not None and channels.owner is not owner):
        return None
    if _PARAMETER not in channels.text:
        return channels
    constructor = owner.method("__init__") if owner is not None else None
    forward = owner.method("call") if owner is not None else None
    if constructor is None or forward is None or len(forward.parameters) < 2:
        return None
    names = [p.name.value for p in constructor.parameters]
    first = _PARAMETER + forward.parameters[1].name.value
    text = re.sub(re.escape(first) + r"\b", IN_CHANNELS, channels.text)
    return None if IN_CHANNELS not in names or _PARAMETER in text else Channels(text, owner)


def of_parameter(name: str) -> Channels:
    """What a function does not know of its parameter; whoever calls it does."""
    return Channels(_PARAMETER + name)


def returned(state: State, value: Value, given: dict[str, Operand], bound_self: Value | None) -> Value:
    """What a function gives, with the channels of its parameters as the caller knows them."""
    if isinstance(value, Sequence) and value.kind == "tuple":
        return replace(value, items=[returned(state, v, given, bound_self) for v in value.items])
    if not isinstance(value, Tensor) or value.channels is None:
        return value
    channels: Channels | None = value.channels
    if channels.owner is not None:
        channels = _of_construction(channels, bound_self, state.stated.own)
    for name in re.findall(re.escape(_PARAMETER) + r"(\w+)", channels.text if channels else ""):
        passed = channels_of(given[name].value) if name in given else None
        if (
            passed is None
            or channels is None
            or (passed.owner and channels.owner and passed.owner is not channels.owner)
        ):
            channels = None
            break
        whole = channels.text == _PARAMETER + name or _SIMPLE.fullmatch(passed.text)
        text = channels.text.replace(_PARAMETER + name, passed.text if whole else f"({passed.text})")
        channels = Channels(text, channels.owner or passed.owner)
    return sized(value, channels)


def _of_construction(channels: Channels, made: Value | None, telling: frozenset[str]) -> Channels | None:
    """An expression over a constructor's arguments, where the module is made."""
    if not isinstance(made, Instance) or made.node is None or channels.owner is not made.info:
        return None
    constructor = made.info.method("__init__")
    if constructor is None or any(a.star for a in made.node.args):
        return None
    own = [p.name.value for p in constructor.parameters[1:]]
    passed: dict[str, cst.BaseExpression] = {p.name.value: p.default for p in constructor.parameters[1:] if p.default}
    plain = [a for a in made.node.args if a.keyword is None]
    if IN_CHANNELS in own[:1] and made.info.name not in telling:  # told later
        own = own[1:]
    passed |= {name: a.value for name, a in zip(own, plain, strict=False)}
    passed |= {a.keyword.value: a.value for a in made.node.args if a.keyword is not None}
    parts: dict[str, Channels] = {}
    for name in set(re.findall(r"[A-Za-z_]\w*", channels.text)):
        part = _expression(passed.get(name), made.owner)
        if part is None:
            return None
        parts[name] = part
    template = re.sub(r"([A-Za-z_]\w*)", r"{\1}", channels.text)
    return _filled(template, parts)


def _expression(node: cst.CSTNode | None, owner: ClassInfo | None) -> Channels | None:
    """An argument, if it can be written at the end of the constructor of ``owner`` as well."""
    if node is None:
        return None
    if isinstance(node, cst.Integer):
        return Channels(node.value)
    constructor = owner.method("__init__") if owner is not None else None
    if constructor is None or any(isinstance(n, (cst.Call, cst.Lambda)) for n in walk(node)):
        return None
    own = {p.name.value for p in constructor.parameters}
    if not names(node) <= own or names(node) & _rebound(constructor.node):
        return None
    return Channels(_EMPTY.code_for_node(node).strip(), owner)


def _by_argument(bound: Bound) -> Channels | None:
    """``Dense(3, input_shape=(8,))``, or what is written there: it holds where the layer is made."""
    for name in ("input_shape", "input_dim"):
        try:
            value = bound.value(name) if name in bound.operands else None
        except NotKnown:
            text = _last_written(bound.operands[name].node, whole=name == "input_dim")
            if text:
                return Channels(text)
            continue
        last = value[-1] if isinstance(value, tuple) and value else value  # pyright: ignore[reportUnknownVariableType]
        if isinstance(last, int):
            return Channels(str(last))
    return None


def _last_written(node: cst.CSTNode | None, *, whole: bool) -> str:
    """The last element of a shape, or a size, if it can be written twice."""
    if not whole and isinstance(node, (cst.Tuple, cst.List)):
        node, whole = node.elements[-1].value if node.elements else None, True
    if not isinstance(node, cst.BaseExpression) or any(isinstance(n, (cst.Call, cst.Lambda)) for n in walk(node)):
        return ""
    text = _EMPTY.code_for_node(node).strip()
    return text if whole else f"{text}[-1]" if isinstance(node, (cst.Name, cst.Attribute)) else ""


def given(rule: Rule, layer: Layer, operand: Operand, value: Value) -> Value:
    """``value``, which a layer makes of its input, with its channels."""
    if layer.bound[0].channels_first:
        return sized(value, None)
    if "shaped" in rule.data:
        return _shaped(value, layer.bound[0].operands.get(rule.data["shaped"]))
    case = layer.bound[1].case
    template: str | None = (case and case.gives) or rule.data.get("gives")
    before = channels_of(operand.value)
    if template is None:
        return sized(value, before if rule.tensors.startswith(("image", "same", "axis", "features")) else None)
    parts: dict[str, Channels | None] = {"in_channels": before}
    bound: Bound = layer.bound[0]
    for name in set(re.findall(r"\{(\w+)\}", template)) - {"in_channels"}:
        parts[name] = _argument(bound, name, layer)
    needed = {k: v for k, v in parts.items() if f"{{{k}}}" in template}
    known = {k: v for k, v in needed.items() if v is not None}
    return sized(value, _filled(template, known) if len(known) == len(needed) else None)


def _shaped(value: Value, shape: Operand | None) -> Value:
    """``Reshape((1, 1, channels))``: how many axes there are, and how long the last is."""
    if shape is None or not isinstance(shape.value, Sequence) or shape.value.rest is not None:
        return value
    last = shape.value.items[-1] if shape.value.items else None
    known = isinstance(last, Const) and isinstance(last.value, int) and last.value > 0
    found = source(len(shape.value.items) + 1)
    return sized(found, Channels(str(last.value)) if known and isinstance(last, Const) else None)


def _parted(rule: Rule, bound: Bound, first: Operand, value: Sequence) -> Sequence:
    """The parts that a tensor is split into: of fewer channels, if along them."""
    rank = first.value.rank if isinstance(first.value, Tensor) else None
    axis = _known(bound, next((n for n, p in rule.arguments.items() if p.axis), ""))
    told = channels_of(first.value)
    if axis == -1 or (rank is not None and axis == rank - 1):
        names = re.findall(r"\{(\w+)\}", rule.data.get("gives", ""))
        told = _divided(told, _known(bound, names[-1]) if names else None)
    elif axis != 0 and (rank is None or axis is None):
        told = None
    rest = None if value.rest is None else sized(value.rest, told)
    return replace(value, items=[sized(v, told) for v in value.items], rest=rest)


def _known(bound: Bound, name: str) -> object:
    try:
        return bound.value(name)
    except NotKnown:
        return None


def _divided(channels: Channels | None, count: object) -> Channels | None:
    """A part of so many of equal size: ``2 * n`` by 2 is ``n``."""
    if channels is None or not isinstance(count, int):
        return None
    if channels.text.isdigit():
        return Channels(str(int(channels.text) // count))
    doubled = re.fullmatch(rf"{count} \* ([\w.]+)", channels.text)
    text = channels.text if _SIMPLE.fullmatch(channels.text) else f"({channels.text})"
    return Channels(doubled[1] if doubled else f"{text} // {count}", channels.owner)


def added(parts: list[Channels | None]) -> Channels | None:
    """Of several tensors side by side."""
    known = [p for p in parts if p is not None]
    if not known or len(known) < len(parts):
        return None
    return _filled(" + ".join(f"{{{i}}}" for i in range(len(known))), {str(i): p for i, p in enumerate(known)})


def _filled(template: str, parts: dict[str, Channels]) -> Channels | None:
    owners = {p.owner for p in parts.values() if p.owner is not None}
    if len(owners) > 1:
        return None
    text = template
    for name, part in parts.items():
        plain = _SIMPLE.fullmatch(part.text) or text == f"{{{name}}}"
        text = text.replace(f"{{{name}}}", part.text if plain else f"({part.text})")
    text = re.sub(r" \* 1$", "", text)
    numbers = [int(p.text) for p in parts.values() if p.text.isdigit()]
    if len(numbers) == len(parts):
        factors = [int(n) for n in re.findall(r"\d+", re.sub(r"\{\w+\}", "", template))]
        text = str(sum(numbers) if "+" in template else prod([*factors, *numbers]))
    return Channels(text, owners.pop() if owners else None)


def _argument(bound: Bound, name: str, layer: Layer) -> Channels | None:
    """An argument of the layer's construction, if what it says still holds at the end of the constructor."""
    operand = bound.operands.get(name)
    if operand is None:
        parameter = bound.signature.parameter(name)
        default = parameter.default if parameter is not None else None
        return Channels(str(default)) if isinstance(default, int) else None
    if isinstance(operand.value, Const) and isinstance(operand.value.value, int):
        return Channels(str(operand.value.value))
    return _expression(operand.node, layer.owner)


def _rebound(node: cst.CSTNode) -> set[str]:
    """Names that are given another value somewhere in a function."""
    found: set[str] = set()
    for inner in walk(node):
        if isinstance(inner, (cst.AssignTarget, cst.AugAssign, cst.For, cst.AnnAssign)) and isinstance(
            inner.target, (cst.Name, cst.Tuple)
        ):
            found |= names(inner.target)
    return found


def of_operation(state: State, rule: Rule, bound: Bound, first: Operand, value: Value) -> Value:
    """``value``, which a function gives, with its channels."""
    if bound.channels_first:
        return sized(value, None)
    if not state.dialect.last and rule.tensors == "split" and isinstance(value, Sequence):
        return _parted(rule, bound, first, value)
    if state.dialect.last or not isinstance(value, Tensor):
        return value
    if rule.tensors == "concat" and isinstance(first.value, Sequence):
        parts = [channels_of(v) for v in first.value.everything()]
        axis = next((n for n, p in rule.arguments.items() if p.axis), "")
        try:
            last = bound.value(axis) in (-1, (value.rank or 0) - 1)
        except NotKnown:
            return sized(value, None)
        return sized(value, added(parts) if last and first.value.rest is None else (parts[0] if parts else None))
    if "gives" in rule.data:
        return sized(value, None)
    if rule.tensors.startswith(("same", "axis", "image")):
        return sized(value, channels_of(first.value))
    return value
