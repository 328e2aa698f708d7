"""What an expression is: one small function a kind of node."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, cast

import libcst as cst

from translate.infer import flows
from translate.infer.attributes import attribute
from translate.infer.binding import constant, tensors_in
from translate.infer.calls import call
from translate.infer.elements import BOOL, elements, given, mix
from translate.infer.elsewhere import resolved
from translate.infer.program import FunctionInfo
from translate.infer.references import refer
from translate.infer.state import Infeasible, Operand, State
from translate.infer.subscripts import SIZES, size_in_source, subscript
from translate.infer.values import (
    NONE,
    OPAQUE,
    UNKNOWN,
    Api,
    Const,
    Container,
    Function,
    Instance,
    Layer,
    Mapping,
    Sequence,
    Size,
    Tensor,
    Union,
    Unknown,
    Value,
    join,
    options,
    source,
)
from translate.rules.condition import NotKnown


def evaluate(state: State, node: cst.BaseExpression) -> Value:
    """The value of an expression; what is to be rewritten in it is recorded on the way."""
    handler = _HANDLERS.get(type(node))
    return handler(state, node) if handler is not None else _parts(state, node)


def _parts(state: State, node: cst.CSTNode) -> Value:
    """A kind of expression of which nothing is known: only its parts are read."""
    for child in node.children:
        if isinstance(child, cst.BaseExpression):
            evaluate(state, child)
        elif not isinstance(child, (cst.BaseParenthesizableWhitespace, cst.Comma)):
            _parts(state, child)
    return OPAQUE


def look_up(state: State, name: str) -> Value:
    if name[:1] == "_" and state.recording:  # perhaps a class, which cannot keep such a name
        state.facts.touched.update(state.statements)
    frame = state.frame
    scope = frame.function.scope if frame.function is not None else {}
    for names in (frame.names, scope, state.module):
        if name in names:
            return resolved(state, names[name])
    return Api(f"builtins.{name}")


def _name(state: State, node: cst.Name) -> Value:
    value = look_up(state, node.value)
    if node.value in state.dialect.call_without and state.recording:  # the target has it as an attribute
        state.facts.touched.update(state.statements)
    _check_stale(state, node, value)
    return refer(state, node, value)


def _check_stale(state: State, node: cst.Name, value: Value) -> None:
    """A tensor that was changed in place under another name is not what the source would see."""
    for option in options(value):
        if isinstance(option, Tensor) and option.stale:
            state.report(
                node,
                "T104",
                f"{node.value} was changed in place under another name, which the translation does not do",
                "write the operation without in-place effect",
            )
        elif isinstance(option, Tensor) and option.perhaps_stale:
            state.report(
                node, "N205", f"{node.value} may have been changed in place under another name; taken as unchanged"
            )


def _attribute(state: State, node: cst.Attribute) -> Value:
    return refer(state, node, attribute(state, node, _owner(state, node.value, node.attr.value)))


def _owner(state: State, node: cst.BaseExpression, wanted: str = "") -> Value:
    """Like evaluate, but a part of a dotted name is no reference to a framework by itself.

    ``wanted`` is the attribute that is asked for: sizes and types do not change in place.
    """
    if isinstance(node, cst.Name):
        value = look_up(state, node.value)
        if not isinstance(value, Api) and not _is_number(state, wanted):
            _check_stale(state, node, value)
        return value
    if isinstance(node, cst.Attribute):
        return attribute(state, node, _owner(state, node.value))
    return evaluate(state, node)


def _is_number(state: State, name: str) -> bool:
    return bool(name) and any(r.tensors == "number" for r in state.rules.find(f"{state.dialect.tensor}.{name}"))


def called(state: State, function: cst.BaseExpression) -> tuple[Value, Operand | None]:
    """What is called, and the object whose method it is."""
    if isinstance(function, cst.Attribute):
        owner = _owner(state, function.value, function.attr.value)
        return attribute(state, function, owner, called=True), Operand(owner, function.value, index=-1)
    return _owner(state, function), None


def _call(state: State, node: cst.Call) -> Value:
    callee, receiver = called(state, node.func)
    operands: list[Operand] = []
    rules = state.rules.find(callee.name) if isinstance(callee, Api) else []
    chosen_by = next((str(r.data["chosen_by"]) for r in rules if "chosen_by" in r.data), "")
    for index, argument in enumerate(node.args):
        if chosen_by and (argument.keyword.value == chosen_by if argument.keyword else index == 0):
            with state.not_recording():  # a class that only says which rule it is
                value = evaluate(state, argument.value)
        else:
            value = evaluate(state, argument.value)
        keyword = argument.keyword.value if argument.keyword else ""
        operands.append(Operand(value, argument.value, keyword=keyword, star=argument.star, index=index))
    return call(state, node, callee, operands, receiver)


_NUMBERS: dict[type[cst.CSTNode], Callable[[Any, Any], Any]] = {
    cst.Add: operator.add,
    cst.Subtract: operator.sub,
    cst.Multiply: operator.mul,
    cst.FloorDivide: lambda a, b: a // b,
    cst.Divide: lambda a, b: a / b,
    cst.Modulo: operator.mod,
}


def _binary(state: State, node: cst.BinaryOperation) -> Value:
    left, right = evaluate(state, node.left), evaluate(state, node.right)
    operands = Operand(left, node.left), Operand(right, node.right)
    if _are_sizes(left) or _are_sizes(right):
        return _counted(state, node, *operands)
    return mix(state, node, node.operator, *operands, binary(state, node.operator, *operands))


def _are_sizes(value: Value) -> bool:
    return isinstance(value, Sequence) and value.kind == SIZES


def _counted(state: State, node: cst.BinaryOperation, left: Operand, right: Operand) -> Value:
    """``tf.shape(x)[1:3] * 2``: each of the sizes."""
    symbol = _SHAPES.get(type(node.operator))
    if symbol is None or not _are_sizes(left.value) or isinstance(right.value, (Sequence, Size, Tensor)):
        state.report(node, "T103", "counting with several sizes at once is not translated", "take one size a time")
        return OPAQUE
    state.record(state.facts.promoted, node, f"shape {symbol}")
    return left.value


_SHAPES: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.FloorDivide: "//",
}


def binary(state: State, symbol: cst.CSTNode, left: Operand, right: Operand) -> Value:
    """``left symbol right``, also for ``left symbol= right``."""
    a, b = left.value, right.value
    if any(isinstance(v, Const) and isinstance(v.value, str) for v in (a, b)):  # a parameter that is no tensor
        return _fold(symbol, a.value, b.value) if isinstance(a, Const) and isinstance(b, Const) else OPAQUE
    if tensors_in(a) or tensors_in(b):
        if isinstance(symbol, (cst.MatrixMultiply, cst.MatrixMultiplyAssign)):
            first, second = state.need_source(left), state.need_source(right)
            ranks = [r for r in (first.rank, second.rank) if r is not None]
            return source(max(ranks) if len(ranks) == 2 and min(ranks) > 1 else None)
        _not_lists(state, left, right)
        return flows.broadcast(state, [left, right])
    if isinstance(a, Const) and isinstance(b, Const):
        return _fold(symbol, a.value, b.value)
    if isinstance(a, Sequence) and isinstance(b, Sequence) and a.kind == b.kind:
        if a.rest is None:
            return Sequence(a.kind, [*a.items, *b.items], b.rest, a.born)
        return Sequence(a.kind, list(a.items), join(a.rest, *b.everything()), a.born)
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Sequence) and not isinstance(other, Sequence):
            return Sequence(one.kind, [], join(*one.everything())) if one.everything() else one
    return UNKNOWN if isinstance(a, Unknown) and isinstance(b, Unknown) else OPAQUE


def _not_lists(state: State, *operands: Operand) -> None:
    """Lists and arrays of numbers are tensors to Keras, with as many axes as they have; PyTorch takes none."""
    for operand in operands if not state.dialect.last else ():
        if isinstance(operand.value, Sequence) and operand.value.everything() and operand.node is not None:
            message = "a list or an array of numbers in arithmetic with a tensor"
            state.report(operand.node, "T102", message, "make it a tensor, with an axis for each that follows channels")


def _fold(symbol: cst.CSTNode, a: Any, b: Any) -> Value:
    function = _NUMBERS.get(type(symbol))
    numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
    if function is None or not (numbers or (isinstance(a, str) and isinstance(b, str) and function is operator.add)):
        return OPAQUE
    try:
        return Const(function(a, b))
    except (ZeroDivisionError, OverflowError):
        return OPAQUE


def _unary(state: State, node: cst.UnaryOperation) -> Value:
    value = evaluate(state, node.expression)
    if isinstance(value, Const) and isinstance(node.operator, cst.Minus) and isinstance(value.value, (int, float)):
        return Const(-value.value)
    if isinstance(node.operator, cst.Not):
        return OPAQUE
    if not tensors_in(value):
        return OPAQUE
    return given(flows.broadcast(state, [Operand(value, node.expression)]), elements(value))


def _boolean(state: State, node: cst.BooleanOperation) -> Value:
    return join(evaluate(state, node.left), evaluate(state, node.right))


def _comparison(state: State, node: cst.Comparison) -> Value:
    operands = [Operand(evaluate(state, node.left), node.left)]
    identity = False
    for part in node.comparisons:
        identity = identity or isinstance(part.operator, (cst.Is, cst.IsNot, cst.In, cst.NotIn))
        operands.append(Operand(evaluate(state, part.comparator), part.comparator))
    for operand in operands:
        if isinstance(operand.value, Size):
            size_in_source(state, operand.value)
    if identity or not any(tensors_in(o.value) for o in operands):
        return OPAQUE
    result = flows.broadcast(state, operands)
    if len(operands) > 2:
        return given(result, BOOL)
    left, right = operands
    return mix(state, node, node.comparisons[0].operator, left, right, result)


def _conditional(state: State, node: cst.IfExp) -> Value:
    from translate.infer.branches import decided
    from translate.infer.narrowing import narrowed

    taken = decided(state, node.test)
    if taken is not None:
        state.record(state.facts.decided, node, taken)
        return evaluate(state, node.body if taken else node.orelse)
    evaluate(state, node.test)
    with narrowed(state, node.test, True):
        yes = _possible(state, node.body)
    with narrowed(state, node.test, False):
        no = _possible(state, node.orelse)
    return join(yes, no)


def _possible(state: State, node: cst.BaseExpression) -> Value:
    """The value, nothing at all if the expression cannot be reached with what is known here."""
    try:
        return evaluate(state, node)
    except Infeasible:
        return Union(())


def _sequence(state: State, node: cst.BaseExpression) -> Value:
    assert isinstance(node, (cst.Tuple, cst.List))
    found = Sequence("tuple" if isinstance(node, cst.Tuple) else "list", born=state.frame.branches)
    for element in node.elements:
        value = evaluate(state, element.value)
        if isinstance(element, cst.StarredElement):
            extend(found, value)
        elif found.rest is not None:
            found.rest = join(found.rest, value)
        else:
            found.items.append(value)
    return found


def extend(sequence: Sequence, value: Value) -> None:
    """Adds everything that ``value`` holds."""
    for option in options(value):
        inner = option.children if isinstance(option, Container) else option
        if isinstance(inner, Sequence) and inner.rest is None and sequence.rest is None and option is value:
            sequence.items += inner.items
        else:
            parts = inner.everything() if isinstance(inner, (Sequence, Mapping)) else [element_of(inner)]
            sequence.rest = join(*([sequence.rest] if sequence.rest else []), *parts) if parts else sequence.rest


def looped(state: State, node: cst.BaseExpression) -> Value:
    """What a loop over ``node`` takes from it."""
    state.looping = node
    value = evaluate(state, node)
    if isinstance(value, Tensor) and value.is_image:
        value = state.need_source(Operand(value, node))
    for option in options(value):
        if isinstance(option, Instance):
            option = option.info.attributes.get("<children>", option)
        if (
            isinstance(option, Container)
            and option.written_as == "sequential"
            and isinstance(node, (cst.Name, cst.Attribute))
        ):
            state.record(state.facts.methods, node, "layers")
    return element_of(value)


def element_of(value: Value) -> Value:
    """What a loop over ``value`` takes from it."""
    found: list[Value] = []
    choices = options(value)
    if any(isinstance(o, (Container, Sequence)) for o in choices):  # what cannot be looped over is not meant
        choices = tuple(o for o in choices if not isinstance(o, (Layer, Instance, Tensor)))
    for option in choices:
        if isinstance(option, Instance):
            option = option.info.attributes.get("<children>", option)
        inner = option.children if isinstance(option, Container) else option
        if isinstance(inner, Sequence):
            found += inner.everything()
        elif isinstance(inner, Mapping):
            found.append(OPAQUE)
        elif isinstance(inner, Tensor):
            found.append(source(None if inner.rank is None else inner.rank - 1))
        elif option is not NONE:
            found.append(UNKNOWN if isinstance(inner, Unknown) else OPAQUE)
    return join(*found) if found else OPAQUE


def _dict(state: State, node: cst.Dict) -> Value:
    found = Mapping()
    for element in node.elements:
        value = evaluate(state, element.value)
        if isinstance(element, cst.DictElement):
            key = evaluate(state, element.key)
            try:
                found.items[constant(key)] = value
                continue
            except (NotKnown, TypeError):
                pass
        found.rest = join(found.rest, value) if found.rest is not None else value
    return found


def _comprehension(state: State, node: cst.BaseExpression) -> Value:
    assert isinstance(node, (cst.ListComp, cst.GeneratorExp, cst.SetComp, cst.DictComp))
    saved = dict(state.frame.names)
    _loop(state, node.for_in)
    if isinstance(node, cst.DictComp):
        evaluate(state, node.key)
        result: Value = Mapping(rest=evaluate(state, node.value))
    else:
        result = Sequence("list", [], evaluate(state, node.elt))
    state.frame.names = saved
    return result


def _loop(state: State, clause: cst.CompFor) -> None:
    from translate.infer.assignment import assign

    assign(state, clause.target, looped(state, clause.iter))
    for condition in clause.ifs:
        evaluate(state, condition.test)
    if clause.inner_for_in is not None:
        _loop(state, clause.inner_for_in)


def _lambda(state: State, node: cst.Lambda) -> Value:
    parameters = (*node.params.params, *node.params.kwonly_params)
    for default in (p.default for p in parameters if p.default is not None):
        evaluate(state, default)
    frame = state.frame
    scope = {**(frame.function.scope if frame.function else {}), **frame.names}
    info = FunctionInfo("<lambda>", node, scope, home=tuple(state.statements))
    state.lambdas[node] = info
    return Function(info)


def _literal(state: State, node: cst.BaseExpression) -> Value:
    text = cast(Any, node).value
    try:
        return Const(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return OPAQUE


def _subscript(state: State, node: cst.Subscript) -> Value:
    owner = _owner(state, node.value)
    if isinstance(owner, Union) and any(isinstance(o, Sequence) for o in owner.options):
        # something that is indexed and may be a tuple of tensors or one of them: the tuple is meant
        owner = join(*(o for o in owner.options if isinstance(o, (Sequence, Mapping))))
    sequence = isinstance(node.value, cst.Name) and node.value.value in state.frame.sequences
    if sequence and isinstance(owner, Tensor) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        return Union(())
    parts: list[Value] = []
    for element in node.slice:
        if isinstance(element.slice, cst.Index):
            parts.append(evaluate(state, element.slice.value))
        elif isinstance(element.slice, cst.Slice):
            for bound in (element.slice.lower, element.slice.upper, element.slice.step):
                if bound is not None:
                    evaluate(state, bound)
            parts.append(OPAQUE)
    return given(subscript(state, node, owner, parts), elements(owner))


def _named(state: State, node: cst.NamedExpr) -> Value:
    from translate.infer.assignment import assign

    value = evaluate(state, node.value)
    assign(state, node.target, value)
    return value


_CONSTANTS = {"None": NONE, "True": Const(True), "False": Const(False)}


def _name_or_constant(state: State, node: cst.Name) -> Value:
    if node.value in _CONSTANTS:
        return _CONSTANTS[node.value]
    return _name(state, node)


_HANDLERS: dict[type[cst.CSTNode], Callable[[State, Any], Value]] = {
    cst.Name: _name_or_constant,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.Integer: _literal,
    cst.Float: _literal,
    cst.SimpleString: _literal,
    cst.Tuple: _sequence,
    cst.List: _sequence,
    cst.Dict: _dict,
    cst.BinaryOperation: _binary,
    cst.UnaryOperation: _unary,
    cst.BooleanOperation: _boolean,
    cst.Comparison: _comparison,
    cst.IfExp: _conditional,
    cst.ListComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.SetComp: _comprehension,
    cst.DictComp: _comprehension,
    cst.Lambda: _lambda,
    cst.Subscript: _subscript,
    cst.NamedExpr: _named,
}
