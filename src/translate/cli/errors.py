"""Errors that end the command: one line, exit status 2."""

from __future__ import annotations

from typing import IO, Any

import click


class CommandError(click.ClickException):
    """Wrong use or unreadable input. The message says where, what is wrong and what to do."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"translate: error: {self.format_message()}", err=file is None, file=file)
