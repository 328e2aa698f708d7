"""Checkpoints of PyTorch: ``.pt`` and ``.pth``, read with ``weights_only``, and ``.safetensors``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from translate.weights import torch_modules
from translate.weights.checkpoints.difference import MismatchError, compared
from translate.weights.checkpoints.formats import SAFETENSORS, CheckpointError

_DEPTH = 3
"""How deep a state dict may be buried in other dictionaries."""
_SHOWN = 8
_REFUSED = re.compile(r"GLOBAL `?([\w.]*\w)")


@dataclass(frozen=True)
class StateDict:
    """The tensors of a checkpoint."""

    tensors: dict[str, Any]
    """By the name that they have in the model."""
    notes: tuple[str, ...] = ()
    """What had to be done to find them."""


def fit(module: Any, path: Path, content: Any, key: str = "") -> StateDict:
    """Set the tensors of ``module`` to what was ``read`` from a file; ``key``: where in it they are, if it has several.

    Raises CheckpointError if there are none, MismatchError if they are for another model.
    """
    expected: dict[str, Any] = module.state_dict()
    state = chosen(path, content, expected, key)
    tensors = {**_tied(module, state.tensors), **state.tensors}
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:  # lists everything in its own way
        shapes = {name: tuple(t.shape) for name, t in tensors.items()}
        named = {name: (name, tuple(t.shape)) for name, t in _known(expected, shapes).items()}
        differences = compared(shapes, named)
        if differences:
            raise MismatchError(differences) from None
        raise CheckpointError(f"{path.name}: {' '.join(str(error).split())[:300]}") from None
    return state


def read(path: Path) -> Any:
    """What a file contains, without executing anything in it. Raises CheckpointError."""
    torch: Any = import_module("torch")
    try:
        if path.name.endswith(SAFETENSORS):
            return import_module("safetensors.torch").load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except ImportError:
        raise CheckpointError(f"{path.name}: needs safetensors; run: pip install safetensors") from None
    except Exception as error:  # a foreign or broken file makes these libraries raise anything
        raise CheckpointError(f"{path.name}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    if "TorchScript" in text:
        return "is a TorchScript program, not a state dict; save model.state_dict()"
    if "weights_only" in text.lower() or "weights only" in text.lower():
        named = _REFUSED.search(text)
        what = f" ({named[1]})" if named else ""
        return f"holds more than tensors{what}, which would run code when it is loaded; save model.state_dict() alone"
    return f"cannot be read, it is cut off or of another kind ({type(error).__name__}: {text[:160]})"


def chosen(path: Path, loaded: Any, names: Collection[str], key: str = "") -> StateDict:
    """The state dict in what was loaded that has most of the ``names`` of the model; prefixes are taken away.

    Raises CheckpointError if there is none, or if two fit alike.
    """
    found = dict(_state_dicts(loaded))
    if key and key not in found:
        raise CheckpointError(f"{path.name}: has no state dict {key!r}; it has {_listed(found) or 'none'}")
    if not found:
        raise CheckpointError(f"{path.name}: has no tensors by name in it; save model.state_dict()")
    fitting = {at: _common(tensors, names) for at, tensors in found.items() if at == (key or at)}
    best = max(fitting.values())
    places = [at for at, count in fitting.items() if count == best]
    if len(places) > 1 and best:
        raise CheckpointError(f"{path.name}: has several state dicts that fit; choose one: --key {' or '.join(places)}")
    at = max(places, key=lambda place: len(found[place]))
    prefix = _prefix(found[at], names)
    notes = [f"the state dict was found at {at!r}"] if at else []
    notes += [f"the names in the file start with {prefix!r}, which was taken away"] if prefix else []
    return StateDict({name.removeprefix(prefix): t for name, t in found[at].items()}, tuple(notes))


def _state_dicts(value: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Dictionaries that have tensors by name, with their places: ``model.state``."""
    if not isinstance(value, Mapping) or at.count(".") >= _DEPTH:
        return
    held = {k: v for k, v in cast("Mapping[Any, Any]", value).items() if isinstance(k, str)}
    torch: Any = import_module("torch")
    tensors = {k: v for k, v in held.items() if isinstance(v, torch.Tensor)}
    if tensors:
        yield at, tensors
    for name, inner in held.items():
        yield from _state_dicts(inner, f"{at}.{name}" if at else name)


def _common(tensors: Collection[str], names: Collection[str]) -> int:
    prefix = _prefix(tensors, names)
    return sum(name.removeprefix(prefix) in names for name in tensors)


def _prefix(tensors: Collection[str], names: Collection[str]) -> str:
    """What all names in a file begin with, like ``module.``, and those of the model do not."""
    first, *others = tensors
    parts = first.split(".")[:-1]
    candidates = ["", *(".".join(parts[:n]) + "." for n in range(1, len(parts) + 1))]
    fitting = [p for p in candidates if all(o.startswith(p) for o in others)]
    return max(fitting, key=lambda p: (sum(t.removeprefix(p) in names for t in tensors), -len(p)))


def _listed(found: Mapping[str, Any]) -> str:
    places = [repr(at) for at in found if at]
    return ", ".join(places[:_SHOWN])


def _tied(module: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Tensors of which the file has but one of their names."""
    named = [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]
    by_identity = {id(t): given[name] for name, t in named if name in given}
    return {name: by_identity[id(t)] for name, t in named if name not in given and id(t) in by_identity}


def _known(expected: Mapping[str, Any], shapes: Mapping[str, Any]) -> dict[str, Any]:
    """Without those that have no shape yet, where the file has them."""
    return {name: t for name, t in expected.items() if not (name in shapes and torch_modules.is_lazy(t))}


def write(module: Any, path: Path) -> None:
    """Save the state dict of a module. Raises CheckpointError if a parameter has no shape yet, and OSError."""
    state: dict[str, Any] = module.state_dict()
    lazy = next((name for name, t in state.items() if torch_modules.is_lazy(t)), None)
    if lazy is not None:
        raise CheckpointError(f"{path.name}: {lazy} has no shape before the model was called; give --input")
    if path.name.endswith(SAFETENSORS):  # has no tensors that share memory
        own = {name: t.detach().clone().contiguous() for name, t in state.items()}
        import_module("safetensors.torch").save_file(own, path, metadata={"format": "pt"})
        return
    import_module("torch").save(state, path)
