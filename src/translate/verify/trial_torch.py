"""Trying PyTorch models: large ones on meta tensors, which have shapes but no numbers."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from typing import Any

from translate.verify import randomise
from translate.verify.load import UserError, UserFile
from translate.verify.spec import Input, Inputs
from translate.verify.trial_subject import Observed, Subject

_LARGE = 3_000_000
"""Parameters: such a model takes long at each trial."""


class TorchSubject(Subject):
    framework, integers = "torch", "int64"

    def __init__(self, file: UserFile) -> None:
        super().__init__(file)
        self._torch: Any = import_module("torch")
        self._meta: dict[int, Any] = {}

    def build(self, text: str) -> Any:
        self._torch.manual_seed(0)
        model = self.file.model(text)
        if not isinstance(model, self._torch.nn.Module):
            raise UserError(f"{text} is no torch.nn.Module but {type(model).__name__}", "TypeError")
        return model.eval()

    def function(self, model: Any) -> Callable[..., Any]:
        return model.forward

    def image(self) -> tuple[str, ...]:
        return ("N,3,H,W", "N,1,H,W")

    def layers(self, model: Any) -> Iterator[Any]:
        yield from model.modules()

    def can_be_cheap(self, model: Any) -> bool:
        lazy = any(hasattr(p, "materialize") for p in model.parameters())
        return not lazy and sum(p.numel() for p in model.parameters()) > _LARGE

    def call(self, model: Any, tensors: Sequence[Any]) -> Any:
        return model(*tensors)

    def run(self, model: Any, inputs: Inputs, sizes: Mapping[str, int], *, cheap: bool = False) -> Observed:
        torch = self._torch
        arrays = randomise.arrays(inputs, sizes, 0)
        tensors = [torch.as_tensor(a.astype("float32") if a.dtype.kind == "f" else a) for a in arrays]
        with ExitStack() as stack:
            stack.enter_context(torch.no_grad())
            if cheap:
                if id(model) not in self._meta:
                    self._meta = {id(model): copy.deepcopy(model).to("meta")}
                model, tensors = self._meta[id(model)], [t.to("meta") for t in tensors]
                stack.enter_context(torch.device("meta"))
            wants: dict[int, tuple[Input, ...]] = {}
            layers: dict[int, str] = {}
            names = {id(m): n for n, m in model.named_modules()}

            def look(module: Any, arguments: tuple[Any, ...]) -> None:
                for given in arguments:
                    for index, tensor in enumerate(tensors):
                        if index not in wants and isinstance(given, torch.Tensor):
                            found = _before(given, tensor, self.wanted_by(module))
                            if found:
                                wants[index] = found
                                layers[index] = f"{names[id(module)] or 'the model'} ({type(module).__name__})"

            for module in model.modules():
                handle = module.register_forward_pre_hook(look)
                stack.callback(handle.remove)
            try:
                with self.file.blamed():
                    model(*_bound(inputs, tensors))
            except UserError as error:
                return Observed(error, wants, layers)
        return Observed(None, wants, layers)


def _bound(inputs: Inputs, tensors: Sequence[Any]) -> list[Any]:
    return [found[1] for found in inputs.bind(tensors) if found is not None]


def _before(given: Any, tensor: Any, wants: tuple[Input, ...]) -> tuple[Input, ...]:
    """What is wanted of ``tensor``, where a layer is given it or a transposed view of it."""
    if given is tensor:
        return wants
    if given._base is not tensor or given.ndim != tensor.ndim or given.numel() != tensor.numel():
        return ()
    strides = list(tensor.stride())
    if len(set(strides)) != len(strides) or sorted(strides) != sorted(given.stride()):
        return ()
    places = [strides.index(s) for s in given.stride()]  # axis of tensor at each place of given
    found: list[Input] = []
    for one in wants:
        if len(one.dimensions) == len(places):
            dimensions = [one.dimensions[places.index(axis)] for axis in range(len(places))]
            found.append(replace(one, dimensions=tuple(dimensions)))
    return tuple(found)
