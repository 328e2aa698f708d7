"""Pairing the weights of programs that do not share names: by the order of calls, and what that leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from translate.rules import RuleSet
from translate.verify.divergence.paths import keras_paths
from translate.verify.divergence.trace import Event, Trace
from translate.verify.sides import Call, Side
from translate.weights import Pairing, keras_layers, pair
from translate.weights.calls import Calls

_NAMED = 6
"""So many pairs are told."""


def pair_by_calls(
    module: Any, layer: Any, keras: Side, call: Call, calls: Calls, rules: RuleSet
) -> tuple[Pairing, list[str]]:
    """Pair the k-th layer with weights that is called with the k-th module, if all shapes fit; and notes about it.

    Raises WeightError if that does not pair everything, UserError where the user's code does.
    """
    trace = Trace()
    keras.run(layer, replace(call, trace=trace, cotangents=None))
    units = _units(trace.root)
    pairing = pair(module, layer, rules=rules, calls=calls, in_order=[e.module for e in units])
    names = keras_paths(layer)
    paths = {id(other): path for path, _, other in pairing.modules if path}
    told = [f"{paths[id(e.module)]} is {names[id(e.module)]}" for e in units if id(e.module) in paths]
    more = f", and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    notes = [f"names differ, so weights were paired by the order of calls: {', '.join(told[:_NAMED])}{more}"]
    for group in _alike(units):
        alike = ", ".join(names.get(id(e.module), e.kind) for e in group)
        notes.append(
            f"{alike} are given the same and have weights of equal shapes: the order of calls need not tell which is "
            "which; give them the same names on both sides to be sure"
        )
    return pairing, notes


def _units(root: Event) -> list[Event]:
    """The first calls of layers with weights: of Keras' own as a whole, of the user's classes what is inside."""
    found: dict[int, Event] = {}

    def visit(event: Event) -> None:
        layer = event.module
        if layer is not None and keras_layers.weights(layer):
            inner = any(keras_layers.weights(c.module) for c in event.below() if c is not event)
            if (_is_of_keras(layer) and not keras_layers.is_graph(layer)) or not inner:
                found.setdefault(id(layer), event)
                return
        for child in event.children:
            visit(child)

    visit(root)
    return list(found.values())


def _is_of_keras(layer: Any) -> bool:
    return type(layer).__module__.partition(".")[0] in ("keras", "tf_keras")


def _alike(units: Sequence[Event]) -> list[list[Event]]:
    """Groups of layers between which nothing but the order of their calls tells."""
    groups: list[list[Event]] = []
    for event in units:
        group = next((g for g in groups if _interchangeable(g[0], event)), None)
        if group is None:
            groups.append([event])
        else:
            group.append(event)
    return [g for g in groups if len(g) > 1]


def _interchangeable(one: Event, other: Event) -> bool:
    shapes = [[tuple(w.shape) for w in keras_layers.weights(e.module)] for e in (one, other)]
    return (
        one.kind == other.kind
        and shapes[0] == shapes[1]
        and len(one.inputs) == len(other.inputs)
        and all(np.array_equal(a, b) for a, b in zip(one.inputs, other.inputs, strict=True))
    )
