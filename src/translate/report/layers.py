"""The error of each layer, drawn: from what a verification says about layers to marks on a plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

_NAMED = 32
"""With more layers than that only some are named below the plot."""
_LONGEST = 17
_LARGEST, _SMALLEST = 3.5, 1.8


@dataclass(frozen=True)
class Mark:
    """One layer. ``x`` and ``y`` are shares of the plot's width and height, from the upper left."""

    x: float
    y: float
    state: str
    """``equal``, ``different``, or ``unknown``: of other shapes, or of no account in models that are equal."""
    text: str
    """What is told where one points at it."""
    label: str
    """What stands below it; empty: nothing."""
    link: str
    """To the line that makes it, in the source's code; empty: that is not known."""


@dataclass(frozen=True)
class Plot:
    """All layers, in the order of the source's calls."""

    marks: tuple[Mark, ...]
    first: Mark | None
    """Where the two part."""
    radius: float
    """Of the marks: of many layers they are smaller."""


def plot(result: dict[str, Any], height: Callable[[float | None], float], source: str, anchor: str) -> Plot | None:
    """None where nothing was compared layer by layer.

    ``height`` gives the place of a relative error; ``source`` is the name of the source's file, ``anchor`` what the
    names of its lines begin with on the page.
    """
    layers: list[dict[str, Any]] = result["layers"]
    if not layers:
        return None
    first = _first(layers, result["divergence"])
    every = -(-len(layers) // _NAMED)
    marks: list[Mark] = []
    equal = result["verdict"] == "equal"
    for index, layer in enumerate(layers):
        error = _relative(layer)
        named = index == first or (index % every == 0 and (first is None or abs(index - first) >= every))
        marks.append(
            Mark(
                (index + 0.5) / len(layers),
                height(error),
                "equal" if layer["agrees"] else "unknown" if layer["agrees"] is None or equal else "different",
                _told(layer, error, equal),
                _short(_name(layer)) if named else "",
                _link(layer["source"], source, anchor),
            )
        )
    radius = min(_LARGEST, max(_SMALLEST, 200 / len(layers)))
    return Plot(tuple(marks), None if first is None else marks[first], radius)


def _first(layers: Sequence[dict[str, Any]], parting: dict[str, Any] | None) -> int | None:
    """The layer that was named as the first that differs, or the one before which things go wrong."""
    if parting is None or parting["what"] != "output":
        return None
    differing = (i for i, layer in enumerate(layers) if layer["agrees"] is False)
    if parting["own_code"]:
        return next(differing, None)
    for index, layer in enumerate(layers):
        same_place = all(layer[side]["path"] == parting[side]["path"] for side in ("source", "translation"))
        if same_place and layer["number"] == parting["call"]:
            return index
    return next(differing, None)


def _relative(layer: dict[str, Any]) -> float | None:
    error, scale = layer["error"], layer["scale"]
    if error is None or (error and not scale):
        return None
    return error / scale if error else 0.0


def _name(layer: dict[str, Any]) -> str:
    place = layer["source"] if layer["source"]["path"] else layer["translation"]
    return (place["path"] or layer["source"]["kind"]) + (f" (call {layer['number']})" if layer["number"] else "")


def _told(layer: dict[str, Any], error: float | None, equal: bool) -> str:
    sides = " and ".join(filter(None, (_side(layer[side]) for side in ("source", "translation"))))
    unknown = "of other shapes" if layer["agrees"] is None else "not a number"
    later = "\none side does here what the other does later: as a whole they are equal"
    remark = later if equal and layer["agrees"] is False else ""
    return f"{_name(layer)}: {unknown if error is None else f'{error:.1e}'}\n{sides}\ngives {layer['shape']}{remark}"


def _side(place: dict[str, Any]) -> str:
    return f"{place['kind']} at {place['made']}" if place["kind"] and place["made"] else place["kind"]


def _short(name: str) -> str:
    """The end of a long name, which tells most."""
    return name if len(name) <= _LONGEST else f"\N{HORIZONTAL ELLIPSIS}{name[1 - _LONGEST :]}"


def _link(place: dict[str, Any], source: str, anchor: str) -> str:
    file, _, line = place["made"].rpartition(":")
    return f"{anchor}-{line}" if file and PurePath(file).name == PurePath(source).name else ""
