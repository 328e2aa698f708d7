"""Statements, separated: what happens once goes to the constructor, what happens on each call to ``call``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from translate.staging.assignments import assign, augmented, changed_object, line_of
from translate.staging.blocks import Slot
from translate.staging.branching import branch
from translate.staging.expressions import dynamic, static
from translate.staging.functions import MAKER, TENSOR
from translate.staging.looping import loop
from translate.staging.models import build_model, is_model
from translate.staging.reading import Reading, is_dynamic
from translate.staging.sizes import UNKNOWN, Info, combine, sequence
from translate.staging.state import CannotStage, State, Value
from translate.staging.table import INPUT, MODEL
from translate.staging.trees import bound_names, changed_names, read_names, statements, within

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
        assign(state, small, node)
    elif isinstance(small, cst.AnnAssign):
        if small.value is not None:
            changed = cst.Assign([cst.AssignTarget(small.target)], small.value)
            assign(state, changed, node)
    elif isinstance(small, cst.AugAssign):
        augmented(state, small, node)
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
    elif isinstance(small, cst.Pass) or (isinstance(small, cst.Assert) and is_dynamic(state, small.test)):
        return False  # what is asserted of symbolic tensors is their shapes
    elif isinstance(small, (cst.Global, cst.Nonlocal, cst.Del)) or any(is_dynamic(state, c) for c in small.children):
        raise CannotStage(node, "a statement that cannot be separated")
    else:
        _plain(state, line_of(node, small, small))
    return False


def _raise(state: State, small: cst.Raise, node: cst.SimpleStatementLine) -> None:
    touches = small.exc is not None and is_dynamic(state, small.exc)
    if touches or state.dynamic_depth:
        assert small.exc is not None
        state.cb.add(line_of(node, small, small.with_changes(exc=dynamic(state, small.exc)[0])))
    else:
        state.ib.add(line_of(node, small, small))


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
    if is_model(state, value):
        assert isinstance(value, cst.Call)
        build_model(state, value, node)
        state.model_returned = True
        return
    if function.kind == "builder":
        raise CannotStage(node, "a model is built, but something else is given back")
    if state.loops:
        raise CannotStage(node, "a loop over layers is left early")
    written, info = dynamic(state, value)
    slot = state.ib.slot()
    state.returns.append((info, slot))
    state.cb.add(line_of(node, small, small.with_changes(value=written)))


def _expression(state: State, small: cst.Expr, node: cst.SimpleStatementLine) -> None:
    value = small.value
    if isinstance(value, cst.BaseString):
        return
    if not is_dynamic(state, value):
        if state.dynamic_depth:
            raise CannotStage(node, "a setting depends on the shape of a tensor")
        changed = static(state, value)
        state.ib.add(line_of(node, small, small if changed is value else small.with_changes(value=changed)))
        _static_change(state, value)
        return
    written, info = dynamic(state, value)
    state.cb.add(line_of(node, small, small if written is value else small.with_changes(value=written)))
    _growing(state, value, state.last_argument if isinstance(value, cst.Call) else info)


def _static_change(state: State, value: cst.BaseExpression) -> None:
    """After ``names.append(...)`` the list is another one."""
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and value.func.attr.value in _GROWING:
        for name in changed_object(value.func):
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
