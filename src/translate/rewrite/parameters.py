"""Parameters and buffers that begin as zeros, ones or random numbers: ``add_weight``, as Keras layers are written."""

from __future__ import annotations

import re
from collections.abc import Mapping

import libcst as cst

from translate.rewrite.names import Names

_TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
_COMMA = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def weight(
    owner: cst.BaseExpression,
    name: str,
    variable: cst.BaseExpression,
    initializers: Mapping[str, str],
    names: Names,
) -> cst.Call | None:
    """``Variable(ops.zeros((3,)))`` for attribute ``name`` as ``owner.add_weight(shape=(3,), ...)``.

    ``initializers`` tells by which initializer a function that creates a tensor is replaced; ``{1}`` in it is that
    function's second argument. None if the value is anything else, or its shape is not written out.
    """
    if not isinstance(variable, cst.Call) or not variable.args or not isinstance(variable.args[0].value, cst.Call):
        return None
    made = variable.args[0].value
    called = cst.Module([]).code_for_node(made.func)
    text = next((t for function, t in initializers.items() if names.text(function) == called), None)
    if text is None or not made.args or not isinstance(made.args[0].value, cst.Tuple):
        return None
    given = {a.keyword.value: a.value for a in made.args if a.keyword is not None}
    if _is_default(given.get("dtype")):
        del given["dtype"]
    positional = [a.value for a in made.args if a.keyword is None]
    used = {int(n) for n in re.findall(r"\{(\d)\}", text)}
    if given.keys() - {"dtype"} or len(positional) != 1 + len(used) or any(a.star for a in made.args):
        return None
    for place in used:
        text = text.replace(f"{{{place}}}", cst.Module([]).code_for_node(positional[place]))
    arguments = {"shape": positional[0], "initializer": cst.parse_expression(names.shorten(text)), **given}
    arguments |= {a.keyword.value: a.value for a in variable.args[1:] if a.keyword is not None}
    arguments["name"] = cst.SimpleString(f'"{name}"')
    written = [cst.Arg(value, cst.Name(keyword), _TIGHT, comma=_COMMA) for keyword, value in arguments.items()]
    written[-1] = written[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return cst.Call(cst.Attribute(owner, cst.Name("add_weight")), written)


def _is_default(dtype: cst.BaseExpression | None) -> bool:
    """The type of floats unless something else is said, for weights of both frameworks."""
    return isinstance(dtype, cst.SimpleString) and dtype.evaluated_value == "float32"
