"""Expressions, rewritten by what inference found out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

import libcst as cst

from translate.infer.dotted import is_name
from translate.infer.dotted import names as names_in
from translate.infer.facts import Apply, Facts, Finding
from translate.infer.flows import keeps_channels_first
from translate.rewrite import (
    arguments,
    containers,
    instances,
    items,
    module_lists,
    unpacking,
)
from translate.rewrite.adapters import Adapters
from translate.rewrite.application import Application, spliced
from translate.rewrite.classes import Classes
from translate.rewrite.names import Names
from translate.rewrite.templates import bracketed, fill, is_operator
from translate.rules import RuleSet

_TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
_FULL = cst.SubscriptElement(cst.Slice(lower=None, upper=None))
_FREE = (
    cst.Arg,
    cst.Assign,
    cst.AnnAssign,
    cst.AugAssign,
    cst.Return,
    cst.Expr,
    cst.Element,
    cst.Index,
    cst.DictElement,
    cst.If,
    cst.While,
    cst.NamedExpr,
    cst.Yield,
    cst.Assert,
    cst.Annotation,
    cst.Param,
    cst.FormattedStringExpression,
)
"""What an operator may stand in without brackets."""


class Expressions(cst.CSTTransformer):
    """Facts are looked up by the nodes of the tree that was read."""

    handlers: ClassVar[Mapping[type[cst.CSTNode], Callable[[Any, Any, Any], Any]]] = {}
    """What is done with a node when all within it is done: given self, the node that was read, and what it is now."""

    def __init__(self, facts: Facts, rules: RuleSet, names: Names, channels_first: bool) -> None:
        super().__init__()
        self.facts, self.rules, self.names = facts, rules, names
        self.channels_first = channels_first
        self.translated: dict[str, int] = {}
        self.stack: list[cst.CSTNode] = []
        self.adapters = Adapters(names, rules.helper_names(), self.unbroken)
        self.classes = Classes(facts, rules, names)
        self.origins: dict[int, tuple[cst.CSTNode, cst.CSTNode]] = {}
        """Names as they are now, by identity, and the nodes of the source that they come from."""
        self.tensors: dict[str, Any] = next(r.data for r in rules.find(rules.dialect.tensor) if "set_items" in r.data)
        self.sets_anew = items.makes_anew(self.tensors["set_items"])
        self.plain: dict[cst.CSTNode, Apply] = {}
        """Calls of which the statement takes apart what they give."""
        self.marks: dict[cst.CSTNode, list[Finding]] = {}

    def mark(self, known: Callable[[Finding], bool]) -> None:
        """Statements with something that was left get a comment, unless it is ``known`` to the user."""
        for found in self.facts.found:
            if found.code.startswith("T") and found.statement is not None and not known(found):
                self.marks.setdefault(found.statement, []).append(found)

    def on_visit(self, node: cst.CSTNode) -> bool:
        self.stack.append(node)
        if isinstance(node, (cst.BaseStatement, cst.SimpleStatementLine)):
            return node in self.facts.touched and node not in self.facts.dropped
        return not isinstance(node, (cst.BaseParenthesizableWhitespace, cst.TrailingWhitespace, cst.EmptyLine))

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        self.stack.pop()
        node = updated_node
        handler = self.handlers.get(type(cast(cst.CSTNode, original_node)))
        if handler is not None:
            node = handler(self, original_node, updated_node)
            if isinstance(node, cst.Name):
                self.origins[id(node)] = (node, original_node)
        if original_node in self.facts.listed:
            node = module_lists.listed(self.names, self.rules.dialect.module_list, node)
        if original_node in self.facts.keyed:
            node = module_lists.listed(self.names, self.rules.dialect.module_dict, node)
        if original_node in self.facts.channelwise:
            ones = ", 1" * self.facts.channelwise[original_node]
            node = self._around(node, self.rules.dialect.channelwise.replace("{ones}", ones))
        if original_node in self.facts.elements:
            node = self._around(node, self.tensors["cast"].replace("{elements}", self.facts.elements[original_node]))
        if original_node in self.facts.casts:
            axes = self.facts.casts[original_node]
            node = self._around(node, self._transposed(axes))
        if original_node in self.facts.permutes:
            axes = self.facts.permutes[original_node]
            node = spliced(self._around(node, self.rules.dialect.permute_first.replace("{axes}", str(axes))))
        if original_node in self.facts.casts_each:
            axes = self.facts.casts_each[original_node]
            text = self._transposed(axes).replace("{x}", "tensor")
            node = self._around(node, f"[{text} for tensor in {{x}}]")
        return node

    def _transposed(self, axes: tuple[int, ...]) -> str:
        return self.rules.dialect.transpose.replace("{axes}", str(axes))

    def _around(self, node: cst.BaseExpression, template: str) -> cst.BaseExpression:
        return fill(template, self.names.shorten, lambda _name, _scalar, _item: node)

    def placed(self, node: cst.BaseExpression) -> cst.BaseExpression:
        """Brackets around an operator that has come to stand within another expression."""
        parent = self.stack[-1] if self.stack else None
        return node if parent is None or isinstance(parent, _FREE) or not is_operator(node) else bracketed(node)

    def count(self, apply: Apply) -> None:
        name = apply.signature.name
        self.translated[name] = self.translated.get(name, 0) + 1

    # expressions

    def applied(self, original: cst.CSTNode, updated: cst.BaseExpression) -> cst.BaseExpression:
        apply = self.facts.apply[original]
        self.count(apply)
        if apply.adapter:
            node = self.adapters.reference(apply, self._in_isinstance())
            if self._is_class_attribute() and isinstance(node, cst.Name):  # or it would become a method
                return cst.Call(cst.Name("staticmethod"), [cst.Arg(node)])
            return node
        application = self.application(apply, updated)
        application.breakable = isinstance(self.stack[-1], (cst.Assign, cst.Return)) if self.stack else True
        if "plain" in application.extra and self.taken_apart(apply) is not None:
            self.plain[original] = apply
            return application.placeholder("plain", "", None)
        return self.placed(application.write())

    def unbroken(self, apply: Apply, node: cst.BaseExpression) -> Application:
        application = self.application(apply, node)
        application.breakable = False
        return application

    def _is_class_attribute(self) -> bool:
        scopes = [n for n in self.stack if isinstance(n, (cst.ClassDef, cst.FunctionDef, cst.Assign))]
        return len(scopes) > 1 and isinstance(scopes[-1], cst.Assign) and isinstance(scopes[-2], cst.ClassDef)

    def application(self, apply: Apply, node: cst.BaseExpression) -> Application:
        first = self.channels_first and keeps_channels_first(self.rules, apply.rule)
        return Application(self.names, apply, node, first, self.rules.dialect, frozenset(self.rules.with_data_format))

    def _in_isinstance(self) -> bool:
        calls = [n for n in self.stack[-3:] if isinstance(n, cst.Call)]
        return (
            bool(calls)
            and isinstance(calls[-1].func, cst.Name)
            and calls[-1].func.value in ("isinstance", "issubclass")
        )

    def call(self, original: cst.Call, updated: cst.Call) -> cst.BaseExpression:
        facts = self.facts
        if original in facts.kept:
            return updated
        if original in facts.apply:
            if facts.apply[original].rule.data.get("role") in ("buffer", "parameter", "assertion"):
                return updated  # becomes a statement, see expression()
            return self.applied(original, updated)
        if original in facts.left_out:
            gone = facts.left_out[original]
            updated = updated.with_changes(args=arguments.without(updated.args, gone))
        if original in facts.containers:
            target = self.rules.dialect.sequential
            if target:
                if facts.containers[original].startswith("init "):
                    return module_lists.base(updated)
                whole = original in facts.counted
                return module_lists.sequential(self.names, target, original, updated, facts.inputs, whole)
            return containers.make(self.names, facts.containers[original], original, updated)
        if facts.methods.get(original) == "itself" and isinstance(updated.func, cst.Attribute):
            return updated.func.value
        if original in facts.methods:
            is_method = facts.methods[original] != "bare" and isinstance(updated.func, cst.Attribute)
            if self.rules.dialect.sequential and is_method:
                return updated.with_changes(func=updated.func.with_changes(attr=cst.Name("append")))
            return containers.method(facts.methods[original], updated)
        if original in facts.by_name:
            updated = updated.with_changes(args=arguments.by_name(updated.args, *facts.by_name[original]))
        if original in facts.told:
            updated = updated.with_changes(args=[arguments.first(facts.told[original], updated.args), *updated.args])
        tested = self._tested(original)
        if tested:
            return instances.test(updated, tested)
        if original in facts.training_calls:
            keyword = cst.Arg(cst.Name("training"), cst.Name("training"), _TIGHT)
            return updated.with_changes(args=arguments.append(updated.args, keyword))
        return updated

    def _tested(self, call: cst.Call) -> dict[int, str]:
        """In ``isinstance(x, (list, torch.Tensor))``: which of the classes the target asks for by a function."""
        found: dict[int, str] = {}
        if is_name(call.func, "isinstance") and len(call.args) == 2:
            for index, kind in enumerate(instances.kinds(call)):
                apply = self.facts.apply.get(kind)
                if apply is not None and "instance" in apply.rule.data:
                    found[index] = self.names.shorten(apply.rule.data["instance"])
        return found

    def attribute(self, original: cst.Attribute, updated: cst.Attribute) -> cst.BaseExpression:
        facts = self.facts
        if original in facts.kept:
            return updated
        if original in facts.replaced:
            return cst.parse_expression(facts.replaced[original])
        if original in facts.apply:
            return self.referred(original, updated)
        found = facts.methods.get(original, "")
        if found.startswith("child"):
            return containers.child(found, updated)
        if found.startswith("pair "):
            if isinstance(updated.value, cst.Tuple):
                return updated.value.elements[int(found.removeprefix("pair "))].value
            index = cst.SubscriptElement(cst.Index(cst.Integer(found.removeprefix("pair "))))
            return cst.Subscript(updated.value, [index])
        if found.startswith("attribute "):
            return updated.with_changes(attr=cst.Name(found.removeprefix("attribute ")))
        if found == "itself":
            return updated.value
        if found == "layers":
            return cst.Attribute(self.classes.attribute(updated), cst.Name("layers"))
        return self.classes.attribute(updated)

    def name(self, original: cst.Name, updated: cst.Name) -> cst.BaseExpression:
        if updated.value in self.rules.dialect.call_without and self._is_read(original):
            return cst.parse_expression(f"self.{updated.value}")
        if original in self.facts.apply and original not in self.facts.kept:
            return self.referred(original, updated)
        if updated.value in self.classes.classes and not isinstance(self.stack[-1], (cst.Attribute, cst.ClassDef)):
            return cst.Name(self.classes.classes[updated.value])
        if self.facts.methods.get(original) == "layers":
            return cst.Attribute(updated, cst.Name("layers"))
        return updated

    def referred(self, original: cst.CSTNode, updated: cst.BaseExpression) -> cst.BaseExpression:
        """A name of the framework that is not called."""
        apply = self.facts.apply[original]
        if apply.rule.data.get("role") == "module" and len(self.stack) > 1 and isinstance(self.stack[-2], cst.ClassDef):
            self.count(apply)
            return updated  # a base class: layer or model, see Classes
        plain = apply.signature.callable and not apply.adapter and apply.rule.target is not None
        if plain or apply.rule.data.get("role") in ("module", "sequential", "tensor", "module_list", "module_dict"):
            self.count(apply)
            target = apply.rule.write or (apply.rule.target.name if apply.rule.target else "")
            return cst.parse_expression(self.names.shorten(target))
        return self.applied(original, updated)

    def subscript(self, original: cst.Subscript, updated: cst.Subscript) -> cst.BaseExpression:
        facts = self.facts
        if original in facts.kept:
            return updated
        updated = _of_list(original, updated)
        picked = _picked(original, updated)
        if picked is not None:
            return picked
        if facts.methods.get(original) == "itself":
            return updated.value
        if original in facts.methods:
            return containers.item(self.names, facts.methods[original], updated)
        if original in facts.items_taken:
            return items.taken(self.names, self.tensors, updated, *facts.items_taken[original])
        if original in facts.items_at:
            return items.taken_at(self.names, self.tensors["take_at"], updated, *facts.items_at[original])
        order = facts.items.get(original)
        if order is None:
            return updated
        parts = [_FULL if place is None else updated.slice[place] for place in order.order]
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        spaced = [p.with_changes(comma=comma) for p in parts[:-1]]
        return updated.with_changes(slice=[*spaced, parts[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)])

    def _is_read(self, name: cst.Name) -> bool:
        """A parameter of ``call`` that the target has as an attribute, where it is read in a module."""
        parent = self.stack[-1]
        function = next((n for n in reversed(self.stack) if isinstance(n, cst.FunctionDef)), None)
        if function is None or function.name.value != self.rules.dialect.forward or isinstance(parent, cst.Param):
            return False
        return not (isinstance(parent, cst.Arg) and parent.keyword is name) and not isinstance(parent, cst.Attribute)

    def replaced(self, original: cst.CSTNode, updated: Any) -> Any:
        text = self.facts.replaced.get(original)
        if text is None:
            return updated
        if isinstance(updated, cst.Slice):
            lower, _, upper = text.partition(":")
            bounds = [cst.parse_expression(bound) if bound else None for bound in (lower, upper)]
            return cst.Slice(lower=bounds[0], upper=bounds[1])
        return cst.parse_expression(text)

    def taken_apart(self, apply: Apply, line: cst.CSTNode | None = None) -> list[cst.BaseStatement] | None:
        """``x, _ = self.lstm(x)`` and what else it takes to assign the result of a call that gives several tensors.
        ``line``: the statement, with that call; without it the one is meant in which the call stands."""
        around = line or (self.stack[-2] if len(self.stack) > 1 else None)
        if not isinstance(around, cst.SimpleStatementLine) or (
            line is None and not isinstance(self.stack[-1], cst.Assign)
        ):
            return None
        function = next((n for n in reversed(self.stack) if isinstance(n, cst.FunctionDef)), None)
        taken = names_in(function) if function is not None else self.facts.names
        filled = dict(apply.extra).get("assigned")
        templates = apply.case.assigned if apply.case is not None else ()
        templates = templates if filled is None else tuple(filled.split("\n"))
        shorten = self.names.shorten if line is not None else str
        return unpacking.statements([shorten(text) for text in templates], around, taken)

    def unpacked(self, original: cst.Tuple, updated: cst.Tuple) -> cst.Tuple:
        order = self.facts.unpacked.get(original)
        if order is None:
            return updated
        commas = [e.comma for e in updated.elements]
        elements = [updated.elements[i].with_changes(comma=commas[k]) for k, i in enumerate(order)]
        return updated.with_changes(elements=elements)


def _of_list(original: cst.Subscript, updated: cst.Subscript) -> cst.Subscript:
    """``x.shape.as_list()[1]``: what is not a list any more needs not become one to be indexed."""
    inner = listed_layers(original.value, updated.value)
    plain = len(updated.slice) == 1 and isinstance(updated.slice[0].slice, cst.Index)
    return updated if inner is None or not plain else updated.with_changes(value=inner)


def listed_layers(original: cst.BaseExpression, updated: cst.BaseExpression) -> cst.BaseExpression | None:
    """What stands in a ``list(...)`` that a rule wrote."""
    if not isinstance(updated, cst.Call) or not is_name(updated.func, "list") or len(updated.args) != 1:
        return None
    was_list = isinstance(original, cst.Call) and is_name(original.func, "list")
    return None if was_list else updated.args[0].value


def _picked(original: cst.Subscript, updated: cst.Subscript) -> cst.BaseExpression | None:
    """``torch.max(x, 1)[0]``: of a pair that a rule wrote out, the one that is taken."""
    index = updated.slice[0].slice if len(updated.slice) == 1 else None
    if not isinstance(original.value, cst.Call) or not isinstance(updated.value, cst.Tuple):
        return None
    if not isinstance(index, cst.Index) or not isinstance(index.value, cst.Integer):
        return None
    return updated.value.elements[index.value.evaluated_value].value
