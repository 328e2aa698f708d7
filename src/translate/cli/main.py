"""The command ``translate``: which command is meant."""

from __future__ import annotations

from typing import Any

import click

from translate.cli.errors import CommandError
from translate.cli.explain_command import explain
from translate.cli.rules_command import rules
from translate.cli.translate_command import translate_file
from translate.cli.verify_command import verify
from translate.cli.weights_command import weights
from translate.problems import Problem

_SUBCOMMANDS: dict[str, click.Command] = {"rules": rules, "explain": explain, "verify": verify, "weights": weights}


class _WithSubcommands(click.Command):
    """``translate FILE`` is the command itself; a first word ``rules``, ``explain``, ``verify`` or ``weights`` means
    another one.

    A file of such a name is given as ``./rules``.
    """

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        other = _SUBCOMMANDS.get(args[0]) if args else None
        if other is None:
            return super().make_context(info_name, args or ["--help"], parent, **extra)
        return other.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx) if ctx.command is self else ctx.command.invoke(ctx)
        except Problem as problem:
            raise CommandError(str(problem)) from None


cli = _WithSubcommands(
    name="translate",
    callback=translate_file.callback,
    params=translate_file.params,
    help=translate_file.help,
    epilog=translate_file.epilog,
)


def main() -> None:
    """The entry point."""
    cli(prog_name="translate")
