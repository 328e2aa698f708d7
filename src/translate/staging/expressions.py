"""Expressions, separated: what the constructor computes, and what ``call`` says."""

from __future__ import annotations

from typing import Any

import libcst as cst

from translate.staging.applying import apply, of_model
from translate.staging.blocks import Block, Branch
from translate.staging.functions import APPLIED, MAKER, TENSOR, Function
from translate.staging.making import construct
from translate.staging.reading import Reading, is_dynamic, optional, shape_read
from translate.staging.results import elementwise
from translate.staging.sizes import UNKNOWN, Info, Size, combine, sequence
from translate.staging.state import CannotStage, State, Value
from translate.staging.trees import Replace, code, dotted, read_names, targets, unbroken, within

Pair = tuple[cst.BaseExpression, Info]


def static(state: State, node: Any) -> Any:
    """An expression as the constructor writes it."""

    def ask(part: cst.CSTNode) -> cst.CSTNode | None:
        if isinstance(part, cst.Subscript):
            size = shape_read(state, part)
            if size is not None:
                return size.expression
        if isinstance(part, cst.Comparison):
            found = optional(state, part)
            if found is not None:
                return part.with_changes(left=found[0].expression)
        if isinstance(part, cst.Attribute):
            value = static(state, part.value)
            return part if value is part.value else part.with_changes(value=value)
        if isinstance(part, cst.Call):
            return _static_call(state, part)
        if isinstance(part, cst.Name):
            return _static_name(state, part)
        if isinstance(part, cst.Lambda):
            return part
        if isinstance(part, cst.BaseComp) and part is not node:
            return _static_comprehension(state, part)
        return None

    if isinstance(node, cst.BaseComp):
        return _static_comprehension(state, node)
    answer = ask(node)
    return node.visit(Replace(ask)) if answer is None else answer


def _static_comprehension(state: State, node: Any) -> Any:
    """Its own variables hide those of the function."""
    env, part = state.env, node.for_in
    own: set[str] = set()
    while part is not None:
        own.update(targets(part.target))
        part = part.inner_for_in
    state.env = {**env, **{n: Value(frozenset()) for n in own}}
    try:
        return node.visit(Replace(lambda n: None if n is node else _static_part(state, n)))
    finally:
        state.env = env


def _static_part(state: State, node: cst.CSTNode) -> cst.CSTNode | None:
    return static(state, node) if isinstance(node, cst.BaseExpression) else None


def _static_name(state: State, node: cst.Name) -> cst.BaseExpression | None:
    value = state.env.get(node.value)
    if value is not None and value.model:
        return cst.Name("self")
    if value is not None and TENSOR in value.atoms:
        raise CannotStage(node, f"`{node.value}` exists only when the model runs")
    if value is None or value.slot is None:  # the definition itself, not a variable that may hold it
        for atom in Reading(state).atoms(node):
            if isinstance(atom, Function) and atom.name == node.value and atom in state.shared.class_names:
                return cst.Name(state.shared.class_names[atom])
    return node


def _static_call(state: State, node: cst.Call) -> cst.BaseExpression:
    atoms = Reading(state).atoms(node.func)
    makes = any(isinstance(a, Function) and a.staged for a in atoms)
    if (MAKER in atoms or makes) and not is_dynamic(state, node.func):
        return construct(state, node, None).expression
    arguments: list[cst.Arg] = []
    for argument in node.args:
        if argument in state.shared.vanishing.arguments:
            continue
        value = static(state, argument.value)
        arguments.append(argument if value is argument.value else argument.with_changes(value=value))
    func = static(state, node.func)
    from translate.staging.writing import written

    return written(node, func, arguments)


def dynamic(state: State, node: Any) -> Pair:
    """An expression as ``call`` writes it, and the size of its result."""
    if not is_dynamic(state, node):
        return needed(state, node), UNKNOWN
    if isinstance(node, cst.Name):
        value = state.env.get(node.value)
        return node, state.info(node.value) if value is not None else UNKNOWN
    handler = _HANDLERS.get(type(node))
    return handler(state, node) if handler is not None else (_parts(state, node), UNKNOWN)


def _parts(state: State, node: Any) -> Any:
    """Any other expression: its parts, one by one."""

    def ask(part: cst.CSTNode) -> cst.CSTNode | None:
        if part is node or not isinstance(part, cst.BaseExpression):
            return None
        return dynamic(state, part)[0]

    return node.visit(Replace(ask))


def _attribute(state: State, node: cst.Attribute) -> Pair:
    if node.attr.value in ("input", "inputs", "output", "outputs") and not is_dynamic(state, node.value):
        return of_model(state, node), UNKNOWN
    value, _ = dynamic(state, node.value)
    return (node if value is node.value else node.with_changes(value=value)), UNKNOWN


def _elements(state: State, node: cst.List | cst.Tuple) -> Pair:
    infos: list[Info] = []
    elements: list[cst.BaseElement] = []
    for element in node.elements:
        value, info = dynamic(state, element.value)
        infos.append(info if not isinstance(element, cst.StarredElement) else UNKNOWN)
        elements.append(element if value is element.value else element.with_changes(value=value))
    changed = any(a is not b for a, b in zip(elements, node.elements, strict=True))
    return (node.with_changes(elements=elements) if changed else node), sequence(infos)


def _binary(state: State, node: cst.BinaryOperation) -> Pair:
    left, one = dynamic(state, node.left)
    right, other = dynamic(state, node.right)
    same = left is node.left and right is node.right
    info = UNKNOWN if isinstance(node.operator, cst.MatrixMultiply) else elementwise(one, other)
    return (node if same else node.with_changes(left=left, right=right)), info


def _unary(state: State, node: cst.UnaryOperation) -> Pair:
    value, info = dynamic(state, node.expression)
    return (node if value is node.expression else node.with_changes(expression=value)), info


def _subscript(state: State, node: cst.Subscript) -> Pair:
    value, info = dynamic(state, node.value)
    changed = node.with_changes(value=value, slice=[s.visit(Replace(_slices(state))) for s in node.slice])
    index: Any = node.slice[0].slice
    found = UNKNOWN
    if len(node.slice) == 1 and isinstance(index, cst.Index) and info.items is not None:
        position = _position(index.value, len(info.items))
        found = info.items[position] if position is not None else UNKNOWN
    elif info.mirror is not None and _is_place(state, node):
        place = static(state, index.value)
        found = Info(info.mirror.item(place, _versions(state, node.value, place)))
    return changed, found


def _is_place(state: State, node: cst.Subscript) -> bool:
    """``[i]`` with a number that the constructor knows."""
    index: Any = node.slice[0].slice
    return len(node.slice) == 1 and isinstance(index, cst.Index) and not is_dynamic(state, index.value)


def _versions(state: State, owner: cst.BaseExpression, place: cst.BaseExpression) -> dict[str, int]:
    names = {n.value for n in read_names(owner)} | {n.value for n in read_names(place)}
    return {n: state.versions[n] for n in names if n in state.versions}


def _slices(state: State) -> Any:
    def ask(part: cst.CSTNode) -> cst.CSTNode | None:
        return dynamic(state, part)[0] if isinstance(part, cst.BaseExpression) else None

    return ask


def _position(node: cst.BaseExpression, count: int) -> int | None:
    sign = 1
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        node, sign = node.expression, -1
    if not isinstance(node, cst.Integer):
        return None
    position = sign * int(node.value)
    position = position + count if position < 0 else position
    return position if 0 <= position < count else None


def _conditional(state: State, node: cst.IfExp) -> Pair:
    """Layers of one side are made only where that side is taken."""
    if is_dynamic(state, node.test):
        test = dynamic(state, node.test)[0]
        body, one = dynamic(state, node.body)
        orelse, other = dynamic(state, node.orelse)
        return node.with_changes(test=test, body=body, orelse=orelse), _same(one, other)
    test, condition = needed(state, node.test), static(state, node.test)
    branch = Branch(cst.If(test=condition, body=cst.IndentedBlock([])), condition, Block(), Block())
    with state.writing(branch.then, state.cb):
        body, one = dynamic(state, node.body)
        then_slot = state.ib.slot()
    with state.writing(branch.orelse, state.cb):
        orelse, other = dynamic(state, node.orelse)
        else_slot = state.ib.slot()
    state.ib.add(branch)
    from translate.staging.joining import join

    info = join(state, one, other, then_slot, else_slot, "channels")
    return node.with_changes(test=test, body=body, orelse=orelse), info


def _same(one: Info, other: Info) -> Info:
    if one.size is not None and other.size is not None and one.size.text == other.size.text:
        return Info(one.size)
    return UNKNOWN


def _call(state: State, node: cst.Call) -> Pair:
    return apply(state, node)


def _comprehension(state: State, node: Any) -> Pair:
    """``[Dense(n)(x) for n in sizes]``: a list of layers, and one of what they give."""
    part = node.for_in
    if part.inner_for_in is not None or part.ifs or state.comprehension is not None or state.loops:
        raise CannotStage(node, "layers are made in a comprehension that cannot be separated")
    names = list(targets(part.target))
    env = dict(state.env)
    walked_dynamic = is_dynamic(state, part.iter)
    walked = dynamic(state, part.iter)[0] if walked_dynamic else None
    atoms = Reading(state).atoms(part.iter)
    for name in names:
        state.env[name] = Value(atoms, kept=cst.Name(name))
    state.comprehension = []
    try:
        element, info = dynamic(state, node.elt)
        made = state.comprehension
    finally:
        state.comprehension = None
        state.env = env
    if not made and walked is None:
        walked = needed(state, part.iter)
    if walked is not None:
        if made:
            raise CannotStage(node, "how many layers there are depends on tensors")
        return node.with_changes(elt=element, for_in=part.with_changes(iter=walked)), UNKNOWN
    if any(n.value in names for n in read_names(element)):
        raise CannotStage(node, "a comprehension mixes tensors and settings")
    count = _count(static(state, part.iter))
    total = (
        combine(Size(count), "*", info.size)
        if not any(n in (info.size.versions if info.size else ()) for n in names)
        else None
    )
    if info.size is not None and any(n.value in names for n in read_names(info.size.expression)):
        return _walked(state, node, element, made), UNKNOWN
    return _walked(state, node, element, made), Info(info.size, total)


def _count(walked: cst.BaseExpression) -> cst.BaseExpression:
    """How many there are."""
    if isinstance(walked, cst.Call) and code(walked.func) == "range" and len(walked.args) == 1:
        return walked.args[0].value
    return cst.parse_expression(f"len({code(walked)})")


def _walked(state: State, node: Any, element: Any, made: list[tuple[str, str, cst.BaseExpression]]) -> Any:
    """The constructor makes the lists, ``call`` walks them."""
    from translate.staging.trees import assign

    part = node.for_in
    for attribute, _, expression in made:
        inner = part.with_changes(iter=static(state, part.iter))
        state.ib.add(assign(f"self.{attribute}", cst.ListComp(expression, inner)))
    sources = [f"self.{a}" for a, _, _ in made]
    walked = sources[0] if len(sources) == 1 else f"zip({', '.join(sources)})"
    target = ", ".join(e for _, e, _ in made)
    head = cst.parse_expression(f"[0 for {target} in {walked}]")
    assert isinstance(head, cst.ListComp)
    return node.with_changes(elt=element, for_in=head.for_in)


def _lambda(state: State, node: cst.Lambda) -> Pair:
    raise CannotStage(node, "a lambda uses a tensor from outside")


def needed(state: State, node: Any) -> Any:
    """A static expression where ``call`` stands: names of the constructor become attributes."""
    if _only_constructor(state, node):
        return state.keep(static(state, node), "value")[0]

    def ask(part: cst.CSTNode) -> cst.CSTNode | None:
        if isinstance(part, cst.Attribute):
            value = needed(state, part.value)
            return part if value is part.value else part.with_changes(value=value)
        if isinstance(part, (cst.BaseComp, cst.Lambda)):
            own = {n for p in within(part, enter=True) if isinstance(p, cst.CompFor) for n in targets(p.target)}
            if any(n.value in state.env and n.value not in own for n in read_names(part)):
                return state.keep(static(state, part), "value")[0]
            return part
        if isinstance(part, cst.Call):
            return _needed_call(state, part)
        if isinstance(part, cst.Subscript) and (shape_read(state, part)) is not None:
            return part
        if isinstance(part, cst.Comparison) and optional(state, part) is not None:
            return part
        if isinstance(part, cst.Name):
            return state.needed(part)
        return None

    answer = ask(node)
    return node.visit(Replace(ask)) if answer is None else answer


def _needed_call(state: State, node: cst.Call) -> cst.BaseExpression:
    from translate.staging.writing import written

    arguments: list[cst.Arg] = []
    for argument in node.args:
        if argument in state.shared.vanishing.arguments:
            continue
        value = needed(state, argument.value)
        arguments.append(argument if value is argument.value else argument.with_changes(value=value))
    func = needed(state, node.func)
    return written(node, func, arguments)


def _only_constructor(state: State, node: cst.CSTNode) -> bool:
    """Whether an expression makes layers or calls functions that only the constructor has."""
    reading = Reading(state)
    for part in within(node):
        if isinstance(part, cst.Call):
            atoms = reading.atoms(part.func)
            if MAKER in atoms or any(isinstance(a, Function) and (a.staged or a.parent is not None) for a in atoms):
                return True
        if isinstance(part, cst.Name) and not isinstance(node, cst.Name):
            continue
    return False


def _comparison(state: State, node: cst.Comparison) -> Pair:
    left = dynamic(state, node.left)[0]
    found = [
        t if (value := dynamic(state, t.comparator)[0]) is t.comparator else t.with_changes(comparator=value)
        for t in node.comparisons
    ]
    return node.with_changes(left=left, comparisons=found), UNKNOWN


_HANDLERS: dict[Any, Any] = {
    cst.Attribute: _attribute,
    cst.List: _elements,
    cst.Tuple: _elements,
    cst.BinaryOperation: _binary,
    cst.UnaryOperation: _unary,
    cst.Subscript: _subscript,
    cst.IfExp: _conditional,
    cst.Call: _call,
    cst.ListComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.Lambda: _lambda,
    cst.Comparison: _comparison,
}
__all__ = ["APPLIED", "dotted", "dynamic", "needed", "static", "unbroken"]
