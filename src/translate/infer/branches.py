"""Branches: both ways are read, and what they leave is brought together."""

from __future__ import annotations

import ast

import libcst as cst

from translate.infer.dotted import walk
from translate.infer.expressions import called, evaluate
from translate.infer.initialisation import drop, initialises
from translate.infer.narrowing import narrowed
from translate.infer.references import is_direct
from translate.infer.state import State
from translate.infer.values import Api, Tensor, Value, image, join, options, source


def branch(state: State, node: cst.If) -> None:
    """``if``: both ways, unless it is known which one is taken."""
    if state.recording and initialises(state, node):
        drop(state, node)
        return
    taken = decided(state, node.test)
    if taken is None:
        _either(state, node)
        return
    state.record(state.facts.decided, node, taken)
    live = node.body if taken else node.orelse
    if isinstance(live, cst.If):
        state.statements.append(live)
        branch(state, live)
        state.statements.pop()
    elif live is not None:
        state.execute(live.body if isinstance(live, cst.Else) else live)


def decided(state: State, test: cst.BaseExpression) -> bool | None:
    """What a test is known to give, since rules say what it asks for (``torch.jit.is_scripting()``: never)."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        inner = decided(state, test.expression)
        return None if inner is None else not inner
    if isinstance(test, cst.BooleanOperation):
        both = decided(state, test.left), decided(state, test.right)
        ends = isinstance(test.operator, cst.Or)
        if ends in both:
            return ends
        return None if None in both else not ends
    for rule in state.rules.find(_asked(state, test)):
        if rule.data.get("role") == "constant":
            return bool(ast.literal_eval(rule.write or "None"))
    return None


def _asked(state: State, test: cst.BaseExpression) -> str:
    """The name of what a test calls, or of the attribute of a tensor that it looks at."""
    if isinstance(test, cst.Call) and is_direct(state, test.func):
        asked, _ = called(state, test.func)
        return asked.name if isinstance(asked, Api) else ""
    if isinstance(test, cst.Attribute) and isinstance(test.value, cst.Name):
        tensors = all(isinstance(o, Tensor) for o in options(evaluate(state, test.value)))
        return f"{state.dialect.tensor}.{test.attr.value}" if tensors else ""
    return ""


def _either(state: State, node: cst.If) -> None:
    evaluate(state, node.test)
    names = state.frame.names
    before = dict(names)
    with narrowed(state, node.test, True) as possible, Branch(state, node):
        if possible:
            state.execute(node.body)
        else:
            _unreachable(state, node.body)
    yes, left = dict(state.frame.names), leaves(node.body) or not possible
    state.frame.names = names = dict(before)
    otherwise = True
    if node.orelse is not None:
        with narrowed(state, node.test, False) as otherwise, Branch(state, node.orelse):
            if not otherwise:
                _unreachable(state, node.orelse)
            elif isinstance(node.orelse, cst.If):
                state.followed.add(node.orelse)
                state.statements.append(node.orelse)
                branch(state, node.orelse)
                state.statements.pop()
            else:
                state.execute(node.orelse.body)
    no = dict(state.frame.names)
    if left:
        state.frame.names = no
    elif not otherwise or (isinstance(node.orelse, cst.Else) and leaves(node.orelse.body)):
        state.frame.names = yes
    else:
        _harmonise(state, node, yes, no)
        state.frame.names = merge(yes, no)


def _unreachable(state: State, way: cst.If | cst.Else | cst.BaseSuite) -> None:
    """Not with what is known here; unless another call gets there, nothing is known of it."""
    if not state.recording:
        return
    if isinstance(way, cst.If):
        state.given_up.append((way, (*state.statements, way)))
        return
    block = way.body if isinstance(way, cst.Else) else way
    for statement in block.body:
        if isinstance(statement, _STATEMENTS) and any(isinstance(n, _WORK) for n in walk(statement)):
            state.given_up.append((statement, (*state.statements, statement)))


_WORK = (cst.Call, cst.Subscript, cst.Attribute, cst.BinaryOperation)
"""Without one of these, nothing is done to a tensor."""
_STATEMENTS = (cst.SimpleStatementLine, cst.BaseCompoundStatement)


def _harmonise(state: State, node: cst.If, yes: dict[str, Value], no: dict[str, Value]) -> None:
    """A tensor that is an image after one branch only is made one after the other too."""
    for name in yes.keys() & no.keys():
        a, b = yes[name], no[name]
        if not (isinstance(a, Tensor) and isinstance(b, Tensor)) or a is b or a.is_image == b.is_image:
            continue
        rank = a.rank if a.is_image else b.rank
        if rank is None or a.undecided or b.undecided or (b.rank if a.is_image else a.rank) != rank:
            continue
        other = node.orelse.body if isinstance(node.orelse, cst.Else) else None
        # the branch in the source's order is turned, unless it is empty: then the image is turned back
        block, names = (other, no) if a.is_image else (node.body, yes)
        axes, value = state.dialect.to_image(rank), image(rank)
        if block is None:
            block, names, axes, value = node.body, yes, state.dialect.to_source(rank), source(rank)
        names[name] = value
        known = state.facts.appended.get(block, ())
        if state.recording and (name, axes) not in known:
            state.facts.appended[block] = (*known, (name, axes))
            state.facts.touched.update(state.statements)


def leaves(body: cst.BaseSuite) -> bool:
    """Whether a block ends by leaving the function or the loop."""
    if not body.body:
        return False
    last = body.body[-1]
    if isinstance(last, cst.SimpleStatementLine):
        return isinstance(last.body[-1], (cst.Return, cst.Raise, cst.Continue, cst.Break))
    if isinstance(last, cst.If) and isinstance(last.orelse, cst.Else):
        return leaves(last.body) and leaves(last.orelse.body)
    return False


def merge(a: dict[str, Value], b: dict[str, Value]) -> dict[str, Value]:
    merged = dict(a)
    for name, value in b.items():
        merged[name] = value if name not in a or a[name] is value else join(a[name], value)
    return merged


class Branch:
    """Marks what happens within as happening perhaps."""

    def __init__(self, state: State, node: object) -> None:
        self.state, self.node = state, node

    def __enter__(self) -> None:
        self.state.frame.branches = (*self.state.frame.branches, self.node)

    def __exit__(self, *_: object) -> None:
        self.state.frame.branches = self.state.frame.branches[:-1]
