"""``translate verify``: any pair of programs, or a file and its translation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from translate.cli.device_options import device_options
from translate.cli.errors import CommandError
from translate.project.source import Source, read_source

if TYPE_CHECKING:
    from translate.cli.verifying import Asked, Pair

_FRAMEWORKS = {"torch": "PyTorch", "keras": "Keras"}


@click.command(
    epilog="Which model is built and what it is fed is found out, if --model and --input do not say it. "
    "Exit status: 0 equal, 1 not equal, or could not be compared, 2 wrong use or unreadable input."
)
@click.argument("source")
@click.argument("translated", required=False)
@click.option("--to", type=click.Choice(["tf", "torch"]), help="Translate the source first; instead of TRANSLATED.")
@click.option("--model", metavar="EXPR", default="", help='What builds the model, e.g. "Net(classes=10)".')
@click.option("--translated-model", metavar="EXPR", default="", help="The same in TRANSLATED, if it is other there.")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="SPEC",
    help='"x: float32[N,3,H,W]", as the source takes it; repeatable.',
)
@click.option("--weights", metavar="EXPR", default="", help="Trained weights (a list, state dict or file name).")
@click.option(
    "--rules", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="Rules of your own; repeatable."
)
@click.option("--report", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), default=600, show_default=True, metavar="SECONDS"
)
@click.option(
    "--memory-limit", type=click.FloatRange(min=0, min_open=True), default=16, show_default=True, metavar="GIB"
)
@device_options
@click.option("--network", is_flag=True, help="Let the models reach other machines.")
@click.option(
    "--examples", type=click.IntRange(min=0), default=3, show_default=True, help="Combinations of sizes to draw."
)
@click.option("--repro", metavar="FILE", help="Where a script that reproduces a difference goes. Default: .translate/.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("-q", "--quiet", is_flag=True, help="Print what is not equal only.")
@click.pass_context
def verify(
    ctx: click.Context, source: str, translated: str | None, to: Literal["tf", "torch"] | None, report: str, **more: Any
) -> None:
    """Run a model and its translation and compare them: outputs, gradients, training.

    Either of the two files may be PyTorch; the other one is Keras. Whoever wrote them.
    """
    from translate.cli.page import print_page
    from translate.cli.reproducing import check_place
    from translate.cli.verifying import Asked, all_equal, require_frameworks, verify_pair

    if (translated is None) == (to is None):
        raise CommandError("name the translation, or translate with --to tf or --to torch: one of the two")
    require_frameworks("verify", more["backend"])
    check_place(more["repro"])
    given = read_source(source, None)
    framework = _framework(given)
    pair = _translated(given, framework, to, more["rules"]) if to else _pair(given, framework, str(translated))
    asked = Asked(to="tf" if framework == "torch" else "torch", layers=report == "html", **more)
    done = verify_pair(pair, asked)
    if report == "json":
        _print_json(pair, asked, translated, done)
    elif report == "html":
        print_page(pair, translated, done)
    else:
        _print_text(pair, asked, done)
    complete = pair.translation is None or pair.translation.complete
    ctx.exit(0 if complete and all_equal(done) else 1)


def _framework(source: Source) -> str:
    from translate.discover import framework_of
    from translate.project.syntax_check import syntax_error

    try:
        found = framework_of(source.text)
    except SyntaxError as error:
        raise syntax_error(source, error.msg, error.lineno or 1, error.offset or 1) from None
    if not found:
        raise CommandError(f"{source.name}: imports neither PyTorch nor Keras, nothing to verify")
    return found


def _pair(source: Source, framework: str, translated: str) -> Pair:
    from translate.cli.verifying import Pair

    other = read_source(translated, None)
    if _framework(other) == framework:
        to = "tf" if framework == "torch" else "torch"
        raise CommandError(
            f"{source.name} and {other.name}: both are {_FRAMEWORKS[framework]}; one of the two has to be the other "
            f"framework. To compare them, translate one and verify both with that: "
            f"translate {source.name} --to {to} -o between.py --verify, then translate verify {other.name} between.py"
        )
    return Pair(source, other.path or other.text, other.text)


def _translated(source: Source, framework: str, to: Literal["tf", "torch"], rules: tuple[Path, ...]) -> Pair:
    from translate.cli.verifying import Pair
    from translate.project.one_text import translate_source

    if (framework == "torch") != (to == "tf"):
        raise CommandError(f"{source.name}: is {_FRAMEWORKS[framework]} already, nothing to translate --to {to}")
    translation = translate_source(source, to, "channels_last", "target", rules)
    return Pair(source, translation.code, translation.code, translation)


def _print_json(pair: Pair, asked: Asked, translated: str | None, done: list[dict[str, Any]]) -> None:
    from translate.cli.verifying import all_equal
    from translate.report import json

    data = {
        "version": json.VERSION,
        "source": pair.source.name,
        "translation": translated,
        "to": asked.to,
        "equal": all_equal(done),
        "verifications": done,
    }
    click.echo(json.dump(data))


def _print_text(pair: Pair, asked: Asked, done: list[dict[str, Any]]) -> None:
    from translate.report import text
    from translate.report.terminal import error_console
    from translate.report.verifications import print_verifications

    console = error_console()
    if pair.translation is not None and not asked.quiet:
        text.findings(console, pair.source.name, pair.translation.diagnostics)
    print_verifications(console, pair.source.name, done, quiet=asked.quiet)
