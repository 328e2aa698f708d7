"""What is known after a branch."""

from __future__ import annotations

import libcst as cst

from translate.staging.blocks import Slot
from translate.staging.sizes import UNKNOWN, Info, Size
from translate.staging.state import State
from translate.staging.trees import assign


def join(state: State, one: Info, other: Info, then: Slot, orelse: Slot, hint: str) -> Info:
    """Where both sides agree, that; else a variable of the constructor that each side sets."""
    if one is UNKNOWN or other is UNKNOWN:
        return UNKNOWN
    size = _join(state, one.size, other.size, then, orelse, hint)
    total = _join(state, one.total, other.total, then, orelse, hint)
    items = None
    if one.items is not None and other.items is not None and len(one.items) == len(other.items):
        items = tuple(
            join(state, a, b, then, orelse, f"{hint}_{i}")
            for i, (a, b) in enumerate(zip(one.items, other.items, strict=True))
        )
    flat = one.flat if one.flat is not None and other.flat is not None and one.flat.text == other.flat.text else None
    return Info(size, total, items, flat, one.mirror if one.mirror is other.mirror else None)


def _join(state: State, one: Size | None, other: Size | None, then: Slot, orelse: Slot, hint: str) -> Size | None:
    if one is None or other is None:
        return None
    if one.text == other.text and one.versions == other.versions:
        return one

    def resolve() -> cst.BaseExpression | None:
        left, right = state.pending.final(one.expression), state.pending.final(other.expression)
        if left is None or right is None:
            return None
        if left.deep_equals(right) and one.versions == other.versions:
            return left
        name = state.fresh(hint)
        then.lines.append(assign(name, left))
        orelse.lines.append(assign(name, right))
        return cst.Name(name)

    return state.pending.new(resolve)
