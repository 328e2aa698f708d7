"""Sequential, ModuleList, ModuleDict, and what every module can do."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from translate.infer import builtin, growing
from translate.infer.binding import BindingError, bind, choose, constant
from translate.infer.facts import Apply
from translate.infer.initial_values import drawn
from translate.infer.roles import role_member
from translate.infer.state import Operand, State
from translate.infer.values import (
    NONE,
    OPAQUE,
    UNKNOWN,
    Const,
    Container,
    Instance,
    Mapping,
    Opaque,
    Sequence,
    Tensor,
    Value,
    join,
    options,
    source,
)
from translate.rules.condition import NotKnown

KINDS = ("sequential", "module_list", "module_dict")


def make(state: State, node: cst.Call, kind: str, operands: list[Operand], record: bool = True) -> Container:
    """The container that ``node`` makes."""
    children = Sequence("list", born=state.frame.branches)
    container = Container(kind, node, children, born=state.frame.branches, home=state)
    for operand in operands:
        if operand.keyword and isinstance(operand.value, (Const, Opaque)):  # name="decoder"
            _setting(state, node, operand)
            continue
        listed = _one_list(operand.value) if kind == "sequential" and not operand.star else None
        if listed is not None:
            _of_list(container, replace(operand, value=listed))
            continue
        for option in options(operand.value):
            _fill(container, option, operand)
            container.from_mapping = container.from_mapping or isinstance(option, Mapping)
    if record and state.recording:
        state.containers.append((container, tuple(state.statements)))
    return container


def _setting(state: State, node: cst.Call, operand: Operand) -> None:
    if operand.keyword == "trainable" and not (isinstance(operand.value, Const) and operand.value.value is True):
        help = "call requires_grad_(False) of the module; batch normalization also needs eval()"
        state.report(node, "T102", f"{operand.keyword} of a chain of layers has no counterpart", help)


def _one_list(value: Value) -> Sequence | None:
    """A list of layers; one that grew in loops may be any of several."""
    found = [o for o in options(value) if isinstance(o, Sequence)]
    if not found or len(found) < len(options(value)):
        return None
    if len(found) == 1:
        return found[0]
    everything = [v for one in found for v in one.everything()]
    return Sequence("list", [], join(*everything) if everything else None)


def _of_list(container: Container, operand: Operand) -> None:
    """``Sequential([Input(shape=...), Dense(2)])``."""
    assert isinstance(operand.value, Sequence)
    written = operand.node.elements if isinstance(operand.node, (cst.List, cst.Tuple)) else ()
    for index, value in enumerate(operand.value.items):
        if isinstance(value, Tensor):
            container.entry = value
            continue
        container.children.items.append(value)
        container.names.append(None)
        container.nodes.append(written[index].value if len(written) == len(operand.value.items) else None)
    container.children.rest = operand.value.rest


def _fill(container: Container, value: Value, operand: Operand) -> None:
    from translate.infer.expressions import extend

    children = container.children
    if isinstance(value, Mapping):
        for name, child in value.items.items():
            container.names.append(str(name))
            children.items.append(child)
        children.rest = value.rest
    elif operand.star or (container.kind != "sequential" and isinstance(value, (Sequence, Container))):
        extend(children, value)
        container.names += [None] * (len(children.items) - len(container.names))
    elif children.rest is not None:
        children.rest = join(children.rest, value)
    else:
        container.nodes += [None] * (len(children.items) - len(container.nodes))
        children.items.append(value)
        container.names.append(None)
        container.nodes.append(operand.node)


def knows(name: str, kind: str) -> bool:
    return kind in ("add_module", "append") or name in builtin.LIST_METHODS | {"values", "items", "keys", "children"}


def method(state: State, node: cst.Call, owner: Container, name: str, operands: list[Operand]) -> Value:
    """``blocks.append(layer)``, ``self.path.add_module("conv", layer)``, ``heads.items()``."""
    kind = role_member(state, name)
    if kind == "add_module":
        _add_named(owner, state, operands)
        state.record(state.facts.methods, node, "add named" if owner.written_as == "sequential" else "set item")
        return NONE
    if kind == "append" and operands and isinstance(operands[0].value, Tensor):  # the input of a model
        owner.entry = operands[0].value
        state.facts.dropped[state.statements[-1]] = ""
        return NONE
    if name in ("append", "insert", "extend") or kind == "append":
        if operands and (kind == "append" or (name == "append" and owner.kind == "sequential")):
            growing.note(state, node, owner, operands[0].value, operands[0].node)
        before = len(owner.children.items)
        builtin.add(owner.children, "append" if kind == "append" else name, operands, state)
        owner.names += [None] * (len(owner.children.items) - before)
        state.record(state.facts.methods, node, f"add {owner.kind}")
        return NONE
    if kind == "named_children":
        state.report(node, "T101", "Keras containers have no named children", "loop over the layers")
    if name == "items" or kind == "named_children":
        pairs: list[Value] = [Sequence("tuple", [OPAQUE, v]) for v in owner.children.everything()]
        return Sequence("list", [], join(*pairs) if len(pairs) == 1 else _pair(owner))
    if name == "values" or kind == "children":
        state.record(state.facts.methods, node, f"children {owner.kind}")
        return owner.children
    if name == "keys":
        return Sequence("list", [], OPAQUE)
    if name == state.dialect.forward:
        return state.chain(node, owner, operands)
    full = f"{state.dialect.module}.{name}"
    rules = state.rules.find(full)
    if rules and not rules[0].supported:
        state.report(node, "T101", f"{rules[0].name} has no counterpart in {state.dialect.name}", rules[0].help)
    elif not rules and not state.dialect.last:
        state.report(node, "T101", f"there is no rule for {full}")
    return UNKNOWN if kind == "walk" else OPAQUE


def _pair(owner: Container) -> Value:
    everything = owner.children.everything()
    return Sequence("tuple", [OPAQUE, join(*everything) if everything else OPAQUE])


def _add_named(owner: Container, state: State, operands: list[Operand]) -> None:
    if len(operands) < 2:
        return
    children, value = owner.children, operands[1].value
    try:
        name = str(constant(operands[0].value))
    except NotKnown:
        name = None
    if owner.kind == "module_list":
        owner.by_name = True
    if name is not None and children.rest is None and state.frame.branches == owner.born:
        children.items.append(value)
        owner.names.append(name)
    else:
        children.rest = value if children.rest is None else join(children.rest, value)


def module_method(
    state: State, node: cst.Call, instance: Instance, name: str, operands: list[Operand], full: str
) -> Value:
    """Methods of nn.Module on a module of the file."""
    from translate.infer.assignment import set_attribute

    kind = role_member(state, name)
    values = [o.value for o in operands]
    if kind == "add_module" and len(values) > 1:
        key = values[0].value if isinstance(values[0], Const) else "*"
        set_attribute(state, instance, str(key), values[1])
        state.record(state.facts.methods, node, "setattr")
        return NONE
    if kind in ("buffer", "parameter") and len(values) > 1:
        return _register(state, node, instance, full, operands)
    rules = state.rules.find(full)
    if kind in ("walk", "children", "named_children", "apply"):
        state.report(node, "T101", f"{full} has no counterpart in {state.dialect.name}", rules[0].help if rules else "")
        named = kind == "named_children"
        return Sequence("list", [], Sequence("tuple", [OPAQUE, UNKNOWN])) if named else UNKNOWN
    if not rules:
        state.report(node, "T105", f"there is no method {name!r} in this file, nor a rule for {full}")
        return UNKNOWN
    if not rules[0].supported:
        state.report(node, "T101", f"{full} has no counterpart in {state.dialect.name}", rules[0].help)
        return UNKNOWN
    try:
        bound = bind(rules[0].spelling(full), operands, Operand(instance, None, index=-1), "self")
    except BindingError as error:
        state.report(node, "T102", f"{full}: {error}")
        return UNKNOWN
    chosen = choose(rules[:1], {0: bound})
    if isinstance(chosen, str):
        state.report(node, "T102", f"{full} is not translated with these arguments: {chosen}")
        return UNKNOWN
    rule, case, bound = chosen
    extra = (("drawn", drawn(state, node, rule, bound)),) if "initializer" in rule.data else ()
    state.record(state.facts.apply, node, Apply(rule, bound.signature, case, bound.slots(), extra=extra))
    if rule.tensors.startswith("creates"):
        shape = bound.operands["shape"].value if "shape" in bound.operands else OPAQUE
        return source(len(shape.items) if isinstance(shape, Sequence) and shape.rest is None else None)
    return OPAQUE


def _register(state: State, node: cst.Call, instance: Instance, full: str, operands: list[Operand]) -> Value:
    """``self.register_buffer("name", tensor)`` makes an attribute."""
    from translate.infer.assignment import set_attribute

    key, value = operands[0].value, operands[1].value
    if not isinstance(key, Const) or not isinstance(key.value, str):
        state.report(node, "T102", f"{full}: the name must be written out")
        return NONE
    if value is NONE:
        kept: Value = NONE
    else:
        kept = value if isinstance(value, Tensor) else source()
    set_attribute(state, instance, key.value, kept)
    rule = state.rules.find(full)[0]
    bound = bind(rule.spelling(full), operands, Operand(instance, None, index=-1), "self")
    apply = Apply(rule, bound.signature, None, bound.slots(), extra=(("attribute", key.value),))
    if value is NONE:
        state.record(state.facts.methods, node, f"none {key.value}")
    else:
        state.record(state.facts.apply, node, apply)
    return NONE
