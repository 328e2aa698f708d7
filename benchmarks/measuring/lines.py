"""Lines per CPU second over the files of the corpora, beside LibCST's own parse and write."""

from __future__ import annotations

import cProfile
import pstats
import time
import tomllib
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import libcst

from measuring.result import Result
from translate import translate

ROUNDS = 5
CORPORA = Path(__file__).parents[1] / "corpora"
PACKAGES = ("syntax", "rules", "infer", "rewrite")


def measure() -> list[Result]:
    """Both speeds, their ratio, and the share of each package in the time."""
    texts = [path.read_text(encoding="utf-8") for path in corpus_files()]
    count = sum(text.count("\n") for text in texts)
    translate(texts[0])  # reads the rules
    plain: list[float] = []
    whole: list[float] = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for text in texts:
            assert libcst.parse_module(text).code == text
        between = time.process_time()
        for text in texts:
            translate(text)
        plain.append(between - started)
        whole.append(time.process_time() - between)
    shares = _shares(texts)
    return [
        Result("LibCST, parse and write, lines per CPU second", count / median(plain), ""),
        Result(f"translate, lines per CPU second ({len(texts)} files, {count:,} lines)", count / median(whole), ""),
        Result("time of translate by that of LibCST", median(whole) / median(plain), "x", target=8),
        *(Result(f"  of which in {name}", 100 * share, "%") for name, share in shares.items()),
    ]


def corpus_files() -> list[Path]:
    files: list[Path] = []
    for manifest in sorted(CORPORA.glob("*.toml")):
        data = tomllib.loads(manifest.read_text(encoding="utf-8"))
        spec = find_spec(data["folder"].split("/")[0])
        if spec is None or spec.origin is None:
            raise SystemExit(
                f"{data['package']} is not installed; run: pip install --no-deps {data['package']}=={data['version']}"
            )
        folder = Path(spec.origin).parents[1] / data["folder"]
        files += [folder / entry["file"] for entry in data["entry"]]
    return files


def _shares(texts: list[str]) -> dict[str, float]:
    """The part of the time that each package spends in its own functions, and in what those call elsewhere."""
    profile = cProfile.Profile()
    profile.enable()
    for text in texts:
        translate(text)
    profile.disable()
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    spent: defaultdict[str, float] = defaultdict(float)
    for (file, _, _), (_, _, own, _, callers) in stats.items():
        package = _package(file)
        if package == "other" and callers:  # a built-in: its time is the caller's
            total = sum(caller[2] for caller in callers.values()) or 1.0
            for (caller_file, _, _), caller in callers.items():
                spent[_package(caller_file)] += own * caller[2] / total
        else:
            spent[package] += own
    everything = sum(spent.values())
    return {name: seconds / everything for name, seconds in sorted(spent.items(), key=lambda item: -item[1])}


def _package(file: str) -> str:
    for name in PACKAGES:
        if f"translate/{name}/" in file:
            return name
    if "libcst/" in file:
        return "LibCST"
    return "other"
