"""``build`` of Keras layers becomes part of the constructor: what it reads of the input's shape is an argument.

``input_shape[-1]`` becomes ``in_channels``, the constructor's first argument. A ``build`` that reads anything else of
the shape stays, and is reported where it is read.
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from translate.infer.dotted import names
from translate.infer.facts import Finding
from translate.infer.program import Stated
from translate.staging.bookkeeping import without_bookkeeping

CHANNELS = "in_channels"


def merge_build(module: cst.Module) -> cst.Module:
    """The file with every ``build`` that allows it moved into its class's ``__init__``."""
    body = [_merged(s) if isinstance(s, cst.ClassDef) else s for s in module.body]
    return module if all(a is b for a, b in zip(body, module.body, strict=True)) else module.with_changes(body=body)


def kept_builds(module: cst.Module) -> tuple[Finding, ...]:
    """What to say of every ``build`` that could not move."""
    found: list[Finding] = []
    for node in module.body:
        methods = {m.name.value: m for m in getattr(node.body, "body", ()) if isinstance(m, cst.FunctionDef)}
        build = methods.get("build")
        if isinstance(node, cst.ClassDef) and node.bases and build is not None and "call" in methods:
            message = f"`build` of {node.name.value} needs more than how many channels its input has: it stays as it is"
            help = "PyTorch calls no such method: make the weights in the constructor, and give it the sizes"
            found.append(Finding(build, "T102", message, help, statement=build))
    return tuple(found)


def stated(module: cst.Module) -> Stated:
    """What classes say of their input: by ``build(self, input_shape=(None, 48, 48, 3))``, by a constructor."""
    channels: dict[str, str] = {}
    own: set[str] = set()
    for node in module.body:
        for method in node.body.body if isinstance(node, cst.ClassDef) else ():
            if not isinstance(method, cst.FunctionDef) or not isinstance(node, cst.ClassDef):
                continue
            if method.name.value == "build" and len(method.params.params) == 2:
                last = _channels(method.params.params[1].default)
                channels |= {} if last is None else {node.name.value: last.value}
            if method.name.value == "__init__" and any(p.name.value == CHANNELS for p in method.params.params):
                own.add(node.name.value)
    return Stated(channels, frozenset(own))


def _merged(node: cst.ClassDef) -> cst.ClassDef:
    methods = {s.name.value: s for s in node.body.body if isinstance(s, cst.FunctionDef)}
    build, constructor = methods.get("build"), methods.get("__init__")
    if build is None or not isinstance(build.body, cst.IndentedBlock) or len(build.params.params) != 2:
        return node
    shape = build.params.params[1]
    reader = _Shape(shape.name.value)
    statements = without_bookkeeping(build.body.body)
    moved: list[Any] = [s.visit(reader) if reader.name in names(s) else s for s in statements]
    if reader.other or any(_returns(s) for s in statements):
        return node
    if constructor is None and not moved:
        left = [s for s in node.body.body if s is not build]
        return node.with_changes(body=node.body.with_changes(body=left or [cst.SimpleStatementLine([cst.Pass()])]))
    if constructor is None:
        constructor = _empty_constructor()
    constructor = _extended(constructor, moved, reader.used, _channels(shape.default))
    rest: list[Any] = [constructor if s is methods.get("__init__") else s for s in node.body.body if s is not build]
    if "__init__" not in methods:
        place = next((i for i, s in enumerate(rest) if isinstance(s, cst.FunctionDef)), len(rest))
        rest.insert(place, constructor)
    return node.with_changes(body=node.body.with_changes(body=rest))


class _Shape(cst.CSTTransformer):
    """``input_shape[-1]`` as ``in_channels``; notes what else is read of the shape."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.used = self.other = False

    def leave_Subscript(self, original_node: cst.Subscript, updated_node: cst.Subscript) -> cst.BaseExpression:
        text = cst.Module([]).code_for_node(original_node).replace(" ", "")
        if text == f"{self.name}[-1]":
            self.used = True
            return cst.Name(CHANNELS)
        return updated_node

    def visit_Subscript(self, node: cst.Subscript) -> bool:
        return cst.Module([]).code_for_node(node).replace(" ", "") != f"{self.name}[-1]"

    def visit_Name(self, node: cst.Name) -> None:
        self.other = self.other or node.value == self.name


def _returns(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Return) or any(_returns(child) for child in node.children)


def _empty_constructor() -> cst.FunctionDef:
    node = cst.parse_statement("def __init__(self):\n    super().__init__()\n")
    assert isinstance(node, cst.FunctionDef)
    return node


def _channels(shape: cst.BaseExpression | None) -> cst.Integer | None:
    last = shape.elements[-1].value if isinstance(shape, (cst.Tuple, cst.List)) and shape.elements else None
    return last if isinstance(last, cst.Integer) else None


def _extended(
    node: cst.FunctionDef, statements: list[Any], channels: bool, default: cst.BaseExpression | None
) -> cst.FunctionDef:
    """The constructor with ``statements`` at its end, and with an argument for the channels."""
    body = node.body.with_changes(body=[*node.body.body, *statements])
    if not channels:
        return node.with_changes(body=body)
    params = list(node.params.params)
    space = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    after: Any = cst.MaybeSentinel.DEFAULT if len(params) == 1 and node.params.star_kwarg is None else space
    params[0] = params[0].with_changes(comma=space)
    if default is None:
        params.insert(1, cst.Param(cst.Name(CHANNELS), comma=after))
    else:
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        params.append(cst.Param(cst.Name(CHANNELS), default=default, equal=equal, comma=after))
    return node.with_changes(params=node.params.with_changes(params=params), body=body)
