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


class Permute(nn.Module):
    """Puts the axes after the first in another order, counted from 1."""

    def __init__(self, axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        return x.permute(0, *self.axes)


class Block(nn.Module):
    """A convolution, and a slope that is learnt."""

    def __init__(self, filters):
        super(Block, self).__init__()
        self.conv = nn.LazyConv2d(filters, kernel_size=(3, 3))
        self.prelu = nn.PReLU(filters, init=0.0)

    def forward(self, inputs):
        return self.prelu(self.conv(inputs))


class Detector(nn.Module):
    """Where something is in a small image, and what."""

    def __init__(self, classes=2):
        super(Detector, self).__init__()
        self.block1 = Block(6)
        self.pool = nn.Sequential(
            SamePad((3, 3), (2, 2), value=float("-inf")),
            nn.MaxPool2d(kernel_size=(3, 3), stride=(2, 2)),
        )
        self.block2 = Block(8)
        self.permute = Permute((2, 1, 3))
        self.flatten = nn.Flatten()
        self.fc = nn.LazyLinear(16)
        self.prelu = nn.PReLU(16, init=0.0)
        self.boxes = nn.Linear(16, 4)
        self.classes = nn.Sequential(nn.Linear(16, classes), nn.Softmax(dim=-1))

    def forward(self, inputs, *args, **kwargs):
        x = self.pool(self.block1(inputs))
        x = self.block2(x)
        x = self.flatten(self.permute(x.permute(0, 2, 3, 1)))
        x = self.prelu(self.fc(x))
        return [self.boxes(x), self.classes(x)]
