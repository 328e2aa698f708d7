"""``translate DIR``: a whole folder, from the command line to the exit status."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from translate.cli.errors import CommandError
from translate.cli.settings import settings_of
from translate.project.plan import Asked

if TYPE_CHECKING:
    from translate.project.run import Progress

_ONE_FILE = ("diff", "verify", "model", "weights", "inputs", "stdin_filename")
_PATIENCE = 2.0
"""Seconds before progress is shown."""
_MOST_JOBS = 32


def run_folder(options: dict[str, Any]) -> int:
    """Translate a folder and tell what became of it. Returns the exit status; raises Problem or CommandError."""
    from translate.project.run import translate_folder

    asked = _asked(options)
    if options["stats"]:
        _check_stats(options["stats"], options["force"])
    try:
        with _progress(options["quiet"]) as progress:
            outcome = translate_folder(asked, progress)
    except KeyboardInterrupt:
        click.echo("translate: interrupted; what is done is kept, run it again to go on", err=True)
        return 130
    if options["stats"]:
        from translate.project.writing import write
        from translate.report.statistics import csv_text

        write(options["stats"], csv_text(outcome).encode())
    if options["report"] == "json":
        from translate.report import json

        click.echo(json.dump(outcome.to_json()))
    else:
        from translate.report.folder_text import print_folder
        from translate.report.terminal import error_console

        print_folder(error_console(), outcome, statistics=options["statistics"], quiet=options["quiet"])
    return 0 if outcome.complete else 1


def _asked(options: dict[str, Any]) -> Asked:
    for name in _ONE_FILE:
        if options[name]:
            option = "--input" if name == "inputs" else "--" + name.replace("_", "-")
            raise CommandError(f"{option} works on one file; {options['file']} is a folder")
    if options["output"] == "-":
        raise CommandError("-o - works on one file; name a folder")
    return Asked(
        Path(options["file"]),
        Path(options["output"]) if options["output"] else None,
        settings_of(options),
        options["force"],
        options["check"],
        options["jobs"] or min(_cores(), _MOST_JOBS),
        not options["no_cache"],
        options["cache_dir"],
        options["time_limit"],
        int(options["memory_limit"] * 2**30),
    )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_stats(path: Path, force: bool) -> None:
    from translate.report.statistics import HEAD

    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            ours = stream.readline().strip() in ("", HEAD)
    except FileNotFoundError:
        return
    except OSError as error:
        raise CommandError(f"{path}: cannot be written ({(error.strerror or str(error)).lower()})") from None
    if not ours and not force:
        raise CommandError(f"{path}: exists and was not written by translate; use --force to overwrite it")


@contextmanager
def _progress(quiet: bool) -> Generator[Callable[[Progress], None]]:
    """A bar with the time left, on a terminal, for whatever takes longer than a moment."""
    from translate.report.terminal import error_console

    console = error_console()
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    start = time.monotonic()
    columns = (TextColumn("Translating"), BarColumn(), TextColumn("{task.fields[files]}"), TimeRemainingColumn())
    with Bar(*columns, TextColumn("{task.fields[file]}", style="dim"), console=console, transient=True) as bar:
        task = bar.add_task("", total=None, files="", file="", visible=False)

        def show(progress: Progress) -> None:
            bar.update(
                task,
                completed=progress.bytes,
                total=progress.of_bytes,
                files=f"{progress.files}/{progress.of_files}",
                file=progress.file,
                visible=time.monotonic() - start > _PATIENCE,
            )

        yield show
