"""What the layers of a Keras model are called, as one would write it: ``blocks[2].conv``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from translate.weights import keras_layers


def keras_paths(model: Any) -> dict[int, str]:
    """Expressions that give the layers inside of a model, by the identity of the layer; the shortest of each."""
    found: dict[int, str] = {}
    waiting: list[tuple[str, Any]] = [("", model)]
    while waiting:  # level by level, so that the shortest comes first
        level, waiting = waiting, []
        for path, layer in level:
            for inner, part in _held(layer):
                if id(inner) not in found and inner is not model:
                    found[id(inner)] = f"{path}{part}".removeprefix(".")
                    waiting.append((f"{path}{part}", inner))
    return found


def _held(layer: Any) -> Iterator[tuple[Any, str]]:
    if keras_layers.is_graph(layer):
        for inner in layer.layers:
            yield inner, f".get_layer({inner.name!r})"
    for name, value in cast("dict[str, Any]", vars(layer)).items():
        if not name.startswith("_"):
            yield from _in(value, f".{name}")


def _in(value: Any, path: str) -> Iterator[tuple[Any, str]]:
    if keras_layers.is_layer(value):
        yield value, path
    elif isinstance(value, dict):
        for key, inner in cast("dict[Any, Any]", value).items():
            yield from _in(inner, f"{path}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(cast("list[Any]", value)):
            yield from _in(inner, f"{path}[{index}]")
