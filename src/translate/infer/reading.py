"""Reading a whole file: who makes what, then who computes what."""

from __future__ import annotations

from functools import partial

import libcst as cst

from translate.infer.calls import chain
from translate.infer.dotted import names
from translate.infer.facts import Apply, Facts
from translate.infer.functions import call_function, demanded, root_values, run
from translate.infer.program import ClassInfo, FunctionInfo
from translate.infer.roles import role, role_member
from translate.infer.sizes import IN_CHANNELS
from translate.infer.state import Frame, Operand, State
from translate.infer.statements import execute, execute_block, is_initialiser
from translate.infer.values import OPAQUE, Arrangement, Container, Instance, Layer, Tensor, Value, join, options
from translate.rules import RuleSet

ROUNDS = 6


def read(module: cst.Module, rules: RuleSet, *, channels_first: bool = False, source_io: bool = False) -> Facts:
    """What there is to know about a file in order to rewrite it.

    If the arrangement of axes cannot be followed everywhere, ``facts.conflicts`` or ``facts.lost`` say where; the
    caller then reads again with ``channels_first``, which needs no arrangement.
    """
    pinned: set[cst.CSTNode] = set()
    facts = _read(module, rules, channels_first, source_io, pinned)
    for _ in range(2):
        if channels_first or not facts.unsettled:
            break
        pinned = pinned | facts.unsettled
        facts = _read(module, rules, channels_first, source_io, pinned)
    return facts


def _read(module: cst.Module, rules: RuleSet, channels_first: bool, source_io: bool, pinned: set[cst.CSTNode]) -> Facts:
    state = State(rules, channels_first)
    state.pinned = pinned
    state.call = partial(call_function, state)
    state.chain = partial(chain, state)
    state.execute = partial(execute_block, state)
    arguments: dict[cst.CSTNode, dict[str, Value]] = {}
    known = ""
    for _ in range(ROUNDS):
        _define(state, module, arguments)
        _initialise(state)
        found: dict[cst.CSTNode, dict[str, Value]] = {
            info.node: dict(info.arguments) for info in state.classes if info.made
        }
        summary = repr(
            [(i.name, sorted(i.arguments), [_kinds(v) for v in i.arguments.values()]) for i in state.classes]
        )
        arguments = found
        if summary == known:
            break
        known = summary
    state.recording = True
    _define(state, module, arguments)
    _initialise(state)
    state.initialising = False
    state.memo = {}
    state.source_io = source_io and not channels_first
    _compute(state, module)
    _finish(state)
    return state.facts


def _kinds(value: Value) -> str:
    from translate.infer.values import options

    return ",".join(
        sorted(f"{type(o).__name__}{getattr(getattr(o, 'info', None), 'name', '')}" for o in options(value))
    )


def _define(state: State, module: cst.Module, arguments: dict[cst.CSTNode, dict[str, Value]]) -> None:
    """The file's own statements, top to bottom."""
    state.classes, state.functions = [], []
    for info in state.interned.values():
        info.forget()
    state.memo, state.made, state.containers = {}, {}, []
    state.module = {}
    state.frames = [Frame(None, state.module)]
    state.initialising = True
    state.expected = arguments
    state.makers = set()
    state.called = set()
    recording = state.recording
    for statement in module.body:
        state.recording = recording and _defines(statement)
        execute(state, [statement])
    state.recording = recording


def _defines(statement: cst.CSTNode) -> bool:
    """Definitions and imports are read once; what a script does is read again when all classes are known."""
    if isinstance(statement, cst.SimpleStatementLine):
        return all(isinstance(s, (cst.Import, cst.ImportFrom)) for s in statement.body)
    return isinstance(statement, (cst.FunctionDef, cst.ClassDef))


def _initialise(state: State) -> None:
    """Constructors and functions that make modules; classes within functions are known when those have been read."""
    done: set[ClassInfo] = set()
    _constructors(state, done)
    recording, state.recording = state.recording, False
    for function in reversed(state.functions):  # callers mostly stand below: what they pass is known then
        if function not in state.called and not is_initialiser(state, function):
            count = state.constructed
            run(state, function, None, _plain(state, function), {})
            if state.constructed > count:
                state.makers.add(function)
    state.recording = recording
    _constructors(state, done)


def _constructors(state: State, done: set[ClassInfo]) -> None:
    for info in state.classes:
        constructor = info.method("__init__")
        if info in done or constructor is None:
            continue
        done.add(info)
        values = _constructor_arguments(state, info, constructor)
        run(state, constructor, Instance(info), values, {})


def _plain(state: State, function: FunctionInfo) -> dict[str, Value]:
    """Parameters of a function that makes modules: settings, no tensors."""
    found = root_values(state, function, None)
    return {n: join(*(OPAQUE if isinstance(o, Tensor) else o for o in options(v))) for n, v in found.items()}


def _constructor_arguments(state: State, info: ClassInfo, constructor: FunctionInfo) -> dict[str, Value]:
    from translate.infer.functions import default_value

    seen = state.expected.get(info.node, {})
    values: dict[str, Value] = {}
    for parameter in constructor.parameters[1:]:
        name = parameter.name.value
        if parameter.default is not None:
            default = default_value(state, constructor, parameter)
            values[name] = join(default, seen[name]) if name in seen else default
        else:
            values[name] = seen.get(name, OPAQUE)
    star = constructor.star
    if star is not None and star.name.value in seen:
        values[star.name.value] = seen[star.name.value]
    return values


def _compute(state: State, module: cst.Module) -> None:
    """What runs on tensors: first what nobody in the file calls, with what it asks for itself."""
    for info in state.classes:
        _roots(state, info, only_forward=True)
    for info in state.classes:
        _roots(state, info, only_forward=False)
    for function in reversed(state.functions):
        if is_initialiser(state, function) or _translated_before(state, function):
            continue
        if function in state.makers:
            run(state, function, None, _plain(state, function), {})
        elif function.node not in state.read:
            _root(state, function, None)
    execute(state, [s for s in module.body if not _defines(s)])
    _lambdas(state)
    _uncalled(state)
    for function in state.all_functions:  # functions within functions that nobody called
        unread = function.owner is None and function.node not in state.read and _may_use(state, function)
        if unread and not is_initialiser(state, function) and not _translated_before(state, function):
            _root(state, function, None)


def _uncalled(state: State) -> None:
    """Chains of layers that nobody in the file calls: how they are made depends on what goes through them."""
    if state.dialect.last:
        return
    for container, statements in list(state.containers):
        if container.kind == "sequential" and not container.called and isinstance(container.node, cst.Call):
            before, state.statements = state.statements, list(statements)
            entry = container.entry or Tensor(Arrangement())
            chain(state, container.node, container, [Operand(entry, None, in_chain=True)])
            state.statements = before


def _lambdas(state: State) -> None:
    """Those that nobody in the file calls."""
    for node, info in list(state.lambdas.items()):
        if node not in state.read:
            _root(state, info, None)


def _roots(state: State, info: ClassInfo, only_forward: bool) -> None:
    if not is_module(state, info):
        return
    for name, method in info.methods.items():
        if role_member(state, name) == "gone":
            state.facts.dropped[method.node] = ""
            state.facts.touched.add(info.node)
            continue
        if name == "__init__" or is_initialiser(state, method) or method.node in state.read:
            continue
        if only_forward and (name != state.dialect.forward or _inside(info)):
            continue
        for instance in _instances(info):
            _root(state, method, instance)
    if only_forward and state.dialect.forward not in info.methods and not _inside(info):
        inherited = info.method(state.dialect.forward)
        if inherited is not None:
            _root(state, inherited, Instance(info))


def _instances(info: ClassInfo) -> list[Instance]:
    """A base class that makes nothing itself is read as each of its subclasses."""
    if info.subclasses and not info.made:
        return [Instance(s) for s in info.subclasses]
    return [Instance(info)]


def _inside(info: ClassInfo) -> bool:
    return info.inside


def is_module(state: State, info: ClassInfo) -> bool:
    """Whether a class is, by whatever base, a module of the framework."""
    return any(role(state, name) or state.dialect.is_source(name) for name in info.framework_bases())


def _root(state: State, function: FunctionInfo, instance: Instance | None) -> None:
    wanted = demanded(state, function, instance)
    values = root_values(state, function, instance, wanted)
    if instance is not None and function.name == state.dialect.forward:
        _border(state, function, instance, values)
    run(state, function, instance, values, wanted)


def _border(state: State, function: FunctionInfo, instance: Instance, values: dict[str, Value]) -> None:
    """Inputs of a model with ``--io source``: they are transposed once, on entry."""
    if not state.source_io or instance.info.inside:
        return
    state.border.add(function)
    axes = {n: v.rank for n, v in values.items() if isinstance(v, Tensor) and v.is_image and v.rank is not None}
    state.facts.entries[function.node] = tuple(axes.items())
    state.facts.touched.add(function.node)


def _translated_before(state: State, function: FunctionInfo) -> bool:
    """Whether a function is written for the target already: it uses its names, and none of the source's."""
    if not state.target_names:
        return False
    used = names(function.node)
    source = {n for n in state.imported if state.dialect.is_source(_full(state, n))}
    return bool(used & state.target_names) and not used & source


def _may_use(state: State, function: FunctionInfo) -> bool:
    """Whether a function could have anything to do with the source framework."""
    if function.owner is not None:
        return True
    return bool(names(function.node) & {n for n in state.imported if state.dialect.is_source(_full(state, n))})


def _full(state: State, name: str) -> str:
    return getattr(state.module.get(name), "name", "")


def _finish(state: State) -> None:
    """Layers that nobody called, containers, and who needs to know about training."""
    facts = state.facts
    for statement, around in state.given_up:
        if statement not in state.followed:
            state.statements = list(around)
            state.report(statement, "T105", "what this does to tensors could not be followed: their axes do not fit")
    for function in state.all_functions:
        before = _translated_before(state, function)
        gone = function.node in facts.dropped or is_initialiser(state, function)
        skipped = before or gone or not _may_use(state, function)
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
    for call, info, statements in state.constructions:
        _constructed(state, call, info, statements)
    for held, made, statements in state.lists if state.dialect.module_list else ():
        if any(isinstance(o, (Layer, Instance, Container)) for v in held.everything() for o in options(v)):
            facts.listed.add(made)
            facts.touched.update(statements)
    _spread_training(state)
    facts.classes = state.classes
    facts.initialisers = {f.node for f, yes in state.initialisers.items() if yes}
    facts.modules = {info.node for info in state.classes if is_module(state, info)}
    for info in state.classes:
        facts.touched.add(info.node)
        if info.inside:
            for base in info.lineage():
                base.inside = True


def _constructed(state: State, call: cst.Call, info: ClassInfo, statements: tuple[cst.CSTNode, ...]) -> None:
    """A module of the file that must be told the size of its input."""
    constructor = info.method("__init__")
    names = [p.name.value for p in constructor.parameters] if constructor is not None else []
    given = {a.keyword.value for a in call.args if a.keyword is not None}
    if names[1:2] != [IN_CHANNELS] or call in state.facts.told or IN_CHANNELS in given:
        return
    required = sum(1 for p in (constructor.parameters[1:] if constructor else ()) if p.default is None)
    if len(call.args) >= required:  # the source passes it itself
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
    if not data.keys() & {"always", "sized"} or IN_CHANNELS in told:
        return
    before, state.statements = state.statements, list(statements)
    name = apply.signature.name
    if "lazy" in data and (apply.case is None or apply.case.target is None):
        message = f"{name}: nothing tells how many channels its input has; it finds out when it is called"
        state.report(node, "N207", message)
    else:
        message = f"{name} must be told how many channels its input has, which nothing tells here"
        state.report(node, "T102", message)
    state.statements = before


def _spread_training(state: State) -> None:
    """A method whose callee needs ``training`` needs it too."""
    changed = True
    while changed:
        changed = False
        for node, (caller, callee, statements) in state.calls.items():
            function = node.func if isinstance(node, cst.Call) else None
            direct = isinstance(function, cst.Attribute) and function.attr.value == callee.name
            if callee.node not in state.facts.training or not (direct or isinstance(function, cst.Name)):
                continue  # a layer that is called gets it from Keras
            if node not in state.facts.training_calls:
                state.facts.training_calls[node] = True
                state.facts.touched.update(statements)
                changed = True
            if caller.node not in state.facts.training:
                state.facts.training.add(caller.node)
                state.facts.touched.add(caller.node)
                changed = True
