"""The terminal that people read."""

from __future__ import annotations

from rich.console import Console


def error_console() -> Console:
    """Standard error, coloured if it is a terminal and NO_COLOR is not set."""
    return Console(stderr=True, highlight=False)
