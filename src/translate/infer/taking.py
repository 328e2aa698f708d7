"""What a statement takes of what a recurrent layer gives: ``out, (h, c) = self.lstm(x)``, ``self.lstm(x)[0]``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import libcst as cst

from translate.infer.occurrences import Around, occurrences

Taken = Literal["outputs", "last", "states", "whole"]
"""The outputs, the last state, states as well as outputs, or everything as it is given."""
UNREAD = "_"
_EMPTY = cst.Module([])


@dataclass(frozen=True)
class Taking:
    taken: Taken
    names: dict[str, str] = field(default_factory=dict[str, str])
    """What is assigned to which name, by path: outputs are "0", states "1", or "1.0" and "1.1" if they are two. What
    nobody reads is UNREAD."""
    picks: dict[str, tuple[cst.BaseExpression, ...]] = field(
        default_factory=dict[str, "tuple[cst.BaseExpression, ...]"]
    )
    """States that are only asked for that of the one layer there is: ``h[-1]``. By path, all such expressions."""
    item: cst.Subscript | None = None
    """The subscript that takes the outputs, instead of an assignment."""


WHOLE = Taking("whole")


def joined(one: Taken | None, other: Taken) -> Taken:
    """What a layer must give if one call takes this and another one that."""
    if one is None or one == other:
        return other
    return "whole" if "whole" in (one, other) else "states"


def taking(
    node: cst.Call, statement: cst.CSTNode | None, function: cst.CSTNode | None, states: int, squeezed: str
) -> Taking:
    """How ``statement``, in ``function``, uses the call ``node``. ``squeezed``: the method that takes the only one."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return WHOLE
    item = _item(statement, node)
    if item is not None:
        return Taking("outputs", item=item)
    assign = statement.body[0]
    if len(statement.body) != 1 or not isinstance(assign, cst.Assign) or assign.value is not node:
        return WHOLE
    if len(assign.targets) != 1 or not isinstance(function, cst.FunctionDef):
        return WHOLE
    names = _names(assign.targets[0].target, function, states)
    if names is None:
        return WHOLE
    outputs, state, *others = (name != UNREAD for name in names.values())
    if not outputs and state and not any(others):
        taken: Taken = "last"
    else:
        taken = "states" if state or any(others) else "outputs"
    picks = {path: _picks(function, name, squeezed) for path, name in names.items() if path != "0" and name != UNREAD}
    return Taking(taken, names, {path: found for path, found in picks.items() if found})


def _item(statement: cst.CSTNode, node: cst.Call) -> cst.Subscript | None:
    """``node[0]`` in a statement."""
    if isinstance(statement, cst.Subscript) and statement.value is node:
        return statement if _code(statement.slice[0]) == "0" and len(statement.slice) == 1 else None
    return next((found for child in statement.children if (found := _item(child, node)) is not None), None)


def _names(target: cst.BaseExpression, function: cst.FunctionDef, states: int) -> dict[str, str] | None:
    """The names that outputs and states are assigned to, UNREAD for those that are not used; None if it is not so."""
    parts = _parts(target)
    if len(parts) != 2:
        return None
    outputs, last = parts
    paths = ["1"] if states == 1 else [f"1.{i}" for i in range(states)]
    if states == 1:
        found = [last]
    elif isinstance(last, cst.Name) and not _read(function, last):
        found = [cst.Name(UNREAD)] * states
    else:
        found = _parts(last)
    if len(found) != states or not all(isinstance(part, cst.Name) for part in (outputs, *found)):
        return None
    every = zip(("0", *paths), (outputs, *found), strict=True)
    return {p: n.value if _read(function, n) else UNREAD for p, n in every if isinstance(n, cst.Name)}


def _parts(target: cst.BaseExpression) -> list[cst.BaseExpression]:
    if not isinstance(target, (cst.Tuple, cst.List)):
        return []
    return [e.value for e in target.elements if isinstance(e, cst.Element)]


def _read(function: cst.FunctionDef, name: cst.Name) -> bool:
    return bool(occurrences(function, name.value).uses)


def _picks(function: cst.FunctionDef, name: str, squeezed: str) -> tuple[cst.BaseExpression, ...]:
    """All uses of a name, if each takes the first or the last of its first axis; else nothing."""
    found = occurrences(function, name)
    picks = [_pick(around, name, squeezed) for around in found.uses]
    known = [p for p in picks if p is not None]
    return tuple(known) if found.targets == 1 and len(known) == len(picks) else ()


def _pick(around: Around, name: str, squeezed: str) -> cst.BaseExpression | None:
    """``h[-1]``, ``h[0, :, :]`` or ``h.squeeze(0)`` around the name."""
    inner, outer = around[:2]
    if isinstance(inner, cst.Attribute) and isinstance(outer, cst.Call):
        return outer if outer.func is inner and _code(outer) == f"{name}.{squeezed}" else None
    if not isinstance(inner, cst.Subscript) or _code(inner.value) != name:
        return None
    index, *rest = (_code(part).rstrip(", ") for part in inner.slice)
    return inner if index in ("0", "-1") and set(rest) <= {":"} and len(rest) < 3 else None


def _code(node: cst.CSTNode) -> str:
    return _EMPTY.code_for_node(node)
