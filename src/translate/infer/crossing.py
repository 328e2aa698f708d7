"""Calls of functions that another file of the project defines.

That file is read by itself, and its translation is settled: what calls it adapts. Its functions are read again with
what they are given here, into a table of facts that is thrown away, only to see what they give and whether their
translation would be the same. If it would not, the call is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import libcst as cst

from translate.infer.binding import tensors_in
from translate.infer.facts import Apply, Facts
from translate.infer.flows import keeps_channels_first
from translate.infer.program import ClassInfo, FunctionInfo
from translate.infer.state import Operand, State
from translate.infer.values import (
    UNKNOWN,
    Api,
    Class,
    Container,
    Function,
    Instance,
    Layer,
    Tensor,
    Value,
    image,
    options,
    source,
)

_TABLES = [f.name for f in fields(Facts) if f.name not in ("entries", "interfaces", "training_calls")]
_SETS = ("inputs", "listed", "inlined", "keyed", "counted", "items_set", "training")
_LISTS = ("lists", "inner_lists", "constructions", "containers", "flexible", "masking", "masked", "given_up")
"""What a reading collects for its end."""
_KEPT = ("facts", "absent", "memo", "statements", "frames", "calls", "initialising", "recording", "visited", "frozen")
"""What a visit has of its own."""

_OUTSIDE = cst.Pass()
"""Stands for the statement of the caller, which is in another file."""
Values = dict[str, Value]
Run = Callable[[Values], Value]


class Differs(Exception):
    """Another file's translation is not written for what it is given here."""


@contextmanager
def visit(there: State, here: State, trial: bool = False) -> Generator[None]:
    """Read functions of ``there`` for a caller in another file: nothing that is found is kept.

    Raises Differs, unless it is a ``trial``, if the translation of that file would have to be another.
    """
    if not there.sealed and not there.only_defined:  # it is being read, and calls what has called us
        recording, there.recording = there.recording, there.recording and here.recording
        around, there.statements = there.statements, there.statements or [_OUTSIDE]
        try:
            yield
        finally:
            there.recording, there.statements = recording, around
        return
    kept = {name: getattr(there, name) for name in _KEPT}
    lengths = {name: len(getattr(there, name)) for name in _LISTS}
    there.facts, there.absent, there.memo = Facts(), {}, {}
    there.facts.training |= kept["facts"].training
    there.statements, there.frames, there.calls = [_OUTSIDE], [*there.frames], {}
    there.initialising, there.recording = here.initialising, not here.initialising and not trial
    there.visited, there.frozen = True, not here.only_defined or here.frozen
    try:
        yield
        if there.sealed and not here.initialising and not trial and _differs(there, kept["facts"]):
            raise Differs
    finally:
        _settle(there, kept["facts"], lengths["flexible"])
        for name, value in kept.items():
            setattr(there, name, value)
        for name, length in lengths.items():
            del getattr(there, name)[length:]


def _differs(there: State, settled: Facts) -> bool:
    """Whether the reading found anything that is not so in the file's own reading."""
    new = there.facts
    if new.conflicts or any(f.code.startswith("T") and f not in settled.found for f in new.found):
        return True
    if any(node not in settled.lost for node in new.lost):
        return True
    for name in _TABLES:
        found, known = getattr(new, name), getattr(settled, name)
        if isinstance(found, dict):
            table: dict[Any, Any] = found  # pyright: ignore[reportUnknownVariableType]
            if any(known.get(node) != fact for node, fact in table.items()):
                return True
            if any(node in known for node in there.absent.get(id(table), ())):
                return True
        elif name in _SETS and not found <= known:
            return True
    return False


def _settle(there: State, settled: Facts, start: int) -> None:
    """Transposes that wait for their first use: they are written, or not, whatever is done with them here."""
    for node, _, _, arrangement, _, unchanged, _ in there.flexible[start:]:
        if arrangement.kind is None:
            apply = settled.apply.get(node)
            as_it_is = apply is not None and apply.write == unchanged
            rank = arrangement.rank or arrangement.only_rank
            arrangement.root().decide("image" if as_it_is and rank else "source", rank)


def called(
    state: State, info: FunctionInfo, given: dict[str, Operand], values: Values, run: Run, node: cst.CSTNode | None
) -> Value:
    """What a function of another file gives, called with ``values``; ``given`` is where they stand here.

    Tensors are cast if it is written for another order of axes than they are in. If it is written for none, the call
    is reported.
    """
    there = info.state
    assert there is not None
    tensors = [t for v in values.values() for t in tensors_in(v)]
    if there.only_defined and tensors and node is not None and _goes_round(state, there):
        message = f"{info.name} is in a file that imports this one: how its translation arranges axes depends on both"
        state.report(node, "T105", message, "let one of them import the other, or both a third")
    if not there.sealed or state.initialising or any(t.undecided for t in tensors):
        return _read(state, there, values, run)[0]
    result, differs = _read(state, there, values, run)
    for cast in (_source, _image):
        if differs and any(cast(v) is not v for v in values.values()):
            result, differs = _read(state, there, {n: cast(v) for n, v in values.items()}, run)
            if not differs:
                _record(state, given, values, cast)
    if not differs:
        return result
    if node is not None:
        message = f"{info.name} is in another file, whose translation is not written for what it is given here"
        state.report(node, "T105", message)
    return source() if tensors else result


def _goes_round(state: State, there: State) -> bool:
    return not state.only_defined and state.elsewhere is not None and state.elsewhere.goes_round(there.name)


def chained(state: State, home: State, operand: Operand, run: Callable[[Operand], Value]) -> Value:
    """What a chain of layers gives that another file makes. The same holds as for functions."""
    info = FunctionInfo("a chain of layers", cst.Lambda(cst.Parameters(), cst.Name("x")), {}, state=home)

    def with_values(values: Values) -> Value:
        return run(Operand(values["x"], None, in_chain=True))

    node = state.statements[-1] if state.statements else None
    return called(state, info, {"x": operand}, {"x": operand.value}, with_values, node)


def _read(state: State, there: State, values: Values, run: Run) -> tuple[Value, bool]:
    """What comes out, and whether the translation would have to be another."""
    result: Value = UNKNOWN
    try:
        with visit(there, state):
            result = run(values)
    except Differs:
        return result, True
    return result, False


def _source(value: Value) -> Value:
    return source(value.rank) if isinstance(value, Tensor) and value.is_image else value


def _image(value: Value) -> Value:
    if not isinstance(value, Tensor) or value.is_image or value.rank not in (3, 4, 5):
        return value
    return image(value.rank)


def _record(state: State, given: dict[str, Operand], values: Values, cast: Callable[[Value], Value]) -> None:
    for name, value in values.items():
        if cast(value) is value or name not in given or not isinstance(value, Tensor):
            continue
        operand = Operand(value, given[name].node, given[name].in_chain)
        if value.is_image:
            state.need_source(operand)
        elif value.rank is not None:
            state.need_image(operand, value.rank)


def check_layer(state: State, layer: Layer, apply: Apply) -> None:
    """A layer that another file makes, at work here: how it is made there is settled."""
    home = settled(state, layer.home)
    if home.only_defined:
        return
    if not home.sealed or home.visited:
        home.record(home.facts.apply, layer.node, apply)
    elif home.facts.apply.get(layer.node) != apply and not _only_sizes(home.facts.apply.get(layer.node), apply):
        message = f"{layer.name} is made in another file, whose translation is not written for what it is given here"
        state.report(state.statements[-1], "T105", message)


def _only_sizes(one: Apply | None, other: Apply) -> bool:
    """Whether two ways of making a layer differ at most in sizes that it is told."""
    return one is not None and replace(one, extra=()) == replace(other, extra=())


def made(state: State, info: ClassInfo, operands: list[Operand]) -> ClassInfo:
    """A class of another file as it is with these arguments: itself, or a variant if it is given modules that it is not
    given in its own file."""
    method = info.method("__init__")
    given = {n: o.value for n, o in functions().bind_operands(method, operands, True).items()} if method else {}
    return _variant(state, info, method, given)


def check_layout(state: State, there: State, operands: list[Operand], node: cst.Call) -> None:
    """Layers of the framework that are passed on to another file, which makes them: for images arranged as they are
    here, or as they are there."""
    if not state.recording or state.only_defined or state.elsewhere is None or there.name == state.name:
        return
    classes = [o.name for p in operands for o in options(p.value) if isinstance(o, Api)]
    sees = [n for n in classes if any(keeps_channels_first(state.rules, r) for r in state.rules.find(n))]
    read = state.elsewhere.read(there.name) if sees and there.name else None
    if read is not None and read.channels_first != state.channels_first:
        message = f"{sees[0]} is passed to another file, which arranges the axes of images in another way"
        state.report(node, "T105", message, "translate both with --layout channels_first")


def _variant(state: State, info: ClassInfo, method: FunctionInfo | None, given: Values) -> ClassInfo:
    if method is None or not any(_is_new(info, name, value) for name, value in given.items()):
        return info
    key = (info.node, info.state, tuple((n, _name(v)) for n, v in given.items()))
    if key in state.variants:
        return state.variants[key]
    variant = replace(info, attributes={}, subclasses=[], arguments=given, made=True)
    state.variants[key] = variant
    there = method.state or state
    with visit(there, state, trial=True):
        there.initialising = True
        functions().run(there, method, Instance(variant), given, {})
    return variant


def settled(state: State, there: State) -> State:
    """The reading to go by of a file of which the definitions are known: its own, once something is computed."""
    if not there.only_defined or state.only_defined or state.elsewhere is None:
        return there
    if there.name == state.name:
        return state
    return there if state.initialising else state.elsewhere.read(there.name) or there


def own_function(state: State, info: FunctionInfo) -> FunctionInfo:
    """A function as its file's own reading has it."""
    if info.state is None or info.state is state:
        return info
    return settled(state, info.state).function_at(info.node) or info


def own_instance(state: State, value: Instance) -> Instance:
    """A module as the own reading of the file has it that defines its class."""
    info = value.info
    there = settled(state, info.state)
    found = there.interned.get(info.node)
    if there is info.state or found is None:
        return value
    if info is not info.state.interned.get(info.node):
        found = _variant(state, found, found.method("__init__"), info.arguments)
    return Instance(found, value.node, value.owner)


def functions() -> Any:
    """The module that calls this one."""
    from translate.infer import functions as found

    return found


_COMPUTE = (Class, Instance, Function, Layer, Container)


def _is_new(info: ClassInfo, name: str, value: Value) -> bool:
    """Whether an argument is a module, or makes some, that the class is not given in its own file."""
    known = options(info.arguments[name]) if name in info.arguments else ()
    return any(isinstance(o, _COMPUTE) and o not in known for o in options(value))


def _name(value: Value) -> Any:
    return tuple(id(getattr(o, "info", o)) for o in options(value))
