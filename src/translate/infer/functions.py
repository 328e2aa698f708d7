"""Functions and methods of the file: what they ask of their arguments, what they return."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import libcst as cst

from translate.infer import crossing, several
from translate.infer.annotations import typed
from translate.infer.binding import tensors_in
from translate.infer.program import FunctionInfo
from translate.infer.sizes import of_parameter, returned
from translate.infer.state import Frame, Operand, State
from translate.infer.values import (
    NONE,
    OPAQUE,
    UNKNOWN,
    Arrangement,
    Channels,
    Const,
    Instance,
    Mapping,
    Sequence,
    Tensor,
    Union,
    Value,
    join,
    options,
    source,
)

MOST_CALLS_DEEP = 40
Demand = dict[str, tuple[str, int | None]]


def bind_own(info: FunctionInfo, operands: list[Operand], skip_self: bool) -> dict[str, Value]:
    """Values of parameters by name; those with a default that are not given hold it."""
    return {name: operand.value for name, operand in bind_operands(info, operands, skip_self).items()}


def bind_operands(info: FunctionInfo, operands: list[Operand], skip_self: bool) -> dict[str, Operand]:
    names = [p.name.value for p in info.parameters]
    positional = [p.name.value for p in (*info.node.params.posonly_params, *info.node.params.params)]
    if skip_self and positional and not info.static:
        positional = positional[1:]
        names = names[1:]
    bound: dict[str, Operand] = {}
    extra: list[Value] = []
    position = 0
    vague = False
    rest: Value | None = None
    for operand in operands:
        if operand.keyword:
            if operand.keyword in names:
                bound[operand.keyword] = operand
        elif operand.star == "*":
            if not isinstance(operand.value, Sequence):
                vague = True
                continue
            for value in operand.value.items:
                if position < len(positional):
                    bound[positional[position]] = Operand(value)
                    position += 1
                else:
                    extra.append(value)
            rest = operand.value.rest if rest is None else rest
        elif operand.star:
            vague = True
        elif position < len(positional):
            bound[positional[position]] = operand
            position += 1
        else:
            extra.append(operand.value)
    for parameter in info.parameters:
        name = parameter.name.value
        if name in bound or name not in names:
            continue
        if rest is not None and name in positional[position:]:
            bound[name] = Operand(rest)
        elif vague and parameter.default is None:  # what has a default keeps it, as far as is known
            bound[name] = Operand(UNKNOWN)
    if info.star is not None:
        bound[info.star.name.value] = Operand(Sequence("tuple", extra, UNKNOWN if vague else rest))
    return bound


def call_function(
    state: State, info: FunctionInfo, bound_self: Value | None, operands: list[Operand], node: cst.CSTNode | None = None
) -> Value:
    """Calls a function of the file with what is known of its arguments."""
    if info.state is not state and (isinstance(bound_self, Instance) or any(tensors_in(o.value) for o in operands)):
        info = crossing.own_function(state, info)
        bound_self = crossing.own_instance(state, bound_self) if isinstance(bound_self, Instance) else bound_self
    there = info.state or state
    if there is not state and isinstance(node, cst.Call):
        crossing.check_layout(state, there, operands, node)
    if state.recording or state.initialising:
        state.called.add(info)
    given = bind_operands(info, operands, bound_self is not None)
    if not state.initialising:
        _note_training(state, info, node)
    wanted: Demand = {}
    if not state.initialising:
        with nullcontext() if there is state else crossing.visit(there, state, trial=True):
            wanted = demanded(there, info, bound_self)
    values: dict[str, Value] = {}
    pinned = info.node in there.pinned or (there.channels_first and there is not state)
    for name, operand in given.items():
        values[name] = _given(state, operand, wanted.get(name), pinned)
    if there is state:
        result = run(state, info, bound_self, values, wanted)
    else:
        result = crossing.called(state, info, given, values, lambda v: run(there, info, bound_self, v, wanted), node)
    return result if state.dialect.last else returned(state, result, given, bound_self)


def _given(state: State, operand: Operand, demand: tuple[str, int | None] | None, pinned: bool) -> Value:
    """An argument as the function gets it: cast to what the function asks for, constants forgotten."""
    value = operand.value
    tensors = tensors_in(value)
    if demand is not None and demand[0] == "image" and demand[1] is not None and tensors:
        if any(isinstance(o, Sequence) for o in options(value)):
            _all_images(state, operand, demand[1])
            return value
        if any(not t.is_image and (t.rank in (None, demand[1])) for t in tensors):
            cast = state.need_image(operand, demand[1])
            return join(cast, *(o for o in options(value) if not isinstance(o, Tensor)))
        return value
    if pinned and tensors:
        if operand.node is None and any(t.is_image for t in tensors):
            state.lose(operand.node)
        return state.need_source(operand)
    return _forget(value)


def _all_images(state: State, operand: Operand, rank: int) -> None:
    """A list of tensors for a function that works on images: those not decided yet are images, others are lost."""
    for tensor in tensors_in(operand.value):
        if tensor.undecided and tensor.rank in (None, rank):
            tensor.arrangement.decide("image", rank)
        elif not tensor.is_image:
            state.lose(operand.node)


def _forget(value: Value) -> Value:
    if isinstance(value, Const) and value.value is not None:
        return OPAQUE
    if isinstance(value, Union):
        return join(*(_forget(o) for o in value.options))
    return value


def _key(value: Value) -> Any:
    if isinstance(value, Tensor):
        if value.undecided:
            return ("tensor", id(value.arrangement.root()))
        return ("tensor", value.arrangement.kind, value.rank, value.pixel)
    if isinstance(value, Sequence) and value.kind == "tuple":
        return ("tuple", tuple(_key(i) for i in value.items), _key(value.rest) if value.rest is not None else None)
    if isinstance(value, Union):
        return ("union", tuple(_key(o) for o in value.options))
    if isinstance(value, Const):
        return ("const", repr(value.value))
    return id(value) if isinstance(value, (Sequence, Mapping)) else value


def run(state: State, info: FunctionInfo, bound_self: Value | None, values: dict[str, Value], wanted: Demand) -> Value:
    """Reads the body with these arguments, once for each kind of arguments."""
    if info.state is not None and info.state is not state:
        with crossing.visit(info.state, state, trial=True):
            return run(info.state, info, bound_self, values, wanted)
    owner = _key(bound_self) if bound_self is not None else None
    # what was read without recording must be read again
    key = (info, owner, tuple((n, _key(v)) for n, v in values.items()), state.recording)
    if key in state.memo:
        result, changed = state.memo[key]
        _apply_changes(values, changed)
        return _fresh(result)
    if key in state.running or len(state.running) > MOST_CALLS_DEEP:
        return UNKNOWN if state.initialising else source()
    state.running.append(key)
    names = _parameters(state, info, bound_self, values, wanted)
    before = {n: v for n, v in names.items() if isinstance(v, Tensor)}
    try:
        result = _read(state, info, bound_self, names)
    finally:
        state.running.pop()
    changed = tuple((n, v.perhaps_stale and not v.stale) for n, v in before.items() if v.stale or v.perhaps_stale)
    state.memo[key] = (result, changed)
    _apply_changes(values, changed)
    return result


def _apply_changes(values: dict[str, Value], changed: tuple[tuple[str, bool], ...]) -> None:
    for name, perhaps in changed:
        for tensor in tensors_in(values.get(name, NONE)):
            tensor.changed_in_place(perhaps)


def _fresh(value: Value) -> Value:
    if isinstance(value, Tensor):
        return Tensor(value.arrangement, value.own_rank, value.pixel, channels=value.channels)
    if isinstance(value, Sequence) and value.kind == "tuple":
        rest = None if value.rest is None else _fresh(value.rest)
        return Sequence("tuple", [_fresh(i) for i in value.items], rest)
    if isinstance(value, Union):
        return Union(tuple(_fresh(o) for o in value.options))
    return value


def _parameters(
    state: State, info: FunctionInfo, bound_self: Value | None, values: dict[str, Value], wanted: Demand
) -> dict[str, Value]:
    names: dict[str, Value] = {}
    parameters = info.parameters
    state.facts.names.update(p.name.value for p in parameters)
    if bound_self is not None and parameters and not info.static:
        names[parameters[0].name.value] = bound_self
        parameters = parameters[1:]
    for parameter in parameters:
        name = parameter.name.value
        value = values.get(name)
        if value is None:
            value = default_value(state, info, parameter)
        if isinstance(value, Tensor):  # an alias of the caller's, so that changes in place are told apart
            told = None if state.dialect.last else _channels(state, info, name)
            value = Tensor(value.arrangement, value.own_rank, value.pixel, parameter=value.parameter, channels=told)
        names[name] = value
    if info.star is not None:
        star = info.star.name.value
        names[star] = values.get(star, Sequence("tuple", [], OPAQUE if state.initialising else UNKNOWN))
    keywords = info.node.params.star_kwarg
    if keywords is not None:
        names[keywords.name.value] = Mapping(rest=UNKNOWN)
    return names


def _channels(state: State, info: FunctionInfo, name: str) -> Channels:
    """The channels of a parameter: what its class states, or what only callers know."""
    is_input = info.name == state.dialect.forward and [p.name.value for p in info.parameters[1:2]] == [name]
    stated = state.stated.channels.get(info.owner.name) if info.owner is not None and is_input else None
    return of_parameter(name) if stated is None else Channels(stated)


def default_value(state: State, info: FunctionInfo, parameter: cst.Param) -> Value:
    """The default of a parameter that was not given."""
    if parameter.default is None:
        return OPAQUE if state.initialising else UNKNOWN
    from translate.infer.expressions import evaluate

    with state.not_recording():
        state.frames.append(Frame(None, {}))
        value = evaluate(state, parameter.default)
        state.frames.pop()
    return _forget(value)


def _read(state: State, info: FunctionInfo, bound_self: Value | None, names: dict[str, Value]) -> Value:
    from translate.infer.expressions import evaluate
    from translate.infer.statements import execute_block

    frame = Frame(info, names, bound_self if isinstance(bound_self, Instance) else None)
    state.frames.append(frame)
    statements = state.statements
    entered = {n: v for n, v in names.items() if v is not bound_self}
    frame.image_ranks = tuple(v.rank for v in entered.values() if isinstance(v, Tensor) and v.is_image)
    try:
        state.statements = list(info.home)
        if state.recording:
            state.read.add(info.node)
        if isinstance(info.node, cst.Lambda):
            return evaluate(state, info.node.body)
        execute_block(state, info.node.body)
        result = join(*frame.returned) if frame.returned else NONE
        _interface(state, info, bound_self, entered, result)
        return result
    finally:
        state.statements = statements
        state.frames.pop()


def _interface(
    state: State, info: FunctionInfo, bound_self: Value | None, inputs: dict[str, Value], result: Value
) -> None:
    if state.recording and not state.initialising:
        key = (info, bound_self.info if isinstance(bound_self, Instance) else None)
        if key not in state.facts.interfaces:
            state.facts.interfaces[key] = (inputs, result)


# what a function asks of its parameters


def demanded(state: State, info: FunctionInfo, bound_self: Value | None) -> Demand:
    """Parameters that must be images, found by reading the body once with nothing known of them."""
    key = (info, _key(bound_self) if bound_self is not None else None)
    if key in state.demands:
        return state.demands[key]
    state.demands[key] = {}
    running, memo = state.running, state.memo
    state.running, state.memo = list(running), {}
    with state.not_recording():
        values = root_values(state, info, bound_self)
        free = {n: v for n, v in values.items() if isinstance(v, Tensor)}
        free |= {n: v.rest for n, v in values.items() if isinstance(v, Sequence) and isinstance(v.rest, Tensor)}
        lists = {n: v.items for n, v in values.items() if isinstance(v, Sequence) and v.rest is None}
        free |= {f"{n}[{i}]": v for n, held in lists.items() for i, v in enumerate(held) if isinstance(v, Tensor)}
        _read(state, info, bound_self, _parameters(state, info, bound_self, values, {}))
    state.running, state.memo = running, memo
    found: Demand = {}
    for name, value in free.items():
        kind, rank = value.arrangement.kind, value.rank
        if kind == "image" or rank is not None:
            found[name] = (kind or "source", rank)
    state.demands[key] = found
    return found


def root_values(
    state: State, info: FunctionInfo, bound_self: Value | None, wanted: Demand | None = None
) -> dict[str, Value]:
    """What the parameters are where no call is known: tensors, unless something says otherwise."""
    values: dict[str, Value] = {}
    parameters = info.parameters[1:] if bound_self is not None and not info.static else info.parameters
    for parameter in parameters:
        name = parameter.name.value
        annotation = parameter.annotation.annotation if parameter.annotation else None
        default = default_value(state, info, parameter) if parameter.default is not None else None
        if default is not None and default is not NONE and not tensors_in(default):
            values[name] = default
            continue
        value = typed(state, annotation, _root_tensor(name, wanted))
        parts = _parts(state, info, name) if isinstance(value, Tensor) else 0
        if parts:
            value = Sequence("list", [_root_tensor(f"{name}[{i}]", wanted) for i in range(parts)])
        values[name] = value if default is None else join(value, default)
    if info.star is not None and not state.initialising:
        name = info.star.name.value
        values[name] = Sequence("tuple", [], _root_tensor(name, wanted))
    return values


def _parts(state: State, info: FunctionInfo, name: str) -> int:
    """How many tensors a parameter of a module's call is; 0: one."""
    if info.owner is None or info.name != state.dialect.forward:
        return 0
    return several.count(info, name, by_number=not state.dialect.last)


def _root_tensor(name: str, wanted: Demand | None) -> Tensor:
    tensor = Tensor(Arrangement(), parameter=name)
    if wanted is not None:
        kind, rank = wanted.get(name, ("source", None))
        tensor.arrangement.decide("image" if kind == "image" else "source", rank)
    return tensor


def _note_training(state: State, info: FunctionInfo, node: cst.CSTNode | None) -> None:
    """Calls of methods of the same object are passed ``training``; filled in when all functions are known."""
    if state.recording and isinstance(node, cst.Call) and info.owner is not None:
        caller = next(
            (f.function for f in reversed(state.frames) if f.function and isinstance(f.function.node, cst.FunctionDef)),
            None,
        )
        if caller is not None:
            state.calls.setdefault(node, (caller, info, tuple(state.statements)))
