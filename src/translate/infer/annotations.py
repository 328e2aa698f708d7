"""What the annotation of a parameter tells of it."""

from __future__ import annotations

import libcst as cst

from translate.infer.dotted import names
from translate.infer.elsewhere import resolved
from translate.infer.state import State
from translate.infer.values import OPAQUE, UNKNOWN, Api, Class, Sequence, Tensor, Value

_PLAIN = {
    "int",
    "float",
    "bool",
    "str",
    "bytes",
    "dict",
    "Dict",
    "Callable",
    "None",
    "slice",
    "type",
    "Type",
    "Literal",
}
_LISTS = {"list", "List", "Sequence", "Iterable", "tuple", "Tuple"}
_EITHER = {"Optional", "Union"}


def typed(state: State, node: cst.BaseExpression | None, tensor: Tensor) -> Value:
    """What a parameter can be by its annotation: ``tensor`` unless the annotation tells otherwise."""
    if node is None or any(isinstance(c, cst.SimpleString) for c in [node, *node.children]):
        return tensor
    named = names(node)
    tensors = {n for n in named if _is_tensor(state, n)}
    if tensors:
        base = node.value if isinstance(node, cst.Subscript) else node
        several = isinstance(base, cst.Name) and base.value in _LISTS
        return Sequence("list", [], tensor) if several and named <= _LISTS | tensors else tensor
    if named <= _PLAIN | _LISTS | _EITHER and named & _PLAIN:
        return OPAQUE
    if named <= {"Callable", "Optional", "Union", "nn", "torch", "Module", "type", "Type"} and "Module" in named:
        return UNKNOWN
    rest = named - _PLAIN - _LISTS - _EITHER
    return UNKNOWN if rest and all(_is_class(state, n) for n in rest) else tensor


def _is_tensor(state: State, name: str) -> bool:
    value = state.module.get(name)
    tensor = state.dialect.tensor
    return name == tensor.rpartition(".")[2] or (isinstance(value, Api) and value.name == tensor)


def _is_class(state: State, name: str) -> bool:
    """A class of the file or of another library."""
    value = resolved(state, state.module.get(name, UNKNOWN))
    if isinstance(value, Api):
        return not state.dialect.is_source(value.name) and not value.name.startswith("typing.") and name[:1].isupper()
    return isinstance(value, Class)
