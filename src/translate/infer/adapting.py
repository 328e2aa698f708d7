"""The rule for a class or function that is passed on as a value, whose arguments are not known here."""

from __future__ import annotations

import re
from typing import Any

from translate.infer.binding import Bound, choose
from translate.infer.facts import Apply
from translate.infer.state import Operand
from translate.infer.values import OPAQUE
from translate.rules import Rule


def general(rules: list[Rule], name: str) -> Apply | None:
    """The use of a rule that serves whatever arguments come; those that it cannot serve are fixed at their default."""
    usable = [r for r in rules if r.spelling(name).callable and not r.code]
    for fixed in (set[str](), _conditions(usable, exact=True), _conditions(usable, exact=False)):
        bound_for: dict[int, Bound] = {}
        for index, rule in enumerate(usable):
            signature = rule.spelling(name)
            bound = Bound(signature)
            for parameter in signature.parameters:
                if not parameter.star and (parameter.required or parameter.name not in fixed):
                    bound.operands[parameter.name] = Operand(OPAQUE)
            bound_for[index] = bound
        chosen = choose(usable, bound_for)
        if not isinstance(chosen, str):
            rule, case, bound = chosen
            return Apply(rule, bound.signature, case, adapter=True, fixed=frozenset(fixed))
    return None


def _conditions(rules: list[Rule], exact: bool) -> set[str]:
    """Arguments that conditions ask about; with ``exact`` only those that must have one value."""
    found: set[str] = set()
    for rule in rules:
        conditions: list[Any] = [rule.only, *(c.only for c in rule.cases)]
        for condition in conditions:
            if isinstance(condition, dict):
                found |= set(condition)  # pyright: ignore[reportUnknownArgumentType]
            elif isinstance(condition, str) and not exact:
                found |= set(re.findall(r"[a-z_]\w*", condition))
    return found
