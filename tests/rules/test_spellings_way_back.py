"""Functions of TensorFlow and Keras, as the rules for the way back spell them, are as installed."""

from __future__ import annotations

import inspect
import os
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from translate.rules import REQUIRED, Signature, load

PACKAGES = ("tensorflow.", "keras.backend.", "keras.ops.", "keras.activations.", "keras.random.", "keras.initializers.")
OLD = {
    "tensorflow.image.resize_images",
    "tensorflow.image.resize_bilinear",
    "tensorflow.to_float",
    "tensorflow.set_random_seed",
    "keras.backend.learning_phase",
    "keras.backend.in_train_phase",
    "keras.backend.image_dim_ordering",
    "keras.backend.identity",
    "keras.backend.logsumexp",
    "keras.ops.mish",
}
"""Names of versions before the installed one."""
MEANT = {"axis": (-1, 0), "method": ("bilinear",)}
"""Defaults that are written otherwise, and mean the same: the last axis, for None; a number for a method."""
LATER = ("tensorflow.matmul", "keras.ops.logspace", "keras.ops.linspace", "keras.ops.eye")
"""With parameters in between that have no counterpart, or rules for the other way that leave some out: those that stand
before them hold for any call that gives those."""


def spelled() -> list[Signature]:
    found: dict[str, Signature] = {}
    for rule in load(to="torch").rules:
        for signature in rule.source:
            if signature.callable and signature.name.startswith(PACKAGES) and not rule.data.get("role"):
                found[signature.text] = signature
    return list(found.values())


def installed(name: str) -> Any:
    import keras
    import tensorflow as tf

    package, *rest = name.split(".")
    owners: list[Any] = [keras] if package == "keras" else [tf, tf.math, tf.linalg]
    if rest[0] == "backend":
        owners, rest = [tf.keras.backend], rest[1:]
    for owner in owners:
        for part in rest:
            owner = getattr(owner, part, None)
        if owner is not None:
            return owner
    return None


@pytest.mark.parametrize("signature", spelled(), ids=lambda s: s.name)
def test_parameters_have_their_places(signature: Signature) -> None:
    pytest.importorskip("keras")
    function = installed(signature.name)
    if function is None:
        assert signature.name in OLD, f"{signature.name} is not there"
        return
    try:
        parameters = inspect.signature(function).parameters
    except ValueError:
        return
    if any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
        return
    names = list(parameters)
    for place, parameter in enumerate(p for p in signature.parameters if not p.keyword_only and not p.star):
        if signature.name in LATER and parameter.name != names[place]:
            return
        assert names[place : place + 1] == [parameter.name]
        default = parameters[parameter.name].default
        if parameter.name in ("name", "dtype", "output_type") or default is inspect.Parameter.empty:
            continue
        assert parameter.default is not REQUIRED or default is None
        assert parameter.default in (default, *MEANT.get(parameter.name, ())) or hasattr(default, "name")
