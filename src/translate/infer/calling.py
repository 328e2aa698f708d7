"""Layers whose calls take or give more than one tensor: recurrent ones and attention (``calling`` in rules)."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from translate.infer import sizes
from translate.infer.binding import BindingError, Bound, bind, choose, tensors_in
from translate.infer.facts import Apply
from translate.infer.state import Operand, State
from translate.infer.values import Layer, Sequence, Tensor, Value, source
from translate.rules import Rule, Signature
from translate.rules.condition import NotKnown

_STATE = "initial_state"
_DECIDING = {"return_attention_scores"}
"""Arguments of calls that decide what comes out."""


def call(state: State, layer: Layer, operands: list[Operand], node: cst.Call) -> tuple[Value, Apply]:
    """What such a layer gives, and how it is made. How the call is written is recorded."""
    made, apply = layer.bound
    rule: Rule = apply.rule
    signature = Signature(f"{layer.name}{rule.data['calling']}")
    passed = [o for o in operands if o.keyword not in state.dialect.call_without]
    try:
        given = bind(signature, passed, None)
    except BindingError as error:
        state.report(node, "T102", f"a call of {layer.name} is not translated with these arguments: {error}")
        return source(), apply
    for operand in given.operands.values():
        _in_source(state, operand)
    for name in _DECIDING & given.operands.keys():
        if not _known(given, name):
            state.report(node, "T102", f"a call of {layer.name}: the value of {name!r} must be written out")
            return source(), apply
    if made.outer is not None and not _can_begin(given):
        state.report(node, "T102", f"the initial state of {layer.name} in two directions must be written as a list")
        return source(), apply
    apply = replace(apply, extra=(*apply.extra, *_sizes(rule, layer, made, given)))
    case = apply.case
    if state.chaining:
        if case is not None and case.in_chain is not None:
            reverse = "torch.nn.Sequential(helpers.Backwards(), " if _is(made, "go_backwards") else ""
            text = case.in_chain.replace("torch.nn.Sequential(", reverse, 1) if reverse else case.in_chain
            apply = replace(apply, write=text)
        elif case is not None and case.called is not None:
            state.report(node, "T102", f"{layer.name} gives more than one tensor in a chain")
    elif case is not None and case.called is not None:
        text = _call(made, given, rule.data.get("states", 0))
        written = Apply(
            rule, signature, case, given.slots(), (), case.called.replace("{call}", "{plain}"), (("plain", text),)
        )
        state.record(state.facts.apply, node, written)
    elif text := _with_keywords(rule, given):
        state.record(state.facts.apply, node, Apply(rule, signature, None, given.slots(), write=text))
    return _result(rule, layer, made, given), apply


def _sizes(rule: Rule, layer: Layer, made: Bound, given: Bound) -> tuple[tuple[str, str], ...]:
    """The size of the first input, and of ``others`` where they are not that of the one before. Of none, if one is not
    known: then the layer finds out by itself."""
    first = given.first()
    told_before = sizes.IN_CHANNELS in made.operands
    found = [] if told_before else list(sizes.told(layer, first))
    before = first
    for argument, name in rule.data.get("others", {}).items():
        operand = given.operands.get(name, before)
        if not _same_size(before, operand) and argument not in made.operands:
            told = sizes.in_constructor(sizes.channels_of(operand.value), layer.owner)
            if told is None:
                return ((sizes.IN_CHANNELS, "None"),) if told_before else ()
            found.append((argument, told.text))
        before = operand
    return tuple(found)


def _same_size(one: Operand, other: Operand) -> bool:
    if one is other or (one.node is not None and other.node is not None and one.node.deep_equals(other.node)):
        return True
    channels = sizes.channels_of(one.value)
    return channels is not None and channels == sizes.channels_of(other.value)


def _in_source(state: State, operand: Operand) -> None:
    if tensors_in(operand.value):
        state.need_source(operand)
    elif isinstance(operand.value, Sequence):
        for value in operand.value.everything():
            _in_source(state, Operand(value))


def _with_keywords(rule: Rule, given: Bound) -> str:
    """The call, if it gives by position what the target's layer takes by keyword only; empty if it may stay."""
    wanted: list[str] = rule.data.get("by_keyword", [])
    if all(given.operands[name].keyword for name in wanted if name in given.operands):
        return ""
    parts = [(f"{name}=" if o.keyword or name in wanted else "", name) for name, o in given.operands.items()]
    return f"{{callee}}({', '.join(f'{keyword}{{{name}}}' for keyword, name in parts)})"


# recurrent layers


def _call(made: Bound, given: Bound, states: int) -> str:
    """The call as PyTorch's module takes it: batch first, states with an axis of layers."""
    first = given.parameter_names()[0]
    text = f"{{{first}}}"
    if _is(made, "go_backwards"):
        text += ".flip(1)"
    initial = _initial(given, states, made.outer is not None) if states else ""
    return f"{{callee}}({text}, {initial})" if initial else f"{{callee}}({text})"


def _initial(given: Bound, states: int, both: bool) -> str:
    """The states to begin with, as PyTorch's module takes them; empty if there are none."""
    operand = given.operands.get(_STATE)
    if operand is None or (isinstance(operand.node, cst.Name) and operand.node.value == "None"):
        return ""
    written = isinstance(operand.node, (cst.List, cst.Tuple))
    parts = [f"{{{_STATE}.{i}}}" if written else f"{{{_STATE}}}[{i}]" for i in range(2 * states)]
    if both:
        stacked = [f"torch.stack(({parts[i]}, {parts[i + states]}))" for i in range(states)]
        return f"({', '.join(stacked)})" if states > 1 else stacked[0]
    if written:
        return f"({', '.join(f'{p}[None]' for p in parts[:states])})" if states > 1 else f"{parts[0]}[None]"
    if isinstance(operand.value, Tensor) and states == 1 and not operand.value.parameter:
        return f"{{{_STATE}}}[None]"
    return f"helpers.initial_states({{{_STATE}}})"


def _can_begin(given: Bound) -> bool:
    operand = given.operands.get(_STATE)
    return operand is None or isinstance(operand.value, Sequence)


def _known(given: Bound, name: str) -> bool:
    try:
        given.value(name)
    except NotKnown:
        return False
    return True


def _is(made: Bound, name: str) -> bool:
    try:
        return bool(made.value(name))
    except NotKnown:
        return False


def _result(rule: Rule, layer: Layer, made: Bound, given: Bound) -> Value:
    states: int = rule.data.get("states", 0)
    first = given.first()
    if not states:
        outputs = sizes.given(rule, layer, first, source(first.value.rank if isinstance(first.value, Tensor) else None))
        return Sequence("tuple", [outputs, source()]) if _is(given, "return_attention_scores") else outputs
    if rule.data.get("stacked"):
        last = Sequence("tuple", [source(3) for _ in range(states)]) if states > 1 else source(3)
        return Sequence("tuple", [sizes.given(rule, layer, first, source(3)), last])
    outputs = sizes.given(rule, layer, first, source(3 if _is(made, "return_sequences") else 2))
    if not _is(made, "return_state"):
        return outputs
    if made.outer is not None:  # of both directions
        return Sequence("list", [outputs, *(source(2) for _ in range(2 * states))])
    return Sequence("list", [outputs, *(sizes.given(rule, layer, first, source(2)) for _ in range(states))])


# layers that wrap others


def wrapped(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value | None:
    """``Bidirectional(LSTM(8))``: the inner layer, by the rule that it has within the other. None if there is none."""
    operand = bound.operands[rule.data["wraps"]]
    inner = operand.value
    if not isinstance(inner, Layer) or not inner.direct:
        return None
    within = [r for r in state.rules.find(inner.name) if r.data.get("within") == rule.name]
    if not within:
        plain = inner.bound[1].rule.tensors.startswith(("features", "same"))
        return inner if plain and not rule.data.get("only_within") else None
    operands = list(inner.bound[0].operands.values())
    found: dict[int, Bound] = {}
    for index, one in enumerate(within):
        try:
            found[index] = bind(one.spelling(inner.name), operands, None)
        except BindingError:
            continue
        found[index].outer = bound
    chosen = choose(within, found)
    if isinstance(chosen, str):
        return None
    other, case, inner_bound = chosen
    apply = Apply(other, inner_bound.signature, case, inner_bound.slots(), extra=inner_bound.settings())
    if state.recording and inner.node in state.made:
        state.made[inner.node] = (apply, state.made[inner.node][1])
    return Layer(inner.name, inner.node, (inner_bound, apply), inner.owner, inner.direct, home=inner.home)
