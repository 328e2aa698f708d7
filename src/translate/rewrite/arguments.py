"""Arguments of calls: added, left out, passed by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

_TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))


def by_name(arguments: Any, start: int, *names: str) -> list[cst.Arg]:
    """Arguments from ``start`` on with the names of their parameters."""
    named = [
        a if a.keyword or index < start else a.with_changes(keyword=cst.Name(name), equal=_TIGHT)
        for index, (a, name) in enumerate(zip(arguments, names, strict=False))
    ]
    return [*named, *arguments[len(named) :]]


def append(arguments: Any, new: cst.Arg) -> list[cst.Arg]:
    """The arguments and a ``new`` one behind them."""
    found = list(arguments)
    if not found:
        return [new]
    trailing = found[-1].comma
    found[-1] = found[-1].with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    return [*found, new.with_changes(comma=trailing)]


def in_one_piece(node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression over several lines needs brackets where those of a call are gone."""
    if node.lpar or "\n" not in cst.Module([]).code_for_node(node):
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def first(text: str, others: Sequence[cst.Arg]) -> cst.Arg:
    """An argument to stand before ``others``."""
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")) if others else cst.MaybeSentinel.DEFAULT
    return cst.Arg(cst.parse_expression(text), comma=comma)


def without(arguments: Sequence[cst.Arg], gone: Sequence[int]) -> list[cst.Arg]:
    """The arguments but those that are ``gone``."""
    kept = [a for i, a in enumerate(arguments) if i not in gone]
    if kept and len(kept) < len(arguments) and not isinstance(arguments[-1].comma, cst.Comma):
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return kept
