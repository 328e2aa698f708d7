"""Statements that assign what a call gives of several tensors: ``x, _ = self.lstm(x)``."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import libcst as cst

_TARGET = re.compile(r"\{target(?:\.(\d+))?\}")
_NEW = ("h", "hidden", "last_hidden", "h_n")


def statements(
    templates: Sequence[str], line: cst.SimpleStatementLine, taken: Collection[str]
) -> list[cst.BaseStatement] | None:
    """What a rule's ``templates`` make of the statement ``target = call``; None if the target is not of that form."""
    assign = line.body[0]
    if len(line.body) != 1 or not isinstance(assign, cst.Assign) or len(assign.targets) != 1 or not templates:
        return None
    targets = _names(assign.targets[0].target)
    wanted: set[str] = {m for text in templates for m in _TARGET.findall(text)}
    if wanted and wanted != ({""} if len(targets) == 1 else {str(i) for i in range(len(targets))}):
        return None
    new = next((n for n in _NEW if n not in taken), None)
    if new is None:
        return None
    filled = [_TARGET.sub(lambda m: targets[int(m[1] or 0)], text).replace("{new}", new) for text in templates]
    first, *rest = [cst.parse_statement(text.replace("{call}", "_")) for text in filled if not text.startswith("_ = ")]
    parsed = cst.ensure_type(cst.ensure_type(first, cst.SimpleStatementLine).body[0], cst.Assign)
    return [line.with_changes(body=[parsed.with_changes(value=assign.value)]), *rest]


def _names(target: cst.BaseExpression) -> list[str]:
    parts = target.elements if isinstance(target, (cst.Tuple, cst.List)) else [cst.Element(target)]
    found = [p.value.value for p in parts if isinstance(p, cst.Element) and isinstance(p.value, cst.Name)]
    return found if len(found) == len(parts) else []
