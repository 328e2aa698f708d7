"""Calls on tensors: layers are made in the constructor and applied in ``call``."""

from __future__ import annotations

import builtins
from dataclasses import replace
from typing import Any

import libcst as cst

from translate.staging.functions import APPLIED, BLOCK, BUILDER, RESIZING, TENSOR, Function
from translate.staging.making import TOLD, Construction, DynamicArguments, class_construction, construct
from translate.staging.naming import snake
from translate.staging.reading import Reading, is_dynamic
from translate.staging.sizes import UNKNOWN, Info, Size
from translate.staging.state import CannotStage, State, Value
from translate.staging.table import FRAMEWORK, Entry
from translate.staging.trees import assign, code, dotted, replace_names, unbroken, without_space
from translate.staging.vanishing import parameter_of
from translate.staging.writing import written

Pair = tuple[cst.BaseExpression, Info]

_BUILTIN = frozenset(dir(builtins))


def apply(state: State, node: cst.Call) -> Pair:
    """A call with tensors in it."""
    from translate.staging.expressions import dynamic

    atoms = Reading(state).atoms(node.func)
    functions = [a for a in atoms if isinstance(a, Function)]
    if APPLIED in atoms and isinstance(node.func, cst.Call) and not is_dynamic(state, node.func.func):
        return _made_and_applied(state, node, node.func)
    if functions and all(f.kind == BLOCK for f in functions):
        return _function(state, node, functions)
    if APPLIED in atoms:
        return _applied(state, node)
    if any(f.original in state.program.failed or f.staged for f in functions):
        raise CannotStage(node, f"`{code(node.func)}` makes layers and could not become a class")
    if any(state.program.makes(f) for f in functions):
        raise CannotStage(node, f"`{code(node.func)}` makes layers in a way that cannot be separated")
    if not functions:
        _check_known(state, node)
    arguments, infos = _arguments(state, node)
    func = dynamic(state, node.func)[0]
    taken = _taken(state, node)
    state.last_argument = infos[0] if len(infos) == 1 else UNKNOWN
    return written(node, func, arguments), taken or _plain_result(state, node, infos)


def _taken(state: State, node: cst.Call) -> Info | None:
    """``skips.pop()``."""
    func = node.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "pop" or not isinstance(func.value, cst.Name):
        return None
    value = state.env.get(func.value.value)
    if value is None or TENSOR not in value.atoms:
        return None
    before, slot = state.info(func.value.value), state.ib.slot()
    if before.mirror is None:
        state.bind(func.value.value, Value(value.atoms, UNKNOWN, slot, state.loops))
        return UNKNOWN
    from translate.staging.expressions import static

    index = static(state, node.args[0].value) if node.args else None
    found = Info(before.mirror.pop(slot, index))
    state.bind(func.value.value, Value(value.atoms, Info(mirror=before.mirror), slot, state.loops))
    return found


def _arguments(state: State, node: cst.Call) -> tuple[list[cst.Arg], list[Info]]:
    from translate.staging.expressions import dynamic

    found: list[cst.Arg] = []
    infos: list[Info] = []
    for argument in node.args:
        if argument in state.shared.vanishing.arguments:
            continue
        value, info = dynamic(state, argument.value)
        found.append(argument if value is argument.value else argument.with_changes(value=value))
        infos.append(info)
    return found, infos


def _made_and_applied(state: State, node: cst.Call, maker: cst.Call) -> Pair:
    """``Conv2D(...)(x)``."""
    arguments, infos = _arguments(state, node)
    name = state.program.framework_name(maker.func, state.current) or ""
    entry = state.program.table.layers.get(name)
    infos = infos if entry is None else entry.ordered(arguments, infos)
    if state.loops and entry is not None and _is_operation(entry):
        return _made_in_call(state, node, maker, arguments, infos)
    try:
        made = construct(state, maker, infos)
    except DynamicArguments:
        return _made_in_call(state, node, maker, arguments, infos)
    if state.over_tensors and (entry is None or entry.sized or entry.wraps):
        raise CannotStage(node, "layers are made in a loop over tensors")
    call, behind = state.keep(made.expression, made.hint)
    return _spread(state, node, call, arguments, made), told(state, made.result(infos), behind)


def _is_operation(entry: Entry) -> bool:
    """Whether a layer has nothing to keep: merging, and pooling of everything."""
    return not entry.sized and (entry.out in ("first", "sum") or entry.shape == "vector")


def _spread(
    state: State, node: cst.Call, call: cst.BaseExpression, arguments: list[cst.Arg], made: Construction
) -> cst.Call:
    """A model of the file takes its inputs one by one."""
    several = made.functions and made.functions[0].kind == BUILDER and len(arguments) == 1
    if several and isinstance(arguments[0].value, (cst.List, cst.Tuple)):
        arguments = [cst.Arg(e.value) for e in arguments[0].value.elements]
        return cst.Call(call, without_space(arguments))
    return unbroken(node.with_changes(func=call, args=arguments))


def _made_in_call(state: State, node: cst.Call, maker: cst.Call, arguments: list[cst.Arg], infos: list[Info]) -> Pair:
    """A layer without weights whose settings depend on the shape of a tensor is made when it is applied."""
    from translate.staging.expressions import dynamic

    name = state.program.framework_name(maker.func, state.current) or ""
    entry = state.program.table.layers.get(name)
    if entry is None or entry.sized or entry.wraps:
        raise CannotStage(maker, f"how `{code(maker.func)}` is made depends on the shape of a tensor")
    own, _ = _arguments(state, maker)
    func = written(maker, dynamic(state, maker.func)[0], own)
    from translate.staging.results import layer_result

    plain = [a for a in maker.args if not is_dynamic(state, a.value)]
    return unbroken(node.with_changes(func=func, args=arguments)), layer_result(state, entry, plain, infos)


def told(state: State, info: Info, instance: cst.BaseExpression) -> Info:
    """Sizes that an instance says itself, read behind where it is made."""
    items = info.items and tuple(told(state, i, instance) for i in info.items)
    return replace(info, size=_told(state, info.size, instance), items=items)


def _told(state: State, size: Size | None, instance: cst.BaseExpression) -> Size | None:
    if size is None or TOLD not in size.text:
        return size
    expression = replace_names(size.expression, {TOLD: cst.Attribute(instance, cst.Name("out_channels"))})
    if not state.loops:
        return Size(expression, size.versions)
    slot = state.ib.slot()

    def resolve() -> cst.BaseExpression:
        name = state.fresh("channels")
        slot.lines.append(assign(name, expression))
        return cst.Name(name)

    return state.pending.new(resolve)


def _function(state: State, node: cst.Call, functions: list[Function]) -> Pair:
    """``residual_block(x, 64)``: an instance that is applied to the tensors."""
    from translate.staging.expressions import dynamic

    first = functions[0]
    if isinstance(node.func, cst.Name) and (state.current, node.func.value) in state.program.mixed:
        raise CannotStage(node, f"`{node.func.value}` is a function that makes layers in some calls only")
    tensors = first.tensor_parameters()
    given: dict[str, tuple[cst.BaseExpression, Info]] = {}
    kept: list[cst.Arg] = []
    for index, argument in enumerate(node.args):
        name = parameter_of(first, index, argument)
        if argument.star == "*" and (first.gone or len(given) < len(tensors)):
            raise CannotStage(argument, f"which arguments of `{first.name}` this gives is not known")
        if name in tensors:
            given[name] = dynamic(state, argument.value)
        elif argument in state.shared.vanishing.arguments:
            continue
        elif is_dynamic(state, argument.value):
            raise CannotStage(argument, f"`{first.name}` takes a tensor where others pass a setting")
        else:
            kept.append(argument)
    absent = {p.name.value for p in first.parameters if p.default is not None and code(p.default) == "None"}
    nothing = Info(Size(cst.Name("None")))
    infos = [given[t][1] if t in given else nothing if t in absent else UNKNOWN for t in tensors]
    if any(f.tensor_parameters() and len(f.tensor_parameters()) != len(tensors) for f in functions):
        raise CannotStage(node, f"`{code(node.func)}` may be functions that take different tensors")
    if state.over_tensors:
        raise CannotStage(node, "layers are made in a loop over tensors")
    made = class_construction(state, node, functions, kept, infos, tensors)
    hint = made.hint if isinstance(node.func, cst.Name) and len(functions) == 1 else snake(code(node.func))
    call, behind = state.keep(made.expression, hint)
    arguments = _tensor_arguments(tensors, {n: e for n, (e, _) in given.items()})
    return cst.Call(call, without_space(arguments), lpar=node.lpar, rpar=node.rpar), told(
        state, made.result(infos), behind
    )


def _tensor_arguments(tensors: list[str], given: dict[str, cst.BaseExpression]) -> list[cst.Arg]:
    """By position as long as none is left out."""
    found: list[cst.Arg] = []
    gap = False
    none = cst.SimpleWhitespace("")
    for name in tensors:
        if name not in given:
            gap = True
        elif gap:
            equal = cst.AssignEqual(whitespace_before=none, whitespace_after=none)
            found.append(cst.Arg(given[name], keyword=cst.Name(name), equal=equal))
        else:
            found.append(cst.Arg(given[name]))
    return found


def _applied(state: State, node: cst.Call) -> Pair:
    """A layer that was made before: ``dense(x)``, ``blocks[i](x)``."""
    from translate.staging.expressions import dynamic, needed

    arguments, infos = _arguments(state, node)
    value = state.env.get(node.func.value) if isinstance(node.func, cst.Name) else None
    if is_dynamic(state, node.func):
        func = dynamic(state, node.func)[0]
    elif isinstance(node.func, cst.Name) and value is None and state.current.parent is None:
        func = _of_the_file(state, node.func)
    else:
        func = needed(state, node.func)
    info = UNKNOWN
    if value is not None and value.made is not None:
        if value.made.tell is not None and infos:
            value.made.tell(infos[0])
        info = value.made.result(infos)
        info = told(state, info, func) if not state.loops else _without_told(info)
    elif RESIZING not in Reading(state).atoms(node.func) and len(infos) == 1:  # an activation that was passed in
        info = Info(infos[0].size)
    return written(node, func, arguments), info


def _of_the_file(state: State, node: cst.Name) -> cst.BaseExpression:
    """A layer that the file makes for all is an attribute too, or its weights are not found."""
    if node.value not in state.globals:
        attribute = state.attributes.new(node.value)
        state.top.lines.append(assign(f"self.{attribute}", node))
        state.globals[node.value] = cst.parse_expression(f"self.{attribute}")
    return state.globals[node.value]


def of_model(state: State, node: cst.Attribute) -> cst.BaseExpression:
    """``base.output`` of a model that was made before: what it makes of ``call``'s argument."""
    base = node.value
    if not isinstance(base, cst.Name) or state.loops or state.function.kind != BUILDER:
        raise CannotStage(node, f"`{code(node)}` belongs to another model")
    if base.value not in state.bases:
        state.bases[base.value] = state.locals.new("inputs")
    argument = cst.Name(state.bases[base.value])
    if node.attr.value.startswith("input"):
        return argument
    if base.value in state.applied_bases:
        raise CannotStage(node, f"`{code(node)}` is used several times")
    state.applied_bases.add(base.value)
    from translate.staging.expressions import needed

    func = needed(state, base) if base.value in state.env else _of_the_file(state, base)
    return cst.Call(func, [cst.Arg(argument)])


def _without_told(info: Info) -> Info:
    return UNKNOWN if info.size is not None and TOLD in info.size.text else info


def _check_known(state: State, node: cst.Call) -> None:
    """Nothing is called on a tensor that may make layers unseen."""
    name = dotted(node.func)
    if isinstance(node.func, cst.Attribute) and is_dynamic(state, node.func.value):
        return
    if name is None:
        raise CannotStage(node, f"what `{code(node.func)}` does with a tensor is not known")
    root = name.partition(".")[0]
    value = state.env.get(root)
    full = state.program.canonical(name) if root in state.program.imports and value is None else ""
    table = state.program.table
    if full in table.reads_shapes or full in table.functions:
        return
    if full.startswith(("keras.", "tensorflow.", "numpy.", "math.")) and not full.startswith("keras.applications."):
        return
    if not full and name in _BUILTIN and value is None:
        return
    raise CannotStage(node, f"what `{name}` does with a tensor is not known")


def _plain_result(state: State, node: cst.Call, infos: list[Info]) -> Info:
    """The result of a function that has no weights."""
    name = state.program.framework_name(node.func, state.current)
    rule = state.program.table.functions.get(name or "")
    if rule is None and name is not None and name.startswith(FRAMEWORK):
        from translate.staging.operations import of_function

        return of_function(name, node, infos)
    if rule is None or not infos:
        return UNKNOWN
    if rule == "first":
        from translate.staging.results import alike

        return Info(alike(infos[0].items or infos))
    axis: Any = next((a.value for a in node.args if a.keyword and a.keyword.value == "axis"), None)
    from translate.staging.results import _number  # pyright: ignore[reportPrivateUsage]

    last = axis is None or _number(axis, state) in (-1, 3)
    return Info(infos[0].total if last else None)


__all__ = ["TENSOR", "apply", "told"]
