"""Reading a whole file: who makes what, then who computes what."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import libcst as cst

from translate.infer.calls import chain
from translate.infer.facts import Facts
from translate.infer.finishing import finish, is_module, may_use, translated_before
from translate.infer.functions import call_function, demanded, root_values, run
from translate.infer.program import NOTHING, ClassInfo, FunctionInfo, Stated
from translate.infer.roles import role_member
from translate.infer.state import Frame, Operand, State
from translate.infer.statements import execute, execute_block, is_initialiser
from translate.infer.taking import Taken
from translate.infer.values import OPAQUE, Arrangement, Instance, Layer, Tensor, Value, join, options
from translate.rules import RuleSet

ROUNDS = 6


def read(
    module: cst.Module,
    rules: RuleSet,
    *,
    channels_first: bool = False,
    source_io: bool = False,
    stated: Stated = NOTHING,
) -> Facts:
    """What there is to know about a file in order to rewrite it.

    If the arrangement of axes cannot be followed everywhere, ``facts.conflicts`` or ``facts.lost`` say where; the
    caller then reads again with ``channels_first``, which needs no arrangement.
    """

    def fresh() -> State:
        return State(rules, channels_first, stated)

    facts = _settled(fresh, module, source_io, only_reached=False)
    if (facts.conflicts or facts.lost) and not channels_first:
        other = _settled(fresh, module, source_io, only_reached=True)
        if not (other.conflicts or other.lost):
            return other
    return facts


def _settled(fresh: Callable[[], State], module: cst.Module, source_io: bool, only_reached: bool) -> Facts:
    """Read again until callers agree about what functions are given, if they do."""
    pinned: set[cst.CSTNode] = set()
    taken: dict[cst.CSTNode, Taken] = {}
    facts = Facts()
    for _ in range(5):
        state = fresh()
        state.pinned, state.only_reached, state.taken_before = pinned, only_reached, taken
        facts = _read(state, module, source_io)
        unsettled = facts.unsettled - pinned if not state.channels_first else set[cst.CSTNode]()
        if state.taken == taken and not unsettled:
            break
        taken, pinned = state.taken, pinned | unsettled
    return facts


def _read(state: State, module: cst.Module, source_io: bool) -> Facts:
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
    state.source_io = source_io and not state.channels_first
    _compute(state, module)
    finish(state)
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
        if is_initialiser(state, function) or translated_before(state, function):
            continue
        if function in state.makers:
            run(state, function, None, _plain(state, function), {})
        elif function.node not in state.read:
            _root(state, function, None)
    execute(state, [s for s in module.body if not _defines(s)])
    _lambdas(state)
    _uncalled(state)
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
