"""Pairing what has no common names: by the order in which layers are called, checked by what a rule says of them.

A functional or sequential Keras model is its layers in the order in which the code that made it called them. The
PyTorch module is its modules with tensors, in the order of their first calls. Layers of the user's own classes are
paired as a whole with a module that has the same attributes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from translate.rules import Rule
from translate.weights import keras_layers, torch_modules

if TYPE_CHECKING:
    from translate.weights.walk import Walk


@dataclass(frozen=True)
class Unit:
    """A module with tensors of its own."""

    path: str
    module: Any
    chain: tuple[tuple[str, Any], ...]
    """Paths and modules that it stands in, outermost first, then itself."""


def parts(rule: Rule) -> list[str]:
    """What a rule's ``weights`` call the modules of which each is a part: ``["0", "1"]`` for a layer that becomes two
    modules one after another (``0.weight: depthwise_kernel, 1.weight: pointwise_kernel``), else nothing."""
    firsts = [name.partition(".")[0] for name in rule.weights]
    return list(dict.fromkeys(firsts)) if firsts and all(f.isdecimal() for f in firsts) else []


def pair(walk: Walk, path: str, module: Any, layer: Any) -> None:
    """Pair all of ``module`` with all of ``layer``, a functional or sequential model."""
    _InOrder(walk, path, module, layer).run()


class _InOrder:
    def __init__(self, walk: Walk, path: str, module: Any, layer: Any) -> None:
        self._walk, self._path, self._module, self._layer = walk, path, module, layer
        units = list(_units(walk, path, module, ()))
        late = len(walk.calls)
        self._rest = sorted(units, key=lambda u: min(walk.calls.get(id(m), late) for m in u.module.modules()))
        self._done: set[int] = set()

    def run(self) -> None:
        self._walk.ignored.update(id(t) for t in torch_modules.not_saved(self._module))
        for layer in keras_layers.parts(self._layer):
            if not self._take(layer):
                self._walk.reported.append(self._path)
                self._walk.given_up.append(self._layer)
                return
        self._walk.unreached += [name for unit in self._rest for name in self._unreached(unit)]

    def _unreached(self, unit: Unit) -> list[str]:
        """Tensors of a layer that Keras did not even make, since these inputs go another way."""
        calls = self._walk.calls
        if not calls or any(id(m) in calls for m in unit.module.modules()):
            return []
        named = [*unit.module.named_parameters(), *unit.module.named_buffers()]
        return [f"{unit.path}.{name}" for name, _ in named]

    def _take(self, layer: Any) -> bool:
        """Pair the next layer. False if that cannot be done, and a problem was noted."""
        if id(layer) in self._done or not self._walk.has_weights(layer):
            return True
        self._done.add(id(layer))
        if keras_layers.is_graph(layer):
            return all(self._take(inner) for inner in keras_layers.parts(layer))
        if not self._rest:
            self._walk.problem(keras_layers.path(layer), "missing in PyTorch")
            return False
        return (
            any(self._fits(path, module, layer) for path, module in self._candidates(layer))
            or self._in_parts(layer)
            or self._expanded(layer)
            or self._told(layer)
        )

    def _candidates(self, layer: Any) -> list[tuple[str, Any]]:
        """The next module and what it stands in: first what has the name of the layer's class."""
        chain = list(self._rest[0].chain)
        if type(layer).__module__.startswith(("keras.", "tf_keras.")):
            chain.reverse()
        name = type(layer).__name__.lower()
        return sorted(chain, key=lambda found: type(found[1]).__name__.lower() != name)

    def _fits(self, path: str, module: Any, layer: Any) -> bool:
        inside = {id(m) for m in module.modules()}

        def together() -> bool:
            self._walk.module(path, module, layer)
            return self._walk.complete([module], [layer])

        if not self._walk.attempt(together):
            return False
        self._rest = [u for u in self._rest if id(u.module) not in inside]
        return True

    def _in_parts(self, layer: Any) -> bool:
        """A layer that a rule says is several modules one after another."""
        for rule in (*self._walk.rules.rules, *self._walk.rules.back):
            names = parts(rule)
            if not 0 < len(names) <= len(self._rest) or not keras_layers.is_kind(layer, rule):
                continue
            units = self._rest[: len(names)]

            def together(rule: Rule = rule, units: list[Unit] = units, names: list[str] = names) -> bool:
                for name, unit in zip(names, units, strict=True):
                    of_part = {k.partition(".")[2]: v for k, v in rule.weights.items() if k.startswith(f"{name}.")}
                    self._walk.entries(unit.path, unit.module, layer, rule, of_part)
                return self._walk.complete([u.module for u in units], [layer])

            if self._walk.attempt(together):
                self._rest = self._rest[len(names) :]
                return True
        return False

    def _expanded(self, layer: Any) -> bool:
        """A layer without weights of its own is the layers inside of it."""
        inner = keras_layers.parts(layer)
        held = {id(w) for one in inner for w in keras_layers.weights(one)}
        if not inner or any(id(w) not in held for w in keras_layers.weights(layer)):
            return False
        rest, done = self._rest, set(self._done)

        def together() -> bool:
            return all(self._take(one) for one in inner)

        if self._walk.attempt(together):
            return True
        self._rest, self._done = rest, done
        return False

    def _told(self, layer: Any) -> bool:
        """Pair with the next module whatever comes of it, so that the problem is told."""
        if not self._rest:
            self._walk.problem(layer.path, "missing in PyTorch")
            return False
        unit = self._rest.pop(0)
        problems, found = len(self._walk.problems), len(self._walk.found)
        self._walk.module(unit.path, unit.module, layer)
        if len(self._walk.problems) > problems:
            return False
        if len(self._walk.found) > found:  # what does not fit, or is left over, is told tensor by tensor
            return True
        there = f"{keras_layers.path(layer)} ({type(layer).__name__})"
        text = f"is the next module with weights in PyTorch, where Keras has {there}"
        self._walk.problem(unit.path, text)
        return False


def _units(walk: Walk, path: str, module: Any, above: tuple[tuple[str, Any], ...]) -> Iterator[Unit]:
    """Modules that have tensors themselves; a module that a rule speaks of is one with all that is inside of it."""
    for name, child in module.named_children():
        full = f"{path}.{name}" if path else name
        chain = (*above, (full, child))
        known = [r for r in walk.rules_of(child) if not parts(r)]
        if known or torch_modules.own_tensors(child):
            yield Unit(full, child, chain)
        if not known:
            yield from _units(walk, full, child, chain)
