"""Initializers, regularizers and constraints in variables: read as if they were written where they are used.

``init = keras.initializers.HeNormal()`` goes if all that is done with ``init`` is to hand it to layers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from translate.rules import RuleSet
from translate.staging.program import imported
from translate.staging.trees import Keeping, Replace, bound_names, dotted, statements, within

_SETTING = re.compile(r"(\w+_)?(initializer|regularizer|constraint)$")


def inline_settings(module: cst.Module, rules: RuleSet) -> cst.Module:
    """The file with such variables, and such defaults of parameters, written out or gone."""
    if not any(word in module.code for word in ("initializer", "regularizer", "constraint")):
        return module
    reader = _Settings(module, rules)
    return reader.scope(module).visit(_Functions(reader))


class _Functions(Keeping):
    def __init__(self, reader: _Settings) -> None:
        super().__init__()
        self.reader = reader

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        return self.reader.scope(self.reader.defaults(updated_node))


class _Settings:
    def __init__(self, module: cst.Module, rules: RuleSet) -> None:
        self.rules = rules
        self.imports: dict[str, str] = {}
        for node in within(module, enter=True):
            if isinstance(node, (cst.Import, cst.ImportFrom)):
                self.imports.update(imported(node))

    def is_setting(self, node: Any) -> bool:
        name = dotted(node.func) if isinstance(node, cst.Call) else None
        root, dot, rest = (name or "").partition(".")
        if root not in self.imports:
            return False
        return self.rules.public(self.imports[root] + dot + rest).rpartition(".")[0] in self.rules.dialect.settings

    def defaults(self, node: cst.FunctionDef) -> Any:
        """Defaults of parameters that only go on to layers, which are told to be left out there."""
        params = [
            p.with_changes(default=cst.Name("None"))
            if self.is_setting(p.default) and all(_handed_on(node.body, p.name.value, by_name=True))
            else p
            for p in node.params.params
        ]
        same = all(a is b for a, b in zip(params, node.params.params, strict=True))
        return node if same else node.with_changes(params=node.params.with_changes(params=params))

    def scope(self, node: Any) -> Any:
        """A file or a function."""
        body = node.body if isinstance(node, cst.Module) else statements(node.body)
        for statement in body:
            name, value = self._assigned(statement)
            if not name or times_bound(node, name) != 1:
                continue
            rest = [s for s in body if s is not statement]
            if not all(known for s in rest for known in _handed_on(s, name)):
                continue
            node = _without(node, statement, name, value)
            return self.scope(node)
        return node

    def _assigned(self, statement: Any) -> tuple[str, Any]:
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if not isinstance(small, cst.Assign) or len(statement.body) > 1 or len(small.targets) > 1:
            return "", None
        target = small.targets[0].target
        return (
            (target.value, small.value) if isinstance(target, cst.Name) and self.is_setting(small.value) else ("", None)
        )


def times_bound(node: cst.CSTNode, name: str) -> int:
    """How often anything in a scope, or in one within it, is given the name."""
    inner = [n for n in within(node, enter=True) if isinstance(n, (cst.FunctionDef, cst.Lambda)) and n is not node]
    parameters = [p for n in within(node, enter=True) if isinstance(n, cst.Param) for p in [n.name.value]]
    bodies = [node if isinstance(node, cst.Module) else getattr(node, "body", node), *(n.body for n in inner)]
    return parameters.count(name) + sum(list(bound_names(b)).count(name) for b in bodies)


def _handed_on(node: cst.CSTNode, name: str, by_name: bool = False) -> Iterator[bool]:
    """For each time that a name is read, whether it is an argument or a default that says what it is."""
    for child in node.children:
        if isinstance(child, cst.Name) and child.value == name:
            keyword = isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value
            if isinstance(node, cst.Arg) and node.keyword is child and node.value is not child:
                continue
            if isinstance(node, cst.Param) and node.name is child:
                continue
            if isinstance(node, cst.Attribute) and node.attr is child:
                continue
            default = isinstance(node, cst.Param) and not by_name and bool(_SETTING.match(node.name.value))
            yield default or (bool(keyword) and bool(_SETTING.match(str(keyword))))
        else:
            yield from _handed_on(child, name, by_name)


def _without(node: Any, statement: Any, name: str, value: cst.BaseExpression) -> Any:
    def change(part: cst.CSTNode) -> cst.CSTNode | None:
        if isinstance(part, cst.Arg) and isinstance(part.value, cst.Name) and part.value.value == name:
            return part.with_changes(value=value.deep_clone())
        if isinstance(part, cst.Param) and isinstance(part.default, cst.Name) and part.default.value == name:
            return part.with_changes(default=value.deep_clone())
        return None

    def kept(body: Any) -> list[Any]:
        return [s.visit(Replace(change)) for s in body if s is not statement]

    if isinstance(node, cst.Module):
        return node.with_changes(body=kept(node.body))
    return node.with_changes(body=node.body.with_changes(body=kept(node.body.body)))
