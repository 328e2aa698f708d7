"""``translate FILE``: the command line; one file, from there to the exit status. Folders: folder_command.py."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from translate import __version__
from translate.cli import output as files
from translate.cli.device_options import check_backend, device_options, usable_device
from translate.cli.errors import CommandError
from translate.cli.folder_options import folder_options, given_for_folders
from translate.project.header import with_header, without_header
from translate.project.source import Source, read_source

if TYPE_CHECKING:  # the translator takes long to import: --help does without
    from translate.cli.verifying import Asked
    from translate.translation import Io, Layout, Translation
    from translate.verify.result import Backend


@dataclass(frozen=True)
class Request:
    """The command line."""

    file: str
    to: Literal["tf", "torch"]
    output: str | None
    stdin_filename: str | None
    diff: bool
    check: bool
    layout: Layout
    io: Io
    rules: tuple[Path, ...]
    ignore: tuple[str, ...]
    force: bool
    report: Literal["text", "json", "html"]
    verify: bool
    model: str | None
    weights: str
    inputs: tuple[str, ...]
    time_limit: float
    memory_limit: float
    network: bool
    backend: Backend
    device: Literal["auto", "cpu", "cuda"]
    examples: int
    repro: str | None
    seed: int
    quiet: bool

    def validate(self) -> None:
        """Raise CommandError if the options do not go together."""
        if self.diff and self.check:
            raise CommandError("--diff and --check exclude each other; use one of them")
        if self.diff and self.report != "text":
            raise CommandError(
                f"--diff and --report {self.report} both want standard output; the report contains the code"
            )
        if self.report == "html" and not self.verify:
            raise CommandError("--report html is a page about what was verified; add --verify")
        if not self.verify and (self.model or self.inputs or self.weights or self.repro):
            raise CommandError("--model, --input, --weights and --repro belong to --verify; add it")
        if not self.verify and (self.backend != "tensorflow" or self.device != "cpu"):
            raise CommandError("--backend and --device belong to --verify; add it")
        if self.stdin_filename and self.file != "-":
            raise CommandError("--stdin-filename belongs to FILE -; leave it out")


@dataclass(frozen=True)
class Outcome:
    """What happened to the file, for the exit status and the report."""

    equal: bool
    """Nothing was verified, or both compute the same; for ``--check``: the file is what would be written."""
    written: bool = False
    verifications: list[dict[str, Any]] | None = None


@click.command(
    epilog="Other commands: translate verify, translate rules list, translate rules show NAME, translate explain CODE. "
    "Exit status: 0 all translated (and equal), 1 something left or not equal, 2 wrong use or unreadable input."
)
@click.argument("file")
@click.option("--to", type=click.Choice(["tf", "torch"]), help="tf: PyTorch to Keras 3; torch: Keras to PyTorch.")
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    help="File or folder to write; -: standard output. Default: FILE_TO.py or DIR_TO.",
)
@click.option("--stdin-filename", metavar="NAME", help="What to call the source if FILE is - (standard input).")
@click.option("--diff", is_flag=True, help="Show the difference to the source; write nothing.")
@click.option("--check", is_flag=True, help="Only say by exit status whether the output file is up to date.")
@click.option(
    "--layout", type=click.Choice(["channels_last", "channels_first"]), help="Of images. Default: channels_last."
)
@click.option("--io", type=click.Choice(["target", "source"]),
              help="Whose arrangement of axes a model's own inputs and outputs have. Default: target.")  # fmt: skip
@click.option(
    "--rules", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="Rules of your own; repeatable."
)
@click.option("--force", is_flag=True, help="Overwrite a file that translate did not write.")
@click.option("--report", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--verify", is_flag=True, help="Run source and translation and compare them.")
@click.option("--model", metavar="EXPR", help='With --verify: what builds the model, e.g. "Net(classes=10)".')
@click.option(
    "--weights", metavar="EXPR", default="", help="With --verify: trained weights (a list, state dict or file name)."
)
@click.option(
    "--input", "inputs", multiple=True, metavar="SPEC", help='With --verify: "x: float32[N,3,H,W]"; repeatable.'
)
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), default=600, show_default=True, metavar="SECONDS"
)
@click.option(
    "--memory-limit", type=click.FloatRange(min=0, min_open=True), default=16, show_default=True, metavar="GIB"
)
@device_options
@click.option("--network", is_flag=True, help="With --verify: let the models reach other machines.")
@click.option(
    "--examples", type=click.IntRange(min=0), default=3, show_default=True, help="Combinations of sizes to draw."
)
@click.option("--repro", metavar="FILE", help="With --verify: where a script that reproduces a difference goes.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@folder_options
@click.version_option(__version__, prog_name="translate")
@click.pass_context
def translate_file(ctx: click.Context, **options: Any) -> None:
    """Translate a PyTorch model file, or a folder, to Keras 3 (or back), and prove that both compute the same.

    What [tool.translate] in pyproject.toml says holds where the command line says nothing.
    """
    if Path(options["file"]).is_dir():
        from translate.cli.folder_command import run_folder

        ctx.exit(run_folder(options))
    for_folders = given_for_folders(options)
    if for_folders:
        raise CommandError(f"{for_folders[0]} belongs to folders; {options['file']} is not one")
    request = Request(**{**options, **_settings(options)})
    request.validate()
    ctx.exit(run(request))


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    """How the file is translated: by the command line, then by the next pyproject.toml. Raises Problem."""
    from translate.cli.settings import settings_of
    from translate.project.settings import options_for

    place = Path(options["stdin_filename"] or "stdin") if options["file"] == "-" else Path(options["file"])
    found = options_for(place, settings_of(options))
    rules = tuple(Path(folder) for folder in found.rules)
    return {"to": found.to, "layout": found.layout, "io": found.io, "rules": rules, "ignore": found.ignore}


def run(request: Request) -> int:
    """Do what was asked. Returns the exit status; raises CommandError."""
    source = read_source(request.file, request.stdin_filename)
    path = files.output_path(source, request.output, request.to)
    if request.verify:
        from translate.cli.reproducing import check_place
        from translate.cli.verifying import require_frameworks

        require_frameworks(backend=request.backend)
        usable_device(request.device, request.backend)
        if request.to == "torch":
            check_backend(request.backend, source.text, source.name)
        check_place(request.repro)
    if path is not None and not (request.diff or request.check):
        files.check_target(path, source, request.force)
    translation = _translation(source, request)
    if translation.code == source.text and translation.complete:
        return _nothing_to_do(request, source, path, translation)
    code = with_header(translation.code, source, request.to)
    data = source.encode(code)
    outcome = _emit(request, source, path, code, data, translation.complete)
    if request.verify:
        from translate.cli.verifying import Pair, all_equal, verify_pair

        pair = Pair(source, path if path and outcome.written else code, code, translation)
        done = verify_pair(pair, _asked(request))
        outcome = Outcome(outcome.equal and all_equal(done), outcome.written, done)
        if request.report == "html":
            from translate.cli.page import print_page

            print_page(pair, str(path) if path and outcome.written else None, done)
    _report(request, source, path, translation, outcome)
    return 0 if translation.complete and outcome.equal else 1


def _asked(request: Request) -> Asked:
    from translate.cli.verifying import Asked

    return Asked(
        to=request.to,
        model=request.model or "",
        inputs=request.inputs,
        weights=request.weights,
        examples=request.examples,
        seed=request.seed,
        time_limit=request.time_limit,
        memory_limit=request.memory_limit,
        network=request.network,
        backend=request.backend,
        device=request.device,
        rules=request.rules,
        quiet=request.quiet,
        repro=request.repro,
        layers=request.report == "html",
    )


def _translation(source: Source, request: Request) -> Translation:
    from translate.project.one_text import translate_source
    from translate.translation import Translation

    if not source.mentions(request.to):
        return Translation(source.text, layout=request.layout)
    return translate_source(source, request.to, request.layout, request.io, request.rules, request.ignore)


def _emit(request: Request, source: Source, path: Path | None, code: str, data: bytes, complete: bool) -> Outcome:
    """Write the translation, or show what would be written."""
    if request.diff:
        from translate.cli.diff import print_diff

        print_diff(source.text, code, source.name, str(path or "stdout"))
        return Outcome(equal=True)
    if request.check:
        return Outcome(equal=_up_to_date(request, path, data, complete))
    if path is not None:
        return _write(request, path, data)
    if request.report == "text":  # the JSON report contains the code
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    return Outcome(equal=True)


def _write(request: Request, path: Path, data: bytes) -> Outcome:
    """Write the translation, unless somebody has changed the one that is there."""
    from translate.project.placing import differences, place, read_existing
    from translate.project.writing import write

    existing = None if path.exists() and not path.is_file() else read_existing(path)  # a device or a pipe
    found = place(existing, data, request.force)
    if found in ("write", "current"):
        write(path, data)
        return Outcome(equal=True, written=True)
    if not request.quiet and request.report == "text":
        what = "what would be written is new" if found == "conflict" else "there is nothing new to write"
        click.echo(f"{path}: was edited by hand and is kept; {what}; --force overwrites it", err=True)
        if found == "conflict" and existing is not None:
            click.echo(differences(str(path), None, existing, data), err=True, nl=False)
    return Outcome(equal=found == "edited")


def _up_to_date(request: Request, path: Path | None, data: bytes, complete: bool) -> bool:
    if path is None:
        raise CommandError("--check compares with a file; name it with -o")
    from translate.project.placing import read_existing

    existing = read_existing(path)
    same = existing is not None and _body(existing) == _body(data)
    if existing is None:
        problem = "does not exist; translate first"
    elif not same:
        problem = "is out of date; translate again"
    else:
        problem = "" if complete else "is up to date, but something was left untranslated"
    if problem and not request.quiet and request.report == "text":
        click.echo(f"{path}: {problem}", err=True)
    return same


def _body(data: bytes) -> str:
    """Without the generated line: another version of translate that writes the same code is no reason to complain."""
    return without_header(data.decode("utf-8-sig", errors="surrogateescape").replace("\r\n", "\n"))


def _nothing_to_do(request: Request, source: Source, path: Path | None, translation: Translation) -> int:
    framework = "PyTorch" if request.to == "tf" else "Keras"
    what = f"no {framework} in it" if source.text.strip() else "is empty"
    if request.verify:
        raise CommandError(f"{source.name}: {what}, nothing to verify; name a file with a {framework} model")
    if path is None and request.report == "text" and not (request.diff or request.check):
        sys.stdout.buffer.write(source.encode(source.text))  # a filter passes on what it has nothing to do with
        sys.stdout.buffer.flush()
    if not request.quiet and request.report == "text":
        click.echo(f"{source.name}: {what}, nothing to translate; nothing written", err=True)
    if request.report == "json":
        _report(request, source, path, translation, Outcome(equal=True))
    return 0


def _report(request: Request, source: Source, path: Path | None, translation: Translation, outcome: Outcome) -> None:
    if request.report == "json":
        from translate.report import json

        shown = None if path is None else str(path)
        data = json.report(
            translation,
            source=source.name,
            to=request.to,
            output=shown,
            written=outcome.written,
            verifications=outcome.verifications,
        )
        click.echo(json.dump(data))
    elif request.report == "text":
        _print_text(request, source, path, translation, outcome)


def _print_text(
    request: Request, source: Source, path: Path | None, translation: Translation, outcome: Outcome
) -> None:
    from translate.report import text
    from translate.report.terminal import error_console
    from translate.report.verifications import print_verifications

    console = error_console()
    if not request.quiet and not request.check:
        text.print_translation(console, source.name, translation, str(path) if outcome.written else "")
    if outcome.verifications is not None:
        print_verifications(console, source.name, outcome.verifications, quiet=request.quiet)
