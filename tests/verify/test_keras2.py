"""Code for Keras 2 is verified under Keras 2 (tf_keras), if that is installed."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from translate.translation import translate
from translate.weights import keras2

SOURCE = """import tensorflow as tf
from tf_keras import Input, Model, layers
from tf_keras import backend as K


def squeeze_excite(x, ratio=2):
    c = K.int_shape(x)[-1]
    s = tf.reduce_mean(x, axis=[1, 2], keepdims=True)
    s = layers.Conv2D(c // ratio, 1, activation=tf.nn.swish)(s)
    return x * layers.Conv2D(c, 1, activation="sigmoid")(s)


def net(classes=3):
    inputs = Input((9, 8, 3))
    x = tf.cast(inputs, tf.float32) / 127.5 - 1.0
    x = layers.Conv2D(8, 3, padding="same")(x)
    x = tf.nn.relu(layers.BatchNormalization()(x))
    a, b = tf.split(squeeze_excite(x), 2, axis=-1)
    x = layers.Dropout(0.3)(tf.concat([a, b * a], axis=-1))
    x = tf.math.l2_normalize(K.mean(x, axis=[1, 2]), axis=-1)
    return Model(inputs, layers.Dense(classes, activation="softmax")(x))
"""


def verdict(folder: Path, change: tuple[str, str] = ("", "")) -> tuple[str, str]:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify import Options
    from translate.verify.check import compare_models

    done = translate(SOURCE, to="torch")
    assert done.complete, [str(d) for d in done.diagnostics if not d.is_note]
    source, target = folder / "source.py", folder / "translated.py"
    source.write_text(SOURCE, encoding="utf-8")
    assert change[0] in done.code
    target.write_text(done.code.replace(*change) if change[0] else done.code, encoding="utf-8")
    options = Options(to="torch", examples=0, translated_model="Net()")
    result = compare_models(source, target, "net()", ("x: float32[N,9,8,3]",), options)
    return result.verdict, result.message


def test_tensorflow_functions_on_tensors_of_keras(tmp_path: Path) -> None:
    pytest.importorskip("tf_keras")
    assert verdict(tmp_path)[0] == "equal"


def test_a_fault_is_found_under_keras_2_too(tmp_path: Path) -> None:
    pytest.importorskip("tf_keras")
    assert verdict(tmp_path, ("torch.cat([a, b * a], dim=1)", "torch.cat([b * a, a], dim=1)"))[0] == "different"


@pytest.mark.skipif(keras2.is_installed(), reason="it is installed")
def test_without_it_one_line_says_so(tmp_path: Path) -> None:
    found, message = verdict(tmp_path)
    assert found == "failed"
    assert message.endswith(keras2.MISSING)


def test_who_wants_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.py"
    path.write_text("from tensorflow import keras\n", encoding="utf-8")
    monkeypatch.delenv(keras2.SWITCH, raising=False)
    assert not keras2.is_wanted(path)
    monkeypatch.setenv(keras2.SWITCH, "1")
    assert keras2.is_wanted(path)
    path.write_text("import keras\nimport tensorflow as tf\n", encoding="utf-8")
    assert not keras2.is_wanted(path)  # Keras 3, whatever the environment says of tf.keras
