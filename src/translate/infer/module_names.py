"""``L = tf.keras.layers`` is an import in other words, and is read as one."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from translate.infer.dotted import walk
from translate.rules import RuleSet


def as_imports(module: cst.Module, rules: RuleSet) -> cst.Module:
    """The file with names that its top level gives to modules of the source framework imported instead."""
    bound: dict[str, str] = {}
    body: list[cst.CSTNode] = []
    for statement in module.body:
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if isinstance(small, (cst.Import, cst.ImportFrom)):
            bound.update(_bound(small))
        elif isinstance(small, cst.Assign) and isinstance(statement, cst.SimpleStatementLine):
            found = _import(module, small, bound, rules) if len(statement.body) == 1 else None
            if found is not None:
                bound.update(_bound(found))
                statement = statement.with_changes(body=[found])
        body.append(statement)
    return module if all(a is b for a, b in zip(body, module.body, strict=True)) else module.with_changes(body=body)


def _import(module: cst.Module, node: cst.Assign, bound: dict[str, str], rules: RuleSet) -> cst.ImportFrom | None:
    target = node.targets[0].target
    root, dot, rest = _dotted(node.value).partition(".")
    if len(node.targets) > 1 or not isinstance(target, cst.Name) or root not in bound:
        return None
    full = bound[root] + dot + rest
    package, _, last = full.rpartition(".")
    known = rules.dialect.is_source(full) and package and rules.public(full) in rules.packages
    if not known or sum(_assigns(n, target.value) for n in walk(module)) > 1:
        return None
    name = "" if last == target.value else f" as {target.value}"
    line = cst.ensure_type(cst.parse_statement(f"from {package} import {last}{name}"), cst.SimpleStatementLine)
    return cst.ensure_type(line.body[0], cst.ImportFrom)


def _assigns(node: cst.CSTNode, name: str) -> bool:
    targets = isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.Global))
    return targets and any(isinstance(n, cst.Name) and n.value == name for n in walk(node))


def _bound(node: cst.Import | cst.ImportFrom) -> Iterator[tuple[str, str]]:
    """What an import gives names to."""
    if isinstance(node.names, cst.ImportStar) or (isinstance(node, cst.ImportFrom) and node.relative):
        return
    prefix = f"{_dotted(node.module)}." if isinstance(node, cst.ImportFrom) else ""
    for alias in node.names:
        full = prefix + _dotted(alias.name)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            yield alias.asname.name.value, full
        else:
            yield (full.rpartition(".")[2], full) if prefix else (full.partition(".")[0], full.partition(".")[0])


def _dotted(node: cst.CSTNode | None) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""
