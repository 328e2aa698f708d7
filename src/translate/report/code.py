"""Code on a page: in colours, with lines marked, whole or the places that matter only."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import PurePath
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name  # pyright: ignore[reportUnknownVariableType]

_AROUND = 4
"""Lines that are shown before and behind one that matters."""


def style(name: str) -> str:
    """The rules for the colours of a style of Pygments."""
    return _formatter(style=name).get_style_defs(".code")


def whole(text: str, marked: Collection[int], anchor: str) -> str:
    """All lines as HTML; each can be linked to as ``anchor``-number."""
    return _highlighted(text, hl_lines=sorted(marked), lineanchors=anchor)


def excerpts(text: str, marked: Collection[int]) -> list[str]:
    """The marked lines with some around them as HTML, one piece where they lie close together."""
    lines = text.splitlines(keepends=True)
    return [
        _highlighted(
            "".join(lines[start - 1 : end]),
            linenostart=start,
            hl_lines=[line - start + 1 for line in sorted(marked) if start <= line <= end],
        )
        for start, end in _windows(marked, len(lines))
    ]


def lines_of(parting: dict[str, Any] | None, side: str, name: str) -> set[int]:
    """The lines of a file that make and call what differs first, or between which it does."""
    if not parting:
        return set()
    beside = parting["beside"][0 if side == "source" else 1] if parting["own_code"] else ""
    parts = [place.rpartition(":") for place in (parting[side]["made"], parting[side]["called"], beside)]
    return {int(line) for file, _, line in parts if PurePath(file).name == PurePath(name).name}


def _windows(marked: Collection[int], last: int) -> Iterator[tuple[int, int]]:
    """First and last lines."""
    found: list[tuple[int, int]] = []
    for line in sorted(line for line in marked if line <= last):
        start, end = max(1, line - _AROUND), min(last, line + _AROUND)
        if found and start <= found[-1][1] + 1:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    yield from found


def _highlighted(text: str, **more: Any) -> str:
    return highlight(text, get_lexer_by_name("python", stripnl=False), _formatter(**more))


def _formatter(**more: Any) -> Any:
    made: Any = HtmlFormatter  # its type has parameters that nothing tells
    return made(**{"linenos": "inline", "style": "default", "cssclass": "code", **more})
