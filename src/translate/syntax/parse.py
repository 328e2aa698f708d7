"""Parsing with one clear error."""

from __future__ import annotations

import ast

import libcst as cst


class ParseError(ValueError):
    """The text is not Python. ``line`` and ``column`` are 1-based, 0 if not known."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line, self.column = line, column


def parse(text: str) -> cst.Module:
    """Raises ParseError."""
    try:
        ast.parse(text)
        return cst.parse_module(text)
    except SyntaxError as error:
        raise ParseError(error.msg, error.lineno or 0, error.offset or 0) from None
    except cst.ParserSyntaxError as error:
        raise ParseError(error.message.splitlines()[0], error.raw_line, error.raw_column + 1) from None
    except (RecursionError, MemoryError):
        raise ParseError("nested too deeply to be read") from None
    except ValueError as error:
        raise ParseError(str(error)) from None
