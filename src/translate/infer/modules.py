"""Modules that the file defines: made, called, and the methods that every module has."""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from translate.infer import containers, crossing, passed_names, records
from translate.infer.attributes import set_children
from translate.infer.binding import tensors_in
from translate.infer.functions import bind_own
from translate.infer.program import FunctionInfo
from translate.infer.roles import role, role_member
from translate.infer.sizes import IN_CHANNELS, channels_of, in_constructor, maker
from translate.infer.state import Operand, State
from translate.infer.values import (
    NONE,
    OPAQUE,
    UNKNOWN,
    Class,
    Const,
    Container,
    Instance,
    Mapping,
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

Operands = list[Operand]


def construct(state: State, node: cst.Call, callee: Class, operands: Operands) -> Value:
    info = callee.info
    if any(role(state, base) == "record" for base in info.framework_bases()):
        return records.make(records.fields_of(info), operands)
    defining = state.only_defined and info.state.only_defined and not state.frozen
    if state.sealed or (info.state is not state and not defining) or state.frozen:
        state.constructed += 1
        crossing.check_layout(state, info.state, operands, node)
        return Instance(crossing.made(state, info, operands), node, maker(state))
    info.made = True
    if state.recording and not state.dialect.last:
        state.constructions.append((node, info, tuple(state.statements)))
    leave_out_of_constructor(state, node, operands, info.method("__init__"))
    state.constructed += 1
    if state.frames and any(f.instance is not None for f in state.frames):
        info.inside = True
    method = info.method("__init__")
    if method is not None:
        for name, value in bind_own(method, operands, skip_self=True).items():
            value = _settled(value)
            info.arguments[name] = join(info.arguments[name], value) if name in info.arguments else value
    elif info.framework_bases() and role(state, info.framework_bases()[0]) in containers.KINDS:
        container = containers.make(state, node, role(state, info.framework_bases()[0]), operands, record=False)
        set_children(info, container)
    return Instance(info, node, maker(state))


def _tell_size(state: State, callee: Instance, operands: Operands) -> None:
    """A module that takes its input's channels, which the source found out when it was built."""
    constructor = callee.info.method("__init__")
    if state.dialect.last or constructor is None or not operands or callee.node is None:
        return
    if not any(p.name.value == IN_CHANNELS for p in constructor.parameters) or callee.info.name in state.stated.own:
        return
    given = {k.keyword.value for k in callee.node.args if k.keyword is not None}
    channels = in_constructor(channels_of(operands[0].value), callee.owner)
    if IN_CHANNELS not in given and channels is not None:
        state.record(state.facts.told, callee.node, channels.text)


def leave_out_of_call(state: State, node: cst.Call, operands: Operands) -> None:
    """Arguments of calls that the target does without (``training=training``)."""
    names = state.dialect.call_without
    without = [o for o in operands if o.keyword in names or (not o.keyword and _is_name(o.node, names))]
    for operand in without:
        if operand.keyword and isinstance(operand.value, Const) and operand.value.value is not None:
            message = (
                f"{operand.keyword}={operand.value.value} for one call: a module of PyTorch trains as a whole or not"
            )
            state.report(node, "T102", message, "call train() or eval() of that module, or use the function")
            return
    if without:
        state.record(state.facts.left_out, node, tuple(o.index for o in without))


def _is_name(node: cst.CSTNode | None, names: Collection[str]) -> bool:
    """``self.dropout(x, training)``."""
    return isinstance(node, cst.Name) and node.value in names


def leave_out_of_constructor(
    state: State, node: cst.Call, operands: Operands, constructor: FunctionInfo | None, everything: bool = False
) -> None:
    """Arguments of constructors that the target does without: names. ``everything``: of ``super().__init__``."""
    without = {n for n in state.dialect.constructor_without if not passed_names.is_read(state, constructor, n)}
    gone = tuple(o.index for o in operands if without and (everything or o.keyword in without))
    if gone:
        state.record(state.facts.left_out, node, gone)


def _settled(value: Value) -> Value:
    """Arguments of constructors are not constants where they are used, and rarely tensors."""
    if isinstance(value, Const) and value.value is not None:
        return OPAQUE
    if isinstance(value, Tensor) and value.parameter:
        return OPAQUE
    return value


def call_instance(state: State, node: cst.Call, callee: Instance, operands: Operands) -> Value:
    if state.initialising:
        return UNKNOWN  # read again when all layers are known
    if callee.info.state is not state:
        callee = crossing.own_instance(state, callee)
    forward = callee.info.method(state.dialect.forward)
    leave_out_of_call(state, node, operands)
    _tell_size(state, callee, operands)
    if forward is not None:
        if any(p.name.value == "mask" for p in forward.parameters):
            state.masked.append(callee.info.name)
        _pass_by_name(state, node, forward, operands)
        return state.call(forward, callee, operands, node)
    children = callee.info.attributes.get("<children>")
    if isinstance(children, Container):
        return state.chain(node, children, operands)
    if any(tensors_in(o.value) for o in operands):
        bases = [base for base in callee.info.framework_bases() if not role(state, base)]
        what = f"{bases[0].lstrip('.')}, which {callee.info.name} extends," if bases else callee.info.name
        state.report(node, "T105", f"how {what} computes is not written in this file")
        return source()
    return UNKNOWN


def _pass_by_name(state: State, node: cst.Call, forward: FunctionInfo, operands: Operands) -> None:
    """Keras takes nothing but tensors by position: a number or a setting, and what follows it, goes by name."""
    if not state.recording or any(o.star for o in operands):
        return
    parameters = forward.node.params
    names = [p.name.value for p in parameters.params][1:]
    if parameters.posonly_params:
        return
    given = [o for o in operands if not o.keyword]
    for index, (operand, _) in enumerate(zip(given, names, strict=False)):
        if any(_never_a_tensor(option) for option in options(operand.value)):
            before = state.facts.by_name.get(node, (index,))[0]
            state.facts.by_name[node] = (min(index, before), *names[: len(given)])
            state.facts.touched.update(state.statements)
            return


def _never_a_tensor(value: Value) -> bool:
    if isinstance(value, (Sequence, Mapping)):
        return any(_never_a_tensor(option) for item in value.everything() for option in options(item))
    return isinstance(value, (Opaque, Size)) or (isinstance(value, Const) and value.value is not None)


def module_method(state: State, node: cst.Call, owner: Instance | Super, name: str, operands: Operands) -> Value:
    """Methods that every module has: ``self.register_buffer(...)``, ``super().__init__(...)``."""
    instance = owner.instance if isinstance(owner, Super) else owner
    if name == "__init__":
        bases = instance.info.framework_bases()
        kind = role(state, bases[0]) if bases else ""
        if kind in containers.KINDS:
            container = containers.make(state, node, kind, operands, record=False)
            set_children(instance.info, container)
            state.record(state.facts.containers, node, f"init {kind}")
        if kind not in containers.KINDS:
            leave_out_of_constructor(state, node, operands, None, everything=True)
        return NONE
    children = instance.info.attributes.get("<children>")
    if isinstance(children, Container):
        kind = role_member(state, name)
        if kind in ("add_module", "append", "") and containers.knows(name, kind):
            return containers.method(state, node, children, name, operands)
        if name == state.dialect.forward:
            return state.chain(node, children, operands)
    return containers.module_method(state, node, instance, name, operands, f"{state.dialect.module}.{name}")
