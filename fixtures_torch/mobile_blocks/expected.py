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


class SameAveragePooling(nn.Module):
    """Average pooling with TensorFlow's "same" padding, which does not count the padding."""

    def __init__(self, kernel_size, stride=None, axes=2):
        super().__init__()
        stride = kernel_size if stride is None else stride
        self.pad = SamePad(kernel_size, stride, axes=axes)
        pools = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
        self.pool = pools[axes - 1](kernel_size, stride)

    def forward(self, x):
        counted = self.pool(self.pad(torch.ones_like(x[:1, :1])))
        return self.pool(self.pad(x)) / counted


class LayerScale(nn.Module):
    def __init__(self, init_values, dim):
        super().__init__()
        self.init_values = init_values
        self.dim = dim
        self.gamma = nn.Parameter(torch.ones((self.dim,)))

    def forward(self, x):
        return x * self.gamma.view(-1, 1, 1)


class SE(nn.Module):
    def __init__(self, filters, ratio=4):
        super().__init__()
        self.squeeze = nn.Sequential(nn.Linear(filters, filters // ratio), nn.ReLU())
        self.excite = nn.Sequential(nn.Linear(filters // ratio, filters), nn.Sigmoid())

    def forward(self, x):
        s = torch.mean(x, dim=(2, 3))
        s = self.excite(self.squeeze(s))
        return x * s[:, None, None, :].permute(0, 3, 1, 2)


class Net(nn.Module):
    def __init__(self, classes=4):
        super(Net, self).__init__()
        self.conv = nn.Conv2d(3, 8, 3, bias=False)
        self.scale = LayerScale(1e-6, 8)
        self.se = SE(8)
        self.depth = nn.Sequential(SamePad(3, 2), nn.Conv2d(8, 8, 3, stride=2, groups=8))
        self.up = nn.Upsample(scale_factor=2)
        self.pool = nn.Sequential(
            SamePad(3, 2, value=float("-inf")),
            nn.MaxPool2d(3, stride=2),
        )
        self.avg = SameAveragePooling(3, 1)
        self.sep = nn.Sequential(
            nn.Conv2d(16, 16, 3, padding="same", groups=16, bias=False),
            nn.Conv2d(16, 6, 1),
        )
        self.fc = nn.Linear(6, classes)

    def forward(self, inputs):
        x = F.relu(self.conv(inputs))
        x = self.se(self.scale(x))
        x = self.depth(x)
        x = self.up(x)
        x = torch.cat([self.pool(x), self.avg(x)[:, :, ::2, ::2]], dim=1)
        x = self.sep(x)
        return self.fc(x.amax((2, 3)))
