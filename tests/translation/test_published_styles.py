"""Idioms of published Keras code, one small model each: translated to PyTorch, and run on both sides."""

from __future__ import annotations

import os
import re
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from translate.translation import translate

IMPORTS = "import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n\n\n"
IMAGE = "x: float32[N,8,8,3]"

STYLES = {
    "tensors of a list that grew are added": (
        """
def net(widths):
    inputs = keras.Input((None, None, 3))
    skips = []
    x = inputs
    for width in widths:
        x = layers.Conv2D(width, 1)(x)
        skips.append(layers.Conv2D(widths[-1], 1)(x))
    x = layers.Add()(skips)
    return keras.Model(inputs, layers.Conv2D(5, 1)(layers.Maximum()([x, layers.multiply(skips)])))
""",
        "net([3, 4])",
        IMAGE,
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_computes_the_same(style: str, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify import Options
    from translate.verify.check import compare_models

    text, model, *inputs = STYLES[style]
    source, target = tmp_path / "source.py", tmp_path / "translated.py"
    source.write_text(IMPORTS + text, encoding="utf-8")
    done = translate(IMPORTS + text, to="torch")
    assert done.complete, [str(d) for d in done.diagnostics if not d.is_note]
    assert "Lazy" not in done.code
    target.write_text(done.code, encoding="utf-8")
    translated = re.sub(r"^\w+", lambda found: done.classes.get(found[0], found[0]), model)
    options = Options(to="torch", examples=0, translated_model=translated)
    result = compare_models(source, target, model, tuple(inputs), options)
    assert result.verdict == "equal", result.message
