"""Layers by themselves: a module of one layer, translated with the rules, computes the same with the same weights."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
keras = pytest.importorskip("keras")

from translate.translation import translate  # noqa: E402
from translate.weights import transfer  # noqa: E402

SOURCE = """
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.{layer}

    def forward(self, x):
        return self.layer(x)
"""

# Channels first, Keras 3.15 on TensorFlow adds a bias along the width if that equals the number of filters; none does.
SIZES = {"1": (2, 4, 14), "2": (2, 4, 9, 14), "3": (1, 4, 6, 5, 14)}

RANK_UNKNOWN = ("BatchNorm1d(4)", "GroupNorm(2, 4)", "PReLU(4)", "SyncBatchNorm(4)")
"""Layers that take tensors of several ranks, in a module that does not say which it gets."""


def layers() -> list[tuple[str, tuple[int, ...]]]:
    found: list[tuple[str, tuple[int, ...]]] = []
    for n, shape in SIZES.items():
        written = [
            "Conv{n}d(4, 6, 3)",
            "Conv{n}d(4, 6, 3, padding=1)",
            "Conv{n}d(4, 6, 3, 2, 1, bias=False)",
            "Conv{n}d(4, 6, 4, stride=3, padding=2)",
            "Conv{n}d(4, 6, 3, padding=2, dilation=2)",
            "Conv{n}d(4, 6, 3, padding='same')",
            "Conv{n}d(4, 6, 4, padding='same')",
            "Conv{n}d(4, 6, 3, padding='valid')",
            "Conv{n}d(4, 6, 3, padding='same', padding_mode='circular')",
            "Conv{n}d(4, 6, 3, padding=1, padding_mode='reflect')",
            "Conv{n}d(4, 6, 3, stride=2, padding=2, padding_mode='replicate')",
            "Conv{n}d(4, 6, 3, padding=1, padding_mode='circular')",
            "Conv{n}d(4, 6, 3, padding=1, groups=2)",
            "Conv{n}d(4, 4, 3, padding=1, groups=4)",
            "Conv{n}d(4, 8, 3, stride=2, padding=1, groups=4)",
            "Conv{n}d(4, 8, 3, padding=1, groups=4, padding_mode='reflect', bias=False)",
            "ConvTranspose{n}d(4, 6, 3)",
            "ConvTranspose{n}d(4, 6, 2, stride=2)",
            "ConvTranspose{n}d(4, 6, 4, stride=2, padding=1)",
            "ConvTranspose{n}d(4, 6, 3, stride=2, padding=1)",
            "ConvTranspose{n}d(4, 6, 3, stride=2, padding=1, output_padding=1, bias=False)",
            "ConvTranspose{n}d(4, 6, 2, stride=3)",
            "ConvTranspose{n}d(4, 6, 1, stride=3, output_padding=2)",
            "ConvTranspose{n}d(4, 6, 3, stride=2, padding=1, dilation=2)",
            "ConvTranspose{n}d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)",
            "Sequential(nn.ZeroPad{n}d(1), nn.BatchNorm{n}d(4))",
            "Sequential(nn.ZeroPad{n}d(1), nn.BatchNorm{n}d(4, eps=1e-3, momentum=0.01, affine=False))",
            "InstanceNorm{n}d(4)",
            "InstanceNorm{n}d(4, eps=1e-3, affine=True)",
            "Sequential(nn.ZeroPad{n}d(1), nn.GroupNorm(2, 4))",
            "Sequential(nn.ZeroPad{n}d(1), nn.GroupNorm(4, 4, eps=1e-3, affine=False))",
            "LocalResponseNorm(3, alpha=0.1)",
            "MaxPool{n}d(2)",
            "MaxPool{n}d(3, stride=1, padding=1)",
            "MaxPool{n}d(3, 2, 1)",
            "MaxPool{n}d(3, 2, padding=1, ceil_mode=True)",
            "MaxPool{n}d(2, 2, dilation=2)",
            "AvgPool{n}d(2)",
            "AvgPool{n}d(3, 2, 1)",
            "AvgPool{n}d(3, 1, 1, count_include_pad=False)",
            "AvgPool{n}d(3, 2, 1, count_include_pad=False)",
            "AvgPool{n}d(3, 2, 1, ceil_mode=True)",
            "LPPool{n}d(2, 3, stride=2)",
            "AdaptiveAvgPool{n}d(1)",
            "AdaptiveAvgPool{n}d(3)",
            "AdaptiveMaxPool{n}d(1)",
            "AdaptiveMaxPool{n}d(4)",
            "ZeroPad{n}d(2)",
            "ConstantPad{n}d(1, 1.5)",
            "ReflectionPad{n}d(2)",
            "ReplicationPad{n}d(2)",
            "CircularPad{n}d(2)",
            "Upsample(scale_factor=2)",
            "Upsample(scale_factor=2.0)",
            "Upsample(scale_factor=1.5, mode='nearest')",
            "Upsample(size=7)",
            "PReLU()",
            "Sequential(nn.ZeroPad{n}d(1), nn.PReLU(4))",
            "Dropout{n}d(0.3)",
            "Sequential(nn.ZeroPad{n}d(1), nn.SyncBatchNorm(4))",
            "ChannelShuffle(2)",
        ]
        for text in written:
            found.append((text.replace("{n}", n), shape))
    found += [
        (text, SIZES["2"])
        for text in [
            "Conv2d(4, 6, (3, 5), stride=(2, 1), padding=(1, 2))",
            "Conv2d(4, 6, (1, 7), padding=(0, 3))",
            "Conv2d(4, 4, 3, stride=(2, 1), padding=1, groups=4)",
            "Conv2d(4, 4, 3, stride=(2, 2), padding=1, groups=4)",
            "Conv2d(4, 4, 3, padding=2, dilation=2, groups=4)",
            "Conv2d(4, 6, 3, padding=(1, 2), padding_mode='circular')",
            "ConvTranspose2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), output_padding=(1, 0))",
            "MaxPool2d((2, 3), stride=(2, 1))",
            "MaxPool2d((3, 2), (2, 1), (1, 0))",
            "AvgPool2d((3, 2), (2, 1), (1, 0))",
            "AdaptiveAvgPool2d((1, 1))",
            "AdaptiveAvgPool2d((3, 4))",
            "AdaptiveAvgPool2d((3, None))",
            "AdaptiveMaxPool2d((2, 5))",
            "ZeroPad2d((1, 0, 2, 3))",
            "ConstantPad2d((1, 0, 2, 3), -2.0)",
            "ReflectionPad2d((1, 0, 2, 3))",
            "ReplicationPad2d((1, 0, 2, 3))",
            "CircularPad2d((1, 0, 2, 3))",
            "Upsample(scale_factor=2, mode='bilinear')",
            "Upsample(scale_factor=2, mode='bilinear', align_corners=True)",
            "Upsample(size=(5, 12), mode='bilinear', align_corners=False)",
            "Upsample(scale_factor=1.7, mode='bicubic')",
            "Upsample(scale_factor=(2, 3))",
            "UpsamplingNearest2d(scale_factor=2)",
            "UpsamplingNearest2d(size=(5, 12))",
            "UpsamplingBilinear2d(scale_factor=2)",
            "PixelShuffle(2)",
            "Softmax2d()",
            "LayerNorm(14)",
            "LayerNorm((9, 14), eps=1e-3)",
            "LayerNorm([4, 9, 14], elementwise_affine=False)",
            "LayerNorm(14, bias=False)",
            "RMSNorm(14)",
            "RMSNorm(14, eps=1e-3)",
            "RMSNorm((9, 14), elementwise_affine=False)",
            "Linear(14, 3)",
            "Linear(14, 3, bias=False)",
            "Flatten()",
            "Flatten(2)",
            "Flatten(0)",
            "Flatten(1, 2)",
            "Unflatten(1, (2, 2))",
            "Identity()",
            "Identity(54)",
            "Dropout(0.2)",
            "AlphaDropout(0.2)",
            "Softmax(dim=1)",
            "Softmax(-1)",
            "LogSoftmax(dim=1)",
            "Softmin(dim=2)",
            "GLU(1)",
            "GLU()",
        ]
    ]
    for text in ("BatchNorm1d(6)", "GroupNorm(2, 6)", "PReLU(6)", "Unflatten(1, (2, 3))"):
        found.append((f"Sequential(nn.Flatten(), nn.{text})", (3, 6)))
        found.append((text, (3, 6)))  # whatever the rank
    for text in RANK_UNKNOWN:
        found.append((text, SIZES["1"]))
    found += [
        ("PixelUnshuffle(2)", (2, 3, 4, 6)),
        ("ZeroPad1d((1, 3))", (2, 3, 5)),
        ("CircularPad1d((1, 3))", (2, 3, 5)),
    ]
    found += [
        (text, (5, 12))
        for text in [
            *(
                "ReLU()",
                "ReLU(inplace=True)",
                "ReLU6()",
                "LeakyReLU()",
                "LeakyReLU(0.2)",
                "ELU(0.7)",
                "SELU()",
                "CELU()",
            ),
            *("CELU(0.5)", "GELU()", "GELU(approximate='tanh')", "Sigmoid()", "SiLU(True)", "Mish()", "Tanh()"),
            *("Softplus()", "Softplus(2, 5)", "Softsign()", "Softshrink()", "Softshrink(0.2)", "Hardshrink()"),
            *("Hardshrink(0.2)", "Tanhshrink()", "Hardtanh()", "Hardtanh(0, 6)", "Hardsigmoid()", "Hardswish()"),
            *("LogSigmoid()", "Threshold(0.1, 20)", "GLU()", "Softmax(1)"),
        ]
    ]
    return found


LAYERS = layers()


def same_order(x: np.ndarray, layout: str) -> np.ndarray:
    """An array in the order of the target's image."""
    return np.moveaxis(x, 1, -1) if layout.endswith("C") and len(layout) > 2 else x


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=[f"{t}-{len(s)}" for t, s in LAYERS])
def test_layer(layer: str, shape: tuple[int, ...], layout: str) -> None:
    text = SOURCE.replace("{layer}", layer)
    result = translate(text, to="tf", layout=layout)
    if layer in RANK_UNKNOWN and len(shape) > 2 and layout == "channels_last":
        assert "N205" in [d.code for d in result.diagnostics]  # it says that it takes the input for (N, C)
        return
    assert not [d for d in result.diagnostics if not d.code.startswith("N")], result.diagnostics
    source: dict[str, Any] = {}
    target: dict[str, Any] = {}
    exec(text, source)
    exec(result.code, target)
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape) * 2
    torch.manual_seed(0)
    # On a CPU TensorFlow pools volumes and convolves channels first in float32 only.
    single = layout == "channels_first" or ("3d" in layer and "Pool" in layer)
    keras.config.set_floatx("float32" if single else "float64")
    keras.config.set_dtype_policy(keras.config.floatx())
    try:
        module = source["Net"]().double().eval()
        for p in [*module.parameters(), *module.buffers()]:
            if p.is_floating_point():
                p.data = torch.rand_like(p) + 0.5
        expected = module(torch.tensor(x.copy())).detach().numpy()
        model = target["Net"]()
        (unit,) = [u for u in result.units if u.name == "Net"]
        given = same_order(x, unit.inputs[0].target or "").astype(keras.config.floatx())
        model(given)
        transfer(module, model)
        actual = keras.ops.convert_to_numpy(model(given))
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
    expected = same_order(expected, unit.outputs[0].target or "")
    assert actual.shape == expected.shape
    scale = np.abs(expected).max() or 1
    tolerance = 1e-5 if single else 1e-7
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance * scale)
