"""Conditions of rules (``only``), in three values: what is not known when translating decides nothing."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, cast


class NotKnown(Exception):
    """The condition needs a value that is not known."""


class Facts(Protocol):
    """What a condition may ask about the arguments of one call."""

    def value(self, name: str) -> Any:
        """The constant that argument ``name`` has. Raises NotKnown."""
        ...

    def text(self, name: str) -> str:
        """The argument as written, or its default."""
        ...

    def given(self, name: str) -> bool: ...

    def is_tensor(self, name: str) -> bool: ...

    def made_by(self, name: str) -> str:
        """The last part of the name of the source's function that gives an argument; empty if none does."""
        ...

    def holds_tensors(self, name: str) -> bool:
        """A tensor, or a list in which there is one."""
        ...

    def is_number(self, name: str) -> bool:
        """Certainly no tensor."""
        ...

    def holds_numbers(self, name: str) -> bool:
        """A list or tuple in which there is certainly no tensor: sizes, say."""
        ...

    def is_size(self, name: str) -> bool:
        """The shape of a tensor, or a part of it."""
        ...

    def is_list(self, name: str) -> bool:
        """A list or tuple, whatever is in it."""
        ...

    def rank(self, name: str) -> int:
        """Number of axes of a tensor argument. Raises NotKnown."""
        ...


def as_tuple(value: Any, length: int) -> tuple[Any, ...]:
    return tuple(cast(Sequence[Any], value)) if is_tuple(value) else (value,) * length


def is_tuple(value: object) -> bool:
    return isinstance(value, (tuple, list))


def is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_none(value: object) -> bool:
    return value is None


def same_padding(kernel_size: Any, stride: Any, padding: Any, dilation: Any = 1) -> bool:
    """Whether ``padding`` keeps the size of a window that moves by one: then it is the target's "same"."""
    values = (kernel_size, stride, padding, dilation)
    length = max((len(v) for v in values if is_tuple(v)), default=1)
    rows = zip(*(as_tuple(v, length) for v in values), strict=True)
    return all(s == 1 and 2 * p == d * (k - 1) for k, s, p, d in rows)


def all_equal(value: Any, expected: Any) -> bool:
    return all(v == expected for v in as_tuple(value, 1))


_PURE: dict[str, Callable[..., Any]] = {
    "same_padding": same_padding,
    "all_equal": all_equal,
    "is_int": is_int,
    "is_tuple": is_tuple,
    "is_none": is_none,
    "len": len,
    "max": max,
    "min": min,
    "abs": abs,
    "all": all,
    "any": any,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Div: lambda a, b: a / b,
    ast.Mod: operator.mod,
}


@cache
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def holds(condition: str | dict[str, Any] | None, facts: Facts) -> bool:
    """Whether ``condition`` is known to be true."""
    if condition is None:
        return True
    try:
        if isinstance(condition, dict):
            return all(_matches(facts.value(name), wanted) for name, wanted in condition.items())
        return bool(_evaluate(_parsed(condition), facts))
    except NotKnown:
        return False


@dataclass(frozen=True)
class _One:
    """The same facts, of one element of what is given as tuples."""

    facts: Facts
    values: dict[str, Any]

    def value(self, name: str) -> Any:
        return self.values[name] if name in self.values else self.facts.value(name)

    def text(self, name: str) -> str:
        return self.facts.text(name)

    def given(self, name: str) -> bool:
        return self.facts.given(name)

    def is_tensor(self, name: str) -> bool:
        return self.facts.is_tensor(name)

    def holds_tensors(self, name: str) -> bool:
        return self.facts.holds_tensors(name)

    def is_number(self, name: str) -> bool:
        return self.facts.is_number(name)

    def holds_numbers(self, name: str) -> bool:
        return self.facts.holds_numbers(name)

    def is_size(self, name: str) -> bool:
        return self.facts.is_size(name)

    def made_by(self, name: str) -> str:
        return self.facts.made_by(name)

    def is_list(self, name: str) -> bool:
        return self.facts.is_list(name)

    def rank(self, name: str) -> int:
        return self.facts.rank(name)


def worked_out(text: str, facts: Facts) -> Any:
    """The value of an expression over arguments, of tuples element by element. Raises NotKnown."""
    node = _parsed(text)
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id not in _PURE}
    values = {name: facts.value(name) for name in names}
    length = max((len(v) for v in values.values() if is_tuple(v)), default=1)
    try:
        each = [
            _evaluate(node, _One(facts, {k: as_tuple(v, length)[i] for k, v in values.items()})) for i in range(length)
        ]
    except (TypeError, IndexError):
        raise NotKnown from None
    return each[0] if all_equal(each, each[0]) else tuple(each)


def _matches(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return any(_matches(value, w) for w in cast(list[Any], wanted))
    return type(value) is type(wanted) and value == wanted if isinstance(wanted, bool) else value == wanted


def _evaluate(node: ast.expr, facts: Facts) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return facts.value(name)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(_evaluate(item, facts) for item in items)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _evaluate(operand, facts)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, facts)
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_evaluate(left, facts), _evaluate(right, facts))
        case ast.Subscript(value=value, slice=index):
            return _evaluate(value, facts)[_evaluate(index, facts)]
        case ast.BoolOp(op=op, values=values):
            return _bool(isinstance(op, ast.And), values, facts)
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _compare(left, ops, others, facts)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, arguments, facts)
        case _:
            raise ValueError(f"a condition cannot contain {ast.unparse(node)!r}")


def _bool(conjunction: bool, values: list[ast.expr], facts: Facts) -> bool:
    """``and``, ``or``: one part may decide although another is not known."""
    unknown = False
    for value in values:
        try:
            if bool(_evaluate(value, facts)) != conjunction:
                return not conjunction
        except NotKnown:
            unknown = True
    if unknown:
        raise NotKnown
    return conjunction


def _compare(left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr], facts: Facts) -> bool:
    value = _evaluate(left, facts)
    for op, other in zip(ops, others, strict=True):
        following = _evaluate(other, facts)
        try:
            if not _COMPARE[type(op)](value, following):
                return False
        except TypeError:
            return False
        value = following
    return True


def _call(name: str, arguments: list[ast.expr], facts: Facts) -> Any:
    names = [a.id for a in arguments if isinstance(a, ast.Name)]
    if name == "known":
        try:
            facts.value(names[0])
        except NotKnown:
            return False
        return True
    if name == "given":
        return facts.given(names[0])
    if name == "rank":
        return facts.rank(names[0])
    if name == "is_tensor":
        return facts.is_tensor(names[0])
    if name == "holds_tensors":
        return facts.holds_tensors(names[0])
    if name == "is_list":
        return facts.is_list(names[0])
    if name == "is_number":
        return facts.is_number(names[0])
    if name == "holds_numbers":
        return facts.holds_numbers(names[0])
    if name == "is_size":
        return facts.is_size(names[0])
    if name == "made_by":
        return facts.made_by(names[0])
    if name == "same_text":
        return facts.text(names[0]) == facts.text(names[1])
    function = _PURE.get(name)
    if function is None:
        raise ValueError(f"a condition cannot call {name!r}")
    values = [_evaluate(a, facts) for a in arguments]
    try:
        return function(*values)
    except TypeError:
        return False


_ASKING = {
    "known": 1,
    "given": 1,
    "rank": 1,
    "is_tensor": 1,
    "holds_tensors": 1,
    "is_number": 1,
    "holds_numbers": 1,
    "is_size": 1,
    "made_by": 1,
    "is_list": 1,
    "same_text": 2,
}
"""Functions that are about the arguments themselves, and how many names they take."""


def problem(text: str, names: Collection[str]) -> str:
    """Why ``text`` is no condition over the arguments ``names``; empty if it is one."""
    try:
        node = _parsed(text)
    except SyntaxError:
        return f"the condition {text!r} is not an expression; write it as in Python, like padding == 0 and stride == 1"
    return _problem(node, names)


def _problem(node: ast.AST, names: Collection[str]) -> str:
    match node:
        case ast.Name(id=name) if name not in names:
            return f"the condition names {name!r}, which is no argument; use {listed(names)}"
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
            if function not in _PURE and function not in _ASKING:
                return f"a condition cannot call {function!r}; use {listed([*_ASKING, *_PURE])}"
            wanted = _ASKING.get(function)
            if wanted is not None and [type(a) for a in arguments] != [ast.Name] * wanted:
                return f"{function}(...) takes the name of {'an argument' if wanted == 1 else 'two arguments'}"
            parts: list[ast.expr] = arguments
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            parts = [left, right]
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            parts = [operand]
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.BoolOp(values=parts):
            pass
        case ast.Compare(left=left, comparators=others):
            parts = [left, *others]
        case ast.Subscript(value=value, slice=index):
            parts = [value, index]
        case ast.Name() | ast.Constant():
            parts = []
        case _:
            return f"a condition cannot contain {ast.unparse(node)!r}; compare arguments with constants"
    return next(filter(None, (_problem(part, names) for part in parts)), "")


def listed(names: Iterable[str]) -> str:
    """For messages: ``a, b or c``."""
    *first, last = [*names] or ["nothing: there are none"]
    return f"{', '.join(first)} or {last}" if first else last
