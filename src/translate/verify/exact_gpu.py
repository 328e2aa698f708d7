"""A GPU that computes as exactly as a CPU: no TF32, the same sums in the same order each time."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest import mock


@contextmanager
def exact_gpu(backend: str, memory_limit: int) -> Generator[None]:
    """For PyTorch and what Keras runs on. ``memory_limit``: bytes that PyTorch may take on the GPU.

    JAX keeps to three quarters of the GPU by itself. TensorFlow takes what it needs.
    """
    torch: Any = import_module("torch")
    deterministic: bool = torch.are_deterministic_algorithms_enabled()
    warns: bool = torch.is_deterministic_algorithms_warn_only_enabled()
    total: int = torch.cuda.get_device_properties(0).total_memory
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(torch.backends.cuda.matmul, "allow_tf32", False))
        stack.enter_context(mock.patch.object(torch.backends.cudnn, "allow_tf32", False))
        stack.enter_context(mock.patch.object(torch.backends.cudnn, "deterministic", True))
        stack.enter_context(mock.patch.object(torch.backends.cudnn, "benchmark", False))
        # some operations have no deterministic algorithm: those only warn
        torch.use_deterministic_algorithms(True, warn_only=True)
        stack.callback(torch.use_deterministic_algorithms, deterministic, warn_only=warns)
        torch.cuda.set_per_process_memory_fraction(min(1.0, memory_limit / total))
        stack.callback(torch.cuda.set_per_process_memory_fraction, 1.0)
        if backend == "jax":
            stack.enter_context(import_module("jax").default_matmul_precision("highest"))
        elif backend == "tensorflow":
            config: Any = import_module("tensorflow").config.experimental
            stack.callback(config.enable_tensor_float_32_execution, bool(config.tensor_float_32_execution_enabled()))
            config.enable_tensor_float_32_execution(False)
        yield
