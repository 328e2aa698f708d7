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


class Reshape(nn.Module):
    """Puts what follows the first axis in another shape."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(x.shape[0], *self.shape)


class Convolution(nn.Module):
    def __init__(self, in_channels, filters, stride=1):
        super().__init__()
        self.conv = nn.Sequential(
            SamePad(3, stride),
            nn.Conv2d(in_channels, filters, 3, stride=stride, bias=False),
        )
        self.bn = nn.BatchNorm2d(filters, eps=0.001)
        self.relu = nn.ReLU6()

    def forward(self, x):
        x = self.conv(x)
        x = self.bn(x)
        return self.relu(x)


class Block(nn.Module):
    def __init__(self, in_channels, filters, expansion, stride):
        super().__init__()
        self.stride = stride
        self.filters = filters
        channels = in_channels
        self.channels = channels
        self.convolution = Convolution(in_channels, channels * expansion, 1)
        self.depthwise = nn.Sequential(
            SamePad(3, stride),
            nn.Conv2d(channels * expansion, channels * expansion, 3, stride=stride, groups=channels * expansion, bias=False),
        )
        self.project = nn.Conv2d(channels * expansion, filters, 1, bias=False)
        self.out_channels = filters

    def forward(self, x):
        inputs = x
        x = self.convolution(x)
        x = self.depthwise(x)
        x = self.project(x)
        if self.stride == 1 and self.channels == self.filters:
            x = inputs + x
        return x


class Stack(nn.Module):
    def __init__(self, in_channels, make, filters, count):
        super().__init__()
        channels = in_channels
        self.blocks = nn.ModuleList()
        for i in range(count):
            self.blocks.append(make(channels, filters, 2, 2 if i == 0 else 1))
            channels = self.blocks[-1].out_channels
        self.out_channels = channels

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


class Mobile(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.convolution = Convolution(3, 4, 2)
        self.stack = Stack(4, Block, 6, 2)
        self.stack_1 = Stack(self.stack.out_channels, Block, 8, 2)
        self.global_pool = nn.AdaptiveAvgPool2d(1)
        self.logits = nn.Conv2d(self.stack_1.out_channels, classes, 1)
        self.reshape = Reshape((classes,))

    def forward(self, inputs):
        x = self.convolution(inputs)
        x = self.stack(x)
        x = self.stack_1(x)
        x = self.global_pool(x)
        x = self.logits(x)
        outputs = self.reshape(x.permute(0, 2, 3, 1))
        return outputs
