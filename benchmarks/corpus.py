"""Translate and verify code that we did not write: ``python benchmarks/corpus.py [pretrainedmodels]``.

A manifest in ``benchmarks/corpora/`` names a package, its files, and for each file the models to build and their
inputs (README.md has its keys). Each file is translated by the command ``translate``, each model is verified by
another run of it. The package is never imported here.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
COMMAND = [sys.executable, "-c", "from translate.cli.main import main; main()"]


@dataclass(frozen=True)
class Job:
    """One model of one file."""

    file: str
    model: str
    inputs: tuple[str, ...]
    options: tuple[str, ...]
    to: str = "tf"
    weights: str = ""

    @property
    def name(self) -> str:
        return f"{self.file}: {self.model}"


@dataclass(frozen=True)
class Row:
    """What came out."""

    file: str
    model: str
    translated: int
    left: dict[str, int]
    notes: int
    verdict: str
    """equal, different, failed; stopped: failed, and the translation told what it leaves; "" if not asked."""
    message: str
    largest_error: float | None
    seconds: float


def find_folder(manifest: dict[str, Any]) -> Path:
    """The installed package's folder. Ends the program if it is not there in the right version."""
    package, version = manifest["package"], manifest["version"]
    install = f"pip install --no-deps {package}=={version} {' '.join(manifest.get('requires', ()))}".rstrip()
    try:
        found = metadata.version(package)
    except metadata.PackageNotFoundError:
        sys.exit(f"{package} is not installed; run: {install}")
    if found != version:
        sys.exit(f"{package} is {found}, the manifest is for {version}; run: {install}")
    spec = find_spec(manifest["folder"].split("/")[0])  # looks for a package without importing it
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parents[1] / manifest["folder"]


def jobs(manifest: dict[str, Any], only: str) -> Iterator[Job]:
    """All jobs whose name contains, or as a pattern matches, ``only``."""
    for entry in manifest["entry"]:
        expressions = (
            [f"{m}({c})" for m in entry["models"] for c in entry["calls"]] if "calls" in entry else entry["models"]
        )
        for model in expressions:
            job = Job(
                entry["file"],
                model,
                tuple(entry["inputs"]),
                tuple(entry.get("options", ())),
                manifest.get("to", "tf"),
                entry.get("weights", ""),
            )
            if only in job.name or fnmatch(job.name, only):
                yield job


def run(job: Job, folder: Path, output: Path, arguments: argparse.Namespace) -> Row:
    """Translate, and verify if asked, in a process of its own."""
    command = [
        *COMMAND,
        str(folder / job.file),
        "--to",
        job.to,
        "-o",
        str(output / job.file),
        "--report",
        "json",
        *job.options,
    ]
    if not arguments.translate_only:
        command += ["--verify", "--model", job.model, *(part for text in job.inputs for part in ("--input", text))]
        command += ["--weights", job.weights] if job.weights else []
        command += ["--time-limit", str(arguments.time_limit), "--examples", str(arguments.examples)]
    started = time.monotonic()
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    if process.returncode not in (0, 1) or not process.stdout:
        message = (process.stderr.strip().splitlines() or ["no output"])[-1]
        return Row(job.file, job.model, 0, {}, 0, "failed", message, None, seconds)
    report = json.loads(process.stdout)
    left: dict[str, int] = {}
    for diagnostic in report["diagnostics"]:
        if diagnostic["code"].startswith("T"):
            left[diagnostic["code"]] = left.get(diagnostic["code"], 0) + 1
    verification: dict[str, Any] = report["verification"] or {}
    verdict: str = verification.get("verdict", "")
    return Row(
        file=job.file,
        model=job.model,
        translated=sum(report["translated"].values()),
        left=left,
        notes=len(report["diagnostics"]) - sum(left.values()),
        verdict="stopped" if left and verdict == "failed" else verdict,
        message=verification.get("message", ""),
        largest_error=verification.get("largest_error"),
        seconds=seconds,
    )


def table(rows: list[Row]) -> Table:
    """All rows, for people."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("file", "model", "translated", "left", "notes", "verified", "largest error", "seconds"):
        right = heading in ("translated", "notes", "largest error", "seconds")
        result.add_column(heading, justify="right" if right else "left", no_wrap=True)
    colours = {"equal": "green", "different": "bold red", "failed": "bold red", "stopped": "yellow", "": "dim"}
    for row in rows:
        left = ", ".join(f"{code} x{count}" for code, count in row.left.items()) or "-"
        error = "-" if row.largest_error is None or not row.verdict else f"{row.largest_error:.1e}"
        verdict = f"[{colours[row.verdict]}]{row.verdict or '-'}"
        cells = (row.file, row.model, str(row.translated), left, str(row.notes), verdict, error, f"{row.seconds:.0f}")
        result.add_row(*cells)
    return result


def main() -> int:
    """Exit status 1 if one is neither verified nor stopped by a diagnostic, or if too few are verified."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", nargs="?", default="pretrainedmodels")
    parser.add_argument("--only", default="", help="part of, or pattern for, 'file: model'")
    parser.add_argument("--translate-only", action="store_true")
    parser.add_argument("--time-limit", type=float, default=900)
    parser.add_argument("--examples", type=int, default=1, help="combinations of sizes to draw")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("build/corpus"), help="folder for translations and results")
    arguments = parser.parse_args()

    with (HERE / "corpora" / f"{arguments.corpus}.toml").open("rb") as stream:
        manifest = tomllib.load(stream)
    folder = find_folder(manifest)
    output = arguments.output / arguments.corpus
    console, progress = Console(), Console(stderr=True)
    console = console if console.is_terminal else Console(width=140)
    rows: list[Row] = []
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for row in pool.map(lambda job: run(job, folder, output, arguments), jobs(manifest, arguments.only)):
            rows.append(row)
            verdict = f"{row.verdict}: {row.message}" if row.verdict not in ("equal", "") else row.verdict
            progress.print(
                f"{row.file}: {row.model} {row.seconds:.0f} s {verdict}", markup=False, highlight=False, soft_wrap=True
            )
    console.print(table(rows))
    output.mkdir(parents=True, exist_ok=True)
    (output / "results.json").write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    if arguments.translate_only:
        return int(any(row.verdict == "failed" for row in rows))
    verdicts = ("equal", "stopped", "different", "failed")
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in verdicts}
    console.print(f"{len(rows)} models: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    wrong = counts["different"] + counts["failed"]
    return int(wrong > 0 or counts["equal"] < manifest.get("verified", 0.9) * len(rows))


if __name__ == "__main__":
    sys.exit(main())
