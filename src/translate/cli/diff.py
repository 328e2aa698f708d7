"""The difference between source and translation."""

from __future__ import annotations

import os
import sys
from difflib import unified_diff

import click

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def print_diff(before: str, after: str, before_name: str, after_name: str) -> None:
    """A unified diff on standard output, coloured if it is a terminal."""
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    lines = unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), before_name, after_name)
    for line in lines:
        text = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        bold = line.startswith(("---", "+++"))
        colour = None if bold else _COLOURS.get(line[0])
        click.echo(click.style(text, fg=colour, bold=bold) if coloured else text, nl=False)
