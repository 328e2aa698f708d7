"""Walking a PyTorch module and its Keras translation side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from translate.rules import Rule, RuleSet
from translate.weights import targets
from translate.weights.mapping import Mapping

Found = tuple[str, Any, Any, Mapping, bool, bool, str]
_ITSELF = Mapping("")


class Walk:
    """What was found on the way: pairs of tensors and what stands in the way of pairing."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._visited: set[tuple[int, int]] = set()
        self.found: list[Found] = []
        """The fields of a Pair."""
        self.problems: list[str] = []
        self.reported: list[str] = []
        """Paths of modules that ``problems`` speaks of, so that their tensors need no line each."""
        self.ignored: set[int] = set()
        """Identities of PyTorch tensors that need no counterpart."""
        self.unbuilt: list[str] = []
        """Paths of PyTorch tensors whose Keras layer has no weights yet."""

    def module(self, path: str, source: Any, target: Any) -> None:
        """Pair all that ``source`` holds with what ``target`` holds (a layer, or a list, tuple, dict of layers)."""
        if (id(source), id(target)) in self._visited:  # used twice
            return
        self._visited.add((id(source), id(target)))
        rules = self._rules_of(source)
        if rules and self._by_rule(path, source, target, rules):
            return
        target = targets.unwrapped(source, target)
        self._own_tensors(path, source, target)
        self._children(path, source, target)

    def _problem(self, path: str, text: str) -> None:
        self.problems.append(f"{path or 'the model'}: {text}")
        self.reported.append(path)

    # A module that a rule speaks of

    def _rules_of(self, source: Any) -> list[Rule]:
        for cls in type(source).__mro__:
            found = [r for r in self._rules.find(_public_name(cls)) if r.weights]
            if found:
                return found
        return []

    def _by_rule(self, path: str, source: Any, target: Any, rules: list[Rule]) -> bool:
        """Pair by a rule. False if the module has children or tensors besides, and no rule fits the target."""
        chosen = _counterparts(target, rules)
        if not chosen and not _has_tensors(source):
            return True
        if not chosen:
            if _is_composite(source, target):
                return False
            names = " or ".join(sorted({k for r in rules for k in _keras_names(r)}))
            self._problem(path, f"expected {names} as its translation, found {type(target).__name__}")
            return True
        if len(chosen) > 1:
            self._problem(path, f"{len(chosen)} layers in its translation could be its counterpart")
            return True
        layer, rule = chosen[0]
        for name, text in rule.weights.items():
            self._rule_entry(path, source, layer, rule, name, text)
        self._own_tensors(path, source, layer, besides=set(rule.weights))
        return True

    def _rule_entry(self, path: str, source: Any, layer: Any, rule: Rule, name: str, text: str | None) -> None:
        tensor = targets.dotted(source, name)
        if tensor is None:  # bias=False, affine=False
            return
        if text is None:
            self.ignored.add(id(tensor))
            return
        full = _join(path, name)
        mapping = Mapping.parse(text)
        weight = targets.dotted(layer, mapping.name)
        if targets.is_variable(weight):
            self.found.append((full, tensor, weight, mapping, _is_parameter(tensor), True, rule.differs))
        elif not targets.is_built(layer):
            self.unbuilt.append(full)
        else:
            self.problems.append(f"{full}: missing in Keras, {type(layer).__name__} has no {mapping.name}")
            self.ignored.add(id(tensor))

    # A module of the user's

    def _own_tensors(self, path: str, source: Any, target: Any, besides: set[str] | None = None) -> None:
        for name, tensor in [*source._parameters.items(), *source._buffers.items()]:
            if tensor is None or name in (besides or set()):
                continue
            weight = _element(target, name)
            if targets.is_variable(weight):
                self.found.append((_join(path, name), tensor, weight, _ITSELF, _is_parameter(tensor), False, ""))
            elif name in source._non_persistent_buffers_set:  # computed by the constructor on both sides
                self.ignored.add(id(tensor))
            elif not targets.is_built(target):
                self.unbuilt.append(_join(path, name))

    def _children(self, path: str, source: Any, target: Any) -> None:
        modules = {name: m for name, m in source._modules.items() if m is not None}
        held = targets.children(target)
        if not modules and not targets.is_layer(target):  # lists of parameters
            return
        if held is None:
            for name, module in modules.items():
                self._child(_join(path, name), module, targets.attribute(target, name))
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
            _has_tensors(m) or not targets.weights(v) for m, v in zip(modules.values(), held, strict=True)
        ):
            return zip(modules.items(), held, strict=True)
        with_tensors = [(name, m) for name, m in modules.items() if _has_tensors(m)]
        layers = [v for v in held if targets.weights(v)]
        if len(with_tensors) != len(layers):
            counts = f"{len(with_tensors)} modules with weights in PyTorch, {len(layers)} layers with weights in Keras"
            self._problem(path, counts)
            return iter(())
        return zip(with_tensors, layers, strict=True)

    def _child(self, path: str, module: Any, layer: Any) -> None:
        if layer is not None:
            self.module(path, module, layer)
        elif _has_tensors(module):
            self._problem(path, "missing in Keras")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _public_name(cls: type) -> str:
    """``torch.nn.Conv2d`` of the class that is defined in ``torch.nn.modules.conv``."""
    module = "torch.nn" if cls.__module__.startswith("torch.nn.modules.") else cls.__module__
    return f"{module}.{cls.__qualname__}"


def _keras_names(rule: Rule) -> list[str]:
    signatures = [rule.target, *(c.target for c in rule.cases)]
    return [s.name for s in signatures if s is not None]


def _counterparts(target: Any, rules: list[Rule]) -> list[tuple[Any, Rule]]:
    """The target itself if a rule speaks of its class; else those layers inside of it."""
    layers = targets.inner_layers(target)
    fitting = [(layer, rule) for layer in layers if (rule := _rule_for(layer, rules)) is not None]
    if fitting and fitting[0][0] is target:
        return fitting[:1]
    return [(layer, rule) for layer, rule in fitting if not layer.built or layer.weights]


def _rule_for(layer: Any, rules: list[Rule]) -> Rule | None:
    for kind in targets.kinds(layer):
        for rule in rules:
            if kind in {name.rpartition(".")[2] for name in _keras_names(rule)}:
                return rule
    return None


def _is_composite(source: Any, target: Any) -> bool:
    """A user's class that extends a module and is translated as a class of its own, attribute by attribute."""
    return bool(source._modules) or all(
        targets.is_variable(_element(target, n)) for n, t in source._parameters.items() if t is not None
    )


def _element(target: Any, name: str) -> Any:
    """A variable by the name of a PyTorch tensor: an attribute, or for lists of parameters an element."""
    held = targets.children(target)
    if isinstance(held, dict):
        return held.get(name)
    if isinstance(held, list) and isinstance(target, (list, tuple)):
        return held[int(name)] if name.isdecimal() and int(name) < len(held) else None
    return targets.attribute(target, name)


def _has_tensors(module: Any) -> bool:
    """Whether a module has parameters, or buffers that are saved."""
    return any(True for _ in module.parameters()) or any(
        tensor is not None and name not in m._non_persistent_buffers_set
        for m in module.modules()
        for name, tensor in m._buffers.items()
    )


def _is_parameter(tensor: Any) -> bool:
    from torch.nn import Parameter

    return isinstance(tensor, Parameter)
