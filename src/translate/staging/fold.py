"""Decides what is known before anything runs: images are channels last, and no tensor is given to start from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import libcst as cst

from translate.staging.table import Table
from translate.staging.trees import Keeping, bound_names, dotted, read_names, replace_names, statements, within

_LITERALS = (cst.Integer, cst.UnaryOperation, cst.SimpleString)


def fold(function: cst.FunctionDef, table: Table) -> cst.FunctionDef:
    """The same function, or one in which decided conditions are gone."""
    return _Folding(table, _given_tensors(function, table)).function(function)


def fold_formats(function: cst.FunctionDef, table: Table) -> cst.FunctionDef:
    """The same function, where nothing but what the framework says of the data format decides."""
    return _Folding(table, frozenset(), asked=True).function(function)


def _given_tensors(function: cst.FunctionDef, table: Table) -> frozenset[str]:
    """Optional parameters that may hold the tensor to start from, instead of a new ``Input``."""
    optional = {p.name.value for p in function.params.params if p.default is not None}
    found: set[str] = set()
    for node in within(function.body):
        if not isinstance(node, cst.Call):
            continue
        name = (dotted(node.func) or "").rpartition(".")[2]
        for argument in node.args:
            keyword = argument.keyword.value if argument.keyword else ""
            if (name == "Input" and keyword == "tensor") or name in table.sources:
                found.update(n.value for n in read_names(argument.value))
    return frozenset(found & optional)


def given_tensors(function: cst.FunctionDef, table: Table) -> frozenset[str]:
    return _given_tensors(function, table)


class _Folding:
    def __init__(self, table: Table, absent: frozenset[str], *, asked: bool = False) -> None:
        self.table, self.absent, self.asked = table, absent, asked
        """``asked``: the framework is, in a call; a parameter that says the format may say anything."""
        self.decided: set[cst.CSTNode] = set()
        """Values that were chosen here."""

    def function(self, node: cst.FunctionDef) -> cst.FunctionDef:
        body = self._suite(node.body)
        if body is node.body:
            return node
        changed = node.with_changes(body=body)
        constants = self._constants(changed)
        if not constants:
            return changed
        kept = [s for s in statements(changed.body) if not self._assigns(s, constants)]
        body = changed.body.with_changes(body=kept)
        return changed.with_changes(body=replace_names(body, constants))

    def _constants(self, node: cst.FunctionDef) -> dict[str, cst.BaseExpression]:
        """Names that hold one literal because of what was decided."""
        bound = Counter(bound_names(node.body))
        inner = {
            name
            for part in within(node.body, enter=True)
            if isinstance(part, cst.FunctionDef)
            for name in (*bound_names(part.body), *(p.name.value for p in part.params.params))
        }
        inner |= {n.name.value for part in within(node.body) if isinstance(part, cst.Global) for n in part.names}
        found: dict[str, cst.BaseExpression] = {}
        for statement in statements(node.body):
            target = _single(statement)
            if target is None:
                continue
            name, value = target
            if value in self.decided and isinstance(value, _LITERALS) and bound[name] == 1 and name not in inner:
                found[name] = value
        return found

    def _assigns(self, statement: cst.CSTNode, constants: dict[str, cst.BaseExpression]) -> bool:
        target = _single(statement)
        return target is not None and constants.get(target[0]) is target[1]

    def _suite(self, body: Any) -> Any:
        if not isinstance(body, cst.IndentedBlock):
            return body
        found = self._statements(body.body)
        if len(found) == len(body.body) and all(a is b for a, b in zip(found, body.body, strict=True)):
            return body
        return body.with_changes(body=found or [cst.SimpleStatementLine([cst.Pass()])])

    def _statements(self, body: Sequence[Any]) -> list[Any]:
        found: list[Any] = []
        for statement in body:
            if isinstance(statement, cst.If):
                found.extend(self._if(statement))
            elif isinstance(statement, cst.SimpleStatementLine):
                found.append(self._line(statement))
            elif isinstance(statement, cst.FunctionDef):
                found.append(
                    statement.with_changes(body=s)
                    if (s := self._suite(statement.body)) is not statement.body
                    else statement
                )
            elif isinstance(statement, (cst.For, cst.While, cst.With)):
                inner = self._suite(statement.body)
                found.append(statement if inner is statement.body else statement.with_changes(body=inner))
            elif isinstance(statement, cst.Try):
                found.append(statement)
            else:
                found.append(statement)
        return found

    def _line(self, statement: cst.SimpleStatementLine) -> cst.SimpleStatementLine:
        changed = [self._small(s) for s in statement.body]
        if all(a is b for a, b in zip(changed, statement.body, strict=True)):
            return statement
        return statement.with_changes(body=changed)

    def _small(self, statement: Any) -> Any:
        if not any(isinstance(n, (cst.Comparison, cst.IfExp)) for n in within(statement)):
            return statement
        changed = statement.visit(_Expressions(self))
        if isinstance(changed, cst.Assign) and changed.value is not statement.value:
            self.decided.add(changed.value)
        return statement if changed.deep_equals(statement) else changed

    def _if(self, node: cst.If) -> list[Any]:
        test, truth = self.condition(node.test)
        if truth is None:
            return [self._undecided(node, test)]
        live = node.body if truth else node.orelse
        if isinstance(live, cst.If):
            return self._if(live.with_changes(leading_lines=node.leading_lines))
        if live is None:
            return []
        body: Any = live.body if isinstance(live, cst.Else) else live
        found = self._statements(statements(body))
        for statement in found:
            if isinstance(statement, cst.SimpleStatementLine):
                self.decided.update(s.value for s in statement.body if isinstance(s, cst.Assign))
        if found and hasattr(found[0], "leading_lines"):
            found[0] = found[0].with_changes(leading_lines=[*node.leading_lines, *found[0].leading_lines])
        return found

    def _undecided(self, node: cst.If, test: cst.BaseExpression) -> cst.If:
        body = self._suite(node.body)
        orelse: Any = node.orelse
        if isinstance(orelse, cst.Else):
            inner = self._suite(orelse.body)
            orelse = orelse if inner is orelse.body else orelse.with_changes(body=inner)
        elif isinstance(orelse, cst.If):
            orelse = self._elif(orelse)
        if test is node.test and body is node.body and orelse is node.orelse:
            return node
        return node.with_changes(test=test, body=body, orelse=orelse)

    def _elif(self, node: cst.If) -> cst.If | cst.Else | None:
        """What stands for an ``elif``: itself, an ``else`` if it is always taken, nothing or the next if never."""
        test, truth = self.condition(node.test)
        if truth is None:
            return self._undecided(node, test)
        if truth:
            return cst.Else(body=self._suite(node.body), leading_lines=node.leading_lines)
        if isinstance(node.orelse, cst.If):
            return self._elif(node.orelse)
        if isinstance(node.orelse, cst.Else):
            return node.orelse.with_changes(body=self._suite(node.orelse.body))
        return None

    def condition(self, test: cst.BaseExpression) -> tuple[cst.BaseExpression, bool | None]:
        """What is left of a condition, and whether it holds."""
        changed = test.visit(_Expressions(self))
        assert isinstance(changed, cst.BaseExpression)
        truth = _truth(changed)
        return (test if changed.deep_equals(test) else changed), truth

    def comparison(self, node: cst.Comparison) -> bool | None:
        if len(node.comparisons) != 1:
            return None
        operator, right = node.comparisons[0].operator, node.comparisons[0].comparator
        if isinstance(operator, (cst.Equal, cst.NotEqual)):
            return self._data_format(node.left, operator, right)
        if isinstance(operator, (cst.Is, cst.IsNot)) and isinstance(node.left, cst.Name):
            is_none = isinstance(right, cst.Name) and right.value == "None"
            if is_none and node.left.value in self.absent:
                return isinstance(operator, cst.Is)
        return None

    def _data_format(
        self, left: cst.BaseExpression, operator: cst.BaseCompOp, right: cst.BaseExpression
    ) -> bool | None:
        if isinstance(left, cst.SimpleString):
            left, right = right, left
        if not isinstance(right, cst.SimpleString):
            return None
        if self.asked and not (isinstance(left, cst.Call) and _is_format(left)):
            return None
        value = right.raw_value
        last = self.table.data_formats.get(value)
        if last is None or (not value.startswith("channels") and not _is_format(left)):
            return None
        return last == isinstance(operator, cst.Equal)


def _is_format(node: cst.BaseExpression) -> bool:
    name = dotted(node.func) if isinstance(node, cst.Call) else dotted(node)
    return (name or "").rpartition(".")[2] in ("image_dim_ordering", "dim_ordering", "image_data_format", "data_format")


def _single(statement: cst.CSTNode) -> tuple[str, cst.BaseExpression] | None:
    """``name = value`` on a line of its own."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    small = statement.body[0]
    if isinstance(small, cst.Assign) and len(small.targets) == 1 and isinstance(small.targets[0].target, cst.Name):
        return small.targets[0].target.value, small.value
    return None


def _truth(node: cst.BaseExpression) -> bool | None:
    return {"True": True, "False": False}.get(node.value) if isinstance(node, cst.Name) else None


class _Expressions(Keeping):
    """Decided comparisons become True and False, and what is made of them is simplified."""

    def __init__(self, folding: _Folding) -> None:
        super().__init__()
        self.folding = folding

    def leave_Comparison(self, original_node: cst.Comparison, updated_node: cst.Comparison) -> cst.BaseExpression:
        truth = self.folding.comparison(original_node)
        return updated_node if truth is None else cst.Name(str(truth))

    def leave_UnaryOperation(self, original_node: Any, updated_node: cst.UnaryOperation) -> cst.BaseExpression:
        truth = _truth(updated_node.expression) if isinstance(updated_node.operator, cst.Not) else None
        return updated_node if truth is None else cst.Name(str(not truth))

    def leave_BooleanOperation(self, original_node: Any, updated_node: cst.BooleanOperation) -> cst.BaseExpression:
        if original_node.deep_equals(updated_node):
            return updated_node
        left, right = _truth(updated_node.left), _truth(updated_node.right)
        deciding = isinstance(updated_node.operator, cst.Or)
        if left is deciding or right is deciding:
            return cst.Name(str(deciding))
        if left is not None:
            return updated_node.right
        return updated_node.left if right is not None else updated_node

    def leave_IfExp(self, original_node: Any, updated_node: cst.IfExp) -> cst.BaseExpression:
        truth = _truth(updated_node.test)
        if truth is None or original_node.test is updated_node.test:
            return updated_node
        return updated_node.body if truth else updated_node.orelse
