"""Line breaks in what templates make."""

from __future__ import annotations

import re

import libcst as cst

_EMPTY = cst.Module([])
LONGEST = 72
"""A list of layers on one line is at most this long; what stands before it comes on top."""


def laid_out(node: cst.BaseExpression, breakable: bool) -> cst.BaseExpression:
    """``keras.Sequential([padding, layer])``, a layer a line if it is long and may be broken."""
    if not isinstance(node, cst.Call):
        return node
    if len(node.args) > 1 and all(isinstance(a.value, (cst.Call, cst.IfExp)) and not a.keyword for a in node.args):
        return _chain(node, breakable)
    if len(node.args) != 1 or not isinstance(node.args[0].value, cst.List):
        return node
    text = _EMPTY.code_for_node(node)
    if "#" in text:
        return node
    layers = node.args[0].value
    elements = [e.with_changes(value=_on_one_line(e.value)) for e in layers.elements]
    if not breakable or (len(text) <= LONGEST and "\n" not in text):
        return node.with_changes(args=[cst.Arg(layers.with_changes(elements=elements))])
    comma = cst.Comma(whitespace_after=_INNER)
    broken = cst.List(
        [*(e.with_changes(comma=comma) for e in elements[:-1]), elements[-1].with_changes(comma=cst.Comma())],
        lbracket=cst.LeftSquareBracket(whitespace_after=_INNER),
        rbracket=cst.RightSquareBracket(whitespace_before=_CLOSING),
    )
    return node.with_changes(args=[cst.Arg(broken)])


_INNER = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("    "))
_CLOSING = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(""))


def _chain(node: cst.Call, breakable: bool) -> cst.Call:
    """``nn.Sequential(padding, layer)``, the same."""
    text = _EMPTY.code_for_node(node)
    if "#" in text or (len(text) <= LONGEST and "\n" not in text):
        return node
    arguments = [a.with_changes(value=_on_one_line(a.value), comma=cst.MaybeSentinel.DEFAULT) for a in node.args]
    if not breakable:
        return node.with_changes(args=arguments)
    comma = cst.Comma(whitespace_after=_INNER)
    last = arguments[-1].with_changes(comma=cst.Comma(), whitespace_after_arg=_CLOSING)
    broken = [*(a.with_changes(comma=comma) for a in arguments[:-1]), last]
    return node.with_changes(args=broken, whitespace_before_args=_INNER)


def _on_one_line(node: cst.BaseExpression) -> cst.BaseExpression:
    text = _EMPTY.code_for_node(node)
    if "\n" not in text or '"""' in text:
        return node
    joined = re.sub(r"\s*\n\s*", " ", text).replace("( ", "(").replace(" )", ")").replace(",)", ")")
    return cst.parse_expression(joined)
