"""The line by which ``translate`` knows a file that it wrote itself."""

from __future__ import annotations

import re

from translate import __version__

_LINE = re.compile(r"# Generated from (.+) by translate \S+ \(to (\w+)\)\.")
# What must stay on the first lines of a file: the interpreter and, on line 1 or 2, the encoding (PEP 263).
_STAYS_FIRST = re.compile(r"#!|#.*?coding[:=]")


def with_header(code: str, source_name: str, to: str) -> str:
    """``code`` with the line that says where it comes from: no path, no date, so that it can be reproduced."""
    lines = code.splitlines(keepends=True)
    place = _place(lines)
    note = f"Generated from {source_name} by translate {__version__} (to {to})."
    lines.insert(place, f"# {note} Edit the source and run it again, or remove this line.\n")
    return "".join(lines)


def without_header(text: str) -> str:
    """``text`` without that line, if it has one."""
    lines = text.splitlines(keepends=True)
    found = _find(lines)
    return text if found is None else "".join(lines[:found] + lines[found + 1 :])


def is_generated(text: str) -> bool:
    """Whether ``text`` starts with that line."""
    return _find(text.splitlines()[:3]) is not None


def origin(text: str) -> tuple[str, str] | None:
    """The name of the source and the direction, as that line tells them."""
    lines = text.splitlines()[:3]
    match = next((m for line in lines if (m := _LINE.match(line))), None)
    return (match[1], match[2]) if match else None


def _place(lines: list[str]) -> int:
    if lines and lines[0].startswith("#!"):
        return 2 if len(lines) > 1 and _STAYS_FIRST.match(lines[1]) else 1
    return next((i + 1 for i in range(min(2, len(lines))) if _STAYS_FIRST.match(lines[i])), 0)


def _find(lines: list[str]) -> int | None:
    return next((i for i, line in enumerate(lines[:3]) if _LINE.match(line)), None)
