"""What was verified, as one page that needs nothing else: no server, no network, no scripts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import PurePath
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name  # pyright: ignore[reportUnknownVariableType]

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


def page(entries: Sequence[Entry], title: str, version: str) -> str:
    """A whole HTML document."""
    return _template().render(
        title=title,
        version=version,
        entries=[_shown(entry) for entry in entries],
        counts=Counter(e.verification["verdict"] if e.verification else "not verified" for e in entries),
        ticks=[(10.0**power, _height(10.0**power)) for power in range(-16, 1, 4)],
        tolerance=_height(1e-7),
        light=_formatter("default").get_style_defs(".code"),
        dark=_formatter("github-dark").get_style_defs(".code"),
    )


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("translate.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("verification.html.j2")


def _shown(entry: Entry) -> dict[str, Any]:
    result = entry.verification
    comparisons: list[dict[str, Any]] = result["comparisons"] if result else []
    parting = (result or {}).get("divergence")
    sides = (entry.source, "source"), (entry.translation, "translation")
    return {
        "name": entry.name,
        "found": entry.found,
        "problem": entry.problem,
        "result": result,
        "parting": parting["message"] if parting else "",
        "different": [(c, _error(c)) for c in comparisons if not c["equal"]],
        "groups": list(_groups(comparisons)),
        "code": [(name, _highlighted(text, _lines(parting, side, name))) for (name, text), side in sides],
    }


def _lines(parting: dict[str, Any] | None, side: str, name: str) -> list[int]:
    """The lines of a file that make and call what differs first."""
    places = [parting[side]["made"], parting[side]["called"]] if parting else []
    parts = [place.rpartition(":") for place in places]
    return [int(line) for file, _, line in parts if PurePath(file).name == PurePath(name).name]


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


def _formatter(style: str, marked: Sequence[int] = ()) -> Any:
    made: Any = HtmlFormatter  # its type has parameters that nothing tells
    return made(linenos="inline", style=style, cssclass="code", hl_lines=marked)


def _highlighted(text: str, marked: Sequence[int]) -> str:
    return highlight(text, get_lexer_by_name("python", stripnl=False), _formatter("default", marked))
