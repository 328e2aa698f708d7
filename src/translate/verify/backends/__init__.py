"""What Keras runs on while it is verified: TensorFlow, JAX or PyTorch. One file each, behind one interface."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from translate.verify.backends.base import Backend, Derivation

__all__ = ["Backend", "Derivation", "backend", "running"]


@cache
def backend(name: str) -> Backend:
    """``tensorflow``, ``jax`` or ``torch``. Imports that framework."""
    owner = import_module(f"translate.verify.backends.on_{name}")
    return owner.make()


def running() -> Backend:
    """The one that Keras 3 runs on in this process. Imports Keras."""
    return backend(import_module("keras").config.backend())
