"""Running one side on given numbers: outputs and gradients as NumPy arrays, in the source's order of axes."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, cast

import numpy as np

from translate.verify import axes
from translate.verify.compare import Array
from translate.weights import Pair

Cotangents = Callable[[str, tuple[int, ...]], Array]
"""From the path and shape (the source's) of an output to the weights of its elements in the sum that is derived."""

Blamed = Callable[[], AbstractContextManager[None]]
"""A context that turns the exceptions of a model into UserError."""


@dataclass(frozen=True)
class Run:
    """What came out."""

    outputs: dict[str, Array]
    """By path: ``output``, ``output[1]``, ``output['logits']``. In the order of axes of the side that ran."""
    input_gradients: dict[int, Array] = field(default_factory=dict[int, Array])
    """By the number of the input, in the source's order of axes."""
    weight_gradients: dict[str, Array] = field(default_factory=dict[str, Array])
    """By the path of the parameter, in PyTorch's form."""


def leaves(value: Any, path: str = "output") -> Iterator[tuple[str, Any]]:
    """The tensors and numbers in nested lists, tuples, mappings and dataclasses, with their paths. None is nothing."""
    if value is None:
        return
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[Any, Any]", value).items():
            yield from leaves(inner, f"{path}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(cast("Sequence[Any]", value)):
            yield from leaves(inner, f"{path}[{index}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for one in dataclasses.fields(value):
            yield from leaves(getattr(value, one.name), f"{path}.{one.name}")
    else:
        yield path, value


def run_source(
    model: Any,
    arrays: Sequence[Array],
    dtype: str,
    blamed: Blamed,
    *,
    training: bool = False,
    cotangents: Cotangents | None = None,
) -> Run:
    """Call a PyTorch model (or function) on ``arrays``; float ones are given as ``dtype``.

    What the model raises comes out as ``blamed`` makes it.
    """
    torch: Any = import_module("torch")
    if isinstance(model, torch.nn.Module):
        model.train(training)
    starts = [torch.as_tensor(a.astype(dtype) if a.dtype.kind == "f" else a) for a in arrays]
    with torch.set_grad_enabled(cotangents is not None):
        floats = {i: x for i, x in enumerate(starts) if cotangents is not None and x.is_floating_point()}
        for x in floats.values():
            x.requires_grad_()
        # A copy, because a model may write into its input, which autograd forbids for one that is derived by.
        with blamed():
            found = dict(leaves(model(*[x.clone() for x in starts])))
    outputs = {path: _torch_array(value) for path, value in found.items()}
    if cotangents is None:
        return Run(outputs)

    named = dict(model.named_parameters()) if isinstance(model, torch.nn.Module) else {}
    parameters = {path: p for path, p in named.items() if p.requires_grad}
    total = sum(
        (value * torch.as_tensor(cotangents(path, tuple(value.shape)).astype(dtype))).sum()
        for path, value in found.items()
        if isinstance(value, torch.Tensor) and value.is_floating_point() and value.requires_grad
    )
    by = [*floats.values(), *parameters.values()]
    derived: Any = isinstance(total, torch.Tensor) and by
    with blamed():
        gradients = torch.autograd.grad(total, by, allow_unused=True) if derived else [None] * len(by)
    arrays_out = [
        np.zeros(tuple(x.shape), dtype) if g is None else _torch_array(g) for x, g in zip(by, gradients, strict=True)
    ]
    return Run(
        outputs,
        dict(zip(floats, arrays_out, strict=False)),
        dict(zip(parameters, arrays_out[len(floats) :], strict=True)),
    )


def _torch_array(value: Any) -> Array:
    return value.detach().resolve_conj().numpy().copy() if hasattr(value, "detach") else np.asarray(value)


def run_target(
    model: Any,
    arrays: Sequence[Array],
    orders: Sequence[axes.Order],
    dtype: str,
    blamed: Blamed,
    *,
    training: bool = False,
    cotangents: Cotangents | None = None,
    output_orders: Mapping[str, axes.Order] | None = None,
    pairs: Sequence[Pair] = (),
) -> Run:
    """Call a Keras model (or function) on ``arrays``, given in the source's order of axes.

    Gradients need ``output_orders`` and the ``pairs`` of all parameters to derive by.
    """
    tf: Any = import_module("tensorflow")
    starts = [
        tf.convert_to_tensor(a.transpose(o).copy(), dtype=dtype if a.dtype.kind == "f" else a.dtype)
        for a, o in zip(arrays, orders, strict=True)
    ]
    if cotangents is None:
        with blamed():
            found = dict(leaves(_call(model, starts, training)))
        return Run({path: _keras_array(value) for path, value in found.items()})
    floats = {i: x for i, x in enumerate(starts) if x.dtype.is_floating}
    with blamed(), tf.GradientTape() as tape:
        for x in floats.values():
            tape.watch(x)
        found = dict(leaves(_call(model, starts, training)))
    outputs = {path: _keras_array(value) for path, value in found.items()}

    derived = {p: v for p, v in found.items() if tf.is_tensor(v) and v.dtype.is_floating}
    weights: list[Any] = []
    for path, value in derived.items():
        order = (output_orders or {}).get(path, axes.same(value.ndim))
        shape = tuple(value.shape[i] for i in axes.inverse(order))
        weights.append(tf.convert_to_tensor(cotangents(path, shape).transpose(order), dtype=value.dtype))
    by = [*floats.values(), *[p.target.value for p in pairs]]
    with blamed():
        gradients = tape.gradient(list(derived.values()), by, output_gradients=weights) if derived else [None] * len(by)
    found_gradients = [
        np.zeros(tuple(x.shape), dtype) if g is None else _keras_array(tf.convert_to_tensor(g))
        for x, g in zip(by, gradients, strict=True)
    ]
    return Run(
        outputs,
        {i: g.transpose(axes.inverse(orders[i])) for i, g in zip(floats, found_gradients, strict=False)},
        {p.path: p.from_target(g) for p, g in zip(pairs, found_gradients[len(floats) :], strict=True)},
    )


def _call(model: Any, tensors: Sequence[Any], training: bool) -> Any:
    keras: Any = import_module("keras")
    if isinstance(model, keras.Layer) or "training" in inspect.signature(model).parameters:
        return model(*tensors, training=training)
    return model(*tensors)


def _keras_array(value: Any) -> Array:
    return np.array(value.numpy()) if hasattr(value, "numpy") else np.asarray(value)
