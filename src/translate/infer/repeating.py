"""Loops: read until nothing new is found; what goes round in them is arranged in one way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from translate.infer.branches import Branch, merge
from translate.infer.state import State
from translate.infer.values import Tensor, Value, image, source

Names = dict[str, Value]


def repeat(state: State, node: cst.For | cst.While, head: Callable[[], Any]) -> None:
    """Reads a loop until nothing new is found, then once more to record.

    Names that hold an image at the end of the loop only, or at its beginning only, are turned before it.
    """
    turned = _settle(state, node, head)
    to_image, to_source = state.dialect.to_image, state.dialect.to_source
    axes = tuple((n, (to_image if v.is_image else to_source)(v.rank or 0)) for n, v in turned.items())
    if axes:
        state.record(state.facts.turned, node, axes)
    else:
        state.nothing(state.facts.turned, node)
    before = dict(state.frame.names)
    _once(state, node, head)
    state.frame.names = merge(before, state.frame.names)
    if node.orelse is not None:
        state.execute(node.orelse.body)


def _once(state: State, node: cst.For | cst.While, head: Callable[[], Any]) -> None:
    head()
    with Branch(state, node):
        state.execute(node.body)


def _settle(state: State, node: cst.For | cst.While, head: Callable[[], Any]) -> dict[str, Tensor]:
    """Reads a loop without recording, and tells what is turned before it.

    How a name is turned is how the first reading leaves it; if the loop does not leave it so when it begins with it
    turned, nothing is.
    """
    before, logged = dict(state.frame.names), len(state.cast_log)
    turned: dict[str, Tensor] = {}
    with state.not_recording():
        _once(state, node, head)
        found = _between(state, before, state.frame.names, state.cast_log[logged:])
        for begin in (found, {}) if found else ():
            state.frame.names = before | begin
            _once(state, node, head)
            if all(_kind(state.frame.names.get(n)) == _kind(v) for n, v in begin.items()):
                turned = begin
                break
        before |= turned
        state.frame.names = merge(before, state.frame.names)
        if any(state.frame.names.get(n) is not v for n, v in before.items()):
            before = dict(state.frame.names)
            _once(state, node, head)
            state.frame.names = merge(before, state.frame.names)
    return turned


def _between(
    state: State, before: Names, after: Names, casts: list[tuple[cst.CSTNode, tuple[int, ...]]]
) -> dict[str, Tensor]:
    """Tensors that are arranged one way before the loop and the other way behind it, as they are behind it."""
    found: dict[str, Tensor] = {}
    for name, old in before.items():
        new = after.get(name)
        if not isinstance(old, Tensor) or not isinstance(new, Tensor) or _kind(old) == _kind(new):
            continue
        if old.undecided or new.undecided or old.reordered:
            continue
        rank = new.rank if new.is_image else old.rank
        other = old.rank if new.is_image else new.rank
        asked = [axes for node, axes in casts if isinstance(node, cst.Name) and node.value == name]
        if rank is None or (other != rank and not (other is None and state.dialect.to_image(rank) in asked)):
            continue
        made = image(rank) if new.is_image else source(rank)
        found[name] = replace(made, parts=(old,), channels=old.channels, elements=old.elements)
    return found


def _kind(value: Value | None) -> str | None:
    return value.arrangement.kind if isinstance(value, Tensor) else ""
