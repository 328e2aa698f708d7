"""``x.to(...)``: a device vanishes, a dtype stays."""

from __future__ import annotations

import libcst as cst

from translate.infer.along_axes import like
from translate.infer.binding import Bound
from translate.infer.hooks.common import code, first_placeholder, viewed, write
from translate.infer.state import Operand, State
from translate.infer.values import Api, Const, Tensor, Value
from translate.rules import Rule


def to(state: State, node: cst.Call, rule: Rule, bound: Bound) -> Value:
    first = bound.first()
    x = first_placeholder(bound)
    result = viewed(like(state.tensor(first)), first)
    operands = [*bound.stars.get("args", []), *([bound.operands["dtype"]] if "dtype" in bound.operands else [])]
    kept = [o for o in operands if not _is_device(o)]
    if not kept:
        write(state, node, rule, bound, x)
        return result
    if len(kept) > 1 or kept[0].node is None:
        state.report(node, "T102", "torch.Tensor.to is not translated with these arguments")
        return result
    target = kept[0]
    placeholder = (
        "{dtype}" if bound.operands.get("dtype") is target else f"{{args.{bound.stars['args'].index(target)}}}"
    )
    if isinstance(target.value, Tensor):
        placeholder += ".dtype"
    elif not _is_dtype(target):
        state.report(node, "T102", "torch.Tensor.to: it is not known whether the argument is a device or a dtype")
        return result
    write(state, node, rule, bound, f"keras.ops.cast({x}, {placeholder})")
    return result


def _is_device(operand: Operand) -> bool:
    text = code(operand.node) if operand.node is not None else ""
    return (
        isinstance(operand.value, Const) and isinstance(operand.value.value, (str, int))
    ) or "device" in text.lower()


def _is_dtype(operand: Operand) -> bool:
    text = code(operand.node) if operand.node is not None else ""
    return isinstance(operand.value, Api) or text.rpartition(".")[2].endswith("dtype")
