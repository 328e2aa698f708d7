"""Single layers of Keras, translated to PyTorch and run on both sides: outputs, gradients, training mode, weights."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from translate.translation import translate

VECTORS, SEQUENCES, IMAGES, VOLUMES = (6,), (9, 4), (6, 7, 3), (4, 5, 4, 2)
LAYERS: list[tuple[tuple[int, ...], str]] = [
    (IMAGES, "Conv2DTranspose(4, 3)"),
    (IMAGES, "Conv2DTranspose(4, 3, strides=2, padding='same', activation='relu')"),
    (IMAGES, "Conv2DTranspose(4, 4, strides=(2, 2), padding='same', use_bias=False)"),
    (IMAGES, "Conv2DTranspose(4, 5, padding='same')"),
    (IMAGES, "Conv2DTranspose(4, 2, strides=3)"),
    (IMAGES, "Conv2DTranspose(4, 2, strides=3, padding='same')"),
    (IMAGES, "Conv2DTranspose(4, (5, 3), strides=3, padding='same')"),
    (IMAGES, "Conv2DTranspose(4, (5, 2), strides=(3, 1), padding='same')"),
    (IMAGES, "Conv2DTranspose(4, 3, strides=2, padding='same', output_padding=1)"),
    (IMAGES, "Conv2DTranspose(4, 3, strides=2, padding='same', output_padding=0)"),
    (IMAGES, "Conv2DTranspose(4, 3, strides=2, output_padding=1)"),
    (SEQUENCES, "Conv1DTranspose(4, 3, strides=2, padding='same')"),
    (VOLUMES, "Conv3DTranspose(4, 3, strides=2, padding='same')"),
    (SEQUENCES, "Conv1D(4, 2, padding='causal', dilation_rate=4, activation='relu')"),
    (SEQUENCES, "Conv1D(4, (3,), padding='causal', strides=2)"),
    (VOLUMES, "Conv3D(4, 3, padding='same', strides=2)"),
    (SEQUENCES, "SeparableConv1D(4, 3, padding='same', depth_multiplier=2)"),
    (SEQUENCES, "DepthwiseConv1D(3, padding='same', depth_multiplier=2)"),
    (IMAGES, "UpSampling2D((2, 3), interpolation='bilinear')"),
    (VOLUMES, "UpSampling3D((1, 2, 2))"),
    (IMAGES, "Resizing(8, 5)"),
    (IMAGES, "Resizing(4, 9, interpolation='nearest')"),
    (VOLUMES, "Cropping3D(1)"),
    (VOLUMES, "ZeroPadding3D((1, 2, 1))"),
    (VECTORS, "RepeatVector(3)"),
    (IMAGES, "Permute((3, 1, 2))"),
    (VOLUMES, "GlobalAveragePooling3D()"),
    (VOLUMES, "GlobalMaxPooling3D(keepdims=True)"),
    (IMAGES, "LeakyReLU(alpha=0.1)"),
    (IMAGES, "PReLU(shared_axes=[1, 2])"),
    (SEQUENCES, "PReLU(shared_axes=[1])"),
    (VECTORS, "PReLU()"),
    (IMAGES, "ReLU(negative_slope=0.1)"),
    (IMAGES, "ReLU(max_value=1.0, negative_slope=0.1, threshold=0.5)"),
    (IMAGES, "GaussianNoise(0.1)"),
    (IMAGES, "GaussianDropout(0.1)"),
    (IMAGES, "AlphaDropout(0.1)"),
    (VOLUMES, "SpatialDropout3D(0.1)"),
    (IMAGES, "GroupNormalization(groups=3)"),
    (IMAGES, "GroupNormalization(groups=-1, center=False, scale=False)"),
    (VECTORS, "GroupNormalization(groups=2)"),
    (SEQUENCES, "LayerNormalization(scale=False)"),
    (SEQUENCES, "LayerNormalization(center=False)"),
    (IMAGES, "LayerNormalization(center=False, scale=False)"),
    (SEQUENCES, "RMSNormalization()"),
    (IMAGES, "UnitNormalization(axis=(1, 2))"),
    (IMAGES, "BatchNormalization(center=False)"),
    (VOLUMES, "BatchNormalization(center=False, scale=False)"),
]
MERGED = [
    ("layers.Dot(axes=2)", ("5,3", "4,3")),
    ("layers.Dot(axes=(2, 1))", ("5,3", "3,4")),
    ("layers.Dot(axes=-1, normalize=True)", ("5", "5")),
    ("layers.Minimum()", ("5,4,3", "5,4,3")),
]
REPORTED = {
    "UpSampling2D(2, interpolation='bicubic')": "T102",
    "Resizing(4, 5, crop_to_aspect_ratio=True)": "T102",
    "LayerNormalization(axis=1)": "T102",
    "PReLU()": "T102",
    "Masking()": "T101",
    "ActivityRegularization(0.1)": "T101",
    "GroupNormalization(groups=3, scale=False)": "T102",
}


def sequential(shape: tuple[int, ...], layer: str) -> str:
    before = "import keras\nfrom keras import layers\n\n\n"
    return f"{before}model = keras.Sequential([keras.Input({shape}), layers.{layer}])\n"


def verdict(source: str, inputs: list[str], folder: Path) -> str:
    """Of the translation of ``model`` in ``source``."""
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify import Options
    from translate.verify.check import compare_models

    done = translate(source, to="torch")
    assert done.complete, done.diagnostics
    before, after = folder / "source.py", folder / "translated.py"
    before.write_text(source, encoding="utf-8")
    after.write_text(done.code, encoding="utf-8")
    options = Options(to="torch", translated_model=done.classes.get("model", "model"), examples=1)
    result = compare_models(before, after, "model", tuple(inputs), options)
    return result.verdict if result.verdict == "equal" else result.message


def of_shape(name: str, shape: object) -> str:
    return f"{name}: float32[N,{str(shape).strip('(),').replace(' ', '')}]"


@pytest.mark.parametrize(("shape", "layer"), LAYERS, ids=[layer for _, layer in LAYERS])
def test_computes_the_same(shape: tuple[int, ...], layer: str, tmp_path: Path) -> None:
    assert verdict(sequential(shape, layer), [of_shape("x", shape)], tmp_path) == "equal"


@pytest.mark.parametrize(("layer", "shapes"), MERGED, ids=[layer for layer, _ in MERGED])
def test_merges_the_same(layer: str, shapes: tuple[str, str], tmp_path: Path) -> None:
    a, b = shapes
    text = (
        "import keras\nfrom keras import layers\n\n\n"
        f"a, b = keras.Input(({a},)), keras.Input(({b},))\nmodel = keras.Model([a, b], {layer}([a, b]))\n"
    )
    assert verdict(text, [of_shape("a", a), of_shape("b", b)], tmp_path) == "equal"


@pytest.mark.parametrize("layer", REPORTED)
def test_what_is_not_translated_is_told(layer: str) -> None:
    found = {d.code for d in translate(sequential(IMAGES, layer), to="torch").diagnostics if not d.is_note}
    assert REPORTED[layer] in found
