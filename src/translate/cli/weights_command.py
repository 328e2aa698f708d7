"""``translate weights CHECKPOINT``: trained weights of a model for its translation."""

from __future__ import annotations

import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from translate.cli import output as files
from translate.cli.device_options import backend_option, check_backend
from translate.cli.errors import CommandError
from translate.cli.model_place import ModelPlace, called
from translate.project.header import read_header
from translate.project.source import Source, read_source
from translate.project.writing import write_copy

if TYPE_CHECKING:
    from translate.verify import Options, Transferred
    from translate.verify.result import Backend


@dataclass(frozen=True)
class Request:
    """The command line."""

    checkpoint: Path
    model: str
    to: Literal["tf", "torch"]
    output: Path | None
    translated: str | None
    inputs: tuple[str, ...]
    key: str
    verify: bool
    rules: tuple[Path, ...]
    force: bool
    report: Literal["text", "json"]
    time_limit: float
    memory_limit: float
    examples: int
    seed: int
    backend: Backend
    network: bool
    quiet: bool


@dataclass(frozen=True)
class Target:
    """The translation that the weights are for."""

    file: Path | str
    """Or its text, if it was made for this and is nowhere written."""
    name: str
    """As messages call it."""
    expression: str = ""
    """What makes the model there, if that is another one than in the source."""
    arrangements: dict[str, Any] | None = None
    """What is known of the axes of inputs and outputs."""


@click.command(
    epilog="Nothing in a checkpoint is executed; the code of the model runs in a process of its own. Each tensor is "
    "compared after writing. Exit status: 0 written (and equal), 1 it does not fit (nothing is written) or is not "
    "equal, 2 wrong use or unreadable input."
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "--model", required=True, metavar="FILE:EXPR", help='The model of the checkpoint, e.g. "model.py:UNet(3, 1)".'
)
@click.option("--to", required=True, type=click.Choice(["tf", "torch"]), help="tf: a PyTorch checkpoint (.pt, .pth, "
              ".safetensors) for Keras (.weights.h5, .keras); torch: the other way.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="PATH",
              help="File to write. Default: CHECKPOINT with another ending, .weights.h5 or .pt.")  # fmt: skip
@click.option("--translated", metavar="FILE[:EXPR]", help="The translated code. Default: what `translate FILE` wrote "
              "beside FILE, or what FILE was translated from; else it is translated now.")  # fmt: skip
@click.option("--input", "inputs", multiple=True, metavar="SPEC", help='What the model takes: "x: float32[N,3,H,W]"; '
              "repeatable. Needed for --verify, for .keras, and where nothing else tells a shape.")  # fmt: skip
@click.option("--key", default="", metavar="NAME", help="Which state dict in the file, if it has several.")
@click.option("--verify", is_flag=True, help="Also run both models with these weights and compare their outputs.")
@click.option(
    "--rules", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="Rules of your own; repeatable."
)
@click.option("--force", is_flag=True, help="Overwrite the output file.")
@click.option("--report", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), default=600, show_default=True, metavar="SECONDS"
)
@click.option(
    "--memory-limit", type=click.FloatRange(min=0, min_open=True), default=16, show_default=True, metavar="GIB"
)
@click.option("--examples", type=click.IntRange(min=0), default=3, show_default=True,
              help="With --verify: combinations of sizes to draw.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True)
@backend_option
@click.option("--network", is_flag=True, help="Let the models reach other machines.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.pass_context
def weights(ctx: click.Context, **options: Any) -> None:
    """Write the trained weights in CHECKPOINT for the translation of its model."""
    ctx.exit(run(Request(**options)))


def run(request: Request) -> int:
    """Do what was asked. Returns the exit status; raises CommandError."""
    from translate.cli.verifying import require_frameworks

    output = _checked_output(request)
    place = ModelPlace.parse(request.model)
    if not place.expression:
        raise CommandError(f'--model {request.model}: names no model; write e.g. "{place.file}:Net()"')
    require_frameworks("translate weights", request.backend)
    source = read_source(place.file, None)
    expression = called(place.expression, source)
    target = _target(request, source, expression)
    _check_backend(request, source, target)
    with tempfile.TemporaryDirectory(prefix="translate-weights-", ignore_cleanup_errors=True) as folder:
        made = Path(folder) / output.name
        result = _moved(request, source, target, expression, made)
        if result.verdict == "written":
            write_copy(output, made)
    _report(request, f"{place.file}:{expression}", output, target, result)
    equal = result.verification is None or result.verification["verdict"] == "equal"
    return 0 if result.verdict == "written" and equal else 1


def _check_backend(request: Request, source: Source, target: Target) -> None:
    if request.to == "torch":
        check_backend(request.backend, source.text, source.name)
    elif isinstance(target.file, Path):
        check_backend(request.backend, read_source(str(target.file), None).text, str(target.file))
    else:
        check_backend(request.backend, target.file, "the translation")


def _checked_output(request: Request) -> Path:
    """The file to write. Raises CommandError if that, or the checkpoint, cannot be right."""
    from translate.weights.checkpoints import formats

    checkpoint = request.checkpoint
    read, written = ("torch", "keras") if request.to == "tf" else ("keras", "torch")
    if checkpoint.is_dir():
        raise CommandError(f"{checkpoint}: is a folder; name the file with the weights")
    if not checkpoint.is_file():
        raise CommandError(f"{checkpoint}: no such file; check the path")
    if formats.framework_of(checkpoint) != read:
        expected = formats.readable(read)
        raise CommandError(f"{checkpoint}: --to {request.to} reads {expected}; name such a file, or change --to")
    output = request.output or formats.renamed(checkpoint, written)
    if not formats.can_write(output, written):
        raise CommandError(f"{output}: --to {request.to} writes {formats.writable(written)}; name such a file with -o")
    if output.is_dir():
        raise CommandError(f"{output}: is a folder; name a file with -o")
    if output.exists() and not request.force:
        raise CommandError(f"{output}: exists; use --force to overwrite it, or name another file with -o")
    if not request.inputs and (request.verify or output.name.endswith(formats.ARCHIVE)):
        what = "--verify" if request.verify else formats.ARCHIVE
        raise CommandError(f'{what} needs the model to be called; add e.g. --input "x: float32[N,3,H,W]"')
    return output


def _target(request: Request, source: Source, expression: str) -> Target:
    """The translation: what was named, what lies beside the source, or what is made now."""
    if request.translated is not None:
        place = ModelPlace.parse(request.translated)
        named = read_source(place.file, None)
        return Target(Path(place.file), place.file, called(place.expression, named))
    assert source.path is not None
    before = _translated_from(source, request.to)
    beside = files.output_path(source, None, request.to)
    assert beside is not None
    if before is not None and not beside.is_file():
        return Target(before, f"{before} (what {source.name} was translated from)")
    return _translation(request, source, expression, beside)


def _translated_from(source: Source, to: str) -> Path | None:
    """The file that ``translate`` made the source from, if it is there, and of the framework that is wanted."""
    found = read_header(source.text)
    assert source.path is not None
    if found is None or found.to == to:
        return None
    path = source.path.with_name(Path(found.source).name)
    return path if path.is_file() and not path.samefile(source.path) else None


def _translation(request: Request, source: Source, expression: str, beside: Path) -> Target:
    from translate.cli.verifying import arrangements
    from translate.project.one_text import translate_source

    translation = translate_source(source, request.to, "channels_last", "target", request.rules)
    if translation.code == source.text:
        framework = "PyTorch" if request.to == "tf" else "Keras"
        raise CommandError(f"{source.name}: no {framework} in it; name the file with the model of the checkpoint")
    target = Target(beside, str(beside), translation.made_by(expression), arrangements(translation, expression))
    if beside.is_file():
        return target
    left = sum(not d.is_note for d in translation.diagnostics)
    name = f"made for this, since {beside} does not exist"
    name += f"; {left} things are left untranslated in it" if left else ""
    return Target(translation.code, name, target.expression, target.arrangements)


def _moved(request: Request, source: Source, target: Target, expression: str, made: Path) -> Transferred:
    """Let a worker write the weights to ``made``."""
    from translate.cli.verifying import spec_errors
    from translate.report.terminal import error_console
    from translate.verify import transfer_weights

    console = error_console()
    silent = request.quiet or not console.is_terminal
    waiting = nullcontext() if silent else console.status(f"Moving {request.checkpoint} ...")
    assert source.path is not None
    with spec_errors(request.to), waiting:
        return transfer_weights(
            request.checkpoint,
            made,
            source.path,
            target.file,
            expression,
            request.inputs,
            options=_options(request, target),
            verify=request.verify,
        )


def _options(request: Request, target: Target) -> Options:
    from translate.verify import Options

    return Options(
        to=request.to,
        translated_model=target.expression,
        weights_key=request.key,
        examples=request.examples,
        seed=request.seed,
        time_limit=request.time_limit,
        memory_limit=int(request.memory_limit * 2**30),
        network=request.network,
        backend=request.backend,
        training=False,
        gradients=False,
        rules=tuple(str(folder.resolve()) for folder in request.rules),
        **(target.arrangements or {}),
    )


def _report(request: Request, model: str, output: Path, target: Target, result: Transferred) -> None:
    data = {
        "version": 1,
        "checkpoint": str(request.checkpoint),
        "model": model,
        "to": request.to,
        "output": str(output),
        "written": result.verdict == "written",
        "translation": target.name,
        **result.to_json(),
    }
    if request.report == "json":
        from translate.report import json

        click.echo(json.dump(data))
        return
    from translate.report.terminal import error_console
    from translate.report.weights import print_transfer

    print_transfer(error_console(), data, quiet=request.quiet)
