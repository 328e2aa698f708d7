"""Giving Keras layers weights without calling the model: the tensors that they are paired with tell the shapes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, cast

from translate.weights import keras_layers
from translate.weights.mapping import Mapping

_DIVISIBLE = 240
"""A size of which many numbers of groups are a divisor."""
_RANKS = (4, 2, 3, 5)
"""Of inputs, the commonest first."""
Tensors = list[tuple[Any, Mapping]]


def build(layer: Any, module: Any, tensors: Tensors) -> None:
    """Build a layer for inputs on which it gets weights that fit the ``tensors`` of its counterpart in PyTorch.

    Found by trial on copies, since weights cannot be taken back. Leaves the layer as it is if none fit.
    """
    count = _inputs(layer)
    for shape in _shapes(module, tensors):
        trial = _copy(layer)
        if trial is None:
            return
        try:
            trial.build(*[shape] * count)
        except Exception:  # layers raise anything about shapes that they do not take
            continue
        held = [(t, mapping, keras_layers.dotted(trial, mapping.name)) for t, mapping in tensors]
        if all(keras_layers.is_variable(w) and m.fits(tuple(t.shape), tuple(w.shape)) for t, m, w in held):
            layer.build(*[shape] * count)
            return


def gets_weights(value: Any) -> bool:
    """Whether there is a layer that makes weights when it is built, and was not built yet."""
    keras = keras_layers.keras()
    plain = [getattr(cls, "build", None) for cls in (keras.Layer, keras.Model, keras.Sequential)]
    found: list[Any] = [x for x in keras_layers.inner_layers(value) if not x.built]
    return any(getattr(cast("Any", type(x)), "build", None) not in plain and _makes_some(x) for x in found)


def _makes_some(layer: Any) -> bool:
    """Whether a layer has weights when it is built: a normalization may have been told to have none."""
    for rank in _RANKS:
        trial = _copy(layer)
        if trial is None:
            return True
        try:
            trial.build(*[(None, *[_DIVISIBLE] * (rank - 1))] * _inputs(trial))
        except Exception:  # as above
            continue
        return bool(trial.weights)
    return True


def _inputs(layer: Any) -> int:
    """How many shapes ``build`` wants."""
    parameters = inspect.signature(layer.build).parameters.values()
    return sum(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)


def _copy(layer: Any) -> Any:
    """A layer made as this one was; where that is not known of a class of the user's, one of the class it extends."""
    classes: tuple[Any, ...] = type(layer).__mro__
    for kind in classes[: classes.index(keras_layers.keras().Layer)]:
        try:
            return kind.from_config(layer.get_config())
        except Exception:  # get_config is the user's, too
            continue
    return None


def _shapes(module: Any, tensors: Tensors) -> Iterator[tuple[int | None, ...]]:
    """Shapes of inputs with channels of each of the sizes that the module knows: at the end, in front, everywhere."""
    own = [v for v in cast("dict[str, Any]", vars(module)).values() if isinstance(v, int) and not isinstance(v, bool)]
    dimensions = [size for t, _ in tensors for size in t.shape]
    ranks = [max((len(t.shape) for t, _ in tensors), default=0), *_RANKS]
    for rank in dict.fromkeys(r for r in ranks if r > 1):
        for size in dict.fromkeys(s for s in [*own, *dimensions] if s > 0):
            others = [None] * (rank - 2)
            yield from ((None, *others, size), (None, size, *others), (None, *[size] * (rank - 1)))
    for tensor, _ in tensors:  # normalization over several axes
        yield (None, *tensor.shape)
