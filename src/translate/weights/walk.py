"""Walking a PyTorch module and its Keras translation side by side."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from translate.rules import Rule, RuleSet
from translate.weights import building, by_order, keras_layers, torch_modules
from translate.weights.calls import Calls
from translate.weights.mapping import Mapping

Found = tuple[str, Any, Any, Mapping, bool, bool, str, Any]
Weights = dict[str, str | None]
_ITSELF = Mapping("")


class Walk:
    """What was found on the way: pairs of tensors and what stands in the way of pairing."""

    def __init__(self, rules: RuleSet, calls: Calls | None = None, *, build: bool = False) -> None:
        self.rules = rules
        self.build = build
        """Whether layers that have no weights yet are given some."""
        self.calls = calls or {}
        """When each PyTorch module was called first, by its identity; empty: not known."""
        self._visited: set[tuple[int, int]] = set()
        self._start = 0
        """How many pairs there were when the present attempt began."""
        self.found: list[Found] = []
        """The fields of a Pair."""
        self.together: list[tuple[str, Any, Any]] = []
        """Paths, modules, and the layers (or containers of layers) that they were paired with."""
        self.problems: list[str] = []
        self.reported: list[str] = []
        """Paths of modules that ``problems`` speaks of, so that their tensors need no line each."""
        self.ignored: set[int] = set()
        self.unreached: list[str] = []
        """PyTorch tensors of modules that no call reached, and that Keras has no layers for."""
        """Identities of PyTorch tensors that need no counterpart."""
        self.counters: set[int] = set()
        """Identities of Keras weights that need no counterpart."""
        self.unbuilt: list[str] = []
        """Paths of PyTorch tensors whose Keras layer has no weights yet."""
        self.given_up: list[Any] = []
        """Keras models of which ``problems`` speaks, so that their weights need no line each."""

    def attempt(self, action: Callable[[], bool]) -> bool:
        """Do something that says whether it came out well; if not, nothing has happened."""
        state: dict[str, Any] = vars(self)
        before = {name: copy.copy(value) for name, value in state.items() if name not in ("rules", "build", "calls")}
        problems, self._start = len(self.problems), len(self.found)
        try:
            if action() and len(self.problems) == problems:
                return True
        finally:
            self._start = before["_start"]
        state.update(before)
        return False

    def fitting(self) -> bool:
        """Whether the shapes of all pairs fit that were found in this attempt."""
        found = self.found[self._start :]
        return all(mapping.fits(tuple(t.shape), tuple(w.shape)) for _, t, w, mapping, *_ in found)

    def complete(self, modules: Sequence[Any], layers: Sequence[Any]) -> bool:
        """Whether all of ``modules`` and all of ``layers`` is paired, and fits."""
        tensors = {id(t) for _, t, *_ in self.found} | self.ignored
        weights = {id(w) for _, _, w, *_ in self.found} | self.counters
        return (
            self.fitting()
            and all(id(t) in tensors for module in modules for t in torch_modules.tensors(module))
            and all(id(w) in weights for layer in layers for w in keras_layers.weights(layer))
        )

    def module(self, path: str, module: Any, layer: Any) -> None:
        """Pair all that ``module`` holds with what ``layer`` holds (a layer, or a list, tuple, dict of layers)."""
        if (id(module), id(layer)) in self._visited:  # used twice
            return
        self._visited.add((id(module), id(layer)))
        self.together.append((path, module, layer))
        rules = self.rules_of(module)
        if rules and self._by_rule(path, module, layer, rules):
            return
        if keras_layers.is_functional(layer):
            by_order.pair(self, path, module, layer)
            return
        if isinstance(layer, keras_layers.keras().Sequential) and self._sequential(path, module, layer):
            return
        if torch_modules.is_chain(module) and self._wrapped(path, module, layer):
            return
        layer = keras_layers.unwrapped(module, layer)
        self._own_tensors(path, module, layer)
        self._children(path, module, layer)

    def _sequential(self, path: str, module: Any, layer: Any) -> bool:
        """Child by child, or else whatever holds weights one after another. False if it is neither."""

        def children() -> bool:
            self._children(path, module, layer)
            return self.complete([module], [layer])

        def flat() -> bool:
            by_order.pair(self, path, module, layer)
            return self.complete([module], [layer])

        return self.attempt(children) or self.attempt(flat)

    def _wrapped(self, path: str, module: Any, layer: Any) -> bool:
        """One layer of Keras that is a few modules in PyTorch: padding, a convolution, an activation."""

        def flat() -> bool:
            by_order.pair(self, path, module, [layer])
            return self.complete([module], [layer])

        return keras_layers.children(layer) is None and self.attempt(flat)

    def problem(self, path: str, text: str) -> None:
        self.problems.append(f"{path or 'the model'}: {text}")
        self.reported.append(path)

    # A module that a rule speaks of

    def rules_of(self, module: Any) -> list[Rule]:
        """The rules that say how the tensors of a module's class are kept."""
        for cls in type(module).__mro__:
            helper, public = f"helpers.{cls.__name__.strip('_')}", torch_modules.public_name(cls)
            named = [*self.rules.find(public), *self.rules.find(helper)]
            named += [r for r in self.rules.back if str(r.data.get("torch")).startswith((f"{helper}(", f"{public}("))]
            found = [r for r in named if r.weights]
            if cls.__module__.partition(".")[0] != "torch":  # a class of the file may be called like a helper
                held = ((r, numbered(module, r.weights)) for r in found)
                found = [r for r, names in held if any(keras_layers.dotted(module, n) is not None for n in names)]
            if found:
                return found
        return []

    def _by_rule(self, path: str, module: Any, layer: Any, rules: list[Rule]) -> bool:
        """Pair by a rule. False if the module has children or tensors besides, and no rule fits the layer."""
        chosen = _counterparts(layer, rules)
        if not chosen and not torch_modules.tensors(module):
            return True
        if not chosen:
            if _is_composite(module, layer):
                return False
            names = " or ".join(sorted({k for r in rules for k in keras_layers.names(r)}))
            self.problem(path, f"expected {names} as its translation, found {type(layer).__name__}")
            return True
        if len(chosen) > 1:
            self.problem(path, f"{len(chosen)} layers in its translation could be its counterpart")
            return True
        layer, rule = chosen[0]
        self.together.append((path, module, layer))
        weights = numbered(module, rule.weights)
        self.entries(path, module, layer, rule, weights)
        self._own_tensors(path, module, layer, besides=set(weights))
        return True

    def entries(self, path: str, module: Any, layer: Any, rule: Rule, weights: Weights) -> None:
        """Pair some of a rule's ``weights``; ``module`` may be anything with attributes."""
        if self.build and not keras_layers.is_built(layer):
            held = [(keras_layers.dotted(module, name), text) for name, text in weights.items() if text is not None]
            building.build(layer, module, [(t, Mapping.parse(text)) for t, text in held if t is not None])
        for name, text in weights.items():
            self._rule_entry(path, module, layer, rule, name, text)
        self.counters.update(id(w) for w in keras_layers.weights(layer) if keras_layers.is_counter(w))

    def _rule_entry(self, path: str, module: Any, layer: Any, rule: Rule, name: str, text: str | None) -> None:
        tensor = keras_layers.dotted(module, name)
        if tensor is None:  # bias=False, affine=False
            return
        if text is None:
            self.ignored.add(id(tensor))
            return
        full = _join(path, name)
        mapping = Mapping.parse(text)
        weight = keras_layers.dotted(layer, mapping.name)
        if keras_layers.is_variable(weight):
            is_parameter = torch_modules.is_parameter(tensor)
            self.found.append((full, tensor, weight, mapping, is_parameter, True, rule.differs, layer))
        elif not keras_layers.is_built(layer):
            self.unbuilt.append(full)
        else:
            self.problems.append(f"{full}: missing in Keras, {type(layer).__name__} has no {mapping.name}")
            self.ignored.add(id(tensor))

    # A module of the user's

    def _own_tensors(self, path: str, module: Any, layer: Any, besides: set[str] | None = None) -> None:
        for name, tensor in [*module._parameters.items(), *module._buffers.items()]:
            if tensor is None or name in (besides or set()):
                continue
            weight = _element(layer, name)
            if keras_layers.is_variable(weight):
                self.found.append(
                    (_join(path, name), tensor, weight, _ITSELF, torch_modules.is_parameter(tensor), False, "", layer)
                )
            elif name in module._non_persistent_buffers_set:  # computed by the constructor on both sides
                self.ignored.add(id(tensor))
            elif not keras_layers.is_built(layer):
                self.unbuilt.append(_join(path, name))

    def _children(self, path: str, module: Any, layer: Any) -> None:
        modules = {name: m for name, m in module._modules.items() if m is not None}
        held = keras_layers.children(layer)
        if not modules and not keras_layers.is_layer(layer):  # lists of parameters
            return
        if held is None:
            for name, module in modules.items():
                self._child(_join(path, name), module, keras_layers.attribute(layer, name))
            return
        if isinstance(held, dict):
            if set(held) >= set(modules):
                for name, module in modules.items():
                    self._child(_join(path, name), module, held[name])
                return
            held = list(held.values())
        for (name, module), layer in self._in_order(path, modules, held):
            self._child(_join(path, name), module, layer)

    def _in_order(self, path: str, modules: dict[str, Any], held: list[Any]) -> Iterator[tuple[tuple[str, Any], Any]]:
        """Children of containers one after another; those without weights may be more or fewer on one side."""
        if len(modules) == len(held) and all(
            torch_modules.tensors(m) or not self.has_weights(v) for m, v in zip(modules.values(), held, strict=True)
        ):
            return zip(modules.items(), held, strict=True)
        with_tensors = [(name, m) for name, m in modules.items() if torch_modules.tensors(m)]
        layers = [v for v in held if self.has_weights(v)]
        if len(with_tensors) != len(layers):
            counts = f"{len(with_tensors)} modules with weights in PyTorch, {len(layers)} layers with weights in Keras"
            self.problem(path, counts)
            return iter(())
        return zip(with_tensors, layers, strict=True)

    def has_weights(self, value: Any) -> bool:
        """Whether a layer, or a container, has weights, or is going to be given some."""
        return bool(keras_layers.weights(value)) or (self.build and building.gets_weights(value))

    def _child(self, path: str, module: Any, layer: Any) -> None:
        if layer is not None:
            self.module(path, module, layer)
        elif torch_modules.tensors(module):
            self.problem(path, "missing in Keras")


def numbered(module: Any, weights: Weights) -> Weights:
    """A rule's ``weights`` with numbers for ``*``: ``weight_ih_l*`` is one for each layer that the module has."""
    found: Weights = {}
    for name, text in weights.items():
        count = 0
        while "*" in name and keras_layers.dotted(module, name.replace("*", str(count))) is not None:
            number = str(count)
            found[name.replace("*", number)] = text and text.replace("*", number)
            count += 1
        if "*" not in name:
            found[name] = text
    return found


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _counterparts(layer: Any, rules: list[Rule]) -> list[tuple[Any, Rule]]:
    """The layer itself if a rule speaks of its class; else those layers inside of it."""
    layers = keras_layers.inner_layers(layer)
    fitting = [(layer, rule) for layer in layers if (rule := _rule_for(layer, rules)) is not None]
    if (fitting and fitting[0][0] is layer) or by_order.parts(rules[0]):
        return [f for f in fitting[:1] if f[0] is layer]
    return [(layer, rule) for layer, rule in fitting if not layer.built or layer.weights]


def _rule_for(layer: Any, rules: list[Rule]) -> Rule | None:
    for kind, is_own in keras_layers.origins(layer):
        for rule in rules:
            names = [n for n in keras_layers.names(rule) if n.startswith("keras.") is not is_own]
            if kind in {name.rpartition(".")[2] for name in names}:
                return rule
    return None


def _is_composite(module: Any, layer: Any) -> bool:
    """A user's class that extends a module and is translated as a class of its own, attribute by attribute."""
    return bool(module._modules) or all(
        keras_layers.is_variable(_element(layer, n)) for n, t in module._parameters.items() if t is not None
    )


def _element(layer: Any, name: str) -> Any:
    """A variable by the name of a PyTorch tensor: an attribute, or for lists of parameters an element."""
    held = keras_layers.children(layer)
    if isinstance(held, dict):
        return held.get(name)
    if isinstance(held, list) and isinstance(layer, (list, tuple)):
        return held[int(name)] if name.isdecimal() and int(name) < len(held) else None
    return keras_layers.attribute(layer, name)
