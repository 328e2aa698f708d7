"""Runs text that says sizes: each layer compares what it was told with what it gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import libcst as cst
from oracle import build_outside

from translate.staging.table import table

_TOLD = "_told_size"


class _Telling(cst.CSTTransformer):
    """``Conv2D(8, in_channels=n)`` as ``told(Conv2D(8), n)``, which Keras can run."""

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        told = [a for a in updated_node.args if a.keyword is not None and a.keyword.value == "in_channels"]
        if not told:
            return updated_node
        rest = [a for a in updated_node.args if a not in told]
        if rest:
            rest[-1] = rest[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        plain = updated_node.with_changes(args=rest)
        return cst.Call(cst.Name("told"), [cst.Arg(plain), cst.Arg(told[0].value)])


def runnable(module: cst.Module) -> str:
    function = f"def told(layer, size):\n    object.__setattr__(layer, {_TOLD!r}, size)\n    return layer\n\n\n"
    return function + module.visit(_Telling()).code


@contextmanager
def checked_sizes() -> Iterator[dict[str, Counter[str]]]:
    """What was told rightly, wrongly, and not at all though the layer has weights."""
    found: dict[str, Counter[str]] = {"wrong": Counter(), "right": Counter(), "missing": Counter()}
    call = keras.layers.Layer.__call__
    sized = {n.rpartition(".")[2] for n, e in table().layers.items() if e.sized}

    def checking(self: Any, *arguments: Any, **named: Any) -> Any:
        told = getattr(self, _TOLD, None)
        first = arguments[0] if arguments else None
        first = first[0] if isinstance(first, (list, tuple)) else first
        real = first.shape[-1] if hasattr(first, "shape") else None
        name = type(self).__name__
        if told is not None:
            found["right" if told == real else "wrong"][name if told == real else f"{name}: {told}, not {real}"] += 1
        elif name in sized:
            found["missing"][name] += 1
        build_outside(self, first)
        return call(self, *arguments, **named)

    keras.layers.Layer.__call__ = checking
    try:
        yield found
    finally:
        keras.layers.Layer.__call__ = call
