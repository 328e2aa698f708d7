"""Keras on PyTorch: both sides of a comparison are then in one framework."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from importlib import import_module
from typing import Any
from unittest import mock

from translate.verify.backends.base import Active, Backend, Derivation, Program
from translate.verify.compare import Array
from translate.verify.divergence.trace import Trace
from translate.weights import keras_layers


class Torch(Backend):
    name = "torch"

    def __init__(self) -> None:
        self._torch: Any = import_module("torch")
        self._device: Any = import_module("keras.src.backend.torch.core").get_device

    def tensor(self, array: Array) -> Any:
        return self._torch.as_tensor(array, device=self._device())

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, self._torch.Tensor)

    def has_numbers(self, tensor: Any) -> bool:
        return tensor.device.type != "meta"

    def is_float(self, tensor: Any) -> bool:
        return tensor.is_floating_point()

    def array(self, value: Any) -> Array:
        if self.is_tensor(value):
            return value.detach().resolve_conj().cpu().numpy().copy()
        return super().array(value)

    def run(self, program: Program, inputs: Sequence[Any]) -> dict[str, Any]:
        with self._torch.no_grad():
            return program(inputs)

    def derive(
        self, program: Program, inputs: Sequence[Any], variables: Sequence[Any], trace: Trace | None
    ) -> Derivation:
        torch = self._torch
        with torch.enable_grad():
            floats = [x.requires_grad_() for x in inputs if x is not None and self.is_float(x)]
            # a copy: a model may write into its input, which autograd forbids for one that is derived by
            found = program([None if x is None else x.clone() for x in inputs])
        derived = {p: v for p, v in found.items() if self.is_tensor(v) and self.is_float(v) and v.requires_grad}
        by = [*floats, *map(keras_layers.tensor, variables)]

        def gradients(weights: Mapping[str, Array]) -> list[Array | None]:
            every = [*by, *(trace.derived() if trace else [])]
            wanted = [x for x in every if x.requires_grad]  # autograd refuses others
            if not derived or not wanted:
                return [None] * len(every)
            given = [torch.as_tensor(weights[p], dtype=v.dtype, device=v.device) for p, v in derived.items()]
            result = torch.autograd.grad(list(derived.values()), wanted, given, allow_unused=True)
            known = {id(x): g for x, g in zip(wanted, result, strict=True)}
            return [None if known.get(id(x)) is None else self.array(known[id(x)]) for x in every]

        return Derivation(found, gradients)

    def is_derived(self, tensor: Any) -> bool:
        return tensor.requires_grad

    def apart(self, tensor: Any) -> Any:
        return tensor.clone() if tensor.requires_grad else tensor

    @contextmanager
    def exact(self, active: Active) -> Generator[None]:
        """What PyTorch needs in float64 is done for the other side already, but for kernels in Keras' order of axes."""
        owner, names = self._torch.nn.functional, ("conv1d", "conv2d", "conv3d")

        def convolution(original: Callable[..., Any]) -> Callable[..., Any]:
            def convolve(input: Any, weight: Any, *arguments: Any, **keywords: Any) -> Any:
                # on the CPU, the float64 kernel cannot be derived by a view of the weights
                return original(input, weight.contiguous() if active() else weight, *arguments, **keywords)

            return convolve

        with ExitStack() as stack:
            for name in names:
                stack.enter_context(mock.patch.object(owner, name, convolution(getattr(owner, name))))
            yield

    def wide_source(self, active: Active) -> AbstractContextManager[None]:
        return nullcontext()


def make() -> Backend:
    return Torch()
