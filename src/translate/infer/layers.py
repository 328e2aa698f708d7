"""Layers of the framework at work: what comes out, and what that means for how they are made."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from translate.infer import calling, crossing, flows, recurrent, sizes
from translate.infer.activations import activated, activation
from translate.infer.binding import Bound, bind, choose, tensors_in
from translate.infer.dotted import walk
from translate.infer.facts import Apply
from translate.infer.hooks import HOOKS
from translate.infer.modules import leave_out_of_call
from translate.infer.state import Infeasible, Operand, State
from translate.infer.values import Const, Layer, Sequence, Tensor, Value, join, options, source
from translate.rules import Rule, Signature
from translate.rules.condition import NotKnown
from translate.rules.placeholders import placeholders


def call_layer(state: State, layer: Layer, operands: list[Operand], node: cst.Call) -> Value:
    """A layer of the framework at work on its first operand, by the call ``node``."""
    if not operands:
        return source()
    leave_out_of_call(state, node, operands)
    if "calling" not in layer.bound[1].rule.data:
        _besides_input(state, layer, operands, node)
    _by_input(state, layer, operands[0])
    bound, apply = layer.bound
    rule: Rule = apply.rule
    case = apply.case
    if rule.data.get("takes_mask"):
        state.masked.append(layer.name)
    at_once = node.func is layer.node
    if at_once and _keeps(rule) and state.frame.function is not None and sizes.maker(state) is None:
        message = f"{layer.name} is made anew at each call: what it keeps, and whether it trains, is not the model's"
        state.report(node, "T106", message, "make it in the constructor")
    if rule.code:
        return HOOKS[rule.code + "_layer"](state, layer, bound, operands)
    if "inline" in rule.data and not state.chaining and (at_once or not rule.data["inline"].get("at_once")):
        return _inline(state, layer, operands[0], node)
    if "calling" in rule.data:
        ours = state.dialect.last and recurrent.is_recurrent(rule)
        value, apply = (recurrent if ours else calling).call(state, layer, operands, node)
        record_layer(state, layer, apply)
        return value
    whole, axes = bool(rule.data.get("whole")), {}
    value = operands[0].value
    if not whole:
        value, axes = _flow(state, rule, bound, operands[0], case.becomes if case else "")
    known = sizes.IN_CHANNELS in bound.operands or bound.channels_first
    told = sizes.told(layer, operands[0]) if _wants_size(rule) and not known else ()
    if axes or told:
        apply = Apply(rule, apply.signature, case, apply.bound, tuple(axes.items()), extra=(*apply.extra, *told))
    if not state.dialect.last and isinstance(value, Tensor) and value.is_image:
        settings = (("activation_axis", "1"),)  # of a softmax, which works along the last axis in the source
        apply = Apply(rule, apply.signature, case, apply.bound, apply.axes, extra=(*apply.extra, *settings))
    value = sizes.given(rule, layer, operands[0], value)
    if activation(rule) in bound.operands:
        value, how = activated(state, layer, operands[0] if whole else Operand(value))
        apply = Apply(rule, apply.signature, case, apply.bound, apply.axes, extra=(*apply.extra, *how))
    record_layer(state, layer, apply)
    try:
        inplace = bound.signature.parameter("inplace") is not None and bound.value("inplace") is True
    except NotKnown:  # taken as it is by default
        inplace = False
    if inplace:
        for tensor in tensors_in(operands[0].value):
            tensor.changed_in_place(state.uncertain)
    return value


def _keeps(rule: Rule) -> bool:
    """Whether a layer has weights or states, or does something else in training: it is more than an operation."""
    if rule.weights or rule.training or rule.data.keys() & {"always", "sized", "late", "states", "wraps"}:
        return True
    names = [p.name for p in rule.source[0].parameters]
    return any(name == "seed" or name.endswith("_initializer") for name in names)


def _besides_input(state: State, layer: Layer, operands: list[Operand], node: cst.Call) -> None:
    """What a layer is called with that its translation does not take: a mask, a constant."""
    for other in operands[1:]:
        constant = isinstance(other.value, Const)
        if other.star or other.keyword in state.dialect.call_without or (constant and other.value == Const(None)):
            continue
        if other.keyword and not state.dialect.last:
            state.report(node, "T102", f"{layer.name} is called with {other.keyword}= besides its input")
        elif not other.keyword and constant and isinstance(other.value, Const):
            state.report(node, "T102", f"{layer.name} is called with {other.value.value} besides its input")
        elif isinstance(other.value, Tensor) and not state.dialect.last and not layer.bound[1].rule.code:
            state.report(node, "T102", f"{layer.name} is called with another tensor besides its input")


def _flow(state: State, rule: Rule, bound: Bound, operand: Operand, becomes: str) -> tuple[Value, dict[str, object]]:
    """What comes out; for each of the things that go in by itself, if the rule is for all of them."""
    if not ("chained" in rule.data and _mixed(operand.value)):
        return flows.flow(state, rule, bound, operand, becomes)
    each = [Operand(t, operand.node, operand.in_chain, index=operand.index) for t in tensors_in(operand.value)]
    return join(*(flows.flow(state, rule, bound, one, becomes)[0] for one in each)), {}


def _mixed(value: Value) -> bool:
    """Whether something is an image here and something else there."""
    found = [o for o in options(value) if isinstance(o, Tensor)]
    return any(t.is_image for t in found) and not all(t.is_image for t in found)


def record_layer(state: State, layer: Layer, apply: Apply) -> None:
    """How the layer is made depends on how it is called."""
    if not state.recording:
        return
    if layer.home is not None and crossing.settled(state, layer.home) is not state:
        crossing.check_layer(state, layer, apply)
        return
    if not layer.direct:
        if apply.axes:
            state.report(
                layer.node, "T105", f"{layer.name} is passed on as a value and made where its axis is not known"
            )
        return
    statements, state.statements = state.statements, list(state.made.get(layer.node, (None, ()))[1])
    before = state.facts.apply.get(layer.node)
    if before is not None and before != apply and _unsized(before) == _unsized(apply):
        apply = state.facts.apply[layer.node] = _of_two_calls(state, layer, before, apply)
    state.record(state.facts.apply, layer.node, apply)
    state.statements = statements


def _of_two_calls(state: State, layer: Layer, one: Apply, other: Apply) -> Apply:
    """How a layer is made of which calls tell different sizes: of one layer, one call tells what another takes too."""
    if not _is_one(state, layer):
        return _unsized(one)
    return one if sizes.IN_CHANNELS in dict(one.extra) else other


def _unsized(apply: Apply) -> Apply:
    return replace(apply, extra=tuple(e for e in apply.extra if e[0] != sizes.IN_CHANNELS))


def _is_one(state: State, layer: Layer) -> bool:
    """Whether a module has one such layer, and not a list of them that a loop makes."""
    loops = (cst.For, cst.While, cst.FunctionDef)
    inside = [s for s in state.statements if not isinstance(s, cst.FunctionDef) or s.name.value != "__init__"]
    if layer.owner is None or any(isinstance(s, loops) for s in inside) or not state.statements:
        return False
    repeats = [n for n in walk(state.statements[-1]) if isinstance(n, (cst.BaseComp, cst.Lambda))]
    return not any(layer.node is inner for n in repeats for inner in walk(n))


def _wants_size(rule: Rule) -> bool:
    return "always" in rule.data or bool(rule.data.get("sized"))


def _by_input(state: State, layer: Layer, operand: Operand) -> None:
    """One class of the source may be several of the target, by how many axes it is called with; or, within a chain
    and where ranks are mixed, one that works on images as they are."""
    rule: Rule = layer.bound[1].rule
    ranks = rule.data.get("ranks")
    tensor = operand.value
    every = state.rules.find(layer.name)
    others: list[Rule] = []
    if (state.chaining and isinstance(tensor, Tensor) and tensor.is_image) or _mixed(tensor):
        found = {t.rank for t in tensors_in(tensor)}
        others = [r for r in every if found <= set(r.data.get("chained", ()))]
    if "stored" in rule.data and isinstance(tensor, Tensor):
        stored = "image" if tensor.is_image or tensor.undecided else "source"
        others = [r for r in every if r.data.get("stored") == stored]
    if not others:
        if ranks is None or not isinstance(tensor, Tensor):
            return
        rank = tensor.rank or _guessed(state, layer, tensor, operand, ranks)
        if rank in ranks:
            return
        others = [r for r in every if rank in r.data.get("ranks", ())]
    before = list(layer.bound[0].operands.values())
    bound_for = {i: bind(r.spelling(layer.name), before, None) for i, r in enumerate(others)}
    chosen = choose(others, bound_for, chained=True)
    if isinstance(chosen, str):
        if isinstance(tensor, Tensor) and tensor.rank is None:  # the rank was guessed
            return
        raise Infeasible
    other, case, bound = chosen
    bound.channels_first = layer.bound[0].channels_first
    layer.bound = (bound, Apply(other, bound.signature, case, bound.slots(), extra=bound.settings()))


def _guessed(state: State, layer: Layer, tensor: Tensor, operand: Operand, ranks: list[int]) -> int:
    """How many axes an input has of which nothing tells it: two, if it comes from where features are last."""
    features = not tensor.undecided and any(2 in r.data.get("ranks", ()) for r in state.rules.find(layer.name))
    rank = 2 if features else ranks[0]
    if operand.node is not None:
        message = f"{layer.name}: its input is taken for one of {rank} axes; nothing tells how many there are"
        state.report(operand.node, "N205", message)
    return rank


def _inline(state: State, layer: Layer, operand: Operand, node: cst.Call) -> Value:
    """A layer without weights that the target has as an operation: it is written where it is called."""
    if state.recording:
        state.facts.inlined.add(layer.node)
    return inline(state, layer.bound[1].rule, layer.bound[0], operand, node)


def inline(state: State, rule: Rule, bound: Bound, operand: Operand, node: cst.Call) -> Value:
    """``Add()([x, y])``, or ``add([x, y])``, as ``x + y``."""
    unknown = _not_known(rule, bound)
    if unknown:
        state.report(node, "T102", f"{rule.name}: the value of {unknown!r} must be written out")
        return source()
    parts = _parts(operand)
    axes: dict[str, object] = {}
    if rule.tensors == "merge":
        merged = parts or _held(state, operand)
        known = next((c for p in merged if (c := sizes.channels_of(p.value)) is not None), None)
        value = sizes.sized(flows.broadcast(state, merged), known)
    else:
        value, axes = flows.flow(state, rule, bound, operand, rule.cases[0].becomes if rule.cases else "")
        told = sizes.channels_of(operand.value)
        if rule.tensors == "concat":
            told = sizes.added([sizes.channels_of(p.value) for p in parts]) if bound.value("axis") == -1 else None
        value = sizes.sized(value, told)
    text: str = rule.data["inline"]["write"]
    if "join" in rule.data["inline"] and parts:
        text = rule.data["inline"]["join"].join(f"{{x.{i}}}" for i in range(len(parts)))
    settings: list[tuple[str, str]] = []
    for parameter in bound.signature.parameters:
        try:
            settings.append((parameter.name, repr(axes.get(parameter.name, bound.value(parameter.name)))))
        except NotKnown:
            continue
    called = Signature(f"{rule.source[0].name}(x)")
    written = Apply(rule, called, None, (("x", operand.index),), (), text, tuple(settings))
    state.record(state.facts.apply, node, written)
    return value


def _held(state: State, operand: Operand) -> list[Operand]:
    """The tensors of a list that was made before, where nothing can be written around one of them."""
    lists = [o for o in options(operand.value) if isinstance(o, Sequence)]
    if not lists:
        return [operand]
    found = [t for one in lists for v in one.everything() for t in options(v) if isinstance(t, Tensor)]
    if len({(t.arrangement.kind, t.rank) for t in found}) > 1:
        state.lose(operand.node)
    return [Operand(t) for t in found] or [operand]


def _not_known(rule: Rule, bound: Bound) -> str:
    """An argument of a construction that is needed at the call, and may have another value there."""
    for name in sorted(placeholders(rule.data["inline"]["write"]) - {"x"}):
        try:
            bound.value(name)
        except NotKnown:
            return name
    return ""


def _parts(operand: Operand) -> list[Operand]:
    """The tensors of a list that is written out where it is passed."""
    if not isinstance(operand.value, Sequence) or not isinstance(operand.node, (cst.List, cst.Tuple)):
        return []
    pairs = zip(operand.value.items, operand.node.elements, strict=False)
    return [Operand(value, element.value) for value, element in pairs]
