"""``translate rules list`` and ``translate rules show NAME``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from translate.cli.errors import CommandError

if TYPE_CHECKING:
    from translate.rules import Rule, RuleSet

_FOLDERS = click.option(
    "--rules", "folders", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="Rules of your own."
)


@click.group()
def rules() -> None:
    """Show the rules by which APIs are translated."""


@rules.command("list")
@click.argument("filter", required=False, default="")
@_FOLDERS
def list_rules(filter: str, folders: tuple[Path, ...]) -> None:
    """List the rules whose PyTorch or Keras name, or file, contains FILTER."""
    rows = [row for row in _rows(_load(folders)) if any(filter.lower() in cell.lower() for cell in row)]
    if not rows:
        raise CommandError(f"no rule matches {filter!r}; `translate rules list` shows all of them")
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("PyTorch", "Keras", "file", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@rules.command("show")
@click.argument("name")
@_FOLDERS
def show_rule(name: str, folders: tuple[Path, ...]) -> None:
    """Show the rules for NAME: a PyTorch or Keras name, or its last part."""
    ruleset = _load(folders)
    found = [rule for rule in ruleset.rules if any(_means(name, known) for known in _names(rule))]
    if not found:
        known = {n.rsplit(".", 1)[-1] for rule in ruleset.rules for n in _names(rule)}
        close = get_close_matches(name.rsplit(".", 1)[-1], known, n=3)
        hint = f"did you mean {', '.join(close)}?" if close else "`translate rules list` shows all of them"
        raise CommandError(f"no rule for {name!r}; {hint}")
    for number, rule in enumerate(found):
        path, line, text = _written(rule, ruleset)
        click.echo("\n" * (number > 0) + click.style(f"{path}:{line}", bold=True))
        click.echo(text)


def _load(folders: tuple[Path, ...]) -> RuleSet:
    from translate.rules import RuleError, load

    try:
        return load(folders)
    except RuleError as error:
        raise CommandError(str(error)) from None


def _rows(ruleset: RuleSet) -> Iterator[tuple[str, str, str]]:
    seen: set[tuple[str, str, str]] = set()
    for rule in ruleset.rules:
        for signature in rule.source:
            row = (signature.name, _keras(rule), rule.family)
            if row not in seen:
                seen.add(row)
                yield row


def _keras(rule: Rule) -> str:
    if rule.target is not None:
        return rule.target.name
    if rule.write is not None:
        return rule.write
    return "in code" if rule.code else "(none)"


def _names(rule: Rule) -> list[str]:
    return [s.name for s in rule.source] + ([rule.target.name] if rule.target else [])


def _means(asked: str, known: str) -> bool:
    return known == asked or known.endswith(f".{asked}")


def _written(rule: Rule, ruleset: RuleSet) -> tuple[Path, int, str]:
    """Where the rule stands, and its text as it is written there."""
    same_family = [r for r in ruleset.rules if r.family == rule.family]
    for folder in ruleset.folders:  # a user's own folder may have a file of the same name
        path = folder / f"{rule.family}.yaml"
        lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
        # Each rule is an entry of a list at the margin.
        starts = [n for n, line in enumerate(lines) if line.startswith("- ")]
        mine, same_family = same_family[: len(starts)], same_family[len(starts) :]
        if rule in mine:
            start, *after = starts[mine.index(rule) :]
            text = lines[start : after[0] if after else len(lines)]
            while text and (not text[-1].strip() or text[-1].startswith("#")):  # belongs to the next one
                text.pop()
            return path, start + 1, "\n".join(text)
    raise CommandError(f"{rule.family}.yaml: the rule for {rule.name} was not found in it; is the file a plain list?")
