"""What is wrong with a text that is not Python 3, in one line; a look at it before the real parser."""

from __future__ import annotations

import ast
import re
import warnings

from translate.problems import Problem
from translate.project.source import Source

_PYTHON_2 = re.compile(r"\s*(?:(?:print|exec)\s+[\"'\w]|except\s.+,\s*\w+\s*:|raise\s+\w+\s*,)")
_PYTHON_2_MESSAGES = ("Missing parentheses in call to", "multiple exception types must be parenthesized")
_TOO_DEEP = ("too many nested parentheses", "too many levels of indentation", "too many statically nested blocks")


def check_nesting(source: Source) -> None:
    """Refuse what is nested so deeply that the real parser, which has no limit of its own, would crash the process."""
    try:
        _parse(source.text)
    except (RecursionError, MemoryError):
        raise too_deep(source) from None
    except SyntaxError as error:
        if error.msg in _TOO_DEEP:
            raise too_deep(source, error.lineno or 0) from None
        # Anything else is left to the real parser: it may know a newer Python than this one.


def too_deep(source: Source, line: int = 0) -> Problem:
    """The error for an expression that no recursive program can follow."""
    return Problem(f"{_at(source, line or _longest_line(source))}: nested too deeply to be read; split it up")


def syntax_error(source: Source, message: str, line: int, column: int) -> Problem:
    """The error for a text that the translator rejected, in Python's own words where it has better ones."""
    try:
        _parse(source.text)
    except SyntaxError as error:
        message, line, column = error.msg, error.lineno or line, error.offset or column
    else:
        if not line:  # nothing wrong with the syntax
            return Problem(f"{source.name}: {message}; split up what is nested or chained most deeply")
    lines = source.text.split("\n")
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if message.startswith(_PYTHON_2_MESSAGES) or _PYTHON_2.match(written):
        return Problem(f"{_at(source, line)}: is Python 2 ({written.strip()[:40]}); bring it to Python 3 first")
    return Problem(f"{_at(source, line, column)}: is not valid Python: {message}; correct it and run again")


def _parse(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in the user's strings are not our business
        ast.parse(text)


def _at(source: Source, line: int, column: int = 0) -> str:
    return ":".join([source.name, *(str(n) for n in (line, column) if n)])


def _longest_line(source: Source) -> int:
    # Whoever raises RecursionError does not know where; what is nested that deeply is nearly always on one long line.
    lengths = [len(line) for line in source.text.split("\n")]
    return lengths.index(max(lengths)) + 1 if lengths and max(lengths) > 500 else 0
