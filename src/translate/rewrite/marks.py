"""Comments on what was left untranslated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from translate.infer.facts import Finding


def _text(found: Sequence[Finding]) -> str:
    told = list(dict.fromkeys(f"{f.code} {f.message}" for f in found))
    return "# TODO(translate): " + "; ".join(told)


def _with_comment(trailing: cst.TrailingWhitespace, text: str) -> cst.TrailingWhitespace:
    old = trailing.comment.value if trailing.comment is not None else ""
    if "TODO(translate)" in old:
        return trailing
    whole = f"{old}  {text}" if old else text
    return trailing.with_changes(whitespace=cst.SimpleWhitespace("  "), comment=cst.Comment(whole))


def commented(line: cst.SimpleStatementLine, found: Sequence[Finding]) -> cst.SimpleStatementLine:
    """A mark at the end of the line."""
    return line.with_changes(trailing_whitespace=_with_comment(line.trailing_whitespace, _text(found)))


def marked(statement: Any, found: Sequence[Finding]) -> Any:
    """A mark at the end of the first line of a compound statement."""
    body = getattr(statement, "body", None)
    if not isinstance(body, cst.IndentedBlock):
        return _above(statement, _text(found))
    return statement.with_changes(body=body.with_changes(header=_with_comment(body.header, _text(found))))


def _above(statement: Any, text: str) -> Any:
    """A mark on a line of its own, for statements whose first line takes none."""
    if any(line.comment is not None and "TODO(translate)" in line.comment.value for line in statement.leading_lines):
        return statement
    line = cst.EmptyLine(comment=cst.Comment(text))
    return statement.with_changes(leading_lines=[*statement.leading_lines, line])
