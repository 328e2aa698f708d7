"""``isinstance`` with classes that the target has no class for."""

from __future__ import annotations

import libcst as cst


def kinds(call: cst.Call) -> list[cst.BaseExpression]:
    """The classes that ``isinstance(x, ...)`` asks for."""
    asked = call.args[1].value
    return [e.value for e in asked.elements] if isinstance(asked, cst.Tuple) else [asked]


def test(call: cst.Call, functions: dict[int, str]) -> cst.BaseExpression:
    """``isinstance(x, (list, T))`` becomes ``(isinstance(x, list) or is_t(x))``.

    ``functions``: what asks for a class, by the place of the class.
    """
    subject = call.args[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    rest = [kind for index, kind in enumerate(kinds(call)) if index not in functions]
    asked: list[cst.BaseExpression] = []
    if rest:
        kind = rest[0] if len(rest) == 1 else cst.Tuple([cst.Element(k) for k in rest])
        asked.append(call.with_changes(args=[call.args[0], call.args[1].with_changes(value=kind)]))
    for function in dict.fromkeys(functions.values()):
        asked.append(cst.Call(cst.parse_expression(function), [subject]))
    if len(asked) == 1:
        return asked[0]
    whole = asked[0]
    for other in asked[1:]:
        whole = cst.BooleanOperation(whole, cst.Or(), other)
    return whole.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
