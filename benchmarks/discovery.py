"""How many models are found, built and fed without being told: ``python benchmarks/discovery.py [fixtures keras ...]``.

Over the corpora and the fixtures, without their given models and inputs. A model counts as found if it is built by an
expression that names what the manifest names, and takes inputs that agree with the manifest's: as many, of the same
rank and kind. With ``--verify`` it counts if it is then verified.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus import find_folder
from rich.console import Console
from rich.table import Table

from translate.discover import discover
from translate.translation import translate
from translate.verify import Inputs, Options, Plan, find, verify, warm

HERE = Path(__file__).parent
CORPORA = ("pretrainedmodels", "keras", "mtcnn", "fixtures", "fixtures_torch")
TARGET = 0.8


@dataclass(frozen=True)
class Given:
    """What a manifest says of one model."""

    corpus: str
    file: Path
    to: str
    name: str
    """Of the class, function or variable."""
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """What was found of it."""

    corpus: str
    file: str
    name: str
    model: str
    inputs: tuple[str, ...]
    reason: str
    """Why it does not count; empty if it does."""
    detail: str
    seconds: float


def manifest(corpus: str) -> Iterator[Given]:
    """The models of a corpus, each once: a package's are built in several ways, which nobody can guess."""
    if corpus.startswith("fixtures"):
        to = "tf" if corpus == "fixtures" else "torch"
        for path in sorted((HERE.parent / corpus).glob("*/fixture.toml")):
            told = tomllib.loads(path.read_text(encoding="utf-8"))
            yield Given(corpus, path.with_name("source.py"), to, _name(told["model"]), tuple(told["inputs"]))
        return
    told = tomllib.loads((HERE / "corpora" / f"{corpus}.toml").read_text(encoding="utf-8"))
    folder = find_folder(told)
    for entry in told["entry"]:
        for model in entry["models"]:
            yield Given(corpus, folder / entry["file"], told.get("to", "tf"), _name(model), tuple(entry["inputs"]))


def _name(model: str) -> str:
    return re.match(r"\w*", model)[0]  # type: ignore[index]


def agree(given: Given, plan: Plan) -> str:
    """Why what was found is not what the manifest has; empty if it is."""
    expected, found = Inputs.parse(given.inputs).inputs, Inputs.parse(plan.inputs).inputs
    if len(expected) != len(found):
        return f"{len(found)} inputs instead of {len(expected)}"
    for one, other in zip(expected, found, strict=True):
        if len(one.dimensions) != len(other.dimensions):
            return f"rank {len(other.dimensions)} instead of {len(one.dimensions)}"
        if ("int" in one.dtype, one.dtype == "bool") != ("int" in other.dtype, other.dtype == "bool"):
            return f"{other.dtype} instead of {one.dtype}"
    return ""


def rows(corpus: str, arguments: argparse.Namespace) -> Iterator[Row]:
    """One for each model of a corpus."""
    options = Options(time_limit=2 * arguments.seconds, examples=1)
    with warm() as server:
        for given in manifest(corpus):
            if arguments.only not in f"{given.file}: {given.name}":
                continue
            started = time.monotonic()
            text = given.file.read_text(encoding="utf-8")
            framework = "torch" if given.to == "tf" else "keras"
            # Beside a fixture there are others, and what is expected of it; around a package is all that it has.
            around = [] if corpus.startswith("fixtures") else None
            project = discover(text, framework, given.file, around=around)
            entries = {name: e for e in project.entries for name in (e.name, *(b.text for b in e.builds))}
            entry = entries.get(given.name) or (project.entries[0] if len(project.entries) == 1 else None)
            if entry is None:
                found = ", ".join(e.name for e in project.entries) or "nothing"
                yield Row(corpus, given.file.name, given.name, "", (), "not read", f"found {found}", 0)
                continue
            (plan,) = find(given.file, framework, [entry], options=options, server=server)
            reason, detail = ("not tried", plan.problem) if plan.problem else ("", agree(given, plan))
            reason = "other inputs" if detail and not reason else reason
            if not reason and arguments.verify:
                reason, detail = _verified(given, text, plan, options, server)
            seconds = time.monotonic() - started
            place = f"{given.file.parent.name}/{given.file.name}"
            yield Row(corpus, place, given.name, plan.model, plan.inputs, reason, detail, seconds)


def _verified(given: Given, text: str, plan: Plan, options: Options, server: object) -> tuple[str, str]:
    translation = translate(text, to=given.to)  # type: ignore[arg-type]
    options = Options(**{**asdict(options), "to": given.to, "translated_model": translation.made_by(plan.model)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "translated.py"
        path.write_text(translation.code, encoding="utf-8")
        result = verify(given.file, path, plan.model, plan.inputs, options=options, server=server)  # type: ignore[arg-type]
    return ("", "") if result.verdict == "equal" else (f"verified as {result.verdict}", result.message)


def table(found: list[Row]) -> Table:
    """All rows, for people."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("file", "model", "inputs", "", "seconds"):
        result.add_column(heading, overflow="fold")
    for row in found:
        said = f"[red]{row.reason}[/]: {row.detail[:160]}" if row.reason else "[green]found[/]"
        result.add_row(row.file, row.model or row.name, "; ".join(row.inputs), said, f"{row.seconds:.0f}")
    return result


def main() -> int:
    """Exit status 1 if fewer than 80% are found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpora", nargs="*", default=list(CORPORA))
    parser.add_argument("--only", default="", help="part of 'file: model'")
    parser.add_argument("--seconds", type=float, default=120, help="for each model")
    parser.add_argument("--verify", action="store_true", help="also verify what was found")
    parser.add_argument("--output", type=Path, default=Path("build/discovery.json"))
    arguments = parser.parse_args()
    console, progress = Console(width=160), Console(stderr=True)
    found: list[Row] = []
    for corpus in arguments.corpora:
        for row in rows(corpus, arguments):
            found.append(row)
            said = f"{row.reason}: {row.detail}" if row.reason else f"{row.model} {'; '.join(row.inputs)}"
            progress.print(f"{row.file}: {row.name}: {said}", markup=False, highlight=False, soft_wrap=True)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps([asdict(row) for row in found], indent=2) + "\n", encoding="utf-8")
    console.print(table(found))
    for corpus in arguments.corpora:
        own = [row for row in found if row.corpus == corpus]
        console.print(f"{corpus}: {sum(not row.reason for row in own)} of {len(own)}")
    reasons = Counter(row.reason for row in found if row.reason)
    good = len(found) - reasons.total()
    told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    what = "verified" if arguments.verify else "found"
    console.print(f"{good} of {len(found)} {what} ({good / max(1, len(found)):.0%}){': ' if told else ''}{told}")
    return int(good < TARGET * len(found))


if __name__ == "__main__":
    sys.exit(main())
