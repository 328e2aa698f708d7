"""Constructions of layers and of the file's own classes, as the constructor writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from translate.staging.functions import CLOSURE, Function
from translate.staging.naming import hint_from_name, layer_hint, snake
from translate.staging.reading import Reading, is_dynamic
from translate.staging.results import class_result, function_result, layer_result
from translate.staging.sizes import UNKNOWN, Info, Size, combine
from translate.staging.state import CannotStage, Made, Result, State
from translate.staging.table import SIZE, Entry
from translate.staging.trees import code, expression, read_names, statements
from translate.staging.vanishing import parameter_of
from translate.staging.writing import written


class DynamicArguments(Exception):
    """A layer's arguments depend on tensors."""

    def __init__(self, node: cst.CSTNode) -> None:
        super().__init__()
        self.node = node


@dataclass
class Construction:
    """What the constructor writes, and what comes of applying it."""

    expression: cst.BaseExpression
    result: Result
    hint: str
    functions: Sequence[Function] = ()
    bound: dict[str, cst.BaseExpression] | None = None
    made: Made | None = None


def construct(state: State, call: cst.Call, infos: list[Info] | None) -> Construction:
    """A call that makes a layer; ``infos`` are the sizes of what it will be applied to, if that is known."""
    functions = [a for a in Reading(state).atoms(call.func) if isinstance(a, Function)]
    kept = [a for a in call.args if a not in state.shared.vanishing.arguments]
    if any(is_dynamic(state, a.value) for a in kept):
        raise DynamicArguments(call)
    if functions:
        tensors = (functions[0].inner or functions[0]).tensor_parameters()
        return class_construction(state, call, functions, kept, infos, tensors)
    return _layer(state, call, kept, infos)


def _layer(state: State, call: cst.Call, kept: list[cst.Arg], infos: list[Info] | None) -> Construction:
    from translate.staging.expressions import static

    name = state.program.framework_name(call.func, state.current)
    own = state.program.classes.get(code(call.func)) if name is None else None
    entry = state.program.table.layers.get(name or "")
    if entry is not None and entry.wraps:
        return _wrapper(state, call, kept, infos, entry, name or "")
    arguments = [_changed(a, static(state, a.value)) for a in kept]
    known = (name or "").startswith("keras.")
    sized = entry.sized if entry is not None else _has_build(own) if own is not None else known
    made = None
    given = list(arguments)
    if sized and state.shared.sizes:
        size, made = _size_argument(state, infos)
        if size is not None:
            arguments.append(_keyword(SIZE, size.expression))
            arguments += _other_sizes(entry, infos or [])

    def result(of: list[Info]) -> Info:
        if own is not None:
            return class_result(state, own, of)
        return layer_result(state, entry, given, of) if entry is not None and (entry.out or entry.shape) else UNKNOWN

    made = made or Made(result)
    made.result = result
    hint = _hint(call) or (layer_hint(name) if name else snake(code(call.func).rpartition(".")[2]))
    return Construction(written(call, call.func, arguments), result, hint, made=made)


def _other_sizes(entry: Entry | None, infos: list[Info]) -> list[cst.Arg]:
    """Sizes of the inputs after the first one, where they differ from that of the one before."""
    found: list[cst.Arg] = []
    for name, before, info in zip(entry.others if entry else (), infos, infos[1:], strict=False):
        same = before.size is not None and info.size is not None and before.size.text == info.size.text
        if info.size is not None and not same:
            found.append(_keyword(name, info.size.expression))
    return found


def _size_argument(state: State, infos: list[Info] | None) -> tuple[Size | None, Made | None]:
    """The size of the first input; if it is not known yet, a promise of it."""
    if infos is not None:
        return (infos[0].size if infos else None), None
    versions = dict(state.versions)
    told: list[Size | None] = []

    def tell(info: Info) -> None:
        size = info.size
        early = size is not None and all(versions.get(n) == v for n, v in size.versions.items())
        plain = size is not None and all(
            n.value in {s.text for s in state.parameter_sizes.values()}
            for n in read_names(size.expression)
            if n.value.startswith("__")
        )
        told.append(size if early and plain else None)

    def resolve() -> cst.BaseExpression | None:
        return told[0].expression if told and told[0] is not None else None

    return state.pending.new(resolve), Made(lambda _: UNKNOWN, tell=tell)


def _wrapper(
    state: State, call: cst.Call, kept: list[cst.Arg], infos: list[Info] | None, entry: Entry, name: str
) -> Construction:
    """A layer around others: the inner ones are told what it is told."""
    from translate.staging.expressions import static

    inner: list[Result] = []
    arguments: list[cst.Arg] = []
    running = infos
    for index, argument in enumerate(kept):
        value = argument.value
        if index == 0 and isinstance(value, cst.Call):
            made = construct(state, value, running)
            arguments.append(_changed(argument, made.expression))
            inner.append(made.result)
        elif index == 0 and entry.wraps == "chain" and isinstance(value, (cst.List, cst.Tuple)):
            arguments.append(_changed(argument, _chain(state, value, running, inner)))
        else:
            arguments.append(_changed(argument, static(state, value)))

    def result(of: list[Info]) -> Info:
        for step in inner:
            of = [step(of)]
        found = of[0] if of and inner else UNKNOWN
        if entry.wraps == "bidirectional":
            mode = next((code(a.value) for a in kept if a.keyword and a.keyword.value == "merge_mode"), '"concat"')
            two = combine(Size(cst.Integer("2")), "*", found.size)
            return Info(two) if "concat" in mode else Info(found.size) if "None" not in mode else UNKNOWN
        return found

    hint = _hint(call) or layer_hint(name)
    return Construction(written(call, call.func, arguments), result, hint, made=Made(result))


def _chain(
    state: State, node: cst.List | cst.Tuple, infos: list[Info] | None, results: list[Result]
) -> cst.BaseExpression:
    """The layers of ``Sequential([...])``, each told what the one before gives."""
    from translate.staging.expressions import static

    elements: list[cst.BaseElement] = []
    running = infos
    for element in node.elements:
        value = element.value
        if isinstance(value, cst.Call) and not isinstance(element, cst.StarredElement):
            made = construct(state, value, running if running is not None else [UNKNOWN])
            running = [made.result(running)] if running is not None else None
            if infos is None:
                first = made.result([UNKNOWN])
                running = [first]
            results.append(made.result)
            new = made.expression
        else:
            new, running = static(state, value), [UNKNOWN]
            results.append(lambda _: UNKNOWN)
        elements.append(element if new is value else element.with_changes(value=new))
    return node.with_changes(elements=elements)


def class_construction(
    state: State,
    call: cst.Call,
    functions: Sequence[Function],
    kept: Sequence[cst.Arg],
    infos: list[Info] | None,
    tensors: Sequence[str],
) -> Construction:
    """A call of one of the file's functions that became a class, or of a variable that holds such functions."""
    from translate.staging.expressions import static

    arguments = [_changed(a, static(state, a.value)) for a in kept]
    sizes, made = _class_sizes(state, functions, tensors, infos)
    bound = _bound(functions[0], call, {a: b.value for a, b in zip(kept, arguments, strict=True)})
    func = static(state, call.func)
    direct = is_definition(state, call.func)
    new = [cst.Arg(s) for s in sizes]
    expression = written(call, func, [*new, *arguments])

    def result(of: list[Info]) -> Info:
        return closed_result(state, functions, bound, dict(zip(tensors, of, strict=False)), direct)

    made = made or Made(result)
    made.result = result
    hint = _hint(call) or snake(code(call.func).rpartition(".")[2].lstrip("_"))
    if functions[0].kind == CLOSURE and len(functions) == 1 and _hint(call) is None:
        hint = snake(functions[0].name)
    return Construction(expression, result, _short(hint), functions, bound, made)


def is_definition(state: State, func: cst.BaseExpression) -> bool:
    """Whether a function is called by its own name, not by a variable that may hold others too."""
    value = state.env.get(func.value) if isinstance(func, cst.Name) else None
    return isinstance(func, cst.Name) and (value is None or value.slot is None)


def _short(hint: str) -> str:
    return hint if hint.isidentifier() else "block"


def _class_sizes(
    state: State, functions: Sequence[Function], tensors: Sequence[str], infos: list[Info] | None
) -> tuple[list[cst.BaseExpression], Made | None]:
    """Sizes that the constructors ask for; all that may stand here ask for the same."""
    shared = state.shared
    found: list[cst.BaseExpression] = []
    made: Made | None = None
    for index, _ in enumerate(tensors):
        targets = [(f, t) for f in functions if (t := _tensor(f, index)) is not None]
        if len(targets) < len(functions):
            continue
        info = infos[index] if infos is not None and index < len(infos) else UNKNOWN
        if infos is not None and info.size is None:
            shared.unsized.update(targets)
        if any(t in shared.unsized for t in targets):
            shared.unsized.update(targets)
            continue
        if not any(t in shared.demands for t in targets):
            continue
        shared.demands.update(targets)
        size = info.size
        if infos is None and index == 0:
            size, made = _size_argument(state, None)
        if size is None:
            shared.unsized.update(targets)
            continue
        state.size_checks.append((size, targets))
        found.append(size.expression)
    return found, made


def _tensor(function: Function, index: int) -> str | None:
    tensors = (function.inner or function).tensor_parameters()
    return tensors[index] if index < len(tensors) else None


def _bound(
    function: Function, call: cst.Call, values: dict[cst.Arg, cst.BaseExpression]
) -> dict[str, cst.BaseExpression] | None:
    """Arguments by parameter; None if a star hides some of them."""
    found: dict[str, cst.BaseExpression] = {}
    for parameter in function.parameters:
        if parameter.default is not None:
            found[parameter.name.value] = parameter.default
    stars = False
    for index, argument in enumerate(call.args):
        name = parameter_of(function, index, argument)
        stars = stars or bool(argument.star)
        if name is not None and argument in values:
            found[name] = values[argument]
    if stars:
        given = {parameter_of(function, i, a) for i, a in enumerate(call.args)}
        found = {n: e for n, e in found.items() if n in given}
    return found


def closed_result(
    state: State,
    functions: Sequence[Function],
    bound: dict[str, cst.BaseExpression] | None,
    infos: dict[str, Info],
    direct: bool,
) -> Info:
    """What applying a class gives, said by what its constructor was given."""
    shared = state.shared
    results = [shared.results.get(f) for f in functions]
    if any(r is None for r in results) or bound is None:
        return UNKNOWN
    first = results[0]
    if isinstance(first, tuple):
        return _several(state, functions, bound, infos) if len(functions) == 1 else UNKNOWN
    return _one(state, functions, results, bound, infos, direct)


class Told:
    """Stands for the size that an instance says itself."""


def _one(
    state: State,
    functions: Sequence[Function],
    results: Sequence[object],
    bound: dict[str, cst.BaseExpression],
    infos: dict[str, Info],
    direct: bool,
) -> Info:
    texts = {code(r) for r in results if isinstance(r, cst.BaseExpression)}
    if not direct and (len(texts) > 1 or not all(t.startswith("__of_") and t.isidentifier() for t in texts)):
        return _told(state, functions, results)
    if isinstance(results[0], Told):
        return _told(state, functions, results)
    return _substituted(state, functions[0], results[0], bound, infos) or _told(state, functions, results)


def _substituted(
    state: State, function: Function, result: object, bound: dict[str, cst.BaseExpression], infos: dict[str, Info]
) -> Info | None:
    names = dict(bound)
    versions: dict[str, int] = {}
    for position, name in enumerate((function.inner or function).tensor_parameters()):
        info = infos.get(name) or list(infos.values())[position : position + 1] or UNKNOWN
        info = info[0] if isinstance(info, list) else info
        if info.size is not None:
            names[f"__of_{name}__"] = info.size.expression
            versions.update(info.size.versions)
    if not isinstance(result, cst.BaseExpression):
        return None
    used = {n.value for n in read_names(result)}
    if any(isinstance(names.get(n), cst.BaseExpression) and _is_long(names[n]) for n in used):
        return None
    closed = function_result(function, result, names)
    if closed is None:
        return UNKNOWN if any(n.startswith("__of_") and n not in names for n in used) else None
    return Info(Size(closed, {**state.size(closed).versions, **versions}))


def _is_long(node: cst.BaseExpression) -> bool:
    return len(code(node)) > 60 and "__size_" not in code(node)


def _told(state: State, functions: Sequence[Function], results: Sequence[object]) -> Info:
    """The instance says it itself: ``self.block.out_channels``."""
    if any(r is None for r in results):
        return UNKNOWN
    state.shared.tell_result.update(functions)
    return Info(Size(cst.Name(TOLD)))


TOLD = "__told__"


def _several(
    state: State, functions: Sequence[Function], bound: dict[str, cst.BaseExpression], infos: dict[str, Info]
) -> Info:
    function = functions[0]
    items: list[Info] = []
    for index, result in enumerate(state.shared.results[function]):
        if result is None:
            items.append(UNKNOWN)
            continue
        found = None if isinstance(result, Told) else _substituted(state, function, result, bound, infos)
        if found is None:
            state.shared.tell_result.add(function)
            found = Info(Size(expression(f"{TOLD}[{index}]")))
        items.append(found)
    return Info(items=tuple(items))


def _has_build(node: cst.ClassDef) -> bool:
    return any(isinstance(s, cst.FunctionDef) and s.name.value == "build" for s in statements(node.body))


def _changed(argument: cst.Arg, value: cst.BaseExpression) -> cst.Arg:
    return argument if value is argument.value else argument.with_changes(value=value)


def _keyword(name: str, value: cst.BaseExpression) -> cst.Arg:
    none = cst.SimpleWhitespace("")
    equal = cst.AssignEqual(whitespace_before=none, whitespace_after=none)
    return cst.Arg(value, keyword=cst.Name(name), equal=equal)


def _hint(call: cst.Call) -> str | None:
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value == "name":
            return hint_from_name(argument.value)
    return None


def reject(node: cst.CSTNode, message: str) -> CannotStage:
    return CannotStage(node, message)
