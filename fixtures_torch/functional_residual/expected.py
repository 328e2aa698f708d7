import torch
import torch.nn.functional as F
from torch import nn


class SamePad(nn.Module):
    """Padding like TensorFlow's "same": by the size, if the stride is not 1; an odd one goes to the end."""

    def __init__(self, kernel_size, stride=1, dilation=1, axes=2, value=0.0):
        super().__init__()
        every = (v if isinstance(v, (tuple, list)) else (v,) * axes for v in (kernel_size, stride, dilation))
        self.windows = list(zip(*every, strict=True))
        self.value = value

    def forward(self, x):
        pads = []
        for size, (k, s, d) in zip(x.shape[2:], self.windows, strict=True):
            total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
            pads = [total // 2, total - total // 2, *pads]
        return F.pad(x, pads, value=self.value)


class LambdaModule(nn.Module):
    """A function as a module."""

    def __init__(self, function, **settings):
        super().__init__()
        self.function, self.settings = function, settings

    def forward(self, x):
        return self.function(x, **self.settings)


def activation_layer(function, axis=-1):
    """The module for an activation that Keras knows by name, or for a function. ``axis``: of softmax."""
    modules = {
        "relu": nn.ReLU,
        "relu6": nn.ReLU6,
        "leaky_relu": lambda: nn.LeakyReLU(0.2),
        "elu": nn.ELU,
        "selu": nn.SELU,
        "gelu": nn.GELU,
        "silu": nn.SiLU,
        "swish": nn.SiLU,
        "mish": nn.Mish,
        "tanh": nn.Tanh,
        "sigmoid": nn.Sigmoid,
        "softplus": nn.Softplus,
        "softsign": nn.Softsign,
        "softmax": lambda: nn.Softmax(dim=axis),
        "exponential": lambda: LambdaModule(torch.exp),
        "hard_sigmoid": nn.Hardsigmoid,
        "hard_swish": nn.Hardswish,
        "hard_silu": nn.Hardswish,
        "linear": nn.Identity,
        None: nn.Identity,
    }
    if function is None or isinstance(function, str):
        return modules[function]()
    return function if isinstance(function, nn.Module) else LambdaModule(function)


class ConvBn(nn.Module):
    """A convolution without bias, and batch normalization."""

    def __init__(self, in_channels, filters, kernel_size=3, strides=1, activation="relu"):
        super().__init__()
        self.activation_1 = activation
        self.conv = nn.Sequential(
            SamePad(kernel_size, strides),
            nn.Conv2d(in_channels, filters, kernel_size, stride=strides, bias=False),
        )
        self.bn = nn.BatchNorm2d(filters, eps=1.001e-5, momentum=0.01)
        if activation:
            self.activation = activation_layer(activation, 1)

    def forward(self, x):
        x = self.conv(x)
        x = self.bn(x)
        if self.activation_1:
            x = self.activation(x)
        return x


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, filters, strides=1):
        super().__init__()
        self.strides = strides
        self.filters = filters
        if strides != 1 or in_channels != filters:
            self.conv_bn = ConvBn(in_channels, filters, 1, strides, activation=None)
        self.conv_bn_1 = ConvBn(in_channels, filters, strides=strides)
        self.conv_bn_2 = ConvBn(filters, filters, activation=None)
        self.out = nn.ReLU()

    def forward(self, x):
        shortcut = x
        if self.strides != 1 or x.shape[1] != self.filters:
            shortcut = self.conv_bn(x)  # to the same size
        x = self.conv_bn_1(x)
        x = self.conv_bn_2(x)
        x = shortcut + x
        return self.out(x)


class ResidualNet(nn.Module):
    """A small residual network."""

    def __init__(self, stages=(8, 16), blocks=2, classes=5):
        super().__init__()
        self.stem = ConvBn(3, 8)
        self.pool = nn.Sequential(
            SamePad(3, 2, value=float("-inf")),
            nn.MaxPool2d(3, stride=2),
        )
        self.stage_blocks = nn.ModuleList()
        channels = 8
        for i, filters in enumerate(stages):
            channels_1 = channels
            for j in range(blocks):
                self.stage_blocks.append(ResidualBlock(channels_1, filters, strides=2 if i and not j else 1))
                channels_1 = filters
            channels = channels_1
        self.logits = nn.Linear(channels, classes)

    def forward(self, inputs):
        x = self.stem(inputs)
        x = self.pool(x)
        for stage_block in self.stage_blocks:
            x = stage_block(x)
        x = x.mean((2, 3))
        outputs = self.logits(x)
        return outputs
