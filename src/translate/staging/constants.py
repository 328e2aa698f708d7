"""Names that hold one thing because images are channels last: written out where they are used, as are shapes of inputs.

``bn_axis = 3 if K.image_data_format() == "channels_last" else 1`` is 3, also where a function of the file is given it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from translate.staging.fold import fold_formats
from translate.staging.table import table
from translate.staging.trees import Keeping, assign, bound_names, dotted, read_names, replace_names, statements, within

AXIS = "axis"
_SHAPES = ("input_shape", "shape", "batch_input_shape", "batch_shape")
_FORMATS = ("image_data_format", "image_dim_ordering", "data_format")


def inline_constants(module: cst.Module) -> cst.Module:
    """The file with axes and shapes of inputs written out where a name held them, and decided conditions gone."""
    if any(name in module.code for name in _FORMATS):
        module = _without_globals(module.visit(_Formats()))
    if f"{AXIS}=" not in module.code and not any(f"{name}=" in module.code for name in _SHAPES):
        return module
    changed = module.visit(_Functions())
    functions = [s for s in changed.body if isinstance(s, cst.FunctionDef)]
    while True:
        found = next(filter(None, (_constant(changed, f) for f in functions)), None)
        if found is None:
            return changed
        changed = _without(changed, *found)
        functions = [s for s in changed.body if isinstance(s, cst.FunctionDef)]


class _Formats(Keeping):
    """Conditions on the data format, in functions and methods."""

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        return fold_formats(updated_node, table())


def _without_globals(module: cst.Module) -> cst.Module:
    """``global AXIS`` and one ``AXIS = 3`` in a function is ``AXIS = 3`` before it."""
    body: list[Any] = []
    for statement in module.body:
        if isinstance(statement, cst.FunctionDef):
            constants = _globals(module, statement)
            body += [assign(name, value) for name, value in constants.items()]
            statement = _without_global(statement, set(constants)) if constants else statement
        body.append(statement)
    return module if len(body) == len(module.body) else module.with_changes(body=body)


def _globals(module: cst.Module, function: cst.FunctionDef) -> dict[str, cst.BaseExpression]:
    declared = {n.name.value for s in _smalls(function) if isinstance(s, cst.Global) for n in s.names}
    set_here = dict(map(_assigned, statements(function.body)))
    numbers = {n: v for n, v in set_here.items() if n in declared and _is_number(v)}
    bound = [n for s in module.body if not isinstance(s, cst.FunctionDef) for n in bound_names(s)]
    bound += [n for f in _all_functions(module) for n in bound_names(f.body)]
    return {n: v for n, v in numbers.items() if bound.count(n) == 1}


def _all_functions(module: cst.Module) -> list[cst.FunctionDef]:
    return [n for n in within(module, enter=True) if isinstance(n, cst.FunctionDef)]


def _smalls(function: cst.FunctionDef) -> Iterator[cst.BaseSmallStatement]:
    for statement in statements(function.body):
        if isinstance(statement, cst.SimpleStatementLine):
            yield from statement.body


def _without_global(function: cst.FunctionDef, names: set[str]) -> cst.FunctionDef:
    kept: list[Any] = []
    for statement in statements(function.body):
        if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Global):
            left = [n for n in statement.body[0].names if n.name.value not in names]
            if left:
                left[-1] = left[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
                kept.append(statement.with_changes(body=[cst.Global(left)]))
        elif _assigned(statement)[0] not in names:
            kept.append(statement)
    kept = kept or [cst.SimpleStatementLine([cst.Pass()])]
    return function.with_changes(body=function.body.with_changes(body=kept))


class _Functions(Keeping):
    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        return _scope(updated_node)


# variables of a function


def _scope(node: cst.FunctionDef) -> cst.FunctionDef:
    body = statements(node.body)
    for statement in body:
        name, value = _assigned(statement)
        if not name or times_set(node, name) != 1:
            continue
        uses = [use for s in body if s is not statement for use in _uses(s, name)]
        kinds = {kind for kind, _ in uses}
        axis = _is_number(value) and AXIS in kinds and kinds <= {AXIS, "passed"}
        steady = all(times_set(node, n.value) <= 1 and n.value not in _loops(node) for n in read_names(value))
        shape = isinstance(value, (cst.Tuple, cst.List)) and kinds == {"shape"} and len(uses) == 1 and steady
        if axis or shape:
            rest = [s for s in body if s is not statement]
            new = [replace_names(s, {name: value}) for s in rest]
            if new and hasattr(new[0], "leading_lines") and rest[0] is body[1]:
                new[0] = new[0].with_changes(leading_lines=[*statement.leading_lines, *new[0].leading_lines])
            return _scope(node.with_changes(body=node.body.with_changes(body=new)))
    return node


def _assigned(statement: Any) -> tuple[str, Any]:
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1 else None
    if not isinstance(small, cst.Assign) or len(small.targets) > 1 or not isinstance(small.targets[0].target, cst.Name):
        return "", None
    return small.targets[0].target.value, small.value


def times_set(node: cst.FunctionDef, name: str) -> int:
    from translate.staging.settings import times_bound

    return times_bound(node, name)


def _loops(node: cst.FunctionDef) -> set[str]:
    """Names whose value depends on the round of a loop."""
    return {n.value for part in within(node) if isinstance(part, cst.For) for n in read_names(part.target)}


def _is_number(node: Any) -> bool:
    return isinstance(node, cst.Integer) or (
        isinstance(node, cst.UnaryOperation)
        and isinstance(node.operator, cst.Minus)
        and isinstance(node.expression, cst.Integer)
    )


def _uses(node: cst.CSTNode, name: str) -> Iterator[tuple[str, cst.CSTNode]]:
    """For each time that a name is read: as an axis, as an input's shape, passed on to a function, or otherwise."""
    for child in node.children:
        if not isinstance(child, cst.Name):
            yield from _uses(child, name)
        elif child.value != name:
            continue
        elif isinstance(node, cst.Arg) and node.value is child:
            keyword = node.keyword.value if node.keyword is not None else ""
            yield (AXIS if keyword == AXIS else "shape" if keyword in _SHAPES else "passed"), node
        elif not _names_otherwise(node, child):
            yield "other", node


def _names_otherwise(node: cst.CSTNode, child: cst.Name) -> bool:
    """Whether a name is no variable here."""
    return (
        (isinstance(node, cst.Arg) and node.keyword is child)
        or (isinstance(node, cst.Attribute) and node.attr is child)
        or (isinstance(node, cst.Param) and node.name is child)
    )


# parameters


def _constant(module: cst.Module, function: cst.FunctionDef) -> tuple[cst.FunctionDef, str, cst.BaseExpression] | None:
    """A parameter that serves as an axis and is the same number in all calls of the file."""
    parameters = [*function.params.params, *function.params.kwonly_params]
    for parameter in parameters:
        name = parameter.name.value
        kinds = {kind for kind, _ in _uses(function.body, name)}
        if AXIS not in kinds | _axes_of_callees(module, function, name) or kinds - {AXIS, "passed"}:
            continue
        if times_set(function, name) != 1 or any(_stars(module, function)):
            continue
        given = [
            _number(place, _given(call, parameters, name, parameter.default))
            for place in module.body
            for call in _calls(place, function)
        ]
        texts = {cst.Module([]).code_for_node(g) if g is not None else "" for g in given}
        if given and len(texts) == 1 and _is_number(given[0]) and _only_called(module, function, len(given)):
            assert given[0] is not None
            return function, name, given[0]
    return None


def _axes_of_callees(module: cst.Module, function: cst.FunctionDef, name: str) -> set[str]:
    """Whether a function that the parameter is passed on to takes it for an axis."""
    found: set[str] = set()
    for other in module.body:
        if isinstance(other, cst.FunctionDef) and other is not function:
            parameters = [*other.params.params, *other.params.kwonly_params]
            for call in _calls(function, other):
                for p in parameters:
                    given = _given(call, parameters, p.name.value, None)
                    if isinstance(given, cst.Name) and given.value == name:
                        found |= {kind for kind, _ in _uses(other.body, p.name.value)}
    return found & {AXIS}


def _calls(place: cst.CSTNode, function: cst.FunctionDef) -> list[cst.Call]:
    name = function.name.value
    return [n for n in within(place, enter=True) if isinstance(n, cst.Call) and dotted(n.func) == name]


def _stars(module: cst.Module, function: cst.FunctionDef) -> Iterator[bool]:
    yield isinstance(function.params.star_arg, cst.Param) or bool(function.params.posonly_params)
    for call in _calls(module, function):
        yield from (bool(a.star) for a in call.args)


def _only_called(module: cst.Module, function: cst.FunctionDef, calls: int) -> bool:
    return sum(n.value == function.name.value for s in module.body for n in read_names(s)) == calls


def _number(place: Any, node: cst.BaseExpression | None) -> cst.BaseExpression | None:
    """What is given, or the number that a function calls so."""
    if isinstance(node, cst.Name) and isinstance(place, cst.FunctionDef) and times_set(place, node.value) == 1:
        found = (v for s in statements(place.body) for n, v in [_assigned(s)] if n == node.value and _is_number(v))
        return next(found, node)
    return node


def _given(call: cst.Call, parameters: list[cst.Param], name: str, default: Any) -> cst.BaseExpression | None:
    for index, argument in enumerate(call.args):
        if argument.star:
            return None
        said = argument.keyword.value if argument.keyword is not None else ""
        if said == name or (not said and index < len(parameters) and parameters[index].name.value == name):
            return argument.value
    return default


def _without(module: cst.Module, function: cst.FunctionDef, name: str, value: cst.BaseExpression) -> cst.Module:
    """The file with the number written in the function, and no argument for it."""
    body: Any = replace_names(function.body, {name: value})
    params = [_plain(p) for p in function.params.params if p.name.value != name]
    keyword = [_plain(p) for p in function.params.kwonly_params if p.name.value != name]
    star = function.params.star_arg if keyword else cst.MaybeSentinel.DEFAULT
    parameters = function.params.with_changes(params=params, kwonly_params=keyword, star_arg=star)
    new = _scope(function.with_changes(body=body, params=parameters))
    remover = _Remover(function, name)
    changed = [new if s is function else s for s in module.body]
    return module.with_changes(body=[_tidied(s, s.visit(remover)) for s in changed])


def _tidied(before: Any, after: Any) -> Any:
    """Without the numbers that were only passed on."""
    if before is after or not isinstance(after, cst.FunctionDef):
        return after
    kept: list[Any] = []
    for statement in statements(after.body):
        name, value = _assigned(statement)
        read = any(n.value == name for s in statements(after.body) if s is not statement for n in read_names(s))
        if not name or not _is_number(value) or read or name not in {n.value for n in _passed(before)}:
            kept.append(statement)
    return after.with_changes(body=after.body.with_changes(body=kept))


def _passed(node: cst.CSTNode) -> Iterator[cst.Name]:
    for part in within(node, enter=True):
        if isinstance(part, cst.Arg) and isinstance(part.value, cst.Name):
            yield part.value


def _plain(parameter: cst.Param) -> cst.Param:
    return parameter.with_changes(comma=cst.MaybeSentinel.DEFAULT)


class _Remover(Keeping):
    def __init__(self, function: cst.FunctionDef, name: str) -> None:
        super().__init__()
        self.function, self.name = function, name

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if dotted(original_node.func) != self.function.name.value:
            return updated_node
        names = [p.name.value for p in self.function.params.params]
        kept = [
            a
            for i, a in enumerate(updated_node.args)
            if (a.keyword.value if a.keyword is not None else names[i] if i < len(names) else "") != self.name
        ]
        if len(kept) == len(updated_node.args):
            return updated_node
        if kept:
            last = updated_node.args[-1]
            kept[-1] = kept[-1].with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
        return updated_node.with_changes(args=kept)
