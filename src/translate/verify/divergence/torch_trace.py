"""Recording the calls of PyTorch modules, by hooks."""

from __future__ import annotations

import inspect
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from translate.verify.compare import Array
from translate.verify.divergence.origins import Holds, line_outside
from translate.verify.divergence.trace import Event, Trace, mapped
from translate.verify.sides import leaves


@contextmanager
def recording(trace: Trace, model: Any, holds: Holds) -> Generator[None]:
    """While active, every call of a module inside of ``model`` (or of itself) becomes an event of ``trace``."""
    torch: Any = import_module("torch")
    opened: list[Event] = []

    def tensors(value: Any) -> list[Any]:
        return [x for _, x in leaves(value) if isinstance(x, torch.Tensor)]

    def derived(found: list[Any]) -> list[Any]:
        return [x if x.requires_grad else None for x in found] if trace.derives else []

    def apart(x: Any) -> Any:
        """A tensor of its own for this call, so that its gradient is what comes through this call alone."""
        return x.clone() if isinstance(x, torch.Tensor) and x.requires_grad else x

    def enter(module: Any, arguments: Any, keywords: Any) -> Any:
        separate = trace.derives and not getattr(module, "inplace", False)
        if separate:
            arguments, keywords = mapped(arguments, apart), mapped(keywords, apart)
        given = tensors([arguments, keywords])
        called = line_outside(module, inspect.currentframe(), holds)
        opened.append(trace.enter(module, called, [_array(x) for x in given], derived(given) if separate else []))
        return arguments, keywords

    def leave(module: Any, _: Any, result: Any) -> Any:
        while opened:
            event = opened.pop()
            if event.module is module:
                break
        else:
            return result
        result = mapped(result, apart) if trace.derives else result
        given = tensors(result)
        trace.leave(event, [_array(x) for x in given], derived(given))
        return result

    handles: list[Any] = []
    for module in model.modules() if isinstance(model, torch.nn.Module) else ():
        handles.append(module.register_forward_pre_hook(enter, with_kwargs=True, prepend=True))
        handles.append(module.register_forward_hook(leave))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _array(tensor: Any) -> Array:
    return tensor.detach().resolve_conj().cpu().numpy().copy()
