"""Statements: walks a block in order and keeps what every name holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from translate.infer import module_lists
from translate.infer.assignment import assign
from translate.infer.binding import tensors_in
from translate.infer.branches import branch, merge
from translate.infer.dotted import walk
from translate.infer.elements import mix
from translate.infer.elsewhere import imported
from translate.infer.expressions import binary, evaluate, looped
from translate.infer.initialisation import drop, only_initialises, sets_weights, walks_modules
from translate.infer.program import ClassInfo, FunctionInfo
from translate.infer.repeating import repeat
from translate.infer.roles import role, role_member
from translate.infer.state import Infeasible, Operand, State
from translate.infer.values import (
    OPAQUE,
    UNKNOWN,
    Api,
    Class,
    Const,
    Container,
    Function,
    Instance,
    Kept,
    Tensor,
    Value,
    options,
)


def execute_block(state: State, body: cst.BaseSuite) -> None:
    execute(state, body.body)


def execute(state: State, statements: Sequence[cst.CSTNode]) -> None:
    for statement in statements:
        state.statements.append(statement)
        depth = len(state.statements), len(state.frames)
        try:
            _one(state, statement)
            if state.recording:
                state.followed.add(statement)
        except Infeasible:  # cannot be reached with what is known here
            if state.recording:
                state.given_up.append((statement, tuple(state.statements)))
            del state.statements[depth[0] :], state.frames[depth[1] :]
        state.statements.pop()


def _one(state: State, statement: cst.CSTNode) -> None:
    if isinstance(statement, cst.SimpleStatementLine):
        for small in statement.body:
            _small(state, small)
    elif isinstance(statement, cst.BaseSmallStatement):  # a body on the line of its head
        _small(state, statement)
    else:
        compound = _COMPOUND.get(type(statement))
        if compound is not None:
            compound(state, statement)
        elif state.recording:
            kind = type(statement).__name__.lower()
            state.report(statement, "T103", f"a {kind} statement is not translated yet", "write it with if or for")


def _small(state: State, statement: cst.CSTNode) -> None:
    handler = _SMALL.get(type(statement))
    if handler is not None:
        handler(state, statement)


# one line


def _assign(state: State, node: cst.Assign) -> None:
    value = evaluate(state, node.value)
    if isinstance(value, Kept) and role(state, value.name) == "aside":
        state.record(state.facts.dropped, state.statements[-1], "")
        value = OPAQUE
    for target in node.targets:
        assign(state, target.target, value)
    if any(isinstance(t.target, cst.Attribute) for t in node.targets):
        module_lists.held(state, value, node.value)


def _annotated(state: State, node: cst.AnnAssign) -> None:
    annotation(state, node.annotation.annotation)
    if node.value is not None:
        assign(state, node.target, evaluate(state, node.value))


def _augmented(state: State, node: cst.AugAssign) -> None:
    left, right = evaluate(state, node.target), evaluate(state, node.value)
    operands = Operand(left, node.target), Operand(right, node.value)
    value = mix(state, node, node.operator, *operands, binary(state, node.operator, *operands))
    if any(isinstance(o, Tensor) for o in options(left)) and not isinstance(node.target, cst.Subscript):
        for tensor in tensors_in(left):
            tensor.changed_in_place()
        state.facts.touched.update(state.statements if state.recording else ())
    assign(state, node.target, value, augmented=True)


def _expression(state: State, node: cst.Expr) -> None:
    if state.recording and sets_weights(state, node.value):
        drop(state, node.value)
        return
    if isinstance(node.value, cst.BaseString):
        return
    called = node.value.func if isinstance(node.value, cst.Call) else None
    if called is not None and _initialiser_of_file(state, called):
        drop(state, node.value)
        return
    if isinstance(called, cst.Attribute) and _is_aside(state, called):
        _leave_out(state, node.value, called.attr.value)
        return
    evaluate(state, node.value)


def _initialiser_of_file(state: State, node: cst.BaseExpression) -> bool:
    """``self._initialize_weights()``, where that method does nothing else."""
    from translate.infer.expressions import look_up

    info: FunctionInfo | None = None
    if isinstance(node, cst.Name):
        value = look_up(state, node.value)
        info = value.info if isinstance(value, Function) else None
    elif isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
        owner = look_up(state, node.value.value)
        if isinstance(owner, Instance):
            info = owner.info.method(node.attr.value)
    return info is not None and is_initialiser(state, info)


def is_initialiser(state: State, info: FunctionInfo) -> bool:
    if isinstance(info.node, cst.Lambda):
        return False
    if info not in state.initialisers:
        state.initialisers[info] = only_initialises(state, info.node.body)
    return state.initialisers[info]


def _return(state: State, node: cst.Return) -> None:
    if node.value is None:
        return
    value = _as_taken(state, Operand(evaluate(state, node.value), node.value))
    state.frame.returned.append(value)
    if state.source_outputs(state.frame.function):
        from translate.infer.borders import to_source_order

        to_source_order(state, Operand(value, node.value))


def _as_taken(state: State, operand: Operand) -> Value:
    """A function that takes images gives them back as images, so that its callers need not care."""
    value, frame = operand.value, state.frame
    if not isinstance(value, Tensor) or value.is_image or value.undecided or value.reordered or state.channels_first:
        return value
    if value.rank in frame.image_ranks and not state.source_outputs(frame.function):
        assert value.rank is not None
        return state.need_image(operand, value.rank)
    return value


def _evaluate_parts(state: State, node: Any) -> None:
    for name in ("exc", "test", "msg", "target"):
        part = getattr(node, name, None)
        if isinstance(part, cst.BaseExpression):
            evaluate(state, part)
    if isinstance(node, cst.Raise) and node.exc is not None:
        evaluate(state, node.exc)


def _is_aside(state: State, node: cst.Attribute) -> bool:
    """``model.summary``, ``model.output_shape`` of a model, unless the file gives it another meaning."""
    name = node.attr.value
    if role_member(state, name) != "aside":
        return False
    owners = [o for o in options(evaluate(state, node.value)) if isinstance(o, (Instance, Container))]
    return bool(owners) and not any(isinstance(o, Instance) and o.info.method(name) for o in owners)


def _leave_out(state: State, node: cst.BaseExpression, name: str) -> None:
    state.record(state.facts.dropped, state.statements[-1], "")
    full = f"{state.dialect.module}.{name}"
    differs = state.rules.find(full)[0].differs
    if differs:
        state.report(node, "N202", f"{full}: {differs}")


def _assert(state: State, node: cst.Assert) -> None:
    """``assert model.output_shape == (None, 7, 7, 256)`` goes."""
    if any(isinstance(n, cst.Attribute) and _is_aside(state, n) for n in walk(node.test)):
        state.record(state.facts.dropped, state.statements[-1], "")
        return
    _evaluate_parts(state, node)


def _delete(state: State, node: cst.Del) -> None:
    return None


def _import(state: State, node: cst.Import) -> None:
    for alias in node.names:
        name = _text(alias.name)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            _bind_import(state, alias.asname.name.value, name, name, "")
        else:
            head = name.partition(".")[0]
            _bind_import(state, head, head, head, "")


def _bind_import(state: State, bound: str, full: str, package: str, name: str) -> None:
    found = imported(state, package, name)
    state.frame.names[bound] = Api(state.rules.public(full)) if found is None else found
    state.imported.add(bound)
    if state.dialect.is_target(full):
        state.target_names.add(bound)


def _import_from(state: State, node: cst.ImportFrom) -> None:
    prefix = "." * len(node.relative) + (_text(node.module) if node.module else "")
    if isinstance(node.names, cst.ImportStar):
        if state.dialect.is_source(prefix):
            state.report(node, "T103", "what an import with * brings is not known", "import names one by one")
        return
    if prefix == "__future__":
        return
    for alias in node.names:
        name = _text(alias.name)
        bound = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else name
        _bind_import(state, bound, f"{prefix}.{name}", prefix, name)


def _text(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_text(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


# compound


def _for(state: State, node: cst.For) -> None:
    if state.recording and walks_modules(state, node.iter) and only_initialises(state, node.body):
        drop(state, node)
        return
    element = looped(state, node.iter)
    repeat(state, node, lambda: assign(state, node.target, element))


def _while(state: State, node: cst.While) -> None:
    repeat(state, node, lambda: evaluate(state, node.test))


def _with(state: State, node: cst.With) -> None:
    for item in node.items:
        value = evaluate(state, item.item)
        if item.asname is not None:
            assign(state, item.asname.name, UNKNOWN if not isinstance(value, Const) else value)
    execute_block(state, node.body)
    asked = [i.item.func for i in node.items if isinstance(i.item, cst.Call) and i.asname is None]
    named = [evaluate(state, f) for f in asked if isinstance(f, (cst.Name, cst.Attribute))]
    scopes = [v for v in named if isinstance(v, Api) and role(state, v.name) == "scope"]
    if scopes and len(scopes) == len(node.items):
        state.record(state.facts.decided, node, True)


def _try(state: State, node: cst.Try) -> None:
    execute_block(state, node.body)
    for handler in node.handlers:
        before = dict(state.frame.names)
        execute_block(state, handler.body)
        state.frame.names = merge(before, state.frame.names)
    if node.orelse is not None:
        execute_block(state, node.orelse.body)
    if node.finalbody is not None:
        execute_block(state, node.finalbody.body)


def annotation(state: State, node: cst.BaseExpression) -> None:
    """Names of the framework in an annotation are references, the rest is left alone."""
    if isinstance(node, (cst.Name, cst.Attribute)):
        state.annotating = True
        evaluate(state, node)
        state.annotating = False
    elif isinstance(node, cst.Subscript):
        annotation(state, node.value)
        for element in node.slice:
            if isinstance(element.slice, cst.Index):
                annotation(state, element.slice.value)
    elif isinstance(node, cst.BinaryOperation):
        annotation(state, node.left)
        annotation(state, node.right)
    elif isinstance(node, (cst.Tuple, cst.List)):
        for element in node.elements:
            annotation(state, element.value)


def _function(state: State, node: cst.FunctionDef) -> None:
    frame = state.frame
    scope = {**(frame.function.scope if frame.function else {}), **(frame.names if frame.function else {})}
    info = state.function_of(node, scope)
    if frame.function is not None:
        scope[node.name.value] = Function(info)
    frame.names[node.name.value] = Function(info)
    if frame.function is None:
        state.functions.append(info)
    signature(state, node)
    decorations(state, node)


def decorations(state: State, node: cst.FunctionDef | cst.ClassDef) -> None:
    """Decorators; those that mean nothing to the target go."""
    for decorator in node.decorators:
        named = decorator.decorator
        value = evaluate(state, named.func if isinstance(named, cst.Call) else named)
        if isinstance(value, Api) and role(state, value.name) == "decoration":
            state.facts.decorations.add(decorator)
            state.facts.kept.add(named.func if isinstance(named, cst.Call) else named)
            state.facts.touched.update(state.statements)
        elif isinstance(value, Api) and role(state, value.name) == "overload":  # another definition follows
            state.facts.dropped[node] = ""
            state.facts.touched.update(state.statements)
        elif isinstance(named, cst.Call):
            evaluate(state, named)


def signature(state: State, node: cst.FunctionDef) -> None:
    """Defaults and annotations, which are read where the function stands."""
    params = node.params
    for parameter in (*params.posonly_params, *params.params, *params.kwonly_params):
        if parameter.annotation is not None:
            annotation(state, parameter.annotation.annotation)
        if parameter.default is not None:
            evaluate(state, parameter.default)
    if node.returns is not None:
        annotation(state, node.returns.annotation)


def _class(state: State, node: cst.ClassDef) -> None:
    info = state.interned.setdefault(node, ClassInfo(node.name.value, node, state))
    info.redefine()
    info.subclasses += [c for c in state.users.subclasses.get(node, ()) if c not in info.subclasses]
    info.inside = info.inside or node in state.users.inside
    info.made = info.made or node in state.users.arguments
    decorations(state, node)
    for base in node.bases:
        value = evaluate(state, base.value)
        for option in options(value):
            if isinstance(option, Class):
                info.bases.append(option.info)
                ours = option.info.state is state or (state.only_defined and option.info.state.only_defined)
                if ours and info not in option.info.subclasses:
                    option.info.subclasses.append(info)
            elif isinstance(option, Api):
                info.api_bases.append(option)
                if (
                    state.dialect.is_source(option.name)
                    and not role(state, option.name)
                    and state.rules.find(option.name)
                ):
                    help = "let the class hold such a layer instead, and call it"
                    state.report(base.value, "T103", f"a class that extends {option.name} is not translated", help)
    state.frame.names[info.name] = Class(info)
    if info not in state.classes:
        state.classes.append(info)
    _members(state, info)


def _members(state: State, info: ClassInfo) -> None:
    frame = state.frame
    scope = {**(frame.function.scope if frame.function else {}), **(frame.names if frame.function else {})}
    outer = frame.names
    frame.names = dict(outer)
    for statement in info.node.body.body:
        if isinstance(statement, cst.FunctionDef):
            static = any(
                isinstance(d.decorator, cst.Name) and d.decorator.value == "staticmethod" for d in statement.decorators
            )
            info.methods[statement.name.value] = state.function_of(statement, scope, info, static)
            state.statements.append(statement)
            signature(state, statement)
            decorations(state, statement)
            state.statements.pop()
        else:
            before = dict(frame.names)
            execute(state, [statement])
            for name, value in frame.names.items():
                if before.get(name) is not value:
                    info.constants[name] = value if not isinstance(value, Const) or value.value is None else OPAQUE
    frame.names = outer


_SMALL: dict[type[cst.CSTNode], Callable[[State, Any], None]] = {
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Expr: _expression,
    cst.Return: _return,
    cst.Raise: _evaluate_parts,
    cst.Assert: _assert,
    cst.Del: _delete,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
}
_COMPOUND: dict[type[cst.CSTNode], Callable[[State, Any], None]] = {
    cst.If: branch,
    cst.For: _for,
    cst.While: _while,
    cst.With: _with,
    cst.Try: _try,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
}
