"""``translate explain CODE``: the page of a diagnostic."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from translate.cli.errors import CommandError
from translate.diagnostics import CODES

PAGES = Path(__file__).parents[1] / "diagnostics_pages"
"""One Markdown page a code."""


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain a diagnostic code such as T101; without one, list all codes."""
    if code is None:
        for known, meaning in CODES.items():
            click.echo(f"{known}  {meaning}")
        return
    code = code.upper()
    if code not in CODES:
        raise CommandError(f"{code}: no such code; `translate explain` lists all of them")
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    if not sys.stdout.isatty():
        click.echo(page, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(width=min(Console().width, 100)).print(Markdown(page))
