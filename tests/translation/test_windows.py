"""Convolutions, pooling, and axes of images."""

from __future__ import annotations

import pytest
from constructs import call_of, init_of, net, whole

# windows

CONVOLUTIONS = {
    "4, 3": "layers.Conv2D(4, 3)",
    "4, 3, 2": "layers.Conv2D(4, 3, strides=2)",
    "4, 3, padding=1": "layers.Conv2D(4, 3, padding='same')",
    "4, 5, padding=2, bias=False": "layers.Conv2D(4, 5, padding='same', use_bias=False)",
    "4, (1, 7), padding=(0, 3)": "layers.Conv2D(4, (1, 7), padding='same')",
    "4, 3, padding='same'": "layers.Conv2D(4, 3, padding='same')",
    "4, 3, padding='valid'": "layers.Conv2D(4, 3)",
    "4, 3, padding=2, dilation=2": "layers.Conv2D(4, 3, padding='same', dilation_rate=2)",
    "4, 3, padding=0": "layers.Conv2D(4, 3)",
    "4, kernel_size=3, stride=1": "layers.Conv2D(4, kernel_size=3)",
    "4, 1, stride=2": "layers.Conv2D(4, 1, strides=2)",
    "3, 3, padding=1, groups=3": "layers.DepthwiseConv2D(3, padding='same')",
    "4, 3, stride=2, padding=1": "keras.Sequential([layers.ZeroPadding2D(1), layers.Conv2D(4, 3, strides=2)])",
    "4, 3, padding=2": "keras.Sequential([layers.ZeroPadding2D(2), layers.Conv2D(4, 3)])",
    "4, k, padding=k // 2": "keras.Sequential([layers.ZeroPadding2D(k // 2), layers.Conv2D(4, k)])",
}

POOLS = {
    "MaxPool2d(2)": "layers.MaxPooling2D(2)",
    "MaxPool2d(2, 2)": "layers.MaxPooling2D(2, 2)",
    "MaxPool2d(3, 2)": "layers.MaxPooling2D(3, 2)",
    "MaxPool2d(kernel_size=3, stride=2)": "layers.MaxPooling2D(pool_size=3, strides=2)",
    "MaxPool2d(3, stride=1, padding=1)": "layers.MaxPooling2D(3, strides=1, padding='same')",
    "MaxPool2d(3, stride=2, padding=1)": "PaddedMaxPooling(3, strides=2, padding=1)",
    "MaxPool2d(2, ceil_mode=True)": "PaddedMaxPooling(2, ceil_mode=True)",
    "AvgPool2d(2)": "layers.AveragePooling2D(2)",
    "AvgPool2d(3, 2)": "layers.AveragePooling2D(3, 2)",
    "AvgPool2d(3, 1, 1, count_include_pad=False)": "layers.AveragePooling2D(3, 1, padding='same')",
    "AvgPool2d(3, stride=2, padding=1)": "keras.Sequential("
    "[layers.ZeroPadding2D(1), layers.AveragePooling2D(3, strides=2)])",
    "AvgPool2d(2, ceil_mode=True)": "PaddedAveragePooling(2, ceil_mode=True)",
    "AdaptiveAvgPool2d(1)": "layers.GlobalAveragePooling2D(keepdims=True)",
    "AdaptiveAvgPool2d((1, 1))": "layers.GlobalAveragePooling2D(keepdims=True)",
    "AdaptiveMaxPool2d(1)": "layers.GlobalMaxPooling2D(keepdims=True)",
}

WINDOWS = {f"Conv2d(3, {arguments})": written for arguments, written in CONVOLUTIONS.items()} | POOLS


@pytest.mark.parametrize("layer", WINDOWS)
def test_window(layer: str):
    done = whole(net(f"self.m = nn.{layer}", "return self.m(x)", parameters=", k=3"))
    assert _tight(init_of(done)) == f"self.m = {_tight(WINDOWS[layer])}"


def _tight(text: str) -> str:
    """On one line, with one kind of quotes."""
    text = " ".join(text.split()).replace("[ ", "[").replace(", ]", "]")
    return text.replace("'", '"')


# axes of images

IMAGES = {
    "permute to channels last": ("y = x.permute(0, 2, 3, 1)\nreturn self.fc(y)", "y = x\nreturn self.fc(y)"),
    "permute there and back": (
        "y = self.fc(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)\nreturn x + y",
        "y = self.fc(x)\nreturn x + y",
    ),
    "flatten pixels": ("return self.fc(x.flatten(2).transpose(1, 2))", "return self.fc(flatten_pixels(x))"),
    "view after global pooling": (
        "x = F.adaptive_avg_pool2d(x, 1)\nreturn self.fc(x.view(x.size(0), -1))",
        "x = layers.GlobalAveragePooling2D(keepdims=True)(x)\nreturn self.fc(layers.Flatten()(x))",
    ),
    "flatten after global pooling": (
        "x = F.adaptive_avg_pool2d(x, (1, 1))\nreturn self.fc(torch.flatten(x, 1))",
        "x = layers.GlobalAveragePooling2D(keepdims=True)(x)\nreturn self.fc(layers.Flatten()(x))",
    ),
    "flatten of an image": ("return x.view(x.size(0), -1)", "return layers.Flatten()(ops.transpose(x, (0, 3, 1, 2)))"),
    "size unpacked": (
        "n, c, h, w = x.size()\nreturn x * (c * h - w)",
        "n, h, w, c = ops.shape(x)\nreturn x * (c * h - w)",
    ),
    "shape unpacked": ("b, c, _, _ = x.shape\nreturn x * c", "b, _, _, c = ops.shape(x)\nreturn x * c"),
    "one size": ("return x * x.size(2) - x.shape[1]", "return x * ops.shape(x)[1] - ops.shape(x)[-1]"),
    "last sizes": ("h, w = x.shape[-2:]\nreturn x * h - w", "h, w = ops.shape(x)[1:-1]\nreturn x * h - w"),
    "slice of channels": ("return x[:, :2]", "return x[:, :, :, :2]"),
    "slice of pixels": ("return x[:, :, 1:, :-1]", "return x[:, 1:, :-1]"),
    "one channel": ("return x[:, 0]", "return x[:, :, :, 0]"),
    "cat on channels": ("return torch.cat([x, x], dim=1)", "return ops.concatenate([x, x], axis=-1)"),
    "cat on rows": ("return torch.cat((x, x), 2)", "return ops.concatenate((x, x), 1)"),
    "cat on columns": ("return torch.cat((x, x), dim=-1)", "return ops.concatenate((x, x), axis=2)"),
    "mean of pixels": ("return x.mean(dim=(2, 3), keepdim=True)", "return ops.mean(x, axis=(1, 2), keepdims=True)"),
    "mean of channels": ("return x.mean(1, keepdim=True)", "return ops.mean(x, -1, keepdims=True)"),
    "mean of all pixels": ("return self.fc(x.mean([2, 3]))", "return self.fc(ops.mean(x, (1, 2)))"),
    "mean of everything": ("return x.mean()", "return ops.mean(x)"),
    "batch walked through": (
        "return torch.stack([y * 2 for y in x])",
        "return ops.transpose(ops.stack([y * 2 for y in ops.transpose(x, (0, 3, 1, 2))]), (0, 2, 3, 1))",
    ),
    "whole shape compared": (
        "assert x.shape == (2, 4, 5, 6)\nreturn x",
        "assert ops.shape(ops.transpose(x, (0, 3, 1, 2))) == (2, 4, 5, 6)\nreturn x",
    ),
    "gate with new axes": (
        "g = self.fc(x.mean((2, 3)))\nreturn x * g[:, :, None, None]",
        "g = self.fc(ops.mean(x, (1, 2)))\nreturn x * g[:, None, None, :]",
    ),
    "chunk": ("a, b = x.chunk(2, dim=1)\nreturn a * b", "a, b = ops.split(x, 2, axis=-1)\nreturn a * b"),
    "softmax over channels": ("return F.softmax(x, dim=1)", "return ops.softmax(x)"),
    "scale of each channel": (
        "b, c, _, _ = x.size()\ny = x.mean((2, 3)).view(b, c, 1, 1)\nreturn x * y",
        "b, _, _, c = ops.shape(x)\ny = ops.reshape(ops.mean(x, (1, 2)), (b, 1, 1, c))\nreturn x * y",
    ),
}


@pytest.mark.parametrize("name", IMAGES)
def test_axes_of_an_image(name: str):
    before, after = IMAGES[name]
    done = whole(net("self.conv = nn.Conv2d(3, 4, 3)\nself.fc = nn.Linear(4, 4)", f"x = self.conv(x)\n{before}"))
    assert call_of(done) == f"x = self.conv(x)\n{after}"
