"""Which call of the one program is which of the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from translate.verify.divergence.trace import Event

Modules = Sequence[tuple[str, Any, Any]]
"""Paths, modules of the source, and what they are in the translation (layers; also lists of layers)."""


class Alignment:
    """Calls of a source and of its translation in pairs."""

    def __init__(self, source: Event, target: Event, modules: Modules) -> None:
        self.source, self.target = source, target
        self.partner: dict[Event, Event] = {source: target}
        """From calls in the source to those in the translation."""
        self.path: dict[Event, str] = {source: ""}
        self.modules: dict[int, str] = {}
        self._taken: set[Event] = {target}
        self._by_module(modules)
        for event in [source, *self.partner]:
            self._between(event)

    def calls_of(self, module: object) -> list[Event]:
        """All calls of a module of the source."""
        return [e for e in self.source.below() if e.module is module]

    def inside(self, event: Event) -> list[Event]:
        """The outermost calls inside of a call that have a partner, in order."""
        return _outermost(event, self.partner)

    def _by_module(self, modules: Modules) -> None:
        calls, counterparts = _calls(self.source), _calls(self.target)
        for path, module, other in modules:
            self.modules.setdefault(id(module), path)
            for event, twin in zip(calls.get(id(module), ()), counterparts.get(id(other), ()), strict=False):
                self._pair(event, twin, path)

    def _pair(self, event: Event, twin: Event, path: str) -> None:
        if event not in self.partner and twin not in self._taken and event.finished and twin.finished:
            self.partner[event], self.path[event] = twin, path
            self._taken.add(twin)

    def _between(self, event: Event) -> None:
        """Pair what has no weights by its place between what is paired, where there is as much on both sides."""
        mine, theirs = _parts(event, self.partner), _parts(self.partner[event], self._taken)
        anchors = [e for e in mine if e in self.partner and self.partner[e] in theirs]
        places = [theirs.index(self.partner[e]) for e in anchors]
        if places != sorted(places):
            return
        starts = [0, *(mine.index(e) + 1 for e in anchors)]
        ends = [*(mine.index(e) for e in anchors), len(mine)]
        others = zip([0, *(p + 1 for p in places)], [*places, len(theirs)], strict=True)
        for start, end, (first, last) in zip(starts, ends, others, strict=True):
            if end - start == last - first:
                for one, twin in zip(mine[start:end], theirs[first:last], strict=True):
                    self._pair(one, twin, self.modules.get(id(one.module), ""))


def _calls(root: Event) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = {}
    for event in root.below():
        if event.module is not None:
            found.setdefault(id(event.module), []).append(event)
    return found


def _outermost(event: Event, wanted: Iterable[Event]) -> list[Event]:
    return [e for c in event.children for e in ([c] if c in wanted else _outermost(c, wanted))]


def _parts(event: Event, paired: Iterable[Event]) -> list[Event]:
    """The same, and calls with nothing paired inside of them."""
    found: list[Event] = []
    for child in event.children:
        inner = [] if child in paired else _outermost(child, paired)
        found += _parts(child, paired) if inner else [child]
    return found
