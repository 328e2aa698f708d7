"""Statements, separated: what happens once goes to the constructor, what happens on each call to ``call``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from translate.staging.applying import of_model
from translate.staging.blocks import Block, Branch, Repeat, Slot
from translate.staging.branching import branch
from translate.staging.expressions import dynamic, needed, static
from translate.staging.functions import APPLIED, BLOCK, MAKER, TENSOR, Function
from translate.staging.looping import loop
from translate.staging.making import construct
from translate.staging.mirrors import mirrored
from translate.staging.reading import Reading, is_dynamic
from translate.staging.results import elementwise
from translate.staging.sizes import UNKNOWN, Info, Size, combine, product, sequence
from translate.staging.state import CannotStage, Made, State, Value
from translate.staging.table import INPUT, MODEL
from translate.staging.trees import bound_names, changed_names, code, read_names, statements, targets, within

_LITERALS = (cst.Integer, cst.Float, cst.SimpleString)
_GROWING = frozenset({"append", "extend", "insert", "pop", "update", "add", "remove", "clear", "setdefault", "reverse"})


def block(state: State, body: Sequence[Any]) -> bool:
    """Separates statements; true if nothing can come after them."""
    for index, statement in enumerate(body):
        if statement in state.shared.vanishing.statements:
            continue
        rest = body[index + 1 :]
        if isinstance(statement, cst.If):
            ended, taken = branch(state, statement, rest)
            if taken or ended:
                return ended
        elif _statement(state, statement):
            return True
    return False


def _statement(state: State, node: Any) -> bool:
    if isinstance(node, cst.SimpleStatementLine):
        return _line(state, node)
    if isinstance(node, cst.FunctionDef):
        _definition(state, node)
    elif isinstance(node, cst.For):
        loop(state, node)
    elif isinstance(node, cst.With):
        return _with(state, node)
    elif _any_dynamic(state, node):
        raise CannotStage(node, "tensors and settings meet in a statement that cannot be separated")
    else:
        _plain(state, node)
    return False


def _any_dynamic(state: State, node: cst.CSTNode) -> bool:
    """Whether a compound statement touches tensors or makes layers."""
    for part in within(node):
        if isinstance(part, cst.Name) and part.value in state.env and TENSOR in state.env[part.value].atoms:
            return True
        if isinstance(part, cst.Call):
            atoms = Reading(state).atoms(part.func)
            if MAKER in atoms or state.program.framework_name(part.func, state.current) in (INPUT, MODEL):
                return True
    return False


def _plain(state: State, node: Any) -> None:
    """A statement that is the constructor's as it stands."""
    state.ib.add(node)
    names = changed_names(node)
    atoms = state.current.env
    for name in sorted(names):
        if name in state.env or name in set(bound_names(node)):
            known = state.env[name].atoms if name in state.env else atoms.get(name, frozenset())
            state.static_value(name, known)


def _with(state: State, node: cst.With) -> bool:
    if state.shared.vanishing.is_scope(node):
        body = statements(node.body)
        if body and hasattr(body[0], "leading_lines"):
            pass
        return block(state, body)
    if _any_dynamic(state, node):
        raise CannotStage(node, "a `with` block around layers")
    _plain(state, node)
    return False


def _definition(state: State, node: cst.FunctionDef) -> None:
    function = state.current.nested.get(node.name.value) or next(f for f in state.program.functions if f.node is node)
    if function is state.function.inner:
        return
    if function.staged and function in state.shared.class_names:
        from translate.staging.classes import class_for

        state.ib.add(class_for(state.shared, function))
    else:
        if any(
            n.value in state.env and TENSOR in state.env[n.value].atoms
            for n in read_names(node.body)
            if n.value not in function.env
        ):
            raise CannotStage(node, f"`{function.name}` uses a tensor from outside")
        state.ib.add(node)
    state.bind(node.name.value, Value(frozenset({function}), loops=state.loops))


def _line(state: State, node: cst.SimpleStatementLine) -> bool:
    marks = len(state.ib.items), len(state.cb.items)
    ended = False
    for small in node.body:
        ended = _small(state, small, node) or ended
    _leading(state, node, marks)
    return ended


def _leading(state: State, node: cst.SimpleStatementLine, marks: tuple[int, int]) -> None:
    """Comments go to the constructor if a statement left something there; empty lines to both."""
    if node in state.model_lines:
        return
    first = True
    for block_, mark in ((state.ib, marks[0]), (state.cb, marks[1])):
        for index in range(mark, len(block_.items)):
            item = block_.items[index]
            if isinstance(item, Slot):
                continue
            if not isinstance(item, cst.SimpleStatementLine):
                break
            lines = node.leading_lines if first else [line for line in node.leading_lines if line.comment is None]
            if list(item.leading_lines) != list(lines):
                block_.items[index] = item.with_changes(leading_lines=lines)
            first = False
            break


def _small(state: State, small: Any, node: cst.SimpleStatementLine) -> bool:
    if isinstance(small, cst.Assign):
        _assign(state, small, node)
    elif isinstance(small, cst.AnnAssign):
        if small.value is not None:
            changed = cst.Assign([cst.AssignTarget(small.target)], small.value)
            _assign(state, changed, node)
    elif isinstance(small, cst.AugAssign):
        _augmented(state, small, node)
    elif isinstance(small, cst.Return):
        _return(state, small, node)
        return True
    elif isinstance(small, cst.Expr):
        _expression(state, small, node)
    elif isinstance(small, cst.Raise):
        _raise(state, small, node)
        return True
    elif isinstance(small, (cst.Break, cst.Continue)):
        raise CannotStage(node, "a loop over layers is left early")
    elif isinstance(small, cst.Pass):
        return False
    elif isinstance(small, (cst.Global, cst.Nonlocal, cst.Del)) or any(is_dynamic(state, c) for c in small.children):
        raise CannotStage(node, "a statement that cannot be separated")
    else:
        _plain(state, _line_of(node, small, small))
    return False


def _line_of(node: cst.SimpleStatementLine, old: Any, new: Any) -> cst.SimpleStatementLine:
    """The line with one statement, itself if nothing changed."""
    if old is not None and not any(old is s for s in node.body):
        old = None
    if old is new and len(node.body) == 1:
        return node
    return node.with_changes(body=[new.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)])


def _raise(state: State, small: cst.Raise, node: cst.SimpleStatementLine) -> None:
    touches = small.exc is not None and is_dynamic(state, small.exc)
    if touches or state.dynamic_depth:
        assert small.exc is not None
        state.cb.add(_line_of(node, small, small.with_changes(exc=dynamic(state, small.exc)[0])))
    else:
        state.ib.add(_line_of(node, small, small))


def _return(state: State, small: cst.Return, node: cst.SimpleStatementLine) -> None:
    function = state.function
    value = small.value
    if value is None:
        raise CannotStage(node, "a function of tensors that gives back nothing")
    inner = [a for a in Reading(state).atoms(value) if a is function.inner and a is not None]
    if inner:
        return
    if isinstance(value, cst.Name) and (known := state.env.get(value.value)) is not None and known.model:
        state.model_returned = True
        return
    if _is_model(state, value):
        assert isinstance(value, cst.Call)
        _model(state, value, node)
        state.model_returned = True
        return
    if function.kind == "builder":
        raise CannotStage(node, "a model is built, but something else is given back")
    if state.loops:
        raise CannotStage(node, "a loop over layers is left early")
    written, info = dynamic(state, value)
    slot = state.ib.slot()
    state.returns.append((info, slot))
    state.cb.add(_line_of(node, small, small.with_changes(value=written)))


def _is_model(state: State, value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Call) and state.program.framework_name(value.func, state.current) == MODEL


def _model(state: State, value: cst.Call, node: cst.SimpleStatementLine) -> None:
    """``Model(inputs, outputs)``: what ``call`` takes and gives back."""
    by_name = {a.keyword.value: a.value for a in value.args if a.keyword is not None}
    plain = [a.value for a in value.args if a.keyword is None and not a.star]
    inputs = by_name.get("inputs", by_name.get("input", plain[0] if plain else None))
    outputs = by_name.get("outputs", by_name.get("output", plain[1] if len(plain) > 1 else None))
    if inputs is None or outputs is None or state.loops:
        raise CannotStage(node, "a model whose inputs and outputs are not said")
    found = list(_inputs(state, inputs))
    if state.inputs and state.inputs != found:
        raise CannotStage(node, "a function that builds several models")
    state.inputs = found
    written, info = dynamic(state, outputs)
    state.returns.append((info, state.ib.slot()))
    blank = [line for line in node.leading_lines if line.comment is None]  # comments speak of `Model`
    state.cb.add(cst.SimpleStatementLine([cst.Return(written)], leading_lines=blank))
    state.model_lines.add(node)


def _inputs(state: State, node: cst.BaseExpression) -> list[str]:
    """The variables that hold the model's inputs."""
    if isinstance(node, cst.Name):
        value = state.env.get(node.value)
        if value is not None and value.inputs:
            return list(value.inputs)
    if isinstance(node, (cst.List, cst.Tuple)):
        return [n for e in node.elements for n in _inputs(state, e.value)]
    if isinstance(node, cst.Attribute) and node.attr.value in ("input", "inputs") and isinstance(node.value, cst.Name):
        written = of_model(state, node)
        assert isinstance(written, cst.Name)
        return [written.value]
    raise CannotStage(node, f"`{code(node)}` is not made by `Input` in the same function")


def _assign(state: State, small: cst.Assign, node: cst.SimpleStatementLine) -> None:
    target = small.targets[0].target
    value = small.value
    name = state.program.framework_name(value.func, state.current) if isinstance(value, cst.Call) else None
    if name == INPUT and all(isinstance(t.target, cst.Name) for t in small.targets):
        assert isinstance(value, cst.Call)
        first = small.targets[-1].target
        assert isinstance(first, cst.Name)
        _input(state, first.value, value)
        for other in small.targets[:-1]:
            _assign_dynamic(state, cst.Assign([other], first), node)
    elif name == MODEL and isinstance(target, cst.Name) and state.function.kind == "builder":
        assert isinstance(value, cst.Call)
        _model(state, value, node)
        state.env[target.value] = Value(frozenset({APPLIED}), model=True)
    elif _is_pairwise(state, target, value):
        for one, other in _pairs(target, value):
            _assign(state, cst.Assign([cst.AssignTarget(one)], other), node)
    elif is_dynamic(state, value) or _is_empty_tensor(state, small) or _into_tensors(state, small):
        _assign_dynamic(state, small, node)
    else:
        _assign_static(state, small, node)


def _input(state: State, name: str, call: cst.Call) -> None:
    if state.loops or state.function.kind != "builder":
        raise CannotStage(call, "inputs that are made in a loop, or where no model is")
    value = Value(frozenset({TENSOR}), _input_info(state, call), inputs=(name,))
    value.slot = state.ib.slot()
    state.bind(name, value)


def _input_info(state: State, call: cst.Call) -> Info:
    shape: cst.BaseExpression | None = None
    for index, argument in enumerate(call.args):
        if (argument.keyword is None and index == 0) or (
            argument.keyword is not None and argument.keyword.value in ("shape", "batch_shape", "batch_input_shape")
        ):
            shape = argument.value
    if isinstance(shape, (cst.Tuple, cst.List)) and shape.elements:
        last = shape.elements[-1].value
        if _is_open(state, last):
            return UNKNOWN
        known = [state.size(static(state, e.value)) for e in shape.elements if not _is_open(state, e.value)]
        flat = product(known) if len(known) == len(shape.elements) and "batch" not in code(call) else None
        return Info(state.size(static(state, last)), flat=flat)
    if isinstance(shape, (cst.Name, cst.Attribute)):
        if isinstance(shape, cst.Name) and (known := state.env.get(shape.value)) and known.literal is not None:
            return UNKNOWN
        return Info(state.size(cst.parse_expression(f"{code(shape)}[-1]")))
    return UNKNOWN


def _is_open(state: State, node: cst.BaseExpression) -> bool:
    return (isinstance(node, cst.Name) and node.value == "None") or is_dynamic(state, node)


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
    state.cb.add(_line_of(node, small, changed))
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
    state.ib.add(_line_of(node, small, changed))
    literal = _literal(state, small, names)
    for name in names:
        state.static_value(name, atoms, literal=literal, made=made)
    for target in small.targets:
        for name in _changed_object(target.target):
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


def _changed_object(target: cst.CSTNode) -> list[str]:
    while isinstance(target, (cst.Subscript, cst.Attribute)):
        target = target.value
        if isinstance(target, cst.Name):
            return [target.value]
    return []


def _augmented(state: State, small: cst.AugAssign, node: cst.SimpleStatementLine) -> None:
    target = small.target
    if not is_dynamic(state, target) and not is_dynamic(state, small.value):
        if state.dynamic_depth:
            raise CannotStage(node, "a setting depends on the shape of a tensor")
        value = static(state, small.value)
        changed = small if value is small.value else small.with_changes(value=value)
        state.ib.add(_line_of(node, small, changed))
        for name in list(targets(target)) or _changed_object(target):
            state.static_value(name, state.env[name].atoms if name in state.env else frozenset())
        return
    if not is_dynamic(state, target):
        raise CannotStage(node, "a tensor is added to something that is not one")
    value, info = dynamic(state, small.value)
    state.cb.add(_line_of(node, small, small if value is small.value else small.with_changes(value=value)))
    if isinstance(target, cst.Name):
        before = state.info(target.value)
        after = elementwise(before, info)
        if isinstance(small.operator, cst.AddAssign) and before.items is None and before.total is not None:
            after = Info(before.size, combine(before.total, "+", info.total))
        state.bind(target.value, Value(frozenset({TENSOR}), after, state.ib.slot(), state.loops))


def _expression(state: State, small: cst.Expr, node: cst.SimpleStatementLine) -> None:
    value = small.value
    if isinstance(value, cst.BaseString):
        return
    if not is_dynamic(state, value):
        if state.dynamic_depth:
            raise CannotStage(node, "a setting depends on the shape of a tensor")
        changed = static(state, value)
        state.ib.add(_line_of(node, small, small if changed is value else small.with_changes(value=changed)))
        _static_change(state, value)
        return
    written, info = dynamic(state, value)
    state.cb.add(_line_of(node, small, small if written is value else small.with_changes(value=written)))
    _growing(state, value, state.last_argument if isinstance(value, cst.Call) else info)


def _static_change(state: State, value: cst.BaseExpression) -> None:
    """After ``names.append(...)`` the list is another one."""
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and value.func.attr.value in _GROWING:
        for name in _changed_object(value.func):
            if name in state.env and not state.env[name].model:
                atoms = state.env[name].atoms
                for argument in value.args:
                    atoms |= Reading(state).atoms(argument.value)
                state.static_value(name, atoms)


def _growing(state: State, value: cst.BaseExpression, one: Info) -> None:
    """``outputs.append(x)``: sizes of what is in the list."""
    if not isinstance(value, cst.Call) or not isinstance(value.func, cst.Attribute):
        return
    method, owner = value.func.attr.value, value.func.value
    if method not in _GROWING or not isinstance(owner, cst.Name) or owner.value not in state.env:
        return
    before = state.info(owner.value)
    after, slot = UNKNOWN, state.ib.slot()
    if method == "append" and len(value.args) == 1:
        if before.items is not None and before.total is not None:
            after = sequence([*before.items, one])
        else:
            after = Info(before.size, combine(before.total, "+", one.size))
        if before.mirror is not None:
            before.mirror.append(one.size, slot)
            after = replace(after, mirror=before.mirror)
    elif method == "pop":
        return
    elif before.mirror is not None:
        before.mirror.append(None, slot)
    state.bind(owner.value, Value(frozenset({TENSOR}), after, slot, state.loops))


__all__ = ["Block", "Branch", "Repeat", "block", "needed"]
