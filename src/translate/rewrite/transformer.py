"""The pass that rewrites the tree by what inference found out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from translate.infer.facts import Apply
from translate.rewrite import (
    arguments,
    branches,
    containers,
    initial_values,
    items,
    parameters,
)
from translate.rewrite.application import Application
from translate.rewrite.expressions import Expressions, listed_layers
from translate.rewrite.marks import commented, marked
from translate.rewrite.promotion import promoted
from translate.rewrite.templates import bracketed, fill


class Transformer(Expressions):
    """The pass over a whole file."""

    def line(self, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine) -> Any:
        if original in self.facts.dropped or self._only_inlined(original):
            return cst.RemoveFromParent()
        found = self.marks.get(original)
        node = updated
        if _same_name(node):
            return cst.RemoveFromParent()
        node = commented(node, found) if found else node
        value: cst.CSTNode = getattr(original.body[0], "value", original)
        if value in self.plain:
            return cst.FlattenSentinel(self.taken_apart(self.plain[value], node) or [node])
        first = original.body[0]
        kept = self.facts.initial_values.get(first.value, ()) if isinstance(first, cst.Assign) else ()
        if kept and isinstance(first, cst.Assign):
            target = self.facts.apply[first.value].rule.target
            chain = self.rules.dialect.sequential
            more = initial_values.statements(self.names, node, target.name if target else "", chain, kept)
            return cst.FlattenSentinel([node, *more])
        if original in self.facts.added:
            owner, name = self.facts.added[original]
            name = self.classes.renamed.get(name, name)
            return cst.FlattenSentinel([node, cst.parse_statement(f"{owner}.add({owner}.{name})")])
        return node

    def _only_inlined(self, line: cst.SimpleStatementLine) -> bool:
        """``self.add = Add()``, of a layer that is written where it is called."""
        first = line.body[0]
        return len(line.body) == 1 and isinstance(first, cst.Assign) and first.value in self.facts.inlined

    def expression(self, original: cst.Expr, updated: cst.Expr) -> Any:
        """``x.add_(1)`` as a statement assigns; so does a module's own registration of a buffer."""
        value = original.value
        if value in self.facts.kept:
            return updated
        if value in self.facts.assigned:
            target: Any = self.facts.assigned[value]
            return cst.Assign([cst.AssignTarget(target)], updated.value)
        if not isinstance(value, cst.Call):
            return updated
        apply = self.facts.apply.get(value)
        if apply is not None and apply.rule.data.get("role") in ("buffer", "parameter"):
            self.count(apply)
            return self.weight(apply, _assignment(self.application(apply, updated.value)))
        if apply is not None and apply.rule.data.get("role") == "assertion" and isinstance(updated.value, cst.Call):
            self.count(apply)
            test, message = (arguments.in_one_piece(argument.value) for argument in updated.value.args)
            return cst.Assert(test, message)
        kind = self.facts.methods.get(value, "")
        named = containers.attribute_set(updated.value, self.classes.renamed) if kind == "setattr" else None
        if named is not None:
            return named
        if kind == "set item":
            return containers.set_item(updated.value)
        if kind.startswith("none "):
            attribute = cst.Attribute(cst.Name("self"), cst.Name(kind.removeprefix("none ")))
            return cst.Assign([cst.AssignTarget(attribute)], cst.Name("None"))
        return updated

    def assignment(self, original: cst.Assign, updated: cst.Assign) -> cst.Assign:
        inner = listed_layers(original.value, updated.value)
        if inner is not None and isinstance(updated.targets[0].target, cst.Tuple):
            updated = updated.with_changes(value=inner)
        if len(original.targets) == 1 and original.targets[0].target in self.facts.items_set and self.sets_anew:
            target = updated.targets[0].target
            assert isinstance(target, cst.Subscript)
            return items.assigned(self.names, self.tensors["set_items"], target, updated.value)
        apply = self.facts.apply.get(original.value)
        return updated if apply is None or original.value in self.facts.casts else self.weight(apply, updated)

    def weight(self, apply: Apply, node: cst.Assign) -> cst.Assign:
        """``self.scale = ...`` of a module as a weight with an initializer, where that is possible."""
        target = node.targets[0].target
        if "initializers" not in apply.rule.data or len(node.targets) != 1 or not isinstance(target, cst.Attribute):
            return node
        scopes = [n for n in self.stack if isinstance(n, cst.ClassDef)]
        if not isinstance(target.value, cst.Name) or not scopes or scopes[-1] not in self.facts.modules:
            return node
        call = parameters.weight(
            target.value, target.attr.value, node.value, apply.rule.data["initializers"], self.names
        )
        return node if call is None else node.with_changes(value=call)

    def augmented(self, original: cst.AugAssign, updated: cst.AugAssign) -> Any:
        """``x += y`` where x is transposed first is written out; so is ``x[0] += y``."""
        if original.target in self.facts.items_set and self.sets_anew and isinstance(updated.target, cst.Subscript):
            value = cst.BinaryOperation(updated.target, _OPERATORS[type(updated.operator)](), updated.value)
            return items.assigned(self.names, self.tensors["set_items"], updated.target, value)
        if original in self.facts.promoted:
            value = promoted(self.names, self.tensors["promote"][self.facts.promoted[original]], updated)
        elif original.target in self.facts.casts or original.target in self.facts.elements:
            operator = _OPERATORS[type(original.operator)]()
            value = cst.BinaryOperation(updated.target, operator, bracketed(updated.value))
        else:
            return updated
        return cst.Assign([cst.AssignTarget(original.target)], value)

    def operation(self, original: cst.CSTNode, updated: Any) -> cst.BaseExpression:
        """``x * mask`` of different types of elements: a function that promotes."""
        key = self.facts.promoted.get(original)
        return updated if key is None else promoted(self.names, self.tensors["promote"][key], updated)

    def block(self, original: cst.IndentedBlock, updated: cst.IndentedBlock) -> cst.IndentedBlock:
        node = updated
        turned = [self._turned(name, axes) for name, axes in self.facts.appended.get(original, ())]
        node = node.with_changes(body=[*node.body, *turned]) if turned else node
        if not node.body or (
            all(_is_docstring(s) for s in node.body) and not all(_is_docstring(s) for s in original.body)
        ):
            node = node.with_changes(body=[*node.body, cst.SimpleStatementLine([cst.Pass()])])
        return node

    def _turned(self, name: str, axes: tuple[int, ...]) -> Any:
        return cst.parse_statement(self.names.shorten(f"{name} = {self._transposed(axes).replace('{x}', name)}"))

    def loop(self, original: Any, updated: Any) -> Any:
        node = self.compound(original, updated)
        turned = [self._turned(name, axes) for name, axes in self.facts.turned.get(original, ())]
        return cst.FlattenSentinel([*turned, node]) if turned and not isinstance(node, cst.RemovalSentinel) else node

    def decorator(self, original: cst.Decorator, updated: cst.Decorator) -> Any:
        return cst.RemoveFromParent() if original in self.facts.decorations else updated

    def branch(self, original: cst.If, updated: cst.If) -> Any:
        """Of an ``if`` that always goes one way, that way is left."""
        in_chain = bool(self.stack) and isinstance(self.stack[-1], cst.If) and self.stack[-1].orelse is original
        if original not in self.facts.decided:
            updated = branches.without_empty_else(updated, original)
            emptied = branches.is_empty(updated) and not branches.is_empty(original)
            return cst.RemoveFromParent() if emptied else self.compound(original, updated)
        return branches.taken(updated, self.facts.decided[original], in_chain)

    def conditional(self, original: cst.IfExp, updated: cst.IfExp) -> cst.BaseExpression:
        if original not in self.facts.decided:
            return updated
        return updated.body if self.facts.decided[original] else updated.orelse

    def compound(self, original: Any, updated: Any) -> Any:
        if original in self.facts.dropped:
            return cst.RemoveFromParent()
        found = self.marks.get(original)
        return marked(updated, found) if found else updated

    def within(self, original: cst.With, updated: cst.With) -> Any:
        return branches.unwrapped(updated) if original in self.facts.decided else self.compound(original, updated)

    def function(self, original: cst.FunctionDef, updated: cst.FunctionDef) -> Any:
        if original in self.facts.initialisers:
            return cst.RemoveFromParent()
        return self.compound(original, self.classes.function(original, updated, self.stack))

    def definition(self, original: cst.ClassDef, updated: cst.ClassDef) -> Any:
        return self.compound(original, self.classes.definition(original, updated))


_OPERATORS: dict[type[cst.CSTNode], Callable[[], Any]] = {
    cst.AddAssign: cst.Add,
    cst.SubtractAssign: cst.Subtract,
    cst.MultiplyAssign: cst.Multiply,
    cst.DivideAssign: cst.Divide,
    cst.FloorDivideAssign: cst.FloorDivide,
    cst.ModuloAssign: cst.Modulo,
    cst.PowerAssign: cst.Power,
    cst.MatrixMultiplyAssign: cst.MatrixMultiply,
}


def _assignment(application: Application) -> cst.Assign:
    """``self.register_buffer("mask", x)``: the template of the rule is an assignment."""
    template = application.rule.write or ""
    value = template.partition(" = ")[2]
    attribute = application.extra["attribute"]
    left = cst.parse_expression(f"self.{attribute}")
    assert isinstance(left, cst.Attribute)
    left = left.with_changes(value=application.value("self"))
    right = fill(value.replace("{attribute}", attribute), application.names.shorten, application.placeholder)
    return cst.Assign([cst.AssignTarget(left)], right)


def _is_docstring(statement: cst.CSTNode) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    return isinstance(statement.body[0], cst.Expr) and isinstance(statement.body[0].value, cst.BaseString)


def _same_name(line: cst.SimpleStatementLine) -> bool:
    """``x = x``, which is what is left of ``x = x.contiguous()``."""
    node = line.body[0] if len(line.body) == 1 else None
    if not isinstance(node, cst.Assign) or len(node.targets) != 1:
        return False
    target = node.targets[0].target
    return isinstance(target, cst.Name) and isinstance(node.value, cst.Name) and target.value == node.value.value


Transformer.handlers = {
    cst.Call: Transformer.call,
    cst.Attribute: Transformer.attribute,
    cst.Name: lambda t, o, u: t.replaced(o, u) if o in t.facts.replaced else t.name(o, u),
    cst.Integer: Transformer.replaced,
    cst.UnaryOperation: Transformer.replaced,
    cst.BinaryOperation: Transformer.operation,
    cst.Comparison: Transformer.operation,
    cst.Slice: Transformer.replaced,
    cst.Subscript: Transformer.subscript,
    cst.Tuple: Transformer.unpacked,
    cst.SimpleStatementLine: Transformer.line,
    cst.Expr: Transformer.expression,
    cst.Assign: Transformer.assignment,
    cst.AugAssign: Transformer.augmented,
    cst.IndentedBlock: Transformer.block,
    cst.FunctionDef: Transformer.function,
    cst.ClassDef: Transformer.definition,
    cst.If: Transformer.branch,
    cst.IfExp: Transformer.conditional,
    cst.Decorator: Transformer.decorator,
    cst.For: Transformer.loop,
    cst.While: Transformer.loop,
    cst.With: Transformer.within,
    cst.Try: Transformer.compound,
    cst.Match: Transformer.compound,
}
