"""What is known when all of a file is read: layers that nobody called, containers, who needs to know about training."""

from __future__ import annotations

import libcst as cst

from translate.infer import module_lists
from translate.infer.dotted import names
from translate.infer.facts import Apply
from translate.infer.initial_values import initial_values
from translate.infer.program import ClassInfo, FunctionInfo
from translate.infer.roles import role
from translate.infer.sizes import IN_CHANNELS
from translate.infer.state import State
from translate.infer.statements import is_initialiser
from translate.rules import Signature


def finish(state: State) -> None:
    """Layers that nobody called, containers, and who needs to know about training."""
    facts = state.facts
    for statement, around in state.given_up:
        if statement not in state.followed:
            state.statements = list(around)
            state.report(statement, "T105", "what this does to tensors could not be followed: their axes do not fit")
    for function in state.all_functions:
        before = translated_before(state, function)
        gone = function.node in facts.dropped or is_initialiser(state, function)
        skipped = before or gone or not may_use(state, function)
        ours = function.owner is None or is_module(state, function.owner)
        if ours and function.node not in state.read and not skipped:
            state.statements = [function.node]
            state.report(function.node, "T105", f"{function.name} was not read: nothing tells what it is given")
    for node, rule, bound, arrangement, plain, unchanged, statements in state.flexible:
        text = unchanged if arrangement.kind == "image" else plain
        state.statements = list(statements)
        state.record(facts.apply, node, Apply(rule, bound.signature, None, bound.slots(), (), text))
    state.statements = []
    for node, (apply, statements) in state.made.items():
        if node not in facts.inlined:
            _made(state, node, facts.apply.setdefault(node, apply), statements)
        facts.touched.update(statements)
    for container, statements in state.containers:
        empty = state.dialect.last and container.kind == "sequential" and not container.children.everything()
        mapped = " mapping" if container.from_mapping else (" empty" if empty else "")
        facts.containers[container.node] = container.written_as + mapped
        facts.touched.update(statements)
    for node, statements in state.masking:
        _masking(state, node, statements)
    for call, info, statements in state.constructions:
        _constructed(state, call, info, statements)
    module_lists.finish(state)
    if not state.dialect.last:
        _unbuilt(state)
    _spread_training(state)
    facts.classes = state.classes
    facts.initialisers = {f.node for f, yes in state.initialisers.items() if yes}
    facts.modules = {info.node for info in state.classes if is_module(state, info)}
    for info in state.classes:
        facts.touched.add(info.node)
        if info.inside:
            for base in info.lineage():
                base.inside = True


def _unbuilt(state: State) -> None:
    """A ``build`` that could not become a part of the constructor: nothing calls it in PyTorch."""
    for info in state.classes:
        build = info.methods.get("build")
        if build is None or not is_module(state, info) or _is_called(state, build):
            continue
        state.statements = [build.node]
        message = f"{info.name}.build stays, and nothing calls it in PyTorch: only the last size of a shape is told"
        state.report(build.node, "T103", message, "make the weights in the constructor, from sizes that it is told")
    state.statements = []


def _is_called(state: State, method: FunctionInfo) -> bool:
    return any(callee is method for _, callee, _ in state.calls.values())


def _constructed(state: State, call: cst.Call, info: ClassInfo, statements: tuple[cst.CSTNode, ...]) -> None:
    """A module of the file that must be told the size of its input."""
    constructor = info.method("__init__")
    names = [p.name.value for p in constructor.parameters] if constructor is not None else []
    given = {a.keyword.value for a in call.args if a.keyword is not None}
    if names[1:2] != [IN_CHANNELS] or info.name in state.stated.own or IN_CHANNELS in given:
        return
    required = [p.name.value for p in (constructor.parameters[1:] if constructor else ()) if p.default is None]
    plain = sum(a.keyword is None and not a.star for a in call.args)
    if IN_CHANNELS not in required:
        return  # it has a default
    by_star = plain > 0 and call not in state.facts.told and any(a.star for a in call.args)
    if by_star or plain + len(given & set(required)) >= len(required):
        state.facts.told.pop(call, None)  # the source passes it itself
        return
    if call in state.facts.told:
        state.facts.touched.update(statements)
        return
    before, state.statements = state.statements, list(statements)
    state.report(call, "T102", f"{info.name} must be told how many channels its input has, which nothing tells here")
    state.statements = before


def _made(state: State, node: cst.CSTNode, apply: Apply, statements: tuple[cst.CSTNode, ...]) -> None:
    """A layer that must be told the size of its input, of which nothing tells it."""
    data = apply.rule.data
    if "inline" in data and apply.rule.target is None and apply.rule.write is None:
        before, state.statements = state.statements, list(statements)
        state.report(node, "T102", f"{apply.signature.name} is made, but it is not seen how it is called")
        state.statements = before
        return
    told = {*dict(apply.extra), *dict(apply.bound)}
    sized = not data.keys() & {"always", "sized"} or IN_CHANNELS in told
    before, state.statements = state.statements, list(statements)
    initial_values(state, node, apply, lazy=not sized)
    if sized:
        state.statements = before
        return
    name = apply.signature.name
    if _finds_out(apply):
        message = f"{name}: nothing tells how many channels its input has; it finds out when it is called"
        state.report(node, "N207", message)
    else:
        message = f"{name} must be told how many channels its input has, which nothing tells here"
        state.report(node, "T102", message)
    state.statements = before


def _masking(state: State, node: cst.Call, statements: tuple[cst.CSTNode, ...]) -> None:
    """A layer that hands a mask on: told, since nothing does that in the target."""
    state.statements = list(statements)
    if state.masked:
        message = f"a mask is handed on to {state.masked[0]}, which skips what is masked; {state.dialect.name} does not"
        state.report(node, "T102", message, "pass the mask, or the lengths, to the layers that need it")
    else:
        state.report(node, "N202", "a mask is handed on, which losses would look at; here they look at all steps")
    state.statements = []


def _finds_out(apply: Apply) -> bool:
    """Whether there is a module that finds its size out and takes everything else."""
    case, data = apply.case, apply.rule.data
    if "unsized" in data:
        return True
    own = case is not None and case.target is not None
    lazy: str | None = case.lazy if own and case is not None else data.get("lazy")
    if lazy is None:
        return False
    known = {p.name for p in Signature(lazy).parameters} | data.get("always", {}).keys()
    return case is None or case.set.keys() <= known


def _spread_training(state: State) -> None:
    """A method whose callee needs ``training`` needs it too."""
    changed = True
    while changed:
        changed = False
        for node, (caller, callee, statements) in state.calls.items():
            function = node.func if isinstance(node, cst.Call) else None
            direct = isinstance(function, cst.Attribute) and function.attr.value == callee.name
            there = (callee.state or state).facts.training
            if callee.node not in there or not (direct or isinstance(function, cst.Name)):
                continue  # a layer that is called gets it from Keras
            if node not in state.facts.training_calls:
                state.facts.training_calls[node] = True
                state.facts.touched.update(statements)
                changed = True
            if caller.node not in state.facts.training:
                state.facts.training.add(caller.node)
                state.facts.touched.add(caller.node)
                changed = True


def is_module(state: State, info: ClassInfo) -> bool:
    """Whether a class is, by whatever base, a module of the framework."""
    return any(role(state, name) or state.dialect.is_source(name) for name in info.framework_bases())


def translated_before(state: State, function: FunctionInfo) -> bool:
    """Whether a function is written for the target already: it uses its names, and none of the source's."""
    if not state.target_names:
        return False
    used = names(function.node)
    source = {n for n in state.imported if state.dialect.is_source(_full(state, n))}
    return bool(used & state.target_names) and not used & source


def may_use(state: State, function: FunctionInfo) -> bool:
    """Whether a function could have anything to do with the source framework."""
    if function.owner is not None:
        return True
    return bool(names(function.node) & {n for n in state.imported if state.dialect.is_source(_full(state, n))})


def _full(state: State, name: str) -> str:
    return getattr(state.module.get(name), "name", "")
