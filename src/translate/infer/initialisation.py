"""Weight initialisation by hand, which cannot work before Keras has built the weights: it is left out."""

from __future__ import annotations

import libcst as cst

from translate.infer.dotted import walk
from translate.infer.roles import role, role_member
from translate.infer.state import State
from translate.infer.values import Api

LEFT_OUT = (
    "weight initialisation was left out: Keras makes its weights at the first call; set initializers on the layers"
)


def only_initialises(state: State, body: cst.BaseSuite, inside: bool = False) -> bool:
    """Whether a block does nothing but set initial values of weights."""
    verdicts = [_statement(state, s) for s in body.body]
    return False not in verdicts and True in verdicts


def initialises(state: State, statement: cst.If) -> bool:
    """Whether a condition guards nothing but initial values of weights."""
    return _statement(state, statement) is True


def _statement(state: State, statement: cst.CSTNode) -> bool | None:
    """True: sets weights; None: does nothing of note; False: does something else."""
    if isinstance(statement, cst.SimpleStatementLine):
        verdicts = [_small(state, s) for s in statement.body]
    elif isinstance(statement, cst.If):
        verdicts = [_block(state, statement.body)]
        if statement.orelse is not None:
            follows = statement.orelse
            verdicts.append(_statement(state, follows) if isinstance(follows, cst.If) else _block(state, follows.body))
    elif isinstance(statement, (cst.For, cst.With)):
        verdicts = [_block(state, statement.body)]
    else:
        return False
    return False if False in verdicts else (True if True in verdicts else None)


def _block(state: State, body: cst.BaseSuite) -> bool | None:
    verdicts = [_statement(state, s) for s in body.body]
    return False if False in verdicts else (True if True in verdicts else None)


def _small(state: State, statement: cst.BaseSmallStatement) -> bool | None:
    if isinstance(statement, cst.Expr):
        if sets_weights(state, statement.value):
            return True
        return None if isinstance(statement.value, cst.BaseString) else False
    if isinstance(statement, cst.Assign):
        target = statement.targets[0].target
        if _names_weight(state, target):
            return True
        return None if isinstance(target, (cst.Name, cst.Tuple)) else False
    return None if isinstance(statement, (cst.Pass, cst.Continue, cst.AugAssign)) else False


def sets_weights(state: State, node: cst.BaseExpression) -> bool:
    """``nn.init.zeros_(m.bias)``, ``m.weight.data.normal_(0, 1)``, ``self.apply(init)``."""
    if not isinstance(node, cst.Call):
        return False
    function = node.func
    name = _dotted(function)
    if name is not None:
        from translate.infer.expressions import look_up

        head, _, rest = name.partition(".")
        value = look_up(state, head)
        if isinstance(value, Api):
            full = value.name + ("." + rest if rest else "")
            if role(state, full) == "initialiser" or role(state, full.rpartition(".")[0]) == "initialiser":
                return True
            if full.endswith("_") and not full.startswith("builtins.") and node.args:
                return _names_weight(state, node.args[0].value)
    if isinstance(function, cst.Attribute):
        if role_member(state, function.attr.value) == "apply" and len(node.args) == 1:
            return True
        return function.attr.value.endswith("_") and _names_weight(state, function.value)
    return False


def _dotted(node: cst.BaseExpression) -> str | None:
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        prefix = _dotted(node.value)
        return None if prefix is None else f"{prefix}.{node.attr.value}"
    return None


def _names_weight(state: State, node: cst.BaseExpression) -> bool:
    """Whether an expression is a weight of some module, ``m.bias`` or ``conv.weight.data[0]``."""
    found = {n.attr.value for n in walk(node) if isinstance(n, cst.Attribute)}
    return any(role_member(state, name) == "weight" for name in found)


def walks_modules(state: State, node: cst.BaseExpression) -> bool:
    """``self.modules()``, ``self.named_parameters()`` in the head of a loop."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return False
    return role_member(state, node.func.attr.value) in ("walk", "children", "named_children")


def drop(state: State, node: cst.CSTNode) -> None:
    """Leaves out the statement that is being read."""
    state.report(state.statements[-1], "N201", LEFT_OUT)
    state.record(state.facts.dropped, state.statements[-1], "N201")
