"""A PyTorch module or function, as source or as translation."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from translate.verify import axes
from translate.verify.compare import Array
from translate.verify.divergence.torch_trace import recording
from translate.verify.load import UserFile
from translate.verify.sides import Arguments, Call, Run, Setting, Side, filled, leaves
from translate.weights import Pair
from translate.weights.checkpoints import torch_file
from translate.weights.torch_modules import is_lazy


class TorchSide(Side):
    """Sets PyTorch up (random draws, dtypes) from its start until ``close``."""

    def __init__(self, file: UserFile, expression: str, setting: Setting) -> None:
        super().__init__(file, expression, setting)
        self._torch: Any = import_module("torch")
        self._default = self._torch.get_default_dtype()
        setting.draws.patch_torch()
        self._stack = ExitStack()
        self._stack.enter_context(setting.origins.patched(self._torch.nn.Module, file.holds))

    def _on_device(self) -> AbstractContextManager[Any]:
        """Where tensors are made that say nothing about it: code that runs on a CPU only is rarely meant to."""
        return nullcontext() if self.setting.device == "cpu" else self._torch.device(self.setting.device)

    def close(self) -> None:
        self._stack.close()
        self._torch.set_default_dtype(self._default)

    def build(self, dtype: str, *, variant: int = 0) -> Any:
        self._torch.set_default_dtype(getattr(self._torch, dtype))
        self._torch.manual_seed(self.setting.seed + variant)
        with self._on_device(), nullcontext() if self.is_source else self.setting.run_in(dtype):
            model = self.file.model(self.expression)
        if not self.is_model(model):
            return model
        if self.setting.device != "cpu":
            model.to(self.setting.device)
        if not any(map(is_lazy, model.parameters())):  # those are made in the default dtype when they are known
            model.to(getattr(self._torch, dtype))
        return model.eval()

    def load_file(self, model: Any, path: Path) -> Sequence[str]:
        return torch_file.fit(model, path, torch_file.read(path), self.setting.weights_key).notes

    def set_weights(self, model: Any, given: Any) -> None:
        model.load_state_dict(given)

    def is_model(self, model: Any) -> bool:
        return isinstance(model, self._torch.nn.Module)

    def trainable(self, model: Any) -> int:
        if not self.is_model(model):
            return 0
        return self.trainable_among(model.parameters())

    def trainable_among(self, parameters: Iterable[Any]) -> int:
        """The numbers in those that are trained, and have their shape."""
        return sum(p.numel() for p in parameters if p.requires_grad and not is_lazy(p))

    def fresh(self, built: Any, other: Any, pair: Pair) -> Array:
        return dict(other.named_buffers())[pair.path].detach().cpu().numpy()

    @contextmanager
    def restored(self, model: Any) -> Generator[None]:
        """Also those that the module replaced. Not by ``load_state_dict``, which modules override for checkpoints."""
        held = [(table, name, x, x.detach().clone()) for table, name, x in self._tables(model)]
        try:
            yield
        finally:
            for table, name, tensor, value in held:
                tensor.data = value
                table[name] = tensor

    def _tables(self, model: Any) -> list[tuple[dict[str, Any], str, Any]]:
        """Where parameters and buffers are kept, by which names, and what is kept there now."""
        modules = list(model.modules()) if self.is_model(model) else []
        tables = [table for module in modules for table in (module._parameters, module._buffers)]
        return [(t, name, x) for t in tables for name, x in t.items() if x is not None and not is_lazy(x)]

    def _run(self, model: Any, call: Call) -> Run:
        with self._on_device():
            return self._run_on_device(model, call)

    def _run_on_device(self, model: Any, call: Call) -> Run:
        torch, derives = self._torch, call.cotangents is not None
        if self.is_model(model):
            model.train(call.training)
        before = self._tables(model)
        starts = [None if array is None else torch.as_tensor(array) for array in call.given()]
        with torch.set_grad_enabled(derives):
            floats = {i: x for i, x in enumerate(starts) if derives and x is not None and x.is_floating_point()}
            for x in floats.values():
                x.requires_grad_()
            # A copy, because a model may write into its input, which autograd forbids for one that is derived by.
            traced = recording(call.trace, model, self.file.holds) if call.trace else nullcontext()
            with self.file.blamed(), self.setting.timed(), traced:
                given, named = self.arguments(model, [None if x is None else x.clone() for x in starts])
                found = dict(leaves(model(*given, **named)))
        for table, name, tensor in before:
            if table.get(name) is not tensor and table.get(name) is not None:  # assigned to: others know the old one
                tensor.data, table[name] = table[name].detach(), tensor
        outputs = {path: _array(value) for path, value in found.items()}
        if not derives:
            return Run(outputs)

        own: dict[str, Any] = dict(model.named_parameters()) if self.is_model(model) else {}
        parameters = {path: p for path, p in own.items() if p.requires_grad and not is_lazy(p)}
        inner = call.trace.derived() if call.trace else []
        by = [*floats.values(), *parameters.values()]
        derived = self._gradients(found, [*by, *inner], call)
        gradients = filled(derived[: len(by)], by, call.dtype)
        if call.trace:
            call.trace.take_gradients(derived[len(by) :])
        inputs = {i: g.transpose(axes.inverse(call.order(i))) for i, g in zip(floats, gradients, strict=False)}
        return Run(outputs, inputs, dict(zip(parameters, gradients[len(floats) :], strict=True)))

    def arguments(self, model: Any, tensors: Sequence[Any]) -> Arguments:
        function = model.forward if self.is_model(model) else model
        return (self.packed(function, tensors), {}) if self.setting.inputs.is_plain else self.bound(function, tensors)

    def _weights(self, call: Call, path: str, value: Any) -> Any:
        cotangent = call.cotangent(path, tuple(value.shape))
        return self._torch.as_tensor(cotangent.astype(call.dtype), device=value.device)

    def _gradients(self, found: dict[str, Any], by: list[Any], call: Call) -> list[Array | None]:
        torch = self._torch
        total = sum(
            (
                value
                * torch.as_tensor(call.cotangent(path, tuple(value.shape)).astype(call.dtype), device=value.device)
            ).sum()
            for path, value in found.items()
            if isinstance(value, torch.Tensor) and value.is_floating_point() and value.requires_grad
        )
        if not isinstance(total, torch.Tensor) or not by:
            return [None] * len(by)
        with self.file.blamed(), self.setting.timed():
            gradients = torch.autograd.grad(total, by, allow_unused=True)
        return [None if g is None else _array(g) for g in gradients]


def _array(value: Any) -> Array:
    return value.detach().resolve_conj().cpu().numpy().copy() if hasattr(value, "detach") else np.asarray(value)
