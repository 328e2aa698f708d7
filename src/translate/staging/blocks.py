"""Statements that are being written: where something may have to be put in later there is a slot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import libcst as cst


@dataclass(eq=False)
class Slot:
    """Statements that are found to be needed only later."""

    lines: list[Any] = field(default_factory=list[Any])


@dataclass(eq=False)
class Later:
    """A statement that is decided when everything is known."""

    write: Callable[[], list[Any]]


@dataclass(eq=False)
class Branch:
    node: cst.If
    test: cst.BaseExpression
    then: Block
    orelse: Block


@dataclass(eq=False)
class Repeat:
    """A loop of the constructor; ``node`` is a For or a While."""

    node: Any
    body: Block


Item = Any


@dataclass(eq=False)
class Block:
    items: list[Item] = field(default_factory=list[Item])
    round: bool = False
    """Whether this is what each round of a loop does, under no condition."""

    def has_code(self) -> bool:
        return any(i.has_code() if isinstance(i, Block) else not isinstance(i, Slot) for i in self.items)

    def add(self, item: Item) -> None:
        self.items.append(item)

    def slot(self) -> Slot:
        slot = Slot()
        self.items.append(slot)
        return slot

    def render(self) -> list[Any]:
        found: list[Any] = []
        for item in self.items:
            if isinstance(item, Slot):
                for line in item.lines:
                    found.extend(line.write() if isinstance(line, Later) else [line])
            elif isinstance(item, Later):
                found.extend(item.write())
            elif isinstance(item, Block):
                found.extend(item.render())
            elif isinstance(item, Branch):
                found.extend(_branch(item))
            elif isinstance(item, Repeat):
                body = item.body.render()
                if body:
                    found.append(item.node.with_changes(body=suite(body)))
            else:
                found.append(item)
        return found


def suite(body: list[Any]) -> cst.IndentedBlock:
    return cst.IndentedBlock(body=body or [cst.SimpleStatementLine([cst.Pass()])])


def _branch(item: Branch) -> list[Any]:
    then, orelse = item.then.render(), item.orelse.render()
    if not then and not orelse:
        return []
    if not then:
        test = negated(item.test)
        return [cst.If(test=test, body=suite(orelse), leading_lines=item.node.leading_lines)]
    other: Any = None
    if orelse:
        own = item.node.orelse
        lines = own.leading_lines if own is not None else ()
        if len(orelse) == 1 and isinstance(orelse[0], cst.If) and isinstance(own, cst.If):
            other = orelse[0].with_changes(leading_lines=lines)
        else:
            other = cst.Else(body=suite(orelse), leading_lines=lines if isinstance(own, cst.Else) else ())
    return [item.node.with_changes(test=item.test, body=_same_suite(item.node.body, then), orelse=other)]


def _same_suite(old: cst.BaseSuite, body: list[Any]) -> cst.BaseSuite:
    return old.with_changes(body=body) if isinstance(old, cst.IndentedBlock) else suite(body)


def negated(test: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return test.expression
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        pairs: list[tuple[Any, Any]] = [(cst.Equal, cst.NotEqual), (cst.Is, cst.IsNot), (cst.In, cst.NotIn)]
        target = test.comparisons[0]
        for one, other in pairs:
            for a, b in ((one, other), (other, one)):
                if type(target.operator) is a:
                    return test.with_changes(comparisons=[target.with_changes(operator=b())])
    if isinstance(test, cst.BooleanOperation) and not test.lpar:
        test = test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return cst.UnaryOperation(cst.Not(), test)
