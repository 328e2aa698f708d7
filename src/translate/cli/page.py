"""The page about all verifications of a file, on standard output."""

from __future__ import annotations

from typing import Any

import click

from translate import __version__
from translate.cli.verifying import Pair


def print_page(pair: Pair, translated: str | None, done: list[dict[str, Any]]) -> None:
    """``translated``: the name of the file with the translation, if it is in one."""
    from translate.report.html import Entry, page

    source = pair.source.name, pair.source.text
    # a translation that is not in a file runs under this name
    translation = translated or "translated.py", pair.translated_text
    entries = [
        Entry(
            d["model"] or d["name"],
            d["verification"],
            source,
            translation,
            tuple(d["found"]),
            d["problem"],
            d["script"],
        )
        for d in done
    ]
    diagnostics = pair.translation.diagnostics if pair.translation is not None else ()
    findings = [f"{source[0]}:{d.line}:{d.column}: {d.code} {d.message}" for d in sorted(diagnostics)]
    title = f"{source[0]} and {translated or 'its translation'}"
    click.echo(page(entries, title, __version__, findings=findings))
