"""Sizes of what layers and functions give back."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from translate.staging.functions import Function
from translate.staging.sizes import UNKNOWN, Info, Size, combine, pending_in, sequence, substitute
from translate.staging.state import State
from translate.staging.table import Entry
from translate.staging.trees import code, read_names, statements


def layer_result(state: State, entry: Entry, arguments: Sequence[cst.Arg], infos: Sequence[Info]) -> Info:
    """The sizes of a framework layer's result."""
    found = _sizes(state, entry, arguments, infos)
    first = infos[0] if infos else UNKNOWN
    if entry.shape == "same":
        return replace(found, flat=first.flat)
    if entry.shape == "flat":
        return Info(first.flat, flat=first.flat)
    plain = first.flat is not None and first.size is not None and first.flat.text == first.size.text
    if (entry.shape == "vector" and not arguments) or (entry.shape == "units" and plain):
        return replace(found, flat=found.size)
    return found


def _sizes(state: State, entry: Entry, arguments: Sequence[cst.Arg], infos: Sequence[Info]) -> Info:
    if any(a.star == "*" for a in arguments):
        return UNKNOWN
    if any(a.keyword and a.keyword.value == "return_state" for a in arguments):
        one = _sizes(state, entry, [a for a in arguments if not _says_state(a)], infos)
        return Info(items=(one,) * (3 if "LSTM" in entry.signature.name else 2))
    first = infos[0] if infos else UNKNOWN
    bound = _bound(entry, arguments)
    if entry.out == "sum":
        axis = _number(bound.get("axis"), state)
        total = first.total
        if total is None and first.mirror is not None:
            total = first.mirror.total({})
        return Info(total if axis in (-1, 3) else first.size if axis is not None else None)
    if entry.out == "target_shape[-1]":
        return Info(_last(state, bound.get("target_shape")))
    found: Size | None = None
    choices = entry.out.split(" | ")
    out = next((c for c in choices if c in bound and code(bound[c]) != "None"), choices[-1])
    for index, part in enumerate(out.split(" * ")):
        if part == "in_channels":
            size = first.size
        elif part == "first":
            size = alike(first.items or infos) or (first.mirror.one() if first.mirror is not None else None)
        elif part in bound:
            size = state.size(bound[part])
        else:
            return UNKNOWN
        found = size if index == 0 else combine(found, "*", size)
    return Info(found)


def alike(infos: Sequence[Info]) -> Size | None:
    """The size of tensors that are added and the like: all the same, so the one that is said most simply."""
    sizes = [i.size for i in infos if i.size is not None]
    plain = [s for s in sizes if s.text != "1"] or sizes
    return min(plain, key=lambda s: bool(pending_in(s.expression)), default=None)


def _says_state(argument: cst.Arg) -> bool:
    return argument.keyword is not None and argument.keyword.value == "return_state"


def _bound(entry: Entry, arguments: Sequence[cst.Arg]) -> dict[str, cst.BaseExpression]:
    parameters = entry.signature.parameters
    hidden = any(a.star for a in arguments)  # defaults may be something else then
    found = {} if hidden else {p.name: cst.parse_expression(repr(p.default)) for p in parameters if not p.required}
    for index, argument in enumerate(arguments):
        if argument.star:
            continue
        if argument.keyword is not None:
            found[argument.keyword.value] = argument.value
        elif index < len(parameters):
            found[parameters[index].name] = argument.value
    return found


def _number(node: cst.BaseExpression | None, state: State) -> int | None:
    if isinstance(node, cst.Name):
        value = state.env.get(node.value)
        node = value.literal if value is not None else None
    if node is None:
        return None
    try:
        found: Any = ast.literal_eval(cst.Module(body=[]).code_for_node(node))
    except ValueError:
        return None
    return found if isinstance(found, int) else None


def _last(state: State, node: cst.BaseExpression | None) -> Size | None:
    """The last element of a shape."""
    if isinstance(node, (cst.Tuple, cst.List)):
        node = node.elements[-1].value if node.elements else None
        if (
            node is None
            or isinstance(node, cst.UnaryOperation)
            or (isinstance(node, cst.Name) and node.value == "None")
        ):
            return None
        return state.size(node)
    if isinstance(node, cst.Name):
        return state.size(cst.parse_expression(f"{node.value}[-1]"))
    return None


def elementwise(left: Info, right: Info) -> Info:
    """``a + b``: what is not known is taken not to be larger; lists are put one behind the other."""
    if left.items is not None and right.items is not None:
        return sequence([*left.items, *right.items])
    sizes = [s for s in (left.size, right.size) if s is not None]
    plain = [s for s in sizes if s.text != "1"]
    if len(sizes) == 2 and len(plain) == 1:
        return Info(plain[0])
    if len(sizes) == 1 and sizes[0].text == "1":
        return UNKNOWN
    return Info(sizes[0]) if sizes else UNKNOWN


def function_result(
    function: Function, closed: Any, names: Mapping[str, cst.BaseExpression]
) -> cst.BaseExpression | None:
    """The result of a function as an expression over what it is given; None if that cannot be said."""
    if closed is None:
        return None
    needed = {n.value for n in read_names(closed)}
    own = {p.name.value for p in function.parameters}
    if any(n in own or n.startswith("__of_") for n in needed - names.keys()):
        return None
    return substitute(closed, {n: e for n, e in names.items() if n in needed})


def class_result(state: State, node: cst.ClassDef, infos: Sequence[Info]) -> Info:
    """The result of a layer of the file's own, if its ``call`` is plain arithmetic."""
    body = next((s for s in statements(node.body) if isinstance(s, cst.FunctionDef) and s.name.value == "call"), None)
    if body is None or len(body.params.params) < 2:
        return UNKNOWN
    env = {p.name.value: i for p, i in zip(body.params.params[1:], infos, strict=False)}
    return _Arithmetic(state, env).result(statements(body.body)) or UNKNOWN


class _Arithmetic:
    def __init__(self, state: State, env: dict[str, Info]) -> None:
        self.state, self.env = state, env

    def result(self, body: Sequence[Any]) -> Info | None:
        found: list[Info] = []
        for statement in body:
            if isinstance(statement, cst.If):
                inner = self.result(statements(statement.body))
                if inner is not None:
                    found.append(inner)
            if not isinstance(statement, cst.SimpleStatementLine):
                continue
            for small in statement.body:
                if isinstance(small, cst.Return) and small.value is not None:
                    found.append(self.info(small.value))
                elif isinstance(small, cst.Assign) and isinstance(small.targets[0].target, cst.Name):
                    self.env[small.targets[0].target.value] = self.info(small.value)
        texts = {i.size.text if i.size is not None else None for i in found}
        return found[0] if len(texts) == 1 else None

    def info(self, node: cst.BaseExpression) -> Info:
        if isinstance(node, cst.Name):
            return self.env.get(node.value, UNKNOWN)
        if isinstance(node, cst.BinaryOperation) and not isinstance(node.operator, cst.MatrixMultiply):
            return elementwise(self.info(node.left), self.info(node.right))
        if isinstance(node, cst.Subscript) and isinstance(node.value, cst.Name):
            items = self.env.get(node.value.value, UNKNOWN).items
            index: Any = node.slice[0].slice
            if items is not None and isinstance(index, cst.Index) and isinstance(index.value, cst.Integer):
                position = int(index.value.value)
                return items[position] if position < len(items) else UNKNOWN
        return UNKNOWN
