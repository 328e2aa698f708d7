"""Modules become layers and models: bases, ``forward``, ``training``, reserved names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from translate.infer.facts import Facts
from translate.infer.program import ClassInfo
from translate.rewrite.names import Names
from translate.rewrite.signatures import unused, without
from translate.rules import RuleSet


class Classes:
    def __init__(self, facts: Facts, rules: RuleSet, names: Names) -> None:
        self.facts, self.names, self.dialect = facts, names, rules.dialect
        self.data: dict[str, Any] = next((r.data for r in rules.find(rules.dialect.module)), dict[str, Any]())
        self.methods: dict[str, str] = self.data.get("methods", {})
        self.by_node = {info.node: info for info in facts.classes}
        self.classes = self._public()
        reserved = set(self.data.get("reserved", []))
        self.renamed: dict[str, str] = {}
        for info in facts.classes:
            if info.node in facts.modules:
                found = reserved if self.is_layer(info) else reserved | set(self.data.get("reserved_in_models", []))
                for name in (*info.attributes, *(m for m in info.methods if m not in self.methods)):
                    if name in found:
                        self.renamed[name] = f"{name}_"

    def _public(self) -> dict[str, str]:
        """Keras names layers after their class, and TensorFlow takes no names that begin with an underscore."""
        taken = {info.name for info in self.facts.classes} | self.facts.names
        found: dict[str, str] = {}
        for info in self.facts.classes:
            if info.node in self.facts.modules and info.name.startswith("_"):
                new = info.name.strip("_")
                found[info.name] = new if new not in taken else f"{new}_"
        return found

    def is_layer(self, info: ClassInfo) -> bool:
        """Made by another module, or related to one that is."""
        family = {*info.lineage(), *info.subclasses}
        return any(member.inside for member in family)

    def attribute(self, node: cst.Attribute) -> cst.Attribute:
        """``self.name`` where Keras keeps ``name`` for itself, ``self.forward``."""
        name = node.attr.value
        new = self.methods.get(name) or (self.renamed.get(name) if _of_module(node) else None)
        return node if new is None else node.with_changes(attr=cst.Name(new))

    def definition(self, original: cst.ClassDef, updated: cst.ClassDef) -> cst.ClassDef:
        info = self.by_node.get(original)
        if info is None or original not in self.facts.modules:
            return updated
        bases: list[cst.Arg] = []
        for old, new in zip(original.bases, updated.bases, strict=True):
            apply = self.facts.apply.get(old.value)
            if apply is not None and apply.rule.data.get("role") == "module":
                target = self.data["layer"] if self.is_layer(info) else self.data["model"]
                new = new.with_changes(value=cst.parse_expression(self.names.shorten(target)))
            elif apply is not None and "layer" in apply.rule.data:  # a list of layers that computes, too
                new = new.with_changes(value=cst.parse_expression(self.names.shorten(apply.rule.data["layer"])))
            bases.append(new)
        name = cst.Name(self.classes.get(info.name, info.name))
        return updated.with_changes(bases=bases, name=name)

    def function(self, original: cst.FunctionDef, updated: cst.FunctionDef, stack: Sequence[cst.CSTNode]) -> Any:
        owner = next((n for n in reversed(stack) if isinstance(n, (cst.ClassDef, cst.FunctionDef))), None)
        node = updated
        info = self.by_node.get(owner) if isinstance(owner, cst.ClassDef) and owner in self.facts.modules else None
        needs = original in self.facts.training
        if info is not None:
            new = self.methods.get(node.name.value) or self.renamed.get(node.name.value)
            if new is not None:
                needs = needs or (node.name.value in self.methods and self._trains(info))
                node = node.with_changes(name=cst.Name(new))
            node = self._fewer(original.name.value, node)
        if needs and self.dialect.last:
            node = _with_training(node)
        return self._entries(original, node)

    def _fewer(self, name: str, node: cst.FunctionDef) -> cst.FunctionDef:
        """Without the parameters that the target does without."""
        if name == self.dialect.forward:
            return without(node, self.dialect.call_without)
        if name == "__init__" and self.dialect.constructor_without:
            return without(node, unused(node, self.dialect.constructor_without))
        return node

    def _trains(self, info: ClassInfo) -> bool:
        """``fit`` tells only a model whose ``call`` asks; below it, Keras passes it on."""
        if self.is_layer(info):
            return False
        return any(apply.rule.training for apply in self.facts.apply.values())

    def _transposed(self, name: str, rank: int) -> str:
        text = self.dialect.transpose.replace("{axes}", str(self.dialect.to_image(rank)))
        return text.replace("{x}", name)

    def _entries(self, original: cst.FunctionDef, node: cst.FunctionDef) -> cst.FunctionDef:
        found = self.facts.entries.get(original)
        if not found:
            return node
        lines = [
            cst.parse_statement(self.names.shorten(f"{name} = {self._transposed(name, rank)}")) for name, rank in found
        ]
        body = list(node.body.body)
        place = 1 if body and _is_docstring(body[0]) else 0
        return node.with_changes(body=node.body.with_changes(body=[*body[:place], *lines, *body[place:]]))


def _is_docstring(statement: cst.CSTNode) -> bool:
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and isinstance(statement.body[0], cst.Expr)
        and isinstance(statement.body[0].value, cst.BaseString)
    )


def _of_module(node: cst.Attribute) -> bool:
    return isinstance(node.value, cst.Name) and node.value.value in ("self", "model", "net")


def _with_training(node: cst.FunctionDef) -> cst.FunctionDef:
    params = node.params
    names = {p.name.value for p in (*params.params, *params.kwonly_params)}
    if "training" in names:
        return node
    tight = cst.SimpleWhitespace("")
    new = cst.Param(cst.Name("training"), default=cst.Name("None"), equal=cst.AssignEqual(tight, tight))
    if isinstance(params.star_arg, cst.Param):
        return node.with_changes(params=params.with_changes(kwonly_params=[*params.kwonly_params, new]))
    if params.kwonly_params:
        return node.with_changes(params=params.with_changes(kwonly_params=[*_spaced(params.kwonly_params), new]))
    return node.with_changes(params=params.with_changes(params=[*_spaced(params.params), new]))


def _spaced(params: Sequence[cst.Param]) -> list[cst.Param]:
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    found = list(params)
    if found and not isinstance(found[-1].comma, cst.Comma):
        found[-1] = found[-1].with_changes(comma=comma)
    return found
