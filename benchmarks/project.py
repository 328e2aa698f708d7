"""A whole package, beside targets: ``python benchmarks/project.py [--folder DIR] [PART ...]``.

workers: time of two workers by that of one, and of a second run by that of the first; peak memory. resume: killed at
half and run again, by the bytes of an undisturbed run. parser: CPU time beside LibCST's own parse and write of the same
files. copies: CPU time per file of 1, 2, 4 and 8 copies of a part of the package.

All numbers are ratios within one run, so that machines, and what else they do, count as little as possible.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import libcst
import psutil
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent))
from measuring.result import Result

COMMAND = [sys.executable, "-c", "from translate.cli.main import main; main()"]
SAMPLE = 24
"""Files of which copies are made."""


@dataclass
class Run:
    """What one run took."""

    wall: float
    cpu: float
    peak: float
    """MiB, of all its processes together."""
    largest: float
    """MiB, of the largest of them."""


def run(source: Path, output: Path, cache: Path, jobs: int) -> Run:
    """Translate a folder, quietly."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = begin(source, output, cache, jobs)
    peaks = [0.0, 0.0]
    watch = threading.Thread(target=_watch, args=(process.pid, peaks))
    watch.start()
    told = process.communicate()[1]
    watch.join()
    if process.returncode not in (0, 1):
        raise SystemExit(f"translate failed: {told[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(time.perf_counter() - start, cpu, *peaks)


def begin(source: Path, output: Path, cache: Path, jobs: int) -> subprocess.Popen[str]:
    options = ["--to", "tf", "-o", str(output), "--cache-dir", str(cache), "--jobs", str(jobs), "-q"]
    return subprocess.Popen([*COMMAND, str(source), *options], stderr=subprocess.PIPE, text=True)


def _watch(pid: int, peaks: list[float]) -> None:
    while True:
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return
            sizes = [_size(p) for p in (process, *process.children(recursive=True))]
        except psutil.Error:
            return
        peaks[0], peaks[1] = max(peaks[0], sum(sizes)), max(peaks[1], *sizes)
        time.sleep(0.1)


def _size(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss / 2**20
    except psutil.Error:  # it is no more
        return 0.0


def workers(source: Path, work: Path) -> list[Result]:
    one = run(source, work / "one", work / "cache1", 1)
    two = run(source, work / "two", work / "cache2", 2)
    again = run(source, work / "two", work / "cache2", 2)
    count = len(list(source.rglob("*.py")))
    return [
        Result(f"one worker, {count} files", one.wall, "s"),
        Result("two workers", two.wall, "s"),
        Result("  by one", two.wall / one.wall, "x", target=1 / 1.7),
        Result("second run, nothing changed", again.wall, "s"),
        Result("  by the first", again.wall / two.wall, "x", target=1 / 20),
        Result("peak memory of all processes, two workers", two.peak, "MiB"),
        Result("  of the largest", two.largest, "MiB"),
    ]


def resume(source: Path, work: Path) -> list[Result]:
    undisturbed = run(source, work / "whole", work / "cache_whole", 2)
    wanted = _contents(work / "whole")
    process = begin(source, work / "half", work / "cache_half", 2)
    while len(_contents(work / "half")) < len(wanted) // 2:
        if process.poll() is not None:
            raise SystemExit("the run to be killed ended by itself")
        time.sleep(0.05)
    process.kill()
    process.communicate()
    half = len(_contents(work / "half"))
    rest = run(source, work / "half", work / "cache_half", 2)
    made = _contents(work / "half")
    differ = sum(made.get(name) != wanted.get(name) for name in {*made, *wanted})
    return [
        Result(f"files that differ, killed after {half} of {len(wanted)} and run again", differ, "files", target=0),
        Result("time of the rest by that of an undisturbed run", rest.wall / undisturbed.wall, "x"),
    ]


def parser(source: Path, work: Path) -> list[Result]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(source.rglob("*.py"))]
    start = time.process_time()
    for text in texts:
        assert libcst.parse_module(text).code == text
    plain = time.process_time() - start
    whole = run(source, work / "out", work / "cache", 1)
    lines = sum(text.count("\n") for text in texts)
    return [
        Result(f"LibCST, parse and write, {len(texts)} files, {lines:,} lines", plain, "s"),
        Result("CPU time of translate, start and writing included", whole.cpu, "s"),
        Result("  by that of LibCST", whole.cpu / plain, "x", target=6),
    ]


def copies(source: Path, work: Path) -> list[Result]:
    files = sorted(source.rglob("*.py"))
    sample = files[:: max(1, len(files) // SAMPLE)]
    found: list[tuple[int, float]] = []
    for number in (1, 2, 4, 8):
        for copy in range(number):
            for path in sample:
                target = work / f"in{number}" / f"copy{copy}" / path.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        took = run(work / f"in{number}", work / f"out{number}", work / f"cache{number}", 2)
        found.append((number, took.cpu / (number * len(sample))))
    least = min(cpu for _, cpu in found)
    return [
        *(Result(f"{number} x {len(sample)} files, CPU time per file", cpu, "s") for number, cpu in found),
        Result("  most of 2, 4, 8 by 1", max(cpu for _, cpu in found[1:]) / found[0][1], "x", target=1.1),
        Result("  most by least (start-up counts with few files)", max(cpu for _, cpu in found) / least, "x"),
    ]


def _contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


PARTS: dict[str, Callable[[Path, Path], list[Result]]] = {
    "workers": workers,
    "resume": resume,
    "parser": parser,
    "copies": copies,
}


def main() -> int:
    """Exit status 1 if a target is missed."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    arguments.add_argument("--folder", type=Path, help="a package; default: timm, as it is installed")
    asked = arguments.parse_args()
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        arguments.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    spec = None if asked.folder else find_spec("timm")
    if asked.folder is None and (spec is None or spec.origin is None):
        arguments.error("timm is not installed; run: pip install --no-deps timm==1.0.31, or name a --folder")
    source = asked.folder or Path(str(spec.origin)).parent if spec else asked.folder
    console = Console()
    missed = False
    for part in asked.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="translate-benchmark-") as folder:
            # A copy: the package may lie where .gitignore, or what it is installed in, leaves it out.
            package = Path(folder, source.name)
            shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__"))
            (Path(folder) / "work").mkdir()
            results = PARTS[part](package, Path(folder) / "work")
        table = Table(part, "measured", "target", "", box=None, pad_edge=False, header_style="bold")
        for result in results:
            table.add_row(*result.cells())
        console.print(table, "")
        missed = missed or any(r.met is False for r in results)
    return int(missed)


if __name__ == "__main__":
    os.environ.pop("TRANSLATE_CACHE_DIR", None)
    sys.exit(main())
