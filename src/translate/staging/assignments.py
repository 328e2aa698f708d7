"""Assignments, of settings in the constructor and of tensors in ``call``."""

from __future__ import annotations

from collections import Counter
from typing import Any

import libcst as cst

from translate.staging.blocks import Slot
from translate.staging.expressions import dynamic, static
from translate.staging.functions import APPLIED, BLOCK, MAKER, TENSOR, Function
from translate.staging.making import construct
from translate.staging.mirrors import mirrored
from translate.staging.models import build_model, take_input
from translate.staging.reading import Reading, is_dynamic
from translate.staging.results import elementwise
from translate.staging.sizes import UNKNOWN, Info, Size, combine
from translate.staging.state import CannotStage, Made, State, Value
from translate.staging.table import INPUT, MODEL
from translate.staging.trees import bound_names, code, read_names, targets

_LITERALS = (cst.Integer, cst.Float, cst.SimpleString)


def line_of(node: cst.SimpleStatementLine, old: Any, new: Any) -> cst.SimpleStatementLine:
    """The line with one statement, itself if nothing changed."""
    if old is not None and not any(old is s for s in node.body):
        old = None
    if old is new and len(node.body) == 1:
        return node
    return node.with_changes(body=[new.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])


def assign(state: State, small: cst.Assign, node: cst.SimpleStatementLine) -> None:
    target = small.targets[0].target
    value = small.value
    name = state.program.framework_name(value.func, state.current) if isinstance(value, cst.Call) else None
    if name == INPUT and all(isinstance(t.target, cst.Name) for t in small.targets):
        assert isinstance(value, cst.Call)
        first = small.targets[-1].target
        assert isinstance(first, cst.Name)
        take_input(state, first.value, value)
        for other in small.targets[:-1]:
            _assign_dynamic(state, cst.Assign([other], first), node)
    elif name == MODEL and isinstance(target, cst.Name) and state.function.kind == "builder":
        assert isinstance(value, cst.Call)
        build_model(state, value, node)
        state.env[target.value] = Value(frozenset({APPLIED}), model=True)
    elif _is_pairwise(state, target, value):
        for one, other in _pairs(target, value):
            assign(state, cst.Assign([cst.AssignTarget(one)], other), node)
    elif is_dynamic(state, value) or _is_empty_tensor(state, small) or _into_tensors(state, small):
        _assign_dynamic(state, small, node)
    else:
        _assign_static(state, small, node)


def _is_pairwise(state: State, target: cst.CSTNode, value: cst.BaseExpression) -> bool:
    """``a, b = x, 3`` as two assignments, if one of them is of a tensor and none reads the other's name."""
    if not isinstance(target, (cst.Tuple, cst.List)) or not isinstance(value, (cst.Tuple, cst.List)):
        return False
    if len(target.elements) != len(value.elements) or not is_dynamic(state, value):
        return False
    names = set(targets(target))
    return not any(n.value in names for n in read_names(value))


def _pairs(target: Any, value: Any) -> list[tuple[Any, Any]]:
    return [(a.value, b.value) for a, b in zip(target.elements, value.elements, strict=True)]


def _is_empty_tensor(state: State, small: cst.Assign) -> bool:
    """``outputs = []``, ``x = None``: nothing yet, but tensors later."""
    names = [n for t in small.targets for n in targets(t.target)]
    value = small.value
    empty = isinstance(value, (cst.List, cst.Tuple)) and not value.elements
    empty = empty or (isinstance(value, cst.Dict) and not value.elements)
    empty = empty or isinstance(value, _LITERALS) or (isinstance(value, cst.Name) and value.value == "None")
    empty = empty or (isinstance(value, cst.Call) and code(value) in ("list()", "dict()"))
    return empty and bool(names) and all(TENSOR in state.current.env.get(n, frozenset()) for n in names)


def _into_tensors(state: State, small: cst.Assign) -> bool:
    """``outputs[i] = ...`` where tensors are collected."""
    target = small.targets[0].target
    return isinstance(target, (cst.Subscript, cst.Attribute)) and is_dynamic(state, target.value)


def _assign_dynamic(state: State, small: cst.Assign, node: cst.SimpleStatementLine) -> None:
    value, info = dynamic(state, small.value)
    if isinstance(small.value, cst.Name) and small.value.value == "None":
        info = Info(Size(cst.Name("None")))
    if isinstance(small.value, (cst.List, cst.Tuple)) and not small.value.elements:
        info = Info(None, Size(cst.Integer("0")), ())
    new = [t.with_changes(target=_target(state, t.target)) for t in small.targets]
    same = value is small.value and all(a.target is b.target for a, b in zip(new, small.targets, strict=True))
    changed = small if same else small.with_changes(value=value, targets=list(small.targets) if same else new)
    state.cb.add(line_of(node, small, changed))
    alias = state.env.get(small.value.value) if isinstance(small.value, cst.Name) else None
    inputs = alias.inputs if alias is not None else ()
    if isinstance(small.value, (cst.List, cst.Tuple)) and small.value.elements:
        known = [state.env.get(e.value.value) if isinstance(e.value, cst.Name) else None for e in small.value.elements]
        if all(v is not None and v.inputs for v in known):
            inputs = tuple(n for v in known if v is not None for n in v.inputs)
    slot = state.ib.slot()
    first = small.targets[0].target
    if isinstance(small.value, cst.List) and isinstance(first, cst.Name):
        info = mirrored(state, first.value, info, slot)
    for target in small.targets:
        _bind_dynamic(state, target.target, info, slot, inputs)


def _target(state: State, target: Any) -> Any:
    if isinstance(target, (cst.Subscript, cst.Attribute)):
        return dynamic(state, target)[0]
    return target


def _bind_dynamic(state: State, target: cst.CSTNode, info: Info, slot: Slot, inputs: tuple[str, ...]) -> None:
    if isinstance(target, cst.Name):
        value = Value(frozenset({TENSOR}), info, slot, state.loops, inputs=inputs)
        state.bind(target.value, value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        items = info.items if info.items is not None and len(info.items) == len(target.elements) else None
        for index, element in enumerate(target.elements):
            part = items[index] if items is not None and not isinstance(element, cst.StarredElement) else UNKNOWN
            _bind_dynamic(state, element.value, part, slot, ())
    elif isinstance(target, (cst.Subscript, cst.Attribute)):
        for name in {n.value for n in read_names(target.value)}:
            if name in state.env and TENSOR in state.env[name].atoms:
                state.bind(name, Value(state.env[name].atoms, UNKNOWN, slot, state.loops))


def _assign_static(state: State, small: cst.Assign, node: cst.SimpleStatementLine) -> None:
    if state.dynamic_depth:
        _under_dynamic_control(state, small, node)
    atoms = Reading(state).atoms(small.value)
    made: Made | None = None
    if isinstance(small.value, cst.Call) and _makes(state, small.value):
        construction = construct(state, small.value, None)
        value, made = construction.expression, construction.made
    else:
        value = static(state, small.value)
    names = [n for t in small.targets for n in targets(t.target)]
    if len(names) == 1 and isinstance(value, cst.Name) and _is_itself(state, names[0], small.value):
        state.bind(names[0], Value(frozenset(), UNKNOWN, state.top))
        state.demands.update(t for t, s in state.parameter_sizes.items() if s.text == value.value)
        return
    new = [
        t.with_changes(target=static(state, t.target))
        if not isinstance(t.target, (cst.Name, cst.Tuple, cst.List))
        else t
        for t in small.targets
    ]
    same = value is small.value and all(a is b for a, b in zip(new, small.targets, strict=True))
    changed = small if same else small.with_changes(value=value, targets=new)
    state.ib.add(line_of(node, small, changed))
    literal = _literal(state, small, names)
    for name in names:
        state.static_value(name, atoms, literal=literal, made=made)
    for target in small.targets:
        for name in changed_object(target.target):
            if name in state.env:
                state.static_value(name, state.env[name].atoms | atoms)


def _makes(state: State, call: cst.Call) -> bool:
    atoms = Reading(state).atoms(call.func)
    return MAKER in atoms or any(isinstance(a, Function) and a.staged and a.kind != BLOCK for a in atoms)


def _is_itself(state: State, name: str, value: cst.BaseExpression) -> bool:
    """``in_channels = x.shape[-1]`` where the constructor's parameter is called so already."""
    if not isinstance(value, cst.Subscript) or name in {p.name.value for p in state.function.parameters}:
        return False
    size = static(state, value)
    tensors = [t for t, s in state.parameter_sizes.items() if isinstance(size, cst.Name) and s.text == size.value]
    return bool(tensors) and state.size_parameter(tensors[0]) == name and state.versions.get(name, 0) == 0


def _under_dynamic_control(state: State, small: cst.Assign, node: cst.SimpleStatementLine) -> None:
    """What is set on one branch only cannot be set once."""
    names = {n for t in small.targets for n in targets(t.target)}
    counts = Counter(bound_names(state.function.node.body))
    if any(counts[n] > 1 for n in names):
        raise CannotStage(node, "a setting depends on the shape of a tensor")


def _literal(state: State, small: cst.Assign, names: list[str]) -> cst.BaseExpression | None:
    value = small.value
    plain = isinstance(value, _LITERALS) or (
        isinstance(value, cst.UnaryOperation) and isinstance(value.expression, (cst.Integer, cst.Float))
    )
    if not plain or len(names) != 1 or state.loops:
        return None
    function = state.function
    counts = Counter(bound_names(function.node.body))
    if function.inner is not None:
        counts.update(bound_names(function.inner.node.body))
    once = counts[names[0]] == 1 and names[0] not in {p.name.value for p in function.parameters}
    return value if once else None


def changed_object(target: cst.CSTNode) -> list[str]:
    while isinstance(target, (cst.Subscript, cst.Attribute)):
        target = target.value
        if isinstance(target, cst.Name):
            return [target.value]
    return []


def augmented(state: State, small: cst.AugAssign, node: cst.SimpleStatementLine) -> None:
    target = small.target
    if not is_dynamic(state, target) and not is_dynamic(state, small.value):
        if state.dynamic_depth:
            raise CannotStage(node, "a setting depends on the shape of a tensor")
        value = static(state, small.value)
        changed = small if value is small.value else small.with_changes(value=value)
        state.ib.add(line_of(node, small, changed))
        for name in list(targets(target)) or changed_object(target):
            state.static_value(name, state.env[name].atoms if name in state.env else frozenset())
        return
    if not is_dynamic(state, target):
        raise CannotStage(node, "a tensor is added to something that is not one")
    value, info = dynamic(state, small.value)
    state.cb.add(line_of(node, small, small if value is small.value else small.with_changes(value=value)))
    if isinstance(target, cst.Name):
        before = state.info(target.value)
        after = elementwise(before, info)
        if isinstance(small.operator, cst.AddAssign) and before.items is None and before.total is not None:
            after = Info(before.size, combine(before.total, "+", info.total))
        state.bind(target.value, Value(frozenset({TENSOR}), after, state.ib.slot(), state.loops))
