"""What ``owner.name`` is."""

from __future__ import annotations

import libcst as cst

from translate.infer import crossing, flows
from translate.infer.binding import Bound
from translate.infer.elsewhere import member
from translate.infer.facts import RECEIVER, Apply
from translate.infer.program import ClassInfo, FunctionInfo
from translate.infer.recurrent import keep_whole
from translate.infer.roles import role_member
from translate.infer.state import Operand, State
from translate.infer.values import (
    OPAQUE,
    UNKNOWN,
    Api,
    Class,
    Const,
    Container,
    Foreign,
    Function,
    Instance,
    Layer,
    Mapping,
    Method,
    Namespace,
    Opaque,
    Sequence,
    Size,
    Super,
    Tensor,
    Value,
    join,
    options,
    source,
)

PAIR = ("values", "indices")
"""Names of what operations give that return two tensors."""


def attribute(state: State, node: cst.Attribute, owner: Value, called: bool = False) -> Value:
    """The value of attribute ``node.attr`` of ``owner``; ``called``: the attribute is called right away."""
    name = node.attr.value
    if name in state.renamed_methods and state.recording:
        state.facts.touched.update(state.statements)
    found = [_of(state, node, option, name, called) for option in options(owner)]
    return join(*found) if found else UNKNOWN


def _of(state: State, node: cst.Attribute, owner: Value, name: str, called: bool) -> Value:
    if isinstance(owner, Api):
        return Api(state.rules.public(f"{owner.name}.{name}"))
    if isinstance(owner, Instance):
        return of_instance(state, node, owner, name)
    if isinstance(owner, Super):
        return _of_super(owner, name)
    if isinstance(owner, Class):
        method = owner.info.method(name)
        if method is not None:
            return Function(method)
        return owner.info.attribute(name) or UNKNOWN
    if isinstance(owner, Container):
        child = owner.named(name)
        if child is not None:
            state.record(state.facts.methods, node, owner.place_of(name))
            return child
        if name == "layers" and not state.dialect.last and owner.kind == "sequential":
            return _layers(state, node, owner)
        return OPAQUE if _has_no_counterpart(state, node, name) else Method(owner, name)
    if isinstance(owner, Tensor):
        return _of_tensor(state, node, owner, name)
    if isinstance(owner, Layer):
        return _of_layer(state, node, owner, name)
    if isinstance(owner, Namespace):
        return member(state, owner, name)
    if isinstance(owner, Foreign):
        return Foreign(f"{owner.name}.{name}")
    if isinstance(owner, Sequence) and name in owner.fields:
        return owner.items[owner.fields.index(name)]
    if isinstance(owner, Sequence) and owner.kind == "tuple" and name in PAIR and len(owner.items) == 2:
        state.record(state.facts.methods, node, f"pair {PAIR.index(name)}")
        return owner.items[PAIR.index(name)]
    if isinstance(owner, Size) and state.rules.find(f"{state.dialect.shape}.{name}"):
        return _of_size(state, node, owner, name)
    if isinstance(owner, (Sequence, Mapping, Size)):
        return Method(owner, name)
    if isinstance(owner, (Const, Opaque)):
        return Method(owner, name) if called else OPAQUE
    if called and name in state.only_tensors_have:
        state.report(node, "N205", f"taken for a tensor, since only tensors have a method {name!r}")
        return Method(owner, name)
    return UNKNOWN


def _of_size(state: State, node: cst.Attribute, owner: Size, name: str) -> Value:
    """``x.shape.rank``."""
    rule = state.rules.find(f"{state.dialect.shape}.{name}")[0]
    if rule.source[0].callable:
        return Method(owner, name)
    state.record(state.facts.apply, node, Apply(rule, rule.source[0], None, (("self", RECEIVER),)))
    return OPAQUE


def _layers(state: State, node: cst.Attribute, owner: Container) -> Value:
    """``self.net.layers[1]``: a chain of PyTorch is the list of its layers."""
    state.record(state.facts.methods, node, "itself")
    owner.called = True
    if state.recording:
        state.facts.counted.add(owner.node)
    return owner.children


def _of_layer(state: State, node: cst.Attribute, owner: Layer, name: str) -> Value:
    """``self.conv.out_channels``: settings of a layer have the name of the argument that they came by."""
    if any(r.data.get("role") == "gone" for r in state.rules.find(f"{owner.name}.{name}")):
        return Api(f"{owner.name}.{name}")
    keep_whole(state, owner)
    rule = owner.bound[1].rule
    passing = rule.arguments.get(name) if name not in rule.weights else None
    if passing is not None and len(passing.targets) == 1 and not passing.inverted and passing.values is None:
        if passing.targets[0] != name:
            state.record(state.facts.methods, node, f"attribute {passing.targets[0]}")
        return OPAQUE
    if role_member(state, name) == "weight" and state.initialising:
        return Method(owner, name)  # weight initialisation is handled where the statement is read
    state.report(node, "T101", f"{owner.name}.{name}: the Keras layer has no such attribute")
    return source() if role_member(state, name) == "weight" else UNKNOWN


def of_instance(state: State, node: cst.Attribute, owner: Instance, name: str) -> Value:
    if owner.info.state is not state:
        owner = crossing.own_instance(state, owner)
    info = owner.info
    if name in state.reserved and state.recording:
        state.facts.touched.update(state.statements)
    method = info.method(name)
    if method is not None:
        if _is_property(method):
            return state.call(method, owner, [], None)
        return Function(method, None if method.static else owner)
    value = info.attribute(name)
    if value is not None:
        return value
    for rule in state.rules.find(f"{state.dialect.module}.{name}"):
        if rule.write is not None and "role" not in rule.data and not rule.source[0].callable:
            state.record(state.facts.apply, node, Apply(rule, rule.source[0], None, (("self", RECEIVER),)))
            return OPAQUE
    role = role_member(state, name)
    if role == "training":
        state.record(state.facts.replaced, node, "training")
        if state.recording:
            _needs_training(state)
        return OPAQUE
    if info.attributes.get("*") is not None and not state.rules.find(f"{state.dialect.module}.{name}"):
        return info.attributes["*"]
    children = info.attributes.get("<children>")
    if isinstance(children, Container):
        child = children.named(name)
        if child is not None:
            state.record(state.facts.methods, node, children.place_of(name))
            return child
    if any(state.dialect.is_target(base) for base in info.framework_bases()):
        return UNKNOWN  # a layer of Keras: what it has is its own affair
    if _has_no_counterpart(state, node, name):
        return OPAQUE
    for sub in info.subclasses:  # a base class whose subclasses make the layers
        found = sub.attribute(name)
        if found is not None:
            return found
    return Method(owner, name)


def _has_no_counterpart(state: State, node: cst.Attribute, name: str) -> bool:
    """``self.trainable_weights``: what modules of the target do not have is told."""
    full = f"{state.dialect.module}.{name}"
    rule = next((r for r in state.rules.find(full) if not r.supported and not r.spelling(full).callable), None)
    if rule is not None:
        state.report(node, "T101", f"{full} has no counterpart in {state.dialect.name}", rule.help)
    return rule is not None


def _needs_training(state: State) -> None:
    for frame in reversed(state.frames):
        if frame.function is not None and isinstance(frame.function.node, cst.FunctionDef):
            state.facts.training.add(frame.function.node)
            state.facts.touched.add(frame.function.node)
            return


def _is_property(method: FunctionInfo) -> bool:
    if not isinstance(method.node, cst.FunctionDef):
        return False
    return any(isinstance(d.decorator, cst.Name) and d.decorator.value == "property" for d in method.node.decorators)


def _of_super(owner: Super, name: str) -> Value:
    lineage = owner.instance.info.lineage()
    after: list[ClassInfo] = lineage[lineage.index(owner.info) + 1 :] if owner.info in lineage else owner.info.bases
    for info in after:
        if name in info.methods:
            return Function(info.methods[name], owner.instance)
    return Method(owner, name)


def _of_tensor(state: State, node: cst.Attribute, owner: Tensor, name: str) -> Value:
    full = f"{state.dialect.tensor}.{name}"
    rules = state.rules.find(full)
    if role_member(state, name, state.dialect.tensor) == "size" and not rules[0].source[0].callable:
        rule = rules[0]
        state.record(state.facts.apply, node, Apply(rule, rule.source[0], None, (("self", RECEIVER),)))
        return Size(owner, Operand(owner, node.value))
    for rule in state.rules.find(full):
        signature = rule.spelling(full)
        if signature.callable:
            continue
        operand = Operand(owner, node.value, index=RECEIVER)
        bound = Bound(signature, {"self": operand}, method=True)
        if rule.data.get("role") == "device":
            return OPAQUE  # where it is passed on, that is left out
        if not rule.supported:
            state.report(node, "T101", f"{full} has no counterpart in {state.dialect.name}", rule.help)
            return OPAQUE
        value, _ = flows.flow(state, rule, bound, operand)
        state.record(state.facts.apply, node, Apply(rule, signature, None, (("self", RECEIVER),)))
        return value
    return Method(owner, name)


def set_children(info: ClassInfo, container: Container) -> None:
    """What a class that is itself a Sequential (or list) of modules holds."""
    info.attributes["<children>"] = container
