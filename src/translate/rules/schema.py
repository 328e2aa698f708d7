"""Whether the rules in a file follow the language of docs/rules.md.

rules/schema.json says the same for editors; here are the checks that run when somebody's own rules are read, which
also know what a name stands for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeGuard, cast

import yaml

from translate.rules.condition import listed, problem
from translate.rules.errors import RuleError
from translate.rules.placeholders import PLACEHOLDER, placeholders
from translate.rules.signature import Signature

Place = tuple[str | int, ...]
"""The way to a part of a file: ``(2, "cases", 0, "only")``."""


class _Wrong(Exception):
    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


@dataclass(frozen=True)
class _Kind:
    """What a value may be."""

    described: str
    fits: Callable[[object], bool]


def _matching(pattern: str) -> Callable[[object], bool]:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.search(value) is not None


def _filled_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list) and bool(cast(list[object], value))


def _filled_mapping(value: object) -> TypeGuard[dict[object, object]]:
    return isinstance(value, dict) and bool(cast(dict[object, object], value))


def _text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value)


SIGNATURE = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*(\(.*\))?$"
PASSING = r"^((1 - |not )?[A-Za-z_][A-Za-z0-9_]*|axis\([A-Za-z_][A-Za-z0-9_]*\))$"
TENSORS = (
    r"^(image[123]?d? -> image[123]?d?|image[123]?d? or features|same -> same|broadcast|features -> features"
    r"|indices -> features|axis|reduce|concat|stack|split|unbind|squeeze|unsqueeze|source -> (source|any|rank [0-9])"
    r"|elements -> rank [0-9]|creates( rank [0-9]| nested)?|number|none)$"
)
WEIGHT = (
    r"^[a-z_][A-Za-z0-9_]*(\.([a-z_][A-Za-z0-9_]*|[0-9]+|\*))*(\[[0-9](, [0-9])*\])?( gates\([0-9](, [0-9])*\))?"
    r"( reshaped)?( added)?$"
)
DRAW = r"^-?[0-9]+\.\.-?[0-9]+$"

_is_signature = _matching(SIGNATURE)
_is_weight = _matching(WEIGHT)
_is_range = _matching(DRAW)

_TEXT = _Kind("text", _text)
_BOOL = _Kind("true or false", lambda v: isinstance(v, bool))
_MAPPING = _Kind("a mapping with at least one entry", _filled_mapping)
_NAMES = _Kind("a list of names", lambda v: _filled_list(v) and all(map(_text, v)))
_SIGNATURE = _Kind("a dotted name, with its parameters if it can be called", _is_signature)
_TARGET = _Kind(f"{_SIGNATURE.described}, or ~", lambda v: v is None or _is_signature(v))
_SPELLINGS = _Kind(
    "one signature, or a list of them",
    lambda v: all(map(_is_signature, v)) if _filled_list(v) else _is_signature(v),
)
_CONDITION = _Kind("a mapping of arguments to values, or an expression", lambda v: _filled_mapping(v) or _text(v))
_BECOMES = _Kind("1x1", lambda v: v == "1x1")

CASE_KEYS: dict[str, _Kind] = {
    "only": _CONDITION,
    "set": _MAPPING,
    "write": _TEXT,
    "keras": _SIGNATURE,
    "becomes": _BECOMES,
    "assigned": _NAMES,
}
RULE_KEYS: dict[str, _Kind] = {
    "torch": _SPELLINGS,
    "keras": _TARGET,
    "write": _TEXT,
    "tensors": _Kind("one of the forms in docs/rules.md, such as 'same -> same'", _matching(TENSORS)),
    "arguments": _MAPPING,
    "only": _CONDITION,
    "cases": _Kind("a list of cases", _filled_list),
    "training": _BOOL,
    "view": _BOOL,
    "becomes": _BECOMES,
    "weights": _MAPPING,
    "differs": _TEXT,
    "help": _Kind("text on one line", lambda v: _text(v) and "\n" not in v),
    "code": _Kind("the name of a function", _matching(r"^[a-z_][a-z0-9_]*$")),
    "prove": _MAPPING,
    "result": _Kind("pair", lambda v: v == "pair"),
    "makes": _Kind("layer or tensor", lambda v: v in ("layer", "tensor")),
    "calling": _Kind("the arguments of a call, in brackets", _matching(r"^\(.*\)$")),
    "by_keyword": _NAMES,
    "states": _Kind("1 or 2", lambda v: v in (1, 2)),
    "squeezed": _TEXT,
    "taken": _BOOL,
    "wraps": _TEXT,
    "within": _SIGNATURE,
    "preceded": _MAPPING,
    "begins": _TEXT,
    "time_first": _TEXT,
    "role": _Kind("a name", _matching(r"^[a-z_]+$")),
    "model": _SIGNATURE,
    "layer": _SIGNATURE,
    "instance": _TEXT,
    "promote": _MAPPING,
    "cast": _TEXT,
    "elements": _Kind("same, summed, bool or a type of whole numbers", _matching(r"^(same|summed|bool|u?int\d+)$")),
    "set_items": _TEXT,
    "take": _TEXT,
    "take_items": _TEXT,
    "take_at": _TEXT,
    "initializers": _MAPPING,
    "methods": _MAPPING,
    "with_data_format": _NAMES,
    "only_tensors_have": _NAMES,
    "never_left": _NAMES,
    "reserved": _NAMES,
    "reserved_in_models": _NAMES,
}
_WITHOUT_COUNTERPART = ("write", "cases", "code", "weights", "prove")
"""Keys that make no sense with ``keras: ~``."""


def validate(path: Path, entries: Any) -> None:
    """Raise RuleError, with the line, if the content of the rule file ``path`` cannot be used."""
    try:
        if entries is None:
            return
        if not isinstance(entries, list):
            raise _Wrong((), "a file of rules is a list; begin each rule with '- torch:'")
        for number, entry in enumerate(cast(list[Any], entries)):
            _rule(entry, (number,))
    except _Wrong as wrong:
        raise RuleError(f"{path}:{_line(path, wrong.place)}: {wrong.message}") from None


def _line(path: Path, place: Place) -> int:
    """The line of a part of a file. Only read again when there is something to say."""
    text = path.read_text(encoding="utf-8")
    node: Any = yaml.compose(text, yaml.SafeLoader)  # pyright: ignore[reportUnknownMemberType] - its stub says nothing
    line = 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def _keys(entry: Any, known: dict[str, _Kind], place: Place, what: str) -> dict[str, Any]:
    """``entry`` as a mapping of which every key is known and every value of the right kind."""
    if not isinstance(entry, dict):
        raise _Wrong(place, f"{what} is a mapping, not {entry!r}; write 'key: value' lines")
    for key, value in cast(dict[Any, Any], entry).items():
        kind = known.get(key)
        if kind is None:
            near = get_close_matches(str(key), known, n=1)
            raise _Wrong(
                (*place, str(key)),
                f"{what} has no key {key!r}; " + (f"did you mean {near[0]!r}?" if near else f"use {listed(known)}"),
            )
        if not kind.fits(value):
            raise _Wrong((*place, key), f"{key!r} must be {kind.described}, not {value!r}")
    return cast(dict[str, Any], entry)


def _rule(entry: Any, place: Place) -> None:
    entry = _keys(entry, RULE_KEYS, place, "a rule")
    if "torch" not in entry:
        raise _Wrong(place, "this rule has no 'torch'; say which PyTorch function or layer it is for")
    if not entry.keys() & {"keras", "write", "cases", "code", "role"}:
        raise _Wrong(place, "this rule does not say what to write; give 'keras', 'write', 'cases' or 'code'")
    if "keras" in entry and entry["keras"] is None:
        _without_counterpart(entry, place)
    names = _source_names(entry["torch"], (*place, "torch"))
    if any(not spelling.endswith(")") for spelling in _spellings(entry["torch"])):
        names.add("self")  # what stands before the dot of an attribute
    names.update(n for spelling in _spellings(entry["torch"]) for n in re.findall(r"\*\*(\w+)", spelling))
    if "role" in entry:
        names.add("attribute")
    if "taken" in entry:
        names.add("taken")
    if "within" in entry:  # the arguments of the layer around, which stands in another rule
        names.update(name for case in entry.get("cases", []) for name in case.get("only", {}))
        names.update(re.findall(r"[a-z_]+(?= ==)", str(entry.get("only", ""))))
    cases = [
        _keys(case, CASE_KEYS, (*place, "cases", i), "a case")
        for i, case in enumerate(cast(list[Any], entry.get("cases", [])))
    ]
    targets: set[str] | None = _targets(entry.get("keras"), (*place, "keras"))
    of_cases = [_targets(c.get("keras"), (*place, "cases", i, "keras")) for i, c in enumerate(cases)]
    for more in of_cases:
        targets = targets | more if targets and more else targets or more
    _arguments(entry.get("arguments") or {}, names, targets, (*place, "arguments"))
    _condition(entry.get("only"), names, (*place, "only"))
    _template(entry.get("write"), names | {"keras"}, (*place, "write"))
    for number, case in enumerate(cases):
        here = (*place, "cases", number)
        _condition(case.get("only"), names, (*here, "only"))
        _template(case.get("write"), names | {"keras"}, (*here, "write"))
        _set(case.get("set") or {}, names, of_cases[number] or targets, (*here, "set"))
    _tests_and_weights(entry, names, place)


def _without_counterpart(entry: dict[str, Any], place: Place) -> None:
    if "help" not in entry:
        raise _Wrong((*place, "keras"), "'keras: ~' needs 'help'; say in one line what to do instead")
    for key in _WITHOUT_COUNTERPART:
        if key in entry:
            raise _Wrong((*place, key), f"{key!r} means nothing with 'keras: ~'; remove one of them")


def _spellings(torch: str | list[str]) -> list[str]:
    return [torch] if isinstance(torch, str) else torch


def _parameters(text: str, place: Place) -> tuple[str, ...]:
    try:
        return tuple(p.name for p in Signature(text).parameters)
    except (SyntaxError, ValueError):
        raise _Wrong(
            place, f"the signature {text!r} cannot be read; write it as in Python, with constants as defaults"
        ) from None


def _source_names(torch: str | list[str], place: Place) -> set[str]:
    if isinstance(torch, str):
        return set(_parameters(torch, place))
    return {name for i, text in enumerate(torch) for name in _parameters(text, (*place, i))}


def _targets(keras: str | None, place: Place) -> set[str] | None:
    """The parameters of a target's signature; None if there is nothing to check against."""
    if keras is None or "(" not in keras:
        return None
    return set(_parameters(keras, place))


def _existing(name: Any, names: Collection[str], place: Place, what: str) -> None:
    if name not in names:
        raise _Wrong(place, f"{name!r} is no argument of {what}; use {listed(sorted(names))}")


def _arguments(written: dict[Any, Any], names: set[str], targets: set[str] | None, place: Place) -> None:
    for name, right in written.items():
        here = (*place, str(name))
        _existing(name, names, here, "'torch'")
        for target in _passed_to(right, here):
            if targets is not None:
                _existing(target, targets, here, "'keras'")


def _passed_to(right: Any, place: Place) -> list[str]:
    """The target parameters that the right side of an argument names."""
    match right:
        case None:
            return []
        case str() if re.search(PASSING, right):
            return [re.sub(r"^(1 - |not |axis\()|\)$", "", right)]
        case {"to": str(target), "values": dict(), **rest} if not rest:
            return [target]
        case [*several] if several and all(isinstance(t, str) and t.isidentifier() for t in several):
            return several
        case _:
            raise _Wrong(
                place,
                f"an argument cannot be passed on as {right!r}; "
                "write a name, [a, b], 1 - name, not name, axis(name), {to: name, values: {...}} or ~",
            )


def _condition(condition: Any, names: set[str], place: Place) -> None:
    if isinstance(condition, dict):
        for name in cast(dict[Any, Any], condition):
            _existing(name, names, (*place, str(name)), "'torch'")
    elif condition is not None and (text := problem(condition, sorted(names | {"input"}))):  # a layer's input
        raise _Wrong(place, text)


def _set(written: dict[Any, Any], names: set[str], targets: set[str] | None, place: Place) -> None:
    for target, value in written.items():
        here = (*place, str(target))
        if targets is not None:
            _existing(target, targets, here, "'keras'")
        if not _text(value):
            raise _Wrong(here, f"{target!r} must be set to an expression as text, not {value!r}; put it in quotes")
        _template(value, names, here)


_NO_PLACEHOLDER = re.compile(r"\{\w+[(.].*?\}")


def _template(text: str | None, names: Collection[str], place: Place) -> None:
    if text is None:
        return
    for name in placeholders(text):
        if name not in names:
            raise _Wrong(place, f"the placeholder {{{name}}} is no argument of 'torch'; use {listed(sorted(names))}")
    filled = PLACEHOLDER.sub("p", text)
    if wrong := _NO_PLACEHOLDER.search(filled):
        raise _Wrong(place, f"{wrong[0]} is no placeholder; use {{name}}, {{scalar(name)}} or {{name.0}}")
    try:
        ast.parse(filled.strip())
    except SyntaxError:
        raise _Wrong(place, f"the template {text!r} is no Python; write an expression with {{name}} in it") from None


def _tests_and_weights(entry: dict[str, Any], names: set[str], place: Place) -> None:
    for name, weight in cast(dict[Any, Any], entry.get("weights", {})).items():
        if weight is not None and not _is_weight(weight):
            raise _Wrong(
                (*place, "weights", str(name)),
                f"{weight!r} is no weight; write a name, name[1, 0], name[1, 0] reshaped, or ~",
            )
    for name, draw in cast(dict[Any, Any], entry.get("prove", {})).items():
        here = (*place, "prove", str(name))
        _existing(name, names, here, "'torch'")
        if not (draw == "bool" or _is_range(draw) or _filled_list(draw)):
            raise _Wrong(here, f"{draw!r} is nothing to draw from; write bool, 1..8 or a list of values")
