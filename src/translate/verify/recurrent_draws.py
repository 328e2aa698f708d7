"""Dropout between the layers of a recurrent module, which PyTorch draws inside of one operation for all layers."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

OPERATIONS = ("lstm", "gru", "rnn_tanh", "rnn_relu")


def operations(dropout: Callable[[Any, float], Any]) -> tuple[Any, dict[str, Callable[..., Any]]]:
    """Where PyTorch keeps those operations, and what does the same layer by layer, with ``dropout`` between them."""
    owner: Any = import_module("torch")._VF
    return owner, {name: _by_layer(getattr(owner, name), dropout) for name in OPERATIONS}


def _by_layer(original: Callable[..., Any], dropout: Callable[[Any, float], Any]) -> Callable[..., Any]:
    torch: Any = import_module("torch")

    def call(x: Any, *rest: Any) -> Any:
        if not isinstance(rest[1], list):  # a packed sequence
            return original(x, *rest)
        hx, weights, bias, layers, p, train, both, batch_first = rest
        if not train or not p or layers == 1:
            return original(x, *rest)
        several = not torch.is_tensor(hx)
        begin: tuple[Any, ...] = hx if several else (hx,)
        ways, each = 2 if both else 1, len(weights) // layers
        last: list[Any] = []
        for k in range(layers):
            x = dropout(x, p) if k else x
            states = tuple(s[k * ways : (k + 1) * ways] for s in begin)
            given = states if several else states[0]
            own = weights[k * each : (k + 1) * each]
            x, *found = original(x, given, own, bias, 1, 0.0, train, both, batch_first)
            last.append(found)
        return x, *(torch.cat(found) for found in zip(*last, strict=True))

    return call
