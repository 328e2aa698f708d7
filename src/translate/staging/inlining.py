"""``Lambda(f)(x)`` is ``f(x)``: a layer that only wraps a function, where it is called as it is made.

``Lambda(lambda t: t / 255.0)(x)`` becomes ``x / 255.0``. A Lambda that is kept, in a variable or a Sequential, stays a
layer.
"""

from __future__ import annotations

from typing import Any, cast

import libcst as cst

from translate.staging.program import imported
from translate.staging.table import table
from translate.staging.trees import Keeping, bracketed, dotted, read_names, replace_names, within

LAMBDA = "keras.layers.Lambda"
_FREE = (cst.Assign, cst.Return, cst.Arg, cst.Element, cst.Expr)
"""What an operator may stand in without brackets."""
_HARMLESS = {"output_shape", "name", "dtype", "trainable", "input_shape", "batch_input_shape"}


def inline_lambdas(module: cst.Module) -> cst.Module:
    """The file without layers that wrap a function and are called as they are made."""
    if "Lambda" not in module.code:
        return module
    return module.visit(_Inline(module))


class _Inline(Keeping):
    def __init__(self, module: cst.Module) -> None:
        super().__init__()
        self.imports: dict[str, str] = {}
        for node in within(module):
            if isinstance(node, (cst.Import, cst.ImportFrom)):
                self.imports.update(imported(node))
        self.stack: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        self.stack.append(node)
        return super().on_visit(node)

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        self.stack.pop()
        found = super().on_leave(original_node, updated_node)
        is_new = found is not updated_node and found is not original_node and isinstance(found, cst.BaseExpression)
        inside = bool(self.stack) and not isinstance(self.stack[-1], _FREE)
        return bracketed(found) if is_new and inside else found

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        made = updated_node.func
        if not isinstance(made, cst.Call) or not self._is_lambda(made.func) or len(updated_node.args) != 1:
            return updated_node
        given = updated_node.args[0]
        settings = _settings(made)
        if settings is None or given.star:
            return updated_node
        function, arguments = settings
        if isinstance(function, cst.Lambda):
            return _applied(function, given.value, arguments) or updated_node
        if dotted(function) is None:
            return updated_node
        return cst.Call(function, [cst.Arg(given.value), *arguments])

    def _is_lambda(self, node: cst.BaseExpression) -> bool:
        name = dotted(node)
        if name is None:
            return False
        root, dot, rest = name.partition(".")
        return root in self.imports and table().canonical(self.imports[root] + dot + rest) == LAMBDA


def _settings(made: cst.Call) -> tuple[cst.BaseExpression, list[cst.Arg]] | None:
    """The function that a Lambda wraps, and the arguments that it hands on; None if there is more to it."""
    function: cst.BaseExpression | None = None
    arguments: list[cst.Arg] = []
    for index, argument in enumerate(made.args):
        keyword = argument.keyword.value if argument.keyword is not None else ""
        if argument.star:
            return None
        if keyword == "function" or (not keyword and index == 0):
            function = argument.value
        elif keyword == "arguments" and isinstance(argument.value, cst.Dict):
            found = [_argument(e) for e in argument.value.elements]
            if None in found:
                return None
            arguments = cast("list[cst.Arg]", found)
        elif keyword not in _HARMLESS and not (not keyword and index == 1):
            return None
    return None if function is None else (function, arguments)


def _argument(element: cst.BaseDictElement) -> cst.Arg | None:
    if not isinstance(element, cst.DictElement) or not isinstance(element.key, cst.SimpleString):
        return None
    tight = cst.SimpleWhitespace("")
    key = cst.Name(str(element.key.evaluated_value))
    return cst.Arg(element.value, keyword=key, equal=cst.AssignEqual(tight, tight))


def _applied(function: cst.Lambda, given: cst.BaseExpression, arguments: list[cst.Arg]) -> cst.BaseExpression | None:
    """The body with what is given in place of the parameters; None if that would compute something twice."""
    parameters = function.params.params
    if not parameters or function.params.kwonly_params or function.params.star_kwarg is not None:
        return None
    if not isinstance(function.params.star_arg, cst.MaybeSentinel):
        return None
    names: dict[str, cst.BaseExpression] = {parameters[0].name.value: given}
    passed = {a.keyword.value: a.value for a in arguments if a.keyword is not None}
    for parameter in parameters[1:]:
        value = passed.get(parameter.name.value, parameter.default)
        if value is None:
            return None
        names[parameter.name.value] = value
    used = [n.value for n in read_names(function.body)]
    again = [v for name, v in names.items() if used.count(name) > 1 and not _is_cheap(v)]
    inner = {n for part in within(function.body, enter=True) for n in _own_names(part)}
    if again or inner & (set(names) | {n.value for v in names.values() for n in read_names(v)}):
        return None
    body: Any = replace_names(function.body, {name: bracketed(value) for name, value in names.items()})
    return body.visit(_Items())


def _is_cheap(node: cst.BaseExpression) -> bool:
    if isinstance(node, (cst.List, cst.Tuple)):
        return all(_is_cheap(e.value) for e in node.elements)
    return dotted(node) is not None or isinstance(node, (cst.BaseNumber, cst.SimpleString))


def _own_names(node: cst.CSTNode) -> list[str]:
    """Names that a comprehension or a function within binds."""
    if isinstance(node, cst.CompFor) and isinstance(node.target, cst.Name):
        return [node.target.value]
    return [node.name.value] if isinstance(node, cst.Param) else []


class _Items(Keeping):
    """``[a, b][0]`` as ``a``."""

    def leave_Subscript(self, original_node: cst.Subscript, updated_node: cst.Subscript) -> cst.BaseExpression:
        index = updated_node.slice[0].slice if len(updated_node.slice) == 1 else None
        if not isinstance(updated_node.value, (cst.List, cst.Tuple)) or not isinstance(index, cst.Index):
            return updated_node
        elements, place = updated_node.value.elements, index.value
        if not isinstance(place, cst.Integer) or place.evaluated_value >= len(elements):
            return updated_node
        return bracketed(elements[place.evaluated_value].value)
