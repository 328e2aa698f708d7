"""What was verified, as one page that needs nothing else: no server, no network, no scripts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from translate.report import code, layers
from translate.report.verification import kind_of, relative_error

_LOWEST, _HIGHEST = -17, 1
"""Powers of ten that the plot spans. Below is shown at the bottom, above and what is no number at the top."""


@dataclass(frozen=True)
class Entry:
    """One model."""

    name: str
    verification: dict[str, Any] | None
    """As ``Verification.to_json`` gives it; None where nothing was found to build or feed."""
    source: tuple[str, str]
    """Name of the file and its text."""
    translation: tuple[str, str]
    found: tuple[str, ...] = ()
    """How what to build and feed was chosen."""
    problem: str = ""
    """Why there is no verification."""
    script: str = ""
    """A file that reproduces the difference."""


@dataclass(frozen=True)
class Mark:
    """One comparison in the plot. ``x`` and ``y`` are shares of its width and height, from the upper left."""

    x: float
    y: float
    equal: bool
    text: str


@dataclass(frozen=True)
class Group:
    """Comparisons of a kind, which lie side by side in the plot."""

    name: str
    start: float
    width: float
    marks: tuple[Mark, ...]


def page(entries: Sequence[Entry], title: str, version: str, *, findings: Sequence[str] = ()) -> str:
    """A whole HTML document. ``findings``: what is to be told about the translation as a whole, line by line."""
    return _template().render(
        title=title,
        version=version,
        findings=findings,
        entries=[_shown(entry, f"entry-{number}") for number, entry in enumerate(entries, 1)],
        counts=Counter(e.verification["verdict"] if e.verification else "not verified" for e in entries),
        ticks=[(10.0**power, _height(10.0**power)) for power in range(-16, 1, 4)],
        tolerance=_height(1e-7),
        light=code.style("default"),
        dark=code.style("github-dark"),
    )


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("translate.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("verification.html.j2")


def _shown(entry: Entry, anchor: str) -> dict[str, Any]:
    result = entry.verification
    comparisons: list[dict[str, Any]] = result["comparisons"] if result else []
    parting = (result or {}).get("divergence")
    sides = (entry.source, "source"), (entry.translation, "translation")
    marked = {side: code.lines_of(parting, side, name) for (name, _), side in sides}
    return {
        "name": entry.name,
        "found": entry.found,
        "problem": entry.problem,
        "result": result,
        "parting": parting["message"] if parting else "",
        "different": [(c, _error(c)) for c in comparisons if not c["equal"]],
        "groups": list(_groups(comparisons)),
        "layers": layers.plot(result, _height, entry.source[0], f"{anchor}-source") if result else None,
        "script": entry.script,
        "excerpts": [(name, code.excerpts(text, marked[side])) for (name, text), side in sides if marked[side]],
        "code": [(name, code.whole(text, marked[side], f"{anchor}-{side}")) for (name, text), side in sides],
    }


def _groups(comparisons: Sequence[dict[str, Any]]) -> Iterator[Group]:
    """In the order of comparing; each group is as wide as it has members, but not too narrow to be seen."""
    found = [
        (kind if dtype == "float64" else f"{kind} {dtype}", list(members))
        for (kind, dtype), members in groupby(comparisons, _kind)
    ]
    least = sum(len(members) for _, members in found) / 20
    widths = [max(len(members), least) for _, members in found]
    start = 0.0
    for (name, members), wide in zip(found, widths, strict=True):
        width = wide / sum(widths)
        step = width / len(members)
        marks = (
            Mark(start + (i + 0.5) * step, _height(relative_error(c)), c["equal"], f"{c['name']}: {_error(c)}")
            for i, c in enumerate(members)
        )
        yield Group(name, start, width, tuple(marks))
        start += width


def _kind(comparison: dict[str, Any]) -> tuple[str, str]:
    return kind_of(comparison["name"]), comparison["dtype"]


def _height(error: float | None) -> float:
    if error is None:
        return 0.0
    power = math.log10(error) if error > 0 else _LOWEST
    return (_HIGHEST - min(max(power, _LOWEST), _HIGHEST)) / (_HIGHEST - _LOWEST)


def _error(comparison: dict[str, Any]) -> str:
    error = relative_error(comparison)
    return comparison["detail"] or ("not a number" if error is None else f"{error:.1e}")
