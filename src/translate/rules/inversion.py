"""The way back: rules that were written for one direction, read the other way.

A rule can be read backwards if what it writes is a plain call: then every argument of the target that the source's
arguments reach is known. What PyTorch must be told and Keras finds out (``in_channels``) has rules of its own, in
``rules/torch``, as have layers whose arguments do not correspond one by one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from translate.rules.model import Case, Passing, Rule
from translate.rules.signature import REQUIRED, Signature

_BOTH_WAYS = ("tensors", "view", "training", "elements", "differs", "weights")
_LAYERS = "keras.layers."


def inverted(rule: Rule) -> Rule | None:
    """The rule for the other direction, None if it cannot be read backwards."""
    signature = _plain_target(rule)
    if signature is None or not signature.callable or signature.name.startswith("helpers."):
        return None
    target = next((s for s in rule.source if s.callable and "." in s.name), None)
    if target is None or rule.code or rule.data.get("role"):
        return None
    arguments = _arguments(rule, target, signature)
    if arguments is None:
        return None
    kept = {
        k: v for k, v in rule.data.items() if k in ("tensors", "view", "training", "elements", "differs", "weights")
    }
    return Rule((signature,), target, rule.family, {**kept, "_arguments": arguments})


def _plain_target(rule: Rule) -> Signature | None:
    if rule.target is None or rule.write is not None:
        return None
    if not rule.cases:
        return rule.target
    plain = [c for c in rule.cases if c.write is None and not c.set and c.target is None and not c.becomes]
    return rule.target if plain else None


def _arguments(rule: Rule, source: Signature, target: Signature) -> dict[str, Passing] | None:
    """By parameter of the target, how it reaches the source; None if one cannot, or is needed and not reached."""
    first = rule.source[0]
    found: dict[str, Passing] = {}
    reached: set[str] = set()
    for place, parameter in enumerate(source.parameters):
        name = first.parameters[0].name if place == 0 and parameter.name == "self" else parameter.name
        passing = rule.arguments.get(name) or (Passing((name,)) if target.parameter(name) else Passing())
        if len(passing.targets) > 1 or parameter.star:
            return None
        for key in passing.targets:
            values = None if passing.values is None else {v: k for k, v in passing.values.items()}
            if values is not None and passing.values is not None and len(values) != len(passing.values):
                return None
            found[key] = replace(passing, targets=(parameter.name,), values=values)
            reached.add(parameter.name)
        if not passing.targets and parameter.default is REQUIRED:
            return None
        if not passing.targets and isinstance(rule.only, dict) and name in rule.only:
            wanted: Any = rule.only[name]
            if parameter.default != wanted and not (isinstance(wanted, list) and parameter.default in wanted):
                return None
    return found if all(p.name in found or not p.required for p in target.parameters) else None


def extended(signature: Signature) -> Signature:
    """With the arguments that every layer of Keras takes, and the size of its input, which staging tells."""
    is_class = signature.name.rpartition(".")[2][:1].isupper()
    if not signature.name.startswith(_LAYERS) or not is_class or "**" in signature.text:
        return signature
    have = {p.name for p in signature.parameters}
    added = [f"{name}={default}" for name, default in _EVERY_LAYER.items() if name not in have]
    inside = signature.text.partition("(")[2].rstrip().removesuffix(")").strip()
    parts = [p for p in (inside, "" if "*" in inside else "*", *added) if p]
    return Signature(f"{signature.name}({', '.join(parts)})")


_EVERY_LAYER = {
    "name": "None",
    "dtype": "None",
    "trainable": "True",
    "input_shape": "None",
    "input_dim": "None",
    "in_channels": "None",
}


def backwards(entry: dict[str, Any], family: str, left_out: dict[str, list[str]]) -> Rule:
    """A rule that was written for the way back: ``keras`` is the source, ``torch`` the target."""
    spelled: str | list[str] = entry["keras"]
    names = [spelled] if isinstance(spelled, str) else spelled
    target: str | None = entry.get("torch")
    always: dict[str, Any] = entry.get("always") or {}
    cases: list[dict[str, Any]] = entry.get("cases") or ([{}] if always else [])
    sources = tuple(extended(Signature(n)) for n in names)
    rule = Rule(
        sources,
        Signature(target) if target else None,
        family,
        entry,
        tuple(_case(c, always) for c in cases),
    )
    gone = {name for names in left_out.values() for name in names} | {*_EVERY_LAYER, "data_format"}
    dropped = {p.name: Passing() for s in sources for p in s.parameters if p.name in gone}
    written = {**dropped, **rule.arguments}
    return Rule(rule.source, rule.target, family, {**entry, "_arguments": written}, rule.cases)


def _case(entry: dict[str, Any], always: dict[str, Any]) -> Case:
    target: str | None = entry.get("torch")
    written: dict[str, Any] = {**always, **(entry.get("set") or {})}
    return Case(
        only=entry.get("only"),
        set={k: str(v) for k, v in written.items()},
        write=entry.get("write"),
        target=Signature(target) if target else None,
        becomes=entry.get("becomes", ""),
    )
