"""Keras 2 (``tf_keras``), under the names that the verifier asks Keras 3 for."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from translate.weights.imports import imported

PACKAGE = "tf_keras"
SWITCH = "TF_USE_LEGACY_KERAS"
"""What tells TensorFlow that ``tf.keras`` is Keras 2."""
NEWER = "KerasTensor cannot be used as input to a TensorFlow function"
"""What Keras 3 says of code that runs under Keras 2."""
HINT = f"{SWITCH}=1 verifies under Keras 2 (tf_keras)"
MISSING = "this code is for Keras 2, which is not installed: pip install tf_keras"


def is_wanted(path: Path) -> bool:
    """Whether a file runs under Keras 2: it imports ``tf_keras``, or the environment says so of ``tf.keras``."""
    names = imported(path.read_bytes())
    switched = os.environ.get(SWITCH, "").lower() in ("1", "true")
    return PACKAGE in names or (switched and "tensorflow" in names and "keras" not in names)


def is_installed() -> bool:
    return find_spec(PACKAGE) is not None


@cache
def framework() -> Any:
    """The package, as far as it is asked for by names that Keras 3 has."""
    old: Any = import_module(PACKAGE)
    tf: Any = import_module("tensorflow")

    def set_floatx(dtype: str) -> None:
        old.backend.set_floatx(dtype)

    def set_dtype_policy(dtype: str) -> None:
        old.mixed_precision.set_global_policy(dtype)

    def to_numpy(value: Any) -> Any:
        return value.numpy()

    return SimpleNamespace(
        Layer=old.layers.Layer,
        Model=old.Model,
        Sequential=old.Sequential,
        Input=old.Input,
        Variable=tf.Variable,
        Functional=import_module(f"{PACKAGE}.src.engine.functional").Functional,
        generator=import_module(f"{PACKAGE}.src.backend").RandomGenerator,
        config=SimpleNamespace(set_floatx=set_floatx, set_dtype_policy=set_dtype_policy, floatx=old.backend.floatx),
        ops=SimpleNamespace(convert_to_numpy=to_numpy),
        utils=SimpleNamespace(set_random_seed=old.utils.set_random_seed, is_keras_tensor=old.backend.is_keras_tensor),
    )
