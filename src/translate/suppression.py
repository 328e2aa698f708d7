"""Diagnostics that the source says are known: ``# translate: ignore[T101]`` on a line, a block or a file.

On a line of a statement it is for that statement, on the line of a ``def`` or ``class`` for all of it, and
``# translate: ignore-file[T101, N202]``, on a line of its own, for the file.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from translate.diagnostics import CODES, Diagnostic

_COMMENT = re.compile(r"#\s*translate:\s*(?P<kind>ignore(?:-file)?)\b\s*(?:\[(?P<codes>[^\]]*)\])?")
_UNUSED = "N208"
_NEEDLESS = "remove it, or put it at the end of the line that it is for"


@dataclass
class _Comment:
    line: int
    column: int
    written: str
    codes: tuple[str, ...]
    first: int = 0
    """Lines of the source that it speaks for; 0 and 0: none."""
    last: int = 0
    used: set[str] = field(default_factory=set[str])


class Suppressions:
    """The comments of one source text, and the codes that are ignored in all of it by configuration."""

    def __init__(self, text: str, everywhere: Iterable[str] = ()) -> None:
        self._everywhere = frozenset(everywhere)
        self._comments = list(_comments(text)) if "translate:" in text else []

    def __bool__(self) -> bool:
        return bool(self._comments or self._everywhere)

    def covers(self, line: int, code: str) -> bool:
        """Whether the user says of that line (1-based) that the code is known there."""
        found = [c for c in self._comments if c.first <= line <= c.last and code in c.codes]
        for comment in found:
            comment.used.add(code)
        return bool(found) or code in self._everywhere

    def apply(self, diagnostics: Iterable[Diagnostic]) -> tuple[list[Diagnostic], int]:
        """What is left of ``diagnostics``, with one for each comment that says too much; and how many were covered."""
        kept: list[Diagnostic] = []
        covered = 0
        for diagnostic in diagnostics:
            if self.covers(diagnostic.line, diagnostic.code):
                covered += 1
            else:
                kept.append(diagnostic)
        unused = [d for d in self._unused() if not self.covers(d.line, d.code)]
        return kept + unused, covered

    def _unused(self) -> Iterator[Diagnostic]:
        for comment in self._comments:
            unknown = [c for c in comment.codes if c not in CODES]
            needless = [c for c in comment.codes if c in CODES and c not in comment.used and c != _UNUSED]
            told: list[tuple[str, str]] = []
            if not comment.codes:
                told.append((f"{comment.written!r} names no code", "write e.g. # translate: ignore[T101]"))
            if unknown:
                told.append((f"no such code: {', '.join(unknown)}", "`translate explain` lists all codes"))
            if needless:
                told.append((f"nothing to ignore here: {', '.join(needless)}", _NEEDLESS))
            yield from (Diagnostic(comment.line, comment.column, _UNUSED, *text) for text in told)


def _comments(text: str) -> Iterator[_Comment]:
    spans = _spans(text)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            match = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
            if match is None:
                continue
            codes = tuple(c.strip().upper() for c in (match["codes"] or "").split(",") if c.strip())
            line, column = token.start
            found = _Comment(line, column + match.start() + 1, match[0], codes)
            if match["kind"] == "ignore-file":
                found.first, found.last = 1, text.count("\n") + 1
            else:
                found.first, found.last = spans.get(line, (line, line))
            yield found
    except (tokenize.TokenError, SyntaxError):
        return


def _spans(text: str) -> dict[int, tuple[int, int]]:
    """For each line of a statement, or of the head of a definition, the lines that a comment there speaks for."""
    spans: dict[int, tuple[int, int]] = {}
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.stmt) or node.end_lineno is None:
            continue
        body: list[ast.stmt] = getattr(node, "body", [])
        definition = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) if definition else node.lineno
        head = max(node.lineno, body[0].lineno - 1) if body else node.end_lineno
        last = node.end_lineno if definition or not body else head
        for line in range(first, head + 1):
            before = spans.get(line)
            if before is None or definition or last - first < before[1] - before[0]:
                spans[line] = (first, last)
    return spans
