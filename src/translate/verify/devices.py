"""Which device both sides compute on, found out before a worker is started.

``python -m translate.verify.devices BACKEND`` says which frameworks can use the GPU. It runs no code of the user.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from functools import cache
from importlib import import_module
from typing import Any, Literal

from translate.verify.environment import environment

Device = Literal["cpu", "cuda"]
_DRIVERS = ("libcuda.so.1", "nvcuda.dll")
_SECONDS = 300
_NAMES = {"torch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX"}


class DeviceError(ValueError):
    """The device that was asked for cannot be used. The message is one line."""


@cache
def chosen(device: str, backend: str) -> Device:
    """What ``auto``, ``cpu`` or ``cuda`` comes to: ``auto`` is ``cuda`` where both sides can, else ``cpu``.

    Raises DeviceError if it is ``cuda`` and they cannot.
    """
    if device == "cpu":
        return "cpu"
    problem = _problem(backend)
    if problem and device == "cuda":
        raise DeviceError(f"--device cuda: {problem}; use --device cpu, or auto")
    return "cpu" if problem else "cuda"


def _problem(backend: str) -> str:
    """Why the GPU cannot be used; nothing if it can."""
    if not _gpus():
        return "there is no GPU here that CUDA can use"
    command = [sys.executable, "-P", "-m", "translate.verify.devices", backend]
    try:
        done = subprocess.run(
            command, env=environment(backend, "cuda"), capture_output=True, text=True, timeout=_SECONDS, check=True
        )
        able: dict[str, bool] = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError):
        return f"PyTorch and {_NAMES[backend]} do not start on the GPU"
    unable = [_NAMES[name] for name, can in able.items() if not can]
    return f"{' and '.join(unable)} cannot use the GPU: installed without CUDA, or for a newer driver" if unable else ""


def _gpus() -> int:
    """How many GPUs CUDA's driver shows. Asked of the driver, since the frameworks take seconds to import."""
    count = ctypes.c_int(0)
    for name in _DRIVERS:
        try:
            driver: Any = ctypes.CDLL(name)
            if driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0:
                return count.value
        except (OSError, AttributeError):  # no driver, or something else of that name
            continue
    return 0


def _able(backend: str) -> dict[str, bool]:
    torch: Any = import_module("torch")
    found = {"torch": bool(torch.cuda.is_available())}
    if backend == "tensorflow":
        tf: Any = import_module("tensorflow")
        found[backend] = bool(tf.config.list_physical_devices("GPU"))
    elif backend == "jax":
        jax: Any = import_module("jax")
        found[backend] = any(d.platform == "gpu" for d in jax.devices())
    return found


if __name__ == "__main__":
    print(json.dumps(_able(sys.argv[1])))
