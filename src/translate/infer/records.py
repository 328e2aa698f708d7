"""Named tuples: defined by a call or by a class, made, read by name."""

from __future__ import annotations

import libcst as cst

from translate.infer.program import ClassInfo
from translate.infer.state import Operand
from translate.infer.values import NONE, Record, Sequence, Value


def define(node: cst.Call) -> Record:
    """``namedtuple("Outputs", ["logits", "aux"])``, or with the names in one text."""
    if len(node.args) < 2:
        return Record(())
    given = node.args[1].value
    if isinstance(given, (cst.List, cst.Tuple)):
        texts = [e.value.evaluated_value for e in given.elements if isinstance(e.value, cst.SimpleString)]
        return Record(tuple(str(t) for t in texts))
    if isinstance(given, cst.SimpleString):
        return Record(tuple(str(given.evaluated_value).replace(",", " ").split()))
    return Record(())


def fields_of(info: ClassInfo) -> tuple[str, ...]:
    """The fields of ``class Outputs(NamedTuple)``."""
    found: list[str] = []
    for statement in info.node.body.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                found.append(small.target.value)
    return tuple(found)


def make(fields: tuple[str, ...], operands: list[Operand]) -> Value:
    """A tuple whose items have names."""
    positional = [o.value for o in operands if not o.keyword and not o.star]
    by_name = {o.keyword: o.value for o in operands if o.keyword}
    rest = [by_name.get(name, NONE) for name in fields[len(positional) :]]
    return Sequence("tuple", [*positional, *rest], fields=fields)
