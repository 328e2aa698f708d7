"""What expressions hold, at the place where they stand."""

from __future__ import annotations

from typing import Any

import libcst as cst

from translate.staging.functions import NOTHING, SHAPES, STATIC, TENSOR, Atoms
from translate.staging.holding import FunctionReading
from translate.staging.sizes import Size
from translate.staging.state import State
from translate.staging.trees import dotted, within


class Reading(FunctionReading):
    """The same questions as of the whole function, answered by what names hold now."""

    def __init__(self, state: State) -> None:
        super().__init__(state.program, state.current)
        self.state = state

    def _name(self, name: str) -> Atoms:
        value = self.state.env.get(name)
        return super()._name(name) if value is None else value.atoms

    def _comprehension(self, node: cst.BaseComp) -> Atoms:
        env = self.state.env
        self.state.env = dict(env)
        try:
            part: cst.CompFor | None = node.for_in
            while part is not None:
                from translate.staging.state import Value
                from translate.staging.trees import targets

                atoms = self.atoms(part.iter)
                for name in targets(part.target):
                    self.state.env[name] = Value(atoms)
                part = part.inner_for_in
            return self._children(node)
        finally:
            self.state.env = env

    def atoms(self, node: cst.CSTNode) -> Atoms:
        if isinstance(node, cst.Subscript) and shape_read(self.state, node) is not None:
            return NOTHING
        if isinstance(node, cst.Comparison):
            return NOTHING if optional(self.state, node) is not None else self._children(node)
        if isinstance(node, cst.Lambda):
            return frozenset({TENSOR}) if self._captures(node) else NOTHING
        if isinstance(node, cst.IfExp):
            test = self.atoms(node.test)
            return super().atoms(node) | (test & {TENSOR})
        return super().atoms(node)

    def _captures(self, node: cst.Lambda) -> bool:
        """Whether a lambda uses a tensor that is not its own."""
        own = {p.name.value for p in node.params.params}
        from translate.staging.trees import read_names

        return any(TENSOR in self._name(n.value) for n in read_names(node.body) if n.value not in own)

    def _attribute(self, node: cst.Attribute) -> Atoms:
        if node.attr.value in SHAPES and TENSOR in self.atoms(node.value):
            return frozenset({TENSOR})
        return super()._attribute(node)

    def _called(self, node: cst.Call) -> Atoms:
        asks = (dotted(node.func) or "").rpartition(".")[2] in STATIC
        if asks and any(TENSOR in self.atoms(a.value) for a in node.args):
            return frozenset({TENSOR})
        return super()._called(node)


def is_dynamic(state: State, node: cst.CSTNode) -> bool:
    """Whether an expression can be computed only when the model runs."""
    return TENSOR in Reading(state).atoms(node)


def optional(state: State, node: cst.Comparison) -> tuple[Size, cst.Comparison] | None:
    """``p is None`` for a tensor whose size tells: without a tensor it is None too."""
    if len(node.comparisons) != 1 or not isinstance(node.left, cst.Name):
        return None
    if not isinstance(node.comparisons[0].operator, (cst.Is, cst.IsNot)):
        return None
    right = node.comparisons[0].comparator
    value = state.env.get(node.left.value)
    if value is None or TENSOR not in value.atoms or not (isinstance(right, cst.Name) and right.value == "None"):
        return None
    size = state.info(node.left.value).size
    return None if size is None else (size, node)


def shape_read(state: State, node: cst.Subscript) -> Size | None:
    """The size that ``x.shape[-1]`` reads, if it is the last axis' and known."""
    tensor = _whose_shape(node.value)
    if tensor is None or len(node.slice) != 1 or not isinstance(tensor, cst.Name):
        return None
    value = state.env.get(tensor.value)
    index: Any = node.slice[0].slice
    if value is None or TENSOR not in value.atoms or not isinstance(index, cst.Index):
        return None
    axis = _axis(state, index.value)
    if axis != -1 and not (axis == 3 and not _sees_volumes(state)):
        return None
    return state.info(tensor.value).size


def _sees_volumes(state: State) -> bool:
    """Whether the fourth axis may be one of space."""
    return any(isinstance(n, cst.Name) and n.value.endswith("3D") for n in within(state.function.node, enter=True))


def _whose_shape(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """x of ``x.shape``, ``K.int_shape(x)``, ``x.get_shape().as_list()``."""
    if isinstance(node, cst.Attribute) and node.attr.value in ("shape", "_keras_shape"):
        return node.value
    if not isinstance(node, cst.Call):
        return None
    if (dotted(node.func) or "").rpartition(".")[2] == "int_shape" and len(node.args) == 1:
        return node.args[0].value
    if isinstance(node.func, cst.Attribute) and not node.args:
        if node.func.attr.value == "as_list":
            return _whose_shape(node.func.value)
        if node.func.attr.value == "get_shape":
            return node.func.value
    return None


def _axis(state: State, node: cst.BaseExpression) -> int | None:
    if isinstance(node, cst.Name):
        value = state.env.get(node.value)
        if value is None or value.literal is None:
            return None
        node = value.literal
    if isinstance(node, cst.Integer):
        return int(node.value)
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        inner = node.expression
        return -int(inner.value) if isinstance(inner, cst.Integer) else None
    return None
