"""Types of elements, where the source mixes them freely and the target does not.

PyTorch computes ``torch.arange(3) * 0.5`` and ``x * (x > 0)``; operators of TensorFlow take one type. Operations that
mix whole numbers or truth values with others are written as functions, which promote like PyTorch. What is not known
to hold whole numbers is taken for floats: if that is wrong the target raises an error, it computes nothing else.
"""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from translate.infer.binding import Bound
from translate.infer.state import Operand, State
from translate.infer.values import Api, Const, Sequence, Tensor, Value, options
from translate.rules import Rule

_SYMBOLS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.AddAssign: "+",
    cst.Subtract: "-",
    cst.SubtractAssign: "-",
    cst.Multiply: "*",
    cst.MultiplyAssign: "*",
    cst.Divide: "/",
    cst.DivideAssign: "/",
    cst.FloorDivide: "//",
    cst.FloorDivideAssign: "//",
    cst.Modulo: "%",
    cst.ModuloAssign: "%",
    cst.Power: "**",
    cst.PowerAssign: "**",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
}
_OFTEN_FLOAT = ("*", "/", "**")
"""Operations whose other side, if it is a number that is not known, is commonly no whole number."""
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
BOOL, FLOAT = "bool", "float32"
_ORDER = (BOOL, "uint8", "int8", "int16", "int32", "int64")
"""From narrow to wide: the wider of two is what they become together."""


def elements(value: Value) -> str | None:
    """What a tensor holds, or all tensors of a list."""
    held = value.everything() if isinstance(value, Sequence) else options(value)
    found = {o.elements if isinstance(o, Tensor) else None for o in held}
    return found.pop() if len(found) == 1 else None


def given(value: Value, kind: str | None) -> Value:
    """``value``, as a tensor of these elements."""
    return replace(value, elements=kind) if isinstance(value, Tensor) and value.elements != kind else value


def of_call(state: State, rule: Rule, bound: Bound, first: Operand, value: Value) -> Value:
    """``value``, which a call that ``rule`` translates gives, with the type of its elements."""
    if isinstance(value, Sequence):
        items = [of_call(state, rule, bound, first, item) for item in value.items]
        rest = None if value.rest is None else of_call(state, rule, bound, first, value.rest)
        return replace(value, items=items, rest=rest)
    stars = [o for found in bound.stars.values() for o in found]
    named = [o for name, o in bound.operands.items() if name == "dtype"]
    for operand in (*named, *stars):
        kind = _named(state, operand.value)
        if kind is not None:
            return given(value, _kept(kind))
    declared = rule.data.get("elements", "same" if rule.view else None)
    if declared in ("same", "summed"):
        kind = elements(first.value)
        return given(value, "int32" if kind == BOOL and declared == "summed" else kind)
    return given(value, declared)


def _kept(kind: str) -> str | None:
    return kind if kind == BOOL or "int" in kind else None


def _named(state: State, value: Value) -> str | None:
    """The element type that ``torch.int64`` names."""
    if not isinstance(value, Api):
        return None
    texts = [r.write for r in state.rules.find(value.name) if r.tensors == "number" and r.write]
    return texts[0][1:-1] if texts and texts[0][0] == texts[0][-1] == "'" else None


def mix(state: State, node: cst.CSTNode, symbol: cst.CSTNode, left: Operand, right: Operand, result: Value) -> Value:
    """``result`` of ``left symbol right`` with the type of its elements; notes how ``node`` is to be written."""
    text = _SYMBOLS.get(type(symbol), "")
    values = left.value, right.value
    kinds = tuple(elements(v) for v in values)
    wide = None if None in kinds else max(kinds, key=_ORDER.index)  # type: ignore[type-var]
    mixed = text and state.dialect.last and (_mixes(text, *values) or _mixes(text, *reversed(values)))
    if mixed and text == "+" and all(isinstance(v, Tensor) for v in values):
        for operand, kind in zip((left, right), kinds, strict=True):
            if kind is not None and kind != wide and operand.node is not None:
                state.record(state.facts.elements, operand.node, wide or FLOAT)
    elif mixed:
        state.record(state.facts.promoted, node, text)
    if text in _COMPARISONS:
        return given(result, BOOL)
    whole = all(k is not None or _whole(v) for k, v in zip(kinds, values, strict=True))
    return given(result, (wide or kinds[0] or kinds[1]) if whole and text != "/" else None)


def _whole(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, int)


def _mixes(symbol: str, one: Value, other: Value) -> bool:
    kind = elements(one)
    if kind is None:
        return False
    if isinstance(other, Const):
        if isinstance(other.value, bool) or not isinstance(other.value, (int, float)):
            return False
        return isinstance(other.value, float) or kind == BOOL or symbol == "/"
    if isinstance(other, Tensor):
        return other.elements != kind or symbol == "/"
    return kind == BOOL or symbol in _OFTEN_FLOAT
