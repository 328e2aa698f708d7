"""What a call gives: of the framework, of a layer, of a class or function of the file."""

from __future__ import annotations

import libcst as cst

from translate.infer import builtin, containers, crossing, flows, growing, records, sizes
from translate.infer.activations import named
from translate.infer.binding import Bound, tensors_in
from translate.infer.calling import wrapped
from translate.infer.choosing import ByAdapter, choose_rule
from translate.infer.elements import of_call
from translate.infer.facts import RECEIVER, Apply
from translate.infer.hooks import HOOKS
from translate.infer.layers import call_layer, inline
from translate.infer.modules import call_instance, construct, leave_out_of_call, leave_out_of_constructor, module_method
from translate.infer.references import is_direct
from translate.infer.roles import role
from translate.infer.state import Infeasible, Operand, State
from translate.infer.subscripts import size_in_source
from translate.infer.values import (
    NONE,
    OPAQUE,
    UNKNOWN,
    Api,
    Class,
    Container,
    Foreign,
    Function,
    Instance,
    Kept,
    Layer,
    Method,
    Opaque,
    Record,
    Sequence,
    Size,
    Super,
    Tensor,
    Union,
    Value,
    image,
    join,
    options,
    source,
)
from translate.rules import Rule
from translate.rules.condition import NotKnown

Operands = list[Operand]


def call(state: State, node: cst.Call, callee: Value, operands: Operands, receiver: Operand | None) -> Value:
    """``callee(*operands)``; ``receiver`` is what stands before the dot, if the callee was written ``x.name``."""
    choices = [o for o in options(callee) if o is not NONE]
    for operand in operands:
        if isinstance(operand.value, Size) and not _takes_shape(state, callee):
            size_in_source(state, operand.value)
    if operands and operands[0].keyword and any(isinstance(c, (Layer, Container)) for c in choices):
        state.record(state.facts.methods, node, "bare")  # Keras calls the argument by another name
    if not choices:
        return Union(())
    if len(choices) > 1:
        operands = _agree(state, node, choices, operands)
    results: list[Value] = []
    uncertain, state.uncertain = state.uncertain, state.uncertain or len(choices) > 1
    for choice in choices:
        try:
            results.append(_one(state, node, choice, operands, receiver))
        except Infeasible:
            continue
    state.uncertain = uncertain
    if results:
        return join(*results)
    return source() if any(tensors_in(o.value) for o in operands) else OPAQUE


def _takes_shape(state: State, callee: Value) -> bool:
    """Whether a shape is taken in whatever order it is in: ``len(x.shape)``, and new tensors of the same shape."""
    if not isinstance(callee, Api):
        return False
    rules = [] if state.dialect.last else state.rules.find(callee.name)
    return callee.name == "builtins.len" or any(r.tensors.startswith("creates") or r.tensors == "unbind" for r in rules)


def _agree(state: State, node: cst.Call, choices: list[Value], operands: Operands) -> Operands:
    """Several layers can stand here: if one needs its input cast, all get it cast."""
    if not all(isinstance(c, (Layer, Container, Instance)) for c in choices) or not operands:
        return operands
    log, state.cast_log = state.cast_log, []
    uncertain, state.uncertain = state.uncertain, True
    with state.not_recording():
        for choice in choices:
            try:
                _one(state, node, choice, operands, None)
            except Infeasible:
                continue
    state.uncertain = uncertain
    asked = {id(n): axes for n, axes in state.cast_log}
    state.cast_log = log
    agreed: Operands = []
    for operand in operands:
        axes = asked.get(id(operand.node)) if operand.node is not None else None
        if axes is not None and operand.node is not None and not operand.in_chain:
            state.record(state.facts.casts, operand.node, axes)
            rank = len(axes)
            value = image(rank) if axes[-1] == 1 else source(rank)
            # cast once already: who needs it otherwise cannot have it
            operand = Operand(value, None, True, operand.keyword, operand.star, operand.index)
        agreed.append(operand)
    return agreed


def _one(state: State, node: cst.Call, callee: Value, operands: Operands, receiver: Operand | None) -> Value:
    if isinstance(callee, Api):
        return _api(state, node, callee.name, operands)
    if isinstance(callee, Layer):
        return call_layer(state, callee, operands, node)
    if isinstance(callee, Container):
        return chain(state, node, callee, operands)
    if isinstance(callee, Class):
        return construct(state, node, callee, operands)
    if isinstance(callee, Instance):
        return call_instance(state, node, callee, operands)
    if isinstance(callee, Function):
        if callee.info.name == "__init__":
            leave_out_of_constructor(state, node, operands, callee.info)
        return state.call(callee.info, callee.bound, operands, node)
    if isinstance(callee, Method):
        return _method(state, node, callee, operands, receiver)
    if isinstance(callee, Kept):  # reported where it was made
        for operand in operands:
            if tensors_in(operand.value):
                state.need_source(operand)
        return source()
    if isinstance(callee, Record):
        return records.make(callee.fields, operands)
    if any(tensors_in(o.value) for o in operands):
        if isinstance(callee, Foreign):
            state.report(
                node, "T105", f"{callee.name.lstrip('.')} comes from another file, which is not translated here"
            )
        elif not isinstance(callee, Opaque) or not state.initialising:
            _unknown(state, node)
        return source()
    return callee if isinstance(callee, Foreign) else UNKNOWN


def _unknown(state: State, node: cst.Call) -> None:
    """Nobody knows how what is called arranges axes: only with all of the file in the source's order that is no matter.

    Unless nothing comes of the call, as of logging.
    """
    if not _stands_alone(state, node):
        state.lose(node)


def _stands_alone(state: State, node: cst.Call) -> bool:
    """Whether a call is a statement, so that nothing is done with what it gives."""
    parent = state.statements[-1] if state.statements else None
    return isinstance(parent, cst.SimpleStatementLine) and _is_statement(parent, node)


# the framework


def _api(state: State, node: cst.Call, name: str, operands: Operands) -> Value:
    if name.startswith("builtins."):
        return builtin.call(state, node, name.removeprefix("builtins."), operands)
    kind = role(state, name)
    if kind in containers.KINDS:
        return containers.make(state, node, kind, operands)
    if kind == "input":
        return inputs(state, node, operands)
    if name.rpartition(".")[0] in state.dialect.settings:
        return OPAQUE
    if kind == "gone" and _stands_alone(state, node):
        state.record(state.facts.dropped, state.statements[-1], "")
        return NONE
    if kind in ("setting", "aside"):
        return Kept(name)
    if kind == "scope":
        return OPAQUE
    if kind == "mapping":
        return builtin.call(state, node, "dict", operands)
    if kind == "initialiser":
        return OPAQUE
    if kind == "array":  # of numbers: as a list of them
        return operands[0].value if operands and isinstance(operands[0].value, Sequence) else OPAQUE
    if kind == "partial" and operands:
        return operands[0].value
    if kind == "record":
        return records.define(node)
    rules = state.rules.find(name)
    if rules:
        rules = [r for r in rules if not r.data.keys() & {"within", "taken"}]
        return _by_rule(state, node, name, rules, operands, None)
    if state.dialect.is_source(name):
        state.report(node, "T101", f"there is no rule for {name}")
        for operand in operands if not state.dialect.last else ():
            if tensors_in(operand.value):
                state.need_source(operand)
        return source() if any(tensors_in(o.value) for o in operands) else Kept(name)
    if state.dialect.is_target(name):  # written for the target already
        return source() if any(tensors_in(o.value) for o in operands) else Kept(name)
    if any(tensors_in(o.value) for o in operands):
        for operand in operands:
            if tensors_in(operand.value):
                state.need_source(operand)
        state.report(node, "T101", f"there is no rule for {name}, which is given a tensor")
        return source()
    return Foreign(name) if name[:1] == "." or name.split(".")[-1][:1].isupper() else OPAQUE


def inputs(state: State, node: cst.Call, operands: Operands) -> Value:
    """What a model takes: ``Input(shape=(224, 224, 3))``."""
    state.facts.inputs.add(node)
    shape = next((o.value for o in operands if o.keyword in ("shape", "input_shape") or not o.keyword), OPAQUE)
    return sizes.of_shape(shape)


def is_layer_class(rule: Rule, name: str) -> bool:
    """Classes make layers, functions compute; ``makes`` says it where that is not so."""
    if "makes" in rule.data:
        return rule.data["makes"] == "layer"
    makes = name.rpartition(".")[2][:1].isupper()
    return makes and "tensors" in rule.data and "role" not in rule.data


def _by_rule(
    state: State, node: cst.Call, name: str, rules: list[Rule], operands: Operands, receiver: Operand | None
) -> Value:
    chosen = choose_rule(state, rules, name, operands, receiver)
    if isinstance(chosen, str):
        code = "T102" if any(r.supported for r in rules) else "T101"
        what = (
            "is not translated with these arguments"
            if code == "T102"
            else f"has no counterpart in {state.dialect.name}"
        )
        state.report(
            node, code, f"{name} {what}" + (f": {chosen}" if code == "T102" else ""), "" if code == "T102" else chosen
        )
        return (
            source() if any(tensors_in(o.value) for o in [*operands, *([receiver] if receiver else [])]) else Kept(name)
        )
    if isinstance(chosen, ByAdapter):
        return _adapted(state, node, name, chosen.apply, operands)
    rule, case, bound = chosen
    if rule.differs and state.recording and rule.differs not in state.told:
        state.told.add(rule.differs)
        state.report(node, "N202", f"{name}: {rule.differs}")
    if "wraps" in rule.data:
        return _wrapped(state, node, rule, bound)
    if is_layer_class(rule, name) and receiver is None:
        named(state, rule, bound)
        apply = Apply(rule, bound.signature, case, bound.slots(), extra=bound.settings())
        direct = is_direct(state, node.func)
        if _gives_mask(rule, bound):
            state.masking.append((node, tuple(state.statements)))
        layer = Layer(name, node, (bound, apply), sizes.maker(state), direct, sizes.is_shared(state), state)
        state.constructed += 1
        if state.recording and direct:
            state.made[node] = (apply, tuple(state.statements))
        return layer
    first = bound.first() if bound.operands or any(bound.stars.values()) else Operand(OPAQUE)
    if "inline" in rule.data:
        return inline(state, rule, bound, first, node)
    if rule.code:
        return of_call(state, rule, bound, first, HOOKS[rule.code](state, node, rule, bound))
    if rule.data.get("role") == "size" and tensors_in(first.value):
        state.record(state.facts.apply, node, Apply(rule, bound.signature, case, bound.slots()))
        return Size(state.tensor(first), first, numeric=bool(rule.data.get("numeric")))
    value, axes = flows.flow(state, rule, bound, first, case.becomes if case else "")
    apply = Apply(rule, bound.signature, case, bound.slots(), tuple(axes.items()))
    if receiver is not None or is_direct(state, node.func):
        state.record(state.facts.apply, node, apply)
    elif axes:
        state.report(node, "T105", f"{name} is passed on as a value and called where its axis is not known")
    if rule.view and isinstance(value, Tensor) and isinstance(first.value, Tensor):
        value.parts = (*value.parts, first.value)
    value = of_call(state, rule, bound, first, value)
    value = sizes.of_operation(state, rule, bound, first, value)
    changed_in_place(state, node, name, bound, first)
    parent = state.statements[-1] if state.statements else None
    alone = isinstance(parent, cst.SimpleStatementLine) and _is_statement(parent, node)
    if receiver is None and name.endswith("_") and alone and isinstance(first.node, (cst.Name, cst.Attribute)):
        from translate.infer.assignment import assign

        state.record(state.facts.assigned, node, first.node)
        assign(state, first.node, value)
    if rule.data.get("result") == "pair":
        return Sequence("tuple", [value, flows.like(value) if isinstance(value, Tensor) else value])
    return value


def _gives_mask(rule: Rule, bound: Bound) -> bool:
    try:
        return "gives_mask" in rule.data and bool(bound.value(rule.data["gives_mask"]))
    except NotKnown:
        return True


def _wrapped(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    inner = wrapped(state, node, rule, bound)
    if inner is None:
        state.report(node, "T102", f"{rule.name} is not translated around this layer")
        return Kept(rule.name)
    state.record(state.facts.apply, node, Apply(rule, bound.signature, None, bound.slots()))
    return inner


def _adapted(state: State, node: cst.Call, name: str, apply: Apply, operands: Operands) -> Value:
    rule = apply.rule
    if is_direct(state, node.func):  # a variable holds the adapter already
        state.record(state.facts.apply, node.func, apply)
    bound = Bound(apply.signature)
    state.constructed += 1
    if is_layer_class(rule, name):
        return Layer(name, node, (bound, apply), direct=False, home=state)
    value, _ = flows.flow(state, rule, bound, operands[0] if operands else Operand(OPAQUE))
    return value


def changed_in_place(state: State, node: cst.Call, name: str, bound: Bound, first: Operand) -> None:
    """``relu(x, inplace=True)`` and ``x.add_(y)`` change ``x``."""
    flagged = name.endswith("_")
    try:
        flagged = flagged or (bound.signature.parameter("inplace") is not None and bound.value("inplace") is True)
    except NotKnown:  # taken as it is by default
        flagged = False
    if flagged:
        for tensor in tensors_in(first.value):
            tensor.changed_in_place()


def chain(state: State, node: cst.Call, container: Container, operands: Operands) -> Value:
    """A Sequential at work; a list of modules cannot be called."""
    if container.kind != "sequential" or not operands:
        return UNKNOWN
    home: State = state if container.home is None else crossing.settled(state, container.home)
    if home is state:
        return _chain(state, node, container, operands)
    return crossing.chained(state, home, operands[0], lambda first: _chain(home, node, container, [first]))


def _chain(state: State, node: cst.Call, container: Container, operands: Operands) -> Value:
    container.called = True
    leave_out_of_call(state, node, operands)
    value = sizes.entered(container, operands[0].value)
    steps = growing.in_order(container)
    if steps:
        outer = {id(steps[0]): operands[0]} if not steps[0].around else {}
        return growing.run(
            state, steps, value, lambda step, v: _link(state, node, step.value, v, outer.get(id(step)), step.made)
        )
    first = True
    for index, child in enumerate(container.children.items):
        made = container.nodes[index] if index < len(container.nodes) else None
        value = _link(state, node, child, value, operands[0] if first else None, made)
        first = False
    rest = container.children.rest
    if rest is None:
        return value
    if first:  # whichever comes first, if one needs its input cast all get it cast
        operands = _agree(state, node, list(options(rest)), operands)
        value = operands[0].value
    uncertain, state.uncertain = state.uncertain, True
    with state.not_recording():
        for _ in range(2):
            value = join(value, _link(state, node, rest, value, None))
    value = join(value, _link(state, node, rest, value, operands[0] if first else None))
    state.uncertain = uncertain
    return value


def _link(
    state: State, node: cst.Call, child: Value, value: Value, outer: Operand | None, made: cst.CSTNode | None = None
) -> Value:
    """One layer of a chain. A cast for the first is written where the chain is called, for others before the layer."""
    results: list[Value] = []
    for option in options(child):
        if option is NONE:
            continue
        if outer is not None:
            operand = Operand(value, outer.node, outer.in_chain)
        else:
            place = option.node if isinstance(option, Layer) and option.direct else made
            operand = Operand(value, place if isinstance(place, cst.Call) else None, in_chain=True)
        chaining, state.chaining = state.chaining, True
        try:
            results.append(_one(state, node, option, [operand], None))
        except Infeasible:
            continue
        finally:
            state.chaining = chaining
    return join(*results) if results else value


# classes and functions of the file


def _method(state: State, node: cst.Call, callee: Method, operands: Operands, receiver: Operand | None) -> Value:
    owner, name = callee.owner, callee.name
    if isinstance(owner, Tensor) or (
        not isinstance(owner, (Instance, Container, Super)) and _tensor_only(state, owner, name)
    ):
        operand = Operand(owner, receiver.node if receiver else None, index=-1)
        return tensor_method(state, node, name, operand, operands)
    if isinstance(owner, Size) and state.dialect.shape:
        return _size_method(state, node, owner, name)
    if isinstance(owner, (Instance, Super)):
        return module_method(state, node, owner, name, operands)
    if isinstance(owner, Container):
        return containers.method(state, node, owner, name, operands)
    return builtin.method(state, node, owner, name, operands)


def _size_method(state: State, node: cst.Call, owner: Size, name: str) -> Value:
    """``x.shape.as_list()``."""
    rules = [r for r in state.rules.find(f"{state.dialect.shape}.{name}") if r.source[0].callable]
    if not rules:
        state.report(node, "T101", f"there is no rule for {state.dialect.shape}.{name}")
        return OPAQUE
    state.record(state.facts.apply, node, Apply(rules[0], rules[0].source[0], None, (("self", RECEIVER),)))
    return owner if rules[0].data.get("role") == "size" else OPAQUE


def _tensor_only(state: State, owner: Value, name: str) -> bool:
    """A method that only tensors have, of something unknown."""
    return owner is UNKNOWN and name in state.only_tensors_have


_NOT_OF_TENSORS = {"keys", "items", "values", "get", "append", "extend", "update", "format", "startswith", "endswith"}


def tensor_method(state: State, node: cst.Call, name: str, receiver: Operand, operands: Operands) -> Value:
    """``x.view(...)``; ``x.add_(...)`` has the rule of ``x.add(...)``."""
    if node in state.single:
        state.record(state.facts.methods, node, "itself")
        return receiver.value
    full = f"{state.dialect.tensor}.{name}"
    rules = [r for r in state.rules.find(full) if r.spelling(full).callable or r.data.get("role")]
    found = full
    if not rules and name.endswith("_"):
        found = full.rstrip("_")
        rules = state.rules.find(found)
    if not rules and name in _NOT_OF_TENSORS:  # a parameter that was taken for a tensor is none
        return UNKNOWN
    if not rules:
        state.report(node, "T101", f"there is no rule for {full}")
        return source()
    value = _by_rule(state, node, found, rules, operands, receiver)
    if name.endswith("_") and not name.endswith("__"):
        for tensor in tensors_in(receiver.value):
            tensor.changed_in_place()
        parent = state.statements[-1] if state.statements else None
        target = _changed_name(node)
        if target is not None and isinstance(parent, cst.SimpleStatementLine) and _is_statement(parent, node):
            state.record(state.facts.assigned, node, target)
            from translate.infer.assignment import assign

            assign(state, target, value)
    return value


def _changed_name(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """What ``x.mul_(2).add_(y)`` changes: ``x``."""
    while isinstance(node, cst.Call):
        function = node.func
        if not isinstance(function, cst.Attribute) or not function.attr.value.endswith("_"):
            return None
        node = function.value
    return node if isinstance(node, (cst.Name, cst.Attribute)) else None


def _is_statement(line: cst.SimpleStatementLine, node: cst.Call) -> bool:
    return any(isinstance(s, cst.Expr) and s.value is node for s in line.body)
