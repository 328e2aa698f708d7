import torch.nn.functional as F
from torch import nn


class Permute(nn.Module):
    """Puts the axes after the first in another order, counted from 1."""

    def __init__(self, axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        return x.permute(0, *self.axes)


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


def make(classes=10):
    model = nn.Sequential(
        nn.Conv2d(1, 32, kernel_size=(3, 3)), nn.ReLU(),  # edges
        nn.MaxPool2d(kernel_size=(2, 2)),
        Permute((2, 3, 1)), nn.Flatten(),
        nn.Dropout(0.5),
        nn.LazyLinear(classes), nn.Softmax(dim=-1),
    )
    return model


def grown():
    model = nn.Sequential()
    model.append(nn.Sequential(SamePad((5, 5), 2), nn.Conv2d(3, 16, (5, 5), stride=2)))
    model.append(nn.MaxPool2d((2, 2)))
    model.append(nn.Sequential(Permute((2, 3, 1)), nn.Flatten()))
    model.append(nn.LazyLinear(4))
    return model
