"""Reading a whole file: who makes what, then who computes what."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import libcst as cst

from translate.infer import crossing
from translate.infer.calls import chain
from translate.infer.elsewhere import Elsewhere
from translate.infer.facts import Facts
from translate.infer.finishing import finish, is_module, may_use, translated_before
from translate.infer.functions import call_function, demanded, root_values, run
from translate.infer.program import NOTHING, ClassInfo, FunctionInfo, Stated
from translate.infer.roles import role_member
from translate.infer.state import Frame, Operand, State
from translate.infer.statements import execute, execute_block, is_initialiser
from translate.infer.taking import Taken
from translate.infer.values import (
    OPAQUE,
    Api,
    Arrangement,
    Class,
    Const,
    Container,
    Function,
    Instance,
    Layer,
    Tensor,
    Value,
    join,
    options,
)
from translate.rules import RuleSet

ROUNDS = 6


def read(
    module: cst.Module,
    rules: RuleSet,
    *,
    channels_first: bool = False,
    source_io: bool = False,
    stated: Stated = NOTHING,
    elsewhere: Elsewhere | None = None,
) -> State:
    """What there is to know about a file in order to rewrite it (``facts`` of what is returned).

    If the arrangement of axes cannot be followed everywhere, ``facts.conflicts`` or ``facts.lost`` say where; the
    caller then reads again with ``channels_first``, which needs no arrangement.
    """

    def fresh() -> State:
        return State(rules, channels_first, stated, elsewhere)

    state = _settled(fresh, module, source_io, only_reached=False)
    if (state.facts.conflicts or state.facts.lost) and not channels_first:
        other = _settled(fresh, module, source_io, only_reached=True)
        if not (other.facts.conflicts or other.facts.lost):
            return other
    return state


def defined(module: cst.Module, rules: RuleSet, *, channels_first: bool, stated: Stated, elsewhere: Elsewhere) -> State:
    """What a file defines and makes, for files that it imports and that import it: who extends what, and who is given
    which modules."""
    state = State(rules, channels_first, stated, elsewhere)
    state.only_defined = True
    elsewhere.begun(state)
    _begin(state)
    _define(state, module, {})
    for _ in range(2):  # what constructors are given is known when all are read
        _initialise(state)
        state.expected = {info.node: dict(info.arguments) for info in state.classes if info.made}
        state.memo = {}
    return state


def _begin(state: State) -> None:
    state.call = partial(call_function, state)
    state.chain = partial(chain, state)
    state.execute = partial(execute_block, state)


def _settled(fresh: Callable[[], State], module: cst.Module, source_io: bool, only_reached: bool) -> State:
    """Read again until callers agree about what functions are given, if they do."""
    pinned: set[cst.CSTNode] = set()
    taken: dict[cst.CSTNode, Taken] = {}
    state = fresh()
    for _ in range(5):
        state = fresh()
        state.pinned, state.only_reached, state.taken_before = pinned, only_reached, taken
        facts = _read(state, module, source_io)
        unsettled = facts.unsettled - pinned if not state.channels_first else set[cst.CSTNode]()
        if state.taken == taken and not unsettled:
            break
        taken, pinned = state.taken, pinned | unsettled
    return state


def _read(state: State, module: cst.Module, source_io: bool) -> Facts:
    _begin(state)
    arguments = state.users.arguments
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
        arguments = _both(found, state.users.arguments)
        if summary == known:
            break
        known = summary
    state.recording = True
    _define(state, module, arguments)
    _initialise(state)
    state.initialising = False
    state.memo = {}
    state.source_io = source_io and not state.channels_first
    _compute(state, module)
    finish(state)
    return state.facts


def _both(
    one: dict[cst.CSTNode, dict[str, Value]], other: dict[cst.CSTNode, dict[str, Value]]
) -> dict[cst.CSTNode, dict[str, Value]]:
    """What constructors are given in the file and elsewhere."""
    both = {node: dict(values) for node, values in one.items()}
    for node, values in other.items():
        mine = both.setdefault(node, {})
        for name, value in values.items():
            mine[name] = join(mine[name], value) if name in mine else value
    return both


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
    state.frames = [Frame(None, {})]
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
    if info.node in state.users.arguments:
        values = {name: _certain(value) for name, value in values.items()}
    star = constructor.star
    if star is not None and star.name.value in seen:
        values[star.name.value] = seen[star.name.value]
    return values


def _certain(value: Value) -> Value:
    """Of what other files give where modules are expected: what is known. They are told if the rest does not fit."""
    known = [o for o in options(value) if isinstance(o, (Class, Function, Instance, Layer, Container, Api))]
    plain = [o for o in options(value) if isinstance(o, Const)]
    return join(*known, *plain) if known else value


def _compute(state: State, module: cst.Module) -> None:
    """What runs on tensors: first what nobody in the file calls, with what it asks for itself."""
    for info in state.classes:
        _roots(state, info, only_forward=True)
    for info in state.classes:
        _roots(state, info, only_forward=False)
    for function in reversed(state.functions):
        if is_initialiser(state, function) or translated_before(state, function):
            continue
        if function in state.makers:
            run(state, function, None, _plain(state, function), {})
        elif function.node not in state.read:
            _root(state, function, None)
    execute(state, [s for s in module.body if not _defines(s)])
    _lambdas(state)
    _uncalled(state)
    _chains(state)
    for function in state.all_functions:  # functions within functions that nobody called
        unread = function.owner is None and function.node not in state.read and may_use(state, function)
        if unread and not is_initialiser(state, function) and not translated_before(state, function):
            _root(state, function, None)


def _uncalled(state: State) -> None:
    """Chains of layers that nobody in the file calls: how they are made depends on what goes through them."""
    for container, statements in list(state.containers):
        layers = [o for v in container.children.everything() for o in options(v) if isinstance(o, Layer)]
        one_by_one = any(layer.node in state.facts.apply for layer in layers)
        called = container.called or one_by_one
        if container.kind == "sequential" and not called and isinstance(container.node, cst.Call):
            before, state.statements = state.statements, list(statements)
            entry = container.entry or Tensor(Arrangement())
            chain(state, container.node, container, [Operand(entry, None, in_chain=True)])
            state.statements = before


def _chains(state: State) -> None:
    """Classes that are chains of layers, which other files call."""
    for info in state.classes if state.elsewhere is not None else ():
        container = info.attributes.get("<children>")
        if isinstance(container, Container) and container.kind == "sequential" and not container.called:
            node = container.node
            if isinstance(node, cst.Call) and state.dialect.forward not in info.methods:
                state.statements = [info.node]
                chain(state, node, container, [Operand(Tensor(Arrangement()), None, in_chain=True)])
                state.statements = []


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
        if inherited is not None and inherited.state in (None, state):
            _root(state, inherited, Instance(info))
        elif inherited is not None:
            _inherited(state, inherited, Instance(info))


def _instances(info: ClassInfo) -> list[Instance]:
    """A base class that makes nothing itself is read as each of its subclasses."""
    if info.subclasses and not info.made:
        return [Instance(s) for s in info.subclasses]
    return [Instance(info)]


def _inside(info: ClassInfo) -> bool:
    return info.inside


def _root(state: State, function: FunctionInfo, instance: Instance | None) -> None:
    wanted = demanded(state, function, instance)
    values = root_values(state, function, instance, wanted)
    if instance is not None and function.name == state.dialect.forward:
        _border(state, function, instance, values)
    run(state, function, instance, values, wanted)


def _inherited(state: State, function: FunctionInfo, instance: Instance) -> None:
    """A class whose ``forward`` is that of a base in another file: what it adds must not change how that is written."""
    function = crossing.own_function(state, function)
    there = function.state or state
    with crossing.visit(there, state, trial=True):
        wanted = demanded(there, function, instance)
        values = root_values(there, function, instance, wanted)
    state.statements = [instance.info.node]
    crossing.called(
        state, function, {}, values, lambda v: run(there, function, instance, v, wanted), instance.info.node
    )
    state.statements = []


def _border(state: State, function: FunctionInfo, instance: Instance, values: dict[str, Value]) -> None:
    """Inputs of a model with ``--io source``: they are transposed once, on entry."""
    if not state.source_io or instance.info.inside:
        return
    state.border.add(function)
    axes = {n: v.rank for n, v in values.items() if isinstance(v, Tensor) and v.is_image and v.rank is not None}
    state.facts.entries[function.node] = tuple(axes.items())
    state.facts.touched.add(function.node)
