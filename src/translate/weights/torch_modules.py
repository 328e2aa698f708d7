"""Looking into PyTorch modules without importing PyTorch before it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def public_name(cls: type) -> str:
    """``torch.nn.Conv2d`` of the class that is defined in ``torch.nn.modules.conv``."""
    module = "torch.nn" if cls.__module__.startswith("torch.nn.modules.") else cls.__module__
    return f"{module}.{cls.__qualname__}"


def own_tensors(module: Any) -> list[Any]:
    """The parameters of a module itself, and its buffers that are saved."""
    buffers = [t for name, t in module._buffers.items() if name not in module._non_persistent_buffers_set]
    return [t for t in [*module._parameters.values(), *buffers] if t is not None]


def tensors(module: Any) -> list[Any]:
    """The same of a module and all that is inside of it."""
    return [t for m in module.modules() for t in own_tensors(m)]


def not_saved(module: Any) -> list[Any]:
    """The buffers that a module computes when it is made, and all that is inside of it."""
    return [m._buffers[name] for m in module.modules() for name in m._non_persistent_buffers_set]


def is_parameter(tensor: Any) -> bool:
    from torch.nn import Parameter

    return isinstance(tensor, Parameter)


def is_lazy(tensor: Any) -> bool:
    """Whether a tensor gets its shape from the first call."""
    from torch.nn.parameter import is_lazy

    return is_lazy(tensor)


def lazy(module: Any, calls: Mapping[int, int] | None) -> list[str]:
    """The names of parameters that have no shape yet, though their modules were among the ``calls``."""
    found: list[str] = []
    for path, one in module.named_modules():
        if not calls or id(one) in calls:
            found += [f"{path}.{name}".lstrip(".") for name, p in one.named_parameters(recurse=False) if is_lazy(p)]
    return found


def is_chain(module: Any) -> bool:
    """Whether a module is a plain Sequential of PyTorch."""
    from torch.nn import Sequential

    return type(module) is Sequential
