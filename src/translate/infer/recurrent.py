"""PyTorch's recurrent layers, of which Keras gives what it is asked for.

PyTorch's give the outputs and the last states of all layers and directions, and a helper does so too. Where all calls
of a layer are seen, and take apart at once what they are given, it is Keras' own layer, and their statements take that
apart (``taken`` in rules). What is taken is known when all of a file was read; then it is read again.
"""

from __future__ import annotations

import re

import libcst as cst

from translate.infer.binding import BindingError, Bound, bind, choose, tensors_in
from translate.infer.dotted import names
from translate.infer.facts import Apply
from translate.infer.state import Operand, State
from translate.infer.taking import UNREAD, Taking, joined, taking
from translate.infer.values import Const, Layer, Sequence, Tensor, Value, options, source
from translate.rules import Case, Rule, Signature
from translate.rules.condition import NotKnown

_WAYS = ("forward", "backward")
"""Of two directions, what the names of their states begin with."""
Own = tuple[Rule, Case, Bound]
"""How a layer is made as Keras' own."""


def call(state: State, layer: Layer, operands: list[Operand], node: cst.Call) -> tuple[Value, Apply]:
    """What a recurrent layer gives, and how it is made. How the call is written is recorded."""
    bound, apply = layer.bound
    states: int = apply.rule.data["states"]
    signature = Signature(f"{layer.name}{apply.rule.data['calling']}")
    try:
        given = bind(signature, operands, None)
    except BindingError as error:
        state.report(node, "T102", f"a call of {layer.name} is not translated with these arguments: {error}")
        return source(), apply
    first = given.first()
    if isinstance(first.value, Tensor) and first.value.rank == 2:
        state.report(node, "T102", f"{layer.name} is called with one sequence; Keras takes a batch of them")
    for operand in given.operands.values():
        _in_source(state, operand)
    function = state.frame.function
    around = state.statements[-1] if state.statements else None
    squeezed = apply.rule.data["squeezed"]
    use = taking(node, around, function.node if function is not None else None, states, squeezed)
    whole = use.taken == "whole" or not _fits(state, layer, given, use)
    state.taken[layer.node] = joined(state.taken.get(layer.node), "whole" if whole else use.taken)
    own = None if whole else _own(state, layer, bound)
    single: set[str] = set()
    if own is not None:
        apply = Apply(own[0], own[2].signature, own[1], own[2].slots())
        single = _write(state, own, given, use, node)
    last = [source(2 if path in single else 3) for path in _paths(states)]
    return Sequence("tuple", [source(3), last[0] if states == 1 else Sequence("tuple", [*last])]), apply


def is_recurrent(rule: Rule) -> bool:
    return "states" in rule.data


def keep_whole(state: State, layer: Layer) -> None:
    """Something else than a call uses a layer, which asks for what PyTorch's has."""
    if is_recurrent(layer.bound[1].rule):
        state.taken[layer.node] = "whole"


def _paths(states: int) -> list[str]:
    return ["1"] if states == 1 else [f"1.{i}" for i in range(states)]


def _in_source(state: State, operand: Operand) -> None:
    if tensors_in(operand.value):
        state.need_source(operand)
    elif isinstance(operand.value, Sequence):
        for value in operand.value.everything():
            _in_source(state, Operand(value))


def _own(state: State, layer: Layer, bound: Bound) -> Own | None:
    """The rule for Keras' own layer, if it gives all that is taken by any call."""
    taken = state.taken_before.get(layer.node, "whole")
    if taken == "whole":
        return None
    rules = [r for r in state.rules.find(layer.name) if "taken" in r.data]
    before = list(bound.operands.values())
    bound_for = {i: bind(r.spelling(layer.name), before, None) for i, r in enumerate(rules)}
    for found in bound_for.values():
        found.outer = Bound(Signature("calls(taken)"), {"taken": Operand(Const(taken))})
    chosen = choose(rules, bound_for)
    if isinstance(chosen, str) or chosen[1] is None:
        return None
    return chosen[0], chosen[1], chosen[2]


def _fits(state: State, layer: Layer, given: Bound, use: Taking) -> bool:
    """Whether this call can be one of Keras' own layer."""
    bound, apply = layer.bound
    if state.chaining or not layer.direct:
        return False
    function = state.frame.function
    taken = names(function.node) if function is not None else set[str]()
    if _is(bound, "bidirectional") and taken & {f"{way}_{n}" for n in use.names.values() for way in _WAYS}:
        return False
    return _begins_with_tensors(given, apply.rule.data["states"])


def _begins_with_tensors(given: Bound, states: int) -> bool:
    """Whether what a call gives as initial state is certainly none, or one: nothing that may be either."""
    initial = _initial(given)
    if initial is None or all(isinstance(o, Const) and o.value is None for o in options(initial.value)):
        return True
    if isinstance(initial.value, Sequence):
        parts = initial.value.items
        known = initial.value.rest is None and all(isinstance(p, Tensor) for p in parts)
        return known and len(parts) == states == 2
    return isinstance(initial.value, Tensor) and states == 1


def _initial(given: Bound) -> Operand | None:
    name = given.parameter_names()[1]
    return given.operands.get(name)


def _is(bound: Bound, name: str) -> object:
    try:
        return bound.value(name)
    except NotKnown:
        return None


# how the call, and the statement that it stands in, are written


def _write(state: State, own: Own, given: Bound, use: Taking, node: cst.Call) -> set[str]:
    """Record how the call is written. Gives the paths of states that are written without their axis of layers."""
    rule, case, made = own
    turned = None if made.value("batch_first") else str(rule.data["time_first"])
    first, *_ = given.parameter_names()
    x = f"{{{first}}}" if turned is None else turned.replace("{x}", f"{{{first}}}")
    initial = _states(rule, given, both=bool(made.value("bidirectional")))
    call = f"{{callee}}({x}, {initial})" if initial else f"{{callee}}({x})"
    taken = made.value("taken")
    if use.item is not None:
        call = f"{call}[0]" if taken == "states" else call
        state.single[use.item] = "item"
    lines, single = _statements(state, case, use)
    if turned is not None and use.names.get("0") != UNREAD:
        if taken == "outputs" or use.item is not None:
            call = turned.replace("{x}", call)
        else:
            lines.append(f"{use.names['0']} = {turned}".replace("{x}", use.names["0"]))
    settings = (("plain", call), ("assigned", "\n".join(lines)))
    signature = given.signature
    written = Apply(rule, signature, case, given.slots(), (), "{plain}", settings)
    state.record(state.facts.apply, node, written)
    return single


def _statements(state: State, case: Case, use: Taking) -> tuple[list[str], set[str]]:
    """The statements that assign what the call gives, which is ``{call}`` in the first; and states that are taken as
    they are: all uses of them take the only layer's."""
    if use.item is not None:
        return [], set()
    lines = [_filled(text, use.names) for text in case.assigned]
    axes = {path: f"{name} = {name}[None]" for path, name in use.names.items()}
    single = {path for path in use.picks if axes[path] in lines}
    for path in single:
        for pick in use.picks[path]:
            state.single[pick] = "itself"
    gone = {axes[path] for path in single}
    return [line for line in lines if line not in gone], single


def _filled(text: str, names: dict[str, str]) -> str:
    for path, name in names.items():
        text = text.replace(f"{{target.{path}}}", name)
    for way in _WAYS:
        text = re.sub(rf"\b{way}_{UNREAD}\b", UNREAD, text)
    return text


def _states(rule: Rule, given: Bound, both: bool) -> str:
    """The states to begin with, one for each direction, without the axis of layers; empty if there are none."""
    initial = _initial(given)
    if initial is None or not (tensors_in(initial.value) or isinstance(initial.value, Sequence)):
        return ""
    name = given.parameter_names()[1]
    parts = [f"{{{name}}}"]
    if isinstance(initial.value, Sequence):
        written = isinstance(initial.node, (cst.Tuple, cst.List))
        parts = [f"{{{name}.{i}}}" if written else f"{{{name}}}[{i}]" for i in range(2)]
    found = [f"{part}[{way}]" for way in range(2 if both else 1) for part in parts]
    return str(rule.data["begins"]).replace("{states}", ", ".join(found))
