"""``x[index] = values`` where tensors cannot be changed: a new tensor under the same name."""

from __future__ import annotations

import libcst as cst

from translate.rewrite.names import Names
from translate.rewrite.templates import fill

_NEW = "{x} = "
_COMMA = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def makes_anew(template: str) -> bool:
    """Whether an item is set by making a new tensor. Else it stays the statement that it is."""
    return template.startswith(_NEW)


def assigned(names: Names, template: str, target: cst.Subscript, values: cst.BaseExpression) -> cst.Assign:
    """The assignment that ``template`` ("{x} = f({x}, {index}, {values})") describes."""
    text = template.removeprefix(_NEW)
    parts = {"x": target.value, "index": index_of(target), "values": values}
    value = fill(text, names.shorten, lambda key, _scalar, _item: parts[key])
    return cst.Assign([cst.AssignTarget(target.value)], value)  # type: ignore[arg-type]


def taken(
    names: Names, rule: dict[str, str], node: cst.Subscript, place: int, axis: int, whole: bool
) -> cst.BaseExpression:
    """``x[:, indices]``: ``take(x, indices, axis=1)``; something else if ``indices`` may be a mask."""
    index = node.slice[place].slice
    assert isinstance(index, cst.Index)
    parts = {"x": node.value, "index": index.value, "axis": cst.parse_expression(str(axis))}
    template = rule["take" if whole else "take_items"]
    return fill(template, names.shorten, lambda key, _scalar, _item: parts[key])


def taken_at(
    names: Names, template: str, node: cst.Subscript, places: tuple[int, ...], axis: int
) -> cst.BaseExpression:
    """``x[:, i, j]``: ``take_at(x, (i, j), axis=1)``."""
    found = index_of(node.with_changes(slice=[node.slice[p] for p in places]))
    parts = {"x": node.value, "index": found, "axis": cst.parse_expression(str(axis))}
    return fill(template, names.shorten, lambda key, _scalar, _item: parts[key])


def index_of(node: cst.Subscript) -> cst.BaseExpression:
    """What stands in the brackets, as an expression: ``(slice(None), slice(0, None, 2))``."""
    parts = [_part(e.slice) for e in node.slice]
    if len(parts) == 1:
        return parts[0]
    elements = [cst.Element(p, comma=_COMMA) for p in parts[:-1]]
    return cst.Tuple([*elements, cst.Element(parts[-1])])


def _part(part: cst.BaseSlice) -> cst.BaseExpression:
    if isinstance(part, cst.Index):
        return part.value
    assert isinstance(part, cst.Slice)
    bounds = [part.lower, part.upper, part.step]
    while bounds[-1] is None and len(bounds) > 2:
        bounds.pop()
    if bounds[0] is None and len(bounds) == 2:  # slice(stop)
        bounds.pop(0)
    arguments = [cst.Arg(b if b is not None else cst.Name("None"), comma=_COMMA) for b in bounds]
    arguments[-1] = arguments[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return cst.Call(cst.Name("slice"), arguments)
