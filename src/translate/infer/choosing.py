"""Which rule a call follows."""

from __future__ import annotations

from dataclasses import dataclass

from translate.infer import sizes
from translate.infer.adapting import general
from translate.infer.binding import BindingError, Bound, bind, choose
from translate.infer.facts import Apply
from translate.infer.state import Operand, State
from translate.infer.values import Const
from translate.rules import Rule
from translate.rules.condition import NotKnown


@dataclass(frozen=True)
class ByAdapter:
    """Arguments passed on with ``**``: a function with the source's signature sorts them out when it runs."""

    apply: Apply


def choose_rule(state: State, rules: list[Rule], name: str, operands: list[Operand], receiver: Operand | None):
    """The rule, of what works channels first as if nothing were said of that."""
    told = state.dialect.channels_first
    rest = [o for o in operands if not (isinstance(o.value, Const) and o.value.value == told.get(o.keyword, ...))]
    if len(rest) < len(operands):
        rest = [o for o in rest if o.keyword != sizes.IN_CHANNELS]  # of the last axis, which it is not
        chosen = _choose(rules, name, rest, receiver)
        if isinstance(chosen, tuple) and chosen[0].tensors.startswith("image") and not chosen[0].code:
            chosen[2].channels_first = True
            return chosen
    chosen = _choose(rules, name, operands, receiver)
    stored = _stored(chosen[2]) if isinstance(chosen, tuple) and not state.dialect.last else ""
    return f"data_format={stored!r}" if stored.startswith(("channels_first", "NC")) else chosen


def _stored(bound: Bound) -> str:
    try:
        return str(bound.value("data_format"))
    except NotKnown:
        return ""


def _choose(rules: list[Rule], name: str, operands: list[Operand], receiver: Operand | None):
    bound_for: dict[int, Bound] = {}
    problem = ""
    if receiver is None and any(o.star == "**" for o in operands):
        found = general(rules, name)
        if found is not None:
            return ByAdapter(found)
    for index, rule in enumerate(rules):
        signature = rule.spelling(name)
        first = rule.source[0].parameters[0].name if rule.source[0].parameters else ""
        try:
            bound_for[index] = bind(signature, operands, receiver, first)
        except BindingError as error:
            problem = problem or str(error)
    if not bound_for:
        return problem
    return choose(rules, bound_for)
