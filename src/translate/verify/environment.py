"""The environment that a worker starts in: what Keras runs on, and where."""

from __future__ import annotations

import os
from pathlib import Path

import translate

_EVERYWHERE = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    # hundreds of small functions are compiled, and each runs a few times only
    "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
}
_ON_DEVICE = {
    "cpu": {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"},
    "cuda": {
        # no rounding to 10 bits in matrix products, in any framework
        "NVIDIA_TF32_OVERRIDE": "0",
        "JAX_DEFAULT_MATMUL_PRECISION": "highest",
        # the same sums in the same order each time
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        "TF_DETERMINISTIC_OPS": "1",
        # two frameworks share the GPU's memory, and the first to come would take all of it
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    },
}
_DETERMINISTIC_XLA = "--xla_gpu_deterministic_ops=true"


def environment(backend: str = "tensorflow", device: str = "cpu") -> dict[str, str]:
    """For a worker whose Keras runs on ``backend``. ``device`` is ``cpu`` or ``cuda``."""
    package = str(Path(translate.__file__).parents[1])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    found = {
        # PyTorch's threads spin while they wait for each other: on a busy machine six times the time goes into that.
        "OMP_WAIT_POLICY": "PASSIVE",
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "KERAS_BACKEND": backend,
        **_EVERYWHERE,
        **_ON_DEVICE[device],
    }
    if device == "cuda":
        found["XLA_FLAGS"] = " ".join(filter(None, [found.get("XLA_FLAGS"), _DETERMINISTIC_XLA]))
    return found
