"""In which order a PyTorch module calls what is inside of it: found out by running it."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from translate.weights import keras_layers

Calls = Mapping[int, int]
"""From the identity of a module to the number of its first call."""
_SIZES = (64, 32, 224, 8)


@contextmanager
def recorded_calls(module: Any) -> Generator[dict[int, int]]:
    """The order of first calls while the context is active; ``module`` may be a plain function."""
    calls: dict[int, int] = {}
    modules = list(module.modules()) if hasattr(module, "modules") else []

    def note(called: Any, _: Any) -> None:
        calls.setdefault(id(called), len(calls))

    handles = [m.register_forward_pre_hook(note) for m in modules]
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def calls_on(module: Any, inputs: Sequence[Any]) -> Calls:
    """Run a module once on ``inputs``, in evaluation mode."""
    torch: Any = import_module("torch")
    modes = [(m, m.training) for m in module.modules()]
    module.eval()
    try:
        with torch.no_grad(), recorded_calls(module) as calls:
            module(*inputs)
    finally:
        for one, mode in modes:
            one.training = mode
    return calls


def guessed_calls(module: Any, layer: Any) -> Calls:
    """The same on zeros of the shapes that a Keras model says it takes; empty if it does not say, or if none do."""
    for inputs in guesses(layer):
        try:
            return calls_on(module, inputs)
        except Exception:  # the user's code may raise anything about zeros of a size that it does not want
            continue
    return {}


def guesses(layer: Any) -> Iterator[list[Any]]:
    """Tensors of zeros that the translation of a Keras model may take, from what the model says that it takes."""
    torch: Any = import_module("torch")
    tensors: Sequence[Any] = getattr(layer, "inputs", None) or []
    if not tensors or not all(keras_layers.keras().utils.is_keras_tensor(t) for t in tensors):
        return
    # only where a number is left open do the sizes make a difference
    is_open = any(size is None for t in tensors for size in t.shape[1:])
    for size, images, sequences in itertools.product(_SIZES if is_open else _SIZES[:1], (True, False), (False, True)):
        found: list[Any] = []
        for tensor in tensors:
            shape = [1, *(size if n is None else n for n in tensor.shape[1:])]
            if (len(shape) >= 4 and images) or (len(shape) == 3 and sequences):
                shape.insert(1, shape.pop())
            dtype = torch.get_default_dtype() if "float" in str(tensor.dtype) else torch.int64
            found.append(torch.zeros(shape, dtype=dtype))
        yield found
