"""Inputs and models of functional code: what ``call`` takes, and what it gives back."""

from __future__ import annotations

import libcst as cst

from translate.staging.applying import of_model
from translate.staging.expressions import dynamic, static
from translate.staging.functions import TENSOR
from translate.staging.reading import is_dynamic
from translate.staging.sizes import UNKNOWN, Info, product
from translate.staging.state import CannotStage, State, Value
from translate.staging.table import MODEL
from translate.staging.trees import code


def is_model(state: State, value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Call) and state.program.framework_name(value.func, state.current) == MODEL


def build_model(state: State, value: cst.Call, node: cst.SimpleStatementLine) -> None:
    """``Model(inputs, outputs)``: what ``call`` takes and gives back."""
    by_name = {a.keyword.value: a.value for a in value.args if a.keyword is not None}
    plain = [a.value for a in value.args if a.keyword is None and not a.star]
    inputs = by_name.get("inputs", by_name.get("input", plain[0] if plain else None))
    outputs = by_name.get("outputs", by_name.get("output", plain[1] if len(plain) > 1 else None))
    if inputs is None or outputs is None or state.loops:
        raise CannotStage(node, "a model whose inputs and outputs are not said")
    found = list(_inputs(state, inputs))
    if state.inputs and state.inputs != found:
        raise CannotStage(node, "a function that builds several models")
    state.inputs = found
    if isinstance(outputs, cst.List) and len(outputs.elements) == 1:  # Keras gives the one tensor then
        outputs = outputs.elements[0].value
    written, info = dynamic(state, outputs)
    state.returns.append((info, state.ib.slot()))
    blank = [line for line in node.leading_lines if line.comment is None]  # comments speak of `Model`
    state.cb.add(cst.SimpleStatementLine([cst.Return(written)], leading_lines=blank))
    state.model_lines.add(node)


def _inputs(state: State, node: cst.BaseExpression) -> list[str]:
    """The variables that hold the model's inputs."""
    if isinstance(node, cst.Name):
        value = state.env.get(node.value)
        if value is not None and value.inputs:
            return list(value.inputs)
    if isinstance(node, (cst.List, cst.Tuple)):
        return [n for e in node.elements for n in _inputs(state, e.value)]
    if isinstance(node, cst.Attribute) and node.attr.value in ("input", "inputs") and isinstance(node.value, cst.Name):
        written = of_model(state, node)
        assert isinstance(written, cst.Name)
        return [written.value]
    raise CannotStage(node, f"`{code(node)}` is not made by `Input` in the same function")


def take_input(state: State, name: str, call: cst.Call) -> None:
    if state.loops or state.function.kind != "builder":
        raise CannotStage(call, "inputs that are made in a loop, or where no model is")
    value = Value(frozenset({TENSOR}), _input_info(state, call), inputs=(name,))
    value.slot = state.ib.slot()
    state.bind(name, value)


def _input_info(state: State, call: cst.Call) -> Info:
    shape: cst.BaseExpression | None = None
    for index, argument in enumerate(call.args):
        if (argument.keyword is None and index == 0) or (
            argument.keyword is not None and argument.keyword.value in ("shape", "batch_shape", "batch_input_shape")
        ):
            shape = argument.value
    if isinstance(shape, (cst.Tuple, cst.List)) and shape.elements:
        last = shape.elements[-1].value
        if is_open(state, last):
            return UNKNOWN
        known = [state.size(static(state, e.value)) for e in shape.elements if not is_open(state, e.value)]
        flat = product(known) if len(known) == len(shape.elements) and "batch" not in code(call) else None
        return Info(state.size(static(state, last)), flat=flat)
    if isinstance(shape, (cst.Name, cst.Attribute)):
        if isinstance(shape, cst.Name) and (known := state.env.get(shape.value)) and known.literal is not None:
            return UNKNOWN
        return Info(state.size(cst.parse_expression(f"{code(shape)}[-1]")))
    return UNKNOWN


def is_open(state: State, node: cst.BaseExpression) -> bool:
    return (isinstance(node, cst.Name) and node.value == "None") or is_dynamic(state, node)
