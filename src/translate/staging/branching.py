"""``if``: on settings in both programs, on tensors in ``call`` only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from translate.staging.blocks import Block, Branch, Slot
from translate.staging.functions import TENSOR
from translate.staging.joining import join
from translate.staging.reading import is_dynamic
from translate.staging.sizes import UNKNOWN, Info
from translate.staging.state import State, Value
from translate.staging.trees import statements


def branch(state: State, node: cst.If, rest: Sequence[Any]) -> tuple[bool, bool]:
    """Separates an ``if``; whether nothing can come after it, and whether ``rest`` was taken with it."""
    from translate.staging.expressions import dynamic, needed, static
    from translate.staging.statements import block

    late = is_dynamic(state, node.test)
    before, versions = state.env, Block(round=state.in_round())
    state.ib.add(versions)
    call_test = dynamic(state, node.test)[0] if late else node.test
    condition = node.test if late else static(state, node.test)
    call, init = Branch(node, call_test, Block(), Block()), Branch(node, condition, Block(), Block())
    state.ib.add(init)
    outer = (state.ib, state.ib) if late else (init.then, init.orelse)
    state.dynamic_depth += late
    then_ends, else_ends = _sides(state, node, (outer[0], call.then), (outer[1], call.orelse), late)
    state.dynamic_depth -= late
    if call.then.has_code() or call.orelse.has_code():
        if not late:
            after, state.env = state.env, before
            with state.writing(versions, state.cb):
                call.test = needed(state, node.test)
            state.env = after
        state.cb.add(call)
    if then_ends and not else_ends and rest and not late and _gives_back(node.body):
        # what follows is made only if this branch was not taken
        with state.writing(init.orelse, state.cb):
            return block(state, rest), True
    return then_ends and else_ends, False


def _sides(
    state: State, node: cst.If, then: tuple[Block, Block], orelse: tuple[Block, Block], late: bool
) -> tuple[bool, bool]:
    from translate.staging.statements import block

    before = dict(state.env)
    state.env = dict(before)
    with state.writing(*then):
        then_ends = block(state, statements(node.body))
        then_slot = state.ib.slot()
    after_then, state.env = state.env, dict(before)
    other = node.orelse
    body: list[Any] = [other] if isinstance(other, cst.If) else statements(other.body) if other is not None else []
    with state.writing(*orelse):
        else_ends = block(state, body)
        else_slot = state.ib.slot()
    if else_ends:
        state.env = after_then
    elif not then_ends:
        after_else, state.env = state.env, before
        _merge(state, after_then, after_else, then_slot, else_slot, late)
    return then_ends, else_ends


def _gives_back(body: cst.BaseSuite) -> bool:
    last = statements(body)[-1]
    if isinstance(last, cst.SimpleStatementLine):
        return isinstance(last.body[-1], cst.Return)
    if isinstance(last, cst.If) and isinstance(last.orelse, cst.Else):
        return _gives_back(last.body) and _gives_back(last.orelse.body)
    return False


def _merge(state: State, one: dict[str, Value], other: dict[str, Value], then: Slot, orelse: Slot, late: bool) -> None:
    """Names after a branch."""
    merged: dict[str, Value] = {}
    slot = state.ib.slot()
    for name in [*one, *(n for n in other if n not in one)]:
        left, right = one.get(name), other.get(name)
        if left is right and left is not None:
            merged[name] = left
        elif left is None or right is None:
            present = left or right
            assert present is not None
            merged[name] = _one_sided(present, slot)
        else:
            merged[name] = _joined(state, name, left, right, (then, orelse, slot), late, (one, other))
    state.env = merged


def _one_sided(value: Value, slot: Slot) -> Value:
    """Set on one side only: it may be used where the same condition holds."""
    info = value.info if TENSOR in value.atoms else UNKNOWN
    kept = Value(value.atoms, info, value.slot, value.loops, value.kept, literal=value.literal)
    kept.made, kept.inputs, kept.model = value.made, value.inputs, value.model
    kept.conditional = bool(value.loops)
    return kept


def _joined(
    state: State,
    name: str,
    left: Value,
    right: Value,
    slots: tuple[Slot, Slot, Slot],
    late: bool,
    envs: tuple[dict[str, Value], dict[str, Value]],
) -> Value:
    then, orelse, slot = slots
    atoms = left.atoms | right.atoms
    if TENSOR not in atoms:
        state.versions[name] = state.versions.get(name, 0) + 1
        return Value(atoms, slot=slot, loops=state.loops, conditional=bool(state.loops) and not state.in_round())
    infos: list[Info] = []
    for env in envs:
        before, state.env = state.env, env
        infos.append(state.info(name))
        state.env = before
    state.versions[name] = state.versions.get(name, 0) + 1
    hint = "channels" if name in ("x", "inputs", "h", "y", "net", "out") else f"{name}_channels"
    if late:
        same = infos[0].size is not None and infos[1].size is not None and infos[0].size.text == infos[1].size.text
        return Value(atoms, Info(infos[0].size) if same else UNKNOWN, slot, state.loops)
    return Value(atoms, join(state, infos[0], infos[1], then, orelse, hint), slot, state.loops)
