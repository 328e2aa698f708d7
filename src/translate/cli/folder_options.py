"""Options of ``translate`` that are about folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Folders: worker processes."),
    click.option("--include", multiple=True, metavar="PATTERN", help="Folders: these files only; as in .gitignore."),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Folders: not these files; repeatable."),
    click.option("--only-changed", is_flag=True, help="Folders: leave out modules without anything to translate."),
    click.option("--copy-files", is_flag=True, help="Folders: copy files that are not Python as well."),
    click.option("--no-cache", is_flag=True, help="Folders: neither use nor keep results."),
    click.option("--cache-dir", type=click.Path(path_type=Path), metavar="DIR", envvar="TRANSLATE_CACHE_DIR",
                 help="Folders: where results are kept. Default: .translate_cache beside pyproject.toml."),
    click.option("--statistics", is_flag=True, help="Folders: count what was left, instead of listing it."),
    click.option("--stats", type=click.Path(path_type=Path), metavar="FILE.csv",
                 help="Folders: write these counts to a file."),
)  # fmt: skip
_NAMES = ("jobs", "include", "exclude", "only_changed", "copy_files", "no_cache", "cache_dir", "statistics", "stats")


def folder_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds them to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def given_for_folders(options: dict[str, Any]) -> list[str]:
    """Those that were given, taken out of ``options``; an environment variable is no mistake."""
    values = {name: options.pop(name) for name in _NAMES}
    return ["--" + name.replace("_", "-") for name, value in values.items() if value and name != "cache_dir"]
