"""A separated function, written as a class."""

from __future__ import annotations

from typing import Any

import libcst as cst

from translate.staging.blocks import suite
from translate.staging.functions import BUILDER, CLOSURE, TENSOR, Function
from translate.staging.loops import finish
from translate.staging.making import Told
from translate.staging.sizes import Info, Size, pending_in
from translate.staging.state import CannotStage, Shared, State, Value, size_parameter
from translate.staging.statements import block
from translate.staging.table import SIZE
from translate.staging.tidying import tidied
from translate.staging.trees import Keeping, Replace, assign, code, read_names, replace_names, statements


def class_for(shared: Shared, function: Function) -> cst.ClassDef:
    """Raises CannotStage."""
    state = State(shared, function)
    _run(state)
    _results(state)
    finish(state.all_kept, state.locals)
    body = _settled(state)
    shared.demands.update((function, name) for name in state.demands)
    call = _call_method(state)
    constructor = _constructor(state, body)
    return _class(state, constructor, call)


def _run(state: State) -> None:
    function = state.function
    source = function.inner or function
    for parameter in _parameters(function):
        name = parameter.name.value
        if function.kind != CLOSURE and name in source.tensor_parameters():
            _tensor(state, name)
        elif name not in function.gone:
            state.bind(name, Value(function.env.get(name, frozenset()) - {TENSOR}, slot=state.top))
    for star in (function.node.params.star_arg, function.node.params.star_kwarg):
        if isinstance(star, cst.Param):
            state.bind(star.name.value, Value(frozenset(), slot=state.top))
    block(state, _body(function))
    if function.kind == BUILDER and not state.model_returned:
        raise CannotStage(function.node, "a model is built and used, but not given back")
    if function.inner is not None:
        state.current = function.inner
        for parameter in _parameters(function.inner):
            _tensor(state, parameter.name.value)
        block(state, _body(function.inner))


def _tensor(state: State, name: str) -> None:
    size = state.parameter_size(name)
    state.bind(name, Value(frozenset({TENSOR}), Info(size), state.top))


def _parameters(function: Function) -> list[cst.Param]:
    return function.parameters


def _docstring(function: Function) -> Any:
    first = statements(function.node.body)[0]
    small = first.body[0] if isinstance(first, cst.SimpleStatementLine) else None
    text = isinstance(small, cst.Expr) and isinstance(small.value, (cst.SimpleString, cst.ConcatenatedString))
    return first if text else None


def _body(function: Function) -> list[Any]:
    body = statements(function.node.body)
    return body[1:] if _docstring(function) is not None else body


# results


def _results(state: State) -> None:
    """What callers may know of the size of what is given back."""
    shared, function = state.shared, state.function
    if not state.returns:
        return
    infos = [info for info, _ in state.returns]
    count = len(infos[0].items) if infos[0].items is not None else None
    if any((len(i.items) if i.items is not None else None) != count for i in infos):
        result: Any = None
    elif count is None:
        result = _result(state, [i.size for i in infos])
    else:
        result = tuple(_result(state, [i.items[n].size if i.items else None for i in infos]) for n in range(count))
    shared.results[function] = result
    if function in shared.tell_result:
        _tell(state, result, count)


def _result(state: State, sizes: list[Size | None]) -> cst.BaseExpression | Told | None:
    given = {s.text: cst.Name(f"__of_{n}__") for n, s in state.parameter_sizes.items()}
    found: list[cst.BaseExpression] = []
    for size in sizes:
        final = state.pending.final(size.expression, given) if size is not None else None
        if final is None:
            return None
        found.append(final)
    if len({code(f) for f in found}) > 1:
        return Told()
    own = {p.name.value for p in state.function.parameters}
    for name in {n.value for n in read_names(found[0])}:
        if name in own and state.versions.get(name, 1) > 1:
            return Told()
        if name not in own and (name in state.versions or name in state.locals.taken - _outside(state)):
            return Told()
        if name == "self":
            return Told()
    return found[0]


def _outside(state: State) -> set[str]:
    """Names that mean the same in callers."""
    program = state.program
    builtin = {"int", "float", "max", "min", "len", "round", "sum", "str", "abs"}
    top = set(program.imports) | set(program.top) | set(program.classes) | builtin
    top |= {n for s in program.module.body for n in _assigned(s)} | {f"__of_{n}__" for n in state.parameter_sizes}
    return top if state.function.parent is None else top - set(state.function.parent.env)


def _assigned(statement: Any) -> list[str]:
    if not isinstance(statement, cst.SimpleStatementLine):
        return []
    found: list[str] = []
    for small in statement.body:
        if isinstance(small, cst.Assign):
            found += [t.target.value for t in small.targets if isinstance(t.target, cst.Name)]
    return found


def _tell(state: State, result: Any, count: int | None) -> None:
    """``self.out_channels = ...`` at each place where something is given back."""
    if result is None:
        return
    places = state.returns
    sizes = [info.size for info, _ in places]
    if count is None and all(s is not None and sizes[0] is not None and _same(s, sizes[0]) for s in sizes):
        places = [(places[0][0], state.init.slot())]
    for info, slot in places:
        if count is None:
            value = info.size.expression if info.size is not None else cst.Name("None")
        else:
            items = [i.size.expression if i.size is not None else cst.Name("None") for i in info.items or ()]
            value = cst.Tuple([cst.Element(i) for i in items])
        slot.lines.append(assign("self.out_channels", value))


def _same(one: Size, other: Size) -> bool:
    return one.text == other.text and one.versions == other.versions


# text


def _settled(state: State) -> list[Any]:
    """The constructor's statements, when all that was left open is decided."""
    while True:
        lines = state.init.render()
        names = {n for line in lines for n in pending_in(line)}
        if not state.pending.settle(names):
            break
    for size, targets in state.size_checks:
        if state.pending.final(size.expression) is None:
            state.shared.unsized.update(targets)
    lists = {f"__list_{k.placeholder}": cst.parse_expression(k.target()) for k in state.all_kept}
    return tidied([_final(state, line, lists) for line in lines], state.generated)


def _final(state: State, line: Any, lists: dict[str, cst.BaseExpression]) -> Any:
    if not any(n.value.startswith("__") for n in read_names(line)):
        return line
    pending = pending_in(line)

    def ask(node: cst.CSTNode) -> Any:
        if isinstance(node, cst.Call) and any(_is_lost(state, a) for a in node.args):
            kept = [a for a in node.args if not _is_lost(state, a)]
            from translate.staging.writing import written

            return written(node, node.func, kept).visit(Replace(ask))
        return None

    line = line.visit(Replace(ask)) if pending else line
    names: dict[str, cst.BaseExpression] = {}
    for name in pending:
        names[name] = state.pending.final(cst.Name(name)) or cst.Name("None")
    return _with_names(line, {**names, **lists})


def _with_names(line: Any, names: dict[str, cst.BaseExpression]) -> Any:
    """Sizes stand in brackets only within other operators."""
    from translate.staging.sizes import substitute

    class Visit(Keeping):
        def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
            value = updated_node.value
            if any(n.value in names for n in read_names(value)):
                return updated_node.with_changes(value=substitute(value, names))
            return updated_node

        def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
            value = updated_node.value
            if any(n.value in names for n in read_names(value)):
                return updated_node.with_changes(value=substitute(value, names))
            return updated_node

    line = line.visit(Visit())
    left = {n: e for n, e in names.items() if any(m.value == n for m in read_names(line))}
    from translate.staging.trees import bracketed

    return replace_names(line, {n: bracketed(e) for n, e in left.items()})


def _is_lost(state: State, argument: cst.Arg) -> bool:
    """A size that turned out not to be known."""
    if argument.keyword is None or argument.keyword.value != SIZE:
        return False
    return any(state.pending.known.get(n, 0) is None for n in pending_in(argument.value))


def _call_method(state: State) -> cst.FunctionDef:
    lines = state.call.render()
    lines = [replace_names(line, state.calls.values) for line in lines]
    lines = _without_aliases(lines)
    lines = _without_first_blank(lines)
    source = state.function.inner or state.function
    if state.function.kind == BUILDER:
        parameters = [cst.Param(cst.Name(n)) for n in state.inputs]
    elif state.function.kind == CLOSURE:
        parameters = list(source.node.params.params)
    else:
        tensors = source.tensor_parameters()
        parameters = [p for p in source.parameters if p.name.value in tensors]
    return _method("call", [_plain(p) for p in parameters], lines)


def _without_aliases(lines: list[Any]) -> list[Any]:
    """Names that nobody reads any more: ``inputs = img_input`` before what is now ``return x``."""
    read = {n.value for line in lines for n in _reads(line)}
    found: list[Any] = []
    for line in lines:
        if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 and isinstance(line.body[0], cst.Assign):
            small = line.body[0]
            target = small.targets[0].target
            alias = isinstance(small.value, (cst.Name, cst.List)) and len(small.targets) == 1
            if alias and isinstance(target, cst.Name) and target.value not in read:
                continue
        found.append(line)
    return found


def _reads(node: Any) -> Any:
    if isinstance(node, cst.AssignTarget) and isinstance(node.target, cst.Name):
        return
    if isinstance(node, cst.Name):
        yield node
    elif isinstance(node, (cst.Attribute, cst.Arg)):
        yield from _reads(node.value)
    else:
        for child in node.children:
            yield from _reads(child)


def _without_first_blank(lines: list[Any]) -> list[Any]:
    first = lines[0] if lines else None
    if first is None or not hasattr(first, "leading_lines") or not first.leading_lines:
        return lines
    return [first.with_changes(leading_lines=_no_blank(first.leading_lines)), *lines[1:]]


def _no_blank(lines: Any) -> list[cst.EmptyLine]:
    found = list(lines)
    while found and found[0].comment is None:
        found.pop(0)
    return found


def _plain(parameter: cst.Param) -> cst.Param:
    return parameter.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_param=cst.SimpleWhitespace(""))


def _method(
    name: str, parameters: list[cst.Param], body: list[Any], params: cst.Parameters | None = None
) -> cst.FunctionDef:
    own = [cst.Param(cst.Name("self")), *parameters]
    parameters_node = (params or cst.Parameters()).with_changes(params=own)
    lines = [cst.EmptyLine(indent=False)] if name == "call" else []
    node = cst.FunctionDef(cst.Name(name), parameters_node, suite(body), leading_lines=lines)
    if len(code(node.with_changes(body=cst.SimpleStatementSuite([cst.Pass()]), leading_lines=[]))) > 110:
        node = _wrapped(node)
    return node


def _wrapped(node: cst.FunctionDef) -> cst.FunctionDef:
    line = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("    "))
    end = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(""))
    own = node.params.params
    if node.params.star_kwarg is not None or node.params.kwonly_params or isinstance(node.params.star_arg, cst.Param):
        return node
    new = [
        p.with_changes(comma=cst.Comma(whitespace_after=end if i == len(own) - 1 else line)) for i, p in enumerate(own)
    ]
    return node.with_changes(whitespace_before_params=line, params=node.params.with_changes(params=new))


def _constructor(state: State, lines: list[Any]) -> cst.FunctionDef:
    function = state.function
    tensors = (function.inner or function).tensor_parameters() if function.kind != BUILDER else []
    told = [t for t in tensors if (function, t) in state.shared.demands and (function, t) not in state.shared.unsized]
    sizes = [cst.Param(cst.Name(size_parameter(function, t))) for t in told]
    own = [] if function.kind == CLOSURE else tensors
    rest = [
        _plain(p) for p in function.node.params.params if p.name.value not in own and p.name.value not in function.gone
    ]
    keyword = [_plain(p) for p in function.node.params.kwonly_params if p.name.value not in [*own, *function.gone]]
    params = function.node.params.with_changes(kwonly_params=keyword)
    if not keyword and isinstance(params.star_arg, cst.ParamStar):
        params = params.with_changes(star_arg=cst.MaybeSentinel.DEFAULT)
    start = cst.parse_module("super().__init__()\n").body[0]
    lines = _without_first_blank(lines)
    node = _method("__init__", [*sizes, *rest], [start, *lines], params)
    return node.with_changes(leading_lines=[cst.EmptyLine(indent=False)] if _docstring(function) is not None else [])


def _class(state: State, constructor: cst.FunctionDef, call: cst.FunctionDef) -> cst.ClassDef:
    function, shared = state.function, state.shared
    base = shared.base(function.kind == BUILDER)
    docstring = _docstring(function)
    body: list[Any] = [constructor, call]
    if docstring is not None:
        body.insert(0, docstring.with_changes(leading_lines=()))
    return cst.ClassDef(
        cst.Name(shared.class_names[function]),
        cst.IndentedBlock(body),
        bases=[cst.Arg(cst.parse_expression(base))],
        leading_lines=function.node.leading_lines,
        lines_after_decorators=function.node.lines_after_decorators,
        decorators=function.node.decorators,
    )
