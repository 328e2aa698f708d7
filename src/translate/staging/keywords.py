"""``settings = {"padding": "same"}`` and ``Conv2D(8, 3, **settings)``: keywords written where they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import libcst as cst

from translate.staging.settings import times_bound
from translate.staging.trees import Keeping, read_names, statements

_TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))


def inline_keywords(module: cst.Module) -> cst.Module:
    """The file with what dictionaries hold where they are passed on with ``**``, if nothing else is done to them."""
    return _scope(module).visit(_Functions()) if "**" in module.code else module


class _Functions(Keeping):
    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> Any:
        return _scope(updated_node)


def _scope(node: Any) -> Any:
    body = node.body if isinstance(node, cst.Module) else statements(node.body)
    for statement in body:
        name, given = _assigned(statement)
        used = {n.value for v in given.values() for n in read_names(v)}
        if not given or times_bound(node, name) != 1 or any(times_bound(node, n) > 1 for n in used):
            continue
        rest = [s for s in body if s is not statement]
        uses = [passed for s in rest for passed in _passed(s, name)]
        if not uses or not all(uses):
            continue
        written = (s if s is statement else s.visit(_Written(name, given)) for s in body)
        # one at the top of the file stays: another file may import it
        kept: list[Any] = [s for s in written if s is not statement or isinstance(node, cst.Module)]
        inner = node if isinstance(node, cst.Module) else node.body
        changed = inner.with_changes(body=kept)
        return _scope(changed if inner is node else node.with_changes(body=changed))
    return node


def _assigned(statement: Any) -> tuple[str, dict[str, cst.BaseExpression]]:
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    if not isinstance(small, cst.Assign) or len(small.targets) > 1 or not isinstance(small.value, cst.Dict):
        return "", {}
    target, elements = small.targets[0].target, small.value.elements
    given = {
        str(e.key.evaluated_value): e.value
        for e in elements
        if isinstance(e, cst.DictElement) and isinstance(e.key, cst.SimpleString)
    }
    whole = len(given) == len(elements) and all(k.isidentifier() for k in given)
    return (target.value, given) if isinstance(target, cst.Name) and whole else ("", {})


def _passed(node: cst.CSTNode, name: str) -> Iterator[bool]:
    """For each place that names the variable, whether it passes it on with two stars."""
    for child in node.children:
        if isinstance(child, cst.Name) and child.value == name:
            attribute = isinstance(node, cst.Attribute) and node.attr is child
            keyword = isinstance(node, cst.Arg) and node.keyword is child
            yield attribute or keyword or (isinstance(node, cst.Arg) and node.star == "**")
        else:
            yield from _passed(child, name)


class _Written(Keeping):
    def __init__(self, name: str, given: Mapping[str, cst.BaseExpression]) -> None:
        super().__init__()
        self.name, self.given = name, given

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        arguments: list[cst.Arg] = []
        for argument in updated_node.args:
            if argument.star == "**" and isinstance(argument.value, cst.Name) and argument.value.value == self.name:
                arguments += [cst.Arg(v.deep_clone(), cst.Name(k), _TIGHT) for k, v in self.given.items()]
            else:
                arguments.append(argument)
        if len(arguments) == len(updated_node.args) and all(map(_is, arguments, updated_node.args)):
            return updated_node
        return updated_node.with_changes(args=[a.with_changes(comma=cst.MaybeSentinel.DEFAULT) for a in arguments])


def _is(one: cst.Arg, other: cst.Arg) -> bool:
    return one is other
