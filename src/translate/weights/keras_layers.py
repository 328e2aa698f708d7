"""Looking into Keras layers without importing Keras before it is needed."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, cast

from translate.rules import Rule
from translate.weights import keras2

_CREATED = re.compile(r"keras_tensor(?:_(\d+))?")


_used: list[str] = ["keras"]


@contextmanager
def using(package: str) -> Generator[None]:
    """While active, Keras is ``package``: "keras", or "tf_keras" (Keras 2)."""
    _used.append(package)
    try:
        yield
    finally:
        _used.remove(package)


def keras() -> Any:
    """The Keras package; untyped, since it ships no types."""
    return import_module("keras") if _used[-1] == "keras" else keras2.framework()


def is_old() -> bool:
    """Whether that is Keras 2."""
    return _used[-1] != "keras"


def tensor(variable: Any) -> Any:
    """The variable of TensorFlow that one of Keras holds; those of Keras 2 are such themselves."""
    return variable if callable(variable.value) else variable.value


def path(thing: Any) -> str:
    """What a layer or a variable is called."""
    return getattr(thing, "path", None) or thing.name


def _direct(layer: Any) -> list[Any]:
    if hasattr(layer, "_layers"):
        return list(layer._layers)
    return list(layer._flatten_layers(recursive=False, include_self=False))


def is_variable(value: object) -> bool:
    return isinstance(value, keras().Variable)


def is_counter(variable: Any) -> bool:
    """Whether a weight of a Keras layer counts something, which no other framework would."""
    return not variable.trainable and "int" in str(variable.dtype)


def is_layer(value: object) -> bool:
    return isinstance(value, keras().Layer)


def holds_modules(value: object) -> bool:
    return is_layer(value) or isinstance(value, (list, tuple, dict))


def attribute(owner: Any, name: str) -> Any:
    """The attribute that a translation of ``owner.name`` has, or None.

    Names which Keras reserves (``layers``, ``name``) have an underscore after them in translations, so there the
    underscored one is asked first: ``layer.weights`` always exists and is never what was meant.
    """
    framework = keras()
    reserved = hasattr(framework.Model, name)
    names = [f"{name}_", name] if reserved else [name, f"{name}_"]
    if name.endswith("_"):  # one that PyTorch reserves
        names.append(name[:-1])
    for candidate in names:
        # Keras raises AttributeError, or ValueError, from properties of a layer that is not built yet.
        try:
            value = getattr(owner, candidate, None)
        except ValueError:
            value = None
        if value is not None and (is_variable(value) or holds_modules(value)):
            return value
    return None


def dotted(owner: Any, path: str) -> Any:
    """``query_dense.kernel`` of a layer: the value, or None where something on the way is missing."""
    for name in path.split("."):
        try:
            owner = owner[int(name)] if name.isdecimal() else getattr(owner, name, None)
        except (ValueError, IndexError, TypeError):
            return None
    return owner


def children(value: Any) -> list[Any] | dict[Any, Any] | None:
    """What a container holds in order (a Sequential, a list, a tuple) or by key (a dict); None: not a container."""
    if isinstance(value, dict):
        return dict(cast("dict[Any, Any]", value))
    if isinstance(value, (list, tuple)):
        return list(cast("list[Any]", value))
    if isinstance(value, keras().Sequential):
        return list(value.layers)
    if is_layer(value) and hasattr(value, "__len__") and hasattr(value, "__iter__"):  # a layer that is a container, too
        return dict(value.items()) if hasattr(value, "keys") else list(value)
    return None


def unwrapped(source: Any, target: Any) -> Any:
    """The layer itself where its translation has a transpose before it: ``Sequential([Permute, Norm])``."""
    if not isinstance(target, keras().Sequential) or hasattr(source, "__len__"):
        return target
    names = {c.__name__.strip("_") for c in type(source).__mro__[:-2]}
    found = [layer for layer in target.layers if type(layer).__name__.strip("_") in names]
    return found[0] if len(found) == 1 and type(target).__name__ == "Sequential" else target


def weights(value: Any) -> list[Any]:
    """The variables of a layer, or of all layers in a container; no seeds and no metrics."""
    if is_variable(value):
        return [value]
    if is_layer(value):
        return list(value.weights)
    held = children(value) if isinstance(value, (list, tuple, dict)) else None
    if held is None:
        return []
    found = [w for v in (held.values() if isinstance(held, dict) else held) for w in weights(v)]
    return list({id(w): w for w in found}.values())


def is_built(value: Any) -> bool:
    """Whether a layer has its weights. Those that are lists are asked through what they hold."""
    return bool(value.built) if is_layer(value) else True


def is_functional(value: object) -> bool:
    """Whether a model was made of its inputs and outputs."""
    if _used[-1] == "keras":
        return isinstance(value, import_module("keras.src.models.functional").Functional)
    return isinstance(value, keras().Functional) and not isinstance(value, keras().Sequential)


def is_graph(value: object) -> bool:
    """Whether a model is made of layers that have no names of attributes."""
    return is_functional(value) or isinstance(value, keras().Sequential)


def parts(layer: Any) -> list[Any]:
    """The layers directly inside of a layer, each once; of a functional model in the order in which the code that
    made it called them, which is the order of the numbers in the names of their results."""
    if isinstance(layer, list):
        return list(cast("list[Any]", layer))
    if is_functional(layer):
        by_depth = layer._nodes_by_depth
        nodes = [n for depth in sorted(by_depth, reverse=True) for n in by_depth[depth]]
        operations = [getattr(n, "operation", None) or n.layer for n in sorted(nodes, key=_created)]
        return [o for o in dict.fromkeys(operations) if is_layer(o)]
    return list(layer.layers if isinstance(layer, keras().Sequential) else _direct(layer))


def _created(node: Any) -> float:
    outputs: Any = node.outputs
    made = cast("list[Any]", outputs if isinstance(outputs, (list, tuple)) else [outputs])
    numbers = [int(m[1] or 0) for t in made if (m := _CREATED.match(t.name))]
    return min(numbers, default=-1)


def kinds(layer: Any) -> list[str]:
    """The names of the layer's class and of the classes that it extends."""
    return [c.__name__.strip("_") for c in type(layer).__mro__]


def origins(layer: Any) -> list[tuple[str, bool]]:
    """The same, and whether each is a class of a file rather than of Keras."""
    own = ("keras", keras2.PACKAGE)
    return [(c.__name__.strip("_"), c.__module__.partition(".")[0] not in own) for c in type(layer).__mro__]


def names(rule: Rule) -> list[str]:
    """The Keras layers that a rule speaks of."""
    signatures = [rule.target, *(c.target for c in rule.cases)]
    return [s.name for s in signatures if s is not None]


def is_kind(layer: Any, rule: Rule) -> bool:
    """Whether a rule speaks of the class of a layer."""
    return bool({name.rpartition(".")[2] for name in names(rule)} & set(kinds(layer)))


def inner_layers(value: Any) -> list[Any]:
    """The layer itself, then what it holds, outermost first."""
    if is_layer(value):
        return [value, *(found for child in _direct(value) for found in inner_layers(child))]
    held = children(value)
    if held is None:
        return []
    return [found for v in (held.values() if isinstance(held, dict) else held) for found in inner_layers(v)]
