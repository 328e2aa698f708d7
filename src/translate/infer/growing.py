"""Chains of layers that grow by ``add``, also in loops and under conditions: in which order they are at work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import libcst as cst

from translate.infer.state import State
from translate.infer.values import Container, Value, join, options

Link = Callable[["Step", Value], Value]


@dataclass
class Step:
    """One ``add``, and the loops and branches around it within the function."""

    around: tuple[object, ...]
    value: Value
    made: cst.CSTNode | None


def note(state: State, node: cst.CSTNode, owner: Container, value: Value, made: cst.CSTNode | None) -> None:
    """``owner`` gets ``value`` by the call ``node``, which is read more than once."""
    before = owner.steps.get(node)
    if before is not None:
        before.value = join(before.value, value)
    elif state.frame.branches[: len(owner.born)] == owner.born:
        owner.steps[node] = Step(state.frame.branches[len(owner.born) :], value, made)


def in_order(owner: Container) -> list[Step] | None:
    """All that the chain holds; None if something came in another way."""
    rest = owner.children.rest
    noted = [o for step in owner.steps.values() for o in options(step.value)]
    if not owner.steps or (rest is not None and not all(any(o is n for n in noted) for o in options(rest))):
        return None
    own = [v for v in owner.children.items if not any(v is n for n in noted)]
    nodes = [*owner.nodes, *[None] * len(own)]
    return [*(Step((), v, made) for v, made in zip(own, nodes, strict=False)), *owner.steps.values()]


def run(state: State, steps: Sequence[Step], value: Value, link: Link, depth: int = 0) -> Value:
    """What comes out of the steps, one after another."""
    start = 0
    while start < len(steps):
        around = steps[start].around
        if len(around) == depth:
            value = link(steps[start], value)
            start += 1
            continue
        head, end = around[depth], start
        while end < len(steps) and steps[end].around[depth : depth + 1] == (head,):
            end += 1
        group = steps[start:end]
        if isinstance(head, (cst.For, cst.While)):
            with state.not_recording():  # what a round gives is what the next one gets
                for _ in range(2):
                    value = join(value, run(state, group, value, link, depth + 1))
            value = run(state, group, value, link, depth + 1)
        else:
            value = join(value, run(state, group, value, link, depth + 1))
        start = end
    return value
