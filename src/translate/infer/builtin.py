"""Functions of Python itself, as far as they carry layers and tensors around."""

from __future__ import annotations

import libcst as cst

from translate.infer import module_lists
from translate.infer.binding import constant, tensors_in
from translate.infer.state import Operand, State
from translate.infer.values import (
    NONE,
    OPAQUE,
    UNKNOWN,
    Class,
    Const,
    Container,
    Instance,
    Layer,
    Mapping,
    Sequence,
    Size,
    Super,
    Tensor,
    Union,
    Value,
    join,
    options,
    source,
)
from translate.rules.condition import NotKnown


def call(state: State, node: cst.Call, name: str, operands: list[Operand]) -> Value:
    values = [o.value for o in operands]
    if name in _LOOPING:
        for operand in operands:
            as_layers(state, operand)
    if name == "super":
        return _super(state, values)
    if name in ("list", "tuple", "reversed", "sorted", "iter"):
        return _sequence("list" if name in ("list", "sorted") else "tuple", values, state)
    if name in ("enumerate", "zip"):
        return _pairs(name, operands)
    if name == "filter" and len(values) > 1:
        return _sequence("list", values[1:], state)
    if name == "dict":
        return _dict(operands)
    if name in ("getattr", "setattr", "delattr"):
        return _attribute(state, name, values)
    if name in ("staticmethod", "classmethod") and values:
        return values[0]
    if name == "len":
        return OPAQUE
    if name == "map" and values:
        return UNKNOWN
    if name in ("sum", "max", "min", "abs", "pow") and any(_holds_tensors(v) for v in values):
        return _arithmetic(state, name, operands)
    if name == "next" and values:
        from translate.infer.expressions import element_of

        return element_of(values[0])
    if name not in _PLAIN and any(_holds_tensors(v) for v in values):
        return UNKNOWN  # a name that nothing in the file explains
    return OPAQUE


_PLAIN = {"print", "int", "float", "bool", "str", "repr", "isinstance", "issubclass", "type", "hasattr", "id", "hash",
    "range", "any", "all", "round", "callable", "dir", "format"}  # fmt: skip
"""What gives no tensor, whatever it is given."""

_LOOPING = {"len", "enumerate", "zip", "list", "tuple", "reversed", "iter"}


def as_layers(state: State, operand: Operand) -> None:
    """Keras' Sequential has no length and no items: its ``layers`` have."""
    found = [o for o in options(operand.value) if isinstance(o, Container) and o.written_as == "sequential"]
    if found and state.dialect.last and isinstance(operand.node, (cst.Name, cst.Attribute)):
        state.record(state.facts.methods, operand.node, "layers")


def _super(state: State, values: list[Value]) -> Value:
    instance = next((f.instance for f in reversed(state.frames) if isinstance(f.instance, Instance)), None)
    owner = next((f.function.owner for f in reversed(state.frames) if f.function and f.function.owner), None)
    if values and isinstance(values[0], Class):
        owner = values[0].info
    if owner is None or instance is None:
        return UNKNOWN
    return Super(owner, instance)


def _sequence(kind: str, values: list[Value], state: State) -> Value:
    from translate.infer.expressions import extend

    result = Sequence("list" if kind == "list" else "tuple", born=state.frame.branches)
    if values:
        if isinstance(values[0], Tensor):
            return Sequence("list", [], source(None if values[0].rank is None else values[0].rank - 1))
        extend(result, values[0])
    return result


def _pairs(name: str, operands: list[Operand]) -> Value:
    from translate.infer.expressions import element_of

    if any(o.star for o in operands):
        return _columns(operands)
    parts = [element_of(o.value) for o in operands]
    if name == "enumerate":
        parts = [OPAQUE, *parts[:1]]
    return Sequence("list", [], Sequence("tuple", parts))


def _columns(operands: list[Operand]) -> Value:
    """``zip(*rows)``: tuples of what stands in the same place of each row; of ``zip(a, *rows)`` that is not known."""
    from translate.infer.expressions import element_of

    rows = [
        r for o in options(operands[0].value) if isinstance(o, Sequence) for v in o.everything() for r in options(v)
    ]
    if len(operands) > 1 or not rows:
        return Sequence("list", [], Sequence("tuple", [], UNKNOWN))
    known = [r for r in rows if isinstance(r, Sequence) and r.rest is None]
    if len(known) == len(rows) and len({len(r.items) for r in known}) == 1:
        columns = zip(*(r.items for r in known), strict=True)
        return Sequence("list", [Sequence("tuple", [], join(*column)) for column in columns])
    return Sequence("list", [], Sequence("tuple", [], join(*(element_of(r) for r in rows))))


def _dict(operands: list[Operand]) -> Value:
    result = Mapping()
    for operand in operands:
        if operand.keyword:
            result.items[operand.keyword] = operand.value
            continue
        for option in options(operand.value):
            if isinstance(option, Mapping):
                result.items.update(option.items)
                result.rest = option.rest
            elif isinstance(option, Sequence):
                for pair in option.everything():
                    _add_pair(result, pair)
    return result


def _add_pair(result: Mapping, pair: Value) -> None:
    for option in options(pair):
        if isinstance(option, Sequence) and len(option.items) == 2:
            key, value = option.items
            if isinstance(key, Const) and key.value not in result.items:
                result.items[key.value] = value
            else:
                result.rest = value if result.rest is None else join(result.rest, value)


def _attribute(state: State, name: str, values: list[Value]) -> Value:
    from translate.infer.assignment import set_attribute

    if not values or not isinstance(values[0], Instance):
        return UNKNOWN
    info = values[0].info
    try:
        known = constant(values[1]) if len(values) > 1 else None
    except NotKnown:
        known = None
    if name == "setattr":
        set_attribute(state, values[0], known or "*", values[2])
        return NONE
    if name == "delattr":
        return NONE
    if known:
        found = info.attribute(known)
        return found if found is not None else (values[2] if len(values) > 2 else UNKNOWN)
    modules = [
        v for v in info.attributes.values() if any(isinstance(o, (Layer, Container, Instance)) for o in options(v))
    ]
    return join(*modules) if modules else UNKNOWN


def _holds_tensors(value: Value) -> bool:
    if isinstance(value, Sequence):
        return any(tensors_in(v) for v in value.everything())
    return bool(tensors_in(value))


def _arithmetic(state: State, name: str, operands: list[Operand]) -> Value:
    """``sum(list of tensors)`` adds them up."""
    first = operands[0].value
    if isinstance(first, Sequence):
        tensors = [t for v in first.everything() for t in tensors_in(v)]
        kinds = {(t.arrangement.kind, t.rank) for t in tensors}
        if len(kinds) > 1:
            state.lose(operands[0].node)
        from translate.infer.along_axes import like

        return like(tensors[0])
    state.report(operands[0].node or cst.Name("_"), "T103", f"{name}() of tensors is not translated", "use keras.ops")
    return source()


LIST_METHODS = {"append", "insert", "extend", "pop", "index", "copy", "reverse"}


def method(state: State, node: cst.Call, owner: Value, name: str, operands: list[Operand]) -> Value:
    """Methods of lists, dictionaries, text and numbers."""
    from translate.infer.expressions import element_of

    if isinstance(owner, Sequence):
        add(owner, name, operands, state)
        if name == "pop":
            return element_of(owner)
        return NONE
    if isinstance(owner, Mapping):
        return _of_mapping(owner, name, operands)
    if isinstance(owner, Size):
        return OPAQUE
    if isinstance(owner, Layer):
        return OPAQUE
    if name == "join":
        return OPAQUE
    return OPAQUE if not isinstance(owner, Union) else UNKNOWN


def add(owner: Sequence, name: str, operands: list[Operand], state: State) -> None:
    from translate.infer.expressions import extend

    if not operands:
        return
    value = operands[-1].value
    certain = state.frame.branches == owner.born and owner.rest is None
    if name in ("append", "insert"):
        module_lists.added(state, owner, operands[-1])
    if name == "append" and certain:
        owner.items.append(value)
    elif name in ("append", "insert"):
        owner.rest = value if owner.rest is None else join(owner.rest, value)
    elif name == "extend" and certain:
        extend(owner, value)
    elif name == "extend":
        owner.rest = join(*([owner.rest] if owner.rest else []), element_of_all(value))


def element_of_all(value: Value) -> Value:
    from translate.infer.expressions import element_of

    return element_of(value)


def _of_mapping(owner: Mapping, name: str, operands: list[Operand]) -> Value:
    everything = join(*owner.everything()) if owner.everything() else OPAQUE
    if name == "values":
        return Sequence("list", list(owner.items.values()), owner.rest)
    if name == "items":
        pairs: list[Value] = [Sequence("tuple", [Const(k), v]) for k, v in owner.items.items()]
        return Sequence("list", pairs, Sequence("tuple", [OPAQUE, owner.rest]) if owner.rest is not None else None)
    if name == "keys":
        return Sequence("list", [], OPAQUE)
    if name in ("get", "pop", "setdefault"):
        return everything
    if name == "update":
        added = _dict(operands)
        assert isinstance(added, Mapping)
        owner.items.update(added.items)
        if added.rest is not None:
            owner.rest = added.rest if owner.rest is None else join(owner.rest, added.rest)
    return NONE
