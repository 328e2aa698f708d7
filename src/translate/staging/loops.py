"""Loops: what is made in each round is kept in lists, and the loop of ``call`` walks the lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from translate.staging.blocks import Block, Later, Slot, suite
from translate.staging.naming import Names, plural
from translate.staging.trees import assign, evaluate

MOST_IN_ZIP = 4
"""How many lists a ``zip`` may walk; more are indexed."""
LONGEST = 96
"""How long the head of a loop may be."""


@dataclass(eq=False)
class Loop:
    """One loop of the source, in both programs."""

    node: cst.For
    before: Slot
    start: Slot
    end: Slot
    call: Block
    parent: Loop | None = None
    index: str | None = None
    """The variable that counts the rounds from ``first``."""
    first: str = "0"
    index_used: bool = False
    target: Slot | None = None
    """Behind the assignment of the loop's only variable."""
    header: cst.For | None = None
    """The loop's head as ``call`` may say it, if it can."""
    kept: list[Kept] = field(default_factory=list["Kept"])
    children: list[Loop] = field(default_factory=list["Loop"])

    def is_chain(self) -> bool:
        """Whether a round does nothing but another loop: the two are one chain then."""
        items = [i for i in self.call.items if not isinstance(i, Slot)]
        return (
            len(items) == 1
            and isinstance(items[0], LoopItem)
            and not self.kept
            and not self.index_used
            and bool(items[0].loop.all_kept())
        )

    def all_kept(self) -> list[Kept]:
        return [*self.kept, *(k for c in self.children for k in c.all_kept())]

    def outermost(self) -> Loop:
        """The outermost of the loops that are one chain with this one."""
        return self.parent.outermost() if self.parent is not None and self.parent.is_chain() else self


@dataclass(eq=False)
class Kept:
    """A value of each round."""

    loops: tuple[Loop, ...]
    element: str
    """What it is called within a round."""
    attribute: str
    placeholder: str
    own_name: bool = False
    there: bool = False
    """Whether the constructor has the list anyway."""
    """Whether the element is a variable of the source, whose name it keeps."""
    lists: dict[Loop, str] = field(default_factory=dict[Loop, str])

    def path(self) -> list[Loop]:
        """The loops that make lists of their own."""
        return [loop for loop in self.loops if not loop.is_chain()]

    def target(self, depth: int | None = None) -> str:
        """What the constructor calls the list of one loop, by default the innermost."""
        path = self.path()
        depth = len(path) - 1 if depth is None else depth
        return f"self.{self.attribute}" if depth == 0 else self.lists[path[depth]]


@dataclass(eq=False)
class LoopItem(Later):
    """A loop of ``call``."""

    loop: Loop


def finish(kept: list[Kept], names: Names) -> None:
    """Writes the making and filling of lists into the constructor's slots."""
    for one in kept:
        if one.there:
            continue
        path = one.path()
        for depth, loop in enumerate(path):
            if depth:
                one.lists[loop] = names.new(plural(one.element))
        for depth, loop in enumerate(path):
            loop.outermost().before.lines.append(assign(one.target(depth), cst.List([])))
            if depth:
                path[depth - 1].end.lines.append(evaluate(f"{one.target(depth - 1)}.append({one.target(depth)})"))


class Calls:
    """Writes the loops of ``call``."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.values: dict[str, cst.BaseExpression] = {}
        """What stands for the placeholders of kept values."""
        self.source: dict[Kept, str] = {}

    def write(self, loop: Loop) -> list[Any]:
        if loop.is_chain():
            return loop.call.render()
        streams = loop.all_kept()
        header = self._header(loop, streams)
        body = loop.call.render()
        return [header.with_changes(body=suite(body))] if body else []

    def _header(self, loop: Loop, streams: list[Kept]) -> cst.For:
        if not streams:
            assert loop.header is not None
            return loop.header
        sources = [self.source.get(k, f"self.{k.attribute}") for k in streams]
        if len(streams) > MOST_IN_ZIP:
            return self._indexed(loop, streams, sources)
        elements = [self._element(loop, k) for k in streams]
        target = ", ".join(elements)
        walked = sources[0] if len(sources) == 1 else f"zip({', '.join(sources)})"
        if loop.index_used:
            target = f"{loop.index}, ({target})" if len(elements) > 1 else f"{loop.index}, {target}"
            walked = f"enumerate({walked})" if loop.first == "0" else f"enumerate({walked}, {loop.first})"
        if len(target) + len(walked) > LONGEST:
            return self._indexed(loop, streams, sources)
        return _for(target, walked, loop.node)

    def _indexed(self, loop: Loop, streams: list[Kept], sources: list[str]) -> cst.For:
        index = loop.index if loop.index is not None and loop.first == "0" else self.names.new("index")
        for kept, source in zip(streams, sources, strict=True):
            self._hold(loop, kept, f"{source}[{index}]")
        if loop.index_used and loop.index != index:
            return _for(
                f"{index}, {loop.index}", f"enumerate(range({loop.first}, {loop.first} + len({sources[0]})))", loop.node
            )
        return _for(index, f"range(len({sources[0]}))", loop.node)

    def _element(self, loop: Loop, kept: Kept) -> str:
        inner = kept.path()[-1] is loop
        own = inner and kept.own_name
        name = kept.element if own else self.names.new(kept.element if inner else plural(kept.element))
        self._hold(loop, kept, name)
        return name

    def _hold(self, loop: Loop, kept: Kept, text: str) -> None:
        if kept.path()[-1] is loop:
            self.values[kept.placeholder] = cst.parse_expression(text)
        else:
            self.source[kept] = text


def _for(target: str, walked: str, node: cst.For) -> cst.For:
    module = cst.parse_module(f"for {target} in {walked}:\n    pass\n")
    statement = module.body[0]
    assert isinstance(statement, cst.For)
    return statement.with_changes(leading_lines=node.leading_lines)
