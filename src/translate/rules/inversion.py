"""The way back: rules that were written for one direction, read the other way.

A rule can be read backwards if what it writes is a plain call: then every argument of the target that the source's
arguments reach is known. What PyTorch must be told and Keras finds out (``in_channels``) has rules of its own, in
``rules/torch``, as have layers whose arguments do not correspond one by one.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any, cast

from translate.rules.condition import NotKnown, holds
from translate.rules.model import Case, Passing, Rule
from translate.rules.signature import REQUIRED, Signature

_BOTH_WAYS = ("tensors", "view", "training", "elements", "differs", "weights")
_LAYERS = "keras.layers."
_HELPERS = "helpers."
PIECES = "translate.helpers."
"""What stands for the pieces of code that the other direction writes, where a file has them."""


def inverted(rule: Rule) -> Rule | None:
    """The rule for the other direction, None if it cannot be read backwards."""
    signature = rule.target if rule.write is None else None
    if signature is None or not signature.callable:
        return None
    target = next((s for s in rule.source if s.callable and "." in s.name), None)
    if target is None or rule.code or rule.data.keys() & {"role", "calling"}:
        return None
    arguments = _arguments(rule, target, signature)
    if arguments is None:
        return None
    defaults = _Defaults(target, {name for passing in arguments.values() for name in passing.targets})
    always = _settings(rule, defaults)
    if always is None:
        return None
    kept = {k: rule.data[k] for k in _BOTH_WAYS if k in rule.data}
    if signature.name.startswith(_HELPERS):
        depends = _of_piece(rule)
        if depends is None:
            return None
        kept |= depends
        signature = Signature(PIECES + signature.text.removeprefix(_HELPERS))
    elif not _is_layer(signature) and (ranks := _ranks(rule)):  # one function serves images of any rank
        kept["only"] = f"rank({signature.parameters[0].name}) == {ranks[0]}"
    apart = _same_names(signature, target, arguments)
    if apart:  # what one calls padding is not what the other calls so
        conditions = [kept["only"]] if isinstance(kept.get("only"), str) else []
        if "only" in kept and not conditions:
            return None
        kept["only"] = " and ".join([*conditions, *apart.values()])
        arguments |= {name: Passing() for name in apart}
    if _is_layer(signature):
        arguments = {**{name: Passing() for name in _WITHOUT_EFFECT}, **arguments}
    cases = (Case(set=always),) if always else ()
    return Rule((signature,), target, rule.family, {**kept, "_arguments": arguments}, cases)


def _of_piece(rule: Rule) -> dict[str, Any] | None:
    """What a rule for a piece of our own depends on besides: one class serves images of any rank, and other rules.

    None if that cannot be said.
    """
    ranks = _ranks(rule)
    found: dict[str, Any] = {"ranks": ranks} if ranks else {}
    conditions: dict[str, Any] = rule.only if isinstance(rule.only, dict) else {}
    only: dict[str, Any] = {}
    for name, value in conditions.items():
        passing = rule.arguments.get(name, Passing((name,)))
        if passing.values is not None or passing.inverted or len(passing.targets) > 1:
            return None
        if passing.targets:
            only[passing.targets[0]] = value
    return {**found, "only": only} if only else found


def _same_names(source: Signature, target: Signature, arguments: dict[str, Passing]) -> dict[str, str]:
    """Parameters that only happen to be called alike in both: that they have their defaults."""
    return {
        p.name: f"is_none({p.name})" if p.default is None else f"{p.name} == {p.default!r}"
        for p in source.parameters
        if p.name not in arguments and not p.required and not p.star and target.parameter(p.name)
    }


def _ranks(rule: Rule) -> list[int]:
    """How many axes the images have that a rule is for, if it is for those only."""
    found = re.match(r"image(\d)d ->", rule.tensors)
    return [int(found[1]) + 2] if found else []


class _Defaults:
    """What conditions may ask, of a call that passes nothing but what the target's arguments reach."""

    def __init__(self, signature: Signature, reached: set[str]) -> None:
        self.signature, self.reached = signature, reached

    def value(self, name: str) -> Any:
        parameter = self.signature.parameter(name)
        if name in self.reached or parameter is None or parameter.required:
            raise NotKnown
        return parameter.default

    def text(self, name: str) -> str:
        raise NotKnown

    def given(self, name: str) -> bool:
        if name in self.reached:
            raise NotKnown
        return False

    def is_tensor(self, name: str) -> bool:
        raise NotKnown

    holds_tensors = is_number = holds_numbers = is_size = is_list = is_tensor

    def made_by(self, name: str) -> str:
        raise NotKnown

    def rank(self, name: str) -> int:
        raise NotKnown


def _settings(rule: Rule, defaults: _Defaults) -> dict[str, str] | None:
    """Arguments that must be given for the rule to say this; None if it does not say it as a plain call."""
    conditions: list[Any] = [c.only for c in rule.cases if _is_plain(c)] if rule.cases else [None]
    own = _required(rule.only, defaults, overload=True)
    for condition in conditions:
        found = _required(condition, defaults)
        if own is not None and found is not None:
            return {**own, **found}
    return None


def _is_plain(case: Case) -> bool:
    return case.write is None and not case.set and case.target is None and not case.becomes


def _required(condition: Any, defaults: _Defaults, overload: bool = False) -> dict[str, str] | None:
    """Arguments by which ``condition`` holds; None if it may not hold. ``overload``: it tells spellings apart."""
    if condition is None or holds(condition, defaults):
        return {}
    if isinstance(condition, str):
        names = {n.id for n in ast.walk(ast.parse(condition, mode="eval")) if isinstance(n, ast.Name)}
        parameters = {p.name for p in defaults.signature.parameters}
        return {} if overload and names & parameters <= defaults.reached else None
    wanted: dict[str, Any] = condition
    found: dict[str, str] = {}
    for name, value in wanted.items():
        if holds({name: value}, defaults):
            continue
        if name in defaults.reached and not overload:
            return None
        if name not in defaults.reached:
            found[name] = repr(value[0] if isinstance(value, list) else value)  # pyright: ignore[reportUnknownArgumentType]
    return found


def _arguments(rule: Rule, source: Signature, target: Signature) -> dict[str, Passing] | None:
    """By parameter of the target, how it reaches the source; None if one cannot, or is needed and not reached."""
    first = rule.source[0]
    found: dict[str, Passing] = {}
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
        if not passing.targets and parameter.default is REQUIRED:
            return None
    return found if all(p.name in found or not p.required for p in target.parameters) else None


def extended(signature: Signature) -> Signature:
    """With the arguments that every layer of Keras takes, and the size of its input, which staging tells."""
    if not _is_layer(signature) or "**" in signature.text:
        return signature
    have = {p.name for p in signature.parameters}
    added = [f"{name}={default}" for name, default in _EVERY_LAYER.items() if name not in have]
    inside = signature.text.partition("(")[2].rstrip().removesuffix(")").strip()
    parts = [p for p in (inside, "" if "*" in inside else "*", *added) if p]
    return Signature(f"{signature.name}({', '.join(parts)})")


def _is_layer(signature: Signature) -> bool:
    return signature.name.startswith((_LAYERS, PIECES)) and signature.name.rpartition(".")[2][:1].isupper()


_EVERY_LAYER = {
    "name": "None",
    "dtype": "None",
    "trainable": "True",
    "input_shape": "None",
    "input_dim": "None",
    "in_channels": "None",
}
_WITHOUT_EFFECT = [name for name in _EVERY_LAYER if name != "trainable"]
"""Those that the target does without; a layer that does not train must not become one that does."""


def backwards(entry: dict[str, Any], family: str, left_out: dict[str, list[str]]) -> list[Rule]:
    """Rules written for the way back, one for each spelling: ``keras`` is the source, ``torch`` the target."""
    names = _names(entry)
    first = Signature(names[0])
    gone = {name for found in left_out.values() for name in found} | {*_WITHOUT_EFFECT, "data_format"}
    return [_backwards(entry, family, first, Signature(name), gone) for name in names]


def _names(entry: dict[str, Any]) -> list[str]:
    spelled: str | list[str] = entry["keras"]
    return [spelled] if isinstance(spelled, str) else spelled


def respelled(entry: dict[str, Any], rules: list[Rule], left_out: dict[str, list[str]]) -> list[Rule]:
    """The rules of what ``as`` names, for other spellings of it (``keras``): parameters correspond by their places."""
    first = Signature(entry["as"])
    gone = {name for found in left_out.values() for name in found} | {*_WITHOUT_EFFECT, "data_format"}
    found = [rule for rule in rules if rule.source[0].name == first.name]
    if not found:
        raise ValueError(f"{entry['as']}: there is no rule that {entry['keras']} could be read as")
    return [_respelled(rule, first, Signature(name), gone) for name in _names(entry) for rule in found]


def _with_defaults(spelling: Signature, rule: Rule, renamed: dict[str, str]) -> Signature:
    """With the parameters that only the other name has, which are at their defaults then."""
    have = {p.name for p in spelling.parameters}
    more = [p for p in rule.source[0].parameters if renamed.get(p.name, p.name) not in have and not p.star]
    texts = [f"{p.name}={p.default!r}" for p in more if not p.required]
    if not texts:
        return spelling
    inside = spelling.text.partition("(")[2].rstrip().removesuffix(")").strip()
    star = "" if "*" in inside else "*"
    return Signature(f"{spelling.name}({', '.join(t for t in (inside, star, *texts) if t)})")


def _respelled(rule: Rule, first: Signature, spelling: Signature, gone: set[str]) -> Rule:
    renamed = _other_names(first, spelling)
    arguments = {renamed.get(name, name): p for name, p in _every(rule).items()}
    dropped = {p.name: Passing() for p in spelling.parameters if p.name in gone}
    data = {**_renamed(rule.data, renamed), "_arguments": {**dropped, **arguments}}
    cases = tuple(_case_renamed(case, renamed) for case in rule.cases)
    return replace(rule, source=(_with_defaults(spelling, rule, renamed),), data=data, cases=cases)


def _case_renamed(case: Case, names: dict[str, str]) -> Case:
    if not names:
        return case
    written = _renamed({"only": case.only, "write": case.write, "set": case.set}, names)
    return replace(case, **written)


def _every(rule: Rule) -> dict[str, Passing]:
    """How each parameter is passed on, those of the same name too, which needs no mention."""
    target = {p.name for p in rule.target.parameters} if rule.target else set[str]()
    same = {p.name: Passing((p.name,)) for p in rule.source[0].parameters if p.name in target}
    return {**same, **rule.arguments}


def _backwards(entry: dict[str, Any], family: str, first: Signature, spelling: Signature, gone: set[str]) -> Rule:
    source = extended(spelling)
    renamed = _other_names(first, spelling)
    data: dict[str, Any] = _renamed(entry, renamed)
    target: str | None = data.get("torch")
    always: dict[str, Any] = data.get("always") or {}
    cases: list[dict[str, Any]] = data.get("cases") or ([{}] if always else [])
    made = tuple(_case(c, always) for c in cases)
    rule = Rule((source,), Signature(target) if target else None, family, data, made)
    dropped = {p.name: Passing() for p in source.parameters if p.name in gone}
    arguments = {renamed.get(name, name): passing for name, passing in rule.arguments.items()}
    return replace(rule, data={**data, "_arguments": {**dropped, **arguments}})


def _other_names(first: Signature, spelling: Signature) -> dict[str, str]:
    """Parameters of another spelling have names of their own, in the same places."""
    if not spelling.callable:
        return {}
    pairs = zip(first.parameters, spelling.parameters, strict=False)
    return {a.name: b.name for a, b in pairs if a.name != b.name and not a.keyword_only and not b.keyword_only}


_WITH_NAMES = ("write", "only", "cases", "set", "always", "inline", "gives", "after")
"""What of a rule names parameters of the source."""


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Placeholders and conditions of a rule with other names of parameters."""
    if not names:
        return value
    if isinstance(value, dict):
        entries = cast(dict[str, Any], value)
        return {k: (_in_texts(v, names, k) if k in _WITH_NAMES else v) for k, v in entries.items()}
    return value


def _in_texts(value: Any, names: dict[str, str], key: str) -> Any:
    if isinstance(value, dict):
        entries = cast(dict[str, Any], value)
        keys = {k: names.get(k, k) if key == "only" else k for k in entries}
        return {keys[k]: (v if key == "only" else _in_texts(v, names, k)) for k, v in entries.items()}
    if isinstance(value, list):
        return [_in_texts(v, names, key) for v in cast(list[Any], value)]
    return _in_text(value, names, key in ("only", "after")) if isinstance(value, str) else value


def _in_text(text: str, names: dict[str, str], everywhere: bool) -> str:
    """``everywhere``: it is a condition; a template names parameters in braces."""
    pattern = re.compile(r"(?<!['\"])\b(" + "|".join(map(re.escape, names)) + r")\b(?!['\"])")

    def part(match: re.Match[str]) -> str:
        return pattern.sub(lambda found: names[found[1]], match[0])

    return part(cast(re.Match[str], re.match(r"(?s).*", text))) if everywhere else re.sub(r"\{[^{}]*\}", part, text)


def _case(entry: dict[str, Any], always: dict[str, Any]) -> Case:
    target: str | None = entry.get("torch")
    written: dict[str, Any] = {**always, **(entry.get("set") or {})}
    return Case(
        only=entry.get("only"),
        set={k: str(v) for k, v in written.items()},
        write=entry.get("write"),
        target=Signature(target) if target else None,
        becomes=entry.get("becomes", ""),
        called=entry.get("called"),
        assigned=tuple(entry.get("assigned", ())),
        in_chain=entry.get("in_chain"),
        lazy=entry.get("lazy"),
        gives=entry.get("gives"),
    )
